"""A task's side: files that stream into multipart uploads, which the task never completes."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore, Lock
from typing import Any, ClassVar

from rowmill.errors import StorageError
from rowmill.generate.table import BLOCK_ROWS
from rowmill.s3.config import S3Config
from rowmill.s3.uri import S3Uri
from rowmill.sink import records
from rowmill.sink.manifest import Pending, Stored, WrittenFile
from rowmill.sink.s3 import names
from rowmill.sink.s3.checksum import combine, crc32, to_base64
from rowmill.sink.s3.store import Store, retries
from rowmill.sink.staging import OutputFile

PART_BYTES = 16 << 20
_TRAVELLING = 2
# An object has 10,000 parts at most: after so many they are larger, which makes room for S3's largest, 5 TiB.
_GROWING_AFTER, _LARGE_PART_BYTES = 5_000, 1 << 30


@dataclass(frozen=True)
class S3Staging:
    """Where the tasks of one run upload to.

    folder:    below the place that data go to, with a slash at its end, or empty
    checksums: whether the store compares and returns CRC-32s; else each part is sent with its MD5
    """

    notes_each_file: ClassVar[bool] = False
    task_rows: ClassVar[int] = 4 * BLOCK_ROWS
    config: S3Config
    place: S3Uri
    run: str
    folder: str = ""
    checksums: bool = True

    @property
    def shown(self) -> str:
        return str(self.place)

    @property
    def store(self) -> Store:
        return Store(self.config, self.place)

    def create(self, path: str, attempt: str) -> OutputFile:
        return Upload(self.store, names.data_name(self.folder + path, self.run), self.checksums)

    def find(self, path: str) -> Stored | None:
        return None  # what is whole is recorded by planned file, never by partition

    def note(self, attempt: str, done: Sequence[tuple[str, Sequence[WrittenFile]]]) -> None:
        first = done[0][0].replace("/", "_")
        self.store.write(f"{names.records(self.run)}/{first}.{attempt}.jsonl", records.to_lines(done))


@cache
def _sender(process: int) -> ThreadPoolExecutor:
    """Parts travel while the next rows are made."""
    return ThreadPoolExecutor(_TRAVELLING, thread_name_prefix="rowmill-upload")


@cache
def _room(process: int) -> BoundedSemaphore:
    """Parts that may travel at once; who wants to send one more waits."""
    return BoundedSemaphore(_TRAVELLING)


class Upload(io.RawIOBase):
    """An object being uploaded. Three parts are in memory at most: the one that fills and two that travel."""

    def __init__(self, store: Store, path: str, checksums: bool, part_bytes: int = PART_BYTES) -> None:
        self._store, self._path, self._checksums = store, path, checksums
        self._part_bytes = part_bytes
        self._buffer = bytearray()
        self._upload = ""
        self._sent: list[Future[tuple[str, str, int]]] = []
        self._crc = self._bytes = 0
        self._ended = False
        self._beginning = Lock()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        """Raises StorageError if a part could not be sent."""
        view = memoryview(data).cast("B")
        if self._ended:
            return len(view)
        at = 0
        while at < len(view):
            taken = min(len(view) - at, self._wanted() - len(self._buffer))
            self._buffer += view[at : at + taken]
            at += taken
            if len(self._buffer) == self._wanted():
                self._send()
        return len(view)

    def _wanted(self) -> int:
        return self._part_bytes if len(self._sent) < _GROWING_AFTER else _LARGE_PART_BYTES

    def _send(self) -> None:
        for future in self._sent[-_TRAVELLING:]:
            if future.done():
                future.result()  # here its failure is met
        part, self._buffer = self._buffer, bytearray()
        crc = crc32(part)
        self._crc = combine(self._crc, crc, len(part)) if self._sent else crc
        self._bytes += len(part)
        room = _room(os.getpid())
        room.acquire()
        future = _sender(os.getpid()).submit(self._send_part, len(self._sent) + 1, part, crc)
        future.add_done_callback(lambda _: room.release())
        self._sent.append(future)

    def _send_part(self, number: int, part: bytearray, crc: int) -> tuple[str, str, int]:
        """(ETag, CRC-32, retries) of a part that the store has."""
        store = self._store
        target = {"Bucket": store.place.bucket, "Key": store.key(self._path)}
        with store.errors(self._path):
            with self._beginning:
                again = 0
                if not self._upload:
                    wanted = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"} if self._checksums else {}
                    made = store.client.create_multipart_upload(**target, **wanted)
                    self._upload, again = made["UploadId"], retries(made)
            text = to_base64(crc) if self._checksums else ""
            digest = {"ChecksumCRC32": text} if text else {"ContentMD5": _md5(part)}
            answer = store.client.upload_part(**target, UploadId=self._upload, PartNumber=number, Body=part, **digest)
        if text and answer.get("ChecksumCRC32") != text:
            raise StorageError(
                "what the store received is not what was sent", where=str(store.place / self._path), fix="run again"
            )
        return answer["ETag"], text, again + retries(answer)

    def finish(self) -> Callable[[], Stored]:
        if self._buffer or not self._sent:
            self._send()
        self._ended = True
        return self._stored

    def _stored(self) -> Stored:
        parts = [future.result() for future in self._sent]
        pending = Pending(
            self._upload,
            tuple((etag, crc) for etag, crc, _ in parts),
            to_base64(self._crc) if self._checksums else "",
            sum(again for _, _, again in parts),
        )
        return Stored(self._path, self._bytes, pending)

    def abort(self) -> None:
        """Gives the upload up. What can't be aborted now, the driver aborts, or the next run."""
        self._ended = True
        self._buffer = bytearray()
        for future in self._sent:
            future.cancel()
        with contextlib.suppress(Exception):
            wait(self._sent, timeout=2)
            if self._upload:
                store = self._store.quick
                store.client.abort_multipart_upload(
                    Bucket=store.place.bucket, Key=store.key(self._path), UploadId=self._upload
                )


def _md5(part: bytearray) -> str:
    return base64.b64encode(hashlib.md5(part, usedforsecurity=False).digest()).decode("ascii")
