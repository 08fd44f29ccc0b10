"""SQL texts of one dialect as another writes them: checks, computed columns, defaults that are no literals."""

from __future__ import annotations

import logging
from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from rowmill.ddl.dialects import PLAIN, Dialect
from rowmill.ddl.export.quoting import is_bare
from rowmill.schema.model import TableColumn

# What sqlglot can't say in the target is dropped with a warning of ours, not on its logger.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
_LONGEST = 20_000


def translate(
    text: str,
    source: Dialect | None,
    target: Dialect,
    columns: tuple[TableColumn, ...] = (),
    condition: bool = False,
) -> str | None:
    """The expression in the target's words; None where nobody knows them.

    columns:   the columns that it may name, which are quoted as the target needs it
    condition: it must be true or false
    """
    spoken = source or PLAIN
    if len(text) > _LONGEST:
        return None
    try:
        tree = sqlglot.parse_one(text, read=spoken.parser)
        known = {column.name.casefold(): column for column in columns}
        truths = {name for name, column in known.items() if column.type.name == "boolean"}
        _as_truths(tree, truths, target)
        if not _is_portable(tree, target, () if target.name in _BITS else truths, condition):
            return None
        for found in list(tree.find_all(exp.Column)):
            column = known.get(found.name.casefold())
            if column is None or found.table:
                return None
            found.set("this", exp.to_identifier(column.name, quoted=not is_bare(column.name, target)))
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


# Where a number is true or false; where a boolean is a number and no condition.
_LOOSE = frozenset({"mysql", "singlestore", "sqlite"})
_BITS = frozenset({"oracle", "teradata", "tsql"})


def _as_truths(tree: exp.Expr, truths: Collection[str], target: Dialect) -> None:
    """A boolean compared with 0 or 1 is compared with FALSE or TRUE, and the other way where booleans are numbers."""
    for node in list(tree.find_all(exp.EQ, exp.NEQ, exp.In)):
        sides = [node.this, *(node.expressions if isinstance(node, exp.In) else [node.expression])]
        if not any(isinstance(side, exp.Column) and side.name.casefold() in truths for side in sides):
            continue
        for side in sides:
            if target.name in _BITS and isinstance(side, exp.Boolean):
                side.replace(exp.Literal.number(int(side.this)))
            elif target.name not in _BITS | _LOOSE and side.is_int and side.name in ("0", "1"):
                side.replace(exp.Boolean(this=side.name == "1"))


def _asked(node: exp.Expr) -> list[exp.Expr]:
    """The parts of an expression that must be true or false."""
    if isinstance(node, exp.If | exp.Not):
        return [node.this]
    return [node.left, node.right] if isinstance(node, exp.Connector) else []


def _is_number(part: exp.Expr, truths: Collection[str]) -> bool:
    """Whether a condition is no condition in itself, but a column or a number, as in `CASE WHEN flag THEN`."""
    bare = part.unnest()
    return isinstance(bare, exp.Column | exp.Literal) and bare.name.casefold() not in truths


def _is_portable(tree: exp.Expr, target: Dialect, truths: Collection[str], condition: bool) -> bool:
    known = _PORTABLE if target.name == "sqlite" else (*_PORTABLE, *_PARTS)
    asks = [*(_asked(node) for node in tree.walk()), [tree] if condition else []]
    if target.name not in _LOOSE and any(_is_number(part, truths) for parts in asks for part in parts):
        return False
    if target.name == "redshift" and _has_marks(tree):
        return False
    return all(isinstance(node, known) and not isinstance(node, _OTHER) for node in tree.walk())


def _has_marks(tree: exp.Expr) -> bool:
    """Whether a text holds quotes, which sqlglot writes for Redshift as only some of its settings take them."""
    return any(node.is_string and set(node.name) & {"'", "\\"} for node in tree.find_all(exp.Literal))
