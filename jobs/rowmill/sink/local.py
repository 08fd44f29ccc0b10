"""Commit to a local directory: all or nothing, old or new, never a mix.

Tasks write into a staging directory beside the table's. The driver then puts the whole directory
in place with one rename (an exchange of the two names, if there was a table before). An append
links the old files into the staging directory first, so that too is one rename. A run that dies
leaves its staging directory, unlocked; the next run over the same table removes it, or goes on
with it if it is asked to (see records).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import glob
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rowmill.errors import StorageError
from rowmill.progress import Show
from rowmill.sink import records
from rowmill.sink.manifest import Manifest, WrittenFile, files_are_whole, read_manifest
from rowmill.sink.staging import LocalStaging, Staging
from rowmill.sink.table import Check

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
DATA_SUFFIXES = {".parquet", ".csv", ".json", ".orc", ".crc"}


def local_path(output: str) -> Path:
    """The directory of an output. Raises StorageError for storage that this version can't write."""
    scheme, found, rest = output.partition("://")
    if not found and output.startswith("file:"):
        return Path(output[5:]).absolute()
    if found and scheme == "file":
        return Path(rest if rest.startswith("/") else "/" + rest).absolute()
    if found:
        raise StorageError(
            f"{scheme}:// can't be used here",
            where="output",
            value=output,
            fix="name a local directory, or s3a://bucket/path",
        )
    if not output.strip():
        raise StorageError("the output is empty", where="output", fix="name a directory")
    return Path(output).expanduser().absolute()


class LocalTable:
    """The directory of one table, and the staging directory of this run beside it."""

    def __init__(self, output: str, mode: str) -> None:
        self.directory = local_path(output)
        self.mode = mode
        self.manifest: Manifest | None = None
        self.staging: Path | None = None
        self._lock: int | None = None
        self.retries = 0

    @property
    def where(self) -> str:
        """How people name the place."""
        return str(self.directory)

    @property
    def location(self) -> str:
        """The directory as Hive takes it."""
        return f"file://{self.directory}"

    @property
    def s3(self) -> None:
        return None

    @property
    def disk(self) -> Path:
        """A directory of the file system that takes the data."""
        return self.directory

    # -- before the run -------------------------------------------------------------------------

    def inspect(self, show: Show, look_only: bool = False) -> None:
        """Looks at what is there, changing nothing. Raises StorageError for what the mode forbids."""
        directory = self.directory
        if directory.is_symlink():
            raise StorageError("the output is a symbolic link", where=str(directory), fix="name the directory itself")
        if directory.exists() and not directory.is_dir():
            raise StorageError("the output is a file, not a directory", where=str(directory), fix="name another place")
        if directory.exists() and os.path.ismount(directory):
            raise StorageError(
                "the output is a mount point, which can't be replaced in one step",
                where=str(directory),
                fix=f"name a directory in it, such as {directory / 'data'}",
            )
        try:
            self.manifest = read_manifest(directory)
            empty = not directory.exists() or not any(directory.iterdir())
        except PermissionError as error:
            raise StorageError("no permission to read the output", where=str(directory)) from error
        if not empty and self.mode == "error":
            raise StorageError(
                "the table exists already, and mode is error",
                where=str(directory),
                fix="use mode=overwrite or mode=append, or another output",
            )
        if not empty and self.manifest is None:
            self._refuse_foreign()
        if self.mode == "append" and self.manifest is not None and not files_are_whole(directory, self.manifest):
            raise StorageError(
                "files of the table are missing or changed, so it can't grow",
                where=str(directory),
                fix="use mode=overwrite",
            )
        self._check_writable()

    def _refuse_foreign(self) -> None:
        if self.mode == "append":
            raise StorageError(
                "the directory has no manifest, so its last row number is not known",
                where=str(self.directory),
                fix="use mode=overwrite, or another output",
            )
        for folder, _, names in os.walk(self.directory):
            for name in names:
                if not name.startswith(("_", ".")) and Path(name).suffix not in DATA_SUFFIXES:
                    raise StorageError(
                        "the directory holds files that are no table's, so it is not overwritten",
                        where=str(self.directory),
                        value=os.path.join(folder, name),
                        fix="name another output",
                    )

    def _check_writable(self) -> None:
        parent = self.directory.parent
        while not parent.exists():
            parent = parent.parent
        if not parent.is_dir():
            raise StorageError("a part of the output's path is a file", where=str(parent), fix="name another place")
        if not os.access(parent, os.W_OK | os.X_OK) or os.statvfs(parent).f_flag & os.ST_RDONLY:
            raise StorageError(
                "the output can't be written", where=str(parent), fix="give write permission, or name another output"
            )

    def check_access(self) -> None:
        """Raises StorageError if the place can't be written: inspect has looked at that."""

    @property
    def warning(self) -> str | None:
        return None

    def is_current(self, digest: str) -> bool:
        """Whether the table is already what a run with this digest would make."""
        found = self.manifest
        return (
            found is not None
            and len(found.runs) == 1
            and found.runs[0][0] == digest
            and files_are_whole(self.directory, found)
        )

    # -- the run --------------------------------------------------------------------------------

    def stage(self, run: str, digest: str = "", resume: bool = False) -> Staging:
        """Makes the staging directory of this run, after removing those of runs that died.

        digest: of the plan; resume: go on in the fullest directory that a run of this plan left, under a new name,
        so that what is still alive of that run can write there no more
        """
        parent = self.directory.parent
        with _storage_errors(parent):
            parent.mkdir(parents=True, exist_ok=True)
            staging = parent / f"{self._prefix}{run}"
            with self._left_behind() as left:
                found = self._fullest(left, digest) if resume else None
                for leftover in left:
                    if leftover != found:
                        _remove(leftover)
                if found is not None:
                    os.rename(found, staging)
                    self._lock = left.pop(found)
            if found is None:
                staging.mkdir()
                self._lock = os.open(staging, os.O_RDONLY)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                if digest:
                    records.begin(staging, digest)
            self.staging = staging
        return LocalStaging(str(staging))

    def unfinished(self, digest: str) -> records.Done:
        """What a run of this plan that died has left, without touching it."""
        with self._left_behind() as left:
            found = self._fullest(left, digest)
            return (records.read(found, digest) if found else None) or {}

    def adopt(self, digest: str, linked: Sequence[WrittenFile], check: Check) -> records.Done:
        """Readies the staging directory to go on in: it holds the files of what is returned, and `linked`; no other.

        linked: files of the committed table, which the new one takes over
        Raises StorageError or OSError.
        """
        staging = self.staging
        assert staging is not None
        done = records.read(staging, digest) or {}
        if done and records.outlived_the_system(staging):
            sound = {file.path for file in check(str(staging), [f for written in done.values() for f in written])}
            done = {path: written for path, written in done.items() if all(f.path in sound for f in written)}
        records.sweep(staging, done)
        for file in linked:
            place = staging / file.path
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(self.directory / file.path, place)
        return done

    @staticmethod
    def planned(path: str) -> str:
        """The path that the plan has for a file of the table."""
        return path

    def dead_bytes(self) -> int:
        """Bytes on the disk that runs that died have left; the next run removes them."""
        with self._left_behind() as left:
            places = (
                os.path.join(folder, name) for path in left for folder, _, names in os.walk(path) for name in names
            )
            return sum(_blocks(place) for place in places)

    @staticmethod
    def _fullest(left: Iterable[Path], digest: str) -> Path | None:
        whole = {path: done for path in left if (done := records.read(path, digest)) is not None}
        return max(whole, key=lambda path: len(whole[path]), default=None)

    @property
    def _prefix(self) -> str:
        return f".{self.directory.name}.staging-"

    @contextmanager
    def _left_behind(self) -> Iterator[dict[Path, int]]:
        """The staging directories of runs that died, and their handles.

        They are locked meanwhile, so that nobody else takes them; who takes a handle out keeps the lock.
        """
        found: dict[Path, int] = {}
        try:
            for leftover in sorted(self.directory.parent.glob(f"{glob.escape(self._prefix)}*")):
                try:
                    handle = os.open(leftover, os.O_RDONLY)
                except OSError:
                    continue
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    found[leftover] = handle
                except OSError:  # its run is alive
                    os.close(handle)
            yield found
        finally:
            for handle in found.values():
                os.close(handle)

    def commit(self, manifest: Manifest, show: Show) -> Manifest:
        """Makes the staged files the table, in one step, and returns what it is then.

        Raises StorageError; then the old table stands.
        """
        assert self.staging is not None
        with _storage_errors(self.directory), _locked(self.directory.parent):
            if read_manifest(self.directory) != self.manifest:
                raise StorageError(
                    "another run changed the table meanwhile", where=str(self.directory), fix="run again"
                )
            if self.mode == "append" and self.manifest is not None:
                for file in self.manifest.files:
                    target = self.staging / file.path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    os.link(self.directory / file.path, target)
            manifest.write(self.staging)
            records.forget(self.staging)
            self._swap()
        # From here on the run has succeeded: what now stands in staging is the old table.
        self.abort()
        return manifest

    def retire(self) -> None:
        """Removes what the commit replaced: it has done so."""

    def put_in_place(self) -> None:
        """Makes what others wrote into the staging directory the output, in one step, without a manifest."""
        with _storage_errors(self.directory), _locked(self.directory.parent):
            self._swap()
        self.abort()

    def _swap(self) -> None:
        assert self.staging is not None
        _sync(self.staging)
        if self.directory.exists():
            _exchange(self.staging, self.directory)
        else:
            os.rename(self.staging, self.directory)
        _sync(self.directory.parent)

    def abort(self, keep: bool = False) -> bool:
        """Removes the staging directory. Workers may still be writing for a moment: tried until it is gone.

        keep: leave it, for a run that goes on with it
        """
        if self.staging is not None:
            for _ in range(0 if keep else 50):
                _remove(self.staging)
                if not self.staging.exists():
                    break
                time.sleep(0.1)
            self.staging = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        return True


def _blocks(path: str) -> int:
    try:
        found = os.lstat(path)
    except OSError:
        return 0
    return 0 if found.st_nlink > 1 else 512 * found.st_blocks  # what is linked stays


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """One commit at a time under a directory; the lock goes with the process."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _exchange(one: Path, other: Path) -> None:
    """Swaps two names in one step (renameat2 with RENAME_EXCHANGE, Linux).

    Where the system or the file system has no such call, two renames do it: between them, for a
    moment, the name `other` does not exist.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "renameat2"):
        if libc.renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
            return
        code = ctypes.get_errno()
        if code not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
            raise OSError(code, os.strerror(code), str(other))
    aside = one.with_name(one.name + "-old")
    os.rename(other, aside)
    try:
        os.rename(one, other)
    except OSError:
        os.rename(aside, other)
        raise
    os.rename(aside, one)


@contextmanager
def _storage_errors(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise storage_error(error, str(place)) from error


def storage_error(error: OSError, place: str) -> StorageError:
    """An operating-system error as one that says what to do."""
    code = error.errno
    text = str(error)
    if code == errno.ENOSPC or "No space left" in text or code == errno.EDQUOT:
        return StorageError(
            "no space left on the disk", where=place, fix="free some space, ask for fewer rows, or name another output"
        )
    if code in (errno.EACCES, errno.EPERM):
        return StorageError(
            "no permission", where=error.filename or place, fix="give write permission, or name another output"
        )
    if code == errno.EROFS:
        return StorageError("the file system is read-only", where=place, fix="name another output")
    return StorageError(f"writing failed: {error.strerror or text}", where=str(error.filename or place))
