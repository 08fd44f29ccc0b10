"""The tests of goodness of fit themselves: known values, and how often they fail true data."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rowmill.validate.expect import ZipfLaw
from rowmill.validate.fanout import _head
from rowmill.validate.goodness import chi_squared, dispersion, holm, kolmogorov_smirnov, pool, three_sigma


def test_pooling_gives_every_bin_at_least_five() -> None:
    seen, wanted = pool(np.arange(8.0), np.array([1, 1, 4, 20, 0.1, 0.1, 6, 1.0]))
    assert wanted.tolist() == pytest.approx([6, 20, 7.2])
    assert seen.tolist() == [3, 3, 22]
    assert pool(np.array([1.0, 2]), np.array([1.0, 1]))[1].tolist() == [2]


def test_chi_squared_is_scipys() -> None:
    seen = np.array([18.0, 55, 27])
    found = chi_squared(seen, np.array([0.2, 0.5, 0.3]))
    assert found is not None
    assert found == (pytest.approx(stats.chisquare(seen, [20, 50, 30]).pvalue), 2)


def test_holm() -> None:
    assert holm([0.04, 0.001, 0.03], 0.05) == [False, True, False]
    assert holm([0.04, 0.001, 0.02], 0.05) == [True, True, True]
    assert holm([0.005, 0.011, 0.02, 0.04], 0.05) == [True, True, True, True]
    assert holm([], 0.05) == []
    assert holm([0.2], 0.05) == [False]


def test_kolmogorov_smirnov_on_a_fine_grid_is_scipys() -> None:
    rng = np.random.default_rng(1)
    values = rng.random(5000) ** 1.03
    counts = np.histogram(values, np.linspace(0, 1, 4097))[0]
    p, distance = kolmogorov_smirnov(counts, np.full(4096, 1 / 4096))
    exact = stats.kstest(values, "uniform")
    assert distance <= exact.statistic
    assert distance == pytest.approx(exact.statistic, rel=0.05)
    assert p >= exact.pvalue


@pytest.mark.parametrize(("rows", "cells"), [(100_000, 100), (5000, 3000), (300, 2000)])
def test_dispersion_fails_true_data_as_seldom_as_it_says(rows: int, cells: int) -> None:
    rng = np.random.default_rng(7)
    p = []
    for _ in range(400):
        counts = np.bincount(rng.integers(0, cells, rows), minlength=cells)
        p.append(dispersion(float((counts**2).sum()), rows, cells))
    assert np.mean(np.array(p) < 0.05) < 0.1
    assert min(p) > 1e-5
    skewed = np.bincount((rng.random(rows) ** 4 * cells).astype(int), minlength=cells)
    assert dispersion(float((skewed**2).sum()), rows, cells) < 1e-4


def test_three_sigma() -> None:
    z, p = three_sigma(1300, 10_000, 0.1)
    assert z == pytest.approx(10)
    assert p < 1e-20
    assert three_sigma(90, 300, 0.3)[1] == pytest.approx(1)
    assert three_sigma(0, 10, 0.5)[1] == pytest.approx(stats.binomtest(0, 10, 0.5).pvalue)
    assert three_sigma(10, 10, 1.0) == (0.0, 1.0)
    assert three_sigma(9, 10, 1.0)[1] == 0.0


@pytest.mark.parametrize(("s", "parents", "rows"), [(1.1, 300, 4000), (0.6, 20_000, 100_000), (0, 40, 5000)])
def test_the_head_of_a_zipf_fails_true_data_seldom_and_others_surely(s: float, parents: int, rows: int) -> None:
    law = ZipfLaw(s, parents)
    chances = law.probability(np.arange(1, parents + 1))
    rng = np.random.default_rng(3)

    def head(shares: np.ndarray) -> np.ndarray:
        return -np.sort(-rng.multinomial(rows, shares / shares.sum()))[: min(64, parents)].astype(float)

    p = np.array([_head(head(chances), rows, parents, chances) for _ in range(60)])
    assert np.mean(p < 0.05) < 0.15
    assert p.min() > 1e-4
    other = np.arange(1, parents + 1) ** -(s + 0.15)
    assert _head(head(other), rows, parents, chances) < 1e-6
