"""SQL texts of one dialect as another writes them: checks, computed columns, defaults that are no literals."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from rowmill.ddl.dialects import PLAIN, Dialect
from rowmill.ddl.export.quoting import is_bare

# What sqlglot can't say in the target is dropped with a warning of ours, not on its logger.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
_LONGEST = 20_000


def translate(text: str, source: Dialect | None, target: Dialect, columns: tuple[str, ...] = ()) -> str | None:
    """The expression in the target's words; None where nobody knows them.

    columns: the table's columns; their names are quoted as the target needs it
    """
    spoken = source or PLAIN
    if len(text) > _LONGEST:
        return None
    try:
        tree = sqlglot.parse_one(text, read=spoken.parser)
        if not _is_portable(tree) or (target.name == "redshift" and _has_marks(tree)):
            return None
        known = {column.casefold(): column for column in columns}
        for found in list(tree.find_all(exp.Identifier)):
            column = known.get(found.name.casefold())
            if column is not None:
                found.set("this", column)
                found.set("quoted", not is_bare(column, target))
        return tree.sql(target.parser, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError, ValueError, KeyError, TypeError):
        return None


# What has another meaning in each dialect, or one that sqlglot does not know.
_UNPORTABLE = (
    exp.Anonymous,
    exp.AnonymousAggFunc,
    exp.Command,
    exp.Placeholder,
    exp.Parameter,
    exp.Query,
    exp.RegexpLike,
    exp.SimilarTo,
    exp.Dot,
    exp.JSONExtract,
    exp.JSONExtractScalar,
)


def _has_marks(tree: exp.Expr) -> bool:
    """Whether a text holds quotes, which sqlglot writes for Redshift as only some of its settings take them."""
    return any(node.is_string and set(node.name) & {"'", "\\"} for node in tree.find_all(exp.Literal))


def _is_portable(tree: exp.Expr) -> bool:
    return not any(isinstance(node, _UNPORTABLE) for node in tree.walk())
