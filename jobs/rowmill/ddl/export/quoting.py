"""Names and texts as a dialect writes them."""

from __future__ import annotations

import re
from functools import lru_cache

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.export.grammar import GRAMMARS
from rowmill.ddl.export.reserved import reserved_words

# Where '' inside a text is not one quote but two texts in a row.
_BACKSLASH_QUOTE = frozenset({"athena", "bigquery", "databricks", "hive", "spark"})
_CONTROLS = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


@lru_cache(maxsize=65536)
def name(text: str, dialect: Dialect) -> str:
    """An identifier, quoted only where it would not be read as itself otherwise."""
    return text if is_bare(text, dialect) else quoted(text, dialect)


def quoted(text: str, dialect: Dialect) -> str:
    """An identifier in quotes."""
    quotes = GRAMMARS[dialect.name].quotes
    return quotes[0] + text.replace(quotes[1], quotes[1] * 2) + quotes[1]


def is_bare(text: str, dialect: Dialect) -> bool:
    """Whether a name needs no quotes.

    Where unquoted names are folded to capitals, a name in one case alone stays bare, too: `order_id` is meant to be
    the ORDER_ID of such a database.
    """
    grammar = GRAMMARS[dialect.name]
    if not re.fullmatch(grammar.bare, text) or text.upper() in reserved_words(dialect.name):
        return False
    if grammar.folds == "lower":
        return text == text.lower()
    return grammar.folds != "upper" or text in (text.lower(), text.upper())


def names(texts: tuple[str, ...] | list[str], dialect: Dialect) -> str:
    """Identifiers with commas between."""
    return ", ".join(name(text, dialect) for text in texts)


def literal(text: str, dialect: Dialect) -> str:
    """A text in single quotes."""
    if not dialect.escapes:
        return ("N'" if dialect.name == "tsql" and not text.isascii() else "'") + text.replace("'", "''") + "'"
    quote = "\\'" if dialect.name in _BACKSLASH_QUOTE else "''"
    text = text.replace("\\", "\\\\").replace("'", quote)
    return "'" + "".join(_CONTROLS.get(mark, mark) for mark in text) + "'"
