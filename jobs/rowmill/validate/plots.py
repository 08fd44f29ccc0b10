"""From counts to what a plot shows: few bins, of a width that makes the shape of a distribution visible."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rowmill.schema.types import DataType
from rowmill.validate.expect import Binned, show
from rowmill.validate.report import Plot

_SHOWN = 40  # bins
_NAMED = 24  # bars with a name each


def of_histogram(binned: Binned, counts: NDArray[np.int64], dtype: DataType) -> Plot | None:
    """The plot of a numeric distribution; None if there is nothing to see."""
    total = int(counts.sum())
    if total == 0:
        return None
    observed, expected = counts / total, binned.probabilities
    edges = binned.edges.astype(np.float64)
    if len(edges) < 2:
        return None
    inner_seen, inner_wanted = observed[1:-1], expected[1:-1]
    if edges.size <= _NAMED and binned.edges.dtype.kind == "i" and (np.diff(binned.edges) == 1).all():
        values = binned.edges[1:]
        return Plot(_floats(inner_seen), _floats(inner_wanted), tuple(show(dtype, int(v)) for v in values))
    low, high = _visible(edges, inner_wanted)
    middle = float(edges[np.searchsorted(np.cumsum(inner_wanted), 0.5)])
    log = low > 0 and high / low > 50 and middle - low < 0.15 * (high - low)  # else most bins would be bare
    grid = np.geomspace(low, high, _SHOWN + 1) if log else np.linspace(low, high, _SHOWN + 1)
    at = np.unique(np.clip(np.searchsorted(edges, grid), 0, len(edges) - 1))
    if len(at) < 2:
        return None
    seen, wanted = np.cumsum(observed)[at], np.cumsum(expected)[at]
    return Plot(
        _floats(np.diff(seen)),
        _floats(np.diff(wanted)),
        edges=_floats(edges[at]),
        ticks=_ticks(float(edges[at[0]]), float(edges[at[-1]]), dtype, log, binned.origin),
        log=log,
    )


def of_names(labels: list[str], observed: NDArray[Any], expected: NDArray[Any]) -> Plot | None:
    """The plot of named values; the most frequent ones, if there are many."""
    total = float(observed.sum())
    if not total:
        return None
    chosen = np.arange(len(labels))
    if len(labels) > _NAMED:
        chosen = np.sort(np.argsort(-expected, kind="stable")[:_NAMED])
    return Plot(_floats(observed[chosen] / total), _floats(expected[chosen]), tuple(labels[i] for i in chosen))


def _visible(edges: NDArray[np.float64], shares: NDArray[np.float64]) -> tuple[float, float]:
    """From the first to the last permille: a far tail would leave no room for the rest."""
    below = np.cumsum(shares)
    first = int(np.searchsorted(below, 0.002))
    last = int(np.searchsorted(below, 0.998))
    low, high = float(edges[min(first, len(edges) - 1)]), float(edges[min(last + 1, len(edges) - 1)])
    return (low, high) if high > low else (float(edges[0]), float(edges[-1]))


def _ticks(low: float, high: float, dtype: DataType, log: bool, origin: int) -> tuple[tuple[float, str], ...]:
    count = 3 if dtype.name in ("date", "timestamp", "timestamp_ntz") else 5  # a date is wide
    places = np.geomspace(low, high, count) if log else np.linspace(low, high, count)
    return tuple((float(place), _short(dtype, float(place) + origin)) for place in places)


def _short(dtype: DataType, value: float) -> str:
    if dtype.name in ("date", "timestamp", "timestamp_ntz"):
        return show(dtype, round(value))[:10]
    if dtype.name == "time":
        return show(dtype, round(value))[:5]
    if dtype.name == "decimal":
        value /= 10**dtype.scale
    elif dtype.name == "interval":
        value /= 1e6
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"


def _floats(values: NDArray[Any]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
