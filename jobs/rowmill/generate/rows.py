"""The rows that are being made: what a generator may ask for while it makes its column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowmill.generate import kernels
from rowmill.generate.arrow import Mask, plain, taken
from rowmill.generate.random import Rows as RowNumbers
from rowmill.generate.random import bits, bounded, derive_key


class RowTable(Protocol):
    """What a row set asks of its table."""

    @property
    def rows(self) -> int: ...
    @property
    def each_relation(self) -> int | None: ...
    def make_column(self, name: str, rows: RowSet) -> pa.Array: ...
    def relation_of(self, column: str | None, where: str = "") -> int: ...
    def locate(self, rows: RowNumbers) -> tuple[RowNumbers, RowNumbers]: ...
    def parent_table(self, relation: int) -> RowTable: ...
    def every_row(self) -> RowSet: ...
    def parents_of(self, relation: int, rows: RowNumbers) -> RowNumbers: ...
    def key_nulls(self, relation: int, rows: RowNumbers) -> Mask: ...


class Generator(Protocol):
    """Makes the values of one column. Returns physical values (n,) or an Arrow array of length n."""

    def make(self, rows: RowSet) -> Any: ...


class RowSet:
    """Row numbers (n,) of one table, with each column made at most once.

    The numbers need not be contiguous: a child asks its parent for any rows.
    """

    def __init__(self, table: RowTable, index: RowNumbers) -> None:
        self.table = table
        self.index = index
        self._columns: dict[str, pa.Array] = {}
        self._parents: dict[int, ParentRows] = {}
        self._each: tuple[RowNumbers, RowNumbers] | None = None

    def __len__(self) -> int:
        return len(self.index)

    def encoded(self, name: str) -> pa.Array:
        """A column as it will be written: perhaps dictionary-encoded."""
        if name not in self._columns:
            self._columns[name] = self.table.make_column(name, self)
        return self._columns[name]

    def column(self, name: str) -> pa.Array:
        """A column without dictionary encoding."""
        return plain(self.encoded(name))

    def parent(self, key: int) -> ParentRows:
        """The rows that foreign key number `key` points to."""
        if key not in self._parents:
            self._parents[key] = self._find_parents(key)
        return self._parents[key]

    def _find_parents(self, key: int) -> ParentRows:
        table, nulls = self.table.parent_table(key), self.table.key_nulls(key, self.index)
        if key == self.table.each_relation:
            found, place = self._located()
            # Brothers stand together: their parent is made once for all of them.
            if kernels.compiled:
                parents, family = kernels.compiled.families(np.ascontiguousarray(found), np.ascontiguousarray(place))
                return ParentRows(RowSet(table, parents), family, nulls)
            first = place == 0
            first[:1] = True
            first[1:] |= found[1:] != found[:-1]
            return ParentRows(RowSet(table, found[first]), np.cumsum(first) - 1, nulls)
        found = self.table.parents_of(key, self.index)
        if table is not self.table and table.rows <= min(_KEPT_PARENTS, _WORTH_KEEPING * len(found)):
            return ParentRows(table.every_row(), found, nulls)
        return ParentRows(RowSet(table, found), None, nulls)

    def _located(self) -> tuple[RowNumbers, RowNumbers]:
        """Parent row and place among its children, of the foreign key with the distribution `each`."""
        if self._each is None:
            self._each = self.table.locate(self.index)
        return self._each

    def ordinals(self) -> RowNumbers:
        """The place of each row among the children of its parent, from 1."""
        return self._located()[1] + 1

    def parent_column(self, column: str, key: str) -> pa.Array:
        parent = self.parent(self.table.relation_of(key))
        values = parent.encoded(column)
        if parent.nulls is None or not parent.nulls.any():
            return values
        values = plain(values)
        return pc.if_else(pa.array(parent.nulls), pa.scalar(None, values.type), values)

    def row_number(self) -> pa.Array:
        return pa.array(self.index + 1)

    def ordinal(self) -> pa.Array:
        return pa.array(self.ordinals())

    def random_int(self, low: int, high: int, salt: str) -> pa.Array:
        raise NotImplementedError  # bound to a column by Salted


# A table of so many rows is made whole, once, where children ask for rows of it again and again.
_KEPT_PARENTS, _WORTH_KEEPING = 1 << 17, 4


@dataclass(frozen=True)
class ParentRows:
    """The parents of a row set: `rows.index[places[i]]` (or `[i]`) is the parent of row i, none where `nulls`."""

    rows: RowSet
    places: RowNumbers | None
    nulls: Mask

    def encoded(self, column: str) -> pa.Array:
        """The parents' values (n,), as if there were no nulls."""
        values = self.rows.encoded(column)
        return values if self.places is None else taken(values, self.places)


class Salted:
    """A row set seen from one column: its random numbers are that column's own."""

    def __init__(self, rows: RowSet, key: int) -> None:
        self.rows = rows
        self.key = key
        self.column: Callable[[str], pa.Array] = rows.encoded
        self.parent_column = rows.parent_column
        self.row_number = rows.row_number
        self.ordinal = rows.ordinal

    def random_int(self, low: int, high: int, salt: str) -> pa.Array:
        values = bounded(bits(derive_key(self.key, salt), self.rows.index), high - low + 1)
        return pa.array(values.astype(np.int64) + low)
