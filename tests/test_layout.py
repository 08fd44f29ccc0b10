"""How rows are cut into files and encoded: sizes that are hit, codecs, row groups, order, and what is refused."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from rowmill import job
from rowmill.arguments import byte_count, sort_order
from rowmill.errors import RowmillError
from rowmill.plan import batch_rows, row_bytes
from rowmill.request import Request
from rowmill.sink.formats import WriterOptions
from rowmill.spark import SparkConfig

SCHEMA = """
tables:
  - name: t
    rows: 60000
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: grp, type: int, nulls: 0.1, generator: {uniform: {min: 1, max: 50}}}
      - {name: kind, type: varchar(8), generator: {choice: [book, film, game]}}
      - {name: price, type: "decimal(8,2)", generator: {uniform: {min: 1, max: 99}}}
      - {name: note, type: varchar(60), generator: {words: {min: 2, max: 7}}}
    primary_key: [id]
"""
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    schema = tmp_path / "t.yaml"
    schema.write_text(SCHEMA)

    def run(**changes: Any) -> Path:
        catalog, tables = job.select_tables(str(schema), "t")
        output = tmp_path / "out"
        request = Request(tables=tables, catalog=catalog, output=str(output), hive=False)
        job.run(replace(request, **changes), SparkConfig(), lambda line: None)
        return output

    return run


def printed(output: Path) -> str:
    import json

    return str(json.loads((output / "_manifest.json").read_text())["fingerprint"])


@pytest.mark.parametrize(
    ("form", "target", "options"),
    [
        ("parquet", 200_000, WriterOptions()),
        ("parquet", 60_000, WriterOptions("zstd", 3, sort_by=(("grp", False),))),
        ("csv", 500_000, WriterOptions()),
        ("json", 150_000, WriterOptions("gzip")),
        ("orc", 300_000, WriterOptions("zstd")),
    ],
)
def test_file_bytes_are_hit_within_a_tenth(make: Make, form: str, target: int, options: WriterOptions) -> None:
    files = sorted(make(format=form, file_bytes=target, options=options).glob("part-*"))
    assert len(files) > 2
    for file in files[:-1]:
        assert abs(file.stat().st_size - target) <= 0.1 * target
    assert files[-1].stat().st_size <= 1.1 * target


def test_rows_of_a_file_are_sorted_and_the_file_says_so(make: Make) -> None:
    plain = printed(make(file_rows=25_000))
    output = make(file_rows=25_000, options=WriterOptions(sort_by=(("grp", False), ("id", True))))
    assert printed(output) == plain
    for path in sorted(output.glob("*.parquet")):
        table = pq.read_table(path)
        group = table.column("grp").fill_null(0).to_numpy()  # nulls come first
        ids = table.column("id").to_numpy()
        assert (np.diff(group) >= 0).all()
        assert (np.diff(ids)[np.diff(group) == 0] < 0).all()
        first, second = pq.ParquetFile(path).metadata.row_group(0).sorting_columns
        assert (first.column_index, first.descending, first.nulls_first) == (1, False, True)
        assert (second.column_index, second.descending) == (0, True)


def test_rows_of_a_partition_are_sorted(make: Make) -> None:
    output = make(partition_by=("kind",), options=WriterOptions(sort_by=(("price", True),)))
    tables = [pq.ParquetFile(path).read() for path in sorted(output.glob("kind=*/*.parquet"))]
    assert sum(len(table) for table in tables) == 60_000
    assert all((np.diff(table.column("price").cast("float64").to_numpy()) <= 0).all() for table in tables)


@pytest.mark.parametrize("codec", ["snappy", "zstd", "lz4", "gzip", "none"])
def test_codecs_and_row_groups(make: Make, codec: str) -> None:
    output = make(file_rows=60_000, batch_rows=70_000, options=WriterOptions(codec, row_group_rows=17_000))
    metadata = pq.ParquetFile(next(output.glob("*.parquet"))).metadata
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [17_000] * 3 + [9_000]
    named = metadata.row_group(0).column(0).compression
    assert named == {"none": "UNCOMPRESSED", "lz4": "LZ4"}.get(codec, codec.upper())


def test_a_level_changes_the_size_not_the_rows(make: Make) -> None:
    def made(level: int) -> tuple[int, str]:
        output = make(options=WriterOptions("zstd", level))
        return sum(f.stat().st_size for f in output.glob("part-*")), printed(output)

    (large, one), (small, other) = made(1), made(19)
    assert small < large
    assert one == other


def test_compressed_text_is_the_same_bytes_each_time(make: Make) -> None:
    def text() -> tuple[bytes, bytes]:
        file = next(
            make(format="csv", file_rows=60_000, mode="overwrite", options=WriterOptions("gzip", 9)).glob("*.gz")
        )
        return file.read_bytes(), gzip.decompress(file.read_bytes())

    once = text()
    make(format="csv", rows=10)
    again = text()
    assert once == again
    assert again[1].count(b"\n") == 60_001


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"format": "csv", "options": WriterOptions("zstd")}, ["compression", "zstd", "none, gzip"]),
        ({"options": WriterOptions("snappy", 3)}, ["compression_level", "no levels"]),
        ({"options": WriterOptions("zstd", 99)}, ["compression_level", "99", "1 .. 22"]),
        ({"format": "orc", "options": WriterOptions("zstd", 3)}, ["compression_level"]),
        ({"format": "orc", "options": WriterOptions(row_group_rows=9)}, ["row_group_rows", "parquet"]),
        ({"options": WriterOptions(row_group_rows=0)}, ["row_group_rows", "at least 1"]),
        ({"options": WriterOptions(sort_by=(("nope", False),))}, ["sort_by", "nope", "it has id"]),
        ({"partition_by": ("kind",), "options": WriterOptions(sort_by=(("kind", False),))}, ["sort_by", "kind"]),
        ({"partition_by": ("kind",), "file_bytes": 9}, ["file_bytes", "partition_by", "file_rows"]),
        ({"file_rows": 9, "file_bytes": 9}, ["file_bytes", "give one"]),
        ({"rows": 10**8, "partition_by": ("kind",), "file_rows": 10**8}, ["file_rows", "in memory", "rows a file"]),
    ],
)
def test_refused_before_anything_is_made(make: Make, tmp_path: Path, changes: dict[str, Any], parts: list[str]) -> None:
    with pytest.raises(RowmillError) as caught:
        make(**changes)
    assert all(part in str(caught.value) for part in parts), str(caught.value)
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.yaml"]


def test_sizes_and_orders_are_read() -> None:
    assert [byte_count(text) for text in ("1000", "1kB", "2MiB", "1.5 GiB")] == [1000, 1000, 2 << 20, 3 << 29]
    assert sort_order("a, b desc,c ASC") == (("a", False), ("b", True), ("c", False))
    assert sort_order("") == ()
    with pytest.raises(RowmillError, match="asc or desc"):
        sort_order("a down")


def test_wide_rows_come_in_small_batches(tmp_path: Path) -> None:
    from rowmill.generate.table import World

    wide = SCHEMA.replace("varchar(60)", "string").replace("{min: 2, max: 7}", "{chars: {min: 60000, max: 65000}}")
    (tmp_path / "w.yaml").write_text(wide)
    catalog, tables = job.select_tables(str(tmp_path / "w.yaml"), "t")
    generator = World(catalog.parent, 42).table(tables[0])
    assert 60_000 < row_bytes(generator) < 66_000
    assert batch_rows(generator) == 256
