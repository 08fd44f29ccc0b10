"""The completeness proof: the columns that were read are the columns that stand there, or the statement is refused.

The count shares no code with the reader: it walks the statement's characters, and knows quotes, comments, parentheses,
commas and the words that begin a constraint, nothing else. What a comment or a quote is in a dialect is all they share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rowmill.ddl.dialects import Dialect
from rowmill.errors import DDLError

# A piece of the body that begins so is no column. `name (` may be a column called `key` of a type with a size.
_QUOTED = r"(?:`[^`]*`|\"[^\"]*\"|\[[^\]]*\]|[^\s(`\"\[]+)"
_LISTS = r"\(\s*(?!MAX\b)[^\d\s'\"]"
_CONSTRAINT = re.compile(
    rf"CONSTRAINT\s|(?:PRIMARY|FOREIGN)\s+KEY\b|CHECK\s*\(|CHECK\s+NOT\s+FOR\b|EXCLUDE\s*(?:\(|USING\b)|PERIOD\s+FOR\b"
    rf"|SUPPLEMENTAL\s+LOG\b|UNIQUE\s*(?:\(|(?:KEY|INDEX|CLUSTERED|NONCLUSTERED|NULLS)\b|{_QUOTED}\s*{_LISTS})"
    r"|LIKE\s+(?!(?:INT|INTEGER|BIGINT|SMALLINT|VARCHAR|TEXT|CHAR|BOOLEAN|DATE|TIMESTAMP|NUMERIC|DECIMAL|NUMBER|STRING)\b)[^\s(]",
    re.IGNORECASE,
)
_INDEX = re.compile(
    r"(?:FULLTEXT|SPATIAL|SHARD|SORT|VECTOR)\s+(?:KEY|INDEX)\b"
    rf"|(?:FULLTEXT|SPATIAL|KEY|INDEX)\s*(?:{_QUOTED}\s*)?"
    rf"(?:{_LISTS}|(?:USING|CLUSTERED|NONCLUSTERED|HASH|BTREE|UNIQUE|COLUMNSTORE)\b)",
    re.IGNORECASE,
)
# What one dialect alone has among the columns. Exasol's DISTRIBUTE BY a, b reaches over a comma.
_SPECIAL = {
    "exasol": re.compile(r"(?:DISTRIBUTE|PARTITION)\s+BY\b|(?:\w+|\"[^\"]*\")$", re.IGNORECASE),
    "db2": re.compile(r"PERIOD\s+(?:SYSTEM_TIME|BUSINESS_TIME)\b", re.IGNORECASE),
    "singlestore": re.compile(r"COLUMN\s+GROUP\b", re.IGNORECASE),
}
_CLICKHOUSE = re.compile(r"(?:INDEX|PROJECTION)\s", re.IGNORECASE)
_NAME = re.compile(
    r"`((?:[^`]|``)*)`|\"((?:[^\"]|\"\")*)\"|\[((?:[^\]]|\]\])*)\]|'([^']*)'|((?:\$?\{[^}]*\}+|[^\s,()])+)"
)


@lru_cache(maxsize=64)
def _scanner(dialect: Dialect) -> re.Pattern[str]:
    single = r"'(?:[^'\\]|\\.|'')*+'" if dialect.escapes else r"'(?:[^']|'')*+'"
    double = r'"(?:[^"\\]|\\.|"")*+"' if dialect.escapes else r'"(?:[^"]|"")*+"'
    brackets = r"|\[(?:[^\]]|\]\])*+\]" if dialect.brackets else ""
    return re.compile(
        rf"(?P<comment>{dialect.comment}){dialect.fenced}|[eE]'(?:[^'\\]|\\.|'')*+'|{single}|{double}|`[^`]*`{brackets}"
        r"|(?P<dollar>\$(?:[A-Za-z_]\w*)?\$).*?(?P=dollar)"
        r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<angle>\b(?:ARRAY|MAP|STRUCT|UNIONTYPE|RANGE)\s*<)|(?P<less><)|(?P<more>>)|(?P<comma>,)",
        re.DOTALL | re.IGNORECASE,
    )


def counted(text: str, start: int, dialect: Dialect) -> list[str]:
    """The names of the columns in the body that begins at or after `start`, by parentheses and commas alone."""
    names: list[str] = []
    piece: list[str] = []
    depth = angles = 0
    at = start
    for match in _scanner(dialect).finditer(text, start):
        kind = match.lastgroup
        if depth == 0:
            if kind == "open" and match.group() == "(":
                depth, at = 1, match.end()
            elif kind == "comment":
                at = match.end()
            continue
        if kind == "comment":
            piece += (text[at : match.start()], " ")
            at = match.end()
        elif kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth == 0:
                piece.append(text[at : match.start()])
                _name("".join(piece), dialect, names)
                return names
        elif kind == "angle" or (kind == "less" and angles):
            angles += 1
        elif kind == "more" and angles:
            angles -= 1
        elif kind == "comma" and depth == 1 and not angles:
            piece.append(text[at : match.start()])
            _name("".join(piece), dialect, names)
            piece, at = [], match.end()
    return names


def _name(piece: str, dialect: Dialect, names: list[str]) -> None:
    piece = piece.strip()
    if not piece or _CONSTRAINT.match(piece):
        return
    special = _SPECIAL.get(dialect.name)
    if special is not None and special.match(piece):
        return
    if dialect.index_lines and (_CLICKHOUSE if dialect.name == "clickhouse" else _INDEX).match(piece):
        return
    found = _NAME.match(piece)
    if found is None:
        names.append(piece[:40])
        return
    text = next(group for group in found.groups() if group is not None)
    quote = {1: "`", 2: '"', 3: "]"}.get(found.lastindex or 0)
    names.append(text.replace(quote * 2, quote) if quote else text)


def prove(text: str, start: int, dialect: Dialect, names: Sequence[str], where: str) -> None:
    """Compares the names read with those counted in the body. Raises DDLError if they differ."""
    found = counted(text, start, dialect)
    if list(names) == found and names:
        return
    lost = [name for name in found if name not in names]
    added = [name for name in names if name not in found]
    if not found:
        what = "the table has no columns"
    elif lost:
        what = f"{len(lost)} of {len(found)} columns would be lost"
    elif added:
        what = "a column would be read that doesn't stand there"
    else:
        what = "the columns would be read in another order"
    raise DDLError(
        what,
        where=where,
        value=", ".join(lost or added or names)[:120] or None,
        fix="check the statement and its dialect (--dialect)",
    )
