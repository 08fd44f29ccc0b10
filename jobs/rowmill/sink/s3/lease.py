"""Who is at work on a place: each run keeps an object there that says so, and writes it anew while it lives."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rowmill.errors import RowmillError, StorageError
from rowmill.sink.s3 import names
from rowmill.sink.s3.store import Store

BEAT_SECONDS = 15.0
# A run that has not written for so long, by the store's clock, is dead. On its own machine it is known at once.
SILENT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Found:
    """A lease as it was found; `digest` of the plan that its run carries out."""

    run: str
    digest: str
    etag: str
    alive: bool


class Lease:
    """The lease of this process's run."""

    def __init__(self, store: Store, run: str, digest: str) -> None:
        self._store, self.run = store, run
        self._text = json.dumps({"run": run, "digest": digest, **_this_process()}) + "\n"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="rowmill-lease")

    def take(self, instead_of: str | None = None) -> bool:
        """Begins the run. instead_of: the ETag of a dead run's lease to take over. False if somebody was first."""
        condition = {"IfMatch": instead_of} if instead_of else {"IfNoneMatch": "*"}
        name = names.lease(self.run)
        if self._store.write(name, self._text, **condition) is None:
            found = self._store.read(name)  # ours, if the answer to our first try was lost
            if found is None or found.text != self._text:
                return False
        self._thread.start()
        return True

    def end(self, keep: bool = False) -> None:
        """Ends the run. keep: leave the lease, marked as dead, for a run that goes on with it. Raises StorageError."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        name = names.lease(self.run)
        if keep:
            ended = json.loads(self._text) | {"ended": True}
            self._store.quick.write(name, json.dumps(ended) + "\n")
        else:
            self._store.quick.delete([name])

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            with contextlib.suppress(RowmillError):  # the next one may get through
                self._store.quick.write(names.lease(self.run), self._text)


def leases(store: Store) -> Iterator[Found]:
    """The leases of a place. Raises StorageError."""
    for entry in store.list("_lease-"):
        run = names.leased_run(entry.path)
        found = read_lease(store, run) if run else None
        if found is not None:
            yield found


def read_lease(store: Store, run: str) -> Found | None:
    """The lease of a run; None if it has none. Raises StorageError."""
    text = store.read(names.lease(run))
    if text is None:
        return None
    try:
        data: dict[str, Any] = json.loads(text.text)
        return Found(run, str(data["digest"]), text.etag, _is_alive(data, text.age))
    except (ValueError, KeyError, TypeError) as error:
        fix = "remove it if no run is at work there"
        raise StorageError("a lease is damaged", where=str(store.place / names.lease(run)), fix=fix) from error


def _is_alive(data: dict[str, Any], age: float) -> bool:
    if data.get("ended"):
        return False
    here = _this_process()
    if all(data.get(name) == here[name] for name in ("host", "boot", "namespace")):
        return _start_of(int(data["pid"])) == str(data["start"])
    return age < SILENT_SECONDS


def _this_process() -> dict[str, Any]:
    return {
        "host": socket.gethostname(),
        "boot": _text("/proc/sys/kernel/random/boot_id"),
        "namespace": _link("/proc/self/ns/pid"),
        "pid": os.getpid(),
        "start": _start_of(os.getpid()),
    }


def _start_of(pid: int) -> str:
    """When a process started, in the system's ticks: a number that is given again belongs to another one."""
    # After the name, which may hold blanks and brackets, come the fields from the third on; the 22nd is the start.
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[19] if len(fields) > 19 and fields[0] != "Z" else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _link(path: str) -> str:
    try:
        return os.readlink(path)
    except OSError:
        return ""
