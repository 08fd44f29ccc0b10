"""A light tokenizer of SQL, independent of sqlglot's: it splits statements, and proves what the parser read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rowmill.ddl.dialects import Dialect
from rowmill.errors import DDLError

WORD, QUOTED, STRING, NUMBER, MARK = "word", "quoted", "string", "number", "mark"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `text` is its value (a quoted name without its quotes), start and end are offsets in the file."""

    kind: str
    text: str
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        return self.kind == WORD and self.text.upper() in words

    @property
    def upper(self) -> str:
        """The token as a keyword, or '' if it can't be one."""
        return self.text.upper() if self.kind == WORD else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a file: its tokens, its own text, and where that begins."""

    tokens: tuple[Token, ...]
    text: str
    start: int
    line: int


def _pattern(dialect: Dialect) -> re.Pattern[str]:
    body = r"(?:[^{q}\\]|\\.|{q}{q})*+" if dialect.escapes else r"(?:[^{q}]|{q}{q})*+"
    parts = [
        r"(?P<space>\s+)",
        r"(?P<comment>--[^\n]*|/\*.*?\*/" + (r"|\#[^\n]*" if dialect.hashes else "") + ")",
        r"(?P<dollar>(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag))",
        r"(?P<escaped>[eE]'(?:[^'\\]|\\.|'')*+')",
        r"(?P<string>[nNbBxXrR]?'" + body.format(q="'") + "')",
        r'(?P<double>"' + body.format(q='"') + '")',
        r"(?P<back>`(?:[^`]|``)*+`)",
        *([r"(?P<bracket>\[(?:[^\]]|\]\])*+\])"] if dialect.brackets else []),
        r"(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?!\w)|\.\d+)",
        r"(?P<word>[^\W\d][\w$#@]*|[#@]{1,2}\w+|\d\w*)",
        r"(?P<unclosed>/\*|'|\"|`)",
        r"(?P<mark>.)",
    ]
    return re.compile("|".join(parts), re.DOTALL)


_PATTERNS: dict[Dialect, re.Pattern[str]] = {}
_UNCLOSED = {"/*": "comment", "'": "quote", '"': "quote", "`": "quote"}


def tokenize(text: str, dialect: Dialect, source: str) -> list[Token]:
    """All tokens but spaces and comments. Raises DDLError for a quote or comment that is never closed."""
    if dialect not in _PATTERNS:
        _PATTERNS[dialect] = _pattern(dialect)
    tokens: list[Token] = []
    for match in _PATTERNS[dialect].finditer(text):
        kind, found = match.lastgroup or "mark", match.group()
        start, end = match.span()
        if kind == "tag":
            kind = "dollar"
        if kind in ("space", "comment"):
            continue
        if kind == "unclosed":
            line = text.count("\n", 0, start) + 1
            excerpt = text[start : start + 40].split("\n")[0]
            raise DDLError(
                f"a {_UNCLOSED[found]} is never closed", where=f"{source}:{line}", value=excerpt, fix="close it"
            )
        if kind in ("double", "back", "bracket"):
            closing = found[-1]
            tokens.append(Token(QUOTED, found[1:-1].replace(closing * 2, closing), start, end))
        elif kind in ("string", "escaped", "dollar"):
            tokens.append(Token(STRING, found, start, end))
        else:
            tokens.append(Token(kind, found, start, end))
    return tokens


def split(text: str, dialect: Dialect, source: str) -> list[Statement]:
    """The statements of a file: `;` ends one, as does a line that says only GO."""
    statements: list[Statement] = []
    current: list[Token] = []
    line, counted = 1, 0

    def close() -> None:
        nonlocal line, counted
        if current:
            start, end = current[0].start, current[-1].end
            line += text.count("\n", counted, start)
            counted = start
            statements.append(Statement(tuple(current), text[start:end], start, line))
            current.clear()

    for token in tokenize(text, dialect, source):
        if (token.kind == MARK and token.text == ";") or (token.is_word("GO") and _stands_alone(text, token)):
            close()
        else:
            current.append(token)
    close()
    return statements


def _stands_alone(text: str, token: Token) -> bool:
    before = text[text.rfind("\n", 0, token.start) + 1 : token.start]
    end = text.find("\n", token.end)
    after = text[token.end : end if end >= 0 else len(text)]
    return not before.strip() and (not after.strip() or after.strip().isdigit())
