"""A light tokenizer of SQL, independent of sqlglot's: what splits files and reads items works on its tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rowmill.ddl.dialects import Dialect
from rowmill.errors import DDLError

WORD, QUOTED, STRING, NUMBER, MARK = "word", "quoted", "string", "number", "mark"
# Open parentheses: no table has so many, and parsers that call themselves for each would run out of stack.
MAX_DEPTH = 1000
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


class Token(NamedTuple):
    """One token; `text` is its value (a quoted name without its quotes), start and end are offsets in its text.

    upper: the token as a keyword, '' if it can't be one
    """

    kind: str
    text: str
    start: int
    end: int
    upper: str = ""

    def is_word(self, *words: str) -> bool:
        return self.upper in words if self.upper else False

    def is_mark(self, mark: str) -> bool:
        return self.kind == MARK and self.text == mark


Tokens = tuple[Token, ...]


def word_set(*groups: str) -> frozenset[str]:
    """A set of keywords; each group is a text with blanks between them."""
    return frozenset(" ".join(groups).split())


def literal(token: Token, dialect: Dialect) -> str:
    """The text that a string (or a name in quotes) stands for."""
    if token.kind != STRING:
        return token.text
    text = token.text
    if text.startswith("$"):
        tag = text[: text.index("$", 1) + 1]
        return text[len(tag) : -len(tag)]
    if dialect.fenced and text[:2].upper() in ("Q'", "NQ"):
        return text[text.index("'") + 2 : -2]
    escaped = dialect.escapes or text[:1] in "eE"
    at = next(i for i, char in enumerate(text) if char in "'\"")
    quote = text[at]
    if dialect.triple and text[at : at + 3] == quote * 3 and len(text) - at >= 6:
        return text[at + 3 : -3]
    inside = text[at + 1 : -1].replace(quote * 2, quote)
    escaped = escaped and "r" not in text[:at].lower()  # BigQuery's raw strings
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), inside) if escaped else inside


@lru_cache(maxsize=64)
def pattern(dialect: Dialect) -> re.Pattern[str]:
    """One token after any blanks and comments; each kind is a group, and the end of the text is a match, too."""
    inside = r"(?:[^{q}\\]|\\.|{q}{q})*+" if dialect.escapes else r"(?:[^{q}]|{q}{q})*+"
    single, double = "'" + inside.format(q="'") + "'", '"' + inside.format(q='"') + '"'
    strings = [r"[eE]'(?:[^'\\]|\\.|'')*+'", f"(?:[nNbBxXrR]|[uU]&|_[a-z0-9]+\\s*)?{single}"]
    if dialect.fenced:
        strings.insert(0, dialect.fenced.removeprefix("|"))
    if dialect.triple:
        strings[:0] = [r"[rRbB]*'''.*?'''", r'[rRbB]*""".*?"""']
    if dialect.double_strings:
        strings.append(double)
    names = [r"`(?:[^`]|``)*+`", *([] if dialect.double_strings else ['"(?:[^"]|"")*+"'])]
    if dialect.brackets:
        names.append(r"\[(?:[^\]]|\]\])*+\]")
    variable = r"\$\{[^}\n]*\}|\{\{[^{}\n]*\}\}|\{\w*\}"  # of a template: part of a name
    if dialect.fenced:  # SQL*Plus: &schema..orders
        variable += r"|&{1,2}\w+\.?"
    inner = r"[\w$#]|@(?=\w)" if dialect.name == "db2" else r"[\w$#@]"  # Db2's scripts end statements by @
    parts = [
        rf"(?P<string>{'|'.join(strings)}|(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag))",
        rf"(?P<word>(?:[^\W\d]|{variable}|[#@]{{1,2}}\w)(?:{inner}|{variable})*)",
        rf"(?P<quoted>{'|'.join(names)})",
        r"(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?(?![\w])|\.\d+)",
        r"(?P<digits>\d\w*)",
        r"(?P<unclosed>/\*|'|\"|`)",
        r"(?P<mark>.)",
        r"(?P<end>\Z)",
    ]
    blanks = rf"(?:\s++|{dialect.comment})*+"
    return re.compile(blanks + "(?:" + "|".join(parts) + ")", re.DOTALL)


def made(match: re.Match[str]) -> Token | None:
    """The token of a match of `pattern`; None for the end of the text and for what is unclosed."""
    kind = match.lastgroup
    if kind == "word":
        text = match["word"]
        return Token(WORD, text, match.start("word"), match.end(), text.upper())
    if kind == "mark":
        return Token(MARK, match["mark"], match.start("mark"), match.end())
    if kind == "quoted":
        text = match["quoted"]
        closing = text[-1]
        return Token(QUOTED, text[1:-1].replace(closing * 2, closing), match.start("quoted"), match.end())
    if kind == "number":
        return Token(NUMBER, match["number"], match.start("number"), match.end())
    if kind == "digits":  # a name that begins with a digit
        return Token(WORD, match["digits"], match.start("digits"), match.end(), match["digits"].upper())
    if kind in ("string", "tag", "fence"):
        return Token(STRING, match["string"], match.start("string"), match.end())
    return None


def unclosed(text: str, start: int, where: str) -> DDLError:
    """The error for the quote or comment that begins at `start`."""
    what = f"a {'comment' if text.startswith('/*', start) else 'quote'} is never closed"
    return DDLError(what, where=where, value=text[start : start + 40].split("\n")[0], fix="close it")


def tokenize(text: str, dialect: Dialect, source: str = "DDL") -> list[Token]:
    """All tokens but blanks and comments. Raises DDLError for a quote or comment that is never closed."""
    tokens: list[Token] = []
    for match in pattern(dialect).finditer(text):
        token = made(match)
        if token is not None:
            tokens.append(token)
        elif match.lastgroup == "unclosed":
            line = text.count("\n", 0, match.start("unclosed")) + 1
            raise unclosed(text, match.start("unclosed"), f"{source}:{line}")
    return tokens


def text_of(tokens: Sequence[Token], text: str) -> str:
    """The source text from the first to the last of these tokens, blanks and comments folded to one blank."""
    if not tokens:
        return ""
    pieces = [text[tokens[0].start : tokens[0].end]]
    for before, token in pairwise(tokens):
        if token.start > before.end:
            pieces.append(" ")
        pieces.append(text[token.start : token.end])
    return "".join(pieces)
