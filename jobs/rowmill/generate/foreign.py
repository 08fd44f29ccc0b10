"""Foreign keys as functions: child row number -> parent row number. No join, no parent data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate import kernels
from rowmill.generate.distributions import Zipf
from rowmill.generate.permutation import permute
from rowmill.generate.random import Rows, bits, bounded, derive_key, stream


class Parents(Protocol):
    """Which parent row each child row points to."""

    def parent_rows(self, rows: Rows) -> Rows: ...


@dataclass(frozen=True)
class UniformParents:
    """Every parent is equally likely."""

    key: int
    parents: int

    def parent_rows(self, rows: Rows) -> Rows:
        return bounded(bits(self.key, rows), self.parents).astype(np.int64)


@dataclass(frozen=True)
class EarlierParents:
    """For a self-reference: any row before this one, so there are no cycles. Roots point to themselves."""

    key: int
    roots: int = 1

    def parent_rows(self, rows: Rows) -> Rows:
        share = (bits(self.key, rows) >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))
        earlier = np.minimum((share * rows).astype(np.int64), np.maximum(rows - 1, 0))
        return earlier if self.roots <= 1 else np.where(rows < self.roots, rows, earlier)


@dataclass(frozen=True)
class ThroughParents:
    """The parent of a parent: for a foreign key whose columns another one brings along."""

    first: Parents
    then: Parents

    def parent_rows(self, rows: Rows) -> Rows:
        return self.then.parent_rows(self.first.parent_rows(rows))


@dataclass(frozen=True)
class SiblingParents:
    """For two foreign keys that share columns: a row whose own parent is that of the first one's row.

    first: child -> the first key's table; up: from there to the shared table; down: the shared table's children
    in this key's table, every one of which has some
    """

    key: int
    first: Parents
    up: Parents
    down: EachParents

    def parent_rows(self, rows: Rows) -> Rows:
        shared = self.up.parent_rows(self.first.parent_rows(rows))
        begin, count = self.down.children(shared)
        share = (bits(self.key, rows) >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))
        return begin + np.minimum((share * count).astype(np.int64), count - 1)


@dataclass(frozen=True)
class ZipfParents:
    """The parent of rank k with probability proportional to k**-s; ranks are dealt to parents at random."""

    key: int
    parents: int
    ranks: Zipf

    def parent_rows(self, rows: Rows) -> Rows:
        rank = self.ranks.quantile(bits(self.key, rows)) - 1
        found = self._head.take(rank, mode="clip")
        beyond = np.flatnonzero(rank >= len(self._head)) if self.parents > len(self._head) else rank[:0]
        if beyond.size:
            found[beyond] = self._dealt(rank.take(beyond))
        return found

    def _dealt(self, rank: Rows) -> Rows:
        return permute(rank, self.parents, derive_key(self.key, "ranks"))

    @cached_property
    def _head(self) -> Rows:
        # Most children have one of the first ranks.
        return self._dealt(np.arange(min(self.parents, 1 << 16), dtype=np.int64))


_GROUP = 16  # parents that share an exact number of children
_KEPT = 1 << 22  # up to so many parents, where their rows end is kept: 8 bytes each


@dataclass(frozen=True)
class EachParents:
    """Every parent has low..high children, in the order of the parents.

    Parents stand in groups of 16. A group's rows are fixed by proportion (so any row finds its
    group by a division), and within the group the counts are random in low..high and sum to it.
    """

    key: int
    rows: int
    parents: int
    low: int
    high: int
    first_row: int = 0
    first_parent: int = 0
    earlier: EachParents | None = None  # the layout of the rows before first_row (append)
    _wide: bool = field(init=False, default=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_wide", self.parents * self.rows > 1 << 62)

    @classmethod
    def fit(
        cls,
        key: int,
        rows: int,
        parents: int,
        low: int,
        high: int,
        where: str,
        first_row: int = 0,
        first_parent: int = 0,
    ) -> EachParents:
        """A layout in which `rows` children (or the first of them) have low..high to a parent.

        Fewer rows than parents * low take only as many parents as they need; the last of these may
        then be cut short. Raises GeneratorError for more rows than parents * high.
        """
        if low > high or high < 1:
            raise GeneratorError(
                "each: 0 <= min <= max, and max at least 1, expected", where=where, value=f"min {low}, max {high}"
            )
        if high > 1 << 31:
            raise GeneratorError("each: at most 2**31 children to a parent", where=where, value=high)
        if rows > parents * high:
            raise GeneratorError(
                f"{rows} rows can't be spread over {parents} parents with at most {high} each",
                where=where,
                fix=f"ask for at most {parents * high} rows, or make the parent table larger",
            )
        if rows < parents * low:
            mean = (low + high) / 2
            parents = min(parents, max(1, -(-rows // high), int(np.ceil(rows / mean))))
            rows = max(rows, parents * low)
        return cls(key, rows, parents, low, high, first_row, first_parent)

    def parent_rows(self, rows: Rows) -> Rows:
        return self.locate(rows)[0]

    def ordinals(self, rows: Rows) -> Rows:
        """0-based position of each child among the children of its parent."""
        return self.locate(rows)[1]

    def locate(self, rows: Rows) -> tuple[Rows, Rows]:
        """Parent row and 0-based place among its children, for any rows."""
        if self.earlier is not None and rows.size and int(rows.min()) < self.first_row:
            before = rows < self.first_row
            parent, ordinal = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
            parent[before], ordinal[before] = self.earlier.locate(rows[before])
            parent[~before], ordinal[~before] = self.locate(rows[~before])
            return parent, ordinal
        if self.low == self.high:
            parent, ordinal = np.divmod(rows - self.first_row, self.low)
            return parent + self.first_parent, ordinal
        first = int(rows[0]) if rows.size else 0
        if rows.size > _GROUP and int(rows[-1]) - first == rows.size - 1 and (np.diff(rows) == 1).all():
            return self._locate_run(first - self.first_row, rows.size)
        parent, ordinal = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        for start in range(0, len(rows), 65_536):  # far-flung rows need a line of a group's width each
            piece = slice(start, start + 65_536)
            parent[piece], ordinal[piece] = self._locate_piece(rows[piece] - self.first_row)
        return parent + self.first_parent, ordinal

    def children(self, parents: Rows) -> tuple[Rows, Rows]:
        """The first child's row and the number of children of each parent; not for tables that were appended to."""
        assert self.earlier is None
        if self.low == self.high:
            return parents * self.low, np.full(len(parents), self.low)
        groups, at = np.unique(parents // _GROUP, return_inverse=True)
        first = self._boundary(groups * _GROUP)
        counts = self._counts(groups)
        begins = first[:, None] + np.cumsum(counts, axis=1) - counts
        member = parents % _GROUP
        return begins[at, member], counts[at, member]

    def _locate_run(self, first: int, count: int) -> tuple[Rows, Rows]:
        """The same for rows first .. first+count-1 of this layout: parents in order, each as often as it has rows."""
        last = -(-self.parents // _GROUP) - 1
        share = self.parents / self.rows / _GROUP  # the quotient may be off by one group
        low = max(int(first * share) - 1, 0)
        high = min(int((first + count) * share) + 2, last)
        groups = np.arange(low, high + 1)
        starts = self._boundary(groups * _GROUP)
        if kernels.compiled:
            found, ordinal = kernels.compiled.located_run(self._counts(groups), starts, low, first, count)
            return found + self.first_parent, ordinal
        ends = self._ends(groups, starts)
        parent = np.arange(low * _GROUP, (high + 1) * _GROUP)
        begins = np.concatenate([starts[:1], ends[:-1]])
        inside = np.minimum(ends, first + count) - np.maximum(begins, first)
        inside[inside < 0] = 0
        found = np.repeat(parent, inside)
        ordinal = np.arange(first, first + count) - np.repeat(begins, inside)
        return found + self.first_parent, ordinal

    def _boundary(self, parent: NDArray[np.int64]) -> NDArray[np.int64]:
        """The first child row of a parent, by proportion: floor(parent * rows / parents)."""
        if self._wide:
            return np.array([int(p) * self.rows // self.parents for p in parent], np.int64)
        return parent * self.rows // self.parents

    def _locate_piece(self, rows: Rows) -> tuple[Rows, Rows]:
        last = -(-self.parents // _GROUP) - 1
        # The last group whose first row is not after the row: one below this, or this. A group may have no rows.
        group = np.clip(((rows + 1) * (self.parents / self.rows / _GROUP)).astype(np.int64), 0, last)
        low, high = max(int(group.min(initial=0)) - 1, 0), min(int(group.max(initial=0)) + 1, last)
        if high - low < 4 * len(rows):  # near each other: all groups between, in order
            groups = np.arange(low, high + 1)
        else:
            groups = np.unique(np.clip(np.concatenate([group - 1, group, group + 1]), 0, last))
        # The division may be off by one group; the groups' first rows say which it is.
        first = self._boundary(groups * _GROUP)
        at = np.searchsorted(first, rows, side="right") - 1
        if len(groups) > len(rows):  # only those that are met
            met, at = np.unique(at, return_inverse=True)
            groups, first = groups[met], first[met]
        # Groups ascend and so do the ends within each: one sorted list of where each parent's rows end.
        ends = self._all_ends if len(groups) == last + 1 and self.parents <= _KEPT else self._ends(groups, first)
        place = np.searchsorted(ends, rows, side="right")
        member = place - at * _GROUP
        begin = np.where(member > 0, ends[np.maximum(place - 1, 0)], first[at])
        return groups[at] * _GROUP + member, rows - begin

    def _ends(self, groups: Rows, first: Rows) -> Rows:
        return (first[:, None] + np.cumsum(self._counts(groups), axis=1)).ravel()

    @cached_property
    def _all_ends(self) -> Rows:
        # Children of children ask for rows far and wide, block after block.
        groups = np.arange(-(-self.parents // _GROUP))
        return self._ends(groups, self._boundary(groups * _GROUP))

    def _counts(self, groups: Rows) -> NDArray[np.int64]:
        quota = self._boundary(np.minimum((groups + 1) * _GROUP, self.parents)) - self._boundary(groups * _GROUP)
        turned = derive_key(self.key, "turn")
        if kernels.compiled:
            made: NDArray[np.int64] = kernels.compiled.child_counts(
                groups, quota, self.parents, self.low, self.high, stream(self.key), stream(turned)
            )
            return made
        member = np.arange(_GROUP)
        parent = groups[:, None] * _GROUP + member
        real = parent < self.parents
        # Two parents share a draw, one upside down: each count is uniform, and a group's sum is near its quota.
        half = parent - np.where(member < _GROUP // 2, 0, _GROUP // 2)
        drawn = bounded(bits(self.key, half.ravel()), self.high - self.low + 1).astype(np.int64).reshape(parent.shape)
        spread = np.where(member < _GROUP // 2, drawn, self.high - self.low - drawn)
        turn = (member + bounded(bits(turned, groups), _GROUP).astype(np.int64)[:, None]) % _GROUP
        counts = np.take_along_axis(np.where(real, spread + self.low, 0), turn, axis=1)
        real = np.take_along_axis(real, turn, axis=1)
        missing = quota - counts.sum(axis=1)
        while missing.any():
            sign = np.sign(missing)[:, None]
            movable = real & np.where(sign > 0, counts < self.high, counts > self.low)
            step = movable & (np.cumsum(movable, axis=1) <= np.abs(missing)[:, None])
            counts += step * sign
            missing -= step.sum(axis=1) * sign[:, 0]
        result = np.empty_like(counts)
        np.put_along_axis(result, turn, counts, axis=1)
        return result
