#!/usr/bin/env python3
"""Makes the tables of a schema as files, on Spark: any number of rows, the same at any parallelism.

The seed's API stands here too:

    generator = DataGenerator(SparkConfig(), "/data/output")
    generator.generate_data(fields, chunks=100, records_per_chunk=1000)
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rowmill import job
from rowmill.arguments import execute, generating_parser, parse, request_from, rows_of, show_line
from rowmill.cli import run
from rowmill.report import TableReport
from rowmill.request import Request
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import TableColumn
from rowmill.schema.yaml import parse_columns
from rowmill.spark import SparkConfig

__all__ = ["DataGenerator", "SparkConfig", "main"]

_EXAMPLES = """\
  python jobs/generate_data.py --schema schemas --table orders --output /tmp/orders
  python jobs/generate_data.py --schema schemas --table tpch.all --rows 1000 --output /tmp/tpch --format csv
  spark-submit jobs/generate_data.py --schema schemas --table orders --rows 20000000 --output /data/orders
"""


class DataGenerator:
    """Makes rows of one list of columns into one directory.

    config: how Spark is started; output_path: directory (or URI) of the data
    """

    def __init__(self, config: SparkConfig | None = None, output_path: str = "output") -> None:
        self.config = config or SparkConfig()
        self.output_path = str(output_path)

    def generate_data(
        self,
        fields: Iterable[Mapping[str, Any] | TableColumn],
        chunks: int = 10,
        records_per_chunk: int = 100,
        *,
        seed: int = 42,
        format: str = "parquet",
        mode: str = "overwrite",
        file_rows: int | None = None,
    ) -> TableReport:
        """Writes chunks x records_per_chunk rows, a file for each chunk, and returns the report.

        fields: the `columns` list of a table, as the YAML has it
        Raises RowmillError; then what was there before is untouched.
        """
        definition = parse_columns(fields)
        rows, file_rows = rows_of(None, chunks, records_per_chunk, file_rows)
        request = Request(
            tables=(CatalogTable("", replace(definition, rows=rows), "fields"),),
            catalog=None,
            output=self.output_path,
            rows=rows,
            seed=seed,
            mode=mode,
            format=format,
            file_rows=file_rows,
        )
        return job.run(request, self.config, show_line)[definition.name]


def main(argv: list[str] | None = None) -> int:
    """The program."""
    parser = generating_parser("generate_data.py", __doc__, _EXAMPLES, output_required=True)
    options = parse(parser, argv)
    request = request_from(options, hive=False)
    return execute(request, SparkConfig(master=options.master), options)


if __name__ == "__main__":
    run(main)
