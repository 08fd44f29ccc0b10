"""What is judged of files as such: that they are there, their columns, types, rows, fingerprint; and what Hive says."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from rowmill.errors import StorageError
from rowmill.generate import fingerprint
from rowmill.hive import HiveDescription, spark_type
from rowmill.schema.model import TableDefinition
from rowmill.sink.manifest import Manifest
from rowmill.validate.judges import plural
from rowmill.validate.probes import Rows
from rowmill.validate.report import FAIL, PASS, SKIP, Check
from rowmill.validate.source import DataFile, Place, ReadFault, Unit, data_files, format_of, read_schema, same_type

_NAMED = 3  # of many files, so many are named


@dataclass(frozen=True)
class Found:
    """The data files of a table's directory."""

    files: tuple[DataFile, ...]
    format: str


@dataclass(frozen=True)
class Structure:
    """What the files themselves say. `usable` are columns that all files have with their type.

    rows: as the files say; None if their format does not
    """

    checks: tuple[Check, ...]
    usable: frozenset[str]
    units: tuple[Unit, ...]
    rows: int | None


def find(place: Place, form: str | None, manifest: Manifest | None) -> Found:
    """The files, and their format: the given one, the manifest's, or what their names say. Raises StorageError."""
    files = data_files(place)
    known = form or (manifest.format if manifest else None) or format_of(files)
    if not files and manifest is None:
        raise StorageError(
            "there are no data files", where=place.shown, fix="generate the table first, or name its directory"
        )
    if known is None:
        raise StorageError(
            "the format of the files is not known", where=place.shown, fix="give it: parquet, csv, json or orc"
        )
    return Found(tuple(files), known)


def judge_files(found: Found, manifest: Manifest | None, qualified: str) -> list[Check]:
    """The files that the manifest names, no fewer and no more."""
    if manifest is None:
        return []
    checks = []
    if manifest.table != qualified:
        detail = "the manifest names another table"
        checks.append(Check("table", "table", FAIL, qualified, manifest.table, detail))
    wanted, there = {file.path for file in manifest.files}, {file.path for file in found.files}
    detail = "; ".join(
        f"{what}: {_some(sorted(names))}"
        for what, names in (("missing", wanted - there), ("not in the manifest", there - wanted))
        if names
    )
    status = FAIL if detail else PASS
    return [*checks, Check("files", "files", status, plural(len(wanted), "file"), plural(len(there), "file"), detail)]


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def read_structure(place: Place, found: Found, definition: TableDefinition) -> Structure:
    """The columns and types of every file, held against the schema's."""
    missing: dict[str, list[str]] = {}
    extra: dict[str, list[str]] = {}
    types: dict[str, dict[str, list[str]]] = {}
    units: list[Unit] = []
    checks: list[Check] = []
    rows: int | None = 0
    for file in found.files:
        try:
            columns, cut = read_schema(place, file, found.format)
        except ReadFault as fault:
            checks.append(unreadable(fault.path, fault.reason))
            continue
        units += cut
        counted = [unit.rows for unit in cut]
        rows = None if rows is None or None in counted else rows + sum(n for n in counted if n is not None)
        names = {*columns, *(name for name, _ in file.partition)}
        if found.format != "json":
            for column in definition.columns:
                if column.name not in names:
                    missing.setdefault(column.name, []).append(file.path)
        for name, kind in columns.items():
            if name not in definition.column_names:
                extra.setdefault(name, []).append(file.path)
            elif kind is not None and not same_type(kind, definition.column(name).type, found.format):
                types.setdefault(name, {}).setdefault(_type_text(kind), []).append(file.path)
    checks += _columns(definition, missing, extra, types, len(found.files))
    usable = set(definition.column_names) - set(missing) - set(types)
    return Structure(tuple(checks), frozenset(usable), tuple(units), rows)


def _columns(
    definition: TableDefinition,
    missing: dict[str, list[str]],
    extra: dict[str, list[str]],
    types: dict[str, dict[str, list[str]]],
    files: int,
) -> list[Check]:
    checks = []
    for name, where in missing.items():
        wanted = str(definition.column(name).type)
        checks.append(Check("schema", f"column {name}", FAIL, wanted, "missing", _in(where, files), name))
    for name, where in extra.items():
        detail = f"the column is not in the schema{_in(where, files, '; ')}"
        checks.append(Check("schema", f"column {name}", FAIL, "no such column", "there", detail, name))
    for name, kinds in types.items():
        (kind, where) = next(iter(kinds.items()))
        wanted = str(definition.column(name).type)
        checks.append(
            Check("schema", f"column {name}", FAIL, wanted, kind, f"another type{_in(where, files, '; ')}", name)
        )
    if not checks:
        count = plural(len(definition.columns), "column")
        checks.append(Check("schema", "columns and types", PASS, count, "each there, with its type"))
    return checks


def _in(where: list[str], files: int, before: str = "") -> str:
    return "" if len(where) == files else f"{before}in {_some(where)}"


def _type_text(kind: pa.DataType) -> str:
    return str(kind).replace(": ", ":")


def bad_type(definition: TableDefinition, column: str, reason: str) -> Check:
    """A column whose values are not of its type (text formats), or that is not in the schema."""
    if column not in definition.column_names:
        return Check("schema", f"column {column}", FAIL, "no such column", "there", reason, column)
    return Check("schema", f"column {column}", FAIL, str(definition.column(column).type), "others", reason, column)


def unreadable(path: str, reason: str) -> Check:
    return Check("files", f"file {path}", FAIL, "readable", "not readable", reason)


def not_judged(column: str, missing: list[str]) -> Check:
    """What stands for all checks that need a column which is not there."""
    detail = f"needs {', '.join(missing)}, which can't be read as the schema says"
    return Check("content", f"values of {column}", SKIP, detail=detail, column=column)


def judge_rows(rows: int, expected: int, asked: bool, known: bool) -> Check:
    """The number of rows."""
    source = "asked for" if asked else "of the manifest" if known else "of the schema"
    off = rows - expected
    detail = f"{plural(abs(off), 'row')} too {'many' if off > 0 else 'few'}" if off else ""
    return Check("rows", "rows", FAIL if off else PASS, f"{expected:,} ({source})", f"{rows:,}", detail)


def fingerprint_of(counted: Rows) -> str:
    """16 hexadecimal digits, from the files alone."""
    return fingerprint.to_hex(fingerprint.add(*(value for _, value in counted.files.values())))


def judge_fingerprint(
    counted: Rows | None, manifest: Manifest | None, given: str | None, hive: HiveDescription | None
) -> Check:
    """The hash of all values, against what was given, the manifest's, or the Hive table's property."""
    stored = hive.properties.get("rowmill.fingerprint") if hive else None
    wanted = given or (manifest.fingerprint if manifest else None) or stored
    source = "as given" if given else "of the manifest" if manifest else "of the Hive table"
    if counted is None:
        detail = "not all columns and files can be read as the schema says"
        return Check("fingerprint", "fingerprint", SKIP, wanted or "", detail=detail)
    seen = fingerprint_of(counted)
    if wanted is None:
        return Check("fingerprint", "fingerprint", SKIP, observed=seen, detail="there is no manifest to compare with")
    if seen == wanted.lower():
        return Check("fingerprint", "fingerprint", PASS, f"{wanted} ({source})", seen)
    detail = "values are not those that were written"
    if manifest is not None and wanted == manifest.fingerprint:
        changed = [f.path for f in manifest.files if counted.files.get(f.path, (0, 0))[1] != f.fingerprint]
        if changed:
            detail += f": {_some(changed)}"
    return Check("fingerprint", "fingerprint", FAIL, f"{wanted} ({source})", seen, detail)


def judge_hive(hive: HiveDescription, definition: TableDefinition) -> list[Check]:
    """The columns that Hive knows, against the schema's."""
    wanted = {c.name.lower(): spark_type(c.type).replace("`", "").lower() for c in definition.columns}
    seen = {name.lower(): kind.replace("`", "").lower() for name, kind in hive.columns.items()}
    faults = [f"{name} is missing" for name in wanted if name not in seen]
    faults += [f"{name} is not in the schema" for name in seen if name not in wanted]
    faults += [f"{n} is {seen[n]}, not {k}" for n, k in wanted.items() if n in seen and seen[n] != k]
    count = plural(len(wanted), "column")
    return [Check("schema", "Hive table", FAIL if faults else PASS, count, hive.name, "; ".join(faults))]


def judge_hive_rows(hive: HiveDescription, rows: int) -> Check:
    """What a query sees: partitions that Hive does not know are not in it."""
    detail = "a query sees other rows than there are in the files" if hive.rows != rows else ""
    status = FAIL if detail else PASS
    return Check("rows", "rows through Hive", status, f"{rows:,} (in the files)", f"{hive.rows:,}", detail)
