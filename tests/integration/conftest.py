"""Programs as their users start them, and one Spark session of the test process, which most tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import generate_data
import generate_data_by_type
import pyarrow.parquet as pq
import pytest

from rowmill.generate import fingerprint
from rowmill.schema.catalog import Catalog
from rowmill.spark import SparkConfig, session

PROJECT = Path(__file__).resolve().parents[2]
_SQL_SETTINGS = ("spark.ui.enabled=false", "spark.driver.host=127.0.0.1", "spark.sql.session.timeZone=UTC")
SCHEMA = Path(__file__).with_name("schemas") / "shop.yaml"


@dataclass(frozen=True)
class Outcome:
    """How a program ended."""

    code: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("error: ")]

    def refused(self, *texts: str, code: int = 1) -> None:
        """Failed as it should: by its code, one line on stderr that says all of `texts`, and no traceback."""
        shown = f"exit {self.code}\n{self.out}\n{self.err}"
        assert self.code == code, shown
        assert len(self.errors) == 1, shown
        assert "Traceback" not in self.out + self.err, shown
        assert "internal error" not in self.err, shown
        for text in texts:
            assert text.lower() in self.errors[0].lower(), shown


@dataclass(frozen=True)
class Programs:
    """Runs the programs of jobs/ in a folder of the test."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, program: str, *arguments: object) -> list[str]:
        return [sys.executable, str(PROJECT / "jobs" / f"{program}.py"), *map(str, arguments)]

    def env(self, **changes: str | None) -> dict[str, str]:
        """The environment of a program; None takes a variable away."""
        merged = {**os.environ, "PYTHONPATH": str(PROJECT / "jobs"), **changes}
        return {name: value for name, value in merged.items() if value is not None}

    def run(self, program: str, *arguments: object, **changes: str | None) -> Outcome:
        done = subprocess.run(
            self.command(program, *arguments),
            cwd=self.folder,
            env=self.env(**changes),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def generate(self, table: str, *arguments: object, **changes: str | None) -> Outcome:
        return self.run("generate_data", "--schema", SCHEMA, "--table", table, *arguments, **changes)

    def by_type(self, table: str, *arguments: object, **changes: str | None) -> Outcome:
        return self.run("generate_data_by_type", "--schema", SCHEMA, "--table", table, *arguments, **changes)

    def start(self, program: str, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(program, *arguments),
            cwd=self.folder,
            env=self.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def sql(self, query: str) -> list[str]:
        """The rows of a fresh spark-sql process in the folder, as lines."""
        done = subprocess.run(
            ["spark-sql", "-S", *(f"--conf={name}" for name in _SQL_SETTINGS), "-e", query],
            cwd=self.folder,
            env=self.env(PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.splitlines()


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path)


@pytest.fixture(scope="session")
def spark_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def spark(spark_home: Path) -> Iterator[Any]:
    """A session with Hive, its warehouse and metastore in a folder of its own."""
    config = SparkConfig(master="local[2]", warehouse=str(spark_home / "warehouse"))
    started = session(config, hive=True)
    yield started
    started.stop()


class Here:
    """The programs in this process, on the shared session: their reports without the six seconds of a start."""

    def __init__(self, spark: Any, home: Path, folder: Path) -> None:
        self.spark = spark
        self._home = home
        self._folder = folder

    def generate(self, table: str, output: Path | str, *arguments: object, schema: Path = SCHEMA) -> dict[str, Any]:
        """The report's table, or tables if several were asked for."""
        report = self._folder / "report.json"
        options = ["--schema", schema, "--table", table, "--output", output, "--report", report, *arguments]
        assert generate_data.main([str(option) for option in options]) == 0
        return self._report(report)

    def by_type(self, table: str, *arguments: object, schema: Path = SCHEMA) -> dict[str, Any]:
        report = self._folder / "report.json"
        options = ["--schema", schema, "--table", table, "--warehouse", self._home / "warehouse"]
        assert generate_data_by_type.main([str(o) for o in [*options, "--report", report, *arguments]]) == 0
        return self._report(report)

    @staticmethod
    def _report(path: Path) -> dict[str, Any]:
        tables: dict[str, Any] = json.loads(path.read_text())["tables"]
        return next(iter(tables.values())) if len(tables) == 1 else tables


@pytest.fixture
def here(spark: Any, spark_home: Path, tmp_path: Path) -> Here:
    return Here(spark, spark_home, tmp_path)


def data_files(directory: Path) -> list[Path]:
    """The files that a reader looks at."""
    found = [path for path in directory.rglob("*") if path.is_file()]
    return sorted(p for p in found if not any(part[0] in "_." for part in p.relative_to(directory).parts))


def leftovers(folder: Path) -> list[str]:
    """Staging directories and half-written files, which no finished run leaves."""
    return [str(p) for p in folder.rglob("*") if ".staging-" in p.name or p.name.startswith("_part-")]


def read_files(directory: Path) -> Any:
    """All rows of a table's Parquet files, by pyarrow alone."""
    import pyarrow as pa

    return pa.concat_tables([pq.ParquetFile(path).read() for path in data_files(directory)])


def recomputed(directory: Path, table: str, schema: Path = SCHEMA) -> str:
    """The fingerprint of a table from its files alone."""
    (found,) = Catalog(str(schema)).select(table)
    columns = {column.name: column.type for column in found.definition.columns}
    parts = [fingerprint.fingerprint(columns, pq.ParquetFile(path).read()) for path in data_files(directory)]
    return fingerprint.to_hex(fingerprint.add(*parts))


class Kit:
    """Helpers that need no session."""

    schema = SCHEMA
    project = PROJECT
    data_files = staticmethod(data_files)
    leftovers = staticmethod(leftovers)
    read = staticmethod(read_files)
    recomputed = staticmethod(recomputed)


@pytest.fixture
def kit() -> Kit:
    return Kit()
