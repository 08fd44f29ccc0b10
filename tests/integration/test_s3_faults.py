"""Faults of S3 that are really caused: no row lost, none doubled, no half file visible, the same data at the end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from s3_server import free_port, running

from rowmill.errors import RowmillError, StorageError
from rowmill.s3.config import S3Config
from rowmill.s3.uri import parse_uri
from rowmill.sink.s3.clean import clean
from rowmill.sink.s3.store import Store

pytestmark = pytest.mark.integration
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")

ENDLESS = ("--rows", 60_000_000, "--file-rows", 200_000, "--no-check")
SOON = 30.0  # seconds until what can't work must have said so


@pytest.fixture
def old(here: Any, s3: Any) -> str:
    """A table that is there before; its place."""
    here.generate("bulk", s3.uri("t/bulk"), "--no-check")
    return str(s3.uri("t/bulk"))


def untouched(s3: Any, kit: Any) -> None:
    """The old table, and nothing else."""
    s3.settled("t/bulk")
    assert s3.read("t/bulk").num_rows == 1000
    assert s3.manifest("t/bulk")["fingerprint"] == s3.recomputed("t/bulk")


def until(condition: Callable[[], Any], process: subprocess.Popen[str] | None = None, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"it ended: {process.communicate()}")
        assert time.monotonic() < end
        time.sleep(0.05)


@contextlib.contextmanager
def started(programs: Any, kit: Any, output: str, *options: object, master: str = "local[2]") -> Iterator[Any]:
    process = programs.start(
        *("generate_data", "--schema", kit.schema, "--table", "bulk", "--output", output, "--master", master),
        *(options or ENDLESS),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=60)


def ended(process: subprocess.Popen[str], seconds: float = 90) -> tuple[int, str, list[str]]:
    """Code, all that was printed, and the lines that say `error: `."""
    out, err = process.communicate(timeout=seconds)
    assert "Traceback" not in out + err
    return process.returncode, out + err, [line for line in err.splitlines() if line.startswith("error: ")]


# -- what can't work ------------------------------------------------------------------------------


def test_nobody_is_there(programs: Any, s3: Any) -> None:
    begun = time.monotonic()
    gone = f"http://127.0.0.1:{free_port()}"
    programs.generate("bulk", "--output", s3.uri("x"), S3_ENDPOINT=gone).refused("can't be reached", gone)
    assert time.monotonic() - begun < SOON


def test_somebody_who_never_answers(programs: Any, tmp_path: Path, s3: Any) -> None:
    with running(tmp_path / "silent") as server:
        server.pause()
        begun = time.monotonic()
        programs.generate("bulk", "--output", s3.uri("x"), S3_ENDPOINT=server.endpoint).refused(
            "does not answer in time", server.endpoint
        )
        assert time.monotonic() - begun < SOON
        server.resume()


def test_wrong_keys(programs: Any, s3: Any, kit: Any, old: str) -> None:
    begun = time.monotonic()
    programs.generate("bulk", "--output", old, SECRET_KEY="wrong" * 8).refused("secret key is wrong", "SECRET_KEY")
    programs.generate("bulk", "--output", old, ACCESS_KEY="nobody").refused("access key")
    programs.generate("bulk", "--output", old, ACCESS_KEY=None, SECRET_KEY=None).refused("needs credentials")
    programs.generate("bulk", "--output", old, SECRET_KEY=None).refused("SECRET_KEY", "needs credentials")
    programs.generate("bulk", "--output", "s3a://no-such-bucket/x").refused("no such bucket", "s3a://no-such-bucket")
    assert time.monotonic() - begun < 5 * SOON
    untouched(s3, kit)


@pytest.mark.parametrize("actions", [(), ("s3:ListBucket", "s3:GetObject", "s3:ListBucketMultipartUploads")])
def test_no_permission(programs: Any, s3: Any, kit: Any, old: str, actions: tuple[str, ...]) -> None:
    """Whoever may not write is told so before a row is made."""
    account = s3.server.account(s3.bucket, *actions)
    done = programs.generate("bulk", "--output", old, "--seed", 7, "--rows", 2_000_000, **account)
    done.refused("no permission", "docs/s3.md")
    assert "starting Spark" not in done.out
    untouched(s3, kit)


@as_root
def test_a_full_store(here: Any, kit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "rowmill-test", str(small)], check=True)
    try:
        with running(tmp_path / "server", small) as server:
            for name, value in server.environment.items():
                monkeypatch.setenv(name, value)
            server.client.create_bucket(Bucket="small")
            here.generate("bulk", "s3a://small/t/bulk")
            for rows in (100_000, 3_000_000):  # in this process, and by Spark
                begun = time.monotonic()
                with pytest.raises(StorageError, match="full") as caught:
                    here.generate("bulk", "s3a://small/t/bulk", "--rows", rows * 9, "--file-rows", rows, "--no-check")
                assert "\n" not in str(caught.value)
                assert time.monotonic() - begun < 2 * SOON
                found = {item["Key"] for item in server.client.list_objects_v2(Bucket="small")["Contents"]}
                assert len(found) == 2
                assert "Uploads" not in server.client.list_multipart_uploads(Bucket="small")
            assert here.generate("bulk", "s3a://small/t/bulk", "--rows", 2000)["rows"] == 2000
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


# -- what can be helped ---------------------------------------------------------------------------


def test_bursts_of_slow_down(here: Any, s3: Any, kit: Any, old: str, s3_faults: Any, tmp_path: Path) -> None:
    many = ("--rows", 600_000, "--file-rows", 60_000, "--no-check")
    undisturbed = here.generate("bulk", tmp_path / "bulk", *many)
    for which in (
        {"method": "POST", "query": "uploads", "skip": 1},  # the first is the probe's
        {"method": "PUT", "query": "partNumber", "skip": 1},
        {"method": "POST", "query": "uploadId"},
        {"method": "PUT", "path": "_commit-"},
        {"method": "PUT", "path": "_manifest"},
        {"method": "GET", "query": "list-type"},
    ):
        s3_faults.answer(503, "SlowDown", times=3, **which)
    made = here.generate("bulk", old, *many)
    assert made["fingerprint"] == undisturbed["fingerprint"] == s3.recomputed("t/bulk")
    assert made["retries"] >= 4
    s3.settled("t/bulk")


def test_cut_and_lost_and_late(here: Any, s3: Any, kit: Any, old: str, s3_faults: Any, tmp_path: Path) -> None:
    """A reset in the middle of a part; answers that never come back, so that the store has done what is asked again."""
    many = ("--rows", 1_500_000, "--file-rows", 300_000, "--compression", "none", "--no-check")
    undisturbed = here.generate("bulk", tmp_path / "bulk", *many)
    s3_faults.cut(after=1_000_000, method="PUT", query="partNumber=1", times=2)
    s3_faults.cut(after=0, reset=False, method="PUT", query="partNumber=2", times=1)
    s3_faults.delay(3.0, method="PUT", query="partNumber=2", skip=1, times=1)
    for which in (
        {"method": "POST", "query": "uploads"},
        {"method": "PUT", "query": "partNumber=1", "skip": 2},
        {"method": "POST", "query": "uploadId"},
        {"method": "PUT", "path": "_lease-"},
        {"method": "PUT", "path": "_commit-"},
        {"method": "PUT", "path": "_manifest"},
        {"method": "POST", "query": "delete"},
    ):
        s3_faults.lose_answer(times=1, **which)
    made = here.generate("bulk", old, *many)
    assert made["fingerprint"] == undisturbed["fingerprint"] == s3.recomputed("t/bulk")
    assert made["rows"] == s3.read("t/bulk").num_rows == 1_500_000
    s3.settled("t/bulk")


def test_a_part_that_arrives_changed(here: Any, s3: Any, kit: Any, old: str, s3_faults: Any) -> None:
    """The store finds that the bytes are not those of the checksum: here it is asked to say so."""
    s3_faults.answer(400, "BadDigest", method="PUT", query="partNumber", skip=1)  # the first is the probe's
    with pytest.raises(StorageError, match="not what was sent"):
        here.generate("bulk", old, "--seed", 8)
    untouched(s3, kit)


def test_a_store_without_conditions_is_told_of(
    here: Any, s3: Any, old: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mocked: the server of the tests knows them."""
    write = Store.write

    def ignorant(store: Store, path: str, text: str, **conditions: str) -> str | None:
        return write(store, path, text)

    monkeypatch.setattr(Store, "write", ignorant)
    here.generate("bulk", old, "--seed", 8)
    assert "ignores If-None-Match" in capsys.readouterr().out
    s3.settled("t/bulk")


def test_a_store_that_is_started_again(
    programs: Any, kit: Any, s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: Any
) -> None:
    """Gone for three seconds amid the parts: nothing is lost. Gone for good: one line, and the next run clears up."""
    many = ("--rows", 8_000_000, "--file-rows", 200_000, "--no-check")
    undisturbed = here.generate("bulk", tmp_path / "bulk", *many)
    with running(tmp_path / "server") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        server.client.create_bucket(Bucket="other")

        def pending() -> int:
            return len(server.client.list_multipart_uploads(Bucket="other").get("Uploads", ()))

        with started(programs, kit, "s3a://other/bulk", *many, "--report", "report.json") as process:
            until(lambda: pending() > 4, process)
            server.kill()
            time.sleep(3)
            server.start()
            code, printed, _ = ended(process, 200)
        assert code == 0, printed
        report = json.loads((tmp_path / "report.json").read_text())["tables"]["bulk"]
        assert report["fingerprint"] == undisturbed["fingerprint"]
        assert pending() == 0
        monkeypatch.setenv("S3_ATTEMPTS", "3")
        with started(programs, kit, "s3a://other/bulk") as process:
            until(lambda: pending() > 4, process)
            server.kill()
            begun = time.monotonic()
            code, printed, errors = ended(process)
            assert time.monotonic() - begun < SOON
        assert code == 1, printed
        assert len(errors) == 1
        assert "can't be reached" in errors[0]
        assert "s3.yml -e op=clean" in printed
        server.start()
        assert pending() > 0
        again = here.generate("bulk", "s3a://other/bulk", *many)
        assert (again["changed"], again["fingerprint"]) == (False, undisturbed["fingerprint"])
        cleaned = clean(parse_uri("s3a://other/"), S3Config.from_env(), print)
        assert (len(cleaned.runs), len(cleaned.aborted) > 4, pending()) == (1, True, 0)


# -- who dies -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption(programs: Any, kit: Any, s3: Any, old: str, number: signal.Signals) -> None:
    with started(programs, kit, old) as process:
        until(lambda: len(s3.pending()) > 3, process)
        process.send_signal(number)
        code, printed, errors = ended(process)
    assert (code, errors) == (130, ["error: interrupted"]), printed
    untouched(s3, kit)


def test_a_driver_that_is_killed_while_rows_are_made(programs: Any, kit: Any, here: Any, s3: Any, old: str) -> None:
    with started(programs, kit, old) as process:
        until(lambda: len(s3.pending()) > 3, process)
        process.kill()
    assert s3.read("t/bulk").num_rows == 1000
    assert s3.pending()
    report = here.generate("bulk", old, "--rows", 2000)
    assert report["rows"] == s3.read("t/bulk").num_rows == 2000
    time.sleep(2)  # workers of the dead run may have begun one more
    clean(parse_uri(old), S3Config.from_env(), print)
    s3.settled("t/bulk")


JOURNAL: dict[str, Any] = {"method": "PUT", "path": "_commit-"}
FIRST: dict[str, Any] = {"method": "POST", "query": "uploadId"}
MIDDLE: dict[str, Any] = {"method": "POST", "query": "uploadId", "skip": 5}
MANIFEST: dict[str, Any] = {"method": "PUT", "path": "_manifest"}
REMOVAL: dict[str, Any] = {"method": "POST", "query": "delete", "skip": 1}  # the first is the probe's


@pytest.mark.parametrize(
    ("ending", "where", "visible"),
    [
        ("the same run", JOURNAL, 0),
        ("the same run", FIRST, 0),
        ("the same run", MIDDLE, 5),
        ("the same run", MANIFEST, 10),
        ("the same run", REMOVAL, 10),
        ("another run", MIDDLE, 5),
        ("another run", REMOVAL, 10),
        ("clean", JOURNAL, 0),
        ("clean", MIDDLE, 5),
    ],
)
def test_a_driver_that_is_killed_in_its_commit(
    programs: Any, kit: Any, here: Any, s3: Any, old: str, s3_faults: Any, where: Any, visible: int, ending: str
) -> None:
    """Held at a request of the commit, killed there, and what is then visible is ended or undone by whoever comes."""
    many = ("--rows", 2000, "--file-rows", 200, "--seed", 3, "--no-check")
    before = s3.data_keys("t/bulk")
    held = s3_faults.swallow(**where)
    with started(programs, kit, old, *many) as process:
        until(lambda: held.hits > 0, process)
        time.sleep(0.5)  # the other uploads go on
        process.kill()
    s3_faults.clear()
    new = set(s3.data_keys("t/bulk")) - set(before)
    assert len(new) == visible
    # Whoever reads the manifest sees old or new, never both.
    assert s3.manifest("t/bulk")["runs"][-1][1] == (2000 if where is REMOVAL else 1000)
    begun = where is not JOURNAL
    if ending == "clean":
        cleaned = clean(parse_uri(old), S3Config.from_env(), print)
        assert cleaned.changed
        assert s3.read("t/bulk").num_rows == (2000 if begun else 1000)
    elif ending == "another run":
        here.generate("bulk", old, "--rows", 50, "--mode", "append")
        assert s3.read("t/bulk").num_rows == (2050 if begun else 1050)
    report = here.generate("bulk", old, *many)
    assert report["changed"] == (ending == "another run" or not begun)
    assert report["rows"] == s3.read("t/bulk").num_rows == 2000
    assert report["fingerprint"] == s3.recomputed("t/bulk")
    s3.settled("t/bulk")


def test_a_commit_that_can_not_be_ended_is_undone(
    programs: Any, kit: Any, here: Any, s3: Any, old: str, s3_faults: Any
) -> None:
    """Somebody aborted what was pending meanwhile."""
    held = s3_faults.swallow(method="POST", query="uploadId", skip=4)
    with started(programs, kit, old, "--rows", 2000, "--file-rows", 200, "--no-check") as process:
        until(lambda: held.hits > 0, process)
        time.sleep(0.5)
        process.kill()
    s3_faults.clear()
    for upload in s3.client.list_multipart_uploads(Bucket=s3.bucket)["Uploads"]:
        s3.client.abort_multipart_upload(Bucket=s3.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    assert clean(parse_uri(old), S3Config.from_env(), print).commits == [old]
    untouched(s3, kit)


def test_a_failure_in_the_commit_is_undone(here: Any, kit: Any, s3: Any, old: str, s3_faults: Any) -> None:
    s3_faults.answer(400, "InvalidPart", method="POST", query="uploadId", skip=4)
    with pytest.raises(StorageError, match="InvalidPart"):
        here.generate("bulk", old, "--rows", 2000, "--file-rows", 200)
    s3_faults.clear()
    untouched(s3, kit)


def test_an_answer_that_is_lost_for_good(
    here: Any, kit: Any, s3: Any, old: str, s3_faults: Any, monkeypatch: Any
) -> None:
    """The store has replaced the manifest, and whoever asked never hears of it: it is the new table all the same."""
    monkeypatch.setenv("S3_ATTEMPTS", "2")
    s3_faults.lose_answer(method="PUT", path="_manifest")
    report = here.generate("bulk", old, "--rows", 2000, "--file-rows", 200)
    assert report["rows"] == s3.read("t/bulk").num_rows == 2000
    assert report["fingerprint"] == s3.recomputed("t/bulk")
    s3.settled("t/bulk")


def test_a_published_commit_is_never_undone(
    programs: Any, kit: Any, here: Any, s3: Any, old: str, s3_faults: Any
) -> None:
    """Killed after the manifest; then somebody removes an object. The others are the table's, and stay."""
    held = s3_faults.swallow(method="POST", query="delete", skip=1)
    with started(programs, kit, old, "--rows", 2000, "--file-rows", 200, "--no-check") as process:
        until(lambda: held.hits > 0, process)
        process.kill()
    s3_faults.clear()
    named = {f"t/bulk/{file['path']}" for file in s3.manifest("t/bulk")["files"]}
    s3.client.delete_object(Bucket=s3.bucket, Key=min(named))
    clean(parse_uri(old), S3Config.from_env(), print)
    assert set(s3.data_keys("t/bulk")) == named - {min(named)}
    assert here.generate("bulk", old, "--rows", 2000, "--file-rows", 200)["changed"]
    s3.settled("t/bulk")


def test_workers_that_are_killed(programs: Any, kit: Any, here: Any, s3: Any, old: str, tmp_path: Path) -> None:
    """Executors of their own processes: killed, their tasks are done again elsewhere, and no row comes twice."""
    many = ("--rows", 6_000_000, "--file-rows", 200_000, "--no-check")
    undisturbed = here.generate("bulk", tmp_path / "bulk", *many)
    with started(programs, kit, old, *many, "--report", "report.json", master="local-cluster[2,1,1024]") as process:
        until(lambda: len(s3.pending()) > 3, process)
        listed = ["ps", "-eww", "-o", "pid=,ppid=,args="]
        found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in found.splitlines()]
        family = {str(process.pid)}
        while grown := {pid for pid, parent, _ in rows if parent in family} - family:
            family |= grown
        executors = [int(pid) for pid, _, args in rows if pid in family and "CoarseGrainedExecutorBackend" in args]
        assert len(executors) == 2
        os.kill(executors[0], signal.SIGKILL)
        code, printed, _ = ended(process, 200)
    assert code == 0, printed
    report = json.loads((tmp_path / "report.json").read_text())["tables"]["bulk"]
    assert report["fingerprint"] == undisturbed["fingerprint"] == s3.recomputed("t/bulk")
    s3.settled("t/bulk")


def test_two_runs_at_once(programs: Any, kit: Any, here: Any, s3: Any, old: str, s3_faults: Any) -> None:
    """Who comes while another commits is told so; who planned on what is no more, too. Both leave nothing."""
    held = s3_faults.delay(6.0, method="PUT", path="_manifest", times=1)
    with started(programs, kit, old, "--rows", 2000, "--no-check") as process:
        until(lambda: held.hits > 0, process)
        with pytest.raises(RowmillError, match="another run"):
            here.generate("bulk", old, "--rows", 3000)
        code, printed, _ = ended(process)
        assert code == 0, printed
    assert s3.read("t/bulk").num_rows == 2000
    s3.settled("t/bulk")
    with started(programs, kit, old, "--rows", 4_000_000, "--file-rows", 200_000, "--no-check") as process:
        until(lambda: len(s3.pending()) > 3, process)
        here.generate("bulk", old, "--rows", 3000)
        code, printed, errors = ended(process)
    assert code == 1
    assert "another run changed the table meanwhile" in errors[0]
    assert s3.read("t/bulk").num_rows == 3000
    s3.settled("t/bulk")


def test_sixteen_runs_at_once(programs: Any, kit: Any, here: Any, s3: Any) -> None:
    """They all begin where there is nothing; the table is that of one run, whole."""
    processes = [
        programs.start(
            *("generate_data", "--schema", kit.schema, "--table", "bulk", "--output", s3.uri("t/bulk")),
            *("--seed", seed, "--rows", 500 + seed, "--file-rows", 50, "--no-check"),
        )
        for seed in range(6)
    ]
    codes = [ended(process, 120)[0] for process in processes]
    assert set(codes) <= {0, 1}
    assert 0 in codes
    found = s3.manifest("t/bulk")
    assert found["fingerprint"] == s3.recomputed("t/bulk")
    assert s3.read("t/bulk").num_rows == found["runs"][0][1]
    s3.settled("t/bulk")


def test_a_killed_run_is_resumed(programs: Any, kit: Any, here: Any, s3: Any, old: str, tmp_path: Path) -> None:
    """What was uploaded whole is not sent again, and another run's clearing up has not taken it away."""
    many = ("--rows", 8_000_000, "--file-rows", 200_000, "--resume", "--no-check")
    undisturbed = here.generate("bulk", tmp_path / "bulk", *many)
    with started(programs, kit, old, *many) as process:
        until(lambda: len([key for key in s3.keys("t/") if "_records-" in key]) >= 6, process)
        process.kill()
    time.sleep(2)
    assert s3.read("t/bulk").num_rows == 1000
    uploads = {item["UploadId"] for item in s3.client.list_multipart_uploads(Bucket=s3.bucket)["Uploads"]}
    done = programs.generate("bulk", "--output", old, *many)
    assert done.code == 0, done.err
    assert "resuming: " in done.out
    assert len(uploads) >= 6
    assert s3.recomputed("t/bulk") == undisturbed["fingerprint"]
    s3.settled("t/bulk")


def test_pending_uploads_of_others_stay(s3: Any, old: str) -> None:
    kept = s3.client.create_multipart_upload(Bucket=s3.bucket, Key="t/bulk/somebody's.parquet")["UploadId"]
    config = S3Config.from_env()
    assert not clean(parse_uri(old), config, print).changed
    looked = clean(parse_uri(old), config, print, older_than=timedelta(0), look_only=True)
    assert [upload.upload for upload in looked.aborted] == [kept]
    assert s3.pending()
    assert clean(parse_uri(old), config, print, older_than=timedelta(0)).changed
    assert not s3.pending()
