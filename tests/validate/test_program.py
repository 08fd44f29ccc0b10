"""validate_data.py as a program: exit codes, one line for what is wrong, JSON and page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import validate_data

from rowmill.errors import RowmillError


def program(*arguments: object) -> int:
    return validate_data.main([str(argument) for argument in arguments])


@pytest.fixture
def written(shop: Any) -> Any:
    for name in ("customers", "orders", "lines"):
        shop.write(name)
    return shop


def test_valid_is_zero(written: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, page = tmp_path / "r.json", tmp_path / "p.html"
    arguments = ("--schema", written.schema, "--table", "all", "--output", tmp_path / "data")
    assert program(*arguments, "--report", report, "--page", page) == 0
    found = json.loads(report.read_text())
    assert found["valid"] is True
    assert set(found["tables"]) == {"customers", "orders", "lines"}
    orders = found["tables"]["orders"]
    assert orders["rows"] == 4000
    assert orders["fingerprint"] == written.manifest("orders")["fingerprint"]
    assert {"kind", "name", "status"} <= set(orders["checks"][0])
    assert "✓ Valid" in page.read_text()
    out = capsys.readouterr()
    assert "orders: valid: " in out.out
    assert out.err == ""


def test_not_valid_is_one_and_says_why(written: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "r.json"
    directory = written.directory("orders")
    code = program(
        "--schema", written.schema, "--table", "orders", "--path", directory, "--rows", 5, "--report", report
    )
    assert code == 1
    err = capsys.readouterr().err
    assert err.startswith("error: orders: ")
    assert "rows: 3,995 rows too many" in err
    assert len(err.splitlines()) == 1
    assert json.loads(report.read_text())["valid"] is False


def test_a_dry_run_reads_nothing(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--schema", written.schema, "--table", "orders", "--output", written.directory("orders"))
    assert program(*arguments, "--dry-run") == 0
    assert "would judge 4,000 rows in 2 parquet files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--table", "ordres"), "did you mean orders"),
        (("--table", "orders", "--output", "/nowhere/at/all"), "does not exist"),
        (("--table", "orders", "--output", "s3a://bucket/orders"), "s3a"),
        (("--table", "orders", "--report", "/nowhere/r.json"), "can't be written"),
        (("--table", "orders,lines", "--expect-fingerprint", "0" * 16), "one table"),
        (("--table", "orders", "--hive", "--metastore", "/nowhere/metastore"), "no metastore yet"),
    ],
)
def test_what_can_not_be_judged(written: Any, arguments: tuple[str, ...], said: str) -> None:
    output = () if "--output" in arguments or "--hive" in arguments else ("--output", written.directory("orders"))
    with pytest.raises(RowmillError, match=said):
        program("--schema", written.schema, *output, *arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--table", "orders", "--rows", "-1"),
        ("--table", "orders", "--rows", "x"),
        ("--table", "orders", "--format", "xml"),
        ("--table", "orders", "--memory", "1MiB"),
        ("--table", "orders", "--memory", "lots"),
        ("--table", "orders", "--expect-fingerprint", "xyz"),
        ("--table", "orders", "--database", "a.b"),
        ("--table", "orders", "--processes", "0"),
        ("--table", "orders", "--unknown"),
    ],
)
def test_bad_usage_is_two(written: Any, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        program("--schema", written.schema, *arguments)
    assert end.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
