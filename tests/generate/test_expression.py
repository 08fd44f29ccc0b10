"""Expressions mean what SQL says: three-valued logic, exact decimals, signs of division; faults are one line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError
from rowmill.generate.arrow import plain
from rowmill.generate.expression import evaluate, parse_expression
from rowmill.generate.scalars import cast_value
from rowmill.schema.types import parse_type

D = Decimal
DAY = dt.date(2024, 2, 29)


class Rows:
    """Four rows, a null among them."""

    columns = {  # noqa: RUF012
        "i": pa.array([7, -7, None, 0]),
        "j": pa.array([2, 2, 2, -3]),
        "d": pa.array([D("1.25"), D("-2.35"), None, D("0")], pa.decimal128(10, 2)),
        "w": pa.array([D(10**37)] * 4, pa.decimal128(38, 0)),
        "x": pa.array([1.5, -2.5, None, 0.0]),
        "s": pa.array(["abc", "Ünï", None, ""]),
        "b": pa.array([True, False, None, True]),
        "t": pa.array([DAY] * 4),
        "e_e": pa.array([1] * 4),
        "m": pa.array([dt.datetime(2024, 2, 29, 13, 45, 59)] * 4, pa.timestamp("us")),
    }

    def column(self, name: str) -> Any:
        return self.columns[name]


def value(sql: str, dtype: str) -> list[Any]:
    made = plain(cast_value(evaluate(parse_expression(sql, "here"), Rows()), parse_type(dtype), 4))  # type: ignore[arg-type]
    assert made.type == parse_type(dtype).to_arrow()
    result: list[Any] = made.to_pylist()
    return result


CASES: list[tuple[str, str, list[Any]]] = [
    ("i / j", "int", [3, -3, None, 0]),
    ("i % j", "int", [1, -1, None, 0]),
    ("-7 % 2", "int", [-1] * 4),
    ("d % 1", "decimal(10,2)", [D("0.25"), D("-0.35"), None, D("0.00")]),
    ("w % 7", "bigint", []),
    ("-i", "int", [-7, 7, None, 0]),
    ("2 + 3 * 4 - 1", "int", [13] * 4),
    ("(2 + 3) * 4", "int", [20] * 4),
    ("d * d", "decimal(20,4)", [D("1.5625"), D("5.5225"), None, D("0.0000")]),
    ("d + 0.01", "decimal(12,2)", [D("1.26"), D("-2.34"), None, D("0.01")]),
    ("d - 1", "decimal(12,2)", [D("0.25"), D("-3.35"), None, D("-1.00")]),
    ("w + 1", "decimal(38,0)", [D(10**37 + 1)] * 4),
    ("round(d, 1)", "decimal(10,1)", [D("1.3"), D("-2.4"), None, D("0.0")]),
    ("round(x)", "int", [2, -3, None, 0]),
    ("round(i, -1)", "int", [10, -10, None, 0]),
    ("2.5", "int", [3] * 4),
    ("cast(2.9 as int)", "int", [2] * 4),
    ("cast(-2.9 as int)", "int", [-2] * 4),
    ("floor(d)", "int", [1, -3, None, 0]),
    ("ceil(x)", "int", [2, -2, None, 0]),
    ("abs(d)", "decimal(10,2)", [D("1.25"), D("2.35"), None, D("0.00")]),
    ("i = null", "boolean", [None] * 4),
    ("i is null", "boolean", [False, False, True, False]),
    ("i is not null", "boolean", [True, True, False, True]),
    ("b and null", "boolean", [None, False, None, None]),
    ("b or null", "boolean", [True, None, None, True]),
    ("not b", "boolean", [False, True, None, False]),
    ("i in (7, null)", "boolean", [True, None, None, None]),
    ("i not in (7, 1)", "boolean", [False, True, None, True]),
    ("i between -7 and 0", "boolean", [False, True, None, True]),
    ("d > i", "boolean", [False, True, None, False]),
    ("w > i", "boolean", [True, True, None, True]),
    ("d >= 1.25", "boolean", [True, False, None, False]),
    ("i <> j", "boolean", [True, True, None, True]),
    ("case when i > 0 then 'p' when i < 0 then 'n' end", "string", ["p", "n", None, None]),
    ("case i when 7 then 1 else 0.5 end", "decimal(3,1)", [D("1.0"), D("0.5"), D("0.5"), D("0.5")]),
    ("coalesce(i, 0)", "int", [7, -7, 0, 0]),
    ("least(i, j)", "int", [2, -7, 2, -3]),
    ("greatest(i, j)", "int", [7, 2, 2, 0]),
    ("s || '-' || i", "string", ["abc-7", "Ünï--7", None, "-0"]),
    ("upper(s)", "string", ["ABC", "ÜNÏ", None, ""]),
    ("lower('ÄB')", "string", ["äb"] * 4),
    ("length(s)", "int", [3, 3, None, 0]),
    ("substring(s, 2)", "string", ["bc", "nï", None, ""]),
    ("substring(s, 1, 1)", "string", ["a", "Ü", None, ""]),
    ("substring(s, 0, 2)", "string", ["ab", "Ün", None, ""]),
    ("lpad(cast(j as string), 3, '0')", "string", ["002", "002", "002", "0-3"]),
    ("rpad(s, 4, '.')", "string", ["abc.", "Ünï.", None, "...."]),
    ("t + 1", "date", [dt.date(2024, 3, 1)] * 4),
    ("t - 30", "date", [dt.date(2024, 1, 30)] * 4),
    ("t - date '2024-01-01'", "int", [59] * 4),
    ("t > '2024-02-28'", "boolean", [True] * 4),
    ("m - timestamp '2024-02-29 13:00:00' < interval '46' minute", "boolean", [True] * 4),
    ("m + interval '1.5' hour - interval '1' month", "timestamp_ntz", [dt.datetime(2024, 1, 29, 15, 15, 59)] * 4),
    ("s || null", "string", [None] * 4),
    ("concat_ws('-', s, null, 'z')", "string", ["abc-z", "Ünï-z", "z", "-z"]),
    ("e_e", "int", [1] * 4),
    ("extract(year from t) * 100 + extract(month from t)", "int", [202402] * 4),
    ("extract(dow from t)", "int", [5] * 4),
    ("extract(doy from m)", "int", [60] * 4),
    ("extract(hour from m) * 60 + extract(minute from m)", "int", [13 * 60 + 45] * 4),
    ("year(t) + month(t) + day(t)", "int", [2024 + 2 + 29] * 4),
    ("cast(m as date)", "date", [DAY] * 4),
    ("x", "decimal(38,20)", [D("1.5").quantize(D("1e-20")), D("-2.5").quantize(D("1e-20")), None, D("0E-20")]),
    ("i", "boolean", [True, True, None, False]),
    ("99999999999999999999", "decimal(20,0)", [D("99999999999999999999")] * 4),
    ("null", "date", [None] * 4),
]


@pytest.mark.parametrize(("sql", "dtype", "expected"), CASES)
def test_values(sql: str, dtype: str, expected: list[Any]) -> None:
    if not expected:  # more digits than the exact way has room for: refused, not rounded
        with pytest.raises(pa.ArrowInvalid):
            value(sql, dtype)
        return
    assert value(sql, dtype) == expected


@settings(deadline=None)
@given(st.integers(-(2**31), 2**31), st.integers(-(2**31), 2**31).filter(bool))
def test_division_truncates_toward_zero(a: int, b: int) -> None:
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    assert value(f"({a}) / ({b})", "bigint")[0] == quotient
    assert value(f"({a}) % ({b})", "bigint")[0] == a - quotient * b


@settings(deadline=None)
@given(st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=2))
def test_decimals_are_exact(a: Decimal, b: Decimal) -> None:
    assert value(f"({a}) * ({b}) + ({a})", "decimal(20,5)")[0] == a * b + a
    assert value(f"({a}) < ({b})", "boolean")[0] == (a < b)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("a similar to 'x'", "not supported"),
        ("a b", "one expression expected"),
        ("a, b", "one expression expected"),
        ("", "one expression expected"),
        ("a from t", "one expression expected"),
        ("a +", "not SQL"),
        ("'x", "not SQL"),
        ("subtsring(a, 1)", "did you mean substring"),
        ("nope(a)", "unknown function 'nope'"),
        ("round(a, b)", "must be a whole number"),
        ("substring(a)", "does not take 1 arguments"),
        ("substring(a, 1, -1)", "length is negative"),
        ("lpad(a, b)", "must be a whole number"),
        ("lpad(a, 99999999)", "0 .. 65536"),
        ("lpad(a, 3, b)", "must be a text as such"),
        ("random_int(1.5, 2)", "must be a whole number"),
        ("random_int(5, 2)", "first bound is larger"),
        ("random_int(5)", "does not take 1 arguments"),
        ("parent_rows(a + 1)", "a column's name expected"),
        ("cast('2024-13-01' as date)", "is no date"),
        ("timestamp 'x'", "is no timestamp"),
        ("cast(a as foo)", "can't cast"),
        ("extract(epoch from a)", "is not supported"),
        ("a is 5", "IS is for NULL"),
        ("a in (select 1)", "IN needs a list"),
        ("t.a + 1", "column's name alone"),
        ("interval '1' fortnight", "is no interval"),
        ("date_trunc('fortnight', a)", "unit of time expected"),
        ("trunc(a, 'hour')", "unit of time expected"),
        ("regexp_replace(a, '(', '')", "pattern is not understood"),
        ("regexp_replace(a, '(x)', '$2')", "replacement is not understood"),
        ("regexp_extract(a, 'x', 2)", "no group 2"),
        ("date_format(a, 'yyyy-nn')", "the format has no 'nn'"),
        ("to_date(a, 'X')", "the format has no 'X'"),
        ("split_part(a, '', 1)", "delimiter is empty"),
        ("sha2(a, 5)", "bits expected"),
        ("current_date", "not supported"),
        ("now()", "unknown function"),
        ("interval '1' month", "added to a date alone"),
        ("interval '1' month * a", "added to a date alone"),
        ("md5(interval '1' month)", "added to a date alone"),
        ("1e400", "too many digits"),
        ("9" * 90, "too many digits"),
        ("(" * 4000 + "1" + ")" * 4000, "deep"),
        ("ceil(a, 1)", "does not take 2 arguments"),
        ("count(*)", "unknown function"),
    ],
)
def test_what_is_not_understood_is_one_line(sql: str, message: str) -> None:
    with pytest.raises(GeneratorError, match=message) as caught:
        parse_expression(sql, "shop.yaml:7")
    assert str(caught.value).startswith("shop.yaml:7: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sql", "dtype"),
    [
        ("9223372036854775807 + other", "bigint"),
        ("-9223372036854775807 - 2 * other", "bigint"),
        ("1 / 0", "int"),
        ("other % 0", "int"),
        ("other * 1000", "tinyint"),
        ("other + 'a'", "int"),
        ("make_date(2024, 2, other + 28)", "date"),
        ("date_add('x', other)", "date"),
        ("year(other)", "int"),
        ("cast('x' as int)", "int"),
        ("other * 1e30", "decimal(20,2)"),
        ("cast(other as double) / 0", "decimal(10,2)"),
        ("case when other > 0 then date '2024-01-01' else 1 end", "date"),
    ],
)
def test_what_can_not_be_computed_is_refused(sql: str, dtype: str, column: Any) -> None:
    others = "      - {name: other, type: int, generator: {uniform: {min: 1, max: 5}}}\n"
    with pytest.raises(GeneratorError) as caught:
        column(dtype, f'{{expression: "{sql}"}}', 10, others=others)
    assert "\n" not in str(caught.value)
    assert "shop.yaml:5 table 't' column 'c'" in str(caught.value)


def test_random_numbers_of_an_expression(column: Any, values: Any, chi_squared: Any) -> None:
    made = values(column("int", '{expression: "random_int(1, 4) * 10 + random_int(1, 4)"}', 16_000))
    chi_squared([made.count(a * 10 + b) for a in range(1, 5) for b in range(1, 5)], [1] * 16)
    drawn_once = '{expression: "case random_int(1, 2) when 1 then 1 when 2 then 2 else 0 end"}'
    assert set(values(column("int", drawn_once, 500))) == {1, 2}
