"""Whole DDL files as teams have them, against truth written by hand: names, order, types, nullability, keys.

Each corpus/NAME.sql has its truth beside it in NAME.yaml. A line of `columns` is a name (in backquotes where it holds
a space or a backquote), a canonical type, and `not null` where it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from rowmill.ddl.convert import Conversion, convert_file
from rowmill.schema.model import ForeignKey, TableDefinition

FILES = sorted((Path(__file__).parent / "corpus").glob("*.sql"))
_QUOTED = r"`(?:[^`]|``)+`"
_LINE = re.compile(rf"(?P<name>{_QUOTED}|[^\s`]+) (?P<type>(?:{_QUOTED}|[^\s`])+)(?P<not_null> not null)?")
_KEYS = {"schema", "columns", "primary_key", "unique", "foreign_keys", "partition_by"}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table, as the truth and the model both can say it."""

    schema: str | None
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique: frozenset[tuple[str, ...]] = frozenset()
    foreign_keys: frozenset[str] = frozenset()
    partition_by: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """Of one file: the columns of its truth, those that were read right, and all that differs."""

    columns: int = 0
    right: int = 0
    differences: list[str] = field(default_factory=list)


def read_truth(path: Path) -> tuple[str, dict[str, Table]]:
    """The dialect and the tables of a truth file; a key or line that has another form fails."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data["dialect"], {str(name): _true_table(name, entry) for name, entry in data["tables"].items()}


def _true_table(name: str, entry: dict[str, Any]) -> Table:
    assert set(entry) <= _KEYS, f"{name}: unknown keys {sorted(set(entry) - _KEYS)}"
    return Table(
        entry.get("schema"),
        tuple(_true_column(line) for line in entry["columns"].splitlines()),
        tuple(entry.get("primary_key", ())),
        frozenset(tuple(key) for key in entry.get("unique", ())),
        frozenset(entry.get("foreign_keys", ())),
        tuple(entry.get("partition_by", ())),
    )


def _true_column(line: str) -> Column:
    match = _LINE.fullmatch(line)
    assert match is not None, f"no column line: {line}"
    name = match["name"]
    if name.startswith("`"):
        name = name[1:-1].replace("``", "`")
    return Column(name, match["type"], match["not_null"] is None)


def _read_table(table: TableDefinition) -> Table:
    return Table(
        table.schema,
        tuple(Column(column.name, str(column.type), column.nullable) for column in table.columns),
        table.primary_key,
        frozenset(table.unique),
        frozenset(_key(key) for key in table.foreign_keys),
        table.partition_by,
    )


def _key(key: ForeignKey) -> str:
    return f"{', '.join(key.columns)} -> {key.table} ({', '.join(key.references)})"


@cache
def _convert(path: Path, dialect: str | None) -> Conversion:
    return convert_file(path, dialect)


def compare(path: Path, dialect: str | None) -> Score:
    """What the converter makes of a file, against its truth."""
    expected, truth = read_truth(path.with_suffix(".yaml"))
    conversion = _convert(path, dialect)
    found = {table.name: _read_table(table) for table in conversion.schema.tables}
    score = Score(differences=[f"refused: {failure}" for failure in conversion.failures])
    if conversion.schema.dialect != expected:
        score.differences.append(f"dialect {conversion.schema.dialect}, should be {expected}")
    score.differences += [f"{name}: no such table in the file" for name in found if name not in truth]
    for name, table in truth.items():
        score.columns += len(table.columns)
        if name not in found:
            score.differences.append(f"{name}: the table is missing")
            continue
        score.right += sum(a == b for a, b in zip(table.columns, found[name].columns, strict=False))
        score.differences += [f"{name}: {what}" for what in _differences(table, found[name])]
    return score


def _differences(true: Table, read: Table) -> Iterator[str]:
    names, found = [column.name for column in true.columns], [column.name for column in read.columns]
    if names != found:
        yield f"columns {found}, should be {names}"
    known = {column.name: column for column in read.columns}
    for column in true.columns:
        if known.get(column.name, column) != column:
            yield f"{_line(known[column.name])}, should be {_line(column)}"
    for what in ("schema", "primary_key", "partition_by"):
        if getattr(true, what) != getattr(read, what):
            yield f"{what} {getattr(read, what)}, should be {getattr(true, what)}"
    for what in ("unique", "foreign_keys"):
        wanted, met = getattr(true, what), getattr(read, what)
        if wanted != met:
            yield f"{what}: lacks {sorted(wanted - met)}, has too many {sorted(met - wanted)}"


def _line(column: Column) -> str:
    return f"{column.name} {column.type}{'' if column.nullable else ' not null'}"


def _report(path: Path, differences: Iterable[str]) -> str:
    return "\n".join(f"{path.name}: {what}" for what in differences)


@pytest.mark.parametrize("sql", FILES, ids=lambda path: path.stem)
def test_truth_can_be_read(sql: Path) -> None:
    dialect, tables = read_truth(sql.with_suffix(".yaml"))
    assert dialect == sql.stem.partition("-")[0]
    for name, table in tables.items():
        columns = {column.name: column for column in table.columns}
        assert len(columns) == len(table.columns), name
        assert all(not columns[key].nullable for key in table.primary_key), name
        keys = [*table.unique, *(tuple(key.partition(" -> ")[0].split(", ")) for key in table.foreign_keys)]
        assert all(column in columns for key in keys for column in key), name


@pytest.mark.parametrize("sql", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("named", [False, True], ids=["auto", "named"])
def test_file_is_read_as_it_is_meant(sql: Path, named: bool) -> None:
    dialect, _ = read_truth(sql.with_suffix(".yaml"))
    score = compare(sql, dialect if named else None)
    assert not score.differences, "\n" + _report(sql, score.differences)


def test_corpus_as_a_whole() -> None:
    truths = [read_truth(sql.with_suffix(".yaml")) for sql in FILES]
    assert len({dialect for dialect, _ in truths}) >= 12
    assert sum(len(tables) for _, tables in truths) >= 300
    scores = {sql: compare(sql, None) for sql in FILES}
    columns, right = sum(s.columns for s in scores.values()), sum(s.right for s in scores.values())
    print(f"{right} of {columns} columns are right: {right / columns:.2%}")
    lines = [_report(sql, score.differences) for sql, score in scores.items() if score.differences]
    assert right >= 0.99 * columns, f"{right} of {columns} columns\n" + "\n".join(lines)
