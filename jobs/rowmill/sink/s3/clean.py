"""Clearing up below a path: commits that were cut off, and what runs that died have pending."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rowmill.progress import Show
from rowmill.s3.client import located
from rowmill.s3.config import S3Config
from rowmill.s3.uri import S3Uri
from rowmill.sink.s3 import names
from rowmill.sink.s3.lease import leases
from rowmill.sink.s3.store import PendingUpload, Store
from rowmill.sink.s3.sweep import forget_run
from rowmill.sink.s3.table import S3Table


@dataclass
class Cleaned:
    """What was cleared up, or would be.

    commits: places whose cut-off commit was ended or undone
    runs:    runs that died, whose records and leases are gone
    aborted: pending uploads that were aborted
    kept:    pending uploads that stay: of runs at work, or of somebody else
    """

    commits: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    aborted: list[PendingUpload] = field(default_factory=list)
    kept: list[PendingUpload] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.commits or self.runs or self.aborted)


def clean(
    place: S3Uri, config: S3Config, show: Show, older_than: timedelta | None = None, look_only: bool = False
) -> Cleaned:
    """Ends the commits of dead runs below a place, and aborts what they have pending. Runs that are alive keep theirs.

    older_than: abort pending uploads of others, too, that were begun so long ago; look_only: only say what would be
    done. Raises StorageError.
    """
    store = Store(located(config, place.bucket), place)
    uploads = list(store.uploads())  # before the leases: each run has its lease before its first upload
    cleaned, alive = Cleaned(), set[str]()
    for root in sorted(_roots(store), key=str):
        alive |= _clean_root(Store(store.config, root), cleaned, show, look_only)
    now = datetime.now(UTC)
    for upload in uploads:
        run = names.run_of(upload.path)
        dead = run is not None and run not in alive
        forgotten = run is None and older_than is not None and now - upload.started > older_than
        (cleaned.aborted if dead or forgotten else cleaned.kept).append(upload)
    if not look_only:
        store.abort_uploads(cleaned.aborted)
    return cleaned


def _roots(store: Store) -> set[S3Uri]:
    """The places of tables, below this one and around it, where a run is or was at work."""
    found = set()
    for entry in store.list():
        folder, _, name = entry.path.rpartition("/")
        if _is_of_a_run(name):
            found.add(store.place / folder if folder else store.place)
    above = store.place
    while above.key:
        above = S3Uri(above.bucket, above.key.rpartition("/")[0])
        around = Store(store.config, above)
        if any(_is_of_a_run(entry.path) for prefix in ("_lease-", "_commit-") for entry in around.list(prefix)):
            found.add(above)
    return found


def _is_of_a_run(name: str) -> bool:
    return names.leased_run(name) is not None or names.journal_generation(name) is not None


def _clean_root(store: Store, cleaned: Cleaned, show: Show, look_only: bool) -> set[str]:
    """Clears up the place of one table, but for its pending uploads. Returns the runs that need theirs."""
    found = list(leases(store))
    alive = {lease.run for lease in found if lease.alive}
    table = S3Table(store.place, "overwrite", store.config)
    commit = table.journal()
    if commit is not None and commit.run not in alive:
        cleaned.commits.append(str(store.place))
        if look_only:
            alive.add(commit.run)  # its uploads are what is to be completed
        else:
            table.end_commit(commit, show)
    for run in sorted({lease.run for lease in found} - alive):
        cleaned.runs.append(run)
        if not look_only:
            forget_run(store, run)
    return alive
