"""One CREATE TABLE statement -> a draft of the table, proved complete."""

from __future__ import annotations

from collections.abc import Sequence

from rowmill.ddl.reading.clauses import HIVE_FAMILY, read_head, read_tail
from rowmill.ddl.reading.column import Column
from rowmill.ddl.reading.column_reader import ColumnReader
from rowmill.ddl.reading.constraints import add_constraint
from rowmill.ddl.reading.copies import copied, copy_columns, inherit
from rowmill.ddl.reading.cursor import Cursor, closing, pieces
from rowmill.ddl.reading.draft import Draft, Drafts
from rowmill.ddl.reading.draft_columns import add_column, add_keys
from rowmill.ddl.reading.lexer import Tokens
from rowmill.ddl.reading.outline import Outline, is_constraint
from rowmill.ddl.reading.proof import prove
from rowmill.ddl.reading.redshift import tail_options
from rowmill.ddl.reading.scope import Scope
from rowmill.errors import DDLError

# Dialects whose partition clauses define columns: Redshift's are Spectrum's, BigQuery has WITH PARTITION COLUMNS.
_DEFINING_DIALECTS = HIVE_FAMILY | {"redshift", "bigquery"}
_DEFINING = {("PARTITIONED", "BY"), ("PARTITION", "COLUMNS")}
# Redshift's options, in the order in which they are written.
_ORDER = ("diststyle", "distkey", "sortstyle", "sortkey", "encode")


def read_table(scope: Scope, shape: Outline, drafts: Drafts) -> Draft:
    """The draft of a CREATE TABLE.

    shape:  the statement's outline
    drafts: the tables before it, whose columns it may take

    Raises DDLError naming what can't be converted.
    """
    draft = Draft(shape.parts[-1], ".".join(shape.parts[:-1]) or None, scope.where, scope.statement.line, [])
    if shape.items is None:
        return copied(draft, shape, scope, drafts)
    reader = ColumnReader(scope)
    items = [(item, None if is_constraint(item, scope.dialect) else reader.read(item)) for item in shape.items]
    columns = [column for _, column in items if column is not None]
    _refuse_query(shape, columns, scope)
    if columns:
        _prove(shape.opening, columns, scope)
    for item, column in items:
        if column is not None:
            add_column(draft, column, scope)
        elif item[0].is_word("LIKE"):
            copy_columns(draft, Cursor(item, 1), scope, drafts)
    tail = inherit(draft, shape, scope, drafts)
    if not draft.columns:
        raise DDLError("the table has no columns", where=scope.where, fix="write its columns in parentheses")
    _partition_columns(draft, tail, reader)
    for column in columns:
        add_keys(draft, column, scope.where)
    for item, column in items:
        if column is None and not item[0].is_word("LIKE"):
            add_constraint(draft, item, scope)
    if scope.dialect.name == "redshift" and not {"EXTERNAL", "TEMP", "TEMPORARY"} & set(shape.modifiers):
        draft.options.update(tail_options(tail, scope.where))
    else:
        read_tail(draft, tail, scope)
    read_head(draft, shape, scope)
    _add_physical(draft, columns, scope.where)
    return draft


def _refuse_query(shape: Outline, columns: Sequence[Column], scope: Scope) -> None:
    """`CREATE TABLE t (a, b) AS SELECT ...` names columns whose types are the query's."""
    untyped = columns and all(not column.type and not column.computed for column in columns)
    if untyped and any(token.is_word("AS") for token in shape.tail):
        what = "the table's columns are those of a query"
        raise DDLError(what, where=scope.where, value=scope.statement.excerpt, fix="write their types")


def _prove(opening: int, columns: Sequence[Column], scope: Scope) -> None:
    names = [column.name for column in columns]
    prove(scope.statement.text, opening, scope.dialect, names, scope.where)


def _partition_columns(draft: Draft, tail: Tokens, reader: ColumnReader) -> None:
    """Hive's PARTITIONED BY ( dt date ) defines columns of its own; `dt` alone and functions name what there is."""
    scope = reader.scope
    if scope.dialect.name not in _DEFINING_DIALECTS:
        return
    for i, token in enumerate(tail[:-2]):
        opening = tail[i + 2]
        if not opening.is_mark("(") or (token.upper, tail[i + 1].upper) not in _DEFINING:
            continue
        end = closing(tail, i + 2)
        items = pieces(tail[i + 3 : end]) if end is not None else []
        if not items or not all(map(_defines, items)):
            return
        columns = [reader.read(item) for item in items]
        _prove(opening.start, columns, scope)
        for column in columns:
            add_column(draft, column, scope)
        draft.partition_by = tuple(column.name for column in columns)
        return


def _defines(item: Tokens) -> bool:
    """Whether a partition is a column of its own: a name, then a type."""
    return len(item) > 1 and not item[1].is_mark("(") and not item[1].is_mark(".")


def _add_physical(draft: Draft, columns: Sequence[Column], where: str) -> None:
    """Redshift's column-level keys and encodings join those of the table."""
    distkeys = [column.name for column in columns if column.distkey]
    sortkeys = [column.name for column in columns if column.sortkey]
    if len(distkeys) > 1 or (distkeys and "distkey" in draft.options):
        raise DDLError("two distribution keys", where=where, value=", ".join(distkeys), fix="keep one")
    if distkeys:
        draft.options["distkey"] = distkeys[0]
    if sortkeys:
        if "sortkey" in draft.options:
            both = ", ".join(sortkeys)
            raise DDLError("sort keys at columns and at the table", where=where, value=both, fix="keep one")
        draft.options["sortkey"] = sortkeys
    for key in ("distkey", "sortkey"):
        value = draft.options.get(key)
        if isinstance(value, list):
            draft.options[key] = list(draft.names(value, where, key))
        elif value is not None and value != "auto":
            draft.options[key] = draft.column_name(value, where, key)
    encode = {column.name: column.encode for column in columns if column.encode}
    if encode:
        draft.options["encode"] = encode
    rank = {key: i for i, key in enumerate(_ORDER)}
    draft.options = dict(sorted(draft.options.items(), key=lambda option: rank.get(option[0], len(rank))))
