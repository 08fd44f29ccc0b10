"""Slice files, lines `x|slice|rows` (how many rows a slice of a warehouse holds): read, checked, planned, written."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Literal

from rowmill.errors import ConfigError
from rowmill.writing import write_text

MOST_SLICES = 1_000_000
_MOST_DIGITS = 18  # of a number in a slice file
_MOST_FAULTS = 1000  # after so many it is no slice file
_WHOLE = re.compile(r"[0-9]+", re.ASCII)
_NEGATIVE = re.compile(r"-[0-9]+", re.ASCII)
_NAME = re.compile(r"slice-([0-9]{3,18})", re.ASCII)
_FORM = "write lines of the form x|slice|rows"


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of a warehouse. `name` is also the name of its output directory.

    x: the first field of its line, which says nothing about the data
    """

    name: str
    rows: int
    x: str = field(default="x", compare=False)

    @property
    def number(self) -> int:
        """The number of `slice-NNN`. Raises ConfigError for another name."""
        match = _NAME.fullmatch(self.name)
        if match is None:
            raise ConfigError("this is no name of a slice", where="slice", value=self.name, fix="call it slice-000")
        return int(match[1])


@dataclass(frozen=True, slots=True)
class SliceFault:
    """A line of a slice file that can't be taken."""

    kind: Literal["duplicate", "negative", "form"]
    line: int
    error: ConfigError


@dataclass(frozen=True, slots=True)
class SliceReport:
    """What a slice file holds: its good lines, the others, and the ranges of numbers (both ends) that no slice has."""

    where: str
    slices: tuple[Slice, ...]
    faults: tuple[SliceFault, ...]
    gaps: tuple[tuple[int, int], ...]

    @property
    def duplicates(self) -> tuple[SliceFault, ...]:
        return tuple(fault for fault in self.faults if fault.kind == "duplicate")

    @property
    def negatives(self) -> tuple[SliceFault, ...]:
        return tuple(fault for fault in self.faults if fault.kind == "negative")

    @property
    def ok(self) -> bool:
        """Whether the file can be used as it is; gaps don't hinder."""
        return not self.faults and bool(self.slices)

    @property
    def warnings(self) -> tuple[str, ...]:
        if not self.gaps:
            return ()
        ranges = [str(first) if first == last else f"{first} .. {last}" for first, last in self.gaps]
        more = f" and {len(ranges) - 5} more gaps" if len(ranges) > 5 else ""
        return (f"{self.where}: no slice has the number {', '.join(ranges[:5])}{more}",)

    def require(self) -> None:
        """Raises ConfigError for the first fault, with the lines of the others."""
        if not self.faults and self.slices:
            return
        if not self.faults:
            raise ConfigError("the slice file has no slices", where=self.where, fix=_FORM)
        first, others = self.faults[0].error, self.faults[1:]
        if not others:
            raise first
        lines = ", ".join(str(fault.line) for fault in others[:5]) + (", ..." if len(others) > 5 else "")
        count = f"{len(others)} or more" if len(self.faults) == _MOST_FAULTS else f"{len(others)} more"
        fix = f"{first.fix}; {count} {'line is' if len(others) == 1 else 'lines are'} wrong: {lines}"
        raise ConfigError(first.what, where=first.where, value=first.value, fix=fix)


@dataclass(frozen=True, slots=True)
class SliceSummary:
    """How evenly rows are spread over slices. `max_over_mean` and `gini` are None where there are no rows."""

    slices: int
    rows: int
    min: int
    mean: float
    max: int
    max_over_mean: float | None
    gini: float | None
    empty: int


class SliceProcessor:
    """Slices of a file, or planned ones: read, checked, summed up, planned and written.

    path: the slice file; None where slices are only to be planned
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = None if path is None else Path(path)
        self._slices: list[Slice] | None = None

    def load(self) -> list[Slice]:
        """Reads the file (again). Raises ConfigError naming the line of the first fault."""
        self._slices = read_slices(self._file())
        return self._slices

    def check(self) -> SliceReport:
        """All that is wrong with the file, line by line. Raises ConfigError only if it can't be read as text."""
        report = check_slices(self._file())
        self._slices = list(report.slices) if report.ok else None
        return report

    @property
    def slices(self) -> list[Slice]:
        """The slices in the file's order, or those of the last plan."""
        return self.load() if self._slices is None else self._slices

    @property
    def total_rows(self) -> int:
        return sum(item.rows for item in self.slices)

    def summary(self) -> SliceSummary:
        """How evenly the rows are spread."""
        return summarize(self.slices)

    def plan(self, rows: int, slices: int | None = None, skew: str | None = None) -> list[Slice]:
        """Plans how many rows each slice gets; their sum is exactly `rows`. The plan takes the place of what was read.

        slices: how many, numbered from 0; None: those of the file, each with its share of rows
        skew:   "even" (the default) or "zipf:S": slice number k (from 1) gets a share proportional to k**-S
        """
        if slices is not None:
            self._slices = plan_slices(rows, slices, "even" if skew is None else skew)
        elif skew is not None:
            raise ConfigError(
                "the slices have the shares of the file already", where="skew", value=skew, fix="give their number too"
            )
        else:
            self._slices = scale_slices(self.slices, rows)
        return self._slices

    def write(self, path: str | Path) -> None:
        """Writes the slices as a slice file. Raises ConfigError; then the file that was there is untouched."""
        write_slices(self.slices, path)

    def display(self) -> None:
        """Prints each slice with its rows and its share, then how even they are."""
        found = self.summary()
        for item in self.slices:
            print(f"{item.name:<12} {item.rows:>15,} {item.rows / found.rows if found.rows else 0:>8.2%}")
        skew = "none" if found.max_over_mean is None else f"{found.max_over_mean:.2f}"
        gini = "none" if found.gini is None else f"{found.gini:.3f}"
        print(f"{found.slices} slices, {found.rows:,} rows; largest {found.max:,}, largest/mean {skew}")
        print(f"smallest {found.min:,}, mean {found.mean:,.2f}, Gini coefficient {gini}, empty slices {found.empty}")

    def _file(self) -> Path:
        if self.path is None:
            raise ConfigError("there are no slices yet", where="slices", fix="name a slice file, or plan some")
        return self.path


# -- reading ----------------------------------------------------------------------------------------------


def read_slices(path: str | Path) -> list[Slice]:
    """The slices of a slice file, in the file's order.

    Blank lines and lines that begin with `#` are left out; spaces around fields don't count.
    Raises ConfigError naming file and line of the first fault, and the lines of the others.
    """
    report = check_slices(path)
    report.require()
    return list(report.slices)


def check_slices(path: str | Path) -> SliceReport:
    """What a slice file holds, and what is wrong with it. Raises ConfigError if it can't be read as text."""
    return _report(_lines(Path(path)), str(path))


def _report(lines: Iterable[str], source: str) -> SliceReport:
    slices: dict[int, Slice] = {}
    lines_of: dict[int, int] = {}
    faults: list[SliceFault] = []
    for line, text in enumerate(lines, 1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        found = _parsed(text, f"{source}:{line}", line)
        if isinstance(found, Slice):
            number = found.number
            if number not in slices:
                slices[number], lines_of[number] = found, line
                continue
            error = ConfigError(
                f"slice {number} stands twice",
                where=f"{source}:{line}",
                value=text.strip()[:80],
                fix=f"take it out here or at line {lines_of[number]}",
            )
            found = SliceFault("duplicate", line, error)
        faults.append(found)
        if len(faults) == _MOST_FAULTS:
            break
    gaps = tuple((a + 1, b - 1) for a, b in pairwise(sorted(slices)) if b - a > 1)
    return SliceReport(source, tuple(slices.values()), tuple(faults), gaps)


def _parsed(text: str, where: str, line: int) -> Slice | SliceFault:
    fields = [part.strip() for part in text.split("|")]
    if len(fields) != 3:
        error = ConfigError(f"three fields expected, found {len(fields)}", where=where, value=text[:80], fix=_FORM)
        return SliceFault("form", line, error)
    for what, given in (("the slice", fields[1]), ("rows", fields[2])):
        # isdigit() and int() also take other scripts' digits, underscores and signs.
        if not _WHOLE.fullmatch(given) or len(given) > _MOST_DIGITS:
            error = ConfigError(f"{what} must be a whole number, 0 or more", where=where, value=given[:80], fix=_FORM)
            return SliceFault("negative" if _NEGATIVE.fullmatch(given) else "form", line, error)
    return Slice(f"slice-{int(fields[1]):03d}", int(fields[2]), fields[0])


def _lines(file: Path) -> Iterator[str]:
    no_text = ConfigError("the slice file is not UTF-8 text", where=str(file), fix=_FORM)
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for line in lines:
                if "\0" in line:
                    raise no_text
                yield line
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"can't read the slice file: {reason}", where=str(file), fix="name a slice file") from error
    except UnicodeDecodeError:
        raise no_text from None


# -- figures ----------------------------------------------------------------------------------------------


def summarize(slices: Sequence[Slice]) -> SliceSummary:
    """The figures of at least one slice."""
    counts = [item.rows for item in slices]
    rows, largest = sum(counts), max(counts)
    skew = largest * len(counts) / rows if rows else None
    return SliceSummary(
        len(counts), rows, min(counts), rows / len(counts), largest, skew, gini(counts), counts.count(0)
    )


def gini(counts: Sequence[int]) -> float | None:
    """The Gini coefficient of counts, 0 (all alike) .. 1 - 1/n (one has all); None if their sum is 0.

    With x sorted ascending and i = 1..n: G = sum((2 i - n - 1) x_i) / (n sum(x)). Gini's mean difference over twice
    the mean; this form: Damgaard and Weiner, Describing inequality in plant size or fecundity, Ecology 81 (2000).
    """
    n, total = len(counts), sum(counts)
    if total == 0:
        return None
    return sum((2 * i - n - 1) * x for i, x in enumerate(sorted(counts), 1)) / (n * total)


# -- planning ---------------------------------------------------------------------------------------------


def plan_slices(rows: int, slices: int, skew: str = "even") -> list[Slice]:
    """That many slices, numbered from 0, with `rows` rows in all. Raises ConfigError.

    skew: "even", or "zipf:S": the share of slice number k (from 1) is proportional to k**-S
    """
    if not 1 <= slices <= MOST_SLICES:
        raise ConfigError(f"1 .. {MOST_SLICES:,} slices can be planned", where="slices", value=slices)
    exponent = _exponent(skew)
    # 120 bits after the point: what is smaller gets no row of fewer than 10**18.
    weights = [int(math.ldexp(float(k) ** -exponent, 120)) for k in range(1, slices + 1)]
    return [Slice(f"slice-{k:03d}", n) for k, n in enumerate(apportion(_planned_rows(rows), weights))]


def scale_slices(slices: Sequence[Slice], rows: int) -> list[Slice]:
    """The same slices with other rows: each keeps its share of the whole. Raises ConfigError."""
    wanted, weights = _planned_rows(rows), [item.rows for item in slices]
    if wanted and not sum(weights):
        raise ConfigError("slices without rows have no shares", where="rows", value=rows, fix="plan them anew")
    counts = apportion(wanted, weights) if wanted else [0] * len(weights)
    return [Slice(item.name, n, item.x) for item, n in zip(slices, counts, strict=True)]


def apportion(rows: int, weights: Sequence[int]) -> list[int]:
    """Whole numbers in proportion to the weights whose sum is exactly `rows`: the method of largest remainders.

    (Hamilton's: each gets its quota's whole part, and what is left goes to the largest remainders, first ones first.)
    """
    total = sum(weights)
    parts = [divmod(rows * weight, total) for weight in weights]
    counts = [whole for whole, _ in parts]
    first = sorted(range(len(parts)), key=lambda k: -parts[k][1])
    for k in first[: rows - sum(counts)]:
        counts[k] += 1
    return counts


def _planned_rows(rows: int) -> int:
    if not 0 <= rows < 10**_MOST_DIGITS:
        raise ConfigError(f"0 rows or more, of at most {_MOST_DIGITS} digits, expected", where="rows", value=rows)
    return rows


def _exponent(skew: str) -> float:
    name, _, given = skew.partition(":")
    try:
        exponent = {"even": 0.0}[skew] if name != "zipf" else float(given)
    except (KeyError, ValueError):
        exponent = -1.0
    if not 0 <= exponent < math.inf:
        raise ConfigError("no such skew", where="skew", value=skew, fix="write even, or zipf:S with S at least 0")
    return exponent


# -- writing ----------------------------------------------------------------------------------------------


def write_slices(slices: Sequence[Slice], path: str | Path) -> None:
    """Writes a slice file that reads back as these slices. Raises ConfigError; then nothing is written."""
    target = Path(path)
    if target.is_dir():
        raise ConfigError("the output is a directory", where=str(target), fix="name a file")
    text = "".join(f"{item.x}|{item.number}|{item.rows}\n" for item in slices)
    try:
        # Read as it will be: a name, or an x, that would not come back is refused.
        report = _report(io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8-sig"), str(target))
    except UnicodeEncodeError:
        raise ConfigError("the first field of a line is no text", where=str(target), fix=_FORM) from None
    report.require()
    back = [(item, item.x) for item in report.slices]
    for place, item in enumerate(slices):
        if len(back) != len(slices) or back[place] != (item, item.x) or "\0" in item.x:
            raise ConfigError("this can't be written as a slice", where=item.name, value=item.x, fix=_FORM)
    write_text(target, text, "the slice file")
