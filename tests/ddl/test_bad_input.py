"""Bad input: one clear error with its place, and no file."""

from __future__ import annotations

from pathlib import Path

import pytest
from import_ddl import DDLProcessor

from rowmill.ddl.convert import convert_text
from rowmill.errors import ConfigError, DDLError, SchemaError

BAD = [
    ("empty", "", "empty"),
    ("blank", " \n\t\n", "empty"),
    ("no table", "select 1; insert into t values ('create table t (a int)');", "no CREATE TABLE"),
    ("only comments", "-- create table t (a int)\n/* create table u (a int) */", "no CREATE TABLE"),
    ("unclosed quote", "create table t (\n a varchar(3) default 'x\n);", "quote is never closed"),
    ("unclosed comment", "create table t (a int); /* b", "comment is never closed"),
    ("unclosed parenthesis", "create table t (a int, b decimal(3,2);", "parenthesis is never closed"),
    ("duplicate table", "create table t (a int);\ncreate table T (b int);", "two tables of this name"),
    ("duplicate column", "create table t (a int, A int);", "two columns of this name"),
    ("no columns", "create table t ();", "not understood|no columns"),
    ("query", "create table t as select 1 as a;", "of a query"),
    ("like", "create table t (like u including all);", "LIKE"),
    ("like without parentheses", "create table t like u;", "not in the input"),
    ("no type at all", "create table t (a int, b not null);", "without a type"),
    ("a comma is missing", "create table t (a int b int);", "after the column's type"),
    ("a comma is missing after a default", "create table t (a int default 1 b int);", "after the column's type"),
    ("a comma is missing after a key", "create table t (a int, primary key (a) b int);", "after a constraint"),
    ("closed too early", "create table t (a int), b int);", "after the columns|never opened"),
    ("key of no column", "create table t (a int, primary key (b));", "primary key names a column"),
    ("two primary keys", "create table t (a int primary key, b int, primary key (b));", "second primary key"),
    (
        "foreign key to no column",
        "create table p (a int primary key);\ncreate table t (a int references p (b));",
        "foreign key names a column that table 'p'",
    ),
    ("foreign key from no column", "create table t (a int, foreign key (x) references p (b));", "foreign key names"),
    (
        "foreign key of two to one",
        "create table t (a int, b int, foreign key (a, b) references p (x));",
        "references 1",
    ),
    ("alter of no table", "create table t (a int); alter table u add primary key (a);", "not created yet"),
    ("column added twice", "create table t (a int); alter table t add column a int;", "two columns of this name"),
    ("change of no column", "create table t (a int); alter table t alter column b drop not null;", "names a column"),
    ("comment on no column", "create table t (a int); comment on column t.b is 'x';", "comment names a column"),
    ("nothing is added", "create table t (a int); alter table t add;", "ADD without"),
    ("no type follows", "create table t (a int); alter table t alter a type;", "TYPE without"),
    ("no new name", "create table t (a int); alter table t rename;", "RENAME without"),
    ("nothing is modified", "create table t (a int); alter table t modify;", "names a column"),
    ("a key of nothing", "create table t (a int); alter table t add primary key;", "a key without its columns"),
    ("nothing is left", "create table t (a int); alter table t drop a;", "all columns are dropped"),
    ("two distkeys", "create table t (a int distkey, b int distkey);", "two distribution keys"),
    ("sortkey of no column", "create table t (a int) sortkey (b);", "sortkey names a column"),
    ("after the columns", "create table t (a int encode az64) diststyle even nonsense;", "after the columns"),
]


@pytest.mark.parametrize(("text", "message"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_refused_in_one_line_and_nothing_written(text: str, message: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.sql", tmp_path / "out.yaml"
    source.write_text(text)
    with pytest.raises(DDLError, match=message) as caught:
        DDLProcessor().process_ddl_file(source, out)
    assert "\n" not in str(caught.value)
    assert str(source) in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.sql"]


def test_the_place_is_the_statements_own() -> None:
    with pytest.raises(DDLError, match=r"^x\.sql:4 table 's\.u' column 'b': not understood .* \(got 'wobble'\); ."):
        convert_text("create table t (a int);\n\n\ncreate table s.u (a int, b int wobble);", "postgres", "x.sql")


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x7fELF", b"create table t (a int);\x00", bytes(range(256))])
def test_binary_is_refused(data: bytes, tmp_path: Path) -> None:
    source = tmp_path / "in.sql"
    source.write_bytes(data)
    with pytest.raises(DDLError, match="binary"):
        DDLProcessor().process_ddl_file(source, tmp_path / "out.yaml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_in_other_encodings_is_read(encoding: str, tmp_path: Path) -> None:
    source = tmp_path / "in.sql"
    source.write_bytes("create table t (größe int);".encode(encoding))
    assert DDLProcessor().process_ddl_file(source, tmp_path / "o.yaml").tables[0].column_names == ("größe",)


def test_missing_file_directory_and_unknown_names(tmp_path: Path) -> None:
    with pytest.raises(DDLError, match="No such file"):
        DDLProcessor().process_ddl_file(tmp_path / "none.sql", tmp_path / "out.yaml")
    source = tmp_path / "in.sql"
    source.write_text("create table t (a int)")
    with pytest.raises(ConfigError, match="directory"):
        DDLProcessor().process_ddl_file(source, tmp_path)
    with pytest.raises(ConfigError, match="same file"):
        DDLProcessor().process_ddl_file(source, source)
    with pytest.raises(ConfigError, match="did you mean redshift"):
        DDLProcessor(dialect="redshfit")
    with pytest.raises(ConfigError, match="unknown reader"):
        DDLProcessor(reader="eyes")


def test_a_yaml_that_is_none_is_not_overwritten(tmp_path: Path) -> None:
    source, out = tmp_path / "in.sql", tmp_path / "out.yaml"
    source.write_text("create table t (a int)")
    out.write_text("tables: [oops]\n")
    with pytest.raises(SchemaError):
        DDLProcessor().process_ddl_file(source, out)
    assert out.read_text() == "tables: [oops]\n"


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    deep = "create table t (a int default " + "(" * 20_000 + "1" + ")" * 20_000 + ");"
    with pytest.raises(DDLError):
        convert_text(deep, "postgres", "x")


@pytest.mark.parametrize("cut", range(5, 160, 5))
def test_a_cut_statement_never_loses_a_column(cut: int) -> None:
    text = (
        "create table t (a bigint encode az64 not null, b varchar(10) default 'x,y', c decimal(5,2), primary key (a))"
    )
    text += " sortkey (a)"
    try:
        (table,) = convert_text(text[:cut], "redshift", "x").tables
    except DDLError:
        return
    assert table.column_names == ("a", "b", "c")
