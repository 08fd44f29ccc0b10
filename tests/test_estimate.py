"""What is said before a run starts is near to what the run takes; what can't fit is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowmill import estimate, job
from rowmill.errors import ResourceError
from rowmill.estimate import Demand, Estimate, refuse_what_cannot_fit
from rowmill.request import Request
from rowmill.sink.formats import WriterOptions
from rowmill.slices import Slice
from rowmill.spark import SparkConfig

SCHEMA = """
tables:
  - name: t
    rows: 200000
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: kind, type: varchar(8), nulls: 0.1, generator: {choice: [book, film, game]}}
      - {name: price, type: "decimal(8,2)", generator: {uniform: {min: 1, max: 99}}}
      - {name: note, type: varchar(60), generator: {words: {min: 2, max: 7}}}
    primary_key: [id]
"""
Ask = Callable[..., Request]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    (tmp_path / "t.yaml").write_text(SCHEMA)

    def request(**changes: Any) -> Request:
        catalog, tables = job.select_tables(str(tmp_path / "t.yaml"), "t")
        return Request(tables=tables, catalog=catalog, output=str(tmp_path / "out"), check=False, **changes)

    return request


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rows": 100},
        {"rows": 0},
        {"format": "csv"},
        {"format": "orc", "file_rows": 30_000},
        {"format": "json", "options": WriterOptions("gzip")},
        {"options": WriterOptions("zstd", 3, sort_by=(("price", False),))},
        {"partition_by": ("kind",)},
        {"rows_from": 150_000},
        {"slices": tuple(Slice(f"slice-{number:03d}", 20) for number in range(500))},
    ],
)
@pytest.mark.parametrize("quick", [True, False])
def test_bytes_are_hit(ask: Ask, changes: dict[str, Any], quick: bool) -> None:
    (item,) = job.prepare(ask(**changes), SparkConfig())
    guess = estimate.estimate(item.plan, 2, quick)
    made = job.run(ask(**changes), SparkConfig(), lambda line: None)["t"]
    assert guess.rows == made.rows
    assert guess.bytes == pytest.approx(made.bytes, rel=0.25 if changes.get("partition_by") else 0.12, abs=2000)
    assert guess.files == made.files
    assert 0 < guess.memory < 3 << 30


def test_it_is_one_line_before_the_start(ask: Ask) -> None:
    lines: list[str] = []
    job.plan_only(ask(), SparkConfig(), lines.append)
    assert [line.split(":")[0] for line in lines] == ["estimate", "t"]
    assert "200,000 rows" in lines[0]
    lines.clear()
    job.run(ask(), SparkConfig(), lines.append)
    assert lines[0].startswith("estimate: t: 200,000 rows, ")
    lines.clear()
    job.run(ask(), SparkConfig(), lines.append)
    assert lines == []  # nothing to do


def test_tables_share_a_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tables(*sizes: tuple[int, int], files: int = 1, dead: int = 0, memory: int = 0) -> list[Demand]:
        return [Demand("t", tmp_path / "t", Estimate(1, files, new, 1.0, memory), freed, dead) for new, freed in sizes]

    monkeypatch.setattr(estimate, "space", lambda _: estimate.Space(1000, 50, 1, 7))
    monkeypatch.setattr(estimate, "free_memory", lambda: 500)
    for fits in (
        tables((900, 0)),
        tables((400, 0), (400, 0)),
        tables((800, 800), (800, 0)),
        tables((1500, 0), dead=900),
    ):
        refuse_what_cannot_fit(fits)
    for demands, text in (
        (tables((950, 0)), "does not fit the disk"),
        (tables((950, 50)), "beside the old table"),
        (tables((500, 0), (500, 0)), "does not fit the disk"),
        (tables((10, 0), files=26), "inodes"),
        (tables((10, 0), memory=501), "memory"),
    ):
        with pytest.raises(ResourceError, match=text):
            refuse_what_cannot_fit(demands)


def test_force_starts_all_the_same(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimate, "space", lambda _: estimate.Space(0, 0, 4096, 7))
    with pytest.raises(ResourceError) as caught:
        job.run(ask(rows=10), SparkConfig(), lambda line: None)
    assert "\n" not in str(caught.value)
    assert "force" in str(caught.value)
    assert job.run(ask(rows=10, force=True), SparkConfig(), lambda line: None)["t"].rows == 10


def test_more_files_than_can_be_named(ask: Ask) -> None:
    with pytest.raises(ResourceError, match="more than 4,000,000 files"):
        job.prepare(ask(rows=10**17), SparkConfig())


def test_how_many_tasks_at_a_time() -> None:
    assert [estimate.parallelism(master) for master in ("local[3]", "local[4, 2]", "local")] == [3, 4, 1]
    assert estimate.parallelism(None) == estimate.parallelism("local[*]") >= 1
