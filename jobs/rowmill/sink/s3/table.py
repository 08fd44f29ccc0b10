"""The place of one table in S3: see commit for what readers see, lease for who is at work."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from botocore.exceptions import ClientError

from rowmill.errors import RowmillError, StorageError
from rowmill.progress import Show
from rowmill.s3.client import located
from rowmill.s3.config import S3Config
from rowmill.s3.uri import S3Uri
from rowmill.sink import records
from rowmill.sink.local import DATA_SUFFIXES
from rowmill.sink.manifest import Manifest, WrittenFile, parse_manifest
from rowmill.sink.s3 import names
from rowmill.sink.s3.checksum import crc32, to_base64
from rowmill.sink.s3.commit import Commit, carry_out, commits, paths, roll_forward
from rowmill.sink.s3.lease import Lease, leases, read_lease
from rowmill.sink.s3.store import Entry, Store
from rowmill.sink.s3.sweep import abort_run, forget_run, sweep
from rowmill.sink.s3.upload import S3Staging
from rowmill.sink.staging import Staging
from rowmill.sink.table import Check


class S3Table:
    """snapshots: each overwrite goes to a folder of its own, so that Hive can be switched from one to the next."""

    def __init__(self, place: S3Uri, mode: str, config: S3Config, snapshots: bool = False) -> None:
        self.place, self.mode = place, mode
        self.manifest: Manifest | None = None
        self.retries = 0
        self._store = Store(config, place)
        self._snapshots = snapshots
        self._etag: str | None = None
        self._data: tuple[Entry, ...] = ()
        self._outdated: list[str] = []
        self._retired: list[str] = []
        self._lease: Lease | None = None
        self._folder: str | None = None
        self._adopted: records.Done = {}
        self._conditional = self._checksums = True

    @property
    def where(self) -> str:
        return str(self.place)

    @property
    def location(self) -> str:
        return str(self.place / self._snapshot.rstrip("/")) if self._snapshot else str(self.place)

    @property
    def s3(self) -> S3Config | None:
        return self._store.config

    @property
    def disk(self) -> Path | None:
        return None

    @property
    def _snapshot(self) -> str:
        """The folder that the table's files lie in, with a slash; empty if they lie in the place itself."""
        if self._folder is not None:
            return self._folder
        return names.snapshot_of(self.manifest.files[0].path) if self.manifest and self.manifest.files else ""

    # -- before the run -------------------------------------------------------------------------

    def read_manifest(self) -> Manifest | None:
        """The manifest that readers see. Raises StorageError."""
        found = self._store.read(names.MANIFEST)
        self._etag = found.etag if found else None
        return parse_manifest(found.text, str(self.place / names.MANIFEST)) if found else None

    def inspect(self, show: Show, look_only: bool = False) -> None:
        self._store = Store(located(self._store.config, self.place.bucket), self.place)
        unfinished = self.journal()
        if unfinished is not None and not look_only:
            self.end_commit(unfinished, show)
        self.manifest = self.read_manifest()
        if unfinished is not None and look_only:
            show(f"{self.place}: a commit was cut off; the next run ends it")
            self.manifest = unfinished.final
        self._data = tuple(self._look_around())
        self._retired = list(self._left_snapshots()) if self._snapshots else []
        if (self._data or self.manifest) and self.mode == "error":
            raise StorageError(
                "the table exists already, and mode is error",
                where=self.where,
                fix="use mode=overwrite or mode=append, or another output",
            )
        if self._data and self.manifest is None:
            self._refuse_foreign()
        if self.mode == "append" and self.manifest is not None and not self._is_whole(self.manifest):
            raise StorageError(
                "files of the table are missing or changed, so it can't grow",
                where=self.where,
                fix="use mode=overwrite",
            )

    def journal(self) -> Commit | None:
        """The commit that is under way, if there is one."""
        return next(commits(self._store), None)

    def end_commit(self, commit: Commit, show: Show) -> None:
        """Ends the commit of a run that died. Raises StorageError if it is alive."""
        lease = read_lease(self._store, commit.run)
        if lease is not None and lease.alive:
            raise StorageError(
                "another run is committing to the table", where=self.where, fix="run again when it is done"
            )
        forward = roll_forward(self._store, commit, show)
        outcome = "was ended" if forward else "could not be ended, and was undone"
        show(f"{self.place}: the commit of a run that died {outcome}")
        abort_run(self._store, commit.run)
        forget_run(self._store, commit.run)

    def _look_around(self) -> Iterable[Entry]:
        """The data objects. Raises StorageError if other tables lie below this place."""
        self._outdated = []
        for entry in self._store.list():
            if not entry.path or entry.path.endswith("/"):
                continue  # what Spark leaves in the place of a directory
            parts = PurePosixPath(entry.path).parts
            if parts[0] == names.REDSHIFT:
                self._outdated.append(entry.path)
            if len(parts) > 1 and parts[-1] == names.MANIFEST:
                raise StorageError(
                    "another table lies below this place", where=self.where, value=entry.path, fix="name another output"
                )
            if entry.path == "_SUCCESS" or names.is_data(entry.path):
                yield entry

    def _left_snapshots(self) -> Iterable[str]:
        """What an earlier run committed, and did not come to remove after it had told Hive."""
        named = paths(self.manifest.files) if self.manifest else set[str]()
        strays = [e.path for e in self._data if e.path not in named and names.snapshot_of(e.path)]
        alive = {lease.run for lease in leases(self._store) if lease.alive} if strays else set[str]()
        return (path for path in strays if names.run_of(path) not in alive)

    def _refuse_foreign(self) -> None:
        if self.mode == "append":
            raise StorageError(
                "there are data without a manifest, so the last row number is not known",
                where=self.where,
                fix="use mode=overwrite, or another output",
            )
        for entry in self._data:
            name = entry.path.removesuffix(".gz")
            if entry.path != "_SUCCESS" and PurePosixPath(name).suffix not in DATA_SUFFIXES:
                raise StorageError(
                    "there are objects that are no table's, so nothing is overwritten",
                    where=self.where,
                    value=entry.path,
                    fix="name another output",
                )

    def check_access(self) -> None:
        """Tries what the run will need, on objects of its own: a part, a condition, a removal. Raises StorageError."""
        if self._snapshot and not self._snapshots and self.mode == "overwrite":
            raise StorageError(
                "Hive looks at a folder of this table, which would be removed",
                where=self.location,
                fix="add hive=true, so that it is told of the new one; or remove the table there first",
            )
        store, name = self._store.quick, f"_probe-{secrets.token_hex(6)}.json"
        target = {"Bucket": self.place.bucket, "Key": store.key(name)}
        with store.errors():
            upload = store.client.create_multipart_upload(
                **target, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT"
            )["UploadId"]
            try:
                crc = to_base64(crc32(b"rowmill"))
                part = {"UploadId": upload, "PartNumber": 1, "Body": b"rowmill"}
                answer = store.client.upload_part(**target, **part, ChecksumCRC32=crc)
                self._checksums = answer.get("ChecksumCRC32") == crc
            finally:
                store.client.abort_multipart_upload(**target, UploadId=upload)
        for _ in store.uploads(name):
            pass
        store.write(name, "{}", IfNoneMatch="*")
        self._conditional = store.write(name, "{}", IfNoneMatch="*") is None
        store.delete([name])

    @property
    def warning(self) -> str | None:
        """What the store lacks, after check_access."""
        if self._conditional:
            return None
        return f"{self.place}: the store ignores If-None-Match: nothing keeps two runs from committing at once"

    def is_current(self, digest: str) -> bool:
        found = self.manifest
        return found is not None and [run for run, _ in found.runs] == [digest] and self._is_whole(found)

    def _is_whole(self, manifest: Manifest) -> bool:
        sizes = {entry.path: entry.bytes for entry in self._data}
        return all(sizes.get(file.path) == file.bytes for file in manifest.files)

    # -- the run --------------------------------------------------------------------------------

    def unfinished(self, digest: str) -> records.Done:
        dead = [found for found in leases(self._store) if not found.alive and found.digest == digest]
        return max((self._recorded(found.run) for found in dead), key=len, default={})

    def _recorded(self, run: str) -> records.Done:
        """The planned files that a run has uploaded whole, and whose uploads are still pending."""
        texts = [self._store.read(entry.path) for entry in self._store.list(f"{names.records(run)}/")]
        there = {upload.upload for upload in self._store.uploads() if names.run_of(upload.path) == run}
        return {
            planned: files
            for planned, files in records.of_lines("".join(text.text for text in texts if text)).items()
            if all(file.pending is not None and file.pending.upload in there for file in files)
        }

    def dead_bytes(self) -> int:
        return 0

    def stage(self, run: str, digest: str = "", resume: bool = False) -> Staging:
        lease = None
        if resume:
            dead = [found for found in leases(self._store) if not found.alive and found.digest == digest]
            for found in sorted(dead, key=lambda found: -len(self._recorded(found.run))):
                lease = Lease(self._store, found.run, digest)
                if lease.take(found.etag):
                    self._adopted = self._recorded(found.run)
                    break
                lease = None
        if lease is None:
            lease = Lease(self._store, run, digest)
            if not lease.take():
                raise StorageError("another run has taken the name of this one", where=self.where, fix="run again")
        self._lease = lease
        sweep(self._store, keep=lease.run)
        self._folder = self._folder_for(lease.run, digest, resume)
        return S3Staging(self._store.config, self.place, lease.run, self._folder, self._checksums)

    def _folder_for(self, run: str, digest: str, resume: bool) -> str:
        there = self.manifest
        grows = there is not None and (self.mode == "append" or (resume and there.runs[-1][0] == digest))
        adopted = next((names.snapshot_of(files[0].path) for files in self._adopted.values() if files), None)
        if grows:
            return self._snapshot
        if adopted is not None:
            return adopted
        return f"{names.snapshot_folder(run)}/" if self._snapshots else ""

    def adopt(self, digest: str, linked: Sequence[WrittenFile], check: Check) -> records.Done:
        return self._adopted

    @staticmethod
    def planned(path: str) -> str:
        return names.planned_name(path)

    def commit(self, manifest: Manifest, show: Show) -> Manifest:
        assert self._lease is not None
        before = self.manifest
        manifest = replace(manifest, generation=(before.generation if before else 0) + 1)
        kept = paths(manifest.files)
        # An append leaves what is there, also what no manifest knows; only what loads it elsewhere is then wrong.
        old = [] if self.mode == "append" else [entry.path for entry in self._data if entry.path not in kept]
        old += self._outdated
        later = bool(self._snapshot) and self._snapshots
        commit = Commit(self._lease.run, manifest, self._etag, tuple(old), later)
        self._retired = old if later else []
        self.retries = sum(file.pending.retries for file in manifest.files if file.pending)
        self.retries += carry_out(self._store, commit, self._conditional, show)
        self.manifest = commit.final
        self.abort()
        return commit.final

    def retire(self) -> None:
        """Removes what Hive no longer looks at. Raises StorageError."""
        retired, self._retired = self._retired, []
        self._store.delete(retired)

    def abort(self, keep: bool = False) -> bool:
        lease, self._lease = self._lease, None
        if lease is None:
            return True
        store = self._store.quick
        try:
            if not keep:
                abort_run(store, lease.run)
                forget_run(store, lease.run, lease=False)
            lease.end(keep)
        except (RowmillError, ClientError):
            return False
        return True
