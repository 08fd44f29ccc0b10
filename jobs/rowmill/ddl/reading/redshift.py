"""The tail of a Redshift table: distribution, sort keys, encoding. sqlglot reads a part of it."""

from __future__ import annotations

from typing import Any

from rowmill.ddl.reading.lexer import MARK, Tokens
from rowmill.errors import DDLError

_FIX = "write it as Redshift's CREATE TABLE does"


def tail_options(tail: Tokens, where: str) -> dict[str, Any]:
    """The options after the body. Raises DDLError for a word that is none of Redshift's."""
    options: dict[str, Any] = {}
    i = 0
    while i < len(tail):
        word = tail[i].upper
        following = tail[i + 1].upper if i + 1 < len(tail) else ""
        if word == "DISTSTYLE" and following:
            options["diststyle"] = following.lower()
            i += 2
        elif word == "DISTKEY":
            names, i = _names(tail, i + 1, where)
            options["distkey"] = names[0]
        elif word in ("COMPOUND", "INTERLEAVED") and following in ("SORTKEY",):
            options["sortstyle"] = word.lower()
            i += 1
        elif word == "SORTKEY" and following == "AUTO":
            options["sortkey"] = "auto"
            i += 2
        elif word == "SORTKEY":
            options["sortkey"], i = _names(tail, i + 1, where)
        elif word == "ENCODE" and following == "AUTO":
            options["encode_auto"] = True
            i += 2
        elif word == "BACKUP" and following in ("YES", "NO"):
            options["backup"] = following == "YES"
            i += 2
        else:
            raise DDLError("not understood after the columns", where=where, value=tail[i].text, fix=_FIX)
    return options


def _names(tail: Tokens, i: int, where: str) -> tuple[list[str], int]:
    names: list[str] = []
    if i >= len(tail) or tail[i].text != "(":
        raise DDLError("columns in parentheses expected", where=where, value=tail[i - 1].text, fix=_FIX)
    while i < len(tail) and not (tail[i].kind == MARK and tail[i].text == ")"):
        if tail[i].kind != MARK:
            names.append(tail[i].text)
        i += 1
    if not names:
        raise DDLError("no columns in the parentheses", where=where, fix=_FIX)
    return names, i + 1
