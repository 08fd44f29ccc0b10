"""What a table's CHECKs say of one column's values (`options.bounds` of the YAML), in physical values.

Bounds steer the generator that is inferred for a column without one; a generator of its own is its own business.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate.arrow import NUMPY_TYPES, physical_values
from rowmill.generate.literals import DAY, physical, physical_bounds
from rowmill.generate.text_range import TextRange, texts_within
from rowmill.schema.model import TableColumn, TableDefinition
from rowmill.schema.types import DataType

_LARGEST_DOUBLE = 1.7976931348623157e308
_ENOUGH_TEXTS = 1000
_FIX = "mend it under options.bounds, or take it away there"
_TRUTHS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
# Lengths that texts of these types have where no generator is named.
_TYPICAL = {"uuid": (36, 36), "json": (30, 200), "xml": (12, 40), "geometry": (23, 26)}


@dataclass(frozen=True)
class Bounds:
    """What every value of a column satisfies; None: no such bound.

    low, high:              physical values, both reachable (numbers, dates and times)
    values:                 physical values, of which it is one
    min_length, max_length: characters of a text, bytes of a binary
    texts:                  the range of a text, compared character by character; `values` are then some of them
    """

    low: Any = None
    high: Any = None
    values: tuple[Any, ...] | None = None
    min_length: int | None = None
    max_length: int | None = None
    texts: TextRange | None = None

    def narrowed(self, dtype: DataType) -> DataType:
        """The type of texts that are no longer than max_length."""
        if self.max_length is None or dtype.name not in ("char", "varchar", "string"):
            return dtype
        held = self.max_length if dtype.name == "string" else min(dtype.length, self.max_length)
        return DataType("varchar" if dtype.name == "string" else dtype.name, (held,))

    def range(self, dtype: DataType) -> tuple[Any, Any]:
        """Smallest and largest physical value, those of the type where no bound is narrower."""
        least, most = _type_range(dtype)
        return (least if self.low is None else self.low), (most if self.high is None else self.high)

    def holds(self, dtype: DataType, array: pa.Array) -> pa.BooleanArray:
        """Which values (plain, without nulls) of a column of this type satisfy the bounds."""
        if dtype.is_text or dtype.name == "binary":
            return self._holds_texts(array)
        found = physical_values(dtype, array)
        good = np.ones(len(found), np.bool_)
        if self.low is not None:
            good &= np.asarray(found >= self.low, np.bool_)
        if self.high is not None:
            good &= np.asarray(found <= self.high, np.bool_)
        if self.values is not None:
            good &= np.isin(found, _as_stored(dtype, self.values, found))
        return pa.array(good)

    def _holds_texts(self, array: pa.Array) -> pa.BooleanArray:
        good = pa.array(np.ones(len(array), np.bool_))
        if self.texts is not None:
            return pa.array([self.texts.holds(text) for text in array.to_pylist()], pa.bool_())
        if self.values is not None:
            good = pc.is_in(array, pa.array(self.values, array.type))
        if self.min_length is not None or self.max_length is not None:
            length = pc.binary_length(array) if pa.types.is_binary(array.type) else pc.utf8_length(array)
            good = pc.and_(good, pc.greater_equal(length, self.min_length or 0))
            if self.max_length is not None:
                good = pc.and_(good, pc.less_equal(length, self.max_length))
        return good

    def show(self, dtype: DataType) -> str:
        """In words, for messages."""
        parts = []
        if self.texts is not None:
            parts.append(str(self.texts))
        elif self.values is not None:
            shown = ", ".join(str(literal(dtype, value)) for value in self.values[:6])
            parts.append(f"one of {shown}{', ...' if len(self.values) > 6 else ''}")
        if self.low is not None:
            parts.append(f"at least {literal(dtype, self.low)}")
        if self.high is not None:
            parts.append(f"at most {literal(dtype, self.high)}")
        if self.min_length:
            parts.append(f"{self.min_length} characters or more")
        if self.max_length is not None:
            parts.append(f"at most {self.max_length} characters")
        return " and ".join(parts) or "any value"


def _as_stored(dtype: DataType, values: tuple[Any, ...], found: NDArray[Any]) -> NDArray[Any]:
    if found.dtype == object:
        return np.array(values, object)
    return np.array(values, NUMPY_TYPES.get(dtype.name, found.dtype))


def _type_range(dtype: DataType) -> tuple[Any, Any]:
    return (-_LARGEST_DOUBLE, _LARGEST_DOUBLE) if dtype.name == "double" else physical_bounds(dtype)


# -- reading ----------------------------------------------------------------------------------------------


def all_bounds(definition: TableDefinition, file: str) -> dict[str, Bounds]:
    """The bounds of every column that has some. Raises GeneratorError for the first entry that makes no sense."""
    known = definition.column_names
    for name in definition.options.get("bounds") or {}:
        if name not in known:
            where = f"{_place(definition, file)} options.bounds"
            raise GeneratorError("no such column", where=where, value=name, fix=f"it has {', '.join(known)}")
    found = {column.name: bounds_of(definition, column, file) for column in definition.columns}
    return {name: bounds for name, bounds in found.items() if bounds is not None}


def bounds_of(definition: TableDefinition, column: TableColumn, file: str = "") -> Bounds | None:
    """The bounds of a column; None if it has none. Raises GeneratorError for bounds that nothing can satisfy."""
    entries = definition.options.get("bounds") or {}
    entry = entries.get(column.name)
    if not entry or not column.type.is_known:
        return None
    return read_bounds(column.type, entry, f"{_place(definition, file)} options.bounds.{column.name}")


def _place(definition: TableDefinition, file: str) -> str:
    line = f":{definition.line}" if definition.line else ""
    return f"{file}{line} table '{definition.name}'" if file else f"table '{definition.name}'"


def read_bounds(dtype: DataType, entry: Mapping[str, Any], where: str) -> Bounds:
    """The bounds that an entry of `options.bounds` stands for. Raises GeneratorError.

    entry: min, max, above, below (exclusive): a value; values: a list; min_length, max_length: a number of characters
    """
    lengths = _lengths(dtype, entry, where)
    ends = {key: entry[key] for key in ("min", "above", "max", "below") if entry.get(key) is not None}
    low = high = texts = None
    if ends and dtype.name in ("char", "varchar", "string"):
        texts = _text_range(dtype, ends, lengths, where)
    elif ends:
        low, high = _ends(dtype, ends, where)
    values = _values(dtype, entry["values"], where) if entry.get("values") is not None else None
    if dtype.name == "boolean" and ends:
        values = tuple(v for v in (values or (False, True)) if low <= v <= high)
        low = high = None
    elif values is not None:
        values = tuple(v for v in values if _inside(v, low, high, lengths, texts))
    elif texts is not None:
        values = tuple(texts_within(texts, _ENOUGH_TEXTS))
    if values is not None and not values:
        raise GeneratorError(f"no {dtype} satisfies these bounds", where=where, value=dict(entry), fix=_FIX)
    if values is not None:
        lengths = (None, None)
        low = high = None
    listed = entry.get("values") is not None
    return Bounds(low, high, values, *lengths, None if listed else texts)


def _inside(value: Any, low: Any, high: Any, lengths: tuple[int | None, int | None], texts: TextRange | None) -> bool:
    if texts is not None:
        return texts.holds(value)
    if isinstance(value, str | bytes):
        return (lengths[0] or 0) <= len(value) and (lengths[1] is None or len(value) <= lengths[1])
    return (low is None or value >= low) and (high is None or value <= high)


def _lengths(dtype: DataType, entry: Mapping[str, Any], where: str) -> tuple[int | None, int | None]:
    least, most = entry.get("min_length"), entry.get("max_length")
    if least is None and most is None:
        return None, None
    if not (dtype.is_text or dtype.name == "binary"):
        raise GeneratorError(f"{dtype} has no length", where=where, value=dict(entry), fix=_FIX)
    longest = dtype.length if dtype.name in ("char", "varchar") else None
    room = longest if most is None else most if longest is None else min(most, longest)
    if least is not None and room is not None and least > room:
        raise GeneratorError(f"no {dtype} is so long", where=where, value=dict(entry), fix=_FIX)
    if entry.get("values") is None and dtype.name in _TYPICAL:
        shortest, longest = _TYPICAL[dtype.name]
        if (least or 0) > shortest or (most is not None and most < longest):
            what = f"no {dtype} of this length is inferred"
            raise GeneratorError(what, where=where, value=dict(entry), fix="give the column a generator")
        return None, None
    return least or None, most


def _values(dtype: DataType, values: list[Any], where: str) -> tuple[Any, ...]:
    if dtype.is_nested:
        raise GeneratorError(f"{dtype} can't be one of a list", where=where, value=values, fix=_FIX)
    try:
        if dtype.name == "boolean":
            return tuple(dict.fromkeys(_truth(value, where) for value in values))
        return tuple(dict.fromkeys(physical(dtype, value, where) for value in values))
    except GeneratorError as error:
        raise GeneratorError(error.what, where=where, value=error.value, fix=_FIX) from error


def _truth(value: Any, where: str) -> bool:
    found = _TRUTHS.get(str(value).lower())
    if found is None:
        raise GeneratorError("this is no value of type boolean", where=where, value=value)
    return found


def _text_range(
    dtype: DataType, ends: Mapping[str, Any], lengths: tuple[int | None, int | None], where: str
) -> TextRange:
    longest = lengths[1] if dtype.name == "string" else min(dtype.length, lengths[1] or dtype.length)
    low, open_low = max(
        [(str(ends[key]), key == "above") for key in ("min", "above") if key in ends], default=(None, False)
    )
    highs = [(str(ends[key]), key == "max") for key in ("max", "below") if key in ends]
    high, closed_high = min(highs, default=(None, True))
    return TextRange(low, open_low, high, not closed_high, lengths[0] or 0, longest)


# -- ends of numbers, dates and times ---------------------------------------------------------------------


def _ends(dtype: DataType, ends: Mapping[str, Any], where: str) -> tuple[Any, Any]:
    if dtype.is_text or dtype.is_nested or dtype.name == "binary":
        raise GeneratorError(f"{dtype} has no order here", where=where, value=dict(ends), fix=_FIX)
    found = {key: _position(dtype, value, where) for key, value in ends.items()}
    step = _FLOAT_STEPS if dtype.name in ("float", "double") else _WHOLE_STEPS
    least, most = (0, 1) if dtype.name == "boolean" else _type_range(dtype)
    low = max((step[key](dtype, found[key]) for key in ("min", "above") if key in found), default=least)
    high = min((step[key](dtype, found[key]) for key in ("max", "below") if key in found), default=most)
    if max(low, least) > min(high, most):
        said = ", ".join(f"{key} {value}" for key, value in ends.items())
        raise GeneratorError(f"no {dtype} is within these bounds", where=where, value=said, fix=_FIX)
    if dtype.name == "boolean":
        return low, high
    one = {"min", "above"} & ends.keys()
    other = {"max", "below"} & ends.keys()
    return (max(low, least) if one else None), (min(high, most) if other else None)


def _position(dtype: DataType, value: Any, where: str) -> Fraction:
    """Where a value lies among the physical ones of a type, exactly: it may be between two of them, or beyond."""
    try:
        if dtype.name == "boolean":
            return Fraction(_truth(value, where))
        if dtype.is_integer or dtype.name in ("decimal", "float", "double"):
            number = Decimal(str(value))
            if isinstance(value, bool) or not number.is_finite() or abs(number.adjusted()) > 400:
                raise ValueError
            return Fraction(number) * (10**dtype.scale if dtype.name == "decimal" else 1)
        if dtype.name == "date" and len(str(value)) > 10:
            return Fraction(physical(DataType("timestamp_ntz"), value, where), DAY)
        return Fraction(physical(dtype, value, where))
    except (ArithmeticError, ValueError, GeneratorError):
        raise GeneratorError(f"this is no value that can bound {dtype}", where=where, value=value, fix=_FIX) from None


_WHOLE_STEPS: dict[str, Callable[[DataType, Fraction], Any]] = {
    "min": lambda _, at: math.ceil(at),
    "above": lambda _, at: math.floor(at) + 1,
    "max": lambda _, at: math.floor(at),
    "below": lambda _, at: math.ceil(at) - 1,
}


def _single(value: float) -> float:
    with np.errstate(over="ignore"):
        return float(np.float32(value))


def _next(dtype: DataType, value: float, towards: float) -> float:
    if dtype.name == "double":
        return math.nextafter(value, towards)
    with np.errstate(over="ignore"):
        return float(np.nextafter(np.float32(value), np.float32(towards)))


def _float_end(towards: float, exclusive: bool) -> Callable[[DataType, Fraction], float]:
    """The first float from a place on (or after it, if exclusive), going towards +inf or -inf.

    Engines compare with the double that is nearest to the place, some with the nearest single: it is beyond both.
    """
    further = max if towards > 0 else min

    def end(dtype: DataType, at: Fraction) -> float:
        try:
            place = float(at)
        except OverflowError:
            return math.copysign(math.inf, at)
        value = place
        if dtype.name == "float":
            value = _single(place)
            place = further(place, value)
        while math.isfinite(value) and (further(value, place) != value or (exclusive and value == place)):
            value = _next(dtype, value, towards)
        return value

    return end


_FLOAT_STEPS: dict[str, Callable[[DataType, Fraction], Any]] = {
    "min": _float_end(math.inf, False),
    "above": _float_end(math.inf, True),
    "max": _float_end(-math.inf, False),
    "below": _float_end(-math.inf, True),
}


def literal(dtype: DataType, value: Any) -> Any:
    """A physical value as the YAML writes it; `physical` makes the same of it again."""
    if dtype.name == "decimal":
        digits = tuple(map(int, str(abs(value))))
        return f"{Decimal((int(value < 0), digits, -dtype.scale)):f}"
    if dtype.name == "date":
        return str(np.datetime64(value, "D"))
    if dtype.name in ("timestamp", "timestamp_ntz"):
        return str(np.datetime64(value, "us")).replace("T", " ").removesuffix(".000000")
    if dtype.name == "time":
        return str(np.datetime64(value, "us"))[11:].removesuffix(".000000")
    if dtype.name == "interval":
        return f"{value} microseconds"
    return value.decode() if isinstance(value, bytes) else value
