"""Clearing up after runs that died: their pending uploads, records and leases."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from rowmill.sink.s3 import names
from rowmill.sink.s3.commit import parse_commit
from rowmill.sink.s3.lease import leases
from rowmill.sink.s3.store import PendingUpload, Store

_ROUNDS, _PAUSE_SECONDS = 20, 0.25


@dataclass(frozen=True, slots=True)
class Swept:
    """What was cleared up: the number of pending uploads and of runs."""

    uploads: int
    runs: int


def sweep(store: Store, keep: str = "") -> Swept:
    """Aborts the uploads of dead runs, and of runs that nobody knows any more. keep: the run that calls.

    Runs that are alive keep theirs, and so do uploads that are not ours. Raises StorageError.
    """
    uploads = list(store.uploads())  # before the leases: each run has its lease before its first upload
    found = list(leases(store))
    alive = {lease.run for lease in found if lease.alive} | {keep}
    for entry in store.list("_commit-"):  # whoever ends this commit needs its uploads
        text = store.read(entry.path)
        alive.add(parse_commit(text.text, str(store.place / entry.path)).run if text else "")
    left = [upload for upload in uploads if (run := names.run_of(upload.path)) and run not in alive]
    store.abort_uploads(left)
    dead = {lease.run for lease in found} - alive
    for run in dead:
        forget_run(store, run)
    return Swept(len(left), len(dead))


def abort_run(store: Store, run: str) -> int:
    """Aborts all that a run has pending; its workers may still begin some for a moment, so until none is found."""
    total = 0
    for _ in range(_ROUNDS):
        uploads = list(_of_run(store, run))
        total += store.abort_uploads(uploads)
        if not uploads:
            break
        time.sleep(_PAUSE_SECONDS)
    return total


def forget_run(store: Store, run: str, lease: bool = True) -> None:
    """Removes what a run has recorded, and its lease."""
    store.delete([entry.path for entry in store.list(f"{names.records(run)}/")])
    if lease:
        store.delete([names.lease(run)])


def _of_run(store: Store, run: str) -> Iterator[PendingUpload]:
    return (upload for upload in store.uploads() if names.run_of(upload.path) == run)
