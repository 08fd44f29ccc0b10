"""docs/reference/types.md is what the converter's tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rowmill.ddl.dialects import DIALECTS
from rowmill.ddl.reference import document
from rowmill.ddl.type_maps import BARE_DECIMAL, DIALECT_WORDS, WORDS
from rowmill.schema.types import TYPE_NAMES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "types.md"


def sections() -> dict[str, str]:
    """The text below each heading of the second level."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "run: make docs"


def test_every_common_word_is_in_it() -> None:
    text = sections()["Read in every dialect"]
    for word in WORDS:
        assert re.search(rf"`{word.split(' UNSIGNED')[0].split(' BINARY')[0]}\b", text), word


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_says_what_it_reads_and_writes(dialect: str) -> None:
    text = sections()[dialect]
    read, written = text.split("\nWritten:\n")
    precision, scale = BARE_DECIMAL[dialect]
    assert f"`decimal({precision},{scale})`" in read
    for word, name in DIALECT_WORDS.get(dialect, {}).items():
        if name != WORDS.get(word):
            assert f"`{word.split(' ')[0]}" in read, word
        if name == "":
            assert re.search(rf"^\| unknown \|.*`{word}`", read, re.MULTILINE), word
    for name in TYPE_NAMES:
        assert re.search(rf"^\| {name}\b[^|]*\| `[^`]+` \|", written, re.MULTILINE), name


def test_losses_are_told() -> None:
    assert "| timestamp | `TIMESTAMP` | the zone is not kept |" in sections()["athena"]
    assert "| date | `Date32` | holds 1900 to 2299 | `Date` |" in sections()["clickhouse"]
    assert "| decimal(38,10) | `DECIMAL(31,10)` |" in sections()["db2"]
