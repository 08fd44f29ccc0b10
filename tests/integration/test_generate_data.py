"""Tables as files: counts, layout, reports, and the same rows whatever the parallelism and the format."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

pytestmark = pytest.mark.integration

REPORT_KEYS = {"rows", "files", "bytes", "seconds", "rows_per_second", "fingerprint", "output"}


def test_the_same_rows_at_any_parallelism(programs: Any, here: Any, kit: Any, tmp_path: Any) -> None:
    one = programs.generate("orders", "--output", "one", "--master", "local[1]", "--report", "one.json", "--rows", 3000)
    assert one.code == 0, one.err
    two = programs.generate(
        *("orders", "--output", "two", "--master", "local[2]", "--report", "two.json"),
        *("--chunks", 6, "--records-per-chunk", 500, "--batch-size", 333),
    )
    assert two.code == 0, two.err
    reports = [json.loads((tmp_path / f"{name}.json").read_text())["tables"] for name in ("one", "two")]
    assert reports[0]["orders"]["fingerprint"] == reports[1]["orders"]["fingerprint"]
    assert f"orders: fingerprint: {reports[0]['orders']['fingerprint']}" in one.out
    assert (reports[0]["orders"]["files"], reports[1]["orders"]["files"]) == (1, 6)
    # and in this process, with other layouts and formats
    known = reports[0]["orders"]["fingerprint"]
    layouts = [
        ["--chunks", 30, "--records-per-chunk", 100],
        ["--file-rows", 777],
        ["--batch-size", 100, "--format", "csv"],
        ["--format", "json", "--file-rows", 1000],
        ["--format", "orc"],
        ["--partition-by", "region", "--file-rows", 1100],
    ]
    for index, options in enumerate(layouts):
        count = [] if "--chunks" in options else ["--rows", 3000]
        report = here.generate("orders", tmp_path / f"layout{index}", *count, *options)
        assert report["fingerprint"] == known, options
        assert report["rows"] == 3000
    assert here.generate("orders", tmp_path / "other", "--rows", 3000, "--seed", 43)["fingerprint"] != known
    assert here.spark.read.parquet(f"file://{tmp_path}/layout5").groupBy("region").count().count() == 3
    assert not kit.leftovers(tmp_path)


def test_report_and_directory(here: Any, kit: Any, tmp_path: Any) -> None:
    output = tmp_path / "with space" / "orders"
    report = here.generate("orders", output, "--file-rows", 900)
    assert set(report) >= REPORT_KEYS
    files = kit.data_files(output)
    assert report["rows"] == kit.read(output).num_rows == 2000
    assert report["files"] == len(files) == 3
    assert report["bytes"] == sum(path.stat().st_size for path in files)
    assert report["output"] == str(output)
    assert 0 < report["seconds"] < 60
    assert report["rows_per_second"] == pytest.approx(2000 / report["seconds"], rel=0.05)
    assert report["fingerprint"] == kit.recomputed(output, "orders")
    assert all(path.suffix == ".parquet" for path in files)
    assert here.spark.read.parquet(f"file://{output}").count() == 2000
    again = here.generate("orders", output, "--file-rows", 900)
    assert (again["changed"], again["fingerprint"]) == (False, report["fingerprint"])


@pytest.mark.parametrize("table", ["customers", "lines", "events", "awkward", "blobs", "bulk"])
def test_the_fingerprint_can_be_recomputed_from_the_files(here: Any, kit: Any, tmp_path: Any, table: str) -> None:
    report = here.generate(table, tmp_path / table, "--file-rows", 150)
    assert report["fingerprint"] == kit.recomputed(tmp_path / table, table)


def test_foreign_keys_hold_across_tables(here: Any, tmp_path: Any) -> None:
    here.generate("all", tmp_path / "shop", "--no-check")
    for name in ("customers", "orders", "lines", "shipments"):
        here.spark.read.parquet(f"file://{tmp_path}/shop/{name}").createOrReplaceTempView(f"t_{name}")
    joins = [
        ("t_orders c", "t_customers p", "c.customer_id = p.customer_id", "c.customer_id IS NOT NULL"),
        ("t_customers c", "t_customers p", "c.referred_by = p.customer_id", "c.referred_by IS NOT NULL"),
        ("t_lines c", "t_orders p", "c.order_id = p.order_id", "true"),
        ("t_shipments c", "t_lines p", "c.order_id = p.order_id AND c.line_number = p.line_number", "true"),
    ]
    for child, parent, on, where in joins:
        orphans = here.spark.sql(f"SELECT count(*) FROM {child} LEFT ANTI JOIN {parent} ON {on} WHERE {where}")
        assert orphans.first()[0] == 0, on
    nulls = here.spark.sql("SELECT count_if(customer_id IS NULL) / count(*) FROM t_orders").first()[0]
    assert 0.06 < nulls < 0.14


def test_no_rows(here: Any, kit: Any, tmp_path: Any) -> None:
    for form in ("parquet", "csv", "json", "orc"):
        report = here.generate("orders", tmp_path / form, "--rows", 0, "--format", form)
        assert (report["rows"], report["fingerprint"]) == (0, "0" * 16)
    assert here.spark.read.parquet(f"file://{tmp_path}/parquet").count() == 0


def test_slices(here: Any, kit: Any, tmp_path: Any) -> None:
    (tmp_path / "slices").write_text("# from the cluster\nx|0|700\n\nx| 1 |0\nx|12|1300\n")
    output = tmp_path / "sliced"
    report = here.by_type(
        "orders",
        "--slices",
        tmp_path / "slices",
        "--output",
        output,
        "--hive",
        "--database",
        "sliced",
        "--file-rows",
        600,
    )
    rows = {p.name: kit.read(p).num_rows for p in output.iterdir() if p.is_dir()}
    assert rows == {"slice-000": 700, "slice-001": 0, "slice-012": 1300}
    assert report["rows"] == 2000
    assert here.spark.table("sliced.orders").count() == 2000
    plain = here.generate("orders", tmp_path / "plain", "--rows", 2000)
    assert plain["fingerprint"] == report["fingerprint"]
    grown = here.by_type(
        *("orders", "--slices", tmp_path / "slices", "--output", output, "--hive", "--database", "sliced"),
        *("--file-rows", 600, "--mode", "append"),
    )
    assert grown["rows"] == 4000
    assert here.spark.table("sliced.orders").selectExpr("count(distinct order_id)").first()[0] == 4000


def test_append_goes_on(here: Any, kit: Any, tmp_path: Any) -> None:
    output = tmp_path / "orders"
    here.generate("orders", output, "--rows", 500)
    for expected in (800, 1100):
        report = here.generate("orders", output, "--rows", 300, "--mode", "append")
        assert (report["rows"], report["changed"]) == (expected, True)
    keys = kit.read(output).column("order_id").to_pylist()
    assert sorted(keys) == list(range(1, 1101))
    assert report["fingerprint"] == kit.recomputed(output, "orders")
    assert report["files"] == len(kit.data_files(output)) == 3
    replaced = here.generate("orders", output, "--rows", 500)
    assert (replaced["rows"], len(kit.data_files(output))) == (500, 1)
    assert not kit.leftovers(tmp_path)


def test_append_to_a_table_with_each(here: Any, kit: Any, tmp_path: Any) -> None:
    output = tmp_path / "lines"
    here.generate("lines", output, "--rows", 1500)
    here.generate("lines", output, "--rows", 1500, "--mode", "append")
    table = kit.read(output)
    pairs = list(zip(table.column("order_id").to_pylist(), table.column("line_number").to_pylist(), strict=True))
    assert len(set(pairs)) == len(pairs) == 3000
    lines = Counter(order for order, _ in pairs)
    assert set(lines) == set(range(1, len(lines) + 1))  # new rows go to the orders that follow
    assert set(lines.values()) <= {1, 2, 3, 4}
