"""How far a run is: tasks send datagrams to the driver, which shows rows, rows/s and the time left.

Datagrams never block a task and none is missed badly: each carries the task's total so far.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from rowmill import errors
from rowmill.errors import RowmillError

EVERY_SECONDS = 5.0
Show = Callable[[str], None]


class ProgressSender:
    """The task's side. `address` is (host, port, token), or None to be silent."""

    def __init__(self, address: tuple[str, int, str] | None, task: str) -> None:
        self._address = address
        self._task = task
        self._rows = 0
        self._next = 0.0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if address else None

    def add(self, rows: int) -> None:
        self._rows += rows
        now = time.monotonic()
        if self._socket is not None and now >= self._next:
            self._next = now + 0.5
            self._send()

    def fail(self, error: RowmillError) -> None:
        """Tells the driver at once that the run can't succeed: it need not wait for the other tasks."""
        self._send([type(error).__name__, error.what, error.where, error.value, error.fix])

    def close(self) -> None:
        if self._socket is not None:
            self._send()
            self._socket.close()

    def _send(self, error: list[Any] | None = None) -> None:
        if self._socket is None or self._address is None:
            return
        host, port, token = self._address
        with contextlib.suppress(OSError):  # only the display suffers
            text = json.dumps([token, self._task, self._rows, error], default=str)
            self._socket.sendto(text.encode(), (host, port))


class Progress:
    """The driver's side: listens, and shows a line at once, every five seconds and at the end.

    on_failure: called with the first error that a task tells of
    """

    def __init__(
        self,
        label: str,
        total: int,
        show: Callable[[str], None],
        host: str = "127.0.0.1",
        on_failure: Callable[[RowmillError], None] | None = None,
    ) -> None:
        self._on_failure = on_failure
        self._label, self._total, self._show = label, total, show
        self._rows: dict[str, int] = {}
        self._token = secrets.token_hex(8)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.settimeout(0.25)
        self.address = (host, int(self._socket.getsockname()[1]), self._token)
        self._stop = threading.Event()
        self._started = time.monotonic()
        self._threads = [
            threading.Thread(target=self._listen, daemon=True),
            threading.Thread(target=self._tick, daemon=True),
        ]

    def __enter__(self) -> Progress:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with contextlib.suppress(OSError):  # so that the listener need not wait for its time-out
            self._socket.sendto(b"{}", self.address[:2])
        for thread in self._threads:
            thread.join()
        self._socket.close()
        if kind is None:
            self._show(self.line(self._total))

    def add(self, task: str, rows: int) -> None:
        """The rows of a task that is done in the driver's own sight."""
        self._rows[task] = rows

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                token, task, rows, failure = json.loads(self._socket.recv(16_384))
            except (TimeoutError, ValueError, OSError):
                continue
            if token != self._token:
                continue
            self._rows[task] = rows
            if failure is not None and self._on_failure is not None:
                kind, what, where, value, fix = failure
                tell, self._on_failure = self._on_failure, None
                tell(getattr(errors, kind)(what, where=where, value=value, fix=fix))

    def _tick(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            done = sum(list(self._rows.values()))
            if done < self._total:  # the last line is shown when all is counted
                self._show(self.line(done))

    def line(self, done: int) -> str:
        """`orders: 1,200,000 / 5,000,000 rows (24%), 640,000 rows/s, 6 s left`"""
        seconds = max(time.monotonic() - self._started, 1e-9)
        speed = done / seconds
        left = f"{(self._total - done) / speed:.0f} s left" if done else "starting"
        share = 100 * done // self._total if self._total else 100
        state = "done" if done >= self._total else left
        return f"progress: {self._label}: {done:,} / {self._total:,} rows ({share}%), {speed:,.0f} rows/s, {state}"
