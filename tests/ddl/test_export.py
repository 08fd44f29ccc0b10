"""Schema -> CREATE TABLE: what is written, what is told of what is lost, and that it reads as the same model again."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import export_ddl
import pytest
from export_ddl import DDLExporter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rowmill.ddl.convert import convert_file, convert_text
from rowmill.ddl.dialects import DIALECTS, dialect_named
from rowmill.ddl.export import Exported, export_schema
from rowmill.ddl.export.quoting import literal, name
from rowmill.ddl.export.types import TypeWriter
from rowmill.ddl.reading.lexer import tokenize
from rowmill.ddl.reading.types import resolve
from rowmill.errors import DDLError, SchemaError
from rowmill.schema.model import SchemaFile, TableColumn, TableDefinition
from rowmill.schema.types import TYPE_NAMES, DataType, parse_type
from rowmill.schema.yaml import parse_schema

PROJECT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
FIXTURES = sorted((HERE / "fixtures").glob("*.sql"))
CORPUS = sorted((HERE / "corpus").glob("*.sql"))
NAMED = {"tpch": "postgres"}


def dialect_of(path: Path) -> str:
    stem = path.stem.partition("-")[0]
    return NAMED.get(stem, stem)


def schema(*columns: str, dialect: str | None = None, table: str = "t", **rest: str) -> SchemaFile:
    """A schema of one table, from its columns as YAML flow mappings and its other keys as YAML."""
    text = f"dialect: {dialect}\n" if dialect else ""
    text += f"tables:\n  - name: {table}\n    columns:\n" + "".join(f"      - {column}\n" for column in columns)
    text += "".join(f"    {key}: {value}\n" for key, value in rest.items())
    return parse_schema(text, "x")


def written(found: SchemaFile, target: str, source: str | None = None) -> Exported:
    return export_schema(found, dialect_named(target), dialect_named(source) if source else None)


def tables(found: SchemaFile) -> tuple[TableDefinition, ...]:
    return found.tables


def column_line(exported: Exported) -> str:
    """The line of the only column."""
    return exported.sql.split("(\n", 1)[1].split("\n", 1)[0].strip().rstrip(",")


# -- round trips -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_back_into_the_same_dialect_nothing_is_lost(path: Path) -> None:
    dialect = dialect_of(path)
    model = convert_text(path.read_text(), dialect, path.name)
    exported = written(model, dialect)
    assert tables(convert_text(exported.sql, dialect, "again")) == tables(model), exported.sql


@pytest.mark.parametrize("target", DIALECTS)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_written_in_another_dialect_it_stays_as_it_is(path: Path, target: str) -> None:
    model = convert_text(path.read_text(), dialect_of(path), path.name)
    exported = written(model, target)
    there = convert_text(exported.sql, target, f"{path.name} as {target}")
    assert len(there.tables) == len(model.tables)
    for before, after in zip(model.tables, there.tables, strict=True):
        assert sorted(after.column_names) == sorted(before.column_names)
    again = written(there, target)
    assert tables(convert_text(again.sql, target, "again")) == tables(there), exported.sql
    assert written(convert_text(again.sql, target, "again"), target).sql == again.sql


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_corpus_goes_back_without_loss(path: Path) -> None:
    dialect = dialect_of(path)
    found = convert_file(path, dialect)
    if found.failures:
        pytest.skip("not all of it can be read")
    again = convert_text(written(found.schema, dialect).sql, dialect, "again")
    assert tables(again) == tables(found.schema)


@pytest.mark.integration
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_corpus_stays_as_it_is_in_every_other_dialect(path: Path) -> None:
    model = convert_file(path, dialect_of(path)).schema
    known = [table for table in model.tables if all(column.type.is_known for column in table.columns)]
    for target in DIALECTS:
        exported = written(replace(model, tables=tuple(known)), target, dialect_of(path))
        there = convert_text(exported.sql, target, f"{path.name} as {target}")
        assert len(there.tables) == len(known)
        again = written(there, target)
        assert tables(convert_text(again.sql, target, "again")) == tables(there), (target, exported.sql)


@pytest.mark.parametrize("target", DIALECTS)
def test_odd_names_come_back(target: str) -> None:
    names = ["a", "Mixed", "UPPER", "with space", "select", "order", "user", "ünï", "漢字", "a-b", "1st", "_x", "it's"]
    model = schema(*(f"{{name: {column!r}, type: int}}" for column in names))
    there = convert_text(written(model, target).sql, target, "x")
    assert list(there.tables[0].column_names) == names


CHARACTERS = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp", "Zs"], exclude_characters="\\")
NAMES = st.text(CHARACTERS, min_size=1, max_size=12)
PLAIN = st.sampled_from(
    [parse_type(kind) for kind in "boolean int bigint double string date timestamp json uuid".split()]
)
SIZES = st.builds(
    lambda kind, size: DataType(kind, (size,)), st.sampled_from(["char", "varchar"]), st.integers(1, 70000)
)
NESTED = st.recursive(
    st.one_of(PLAIN, SIZES, st.just(DataType("decimal", (38, 12)))),
    lambda inner: st.one_of(
        inner.map(lambda kind: DataType("array", children=(kind,))),
        inner.map(lambda kind: DataType("map", children=(DataType("string"), kind))),
        st.tuples(NAMES, inner).map(lambda field: DataType("struct", (), (field[1],), (field[0],))),
    ),
    max_leaves=3,
)


@st.composite
def models(draw: st.DrawFn) -> SchemaFile:
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique_by=str.casefold))
    columns = [
        TableColumn(column, draw(NESTED), draw(st.booleans()), comment=draw(st.none() | NAMES)) for column in names
    ]
    keys = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True).map(tuple)
    table = TableDefinition("t", tuple(columns), primary_key=draw(st.just(()) | keys), unique=tuple({draw(keys)}))
    return SchemaFile((table,))


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(models(), st.sampled_from(sorted(DIALECTS)))
def test_any_model_in_any_dialect_keeps_its_columns_and_then_stays(found: SchemaFile, target: str) -> None:
    first = written(found, target)
    there = convert_text(first.sql, target, "x")
    assert there.tables[0].column_names == found.tables[0].column_names
    again = written(there, target)
    assert tables(convert_text(again.sql, target, "x")) == tables(there), (first.sql, again.sql)


# -- types -------------------------------------------------------------------------------------------------------

SIZED = {"decimal": "decimal(12,3)", "char": "char(7)", "varchar": "varchar(20)", "array": "array<int>"}
SIZED |= {"map": "map<string,int>", "struct": "struct<a:int,`b c`:string>"}
KINDS = [SIZED.get(kind, kind) for kind in TYPE_NAMES if kind != "unknown"]


@pytest.mark.parametrize("target", DIALECTS)
@pytest.mark.parametrize("own", [False, True], ids=["foreign", "own"])
def test_every_type_has_a_name_that_the_reader_knows(target: str, own: bool) -> None:
    dialect = DIALECTS[target]
    for kind in KINDS:
        text = TypeWriter(dialect, own).write(parse_type(kind), lambda lost: None)
        assert resolve(tuple(tokenize(text, dialect)), text, dialect).type.is_known, (kind, text)


@pytest.mark.parametrize(
    ("target", "kind", "text", "told"),
    [
        ("postgres", "tinyint", "SMALLINT", None),
        ("postgres", "timestamp", "TIMESTAMPTZ", None),
        ("postgres", "map<string,int>", "JSONB", "map as JSONB"),
        ("postgres", "array<array<int>>", "INTEGER[][]", None),
        ("mysql", "varchar(20000)", "LONGTEXT", "length is not kept"),
        ("mysql", "timestamp", "TIMESTAMP(6) NULL", "1970 to 2038"),
        ("mysql", "decimal(38,35)", "DECIMAL(38,30)", "narrower"),
        ("oracle", "boolean", "NUMBER(1)", "0 and 1"),
        ("oracle", "varchar(5000)", "CLOB", "length is not kept"),
        ("db2", "decimal(38,10)", "DECIMAL(31,10)", "narrower"),
        ("exasol", "binary", "CLOB", "as text"),
        ("bigquery", "decimal(10,2)", "NUMERIC(10, 2)", None),
        ("bigquery", "decimal(38,20)", "BIGNUMERIC(38, 20)", None),
        ("bigquery", "array<array<int>>", "ARRAY<STRUCT<item ARRAY<INT64>>>", "array of structs"),
        ("redshift", "string", "VARCHAR(MAX)", "65,535 bytes"),
        ("snowflake", "struct<a:int>", "OBJECT", "types inside"),
        ("hive", "char(300)", "VARCHAR(300)", "255 characters"),
        ("hive", "uuid", "STRING", "as text"),
        ("trino", "map<string,int>", "MAP(VARCHAR, INTEGER)", None),
        ("duckdb", "struct<a:int,`b c`:array<string>>", 'STRUCT(a INTEGER, "b c" TEXT[])', None),
        ("clickhouse", "int", "Nullable(Int32)", None),
        ("tsql", "varchar(20)", "NVARCHAR(20)", None),
        ("sqlite", "decimal(20,2)", "DECIMAL(20,2)", "15 digits"),
    ],
)
def test_a_type_is_told_where_it_loses(target: str, kind: str, text: str, told: str | None) -> None:
    exported = written(schema(f"{{name: a, type: {kind!r}}}"), target)
    assert column_line(exported) == f"a {text}"
    about = [line for line in exported.warnings if line.startswith("t.a: ")]
    assert (told is None) == (not about), exported.warnings
    assert told is None or told in about[0]


def test_what_no_table_of_types_knows_is_only_written_back() -> None:
    model = schema("{name: a, type: unknown, source_type: HLLSKETCH}", dialect="redshift")
    assert column_line(written(model, "redshift")) == "a HLLSKETCH"
    with pytest.raises(
        DDLError, match=r"t\.a: the type is unknown, so postgres can't .* \(got 'HLLSKETCH'\); write its"
    ):
        written(model, "postgres")


def test_types_of_ones_own_are_created_first() -> None:
    text = (
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok'); CREATE DOMAIN mail AS text; CREATE TABLE t (m mood, a mail[]);"
    )
    model = convert_text(text, "postgres", "x")
    exported = written(model, "postgres")
    assert "CREATE TYPE mood AS ENUM ('sad', 'it''s ok');" in exported.sql
    assert tables(convert_text(exported.sql, "postgres", "x")) == tables(model)
    assert column_line(written(model, "mysql")) == "m VARCHAR(7)"


# -- names and texts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "text", "expected"),
    [
        ("postgres", "order_id", "order_id"),
        ("postgres", "Order", '"Order"'),
        ("postgres", "user", '"user"'),
        ("postgres", 'a"b', '"a""b"'),
        ("mysql", "key", "`key`"),
        ("mysql", "Name", "Name"),
        ("tsql", "Order Lines", "[Order Lines]"),
        ("tsql", "a]b", "[a]]b]"),
        ("oracle", "order_id", "order_id"),
        ("oracle", "ORDER_ID", "ORDER_ID"),
        ("oracle", "OrderId", '"OrderId"'),
        ("oracle", "date", '"date"'),
        ("oracle", "_id", '"_id"'),
        ("hive", "date", "`date`"),
        ("hive", "_id", "`_id`"),
        ("spark", "date", "date"),
        ("bigquery", "größe", "`größe`"),
        ("duckdb", "Name", "Name"),
        ("sqlite", "at", "at"),
    ],
)
def test_names_are_quoted_only_where_needed(target: str, text: str, expected: str) -> None:
    assert name(text, DIALECTS[target]) == expected


@pytest.mark.parametrize("target", DIALECTS)
@pytest.mark.parametrize("text", ["", "it's", "a\\b", "two\nlines", "a; b -- c", 'say "hi"', "ends with \\", "ü 漢"])
def test_comments_come_back(target: str, text: str) -> None:
    if target == "sqlite":
        pytest.skip("it has no comments")
    model = schema("{name: a, type: int}", "{name: b, type: int}")
    commented = replace(model.tables[0].columns[0], comment=text)
    table = replace(model.tables[0], comment=text, columns=(commented, model.tables[0].columns[1]))
    found = convert_text(written(replace(model, tables=(table,)), target).sql, target, "x").tables[0]
    assert (found.comment, found.columns[0].comment, found.columns[1].comment) == (text, text, None)


def test_texts_are_escaped_as_the_dialect_reads_them() -> None:
    assert literal("it's \\", DIALECTS["postgres"]) == "'it''s \\'"
    assert literal("it's \\", DIALECTS["mysql"]) == "'it''s \\\\'"
    assert literal("it's\n", DIALECTS["spark"]) == "'it\\'s\\n'"
    assert literal("ü", DIALECTS["tsql"]) == "N'ü'"


# -- defaults, checks, computed columns ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "kind", "default", "target", "expected"),
    [
        ("mysql", "boolean", "'0'", "postgres", "FALSE"),
        ("mysql", "boolean", "b'1'", "oracle", "1"),
        ("redshift", "decimal(10,2)", "'0.50'", "bigquery", "0.50"),
        ("postgres", "varchar(9)", "'it''s'::character varying", "mysql", "'it''s'"),
        ("postgres", "varchar(9)", "'it''s'::character varying", "spark", r"'it\'s'"),
        ("postgres", "string", "$$a 'b'$$", "tsql", "'a ''b'''"),
        ("postgres", "timestamp", "now()", "tsql", "CURRENT_TIMESTAMP"),
        ("tsql", "timestamp_ntz", "(getdate())", "mysql", "CURRENT_TIMESTAMP(6)"),
        ("tsql", "int", "((5))", "postgres", "5"),
        ("tsql", "uuid", "NEWID()", "postgres", "gen_random_uuid()"),
        ("tsql", "uuid", "NEWID()", "redshift", None),
        ("oracle", "date", "DATE '2020-01-02'", "postgres", "'2020-01-02'"),
        ("postgres", "date", "'2020-01-02'::date", "oracle", "DATE '2020-01-02'"),
        ("mysql", "date", "'0000-00-00'", "postgres", None),
        ("postgres", "date", "CURRENT_DATE", "mysql", "(CURRENT_DATE)"),
        ("postgres", "int", "my_function(3)", "mysql", None),
        ("postgres", "int", "1 + 2", "oracle", "1 + 2"),
        ("postgres", "int", "7", "trino", None),
        ("postgres", "int", "NULL", "duckdb", "NULL"),
        ("postgres", "decimal(6,2)", "NULL::numeric", "mysql", "NULL"),
        ("postgres", "boolean", "(true)::boolean", "tsql", "1"),
        ("mysql", "int", "7", "mysql", "7"),
        ("postgres", "json", "'{}'::jsonb", "mysql", None),
    ],
)
def test_defaults_are_carried_or_told(source: str, kind: str, default: str, target: str, expected: str | None) -> None:
    model = schema(f"{{name: a, type: {kind!r}}}", "{name: b, type: int}", dialect=source)
    column = replace(model.tables[0].columns[0], default=default)
    table = replace(model.tables[0], columns=(column, model.tables[0].columns[1]))
    exported = written(replace(model, tables=(table,)), target)
    said = column_line(exported).partition(" DEFAULT ")[2]
    assert said == (expected or "")
    assert (expected is None) == any("default" in line and default in line for line in exported.warnings)


def test_a_sequence_becomes_an_identity() -> None:
    model = schema("{name: a, type: int, nullable: false, default: \"nextval('s'::regclass)\"}", dialect="postgres")
    assert column_line(written(model, "mysql")) == "a INT AUTO_INCREMENT NOT NULL"
    assert "KEY (a)" in written(model, "mysql").sql
    assert column_line(written(model, "tsql")) == "a INT IDENTITY(1,1) NOT NULL"
    assert column_line(written(model, "spark")) == "a INT NOT NULL"
    assert "CREATE SEQUENCE IF NOT EXISTS s;" in written(model, "postgres").sql


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("postgres", "id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2) NOT NULL"),
        ("oracle", "id NUMBER(19) GENERATED ALWAYS AS IDENTITY (START WITH 5 INCREMENT BY 2) NOT NULL"),
        ("tsql", "id BIGINT IDENTITY(5,2) NOT NULL"),
        ("redshift", "id BIGINT IDENTITY(5,2) NOT NULL"),
        ("vertica", "id IDENTITY(5,2) NOT NULL"),
        ("snowflake", "id BIGINT AUTOINCREMENT START 5 INCREMENT 2 NOT NULL"),
        ("duckdb", "id BIGINT DEFAULT nextval('t_id_seq') NOT NULL"),
        ("sqlite", "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"),
        ("exasol", "id BIGINT IDENTITY 5 NOT NULL"),
        ("hive", "id BIGINT NOT NULL"),
    ],
)
def test_identities(target: str, line: str) -> None:
    model = schema(
        "{name: id, type: bigint, nullable: false, generated: true}",
        "{name: b, type: int}",
        primary_key="[id]",
        options="{identity: {id: {start: 5, increment: 2}}}",
    )
    assert column_line(written(model, target)) == line


def test_an_identity_is_a_whole_number_and_so_are_its_keys() -> None:
    text = """CREATE TABLE p (id NUMBER GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
    CREATE TABLE c (p_id NUMBER REFERENCES p (id));"""
    exported = written(convert_text(text, "oracle", "x"), "postgres")
    assert "id BIGINT GENERATED ALWAYS AS IDENTITY NOT NULL" in exported.sql
    assert "p_id BIGINT" in exported.sql
    assert any("p.id: decimal(38,10) is narrower as BIGINT" in line for line in exported.warnings)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("postgres", "CONSTRAINT pos CHECK (amount >= 0 AND \"Kind\" IN ('a', 'b'))"),
        ("tsql", "CONSTRAINT pos CHECK (amount >= 0 AND Kind IN ('a', 'b'))"),
        ("clickhouse", "CONSTRAINT pos CHECK (amount >= 0 AND Kind IN ('a', 'b'))"),
        ("snowflake", None),
        ("spark", None),
    ],
)
def test_checks(target: str, expected: str | None) -> None:
    text = "CREATE TABLE t (amount int, Kind char(1), CONSTRAINT pos CHECK (amount >= 0 AND kind IN ('a','b')));"
    exported = written(convert_text(text, "mysql", "x"), target)
    if expected is None:
        assert "CHECK" not in exported.sql
        assert any("the check amount >= 0" in line for line in exported.warnings)
    else:
        assert f"  {expected}\n" in exported.sql


def test_a_check_that_nobody_can_say_is_told() -> None:
    model = convert_text("CREATE TABLE t (a text, CHECK (a ~ '^x'), CHECK (f(a)));", "postgres", "x")
    exported = written(model, "mysql")
    assert "CHECK" not in exported.sql
    assert [line for line in exported.warnings if "check" in line] == [
        "t: the check a ~ '^x' is dropped: mysql can't say it",
        "t: the check f(a) is dropped: mysql can't say it",
    ]


def test_computed_columns() -> None:
    text = "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c int GENERATED ALWAYS AS (f(a)) STORED);"
    model = convert_text(text, "postgres", "x")
    assert "  b INTEGER GENERATED ALWAYS AS (a * 2) STORED" in written(model, "postgres").sql
    assert "  b INT AS (a * 2)" in written(model, "tsql").sql
    assert "  b Nullable(Int32) MATERIALIZED a * 2" in written(model, "clickhouse").sql
    redshift = written(model, "redshift")
    assert "  b INTEGER" in redshift.sql
    assert "t.b: the expression a * 2 is dropped: redshift computes no columns" in redshift.warnings
    assert "t.c: the expression f(a) is dropped: mysql can't say it" in written(model, "mysql").warnings


# -- keys --------------------------------------------------------------------------------------------------------

CIRCLE = """tables:
  - name: a
    columns: [{name: id, type: int, nullable: false}, {name: b_id, type: int}]
    primary_key: [id]
    foreign_keys: [{columns: [b_id], references: {table: b, columns: [id]}}]
  - name: b
    columns: [{name: id, type: int, nullable: false}, {name: a_id, type: int}]
    primary_key: [id]
    foreign_keys: [{columns: [a_id], references: {table: a, columns: [id]}}]
"""


def test_keys_to_later_tables_wait_for_them() -> None:
    exported = written(parse_schema(CIRCLE, "x"), "postgres")
    assert "  FOREIGN KEY (a_id) REFERENCES a (id)\n" in exported.sql
    assert exported.sql.rstrip().endswith("ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b (id);")
    assert written(parse_schema(CIRCLE, "x"), "sqlite").sql.count("REFERENCES") == 2


def test_without_alter_parents_come_first_and_circles_are_told() -> None:
    exported = written(parse_schema(CIRCLE, "x"), "duckdb")
    assert exported.sql.index("CREATE TABLE b") < exported.sql.index("CREATE TABLE a")
    assert exported.warnings == ("b: the foreign key (a_id) is dropped: the tables name each other",)


KEYED = """tables:
  - name: p
    columns: [{name: id, type: int, nullable: false}, {name: code, type: string, nullable: false}]
    primary_key: [id]
    unique: [[code]]
  - name: c
    columns: [{name: id, type: int, nullable: false}, {name: p_id, type: int}]
    primary_key: [id]
    foreign_keys: [{columns: [p_id], references: {table: p, columns: [id]}}]
    options:
      constraint_names: {pk_c: primary key, fk_c: foreign key (p_id)}
      foreign_key_rules: {p_id: ON DELETE CASCADE}
"""


@pytest.mark.parametrize(
    ("target", "lines", "told"),
    [
        ("postgres", ["CONSTRAINT pk_c PRIMARY KEY (id)", "UNIQUE (code)", "REFERENCES p (id) ON DELETE CASCADE"], 0),
        ("mysql", ["code VARCHAR(255) NOT NULL", "UNIQUE (code)", "REFERENCES p (id) ON DELETE CASCADE"], 1),
        ("bigquery", ["PRIMARY KEY (id) NOT ENFORCED", "REFERENCES p (id) NOT ENFORCED"], 3),
        ("hive", ["ALTER TABLE c ADD CONSTRAINT pk_c PRIMARY KEY (id) DISABLE NOVALIDATE;"], 1),
        ("snowflake", ["CONSTRAINT pk_c PRIMARY KEY (id)", "REFERENCES p (id) ON DELETE CASCADE"], 0),
        ("redshift", ["CONSTRAINT pk_c PRIMARY KEY (id)", "REFERENCES p (id)\n"], 2),
        ("exasol", ["CONSTRAINT pk_c PRIMARY KEY (id)", "REFERENCES p (id)\n"], 3),
        ("spark", [], 4),
        ("trino", [], 4),
        ("athena", [], 8),
    ],
)
def test_keys(target: str, lines: list[str], told: int) -> None:
    exported = written(parse_schema(KEYED, "x"), target)
    for line in lines:
        assert line in exported.sql
    assert len(exported.warnings) == told, exported.warnings
    if not lines:
        assert "KEY" not in exported.sql


# -- storage -----------------------------------------------------------------------------------------------------


def test_partitions() -> None:
    model = schema(
        "{name: day, type: date, nullable: false, comment: the day}", "{name: a, type: int}", partition_by="[day]"
    )
    assert "PARTITIONED BY (\n  day DATE COMMENT 'the day'\n)" in written(model, "hive").sql
    assert "t: day come last: partitions do there" in written(model, "hive").warnings
    assert "PARTITIONED BY (day)" in written(model, "spark").sql
    assert "PARTITION BY day" in written(model, "bigquery").sql
    assert "WITH (partitioned_by = ARRAY['day'])" in written(model, "trino").sql
    assert "t: partitioned by day is dropped" in written(model, "postgres").warnings


def test_what_redshift_keeps_is_mapped_or_told() -> None:
    text = """CREATE TABLE s.t (id BIGINT ENCODE az64, day DATE)
    BACKUP NO DISTSTYLE KEY DISTKEY (id) COMPOUND SORTKEY (day, id);"""
    model = convert_text(text, "redshift", "x")
    assert written(model, "redshift").warnings == ()
    vertica = written(model, "vertica")
    assert "ORDER BY day, id\nSEGMENTED BY HASH(id) ALL NODES;" in vertica.sql
    assert "CLUSTER BY (day, id)" in written(model, "snowflake").sql
    told = " ".join(written(model, "postgres").warnings)
    for word in ("distkey id", "sortkey day, id", "diststyle key", "sortstyle compound", "backup False", "1 columns"):
        assert word in told


def test_storage_goes_along_in_hives_family() -> None:
    text = """CREATE EXTERNAL TABLE t (a INT) PARTITIONED BY (d STRING) CLUSTERED BY (a) INTO 4 BUCKETS
    STORED AS ORC LOCATION 's3a://b/t' TBLPROPERTIES ('orc.compress' = 'ZLIB');"""
    model = convert_text(text, "hive", "x")
    assert written(model, "hive").warnings == ()
    spark = written(model, "spark").sql
    for part in (
        "CREATE EXTERNAL TABLE",
        "STORED AS ORC",
        "LOCATION 's3a://b/t'",
        "'orc.compress' = 'ZLIB'",
        "BUCKETS",
    ):
        assert part in spark
    databricks = written(model, "databricks").sql
    assert "USING ORC" in databricks
    assert "PARTITIONED BY (d)" in databricks
    told = " ".join(written(model, "postgres").warnings)
    for word in ("EXTERNAL", "stored_as orc", "location s3a://b/t", "CLUSTERED BY", "orc.compress=ZLIB", "by d"):
        assert word in told


def test_names_that_a_metastore_does_not_take_are_changed_and_told() -> None:
    model = schema("{name: 'my id', type: int}", table="Order Lines", schema="dbo.x")
    exported = written(model, "hive")
    assert "CREATE TABLE x.Order_Lines (\n  `my id` INT\n" in exported.sql
    assert any("its name is Order_Lines" in line for line in exported.warnings)
    with pytest.raises(DDLError, match="two tables would have this name"):
        written(
            parse_schema(
                "tables: [{name: a b, columns: [{name: x, type: int}]}, {name: a_b, columns: [{name: x, type: int}]}]",
                "x",
            ),
            "spark",
        )


def test_schemas_are_created_where_they_can_be() -> None:
    model = schema("{name: a, type: int}", schema="sales")
    assert written(model, "postgres").sql.startswith("CREATE SCHEMA IF NOT EXISTS sales;\n\nCREATE TABLE sales.t (")
    assert written(model, "mysql").sql.startswith("CREATE DATABASE IF NOT EXISTS sales;")
    assert written(model, "tsql").sql.startswith("IF SCHEMA_ID(N'sales') IS NULL EXEC(N'CREATE SCHEMA sales');")
    assert convert_text(written(model, "tsql").sql, "tsql", "x").tables[0].schema == "sales"
    assert written(model, "oracle").sql.startswith("CREATE TABLE sales.t (")
    assert written(model, "sqlite").sql.startswith("CREATE TABLE t (")
    assert "CREATE SCHEMA" not in written(schema("{name: a, type: int}", schema="public"), "postgres").sql


# -- the program -------------------------------------------------------------------------------------------------


@pytest.fixture
def yaml(tmp_path: Path) -> Path:
    path = tmp_path / "shop.yaml"
    path.write_text(KEYED)
    return path


def test_program_writes_to_stdout_and_warns_on_stderr(yaml: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export_ddl.main([str(yaml), "--dialect", "sqlserver", "--table", "c"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("CREATE TABLE c (\n  id INT NOT NULL,\n  p_id INT,\n")
    assert "CREATE TABLE p" not in shown.out
    assert export_ddl.main([str(yaml), "--dialect", "trino"]) == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines()[0] == "warning: p: the primary key (id) is dropped: trino has none"


def test_program_writes_a_file_once(yaml: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "deep" / "shop.sql"
    arguments = [str(yaml), "--dialect", "postgres", "--output", str(out)]
    assert export_ddl.main([*arguments, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"would write: {out}\n")
    assert "+CREATE TABLE p (" in shown
    assert not out.exists()
    assert export_ddl.main(arguments) == 0
    assert capsys.readouterr().out == f"written: {out}\n"
    before = out.stat().st_mtime_ns
    assert export_ddl.main(arguments) == 0
    assert capsys.readouterr().out == f"unchanged: {out}\n"
    assert out.stat().st_mtime_ns == before
    assert list(out.parent.iterdir()) == [out]


def test_the_api_writes_the_same(yaml: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.sql"
    exported = DDLExporter("postgres").export_file(yaml, out)
    assert out.read_text() == exported.sql == DDLExporter("postgresql").export(yaml).sql
    with pytest.raises(SchemaError, match=r"no such table \(got 'pp'\); did you mean p\?"):
        DDLExporter("postgres").export(yaml, ["pp"])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["no.yaml", "--dialect", "postgres"], 1, "error: no.yaml: can't read the schema"),
        (["shop.yaml", "--dialect", "postgrs"], 2, "did you mean postgres"),
        (["shop.yaml"], 2, "--dialect"),
        (["shop.yaml", "--dialect", "mysql", "--table", "x"], 1, "the schema has no such table"),
        (["shop.yaml", "--dialect", "mysql", "--table", ","], 2, "--table names no table"),
        (["shop.yaml", "--dialect", "mysql", "--output", "."], 1, "the output is a directory"),
        (["shop.yaml", "--dialect", "mysql", "--output", "shop.yaml"], 1, "input and output are the same file"),
    ],
)
def test_failures_are_one_line(yaml: Path, arguments: list[str], code: int, said: str) -> None:
    command = [sys.executable, str(PROJECT / "jobs" / "export_ddl.py"), *arguments]
    done = subprocess.run(command, cwd=yaml.parent, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert done.stdout == ""


def test_help_names_every_dialect_and_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        export_ddl.main(["--help"])
    shown = capsys.readouterr().out
    assert all(dialect in shown for dialect in DIALECTS)
    assert "export_ddl.py schemas/orders.yaml --dialect postgres" in shown
    assert "exit code: 0 done" in shown
