"""The run's log: where it is, how a line in it looks, and the error report that stands beside it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOG_VARIABLE = "ROWMILL_RUN_LOG"  # set by the callback; workers are forks, so they find it in their environment
SECRET_VARIABLES = (
    "ACCESS_KEY",
    "SECRET_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def redact(text: str) -> str:
    """The text without the values of the secrets in the environment."""
    for name in SECRET_VARIABLES:
        value = os.environ.get(name, "")
        if len(value) > 3:
            text = text.replace(value, "***")
    return text


def write(text: str, source: str = "") -> None:
    """Append each line of `text` with an ISO-8601 time; nothing happens where no log is kept."""
    path = os.environ.get(LOG_VARIABLE)
    if not path:
        return
    stamp = now()
    label = f"{source}: " if source else ""
    lines = "".join(f"{stamp} {label}{line}\n" for line in redact(text).splitlines() or [""])
    try:
        # One write call in append mode: lines of several processes don't mix.
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, lines.encode())
        finally:
            os.close(handle)
    except OSError:
        pass  # a full disk must not hide the error that filled it


def write_report(errors: list[dict[str, Any]]) -> str | None:
    """Write the error report beside the log; its path, or None where it can't be written."""
    log = os.environ.get(LOG_VARIABLE)
    if not log:
        return None
    path = Path(log).with_suffix(".json")
    report = {"time": now(), "log": log, "errors": errors}
    try:
        path.write_text(redact(json.dumps(report, indent=2, ensure_ascii=False)) + "\n")
    except OSError:
        return None
    return str(path)
