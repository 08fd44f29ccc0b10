"""Which files of a table still hold what was written: their rows are read back and compared by fingerprint."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from rowmill.errors import StorageError
from rowmill.generate.fingerprint import add, fingerprint
from rowmill.progress import Progress, Show
from rowmill.schema.types import DataType
from rowmill.sink.manifest import WrittenFile
from rowmill.validate.source import Place, ReadFault, TypeFault, batches, data_file, read_schema

_NEAR_ROWS = 1_000_000  # so many rows are read before other processes would be up


@dataclass(frozen=True)
class _Reader:
    place: Place
    form: str
    types: dict[str, DataType]

    def __call__(self, file: WrittenFile) -> bool:
        """Whether the file holds the rows that were written to it.

        Empty texts of a partition column come back as null, as in Hive: such a file counts as damaged.
        """
        rows = total = 0
        try:
            for unit in read_schema(self.place, data_file(file.path), self.form)[1]:
                for batch in batches(self.place, unit, self.form, self.types):
                    rows += batch.num_rows
                    total = add(total, fingerprint(self.types, batch))
        except (ReadFault, TypeFault):
            return False
        return rows == file.rows and total == file.fingerprint


def sound_files(
    place: Place, form: str, types: dict[str, DataType], files: Sequence[WrittenFile], show: Show
) -> list[WrittenFile]:
    """The files that hold their rows, by size first. Raises StorageError if they can't be read for want of memory.

    place: directory that the files' paths are relative to; types: of all columns, in the schema's order
    """
    sizes = place.sizes([file.path for file in files])
    there = [file for file, size in zip(files, sizes, strict=True) if size == file.bytes]
    reader = _Reader(place, form, types)
    total = sum(file.rows for file in there)
    if total <= _NEAR_ROWS:
        return [file for file in there if reader(file)]
    sound = []
    with Progress("reading back", total, show) as progress:
        for file, whole in zip(there, _spread(reader, there), strict=True):
            progress.add(file.path, file.rows)
            if whole:
                sound.append(file)
    return sound


def _spread(reader: _Reader, files: Sequence[WrittenFile]) -> Iterator[bool]:
    # Not forked: this process has threads (Arrow's).
    keys = reader.place.s3.environment() if reader.place.s3 else {}
    processes = min(len(files), os.cpu_count() or 1)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin, (keys,)) as pool:
        try:
            yield from pool.map(reader, files, chunksize=max(1, min(64, len(files) // (8 * processes))))
        except BrokenProcessPool as error:
            raise StorageError("a process that read the data was killed", where=reader.place.shown) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin(keys: dict[str, str]) -> None:
    os.environ.update(keys)  # of S3: they are in no pickle
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends us
