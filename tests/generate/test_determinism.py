"""The same seed gives the same rows, however they are asked for; another seed changes every random column."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
import yaml

from rowmill.reference import _EXAMPLES
from rowmill.schema.yaml import _Loader

PARENT = """
- name: city
  rows: 40
  columns:
    - {name: city_id, type: int, nullable: false}
    - {name: name, type: string, generator: {faker: {provider: city, pool: 40}}}
  primary_key: [city_id]
- name: shop
  rows: 90
  columns: [{name: city_id, type: int, nullable: false}, {name: shop, type: int, nullable: false}]
  primary_key: [city_id, shop]
  foreign_keys:
    - {columns: [city_id], references: {table: city, columns: [city_id]}, distribution: {each: {min: 1, max: 5}}}
"""
BESIDE = """
- {name: city_id, type: int}
- {name: visit, type: int}
- {name: zipfed, type: int}
- {name: boss, type: int}
- {name: held, type: date, nullable: false}
- {name: open, type: boolean, nullable: false}
- {name: kind, type: string, generator: {choice: [book, film]}}
- {name: day, type: date, generator: {uniform: {min: 2024-01-01, max: 2024-01-31}}, nulls: 0.2}
- {name: price, type: "decimal(8,2)", generator: {uniform: {min: 1, max: 100}}}
- {name: wide, type: "decimal(38,5)", generator: {uniform: {min: -9e30, max: 9e30}}}
- {name: id, type: int, nullable: false, generator: permutation}
"""
KEYS = """
- {columns: [city_id], references: {table: city, columns: [city_id]}}
- {columns: [visit], references: {table: city, columns: [city_id]}, nulls: 0.3}
- {columns: [zipfed], references: {table: city, columns: [city_id]}, distribution: {zipf: {s: 1.1}}}
- {columns: [boss], references: {table: t, columns: [id]}, distribution: {earlier: {roots: 3}}}
"""
ROWS = 3000


def document(shuffle: int | None = None, more: bool = False) -> str:
    columns = yaml.load(BESIDE, Loader=_Loader)
    for name, (dtype, spec, _, _) in _EXAMPLES.items():
        if name == "parent":
            spec = {"parent": {"column": "name", "key": "city_id"}}
        columns.append({"name": f"c_{name}", "type": dtype, "generator": spec})
    if more:
        columns.insert(0, {"name": "new", "type": "string", "generator": {"words": {}}})
    if shuffle is not None:
        random.Random(shuffle).shuffle(columns)
    table = {
        "name": "t",
        "rows": ROWS,
        "columns": columns,
        "primary_key": ["id"],
        "unique": [["visit", "held", "open"]],
    }
    table["foreign_keys"] = yaml.load(KEYS, Loader=_Loader)
    return yaml.safe_dump({"tables": [table, *yaml.load(PARENT, Loader=_Loader)]}, sort_keys=False)


def columns_of(made: Any, cuts: list[int] | None = None) -> dict[str, list[Any]]:
    edges = sorted({0, ROWS, *(cuts or [])})
    parts = [made.batch(a, b) for a, b in itertools.pairwise(edges)]
    return {name: [v for p in parts for v in p.column(name).to_pylist()] for name in parts[0].schema.names}


@pytest.fixture(scope="module")
def whole(tables: Any) -> dict[str, list[Any]]:
    return columns_of(tables(document())["t"])


@pytest.mark.parametrize("cuts", [[1], [1500], [7, 8, 9, 2047, 2048, 2999], list(range(0, 3000, 271))])
def test_any_cut(tables: Any, whole: dict[str, list[Any]], cuts: list[int]) -> None:
    assert columns_of(tables(document())["t"], cuts) == whole


def test_backwards_and_alone(tables: Any, whole: dict[str, list[Any]]) -> None:
    made = tables(document())["t"]
    for first in (2990, 1234, 0):
        batch = made.batch(first, first + 10)
        assert {n: batch.column(n).to_pylist() for n in whole} == {n: v[first : first + 10] for n, v in whole.items()}


@pytest.mark.parametrize("shuffle", [None, 1, 2])
def test_order_of_columns_and_new_ones(tables: Any, whole: dict[str, list[Any]], shuffle: int | None) -> None:
    found = columns_of(tables(document(shuffle, more=True))["t"])
    del found["new"]
    assert found == whole


def test_a_seed_changes_every_random_column(tables: Any, whole: dict[str, list[Any]]) -> None:
    other = columns_of(tables(document(), seed=43)["t"])
    same = {name for name in whole if whole[name] == other[name]}
    assert same == {"c_sequence", "c_constant"}


def test_keys_of_it_all_are_kept(whole: dict[str, list[Any]]) -> None:
    assert len(set(whole["id"])) == ROWS
    assert set(whole["boss"]) <= {None, *whole["id"]}
    full = [k for k in zip(whole["visit"], whole["held"], whole["open"], strict=True) if k[0] is not None]
    assert len(set(full)) == len(full)
