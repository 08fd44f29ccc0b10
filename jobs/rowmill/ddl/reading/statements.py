"""A DDL text -> its statements, one at a time: a file of any size needs the memory of its largest statement.

What says nothing of a table (INSERT, COPY's data, procedures, a shell's own commands) is passed over without tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.boundaries import (
    BEGINS,
    BEGINS_IN_BATCHES,
    BODIES,
    COPY,
    DELIMITER,
    FOLLOWING,
    INLINE,
    LINE,
    LOOPS,
    OTHERS,
    SECOND,
    STRANGE,
    TABLE,
    TELLS,
    begins_line,
    blanks,
    coarse,
    command,
    is_alone,
    next_begins,
)
from rowmill.ddl.reading.cursor import CLOSING, OPENING
from rowmill.ddl.reading.lexer import (
    MARK,
    MAX_DEPTH,
    QUOTED,
    STRING,
    WORD,
    Token,
    Tokens,
    made,
    pattern,
    text_of,
    unclosed,
)
from rowmill.errors import DDLError

MAX_STATEMENT = 2 * 1024 * 1024
_BLOCK = 1 << 20


class Source(Protocol):
    """What text is read from."""

    def read(self, size: int = -1, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its tokens (their offsets are those of `text`), and the line where it begins.

    fault: why its tokens can't be trusted, if so
    """

    tokens: Tokens
    text: str
    line: int
    fault: DDLError | None = None

    @property
    def excerpt(self) -> str:
        """How it begins, as messages show it."""
        return " ".join(self.text.split())[:60]

    def slice(self, tokens: Sequence[Token]) -> str:
        """The text of some of its tokens, blanks folded."""
        return text_of(tokens, self.text)


@dataclass(frozen=True, slots=True)
class Passed:
    """What was passed over though it looks like a table: one inside a text or a procedure, one with a misspelt verb."""

    line: int
    what: str


class Reader:
    """Reads statements from an open text file.

    passed: tables that stand inside texts or procedures (known only when all statements are read)
    """

    def __init__(self, file: Source, head: str, dialect: Dialect, source: str) -> None:
        self._file, self._dialect, self._source = file, dialect, source
        self._text = head
        self._ended = not head
        self._at = 0
        self._line = 1
        self._delimiter = ";"
        self.passed: list[Passed] = []

    # -- the buffer ------------------------------------------------------------------------------------------

    def _more(self) -> bool:
        """Appends text to the buffer, as much again as it holds; False where the file has ended."""
        if self._ended:
            return False
        block = self._file.read(max(_BLOCK, len(self._text)))
        self._ended = not block
        self._text = self._text[self._at :] + block
        self._at = 0
        return bool(block)

    def _step(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _fits(self) -> None:
        if len(self._text) - self._at > MAX_STATEMENT:
            what = f"a statement of more than {MAX_STATEMENT >> 20} MiB"
            value = self._text[self._at : self._at + 40].split("\n")[0]
            where = f"{self._source}:{self._line}"
            raise DDLError(what, where=where, value=value, fix="is a quote or a semicolon missing?")

    # -- statements ------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Statement]:
        while True:
            if len(self._text) - self._at < 4096:
                self._more()
            if not self._skip():
                return
            if self._command():
                continue
            if self._delimiter != ";":
                yield from self._delimited()
            elif (other := OTHERS.match(self._text, self._at)) and other["what"].upper() in BODIES:
                self._pass_body()
            elif not other and TELLS.match(self._text, self._at):
                statement = self._statement()
                if statement.tokens:
                    yield statement
            else:
                self._pass_over()

    def _skip(self) -> bool:
        """Steps over blanks, comments and stray semicolons; False at the end of the file."""
        while True:
            found = blanks(self._dialect).match(self._text, self._at)
            end = found.end() if found else self._at
            if end < len(self._text) and not self._text.startswith("/*", end):
                self._step(end)
                return True
            if not self._more():
                self._step(end)
                if end < len(self._text):  # a comment that is never closed
                    raise unclosed(self._text, end, f"{self._source}:{self._line}")
                return False

    def _command(self) -> bool:
        """Steps over a line that is a command of a shell; False where none is here."""
        found = command(self._text, self._at, self._dialect)
        if found is None:
            return False
        if found.re is DELIMITER:
            self._delimiter = found[1]
        self._step(found.end())
        return True

    def _delimited(self) -> Iterator[Statement]:
        """A statement up to the delimiter that DELIMITER set: a procedure, most likely."""
        while (end := self._text.find(self._delimiter, self._at)) < 0 and self._more():
            pass
        end = len(self._text) if end < 0 else end
        if OTHERS.match(self._text, self._at):
            self._hidden(self._text[self._at : end], "a procedure")
        elif TELLS.match(self._text, self._at):
            inner = Reader(_Nothing(), self._text[self._at : end], self._dialect, self._source)
            inner._line = self._line
            yield from inner
        self._step(min(len(self._text), end + len(self._delimiter)))

    def _statement(self) -> Statement:
        """The statement that begins here, with its tokens."""
        while True:
            found = self._tokens()
            if found is not None:
                break
            self._fits()
            self._more()
        tokens, end, fault = found
        base, line = self._at, self._line
        text = self._text[base : tokens[-1].end if tokens else base]
        shifted = tuple(t._replace(start=t.start - base, end=t.end - base) for t in tokens) if base else tuple(tokens)
        for token in tokens:
            if token.kind == QUOTED and "\n" in token.text and fault is None:
                value = token.text.split("\n")[0][:40]
                fault = DDLError("a quoted name goes on over lines", value=value, fix="is its quote closed?")
            if token.kind == STRING and "\n" in token.text and len(token.text) > 20:
                self._hidden(token.text, "a quoted text", text.count("\n", 0, token.start - base))
        self._step(end)
        return Statement(shifted, text, line, fault)

    def _tokens(self) -> tuple[list[Token], int, DDLError | None] | None:
        """The tokens up to the statement's end, and where that is; None where the buffer ends before it."""
        tokens: list[Token] = []
        text, depth, opened = self._text, 0, False
        begins = BEGINS_IN_BATCHES if self._dialect.batches else BEGINS
        for match in pattern(self._dialect).finditer(text, self._at):
            token = made(match)
            if token is None:
                if not self._ended:
                    return None
                if match.lastgroup == "end":
                    return tokens, len(text), None
                start = match.start("unclosed")
                line = self._line + text.count("\n", self._at, start)
                return tokens, len(text), unclosed(text, start, f"{self._source}:{line}")
            if token.kind == MARK:
                if token.text == ";":
                    return tokens, token.end, None
                if token.text in OPENING:
                    depth, opened = depth + 1, True
                    if depth > MAX_DEPTH:
                        fault = DDLError("nested too deeply", fix="take the nesting apart")
                        return tokens, self._end_of(token.end), fault
                elif token.text in CLOSING:
                    depth -= 1
                elif (token.text == "/" and is_alone(text, token)) or (
                    token.text == "@" and self._dialect.name == "db2"
                ):
                    return tokens, token.end, None
            elif token.kind == WORD and token.upper in begins and tokens and self._begins(token, tokens, depth, opened):
                return tokens, token.end if token.upper == "GO" else token.start, None
            tokens.append(token)
        return None

    def _begins(self, token: Token, tokens: list[Token], depth: int, opened: bool) -> bool:
        """Whether a word begins the next statement, though no semicolon ended this one.

        tokens: those of this one so far
        depth:  how many parentheses are open
        opened: whether any were: a table's columns are complete
        """
        if token.upper == "GO":
            return is_alone(self._text, token)
        if not begins_line(self._text, token) and not (self._dialect.batches and opened):
            return False
        if depth > 0 or (not opened and tokens[0].is_word("CREATE")):
            return False
        if token.upper in SECOND:
            following = FOLLOWING.match(self._text, token.end)
            return following is not None and following[1].upper() in SECOND[token.upper]
        if token.is_word("SET") and not tokens[0].is_word("CREATE"):
            return False
        return not tokens[-1].is_word("AS", "ON", "OR", "BEFORE", "AFTER", "FOR")

    def _end_of(self, start: int) -> int:
        """Where a statement ends whose tokens don't count any more: after the next semicolon."""
        found = self._text.find(";", start)
        while found < 0:
            at = len(self._text) - self._at
            if not self._more():
                return len(self._text)
            found = self._text.find(";", at)
        return found + 1

    def _pass_over(self) -> None:
        """Steps over a statement that says nothing of a table."""
        start, began = self._at, self._line
        at, copied = self._at, ""
        while True:
            ended = False
            for match in coarse(self._dialect).finditer(self._text, at):
                kind = match.lastgroup
                if kind == "unclosed":
                    if self._ended:
                        self._step(match.start())
                        raise unclosed(self._text, match.start(), f"{self._source}:{self._line}")
                    break
                if kind == "run" and self._dialect.batches and (inline := self._inline(match)):
                    at, ended = inline, True
                    break
                at = match.end()
                if kind == "end" or (kind == "line" and self._next_begins(match.end())):
                    ended = True
                    break
            if len(copied) < 4096:
                copied += self._text[start : min(at, start + 4096)]
            self._step(at)  # what is passed need not be kept
            start = at
            if ended or (not self._more() and self._at >= len(self._text)):
                break
            start = at = self._at
        if COPY.match(copied):
            self._pass_data()
        elif STRANGE.match(copied):
            self.passed.append(Passed(began, f"not understood, so passed over: {' '.join(copied[:60].split())}"))
        elif TABLE.search(copied[1:]):
            self._hidden(copied[1:], "another statement", began - self._line)

    def _inline(self, match: re.Match[str]) -> int | None:
        """Where a CREATE TABLE begins amid another statement, as in SQL Server's IF ... CREATE TABLE."""
        if not INLINE.search(match.group()):
            return None
        tokens = map(made, pattern(self._dialect).finditer(self._text, match.start(), match.end()))
        for before, token in pairwise(tokens):
            if before and token and before.is_word("CREATE", "ALTER") and token.is_word("TABLE"):
                return before.start if before.start > self._at else None
        return None

    def _next_begins(self, at: int) -> bool:
        if len(self._text) - at < 200:
            self._grow()
        return next_begins(self._text, at)

    def _grow(self) -> None:
        """More text, the place kept."""
        if not self._ended:
            block = self._file.read(_BLOCK)
            self._ended = not block
            self._text += block

    def _pass_data(self) -> None:
        """Steps over COPY's own lines, up to the one that says only `\\.`."""
        while True:
            match = LINE.match(self._text, self._at)
            line = match.group() if match else ""
            if not line.endswith("\n") and self._more():
                continue
            self._step(self._at + len(line))
            if not line or line.rstrip("\r\n") == "\\.":
                return

    def _pass_body(self) -> None:
        """Steps over a procedure."""
        while (end := self._body_end()) is None:
            self._more()
        self._hidden(self._text[self._at : end], "a procedure")
        self._step(end)

    def _body_end(self) -> int | None:
        """Where a procedure ends: at GO or `/` on a line of its own, or at the END of its last BEGIN.

        None where the buffer ends before it.
        """
        depth, opened = 0, False
        last: Token | None = None
        for match in pattern(self._dialect).finditer(self._text, self._at):
            token = made(match)
            if token is None:
                break
            if (token.upper == "GO" or token.is_mark("/")) and is_alone(self._text, token):
                return token.end
            if token.upper in ("BEGIN", "CASE") and not (last is not None and last.upper == "END"):
                depth, opened = depth + 1, True
            elif token.upper == "END" and not LOOPS.match(self._text, token.end):
                depth -= 1
            elif token.is_mark(";") and depth <= 0 and not self._runs_on(opened):
                return token.end
            last = token
        return len(self._text) if self._ended else None

    def _runs_on(self, opened: bool) -> bool:
        """Whether semicolons don't end a body: Oracle's ends at a slash, SQL Server's at GO."""
        return (not opened and self._dialect.name == "oracle") or self._dialect.batches

    def _hidden(self, text: str, inside: str, lines: int = 0) -> None:
        """Tells of the tables in a text that begins `lines` lines after the statement."""
        for found in TABLE.finditer(text):
            line = self._line + lines + text.count("\n", 0, found.start())
            self.passed.append(Passed(line, f"a CREATE TABLE inside {inside} is not converted"))


class _Nothing:
    """A file that has ended."""

    def read(self, size: int = -1) -> str:
        return ""


def split(text: str, dialect: Dialect, source: str) -> list[Statement]:
    """The statements of a text that say something of a table. Raises DDLError for the first fault."""
    found = list(Reader(_Nothing(), text, dialect, source))
    for statement in found:
        if statement.fault is not None:
            raise statement.fault
    return found
