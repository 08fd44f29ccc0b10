"""Say what a validation found, and where its page is. Fails if a table is not valid."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
import rowmill_log
from job_summary import human_bytes, plural

display = Display()
SHOWN = 10  # failures of a table; all are in the page


def table_lines(name: str, table: Mapping[str, Any]) -> list[str]:
    """The summary of one table."""
    verdict = "valid" if table["valid"] else "NOT VALID"
    counts = f"{plural(table['passed'], 'check')} passed, {table['failed']} failed, {table['not_judged']} not judged"
    lines = [
        f"{name}: {verdict}: {counts}",
        f"  read: {plural(table['rows'], 'row')}, {plural(table['files'], 'file')}, {human_bytes(table['bytes'])},"
        f" {table['seconds']:.1f} s",
        f"  where: {table['output']}",
    ]
    if table.get("fingerprint"):
        lines.append(f"  fingerprint: {table['fingerprint']}")
    failed = [check for check in table["checks"] if check["status"] == "fail"]
    lines += [f"  failed: {check['name']}: {check.get('detail') or check.get('observed')}" for check in failed[:SHOWN]]
    if len(failed) > SHOWN:
        lines.append(f"  and {len(failed) - SHOWN} more")
    return lines


def short(path: str) -> str:
    """The path as seen from here, if it is below."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


class ActionModule(ActionBase):
    """Arguments: report (as the program wrote it), report_file, page; see the role validate."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        tables = self._task.args["report"].get("tables", {})
        lines = [line for name, table in tables.items() for line in table_lines(name, table)]
        page = self._task.args.get("page")
        if tables and page:
            lines.append(f"page: {short(page)} (report: {short(self._task.args['report_file'])})")
        for line in lines:
            display.display("  " + line)
            rowmill_log.write(line, "summary")
        bad = [name for name, table in tables.items() if not table["valid"]]
        if bad:
            failed = sum(tables[name]["failed"] for name in bad)
            message = f"not valid: {', '.join(bad)} ({plural(failed, 'check')} failed); see {short(page)}"
            return result | {"failed": True, "msg": message, "fix": f"open {short(page)}"}
        return result | {"changed": False}
