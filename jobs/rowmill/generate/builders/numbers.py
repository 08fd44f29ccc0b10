"""Builders of numbers, dates and times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rowmill.generate import scalars
from rowmill.generate.builders.site import (
    FLOATS,
    LARGEST_DOUBLE,
    TEMPORAL,
    Site,
    fits,
    fits_text,
    refuse_unique,
    unit_of,
    within,
    wrong_type,
)
from rowmill.generate.distributions import UniformFloat, UniformInteger, numeric
from rowmill.generate.literals import DAY, physical, physical_bounds
from rowmill.generate.rows import Generator


def sequence(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.is_text:
        if site.unique and args["step"] == 0:
            raise site.fail("a step of 0 is not unique", fix="use step 1")
        ends = (args["start"], args["start"] + args["step"] * max(site.rows - 1, 0))
        if max(map(abs, ends)) >= 1 << 63:
            raise site.fail("the sequence leaves 64 bits", value=f"{ends[0]} .. {ends[1]}")
        fits_text(site, max(len(str(end)) for end in ends), "sequence")
        return _TextSequence(args["start"], args["step"])
    if site.dtype.name in ("boolean", "binary") or site.dtype.is_nested:
        raise wrong_type(site, "sequence")
    if site.unique and args["step"] == 0:
        raise site.fail("a step of 0 is not unique", fix="use step 1")
    unit = unit_of(site.dtype)
    start, step = args["start"] * unit, args["step"] * unit
    ends = (start, start + step * max(site.rows - 1, 0))
    if site.dtype.name not in FLOATS:
        fits(site, min(ends), max(ends))
    within(site, min(ends), max(ends))
    if max(map(abs, ends)) >= 1 << 63:
        if max(map(abs, ends)) // unit >= 1 << 63:
            raise site.fail("the sequence leaves 64 bits", value=f"{ends[0]} .. {ends[1]}")
        return _Scaled(scalars.Sequence(args["start"], args["step"]), unit, max(map(abs, ends)))
    exact = {"float": 1 << 24, "double": 1 << 53}.get(site.dtype.name)
    if site.unique and exact is not None and max(map(abs, ends)) > exact:
        raise site.fail(f"{site.dtype} tells whole numbers apart up to {exact} only", fix="use bigint or decimal")
    return scalars.Sequence(start, step)


@dataclass(frozen=True)
class _TextSequence:
    start: int
    step: int

    def make(self, rows: Any) -> Any:
        return pa.array(rows.index * self.step + self.start).cast(pa.string())


def permutation(args: dict[str, Any], site: Site) -> Generator:
    if site.table is None:
        raise site.fail("permutation needs a column of its own")
    if not (site.dtype.is_integer or site.dtype.name == "decimal"):
        raise wrong_type(site, "permutation")
    fixed = args["rows"]
    runs = (fixed,) if fixed else site.runs
    domain = sum(runs)
    if fixed is not None and fixed < site.table.rows:
        raise site.fail(
            "permutation: the domain is smaller than the rows",
            value=fixed,
            fix=f"set rows to at least {site.table.rows}",
        )
    unit = unit_of(site.dtype)
    if domain > 1 << 62:
        raise site.fail("permutation: the domain is larger than 2**62", value=domain)
    fits(site, args["start"] * unit, (args["start"] + domain - 1) * unit)
    made: Generator = scalars.Permutation(site.key, args["start"], runs)
    return made if unit == 1 else _Scaled(made, unit, (abs(args["start"]) + domain) * unit)


@dataclass(frozen=True)
class _Scaled:
    generator: Generator
    factor: int
    largest: int  # absolute value that comes out

    def make(self, rows: Any) -> Any:
        values = self.generator.make(rows)
        return (values if self.largest < 1 << 63 else values.astype(object)) * self.factor


def constant(args: dict[str, Any], site: Site) -> Generator:
    refuse_unique(site, "constant")
    if args["value"] is None or site.dtype.is_nested:
        raise site.fail("constant needs a plain value", value=args["value"], fix="for nulls use `nulls: 1.0`")
    return scalars.Constant(site.dtype, physical(site.dtype, args["value"], site.where))


def bounds(args: dict[str, Any], site: Site, default: tuple[Any, Any]) -> tuple[Any, Any]:
    low = default[0] if args["min"] is None else physical(site.dtype, args["min"], site.where)
    high = default[1] if args["max"] is None else physical(site.dtype, args["max"], site.where)
    if low > high:
        raise site.fail("min is larger than max", f"min {args['min']}, max {args['max']}", "swap them")
    return low, high


UNIFORM_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "date": (18262, 20453),
    "timestamp": (1577836800000000, 1767225599000000),
    "timestamp_ntz": (1577836800000000, 1767225599000000),
    "time": (0, DAY - 1),
    "interval": (0, 30 * DAY),
    "float": (0.0, 1.0),
    "double": (0.0, 1.0),
}


def uniform(args: dict[str, Any], site: Site) -> Generator:
    dtype = site.dtype
    if dtype.is_text or dtype.name in ("boolean", "binary") or dtype.is_nested:
        raise wrong_type(site, "uniform")
    low, high = bounds(args, site, UNIFORM_DEFAULTS.get(dtype.name) or physical_bounds(dtype))
    if dtype.name in FLOATS:
        refuse_unique(site, f"uniform over {dtype}")
        return scalars.Drawn(site.key, UniformFloat(float(low), float(high)), floating=True)
    if site.unique:
        size = high - low + 1
        if size < site.rows:
            raise site.fail(
                f"{site.rows} unique values are needed, min .. max has {size}",
                fix="widen the range or ask for fewer rows",
            )
        if size > 1 << 62:
            raise site.fail("the range is too large for a unique column", fix="narrow min .. max")
        return scalars.UniqueUniform(site.key, low, size)
    return scalars.Drawn(site.key, UniformInteger(low, high))


def distribution(name: str) -> Callable[[dict[str, Any], Site], Generator]:
    def make(args: dict[str, Any], site: Site) -> Generator:
        dtype = site.dtype
        refuse_unique(site, name)
        if not (dtype.is_integer or dtype.name in ("decimal", "interval", *FLOATS)):
            raise wrong_type(site, name)
        unit = unit_of(dtype)
        limits = physical_bounds(dtype)
        if dtype.name == "double":
            limits = (-LARGEST_DOUBLE, LARGEST_DOUBLE)
        ends = [
            limit if args[end] is None else physical(dtype, args[end], site.where)
            for end, limit in zip(("min", "max"), limits, strict=True)
        ]
        numbers = {**args, "min": float(ends[0]) / unit, "max": float(ends[1]) / unit}
        drawn = numeric(name, numbers, site.where)
        if dtype.name in FLOATS:
            return scalars.Drawn(site.key, drawn, floating=True)
        return scalars.Drawn(site.key, drawn, float(unit), low=ends[0], high=ends[1])

    return make


def poisson(args: dict[str, Any], site: Site) -> Generator:
    return _counted(site, numeric("poisson", args, site.where), "poisson", 0, int(args["mean"]) * 2 + 50)


def zipf(args: dict[str, Any], site: Site) -> Generator:
    drawn = numeric("zipf", args, site.where)
    return _counted(site, drawn, "zipf", args["min"] - 1, args["n"])


def _counted(site: Site, drawn: Any, name: str, shift: int, largest: int) -> Generator:
    dtype = site.dtype
    refuse_unique(site, name)
    if not (dtype.is_integer or dtype.name in ("decimal", *FLOATS)):
        raise wrong_type(site, name)
    unit = unit_of(dtype)
    if dtype.name not in FLOATS:
        fits(site, shift * unit, (largest + shift) * unit)
    made: Generator = scalars.Drawn(site.key, drawn, shift=shift)
    return made if unit == 1 else _Scaled(made, unit, (abs(shift) + largest) * unit)


def boolean(args: dict[str, Any], site: Site) -> Generator:
    refuse_unique(site, "boolean")
    if site.dtype.name != "boolean":
        raise wrong_type(site, "boolean")
    return scalars.Bernoulli(site.key, float(args["p"]))


def increasing(args: dict[str, Any], site: Site) -> Generator:
    refuse_unique(site, "increasing")
    dtype = site.dtype
    if dtype.name not in (*TEMPORAL, "decimal") and not dtype.is_integer:
        raise wrong_type(site, "increasing")
    if args["end"] is not None and args["step"] is not None:
        raise site.fail("increasing takes end or step, not both")
    default = UNIFORM_DEFAULTS.get(dtype.name, (0, 0))[0]
    start = default if args["start"] is None else physical(dtype, args["start"], site.where)
    rows = max(1, site.first_run)
    last = None
    if args["end"] is not None:
        last = physical(dtype, args["end"], site.where)
        if last < start:
            raise site.fail("end is before start", f"start {args['start']}, end {args['end']}")
        step = (last - start + 1) / rows
    else:
        seconds = dtype.name in TEMPORAL
        per_unit = 1 / 86400 if dtype.name == "date" else unit_of(dtype)
        step = (1.0 if args["step"] is None else float(args["step"])) * (
            per_unit if seconds or dtype.name == "decimal" else 1
        )
        if step < 0:
            raise site.fail("step is negative", value=args["step"])
    if step * max(site.rows, 1) > 1e19:
        raise site.fail("increasing leaves 64 bits", value=args["step"], fix="use a smaller step")
    fits(site, start, start + int(step * max(site.rows, 1)) if last is None or site.rows > rows else last)
    return scalars.Increasing(site.key, start, step, float(args["jitter"]), last, rows)
