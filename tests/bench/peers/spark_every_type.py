"""Spark's own expressions make a column of every type that Spark has: spark_every_type.py ROWS.

Other types are text, as in our files.
"""

# ruff: noqa: E501 - an expression of SQL reads better unbroken
from __future__ import annotations

import sys

from spark_events import WORDS, pick, repeat
from spark_session import finish, session

# Column -> its type and expression.
COLUMNS = {
    "id": ("bigint", "id + 1"),
    "c_boolean": ("boolean", "CASE WHEN rand() >= 0.1 THEN rand() < 0.5 END"),
    "c_tinyint": ("tinyint", "CAST(rand() * 256 - 128 AS TINYINT)"),
    "c_smallint": ("smallint", "CAST(rand() * 65536 - 32768 AS SMALLINT)"),
    "c_int": ("int", "CAST(pow(1000000, rand()) AS INT)"),
    "c_bigint": ("bigint", "xxhash64(rand())"),
    "c_float": ("float", "CAST(randn() AS FLOAT)"),
    "c_double": ("double", "exp(3 + randn())"),
    "c_decimal": ("decimal(12,2)", "CAST(rand() * 9999999.99 AS DECIMAL(12,2))"),
    "c_decimal_wide": ("decimal(38,10)", "CAST(rand() * 1000000 AS DECIMAL(38,10))"),
    "c_char": (
        "string",
        "concat(char(65 + CAST(rand() * 26 AS INT)), char(65 + CAST(rand() * 26 AS INT)), '-', lpad(CAST(rand() * 100000 AS INT), 5, '0'))",
    ),
    "c_varchar": ("string", f"array_join({repeat(WORDS, 2, 6)}, ' ')"),
    "c_string": ("string", pick("north", "east", "south", "west")),
    "c_binary": ("binary", "CAST(lower(hex(xxhash64(rand()))) AS BINARY)"),
    "c_date": ("date", "date_add(DATE '1990-01-01', CAST(rand() * 14610 AS INT))"),
    "c_timestamp": ("timestamp", "timestamp_micros(1704067200000000 + id * 31622)"),
    "c_timestamp_ntz": (
        "timestamp_ntz",
        "CAST(timestamp_micros(946684800000000 + CAST(rand() * 946684799000000 AS BIGINT)) AS TIMESTAMP_NTZ)",
    ),
    "c_time": ("bigint", "CAST(rand() * 86400000000 AS BIGINT)"),
    "c_interval": (
        "interval day to second",
        "make_dt_interval(0, 0, 0, CAST(86400 + rand() * 2505600 AS DECIMAL(18,6)))",
    ),
    "c_json": ("string", f"""concat('{{"a":', 1 + CAST(rand() * 9 AS INT), ',"b":"', {pick("x", "y")}, '"}}')"""),
    "c_uuid": ("string", "uuid()"),
    "c_xml": ("string", f"concat('<row><value>', {WORDS}, '</value></row>')"),
    "c_geometry": ("string", "concat('POINT (', round(rand() * 360 - 180, 6), ' ', round(rand() * 180 - 90, 6), ')')"),
    "c_array": ("array<int>", repeat("1 + CAST(rand() * 9 AS INT)", 0, 4)),
    "c_map": (
        "map<string,double>",
        "map_from_arrays(slice(array('a', 'b', 'c'), 1, n), slice(array(rand(), rand(), rand()), 1, n))",
    ),
    "c_struct": (
        "struct<x:int,y:array<string>>",
        f"named_struct('x', 1 + CAST(rand() * 9 AS INT), 'y', {repeat(pick('p', 'q'), 1, 2)})",
    ),
}

if __name__ == "__main__":
    numbered = session().range(0, int(sys.argv[1]), 1, 8).selectExpr("id", "CAST(rand() * 4 AS INT) AS n")
    finish(numbered.selectExpr(*(f"{expression} AS {name}" for name, (_, expression) in COLUMNS.items())))
