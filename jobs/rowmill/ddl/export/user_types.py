"""Types of the source's own making, such as PostgreSQL's enums: created again before the tables that use them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rowmill.ddl.export.context import TableContext
from rowmill.ddl.export.quoting import literal
from rowmill.ddl.export.quoting import name as quoted_name
from rowmill.ddl.reading.lexer import tokenize
from rowmill.ddl.reading.types import UNKNOWN, resolve
from rowmill.errors import DDLError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType

# The types that a dialect lets people make: an enum, an alias of another type, a record.
_FORMS: dict[str, tuple[str, str, str]] = {
    "postgres": ("CREATE TYPE {0} AS ENUM ({1})", "CREATE DOMAIN {0} AS {1}", "CREATE TYPE {0} AS ({1})"),
    "duckdb": ("CREATE TYPE {0} AS ENUM ({1})", "CREATE TYPE {0} AS {1}", "CREATE TYPE {0} AS STRUCT({1})"),
    "tsql": ("", "CREATE TYPE {0} FROM {1}", ""),
    "db2": ("", "CREATE DISTINCT TYPE {0} AS {1}", ""),
    "oracle": ("", "", "CREATE TYPE {0} AS OBJECT ({1})"),
}
_NAME = re.compile(r"(?:(?:\"[^\"]+\"|\[[^\]]+\]|[^\W\d][\w$]*)\.)*(?:\"[^\"]+\"|\[[^\]]+\]|[^\W\d][\w$]*)")


def type_statements(contexts: Sequence[TableContext]) -> list[str]:
    """CREATE TYPE statements for the source types that the dialect itself doesn't know, each once."""
    found: dict[str, str] = {}
    for context in contexts:
        if not context.own or context.target.name not in _FORMS:
            continue
        for column in context.table.columns:
            name = re.sub(r"(?:\s*\[\d*\])+$", "", column.source_type or "")
            if name and name not in found and _is_own(name, column, context):
                text = _statement(name, column, context)
                if text:
                    found[name] = text
    return list(found.values())


def _is_own(name: str, column: TableColumn, context: TableContext) -> bool:
    """Whether a known column's source type is a name that no table of types has."""
    if not column.type.is_known or not _NAME.fullmatch(name):
        return False
    try:
        return resolve(tuple(tokenize(name, context.target)), name, context.target).type == UNKNOWN
    except DDLError:
        return False


def _statement(name: str, column: TableColumn, context: TableContext) -> str:
    enum, alias, record = _FORMS[context.target.name]
    dtype = column.type
    if "[" in (column.source_type or "").removeprefix(name) and dtype.name == "array":
        dtype = dtype.children[0]
    bounds = context.option("bounds", column.name) or {}
    values = bounds.get("values")
    if enum and values and dtype == column.type == DataType("string"):
        return enum.format(name, ", ".join(literal(str(value), context.target) for value in values))

    if dtype.name == "array" and context.target.name == "oracle":
        return _collection(name, dtype, context)
    if dtype.name == "struct":
        return record.format(name, _fields(dtype, context)) if record else ""
    return alias.format(name, context.types.write(dtype, lambda lost: None)) if alias else ""


def _fields(dtype: DataType, context: TableContext) -> str:
    return ", ".join(
        f"{quoted_name(field, context.target)} {context.types.write(child, lambda lost: None)}"
        for field, child in zip(dtype.field_names, dtype.children, strict=True)
    )


def _collection(name: str, dtype: DataType, context: TableContext) -> str:
    """Oracle's arrays are types of their own; so are the records in them."""
    inner, before = dtype.children[0], ""
    text = context.types.write(inner, lambda lost: None)
    if inner.name == "struct":
        text = f"{name}_item"
        before = f"{_FORMS['oracle'][2].format(text, _fields(inner, context))};\n"
    nested = any(
        " ".join(str(c).split()).upper().startswith("NESTED") for c in context.table.options.get("clauses") or ()
    )
    return f"{before}CREATE TYPE {name} AS {'TABLE' if nested else 'VARRAY(32767)'} OF {text}"
