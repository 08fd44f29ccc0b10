"""Converting into a YAML that people have worked on: theirs stays, the converter's own is brought up to date."""

from __future__ import annotations

import difflib
import os
import time
from dataclasses import replace
from pathlib import Path

from import_ddl import DDLProcessor

from rowmill.ddl.convert import convert_text
from rowmill.ddl.into_yaml.writer import Update, to_yaml, update_yaml
from rowmill.ddl.into_yaml.writer import update as brought_up
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


def told(ddl: str, text: str = YAML, **options: bool) -> Update:
    return brought_up(text, convert_text(ddl, "postgres", "x.sql"), "x.yaml", **options)


def lines_changed(before: str, after: str) -> list[str]:
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in diff if line[:3] not in ("---", "+++") and line[0] in "+-"]


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


# -- only the lines of what changed --------------------------------------------------------------------

ODD_STYLE = """\
# Of the shop.
tables:

# -- the people --
-   name:   "p"
    # how many
    rows: 10
    columns:
    # the key
    - name: id
      type: bigint
      nullable: false
    # to be pseudonymized: ask the lawyers
    - type: varchar(20)   # as in the CRM
      name: name
      comment: >
        Two lines
        in one.
      generator:
        choice:
        - A
        # - C
        - B
      # nulls: 0.1

    # who they report to
    - {name: boss,   type: bigint}
    # not the natural key
    primary_key: [id]   # of the DDL

# -- the things --

-   name: q
    columns: [{name: a, type: int}, {name: b, type: int}]
    options:
        sortkey:   [a]   # by hand
"""
SHOP = "create table p (id bigint primary key, name varchar(20), boss bigint); create table q (a int, b int);"


def shop(ddl: str, text: str = ODD_STYLE) -> list[str]:
    """The lines that a conversion changes."""
    options = {"q": {"sortkey": ["a"]}}
    schema = convert_text(ddl, "postgres", "x.sql")
    tables = tuple(replace(table, options=options.get(table.name, {})) for table in schema.tables)
    after = update_yaml(text, replace(schema, tables=tables, dialect=None), "x.yaml")
    return lines_changed(text, after)


def test_odd_style_is_left_as_it_is() -> None:
    assert shop(SHOP) == []


def test_one_changed_column_is_one_changed_line() -> None:
    assert shop(SHOP.replace("varchar(20)", "varchar(40)")) == [
        "-    - type: varchar(20)   # as in the CRM",
        "+    - type: varchar(40)   # as in the CRM",
    ]
    assert shop(SHOP.replace("boss bigint", "boss int")) == [
        "-    - {name: boss,   type: bigint}",
        "+    - {name: boss, type: int}",
    ]
    assert shop(SHOP.replace("varchar(20)", "varchar(20) not null default 'x'")) == [
        "+      nullable: false",
        "+      default: \"'x'\"",
    ]


def test_a_new_column_is_added_in_the_style_of_the_list() -> None:
    assert shop(SHOP.replace("boss", "zip char(5), boss")) == ["+    - name: zip", "+      type: char(5)"]


def test_a_dropped_column_takes_its_own_comments_and_no_others() -> None:
    assert shop(SHOP.replace("name varchar(20), ", "")) == [
        "-    # to be pseudonymized: ask the lawyers",
        "-    - type: varchar(20)   # as in the CRM",
        "-      name: name",
        "-      comment: >",
        "-        Two lines",
        "-        in one.",
        "-      generator:",
        "-        choice:",
        "-        - A",
        "-        # - C",
        "-        - B",
        "-      # nulls: 0.1",
        "-",
    ]


def test_keys_and_options_come_and_go_by_their_lines() -> None:
    assert shop(SHOP.replace(" primary key", " not null")) == [
        "-    # not the natural key",
        "-    primary_key: [id]   # of the DDL",
    ]
    assert shop(SHOP.replace("boss bigint", "boss bigint unique references p (id)")) == [
        "+    unique: [[boss]]",
        "+    foreign_keys:",
        "+    - columns: [boss]",
        "+      references: {table: p, columns: [id]}",
    ]


def test_columns_in_brackets_are_changed_too() -> None:
    assert shop(SHOP.replace("b int)", "b bigint, c int)")) == [
        "-    columns: [{name: a, type: int}, {name: b, type: int}]",
        "+    columns: [{name: a, type: int}, {name: b, type: bigint}, {name: c, type: int}]",
    ]


def test_a_dropped_table_and_a_new_one() -> None:
    changed = shop(SHOP.split(";")[0] + "; create table r (x int)")
    assert changed == [
        "--   name: q",
        "-    columns: [{name: a, type: int}, {name: b, type: int}]",
        "-    options:",
        "-        sortkey:   [a]   # by hand",
        "+-   name: r",
        "+    columns:",
        "+    - name: x",
        "+      type: int",
    ]


def test_windows_line_ends_stay() -> None:
    text = YAML.replace("\n", "\r\n")
    after = update(DDL.replace("city ", "zip char(5), city "), text)
    assert after.count("\n") == after.count("\r\n")
    assert "      - name: zip\r\n" in after


def test_a_file_with_anchors_is_changed_as_a_tree() -> None:
    text = """\
tables:
  - name: a
    columns:
      - &id {name: id, type: int}   # everywhere
  - name: b
    columns:
      - *id
      - {name: x, type: int}
"""
    schema = convert_text("create table a (id int); create table b (id int, x bigint)", "postgres", "x")
    after = update_yaml(text, replace(schema, dialect=None), "x.yaml")
    assert lines_changed(text, after) == ["-      - {name: x, type: int}", "+      - {name: x, type: bigint}"]


def test_names_are_found_in_another_case() -> None:
    after = update(DDL.replace("city ", "CITY "))
    column = parse_schema(after, "x").tables[0].column("CITY")
    assert column.generator is not None
    assert "table p: ~ column CITY: name city -> CITY" in told(DDL.replace("city ", "CITY ")).changes


def test_hundreds_of_tables_are_merged_by_the_lines_of_one() -> None:
    ddl = "".join(f"create table t{i} (a int, b varchar(9) not null);" for i in range(500))
    text = to_yaml(convert_text(ddl, "postgres", "x")).replace("name: t7\n", "name: t7   # lucky\n    rows: 7\n")
    schema = convert_text(ddl.replace("t9 (a int", "t9 (a bigint"), "postgres", "x")
    start = time.perf_counter()
    after = update_yaml(text, schema, "x")
    assert time.perf_counter() - start < 10
    assert lines_changed(text, after) == ["-        type: int", "+        type: bigint"]


# -- the report ----------------------------------------------------------------------------------------


def test_what_changed_is_told_in_lines() -> None:
    ddl = (
        "create table p (id int primary key, name varchar(40) not null default 'y', note text, "
        "boss bigint not null references q (id), unique (name)); create table q (id int primary key);"
    )
    assert told(ddl).changes == (
        "table p: ~ column id: bigint -> int",
        "table p: ~ column name: varchar(20) -> varchar(40) (look at its generator); null -> not null "
        "(its nulls go, too); default 'x' -> 'y'",
        "table p: + column note string",
        "table p: ~ column boss: null -> not null",
        "table p: - column city varchar(9) (its generator goes, too)",
        "table p: + unique (name)",
        "table p: ~ foreign key (boss) references p (id) -> (boss) references q (id)",
        "+ table q (1 column)",
    )


def test_what_went_is_told() -> None:
    ddl = "create table z (a int);"
    assert told(ddl).changes == ("+ table z (1 column)", "- table p (its settings go, too)")
    assert told(DDL.replace(" primary key", " not null")).changes == ("table p: - primary key (id)",)
    assert told(
        DDL.replace("name varchar(20) default 'x', city varchar(9)", "city varchar(9), name varchar(20)")
    ).changes == (
        "table p: ~ column name: default 'x' -> none",
        "table p: ~ columns: in another order",
    )


def test_options_and_dialect_are_told() -> None:
    schema = convert_text("create table t (a int encode zstd, b int) distkey (a);", "redshift", "x")
    text = "dialect: hive\ntables:\n- name: t\n  columns:\n  - {name: a, type: int}\n  - {name: b, type: int}\n"
    text += "  options: {distkey: b, external: true}\n"
    assert brought_up(text, schema, "x").changes == (
        "~ dialect: hive -> redshift",
        "table t: ~ option distkey: b -> a",
        "table t: + option encode: {a: zstd}",
        "table t: - option external: true",
    )


def test_a_key_that_people_gave_settings_stays_without_the_ddl() -> None:
    ddl = DDL.replace(" references p (id)", "")
    made = told(ddl)
    assert made.text == YAML
    assert made.changes == ()
    assert made.notes == (
        "table p: foreign key (boss) references p (id) is not in the DDL; it stays, for people gave it settings",
    )
    plain = YAML.replace(", distribution: {zipf: {s: 1.2}}, nulls: 0.1", "")
    assert told(ddl, plain).changes == ("table p: - foreign key (boss) references p (id)",)


def test_tables_stay_where_statements_were_refused() -> None:
    text = to_yaml(convert_text("create table a (x int); create table b (x int); create table c (x int);", None, "x"))
    made = told("create table a (x int); create table c (x bigint);", text, keep_absent=True)
    assert made.changes == ("table c: ~ column x: int -> bigint",)
    assert [table.name for table in parse_schema(made.text, "x").tables] == ["a", "b", "c"]
    assert told("create table c (x int);", text, keep_absent=True).text == text
