"""Which storage a path names. Here alone its scheme is looked at."""

from __future__ import annotations

from rowmill.s3.config import S3Config
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.sink.local import LocalTable, local_path
from rowmill.sink.manifest import Manifest, read_manifest
from rowmill.sink.s3.names import snapshot_root
from rowmill.sink.table import Table


def open_table(output: str, mode: str, s3: S3Config | None = None, snapshots: bool = False) -> Table:
    """The place of a table. s3: how S3 is reached; None: as the environment says. snapshots: see S3Table.

    Raises StorageError or ConfigError for a path that names none.
    """
    if is_s3(output):
        from rowmill.sink.s3.table import S3Table

        return S3Table(parse_uri(output), mode, s3 or S3Config.from_env(), snapshots)
    return LocalTable(output, mode)


def shown_path(output: str) -> str:
    """A path as it is shown: whole, without doubled slashes."""
    return str(parse_uri(output)) if is_s3(output) else str(local_path(output))


def find_manifest(output: str) -> Manifest | None:
    """The manifest of a table; None if it has none. Raises StorageError."""
    if is_s3(output):
        from rowmill.sink.s3.table import S3Table

        return S3Table(parse_uri(output), "overwrite", S3Config.from_env()).read_manifest()
    return read_manifest(local_path(output))


def table_root(location: str) -> str:
    """The place of the table whose data Hive finds at a location."""
    return snapshot_root(location) if is_s3(location) else location
