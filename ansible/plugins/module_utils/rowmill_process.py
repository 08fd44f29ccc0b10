"""Run one of the programs in jobs/ on the controller: lines as they come, and a tidy end when it is interrupted."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import rowmill_log

PROJECT = Path(__file__).resolve().parents[3]
GRACE_SECONDS = 30.0  # for the program to clean up after an interruption
LINGER_SECONDS = 5.0  # for what the program started (the JVM and its metastore lock) to end after it
ERROR_MARK, WARNING_MARK = "error: ", "warning: "


@dataclass
class Outcome:
    """How a program ended: its exit code, its lines on stdout, errors and warnings, and the signal that stopped us."""

    rc: int = 0
    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    last_stderr: str = ""
    interrupted: int = 0

    @property
    def message(self) -> str:
        """The failure in the program's own words."""
        if self.interrupted:
            return f"interrupted by {signal.Signals(self.interrupted).name}; the program was stopped"
        if self.errors:
            return "\n".join(dict.fromkeys(self.errors))
        return self.last_stderr or f"the program ended with exit code {self.rc} and said nothing"


def in_project(path: str) -> Path:
    """A path of the project's own: a relative one starts at the project's root."""
    return PROJECT / Path(path).expanduser()


def in_start_directory(path: str) -> str:
    """A path that a person typed: a relative one starts where ansible-playbook was started. URIs stay as they are."""
    if "://" in path:
        return path
    return os.path.abspath(os.path.expanduser(path))


def program_command(program: str) -> list[str]:
    return [sys.executable, str(in_project(program))]


def s3_environment(settings: Mapping[str, Any] | None) -> dict[str, str]:
    """How S3 is reached, as the programs take it. What is not set is left to the environment. Keys are never among it.

    settings: endpoint, region, path_style, ca_bundle, proxy
    """
    found = {}
    for name, value in (settings or {}).items():
        if value is None or value == "":
            continue
        text = str(value).lower() if isinstance(value, bool) else str(value)
        found[f"S3_{name.upper()}"] = in_start_directory(text) if name == "ca_bundle" else text
    return found


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    return {
        **os.environ,
        **extra,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
    }


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class _Interruption:
    """Turns SIGINT, SIGTERM and the death of our parent into one SIGINT for the program's process group."""

    def __init__(self) -> None:
        self.signal = 0
        self._parent = os.getppid()
        self._previous: dict[int, object] = {}

    def __enter__(self) -> _Interruption:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.signal = self.signal or number

    def check(self) -> int:
        if os.getppid() != self._parent:
            self.signal = self.signal or signal.SIGHUP
        return self.signal


def run(
    command: list[str], on_line: Callable[[str], None], source: str, environment: Mapping[str, str] | None = None
) -> Outcome:
    """Run `command` in the project's root. `on_line` gets each line of stdout while it runs; the log gets all lines.

    environment: variables besides those of this process
    """
    outcome = Outcome()

    def take(kind: str, line: str) -> None:
        line = rowmill_log.redact(line)
        if kind == "stdout":
            outcome.lines.append(line)
            rowmill_log.write(line, source)
            if not outcome.interrupted:  # then nobody reads the display any more
                on_line(line)
            return
        rowmill_log.write(line, f"{source} stderr")
        if line.startswith(ERROR_MARK):
            outcome.errors.append(line.removeprefix(ERROR_MARK))
        if line.startswith(WARNING_MARK):
            outcome.warnings.append(line.removeprefix(WARNING_MARK))
        if line.strip():
            outcome.last_stderr = line.strip()

    rowmill_log.write("run " + " ".join(command), source)
    with (
        _Interruption() as interruption,
        subprocess.Popen(
            command,
            cwd=PROJECT,
            env=_environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as child,
    ):
        _follow(child, interruption, outcome, take)
        outcome.rc = child.wait()
    if outcome.interrupted:
        # Nobody is there to take a result, so the error report is written here.
        error = {"host": "localhost", "task": source, "message": outcome.message}
        rowmill_log.write_report([error | {"try": "run it again; the next run cleans up what this one left"}])
    return outcome


def _follow(
    child: subprocess.Popen[bytes],
    interruption: _Interruption,
    outcome: Outcome,
    take: Callable[[str, str], None],
) -> None:
    """Read both pipes until the program is gone, and pass an interruption on to it."""
    assert child.stdout is not None
    assert child.stderr is not None
    rest = {"stdout": b"", "stderr": b""}
    deadline = end = float("inf")
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ, "stdout")
        selector.register(child.stderr, selectors.EVENT_READ, "stderr")
        while True:
            ended = child.poll() is not None
            if ended:
                # What it started holds the pipes open as long as it lives: wait for that too, but not for ever.
                end = min(end, time.monotonic() + LINGER_SECONDS)
                if not selector.get_map() or time.monotonic() > end:
                    break
            ready = selector.select(0.1)  # with nothing left to read, this is a sleep
            for key, _ in ready:
                data = os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fileobj)
                *lines, rest[key.data] = (rest[key.data] + data).split(b"\n")
                for line in lines:
                    take(key.data, line.decode(errors="replace").rstrip("\r"))
            if interruption.check() and not outcome.interrupted:
                outcome.interrupted = interruption.signal
                rowmill_log.write(f"{outcome.message}: waiting {GRACE_SECONDS:g} s at most")
                _signal_group(child.pid, signal.SIGINT)
                deadline = time.monotonic() + GRACE_SECONDS
            if time.monotonic() > deadline and not ended:
                rowmill_log.write("it did not stop in time: killed")
                _signal_group(child.pid, signal.SIGKILL)
                deadline = float("inf")
    if outcome.interrupted:
        _signal_group(child.pid, signal.SIGKILL)
    for kind, data in rest.items():
        if data:
            take(kind, data.decode(errors="replace"))
