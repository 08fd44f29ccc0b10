"""A generator that is unique by construction, for a key column that names none."""

from __future__ import annotations

import math
from typing import Any

from rowmill.generate.bounds import Bounds, literal
from rowmill.generate.builders.site import FLOATS, Site, unit_of
from rowmill.generate.literals import physical
from rowmill.generate.steer import clamped, repeated
from rowmill.generate.text_range import texts_within
from rowmill.schema.model import GeneratorSpec

_MOST = 1 << 62  # values that can be numbered
_USUAL: dict[str, tuple[Any, Any]] = {
    "date": ("1900-01-01", "2099-12-31"),
    "timestamp": ("1970-01-01 00:00:00", "2099-12-31 23:59:59"),
    "timestamp_ntz": ("1970-01-01 00:00:00", "2099-12-31 23:59:59"),
    "time": ("00:00:00", "23:59:59.999999"),
    "interval": (0, "36500 days"),
}


def infer_unique(site: Site) -> GeneratorSpec:
    """The generator of a key column. Raises GeneratorError where there is none; too few values are the builder's."""
    dtype, bounds = site.dtype, site.bounds
    if bounds is not None and bounds.values is not None:
        room = min(max(1000, 4 * site.first_run), 1 << 20)  # the same for later runs, which append
        values = bounds.values if bounds.texts is None else texts_within(bounds.texts, room, room)
        return GeneratorSpec("choice", {"values": [literal(dtype, value) for value in values]})
    if dtype.is_integer or dtype.name == "decimal":
        return _whole(site)
    if dtype.name in FLOATS:
        return _float(site)
    if dtype.name == "uuid":
        return GeneratorSpec("uuid")
    if dtype.name in _USUAL:
        return _moment(site)
    if dtype.name in ("char", "varchar", "string", "binary"):
        return _text(site)
    raise site.fail(f"a unique {dtype.name} needs a generator", fix="give the column a generator that is unique")


def _sequence(start: int) -> GeneratorSpec:
    return GeneratorSpec("sequence", {} if start == 1 else {"start": start})


def _uniform(site: Site, low: Any, high: Any, keep_low: bool) -> GeneratorSpec:
    """Any value of low .. high, cut on one side where they are more than can be numbered."""
    if high - low >= _MOST:
        low, high = (low, low + _MOST - 1) if keep_low else (high - _MOST + 1, high)
    return GeneratorSpec("uniform", {"min": literal(site.dtype, low), "max": literal(site.dtype, high)})


def _whole(site: Site) -> GeneratorSpec:
    """A sequence from 1, or from the bound, on; if that does not fit, all values within."""
    unit, (low, high) = unit_of(site.dtype), site.range
    start = max(1, -(-low // unit))
    last = max(start, start + site.first_run - 1)
    if last * unit <= high and last < 1 << 63:
        return _sequence(start)
    if (site.bounds is None or site.bounds.low is None) and site.first_run <= high:
        low = 0
    return _uniform(site, low, high, low >= 0)


def _float(site: Site) -> GeneratorSpec:
    low, high = site.range
    start = max(1, math.ceil(low))
    if start + site.first_run - 1 <= high:
        return _sequence(start)
    raise site.fail(
        f"no unique {site.dtype} is inferred within {literal(site.dtype, low)} .. {literal(site.dtype, high)}",
        fix="ask for fewer rows, make it a decimal, or give the column a generator that is unique",
    )


def _moment(site: Site) -> GeneratorSpec:
    low, high = (physical(site.dtype, end, site.where) for end in _USUAL[site.dtype.name])
    bounds = site.bounds or Bounds()
    low, high = (low if bounds.low is None else bounds.low), (high if bounds.high is None else bounds.high)
    if site.bounds is not None and high - low + 1 < max(1, site.first_run):  # on, as far as the type goes
        low, high = (site.range[0] if bounds.low is None else low), (site.range[1] if bounds.high is None else high)
    return _uniform(site, low, high, bounds.low is not None or bounds.high is None)


def _text(site: Site) -> GeneratorSpec:
    least, most = site.min_length, site.max_length or 16
    if site.max_length is None:
        most = max(most, least)
    if most == 0:
        raise site.fail("a unique text needs at least a character", fix="widen its bounds")
    if site.dtype.is_text and "mail" in site.name.lower() and most >= 24 and least <= 17:
        return GeneratorSpec("template", {"text": "user{seq}@example.com"})
    if least <= 13 <= most:
        return GeneratorSpec("pattern", {"regex": "[A-Z]{3}[0-9]{10}"})
    return GeneratorSpec("pattern", {"regex": repeated("[0-9A-Z]", clamped(most if most < 13 else least, least, most))})
