"""Makes rows ready for those who merely write them: ready_rows.py SCHEMA TABLE ROWS FOLDER.

A file of plain Arrow for each file to write: text as text, decimals as decimal128, without the dictionaries that only
Rowmill knows of.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyarrow as pa
from rowmill_tasks import generator_of, planned

from rowmill.generate.arrow import plain
from rowmill.work import batches


def main() -> None:
    schema, table, rows, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    generator = generator_of(schema, table, rows)
    for index, file in enumerate(planned(0, rows, 2)):
        pieces = [
            pa.RecordBatch.from_arrays([plain(column) for column in batch.columns], batch.schema.names)
            for batch in batches(generator, file.first_row, file.rows)
        ]
        with pa.ipc.new_file(folder / f"{index:03d}.arrow", pieces[0].schema) as writer:
            writer.write_table(pa.Table.from_batches(pieces).combine_chunks())


if __name__ == "__main__":
    main()
