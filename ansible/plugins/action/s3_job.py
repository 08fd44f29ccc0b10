"""Run one operation of jobs/s3_operations.py on the controller, and tell whether it changed anything."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
import rowmill_input
from rowmill_process import in_start_directory, program_command, run, s3_environment
from spark_job import arguments

display = Display()
CHANGED_MARKS = ("written:", "copied:", "removed:", "cleaned:", "would ")
LOOKING = ("read", "ls")
# What makes a second run a run that changes nothing.
ALWAYS = {"copy": ["--skip-same"], "rm": ["--missing-ok"]}


def command(args: Mapping[str, Any], check_mode: bool) -> list[str]:
    """The program's command line."""
    operation, options = args["op"], args["options"]
    taken = {name: options[name] for name in options if name in rowmill_input.OPERATIONS[operation]}
    flags = {name: taken.pop(name, None) for name in ("header", "infer", "overwrite", "recursive")}
    line = [*program_command(args["program"]), operation, in_start_directory(args["path"])]
    if args.get("to"):
        slash = "/" if args["to"].endswith("/") else ""  # the copy goes into the directory of this name
        line.append(in_start_directory(args["to"]).rstrip("/") + slash)
    line += arguments(taken)
    line += [f"--no-{name}" for name in ("header", "infer") if flags[name] is False]
    line += [f"--{name}" for name in ("overwrite", "recursive") if flags[name]]
    line += ALWAYS.get(operation, [])
    return [*line, "--dry-run"] if check_mode and operation not in LOOKING else line


class ActionModule(ActionBase):
    """Arguments: program, op, path, to, options (the program's options by name), s3; see the role s3."""

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        args = self._task.args
        hidden = self._task.check_mode and self._task.diff  # then the lines are the diff
        outcome = run(
            command(args, self._task.check_mode),
            lambda line: None if hidden else display.display(f"  {line}"),
            "s3",
            s3_environment(args.get("s3")),
        )
        if outcome.rc or outcome.interrupted:
            return result | {"failed": True, "msg": outcome.message, "rc": outcome.rc}
        changed = args["op"] not in LOOKING and any(line.startswith(CHANGED_MARKS) for line in outcome.lines)
        answer: dict[str, Any] = {"changed": changed, "lines": outcome.lines}
        if hidden and changed:
            answer["diff"] = {"prepared": "".join(f"+ {line}\n" for line in outcome.lines)}
        elif hidden:
            for line in outcome.lines:
                display.display(f"  {line}")
        return result | answer
