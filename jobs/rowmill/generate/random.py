"""Counter-based random numbers: each is a function of (seed, names, row), so any row can be made alone.

The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators,
OOPSLA 2014) addressed by its counter: the k-th output of the stream that starts at `key`.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from rowmill.generate import kernels

Rows = NDArray[np.int64]
Bits = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX1 = np.uint64(0xBF58476D1CE4E5B9)
MIX2 = np.uint64(0x94D049BB133111EB)
LOW32 = np.uint64(0xFFFFFFFF)
_U32 = np.uint64(32)


def derive_key(*parts: object) -> int:
    """A 64-bit key from names: the same names give the same key on every machine and Python."""
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        text = str(part).encode()
        digest.update(len(text).to_bytes(4, "little"))
        digest.update(text)
    return int.from_bytes(digest.digest(), "little")


def mix(z: Bits) -> Bits:
    """SplitMix64's finalizer, in place: a bijection of 64 bits."""
    z ^= z >> np.uint64(30)
    z *= MIX1
    z ^= z >> np.uint64(27)
    z *= MIX2
    z ^= z >> np.uint64(31)
    return z


def stream(key: int) -> np.uint64:
    """Where the stream of a key begins."""
    return np.uint64((key + int(GOLDEN)) & 0xFFFFFFFFFFFFFFFF)


def bits(key: int, rows: Rows) -> Bits:
    """64 random bits for each row number."""
    start = stream(key)
    if kernels.compiled:
        made: Bits = kernels.compiled.bits(start, np.ascontiguousarray(rows, np.int64))
        return made
    z = rows.astype(np.uint64)
    z *= GOLDEN
    z += start
    return mix(z)


def unit(random: Bits) -> NDArray[np.float64]:
    """Doubles in [0, 1) with 53 random bits."""
    if kernels.compiled:
        made: NDArray[np.float64] = kernels.compiled.unit(np.ascontiguousarray(random))
        return made
    return (random >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))


def open_unit(random: Bits) -> NDArray[np.float64]:
    """Doubles in (0, 1): neither end is reached, so quantile functions stay finite."""
    return ((random >> np.uint64(12)).astype(np.float64) + 0.5) * (1.0 / (1 << 52))


def bounded(random: Bits, n: int) -> Bits:
    """Integers in [0, n), 1 <= n <= 2**64: the high word of random * n (bias below n / 2**64)."""
    if n == 1 << 64:
        return random
    if n < 1 << 32:
        factor = np.uint64(n)
        if kernels.compiled:
            made: Bits = kernels.compiled.bounded(np.ascontiguousarray(random), factor)
            return made
        low = (random & LOW32) * factor
        high = (random >> _U32) * factor
        low >>= _U32
        high += low
        high >>= _U32
        return high
    n_low, n_high = np.uint64(n & 0xFFFFFFFF), np.uint64(n >> 32)
    r_low, r_high = random & LOW32, random >> _U32
    middle = ((r_low * n_low) >> _U32) + r_high * n_low
    carry = (middle & LOW32) + r_low * n_high
    result: Bits = r_high * n_high + (middle >> _U32) + (carry >> _U32)
    return result
