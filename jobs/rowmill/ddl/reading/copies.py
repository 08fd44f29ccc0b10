"""Tables that take the columns of others: LIKE, CLONE, PARTITION OF, INHERITS."""

from __future__ import annotations

from dataclasses import replace

from rowmill.ddl.reading.clauses import read_head, read_tail
from rowmill.ddl.reading.cursor import Cursor, closing, pieces
from rowmill.ddl.reading.draft import Draft, Drafts
from rowmill.ddl.reading.lexer import QUOTED, WORD, Tokens, word_set
from rowmill.ddl.reading.outline import Outline
from rowmill.ddl.reading.scope import Scope
from rowmill.errors import DDLError

_FIX = "write its columns out, or put that table's CREATE TABLE into the same file"
# What AS may begin beside another table's name.
_QUERIES = word_set("SELECT WITH VALUES TABLE FROM EXECUTE")


def copied(draft: Draft, shape: Outline, scope: Scope, drafts: Drafts) -> Draft:
    """The draft of a table without a body, as the table of the same input says that it names.

    Raises DDLError where it names none, but a query, or one that the input doesn't have.
    """
    if shape.open:
        raise DDLError(
            "a parenthesis is never closed", where=draft.where, value=scope.statement.excerpt, fix="close it"
        )
    cursor = Cursor(shape.tail)
    while not cursor.done:
        if cursor.accept("LIKE"):
            return _like(draft, cursor, shape, scope, drafts)
        if cursor.accept("PARTITION", "OF") or cursor.accept("CLONE") or cursor.accept("COPY"):
            return _clone(draft, cursor, shape, scope, drafts)
        if cursor.accept("AS"):
            if scope.dialect.name == "teradata" and cursor.peek().kind in (WORD, QUOTED) and not cursor.at("SELECT"):
                return _as_in_teradata(draft, cursor, shape, scope, drafts)
            if scope.dialect.name == "clickhouse" and not cursor.at("(") and not cursor.peek().is_word(*_QUERIES):
                copy_columns(draft, cursor, scope, drafts)
                read_tail(draft, shape.tail[cursor.i :], scope)
                return draft
            break
        cursor.i += 1
    what = "the table has no column definitions"
    if any(token.is_word("AS", "SELECT", "TEMPLATE", "OF") for token in shape.tail):
        what = "the table's columns are those of a query or of another table"
    raise DDLError(what, where=draft.where, value=scope.statement.excerpt, fix="write its columns out")


def _like(draft: Draft, cursor: Cursor, shape: Outline, scope: Scope, drafts: Drafts) -> Draft:
    parent = copy_columns(draft, cursor, scope, drafts)
    if scope.dialect.name in ("mysql", "singlestore"):
        draft.primary_key, draft.unique = parent.primary_key, list(parent.unique)
    draft.partition_by = parent.partition_by
    read_head(draft, shape, scope)
    read_tail(draft, shape.tail[cursor.i :], scope)
    return draft


def _clone(draft: Draft, cursor: Cursor, shape: Outline, scope: Scope, drafts: Drafts) -> Draft:
    """The whole table. A partition stays one; what a clone says of when it was made says nothing of the table."""
    is_partition, start = cursor.tokens[cursor.i - 1].is_word("OF"), cursor.i
    parent = copy_columns(draft, cursor, scope, drafts)
    draft.primary_key, draft.unique = parent.primary_key, list(parent.unique)
    draft.partition_by = parent.partition_by
    draft.foreign_keys = [replace(key) for key in parent.foreign_keys]
    read_head(draft, shape, scope)
    draft.checks = list(parent.checks)
    if is_partition:
        name = Cursor(shape.tail, start).name(scope.dialect)
        draft.clauses.append(f"PARTITION OF {name} {scope.text(shape.tail[cursor.i :])}".strip())
    return draft


def _as_in_teradata(draft: Draft, cursor: Cursor, shape: Outline, scope: Scope, drafts: Drafts) -> Draft:
    """AS t WITH NO DATA has t's definition."""
    parent = copy_columns(draft, cursor, scope, drafts)
    draft.primary_key, draft.unique = parent.primary_key, list(parent.unique)
    draft.clauses = list(parent.clauses)
    read_head(draft, shape, scope)
    return draft


def copy_columns(draft: Draft, cursor: Cursor, scope: Scope, drafts: Drafts) -> Draft:
    """Copies the columns of the table whose name is at the cursor; steps over it and its INCLUDING, EXCLUDING.

    Returns the other table's draft. Raises DDLError if the input lacks it.
    """
    name = cursor.name(scope.dialect)
    parent = drafts.find(name)
    if parent is None:
        what = "LIKE takes the columns of a table that is not in the input"
        raise DDLError(what, where=scope.where, value=name, fix=_FIX)
    taken = {column.name.casefold() for column in draft.columns}
    draft.columns += [column for column in parent.columns if column.name.casefold() not in taken]
    for key in ("computed", "identity", "attributes"):
        if key in parent.options:
            draft.options.setdefault(key, {}).update(parent.options[key])
    draft.values.update(parent.values)
    draft.limits.update(parent.limits)
    while (word := cursor.accept_any("INCLUDING", "EXCLUDING")) != "":
        what = cursor.take().upper
        if word == "EXCLUDING":
            continue
        if what in ("ALL", "INDEXES") and not draft.primary_key:
            draft.primary_key = parent.primary_key
            draft.unique += [key for key in parent.unique if key not in draft.unique]
        if what in ("ALL", "CONSTRAINTS"):
            draft.checks += parent.checks
    return parent


def inherit(draft: Draft, shape: Outline, scope: Scope, drafts: Drafts) -> Tokens:
    """Puts the columns of INHERITS (parent, ...) before its own. Returns the tail without that clause.

    Raises DDLError if the input lacks a parent.
    """
    tail = shape.tail
    for i, token in enumerate(tail[:-1]):
        if token.is_word("INHERITS") and tail[i + 1].is_mark("("):
            own, draft.columns = draft.columns, []
            for parent in pieces(Cursor(tail, i + 1).group() or ()):
                copy_columns(draft, Cursor(parent), scope, drafts)
            places = {column.name.casefold(): n for n, column in enumerate(draft.columns)}
            for column in own:
                place = places.get(column.name.casefold())
                if place is None:
                    draft.columns.append(column)
                else:
                    draft.columns[place] = column
            end = closing(tail, i + 1)
            return (*tail[:i], *tail[(end or i) + 1 :])
    return tail
