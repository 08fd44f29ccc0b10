"""What commits to S3 are made of, without a server: checksums, names, leases, journals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowmill.errors import StorageError
from rowmill.s3.config import S3Config
from rowmill.s3.uri import S3Uri, is_s3, parse_uri
from rowmill.sink.manifest import Manifest, Pending, WrittenFile, parse_manifest
from rowmill.sink.s3 import lease, names
from rowmill.sink.s3.checksum import combine, crc32, to_base64
from rowmill.sink.s3.commit import Commit, parse_commit

RUN = "0123456789ab"


@given(st.binary(max_size=5000), st.binary(max_size=5000))
def test_checksums_of_parts_give_that_of_the_whole(one: bytes, other: bytes) -> None:
    assert combine(crc32(one), crc32(other), len(other)) == zlib.crc32(one + other)


def test_checksums_as_the_header_has_them() -> None:
    assert to_base64(crc32(b"123456789")) == "y/Q5Jg=="  # 0xcbf43926, the check value of CRC-32
    long = 5 << 30
    assert combine(1, 2, long) == combine(combine(1, 0, long - 7), 2, 7)


@pytest.mark.parametrize(
    ("planned", "written"),
    [
        ("part-000-000001.parquet", f"part-000-000001-{RUN}.parquet"),
        ("slice-003/part-000-000001.csv.gz", f"slice-003/part-000-000001-{RUN}.csv.gz"),
        ("dt=2024-01-31/a.b=c/part-001-000000.orc", f"dt=2024-01-31/a.b=c/part-001-000000-{RUN}.orc"),
    ],
)
def test_a_name_tells_its_run_and_its_plan(planned: str, written: str) -> None:
    assert names.data_name(planned, RUN) == written
    assert names.run_of(f"some/place/{written}") == RUN
    assert names.planned_name(written) == planned
    assert names.planned_name(f"snapshot-{RUN}/{written}") == planned
    assert names.run_of(planned) is None


def test_other_names() -> None:
    assert names.run_of("part-00000-9f0e-c000.snappy.parquet") is None  # Spark's
    assert names.leased_run(names.lease(RUN)) == names.leased_run(f"a/b/{names.lease(RUN)}") == RUN
    assert names.leased_run("_lease-x.json") is None
    assert names.journal_generation(names.journal(17)) == 17
    assert names.snapshot_root(f"s3a://b/orders/snapshot-{RUN}") == "s3a://b/orders"
    assert names.snapshot_root("s3a://b/orders") == "s3a://b/orders"


@pytest.mark.parametrize("text", ["s3a://bucket", "s3://bucket/a/b", "S3A://bucket//a//b/", "s3n://bucket/a b/ü=1"])
def test_places(text: str) -> None:
    assert is_s3(text)
    place = parse_uri(text)
    assert parse_uri(str(place)) == place
    assert place.bucket == "bucket"
    assert not place.key.startswith("/")
    assert not place.key.endswith("/")
    assert (place / "x").key == f"{place.prefix}x"


@pytest.mark.parametrize("text", ["/a/s3a", "s3a:/b", "hdfs://s3a/x", "file:///s3://x", "s3a"])
def test_what_is_no_place_in_s3(text: str) -> None:
    assert not is_s3(text)


def mark(**changes: Any) -> dict[str, Any]:
    """What a lease of this process says, with changes."""
    return {**lease._this_process(), **changes}


def test_who_is_alive() -> None:
    assert lease._is_alive(mark(), 10**6)  # on this machine the process is asked, not the clock
    assert not lease._is_alive(mark(ended=True), 0)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        data = mark(pid=child.pid, start=lease._start_of(child.pid))
        assert lease._is_alive(data, 0)
        assert not lease._is_alive({**data, "start": "1"}, 0)  # the number was given again
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not lease._is_alive(data, 0)  # a zombie runs no more
    finally:
        child.kill()
        child.wait()
    for elsewhere in (mark(host="another"), mark(boot="before"), mark(namespace="pid:[1]")):
        assert lease._is_alive(elsewhere, lease.SILENT_SECONDS - 1)
        assert not lease._is_alive(elsewhere, lease.SILENT_SECONDS + 1)


def test_a_journal_is_read_as_it_was_written() -> None:
    pending = Pending("upload", (('"e1"', "crc"), ('"e2"', "")), "whole", 3)
    files = (WrittenFile("a", 0, 5, 50, 7, pending), WrittenFile("b", 5, 5, 50, 8))
    made = Manifest("t", "parquet", {"id": "bigint"}, (), (("d", 10),), files, "00", generation=4)
    commit = Commit(RUN, made, '"etag"', ("old",), True)
    assert parse_commit(commit.to_text(), "x") == commit
    assert commit.journal == "_commit-0000000004.json"
    assert "pending" not in commit.final.to_text()
    assert parse_manifest(commit.final.to_text(), "x") == commit.final
    for text in ("", "{}", "[]", '{"run": 1}', json.dumps({"run": "x", "base": None, "remove": [], "later": False})):
        with pytest.raises(StorageError, match="damaged"):
            parse_commit(text, "x")


@pytest.mark.parametrize(
    ("endpoint", "region"),
    [
        (None, "us-west-2"),
        ("s3.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("s3.amazonaws.com", "us-west-2"),
        ("http://minio.example:9000", "us-west-2"),
    ],
)
def test_the_region_is_the_endpoints(endpoint: str | None, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION", "S3_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    if endpoint:
        monkeypatch.setenv("S3_ENDPOINT", endpoint)
    assert S3Config.from_env().region == region
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    assert S3Config.from_env().region == "ap-south-1"


def test_a_place_in_a_bucket() -> None:
    assert S3Uri("b", "").prefix == ""
    assert str(S3Uri("b", "")) == "s3a://b"
    assert str(S3Uri("b", "k") / "x") == "s3a://b/k/x"
