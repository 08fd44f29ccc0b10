"""What a run has made, for people and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rowmill.s3.uri import is_s3
from rowmill.text import size


@dataclass(frozen=True)
class TableReport:
    """The outcome of one table. `seconds` is the job without starting Spark; speeds are of what this run made.

    retries: how often the storage had to be asked again
    """

    rows: int
    files: int
    bytes: int
    seconds: float
    rows_per_second: int
    bytes_per_second: int
    fingerprint: str
    output: str
    changed: bool
    hive_table: str | None
    retries: int = 0


def report_document(reports: dict[str, TableReport]) -> dict[str, Any]:
    """The report as it is written to JSON."""
    return {
        "tables": {name: asdict(r) for name, r in reports.items()},
        "changed": any(r.changed for r in reports.values()),
    }


def summary(name: str, report: TableReport) -> Iterator[str]:
    """The lines that say how one table came out."""
    state = "made" if report.changed else "is as asked already"
    speed = f" ({report.bytes_per_second / 1e6:,.1f} MB/s)" if report.bytes_per_second else ""
    files = "objects" if is_s3(report.output) else "files"
    again = f", {report.retries} retries" if report.retries else ""
    yield (
        f"{name}: {state}: {report.rows:,} rows, {report.files} {files}, {size(report.bytes)},"
        f" {report.seconds:.1f} s{speed}{again}, in {report.output}"
    )
    if report.hive_table:
        yield f"{name}: Hive table {report.hive_table}"
    yield f"{name}: fingerprint: {report.fingerprint}"
