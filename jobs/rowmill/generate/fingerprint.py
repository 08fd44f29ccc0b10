"""The fingerprint of a table: a hash of the multiset of its rows' values.

Each value is a 64-bit word (texts: a sum over their eight-byte words), multiplied by its column's own odd
number and folded; a row's hash is the mix of the sum of these, and the table's is the sum of its rows'
modulo 2**64. So neither the order of rows, columns and files nor the encoding matters, and parts can be
added up. Multiplying by an odd number and folding are bijections: a change of one number always shows.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rowmill.generate import kernels
from rowmill.generate.arrow import MAX_INT64_DIGITS, null_mask, physical_values, plain, stored_values
from rowmill.generate.random import Bits, derive_key, mix
from rowmill.schema.types import DataType

_MODULUS = 1 << 64
_NULL = np.uint64(0x6E756C6C6E756C6C)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_WHOLE = {"boolean", "tinyint", "smallint", "int", "bigint", "date", "time", "timestamp", "timestamp_ntz"}


def fingerprint(columns: dict[str, DataType], batch: pa.RecordBatch | pa.Table) -> int:
    """The sum of the row hashes of a batch modulo 2**64; parts of a table are added modulo 2**64."""
    return int(row_words(columns, batch).sum(dtype=np.uint64))


def row_words(columns: dict[str, DataType], batch: pa.RecordBatch | pa.Table) -> Bits:
    """A 64-bit hash of each row (n,) over these columns; of one number of up to 64 bits, a bijection."""
    total = np.zeros(batch.num_rows, np.uint64)
    for name, dtype in columns.items():
        array = batch.column(name)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        _add_salted(total, name, dtype, array)
    return mix(total)


def _add_salted(total: Bits, name: str, dtype: DataType, array: pa.Array) -> None:
    if kernels.compiled and not array.null_count:
        if isinstance(array, pa.DictionaryArray) and array.indices.type == pa.int32() and len(array.dictionary):
            words = _scattered(hash_values(dtype, array.dictionary), _odd("column", name))
            kernels.compiled.add_taken(total, words, np.ascontiguousarray(_codes(array)))
            return
        if dtype.name in _WHOLE or (dtype.name == "decimal" and dtype.precision <= MAX_INT64_DIGITS):
            values = np.ascontiguousarray(stored_values(dtype, array))
            kernels.compiled.add_scattered(total, values, _odd("column", name))
            return
    total += _salted("column", name, dtype, array)


def add(*parts: int) -> int:
    """The fingerprint of the union of parts."""
    return sum(parts) % _MODULUS


def to_hex(value: int) -> str:
    """16 hexadecimal digits."""
    return f"{value % _MODULUS:016x}"


def hash_values(dtype: DataType, array: pa.Array) -> Bits:
    """A 64-bit word for each value (n,); equal values of one type have equal words however encoded.

    Different numbers of up to 64 bits have different words.
    """
    if isinstance(array, pa.DictionaryArray):
        if not len(array.dictionary):  # nothing but nulls
            return np.full(len(array), _NULL)
        taken = hash_values(dtype, array.dictionary).take(_codes(array))
        return _with_nulls(taken, null_mask(array))
    nulls = null_mask(array)
    if dtype.is_text or dtype.name == "binary":
        words = _text_words(array)
    elif dtype.name in ("array", "map"):
        words = _list_words(dtype, array)
    elif dtype.name == "struct":
        words = np.zeros(len(array), np.uint64)
        for index, (name, child) in enumerate(zip(dtype.field_names, dtype.children, strict=True)):
            words += _salted("field", name, child, array.field(index) if array.offset == 0 else array.flatten()[index])
        words = mix(words)
    else:
        words = _number_words(dtype, array)
    return _with_nulls(words, nulls)


@cache
def _odd(kind: str, name: str) -> np.uint64:
    return np.uint64(derive_key(kind, name) | 1)


def _salted(kind: str, name: str, dtype: DataType, array: pa.Array) -> Bits:
    """Each value's word, scattered by a name's own odd number."""
    if isinstance(array, pa.DictionaryArray) and len(array.dictionary) < len(array) and not array.null_count:
        return _scattered(hash_values(dtype, array.dictionary), _odd(kind, name)).take(_codes(array))
    return _scattered(hash_values(dtype, array), _odd(kind, name))


def _scattered(words: Bits, factor: np.uint64) -> Bits:
    words *= factor
    words ^= words >> _HALF
    return words


def _codes(array: pa.DictionaryArray) -> NDArray[Any]:
    return physical_values(DataType("bigint"), array.indices)


def _with_nulls(words: Bits, nulls: NDArray[np.bool_] | None) -> Bits:
    if nulls is None:
        return words
    if kernels.compiled and words.flags.c_contiguous:
        kernels.compiled.set_where(words, nulls, _NULL)
    else:
        np.copyto(words, _NULL, where=nulls)
    return words


def _number_words(dtype: DataType, array: pa.Array) -> Bits:
    if dtype.name == "decimal" and dtype.precision > MAX_INT64_DIGITS:
        return _wide_decimal_words(array)
    values = stored_values(dtype, array)
    if dtype.name in ("float", "double"):
        wide = values.astype(np.float64) + 0.0  # -0.0 becomes 0.0
        wide[np.isnan(wide)] = np.nan
        return mix(wide.view(np.uint64) + _STEP)  # few of a double's low bits vary
    return values.astype(np.int64).view(np.uint64)


def _wide_decimal_words(array: pa.Array) -> Bits:
    if array.null_count:
        array = array.fill_null(0)
    words = np.frombuffer(array.buffers()[1], np.uint64)[2 * array.offset : 2 * (array.offset + len(array))]
    return mix(mix(words[1::2] + _STEP) ^ words[0::2])


_PLACES = mix(np.arange(1, 4097, dtype=np.uint64) * _STEP) | np.uint64(1)  # the odd number of each eight-byte word
_KEEP = np.array([(1 << (8 * k)) - 1 for k in range(9)], np.uint64)


def _text_words(array: pa.Array) -> Bits:
    """Over the bytes, eight at a time from the text's first, and the length."""
    array = plain(array)
    if not (pa.types.is_string(array.type) or pa.types.is_binary(array.type)):
        array = array.cast(pa.binary() if pa.types.is_large_binary(array.type) else pa.string())
    n = len(array)
    if n == 0:
        return np.empty(0, np.uint64)
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + n + 1].astype(np.int64)
    source = array.buffers()[2]
    first, last = int(offsets[0]), int(offsets[-1])
    data = np.frombuffer(source, np.uint8)[first:last] if source is not None and last else np.empty(0, np.uint8)
    if kernels.compiled:
        made: Bits = kernels.compiled.text_words((offsets - first).astype(np.int32), data, _PLACES, _STEP)
        return made
    start, length = offsets[:-1] - first, np.diff(offsets)
    words = length.astype(np.uint64) * _STEP
    width = int(length.max())
    if width and n * width == last - first:
        return _add_fixed(words, data.reshape(n, width))
    padded = np.zeros(((last - first) // 8 + 2) * 8, np.uint8)
    padded[: last - first] = data
    aligned = padded.view("<u8")
    for place in range(-(-width // 8)):
        inside = np.flatnonzero(length > 8 * place) if place else None
        if inside is None or 8 * inside.size > 7 * n:  # a text that has ended adds nothing
            words += _scattered(_word_at(aligned, start + 8 * place, length - 8 * place), _place(place))
        else:
            at = start.take(inside) + 8 * place
            words[inside] += _scattered(_word_at(aligned, at, length.take(inside) - 8 * place), _place(place))
    return words


def _place(place: int) -> np.uint64:
    if place < len(_PLACES):
        return np.uint64(_PLACES[place])
    return np.uint64(mix(np.array([(place + 1) & (_MODULUS - 1)], np.uint64) * _STEP)[0] | np.uint64(1))


def _word_at(aligned: Bits, at: NDArray[np.int64], left: NDArray[np.int64]) -> Bits:
    """The eight bytes from byte `at` on, of which the first `left` count."""
    index = np.minimum(at >> 3, len(aligned) - 2)
    shift = ((at & 7) << 3).view(np.uint64)
    word: Bits = aligned.take(index) >> shift
    index += 1
    word |= (aligned.take(index) << np.uint64(1)) << (np.uint64(63) - shift)
    word &= _KEEP.take(np.clip(left, 0, 8))
    return word


def _add_fixed(words: Bits, matrix: NDArray[np.uint8]) -> Bits:
    """The same for texts of one length (n, width)."""
    n, width = matrix.shape
    padded = np.zeros((n, -(-width // 8) * 8), np.uint8)
    padded[:, :width] = matrix
    for place, column in enumerate(padded.view("<u8").T):
        words += _scattered(column.copy(), _place(place))
    return words


def _list_words(dtype: DataType, array: pa.Array) -> Bits:
    if not len(array):
        return np.empty(0, np.uint64)
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    first, last = int(offsets[0]), int(offsets[-1])
    if dtype.name == "map":
        entries = DataType("struct", children=dtype.children, field_names=("key", "value"))
        base = pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
        child = hash_values(entries, base.slice(first, last - first))
    else:
        child = hash_values(dtype.children[0], array.values.slice(first, last - first))
    lengths = np.diff(offsets)
    if dtype.name == "array":  # a map is a set of entries: their order says nothing
        position = np.arange(1, len(child) + 1, dtype=np.int64) - np.repeat(offsets[:-1] - first, lengths)
        child = child * _STEP + position.view(np.uint64)
    sums = np.zeros(len(child) + 1, np.uint64)
    np.cumsum(mix(child), out=sums[1:])
    words: Bits = sums.take(offsets[1:] - first) - sums.take(offsets[:-1] - first)
    words += lengths.view(np.uint64) * _STEP
    return mix(words)
