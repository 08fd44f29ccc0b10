# ruff: noqa: E501
"""The reference of the vocabulary, made from the code: `make docs` writes it to docs/reference/vocabulary.md.

Samples and plots are made by the engine itself (seed 42), so they are what a user gets.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from rowmill.errors import RowmillError
from rowmill.generate.expression import evaluate, parse_expression
from rowmill.generate.functions import GROUPS, SYNONYMS
from rowmill.generate.functions.values import as_text
from rowmill.generate.table import TableGenerator, World
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.types import TYPE_NAMES, UNKNOWN
from rowmill.schema.vocabulary import DISTRIBUTIONS, REQUIRED, VOCABULARY, Argument
from rowmill.schema.yaml import parse_document

_SAMPLE, _PLOTTED = 6, 20_000
_PARENT = {
    "name": "city",
    "columns": [
        {"name": "city_id", "type": "int", "nullable": False},
        {"name": "name", "type": "string", "generator": {"faker": {"provider": "city", "pool": 40}}},
    ],
    "primary_key": ["city_id"],
    "rows": 40,
}
_DAY = {"name": "day", "type": "date", "generator": {"uniform": {"min": "2024-01-01", "max": "2024-01-31"}}}
_KIND = {"name": "kind", "type": "string", "generator": {"choice": ["book", "film"]}}
_PRICE = {"name": "price", "type": "decimal(8,2)", "generator": {"uniform": {"min": 1, "max": 100}}}
_CITY_ID = {"name": "city_id", "type": "int"}

# Generator -> type of the column, its YAML, columns beside it, is a plot of use?
_EXAMPLES: dict[str, tuple[str, Any, list[dict[str, Any]], bool]] = {
    "sequence": ("bigint", {"sequence": {"start": 100, "step": 10}}, [], False),
    "permutation": ("int", "permutation", [], False),
    "constant": ("string", {"constant": "EUR"}, [], False),
    "uniform": ("decimal(8,2)", {"uniform": {"min": 0.5, "max": 99.99}}, [], True),
    "normal": ("double", {"normal": {"mean": 100, "stddev": 15, "min": 70, "max": 160}}, [], True),
    "lognormal": ("decimal(10,2)", {"lognormal": {"mu": 3, "sigma": 0.8, "max": 200}}, [], True),
    "exponential": ("double", {"exponential": {"rate": 0.1, "max": 60}}, [], True),
    "poisson": ("int", {"poisson": 4}, [], True),
    "zipf": ("int", {"zipf": {"s": 1.1, "n": 20}}, [], True),
    "choice": (
        "string",
        {"choice": {"by": "kind", "cases": {"book": {"values": ["A5", "A4"], "weights": [3, 1]}}, "values": ["HD", "4K"]}},
        [_KIND],
        True,
    ),
    "boolean": ("boolean", {"boolean": 0.2}, [], True),
    "increasing": ("timestamp_ntz", {"increasing": {"start": "2024-01-01 00:00:00", "step": 90, "jitter": 0.8}}, [], False),
    "pattern": ("string", {"pattern": "[A-Z]{2}-[0-9]{4}(X|YZ)?"}, [], False),
    "template": ("string", {"template": "{kind}-{seq:05d}@{faker.domain_word}"}, [_KIND], False),
    "words": ("string", {"words": {"min": 2, "max": 5}}, [], False),
    "uuid": ("uuid", "uuid", [], False),
    "faker": ("string", {"faker": {"provider": "name", "locale": "de_DE"}}, [], False),
    "expression": ("decimal(10,2)", {"expression": "CASE WHEN kind = 'book' THEN price * 0.9 ELSE price END"}, [_KIND, _PRICE], True),
    "offset": ("date", {"offset": {"of": "day", "by": {"poisson": 3}, "unit": "day"}}, [_DAY], False),
    "parent": ("string", {"parent": "name"}, [_CITY_ID], False),
    "array": ("array<string>", {"array": {"element": {"choice": ["a", "b", "c"]}, "length": {"min": 0, "max": 3}}}, [], False),
    "map": (
        "map<string,int>",
        {"map": {"key": {"choice": ["x", "y", "z"]}, "value": {"uniform": {"min": 1, "max": 9}}, "length": {"min": 1, "max": 2}}},
        [],
        False,
    ),
    "struct": (
        "struct<lat:double,name:string>",
        {"struct": {"lat": {"uniform": {"min": -90, "max": 90}}, "name": {"faker": "city"}}},
        [],
        False,
    ),
    "json": ("json", {"json": {"id": "sequence", "ok": "boolean", "tag": {"choice": ["new", "old"]}}}, [], False),
}  # fmt: skip
# What is tried to see which types a generator makes.
_TRIED: dict[str, list[Any]] = {
    "constant": [{"constant": v} for v in (1, "a", True, "2024-01-31", "2024-01-31 12:00:00", "12:00:00", "3 days")],
    "choice": [{"choice": [v]} for v in (1, "a", True, "2024-01-31", "2024-01-31 12:00:00", "12:00:00", "3 days")],
    "increasing": ["increasing", {"increasing": {"start": 1}}],
    "zipf": [{"zipf": {"n": 5}}],
    "poisson": [{"poisson": 2}],
    "pattern": [{"pattern": "[a-z]{3}"}],
    "template": [{"template": "{seq}"}],
    "faker": [{"faker": p} for p in ("country_code", "random_digit", "pybool", "date", "time")],
    "expression": [{"expression": e} for e in ("1", "'a'", "true", "date '2024-01-31'", "timestamp '2024-01-31 12:00:00'", "time '12:00:00'", "interval '1' day")],
    "offset": [{"offset": {"of": "day", "by": {"poisson": 1}}}],
    "words": [{"words": {"chars": {"min": 1, "max": 5}}}],
    "struct": [{"struct": {"a": {"uniform": {"min": 1, "max": 2}}}}],
    "json": [{"json": {"a": "boolean"}}],
}  # fmt: skip
_FULL_TYPES = {
    "decimal": "decimal(8,2)",
    "char": "char(9)",
    "varchar": "varchar(60)",
    "array": "array<int>",
    "map": "map<string,int>",
    "struct": "struct<a:int>",
}
_KINDS = {
    "integer": "whole number",
    "count": "whole number >= 0",
    "number": "number",
    "share": "number 0 .. 1",
    "bool": "true or false",
    "text": "text",
    "scalar": "a value of the column's type",
    "bound": "a value of the column's type",
    "values": "list of values",
    "weights": "list of numbers >= 0",
    "sizes": "{min, max}",
    "cases": "{value: {values, weights}}",
    "generator": "generator",
    "generators": "{name: generator}",
    "arguments": "list or mapping",
}
_TYPES = {
    "boolean": "true, false",
    "tinyint": "-128 .. 127",
    "smallint": "-32768 .. 32767",
    "int": "-2**31 .. 2**31 - 1",
    "bigint": "-2**63 .. 2**63 - 1",
    "float": "32-bit IEEE 754; a range is drawn in 64 bits and rounded",
    "double": "64-bit IEEE 754",
    "decimal": "`decimal(p,s)`, p digits (1 .. 38), s of them after the point; exact at any size",
    "char": "`char(n)`: at most n characters (not bytes)",
    "varchar": "`varchar(n)`: at most n characters (not bytes)",
    "string": "text of any length, UTF-8",
    "binary": "bytes; text arguments are written in UTF-8",
    "date": "0001-01-01 .. 9999-12-31",
    "timestamp": "an instant, microseconds, kept in UTC; text without a zone is UTC",
    "timestamp_ntz": "date and time without a zone, microseconds",
    "time": "00:00:00 .. 23:59:59.999999",
    "interval": "64 bits of microseconds, written as `3 days`, `1.5 hours` or seconds; Parquet only, Spark reads INTERVAL DAY TO SECOND",
    "json": "text: a JSON value",
    "uuid": "text of 36 characters",
    "xml": "text",
    "geometry": "text: WKT, as `POINT (8.68 50.11)`",
    "array": "`array<T>`",
    "map": "`map<K,V>`: keys are not null, and different within a row",
    "struct": "`struct<a:T,...>`",
    "unknown": "none: a source type that the converter did not know; write the right type in its place before data are made",
}


def _table(columns: list[dict[str, Any]], rows: int, **more: Any) -> TableGenerator:
    document = {"tables": [{"name": "t", "columns": columns, "rows": rows, **more}, _PARENT]}
    found = {t.name: CatalogTable("", t, "reference") for t in parse_document(document, "reference").tables}
    made = World(lambda _, key: found[key.table], 42).table(found["t"])
    made.prepare()
    return made


def _city_key(columns: list[dict[str, Any]]) -> dict[str, Any]:
    if not any(c["name"] == "city_id" for c in columns):
        return {}
    return {"foreign_keys": [{"columns": ["city_id"], "references": {"table": "city", "columns": ["city_id"]}}]}


def _shown(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        value = dict(value)
    text = json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text.replace("|", "\\|")


def histogram(values: list[Any], width: int = 40) -> list[str]:
    """Lines of a bar chart: of each value where they are few, else of sixteen even ranges."""
    counts = Counter(str(v) for v in values)
    if len(counts) <= 20:
        numbers = all(isinstance(v, int) and not isinstance(v, bool) for v in values)
        bars = sorted(counts.items(), key=lambda item: (float(item[0]) if numbers else 0, item[0]))
    else:
        data = np.array([float(v) for v in values])
        found, edges = np.histogram(data, bins=16)
        bars = [(f"{edges[i]:.4g} .. {edges[i + 1]:.4g}", int(n)) for i, n in enumerate(found)]
    most, room = max(n for _, n in bars), max(len(name) for name, _ in bars)
    return [
        f"{name:>{room}} {'█' * round(width * n / most):<{width}} {n / len(values):6.1%}".rstrip() for name, n in bars
    ]


def _argument(name: str, argument: Argument) -> str:
    default = (
        "required"
        if argument.default is REQUIRED
        else ""
        if argument.default is None
        else f"`{json.dumps(argument.default)}`"
    )
    return f"| `{name}` | {_KINDS[argument.kind]} | {default} | {argument.help} |"


def _makes(name: str) -> list[str]:
    """The types that a generator makes: tried, one by one."""
    if name == "parent":
        return ["whatever the parent's column is"]
    made = []
    for short in TYPE_NAMES:
        for spec in _TRIED.get(name, [name]):
            try:
                _table([{"name": "c", "type": _FULL_TYPES.get(short, short), "generator": spec}, _DAY], 3).batch(0, 3)
            except RowmillError:
                continue
            made.append(short)
            break
    return made


def _generator(name: str) -> list[str]:
    entry = VOCABULARY[name]
    dtype, spec, others, plotted = _EXAMPLES[name]
    lines = [f"### {name}", "", f"{entry.help[0].upper()}{entry.help[1:]}.", ""]
    if entry.free_form:
        lines += ["Its arguments are names, each with a generator.", ""]
    elif entry.arguments:
        lines += ["| argument | type | default | meaning |", "|---|---|---|---|"]
        lines += [_argument(n, a) for n, a in entry.arguments.items()] + [""]
    if entry.obvious:
        lines += [f"`{entry.obvious}` may stand alone: `{{{name}: ...}}`.", ""]
    lines += [f"Makes: {', '.join(_makes(name))}.", ""]
    column = {"name": "c", "type": dtype, "generator": spec}
    text = yaml.safe_dump(column, default_flow_style=True, sort_keys=False, width=1000, allow_unicode=True).strip()
    columns = [*others, column]
    table = _table(columns, 1000, **_city_key(columns))
    rows = table.batch(0, _SAMPLE).to_pylist()
    names = [c["name"] for c in columns]
    lines += ["```yaml", f"- {text}", "```", "", f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
    lines += [f"| {' | '.join(_shown(row[n]) for n in names)} |" for row in rows] + [""]
    if plotted:
        many = _table(columns, _PLOTTED, **_city_key(columns)).batch(0, _PLOTTED).column(len(columns) - 1).to_pylist()
        lines += ["```text", *histogram(many), "```", ""]
    return lines


def _distribution(name: str) -> list[str]:
    entry = DISTRIBUTIONS[name]
    example: Any = {
        "each": {"each": {"min": 1, "max": 7}},
        "zipf": {"zipf": {"s": 1.2}},
        "earlier": {"earlier": {"roots": 3}},
    }
    spec = example.get(name, name)
    lines = [f"### {name}", "", f"{entry.help[0].upper()}{entry.help[1:]}.", ""]
    if entry.arguments:
        lines += ["| argument | type | default | meaning |", "|---|---|---|---|"]
        lines += [_argument(n, a) for n, a in entry.arguments.items()] + [""]
    own = name == "earlier"
    key = {"columns": ["up" if own else "city_id"], "distribution": spec}
    key["references"] = {"table": "t" if own else "city", "columns": ["id" if own else "city_id"]}
    columns: list[dict[str, Any]] = [
        {"name": "id", "type": "int", "nullable": False},
        {"name": "up", "type": "int"} if own else _CITY_ID,
    ]
    text = yaml.safe_dump(key, default_flow_style=True, sort_keys=False, width=1000).strip()
    lines += ["```yaml", f"foreign_keys: [{text}]", "```", ""]
    rows = 12 if own else 160
    made = _table(columns, rows, primary_key=["id"], foreign_keys=[key]).batch(0, rows).column(1).to_pylist()
    if own:
        return [
            *lines,
            "The parents of rows 1 .. 12: " + ", ".join("null" if v is None else str(v) for v in made) + ".",
            "",
        ]
    children = Counter(made)
    counts = [children.get(k, 0) for k in range(1, 41)]
    return [*lines, "Children to a parent, 160 rows of 40 parents:", "", "```text", *histogram(counts), "```", ""]


class _NoRows:
    def column(self, name: str) -> pa.Array:
        raise KeyError(name)


def _functions() -> list[str]:
    lines: list[str] = []
    for group, functions in GROUPS.items():
        lines += [f"### {group}", "", "| function | what it gives | example | result |", "|---|---|---|---|"]
        for name, function in functions.items():
            value = evaluate(parse_expression(function.example, "reference"), _NoRows())  # type: ignore[arg-type]
            plain = value if isinstance(value, pa.Scalar) else value[0]
            result = as_text(plain).as_py() if not pa.types.is_null(plain.type) else None
            also = [s for s, own in SYNONYMS.items() if own == name]
            more = f"; also {', '.join(f'`{s}`' for s in also)}" if also else ""
            cells = [f"`{function.signature}`", function.help + more, f"`{function.example}`", f"`{result}`"]
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        lines.append("")
    return lines


_HEAD = """# Vocabulary

Made from the code by `make docs`: what stands here is what the programs take, and every sample was made by them (seed 42).
A generator is a name (`generator: uuid`) or one name with its arguments. Numbers may be written with an exponent (`1e6`).
Arguments are checked before any data is written; a complaint names file, line and column.
"""
_EXPRESSIONS = """## Expressions

SQL over the columns of the same row: `generator: {expression: "price * quantity"}`. Functions do what Spark SQL's of the same name do
(ANSI mode: what overflows or is no date is refused), null for null. Where Rowmill differs from Spark SQL:

- `/` of two whole numbers cuts off toward zero, as in most databases that DDL comes from; make one a decimal for a fraction.
- A date minus a date is the number of days.
- Doubles of 1e7 and more, or below 1e-3, are written out where they become text (`1250000000.0`).
- Patterns are RE2's: no look-around, no back references.

Operators: `+ - * / %`, `^` (power), `||` (null if a side is null), `& | # ~ << >>` (bits), `= <> < <= > >= <=>`, `IS [NOT] NULL / TRUE / FALSE`,
`IS [NOT] DISTINCT FROM`, `AND OR NOT`, `[NOT] IN (...)`, `[NOT] BETWEEN`, `[NOT] LIKE`, `ILIKE`, `RLIKE`, `CASE`, `CAST(x AS type)`, `x::type`,
`DATE '2024-01-31'`, `TIMESTAMP '...'`, `INTERVAL '3' DAY` (microsecond .. week, month, quarter, year).

Of the row itself:

| function | what it gives |
|---|---|
| `row_number()` | 1 in the first row of the table |
| `ordinal()` | the place of the row among the children of its parent, from 1 (a foreign key with `each`) |
| `random_int(a, b)` | a whole number a .. b, both reachable; another one for each place where it stands |
| `random()` | a double in 0 .. 1 |
| `parent(column, key)` | a column of the row that the foreign key with this column points to |
| `parent_rows(key)` | the number of rows of the table that the foreign key with this column references |

An expression may make a key where it can be proved to differ in every row: `a * row_number() + b`, also over `x / k` and `x % k` (TPC-H's
sparse keys: `row_number() / 8 * 32 + row_number() % 8`), with a `random_int` smaller than the step, dates and times moved by such numbers,
and texts in which the number can be told from what stands beside it. Tables of up to 1,048,576 rows are looked at instead; others are refused.
"""
_KEYS = """## Foreign keys

`{columns: [a], references: {table: t, columns: [a]}, distribution: ..., nulls: 0.02}`. Keys are computed, so the parent's data need not exist.
Without a distribution: uniform; of a table that references itself: earlier. A composite key that has no unique column takes a place in the
product of its members (foreign keys, and columns whose values can be numbered: uniform, choice, boolean, pattern). Foreign keys that share
columns are kept together where the tables that they reference agree (one references the other by these columns; or both a third, one by
`each`), and refused elsewhere. With fewer rows than parents * min, `each` takes only the first parents.
"""


_BOUNDS = """## Bounds

`options: {bounds: {price: {above: 0, max: 999.99}, state: {values: [new, paid]}, code: {min_length: 3, max_length: 8}}}` of a table is what the
CHECKs and enumerations of its DDL say of single columns. A column without a generator keeps to them:

| bound | what is inferred |
|---|---|
| `values` | a choice among them, of the column's type (`'5'` is 5 in an int) |
| `min`, `max`, `above`, `below` | two ends: uniform over exactly that range (a `price` that is a double stays lognormal); one end: the range that the name suggests, cut there, or from there on if nothing of it is left |
| `min_length`, `max_length` | texts of that many characters, binaries of that many bytes |

`above` and `below` are not reached: the next value of the type is (1, 10**-s of a decimal, a day, a microsecond, the next float). Ends between two
values of the type move inwards. A key without a generator keeps to them too: a sequence begins at its bound, and too few values are refused before any
data is written. Texts compare character by character. An unknown column, ends without a value between them, or a value that the type can't hold are
refused. A column with a generator of its own need not keep to them. `validate` judges by the same bounds.
"""


def document() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD, "## Types", "", "| type | values |", "|---|---|"]
    lines += [f"| {name} | {_TYPES[name]} |" for name in (*TYPE_NAMES, UNKNOWN)] + ["", "## Generators", ""]
    for name in VOCABULARY:
        lines += _generator(name)
    lines.append(_BOUNDS)
    lines.append(_KEYS)
    for name in DISTRIBUTIONS:
        lines += _distribution(name)
    lines += [_EXPRESSIONS, *_functions()]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(document(), end="")
