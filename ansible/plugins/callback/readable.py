"""The default output, except that a failure is its message, once, and not a dump of the whole result."""

from __future__ import annotations

import sys
from typing import Any

from ansible import constants as C
from ansible.plugins.callback.default import CallbackModule as DefaultCallback

DOCUMENTATION = """
name: readable
type: stdout
short_description: the default output with readable failures
description:
  - Prints of a failure the host and the message alone. With -v the default output is used.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as stdout in configuration
"""


class CallbackModule(DefaultCallback):
    """Stdout callback; see DOCUMENTATION."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "readable"

    def __init__(self) -> None:
        super().__init__()
        # A pipe (tee, CI) is buffered in blocks by default: progress would come minutes late.
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure:
            reconfigure(line_buffering=True)

    def _handle_exception(self, result: Any, use_stderr: bool = False) -> None:
        # A censored result still carries its exception, whose message is what no_log should hide.
        if "censored" in result or result.get("_ansible_no_log"):
            result.pop("exception", None)
            return
        super()._handle_exception(result, use_stderr)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        data = result.result
        if self._display.verbosity or result.task.loop or "msg" not in data:
            super().v2_runner_on_failed(result, ignore_errors)
            return
        if self._last_task_banner != result.task._uuid:
            self._print_task_banner(result.task)
        self._handle_warnings(data)
        lines = [f"fatal: [{self.host_label(result)}]: {data['msg']}"]
        lines += [f"{stream}: {data[stream]}" for stream in ("stdout", "stderr") if data.get(stream)]
        self._display.display("\n".join(lines), color=C.COLOR_ERROR, stderr=self.get_option("display_failed_stderr"))
        if ignore_errors:
            self._display.display("...ignoring", color=C.COLOR_SKIP)
