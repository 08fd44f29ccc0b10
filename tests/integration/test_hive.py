"""Tables in Hive: what a session that knows nothing of us finds there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rowmill.errors import HiveError

pytestmark = pytest.mark.integration


def test_a_fresh_session_reads_the_tables(programs: Any, kit: Any, tmp_path: Any) -> None:
    options = ("--report", "report.json", "--database", "default")
    first = programs.by_type("orders,shipments,events", *options)
    assert first.code == 0, first.err
    again = programs.by_type("orders,shipments,events", *options)
    assert again.code == 0, again.err
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["changed"] is False
    assert {name: t["changed"] for name, t in report["tables"].items()} == dict.fromkeys(report["tables"], False)
    assert report["tables"]["orders"]["hive_table"] == "default.orders"
    assert report["tables"]["orders"]["output"] == str(tmp_path / "warehouse" / "orders")
    rows = programs.sql(
        "select count(*) from orders; select count(*) from shipments;"
        "select count(*) from shipments where shipped_on = date'2024-03-02';"
        "select count(distinct shipped_on) from shipments;"
        "select count(*), sum(size(tags)) > 0, min(page.path) like '/%' from events;"
        "select count(*) from orders o join shipments s using (order_id)"
    )
    assert rows[0] == "2000"
    assert rows[1] == "1000"
    partition = tmp_path / "warehouse" / "shipments" / "shipped_on=2024-03-02"
    pruned = sum(json_rows(tmp_path, name) for name in ("shipped_on=2024-03-02",))
    assert int(rows[2]) == pruned > 100
    assert partition.is_dir()
    assert rows[3:] == ["4", "500\ttrue\ttrue", "1000"]
    assert not kit.leftovers(tmp_path)


def json_rows(folder: Any, partition: str) -> int:
    """Rows of a partition by the manifest."""
    manifest = json.loads((folder / "warehouse" / "shipments" / "_manifest.json").read_text())
    return sum(file["rows"] for file in manifest["files"] if file["path"].startswith(f"{partition}/"))


def test_a_partitioned_table_is_pruned(here: Any) -> None:
    here.by_type("shipments", "--database", "pruned")
    frame = here.spark.sql("SELECT * FROM pruned.shipments WHERE shipped_on = date'2024-03-02'")
    assert all("shipped_on=2024-03-02" in name for name in frame.inputFiles())
    assert len(here.spark.sql("SHOW PARTITIONS pruned.shipments").collect()) == 4
    assert frame.count() > 100
    here.by_type("shipments", "--database", "pruned", "--rows", 500, "--mode", "append")
    assert here.spark.table("pruned.shipments").count() == 1500


def test_nested_types(here: Any) -> None:
    here.by_type("events", "--database", "nested", "--batch-size", 77)
    frame = here.spark.table("nested.events")
    kinds = "path:string,price:decimal(20,2),seen:timestamp,here:timestamp_ntz,days:array<date>"
    assert dict(frame.dtypes)["page"] == f"struct<{kinds}>"
    row = frame.selectExpr(
        "max(size(tags))", "min(size(scores))", "max(page.price)", "bool_and(page.path rlike '^/[a-z]{3,8}$')"
    ).first()
    assert (row[0], row[1], row[3]) == (3, 1, True)
    assert row[2] > 10**17


@pytest.mark.parametrize("form", ["csv", "json", "orc"])
@pytest.mark.parametrize("table", ["awkward", "blobs", "events"])
def test_other_formats_give_the_same_values(here: Any, form: str, table: str) -> None:
    if form == "csv" and table != "awkward":
        pytest.skip("a CSV field holds neither bytes nor nested values: refused, as test_refusals checks")
    here.by_type(table, "--database", "asparquet")
    here.by_type(table, "--database", f"as{form}", "--format", form, "--file-rows", 150)
    key = "event_id" if table == "events" else "id"
    wanted, found = (here.spark.table(f"as{f}.{table}").orderBy(key).collect() for f in ("parquet", form))
    assert len(found) == len(wanted)
    for one, other in zip(wanted, found, strict=True):
        assert other == one


def test_a_partition_column_may_hold_anything(here: Any, tmp_path: Any) -> None:
    schema = tmp_path / "odd.yaml"
    values = ["a b", "a/b", "a=b", "50%", "c:d", "q'uote", "ünï", "x{y}", "tilde~", "s#t", "br[ack]"]
    schema.write_text(
        json.dumps(
            {
                "tables": [
                    {
                        "name": "odd",
                        "rows": 400,
                        "columns": [
                            {"name": "id", "type": "int", "nullable": False, "generator": "sequence"},
                            {"name": "p", "type": "string", "nulls": 0.1, "generator": {"choice": values}},
                        ],
                        "primary_key": ["id"],
                        "partition_by": ["p"],
                    }
                ]
            }
        )
    )
    here.by_type("odd", "--database", "odd", schema=schema)
    here.by_type("odd", "--database", "plain", "--partition-by", "", schema=schema)
    query = "SELECT p, count(*) FROM {}.odd GROUP BY p ORDER BY p"
    assert here.spark.sql(query.format("odd")).collect() == here.spark.sql(query.format("plain")).collect()


def test_a_foreign_table_of_the_name_is_left_alone(here: Any, tmp_path: Any) -> None:
    here.spark.sql("CREATE DATABASE IF NOT EXISTS mine")
    here.spark.sql("CREATE TABLE mine.orders USING parquet AS SELECT 7 AS precious")
    with pytest.raises(HiveError, match="did not make"):
        here.by_type("orders", "--database", "mine", "--output", tmp_path / "orders", "--hive")
    assert [row[0] for row in here.spark.table("mine.orders").collect()] == [7]
    assert not (tmp_path / "orders").exists()


def test_another_schema_is_registered_anew(here: Any, kit: Any, tmp_path: Any) -> None:
    schema = tmp_path / "shop.yaml"
    text = kit.schema.read_text()
    schema.write_text(text)
    here.by_type("blobs", "--database", "evolving", schema=schema)
    schema.write_text(text.replace("{name: payload, type: binary, nulls: 0.1}", "{name: label, type: varchar(9)}"))
    report = here.by_type("blobs", "--database", "evolving", schema=schema)
    assert report["changed"] is True
    assert here.spark.table("evolving.blobs").columns == ["id", "label"]
    assert here.spark.table("evolving.blobs").where("label IS NOT NULL").count() > 0
    moved = here.by_type("blobs", "--database", "evolving", "--output", tmp_path / "a b", "--hive", schema=schema)
    assert moved["output"] == str(tmp_path / "a b")
    assert here.spark.table("evolving.blobs").count() == 200
    assert "a%20b" in here.spark.table("evolving.blobs").inputFiles()[0]


def test_a_table_that_was_dropped_comes_back(here: Any) -> None:
    here.by_type("customers", "--database", "dropped")
    here.spark.sql("DROP TABLE dropped.customers")
    report = here.by_type("customers", "--database", "dropped")
    assert report["changed"] is True
    assert here.spark.table("dropped.customers").count() == 400


def test_a_folder_with_blanks_in_its_name(programs: Any, tmp_path: Path) -> None:
    home = tmp_path / "a home"
    places = ("--warehouse", home / "ware house", "--metastore", home / "meta store")
    done = programs.by_type("bulk", "--rows", 10, *places)
    assert done.code == 0, done.err
    assert (home / "ware house" / "bulk" / "_manifest.json").is_file()


def test_times_of_day(here: Any) -> None:
    here.by_type("opening_hours", "--database", "hours")
    row = here.spark.sql("SELECT count(*), cast(min(opens) AS string) >= '06:00:00' FROM hours.opening_hours").first()
    assert tuple(row) == (50, True)
