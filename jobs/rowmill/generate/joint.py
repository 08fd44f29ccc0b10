"""Keys of several columns that are unique only together: each row is a place in the product of their values.

A member of such a key is a foreign key (its values: the parent's rows) or a column whose values can be numbered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rowmill.generate.nested import DetachedRows
from rowmill.generate.permutation import permute
from rowmill.generate.random import Rows, derive_key
from rowmill.generate.rows import Generator, RowSet

LARGEST = 1 << 62


def product(radices: tuple[int, ...]) -> int:
    total = 1
    for radix in radices:
        total *= radix
    return total


def shrunk(radices: tuple[int, ...]) -> tuple[int, ...]:
    """The same, cut so that their product is at most 2**62: the largest first."""
    cut = list(radices)
    while product(tuple(cut)) > LARGEST:
        at = cut.index(max(cut))
        others = product(tuple(cut)) // cut[at]
        cut[at] = max(LARGEST // others, sorted(cut)[-2] if len(cut) > 1 else 1, 1)
        if others >= LARGEST or cut[at] * others > LARGEST:
            cut[at] = max(1, cut[at] // 2)
    return tuple(cut)


@dataclass(frozen=True)
class JointLayout:
    """Rows -> one number for each member, never the same numbers twice.

    key:     of the shuffling
    radices: how many values each member has
    first_row, used: the rows of the runs that this layout is for start there; so many are taken by earlier runs
    earlier: the layout of the rows before first_row, of smaller radices (an append after the parents grew)
    """

    key: int
    radices: tuple[int, ...]
    first_row: int = 0
    earlier: JointLayout | None = None

    @property
    def cells(self) -> int:
        """How many rows fit, those of earlier runs included."""
        return product(self.radices)

    def digits(self, rows: Rows) -> list[Rows]:
        """The number of each member, for each row."""
        if self.earlier is None:
            return _box(permute(rows, self.cells, self.key), self.radices)
        made = [np.empty(len(rows), np.int64) for _ in self.radices]
        before = rows < self.first_row
        _put(made, before, self.earlier.digits, rows)
        # Free cells: those that earlier runs left, and those that growth added.
        left = self.earlier.cells - self.first_row
        free = permute(rows[~before] - self.first_row, self.cells - self.first_row, self.key)
        later = [np.empty(len(free), np.int64) for _ in self.radices]
        old = free < left
        _put(later, old, self.earlier.digits, free + self.first_row)
        _put(later, ~old, self._grown, free - left)
        for target, values in zip(made, later, strict=True):
            target[~before] = values
        return made

    def _grown(self, index: Rows) -> list[Rows]:
        """Cells of this box outside of the earlier one, in slabs: member m is new, those before it old."""
        assert self.earlier is not None
        old, new = self.earlier.radices, self.radices
        made = [np.empty(len(index), np.int64) for _ in new]
        start = 0
        for m in range(len(new)):
            slab = (*old[:m], new[m] - old[m], *new[m + 1 :])
            size = product(slab)
            inside = (index >= start) & (index < start + size)
            if size and inside.any():
                for d, values in enumerate(_box(index[inside] - start, slab)):
                    made[d][inside] = values + (old[m] if d == m else 0)
            start += size
        return made


def _put(made: list[Rows], where: Any, digits: Any, rows: Rows) -> None:
    if where.any():
        for target, values in zip(made, digits(rows[where]), strict=True):
            target[where] = values


def _box(cell: Rows, radices: tuple[int, ...]) -> list[Rows]:
    made: list[Rows] = []
    for radix in radices[:-1]:
        cell, digit = np.divmod(cell, radix)
        made.append(digit)
    return [*made, cell]


def layered(key: int, runs: list[tuple[int, tuple[int, ...]]]) -> JointLayout:
    """The layout of runs of (rows, radices), one after another; radices never shrink.

    Raises ValueError naming how many keys there are where the rows of a run don't fit.
    """
    layout: JointLayout | None = None
    first = 0
    for rows, radices in runs:
        if layout is None or radices != layout.radices:
            salt = derive_key(key, first) if first else key
            layout = JointLayout(salt, radices, first, layout)
        first += rows
        if first > layout.cells:
            raise ValueError(f"{first} different keys are needed, there are {layout.cells}")
    assert layout is not None
    return layout


@dataclass(frozen=True)
class JointParents:
    """The parent's row of each row, of a foreign key that is member number `member` of a joint key."""

    layout: JointLayout
    member: int

    def parent_rows(self, rows: Rows) -> Rows:
        return self.layout.digits(rows)[self.member]


@dataclass(frozen=True)
class JointColumn:
    """A column that is member number `member` of a joint key; `values` makes value number i of "row" i."""

    layout: JointLayout
    member: int
    values: Generator
    where: str

    def make(self, rows: RowSet) -> Any:
        return self.values.make(DetachedRows(self.layout.digits(rows.index)[self.member], self.where))
