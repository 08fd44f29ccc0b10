"""The files for Redshift beside a slice run, on a real server: what they say is held against the objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rowmill import redshift
from rowmill.errors import StorageError
from rowmill.s3.config import S3Config
from rowmill.s3.uri import parse_uri
from rowmill.sink.s3.redshift import check_manifest, write_files
from rowmill.sink.s3.store import Store

pytestmark = pytest.mark.integration
PLACE = "t/bulk"
FILES = sorted(f"{PLACE}/{name}" for name in (redshift.MANIFEST, redshift.COPY, redshift.CREATE))


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    """Three slices, one of them empty."""
    file = tmp_path / "slices.txt"
    file.write_text("x|0|120\nx|1|0\nx|2|80\n")
    return file


@pytest.fixture
def made(here: Any, s3: Any, slices: Path) -> dict[str, Any]:
    report: dict[str, Any] = here.generate("bulk", s3.uri(PLACE), "--slices", slices, "--file-rows", 50)
    return report


def entries(s3: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(s3.content(f"{PLACE}/{redshift.MANIFEST}"))["entries"]
    return found


def contents(s3: Any) -> dict[str, bytes]:
    keys: list[str] = s3.keys()
    return {key: s3.content(key) for key in keys}


def faults(s3: Any) -> list[str]:
    store = Store(S3Config.from_env(), parse_uri(s3.uri(PLACE)))
    return check_manifest(store, s3.content(f"{PLACE}/{redshift.MANIFEST}").decode())


def test_the_manifest_names_every_object_with_rows_and_its_size(made: dict[str, Any], s3: Any) -> None:
    assert (made["rows"], made["files"], made["changed"]) == (200, 6, True)
    assert s3.keys(f"{PLACE}/{redshift.FOLDER}/") == FILES
    data = [key for key in s3.data_keys(PLACE) if "/slice-001/" not in key]
    named = entries(s3)
    # In the order of slices and rows, which is that of the keys here.
    assert [entry["url"] for entry in named] == [f"s3://{s3.bucket}/{key}" for key in data]
    assert [entry["meta"]["content_length"] for entry in named] == [len(s3.content(key)) for key in data]
    assert all(entry["mandatory"] is True for entry in named)
    assert faults(s3) == []
    copy = s3.content(f"{PLACE}/{redshift.COPY}").decode()
    assert f"\nFROM 's3://{s3.bucket}/{PLACE}/{redshift.MANIFEST}'\n" in copy
    assert "\nCREATE TABLE bulk (\n" in "\n" + s3.content(f"{PLACE}/{redshift.CREATE}").decode()
    assert s3.read(PLACE).num_rows == 200  # readers of the table see its data alone


def test_a_removed_a_cut_and_a_foreign_object_are_found(made: dict[str, Any], s3: Any) -> None:
    data = s3.data_keys(PLACE)
    whole = s3.content(data[0])
    s3.client.put_object(Bucket=s3.bucket, Key=data[0], Body=whole[:-1])
    url = f"s3://{s3.bucket}/{data[0]}"
    assert faults(s3) == [f"{url} has {len(whole) - 1} bytes, the manifest says {len(whole)}"]
    s3.client.delete_object(Bucket=s3.bucket, Key=data[0])
    assert faults(s3) == [f"{url} is missing"]
    s3.client.put_object(Bucket=s3.bucket, Key=data[0], Body=whole)
    stray = f"{PLACE}/slice-002/other.parquet"
    s3.client.put_object(Bucket=s3.bucket, Key=stray, Body=whole)
    assert faults(s3) == [f"s3://{s3.bucket}/{stray} is not in the manifest"]
    s3.client.delete_object(Bucket=s3.bucket, Key=stray)
    s3.client.put_object(Bucket=s3.bucket, Key=f"{PLACE}/slice-002/", Body=b"")  # as tools mark folders
    assert faults(s3) == []


def test_files_that_do_not_fit_the_objects_are_a_fault_at_once(made: dict[str, Any], s3: Any) -> None:
    store = Store(S3Config.from_env(), parse_uri(s3.uri(PLACE)))
    text = s3.content(f"{PLACE}/{redshift.MANIFEST}").decode()
    s3.client.delete_object(Bucket=s3.bucket, Key=s3.data_keys(PLACE)[0])
    with pytest.raises(StorageError, match=r"the manifest for Redshift and the objects differ.* is missing"):
        write_files(store, {redshift.COPY: "other", redshift.MANIFEST: text})


def test_a_second_run_changes_nothing_and_mends_what_is_gone(
    made: dict[str, Any], here: Any, s3: Any, slices: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("bulk", s3.uri(PLACE), "--slices", slices, "--file-rows", 50)
    before = contents(s3)
    assert here.generate(*ask)["changed"] is False
    for broken in (redshift.COPY, redshift.MANIFEST):
        s3.client.delete_object(Bucket=s3.bucket, Key=f"{PLACE}/{broken}")
        here.generate(*ask, "--dry-run")
        assert f"{PLACE}/{broken}" not in contents(s3)
        assert "would write COPY" in capsys.readouterr().out
        assert here.generate(*ask)["changed"] is True
        assert contents(s3) == before
        assert here.generate(*ask)["changed"] is False


def test_an_overwrite_and_an_append_have_a_manifest_of_their_own(
    made: dict[str, Any], here: Any, s3: Any, slices: Path
) -> None:
    ask = ("bulk", s3.uri(PLACE), "--slices", slices)
    before = {entry["url"] for entry in entries(s3)}
    here.generate(*ask, "--seed", 7)
    second = {entry["url"] for entry in entries(s3)}
    assert len(second) == 2
    assert not second & before
    here.generate(*ask, "--seed", 7, "--mode", "append")
    assert len(entries(s3)) == 4
    assert second < {entry["url"] for entry in entries(s3)}
    assert faults(s3) == []


def test_a_run_without_slices_leaves_no_files_that_lie(made: dict[str, Any], here: Any, s3: Any) -> None:
    here.generate("bulk", s3.uri(PLACE), "--rows", 30)
    assert not s3.keys(f"{PLACE}/{redshift.FOLDER}/")
    assert s3.read(PLACE).num_rows == 30


def test_compressed_csv_is_loaded_as_such(here: Any, s3: Any, slices: Path) -> None:
    here.generate("bulk", s3.uri(PLACE), "--slices", slices, "--format", "csv", "--compression", "gzip")
    assert "\nGZIP\n" in s3.content(f"{PLACE}/{redshift.COPY}").decode()
    assert all(entry["url"].endswith(".csv.gz") for entry in entries(s3))
    assert faults(s3) == []


def test_a_slice_run_on_the_disk_has_no_such_files(here: Any, tmp_path: Path, slices: Path) -> None:
    here.generate("bulk", tmp_path / "bulk", "--slices", slices)
    assert not (tmp_path / "bulk" / redshift.FOLDER).exists()
