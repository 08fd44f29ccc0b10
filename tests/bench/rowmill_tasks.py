"""Rowmill's tasks without Spark: rowmill_tasks.py SCHEMA TABLE ROWS PROCESSES [FIRST_ROW [FILES]].

Makes and writes the rows from FIRST_ROW on, which are the table's last; FILES: only the first so many of its files.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowmill.errors import RowmillError
from rowmill.generate import kernels
from rowmill.generate.table import TableGenerator, World
from rowmill.plan import PlannedFile, batch_rows, default_file_rows
from rowmill.schema.catalog import Catalog
from rowmill.sink.manifest import WrittenFile
from rowmill.sink.staging import LocalStaging
from rowmill.work import TaskInput, run_task

_work: TaskInput


def generator_of(schema: str, table: str, rows: int) -> TableGenerator:
    """A table of so many rows, built as the job builds it."""
    catalog = Catalog(schema)
    (found,) = catalog.select(table)
    generator = World(catalog.parent, 42, {found.qualified: rows}).table(found)
    generator.prepare()
    return generator


def planned(first: int, rows: int, processes: int) -> list[PlannedFile]:
    """The files that the job would cut these rows into; at least one for each process."""
    size = min(default_file_rows(rows), -(-rows // processes))
    return [PlannedFile(f"part-{at}.parquet", first + at, min(size, rows - at)) for at in range(0, rows, size)]


def _begin(work: TaskInput, ready: Any) -> None:
    """A worker loads the table, makes its first row, and waits for the others, as Spark's workers have before."""
    global _work
    _work = work
    kernels.load()
    work.generator.batch(work.generator.first_row, work.generator.first_row + 1)
    ready.wait()


def _task(files: tuple[PlannedFile, ...]) -> tuple[list[WrittenFile], float, int]:
    """The files, seconds of CPU, and the most memory that this process ever held, in MiB."""
    before = time.process_time()
    written = run_task(_work, files, "0")
    if isinstance(written, RowmillError):
        raise written
    return written, time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@dataclass(frozen=True)
class Made:
    """What the tasks wrote and took: seconds from the first's start to the last's end, of CPU, and a process's MiB."""

    written: list[WrittenFile]
    seconds: float
    cpu: float
    peak_mib: int


def in_processes(work: TaskInput, groups: Sequence[tuple[PlannedFile, ...]], processes: int) -> Made:
    """Runs a task for each group of files, in new processes, which are warm before the clock starts."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes + 1)
    with ProcessPoolExecutor(processes, context, _begin, (work, ready)) as pool:
        for _ in range(processes):
            pool.submit(int)  # a process is started for each
        ready.wait()
        started = time.monotonic()
        done = list(pool.map(_task, groups))
        seconds = time.monotonic() - started
    written = [file for files, _, _ in done for file in files]
    return Made(written, seconds, sum(cpu for _, cpu, _ in done), max(peak for _, _, peak in done))


def main() -> None:
    schema, table, rows, processes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    first = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    generator = generator_of(schema, table, first + rows)
    files = planned(first, rows, processes)[: int(sys.argv[6]) if len(sys.argv) > 6 else None]
    Path("out").mkdir()
    work = TaskInput(generator, "parquet", (), LocalStaging("out"), None, batch_rows(generator))
    made = in_processes(work, [(file,) for file in files], processes)
    print(json.dumps({"seconds": made.seconds, "cpu": made.cpu, "peak_mib": made.peak_mib}))


if __name__ == "__main__":
    main()
