"""The two readers, the proof between them, and the dialects' marks."""

from __future__ import annotations

import pytest

from rowmill.ddl.convert import convert_text
from rowmill.ddl.detect import detect
from rowmill.ddl.dialects import dialect_named
from rowmill.ddl.reading.outline import is_constraint, outline
from rowmill.ddl.reading.proof import counted, prove
from rowmill.ddl.reading.statements import split
from rowmill.errors import DDLError

BOTH = [
    "create table t (a int)",
    "create table t (a bigint not null, b varchar(20), c decimal(12,2), d date, primary key (a))",
    "create table s.t (a integer primary key, b text not null, c timestamp, d boolean)",
    "create table t (a int, b smallint, c char(3) not null unique, d double precision)",
    "create table t (a int not null default 5, b varchar(10) default 'x', primary key (a))",
    "create table t (a numeric(10,0), b time, c bytea)",
]
ONLY_SQLGLOT = {
    "inline reference": "create table p (x int primary key); create table t (a int references p (x))",
    "foreign key": "create table p (x int primary key); create table t (a int, foreign key (a) references p (x))",
    "what follows the columns": "create table t (a int) distkey (a)",
    "encoding": "create table t (a int encode az64)",
    "enum": "create table t (a enum('x','y'), b int auto_increment)",
    "check": "create table t (a int, check (a > 0))",
    "two unique columns": "create table t (a int unique, b int unique)",
}


@pytest.mark.parametrize("text", BOTH)
def test_where_both_readers_accept_they_agree(text: str) -> None:
    assert convert_text(text, "postgres", "x", "ddlparse") == convert_text(text, "postgres", "x")


@pytest.mark.parametrize("text", ONLY_SQLGLOT.values(), ids=ONLY_SQLGLOT.keys())
def test_what_ddlparse_would_lose_is_refused(text: str) -> None:
    assert convert_text(text, None, "x").tables
    with pytest.raises(DDLError):
        convert_text(text, None, "x", "ddlparse")


def shape(text: str, dialect: str = "postgres") -> tuple[str, ...]:
    """The columns by the outline, which must be those of the proof's own count."""
    named = dialect_named(dialect)
    (statement,) = split(text, named, "x")
    found = outline(statement, named)
    names = tuple(item[0].text for item in found.items or () if not is_constraint(item, named))
    assert tuple(counted(statement.text, found.opening, named)) == names
    return names


def test_the_proof_counts_by_itself() -> None:
    assert shape(
        "create table t (a decimal(10, 2) default f(1, '),('), -- , x int\n b int, /* c int, */ primary key (a, b))"
    ) == ("a", "b")
    assert shape('create table t ("a, b" int, "check" int, primary text, key int, constraint k unique (key))') == (
        "a, b", "check", "primary", "key",
    )  # fmt: skip
    assert shape(
        "create table t (a map<string,array<int>>, b struct<x:int,y:decimal(3,1)>) partitioned by (c int)", "hive"
    ) == ("a", "b")
    assert shape(
        "create table t (`key` int, key k (a), index varchar(9), unique u (a), fulltext key f (b))", "mysql"
    ) == ("key", "index")
    assert shape("create table t ([a]]b] int, [c] int, index i (c))", "tsql") == ("a]b", "c")
    assert shape("create table t (a int default (1 < 2), b int check (b > 3), c int)") == ("a", "b", "c")


@pytest.mark.parametrize(
    ("names", "message"),
    [(["a"], "1 of 2 columns would be lost"), (["a", "b", "c"], "doesn't stand there"), (["b", "a"], "another order")],
)
def test_the_proof_refuses_what_differs(names: list[str], message: str) -> None:
    dialect = dialect_named("postgres")
    text = "create table t (a int, b int)"
    prove(text, 15, dialect, ["a", "b"], "x:1")
    with pytest.raises(DDLError, match=message):
        prove(text, 15, dialect, names, "x:1")


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("create table t (a int encode zstd)", "redshift"),
        ("create table t (a jsonb)", "postgres"),
        ("create table t (`a` int auto_increment)", "mysql"),
        ("create table t (a array<string>) stored as orc", "hive"),
        ("create table t (a int) using parquet", "spark"),
        ("create table t (a int) using delta", "databricks"),
        ("create table [t] ([a] nvarchar(max))", "tsql"),
        ("create table t (a varchar2(3))", "oracle"),
        ("create table t (a int64)", "bigquery"),
        ("create table t (a Nullable(String)) engine = MergeTree()", "clickhouse"),
        ("create table t (a int, b int) -- encode zstd", "postgres"),
        ("create table t (a varchar(20) default 'distkey')", "postgres"),
        ("create table t (a int8, b int4)", "postgres"),
    ],
)
def test_a_dialect_is_known_by_its_marks(text: str, dialect: str) -> None:
    assert detect(text).dialect.name == dialect


@pytest.mark.parametrize(("alias", "name"), [("PostgreSQL", "postgres"), ("sqlserver", "tsql"), ("mariadb", "mysql")])
def test_other_names(alias: str, name: str) -> None:
    assert dialect_named(alias).name == name
