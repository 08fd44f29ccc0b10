"""Converting into a YAML that people have worked on: theirs stays, the converter's own is brought up to date."""

from __future__ import annotations

import os
from pathlib import Path

from import_ddl import DDLProcessor

from rowmill.ddl.convert import convert_text
from rowmill.ddl.writer import update_yaml
from rowmill.schema.yaml import parse_schema

DDL = (
    "create table p (id bigint primary key, name varchar(20) default 'x', city varchar(9), "
    "boss bigint references p (id));"
)
YAML = """\
# made by hand, in part
dialect: postgres
tables:
  - name: p   # people
    rows: 5_000
    columns:
      - {name: id, type: bigint, nullable: false}   # key
      # who
      - name: name
        generator: {faker: name}   # before the type
        type: "varchar(20)"
        default: "'x'"

        nulls: 0.25
      - name: city
        type: varchar(9)
        comment: Where they live
        generator:
          choice:
            - A
            - B
      - {name: boss, type: bigint}
    primary_key:
      - id
    foreign_keys:
      - {columns: [boss], references: {table: p, columns: [id]}, distribution: {zipf: {s: 1.2}}, nulls: 0.1}
"""


def update(ddl: str, text: str = YAML) -> str:
    return update_yaml(text, convert_text(ddl, "postgres", "x.sql"), "x.yaml")


def test_nothing_new_leaves_the_bytes() -> None:
    assert update(DDL) == YAML


def test_a_new_column_comes_in_its_place_and_the_rest_stays() -> None:
    after = update(DDL.replace("city ", "zip char(5) not null, city "))
    added = "      - name: zip\n        type: char(5)\n        nullable: false\n"
    assert added in after
    kept = after.replace(added, "")
    for line in YAML.splitlines():
        assert line in kept.splitlines(), line
    assert parse_schema(after, "x").tables[0].column_names == ("id", "name", "zip", "city", "boss")


def test_a_changed_column_keeps_its_settings() -> None:
    after = update(DDL.replace("varchar(20) default 'x'", "varchar(40) not null"))
    column = parse_schema(after, "x").tables[0].column("name")
    assert (str(column.type), column.nullable, column.default, column.nulls) == ("varchar(40)", False, None, None)
    assert "generator: {faker: name}   # before the type" in after
    assert "# who" in after


def test_a_dropped_column_goes_and_a_key_keeps_its_settings() -> None:
    after = update(
        DDL.replace("city varchar(9), ", "").replace("boss bigint references", "boss bigint not null references")
    )
    (table,) = parse_schema(after, "x").tables
    assert table.column_names == ("id", "name", "boss")
    assert table.foreign_keys[0].distribution is not None
    assert table.foreign_keys[0].nulls == 0.1
    assert table.rows == 5000


def test_tables_come_and_go_in_the_order_of_the_ddl() -> None:
    after = update("create table a (x int);" + DDL + "create table z (y int);")
    assert [table.name for table in parse_schema(after, "x").tables] == ["a", "p", "z"]
    assert "generator: {faker: name}   # before the type" in after
    assert update(DDL, after).count("- name: a\n") == 0


def test_a_comment_of_the_ddl_wins_and_ones_own_stays_without_it() -> None:
    assert "comment: Where they live" in update(DDL + "comment on table p is 'all';")
    assert "comment: City" in update(DDL + "comment on column p.city is 'City';")


def test_options_are_merged_key_by_key() -> None:
    redshift = "create table t (a int encode zstd, b int encode az64) distkey (a);"
    first = update_yaml(
        "tables:\n- name: t\n  columns:\n  - name: a\n    type: int\n  options:\n    distkey: b  # was\n",
        convert_text(redshift, None, "x"),
        "x",
    )
    assert "    distkey: a  # was\n" in first
    assert parse_schema(first, "x").tables[0].options["encode"] == {"a": "zstd", "b": "az64"}
    assert first.startswith("dialect: redshift\ntables:\n- name: t\n")


def test_the_file_is_left_alone_when_nothing_changed(tmp_path: Path) -> None:
    source, out = tmp_path / "p.sql", tmp_path / "p.yaml"
    source.write_text(DDL)
    out.write_text(YAML)
    os.utime(out, ns=(1, 1))
    inode = out.stat().st_ino
    DDLProcessor("postgres").process_ddl_file(source, out)
    assert (out.stat().st_ino, out.stat().st_mtime_ns) == (inode, 1)
