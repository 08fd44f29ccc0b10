"""What export_ddl.py writes, created in real engines; their catalogs must say what the model says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ddl_servers
import duckdb
import pytest
from ddl_catalogs import (
    Metastore,
    apart,
    duckdb_table,
    mariadb_table,
    model,
    postgres_table,
    rows,
    sqlite_table,
    statements,
    stored,
    wanted,
    written,
)

from rowmill.ddl.convert import convert_text
from rowmill.schema.model import SchemaFile
from rowmill.schema.yaml import load_schema, parse_schema

pytestmark = pytest.mark.integration

PROJECT = Path(__file__).resolve().parents[2]
FIXTURES = sorted((PROJECT / "tests" / "ddl" / "fixtures").glob("*.sql"))
SHIPPED = sorted((PROJECT / "schemas").rglob("*.yaml"))


def schema_of(path: Path) -> SchemaFile:
    if path.suffix == ".yaml":
        return load_schema(path)
    dialect = {"tpch": "postgres"}.get(path.stem, path.stem)
    return convert_text(path.read_text(), dialect, path.name)


every_schema = pytest.mark.parametrize("path", [*FIXTURES, *SHIPPED], ids=lambda path: path.name)


# -- SQLite ------------------------------------------------------------------------------------------------------


def test_sqlite_has_what_the_model_says() -> None:
    base = sqlite3.connect(":memory:")
    base.executescript(written("sqlite").sql)
    for table in model().tables:
        expected = wanted(table, "sqlite", comments=False)
        if table.name == "customers":  # of no other type is AUTOINCREMENT
            expected.columns[0] = ("customer_id", "INTEGER", False)
        assert sqlite_table(base, table.name) == expected
    base.execute("PRAGMA foreign_keys = ON")
    base.execute("INSERT INTO regions (region_id) VALUES (1)")
    base.execute("INSERT INTO customers (email, code, region_id, age) VALUES ('a', 'b', 1, 4)")
    assert base.execute("SELECT customer_id, next_age FROM customers").fetchall() == [(1, 5)]
    for wrong in ("age = 200", "region_id = 9", "code = NULL"):
        with pytest.raises(sqlite3.IntegrityError):
            base.execute(f"UPDATE customers SET {wrong}")
    base.execute("INSERT INTO defaulted (id) VALUES (1)")
    row = base.execute('SELECT n, d, b, t, s, on_day, "at", now_ > \'2024\', "none" FROM defaulted').fetchone()
    assert row == (7, 1.5, 1, "it's; ok", "plain", "2024-02-29", "2024-02-29 12:30:00", 1, None)


@every_schema
def test_sqlite_takes(path: Path) -> None:
    sqlite3.connect(":memory:").executescript(written("sqlite", schema_of(path)).sql)


# -- DuckDB ------------------------------------------------------------------------------------------------------


def test_duckdb_has_what_the_model_says() -> None:
    base = duckdb.connect()
    exported = written("duckdb")
    base.execute(exported.sql)
    for table in model().tables:
        expected = wanted(table, "duckdb")
        if table.name == "regions":  # customers and regions name each other
            expected.foreign = set()
            assert "shop.regions: the foreign key (head) is dropped: the tables name each other" in exported.warnings
        assert duckdb_table(base, table.name) == expected
    base.execute("INSERT INTO shop.regions (region_id) VALUES (1)")
    base.execute("INSERT INTO shop.customers (email, code, region_id, age) VALUES ('a', 'b', 1, 4), ('c', 'd', 1, 5)")
    assert base.execute("SELECT customer_id, next_age FROM shop.customers").fetchall() == [(5, 5), (7, 6)]
    base.execute("INSERT INTO shop.defaulted (id) VALUES (1)")
    query = """SELECT n, d::VARCHAR, b, t, s, on_day::VARCHAR, "at"::VARCHAR, now_ > '2024-01-01', "none"
    FROM shop.defaulted"""
    row = base.execute(query).fetchone()
    assert row == (7, "1.50", True, "it's; ok", "plain", "2024-02-29", "2024-02-29 12:30:00", True, None)


@every_schema
def test_duckdb_takes(path: Path) -> None:
    duckdb.connect().execute(written("duckdb", schema_of(path)).sql)


# -- PostgreSQL --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    ddl_servers.install()
    with ddl_servers.postgres() as server:
        yield server


@pytest.fixture
def database(postgres: Any, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Any]]:
    """Runs a text in a database of the test's own."""
    name = f"d{abs(hash(request.node.nodeid))}"
    postgres.ask(f"CREATE DATABASE {name};", "postgres")
    yield lambda sql: postgres.run(sql, name)
    postgres.ask(f"DROP DATABASE {name};", "postgres")


def test_postgres_has_what_the_model_says(database: Callable[[str], Any]) -> None:
    answer = database(written("postgres").sql)
    assert answer.code == 0, answer.err
    for table in model().tables:
        assert postgres_table(database, str(table.schema), table.name) == wanted(table, "postgres")
    done = database(
        """INSERT INTO shop.regions (region_id) VALUES (1);
        INSERT INTO shop.customers (email, code, region_id, age) VALUES ('a', 'b', 1, 4), ('c', 'd', 1, 5);
        INSERT INTO shop.defaulted (id) VALUES (1);
        SELECT json_agg(json_build_array(customer_id, next_age)) FROM shop.customers;
        SELECT json_build_array(n, d, b, t, s, on_day, at, now_ > '2024-01-01', none) FROM shop.defaulted;
        SELECT json_build_array(attidentity) FROM pg_attribute WHERE attname = 'customer_id' AND attidentity <> '';
        SELECT json_build_array(conname) FROM pg_constraint
        WHERE contype = 'c' OR conname IN ('customers_pk', 'lines_customer');
        SELECT json_build_array(confdeltype) FROM pg_constraint WHERE conname = 'lines_customer';"""
    )
    found = rows(done)
    assert found[0] == [[5, 5], [7, 6]]
    assert found[1] == [7, 1.5, True, "it's; ok", "plain", "2024-02-29", "2024-02-29T12:30:00", True, None]
    assert found[2] == ["a"]
    assert {row[0] for row in found[3:-1]} >= {"customers_pk", "lines_customer", "adult"}
    assert found[-1] == ["c"]


@every_schema
def test_postgres_takes(path: Path, database: Callable[[str], Any]) -> None:
    answer = database(written("postgres", schema_of(path)).sql)
    assert answer.code == 0, answer.err


# -- MariaDB -----------------------------------------------------------------------------------------------------

_SYSTEM = frozenset({"mysql", "sys", "information_schema", "performance_schema"})


@pytest.fixture(scope="module")
def mariadb() -> Iterator[Any]:
    ddl_servers.install()
    with ddl_servers.mariadb() as server:
        yield server


@pytest.fixture
def maria(mariadb: Any) -> Iterator[Callable[[str], Any]]:
    """Runs a text with a database of the test's own as the default; all databases go afterwards."""
    mariadb.ask("CREATE DATABASE home")
    yield lambda sql: mariadb.run(sql, "home")
    for (name,) in mariadb.ask("SHOW DATABASES"):
        if name not in _SYSTEM:
            mariadb.ask(f"DROP DATABASE `{name}`")


def test_mariadb_has_what_the_model_says(maria: Callable[[str], Any]) -> None:
    answer = maria(written("mysql").sql)
    assert answer.code == 0, answer.err
    for table in model().tables:
        assert mariadb_table(maria, str(table.schema), table.name) == wanted(table, "mysql")
    done = maria(
        """INSERT INTO shop.regions (region_id) VALUES (1);
        INSERT INTO shop.customers (email, code, region_id, age) VALUES ('a', 'b', 1, 4);
        INSERT INTO shop.defaulted (id) VALUES (1);
        SELECT json_array(customer_id, next_age) FROM shop.customers;
        SELECT json_array(n, d, b, t, s, on_day, at, now_ > '2024-01-01', none) FROM shop.defaulted;
        SELECT json_array(constraint_name, delete_rule) FROM information_schema.referential_constraints
        WHERE constraint_name = 'lines_customer'"""
    )
    found = rows(done)
    assert found[0] == [1, 5]
    assert found[1] == [7, 1.5, 1, "it's; ok", "plain", "2024-02-29", "2024-02-29 12:30:00.000000", 1, None]
    assert found[2] == ["lines_customer", "CASCADE"]
    assert maria("UPDATE shop.customers SET age = 200").code != 0


@every_schema
def test_mariadb_takes(path: Path, maria: Callable[[str], Any]) -> None:
    answer = maria(written("mysql", schema_of(path)).sql)
    assert answer.code == 0, answer.err


WIDE = """tables:
  - name: wide
    columns:
      - {name: id, type: int, nullable: false, generated: true}
      - {name: a, type: varchar(10000)}
      - {name: b, type: varchar(12000)}
      - {name: c, type: varchar(1000), nullable: false}
      - {name: d, type: varchar(60000)}
    primary_key: [id]
    unique: [[c]]
    options: {check: [id > 0, length(a) > 1]}
"""


def test_mariadb_takes_wide_rows_and_long_keys(maria: Callable[[str], Any]) -> None:
    exported = written("mysql", parse_schema(WIDE, "x"))
    answer = maria(exported.sql)
    assert answer.code == 0, answer.err
    kinds = [kind for _, kind, _ in mariadb_table(maria, "home", "wide").columns]
    assert kinds == ["int(11)", "varchar(10000)", "longtext", "varchar(1000)", "longtext"]
    assert sorted(exported.warnings) == [
        "wide.b: varchar(12000) as LONGTEXT: a row has 65,535 bytes at most",
        "wide.d: varchar(60000) as LONGTEXT: its length is not kept, a varchar has 16383 at most",
        "wide: the check id > 0 is dropped: mysql can't say it",
        "wide: the key unique (c) is dropped: it is longer than 3072 bytes",
    ]


# -- Spark and Hive ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def metastore(spark: Any) -> Metastore:
    return Metastore(spark)


@pytest.fixture
def store(metastore: Metastore) -> Iterator[Metastore]:
    metastore.drop()
    yield metastore
    metastore.drop()


@pytest.mark.parametrize("target", ["spark", "hive"])
def test_the_metastore_has_what_the_model_says(target: str, store: Metastore) -> None:
    schema = apart(model(), target)
    for statement in statements(written(target, schema).sql, target):
        if statement.startswith("ALTER TABLE"):
            # Hive's own words: UNIQUE is of Hive 3, the driver here is 2.3.
            if " UNIQUE (" not in statement:
                store.hive(statement)
        else:
            store.run(statement)
    for table in schema.tables:
        found, expected = store.table(str(table.schema), table.name), stored(table, target)
        if target == "hive" and table.name == "odd":  # it folds names to small letters in what it keeps itself
            found.columns = [(name.lower(), kind, null) for name, kind, null in found.columns]
            expected.columns = [(name.lower(), kind, null) for name, kind, null in expected.columns]
        assert found == expected
    if target == "hive":
        shop = "engines_hive_shop"
        assert (
            "Primary Key Table: engines_hive_shop.lines Constraint Name: pk_lines Column Names: order_id line"
            in store.keys(shop, "lines")
        )
        foreign = store.keys(shop, "customers")
        assert "Constraint Name: customers_pk Column Names: customer_id" in foreign
        assert "Parent Column Name:engines_hive_shop.regions.region_id Column Name:region_id" in foreign


@pytest.mark.parametrize("target", ["spark", "hive"])
@every_schema
def test_the_metastore_takes(path: Path, target: str, store: Metastore) -> None:
    schema = schema_of(path)
    own = schema.dialect == target
    for statement in statements(written(target, apart(schema, "other")).sql, target):
        if statement.startswith("ALTER TABLE"):
            if " UNIQUE (" not in statement:
                store.hive(statement)
        elif own and "ROW FORMAT DELIMITED" in statement and "STORED AS ORC" in statement:
            store.hive(statement)  # Hive does not mind; Spark does
        else:
            store.run(statement)
