"""From the words of the YAML to what must be seen: the exact distribution of the values as they are stored.

A stored value is a rounded one (whole numbers, hundredths, floats), so its distribution function is that
of the variate at the middle between it and the next value that can be stored. Formulas come from scipy
and from the vocabulary's definitions, not from the generators: two ways to one truth.

Physical values throughout: unscaled integers of decimals, days of dates, microseconds of times.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from rowmill.generate.literals import physical, physical_bounds
from rowmill.schema.types import DataType

BINS = 1024
FLOATS = ("float", "double")
TIMES = ("timestamp", "timestamp_ntz", "time", "interval")
_DAY = 86_400_000_000
# Ends of `uniform` where the YAML names none.
_UNIFORM_ENDS: dict[str, tuple[Any, Any]] = {
    "date": ("2020-01-01", "2025-12-31"),
    "timestamp": ("2020-01-01 00:00:00", "2025-12-31 23:59:59"),
    "timestamp_ntz": ("2020-01-01 00:00:00", "2025-12-31 23:59:59"),
    "interval": (0, "30 days"),
    "float": (0.0, 1.0),
    "double": (0.0, 1.0),
}

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Binned:
    """Probabilities (m + 1,) of the bins that edges (m,) cut: (-inf, e0], (e0, e1], ... (em-1, inf).

    The first bin lies below the smallest value that may be, the last one above the largest.
    exact: counts, not chances: each bin holds its share to within `slack` rows, counted from below
    origin: what is taken off values of more than 64 bits before they become doubles; edges are without it
    """

    edges: NDArray[Any]
    probabilities: Floats
    low: Any
    high: Any
    text: str
    exact: bool = False
    slack: float = 0.0
    origin: int = 0


def unit_of(dtype: DataType) -> int:
    """Physical units in one: 10**scale of a decimal, a second of times."""
    if dtype.name == "decimal":
        return int(10**dtype.scale)
    return 1_000_000 if dtype.name in TIMES else 1


def is_wide(dtype: DataType) -> bool:
    """Whether values may leave 64 bits; they are then judged as doubles."""
    return dtype.name == "decimal" and dtype.precision > 18


def numeric(name: str, args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned | None:
    """What a numeric generator must give. None if this generator has no distribution of its own.

    rows: of the table; first_run: rows of its first run (`increasing` ends with them)
    """
    maker = _MAKERS.get(name)
    return None if maker is None else maker(args, dtype, rows, first_run)


def uniform(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned:
    ends = _UNIFORM_ENDS.get(dtype.name) or (None, None)
    limits = (0, _DAY - 1) if dtype.name == "time" else physical_bounds(dtype)
    low, high = (
        physical(dtype, given, "") if given is not None else physical(dtype, end, "") if end is not None else limit
        for given, end, limit in zip((args.get("min"), args.get("max")), ends, limits, strict=True)
    )
    text = f"uniform over {show(dtype, low)} .. {show(dtype, high)}"
    if dtype.name in FLOATS:
        span = high - low
        if not math.isfinite(span):
            return _from_edges(dtype, np.array([0.0]), lambda v: np.array(v / high / 2 + 0.5), low, high, text)
        return _continuous(
            dtype,
            lambda x: np.clip((x - low) / span, 0, 1) if span else np.ones_like(x),
            lambda q: low + q * span,
            low,
            high,
            text,
        )
    return _integers(low, high, dtype, text)


def _integers(low: int, high: int, dtype: DataType, text: str) -> Binned:
    """Each whole number of low..high equally likely; exact at any size."""
    span = high - low + 1
    cuts = sorted({low - 1 + span * i // BINS for i in range(BINS + 1)})
    shares = np.diff([(cut - low + 1) / span for cut in cuts])
    if is_wide(dtype):
        relative = [float(cut - low) for cut in cuts]
        return Binned(np.array(relative), np.concatenate([[0.0], shares, [0.0]]), low, high, text, origin=low)
    if cuts[0] < -(1 << 63):  # no value is below
        cuts, first = cuts[1:], [float(shares[0])]
        probabilities = np.concatenate([first, shares[1:], [0.0]])
    else:
        probabilities = np.concatenate([[0.0], shares, [0.0]])
    return Binned(np.array(cuts, np.int64), probabilities, low, high, text)


def _limits(args: dict[str, Any], dtype: DataType) -> tuple[Any, Any]:
    limits = physical_bounds(dtype)
    if limits[0] is None:
        limits = (-math.inf, math.inf)
    low, high = (
        limit if args.get(end) is None else physical(dtype, args[end], "")
        for end, limit in zip(("min", "max"), limits, strict=True)
    )
    return low, high


def normal(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned:
    mean, deviation = float(args.get("mean", 0.0)), float(args.get("stddev", 1.0))
    low, high = _limits(args, dtype)
    unit = unit_of(dtype)
    text = f"normal, mean {mean:g}, standard deviation {deviation:g}{_cut(args)}"
    if deviation == 0:
        return _point(dtype, mean * unit, text)
    law = stats.truncnorm((low / unit - mean) / deviation, (high / unit - mean) / deviation, mean, deviation)
    return _rounded(dtype, law.cdf, law.ppf, low, high, text)


def lognormal(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned:
    mu, sigma = float(args.get("mu", 0.0)), float(args.get("sigma", 1.0))
    low, high = _limits(args, dtype)
    unit = unit_of(dtype)
    ends = [-math.inf if end <= 0 else math.log(end / unit) if math.isfinite(end) else math.inf for end in (low, high)]
    law = stats.truncnorm((ends[0] - mu) / sigma, (ends[1] - mu) / sigma, mu, sigma)
    text = f"lognormal, mu {mu:g}, sigma {sigma:g}{_cut(args)}"

    def cdf(x: Floats) -> Floats:
        result: Floats = law.cdf(np.log(np.maximum(x, 1e-300)))
        return np.where(x > 0, result, 0.0)

    return _rounded(dtype, cdf, lambda q: np.exp(law.ppf(q)), max(low, 0), high, text)


def exponential(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned:
    rate = float(args.get("rate", 1.0))
    low, high = _limits(args, dtype)
    unit = unit_of(dtype)
    start, end = max(0.0, low / unit), high / unit
    mass = -math.expm1(-rate * (end - start))

    def cdf(x: Floats) -> Floats:
        return np.asarray(np.clip(-np.expm1(-rate * np.maximum(x - start, 0.0)) / mass, 0.0, 1.0))

    text = f"exponential, rate {rate:g}{_cut(args)}"
    return _rounded(dtype, cdf, lambda q: start - np.log1p(-q * mass) / rate, max(low, 0), high, text)


def poisson(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned:
    mean = float(args["mean"])
    law = stats.poisson(mean)
    last = int(mean + 40 * math.sqrt(mean) + 60)
    edges = np.unique(np.concatenate([law.ppf(np.arange(1, BINS) / BINS), law.isf([1e-4, 1e-6, 1e-9])]))
    return _counted(dtype, edges[edges >= 0], law.cdf, 0, last, 0, f"Poisson, mean {mean:g}")


def zipf(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned:
    s, n, shift = float(args.get("s", 1.0)), int(args["n"]), int(args.get("min", 1)) - 1
    law = ZipfLaw(s, n)
    quantiles = law.quantile(np.arange(1, BINS) / BINS)
    head = np.arange(1, min(n, 64) + 1)
    edges = np.unique(np.concatenate([quantiles, head]))
    edges = edges[edges < n]
    return _counted(dtype, edges, law.cdf, 1, n, shift, f"Zipf, s {s:g}, over {n:,} values")


class ZipfLaw:
    """P(k) proportional to k**-s, k in 1..n.

    Sums are exact up to a million terms. Beyond, each term is the integral over [k - 1/2, k + 1/2], which is off by
    s (s + 1) / (24 k^2) of itself (the midpoint rule's error).
    """

    _EXACT = 1_000_000

    def __init__(self, s: float, n: int) -> None:
        self.s, self.n = s, n
        self._sums = np.cumsum(np.arange(1, min(n, self._EXACT) + 1, dtype=np.float64) ** -s)
        self._total = float(self._sums[-1]) + (self._integral(float(n)) if n > self._EXACT else 0.0)

    def _integral(self, k: Any) -> Any:
        a, b = self._EXACT + 0.5, k + 0.5
        if abs(self.s - 1) < 1e-12:
            return np.log(b / a)
        return (b ** (1 - self.s) - a ** (1 - self.s)) / (1 - self.s)

    def cdf(self, k: Any) -> Floats:
        """P(value <= k)."""
        whole = np.floor(np.asarray(k, np.float64))
        inside = np.clip(whole, 1, len(self._sums)).astype(np.int64) - 1
        sums = self._sums[inside]
        if self.n > self._EXACT:
            sums = sums + np.where(whole > self._EXACT, self._integral(np.maximum(whole, self._EXACT)), 0.0)
        return np.where(whole < 1, 0.0, np.where(whole >= self.n, 1.0, sums / self._total))

    def probability(self, k: Any) -> Floats:
        """P(value = k)."""
        return np.asarray(k, np.float64) ** -self.s / self._total

    def quantile(self, q: Floats) -> NDArray[Any]:
        """Smallest k with P(value <= k) >= q."""
        low, high = np.ones(len(q)), np.full(len(q), float(self.n))
        for _ in range(64):
            middle = np.floor((low + high) / 2)
            enough = self.cdf(middle) >= q
            low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
        return np.asarray(np.minimum(low, high))


def sequence(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned | None:
    if rows < 1 or dtype.is_text:
        return None
    unit = unit_of(dtype)
    start, step = int(args.get("start", 1)) * unit, int(args.get("step", 1)) * unit
    last = start + step * (rows - 1)
    low, high, pace = min(start, last), max(start, last), abs(step)
    if is_wide(dtype) and max(abs(low - 1), abs(high)) > 1 << 53:
        return None  # judged as doubles, which tell no more whole numbers apart
    text = f"{show(dtype, start)}, {show(dtype, start + step)} .. {show(dtype, last)}" if rows > 1 else show(dtype, low)
    if pace == 0:
        return _point(dtype, start, text)
    ranks = sorted({-1 + rows * i // BINS for i in range(BINS + 1)})
    kind: Any = np.float64 if dtype.name in FLOATS or is_wide(dtype) else np.int64
    edges = np.array([low + pace * rank if rank >= 0 else low - 1 for rank in ranks], kind)
    shares = np.diff(ranks) / rows
    return Binned(edges, np.concatenate([[0.0], shares, [0.0]]), low, high, text, exact=True)


def permutation(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned | None:
    domain = int(args.get("rows") or rows)
    if domain <= rows:
        made = sequence({"start": args.get("start", 1)}, dtype, rows, first_run)
    else:
        unit, start = unit_of(dtype), int(args.get("start", 1))
        if unit != 1:
            return None
        made = _integers(start, start + domain - 1, dtype, "")
    if made is None:
        return None
    text = f"{show(dtype, made.low)} .. {show(dtype, made.high)} in shuffled order"
    return Binned(made.edges, made.probabilities, made.low, made.high, text, made.exact)


def increasing(args: dict[str, Any], dtype: DataType, rows: int, first_run: int) -> Binned | None:
    if rows < 1 or is_wide(dtype):
        return None
    given = args.get("start")
    begin = _UNIFORM_ENDS.get(dtype.name, (0, 0))[0]
    start = physical(dtype, given if given is not None else begin, "")
    last = None
    if args.get("end") is not None:
        last = physical(dtype, args["end"], "")
        step = (last - start + 1) / max(1, first_run)
    else:
        scale = 1 / 86400 if dtype.name == "date" else unit_of(dtype)
        step = float(1.0 if args.get("step") is None else args["step"]) * scale
    if step <= 0:
        return _point(dtype, start, f"{show(dtype, start)} in every row")
    high = start + math.floor(rows * step)
    if last is not None and rows <= first_run:
        high = last
    # Row i has floor((i + late) * step), 0 <= late <= jitter: up to v come the rows below (v - start + 1) / step.
    edges = np.unique(
        np.array([start - 1 + math.floor(i / BINS * rows * step) for i in range(BINS)] + [high], np.int64)
    )
    below = np.minimum((edges - start + 1) / step, rows) / rows
    below[-1] = 1.0
    text = f"never goes back, {show(dtype, start)} .. {show(dtype, high)}"
    shares = np.concatenate([[below[0]], np.diff(below), [0.0]])
    return Binned(edges, shares, start, high, text, exact=True, slack=2.0)


_MAKERS: dict[str, Callable[[dict[str, Any], DataType, int, int], Binned | None]] = {
    "uniform": uniform,
    "normal": normal,
    "lognormal": lognormal,
    "exponential": exponential,
    "poisson": poisson,
    "zipf": zipf,
    "sequence": sequence,
    "permutation": permutation,
    "increasing": increasing,
}


def whole_numbers(low: int, high: int, text: str) -> Binned:
    """Each of low..high equally likely: lengths, distances, numbers of words."""
    return _integers(low, high, DataType("bigint"), text)


def _rounded(
    dtype: DataType,
    cdf: Callable[[Floats], Any],
    quantile: Callable[[Floats], Any],
    low: Any,
    high: Any,
    text: str,
) -> Binned:
    """The variate in units of the type, stored as the nearest value that can be."""
    if dtype.name in FLOATS:
        return _continuous(dtype, cdf, quantile, low, high, text)
    unit = unit_of(dtype)
    cuts = np.rint(np.asarray(quantile(np.arange(1, BINS) / BINS)) * unit)
    cuts = np.unique(np.clip(cuts, float(low), float(high)))
    return _from_edges(dtype, cuts, lambda v: np.asarray(cdf((v + 0.5) / unit)), low, high, text)


def _continuous(
    dtype: DataType,
    cdf: Callable[[Floats], Any],
    quantile: Callable[[Floats], Any],
    low: Any,
    high: Any,
    text: str,
) -> Binned:
    cuts = np.asarray(quantile(np.arange(1, BINS) / BINS), np.float64)
    if dtype.name == "double":
        return _from_edges(dtype, np.unique(cuts), lambda v: np.asarray(cdf(v)), low, high, text)
    single = np.unique(cuts.astype(np.float32))

    def stored(v: Floats) -> Floats:
        above = np.nextafter(v.astype(np.float32), np.float32(np.inf)).astype(np.float64)
        return np.asarray(cdf((v + above) / 2))

    low, high = float(np.float32(low)), float(np.float32(high))
    return _from_edges(dtype, single.astype(np.float64), stored, low, high, text)


def _from_edges(
    dtype: DataType, cuts: NDArray[Any], cdf: Callable[[Floats], Any], low: Any, high: Any, text: str
) -> Binned:
    """Bins at the cuts, and one beyond each end, which is expected to be empty."""
    inner = cuts[(cuts >= low) & (cuts < high)]
    below = np.clip(cdf(inner.astype(np.float64)), 0.0, 1.0)
    if dtype.name in FLOATS or is_wide(dtype):
        ends = [[np.nextafter(low, -math.inf)] if math.isfinite(low) else [], [high] if math.isfinite(high) else []]
        kind: Any = np.float64
    else:
        ends = [[low - 1] if low > -(1 << 63) else [], [high]]
        kind = np.int64
    edges = np.array([*ends[0], *inner.tolist(), *ends[1]])
    if kind is np.int64:
        edges = np.array([int(v) for v in [*ends[0], *inner.tolist(), *ends[1]]], np.int64)
    at = np.concatenate([np.zeros(len(ends[0])), np.maximum.accumulate(below), np.ones(len(ends[1]))])
    probabilities = np.diff(np.concatenate([[0.0], at, [1.0]]))
    return Binned(edges, probabilities, low, high, text)


def _counted(
    dtype: DataType, edges: NDArray[Any], cdf: Callable[[Any], Any], first: int, last: int, shift: int, text: str
) -> Binned:
    """Whole numbers first+shift .. last+shift, in the type's units."""
    unit = unit_of(dtype) if dtype.name == "decimal" else 1
    inner = np.unique(edges[(edges >= first) & (edges < last)].astype(np.int64))
    below = np.concatenate([[0.0], np.asarray(cdf(inner), np.float64), [1.0]])
    cuts = [(first - 1 + shift) * unit, *((int(v) + shift) * unit for v in inner), (last + shift) * unit]
    kind: Any = np.float64 if dtype.name in FLOATS or is_wide(dtype) else np.int64
    probabilities = np.concatenate([[0.0], np.diff(below), [0.0]])
    return Binned(np.array(cuts, kind), probabilities, (first + shift) * unit, (last + shift) * unit, text)


def _point(dtype: DataType, value: Any, text: str) -> Binned:
    if dtype.name in FLOATS:
        real = float(np.float32(value)) if dtype.name == "float" else float(value)
        edges = np.array([np.nextafter(real, -math.inf), real])
        return Binned(edges, np.array([0.0, 1.0, 0.0]), real, real, text)
    whole = round(value)
    return Binned(np.array([whole - 1, whole], np.int64), np.array([0.0, 1.0, 0.0]), whole, whole, text)


def _cut(args: dict[str, Any]) -> str:
    low, high = args.get("min"), args.get("max")
    if low is None and high is None:
        return ""
    return f", truncated to {'' if low is None else low} .. {'' if high is None else high}"


def show(dtype: DataType, value: Any) -> str:
    """A physical value as a person writes it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if dtype.name == "decimal":
        digits = tuple(map(int, str(abs(int(value)))))
        return f"{Decimal((int(value < 0), digits, -dtype.scale)):f}"  # every digit, at any size
    if dtype.name == "date":
        return _date_text(int(value))
    if dtype.name in ("timestamp", "timestamp_ntz"):
        return str(np.datetime64(int(value), "us")).replace("T", " ").removesuffix(".000000")
    if dtype.name == "time":
        return str(np.datetime64(int(value), "us"))[11:].removesuffix(".000000")
    if dtype.name == "interval":
        return f"{value / 1e6:g} s"
    if dtype.name in FLOATS:
        return f"{value:.10g}"
    return str(value)


def _date_text(days: int) -> str:
    return str(np.datetime64(days, "D"))
