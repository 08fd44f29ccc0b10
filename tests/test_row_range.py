"""Any range of rows is made alone: the same rows, in the same files, as in the whole run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import validate_data

from rowmill import job
from rowmill.errors import RowmillError
from rowmill.request import Request
from rowmill.sink.manifest import read_manifest
from rowmill.slices import Slice
from rowmill.spark import SparkConfig

SCHEMA = """
tables:
  - name: shops
    rows: 50
    columns:
      - {name: shop_id, type: int, nullable: false}
    primary_key: [shop_id]
  - name: sales
    rows: 20000
    columns:
      - {name: id, type: bigint, nullable: false, generator: permutation}
      - {name: shop_id, type: int}
      - {name: at, type: timestamp, generator: {increasing: {start: 2024-01-01, end: 2025-01-01, jitter: 0.5}}}
      - {name: kind, type: varchar(8), generator: {choice: [book, film, game]}}
    primary_key: [id]
    foreign_keys:
      - {columns: [shop_id], references: {table: shops, columns: [shop_id]}, distribution: {zipf: {s: 1.1}}, nulls: 0.1}
"""
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    (tmp_path / "t.yaml").write_text(SCHEMA)

    def run(name: str = "out", **changes: Any) -> Path:
        catalog, tables = job.select_tables(str(tmp_path / "t.yaml"), "sales")
        request = Request(tables=tables, catalog=catalog, output=str(tmp_path / name), file_rows=3000)
        job.run(replace(request, **changes), SparkConfig(), lambda line: None)
        return tmp_path / name

    return run


def rows(directory: Path) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted(directory.rglob("part-*"))])


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 1), (2999, 3001), (6000, 9000), (7123, 19_999), (None, 500), (19_000, None), (19_999, 20_000)],
)
def test_a_range_is_that_of_the_whole_run(make: Make, start: int | None, stop: int | None) -> None:
    whole = rows(make("whole"))
    part = make("part", rows_from=start, rows_to=stop)
    first, end = start or 0, stop or 20_000
    assert rows(part).equals(whole.slice(first, end - first))
    manifest = read_manifest(part)
    assert manifest is not None
    assert manifest.part == (first, end, 20_000)
    assert manifest.rows == end - first


def test_a_lost_file_is_made_again_byte_for_byte(make: Make) -> None:
    whole, part = make("whole"), make("part", rows_from=6000, rows_to=9000)
    (file,) = part.glob("part-*")
    assert file.read_bytes() == (whole / file.name).read_bytes()


def test_ranges_cover_partitions_and_slices(make: Make) -> None:
    cuts = [(0, 4321), (4321, 12_000), (12_000, 20_000)]
    for changes in ({"partition_by": ("kind",)}, {"slices": (Slice("slice-000", 15_000), Slice("slice-007", 5000))}):
        whole = read_manifest(make("whole", **changes))
        parts = [read_manifest(make("part", rows_from=a, rows_to=b, **changes)) for a, b in cuts]
        assert whole is not None
        total = sum(file.fingerprint for part in parts if part for file in part.files) % (1 << 64)
        assert f"{total:016x}" == whole.fingerprint
    assert sorted(path.name for path in (make("part", rows_from=16_000, **changes)).glob("slice-*")) == ["slice-007"]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"rows_to": 20_001}, ["rows_to", "20001", "20000 rows"]),
        ({"rows_from": 20_000}, ["are none", "20000"]),
        ({"rows_from": 7, "rows_to": 7}, ["are none", "the one after the last"]),
        ({"rows_from": -1}, ["rows_from", "at least 0"]),
        ({"rows_from": 1, "mode": "append"}, ["append", "output of its own"]),
    ],
)
def test_refused(make: Make, tmp_path: Path, changes: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(RowmillError) as caught:
        make(**changes)
    assert all(part in str(caught.value) for part in parts), str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["t.yaml"]


def test_a_part_does_not_grow(make: Make) -> None:
    make(rows_to=100)
    with pytest.raises(RowmillError, match="99 alone"):
        make(mode="append", rows=5)


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_a_range_is_not_judged_as_if_it_were_the_table(make: Make, tmp_path: Path, options: list[str]) -> None:
    part = make("part", rows_from=6000, rows_to=9000)
    arguments = ["--schema", str(tmp_path / "t.yaml"), "--table", "sales", "--path", str(part)]
    with pytest.raises(RowmillError, match=r"only the rows 6000 \.\. 8999 of 20000"):
        validate_data.main([*arguments, *options])
