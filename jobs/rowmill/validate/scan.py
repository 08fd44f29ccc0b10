"""One pass over a table's files in a pool of processes: every probe sees every row, memory holds a batch each."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from rowmill.errors import StorageError
from rowmill.schema.types import DataType
from rowmill.validate.probes import Batch, Probe
from rowmill.validate.source import Place, ReadFault, TypeFault, Unit, batches

_SMALL = 1_000_000  # fewer rows are counted before other processes would be up
_PROGRESS_SECONDS = 4.0


@dataclass(frozen=True)
class Job:
    """What every process gets: pickled once."""

    place: Place
    format: str
    types: dict[str, DataType]
    probes: tuple[Probe, ...]
    known: frozenset[str]  # all columns of the schema


@dataclass
class Findings:
    """What a pass found. `types` are columns whose values are not of their type, `files` those that can't be read."""

    probes: list[Probe]
    rows: int = 0
    types: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def scan(job: Job, units: Sequence[Unit], processes: int, progress: Progress) -> Findings:
    """Counts all units. Raises RowmillError if a process dies."""
    found = Findings(_fresh(job))
    known = sum(unit.rows or 0 for unit in units) if all(unit.rows is not None for unit in units) else None
    if processes < 2 or len(units) < 2 or (known is not None and known < _SMALL):
        for unit in units:
            _add(found, _count(job, unit, _fresh(job)), progress)
            if found.types:
                break
        return found
    with _pool(job, processes) as pool:
        waiting: set[Future[Any]] = set()
        rest = iter(units)
        while True:
            for unit in rest:  # no more at a time than are needed to keep the processes busy
                waiting.add(pool.submit(_work, unit))
                if len(waiting) >= 2 * processes:
                    break
            if not waiting or found.types:
                break
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                _add(found, future.result(), progress)
        for future in waiting:
            future.cancel()
    return found


def _fresh(job: Job) -> list[Probe]:
    copies: list[Probe] = pickle.loads(pickle.dumps(list(job.probes)))
    return copies


@dataclass
class _Outcome:
    probes: list[Probe]
    rows: int
    fault: ReadFault | TypeFault | None = None


def _count(job: Job, unit: Unit, probes: list[Probe]) -> _Outcome:
    rows = 0
    try:
        for batch in batches(job.place, unit, job.format, job.types, known=job.known):
            seen = Batch(batch, job.types, unit.file.path)
            for probe in probes:
                _update(probe, seen)
            rows += batch.num_rows
    except (ReadFault, TypeFault) as fault:
        return _Outcome(probes, rows, fault)
    return _Outcome(probes, rows)


def _update(probe: Probe, batch: Batch) -> None:
    """Raises TypeFault for values that can't even be counted, such as text that is no UTF-8."""
    try:
        probe.update(batch)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise TypeFault(probe.columns[0], f"values that can't be read: {reason}") from error


def _add(found: Findings, outcome: _Outcome, progress: Progress) -> None:
    found.rows += outcome.rows
    progress.add(outcome.rows)
    for mine, other in zip(found.probes, outcome.probes, strict=True):
        mine.merge(other)
    if isinstance(outcome.fault, TypeFault):
        found.types.setdefault(outcome.fault.column, outcome.fault.reason)
    elif isinstance(outcome.fault, ReadFault):
        found.files.setdefault(outcome.fault.path, outcome.fault.reason)


@contextmanager
def _pool(job: Job, processes: int) -> Iterator[ProcessPoolExecutor]:
    # Not forked: this process may have threads (Arrow's, DuckDB's, Spark's gateway).
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, _start, (pickle.dumps(job),))
    try:
        yield pool
        pool.shutdown()
    except BrokenProcessPool as error:
        raise StorageError(
            "a process that read the data was killed, perhaps for want of memory",
            where=job.place.shown,
            fix="give fewer processes",
        ) from error
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in list((pool._processes or {}).values()):
            process.terminate()
        raise


_job: Job | None = None


def _start(shipped: bytes) -> None:
    global _job
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process is told, and ends us
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    _job = pickle.loads(shipped)


def _work(unit: Unit) -> _Outcome:
    assert _job is not None
    return _count(_job, unit, _fresh(_job))


class Progress:
    """Says every few seconds how far a pass is."""

    def __init__(self, name: str, total: int | None, show: Callable[[str], None]) -> None:
        self._name, self._total, self._show = name, total, show
        self._rows = 0
        self._started = self._said = time.monotonic()

    def add(self, rows: int) -> None:
        self._rows += rows
        now = time.monotonic()
        if now - self._said < _PROGRESS_SECONDS:
            return
        self._said = now
        pace = self._rows / (now - self._started)
        of = ""
        if self._total:
            left = max(0.0, (self._total - self._rows) / pace) if pace else 0.0
            of = f" / {self._total:,} rows ({self._rows / self._total:.0%}), {pace:,.0f} rows/s, {left:.0f} s left"
        self._show(f"progress: {self._name}: {self._rows:,}{of or f' rows, {pace:,.0f} rows/s'}")
