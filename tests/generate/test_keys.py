"""Keys of whole tables: unique, and found in the parent; appended rows keep both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.errors import GeneratorError
from rowmill.generate.foreign import EachParents

PARENT = """
tables:
  - name: p
    rows: 300
    columns:
      - {name: a, type: int, nullable: false, generator: permutation}
      - {name: b, type: varchar(8), nullable: false, generator: {pattern: '[A-Z]{2}[0-9]{3}'}}
      - {name: v, type: 'decimal(10,2)', nulls: 0.2}
    primary_key: [a, b]
    unique: [[b]]
"""
CHILD = (
    PARENT
    + """
  - name: c
    rows: 4000
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: x, type: int}
      - {name: y, type: varchar(8)}
      - {name: v, type: 'decimal(12,2)', generator: {parent: {column: v, key: x}}}
      - {name: z, type: varchar(8)}
    primary_key: [id]
    foreign_keys:
      - {columns: [x, y], references: {table: p, columns: [a, b]}, nulls: 0.25}
      - {columns: [z], references: {table: p, columns: [b]}, distribution: {zipf: {s: 1.1}}}
"""
)


def rows_of(table: Any, start: int = 0, stop: int | None = None) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = table.batch(start, table.rows if stop is None else stop).to_pylist()
    return made


def test_composite_nullable_keys(tables: Any, chi_squared: Any) -> None:
    made = tables(CHILD)
    parents = {(r["a"], r["b"]): r["v"] for r in rows_of(made["p"])}
    assert len(parents) == 300
    children = rows_of(made["c"])
    nulls = 0
    for row in children:
        if row["x"] is None or row["y"] is None:
            assert row["x"] is row["y"] is row["v"] is None
            nulls += 1
        else:
            assert row["v"] == parents[row["x"], row["y"]]
    chi_squared([nulls, 4000 - nulls], [0.25, 0.75])
    assert {row["z"] for row in children} <= {b for _, b in parents}
    by_zipf = np.sort(np.unique([r["z"] for r in children], return_counts=True)[1])[::-1]
    assert abs(by_zipf[0] / 4000 - 1 / sum(k**-1.1 for k in range(1, 301))) < 0.04
    assert len({row["id"] for row in children}) == 4000


EACH = """
tables:
  - name: p
    rows: {parents}
    columns: [{{name: k, type: bigint, nullable: false, generator: permutation}}]
    primary_key: [k]
  - name: c
    rows: {rows}
    columns:
      - {{name: k, type: bigint, nullable: false}}
      - {{name: line, type: int, nullable: false}}
    primary_key: [k, line]
    foreign_keys:
      - {{columns: [k], references: {{table: p, columns: [k]}}, distribution: {{each: {{min: {low}, max: {high}}}}}}}
"""


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 60), st.integers(0, 4), st.integers(0, 5), st.floats(0, 1))
def test_each_parent_has_its_lines(tables: Any, parents: int, low: int, more: int, share: float) -> None:
    high = max(1, low + more)
    rows = max(1, parents * low + int(share * parents * (high - low)))
    children = rows_of(tables(EACH.format(parents=parents, rows=rows, low=low, high=high))["c"])
    lines: dict[int, list[int]] = {}
    for row in children:
        lines.setdefault(row["k"], []).append(row["line"])
    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in lines.values())
    assert sum(map(len, lines.values())) == rows
    assert max(map(len, lines.values())) <= high
    if low:
        assert len(lines) == parents
        assert min(map(len, lines.values())) >= low


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 10**12), st.integers(1, 6), st.integers(0, 6), st.integers(0, 2**32), st.floats(0, 1))
def test_each_at_any_size_agrees_with_itself(parents: int, low: int, more: int, key: int, share: float) -> None:
    high = low + more
    rows = parents * low + int(share * parents * more)
    layout = EachParents.fit(key, rows, parents, low, high, "here")
    start = int(share * (rows - 1))
    run = np.arange(max(0, start - 400), min(rows, start + 400))
    parent, ordinal = layout.locate(run)
    assert parent.min() >= 0
    assert parent.max() < parents
    step = np.diff(parent)
    assert set(step.tolist()) <= {0, 1}
    assert np.array_equal(ordinal[1:], np.where(step == 0, ordinal[:-1] + 1, 0))
    assert ordinal.max() < high
    ends = ordinal[:-1][step == 1]
    assert ends.size == 0 or ends.min() + 1 >= low
    mixed = np.random.default_rng(key).permutation(len(run))[:50]
    found = layout.locate(run[mixed])
    assert np.array_equal(found[0], parent[mixed])
    assert np.array_equal(found[1], ordinal[mixed])


JOINT = """
tables:
  - {{name: p, rows: 40, columns: [{{name: k, type: int, nullable: false}}], primary_key: [k]}}
  - {{name: q, rows: 25, columns: [{{name: k, type: string, nullable: false}}], primary_key: [k]}}
  - name: pq
    rows: {rows}
    columns: [{{name: x, type: int, nullable: false}}, {{name: y, type: string, nullable: false}}]
    primary_key: [x, y]
    foreign_keys:
      - {{columns: [x], references: {{table: p, columns: [k]}}}}
      - {{columns: [y], references: {{table: q, columns: [k]}}}}
  - name: one
    rows: 40
    columns: [{{name: x, type: int, nullable: false}}]
    primary_key: [x]
    foreign_keys: [{{columns: [x], references: {{table: p, columns: [k]}}}}]
"""


def test_keys_made_of_foreign_keys_alone(tables: Any) -> None:
    made = tables(JOINT.format(rows=1000))
    pairs = {(r["x"], r["y"]) for r in rows_of(made["pq"])}
    p, q = ({r["k"] for r in rows_of(made[n])} for n in ("p", "q"))
    assert pairs == {(x, y) for x in p for y in q}
    assert {r["x"] for r in rows_of(made["one"])} == p
    with pytest.raises(GeneratorError, match="1001 different keys"):
        tables(JOINT.format(rows=1001))


SELF = """
tables:
  - name: t
    rows: 3000
    columns:
      - {name: id, type: bigint, nullable: false, generator: permutation}
      - {name: boss, type: bigint}
    primary_key: [id]
    foreign_keys: [{columns: [boss], references: {table: t, columns: [id]}, nulls: 0.1}]
"""


def test_a_self_reference_leads_to_a_root(tables: Any) -> None:
    boss = {r["id"]: r["boss"] for r in rows_of(tables(SELF)["t"])}
    assert len(boss) == 3000
    assert set(boss.values()) - {None} <= set(boss)
    for start in boss:
        seen, at = set(), start
        while at is not None:
            assert at not in seen
            seen.add(at)
            at = boss[at]


def test_tables_that_reference_each_other(tables: Any) -> None:
    text = """
tables:
  - name: a
    rows: 50
    columns: [{name: id, type: int, nullable: false}, {name: b, type: int}]
    primary_key: [id]
    foreign_keys: [{columns: [b], references: {table: b, columns: [id]}}]
  - name: b
    rows: 30
    columns: [{name: id, type: int, nullable: false, generator: permutation}, {name: a, type: int}]
    primary_key: [id]
    foreign_keys: [{columns: [a], references: {table: a, columns: [id]}}]
"""
    made = {name: rows_of(table) for name, table in tables(text).items()}
    assert {r["b"] for r in made["a"]} <= {r["id"] for r in made["b"]}
    assert {r["a"] for r in made["b"]} <= {r["id"] for r in made["a"]}


APPENDED = """
tables:
  - name: p
    rows: 100
    columns:
      - {name: k, type: int, nullable: false, generator: permutation}
      - {name: mail, type: string, nullable: false, generator: {faker: {provider: email}}}
      - {name: u, type: int, nullable: false, generator: {uniform: {min: 1, max: 100000}}}
    primary_key: [k]
    unique: [[mail], [u]]
  - name: c
    rows: 500
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: k, type: int}
      - {name: mail, type: string}
    primary_key: [id]
    foreign_keys:
      - {columns: [k], references: {table: p, columns: [k]}}
      - {columns: [mail], references: {table: p, columns: [mail]}}
"""


def test_appended_rows_keep_keys_unique_and_what_was_there(tables: Any) -> None:
    held: list[dict[str, Any]] = []
    segments: tuple[int, ...] = ()
    for count in (100, 700, 900):
        table = tables(APPENDED, rows={"p": count}, segments={"p": segments})["p"]
        assert table.first_row == len(held)
        assert rows_of(table, 0, len(held)) == held
        held += rows_of(table, len(held), table.rows)
        segments += (count,)
    for name in ("k", "mail", "u"):
        assert len({row[name] for row in held}) == 1700
    assert {row["k"] for row in held} == set(range(1, 1701))
    made = tables(APPENDED, rows={"p": 900}, segments={"p": (100, 700)})
    children = rows_of(made["c"])
    assert {r["k"] for r in children} <= {r["k"] for r in held}
    assert {r["mail"] for r in children} <= {r["mail"] for r in held}


def test_appended_children_keep_their_lines_unique(tables: Any) -> None:
    text = EACH.format(parents=400, rows=100, low=1, high=3)
    keys: list[tuple[int, int]] = []
    segments: tuple[int, ...] = ()
    for count in (100, 150, 60):
        table = tables(text, rows={"c": count}, segments={"c": segments})["c"]
        keys += [(r["k"], r["line"]) for r in rows_of(table, table.first_row, table.rows)]
        segments += (count,)
    assert len(set(keys)) == 310


def test_a_million_keys_are_different(column: Any, tables: Any) -> None:
    text = """
tables:
  - name: t
    rows: 1000000
    columns:
      - {name: k, type: string, nullable: false, generator: {pattern: '[A-Z]{3}[0-9]{4}'}}
      - {name: d, type: 'decimal(38,10)', nullable: false, generator: permutation}
      - {name: m, type: timestamp, nullable: false}
    primary_key: [k]
    unique: [[m]]
"""
    batch = tables(text)["t"].batch(0, 300_000)
    assert all(len(batch.column(i).unique()) == 300_000 for i in (0, 2))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{name: k, type: int, nullable: false, generator: {uniform: {min: 1, max: 9}}}", "unique values are needed"),
        ("{name: k, type: int, nullable: false, generator: {zipf: {n: 50}}}", "not unique by construction"),
        ("{name: k, type: int, nullable: false, generator: {choice: [1, 1.0, '1', 2, 3, 4, 5, 6, 7, 8]}}", "different"),
        ("{name: k, type: int, nullable: false, generator: {sequence: {step: 0}}}", "step of 0"),
        ("{name: k, type: string, nullable: false, generator: {sequence: {step: 0}}}", "step of 0"),
        ("{name: k, type: int, nullable: false, generator: {permutation: {rows: 5}}}", "smaller than the rows"),
    ],
)
def test_keys_that_can_not_be(columns: str, message: str, tables: Any) -> None:
    with pytest.raises(GeneratorError, match=message):
        tables(f"tables:\n  - name: t\n    rows: 10\n    columns: [{columns}]\n    primary_key: [k]\n")
