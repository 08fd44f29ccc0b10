"""The dialects by name: whose parser reads them, and how their text is written."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from rowmill.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one dialect's text is to be read.

    parser:         sqlglot's name of the parser that reads its types and expressions
    escapes:        a backslash escapes inside quotes
    hashes:         `#` begins a comment
    slashes:        `//` begins a comment
    brackets:       `[name]` is a quoted identifier
    double_strings: "text" is a string, not a name
    triple:         '''text''' is a string
    nesting:        a comment may hold comments
    conditional:    what stands in `/*! ... */` is run
    index_lines:    `KEY name (columns)` stands among the columns
    batches:        statements may end without a semicolon, at GO or where the next one begins
    """

    name: str
    parser: str
    escapes: bool = False
    hashes: bool = False
    slashes: bool = False
    brackets: bool = False
    double_strings: bool = False
    triple: bool = False
    nesting: bool = False
    conditional: bool = False
    index_lines: bool = False
    batches: bool = False

    @property
    def fenced(self) -> str:
        """The regular expression of Oracle's q'[it's]', with a bar before it; '' for all others."""
        if self.name != "oracle":
            return ""
        return r"|[nN]?[qQ]'(?:\[.*?\]|\{.*?\}|\(.*?\)|<.*?>|(?P<fence>[^\s\[{(<]).*?(?P=fence))'"

    @property
    def comment(self) -> str:
        """The regular expression of a comment, or of its marks where what is inside is run."""
        block = _nested(4) if self.nesting else r"/\*.*?\*/"
        if self.conditional:
            block = r"/\*(?!!).*?\*/|/\*!\d*|\*/"
        return rf"--[^\n]*+|{block}" + (r"|\#[^\n]*+" if self.hashes else "") + (r"|//[^\n]*+" if self.slashes else "")


def _nested(depth: int) -> str:
    inner = f"|{_nested(depth - 1)}" if depth else ""
    return rf"/\*(?:[^*/]++|\*(?!/)|/(?!\*){inner})*+\*/"


def _mysql(name: str) -> Dialect:
    return Dialect(name, name, escapes=True, hashes=True, double_strings=True, conditional=True, index_lines=True)


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("athena", "athena", escapes=True, double_strings=True),
        Dialect("bigquery", "bigquery", escapes=True, hashes=True, double_strings=True, triple=True),
        Dialect("clickhouse", "clickhouse", escapes=True, index_lines=True),
        Dialect("databricks", "databricks", escapes=True, double_strings=True),
        Dialect("db2", "postgres", nesting=True),
        Dialect("duckdb", "duckdb", nesting=True),
        Dialect("exasol", "exasol"),
        Dialect("hive", "hive", escapes=True, double_strings=True),
        _mysql("mysql"),
        Dialect("oracle", "oracle"),
        Dialect("postgres", "postgres", nesting=True),
        Dialect("redshift", "redshift", nesting=True),
        _mysql("singlestore"),
        Dialect("snowflake", "snowflake", escapes=True, slashes=True, index_lines=True),
        Dialect("spark", "spark", escapes=True, double_strings=True),
        Dialect("sqlite", "sqlite", brackets=True),
        Dialect("teradata", "teradata"),
        Dialect("trino", "trino"),
        Dialect("tsql", "tsql", nesting=True, brackets=True, index_lines=True, batches=True),
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


def other_names() -> str:
    """The other names of dialects as programs list them: `mariadb = mysql, mssql = tsql`."""
    return ", ".join(f"{alias} = {name}" for alias, name in sorted(ALIASES.items()))


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
