"""What was measured, as a plain table for the terminal and as Markdown for docs/benchmarks.md."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from measure import Check, Group, Measured

HEADER = (
    "case",
    "rows",
    "seconds (min-max)",
    "CPU s",
    "whole s",
    "M rows/s",
    "B/row",
    "ratio (min-max)",
    "CPU ratio",
    "bound",
    "",
)


def lines(group: Group, measured: dict[str, Measured]) -> list[tuple[str, ...]]:
    """A line of cells for each case. Ratios are medians of the rounds' own ratios."""
    made = []
    for item in measured.values():
        ours = measured[group.reference(item.case).name]
        limit = group.limits.get(item.case.name)
        if item.failure is not None:
            made.append((item.case.name, "", f"failed: {item.failure[:60]}", *[""] * 6, str(limit or ""), "not ok"))
            continue
        seconds, ratios, cpu = item.values("seconds"), item.ratios(ours), item.ratios(ours, "cpu")
        ratio = statistics.median(ratios) if ratios and item is not ours else None
        rows = int(item.median("rows"))
        made.append(
            (
                item.case.name,
                f"{rows:,}" if rows else "",
                f"{item.median():.2f} ({min(seconds):.2f}-{max(seconds):.2f})",
                f"{item.median('cpu'):.2f}" if item.values("cpu") else "",
                f"{item.median('whole'):.1f}",
                f"{rows / item.median() / 1e6:.3g}" if rows else "",
                f"{item.median('bytes') / rows:.0f}" if rows else "",
                "" if ratio is None else f"{ratio:.2f}x ({min(ratios):.2f}-{max(ratios):.2f})",
                f"{statistics.median(cpu):.2f}x" if cpu and item is not ours else "",
                str(limit or ""),
                "" if limit is None else "ok" if ratio is not None and limit.holds(ratio) else "not ok",
            )
        )
    return made


def missed(group: Group, measured: dict[str, Measured], checks: list[Check]) -> list[str]:
    """What did not hold, in words."""
    found = [
        f"{line[0]}: {line[7] or line[2]}, bound {line[9] or 'to run'}"
        for line in lines(group, measured)
        if line[10] == "not ok"
    ]
    return found + [f"{check.what}: {check.value}, bound {check.bound}" for check in checks if not check.ok]


def plain(group: Group, measured: dict[str, Measured], checks: list[Check]) -> str:
    """The table for a terminal."""
    cells = [HEADER, *lines(group, measured)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEADER))]
    texts = [
        "  ".join(f"{line[0]:<{widths[0]}}" if i == 0 else f"{c:>{widths[i]}}" for i, c in enumerate(line)).rstrip()
        for line in cells
    ]
    return "\n".join([group.title, "", *texts, *(f"  {_told(check)}" for check in checks)])


def markdown(group: Group, measured: dict[str, Measured], checks: list[Check]) -> str:
    """The same as a section of the page."""
    used = [i for i in range(len(HEADER)) if i in (0, 2) or any(line[i] for line in lines(group, measured))]
    texts = [f"### {group.title}", _row([HEADER[i] for i in used]), _row(["---", *["---:"] * (len(used) - 1)])]
    texts += [_row([line[i] for i in used]) for line in lines(group, measured)]
    return "\n".join([*texts, *([""] if checks else []), *(f"- {_told(check)}" for check in checks)])


def write(page: Path, name: str, text: str) -> None:
    """Puts a section between its markers on the page."""
    found = re.compile(rf"<!-- {name} -->\n.*?<!-- end -->", re.DOTALL)
    page.write_text(found.sub(lambda _: f"<!-- {name} -->\n{text}\n<!-- end -->", page.read_text()))


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _told(check: Check) -> str:
    bound = f" (bound {check.bound}: {'ok' if check.ok else 'not ok'})" if check.bound else ""
    return f"{check.what}: {check.value}{bound}"
