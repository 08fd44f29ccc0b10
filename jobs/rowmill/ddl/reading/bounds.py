"""What CHECKs and ENUMs say of a column's values: bounds for the generator that is inferred for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

from rowmill.ddl.dialects import Dialect
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType

Bounds = dict[str, Any]
_COMPARED: dict[type[exp.Expr], tuple[str, str]] = {
    exp.GTE: ("min", "max"),
    exp.GT: ("above", "below"),
    exp.LTE: ("max", "min"),
    exp.LT: ("below", "above"),
}
_LONGEST = 20_000


def bounds_of(
    checks: Sequence[str],
    columns: Sequence[TableColumn],
    values: Mapping[str, Sequence[str]],
    limits: Mapping[str, Mapping[str, int]],
    dialect: Dialect,
) -> dict[str, Bounds]:
    """The bounds of each column that has some: min, max, above, below, values, min_length, max_length.

    Only conditions on one column alone count, joined by AND; all others stay texts.
    """
    names = {column.name.casefold(): column.name for column in columns}
    found: dict[str, Bounds] = {
        name: {"values": list(listed)} for name, listed in values.items() if name in names.values()
    }
    for limited, held in limits.items():
        if limited in names.values():
            found.setdefault(limited, {}).update(held)
    for check in checks:
        for column, bounds in _check(check, dialect.parser):
            name = names.get(column.casefold())
            if name is not None:
                _join(found.setdefault(name, {}), bounds)
    types = {column.name: column.type for column in columns}
    fitting = {name: _fitting(bounds, types[name]) for name, bounds in found.items()}
    return {name: bounds for name, bounds in fitting.items() if bounds}


_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_FORMS: dict[str, re.Pattern[str]] = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?"),
    "time": re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"),
}
_NUMBERS = frozenset({"tinyint", "smallint", "int", "bigint", "decimal", "float", "double"})


def _fitting(bounds: Bounds, dtype: DataType) -> Bounds:
    """Without what says nothing that the generator could hold to: a date in words, an order of JSON."""
    if dtype.name in ("char", "varchar", "string"):
        return {
            key: _texts(value, dtype) if key == "values" else str(value) if key not in _LENGTHS else value
            for key, value in bounds.items()
            if key != "values" or (not any(isinstance(v, bool) for v in value) and _texts(value, dtype))
        }
    if dtype.name == "binary":
        return {key: value for key, value in bounds.items() if key in _LENGTHS}
    if dtype.name == "boolean":
        return {"values": bounds["values"]} if "values" in bounds else {}
    form = _NUMBER if dtype.name in _NUMBERS else _FORMS.get(dtype.name.removesuffix("_ntz"))
    if form is None:
        return {}

    def fits(value: Any) -> bool:
        if isinstance(value, str):
            return form.fullmatch(value) is not None
        return not isinstance(value, bool) and dtype.name in _NUMBERS

    kept = {}
    for key, value in bounds.items():
        if key not in _LENGTHS and all(map(fits, value if key == "values" else [value])):
            kept[key] = value
    return kept


def _texts(values: Sequence[Any], dtype: DataType) -> list[str]:
    """The values as texts, without those that the type is too short for."""
    return [str(v) for v in values if dtype.name == "string" or len(str(v)) <= dtype.length]


_LENGTHS = frozenset({"min_length", "max_length"})


@lru_cache(maxsize=4096)
def _check(text: str, parser: str) -> tuple[tuple[str, Bounds], ...]:
    if len(text) > _LONGEST:
        return ()
    try:
        tree = sqlglot.parse_one(text, read=parser)
    except Exception:  # what it can't read bounds nothing
        return ()
    found: list[tuple[str, Bounds]] = []
    for part in tree.flatten() if isinstance(tree, exp.And) else [tree]:
        bare = _bare(part)
        for inner in bare.flatten() if isinstance(bare, exp.And) else [bare]:
            said = _condition(_bare(inner))
            if said is not None:
                found.append(said)
    return tuple(found)


def _bare(part: exp.Expr) -> exp.Expr:
    """Without parentheses and casts: PostgreSQL writes ((status)::text = 'a'::text)."""
    while isinstance(part, exp.Paren | exp.Cast):
        part = part.this
    return part


def _condition(part: exp.Expr) -> tuple[str, Bounds] | None:
    if isinstance(part, exp.Between):
        column, low, high = _column(part.this), _value(part.args["low"]), _value(part.args["high"])
        measured = _measured(part.this)
        if measured is not None and isinstance(low, int) and isinstance(high, int):
            return measured, {"min_length": low, "max_length": high}
        return None if column is None or low is None or high is None else (column, {"min": low, "max": high})
    if isinstance(part, exp.In):
        return _listed(part.this, part.expressions)
    if isinstance(part, exp.Or):
        return _alternatives(part)
    if isinstance(part, exp.EQ):
        measured, length = _measured(part.this), _value(part.expression)
        if measured is not None and isinstance(length, int):
            return measured, {"min_length": length, "max_length": length}
        other = _bare(part.expression)
        if isinstance(other, exp.Any):  # status = ANY (ARRAY['a', 'b'])
            array = _bare(other.this)
            return _listed(part.this, array.expressions) if isinstance(array, exp.Array) else None
        return _listed(part.this, [part.expression]) or _listed(part.expression, [part.this])
    for kind, (right, left) in _COMPARED.items():
        if type(part) is kind:
            return _compared(part.this, part.expression, right) or _compared(part.expression, part.this, left)
    return None


def _alternatives(part: exp.Or) -> tuple[str, Bounds] | None:
    """a = 1 OR a = 2 lists values; x IS NULL OR ... says of x what the rest says."""
    said = []
    for item in part.flatten():
        bare = _bare(item)
        if isinstance(bare, exp.Is) and isinstance(bare.expression, exp.Null):
            continue
        said.append(_condition(bare))
    if not said or any(item is None for item in said) or len({item[0].casefold() for item in said if item}) != 1:
        return None
    first = said[0]
    if len(said) == 1:
        return first
    listed = [item[1].get("values") for item in said if item]
    if first is None or any(values is None for values in listed):
        return None
    return first[0], {"values": [value for values in listed if values for value in values]}


def _listed(left: exp.Expr, items: Sequence[exp.Expr]) -> tuple[str, Bounds] | None:
    column, found = _column(left), [_value(item) for item in items]
    return None if column is None or not found or any(value is None for value in found) else (column, {"values": found})


def _compared(left: exp.Expr, right: exp.Expr, key: str) -> tuple[str, Bounds] | None:
    value = _value(right)
    if value is None:
        return None
    bare = _bare(left)
    if isinstance(bare, exp.Length) and isinstance(value, int):
        column = _column(bare.this)
        if column is None:
            return None
        length, step = ("min_length", 1) if key in ("min", "above") else ("max_length", -1)
        return column, {length: value + (step if key in ("above", "below") else 0)}
    column = _column(left)
    return None if column is None else (column, {key: value})


def _measured(part: exp.Expr) -> str | None:
    """The column whose length this is."""
    bare = _bare(part)
    return _column(bare.this) if isinstance(bare, exp.Length) else None


def _column(part: exp.Expr) -> str | None:
    bare = _bare(part)
    return bare.name if isinstance(bare, exp.Column | exp.Identifier) and bare.name else None


def _value(part: exp.Expr) -> Any:
    bare = _bare(part)
    if isinstance(bare, exp.Neg):
        value = _value(bare.this)
        return -value if isinstance(value, int | float) else None
    if isinstance(bare, exp.Boolean):
        return bool(bare.this)
    if isinstance(bare, exp.National):
        return bare.name
    if not isinstance(bare, exp.Literal):
        return None
    if bare.is_string:
        return bare.name
    try:
        return int(bare.name)
    except ValueError:
        try:
            return float(bare.name)
        except ValueError:
            return None


def _join(known: Bounds, new: Bounds) -> None:
    """Both hold: the narrower one of each."""
    for key, value in new.items():
        if key not in known:
            known[key] = value
        elif key == "values":
            known[key] = [item for item in known[key] if item in value] or known[key]
        elif type(known[key]) is type(value) or (not isinstance(known[key], str) and not isinstance(value, str)):
            known[key] = max(known[key], value) if key in ("min", "above", "min_length") else min(known[key], value)
