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
        {"start": Argument("integer", 1), "step": Argument("integer", 1)},
    ),
    "permutation": Entry(
        "a bijection of start .. start+rows-1, in shuffled order",
        {
            "start": Argument("integer", 1),
            "rows": Argument("count", None, "fixes the domain; default: the rows of the run"),
        },
    ),
    "constant": Entry("one value", {"value": Argument("scalar", REQUIRED)}, obvious="value"),
    "uniform": Entry("each value of min..max is equally likely", dict(_BOUNDS)),
    "normal": Entry(
        "the normal distribution, truncated to min..max",
        {"mean": Argument("number", 0.0), "stddev": Argument("number", 1.0), **_BOUNDS},
    ),
    "lognormal": Entry(
        "exp of a normal variate, truncated to min..max",
        {"mu": Argument("number", 0.0), "sigma": Argument("number", 1.0), **_BOUNDS},
    ),
    "exponential": Entry(
        "the exponential distribution, truncated to min..max",
        {"rate": Argument("number", 1.0), **_BOUNDS},
    ),
    "poisson": Entry("the Poisson distribution", {"mean": Argument("number", REQUIRED)}, obvious="mean"),
    "zipf": Entry(
        "value k in 1..n with probability proportional to k**-s; min shifts it",
        {
            "s": Argument("number", 1.0),
            "n": Argument("count", REQUIRED),
            "min": Argument("integer", 1, "the value of rank 1"),
        },
    ),
    "choice": Entry(
        "one of the values, by weight",
        {
            "values": Argument("values", None),
            "weights": Argument("weights", None),
            "by": Argument("text", None, "a column whose value picks the case"),
            "cases": Argument("cases", None, "value of `by` -> values and weights"),
        },
        obvious="values",
    ),
    "boolean": Entry("true with probability p", {"p": Argument("share", 0.5)}, obvious="p"),
    "increasing": Entry(
        "times or numbers that never go back",
        {
            "start": Argument("bound", None),
            "end": Argument("bound", None),
            "step": Argument("number", None, "distance of two rows (seconds, for times)"),
            "jitter": Argument("share", 1.0, "share of a step by which a row may be late"),
        },
    ),
    "pattern": Entry("text that matches a regex", {"regex": Argument("text", REQUIRED)}, obvious="regex"),
    "template": Entry(
        "text with {seq}, {seq:06d}, {column}, {faker.provider}",
        {"text": Argument("text", REQUIRED)},
        obvious="text",
    ),
    "words": Entry(
        "a run of English words",
        {
            "min": Argument("count", 3),
            "max": Argument("count", 8),
            "chars": Argument("sizes", None, "number of characters instead of words"),
        },
    ),
    "uuid": Entry("a UUID", {"version": Argument("integer", 4)}),
    "faker": Entry(
        "a value from a pool that Faker filled",
        {
            "provider": Argument("text", REQUIRED),
            "locale": Argument("text", "en_US"),
            "args": Argument("arguments", None),
            "unique": Argument("bool", False),
            "pool": Argument("count", None, "number of values drawn from Faker"),
        },
        obvious="provider",
    ),
    "expression": Entry(
        "SQL over other columns of the same row; row_number() is 1 in the first row",
        {"sql": Argument("text", REQUIRED)},
        obvious="sql",
    ),
    "offset": Entry(
        "another column plus a random distance",
        {
            "of": Argument("text", REQUIRED),
            "by": Argument("generator", REQUIRED),
            "unit": Argument("text", "day", "microsecond, second, minute, hour, day, week, month, year"),
        },
    ),
    "parent": Entry(
        "a column of the row that this row's foreign key points to",
        {"column": Argument("text", REQUIRED), "key": Argument("text", None, "a column of the foreign key")},
        obvious="column",
    ),
    "array": Entry(
        "a list",
        {"element": Argument("generator", None), "length": Argument("sizes", {"min": 0, "max": 5})},
    ),
    "map": Entry(
        "a map",
        {
            "key": Argument("generator", None),
            "value": Argument("generator", None),
            "length": Argument("sizes", {"min": 0, "max": 3}),
        },
    ),
    "struct": Entry("a generator per field", free_form=True),
    "json": Entry("a JSON object: a generator per key", free_form=True),
}

# How a foreign key spreads its rows over the parents.
DISTRIBUTIONS: dict[str, Entry] = {
    "uniform": Entry("every parent is equally likely"),
    "zipf": Entry("the parent of rank k with probability proportional to k**-s", {"s": Argument("number", 1.0)}),
    "each": Entry(
        "every parent has min..max children",
        {"min": Argument("count", 1), "max": Argument("count", REQUIRED)},
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
