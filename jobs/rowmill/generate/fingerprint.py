"""The fingerprint of a table: a hash of the multiset of its rows' values.

Each value is hashed with its column's name, a row's hash is the mix of the sum of its values'
hashes, and the table's is the sum of its rows' modulo 2**64. So neither the order of rows, columns
and files nor the encoding matters, and parts can be added up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rowmill.generate.arrow import null_mask, physical_values, plain
from rowmill.generate.random import Bits, derive_key, mix
from rowmill.schema.types import DataType

_MODULUS = 1 << 64
_NULL = np.uint64(0x6E756C6C6E756C6C)
_STEP = np.uint64(0x9E3779B97F4A7C15)


def fingerprint(columns: dict[str, DataType], batch: pa.RecordBatch | pa.Table) -> int:
    """The sum of the row hashes of a batch modulo 2**64; parts of a table are added modulo 2**64."""
    total = np.zeros(batch.num_rows, np.uint64)
    for name, dtype in columns.items():
        array = batch.column(name)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        total += mix(hash_values(dtype, array) ^ np.uint64(derive_key("column", name)))
    return int(mix(total).sum(dtype=np.uint64))


def add(*parts: int) -> int:
    """The fingerprint of the union of parts."""
    return sum(parts) % _MODULUS


def to_hex(value: int) -> str:
    """16 hexadecimal digits."""
    return f"{value % _MODULUS:016x}"


def hash_values(dtype: DataType, array: pa.Array) -> Bits:
    """A 64-bit hash of each value (n,); equal values of one type have equal hashes however encoded."""
    if isinstance(array, pa.DictionaryArray):
        if not len(array.dictionary):  # nothing but nulls
            return np.full(len(array), _NULL)
        hashes = hash_values(dtype, array.dictionary)
        indices = array.indices
        taken = hashes[physical_values(DataType("bigint"), indices)]
        return _with_nulls(taken, null_mask(array))
    nulls = null_mask(array)
    if dtype.is_text or dtype.name == "binary":
        hashes = _hash_bytes(array)
    elif dtype.name in ("array", "map"):
        hashes = _hash_list(dtype, array)
    elif dtype.name == "struct":
        hashes = np.zeros(len(array), np.uint64)
        for index, (name, child) in enumerate(zip(dtype.field_names, dtype.children, strict=True)):
            values = hash_values(child, array.field(index) if array.offset == 0 else array.flatten()[index])
            hashes += mix(values ^ np.uint64(derive_key("field", name)))
        hashes = mix(hashes)
    else:
        hashes = _hash_numbers(dtype, array)
    return _with_nulls(hashes, nulls)


def _with_nulls(hashes: Bits, nulls: NDArray[np.bool_] | None) -> Bits:
    if nulls is not None:
        hashes[nulls] = _NULL
    return hashes


def _hash_numbers(dtype: DataType, array: pa.Array) -> Bits:
    values: NDArray[Any] = physical_values(dtype, array)
    if values.dtype == object:
        low = np.array([int(v) & 0xFFFFFFFFFFFFFFFF for v in values], np.uint64)
        high = np.array([(int(v) >> 64) & 0xFFFFFFFFFFFFFFFF for v in values], np.uint64)
        return mix(mix(high + _STEP) ^ low)
    if dtype.name in ("float", "double"):
        wide = values.astype(np.float64) + 0.0  # -0.0 becomes 0.0
        wide[np.isnan(wide)] = np.nan
        raw = wide.view(np.uint64)
    else:
        raw = values.astype(np.int64).view(np.uint64)
    return mix(raw + _STEP)


def _hash_bytes(array: pa.Array) -> Bits:
    """A hash over the bytes, eight at a time, and the length."""
    array = plain(array)
    if not (pa.types.is_string(array.type) or pa.types.is_binary(array.type)):
        array = array.cast(pa.string() if not pa.types.is_large_binary(array.type) else pa.binary())
    n = len(array)
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + n + 1].astype(np.int64)
    start, length = offsets[:-1], np.diff(offsets)
    source = array.buffers()[2]
    size = int(offsets[-1]) if n else 0
    data = np.zeros(size + 8, np.uint8)
    if source is not None and size:
        data[:size] = np.frombuffer(source, np.uint8)[:size]
    words = np.ndarray((size + 1,), np.dtype("<u8"), data.data, strides=(1,))
    hashes = mix(length.astype(np.uint64) + _STEP)
    # Once at least: an empty text has the same hash whether or not there are others beside it.
    for at in range(0, int(length.max(initial=1)), 8):
        inside = np.flatnonzero(length > at) if at else None
        if inside is None or inside.size == n:
            left = length - at
            word = words[np.minimum(start + at, size)] & _keep(left)
            hashes = mix(hashes ^ word)
        else:
            left = length[inside] - at
            hashes[inside] = mix(hashes[inside] ^ (words[start[inside] + at] & _keep(left)))
    return hashes


_KEEP = np.array([(1 << (8 * k)) - 1 for k in range(9)], np.uint64)


def _keep(left: NDArray[np.int64]) -> Bits:
    kept: Bits = _KEEP[np.clip(left, 0, 8)]
    return kept


def _hash_list(dtype: DataType, array: pa.Array) -> Bits:
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    if dtype.name == "map":
        entries = DataType("struct", children=dtype.children, field_names=("key", "value"))
        keys, items = array.keys, array.items
        first, last = (offsets[0], offsets[-1]) if len(array) else (0, 0)
        base = pa.StructArray.from_arrays([keys, items], ["key", "value"])
        child = hash_values(entries, base.slice(first, last - first))
    else:
        first, last = (offsets[0], offsets[-1]) if len(array) else (0, 0)
        child = hash_values(dtype.children[0], array.values.slice(first, last - first))
    lengths = np.diff(offsets)
    position = (
        np.arange(len(child), dtype=np.int64) - np.repeat(offsets[:-1] - offsets[0], lengths)
        if len(array)
        else np.empty(0, np.int64)
    )
    # Maps are sets of entries: their order says nothing.
    salted = mix(child + (position.astype(np.uint64) + np.uint64(1)) * _STEP) if dtype.name == "array" else mix(child)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(salted, dtype=np.uint64)])
    relative = offsets - offsets[0] if len(array) else np.zeros(1, np.int64)
    totals = sums[relative[1:]] - sums[relative[:-1]]
    return mix(totals + lengths.astype(np.uint64) + _STEP)
