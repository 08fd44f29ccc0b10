"""A column as its item says it, and what the readers of its attributes have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rowmill.ddl.reading.cursor import Cursor
from rowmill.ddl.reading.draft import DraftKey
from rowmill.ddl.reading.expressions import pass_expression
from rowmill.ddl.reading.lexer import Token, Tokens
from rowmill.ddl.reading.scope import Scope


@dataclass(slots=True)
class Column:
    """What one column's text says.

    type:        the tokens of its type; () where there is none
    null:        True or False where NULL or NOT NULL stands there
    default:     the default's SQL text as written
    computed:    the SQL text of its expression
    generated:   it makes its own values: an identity, or a time of the row
    may_be_null: it makes its own values, and null is one of them
    identity:    start, increment and kind of the identity, as far as they are written
    attributes:  the text of all other attributes, each
    left:        tokens that no table knows: the parser decides
    named:       names of constraints, and what each is
    """

    name: str
    type: Tokens
    null: bool | None = None
    default: str | None = None
    comment: str | None = None
    computed: str | None = None
    generated: bool = False
    may_be_null: bool = False
    identity: dict[str, int | str | bool] = field(default_factory=dict)
    primary: bool = False
    unique: bool = False
    key: DraftKey | None = None
    checks: list[str] = field(default_factory=list)
    encode: str | None = None
    distkey: bool = False
    sortkey: bool = False
    attributes: list[str] = field(default_factory=list)
    left: list[Token] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)


class AttributeReader:
    """Finds the attributes of a dialect in a column's item.

    heads: the attributes by their first word: all of their words, and the handler of each, the longest first
    """

    def __init__(self, scope: Scope, heads: Heads) -> None:
        self.scope, self.dialect, self.heads = scope, scope.dialect, heads

    def handler(self, cursor: Cursor) -> Handler | None:
        """The handler of the attribute at the cursor; None where none begins."""
        for words, handler in self.heads.get(cursor.peek().upper, ()):
            if cursor.at(*words):
                return handler
        return None

    def begins(self, cursor: Cursor) -> bool:
        """Whether an attribute begins here: what ends an expression."""
        word = cursor.peek().upper
        if not word or word not in self.heads or cursor.tokens[cursor.i - 1].is_mark("."):
            return False
        if word in ("NOT", "NULL") and cursor.tokens[cursor.i - 1].is_word("IS", "NOT", "THEN", "ELSE", "AND", "OR"):
            return False
        return self.handler(cursor) is not None

    def expression(self, cursor: Cursor) -> str:
        """Steps over the expression at the cursor; returns its text."""
        start = cursor.i
        pass_expression(cursor, self.begins)
        return self.text(cursor, start)

    def text(self, cursor: Cursor, start: int) -> str:
        """The text from the token at `start` to the cursor."""
        return self.scope.text(cursor.tokens[start : cursor.i])


# Reads the attribute at the cursor into the column, and steps over it; False where it is not understood.
Handler = Callable[[AttributeReader, Cursor, Column], bool]
Heads = dict[str, list[tuple[tuple[str, ...], Handler]]]
