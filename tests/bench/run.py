"""Measures Rowmill beside its peers: `make bench`. Exit code 1 if a bound is missed.

CASES=orders,lineitem: these groups only; QUICK=1: a tenth of the rows, one round, the page is left alone; FULL=1: 1e8
rows, too; ROUNDS=5: more turns. Writes build/bench/results.json and the tables of docs/benchmarks.md.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.metadata import version

import tables
from cases import groups
from measure import PROJECT, SCRATCH, measure

PAGE = PROJECT / "docs" / "benchmarks.md"


def main() -> int:
    quick = os.environ.get("QUICK") == "1"
    rounds = int(os.environ.get("ROUNDS") or (1 if quick else 3))
    known = groups(10 if quick else 1, full=os.environ.get("FULL") == "1")
    names = (os.environ.get("CASES") or ",".join(known)).split(",")
    if unknown := [name for name in names if name not in known]:
        print(f"error: CASES: no such group: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    SCRATCH.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, too
    kept = SCRATCH / ("quick.json" if quick else "results.json")
    results: dict[str, object] = json.loads(kept.read_text()) if kept.exists() else {}
    missed = []
    for name in names:
        group, load, started = known[name], os.getloadavg()[0], time.monotonic()
        measured = measure(group, rounds)
        checks = group.checks(measured) if group.checks and all(m.runs for m in measured.values()) else []
        print(f"\n{tables.plain(group, measured, checks)}\n", flush=True)
        missed += [f"{name}: {what}" for what in tables.missed(group, measured, checks)]
        results[name] = {
            "title": group.title,
            "about": _about(),
            "load_before": round(load, 2),
            "took": round(time.monotonic() - started, 1),
            "cases": {m.case.name: {"runs": m.runs, "failure": m.failure} for m in measured.values()},
            "checks": [vars(check) for check in checks],
        }
        kept.write_text(json.dumps(results, indent=1))
        if not quick:
            what = (
                f"{_about()} Other work on the machine when it began: a load of {load:.1f} on {os.cpu_count()} cores."
            )
            tables.write(PAGE, name, f"{tables.markdown(group, measured, checks)}\n\n{what}")
    shutil.rmtree(SCRATCH / "ready", ignore_errors=True)
    print("\n".join(["bounds missed:", *(f"  {what}" for what in missed)]) if missed else "all bounds are kept")
    return 1 if missed else 0


def _about() -> str:
    """When, of what, and the peers' versions."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    peers = ("pyspark", "pyarrow", "polars", "duckdb", "dbldatagen", "tpchgen-cli", "faker")
    peers += ("sqlglot", "simple-ddl-parser", "ddlparse")
    return (
        f"{dt.date.today()}, commit {commit.stdout.strip()}; {', '.join(f'{name} {version(name)}' for name in peers)}."
    )


if __name__ == "__main__":
    sys.exit(main())
