"""What was measured, as a plain table for the terminal and as Markdown for docs/benchmarks.md."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from measure import Check, Group, Measured

_RATIO, _BOUND, _OK = 7, 9, 10  # places in a line


def header(group: Group) -> tuple[str, ...]:
    """What stands above the lines."""
    counted = ("rows", "M rows/s", "B/row") if group.unit == "rows" else (group.unit, f"{group.unit}/s", "")
    first = ("case", counted[0], "seconds (min-max)", "CPU s", "whole s", *counted[1:], "ratio (min-max)", "CPU ratio")
    return (*first, "bound", "", *group.extra)


def lines(group: Group, measured: dict[str, Measured]) -> list[tuple[str, ...]]:
    """A line of cells for each case. Ratios are medians of the rounds' own ratios."""
    made = []
    for item in measured.values():
        ours = measured[group.reference(item.case).name]
        limit = group.limits.get(item.case.name)
        if item.failure is not None:
            cells = (item.case.name, "", f"failed: {item.failure[:60]}", *[""] * 6, str(limit or ""), "not ok")
            made.append(cells + ("",) * len(group.extra))
            continue
        seconds, ratios, cpu = item.values("seconds"), item.ratios(ours), item.ratios(ours, "cpu")
        ratio = statistics.median(ratios) if ratios and item is not ours else None
        rows = int(item.median("rows"))
        by_second = rows / item.median()
        made.append(
            (
                item.case.name,
                f"{rows:,}" if rows else "",
                f"{item.median():.2f} ({min(seconds):.2f}-{max(seconds):.2f})",
                f"{item.median('cpu'):.2f}" if item.values("cpu") else "",
                f"{item.median('whole'):.1f}",
                "" if not rows else f"{by_second / 1e6:.3g}" if group.unit == "rows" else f"{by_second:,.0f}",
                f"{item.median('bytes') / rows:.0f}" if rows and group.unit == "rows" else "",
                "" if ratio is None else f"{ratio:.2f}x ({min(ratios):.2f}-{max(ratios):.2f})",
                f"{statistics.median(cpu):.2f}x" if cpu and item is not ours else "",
                str(limit or ""),
                "" if limit is None else "ok" if ratio is not None and limit.holds(ratio) else "not ok",
                *(str(item.runs[-1].get(name, "")) for name in group.extra),
            )
        )
    return made


def missed(group: Group, measured: dict[str, Measured], checks: list[Check]) -> list[str]:
    """What did not hold, in words."""
    found = [
        f"{line[0]}: {line[_RATIO] or line[2]}, bound {line[_BOUND] or 'to run'}"
        for line in lines(group, measured)
        if line[_OK] == "not ok"
    ]
    return found + [f"{check.what}: {check.value}, bound {check.bound}" for check in checks if not check.ok]


def plain(group: Group, measured: dict[str, Measured], checks: list[Check]) -> str:
    """The table for a terminal."""
    cells = [header(group), *lines(group, measured)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(cells[0]))]
    texts = [
        "  ".join(f"{line[0]:<{widths[0]}}" if i == 0 else f"{c:>{widths[i]}}" for i, c in enumerate(line)).rstrip()
        for line in cells
    ]
    return "\n".join([group.title, "", *texts, *(f"  {_told(check)}" for check in checks)])


def markdown(group: Group, measured: dict[str, Measured], checks: list[Check]) -> str:
    """The same as a section of the page."""
    head = header(group)
    used = [i for i in range(len(head)) if i in (0, 2) or any(line[i] for line in lines(group, measured))]
    texts = [f"### {group.title}", _row([head[i] for i in used]), _row(["---", *["---:"] * (len(used) - 1)])]
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
