"""A model with something of everything, and what the catalogs of real engines say of its tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb

from rowmill.ddl.dialects import DIALECTS, dialect_named
from rowmill.ddl.export import Exported, export_schema
from rowmill.ddl.reading.lexer import tokenize
from rowmill.schema.model import SchemaFile, TableDefinition
from rowmill.schema.yaml import parse_schema

# Each canonical type, and what SQLite, DuckDB, PostgreSQL, MariaDB, Spark and Hive call it in their catalogs;
# `=` stands for the same name, and what is left out at the end for the one before.
_TYPES = """
boolean | BOOLEAN | BOOLEAN | = | tinyint(1) | =
tinyint | TINYINT | TINYINT | smallint | tinyint(4) | =
smallint | SMALLINT | SMALLINT | = | smallint(6) | =
int | INTEGER | INTEGER | integer | int(11) | =
bigint | BIGINT | BIGINT | = | bigint(20) | =
float | FLOAT | FLOAT | real | = | =
double | DOUBLE | DOUBLE | double precision | = | =
decimal(12,3) | DECIMAL(12,3) | DECIMAL(12,3) | numeric(12,3) | = | =
decimal(6,2) | DECIMAL(6,2) | DECIMAL(6,2) | numeric(6,2) | = | =
char(7) | CHAR(7) | VARCHAR | character(7) | = | =
char(4) | CHAR(4) | VARCHAR | character(4) | = | =
varchar(20) | VARCHAR(20) | VARCHAR | character varying(20) | = | =
varchar(120) | VARCHAR(120) | VARCHAR | character varying(120) | = | =
string | TEXT | VARCHAR | text | longtext | =
binary | BLOB | BLOB | bytea | longblob | =
date | DATE | DATE | = | = | =
time | TIME | TIME | time without time zone | time(6) | string
timestamp | TIMESTAMPTZ | TIMESTAMP WITH TIME ZONE | timestamp with time zone | timestamp(6) | =
timestamp_ntz | TIMESTAMP | TIMESTAMP | timestamp without time zone | datetime(6) | = | timestamp
interval | TEXT | INTERVAL | = | varchar(64) | interval day to second | string
json | JSON | JSON | jsonb | longtext | string
uuid | UUID | UUID | = | char(36) | string
xml | TEXT | VARCHAR | = | longtext | string
geometry | TEXT | GEOMETRY | text | = | string
array<int> | JSON | INTEGER[] | integer[] | longtext | =
map<string,int> | JSON | MAP(VARCHAR, INTEGER) | jsonb | longtext | =
struct<a:int,`b c`:string> | JSON | STRUCT(a INTEGER, "b c" VARCHAR) | jsonb | longtext | struct<a:int,b c:string>
"""
_ENGINES = ("sqlite", "duckdb", "postgres", "mysql", "spark", "hive")
TYPES: dict[str, dict[str, str]] = {engine: {} for engine in _ENGINES}
for _line in _TYPES.strip().splitlines():
    _kind, *_names = (part.strip() for part in _line.split(" | "))
    for _engine, _name in zip(_ENGINES, [*_names, _names[-1]], strict=False):
        TYPES[_engine][_kind] = _kind if _name == "=" else _name
KINDS = [kind for kind in TYPES["hive"] if kind not in ("decimal(6,2)", "char(4)", "varchar(120)")]

MODEL = """
tables:
  - name: kinds
    schema: all_kinds
    columns:
      - {name: id, type: int, nullable: false}
KINDS
    primary_key: [id]
  - name: customers
    schema: shop
    comment: "it's the shop's; \\"all\\" of them"
    columns:
      - {name: customer_id, type: bigint, nullable: false, generated: true, comment: numbered}
      - {name: email, type: varchar(120), nullable: false, comment: "who's that?"}
      - {name: code, type: char(4), nullable: false}
      - {name: region_id, type: smallint}
      - {name: age, type: int}
      - {name: next_age, type: int, generated: true}
    primary_key: [customer_id]
    unique: [[email], [code, region_id]]
    foreign_keys:
      - {columns: [region_id], references: {table: shop.regions, columns: [region_id]}}
    options:
      check: [age >= 0 AND age < 200]
      computed: {next_age: age + 1}
      constraint_names:
        customers_pk: primary key
        customers_code: unique (code, region_id)
        adult: check (age >= 0 AND age < 200)
      identity: {customer_id: {start: 5, increment: 2}}
  - name: regions
    schema: shop
    columns:
      - {name: region_id, type: smallint, nullable: false}
      - {name: head, type: bigint}
    primary_key: [region_id]
    foreign_keys:
      - {columns: [head], references: {table: customers, columns: [customer_id]}}
  - name: lines
    schema: shop
    columns:
      - {name: order_id, type: bigint, nullable: false}
      - {name: line, type: smallint, nullable: false}
      - {name: customer_id, type: bigint, nullable: false}
    primary_key: [order_id, line]
    foreign_keys:
      - {columns: [customer_id], references: {table: customers, columns: [customer_id]}}
    options:
      foreign_key_rules: {customer_id: ON DELETE CASCADE}
      constraint_names: {lines_customer: foreign key (customer_id)}
  - name: parts
    schema: shop
    columns:
      - {name: order_id, type: bigint, nullable: false}
      - {name: line, type: smallint, nullable: false}
      - {name: note, type: string}
    foreign_keys:
      - {columns: [order_id, line], references: {table: shop.lines, columns: [order_id, line]}}
  - name: odd
    schema: shop
    columns:
      - {name: select, type: int, nullable: false}
      - {name: Mixed Case, type: int}
      - {name: "größe", type: int}
      - {name: "a,b", type: int}
      - {name: order, type: int}
      - {name: "say \\"hi\\"", type: int}
      - {name: UPPER, type: int}
      - {name: user, type: int}
    primary_key: [select]
    unique: [[Mixed Case, UPPER]]
  - name: defaulted
    schema: shop
    columns:
      - {name: id, type: int, nullable: false}
      - {name: n, type: int, nullable: false, default: "7"}
      - {name: d, type: "decimal(6,2)", default: "1.50"}
      - {name: b, type: boolean, default: "TRUE"}
      - {name: t, type: varchar(20), default: "'it''s; ok'"}
      - {name: s, type: string, default: "'plain'"}
      - {name: on_day, type: date, default: "'2024-02-29'"}
      - {name: at, type: timestamp_ntz, default: "'2024-02-29 12:30:00'"}
      - {name: now_, type: timestamp_ntz, default: CURRENT_TIMESTAMP}
      - {name: none, type: int, default: "NULL"}
    primary_key: [id]
  - name: events
    schema: shop
    columns:
      - {name: event_id, type: bigint, nullable: false}
      - {name: day, type: date, comment: "a partition's"}
      - {name: hour, type: tinyint}
      - {name: name, type: string, nullable: false}
    partition_by: [day, hour]
""".replace("KINDS", "\n".join(f"      - {{name: k{i}, type: {kind!r}}}" for i, kind in enumerate(KINDS)))


@dataclass
class Found:
    """One table, as the model or a catalog has it."""

    columns: list[tuple[str, str, bool]]
    primary: tuple[str, ...] = ()
    unique: set[tuple[str, ...]] = field(default_factory=set)
    foreign: set[tuple[tuple[str, ...], str, tuple[str, ...]]] = field(default_factory=set)
    comment: str | None = None
    comments: dict[str, str] = field(default_factory=dict)


def model() -> SchemaFile:
    return parse_schema(MODEL, "model")


def wanted(table: TableDefinition, engine: str, keys: str = "puf", comments: bool = True) -> Found:
    """What a catalog must say of a table. keys: primary, unique, foreign, as far as the engine has them."""
    found = Found([(c.name, TYPES[engine][str(c.type)], c.nullable) for c in table.columns])
    if "p" in keys:
        found.primary = table.primary_key
    if "u" in keys:
        found.unique = set(table.unique)
    if "f" in keys:
        found.foreign = {(k.columns, k.table.rpartition(".")[2], k.references) for k in table.foreign_keys}
    if comments:
        found.comment = table.comment
        found.comments = {c.name: c.comment for c in table.columns if c.comment}
    return found


def written(target: str, schema: SchemaFile | None = None) -> Exported:
    return export_schema(schema or model(), dialect_named(target))


def sqlite_table(base: sqlite3.Connection, name: str) -> Found:
    columns = base.execute(
        'SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?) WHERE hidden <> 1', [name]
    ).fetchall()
    found = Found([(row[0], row[1].removesuffix(" GENERATED ALWAYS"), not row[2]) for row in columns])
    found.primary = tuple(row[0] for row in sorted((r for r in columns if r[3]), key=lambda r: r[3]))
    for index, origin in base.execute("SELECT name, origin FROM pragma_index_list(?)", [name]).fetchall():
        if origin == "u":
            found.unique.add(tuple(r[0] for r in base.execute("SELECT name FROM pragma_index_info(?)", [index])))
    keys: dict[int, list[tuple[str, str, str]]] = {}
    query = 'SELECT id, "from", "table", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq'
    for number, *key in base.execute(query, [name]):
        keys.setdefault(number, []).append((key[0], key[1], key[2]))
    found.foreign = {(tuple(k[0] for k in key), key[0][1], tuple(k[2] for k in key)) for key in keys.values()}
    return found


def duckdb_table(base: duckdb.DuckDBPyConnection, name: str) -> Found:
    query = "SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE table_name = ?"
    columns = base.execute(f"{query} ORDER BY column_index", [name]).fetchall()
    found = Found([(c[0], c[1], c[2]) for c in columns], comments={c[0]: c[3] for c in columns if c[3]})
    query = """SELECT constraint_type, constraint_column_names, referenced_table, referenced_column_names
    FROM duckdb_constraints() WHERE table_name = ?"""
    for kind, names, parent, referenced in base.execute(query, [name]).fetchall():
        if kind == "PRIMARY KEY":
            found.primary = tuple(names)
        elif kind == "UNIQUE":
            found.unique.add(tuple(names))
        elif kind == "FOREIGN KEY":
            found.foreign.add((tuple(names), parent, tuple(referenced)))
    found.comment = base.execute("SELECT comment FROM duckdb_tables() WHERE table_name = ?", [name]).fetchall()[0][0]
    return found


def rows(answer: Any) -> list[Any]:
    """The cells of a query that gives one JSON document a line."""
    assert answer.code == 0, answer.err
    return [json.loads(line) for line in answer.out.splitlines()]


def postgres_table(ask: Callable[[str], Any], schema: str, name: str) -> Found:
    relation = f"'{schema}.{name}'::regclass"
    query = f"""SELECT json_build_array(attname, format_type(atttypid, atttypmod), NOT attnotnull,
    col_description(attrelid, attnum)) FROM pg_attribute WHERE attrelid = {relation} AND attnum > 0 ORDER BY attnum;"""
    columns = rows(ask(query))
    found = Found([(c[0], c[1], c[2]) for c in columns], comments={c[0]: c[3] for c in columns if c[3]})
    names = """(SELECT json_agg(attname ORDER BY n) FROM unnest({0}) WITH ORDINALITY u(k, n)
    JOIN pg_attribute ON attnum = k AND attrelid = {1})"""
    query = f"""SELECT json_build_array(contype, {names.format("conkey", "conrelid")}, confrelid::regclass,
    {names.format("confkey", "confrelid")}) FROM pg_constraint WHERE conrelid = {relation};"""
    for kind, here, parent, there in rows(ask(query.replace("\n", " "))):
        if kind == "p":
            found.primary = tuple(here)
        elif kind == "u":
            found.unique.add(tuple(here))
        elif kind == "f":
            found.foreign.add((tuple(here), parent.rpartition(".")[2], tuple(there)))
    found.comment = rows(ask(f"SELECT json_build_array(obj_description({relation}));"))[0][0]
    return found


def mariadb_table(ask: Callable[[str], Any], schema: str, name: str) -> Found:
    place = f"table_schema = '{schema}' AND table_name = '{name}'"
    query = f"""SELECT json_array(column_name, column_type, is_nullable, column_comment)
    FROM information_schema.columns WHERE {place} ORDER BY ordinal_position"""
    columns = rows(ask(query))
    found = Found([(c[0], c[1], c[2] == "YES") for c in columns], comments={c[0]: c[3] for c in columns if c[3]})
    query = f"""SELECT json_array(constraint_name, constraint_type, column_name, referenced_table_name,
    referenced_column_name) FROM information_schema.key_column_usage JOIN information_schema.table_constraints
    USING (constraint_schema, table_schema, table_name, constraint_name) WHERE {place}
    ORDER BY constraint_name, ordinal_position"""
    keys: dict[str, list[Any]] = {}
    for key in rows(ask(query)):
        keys.setdefault(key[0], []).append(key)
    for key in keys.values():
        names = tuple(part[2] for part in key)
        if key[0][1] == "PRIMARY KEY":
            found.primary = names
        elif key[0][1] == "UNIQUE":
            found.unique.add(names)
        else:
            found.foreign.add((names, key[0][3], tuple(part[4] for part in key)))
    comment = rows(ask(f"SELECT json_array(table_comment) FROM information_schema.tables WHERE {place}"))[0][0]
    found.comment = comment or None
    return found


class Metastore:
    """Spark with Hive's metastore: statements by Spark's parser, or by Hive's own driver."""

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self._catalog = spark._jsparkSession.sharedState().externalCatalog()
        self._jvm = spark.sparkContext._jvm

    def run(self, statement: str) -> None:
        self.spark.sql(statement)

    def hive(self, statement: str) -> list[str]:
        """Runs a statement by Hive's driver, which Spark opens to its own tests alone."""
        self._jvm.java.lang.System.setProperty("spark.testing", "true")
        try:
            found = self._catalog.unwrapped().client().runSqlHive(statement)
        finally:
            self._jvm.java.lang.System.clearProperty("spark.testing")
        return [found.apply(i) for i in range(found.size())]

    def table(self, schema: str, name: str) -> Found:
        """What the metastore says of a table."""
        kept = json.loads(self._catalog.getTable(schema, name).schema().json())["fields"]
        described = {}
        for row in self.spark.sql(f"DESCRIBE TABLE `{schema}`.`{name}`").collect():
            if row[0].startswith("#"):
                break
            described[row[0]] = row[1]
        found = Found([(f["name"], described[f["name"]], f["nullable"]) for f in kept])
        found.comments = {f["name"]: f["metadata"]["comment"] for f in kept if f["metadata"].get("comment")}
        comment = self._catalog.getTable(schema, name).comment()
        found.comment = comment.get() if comment.isDefined() else None
        return found

    def keys(self, schema: str, name: str) -> str:
        """What Hive describes as the table's constraints."""
        text = "\n".join(self.hive(f"DESCRIBE FORMATTED {schema}.{name}"))
        return " ".join(text.partition("# Constraints")[2].split())

    def drop(self) -> None:
        for row in self.spark.sql("SHOW DATABASES").collect():
            if row[0].startswith("engines_"):
                self.spark.sql(f"DROP DATABASE {row[0]} CASCADE")


def apart(schema: SchemaFile, prefix: str) -> SchemaFile:
    """The schema with databases of the tests' own, and no locations of others."""

    def moved(name: str) -> str:
        return f"engines_{prefix}_{name.rpartition('.')[2]}".lower()

    tables = []
    for table in schema.tables:
        keys = []
        for key in table.foreign_keys:
            parent, _, name = key.table.rpartition(".")
            keys.append(replace(key, table=f"{moved(parent)}.{name}") if parent else key)
        options = {key: value for key, value in table.options.items() if key != "location"}
        tables.append(replace(table, schema=moved(table.schema or ""), options=options, foreign_keys=tuple(keys)))
    return replace(schema, tables=tuple(tables))


def statements(sql: str, target: str) -> list[str]:
    found, start = [], 0
    for token in tokenize(sql, DIALECTS[target]):
        if token.text == ";" and token.kind == "mark":
            found.append(sql[start : token.start].strip())
            start = token.end
    return found


def stored(table: TableDefinition, engine: str) -> Found:
    """What the metastore must say: no keys, partitions last; Spark's own formats forget NOT NULL."""
    found = wanted(table, engine, keys="")
    by = table.partition_by
    found.columns.sort(key=lambda column: by.index(column[0]) + 1 if column[0] in by else 0)
    if engine == "spark":
        found.columns = [(name, kind, True) for name, kind, _ in found.columns]
    else:
        found.columns = [(name, kind, null or name in by) for name, kind, null in found.columns]
    return found
