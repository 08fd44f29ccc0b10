"""The check after the commit: reads files back and holds rows, nulls and keys against the schema.

Files are read by our own tasks, not by Spark SQL: its first query costs seconds, and the shuffle of a key more than
making the rows. `validate` judges far more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from rowmill.errors import StorageError
from rowmill.generate.arrow import null_mask
from rowmill.generate.fingerprint import row_words
from rowmill.generate.random import Bits
from rowmill.schema.model import TableDefinition
from rowmill.schema.types import DataType
from rowmill.sink.manifest import Manifest, WrittenFile
from rowmill.validate.source import (
    DataFile,
    Place,
    ReadFault,
    TypeFault,
    batches,
    data_file,
    read_schema,
    required_columns,
)

# Up to so many rows all keys are compared; above, those of a part of the key space (all rows of these keys): about
# so many that sorting them costs nothing beside making the rows.
EXACT_KEYS, PART_KEYS = 5_000_000, 1 << 20
# So many rows are read here sooner than by tasks of Spark's: of columnar files the key's columns alone.
_NEAR_ROWS = {"parquet": 16_000_000, "orc": 16_000_000, "csv": 1_000_000, "json": 1_000_000}


@dataclass(frozen=True)
class CheckResult:
    """What was read back. `faults` is empty if all is well."""

    rows: int
    faults: tuple[str, ...] = field(default_factory=tuple)


@dataclass(frozen=True)
class FileCheck:
    """One file: its rows, the nulls of each column that may have none, and the words of each key."""

    rows: int
    nulls: dict[str, int]
    keys: tuple[bytes, ...]


@dataclass(frozen=True)
class FileChecker:
    """Checks one file of a table, anywhere.

    share: of each key only the words that are a multiple of it are kept; a power of two
    """

    place: Place
    form: str
    types: dict[str, DataType]
    required: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    share: int

    def __call__(self, path: str) -> FileCheck | str:
        """Raises nothing for data that can't be read: says why."""
        file = data_file(path)
        try:
            # A column that the file itself declares to be without nulls can't hold one.
            free = required_columns(self.place, file, self.form)
            watched = [name for name in self.required if name not in free]
            wanted = [name for name in self.types if name in watched or any(name in key for key in self.keys)]
            rows, nulls = 0, dict.fromkeys(watched, 0)
            words: list[list[Bits]] = [[] for _ in self.keys]
            for batch in self._batches(file, {name: self.types[name] for name in wanted}):
                rows += batch.num_rows
                for name in watched:
                    nulls[name] += batch.column(name).null_count
                for found, key in zip(words, self.keys, strict=True):
                    found.append(self._words(batch, key))
        except (ReadFault, TypeFault) as fault:
            return " ".join(str(part) for part in fault.args)
        return FileCheck(rows, nulls, tuple(_joined(found).tobytes() for found in words))

    def _batches(self, file: DataFile, types: dict[str, DataType]) -> Iterator[pa.RecordBatch]:
        for unit in read_schema(self.place, file, self.form)[1]:
            yield from batches(self.place, unit, self.form, types)

    def _words(self, batch: pa.RecordBatch, key: tuple[str, ...]) -> Bits:
        words = row_words({name: self.types[name] for name in key}, batch)
        masks = [mask for name in key if (mask := null_mask(batch.column(name))) is not None]
        if masks:  # SQL: a key with a null equals no other
            words = words[~np.logical_or.reduce(masks)]
        return words if self.share == 1 else words[words & np.uint64(self.share - 1) == 0]


def _joined(words: Sequence[Bits]) -> Bits:
    return np.concatenate([np.empty(0, np.uint64), *words])


def check_files(
    place: Place,
    definition: TableDefinition,
    manifest: Manifest,
    spread: Callable[[FileChecker, Sequence[str]], Iterable[FileCheck | str]],
) -> CheckResult:
    """Row count, nulls where none may be, and keys that come twice.

    Keys are compared by 64-bit words: different whole numbers have different ones, of other keys two among five
    million are alike once in a million runs.

    spread: runs the checker over paths, on this machine or many. Raises StorageError if data can't be read.
    """
    keys = [definition.primary_key] if definition.primary_key else []
    keys += definition.unique
    checker = FileChecker(
        place,
        manifest.format,
        {c.name: c.type for c in definition.columns},
        tuple(c.name for c in definition.columns if not c.nullable),
        tuple(keys),
        1 if manifest.rows <= EXACT_KEYS else 1 << (manifest.rows // PART_KEYS).bit_length(),
    )
    paths = [file.path for file in manifest.files]
    found: list[FileCheck] = []
    for outcome in map(checker, paths) if manifest.rows <= _NEAR_ROWS[manifest.format] else spread(checker, paths):
        if isinstance(outcome, str):
            raise StorageError(f"the data can't be read back: {outcome}", where=place.shown)
        found.append(outcome)
    return CheckResult(sum(part.rows for part in found), tuple(_faults(found, manifest.files, keys)))


def _faults(found: list[FileCheck], files: Sequence[WrittenFile], keys: list[tuple[str, ...]]) -> Iterable[str]:
    for part, file in zip(found, files, strict=True):
        if part.rows != file.rows:
            yield f"{part.rows} rows in {file.path}, {file.rows} expected"
    for name in sorted({name for part in found for name in part.nulls}):
        count = sum(part.nulls.get(name, 0) for part in found)
        if count:
            yield f"{count} nulls in {name}, which is not nullable"
    for at, key in enumerate(keys):
        words = _joined([np.frombuffer(part.keys[at], np.uint64) for part in found])
        words.sort()
        again = words[1:] == words[:-1]
        doubles = int(np.count_nonzero(again[:1]) + np.count_nonzero(again[1:] & ~again[:-1]))
        if doubles:
            yield f"{doubles} values of ({', '.join(key)}) come more than once"
