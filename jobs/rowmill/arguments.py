"""The command line that generate_data.py and generate_data_by_type.py share."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

from rowmill import job
from rowmill.cli import ArgumentParser
from rowmill.errors import ConfigError, StorageError
from rowmill.plan import FORMATS, MODES
from rowmill.report import report_document, summary
from rowmill.request import Request
from rowmill.sink.formats import CODECS, ROW_GROUP_ROWS, WriterOptions
from rowmill.slices import read_slices
from rowmill.spark import SparkConfig


def show_line(text: str) -> None:
    """One line on stdout, at once: whoever reads it through a pipe sees it now."""
    print(text, flush=True)


def whole(least: int) -> Callable[[str], int]:
    """An argparse type: a whole number of at least `least`."""

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"a whole number expected, got {text!r}") from None
        if value < least:
            raise argparse.ArgumentTypeError(f"at least {least} expected, got {text!r}")
        return value

    return parse


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30}


def byte_count(text: str) -> int:
    """An argparse type: bytes, as 1000000, 64MB or 128MiB."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(|[kmg]i?)b?\s*", text, re.IGNORECASE)
    count = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"a size such as 128MiB expected, got {text!r}")
    return count


def generating_parser(name: str, document: str, examples: str, output_required: bool) -> ArgumentParser:
    """The parser of a generating program, with every option that both have.

    name: of the program; document: its docstring; examples: command lines, shown at the end of its help
    """
    parser = ArgumentParser(
        prog=name,
        description=document.split("\n\n")[0],
        epilog=f"examples:\n{examples}\nexit codes: 0 done, 1 failed (one line on stderr says why), 2 bad usage\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_options(parser, output_required)
    return parser


def _add_options(parser: argparse.ArgumentParser, output_required: bool) -> None:
    what = parser.add_argument_group("what to make")
    what.add_argument(
        "--schema",
        required=True,
        metavar="FILE_OR_DIR",
        help="a schema YAML, or a folder of them (a sub-folder is a namespace)",
    )
    what.add_argument(
        "--table", required=True, metavar="T", help="a table, a comma list, `all`, `tpch.orders` or `tpch.all`"
    )
    what.add_argument("--rows", type=whole(0), metavar="N", help="rows of each table (default: the schema's)")
    what.add_argument(
        "--chunks",
        type=whole(1),
        metavar="C",
        help="number of chunks; rows = chunks x records per chunk, one file each",
    )
    what.add_argument("--records-per-chunk", type=whole(1), metavar="R", help="rows of a chunk")
    what.add_argument(
        "--rows-from",
        type=whole(0),
        metavar="A",
        help="only the rows A .. B-1 of each table, numbered from 0: the same rows, in the same files, as in the"
        " whole run (default: 0)",
    )
    what.add_argument(
        "--rows-to", type=whole(1), metavar="B", help="the row after the last one to make (default: the table's rows)"
    )
    what.add_argument("--seed", type=int, default=42, metavar="S", help="same seed, same rows (default: 42)")
    what.add_argument(
        "--slices", metavar="FILE", help="a slice file (lines x|slice|rows): one directory slice-NNN for each"
    )
    where = parser.add_argument_group("where and how")
    default = "" if output_required else " (default: the warehouse)"
    where.add_argument(
        "--output",
        required=output_required,
        metavar="PATH_OR_URI",
        help=f"directory of the table; of several tables: OUTPUT/<table>{default}",
    )
    where.add_argument("--format", choices=FORMATS, default="parquet", help="file format (default: parquet)")
    where.add_argument(
        "--mode", choices=MODES, default="overwrite", help="what to do if the table exists (default: overwrite)"
    )
    where.add_argument(
        "--file-rows", type=whole(1), metavar="N", help="rows of a file (default: from the number of rows)"
    )
    where.add_argument(
        "--file-bytes",
        type=byte_count,
        metavar="SIZE",
        help="bytes of a file instead, such as 128MiB (within 10 percent)",
    )
    where.add_argument(
        "--sort-by",
        metavar="C,..",
        help="sort the rows of each file by these columns (`C desc`: downwards), nulls as in Spark",
    )
    where.add_argument(
        "--compression",
        choices=sorted({codec for codecs in CODECS.values() for codec in codecs}),
        help="codec of the files (default: snappy, csv and json: none)",
    )
    where.add_argument("--compression-level", type=int, metavar="N", help="level of zstd or gzip")
    where.add_argument(
        "--row-group-rows",
        type=whole(1),
        metavar="N",
        help=f"most rows of a Parquet row group (default: {ROW_GROUP_ROWS})",
    )
    where.add_argument(
        "--partition-by", metavar="C,..", help="partition columns (default: the schema's; an empty text for none)"
    )
    where.add_argument(
        "--batch-size",
        type=whole(1),
        metavar="N",
        help="rows made at a time in a task (default: about 16 MiB of them)",
    )
    how = parser.add_argument_group("run")
    how.add_argument("--master", metavar="M", help="Spark master (default: spark-submit's, else local[*])")
    how.add_argument(
        "--resume",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="make only what is missing: after a run that was killed, the files that it had not finished; in a table"
        " that is as asked but has lost or damaged files, these; a run that fails keeps its whole files",
    )
    how.add_argument(
        "--force",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="start even if the estimate says that it fits neither disk nor memory",
    )
    how.add_argument("--report", metavar="FILE.json", help="write the report there")
    how.add_argument("--no-summary", action="store_true", help="print no summary (who reads the report needs none)")
    how.add_argument("--no-check", action="store_true", help="don't read the data back")
    how.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing, start no Spark")


def request_from(options: argparse.Namespace, hive: bool, database: str = "default") -> Request:
    """The request of parsed options. Raises RowmillError for values that make no sense together."""
    catalog, tables = job.select_tables(options.schema, options.table)
    rows, file_rows = rows_of(options.rows, options.chunks, options.records_per_chunk, options.file_rows)
    partition_by = None
    if options.partition_by is not None:
        partition_by = tuple(name.strip() for name in options.partition_by.split(",") if name.strip())
    return Request(
        tables=tables,
        catalog=catalog,
        output=options.output,
        rows=rows,
        seed=options.seed,
        mode=options.mode,
        format=options.format,
        partition_by=partition_by,
        slices=tuple(read_slices(options.slices)) if options.slices else (),
        file_rows=file_rows,
        hive=hive,
        database=database,
        batch_rows=options.batch_size,
        file_bytes=options.file_bytes,
        options=WriterOptions(
            options.compression, options.compression_level, options.row_group_rows, sort_order(options.sort_by)
        ),
        check=not options.no_check,
        resume=options.resume,
        force=options.force,
        rows_from=options.rows_from,
        rows_to=options.rows_to,
    )


def sort_order(text: str | None) -> tuple[tuple[str, bool], ...]:
    """Columns and whether downwards, from `a, b desc`. Raises ConfigError."""
    order = []
    for part in (text or "").split(","):
        name, _, direction = part.strip().partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise ConfigError("a column, perhaps with asc or desc, expected", where="sort_by", value=part.strip())
        if name:
            order.append((name, direction.strip().lower() == "desc"))
    return tuple(order)


def rows_of(
    rows: int | None, chunks: int | None, per_chunk: int | None, file_rows: int | None
) -> tuple[int | None, int | None]:
    """Rows, and rows of a file, from rows or chunks x records_per_chunk. A chunk is a file, unless file_rows says."""
    if chunks is None and per_chunk is None:
        return rows, file_rows
    if chunks is None or per_chunk is None:
        missing = "chunks" if chunks is None else "records-per-chunk"
        raise ConfigError("chunks and records-per-chunk go together", where=missing, fix=f"give {missing} too")
    if rows is not None:
        raise ConfigError("rows and chunks exclude each other", where="rows", value=rows, fix="give one of them")
    return chunks * per_chunk, file_rows or per_chunk


def execute(request: Request, config: SparkConfig, options: argparse.Namespace) -> int:
    """Runs the request (or says what it would do), prints a summary and writes the report."""
    if options.report:
        _check_report(Path(options.report))
    if options.dry_run:
        changes = job.plan_only(request, config, show_line)
        if options.report:
            tables = {name: {"changed": changed} for name, changed in changes.items()}
            _write_report(Path(options.report), {"tables": tables, "changed": any(changes.values())})
        return 0
    reports = job.run(request, config, show_line)
    for name, report in ({} if options.no_summary else reports).items():
        for line in summary(name, report):
            show_line(line)
    if options.report:
        _write_report(Path(options.report), report_document(reports))
    return 0


def _check_report(path: Path) -> None:
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise StorageError(
            "the report can't be written there",
            where="report",
            value=str(path),
            fix="name a file in a folder that exists",
        )


def _write_report(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def parse(parser: argparse.ArgumentParser, argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line; bad usage exits 2 with one line that says what and how."""
    return parser.parse_args(sys.argv[1:] if argv is None else argv)
