"""Rowmill as people run it: rowmill_job.py SCHEMA TABLE ROWS [OPTION ...]. `seconds` is the job's own report: without starting Spark."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import generate_data


def main() -> None:
    schema, table, rows, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        report = Path(folder, "report.json")
        sys.stdout, shown = sys.stderr, sys.stdout
        arguments = [
            "--schema",
            schema,
            "--table",
            table,
            "--rows",
            rows,
            "--output",
            f"{folder}/out",
            "--master",
            "local[2]",
        ]
        status = generate_data.main([*arguments, "--report", str(report), *options])
        assert status == 0
        made = next(iter(json.loads(report.read_text())["tables"].values()))
    print(json.dumps({name: made[name] for name in ("rows", "seconds", "bytes")}), file=shown)


if __name__ == "__main__":
    main()
