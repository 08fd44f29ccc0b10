"""One place of S3, with the few requests that commits are made of. Every failure is a StorageError that names it."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from rowmill.errors import StorageError
from rowmill.s3.client import client, error_code, is_missing, is_refused_condition, located, translated
from rowmill.s3.config import S3Config
from rowmill.s3.uri import S3Uri
from rowmill.sink.manifest import WrittenFile
from rowmill.sink.s3.checksum import crc32, to_base64

_THREADS = 16
_DELETED_AT_ONCE = 1000  # the most that DeleteObjects takes


class Gone(StorageError):
    """An upload is neither pending nor completed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An object; `path` is below the place, `bytes` its size."""

    path: str
    bytes: int
    etag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class PendingUpload:
    """A multipart upload that nobody has completed."""

    path: str
    upload: str
    started: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """An object that was read whole. `age` in seconds since it was written, by the store's own clock."""

    text: str
    etag: str
    age: float


_clients: dict[tuple[int, bool, S3Config], Any] = {}
_lock = threading.Lock()


def shared_client(config: S3Config, strict: bool = False) -> Any:
    """The client of this process: connections live as long as it."""
    with _lock:
        known = (os.getpid(), strict, config)
        if known not in _clients:
            _clients[known] = client(config, strict)
        return _clients[known]


def warm_up(config: S3Config, bucket: str) -> None:
    """Lets this process ask once, so that its first real request need not wait for the SDK to make itself ready."""
    with contextlib.suppress(Exception):  # whoever needs an answer asks again
        shared_client(config).list_multipart_uploads(Bucket=bucket, MaxUploads=1)


@dataclass(frozen=True)
class Store:
    """A place: all that is below a prefix of a bucket.

    strict: requests give up within seconds
    """

    config: S3Config
    place: S3Uri
    strict: bool = False

    @property
    def client(self) -> Any:
        return shared_client(self.config, self.strict)

    @cached_property
    def quick(self) -> Store:
        """The same place, asked with little patience."""
        return Store(self.config, self.place, strict=True)

    def key(self, path: str) -> str:
        return f"{self.place.prefix}{path}"

    def errors(self, path: str = "") -> Any:
        """A context in which the SDK's errors become ours."""
        return translated(str(self.place / path) if path else str(self.place), self.config)

    def check_bucket(self) -> None:
        """Raises StorageError within seconds if the bucket can't be looked at."""
        located(self.config, self.place.bucket)

    # -- looking ---------------------------------------------------------------------------------

    def list(self, below: str = "") -> Iterator[Entry]:
        """All objects whose path begins with `below`, in the order of their keys."""
        start = len(self.place.prefix)
        with self.errors():
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=self.key(below)):
                for item in page.get("Contents", ()):
                    yield Entry(item["Key"][start:], item["Size"], item["ETag"], item["LastModified"])

    def uploads(self, below: str = "") -> Iterator[PendingUpload]:
        """All pending uploads whose path begins with `below`."""
        start = len(self.place.prefix)
        with self.errors():
            pages = self.client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=self.key(below)):
                for item in page.get("Uploads", ()):
                    yield PendingUpload(item["Key"][start:], item["UploadId"], item["Initiated"])

    def read(self, path: str) -> Text | None:
        """A small object; None if it is not there."""
        with self.errors(path):
            try:
                answer = self.client.get_object(Bucket=self.place.bucket, Key=self.key(path))
                text = answer["Body"].read().decode("utf-8", "replace")
            except ClientError as error:
                if not is_missing(error):
                    raise
                return None
        return Text(text, answer["ETag"], _age(answer))

    # -- writing ---------------------------------------------------------------------------------

    def write(self, path: str, text: str, **conditions: str) -> str | None:
        """Writes a small object, and returns its ETag; None if a condition (IfMatch, IfNoneMatch) is not met."""
        body = text.encode()
        with self.errors(path):
            try:
                answer = self.client.put_object(
                    Bucket=self.place.bucket,
                    Key=self.key(path),
                    Body=body,
                    ContentType="application/json" if path.endswith(".json") else "text/plain; charset=utf-8",
                    # Given ChecksumAlgorithm alone, the SDK would send it as a trailer, which not all stores take.
                    ChecksumCRC32=to_base64(crc32(body)),
                    **conditions,
                )
            except ClientError as error:
                # If-Match on what is not there: some stores say so by 404.
                if conditions and (is_refused_condition(error) or is_missing(error)):
                    return None
                raise
        return str(answer["ETag"])

    def delete(self, paths: Iterable[str]) -> None:
        """Removes objects; those that are not there are no error."""
        names = list(paths)
        for at in range(0, len(names), _DELETED_AT_ONCE):
            group = names[at : at + _DELETED_AT_ONCE]
            with self.errors(group[0]):
                answer = self.client.delete_objects(
                    Bucket=self.place.bucket,
                    Delete={"Objects": [{"Key": self.key(name)} for name in group], "Quiet": True},
                    ChecksumAlgorithm="CRC32",
                )
            for fault in answer.get("Errors", ()):
                if fault.get("Code") not in ("NoSuchKey", "404"):
                    raise StorageError(
                        f"an object can't be removed: {fault.get('Code')} {fault.get('Message', '')}".strip(),
                        where=f"s3a://{self.place.bucket}/{fault.get('Key')}",
                    )

    def abort_uploads(self, uploads: Iterable[PendingUpload]) -> int:
        """Aborts pending uploads and returns their number; those that are gone already are no error."""

        def one(upload: PendingUpload) -> None:
            with self.errors(upload.path):
                try:
                    self.client.abort_multipart_upload(
                        Bucket=self.place.bucket, Key=self.key(upload.path), UploadId=upload.upload
                    )
                except ClientError as error:
                    if error_code(error) not in ("NoSuchUpload", "404"):
                        raise

        return sum(1 for _ in in_parallel(one, uploads))

    def complete(self, file: WrittenFile) -> int:
        """Makes a file visible, and returns how often the store had to be asked again. Once more does no harm.

        Raises Gone if its upload was aborted or its object removed, StorageError if it is not what was sent.
        """
        pending = file.pending
        assert pending is not None
        parts = [
            {"PartNumber": number, "ETag": etag} | ({"ChecksumCRC32": crc} if crc else {})
            for number, (etag, crc) in enumerate(pending.parts, 1)
        ]
        whole = {"ChecksumType": "FULL_OBJECT", "ChecksumCRC32": pending.checksum} if pending.checksum else {}
        with self.errors(file.path):
            try:
                answer = self.client.complete_multipart_upload(
                    Bucket=self.place.bucket,
                    Key=self.key(file.path),
                    UploadId=pending.upload,
                    MultipartUpload={"Parts": parts},
                    **whole,
                )
            except ClientError as error:
                if error_code(error) not in ("NoSuchUpload", "404"):
                    raise
                self._must_be_there(file)
                return 0
        found = answer.get("ChecksumCRC32")
        if pending.checksum and found and found != pending.checksum:
            raise StorageError("the object is not what was sent", where=str(self.place / file.path), fix="run again")
        return retries(answer)

    def _must_be_there(self, file: WrittenFile) -> None:
        """An upload that is unknown may have been completed before, by us or by who finished our commit."""
        try:
            found = self.client.head_object(Bucket=self.place.bucket, Key=self.key(file.path))
        except ClientError as error:
            if not is_missing(error):
                raise
            found = {"ContentLength": -1}
        if found["ContentLength"] != file.bytes:
            raise Gone("an upload was aborted by somebody else", where=str(self.place / file.path), fix="run again")


def in_parallel(function: Any, items: Iterable[Any]) -> Iterator[Any]:
    """Results in the order of the items. The first failure ends it: what has not begun is not begun."""
    pool = ThreadPoolExecutor(_THREADS)
    try:
        yield from pool.map(function, items)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def retries(answer: dict[str, Any]) -> int:
    """How often the SDK had to ask again for this answer."""
    return int(answer.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def _age(answer: dict[str, Any]) -> float:
    """Seconds between the object's writing and this answer, both by the store's clock."""
    from email.utils import parsedate_to_datetime

    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    now = parsedate_to_datetime(date).timestamp() if date else time.time()
    return float(now - answer["LastModified"].timestamp())
