"""CSV whose bad lines are told, dropped or put aside. Each record is looked at, in Python, before Spark parses it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rowmill.errors import StorageError
from rowmill.frames.csv_records import Dialect
from rowmill.hive import quote

if TYPE_CHECKING:
    from pyspark import RDD
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

BAD_LINES = ("fail", "drop", "quarantine")
_CORRUPT = "_rowmill_corrupt"
# The place of a line, and why it is bad; before them stand the columns that the names of directories give.
_ABOUT = ("_rowmill_file", "_rowmill_line", "_rowmill_text", "_rowmill_fields", "_rowmill_reason")
_FILE, _LINE, _TEXT, _FIELDS, _REASON = _ABOUT
_ANOTHER_HEADER = "the header of its file is not that of the first file"
_HUGE = str(1 << 60)


@dataclass(frozen=True)
class Checked:
    """What was read. bad: DataFrame of file, line, reason, text; good: all else, by the schema"""

    good: DataFrame
    bad: DataFrame


def read_checked(
    spark: SparkSession,
    path: str,
    options: dict[str, str],
    schema: StructType | str | None,
    codec: str | None = None,
) -> Checked:
    """Reads CSV, and tells good records from bad lines. Each of the two is read anew when it is asked for.

    path:    as Spark takes it
    options: of Spark's CSV reader: header, sep, inferSchema, nullValue, emptyValue, escape, recursiveFileLookup
    codec:   how the files are compressed if their names don't say so; then each must fit into memory
    Bad is a record with too many or too few fields, with a value that is none of its column's type, or with a quote
    that is not closed or has text after it, and each record of a file whose header is another than the first file's.
    """
    lines, extra = _lines(spark, path, options, codec)
    dialect = Dialect(options["sep"])
    has_header = options["header"] == "true"
    names = _names(lines, dialect, has_header)
    rows = lines.mapPartitions(partial(_records, dialect, names if has_header else None))
    raw = spark.createDataFrame(rows, _raw_schema(extra), verifySchema=False)
    given = _schema(spark, schema, raw, names, options)
    return _parsed(raw, given, [name for name, _ in extra], options)


def first_bad(bad: DataFrame) -> StorageError | None:
    """The first bad line as an error; None if there are none."""
    found = bad.limit(1).collect()
    if not found:
        return None
    line = found[0]
    text = line.text if len(line.text) <= 80 else line.text[:77] + "..."
    return StorageError(
        line.reason,
        where=f"{line.file}, line {line.line}",
        value=text,
        fix="mend it, or read with bad_lines=drop or quarantine",
    )


# -- lines ------------------------------------------------------------------------------------------


@contextmanager
def _whole_files(spark: SparkSession) -> Iterator[None]:
    """One task for each file: what is planned in here is not cut, since a record may go over many lines."""
    names = ("spark.sql.files.maxPartitionBytes", "spark.sql.files.openCostInBytes")
    before = {name: spark.conf.get(name) for name in names}
    try:
        for name in names:
            spark.conf.set(name, _HUGE)
        yield
    finally:
        for name, value in before.items():
            spark.conf.set(name, str(value))


def _lines(
    spark: SparkSession, path: str, options: dict[str, str], codec: str | None
) -> tuple[RDD[Any], list[tuple[str, str]]]:
    """(columns of the directories' names..., file, text) of each line, or of each file if there is a codec."""
    lookup = {name: value for name, value in options.items() if name == "recursiveFileLookup"}
    with _whole_files(spark):
        if codec is None:
            found = spark.read.options(lineSep="\n", **lookup).text(path)
            column = "value"
        else:
            found = spark.read.format("binaryFile").options(**lookup).load(path)
            found = found.drop("path", "modificationTime", "length")
            column = "content"
        extra = [(name, kind) for name, kind in found.dtypes if name != column]
        rows = found.select(*(quote(name) for name, _ in extra), "_metadata.file_path", column).rdd
        rows.getNumPartitions()  # planned now
    return (rows if codec is None else rows.flatMap(partial(_decompressed, codec))), extra


def _decompressed(codec: str, row: Any) -> Iterator[tuple[Any, ...]]:
    import pyarrow as pa

    *about, content = row
    source: Any = pa.BufferReader(content)
    if codec != "none":
        source = pa.CompressedInputStream(source, {"bzip2": "bz2"}.get(codec, codec))
    for line in io.TextIOWrapper(io.BufferedReader(source), "utf-8", "replace", newline="\n"):
        yield (*about, line.removesuffix("\n"))


def _names(lines: RDD[Any], dialect: Dialect, has_header: bool) -> list[str]:
    """The names of the columns: of the first file's header, else _c0, _c1 ... as Spark has it."""
    first = next((r for r in lines.mapPartitions(partial(_first, dialect)).take(1)), None)
    if first is None:
        return []
    fields = dialect.fields(first)
    return fields if has_header else [f"_c{number}" for number in range(len(fields))]


def _first(dialect: Dialect, rows: Iterable[Any]) -> Iterator[str]:
    for record in dialect.records(row[-1] for row in rows):
        if not record.fault:
            yield record.text
            return


def _records(dialect: Dialect, header: list[str] | None, rows: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Runs in Spark's Python workers, over the lines of one file."""
    about: tuple[Any, ...] = ()

    def texts() -> Iterator[str]:
        nonlocal about
        for row in rows:
            about = tuple(row[:-1])
            yield row[-1]

    fault, is_first = None, header is not None
    for record in dialect.records(texts()):
        if is_first:
            is_first = False
            if record.fault or dialect.fields(record.text) != header:
                fault = _ANOTHER_HEADER
            continue
        yield (*about, record.line, record.text, record.fields, fault or record.fault)


def _raw_schema(extra: list[tuple[str, str]]) -> str:
    columns = [f"{quote(name)} {kind}" for name, kind in extra]
    kinds = ("string", "bigint", "string", "int", "string")
    return ", ".join([*columns, *(f"{name} {kind}" for name, kind in zip(_ABOUT, kinds, strict=True))])


# -- values -----------------------------------------------------------------------------------------


def _schema(
    spark: SparkSession, given: StructType | str | None, raw: DataFrame, names: list[str], options: dict[str, str]
) -> StructType:
    from pyspark.sql.types import StringType, StructField, StructType

    if isinstance(given, StructType):
        return given
    if given is not None:
        return StructType.fromDDL(given)
    kinds: list[Any] = [StringType()] * len(names)
    if options["inferSchema"] == "true" and names:
        texts = raw.where(f"{_REASON} IS NULL AND {_FIELDS} = {len(names)}").select(_TEXT).rdd.map(_only)
        told = {name: value for name, value in options.items() if name not in ("header", "recursiveFileLookup")}
        found = spark.read.options(**told).csv(texts)
        kinds = [field.dataType for field in found.schema] or kinds
    return StructType([StructField(name, kind) for name, kind in zip(names, kinds, strict=True)])


def _only(row: Any) -> str:
    text: str = row[0]
    return text


def _parsed(raw: DataFrame, schema: StructType, extra: list[str], options: dict[str, str]) -> Checked:
    from pyspark.sql import functions as sf
    from pyspark.sql.types import StringType, StructField, StructType

    told: dict[str, str] = {
        name: options[name] for name in ("sep", "nullValue", "emptyValue", "escape") if name in options
    }
    told |= {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _CORRUPT}
    corrupt = StructField(_CORRUPT, StringType())
    wanted = StructType([*(StructField(f.name, f.dataType) for f in schema), corrupt]).toDDL()
    text = sf.col(_TEXT)
    expected = len(schema)
    fields = f"{expected} field{'' if expected == 1 else 's'} expected"
    reason = sf.coalesce(
        sf.col(_REASON),
        sf.when(sf.col(_FIELDS) != expected, sf.concat(sf.col(_FIELDS), sf.lit(f" found, {fields}"))),
    )
    checked = raw.withColumn(_REASON, reason).withColumn("_rowmill_row", sf.from_csv(text, wanted, told))
    value = sf.col("_rowmill_row")
    is_bad = sf.col(_REASON).isNotNull() | value[_CORRUPT].isNotNull()
    good = checked.where(~is_bad).select(
        *(value.getField(f.name).alias(f.name) for f in schema), *(sf.col(quote(name)) for name in extra)
    )
    # Which value it was is only asked of bad lines: as texts all of them can be read.
    texts = sf.from_csv(text, StructType([StructField(f.name, StringType()) for f in schema]).toDDL(), told)
    faults = [
        sf.when(
            value.getField(f.name).isNull() & sf.col("_rowmill_texts").getField(f.name).isNotNull(),
            sf.lit(f"column {f.name}: no {f.dataType.simpleString()}"),
        )
        for f in schema
    ]
    why = sf.coalesce(sf.col(_REASON), *faults, sf.lit("it can't be parsed"))
    bad = checked.where(is_bad).withColumn("_rowmill_texts", texts)
    bad = bad.select(sf.col(_FILE).alias("file"), sf.col(_LINE).alias("line"), why.alias("reason"), text.alias("text"))
    return Checked(good, bad)
