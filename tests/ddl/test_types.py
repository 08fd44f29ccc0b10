"""Source type -> canonical type, dialect by dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowmill.ddl.convert import convert_file, convert_text

EVERYWHERE = [
    "redshift",
    "postgres",
    "mysql",
    "tsql",
    "oracle",
    "hive",
    "spark",
    "snowflake",
    "duckdb",
    "trino",
    "vertica",
]
CASES = [
    (EVERYWHERE, "decimal(10,2)", "decimal(10,2)"),
    (EVERYWHERE, "varchar(20)", "varchar(20)"),
    (EVERYWHERE, "char(3)", "char(3)"),
    (EVERYWHERE, "bigint", "bigint"),
    (EVERYWHERE, "integer", "int"),
    (["redshift", "tsql"], "numeric", "decimal(18,0)"),
    (["postgres", "oracle"], "numeric", "decimal(38,10)"),
    (["mysql", "hive", "spark", "databricks"], "decimal", "decimal(10,0)"),
    (["snowflake"], "number", "decimal(38,0)"),
    (["vertica"], "numeric", "decimal(37,15)"),
    (["oracle", "snowflake"], "number(9)", "decimal(9,0)"),
    (["hive", "spark", "databricks"], "timestamp", "timestamp"),
    (["redshift", "postgres", "mysql", "oracle", "snowflake", "trino", "duckdb"], "timestamp", "timestamp_ntz"),
    (["redshift", "postgres", "oracle", "trino"], "timestamp with time zone", "timestamp"),
    (["oracle"], "timestamp with local time zone", "timestamp"),
    (["tsql"], "datetimeoffset", "timestamp"),
    (["oracle"], "date", "timestamp_ntz"),
    (["postgres", "redshift", "oracle", "tsql", "snowflake"], "float", "double"),
    (["mysql", "hive", "spark"], "float", "float"),
    (["postgres", "redshift"], "float(20)", "float"),
    (["postgres", "redshift", "mysql", "tsql", "oracle", "sqlite"], "real", "float"),
    (["mysql"], "int unsigned", "bigint"),
    (["mysql"], "bigint unsigned", "decimal(20,0)"),
    (["mysql"], "tinyint unsigned", "smallint"),
    (["mysql"], "smallint unsigned", "int"),
    (["mysql"], "mediumint", "int"),
    (["mysql"], "tinyint(1)", "boolean"),
    (["mysql"], "tinyint", "tinyint"),
    (["mysql"], "bit(1)", "boolean"),
    (["tsql"], "bit", "boolean"),
    (["tsql"], "nvarchar(max)", "string"),
    (["tsql"], "image", "binary"),
    (["tsql"], "money", "decimal(19,4)"),
    (["redshift"], "varchar(max)", "varchar(65535)"),
    (["postgres"], "serial", "int"),
    (["postgres"], "text", "string"),
    (["postgres"], "bytea", "binary"),
    (["postgres"], "xml", "xml"),
    (["postgres"], "interval day to second", "interval"),
    (["oracle"], "clob", "string"),
    (["oracle"], "raw(16)", "binary"),
    (["mysql"], "year", "int"),
    (["mysql"], "enum('a','b')", "string"),
    (["redshift"], "super", "json"),
    (["postgres"], "int[]", "array<int>"),
    (["bigquery"], "struct<a timestamp, b array<float64>>", "struct<a:timestamp,b:array<double>>"),
    (["hive"], "array<timestamp>", "array<timestamp>"),
    (["clickhouse"], "Map(String, Array(Nullable(UInt32)))", "map<string,array<bigint>>"),
]


@pytest.mark.parametrize(
    ("dialect", "written", "canonical"), [(d, written, to) for dialects, written, to in CASES for d in dialects]
)
def test_type(dialect: str, written: str, canonical: str) -> None:
    (table,) = convert_text(f"create table t (k int, c {written})", dialect, "x").tables
    assert str(table.column("c").type) == canonical


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        ("postgres", "inet"),
        ("redshift", "hllsketch"),
        ("mysql", "bit(8)"),
        ("mysql", "decimal(65,30)"),
        ("postgres", "mood"),
        ("snowflake", "vector(float, 3)"),
        ("clickhouse", "AggregateFunction(sum, UInt64)"),
    ],
)
def test_a_type_that_is_in_no_table_is_unknown_and_told(dialect: str, written: str, tmp_path: Path) -> None:
    source = tmp_path / "t.sql"
    source.write_text(f"create table t (k int, c {written})")
    found = convert_file(source, dialect)
    column = found.schema.tables[0].column("c")
    assert (str(column.type), column.source_type) == ("unknown", written)
    (line,) = found.warnings
    assert line.startswith(f"{source}:1 table 't' column 'c': unknown type {written};")


def test_serial_is_generated_and_not_null() -> None:
    column = convert_text("create table t (k int, c bigserial)", "postgres", "x").tables[0].column("c")
    assert (column.generated, column.nullable, column.source_type) == (True, False, "bigserial")
