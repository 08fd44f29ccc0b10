"""Say what a job made: rows, files, size, time, where, fingerprint, and how to query it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
import rowmill_log

display = Display()


def human_bytes(size: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def table_lines(name: str, table: Mapping[str, Any], check_mode: bool) -> list[str]:
    state = "made" if table.get("changed") else "already as asked"
    if check_mode:
        state = "would be made" if table.get("changed") else "is already as asked"
    lines = [f"{name}: {state}"]
    counts = []
    in_s3 = str(table.get("output", "")).startswith("s3a://")
    if table.get("rows") is not None:
        counts.append(plural(int(table["rows"]), "row"))
    if table.get("files") is not None:
        counts.append(plural(int(table["files"]), "object" if in_s3 else "file"))
    if table.get("bytes") is not None:
        counts.append(human_bytes(float(table["bytes"])))
    if table.get("seconds") is not None:
        speed = table.get("rows_per_second")
        sent = f", {table['bytes_per_second'] / 1e6:,.1f} MB/s" if table.get("bytes_per_second") else ""
        counts.append(f"{float(table['seconds']):.1f} s" + (f" ({float(speed):,.0f} rows/s{sent})" if speed else ""))
    if table.get("retries"):
        counts.append(f"{table['retries']:,} retries")
    if counts:
        lines.append("  size: " + ", ".join(counts))
    labels = (("where", "output"), ("hive table", "hive_table"), ("fingerprint", "fingerprint"))
    lines += [f"  {label}: {table[key]}" for label, key in labels if table.get(key)]
    if table.get("hive_table") and not check_mode:
        query_name = str(table["hive_table"]).removeprefix("default.")
        lines.append(f'  query it: make sql Q="select count(*) from {query_name}"')
    return lines


class ActionModule(ActionBase):
    """Argument: report, as the program wrote it."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        for name, table in self._task.args["report"].get("tables", {}).items():
            for line in table_lines(name, table, self._task.check_mode):
                display.display("  " + line)
                rowmill_log.write(line, "summary")
        return result | {"changed": False}
