"""One CREATE TABLE statement, parsed by ddlparse -> a draft of the table: the second opinion.

ddlparse loses columns silently; the proof refuses what it loses. It knows no foreign keys and no physical options:
a statement that has them is refused, so that nothing is lost through it.
"""

from __future__ import annotations

from typing import Any

from ddlparse import DdlParse

from rowmill.ddl.reading.column_reader import ColumnReader
from rowmill.ddl.reading.draft import Draft, Drafts
from rowmill.ddl.reading.lexer import tokenize
from rowmill.ddl.reading.outline import Outline, is_constraint
from rowmill.ddl.reading.proof import prove
from rowmill.ddl.reading.scope import Scope
from rowmill.ddl.reading.types import UNKNOWN, resolve, with_type
from rowmill.errors import DDLError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType

_FIX = "convert it with --reader sqlglot"
# What ddlparse passes over without a word.
_UNREAD = frozenset(
    {"REFERENCES", "FOREIGN", "CHECK", "IDENTITY", "GENERATED", "AUTO_INCREMENT", "AUTOINCREMENT", "CONSTRAINT"}
)


def read_table_by_ddlparse(scope: Scope, shape: Outline, drafts: Drafts) -> Draft:
    """The draft of a CREATE TABLE. Raises DDLError for what ddlparse can't read, or reads with loss."""
    statement, dialect, where = scope.statement, scope.dialect, scope.where
    if shape.items is None:
        raise DDLError("ddlparse would lose this", where=where, value=statement.text[:60], fix=_FIX)
    unread = next((token for token in statement.tokens if token.is_word(*_UNREAD)), None)
    reader = ColumnReader(scope)
    texts = [reader.read(item) for item in shape.items if not is_constraint(item, dialect)]
    physical = next((t.name for t in texts if t.encode or t.distkey or t.sortkey or t.attributes or t.left), None)
    if unread is not None or shape.tail or shape.modifiers or physical:
        words = [token.text for token in (*([unread] if unread else ()), *shape.tail)]
        met = next(iter((*words, *shape.modifiers)), physical)
        raise DDLError("ddlparse would lose this", where=where, value=met, fix=_FIX)
    try:
        table = DdlParse().parse(ddl=statement.text, source_database=DdlParse.DATABASE.postgresql)
    except Exception as error:  # ddlparse lets pyparsing's and its own out
        raise DDLError("ddlparse can't read it", where=where, value=str(error)[:80], fix=_FIX) from error
    found = list(table.columns.values())
    prove(statement.text, statement.text.index("("), dialect, [column.name for column in found], where)
    draft = Draft(table.name, table.schema or None, where, statement.line, [])
    for column, text in zip(found, texts, strict=True):
        at = f"{where} column '{column.name}'"
        written = _type_text(column)
        dtype = resolve(tuple(tokenize(written, dialect)), written, dialect, scope.users).type
        meant = resolve(text.type, scope.text(text.type), dialect, scope.users)
        if dtype != meant.type or dtype == UNKNOWN:
            raise DDLError("ddlparse reads another type", where=at, value=f"{written} for {meant.type}", fix=_FIX)
        read = TableColumn(
            column.name,
            DataType("string"),
            nullable=not column.not_null and meant.nullable is not False,
            generated=meant.serial,
            default=text.default,
            comment=column.comment or None,
        )
        draft.columns.append(with_type(read, dtype, scope.text(text.type), dialect))
    keys = [column.name for column in found if column.primary_key]
    if keys:
        draft.set_primary_key(keys, where)
    unique = [column.name for column in found if column.unique]
    if len(unique) > 1:  # ddlparse doesn't tell two keys from one of two columns
        raise DDLError("ddlparse can't tell which columns are unique together", where=where, fix=_FIX)
    if unique:
        draft.add_unique(unique, where)
    return draft


def _type_text(column: Any) -> str:
    """The type as ddlparse understood it: its name, its size, its array."""
    size = ""
    if column.precision is not None:
        size = f"({column.precision},{column.scale or 0})"
    elif column.length is not None:
        size = f"({column.length})"
    return f"{column.data_type}{size}"
