"""Physical numpy values -> Arrow arrays, and back. No Python object per row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.schema.types import DataType

Mask = NDArray[np.bool_] | None

# Physical storage of fixed-width types; a decimal is its unscaled int64 up to 18 digits.
NUMPY_TYPES: dict[str, Any] = {
    "tinyint": np.int8,
    "smallint": np.int16,
    "int": np.int32,
    "bigint": np.int64,
    "float": np.float32,
    "double": np.float64,
    "date": np.int32,
    "timestamp": np.int64,
    "timestamp_ntz": np.int64,
    "time": np.int64,
    "interval": np.int64,
}
MAX_INT64_DIGITS = 18


def file_type(dtype: DataType) -> pa.DataType:
    """The Arrow type that is written: decimals of up to 18 digits are 64-bit integers inside."""
    if dtype.name == "decimal" and dtype.precision <= MAX_INT64_DIGITS:
        return pa.decimal64(dtype.precision, dtype.scale)
    return dtype.to_arrow()


def to_arrow(dtype: DataType, values: NDArray[Any] | pa.Array, nulls: Mask = None) -> pa.Array:
    """An Arrow array of `dtype` from physical values; nulls where the mask is true.

    values: numpy array (n,) of physical values, or an Arrow array (text, nested, or already done)
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pa.Array):
        return _mask_arrow(values, nulls)
    if dtype.name == "boolean":
        return pa.Array.from_buffers(pa.bool_(), len(values), [_validity(nulls), _bitmap(values)])
    if dtype.name == "decimal":
        return _decimal(dtype, values, nulls)
    plain = values.astype(NUMPY_TYPES[dtype.name], copy=False)
    return pa.Array.from_buffers(
        dtype.to_arrow(), len(plain), [_validity(nulls), pa.py_buffer(np.ascontiguousarray(plain))]
    )


def physical_values(dtype: DataType, array: pa.Array) -> NDArray[Any]:
    """The physical values behind an Arrow array (0 where null). Not for text or nested types."""
    values = stored_values(dtype, array)
    nulls = null_mask(array)
    return values if nulls is None else np.where(nulls, values.dtype.type(0), values)


def stored_values(dtype: DataType, array: pa.Array) -> NDArray[Any]:
    """The same, and anything where null."""
    if dtype.name == "decimal":
        return _unscaled(array)
    if pa.types.is_boolean(array.type):
        return truths(array).view(np.int8)
    if pa.types.is_floating(array.type):
        kind = np.dtype(f"f{array.type.byte_width}")
    else:
        signed = not pa.types.is_unsigned_integer(array.type)
        kind = np.dtype(f"{'i' if signed else 'u'}{array.type.byte_width}")
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def taken(array: pa.Array, places: NDArray[np.int64]) -> pa.Array:
    """The values at these places (n,), all of which there are. Numpy takes numbers faster than Arrow, which checks."""
    kind = array.type
    if array.null_count or not (pa.types.is_integer(kind) or pa.types.is_date32(kind) or pa.types.is_timestamp(kind)):
        return array.take(pa.array(places))
    stored = np.frombuffer(array.buffers()[1], f"i{kind.byte_width}")[array.offset : array.offset + len(array)]
    return pa.Array.from_buffers(kind, len(places), [None, pa.py_buffer(stored.take(places))])


def null_mask(array: pa.Array) -> Mask:
    """True where null; None if there are none."""
    if not array.null_count:
        return None
    bitmap = array.buffers()[0]
    if bitmap is None:  # the type `null`
        return np.ones(len(array), np.bool_)
    return ~_unpacked(bitmap, array.offset, len(array))


def truths(array: pa.BooleanArray) -> NDArray[np.bool_]:
    """True where the array is; a null is false."""
    values = _unpacked(array.buffers()[1], array.offset, len(array))
    if array.null_count:
        values &= _unpacked(array.buffers()[0], array.offset, len(array))
    return values


def _unpacked(bitmap: pa.Buffer, offset: int, n: int) -> NDArray[np.bool_]:
    first = offset // 8
    octets = np.frombuffer(bitmap, np.uint8)[first : (offset + n + 7) // 8]
    bits = np.unpackbits(octets, bitorder="little")[offset - 8 * first :][:n]
    return bits.view(np.bool_)


def _bitmap(values: NDArray[Any]) -> pa.Buffer:
    return pa.py_buffer(np.packbits(values.astype(np.bool_, copy=False), bitorder="little"))


def plain(array: pa.Array) -> pa.Array:
    """The same array without dictionary encoding, also inside of nested values, and decimals as decimal128."""
    if isinstance(array, pa.DictionaryArray):
        array = array.dictionary_decode()
    kind = plain_type(array.type)
    return array if array.type == kind else array.cast(kind)


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of a plain array of the same values."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_decimal64(kind):
        return pa.decimal128(kind.precision, kind.scale)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(plain_type(field.type)) for field in kind])
    if pa.types.is_map(kind):
        return pa.map_(plain_type(kind.key_type), plain_type(kind.item_type))
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(plain_type(kind.value_type)))
    return kind


def encoded_as(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """The same values in the encoding of `kind`: with dictionaries where it has them."""
    if array.type == kind:
        return array
    if pa.types.is_dictionary(kind) and not isinstance(array, pa.DictionaryArray):
        return array.dictionary_encode()
    if isinstance(array, pa.DictionaryArray) and not pa.types.is_dictionary(kind):
        return array.dictionary_decode()
    if pa.types.is_struct(kind):
        parts = [encoded_as(part, field.type) for part, field in zip(array.flatten(), kind, strict=True)]
        return pa.StructArray.from_arrays(parts, names=[f.name for f in kind], mask=array.is_null())
    return array.cast(kind)


def _validity(nulls: Mask) -> pa.Buffer | None:
    if nulls is None or not nulls.any():
        return None
    return _bitmap(~nulls)


def _mask_arrow(array: pa.Array, nulls: Mask) -> pa.Array:
    if nulls is None or not nulls.any():
        return array
    if isinstance(array, pa.DictionaryArray):
        indices = _mask_arrow(array.indices, nulls)
        return pa.DictionaryArray.from_arrays(indices, array.dictionary)
    if array.null_count or array.offset or pa.types.is_union(array.type):
        return pc.if_else(pa.array(nulls), pa.scalar(None, array.type), array)
    own, children = array.buffers(), []
    if pa.types.is_struct(array.type):
        own, children = own[:1], [array.field(at) for at in range(array.type.num_fields)]
    elif pa.types.is_map(array.type):
        parts = [array.type.key_field, array.type.item_field]
        own, children = own[:2], [pa.StructArray.from_arrays([array.keys, array.items], fields=parts)]
    elif pa.types.is_list(array.type):
        own, children = own[:2], [array.values]
    return pa.Array.from_buffers(array.type, len(array), [_validity(nulls), *own[1:]], -1, 0, children)


def _decimal(dtype: DataType, values: NDArray[Any], nulls: Mask) -> pa.Array:
    validity = _validity(nulls)
    if dtype.precision <= MAX_INT64_DIGITS:
        data = np.ascontiguousarray(values, dtype=np.int64)
        return pa.Array.from_buffers(file_type(dtype), len(data), [validity, pa.py_buffer(data)])
    words = np.empty((len(values), 2), dtype=np.int64)
    if values.dtype == object:  # more than 64 bits: rare and slow, yet exact
        words[:, 0] = [((int(v) & 0xFFFFFFFFFFFFFFFF) ^ (1 << 63)) - (1 << 63) for v in values]
        words[:, 1] = [int(v) >> 64 for v in values]
    else:
        words[:, 0] = values
        words[:, 1] = values >> 63
    return pa.Array.from_buffers(dtype.to_arrow(), len(values), [validity, pa.py_buffer(words)])


def _unscaled(array: pa.Array) -> NDArray[Any]:
    width = array.type.byte_width
    raw = np.frombuffer(array.buffers()[1], dtype=np.int64)
    step = width // 8
    words = raw[array.offset * step : (array.offset + len(array)) * step].reshape(-1, step)
    if step == 1 or array.type.precision <= MAX_INT64_DIGITS:
        low: NDArray[Any] = words[:, 0]
        return low
    return np.array([(int(h) << 64) | (int(lo) & 0xFFFFFFFFFFFFFFFF) for lo, h in words], dtype=object)
