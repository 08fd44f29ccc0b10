"""A DDL text -> its statements, one at a time: a file of any size needs the memory of its largest statement.

What says nothing of a table (INSERT, COPY's data, procedures, a shell's own commands) is passed over without tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rowmill.ddl.cursor import CLOSING, OPENING
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.lexer import MARK, MAX_DEPTH, QUOTED, WORD, Token, Tokens, made, pattern, text_of, unclosed
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
    """What was passed over though it looks like a table: a CREATE TABLE inside a text or a procedure, a verb misspelt."""

    line: int
    what: str


# A statement that may say something of a table. All others are passed over.
_TELLS = re.compile(
    r"CREATE\b|ALTER\s+(?:FOREIGN\s+|EXTERNAL\s+|ICEBERG\s+)?TABLE\b|COMMENT\s+ON\b|DROP\s+TABLE\b|RENAME\s+TABLE\b"
    r"|EXEC(?:UTE)?\s+(?:sys\s*\.\s*)?(?:sp_addextendedproperty|sp_rename)\b|ALTER\s+TYPE\b",
    re.IGNORECASE,
)
_PASSED = re.compile(
    r"CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:(?:EDITIONABLE|NONEDITIONABLE|FORCE|SECURE|DEFINER\s*=\s*\S+|AGGREGATE|TEMP|"
    r"TEMPORARY|CONSTRAINT|EVENT|MATERIALIZED|RECURSIVE|PUBLIC)\s+)*"
    r"(?P<what>VIEW|FUNCTION|PROCEDURE|PROC|TRIGGER|PACKAGE|MACRO|EVENT|RULE|DATABASE|SCHEMA|SEQUENCE|ROLE|USER|LOGIN|"
    r"SYNONYM|POLICY|EXTENSION|STAGE|PIPE|STREAM|TASK|WAREHOUSE|PROJECTION|STATISTICS|SERVER|PUBLICATION|AGGREGATE|CAST|OPERATOR|"
    r"COLLATION|LANGUAGE|DICTIONARY|TABLESPACE|BUFFERPOOL|ALIAS|FULLTEXT|FILE|LIBRARY|CATALOG|SHARE|TAG|MASKING)\b",
    re.IGNORECASE,
)
_BODIES = frozenset({"FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "PACKAGE", "EVENT"})
# Where the next statement begins though nothing ended the one before: only at the beginning of a line.
_NEXT = re.compile(
    r"^[ \t]*(?:CREATE\s+(?:OR\s+\w+\s+)?(?:(?!AS\b)\w+\s+){0,4}TABLE\b|ALTER\s+TABLE\b|GO[ \t]*(?:\d+[ \t]*)?$)",
    re.IGNORECASE | re.MULTILINE,
)
_BEGINS = frozenset({"CREATE", "INSERT", "GRANT", "DROP", "ALTER", "GO", "COMMENT"})
_BEGINS_IN_BATCHES = _BEGINS | {
    "EXEC",
    "EXECUTE",
    "USE",
    "PRINT",
    "SET",
    "DECLARE",
    "IF",
    "BEGIN",
    "END",
    "ELSE",
    "UPDATE",
    "DELETE",
}
_SECOND = {"ALTER": {"TABLE", "INDEX", "SEQUENCE"}, "DROP": {"TABLE", "INDEX", "VIEW", "SEQUENCE"}, "COMMENT": {"ON"}}
# A line that is a command of the shell, not SQL.
_SHELL = re.compile(
    r"\\[^\n]*|\#[^\n]*|\.[a-z]+\b[^\n]*|:(?:setvar|r|on|connect)\b[^\n]*|!![^\n]*|@@?[\w./]+[ \t]*(?=\n|\Z)"
)
_SQLPLUS = re.compile(
    r"(?:REM(?:ARK)?|PROMPT|SPOOL|WHENEVER|SHOW|EXIT|QUIT|CONN(?:ECT)?|UNDEFINE|DEFINE|ACCEPT|COLUMN|TTITLE|HOST|PAUSE|"
    r"SET[ \t]+(?:DEFINE|ECHO|FEEDBACK|SERVEROUTPUT|SCAN|SQLBLANKLINES|VERIFY|TERMOUT|LINESIZE|PAGESIZE|HEADING|TIMING))\b[^\n]*",
    re.IGNORECASE,
)
_DELIMITER = re.compile(r"DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE)
_COPY = re.compile(r"COPY\b.*\bFROM\s+stdin\b", re.IGNORECASE | re.DOTALL)
_TABLE = re.compile(r"^[ \t]*CREATE\s+(?:\w+\s+){0,3}TABLE\b", re.IGNORECASE | re.MULTILINE)
# What begins with a word of no statement and goes on like a table: CRETE TABLE orders (
_STRANGE = re.compile(
    r"(?!(?:INSERT|UPDATE|DELETE|MERGE|SELECT|WITH|SET|USE|GRANT|REVOKE|DENY|ANALYZE|EXPLAIN|CALL|DO|EXEC|EXECUTE|DECLARE|IF|"
    r"BEGIN|DROP|ALTER|TRUNCATE|COMMENT|REFRESH|COPY|UNLOAD|PRAGMA|SHOW|DESC|DESCRIBE|REPLACE|LOAD|MSCK|OPTIMIZE|CACHE|UNCACHE|"
    r"RENAME|LOCK|UNDROP|COLLECT|EXPORT|IMPORT|REPAIR|CHECK|FLASHBACK|VACUUM|PUT|GET|FROM|CREATE|BACKUP|RESTORE|AUDIT|PURGE)\b)"
    r"\w+\s+(?:\w+\s+){0,3}?TABLE\s[^;(]{1,200}\(",
    re.IGNORECASE,
)
_INLINE = re.compile(r"\b(?:CREATE|ALTER)\s+TABLE\b", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*\n?")


@lru_cache(maxsize=64)
def _coarse(dialect: Dialect) -> re.Pattern[str]:
    """Runs of what can't end a statement, whole quotes and comments among it."""
    quote = r"'(?:[^'\\]|\\.|'')*+'" if dialect.escapes else r"'(?:[^']|'')*+'"
    double = r'"(?:[^"\\]|\\.|"")*+"' if dialect.escapes else r'"(?:[^"]|"")*+"'
    plain = r"[^;'\"`$\-/\#\n]++"
    if dialect.fenced:
        plain = dialect.fenced.removeprefix("|") + r"|[^;'\"`$\-/\#\nqQ]++|[qQ](?!')"
    dollar = r"(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)"
    return re.compile(
        rf"(?P<run>(?:{plain}|\n(?![ \t]*+[/cCaAgG])|[eE]'(?:[^'\\]|\\.|'')*+'|{quote}|{double}|`[^`]*+`"
        rf"|{dialect.comment}|{dollar}|[-$\#](?!-)|/(?!\*))++)"
        r"|(?P<unclosed>/\*|'|\"|`)|(?P<end>;)|(?P<line>\n)|(?P<mark>.)",
        re.DOTALL,
    )


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
            raise DDLError(
                what, where=f"{self._source}:{self._line}", value=value, fix="is a quote or a semicolon missing?"
            )

    # -- statements ------------------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Statement]:
        blanks = _blanks(self._dialect)
        while True:
            if len(self._text) - self._at < 4096:
                self._more()
            start = self._skipped(blanks)
            if start is None:
                return
            if self._commanded():
                continue
            if self._delimiter != ";":
                yield from self._delimited()
            elif (found := _PASSED.match(self._text, self._at)) and self._is_body(found["what"].upper()):
                self._pass_body()
            elif not found and _TELLS.match(self._text, self._at):
                statement = self._statement()
                if statement.tokens:
                    yield statement
            else:
                self._pass_over()

    def _skipped(self, blanks: re.Pattern[str]) -> int | None:
        """Steps over blanks, comments and stray semicolons; None at the end of the file."""
        while True:
            found = blanks.match(self._text, self._at)
            end = found.end() if found else self._at
            if end < len(self._text) and not self._text.startswith("/*", end):
                self._step(end)
                return end
            if not self._more():
                if end < len(self._text):  # a comment that is never closed
                    self._step(end)
                    raise unclosed(self._text, end, f"{self._source}:{self._line}")
                self._step(end)
                return None

    def _commanded(self) -> bool:
        """Steps over a line that is a command of a shell."""
        match = _DELIMITER.match(self._text, self._at)
        if match:
            self._delimiter = match[1]
        match = match or _SHELL.match(self._text, self._at)
        if not match and self._dialect.name in ("oracle", "db2"):
            match = _SQLPLUS.match(self._text, self._at) or re.compile(r"/[ \t]*(?=\n|\Z)").match(self._text, self._at)
        if not match:
            match = re.compile(r"(?:PROMPT|REM|GO)\b[^\n;]*").match(self._text, self._at)
        if match:
            self._step(match.end())
        return match is not None

    def _is_body(self, what: str) -> bool:
        return what in _BODIES

    def _delimited(self) -> Iterator[Statement]:
        """A statement up to the delimiter that DELIMITER set: a procedure, most likely."""
        while (end := self._text.find(self._delimiter, self._at)) < 0 and self._more():
            pass
        end = len(self._text) if end < 0 else end
        if _PASSED.match(self._text, self._at):
            self._hidden(self._text[self._at : end], "a procedure")
        elif _TELLS.match(self._text, self._at):
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
            if token.kind == "string" and "\n" in token.text and len(token.text) > 20:
                self._hidden(token.text, "a quoted text", text.count("\n", 0, token.start - base))
        self._step(end)
        return Statement(shifted, text, line, fault)

    def _tokens(self) -> tuple[list[Token], int, DDLError | None] | None:
        """The tokens up to the statement's end, and where that is; None where the buffer ends before it."""
        tokens: list[Token] = []
        text, depth, opened = self._text, 0, False
        begins = _BEGINS_IN_BATCHES if self._dialect.batches else _BEGINS
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
                        return (
                            tokens,
                            self._end_of(token.end),
                            DDLError("nested too deeply", fix="take the nesting apart"),
                        )
                elif token.text in CLOSING:
                    depth -= 1
                elif (token.text == "/" and _alone(text, token)) or (token.text == "@" and self._dialect.name == "db2"):
                    return tokens, token.end, None
            elif token.kind == WORD and token.upper in begins and tokens and self._begins(token, tokens, depth, opened):
                return tokens, token.end if token.upper == "GO" else token.start, None
            tokens.append(token)
        return None

    def _begins(self, token: Token, tokens: list[Token], depth: int, opened: bool) -> bool:
        """Whether a word begins the next statement, though no semicolon ended this one."""
        text = self._text
        if not _first_of_line(text, token) and not (self._dialect.batches and opened and token.upper != "GO"):
            return False
        if token.upper == "GO":
            return _alone(text, token)
        if depth > 0 or not (opened or tokens[0].upper != "CREATE"):
            return False
        following = re.compile(r"\s+(\w+)").match(text, token.end)
        second = following[1].upper() if following else ""
        wanted = _SECOND.get(token.upper)
        if wanted is not None:
            return second in wanted
        if token.upper == "SET" and tokens[0].upper != "CREATE":
            return False
        return tokens[-1].upper not in ("AS", "ON", "OR", "BEFORE", "AFTER", "FOR")

    def _end_of(self, start: int) -> int:
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
        coarse = _coarse(self._dialect)
        while True:
            ended = False
            for match in coarse.finditer(self._text, at):
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
        if _COPY.match(copied):
            self._pass_data()
        elif _STRANGE.match(copied):
            self.passed.append(Passed(began, f"not understood, so passed over: {' '.join(copied[:60].split())}"))
        elif _TABLE.search(copied[1:]):
            self._hidden(copied[1:], "another statement", began - self._line)

    def _inline(self, match: re.Match[str]) -> int | None:
        """Where a CREATE TABLE begins amid another statement, as in SQL Server's IF ... CREATE TABLE."""
        if not _INLINE.search(match.group()):
            return None
        before: Token | None = None
        for token in map(made, pattern(self._dialect).finditer(self._text, match.start(), match.end())):
            if (
                token is not None
                and before is not None
                and token.is_word("TABLE")
                and before.is_word("CREATE", "ALTER")
            ):
                return before.start if before.start > self._at else None
            before = token
        return None

    def _next_begins(self, at: int) -> bool:
        if len(self._text) - at < 200:
            self._grow()
        return bool(_NEXT.match(self._text, at)) or bool(re.compile(r"[ \t]*/[ \t]*(?=\n|\Z)").match(self._text, at))

    def _grow(self) -> None:
        """More text, the place kept."""
        if not self._ended:
            block = self._file.read(_BLOCK)
            self._ended = not block
            self._text += block

    def _pass_data(self) -> None:
        """Steps over COPY's own lines, up to the one that says only `\\.`."""
        while True:
            match = _LINE.match(self._text, self._at)
            line = match.group() if match else ""
            if not line.endswith("\n") and self._more():
                continue
            self._step(self._at + len(line))
            if not line or line.rstrip("\r\n") == "\\.":
                return

    def _pass_body(self) -> None:
        """Steps over a procedure: up to GO or `/` on a line of its own, or to the END of its last BEGIN."""
        start, line = self._at, self._line
        depth, opened = 0, False
        while True:
            done = False
            last: Token | None = None
            depth, opened = 0, False
            for match in pattern(self._dialect).finditer(self._text, self._at):
                token = made(match)
                if token is None:
                    done = self._ended
                    end = len(self._text)
                    break
                if token.upper == "GO" and _alone(self._text, token) and _first_of_line(self._text, token):
                    done, end = True, token.end
                    break
                if token.is_mark("/") and _alone(self._text, token):
                    done, end = True, token.end
                    break
                if token.upper in ("BEGIN", "CASE") and not (last is not None and last.upper == "END"):
                    depth, opened = depth + 1, True
                elif token.upper == "END" and not _LOOPS.match(self._text, token.end):
                    depth -= 1
                elif token.is_mark(";") and depth <= 0 and not self._runs_on(opened):
                    done, end = True, token.end
                    break
                last = token
            if done:
                break
            if not self._more():
                end = len(self._text)
                break
            start = self._at
        self._hidden(self._text[start:end], "a procedure", self._line - line)
        self._step(end)

    def _runs_on(self, opened: bool) -> bool:
        """Whether semicolons don't end a body: Oracle's ends at a slash, SQL Server's at GO."""
        return (not opened and self._dialect.name == "oracle") or self._dialect.batches

    def _hidden(self, text: str, inside: str, lines: int = 0) -> None:
        for found in _TABLE.finditer(text):
            line = self._line + lines + text.count("\n", 0, found.start())
            self.passed.append(Passed(line, f"a CREATE TABLE inside {inside} is not converted"))


_LOOPS = re.compile(r"\s+(?:IF|LOOP|WHILE|REPEAT|FOR)\b", re.IGNORECASE)


class _Nothing:
    """A file that has ended."""

    def read(self, size: int = -1) -> str:
        return ""


@lru_cache(maxsize=64)
def _blanks(dialect: Dialect) -> re.Pattern[str]:
    return re.compile(rf"(?:[\s;]++|{dialect.comment})*+", re.DOTALL)


def _first_of_line(text: str, token: Token) -> bool:
    return not text[text.rfind("\n", 0, token.start) + 1 : token.start].strip()


def _alone(text: str, token: Token) -> bool:
    end = text.find("\n", token.end)
    after = text[token.end : end if end >= 0 else len(text)].strip().rstrip(";")
    return _first_of_line(text, token) and (not after or after.isdigit())


def split(text: str, dialect: Dialect, source: str) -> list[Statement]:
    """The statements of a text that say something of a table. Raises DDLError for the first fault."""
    found = list(Reader(_Nothing(), text, dialect, source))
    for statement in found:
        if statement.fault is not None:
            raise statement.fault
    return found
