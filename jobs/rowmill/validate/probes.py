"""What is counted in one pass over the data. A probe sees batches, and adds up with its twins of other processes.

A probe is small whatever the number of rows: counts of bins, of named values, of faults with a few examples.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.generate import fingerprint
from rowmill.generate.arrow import physical_values, plain
from rowmill.schema.types import DataType
from rowmill.validate.expect import Binned, is_wide, show

Counts = NDArray[np.int64]
EXAMPLES = 3
Path = tuple[str, ...]  # of a part of a nested value: field names, "[]" (elements), "{}" (map values), "length"


class Batch:
    """Rows of a table in the types of its schema; parts that several probes ask for are made once."""

    def __init__(self, batch: pa.RecordBatch, types: dict[str, DataType], source: str) -> None:
        self.batch = batch
        self.types = types
        self.source = source  # the file
        self._cache: dict[tuple[str, Path], pa.Array] = {}

    @property
    def rows(self) -> int:
        return int(self.batch.num_rows)

    def column(self, name: str) -> pa.Array:
        """As read, perhaps dictionary-encoded."""
        return self.batch.column(name)

    def values(self, name: str, path: Path = ()) -> pa.Array:
        """The values that are not null of a column or of a part of it."""
        if (name, path) not in self._cache:
            made = _part(self.values(name, path[:-1]), path[-1]) if path else plain(self.column(name))
            self._cache[name, path] = made.drop_null()
        return self._cache[name, path]


def _part(array: pa.Array, step: str) -> pa.Array:
    kind = array.type
    if step == "length":
        return pc.list_value_length(array) if not pa.types.is_map(kind) else _map_lengths(array)
    if step == "[]":
        return array.flatten()
    if step == "{}":
        ends = array.offsets
        if not len(array):
            return array.items.slice(0, 0)
        first, last = ends[0].as_py(), ends[-1].as_py()
        return array.items.slice(first, last - first)
    return array.flatten()[[f.name for f in kind].index(step)]


def _map_lengths(array: pa.Array) -> pa.Array:
    ends = array.offsets.to_numpy()
    return pa.array(np.diff(ends)) if len(array) else pa.array([], pa.int32())


def numbers(dtype: DataType, array: pa.Array, origin: int = 0) -> NDArray[Any]:
    """Physical values of an array without nulls; those of more than 64 bits as doubles, counted from the origin."""
    if is_wide(dtype):
        whole = pc.subtract(array.cast(pa.decimal256(60, dtype.scale)), _decimal(dtype, origin))
        # The same integers without a scale: times 10**scale, a double would be off where it could be exact.
        units = pa.Array.from_buffers(
            pa.decimal256(whole.type.precision, 0), len(whole), [None, whole.buffers()[1]], offset=whole.offset
        )
        return np.asarray(units.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return np.asarray(physical_values(dtype, array))


def _decimal(dtype: DataType, value: int) -> pa.Scalar:
    digits = tuple(map(int, str(abs(value))))
    return pa.scalar(Decimal((int(value < 0), digits, -dtype.scale)), pa.decimal256(60, dtype.scale))


def extremes(dtype: DataType, array: pa.Array) -> tuple[int, int]:
    """The smallest and the largest physical value of decimals, with every digit."""
    found = pc.min_max(array).as_py()
    low, high = (int("".join(map(str, v.as_tuple().digits))) * (-1 if v < 0 else 1) for v in found.values())
    return low, high


class Probe(Protocol):
    """Counts over batches. `columns` are those that it reads."""

    columns: tuple[str, ...]

    def update(self, batch: Batch) -> None: ...
    def merge(self, other: Any) -> None: ...


@dataclass
class Rows:
    """Rows, nulls of each column, and the fingerprint of each file (None: not asked for)."""

    columns: tuple[str, ...]
    types: dict[str, DataType]
    hashed: bool
    rows: int = 0
    nulls: dict[str, int] = field(default_factory=dict)
    files: dict[str, tuple[int, int]] = field(default_factory=dict)  # rows, fingerprint

    def update(self, batch: Batch) -> None:
        self.rows += batch.rows
        for name in self.columns:
            self.nulls[name] = self.nulls.get(name, 0) + int(batch.column(name).null_count)
        value = fingerprint.fingerprint(self.types, batch.batch) if self.hashed else 0
        rows, before = self.files.get(batch.source, (0, 0))
        self.files[batch.source] = (rows + batch.rows, fingerprint.add(before, value))

    def merge(self, other: Rows) -> None:
        self.rows += other.rows
        for name, count in other.nulls.items():
            self.nulls[name] = self.nulls.get(name, 0) + count
        for name, (rows, value) in other.files.items():
            mine = self.files.get(name, (0, 0))
            self.files[name] = (mine[0] + rows, fingerprint.add(mine[1], value))


@dataclass
class Histogram:
    """Counts of the bins of what is expected, and the extremes."""

    columns: tuple[str, ...]
    path: Path
    dtype: DataType
    expected: Binned
    counts: Counts = field(init=False)
    smallest: Any = None
    largest: Any = None

    def __post_init__(self) -> None:
        self.counts = np.zeros(len(self.expected.edges) + 1, np.int64)

    def update(self, batch: Batch) -> None:
        array = batch.values(self.columns[0], self.path)
        if not len(array):
            return
        self.add(numbers(self.dtype, array, self.expected.origin), extremes(self.dtype, array) if self.wide else None)

    @property
    def wide(self) -> bool:
        return is_wide(self.dtype)

    def add(self, values: NDArray[Any], ends: tuple[Any, Any] | None = None) -> None:
        """Counts physical values (n,), n > 0. `ends`: smallest and largest, if they are known more exactly."""
        edges = self.expected.edges
        if edges.dtype == np.int64 and values.dtype.kind == "i":
            values = values.astype(np.int64, copy=False)
        else:
            values = values.astype(np.float64, copy=False)
        self._extremes(*(ends or (values.min(), values.max())))
        bins = np.searchsorted(edges, values, side="left")
        self.counts += np.bincount(bins, minlength=len(self.counts))

    def _extremes(self, low: Any, high: Any) -> None:
        self.smallest = low if self.smallest is None else min(self.smallest, low)
        self.largest = high if self.largest is None else max(self.largest, high)

    def merge(self, other: Histogram) -> None:
        self.counts += other.counts
        if other.smallest is not None:
            self._extremes(other.smallest, other.largest)


@dataclass
class TextLength(Histogram):
    """The same of the number of characters of a text."""

    def update(self, batch: Batch) -> None:
        array = batch.values(self.columns[0], self.path)
        if len(array):
            self.add(pc.utf8_length(array).to_numpy(zero_copy_only=False).astype(np.int64))


@dataclass
class WordCount(Histogram):
    """The same of the number of words of a text: runs of characters between single spaces."""

    def update(self, batch: Batch) -> None:
        array = batch.values(self.columns[0], self.path)
        if not len(array):
            return
        spaces = pc.count_substring(array, " ").to_numpy(zero_copy_only=False).astype(np.int64)
        some = pc.not_equal(array, "").to_numpy(zero_copy_only=False).astype(np.int64)
        self.add(spaces + some)


@dataclass
class Distance(Histogram):
    """The same of `this - of`, in units of so many microseconds.

    distance: the type of the distance if it has parts (double), else None: whole units
    """

    of_type: DataType = field(default_factory=lambda: DataType("bigint"))
    unit: int = 1
    distance: DataType | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.own_type = self.dtype
        self.dtype = self.distance or DataType("bigint")

    def update(self, batch: Batch) -> None:
        this, other = plain(batch.column(self.columns[0])), plain(batch.column(self.columns[1]))
        both = pc.and_(pc.is_valid(this), pc.is_valid(other))
        this, other = this.filter(both), other.filter(both)
        if not len(this):
            return
        difference = _micros(self.own_type, this) - self._origin(other)
        if self.distance is None and not (difference % self.unit).any():
            self.add(difference // self.unit)
            return
        # Half a microsecond on: a distance that was cut to whole ones stays on its side of a bound.
        self.add((difference + (0.5 if self.distance else 0.0)) / self.unit)

    def _origin(self, other: pa.Array) -> NDArray[np.int64]:
        base = _micros(self.of_type, other)
        if self.own_type.name == "date" and self.of_type.name != "date":
            base = base // _DAY * _DAY  # the day of (of + whole days)
        return base


_DAY = 86_400_000_000


def _micros(dtype: DataType, array: pa.Array) -> NDArray[np.int64]:
    values = physical_values(dtype, array).astype(np.int64)
    return values * _DAY if dtype.name == "date" else values


@dataclass
class Categories:
    """Counts of named values, (cases, values + 1): the last is for values that are not named.

    by: the column that picks the case, and the texts of the cases; the last case is "any other"
    """

    columns: tuple[str, ...]
    path: Path
    values: pa.Array
    cases: tuple[str, ...] = ()
    counts: Counts = field(init=False)
    strangers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.counts = np.zeros((len(self.cases) + 1, len(self.values) + 1), np.int64)

    def update(self, batch: Batch) -> None:
        name = self.columns[0]
        if self.cases:
            array = batch.column(name)
            present = array.is_valid()
            given = plain(batch.column(self.columns[1])).cast(pa.string())
            found = pc.fill_null(pc.index_in(given, pa.array(self.cases, pa.string())), len(self.cases))
            case = found.filter(present).to_numpy(zero_copy_only=False).astype(np.int64)
            array = array.filter(present)
        else:
            array = batch.values(name, self.path) if self.path else batch.column(name).drop_null()
            case = np.zeros(len(array), np.int64)
        codes = self._codes(array)
        width = len(self.values) + 1
        self.counts += np.bincount(case * width + codes, minlength=self.counts.size).reshape(self.counts.shape)
        if len(self.strangers) < EXAMPLES and (codes == width - 1).any():
            odd = plain(array.filter(pa.array(codes == width - 1)))
            self._note([str(v) for v in pc.unique(odd.slice(0, 1000)).to_pylist()])

    def _codes(self, array: pa.Array) -> Counts:
        if isinstance(array, pa.DictionaryArray):
            names = self._codes(array.dictionary)
            return np.asarray(names[array.indices.to_numpy(zero_copy_only=False)])
        found = pc.index_in(_comparable(array), _comparable(self.values))
        return np.asarray(pc.fill_null(found, len(self.values)).to_numpy(zero_copy_only=False), np.int64)

    def _note(self, texts: list[str]) -> None:
        for text in texts:
            if text not in self.strangers and len(self.strangers) < EXAMPLES:
                self.strangers.append(text)

    def merge(self, other: Categories) -> None:
        self.counts += other.counts
        self._note(other.strangers)


def _comparable(array: pa.Array) -> pa.Array:
    if pa.types.is_boolean(array.type) or pa.types.is_decimal(array.type) or pa.types.is_duration(array.type):
        return array.cast(pa.string())
    return array


@dataclass
class Faults:
    """Values that break a rule, counted, with a few of them."""

    columns: tuple[str, ...]
    path: Path
    seen: int = 0
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def update(self, batch: Batch) -> None:
        array = batch.values(self.columns[0], self.path)
        if not len(array):
            return
        self.seen += len(array)
        good = self.good(array)
        wrong = len(array) - int(pc.sum(good).as_py() or 0)
        if wrong:
            self.count += wrong
            self.note(array.filter(pc.invert(good)))

    def good(self, array: pa.Array) -> pa.BooleanArray:
        raise NotImplementedError

    def note(self, odd: pa.Array) -> None:
        for value in odd.slice(0, EXAMPLES).to_pylist():
            text = str(value)
            if text not in self.examples and len(self.examples) < EXAMPLES:
                self.examples.append(text if len(text) <= 60 else text[:57] + "...")

    def merge(self, other: Faults) -> None:
        self.seen += other.seen
        self.count += other.count
        for text in other.examples:
            if text not in self.examples and len(self.examples) < EXAMPLES:
                self.examples.append(text)


@dataclass
class Matches(Faults):
    """Texts that don't match a regex as a whole."""

    regex: str = ""

    def good(self, array: pa.Array) -> pa.BooleanArray:
        if pa.types.is_binary(array.type):
            array = array.cast(pa.string())
        if self.native:
            return pc.match_substring_regex(array, f"^(?:{self.regex})$")
        compiled = re.compile(self.regex, re.DOTALL)
        return pa.array([compiled.fullmatch(text) is not None for text in array.to_pylist()], pa.bool_())

    @property
    def native(self) -> bool:
        """Whether Arrow's RE2 takes the regex (it refuses very large repeats)."""
        try:
            pc.match_substring_regex(pa.array([""]), f"^(?:{self.regex})$")
        except pa.ArrowInvalid:
            return False
        return True


@dataclass
class JsonTexts(Faults):
    """Texts that are no JSON, or no object with the keys that are asked for."""

    keys: tuple[str, ...] = ()

    def good(self, array: pa.Array) -> pa.BooleanArray:
        return pa.array([self._is_good(text) for text in array.to_pylist()], pa.bool_())

    def _is_good(self, text: str) -> bool:
        try:
            found = json.loads(text)
        except ValueError:
            return False
        return not self.keys or (isinstance(found, dict) and tuple(found) == self.keys)


@dataclass
class Within(Faults):
    """Values outside the type's own bounds: texts that are too long, numbers with too many digits, NaN."""

    dtype: DataType = field(default_factory=lambda: DataType("string"))
    longest: int = 0
    smallest: Any = None
    largest: Any = None

    def good(self, array: pa.Array) -> pa.BooleanArray:
        if self.dtype.name in ("char", "varchar"):
            lengths = pc.utf8_length(array)
            self.longest = max(self.longest, pc.max(lengths).as_py() or 0)
            return pc.less_equal(lengths, self.dtype.length)
        if self.dtype.name in ("float", "double"):
            return pc.is_finite(array)
        if self.dtype.is_text or self.dtype.name in ("binary", "boolean") or self.dtype.is_nested:
            return pa.array(np.ones(len(array), bool))
        if is_wide(self.dtype):
            low, high = extremes(self.dtype, array)
        else:
            values = numbers(self.dtype, array)
            low, high = values.min(), values.max()
        self.smallest = low if self.smallest is None else min(self.smallest, low)
        self.largest = high if self.largest is None else max(self.largest, high)
        return pa.array(np.ones(len(array), bool))  # Arrow's type itself holds the bounds

    def merge(self, other: Faults) -> None:
        super().merge(other)
        assert isinstance(other, Within)
        self.longest = max(self.longest, other.longest)
        for value in (other.smallest, other.largest):
            if value is not None:
                self.smallest = value if self.smallest is None else min(self.smallest, value)
                self.largest = value if self.largest is None else max(self.largest, value)

    @property
    def span(self) -> str:
        if self.smallest is None:
            return ""
        return f"{show(self.dtype, self.smallest)} .. {show(self.dtype, self.largest)}"
