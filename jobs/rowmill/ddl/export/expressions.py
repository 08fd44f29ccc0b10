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

    columns: the columns that it may name, which are quoted as the target needs it
    """
    spoken = source or PLAIN
    if len(text) > _LONGEST:
        return None
    try:
        tree = sqlglot.parse_one(text, read=spoken.parser)
        if not _is_portable(tree, target):
            return None
        known = {column.casefold(): column for column in columns}
        for found in list(tree.find_all(exp.Column)):
            column = known.get(found.name.casefold())
            if column is None or found.table:
                return None
            found.set("this", exp.to_identifier(column, quoted=not is_bare(column, target)))
        return tree.sql(target.parser, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, RecursionError, ValueError, KeyError, TypeError):
        return None


# Operators and functions that mean the same wherever they can be said. Of others nobody knows who has them.
_PORTABLE: tuple[type[exp.Expr], ...] = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Tuple,
    exp.Var,
    exp.Connector,
    exp.Predicate,
    exp.Not,
    exp.Neg,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.Div,
    exp.Mod,
    exp.DPipe,
    exp.Cast,
    exp.DataType,
    exp.DataTypeParam,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Nullif,
    exp.Abs,
    exp.Round,
    exp.Lower,
    exp.Upper,
    exp.Length,
    exp.Trim,
    exp.Substring,
    exp.Replace,
)
# Predicates that are none of those.
_OTHER = (exp.RegexpLike, exp.SimilarTo, exp.Query, exp.Exists, exp.Glob, exp.Command)
_PARTS: tuple[type[exp.Expr], ...] = (exp.Year, exp.Month, exp.Day, exp.Extract)


def _is_portable(tree: exp.Expr, target: Dialect) -> bool:
    known = _PORTABLE if target.name == "sqlite" else (*_PORTABLE, *_PARTS)
    if target.name == "redshift" and _has_marks(tree):
        return False
    return all(isinstance(node, known) and not isinstance(node, _OTHER) for node in tree.walk())


def _has_marks(tree: exp.Expr) -> bool:
    """Whether a text holds quotes, which sqlglot writes for Redshift as only some of its settings take them."""
    return any(node.is_string and set(node.name) & {"'", "\\"} for node in tree.find_all(exp.Literal))
