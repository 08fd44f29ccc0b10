"""Which file holds which rows. The plan depends on what is asked alone, never on who carries it out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from typing import Any

import pyarrow as pa

from rowmill.errors import ConfigError, ResourceError, StorageError
from rowmill.generate.table import BLOCK_ROWS, TableGenerator
from rowmill.schema.types import DataType
from rowmill.sink.formats import CODECS, DEFAULTS, LEVELS, ROW_GROUP_ROWS, WriterOptions, default_level, suffix
from rowmill.slices import Slice

# Part of every digest: raise it when the same schema would give other rows or files.
ENGINE_VERSION = 3
FORMATS = ("parquet", "csv", "json", "orc")
MODES = ("overwrite", "append", "error")
MIN_FILE_ROWS, MAX_FILE_ROWS = 4 * BLOCK_ROWS, 64 * BLOCK_ROWS
MAX_FILES = 4_000_000
HELD_BYTES = 128 << 20
_GROUP_BYTES = 128 << 20  # a writer holds a row group until it is whole
_BATCH_BYTES, _SAMPLE_ROWS = 16 << 20, 1024
_FILE_COST = 256  # of opening and closing a file, in rows


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """Rows first_row .. first_row+rows-1 go to this file; `path` is relative to the table's directory."""

    path: str
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a run are cut into files, and how these are encoded.

    rows_from, rows_to: only these rows (half-open, numbered from 0), in the files that the whole run has them in
    """

    format: str = "parquet"
    file_rows: int | None = None
    rows_from: int | None = None
    rows_to: int | None = None
    partition_by: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    options: WriterOptions = DEFAULTS

    @property
    def holds_files(self) -> bool:
        """Whether a task holds all rows of a file before it writes them."""
        return bool(self.partition_by or self.options.sort_by)

    @property
    def is_part(self) -> bool:
        """Whether a range of rows is asked for, not the whole table."""
        return self.rows_from is not None or self.rows_to is not None


@dataclass(frozen=True)
class TablePlan:
    """One table's share of a run. `digest` names the whole outcome: same digest, same files."""

    generator: TableGenerator
    layout: Layout
    files: tuple[PlannedFile, ...]
    digest: str

    @property
    def name(self) -> str:
        return self.generator.definition.name

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def part(self) -> tuple[int, int, int] | None:
        """First row, row after the last, rows of the whole table; None if the plan is for all of them."""
        return (*_row_range(self.generator, self.layout), self.generator.rows) if self.layout.is_part else None


def default_file_rows(rows: int) -> int:
    """About eight files, of 262,144 to 4,194,304 rows each, in whole blocks."""
    blocks = -(-rows // (8 * BLOCK_ROWS))
    return min(MAX_FILE_ROWS, max(MIN_FILE_ROWS, blocks * BLOCK_ROWS))


def plan_table(generator: TableGenerator, layout: Layout) -> TablePlan:
    """The plan of a run. Raises ConfigError or StorageError for a layout that can't be."""
    check_layout(generator, layout)
    layout = resolved(generator, layout)
    first, rows = generator.first_row, generator.rows - generator.first_row
    size = layout.file_rows or default_file_rows(rows)
    if layout.holds_files:
        size = _held_rows(generator, layout, size)
    if rows // size > MAX_FILES:
        raise ResourceError(
            f"more than {MAX_FILES:,} files",
            where=f"table '{generator.definition.name}'",
            value=-(-rows // size),
            fix="ask for more rows a file, or fewer rows",
        )
    segment = len(generator.segments)
    ending = suffix(layout.format, layout.options.compression)
    files: list[PlannedFile] = []
    if layout.slices:
        at = first
        for part in layout.slices:
            files += _cut(f"{part.name}/", segment, at, part.rows, size, ending)
            at += part.rows
    else:
        files = _cut("", segment, first, rows, size, ending)
    if layout.is_part:
        files = _within(files, *_row_range(generator, layout))
    return TablePlan(generator, layout, tuple(files), _digest(generator, layout, files))


def resolved(generator: TableGenerator, layout: Layout) -> Layout:
    """The layout with every default of its options spelled out: the same files have one digest however it was said."""
    options = layout.options
    codec = options.compression or CODECS[layout.format][0]
    level = default_level(layout.format, codec) if options.level is None else options.level
    group = options.row_group_rows
    if layout.format == "parquet" and group is None:
        group = min(ROW_GROUP_ROWS, _power_of_two(_GROUP_BYTES / row_bytes(generator)))
    return replace(layout, options=replace(options, compression=codec, level=level, row_group_rows=group))


def row_bytes(generator: TableGenerator) -> float:
    """Bytes that a row takes in memory, of a sample; dictionaries not counted, as all rows share them."""
    first, rows = generator.first_row, min(_SAMPLE_ROWS, generator.rows - generator.first_row)
    if rows <= 0:
        return 1.0
    columns = generator.batch(first, first + rows).columns
    taken = sum(int((c.indices if isinstance(c, pa.DictionaryArray) else c).nbytes) for c in columns)
    return max(1.0, taken / rows)


def batch_rows(generator: TableGenerator) -> int:
    """Rows that a task makes at a time: a power of two that takes about 16 MiB; they change no row."""
    return min(2 * BLOCK_ROWS, _power_of_two(_BATCH_BYTES / row_bytes(generator)))


def _power_of_two(most: float) -> int:
    return 1 << max(0, int(most).bit_length() - 1)


def _held_rows(generator: TableGenerator, layout: Layout, size: int) -> int:
    most = max(1, int(HELD_BYTES / row_bytes(generator)))
    if layout.file_rows is not None and layout.file_rows > most:
        raise ResourceError(
            "a task holds the rows of a file in memory, to sort or partition them; these are too many",
            where=f"table '{generator.definition.name}' file_rows",
            value=layout.file_rows,
            fix=f"at most {most:,} rows a file",
        )
    return min(size, most)


def tasks(plan: TablePlan, at_least: int = BLOCK_ROWS) -> list[tuple[PlannedFile, ...]]:
    """Files in groups of at least a block of rows: a task for each tiny file would cost more than its rows.

    A file counts as some rows more than it has, so that empty ones are spread too.
    """
    groups: list[list[PlannedFile]] = []
    held = at_least
    for file in plan.files:
        if held >= at_least:
            groups.append([])
            held = 0
        groups[-1].append(file)
        held += file.rows + _FILE_COST
    return [tuple(group) for group in groups]


def _cut(prefix: str, segment: int, first: int, rows: int, size: int, form: str) -> list[PlannedFile]:
    return [
        PlannedFile(f"{prefix}part-{segment:03d}-{index:06d}.{form}", first + at, min(size, rows - at))
        for index, at in enumerate(range(0, rows, size))
    ] or [PlannedFile(f"{prefix}part-{segment:03d}-000000.{form}", first, 0)]


def _row_range(generator: TableGenerator, layout: Layout) -> tuple[int, int]:
    start, stop = layout.rows_from or 0, generator.rows if layout.rows_to is None else layout.rows_to
    where = f"table '{generator.definition.name}'"
    if stop > generator.rows:
        raise ConfigError(
            "rows_to is beyond the table's rows", where=where, value=stop, fix=f"it has {generator.rows} rows"
        )
    if start >= stop:
        raise ConfigError(
            f"rows {start} .. {stop - 1} are none",
            where=where,
            value=start,
            fix="rows_from is the first row, rows_to the one after the last",
        )
    return start, stop


def _within(files: Sequence[PlannedFile], start: int, stop: int) -> list[PlannedFile]:
    """The parts of the files that hold the rows start .. stop-1: names and cuts stay those of the whole run."""
    return [
        PlannedFile(file.path, low, high - low)
        for file in files
        if (low := max(start, file.first_row)) < (high := min(stop, file.first_row + file.rows))
    ]


def check_layout(generator: TableGenerator, layout: Layout) -> None:
    """Raises ConfigError or StorageError for a layout that can't be."""
    where = f"table '{generator.definition.name}'"
    names = generator.definition.column_names
    for name in layout.partition_by:
        if name not in names:
            raise ConfigError("partition_by: no such column", where=where, value=name, fix=f"it has {', '.join(names)}")
        dtype = generator.definition.column(name).type
        if dtype.is_nested or dtype.name in ("binary", "float", "double", "interval"):
            raise StorageError(
                f"a {dtype} can't name a directory", where=f"{where} column '{name}'", fix="partition by another column"
            )
    if layout.partition_by and len(layout.partition_by) >= len(names):
        raise ConfigError("partition_by: no column would be left in the files", where=where)
    if layout.slices and layout.partition_by:
        raise ConfigError("slices and partition_by exclude each other", where=where, fix="give one of them")
    _check_options(generator, layout, where)
    for column in generator.definition.columns:
        why = _unstorable(column.type, layout.format)
        if why:
            raise StorageError(
                f"{layout.format} can't hold {column.type}: {why}",
                where=f"{where} column '{column.name}'",
                fix="choose another format or type",
            )


def _check_options(generator: TableGenerator, layout: Layout, where: str) -> None:
    options, names = layout.options, generator.definition.column_names
    codecs = CODECS[layout.format]
    codec = options.compression or codecs[0]
    if codec not in codecs:
        raise ConfigError(
            f"{layout.format} files are not compressed so",
            where="compression",
            value=codec,
            fix=f"use one of {', '.join(codecs)}",
        )
    if options.level is not None:
        least, most = LEVELS.get(codec, (0, 0))
        if layout.format == "orc" or codec not in LEVELS:
            raise ConfigError(
                f"{codec} in {layout.format} has no levels", where="compression_level", value=options.level
            )
        if not least <= options.level <= most:
            raise ConfigError(
                f"{codec} has the levels {least} .. {most}", where="compression_level", value=options.level
            )
    if options.row_group_rows is not None and layout.format != "parquet":
        raise ConfigError("only Parquet has row groups", where="row_group_rows", fix="leave it out, or use parquet")
    for name, _ in options.sort_by:
        if name not in names:
            raise ConfigError("sort_by: no such column", where=where, value=name, fix=f"it has {', '.join(names)}")
        if generator.definition.column(name).type.is_nested or name in layout.partition_by:
            raise ConfigError("sort_by: rows of a file can't be sorted by this column", where=where, value=name)


def _unstorable(dtype: DataType, form: str) -> str | None:
    if dtype.name == "interval" and form != "parquet":
        return "Spark reads an interval back from Parquet only"
    if form == "csv" and (dtype.is_nested or dtype.name == "binary"):
        return "a field of a CSV line is plain text"
    if form == "orc" and dtype.name == "time":
        return "ORC has no time of day"
    for child in dtype.children:
        why = _unstorable(child, form)
        if why:
            return why
    return None


def _digest(generator: TableGenerator, layout: Layout, files: Sequence[PlannedFile]) -> str:
    seen: dict[str, Any] = {}

    def describe(table: TableGenerator) -> None:
        if table.qualified in seen:
            return
        seen[table.qualified] = {
            "rows": table.rows,
            "segments": table.segments,
            "parent_rows": table.known_parent_rows,
            "definition": _described(table.definition),
            **_bounds(table),
        }
        for relation in table.relations:
            describe(relation.parent)

    describe(generator)
    text = json.dumps(
        {
            "engine": ENGINE_VERSION,
            "seed": generator.seed,
            "table": generator.qualified,
            "tables": seen,
            "format": layout.format,
            "options": asdict(layout.options),
            "partition_by": layout.partition_by,
            "files": [(file.path, file.first_row, file.rows) for file in files],
        },
        sort_keys=True,
        default=str,
    )
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _bounds(table: TableGenerator) -> dict[str, Any]:
    """The only options that make data: bounds of columns whose generator is inferred."""
    entries = table.definition.options.get("bounds") or {}
    inferred = [c.name for c in table.definition.columns if c.generator is None and c.name in entries]
    return {"bounds": _described({name: entries[name] for name in inferred})} if inferred else {}


_SILENT = ("line", "comment", "options", "source_type")  # of the model: they change no data


def _described(value: Any) -> Any:
    """What makes the data, as JSON. Within arguments every key counts: a struct may have a field `comment`."""
    if is_dataclass(value):
        return {f.name: _described(getattr(value, f.name)) for f in fields(value) if f.name not in _SILENT}
    if isinstance(value, Mapping):
        return [[repr(k), _described(v)] for k, v in value.items()]
    if isinstance(value, list | tuple):
        return [_described(v) for v in value]
    return value
