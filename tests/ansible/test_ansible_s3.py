"""s3.yml with the real program, on local paths; in S3 it is tests/integration/test_s3_secrets.py that runs it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest
from playbook_runs import PROJECT, Playbooks


def run(playbooks: Playbooks, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["ansible-playbook", "s3.yml", *(word if word[0] == "-" else f"-e{word}" for word in words)]
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=playbooks.environment | environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=240,
    )


@pytest.fixture
def data(playbooks: Playbooks) -> Path:
    folder = playbooks.work / "data"
    folder.mkdir()
    (folder / "a.csv").write_text("id,text\n1,x\n2\n3,y\n")
    return folder


def test_copies_lists_and_removes_and_changes_nothing_twice(playbooks: Playbooks, data: Path) -> None:
    copy = ("op=copy", f"path={data}", f"to={playbooks.work / 'copy'}")
    looked = run(playbooks, *copy, "--check", "--diff")
    assert looked.returncode == 0, looked.stdout
    assert "+ would copy:" in looked.stdout
    assert "changed=1" in looked.stdout
    assert not (playbooks.work / "copy").exists()
    for changed in (1, 0):
        done = run(playbooks, *copy)
        assert done.returncode == 0, done.stdout
        assert f"changed={changed}" in done.stdout
    assert (playbooks.work / "copy" / "a.csv").read_text() == (data / "a.csv").read_text()
    listed = run(playbooks, "op=ls", f"path={playbooks.work / 'copy'}")
    assert str(playbooks.work / "copy" / "a.csv") in listed.stdout
    assert "changed=0" in listed.stdout
    refused = run(playbooks, "op=rm", f"path={playbooks.work / 'copy'}")
    assert refused.returncode != 0
    assert "recursive" in refused.stdout
    remove = ("op=rm", f"path={playbooks.work / 'copy'}", "recursive=true")
    assert "would remove" in run(playbooks, *remove, "--check").stdout
    assert (playbooks.work / "copy").exists()
    for changed in (1, 0):
        done = run(playbooks, *remove)
        assert done.returncode == 0, done.stdout
        assert f"changed={changed}" in done.stdout
    assert not (playbooks.work / "copy").exists()


def test_a_typo_fails_before_anything(playbooks: Playbooks, data: Path) -> None:
    done = run(playbooks, "op=rm", f"path={data}", "recursiv=true", "secret_key=hush")
    assert done.returncode != 0
    assert "did you mean recursive?" in done.stdout
    assert "from the environment only" in done.stdout
    assert (data / "a.csv").exists()


def test_the_program_gets_what_was_asked(playbooks: Playbooks, data: Path) -> None:
    program = playbooks.work / "program.py"
    record = playbooks.work / "record.json"
    program.write_text(
        "import json, os, sys\n"
        "names = ('S3_ENDPOINT', 'S3_REGION', 'S3_PATH_STYLE', 'S3_CA_BUNDLE', 'S3_PROXY')\n"
        "found = {name: os.environ.get(name) for name in names}\n"
        f"json.dump([sys.argv[1:], found], open({str(record)!r}, 'w'))\n"
        "print('unchanged: nothing to do')\n"
    )
    (playbooks.work / "ca.pem").write_text("")
    done = run(
        playbooks,
        *("op=write", f"path={data / 'a.csv'}", "to=s3a://bucket/out", f"s3_program={program}", "mode=ignore"),
        *("partition_by=a,b", "columns='id INT'", "header=false", "bad_lines=quarantine", "quarantine=s3://b/q"),
        *("s3_endpoint=http://127.0.0.1:9", "s3_path_style=true", f"s3_ca_bundle={playbooks.work / 'ca.pem'}"),
        S3A_JARS=str(playbooks.work),
        S3_REGION="eu-west-1",
    )
    assert done.returncode == 0, done.stdout
    assert "changed=0" in done.stdout
    arguments, environment = json.loads(record.read_text())
    assert arguments[:3] == ["write", str(data / "a.csv"), "s3a://bucket/out"]
    assert {"--mode=ignore", "--partition-by=a,b", "--no-header", "--quarantine=s3://b/q"} <= set(arguments)
    assert environment == {
        "S3_ENDPOINT": "http://127.0.0.1:9",
        "S3_REGION": "eu-west-1",
        "S3_PATH_STYLE": "true",
        "S3_CA_BUNDLE": str(playbooks.work / "ca.pem"),
        "S3_PROXY": os.environ.get("S3_PROXY"),
    }


@pytest.mark.integration
def test_writes_with_spark(playbooks: Playbooks, data: Path) -> None:
    (data / "packed").write_bytes(gzip.compress((data / "a.csv").read_bytes()))
    out, bad = playbooks.work / "out", playbooks.work / "bad"
    options = ("format=csv", "compression=gzip", "bad_lines=quarantine", f"quarantine={bad}", "mode=ignore")
    write = ("op=write", f"path={data / 'packed'}", f"to={out}", *options)
    done = run(playbooks, *write)
    assert done.returncode == 0, done.stdout
    assert "bad lines: 1 written to" in done.stdout
    assert "changed=1" in done.stdout
    assert "changed=0" in run(playbooks, *write).stdout
    read = run(playbooks, "op=read", f"path={out}", "limit=1")
    assert "2 rows, 2 columns" in read.stdout
    assert "changed=0" in read.stdout
