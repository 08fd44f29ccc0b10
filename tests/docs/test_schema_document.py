"""docs/schema.json, which editors read, is what the code checks by."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from rowmill.schema.json_schema import json_schema

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "schema.json"


def test_the_document_is_that_of_the_code() -> None:
    found = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert found == json_schema(), "run: python -m rowmill.schema.json_schema > docs/schema.json"


def test_it_is_a_valid_json_schema() -> None:
    Draft202012Validator.check_schema(json_schema())
