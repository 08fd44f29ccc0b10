"""Data spoiled on purpose: each fault is found, and named; and data that are not spoiled pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest


def put(table: pa.Table, name: str, row: int | slice, value: Any) -> pa.Table:
    """The table with other values in some rows of a column."""
    values = table[name].to_pylist()
    at = range(*row.indices(len(values))) if isinstance(row, slice) else [row]
    for i in at:
        values[i] = value(values[i]) if callable(value) else value
    field = table.schema.field(name)
    return table.set_column(table.schema.names.index(name), name, pa.array(values, field.type))


@pytest.fixture
def orders(shop: Any) -> Any:
    for name in ("customers", "orders", "lines"):
        shop.write(name)
    return shop


@pytest.mark.parametrize("name", ["customers", "orders", "lines"])
def test_what_was_generated_is_valid(orders: Any, kit: Any, name: str) -> None:
    result = orders.judge(name)
    assert result.valid, kit.failures(result)
    assert result.fingerprint == orders.manifest(name)["fingerprint"]
    assert result.rows == orders.manifest(name)["runs"][0][1]


def test_together_parents_are_the_data(orders: Any, kit: Any) -> None:
    result = orders.judge("lines", "orders", "customers")
    assert result.valid, kit.failures(result)
    assert "data/orders (4,000 rows)" in kit.check(result, "foreign key (order_id)").expected
    assert "computed keys" in kit.check(orders.judge("lines"), "foreign key (order_id)").expected


ONE_ROW: dict[str, tuple[Callable[[pa.Table], pa.Table], list[tuple[str, str]]]] = {
    "duplicate key": (
        lambda t: put(t, "order_id", 5, lambda v: v - 1),
        [("primary key (order_id)", "1 value more than once: 2005 2 times")],
    ),
    "orphan": (
        lambda t: put(t, "customer_id", 7, 99_999),
        [("foreign key (customer_id)", "1 row without a parent"), ("foreign key (customer_id)", "99999")],
    ),
    "below the least value": (
        lambda t: put(t, "total", 3, lambda v: v - v),
        [("bounds of total", "1 value outside"), ("expression of doubled", "1 value wrong")],
    ),
    "above the largest value": (lambda t: put(t, "total", 3, lambda v: v - v + 1000), [("bounds of total", "1 value")]),
    "a value that is not listed": (
        lambda t: put(t, "status", 3, "lost"),
        [("values of status", "1 value not among them: 'lost'")],
    ),
    "a value of another case": (
        lambda t: put(put(t, "status", 3, "new"), "channel", 3, "phone"),
        [("values of channel", "'phone' where status is 'new'")],
    ),
    "a null where none may be": (lambda t: put(t, "ratio", 3, None), [("nulls of ratio", "not nullable")]),
    "text of another form": (lambda t: put(t, "code", 3, "AB-12x"), [("form of code", "'AB-12x'")]),
    "text that is too long": (lambda t: put(t, "status", 3, "x" * 13), [("bounds of status", "'xxxxxxxxxxxxx'")]),
    "an expression that does not hold": (
        lambda t: put(t, "doubled", 3, lambda v: v + 1),
        [("expression of doubled", "1 value wrong")],
    ),
    "a distance that can't be": (
        lambda t: put(t, "due", 3, lambda v: v.replace(year=2030)),
        [("bounds of due - placed_at (days)", "1 distance outside")],
    ),
    "not a number": (lambda t: put(t, "ratio", 3, float("nan")), [("bounds of ratio", "nan")]),
    "a changed value": (
        lambda t: put(t, "ratio", 3, lambda v: v + 1e-12),
        [("fingerprint", "not those that were written: part-000-000001.parquet")],
    ),
    "a missing row": (
        lambda t: t.slice(1),
        [("rows", "1 row too few"), ("distribution of order_id", ""), ("fingerprint", "")],
    ),
    "a row twice": (
        lambda t: pa.concat_tables([t, t.slice(0, 1)]),
        [("rows", "1 row too many"), ("primary key (order_id)", "more than once")],
    ),
    "another type": (
        lambda t: t.set_column(0, "order_id", t["order_id"].cast(pa.int32())),
        [("column order_id", "another type; in part-000-000001")],
    ),
    "another scale": (
        lambda t: (
            t.set_column(6, "total", t["total"].cast(pa.decimal128(12, 3), safe=False))
            if t.schema.names[6] == "total"
            else t
        ),
        [("column total", "another type")],
    ),
    "a missing column": (lambda t: t.drop_columns(["gift"]), [("column gift", "in part-000-000001.parquet")]),
    "a column too many": (
        lambda t: t.append_column("spare", pa.array(np.zeros(len(t)))),
        [("column spare", "not in the schema; in part-000-000001.parquet")],
    ),
    "wrong share of nulls": (
        lambda t: put(t, "note", slice(0, 300), None),
        [("nulls of note", "further off than chance explains")],
    ),
    "wrong weights": (
        lambda t: put(put(t, "status", slice(0, 400), "paid"), "channel", slice(0, 400), "web"),
        [("distribution of status", "p = "), ("distribution of channel", "p = ")],
    ),
    "wrong share of true": (lambda t: put(t, "gift", slice(0, 400), True), [("distribution of gift", "p = ")]),
    "another mean": (
        lambda t: put(t, "ratio", slice(0, 2000), lambda v: v + 0.8),
        [("distribution of ratio", "not as the schema says")],
    ),
    "another spread of the children": (
        lambda t: put(t, "customer_id", slice(0, 400), 1000),
        [("fan-out of customer_id", "not as the schema says")],
    ),
    "times that are not even": (
        lambda t: put(t, "placed_at", slice(0, 20), lambda v: v.replace(month=8, day=1)),
        [("distribution of placed_at", "")],
    ),
}


@pytest.mark.parametrize("name", sorted(ONE_ROW))
def test_each_fault_is_found_and_named(orders: Any, kit: Any, name: str) -> None:
    change, wanted = ONE_ROW[name]
    orders.spoil("orders", change)
    result = orders.judge("orders")
    found = kit.failures(result)
    assert not result.valid
    for check, text in wanted:
        assert check in found, {n: (c.observed, c.detail) for n, c in found.items()}
        assert text in f"{found[check].observed} {found[check].detail}"


def test_a_duplicate_line_number_and_a_parent_with_too_many_children(orders: Any, kit: Any) -> None:
    orders.spoil("lines", lambda t: put(put(t, "order_id", slice(10, 16), 1), "line_number", slice(10, 12), 1))
    found = kit.failures(orders.judge("lines"))
    assert "(1, 1)" in found["primary key (order_id, line_number)"].detail
    assert "with more than 4" in found["fan-out of order_id"].detail


def test_parents_that_have_no_children(orders: Any, kit: Any) -> None:
    orders.spoil("lines", lambda t: t.filter(pc.greater(t["order_id"], 2100)))
    found = kit.failures(orders.judge("lines"))
    assert "without children" in found["fan-out of order_id"].detail


def test_a_missing_and_a_foreign_file(orders: Any, kit: Any) -> None:
    directory = orders.directory("orders")
    (directory / "part-000-000001.parquet").rename(directory / "other.parquet")
    found = kit.failures(orders.judge("orders"))
    assert found["files"].detail == "missing: part-000-000001.parquet; not in the manifest: other.parquet"


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.999])
def test_a_truncated_file(orders: Any, kit: Any, keep: float) -> None:
    path = orders.directory("orders") / "part-000-000000.parquet"
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data)) if keep < 1 else int(keep)])
    found = kit.failures(orders.judge("orders"))
    assert "file part-000-000000.parquet" in found
    assert "2,000 rows too few" in found["rows"].detail


def test_a_page_of_a_file_that_is_damaged(orders: Any, kit: Any) -> None:
    path = orders.directory("orders") / "part-000-000000.parquet"
    data = bytearray(path.read_bytes())
    at = pq.ParquetFile(path).metadata.row_group(0).column(10).data_page_offset
    data[at + 40 : at + 4000] = bytes(3960)
    path.write_bytes(bytes(data))
    assert kit.failures(orders.judge("orders"))


def test_rows_and_fingerprint_as_asked(orders: Any, kit: Any) -> None:
    found = kit.failures(orders.judge("orders", rows=4001))
    assert found["rows"].expected == "4,001 (asked for)"
    found = kit.failures(orders.judge("orders", fingerprint="0" * 16))
    assert list(found) == ["fingerprint"]
    assert orders.judge("orders", fingerprint=orders.manifest("orders")["fingerprint"]).valid


def test_without_a_manifest(orders: Any, kit: Any) -> None:
    (orders.directory("orders") / "_manifest.json").unlink()
    result = orders.judge("orders")
    assert result.valid
    assert kit.check(result, "fingerprint").status == "skip"
    assert kit.check(result, "rows").expected == "4,000 (of the schema)"


def test_another_table_under_this_name(orders: Any, kit: Any) -> None:
    path = orders.directory("orders") / "_manifest.json"
    path.write_text(path.read_text().replace('"orders"', '"returns"'))
    assert kit.failures(orders.judge("orders"))["table"].observed == "returns"


def test_parents_with_other_rows_are_told(orders: Any, kit: Any, tmp_path: Path) -> None:
    orders.spoil("customers", lambda t: t.slice(0, 50), 0)
    path = orders.directory("customers") / "_manifest.json"
    path.write_text(path.read_text())
    found = kit.failures(orders.judge("orders", "customers"))
    assert "without a parent" in found["foreign key (customer_id)"].detail


def test_text_that_is_no_text(orders: Any, kit: Any) -> None:
    def change(table: pa.Table) -> pa.Table:
        raw = pa.array([b"\xff\xfe", *(v.encode() for v in table["status"].to_pylist()[1:])], pa.binary())
        return table.set_column(table.schema.names.index("status"), "status", raw.view(pa.string()))

    orders.spoil("orders", change)
    found = kit.failures(orders.judge("orders"))
    assert {"column status", "values of status"} & set(found)


def test_an_expression_that_fails_on_what_is_there(make_shop: Any, kit: Any) -> None:
    shop = make_shop(
        "{name: a, type: bigint, nullable: false, generator: {uniform: {min: 1, max: 9}}}\n"
        "{name: b, type: tinyint, generator: {expression: 'a * 2'}}",
        1000,
    )
    shop.write("t")
    shop.spoil("t", lambda t: put(t, "a", 3, 10**12))
    found = kit.failures(shop.judge("t"))
    assert "it fails" in found["expression of b"].detail
    assert "1 value outside" in found["bounds of a"].detail
