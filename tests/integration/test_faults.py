"""Faults that are really caused: one line says what, the old data stay whole, and nothing half-done is left."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest

from rowmill.spark import NEAR_ROWS

pytestmark = pytest.mark.integration
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")

# Enough for a minute of work on one core: never finished before it is stopped.
ENDLESS = ("--rows", 60_000_000, "--file-rows", 200_000, "--no-check")


@contextlib.contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "rowmill-test", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def rows_of(directory: Path) -> int:
    return int(ds.dataset(directory, format="parquet").count_rows())


@pytest.fixture
def old(here: Any, tmp_path: Path) -> Path:
    """A table that is there before."""
    here.generate("bulk", tmp_path / "out" / "bulk", "--no-check")
    return tmp_path / "out" / "bulk"


def whole(directory: Path, kit: Any) -> None:
    assert rows_of(directory) == 1000
    assert f'"fingerprint": "{kit.recomputed(directory, "bulk")}"' in (directory / "_manifest.json").read_text()


def started(programs: Any, kit: Any, output: Path, *options: object, files: int = 1) -> subprocess.Popen[str]:
    """A run, endless if no options say otherwise, that has written some files."""
    process = programs.start(
        *("generate_data", "--schema", kit.schema, "--table", "bulk", "--output", output, "--master", "local[1]"),
        *(options or ENDLESS),
    )
    until = time.monotonic() + 90
    while len(list(output.parent.glob(".bulk.staging-*/part-*"))) < files:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    return process


@as_root
def test_a_full_disk(programs: Any, here: Any, kit: Any, tmp_path: Path) -> None:
    for form in ("parquet", "orc"):
        with mounted(tmp_path / "small", "size=12m") as disk:
            output = disk / "bulk"
            here.generate("bulk", output, "--no-check")
            many = ("bulk", "--output", output, "--rows", 3_000_000, "--format", form)
            programs.generate(*many).refused("does not fit the disk", str(output), "beside the old table", "force")
            programs.generate(*many, "--dry-run").refused("does not fit the disk")
            whole(output, kit)
            programs.generate(*many, "--force").refused("no space left")
            whole(output, kit)
            assert not kit.leftovers(disk)


@as_root
def test_a_full_disk_in_the_other_writers(here: Any, kit: Any, tmp_path: Path) -> None:
    from rowmill.errors import StorageError

    with mounted(tmp_path / "small", "size=4m") as disk:
        here.generate("bulk", disk / "bulk", "--no-check")
        for options in (["--format", "csv"], ["--format", "json"], ["--file-rows", 100], ["--chunks", 2]):
            count = ["--records-per-chunk", 300_000] if "--chunks" in options else ["--rows", 600_000]
            with pytest.raises(StorageError, match="no space left"):
                here.generate("bulk", disk / "bulk", *options, *count, "--force")
            whole(disk / "bulk", kit)
            assert not kit.leftovers(disk)


@as_root
def test_what_fits_is_let_through(programs: Any, here: Any, kit: Any, tmp_path: Path) -> None:
    """Old and new at once, inodes, and what a run that was killed has left on the disk."""
    with mounted(tmp_path / "small", "size=12m") as disk:
        output = disk / "bulk"
        first = here.generate("bulk", output, "--rows", 75_000, "--no-check")
        assert 4 << 20 < first["bytes"] < 6 << 20  # twice of it, not thrice
        assert here.generate("bulk", output, "--rows", 75_000, "--seed", 7, "--no-check")["changed"]
        process = started(programs, kit, output, *ENDLESS[:2], "--file-rows", 20_000, "--force", files=4)
        process.kill()
        process.communicate(timeout=60)
        assert kit.leftovers(disk)
        assert here.generate("bulk", output, "--rows", 75_000, "--seed", 8, "--no-check")["changed"]
        assert not kit.leftovers(disk)
    with mounted(tmp_path / "small", "size=40m,nr_inodes=200") as disk:
        programs.generate("bulk", "--output", disk / "bulk", "--file-rows", 4).refused("inodes", "force")
        here.generate("bulk", disk / "bulk", "--file-rows", 20, "--no-check")
        whole(disk / "bulk", kit)


@as_root
def test_a_place_that_cannot_be_written(programs: Any, tmp_path: Path) -> None:
    with mounted(tmp_path / "readonly", "ro,size=1m") as disk:
        programs.generate("bulk", "--output", disk / "bulk").refused("can't be written")
        programs.generate("bulk", "--output", tmp_path / "x", "--report", disk / "r.json").refused("report")
    with mounted(tmp_path / "disk", "size=1m") as disk:
        programs.generate("bulk", "--output", disk).refused("mount point")
    (tmp_path / "file").write_text("text")
    programs.generate("bulk", "--output", tmp_path / "file" / "bulk").refused("is a file")
    programs.generate("bulk", "--output", tmp_path / "file").refused("is a file")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["disk", "file", "readonly"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption(programs: Any, kit: Any, old: Path, number: signal.Signals) -> None:
    process = started(programs, kit, old)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert [line for line in err.splitlines() if line.startswith("error: ")] == ["error: interrupted"], err
    assert "Traceback" not in err, err
    whole(old, kit)
    time.sleep(1)  # for a worker that still writes
    assert not kit.leftovers(old.parent)


def test_a_killed_driver(programs: Any, kit: Any, here: Any, old: Path) -> None:
    process = started(programs, kit, old)
    process.kill()
    process.communicate(timeout=60)
    whole(old, kit)
    assert kit.leftovers(old.parent)
    report = here.generate("bulk", old, "--rows", 2000)
    assert report["rows"] == rows_of(old) == 2000
    time.sleep(1)
    assert not kit.leftovers(old.parent)


def kill_the_jvm(process: subprocess.Popen[str]) -> None:
    found = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(process.pid)], capture_output=True, text=True, check=True
    )
    java = [int(line.split()[0]) for line in found.stdout.splitlines() if "java" in line]
    assert len(java) == 1
    os.kill(java[0], signal.SIGKILL)


@pytest.mark.parametrize("victim", ["driver", "jvm"])
def test_a_killed_run_is_resumed(programs: Any, kit: Any, here: Any, old: Path, victim: str) -> None:
    """The files that were whole are the same files afterwards, and the rows are those of an undisturbed run."""
    many = ("--rows", 8_000_000, "--file-rows", 200_000, "--resume", "--no-check")
    undisturbed = here.generate("bulk", old.parent / "undisturbed", *many)
    process = started(programs, kit, old, *many, files=5)
    if victim == "jvm":
        kill_the_jvm(process)
    else:
        process.kill()
    process.communicate(timeout=60)
    whole(old, kit)
    (staging,) = old.parent.glob(".bulk.staging-*")
    lines = "".join(path.read_text() for path in (staging / "_records").glob("*.jsonl")).splitlines()
    done = {json.loads(line)[0] for line in lines if line}
    before = {name: (staging / name).stat() for name in done}
    assert 4 <= len(done) < 40
    report = here.generate("bulk", old, *many)
    assert report["fingerprint"] == undisturbed["fingerprint"]
    assert (report["rows"], report["files"]) == (8_000_000, 40)
    assert rows_of(old) == 8_000_000
    for name, stat in before.items():
        assert (stat.st_ino, stat.st_mtime_ns) == ((old / name).stat().st_ino, (old / name).stat().st_mtime_ns)
    time.sleep(1)
    assert not kit.leftovers(old.parent)


def test_a_killed_jvm(programs: Any, kit: Any, old: Path) -> None:
    process = started(programs, kit, old)
    kill_the_jvm(process)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert len([line for line in err.splitlines() if line.startswith("error: ")]) == 1, err
    assert "Traceback" not in err, err
    whole(old, kit)
    time.sleep(1)
    assert not kit.leftovers(old.parent)


def test_two_runs_at_once(programs: Any, kit: Any, here: Any, old: Path) -> None:
    """The one that runs keeps its staging, and finds that the table is not what it planned for."""
    process = started(programs, kit, old)
    try:
        staging = kit.leftovers(old.parent)
        here.generate("bulk", old, "--rows", 3000)
        assert set(staging) & set(kit.leftovers(old.parent))
        assert rows_of(old) == 3000
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert rows_of(old) == 3000
    assert not kit.leftovers(old.parent)


def test_no_spark_and_no_java(programs: Any, tmp_path: Path) -> None:
    programs.generate("bulk", "--output", "x", SPARK_HOME="/nowhere").refused("SPARK_HOME", "/nowhere", "unset")
    (tmp_path / "bin").mkdir()
    empty = str(tmp_path / "bin")
    programs.generate("bulk", "--output", "x", PATH=empty, JAVA_HOME=None).refused(
        "Java is not installed", "apt install"
    )
    programs.generate("bulk", "--output", "x", JAVA_HOME="/nowhere").refused("JAVA_HOME", "/nowhere")
    programs.by_type("bulk", SPARK_HOME="/nowhere").refused("SPARK_HOME")
    broken = tmp_path / "bin" / "java"
    broken.write_text("#!/bin/sh\necho 'no such option' >&2\nexit 1\n")
    broken.chmod(0o755)
    path = f"{empty}{os.pathsep}{os.environ['PATH']}"
    many = ("--rows", NEAR_ROWS + 1)  # fewer are made without Spark
    programs.generate("bulk", *many, "--output", "x", PATH=path, JAVA_HOME=None).refused("Spark does not start")
    assert not (tmp_path / "x").exists()


def test_a_metastore_in_use(programs: Any, spark: Any, spark_home: Path, tmp_path: Path) -> None:
    """The session of this process holds its Derby."""
    refused = programs.by_type("bulk", "--metastore", spark_home / "metastore_db", "--warehouse", tmp_path / "wh")
    refused.refused("another session has it", "close the other session")
    assert not list((tmp_path / "wh").glob("bulk*"))
    assert spark.sql("SHOW DATABASES").count() >= 1


def test_what_stands_in_the_way(programs: Any, kit: Any, old: Path, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.tex").write_text("years of work")
    programs.generate("bulk", "--output", "papers").refused("thesis.tex", "not overwritten")
    programs.generate("bulk", "--output", "papers", "--mode", "append").refused("no manifest")
    programs.generate("bulk", "--output", old, "--mode", "error").refused("exists already", "mode=overwrite")
    programs.generate("bulk", "--output", old, "--mode", "append", "--format", "csv").refused("another format")
    whole(old, kit)
    (tmp_path / "link").symlink_to(old)
    programs.generate("bulk", "--output", "link").refused("symbolic link")
    manifest = old / "_manifest.json"
    for text in ("{", "[]", '"x"', "{}", '{"version": 1}', '{"version": 99}', '{"version": 1, "files": 3}'):
        manifest.write_text(text)
        programs.generate("bulk", "--output", old).refused("manifest")
    assert rows_of(old) == 1000
    shutil.rmtree(tmp_path / "papers")


@pytest.mark.parametrize(
    ("arguments", "texts", "code"),
    [
        (["bulk", "--rows", "many"], ["--rows", "many"], 2),
        (["bulk", "--rows", "-1"], ["--rows", "at least 0"], 2),
        (["bulk", "--format", "avro"], ["avro", "parquet"], 2),
        (["bulk", "--mode", "ignore"], ["ignore", "append"], 2),
        (["bulk", "--row", "5", "--colour"], ["--row 5 --colour"], 2),
        (["ordres"], ["ordres", "orders"], 1),
        (["bulk", "--output", "s3a:///x"], ["no valid bucket"], 1),
        (["bulk", "--output", "hdfs://name/x"], ["hdfs:// can't be used"], 1),
        (["bulk", "--output", ""], ["output is empty"], 1),
        (["bulk", "--partition-by", "colour"], ["no such column", "colour", "it has id, a, b, c"], 1),
        (["bulk", "--partition-by", "a"], ["can't name a directory"], 1),
        (["events", "--format", "csv"], ["csv can't hold", "tags"], 1),
        (["blobs", "--format", "csv"], ["csv can't hold", "payload"], 1),
        (["bulk", "--chunks", "3"], ["records-per-chunk"], 1),
        (["bulk", "--chunks", "3", "--records-per-chunk", "2", "--rows", "6"], ["exclude each other"], 1),
        (["bulk", "--slices", "none.txt"], ["none.txt"], 1),
        (["lines", "--rows", "900000"], ["900000", "at most 4 each"], 1),
        (["bulk", "--schema", "nowhere.yaml"], ["nowhere.yaml"], 1),
        (["bulk", "--report", "no/such/folder.json"], ["report"], 1),
        (["bulk", "--seed", str(1 << 70)], ["seed"], 1),
    ],
)
def test_refusals(programs: Any, tmp_path: Path, arguments: list[str], texts: list[str], code: int) -> None:
    output = [] if "--output" in arguments else ["--output", "x"]
    programs.generate(*arguments, *output).refused(*texts, code=code)
    assert list(tmp_path.iterdir()) == []


def test_refusals_of_hive(programs: Any, tmp_path: Path) -> None:
    programs.by_type("bulk", "--database", "a;b").refused("database", "a;b")
    programs.by_type("bulk", "--output", "hdfs://name/x", "--hive").refused("hdfs:// can't be used")
    assert list(tmp_path.iterdir()) == []
