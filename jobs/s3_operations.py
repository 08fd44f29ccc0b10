#!/usr/bin/env python3
"""Reads CSV, JSON, ORC and Parquet with Spark, writes Parquet, and lists, copies and removes files.

The seed's API stands here too:

    manager = SparkS3Manager(S3Config.from_env())
    manager.initialize()
    df = manager.read_csv("data.csv")
    manager.write_parquet(df, "/data/output", mode="append")
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rowmill.arguments import parse, show_line, whole
from rowmill.cli import ArgumentParser, run
from rowmill.errors import ConfigError, StorageError
from rowmill.hive import read_options
from rowmill.plan import FORMATS
from rowmill.s3.config import S3Config
from rowmill.sink import files
from rowmill.sink.local import LocalTable, local_path
from rowmill.spark import SparkConfig, check_environment, session, spark_error
from rowmill.text import size

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

__all__ = ["S3Config", "SparkS3Manager", "main"]

Listing = list[files.FileInfo]
WRITE_MODES = ("append", "overwrite", "error", "ignore")

_EXAMPLES = """examples:
  python jobs/s3_operations.py read data.csv --limit 5
  python jobs/s3_operations.py write data.csv /data/orders --mode overwrite --partition-by region
  python jobs/s3_operations.py copy /data/orders /backup/orders
  python jobs/s3_operations.py ls /data
  python jobs/s3_operations.py rm /backup/orders --recursive

This version works on local paths (and file://); s3a://, s3:// and hdfs:// are refused.
exit codes: 0 done, 1 failed (one line on stderr says why), 2 bad usage
"""


class SparkS3Manager:
    """Reads and writes data with one Spark session, which initialize() starts; also a context manager.

    Every method but initialize() and cleanup() raises ConfigError while there is no session.
    """

    def __init__(self, config: S3Config | None = None, app_name: str = "S3DataOperations", master: str | None = None):
        self.config = config or S3Config.from_env()
        self.app_name = app_name
        self.master = master
        self._session: SparkSession | None = None
        self._started = False

    def initialize(self) -> None:
        """Starts the session, or joins one that runs in this process. Raises ConfigError."""
        if self._session is None:
            check_environment()
            from pyspark.sql import SparkSession

            running = SparkSession.getActiveSession()
            self._session = session(
                SparkConfig(
                    app_name=self.app_name,
                    endpoint=self.config.endpoint,
                    access_key=self.config.access_key,
                    secret_key=self.config.secret_key,
                    master=self.master,
                )
            )
            self._started = running is None

    def cleanup(self) -> None:
        """Stops the session that initialize() started. May be called twice."""
        if self._session is not None and self._started:
            self._session.stop()
        self._session, self._started = None, False

    def __enter__(self) -> SparkS3Manager:
        self.initialize()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cleanup()

    @property
    def spark(self) -> SparkSession:
        """The session. Raises ConfigError before initialize()."""
        if self._session is None:
            raise ConfigError(
                "there is no Spark session yet", where="SparkS3Manager", fix="call initialize() first, or use `with`"
            )
        return self._session

    # -- reading and writing --------------------------------------------------------------------

    def read_csv(
        self,
        path: str,
        header: bool = True,
        schema: StructType | str | None = None,
        delimiter: str = ",",
        infer_schema: bool = True,
    ) -> DataFrame:
        r"""A CSV file or a directory of them: quotes are doubled, an empty field and \N are null.

        schema: Spark types; else they are inferred, or text if infer_schema is false. Raises StorageError.
        """
        if not delimiter:
            raise ConfigError("a delimiter is one character or more", where="delimiter", value=delimiter)
        options = read_options("csv") | {
            "header": str(header).lower(),
            "sep": delimiter,
            "inferSchema": str(infer_schema and schema is None).lower(),
        }
        return self._read("csv", path, options, schema)

    def read_parquet(self, path: str) -> DataFrame:
        """A Parquet file or a directory of them. Raises StorageError."""
        return self._read("parquet", path, {})

    def read_json(self, path: str, schema: StructType | str | None = None) -> DataFrame:
        """A file of one JSON object a line, or a directory of them. Raises StorageError."""
        return self._read("json", path, {}, schema)

    def read_orc(self, path: str) -> DataFrame:
        """An ORC file or a directory of them. Raises StorageError."""
        return self._read("orc", path, {})

    def _read(self, form: str, path: str, options: dict[str, str], schema: StructType | str | None = None) -> DataFrame:
        spark = self.spark
        found = files.must_exist(path)
        if _has_plain_folders(found):
            options = options | {"recursiveFileLookup": "true"}
        place, reader = _spark_path(found), spark.read.format(form).options(**options)
        try:
            if schema is not None:
                reader = reader.schema(schema)
            return reader.load(place)
        except Exception as error:
            raise spark_error(f"no {form} can be read there", str(found), error) from error

    def write_parquet(self, df: DataFrame, path: str, mode: str = "append", partition_by: Iterable[str] = ()) -> None:
        """Writes a DataFrame to a directory of Parquet files.

        mode: append | overwrite (in one step, when all is written) | error | ignore (what is there stays)
        Raises ConfigError or StorageError.
        """
        if mode not in WRITE_MODES:
            raise ConfigError(f"mode is one of {', '.join(WRITE_MODES)}", where="mode", value=mode)
        self._session_of(df)
        target = local_path(path)
        names = [partition_by] if isinstance(partition_by, str) else list(partition_by)
        for name in names:
            if name not in df.columns:
                fix = f"it has {', '.join(df.columns)}"
                raise ConfigError("partition_by: no such column", where=str(target), value=name, fix=fix)
        if target.exists() and not target.is_dir():
            raise StorageError("the output is a file, not a directory", where=str(target), fix="name another place")
        there = target.is_dir() and any(target.iterdir())
        if there and mode == "error":
            raise StorageError(
                "the output exists already, and mode is error", where=str(target), fix="use mode=overwrite or append"
            )
        if there and mode == "ignore":
            return
        if mode == "overwrite":
            self._replace(df, target, names)
        else:
            self._write(df, target, "append", names, target)

    def _replace(self, df: DataFrame, target: Path, partition_by: list[str]) -> None:
        place = target.resolve()
        for name in df.inputFiles():
            if Path(unquote(urlsplit(name).path)).resolve().is_relative_to(place):
                raise StorageError(
                    "the output is what the data are read from", where=str(target), fix="write to another directory"
                )
        table = LocalTable(str(target), "overwrite")
        table.inspect()
        staging = table.stage(secrets.token_hex(6))
        try:
            self._write(df, staging, "append", partition_by, target)
            table.put_in_place()
        finally:
            table.abort()

    def _write(self, df: DataFrame, place: Path, mode: str, partition_by: list[str], target: Path) -> None:
        output, writer = _spark_path(place), df.write.mode(mode)
        try:
            (writer.partitionBy(*partition_by) if partition_by else writer).parquet(output)
        except Exception as error:
            raise spark_error("writing failed", str(target), error) from error

    def _session_of(self, df: DataFrame) -> None:
        if df.sparkSession.sparkContext is not self.spark.sparkContext:
            raise ConfigError("the DataFrame is of another Spark session", where="SparkS3Manager")

    def display_dataframe_info(self, df: DataFrame, name: str = "DataFrame", limit: int = 5) -> None:
        """Prints the number of rows and columns, the schema and the first rows."""
        self._session_of(df)
        try:
            rows = df.count()
            first = df._show_string(limit, 40) if limit else ""
        except Exception as error:
            raise spark_error("the data can't be read", name, error) from error
        show_line(f"{name}: {rows:,} rows, {len(df.columns)} columns")
        show_line(df.schema.treeString().rstrip())
        if limit:
            show_line(first.rstrip())

    # -- files ----------------------------------------------------------------------------------

    def exists(self, path: str) -> bool:
        """Whether a file or directory is there."""
        self._require_session()
        return files.exists(path)

    def copy(self, src: str, dst: str) -> str:
        """Copies a file or a directory and returns where it went. Raises StorageError, also if the target exists."""
        self._require_session()
        return files.copy(src, dst)

    def delete(self, path: str) -> None:
        """Removes a file or directory; a root, a home or the working directory is refused. Raises StorageError."""
        self._require_session()
        files.delete(path)

    def list(self, path: str) -> Listing:
        """The entries of a directory by name, or the one file. Raises StorageError."""
        self._require_session()
        return files.list_files(path)

    def _require_session(self) -> None:
        _ = self.spark


def _has_plain_folders(path: Path) -> bool:
    """Whether data stand in folders that are no partitions, such as slice-000: Spark would skip them."""
    if not path.is_dir():
        return False
    folders = [entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(("_", "."))]
    return bool(folders) and not any("=" in name for name in folders)


def _spark_path(path: Path) -> str:
    """A local path as Spark takes it: with its scheme, since the default file system may be another."""
    if any(c in str(path) for c in "*?[]{}\\"):
        fix = "rename it, or a directory above it"
        raise StorageError("Spark takes one of *?[]{}\\ in a path as a pattern", where=str(path), fix=fix)
    return f"file://{path}"


_SUFFIXES = {f".{form}": form for form in FORMATS} | {".jsonl": "json", ".tsv": "csv", ".pq": "parquet"}


def _format_of(path: Path) -> str:
    """The format by the suffix of a file, or of the first data file of a directory. Raises ConfigError."""
    names = [path.name]
    if path.is_dir():
        names = sorted(
            name
            for folder, _, found in os.walk(path)
            if not any(part.startswith(("_", ".")) for part in Path(folder).relative_to(path).parts)
            for name in found
            if not name.startswith(("_", "."))
        )
    for name in names:
        suffixes = [s for s in Path(name).suffixes if s in _SUFFIXES]
        if suffixes:
            return _SUFFIXES[suffixes[-1]]
    raise ConfigError("the format can't be told from the name", where=str(path), fix="give --format")


def _load(manager: SparkS3Manager, options: argparse.Namespace, form: str) -> DataFrame:
    if form == "csv":
        return manager.read_csv(
            options.source,
            header=not options.no_header,
            delimiter=options.delimiter.replace("\\t", "\t"),
            infer_schema=not options.no_infer,
        )
    readers: dict[str, Callable[[str], DataFrame]] = {
        "parquet": manager.read_parquet,
        "json": manager.read_json,
        "orc": manager.read_orc,
    }
    return readers[form](options.source)


def _read(options: argparse.Namespace) -> None:
    found = files.must_exist(options.source)
    form = options.format or _format_of(found)
    with SparkS3Manager(master=options.master) as manager:
        manager.display_dataframe_info(_load(manager, options, form), str(found), options.limit)


def _write(options: argparse.Namespace) -> None:
    found = files.must_exist(options.source)
    form = options.format or _format_of(found)
    target = local_path(options.target)
    names = [name.strip() for name in options.partition_by.split(",") if name.strip()]
    with SparkS3Manager(master=options.master) as manager:
        manager.write_parquet(_load(manager, options, form), options.target, options.mode, names)
    show_line(f"written: {found} -> {target} (parquet, mode {options.mode})")


def _copy(options: argparse.Namespace) -> None:
    show_line(f"copied: {options.source} -> {files.copy(options.source, options.target)}")


def _list(options: argparse.Namespace) -> None:
    for entry in files.list_files(options.path):
        show_line(f"{size(entry.size):>10}  {entry.path}{'/' if entry.is_directory else ''}")


def _remove(options: argparse.Namespace) -> None:
    found = local_path(options.path)
    if found.is_dir() and not found.is_symlink() and not options.recursive:
        raise StorageError("this is a directory", where=str(found), fix="add --recursive to remove all that is in it")
    files.delete(options.path)
    show_line(f"removed: {found}")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="s3_operations.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="read|write|copy|ls|rm", required=True)

    def command(name: str, act: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        made.set_defaults(act=act)
        return made

    def reading(made: argparse.ArgumentParser) -> None:
        made.add_argument("source", metavar="PATH", help="file or directory to read")
        made.add_argument("--format", choices=FORMATS, help="format of what is read (default: by its name)")
        made.add_argument("--no-header", action="store_true", help="CSV: the first line is data")
        made.add_argument("--delimiter", default=",", metavar="D", help="CSV: between fields (default: comma)")
        made.add_argument("--no-infer", action="store_true", help="CSV: all columns are text")
        made.add_argument("--master", metavar="M", help="Spark master (default: spark-submit's, else local[*])")

    made = command("read", _read, "show number of rows, schema and first rows of data")
    reading(made)
    made.add_argument("--limit", type=whole(0), default=5, metavar="N", help="rows to show (default: 5)")
    made = command("write", _write, "read data of any format and write them as Parquet")
    reading(made)
    made.add_argument("target", metavar="OUTPUT", help="directory to write")
    made.add_argument("--mode", choices=WRITE_MODES, default="append", help="if the output exists (default: append)")
    made.add_argument("--partition-by", default="", metavar="C,..", help="partition columns")
    made = command("copy", _copy, "copy a file or a directory")
    made.add_argument("source", metavar="SOURCE", help="file or directory")
    made.add_argument("target", metavar="TARGET", help="where to; a directory takes a file into it")
    made = command("ls", _list, "list a directory")
    made.add_argument("path", metavar="PATH", help="directory or file")
    made = command("rm", _remove, "remove a file or a directory")
    made.add_argument("path", metavar="PATH", help="file or directory")
    made.add_argument("--recursive", action="store_true", help="a directory with all that is in it")
    return parser


def main(argv: list[str] | None = None) -> int:
    """The program."""
    options = parse(_parser(), argv)
    options.act(options)
    return 0


if __name__ == "__main__":
    run(main)
