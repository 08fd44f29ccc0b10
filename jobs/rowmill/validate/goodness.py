"""Tests of goodness of fit: chi-squared, Kolmogorov-Smirnov, dispersion, and the correction for many tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
LEAST_EXPECTED = 5.0  # Cochran's rule: chi-squared needs about five expected in each bin
ALPHA = 0.01


def pool(observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Neighbouring bins put together until each expects at least five. Keeps the order of the bins."""
    sums = np.cumsum(expected)
    if not len(sums) or sums[-1] < LEAST_EXPECTED:
        return observed.sum(keepdims=True), expected.sum(keepdims=True)
    starts, at, low = [0], 0, 0.0
    while True:
        at = int(np.searchsorted(sums, low + LEAST_EXPECTED * (1 - 1e-12))) + 1
        if at >= len(sums):
            break
        starts.append(at)
        low = float(sums[at - 1])
    if len(starts) > 1 and sums[-1] - (sums[starts[-1] - 1]) < LEAST_EXPECTED:
        starts.pop()  # what is left over at the end goes to the bin before
    return np.add.reduceat(observed, starts), np.add.reduceat(expected, starts)


def chi_squared(observed: NDArray[Any], probabilities: Floats) -> tuple[float, int] | None:
    """(p, degrees of freedom) of Pearson's test; None if pooling leaves fewer than two bins.

    observed: counts (k,); probabilities: (k,), summing to 1
    """
    total = float(observed.sum())
    seen, wanted = pool(observed.astype(np.float64), probabilities * total)
    if len(seen) < 2:
        return None
    statistic = float(((seen - wanted) ** 2 / wanted).sum())
    return float(stats.chi2.sf(statistic, len(seen) - 1)), len(seen) - 1


def kolmogorov_smirnov(observed: NDArray[Any], probabilities: Floats) -> tuple[float, float]:
    """(p, D) of the one-sample test, D taken at the bins' edges alone.

    The supremum over all values is at least as large, so p is too large rather than too small: also for
    values that are not continuous.
    """
    total = int(observed.sum())
    if total == 0:
        return 1.0, 0.0
    distance = float(np.abs(np.cumsum(observed) / total - np.cumsum(probabilities)).max())
    if total > 10_000:
        return float(stats.kstwobign.sf(distance * math.sqrt(total))), distance
    return float(stats.kstwo.sf(distance, total)), distance


def dispersion(sum_of_squares: float, rows: int, cells: int) -> float:
    """p of equally likely cells, given the sum of the cells' squared counts; two-sided where counts are small.

    Pearson's statistic has mean cells - 1 and, for small expected counts too, the variance
    2 (cells - 1) (1 - 1/rows) (Haldane 1937); for many cells it is normal (Morris 1975).
    """
    if cells < 2 or rows < 2:
        return 1.0
    expected = rows / cells
    statistic = sum_of_squares / expected - rows
    if expected >= LEAST_EXPECTED:
        return float(stats.chi2.sf(statistic, cells - 1))
    deviation = math.sqrt(2 * (cells - 1) * (1 - 1 / rows))
    return float(stats.norm.sf((statistic - (cells - 1)) / deviation))


def three_sigma(observed: int, rows: int, share: float) -> tuple[float, float]:
    """(z, p) of `observed` successes in `rows` trials: how many standard deviations off, two-sided."""
    deviation = math.sqrt(rows * share * (1 - share))
    if deviation == 0:
        exact = observed == round(rows * share)
        return (0.0, 1.0) if exact else (math.inf, 0.0)
    z = (observed - rows * share) / deviation
    if rows * share * (1 - share) < 9:  # too few for the normal distribution
        return z, float(stats.binomtest(observed, rows, share).pvalue)
    return z, float(2 * stats.norm.sf(abs(z)))


def holm(p_values: Sequence[float], alpha: float = ALPHA) -> list[bool]:
    """Which of many tests fail, so that all true ones pass together with probability 1 - alpha (Holm 1979)."""
    rejected = [False] * len(p_values)
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    for place, index in enumerate(order):
        if p_values[index] > alpha / (len(p_values) - place):
            break
        rejected[index] = True
    return rejected
