"""What a task holds at its peak: as much for ten times the rows, and little whatever the rows and files are like."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rowmill.spark import JOBS

pytestmark = pytest.mark.integration

# VmHWM is of this program alone; ru_maxrss would hold the memory of the process that started it too.
TASKS = """
import re, sys, tempfile
from rowmill import job
from rowmill.generate.table import World
from rowmill.plan import Layout, batch_rows, plan_table, tasks
from rowmill.sample import rows_for_bytes
from rowmill.sink.formats import WriterOptions
from rowmill.sink.staging import LocalStaging
from rowmill.work import TaskInput, run_task
catalog, tables = job.select_tables(sys.argv[1], "t")
generator = World(catalog.parent, 42, {tables[0].qualified: int(sys.argv[2])}).table(tables[0])
layout = Layout(**eval(sys.argv[3]))
if len(sys.argv) > 4:
    layout = Layout(file_rows=rows_for_bytes(generator, layout, int(sys.argv[4])))
plan = plan_table(generator, layout)
with tempfile.TemporaryDirectory(dir=sys.argv[1] + ".out") as out:
    rows, options = batch_rows(generator), plan.layout.options
    work = TaskInput(generator, "parquet", layout.partition_by, LocalStaging(out), None, rows, options)
    for group in tasks(plan):
        written = run_task(work, group, "0")
        assert isinstance(written, list), written
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""
FLAT = """
tables:
  - name: t
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: grp, type: int, nulls: 0.1, generator: {uniform: {min: 1, max: 50}}}
      - {name: price, type: "decimal(8,2)", generator: {uniform: {min: 1, max: 99}}}
      - {name: note, type: varchar(60), generator: {words: {min: 2, max: 7}}}
    primary_key: [id]
"""
WIDE = """
tables:
  - name: t
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: note, type: string, generator: {words: {chars: {min: 15000, max: 20000}}}}
    primary_key: [id]
"""
MIB = 1 << 20


def peak(tmp_path: Path, schema: str, rows: int, layout: str = "{}", *more: str) -> int:
    """Bytes that a process held at most which made these rows, task after task."""
    path = tmp_path / "t.yaml"
    path.write_text(schema)
    Path(f"{path}.out").mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", TASKS, str(path), str(rows), layout, *more],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(JOBS)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) * 1024


def test_ten_times_the_rows_take_no_more(tmp_path: Path) -> None:
    once, often = (peak(tmp_path, FLAT, rows, "{'file_rows': 500_000}") for rows in (500_000, 5_000_000))
    assert often < 1.15 * once
    assert often < 512 * MIB


@pytest.mark.parametrize(
    ("layout", "more"),
    [("{}", ()), ("{'file_rows': 50}", ()), ("{'file_rows': 4000}", ()), ("{}", (str(64 * MIB),))],
    ids=["one file", "tiny files", "small files", "files of a size"],
)
def test_wide_rows_take_little(tmp_path: Path, layout: str, more: tuple[str, ...]) -> None:
    assert peak(tmp_path, WIDE, 20_000, layout, *more) < 512 * MIB


@pytest.mark.parametrize(
    "layout", ["'partition_by': ('grp',)", "'options': WriterOptions(sort_by=(('price', False),))"]
)
def test_files_whose_rows_are_held_stay_small(tmp_path: Path, layout: str) -> None:
    assert peak(tmp_path, FLAT, 8_000_000, f"{{{layout}}}") < 512 * MIB
