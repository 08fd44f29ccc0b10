"""From counts to judgements: one check a line. Chance is judged later, for all tests of a table together."""

from __future__ import annotations

from typing import Any

import numpy as np

from rowmill.schema.types import DataType
from rowmill.validate import plots
from rowmill.validate.expect import Binned, show
from rowmill.validate.goodness import chi_squared, kolmogorov_smirnov, three_sigma
from rowmill.validate.probes import Categories, Faults, Histogram, Within
from rowmill.validate.report import FAIL, PASS, SKIP, Check

_LEAST_ROWS = 20  # fewer say nothing about a distribution
NULLS, DISTRIBUTION, FAN_OUT = "nulls", "distribution", "fan-out"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def bounds(label: str, column: str, probe: Histogram, noun: str = "value") -> Check:
    """No value in the bins where none may be."""
    binned, counts, dtype = probe.expected, probe.counts, probe.dtype
    none_here = binned.probabilities == 0
    below = int(counts[0]) if none_here[0] and binned.low > -np.inf else 0
    above = int(counts[-1]) if none_here[-1] and len(counts) > 1 else 0
    outside = below + above
    if not outside and probe.smallest is not None and (probe.smallest < binned.low or probe.largest > binned.high):
        outside = 1  # by so little that doubles don't show it
    seen = "no values" if probe.smallest is None else f"{show(dtype, probe.smallest)} .. {show(dtype, probe.largest)}"
    return Check(
        "bounds",
        f"bounds of {label}",
        FAIL if outside else PASS,
        f"{show(dtype, binned.low)} .. {show(dtype, binned.high)}",
        seen,
        f"{plural(outside, noun)} outside" if outside else "",
        column,
    )


def distribution(label: str, column: str, probe: Histogram, rows: int, nulls: int) -> Check:
    """The counts against their chances, or against their exact share (sequences)."""
    binned, counts = probe.expected, probe.counts
    total = int(counts.sum())
    name = f"distribution of {label}"
    plot = plots.of_histogram(binned, counts, probe.dtype)
    if total < _LEAST_ROWS and not binned.exact:
        return Check(DISTRIBUTION, name, SKIP, binned.text, detail=f"too few values to say: {total}", column=column)
    if binned.exact and nulls == 0:
        return _exact(name, column, binned, counts, rows, plot)
    inside = counts.astype(np.float64)
    if binned.probabilities[0] == 0:
        inside[0] = 0
    if binned.probabilities[-1] == 0:
        inside[-1] = 0
    empty = (binned.probabilities <= 0) & (inside > 0)
    if empty.any():
        found = f"{plural(int(inside[empty].sum()), 'value')} where none can be"
        return Check(DISTRIBUTION, name, FAIL, binned.text, found, column=column, p_value=0.0, plot=plot)
    chi = chi_squared(inside, binned.probabilities)
    if chi is None:
        return Check(DISTRIBUTION, name, PASS, binned.text, "one value only can be", column=column, plot=plot)
    p, freedom = chi
    found = f"chi-squared over {freedom + 1} bins: p = {_p(p)}"
    if freedom >= 50:
        other, gap = kolmogorov_smirnov(inside, binned.probabilities)
        found += f"; Kolmogorov-Smirnov: D = {gap:.2g}, p = {_p(other)}"
        p = min(1.0, 2 * min(p, other))  # two tests of one thing: Bonferroni
    return Check(DISTRIBUTION, name, PASS, binned.text, found, column=column, p_value=p, plot=plot)


def _exact(name: str, column: str, binned: Binned, counts: Any, rows: int, plot: Any) -> Check:
    wanted = np.cumsum(binned.probabilities) * rows
    off = float(np.abs(np.cumsum(counts) - wanted).max())
    good = off <= binned.slack + 1e-6 * rows**0.5 and int(counts.sum()) == rows
    found = "every row in its place" if good else f"up to {plural(round(off), 'row')} out of place"
    return Check(DISTRIBUTION, name, PASS if good else FAIL, binned.text, found, column=column, plot=plot)


def named(label: str, column: str, probe: Categories, texts: list[str], weights: list[dict[int, float]]) -> list[Check]:
    """Named values: none but those, and by their weights, in each case.

    texts: how the values are shown; weights: of each case, place of the value -> weight (empty: no such case)
    """
    counts = probe.counts
    listed = np.zeros(counts.shape, bool)
    for case, shares in enumerate(weights):
        for place in shares:
            listed[case, place] = True
    strange = int(counts[~listed].sum())
    # A value of another case is as wrong as one of none.
    detail = f"{plural(strange, 'value')} not among them" if strange else ""
    if probe.strangers:
        detail += f": {', '.join(repr(text) for text in probe.strangers)}"
    elif strange:
        case, place = (int(i[0]) for i in np.nonzero(counts * ~listed))
        detail += f": {texts[place]!r} where {probe.columns[1]} is {_case(probe, case)!r}"
    shown = f"{', '.join(texts[:6])}{', ...' if len(texts) > 6 else ''}"
    checks = [
        Check("bounds", f"values of {label}", FAIL if strange else PASS, shown, detail and "others", detail, column)
    ]
    tests = []
    seen_labels: list[str] = []
    seen: list[float] = []
    wanted: list[float] = []
    inside = float(counts[listed].sum())
    for case, shares in enumerate(weights):
        places = sorted(shares)
        observed = counts[case, places].astype(np.float64)
        total, sum_of_weights = float(observed.sum()), sum(shares.values())
        chances = np.array([shares[p] / sum_of_weights for p in places])
        if len(places) and inside:
            prefix = f"{_case(probe, case)}: " if probe.cases else ""
            seen_labels += [prefix + texts[p] for p in places]
            seen += list(observed)
            wanted += list(chances * total / inside)
        if (observed[chances == 0] > 0).any():
            tests.append((0.0, 1, case))
        elif total >= _LEAST_ROWS and (found := chi_squared(observed[chances > 0], chances[chances > 0])) is not None:
            tests.append((*found, case))
    plot = plots.of_names(seen_labels, np.array(seen), np.array(wanted)) if seen else None
    text = "by the weights" + (f" of each {probe.columns[1]}" if probe.cases else "")
    name = f"distribution of {label}"
    if not tests:
        if len(texts) == 1 and inside:
            return checks
        checks.append(Check(DISTRIBUTION, name, SKIP, text, detail="too few values to say", column=column))
        return checks
    p, freedom, case = min(tests)
    if probe.cases:
        observed_text = f"chi-squared in {plural(len(tests), 'case')}, the worst {_case(probe, case)!r}: p = {_p(p)}"
    else:
        observed_text = f"chi-squared over {freedom + 1} values: p = {_p(p)}"
    p = min(1.0, p * len(tests))
    checks.append(Check(DISTRIBUTION, name, PASS, text, observed_text, column=column, p_value=p, plot=plot))
    return checks


def _case(probe: Categories, case: int) -> str:
    return probe.cases[case] if case < len(probe.cases) else "any other"


def nulls(label: str, column: str, count: int, rows: int, share: float, nullable: bool, extra: int = 0) -> Check:
    """The share of nulls within three standard deviations; none at all where none may be.

    extra: rows that are null for another reason than chance (the first of a self-reference)
    """
    name = f"nulls of {label}"
    found = f"{count:,}" + (f" ({count / rows:.4%})" if rows and count else "")
    if share == 0 or not nullable:
        wrong = count != extra if rows else False
        expected = "none" if not extra else plural(extra, "null")
        detail = "" if not wrong else "the column is not nullable" if not nullable else "`nulls` is not set"
        return Check(NULLS, name, FAIL if wrong else PASS, expected, found, detail, column)
    trials = max(rows - extra, 0)
    if trials == 0:
        return Check(NULLS, name, SKIP, f"{share:.4%}", "no rows", column=column)
    z, p = three_sigma(count - extra, trials, share)
    found += f", {abs(z):.1f} sigma {'above' if z > 0 else 'below'}"
    return Check(NULLS, name, PASS, f"{share:.4%}, {trials * share:,.0f}", found, column=column, p_value=p)


def faults(kind: str, name: str, column: str, probe: Faults, expected: str) -> Check:
    """Values that break a rule: how many, and some of them."""
    detail = f"{plural(probe.count, 'value')} wrong" if probe.count else ""
    if probe.examples:
        detail += f", such as {', '.join(repr(text) for text in probe.examples)}"
    found = f"{plural(probe.seen, 'value')}" if not probe.count else "others"
    return Check(kind, name, FAIL if probe.count else PASS, expected, found, detail, column)


def of_type(label: str, column: str, probe: Within, dtype: DataType) -> Check:
    """The type's own bounds: lengths of texts, NaN and infinities."""
    found = f"at most {probe.longest} characters" if dtype.name in ("char", "varchar") else probe.span or "in order"
    return (
        faults("bounds", f"bounds of {label}", column, probe, f"what {dtype} holds")
        if probe.count
        else Check("bounds", f"bounds of {label}", PASS, f"what {dtype} holds", found, column=column)
    )


def _p(p: float) -> str:
    return f"{p:.2g}" if p >= 1e-300 else "0"
