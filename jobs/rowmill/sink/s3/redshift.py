"""The files for Redshift beside a table in S3: written, and held against the objects. A commit removes the old ones."""

from __future__ import annotations

from rowmill import redshift
from rowmill.errors import StorageError
from rowmill.s3.config import S3Config
from rowmill.s3.uri import parse_uri
from rowmill.sink.manifest import parse_manifest
from rowmill.sink.s3 import names
from rowmill.sink.s3.store import Store

_SHOWN_FAULTS = 5


def store_of(where: str, config: S3Config) -> Store:
    """The place of a table that is known to be there."""
    return Store(config, parse_uri(where))


def write_files(store: Store, texts: dict[str, str], look_only: bool = False) -> bool:
    """Writes the files that are missing or differ, the manifest last, and checks it. Whether any did.

    Raises StorageError if the objects are not those of the manifest.
    """
    differing = []
    for name, text in texts.items():
        there = store.read(name)
        if there is None or there.text != text:
            differing.append(name)
    if look_only or not differing:
        return bool(differing)
    for name in differing:
        store.write(name, texts[name])
    faults = check_manifest(store, texts[redshift.MANIFEST])
    if faults:
        more = f"; and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
        raise StorageError(
            f"the manifest for Redshift and the objects differ: {'; '.join(faults[:_SHOWN_FAULTS])}{more}",
            where=str(store.place / redshift.MANIFEST),
            fix="remove objects that are not the table's; make it again if some are missing or changed",
        )
    return True


def check_manifest(store: Store, manifest_text: str) -> list[str]:
    """How a manifest for COPY differs from the table's objects; empty if it does not. Raises StorageError."""
    sizes = {entry.path: entry.bytes for entry in store.list() if names.is_data(entry.path)}
    found = store.read(names.MANIFEST)
    table = parse_manifest(found.text, str(store.place / names.MANIFEST)) if found else None
    empty = frozenset(file.path for file in table.files if not file.rows) if table else frozenset[str]()
    return redshift.manifest_faults(manifest_text, store.place, sizes, empty)
