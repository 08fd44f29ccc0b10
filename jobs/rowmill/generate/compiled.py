"""The loops that most of the time goes to, compiled by Numba: one pass over the rows where numpy makes many.

Each gives what its numpy twin, of the same name, gives: bit for bit. Arrays come contiguous.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numba import float64, int8, int16, int32, int64, njit, types, uint8, uint32, uint64
from numba.core.cgutils import create_struct_proxy
from numba.extending import intrinsic
from numpy.typing import NDArray

from rowmill.generate.random import GOLDEN, LOW32, MIX1, MIX2

Bits = NDArray[np.uint64]
Integers = NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])


def _of(kind: Any, dimensions: int = 1) -> Any:
    """An array to read, writable or not."""
    return types.Array(kind, dimensions, "C", readonly=True)


_INT32, _INT64, _UINT64, _FLOAT64 = (_of(kind) for kind in (int32, int64, uint64, float64))


def _compiled(signature: Any) -> Callable[[F], F]:
    """Compiles when this module is loaded, and keeps it for the next process where there is a place to keep it."""

    def compile(function: F) -> F:
        try:
            made: F = njit(signature, cache=True)(function)
        except RuntimeError:  # neither this folder nor the home directory can be written
            made = njit(signature)(function)
        return made

    return compile


def _address(context: Any, builder: Any, kind: Any, array: Any, at: Any) -> Any:
    begin = create_struct_proxy(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(begin, [at]), ir.IntType(64).as_pointer())


def _loading(_: Any, array: Any, at: Any) -> Any:
    """The eight bytes of an array of bytes from `at` on, which need not be aligned."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        word = builder.load(_address(context, builder, signature.args[0], *given))
        word.align = 1
        return word

    return uint64(array, at), generate


def _storing(_: Any, array: Any, at: Any, word: Any) -> Any:
    """Writes eight bytes there."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        builder.store(given[2], _address(context, builder, signature.args[0], *given[:2])).align = 1
        return context.get_dummy_value()

    return types.void(array, at, uint64), generate


_load: Any = intrinsic(_loading)
_store: Any = intrinsic(_storing)


@_compiled(uint64(uint64))
def _mix(z: Any) -> Any:
    z ^= z >> uint64(30)
    z *= MIX1
    z ^= z >> uint64(27)
    z *= MIX2
    z ^= z >> uint64(31)
    return z


@_compiled(uint64[::1](uint64, _INT64))
def bits(start: Any, rows: Integers) -> Bits:
    """The words of the stream that begins at `start`."""
    made = np.empty(len(rows), np.uint64)
    for i in range(len(rows)):
        made[i] = _mix(uint64(rows[i]) * GOLDEN + start)
    return made


@_compiled(uint64[::1](_UINT64, uint64))
def bounded(random: Bits, n: Any) -> Bits:
    """n < 2**32."""
    made = np.empty(len(random), np.uint64)
    for i in range(len(random)):
        low = ((random[i] & LOW32) * n) >> uint64(32)
        made[i] = ((random[i] >> uint64(32)) * n + low) >> uint64(32)
    return made


@_compiled(float64[::1](_UINT64))
def unit(random: Bits) -> NDArray[np.float64]:
    made = np.empty(len(random), np.float64)
    for i in range(len(random)):
        made[i] = float(random[i] >> uint64(11)) * (1.0 / (1 << 53))
    return made


@_compiled(int32[::1](_UINT64, _INT32, _FLOAT64))
def guide_pick(random: Bits, cells: NDArray[np.int32], edges: NDArray[np.float64]) -> NDArray[np.int32]:
    made = np.empty(len(random), np.int32)
    for i in range(len(random)):
        found = cells[random[i] >> uint64(48)]
        if found < 0:
            share = float(random[i] >> uint64(11)) * (1.0 / (1 << 53))
            low, high = 0, len(edges)
            while low < high:
                middle = (low + high) // 2
                if edges[middle] <= share:
                    low = middle + 1
                else:
                    high = middle
            found = low
        made[i] = found
    return made


@_compiled(int32[::1](_UINT64, _of(uint32), _INT32))
def alias_pick(random: Bits, thresholds: NDArray[np.uint32], aliases: NDArray[np.int32]) -> NDArray[np.int32]:
    made = np.empty(len(random), np.int32)
    n = uint64(len(aliases))
    for i in range(len(random)):
        cell = ((random[i] >> uint64(32)) * n) >> uint64(32)
        stays = (random[i] & LOW32) < uint64(thresholds[cell])
        made[i] = np.int32(cell) if stays else aliases[cell]
    return made


@_compiled(int32[::1](_UINT64, _of(uint32), _INT32, _INT64, _INT64, _INT64))
def alias_tables_pick(
    random: Bits,
    thresholds: NDArray[np.uint32],
    aliases: NDArray[np.int32],
    table: Integers,
    first: Integers,
    counts: Integers,
) -> NDArray[np.int32]:
    made = np.empty(len(random), np.int32)
    for i in range(len(random)):
        cell = ((random[i] >> uint64(32)) * uint64(counts[table[i]])) >> uint64(32)
        cell += uint64(first[table[i]])
        stays = (random[i] & LOW32) < uint64(thresholds[cell])
        made[i] = np.int32(cell) if stays else aliases[cell]
    return made


@_compiled(uint64[::1](_INT32, _of(uint8), _UINT64, uint64))
def text_words(offsets: NDArray[np.int32], data: NDArray[np.uint8], places: Bits, step: Any) -> Bits:
    """offsets (n + 1,) of texts in data; places: the odd numbers of the first words, which `step` makes."""
    n = len(offsets) - 1
    made = np.empty(n, np.uint64)
    for i in range(n):
        at, end = np.int64(offsets[i]), np.int64(offsets[i + 1])
        total = uint64(end - at) * step
        place = 0
        while at < end:
            if len(data) - at >= 8:
                word = _load(data, at)
                if end - at < 8:
                    word &= (uint64(1) << uint64(8 * (end - at))) - uint64(1)
            else:
                word = uint64(0)
                for k in range(end - at):
                    word |= uint64(data[at + k]) << uint64(8 * k)
            factor = places[place] if place < len(places) else _mix(uint64(place + 1) * step) | uint64(1)
            word *= factor
            total += word ^ (word >> uint64(32))
            at += 8
            place += 1
        made[i] = total
    return made


@_compiled(types.Tuple((int32[::1], uint8[::1]))(_of(uint8), _INT64, _INT64))
def pieces(data: NDArray[np.uint8], first: Integers, lengths: Integers) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Offsets (n + 1,) and bytes of texts of `lengths` bytes that begin at `first`; both have eight bytes to spare."""
    n = len(first)
    offsets = np.empty(n + 1, np.int32)
    at = 0
    for i in range(n):
        offsets[i] = at
        at += lengths[i]
    offsets[n] = at
    made = np.empty(at + 8, np.uint8)
    for i in range(n):
        to, come = np.int64(offsets[i]), first[i]
        for k in range(0, lengths[i], 8):  # the last word's rest is overwritten by the next text
            _store(made, to + k, _load(data, come + k))
    return offsets, made


@_compiled([types.void(uint64[::1], _of(kind), uint64) for kind in (int8, int16, int32, int64)])
def add_scattered(total: Bits, values: NDArray[Any], factor: Any) -> None:
    """Adds to each sum the value's word, scattered by its column's factor."""
    for i in range(len(total)):
        word = uint64(int64(values[i])) * factor
        total[i] += word ^ (word >> uint64(32))


@_compiled(types.void(uint64[::1], _UINT64, _INT32))
def add_taken(total: Bits, words: Bits, codes: NDArray[np.int32]) -> None:
    """Adds to each sum the word that its code names."""
    for i in range(len(total)):
        total[i] += words[codes[i]]


@_compiled(types.void(uint64[::1], _of(types.boolean), uint64))
def set_where(words: Bits, mask: NDArray[np.bool_], word: Any) -> None:
    for i in range(len(words)):
        words[i] = word if mask[i] else words[i]


@_compiled(int64[:, ::1](_INT64, _INT64, int64, int64, int64, uint64, uint64))
def child_counts(
    groups: Integers, quotas: Integers, parents: Any, low: Any, high: Any, drawn_from: Any, turned_from: Any
) -> NDArray[np.int64]:
    """How many rows each parent (m, 16) of the groups (m,) has, 0 where there is none; they add up to the quotas."""
    size = 16
    made = np.empty((len(groups), size), np.int64)
    spread = uint64(high - low + 1)
    for g in range(len(groups)):
        left = quotas[g]
        begin = groups[g] * size
        real = min(size, parents - begin)
        for member in range(size):
            made[g, member] = 0
        for member in range(real):
            upside_down = member >= size // 2
            source = begin + (member - size // 2 if upside_down else member)
            z = _mix(uint64(source) * GOLDEN + drawn_from)
            value = np.int64(((z >> uint64(32)) * spread + (((z & LOW32) * spread) >> uint64(32))) >> uint64(32))
            made[g, member] = low + (high - low - value if upside_down else value)
            left -= made[g, member]
        z = _mix(uint64(groups[g]) * GOLDEN + turned_from)
        turn = np.int64(z >> uint64(60))  # one of 16
        step = 1 if left > 0 else -1
        while left != 0:
            for place in range(size):
                which = (place + turn) % size
                movable = which < real and (made[g, which] < high if step > 0 else made[g, which] > low)
                if movable and left != 0:
                    made[g, which] += step
                    left -= step
    return made


@_compiled(types.Tuple((int64[::1], int64[::1]))(_of(int64, 2), _INT64, int64, int64, int64))
def located_run(
    counts: NDArray[np.int64], starts: Integers, low: Any, first: Any, rows: Any
) -> tuple[Integers, Integers]:
    """The parent of each of the rows from `first` on, and the row's place among its children.

    counts (m, 16) of the parents of the groups from `low` on, whose rows begin at starts (m,)
    """
    parent, place = np.empty(rows, np.int64), np.empty(rows, np.int64)
    size = counts.shape[1]
    for g in range(len(starts)):
        begin = starts[g]
        for member in range(size):
            end = begin + counts[g, member]
            for row in range(max(begin, first), min(end, first + rows)):
                parent[row - first] = (low + g) * size + member
                place[row - first] = row - begin
            begin = end
    return parent, place


@_compiled(types.Tuple((int64[::1], int64[::1]))(_INT64, _INT64))
def families(parent: Integers, place: Integers) -> tuple[Integers, Integers]:
    """The parent of each run of brothers, and for each child which run it is in."""
    parents, family = np.empty(len(parent), np.int64), np.empty(len(parent), np.int64)
    met = 0
    for i in range(len(parent)):
        if i == 0 or place[i] == 0 or parent[i] != parent[i - 1]:
            parents[met] = parent[i]
            met += 1
        family[i] = met - 1
    return parents[:met].copy(), family
