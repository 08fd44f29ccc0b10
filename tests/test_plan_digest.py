"""What a plan's digest must see, and what it must not; and that files cover rows once whatever is asked."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rowmill.generate.table import TableGenerator, World
from rowmill.plan import Layout, plan_table, tasks
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey
from rowmill.schema.yaml import parse_schema
from rowmill.sink.formats import WriterOptions
from rowmill.slices import Slice

TEXT = """
tables:
  - name: p
    rows: 10
    columns: [{name: id, type: int, nullable: false}]
    primary_key: [id]
  - name: t
    rows: 10
    columns:
      - name: a
        type: "struct<comment:int,line:int>"
        generator: {struct: {comment: {constant: 1}, line: {constant: 2}}}
      - name: b
        type: string
        generator: {choice: {by: p, cases: {1: {values: [x]}, one: {values: [y]}}, values: [z]}}
      - {name: p, type: int, generator: {expression: "row_number() % parent_rows(p)"}}
    foreign_keys: [{columns: [p], references: {table: p, columns: [id]}}]
"""


def generator(text: str = TEXT, name: str = "t", segments: tuple[int, ...] = (), rows: int = 10) -> TableGenerator:
    found = {t.name: CatalogTable("", t, "t.yaml") for t in parse_schema(text, "t.yaml").tables}

    def resolve(table: CatalogTable, key: ForeignKey) -> CatalogTable:
        return found[key.table]

    return World(resolve, 42, {name: rows}, {name: segments}).table(found[name])


def digest(text: str) -> str:
    return plan_table(generator(text), Layout()).digest


def test_the_digest_sees_every_argument_and_what_expressions_count_on() -> None:
    changed = [
        TEXT.replace("comment: {constant: 1}", "comment: {constant: 3}"),
        TEXT.replace("line: {constant: 2}", "line: {constant: 3}"),
        TEXT.replace("1: {values: [x]}", "'1': {values: [w]}"),
        TEXT.replace("rows: 10\n    columns: [{name: id", "rows: 11\n    columns: [{name: id"),
    ]
    assert len({digest(text) for text in [TEXT, *changed]}) == 5


def test_the_digest_does_not_see_how_a_default_was_said() -> None:
    for form, said in [
        ("parquet", WriterOptions("snappy", None, 1 << 20)),
        ("json", WriterOptions("none")),
        ("orc", WriterOptions("snappy")),
    ]:
        assert (
            plan_table(generator(), Layout(form)).digest == plan_table(generator(), Layout(form, options=said)).digest
        )
    one, other = (plan_table(generator(), Layout(options=WriterOptions("zstd", level))) for level in (None, 1))
    assert one.digest == other.digest
    assert one.digest != plan_table(generator(), Layout()).digest


def test_the_digest_does_not_see_comments_and_lines() -> None:
    moved = "# a comment\n\n" + TEXT.replace("  - name: t\n", "  # more\n  - name: t\n    comment: hello\n")
    assert digest(moved) == digest(TEXT)


SLICES = st.lists(st.integers(0, 500), min_size=1, max_size=8)


@settings(deadline=None)
@given(SLICES, st.integers(1, 300), st.lists(st.integers(1, 400), max_size=3), st.booleans())
def test_files_cover_the_rows_of_a_run_once(
    counts: list[int], file_rows: int, earlier: list[int], sliced: bool
) -> None:
    made = generator(name="p", segments=tuple(earlier), rows=sum(counts))
    parts = tuple(Slice(f"slice-{i:03d}", n) for i, n in enumerate(counts)) if sliced else ()
    plan = plan_table(made, Layout(file_rows=file_rows, slices=parts))
    at = sum(earlier)
    for file in plan.files:
        assert file.first_row == at
        assert 0 <= file.rows <= file_rows
        at += file.rows
    assert at == sum(earlier) + sum(counts)
    assert len({file.path for file in plan.files}) == len(plan.files)
    assert [f for group in tasks(plan, 100) for f in group] == list(plan.files)
    if sliced:
        held = [sum(f.rows for f in plan.files if f.path.startswith(part.name + "/")) for part in parts]
        assert held == counts
