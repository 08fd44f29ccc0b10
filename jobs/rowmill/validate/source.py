"""Where a table's data are and how they are read: Arrow batches in the types of the schema, from any format.

Everything goes through pyarrow's filesystems, so another storage needs another `Place` alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.orc
import pyarrow.parquet as pq
from pyarrow import fs

from rowmill.errors import StorageError, first_line
from rowmill.s3.client import located
from rowmill.s3.config import S3Config
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.schema.types import DataType
from rowmill.sink.formats import CSV_NULL
from rowmill.sink.local import local_path

BATCH_ROWS = 65_536
_HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
_SUFFIXES = {".parquet": "parquet", ".csv": "csv", ".json": "json", ".orc": "orc"}


@dataclass(frozen=True)
class Place:
    """A directory in a filesystem. `shown` is how people name it; `s3` says how it is reached, if it is in S3."""

    path: str
    shown: str
    s3: S3Config | None = None

    @property
    def filesystem(self) -> fs.FileSystem:
        """Each process opens its own: a pickled one of S3 would carry the keys."""
        return _s3_filesystem(self.s3) if self.s3 else _LOCAL

    def open(self, relative: str) -> Any:
        return self.filesystem.open_input_file(f"{self.path}/{relative}")

    def sizes(self, paths: Sequence[str]) -> list[int]:
        """The sizes of files in bytes; -1 where there is none."""
        found = self.filesystem.get_file_info([f"{self.path}/{path}" for path in paths])
        return [-1 if info.size is None else info.size for info in found]


_LOCAL = fs.LocalFileSystem()


@cache
def _s3_filesystem(config: S3Config) -> fs.FileSystem:
    from rowmill.s3.arrow import filesystem

    return filesystem(config)


@dataclass(frozen=True)
class DataFile:
    """One data file; `partition` are the values that its folders name, as text (None: null)."""

    path: str
    size: int
    partition: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Unit:
    """What a process reads at a time: a file, or some of its row groups (stripes, of ORC)."""

    file: DataFile
    rows: int | None = None  # as the file itself says; None: not known before it is read
    groups: tuple[int, ...] = ()


class ReadFault(Exception):
    """A file that can't be read. Caught: it becomes a check that failed."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason


class TypeFault(Exception):
    """A column whose values are not of its type. Caught: it becomes a check that failed."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(column, reason)
        self.column, self.reason = column, reason


def open_place(path: str, s3: S3Config | None = None) -> Place:
    """The directory of a table. s3: how S3 is reached; None: as the environment says.

    Raises StorageError or ConfigError for a place that can't be.
    """
    if is_s3(path):
        found = parse_uri(path)
        return Place(
            f"{found.bucket}/{found.key}".rstrip("/"), str(found), located(s3 or S3Config.from_env(), found.bucket)
        )
    local = local_path(path)
    return Place(str(local), str(local))


def data_files(place: Place) -> list[DataFile]:
    """The data files below a directory: names that begin with _ or . are none. Raises StorageError."""
    try:
        root = place.filesystem.get_file_info(place.path)
        if root.type == fs.FileType.File:
            raise StorageError("a directory is expected, this is a file", where=place.shown, fix="name its folder")
        if root.type == fs.FileType.NotFound:
            raise StorageError(
                "there is no such table: the directory does not exist",
                where=place.shown,
                fix="generate it first, or name the directory of the data",
            )
        entries = place.filesystem.get_file_info(fs.FileSelector(place.path, recursive=True))
    except OSError as error:
        raise StorageError(f"the directory can't be read: {first_line(error)}", where=place.shown) from error
    found = []
    for entry in entries:
        relative = entry.path[len(place.path) :].lstrip("/")
        parts = PurePosixPath(relative).parts
        if entry.type == fs.FileType.File and not any(part[0] in "_." for part in parts):
            found.append(data_file(relative, entry.size or 0))
    return sorted(found, key=lambda file: file.path)


def data_file(path: str, size: int = 0) -> DataFile:
    """A file by its path below the table's directory."""
    return DataFile(path, size, _partition(PurePosixPath(path).parts[:-1]))


def _partition(folders: Sequence[str]) -> tuple[tuple[str, str | None], ...]:
    pairs = []
    for folder in folders:
        name, equals, value = folder.partition("=")
        if equals:
            pairs.append((unquote(name), None if value == _HIVE_NULL else unquote(value)))
    return tuple(pairs)


def format_of(files: Sequence[DataFile]) -> str | None:
    """The format that most of the files' names say."""
    kinds = [_SUFFIXES[s] for f in files if (s := PurePosixPath(f.path.removesuffix(".gz")).suffix) in _SUFFIXES]
    return max(set(kinds), key=kinds.count) if kinds else None


def read_schema(place: Place, file: DataFile, form: str) -> tuple[dict[str, pa.DataType | None], list[Unit]]:
    """Column -> type as the file itself says it (None: the format has no types), and how it is cut into units.

    Raises ReadFault.
    """
    with _Readable(file), place.open(file.path) as source:
        if form == "parquet":
            metadata = pq.ParquetFile(source, pre_buffer=False)
            schema = metadata.schema_arrow
            units = [Unit(file, metadata.metadata.row_group(i).num_rows, (i,)) for i in range(metadata.num_row_groups)]
            return dict(zip(schema.names, schema.types, strict=True)), units or [Unit(file, 0)]
        if form == "orc":
            orc = pyarrow.orc.ORCFile(source)
            units = [Unit(file, None, (i,)) for i in range(orc.nstripes)]
            return dict(zip(orc.schema.names, orc.schema.types, strict=True)), units or [Unit(file, 0)]
        if form == "csv":
            with place.filesystem.open_input_stream(f"{place.path}/{file.path}") as stream:
                names = pyarrow.csv.open_csv(stream, parse_options=_CSV_PARSE).schema.names
            return dict.fromkeys(names), [Unit(file)]
        with place.filesystem.open_input_stream(f"{place.path}/{file.path}") as stream:
            first = stream.read(1 << 20).split(b"\n")[0]
        if first:
            json.loads(first)
        return {}, [Unit(file)]  # a line leaves its nulls out, so no line knows all columns


def required_columns(place: Place, file: DataFile, form: str) -> frozenset[str]:
    """The columns that a file declares to hold no null. Raises ReadFault."""
    if form != "parquet":
        return frozenset()
    with _Readable(file), place.open(file.path) as source:
        schema = pq.ParquetFile(source, pre_buffer=False).schema_arrow
        return frozenset(f.name for f in schema if not f.nullable)


def batches(
    place: Place,
    unit: Unit,
    form: str,
    types: dict[str, DataType],
    size: int = BATCH_ROWS,
    known: frozenset[str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The rows of a unit, only these columns, each in its type. Raises ReadFault or TypeFault.

    known: all columns that may be there, where only the rows can tell (JSON); None: any may
    """
    inside = dict(unit.file.partition)
    stored = {name: dtype for name, dtype in types.items() if name not in inside}
    with _Readable(unit.file):
        read = partial(_json, known=known) if form == "json" else _READERS[form]
        for batch in read(place, unit, stored, size):
            yield _whole(batch, inside, types)


class _Readable:
    """What goes wrong while a file is read becomes a ReadFault that names it."""

    def __init__(self, file: DataFile) -> None:
        self._file = file

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, ReadFault | TypeFault | GeneratorExit):
            return
        if isinstance(error, OSError | pa.ArrowException | ValueError | EOFError):
            raise ReadFault(self._file.path, first_line(error)) from error


def _whole(batch: pa.RecordBatch, inside: dict[str, str | None], types: dict[str, DataType]) -> pa.RecordBatch:
    """All asked columns in their order, with those that the folders name."""
    arrays = []
    for name, dtype in types.items():
        if name in inside:
            text = pa.array([inside[name]], pa.string())
            arrays.append(pa.repeat(to_type(name, text, dtype)[0], batch.num_rows))
        else:
            arrays.append(to_type(name, batch.column(name), dtype))
    if not arrays:  # only the number of rows is asked for
        return batch.select([])
    return pa.RecordBatch.from_arrays(arrays, names=list(types))


def to_type(name: str, array: pa.Array, dtype: DataType) -> pa.Array:
    """An array in the type of the schema; dictionaries of texts stay. Raises TypeFault for a value that is none."""
    target = dtype.to_arrow()
    kind = array.type
    if kind == target or (pa.types.is_dictionary(kind) and kind.value_type == target):
        return array
    try:
        if pa.types.is_string(kind) and pa.types.is_boolean(target):
            return _booleans(array)
        if pa.types.is_int64(kind) and pa.types.is_timestamp(target):
            return array.view(target)  # ORC, as Spark and we write it
        return array.cast(target)
    except (pa.ArrowException, ValueError) as error:
        raise TypeFault(name, f"a value is no {dtype}: {first_line(error)}") from error


def _booleans(array: pa.Array) -> pa.Array:
    lower = pc.utf8_lower(array)
    known = pc.is_in(lower, pa.array(["true", "false"]))
    if not pc.all(pc.or_kleene(known, array.is_null())).as_py():
        raise ValueError(f"'{array.filter(pc.invert(known)).drop_null()[0]}'")
    return pc.equal(lower, "true")


def _parquet(place: Place, unit: Unit, types: dict[str, DataType], size: int) -> Iterator[pa.RecordBatch]:
    with place.open(unit.file.path) as source:
        # pre_buffer would hold a whole row group's pages in memory
        file = pq.ParquetFile(source, pre_buffer=False)
        groups = list(unit.groups) if unit.groups else None
        if types:
            yield from file.iter_batches(size, row_groups=groups, columns=list(types))
            return
        rows = sum(file.metadata.row_group(i).num_rows for i in groups or range(file.num_row_groups))
        yield from _rows_only(rows, size)


def _rows_only(rows: int, size: int) -> Iterator[pa.RecordBatch]:
    for at in range(0, rows, size):
        nothing = pa.array([None] * min(size, rows - at), pa.null())
        yield pa.RecordBatch.from_arrays([nothing], names=[""])


def _orc(place: Place, unit: Unit, types: dict[str, DataType], size: int) -> Iterator[pa.RecordBatch]:
    with place.open(unit.file.path) as source:
        file = pyarrow.orc.ORCFile(source)
        for stripe in unit.groups:
            batch = file.read_stripe(stripe, columns=list(types) or None)
            for at in range(0, batch.num_rows, size):
                yield batch.slice(at, size)


_CSV_PARSE = pyarrow.csv.ParseOptions(newlines_in_values=True)


def _csv(place: Place, unit: Unit, types: dict[str, DataType], size: int) -> Iterator[pa.RecordBatch]:
    with place.filesystem.open_input_stream(f"{place.path}/{unit.file.path}") as stream:
        names = pyarrow.csv.open_csv(stream, parse_options=_CSV_PARSE).schema.names
    # Everything is read as text first: a value that is not of its type is then our finding, with its column.
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=list(types) or names[:1],
        null_values=[CSV_NULL],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    with place.filesystem.open_input_stream(f"{place.path}/{unit.file.path}") as stream:
        yield from pyarrow.csv.open_csv(
            stream,
            read_options=pyarrow.csv.ReadOptions(block_size=8 << 20),
            parse_options=_CSV_PARSE,
            convert_options=convert,
        )


def _json(
    place: Place, unit: Unit, types: dict[str, DataType], size: int, known: frozenset[str] | None = None
) -> Iterator[pa.RecordBatch]:
    wanted = {name: dtype.to_arrow() for name, dtype in types.items()}
    with place.filesystem.open_input_stream(f"{place.path}/{unit.file.path}") as stream:
        lines: list[Any] = []
        rest = b""
        while True:
            block = stream.read(1 << 20)
            *whole, rest = (rest + block).split(b"\n")
            lines += [json.loads(line, parse_float=Decimal) for line in whole if line]
            if not block and rest:
                lines.append(json.loads(rest, parse_float=Decimal))
            while len(lines) >= size or (lines and not block):
                yield _json_batch(lines[:size], wanted, known)
                lines = lines[size:]
            if not block:
                return


def _json_batch(
    lines: list[dict[str, Any]], wanted: dict[str, pa.DataType], known: frozenset[str] | None
) -> pa.RecordBatch:
    if not all(isinstance(line, dict) for line in lines):
        raise ValueError("a line is no JSON object")
    if known is not None and (extra := {name for line in lines for name in line} - known):
        raise TypeFault(sorted(extra)[0], "the column is not in the schema")
    if not wanted:
        return next(_rows_only(len(lines), len(lines)))
    arrays = []
    for name, kind in wanted.items():
        try:
            arrays.append(_json_array([line.get(name) for line in lines], kind))
        except (pa.ArrowException, ValueError, TypeError, AttributeError) as error:
            raise TypeFault(name, f"a value is no {kind}: {first_line(error)}") from error
    return pa.RecordBatch.from_arrays(arrays, names=list(wanted))


def _json_array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        if any(not isinstance(v, str) for v in values if v is not None):
            raise ValueError("a date or time is written as text")
        return pa.array(values, pa.string()).cast(kind)
    convert = _json_converter(kind)
    return pa.array([None if v is None else convert(v) for v in values], kind)


def _json_converter(kind: pa.DataType) -> Callable[[Any], Any]:
    """JSON's value -> what pyarrow takes for a type."""
    if pa.types.is_decimal(kind):
        return Decimal
    if pa.types.is_floating(kind):
        return float
    if pa.types.is_binary(kind):
        return base64.b64decode
    if pa.types.is_list(kind):
        inner = _json_converter(kind.value_type)
        return lambda value: [None if v is None else inner(v) for v in value]
    if pa.types.is_map(kind):
        keys, items = _json_key(kind.key_type), _json_converter(kind.item_type)
        return lambda value: [(keys(k), None if v is None else items(v)) for k, v in value.items()]
    if pa.types.is_struct(kind):
        fields = {f.name: _json_converter(f.type) for f in kind}
        return lambda value: {k: None if value.get(k) is None else c(value[k]) for k, c in fields.items()}
    if pa.types.is_temporal(kind) and not pa.types.is_duration(kind):
        return lambda value: pa.scalar(value, pa.string()).cast(kind).as_py()
    return lambda value: value


def _json_key(kind: pa.DataType) -> Callable[[str], Any]:
    if pa.types.is_integer(kind):
        return int
    return _json_converter(kind)


_READERS: dict[str, Callable[[Place, Unit, dict[str, DataType], int], Iterator[pa.RecordBatch]]] = {
    "parquet": _parquet,
    "orc": _orc,
    "csv": _csv,
    "json": _json,
}


def same_type(found: pa.DataType, dtype: DataType, form: str) -> bool:
    """Whether a file's own type is the one that a schema's type is written as."""
    target = dtype.to_arrow()
    if dtype.is_nested:
        return _same_nested(found, dtype, form)
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_timestamp(target) and pa.types.is_timestamp(found):
        return (found.tz is None) == (target.tz is None)
    if pa.types.is_timestamp(target) and form == "orc":
        return target.tz is None and pa.types.is_int64(found)
    if pa.types.is_decimal(target) and pa.types.is_decimal(found):
        return bool((found.precision, found.scale) == (target.precision, target.scale))
    if pa.types.is_string(target):
        return bool(pa.types.is_string(found) or pa.types.is_large_string(found))
    if pa.types.is_binary(target):
        return bool(pa.types.is_binary(found) or pa.types.is_large_binary(found))
    if pa.types.is_time(target):
        return bool(pa.types.is_time64(found))
    return bool(found == target)


def _same_nested(found: pa.DataType, dtype: DataType, form: str) -> bool:
    if dtype.name == "array":
        return pa.types.is_list(found) and same_type(found.value_type, dtype.children[0], form)
    if dtype.name == "map":
        return (
            pa.types.is_map(found)
            and same_type(found.key_type, dtype.children[0], form)
            and same_type(found.item_type, dtype.children[1], form)
        )
    if not pa.types.is_struct(found) or [f.name for f in found] != list(dtype.field_names):
        return False
    return all(same_type(f.type, child, form) for f, child in zip(found, dtype.children, strict=True))
