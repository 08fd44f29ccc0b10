# ruff: noqa: E501
"""Ten thousand faulty schemas, by a seeded mutator over shipped and made-up ones: made, or refused in a line."""

from __future__ import annotations

import copy
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from rowmill.errors import RowmillError, SchemaError
from rowmill.generate.table import World
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey
from rowmill.schema.types import TYPE_NAMES
from rowmill.schema.vocabulary import DISTRIBUTIONS, VOCABULARY
from rowmill.schema.yaml import _Loader, parse_document

pytestmark = pytest.mark.integration

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "schemas").rglob("*.yaml"))
MADE_UP = """
tables:
  - name: p
    rows: 30
    columns:
      - {name: k, type: int, nullable: false, generator: {sequence: {start: 5, step: 3}}}
      - {name: mail, type: varchar(40), generator: {template: "u{seq:04d}@x.org"}, nulls: 0.1}
      - {name: born, type: date, generator: {uniform: {min: 1950-01-01, max: 2000-12-31}}}
      - {name: up, type: int}
    primary_key: [k]
    unique: [[mail]]
    foreign_keys: [{columns: [up], references: {table: p, columns: [k]}, distribution: {earlier: {roots: 2}}}]
  - name: c
    rows: 90
    columns:
      - {name: k, type: int, nullable: false}
      - {name: line, type: smallint, nullable: false}
      - {name: s, type: string, generator: {choice: {by: flag, cases: {true: {values: [a], weights: [1]}}, values: [b, c]}}}
      - {name: flag, type: boolean, generator: {boolean: 0.3}}
      - {name: price, type: "decimal(12,2)", generator: {lognormal: {mu: 3, sigma: 1, min: 0.01, max: 9999}}}
      - {name: n, type: int, generator: {normal: {mean: 5, stddev: 2, min: 0, max: 10}}}
      - {name: z, type: bigint, generator: {zipf: {s: 1.1, n: 1000, min: 3}}}
      - {name: q, type: tinyint, generator: {poisson: 4}}
      - {name: x, type: double, generator: {exponential: {rate: 0.5, max: 20}}}
      - {name: total, type: "decimal(14,2)", generator: {expression: "price * n + coalesce(q, 0)"}}
      - {name: words, type: string, generator: {words: {min: 2, max: 5}}}
      - {name: code, type: char(7), generator: {pattern: "[A-Z]{3}(-|_)\\\\d{3}"}}
      - {name: u, type: uuid}
      - {name: who, type: varchar(30), generator: {faker: {provider: name, pool: 20}}}
      - {name: at, type: timestamp, generator: {increasing: {start: "2024-01-01 00:00:00", step: 60, jitter: 0.5}}}
      - {name: then, type: timestamp_ntz, generator: {offset: {of: at, by: {uniform: {min: 1, max: 9}}, unit: hour}}}
      - {name: born, type: date, generator: {parent: {column: born, key: k}}}
      - {name: tags, type: "array<varchar(9)>", generator: {array: {element: {choice: [x, y]}, length: {min: 0, max: 3}}}}
      - {name: props, type: "map<string,int>", generator: {map: {key: {choice: [a, b]}, value: {uniform: {min: 1, max: 9}}}}}
      - {name: place, type: "struct<lat:double,name:string>", generator: {struct: {lat: {uniform: {min: -90, max: 90}}}}}
      - {name: doc, type: json, generator: {json: {id: sequence, ok: boolean}}}
      - {name: gap, type: interval, generator: {uniform: {min: 0, max: "3 days"}}}
      - {name: t, type: time}
      - {name: raw, type: binary, generator: {pattern: "[0-9a-f]{8}"}}
      - {name: dt, type: date, generator: {constant: 2024-02-29}}
    primary_key: [k, line]
    foreign_keys: [{columns: [k], references: {table: p, columns: [k]}, distribution: {each: {min: 1, max: 5}}}]
    partition_by: [dt]
"""
VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 2, 7, 100, 255, 2**31, 2**62, 2**63, 2**64, 10**30, 0.5, -0.5, 1e-9, 1e18, 1e300,
    float("inf"), float("nan"), "", "a", " ", "x" * 300, "ü", "1e6", "1e999", "null", "2024-01-31", "2024-13-01",
    "10000-01-01", "12:00:00", "3 days", "-3 days", "{seq}", "{", "{x}", "{seq:5}", "{seq:99999999d}", "{faker.name}", "[a", "(a|b){3}",
    "a{9999999}", "(a*)*", ".*", "\\p{L}+", "[^a]", "(?=x)", "row_number()", "1/0", "a+", "k", "nope", "k || line", "random_int(1, 0)",
    "ordinal()", "lpad(k, 9, '0')", "date '2024-01-01' + k", "case when k > 3 then 'x' end", "parent(born, k)", "((((1))))",
    [], {}, [None], [1, "a"], [[1]], {"min": 1}, {"min": 3, "max": 1}, {"a": {"values": [1]}}, {"x": None}, "p", "c", "select 1",
]  # fmt: skip
TYPES = [
    *TYPE_NAMES, "decimal(38,0)", "decimal(38,38)", "decimal(1,1)", "decimal(39,1)", "char(1)", "varchar(1)", "varchar(0)",
    "array<int>", "array<array<array<date>>>", "map<int,map<string,boolean>>", "map<array<int>,int>", "struct<a:int>",
    "struct<>", "array<", "map<int>", "int(4)", "INT", "varchar(65535)", "struct<a:struct<b:decimal(38,2),c:interval>>",
]  # fmt: skip
GENERATORS = [*VOCABULARY, *DISTRIBUTIONS]


GROUPS = (
    "flag s u", "price n q total", "z x words", "code who", "at then", "born tags props", "place doc", "gap t raw", "dt"
)  # fmt: skip


def seeds() -> list[Any]:
    """Small documents: the made-up tables with a few columns at a time, and each shipped table by itself."""
    found = []
    for group in GROUPS:
        document = yaml.load(MADE_UP, Loader=_Loader)
        child = document["tables"][1]
        child["columns"] = [c for c in child["columns"] if c["name"] in ("k", "line", *group.split())]
        if group != "dt":
            del child["partition_by"]
        found.append(document)
    for path in SHIPPED:
        for table in yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)["tables"]:
            table = {**table, "rows": 50}
            table.pop("foreign_keys", None)
            for column in table["columns"]:
                text = str(column.get("generator", ""))
                if "parent" in text or "ordinal" in text:
                    del column["generator"]
                elif "faker" in text and not column["type"].startswith("struct"):
                    column["generator"] = {"faker": {"provider": "name", "pool": 20}}
            found.append({"tables": [table]})
    return found


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield node, key
        yield from places(value)


def mutate(document: Any, chance: random.Random) -> None:
    every = list(places(document))
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        container, key = chance.choice(every)
        if (isinstance(container, list) and key >= len(container)) or (
            isinstance(container, dict) and key not in container
        ):
            continue
        value = container[key]
        match chance.randrange(9):
            case 0:
                del container[key]
            case 1:
                container[key] = copy.deepcopy(chance.choice(VALUES))
            case 2:
                container[key] = chance.choice(TYPES) if key == "type" else copy.deepcopy(chance.choice(VALUES))
            case 3 if isinstance(container, dict):
                container[chance.choice([*GENERATORS, "nulls", "min", "max", str(key)[:-1], f"{key}s"])] = (
                    container.pop(key)
                )
            case 3:
                container.append(copy.deepcopy(value))
            case 4:
                container[key] = chance.choice(([value], {"x": value}, {chance.choice(GENERATORS): value}, str(value)))
            case 5:
                other, there = chance.choice(every)
                if (isinstance(other, list) and there < len(other)) or (isinstance(other, dict) and there in other):
                    container[key] = copy.deepcopy(other[there])
            case 6 if isinstance(value, dict | list) and value:
                inner = list(value.values()) if isinstance(value, dict) else value
                container[key] = copy.deepcopy(chance.choice(inner))
            case 7 if isinstance(value, int | float) and not isinstance(value, bool):
                container[key] = chance.choice(
                    (-value, value + 1, value - 1, value * 1000, value / 3, str(value), value == 1)
                )
            case 8 if isinstance(value, str) and value:
                at = chance.randrange(len(value))
                container[key] = chance.choice(
                    (value[:at] + value[at + 1 :], value[:at] + chance.choice("{[('\\%*?0é\n") + value[at:])
                )
            case _:
                container[key] = chance.choice(TYPES) if key == "type" else chance.choice(GENERATORS)


def attempt(document: Any) -> None:
    """Loads, plans and makes some rows, as a run does."""
    found = {t.name: CatalogTable("", t, "m.yaml") for t in parse_document(document, "m.yaml").tables}

    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        parent = found.get(key.table.rpartition(".")[2])
        if parent is None or any(c not in parent.definition.column_names for c in key.references):
            raise SchemaError("no such table or column", value=key.table)
        return parent

    world = World(resolve, 42)
    for table in found.values():
        made = world.table(table)
        made.prepare()
        made.batch(0, min(made.rows, 20))


def test_ten_thousand_mutants_are_made_or_refused_in_a_line() -> None:
    chance = random.Random(20240131)
    documents = seeds()
    for document in documents:
        attempt(document)
    made, said = 0, []

    def hang(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, hang)
    try:
        for number in range(10_000):
            document = copy.deepcopy(documents[number % len(documents)])
            mutate(document, chance)
            signal.alarm(20)
            try:
                attempt(document)
                made += 1
            except RowmillError as error:
                said.append(str(error))
            except BaseException as error:
                text = yaml.safe_dump(document, sort_keys=False)
                raise AssertionError(f"mutant {number}: {type(error).__name__}: {error}\n{text}") from error
            finally:
                signal.alarm(0)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert made > 1000
    assert len(said) > 4000
    assert [text for text in said if "\n" in text or len(text) > 2000] == []
