"""The schemas that ship: each YAML is what the converter makes of its DDL, and its data keep the rules they name."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from rowmill.generate.table import World
from rowmill.schema.catalog import Catalog, CatalogTable
from rowmill.schema.model import TableDefinition
from rowmill.schema.yaml import load_schema

PROJECT = Path(__file__).parents[2]
SCHEMAS = PROJECT / "schemas"
FILES = ["retail", "web_events", "tpch/tpch"]
ROWS = {
    "stores": 500,
    "products": 20_000,
    "customers": 100_000,
    "orders": 1_000_000,
    "order_lines": 3_000_000,
    "shipments": 800_000,
    "web_events": 100_000,
    "tpch.region": 5,
    "tpch.nation": 25,
    "tpch.supplier": 10_000,
    "tpch.customer": 150_000,
    "tpch.part": 200_000,
    "tpch.partsupp": 800_000,
    "tpch.orders": 1_500_000,
    "tpch.lineitem": 6_001_215,
}
# What the YAML adds to the DDL; the converter must leave it alone.
SETTINGS = {"generator", "nulls", "rows", "distribution"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog(SCHEMAS)


def every_table(catalog: Catalog) -> Iterator[CatalogTable]:
    for namespace in catalog.namespaces():
        yield from catalog.tables(namespace).values()


def rows_of(catalog: Catalog, name: str, count: int, at: float = 0.0) -> list[dict[str, Any]]:
    """`count` rows of a table at full size, from the share `at` of it on."""
    (table,) = catalog.select(name)
    made = World(catalog.parent, seed=42).table(table)
    first = int(made.rows * at)
    rows: list[dict[str, Any]] = made.batch(first, min(first + count, made.rows)).to_pylist()
    return rows


# -- structure ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_loads(name: str) -> None:
    assert load_schema(SCHEMAS / f"{name}.yaml").tables


def test_all_tables_are_there_with_their_rows(catalog: Catalog) -> None:
    assert {table.qualified: table.definition.rows for table in every_table(catalog)} == ROWS


def test_every_foreign_key_points_to_a_key_of_the_same_type(catalog: Catalog) -> None:
    keys = 0
    for table in every_table(catalog):
        for key in table.definition.foreign_keys:
            parent = catalog.parent(table, key).definition
            assert key.references == parent.primary_key or key.references in parent.unique
            kinds = [table.definition.column(name).type for name in key.columns]
            assert kinds == [parent.column(name).type for name in key.references]
            keys += 1
    assert keys == 15


def test_only_what_a_foreign_key_or_an_ordinal_fills_has_no_generator(catalog: Catalog) -> None:
    for table in every_table(catalog):
        definition = table.definition
        foreign = {name for key in definition.foreign_keys for name in key.columns}
        bare = {column.name for column in definition.columns if column.generator is None}
        assert bare - foreign == _ordinals(definition), table.qualified


def _ordinals(table: TableDefinition) -> set[str]:
    return {"order_lines": {"line_number"}, "lineitem": {"l_linenumber"}}.get(table.name, set())


def test_what_the_ddl_says_stands_in_the_yaml(catalog: Catalog) -> None:
    tables = {table.qualified: table.definition for table in every_table(catalog)}
    assert len(tables["orders"].columns) == 10
    assert tables["order_lines"].primary_key == ("order_id", "line_number")
    assert tables["shipments"].foreign_keys[0].columns == ("order_id", "line_number")
    assert tables["customers"].foreign_keys[0].table.endswith("customers")
    assert ("email",) in tables["customers"].unique
    assert tables["web_events"].partition_by == ("event_date",)
    types = {
        ("orders", "ordered_at"): "timestamp_ntz",
        ("customers", "last_login_at"): "timestamp",
        ("products", "weight_kg"): "float",
        ("products", "rating"): "double",
        ("web_events", "occurred_at"): "timestamp",
        ("web_events", "query"): "map<string,array<string>>",
        ("tpch.orders", "o_orderkey"): "bigint",
        ("tpch.lineitem", "l_tax"): "decimal(15,2)",
    }
    for (table, column), kind in types.items():
        assert str(tables[table].column(column).type) == kind
    assert tables["customers"].comment == "People who have an account"
    assert tables["orders"].column("promo_code").comment.endswith("the customer's own choice of case is kept")  # type: ignore[union-attr]
    assert tables["orders"].column("is_gift").default == "FALSE"


# -- the converter --------------------------------------------------------------------------------------


def convert(*arguments: object) -> None:
    program = [sys.executable, str(PROJECT / "jobs" / "import_ddl.py"), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "jobs")}
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FILES)
def test_converting_again_changes_no_byte(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "schema.yaml"
    shutil.copy(SCHEMAS / f"{name}.yaml", copy)
    convert(SCHEMAS / f"{name}.sql", copy)
    assert copy.read_text() == (SCHEMAS / f"{name}.yaml").read_text()


@pytest.mark.parametrize("name", FILES)
def test_all_but_the_settings_comes_from_the_ddl(name: str, tmp_path: Path) -> None:
    made = tmp_path / "schema.yaml"
    convert(SCHEMAS / f"{name}.sql", made)
    shipped = yaml.safe_load((SCHEMAS / f"{name}.yaml").read_text())
    assert _bare(yaml.safe_load(made.read_text())) == _bare(shipped)


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key not in SETTINGS}
    return [_bare(item) for item in node] if isinstance(node, list) else node


# -- the data -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ROWS))
def test_can_be_made_at_its_full_size(catalog: Catalog, name: str) -> None:
    (table,) = catalog.select(name)
    World(catalog.parent, seed=42).table(table).prepare()


@pytest.mark.parametrize("at", [0.0, 0.5, 0.999])
def test_order_lines_agree_with_their_orders(catalog: Catalog, at: float) -> None:
    prices = {row["product_id"]: row["list_price"] for row in rows_of(catalog, "products", 20_000)}
    lines = rows_of(catalog, "order_lines", 3000, at)
    first = lines[0]["order_id"]
    orders = {row["order_id"]: row for row in rows_of(catalog, "orders", 4000, (first - 1) / 1_000_000)}
    for line in lines:
        assert line["ordered_on"] == orders[line["order_id"]]["ordered_at"].date()
        assert line["unit_price"] == prices[line["product_id"]]
        full = line["quantity"] * line["unit_price"] * (1 - line["discount_rate"])
        assert abs(line["line_total"] - full) <= Decimal("0.005")
        assert not line["is_gift_wrapped"] or orders[line["order_id"]]["is_gift"]
    numbers = {(line["order_id"], line["line_number"]) for line in lines}
    assert len(numbers) == len(lines)
    assert {number for _, number in numbers} == {1, 2, 3, 4, 5}


def test_orders_are_plausible(catalog: Catalog) -> None:
    orders = rows_of(catalog, "orders", 5000, 0.9)
    assert [row["ordered_at"] for row in orders] == sorted(row["ordered_at"] for row in orders)
    for row in orders:
        assert (row["channel"] == "store") == (row["store_id"] is not None)
        assert row["channel"] != "store" or row["shipping_fee"] == 0
        assert row["payment_method"] != "cash" or row["channel"] == "store"
    assert 0.33 < sum(row["channel"] == "store" for row in orders) / len(orders) < 0.43


def test_customers_are_brought_by_earlier_ones(catalog: Catalog) -> None:
    customers = rows_of(catalog, "customers", 5000)
    referred = [row for row in customers if row["referred_by"] is not None]
    assert 0.25 < len(referred) / len(customers) < 0.35
    assert all(row["referred_by"] < row["customer_id"] for row in referred)
    assert len({row["email"] for row in customers}) == len(customers)


def test_shipments_leave_after_the_order_and_arrive_later(catalog: Catalog) -> None:
    shipments = rows_of(catalog, "shipments", 2000)
    for row in shipments:
        assert row["packed_at"].date() == row["shipped_on"] < row["promised_on"]
        assert (row["delivered_on"] is not None) == (row["status"] in ("delivered", "returned"))
        assert row["delivered_on"] is None or row["delivered_on"] > row["shipped_on"]
        assert row["shipped_on"] > dt.date(2024, 1, 1)
    assert any(row["packed_at"].hour for row in shipments)


def test_web_events_stand_in_the_partition_of_their_day(catalog: Catalog) -> None:
    events = [row for at in (0.0, 0.5, 0.95) for row in rows_of(catalog, "web_events", 500, at)]
    assert all(row["occurred_at"].date() == row["event_date"] for row in events)
    assert any(product["badges"] for row in events for product in row["products"])
    assert len({row["event_date"] for row in events}) > 1


def test_tpch_lineitem_keeps_the_rules_of_the_specification(catalog: Catalog) -> None:
    today = dt.date(1995, 6, 17)
    lines = rows_of(catalog, "tpch.lineitem", 3000, 0.3)
    orders = {row["o_orderkey"]: row for row in rows_of(catalog, "tpch.orders", 6000, 0.298)}
    for line in lines:
        ordered = orders[line["l_orderkey"]]["o_orderdate"]
        assert 1 <= (line["l_shipdate"] - ordered).days <= 121
        assert 30 <= (line["l_commitdate"] - ordered).days <= 90
        assert 1 <= (line["l_receiptdate"] - line["l_shipdate"]).days <= 30
        assert line["l_linestatus"] == ("O" if line["l_shipdate"] > today else "F")
        assert (line["l_returnflag"] in ("R", "A")) == (line["l_receiptdate"] <= today)
        part = line["l_partkey"]
        price = Decimal(90_000 + part // 10 % 20_001 + 100 * (part % 1000)) / 100
        assert line["l_extendedprice"] == line["l_quantity"] * price
        assert line["l_suppkey"] in suppliers_of(part)
        assert line["l_quantity"] in range(1, 51)
        assert 0 <= line["l_discount"] <= Decimal("0.10")
        assert 0 <= line["l_tax"] <= Decimal("0.08")
    assert {line["l_linenumber"] for line in lines} == set(range(1, 8))


def suppliers_of(part: int) -> set[int]:
    return {(part + i * (2500 + (part - 1) // 10_000)) % 10_000 + 1 for i in range(4)}


def test_tpch_parts_have_four_suppliers_each(catalog: Catalog) -> None:
    rows = rows_of(catalog, "tpch.partsupp", 4000, 0.75)
    found: dict[int, set[int]] = {}
    for row in rows:
        found.setdefault(row["ps_partkey"], set()).add(row["ps_suppkey"])
    assert len(found) == 1000
    assert all(suppliers == suppliers_of(part) for part, suppliers in found.items())


def test_tpch_orders_leave_gaps_in_their_keys_and_out_a_third_of_the_customers(catalog: Catalog) -> None:
    rows = rows_of(catalog, "tpch.orders", 4000)
    assert [row["o_orderkey"] for row in rows[:10]] == [1, 2, 3, 4, 5, 6, 7, 32, 33, 34]
    assert all(row["o_custkey"] % 3 and 1 <= row["o_custkey"] <= 150_000 for row in rows)
    assert rows_of(catalog, "tpch.orders", 1, 1 - 1e-7)[0]["o_orderkey"] == 6_000_000


def test_tpch_nations_and_parts(catalog: Catalog) -> None:
    nations = {row["n_name"]: row for row in rows_of(catalog, "tpch.nation", 25)}
    regions = {row["r_regionkey"]: row["r_name"] for row in rows_of(catalog, "tpch.region", 5)}
    assert len(nations) == 25
    assert regions[nations["JAPAN"]["n_regionkey"]] == "ASIA"
    assert regions[nations["UNITED STATES"]["n_regionkey"]] == "AMERICA"
    assert regions[nations["SAUDI ARABIA"]["n_regionkey"]] == "MIDDLE EAST"
    for part in rows_of(catalog, "tpch.part", 1000, 0.5):
        assert part["p_brand"][6] == part["p_mfgr"][13]
        assert len(part["p_name"].split()) == 5
    for customer in rows_of(catalog, "tpch.customer", 1000):
        assert customer["c_phone"].startswith(f"{customer['c_nationkey'] + 10}-")
