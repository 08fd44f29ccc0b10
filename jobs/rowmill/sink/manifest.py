"""The manifest of a table's directory: what was written, by which plan, in which files."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rowmill.errors import StorageError

NAME = "_manifest.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One data file; `path` is relative to the table's directory, `fingerprint` of its rows."""

    path: str
    first_row: int
    rows: int
    bytes: int
    fingerprint: int


@dataclass(frozen=True)
class Manifest:
    """All that stands in a table's directory. `runs` are [digest, rows] of each run that it grew by.

    part: (first row, row after the last, rows of the whole table) if only a range of rows was made
    """

    table: str
    format: str
    columns: dict[str, str]
    partition_by: tuple[str, ...]
    runs: tuple[tuple[str, int], ...]
    files: tuple[WrittenFile, ...]
    fingerprint: str
    part: tuple[int, int, int] | None = None
    version: int = field(default=VERSION)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def write(self, directory: Path) -> None:
        """Writes `_manifest.json` into a directory and makes it durable."""
        with open(directory / NAME, "w", encoding="utf-8") as out:
            json.dump(asdict(self), out, indent=1)
            out.write("\n")
            out.flush()
            os.fsync(out.fileno())


def read_manifest(directory: Path) -> Manifest | None:
    """The manifest of a directory; None if it has none. Raises StorageError if it can't be read."""
    path = directory / NAME
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except (OSError, ValueError) as error:
        raise StorageError(
            "the manifest can't be read", where=str(path), fix="repair it, or move the folder away"
        ) from error
    if not isinstance(data, dict):
        raise StorageError("the manifest is damaged", where=str(path), fix="move the folder away")
    if data.get("version") != VERSION:
        raise StorageError("a manifest of another version", where=str(path), value=data.get("version"))
    try:
        return Manifest(
            table=data["table"],
            format=data["format"],
            columns=data["columns"],
            partition_by=tuple(data["partition_by"]),
            runs=tuple((digest, rows) for digest, rows in data["runs"]),
            files=tuple(WrittenFile(**item) for item in data["files"]),
            fingerprint=data["fingerprint"],
            part=tuple(data["part"]) if data.get("part") else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError("the manifest is damaged", where=str(path), fix="move the folder away") from error


def files_are_whole(directory: Path, manifest: Manifest) -> bool:
    """Whether every file of a manifest stands there with its size."""
    try:
        return all((directory / f.path).stat().st_size == f.bytes for f in manifest.files)
    except OSError:
        return False
