"""A slice file, of four lines or forty thousand: exact rows in each directory, the rows of the table in their order."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowmill import job
from rowmill.generate.table import TableGenerator
from rowmill.plan import tasks
from rowmill.request import Request
from rowmill.sink.formats import WriterOptions
from rowmill.slices import read_slices
from rowmill.spark import SparkConfig

SCHEMA = """
tables:
  - name: t
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: kind, type: varchar(8), nulls: 0.2, generator: {choice: [book, film, game]}}
      - {name: code, type: varchar(12), generator: {pattern: "[A-Z]{3}"}}
      - {name: price, type: "decimal(8,2)", generator: {uniform: {min: 1, max: 99}}}
    primary_key: [id]
"""
Ask = Callable[..., Request]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    (tmp_path / "t.yaml").write_text(SCHEMA)

    def request(counts: list[int], **changes: Any) -> Request:
        file = tmp_path / "slices.txt"
        file.write_text("".join(f"x|{number}|{rows}\n" for number, rows in enumerate(counts)))
        catalog, tables = job.select_tables(str(tmp_path / "t.yaml"), "t")
        return Request(
            tables=tables, catalog=catalog, output=str(tmp_path / "out"), slices=tuple(read_slices(file)), **changes
        )

    return request


def made(request: Request) -> tuple[Path, str]:
    report = job.run(request, SparkConfig(), lambda line: None)["t"]
    return Path(report.output), report.fingerprint


def rows(directory: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted(directory.rglob("part-*"))])


@pytest.mark.parametrize(
    "counts",
    [[1000, 250, 0, 40_000], [0, 0], [7] * 200 + [5000] + [0, 1] * 50 + [4096, 4097]],
    ids=["four", "empty", "many"],
)
def test_each_slice_has_its_rows(ask: Ask, counts: list[int]) -> None:
    sliced, printed = made(ask(counts))
    found = [path for path in sorted(sliced.iterdir()) if path.name.startswith("slice-")]
    assert [path.name for path in found] == [f"slice-{number:03d}" for number in range(len(counts))]
    assert [rows(path).num_rows for path in found] == counts
    together = rows(sliced)
    whole = Request(**{**vars(ask(counts)), "slices": (), "rows": sum(counts)})
    output, other = made(whole)
    assert together.equals(rows(output))
    assert printed == other


@pytest.mark.parametrize("form", ["csv", "json", "orc"])
def test_tiny_files_of_other_formats(ask: Ask, form: str) -> None:
    counts = [3, 0, 50, 4000, 5000, 2, 2]
    with_check = ask(counts, format=form)  # the check after the run reads rows, nulls and keys back
    assert made(with_check)[1] == made(ask(counts))[1]


def test_tiny_files_are_sorted_too(ask: Ask) -> None:
    output, printed = made(ask([10, 20, 30], options=WriterOptions(sort_by=(("id", True),))))
    ids = [table.column("id").to_pylist() for table in map(rows, sorted(output.glob("slice-*")))]
    assert ids == [sorted(one, reverse=True) for one in ids]
    assert printed == made(ask([10, 20, 30]))[1]


def test_tiny_files_share_their_rows(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """And their bytes don't depend on what they were made together with."""
    calls: list[tuple[int, int]] = []
    whole = TableGenerator.batch

    def batch(self: TableGenerator, start: int, stop: int) -> pa.RecordBatch:
        calls.append((start, stop))
        return whole(self, start, stop)

    request = ask([25] * 2000, batch_rows=10_000, check=False)
    monkeypatch.setattr(TableGenerator, "batch", batch)
    output, _ = made(request)
    assert sum(stop - start for start, stop in calls if stop - start not in (1, 25, 1024, 4096)) == 50_000
    assert len(calls) < 16  # a few for the estimate
    bytes_of = {path.name: next(path.glob("part-*")).read_bytes() for path in sorted(output.glob("slice-*"))}
    alone = Request(**{**vars(request), "rows_from": 25 * 777, "rows_to": 25 * 778})
    (file,) = made(alone)[0].glob("slice-*/part-*")
    assert file.read_bytes() == bytes_of["slice-777"]


def test_forty_thousand_lines(ask: Ask) -> None:
    counts = [25 if number % 100 else number % 200 * 25 for number in range(40_000)]
    (item,) = job.prepare(ask(counts), SparkConfig())
    plan = item.plan
    assert [file.rows for file in plan.files] == counts
    assert plan.rows == sum(counts)
    groups = tasks(plan)
    assert [file for group in groups for file in group] == list(plan.files)
    assert 50 < len(groups) < 400
    # What each task is sent is its own files: the table goes once to each worker, without the plan.
    assert max(len(pickle.dumps(group)) for group in groups) < 40_000
    assert len(pickle.dumps(plan.generator)) < 100_000
    empty = tasks(job.prepare(ask([0] * 40_000), SparkConfig())[0].plan)
    assert len(empty) > 50
