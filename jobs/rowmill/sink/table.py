"""What the driver does with the place of one table, wherever that is; the storages are in local and s3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rowmill.progress import Show
from rowmill.s3.config import S3Config
from rowmill.sink.manifest import Manifest, WrittenFile
from rowmill.sink.records import Done
from rowmill.sink.staging import Staging

# The files, of those at a place, whose rows are still those that were written.
Check = Callable[[str, Sequence[WrittenFile]], Sequence[WrittenFile]]


class Table(Protocol):
    """The place of one table, and what this run stages for it.

    inspect -> check_access -> stage (-> adopt) -> tasks write -> commit -> retire, or abort
    """

    mode: str
    manifest: Manifest | None
    retries: int  # how often the storage had to be asked again, after the commit

    @property
    def where(self) -> str:
        """How people name the place."""

    @property
    def location(self) -> str:
        """The directory of the data as Hive takes it: a URI."""

    @property
    def s3(self) -> S3Config | None:
        """How the storage is reached; None for files."""

    @property
    def disk(self) -> Path | None:
        """A directory of the file system that takes the data; None where space is not to be known."""

    def inspect(self, show: Show, look_only: bool = False) -> None:
        """Finds `manifest`, and raises StorageError for what the mode forbids.

        look_only: change nothing at all; else a commit that was cut off is ended first
        """

    def check_access(self) -> None:
        """Raises StorageError if the place can't be written."""

    @property
    def warning(self) -> str | None:
        """What the storage can't do, found by check_access."""

    def is_current(self, digest: str) -> bool:
        """Whether the table is already what a run with this digest would make."""

    def unfinished(self, digest: str) -> Done:
        """What a run of this plan that died has left, without touching it."""

    def dead_bytes(self) -> int:
        """Bytes on the disk that runs that died have left; the next run removes them."""

    def stage(self, run: str, digest: str = "", resume: bool = False) -> Staging:
        """Makes the place that tasks write to, after clearing up what dead runs left.

        run: 12 hexadecimal digits; digest: of the plan; resume: go on with what a run of this plan left
        """

    def adopt(self, digest: str, linked: Sequence[WrittenFile], check: Check) -> Done:
        """What the staged run need not make again; `linked` are files of the committed table, which it takes over."""

    def planned(self, path: str) -> str:
        """The path that the plan has for a file of the table."""

    def commit(self, manifest: Manifest, show: Show) -> Manifest:
        """Makes the staged files the table and returns what it is then.

        Raises StorageError; then the old table stands.
        """

    def retire(self) -> None:
        """Removes what the commit replaced, after Hive looks at the new location."""

    def abort(self, keep: bool = False) -> bool:
        """Ends the run: nothing of it is left. keep: leave it, for a run that goes on with it.

        False if it could not be cleared up, which the next run does.
        """
