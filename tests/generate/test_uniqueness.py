"""What is said to be unique is: proofs against looking, at small tables whole and at 10**10 rows in windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError
from rowmill.generate.expression import parse_expression
from rowmill.generate.rows import RowSet
from rowmill.generate.uniqueness import Proof
from rowmill.schema.types import parse_type

# ruff: noqa: E501
ROWS = 400
BIG = 2 * 1024 * 1024


def proved(sql: str, dtype: str = "bigint", rows: int = ROWS) -> bool:
    return Proof(rows, None, lambda name: None).holds(parse_expression(sql, "here"), parse_type(dtype))


PROVED = [
    ("row_number()", "int"),
    ("row_number()", "string"),
    ("row_number() * 3 - 7", "bigint"),
    ("-row_number()", "bigint"),
    ("10 - 2 * (row_number() + 1)", "bigint"),
    ("row_number() / 8 * 32 + row_number() % 8", "bigint"),
    ("(row_number() - 1) / 4 * 100 + mod(row_number() - 1, 4)", "bigint"),
    ("row_number() % 8 * 1000000 + row_number() / 8", "bigint"),
    ("row_number() * 10 + random_int(0, 9)", "bigint"),
    ("row_number() * -10 + random_int(-4, 5)", "bigint"),
    ("row_number() / 8 * 800 + row_number() % 8 * 100 + random_int(0, 99)", "bigint"),
    ("row_number() * 0.01", "decimal(12,2)"),
    ("row_number()", "double"),
    ("cast(row_number() as string)", "varchar(20)"),
    ("'K-' || row_number()", "string"),
    ("row_number() || '-' || random_int(1, 9)", "string"),
    ("random_int(1, 9) || '-' || row_number()", "string"),
    ("lpad(row_number(), 9, '0') || random_int(1, 9)", "string"),
    ("'Customer#' || lpad(row_number(), 9, '0')", "string"),
    ("random_int(1, 9) || lpad(row_number(), 9, '0')", "string"),
    ("rpad(row_number(), 6, '_')", "string"),
    ("upper('k' || row_number())", "string"),
    ("concat('a', row_number() * 7, 'z')", "string"),
    ("date '1970-01-01' + row_number()", "date"),
    ("date_add('1970-01-01', row_number())", "date"),
    ("timestamp '2024-01-01 00:00:00' + row_number() * interval '15' minute", "timestamp"),
]
REFUSED = [
    ("row_number() / 2", "bigint"),
    ("row_number() % 100", "bigint"),
    ("row_number() * 0", "bigint"),
    ("row_number() - row_number()", "bigint"),
    ("row_number() / 8 * 4 + row_number() % 8", "bigint"),
    ("row_number() * 10 + random_int(0, 10)", "bigint"),
    ("random_int(1, 1000000000)", "bigint"),
    ("row_number() * row_number()", "bigint"),
    ("row_number() * 0.1", "bigint"),
    ("row_number() * 0.001", "decimal(12,2)"),
    ("abs(row_number() - 50)", "bigint"),
    ("least(row_number(), 5)", "bigint"),
    ("case when row_number() > 5 then 1 else row_number() end", "bigint"),
    ("row_number() || random_int(1, 9)", "string"),
    ("random_int(1, 99) || row_number()", "string"),
    ("random_int(-9, 9) || '-' || row_number() * -1", "string"),
    ("lpad(row_number(), 2, '0')", "string"),
    ("lpad(row_number(), 9, '1')", "string"),
    ("rpad(row_number(), 9, '0')", "string"),
    ("left('x' || row_number(), 2)", "string"),
    ("substring(row_number(), 2)", "string"),
    ("md5(row_number())", "string"),
    ("timestamp '2024-01-01 00:00:00' + row_number() * interval '15' minute", "date"),
    ("'a' || 'b'", "string"),
    ("ordinal()", "bigint"),
]


@pytest.mark.parametrize(("sql", "dtype"), PROVED)
def test_proved_and_true(sql: str, dtype: str, column: Any, values: Any) -> None:
    if dtype != "date":
        assert proved(sql, dtype, 100_000)
    assert proved(sql, dtype)
    made = values(column(dtype, f'{{expression: "{sql}"}}', ROWS, ", nullable: false"))
    assert len(set(made)) == ROWS


@pytest.mark.parametrize(("sql", "dtype"), REFUSED)
def test_not_believed(sql: str, dtype: str) -> None:
    node = parse_expression(sql, "here")
    assert not Proof(ROWS, None, lambda name: None).holds(node, parse_type(dtype)) or "ordinal" in sql


def keyed(sql: str, rows: int, dtype: str = "bigint") -> str:
    spec = f'generator: {{expression: "{sql}"}}'
    return (
        f"tables:\n  - {{name: t, rows: {rows}, columns: [{{name: k, type: '{dtype}', {spec}}}], primary_key: [k]}}\n"
    )


@pytest.mark.parametrize(("sql", "dtype"), REFUSED)
def test_keys_that_are_not_proved_are_refused_at_any_size(sql: str, dtype: str, tables: Any) -> None:
    with pytest.raises(GeneratorError):
        tables(keyed(sql, BIG, dtype))


def test_a_small_table_may_be_looked_at(tables: Any) -> None:
    assert tables(keyed("row_number() * row_number()", 2000))["t"].rows == 2000
    with pytest.raises(GeneratorError, match="would not be unique, as far as can be proved"):
        tables(keyed("abs(row_number() - 50)", 2000))


NUMBERS = st.recursive(
    st.sampled_from(["row_number()", "row_number()", "random_int(0, 3)", "2", "7", "40", "0"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from([" / 4", " % 4", " / 3", " % 3"])).map(lambda t: f"({t[0]}{t[1]})"),
    ),
    max_leaves=6,
)
TEXTS = st.lists(
    st.one_of(
        NUMBERS,
        NUMBERS.map(lambda n: f"lpad({n}, 3, '0')"),
        NUMBERS.map(lambda n: f"rpad({n}, 5, 'x')"),
        st.sampled_from(["'-'", "'a'", "'5'", "'x7'", "'7x'"]),
    ),
    min_size=1,
    max_size=4,
).map(lambda parts: f"concat({', '.join(parts)})")


@settings(deadline=None, max_examples=400)
@given(NUMBERS | TEXTS)
def test_no_proof_is_wrong(column: Any, values: Any, sql: str) -> None:
    dtype = "string" if sql.startswith("concat") else "bigint"
    if proved(sql, dtype, 60):
        made = values(column(dtype, f'{{expression: "{sql}"}}', 60))
        assert len(set(made)) == 60, sql


KEYS = {
    "bigint": ["sequence", "permutation", "{uniform: {min: -5000000000, max: 20000000000}}", "{sequence: {step: -7}}"],
    "decimal(38,10)": ["sequence", "permutation", "{uniform: {min: -1e8, max: 1e8}}"],
    "string": [
        "uuid", "{template: 'user{seq}@example.com'}", "{pattern: '[A-Z]{5}[0-9]{6}'}", "sequence", "{template: '{seq:012d}'}",
    ],
    "uuid": ["uuid"],
    "varchar(14)": ["{pattern: '[a-z0-9]{14}'}", "{pattern: '(ab|c)[0-9]{8}(x|yz)[a-f]{1,2}'}"],
    "binary": ["{pattern: '[0-9a-f]{16}'}"],
    "timestamp": ["{uniform: {min: '1970-01-01 00:00:00', max: '2099-12-31 00:00:00'}}"],
    "timestamp_ntz": ["{expression: \"timestamp '1970-01-01 00:00:00' + row_number() * interval '0.001' second\"}"],
    "time": ["{uniform: {min: '00:00:00', max: '23:59:59.999999'}}"],
    "interval": ["{uniform: {min: 0, max: '36500 days'}}"],
    "double": ["sequence"],
}  # fmt: skip


@pytest.mark.parametrize(("dtype", "spec"), [(t, s) for t, specs in KEYS.items() for s in specs])
def test_keys_of_any_type_at_ten_thousand_million_rows(dtype: str, spec: str, tables: Any) -> None:
    rows = 10**10
    quoted = f"'{dtype}'"
    made = tables(
        f"tables:\n  - name: t\n    rows: {rows}\n    columns: [{{name: k, type: {quoted}, generator: {spec}}}]\n"
        "    primary_key: [k]\n"
    )["t"]
    windows = [np.arange(start, start + 4000) for start in (0, rows // 3, 2**32 - 2000, rows - 4000)]
    index = np.concatenate([*windows, np.arange(0, rows, rows // 4000)])
    index = np.unique(index).astype(np.int64)
    array = RowSet(made, index).column("k")
    assert array.null_count == 0
    assert len(array.cast("string").unique() if dtype == "interval" else array.unique()) == len(index)


@pytest.mark.parametrize(
    ("dtype", "spec", "size"),
    [
        ("tinyint", "{uniform: {min: -128, max: 127}}", 256),
        ("smallint", "permutation", 5000),
        ("decimal(4,2)", "{uniform: {min: -9.99, max: 9.99}}", 1999),
        ("date", "{uniform: {min: 2020-01-01, max: 2022-12-31}}", 1096),
        ("char(2)", "{pattern: '[a-c][0-9]'}", 30),
        ("varchar(5)", "{pattern: '(a|b|cd){2}x'}", 9),
        ("string", "{choice: [a, b, c, ü]}", 4),
        ("boolean", "{choice: [true, false]}", 2),
        ("time", "{uniform: {min: '00:00:00', max: '00:00:00.002000'}}", 2001),
    ],
)
def test_a_whole_domain_is_used_up_and_not_a_row_more(dtype: str, spec: str, size: int, tables: Any) -> None:
    text = f"tables:\n  - name: t\n    rows: ROWS\n    columns: [{{name: k, type: '{dtype}', generator: {spec}}}]\n"
    text += "    unique: [[k]]\n"
    made = tables(text.replace("ROWS", str(size)))["t"]
    assert len(set(made.batch(0, size).column("k").to_pylist())) == size
    if spec != "permutation":
        with pytest.raises(GeneratorError):
            tables(text.replace("ROWS", str(size + 1)))


COMPOSITE = """
tables:
  - {{name: p, rows: 30, columns: [{{name: k, type: int, nullable: false}}], primary_key: [k]}}
  - name: t
    rows: {rows}
    columns:
      - {{name: a, type: {a}}}
      - {{name: b, type: {b}}}
      - {{name: f, type: int}}
    {kind}: [{key}]
    foreign_keys: [{{columns: [f], references: {{table: p, columns: [k]}}}}]
"""


@pytest.mark.parametrize(
    ("a", "b", "key", "rows"),
    [
        ("date", "string", "a, f", 2000),
        ("date", "boolean", "a, b, f", 120_000),
        ("'tinyint, generator: {uniform: {min: 1, max: 100}}'", "int", "a, f", 3000),
        ("'char(1), generator: {choice: [x, y, z]}'", "'int, generator: {uniform: {min: 1, max: 50}}'", "a, b", 150),
        ("'char(1), generator: {choice: [x, y, z]}'", "'boolean'", "a, f, b", 180),
        ("'varchar(2), generator: {pattern: \"[ab][0-9]\"}'", "date", "a, b", 9000),
        ("bigint", "string", "a, b", 5000),
        ("'smallint, generator: {expression: \"row_number() % 40\"}'", "string", "a, b", 5000),
    ],
)
def test_keys_of_several_columns(a: str, b: str, key: str, rows: int, tables: Any) -> None:
    def plain(part: str) -> str:
        return part.strip("'")

    text = COMPOSITE.format(rows=rows, a=plain(a), b=plain(b), key=key, kind="primary_key")
    made = tables(text)["t"].batch(0, rows).to_pylist()
    names = key.split(", ")
    assert len({tuple(row[n] for n in names) for row in made}) == rows
    assert {row["f"] for row in made} <= set(range(1, 31))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{name: a, type: int, generator: {sequence: {step: 0}}}, {name: b, type: int, generator: {zipf: {n: 9}}}", "not be unique"),
        ("{name: a, type: int, generator: {uniform: {min: 1, max: 9}}}, {name: b, type: boolean}", "there are 18"),
        ("{name: a, type: int, generator: {normal: {}}}, {name: b, type: boolean}", "not be unique"),
        ("{name: a, type: int, generator: {expression: 'row_number() / 2'}}, {name: b, type: int, generator: {constant: 1}}", "not be unique"),
        ("{name: a, type: int, nulls: 0.5}, {name: b, type: boolean}", "can't be null"),
        ("{name: a, type: 'array<int>'}, {name: b, type: boolean}", "not be unique"),
    ],
)  # fmt: skip
def test_composite_keys_that_can_not_be(columns: str, message: str, tables: Any) -> None:
    with pytest.raises(GeneratorError, match=message):
        tables(f"tables:\n  - name: t\n    rows: 100\n    columns: [{columns}]\n    primary_key: [a, b]\n")


def test_part_suppliers_of_tpc_h(tables: Any) -> None:
    """Proved where it holds at the benchmark's sizes; refused where its formula gives the same supplier twice."""
    text = """
tables:
  - {{name: part, rows: {parts}, columns: [{{name: k, type: bigint}}], primary_key: [k]}}
  - {{name: supplier, rows: {suppliers}, columns: [{{name: k, type: bigint}}], primary_key: [k]}}
  - name: ps
    rows: {rows}
    columns:
      - {{name: p, type: bigint}}
      - name: s
        type: bigint
        generator: {{expression: "(p + (ordinal() - 1) * (parent_rows(s) / 4 + (p - 1) / parent_rows(s))) % parent_rows(s) + 1"}}
    primary_key: [p, s]
    foreign_keys:
      - {{columns: [p], references: {{table: part, columns: [k]}}, distribution: {{each: {{min: 4, max: 4}}}}}}
      - {{columns: [s], references: {{table: supplier, columns: [k]}}}}
"""
    for scale in (1, 1000):
        parts, suppliers = 200_000 * scale, 10_000 * scale
        assert tables(text.format(parts=parts, suppliers=suppliers, rows=4 * parts))["ps"].rows == 4 * parts
    made = tables(text.format(parts=2000, suppliers=100, rows=8000))["ps"].batch(0, 8000).to_pylist()
    assert len({(r["p"], r["s"]) for r in made}) == 8000
    with pytest.raises(GeneratorError, match="would not be unique"):
        tables(text.format(parts=200, suppliers=10, rows=800))
    with pytest.raises(GeneratorError, match="would not be unique"):
        tables(text.format(parts=2_000_000, suppliers=50, rows=8_000_000))


GROWING = """
tables:
  - {name: p, rows: 10, columns: [{name: k, type: int, nullable: false}], primary_key: [k]}
  - {name: q, rows: 8, columns: [{name: k, type: int, nullable: false}], primary_key: [k]}
  - name: pq
    rows: 60
    columns: [{name: x, type: int, nullable: false}, {name: y, type: int, nullable: false}]
    primary_key: [x, y]
    foreign_keys:
      - {columns: [x], references: {table: p, columns: [k]}}
      - {columns: [y], references: {table: q, columns: [k]}}
"""


def test_a_joint_key_is_appended_to_after_its_parents_grew(tables: Any) -> None:
    held: list[Any] = []
    segments: dict[str, tuple[int, ...]] = {"p": (), "q": (), "pq": ()}
    for counts in ({"p": 10, "q": 8, "pq": 70}, {"p": 5, "q": 0, "pq": 50}, {"p": 1, "q": 9, "pq": 150}):
        made = tables(GROWING, rows=counts, segments=segments)
        table = made["pq"]
        assert table.batch(0, len(held)).to_pylist() == held
        held += table.batch(table.first_row, table.rows).to_pylist()
        for name, column in (("p", "x"), ("q", "y")):
            assert {r[column] for r in held} <= set(made[name].batch(0, made[name].rows).column("k").to_pylist())
        segments = {name: (*segments[name], counts[name]) for name in segments}
    assert len({(r["x"], r["y"]) for r in held}) == 270
    with pytest.raises(GeneratorError, match="273 different keys"):
        tables(GROWING, rows={"p": 0, "q": 0, "pq": 3}, segments=segments)
    with pytest.raises(GeneratorError, match="which keys are taken is not known"):
        tables(GROWING, rows={"p": 5, "pq": 2}, segments={"p": (10,), "pq": (60, 5)})
