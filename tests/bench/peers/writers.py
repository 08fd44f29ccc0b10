"""Stock writers write rows that are ready in memory: writers.py WRITER SCHEMA TABLE ROWS PROCESSES."""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from rowmill_tasks import generator_of

from rowmill.generate.arrow import plain

_table: Any

WRITERS: dict[str, Callable[[Any, str], None]] = {
    "pyarrow": pq.write_table,
    "pyarrow-zstd": partial(pq.write_table, compression="zstd", compression_level=1),
    "polars": lambda frame, path: frame.write_parquet(path),
    "polars-snappy": lambda frame, path: frame.write_parquet(path, compression="snappy"),
    "polars-zstd": lambda frame, path: frame.write_parquet(path, compression="zstd", compression_level=1),
}


def _begin(writer: str, schema: str, name: str, rows: int, processes: int) -> None:
    global _table
    generator = generator_of(schema, name, rows)
    at = (multiprocessing.current_process()._identity[0] - 1) % processes
    first, last = rows * at // processes, rows * (at + 1) // processes
    batches = [generator.batch(start, min(last, start + 65_536)) for start in range(first, last, 65_536)]
    table = pa.Table.from_batches(
        [pa.RecordBatch.from_arrays([plain(c) for c in b.columns], b.schema.names) for b in batches]
    )
    _table = table.combine_chunks()
    if writer.startswith("polars"):
        _table = pl.from_arrow(_table)
    time.sleep(0.5)


def _write(writer: str, path: str) -> int:
    WRITERS[writer](_table, path)
    time.sleep(0)
    return len(_table)


def main() -> None:
    writer, schema, name, rows, processes = *sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5])
    with tempfile.TemporaryDirectory(dir=".") as folder:
        context = multiprocessing.get_context("spawn")
        pools = [
            ProcessPoolExecutor(1, context, _begin, (writer, schema, name, rows, processes)) for _ in range(processes)
        ]
        [pool.submit(len, ()).result() for pool in pools]
        started = time.monotonic()
        jobs = [pool.submit(_write, writer, f"{folder}/{at}.parquet") for at, pool in enumerate(pools)]
        done = sum(job.result() for job in jobs)
        seconds = time.monotonic() - started
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        [pool.shutdown() for pool in pools]
    print(json.dumps({"rows": done, "seconds": seconds, "bytes": size}))


if __name__ == "__main__":
    main()
