"""Listing, copying and removing files and directories, on this machine and in S3, by the same rules as outputs.

A path is a local one, file://, or s3a:// (s3:// and s3n:// mean the same). `config` says how S3 is reached; without
it the environment does.
"""

from __future__ import annotations

from collections.abc import Iterator

from rowmill.s3.config import S3Config
from rowmill.s3.uri import is_s3
from rowmill.sink.files import local, s3
from rowmill.sink.files.listing import FileInfo

__all__ = [
    "FileInfo", "check_copy", "check_delete", "copy", "delete", "exists", "is_directory", "is_file", "list_files",
    "must_exist", "same", "walk",
]  # fmt: skip


def exists(path: str, config: S3Config | None = None) -> bool:
    """Whether a file or directory is there; of S3: an object, or objects below it. Raises StorageError."""
    return s3.exists(s3.place(path, config)) if is_s3(path) else local.exists(path)


def must_exist(path: str, config: S3Config | None = None) -> str:
    """The whole path of what is there, with its scheme if it is in S3. Raises StorageError if nothing is."""
    return str(s3.must_exist(s3.place(path, config)).place) if is_s3(path) else str(local.must_exist(path))


def is_directory(path: str, config: S3Config | None = None) -> bool:
    """Whether a directory is there, and no link to one. Raises StorageError if the store can't be asked."""
    return s3.is_directory(s3.place(path, config)) if is_s3(path) else local.is_directory(path)


def is_file(path: str, config: S3Config | None = None) -> bool:
    """Whether a single file is there, or a link to one. Raises StorageError if the store can't be asked."""
    return s3.is_file(s3.place(path, config)) if is_s3(path) else local.is_file(path)


def list_files(path: str, config: S3Config | None = None) -> list[FileInfo]:
    """The entries of a directory by name, or the one file. Raises StorageError."""
    return s3.list_files(s3.place(path, config)) if is_s3(path) else local.list_files(path)


def walk(path: str, config: S3Config | None = None) -> Iterator[tuple[str, int]]:
    """(path below it, size in bytes) of all files of a directory, sorted; of a single file an empty path."""
    return s3.walk(s3.place(path, config)) if is_s3(path) else local.walk(path)


def same(source: str, target: str, config: S3Config | None = None) -> bool:
    """Whether a copy would find its target as it wants to leave it, by the names and sizes of all files."""
    if not is_directory(source, config) and (target.endswith("/") or is_directory(target, config)):
        target = f"{target.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}"
    return exists(target, config) and list(walk(source, config)) == list(walk(target, config))


def check_copy(source: str, target: str, overwrite: bool = False, config: S3Config | None = None) -> str:
    """Where a copy would go. Raises StorageError if `copy` would refuse it."""
    if is_s3(source) and is_s3(target):
        into = target.endswith("/")
        return str(s3.check_copy(s3.place(source, config), s3.place(target, config), into, overwrite).place)
    if is_s3(source):
        return str(s3.check_download(s3.place(source, config), target, overwrite))
    if is_s3(target):
        return str(s3.check_upload(source, s3.place(target, config), target.endswith("/"), overwrite).place)
    return str(local.check_copy(source, target, overwrite))


def copy(source: str, target: str, overwrite: bool = False, config: S3Config | None = None) -> str:
    """Copies a file or a whole directory, and returns where it went.

    A target that is a directory takes a file into it; one that ends with / takes it in any case.
    overwrite: a file may replace a file. Raises StorageError; then what was at the target is untouched.

    On this machine a copy appears under its name when it is whole. In S3 a file does, too; of a directory the files
    appear one by one, those whose names begin with _ last, and if one fails, those that were copied are removed.
    """
    if is_s3(source) and is_s3(target):
        return s3.copy(s3.place(source, config), s3.place(target, config), target.endswith("/"), overwrite)
    if is_s3(source):
        return s3.download(s3.place(source, config), target, overwrite)
    if is_s3(target):
        return s3.upload(source, s3.place(target, config), target.endswith("/"), overwrite)
    return local.copy(source, target, overwrite)


def check_delete(path: str, config: S3Config | None = None) -> None:
    """Raises StorageError if `delete` would refuse the path."""
    if is_s3(path):
        s3.check_delete(s3.place(path, config))
    else:
        local.check_delete(path)


def delete(path: str, config: S3Config | None = None) -> None:
    """Removes a file, or a directory with all that is in it; of a symbolic link the link alone.

    Raises StorageError, also for what is never meant: a root, a directory next to it, a home, a mount point, the
    working directory or one above it, and a bucket as a whole.
    """
    if is_s3(path):
        s3.delete(s3.place(path, config))
    else:
        local.delete(path)
