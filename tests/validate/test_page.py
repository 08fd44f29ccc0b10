"""The page: one file that loads nothing, says the verdict first, and shows values as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from rowmill.validate.page import draw, render
from rowmill.validate.report import FAIL, PASS, Check, Plot, TableResult, document, worst

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Outline(HTMLParser):
    """Elements, what they refer to, and whether they are closed as they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open += [] if tag in VOID else [tag]
        for name, value in attrs:
            if name in ("src", "href", "data", "action", "srcset"):
                self.references.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            assert not name.startswith("on"), name

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    assert found.open == []
    return found


def result(*checks: Check, name: str = "t") -> TableResult:
    return TableResult(name, "/data/t", "parquet", 1000, 1, 2048, 1.5, "0" * 16, checks)


NASTY = "<script>alert('x')</script> & \" ' $a_b^{c$ \x00\x0b 漢字"


def test_the_page_of_a_shop(shop: Any) -> None:
    for name in ("customers", "orders", "lines"):
        shop.write(name)
    results = [shop.judge(name) for name in ("orders", "lines")]
    page = render(results)
    found = outline(page)
    assert all(reference.startswith("#") for reference in found.references), found.references
    assert {reference[1:] for reference in found.references} <= set(found.ids)
    assert "script" not in found.tags
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert page.index("✓ Valid") < page.index("primary key (order_id)")
    plots = sum(check.plot is not None for r in results for check in r.checks)
    assert page.count("<svg") == plots > 8
    assert len(page) < 40_000 * plots
    for check in (check for r in results for check in r.checks if check.status == PASS):
        assert check.name in page.replace("&gt;", ">")
    assert render(results) == page, "the same data give the same page"


def test_what_failed_comes_first_and_is_named() -> None:
    good, bad = (
        Check("rows", "rows", PASS, "1", "1"),
        Check("key", "primary key (a)", FAIL, "none", "2", "1 value twice"),
    )
    page = render([result(good, bad)])
    assert page.index("✗ Not valid") < page.index("primary key (a)") < page.index("✓ pass")
    assert "1 value twice" in page
    assert worst([result(good, bad)]) == "t: 1 of 2 checks failed (primary key (a): 1 value twice)"
    assert document([result(good, bad)])["valid"] is False


def test_values_are_text() -> None:
    plot = Plot((0.4, 0.6), (0.5, 0.5), (NASTY, "b"))
    check = Check("bounds", NASTY, FAIL, NASTY, NASTY, NASTY, NASTY, plot=plot)
    page = render([result(check, name=NASTY)])
    assert "<script>" not in page
    found = outline(page)
    assert "script" not in found.tags
    assert not re.search(r"[\x00-\x08\x0b]", str(draw(check)))


@pytest.mark.parametrize(
    "plot",
    [
        Plot((), ()),
        Plot((1.0,), (1.0,), ("only",)),
        Plot((0.2, 0.8), (0.3, 0.7), edges=(0.0, 1.0, 2.0), ticks=((0.0, "0"), (2.0, "2"))),
        Plot((0.2, 0.8), (0.3, 0.7), edges=(1.0, 10.0, 1e6), ticks=((1.0, "1"), (1e6, "a million")), log=True),
        Plot((0.0, 0.0), (0.0, 0.0), ("a", "b")),
        Plot(tuple([0.04] * 24), tuple([0.04] * 24), tuple(f"a longer name {i}" for i in range(24))),
    ],
)
def test_every_kind_of_plot(plot: Plot) -> None:
    drawn = str(draw(Check("distribution", "x", PASS, plot=plot)))
    assert (drawn == "") == (not plot.observed)
    outline(drawn)
