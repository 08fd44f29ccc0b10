"""Generators of single values: each makes a whole column of a row set at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate.arrow import NUMPY_TYPES, physical_values, plain
from rowmill.generate.distributions import Discrete, Distribution
from rowmill.generate.expression import Node, evaluate
from rowmill.generate.literals import DAY, UNIT_MICROSECONDS
from rowmill.generate.permutation import permute
from rowmill.generate.random import bits, bounded, derive_key, unit
from rowmill.generate.rows import Generator, RowSet, Salted
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
    """A bijection of start .. start+domain-1, block after block of `domain` rows from `first_row` on."""

    key: int
    start: int
    domain: int
    first_row: int = 0

    def make(self, rows: RowSet) -> Any:
        return permute(rows.index - self.first_row, self.domain, self.key) + self.start + self.first_row


@dataclass(frozen=True)
class UniqueUniform:
    """Different values out of low..high, every one equally likely to be taken."""

    key: int
    low: int
    size: int

    def make(self, rows: RowSet) -> Any:
        return permute(rows.index, self.size, self.key) + self.low


@dataclass(frozen=True)
class Drawn:
    """Values of a distribution; `scale` units make one (10**s for decimals), rounded unless floating."""

    key: int
    distribution: Distribution
    scale: float = 1.0
    shift: int = 0
    floating: bool = False

    def make(self, rows: RowSet) -> Any:
        values = self.distribution.quantile(bits(self.key, rows.index))
        if self.floating:
            return values.astype(np.float64)
        if values.dtype.kind == "f":
            values = np.rint(values * self.scale if self.scale != 1.0 else values).astype(np.int64)
        return values + self.shift if self.shift else values


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
        return np.full(len(rows), self.value)


@dataclass(frozen=True)
class Choice:
    """values[k] with probability weights[k] / sum; dictionary-encoded where it is text."""

    key: int
    values: pa.Array | NDArray[Any]
    weights: Discrete | None
    by: str | None = None
    cases: tuple[tuple[str, int, int, Discrete | None], ...] = ()  # value, first, count, weights
    where: str = ""

    def make(self, rows: RowSet) -> Any:
        codes = self._codes(rows)
        if isinstance(self.values, pa.Array):
            return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), self.values)
        return self.values[codes]

    def _codes(self, rows: RowSet) -> NDArray[np.int64]:
        random = bits(self.key, rows.index)
        total = len(self.values)
        default = total - sum(count for _, _, count, _ in self.cases)
        codes = _pick(random, self.weights, default) if default else np.full(len(rows), -1, np.int64)
        if self.by is not None:
            given = rows.column(self.by).cast(pa.string())
            for value, first, count, weights in self.cases:
                chosen = np.flatnonzero(pc.fill_null(pc.equal(given, value), False).to_numpy(zero_copy_only=False))
                codes[chosen] = _pick(random[chosen], weights, count) + first
            if not default and codes.size and codes.min() < 0:
                missing = given[int(np.argmin(codes))].as_py()
                raise GeneratorError(
                    f"no case for this value of '{self.by}'",
                    where=self.where,
                    value=missing,
                    fix="add the case, or `values` for all others",
                )
        return codes


def _pick(random: NDArray[np.uint64], weights: Discrete | None, count: int) -> NDArray[np.int64]:
    picked = bounded(random, count) if weights is None else weights.quantile(random)
    return picked.astype(np.int64)


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
    """A value of a pool; a unique column takes each once."""

    key: int
    values: pa.Array | NDArray[Any]
    unique: bool

    def make(self, rows: RowSet) -> Any:
        size = len(self.values)
        if self.unique:
            codes = permute(rows.index, size, self.key)
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
    if isinstance(value, pa.Scalar):
        value = pa.repeat(value, n)
    value = plain(value)
    kind = value.type
    if dtype.name == "decimal" and (pa.types.is_decimal(kind) or pa.types.is_floating(kind)):
        if pa.types.is_floating(kind):
            scaled = np.rint(np.nan_to_num(value.to_numpy(zero_copy_only=False)) * 10.0**dtype.scale)
            return _from_unscaled(scaled.astype(np.int64), dtype, value)
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


def _from_unscaled(unscaled: NDArray[np.int64], dtype: DataType, like: pa.Array) -> pa.Array:
    from rowmill.generate.arrow import null_mask, to_arrow

    limit = 10**dtype.precision
    if unscaled.size and max(abs(int(unscaled.max())), abs(int(unscaled.min()))) >= limit:
        raise OverflowError(f"a value does not fit {dtype}")
    return plain(to_arrow(dtype, unscaled, null_mask(like)))


@dataclass(frozen=True)
class Offset:
    """Another column plus a distance; months and years by the calendar (the last day of the month at most)."""

    of: str
    of_type: DataType
    by: Generator
    unit: str
    dtype: DataType

    def make(self, rows: RowSet) -> Any:
        base = rows.column(self.of)
        distance = self.by.make(rows)
        days = self.of_type.name == "date"
        origin = physical_values(self.of_type, base).astype(np.int64)
        if self.unit in ("month", "year"):
            months = distance.astype(np.int64) * (12 if self.unit == "year" else 1)
            made = _add_months(origin, self.of_type, months) * (DAY if days else 1)
        else:
            made = (origin * DAY if days else origin) + (distance * UNIT_MICROSECONDS[self.unit]).astype(np.int64)
        if self.dtype.name == "date":
            made = made // DAY
        return self._finish(base, made)

    def _finish(self, base: pa.Array, made: NDArray[np.int64]) -> Any:
        values = made.astype(NUMPY_TYPES[self.dtype.name])
        if base.null_count:
            from rowmill.generate.arrow import null_mask, to_arrow

            return to_arrow(self.dtype, values, null_mask(base))
        return values


def _add_months(origin: NDArray[Any], dtype: DataType, months: NDArray[np.int64]) -> NDArray[np.int64]:
    days = origin if dtype.name == "date" else origin // DAY
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    target = month + months.astype("timedelta64[M]")
    day = (date - month.astype("datetime64[D]")).astype(np.int64)
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    moved = first + np.minimum(day, length - 1)
    result: NDArray[np.int64] = moved if dtype.name == "date" else moved * DAY + origin % DAY
    return result


@dataclass(frozen=True)
class ParentColumn:
    """A column of the row that a foreign key points to."""

    column: str
    relation: int
    dtype: DataType

    def make(self, rows: RowSet) -> Any:
        parent, nulls = rows.parent(self.relation)
        values = parent.encoded(self.column)
        if not isinstance(values, pa.DictionaryArray) or not self.dtype.is_text:
            values = cast_value(values, self.dtype, len(rows))
        if nulls is None or not nulls.any():
            return values
        from rowmill.generate.arrow import to_arrow

        return to_arrow(self.dtype, values, nulls)


@dataclass(frozen=True)
class Ordinal:
    """The position of a child among the children of its parent, from 1."""

    def make(self, rows: RowSet) -> Any:
        return rows.ordinals()
