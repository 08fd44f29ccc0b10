"""jobs/generate_data.py with a clock around its parts: small_program.py OPTION ..."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _process_seconds() -> float:
    """Seconds since this process began."""
    began = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return float(Path("/proc/uptime").read_text().split()[0]) - began / os.sysconf("SC_CLK_TCK")


phases = {"Python's start": _process_seconds()}
started = time.monotonic()

import sys  # noqa: E402

import generate_data  # noqa: E402

from rowmill import job  # noqa: E402

phases["imports"] = time.monotonic() - started
PARTS = {"prepare": "schema and plan", "run_plan": "making and writing", "_check": "check"}


def _clocked(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        before = time.monotonic()
        try:
            return function(*arguments, **named)
        finally:
            phases[name] = time.monotonic() - before

    return call


for attribute, name in PARTS.items():
    if hasattr(job, attribute):
        setattr(job, attribute, _clocked(name, getattr(job, attribute)))
status = generate_data.main(sys.argv[1:])
total = _process_seconds()
phases["the rest"] = total - sum(phases.values())
print(json.dumps({"seconds": total, "phases": phases}))
sys.exit(status)
