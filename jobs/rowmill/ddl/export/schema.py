"""All tables of a schema as one SQL text, in an order in which an engine takes them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from rowmill.ddl.dialects import Dialect, dialect_named
from rowmill.ddl.export.columns import numbered_decimals
from rowmill.ddl.export.context import Losses, TableContext
from rowmill.ddl.export.grammar import GRAMMARS
from rowmill.ddl.export.physical import is_temporary
from rowmill.ddl.export.quoting import name as quoted_name
from rowmill.ddl.export.table import Statements, table_statements
from rowmill.ddl.export.user_types import type_statements
from rowmill.errors import DDLError, SchemaError
from rowmill.schema.model import SchemaFile, TableDefinition

# What Hive's metastore, and who keeps tables in it, takes as a table's name.
_PLAIN_TABLES = frozenset({"athena", "databricks", "hive", "spark"})
# Where a temporary table can't be in a schema of people's.
_UNPLACED = frozenset({"duckdb", "postgres", "redshift"})
_Parents = Mapping[str, tuple[str, TableDefinition]]


@dataclass(frozen=True, slots=True)
class Exported:
    """The SQL text, and one line for each thing that the target can't hold: table, column, what."""

    sql: str
    warnings: tuple[str, ...]


def export_schema(
    schema: SchemaFile, target: Dialect, source: Dialect | None = None, tables: Sequence[str] = ()
) -> Exported:
    """Writes the tables as CREATE TABLE statements.

    source: the dialect of the schema's SQL texts and source types (default: the one that the schema names)
    tables: only these, by name or schema.name (default: all); the others are taken to be there
    Raises DDLError for a column whose type is unknown, unless the schema came from the target, and SchemaError for a
    table that is not in the schema.
    """
    told = _wanted(schema, tables)
    if source is None and schema.dialect:
        source = dialect_named(schema.dialect)
    losses = Losses()
    own = source is not None and source.name == target.name
    placed = list(schema.tables) if own else _placed(schema.tables, told, (source, target), losses)
    parents = _parents(placed)
    keyed = _keyed(placed, parents)
    whole = {} if own else _whole_numbers(placed, parents, target)
    chosen = [t for t, original in zip(placed, schema.tables, strict=True) if _qualified(original) in told]
    created = {_qualified(table) for table in placed} - {_qualified(table) for table in chosen}
    if not own and target.name == "duckdb":  # it wants the parent to be there, and adds no keys later
        chosen = _parents_first(chosen, parents, created, losses)
    found: list[Statements] = []
    contexts = []
    for table in chosen:
        created.add(_qualified(table))
        name = _qualified(table)
        context = TableContext(table, target, source, losses, keyed[name], parents, whole.get(name, frozenset()))
        contexts.append(context)
        found.append(table_statements(context, frozenset(created)))
    texts = [*_schemas(chosen, target), *type_statements(contexts)]
    for statements in found:
        texts += [*statements.before, statements.create, *statements.after]
    texts += [text for statements in found for text in statements.later]
    return Exported("".join(f"{text};\n" for text in _spaced(texts)), tuple(losses.lines))


def _wanted(schema: SchemaFile, names: Sequence[str]) -> frozenset[str]:
    """The qualified names of the tables that are asked for."""
    if not names:
        return frozenset(map(_qualified, schema.tables))
    found: set[str] = set()
    for name in names:
        table = next((t for t in schema.tables if name in (_qualified(t), t.name)), None)
        if table is None:
            near = difflib.get_close_matches(name, [t.name for t in schema.tables], n=2)
            known = ", ".join(t.name for t in schema.tables)[:200]
            fix = f"did you mean {' or '.join(near)}?" if near else f"it has {known}"
            raise SchemaError("the schema has no such table", where=schema.path, value=name, fix=fix)
        found.add(_qualified(table))
    return frozenset(found)


def _spaced(texts: Sequence[str]) -> list[str]:
    """An empty line before each table but the first statement."""
    return [f"\n{text}" if i and "\n" in text else text for i, text in enumerate(texts)]


def _qualified(table: TableDefinition) -> str:
    return table.name if table.schema is None else f"{table.schema}.{table.name}"


# -- names -------------------------------------------------------------------------------------------------------


def _placed(
    tables: Sequence[TableDefinition],
    told: Collection[str],
    way: tuple[Dialect | None, Dialect],
    losses: Losses,
) -> list[TableDefinition]:
    """The tables under names that the target takes; foreign keys follow. `told`: those of which losses are noted."""
    source, target = way
    parts = GRAMMARS[target.name].parts
    home = GRAMMARS[source.name].home_schema.lower() if source else ""
    renamed: dict[str, str] = {}
    placed: list[TableDefinition] = []
    for table in tables:
        was = _qualified(table)
        noted = losses if was in told else Losses()
        schema = table.schema
        if schema is not None and schema.count(".") + 2 > parts:
            kept = schema.split(".")[-(parts - 1) :] if parts > 1 else []
            schema = ".".join(kept) or None
            noted.add(
                was,
                f"its schema is {schema}: {target.name} has no longer names"
                if schema
                else f"its schema is dropped: {target.name} has none",
            )
        if schema is not None and target.name in _UNPLACED and is_temporary(table):
            noted.add(was, f"its schema is dropped: {target.name} has a schema of its own for temporary tables")
            schema = None
        if schema is not None and home and schema.lower() == home and home != GRAMMARS[target.name].home_schema.lower():
            noted.add(was, f"its schema is dropped: {schema} is the one that is always there")
            schema = None
        name = table.name
        if target.name in _PLAIN_TABLES:
            name = re.sub(r"[^A-Za-z0-9_]", "_", name)
            schema = re.sub(r"[^A-Za-z0-9_.]", "_", schema) if schema else schema
        if name != table.name:
            noted.add(was, f"its name is {name}: {target.name} takes letters, digits and _ only")
        table = replace(table, name=name, schema=schema)
        renamed[was] = _qualified(table)
        renamed.setdefault(was.rpartition(".")[2], _qualified(table))
        placed.append(table)
    names = [_qualified(table).casefold() for table in placed]
    twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twice is not None:
        raise DDLError(
            "two tables would have this name", where=target.name, value=twice, fix="rename one of them in the YAML"
        )
    return [
        replace(
            table,
            foreign_keys=tuple(replace(key, table=renamed.get(key.table, key.table)) for key in table.foreign_keys),
        )
        for table in placed
    ]


def _schemas(tables: Sequence[TableDefinition], target: Dialect) -> list[str]:
    """Statements that create the schemas if they are not there."""
    grammar = GRAMMARS[target.name]
    if not grammar.make_schema:
        return []
    needed = dict.fromkeys(table.schema for table in tables if table.schema)
    return [
        grammar.make_schema.format(".".join(quoted_name(part, target) for part in schema.split(".")), _inside(schema))
        for schema in needed
        if schema is not None and schema.lower() != grammar.home_schema.lower()
    ]


def _inside(schema: str) -> str:
    """The schema's own name as the inside of a literal."""
    return schema.rpartition(".")[2].replace("'", "''")


# -- keys between tables -----------------------------------------------------------------------------------------


def _parents(tables: Sequence[TableDefinition]) -> dict[str, tuple[str, TableDefinition]]:
    """Each table by every name that a foreign key may use."""
    found: dict[str, tuple[str, TableDefinition]] = {}
    short: dict[str, list[TableDefinition]] = {}
    for table in tables:
        found[_qualified(table)] = (_qualified(table), table)
        short.setdefault(table.name, []).append(table)
    for name, named in short.items():
        if len(named) == 1:
            found.setdefault(name, (_qualified(named[0]), named[0]))
    for table in tables:
        for key in table.foreign_keys:
            near = _near(key.table, tables) if key.table not in found else None
            if near is not None:
                found[key.table] = (_qualified(near), near)
    return found


def _near(name: str, tables: Sequence[TableDefinition]) -> TableDefinition | None:
    """The table of a name in other capitals, or with more parts than its own."""
    wanted = name.casefold().split(".")
    near = [
        t
        for t in tables
        if _qualified(t).casefold().split(".")[-len(wanted) :] == wanted[-(_qualified(t).count(".") + 1) :]
    ]
    return near[0] if len(near) == 1 else None


def _keyed(tables: Sequence[TableDefinition], parents: _Parents) -> dict[str, frozenset[str]]:
    """The columns of each table that are part of a key, or that another table's key names."""
    found: dict[str, set[str]] = {_qualified(table): set() for table in tables}
    for table in tables:
        found[_qualified(table)].update(table.primary_key, *table.unique)
        for key in table.foreign_keys:
            found[_qualified(table)].update(key.columns)
            if key.table in parents:
                found[parents[key.table][0]].update(key.references)
    return {name: frozenset(columns) for name, columns in found.items()}


def _whole_numbers(tables: Sequence[TableDefinition], parents: _Parents, target: Dialect) -> dict[str, frozenset[str]]:
    """The decimal columns of each table that are numbered, or that hold keys of such a column."""
    found = {_qualified(table): numbered_decimals(table, target) for table in tables}
    links = [
        (_qualified(table), column, parents[key.table][0], referenced)
        for table in tables
        for key in table.foreign_keys
        if key.table in parents
        for column, referenced in zip(key.columns, key.references, strict=False)
        if table.column(column).type.name == "decimal"
    ]
    grown = True
    while grown:
        grown = False
        for name, column, parent, referenced in links:
            if referenced in found[parent] and column not in found[name]:
                found[name] |= {column}
                grown = True
    return found


def _parents_first(
    tables: Sequence[TableDefinition], parents: _Parents, there: Collection[str], losses: Losses
) -> list[TableDefinition]:
    """Tables behind those that their keys name; a key that closes a circle is dropped."""
    by_name = {_qualified(table): table for table in tables}
    waits = {name: _waits(table, parents, there) for name, table in by_name.items()}
    order: dict[str, TableDefinition] = {}
    open_: dict[str, None] = {}
    for first in by_name:
        path = [first]
        while path:
            name = path[-1]
            open_[name] = None
            ahead = next((p for p in waits[name] if p in by_name and p not in order and p not in open_), None)
            if ahead is not None:
                path.append(ahead)
                continue
            path.pop()
            del open_[name]
            if name not in order:
                order[name] = _without_circles(by_name[name], parents, {*order, *there, name}, losses)
    return list(order.values())


def _waits(table: TableDefinition, parents: _Parents, there: Collection[str]) -> list[str]:
    named = [parents[key.table][0] for key in table.foreign_keys if key.table in parents]
    return [name for name in named if name != _qualified(table) and name not in there]


def _without_circles(
    table: TableDefinition, parents: _Parents, there: Collection[str], losses: Losses
) -> TableDefinition:
    kept = []
    for key in table.foreign_keys:
        if key.table in parents and parents[key.table][0] not in there:
            what = f"the foreign key ({', '.join(key.columns)}) is dropped: the tables name each other"
            losses.add(_qualified(table), what)
        else:
            kept.append(key)
    return replace(table, foreign_keys=tuple(kept))
