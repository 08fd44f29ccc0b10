"""What a run over some tables is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from rowmill.errors import ConfigError
from rowmill.plan import FORMATS, MODES
from rowmill.schema.catalog import Catalog, CatalogTable
from rowmill.sink.formats import DEFAULTS, WriterOptions
from rowmill.slices import Slice


@dataclass(frozen=True)
class Request:
    """What is asked for.

    output: directory of the one table, or (several tables) of one directory each; None: the warehouse
    rows:   of every table of the run; None: the schema's
    hive:   register `<database>.<table>`
    resume: make only what a run of the same plan, dead or committed, lacks
    force:  start even if the estimate says that it does not fit
    rows_from, rows_to: only these rows of each table, half-open, numbered from 0; None: from its first, to its last
    """

    tables: tuple[CatalogTable, ...]
    catalog: Catalog | None
    output: str | None = None
    rows: int | None = None
    seed: int = 42
    mode: str = "overwrite"
    format: str = "parquet"
    partition_by: tuple[str, ...] | None = None
    slices: tuple[Slice, ...] = ()
    file_rows: int | None = None
    hive: bool = False
    database: str = "default"
    batch_rows: int | None = None
    file_bytes: int | None = None
    options: WriterOptions = DEFAULTS
    check: bool = True
    rows_from: int | None = None
    rows_to: int | None = None
    resume: bool = False
    force: bool = False

    @property
    def table_rows(self) -> int | None:
        """Rows that each table is to have: the slices' sum, or what is asked for; None: the schema's."""
        return sum(part.rows for part in self.slices) if self.slices else self.rows


def check_request(request: Request) -> None:
    """Raises ConfigError for values that can't be, alone or together."""
    if not request.tables:
        raise ConfigError("no table is asked for", where="table")
    for name, value, known in (("format", request.format, FORMATS), ("mode", request.mode, MODES)):
        if value not in known:
            raise ConfigError(f"{name} is one of {', '.join(known)}", where=name, value=value)
    for name, number, least in (
        ("rows", request.rows, 0),
        ("file_rows", request.file_rows, 1),
        ("file_bytes", request.file_bytes, 1),
        ("row_group_rows", request.options.row_group_rows, 1),
        ("batch_size", request.batch_rows, 1),
        ("rows_from", request.rows_from, 0),
        ("rows_to", request.rows_to, 1),
    ):
        if number is not None and number < least:
            raise ConfigError(f"{name} must be at least {least}", where=name, value=number)
    if request.file_rows is not None and request.file_bytes is not None:
        raise ConfigError("file_rows and file_bytes exclude each other", where="file_bytes", fix="give one of them")
    if not -(1 << 63) <= request.seed < 1 << 64:
        raise ConfigError("the seed must fit 64 bits", where="seed", value=request.seed)
    if request.mode == "append" and (request.rows_from is not None or request.rows_to is not None):
        raise ConfigError(
            "a range of rows can't be appended: the rows after it are not known",
            where="mode",
            value="append",
            fix="make each range in an output of its own",
        )
    if request.rows is not None and request.rows != request.table_rows:
        raise ConfigError(
            "rows and slices disagree",
            where="rows",
            value=request.rows,
            fix=f"the slices sum up to {request.table_rows}; leave rows out",
        )
