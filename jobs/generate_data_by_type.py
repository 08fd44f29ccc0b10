#!/usr/bin/env python3
"""Makes the tables of a schema in the warehouse and registers them in Hive; nested types included.

The seed's classes stand here too: SparkSessionManager, DataGenerator, DataWriter, HiveManager.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rowmill import hive
from rowmill.arguments import execute, generating_parser, parse, request_from
from rowmill.cli import run
from rowmill.errors import ConfigError, HiveError, first_line
from rowmill.frames.writing import FrameWriter
from rowmill.generate.table import BLOCK_ROWS, TableGenerator, World
from rowmill.s3 import hadoop
from rowmill.s3.config import S3Config
from rowmill.s3.jvm import connect, reach
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey, TableColumn
from rowmill.schema.yaml import parse_columns
from rowmill.sink.storage import open_table
from rowmill.spark import SparkConfig, data_frame, session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["DataGenerator", "DataWriter", "HiveManager", "SparkConfig", "SparkSessionManager", "main"]

_EXAMPLES = """\
  python jobs/generate_data_by_type.py --schema schemas --table orders
  python jobs/generate_data_by_type.py --schema schemas --table all --rows 10000 --database staging
  python jobs/generate_data_by_type.py --schema schemas --table web_events --output /tmp/events --no-hive
"""


class SparkSessionManager:
    """Starts one Spark session (with Hive) and stops it; also a context manager that gives the session."""

    def __init__(self, config: SparkConfig | None = None, *, hive: bool = True) -> None:
        self.config = config or SparkConfig()
        self.hive = hive
        self._session: SparkSession | None = None

    def get_session(self) -> SparkSession:
        """The session, started when first asked for. Raises ConfigError or HiveError."""
        if self._session is None:
            jars = hadoop.class_path() if hadoop.find_jars() else {}
            self._session = session(replace(self.config, conf=jars | self.config.conf), hive=self.hive)
        return self._session

    def stop(self) -> None:
        """Stops the session, if it was started."""
        if self._session is not None:
            self._session.stop()
            self._session = None

    def __enter__(self) -> SparkSession:
        return self.get_session()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class DataGenerator:
    """Makes rows of a list of columns as Spark DataFrames; the same rows as every other way of making them."""

    def __init__(self, spark: SparkSession, seed: int = 42, batch_size: int = BLOCK_ROWS) -> None:
        if batch_size < 1:
            raise ConfigError("at least 1 expected", where="batch_size", value=batch_size)
        self.spark = spark
        self.seed = seed
        self.batch_size = batch_size

    def generate_data(self, fields: Iterable[Mapping[str, Any] | TableColumn], rows: int) -> DataFrame:
        """A DataFrame of `rows` rows. `fields` is the `columns` list of a table. Raises RowmillError."""
        return self._frame(self._table(fields, rows), 0, rows)

    def generate_batches(self, fields: Iterable[Mapping[str, Any] | TableColumn], rows: int) -> Iterator[DataFrame]:
        """The same rows as generate_data, as DataFrames of at most batch_size rows, in order."""
        table = self._table(fields, rows)
        for start in range(0, rows, self.batch_size):
            yield self._frame(table, start, min(rows, start + self.batch_size))

    def _table(self, fields: Iterable[Mapping[str, Any] | TableColumn], rows: int) -> TableGenerator:
        if rows < 0:
            raise ConfigError("at least 0 expected", where="rows", value=rows)
        definition = parse_columns(fields)
        table = CatalogTable("", definition, "fields")
        generator = World(_no_parents, self.seed, {table.qualified: rows}).table(table)
        generator.prepare()
        return generator

    def _frame(self, table: TableGenerator, start: int, stop: int) -> DataFrame:
        return data_frame(self.spark, table, start, stop)


def _no_parents(table: CatalogTable, key: ForeignKey) -> CatalogTable:
    raise ConfigError("foreign keys need a schema", where=table.where)


class DataWriter:
    """Writes DataFrames with Spark's own writer, to this machine or to S3."""

    def __init__(self, format: str = "parquet", config: S3Config | None = None) -> None:
        self.format = format
        self.config = config or S3Config.from_env()

    def write(self, df: DataFrame, path: str, mode: str = "overwrite", partition_by: Iterable[str] = ()) -> None:
        """Writes a DataFrame to a directory. Raises ConfigError or StorageError.

        mode: as SparkS3Manager.write_parquet has it. A session that writes to S3 was started with the jars for it, as
        SparkSessionManager does where they are.
        """
        if is_s3(path):
            connect(df.sparkSession, self.config)
            reach(df.sparkSession, parse_uri(path).bucket, self.config)
        FrameWriter(self.config, self.format).write(df, path, mode, list(partition_by))

    def write_batches(self, frames: Iterable[DataFrame], path: str, mode: str = "overwrite") -> int:
        """Writes DataFrames one after another into one directory and returns their number."""
        count = 0
        for count, frame in enumerate(frames, 1):
            self.write(frame, path, mode if count == 1 else "append")
        return count


class HiveManager:
    """Databases and tables of the metastore that the session uses."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark

    def create_database(self, name: str) -> None:
        """Makes a database unless it is there."""
        self.spark.sql(f"CREATE DATABASE IF NOT EXISTS `{name}`")

    def register_table(
        self,
        fields: Iterable[Mapping[str, Any] | TableColumn],
        path: str,
        table: str,
        database: str = "default",
        format: str = "parquet",
    ) -> str:
        """Makes Hive know a directory of files as a table; returns `database.table`. Raises HiveError."""
        definition = parse_columns(fields, table)
        described = hive.HiveTable(database, definition, open_table(path, "overwrite").location, format, (), False)
        hive.register(self.spark, described, data_changed=True)
        return described.name

    def table_exists(self, table: str, database: str = "default") -> bool:
        """Whether the metastore knows a table."""
        return bool(self.spark.catalog.tableExists(f"`{database}`.`{table}`"))

    def drop_table(self, table: str, database: str = "default") -> None:
        """Takes a table out of the metastore; the files of an external table stay."""
        self.spark.sql(f"DROP TABLE IF EXISTS `{database}`.`{table}`")

    def query(self, sql: str) -> DataFrame:
        """The DataFrame of a query. Raises HiveError if it is refused."""
        try:
            return self.spark.sql(sql)
        except Exception as error:
            raise HiveError(f"the query failed: {first_line(error)}", value=sql) from error


def main(argv: list[str] | None = None) -> int:
    """The program."""
    parser = generating_parser("generate_data_by_type.py", __doc__, _EXAMPLES, output_required=False)
    store = parser.add_argument_group("Hive")
    store.add_argument(
        "--hive",
        action=argparse.BooleanOptionalAction,
        help="register in Hive (default: yes for the warehouse, no with --output)",
    )
    store.add_argument("--database", default="default", metavar="D", help="Hive database (default: default)")
    store.add_argument("--warehouse", metavar="DIR", help="directory of the warehouse (default: ./warehouse)")
    store.add_argument(
        "--metastore",
        metavar="DIR",
        help="directory of the embedded Derby metastore (default: metastore_db beside the warehouse)",
    )
    options = parse(parser, argv)
    registers = options.hive if options.hive is not None else options.output is None
    if not options.database.replace("_", "").isalnum():
        raise ConfigError("a database name has letters, digits and _ only", where="database", value=options.database)
    request = request_from(options, hive=registers, database=options.database)
    config = SparkConfig(master=options.master, warehouse=options.warehouse, metastore=options.metastore)
    return execute(request, config, options)


if __name__ == "__main__":
    run(main)
