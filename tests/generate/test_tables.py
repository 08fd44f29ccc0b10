"""A table is a function of its row numbers: any cut, any order, any neighbour gives the same rows."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError, SchemaError
from rowmill.generate import fingerprint
from rowmill.generate.arrow import plain
from rowmill.generate.table import TableGenerator, World
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey, SchemaFile
from rowmill.schema.yaml import parse_schema

SHOP = """
tables:
  - name: customers
    rows: 5000
    columns:
      - {name: id, type: bigint, nullable: false, generator: permutation}
      - {name: email, type: varchar(40), nullable: false}
      - {name: city, type: varchar(30)}
      - {name: born, type: date, generator: {uniform: {min: 1950-01-01, max: 2005-12-31}}}
      - {name: sponsor, type: bigint}
    primary_key: [id]
    unique: [[email]]
    foreign_keys: [{columns: [sponsor], references: {table: customers, columns: [id]}, nulls: 0.4}]
  - name: orders
    rows: 20000
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: customer, type: bigint, nulls: 0.1}
      - {name: born, type: date, generator: {parent: {column: born, key: customer}}}
      - {name: status, type: varchar(8), generator: {choice: {values: [new, paid, sent], weights: [1, 2, 7]}}}
      - {name: net, type: "decimal(12,2)", generator: {lognormal: {mu: 4, sigma: 1, min: 1, max: 10000}}}
      - {name: tax, type: "decimal(12,2)", generator: {expression: net * 0.19}}
      - {name: at, type: timestamp, generator: {increasing: {start: 2024-01-01 00:00:00, end: 2024-12-31 23:59:59}}}
      - {name: due, type: date, generator: {offset: {of: at, by: {uniform: {min: 7, max: 30}}}}}
      - {name: code, type: char(9), generator: {pattern: "[A-Z]{3}-[0-9]{5}"}}
      - {name: label, type: string, generator: {template: "order {seq:06d} of {customer}"}}
      - {name: note, type: varchar(24), generator: words, nulls: 0.25}
      - name: tags
        type: array<string>
        generator: {array: {element: {choice: [a, b, c]}, length: {min: 0, max: 3}}}
      - {name: extra, type: "map<string,int>"}
      - {name: place, type: "struct<lat:double,names:array<struct<lang:string,n:decimal(5,1)>>>"}
      - {name: raw, type: json}
      - {name: key, type: uuid, nullable: false}
    primary_key: [id]
    unique: [[key]]
    foreign_keys: [{columns: [customer], references: {table: customers, columns: [id]}, distribution: {zipf: {s: 1.1}}}]
  - name: lines
    rows: 60000
    columns:
      - {name: order_id, type: bigint, nullable: false}
      - {name: line, type: smallint, nullable: false}
    primary_key: [order_id, line]
    foreign_keys:
      - {columns: [order_id], references: {table: orders, columns: [id]}, distribution: {each: {min: 1, max: 5}}}
  - name: parcels
    rows: 9000
    columns:
      - {name: id, type: varchar(13), nullable: false}
      - {name: order_id, type: bigint}
      - {name: line, type: smallint}
    primary_key: [id]
    foreign_keys: [{columns: [order_id, line], references: {table: lines, columns: [order_id, line]}, nulls: 0.2}]
"""


def world(text: str = SHOP, seed: int = 42, rows: dict[str, int] | None = None) -> tuple[SchemaFile, World]:
    schema = parse_schema(text, "shop.yaml")

    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        return CatalogTable("", schema.table(key.table), "shop.yaml")

    return schema, World(resolve, seed, rows)


def made(name: str, text: str = SHOP, seed: int = 42) -> TableGenerator:
    schema, every = world(text, seed)
    table = every.table(CatalogTable("", schema.table(name), "shop.yaml"))
    table.prepare()
    return table


def whole(table: TableGenerator) -> pa.Table:
    batch = table.batch(0, table.rows)
    return pa.table({name: plain(batch.column(name)) for name in batch.schema.names})


def printed(table: TableGenerator, batch: pa.RecordBatch | pa.Table) -> int:
    return fingerprint.fingerprint({c.name: c.type for c in table.definition.columns}, batch)


@pytest.fixture(scope="module")
def shop() -> dict[str, pa.Table]:
    return {name: whole(made(name)) for name in ("customers", "orders", "lines", "parcels")}


def test_keys_are_unique(shop: dict[str, pa.Table]) -> None:
    assert pc.count_distinct(shop["customers"]["id"]).as_py() == 5000
    assert pc.count_distinct(shop["customers"]["email"]).as_py() == 5000
    assert pc.count_distinct(shop["orders"]["key"]).as_py() == 20000
    assert pc.count_distinct(shop["parcels"]["id"]).as_py() == 9000
    assert shop["lines"].group_by(["order_id", "line"]).aggregate([]).num_rows == 60000


def test_foreign_keys_point_to_parents(shop: dict[str, pa.Table]) -> None:
    customers = set(shop["customers"]["id"].to_pylist())
    assert set(shop["customers"]["sponsor"].drop_null().to_pylist()) <= customers
    assert set(shop["orders"]["customer"].drop_null().to_pylist()) <= customers
    assert set(shop["lines"]["order_id"].to_pylist()) == set(range(1, 20001))
    lines = set(zip(shop["lines"]["order_id"].to_pylist(), shop["lines"]["line"].to_pylist(), strict=True))
    parcels = zip(shop["parcels"]["order_id"].to_pylist(), shop["parcels"]["line"].to_pylist(), strict=True)
    nulls = 0
    for pair in parcels:
        if None in pair:
            assert pair == (None, None)
            nulls += 1
        else:
            assert pair in lines
    assert abs(nulls / 9000 - 0.2) < 3 * (0.2 * 0.8 / 9000) ** 0.5


def test_a_parent_column_is_the_parents(shop: dict[str, pa.Table]) -> None:
    born = dict(zip(shop["customers"]["id"].to_pylist(), shop["customers"]["born"].to_pylist(), strict=True))
    rows = zip(shop["orders"]["customer"].to_pylist(), shop["orders"]["born"].to_pylist(), strict=True)
    assert all(day == (born[customer] if customer is not None else None) for customer, day in rows)


def test_values_keep_their_rules(shop: dict[str, pa.Table]) -> None:
    orders = shop["orders"].to_pylist()
    assert all(
        row["tax"] == (row["net"] * Decimal("0.19")).quantize(Decimal("0.01"), "ROUND_HALF_UP") for row in orders
    )
    assert all(Decimal(1) <= row["net"] <= Decimal(10000) for row in orders)
    assert all(7 <= (row["due"] - row["at"].date()).days <= 31 for row in orders)
    assert all(a["at"] <= b["at"] for a, b in itertools.pairwise(orders))
    assert all(re.fullmatch("[A-Z]{3}-[0-9]{5}", row["code"]) for row in orders)
    assert all(row["note"] is None or len(row["note"]) <= 24 for row in orders)
    assert orders[6]["label"] == f"order 000007 of {orders[6]['customer']}" or orders[6]["customer"] is None
    share = sum(row["status"] == "sent" for row in orders) / len(orders)
    assert abs(share - 0.7) < 4 * (0.7 * 0.3 / len(orders)) ** 0.5
    missing = sum(row["note"] is None for row in orders) / len(orders)
    assert abs(missing - 0.25) < 4 * (0.25 * 0.75 / len(orders)) ** 0.5


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 19_999), min_size=1, max_size=4, unique=True))
def test_any_cut_gives_the_same_rows(cuts: list[int]) -> None:
    table = made("orders")
    edges = [0, *sorted(cuts), 20_000]
    parts = [printed(table, table.batch(a, b)) for a, b in itertools.pairwise(edges)]
    assert fingerprint.add(*parts) == printed(table, table.batch(0, 20_000))


def test_the_rows_of_a_cut_are_equal_value_by_value() -> None:
    table = made("orders")
    all_rows = table.batch(0, 3000).to_pylist()
    assert table.batch(1234, 2345).to_pylist() == all_rows[1234:2345]


def test_columns_do_not_depend_on_each_others_presence_or_order() -> None:
    alone = """
tables:
  - name: orders
    rows: 20000
    columns:
      - {name: code, type: char(9), generator: {pattern: "[A-Z]{3}-[0-9]{5}"}}
      - {name: net, type: "decimal(12,2)", generator: {lognormal: {mu: 4, sigma: 1, min: 1, max: 10000}}}
"""
    few, many = whole(made("orders", alone)), whole(made("orders"))
    assert few["code"].equals(many["code"])
    assert few["net"].equals(many["net"])


def test_an_append_goes_on_with_new_parents_and_the_same_spread() -> None:
    schema, _ = world()
    lines = CatalogTable("", schema.table("lines"), "shop.yaml")

    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        return CatalogTable("", schema.table(key.table), "shop.yaml")

    table = World(resolve, 42, {"lines": 9000}, {"lines": (60_000,)}).table(lines)
    assert made("lines").batch(0, 60_000).equals(table.batch(0, 60_000))
    parents = np.bincount(table.batch(60_000, 69_000)["order_id"].to_numpy())[20_001:]
    assert len(parents) == 3000
    assert set(parents) == {1, 2, 3, 4, 5}


def test_an_append_with_its_parents_keeps_the_rows_before_and_the_keys_unique() -> None:
    schema, _ = world()

    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        return CatalogTable("", schema.table(key.table), "shop.yaml")

    def lines(runs: int) -> pa.RecordBatch:
        earlier = dict.fromkeys(("orders", "lines"), (9000,) * (runs - 1)) if runs > 1 else {}
        found = World(resolve, 42, {"orders": 9000, "lines": 9000}, earlier)
        table = found.table(CatalogTable("", schema.table("lines"), "shop.yaml"))
        return table.batch(0, table.rows)

    once, thrice = lines(1), lines(3)
    assert thrice.num_rows == 27_000
    assert thrice.slice(0, 9000).equals(once)
    assert len(set(zip(*(thrice[name].to_pylist() for name in ("order_id", "line")), strict=True))) == 27_000
    assert max(thrice["order_id"].to_pylist()) <= 27_000


def test_another_seed_gives_other_rows() -> None:
    one, other = made("orders"), made("orders", seed=43)
    assert printed(one, one.batch(0, 1000)) != printed(other, other.batch(0, 1000))


def test_golden_fingerprints() -> None:
    """These change only with ENGINE_VERSION: the same schema must give the same rows for ever."""
    found = {name: fingerprint.to_hex(printed(t := made(name), t.batch(0, t.rows))) for name in GOLDEN}
    assert found == GOLDEN


GOLDEN: dict[str, str] = {
    "customers": "b7d4c778ba40d863",
    "orders": "e9b1d9cc9bd4360c",
    "lines": "6a647cd1c16065c4",
    "parcels": "8c97f37cd08a32f8",
}


def test_the_fingerprint_ignores_order_and_encoding_and_sees_every_change() -> None:
    table = made("orders")
    batch = table.batch(0, 2000)
    expected = printed(table, batch)
    shuffled = batch.take(pa.array(np.random.default_rng(1).permutation(2000)))
    decoded = pa.table({name: plain(batch.column(name)) for name in reversed(batch.schema.names)})
    assert printed(table, shuffled) == expected
    assert printed(table, decoded) == expected
    assert printed(table, pa.concat_tables([decoded.slice(700), decoded.slice(0, 700)]).combine_chunks()) == expected
    for name in ("code", "net", "note", "tags", "extra", "place", "status", "due"):
        column = decoded[name].combine_chunks()
        moved = decoded.set_column(
            decoded.schema.get_field_index(name), name, pa.concat_arrays([column[1:], column[:1]])
        )
        assert printed(table, moved) != expected, name


BAD = [
    ("{name: a, type: int, generator: {uniform: {min: 5, max: 1}}}", "min is larger than max"),
    ("{name: a, type: tinyint, generator: {uniform: {min: 0, max: 1000}}}", "out of the range"),
    ("{name: a, type: int, generator: {choice: {values: [1, 2], weights: [1]}}}", "2 values but 1 weights"),
    ("{name: a, type: int, generator: {faker: {provider: naem}}}", "no such provider"),
    ("{name: a, type: int, generator: {expression: nope + 1}}", "no such column"),
    ("{name: a, type: int, generator: {expression: 'b + '}}", "not SQL"),
    ("{name: a, type: varchar(3), generator: {pattern: '[a-z]{9}'}}", "makes 9 characters"),
    ("{name: a, type: string, generator: {pattern: '(a'}}", "not a regex"),
    ("{name: a, type: date, generator: boolean}", "can't make date"),
    ("{name: a, type: int, generator: {zipf: {s: 1, n: 0}}}", "n must be"),
    ("{name: a, type: double, generator: {normal: {mean: 0, stddev: 1, min: 80, max: 90}}}", "no probability"),
]


@pytest.mark.parametrize(("column", "message"), BAD)
def test_what_cannot_be_done_is_refused_with_its_place(column: str, message: str) -> None:
    with pytest.raises((GeneratorError, SchemaError), match=message) as caught:
        made(
            "t", f"tables:\n  - name: t\n    rows: 10\n    columns:\n      - {column}\n      - {{name: b, type: int}}\n"
        )
    assert "shop.yaml:5" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "generator", "path"),
    [
        ("int", "{uniform: {min: 5, max: 1}}", "generator.uniform: min is larger"),
        ("array<int>", "{array: {element: {uniform: {min: 5, max: 1}}}}", "generator.array.element.uniform: min is la"),
        (
            "'struct<b:int,c:array<tinyint>>'",
            "{struct: {c: {array: {element: {constant: 999}}}}}",
            "generator.struct.c.array.element.constant: out of the range",
        ),
        ("date", "{offset: {of: b, by: {uniform: {min: 5, max: 1}}}}", "generator.offset.by.uniform: min is larger"),
    ],
)
def test_a_refusal_names_the_path_of_the_generator(kind: str, generator: str, path: str) -> None:
    columns = [f"{{name: a, type: {kind}, generator: {generator}}}", "{name: b, type: date}"]
    with pytest.raises(GeneratorError) as caught:
        made("t", "tables:\n  - name: t\n    rows: 10\n    columns:\n" + "".join(f"      - {c}\n" for c in columns))
    assert f"shop.yaml:5 table 't' column 'a' {path}" in str(caught.value)


def test_a_key_that_would_not_be_unique_is_refused() -> None:
    columns = "    columns:\n      - {name: a, type: tinyint, nullable: false}\n    primary_key: [a]\n"
    text = f"tables:\n  - name: t\n    rows: 300\n{columns}"
    with pytest.raises(GeneratorError, match="300 unique values are needed"):
        made("t", text)
