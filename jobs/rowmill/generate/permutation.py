"""Bijections of [0, n) by a generalised Feistel network with cycle walking.

Black and Rogaway, Ciphers with Arbitrary Finite Domains (CT-RSA 2002), section 5: the domain is laid out as
a rectangle of a x b >= n places, so that hardly any row falls outside and has to walk on.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from rowmill.generate.random import Bits, Rows

_ROUNDS = 6
_FIRST = np.uint64(0x9FB21C651E98DF25)
_SECOND = np.uint64(0xD6E8FEB86659FD93)
_U32, _U29 = np.uint64(32), np.uint64(29)


def permute(x: Rows, n: int, key: int) -> Rows:
    """The image of each x in [0, n) under the bijection of [0, n) that `key` picks; 1 <= n <= 2**62."""
    if x.size and not 0 <= int(x.min()) <= int(x.max()) < n:
        raise ValueError(f"outside of [0, {n})")  # walking a cycle of the outside would never end
    if n == 1:
        return np.zeros_like(x)
    high = isqrt(n - 1) + 1
    low = -(-n // high)
    out = _rounds(x, high, low, key)
    outside = np.flatnonzero(out >= n) if high * low > n else np.empty(0, np.int64)
    while outside.size:
        walked = _rounds(out.take(outside), high, low, key)
        out[outside] = walked
        outside = outside[walked >= n]
    return out


def _rounds(x: Rows, high: int, low: int, key: int) -> Rows:
    """Both digits of x are turned by a random amount that the other one picks, in turn."""
    first = x // low
    second = (x - first * low).view(np.uint64)
    left, right = first.view(np.uint64), second
    for index in range(0, _ROUNDS, 2):
        left = _turned(left, right, high, key + index)
        right = _turned(right, left, low, key + index + 1)
    return (left * np.uint64(low) + right).view(np.int64)


def _turned(digit: Bits, by: Bits, radix: int, salt: int) -> Bits:
    """(digit + random(by)) mod radix; radix < 2**32."""
    turn = by + np.uint64((salt * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
    turn *= _FIRST
    turn ^= turn >> _U29
    turn *= _SECOND
    turn >>= _U32
    turn *= np.uint64(radix)
    turn >>= _U32
    turn += digit
    # The sum is below 2 * radix: where it is still below radix, the difference wraps to something huge.
    turned: Bits = np.minimum(turn, turn - np.uint64(radix))
    return turned
