"""What keys have in common wherever they stand: the columns in parentheses, REFERENCES, and the state of a constraint."""

from __future__ import annotations

from collections.abc import Sequence

from rowmill.ddl.cursor import Cursor, pieces
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import DraftKey
from rowmill.ddl.lexer import NUMBER, QUOTED, STRING, WORD, Token, Tokens, literal
from rowmill.ddl.statements import Statement
from rowmill.errors import DDLError

# What may follow a key: how it is kept and enforced. It says nothing of the data.
_STATE = frozenset(
    "ENABLE DISABLE VALIDATE NOVALIDATE RELY NORELY ENFORCED DEFERRABLE INITIALLY DEFERRED IMMEDIATE BTREE HASH CLUSTERED NONCLUSTERED "
    "PCTFREE INITRANS MAXTRANS STORAGE LOCAL GLOBAL LOGGING NOLOGGING COMPUTE STATISTICS REVERSE NOREVERSE SORT NOSORT VISIBLE INVISIBLE TRUSTED QUERY OPTIMIZATION "
    "REPLICATION VALID ENABLED DISABLED KEY_BLOCK_SIZE FILLFACTOR NONE PARALLEL NOPARALLEL COMPRESS NOCOMPRESS TIMESERIES PCTUSED".split()
)
# A word of these is followed by a name, a size or parentheses.
_WITH_NAME = frozenset(
    "TABLESPACE INTO PARSER KEY_BLOCK_SIZE PCTFREE INITRANS MAXTRANS FILLFACTOR PCTUSED PARALLEL".split()
)


def pass_state(cursor: Cursor) -> None:
    """Steps over what follows a key or NOT NULL: ENABLE, USING INDEX ..., WITH (...), ON a filegroup, ON CONFLICT ..."""
    while not cursor.done:
        if cursor.at("NOT") and cursor.peek(1).upper in ("ENFORCED", "DEFERRABLE", "VALID", "TRUSTED"):
            cursor.i += 2
        elif cursor.at("NOT", "FOR", "REPLICATION") or cursor.at("NO", "INHERIT"):
            cursor.i += 3 if cursor.at("NOT") else 2
        elif cursor.accept("USING", "INDEX"):
            _pass_index(cursor)
        elif cursor.accept("USING"):
            cursor.i += 1  # BTREE
        elif cursor.at("WITH", "(") or cursor.at("INCLUDE", "(") or cursor.at("STORAGE", "("):
            cursor.i += 1
            cursor.group()
        elif cursor.at("WITH") and cursor.peek(1).upper in ("FILLFACTOR", "CHECK", "NOCHECK"):
            cursor.i += 2
            cursor.accept("=")
            if cursor.peek().kind == NUMBER:
                cursor.i += 1
        elif cursor.at("ON", "CONFLICT"):
            cursor.i += 3
        elif (
            cursor.at("ON")
            and cursor.peek(1).kind in (WORD, QUOTED, STRING)
            and cursor.peek(1).upper not in ("UPDATE", "DELETE", "NULL")
        ):
            cursor.i += 2  # a filegroup
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


def _pass_index(cursor: Cursor) -> None:
    if (
        cursor.group() is None
        and cursor.peek().kind in (WORD, QUOTED)
        and cursor.peek().upper not in _STATE | _WITH_NAME
    ):
        cursor.name()


def key_columns(inside: Tokens, dialect: Dialect) -> list[str] | None:
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
        if cursor.peek().kind == WORD and cursor.peek().upper.endswith("_OPS") or cursor.peek().kind == QUOTED:
            cursor.name()  # PostgreSQL's operator class
        while cursor.accept_any("ASC", "DESC", "NULLS", "FIRST", "LAST", "TIMESERIES", "AUTOINCREMENT", "COLLATE"):
            if cursor.tokens[cursor.i - 1].is_word("COLLATE"):
                cursor.name()
        if not cursor.done:
            return None
        names.append(parts[-1])
    return names


def reference(cursor: Cursor, columns: Sequence[str], where: str, statement: Statement, dialect: Dialect) -> DraftKey:
    """The foreign key whose REFERENCES the cursor is at. Raises DDLError where no table follows."""
    if not cursor.accept("REFERENCES"):
        raise DDLError("a foreign key without its table", where=where, fix="write REFERENCES table (columns)")
    if cursor.accept("WITH"):  # Teradata: WITH NO CHECK OPTION
        cursor.accept("NO")
        cursor.accept("CHECK")
        cursor.accept("OPTION")
    table = cursor.name(dialect)
    if not table:
        raise DDLError("a foreign key without its table", where=where, fix="write REFERENCES table (columns)")
    inside = cursor.group()
    named = key_columns(inside, dialect) if inside else []
    if named is None:
        raise DDLError("a foreign key to an expression", where=where, value=table, fix="name columns")
    start = cursor.i
    kept: list[Token] = []
    while not cursor.done:
        before = cursor.i
        if cursor.accept("MATCH"):
            cursor.i += 1
        elif cursor.at("ON") and cursor.peek(1).upper in ("DELETE", "UPDATE"):
            cursor.i += 2
            if cursor.accept("SET"):
                cursor.i += 1
                cursor.group()
            elif cursor.accept("NO"):
                cursor.i += 1
            else:
                cursor.i += 1
        else:
            pass_state(cursor)
            if cursor.i == before:
                break
        kept += cursor.tokens[before : cursor.i]
    rules = statement.slice(tuple(cursor.tokens[start : cursor.i])) if kept else ""
    return DraftKey(tuple(columns), table, tuple(named), where, _upper_words(rules))


def _upper_words(text: str) -> tuple[str, ...]:
    return tuple([" ".join(text.split()).upper()]) if text else ()


def comment_text(cursor: Cursor, dialect: Dialect) -> str | None:
    """The text after COMMENT [=]; None where none follows."""
    cursor.accept("=") or cursor.accept("IS")
    texts: list[str] = []
    while cursor.peek().kind == STRING or (cursor.peek().kind == QUOTED and not texts):
        texts.append(literal(cursor.take(), dialect))
    return "".join(texts) if texts else None


def description(inside: Tokens, statement: Statement, dialect: Dialect) -> tuple[str | None, str]:
    """BigQuery's options: the description, and the text of all others."""
    text, kept = None, []
    for piece in pieces(inside):
        if piece[0].is_word("DESCRIPTION") and len(piece) == 3:
            text = literal(piece[2], dialect)
        else:
            kept.append(statement.slice(piece))
    return text, ", ".join(kept)
