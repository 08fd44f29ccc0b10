"""Runs programs in turn, each in a process and a folder of its own, and keeps what was measured.

A case's program writes Parquet below `out/` of the folder that it is started in, or where the case says. Its seconds
are those of report.json (Rowmill's job), or of the JSON line that it prints, or else of the whole process. Rows and
bytes are counted from the files.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

PROJECT = Path(__file__).resolve().parents[2]
BENCH = Path(__file__).resolve().parent
SCRATCH = PROJECT / "build" / "bench"
TIMEOUT = 600


@dataclass(frozen=True)
class Case:
    """One program that is measured.

    rows: what it must have written (None: files are not looked at)
    out:  the directory that its files are in, below its own folder or elsewhere; removed after each run
    """

    name: str
    command: tuple[str, ...]
    rows: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    out: Path = Path("out")


@dataclass(frozen=True)
class Limit:
    """A bound on `ratio`: how many times as many rows a second the first case of the group makes."""

    least: float | None = None
    most: float | None = None

    def holds(self, ratio: float) -> bool:
        return (self.least is None or ratio >= self.least) and (self.most is None or ratio <= self.most)

    def __str__(self) -> str:
        return f">= {self.least:g}x" if self.least is not None else f"<= {self.most:g}x"


@dataclass(frozen=True)
class Check:
    """A bound on anything else."""

    what: str
    value: str
    bound: str
    ok: bool


@dataclass
class Measured:
    """The runs of one case; each has seconds, whole (seconds of the process), rows, bytes and what the program said."""

    case: Case
    runs: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None

    def median(self, name: str = "seconds") -> float:
        return statistics.median(run[name] for run in self.runs)

    def values(self, name: str) -> list[float]:
        return [run[name] for run in self.runs if name in run]

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.median("rows") / self.median()

    def ratios(self, ours: Measured, unit: str = "seconds") -> list[float]:
        """Rows/s of ours by rows/s of this, round by round: what slows the machine down slows both.

        unit: `seconds`, or `cpu` for rows by second of CPU
        """
        pairs = [(a, b) for a, b in zip(ours.runs, self.runs, strict=False) if a["rows"] and b["rows"]]
        return [(a["rows"] / a[unit]) / (b["rows"] / b[unit]) for a, b in pairs if unit in a and unit in b]


@dataclass(frozen=True)
class Group:
    """Cases that take turns. The first is ours: the ratios say how many times as fast it is.

    limits:  of the ratios, by the names of the others
    prepare: programs that are run before the clock
    ours:    a second case of ours, which those after it are compared with
    rounds:  at most so many, where a round is long
    unit:    what is counted: rows, or something that the programs count themselves
    extra:   what else a case's program told, as columns of the table
    around:  what must run meanwhile; gives the environment that leads to it
    """

    name: str
    title: str
    cases: tuple[Case, ...]
    limits: dict[str, Limit] = field(default_factory=dict)
    checks: Callable[[dict[str, Measured]], list[Check]] | None = None
    prepare: tuple[tuple[str, ...], ...] = ()
    ours: str | None = None
    rounds: int = 99
    unit: str = "rows"
    extra: tuple[str, ...] = ()
    around: Callable[[], AbstractContextManager[dict[str, str]]] = lambda: nullcontext({})

    def reference(self, case: Case) -> Case:
        """The case of ours that this one is compared with."""
        names = [other.name for other in self.cases]
        if self.ours is not None and names.index(case.name) >= names.index(self.ours):
            return self.cases[names.index(self.ours)]
        return self.cases[0]


def measure(group: Group, rounds: int) -> dict[str, Measured]:
    """A B C, A B C, ...: each case once a round. A case that fails is named and left out from then on."""
    for command in group.prepare:
        print(f"  {group.name}: preparing", file=sys.stderr, flush=True)
        start(command, SCRATCH, {})
    rounds = min(rounds, group.rounds)
    measured = {case.name: Measured(case) for case in group.cases}
    with group.around() as environment:
        for turn in range(rounds):
            for item in measured.values():
                if item.failure is None:
                    try:
                        item.runs.append(_run(item.case, environment))
                        told = f"{item.runs[-1]['seconds']:.2f} s"
                    except (RuntimeError, OSError) as error:
                        item.failure, told = str(error), f"failed: {error}"
                    print(f"  {group.name} {turn + 1}/{rounds}: {item.case.name}: {told}", file=sys.stderr, flush=True)
    return measured


def _run(case: Case, around: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=SCRATCH, prefix="case-") as name:
        folder = Path(name)
        started, used = time.monotonic(), _cpu_of_children()
        printed = start(case.command, folder, around | case.environment)
        whole, used = time.monotonic() - started, _cpu_of_children() - used
        said = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        result: dict[str, Any] = said[-1] if said else {"seconds": whole, "cpu": used}
        result["whole"] = whole
        if (report := folder / "report.json").exists():
            (table,) = json.loads(report.read_text())["tables"].values()
            result = {"seconds": table["seconds"], "whole": whole}
        files = [path for path in (folder / case.out).glob("**/*.parquet") if not path.name.startswith(("_", "."))]
        result.setdefault("rows", 0)
        result["rows"] += sum(pq.ParquetFile(path).metadata.num_rows for path in files)
        result["bytes"] = sum(path.stat().st_size for path in files)
        shutil.rmtree(folder / case.out, ignore_errors=True)
        if case.rows is not None and result["rows"] != case.rows:
            raise RuntimeError(f"{result['rows']} rows are in its files, not {case.rows}")
        return result


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def start(command: Sequence[str], folder: Path, environment: dict[str, str]) -> str:
    """Runs a program to its end and gives what it printed. Raises RuntimeError if it fails or takes too long."""
    paths = os.pathsep.join([str(PROJECT / "jobs"), str(BENCH)])
    python = {"PYTHONPATH": paths, "PYSPARK_PYTHON": command[0], "PYSPARK_DRIVER_PYTHON": command[0]}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **python, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        printed, errors = process.communicate(timeout=TIMEOUT)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            raise RuntimeError(f"took longer than {TIMEOUT} s") from error
        raise
    if process.returncode:
        lines = [line.strip() for line in (printed + errors).splitlines() if line.strip()]
        raise RuntimeError(lines[-1][:300] if lines else f"exit code {process.returncode}")
    return printed
