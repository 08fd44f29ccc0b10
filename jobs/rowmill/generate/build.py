"""From the words of the YAML to generators: every argument is checked here, before any row is made."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from rowmill.errors import GeneratorError
from rowmill.generate import nested, scalars
from rowmill.generate.arrow import NUMPY_TYPES
from rowmill.generate.distributions import Discrete, UniformFloat, UniformInteger, numeric
from rowmill.generate.expression import Node, columns_of, parse_expression
from rowmill.generate.expression import replace as replace_nodes
from rowmill.generate.infer import infer
from rowmill.generate.literals import DAY, UNIT_MICROSECONDS, physical, physical_bounds
from rowmill.generate.pools import english_words, fill_pool
from rowmill.generate.random import derive_key
from rowmill.generate.rows import Generator
from rowmill.generate.text import (
    IndexDigits,
    WordText,
    has_choice_of_length,
    longest,
    numbered,
    parse_pattern,
    strings,
)
from rowmill.schema.model import GeneratorSpec
from rowmill.schema.types import DataType
from rowmill.schema.vocabulary import VOCABULARY
from rowmill.schema.yaml import generator_spec

if TYPE_CHECKING:
    from rowmill.generate.table import TableGenerator

_TEMPORAL = ("date", "timestamp", "timestamp_ntz", "time", "interval")
_FLOATS = ("float", "double")
_LARGEST_DOUBLE = 1.7976931348623157e308


@dataclass(frozen=True)
class Site:
    """The column (or part of a nested value) that a generator is built for."""

    name: str
    dtype: DataType
    key: int
    where: str
    table: TableGenerator | None
    unique: bool = False
    counts: tuple[int, int] = (0, 0)  # of a part of a nested value: pseudo rows, and those of the first run

    def fail(self, what: str, value: Any = None, fix: str | None = None) -> GeneratorError:
        return GeneratorError(what, where=self.where, value=value, fix=fix)

    def part(self, name: str, dtype: DataType, each: int = 1) -> Site:
        """A part of this nested value, of which a row holds up to `each`."""
        counts = (self.rows * each, self.first_run * each)
        return Site(name, dtype, derive_key(self.key, name), f"{self.where}.{name}", None, counts=counts)

    @property
    def rows(self) -> int:
        return self.table.rows if self.table else self.counts[0]

    @property
    def first_run(self) -> int:
        return self.table.segment_rows if self.table else self.counts[1]

    @property
    def runs(self) -> tuple[int, ...]:
        """Rows of each run that went into the table, this one last."""
        if self.table is None:
            return (max(1, self.rows),)
        return tuple(n for n in (*self.table.segments, self.table.rows - self.table.first_row) if n) or (1,)

    @property
    def max_length(self) -> int | None:
        return self.dtype.length if self.dtype.name in ("char", "varchar") else None


def build(spec: GeneratorSpec | None, site: Site) -> Generator:
    """The generator of a spec for a site. Raises GeneratorError for what can't be done as asked."""
    if spec is None:
        spec = infer_unique(site) if site.unique else infer(site.name, site.dtype)
    entry = VOCABULARY[spec.name]
    args = dict(spec.args)
    if not entry.free_form:
        args = {name: args.get(name, argument.default) for name, argument in entry.arguments.items()}
    return _BUILDERS[spec.name](args, site)


def infer_unique(site: Site) -> GeneratorSpec:
    """A generator that is unique by construction, for a key column without one."""
    dtype = site.dtype
    if dtype.is_integer or dtype.name == "decimal":
        # As a sequence from 1 on, unless that does not fit and all values of the type would.
        if site.first_run * _unit(dtype) <= physical_bounds(dtype)[1]:
            return GeneratorSpec("sequence")
        low, high = physical_bounds(dtype)
        low, high = (0 if site.first_run <= high else low), min(high, (1 << 62) - 1)
        places = f"e-{dtype.scale}" if dtype.name == "decimal" else ""
        return GeneratorSpec("uniform", {"min": f"{low}{places}", "max": f"{high}{places}"})
    if dtype.name in _FLOATS:
        return GeneratorSpec("sequence")
    if dtype.name == "uuid":
        return GeneratorSpec("uuid")
    if dtype.name == "date":
        return GeneratorSpec("uniform", {"min": "1900-01-01", "max": "2099-12-31"})
    if dtype.name in ("timestamp", "timestamp_ntz"):
        return GeneratorSpec("uniform", {"min": "1970-01-01 00:00:00", "max": "2099-12-31 23:59:59"})
    if dtype.name == "time":
        return GeneratorSpec("uniform", {"min": "00:00:00", "max": "23:59:59.999999"})
    if dtype.name == "interval":
        return GeneratorSpec("uniform", {"min": 0, "max": "36500 days"})
    if dtype.name in ("char", "varchar", "string", "binary"):
        length = site.max_length or 16
        if "mail" in site.name.lower() and length >= 24:
            return GeneratorSpec("template", {"text": "user{seq}@example.com"})
        if length >= 13:
            return GeneratorSpec("pattern", {"regex": "[A-Z]{3}[0-9]{10}"})
        return GeneratorSpec("pattern", {"regex": f"[0-9A-Z]{{{length}}}"})
    raise site.fail(f"a unique {dtype.name} needs a generator", fix="give the column a generator that is unique")


def _refuse_unique(site: Site, name: str) -> None:
    if site.unique:
        raise site.fail(
            f"the column is a key, and {name} is not unique by construction",
            fix="use sequence, permutation, uuid, pattern, uniform over enough values, or a template with {seq}",
        )


def _wrong_type(site: Site, name: str) -> GeneratorError:
    return site.fail(f"{name} can't make {site.dtype}")


def _fits(site: Site, low: Any, high: Any) -> None:
    smallest, largest = physical_bounds(site.dtype)
    if smallest is not None and (low < smallest or high > largest):
        raise site.fail(
            f"the values {low} .. {high} don't fit {site.dtype}", fix="use a larger type, fewer rows or another range"
        )


def _unit(dtype: DataType) -> int:
    """Physical units in one: 10**scale for decimals, a second for times, else 1."""
    if dtype.name == "decimal":
        return int(10**dtype.scale)
    return 1_000_000 if dtype.name in ("timestamp", "timestamp_ntz", "time", "interval") else 1


def _sequence(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.is_text:
        if site.unique and args["step"] == 0:
            raise site.fail("a step of 0 is not unique", fix="use step 1")
        ends = (args["start"], args["start"] + args["step"] * max(site.rows - 1, 0))
        if max(map(abs, ends)) >= 1 << 63:
            raise site.fail("the sequence leaves 64 bits", value=f"{ends[0]} .. {ends[1]}")
        _fits_text(site, max(len(str(end)) for end in ends), "sequence")
        return _TextSequence(args["start"], args["step"])
    if site.dtype.name in ("boolean", "binary") or site.dtype.is_nested:
        raise _wrong_type(site, "sequence")
    if site.unique and args["step"] == 0:
        raise site.fail("a step of 0 is not unique", fix="use step 1")
    unit = _unit(site.dtype)
    start, step = args["start"] * unit, args["step"] * unit
    ends = (start, start + step * max(site.rows - 1, 0))
    if site.dtype.name not in _FLOATS:
        _fits(site, min(ends), max(ends))
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


def _permutation(args: dict[str, Any], site: Site) -> Generator:
    if site.table is None:
        raise site.fail("permutation needs a column of its own")
    if not (site.dtype.is_integer or site.dtype.name == "decimal"):
        raise _wrong_type(site, "permutation")
    fixed = args["rows"]
    runs = (fixed,) if fixed else site.runs
    domain = sum(runs)
    if fixed is not None and fixed < site.table.rows:
        raise site.fail(
            "permutation: the domain is smaller than the rows",
            value=fixed,
            fix=f"set rows to at least {site.table.rows}",
        )
    unit = _unit(site.dtype)
    if domain > 1 << 62:
        raise site.fail("permutation: the domain is larger than 2**62", value=domain)
    _fits(site, args["start"] * unit, (args["start"] + domain - 1) * unit)
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


def _constant(args: dict[str, Any], site: Site) -> Generator:
    _refuse_unique(site, "constant")
    if args["value"] is None or site.dtype.is_nested:
        raise site.fail("constant needs a plain value", value=args["value"], fix="for nulls use `nulls: 1.0`")
    return scalars.Constant(site.dtype, physical(site.dtype, args["value"], site.where))


def _bounds(args: dict[str, Any], site: Site, default: tuple[Any, Any]) -> tuple[Any, Any]:
    low = default[0] if args["min"] is None else physical(site.dtype, args["min"], site.where)
    high = default[1] if args["max"] is None else physical(site.dtype, args["max"], site.where)
    if low > high:
        raise site.fail("min is larger than max", f"min {args['min']}, max {args['max']}", "swap them")
    return low, high


_UNIFORM_DEFAULTS: dict[str, tuple[Any, Any]] = {
    "date": (18262, 20453),
    "timestamp": (1577836800000000, 1767225599000000),
    "timestamp_ntz": (1577836800000000, 1767225599000000),
    "time": (0, DAY - 1),
    "interval": (0, 30 * DAY),
    "float": (0.0, 1.0),
    "double": (0.0, 1.0),
}


def _uniform(args: dict[str, Any], site: Site) -> Generator:
    dtype = site.dtype
    if dtype.is_text or dtype.name in ("boolean", "binary") or dtype.is_nested:
        raise _wrong_type(site, "uniform")
    low, high = _bounds(args, site, _UNIFORM_DEFAULTS.get(dtype.name) or physical_bounds(dtype))
    if dtype.name in _FLOATS:
        _refuse_unique(site, f"uniform over {dtype}")
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


def _distribution(name: str) -> Callable[[dict[str, Any], Site], Generator]:
    def make(args: dict[str, Any], site: Site) -> Generator:
        dtype = site.dtype
        _refuse_unique(site, name)
        if not (dtype.is_integer or dtype.name in ("decimal", "interval", *_FLOATS)):
            raise _wrong_type(site, name)
        unit = _unit(dtype)
        limits = physical_bounds(dtype)
        if dtype.name == "double":
            limits = (-_LARGEST_DOUBLE, _LARGEST_DOUBLE)
        ends = [
            limit if args[end] is None else physical(dtype, args[end], site.where)
            for end, limit in zip(("min", "max"), limits, strict=True)
        ]
        numbers = {**args, "min": float(ends[0]) / unit, "max": float(ends[1]) / unit}
        drawn = numeric(name, numbers, site.where)
        if dtype.name in _FLOATS:
            return scalars.Drawn(site.key, drawn, floating=True)
        return scalars.Drawn(site.key, drawn, float(unit), low=ends[0], high=ends[1])

    return make


def _poisson(args: dict[str, Any], site: Site) -> Generator:
    return _counted(site, numeric("poisson", args, site.where), "poisson", 0, int(args["mean"]) * 2 + 50)


def _zipf(args: dict[str, Any], site: Site) -> Generator:
    drawn = numeric("zipf", args, site.where)
    return _counted(site, drawn, "zipf", args["min"] - 1, args["n"])


def _counted(site: Site, drawn: Any, name: str, shift: int, largest: int) -> Generator:
    dtype = site.dtype
    _refuse_unique(site, name)
    if not (dtype.is_integer or dtype.name in ("decimal", *_FLOATS)):
        raise _wrong_type(site, name)
    unit = _unit(dtype)
    if dtype.name not in _FLOATS:
        _fits(site, shift * unit, (largest + shift) * unit)
    made: Generator = scalars.Drawn(site.key, drawn, shift=shift)
    return made if unit == 1 else _Scaled(made, unit, (abs(shift) + largest) * unit)


def _weights(values: list[Any], weights: list[float] | None, site: Site) -> Discrete | None:
    if weights is None:
        return None
    if len(weights) != len(values):
        raise site.fail(f"{len(values)} values but {len(weights)} weights", fix="give one weight to each value")
    if not 0 < sum(weights) < _LARGEST_DOUBLE:
        raise site.fail("the weights' sum must be above 0 and finite", value=weights)
    return Discrete(0, np.array(weights, np.float64))


def _choice(args: dict[str, Any], site: Site) -> Generator:
    values, cases = list(args["values"] or []), args["cases"] or {}
    if not values and not cases:
        raise site.fail("choice needs values", fix="write {choice: [A, B]}")
    if bool(cases) != (args["by"] is not None):
        raise site.fail("choice: `by` and `cases` go together")
    if site.dtype.is_nested:
        raise _wrong_type(site, "choice")
    if site.unique:
        made = _value_array(values, site)
        different = len(set(made.to_pylist() if isinstance(made, pa.Array) else made.tolist()))
        if cases or args["weights"] or different < max(site.rows, len(values)):
            raise site.fail(f"a unique choice needs {site.rows} different values, without weights")
        return scalars.Pool(site.key, made, unique=True)
    everything = list(values)
    parts: list[tuple[str, int, int, Discrete | None]] = []
    if args["by"] is not None:
        _need_text(site, args["by"])
    for value, case in cases.items():
        weights = _weights(case["values"], case.get("weights"), site)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        parts.append((text, len(everything), len(case["values"]), weights))
        everything += case["values"]
    return scalars.Choice(
        site.key,
        _value_array(everything, site),
        _weights(values, args["weights"], site) if values else None,
        args["by"],
        tuple(parts),
        site.where,
    )


def _value_array(values: list[Any], site: Site) -> Any:
    if any(v is None for v in values):
        raise site.fail("null among the values", fix="use `nulls:` for a share of nulls")
    if any(isinstance(v, list | dict | tuple | set) for v in values):
        raise site.fail("a list or mapping among the values", fix="give plain values")
    found = [physical(site.dtype, v, site.where) for v in values]
    if site.dtype.is_text or site.dtype.name == "binary":
        return pa.array(found, site.dtype.to_arrow())
    if site.dtype.name == "boolean":
        return np.array(found, bool)
    wide = any(isinstance(v, int) and not -(1 << 63) <= v < 1 << 63 for v in found)
    return np.array(found, object if wide else NUMPY_TYPES.get(site.dtype.name, np.int64))


def _boolean(args: dict[str, Any], site: Site) -> Generator:
    _refuse_unique(site, "boolean")
    if site.dtype.name != "boolean":
        raise _wrong_type(site, "boolean")
    return scalars.Bernoulli(site.key, float(args["p"]))


def _increasing(args: dict[str, Any], site: Site) -> Generator:
    _refuse_unique(site, "increasing")
    dtype = site.dtype
    if dtype.name not in (*_TEMPORAL, "decimal") and not dtype.is_integer:
        raise _wrong_type(site, "increasing")
    if args["end"] is not None and args["step"] is not None:
        raise site.fail("increasing takes end or step, not both")
    default = _UNIFORM_DEFAULTS.get(dtype.name, (0, 0))[0]
    start = default if args["start"] is None else physical(dtype, args["start"], site.where)
    rows = max(1, site.first_run)
    last = None
    if args["end"] is not None:
        last = physical(dtype, args["end"], site.where)
        if last < start:
            raise site.fail("end is before start", f"start {args['start']}, end {args['end']}")
        step = (last - start + 1) / rows
    else:
        seconds = dtype.name in _TEMPORAL
        per_unit = 1 / 86400 if dtype.name == "date" else _unit(dtype)
        step = (1.0 if args["step"] is None else float(args["step"])) * (
            per_unit if seconds or dtype.name == "decimal" else 1
        )
        if step < 0:
            raise site.fail("step is negative", value=args["step"])
    if step * max(site.rows, 1) > 1e19:
        raise site.fail("increasing leaves 64 bits", value=args["step"], fix="use a smaller step")
    _fits(site, start, start + int(step * max(site.rows, 1)) if last is None or site.rows > rows else last)
    return scalars.Increasing(site.key, start, step, float(args["jitter"]), last, rows)


def _fits_text(site: Site, length: int, name: str) -> None:
    if site.max_length is not None and length > site.max_length:
        raise site.fail(
            f"{name} makes {length} characters, {site.dtype} holds {site.max_length}",
            fix="shorten it or widen the type",
        )


def _pattern(args: dict[str, Any], site: Site) -> Generator:
    if not (site.dtype.is_text or site.dtype.name == "binary"):
        raise _wrong_type(site, "pattern")
    node = parse_pattern(args["regex"], site.where)
    _fits_text(site, longest(node), "pattern")
    binary = site.dtype.name == "binary"
    if site.unique:
        node = numbered(node)
    if site.unique and node.size < site.rows:
        raise site.fail(
            f"{site.rows} unique values are needed, the pattern has {node.size}", args["regex"], "make it longer"
        )
    if site.unique and node.size > 1 << 62:
        return _LongPattern(scalars.Pattern(site.key, node, True, binary), site.key)
    if not site.unique and not binary and node.size <= 4096 and not has_choice_of_length(node):
        every = strings(*node.fill(IndexDigits(np.arange(node.size)), node.size))
        return scalars.SmallPattern(site.key, every)
    return scalars.Pattern(site.key, node, site.unique, binary)


@dataclass(frozen=True)
class _LongPattern:
    """More texts than 2**62: the row's 62-bit image numbers those that are taken."""

    pattern: scalars.Pattern
    key: int

    def make(self, rows: Any) -> Any:
        from rowmill.generate.permutation import permute

        digits = IndexDigits(permute(rows.index, 1 << 62, self.key))
        made = strings(*self.pattern.node.fill(digits, len(rows)))
        return made.cast(pa.binary()) if self.pattern.binary else made


_PAD = re.compile(r"^0?(\d*)d?$")


def _template(args: dict[str, Any], site: Site) -> Generator:
    if not site.dtype.is_text:
        raise _wrong_type(site, "template")
    parts: list[Any] = []
    try:
        pieces = list(string.Formatter().parse(args["text"]))
    except ValueError as error:
        raise site.fail(f"template: {error}", args["text"], "write a literal brace as {{ or }}") from error
    for literal, name, form, _ in pieces:
        if literal:
            parts.append(literal)
        if name is None:
            continue
        match = _PAD.match(form or "")
        if match is None:
            raise site.fail("template: this format is not known", form, "write {name} or {name:06d}")
        width = int(match[1]) if match[1] else None
        if width is not None and width > 65_536:
            raise site.fail("template: wider than 65,536 characters", form)
        if name == "seq":
            parts.append(("seq", width))
        elif name.startswith("faker."):
            pool_args = {"provider": name[6:], "locale": "en_US", "args": None, "pool": None}
            values = [str(v) for v in fill_pool(pool_args, derive_key(site.key, len(parts)), None, site.where)]
            parts.append(("pool", pa.array(values, pa.string()), derive_key(site.key, "pool", len(parts))))
        else:
            _need_text(site, name)
            parts.append(("column", name, width))
    if site.unique:
        _check_unique_template(parts, site)
    return scalars.Template(tuple(parts))


def _check_unique_template(parts: list[Any], site: Site) -> None:
    """Refuses a template whose texts could coincide: the number must be told from what stands beside it.

    It can be if all else is fixed text; or if what is to one side of it is fixed text, and on the other
    side a character that is no digit comes first.
    """
    holes = [at for at, part in enumerate(parts) if not isinstance(part, str)]
    for at in holes:
        part = parts[at]
        counts = part[0] == "seq" or (
            part[0] == "column" and site.table is not None and site.table.is_unique_column(part[1])
        )
        if not counts:
            continue
        if len(holes) == 1 and (part[0] == "seq" or part[2] is None or _need_column(site, part[1]).is_integer):
            return
        number = part[0] == "seq" or site.table.definition.column(part[1]).type.is_integer  # type: ignore[union-attr]
        before = at > 0 and isinstance(parts[at - 1], str) and not parts[at - 1][-1].isdigit()
        before = before and (part[0] == "seq" or parts[at - 1][-1] != "-")
        after = at + 1 < len(parts) and isinstance(parts[at + 1], str) and not parts[at + 1][0].isdigit()
        if number and ((at == holes[-1] and before) or (at == holes[0] and after)):
            return
    raise site.fail(
        "the column is a key, and the texts of this template could coincide",
        fix="keep {seq}, or a whole-number key column, apart by a character such as - at the template's start or end",
    )


def _need_text(site: Site, name: str) -> DataType:
    dtype = _need_column(site, name)
    if dtype.is_nested or dtype.name in ("binary", "interval"):
        raise site.fail(f"a {dtype} can't be read as text", value=name, fix="use another column")
    return dtype


def _need_column(site: Site, name: str) -> DataType:
    import difflib

    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns", value=name)
    names = site.table.definition.column_names
    if name not in names or name == site.name:
        near = difflib.get_close_matches(name, [n for n in names if n != site.name], n=2)
        what = "a column can't be made from itself" if name == site.name else "no such column in this table"
        raise site.fail(
            what, value=name, fix=f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(names)}"
        )
    return site.table.definition.column(name).type


def _words(args: dict[str, Any], site: Site) -> Generator:
    _refuse_unique(site, "words")
    if not site.dtype.is_text:
        raise _wrong_type(site, "words")
    chars = args["chars"]
    low, high = (chars["min"], chars["max"]) if chars else (args["min"], args["max"])
    if low > high:
        raise site.fail("min is larger than max", f"min {low}, max {high}", "swap them")
    if chars:
        _fits_text(site, high, "words")
    if high > (65_536 if chars else 10_000):
        raise site.fail("words: too long", value=high, fix="at most 10,000 words or 65,536 characters")
    text = WordText.build(english_words(), derive_key("words", site.key))
    return scalars.Words(site.key, text, low, high, site.max_length, bool(chars))


def _uuid(args: dict[str, Any], site: Site) -> Generator:
    if not site.dtype.is_text:
        raise _wrong_type(site, "uuid")
    if args["version"] != 4:
        raise site.fail("only version 4 is made", value=args["version"])
    _fits_text(site, 36, "uuid")
    return scalars.Uuid(site.key)


def _faker(args: dict[str, Any], site: Site) -> Generator:
    unique = site.unique or args["unique"]
    values = fill_pool(args, site.key, site.rows if unique else None, site.where)
    if site.dtype.is_text:
        texts = [str(v) for v in values]
        if site.max_length is not None:
            fitting = [t for t in texts if len(t) <= site.max_length]
            if unique and len(fitting) < site.rows:
                raise site.fail(f"only {len(fitting)} distinct values fit {site.dtype}")
            texts = fitting or list(dict.fromkeys(t[: site.max_length].rstrip() for t in texts))
        return scalars.Pool(site.key, pa.array(texts, pa.string()), unique, site.runs)
    if site.dtype.is_nested:
        raise _wrong_type(site, "faker")
    return scalars.Pool(site.key, _value_array(values, site), unique, site.runs)


def _expression(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.is_nested or site.dtype.name == "binary":
        raise _wrong_type(site, "expression")
    node = parse_expression(args["sql"], site.where)
    node = replace_nodes(node, lambda n: _parent_rows(n, site))
    for name in columns_of(node):
        _need_column(site, name)
    for part in node.walk():
        if part.op == "parent" and site.table is not None:
            site.table.relation_of(part.args[1], site.where)
        if part.op == "ordinal" and site.table is not None:
            site.table.need_ordinals(site.where)
        if site.table is None and part.op in ("parent", "ordinal"):
            raise site.fail("a generator inside a nested value can't see other columns")
    if site.unique and not any(p.op in ("row_number", "ordinal") for p in node.walk()):
        key_columns = site.table is not None and any(site.table.is_unique_column(c) for c in columns_of(node))
        if not key_columns:
            _refuse_unique(site, "an expression without row_number() or a key column")
    return scalars.Expression(site.key, node, site.dtype, site.where)


def _parent_rows(node: Node, site: Site) -> Node:
    """parent_rows(column) is a number that is known now."""
    if node.op != "parent_rows":
        return node
    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns")
    return Node("literal", (pa.scalar(site.table.parent_rows(node.args[0], site.where), pa.int64()),))


def _offset(args: dict[str, Any], site: Site) -> Generator:
    _refuse_unique(site, "offset")
    times = ("date", "timestamp", "timestamp_ntz")
    of_type = _need_column(site, args["of"])
    if site.dtype.name not in times or of_type.name not in times:
        raise site.fail(f"offset goes from a date or timestamp to another, not from {of_type} to {site.dtype}")
    units = (*UNIT_MICROSECONDS, "month", "year")
    unit = str(args["unit"]).removesuffix("s")
    if unit not in units:
        raise site.fail("unknown unit", args["unit"], f"use one of {', '.join(units)}")
    spec = generator_spec(args["by"], VOCABULARY)
    whole = replace(
        site,
        name="by",
        dtype=DataType("bigint"),
        key=derive_key(site.key, "by"),
        where=f"{site.where}.by",
        table=site.table,
    )
    floating = spec.name in ("normal", "lognormal", "exponential") or any(
        isinstance(v, float) for v in spec.args.values()
    )
    if floating and unit not in ("month", "year"):
        whole = replace(whole, dtype=DataType("double"))
    return scalars.Offset(args["of"], of_type, build(spec, whole), unit, site.dtype, site.where)


def _parent(args: dict[str, Any], site: Site) -> Generator:
    if site.table is None:
        raise site.fail("a generator inside a nested value can't see other columns")
    relation = site.table.relation_of(args["key"], site.where)
    parent = site.table.relations[relation].parent.definition
    if args["column"] not in parent.column_names:
        raise site.fail(
            f"the parent table '{parent.name}' has no such column",
            args["column"],
            f"it has {', '.join(parent.column_names)}",
        )
    return scalars.ParentColumn(args["column"], relation, site.dtype)


def _sizes(args: dict[str, Any], site: Site) -> tuple[int, int]:
    low, high = args["length"]["min"], args["length"]["max"]
    if low > high or high > 100_000:
        raise site.fail("length: 0 <= min <= max <= 100000 expected", f"min {low}, max {high}")
    return low, high


def _inner(spec: Any, site: Site) -> Generator:
    return build(None if spec is None else generator_spec(spec, VOCABULARY), site)


def _array(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.name != "array":
        raise _wrong_type(site, "array")
    _refuse_unique(site, "array")
    low, high = _sizes(args, site)
    element = _inner(args["element"], site.part("element", site.dtype.children[0], high))
    return nested.ArrayOf(site.key, site.dtype, element, low, high, site.where)


def _map(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.name != "map":
        raise _wrong_type(site, "map")
    _refuse_unique(site, "map")
    low, high = _sizes(args, site)
    key_type, value_type = site.dtype.children
    keys = _inner(args["key"], site.part("key", key_type, high))
    values = _inner(args["value"], site.part("value", value_type, high))
    return nested.MapOf(site.key, site.dtype, keys, values, low, high, site.where)


def _struct(args: dict[str, Any], site: Site) -> Generator:
    if site.dtype.name != "struct":
        raise _wrong_type(site, "struct")
    _refuse_unique(site, "struct")
    for name in args:
        if name not in site.dtype.field_names:
            raise site.fail("the struct has no such field", name, f"it has {', '.join(site.dtype.field_names)}")
    fields = [
        _inner(args.get(name), site.part(name, kind))
        for name, kind in zip(site.dtype.field_names, site.dtype.children, strict=True)
    ]
    return nested.StructOf(site.dtype, tuple(fields), site.where)


def _json(args: dict[str, Any], site: Site) -> Generator:
    if not site.dtype.is_text:
        raise _wrong_type(site, "json")
    _refuse_unique(site, "json")
    fields = []
    for name, item in args.items():
        spec = generator_spec(item, VOCABULARY)
        dtype = _json_type(spec)
        fields.append((str(name), dtype, build(spec, site.part(str(name), dtype))))
    return nested.JsonObject(tuple(fields), site.where)


def _json_type(spec: GeneratorSpec) -> DataType:
    values = list(spec.args.get("values") or []) or [
        v for v in (spec.args.get("min"), spec.args.get("max"), spec.args.get("value")) if v is not None
    ]
    if spec.name == "boolean" or (values and all(isinstance(v, bool) for v in values)):
        return DataType("boolean")
    if spec.name in ("sequence", "poisson", "zipf"):
        return DataType("bigint")
    if spec.name in ("normal", "lognormal", "exponential"):
        return DataType("double")
    if spec.name == "json":
        return DataType("json")
    if spec.name in ("uniform", "choice", "constant") and values:
        if all(isinstance(v, int) for v in values):
            return DataType("bigint")
        if all(isinstance(v, int | float) for v in values):
            return DataType("double")
        if spec.name == "uniform":
            return DataType("date" if len(str(values[0])) == 10 else "timestamp_ntz")
    return DataType("bigint") if spec.name == "uniform" else DataType("string")


_BUILDERS: dict[str, Callable[[dict[str, Any], Site], Generator]] = {
    "sequence": _sequence,
    "permutation": _permutation,
    "constant": _constant,
    "uniform": _uniform,
    "normal": _distribution("normal"),
    "lognormal": _distribution("lognormal"),
    "exponential": _distribution("exponential"),
    "poisson": _poisson,
    "zipf": _zipf,
    "choice": _choice,
    "boolean": _boolean,
    "increasing": _increasing,
    "pattern": _pattern,
    "template": _template,
    "words": _words,
    "uuid": _uuid,
    "faker": _faker,
    "expression": _expression,
    "offset": _offset,
    "parent": _parent,
    "array": _array,
    "map": _map,
    "struct": _struct,
    "json": _json,
}
