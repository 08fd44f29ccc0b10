"""The rows that are being made: what a generator may ask for while it makes its column."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from rowmill.generate.arrow import Mask, plain
from rowmill.generate.random import Rows as RowNumbers
from rowmill.generate.random import bits, bounded, derive_key


class RowTable(Protocol):
    """What a row set asks of its table."""

    @property
    def each_relation(self) -> int | None: ...
    def make_column(self, name: str, rows: RowSet) -> pa.Array: ...
    def relation_of(self, column: str | None, where: str = "") -> int: ...
    def locate(self, rows: RowNumbers) -> tuple[RowNumbers, RowNumbers]: ...
    def parent_table(self, relation: int) -> RowTable: ...
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
        self._parents: dict[int, tuple[RowSet, Mask]] = {}
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

    def parent(self, key: int) -> tuple[RowSet, Mask]:
        """The rows that foreign key number `key` points to, and where it is null."""
        if key not in self._parents:
            located = key == self.table.each_relation
            rows = self._located()[0] if located else self.table.parents_of(key, self.index)
            self._parents[key] = (RowSet(self.table.parent_table(key), rows), self.table.key_nulls(key, self.index))
        return self._parents[key]

    def _located(self) -> tuple[RowNumbers, RowNumbers]:
        """Parent row and place among its children, of the foreign key with the distribution `each`."""
        if self._each is None:
            self._each = self.table.locate(self.index)
        return self._each

    def ordinals(self) -> RowNumbers:
        """The place of each row among the children of its parent, from 1."""
        return self._located()[1] + 1

    def parent_column(self, column: str, key: str) -> pa.Array:
        parent, nulls = self.parent(self.table.relation_of(key))
        values = parent.column(column)
        if nulls is None or not nulls.any():
            return values
        import pyarrow.compute as pc

        return pc.if_else(pa.array(nulls), pa.scalar(None, values.type), values)

    def row_number(self) -> pa.Array:
        return pa.array(self.index + 1)

    def ordinal(self) -> pa.Array:
        return pa.array(self.ordinals())

    def random_int(self, low: int, high: int, salt: str) -> pa.Array:
        raise NotImplementedError  # bound to a column by Salted


class Salted:
    """A row set seen from one column: its random numbers are that column's own."""

    def __init__(self, rows: RowSet, key: int) -> None:
        self.rows = rows
        self.key = key
        self.column: Callable[[str], pa.Array] = rows.column
        self.parent_column = rows.parent_column
        self.row_number = rows.row_number
        self.ordinal = rows.ordinal

    def random_int(self, low: int, high: int, salt: str) -> pa.Array:
        values = bounded(bits(derive_key(self.key, salt), self.rows.index), high - low + 1)
        return pa.array(values.astype(np.int64) + low)
