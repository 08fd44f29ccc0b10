"""Which file holds which rows. The plan depends on what is asked alone, never on who carries it out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from rowmill.errors import ConfigError, StorageError
from rowmill.generate.table import BLOCK_ROWS, TableGenerator
from rowmill.schema.types import DataType
from rowmill.slices import Slice

# Part of every digest: raise it when the same schema would give other rows or files.
ENGINE_VERSION = 2
FORMATS = ("parquet", "csv", "json", "orc")
MODES = ("overwrite", "append", "error")
MIN_FILE_ROWS, MAX_FILE_ROWS = 4 * BLOCK_ROWS, 64 * BLOCK_ROWS


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """Rows first_row .. first_row+rows-1 go to this file; `path` is relative to the table's directory."""

    path: str
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a run are cut into files."""

    format: str = "parquet"
    file_rows: int | None = None
    partition_by: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()


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


def default_file_rows(rows: int) -> int:
    """About eight files, of 262,144 to 4,194,304 rows each, in whole blocks."""
    blocks = -(-rows // (8 * BLOCK_ROWS))
    return min(MAX_FILE_ROWS, max(MIN_FILE_ROWS, blocks * BLOCK_ROWS))


def plan_table(generator: TableGenerator, layout: Layout) -> TablePlan:
    """The plan of a run. Raises ConfigError or StorageError for a layout that can't be."""
    _check_layout(generator, layout)
    first, rows = generator.first_row, generator.rows - generator.first_row
    size = layout.file_rows or default_file_rows(rows)
    segment = len(generator.segments)
    files: list[PlannedFile] = []
    if layout.slices:
        at = first
        for part in layout.slices:
            files += _cut(f"{part.name}/", segment, at, part.rows, size, layout.format)
            at += part.rows
    else:
        files = _cut("", segment, first, rows, size, layout.format)
    return TablePlan(generator, layout, tuple(files), _digest(generator, layout, files))


def tasks(plan: TablePlan, at_least: int = BLOCK_ROWS) -> list[tuple[PlannedFile, ...]]:
    """Files in groups of at least a block of rows: a task for each tiny file would cost more than its rows."""
    groups: list[list[PlannedFile]] = []
    held = at_least
    for file in plan.files:
        if held >= at_least:
            groups.append([])
            held = 0
        groups[-1].append(file)
        held += file.rows
    return [tuple(group) for group in groups]


def _cut(prefix: str, segment: int, first: int, rows: int, size: int, form: str) -> list[PlannedFile]:
    return [
        PlannedFile(f"{prefix}part-{segment:03d}-{index:06d}.{form}", first + at, min(size, rows - at))
        for index, at in enumerate(range(0, rows, size))
    ] or [PlannedFile(f"{prefix}part-{segment:03d}-000000.{form}", first, 0)]


def _check_layout(generator: TableGenerator, layout: Layout) -> None:
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
    for column in generator.definition.columns:
        why = _unstorable(column.type, layout.format)
        if why:
            raise StorageError(
                f"{layout.format} can't hold {column.type}: {why}",
                where=f"{where} column '{column.name}'",
                fix="choose another format or type",
            )


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
            "partition_by": layout.partition_by,
            "files": [(file.path, file.first_row, file.rows) for file in files],
        },
        sort_keys=True,
        default=str,
    )
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


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
