"""What one task does: makes the rows of its files and writes them. No Spark in here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowmill.errors import RowmillError, StorageError
from rowmill.generate.arrow import encoded_as, plain
from rowmill.generate.fingerprint import add, fingerprint, row_words
from rowmill.generate.table import BLOCK_ROWS, TableGenerator
from rowmill.memory import keep_freed_memory
from rowmill.plan import PlannedFile
from rowmill.progress import ProgressSender
from rowmill.schema.types import DataType
from rowmill.sink.formats import DEFAULTS, WRITERS, FileWriter, WriterOptions
from rowmill.sink.local import storage_error
from rowmill.sink.manifest import Stored, WrittenFile
from rowmill.sink.staging import Staging

TINY_ROWS = 4096  # a file of so many rows shares its batch with the next one
_SHARED_ROWS = 2 * TINY_ROWS  # of such a batch: without dictionaries a row may take far more than a batch is cut for
Finished = Callable[[], WrittenFile]  # waits until the storage has the file
HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class TaskInput:
    """All that a task needs: it is pickled once and sent to every worker."""

    generator: TableGenerator
    format: str
    partition_by: tuple[str, ...]
    staging: Staging
    progress: tuple[str, int, str] | None
    batch_rows: int = BLOCK_ROWS
    options: WriterOptions = DEFAULTS
    recorded: bool = False


def run_task(work: TaskInput, files: tuple[PlannedFile, ...], attempt: str) -> list[WrittenFile] | RowmillError:
    """Writes the planned files. An error that another try would meet again is returned, not raised.

    attempt: names this try, so that two tries of one task never write to one file
    """
    keep_freed_memory()
    sender = ProgressSender(work.progress, files[0].path)
    try:
        outcome = _run(work, files, attempt, sender)
        if isinstance(outcome, RowmillError):
            sender.fail(outcome)
        return outcome
    finally:
        sender.close()


def _run(
    work: TaskInput, files: tuple[PlannedFile, ...], attempt: str, sender: ProgressSender
) -> list[WrittenFile] | RowmillError:
    done: list[tuple[str, list[WrittenFile]]] = []
    underway: list[tuple[str, list[Finished]]] = []
    try:
        rows = _Rows(work, files)
        try:
            for file in files:
                made = (
                    _write_partitions(work, file, attempt, sender)
                    if work.partition_by
                    else [_write_file(work, rows, file, attempt, sender)]
                )
                underway.append((file.path, made))
                if work.staging.notes_each_file:
                    done.append(_settled(underway.pop()))
                    if work.recorded:
                        work.staging.note(attempt, done[-1:])
            while underway:
                done.append(_settled(underway.pop(0)))
        finally:
            if work.recorded and done and not work.staging.notes_each_file:
                work.staging.note(attempt, done)
        return [file for _, made in done for file in made]
    except RowmillError as error:
        return error
    except OSError as error:
        return storage_error(error, work.staging.shown)
    except (pa.ArrowException, MemoryError) as error:
        return StorageError(
            f"writing failed: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
            where=work.staging.shown,
        )


def _settled(made: tuple[str, list[Finished]]) -> tuple[str, list[WrittenFile]]:
    """A planned file and what it became, when the storage has it."""
    planned, files = made
    return planned, [file() for file in files]


def batches(generator: TableGenerator, first: int, rows: int, size: int = BLOCK_ROWS) -> Iterator[pa.RecordBatch]:
    """Record batches of at most `size` rows, cut at its multiples."""
    at, end = first, first + rows
    while at < end:
        stop = min(end, (at // size + 1) * size)
        yield generator.batch(at, stop)
        at = stop


class _Rows:
    """The rows of a task's files, with their fingerprints.

    Tiny files that follow each other share a batch: making a few rows costs as much as making some thousand. They
    have no dictionaries, so that a file's bytes don't depend on what it was made together with.
    """

    def __init__(self, work: TaskInput, files: tuple[PlannedFile, ...]) -> None:
        self._work, self._columns = work, _columns(work.generator)
        self._ends: dict[str, int] = {}  # path -> the row after the last one of the tiny files that follow
        following, end = -1, -1
        for file in reversed(files):
            stop = file.first_row + file.rows
            end = end if stop == following and file.rows <= TINY_ROWS else stop
            self._ends[file.path] = end
            following = file.first_row if file.rows <= TINY_ROWS else -1
        self._start = self._stop = 0

    def of(self, file: PlannedFile) -> Iterator[tuple[pa.RecordBatch, int]]:
        """The batches of a file, each with its fingerprint."""
        work = self._work
        if 0 < file.rows <= TINY_ROWS:
            size = work.batch_rows
            for at in range(file.first_row, file.first_row + file.rows, size):
                yield self._shared(file, at, min(at + size, file.first_row + file.rows))
            return
        for batch in batches(work.generator, file.first_row, file.rows, work.batch_rows):
            yield batch, fingerprint(self._columns, batch)

    def _shared(self, file: PlannedFile, first: int, stop: int) -> tuple[pa.RecordBatch, int]:
        generator = self._work.generator
        if first < self._start or stop > self._stop:
            self._start = first
            self._stop = min(self._ends[file.path], first + min(_SHARED_ROWS, self._work.batch_rows))
            batch = generator.batch(self._start, self._stop)
            self._words = row_words(self._columns, batch)
            schema = generator.arrow_schema
            alike = [encoded_as(c, t) for c, t in zip(batch.columns, schema.types, strict=True)]
            self._batch = pa.RecordBatch.from_arrays(alike, names=schema.names)
        at = first - self._start
        return self._batch.slice(at, stop - first), int(self._words[at : at + stop - first].sum(dtype=np.uint64))


class _Output:
    """One file being written, in its format."""

    def __init__(self, work: TaskInput, path: str, attempt: str, schema: pa.Schema) -> None:
        self._file = work.staging.create(path, attempt)
        self.rows = 0
        self.fingerprint = 0
        try:
            self._writer: FileWriter = WRITERS[work.format](self._file, schema, work.options)
        except BaseException:
            self._file.abort()
            raise

    def write(self, batch: pa.RecordBatch, hashed: int) -> None:
        self._writer.write(batch)
        self.rows += batch.num_rows
        self.fingerprint = add(self.fingerprint, hashed)

    def finish(self, first_row: int) -> Finished:
        self._writer.close()
        stored = self._file.finish()
        return lambda: written(stored(), first_row, self.rows, self.fingerprint)

    def abort(self) -> None:
        # The writer is not closed: that would finish a truncated file, which reads well.
        self._file.abort()


def written(stored: Stored, first_row: int, rows: int, fingerprint: int) -> WrittenFile:
    """A stored file with the rows that it holds."""
    return WrittenFile(stored.path, first_row, rows, stored.bytes, fingerprint, stored.pending)


def _columns(generator: TableGenerator) -> dict[str, DataType]:
    return {c.name: c.type for c in generator.definition.columns}


def _write_file(work: TaskInput, rows: _Rows, file: PlannedFile, attempt: str, sender: ProgressSender) -> Finished:
    output = _Output(work, file.path, attempt, work.generator.arrow_schema)
    try:
        made = rows.of(file)
        if work.options.sort_by:
            held = list(made)
            made = ((batch, 0) for batch in _sorted([batch for batch, _ in held], work))
            output.fingerprint = add(*(hashed for _, hashed in held))
        for batch, hashed in made:
            output.write(batch, hashed)
            sender.add(batch.num_rows)
        return output.finish(file.first_row)
    except BaseException:
        output.abort()
        raise


def _sorted(pieces: list[pa.RecordBatch], work: TaskInput) -> Iterator[pa.RecordBatch]:
    """The rows of all pieces in the order asked for, nulls as Spark has them; equal rows stay in their order."""
    if not pieces:
        return
    schema = pieces[0].schema
    alike = [[encoded_as(c, t) for c, t in zip(piece.columns, schema.types, strict=True)] for piece in pieces]
    table = pa.Table.from_batches([pa.RecordBatch.from_arrays(arrays, schema=schema) for arrays in alike])
    table = table.unify_dictionaries().combine_chunks()
    keys = {name: plain(table.column(name).combine_chunks()) for name, _ in work.options.sort_by}
    directions = {False: ("ascending", "at_start"), True: ("descending", "at_end")}
    order = [(name, *directions[down]) for name, down in work.options.sort_by]
    places = pc.sort_indices(pa.table(keys), sort_keys=order)
    for at in range(0, len(places), work.batch_rows):
        yield from table.take(places.slice(at, work.batch_rows)).combine_chunks().to_batches()


def _write_partitions(work: TaskInput, file: PlannedFile, attempt: str, sender: ProgressSender) -> list[Finished]:
    """One file to each partition met. Rows are held until the planned file's range is done."""
    generator, columns = work.generator, _columns(work.generator)
    kept = [name for name in columns if name not in work.partition_by]
    parts: dict[str, list[pa.RecordBatch]] = {}
    hashed: dict[str, int] = {}
    for batch in batches(generator, file.first_row, file.rows, work.batch_rows):
        for directory, rows in split(batch, work.partition_by):
            piece = batch.take(rows)
            parts.setdefault(directory, []).append(piece.select(kept))
            hashed[directory] = add(hashed.get(directory, 0), fingerprint(columns, piece))
        sender.add(batch.num_rows)
    schema = pa.schema([generator.arrow_schema.field(name) for name in kept])
    made: list[Finished] = []
    for directory, pieces in sorted(parts.items()):
        path = f"{directory}/{file.path}"
        there = work.staging.find(path)
        if there is not None:
            rows = sum(piece.num_rows for piece in pieces)
            made.append(partial(written, there, file.first_row, rows, hashed[directory]))
            continue
        output = _Output(work, path, attempt, schema)
        try:
            for piece in _sorted(pieces, work) if work.options.sort_by else pieces:
                output.write(piece, 0)
            output.fingerprint = hashed[directory]
            made.append(output.finish(file.first_row))
        except BaseException:
            output.abort()
            raise
    return made


def split(batch: pa.RecordBatch, names: tuple[str, ...]) -> Iterator[tuple[str, pa.Array]]:
    """Hive partition directory (`dt=2024-01-31/country=DE`) and row indices of each partition in a batch."""
    codes = np.zeros(batch.num_rows, np.int64)
    texts: list[list[str]] = []
    for name in names:
        encoded = plain(batch.column(name)).dictionary_encode()
        values = encoded.dictionary.cast(pa.string()).to_pylist()
        index = pc.fill_null(encoded.indices.cast(pa.int64()), len(values)).to_numpy(zero_copy_only=False)
        texts.append(
            [f"{name.translate(_ESCAPED)}={v.translate(_ESCAPED) if v else HIVE_NULL}" for v in [*values, None]]
        )
        codes = codes * len(texts[-1]) + index
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        if rows.size:
            code, parts = int(codes[rows[0]]), []
            for choices in reversed(texts):
                code, digit = divmod(code, len(choices))
                parts.append(choices[digit])
            yield "/".join(reversed(parts)), pa.array(rows)


# What Hive and Spark write as %XX in a directory name.
_ESCAPED = {c: f"%{c:02X}" for c in (*range(0x20), 0x7F, *b"\"#%'*/:=?\\{[]^")}
