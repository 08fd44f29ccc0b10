"""A column of type unknown: its schema loads, its table can be neither made nor judged, the others of the file can."""

from __future__ import annotations

from pathlib import Path

import generate_data
import pytest
import validate_data

from rowmill.cli import run as ends
from rowmill.errors import SchemaError
from rowmill.generate.table import World
from rowmill.schema.catalog import Catalog
from rowmill.schema.types import parse_type
from rowmill.schema.yaml import load_schema

SHOP = """\
tables:
  - name: odd
    rows: 10
    columns:
      - {name: odd_id, type: bigint, nullable: false}
      - name: price
        type: unknown
        source_type: "money_t(3, x)"
      - {name: parts, type: array<unknown>, source_type: "money_t[]"}
    primary_key: [odd_id]
  - name: child
    rows: 30
    columns:
      - {name: odd_id, type: bigint}
      - {name: note, type: string}
    foreign_keys:
      - {columns: [odd_id], references: {table: odd, columns: [odd_id]}}
  - name: follower
    rows: 5
    columns:
      - {name: odd_id, type: bigint}
      - {name: price, type: string, generator: {parent: price}}
    foreign_keys:
      - {columns: [odd_id], references: {table: odd, columns: [odd_id]}}
"""
REFUSED = (
    "shop.yaml:6 table 'odd' column 'price': the type of this column is not known (and 1 more of this table)"
    " (got 'money_t(3, x)'); write its type into the YAML, in place of unknown"
)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    return file


def test_it_loads_and_has_no_values(schema: Path) -> None:
    column = load_schema(schema).table("odd").column("price")
    assert (str(column.type), column.source_type) == ("unknown", "money_t(3, x)")
    for text in ("unknown", "array<unknown>", "map<string,struct<a:unknown>>"):
        dtype = parse_type(text)
        assert (str(dtype), dtype.is_known) == (text, False)
        with pytest.raises(SchemaError, match="type unknown has no values; write its type"):
            dtype.to_arrow()
    assert parse_type("map<string,struct<a:int>>").is_known


def test_nothing_is_written_of_its_table(schema: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    for table in ("odd", "all"):
        with pytest.raises(SystemExit) as ended:
            ends(lambda: generate_data.main(["--schema", str(schema), "--table", table, "--output", str(out)]))  # noqa: B023
        assert ended.value.code == 1
        assert capsys.readouterr().err == f"error: {tmp_path}/{REFUSED}\n"
        assert not out.exists()


def test_it_is_not_judged(schema: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(SchemaError) as refused:
        validate_data.main(["--schema", str(schema), "--table", "odd", "--output", str(tmp_path / "out")])
    assert str(refused.value) == f"{tmp_path}/{REFUSED}"


def test_its_children_can_be_made_unless_they_ask_for_it(schema: Path) -> None:
    catalog = Catalog(schema)
    world = World(catalog.parent, 42)
    child = world.table(catalog.select("child")[0])
    child.prepare()
    assert set(child.batch(0, 30).column("odd_id").to_pylist()) <= set(range(1, 11))
    follower = world.table(catalog.select("follower")[0])
    with pytest.raises(SchemaError, match=r"shop\.yaml:6 table 'odd' column 'price': the type of this column"):
        follower.prepare()
