"""Clearing up after runs that died: their pending uploads, records and leases."""

from __future__ import annotations

import time

from rowmill.sink.s3 import names
from rowmill.sink.s3.commit import commits
from rowmill.sink.s3.lease import leases
from rowmill.sink.s3.store import Store

_ROUNDS, _PAUSE_SECONDS = 20, 0.25


def sweep(store: Store, keep: str) -> None:
    """Aborts the uploads of dead runs, and of runs that nobody knows any more. keep: the run that calls.

    Runs that are alive keep theirs, and so do uploads that are not ours. Raises StorageError.
    """
    uploads = list(store.uploads())  # before the leases: each run has its lease before its first upload
    found = list(leases(store))
    alive = {lease.run for lease in found if lease.alive} | {keep}
    alive |= {commit.run for commit in commits(store)}  # whoever ends a commit needs its uploads
    store.abort_uploads(up for up in uploads if (run := names.run_of(up.path)) and run not in alive)
    for run in {lease.run for lease in found} - alive:
        forget_run(store, run)


def abort_run(store: Store, run: str) -> None:
    """Aborts all that a run has pending; its workers may still begin some for a moment, so until none is found."""
    for _ in range(_ROUNDS):
        if not store.abort_uploads(up for up in store.uploads() if names.run_of(up.path) == run):
            break
        time.sleep(_PAUSE_SECONDS)


def forget_run(store: Store, run: str, lease: bool = True) -> None:
    """Removes what a run has recorded, and its lease."""
    store.delete([entry.path for entry in store.list(f"{names.records(run)}/")])
    if lease:
        store.delete([names.lease(run)])
