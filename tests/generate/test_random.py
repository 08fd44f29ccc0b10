"""Random words are functions of names and rows; integers drawn from them are in range and even."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.generate.permutation import permute
from rowmill.generate.random import bits, bounded, derive_key, mix, open_unit, unit

RANGES = [
    1,
    2,
    3,
    7,
    1000,
    2**31,
    2**32 - 1,
    2**32,
    2**32 + 1,
    2**53 + 1,
    2**63 - 1,
    2**63,
    2**63 + 1,
    2**64 - 1,
    2**64,
]
EXTREMES = np.array([0, 1, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1], np.uint64)


def test_keys_are_the_same_everywhere() -> None:
    assert derive_key(42, "orders", "column", "id") == 0x3D5B0813032757B9
    assert derive_key() == 0xB4B2797457A0A6E4


def test_names_do_not_run_into_each_other() -> None:
    keys = {
        derive_key("ab", "c"),
        derive_key("a", "bc"),
        derive_key("abc"),
        derive_key("abc", ""),
        derive_key("", "abc"),
    }
    assert len(keys) == 5


@pytest.mark.parametrize("n", RANGES)
def test_bounded_is_the_high_word_of_the_product(n: int) -> None:
    words = np.concatenate([EXTREMES, bits(1, np.arange(1000))])
    assert bounded(words.copy(), n).tolist() == [int(w) * n >> 64 for w in words]


@settings(deadline=None)
@given(st.integers(1, 2**64), st.integers(0, 2**64 - 1))
def test_bounded_is_exact_for_any_range(n: int, word: int) -> None:
    assert int(bounded(np.array([word], np.uint64), n)[0]) == word * n >> 64


@pytest.mark.parametrize("n", RANGES[3:])
def test_bounded_is_even(n: int, chi_squared: Any) -> None:
    drawn = bounded(bits(derive_key(n), np.arange(200_000)), n)
    cells = 7
    found = np.bincount([int(v) * cells // n for v in drawn[:50_000]], minlength=cells)
    edges = [-(-n * i // cells) for i in range(cells + 1)]
    chi_squared(found, [(b - a) / n for a, b in itertools.pairwise(edges)])


@pytest.mark.parametrize("bit", [0, 1, 31, 32, 63])
def test_bits_are_even_and_rows_are_independent(bit: int, chi_squared: Any) -> None:
    ones = (bits(7, np.arange(200_000)) >> np.uint64(bit)) & np.uint64(1)
    pairs = ones[0::2].astype(int) * 2 + ones[1::2].astype(int)
    chi_squared(np.bincount(pairs, minlength=4), [1, 1, 1, 1])


def test_other_keys_give_other_words() -> None:
    rows = np.arange(10_000)
    one, other = bits(derive_key("a"), rows), bits(derive_key("b"), rows)
    assert len(np.intersect1d(one, other)) == 0
    assert len(np.unique(one)) == 10_000
    agree = sum(bin(int(a ^ b)).count("1") for a, b in zip(one[:2000], other, strict=False))
    assert abs(agree - 64_000) < 6 * (128_000 / 4) ** 0.5


def test_units_stay_within_their_ends() -> None:
    assert unit(EXTREMES).min() == 0.0
    assert unit(EXTREMES).max() < 1.0
    assert open_unit(EXTREMES).min() > 0.0
    assert open_unit(EXTREMES).max() < 1.0


def test_mix_is_a_bijection_on_a_sample() -> None:
    assert len(np.unique(mix(np.arange(1_000_000, dtype=np.uint64)))) == 1_000_000


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 3000), st.integers(0, 2**64 - 1))
def test_permute_is_a_bijection(n: int, key: int) -> None:
    assert np.array_equal(np.sort(permute(np.arange(n), n, key)), np.arange(n))


@pytest.mark.parametrize("n", [2**16 + 1, 2**20, 2**20 + 1])
def test_permute_is_a_bijection_of_large_domains(n: int) -> None:
    assert np.array_equal(np.sort(permute(np.arange(n), n, 9)), np.arange(n))


@pytest.mark.parametrize("n", [2**32 - 1, 2**32 + 1, 10**10, 2**61 + 1, 2**62 - 1, 2**62])
def test_permute_of_huge_domains_stays_inside_without_repeats(n: int) -> None:
    rows = np.unique(np.concatenate([np.arange(5000), np.linspace(0, n - 1, 5000).astype(np.int64), [n - 1]]))
    rows = rows[rows < n]
    image = permute(rows, n, 5)
    assert image.min() >= 0
    assert image.max() < n
    assert len(np.unique(image)) == len(rows)
    # not sorted, not near its place
    assert abs(np.corrcoef(rows.astype(float), image.astype(float))[0, 1]) < 0.06


def test_permute_puts_a_row_anywhere(chi_squared: Any) -> None:
    n = 10
    places = np.array([permute(np.arange(n), n, derive_key(k)) for k in range(4000)])
    for row in range(n):
        chi_squared(np.bincount(places[:, row], minlength=n), np.ones(n))
