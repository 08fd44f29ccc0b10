"""How children spread over their parents, held against the foreign key's distribution."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rowmill.schema.model import ForeignKey
from rowmill.validate.expect import ZipfLaw
from rowmill.validate.goodness import chi_squared, dispersion
from rowmill.validate.judges import FAN_OUT, plural
from rowmill.validate.keys import Children
from rowmill.validate.plots import of_names
from rowmill.validate.report import FAIL, PASS, SKIP, Check, Plot

Chances = NDArray[np.float64]
Counts = NDArray[Any]
HEAD = 64  # most frequent parents, that are looked at one by one
_SHOWN = 20
_TRIALS = 400
_MOST_RANKS = 20_000


def judge(key: ForeignKey, label: str, found: Children, parents: int, unique: bool, one_run: bool) -> Check:
    """One check of a key's fan-out.

    parents: rows of the parent table; unique: the key's columns are (part of) a unique key, which shapes the spread
    one_run: the table was made in one go (an append's rows have parents of their own)
    """
    name = f"fan-out of {label}"
    kind = key.distribution.name if key.distribution else None
    if found.rows == 0 or parents == 0:
        return Check(FAN_OUT, name, SKIP, detail="no rows", column=key.columns[0])
    if kind == "each":
        assert key.distribution is not None
        low, high = int(key.distribution.args.get("min", 1)), int(key.distribution.args["max"])
        return _each(name, key, found, parents, low, high, one_run)
    if not one_run:
        return Check(FAN_OUT, name, SKIP, detail="the table grew by appends", column=key.columns[0])
    if kind == "zipf":
        assert key.distribution is not None
        return _zipf(name, key, found, parents, float(key.distribution.args.get("s", 1.0)))
    if kind not in (None, "uniform"):
        return Check(FAN_OUT, name, SKIP, detail=f"`{kind}` is not tested", column=key.columns[0])
    if kind is None and unique:
        return Check(FAN_OUT, name, SKIP, detail="a unique key shapes it", column=key.columns[0])
    return _uniform(name, key, found, parents)


def _uniform(name: str, key: ForeignKey, found: Children, parents: int) -> Check:
    squares = float(sum(children * children * many for children, many in found.histogram.items()))
    rows = found.rows - found.orphans
    p = dispersion(squares, rows, parents)
    mean = rows / parents
    text = f"every one of {parents:,} parents equally likely: {mean:.3g} children on average"
    most = max(found.histogram, default=0)
    seen = f"{parents - found.groups + found.orphan_keys:,} without children, at most {most:,}; dispersion: p = {p:.2g}"
    law = stats.binom(rows, 1 / parents)
    return Check(FAN_OUT, name, PASS, text, seen, column=key.columns[0], p_value=p, plot=_plot(found, parents, law.pmf))


def _plot(found: Children, parents: int, pmf: object) -> Plot | None:
    """Share of the parents with so many children."""
    counts = dict(found.histogram)
    counts[0] = max(0, parents - sum(counts.values()))
    low, high = min(counts if counts[0] else found.histogram), max(counts)
    if high - low > 40:
        return None
    places = np.arange(low, high + 1)
    wanted = pmf(places) if callable(pmf) else np.zeros(len(places))
    return of_names([str(k) for k in places], np.array([counts.get(int(k), 0) for k in places], float), wanted)


def _zipf(name: str, key: ForeignKey, found: Children, parents: int, s: float) -> Check:
    """The most frequent parents by their exact shares, and the number of parents with so many children."""
    rows = found.rows - found.orphans
    law = ZipfLaw(s, parents)
    chances = law.probability(np.arange(1, min(parents, 4_000_000) + 1))
    head = np.zeros(min(HEAD, parents))
    head[: len(found.largest)] = found.largest[: len(head)]
    tests = [_head(head, rows, parents, chances)]
    if (p := _counts_of_counts(found, rows, parents, chances)) is not None:
        tests.append(p)
    text = f"Zipf, s {s:g}, over {parents:,} parents: the first gets {chances[0]:.3%}"
    most = found.largest[0] if found.largest else 0
    seen_text = f"the first has {most / rows:.3%}, {plural(found.groups - found.orphan_keys, 'parent')} met"
    p = min(1.0, min(tests) * len(tests))
    shown = min(len(head), _SHOWN)
    plot = of_names([str(k + 1) for k in range(shown)], head[:shown], chances[:shown])
    if plot is not None:  # shares of all rows, not of the head
        plot = Plot(tuple(float(v / rows) for v in head[:shown]), plot.expected, plot.labels)
    return Check(FAN_OUT, name, PASS, text, f"{seen_text}: p = {p:.2g}", column=key.columns[0], p_value=p, plot=plot)


def _head(seen: Counts, rows: int, parents: int, chances: Chances) -> float:
    """p of the largest counts, in falling order.

    Which parent has which rank is not known, and chance swaps ranks: so sorted counts are compared with sorted
    counts of the same law, drawn some hundred times. The statistic is the sum of the squared deviations of
    each place in standard deviations; its distribution is a gamma of the same mean and variance (Satterthwaite).
    """
    places = len(seen)
    least = rows * chances[places - 1]
    least -= 6 * math.sqrt(least)
    mean = rows * chances[:_MOST_RANKS]
    ranks = max(places, int(np.searchsorted(-(mean + 6 * np.sqrt(mean)), -max(least, 0.0))))  # those that may get there
    kept = chances[: min(ranks, len(mean))]
    rest = max(0.0, 1.0 - float(kept.sum())) if len(kept) < parents else 0.0
    shares = np.append(kept, rest)
    drawn = np.random.default_rng(20_240_229).multinomial(rows, shares / shares.sum(), _TRIALS)[:, :-1]
    drawn = -np.sort(-drawn, axis=1)[:, :places]
    middle, spread = drawn.mean(axis=0), np.maximum(drawn.std(axis=0), 0.5)
    trials = (((drawn - middle) / spread) ** 2).sum(axis=1)
    statistic = float((((seen - middle) / spread) ** 2).sum())
    average, variance = float(trials.mean()), float(trials.var())
    if variance == 0:
        return 1.0 if statistic <= average else 0.0
    return float(stats.gamma.sf(statistic, average**2 / variance, scale=variance / average))


def _counts_of_counts(found: Children, rows: int, parents: int, chances: Chances) -> float | None:
    """p of how many parents have how many children, against the sum of their binomials.

    Their variance is below that of independent counts, so Pearson's test is on the safe side.
    """
    if parents > len(chances) or parents < 50:
        return None
    met = sum(found.histogram.values())
    counts = np.array([0, *sorted(found.histogram)])
    many = np.array([parents - met, *(found.histogram[int(c)] for c in counts[1:])], np.float64)
    # Edges at quantiles of the parents' counts: at most some thirty bins.
    edges = np.unique(counts[np.clip(np.searchsorted(np.cumsum(many), np.linspace(0, parents, 31)[1:-1]), 0, None)])
    below = np.zeros(len(edges))
    for start in range(0, parents, 1 << 18):
        part = chances[start : start + (1 << 18)]
        groups, weights = _grouped(part)
        for at, edge in enumerate(edges):
            below[at] += float((stats.binom.cdf(edge, rows, groups) * weights).sum())
    expected = np.diff(np.concatenate([[0.0], below, [float(parents)]]))
    places = np.searchsorted(edges, counts, side="left")
    observed = np.bincount(places, many, len(edges) + 1)
    test = chi_squared(observed, np.maximum(expected, 0) / max(expected.sum(), 1e-300))
    return None if test is None else test[0]


def _grouped(chances: Chances) -> tuple[Chances, Chances]:
    """Ranks far out hardly differ: their chances by groups within 1/1000 of each other."""
    if len(chances) < 4096:
        return chances, np.ones(len(chances))
    places = np.unique(np.geomspace(1, len(chances), 4096).astype(np.int64))
    starts = np.concatenate([[0], places[:-1]])
    return np.add.reduceat(chances, starts) / np.diff(np.append(starts, len(chances))), np.diff(
        np.append(starts, len(chances))
    ).astype(np.float64)


def _each(name: str, key: ForeignKey, found: Children, parents: int, low: int, high: int, one_run: bool) -> Check:
    rows = found.rows - found.orphans
    counts = found.histogram
    over = sum(many for children, many in counts.items() if children > high)
    under = sum(many for children, many in counts.items() if children < low)
    # Fewer rows than parents * low take some parents alone, and the last of these may be cut short.
    whole = rows >= parents * low
    without = parents - sum(counts.values())
    detail = []
    if over:
        detail.append(f"{plural(over, 'parent')} with more than {high}")
    if under > (0 if whole and one_run else 1):
        detail.append(f"{plural(under, 'parent')} with fewer than {low}")
    if whole and one_run and low > 0 and without > 0:
        detail.append(f"{plural(without, 'parent')} without children")
    text = f"{low} .. {high} children to a parent" if low != high else f"{low} children to every parent"
    seen = f"{min(counts, default=0)} .. {max(counts, default=0)}, {rows / max(1, sum(counts.values())):.3g} on average"
    plot = None
    if max(counts, default=0) - min(counts, default=0) <= 40 and low != high:
        places = np.arange(min(low, *counts), max(high, *counts) + 1)
        observed = np.array([counts.get(int(k), 0) for k in places], float)
        even = np.where((places >= low) & (places <= high), 1 / (high - low + 1), 0.0)
        plot = of_names([str(k) for k in places], observed, even)
    return Check(FAN_OUT, name, FAIL if detail else PASS, text, seen, "; ".join(detail), key.columns[0], plot=plot)
