"""The options of import_ddl.py about slice files, and what they do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from rowmill.schema.yaml import numeral
from rowmill.slices import SliceProcessor

EXAMPLES = (
    "  import_ddl.py --slices slices.txt\n"
    "  import_ddl.py --slices slices.txt --rows 5000000 --output larger.txt\n"
    "  import_ddl.py --plan-slices 16 --rows 1000000 --skew zipf:1.2 --output slices.txt\n"
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of slice files to the parser of import_ddl.py."""
    group = parser.add_argument_group("slice files (lines x|slice|rows)")
    group.add_argument("--slices", type=Path, metavar="FILE", help="check the file, print its distribution and skew")
    group.add_argument("--plan-slices", type=_whole, metavar="N", help="plan N slices for --rows rows")
    group.add_argument(
        "--rows", type=_whole, metavar="N", dest="slice_rows", help="rows of the plan; with --slices: keep its shares"
    )
    group.add_argument("--skew", metavar="S", help="even (default), or zipf:S: slice k has a share as k**-S, from 1 on")
    group.add_argument("--output", type=Path, metavar="OUT", dest="slice_output", help="write the plan as a slice file")


def is_asked(options: argparse.Namespace) -> bool:
    """Whether the command line is about slice files."""
    return options.slices is not None or options.plan_slices is not None


def refuse_misuse(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Ends with bad usage where options of slice files stand alone or beside each other in vain."""

    def bad(message: str) -> NoReturn:
        parser.error(message)

    planned = options.plan_slices is not None
    if options.slices is not None and planned:
        bad("--slices and --plan-slices exclude each other: give one of them")
    if options.slice_rows is not None and not is_asked(options):
        bad("--rows goes with --slices FILE or --plan-slices N")
    if options.skew is not None and not planned:
        bad("--skew goes with --plan-slices N")
    if planned and options.slice_rows is None:
        bad("--plan-slices needs --rows N")
    if options.slice_output is not None and options.slice_rows is None:
        bad("--output goes with --rows: it writes a plan of slices")


def execute(options: argparse.Namespace, dry_run: bool) -> int:
    """Prints the slices that are there or planned, and writes a plan. Raises ConfigError. Returns the exit code."""
    processor = SliceProcessor(options.slices)
    if options.slices is not None:
        report = processor.check()
        report.require()
        for warning in report.warnings:
            print(f"warning: {warning}", file=sys.stderr)
    if options.slice_rows is not None:
        processor.plan(options.slice_rows, options.plan_slices, options.skew)
    processor.display()
    if options.slice_output is not None:
        if not dry_run:
            processor.write(options.slice_output)
        print(f"{'would write' if dry_run else 'written'}: {options.slice_output}")
    return 0


def _whole(text: str) -> int:
    value = numeral(text)  # 1e6 is a number here as in the YAML
    try:
        return value if isinstance(value, int) else int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a whole number expected, got {text!r}") from None
