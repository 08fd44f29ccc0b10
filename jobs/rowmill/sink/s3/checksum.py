"""CRC-32 as S3 has it: of parts, and of the whole from those of its parts."""

from __future__ import annotations

import base64
import struct
import zlib
from functools import cache

_POLYNOMIAL = 0xEDB88320


def crc32(data: bytes | bytearray | memoryview) -> int:
    """The CRC-32 of bytes."""
    return zlib.crc32(data)


def to_base64(crc: int) -> str:
    """As x-amz-checksum-crc32 holds it: four bytes, the highest first."""
    return base64.b64encode(struct.pack(">I", crc)).decode("ascii")


def combine(first: int, second: int, length: int) -> int:
    """The CRC-32 of two byte strings one after the other; `length` is the second's, in bytes.

    Appending n zero bytes multiplies the polynomial of a CRC by x**(8 n) (M. Adler, zlib's crc32_combine).
    """
    return _times(_power(8 * length), first) ^ second


def _times(one: int, other: int) -> int:
    """The product of two polynomials modulo CRC-32's; the highest bit is x**0."""
    product = 0
    while one:
        if one & 0x80000000:
            product ^= other
        one = (one << 1) & 0xFFFFFFFF
        other = (other >> 1) ^ (_POLYNOMIAL if other & 1 else 0)
    return product


@cache
def _power(exponent: int) -> int:
    """x**exponent modulo CRC-32's polynomial."""
    result, square = 0x80000000, 0x40000000
    while exponent:
        if exponent & 1:
            result = _times(result, square)
        square = _times(square, square)
        exponent >>= 1
    return result
