"""DDL -> schema YAML: the program and its API.

from import_ddl import DDLProcessor
DDLProcessor(dialect=None).process_ddl_file(input_path="schema.sql", output_path="schema.yaml")
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rowmill import slice_program
from rowmill.cli import ArgumentParser, run
from rowmill.ddl.convert import convert_text, read_text, reader_named
from rowmill.ddl.dialects import ALIASES, AUTO, DIALECTS, dialect_named
from rowmill.ddl.writer import to_yaml, update_yaml
from rowmill.errors import ConfigError, DDLError, RowmillError, SchemaError
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

        A YAML that says the same already is not written. Raises DDLError, with nothing written.
        """
        schema, before, after = self.plan(input_path, output_path)
        if after != before:
            _write(Path(output_path), after)
        return schema

    def plan(self, input_path: str | Path, output_path: str | Path) -> tuple[SchemaFile, str | None, str]:
        """The schema, the YAML text that is there (None: no file) and the one that would be there."""
        source, target = Path(input_path), Path(output_path)
        if target.is_dir():
            raise ConfigError("the output is a directory", value=str(target), fix="name a .yaml file")
        if target.exists() and source.exists() and target.samefile(source):
            raise ConfigError("input and output are the same file", value=str(target), fix="name a .yaml file")
        schema = convert_text(read_text(source), self.dialect, str(source), self.reader)
        if not target.exists():
            return schema, None, to_yaml(schema)
        before = _read(target)
        return schema, before, update_yaml(before, schema, str(target))


class YAMLLoader:
    """Reads schema YAML into the model."""

    @staticmethod
    def load(path: str | Path) -> SchemaFile:
        """The schema of a file. Raises SchemaError naming file, line and path of the first fault."""
        return load_schema(path)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SchemaError(f"can't read the schema: {reason}", where=str(path)) from error


def _write(path: Path, text: str) -> None:
    """Writes beside the target and renames: a reader sees the old file or the new one, whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"can't write the schema: {reason}", where=str(path), fix="name another place") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _convert(processor: DDLProcessor, source: Path, target: Path, dry_run: bool) -> None:
    """Converts one file and says on stdout what became of it."""
    schema, before, after = processor.plan(source, target)
    if processor.dialect in (None, AUTO):
        print(f"{source}: read as {schema.dialect}", file=sys.stderr)
    if after == before:
        print(f"unchanged: {target}")
        if not dry_run:
            os.utime(target)  # looked at: --refresh need not look again
        return
    if not dry_run:
        _write(target, after)
        print(f"converted: {target}")
        return
    print(f"would convert: {target}")
    old, new = (before or "").splitlines(keepends=True), after.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(old, new, str(target) if before else os.devnull, str(target)))


def _stale(folder: Path) -> list[tuple[Path, Path]]:
    """Every .sql that has no .yaml beside it, or an older one."""
    if not folder.is_dir():
        raise ConfigError("no such folder", where="--refresh", value=str(folder), fix="name a folder of .sql files")
    pairs = [(source, source.with_suffix(".yaml")) for source in sorted(folder.rglob("*.sql")) if source.is_file()]
    return [
        (source, target)
        for source, target in pairs
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns
    ]


def _refresh(processor: DDLProcessor, folder: Path, dry_run: bool) -> None:
    failures: list[RowmillError] = []
    for source, target in _stale(folder):
        try:
            _convert(processor, source, target, dry_run)
        except RowmillError as error:
            failures.append(error)
    if failures:
        more = f" (and {len(failures) - 1} more files failed)" if len(failures) > 1 else ""
        raise DDLError(f"{failures[0]}{more}")


def _parser() -> argparse.ArgumentParser:
    names = ", ".join([AUTO, *DIALECTS])
    others = ", ".join(f"{alias} = {name}" for alias, name in sorted(ALIASES.items()))
    parser = ArgumentParser(
        prog="import_ddl.py",
        description=(
            "Converts DDL to the schema YAML that the generator reads. A YAML that is there already keeps what people "
            "wrote: generators, nulls, rows, distributions, comments, formatting. Every column of the DDL is in the "
            "YAML, or nothing is written."
        ),
        epilog=(
            f"dialects: {names}\nother names: {others}\n\n"
            "examples:\n"
            "  import_ddl.py schema.sql schema.yaml\n"
            "  import_ddl.py schema.sql schema.yaml --dialect redshift --dry-run\n"
            "  import_ddl.py --refresh schemas/\n"
            f"{slice_program.EXAMPLES}\n"
            "exit code: 0 done, 1 failed (one line on stderr says why; no file was written), 2 bad usage"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("input", nargs="?", type=Path, metavar="INPUT.sql", help="the DDL")
    parser.add_argument("output", nargs="?", type=Path, metavar="OUTPUT.yaml", help="the schema to write or to update")
    parser.add_argument("--dialect", default=AUTO, metavar="D", help="the DDL's dialect (default: auto, by its marks)")
    parser.add_argument(
        "--reader",
        default="sqlglot",
        choices=["sqlglot", "ddlparse"],
        help="who reads the statements (default: sqlglot)",
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing; print what would change as a diff")
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
        parser.error("name INPUT.sql and OUTPUT.yaml, or --refresh DIR, or --slices FILE, or --plan-slices N")
    if slice_program.is_asked(options):
        return slice_program.execute(options, options.dry_run)
    try:
        processor = DDLProcessor(options.dialect, options.reader)
    except ConfigError as error:
        parser.error(str(error))
    if options.refresh is not None:
        _refresh(processor, options.refresh, options.dry_run)
        return 0
    if options.output is None:
        parser.error("OUTPUT.yaml is missing")
    _convert(processor, options.input, options.output, options.dry_run)
    return 0


if __name__ == "__main__":
    run(main)
