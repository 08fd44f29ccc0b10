"""Generators of single values: each makes a whole column of a row set at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate.arrow import MAX_INT64_DIGITS, NUMPY_TYPES, file_type, null_mask, physical_values, plain, to_arrow
from rowmill.generate.dates import add_months
from rowmill.generate.distributions import AliasTables, Discrete, Distribution
from rowmill.generate.expression import Node, evaluate
from rowmill.generate.literals import DAY, UNIT_MICROSECONDS, physical_bounds
from rowmill.generate.permutation import permute
from rowmill.generate.random import Rows, bits, bounded, derive_key, unit
from rowmill.generate.rows import Generator, RowSet, Salted
from rowmill.generate.shortcuts import Fixed, compact, lowered, to_decimal
from rowmill.generate.text import IndexDigits, RandomDigits, WordText, strings, uuids
from rowmill.generate.text import Node as PatternNode
from rowmill.schema.types import DataType


@dataclass(frozen=True)
class Sequence:
    """start + step * row, in physical units."""

    start: int
    step: int

    def make(self, rows: RowSet) -> Any:
        return rows.index * self.step + self.start


@dataclass(frozen=True)
class Permutation:
    """A bijection of start .. start+domain-1, or one after another of the rows of each run (`runs`)."""

    key: int
    start: int
    runs: tuple[int, ...]

    def make(self, rows: RowSet) -> Any:
        places = permute_runs(rows.index, self.runs, self.key)
        return add_whole(places, self.start, sum(self.runs))


def permute_runs(index: Rows, runs: tuple[int, ...], key: int) -> Rows:
    """Each run's rows shuffled among themselves, so that rows appended later change nothing of earlier ones."""
    if len(runs) == 1:
        return permute(index, runs[0], key)
    places = index.copy()
    first = 0
    for size in runs:
        inside = np.flatnonzero((index >= first) & (index < first + size))
        if inside.size:
            places[inside] = permute(index[inside] - first, size, key) + first
        first += size
    return places


@dataclass(frozen=True)
class UniqueUniform:
    """Different values out of low..high, every one equally likely to be taken."""

    key: int
    low: int
    size: int

    def make(self, rows: RowSet) -> Any:
        return add_whole(permute(rows.index, self.size, self.key), self.low, self.size)


@dataclass(frozen=True)
class Drawn:
    """Values of a distribution; `scale` units make one (10**s for decimals), rounded unless floating."""

    key: int
    distribution: Distribution
    scale: float = 1.0
    shift: int = 0
    floating: bool = False
    low: int | None = None  # physical bounds that the last rounding must not leave
    high: int | None = None

    def make(self, rows: RowSet) -> Any:
        values = self.distribution.quantile(bits(self.key, rows.index))
        if self.floating:
            return values.astype(np.float64)
        if values.dtype.kind == "f":
            values = whole_numbers(np.rint(values * self.scale if self.scale != 1.0 else values))
            if self.low is not None and self.high is not None:
                values = np.clip(values, self.low, self.high)
        return add_whole(values, self.shift, 1 << 62)


@dataclass(frozen=True)
class Constant:
    """One value in every row."""

    dtype: DataType
    value: Any

    def make(self, rows: RowSet) -> Any:
        if self.dtype.is_text or self.dtype.name == "binary":
            kind = self.dtype.to_arrow()
            zeros = pa.array(np.zeros(len(rows), np.int32))
            return pa.DictionaryArray.from_arrays(zeros, pa.array([self.value], kind))
        wide = isinstance(self.value, int) and abs(self.value) >= 1 << 63
        return np.full(len(rows), self.value, object if wide else None)


@dataclass(frozen=True)
class Choice:
    """values[k] with probability weights[k] / sum; dictionary-encoded where it is text."""

    key: int
    values: pa.Array | NDArray[Any]
    weights: Discrete | None

    def make(self, rows: RowSet) -> Any:
        random = bits(self.key, rows.index)
        codes = bounded(random, len(self.values)) if self.weights is None else self.weights.quantile(random)
        return _taken(self.values, codes)


def _taken(values: pa.Array | NDArray[Any], codes: NDArray[Any]) -> pa.Array | NDArray[Any]:
    if isinstance(values, pa.Array):
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32, copy=False)), values)
    return values[codes]


@dataclass(frozen=True)
class ConditionalChoice:
    """A choice whose values and weights depend on another column's text: one alias table a case, then the others'."""

    key: int
    values: pa.Array | NDArray[Any]
    codes: NDArray[np.int32]  # of the values of all cases, one after another
    tables: AliasTables
    by: str
    cases: pa.Array  # texts of the other column
    where: str

    def make(self, rows: RowSet) -> Any:
        given = rows.encoded(self.by)
        case = self._case_of(given)
        empty = self.tables.counts.take(case) == 0
        if empty.any():
            raise GeneratorError(
                f"no case for this value of '{self.by}'",
                where=self.where,
                value=plain(given)[int(np.argmax(empty))].as_py(),
                fix="add the case, or `values` for all others",
            )
        return _taken(self.values, self.codes.take(self.tables.pick(bits(self.key, rows.index), case)))

    def _case_of(self, given: pa.Array) -> NDArray[np.int64]:
        if isinstance(given, pa.DictionaryArray):
            entries = np.append(self._case_of(given.dictionary), len(self.cases))
            codes = pc.fill_null(given.indices, len(entries) - 1).to_numpy(zero_copy_only=False)
            return np.asarray(entries.take(codes))
        found = pc.index_in(plain(given).cast(pa.string()), self.cases)
        return np.asarray(pc.fill_null(found, len(self.cases)).to_numpy(zero_copy_only=False), np.int64)


@dataclass(frozen=True)
class Bernoulli:
    """True with probability p."""

    key: int
    p: float

    def make(self, rows: RowSet) -> Any:
        return unit(bits(self.key, rows.index)) < self.p


@dataclass(frozen=True)
class Increasing:
    """start + step * (row + jitter * u), u in [0, 1): never goes back. Physical units."""

    key: int
    start: int
    step: float
    jitter: float
    last: int | None
    limit_rows: int  # rows of the first run: only they end at `last`

    def make(self, rows: RowSet) -> Any:
        late = unit(bits(self.key, rows.index)) * self.jitter
        values = np.floor((rows.index + late) * self.step).astype(np.int64) + self.start
        if self.last is not None:
            inside = rows.index < self.limit_rows
            values[inside] = np.minimum(values[inside], self.last)
        return values


@dataclass(frozen=True)
class Pattern:
    """Texts of a pattern; a unique column numbers them and takes each number once."""

    key: int
    node: PatternNode
    unique: bool
    binary: bool = False

    def make(self, rows: RowSet) -> Any:
        digits: IndexDigits | RandomDigits
        if self.unique:
            digits = IndexDigits(permute(rows.index, self.node.size, self.key))
        else:
            digits = RandomDigits(self.key, rows.index)
        made = strings(*self.node.fill(digits, len(rows)))
        return made.cast(pa.binary()) if self.binary else made


@dataclass(frozen=True)
class SmallPattern:
    """A pattern of few texts: all of them, picked evenly."""

    key: int
    values: pa.Array

    def make(self, rows: RowSet) -> Any:
        codes = bounded(bits(self.key, rows.index), len(self.values))
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), self.values)


@dataclass(frozen=True)
class Template:
    """Text with holes: `parts` are texts, ("seq", width), ("column", name, width) or ("pool", values, key)."""

    parts: tuple[Any, ...]

    def make(self, rows: RowSet) -> Any:
        pieces: list[Any] = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(pa.scalar(part))
            elif part[0] == "seq":
                pieces.append(_padded(pa.array(rows.index + 1), part[1]))
            elif part[0] == "column":
                pieces.append(_padded(rows.column(part[1]), part[2]))
            else:
                codes = bounded(bits(part[2], rows.index), len(part[1]))
                pieces.append(part[1].take(pa.array(codes.astype(np.int64))))
        if all(isinstance(piece, pa.Scalar) for piece in pieces):
            return pa.array(["".join(p.as_py() for p in pieces)] * len(rows), pa.string())
        return pc.binary_join_element_wise(*pieces, "")


def _padded(values: pa.Array, width: int | None) -> pa.Array:
    text = values if pa.types.is_string(values.type) else values.cast(pa.string())
    return text if width is None else pc.utf8_lpad(text, width, "0")


@dataclass(frozen=True)
class Words:
    """A run of words from a long text: low..high words, or (exact) low..high characters; at most `limit` bytes."""

    key: int
    text: WordText
    low: int
    high: int
    limit: int | None
    exact: bool

    def make(self, rows: RowSet) -> Any:
        text = self.text
        count = (
            bounded(bits(derive_key(self.key, "count"), rows.index), self.high - self.low + 1).astype(np.int64)
            + self.low
        )
        random = bits(self.key, rows.index)
        if self.exact:
            room = len(text.data) - 16 - self.high
            last = int(np.searchsorted(text.starts, room, side="right"))
            start = text.starts[bounded(random, last).astype(np.int64)].astype(np.int64)
            return text.pieces(start, count)
        index = bounded(random, len(text.starts) - self.high).astype(np.int64)
        start = text.starts[index].astype(np.int64)
        end = np.where(count > 0, text.ends[index + np.maximum(count, 1) - 1], start)
        if self.limit is not None:
            over = np.flatnonzero(end - start > self.limit)
            if over.size:  # give up words until it fits; cut only a single word that is too long
                word = np.searchsorted(text.ends, start[over] + self.limit, side="right") - 1
                fitting = np.maximum(text.ends[np.maximum(word, 0)], 0)
                end[over] = np.where(word >= index[over], fitting, start[over] + self.limit)
        return text.pieces(start, (end - start).astype(np.int64))


@dataclass(frozen=True)
class Uuid:
    """Version 4 UUIDs, unique over all rows."""

    key: int

    def make(self, rows: RowSet) -> Any:
        return uuids(self.key, rows.index)


@dataclass(frozen=True)
class Pool:
    """A value of a pool; a unique column takes each once, the rows of each run from its own part (`runs`)."""

    key: int
    values: pa.Array | NDArray[Any]
    unique: bool
    runs: tuple[int, ...] = ()

    def make(self, rows: RowSet) -> Any:
        size = len(self.values)
        if self.unique:
            codes = permute_runs(rows.index, self.runs or (size,), self.key)
        else:
            codes = bounded(bits(self.key, rows.index), size).astype(np.int64)
        if isinstance(self.values, pa.Array):
            return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), self.values)
        return self.values[codes]


@dataclass(frozen=True)
class Expression:
    """SQL over the row; the result is rounded to the column's type."""

    key: int
    node: Node
    dtype: DataType
    where: str

    def make(self, rows: RowSet) -> Any:
        try:
            value = evaluate(self.node, Salted(rows, self.key))
            return cast_value(value, self.dtype, len(rows))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OverflowError) as error:
            reason = str(error).splitlines()[0][:160]
            raise GeneratorError(f"the expression can't make {self.dtype}: {reason}", where=self.where) from error


def cast_value(value: Any, dtype: DataType, n: int) -> pa.Array:
    """An Arrow array of `dtype` with n values from an array or scalar of any type; decimals are rounded half up."""
    if isinstance(value, Fixed) and dtype.name == "decimal" and dtype.precision <= MAX_INT64_DIGITS:
        return to_decimal(value, dtype, n)
    if isinstance(value, pa.DictionaryArray) and dtype.is_text:
        return compact(value)
    if isinstance(value, pa.Array) and value.type == file_type(dtype):
        return value
    value = lowered(value)
    if isinstance(value, pa.Scalar):
        value = pa.repeat(value, n)
    value = plain(value)
    kind = value.type
    if dtype.name == "decimal" and (pa.types.is_decimal(kind) or pa.types.is_floating(kind)):
        if pa.types.is_floating(kind):
            return _from_float(value, dtype)
        if kind.scale > dtype.scale:
            value = pc.round(value, ndigits=dtype.scale, round_mode="half_towards_infinity")
    elif dtype.name == "decimal" and pa.types.is_integer(kind):
        return _from_whole(value, dtype)
    elif dtype.is_integer and (pa.types.is_decimal(kind) or pa.types.is_floating(kind)):
        value = pc.round(value, round_mode="half_towards_infinity")
    target = dtype.to_arrow()
    if value.type != target:
        value = value.cast(target)
    return value


def _from_whole(value: pa.Array, dtype: DataType) -> pa.Array:
    limit = 10 ** (dtype.precision - dtype.scale)
    extremes = pc.min_max(value).as_py()
    if any(v is not None and abs(v) >= limit for v in extremes.values()):
        raise OverflowError(f"a value does not fit {dtype}")
    # Arrow asks for room for any int64, which is known here not to be needed.
    return value.cast(pa.decimal256(76, dtype.scale)).cast(dtype.to_arrow())


def _from_float(value: pa.Array, dtype: DataType) -> pa.Array:
    nulls = null_mask(value)
    numbers = pc.fill_null(value, 0.0).to_numpy(zero_copy_only=False).astype(np.float64)
    scaled = np.rint(numbers * 10.0**dtype.scale)
    if not (np.abs(scaled) < 10.0**dtype.precision).all():  # NaN and infinities too
        raise OverflowError(f"a value does not fit {dtype}")
    return plain(to_arrow(dtype, whole_numbers(scaled), nulls))


_INT64_REAL = 9.2e18  # below 2**63, and room for the last rounding


def whole_numbers(values: NDArray[np.float64]) -> NDArray[Any]:
    """Whole doubles as int64, or as Python's integers where some need more."""
    if values.size and np.abs(values).max() > _INT64_REAL:
        return np.array([int(v) for v in values], dtype=object)
    return values.astype(np.int64)


def add_whole(values: NDArray[Any], shift: int, largest: int) -> NDArray[Any]:
    """values + shift; as Python's integers where the sum may leave 64 bits (decimals of many digits)."""
    if shift and max(abs(shift), abs(shift + largest)) >= 1 << 63:
        return values.astype(object) + shift
    return values + shift if shift else values


@dataclass(frozen=True)
class Offset:
    """Another column plus a distance; months and years by the calendar (the last day of the month at most)."""

    of: str
    of_type: DataType
    by: Generator
    unit: str
    dtype: DataType
    where: str = ""

    def make(self, rows: RowSet) -> Any:
        base = rows.column(self.of)
        distance = self.by.make(rows)
        unknown = None
        if isinstance(distance, pa.Array):  # an expression's
            unknown = null_mask(distance)
            distance = pc.fill_null(distance, 0).to_numpy(zero_copy_only=False)
        if distance.dtype.kind in "iu":
            distance = distance.astype(np.int64)  # counts come in fewer bits than a distance takes
        days = self.of_type.name == "date"
        origin = physical_values(self.of_type, base).astype(np.int64)
        if self.unit in ("month", "year"):
            months = distance.astype(np.int64) * (12 if self.unit == "year" else 1)
            moved = add_months(origin if days else origin // DAY, months) * DAY
            made = moved if days else moved + origin % DAY
        else:
            made = (origin * DAY if days else origin) + (distance * UNIT_MICROSECONDS[self.unit]).astype(np.int64)
        if self.dtype.name == "date":
            made = made // DAY
        missing = null_mask(base)
        if unknown is not None:
            missing = unknown if missing is None else missing | unknown
        if missing is not None:
            made[missing] = 0
        low, high = physical_bounds(self.dtype)
        if made.size and (made.min() < low or made.max() > high):
            raise GeneratorError(
                f"offset leaves the years 1 .. 9999 of {self.dtype}", where=self.where, fix="use a smaller distance"
            )
        values = made.astype(NUMPY_TYPES[self.dtype.name])
        return values if missing is None else to_arrow(self.dtype, values, missing)


@dataclass(frozen=True)
class ParentColumn:
    """A column of the row that a foreign key points to."""

    column: str
    relation: int
    dtype: DataType
    where: str = ""

    def make(self, rows: RowSet) -> Any:
        parent = rows.parent(self.relation)
        try:
            values, nulls = cast_value(parent.encoded(self.column), self.dtype, len(rows)), parent.nulls
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, OverflowError) as error:
            reason = str(error).splitlines()[0][:160]
            raise GeneratorError(
                f"the parent's {self.column} can't be held by {self.dtype}: {reason}",
                where=self.where,
                fix="give both columns the same type",
            ) from error
        if nulls is None or not nulls.any():
            return values
        return to_arrow(self.dtype, values, nulls)


@dataclass(frozen=True)
class Ordinal:
    """The position of a child among the children of its parent, from 1."""

    def make(self, rows: RowSet) -> Any:
        return rows.ordinals()
