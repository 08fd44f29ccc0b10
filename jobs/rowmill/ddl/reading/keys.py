"""What keys have in common wherever they stand: their columns, REFERENCES, and the state of a constraint."""

from __future__ import annotations

from collections.abc import Sequence

from rowmill.ddl.reading.cursor import Cursor, pieces
from rowmill.ddl.reading.draft import DraftKey
from rowmill.ddl.reading.lexer import NUMBER, QUOTED, STRING, WORD, Tokens, word_set
from rowmill.ddl.reading.scope import Scope
from rowmill.errors import DDLError

# What may follow a key says nothing of the data. These words stand alone, or before parentheses.
_STATE = word_set(
    # whether the engine sees to it
    "ENABLE ENABLED DISABLE DISABLED ENFORCED VALIDATE NOVALIDATE VALID TRUSTED RELY NORELY",
    "DEFERRABLE INITIALLY DEFERRED IMMEDIATE QUERY OPTIMIZATION NONE REPLICATION",
    # the index under it
    "BTREE HASH CLUSTERED NONCLUSTERED LOCAL GLOBAL REVERSE NOREVERSE SORT NOSORT VISIBLE INVISIBLE TIMESERIES",
    # how that is stored
    "STORAGE LOGGING NOLOGGING COMPUTE STATISTICS COMPRESS NOCOMPRESS NOPARALLEL",
)
# After these comes a name or a size.
_WITH_NAME = word_set(
    "TABLESPACE INTO PARSER",
    "PCTFREE PCTUSED INITRANS MAXTRANS FILLFACTOR KEY_BLOCK_SIZE PARALLEL",
)


def pass_state(cursor: Cursor) -> None:
    """Steps over what follows a key or NOT NULL: ENABLE, USING INDEX, WITH (...), ON a filegroup, ON CONFLICT ABORT."""
    while not cursor.done:
        following = cursor.peek(1)
        if cursor.at("NOT") and following.is_word("ENFORCED", "DEFERRABLE", "VALID", "TRUSTED"):
            cursor.i += 2
        elif cursor.at("NOT", "FOR", "REPLICATION"):
            cursor.i += 3
        elif cursor.at("NO", "INHERIT"):
            cursor.i += 2
        elif cursor.accept("USING", "INDEX"):
            _pass_index(cursor)
        elif cursor.accept("USING"):
            cursor.i += 1  # BTREE
        elif following.is_mark("(") and cursor.accept_any("WITH", "INCLUDE", "STORAGE"):
            cursor.group()
        elif cursor.at("WITH") and following.is_word("FILLFACTOR", "CHECK", "NOCHECK"):
            cursor.i += 2
            cursor.accept("=")
            if cursor.peek().kind == NUMBER:
                cursor.i += 1
        elif cursor.at("ON", "CONFLICT"):
            cursor.i += 3
        elif _on_filegroup(cursor):
            cursor.i += 2
            cursor.group()
        elif cursor.peek().upper in _WITH_NAME:
            cursor.i += 1
            cursor.accept("=")
            cursor.i += 1
        elif cursor.peek().upper in _STATE:
            cursor.i += 1
            cursor.group()
        else:
            return


def _on_filegroup(cursor: Cursor) -> bool:
    name = cursor.peek(1)
    return (
        cursor.at("ON")
        and name.kind in (WORD, QUOTED, STRING)
        and not name.is_word("UPDATE", "DELETE", "NULL")  # of REFERENCES, of DEFAULT
    )


def _pass_index(cursor: Cursor) -> None:
    """Oracle's index under a key: its name, or its definition in parentheses."""
    if cursor.group() is not None or cursor.peek().upper in _STATE | _WITH_NAME:
        return
    if cursor.peek().kind in (WORD, QUOTED):
        cursor.name()


def key_columns(inside: Tokens) -> list[str] | None:
    """The names in a key's parentheses; None where an expression stands among them."""
    names: list[str] = []
    for piece in pieces(inside):
        cursor = Cursor(piece)
        parts = cursor.parts()
        if not parts or piece[0].kind == NUMBER:
            return None
        cursor.group()  # a prefix: name(10)
        if cursor.accept("COLLATE"):
            cursor.name()
        if cursor.peek().upper.endswith("_OPS") or cursor.peek().kind == QUOTED:
            cursor.name()  # PostgreSQL's operator class
        while cursor.accept_any("ASC", "DESC", "NULLS", "FIRST", "LAST", "TIMESERIES", "AUTOINCREMENT", "COLLATE"):
            if cursor.tokens[cursor.i - 1].is_word("COLLATE"):
                cursor.name()
        if not cursor.done:
            return None
        names.append(parts[-1])
    return names


def reference(cursor: Cursor, columns: Sequence[str], where: str, scope: Scope) -> DraftKey:
    """The foreign key whose REFERENCES the cursor is at.

    columns: its own columns
    where:   its place, as messages say it

    Raises DDLError where no table follows, or an expression instead of its columns.
    """
    table = ""
    if cursor.accept("REFERENCES"):
        if cursor.accept("WITH"):  # Teradata: WITH NO CHECK OPTION
            cursor.accept("NO")
            cursor.accept("CHECK")
            cursor.accept("OPTION")
        table = cursor.name(scope.dialect)
    if not table:
        raise DDLError("a foreign key without its table", where=where, fix="write REFERENCES table (columns)")
    inside = cursor.group()
    named = key_columns(inside) if inside else []
    if named is None:
        raise DDLError("a foreign key to an expression", where=where, value=table, fix="name columns")
    start = cursor.i
    _pass_rules(cursor)
    rules = " ".join(scope.text(cursor.tokens[start : cursor.i]).split()).upper()
    return DraftKey(tuple(columns), table, tuple(named), where, (rules,) if rules else ())


def _pass_rules(cursor: Cursor) -> None:
    """Steps over MATCH, ON DELETE, ON UPDATE, and over the key's state."""
    while not cursor.done:
        before = cursor.i
        if cursor.accept("MATCH"):
            cursor.i += 1
        elif cursor.at("ON") and cursor.peek(1).is_word("DELETE", "UPDATE"):
            cursor.i += 2
            if cursor.accept("SET"):
                cursor.i += 1
                cursor.group()  # SET NULL (columns)
            else:
                cursor.accept("NO")
                cursor.i += 1
        else:
            pass_state(cursor)
            if cursor.i == before:
                return
