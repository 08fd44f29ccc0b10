"""Reading: every format gives the same rows back in the schema's types; what can't be read is named."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowmill.errors import StorageError
from rowmill.validate.source import data_files, open_place

SHOP = Path(__file__).parents[1] / "integration" / "schemas" / "shop.yaml"
TABLES = ["customers", "orders", "lines", "shipments", "events", "awkward", "blobs"]


@pytest.fixture
def everything(make_shop: Any, tmp_path: Path) -> Any:
    made = make_shop("{name: x, type: int}")
    kind = type(made)
    return kind(tmp_path / "everything", SHOP.read_text())


@pytest.mark.parametrize("form", ["parquet", "csv", "json", "orc"])
@pytest.mark.parametrize("name", TABLES)
def test_every_format_is_read_back(everything: Any, kit: Any, name: str, form: str) -> None:
    if form == "csv" and name in ("events", "blobs"):
        pytest.skip("CSV holds no nested types and no binary")
    everything.write(name, form=form)
    result = everything.judge(name)
    assert result.valid, kit.failures(result)
    assert result.format == form
    assert result.fingerprint == everything.manifest(name)["fingerprint"]


def test_processes_find_the_same_as_one(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rowmill.validate import scan

    monkeypatch.setattr(scan, "_SMALL", 0)
    shop.write("orders", files=5)
    one, two = shop.judge("orders", processes=1), shop.judge("orders", processes=2)
    assert [c.document() for c in one.checks] == [c.document() for c in two.checks]
    assert two.valid


def test_other_writers_files(shop: Any, kit: Any) -> None:
    """Dictionaries, large strings, milliseconds, other column order, many row groups: the same values."""
    directory = shop.write("orders")
    table = shop.arrow("orders")
    for path in directory.glob("*.parquet"):
        path.unlink()
    table = table.select(list(reversed(table.schema.names)))
    at = table.schema.names.index("note")
    table = table.set_column(at, "note", table["note"].cast(pa.large_string()))
    pq.write_table(table, directory / "a.parquet", row_group_size=333, compression="zstd")
    result = shop.judge("orders")
    assert set(kit.failures(result)) == {"files"}


def test_partitions(shop: Any, kit: Any) -> None:
    import pyarrow.dataset as ds

    directory = shop.write("orders")
    table = shop.arrow("orders")
    manifest = (directory / "_manifest.json").read_text()
    shutil.rmtree(directory)
    kind = ds.partitioning(pa.schema([("status", pa.string())]), flavor="hive")
    ds.write_dataset(table, directory, format="parquet", partitioning=kind)
    assert shop.judge("orders").valid
    (directory / "_manifest.json").write_text(manifest)
    result = shop.judge("orders")
    assert set(kit.failures(result)) == {"files"}, "the fingerprint does not depend on the files"


@pytest.mark.parametrize(
    ("text", "check", "said"),
    [
        ("1,2,3\n", "file part-000-000001.csv", ""),
        ('abc,2,"3"\n', "column order_id", "abc"),
        ("1,2,99999\n", "column quantity", "99999"),
        ('1,2,"\n', "column quantity", ""),
    ],
)
def test_csv_that_is_wrong(shop: Any, kit: Any, text: str, check: str, said: str) -> None:
    directory = shop.write("lines", form="csv")
    path = directory / "part-000-000001.csv"
    path.write_text(path.read_text() + text + ("1,2\n" if text == "1,2,3\n" else ""))
    found = kit.failures(shop.judge("lines"))
    assert check in found, found
    assert said in f"{found[check].detail}"


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ('{"order_id": "x", "line_number": 1, "quantity": 2}', "column order_id"),
        ('{"order_id": 1, "line_number": 1, "quantity": 2, "more": 3}', "column more"),
        ('{"order_id": 1, "line_number": 1, ', "file part-000-000001.json"),
        ("[1]", "file part-000-000001.json"),
    ],
)
def test_json_that_is_wrong(shop: Any, kit: Any, line: str, check: str) -> None:
    directory = shop.write("lines", form="json")
    path = directory / "part-000-000001.json"
    path.write_text(path.read_text() + line + "\n")
    assert check in kit.failures(shop.judge("lines"))


def test_places(tmp_path: Path) -> None:
    for path in ("a/b=1%2F2/x.parquet", "_staging/y.parquet", ".hidden", "a/_z", "b=__HIVE_DEFAULT_PARTITION__/w.csv"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    found = {file.path: file.partition for file in data_files(open_place(str(tmp_path)))}
    assert found == {
        "a/b=1%2F2/x.parquet": (("b", "1/2"),),
        "b=__HIVE_DEFAULT_PARTITION__/w.csv": (("b", None),),
    }
    with pytest.raises(StorageError, match="does not exist"):
        data_files(open_place(str(tmp_path / "none")))
    with pytest.raises(StorageError, match="this is a file"):
        data_files(open_place(str(tmp_path / ".hidden")))
    with pytest.raises(StorageError, match="hdfs"):
        open_place("hdfs://name/table")
