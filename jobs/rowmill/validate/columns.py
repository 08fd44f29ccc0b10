"""From a table's definition to what is counted in its columns and how the counts are judged."""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from rowmill.errors import RowmillError
from rowmill.generate.bounds import Bounds, bounds_of
from rowmill.generate.expression import columns_of, evaluate, parse_expression
from rowmill.generate.infer import infer
from rowmill.generate.literals import UNIT_MICROSECONDS, physical
from rowmill.generate.pools import english_words
from rowmill.generate.scalars import cast_value
from rowmill.schema.model import GeneratorSpec, TableColumn, TableDefinition
from rowmill.schema.types import DataType
from rowmill.schema.vocabulary import VOCABULARY
from rowmill.schema.yaml import generator_spec
from rowmill.validate import judges
from rowmill.validate.expect import numeric, whole_numbers
from rowmill.validate.probes import (
    Batch,
    Categories,
    Distance,
    Faults,
    Histogram,
    JsonTexts,
    Matches,
    Path,
    Probe,
    TextLength,
    Within,
    WordCount,
)
from rowmill.validate.report import SKIP, Check


@dataclass(frozen=True)
class Facts:
    """What the pass over the data found besides: rows that are there, and nulls of each column."""

    rows: int
    nulls: dict[str, int]


@dataclass(frozen=True)
class Task:
    """A probe, and how what it counted is judged."""

    probe: Probe
    judge: Callable[[Any, Facts], list[Check]]


@dataclass
class Tasks:
    """All that is asked of a table's columns; `skipped` are checks that can't be made, with the reason.

    rows, first_run: rows that the table is expected to have, and those of its first run
    """

    definition: TableDefinition
    rows: int
    first_run: int
    tasks: list[Task] = field(default_factory=list)
    skipped: list[Check] = field(default_factory=list)

    def build(self) -> Tasks:
        for column in self.definition.columns:
            self._column(column)
        return self

    # -- one column --------------------------------------------------------------------------------

    def _column(self, column: TableColumn) -> None:
        if not self._in_foreign_key(column):
            self._nulls(column)
        probe = Within((column.name,), (), dtype=column.type)
        if not column.type.is_nested:
            self._add(probe, lambda p, _: [judges.of_type(column.name, column.name, p, column.type)])
        if column.type.name == "json" and (column.generator is None or column.generator.name != "json"):
            self._json(column.name, (), column.name, ())
        if column.type.name == "uuid":
            self._matches(column.name, (), column.name, _UUID, "a UUID")
        spec, dtype = column.generator, column.type
        if spec is None:
            bounds = bounds_of(self.definition, column)
            if bounds is not None:
                self._bounds(column, bounds)
                dtype = bounds.narrowed(dtype)
            if self._is_key(column) or self._in_foreign_key(column):
                return  # keys are judged as such
            spec = infer(column.name, column.type, bounds)
        self._part(column.name, (), column.name, dtype, spec)

    def _bounds(self, column: TableColumn, bounds: Bounds) -> None:
        name, dtype = column.name, column.type
        probe = Bounded((name,), (), dtype=dtype, bounds=bounds)
        said = bounds.show(dtype)
        self._add(probe, lambda p, _: [judges.faults("bounds", f"declared bounds of {name}", name, p, said)])

    def _in_foreign_key(self, column: TableColumn) -> bool:
        """Whether a foreign key makes the column: then its nulls are the key's."""
        inside = any(column.name in key.columns for key in self.definition.foreign_keys)
        return inside and column.generator is None

    def _is_key(self, column: TableColumn) -> bool:
        keys = [self.definition.primary_key, *self.definition.unique]
        return any(column.name in key for key in keys) or self.definition.is_identity(column)

    def _nulls(self, column: TableColumn) -> None:
        name, spec = column.name, column.generator
        nullable = column.nullable and name not in self.definition.primary_key
        share = column.nulls or 0.0
        made = spec is not None and spec.name in ("expression", "offset", "parent")
        if nullable and made and not share:
            return  # null wherever what it is made from is null

        def judge(_: Any, facts: Facts) -> list[Check]:
            if made and nullable:
                return []
            return [judges.nulls(name, name, facts.nulls.get(name, 0), facts.rows, share, nullable)]

        self.tasks.append(Task(Nothing((name,)), judge))

    # -- values ------------------------------------------------------------------------------------

    def _part(self, name: str, path: Path, label: str, dtype: DataType, spec: GeneratorSpec) -> None:
        """What a generator promises of a column, or of a part of a nested one."""
        entry = VOCABULARY[spec.name]
        args = dict(spec.args)
        if not entry.free_form:
            args = {key: args.get(key, argument.default) for key, argument in entry.arguments.items()}
        special = getattr(self, f"_of_{spec.name}", None)
        if special is not None:
            special(name, path, label, dtype, args)
            return
        exact_rows = (self.rows, self.first_run) if not path else (0, 0)
        if path and spec.name in ("sequence", "permutation", "increasing"):
            return
        binned = numeric(spec.name, args, dtype, *exact_rows)
        if binned is None:
            self._skip(name, label, f"{spec.name} has no distribution that is tested")
            return
        self._histogram(Histogram((name,), path, dtype, binned), label)

    def _histogram(self, probe: Histogram, label: str, noun: str = "value") -> None:
        name, rows, nested = probe.columns[0], self.rows, bool(probe.path)

        def judge(p: Histogram, facts: Facts) -> list[Check]:
            nulls = 1 if nested else facts.nulls.get(name, 0)
            return [judges.bounds(label, name, p, noun), judges.distribution(label, name, p, rows, nulls)]

        self._add(probe, judge)

    def _skip(self, name: str, label: str, why: str) -> None:
        self.skipped.append(Check(judges.DISTRIBUTION, f"distribution of {label}", SKIP, detail=why, column=name))

    def _add(self, probe: Probe, judge: Callable[[Any, Facts], list[Check]]) -> None:
        self.tasks.append(Task(probe, judge))

    def _matches(self, name: str, path: Path, label: str, regex: str, what: str) -> None:
        probe = Matches((name,), path, regex=regex)
        self._add(probe, lambda p, _: [judges.faults("content", f"form of {label}", name, p, what)])

    def _json(self, name: str, path: Path, label: str, keys: tuple[str, ...]) -> None:
        what = f"JSON with {', '.join(keys)}" if keys else "JSON"
        probe = JsonTexts((name,), path, keys=keys)
        self._add(probe, lambda p, _: [judges.faults("content", f"form of {label}", name, p, what)])

    # -- by generator ------------------------------------------------------------------------------

    def _of_choice(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        cases = {_case_text(k): v for k, v in (args.get("cases") or {}).items()}
        every = [*(args.get("values") or []), *(v for case in cases.values() for v in case["values"])]
        if dtype.is_nested:
            return
        array, places = _distinct(dtype, every)
        groups = [(list(case["values"]), case.get("weights")) for case in cases.values()]
        groups.append((list(args.get("values") or []), args.get("weights")))
        weights: list[dict[int, float]] = []
        at = len(args.get("values") or [])
        for values, given in groups[:-1]:
            weights.append(_weights(places[at : at + len(values)], given))
            at += len(values)
        weights.append(_weights(places[: len(groups[-1][0])], groups[-1][1]))
        columns = (name, args["by"]) if cases else (name,)
        probe = Categories(columns, path, array, tuple(cases))
        texts = [str(v) for v in array.to_pylist()]
        self._add(probe, lambda p, _: judges.named(label, name, p, texts, weights))

    def _of_constant(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        self._of_choice(name, path, label, dtype, {"values": [args["value"]]})

    def _of_boolean(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        p = float(args["p"])
        self._of_choice(name, path, label, dtype, {"values": [True, False], "weights": [p, 1 - p]})

    def _of_words(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        if args.get("chars"):
            low, high = args["chars"]["min"], args["chars"]["max"]
            binned = whole_numbers(low, high, f"{low} .. {high} characters, evenly")
            self._histogram(TextLength((name,), path, DataType("bigint"), binned), f"the length of {label}", "text")
            return
        low, high = args["min"], args["max"]
        length = dtype.length if dtype.name in ("char", "varchar") else None
        if length is not None and length < high * (max(map(len, english_words())) + 1):
            self._skip(name, label, f"words are left out where {dtype} is too short for {high}")
            return
        binned = whole_numbers(low, high, f"{low} .. {high} words, evenly")
        self._histogram(WordCount((name,), path, DataType("bigint"), binned), f"the number of words of {label}", "text")

    def _of_pattern(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        self._matches(name, path, label, args["regex"], args["regex"])

    def _of_template(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        self._matches(name, path, label, _template_regex(args["text"]), args["text"])

    def _of_uuid(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        if dtype.name != "uuid" or path:
            self._matches(name, path, label, _UUID, "a UUID")

    def _of_json(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        self._json(name, path, label, tuple(map(str, args)))

    def _of_faker(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        self._skip(name, label, "drawn from a pool that Faker filled")

    def _of_parent(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        self._skip(name, label, f"follows the parent's {args['column']}")

    def _of_expression(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        if path:
            return
        try:
            node = parse_expression(args["sql"], label)
            own = {part.op for part in node.walk()} & _NOT_OF_THE_ROW
            columns = tuple(dict.fromkeys(columns_of(node)))
        except RowmillError as error:
            self._skip(name, label, f"the expression can't be read: {error.what}")
            return
        if own:
            self._skip(name, label, f"an expression with {', '.join(sorted(own))}")
            return
        probe = Holds((name, *(c for c in columns if c != name)), (), dtype=dtype, sql=args["sql"])
        shown = args["sql"] if len(args["sql"]) <= 80 else args["sql"][:77] + "..."
        self._add(probe, lambda p, _: [judges.faults("content", f"expression of {label}", name, p, shown)])

    def _of_offset(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        unit, of = str(args["unit"]).removesuffix("s"), args["of"]
        by = generator_spec(args["by"], VOCABULARY)
        micros = UNIT_MICROSECONDS.get(unit)
        of_type = self.definition.column(of).type
        if micros is None or (dtype.name == "date" and micros < UNIT_MICROSECONDS["day"]):
            self._skip(name, label, f"an offset in {unit}s is not tested")
            return
        entry = VOCABULARY[by.name]
        given = {key: by.args.get(key, argument.default) for key, argument in entry.arguments.items()}
        floating = by.name in ("normal", "lognormal", "exponential") or any(
            isinstance(v, float) for v in by.args.values()
        )
        kind = DataType("double" if floating else "bigint")
        if floating and dtype.name == "date":
            self._skip(name, label, "an offset by parts of days is not tested")
            return
        binned = numeric(by.name, given, kind, 0, 0) if by.name not in ("sequence", "increasing") else None
        if binned is None:
            self._skip(name, label, f"an offset by {by.name} is not tested")
            return
        # Distances are whole microseconds: a bound may be missed by the last of them.
        parts = kind if floating else None
        probe = Distance((name, of), (), dtype, binned, of_type=of_type, unit=micros, distance=parts)
        self._histogram(probe, f"{name} - {of} ({unit}s)", "distance")

    # -- nested ------------------------------------------------------------------------------------

    def _of_array(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        low, high = args["length"]["min"], args["length"]["max"]
        binned = whole_numbers(low, high, f"{low} .. {high} elements, evenly")
        self._histogram(
            Histogram((name,), (*path, "length"), DataType("bigint"), binned), f"the length of {label}", "array"
        )
        self._inner(name, (*path, "[]"), f"{label}[]", dtype.children[0], args["element"], "element")

    def _of_map(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        # A key that comes again is left out, so neither keys nor lengths keep their distribution: values do.
        self._inner(name, (*path, "{}"), f"{label}{{}}", dtype.children[1], args["value"], "value")

    def _of_struct(self, name: str, path: Path, label: str, dtype: DataType, args: dict[str, Any]) -> None:
        for part, kind in zip(dtype.field_names, dtype.children, strict=True):
            self._inner(name, (*path, part), f"{label}.{part}", kind, args.get(part), part)

    def _inner(self, name: str, path: Path, label: str, dtype: DataType, spec: Any, part: str) -> None:
        made = infer(part, dtype) if spec is None else generator_spec(spec, VOCABULARY)
        self._part(name, path, label, dtype, made)


_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_NOT_OF_THE_ROW = {"random_int", "random", "row_number", "ordinal", "parent", "parent_rows"}


@dataclass
class Bounded(Faults):
    """Values outside of what `options.bounds` says."""

    dtype: DataType = field(default_factory=lambda: DataType("string"))
    bounds: Bounds = field(default_factory=Bounds)

    def good(self, array: pa.Array) -> pa.BooleanArray:
        return self.bounds.holds(self.dtype, array)


@dataclass
class Nothing:
    """A probe of what every pass counts anyway."""

    columns: tuple[str, ...]

    def update(self, batch: Batch) -> None: ...
    def merge(self, other: Any) -> None: ...


@dataclass
class Holds(Faults):
    """Rows in which a column is not what its expression says of the row's other columns."""

    dtype: DataType = field(default_factory=lambda: DataType("string"))
    sql: str = ""

    def update(self, batch: Batch) -> None:
        there = _RowValues(batch).column(self.columns[0])
        self.seen += batch.rows
        try:
            made = cast_value(evaluate(self._node(), _RowValues(batch)), self.dtype, batch.rows)
        except (RowmillError, pa.ArrowException, OverflowError) as error:  # of values that are not as they were
            self.count += batch.rows
            self.examples = self.examples or [f"it fails: {' '.join(str(error).split())[:100]}"]
            return
        if made.equals(there):
            return
        import pyarrow.compute as pc

        same = pc.fill_null(pc.equal(made, there), False)
        neither = pc.and_(made.is_null(), there.is_null())
        wrong = pc.invert(pc.or_(same, neither))
        count = int(pc.sum(wrong).as_py() or 0)
        if count:
            self.count += count
            self.note(there.filter(wrong))

    def _node(self) -> Any:
        return parse_expression(self.sql, self.columns[0])


@dataclass(frozen=True)
class _RowValues:
    """A batch as expressions see it."""

    batch: Batch

    def column(self, name: str) -> pa.Array:
        from rowmill.generate.arrow import plain

        return plain(self.batch.column(name))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"an expression over stored rows can't ask for {name}")


def _case_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _distinct(dtype: DataType, values: list[Any]) -> tuple[pa.Array, list[int]]:
    """The different values as an Arrow array of the type, and the place of each given one in it."""
    found = [physical(dtype, value, "") for value in values]
    order = list(dict.fromkeys(found))
    places = {value: at for at, value in enumerate(order)}
    return _array(dtype, order), [places[value] for value in found]


def _array(dtype: DataType, found: list[Any]) -> pa.Array:
    import numpy as np

    from rowmill.generate.arrow import plain, to_arrow

    if dtype.is_text or dtype.name in ("binary", "boolean"):
        return pa.array(found, dtype.to_arrow())
    wide = any(isinstance(v, int) and not -(1 << 63) <= v < 1 << 63 for v in found)
    kind: Any = object if wide else np.float64 if dtype.name in ("float", "double") else np.int64
    return plain(to_arrow(dtype, np.array(found, kind)))


def _weights(places: list[int], weights: list[float] | None) -> dict[int, float]:
    found: dict[int, float] = {}
    for at, place in enumerate(places):
        found[place] = found.get(place, 0.0) + (1.0 if weights is None else float(weights[at]))
    return found


def _template_regex(text: str) -> str:
    parts = []
    for literal, name, form, _ in string.Formatter().parse(text):
        parts.append(re.escape(literal))
        if name == "seq":
            width = re.sub(r"\D", "", form or "")
            parts.append(f"[0-9]{{{int(width)},}}" if width and int(width) else "[0-9]+")
        elif name is not None:
            parts.append("(?s:.*)")
    return "".join(parts)
