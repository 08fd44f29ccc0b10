"""Where an SQL expression ends, when nothing marks its end: a default, a computed column."""

from __future__ import annotations

from collections.abc import Callable

from rowmill.ddl.cursor import OPENING, Cursor
from rowmill.ddl.lexer import MARK, NUMBER, STRING, WORD, Token

# Words between two operands, or that want one after them.
_INFIX = frozenset(
    "AND OR NOT IS IN LIKE ILIKE RLIKE SIMILAR BETWEEN ESCAPE DIV MOD XOR COLLATE CASE WHEN THEN ELSE OVER AT REGEXP "
    "DISTINCT FROM ANY ALL OPERATOR".split()
)
# Words that go on with the word or the literal before them: CURRENT DATE, timestamp WITH TIME ZONE, INTERVAL '1' DAY.
_GOES_ON: dict[str, frozenset[str]] = {
    "CURRENT": frozenset(
        {
            "DATE",
            "TIME",
            "TIMESTAMP",
            "USER",
            "SCHEMA",
            "TIMEZONE",
            "SQLID",
            "SERVER",
            "PATH",
            "DEGREE",
            "CLIENT_ACCTNG",
        }
    ),
    "SESSION": frozenset({"USER"}),
    "NEXT": frozenset({"VALUE"}),
    "PREVIOUS": frozenset({"VALUE"}),
    "VALUE": frozenset({"FOR"}),
    "CHARACTER": frozenset({"VARYING", "SET"}),
    "CHAR": frozenset({"VARYING"}),
    "BIT": frozenset({"VARYING"}),
    "DOUBLE": frozenset({"PRECISION"}),
    "NATIONAL": frozenset({"CHARACTER", "CHAR", "VARCHAR"}),
    "TIMESTAMP": frozenset({"WITH", "WITHOUT"}),
    "TIME": frozenset({"WITH", "WITHOUT", "ZONE"}),
    "WITH": frozenset({"TIME", "LOCAL"}),
    "WITHOUT": frozenset({"TIME"}),
    "LOCAL": frozenset({"TIME"}),
    "AT": frozenset({"TIME"}),
    "SIMILAR": frozenset({"TO"}),
}
_UNITS = frozenset(
    {
        f"{unit}{s}"
        for unit in "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MICROSECOND MILLISECOND".split()
        for s in ("", "S")
    }
)
_WANT = frozenset("DATE TIME TIMESTAMP INTERVAL FOR TO BINARY DATETIME ZONE".split()) | _INFIX
_JOINING = frozenset("+-*/%|.:&^~<>=!@?")


def pass_expression(cursor: Cursor, ends: Callable[[Cursor], bool]) -> None:
    """Steps over one expression, of at least one token.

    ends: whether something else begins at the cursor (an attribute, a clause). An operand that follows another without
    an operator ends the expression, too: in `a int default 1 b int` the comma is missing, and b must not get lost.
    """
    complete, cases, first = False, 0, True
    while not cursor.done:
        token = cursor.peek()
        if not first and cases == 0 and complete and ends(cursor):
            return
        if token.upper == "CASE":
            cases += 1
        elif token.upper == "END" and cases:
            cases -= 1
            cursor.i += 1
            complete = True
            continue
        step = _step(token, cursor.tokens[cursor.i - 1] if not first else None, complete, cases)
        if step is None:
            return
        if token.kind == MARK and token.text in OPENING:
            if cursor.group() is None:
                return
        else:
            cursor.i += 1
        complete, first = step, False


def _step(token: Token, before: Token | None, complete: bool, cases: int) -> bool | None:
    """Whether an operand is complete after this token; None where the token can't go on with the expression."""
    if token.kind == MARK:
        if token.text in OPENING:
            return True  # a call, a cast's size, an index, or parentheses
        return False if token.text in _JOINING else None
    if not complete or before is None:
        if token.kind == WORD and token.upper in _INFIX:
            return False
        return True
    if token.kind == STRING:
        return True if before.kind in (STRING, WORD) and before.upper not in ("NULL", "TRUE", "FALSE") else None
    if token.kind == WORD:
        if token.upper in _INFIX:
            return (token.upper == "CASE" and None) or False
        if token.upper in _GOES_ON.get(before.upper, ()):
            return True
        if token.upper in _UNITS and before.kind in (NUMBER, STRING):
            return True
    if before.upper in _WANT or (cases and before.kind == WORD):
        return True
    return None
