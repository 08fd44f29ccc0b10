"""Every fixture X.sql becomes X.yaml: found by its own marks, and the same by its dialect's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_ddl import DDLProcessor

from rowmill.ddl.convert import convert_text
from rowmill.ddl.into_yaml.writer import to_yaml

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.sql"))
DIALECT = {"tpch": "postgres"}


@pytest.mark.parametrize("sql", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("named", [False, True], ids=["auto", "named"])
def test_ddl_becomes_its_yaml(sql: Path, named: bool, tmp_path: Path) -> None:
    dialect = DIALECT.get(sql.stem, sql.stem) if named else None
    out = tmp_path / "out.yaml"
    DDLProcessor(dialect).process_ddl_file(sql, out)
    assert out.read_text() == sql.with_suffix(".yaml").read_text()


@pytest.mark.parametrize("sql", FIXTURES, ids=lambda path: path.stem)
def test_converting_again_leaves_the_bytes(sql: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    text = "# mine\n" + sql.with_suffix(".yaml").read_text().replace("columns:\n", "columns:   # all of them\n")
    out.write_text(text)
    DDLProcessor().process_ddl_file(sql, out)
    assert out.read_text() == text


@pytest.mark.parametrize("sql", FIXTURES, ids=lambda path: path.stem)
def test_layout_does_not_matter(sql: Path) -> None:
    text = sql.read_text()
    plain = to_yaml(convert_text(text, None, "a"))
    assert to_yaml(convert_text(text.replace("\n", "\r\n"), None, "a")) == plain
    assert to_yaml(convert_text("\n\n-- it's; \"first\n" + text, None, "a")) == plain
