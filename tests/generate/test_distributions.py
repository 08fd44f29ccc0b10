"""Each distribution against its theory: by Kolmogorov-Smirnov or chi-squared, or exactly where it can be."""

from __future__ import annotations

import itertools
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from rowmill.errors import GeneratorError
from rowmill.generate.distributions import (
    AliasTable,
    Discrete,
    Exponential,
    GuideTable,
    LogNormal,
    Normal,
    UniformFloat,
    UniformInteger,
    Zipf,
    normal_quantile,
    numeric,
    poisson,
)
from rowmill.generate.random import bits, unit

N = 40_000
WORDS = bits(11, np.arange(N))
EXTREMES = np.array([0, 1, 2**63, 2**64 - 2, 2**64 - 1], np.uint64)
STANDARD = NormalDist()


def cdf_of_normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def test_the_normal_quantile_is_that_of_the_standard_library() -> None:
    p = np.concatenate([np.linspace(0.001, 0.999, 999), 10.0 ** -np.arange(1, 300.0, 7)])
    expected = [STANDARD.inv_cdf(float(v)) for v in p]
    assert np.allclose(normal_quantile(p), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("low", "high"), [(None, None), (0, None), (None, -1), (-0.5, 2), (3, 4), (8, 9), (-30, -20), (20, None), (-1, 9)]
)
def test_normal_is_truncated_not_clipped(low: float | None, high: float | None, kolmogorov: Any) -> None:
    mean, stddev = 100.0, 5.0
    a = None if low is None else mean + low * stddev
    b = None if high is None else mean + high * stddev
    found = Normal(mean, stddev, a, b).quantile(WORDS)
    flip = low is not None and low > 0
    ends = ((-high if high is not None else -math.inf), -low) if flip and low is not None else (low, high)
    p = cdf_of_normal(ends[0]) if ends[0] is not None and ends[0] > -math.inf else 0.0
    q = cdf_of_normal(ends[1]) if ends[1] is not None else 1.0

    def cdf(x: float) -> float:
        z = (x - mean) / stddev
        share = (cdf_of_normal(-z if flip else z) - p) / (q - p)
        return 1 - share if flip else share

    kolmogorov(found, cdf)
    edge = Normal(mean, stddev, a, b).quantile(EXTREMES)
    assert np.isfinite(edge).all()
    assert a is None or min(found.min(), edge.min()) >= a
    assert b is None or max(found.max(), edge.max()) <= b


def test_a_normal_without_deviation_is_its_mean() -> None:
    assert set(Normal(3.5, 0.0).quantile(EXTREMES)) == {3.5}


def test_lognormal(kolmogorov: Any) -> None:
    mu, sigma, low, high = 1.0, 0.7, 1.5, 20.0
    found = LogNormal(mu, sigma, low, high).quantile(WORDS)
    p, q = (cdf_of_normal((math.log(v) - mu) / sigma) for v in (low, high))
    kolmogorov(found, lambda x: (cdf_of_normal((math.log(x) - mu) / sigma) - p) / (q - p))
    kolmogorov(LogNormal(mu, sigma).quantile(WORDS), lambda x: cdf_of_normal((math.log(x) - mu) / sigma))
    assert found.min() >= low
    assert found.max() <= high


@pytest.mark.parametrize(("low", "high"), [(None, None), (2.0, None), (None, 0.5), (50.0, 50.5), (1000.0, None)])
def test_exponential(low: float | None, high: float | None, kolmogorov: Any) -> None:
    rate, start = 2.5, low or 0.0
    found = Exponential(rate, low, high).quantile(WORDS)
    mass = 1.0 if high is None else -math.expm1(-rate * (high - start))
    kolmogorov(found, lambda x: -math.expm1(-rate * (x - start)) / mass)
    assert found.min() >= start
    assert high is None or found.max() <= high
    assert np.isfinite(Exponential(rate, low, high).quantile(EXTREMES)).all()


@pytest.mark.parametrize("mean", [0.01, 0.7, 4.0, 60.0, 1234.5, 1e6, 1e9])
def test_poisson(mean: float, chi_squared: Any) -> None:
    found = poisson(mean).quantile(WORDS)
    assert found.min() >= 0

    def log_pmf(k: int) -> float:
        return k * math.log(mean) - mean - math.lgamma(k + 1)

    if mean > 1000:  # lgamma loses digits: by the moments
        spread = math.sqrt(mean)
        assert abs(found.mean() - mean) < 5 * spread / math.sqrt(N)
        assert abs(found.var() / mean - 1) < 5 * math.sqrt(2 / N)
        return
    ks = range(max(0, int(mean - 4 * math.sqrt(mean))), int(mean + 4 * math.sqrt(mean)) + 1)
    kept = [k for k in ks if math.exp(log_pmf(k)) * N > 20]
    counts = [int((found == k).sum()) for k in kept]
    shares = [math.exp(log_pmf(k)) for k in kept]
    if (rest := 1 - sum(shares)) * N > 20:
        counts, shares = [*counts, N - sum(counts)], [*shares, rest]
    chi_squared(counts, shares)


def test_poisson_of_zero_is_zero() -> None:
    assert set(poisson(0.0).quantile(EXTREMES)) == {0}


@pytest.mark.parametrize("s", [0.0, 0.5, 1.0, 1.2, 2.5])
@pytest.mark.parametrize("n", [1, 2, 1000, 65_536, 65_537, 1_000_000, 10**12])
def test_zipf_frequencies(s: float, n: int, chi_squared: Any) -> None:
    found = Zipf(s, n).quantile(WORDS)
    assert found.min() >= 1
    assert found.max() <= n
    assert Zipf(s, n).quantile(EXTREMES[:1])[0] == 1
    assert Zipf(s, n).quantile(EXTREMES[-1:])[0] <= n
    if n == 1:
        return

    def mass(a: int, b: int) -> float:  # of ranks a+1 .. b: summed to a million, integrated beyond
        near = np.arange(a + 1, min(b, 1_000_000) + 1, dtype=float)
        total = float((near**-s).sum())
        if b > 1_000_000:
            lo, hi = max(a, 1_000_000) + 0.5, b + 0.5
            total += math.log(hi / lo) if s == 1 else (hi ** (1 - s) - lo ** (1 - s)) / (1 - s)
        return total

    cuts = [0, *sorted({min(n, c) for c in (1, 2, 3, 5, 10, 100, 10_000, 65_536, 65_600, 10**6, 10**9, n)})]
    whole = mass(0, n)
    cells: list[tuple[float, int]] = []
    for a, b in itertools.pairwise(cuts):
        share, count = mass(a, b) / whole, int(((found > a) & (found <= b)).sum())
        if cells and (share * N < 10 or cells[-1][0] * N < 10):
            cells[-1] = (cells[-1][0] + share, cells[-1][1] + count)
        else:
            cells.append((share, count))
    if len(cells) > 1:
        chi_squared([c for _, c in cells], [p for p, _ in cells])


def test_zipf_head_probabilities_are_exact() -> None:
    for n, s in ((5000, 1.2), (65_536, 0.6), (1_000_000, 1.0)):
        table = Zipf(s, n)._table
        assert isinstance(table, AliasTable)
        cells = len(table.aliases)
        stays = table.thresholds / 2.0**32
        shares = (stays + np.bincount(table.aliases, weights=1 - stays, minlength=cells)) / cells
        head = np.arange(1, min(n, 65_536) + 1, dtype=float) ** -s
        total = sum(k**-s for k in range(1, n + 1))
        # 32 bits of threshold: off by less than 2**-32 / cells for each cell that gives to a rank.
        assert np.abs(shares[: len(head)] - head / total).max() < 1e-9
        assert shares[0] == pytest.approx(1 / total, rel=1e-8)


def test_a_guide_table_is_the_inverse_distribution_function() -> None:
    weights = np.array([3.0, 0.0, 1e-9, 5.0, 1.0])
    shares = np.cumsum(weights) / weights.sum()
    table = GuideTable.build(weights)
    random = bits(9, np.arange(200_000))
    assert (table.pick(random) == np.searchsorted(shares, unit(random), side="right")).all()
    edge = int(shares[0] * 2**53)
    below, above = (np.array([(edge + d) << 11], np.uint64) for d in (-64, 64))
    assert (table.pick(below)[0], table.pick(above)[0]) == (0, 2)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 0),
        (-3, 3),
        (-(2**63), 2**63 - 1),
        (0, 2**64 - 1),
        (-(10**37), 10**37),
        (10**20, 10**20 + 1),
        (2**63 - 2, 2**63 - 1),
    ],
)
def test_uniform_integers_reach_both_ends(low: int, high: int) -> None:
    ends = UniformInteger(low, high).quantile(EXTREMES)
    span = high - low
    assert int(ends[0]) - low <= span >> 64
    assert high - int(ends[-1]) <= span >> 63
    found = [int(v) for v in UniformInteger(low, high).quantile(WORDS[:2000])]
    assert low <= min(found)
    assert max(found) <= high
    if span >= 6:
        assert abs(sum((v - low) / span for v in found) / 2000 - 0.5) < 0.04


def test_uniform_reals_reach_both_ends(kolmogorov: Any) -> None:
    ends = UniformFloat(-2.5, 7.5).quantile(EXTREMES)
    assert ends[0] == -2.5
    assert ends[-1] == 7.5
    kolmogorov(UniformFloat(-2.5, 7.5).quantile(WORDS), lambda x: (x + 2.5) / 10)
    wide = UniformFloat(-1.7e308, 1.7e308).quantile(EXTREMES)
    assert np.isfinite(wide).all()
    assert wide[-1] == 1.7e308


def test_discrete_weights(chi_squared: Any) -> None:
    weights = np.array([5.0, 0.0, 1.0, 94.0])
    found = np.bincount(Discrete(0, weights).quantile(WORDS), minlength=4)
    assert found[1] == 0
    chi_squared(found[[0, 2, 3]], weights[[0, 2, 3]])
    assert set(Discrete(3, np.array([0.0, 1.0, 0.0])).quantile(EXTREMES)) == {4}


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("normal", {"mean": 0, "stddev": -1}, "stddev is negative"),
        ("normal", {"mean": 0, "stddev": 1, "min": 2, "max": 1}, "min is larger than max"),
        ("normal", {"mean": 0, "stddev": 1, "min": 60, "max": 70}, "no probability"),
        ("normal", {"mean": 5, "stddev": 0, "min": 6, "max": 7}, "no probability"),
        ("lognormal", {"mu": 0, "sigma": 0}, "sigma must be above 0"),
        ("lognormal", {"mu": 0, "sigma": 1, "max": 0}, "no probability"),
        ("exponential", {"rate": 0}, "rate must be above 0"),
        ("exponential", {"rate": 1, "max": -1}, "no probability"),
        ("poisson", {"mean": -1}, "mean of poisson"),
        ("poisson", {"mean": 2e9}, "mean of poisson"),
        ("zipf", {"s": 1, "n": 0}, "at least 1"),
        ("zipf", {"s": -1, "n": 5}, "s must not be negative"),
    ],
)
def test_what_is_no_distribution_is_refused(name: str, args: dict[str, Any], message: str) -> None:
    with pytest.raises(GeneratorError, match=message):
        numeric(name, args, "here")
