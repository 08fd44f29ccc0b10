"""Runs the groups of cases in turn and compares them: run.py [GROUP ...].

A case is a program that prints one JSON line. Cases of a group take turns, ROUNDS times; medians are compared.
Writes build/bench/results.json and the tables of docs/benchmarks.md; exits 1 if a bound is missed.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
BENCH = PROJECT / "tests" / "bench"
SCRATCH = PROJECT / "build" / "bench"
PAGE = PROJECT / "docs" / "benchmarks.md"
SCHEMAS = str(PROJECT / "schemas")
TPCH = str(PROJECT / "schemas" / "tpch")
SF1 = 6_001_215


@dataclass
class Case:
    """One thing that is measured. bound: the least ratio of rows/s of `than` to this case's (None: none)."""

    name: str
    command: list[str]
    results: list[dict[str, Any]] = field(default_factory=list)

    def run(self) -> None:
        started = time.monotonic()
        done = subprocess.run(
            self.command, cwd=SCRATCH, capture_output=True, text=True, timeout=900, env=_environment()
        )
        whole = time.monotonic() - started
        if done.returncode:
            raise SystemExit(f"{self.name} failed:\n{done.stderr[-2000:]}{done.stdout[-500:]}")
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        result = json.loads(lines[-1]) if lines else {}
        self.results.append({"seconds": whole, **result, "whole": whole})

    def median(self, name: str = "seconds") -> float:
        return statistics.median(result[name] for result in self.results)

    @property
    def rows(self) -> int:
        return int(self.results[0].get("rows", 0))

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.median()

    @property
    def spread(self) -> str:
        seconds = [result["seconds"] for result in self.results]
        return f"{min(seconds):.2f} .. {max(seconds):.2f}"


@dataclass(frozen=True)
class Bound:
    """ours is at least `least` times as fast (rows/s) as the best of `others`."""

    ours: str
    others: tuple[str, ...]
    least: float


def _environment() -> dict[str, str]:
    paths = [str(PROJECT / "jobs"), str(BENCH / "peers")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }


def _python(program: str, *arguments: object) -> list[str]:
    return [sys.executable, str(BENCH / program), *map(str, arguments)]


def _tpchgen() -> list[str]:
    program = str(Path(sys.executable).with_name("tpchgen-cli"))
    return [
        program,
        "parquet",
        "-s",
        "1",
        "--tables=lineitem",
        "--output-dir=tpchgen",
        "--overwrite",
        "--num-threads=2",
    ]


def orders() -> tuple[list[Case], list[Bound]]:
    cases = [
        Case("rowmill, the job", _python("rowmill_job.py", SCHEMAS, "orders", 10_000_000)),
        Case("rowmill, its tasks, 2 processes", _python("rowmill_tasks.py", SCHEMAS, "orders", 8_388_608, 2)),
        Case("dbldatagen", _python("peers/dbldatagen_orders.py", 1_000_000)),
        Case("Spark's expressions", _python("peers/spark_orders.py", 2_000_000)),
        Case("Spark writing cached rows", _python("peers/spark_orders.py", 2_000_000, "cached")),
        Case("DuckDB SQL", _python("peers/duckdb_orders.py", 4_000_000)),
        Case("Faker, a row at a time", _python("peers/faker_orders.py", 40_000)),
    ]
    return cases, [Bound(cases[0].name, ("dbldatagen",), 25.0)]


def _floors(schema: str, table: str, rows: int) -> tuple[list[Case], list[Bound]]:
    cases = [Case(f"rowmill: {table} made and written", _python("rowmill_tasks.py", schema, table, rows, 2))]
    writers = ("pyarrow", "pyarrow-zstd", "polars", "polars-snappy", "polars-zstd")
    cases += [Case(f"{w}: ready rows written", _python("peers/writers.py", w, schema, table, rows, 2)) for w in writers]
    return cases, [Bound(cases[0].name, tuple(case.name for case in cases[1:]), 1.0)]


def floors() -> tuple[list[Case], list[Bound]]:
    return _floors(SCHEMAS, "orders", 4_194_304)


def lineitem_floors() -> tuple[list[Case], list[Bound]]:
    return _floors(TPCH, "lineitem", 2_097_152)


def lineitem() -> tuple[list[Case], list[Bound]]:
    cases = [
        Case("rowmill, the job", _python("rowmill_job.py", TPCH, "lineitem", SF1)),
        Case("rowmill, its tasks, 2 processes", _python("rowmill_tasks.py", TPCH, "lineitem", SF1, 2)),
        Case("tpchgen-cli parquet", _tpchgen()),
    ]
    return cases, [Bound(cases[0].name, ("tpchgen-cli parquet",), 1 / 0.8)]


def shapes() -> tuple[list[Case], list[Bound]]:
    every = str(BENCH / "all_types.yaml")
    return [
        Case("web_events (nested)", _python("rowmill_tasks.py", SCHEMAS, "web_events", 1_048_576, 2)),
        Case("every type", _python("rowmill_tasks.py", every, "every_type", 1_048_576, 2)),
    ], []


def flat() -> tuple[list[Case], list[Bound]]:
    sizes = [1_000_000, 10_000_000, 100_000_000] if os.environ.get("FULL") == "1" else [1_000_000, 10_000_000]
    cases = [Case(f"orders, {n:,} rows, one core", _python("rowmill_tasks.py", SCHEMAS, "orders", n, 1)) for n in sizes]
    last = "orders, the last million of ten thousand millions, one core"
    cases.append(Case(last, _python("rowmill_tasks.py", SCHEMAS, "orders", 1_000_000, 1, 9_999_000_000)))
    return cases, []


def small() -> tuple[list[Case], list[Bound]]:
    playbook = [
        str(PROJECT / ".venv" / "bin" / "ansible-playbook"),
        str(PROJECT / "generate.yml"),
        "-e",
        "table=orders",
        "-e",
        "rows=10000",
    ]
    program = [
        sys.executable,
        str(PROJECT / "jobs" / "generate_data.py"),
        "--schema",
        SCHEMAS,
        "--table",
        "orders",
        "--rows",
        "10000",
    ]
    return [
        Case("generate_data.py, 10,000 rows", [*program, "--output", "small/program"]),
        Case(
            "generate.yml, 10,000 rows as files",
            [*playbook, "-e", f"output={SCRATCH}/small/files", "-e", "mode=append"],
        ),
    ], []


GROUPS: dict[str, tuple[str, Callable[[], tuple[list[Case], list[Bound]]]]] = {
    "orders": ("Ten columns of orders, Parquet, two cores", orders),
    "floors": ("Orders: making and writing them, against merely writing them", floors),
    "lineitem": ("TPC-H lineitem, scale factor 1, Parquet, two cores", lineitem),
    "lineitem-floors": ("Lineitem: making and writing it, against merely writing it", lineitem_floors),
    "shapes": ("Nested rows and every type, two cores", shapes),
    "flat": ("The same cost at any size and place", flat),
    "small": ("A small table, whole processes", small),
}


def measure(name: str, rounds: int) -> dict[str, Any]:
    title, make = GROUPS[name]
    cases, bounds = make()
    for turn in range(rounds):
        for case in cases:
            print(f"  {name}: round {turn + 1} of {rounds}: {case.name}", file=sys.stderr, flush=True)
            case.run()
    by_name = {case.name: case for case in cases}
    first = cases[0]
    lines = ["| case | rows | seconds (least .. most) | M rows/s | ours is faster by |", "|---|---:|---:|---:|---:|"]
    for case in cases:
        rate = f"{case.rate / 1e6:.2f}" if case.rows else ""
        ratio = "" if case is first or not (case.rows or name == "lineitem") else f"{_speed(first) / _speed(case):.1f}x"
        rows = f"{case.rows:,}" if case.rows else ""
        lines.append(f"| {case.name} | {rows} | {case.median():.2f} ({case.spread}) | {rate} | {ratio} |")
    missed = []
    for bound in bounds:
        best = min(bound.others, key=lambda other: 1 / _speed(by_name[other]))
        ratio = _speed(by_name[bound.ours]) / _speed(by_name[best])
        state = "kept" if ratio >= bound.least else "MISSED"
        lines += ["", f"Bound: `{bound.ours}` at least {bound.least:.2f}x `{best}`: {ratio:.2f}x, {state}."]
        missed += [bound.ours] if ratio < bound.least else []
    peaks = [r["peak_mib"] for case in cases for r in case.results if "peak_mib" in r]
    if peaks:
        lines += ["", f"Peak memory of a task's process: {min(peaks)} .. {max(peaks)} MiB."]
    return {"title": title, "text": "\n".join(lines), "missed": missed, "cases": {c.name: c.results for c in cases}}


def _speed(case: Case) -> float:
    rows = case.rows or SF1  # tpchgen-cli prints nothing: its rows are those of the scale factor
    return rows / case.median()


def main() -> int:
    names = sys.argv[1:] or list(GROUPS)
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        raise SystemExit(f"error: no such group: {', '.join(unknown)}; there are {', '.join(GROUPS)}")
    SCRATCH.mkdir(parents=True, exist_ok=True)
    results = {name: measure(name, int(os.environ.get("ROUNDS", "3"))) for name in names}
    (SCRATCH / "results.json").write_text(json.dumps(results, indent=1))
    page = PAGE.read_text()
    for name, result in results.items():
        print(f"\n{result['title']}\n\n{result['text']}")
        marked = f"<!-- {name} -->\n### {result['title']}\n{result['text']}\n<!-- end -->"
        page = re.sub(rf"<!-- {name} -->.*?<!-- end -->", lambda _, text=marked: text, page, flags=re.DOTALL)
    PAGE.write_text(page)
    missed = [f"{name}: {ours}" for name, result in results.items() for ours in result["missed"]]
    if missed:
        print(f"\nmissed: {'; '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
