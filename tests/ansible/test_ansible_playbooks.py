"""The playbooks as a person meets them: output, exit codes, logs, interruption, check mode."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playbook_runs import PROJECT, Playbooks

pytestmark = pytest.mark.integration

ISO_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 ")


def argv(playbooks: Playbooks) -> list[str]:
    return list(json.loads((playbooks.work / "record.json").read_text())["argv"])


def fatal_lines(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("fatal: ")]


def test_first_run_changes_second_does_not(playbooks: Playbooks) -> None:
    first = playbooks.generate("table=orders", "rows=1000")
    assert first.returncode == 0, first.stdout
    assert "changed=1 " in first.stdout
    for text in ("1,000 rows, 1 file", "fingerprint: 0123456789abcdef", 'make sql Q="select count(*) from orders"'):
        assert text in first.stdout
    second = playbooks.generate("table=orders", "rows=1000")
    assert "changed=0 " in second.stdout


def test_program_gets_what_was_asked(playbooks: Playbooks, tmp_path: Path) -> None:
    given = {
        "table": ["a", "b"],
        "chunks": 2,
        "records_per_chunk": 5,
        "hive": False,
        "output": "some where",
        "seed": -1,
    }
    file = tmp_path / "given.yml"
    file.write_text(json.dumps(given))
    done = playbooks.generate(f"@{file}", '{"partition_by": ["x", "y"]}', FAKE_SECONDS="0", FAKE_ERROR="stop here")
    assert done.returncode == 2
    words = argv(playbooks)
    for word in (
        f"--schema={playbooks.schemas}", "--table=a,b", "--chunks=2", "--records-per-chunk=5", "--no-hive", "--seed=-1",
        f"--output={PROJECT / 'some where'}", "--partition-by=x,y", "--mode=overwrite", "--format=parquet",
    ):  # fmt: skip
        assert word in words
    assert not any(word.startswith(("--rows", "--file-rows", "--slices", "--target")) for word in words)
    record = json.loads((playbooks.work / "record.json").read_text())
    assert record["cwd"] == str(PROJECT)
    (python,) = set(record["env"].values())
    assert Path(python).parent == Path(sys.executable).parent


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("tabel=orders", "unknown variable tabel=orders: did you mean table?"),
        ("rows=-5", "rows=-5: must be a whole number, 0 or more"),
    ],
)
def test_bad_input_fails_before_anything_is_started(playbooks: Playbooks, variable: str, message: str) -> None:
    (playbooks.schemas / "new.sql").write_text("create table t (a int);")
    done = playbooks.generate(*{"table=orders", variable} if variable != "tabel=orders" else {variable})
    assert done.returncode != 0
    assert fatal_lines(done.stdout) == [f"fatal: [localhost]: {message}"]
    assert not (playbooks.work / "record.json").exists()
    assert not (playbooks.schemas / "new.yaml").exists()


def test_error_of_the_program_is_one_line(playbooks: Playbooks) -> None:
    done = playbooks.generate("table=ordrs", FAKE_ERROR="no table ordrs; did you mean orders?")
    assert done.returncode != 0
    assert fatal_lines(done.stdout) == ["fatal: [localhost]: no table ordrs; did you mean orders?"]
    assert done.stdout.count("no table ordrs") == 1
    assert "noise" not in done.stdout
    assert "more noise" in playbooks.log()
    (report,) = playbooks.logs.glob("*.json")
    (error,) = json.loads(report.read_text())["errors"]
    assert error["host"] == "localhost"
    assert error["task"] == "generate : Generate the data"
    assert error["message"] == "no table ordrs; did you mean orders?"
    assert error["try"]


def test_every_log_line_has_a_time_and_no_secret(playbooks: Playbooks) -> None:
    done = playbooks.generate(
        "table=orders", FAKE_ERROR="refused: key very-secret-key\nsecond line", SECRET_KEY="very-secret-key"
    )
    assert done.returncode != 0
    lines = playbooks.log().splitlines()
    assert len(lines) > 10
    assert [line for line in lines if not ISO_TIME.match(line)] == []
    assert "very-secret-key" not in playbooks.log()
    assert "very-secret-key" not in done.stdout


def test_progress_is_seen_while_it_works_and_interrupt_reaches_the_program(playbooks: Playbooks) -> None:
    cleaned = playbooks.work / "cleaned"
    environment = playbooks.environment | {"FAKE_CLEANED": str(cleaned), "FAKE_SECONDS": "20"}
    command = playbooks.command("generate.yml", "-e", "table=orders")
    start = time.monotonic()
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        assert any("1/3 of the rows" in line for line in run.stdout)
        run.send_signal(signal.SIGINT)
        run.stdout.read()
    assert run.returncode != 0
    assert time.monotonic() - start < 20
    assert cleaned.exists()
    assert "interrupted by SIGINT" in playbooks.log()
    (report,) = playbooks.logs.glob("*.json")
    assert "interrupted" in report.read_text()


def test_termination_reaches_the_program(playbooks: Playbooks) -> None:
    cleaned = playbooks.work / "cleaned"
    environment = playbooks.environment | {"FAKE_CLEANED": str(cleaned), "FAKE_SECONDS": "20"}
    command = playbooks.command("generate.yml", "-e", "table=orders")
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdout is not None
        assert any("1/3 of the rows" in line for line in run.stdout)
        run.terminate()
    assert run.returncode != 0
    # Ansible itself is gone at once; its worker stays until the program has cleaned up.
    deadline = time.monotonic() + 10
    while not cleaned.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert cleaned.exists()


def test_check_mode_plans_and_makes_nothing(playbooks: Playbooks) -> None:
    (playbooks.schemas / "new.sql").write_text("create table t (a int);")
    done = playbooks.run("generate.yml", "-e", "table=orders", "-e", "rows=9", "--check", "--diff")
    assert done.returncode == 0, done.stdout
    assert "--dry-run" in argv(playbooks)
    assert "+ orders: would write 9 rows" in done.stdout
    assert "would convert: " in done.stdout
    assert not (playbooks.schemas / "new.yaml").exists()
    assert sorted(path.name for path in playbooks.work.iterdir()) == ["logs", "record.json", "schemas"]


def test_stale_ddl_is_converted_once(playbooks: Playbooks) -> None:
    (playbooks.schemas / "new.sql").write_text("create table t (a int);")
    first = playbooks.generate("table=orders")
    assert "converted: " in first.stdout
    assert (playbooks.schemas / "new.yaml").exists()
    assert "converted: " not in playbooks.generate("table=orders").stdout


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"JAVA_HOME": "/nowhere"}, "JAVA_HOME=/nowhere: there is no bin/java in it"),
        ({"SPARK_HOME": "/nowhere"}, "SPARK_HOME=/nowhere: there is no bin/spark-submit in it"),
    ],
)
def test_java_and_spark_are_checked(playbooks: Playbooks, environment: dict[str, str], message: str) -> None:
    done = playbooks.generate("table=orders", **environment)
    assert done.returncode != 0
    (line,) = fatal_lines(done.stdout)
    assert message in line
    assert not (playbooks.work / "record.json").exists()


def test_old_java_is_refused(playbooks: Playbooks) -> None:
    java = playbooks.work / "jdk" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    java.chmod(0o755)
    done = playbooks.generate("table=orders", JAVA_HOME=str(java.parents[1]))
    (line,) = fatal_lines(done.stdout)
    assert "is Java 8, which is too old: install Java 17 or newer" in line


@pytest.mark.parametrize("playbook", ["generate.yml", "convert.yml"])
def test_only_localhost_is_touched(playbooks: Playbooks, playbook: str) -> None:
    done = playbooks.run(playbook, "--list-hosts")
    hosts = re.findall(r"^ {6}(\S+)$", done.stdout, re.MULTILINE)
    assert hosts == ["localhost"]


def test_inventory_names_the_fourteen() -> None:
    command = [str(Path(sys.executable).with_name("ansible-inventory")), "--list"]
    inventory = json.loads(
        subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, env=dict(os.environ)).stdout
    )
    variables = inventory["_meta"]["hostvars"]
    wanted = {f"spark-0{n}": f"192.168.1.{9 + n}" for n in range(1, 8)} | {
        f"app-0{n}": f"192.168.1.{16 + n}" for n in range(1, 8)
    }
    assert {
        name: variables[name]["ansible_host"] for name in inventory["spark"]["hosts"] + inventory["app"]["hosts"]
    } == wanted
    assert inventory["embedded"]["hosts"] == ["localhost"]
    assert variables["localhost"]["ansible_connection"] == "local"
    assert {variables[name]["ansible_user"] for name in wanted} == {"root"}


def test_no_log_is_respected(playbooks: Playbooks) -> None:
    play = playbooks.work / "secret.yml"
    task = {
        "name": "Fail in secret",
        "ansible.builtin.fail": {"msg": "hunter2 {{ item }}"},
        "loop": ["tiger3"],
        "no_log": True,
    }
    play.write_text(json.dumps([{"hosts": "embedded", "gather_facts": False, "tasks": [task]}]))
    done = playbooks.run(str(play))
    assert done.returncode != 0
    (report,) = playbooks.logs.glob("*.json")
    for text in (done.stdout, playbooks.log(), report.read_text()):
        assert "hunter2" not in text
        assert "tiger3" not in text


def test_the_log_directory_may_be_unwritable(playbooks: Playbooks) -> None:
    (playbooks.work / "file").touch()
    done = playbooks.generate("table=orders", ROWMILL_LOG_DIR=str(playbooks.work / "file" / "logs"))
    assert done.returncode == 0
    assert "no log is kept" in done.stdout
