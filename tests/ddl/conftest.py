"""The corpus, statement by statement."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rowmill.ddl.convert import open_text
from rowmill.ddl.dialects import DIALECTS
from rowmill.ddl.reading.outline import kind_of
from rowmill.ddl.reading.statements import Reader


@pytest.fixture(scope="session")
def corpus_statements() -> list[tuple[str, str]]:
    """Dialect and text of each CREATE TABLE of the corpus."""
    found = []
    for path in sorted((Path(__file__).parent / "corpus").glob("*.sql")):
        dialect = DIALECTS[path.stem.split("-")[0]]
        with open_text(path) as file:
            for statement in Reader(io.StringIO(), file.read(), dialect, path.name):
                if kind_of(statement) == "table":
                    found.append((dialect.name, statement.text))
    return found
