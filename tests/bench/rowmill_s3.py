"""What Rowmill's ways to S3 take, without Spark: rowmill_s3.py task ROWS | commit OBJECTS.

task:   uploads one large file, and says what memory that added to its process
commit: uploads tiny files, and times the commit alone
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path

import s3_place
from measure import PROJECT
from rowmill_tasks import generator_of, in_processes

from rowmill.generate import kernels
from rowmill.plan import Layout, TablePlan, batch_rows, plan_table, tasks
from rowmill.s3.config import S3Config
from rowmill.s3.uri import parse_uri
from rowmill.sink.manifest import Manifest
from rowmill.sink.s3.table import S3Table
from rowmill.work import TaskInput, run_task

MIB = 1 << 20
TINY_ROWS = 10


def main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    table = S3Table(parse_uri(f"s3a://{s3_place.BUCKET}/{what}-{os.getpid()}"), "error", S3Config.from_env())
    print(json.dumps({"task": _task, "commit": _commit}[what](table, count)))


def _plan(rows: int, file_rows: int) -> TablePlan:
    return plan_table(generator_of(str(PROJECT / "schemas" / "tpch"), "lineitem", rows), Layout(file_rows=file_rows))


def _staged(table: S3Table, plan: TablePlan) -> TaskInput:
    table.inspect(_show)
    table.check_access()
    staging = table.stage(os.urandom(6).hex(), plan.digest)
    options = plan.layout.options
    return TaskInput(plan.generator, "parquet", (), staging, None, batch_rows(plan.generator), options, recorded=True)


def _task(table: S3Table, rows: int) -> dict[str, float]:
    plan = _plan(rows, rows)
    kernels.load()
    plan.generator.batch(0, 1)
    base = _memory("VmRSS")
    work = _staged(table, plan)
    started = time.monotonic()
    written = run_task(work, plan.files, "0")
    seconds, peak = time.monotonic() - started, _memory("VmHWM")
    table.abort()
    if not isinstance(written, list):
        raise written
    group = min(rows, work.options.row_group_rows or rows) / rows * written[0].bytes / MIB
    return {"seconds": seconds, "more MiB": peak - base, "row group MiB": group, "peak MiB": peak}


def _memory(name: str) -> float:
    """MiB of this process: VmRSS now, VmHWM at the most."""
    found = re.search(rf"{name}:\s*(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _commit(table: S3Table, objects: int) -> dict[str, float]:
    plan = _plan(objects * TINY_ROWS, TINY_ROWS)
    try:
        made = in_processes(_staged(table, plan), tasks(plan), 2)
        manifest = Manifest(
            table=plan.generator.qualified,
            format="parquet",
            columns={},
            partition_by=(),
            runs=((plan.digest, plan.rows),),
            files=tuple(made.written),
            fingerprint="",
        )
        started = time.monotonic()
        table.commit(manifest, _show)
        seconds = time.monotonic() - started
    finally:
        table.abort()
    there = S3Table(table.place, "append", S3Config.from_env())
    there.inspect(_show)  # raises if a file of the manifest is not there as it says
    assert there.manifest is not None
    assert len(there.manifest.files) == objects
    return {"seconds": seconds, "objects": objects}


def _show(_: str) -> None:
    pass


if __name__ == "__main__":
    main()
