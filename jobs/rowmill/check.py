"""The check after the commit: reads the data back with Spark and holds them against the schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rowmill.errors import StorageError
from rowmill.hive import columns_ddl, quote, read_options
from rowmill.schema.model import TableDefinition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Keys are compared exactly up to here; above, a part of the key space is (all rows of these keys).
EXACT_KEYS = 5_000_000


@dataclass(frozen=True)
class CheckResult:
    """What was read back. `faults` is empty if all is well."""

    rows: int
    faults: tuple[str, ...] = field(default_factory=tuple)


def read_back(
    spark: SparkSession, definition: TableDefinition, directory: str, form: str, recursive: bool
) -> DataFrame:
    """The files of a table as Spark reads them, with the schema's types."""
    reader = spark.read.format(form).schema(columns_ddl(definition))
    for name, value in (read_options(form) | ({"recursiveFileLookup": "true"} if recursive else {})).items():
        reader = reader.option(name, value)
    return reader.load(directory)


def check_table(frame: DataFrame, definition: TableDefinition, expected_rows: int) -> CheckResult:
    """Row count, nulls where none may be, and duplicate keys. Raises StorageError if the data can't be read."""
    required = [c.name for c in definition.columns if not c.nullable]
    parts = ["count(*)", *(f"count_if({quote(name)} IS NULL)" for name in required)]
    try:
        counts = frame.selectExpr(*parts).collect()[0]
    except Exception as error:
        raise StorageError(
            f"the data can't be read back: {str(error).splitlines()[0][:200]}", where=definition.name
        ) from error
    rows = int(counts[0])
    faults = []
    if rows != expected_rows:
        faults.append(f"{rows} rows, {expected_rows} expected")
    faults += [
        f"{count} nulls in {name}, which is not nullable"
        for name, count in zip(required, counts[1:], strict=True)
        if count
    ]
    keys = [definition.primary_key] if definition.primary_key else []
    for key in [*keys, *definition.unique]:
        doubles = _duplicates(frame, key, rows)
        if doubles:
            faults.append(f"{doubles} values of ({', '.join(key)}) come more than once")
    return CheckResult(rows, tuple(faults))


def _duplicates(frame: DataFrame, key: tuple[str, ...], rows: int) -> int:
    columns = [quote(name) for name in key]
    share = -(-rows // EXACT_KEYS)
    some = frame.selectExpr(*columns).where(" AND ".join(f"{c} IS NOT NULL" for c in columns))
    if share > 1:
        some = some.where(f"pmod(xxhash64({', '.join(columns)}), {share}) = 0")
    return int(some.groupBy(*key).count().where("count > 1").count())
