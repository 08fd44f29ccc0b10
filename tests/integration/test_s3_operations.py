"""SparkS3Manager on local paths, and its program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from s3_operations import S3Config, SparkS3Manager

from rowmill.errors import ConfigError, RowmillError, StorageError

pytestmark = pytest.mark.integration

CSV = 'id,text,at\n1,"a ""b"", c\nd",2024-01-01T00:00:00.123456Z\n2,,\n3,\\N,2024-01-02T00:00:00Z\n'


@pytest.fixture
def manager(spark: Any) -> Iterator[SparkS3Manager]:
    made = SparkS3Manager(S3Config.from_env())
    made.initialize()
    yield made
    made.cleanup()
    assert spark.range(1).count() == 1  # the session of others goes on


def test_reads_what_it_wrote(manager: SparkS3Manager, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "da ta.csv").write_text(CSV)
    df = manager.read_csv(str(tmp_path / "da ta.csv"))
    assert dict(df.dtypes) == {"id": "int", "text": "string", "at": "timestamp"}
    assert [row.text for row in df.orderBy("id").collect()] == ['a "b", c\nd', None, None]
    output = str(tmp_path / "out")
    manager.write_parquet(df, output, mode="append")
    manager.write_parquet(df, output, mode="append")
    assert manager.read_parquet(output).count() == 6
    manager.write_parquet(df, output, mode="ignore")
    assert manager.read_parquet(f"file://{output}").count() == 6
    with pytest.raises(StorageError, match="exists already"):
        manager.write_parquet(df, output, mode="error")
    manager.write_parquet(df, output, mode="overwrite", partition_by=["id"])
    assert sorted(row.id for row in manager.read_parquet(output).collect()) == [1, 2, 3]
    assert {Path(entry.path).name for entry in manager.list(output)} == {"id=1", "id=2", "id=3"}
    with pytest.raises(StorageError, match="read from"):
        manager.write_parquet(manager.read_parquet(output), output, mode="overwrite")
    assert manager.read_parquet(output).count() == 3
    assert manager.copy(output, str(tmp_path / "copy")) == str(tmp_path / "copy")
    manager.delete(output)
    assert not manager.exists(output)
    assert manager.read_parquet(str(tmp_path / "copy")).count() == 3
    manager.display_dataframe_info(df, "orders")
    assert "orders: 3 rows, 3 columns" in capsys.readouterr().out
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_reads_what_the_generator_wrote(manager: SparkS3Manager, here: Any, tmp_path: Path) -> None:
    here.generate("orders", tmp_path / "o.json", "--format", "json")
    here.generate("orders", tmp_path / "o.orc", "--format", "orc", "--partition-by", "region")
    here.generate("orders", tmp_path / "o.csv", "--format", "csv")
    (tmp_path / "slices").write_text("x|0|700\nx|1|1300\n")
    here.generate("orders", tmp_path / "sliced", "--slices", tmp_path / "slices")
    assert manager.read_json(str(tmp_path / "o.json")).count() == 2000
    assert manager.read_orc(str(tmp_path / "o.orc")).groupBy("region").count().count() == 3
    assert manager.read_parquet(str(tmp_path / "sliced")).count() == 2000
    csv = manager.read_csv(str(tmp_path / "o.csv"))
    assert csv.count() == 2000
    assert dict(csv.dtypes)["placed_at"] == "timestamp"
    assert csv.where("note IS NULL").count() > 100
    given = manager.read_csv(str(tmp_path / "o.csv"), schema="order_id STRING", infer_schema=True)
    assert given.dtypes == [("order_id", "string")]


def test_refusals(manager: SparkS3Manager, tmp_path: Path) -> None:
    df = manager.spark.range(3)
    cases: list[tuple[type[RowmillError], str, Any]] = [
        (StorageError, "no such file", lambda: manager.read_csv(str(tmp_path / "none.csv"))),
        (ConfigError, "mode is one of", lambda: manager.write_parquet(df, str(tmp_path / "x"), mode="replace")),
        (ConfigError, "no such column", lambda: manager.write_parquet(df, str(tmp_path / "x"), partition_by=["y"])),
        (StorageError, "no valid bucket", lambda: manager.write_parquet(df, "s3a://B/x")),
        (StorageError, "can't be used", lambda: manager.read_parquet("hdfs://n/x")),
        (StorageError, "pattern", lambda: manager.write_parquet(df, str(tmp_path / "x[1]"))),
        (StorageError, "mount point|directory", lambda: manager.write_parquet(df, "/proc", mode="overwrite")),
    ]
    for kind, text, call in cases:
        with pytest.raises(kind, match=text) as caught:
            call()
        assert "\n" not in str(caught.value)
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "thesis.tex").write_text("dear")
    with pytest.raises(StorageError, match=r"thesis\.tex"):
        manager.write_parquet(df, str(tmp_path / "foreign"), mode="overwrite")
    (tmp_path / "broken.parquet").write_text("no parquet")
    with pytest.raises(StorageError):
        manager.read_parquet(str(tmp_path / "broken.parquet"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["broken.parquet", "foreign"]


def test_the_program(programs: Any, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(CSV)
    written = programs.run("s3_operations", "write", "data.csv", "out", "--mode", "overwrite")
    assert written.code == 0, written.err
    shown = programs.run("s3_operations", "read", "out", "--limit", 1)
    assert shown.code == 0, shown.err
    assert "3 rows, 3 columns" in shown.out
    assert programs.run("s3_operations", "copy", "out", "copy").code == 0
    assert str(tmp_path / "copy") in programs.run("s3_operations", "ls", ".").out
    programs.run("s3_operations", "rm", "copy").refused("--recursive")
    assert programs.run("s3_operations", "rm", "copy", "--recursive").code == 0
    assert not (tmp_path / "copy").exists()
    programs.run("s3_operations", "write", "data.csv", "hdfs://n/x").refused("hdfs:// can't be used here")
    programs.run("s3_operations", "read", "nothing").refused("no such file")
    programs.run("s3_operations", "read", "data.csv", "--limit", "-1").refused("at least 0", code=2)
    programs.run("s3_operations").refused("required", code=2)
