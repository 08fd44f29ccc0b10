"""The JSON Schema of a schema YAML. `python -m rowmill.schema.json_schema` prints it."""

from __future__ import annotations

import json
from typing import Any

from rowmill.schema.vocabulary import DISTRIBUTIONS, VOCABULARY, named_union

_NAMES = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
_SHARE = {"type": "number", "minimum": 0, "maximum": 1}


def _object(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def json_schema() -> dict[str, Any]:
    """The whole JSON Schema, as a dict."""
    column = _object(
        ["name", "type"],
        {
            "name": {"type": "string", "minLength": 1},
            "type": {"type": "string", "minLength": 1},
            "nullable": {"type": "boolean"},
            "default": {"type": ["string", "number", "boolean", "null"]},
            "comment": {"type": ["string", "null"]},
            "generated": {"type": "boolean"},
            "source_type": {"type": ["string", "null"]},
            "generator": {"$ref": "#/$defs/generator"},
            "nulls": _SHARE,
        },
    )
    foreign_key = _object(
        ["columns", "references"],
        {
            "columns": _NAMES,
            "references": _object(["table", "columns"], {"table": {"type": "string"}, "columns": _NAMES}),
            "distribution": {"$ref": "#/$defs/distribution"},
            "nulls": _SHARE,
        },
    )
    end = {"type": ["number", "string"]}
    length = {"type": "integer", "minimum": 0}
    bounds = _object(
        [],
        {
            "min": end,
            "max": end,
            "above": end,
            "below": end,
            "values": {"type": "array", "minItems": 1, "items": {"type": ["number", "string", "boolean"]}},
            "min_length": length,
            "max_length": length,
        },
    )
    table = _object(
        ["name", "columns"],
        {
            "name": {"type": "string", "minLength": 1},
            "schema": {"type": ["string", "null"]},
            "comment": {"type": ["string", "null"]},
            "rows": {"type": "integer", "minimum": 0},
            "columns": {"type": "array", "minItems": 1, "items": column},
            "primary_key": _NAMES,
            "unique": {"type": "array", "items": _NAMES},
            "foreign_keys": {"type": "array", "items": foreign_key},
            "partition_by": _NAMES,
            "options": {
                "type": "object",
                "properties": {"bounds": {"type": "object", "additionalProperties": bounds}},
            },
        },
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rowmill schema",
        "description": "Tables, their keys, and how their data is made",
        **_object(
            ["tables"],
            {
                "dialect": {"type": ["string", "null"]},
                "tables": {"type": "array", "minItems": 1, "items": table},
            },
        ),
        "$defs": {
            "generator": named_union(VOCABULARY),
            "distribution": named_union(DISTRIBUTIONS),
        },
    }


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2))
