"""Writing DataFrames to directories: on this machine in one step, in S3 by the magic committer, which never renames."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from rowmill.errors import ConfigError, StorageError
from rowmill.hive import read_options
from rowmill.s3.config import S3Config
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.sink import files
from rowmill.sink.local import LocalTable, local_path
from rowmill.sink.manifest import read_manifest
from rowmill.sink.s3 import names
from rowmill.sink.s3.lease import Lease, leases
from rowmill.sink.s3.store import Entry, Store
from rowmill.sink.s3.table import S3Table
from rowmill.sink.storage import shown_path
from rowmill.spark import spark_error

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MODES = ("append", "overwrite", "overwrite_partitions", "error", "ignore")
_OF_JOB = re.compile(r"(?:^|/)part-\d+-([0-9a-f-]{36})")


class FrameWriter:
    """Writes DataFrames to directories of files of one format. For the modes see SparkS3Manager.write_parquet."""

    def __init__(self, config: S3Config, form: str = "parquet") -> None:
        self._config = config
        self._form = form

    def write(self, df: DataFrame, path: str, mode: str, partition_by: Sequence[str]) -> bool:
        """Whether anything was written. Raises ConfigError or StorageError."""
        there = self.check(path, mode, partition_by)
        where = shown_path(path)
        for name in partition_by:
            if name not in df.columns:
                fix = f"it has {', '.join(df.columns)}"
                raise ConfigError("partition_by: no such column", where=where, value=name, fix=fix)
        if there and mode == "ignore":
            return False
        if mode.startswith("overwrite"):
            self._refuse_own_input(df, where)
        if is_s3(path):
            self._write_s3(df, Store(self._config, parse_uri(path)), mode, partition_by)
        elif mode == "overwrite":
            self._replace(df, path, partition_by)
        else:
            self._save(df, where, mode, partition_by, where)
        return True

    def check(self, path: str, mode: str, partition_by: Sequence[str]) -> bool:
        """Whether something is there. Raises ConfigError or StorageError for what can't be written, or may not be."""
        if mode not in MODES:
            raise ConfigError(f"mode is one of {', '.join(MODES)}", where="mode", value=mode)
        where = shown_path(path)
        spark_path(where)
        if mode == "overwrite_partitions" and not partition_by:
            raise ConfigError("overwrite_partitions needs partition_by", where=where, fix="name the partition columns")
        if is_s3(path) and not parse_uri(path).key:
            raise StorageError("the output is a whole bucket", where=where, fix=f"add a path: {where}/data")
        if files.is_file(path, self._config):
            raise StorageError("the output is a file, not a directory", where=where, fix="name another place")
        there = files.exists(path, self._config) and bool(files.list_files(path, self._config))
        if there and mode == "error":
            raise StorageError(
                "the output exists already, and mode is error", where=where, fix="use mode=overwrite or append"
            )
        if there and mode in ("append", "overwrite_partitions") and self._has_manifest(path):
            raise StorageError(
                "the table has a manifest, which would not know the new files",
                where=where,
                fix="use mode=overwrite, another output, or generate with mode=append",
            )
        return there

    def _has_manifest(self, path: str) -> bool:
        if is_s3(path):
            return S3Table(parse_uri(path), "overwrite", self._config).read_manifest() is not None
        return read_manifest(local_path(path)) is not None

    @staticmethod
    def _refuse_own_input(df: DataFrame, where: str) -> None:
        for name in df.inputFiles():
            if is_s3(name) != is_s3(where):
                continue
            if is_s3(name):
                inside = f"{unquote(name)}/".startswith(f"{where}/")
            else:
                inside = Path(unquote(urlsplit(name).path)).resolve().is_relative_to(Path(where).resolve())
            if inside:
                raise StorageError(
                    "the output is what the data are read from", where=where, fix="write to another directory"
                )

    def _write_s3(self, df: DataFrame, store: Store, mode: str, partition_by: Sequence[str]) -> None:
        """New objects first, under names of their own; what they replace goes when all of them are there."""
        where = str(store.place)
        if any(lease.alive for lease in leases(store)):
            raise StorageError("another run is at work there", where=where, fix="run again when it is done")
        if not mode.startswith("overwrite"):
            self._add(df, store, partition_by)
            return
        if mode == "overwrite":  # refuses what is no table's
            S3Table(store.place, mode, self._config).inspect(_say_nothing, look_only=True)
        before = list(store.list())
        lease = Lease(store, secrets.token_hex(6), "")
        if not lease.take():
            raise StorageError("another run is at work there", where=where, fix="run again when it is done")
        try:
            self._add(df, store, partition_by)
            _remove_replaced(store, before, by_partition=mode == "overwrite_partitions")
        finally:
            lease.end()

    def _add(self, df: DataFrame, store: Store, partition_by: Sequence[str]) -> None:
        """Adds objects, all of them or none."""
        before = {upload.upload for upload in store.uploads()}
        where = str(store.place)
        try:
            self._save(df, where, "append", partition_by, where)
        except StorageError:
            # The committer could abort what its tasks have uploaded only with all other uploads there, which may be of
            # others. Ours are of one job.
            with contextlib.suppress(StorageError):
                left = [u for u in store.quick.uploads() if u.upload not in before and _OF_JOB.search(u.path)]
                if len(_jobs(upload.path for upload in left)) == 1:
                    store.quick.abort_uploads(left)
            raise

    def _replace(self, df: DataFrame, path: str, partition_by: Sequence[str]) -> None:
        table = LocalTable(path, "overwrite")
        table.inspect(_say_nothing)
        table.stage(secrets.token_hex(6))
        assert table.staging is not None
        try:
            self._save(df, str(table.staging), "append", partition_by, shown_path(path))
            table.put_in_place()
        finally:
            table.abort()

    def _save(self, df: DataFrame, place: str, mode: str, partition_by: Sequence[str], where: str) -> None:
        output = spark_path(place)
        dynamic = mode == "overwrite_partitions"
        writer = df.write.format(self._form).options(**read_options(self._form))
        writer = writer.mode("overwrite" if dynamic else "append")
        if dynamic:
            writer = writer.option("partitionOverwriteMode", "dynamic")
        if is_s3(output):  # its JSON says what was committed, and how
            writer = writer.option("mapreduce.fileoutputcommitter.marksuccessfuljobs", "true")
        try:
            (writer.partitionBy(*partition_by) if partition_by else writer).save(output)
        except Exception as error:
            raise spark_error("writing failed", where, error) from error


def _jobs(paths: Iterable[str]) -> set[str]:
    """The jobs of Spark that named these objects."""
    return {found[1] for path in paths if (found := _OF_JOB.search(path))}


def _say_nothing(_: str) -> None:
    pass


def _remove_replaced(store: Store, before: Sequence[Entry], by_partition: bool) -> None:
    after = list(store.list())
    known = {(entry.path, entry.etag, entry.modified) for entry in before}
    new = [e.path for e in after if (e.path, e.etag, e.modified) not in known and names.leased_run(e.path) is None]
    if by_partition and len(_jobs(new)) > 1:
        raise StorageError(
            "another job wrote there at the same time, so the old rows of the partitions were not removed",
            where=str(store.place),
            fix="run again",
        )
    touched = {_folder(path) for path in new if not names.describes(path)}
    old = {entry.path for entry in before} - set(new)
    replaced = {path for path in old if not by_partition or _folder(path) in touched}
    # A marker of a directory goes with the last object in it.
    kept = {path[: at + 1] for path in (e.path for e in after) if path not in replaced for at in _slashes(path)}
    gone = [path for path in replaced if path and path not in kept]
    # First what describes the data: then nobody takes it for a description of the new ones.
    store.delete(sorted(gone, key=lambda path: (not names.describes(path), path)))


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _slashes(path: str) -> list[int]:
    return [at for at, character in enumerate(path) if character == "/"]


def spark_path(where: str) -> str:
    """A whole path as Spark takes it: with its scheme, since the default file system may be another."""
    if any(c in where for c in "*?[]{}\\"):
        fix = "rename it, or a directory above it"
        raise StorageError("Spark takes one of *?[]{}\\ in a path as a pattern", where=where, fix=fix)
    return where if is_s3(where) else f"file://{where}"
