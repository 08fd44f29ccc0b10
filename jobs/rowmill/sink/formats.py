"""One writer per file format: Arrow batches in, the bytes of one file out.

A writer never ends the file that it writes to: whoever opened it finishes or aborts it (see staging).
"""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.orc
import pyarrow.parquet as pq

from rowmill.generate.arrow import MAX_INT64_DIGITS, encoded_as, plain

# What Hive and Spark read as null in a CSV with `nullValue` \N; an empty text stays an empty text.
CSV_NULL = "\\N"
ROW_GROUP_ROWS = 1 << 20
_WRITE_BATCH_ROWS = 1 << 14  # that Arrow encodes at a time: 5 percent faster than its default, 1024


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """How a file is encoded; None is the format's default.

    compression:    one of CODECS[format]; level: of it
    row_group_rows: the most rows of a Parquet row group; a plan takes fewer than ROW_GROUP_ROWS if rows are wide
    sort_by:        (column, descending) that the rows are sorted by; the file says so
    """

    compression: str | None = None
    level: int | None = None
    row_group_rows: int | None = None
    sort_by: tuple[tuple[str, bool], ...] = ()


DEFAULTS = WriterOptions()
# The codecs of each format, its default first; the levels that each takes.
CODECS: dict[str, tuple[str, ...]] = {
    "parquet": ("snappy", "zstd", "lz4", "gzip", "none"),
    "orc": ("snappy", "zstd", "lz4", "gzip", "none"),
    "csv": ("none", "gzip"),
    "json": ("none", "gzip"),
}
LEVELS: dict[str, tuple[int, int]] = {"zstd": (1, 22), "gzip": (1, 9)}
_TEXT_LEVEL = 6
_ORC_NAMES = {"gzip": "zlib", "none": "uncompressed"}


def default_level(form: str, codec: str) -> int | None:
    """The level that a writer takes if none is given; None where the codec has none."""
    if form == "orc" or codec not in LEVELS:
        return None
    return _TEXT_LEVEL if form in ("csv", "json") else int(pa.Codec.default_compression_level(codec))


def suffix(form: str, compression: str | None) -> str:
    """How the names of files end, without the leading dot: readers know a compressed text by it."""
    return f"{form}.gz" if form in ("csv", "json") and compression == "gzip" else form


class Bytes(Protocol):
    """What a writer writes to."""

    def write(self, data: Any, /) -> Any: ...


class _Text:
    """The text of a file; if compressed, then without name and time, so that the same rows are the same bytes."""

    def __init__(self, file: Bytes, options: WriterOptions) -> None:
        self._gzip = None
        self._file: Bytes = file
        if options.compression == "gzip":
            target: Any = file
            self._file = self._gzip = gzip.GzipFile("", "wb", options.level or _TEXT_LEVEL, target, mtime=0)

    def write(self, data: Any) -> None:
        self._file.write(data)

    def close(self) -> None:
        if self._gzip is not None:
            self._gzip.close()


class FileWriter(Protocol):
    """Writes one file's bytes; they are whole after close."""

    def write(self, batch: pa.RecordBatch) -> None: ...
    def close(self) -> None: ...


class ParquetFileWriter:
    """Snappy pages, dictionaries only where the data come with them, other numbers as differences.

    Differences (DELTA_BINARY_PACKED) are smaller than Snappy makes them and quicker to write than plain values;
    a dictionary's few texts are in every row group, so their least and largest would tell a reader nothing.
    """

    def __init__(self, file: Bytes, schema: pa.Schema, options: WriterOptions) -> None:
        self._file = file
        self._schema: pa.Schema | None = None
        self._writer: pq.ParquetWriter | None = None
        self._options = options
        self._empty = schema

    def _open(self, schema: pa.Schema) -> pq.ParquetWriter:
        self._schema = schema
        leaves = list(_leaves(schema))
        options = self._options
        order = [pq.SortingColumn(schema.get_field_index(name), down, not down) for name, down in options.sort_by]
        sorted_by = {name for name, _ in options.sort_by}
        return pq.ParquetWriter(
            self._file,
            schema,
            compression=options.compression or CODECS["parquet"][0],
            compression_level=options.level,
            sorting_columns=order or None,
            use_dictionary=[path for path, kind in leaves if pa.types.is_dictionary(kind)] or False,
            column_encoding={path: "DELTA_BINARY_PACKED" for path, kind in leaves if _is_stored_as_integer(kind)},
            write_statistics=[path for path, kind in leaves if not pa.types.is_dictionary(kind) or path in sorted_by],
            store_decimal_as_integer=True,
            write_batch_size=_WRITE_BATCH_ROWS,
            store_schema=False,
        )

    def write(self, batch: pa.RecordBatch) -> None:
        if self._writer is None:
            nullable = [pa.field(f.name, f.type, self._empty.field(f.name).nullable) for f in batch.schema]
            self._writer = self._open(pa.schema(nullable))
        assert self._schema is not None
        # A batch of few rows may come plain where the first one had dictionaries, or the other way round.
        columns = [encoded_as(c, t) for c, t in zip(batch.columns, self._schema.types, strict=True)]
        whole = pa.RecordBatch.from_arrays(columns, schema=self._schema)
        self._writer.write_batch(whole, self._options.row_group_rows or ROW_GROUP_ROWS)

    def close(self) -> None:
        (self._writer or self._open(self._empty)).close()


def _leaves(fields: Iterable[pa.Field], prefix: str = "") -> Iterator[tuple[str, pa.DataType]]:
    """Parquet's columns, by path, and their Arrow types."""
    for field in fields:
        path, kind = f"{prefix}{field.name}", field.type
        if pa.types.is_struct(kind):
            yield from _leaves(kind, f"{path}.")
        elif pa.types.is_map(kind):
            yield from _leaves(
                (pa.field("key", kind.key_type), pa.field("value", kind.item_type)), f"{path}.key_value."
            )
        elif pa.types.is_list(kind):
            yield from _leaves((pa.field("element", kind.value_type),), f"{path}.list.")
        else:
            yield path, kind


def _is_stored_as_integer(kind: pa.DataType) -> bool:
    if pa.types.is_decimal(kind):
        return bool(kind.precision <= MAX_INT64_DIGITS)
    return bool(pa.types.is_integer(kind) or pa.types.is_temporal(kind))


class _PatientFile(io.RawIOBase):
    """A file for writers that can't bear an error: it is kept, and raised when they have returned.

    An exception that comes out of ORC's own code ends the whole process.
    """

    def __init__(self, file: Bytes) -> None:
        self._file = file
        self.error: Exception | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.error is None:
            try:
                self._file.write(data)
            except Exception as error:
                self.error = error
        return len(memoryview(data).cast("B"))

    def check(self) -> None:
        if self.error is not None:
            raise self.error


class OrcFileWriter:
    """ORC, Snappy."""

    def __init__(self, file: Bytes, schema: pa.Schema, options: WriterOptions) -> None:
        self._file = _PatientFile(file)
        self._schema = pa.schema([pa.field(f.name, _orc_type(f.type)) for f in schema])
        codec = options.compression or CODECS["orc"][0]
        self._writer = pa.orc.ORCWriter(self._file, compression=_ORC_NAMES.get(codec, codec))
        self._written = False

    def write(self, batch: pa.RecordBatch) -> None:
        arrays = [plain(column) for column in batch.columns]
        stored = [a if a.type == t else a.cast(t) for a, t in zip(arrays, self._schema.types, strict=True)]
        self._write(pa.Table.from_arrays(stored, schema=self._schema))

    def _write(self, table: pa.Table) -> None:
        self._writer.write(table)
        self._written = True
        self._file.check()

    def close(self) -> None:
        if not self._written:
            self._write(self._schema.empty_table())
        self._writer.close()
        self._file.check()


class CsvFileWriter:
    """CSV with a header line, quoted text, timestamps as ISO 8601, nulls as \\N."""

    def __init__(self, file: Bytes, schema: pa.Schema, options: WriterOptions) -> None:
        self._file = _Text(file, options)
        self._file.write((",".join(_quoted(f.name) for f in schema) + "\n").encode())

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [_csv_text(plain(column)) for column in batch.columns]
        lines = pc.binary_join_element_wise(*columns, pa.scalar(","))
        joined = pc.binary_join_element_wise(lines, pa.scalar("\n"), "")
        offsets = np.frombuffer(joined.buffers()[1], np.int32)
        self._file.write(memoryview(joined.buffers()[2])[: int(offsets[len(joined)])] if len(joined) else b"")

    def close(self) -> None:
        self._file.close()


class JsonFileWriter:
    """One JSON object a line; binary as base64, nulls left out, as Spark writes them."""

    def __init__(self, file: Bytes, schema: pa.Schema, options: WriterOptions) -> None:
        self._file = _Text(file, options)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [_json_values(plain(column)) for column in batch.columns]
        names = [json.dumps(name) for name in batch.schema.names]
        lines = []
        for row in zip(*columns, strict=True):
            lines.append("{" + ",".join(f"{n}:{v}" for n, v in zip(names, row, strict=True) if v is not None) + "}\n")
        self._file.write("".join(lines).encode())

    def close(self) -> None:
        self._file.close()


WRITERS: dict[str, Callable[[Bytes, pa.Schema, WriterOptions], FileWriter]] = {
    "parquet": ParquetFileWriter,
    "csv": CsvFileWriter,
    "json": JsonFileWriter,
    "orc": OrcFileWriter,
}


def _orc_type(kind: pa.DataType) -> pa.DataType:
    """What ORC holds of a type. Spark keeps its timestamp_ntz there as a number of microseconds, so we do."""
    if pa.types.is_decimal64(kind):
        return pa.decimal128(kind.precision, kind.scale)
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return pa.int64()
    if pa.types.is_list(kind):
        return pa.list_(_orc_type(kind.value_type))
    if pa.types.is_map(kind):
        return pa.map_(_orc_type(kind.key_type), _orc_type(kind.item_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _orc_type(f.type)) for f in kind])
    return kind


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _time_text(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_timestamp(kind):
        local = array.cast(pa.timestamp("us"))
        return pc.strftime(local, "%Y-%m-%dT%H:%M:%SZ" if kind.tz else "%Y-%m-%dT%H:%M:%S")
    return array.cast(pa.string())


def _csv_text(array: pa.Array) -> pa.Array:
    kind = array.type
    if pa.types.is_string(kind):
        escaped = pc.replace_substring(array, '"', '""')
        text = pc.binary_join_element_wise(pa.scalar('"'), escaped, pa.scalar('"'), "")
    elif pa.types.is_boolean(kind):
        text = pc.if_else(array, "true", "false")
    else:
        text = _time_text(array)
    return pc.fill_null(text, CSV_NULL)


def _json_values(array: pa.Array) -> list[str | None]:
    """JSON text of each value, None where null."""
    kind = array.type
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        return list(array.cast(pa.string()).to_pylist())
    if pa.types.is_temporal(kind):
        return [None if v is None else f'"{v}"' for v in _time_text(array).to_pylist()]
    return [None if v is None else _json_text(v, kind) for v in array.to_pylist()]


def _json_text(value: Any, kind: pa.DataType) -> str:
    """JSON text of a value as Spark reads it back."""
    if value is None:
        return "null"
    if pa.types.is_list(kind):
        return f"[{','.join(_json_text(v, kind.value_type) for v in value)}]"
    if pa.types.is_map(kind):
        entries = (f"{_key_text(k, kind.key_type)}:{_json_text(v, kind.item_type)}" for k, v in value)
        return f"{{{','.join(entries)}}}"
    if pa.types.is_struct(kind):
        fields = (f for f in kind if value[f.name] is not None)
        return f"{{{','.join(f'{json.dumps(f.name)}:{_json_text(value[f.name], f.type)}' for f in fields)}}}"
    if isinstance(value, bytes):
        return f'"{base64.b64encode(value).decode()}"'
    if pa.types.is_decimal(kind):
        return str(value)  # every digit; a float would lose some
    if pa.types.is_timestamp(kind):
        return f'"{value.replace(tzinfo=None).isoformat(timespec="microseconds")}{"Z" if kind.tz else ""}"'
    if pa.types.is_temporal(kind):
        return f'"{value}"'
    return json.dumps(value, ensure_ascii=False)


def _key_text(value: Any, kind: pa.DataType) -> str:
    text = _json_text(value, kind)
    return text if text.startswith('"') else f'"{text}"'
