"""docs/reference/vocabulary.md is what the code says, and its samples are what the engine makes."""

from __future__ import annotations

from pathlib import Path

from rowmill.generate.functions import FUNCTIONS
from rowmill.reference import document, histogram
from rowmill.schema.vocabulary import DISTRIBUTIONS, VOCABULARY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "vocabulary.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run: make docs"


def test_everything_is_in_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*VOCABULARY, *DISTRIBUTIONS):
        assert f"### {name}\n" in text
    for function in FUNCTIONS.values():
        assert f"`{function.example}`".replace("|", "\\|") in text


def test_histograms() -> None:
    assert histogram([True, False, False, False], 4) == ["False ████  75.0%", " True █     25.0%"]
    lines = histogram(list(range(1600)))
    assert len(lines) == 16
    assert {line.split()[-1] for line in lines} == {"6.2%"}
