"""Listing, copying and removing files and directories of this machine."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rowmill.errors import StorageError
from rowmill.sink.files.listing import FileInfo
from rowmill.sink.local import local_path, storage_error


def exists(path: str) -> bool:
    """Whether a file or directory is there."""
    return os.path.lexists(local_path(path))


def must_exist(path: str) -> Path:
    """The local path of what is there. Raises StorageError if nothing is."""
    found = local_path(path)
    if not found.exists():
        raise StorageError("no such file or directory", where=str(found), fix="check the path")
    return found


def is_directory(path: str) -> bool:
    """Whether a directory is there, and no link to one."""
    found = local_path(path)
    return found.is_dir() and not found.is_symlink()


def is_file(path: str) -> bool:
    """Whether something is there that is no directory, nor a link to one."""
    found = local_path(path)
    return found.exists() and not found.is_dir()


def list_files(path: str) -> list[FileInfo]:
    """The entries of a directory by name, or the one file. Raises StorageError."""
    found = must_exist(path)
    try:
        entries = sorted(found.iterdir()) if found.is_dir() else [found]
        return [FileInfo(str(entry), _size(entry), entry.is_dir(), _changed(entry)) for entry in entries]
    except OSError as error:
        raise reading_error(error, found) from error


def walk(path: str) -> Iterator[tuple[str, int]]:
    """See files.walk. Raises StorageError."""
    found = must_exist(path)
    try:
        places = [Path(folder, name) for folder, _, names in os.walk(found) for name in names]
        yield from sorted((p.relative_to(found).as_posix(), p.lstat().st_size) for p in places)
        if not found.is_dir():
            yield "", found.stat().st_size
    except OSError as error:
        raise reading_error(error, found) from error


def target_of(source_name: str, target: str) -> Path:
    """Where a file of that name goes: a target that is a directory, or ends with /, takes it in."""
    wanted = local_path(target)
    return wanted / source_name if wanted.is_dir() or target.endswith("/") else wanted


def check_copy(source: str, target: str, overwrite: bool = False) -> Path:
    """See files.check_copy."""
    found = must_exist(source)
    wanted = target_of(found.name, target) if found.is_file() else local_path(target)
    if wanted.resolve().is_relative_to(found.resolve()):
        raise StorageError("the target is the source or lies in it", where=str(wanted), fix="name another target")
    refuse_existing(wanted, found.is_dir(), overwrite)
    return wanted


def refuse_existing(wanted: Path, is_directory: bool, overwrite: bool) -> None:
    """Raises StorageError if something is at the target of a copy that may not be replaced."""
    if wanted.is_dir() or (os.path.lexists(wanted) and not overwrite):
        raise StorageError("the target exists already", where=str(wanted), fix="name another target")
    if wanted.exists() and is_directory:
        raise StorageError("a directory can't replace a file", where=str(wanted), fix="name another target")


def copy(source: str, target: str, overwrite: bool = False) -> str:
    """See files.copy."""
    wanted, found = check_copy(source, target, overwrite), local_path(source)
    with taking(wanted) as partial:
        if found.is_dir():
            shutil.copytree(found, partial, symlinks=True)
        else:
            shutil.copy2(found, partial)
    return str(wanted)


@contextmanager
def taking(wanted: Path) -> Iterator[Path]:
    """A name beside `wanted` to write to, which becomes `wanted` when the block has ended well. Raises StorageError."""
    partial = wanted.with_name(f".{wanted.name}.copying-{secrets.token_hex(4)}")
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        yield partial
        os.rename(partial, wanted)
    except (OSError, shutil.Error) as error:
        raise storage_error(_first(error), str(wanted)) from error
    finally:
        _remove(partial)


def check_delete(path: str) -> Path:
    """See files.check_delete."""
    found = local_path(path)
    if not os.path.lexists(found):
        raise StorageError("no such file or directory", where=str(found), fix="check the path")
    real = found.parent.resolve() / found.name if found.is_symlink() else found.resolve()
    forbidden = [Path.cwd(), Path.home()]
    if len(real.parts) <= 2 or os.path.ismount(real) or any(place.is_relative_to(real) for place in forbidden):
        raise StorageError(
            "this directory is never removed as a whole", where=str(found), value=path, fix="name something in it"
        )
    return found


def delete(path: str) -> None:
    """See files.delete."""
    found = check_delete(path)
    try:
        if found.is_symlink() or not found.is_dir():
            found.unlink()
        else:
            shutil.rmtree(found)
    except OSError as error:
        raise storage_error(error, str(found)) from error


def _size(path: Path) -> int:
    if not path.is_dir():
        return path.lstat().st_size
    return sum(os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(path) for name in names)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.lstat().st_mtime, UTC)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def reading_error(error: OSError, place: Path) -> StorageError:
    """What the operating system refused while something was read."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return StorageError("no permission to read", where=error.filename or str(place), fix="give read permission")
    return StorageError(f"reading failed: {error.strerror}", where=error.filename or str(place))


def _first(error: OSError) -> OSError:
    # copytree collects (source, target, reason) of every file that failed.
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return OSError(str(error.args[0][0][2]))
    return error
