"""The HTML page of a validation: one file, nothing loaded from anywhere, understood at a glance."""

from __future__ import annotations

import io
import logging
import re
import warnings
import zlib
from importlib import resources
from typing import Any

import jinja2
import numpy as np
from markupsafe import Markup

from rowmill.validate.report import FAIL, PASS, SKIP, Check, Plot, TableResult

_TEMPLATE = "resources/validation.html.j2"
_OBSERVED, _EXPECTED = "#4c78a8", "#d9480f"
_ORDER = {FAIL: 0, PASS: 1, SKIP: 2}
_STYLE = {
    "svg.fonttype": "none",  # text stays text: small, and found by a search in the page
    "svg.hashsalt": "rowmill",  # the same page for the same data
    "text.parse_math": False,  # a $ in a value is a $
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def render(results: list[TableResult]) -> str:
    """The page of some tables."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    source = resources.files("rowmill").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    tables = [
        {
            "result": result,
            "checks": [
                {"check": check, "plot": draw(check, result.name)}
                for check in sorted(result.checks, key=lambda check: _ORDER[check.status])
            ],
        }
        for result in results
    ]
    return environment.from_string(source).render(
        tables=tables,
        valid=all(result.valid for result in results),
        passed=sum(result.count(PASS) for result in results),
        failed=sum(result.count(FAIL) for result in results),
        skipped=sum(result.count(SKIP) for result in results),
        human=human,
    )


def human(size: int) -> str:
    """A number of bytes for people."""
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def draw(check: Check, table: str = "") -> Markup | str:
    """The plot of a check as inline SVG (safe markup); empty if it has none."""
    if check.plot is None or not check.plot.observed:
        return ""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # its talk about fonts and caches
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # glyphs that its font lacks: the reader's browser has them
        figure = Figure(figsize=(4.6, 1.9), layout="constrained")
        axes = figure.subplots()
        (_bars if check.plot.labels else _steps)(axes, check.plot)
        axes.set_ylabel("share" if check.plot.labels else "density")
        axes.tick_params(axis="y", labelleft=bool(check.plot.labels))
        axes.legend(frameon=False, fontsize=7)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return _inline(out.getvalue(), f"{table}.{check.name}")


def _bars(axes: Any, plot: Plot) -> None:
    places = np.arange(len(plot.observed))
    axes.bar(places, plot.observed, 0.72, color=_OBSERVED, label="observed")
    axes.plot(places, plot.expected, linestyle="none", marker="_", ms=9, mew=2, color=_EXPECTED, label="expected")
    long = max(map(len, plot.labels)) * len(plot.labels) > 60
    axes.set_xticks(places, [_short(label) for label in plot.labels], rotation=60 if long else 0)
    if long:
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
    axes.set_ylim(bottom=0)


def _steps(axes: Any, plot: Plot) -> None:
    edges = np.array(plot.edges)
    widths = np.log(edges[1:] / edges[:-1]) if plot.log else np.diff(edges)
    axes.stairs(np.array(plot.observed) / widths, edges, fill=True, color=_OBSERVED, label="observed")
    axes.stairs(np.array(plot.expected) / widths, edges, color=_EXPECTED, linewidth=1.5, label="expected")
    axes.yaxis.get_offset_text().set_visible(False)  # densities have no numbers
    if plot.log:
        axes.set_xscale("log")
        axes.minorticks_off()
    axes.set_xticks([place for place, _ in plot.ticks], [text for _, text in plot.ticks])
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(bottom=0)


def _short(label: str) -> str:
    # XML knows no control characters.
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", label)
    return clean if len(clean) <= 18 else clean[:17] + "…"


def _inline(svg: str, name: str) -> Markup:
    """An SVG document as a part of an HTML page: without its prolog, its metadata and its namespaces."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"\s+xmlns(:\w+)?=\"[^\"]*\"", "", svg).replace("xlink:href", "href")
    # Names of one plot must not be those of another.
    own = f"p{zlib.crc32(name.encode()):x}"
    svg = re.sub(r"\bid=\"", f'id="{own}-', svg)
    svg = re.sub(r"(href=\"#|url\(#)", rf"\g<1>{own}-", svg)
    svg = svg.replace("<svg ", '<svg role="img" aria-label="expected and observed shares" ', 1)
    return Markup(svg)
