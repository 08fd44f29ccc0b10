"""Arrays, maps, structs and JSON objects: the generators of their parts, run over pseudo rows.

Element j of row r is made as row r * longest + j of a column of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate.arrow import plain, plain_type, to_arrow
from rowmill.generate.fingerprint import hash_values
from rowmill.generate.random import bits, bounded
from rowmill.generate.rows import Generator, RowSet
from rowmill.schema.types import DataType


class DetachedRows(RowSet):
    """Pseudo rows of the parts of a nested value: they see no other column."""

    def __init__(self, index: NDArray[np.int64], where: str) -> None:
        self.index = index
        self.where = where

    def _refuse(self) -> GeneratorError:
        return GeneratorError("a generator inside a nested value can't see other columns", where=self.where)

    def encoded(self, name: str) -> pa.Array:
        raise self._refuse()

    def parent(self, key: int) -> Any:
        raise self._refuse()

    def ordinal(self) -> pa.Array:
        raise self._refuse()


def child_array(dtype: DataType, generator: Generator, rows: RowSet) -> pa.Array:
    """The values of a part of a nested value, in exactly its Arrow type but for dictionaries."""
    array = to_arrow(dtype, generator.make(rows))
    if pa.types.is_decimal(array.type):
        array = plain(array)
    target = dtype.to_arrow()
    return array if plain_type(array.type) == target else plain(array).cast(target)


@dataclass(frozen=True)
class ArrayOf:
    """Lists of low..high elements."""

    key: int
    dtype: DataType
    element: Generator
    low: int
    high: int
    where: str

    def make(self, rows: RowSet) -> Any:
        lengths, _, inner = _parts(self, rows)
        values = child_array(self.dtype.children[0], self.element, inner)
        return pa.ListArray.from_arrays(_offsets(lengths), values)


@dataclass(frozen=True)
class MapOf:
    """Maps of at most `high` entries; a key that comes again in one row is left out."""

    key: int
    dtype: DataType
    keys: Generator
    values: Generator
    low: int
    high: int
    where: str

    def make(self, rows: RowSet) -> Any:
        lengths, owner, inner = _parts(self, rows)
        keys = child_array(self.dtype.children[0], self.keys, inner)
        values = child_array(self.dtype.children[1], self.values, inner)
        keep = _first_of_its_key(hash_values(self.dtype.children[0], keys), owner, lengths)
        if not keep.all():
            keys, values = keys.filter(pa.array(keep)), values.filter(pa.array(keep))
            lengths = np.bincount(owner[keep], minlength=len(rows))
        return pa.MapArray.from_arrays(_offsets(lengths), keys, values)


@dataclass(frozen=True)
class StructOf:
    """One generator per field."""

    dtype: DataType
    fields: tuple[Generator, ...]
    where: str

    def make(self, rows: RowSet) -> Any:
        inner = DetachedRows(rows.index, self.where)
        arrays = [child_array(t, g, inner) for t, g in zip(self.dtype.children, self.fields, strict=True)]
        return pa.StructArray.from_arrays(arrays, list(self.dtype.field_names))


@dataclass(frozen=True)
class JsonObject:
    """A JSON object as text: `fields` are (key, type, generator)."""

    fields: tuple[tuple[str, DataType, Generator], ...]
    where: str

    def make(self, rows: RowSet) -> Any:
        inner = DetachedRows(rows.index, self.where)
        pieces: list[Any] = []
        for i, (name, dtype, generator) in enumerate(self.fields):
            pieces.append(pa.scalar(("{" if i == 0 else ",") + json.dumps(name) + ":"))
            pieces.append(_json_text(dtype, plain(child_array(dtype, generator, inner))))
        pieces.append(pa.scalar("}"))
        return pc.binary_join_element_wise(*pieces, "")


def _json_text(dtype: DataType, values: pa.Array) -> pa.Array:
    if dtype.name == "json":
        return values
    text = values.cast(pa.string())
    if not (dtype.is_text or dtype.name in ("date", "timestamp", "timestamp_ntz", "time")):
        return text
    if pc.any(pc.match_substring_regex(text, r"[\x00-\x1f]")).as_py():  # rare: control characters
        return pa.array(
            [None if t is None else json.dumps(t, ensure_ascii=False) for t in text.to_pylist()], pa.string()
        )
    for raw, escaped in (("\\", "\\\\"), ('"', '\\"')):
        text = pc.replace_substring(text, raw, escaped)
    return pc.binary_join_element_wise(pa.scalar('"'), text, pa.scalar('"'), "")


def _parts(made: ArrayOf | MapOf, rows: RowSet) -> tuple[NDArray[np.int64], NDArray[np.int64], DetachedRows]:
    """Number of parts of each row, the row that each part belongs to, and the pseudo rows of the parts."""
    lengths = bounded(bits(made.key, rows.index), made.high - made.low + 1).astype(np.int64) + made.low
    owner = np.repeat(np.arange(len(rows.index)), lengths)
    ends = np.cumsum(lengths)
    position = np.arange(len(owner)) - np.repeat(ends - lengths, lengths)
    return lengths, owner, DetachedRows(rows.index[owner] * made.high + position, made.where)


def _offsets(lengths: NDArray[np.int64]) -> pa.Array:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.array(offsets)


_SQUARED = 12  # up to so many entries, each is held against all before it


def _first_of_its_key(
    hashes: NDArray[np.uint64], owner: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.bool_]:
    keep = np.ones(len(owner), bool)
    longest = int(lengths.max(initial=0))
    if longest <= _SQUARED:
        starts = np.cumsum(lengths) - lengths
        for place in range(1, longest):
            at = starts[lengths > place] + place
            again = np.zeros(len(at), bool)
            for before in range(1, place + 1):
                again |= hashes.take(at) == hashes.take(at - before)
            keep[at] = ~again
        return keep
    order = np.lexsort((np.arange(len(owner)), hashes, owner))
    again = (hashes[order][1:] == hashes[order][:-1]) & (owner[order][1:] == owner[order][:-1])
    keep[order[1:][again]] = False
    return keep
