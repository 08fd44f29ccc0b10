"""One table as statements: CREATE TABLE, what has to be there before, and its comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rowmill.ddl.export.columns import column_line, identity_style, sequence_name
from rowmill.ddl.export.context import TableContext
from rowmill.ddl.export.keys import keys_of, table_name
from rowmill.ddl.export.physical import in_partition_clause, modifiers, tail
from rowmill.ddl.export.quoting import literal
from rowmill.ddl.export.type_names import BYTE_LENGTHS
from rowmill.schema.model import TableColumn

_NEXT_OF = re.compile(r"nextval\s*\(\s*'([^']+)'", re.IGNORECASE)


@dataclass(slots=True)
class Statements:
    """What creates one table.

    before: statements that come first
    create: its CREATE TABLE
    after:  its comments
    later:  keys that wait for all tables
    """

    before: list[str] = field(default_factory=list)
    create: str = ""
    after: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


def table_statements(context: TableContext, created: frozenset[str]) -> Statements:
    """The statements of a table. `created`: the tables that are there already, itself included."""
    found = Statements()
    columns = context.table.columns
    outside = in_partition_clause(context)
    if outside and context.table.column_names[-len(outside) :] != outside:
        context.lost(f"{', '.join(outside)} come last: partitions do there")
    body = [column_line(column, context) for column in columns if column.name not in outside]
    partitions = [column_line(context.table.column(name), context, partition=True) for name in outside]
    for column in columns:
        if identity_style(column, context) == "sequence":
            found.before.append(_sequence(column, context))
        named = _NEXT_OF.search(column.default or "")
        if named and context.own and context.target.name in ("duckdb", "postgres"):
            found.before.append(f"CREATE SEQUENCE IF NOT EXISTS {named.group(1)}")
    keys = keys_of(context, created)
    found.later = keys.later
    _general_losses(context)
    lines = [*body, *keys.inside, *_indexes(context)]
    comments = _line_comments(context, outside, len(lines))
    head = " ".join(part for part in ("CREATE", modifiers(context), "TABLE", table_name(context)) if part)
    before = str(context.table.options.get("before_columns") or "") if context.own else ""
    separator = "" if before.startswith(",") or not before else " "
    whole = _partition_of(context)
    if whole:
        found.create = "\n".join([head, *whole])
        found.after = _comments(context)
        return found
    text = f"{head}{separator}{before} (\n"
    for i, line in enumerate(lines):
        text += f"  {line}{',' if i < len(lines) - 1 else ''}{comments[i]}\n"
    found.create = text + ")" + "".join(f"\n{clause}" for clause in tail(context, partitions))
    found.after = _comments(context)
    return found


def _partition_of(context: TableContext) -> list[str]:
    """The clauses of a table that takes its columns from the one that it is a part of (PostgreSQL)."""
    if not context.own or context.target.name != "postgres":
        return []
    clauses = [str(clause) for clause in context.table.options.get("clauses") or ()]
    return clauses if clauses and " ".join(clauses[0].split()).upper().startswith("PARTITION OF") else []


def _sequence(column: TableColumn, context: TableContext) -> str:
    steps = context.option("identity", column.name) or {}
    start, increment = steps.get("start", 1), steps.get("increment", 1)
    rest = "" if (start, increment) == (1, 1) else f" START WITH {start} INCREMENT BY {increment}"
    if start < 1 and increment > 0:
        rest = f" MINVALUE {start}{rest}"
    return f"CREATE SEQUENCE {sequence_name(column, context)}{rest}"


def _indexes(context: TableContext) -> list[str]:
    """Index lines of the same dialect; MySQL wants one on the column that it numbers."""
    if context.own:
        return [str(line) for line in context.table.options.get("indexes") or ()]
    for column in context.table.columns:
        if identity_style(column, context) == "auto_increment":
            firsts = {key[0] for key in (context.table.primary_key, *context.table.unique) if key}
            if column.name not in firsts:
                return [f"KEY ({context.name(column.name)})"]
    return []


# The longest name, in bytes; PostgreSQL cuts what is longer.
_NAME_MAX = {"db2": 128, "exasol": 128, "hive": 128, "mysql": 64, "oracle": 128, "postgres": 63, "redshift": 127}
_NAME_MAX |= {"singlestore": 64, "snowflake": 255, "teradata": 128, "tsql": 128, "vertica": 128}


def _general_losses(context: TableContext) -> None:
    """What concerns all columns alike is said once."""
    if context.own:
        return
    most = _NAME_MAX.get(context.target.name)
    for name in (context.table.name, *context.table.column_names):
        if most is not None and len(name.encode()) > most:
            context.lost(f"the name {name} is longer than {most} bytes")
    table, target = context.table, context.target.name
    if target in BYTE_LENGTHS and any(
        c.type.name == "char" or (c.type.name == "varchar" and target != "clickhouse") for c in table.columns
    ):
        context.lost(f"the lengths of its texts are bytes in {target}, not characters")
    strict = [column.name for column in table.columns if not column.nullable]
    if not context.grammar.not_null and target != "clickhouse" and strict:
        context.lost(f"NOT NULL of {', '.join(strict)} is dropped: {target} has none")
    if target == "clickhouse" and table.primary_key:
        context.lost("the primary key is not enforced: clickhouse only sorts by it")


# -- comments ----------------------------------------------------------------------------------------------------


def _line_comments(context: TableContext, outside: tuple[str, ...], count: int) -> list[str]:
    """SQLite has no comments but those of SQL, which it keeps in the text of the statement."""
    if context.target.name != "sqlite":
        return [""] * count
    found = [
        f" -- {' '.join(column.comment.split())}" if column.comment else ""
        for column in context.table.columns
        if column.name not in outside
    ]
    if any(found) or context.table.comment:
        context.lost("its comments stand as comments of SQL: sqlite has no others")
    return found + [""] * (count - len(found))


def _comments(context: TableContext) -> list[str]:
    form, table = context.grammar.comment_on, context.table
    if not form:
        return []
    found: list[str] = []
    if table.comment is not None:
        found.append(_property(context, table.comment) if form == "property" else _comment_on(context, table.comment))
    for column in table.columns:
        if column.comment is not None:
            write = _property if form == "property" else _comment_on
            found.append(write(context, column.comment, column.name))
    return found


def _comment_on(context: TableContext, text: str, column: str | None = None) -> str:
    place = f"COLUMN {table_name(context)}.{context.name(column)}" if column else f"TABLE {table_name(context)}"
    return f"COMMENT ON {place} IS {literal(text, context.target)}"


def _property(context: TableContext, text: str, column: str | None = None) -> str:
    """SQL Server keeps a description as an extended property."""

    def unicode(value: str) -> str:
        return "N'" + value.replace("'", "''") + "'"

    schema = (context.table.schema or context.grammar.home_schema).rpartition(".")[2]
    words = ["MS_Description", text, "SCHEMA", schema, "TABLE", context.table.name]
    words += ["COLUMN", column] if column else []
    return f"EXEC sp_addextendedproperty {', '.join(map(unicode, words))}"
