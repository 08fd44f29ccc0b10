"""SparkS3Manager on a real S3 server: reading, writing without renames, overwriting, and what becomes of failures."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from s3_operations import S3Config, SparkS3Manager

from rowmill.errors import ConfigError, RowmillError, StorageError

pytestmark = pytest.mark.integration

CSV = 'id,text,at\n1,"a ""b"", c\nd",2024-01-01T00:00:00.123456Z\n2,,\n3,\\N,2024-01-02T00:00:00Z\n'
BAD = (
    "id,text\n"
    "1,fine\n"
    "2\n"  # too few
    "3,a,b\n"  # too many
    "x,no int\n"
    '4,"open\n'
    "5,after it\n"
    '6,"of two\nlines"\n'
    '7,"a"b\n'
    "8,last\n"
)
BAD_REASONS = {
    3: "1 found, 2 fields expected",
    4: "3 found, 2 fields expected",
    5: "column id: no int",
    6: "a quote is not closed",
    10: "text stands after a closing quote",
}
GOOD = [(1, "fine"), (5, "after it"), (6, "of two\nlines"), (8, "last")]


@pytest.fixture
def manager(spark: Any, s3: Any) -> Iterator[SparkS3Manager]:
    with SparkS3Manager(S3Config.from_env()) as made:
        yield made
    assert spark.range(1).count() == 1  # the session of others goes on


def success(s3: Any, prefix: str) -> dict[str, Any]:
    """What the committer says of a job. A committer that renames leaves an empty file."""
    found: dict[str, Any] = json.loads(s3.content(f"{prefix}/_SUCCESS"))
    return found


def ids(manager: SparkS3Manager, path: str) -> list[int]:
    return sorted(row.id for row in manager.read_parquet(path).collect())


def test_reads_what_it_wrote_and_renames_nothing(manager: SparkS3Manager, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(CSV)
    manager.copy(str(tmp_path / "d.csv"), s3.uri("in/d.csv"))
    df = manager.read_csv(s3.uri("in/d.csv").replace("s3a:", "s3:"))
    assert dict(df.dtypes) == {"id": "int", "text": "string", "at": "timestamp"}
    assert [row.text for row in df.orderBy("id").collect()] == ['a "b", c\nd', None, None]
    assert manager.write_parquet(df, s3.uri("out"), mode="append")
    first = success(s3, "out")
    assert (first["committer"], first["success"]) == ("magic", True)
    manager.write_parquet(df, s3.uri("out"), mode="append")
    assert success(s3, "out")["jobId"] != first["jobId"]
    assert ids(manager, s3.uri("out")) == [1, 1, 2, 2, 3, 3]
    assert not manager.write_parquet(df, s3.uri("out"), mode="ignore")
    with pytest.raises(StorageError, match="exists already"):
        manager.write_parquet(df, s3.uri("out"), mode="error")
    assert ids(manager, s3.uri("out")) == [1, 1, 2, 2, 3, 3]
    assert manager.write_parquet(df, s3.uri("new"), mode="error")
    assert manager.write_parquet(df, s3.uri("newer"), mode="ignore")
    manager.write_parquet(df, s3.uri("out"), mode="overwrite", partition_by=["id"])
    assert ids(manager, s3.uri("out")) == [1, 2, 3]
    assert {Path(entry.path).name for entry in manager.list(s3.uri("out"))} == {"_SUCCESS", "id=1", "id=2", "id=3"}
    with pytest.raises(StorageError, match="read from"):
        manager.write_parquet(manager.read_parquet(s3.uri("out")), s3.uri("out"), mode="overwrite")
    assert s3.read("new").num_rows == 3  # by other eyes
    assert not [key for key in s3.keys("") if "__magic" in key or "_temporary" in key or "_lease" in key]
    assert s3.pending() == []


def test_orc_and_json_and_folders_of_slices(manager: SparkS3Manager, here: Any, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "slices").write_text("x|0|700\nx|1|1300\n")
    for form in ("orc", "json"):
        here.generate("orders", tmp_path / f"o.{form}", "--format", form)
        manager.copy(str(tmp_path / f"o.{form}"), s3.uri(f"o.{form}"))
    here.generate("orders", tmp_path / "sliced", "--slices", tmp_path / "slices")
    manager.copy(str(tmp_path / "sliced"), s3.uri("sliced"))
    assert manager.read_orc(s3.uri("o.orc")).count() == 2000
    assert manager.read_json(s3.uri("o.json")).where("region IS NOT NULL").count() == 2000
    assert manager.read_parquet(s3.uri("sliced")).count() == 2000


def test_partitions_are_overwritten_alone(manager: SparkS3Manager, s3: Any, tmp_path: Path) -> None:
    spark = manager.spark
    for output in (s3.uri("t"), str(tmp_path / "t")):
        old = spark.createDataFrame([(1, "a"), (2, "b"), (3, "c")], "id int, p string")
        manager.write_parquet(old, output, mode="overwrite", partition_by=["p"])
        new = spark.createDataFrame([(20, "b"), (21, "b"), (40, "d")], "id int, p string")
        manager.write_parquet(new, output, mode="overwrite_partitions", partition_by=["p"])
        assert ids(manager, output) == [1, 3, 20, 21, 40]
        with pytest.raises(ConfigError, match="partition_by"):
            manager.write_parquet(new, output, mode="overwrite_partitions")
    assert success(s3, "t")["committer"] == "magic"


@pytest.mark.parametrize("mode", ["append", "overwrite", "overwrite_partitions"])
def test_a_write_that_fails_leaves_the_old_data(manager: SparkS3Manager, s3: Any, mode: str) -> None:
    old = manager.spark.range(10).selectExpr("id", "id % 2 AS p")
    manager.write_parquet(old, s3.uri("t"), mode="overwrite", partition_by=["p"])
    before = {key: s3.content(key) for key in s3.data_keys("t")}
    doomed = manager.spark.range(0, 1000, 1, 4).selectExpr(
        "if(id = 900, raise_error('task failed'), id) AS id", "id % 2 AS p"
    )
    with pytest.raises(StorageError, match="task failed") as caught:
        manager.write_parquet(doomed, s3.uri("t"), mode=mode, partition_by=["p"])
    assert "\n" not in str(caught.value)
    assert {key: s3.content(key) for key in s3.data_keys("t")} == before
    assert s3.pending() == []
    assert not [key for key in s3.keys("") if "_lease" in key]


def test_a_generated_table_is_overwritten_with_its_manifest_and_never_appended_to(
    manager: SparkS3Manager, here: Any, s3: Any, tmp_path: Path
) -> None:
    df = manager.spark.range(3)
    for output in (str(tmp_path / "orders"), s3.uri("orders")):
        here.generate("orders", output)
        assert manager.read_parquet(output).count() == 2000
        with pytest.raises(StorageError, match="manifest"):
            manager.write_parquet(df, output, mode="append")
        assert manager.read_parquet(output).count() == 2000
        manager.write_parquet(df, output, mode="overwrite")
        assert ids(manager, output) == [0, 1, 2]
        assert not manager.exists(f"{output}/_manifest.json")
        manager.write_parquet(df, output, mode="append")
        assert manager.read_parquet(output).count() == 6


def test_foreign_files_and_whole_buckets_are_never_overwritten(manager: SparkS3Manager, s3: Any) -> None:
    df = manager.spark.range(3)
    s3.client.put_object(Bucket=s3.bucket, Key="mine/thesis.tex", Body=b"dear")
    s3.client.put_object(Bucket=s3.bucket, Key="file", Body=b"x")
    with pytest.raises(StorageError, match=r"thesis\.tex"):
        manager.write_parquet(df, s3.uri("mine"), mode="overwrite")
    with pytest.raises(StorageError, match="is a file"):
        manager.write_parquet(df, s3.uri("file"))
    with pytest.raises(StorageError, match="whole bucket"):
        manager.write_parquet(df, s3.uri(), mode="overwrite")
    assert s3.keys() == ["file", "mine/thesis.tex"]


# -- bad lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("storage", ["local", "s3"])
def test_bad_lines(manager: SparkS3Manager, s3: Any, tmp_path: Path, storage: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text(BAD)
    (tmp_path / "in" / "b.csv").write_text("id,text\n9,b\n")
    (tmp_path / "in" / "c.csv").write_text("text,id\nc,10\n")
    source, aside = str(tmp_path / "in"), str(tmp_path / "aside")
    if storage == "s3":
        source, aside = manager.copy(source, s3.uri("in")), s3.uri("aside")
    schema = "id INT, text STRING"
    with pytest.raises(StorageError, match="line 3: 1 found, 2 fields expected") as caught:
        manager.read_csv(source, schema=schema, bad_lines="fail")
    assert "a.csv" in str(caught.value)
    good = [*GOOD, (9, "b")]
    dropped = manager.read_csv(source, schema=schema, bad_lines="drop")
    assert manager.bad_lines == 6
    kept = manager.read_csv(source, schema=schema, bad_lines="quarantine", quarantine_path=aside)
    assert manager.bad_lines == 6
    for df in (dropped, kept):
        assert df.count() == 5
        assert df.select("text").count() == 5
        assert sorted(tuple(row) for row in df.collect()) == good
        assert sorted(row[0] for row in df.select("id").collect()) == [row[0] for row in good]
    bad = manager.read_parquet(aside)
    assert bad.columns == ["file", "line", "reason", "text"]
    found = {row.line: row.reason for row in bad.collect() if row.file.endswith("/a.csv")}
    assert found == BAD_REASONS
    assert [row.text for row in bad.where("line = 6").collect()] == ['4,"open']
    assert [(row.text, row.reason) for row in bad.where("file LIKE '%c.csv'").collect()] == [
        ("c,10", "the header of its file is not that of the first file")
    ]
    # Without any bad line the quarantine says so, and types are inferred from the good ones.
    df = manager.read_csv(f"{source}/b.csv", bad_lines="quarantine", quarantine_path=aside)
    assert (manager.bad_lines, manager.read_parquet(aside).count(), dict(df.dtypes)["id"]) == (0, 0, "int")


def test_a_bad_line_fails_at_the_latest_when_it_is_used(manager: SparkS3Manager, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("id,text\n1,fine\n2,a,b\n")
    df = manager.read_csv(str(tmp_path / "bad.csv"), schema="id INT, text STRING")
    with pytest.raises(StorageError, match="2,a,b") as caught:
        manager.write_parquet(df.select("id"), str(tmp_path / "out"))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_no_header_other_delimiters_and_partition_folders(manager: SparkS3Manager, tmp_path: Path) -> None:
    folder = tmp_path / "t" / "day=7"
    folder.mkdir(parents=True)
    (folder / "x.csv").write_text("1;a\n2;b;c\n")
    df = manager.read_csv(str(tmp_path / "t"), header=False, delimiter=";", bad_lines="drop")
    assert [row.asDict() for row in df.collect()] == [{"_c0": 1, "_c1": "a", "day": 7}]
    assert manager.bad_lines == 1


@pytest.mark.parametrize(
    ("name", "pack", "compression"),
    [
        ("d.csv.gz", gzip.compress, None),
        ("d.csv.bz2", bz2.compress, None),
        ("d.csv.gz", gzip.compress, "gzip"),
        ("d.csv", gzip.compress, "gzip"),
        ("d.csv", bz2.compress, "bzip2"),
        ("d.csv.gz", bytes, "none"),
        ("d.csv", bytes, "none"),
    ],
)
@pytest.mark.parametrize("bad_lines", [None, "drop"])
def test_compressed(
    manager: SparkS3Manager, s3: Any, name: str, pack: Any, compression: str | None, bad_lines: str | None
) -> None:
    s3.client.put_object(Bucket=s3.bucket, Key=name, Body=pack(CSV.encode()))
    df = manager.read_csv(s3.uri(name), compression=compression, bad_lines=bad_lines)
    assert dict(df.dtypes) == {"id": "int", "text": "string", "at": "timestamp"}
    assert [row.text for row in df.orderBy("id").collect()] == ['a "b", c\nd', None, None]


# -- files ------------------------------------------------------------------------------------------


def test_files(manager: SparkS3Manager, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "a.csv").write_bytes(b"1\n")
    (tmp_path / "d" / "e" / "ü b.csv").write_bytes(b"22\n")
    (tmp_path / "d" / "_manifest.json").write_bytes(b"{}")
    assert manager.copy(str(tmp_path / "d"), s3.uri("a/b")) == s3.uri("a/b")
    s3.client.put_object(Bucket=s3.bucket, Key="a/bc/x.csv", Body=b"other")
    assert [(e.path, e.size, e.is_directory) for e in manager.list(s3.uri("a/b"))] == [
        (s3.uri("a/b/_manifest.json"), 2, False),
        (s3.uri("a/b/a.csv"), 2, False),
        (s3.uri("a/b/e"), 3, True),
    ]
    assert [(e.path, e.size) for e in manager.list(s3.uri("a"))] == [(s3.uri("a/b"), 7), (s3.uri("a/bc"), 5)]
    assert all(e.modified and abs(e.modified.timestamp() - time.time()) < 300 for e in manager.list(s3.uri("a")))
    for refused in (
        lambda: manager.copy(str(tmp_path / "d"), s3.uri("a/b")),
        lambda: manager.copy(str(tmp_path / "d" / "a.csv"), s3.uri("a/b/a.csv")),
        lambda: manager.copy(s3.uri("a/b"), s3.uri("a/bc")),
        lambda: manager.copy(s3.uri("a/b/a.csv"), s3.uri("a/bc/x.csv")),
        lambda: manager.copy(s3.uri("a/b"), str(tmp_path / "d")),
    ):
        with pytest.raises(StorageError, match="exists already"):
            refused()
    with pytest.raises(StorageError, match="lies in it"):
        manager.copy(s3.uri("a/b"), s3.uri("a/b/c"))
    assert manager.copy(s3.uri("a/b"), s3.uri("copy")) == s3.uri("copy")
    assert s3.keys("copy") == ["copy/_manifest.json", "copy/a.csv", "copy/e/ü b.csv"]
    assert manager.copy(s3.uri("a/bc/x.csv"), s3.uri("copy")) == s3.uri("copy/x.csv")
    manager.delete(s3.uri("copy/x.csv"))
    assert manager.copy(s3.uri("copy"), str(tmp_path / "back")) == str(tmp_path / "back")
    assert (tmp_path / "back" / "e" / "ü b.csv").read_bytes() == b"22\n"
    assert manager.copy(s3.uri("a/bc/x.csv"), f"{tmp_path}/into/") == str(tmp_path / "into" / "x.csv")
    manager.copy(s3.uri("a/bc/x.csv"), s3.uri("copy/a.csv"), overwrite=True)
    assert s3.content("copy/a.csv") == b"other"
    manager.delete(s3.uri("a/b"))
    assert s3.keys("a/") == ["a/bc/x.csv"]
    assert not manager.exists(s3.uri("a/b"))
    assert manager.exists(s3.uri("a"))
    with pytest.raises(StorageError, match="no such file"):
        manager.delete(s3.uri("a/b"))
    for bucket in (s3.uri(), s3.uri() + "/", s3.uri() + "//"):
        with pytest.raises(StorageError, match="bucket"):
            manager.delete(bucket)
    assert manager.exists(s3.uri())


def test_more_objects_than_a_page_holds_are_removed(manager: SparkS3Manager, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(1005):
        (tmp_path / "many" / f"{number}.csv").touch()
    manager.copy(str(tmp_path / "many"), s3.uri("many"))
    assert len(manager.list(s3.uri("many"))) == 1005
    manager.delete(s3.uri("many"))
    assert s3.keys() == []


def test_a_large_file_goes_in_parts(
    manager: SparkS3Manager, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rowmill.sink.files import s3 as room

    monkeypatch.setattr(room, "_PART", 5 << 20)
    monkeypatch.setattr(room, "_COPIED_AT_ONCE", 6 << 20)
    monkeypatch.setattr(room, "_COPIED_PART", 5 << 20)
    content = os.urandom(12 << 20)
    (tmp_path / "large").write_bytes(content)
    manager.copy(str(tmp_path / "large"), s3.uri("large"))
    manager.copy(s3.uri("large"), s3.uri("copied"))
    assert s3.content("large") == s3.content("copied") == content
    with pytest.raises(StorageError, match="exists already"):
        room._send(tmp_path / "large", room.place(s3.uri("large"), None), False)
    assert s3.pending() == []


# -- refusals ---------------------------------------------------------------------------------------


def test_what_cannot_work_says_so_within_seconds(spark: Any, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from s3_server import free_port

    own = S3Config.from_env()
    wrong = S3Config(own.access_key, "w" * 40)
    nowhere = S3Config(own.access_key, own.secret_key, endpoint=f"http://127.0.0.1:{free_port()}")
    cases: list[tuple[S3Config, str, str]] = [
        (wrong, s3.uri("x"), "secret key"),
        (S3Config("nobody", "w" * 40), s3.uri("x"), "access key|permission|no such bucket"),
        (own, "s3a://no-such-bucket-here/x", "no such bucket"),
        (nowhere, s3.uri("x"), "reached"),
    ]
    for config, path, text in cases:
        with SparkS3Manager(config) as manager:
            df = manager.spark.range(1)
            for call in (
                lambda path=path, m=manager: m.read_parquet(path),
                lambda path=path, m=manager, df=df: m.write_parquet(df, path),
                lambda path=path, m=manager: m.list(path),
            ):
                started = time.monotonic()
                with pytest.raises(RowmillError, match=text) as caught:
                    call()
                assert time.monotonic() - started < 30
                assert "\n" not in str(caught.value)
                assert "w" * 40 not in str(caught.value)
    with SparkS3Manager(own) as manager:  # the settings of before are gone
        manager.write_parquet(manager.spark.range(3), s3.uri("x"))
        assert ids(manager, s3.uri("x")) == [0, 1, 2]


def test_without_jars_local_paths_work_and_s3_says_what_to_do(programs: Any, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(CSV)
    (tmp_path / "empty").mkdir()
    none = {"S3A_JARS": str(tmp_path / "empty")}
    assert programs.run("s3_operations", "write", "d.csv", "out", **none).code == 0
    programs.run("s3_operations", "write", "d.csv", s3.uri("out"), **none).refused("make s3a", "S3A_JARS")
    assert s3.keys() == []


def test_the_data_writer_writes_any_format_to_s3(spark: Any, s3: Any) -> None:
    from generate_data_by_type import DataWriter

    for form in ("csv", "orc", "json", "parquet"):
        writer = DataWriter(form)
        for stop in (5, 3):
            assert writer.write_batches([spark.range(0, stop), spark.range(stop, 2 * stop)], s3.uri(form)) == 2
        assert success(s3, form)["committer"] == "magic"
        assert spark.read.option("header", "true").format(form).load(s3.uri(form)).count() == 6


def test_a_server_that_takes_connections_and_says_nothing(programs: Any, s3: Any, tmp_path: Path) -> None:
    import socket

    (tmp_path / "d.csv").write_text(CSV)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        programs.run("s3_operations", "ls", "s3a://bucket/x", S3_ENDPOINT=endpoint).refused("in time", endpoint)
        assert time.monotonic() - started < 40


def test_a_run_at_work_there_is_not_disturbed(manager: SparkS3Manager, s3: Any) -> None:
    from rowmill.s3.uri import parse_uri
    from rowmill.sink.s3.lease import Lease
    from rowmill.sink.s3.store import Store

    lease = Lease(Store(manager.config, parse_uri(s3.uri("t"))), "0123456789ab", "")
    assert lease.take()
    try:
        for mode in ("append", "overwrite"):
            with pytest.raises(StorageError, match="another run is at work"):
                manager.write_parquet(manager.spark.range(3), s3.uri("t"), mode=mode)
    finally:
        lease.end()
    manager.write_parquet(manager.spark.range(3), s3.uri("t"), mode="overwrite")
    assert ids(manager, s3.uri("t")) == [0, 1, 2]
