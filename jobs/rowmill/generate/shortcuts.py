"""Quick ways of expressions: text as dictionary codes, decimals as whole numbers of 64 bits.

They give the values that the general kernels give. Where one does not apply it answers None, and the general
kernel runs on `lowered` values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.generate.arrow import MAX_INT64_DIGITS, null_mask, physical_values, plain, stored_values, to_arrow, truths
from rowmill.schema.types import DataType

Value = Any  # pa.Array, pa.Scalar or Fixed
_LIMIT = 1 << 63
_BOOLEAN, _CODE = DataType("boolean"), DataType("int")
_FEW = 4096  # entries of a dictionary that is worth keeping


@dataclass(frozen=True, slots=True)
class Fixed:
    """A decimal column or constant: units / 10**scale, and no unit outside of low..high."""

    units: pa.Array | pa.Scalar  # of int64
    scale: int
    low: int
    high: int


def lifted(v: pa.Array) -> Value:
    """A column as shortcuts take it."""
    return _fixed(v) if pa.types.is_decimal64(v.type) else v


def lowered(v: Value) -> Value:
    """A value as the general kernels take it."""
    if isinstance(v, Fixed):
        digits = 18 if max(-v.low, v.high) < 10**18 else 19
        if isinstance(v.units, pa.Scalar):
            number = None if not v.units.is_valid else Decimal(v.units.as_py()).scaleb(-v.scale)
            return pa.scalar(number, pa.decimal128(19, v.scale))
        if digits == 18:
            return plain(_decimal64(v.units, 18, v.scale))
        unit = pa.scalar(Decimal(1).scaleb(-v.scale))
        return pc.multiply(v.units.cast(pa.decimal256(19, 0)), unit.cast(pa.decimal256(v.scale + 1, v.scale)))
    return plain(v) if isinstance(v, pa.DictionaryArray) else v


def shortcut(op: str, values: list[Value], kernel: Callable[..., Value] | None) -> Value | None:
    """The result of an operation, or None where `kernel` must make it from lowered values."""
    if op == "case":
        return _case(values)
    coded = [v for v in values if isinstance(v, pa.DictionaryArray)]
    if len(coded) == 1 and kernel is not None and not any(isinstance(v, Fixed) for v in values):
        return _by_entry(op, values, coded[0], kernel)
    if op in _FIXED and any(_is_decimal(v) for v in values):
        numbers = [_fixed(v) for v in values]
        return None if any(n is None for n in numbers) else _FIXED[op](*numbers)
    if op in ("div", "mod") and len(values) == 2:
        return _whole_division(op, *values)
    if op == "coalesce" and len(values) == 2:
        return _or_constant(*values)
    return None


def to_decimal(v: Fixed, dtype: DataType, n: int) -> pa.Array:
    """A decimal array of up to 18 digits, rounded half away from zero. Raises OverflowError."""
    units, low, high = v.units, v.low, v.high
    if isinstance(units, pa.Scalar):
        units = pa.repeat(units, n)
    drop = v.scale - dtype.scale
    if drop > 0:
        values = _numbers(units)
        factor, half = 10**drop, 10**drop // 2
        rounded = (np.abs(values) + half) // factor
        values = np.sign(values) * rounded if low < 0 else rounded
        units = pa.array(values, mask=_nulls(units))
        low, high = -((-low + half) // factor) if low < 0 else (low + half) // factor, (high + half) // factor
    elif drop < 0:
        if max(-low, high) * 10**-drop >= _LIMIT:
            raise OverflowError(f"a value does not fit {dtype}")
        units, low, high = pc.multiply(units, pa.scalar(10**-drop)), low * 10**-drop, high * 10**-drop
    if max(-low, high) >= 10**dtype.precision:  # the bounds may be wide: look at what is there
        found = pc.min_max(units).as_py()
        if any(x is not None and abs(x) >= 10**dtype.precision for x in found.values()):
            raise OverflowError(f"a value does not fit {dtype}")
    return _decimal64(units, dtype.precision, dtype.scale)


def compact(v: pa.DictionaryArray) -> pa.Array:
    """The same text with each entry of the dictionary once; plain if there are many."""
    entries = v.dictionary
    if len(entries) > min(_FEW, max(16, len(v) // 4)):
        return plain(v)
    codes: dict[str, int] = {}
    places = [codes.setdefault(text, len(codes)) for text in entries.to_pylist()]
    if len(codes) == len(entries):
        return v
    moved = pa.array(places, pa.int32()).take(v.indices)
    return pa.DictionaryArray.from_arrays(moved, pa.array(list(codes), entries.type))


def _is_decimal(v: Value) -> bool:
    return isinstance(v, Fixed) or (isinstance(v, pa.Scalar) and pa.types.is_decimal(v.type))


def _fixed(v: Value) -> Fixed | None:
    if isinstance(v, Fixed):
        return v
    if isinstance(v, pa.Scalar):
        if not v.is_valid or not (pa.types.is_integer(v.type) or pa.types.is_decimal(v.type)):
            return None
        number = v.as_py()
        scale = v.type.scale if pa.types.is_decimal(v.type) else 0
        units = int(number.scaleb(scale)) if isinstance(number, Decimal) else number
        if scale < 0 or not -_LIMIT < units < _LIMIT:
            return None
        return Fixed(pa.scalar(units, pa.int64()), scale, units, units)
    if pa.types.is_decimal64(v.type):
        units = pa.Array.from_buffers(pa.int64(), len(v), v.buffers(), v.null_count, v.offset)
        low, high = _bounds(units)
        return Fixed(units, v.type.scale, low, high)
    if pa.types.is_integer(v.type) and not pa.types.is_uint64(v.type):
        units = v.cast(pa.int64())
        low, high = _bounds(units)
        return None if low == -_LIMIT else Fixed(units, 0, low, high)
    return None


def _bounds(units: pa.Array) -> tuple[int, int]:
    found = pc.min_max(units).as_py()
    return found["min"] or 0, found["max"] or 0


def _decimal64(units: pa.Array, precision: int, scale: int) -> pa.Array:
    return pa.Array.from_buffers(pa.decimal64(precision, scale), len(units), units.buffers(), -1, units.offset)


def _numbers(units: pa.Array) -> NDArray[np.int64]:
    filled = pc.fill_null(units, 0) if units.null_count else units
    values: NDArray[np.int64] = filled.to_numpy(zero_copy_only=False)
    return values


def _nulls(units: pa.Array) -> NDArray[np.bool_] | None:
    return units.is_null().to_numpy(zero_copy_only=False) if units.null_count else None


def _aligned(*values: Fixed) -> list[Fixed] | None:
    """The same values with one scale; None if one leaves 64 bits."""
    scale = max(v.scale for v in values)
    made = []
    for v in values:
        factor = 10 ** (scale - v.scale)
        if factor > 1:
            if max(-v.low, v.high) * factor >= _LIMIT:
                return None
            v = Fixed(pc.multiply(v.units, pa.scalar(factor)), scale, v.low * factor, v.high * factor)
        made.append(v)
    return made


def _made(units: Value, scale: int, *ends: int) -> Fixed:
    return Fixed(units, scale, min(ends), max(ends))


def _add(a: Fixed, b: Fixed) -> Fixed | None:
    both = _aligned(a, b)
    if both is None or max(-(both[0].low + both[1].low), both[0].high + both[1].high) >= _LIMIT:
        return None
    a, b = both
    return Fixed(pc.add(a.units, b.units), a.scale, a.low + b.low, a.high + b.high)


def _negated(a: Fixed) -> Fixed:
    return Fixed(pc.negate(a.units), a.scale, -a.high, -a.low)


def _sub(a: Fixed, b: Fixed) -> Fixed | None:
    both = _aligned(a, b)
    if both is None or max(-(both[0].low - both[1].high), both[0].high - both[1].low) >= _LIMIT:
        return None
    a, b = both
    return Fixed(pc.subtract(a.units, b.units), a.scale, a.low - b.high, a.high - b.low)


def _mul(a: Fixed, b: Fixed) -> Fixed | None:
    ends = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    if max(map(abs, ends)) >= _LIMIT or a.scale + b.scale > MAX_INT64_DIGITS:
        return None
    return _made(pc.multiply(a.units, b.units), a.scale + b.scale, *ends)


def _compare(kernel: Callable[[Value, Value], Value]) -> Callable[[Fixed, Fixed], Value | None]:
    def run(a: Fixed, b: Fixed) -> Value | None:
        both = _aligned(a, b)
        return None if both is None else kernel(both[0].units, both[1].units)

    return run


def _extreme(kernel: Callable[..., Value]) -> Callable[..., Fixed | None]:
    def run(*values: Fixed) -> Fixed | None:
        same = _aligned(*values)
        if same is None:
            return None
        ends = [end for v in same for end in (v.low, v.high)]
        return _made(kernel(*[v.units for v in same]), same[0].scale, *ends)

    return run


_FIXED: dict[str, Callable[..., Value | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "neg": _negated,
    "eq": _compare(pc.equal),
    "ne": _compare(pc.not_equal),
    "lt": _compare(pc.less),
    "le": _compare(pc.less_equal),
    "gt": _compare(pc.greater),
    "ge": _compare(pc.greater_equal),
    "least": _extreme(pc.min_element_wise),
    "greatest": _extreme(pc.max_element_wise),
    "coalesce": _extreme(pc.coalesce),
}


def _whole_division(op: str, a: Value, b: Value) -> Value | None:
    """Nothing below zero by a constant above it: numpy multiplies where Arrow divides."""
    if not (isinstance(a, pa.Array) and isinstance(b, pa.Scalar) and b.is_valid):
        return None
    if not (pa.types.is_integer(a.type) and pa.types.is_integer(b.type)) or a.null_count or b.as_py() <= 0:
        return None
    values = a.to_numpy().astype(np.int64, copy=False)
    if values.size and values.min() < 0:
        return None
    quotient = values // np.int64(b.as_py())
    return pa.array(quotient if op == "div" else values - quotient * np.int64(b.as_py()))


def _or_constant(a: Value, b: Value) -> Value | None:
    """COALESCE of a column of whole numbers and one number."""
    if not (isinstance(a, pa.Array) and isinstance(b, pa.Scalar) and b.is_valid):
        return None
    if not (pa.types.is_integer(a.type) and pa.types.is_integer(b.type)):
        return None
    nulls = null_mask(a)
    values = stored_values(_CODE, a).astype(np.int64)
    if nulls is not None:
        other = nulls.view(np.int8)
        values *= 1 - other
        values += other * np.int64(b.as_py())
    return pa.array(values)


# What these make of a null is not a null, or not by that value alone.
_SEE_NULLS = {"is_null", "isnotnull", "isnan", "coalesce", "least", "greatest", "and", "or", "concat_ws"}


def _by_entry(op: str, values: list[Value], coded: pa.DictionaryArray, kernel: Callable[..., Value]) -> Value | None:
    """An operation on one column of text and constants: once for each entry of its dictionary."""
    constant = all(v is coded or not isinstance(v, pa.Array | pa.ChunkedArray) for v in values)
    if not constant or (coded.null_count and op in _SEE_NULLS) or len(coded.dictionary) > len(coded) // 4:
        return None
    made = kernel(*[v.dictionary if v is coded else v for v in values])
    if not isinstance(made, pa.Array) or len(made) != len(coded.dictionary):
        return None
    if pa.types.is_string(made.type) and not made.null_count:
        return pa.DictionaryArray.from_arrays(coded.indices, made)
    if pa.types.is_boolean(made.type) and not made.null_count and not coded.null_count:
        return to_arrow(_BOOLEAN, truths(made).take(physical_values(_CODE, coded.indices)))
    return made.take(coded.indices)


def _case(values: list[Value]) -> Value | None:
    conditions, results = values[0:-1:2], [*values[1:-1:2], values[-1]]
    if any(isinstance(c, Fixed | pa.DictionaryArray) for c in conditions):
        return None
    known = [r for r in results if not (isinstance(r, pa.Scalar) and not r.is_valid)]
    if not known:
        return None
    arrays = [v for v in (*conditions, *results) if isinstance(v, pa.Array | pa.ChunkedArray)]
    arrays += [v.units for v in results if isinstance(v, Fixed) and isinstance(v.units, pa.Array)]
    if not arrays:
        return None
    if all(
        isinstance(r, pa.DictionaryArray) or (isinstance(r, pa.Scalar) and pa.types.is_string(r.type)) for r in known
    ):
        return _text_case(conditions, results, len(arrays[0]))
    if any(_is_decimal(r) for r in known):
        return _fixed_case(conditions, results, known, len(arrays[0]))
    return None


def _fixed_case(conditions: list[Value], results: list[Value], known: list[Value], n: int) -> Value | None:
    numbers = [_fixed(r) for r in known]
    if any(n is None for n in numbers):
        return None
    same = _aligned(*[n for n in numbers if n is not None])
    if same is None:
        return None
    rest = iter(same)
    known_ids = {id(r) for r in known}
    units = [next(rest).units if id(r) in known_ids else pa.scalar(None, pa.int64()) for r in results]
    if all(isinstance(unit, pa.Scalar) and unit.is_valid for unit in units) and len(units) < 127:
        table = np.array([unit.as_py() for unit in units], np.int64)
        made = pa.array(table.take(_selected(conditions, list(np.arange(len(units), dtype=np.int8)), n)))
        return _made(made, same[0].scale, int(table.min()), int(table.max()))
    made = units[-1]
    for condition, unit in zip(reversed(conditions), reversed(units[:-1]), strict=True):
        made = pc.if_else(_true(condition), unit, made)
    return _made(made, same[0].scale, *[end for v in same for end in (v.low, v.high)])


def _true(condition: Value) -> Value:
    if pa.types.is_null(condition.type):
        condition = condition.cast(pa.bool_())
    if isinstance(condition, pa.Scalar):
        return pa.scalar(bool(condition.as_py()))
    return pc.fill_null(condition, False) if condition.null_count else condition


def _text_case(conditions: list[Value], results: list[Value], n: int) -> pa.DictionaryArray:
    codes: dict[str, int] = {}
    entries = sum(len(r.dictionary) if isinstance(r, pa.DictionaryArray) else 1 for r in results)
    kind: Any = np.int8 if entries < 127 else np.int32  # one byte a row is moved eight times as fast as a number

    def coded(result: Value) -> Any:
        if isinstance(result, pa.Scalar):
            return kind(codes.setdefault(result.as_py(), len(codes)) if result.is_valid else -1)
        places = [codes.setdefault(text, len(codes)) for text in result.dictionary.to_pylist()]
        indices = pc.fill_null(result.indices, len(places)).to_numpy(zero_copy_only=False)
        return np.array([*places, -1], kind).take(indices)

    made = _selected(conditions, [coded(result) for result in results], n)
    mask = made < 0 if any(isinstance(r, pa.DictionaryArray) or not r.is_valid for r in results) else None
    return pa.DictionaryArray.from_arrays(
        pa.array(made.astype(np.int32, copy=False), mask=mask), pa.array(list(codes), pa.string())
    )


def _selected(conditions: list[Value], codes: list[Any], n: int) -> NDArray[Any]:
    """The code (n,) of the first condition that is true, else the last one. Codes are small: differences fit."""
    made = np.empty(n, codes[-1].dtype)
    made[:] = codes[-1]
    for condition, code in zip(reversed(conditions), reversed(codes[:-1]), strict=True):
        true = _true(condition)
        where = made.dtype.type(true.as_py()) if isinstance(true, pa.Scalar) else truths(true).view(np.int8)
        made += (code - made) * where  # numpy branches on a mask, row by row
    return made
