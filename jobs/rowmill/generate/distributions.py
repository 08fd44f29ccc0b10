"""Numeric distributions as quantile functions of one random word per row.

Each maps 64 random bits to a value, so truncation is exact: the uniform variate is drawn from
[F(min), F(max)] and never clipped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rowmill.errors import GeneratorError
from rowmill.generate import kernels
from rowmill.generate.random import Bits, bounded, mix, open_unit, unit

Floats = NDArray[np.float64]
_BELOW_ONE = 1.0 - 2.0**-53


class Distribution(Protocol):
    """A random variable: `quantile` turns random bits (n,) into values (n,)."""

    def quantile(self, random: Bits) -> NDArray[Any]: ...


@dataclass(frozen=True, slots=True)
class UniformInteger:
    """Each integer of low..high, both reachable."""

    low: int
    high: int

    def quantile(self, random: Bits) -> NDArray[Any]:
        span = self.high - self.low + 1
        if span > 1 << 64:
            return _wide_uniform(random, self.low, span)
        offset = bounded(random, span)
        if self.high < 1 << 63 and self.low >= -(1 << 63):
            return (offset + np.uint64(self.low & 0xFFFFFFFFFFFFFFFF)).view(np.int64)
        return np.array([self.low + int(v) for v in offset], dtype=object)


def _wide_uniform(random: Bits, low: int, span: int) -> NDArray[Any]:
    second = mix(random ^ np.uint64(0xA5A5A5A5A5A5A5A5))
    return np.array(
        [low + ((((int(a) << 64) | int(b)) * span) >> 128) for a, b in zip(random, second, strict=True)], dtype=object
    )


@dataclass(frozen=True, slots=True)
class UniformFloat:
    """Doubles of low..high."""

    low: float
    high: float

    def quantile(self, random: Bits) -> NDArray[Any]:
        # 53 bits over [0, 1] with both ends, so that max is reachable.
        share = (random >> np.uint64(11)).astype(np.float64) * (1.0 / ((1 << 53) - 1))
        return np.clip(self.low * (1.0 - share) + self.high * share, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal distribution, truncated to low..high (both may be None)."""

    mean: float
    stddev: float
    low: float | None = None
    high: float | None = None

    def quantile(self, random: Bits) -> NDArray[Any]:
        if self.stddev == 0:
            return np.full(len(random), self.mean)
        a = -math.inf if self.low is None else (self.low - self.mean) / self.stddev
        b = math.inf if self.high is None else (self.high - self.mean) / self.stddev
        flip = a > 0  # work in the lower tail, where probabilities keep their precision
        if flip:
            a, b = -b, -a
        p, q = normal_cdf(a), normal_cdf(b)
        # The sum may round to 1, whose quantile is infinite.
        z = normal_quantile(np.minimum(p + (q - p) * open_unit(random), _BELOW_ONE))
        values = self.mean + self.stddev * (-z if flip else z)
        return _within(values, self.low, self.high)


@dataclass(frozen=True, slots=True)
class LogNormal:
    """exp of a normal variate, truncated to low..high."""

    mu: float
    sigma: float
    low: float | None = None
    high: float | None = None

    def quantile(self, random: Bits) -> NDArray[Any]:
        low = None if self.low is None or self.low <= 0 else math.log(self.low)
        high = None if self.high is None else math.log(self.high)
        with np.errstate(over="ignore"):  # beyond the largest double comes what `high` cuts off
            values = np.exp(Normal(self.mu, self.sigma, low, high).quantile(random))
        return _within(values, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Exponential:
    """The exponential distribution, truncated to low..high."""

    rate: float
    low: float | None = None
    high: float | None = None

    def quantile(self, random: Bits) -> NDArray[Any]:
        low = max(0.0, self.low or 0.0)
        # Memoryless: beyond `low` it is the same distribution again.
        span = 1.0 if self.high is None else -math.expm1(-self.rate * (self.high - low))
        values = low - np.log1p(-span * open_unit(random)) / self.rate
        return _within(values, self.low, self.high)


_GUIDE = 1 << 16  # cells of a guide table, told apart by the top 16 bits of a random word
_GUIDED = 1 << 10  # up to so many values a guide table has few cells that hold an edge


@dataclass(frozen=True)
class Discrete:
    """Integers first, first+1, ... with given weights.

    Few values: a guide table over the inverse distribution function (Chen and Asau, 1974), searched only in
    the cells that hold an edge. Many: Walker's alias table.
    """

    first: int
    weights: Floats
    _table: GuideTable | AliasTable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        small = len(self.weights) <= _GUIDED
        object.__setattr__(self, "_table", (GuideTable if small else AliasTable).build(self.weights))

    def quantile(self, random: Bits) -> NDArray[Any]:
        index = self._table.pick(random)
        return index + self.first if self.first else index


@dataclass(frozen=True)
class GuideTable:
    """Index k with probability weights[k] / sum, to 53 bits; not decreasing in the random word."""

    edges: Floats
    cells: NDArray[np.int32]  # the index of all words of a cell, or -1 where they have several

    @classmethod
    def build(cls, weights: Floats) -> GuideTable:
        edges = np.cumsum(weights, dtype=np.float64)
        edges /= edges[-1]
        bounds = np.searchsorted(edges, np.arange(_GUIDE + 1) / _GUIDE, side="right")
        # The words of a cell end before the next cell's first.
        last = np.searchsorted(edges, np.nextafter(np.arange(1, _GUIDE + 1) / _GUIDE, 0.0), side="right")
        return cls(edges, np.where(bounds[:-1] == last, last, -1).astype(np.int32))

    def pick(self, random: Bits) -> NDArray[np.int32]:
        if kernels.compiled:
            made: NDArray[np.int32] = kernels.compiled.guide_pick(np.ascontiguousarray(random), self.cells, self.edges)
            return made
        index = self.cells.take((random >> np.uint64(48)).view(np.int64))
        mixed = np.flatnonzero(index < 0)
        if mixed.size:
            index[mixed] = np.searchsorted(self.edges, unit(random.take(mixed)), side="right")
        return index


@dataclass(frozen=True)
class AliasTable:
    """Index k with probability weights[k] / sum: Walker, ACM TOMS 3 (1977), built as Vose, IEEE TSE 17 (1991).

    A cell's threshold has 32 bits, so a probability is off by less than 2**-32 / n.
    """

    thresholds: NDArray[np.uint32]
    aliases: NDArray[np.int32]

    @classmethod
    def build(cls, weights: Floats) -> AliasTable:
        n = len(weights)
        scaled = (weights * (n / weights.sum())).tolist()
        aliases = list(range(n))
        small = [k for k in range(n) if scaled[k] < 1.0]
        large = [k for k in range(n) if scaled[k] >= 1.0]
        while small and large:
            less, more = small.pop(), large[-1]
            aliases[less] = more
            scaled[more] -= 1.0 - scaled[less]
            if scaled[more] < 1.0:
                small.append(large.pop())
        for k in (*small, *large):  # full, but for the last rounding: their alias is themselves
            scaled[k] = 1.0
        thresholds = np.minimum(np.rint(np.array(scaled) * 2.0**32), 2.0**32 - 1).astype(np.uint32)
        return cls(thresholds, np.array(aliases, np.int32))

    def pick(self, random: Bits) -> NDArray[np.int32]:
        if kernels.compiled:
            made: NDArray[np.int32] = kernels.compiled.alias_pick(
                np.ascontiguousarray(random), self.thresholds, self.aliases
            )
            return made
        cell = (((random >> np.uint64(32)) * np.uint64(len(self.aliases))) >> np.uint64(32)).view(np.int64)
        return self.among(random, cell)

    def among(self, random: Bits, cell: NDArray[np.int64]) -> NDArray[np.int32]:
        """What the low half of the random words makes of the cells that the high half picked."""
        stay = random.astype(np.uint32) < self.thresholds.take(cell)
        return np.where(stay, cell.astype(np.int32), self.aliases.take(cell))


@dataclass(frozen=True)
class AliasTables:
    """Several alias tables side by side, so that rows may each draw from their own."""

    table: AliasTable
    first: NDArray[np.int64]
    counts: NDArray[np.int64]

    @classmethod
    def build(cls, weights: Sequence[Floats]) -> AliasTables:
        """The values of table k are numbered on from those of the tables before; a table may be empty."""
        counts = np.array([len(w) for w in weights], np.int64)
        first = np.cumsum(counts) - counts
        tables = [AliasTable.build(w) for w in weights if len(w)]
        starts = [int(at) for at, count in zip(first, counts, strict=True) if count]
        aliases = [t.aliases + np.int32(at) for t, at in zip(tables, starts, strict=True)]
        return cls(AliasTable(np.concatenate([t.thresholds for t in tables]), np.concatenate(aliases)), first, counts)

    def pick(self, random: Bits, table: NDArray[Any]) -> NDArray[np.int32]:
        """An index for each row (n,) from the table (n,) that it names. None of them may be empty."""
        if kernels.compiled:
            words, named, among = np.ascontiguousarray(random), np.ascontiguousarray(table, np.int64), self.table
            made: NDArray[np.int32] = kernels.compiled.alias_tables_pick(
                words, among.thresholds, among.aliases, named, self.first, self.counts
            )
            return made
        cell = (((random >> np.uint64(32)) * self.counts.take(table).view(np.uint64)) >> np.uint64(32)).view(np.int64)
        cell += self.first.take(table)
        return self.table.among(random, cell)


def poisson(mean: float) -> Discrete:
    """The Poisson distribution; its table leaves out less than 1e-20 of the probability."""
    width = 12 * math.sqrt(mean) + 40
    first, last = max(0, int(mean - width)), int(mean + width)
    k = np.arange(first, last + 1, dtype=np.float64)
    # log pmf(k) - log pmf(first) = sum of log(mean / i), i = first+1 .. k
    steps = np.log(mean / k[1:]) if mean > 0 else np.full(len(k) - 1, -np.inf)
    logs = np.concatenate([[0.0], np.cumsum(steps)])
    return Discrete(first, np.exp(logs - logs.max()))


_ZIPF_HEAD = 1 << 16
_TAIL = np.uint64(0x5A4950465441494C)


@dataclass(frozen=True)
class Zipf:
    """Rank k in 1..n with probability proportional to k**-s.

    Ranks up to 65,536 are exact. Beyond, the sum is replaced by the integral over
    [k - 1/2, k + 1/2], which is off by s(s+1)/24k^2 of itself: less than 1e-10 there.
    """

    s: float
    n: int
    _table: GuideTable | AliasTable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        weights = np.arange(1, min(self.n, _ZIPF_HEAD) + 1, dtype=np.float64) ** -self.s
        if self.n > _ZIPF_HEAD:  # all ranks beyond are one value of the table
            weights = np.append(weights, self._integral(_ZIPF_HEAD + 0.5, self.n + 0.5))
        object.__setattr__(self, "_table", (GuideTable if self.n <= _GUIDED else AliasTable).build(weights))

    def _integral(self, a: float, b: float) -> float:
        if abs(self.s - 1) < 1e-12:
            return math.log(b / a)
        return float((b ** (1 - self.s) - a ** (1 - self.s)) / (1 - self.s))

    def quantile(self, random: Bits) -> NDArray[Any]:
        rank = self._table.pick(random).astype(np.int64) + 1
        if self.n > _ZIPF_HEAD:
            tail = np.flatnonzero(rank > _ZIPF_HEAD)
            rank[tail] = self._beyond(unit(mix(random.take(tail) ^ _TAIL)))
        return rank

    def _beyond(self, share: Floats) -> NDArray[np.int64]:
        a, b = _ZIPF_HEAD + 0.5, self.n + 0.5
        if abs(self.s - 1) < 1e-12:
            x = a * (b / a) ** share
        else:
            x = (a ** (1 - self.s) + share * (b ** (1 - self.s) - a ** (1 - self.s))) ** (1 / (1 - self.s))
        return np.clip(np.floor(x + 0.5), _ZIPF_HEAD + 1, self.n).astype(np.int64)


def _within(values: Floats, low: float | None, high: float | None) -> Floats:
    # Only against the last rounding: the quantile itself never leaves the interval.
    if low is not None:
        np.maximum(values, low, out=values)
    if high is not None:
        np.minimum(values, high, out=values)
    return values


def numeric(name: str, args: dict[str, Any], where: str) -> Distribution:
    """The distribution that a generator of this name asks for, on real numbers. Raises GeneratorError."""
    low, high = args.get("min"), args.get("max")
    if low is not None and high is not None and low > high:
        raise GeneratorError("min is larger than max", where=where, value=f"min {low}, max {high}", fix="swap them")
    if name == "normal":
        mean, stddev = float(args["mean"]), float(args["stddev"])
        if stddev < 0:
            raise GeneratorError("stddev is negative", where=where, value=stddev)
        result: Distribution = Normal(mean, stddev, low, high)
        mass = 1.0
        if stddev > 0:
            a = -math.inf if low is None else (low - mean) / stddev
            b = math.inf if high is None else (high - mean) / stddev
            mass = _between(a, b)
        elif (low is not None and mean < low) or (high is not None and mean > high):
            mass = 0.0
    elif name == "lognormal":
        if args["sigma"] <= 0:
            raise GeneratorError("sigma must be above 0", where=where, value=args["sigma"])
        mass = 0.0 if high is not None and high <= 0 else 1.0
        result = LogNormal(float(args["mu"]), float(args["sigma"]), low, high)
        if mass:
            a = -math.inf if low is None or low <= 0 else (math.log(low) - args["mu"]) / args["sigma"]
            b = math.inf if high is None else (math.log(high) - args["mu"]) / args["sigma"]
            mass = _between(a, b)
    elif name == "exponential":
        if args["rate"] <= 0:
            raise GeneratorError("rate must be above 0", where=where, value=args["rate"])
        mass = 0.0 if high is not None and high <= 0 else 1.0
        result = Exponential(float(args["rate"]), low, high)
    elif name == "poisson":
        mean = float(args["mean"])
        if not 0 <= mean <= 1e9:
            raise GeneratorError("the mean of poisson is 0 .. 1e9", where=where, value=mean)
        result, mass = poisson(mean), 1.0
    else:
        if not 1 <= args["n"] <= 1 << 62:
            raise GeneratorError("n must be at least 1 and at most 2**62", where=where, value=args["n"])
        if args["s"] < 0:
            raise GeneratorError("s must not be negative", where=where, value=args["s"])
        result, mass = Zipf(float(args["s"]), int(args["n"])), 1.0
    if mass <= 0 or not math.isfinite(mass):
        raise GeneratorError(
            f"{name} has no probability between min and max",
            where=where,
            value=f"min {low}, max {high}",
            fix="widen the bounds or move the distribution",
        )
    return result


# Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution (PPND16),
# Applied Statistics 37 (1988); relative error about 1e-16.
_A = (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3)  # fmt: skip
_B = (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3)  # fmt: skip
_C = (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
      1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4)  # fmt: skip  # noqa: E501
_D = (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9)  # fmt: skip  # noqa: E501
_E = (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7)  # fmt: skip  # noqa: E501
_F = (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15)  # fmt: skip  # noqa: E501


def _ratio(x: Floats, top: tuple[float, ...], bottom: tuple[float, ...]) -> Floats:
    numerator = np.full_like(x, top[-1])
    denominator = np.full_like(x, bottom[-1])
    for a, b in zip(top[-2::-1], bottom[-2::-1], strict=True):
        numerator *= x
        numerator += a
        denominator *= x
        denominator += b
    return numerator / denominator


def normal_cdf(z: float) -> float:
    """The standard normal distribution function; keeps its precision in the lower tail, down to z = -38."""
    return 0.5 * math.erfc(-z * math.sqrt(0.5))


def _between(a: float, b: float) -> float:
    return normal_cdf(-a) - normal_cdf(-b) if a > 0 else normal_cdf(b) - normal_cdf(a)


def normal_quantile(p: Floats) -> Floats:
    """The inverse of the standard normal distribution function, p in (0, 1)."""
    q = p - 0.5
    z = q * _ratio(0.180625 - q * q, _A, _B)
    outer = np.flatnonzero(np.abs(q) > 0.425)
    if outer.size:
        tail = p[outer]
        lower = q[outer] < 0
        r = np.sqrt(-np.log(np.where(lower, tail, 1.0 - tail)))
        value = np.where(r <= 5.0, _ratio(r - 1.6, _C, _D), _ratio(r - 5.0, _E, _F))
        z[outer] = np.where(lower, -value, value)
    return z
