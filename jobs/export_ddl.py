"""Schema YAML -> CREATE TABLE statements of any dialect: the program and its API.

from export_ddl import DDLExporter
DDLExporter("postgres").export_file(schema_path="schemas/orders.yaml", output_path="orders.sql")
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rowmill.cli import ArgumentParser, run
from rowmill.ddl.dialects import DIALECTS, dialect_named, other_names
from rowmill.ddl.export import Exported, export_schema
from rowmill.errors import ConfigError
from rowmill.schema.yaml import load_schema
from rowmill.writing import write_text

__all__ = ["DDLExporter", "Exported"]


class DDLExporter:
    """Writes schemas as CREATE TABLE statements of one dialect.

    dialect: a name as `postgres`
    source:  the dialect of the schema's defaults, checks and source types (default: the one that the YAML names)
    """

    def __init__(self, dialect: str, source: str | None = None) -> None:
        self.dialect = dialect_named(dialect)
        self.source = None if source is None else dialect_named(source)

    def export(self, schema_path: str | Path, tables: Sequence[str] = ()) -> Exported:
        """The SQL text of a schema file, or of some of its tables, and what the dialect can't hold of them.

        Raises SchemaError for a fault of the YAML or a table that it doesn't have, DDLError for an unknown type.
        """
        return export_schema(load_schema(schema_path), self.dialect, self.source, tables)

    def export_file(self, schema_path: str | Path, output_path: str | Path, tables: Sequence[str] = ()) -> Exported:
        """Writes the SQL text into a file; one that says the same already is left alone. Returns what was written."""
        exported = self.export(schema_path, tables)
        if _read(_target(schema_path, output_path)) != exported.sql:
            write_text(Path(output_path), exported.sql, "the DDL")
        return exported


def _target(schema_path: str | Path, output_path: str | Path) -> Path:
    target = Path(output_path)
    if target.is_dir():
        raise ConfigError("the output is a directory", value=str(target), fix="name a .sql file")
    if target.exists() and target.samefile(schema_path):
        raise ConfigError("input and output are the same file", value=str(target), fix="name a .sql file")
    return target


def _read(path: Path) -> str | None:
    """The text that is there; None for no file, or one that is no text of ours."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"can't read the output: {reason}", where=str(path), fix="name another place") from error


def _parser() -> argparse.ArgumentParser:
    names = ", ".join(DIALECTS)
    parser = ArgumentParser(
        prog="export_ddl.py",
        description=(
            "Writes a schema YAML as CREATE TABLE statements of a dialect. Into the dialect that the schema came from, "
            "all is written back as it was; into another, types, keys, defaults, comments and partitions are carried "
            "as far as it has them, and each thing that it has not is one line `warning: ...` on stderr."
        ),
        epilog=(
            f"dialects: {names}\nother names: {other_names()}\n\n"
            "examples:\n"
            "  export_ddl.py schemas/orders.yaml --dialect postgres\n"
            "  export_ddl.py schemas/orders.yaml --dialect snowflake --output orders.sql\n"
            "  export_ddl.py schemas/shop.yaml --table orders,lines --dialect bigquery --output shop.sql --dry-run\n\n"
            "exit code: 0 done, 1 failed (one line on stderr says why; no file was written), 2 bad usage"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("schema", type=Path, metavar="SCHEMA.yaml", help="the schema")
    parser.add_argument("--dialect", required=True, metavar="D", help="the dialect to write")
    parser.add_argument(
        "--source",
        metavar="D",
        help="the dialect of the schema's defaults, checks and source types (default: the YAML's `dialect`)",
    )
    parser.add_argument("--table", metavar="T,..", help="only these tables (default: all)")
    parser.add_argument("--output", type=Path, metavar="FILE.sql", help="where to write (default: standard output)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="write no file; print what would change in the one that is there as a diff",
    )
    return parser


def _show(target: Path, before: str | None, after: str) -> None:
    old, new = (before or "").splitlines(keepends=True), after.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(old, new, str(target) if before else os.devnull, str(target)))


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        exporter = DDLExporter(options.dialect, options.source)
    except ConfigError as error:
        parser.error(str(error))
    tables = [name.strip() for name in options.table.split(",") if name.strip()] if options.table else []
    if options.table is not None and not tables:
        parser.error("--table names no table")
    exported = exporter.export(options.schema, tables)
    if options.output is None:
        sys.stdout.write(exported.sql)
    else:
        target = _target(options.schema, options.output)
        before = _read(target)
        if before == exported.sql:
            print(f"unchanged: {target}")
        elif options.dry_run:
            print(f"would write: {target}")
            _show(target, before, exported.sql)
        else:
            write_text(target, exported.sql, "the DDL")
            print(f"written: {target}")
    for line in exported.warnings:
        print(f"warning: {line}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    run(main)
