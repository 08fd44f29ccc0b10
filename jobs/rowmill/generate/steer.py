"""An inferred generator, moved within the bounds of its column.

Both ends given: they are the range. One end given: the range that the column's name suggests, cut there; if nothing
of it is left, it goes on from that end.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

from rowmill.generate.bounds import Bounds, literal
from rowmill.generate.literals import physical
from rowmill.generate.text import parse_pattern, shortest
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.types import DataType

_ENOUGH = 0.001  # of a distribution within the bounds, so that it is still sensible there
_LONG = 65_536
_TOLD = 8  # characters that nearly all of what Faker makes has
_REPEATS = 4096  # of a class in a pattern


def steered(spec: GeneratorSpec, dtype: DataType, bounds: Bounds) -> GeneratorSpec:
    """A generator of numbers, dates or times with min and max within the bounds."""
    if bounds.low is None and bounds.high is None:
        return spec
    if spec.name == "lognormal":
        return _lognormal(spec, dtype, bounds)
    ends = (physical(dtype, spec.args["min"], ""), physical(dtype, spec.args["max"], ""))
    return _uniform(dtype, *_cut(dtype, *ends, bounds))


def _uniform(dtype: DataType, low: Any, high: Any) -> GeneratorSpec:
    return GeneratorSpec("uniform", {"min": literal(dtype, low), "max": literal(dtype, high)})


def _cut(dtype: DataType, low: Any, high: Any, bounds: Bounds) -> tuple[Any, Any]:
    if bounds.low is not None and bounds.high is not None:
        return bounds.low, bounds.high
    least, most = bounds.range(dtype)
    width = high - low
    if bounds.low is not None:
        if bounds.low < high:
            return max(low, bounds.low), high
        return least, min(least + _wide(dtype, width, least), most)
    if bounds.high > low:
        return low, min(high, bounds.high)
    return max(most - _wide(dtype, width, most), least), most


def _wide(dtype: DataType, width: Any, end: Any) -> Any:
    """The width of a range that begins far away: numbers differ by a thousandth at least."""
    if dtype.name in ("float", "double"):
        return max(width, abs(end) / 1000)
    return max(width, abs(end) // 1000) if dtype.is_integer or dtype.name == "decimal" else width


def _lognormal(spec: GeneratorSpec, dtype: DataType, bounds: Bounds) -> GeneratorSpec:
    first, last = float(spec.args["min"]), float(spec.args["max"])
    low, high = _cut(dtype, first, last, bounds)
    mu, sigma = spec.args["mu"], spec.args["sigma"]
    if low >= 0 and high > 0 and _share(mu, sigma, low, high) >= _ENOUGH:
        return GeneratorSpec("lognormal", {**spec.args, "min": low, "max": high})
    if bounds.high is None and low > 0 and low * 1e4 < bounds.range(dtype)[1]:  # the same shape, further up
        return GeneratorSpec("lognormal", {"mu": math.log(low) + sigma, "sigma": sigma, "min": low, "max": low * 1e4})
    return _uniform(dtype, low, high)


def _share(mu: float, sigma: float, low: float, high: float) -> float:
    law = NormalDist(mu, sigma)
    return law.cdf(math.log(high)) - (law.cdf(math.log(low)) if low > 0 else 0.0)


# -- texts ------------------------------------------------------------------------------------------------


def steered_text(spec: GeneratorSpec, dtype: DataType, bounds: Bounds) -> GeneratorSpec:
    """A generator of texts that are as long as the bounds say; `spec` makes none that are too long already."""
    least, most = bounds.min_length or 0, bounds.narrowed(dtype).length if _has_length(dtype, bounds) else None
    if most == 0:
        return GeneratorSpec("constant", {"value": ""})
    if least == 0 or dtype.name not in ("char", "varchar", "string"):
        return spec
    if spec.name == "choice":
        kept = all(len(str(value)) >= least for value in spec.args["values"])
    elif spec.name == "pattern":
        kept = shortest(parse_pattern(spec.args["regex"], "")) >= least
    else:
        # The builder leaves out the few that are shorter.
        told = 2 if spec.args.get("provider") in ("country_code", "state_abbr") else _TOLD
        kept = spec.name == "faker" and least <= told
    return spec if kept else _letters(dtype, least, most)


def _has_length(dtype: DataType, bounds: Bounds) -> bool:
    return dtype.name in ("char", "varchar") or (dtype.name == "string" and bounds.max_length is not None)


def _letters(dtype: DataType, least: int, most: int | None) -> GeneratorSpec:
    last = max(least, min(max(least + 20, 40), _LONG, _LONG if most is None else most))
    if dtype.name == "char" or last < 12 or last <= least + 1:
        # Letters alone: some engines don't count spaces at the end.
        more = f"[a-z]{{0,{last - least}}}" if last > least else ""
        return GeneratorSpec("pattern", {"regex": repeated("[a-z]", least) + more})
    return GeneratorSpec("words", {"chars": {"min": least + 1, "max": last}})  # one more, if the last one is a space


def repeated(characters: str, times: int) -> str:
    """A pattern of so many characters of a class."""
    many, rest = divmod(times, _REPEATS)
    if not many:
        return f"{characters}{{{rest}}}"
    return f"({characters}{{{_REPEATS}}}){{{many}}}" + (f"{characters}{{{rest}}}" if rest else "")


def steered_binary(bounds: Bounds) -> GeneratorSpec:
    """Hexadecimal digits, 32 of them or as many as the bounds let pass."""
    length = clamped(32, bounds.min_length, bounds.max_length)
    if length == 0:
        return GeneratorSpec("constant", {"value": ""})
    return GeneratorSpec("pattern", {"regex": repeated("[0-9a-f]", length)})


def clamped(wanted: int, least: int | None, most: int | None) -> int:
    """The length nearest to the wanted one within least .. most."""
    wanted = max(wanted, least or 0)
    return wanted if most is None else min(wanted, most)
