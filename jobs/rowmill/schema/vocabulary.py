"""The vocabulary of generators: names, arguments, defaults. Pure data; generate/ gives it life.

The JSON Schema of the YAML is made from this table, so there is one place to add a generator.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

REQUIRED: Any = object()

# JSON Schema of each kind of argument.
_KINDS: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "count": {"type": "integer", "minimum": 0},
    "number": {"type": "number"},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "bool": {"type": "boolean"},
    "text": {"type": "string"},
    "scalar": {"type": ["number", "string", "boolean", "null"]},
    "bound": {"type": ["number", "string"]},
    "values": {"type": "array", "minItems": 1},
    "weights": {"type": "array", "minItems": 1, "items": {"type": "number", "minimum": 0}},
    "sizes": {
        "type": "object",
        "additionalProperties": False,
        "required": ["min", "max"],
        "properties": {
            "min": {"type": "integer", "minimum": 0},
            "max": {"type": "integer", "minimum": 0},
        },
    },
    "cases": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": False,
            "required": ["values"],
            "properties": {
                "values": {"type": "array", "minItems": 1},
                "weights": {"type": "array", "items": {"type": "number", "minimum": 0}},
            },
        },
    },
    "generator": {"$ref": "#/$defs/generator"},
    "generators": {"type": "object", "additionalProperties": {"$ref": "#/$defs/generator"}},
    "arguments": {"type": ["object", "array"]},
}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a generator: its kind (a key of _KINDS), default, and what it means."""

    kind: str
    default: Any = None
    help: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class Entry:
    """One generator: what it does, its arguments, and the one that may stand alone."""

    help: str
    arguments: dict[str, Argument] = field(default_factory=dict)
    obvious: str | None = None
    free_form: bool = False  # arguments are names of fields, each with a generator


_BOUNDS = {
    "min": Argument("bound", None, "smallest value, reachable"),
    "max": Argument("bound", None, "largest value, reachable"),
}

VOCABULARY: dict[str, Entry] = {
    "sequence": Entry(
        "start + step * row",
        {"start": Argument("integer", 1, "of the first row"), "step": Argument("integer", 1, "distance of two rows")},
    ),
    "permutation": Entry(
        "a bijection of start .. start+rows-1, in shuffled order",
        {
            "start": Argument("integer", 1, "smallest value"),
            "rows": Argument("count", None, "fixes the domain; default: the rows of the run"),
        },
    ),
    "constant": Entry("one value", {"value": Argument("scalar", REQUIRED, "of every row")}, obvious="value"),
    "uniform": Entry("each value of min..max is equally likely", dict(_BOUNDS)),
    "normal": Entry(
        "the normal distribution, truncated to min..max",
        {
            "mean": Argument("number", 0.0, "before truncation"),
            "stddev": Argument("number", 1.0, "standard deviation, before truncation"),
            **_BOUNDS,
        },
    ),
    "lognormal": Entry(
        "exp of a normal variate, truncated to min..max",
        {
            "mu": Argument("number", 0.0, "mean of the logarithm"),
            "sigma": Argument("number", 1.0, "standard deviation of the logarithm"),
            **_BOUNDS,
        },
    ),
    "exponential": Entry(
        "the exponential distribution, truncated to min..max",
        {"rate": Argument("number", 1.0, "1 / mean, before truncation"), **_BOUNDS},
    ),
    "poisson": Entry("the Poisson distribution", {"mean": Argument("number", REQUIRED, "0 .. 1e9")}, obvious="mean"),
    "zipf": Entry(
        "value k in 1..n with probability proportional to k**-s; min shifts it",
        {
            "s": Argument("number", 1.0, "skew; 0 is uniform"),
            "n": Argument("count", REQUIRED, "how many values"),
            "min": Argument("integer", 1, "the value of rank 1"),
        },
    ),
    "choice": Entry(
        "one of the values, by weight",
        {
            "values": Argument("values", None, "with `by`: of all rows without a case"),
            "weights": Argument("weights", None, "one to each value; equal"),
            "by": Argument("text", None, "a column whose value picks the case"),
            "cases": Argument("cases", None, "value of `by` -> values and weights"),
        },
        obvious="values",
    ),
    "boolean": Entry("true with probability p", {"p": Argument("share", 0.5, "share of true")}, obvious="p"),
    "increasing": Entry(
        "times or numbers that never go back",
        {
            "start": Argument("bound", None, "of the first row"),
            "end": Argument("bound", None, "not passed by the last row of the first run"),
            "step": Argument("number", None, "distance of two rows (seconds, for times)"),
            "jitter": Argument("share", 1.0, "share of a step by which a row may be late"),
        },
    ),
    "pattern": Entry(
        "text that matches a regex",
        {"regex": Argument("text", REQUIRED, "classes, quantifiers, groups, alternation")},
        obvious="regex",
    ),
    "template": Entry(
        "text with {seq}, {seq:06d}, {column}, {faker.provider}",
        {"text": Argument("text", REQUIRED, "{{ and }} are braces")},
        obvious="text",
    ),
    "words": Entry(
        "a run of English words",
        {
            "min": Argument("count", 3, "number of words"),
            "max": Argument("count", 8, "number of words"),
            "chars": Argument("sizes", None, "number of characters instead of words"),
        },
    ),
    "uuid": Entry("a UUID", {"version": Argument("integer", 4, "only 4")}),
    "faker": Entry(
        "a value from a pool that Faker filled",
        {
            "provider": Argument("text", REQUIRED, "one of Faker's"),
            "locale": Argument("text", "en_US", "one of Faker's"),
            "args": Argument("arguments", None, "of the provider"),
            "unique": Argument("bool", False, "each value once"),
            "pool": Argument("count", None, "number of values drawn from Faker"),
        },
        obvious="provider",
    ),
    "expression": Entry(
        "SQL over other columns of the same row; row_number() is 1 in the first row",
        {"sql": Argument("text", REQUIRED, "see Expressions")},
        obvious="sql",
    ),
    "offset": Entry(
        "another column plus a random distance",
        {
            "of": Argument("text", REQUIRED, "a date or timestamp column"),
            "by": Argument("generator", REQUIRED, "of the distance"),
            "unit": Argument("text", "day", "microsecond, millisecond, second, minute, hour, day, week, month, year"),
        },
    ),
    "parent": Entry(
        "a column of the row that this row's foreign key points to",
        {
            "column": Argument("text", REQUIRED, "of the parent table"),
            "key": Argument("text", None, "a column of the foreign key, where there are several"),
        },
        obvious="column",
    ),
    "array": Entry(
        "a list",
        {
            "element": Argument("generator", None, "inferred from the type"),
            "length": Argument("sizes", {"min": 0, "max": 5}, "number of elements"),
        },
    ),
    "map": Entry(
        "a map",
        {
            "key": Argument("generator", None, "inferred from the type"),
            "value": Argument("generator", None, "inferred from the type"),
            "length": Argument("sizes", {"min": 0, "max": 3}, "number of entries; fewer where keys coincide"),
        },
    ),
    "struct": Entry("a generator per field", free_form=True),
    "json": Entry("a JSON object: a generator per key", free_form=True),
}

# How a foreign key spreads its rows over the parents.
DISTRIBUTIONS: dict[str, Entry] = {
    "uniform": Entry("every parent is equally likely"),
    "zipf": Entry(
        "the parent of rank k with probability proportional to k**-s",
        {"s": Argument("number", 1.0, "skew; 0 is uniform")},
    ),
    "each": Entry(
        "every parent has min..max children",
        {
            "min": Argument("count", 1, "children at least"),
            "max": Argument("count", REQUIRED, "children at most; the same as min for a fixed number"),
        },
    ),
    "earlier": Entry(
        "of a table that references itself: any row before, so there are no cycles (the default there)",
        {"roots": Argument("count", 1, "so many first rows have no parent: null, or themselves if not nullable")},
    ),
}


def _entry_schema(entry: Entry) -> dict[str, Any]:
    if entry.free_form:
        return {"type": "object", "minProperties": 1, "additionalProperties": _KINDS["generator"]}
    body: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**_KINDS[argument.kind], **({"description": argument.help} if argument.help else {})}
            for name, argument in entry.arguments.items()
        },
    }
    required = [name for name, argument in entry.arguments.items() if argument.required]
    if required:
        body["required"] = required
    return body


def named_union(entries: dict[str, Entry]) -> dict[str, Any]:
    """JSON Schema of `name` or `{name: arguments}` for a table of entries."""
    bare = [
        name
        for name, entry in entries.items()
        if not entry.free_form and not any(a.required for a in entry.arguments.values())
    ]
    properties: dict[str, Any] = {}
    for name, entry in entries.items():
        body = _entry_schema(entry)
        if entry.obvious:
            kind = entry.arguments[entry.obvious].kind
            body = {"anyOf": [body, _KINDS[kind]]}
        properties[name] = {"description": entry.help, **body}
    return {
        "anyOf": [
            {"enum": bare},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": properties,
            },
        ]
    }
