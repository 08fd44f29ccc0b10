"""What a validation found: pure data, and its JSON."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

PASS, FAIL, SKIP = "pass", "fail", "skip"


@dataclass(frozen=True)
class Plot:
    """Expected against observed: shares (n,) of the values in n bins.

    labels: names of the bins (n,), or none: then `edges` (n + 1,) are numbers, `ticks` say how some of them
    are written, and `log` that they are best seen on a logarithmic axis
    """

    observed: tuple[float, ...]
    expected: tuple[float, ...]
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    ticks: tuple[tuple[float, str], ...] = ()
    log: bool = False


@dataclass(frozen=True)
class Check:
    """One judgement, of one thing.

    kind:     files, table, schema, rows, nulls, key, foreign key, bounds, content, distribution, fan-out, fingerprint
    status:   pass, fail, or skip (not judged: `detail` says why)
    p_value:  chance that true data look at least as odd; None where nothing is left to chance
    """

    kind: str
    name: str
    status: str
    expected: str = ""
    observed: str = ""
    detail: str = ""
    column: str | None = None
    p_value: float | None = None
    plot: Plot | None = field(default=None, repr=False)

    def failed(self, detail: str) -> Check:
        return replace(self, status=FAIL, detail="; ".join(filter(None, (detail, self.detail))))

    def document(self) -> dict[str, Any]:
        """As it stands in the JSON report; plots are in the page only."""
        found: dict[str, Any] = {"kind": self.kind, "name": self.name, "status": self.status}
        for name in ("column", "expected", "observed", "detail", "p_value"):
            value = getattr(self, name)
            if value not in (None, ""):
                found[name] = value
        return found


@dataclass(frozen=True)
class TableResult:
    """All judgements of one table. `fingerprint` is that of the files; None if they can't be hashed."""

    name: str
    where: str
    format: str
    rows: int
    files: int
    bytes: int
    seconds: float
    fingerprint: str | None
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        return all(check.status != FAIL for check in self.checks)

    @property
    def failures(self) -> list[Check]:
        return [check for check in self.checks if check.status == FAIL]

    def count(self, status: str) -> int:
        return sum(check.status == status for check in self.checks)

    def document(self) -> dict[str, Any]:
        """As it stands in the JSON report."""
        return {
            "valid": self.valid,
            "passed": self.count(PASS),
            "failed": self.count(FAIL),
            "not_judged": self.count(SKIP),
            "rows": self.rows,
            "files": self.files,
            "bytes": self.bytes,
            "seconds": round(self.seconds, 3),
            "output": self.where,
            "format": self.format,
            "fingerprint": self.fingerprint,
            "notes": list(self.notes),
            "checks": [check.document() for check in self.checks],
        }


def document(results: list[TableResult]) -> dict[str, Any]:
    """The JSON report of a run."""
    return {
        "valid": all(result.valid for result in results),
        "tables": {result.name: result.document() for result in results},
        "changed": False,
    }


def worst(results: list[TableResult], most: int = 3) -> str:
    """One line that names the tables that are not valid and what is wrong with them."""
    parts = []
    for result in results:
        if result.valid:
            continue
        failures = result.failures
        named = [f"{check.name}: {check.detail or check.observed}" for check in failures[:most]]
        if len(failures) > most:
            named.append(f"and {len(failures) - most} more")
        parts.append(f"{result.name}: {len(failures)} of {len(result.checks)} checks failed ({'; '.join(named)})")
    return "; ".join(parts)
