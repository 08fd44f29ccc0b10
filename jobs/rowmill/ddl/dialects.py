"""The dialects by name: whose parser reads them, and how their text is written."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from rowmill.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one dialect's text is to be read.

    parser:   sqlglot's name of the parser that reads it
    escapes:  a backslash escapes inside quotes
    hashes:   `#` begins a comment
    brackets: `[name]` is a quoted identifier
    index_lines: `KEY name (columns)` stands among the columns
    """

    name: str
    parser: str
    escapes: bool = False
    hashes: bool = False
    brackets: bool = False
    index_lines: bool = False


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("athena", "athena", escapes=True),
        Dialect("bigquery", "bigquery", escapes=True, hashes=True),
        Dialect("clickhouse", "clickhouse", escapes=True, index_lines=True),
        Dialect("databricks", "databricks", escapes=True),
        Dialect("db2", "postgres"),
        Dialect("duckdb", "duckdb"),
        Dialect("exasol", "exasol"),
        Dialect("hive", "hive", escapes=True),
        Dialect("mysql", "mysql", escapes=True, hashes=True, index_lines=True),
        Dialect("oracle", "oracle"),
        Dialect("postgres", "postgres"),
        Dialect("redshift", "redshift"),
        Dialect("singlestore", "singlestore", escapes=True, hashes=True, index_lines=True),
        Dialect("snowflake", "snowflake", escapes=True),
        Dialect("spark", "spark", escapes=True),
        Dialect("sqlite", "sqlite", brackets=True),
        Dialect("teradata", "teradata"),
        Dialect("trino", "trino"),
        Dialect("tsql", "tsql", brackets=True, index_lines=True),
        Dialect("vertica", "postgres"),
    )
}
ALIASES = {
    "ansi": "postgres",
    "generic": "postgres",
    "mariadb": "mysql",
    "memsql": "singlestore",
    "mssql": "tsql",
    "postgresql": "postgres",
    "presto": "trino",
    "spark2": "spark",
    "sparksql": "spark",
    "sqlserver": "tsql",
}
AUTO = "auto"
# Where a text bears no marks: of all, PostgreSQL keeps closest to the standard.
PLAIN = DIALECTS["postgres"]


def dialect_named(name: str) -> Dialect:
    """The dialect of a name or one of its other names. Raises ConfigError for an unknown one."""
    key = name.strip().lower()
    key = ALIASES.get(key, key)
    if key not in DIALECTS:
        near = difflib.get_close_matches(key, [*DIALECTS, *ALIASES], n=2)
        known = ", ".join([AUTO, *DIALECTS])
        raise ConfigError(
            "unknown dialect",
            where="dialect",
            value=name,
            fix=f"did you mean {' or '.join(near)}?" if near else f"known are {known}",
        )
    return DIALECTS[key]
