"""The keys show nowhere: no command line, log, event log, page of the UI, report, repr or traceback. And TLS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from s3_server import REGION, running

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).resolve().parents[2]
CSV = "id,text\n1,a\n2,b\n3,c\n"

# Reads and writes with the UI and the event log on, and takes down all that the UI says.
PROGRAM = """
import sys, traceback, urllib.request
from pathlib import Path
from rowmill.spark import SparkConfig, session
from s3_operations import S3Config, SparkS3Manager

place, folder = sys.argv[1], Path(sys.argv[2])
ui = {"spark.ui.enabled": "true", "spark.ui.port": "0"}
log = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": f"file://{folder}/events"}
log["spark.eventLog.compress"] = "false"  # to be searched
spark = session(SparkConfig(app_name="secrets", master="local[2]", conf=ui | log), s3=True)
manager = SparkS3Manager()
manager.initialize()
manager.copy(str(folder / "d.csv"), f"{place}/in/d.csv")
df = manager.read_csv(f"{place}/in/d.csv", bad_lines="quarantine", quarantine_path=f"{place}/bad")
manager.write_parquet(df, f"{place}/out", mode="overwrite", partition_by=["id"])
assert manager.read_parquet(f"{place}/out").count() == 3
url, app = spark.sparkContext.uiWebUrl, spark.sparkContext.applicationId
pages = ["environment/", "jobs/", "stages/", "storage/", "executors/", "SQL/"]
rest = ["environment", "jobs", "stages", "sql", "executors", "allexecutors"]
for page in pages + [f"api/v1/applications/{app}/{name}" for name in rest]:
    text = urllib.request.urlopen(f"{url}/{page}", timeout=20).read().decode()
    (folder / "pages" / page.replace("/", "-")).write_text(text)
for shown in (manager.config, manager, manager.__dict__, spark.sparkContext.getConf().getAll(), SparkConfig()):
    print(repr(shown), str(shown))
try:
    manager.config.client().get_object(Bucket="no-such-bucket-here", Key="x")
except Exception:
    traceback.print_exc()
try:
    spark.read.parquet("s3a://no-such-bucket-here/x").count()
except Exception:
    traceback.print_exc()
manager.config.client().no_such_method
"""


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """The command lines of all processes that run meanwhile."""
    seen: set[str] = set()
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            for place in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(place.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def texts(folder: Path) -> dict[str, str]:
    return {str(p): p.read_bytes().decode(errors="replace") for p in folder.rglob("*") if p.is_file()}


def assert_hidden(s3: Any, shown: dict[str, str]) -> None:
    """Neither key is in any of the texts."""
    for name, text in shown.items():
        assert s3.server.secret_key not in text, name
        assert s3.server.access_key not in text, name


def test_a_program_with_event_log_and_ui_shows_no_key(programs: Any, s3: Any, tmp_path: Path) -> None:
    for name in ("events", "pages"):
        (tmp_path / name).mkdir()
    (tmp_path / "d.csv").write_text(CSV)
    (tmp_path / "program.py").write_text(PROGRAM)
    with command_lines() as seen:
        done = subprocess.run(
            [sys.executable, "-c", "from rowmill.cli import run; run(lambda: exec(open('program.py').read(), {}))",
             s3.uri("t"), str(tmp_path)],
            cwd=tmp_path,
            env=programs.env(ROWMILL_DEBUG="1"),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )  # fmt: skip
    assert "no_such_method" in done.stderr, done.stderr[-3000:]
    assert done.stderr.count("Traceback") >= 3
    assert any("org.apache.spark.deploy.SparkSubmit" in line for line in seen)
    found = texts(tmp_path)
    assert any("spark.app.id" in text for name, text in found.items() if "/events/" in name)
    assert len([name for name in found if "/pages/" in name]) == 12
    assert_hidden(s3, found | {"stdout": done.stdout, "stderr": done.stderr} | {line: line for line in seen})
    metadata = json.loads(s3.content("t/out/_SUCCESS"))
    assert metadata["committer"] == "magic"
    assert_hidden(s3, {key: s3.content(key).decode(errors="replace") for key in s3.keys("t/")})


def test_a_playbook_shows_no_key(s3: Any, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(CSV)
    environment = {**os.environ, "ROWMILL_LOG_DIR": str(tmp_path / "logs"), "ANSIBLE_FORCE_COLOR": "0"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    for name in ("S3_ENDPOINT", "S3_REGION"):
        environment.pop(name)  # these come as variables
    shown = {}
    with command_lines() as seen:
        for number, (words, code) in enumerate(
            [
                (["op=write", f"path={tmp_path / 'd.csv'}", f"to={s3.uri('out')}"], 0),
                (["op=read", f"path={s3.uri('out')}"], 0),
                (["op=ls", f"path={s3.uri('nothing')}"], 2),
            ]
        ):
            words = [*words, f"s3_endpoint={s3.server.endpoint}", f"s3_region={REGION}"]
            done = subprocess.run(
                ["ansible-playbook", "s3.yml", "-vvv", *(f"-e{word}" for word in words)],
                cwd=PROJECT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == code, done.stdout
            shown[str(number)] = done.stdout
    assert s3.read("out").num_rows == 3
    assert "3 rows, 2 columns" in shown["1"]
    assert "no such file" in shown["2"]
    found = texts(tmp_path)
    assert any(name.endswith(".log") for name in found)
    assert_hidden(s3, found | shown | {line: line for line in seen})


def test_a_certificate_of_a_private_authority(programs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("AWS_", "S3_"))]:
        monkeypatch.delenv(name)
    (tmp_path / "d.csv").write_text(CSV)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "no.pem").write_text("nothing")
    home = tmp_path / "server"
    home.mkdir()
    with running(home, tls=True) as server:
        server.client.create_bucket(Bucket="tls", CreateBucketConfiguration={"LocationConstraint": REGION})
        env = server.environment | {"TMPDIR": str(tmp_path / "tmp")}
        written = programs.run("s3_operations", "write", "d.csv", "s3a://tls/out", **env)
        assert written.code == 0, written.err
        assert "3 rows" in programs.run("s3_operations", "read", "s3a://tls/out", **env).out
        assert list((tmp_path / "tmp").glob("rowmill-trust-*")) == []
        untrusted = programs.run("s3_operations", "write", "d.csv", "s3a://tls/x", **(env | {"S3_CA_BUNDLE": None}))
        untrusted.refused("certificate", "S3_CA_BUNDLE")


def test_keys_of_a_profile_serve_spark_too(programs: Any, s3: Any, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text(CSV)
    (tmp_path / "credentials").write_text(
        f"[lab]\naws_access_key_id = {s3.server.access_key}\naws_secret_access_key = {s3.server.secret_key}\n"
    )
    env = {"ACCESS_KEY": None, "SECRET_KEY": None, "AWS_EC2_METADATA_DISABLED": "true"}
    profile = {"AWS_PROFILE": "lab", "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    written = programs.run("s3_operations", "write", "d.csv", s3.uri("out"), **env, **profile)
    assert written.code == 0, written.err
    assert s3.read("out").num_rows == 3
    programs.run("s3_operations", "write", "d.csv", s3.uri("x"), **env).refused("credentials", "ACCESS_KEY")
