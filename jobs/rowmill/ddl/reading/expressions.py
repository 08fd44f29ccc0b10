"""Where an SQL expression ends, when nothing marks its end: a default, a computed column."""

from __future__ import annotations

from collections.abc import Callable

from rowmill.ddl.reading.cursor import OPENING, Cursor
from rowmill.ddl.reading.lexer import MARK, NUMBER, STRING, WORD, Token, word_set

# Words between two operands, or that want one after them.
_INFIX = word_set(
    "AND OR NOT XOR IS IN LIKE ILIKE RLIKE SIMILAR REGEXP ESCAPE BETWEEN DISTINCT FROM ANY ALL",
    "DIV MOD COLLATE AT OVER OPERATOR",
    "CASE WHEN THEN ELSE",
)
# Words that go on with the word or the literal before them: CURRENT DATE, timestamp WITH TIME ZONE, INTERVAL '1' DAY.
_GOES_ON: dict[str, frozenset[str]] = {
    # Db2's special registers and sequences
    "CURRENT": word_set("DATE TIME TIMESTAMP TIMEZONE", "USER SCHEMA SQLID SERVER PATH DEGREE CLIENT_ACCTNG"),
    "SESSION": word_set("USER"),
    "NEXT": word_set("VALUE"),
    "PREVIOUS": word_set("VALUE"),
    "VALUE": word_set("FOR"),
    # types of more than one word, in casts
    "BIT": word_set("VARYING"),
    "CHAR": word_set("VARYING"),
    "CHARACTER": word_set("VARYING SET"),
    "DOUBLE": word_set("PRECISION"),
    "NATIONAL": word_set("CHARACTER CHAR VARCHAR"),
    "TIMESTAMP": word_set("WITH WITHOUT"),
    "TIME": word_set("WITH WITHOUT ZONE"),
    "WITH": word_set("TIME LOCAL"),
    "WITHOUT": word_set("TIME"),
    "LOCAL": word_set("TIME"),
    # operators of more than one word
    "AT": word_set("TIME"),
    "SIMILAR": word_set("TO"),
}
_UNITS = word_set(
    "YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND MILLISECOND MICROSECOND",
    "YEARS QUARTERS MONTHS WEEKS DAYS HOURS MINUTES SECONDS MILLISECONDS MICROSECONDS",
)
# Words that an operand may follow, though they may be operands themselves.
_WANT = _INFIX | word_set("DATE TIME TIMESTAMP DATETIME INTERVAL ZONE BINARY FOR TO")
_JOINING = frozenset("+-*/%|.:&^~<>=!@?")


def pass_expression(cursor: Cursor, ends: Callable[[Cursor], bool]) -> None:
    """Steps over one expression, of at least one token.

    ends: whether something else begins at the cursor (an attribute, a clause)

    An operand that follows another without an operator ends the expression, too: in `a int default 1 b int` the comma
    is missing, and b must not get lost.
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
    """Whether an operand is complete after this token; None where the token can't go on with the expression.

    before:   the token before it, None for the first
    complete: whether an operand is complete before it
    cases:    how many CASEs are open
    """
    if token.kind == MARK:
        if token.text in OPENING:
            return True  # a call, a cast's size, an index, or parentheses
        return False if token.text in _JOINING else None
    if token.upper == "CASE" and complete:
        return None
    if token.upper in _INFIX:
        return False
    if not complete or before is None:
        return True
    if token.kind == STRING:  # 'a' 'b', DATE '2000-01-01', N 'x'
        goes_on = before.kind in (STRING, WORD) and not before.is_word("NULL", "TRUE", "FALSE")
    else:
        goes_on = (
            token.upper in _GOES_ON.get(before.upper, ())
            or (token.upper in _UNITS and before.kind in (NUMBER, STRING))
            or before.upper in _WANT
            or (cases > 0 and before.kind == WORD)
        )
    return True if goes_on else None
