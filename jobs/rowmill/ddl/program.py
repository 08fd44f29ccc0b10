"""What import_ddl.py does with files and folders of DDL: convert, compare, write, and say what became of each."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rowmill.ddl.convert import Conversion, convert_file
from rowmill.ddl.detect import Detection
from rowmill.ddl.into_yaml.sound import fault
from rowmill.ddl.into_yaml.writer import Update, to_yaml, update
from rowmill.errors import ConfigError, DDLError, RowmillError, SchemaError
from rowmill.writing import write_text

SUFFIXES = frozenset({".sql", ".ddl"})
_MARKS_SHOWN = 5
_FAILED, _KEPT_GOING = 1, 3  # exit codes
# What a file that holds no table at all is refused with; among others in a folder it is no fault.
_NOTHING = ("no CREATE TABLE", "the file is empty")


@dataclass(frozen=True, slots=True)
class Settings:
    """How to convert. dialect: None or `auto` detects it; keep_going: write the good tables of a file with bad ones."""

    dialect: str | None = None
    reader: str = "sqlglot"
    keep_going: bool = False
    dry_run: bool = False
    diff: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One conversion, before anything is written. before: the text that is there; made: None for nothing to write."""

    conversion: Conversion
    before: str | None
    made: Update | None


def plan(source: Path, target: Path, settings: Settings) -> Plan:
    """Converts one file. Raises DDLError for what is no DDL at all, ConfigError, SchemaError for the YAML there."""
    if target.is_dir():
        raise ConfigError("the output is a directory", value=str(target), fix="name a .yaml file")
    if target.exists() and source.exists() and target.samefile(source):
        raise ConfigError("input and output are the same file", value=str(target), fix="name a .yaml file")
    conversion = _readable(convert_file(source, settings.dialect, settings.reader), str(source))
    schema, refused = conversion.schema, bool(conversion.failures)
    if not schema.tables or (refused and not settings.keep_going):
        return Plan(conversion, None, None)
    if not target.exists():
        return Plan(conversion, None, Update(to_yaml(schema)))
    before = _read(target)
    return Plan(conversion, before, update(before, schema, str(target), keep_absent=refused))


def _readable(conversion: Conversion, source: str) -> Conversion:
    """The conversion, in which a table that no YAML can hold is a failure, too."""
    faults = {table.name: found for table in conversion.schema.tables if (found := fault(table, source))}
    if not faults:
        return conversion
    kept = tuple(table for table in conversion.schema.tables if table.name not in faults)
    failures = (*conversion.failures, *faults.values())
    return replace(conversion, schema=replace(conversion.schema, tables=kept), failures=failures)


def write(planned: Plan, target: Path) -> None:
    """Writes what was planned, unless the file says it already."""
    if planned.made is not None and planned.made.text != planned.before:
        write_text(target, planned.made.text, "the schema")


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SchemaError(f"can't read the schema: {reason}", where=str(path)) from error


# -- the three jobs; each returns the program's exit code ------------------------------------------------


def convert_one(source: Path, target: Path, settings: Settings) -> int:
    """Converts one file. Raises RowmillError where there is nothing to convert."""
    _, refused = _convert(source, target, settings)
    return _code(refused, settings)


def convert_folder(folder: Path, out: Path, settings: Settings) -> int:
    """Converts every .sql and .ddl under a folder to a .yaml of the same relative name. Bad files stop no others."""
    if (out.exists() and not out.is_dir()) or out.suffix in (".yaml", ".yml"):
        raise ConfigError("a folder's output is a folder", value=str(out), fix="name a folder")
    sources = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not sources:
        raise ConfigError("no .sql or .ddl file is in the folder", where=str(folder), fix="name another folder")
    targets = [(out / source.relative_to(folder)).with_suffix(".yaml") for source in sources]
    twice = Counter(str(target).casefold() for target in targets)
    for source, target in zip(sources, targets, strict=True):
        if twice[str(target).casefold()] > 1:
            raise ConfigError("two files would be written to the same YAML", where=str(source), value=str(target))
    return _convert_each(zip(sources, targets, strict=True), settings, told=True)


def refresh(folder: Path, settings: Settings) -> int:
    """Converts every .sql under a folder that has no .yaml beside it, or an older one."""
    if not folder.is_dir():
        raise ConfigError("no such folder", where="--refresh", value=str(folder), fix="name a folder of .sql files")
    pairs = [(source, source.with_suffix(".yaml")) for source in sorted(folder.rglob("*.sql")) if source.is_file()]
    return _convert_each(((source, target) for source, target in pairs if _is_stale(source, target)), settings)


def _is_stale(source: Path, target: Path) -> bool:
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def _convert_each(pairs: Iterable[tuple[Path, Path]], settings: Settings, told: bool = False) -> int:
    outcomes: Counter[str] = Counter()
    statements = 0
    for source, target in pairs:
        try:
            outcome, refused = _convert(source, target, settings)
        except DDLError as error:
            if error.what.startswith(_NOTHING):
                _warn(f"{source}: {error.what}; skipped")
                outcomes["skipped"] += 1
                continue
            outcome, refused = _fail(error), 0
        except RowmillError as error:
            outcome, refused = _fail(error), 0
        outcomes[outcome] += 1
        statements += refused
    if told:
        count = outcomes.total()
        parts = [f"{number} {outcome}" for outcome, number in sorted(outcomes.items())]
        more = f"; {statements} statement{'s' * (statements != 1)} refused" if statements else ""
        print(f"{count} file{'s' * (count != 1)}: {', '.join(parts)}{more}")
        if outcomes["skipped"] == count:
            raise DDLError("no CREATE TABLE in any file", fix="name a folder of files that create tables")
    return _code(outcomes["failed"] + statements, settings)


def _code(faults: int, settings: Settings) -> int:
    return 0 if not faults else _KEPT_GOING if settings.keep_going else _FAILED


def _convert(source: Path, target: Path, settings: Settings) -> tuple[str, int]:
    """Converts one file and says what became of it; its outcome in a word, and how many statements were refused."""
    planned = plan(source, target, settings)
    conversion, made = planned.conversion, planned.made
    if conversion.detected is not None:
        print(f"{source}: read as {_detected(conversion.detected)}")
    for warning in conversion.warnings:
        if made is None or not any(_is_about(warning, *place) for place in made.answered):
            _warn(warning)
    for failure in conversion.failures:
        _fail(failure)
    refused = len(conversion.failures)
    if made is None:
        return "failed", refused
    for note in made.notes:
        _warn(f"{target}: {note}")
    if made.text == planned.before:
        print(f"unchanged: {target}")
        if not settings.dry_run and not refused:
            with contextlib.suppress(PermissionError):
                os.utime(target)  # looked at: --refresh need not look again
        return "unchanged", refused
    if settings.dry_run:
        print(f"would convert: {target}")
    else:
        write(planned, target)
        print(f"converted: {target}")
    for change in made.changes:
        print(f"  {change}")
    if settings.diff:
        _show_diff(planned.before, made.text, target)
    return "to convert" if settings.dry_run else "converted", refused


def _is_about(warning: str, table: str, column: str) -> bool:
    """Whether a warning says that this column's type is unknown."""
    what = rf"table '(?:.*\.)?{re.escape(table)}' column '{re.escape(column)}': (?:unknown type|no type)"
    return re.search(what, warning) is not None


def _detected(detected: Detection) -> str:
    if not detected.marks:
        return f"{detected.dialect.name}, the plainest: it bears no marks of a dialect"
    more = "" if len(detected.marks) <= _MARKS_SHOWN else ", ..."
    return f"{detected.dialect.name}, by its marks: {', '.join(detected.marks[:_MARKS_SHOWN])}{more}"


def _show_diff(before: str | None, after: str, target: Path) -> None:
    old, new = (before or "").splitlines(keepends=True), after.splitlines(keepends=True)
    sys.stdout.writelines(difflib.unified_diff(old, new, str(target) if before else os.devnull, str(target)))


def _warn(text: str) -> None:
    print(f"warning: {' '.join(text.split())}", file=sys.stderr)


def _fail(error: RowmillError) -> str:
    print(f"error: {error}", file=sys.stderr)
    return "failed"
