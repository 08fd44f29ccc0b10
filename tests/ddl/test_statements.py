"""Where statements begin and end: in whole files, with everything that teams leave between their tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowmill.ddl.convert import convert_file, convert_text
from rowmill.ddl.dialects import DIALECTS
from rowmill.ddl.reading.outline import kind_of
from rowmill.ddl.reading.statements import split
from rowmill.errors import DDLError

A, B = "create table a (x int)", "create table b (y int)"


def texts(text: str, dialect: str = "postgres") -> list[str]:
    found = split(text, DIALECTS[dialect], "x")
    return [statement.text for statement in found if kind_of(statement) != "other"]


BETWEEN = {
    "a text with a semicolon": ("postgres", "insert into t values ('; create table c (z int)');"),
    "a text over lines": ("postgres", "insert into t values ('it''s\ncreate table c (z int);\n');"),
    "a comment": ("postgres", "-- it's; create table c (z int)\n/* it's; create table c (z int); */"),
    "a comment in a comment": ("postgres", "/* a /* b */ create table c (z int); */"),
    "dollar quotes": ("postgres", "create function f() returns int as $x$ begin; create table c (z int); end $x$;"),
    "COPY's data": ("postgres", "COPY t (a) FROM stdin;\nit's\t1\n; create table c (z int)\n\\.\n"),
    "psql's commands": ("postgres", "\\set x 'it''s\n\\connect db"),
    "a backslash in a text": ("mysql", r"insert into t values ('it\'s; ', 'create table c (z int);');"),
    "another delimiter": (
        "mysql",
        "DELIMITER //\ncreate procedure p() begin create table c (z int); end//\nDELIMITER ;",
    ),
    "a body without another delimiter": (
        "mysql",
        "create trigger t before insert on a for each row begin set x = 1; end;",
    ),
    "a version's comment": (
        "mysql",
        "/*!40101 SET NAMES utf8 */;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ view v as select 1;",
    ),
    "a hash": ("mysql", "# it's; create table c (z int)"),
    "GO": ("tsql", "go\nprint 'it''s'\nGO 3\nuse db\ngo"),
    "no semicolon": ("tsql", "set ansi_nulls on\ninsert into t values (1)\nexec sp_x 'create table c (z int)'"),
    "a procedure up to GO": ("tsql", "go\ncreate procedure p as\nbegin\n  create table #c (z int);\nend\ngo"),
    "a procedure up to a slash": (
        "oracle",
        "create or replace procedure p is\nbegin\n  null;\n  execute immediate 'x';\nend;\n/",
    ),
    "SQL*Plus": ("oracle", "set define off\nprompt it's here\nrem it's; here\nspool x.log"),
    "q-quotes": ("oracle", "insert into t values (q'[it's; (]', nq'!it's!');"),
    "a dot command": ("sqlite", ".mode column\npragma foreign_keys=on;"),
    "a body of SQLite": ("sqlite", "create trigger t after insert on a begin update b set y = 1; delete from c; end;"),
    "slashes": ("snowflake", "// it's; create table c (z int)"),
    "a grant": ("redshift", "grant select on a to group g;"),
}


@pytest.mark.parametrize(("dialect", "between"), BETWEEN.values(), ids=BETWEEN.keys())
@pytest.mark.parametrize("line", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_what_stands_between_is_passed_over(dialect: str, between: str, line: str) -> None:
    end = "\n" if dialect == "tsql" else ";\n"
    text = f"{A}{end}{between}\n{B};\n".replace("\n", line)
    assert texts(text, dialect) == [A, B]


def test_the_lines_are_the_files() -> None:
    text = f"\n-- one\n{A};\nselect 1;\n\n  {B};"
    assert [statement.line for statement in split(text, DIALECTS["postgres"], "x")] == [3, 6]


def test_a_missing_semicolon_ends_at_the_next_table() -> None:
    assert texts(f"{A}\n{B}\nalter table b add column z int\ninsert into b values (1)") == [
        A,
        B,
        "alter table b add column z int",
    ]


def test_a_table_in_a_text_or_a_procedure_is_told(tmp_path: Path) -> None:
    source = tmp_path / "t.sql"
    source.write_text(f"{A};\ncreate procedure p() begin\n  create table c (z int);\nend;\n{B} ;")
    found = convert_file(source, "mysql")
    assert [table.name for table in found.schema.tables] == ["a", "b"]
    assert found.warnings == (f"{source}:3: a CREATE TABLE inside a procedure is not converted",)


def test_one_bad_statement_does_not_hide_the_others(tmp_path: Path) -> None:
    source = tmp_path / "t.sql"
    source.write_text(f"{A};\ncreate table bad (x int y int);\ncreate table worse (;\n{B};\n")
    found = convert_file(source, None)
    assert [table.name for table in found.schema.tables] == ["a", "b"]
    assert [str(error).split(" ", 1)[0] for error in found.failures] == [f"{source}:2", f"{source}:3"]


def test_a_table_that_is_dropped_is_gone() -> None:
    text = f"drop table if exists a; {A}; {B}; drop table a; create table a (again int);"
    assert [(t.name, t.column_names) for t in convert_text(text, "postgres", "x").tables] == [
        ("b", ("y",)),
        ("a", ("again",)),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("create table t (a int default 'x);\n", "quote is never closed"),
        ("create table t (a int);\n/* create table u (b int);", "comment is never closed"),
        ("insert into t values ('x);\ncreate table u (b int);", "quote is never closed"),
    ],
)
def test_what_is_never_closed_is_told_with_its_line(text: str, message: str) -> None:
    with pytest.raises(DDLError, match=message) as caught:
        convert_text(text, "postgres", "x.sql")
    assert str(caught.value).startswith("x.sql:")


@pytest.mark.parametrize("strange", ["CRETE TABLE c (z int)", "CREATE TAB c (z int)", "RECREATE TABLE s.c (z int)"])
def test_what_looks_like_a_table_but_is_not_understood_is_told(strange: str, tmp_path: Path) -> None:
    source = tmp_path / "t.sql"
    source.write_text(f"{A};\n\n{strange};\n{B};")
    found = convert_file(source, "postgres")
    assert [table.name for table in found.schema.tables] == ["a", "b"]
    (line,) = found.warnings
    assert line.rstrip(";") == f"{source}:3: not understood, so passed over: {strange}"


def test_a_quoted_name_that_goes_over_lines_is_no_name(tmp_path: Path) -> None:
    source = tmp_path / "t.sql"
    source.write_text(f"{A};\ncreate table `c (z int);\n{B};\ncreate table d (`e` int);")
    found = convert_file(source, "mysql")
    assert found.failures
    assert "goes on over lines" in str(found.failures[0]) or "never closed" in str(found.failures[0])


@pytest.mark.parametrize(
    "text",
    [
        f"IF OBJECT_ID('a') IS NULL {A};\nUSE db {B}",
        f"BEGIN TRY {A} END TRY\nIF NOT EXISTS (SELECT 1)\nBEGIN\n{B}\nEND\nGO\n",
        f"{A} {B}\nEND",
        f"print 'create table c (z int)' {A} insert into a values (1) {B}",
    ],
)
def test_tables_amid_other_statements_of_sql_server(text: str) -> None:
    assert [found.strip() for found in texts(text, "tsql")] == [A, B]


def test_db2_ends_statements_by_an_at() -> None:
    assert texts(f"{A} organize by row@\n{B} @", "db2") == [f"{A} organize by row", B]
