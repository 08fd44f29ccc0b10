"""Reading a run of tokens from left to right."""

from __future__ import annotations

from collections.abc import Sequence

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.lexer import MARK, NUMBER, QUOTED, STRING, WORD, Token, Tokens

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
# Types whose elements stand in angle brackets.
ANGLED = frozenset({"ARRAY", "MAP", "STRUCT", "UNIONTYPE", "RANGE"})
# Dialects that put a whole dotted name into one pair of quotes.
_DOTTED = frozenset({"bigquery", "hive", "spark", "databricks", "athena"})
_NAMES = frozenset({WORD, QUOTED, STRING, NUMBER})
_END = Token("end", "", 0, 0)


def closing(tokens: Sequence[Token], opening: int) -> int | None:
    """The index of the parenthesis that closes the one at `opening`; None if there is none."""
    depth = 0
    for i in range(opening, len(tokens)):
        token = tokens[i]
        if token.kind == MARK:
            if token.text in OPENING:
                depth += 1
            elif token.text in CLOSING:
                depth -= 1
                if depth == 0:
                    return i
    return None


def pieces(tokens: Sequence[Token]) -> list[Tokens]:
    """Splits at the commas of depth 0. `<` and `>` count as parentheses only after a type that takes them."""
    found: list[Tokens] = []
    current: list[Token] = []
    depth = angles = 0
    for i, token in enumerate(tokens):
        if token.kind == MARK:
            mark = token.text
            if mark in OPENING:
                depth += 1
            elif mark in CLOSING:
                depth -= 1
            elif mark == "<" and i and (angles or tokens[i - 1].upper in ANGLED):
                angles += 1
            elif mark == ">" and angles:
                angles -= 1
            elif mark == "," and not depth and not angles:
                if current:
                    found.append(tuple(current))
                current = []
                continue
        current.append(token)
    if current:
        found.append(tuple(current))
    return found


class Cursor:
    """A place in a run of tokens; `i` is the index of the next one."""

    __slots__ = ("i", "tokens")

    def __init__(self, tokens: Sequence[Token], i: int = 0) -> None:
        self.tokens = tokens
        self.i = i

    @property
    def done(self) -> bool:
        """Whether no token is left."""
        return self.i >= len(self.tokens)

    def peek(self, ahead: int = 0) -> Token:
        """The token there; one of kind `end` beyond the last."""
        i = self.i + ahead
        return self.tokens[i] if i < len(self.tokens) else _END

    def at(self, *words: str) -> bool:
        """Whether these words (or marks) come next."""
        return all(
            (t := self.peek(n)).upper == word or (t.kind == MARK and t.text == word) for n, word in enumerate(words)
        )

    def accept(self, *words: str) -> bool:
        """Passes over these words if they come next."""
        if self.at(*words):
            self.i += len(words)
            return True
        return False

    def accept_any(self, *words: str) -> str:
        """Passes over one of these words; '' if none comes next."""
        word = self.peek().upper
        if word and word in words:
            self.i += 1
            return word
        return ""

    def take(self) -> Token:
        """The next token, with a step over it."""
        token = self.peek()
        self.i += 1
        return token

    def group(self) -> Tokens | None:
        """What stands in the parentheses that begin here; None (and no step) where none do or they never end."""
        if not (self.peek().kind == MARK and self.peek().text in OPENING):
            return None
        end = closing(self.tokens, self.i)
        if end is None:
            return None
        inside = tuple(self.tokens[self.i + 1 : end])
        self.i = end + 1
        return inside

    def parts(self, dialect: Dialect | None = None) -> list[str]:
        """The parts of a dotted name, without their quotes, and steps over it; [] if no name is here.

        dialect: only for a table's name: BigQuery and Hive put `db.table` into one pair of quotes, BigQuery has
                 my-project.set
        """
        dashes = dialect is not None and dialect.name == "bigquery"
        dotted = dialect is not None and dialect.name in _DOTTED
        found: list[str] = []
        while (token := self.peek()).kind in _NAMES:
            self.i += 1
            part = token.text.strip("'\"") if token.kind == STRING else token.text.rstrip()  # db2look pads "SCHEMA  "
            while dashes and self.peek().is_mark("-") and self.peek().start == self.tokens[self.i - 1].end:
                part += "-" + self.peek(1).text
                self.i += 2
            found += part.split(".") if dotted and token.kind == QUOTED else [part]
            if not self.accept("."):
                break
            while self.accept("."):  # SQL Server leaves the schema out: db..table
                pass
        return found

    def name(self, dialect: Dialect | None = None) -> str:
        """A dotted name as one text; '' if no name is here."""
        return ".".join(self.parts(dialect))
