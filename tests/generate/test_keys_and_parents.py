"""Keys are unique and foreign keys point to parents, whatever the rows, and however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError
from rowmill.generate.distributions import Zipf
from rowmill.generate.foreign import EachParents, EarlierParents, UniformParents, ZipfParents
from rowmill.generate.joint import JointLayout, JointParents, layered, product, shrunk
from rowmill.generate.permutation import permute


@given(st.integers(1, 5000), st.integers(0, 2**64 - 1))
def test_permute_is_a_bijection(n: int, key: int) -> None:
    image = permute(np.arange(n, dtype=np.int64), n, key)
    assert np.array_equal(np.sort(image), np.arange(n))


@pytest.mark.parametrize("n", [2**31 - 1, 2**33 + 7, 2**62])
def test_permute_of_large_domains_stays_inside_and_differs(n: int) -> None:
    rows = np.arange(10_000, dtype=np.int64) * (n // 10_000)
    image = permute(np.unique(rows), n, 99)
    assert image.min() >= 0
    assert image.max() < n
    assert len(np.unique(image)) == len(np.unique(rows))


def test_permute_refuses_what_is_outside() -> None:
    with pytest.raises(ValueError, match="outside"):
        permute(np.array([0, 10]), 10, 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 2000), st.integers(0, 4), st.integers(0, 6), st.integers(0, 2**32))
@example(rows=17, parents=402, low=0, more=0, key=0)  # most groups of parents have no child
@example(rows=3, parents=2000, low=0, more=6, key=1)
def test_each_gives_every_parent_its_children(rows: int, parents: int, low: int, more: int, key: int) -> None:
    high = max(1, low + more)
    if rows > parents * high:
        with pytest.raises(GeneratorError, match="can't be spread"):
            EachParents.fit(key, rows, parents, low, high, "here")
        return
    layout = EachParents.fit(key, rows, parents, low, high, "here")
    parent, ordinal = layout.locate(np.arange(rows, dtype=np.int64))
    assert (np.diff(parent) >= 0).all()
    assert parent.max() < parents
    counts = np.bincount(parent, minlength=layout.parents)
    assert counts.max() <= high
    whole = counts if rows == layout.rows else counts[: parent[-1]]  # the last one may be cut short
    assert whole.size == 0 or whole.min() >= low
    assert np.array_equal(ordinal, np.arange(rows) - np.searchsorted(parent, parent))
    some = np.random.default_rng(key).integers(0, rows, 500)
    assert np.array_equal(layout.locate(some)[0], parent[some])
    assert np.array_equal(layout.locate(some)[1], ordinal[some])


def test_each_is_uniform_between_min_and_max_where_the_mean_allows() -> None:
    layout = EachParents.fit(5, 400_000, 100_000, 1, 7, "here")
    counts = np.bincount(np.bincount(layout.parent_rows(np.arange(400_000))))[1:]
    assert len(counts) == 7
    assert abs(counts / counts.mean() - 1).max() < 0.03


def test_uniform_parents_pass_chi_squared() -> None:
    found = np.bincount(UniformParents(3, 1000).parent_rows(np.arange(1_000_000)), minlength=1000)
    statistic = ((found - 1000) ** 2 / 1000).sum()
    assert 999 - 5 * (2 * 999) ** 0.5 < statistic < 999 + 5 * (2 * 999) ** 0.5


def test_zipf_parents_have_the_exact_head() -> None:
    s, n, rows = 1.2, 200_000, 1_000_000
    found = np.sort(np.bincount(ZipfParents(3, n, Zipf(s, n)).parent_rows(np.arange(rows)), minlength=n))[::-1]
    expected = rows * np.arange(1, 6.0) ** -s / (np.arange(1.0, n + 1) ** -s).sum()
    assert abs(found[:5] - expected).max() < 5 * expected[0] ** 0.5


def test_a_self_reference_points_back_so_there_are_no_cycles() -> None:
    rows = np.arange(100_000)
    parents = EarlierParents(1).parent_rows(rows)
    assert (parents[1:] < rows[1:]).all()
    assert parents[0] == 0


def test_joint_parents_are_different_pairs() -> None:
    rows = np.arange(6000)
    layout = JointLayout(9, (100, 60))
    one, other = (JointParents(layout, member).parent_rows(rows) for member in (0, 1))
    assert len(set(zip(one.tolist(), other.tolist(), strict=True))) == 6000


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.lists(st.tuples(st.lists(st.integers(0, 4), min_size=3, max_size=3), st.floats(0, 1)), min_size=1, max_size=4),
    st.integers(0, 2**32),
)
def test_joint_keys_stay_different_while_parents_grow(
    start: list[int], growth: list[tuple[list[int], float]], key: int
) -> None:
    sizes, used, runs = tuple(start), 0, []
    for more, share in growth:
        sizes = tuple(a + b for a, b in zip(sizes, more, strict=False))
        rows = int(share * (int(np.prod(sizes)) - used))
        used += rows
        if rows:
            runs.append((rows, sizes))
    if not runs:
        return
    digits = layered(key, runs).digits(np.arange(used))
    assert len(set(zip(*(d.tolist() for d in digits), strict=True))) == used
    first = 0
    for index, (rows, radices) in enumerate(runs):
        for digit, radix in zip(digits, radices, strict=True):
            assert digit[first : first + rows].min() >= 0
            assert digit[first : first + rows].max() < radix
        first += rows
        before = layered(key, runs[: index + 1]).digits(np.arange(first))  # later runs change nothing of it
        assert all(np.array_equal(a, b[:first]) for a, b in zip(before, digits, strict=True))


@given(st.lists(st.integers(1, 2**62), min_size=1, max_size=5))
def test_joint_domains_are_cut_to_what_can_be_shuffled(radices: list[int]) -> None:
    cut = shrunk(tuple(radices))
    assert 1 <= product(cut) <= 2**62
    assert all(1 <= a <= b for a, b in zip(cut, radices, strict=True))
    assert product(tuple(radices)) > 2**62 or list(cut) == radices
