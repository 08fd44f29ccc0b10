"""Listing, copying and removing objects of S3. A directory is what lies below a prefix that ends with a slash."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from rowmill.errors import StorageError
from rowmill.s3.client import is_missing, is_refused_condition
from rowmill.s3.config import S3Config
from rowmill.s3.uri import MAX_KEY_BYTES, S3Uri, parse_uri
from rowmill.sink.files import local
from rowmill.sink.files.listing import FileInfo
from rowmill.sink.local import local_path
from rowmill.sink.s3 import names
from rowmill.sink.s3.checksum import crc32, to_base64
from rowmill.sink.s3.store import Entry, Store, in_parallel

_COPIED_AT_ONCE = 5 << 30  # the most that CopyObject takes; what is larger is copied in parts, by the store as well
_COPIED_PART = 1 << 30
_PART, _MOST_PARTS = 16 << 20, 10_000


def place(path: str, config: S3Config | None) -> Store:
    """The place of a path. Raises StorageError or ConfigError."""
    return Store(config or S3Config.from_env(), parse_uri(path, "path"))


def exists(store: Store) -> bool:
    """Whether there is an object of this name, or one below it; for a bucket: whether the bucket is there."""
    if not store.place.key:
        store.quick.check_bucket()
        return True
    return _object(store.quick) is not None or _has_children(store.quick)


def must_exist(store: Store) -> Store:
    """The place, if something is there. Raises StorageError."""
    if not exists(store):
        raise StorageError("no such file or directory", where=str(store.place), fix="check the path")
    return store


def is_directory(store: Store) -> bool:
    """Whether objects lie below the name."""
    return not store.place.key or _has_children(store.quick)


def is_file(store: Store) -> bool:
    """Whether there is an object of this name, and none below it."""
    return bool(store.place.key) and _object(store.quick) is not None and not _has_children(store.quick)


def list_files(store: Store) -> list[FileInfo]:
    """The entries of a directory by name, or the one file. Raises StorageError."""
    must_exist(store)
    single = _object(store) if store.place.key else None
    found = {} if single is None else {"": FileInfo(str(store.place), single.bytes, False, single.modified)}
    for entry in store.list():
        name, slash, _ = entry.path.partition("/")
        if not name:
            continue  # what some tools leave in the place of an empty directory
        size, modified = entry.bytes, entry.modified
        path = str(store.place / name)
        known = found.get(name + slash)
        if known is not None:
            size, modified = size + known.size, max(modified, known.modified or modified)
        found[name + slash] = FileInfo(path, size, bool(slash), modified)
    return [found[name] for name in sorted(found)]


def walk(store: Store) -> Iterator[tuple[str, int]]:
    """See files.walk. Raises StorageError."""
    if not is_directory(store):
        single = _object(store)
        yield "", single.bytes if single else 0
        return
    yield from ((entry.path, entry.bytes) for entry in _copied(store))


def check_delete(store: Store) -> None:
    """See files.check_delete."""
    if not store.place.key:
        raise StorageError("a bucket is never emptied as a whole", where=str(store.place), fix="name something in it")
    must_exist(store)


def delete(store: Store) -> None:
    """Removes an object and all below its name. See files.delete."""
    check_delete(store)
    # Data go before what describes them; what is left of a removal that fails can still be removed.
    store.delete(sorted((entry.path for entry in store.list()), key=names.describes))
    if _object(store) is not None:
        _parent(store).delete([_name(store)])


def check_copy(source: Store, target: Store, into: bool, overwrite: bool) -> Store:
    """See files.check_copy."""
    must_exist(source)
    single = not is_directory(source)
    wanted = _file_target(target, _name(source), into) if single else target
    same = source.place.bucket == wanted.place.bucket
    if same and (wanted.place.key == source.place.key or wanted.place.key.startswith(source.place.prefix)):
        raise StorageError("the target is the source or lies in it", where=str(wanted.place), fix="name another target")
    _refuse_existing(wanted, single and overwrite)
    return wanted


def copy(source: Store, target: Store, into: bool, overwrite: bool) -> str:
    """Copies within the store: the data don't pass through this machine. See files.copy."""
    wanted = check_copy(source, target, into, overwrite)
    if not is_directory(source):
        _copy_object(source, wanted)
        return str(wanted.place)
    with _undone_if_it_fails(wanted) as made:

        def one(entry: Entry) -> None:
            made.append(entry.path)
            _copy_object(_below(source, entry.path), _below(wanted, entry.path))

        _in_order(one, _copied(source), lambda entry: entry.path)
    return str(wanted.place)


def check_download(source: Store, target: str, overwrite: bool) -> Path:
    """See files.check_copy."""
    must_exist(source)
    directory = is_directory(source)
    wanted = local_path(target) if directory else local.target_of(_name(source), target)
    local.refuse_existing(wanted, directory, overwrite)
    return wanted


def download(source: Store, target: str, overwrite: bool) -> str:
    """Copies from S3 to this machine. See files.copy."""
    wanted = check_download(source, target, overwrite)
    with local.taking(wanted) as partial:
        if is_directory(source):
            entries = _copied(source)
            places = {entry.path: partial / _safe(source, entry.path) for entry in entries}
            for place_of_file in places.values():
                place_of_file.parent.mkdir(parents=True, exist_ok=True)
            for _ in in_parallel(lambda path: _fetch(_below(source, path), places[path]), list(places)):
                pass
        else:
            _fetch(source, partial)
    return str(wanted)


def check_upload(source: str, target: Store, into: bool, overwrite: bool) -> Store:
    """See files.check_copy."""
    found = local.must_exist(source)
    single = found.is_file()
    wanted = _file_target(target, found.name, into) if single else target
    _refuse_existing(wanted, single and overwrite)
    return wanted


def upload(source: str, target: Store, into: bool, overwrite: bool) -> str:
    """Copies from this machine to S3. See files.copy."""
    wanted, found = check_upload(source, target, into, overwrite), local_path(source)
    if found.is_file():
        _send(found, wanted, overwrite)
        return str(wanted.place)
    paths = [path for path, _ in local.walk(source)]
    if not paths:
        raise StorageError("the directory is empty: S3 has no empty ones", where=str(found), fix="copy something else")
    for path in paths:
        if len(f"{wanted.place.prefix}{path}".encode()) > MAX_KEY_BYTES:
            raise StorageError("the path is too long for S3", where=str(found / path), fix="name a shorter target")
    with _undone_if_it_fails(wanted) as made:

        def one(path: str) -> None:
            _send(found / path, _below(wanted, path), False)
            made.append(path)  # not before: what is there already is somebody else's

        _in_order(one, paths, str)
    return str(wanted.place)


# -- places ------------------------------------------------------------------------------------------


def _name(store: Store) -> str:
    return store.place.key.rpartition("/")[2]


def _parent(store: Store) -> Store:
    return Store(store.config, S3Uri(store.place.bucket, store.place.key.rpartition("/")[0]))


def _below(store: Store, path: str) -> Store:
    return Store(store.config, store.place / path)


def _object(store: Store) -> Entry | None:
    """The object of exactly this name."""
    with store.errors():
        try:
            found = store.client.head_object(Bucket=store.place.bucket, Key=store.place.key)
        except ClientError as error:
            if not is_missing(error):
                store.check_bucket()  # a HEAD does not say why
                raise
            store.check_bucket()  # a missing bucket is no missing object
            return None
    return Entry("", found["ContentLength"], found["ETag"], found["LastModified"])


def _has_children(store: Store) -> bool:
    with store.errors():
        answer = store.client.list_objects_v2(Bucket=store.place.bucket, Prefix=store.place.prefix, MaxKeys=1)
    return bool(answer.get("KeyCount", len(answer.get("Contents", ()))))


def _file_target(target: Store, name: str, into: bool) -> Store:
    return _below(target, name) if into or not target.place.key or _has_children(target) else target


def _refuse_existing(target: Store, overwrite: bool) -> None:
    """overwrite: a single object may be there."""
    if not target.place.key:
        target.quick.check_bucket()
        if _has_children(target):
            raise StorageError("the target is a bucket with something in it", where=str(target.place), fix="add a path")
    elif _has_children(target) or (not overwrite and _object(target) is not None):
        raise StorageError("the target exists already", where=str(target.place), fix="name another target")


def _copied(source: Store) -> list[Entry]:
    """What of a directory is copied: no markers of directories, and no sign that a run is alive there."""
    return [e for e in source.list() if not e.path.endswith("/") and e.path and names.leased_run(e.path) is None]


def _safe(source: Store, path: str) -> str:
    """A key as a path of this machine. Raises StorageError for one that would lead elsewhere."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\0" in path:
        raise StorageError("no file of this machine can have this name", where=f"{source.place}/{path}")
    return path


# -- objects -----------------------------------------------------------------------------------------


def _in_order(function: Any, items: Sequence[Any], path: Any) -> None:
    """Calls the function for each item: first those of data, then those that describe them."""
    for describing in (False, True):
        for _ in in_parallel(function, [item for item in items if names.describes(path(item)) == describing]):
            pass


@contextlib.contextmanager
def _undone_if_it_fails(target: Store) -> Any:
    """A list for the paths that are written below a target that was empty; they are removed if the block fails."""
    made: list[str] = []
    try:
        yield made
    except BaseException:
        with contextlib.suppress(StorageError):
            target.quick.delete(made)
        raise


def _copy_object(source: Store, target: Store) -> None:
    from boto3.s3.transfer import TransferConfig

    with target.errors():
        target.client.copy(
            {"Bucket": source.place.bucket, "Key": source.place.key},
            target.place.bucket,
            target.place.key,
            Config=TransferConfig(multipart_threshold=_COPIED_AT_ONCE, multipart_chunksize=_COPIED_PART),
        )


def _fetch(source: Store, target: Path) -> None:
    with source.errors():
        source.client.download_file(source.place.bucket, source.place.key, str(target))


def _send(source: Path, target: Store, overwrite: bool) -> None:
    """Uploads a file. Raises StorageError, also if the object is there and may not be overwritten."""
    condition = {} if overwrite else {"IfNoneMatch": "*"}
    try:
        length = source.stat().st_size
        with target.errors():
            try:
                if length <= _PART:
                    body = source.read_bytes()
                    target.client.put_object(**_at(target), **_checked(body), **condition)
                else:
                    _send_parts(source, length, target, condition)
            except ClientError as error:
                if condition and is_refused_condition(error):
                    raise StorageError(
                        "the target exists already", where=str(target.place), fix="name another target"
                    ) from error
                raise
    except OSError as error:
        raise local.reading_error(error, source) from error


def _send_parts(source: Path, length: int, target: Store, condition: dict[str, str]) -> None:
    size = max(_PART, -(-length // _MOST_PARTS))
    upload = target.client.create_multipart_upload(**_at(target), ChecksumAlgorithm="CRC32")["UploadId"]

    def send(number: int) -> dict[str, Any]:
        with source.open("rb") as file:
            file.seek((number - 1) * size)
            data = file.read(size)
        answer = target.client.upload_part(**_at(target), UploadId=upload, PartNumber=number, **_checked(data))
        kept = {"ETag": answer["ETag"], "ChecksumCRC32": answer.get("ChecksumCRC32")}
        return {"PartNumber": number} | {name: value for name, value in kept.items() if value}

    try:
        parts = list(in_parallel(send, range(1, -(-length // size) + 1)))
        target.client.complete_multipart_upload(
            **_at(target), UploadId=upload, MultipartUpload={"Parts": parts}, **condition
        )
    except BaseException:
        with contextlib.suppress(Exception):  # the failure that counts is the first
            target.quick.client.abort_multipart_upload(**_at(target), UploadId=upload)
        raise


def _checked(body: bytes) -> dict[str, Any]:
    """A body and its checksum, as a header: the SDK's own would be a trailer, which not all stores take."""
    return {"Body": body, "ChecksumCRC32": to_base64(crc32(body))}


def _at(store: Store) -> dict[str, str]:
    return {"Bucket": store.place.bucket, "Key": store.place.key}
