"""Keep a log of each run under logs/, every line with an ISO-8601 time, and an error report beside it."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible import context
from ansible.plugins.callback import CallbackBase

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "module_utils"))
import rowmill_log
from rowmill_process import PROJECT

DOCUMENTATION = """
name: run_log
type: notification
short_description: a log with times for each run, and an error report when it fails
description:
  - Writes logs/<playbook>-<timestamp>.log, and .json beside it when something failed.
options:
  log_dir:
    description: The directory of the logs. A relative one is looked for in the project.
    default: logs
    type: str
    env: [{name: ROWMILL_LOG_DIR}]
    ini: [{section: callback_run_log, key: log_dir}]
"""


class CallbackModule(CallbackBase):
    """Writes what the display shows, and more, to the log; says at the end where it is."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "run_log"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._errors: list[dict[str, Any]] = []

    def v2_playbook_on_start(self, playbook: Any) -> None:
        name = Path(playbook._file_name).stem
        folder = PROJECT / self.get_option("log_dir")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
            path = folder / f"{name}-{stamp}Z.log"
            path.touch()
        except OSError as error:
            os.environ.pop(rowmill_log.LOG_VARIABLE, None)
            self._display.warning(f"no log is kept: {error}")
            return
        os.environ[rowmill_log.LOG_VARIABLE] = str(path)
        modes = [mode for mode in ("check", "diff") if context.CLIARGS.get(mode)]
        rowmill_log.write(f"playbook {name}" + (f" ({', '.join(modes)})" if modes else ""))

    def v2_playbook_on_play_start(self, play: Any) -> None:
        rowmill_log.write(f"play: {play.get_name()}")

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        rowmill_log.write(f"task: {task.get_name()}")

    def v2_playbook_on_handler_task_start(self, task: Any) -> None:
        rowmill_log.write(f"handler: {task.get_name()}")

    def v2_runner_on_ok(self, result: Any) -> None:
        state = "changed" if result.result.get("changed") else "ok"
        rowmill_log.write(f"{state}: [{result.host.get_name()}]")

    def v2_runner_item_on_ok(self, result: Any) -> None:
        if not _is_hidden(result.result):
            rowmill_log.write(f"item: [{result.host.get_name()}] {self._get_item_label(result.result)}")

    def v2_runner_on_skipped(self, result: Any) -> None:
        rowmill_log.write(f"skipped: [{result.host.get_name()}]")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._failed(result, "failed", ignore_errors)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        if not _is_hidden(result.result):
            rowmill_log.write(f"item failed: [{result.host.get_name()}] {result.result.get('msg', '')}")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._failed(result, "unreachable", bool(result.task.ignore_unreachable))

    def _failed(self, result: Any, state: str, ignored: bool) -> None:
        data = result.result
        message = "hidden, because the task has no_log" if _is_hidden(data) else str(data.get("msg", "no message"))
        host = result.host.get_name()
        rowmill_log.write(f"{message}" + (" (ignored)" if ignored else ""), f"{state}: [{host}]")
        if not _is_hidden(data):
            for stream in ("stdout", "stderr"):
                if data.get(stream):
                    rowmill_log.write(str(data[stream]), stream)
        if ignored:
            return
        log = os.environ.get(rowmill_log.LOG_VARIABLE, "the output")
        hint = "check that the host is up and that ssh to it works" if state == "unreachable" else f"read {log}"
        if not _is_hidden(data) and data.get("fix"):
            hint = str(data["fix"])
        self._errors.append({"host": host, "task": result.task.get_name(), "message": message, "try": hint})

    def v2_playbook_on_stats(self, stats: Any) -> None:
        for host in sorted(stats.processed):
            counts = stats.summarize(host)
            rowmill_log.write(f"recap: [{host}] " + " ".join(f"{name}={count}" for name, count in counts.items()))
        path = os.environ.get(rowmill_log.LOG_VARIABLE)
        if not path:
            return
        self._display.display(f"log: {_short(path)}")
        if self._errors:
            report = rowmill_log.write_report(self._errors)
            if report:
                self._display.display(f"error report: {_short(report)}")


def _short(path: str) -> str:
    """The path as seen from here, if it is below."""
    short = os.path.relpath(path)
    return path if short.startswith("..") else short


def _is_hidden(data: Any) -> bool:
    return bool(data.get("_ansible_no_log")) or "censored" in data
