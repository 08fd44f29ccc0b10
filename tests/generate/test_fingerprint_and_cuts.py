"""The fingerprint sees values, not how they are stored; rows do not depend on how a table is cut."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.generate import fingerprint as fp
from rowmill.schema.types import DataType, parse_type

COLUMNS = {
    "i": "bigint",
    "f": "float",
    "d": "double",
    "n": "decimal(10,2)",
    "w": "decimal(38,5)",
    "s": "string",
    "y": "binary",
    "t": "date",
    "m": "timestamp",
    "o": "boolean",
    "a": "array<string>",
    "k": "map<string,int>",
    "r": "struct<p:int,q:array<decimal(38,2)>>",
}
TYPES: dict[str, DataType] = {name: parse_type(text) for name, text in COLUMNS.items()}
CELLS: dict[str, Any] = {
    "i": st.integers(-(2**63), 2**63 - 1),
    "f": st.floats(width=32),
    "d": st.floats(),
    "n": st.decimals(-(10**7), 10**7, places=2),
    "w": st.integers(1 - 10**38, 10**38 - 1).map(lambda v: Decimal(f"{v}e-5")),
    "s": st.text(max_size=20),
    "y": st.binary(max_size=20),
    "t": st.dates(),
    "m": st.datetimes(timezones=st.just(dt.UTC)),
    "o": st.booleans(),
    "a": st.lists(st.none() | st.text(max_size=3), max_size=3),
    "k": st.dictionaries(st.text(max_size=3), st.none() | st.integers(0, 9), max_size=3).map(lambda d: list(d.items())),
    "r": st.fixed_dictionaries(
        {"p": st.none() | st.integers(0, 9), "q": st.none() | st.lists(st.just(Decimal("1.25")), max_size=2)}
    ),
}
ROWS = st.lists(st.fixed_dictionaries({n: st.none() | c for n, c in CELLS.items()}), min_size=1, max_size=6)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    arrays = [pa.array([row[n] for row in rows], TYPES[n].to_arrow()) for n in COLUMNS]
    return pa.table(arrays, names=list(COLUMNS))


@settings(deadline=None, max_examples=60)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_chunks_offsets_and_encoding_say_nothing(rows: list[dict[str, Any]], chance: Any) -> None:
    whole = fp.fingerprint(TYPES, table(rows))
    shuffled = chance.sample(rows, len(rows))
    names = chance.sample(list(COLUMNS), len(COLUMNS))
    assert fp.fingerprint(TYPES, table(shuffled).select(names)) == whole
    cut = chance.randint(0, len(rows))
    padded = table([rows[0], *rows, rows[-1]]).slice(1, len(rows))
    assert fp.fingerprint(TYPES, padded) == whole
    parts = [padded.slice(0, cut), padded.slice(cut)]
    assert fp.add(*(fp.fingerprint(TYPES, part) for part in parts)) == whole
    assert fp.fingerprint(TYPES, pa.concat_tables(parts)) == whole
    coded = table(rows)
    for name in ("s", "t", "n"):
        coded = coded.set_column(coded.schema.get_field_index(name), name, coded.column(name).dictionary_encode())
    assert fp.fingerprint(TYPES, coded) == whole
    zeros = [{**row, "d": 0.0 if row["d"] == 0 else row["d"]} for row in rows]
    assert fp.fingerprint(TYPES, table(zeros)) == whole


@settings(deadline=None, max_examples=60)
@given(ROWS, st.sampled_from(list(COLUMNS)), st.data())
def test_every_change_of_a_value_is_seen(rows: list[dict[str, Any]], name: str, data: Any) -> None:
    whole = fp.fingerprint(TYPES, table(rows))
    at = data.draw(st.integers(0, len(rows) - 1))
    old, new = rows[at][name], data.draw(st.none() | CELLS[name])
    changed = [{**row, name: new} if i == at else row for i, row in enumerate(rows)]
    same = old == new or (old is not None and new is not None and old != old and new != new)
    if name == "k" and old is not None and new is not None:
        same = dict(old) == dict(new)
    assert (fp.fingerprint(TYPES, table(changed)) == whole) == same


def test_names_nulls_and_counts_are_seen() -> None:
    rows = [dict.fromkeys(COLUMNS) for _ in range(3)]
    whole = fp.fingerprint(TYPES, table(rows))
    assert fp.fingerprint(TYPES, table(rows[:2])) != whole
    assert fp.fingerprint({"i": TYPES["i"]}, table(rows)) != fp.fingerprint(
        {"j": TYPES["i"]}, table(rows).rename_columns(["j", *list(COLUMNS)[1:]])
    )
    assert fp.fingerprint(TYPES, table(rows).slice(0, 0)) == 0
    numbers = pa.table({"d": [float("nan"), -0.0], "s": ["", None]})
    other = pa.table({"d": [-float("nan"), 0.0], "s": ["", None]})
    types = {"d": DataType("double"), "s": DataType("string")}
    assert fp.fingerprint(types, numbers) == fp.fingerprint(types, other)
    assert fp.fingerprint(types, numbers) != fp.fingerprint(types, pa.table({"d": [0.0, 0.0], "s": ["", None]}))
    empty = pa.DictionaryArray.from_arrays(pa.array([None, None], pa.int32()), pa.array([], pa.string()))
    assert fp.fingerprint({"s": types["s"]}, pa.table({"s": empty})) == fp.fingerprint(
        {"s": types["s"]}, pa.table({"s": pa.array([None, None], pa.string())})
    )


ALL = """
tables:
  - name: t
    rows: 3000
    columns:
      - {name: id, type: bigint, nullable: false, generator: permutation}
      - {name: tiny, type: tinyint}
      - {name: f, type: float}
      - {name: price, type: double}
      - {name: n, type: "decimal(12,3)", nulls: 0.1}
      - {name: w, type: "decimal(38,10)", generator: {uniform: {min: -5000000000000000000000, max: 5e21}}}
      - {name: c, type: char(3)}
      - {name: email, type: varchar(50), nulls: 0.3}
      - {name: txt, type: string}
      - {name: raw, type: binary}
      - {name: b, type: boolean}
      - {name: day, type: date}
      - {name: at, type: timestamp, generator: {increasing: {start: "2024-01-01 00:00:00", end: "2024-12-31 00:00:00"}}}
      - {name: later, type: timestamp_ntz, generator: {offset: {of: at, by: {exponential: {rate: 0.5}}, unit: hour}}}
      - {name: clock, type: time}
      - {name: u, type: uuid}
      - {name: z, type: int, generator: {zipf: {s: 1.1, n: 100000}}}
      - {name: g, type: int, generator: {normal: {mean: 50, stddev: 20, min: 0, max: 100}}}
      - {name: x, type: int, generator: {expression: "z * 2 + random_int(0, 1)"}}
      - {name: j, type: json, generator: {json: {a: {uniform: {min: 1, max: 9}}}}}
      - {name: arr, type: "array<struct<a:int,b:varchar(5)>>", nulls: 0.1}
      - {name: map, type: "map<string,decimal(20,4)>"}
    primary_key: [id]
"""
GOLDEN = "c11041c2858cff76"


def printed(made: Any, batch: Any) -> str:
    return fp.to_hex(fp.fingerprint({c.name: c.type for c in made.definition.columns}, batch))


def test_the_golden_rows_of_an_all_types_table(tables: Any) -> None:
    made = tables(ALL)["t"]
    assert printed(made, made.batch(0, 3000)) == GOLDEN
    assert printed(tables(ALL, seed=43)["t"], tables(ALL, seed=43)["t"].batch(0, 3000)) != GOLDEN


@settings(deadline=None, max_examples=12)
@given(st.lists(st.integers(0, 3000), max_size=4))
def test_any_cut_gives_the_same_rows(tables: Any, cuts: list[int]) -> None:
    made = tables(ALL)["t"]
    edges = [0, *sorted(cuts), 3000]
    whole = made.batch(0, 3000).to_pylist()
    assert [row for a, b in itertools.pairwise(edges) for row in made.batch(a, b).to_pylist()] == whole


def test_a_parquet_file_has_the_same_fingerprint(tables: Any, tmp_path: Path) -> None:
    made = tables(ALL)["t"]
    batch = made.batch(0, 3000)
    file = tmp_path / "t.parquet"
    pq.write_table(pa.Table.from_batches([batch]), file, store_decimal_as_integer=True, row_group_size=700)
    assert printed(made, pq.read_table(file)) == GOLDEN


def test_other_columns_change_nothing(tables: Any) -> None:
    head, _, tail = ALL.partition("      - {name: tiny")
    lines = ("      - {name: tiny" + tail).splitlines(keepends=True)
    columns, key = lines[:-1], lines[-1]
    moved = head + "      - {name: new, type: string, generator: uuid}\n" + "".join(reversed(columns)) + key
    one, other = tables(ALL)["t"].batch(0, 500), tables(moved)["t"].batch(0, 500)
    for name in one.schema.names:
        assert one.column(name).to_pylist() == other.column(name).to_pylist(), name


@pytest.mark.parametrize(
    ("dtype", "spec", "lowest", "highest"),
    [
        (
            "timestamp",
            '{start: "2024-01-01 00:00:00", end: "2024-01-02 00:00:00"}',
            "2024-01-01",
            "2024-01-02 00:00:00+00:00",
        ),
        ("int", "{start: 5, end: 90}", "5", "90"),
        ("date", "{start: 2024-01-01, step: 43200}", "2024-01-01", "2024-12-31"),
    ],
)
def test_increasing_never_goes_back(dtype: str, spec: str, lowest: str, highest: str, column: Any, values: Any) -> None:
    made = values(column(dtype, f"{{increasing: {spec}}}", 700))
    assert all(a <= b for a, b in itertools.pairwise(made))
    assert str(made[0]).startswith(lowest)
    assert str(made[-1]) <= highest


def test_offsets_by_the_calendar(column: Any, values: Any) -> None:
    def after(start: str, count: int, unit: str, dtype: str = "date") -> str:
        others = f"      - {{name: day, type: {dtype}, generator: {{constant: '{start}'}}}}\n"
        spec = f"{{offset: {{of: day, by: {{constant: {count}}}, unit: {unit}}}}}"
        return str(values(column(dtype, spec, 1, others=others))[0])

    assert after("2024-01-31", 1, "month") == "2024-02-29"
    assert after("2023-01-31", 1, "month") == "2023-02-28"
    assert after("2024-02-29", 1, "year") == "2025-02-28"
    assert after("2024-03-31", -1, "months") == "2024-02-29"
    assert after("1969-12-31", 2, "month") == "1970-02-28"
    assert after("2024-02-28", 2, "day") == "2024-03-01"
    assert after("2024-01-31 23:30:00", 1, "month", "timestamp_ntz") == "2024-02-29 23:30:00"
    assert after("1900-01-01 00:00:01", -2, "second", "timestamp_ntz") == "1899-12-31 23:59:59"


def test_shares_and_choices(column: Any, values: Any, chi_squared: Any) -> None:
    found = values(column("int", "", 10_000, more=", nulls: 0.07"))
    chi_squared([found.count(None), 10_000 - found.count(None)], [0.07, 0.93])
    flags = values(column("boolean", "{boolean: 0.2}", 10_000))
    chi_squared([sum(flags), 10_000 - sum(flags)], [0.2, 0.8])
    others = "      - {name: k, type: string, generator: {choice: {values: [p, q, r], weights: [1, 1, 0]}}}\n"
    spec = "{choice: {by: k, cases: {p: {values: [a, b], weights: [3, 1]}}, values: [z]}}"
    made = column("string", spec, 10_000, others=others)
    pairs = list(zip(values(made, "k"), values(made), strict=True))
    assert set(pairs) == {("p", "a"), ("p", "b"), ("q", "z")}
    chi_squared([pairs.count(p) for p in (("p", "a"), ("p", "b"), ("q", "z"))], [3, 1, 4])
