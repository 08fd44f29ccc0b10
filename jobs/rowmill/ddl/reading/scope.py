"""What a statement is read in: its text, its dialect, the types that its file creates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.lexer import Token
from rowmill.ddl.reading.statements import Statement
from rowmill.ddl.reading.types import UserTypes


@dataclass(frozen=True, slots=True)
class Scope:
    """What everything that reads a part of a statement needs.

    where: the statement's place and name, as messages say it
    users: the types that the same file creates, by their names in small letters
    """

    statement: Statement
    dialect: Dialect
    where: str
    users: UserTypes

    def text(self, tokens: Sequence[Token]) -> str:
        """The text of some of the statement's tokens, blanks folded."""
        return self.statement.slice(tokens)
