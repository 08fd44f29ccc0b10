"""Run a generator program on the controller, show its progress while it works, and read its report."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
from rowmill_process import in_project, in_start_directory, program_command, run, s3_environment

display = Display()
PATHS = ("output", "parents", "temp", "warehouse", "metastore", "slices", "quarantine")


def arguments(options: Mapping[str, Any]) -> list[str]:
    """Options -> command line. What is not set is left out, so that the program's own default holds."""
    line: list[str] = []
    for name, value in options.items():
        if value is None or value == "" or value == []:
            continue
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            line.append(flag if value else flag.replace("--", "--no-", 1))
            continue
        if name in PATHS:
            value = in_start_directory(value)
        text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
        line.append(f"{flag}={text}")  # one word: a value that begins with a dash stays a value
    return line


def read_report(path: str) -> dict[str, Any]:
    """The program's report, or an empty one (a dry run need not write any)."""
    text = Path(path).read_text()
    return json.loads(text) if text.strip() else {"tables": {}, "changed": False}


class ActionModule(ActionBase):
    """Arguments: program, schemas, options (the program's options by name), s3; see the role generate."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        args = self._task.args
        handle, report_file = tempfile.mkstemp(prefix="rowmill-report-", suffix=".json")
        os.close(handle)
        try:
            command = [
                *program_command(args["program"]),
                f"--schema={in_project(args['schemas'])}",
                *arguments(args["options"]),
                f"--report={report_file}",
                "--no-summary",  # the next task gives it
            ]
            return result | self._job(command, report_file, s3_environment(args.get("s3")))
        finally:
            Path(report_file).unlink(missing_ok=True)

    def _job(self, command: list[str], report_file: str, environment: dict[str, str]) -> dict[str, Any]:
        planned: list[str] = []
        if self._task.check_mode:
            command.append("--dry-run")
            outcome = run(command, planned.append, "job", environment)
        else:
            outcome = run(command, lambda line: display.display(f"  {line}"), "job", environment)
        if outcome.rc or outcome.interrupted:
            return {"failed": True, "msg": outcome.message, "rc": outcome.rc}
        try:
            report = read_report(report_file)
        except (OSError, ValueError) as error:
            return {"failed": True, "msg": f"the program ended well, but its report can't be read: {error}"}
        changed = bool(report.get("changed", any(t.get("changed") for t in report["tables"].values())))
        answer: dict[str, Any] = {"changed": changed, "report": report}
        if changed and planned and self._task.diff:
            answer["diff"] = {"prepared": "".join(f"+ {line}\n" for line in planned)}
        else:
            for line in planned:
                display.display(f"  {line}")
        return answer
