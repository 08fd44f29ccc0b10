"""Bounds of a column (`options.bounds`): every value of an inferred generator satisfies them, and validation agrees."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError, SchemaError
from rowmill.generate.arrow import plain
from rowmill.generate.bounds import read_bounds
from rowmill.generate.infer import infer
from rowmill.generate.table import TableGenerator, World
from rowmill.generate.text_range import TextRange, texts_within
from rowmill.plan import Layout, plan_table
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.types import DataType, integer_bounds, parse_type
from rowmill.schema.yaml import parse_document, parse_schema
from rowmill.validate.columns import Facts, Tasks
from rowmill.validate.probes import Batch
from rowmill.validate.report import FAIL

NAMES = ["c", "price", "age", "order_year", "email", "country_code", "status", "zip", "note", "latitude", "is_open"]
WIDE = 1234567890123456789  # of more digits than a double holds


def table(
    dtype: str,
    entry: Any,
    rows: int = 300,
    name: str = "c",
    key: bool = False,
    segments: tuple[int, ...] = (),
    **more: Any,
) -> TableGenerator:
    """A table `t` of one column with these bounds, prepared as a run prepares it."""
    column = {"name": name, "type": dtype, "nullable": False, **more}
    document = {"name": "t", "rows": rows, "columns": [column], "options": {"bounds": {name: entry}}}
    if key:
        document["primary_key"] = [name]
    (definition,) = parse_document({"tables": [document]}, "t.yaml").tables
    made = World(lambda t, _: t, 42, segments={"t": segments}).table(CatalogTable("", definition, "t.yaml"))
    made.prepare()
    return made


def values(made: TableGenerator) -> list[Any]:
    found: list[Any] = plain(made.batch(0, made.rows).column(0)).to_pylist()
    return found


# -- what is asked, told from what is made in another way than the engine's --------------------------------


def place(dtype: DataType, value: Any) -> Any:
    """A value as something that compares exactly: a Fraction, a date, a time, a text."""
    if dtype.is_integer or dtype.name in ("decimal", "float", "double"):
        return Fraction(value) if isinstance(value, float | int | Decimal) else Fraction(Decimal(value))
    if dtype.name == "date":
        return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)
    if dtype.name in ("timestamp", "timestamp_ntz"):
        found = value if isinstance(value, dt.datetime) else dt.datetime.fromisoformat(value)
        return found.replace(tzinfo=None)
    if dtype.name == "time":
        return value if isinstance(value, dt.time) else dt.time.fromisoformat(value)
    if dtype.name == "interval":
        return value if isinstance(value, dt.timedelta) else dt.timedelta(seconds=value)
    return value.decode() if isinstance(value, bytes) else value


def satisfied(dtype: DataType, entry: dict[str, Any], value: Any) -> bool:
    at = place(dtype, value)
    tests = {
        "min": lambda end: at >= place(dtype, end),
        "max": lambda end: at <= place(dtype, end),
        "above": lambda end: at > place(dtype, end),
        "below": lambda end: at < place(dtype, end),
        "values": lambda those: at in [place(dtype, v) for v in those],
        "min_length": lambda length: len(value) >= length,
        "max_length": lambda length: len(value) <= length,
    }
    return all(tests[key](said) for key, said in entry.items())


def numbers(dtype: DataType) -> st.SearchStrategy[Any]:
    if dtype.name == "decimal":
        most = 10**dtype.precision - 1
        whole = st.integers(-most, most) | st.integers(-min(most, 5000), min(most, 5000))
        return whole.map(lambda n: f"{Decimal((int(n < 0), tuple(map(int, str(abs(n)))), -dtype.scale)):f}")
    if dtype.is_integer:
        return st.integers(*integer_bounds(dtype)) | st.integers(-100, 100)
    limit = 1e6
    width = 32 if dtype.name == "float" else 64
    return st.floats(-limit, limit, width=width, allow_subnormal=False) | st.integers(-1000, 1000)


TEXTS = st.text("AZaz09 _", min_size=1, max_size=6)
ENDS: dict[str, Callable[[DataType], st.SearchStrategy[Any]]] = {
    "date": lambda _: st.dates().map(str),
    "timestamp": lambda _: st.datetimes().map(lambda t: t.isoformat(" ")),
    "timestamp_ntz": lambda _: st.datetimes().map(lambda t: t.isoformat(" ")),
    "time": lambda _: st.times().map(str),
    "interval": lambda _: st.integers(-(10**9), 10**9),
    "char": lambda _: TEXTS,
    "varchar": lambda _: TEXTS,
    "string": lambda _: TEXTS,
}
ORDERED = [
    *("tinyint", "smallint", "int", "bigint", "float", "double", "decimal(5,2)", "decimal(18,0)", "decimal(38,10)"),
    *("decimal(3,3)", "date", "timestamp", "timestamp_ntz", "time", "interval", "char(6)", "varchar(9)", "string"),
]


@st.composite
def ordered(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A type and ends for it, one or two of them; they may leave nothing."""
    name = draw(st.sampled_from(ORDERED))
    dtype = parse_type(name)
    end = ENDS.get(dtype.name, numbers)(dtype)
    entry: dict[str, Any] = {}
    pair = sorted((draw(end), draw(end)), key=lambda v: place(dtype, v))
    for keys, value in ((("min", "above", None), pair[0]), (("max", "below", None), pair[1])):
        key = draw(st.sampled_from(keys))
        if key is not None:
            entry[key] = value
    return name, entry or {"min": pair[0]}


def judged(made: TableGenerator, schema: TableGenerator | None = None) -> list[str]:
    """What validation finds wrong with a table, apart from chance; by its own schema or another one."""
    definition = (schema or made).definition
    types = {c.name: c.type for c in definition.columns}
    batch = Batch(made.batch(0, made.rows), types, "file")
    checks = []
    for task in Tasks(definition, made.rows, made.rows).build().tasks:
        task.probe.update(batch)
        checks += task.judge(task.probe, Facts(made.rows, {}))
    assert any(check.name.startswith("declared bounds of") for check in checks)
    return [f"{c.name}: {c.detail}" for c in checks if c.status == FAIL or (c.p_value is not None and c.p_value < 1e-9)]


def agree(dtype: str, entry: dict[str, Any], name: str, rows: int = 300, key: bool = False) -> list[Any] | None:
    """The values made, each tried; None if the bounds were refused in one line that names them."""
    try:
        made = table(dtype, entry, rows, name, key)
    except GeneratorError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert "\n" not in refused
        assert f"column '{name}'" in refused or f"options.bounds.{name}: " in refused
        return None
    found = values(made)
    wrong = [value for value in found if not satisfied(parse_type(dtype), entry, value)]
    assert not wrong, wrong[:3]
    assert judged(made) == []
    return found


def next_single(value: float, towards: float) -> float:
    return float(np.nextafter(np.float32(value), np.float32(towards)))


QUIET = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@QUIET
@given(ordered(), st.sampled_from(NAMES))
def test_every_value_is_within_its_ends(asked: tuple[str, dict[str, Any]], name: str) -> None:
    dtype, entry = asked
    made = agree(dtype, entry, name)
    ends = [entry.get(key) for key in ("min", "max")]
    if made is None and None not in ends and not parse_type(dtype).is_text:
        kind = parse_type(dtype)  # with both ends reachable, there is at least one value
        assert place(kind, ends[0]) > place(kind, ends[1]), entry


@QUIET
@given(ordered(), st.integers(1, 400))
def test_keys_are_within_their_ends_and_different_or_refused(asked: tuple[str, dict[str, Any]], rows: int) -> None:
    dtype, entry = asked
    made = agree(dtype, entry, "c", rows, key=True)
    assert made is None or len(set(made)) == rows


@QUIET
@given(
    st.sampled_from(["char(12)", "varchar(60)", "varchar(4000)", "string", "binary"]),
    st.sampled_from(NAMES),
    st.integers(0, 90),
    st.integers(0, 90),
    st.sampled_from(["least", "most", "both"]),
    st.booleans(),
)
def test_every_text_is_as_long_as_its_bounds_say(
    dtype: str, name: str, first: int, second: int, which: str, key: bool
) -> None:
    entry = {"min_length": min(first, second), "max_length": max(first, second)}
    if which != "both":
        del entry["max_length" if which == "least" else "min_length"]
    made = agree(dtype, entry, name, 200, key)
    least, most = entry.get("min_length", 0), entry.get("max_length", 1000)
    held = {"char(12)": 12, "varchar(60)": 60}.get(dtype, 1000)
    if made is None:
        assert least > held or (key and min(most, held) < 2)
    elif key:
        assert len(set(made)) == 200


@QUIET
@given(st.sampled_from(ORDERED), st.data(), st.booleans())
def test_every_value_is_one_of_those_listed(name: str, data: st.DataObject, key: bool) -> None:
    dtype = parse_type(name)
    listed = data.draw(st.lists(ENDS.get(dtype.name, numbers)(dtype), min_size=1, max_size=8))
    made = agree(name, {"values": listed}, "status", 200 if not key else len(set(listed)), key)
    if not key:
        assert made is not None
    elif made is not None:
        assert len(set(made)) == len(made)


@settings(deadline=None, max_examples=300)
@given(
    st.none() | TEXTS, st.booleans(), st.none() | TEXTS, st.booleans(), st.integers(0, 4), st.none() | st.integers(4, 8)
)
def test_texts_of_a_range(
    low: str | None, open_low: bool, high: str | None, open_high: bool, least: int, most: int | None
) -> None:
    texts = TextRange(low, open_low, high, open_high, least, most)
    found = texts_within(texts, 50)
    assert found == sorted(set(found))
    assert len(found) <= 50
    assert all(texts.holds(text) for text in found)
    if low is not None and len(low) <= (most or 8) and texts.holds(low):
        assert found


# -- exactly ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "entry", "low", "high"),
    [
        ("int", {"above": 0, "below": 10}, 1, 9),
        ("int", {"min": "3", "max": "7"}, 3, 7),
        ("int", {"above": 2.5, "max": 3.5}, 3, 3),
        ("tinyint", {"min": -1000, "max": 1000}, -128, 127),
        ("bigint", {"min": 1, "above": 5, "max": 20, "below": 9}, 6, 8),
        ("decimal(9,2)", {"above": 0, "below": 1}, 1, 99),
        ("decimal(9,2)", {"above": "0.005", "max": 0.999}, 1, 99),
        ("decimal(38,10)", {"min": f"{WIDE}.0000000001", "max": f"{WIDE}.1"}, WIDE * 10**10 + 1, WIDE * 10**10 + 10**9),
        ("date", {"above": "1970-01-01", "below": "1970-01-05"}, 1, 3),
        ("date", {"min": "1970-01-01 00:00:01", "max": "1970-01-05 12:00:00"}, 1, 4),
        ("timestamp", {"above": "1970-01-01", "below": "1970-01-01 00:00:01"}, 1, 999_999),
        ("time", {"above": "00:00:00", "max": "00:00:01"}, 1, 1_000_000),
        ("interval", {"above": 0, "below": "1 second"}, 1, 999_999),
        ("double", {"above": 0, "below": 1}, 5e-324, math.nextafter(1, 0)),
        ("double", {"min": "0.1", "max": "0.3"}, 0.1, 0.3),
        ("double", {"above": "0.1", "below": "0.3"}, math.nextafter(0.1, 1), math.nextafter(0.3, 0)),
        ("float", {"above": 0.1, "below": 0.3}, next_single(0.1, 1), next_single(0.3, 0)),
        ("float", {"above": 0, "below": 1}, 2.0**-149, 1 - 2.0**-24),
        ("float", {"max": 0.1}, None, next_single(0.1, 0)),
    ],
)  # fmt: skip
def test_the_smallest_step_of_each_type(dtype: str, entry: dict[str, Any], low: Any, high: Any) -> None:
    found = read_bounds(parse_type(dtype), entry, "here")
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    ("name", "dtype", "entry", "generator", "args"),
    [
        ("price", "double", {"above": 0}, "lognormal", {"mu": 3.5, "sigma": 1.0, "min": 0.01, "max": 100000}),
        ("price", "double", {"min": 5, "max": 80}, "lognormal", {"mu": 3.5, "sigma": 1.0, "min": 5, "max": 80}),
        ("price", "double", {"min": -50, "max": 50}, "uniform", {"min": -50, "max": 50}),
        ("price", "decimal(9,2)", {"above": 0}, "uniform", {"min": "0.01", "max": "1000.00"}),
        ("age", "int", {"min": 0}, "uniform", {"min": 18, "max": 90}),
        ("age", "int", {"min": 21, "max": 120}, "uniform", {"min": 21, "max": 120}),
        ("c", "int", {"min": 5000}, "uniform", {"min": 5000, "max": 6000}),
        ("c", "int", {"below": -10}, "uniform", {"min": -1011, "max": -11}),
        ("order_year", "smallint", {"max": 2010}, "uniform", {"min": 2000, "max": 2010}),
        ("day", "date", {"min": "2030-01-01"}, "uniform", {"min": "2030-01-01", "max": "2036-01-01"}),
        ("status", "varchar(9)", {"values": ["new", "old"]}, "choice", {"values": ["new", "old"]}),
        ("c", "int", {"values": ["1", "3"]}, "choice", {"values": [1, 3]}),
        ("c", "decimal(4,1)", {"values": [1, 2.5], "max": 2}, "choice", {"values": ["1.0"]}),
        ("c", "boolean", {"values": [1, "0"]}, "choice", {"values": [True, False]}),
        ("c", "boolean", {"min": 1}, "choice", {"values": [True]}),
        ("grade", "char(1)", {"min": "A", "max": "F"}, "choice", {"values": list("ABCDEF")}),
        ("grade", "varchar(9)", {"min": "A", "max": "B"}, "choice", {"values": ["A", "B"]}),
        ("email", "varchar(80)", {"min_length": 5}, "faker", {"provider": "email"}),
        ("city", "string", {"max_length": 30}, "faker", {"provider": "city"}),
        ("note", "string", {"min_length": 10}, "words", {"chars": {"min": 11, "max": 40}}),
        ("note", "varchar(20)", {"max_length": 15}, "words", {"min": 2, "max": 6}),
        ("code", "varchar(20)", {"min_length": 8}, "pattern", {"regex": "[A-Z]{3}[0-9]{5}"}),
        ("hash", "binary", {"min_length": 64, "max_length": 64}, "pattern", {"regex": "[0-9a-f]{64}"}),
    ],
)
def test_what_is_inferred(name: str, dtype: str, entry: dict[str, Any], generator: str, args: dict[str, Any]) -> None:
    kind = parse_type(dtype)
    spec = infer(name, kind, read_bounds(kind, entry, "here"))
    assert (spec.name, dict(spec.args)) == (generator, args)


def test_texts_get_longer_where_none_would_be_left() -> None:
    made = set(values(table("varchar(9)", {"above": "A", "below": "B"})))
    assert len(made) > 30
    assert all(len(text) == 2 and text[0] == "A" for text in made)


def test_keys_begin_at_their_bound() -> None:
    assert values(table("int", {"min": 1000}, 3, key=True)) == [1000, 1001, 1002]
    assert values(table("bigint", {"above": 0}, 3, key=True)) == [1, 2, 3]
    assert values(table("bigint", {"min": -5}, 3, key=True)) == [1, 2, 3]
    assert values(table("decimal(9,2)", {"above": "7.50"}, 2, key=True)) == [Decimal("8.00"), Decimal("9.00")]
    assert sorted(values(table("int", {"min": -3, "max": 2}, 6, key=True))) == [-3, -2, -1, 0, 1, 2]
    assert sorted(values(table("char(1)", {"min": "b", "max": "e"}, 4, key=True))) == ["b", "c", "d", "e"]
    assert len(set(values(table("varchar(8)", {"min": "b", "max": "e"}, 5000, key=True)))) == 5000
    assert values(table("int", {"min": 8}, 3, generated=True)) == [8, 9, 10]


def test_too_few_values_for_a_key_are_refused() -> None:
    for dtype, entry, rows in (
        ("int", {"min": 1, "max": 10}, 11),
        ("int", {"values": [1, 2, 3]}, 4),
        ("varchar(9)", {"values": ["a", "b"]}, 3),
        ("date", {"min": "2024-01-01", "max": "2024-01-31"}, 32),
        ("char(2)", {"max_length": 1}, 37),
        ("double", {"min": 0, "max": 1}, 3),
    ):
        with pytest.raises(GeneratorError, match="column 'c'") as refused:
            table(dtype, entry, rows, key=True)
        assert "\n" not in str(refused.value)


def test_an_append_does_not_leave_the_bounds() -> None:
    assert values(table("int", {"min": 1, "max": 10}, 5, key=True, segments=(5,))) == list(range(1, 11))
    with pytest.raises(GeneratorError, match=r"the values leave 1 \.\. 10, the bounds of the column; ask for"):
        table("int", {"min": 1, "max": 10}, 6, key=True, segments=(5,))
    first = values(table("string", {"min": "m"}, 50, key=True))
    assert values(table("string", {"min": "m"}, 50, key=True, segments=(50,)))[:50] == first


KEYED = """\
tables:
  - name: orders
    rows: 40
    columns: [{name: order_id, type: int, nullable: false}]
    primary_key: [order_id]
    options: {bounds: {order_id: {min: 100}}}
  - name: lines
    rows: 100
    columns:
      - {name: order_id, type: int, nullable: false}
      - {name: line_no, type: int, nullable: false}
    primary_key: [order_id, line_no]
    foreign_keys: [{columns: [order_id], references: {table: orders, columns: [order_id]}%s}]
    options: {bounds: {%s}}
"""


def test_line_numbers_and_foreign_keys(tables: Any) -> None:
    made = tables(KEYED % ("", "line_no: {above: 0}, order_id: {min: 100}"))["lines"].batch(0, 100)
    assert min(made.column("line_no").to_pylist()) == 1
    assert min(made.column("order_id").to_pylist()) >= 100
    with pytest.raises(GeneratorError, match=r"are numbered 1 \.\. \d+, the bounds are at least 1 and at most 2; give"):
        tables(KEYED % ("", "line_no: {min: 1, max: 2}"))
    tables(KEYED % (", distribution: {each: {min: 2, max: 3}}", "line_no: {min: 1, max: 3}"))
    # Not from 1 on: then the two are unique together.
    made = tables(KEYED % ("", "line_no: {min: 10, max: 12}"))["lines"].batch(0, 100)
    pairs = set(zip(made.column("order_id").to_pylist(), made.column("line_no").to_pylist(), strict=True))
    assert len(pairs) == 100
    assert {line for _, line in pairs} == {10, 11, 12}
    with pytest.raises(
        GeneratorError, match=r"121 different keys|100 different keys \(order_id, line_no\) are needed, there are 80"
    ):
        tables(KEYED % ("", "line_no: {values: [5, 6]}"))
    with pytest.raises(
        GeneratorError, match=r"'order_id': the values must be at most 138, .* order_id are not \(got '100 \.\."
    ):
        tables(KEYED % ("", "order_id: {max: 138}"))
    tables(KEYED % ("", "order_id: {max: 139}"))
    with pytest.raises(GeneratorError, match=r"'order_id': the values must be one of 7, 8, and not all are \(got 1"):
        tables(KEYED % ("", "order_id: {values: [7, 8]}"))


def test_a_generator_of_its_own_is_its_own_business() -> None:
    assert set(values(table("int", {"max": 5}, 50, generator={"constant": 7}))) == {7}


@pytest.mark.parametrize(
    ("dtype", "entry", "message"),
    [
        ("int", {"min": 5, "max": 3}, r"^t\.yaml:1 table 't' options\.bounds\.c: no int is .* \(got 'min 5, max 3'"),
        ("int", {"above": 3, "below": 4}, "no int is within these bounds"),
        ("tinyint", {"min": 128}, "no tinyint is within these bounds"),
        ("decimal(3,1)", {"above": "99.9"}, "no decimal"),
        ("float", {"above": 1e39}, "no float is within"),
        ("int", {"min": "many"}, r"options\.bounds\.c: this is no value that can bound int \(got 'many'\)"),
        ("int", {"values": [1, 2.5]}, r"this is no value of type int \(got 2\.5\)"),
        ("tinyint", {"values": [1, 200]}, "out of the range of tinyint"),
        ("varchar(3)", {"values": ["abcd"]}, r"longer than varchar\(3\)"),
        ("date", {"min": "yesterday"}, "no value that can bound date"),
        ("boolean", {"values": ["perhaps"]}, "no value of type boolean"),
        ("boolean", {"above": 1}, "no boolean"),
        ("int", {"values": [1, 2], "min": 3}, "no int satisfies these bounds"),
        ("varchar(9)", {"values": ["ab"], "min_length": 3}, "satisfies these bounds"),
        ("varchar(9)", {"min": "b", "max": "a"}, "satisfies these bounds"),
        ("varchar(9)", {"min_length": 10}, r"no varchar\(9\) is so long"),
        ("string", {"min_length": 5, "max_length": 4}, "no string is so long"),
        ("int", {"min_length": 5}, "int has no length"),
        ("uuid", {"max_length": 30}, "no uuid of this length is inferred .*; give the column a generator"),
        ("uuid", {"min": "a"}, "uuid has no order here"),
        ("array<int>", {"min": 1}, "has no order here"),
        ("array<int>", {"values": [1]}, "can't be one of a list"),
    ],
)  # fmt: skip
def test_wrong_bounds_are_refused(dtype: str, entry: dict[str, Any], message: str) -> None:
    with pytest.raises(GeneratorError, match=message) as refused:
        table(dtype, entry)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ("{d: {min: 1}}", r"^s\.yaml:6 tables\[0\]\.options\.bounds\.d: table 't' has no such column \(got 'd'\)"),
        ("{c: {mim: 1}}", r"^s\.yaml:6 tables\[0\]\.options\.bounds\.c: 'mim' is not known here; did you mean min"),
        ("{c: {min: [1]}}", "number or string expected"),
        ("{c: {values: []}}", "must not be empty"),
        ("{c: {values: [[1]]}}", "number or string or boolean expected"),
        ("{c: {min_length: -1}}", "at least 0 expected"),
        ("{c: 5}", "object expected"),
        ("[c]", "object expected"),
    ],
)
def test_entries_that_are_none_do_not_load(bounds: str, message: str) -> None:
    text = f"tables:\n  - name: t\n    columns:\n      - {{name: c, type: int}}\n    options:\n      bounds: {bounds}\n"
    with pytest.raises(SchemaError, match=message):
        parse_schema(text, "s.yaml")


def test_long_texts_and_rare_lengths() -> None:
    for length in (4096, 4097, 9000):
        assert {len(v) for v in values(table("string", {"min_length": length, "max_length": length}, 3))} == {length}
        assert {len(v) for v in values(table("binary", {"min_length": length}, 3, key=True))} == {length}
    with pytest.raises(GeneratorError, match="65,536"):
        table("string", {"min_length": 70_000}, 3)
    assert values(table("string", {"max_length": 0}, 3)) == ["", "", ""]


@pytest.mark.parametrize("key", [False, True])
@pytest.mark.parametrize(
    ("dtype", "good", "bad"),
    [
        ("int", {"min": 1, "max": 300}, {"min": 0, "max": 299}),
        ("decimal(38,10)", {"min": 5000}, {"min": "4999"}),
        ("date", {"min": "2024-01-01", "max": "2024-12-31"}, {"min": "2024-06-01", "max": "2025-06-01"}),
        ("varchar(20)", {"min_length": 9, "max_length": 9}, {"min_length": 8, "max_length": 8}),
        ("string", {"max": "m"}, {"above": "m"}),
        ("int", {"values": list(range(300))}, {"values": list(range(9, 309))}),
    ],
)
def test_validation_finds_what_leaves_the_bounds(dtype: str, good: Any, bad: Any, key: bool) -> None:
    schema = table(dtype, good, 300, key=key)
    assert judged(schema) == []
    wrong = judged(table(dtype, bad, 300, key=key), schema)
    assert [line for line in wrong if line.startswith("declared bounds of c: ")], wrong


def test_the_plan_sees_the_bounds_that_make_data() -> None:
    def digest(entry: Any, **more: Any) -> str:
        return plan_table(table("int", entry, **more), Layout()).digest

    assert digest({"max": 5}) != digest({"max": 6})
    own = {"generator": {"constant": 7}}
    assert digest({"max": 5}, **own) == digest({"max": 6}, **own)


def test_bounds_do_not_change_a_column_that_satisfies_them_by_its_name() -> None:
    text = {"name": "t", "rows": 50, "columns": [{"name": "age", "type": "int"}]}
    (definition,) = parse_document({"tables": [text]}, "t.yaml").tables
    free = World(lambda t, _: t, 42).table(CatalogTable("", definition, "t.yaml"))
    assert values(table("int", {"min": 0}, 50, name="age")) == values(free)
