"""What loads a table from its objects in S3 into Redshift: their manifest, COPY and CREATE TABLE. Texts alone, no I/O.

After Amazon's "Database Developer Guide": a manifest lists objects by URL; COPY of Parquet and ORC needs their
content_length, takes no REGION, and fills the columns in the order of the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from rowmill.ddl.dialects import Dialect, dialect_named
from rowmill.ddl.export import export_schema
from rowmill.ddl.export.columns import identity_style
from rowmill.ddl.export.context import Losses, TableContext
from rowmill.ddl.export.quoting import literal, names
from rowmill.s3.uri import S3Uri
from rowmill.schema.model import SchemaFile, TableColumn, TableDefinition
from rowmill.schema.types import DataType
from rowmill.sink.manifest import Manifest
from rowmill.sink.s3.names import REDSHIFT

FOLDER = REDSHIFT  # its name begins with _, so no reader takes what is in it for data
MANIFEST, COPY, CREATE = (f"{FOLDER}/{name}" for name in ("manifest.json", "copy.sql", "create_table.sql"))

_TARGET = dialect_named("redshift")
_COLUMNAR = ("parquet", "orc")
# Options that only Redshift has: a schema that names no dialect, but has them, is meant for it.
_OWN_OPTIONS = frozenset({"diststyle", "distkey", "sortstyle", "sortkey", "encode", "encode_auto"})
_OF_FILES = frozenset({"external", "before_columns", "clauses", "location", "stored_as", "row_format"})
_DOCUMENTED_CODECS = ("snappy", "gzip", "none")

_TEXT = (DataType("string"), "VARCHAR(MAX)")
_NUMBER = (DataType("bigint"), "BIGINT")
_MOMENT = (DataType("timestamp_ntz"), "TIMESTAMP")
_JSON_TEXT = (*_TEXT, "it is VARCHAR that holds JSON: JSON_PARSE makes SUPER of it")
_SHAPE = (*_TEXT, "it is VARCHAR: the texts are no GEOMETRY that COPY knows")
_IN_UTC = (*_MOMENT, "it is TIMESTAMP in UTC: COPY of columnar files fills no TIMESTAMPTZ")
# By format: the types whose values COPY does not find in the files as the type that a Redshift table would have.
_STORED: Mapping[str, Mapping[str, tuple[DataType, str, str]]] = {
    "parquet": {
        "timestamp": _IN_UTC,
        "json": _JSON_TEXT,
        "geometry": _SHAPE,
        "interval": (*_NUMBER, "it is BIGINT: the files hold microseconds"),
    },
    "orc": {
        "timestamp": _IN_UTC,
        "timestamp_ntz": (*_NUMBER, "it is BIGINT: the files hold microseconds since 1970"),
        "json": _JSON_TEXT,
        "geometry": _SHAPE,
    },
    "csv": {"geometry": _SHAPE},
    "json": {
        "json": _JSON_TEXT,
        "geometry": _SHAPE,
        "binary": (*_TEXT, "it is VARCHAR that holds base64: COPY fills no VARBYTE from JSON"),
    },
}
# What COPY may refuse.
_DOUBTFUL: Mapping[tuple[str, str], str] = {
    ("parquet", "time"): "Amazon does not say that COPY fills TIME from Parquet; if it fails, use csv",
    ("orc", "timestamp"): "the files hold instants, which COPY may not know in ORC; if it fails, use parquet",
}


@dataclass(frozen=True)
class Source:
    """Where the objects are, and how they came there.

    place: of the table; region: of the bucket; is_aws: whether it is Amazon's; codec: of the files
    dialect: that the table's schema names
    """

    place: S3Uri
    region: str
    is_aws: bool
    codec: str
    dialect: str | None = None


def texts(manifest: Manifest, definition: TableDefinition, source: Source) -> dict[str, str]:
    """The files by their names below the place. Raises DDLError for a table that Redshift can't have."""
    table, changes = _stored(definition, manifest.format)
    dialect = _dialect(definition, source)
    exported = export_schema(SchemaFile((table,), dialect.name if dialect else None), _TARGET, dialect)
    left_out = [
        f"the foreign key ({', '.join(key.columns)}) to {key.table} is left out, so that the table can be made alone"
        for key in definition.foreign_keys
        if key not in table.foreign_keys
    ]
    notes = [*exported.warnings, *changes, *left_out]
    return {
        CREATE: f"{_comments(notes)}{exported.sql}",
        COPY: _copy(manifest, table, source, _created_name(exported.sql), changes),
        MANIFEST: manifest_text(manifest, source.place),
    }


def manifest_text(manifest: Manifest, place: S3Uri) -> str:
    """The manifest for COPY: every object that has rows, in the order of the rows.

    An object without rows has nothing to load, and not every format's reader takes it.
    """
    entries = [
        {
            "url": f"s3://{place.bucket}/{place.prefix}{file.path}",
            "mandatory": True,
            "meta": {"content_length": file.bytes},
        }
        for file in manifest.files
        if file.rows
    ]
    return json.dumps({"entries": entries}, indent=1, ensure_ascii=False) + "\n"


# -- CREATE TABLE ------------------------------------------------------------------------------------------------


def _dialect(definition: TableDefinition, source: Source) -> Dialect | None:
    """The dialect of the definition's texts; None if nobody said, or if it is a table of files outside."""
    if source.dialect is None:
        return _TARGET if _OWN_OPTIONS & set(definition.options) else None
    named = dialect_named(source.dialect)
    return None if named.name == _TARGET.name and definition.options.get("external") else named


def _stored(definition: TableDefinition, form: str) -> tuple[TableDefinition, list[str]]:
    """The table that the files fill, and what is not as it was defined."""
    changes: list[str] = []
    columns: list[TableColumn] = []
    for column in definition.columns:
        other = _STORED[form].get(column.type.name)
        if other is not None:
            dtype, words, why = other
            changes.append(f"column {column.name}: {why}")
            column = replace(column, type=dtype, source_type=words, default=None)
        elif column.type.name == "string" and not column.source_type:
            column = replace(column, source_type=_TEXT[1])  # Redshift's own TEXT has 256 bytes
        columns.append(column)
    own = (definition.name, f"{definition.schema}.{definition.name}")
    table = replace(
        definition,
        columns=tuple(columns),
        foreign_keys=tuple(key for key in definition.foreign_keys if key.table in own),
        options={key: value for key, value in definition.options.items() if key not in _OF_FILES},
    )
    return table, changes


def _created_name(sql: str) -> str:
    """The name that the statement gives the table: the exporter may have had to change it."""
    found = re.search(r"^CREATE (?:\w+ )*?TABLE (.+?) \(\n", sql, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


# -- COPY --------------------------------------------------------------------------------------------------------


def _copy(manifest: Manifest, table: TableDefinition, source: Source, name: str, changes: Iterable[str]) -> str:
    files = [file for file in manifest.files if file.rows]
    packed = {file.path.endswith(".gz") for file in files}
    first = [
        f"rows: {manifest.rows:,}; objects: {len(files):,}; bytes: {sum(file.bytes for file in files):,}",
        "COPY adds rows: create_table.sql comes first, and TRUNCATE before a table is loaded again",
        "another role: IAM_ROLE 'arn:aws:iam::<account>:role/<name>' in place of IAM_ROLE default",
    ]
    warnings = [*changes, *_doubts(manifest, table, source)]
    fault = (
        "there are no rows, so there is nothing to load"
        if not files
        else "some objects are gzip and others are not, which one COPY can't load: make the table again in one way"
        if len(packed) > 1
        else None
    )
    head = _comments([*first, *(f"warning: {text}" for text in (*warnings, *([fault] if fault else [])))])
    if fault:
        return head
    url = literal(f"s3://{source.place.bucket}/{source.place.prefix}{MANIFEST}", _TARGET)
    clauses = [
        f"COPY {name} ({names(table.column_names, _TARGET)})",
        f"FROM {url}",
        "IAM_ROLE default",
        *_format_clauses(manifest.format, table, True in packed),
        "MANIFEST",
        *([f"REGION {literal(source.region, _TARGET)}"] if source.is_aws and manifest.format not in _COLUMNAR else []),
        *(["EXPLICIT_IDS"] if _overrides_identity(table, source) else []),
        # The encodings of the columns are given: COPY shall not choose others.
        *(["COMPUPDATE OFF"] if table.options.get("encode") and manifest.format not in _COLUMNAR else []),
        "STATUPDATE ON",
    ]
    return head + "\n".join(clauses) + ";\n"


def _format_clauses(form: str, table: TableDefinition, packed: bool) -> list[str]:
    """How the files are read, as our writers make them (see sink.formats)."""
    if form in _COLUMNAR:
        nested = any(column.type.is_nested for column in table.columns)
        return [f"FORMAT AS {form.upper()}{' SERIALIZETOJSON' if nested else ''}"]
    times = ["DATEFORMAT 'auto'", "TIMEFORMAT 'auto'", *(["GZIP"] if packed else [])]
    if form == "csv":
        # Twice the backslash: one alone would escape the N.
        return ["FORMAT AS CSV", "IGNOREHEADER 1", "NULL AS '\\\\N'", *times]
    # Redshift folds the names of its columns, the names in the files stay as they are.
    folded = any(name != name.lower() for name in table.column_names)
    return [f"FORMAT AS JSON '{'auto ignorecase' if folded else 'auto'}'", *times]


def _overrides_identity(table: TableDefinition, source: Source) -> bool:
    """Whether the files hold numbers that Redshift would always make itself."""
    context = TableContext(table, _TARGET, _dialect(table, source), Losses())
    return any(
        identity_style(column, context) and not (context.option("identity", column.name) or {}).get("by_default")
        for column in table.columns
    )


def _doubts(manifest: Manifest, table: TableDefinition, source: Source) -> Iterator[str]:
    """What may keep the statement from working."""
    for name, words in manifest.columns.items():
        if (manifest.format, words) in _DOUBTFUL:
            yield f"column {name}: {_DOUBTFUL[manifest.format, words]}"
    for column in table.columns:
        if column.type.is_nested:
            yield f"column {column.name}: it becomes SUPER; values of more than 65,535 bytes may not fit"
    if manifest.format in _COLUMNAR:
        if source.codec not in _DOCUMENTED_CODECS:
            yield f"Amazon does not say that COPY reads {source.codec} in {manifest.format}; if it fails, use snappy"
        yield f"the cluster has to be in the bucket's region{f', {source.region}' if source.is_aws else ''}"
    if manifest.format == "parquet":
        yield "whole numbers are packed as differences (DELTA_BINARY_PACKED); if COPY can't read them, use orc or csv"
    if not source.is_aws:
        yield "the objects are not in Amazon's S3, which is all that Redshift reads: copy them there, names as they are"


def _comments(lines: Iterable[str]) -> str:
    return "".join(f"-- {' '.join(line.split())}\n" for line in lines)


# -- checking ----------------------------------------------------------------------------------------------------


def manifest_faults(text: str, place: S3Uri, sizes: Mapping[str, int], without_rows: frozenset[str]) -> list[str]:
    """How a manifest for COPY differs from the data objects that are there; empty if it does not.

    sizes:        bytes of each data object, by its path below the place
    without_rows: paths of objects that need not be in the manifest
    """
    start = f"s3://{place.bucket}/{place.prefix}"
    try:
        entries = [(str(e["url"]), e["mandatory"], e["meta"]["content_length"]) for e in json.loads(text)["entries"]]
    except (ValueError, KeyError, TypeError):
        return ["it is no manifest for COPY: entries with url, mandatory, and meta with content_length expected"]
    faults: list[str] = []
    named: set[str] = set()
    for url, mandatory, length in entries:
        path = url.removeprefix(start)
        if path in named:
            faults.append(f"{url} is named twice")
        named.add(path)
        if not url.startswith(start):
            faults.append(f"{url} is not below {start}")
        elif path not in sizes:
            faults.append(f"{url} is missing")
        elif sizes[path] != length:
            faults.append(f"{url} has {sizes[path]} bytes, the manifest says {length}")
        if mandatory is not True:
            faults.append(f"{url} is not mandatory, so COPY would go on without it")
    extra = sorted(sizes.keys() - named - without_rows)
    return faults + [f"{start}{path} is not in the manifest" for path in extra]
