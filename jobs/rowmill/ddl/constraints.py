"""A table's constraints and index lines, from the body or from ALTER TABLE, into its draft."""

from __future__ import annotations

from rowmill.ddl.cursor import Cursor
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Draft
from rowmill.ddl.lexer import QUOTED, STRING, WORD, Tokens
from rowmill.ddl.references import key_columns, pass_state, reference
from rowmill.ddl.statements import Statement
from rowmill.errors import DDLError

_FIX = "write it as the dialect's CREATE TABLE does, or name the dialect (--dialect)"


def add_constraint(draft: Draft, item: Tokens, statement: Statement, dialect: Dialect, where: str) -> None:
    """Adds the constraint or index line that an item is. Raises DDLError for one that can't be understood."""
    cursor = Cursor(item)
    name = ""
    if cursor.accept("CONSTRAINT"):
        if not _nameless(cursor):
            name = cursor.name()
    if cursor.accept("PRIMARY", "KEY"):
        _primary(draft, cursor, statement, dialect, where, name)
    elif cursor.at("UNIQUE"):
        cursor.i += 1
        _unique(draft, cursor, item, statement, dialect, where, name)
    elif cursor.accept("FOREIGN", "KEY"):
        _foreign(draft, cursor, statement, dialect, where, name)
    elif cursor.accept("CHECK"):
        _check(draft, cursor, statement, dialect, where, name)
    elif cursor.at("INDEX") and dialect.name == "tsql" and any(token.is_word("UNIQUE") for token in item[1:4]):
        cursor.i += 1
        name = cursor.name()
        cursor.accept("UNIQUE")
        _unique(draft, cursor, item, statement, dialect, where, name)
    elif cursor.peek().upper in _KEPT:
        draft.indexes.append(statement.slice(item))
        cursor.i = len(item)
    elif cursor.accept("NOT", "NULL"):  # PostgreSQL 18: CONSTRAINT n NOT NULL a
        names = cursor.parts()
        if names:
            draft.change(names[-1], where, nullable=False)
        pass_state(cursor)
    else:
        raise DDLError("constraint not understood", where=where, value=_excerpt(item, statement), fix=_FIX)
    if not cursor.done and cursor.peek().upper in _KINDS | {"CONSTRAINT"}:
        # SQLite takes constraints without a comma between them.
        add_constraint(draft, tuple(item[cursor.i :]), statement, dialect, where)
    elif not cursor.done:
        left = tuple(item[cursor.i :])
        raise DDLError("not understood after a constraint", where=where, value=_excerpt(left, statement), fix=_FIX)


def _nameless(cursor: Cursor) -> bool:
    following = cursor.peek(1)
    match cursor.peek().upper:
        case "PRIMARY" | "FOREIGN":
            return following.is_word("KEY")
        case "UNIQUE":
            return following.is_mark("(") or following.is_word("KEY", "INDEX")
        case "CHECK":
            return following.is_mark("(")
    return False


_KINDS = frozenset({"PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"})
_KEPT = frozenset(
    "KEY INDEX FULLTEXT SPATIAL SHARD SORT VECTOR EXCLUDE PERIOD PROJECTION SUPPLEMENTAL ASSUME DISTRIBUTE PARTITION COLUMN".split()
)


def _excerpt(tokens: Tokens, statement: Statement) -> str:
    return statement.slice(tokens)[:60]


def _columns(cursor: Cursor, statement: Statement, dialect: Dialect, where: str) -> list[str] | None:
    """The columns of the parentheses that come next, after what may stand before them."""
    while not cursor.done and not cursor.at("("):
        if cursor.accept_any(
            "CLUSTERED", "NONCLUSTERED", "HASH", "BTREE", "USING", "NULLS", "NOT", "DISTINCT", "KEY", "INDEX"
        ):
            continue
        if cursor.peek().kind in (WORD, QUOTED, STRING) and (
            cursor.peek(1).is_mark("(") or cursor.peek(1).upper in ("USING", "HASH", "CLUSTERED", "NONCLUSTERED")
        ):
            cursor.i += 1  # the index's name
            continue
        break
    inside = cursor.group()
    if inside is None:
        raise DDLError("a key without its columns", where=where, fix="write them in parentheses")
    return key_columns(inside, dialect)


def _primary(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect, where: str, name: str) -> None:
    start = cursor.i
    names = _columns(cursor, statement, dialect, where)
    if names is None:
        raise DDLError("a primary key of expressions", where=where, fix="name columns")
    draft.set_primary_key(names, where)
    if any(token.is_word("AUTOINCREMENT") for token in cursor.tokens[start : cursor.i]):
        draft.change(names[0], where, generated=True)
    draft.name_constraint(name, "primary key")
    _end(draft, cursor, statement)


def _unique(
    draft: Draft, cursor: Cursor, item: Tokens, statement: Statement, dialect: Dialect, where: str, name: str
) -> None:
    before = cursor.i
    names = _columns(cursor, statement, dialect, where)
    if names is None:  # of expressions: no key of columns
        draft.indexes.append(statement.slice(item))
        cursor.i = len(item)
        return
    if not name:
        name = (
            next(
                (
                    t.text
                    for t in cursor.tokens[before : cursor.i]
                    if t.kind in (WORD, QUOTED) and t.upper not in _WORDS
                ),
                "",
            )
            if cursor.tokens[before].is_word("KEY", "INDEX") or not cursor.tokens[before].is_mark("(")
            else ""
        )
        name = name if name and name not in names else ""
    draft.add_unique(names, where)
    draft.name_constraint(name, f"unique ({', '.join(draft.names(names, where, 'unique key'))})")
    _end(draft, cursor, statement)


_WORDS = frozenset({"KEY", "INDEX", "CLUSTERED", "NONCLUSTERED", "NULLS", "NOT", "DISTINCT", "USING", "BTREE", "HASH"})


def _end(draft: Draft, cursor: Cursor, statement: Statement) -> None:
    while not cursor.done:
        before = cursor.i
        pass_state(cursor)
        if cursor.accept("COMMENT"):
            cursor.accept("=")
            cursor.i += 1
        if cursor.i == before:
            return


def _foreign(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect, where: str, name: str) -> None:
    cursor.accept("IF", "NOT") and cursor.accept("EXISTS")
    if not cursor.at("("):
        index = cursor.name()
        name = name or index
    names = _columns(cursor, statement, dialect, where)
    if names is None:
        raise DDLError("a foreign key of expressions", where=where, fix="name columns")
    key = reference(cursor, names, where, statement, dialect)
    draft.add_foreign_key(key)
    draft.name_constraint(name, f"foreign key ({', '.join(key.columns)})")
    _end(draft, cursor, statement)


def _check(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect, where: str, name: str) -> None:
    if cursor.accept("NOT"):
        cursor.accept("FOR")
        cursor.accept("REPLICATION")
    start = cursor.i
    inside = cursor.group()
    if inside is None or (not cursor.done and dialect.name == "clickhouse"):
        if dialect.name != "clickhouse":
            raise DDLError("a check without its condition", where=where, fix="write it in parentheses")
        inside = tuple(cursor.tokens[start:])
        cursor.i = len(cursor.tokens)
    text = statement.slice(inside)
    draft.checks.append(text)
    draft.name_constraint(name, f"check ({text})")
    _end(draft, cursor, statement)
