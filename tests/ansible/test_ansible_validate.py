"""validate.yml: what -e takes, and how a verdict is summed up, without starting Ansible."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import rowmill_input

PROJECT = Path(__file__).resolve().parents[2]
SPECS = rowmill_input.role_specs(PROJECT / "roles")
sys.path.insert(0, str(PROJECT / "ansible" / "plugins" / "action"))

from validation_summary import table_lines  # noqa: E402 - after its folder is on the path


def check(**given: Any) -> dict[str, Any]:
    return rowmill_input.check(given, "validate", ("table",), SPECS)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"table": "orders"}, {"validate_table": ["orders"]}),
        ({"table": "a,b", "path": "/tmp"}, {"validate_table": ["a", "b"], "validate_path": "/tmp"}),
        (
            {"table": "a", "expect_fingerprint": "0123456789abcdef"},
            {"validate_table": ["a"], "validate_expect_fingerprint": "0123456789abcdef"},
        ),
        ({"table": "a", "memory": "2GiB"}, {"validate_table": ["a"], "validate_memory": "2GiB"}),
        ({"table": "a", "hive": "no"}, {"validate_table": ["a"], "validate_hive": False}),
    ],
)
def test_takes(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert check(**given) == wanted


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "table is missing"),
        ({"tabel": "orders"}, "did you mean table?"),
        ({"table": "a", "mode": "append"}, "unknown variable mode=append"),
        ({"table": "a", "output": "/x", "path": "/y"}, "they are the same; give one"),
        ({"table": "a", "format": "xml"}, "format=xml: must be parquet or csv or json or orc"),
        ({"table": "a", "rows": "-1"}, "0 or more"),
        ({"table": "a", "processes": "0"}, "1 or more"),
        ({"table": "a", "memory": "lots"}, "memory=lots: must be a size such as 512MiB or 2GiB"),
        ({"table": "a", "expect_fingerprint": "12"}, "must be 16 hexadecimal digits"),
        ({"table": "a", "page": ""}, "the path is empty"),
        ({"table": "a", "path": "hdfs://b/x"}, "only paths of this machine and s3a://"),
    ],
)
def test_refuses(given: dict[str, Any], message: str) -> None:
    with pytest.raises(rowmill_input.InputError, match=message.replace("?", r"\?")):
        check(**given)


def test_a_verdict_in_a_few_lines() -> None:
    bad = {"status": "fail", "name": "rows", "detail": "1 row too few"}
    table = {
        "valid": False, "passed": 1, "failed": 12, "not_judged": 0, "rows": 1, "files": 1, "bytes": 2048,
        "seconds": 0.5, "output": "/data/t", "fingerprint": None, "checks": [bad] * 12,
    }  # fmt: skip
    lines = table_lines("t", table)
    assert lines[0] == "t: NOT VALID: 1 check passed, 12 failed, 0 not judged"
    assert lines[3] == "  failed: rows: 1 row too few"
    assert lines[-1] == "  and 2 more"
