"""What files of a table weigh, found by writing some of its rows."""

from __future__ import annotations

import tempfile

from rowmill.errors import ConfigError, RowmillError
from rowmill.generate.table import BLOCK_ROWS, TableGenerator
from rowmill.plan import Layout, PlannedFile, batch_rows, resolved, row_bytes
from rowmill.sink.staging import LocalStaging
from rowmill.work import TaskInput, run_task

_PROBE_ROWS, _MOST_ROWS = 2 * BLOCK_ROWS, 8 * BLOCK_ROWS
_SAMPLE_BYTES = 64 << 20  # in memory
_ENOUGH = 0.02  # of the size asked for


def encoded_bytes(generator: TableGenerator, layout: Layout, first_row: int, rows: int) -> int:
    """Bytes of the files that hold these rows; they are written to a temporary directory.

    Raises the RowmillError of what can't be made or written.
    """
    with tempfile.TemporaryDirectory(prefix="rowmill-") as folder:
        size, options = batch_rows(generator), resolved(generator, layout).options
        work = TaskInput(generator, layout.format, layout.partition_by, LocalStaging(folder), None, size, options)
        written = run_task(work, (PlannedFile("sample", first_row, rows),), "0")
    if isinstance(written, RowmillError):
        raise written
    return sum(file.bytes for file in written)


def rows_for_bytes(generator: TableGenerator, layout: Layout, target: int) -> int:
    """The rows of a file that weighs `target` bytes, from samples of the start, the middle and the end.

    It depends on the table and the layout alone, so the plan stays the same on every machine. Raises ConfigError.
    """
    if layout.partition_by:
        raise ConfigError(
            "file_bytes and partition_by exclude each other: how many rows meet a partition is not known",
            where="file_bytes",
            fix="give file_rows",
        )
    first, total = generator.first_row, generator.rows - generator.first_row
    if total <= 0:
        return 1
    fitting = max(1, int(_SAMPLE_BYTES / row_bytes(generator)))
    most = min(total, _MOST_ROWS, fitting)
    rows = min(most, _PROBE_ROWS)
    for _ in range(6):
        places = {first, first + (total - rows) // 2, first + total - rows}
        found = sum(encoded_bytes(generator, layout, place, rows) for place in places) / len(places)
        wanted = max(1, int(rows * target / found))
        near = abs(wanted - rows) <= _ENOUGH * rows
        if near or (wanted >= rows and rows == most):
            return wanted  # beyond the largest sample a file grows with its rows
        rows = min(wanted, most)
    return wanted
