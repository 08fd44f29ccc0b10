"""One column's line: name, type, how it is made, what it may hold, and its comment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.export.context import TableContext
from rowmill.ddl.export.defaults import NEXT_VALUE, default_text
from rowmill.ddl.export.expressions import translate
from rowmill.ddl.export.quoting import literal
from rowmill.errors import DDLError
from rowmill.schema.model import TableColumn, TableDefinition
from rowmill.schema.types import DataType

_BIGINT_DIGITS = 18
_DECIMAL_IDENTITIES = frozenset({"db2", "duckdb", "exasol", "oracle", "snowflake", "teradata", "tsql"})
SERIAL = re.compile(r"(?:small|big)?serial[248]?\b", re.IGNORECASE)
# Attributes that belong to the type, and stand right behind it.
_OF_TYPE = re.compile(
    r"\s*(?:(?:CHARACTER\s+SET|CHARSET|COLLATE|STORAGE|COMPRESSION|CCSID|COLUMN_FORMAT)\s*=?\s*"
    r"(?:\"[^\"]*\"|`[^`]*`|'[^']*'|[\w$.]+(?:\.(?:\"[^\"]*\"|\w+))*)|FOR\s+BIT\s+DATA)(?=\s|$)",
    re.IGNORECASE,
)
# Attributes that say how a computed column is kept.
_OF_COMPUTED = re.compile(r"\s*(?:STORED|VIRTUAL|PERSISTED|PERSISTENT)\b(?:\s+\w+(?:\([\d,\s]*\))?)?", re.IGNORECASE)
_KEPT = re.compile(r"\s*(?:STORED|VIRTUAL|PERSISTED|PERSISTENT)\b", re.IGNORECASE)
_MADE = ("MATERIALIZED", "ALIAS", "EPHEMERAL")
_NEVER_WRAPPED = frozenset({"array", "map", "struct"})


def column_line(column: TableColumn, context: TableContext, *, partition: bool = False) -> str:
    """The column's definition in one line.

    partition: it stands in PARTITIONED BY ( ... ), where Hive takes name, type and comment only
    Raises DDLError for a type that only another dialect knows.
    """
    attributes = str(context.option("attributes", column.name) or "") if context.own else ""
    parts = [context.name(column.name)]
    made, attributes = _made(column, context, attributes)
    typed = type_text(column, context)
    if context.own and not column.type.is_known and not column.source_type:
        typed = ""  # a computed column of SQL Server, a column of SQLite: they have no type
    if _is_numbered_without_type(column, context):
        typed = ""
    early = ""
    while found := _OF_TYPE.match(attributes):
        early, attributes = f"{early} {found.group().strip()}", attributes[found.end() :]
    if context.target.name == "singlestore" and made.startswith("AS "):
        parts += [made, typed]
    else:
        parts += [typed, early.strip(), made]
    if partition:
        _lost_in_partition(column, context)
    else:
        parts += _contents(column, context, made, attributes.strip())
    _physical(parts, column, context)
    if column.comment is not None and context.grammar.column_comment:
        _comment(parts, column.comment, context)
    return " ".join(part for part in parts if part)


def type_text(column: TableColumn, context: TableContext) -> str:
    """The type as the target writes it. Raises DDLError for an unknown type of another dialect."""
    if context.own and column.source_type:
        return column.source_type
    if not column.type.is_known:
        if context.own and not column.source_type:
            return ""
        raise DDLError(
            f"the type is unknown, so {context.target.name} can't be given one",
            where=f"{context.qualified}.{column.name}",
            value=column.source_type or None,
            fix="write its type into the YAML",
        )
    bounds: Mapping[str, Any] = context.option("bounds", column.name) or {}
    longest = bounds.get("max_length")
    if bounds.get("values") and all(isinstance(value, str) for value in bounds["values"]):
        longest = max(len(value) for value in bounds["values"])
    numbered = _numbered(column, context)
    if numbered:
        return numbered
    dtype = column.type
    if column.name in context.wide:
        dtype = DataType("string")
        context.lost(f"{column.type} as LONGTEXT: a row has 65,535 bytes at most", column.name)
    text = context.types.write(
        dtype,
        lambda lost: context.lost(lost, column.name),
        in_key=column.name in context.keyed,
        longest=longest if isinstance(longest, int) else None,
    )
    if context.target.name == "clickhouse" and column.nullable and not context.own:
        if column.type.name not in _NEVER_WRAPPED:
            return f"Nullable({text})"
        context.lost(f"it holds no nulls: clickhouse has no {column.type.name} that does", column.name)
    return text


def _numbered(column: TableColumn, context: TableContext) -> str:
    """The type of an identity, and of keys to it, where the engine numbers whole numbers of a certain kind only."""
    style = "" if context.own else identity_style(column, context)
    if style and context.target.name == "sqlite":
        return "INTEGER"  # of no other type is AUTOINCREMENT
    if style and context.target.name == "databricks":
        return "BIGINT"
    if column.name in context.whole:
        if column.type.precision - column.type.scale > _BIGINT_DIGITS:
            context.lost(f"{column.type} is narrower as BIGINT: an identity is a whole number", column.name)
        return "BIGINT"
    return ""


def identity_style(column: TableColumn, context: TableContext) -> str:
    """How the target numbers this column; '' if it does not, or the source type alone says so (SERIAL)."""
    if context.own and SERIAL.match(column.source_type or ""):
        return ""
    if not context.is_identity(column) and not _is_sequence(column, context):
        return ""
    style = context.grammar.identity
    if style == "autoincrement key" and context.table.primary_key != (column.name,):
        return ""
    first = next((c for c in context.table.columns if context.is_identity(c) or _is_sequence(c, context)), column)
    if (
        context.target.name in ("mysql", "singlestore", "tsql", "oracle", "redshift", "vertica", "exasol", "databricks")
        and first is not column
    ):
        return ""  # one in a table
    return style


def numbered_decimals(table: TableDefinition, target: Dialect) -> frozenset[str]:
    """The columns of decimal type that the engine of the source numbers, where the target numbers whole ones only."""
    computed = table.options.get("computed") or {}
    return frozenset(
        column.name
        for column in table.columns
        if column.type.name == "decimal"
        and (target.name not in _DECIMAL_IDENTITIES or column.type.scale)
        and ((column.generated and column.name not in computed) or NEXT_VALUE.search(column.default or ""))
    )


def _is_sequence(column: TableColumn, context: TableContext) -> bool:
    """A default that takes the next value of a sequence, which the target doesn't have."""
    numeric = column.type.is_integer or column.type.name == "decimal"
    return not context.own and numeric and bool(NEXT_VALUE.search(column.default or ""))


def _is_numbered_without_type(column: TableColumn, context: TableContext) -> bool:
    if context.target.name != "vertica" or identity_style(column, context) != "steps":
        return False
    return column.source_type == "" if context.own else True


def _made(column: TableColumn, context: TableContext, attributes: str) -> tuple[str, str]:
    """How the engine makes the column's values, and what is left of its attributes."""
    expression = context.option("computed", column.name)
    if expression is not None:
        return _computed(column, str(expression), context, attributes)
    style = identity_style(column, context)
    if style:
        if _is_sequence(column, context):
            context.lost(f"the default {column.default} becomes an identity", column.name)
        return _identity(column, style, context), attributes
    if not context.own:
        if context.is_identity(column):
            context.lost(f"it is not numbered by {context.target.name}: the identity is dropped", column.name)
        elif column.generated:
            context.lost("its values are made by the engine there: it is a plain column here", column.name)
    return "", attributes


def _computed(column: TableColumn, expression: str, context: TableContext, attributes: str) -> tuple[str, str]:
    if context.own:
        for word in _MADE:
            if attributes.upper().startswith(word):
                return f"{word} {expression}", attributes[len(word) :].strip()
        if context.target.name == "singlestore":
            return f"AS {expression} PERSISTED", _KEPT.sub("", attributes, count=1).strip()
        kept = _KEPT.match(attributes)
        form = context.grammar.computed.removesuffix(" STORED") if kept else context.grammar.computed
        form = form or "GENERATED ALWAYS AS ({})"
        made = form.format(expression)
        return (f"{made} {kept.group().strip()}", attributes[kept.end() :].strip()) if kept else (made, attributes)
    if not context.grammar.computed:
        context.lost(f"the expression {expression} is dropped: {context.target.name} computes no columns", column.name)
        return "", attributes
    found = translate(expression, context.source, context.target, context.table.columns)
    if found is not None and context.target.name == "postgres" and not _is_immutable(found, context):
        found = None
    if found is None:
        context.lost(f"the expression {expression} is dropped: {context.target.name} can't say it", column.name)
        return "", attributes
    return context.grammar.computed.format(found), attributes


def _is_immutable(expression: str, context: TableContext) -> bool:
    """PostgreSQL computes no column by what depends on the session: its zone, the format of its dates."""
    words = expression.upper()
    if not any(word in words for word in ("CAST(", "::", "EXTRACT(", "||")):
        return True
    kinds = {column.type.name for column in context.table.columns if column.name.upper() in words}
    return not kinds & {"timestamp", "interval"} and not (kinds & {"date", "timestamp_ntz", "time"} and "TEXT" in words)


def _identity(column: TableColumn, style: str, context: TableContext) -> str:
    said = context.option("identity", column.name)
    steps: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    start, increment = steps.get("start", 1), steps.get("increment", 1)
    plain = (start, increment) == (1, 1)
    order = "" if "order" not in steps else " ORDER" if steps["order"] else " NOORDER"
    match style:
        case "standard":
            kind = "BY DEFAULT" if steps.get("by_default") else "ALWAYS"
            inside = "" if plain else f"START WITH {start} INCREMENT BY {increment}{_limits(start, increment, context)}"
            inside = f"{inside}{order if context.own else ''}".strip()
            return f"GENERATED {kind} AS IDENTITY{f' ({inside})' if inside else ''}"
        case "steps":
            kind = "GENERATED BY DEFAULT AS " if steps.get("by_default") and context.target.name == "redshift" else ""
            return f"{kind}IDENTITY({start},{increment})"
        case "autoincrement":
            return "AUTOINCREMENT" + ("" if plain else f" START {start} INCREMENT {increment}") + order
        case "exasol":
            if increment != 1:
                context.lost(f"the step {increment} of the identity is dropped", column.name)
            return "IDENTITY" if start == 1 else f"IDENTITY {start}"
        case "auto_increment":
            if not plain and not context.own:
                context.lost(f"the identity's start {start} and step {increment} are dropped", column.name)
            return "AUTO_INCREMENT"
        case "autoincrement key":
            name = context.constraint_name("primary key")
            return f"{f'CONSTRAINT {context.name(name)} ' if name else ''}PRIMARY KEY AUTOINCREMENT"
        case _:  # a sequence of its own, created before the table
            return f"DEFAULT nextval({literal(sequence_name(column, context), context.target)})"


def _limits(start: int, increment: int, context: TableContext) -> str:
    """A sequence begins at 1 or above unless it is told otherwise; one that goes down, at -1 or below."""
    if context.own or context.target.name == "databricks":
        return ""
    if increment > 0 and start < 1:
        return f" MINVALUE {start}"
    return f" MAXVALUE {start}" if increment < 0 and start > -1 else ""


def sequence_name(column: TableColumn, context: TableContext) -> str:
    """The sequence that numbers the column, as its name is written in SQL."""
    own = context.name(f"{context.table.name}_{column.name}_seq")
    return own if context.table.schema is None else f"{context.name(context.table.schema)}.{own}"


def _contents(column: TableColumn, context: TableContext, made: str, attributes: str) -> list[str]:
    """Default, nullability, and the attributes that are left."""
    parts: list[str] = []
    numbered = bool(identity_style(column, context))
    default = None if numbered or made else default_text(column, context)
    late = attributes
    if default is not None:
        on_null = "DEFAULT ON NULL" if late.upper().startswith("DEFAULT ON NULL") else "DEFAULT"
        late = late[len(on_null) :].strip() if on_null != "DEFAULT" else late
        parts.append(f"{on_null} {default}")
    not_null = not column.nullable and context.grammar.not_null
    if not_null and made and not numbered and not context.own and context.target.name in ("duckdb", "mysql"):
        not_null = False  # MySQL takes it, MariaDB does not
        context.lost(f"NOT NULL is dropped: {context.target.name} has none on computed columns", column.name)
    if not_null and not context.own and context.target.name == "bigquery" and column.type.name in ("array", "map"):
        not_null = False
        context.lost("NOT NULL is dropped: bigquery's arrays are never null", column.name)
    if context.target.name in ("oracle", "tsql"):  # constraints come last there
        parts, late = [*parts, late], ""
    if not_null:
        parts.append("NOT NULL")
    elif column.nullable and _says_null(column, context):
        parts.insert(0, "NULL")
    if not context.own:
        lost = context.option("attributes", column.name)
        lost = _OF_COMPUTED.sub("", str(lost)).strip() if lost else ""
        if lost and lost.upper() not in _MADE:
            context.lost(f"the attributes {lost} are dropped", column.name)
    return [*parts, late]


def _says_null(column: TableColumn, context: TableContext) -> bool:
    """Whether a type alone would mean NOT NULL: MySQL's TIMESTAMP, all of ClickHouse's but Nullable(...)."""
    source = (column.source_type or "").upper() if context.own else ""
    if context.target.name == "clickhouse":
        return context.own and "NULLABLE(" not in source
    if context.target.name not in ("mysql", "singlestore"):
        return False
    return source.startswith("TIMESTAMP") if source or context.own else column.type.name == "timestamp"


def _lost_in_partition(column: TableColumn, context: TableContext) -> None:
    if not column.nullable:
        context.lost("NOT NULL is dropped: it is a partition's column", column.name)
    if column.default is not None:
        context.lost(f"the default {column.default} is dropped: it is a partition's column", column.name)


def _physical(parts: list[str], column: TableColumn, context: TableContext) -> None:
    """Redshift's encodings."""
    codec = context.option("encode", column.name)
    if codec is None:
        return
    if context.target.name == "redshift":
        parts.append(f"ENCODE {codec}")


def _comment(parts: list[str], comment: str, context: TableContext) -> None:
    text = context.grammar.column_comment.format(literal(comment, context.target))
    last = parts[-1] if parts else ""
    if context.target.name == "bigquery" and last.upper().startswith("OPTIONS") and last.endswith(")"):
        # One list of options: the description joins those that are there.
        parts[-1] = f"{last[:-1]}, {text.partition('(')[2]}"
        return
    if context.target.name == "clickhouse" and last.upper().startswith(("CODEC", "TTL", "STATISTICS", "SETTINGS")):
        parts.insert(len(parts) - 1, text)  # it comes before these there
        return
    parts.append(text)
