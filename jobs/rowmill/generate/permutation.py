"""Bijections of [0, n) by a Feistel network with cycle walking.

Black and Rogaway, Ciphers with Arbitrary Finite Domains (CT-RSA 2002), section 4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rowmill.generate.random import Rows, mix

_ROUNDS = 6


def permute(x: Rows, n: int, key: int) -> Rows:
    """The image of each x in [0, n) under the bijection of [0, n) that `key` picks; 1 <= n <= 2**62."""
    if x.size and not 0 <= int(x.min()) <= int(x.max()) < n:
        raise ValueError(f"outside of [0, {n})")  # walking a cycle of the outside would never end
    if n == 1:
        return np.zeros_like(x)
    half = max(1, ((n - 1).bit_length() + 1) // 2)
    out = _rounds(x.astype(np.uint64), half, key)
    outside = np.flatnonzero(out >= np.uint64(n))
    while outside.size:  # the domain is < 4n, so 3 of 4 are outside at the very worst
        walked = _rounds(out[outside], half, key)
        out[outside] = walked
        outside = outside[walked >= np.uint64(n)]
    return out.astype(np.int64)


def _rounds(x: NDArray[np.uint64], half: int, key: int) -> NDArray[np.uint64]:
    shift = np.uint64(half)
    mask = np.uint64((1 << half) - 1)
    left, right = x >> shift, x & mask
    for index in range(_ROUNDS):
        salt = np.uint64((key + (index + 1) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)
        left, right = right, left ^ (mix(right + salt) & mask)
    return (left << shift) | right
