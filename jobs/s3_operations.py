#!/usr/bin/env python3
"""Reads CSV, JSON, ORC and Parquet with Spark, writes Parquet, and lists, copies and removes files; local and in S3.

The seed's API stands here too:

    manager = SparkS3Manager(S3Config.from_env())
    manager.initialize()
    df = manager.read_csv("data.csv")
    manager.write_parquet(df, "s3a://bucket/path", mode="append")
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rowmill.arguments import parse, show_line, whole
from rowmill.cli import ArgumentParser, run
from rowmill.errors import ConfigError, StorageError
from rowmill.frames import reading
from rowmill.frames.bad_lines import BAD_LINES
from rowmill.frames.manager import SparkS3Manager
from rowmill.frames.writing import MODES, FrameWriter
from rowmill.plan import FORMATS
from rowmill.s3.config import S3Config
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.sink import files
from rowmill.sink.s3.clean import clean
from rowmill.sink.storage import shown_path
from rowmill.text import size

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["S3Config", "SparkS3Manager", "main"]

_EXAMPLES = """examples:
  python jobs/s3_operations.py read data.csv --limit 5
  python jobs/s3_operations.py write data.csv s3a://bucket/orders --mode overwrite --partition-by region
  python jobs/s3_operations.py write data.csv /data/orders --bad-lines quarantine --quarantine /data/bad
  python jobs/s3_operations.py copy /data/orders s3a://bucket/backup/orders
  python jobs/s3_operations.py ls s3a://bucket/backup
  python jobs/s3_operations.py rm s3a://bucket/backup/orders --recursive
  python jobs/s3_operations.py clean s3a://bucket --dry-run

A path is a local one, file://, or s3a:// (s3:// means the same). S3 is reached as the environment says: ACCESS_KEY
and SECRET_KEY (or AWS's own variables, profile or instance role), S3_ENDPOINT, S3_REGION, S3_PATH_STYLE,
S3_CA_BUNDLE, S3_PROXY, S3_ATTEMPTS. To read and write there Spark needs jars: `make s3a` fetches them.
exit codes: 0 done, 1 failed (one line on stderr says why), 2 bad usage
"""


def _load(manager: SparkS3Manager, options: argparse.Namespace, form: str) -> DataFrame:
    if form != "csv":
        for name in ("columns", "compression", "bad_lines", "quarantine"):
            if getattr(options, name) and (form, name) != ("json", "columns"):
                flag = f"--{name.replace('_', '-')}"
                raise ConfigError(f"{flag} goes with csv", where=options.source, value=form)
    if form == "csv":
        df = manager.read_csv(
            options.source,
            header=not options.no_header,
            schema=options.columns,
            delimiter=options.delimiter.replace("\\t", "\t"),
            infer_schema=not options.no_infer,
            compression=options.compression,
            bad_lines=options.bad_lines,
            quarantine_path=options.quarantine,
        )
        if options.bad_lines in ("drop", "quarantine"):
            where = f"written to {shown_path(options.quarantine)}" if options.quarantine else "dropped"
            show_line(f"bad lines: {manager.bad_lines:,} {where}")
        return df
    if form == "json":
        return manager.read_json(options.source, options.columns)
    return manager.read_parquet(options.source) if form == "parquet" else manager.read_orc(options.source)


def _read(options: argparse.Namespace) -> None:
    config = S3Config.from_env()
    found = files.must_exist(options.source, config)
    form = options.format or reading.format_of(found, config)
    with SparkS3Manager(config, master=options.master) as manager:
        manager.display_dataframe_info(_load(manager, options, form), found, options.limit)


def _write(options: argparse.Namespace) -> None:
    config = S3Config.from_env()
    found = files.must_exist(options.source, config)
    form = options.format or reading.format_of(found, config)
    target = shown_path(options.target)
    names = [name.strip() for name in options.partition_by.split(",") if name.strip()]
    how = f"{found} -> {target} (parquet, mode {options.mode})"
    if options.dry_run:
        there = FrameWriter(config).check(options.target, options.mode, names)
        show_line(f"unchanged: {target}" if there and options.mode == "ignore" else f"would write: {how}")
        return
    with SparkS3Manager(config, master=options.master) as manager:
        if manager.write_parquet(_load(manager, options, form), options.target, options.mode, names):
            show_line(f"written: {how}")
        else:
            show_line(f"unchanged: {target}")


def _copy(options: argparse.Namespace) -> None:
    config = S3Config.from_env()
    source = files.must_exist(options.source, config)
    if options.skip_same and files.same(options.source, options.target, config):
        show_line(f"unchanged: {shown_path(options.target)}")
    elif options.dry_run:
        files.check_copy(options.source, options.target, options.overwrite, config)
        show_line(f"would copy: {source} -> {shown_path(options.target)}")
    else:
        show_line(f"copied: {source} -> {files.copy(options.source, options.target, options.overwrite, config)}")


def _list(options: argparse.Namespace) -> None:
    for entry in files.list_files(options.path, S3Config.from_env()):
        when = entry.modified.strftime("%Y-%m-%dT%H:%M:%SZ") if entry.modified else "-"
        show_line(f"{size(entry.size):>10}  {when:>20}  {entry.path}{'/' if entry.is_directory else ''}")


def _remove(options: argparse.Namespace) -> None:
    config = S3Config.from_env()
    shown = shown_path(options.path)
    if options.missing_ok and not files.exists(options.path, config):
        show_line(f"unchanged: {shown} is not there")
        return
    if not options.recursive and files.is_directory(options.path, config):
        raise StorageError("this is a directory", where=shown, fix="add --recursive to remove all that is in it")
    if options.dry_run:
        files.check_delete(options.path, config)
    else:
        files.delete(options.path, config)
    show_line(f"{'would remove' if options.dry_run else 'removed'}: {shown}")


def _clean(options: argparse.Namespace) -> None:
    if not is_s3(options.path):
        raise ConfigError("clean is for places in S3", where="path", value=options.path, fix="give s3a://bucket/path")
    older = None if options.older_than is None else timedelta(hours=options.older_than)
    found = clean(parse_uri(options.path, "path"), S3Config.from_env(), show_line, older, options.dry_run)
    would = "would be " if options.dry_run else ""
    for upload in found.kept:
        show_line(f"pending, kept: {upload.path} (begun {upload.started:%Y-%m-%dT%H:%M:%SZ})")
    for upload in found.aborted:
        show_line(f"pending, {would}aborted: {upload.path}")
    counts = f"{len(found.commits)} commits, {len(found.runs)} runs that died, {len(found.aborted)} pending uploads"
    state = ("would clean" if options.dry_run else "cleaned") if found.changed else "unchanged"
    show_line(f"{state}: {shown_path(options.path)}: {counts}")


def _add_reading(made: argparse.ArgumentParser) -> None:
    made.add_argument("source", metavar="PATH", help="file or directory to read")
    made.add_argument("--format", choices=FORMATS, help="format of what is read (default: by its name)")
    made.add_argument("--columns", metavar="DDL", help='CSV, JSON: columns and types, such as "id INT, name STRING"')
    made.add_argument("--no-header", action="store_true", help="CSV: the first line is data")
    made.add_argument("--delimiter", default=",", metavar="D", help="CSV: between fields (default: comma)")
    made.add_argument("--no-infer", action="store_true", help="CSV: all columns are text")
    made.add_argument(
        "--compression", choices=tuple(reading.CODECS), help="CSV: how it is compressed (default: by its name)"
    )
    made.add_argument(
        "--bad-lines",
        choices=BAD_LINES,
        help="CSV: what becomes of bad lines: the first is told and nothing is done, they are left out, or they are"
        " put aside (default: Spark fails when it meets one; it overlooks a quote that is never closed)",
    )
    made.add_argument(
        "--quarantine", metavar="PATH", help="where --bad-lines quarantine puts them, as Parquet; replaced each time"
    )
    made.add_argument("--master", metavar="M", help="Spark master (default: spark-submit's, else local[*])")


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="s3_operations.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="read|write|copy|ls|rm|clean", required=True)

    def command(name: str, act: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about[0].upper() + about[1:] + ".")
        made.set_defaults(act=act)
        return made

    def dry_run(made: argparse.ArgumentParser) -> None:
        made.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")

    made = command("read", _read, "show number of rows, schema and first rows of data")
    _add_reading(made)
    made.add_argument("--limit", type=whole(0), default=5, metavar="N", help="rows to show (default: 5)")
    made = command("write", _write, "read data of any format and write them as Parquet")
    _add_reading(made)
    made.add_argument("target", metavar="OUTPUT", help="directory to write")
    made.add_argument("--mode", choices=MODES, default="append", help="if the output exists (default: append)")
    made.add_argument("--partition-by", default="", metavar="C,..", help="partition columns")
    dry_run(made)
    made = command("copy", _copy, "copy a file or a directory, also between this machine and S3")
    made.add_argument("source", metavar="SOURCE", help="file or directory")
    made.add_argument("target", metavar="TARGET", help="where to; a directory takes a file into it")
    made.add_argument("--overwrite", action="store_true", help="a file may replace a file")
    made.add_argument(
        "--skip-same", action="store_true", help="do nothing if all files are there, by their names and sizes"
    )
    dry_run(made)
    made = command("ls", _list, "list a directory: size (of a directory all that is in it), time, path")
    made.add_argument("path", metavar="PATH", help="directory or file")
    made = command("rm", _remove, "remove a file or a directory")
    made.add_argument("path", metavar="PATH", help="file or directory")
    made.add_argument("--recursive", action="store_true", help="a directory with all that is in it")
    made.add_argument("--missing-ok", action="store_true", help="nothing there is no failure")
    dry_run(made)
    made = command("clean", _clean, "end what killed runs left in S3: commits that were cut off, pending uploads")
    made.add_argument("path", metavar="URI", help="all below it")
    made.add_argument(
        "--older-than",
        type=whole(0),
        metavar="HOURS",
        help="abort uploads of others, too, that are pending for longer (default: only those of Rowmill's dead runs)",
    )
    dry_run(made)
    return parser


def main(argv: list[str] | None = None) -> int:
    """The program."""
    options = parse(_parser(), argv)
    options.act(options)
    return 0


if __name__ == "__main__":
    run(main)
