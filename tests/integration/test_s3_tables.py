"""Tables in S3, on a real server: what stands there, what readers see, what is refused."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import generate_data
import pytest
from fault_proxy import proxy
from s3_server import free_port, running

from rowmill import hive
from rowmill.errors import ConfigError, HiveError, RowmillError, StorageError
from rowmill.sink.s3.upload import PART_BYTES
from rowmill.spark import SparkConfig

pytestmark = pytest.mark.integration


def test_a_table_is_made_again_and_grows(here: Any, s3: Any, kit: Any, tmp_path: Path) -> None:
    local = here.generate("bulk", tmp_path / "bulk", "--file-rows", 100)
    made = here.generate("bulk", s3.uri("t/bulk"), "--file-rows", 100)
    assert made["fingerprint"] == local["fingerprint"] == s3.recomputed("t/bulk")
    assert (made["rows"], made["files"], made["output"]) == (1000, 10, s3.uri("t/bulk"))
    s3.settled("t/bulk")
    before = s3.keys()
    again = here.generate("bulk", s3.uri("t/bulk"), "--file-rows", 100)
    assert (again["changed"], s3.keys()) == (False, before)
    grown = here.generate("bulk", s3.uri("t/bulk"), "--rows", 50, "--file-rows", 100, "--mode", "append")
    assert grown["rows"] == s3.read("t/bulk").num_rows == 1050
    assert set(before) < set(s3.keys())
    s3.settled("t/bulk")
    assert len(set(s3.read("t/bulk").column("id").to_pylist())) == 1050
    replaced = here.generate("bulk", s3.uri("t/bulk"), "--rows", 70, "--seed", 5)
    assert replaced["rows"] == s3.read("t/bulk").num_rows == 70
    assert not set(before) & set(s3.data_keys("t/bulk"))
    assert s3.manifest("t/bulk")["generation"] == 3
    s3.settled("t/bulk")


@pytest.mark.parametrize(
    "options",
    [
        ("--format", "csv"),
        ("--format", "csv", "--compression", "gzip"),
        ("--format", "json"),
        ("--format", "orc"),
        ("--partition-by", "region"),
    ],
)
def test_every_format_is_what_it_is_on_disk(here: Any, s3: Any, tmp_path: Path, options: tuple[str, ...]) -> None:
    local = here.generate("orders", tmp_path / "o", *options)
    made = here.generate("orders", s3.uri("o"), *options)
    assert made["fingerprint"] == local["fingerprint"]
    here_files = [path for path in (tmp_path / "o").rglob("part-*") if path.is_file()]
    there = {re.sub(r"-[0-9a-f]{12}(?=\.)", "", key.removeprefix("o/")): key for key in s3.data_keys("o")}
    assert sorted(there) == sorted(str(path.relative_to(tmp_path / "o")) for path in here_files)
    for path in here_files:
        assert s3.content(there[str(path.relative_to(tmp_path / "o"))]) == path.read_bytes()


def test_large_objects_of_many_parts_by_spark(here: Any, s3: Any, kit: Any, tmp_path: Path) -> None:
    """Two tasks at once, some parts each; the store compares each part and the whole."""
    many = ("--rows", 1_500_000, "--file-rows", 700_000, "--compression", "none")
    local = here.generate("bulk", tmp_path / "bulk", *many)
    made = here.generate("bulk", s3.uri("bulk"), *many)
    assert made["bytes"] == local["bytes"] > 4 * PART_BYTES
    assert made["fingerprint"] == local["fingerprint"] == s3.recomputed("bulk")
    s3.settled("bulk")
    found = s3.client.head_object(Bucket=s3.bucket, Key=s3.data_keys("bulk")[0], ChecksumMode="ENABLED")
    assert found["ChecksumType"] == "FULL_OBJECT"
    assert re.search(r'-\d+"$', found["ETag"])


def test_the_api_of_the_seed(s3: Any, kit: Any, spark: Any) -> None:
    fields = [
        {"name": "id", "type": "bigint", "nullable": False, "generator": "sequence"},
        {"name": "name", "type": "varchar(20)"},
    ]
    generator = generate_data.DataGenerator(SparkConfig(), s3.uri("output"))
    report = generator.generate_data(fields, chunks=100, records_per_chunk=1000)
    assert (report.rows, report.files) == (100_000, 100)
    assert s3.read("output").num_rows == 100_000
    s3.settled("output")


def test_keys_that_the_environment_has_not(s3: Any, spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come with the config, and reach Spark's workers too."""
    keys = s3.server.environment
    for name in ("ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.delenv(name)
    config = SparkConfig(access_key=keys["ACCESS_KEY"], secret_key=keys["SECRET_KEY"])
    fields = [{"name": "id", "type": "bigint", "generator": "sequence"}]
    report = generate_data.DataGenerator(config, s3.uri("output")).generate_data(fields, 4, 100_000)
    assert s3.read("output").num_rows == report.rows == 400_000
    with pytest.raises(ConfigError, match="ACCESS_KEY"):
        generate_data.DataGenerator(SparkConfig(), s3.uri("other")).generate_data(fields, 1, 10)


def test_the_region_is_found(here: Any, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_REGION", "eu-central-1")
    assert here.generate("bulk", s3.uri("bulk"))["rows"] == s3.read("bulk").num_rows


def test_tls_with_an_authority_of_ones_own(
    programs: Any, here: Any, tmp_path: Path, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path / "server", tls=True) as server:
        server.client.create_bucket(Bucket="private")
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        assert here.generate("bulk", "s3a://private/bulk", "--rows", 300_000)["rows"] == 300_000  # and read back
        for name, content in (("large", os.urandom(40_000_000)), ("small", b"text")):
            (tmp_path / name).write_bytes(content)
            copied = programs.run("s3_operations", "copy", name, f"s3a://private/files/{name}")
            assert copied.code == 0, copied.err
            assert server.client.get_object(Bucket="private", Key=f"files/{name}")["Body"].read() == content
        programs.generate("bulk", "--output", "s3a://private/x", S3_CA_BUNDLE=None).refused(
            "certificate", "S3_CA_BUNDLE"
        )
        nowhere = str(tmp_path / "none.pem")
        programs.generate("bulk", "--output", "s3a://private/x", S3_CA_BUNDLE=nowhere).refused("no such file", nowhere)


def test_through_a_proxy(programs: Any, here: Any, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(s3.server.endpoint) as between:
        monkeypatch.setenv("S3_PROXY", between.endpoint)
        here.generate("bulk", s3.uri("bulk"))
        assert any("partNumber" in request.query for request in between.log)
        assert any(request.method == "GET" and ".parquet" in request.path for request in between.log)
    gone = f"http://127.0.0.1:{free_port()}"
    programs.generate("bulk", "--output", s3.uri("x"), S3_PROXY=gone).refused("proxy can't be reached", "S3_PROXY")
    s3.settled("bulk")


def test_slices_and_several_tables(here: Any, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "slices").write_text("x|0|700\nx|1|300\n")
    here.generate("bulk", s3.uri("sliced"), "--slices", tmp_path / "slices")
    assert s3.read("sliced/slice-000").num_rows == 700
    assert s3.read("sliced/slice-001").num_rows == 300
    reports = here.generate("orders,bulk", s3.uri("both"), "--rows", 100)
    assert {name: report["output"] for name, report in reports.items()} == {
        "orders": s3.uri("both/orders"),
        "bulk": s3.uri("both/bulk"),
    }
    s3.settled("both/bulk")
    with pytest.raises(StorageError, match="another table lies below"):
        here.generate("bulk", s3.uri("both"))


def test_hive_is_switched_to_a_new_folder(here: Any, s3: Any) -> None:
    def place() -> str:
        rows = here.spark.sql("DESCRIBE TABLE EXTENDED warehouse_s3.bulk").collect()
        return str(next(row[1] for row in rows if row[0] == "Location"))

    def ask(what: str = "count(*)") -> int:
        return int(here.spark.sql(f"SELECT {what} FROM warehouse_s3.bulk").collect()[0][0])

    there = ("bulk", "--output", s3.uri("h/bulk"), "--hive", "--database", "warehouse_s3")
    assert here.by_type(*there)["hive_table"] == "warehouse_s3.bulk"
    first = place()
    assert re.fullmatch(re.escape(s3.uri("h/bulk")) + r"/snapshot-[0-9a-f]{12}", first)
    assert ask() == 1000
    assert not here.by_type(*there)["changed"]
    assert here.by_type(*there, "--rows", 40, "--seed", 4)["changed"]
    assert place() != first
    assert ask() == s3.read("h/bulk").num_rows == 40
    second = place()
    here.by_type(*there, "--rows", 5, "--mode", "append")
    assert (place(), ask()) == (second, 45)
    here.by_type(*there, "--rows", 60, "--partition-by", "c")
    assert ask() == 60
    third = place()
    here.by_type(*there, "--rows", 30, "--partition-by", "c")
    assert ask() == s3.read("h/bulk").num_rows == 30
    assert place() != third
    s3.settled("h/bulk")


def test_a_run_that_did_not_come_to_tell_hive(here: Any, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between manifest and metastore Hive shows the old rows, whole; the next run tells it, and removes them."""
    there = ("bulk", "--output", s3.uri("h/bulk"), "--hive", "--database", "told_late")
    here.by_type(*there)

    def rows() -> int:
        return int(here.spark.sql("SELECT count(*) FROM told_late.bulk").collect()[0][0])

    def fails(*_: Any) -> bool:
        raise HiveError("the metastore went away")

    with monkeypatch.context() as patch:
        patch.setattr(hive, "register", fails)
        with pytest.raises(HiveError):
            here.by_type(*there, "--rows", 40)
    assert rows() == 1000
    with pytest.raises(StorageError, match="Hive looks at a folder of this table"):
        here.generate("bulk", s3.uri("h/bulk"), "--rows", 7)
    assert here.by_type(*there, "--rows", 40)["changed"]
    assert rows() == s3.read("h/bulk").num_rows == 40
    s3.settled("h/bulk")


def test_validate_reads_it(programs: Any, here: Any, s3: Any, kit: Any) -> None:
    made = here.generate("bulk", s3.uri("bulk"), "--file-rows", 300)
    options = ("--schema", kit.schema, "--table", "bulk", "--path", s3.uri("bulk"))
    done = programs.run("validate_data", *options, "--expect-fingerprint", made["fingerprint"])
    assert done.code == 0, done.out + done.err
    s3.client.delete_object(Bucket=s3.bucket, Key=s3.data_keys("bulk")[0])
    assert programs.run("validate_data", *options).code == 1


def test_refusals(here: Any, s3: Any, kit: Any) -> None:
    here.generate("bulk", s3.uri("bulk"))
    s3.client.put_object(Bucket=s3.bucket, Key="papers/thesis.tex", Body=b"years of work")
    s3.client.put_object(Bucket=s3.bucket, Key="foreign/x.parquet", Body=b"no manifest")
    before = s3.keys()
    cases: list[tuple[type[RowmillError], str, tuple[Any, ...]]] = [
        (StorageError, "exists already", (s3.uri("bulk"), "--mode", "error")),
        (StorageError, "another format", (s3.uri("bulk"), "--mode", "append", "--format", "csv")),
        (StorageError, r"thesis\.tex", (s3.uri("papers"),)),
        (StorageError, "last row number", (s3.uri("foreign"), "--mode", "append")),
        (StorageError, "no such bucket", ("s3a://no-such-bucket-here/x",)),
        (StorageError, "no valid bucket", ("s3a:///x",)),
        (StorageError, "no valid bucket", ("s3a://B_/x",)),
        (StorageError, r"\.\.", (s3.uri("a/../b"),)),
    ]
    for kind, text, (output, *options) in cases:
        with pytest.raises(kind, match=text) as caught:
            here.generate("bulk", output, *options)
        assert "\n" not in str(caught.value)
    s3.client.delete_object(Bucket=s3.bucket, Key=s3.data_keys("bulk")[0])
    with pytest.raises(StorageError, match="missing or changed"):
        here.generate("bulk", s3.uri("bulk"), "--mode", "append")
    assert set(s3.keys()) == set(before) - {next(key for key in before if key.startswith("bulk/part"))}
    assert here.generate("bulk", s3.uri("bulk"))["changed"]
    s3.settled("bulk")
    assert not s3.pending()


def test_a_dry_run_changes_nothing(programs: Any, s3: Any) -> None:
    done = programs.generate("bulk", "--output", s3.uri("bulk"), "--dry-run")
    assert done.code == 0, done.err
    assert "would make 1,000 rows" in done.out
    assert not s3.keys()
    assert not s3.pending()


def test_lost_objects_are_made_again_with_resume(here: Any, s3: Any, kit: Any) -> None:
    many = (s3.uri("bulk"), "--file-rows", 100, "--resume")
    made = here.generate("bulk", *many)
    lost, *kept = s3.data_keys("bulk")
    s3.client.delete_object(Bucket=s3.bucket, Key=lost)
    again = here.generate("bulk", *many)
    assert again["changed"]
    assert again["fingerprint"] == made["fingerprint"] == s3.recomputed("bulk")
    assert set(kept) < set(s3.data_keys("bulk"))
    s3.settled("bulk")


def test_the_rights_that_the_page_names_are_enough(
    s3: Any, programs: Any, here: Any, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are made, replaced, registered, killed and cleaned up by an account that may do just that."""
    page = (kit.project / "docs" / "s3.md").read_text(encoding="utf-8")
    policy = json.loads(next(text for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL) if "Statement" in text))
    account = s3.server.account(s3.bucket, *(action for part in policy["Statement"] for action in part["Action"]))
    for name, value in account.items():
        monkeypatch.setenv(name, value)
    here.generate("bulk", s3.uri("t/bulk"), "--file-rows", 100)
    here.generate("bulk", s3.uri("t/bulk"), "--rows", 50)
    here.by_type("bulk", "--output", s3.uri("h/bulk"), "--hive", "--database", "by_rights")
    assert s3.read("t/bulk").num_rows == 50
    for arguments in (
        ("write", s3.uri("t/bulk"), s3.uri("copy"), "--mode", "overwrite"),
        ("read", s3.uri("copy")),
        ("copy", s3.uri("copy"), s3.uri("another")),
        ("rm", s3.uri("copy"), "--recursive"),
        ("clean", s3.uri()),
    ):
        done = programs.run("s3_operations", *arguments)
        assert done.code == 0, done.err
