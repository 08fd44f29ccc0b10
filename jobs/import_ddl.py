"""DDL -> schema YAML: the program and its API.

from import_ddl import DDLProcessor
DDLProcessor(dialect=None).process_ddl_file(input_path="schema.sql", output_path="schema.yaml")
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rowmill import slice_program
from rowmill.cli import ArgumentParser, run
from rowmill.ddl import program
from rowmill.ddl.convert import convert_text, reader_named
from rowmill.ddl.dialects import AUTO, DIALECTS, dialect_named, other_names
from rowmill.errors import ConfigError
from rowmill.schema.model import SchemaFile, TableColumn, TableDefinition
from rowmill.schema.yaml import load_schema
from rowmill.slices import SliceProcessor

__all__ = ["DDLProcessor", "SliceProcessor", "TableColumn", "TableDefinition", "YAMLLoader"]


class DDLProcessor:
    """Converts DDL to the schema model and its YAML.

    dialect: a name as `redshift`; None or "auto" detects it
    reader:  "sqlglot" or "ddlparse"; what either reads must pass the completeness proof
    """

    def __init__(self, dialect: str | None = None, reader: str = "sqlglot") -> None:
        if dialect not in (None, AUTO):
            dialect_named(str(dialect))
        reader_named(reader)
        self.dialect = dialect
        self.reader = reader

    def process_ddl(self, text: str) -> SchemaFile:
        """The schema of a DDL text. Raises DDLError for what can't be converted without loss."""
        return convert_text(text, self.dialect, "DDL", self.reader)

    def process_ddl_file(self, input_path: str | Path, output_path: str | Path) -> SchemaFile:
        """Converts a file and writes its YAML, merged into the one that is there. Returns the schema.

        A YAML that says the same already is not written. Raises the first DDLError, with nothing written.
        """
        settings = program.Settings(self.dialect, self.reader)
        planned = program.plan(Path(input_path), Path(output_path), settings)
        if planned.conversion.failures:
            raise planned.conversion.failures[0]
        program.write(planned, Path(output_path))
        return planned.conversion.schema


class YAMLLoader:
    """Reads schema YAML into the model."""

    @staticmethod
    def load(path: str | Path) -> SchemaFile:
        """The schema of a file. Raises SchemaError naming file, line and path of the first fault."""
        return load_schema(path)


def _parser() -> argparse.ArgumentParser:
    names = ", ".join([AUTO, *DIALECTS])
    parser = ArgumentParser(
        prog="import_ddl.py",
        description=(
            "Converts DDL to the schema YAML that the generator reads. A YAML that is there already keeps what people "
            "wrote: generators, nulls, rows, distributions, comments, formatting. Every column of the DDL is in the "
            "YAML, or nothing is written. What a conversion into an existing YAML changes is told in lines: + came, "
            "- went, ~ changed."
        ),
        epilog=(
            f"dialects: {names}\nother names: {other_names()}\n\n"
            "examples:\n"
            "  import_ddl.py schema.sql schema.yaml\n"
            "  import_ddl.py schema.sql schema.yaml --dialect redshift --check\n"
            "  import_ddl.py ddl/ schemas/ --keep-going\n"
            "  import_ddl.py --refresh schemas/\n"
            f"{slice_program.EXAMPLES}\n"
            "exit code: 0 done; 1 failed: each refused statement is one line `error: ...` on stderr, and nothing of\n"
            "its file was written; 2 bad usage; 3 with --keep-going: all was written but what was refused.\n"
            "What to look at is one line `warning: ...` on stderr."
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "input", nargs="?", type=Path, metavar="INPUT", help="the DDL: a file, or a folder of *.sql and *.ddl files"
    )
    parser.add_argument(
        "output",
        nargs="?",
        type=Path,
        metavar="OUTPUT",
        help="the schema to write or to update: a .yaml file, or a folder for the .yaml files of a folder",
    )
    parser.add_argument("--dialect", default=AUTO, metavar="D", help="the DDL's dialect (default: auto, by its marks)")
    parser.add_argument(
        "--reader",
        default="sqlglot",
        choices=["sqlglot", "ddlparse"],
        help="who reads the statements (default: sqlglot)",
    )
    parser.add_argument(
        "--keep-going",
        action="store_true",
        help="write the good tables of a file although others are refused; the exit code is 3 then",
    )
    parser.add_argument(
        "--check",
        "--dry-run",
        dest="dry_run",
        action="store_true",
        help="write nothing; print what would change, also as a diff",
    )
    parser.add_argument("--diff", action="store_true", help="print what changes in a file as a diff, too")
    parser.add_argument(
        "--refresh",
        type=Path,
        metavar="DIR",
        help="convert every .sql under DIR that has no .yaml beside it, or an older one",
    )
    slice_program.add_options(parser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    slice_program.refuse_misuse(parser, options)
    tasks = [slice_program.is_asked(options), options.refresh is not None, options.input is not None]
    if sum(tasks) != 1:
        parser.error("name INPUT and OUTPUT, or --refresh DIR, or --slices FILE, or --plan-slices N")
    if slice_program.is_asked(options):
        return slice_program.execute(options, options.dry_run)
    try:
        processor = DDLProcessor(options.dialect, options.reader)
    except ConfigError as error:
        parser.error(str(error))
    settings = program.Settings(
        processor.dialect, processor.reader, options.keep_going, options.dry_run, options.diff or options.dry_run
    )
    if options.refresh is not None:
        return program.refresh(options.refresh, settings)
    if options.output is None:
        parser.error("OUTPUT is missing")
    convert = program.convert_folder if options.input.is_dir() else program.convert_one
    return convert(options.input, options.output, settings)


if __name__ == "__main__":
    run(main)
