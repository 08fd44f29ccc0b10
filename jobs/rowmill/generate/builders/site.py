"""Where a generator is built for, what it may ask of the table there, and the checks that builders share."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from rowmill.errors import GeneratorError
from rowmill.generate.arrow import NUMPY_TYPES
from rowmill.generate.bounds import Bounds, literal
from rowmill.generate.literals import physical, physical_bounds
from rowmill.generate.random import derive_key
from rowmill.generate.rows import Generator
from rowmill.schema.model import GeneratorSpec, TableDefinition
from rowmill.schema.types import DataType

TEMPORAL = ("date", "timestamp", "timestamp_ntz", "time", "interval")
FLOATS = ("float", "double")
LARGEST_DOUBLE = 1.7976931348623157e308


class TableView(Protocol):
    """What a builder may ask of the table that its column is in."""

    definition: TableDefinition
    rows: int  # of the whole table after this run
    first_row: int  # of this run
    segments: tuple[int, ...]  # rows of each earlier run
    segment_rows: int  # rows of the first run

    def is_unique_column(self, name: str) -> bool: ...
    def relation_of(self, column: str | None, where: str = "") -> int: ...
    def parent_definition(self, relation: int) -> TableDefinition: ...
    def parent_rows(self, column: str, where: str) -> int: ...
    def need_ordinals(self, where: str) -> None: ...


class Build(Protocol):
    """Builds the generator of a spec (None: an inferred one) for a site."""

    def __call__(self, spec: GeneratorSpec | None, site: Site) -> Generator: ...


@dataclass(frozen=True)
class Site:
    """The column (or part of a nested value) that a generator is built for."""

    name: str
    dtype: DataType
    key: int
    where: str
    table: TableView | None
    build: Build  # of the parts of this one
    unique: bool = False
    counts: tuple[int, int] = (0, 0)  # of a part of a nested value: pseudo rows, and those of the first run
    bounds: Bounds | None = None  # of a column whose generator is inferred

    def fail(self, what: str, value: Any = None, fix: str | None = None) -> GeneratorError:
        return GeneratorError(what, where=self.where, value=value, fix=fix)

    def part(self, name: str, dtype: DataType, each: int = 1) -> Site:
        """A part of this nested value, of which a row holds up to `each`."""
        counts = (self.rows * each, self.first_run * each)
        return Site(name, dtype, derive_key(self.key, name), f"{self.where}.{name}", None, self.build, counts=counts)

    @property
    def rows(self) -> int:
        return self.table.rows if self.table else self.counts[0]

    @property
    def first_run(self) -> int:
        return self.table.segment_rows if self.table else self.counts[1]

    @property
    def runs(self) -> tuple[int, ...]:
        """Rows of each run that went into the table, this one last."""
        if self.table is None:
            return (max(1, self.rows),)
        return tuple(n for n in (*self.table.segments, self.table.rows - self.table.first_row) if n) or (1,)

    @property
    def max_length(self) -> int | None:
        lengths = [self.dtype.length] if self.dtype.name in ("char", "varchar") else []
        if self.bounds is not None and self.bounds.max_length is not None:
            lengths.append(self.bounds.max_length)
        return min(lengths, default=None)

    @property
    def min_length(self) -> int:
        return 0 if self.bounds is None else self.bounds.min_length or 0

    @property
    def range(self) -> tuple[Any, Any]:
        """Smallest and largest physical value, (None, None) where the type has none."""
        return (self.bounds or Bounds()).range(self.dtype)


def refuse_unique(site: Site, name: str) -> None:
    if site.unique:
        raise site.fail(
            f"the column is a key, and {name} is not unique by construction",
            fix="use sequence, permutation, uuid, pattern, uniform over enough values, or a template with {seq}",
        )


def wrong_type(site: Site, name: str) -> GeneratorError:
    return site.fail(f"{name} can't make {site.dtype}")


def fits(site: Site, low: Any, high: Any) -> None:
    smallest, largest = physical_bounds(site.dtype)
    if smallest is not None and (low < smallest or high > largest):
        raise site.fail(
            f"the values {low} .. {high} don't fit {site.dtype}", fix="use a larger type, fewer rows or another range"
        )


def within(site: Site, low: Any, high: Any) -> None:
    """Refuses physical values that leave the bounds of the column."""
    smallest, largest = site.range
    if site.bounds is not None and smallest is not None and (low < smallest or high > largest):
        first, last = literal(site.dtype, smallest), literal(site.dtype, largest)
        raise site.fail(
            f"the values leave {first} .. {last}, the bounds of the column",
            fix="ask for fewer rows, widen options.bounds, or give the column a generator",
        )


def unit_of(dtype: DataType) -> int:
    """Physical units in one: 10**scale for decimals, a second for times, else 1."""
    if dtype.name == "decimal":
        return int(10**dtype.scale)
    return 1_000_000 if dtype.name in ("timestamp", "timestamp_ntz", "time", "interval") else 1


def fits_text(site: Site, length: int, name: str) -> None:
    if site.max_length is not None and length > site.max_length:
        raise site.fail(
            f"{name} makes {length} characters, {site.dtype} holds {site.max_length}",
            fix="shorten it or widen the type",
        )


def need_text(site: Site, name: str) -> DataType:
    dtype = need_column(site, name)
    if dtype.is_nested or dtype.name in ("binary", "interval"):
        raise site.fail(f"a {dtype} can't be read as text", value=name, fix="use another column")
    return dtype


def need_column(site: Site, name: str) -> DataType:
    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns", value=name)
    names = site.table.definition.column_names
    if name not in names or name == site.name:
        near = difflib.get_close_matches(name, [n for n in names if n != site.name], n=2)
        what = "a column can't be made from itself" if name == site.name else "no such column in this table"
        raise site.fail(
            what, value=name, fix=f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(names)}"
        )
    return site.table.definition.column(name).type


def value_array(values: list[Any], site: Site) -> Any:
    if any(v is None for v in values):
        raise site.fail("null among the values", fix="use `nulls:` for a share of nulls")
    if any(isinstance(v, list | dict | tuple | set) for v in values):
        raise site.fail("a list or mapping among the values", fix="give plain values")
    found = [physical(site.dtype, v, site.where) for v in values]
    if site.dtype.is_text or site.dtype.name == "binary":
        return pa.array(found, site.dtype.to_arrow())
    if site.dtype.name == "boolean":
        return np.array(found, bool)
    wide = any(isinstance(v, int) and not -(1 << 63) <= v < 1 << 63 for v in found)
    return np.array(found, object if wide else NUMPY_TYPES.get(site.dtype.name, np.int64))
