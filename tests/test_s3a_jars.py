"""roles/s3a/files/fetch_jars.py: what it does to a directory. The role's own test fetches by the real Maven."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pyspark
import pytest

FILES = Path(__file__).resolve().parents[1] / "roles" / "s3a" / "files"
NAMES = ["a-1.jar", "hadoop-aws-1.jar", "z-1.jar"]


@dataclass(frozen=True)
class Fetcher:
    """A copy of the program with a list of three jars, and a Maven that copies them from a directory."""

    home: Path
    jars: Path
    published: Path

    def run(self, *options: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
        script = self.home / "roles" / "s3a" / "files" / "fetch_jars.py"
        environment = {"PATH": path if path is not None else f"{self.home / 'bin'}:/usr/bin:/bin"}
        command = [sys.executable, str(script), *options, str(self.jars)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def said(self, *options: str) -> str:
        done = self.run(*options)
        assert done.returncode == 0, done.stderr
        return done.stdout.split(":")[0]

    def failed(self, *texts: str, path: str | None = None) -> None:
        done = self.run(path=path)
        assert done.returncode == 1
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
        for text in texts:
            assert text in done.stderr

    def maven(self, text: str) -> None:
        program = self.home / "bin" / "mvn"
        program.write_text(f"#!/bin/bash\n{text}\n")
        program.chmod(0o755)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.jars.iterdir() if path.name != ".lock")


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    made = Fetcher(tmp_path, tmp_path / "jars", tmp_path / "published")
    files = tmp_path / "roles" / "s3a" / "files"
    for directory in (files, made.published, tmp_path / "bin"):
        directory.mkdir(parents=True)
    shutil.copy(FILES / "fetch_jars.py", files)
    lines = []
    for name in NAMES:
        (made.published / name).write_text(name)
        lines.append(f"{hashlib.sha256(name.encode()).hexdigest()}  {name}\n")
    (files / "jars.sha256").write_text("".join(lines))
    made.maven(f'for word; do case $word in -DoutputDirectory=*) cp -r {made.published} "${{word#*=}}";; esac; done')
    return made


def test_the_second_run_changes_nothing(fetcher: Fetcher) -> None:
    assert fetcher.said("--check") == "would fetch"
    assert not fetcher.jars.exists()
    assert fetcher.said() == "fetched"
    assert fetcher.names() == NAMES
    fetcher.maven("exit 1")
    assert fetcher.said() == "ok"
    assert fetcher.said("--check") == "ok"


def test_a_jar_that_is_not_right_comes_back(fetcher: Fetcher) -> None:
    fetcher.said()
    (fetcher.jars / "z-1.jar").write_text("cut o")
    (fetcher.jars / "a-1.jar").unlink()
    assert fetcher.said("--check") == "would fetch"
    assert (fetcher.jars / "z-1.jar").read_text() == "cut o"
    assert "fetched: 2 jars" in fetcher.run().stdout
    assert [(fetcher.jars / name).read_text() for name in NAMES] == NAMES


def test_a_foreign_jar_is_refused(fetcher: Fetcher) -> None:
    fetcher.said()
    (fetcher.jars / "hadoop-aws-0.jar").write_text("old")
    fetcher.failed("hadoop-aws-0.jar", "remove")
    assert fetcher.names() == sorted([*NAMES, "hadoop-aws-0.jar"])


def test_nothing_is_put_in_place_that_is_not_as_expected(fetcher: Fetcher) -> None:
    (fetcher.published / "a-1.jar").write_text("another")
    fetcher.failed("a-1.jar", "~/.m2/repository")
    assert fetcher.names() == [".fetched"]
    (fetcher.published / "a-1.jar").write_text("a-1.jar")
    assert fetcher.said() == "fetched"
    assert fetcher.names() == NAMES


def test_what_maven_complains_of_is_told_in_a_line(fetcher: Fetcher) -> None:
    fetcher.maven('echo "[ERROR] Could not transfer x:y:1"; echo "[ERROR] -> [Help 1]"; exit 1')
    fetcher.failed("Could not transfer x:y:1", "settings.xml")


def test_without_maven_it_says_what_to_do(fetcher: Fetcher) -> None:
    fetcher.failed("Maven is needed", "S3A_JARS", path="/nonexistent")  # no apt-get there, either


def test_the_versions_are_those_of_pyspark() -> None:
    pom = (FILES / "pom.xml").read_text()
    listed = [line.split()[1] for line in (FILES / "jars.sha256").read_text().splitlines()]
    version = {name: re.search(rf"<{name}\.version>(.*?)</", pom)[1] for name in ("hadoop", "spark", "awssdk")}
    jars = Path(pyspark.__file__).parent / "jars"
    (client,) = jars.glob("hadoop-client-api-*.jar")
    assert client.name == f"hadoop-client-api-{version['hadoop']}.jar"
    assert list(jars.glob("scala-library-2.13.*.jar"))
    assert f"hadoop-aws-{version['hadoop']}.jar" in listed
    assert f"spark-hadoop-cloud_2.13-{version['spark']}.jar" in listed
    assert f"s3-{version['awssdk']}.jar" in listed
    assert f"s3-transfer-manager-{version['awssdk']}.jar" in listed


def test_no_jar_is_one_that_spark_has_too() -> None:
    def artifact(name: str) -> str:
        return re.sub(r"-\d.*", "", name)

    spark = {artifact(name) for name in os.listdir(Path(pyspark.__file__).parent / "jars")}
    listed = {artifact(line.split()[1]) for line in (FILES / "jars.sha256").read_text().splitlines()}
    assert listed & spark == set()
