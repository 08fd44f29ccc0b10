#!/usr/bin/env python3
"""Reads tables back and judges them against their schema: types, keys, nulls, bounds, distributions, fingerprint."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rowmill.arguments import parse, show_line, whole
from rowmill.cli import ArgumentParser, run
from rowmill.errors import StorageError
from rowmill.job import select_tables
from rowmill.plan import FORMATS
from rowmill.spark import SparkConfig
from rowmill.text import size
from rowmill.validate import job
from rowmill.validate.report import TableResult, document, worst

__all__ = ["main"]

_EXAMPLES = """examples:
  python jobs/validate_data.py --schema schemas --table orders
  python jobs/validate_data.py --schema schemas --table orders --output /data/orders --page orders.html
  python jobs/validate_data.py --schema schemas --table tpch.all --output /tmp/tpch --format csv --report report.json

exit codes: 0 valid, 1 not valid or failed (one line on stderr says why), 2 bad usage
"""


def main(argv: list[str] | None = None) -> int:
    """The program."""
    parser = _parser()
    options = parse(parser, argv)
    config = SparkConfig(master=options.master, warehouse=options.warehouse, metastore=options.metastore)
    catalog, tables = select_tables(options.schema, options.table)
    for path in filter(None, (options.report, options.page)):
        _check_writable(Path(path))
    request = job.Request(
        tables=tables,
        catalog=catalog,
        output=options.output,
        parents=options.parents,
        format=options.format,
        rows=options.rows,
        seed=options.seed,
        hive=options.hive if options.hive is not None else options.output is None,
        database=options.database,
        fingerprint=options.expect_fingerprint,
        processes=options.processes,
        memory=options.memory,
        temporary=options.temp,
    )
    if options.dry_run:
        job.plan_only(request, config, show_line)
        return 0
    results = job.run(request, config, show_line)
    _write(options, results)
    if not options.no_summary:
        _summary(options, results)
    if all(result.valid for result in results):
        return 0
    print(f"error: {worst(results)}", file=sys.stderr)
    return 1


def _write(options: argparse.Namespace, results: list[TableResult]) -> None:
    if options.report:
        text = json.dumps(document(results), indent=2, ensure_ascii=False)
        Path(options.report).write_text(text + "\n", encoding="utf-8")
    if options.page:
        from rowmill.validate.page import render  # takes a second to import: only who wants a page waits for it

        Path(options.page).write_text(render(results), encoding="utf-8")


def _summary(options: argparse.Namespace, results: list[TableResult]) -> None:
    for result in results:
        verdict = "valid" if result.valid else "NOT VALID"
        skipped = result.count("skip")
        show_line(
            f"{result.name}: {verdict}: {result.count('pass')} checks passed, {result.count('fail')} failed,"
            f" {skipped} not judged; {result.rows:,} rows, {result.files} files, {size(result.bytes)},"
            f" {result.seconds:.1f} s, in {result.where}"
        )
        for check in result.failures:
            show_line(f"{result.name}: failed: {check.name}: {check.detail or check.observed}")
        if result.fingerprint:
            show_line(f"{result.name}: fingerprint: {result.fingerprint}")
    if options.page:
        show_line(f"page: {options.page}")


def _check_writable(path: Path) -> None:
    import os

    if path.is_dir() or not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise StorageError(
            "a report can't be written there", where=str(path), fix="name a file in a folder that exists"
        )


def _hexadecimal(text: str) -> str:
    if not re.fullmatch("[0-9a-fA-F]{16}", text):
        raise argparse.ArgumentTypeError(f"16 hexadecimal digits expected, got {text!r}")
    return text.lower()


def _memory(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,9})\s*([KMGT])?(i?B)?", text.strip(), re.IGNORECASE)
    if (
        match is None
        or (bytes_ := int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}[(match[2] or "").upper()]) < 64 << 20
    ):
        raise argparse.ArgumentTypeError(f"at least 64MiB expected, such as 512MiB or 2GiB, got {text!r}")
    return bytes_


def _database(text: str) -> str:
    if not text.replace("_", "").isalnum():
        raise argparse.ArgumentTypeError(f"a database name has letters, digits and _ only, got {text!r}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(
        prog="validate_data.py",
        description=__doc__.split("\n\n")[0],
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_argument_group("what is judged, against what")
    what.add_argument(
        "--schema",
        required=True,
        metavar="FILE_OR_DIR",
        help="a schema YAML, or a folder of them (a sub-folder is a namespace)",
    )
    what.add_argument(
        "--table", required=True, metavar="T", help="a table, a comma list, `all`, `tpch.orders` or `tpch.all`"
    )
    what.add_argument(
        "--rows",
        type=whole(0),
        metavar="N",
        help="rows that each table must have (default: its manifest's, else the schema's)",
    )
    what.add_argument(
        "--seed", type=int, default=42, metavar="S", help="seed of the computed parent keys (default: 42)"
    )
    what.add_argument(
        "--expect-fingerprint", type=_hexadecimal, metavar="HEX", help="that of the one table (default: its manifest's)"
    )
    where = parser.add_argument_group("where the data are")
    where.add_argument(
        "--output",
        "--path",
        dest="output",
        metavar="PATH_OR_URI",
        help="directory of the table; of several tables: OUTPUT/<table> (default: the warehouse)",
    )
    where.add_argument("--format", choices=FORMATS, help="file format (default: as the manifest or the names say)")
    where.add_argument(
        "--parents",
        metavar="DIR",
        help="directory of the parents' directories (default: beside the tables, of several tables or the warehouse);"
        " of parents without data the keys are computed",
    )
    where.add_argument(
        "--hive",
        action=argparse.BooleanOptionalAction,
        help="judge what Hive says too (default: yes for the warehouse, no with --output)",
    )
    where.add_argument(
        "--database", type=_database, default="default", metavar="D", help="Hive database (default: default)"
    )
    where.add_argument("--warehouse", metavar="DIR", help="directory of the warehouse (default: ./warehouse)")
    where.add_argument(
        "--metastore",
        metavar="DIR",
        help="directory of the embedded Derby metastore (default: metastore_db beside the warehouse)",
    )
    how = parser.add_argument_group("run")
    how.add_argument("--master", metavar="M", help="Spark master, if Hive is asked (default: local[*])")
    how.add_argument("--processes", type=whole(1), default=0, metavar="N", help="processes (default: one a processor)")
    how.add_argument("--memory", type=_memory, default=1 << 30, metavar="SIZE", help="memory for keys (default: 1GiB)")
    how.add_argument("--temp", metavar="DIR", help="directory for what does not fit (default: the system's)")
    how.add_argument("--report", metavar="FILE.json", help="write the report there")
    how.add_argument("--page", metavar="FILE.html", help="write the page there: all checks, with plots")
    how.add_argument("--no-summary", action="store_true", help="print no summary (who reads the report needs none)")
    how.add_argument("--dry-run", action="store_true", help="say what would be judged; read no rows, start no Spark")
    return parser


if __name__ == "__main__":
    run(main)
