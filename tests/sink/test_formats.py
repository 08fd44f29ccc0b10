"""Each format is read back as it was written: every type, null, quote and empty text; what is aborted is unreadable."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from rowmill.sink.formats import CSV_NULL, WRITERS, WriterOptions
from rowmill.sink.staging import LocalStaging

NOON = dt.datetime(2024, 2, 29, 12, 0, 0, 5, tzinfo=dt.UTC)
COLUMNS = {
    "i": pa.array([1, -(2**63), None], pa.int64()),
    "n": pa.array([Decimal("1.50"), Decimal("-99.99"), None], pa.decimal64(4, 2)),
    "w": pa.array([Decimal("0." + "9" * 38), Decimal("-0." + "1" * 38), None], pa.decimal128(38, 38)),
    "s": pa.array(['a "b", c\n', "", None], pa.string()),
    "d": pa.array(["x", "x", None]).dictionary_encode(),
    "b": pa.array([True, False, None]),
    "t": pa.array([dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
    "m": pa.array([NOON, dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC), None], pa.timestamp("us", "UTC")),
    "z": pa.array([NOON.replace(tzinfo=None), dt.datetime(1900, 1, 1), None], pa.timestamp("us")),
}
NESTED = {
    "y": pa.array([b"\x00\xff", b"", None], pa.binary()),
    "a": pa.array([["p", None], [], None], pa.list_(pa.string())),
    "r": pa.array([{"x": 1, "y": Decimal("1.10")}, {"x": None, "y": None}, None],
                  pa.struct([("x", pa.int32()), ("y", pa.decimal128(10, 2))])),
    "k": pa.array([[("q", 1)], [], None], pa.map_(pa.string(), pa.int32())),
}  # fmt: skip


def write(form: str, path: Path, columns: dict[str, pa.Array], batches: int = 2) -> list[dict[str, object]]:
    batch = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
    schema = pa.schema(
        [(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in batch.schema]
    )
    with path.open("wb") as file:
        writer = WRITERS[form](file, schema, WriterOptions())
        for _ in range(batches):
            writer.write(batch)
        writer.close()
    return batch.to_pylist() * batches


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_parquet_is_read_back(tmp_path: Path, batches: int) -> None:
    rows = write("parquet", tmp_path / "f", COLUMNS | NESTED, batches)
    found = pq.ParquetFile(tmp_path / "f").read()
    assert found.to_pylist() == rows
    assert found.schema.names == list(COLUMNS | NESTED)


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_orc_is_read_back(tmp_path: Path, batches: int) -> None:
    rows = write("orc", tmp_path / "f", COLUMNS | NESTED, batches)
    found = pa.orc.read_table(str(tmp_path / "f")).to_pylist()
    assert len(found) == len(rows)
    for one, other in zip(found, rows, strict=True):
        same = [n for n in rows[0] if n not in ("z", "m")]
        assert [one[n] for n in same] == [other[n] for n in same]
        assert (one["m"] is None) == (other["m"] is None)
        if other["m"] is not None:
            assert one["m"].replace(tzinfo=dt.UTC) == other["m"]
            assert one["z"] == round((other["z"] - dt.datetime(1970, 1, 1)) / dt.timedelta(microseconds=1))  # type: ignore[operator]


def test_csv_is_read_back(tmp_path: Path) -> None:
    rows = write("csv", tmp_path / "f", COLUMNS)
    with open(tmp_path / "f", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == len(rows)
    assert [r["s"] for r in found[:3]] == ['a "b", c\n', "", CSV_NULL]
    assert [r["w"] for r in found[:2]] == ["0." + "9" * 38, "-0." + "1" * 38]
    assert found[0]["m"] == "2024-02-29T12:00:00.000005Z"
    assert found[0]["z"] == "2024-02-29T12:00:00.000005"
    assert [r["b"] for r in found[:3]] == ["true", "false", CSV_NULL]
    assert set(found[2].values()) == {CSV_NULL}


def test_json_is_read_back(tmp_path: Path) -> None:
    rows = write("json", tmp_path / "f", COLUMNS | NESTED)
    lines = (tmp_path / "f").read_text().splitlines()
    found = [json.loads(line, parse_float=Decimal) for line in lines]
    assert len(found) == len(rows)
    assert found[2] == {}
    assert [found[0][n] for n in ("i", "n", "w", "s", "d", "b")] == [rows[0][n] for n in ("i", "n", "w", "s", "d", "b")]
    assert found[1]["i"] == -(2**63)
    assert base64.b64decode(found[0]["y"]) == b"\x00\xff"
    assert found[0]["a"] == ["p", None]
    assert found[0]["r"] == {"x": 1, "y": Decimal("1.10")}
    assert found[0]["k"] == {"q": 1}
    assert found[0]["m"] == "2024-02-29T12:00:00.000005Z"


@pytest.mark.parametrize("form", ["parquet", "orc"])
def test_what_is_aborted_can_not_be_read(tmp_path: Path, form: str) -> None:
    """The format's writer, as it goes, writes a footer to a file that takes nothing any more."""
    file = LocalStaging(str(tmp_path)).create("f", "1")
    writer = WRITERS[form](file, pa.schema([("i", pa.int64())]), WriterOptions())
    writer.write(pa.RecordBatch.from_arrays([pa.array([1, 2])], names=["i"]))
    assert [path.name for path in tmp_path.iterdir()] == ["_f.1"]
    file.abort()
    del writer
    assert not list(tmp_path.iterdir())
