"""Run the validating program on the controller and show its progress. Data that are not valid are no failure yet."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
import rowmill_log
from rowmill_process import PROJECT, in_project, in_start_directory, program_command, run, s3_environment
from spark_job import arguments, read_report

display = Display()


def beside_the_log(ending: str) -> str:
    """A file of this run, named as its log is. The error report has the log's name with .json: not this one."""
    log = os.environ.get(rowmill_log.LOG_VARIABLE)
    if log:
        return str(Path(log).with_suffix("")) + ending
    folder = PROJECT / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder / f"validate-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S.%f')[:-3]}Z{ending}")


class ActionModule(ActionBase):
    """Arguments: program, schemas, report, page, options (the program's options by name), s3; see role validate."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        args = self._task.args
        command = [
            *program_command(args["program"]),
            f"--schema={in_project(args['schemas'])}",
            *arguments(args["options"]),
            "--no-summary",  # the next task gives it
        ]
        environment = s3_environment(args.get("s3"))
        if self._task.check_mode:
            outcome = run([*command, "--dry-run"], lambda line: display.display(f"  {line}"), "job", environment)
            if outcome.rc or outcome.interrupted:
                return result | {"failed": True, "msg": outcome.message, "rc": outcome.rc}
            return result | {"changed": False, "report": {"tables": {}}, "report_file": "", "page": ""}
        report, page = (
            in_start_directory(args[name]) if args.get(name) else beside_the_log(ending)
            for name, ending in (("report", "-report.json"), ("page", ".html"))
        )
        before = _written(report)
        outcome = run(
            [*command, f"--report={report}", f"--page={page}"],
            lambda line: display.display(f"  {line}"),
            "job",
            environment,
        )
        # Without a report of this run there is no judgement: the job itself failed.
        if outcome.interrupted or outcome.rc not in (0, 1) or (outcome.rc == 1 and _written(report) == before):
            return result | {"failed": True, "msg": outcome.message, "rc": outcome.rc}
        try:
            found = read_report(report)
        except (OSError, ValueError) as error:
            return result | {"failed": True, "msg": f"the program ended well, but its report can't be read: {error}"}
        return result | {"changed": False, "report": found, "report_file": report, "page": page}


def _written(path: str) -> int:
    """When a file was written, in nanoseconds; 0 if there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
