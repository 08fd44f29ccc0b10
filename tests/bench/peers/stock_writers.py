"""A stock writer writes rows that are ready in memory: stock_writers.py WRITER FOLDER FILES PROCESSES.

Each process holds its share of the files' rows before the clock starts, and has written a small file.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

WRITERS: dict[str, Callable[[Any, str], None]] = {
    "pyarrow": pq.write_table,
    "pyarrow-zstd1": partial(pq.write_table, compression="zstd", compression_level=1),
    "polars": lambda frame, path: frame.write_parquet(path),
    "polars-snappy": lambda frame, path: frame.write_parquet(path, compression="snappy"),
    "polars-zstd1": lambda frame, path: frame.write_parquet(path, compression="zstd", compression_level=1),
}
_held: dict[int, Any] = {}


def _load(path: Path, polars: bool) -> Any:
    with pa.OSFile(str(path)) as file:  # copied into memory, not mapped
        table = pa.ipc.open_file(file).read_all()
    return pl.from_arrow(table, rechunk=True) if polars else table


def _begin(writer: str, folder: str, files: int, processes: int, place: int, ready: Any) -> None:
    for index, path in enumerate(sorted(Path(folder).glob("*.arrow"))[:files]):
        if index % processes == place:
            _held[index] = _load(path, writer.startswith("polars"))
    WRITERS[writer](next(iter(_held.values())).slice(0, 1000), f"warm-{place}")
    ready.wait()


def _write(writer: str) -> float:
    before = time.process_time()
    for index, rows in _held.items():
        WRITERS[writer](rows, f"out/part-{index}.parquet")
    return time.process_time() - before


def main() -> None:
    writer, folder, files, processes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    Path("out").mkdir()
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes + 1)
    shares = [(writer, folder, files, processes, place, ready) for place in range(processes)]
    pools = [ProcessPoolExecutor(1, context, _begin, share) for share in shares]
    for pool in pools:
        pool.submit(int)
    ready.wait()
    started = time.monotonic()
    jobs = [pool.submit(_write, writer) for pool in pools]
    cpu = sum(job.result() for job in jobs)
    seconds = time.monotonic() - started
    for pool in pools:
        pool.shutdown()
    print(json.dumps({"seconds": seconds, "cpu": cpu}))


if __name__ == "__main__":
    main()
