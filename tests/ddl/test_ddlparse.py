"""The second opinion: wherever ddlparse reads a statement of the corpus without loss, both readers say the same."""

from __future__ import annotations

from collections import Counter

import pytest

from rowmill.ddl.convert import convert_text
from rowmill.errors import DDLError

# What ddlparse reads as something else; the guard tells it, so that it never becomes a model.
OTHERWISE = {
    ("exasol", "RATES"): "LONG VARCHAR is read as LONG",
    ("mysql", "v_clients"): "UNSIGNED is dropped",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_both_readers_agree_on_the_corpus(corpus_statements: list[tuple[str, str]]) -> None:
    seen: Counter[str] = Counter()
    otherwise = set()
    for dialect, text in corpus_statements:
        try:
            ours = convert_text(text, dialect, "x")
        except DDLError:  # LIKE of another statement's table
            continue
        try:
            theirs = convert_text(text, dialect, "x", "ddlparse")
        except DDLError as error:
            seen[error.what] += 1
            if error.what == "ddlparse reads another type":
                otherwise.add((dialect, ours.tables[0].name))
            continue
        assert theirs.tables == ours.tables, (dialect, ours.tables[0].name)
        seen["agreed"] += 1
    assert seen["agreed"] > 25
    assert seen["ddlparse would lose this"] > 100
    assert otherwise >= set(OTHERWISE)
