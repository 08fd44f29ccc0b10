"""Registering tables in Hive, and checking what can be read back through it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rowmill.errors import HiveError, first_line
from rowmill.schema.model import TableDefinition
from rowmill.schema.types import DataType
from rowmill.sink.formats import CSV_NULL

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PROPERTY = "rowmill.definition"
_SPARK_TYPES = {"uuid": "string", "json": "string", "xml": "string", "geometry": "string", "time": "time(6)"}
_SPARK_TYPES["interval"] = "interval day to second"  # 64 bits of microseconds in Parquet


def spark_type(dtype: DataType, stored: bool = False) -> str:
    """The type as Spark SQL and Hive name it; as stored in files, char and varchar are strings."""
    if dtype.name == "struct":
        fields = (f"{quote(n)}:{spark_type(c, stored)}" for n, c in zip(dtype.field_names, dtype.children, strict=True))
        return f"struct<{','.join(fields)}>"
    if dtype.children:
        return f"{dtype.name}<{','.join(spark_type(c, stored) for c in dtype.children)}>"
    if stored and dtype.name in ("char", "varchar"):
        return "string"
    return _SPARK_TYPES.get(dtype.name, str(dtype))


def columns_ddl(definition: TableDefinition) -> str:
    """The columns of a table as Spark reads them from files: `a` int, `b` string."""
    return ", ".join(f"{quote(c.name)} {spark_type(c.type, stored=True)}" for c in definition.columns)


def read_options(form: str) -> dict[str, str]:
    """Options with which Spark reads back what the writers wrote."""
    if form == "csv":
        return {"header": "true", "nullValue": CSV_NULL, "escape": '"', "multiLine": "true", "emptyValue": ""}
    return {}


@dataclass(frozen=True)
class HiveTable:
    """A table to be registered over a directory of files. alias: its name in Hive; None: the definition's."""

    database: str
    definition: TableDefinition
    location: str
    format: str
    partition_by: tuple[str, ...]
    nested_directories: bool
    alias: str | None = None

    @property
    def name(self) -> str:
        return f"{self.database}.{self.definition.name}"

    @property
    def quoted(self) -> str:
        return f"{quote(self.database)}.{quote(self.alias or self.definition.name)}"

    @property
    def digest(self) -> str:
        """Of what Hive is told but for where the data are: they may move."""
        text = replace(
            self, alias=None, location=self.location if self.location.startswith("file:") else ""
        ).statement()
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def statement(self) -> str:
        columns = []
        for column in self.definition.columns:
            comment = f" COMMENT {_literal(column.comment)}" if column.comment else ""
            columns.append(f"{quote(column.name)} {spark_type(column.type)}{comment}")
        options = read_options(self.format) | ({"recursiveFileLookup": "true"} if self.nested_directories else {})
        parts = [f"CREATE TABLE {self.quoted} ({', '.join(columns)})", f"USING {self.format}"]
        if options:
            parts.append("OPTIONS (" + ", ".join(f"'{k}' = {_literal(v)}" for k, v in options.items()) + ")")
        if self.partition_by:
            parts.append(f"PARTITIONED BY ({', '.join(map(quote, self.partition_by))})")
        parts.append(f"LOCATION {_literal(self.location)}")
        if self.definition.comment:
            parts.append(f"COMMENT {_literal(self.definition.comment)}")
        return " ".join(parts)


def register(spark: SparkSession, table: HiveTable, data_changed: bool) -> bool:
    """Makes Hive know the table. True if Hive was changed. Raises HiveError; the data stay where they are.

    A table whose data have moved is switched to them by one change of the metastore. If it is partitioned or has other
    columns, the new one is made under another name, the old one dropped and the new one renamed: in between a reader
    finds no table, never a mix.
    """
    digest = table.digest
    try:
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {quote(table.database)}")
        known = _known(spark, table)
        moved = (
            known is not None and not table.location.startswith("file:") and _location(spark, table) != table.location
        )
        if known == digest and not moved:
            if data_changed:
                _refresh(spark, table)
            return False
        if known == digest and not table.partition_by:
            spark.sql(f"ALTER TABLE {table.quoted} SET LOCATION {_literal(table.location)}")
            spark.sql(f"REFRESH TABLE {table.quoted}")
        elif moved:
            _replace(spark, table)
        else:
            if known is not None:
                spark.sql(f"DROP TABLE {table.quoted}")  # external: the files stay
            _create(spark, table)
    except HiveError:
        raise
    except Exception as error:
        raise HiveError(f"Hive refused the table: {first_line(error)}", where=table.name) from error
    return True


def _create(spark: SparkSession, table: HiveTable) -> None:
    spark.sql(f"{table.statement()} TBLPROPERTIES ('{_PROPERTY}' = '{table.digest}')")
    _refresh(spark, table)


def _refresh(spark: SparkSession, table: HiveTable) -> None:
    if table.partition_by:
        spark.sql(f"MSCK REPAIR TABLE {table.quoted} SYNC PARTITIONS")
    spark.sql(f"REFRESH TABLE {table.quoted}")


def _replace(spark: SparkSession, table: HiveTable) -> None:
    beside = replace(table, alias=f"{table.definition.name}__new")
    spark.sql(f"DROP TABLE IF EXISTS {beside.quoted}")
    _create(spark, beside)
    spark.sql(f"DROP TABLE {table.quoted}")
    spark.sql(f"ALTER TABLE {beside.quoted} RENAME TO {table.quoted}")


def _location(spark: SparkSession, table: HiveTable) -> str:
    found = [row[1] for row in spark.sql(f"DESCRIBE TABLE EXTENDED {table.quoted}").collect() if row[0] == "Location"]
    return unquote(found[-1]) if found else ""


def _known(spark: SparkSession, table: HiveTable) -> str | None:
    if not spark.catalog.tableExists(table.quoted):
        return None
    rows = spark.sql(f"SHOW TBLPROPERTIES {table.quoted}").collect()
    properties = {row[0]: row[1] for row in rows}
    if _PROPERTY not in properties:
        raise HiveError(
            "Hive has a table of this name that Rowmill did not make",
            where=table.name,
            fix="drop or rename it, or give another database",
        )
    return str(properties[_PROPERTY])


def count_rows(spark: SparkSession, table: HiveTable) -> int:
    """The rows that a reader of the Hive table sees. Raises HiveError."""
    try:
        return int(spark.table(table.quoted).count())
    except Exception as error:
        raise HiveError(f"the table can't be read: {first_line(error)}", where=table.name) from error


def check_not_foreign(spark: SparkSession, table: HiveTable) -> None:
    """Raises HiveError if the name is taken by a table of somebody else: before any data is written."""
    try:
        if spark.catalog.databaseExists(table.database):
            _known(spark, table)
    except HiveError:
        raise
    except Exception as error:
        raise HiveError(f"Hive can't be asked: {first_line(error)}", where=table.name) from error


def quote(name: str) -> str:
    """An identifier in backticks."""
    return "`" + name.replace("`", "``") + "`"


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@dataclass(frozen=True)
class HiveDescription:
    """What Hive knows of a table. `columns`: name -> type as Spark SQL writes it; `rows`: what a query counts."""

    name: str
    location: str
    format: str | None
    columns: dict[str, str]
    properties: dict[str, str]
    rows: int


def describe(spark: SparkSession, database: str, table: str) -> HiveDescription:
    """What Hive knows of a table, and how many rows a query sees. Raises HiveError if it can't say."""
    name, quoted = f"{database}.{table}", f"{quote(database)}.{quote(table)}"
    try:
        if not spark.catalog.databaseExists(database) or not spark.catalog.tableExists(quoted):
            raise HiveError(
                "Hive knows no such table", where=name, fix="generate it first, or name its files with output=DIR"
            )
        columns: dict[str, str] = {}
        details: dict[str, str] = {}
        found = columns
        for key, value, *_ in spark.sql(f"DESCRIBE TABLE EXTENDED {quoted}").collect():
            if key.startswith("#") or not key:
                found = details
            elif found is details or key not in columns:
                found.setdefault(key, value or "")
        properties = {row[0]: row[1] for row in spark.sql(f"SHOW TBLPROPERTIES {quoted}").collect()}
        rows = int(spark.sql(f"SELECT count(*) FROM {quoted}").collect()[0][0])
    except HiveError:
        raise
    except Exception as error:
        raise HiveError(f"Hive can't read the table: {first_line(error)}", where=name) from error
    return HiveDescription(
        name, unquote(details.get("Location", "")), details.get("Provider"), columns, properties, rows
    )
