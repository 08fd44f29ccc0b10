"""Rowmill's tasks alone, without Spark: rowmill_tasks.py SCHEMA TABLE ROWS PROCESSES [FIRST_ROW]. Generates and writes Parquet."""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from rowmill.errors import RowmillError
from rowmill.generate.table import TableGenerator, World
from rowmill.plan import Layout, PlannedFile, batch_rows, default_file_rows
from rowmill.schema.catalog import Catalog
from rowmill.work import TaskInput, run_task

_work: TaskInput


def _begin(work: TaskInput) -> None:
    global _work
    _work = work
    work.generator.batch(work.generator.first_row, work.generator.first_row + 1)


def _task(file: PlannedFile) -> tuple[int, int, int]:
    written = run_task(_work, (file,), "0")
    if isinstance(written, RowmillError):
        raise written
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return sum(w.rows for w in written), sum(w.bytes for w in written), peak


def generator_of(schema: str, table: str, rows: int) -> TableGenerator:
    catalog = Catalog(schema)
    found = catalog.select(table)[0]
    generator = World(catalog.parent, 42, {found.qualified: rows}).table(found)
    generator.prepare()
    return generator


def main() -> None:
    schema, table, rows, processes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    generator = generator_of(schema, table, first + rows)
    size = min(default_file_rows(rows), -(-rows // processes))
    files = [PlannedFile(f"part-{at}.parquet", first + at, min(size, rows - at)) for at in range(0, rows, size)]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        work = TaskInput(generator, Layout().format, (), folder, None, batch_rows(generator))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, context, _begin, (work,)) as pool:
            list(pool.map(_wait, range(processes)))  # both have started and loaded the table
            started = time.monotonic()
            done: list[Any] = list(pool.map(_task, files))
            seconds = time.monotonic() - started
    print(
        json.dumps(
            {
                "rows": sum(d[0] for d in done),
                "seconds": seconds,
                "bytes": sum(d[1] for d in done),
                "peak_mib": max(d[2] for d in done),
            }
        )
    )


def _wait(_: int) -> None:
    time.sleep(0.5)


if __name__ == "__main__":
    main()
