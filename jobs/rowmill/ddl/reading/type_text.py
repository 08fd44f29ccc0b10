"""Where a type's text ends in a column's item: its words, its sizes, what its angle brackets hold."""

from __future__ import annotations

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.cursor import ANGLED, Cursor
from rowmill.ddl.reading.lexer import QUOTED, STRING, WORD, Token, Tokens, word_set

# Words that go on with a type after the word before them.
_FOLLOW: dict[str, frozenset[str]] = {
    "BIG": word_set("INT"),
    "BINARY": word_set("VARYING LARGE"),
    "BIT": word_set("VARYING"),
    "BYTE": word_set("CHARACTER"),
    "CHAR": word_set("VARYING LARGE"),
    "CHARACTER": word_set("VARYING LARGE"),
    "DOUBLE": word_set("PRECISION BYTE FLOAT"),
    "LARGE": word_set("OBJECT"),
    "LONG": word_set(
        "VARCHAR NVARCHAR VARGRAPHIC CHAR CHARACTER TEXT",
        "VARBINARY RAW VARBYTE BINARY",
        "INTEGER",
    ),
    "NATIONAL": word_set("CHAR CHARACTER VARCHAR"),
    "NATIVE": word_set("CHARACTER"),
    "NCHAR": word_set("VARYING LARGE VARCHAR"),
    "UNSIGNED": word_set("BIG BIGINT INT INTEGER ZEROFILL"),
    "VARCHAR": word_set("BINARY"),
    "VARYING": word_set("CHARACTER"),
}
_SIGNS = frozenset({"UNSIGNED", "SIGNED", "ZEROFILL"})
_UNITS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})


def type_end(item: Tokens, start: int, dialect: Dialect) -> int:
    """The index after the type that begins at `start`: `start` itself where none does."""
    cursor = Cursor(item, start)
    first = cursor.take()
    if first.kind not in (WORD, QUOTED) and not (first.kind == STRING and dialect.double_strings):
        return start
    while cursor.at(".") and cursor.peek(1).kind in (WORD, QUOTED):
        cursor.i += 1
        first = cursor.take()
    last = first.upper
    if last == "INTERVAL":
        return _interval_end(cursor)
    while not cursor.done:
        token = cursor.peek()
        if token.is_mark("(") or token.is_mark("["):
            if cursor.group() is None:
                return len(item)
            if token.is_mark("("):
                last = f"{last}()"
        elif _goes_on(last, token):
            last = cursor.take().upper
        elif token.is_mark("<") and last in ANGLED:
            _pass_angles(cursor)
        elif (token.upper in _SIGNS and last != token.upper) or (token.upper == "ARRAY" and dialect.name != "hive"):
            cursor.i += 1
        elif (words := _of_zone(cursor) or _of_data(cursor)) > 0:
            cursor.i += words
        else:
            break
    return min(cursor.i, len(item))


def _goes_on(last: str, token: Token) -> bool:
    return token.upper in _FOLLOW.get(last.removesuffix("()"), ())


def _of_zone(cursor: Cursor) -> int:
    """How many words WITH [LOCAL] TIME ZONE has, if it stands here."""
    if cursor.peek().upper not in ("WITH", "WITHOUT"):
        return 0
    if cursor.peek(1).upper == "LOCAL":
        return 4 if cursor.peek(2).upper == "TIME" else 0
    return 3 if cursor.peek(1).upper == "TIME" else 0


def _of_data(cursor: Cursor) -> int:
    """How many words Db2's FOR BIT DATA has, if it stands here."""
    kind = cursor.peek(1).upper
    return 3 if kind in ("BIT", "SBCS", "MIXED") and cursor.at("FOR", kind, "DATA") else 0


def _interval_end(cursor: Cursor) -> int:
    while cursor.peek().upper in _UNITS:
        cursor.i += 1
        cursor.group()
        if not cursor.accept("TO"):
            break
    cursor.group()
    while cursor.group() is not None:  # INTERVAL[]
        pass
    return cursor.i


def _pass_angles(cursor: Cursor) -> None:
    depth = 0
    while not cursor.done:
        token = cursor.take()
        depth += token.is_mark("<") - token.is_mark(">")
        if depth == 0:
            return
