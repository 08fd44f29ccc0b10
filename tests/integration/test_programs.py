"""The seed's API as it was promised, progress, and what --help says."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

DDL = """
CREATE TABLE orders (
    order_id BIGINT NOT NULL,
    customer_id BIGINT,
    total DECIMAL(12,2),
    created_at TIMESTAMP,
    PRIMARY KEY (order_id)
);
"""

SCRIPT = """
import json
from import_ddl import DDLProcessor, TableColumn, TableDefinition, YAMLLoader, SliceProcessor

DDLProcessor(dialect=None).process_ddl_file(input_path="schema.sql", output_path="schema.yaml")
import yaml
table = yaml.safe_load(open("schema.yaml"))["tables"][0]
fields = table["columns"]
assert [f["name"] for f in fields] == ["order_id", "customer_id", "total", "created_at"], fields
assert TableColumn and TableDefinition and YAMLLoader and SliceProcessor

from generate_data import DataGenerator, SparkConfig

generator = DataGenerator(SparkConfig(), "output")
generator.generate_data(fields, chunks=10, records_per_chunk=100)

from s3_operations import S3Config, SparkS3Manager

manager = SparkS3Manager(S3Config.from_env()); manager.initialize()
df = manager.read_csv("data.csv"); manager.write_parquet(df, "bucket/path", mode="append")
assert manager.read_parquet("bucket/path").count() == 2
assert manager.read_parquet("output").count() == 1000
manager.cleanup()

from generate_data_by_type import SparkSessionManager, DataGenerator, DataWriter, HiveManager

with SparkSessionManager() as spark:
    assert spark.conf.get("spark.sql.warehouse.dir").endswith("/warehouse")
    frames = DataGenerator(spark, batch_size=400)
    assert frames.generate_data(fields, 1000).count() == 1000
    batches = list(frames.generate_batches(fields, 1000))
    assert [b.count() for b in batches] == [400, 400, 200]
    made = sorted(tuple(r) for b in batches for r in b.collect())
    assert made == sorted(tuple(r) for r in spark.read.parquet("output").collect())
    assert DataWriter().write_batches(batches, "written") == 3
    hive = HiveManager(spark)
    hive.create_database("seed")
    assert hive.register_table(fields, "written", "orders", database="seed") == "seed.orders"
    assert hive.table_exists("orders", "seed")
    assert hive.query("select count(order_id) from seed.orders").first()[0] == 1000
    hive.drop_table("orders", "seed")
    assert not hive.table_exists("orders", "seed")
print("all of it works")
"""


def test_the_api_of_the_seed(programs: Any, tmp_path: Path) -> None:
    (tmp_path / "schema.sql").write_text(DDL)
    (tmp_path / "data.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=programs.env(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "all of it works" in done.stdout
    assert len(list((tmp_path / "output").glob("*.parquet"))) == 10


@pytest.mark.parametrize("program", ["generate_data", "generate_data_by_type", "import_ddl", "s3_operations"])
def test_help_is_complete(programs: Any, program: str) -> None:
    shown = programs.run(program, "--help")
    assert shown.code == 0
    texts = [shown.out]
    if program == "s3_operations":
        for name in ("read", "write", "copy", "ls", "rm", "clean"):
            texts.append(programs.run(program, name, "--help").out)
    help_text = "\n".join(texts)
    folder = programs.command(program)[1]
    source = Path(folder).read_text() + (Path(folder).parent / "rowmill" / "arguments.py").read_text() * (
        program.startswith("generate")
    )
    for option in set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', source)):
        assert re.search(rf"{option}\b.*(\n\s+)?\w", help_text), option
    assert "examples:" in help_text
    assert re.search("exit code.*0 ", help_text)
    refused = programs.run(program, "--no-such-option")
    assert refused.code == 2
    assert "Traceback" not in refused.err


def test_progress_shows_every_five_seconds(programs: Any, kit: Any, tmp_path: Path) -> None:
    process = programs.start(
        *("generate_data", "--schema", kit.schema, "--table", "bulk", "--output", "x", "--master", "local[1]"),
        *("--format", "json", "--rows", 1_200_000, "--no-check"),
    )
    times: list[float] = []
    lines: list[str] = []
    began = 0.0
    for line in process.stdout:
        began = began or time.monotonic()
        if line.startswith("progress: "):
            times.append(time.monotonic())
            lines.append(line.strip())
        if len(times) == 3:
            break
    process.terminate()
    process.communicate(timeout=60)
    assert len(lines) >= 2, lines
    assert all(later - earlier < 6 for earlier, later in pairwise(times))
    form = r"progress: bulk: [\d,]+ / 1,200,000 rows \(\d+%\), [\d,]+ rows/s, (\d+ s left|starting|done)"
    assert all(re.fullmatch(form, line) for line in lines), lines
    assert not kit.leftovers(tmp_path)
