"""A converted schema over the one that people worked on: what stays theirs, and what changed, in lines to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rowmill.ddl.into_yaml.kept_types import type_to_keep
from rowmill.schema.model import ForeignKey, SchemaFile, TableColumn, TableDefinition

_SHOWN = 80  # characters of a value in a line of the report


def merged(new: SchemaFile, old: SchemaFile, keep_absent: bool = False) -> SchemaFile:
    """The new schema with what people said in the old one: rows, generators, nulls, distributions.

    A comment of the old one stays where the DDL has none, and a foreign key that has settings stays. Another table,
    column or key that the DDL no longer has goes; keep_absent: a table stays (its statement may have been refused).
    """
    identity = table_identity(old, new)
    known = {identity(table): table for table in old.tables}
    tables = [
        _merged_table(table, known[identity(table)]) if identity(table) in known else table for table in new.tables
    ]
    if keep_absent:
        made = {identity(table) for table in new.tables}
        for i, table in enumerate(old.tables):
            if identity(table) not in made:
                before = identity(old.tables[i - 1]) if i else None
                at = next((j + 1 for j, other in enumerate(tables) if identity(other) == before), 0)
                tables.insert(at, table)
    return replace(new, tables=tuple(tables))


def table_identity(old: SchemaFile, new: SchemaFile) -> Callable[[TableDefinition], str]:
    """By what a table is found again: its name in any case, unless two of one file differ by case alone."""
    for schema in (old, new):
        if len({table.name.casefold() for table in schema.tables}) < len(schema.tables):
            return lambda table: table.name
    return lambda table: table.name.casefold()


def column_identity(column: TableColumn) -> str:
    return column.name.casefold()


def key_identity(key: ForeignKey) -> tuple[str, ...]:
    return tuple(name.casefold() for name in key.columns)


def hand_made(new: SchemaFile, old: SchemaFile) -> list[str]:
    """A line for each foreign key that the DDL does not have, but which stays for the settings that it has."""
    identity = table_identity(old, new)
    known = {identity(table): table for table in old.tables}
    return [
        f"table {table.name}: foreign key {_key(key)} is not in the DDL; it stays, for people gave it settings"
        for table in new.tables
        if identity(table) in known
        for key in _kept_keys(table, known[identity(table)])
    ]


def answered(new: SchemaFile, wanted: SchemaFile) -> list[tuple[str, str]]:
    """Table and column where the DDL's type is unknown and people wrote the type into the YAML."""
    known = {(table.name, column.name) for table in wanted.tables for column in table.columns if column.type.is_known}
    return [
        (table.name, column.name)
        for table in new.tables
        for column in table.columns
        if not column.type.is_known and (table.name, column.name) in known
    ]


def _merged_table(new: TableDefinition, old: TableDefinition) -> TableDefinition:
    columns = {column_identity(column): column for column in old.columns}
    keys = {key_identity(key): key for key in old.foreign_keys}
    mine = tuple(_merged_key(key, keys.get(key_identity(key))) for key in new.foreign_keys)
    return replace(
        new,
        comment=old.comment if new.comment is None else new.comment,
        rows=old.rows,
        columns=tuple(_merged_column(column, columns.get(column_identity(column))) for column in new.columns),
        foreign_keys=mine + _kept_keys(new, old),
    )


def _kept_keys(new: TableDefinition, old: TableDefinition) -> tuple[ForeignKey, ...]:
    """Keys with settings that the DDL says nothing of: whoever wrote them wants them."""
    taken = {name for key in new.foreign_keys for name in key_identity(key)}
    names = set(new.column_names)
    return tuple(
        key
        for key in old.foreign_keys
        if (key.distribution is not None or key.nulls is not None)
        and names.issuperset(key.columns)
        and taken.isdisjoint(key_identity(key))
    )


def _merged_column(new: TableColumn, old: TableColumn | None) -> TableColumn:
    if old is None:
        return new
    # A column that became NOT NULL can't keep its share of nulls.
    nulls = old.nulls if new.nullable or not old.nulls else None
    comment = old.comment if new.comment is None else new.comment
    return replace(new, type=type_to_keep(new, old), generator=old.generator, nulls=nulls, comment=comment)


def _merged_key(new: ForeignKey, old: ForeignKey | None) -> ForeignKey:
    return new if old is None else replace(new, distribution=old.distribution, nulls=old.nulls)


# -- the report ----------------------------------------------------------------------------------------


def changes(old: SchemaFile, new: SchemaFile) -> list[str]:
    """What became of the old schema, a line for each thing: `+` came, `-` went, `~` changed."""
    lines = [f"~ dialect: {old.dialect or 'none'} -> {new.dialect or 'none'}"] if old.dialect != new.dialect else []
    identity = table_identity(old, new)
    before = {identity(table): table for table in old.tables}
    after = {identity(table) for table in new.tables}
    for table in new.tables:
        known = before.get(identity(table))
        if known is None:
            count = len(table.columns)
            lines.append(f"+ table {table.name} ({count} column{'s' * (count != 1)})")
        elif known != table:
            lines += [f"table {table.name}: {line}" for line in _table(known, table)]
    for table in old.tables:
        if identity(table) not in after:
            lines.append(f"- table {table.name}{' (its settings go, too)' if _has_settings(table) else ''}")
    lines += _order("tables", list(map(identity, old.tables)), list(map(identity, new.tables)))
    return [" ".join(line.split()) for line in lines]


def _has_settings(table: TableDefinition) -> bool:
    return (
        table.rows is not None
        or any(column.generator is not None or column.nulls is not None for column in table.columns)
        or any(key.distribution is not None or key.nulls is not None for key in table.foreign_keys)
    )


def _table(old: TableDefinition, new: TableDefinition) -> Iterator[str]:
    if old.name != new.name:
        yield f"~ name: {old.name} -> {new.name}"
    yield from _value("schema", old.schema, new.schema)
    yield from _value("comment", old.comment, new.comment)
    before = {column_identity(column): column for column in old.columns}
    after = {column_identity(column) for column in new.columns}
    for column in new.columns:
        known = before.get(column_identity(column))
        if known is None:
            yield f"+ column {column.name} {_type(column)}"
        elif known != column:
            yield f"~ column {column.name}: {'; '.join(_column(known, column))}"
    for column in old.columns:
        if column_identity(column) not in after:
            gone = " (its generator goes, too)" if column.generator is not None else ""
            yield f"- column {column.name} {_type(column)}{gone}"
    yield from _order("columns", list(before), [column_identity(column) for column in new.columns])
    yield from _names("primary key", old.primary_key, new.primary_key)
    yield from (f"+ unique {_list(key)}" for key in new.unique if key not in old.unique)
    yield from (f"- unique {_list(key)}" for key in old.unique if key not in new.unique)
    yield from _foreign_keys(old, new)
    yield from _names("partition by", old.partition_by, new.partition_by)
    yield from _options("option ", old.options, new.options)


def _column(old: TableColumn, new: TableColumn) -> Iterator[str]:
    if old.name != new.name:
        yield f"name {old.name} -> {new.name}"
    if _type(old) != _type(new):
        yield f"{_type(old)} -> {_type(new)}" + (" (look at its generator)" if new.generator is not None else "")
    if old.nullable != new.nullable:
        gone = " (its nulls go, too)" if old.nulls and not new.nulls else ""
        yield f"{'null' if old.nullable else 'not null'} -> {'null' if new.nullable else 'not null'}{gone}"
    for what, before, after in (("default", old.default, new.default), ("comment", old.comment, new.comment)):
        if before != after:
            yield f"{what} {_shown(before)} -> {_shown(after)}"
    if old.generated != new.generated:
        yield "generated" if new.generated else "no longer generated"


def _type(column: TableColumn) -> str:
    return f"{column.type}" + (f" ({column.source_type})" if column.source_type is not None else "")


def _foreign_keys(old: TableDefinition, new: TableDefinition) -> Iterator[str]:
    before = {key_identity(key): key for key in old.foreign_keys}
    after = {key_identity(key) for key in new.foreign_keys}
    for key in new.foreign_keys:
        known = before.get(key_identity(key))
        if known is None:
            yield f"+ foreign key {_key(key)}"
        elif _key(known) != _key(key):
            yield f"~ foreign key {_key(known)} -> {_key(key)}"
    for key in old.foreign_keys:
        if key_identity(key) not in after:
            yield f"- foreign key {_key(key)}{' (its distribution goes, too)' if key.distribution is not None else ''}"


def _key(key: ForeignKey) -> str:
    return f"{_list(key.columns)} references {key.table} {_list(key.references)}"


def _list(names: Iterable[str]) -> str:
    return f"({', '.join(names)})"


def _names(what: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    if old and new and old != new:
        yield f"~ {what}: {_list(old)} -> {_list(new)}"
    elif old != new:
        yield f"+ {what} {_list(new)}" if new else f"- {what} {_list(old)}"


def _options(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name), new.get(name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _options(f"{path}{name}.", before, after)
        else:
            yield from _value(f"{path}{name}", before, after)


def _value(what: str, old: Any, new: Any) -> Iterator[str]:
    if old is None and new is not None:
        yield f"+ {what}: {_shown(new)}"
    elif new is None and old is not None:
        yield f"- {what}: {_shown(old)}"
    elif _bare(old) != _bare(new):
        yield f"~ {what}: {_shown(old)} -> {_shown(new)}"


def _bare(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        text = f"[{', '.join(map(str, value))}]"
    elif isinstance(value, Mapping):
        text = f"{{{', '.join(f'{key}: {inner}' for key, inner in value.items())}}}"
    else:
        text = "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _order(what: str, old: list[str], new: list[str]) -> Iterator[str]:
    if [name for name in old if name in set(new)] != [name for name in new if name in set(old)]:
        yield f"~ {what}: in another order"
