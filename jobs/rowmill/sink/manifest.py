"""The manifest of a table's directory: what was written, by which plan, in which files."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from rowmill.errors import StorageError

NAME = "_manifest.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Pending:
    """An object whose parts are all in the store, and which nobody sees until the driver completes it.

    upload: its id; parts: (ETag, CRC-32 in base64 or empty) of each, in order; checksum: CRC-32 of the whole, or empty
    retries: how often the store had to be asked again
    """

    upload: str
    parts: tuple[tuple[str, str], ...]
    checksum: str = ""
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as the storage took it. `path` is relative to the table's directory."""

    path: str
    bytes: int
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One data file; `path` is relative to the table's directory, `fingerprint` of its rows.

    pending: what completes it; None if there is nothing to complete
    """

    path: str
    first_row: int
    rows: int
    bytes: int
    fingerprint: int
    pending: Pending | None = None

    def to_json(self) -> dict[str, Any]:
        """As it stands in a manifest or a record; `pending` only if there is any."""
        data = asdict(self)
        if self.pending is None:
            del data["pending"]
        return data


def written_file(data: Any) -> WrittenFile:
    """The file of to_json. Raises KeyError, TypeError or ValueError."""
    data = dict(data)
    pending = data.pop("pending", None)
    if pending is not None:
        parts = tuple((etag, checksum) for etag, checksum in pending["parts"])
        pending = Pending(pending["upload"], parts, pending["checksum"], pending["retries"])
    return WrittenFile(**data, pending=pending)


@dataclass(frozen=True)
class Manifest:
    """All that stands in a table's directory. `runs` are [digest, rows] of each run that it grew by.

    part:       (first row, row after the last, rows of the whole table) if only a range of rows was made
    generation: the number of commits that the place has seen; counted where a commit can't be one rename
    """

    table: str
    format: str
    columns: dict[str, str]
    partition_by: tuple[str, ...]
    runs: tuple[tuple[str, int], ...]
    files: tuple[WrittenFile, ...]
    fingerprint: str
    part: tuple[int, int, int] | None = None
    generation: int = 0
    version: int = field(default=VERSION)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def to_text(self) -> str:
        """The JSON that a reader may use: which files, with how many rows and bytes, are the table."""
        data = {f.name: getattr(self, f.name) for f in fields(self)}
        data["files"] = [file.to_json() for file in self.files]
        if not self.generation:
            del data["generation"]
        return json.dumps(data, indent=1) + "\n"

    def write(self, directory: Path) -> None:
        """Writes `_manifest.json` into a directory and makes it durable."""
        with open(directory / NAME, "w", encoding="utf-8") as out:
            out.write(self.to_text())
            out.flush()
            os.fsync(out.fileno())


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest of a directory; None if it has none. Raises StorageError if it can't be read."""
    path = directory / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(str(path)) from error
    return parse_manifest(text, str(path))


def parse_manifest(text: str, where: str) -> Manifest:
    """The manifest of its text. Raises StorageError for what is none."""
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        raise _unreadable(where) from error
    if not isinstance(data, dict):
        raise StorageError("the manifest is damaged", where=where, fix="move the folder away")
    if data.get("version") != VERSION:
        raise StorageError("a manifest of another version", where=where, value=data.get("version"))
    try:
        return Manifest(
            table=data["table"],
            format=data["format"],
            columns=data["columns"],
            partition_by=tuple(data["partition_by"]),
            runs=tuple((digest, rows) for digest, rows in data["runs"]),
            files=tuple(written_file(item) for item in data["files"]),
            fingerprint=data["fingerprint"],
            part=tuple(data["part"]) if data.get("part") else None,
            generation=int(data.get("generation", 0)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError("the manifest is damaged", where=where, fix="move the folder away") from error


def _unreadable(where: str) -> StorageError:
    return StorageError("the manifest can't be read", where=where, fix="repair it, or move the folder away")


def files_are_whole(directory: Path, manifest: Manifest) -> bool:
    """Whether every file of a manifest stands there with its size."""
    try:
        return all((directory / f.path).stat().st_size == f.bytes for f in manifest.files)
    except OSError:
        return False
