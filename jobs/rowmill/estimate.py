"""What a run will take, from a few of its rows made and encoded in memory; and whether that is there."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from rowmill.errors import ResourceError
from rowmill.generate.fingerprint import fingerprint
from rowmill.plan import PlannedFile, TablePlan, batch_rows, row_bytes, tasks
from rowmill.sink.formats import ROW_GROUP_ROWS, WRITERS
from rowmill.text import size
from rowmill.work import TINY_ROWS, split

_QUICK_ROWS, _MOST_ROWS = 4096, 65_536  # rows of a sample
_MARGIN = 0.1  # of the bytes: how much an estimate may be wrong
_FILE_SECONDS, _TASKS_SECONDS = 0.001, 1.0
# Measured: a process that makes rows, before it makes any; Spark's JVM with what runs a plan.
_PROCESS_BYTES, _SPARK_BYTES = 230 << 20, 700 << 20


@dataclass(frozen=True)
class Estimate:
    """What a table will take. `bytes` of its files, `seconds` without starting Spark, `memory` in bytes at the peak."""

    rows: int
    files: int
    bytes: int
    seconds: float
    memory: int


@dataclass(frozen=True)
class Space:
    """What a file system has left. `inodes` is None where it counts none."""

    bytes: int
    inodes: int | None
    block: int
    device: int


@dataclass(frozen=True)
class Demand:
    """A table's share of a run's space, in bytes.

    freed: what the old table gives back when the new one is whole
    dead:  what runs that died have left, which is removed first
    disk:  a directory of the file system that takes it; None: its space is not known
    """

    where: str
    disk: Path | None
    estimate: Estimate
    freed: int = 0
    dead: int = 0


@dataclass(frozen=True)
class _Sample:
    rows: int
    bytes: int
    seconds: float
    partitions: int


def estimate(plan: TablePlan, processes: int, quick: bool) -> Estimate:
    """What this plan will take. Raises GeneratorError for rows that can't be made.

    processes: that make rows at the same time; quick: it is made in this process, without Spark
    """
    filled = [file for file in plan.files if file.rows]
    if not filled:
        files = len(plan.files)
        return Estimate(0, files, files * _encoded(plan, None), files * _FILE_SECONDS, _PROCESS_BYTES)
    batch = batch_rows(plan.generator)
    mean = -(-plan.rows // len(filled))
    rows = max(1, min(mean, batch, _QUICK_ROWS if quick else _MOST_ROWS))
    middle = filled[len(filled) // 2]
    samples = [_sample(plan, file, rows) for file in ([middle] if quick else [filled[0], middle, filled[-1]])]
    seen = sum(sample.rows for sample in samples)
    fixed = _encoded(plan, None)
    each = max(0.0, sum(sample.bytes - fixed for sample in samples) / seen)
    # The first sample also fills what later ones find ready; many tiny files share the making of their rows.
    pace = min(sample.seconds / sample.rows for sample in samples)
    if mean <= TINY_ROWS:
        shared = _sample(plan, PlannedFile("", middle.first_row, plan.rows), _QUICK_ROWS)
        pace = min(pace, shared.seconds / shared.rows)
    files = len(plan.files) * max(sample.partitions for sample in samples)
    together = 1 if quick else max(1, min(processes, len(tasks(plan))))
    seconds = (plan.rows * pace + files * _FILE_SECONDS) / together + (0 if quick else _TASKS_SECONDS)
    in_memory = row_bytes(plan.generator)
    held = in_memory * (3 * mean if plan.layout.holds_files else 4 * min(batch, mean))
    group = each * min(mean, plan.layout.options.row_group_rows or ROW_GROUP_ROWS)
    memory = int(together * (_PROCESS_BYTES + held + 2 * group)) + (0 if quick else _SPARK_BYTES)
    return Estimate(plan.rows, files, int(files * fixed + plan.rows * each), seconds, memory)


def _sample(plan: TablePlan, file: PlannedFile, rows: int) -> _Sample:
    started = time.perf_counter()
    first, count = file.first_row, min(file.rows, rows, plan.generator.rows - file.first_row)
    batch = plan.generator.batch(first, first + count)
    fingerprint({column.name: column.type for column in plan.generator.definition.columns}, batch)
    names = plan.layout.partition_by
    partitions = sum(1 for _ in split(batch, names)) if names else 1
    taken = _encoded(plan, batch)
    return _Sample(count, taken, time.perf_counter() - started, partitions)


def _encoded(plan: TablePlan, batch: pa.RecordBatch | None) -> int:
    """Bytes of a file with these rows; None: with none."""
    schema = plan.generator.arrow_schema
    kept = [name for name in schema.names if name not in plan.layout.partition_by]
    schema = pa.schema([schema.field(name) for name in kept])
    file = _Counter()
    writer = WRITERS[plan.layout.format](file, schema, plan.layout.options)
    if batch is not None:
        writer.write(batch.select(kept))
    writer.close()
    return file.bytes


class _Counter(io.RawIOBase):
    """A file that only counts the bytes that are written to it."""

    bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        count = len(memoryview(data).cast("B"))
        self.bytes += count
        return count


def parallelism(master: str | None) -> int:
    """How many tasks run at a time under a Spark master; of a fleet's, what this machine would run."""
    match = re.fullmatch(r"local\[(\d+)[^\]]*\]", master or "")
    return int(match[1]) if match else 1 if master == "local" else len(os.sched_getaffinity(0))


def space(directory: Path) -> Space:
    """What the file system of a directory, there or not yet, has left."""
    while not directory.exists():
        directory = directory.parent
    found = os.statvfs(directory)
    return Space(
        found.f_bavail * found.f_frsize,
        found.f_favail if found.f_files else None,
        found.f_frsize,
        directory.stat().st_dev,
    )


def free_memory() -> int | None:
    """Bytes that processes can still take, by the system and by the control group; None if it is not known."""
    limits = []
    try:
        limits.append(int(re.findall(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())[0]) << 10)
        group = Path("/sys/fs/cgroup")
        limits.append(int((group / "memory.max").read_text()) - int((group / "memory.current").read_text()))
    except (OSError, ValueError, IndexError):
        pass  # no Linux, or no limit of a group
    return min(limits, default=None)


def refuse_what_cannot_fit(demands: Sequence[Demand]) -> None:
    """Raises ResourceError if tables made one after another don't fit their disks, or one of them the memory."""
    used: dict[int, int] = {}
    inodes: dict[int, int] = {}
    memory = free_memory()
    for demand in demands:
        wanted = demand.estimate
        if demand.disk is not None:
            _refuse_full_disk(demand, demand.disk, used, inodes)
        if memory is not None and wanted.memory > memory:
            raise ResourceError(
                f"it does not fit the memory: about {size(wanted.memory)} are needed, {size(memory)} are free",
                where=demand.where,
                fix="give a master with fewer tasks, such as local[1], or fewer rows a file; force tries all the same",
            )


def _refuse_full_disk(demand: Demand, disk: Path, used: dict[int, int], inodes: dict[int, int]) -> None:
    """used, inodes: of each device, by the demands before; this one's are added."""
    found, wanted = space(disk), demand.estimate
    # A file takes whole blocks; the old table stays until the new one is whole.
    need = int(wanted.bytes * (1 + _MARGIN)) + wanted.files * found.block
    before = used.get(found.device, 0) - demand.dead
    if before + need > found.bytes:
        raise ResourceError(
            f"it does not fit the disk: about {size(before + need)} are needed"
            f"{' beside the old table' if demand.freed else ''}, {size(found.bytes)} are free",
            where=demand.where,
            fix="free some space, ask for fewer rows, or name another output; force tries all the same",
        )
    used[found.device] = before + need - demand.freed
    inodes[found.device] = inodes.get(found.device, 0) + 2 * wanted.files  # each may have a folder of its own
    if found.inodes is not None and inodes[found.device] > found.inodes:
        raise ResourceError(
            f"so many files don't fit the disk: it has inodes for {found.inodes:,}",
            where=demand.where,
            value=wanted.files,
            fix="ask for more rows a file; force tries all the same",
        )


def line(name: str, demand: Demand) -> str:
    """`estimate: orders: 1,000,000 rows, 21.1 MiB in 4 files, about 2 s, 1.1 GiB of memory; 72.9 GiB free`"""
    wanted = demand.estimate
    free = f"; {size(space(demand.disk).bytes)} free" if demand.disk else ""
    return (
        f"estimate: {name}: {wanted.rows:,} rows, {size(wanted.bytes)} in {wanted.files:,}"
        f" {'file' if wanted.files == 1 else 'files'}, about {max(1, round(wanted.seconds)):,} s,"
        f" {size(wanted.memory)} of memory{free}"
    )
