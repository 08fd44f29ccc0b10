"""Expressions give what Spark SQL gives for the same text, row by row, nulls and signs included."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowmill.generate.expression import evaluate, parse_expression
from rowmill.generate.functions import FUNCTIONS
from rowmill.generate.functions.values import Function

# ruff: noqa: E501
pytestmark = pytest.mark.integration

MOMENTS = [
    dt.datetime(2024, 2, 29, 13, 45, 59, 120000),
    dt.datetime(1969, 12, 31, 23, 59, 59, 1),
    None,
    dt.datetime(1900, 1, 1),
    dt.datetime(2023, 7, 4, 0, 5, 6),
    dt.datetime(2000, 12, 31, 12, 0),
]
DATA = pa.table(
    {
        "i": pa.array([7, -7, None, 0, 2147483647, 12], pa.int64()),
        "j": pa.array([2, -3, 2, 5, None, 7], pa.int64()),
        "d": pa.array([Decimal(v) if v else None for v in ("1.25", "-2.35", "", "0.05", "12345.68", "-0.5")], pa.decimal128(12, 2)),
        "e": pa.array([Decimal(v) if v else None for v in ("0.5", "3.1", "2.0", "", "-7.7", "0.1")], pa.decimal128(5, 1)),
        "x": pa.array([1.5, -2.5, None, 0.0, 1e10, 0.1]),
        "s": pa.array(["abc Def", "Ünï-cöde a", None, "", "  a-b-c ", "o'Neil x_y%z"]),
        "c": pa.array(["2024-02-29", "1999-12-31", None, "2023-01-01", "2020-06-15", "2021-11-30"]),
        "b": pa.array([True, False, None, True, False, None]),
        "t": pa.array([m and m.date() for m in MOMENTS], pa.date32()),
        "u": pa.array([dt.date(2024, 3, 31), dt.date(1970, 1, 30), dt.date(2020, 1, 1), None, dt.date(2024, 1, 31), dt.date(2001, 1, 1)]),
        "m": pa.array(MOMENTS, pa.timestamp("us")),
    }
)  # fmt: skip

CASES = """
i + j | i - j | i * j | i % j | -i | mod(i, j) | pmod(i, j) | d + e | d - e | d * e | d % e | i + d | x * 2 | x + d
abs(i) | abs(d) | abs(x) | sign(i) | sign(d) | sign(x) | floor(d) | ceil(d) | floor(x) | ceil(x) | round(d) | round(d, 1)
round(x) | round(x, 1) | bround(d, 1) | bround(x) | round(i, -1) | sqrt(abs(x)) | cbrt(x) | exp(e) | ln(x) | log(10, i)
log(x) | log2(i) | log10(d) | power(x, 2) | power(j, i % 3) | sin(x) | cos(x) | tan(x) | asin(e / 10) | acos(e / 10) | atan(x)
atan2(x, e) | degrees(x) | radians(x) | pi() | i & j | i | j | greatest(i, j) | least(i, j) | greatest(d, e, i) | least(x, d)
i = j | i <> j | i < j | i >= d | d = 1.25 | x > d | i <=> j | i IS NULL | i IS NOT NULL | b IS TRUE | b IS NOT FALSE | b AND i > 0
b OR i > 0 | NOT b | i IN (7, 0) | i IN (7, NULL) | i NOT IN (7, 1) | i BETWEEN -7 AND 0 | i NOT BETWEEN 1 AND 9 | i IS DISTINCT FROM j
coalesce(i, j) | coalesce(s, 'none') | nullif(i, 7) | nullif(s, '') | nvl(i, -1) | ifnull(d, 0) | nvl2(i, 'a', 'b') | if(i > 0, i, j)
if(b, 'yes', 'no') | iff(b, 1, 2) | decode(i, 7, 'seven', -7, 'minus', NULL, 'null', 'other') | decode(i, 7, 'seven') | isnull(s)
isnotnull(s) | isnan(x) | CASE WHEN i > 0 THEN 'p' WHEN i < 0 THEN 'n' END | CASE i WHEN 7 THEN 1 ELSE 0 END
CASE WHEN b THEN d ELSE i END | upper(s) | lower(s) | ucase(s) | initcap(s) | length(s) | char_length(s) | trim(s) | ltrim(s) | rtrim(s)
trim(BOTH 'a ' FROM s) | trim(LEADING 'a' FROM s) | trim(TRAILING 'e' FROM s) | substring(s, 2) | substring(s, 0, 2) | substring(s, -3)
substring(s, -3, 2) | substring(s, -9, 4) | substr(s, 3, 100) | substring(s FROM 2 FOR 3) | left(s, 3) | right(s, 3) | left(s, 0)
right(s, 0) | lpad(s, 9, '*') | rpad(s, 9, '*') | lpad(s, 3, '*') | rpad(s, 9) | lpad(s, 10, 'xyz') | rpad(s, 10, 'xyz') | lpad(i, 4, '0')
concat(s, '-', i) | s || d | concat(s, NULL) | concat_ws('-', s, NULL, 'z', i) | concat_ws(',', NULL, NULL) | replace(s, 'a', 'XX')
replace(s, 'a') | repeat(s, 2) | repeat(s, 0) | reverse(s) | split_part(s, '-', 2) | split_part(s, '-', -1) | split_part(s, ' ', 1)
position('a' IN s) | instr(s, 'd') | instr(s, 'ö') | locate('c', s) | contains(s, 'a') | startswith(s, 'a') | endswith(s, 'z')
s LIKE '%a%' | s LIKE '_b%' | s NOT LIKE 'a%' | s ILIKE '%DEF' | s LIKE '%x\\_y%' | s RLIKE '^[a-z]+ ' | s LIKE '%\\%z'
regexp_replace(s, '[aeiou]', '#') | regexp_replace(s, '([a-z])-([a-z])', '$2+$1') | regexp_extract(s, '([a-z])-([a-z])', 2)
regexp_extract(s, '([a-z]+)') | regexp_extract(s, '[A-Z].', 0) | md5(s) | sha1(s) | sha2(s, 256) | sha2(s, 512) | crc32(s)
CAST(i AS string) | CAST(d AS string) | CAST(b AS string) | CAST(t AS string) | CAST(m AS string) | CAST(x % 100 AS int) | CAST(d AS int)
CAST(c AS date) | CAST(t AS timestamp) | CAST(m AS date) | CAST(d AS decimal(10, 1)) | CAST(i AS double) | CAST('12' AS int) | CAST(b AS int)
year(t) | quarter(t) | month(t) | day(t) | dayofmonth(m) | dayofweek(t) | weekday(t) | dayofyear(m) | weekofyear(t) | hour(m) | minute(m)
second(m) | year(m) | year(c) | extract(YEAR FROM m) | extract(WEEK FROM t) | extract(DOW FROM t) | extract(DOY FROM t) | extract(QUARTER FROM m)
extract(DAYOFWEEK_ISO FROM t) | date_part('month', t) | date_add(t, 30) | date_sub(t, j) | date_add(c, 1) | t + 1 | t - 1
datediff(t, u) | datediff(m, u) | datediff(t, c) | add_months(t, 1) | add_months(t, -13) | add_months(u, j) | last_day(t) | last_day(c)
date_trunc('month', m) | date_trunc('week', t) | date_trunc('hour', m) | date_trunc('year', t) | date_trunc('quarter', m)
date_trunc('MINUTE', m) | trunc(t, 'MM') | trunc(t, 'year') | trunc(t, 'week') | trunc(t, 'quarter') | make_date(2024, 2, j + 10)
timestampdiff(MONTH, t, u) | timestampdiff(DAY, m, u) | timestampdiff(YEAR, u, t) | timestampdiff(HOUR, m, u) | timestampdiff(QUARTER, t, u)
t + INTERVAL '3' DAY | t - INTERVAL '1' MONTH | m + INTERVAL '1' HOUR | m - INTERVAL '90' MINUTE | m + INTERVAL '1' YEAR | m + INTERVAL '2' WEEK
m + INTERVAL '3' DAY * 2 | to_date(c) | to_date('29.02.2024', 'dd.MM.yyyy') | to_timestamp(c)
to_timestamp('2024-02-29 13:45', 'yyyy-MM-dd HH:mm') | to_date(m) | date_format(m, 'yyyy-MM-dd HH:mm:ss') | date_format(t, 'EEE, d MMM yy')
date_format(m, 'EEEE MMMM h a') | date_format(m, 'yyyy.MM.dd.SSS') | date_format(t, 'D Q') | date_format(t, 'yyyy''T''MM') | date_format(m, 'H:m:s hh')
unix_date(t) | date_from_unix_date(i % 1000) | unix_seconds(m) | unix_millis(m) | unix_micros(m) | timestamp_seconds(i) | timestamp_millis(i)
timestamp_micros(i) | i BETWEEN j AND 10 OR s LIKE 'o%' | concat('a', least(x, 100) / 8) | concat('n', 10.0 * d) | div(i, j)
"""
# How Spark spells what has another name or grammar there.
SPELLED = {
    "iff(b, 1, 2)": "if(b, 1, 2)",
    "div(i, j)": "i div j",
    "date_sub(t, j)": "date_sub(t, int(j))",
    "date_format(t, 'yyyy''T''MM')": "date_format(t, \"yyyy'T'MM\")",
}


class Rows:
    def column(self, name: str) -> Any:
        return DATA.column(name).combine_chunks()


def ours(sql: str) -> list[Any]:
    value = evaluate(parse_expression(sql, "here"), Rows())  # type: ignore[arg-type]
    if isinstance(value, pa.Scalar):
        return [value.as_py()] * len(DATA)
    result: list[Any] = value.to_pylist()
    return result


def plain(value: Any) -> Any:
    """Timestamps without zone, durations and decimals as numbers."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, bool) or value is None:
        return value
    return float(value) if isinstance(value, int | float | Decimal) else value


def agree(mine: Any, theirs: Any) -> bool:
    mine, theirs = plain(mine), plain(theirs)
    if isinstance(mine, float) and isinstance(theirs, float):
        return math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-15) or (mine != mine and theirs != theirs)
    return bool(mine == theirs) and type(mine) is type(theirs)


def expressions() -> list[str]:
    found: list[str] = []
    for line in CASES.strip().splitlines():
        found += [part.strip() for part in line.replace("| i | j |", "|").split(" | ") if part.strip()]
    return found


def test_as_spark_sql(spark: Any, tmp_path: Path) -> None:
    file = tmp_path / "data.parquet"
    pq.write_table(DATA, file)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    frame = spark.read.parquet(str(file)).coalesce(1)
    texts = [*expressions(), *(f.example for f in FUNCTIONS.values() if _is_spark(f))]
    wrong = []
    for part in (texts[at : at + 50] for at in range(0, len(texts), 50)):
        columns = zip(*frame.selectExpr(*(SPELLED.get(sql, sql) for sql in part)).collect(), strict=True)
        for sql, theirs in zip(part, columns, strict=True):
            mine = ours(sql)
            if not all(agree(a, b) for a, b in zip(mine, theirs, strict=True)):
                wrong.append(f"{sql}: {mine} is not {list(theirs)}")
    assert not wrong, "\n" + "\n".join(wrong)


def _is_spark(function: Function) -> bool:
    return not function.example.startswith(("div(", "sqrt(-", "isnan("))
