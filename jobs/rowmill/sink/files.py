"""Listing, copying and removing files and directories by the same rules as outputs: local paths and file:// only."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from rowmill.errors import StorageError
from rowmill.sink.local import local_path, storage_error


@dataclass(frozen=True, slots=True)
class FileInfo:
    """One entry of a listing; `size` in bytes, of a directory the sum of its files'."""

    path: str
    size: int
    is_directory: bool


def exists(path: str) -> bool:
    """Whether a file or directory is there."""
    return os.path.lexists(local_path(path))


def must_exist(path: str) -> Path:
    """The local path of what is there. Raises StorageError if nothing is."""
    found = local_path(path)
    if not found.exists():
        raise StorageError("no such file or directory", where=str(found), fix="check the path")
    return found


def list_files(path: str) -> list[FileInfo]:
    """The entries of a directory by name, or the one file. Raises StorageError."""
    found = must_exist(path)
    try:
        entries = sorted(found.iterdir()) if found.is_dir() else [found]
        return [FileInfo(str(entry), _size(entry), entry.is_dir()) for entry in entries]
    except OSError as error:
        raise _reading(error, found) from error


def copy(source: str, target: str, overwrite: bool = False) -> str:
    """Copies a file or a whole directory, and returns where it went.

    A target that is a directory (or ends with /) takes a file into it. The copy appears under its
    name when it is whole. Raises StorageError; then what was at the target is untouched.
    """
    found, wanted = must_exist(source), local_path(target)
    if found.is_file() and (wanted.is_dir() or target.endswith("/")):
        wanted = wanted / found.name
    if wanted.is_dir() or (wanted.exists() and not overwrite):
        raise StorageError("the target exists already", where=str(wanted), fix="name another target")
    if wanted.exists() and found.is_dir():
        raise StorageError("a directory can't replace a file", where=str(wanted), fix="name another target")
    if wanted.resolve().is_relative_to(found.resolve()):
        raise StorageError("the target is the source or lies in it", where=str(wanted), fix="name another target")
    partial = wanted.with_name(f".{wanted.name}.copying-{secrets.token_hex(4)}")
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, partial, symlinks=True)
        else:
            shutil.copy2(found, partial)
        os.rename(partial, wanted)
    except (OSError, shutil.Error) as error:
        raise storage_error(_first(error), str(wanted)) from error
    finally:
        _remove(partial)
    return str(wanted)


def delete(path: str) -> None:
    """Removes a file, or a directory with all that is in it; of a symbolic link the link alone.

    Raises StorageError, also for what is never meant: the root, a directory next to it, a home, a
    mount point, the working directory or one above it.
    """
    found = local_path(path)
    if not os.path.lexists(found):
        raise StorageError("no such file or directory", where=str(found), fix="check the path")
    real = found.parent.resolve() / found.name if found.is_symlink() else found.resolve()
    forbidden = [Path.cwd(), Path.home()]
    if len(real.parts) <= 2 or os.path.ismount(real) or any(place.is_relative_to(real) for place in forbidden):
        raise StorageError(
            "this directory is never removed as a whole", where=str(found), value=path, fix="name something in it"
        )
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


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _reading(error: OSError, place: Path) -> StorageError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return StorageError("no permission to read", where=error.filename or str(place), fix="give read permission")
    return StorageError(f"reading failed: {error.strerror}", where=error.filename or str(place))


def _first(error: OSError) -> OSError:
    # copytree collects (source, target, reason) of every file that failed.
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return OSError(str(error.args[0][0][2]))
    return error
