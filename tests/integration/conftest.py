"""Programs as their users start them, and one Spark session of the test process, which most tests share."""

from __future__ import annotations

import json
import os
import secrets
import shutil
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
from fault_proxy import Faults, proxy
from s3_server import REGION, S3Server, running

from rowmill.generate import fingerprint
from rowmill.s3 import hadoop
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
    """A session with Hive, its warehouse and metastore in a folder of its own, which can reach S3 if it is asked to."""
    subprocess.run([sys.executable, PROJECT / "roles" / "s3a" / "files" / "fetch_jars.py"], check=True)
    config = SparkConfig(master="local[2]", warehouse=str(spark_home / "warehouse"), conf=hadoop.class_path())
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


class Space:
    """A bucket of one test, seen by the tests' own eyes: boto3 and pyarrow alone, straight at the server."""

    def __init__(self, server: S3Server, bucket: str) -> None:
        self.server = server
        self.bucket = bucket
        self.client = server.client

    def uri(self, path: str = "") -> str:
        return f"s3a://{self.bucket}/{path}".rstrip("/")

    def keys(self, prefix: str = "") -> list[str]:
        """The keys below a prefix, sorted."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", []))

    def pending(self, prefix: str = "") -> list[str]:
        """The keys of uploads that were neither completed nor aborted, sorted."""
        pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=prefix)
        return sorted(found["Key"] for page in pages for found in page.get("Uploads", []))

    def content(self, key: str) -> bytes:
        content: bytes = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def data_keys(self, prefix: str) -> list[str]:
        """The keys that a reader of the table at a prefix looks at; none that ends with a slash."""
        start = f"{prefix.rstrip('/')}/"
        return [
            key for key in self.keys(start) if not any(p[:1] in ("", "_", ".") for p in key[len(start) :].split("/"))
        ]

    def read(self, prefix: str) -> Any:
        """All rows of a table's Parquet files."""
        import pyarrow as pa

        keys = [key for key in self.data_keys(prefix) if key.endswith(".parquet")]
        assert keys, f"no Parquet file below {prefix}: {self.keys(prefix)}"
        return pa.concat_tables([pq.ParquetFile(pa.BufferReader(self.content(key))).read() for key in keys])

    def manifest(self, prefix: str) -> dict[str, Any]:
        """What a reader of the manifest at a place sees."""
        document: dict[str, Any] = json.loads(self.content(f"{prefix}/_manifest.json"))
        return document

    def settled(self, prefix: str) -> None:
        """Nothing but data and the manifest stand there, and the manifest names just the data."""
        assert not self.pending()
        data = self.data_keys(prefix)
        assert self.keys(f"{prefix}/") == sorted([*data, f"{prefix}/_manifest.json"])
        files = self.manifest(prefix)["files"]
        assert sorted(f"{prefix}/{file['path']}" for file in files) == data
        assert not any("pending" in file for file in files)

    def recomputed(self, prefix: str, table: str = "bulk") -> str:
        """The fingerprint of a table from its objects alone."""
        (found,) = Catalog(str(SCHEMA)).select(table)
        columns = {column.name: column.type for column in found.definition.columns}
        return fingerprint.to_hex(fingerprint.fingerprint(columns, self.read(prefix)))


# What could lead a program to another store than the test's.
_FOREIGN = ("AWS_", "S3_", "ACCESS_KEY", "SECRET_KEY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """The S3 server that most tests share. One that stops or starves it takes s3_server.running() itself."""
    with running(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Space]:
    """A fresh bucket, and an environment that leads there, for this process and those that it starts."""
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN):
            monkeypatch.delenv(name)
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    space = Space(s3_server, f"test-{secrets.token_hex(6)}")
    space.client.create_bucket(Bucket=space.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    yield space
    shutil.rmtree(s3_server.data / space.bucket, ignore_errors=True)


@pytest.fixture
def s3_faults(s3: Space, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """A proxy before the server; the environment leads to it, `s3` itself goes on straight."""
    with proxy(s3.server.endpoint) as faults:
        monkeypatch.setenv("S3_ENDPOINT", faults.endpoint)
        yield faults
