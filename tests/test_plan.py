"""The plan covers every row once, and names the whole outcome by its digest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowmill.errors import ConfigError, StorageError
from rowmill.generate.table import TableGenerator, World
from rowmill.plan import Layout, default_file_rows, plan_table, tasks
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey
from rowmill.schema.yaml import parse_schema
from rowmill.slices import Slice

TEXT = """
tables:
  - name: t
    columns:
      - {name: a, type: bigint, nullable: false, comment: %s}
      - {name: b, type: "array<int>"}
    primary_key: [a]
"""


def generator(rows: int, seed: int = 42, comment: str = "x") -> TableGenerator:
    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        raise AssertionError

    definition = replace(parse_schema(TEXT % comment, "t.yaml").tables[0], rows=rows)
    return World(resolve, seed).table(CatalogTable("", definition, "t.yaml"))


@given(st.integers(0, 10_000_000), st.one_of(st.none(), st.integers(1000, 5_000_000)))
def test_every_row_is_in_one_file(rows: int, file_rows: int | None) -> None:
    plan = plan_table(generator(rows), Layout(file_rows=file_rows))
    at = 0
    for file in plan.files:
        assert file.first_row == at
        at += file.rows
    assert at == rows
    assert len({f.path for f in plan.files}) == len(plan.files)
    assert all(f.rows <= (file_rows or default_file_rows(rows)) for f in plan.files)
    assert [f for group in tasks(plan) for f in group] == list(plan.files)


def test_slices_get_exactly_their_rows() -> None:
    parts = (Slice("slice-000", 10), Slice("slice-001", 0), Slice("slice-002", 2500))
    plan = plan_table(generator(2510), Layout(slices=parts, file_rows=1000))
    found: dict[str, int] = {}
    for file in plan.files:
        name = file.path.split("/")[0]
        found[name] = found.get(name, 0) + file.rows
    assert found == {"slice-000": 10, "slice-001": 0, "slice-002": 2500}


def test_the_digest_changes_with_the_data_alone() -> None:
    digest = plan_table(generator(100), Layout()).digest
    assert plan_table(generator(100), Layout()).digest == digest
    assert plan_table(generator(100, comment="another"), Layout()).digest == digest
    others = [
        plan_table(generator(101), Layout()),
        plan_table(generator(100, seed=7), Layout()),
        plan_table(generator(100), Layout(format="orc")),
        plan_table(generator(100), Layout(file_rows=50)),
    ]
    assert len({digest, *(plan.digest for plan in others)}) == 5


def test_what_a_format_can_not_hold_is_refused() -> None:
    with pytest.raises(StorageError, match="csv can't hold array<int>"):
        plan_table(generator(10), Layout(format="csv"))
    with pytest.raises(ConfigError, match="no such column"):
        plan_table(generator(10), Layout(partition_by=("nope",)))
    with pytest.raises(StorageError, match="can't name a directory"):
        plan_table(generator(10), Layout(partition_by=("b",)))
