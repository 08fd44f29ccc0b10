"""Intervals lie in Parquet as 64-bit microseconds, and a table of Spark's reads them as INTERVAL DAY TO SECOND."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowmill.generate.table import World
from rowmill.hive import columns_ddl
from rowmill.plan import Layout, StorageError, plan_table
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.yaml import parse_schema

pytestmark = pytest.mark.integration

TEXT = """
tables:
  - name: spans
    rows: 500
    columns:
      - {name: id, type: bigint, nullable: false}
      - {name: gap, type: interval, nulls: 0.1}
      - {name: far, type: interval, generator: {uniform: {min: '-100000 days', max: '100000 days'}}}
      - {name: many, type: 'array<interval>'}
      - {name: at, type: timestamp}
      - {name: later, type: timestamp, generator: {expression: "at + gap"}}
      - {name: steps, type: interval, generator: {expression: "interval '1.5' hour * id"}}
    primary_key: [id]
"""


def test_spark_reads_them_back(spark: Any, tmp_path: Path) -> None:
    definition = parse_schema(TEXT, "spans.yaml").tables[0]
    table = World(lambda table, key: table, 42).table(CatalogTable("", definition, "spans.yaml"))
    table.prepare()
    batch = table.batch(0, 500)
    pq.write_table(pa.Table.from_batches([batch]), tmp_path / "part.parquet")
    frame = spark.read.schema(columns_ddl(definition)).parquet(str(tmp_path))
    rows = frame.orderBy("id").collect()
    for name in ("gap", "far", "many", "steps"):
        assert [row[name] for row in rows] == batch.column(name).to_pylist()
    assert max(row["steps"] for row in rows) == dt.timedelta(hours=750)
    assert frame.where("later <=> at + gap").count() == 500
    plan_table(table, Layout("parquet"))
    with pytest.raises(StorageError, match="Parquet only"):
        plan_table(table, Layout("csv"))
