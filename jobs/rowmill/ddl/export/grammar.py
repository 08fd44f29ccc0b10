"""What each dialect's CREATE TABLE can say, and in which words: data, no logic."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grammar:
    """One dialect's forms; an empty text stands for what the dialect lacks.

    quotes:         the marks around a quoted name
    folds:          what becomes of an unquoted name: `lower`, `upper`, or `keep`
    bare:           the names that need no quotes, as a regular expression
    parts:          how many parts a table's name may have
    make_schema:    what creates a schema if it is missing; {0} is its name as SQL, {1} the name itself
    home_schema:    the schema that is always there
    column_comment: {} is the text's literal
    table_comment:  likewise; it stands behind the columns
    comment_on:     comments are statements of their own: `COMMENT ON`, or `property` for SQL Server's procedure
    primary_key, unique, foreign_key: the words behind such a key, None where there is none
    check:          likewise, of a CHECK
    add_key:        ALTER TABLE can add a foreign key
    key_names:      a constraint that ALTER TABLE adds must have a name
    late_keys:      all keys are added by ALTER TABLE
    rules:          the actions that a foreign key may name
    not_null:       columns can be NOT NULL
    default:        `all`; `literals` and the current time; `` for none
    identity:       the style of an identity column
    computed:       {} is the expression
    unique_nulls:   a unique key may hold nulls
    partition:      {} is the list of columns
    temporary:      the words of a temporary table
    """

    quotes: str = '""'
    folds: str = "keep"
    bare: str = r"[A-Za-z_][A-Za-z0-9_]*"
    parts: int = 2
    make_schema: str = ""
    home_schema: str = ""
    column_comment: str = ""
    table_comment: str = ""
    comment_on: str = ""
    primary_key: str | None = ""
    unique: str | None = ""
    foreign_key: str | None = ""
    check: str | None = ""
    add_key: bool = True
    key_names: bool = False
    late_keys: bool = False
    rules: tuple[str, ...] = ("ON DELETE", "ON UPDATE")
    not_null: bool = True
    default: str = "all"
    identity: str = ""
    computed: str = ""
    unique_nulls: bool = True
    partition: str = ""
    temporary: str = ""


_SCHEMA = "CREATE SCHEMA IF NOT EXISTS {0}"
_STANDARD_COMPUTED = "GENERATED ALWAYS AS ({})"
_LETTER_FIRST = r"[A-Za-z][A-Za-z0-9_]*"


def _lake(
    primary_key: str | None = None,
    unique: str | None = None,
    foreign_key: str | None = None,
    parts: int = 2,
    bare: str = r"[A-Za-z_][A-Za-z0-9_]*",
    not_null: bool = True,
    default: str = "literals",
    identity: str = "",
    computed: str = "",
    late_keys: bool = False,
    temporary: str = "",
) -> Grammar:
    return Grammar(
        quotes="``",
        bare=bare,
        parts=parts,
        make_schema=_SCHEMA,
        home_schema="default",
        column_comment="COMMENT {}",
        table_comment="COMMENT {}",
        primary_key=primary_key,
        unique=unique,
        foreign_key=foreign_key,
        check=None,
        key_names=True,
        late_keys=late_keys,
        rules=(),
        not_null=not_null,
        default=default,
        identity=identity,
        computed=computed,
        partition="PARTITIONED BY ({})",
        temporary=temporary,
    )


def _mysql(foreign_key: str | None, check: str | None, computed: str, rules: tuple[str, ...]) -> Grammar:
    return Grammar(
        quotes="``",
        bare=r"[A-Za-z_][A-Za-z0-9_]*",
        make_schema="CREATE DATABASE IF NOT EXISTS {0}",
        column_comment="COMMENT {}",
        table_comment="COMMENT={}",
        foreign_key=foreign_key,
        check=check,
        rules=rules,
        identity="auto_increment",
        computed=computed,
        temporary="TEMPORARY",
    )


GRAMMARS: dict[str, Grammar] = {
    "athena": _lake(bare=_LETTER_FIRST, not_null=False, default=""),
    "bigquery": Grammar(
        quotes="``",
        parts=3,
        make_schema=_SCHEMA,
        column_comment="OPTIONS (description = {})",
        table_comment="OPTIONS (description = {})",
        primary_key="NOT ENFORCED",
        unique=None,
        foreign_key="NOT ENFORCED",
        check=None,
        rules=(),
        partition="PARTITION BY {}",
        temporary="TEMPORARY",
    ),
    "clickhouse": Grammar(
        quotes="``",
        make_schema="CREATE DATABASE IF NOT EXISTS {0}",
        home_schema="default",
        column_comment="COMMENT {}",
        table_comment="COMMENT {}",
        unique=None,
        foreign_key=None,
        key_names=True,
        rules=(),
        not_null=False,
        computed="MATERIALIZED {}",
        partition="PARTITION BY ({})",
        temporary="TEMPORARY",
    ),
    "databricks": _lake(
        "", None, "", parts=3, default="all", identity="standard", computed=_STANDARD_COMPUTED, temporary=""
    ),
    "db2": Grammar(
        folds="upper",
        bare=_LETTER_FIRST,
        comment_on="COMMENT ON",
        rules=("ON DELETE", "ON UPDATE"),
        identity="standard",
        computed=_STANDARD_COMPUTED,
        unique_nulls=False,
    ),
    "duckdb": Grammar(
        make_schema=_SCHEMA,
        home_schema="main",
        comment_on="COMMENT ON",
        add_key=False,
        rules=(),
        identity="sequence",
        computed=_STANDARD_COMPUTED,
        temporary="TEMPORARY",
    ),
    "exasol": Grammar(
        folds="upper",
        bare=_LETTER_FIRST,
        make_schema=_SCHEMA,
        column_comment="COMMENT IS {}",
        table_comment="COMMENT IS {}",
        unique=None,
        check=None,
        key_names=True,
        rules=(),
        identity="exasol",
    ),
    "hive": _lake(
        "DISABLE NOVALIDATE",
        "DISABLE NOVALIDATE",
        "DISABLE NOVALIDATE",
        bare=r"[A-Za-z][A-Za-z0-9_]*",
        late_keys=True,
        temporary="TEMPORARY",
    ),
    "mysql": _mysql("", "", _STANDARD_COMPUTED, ("ON DELETE", "ON UPDATE")),
    "oracle": Grammar(
        folds="upper",
        bare=_LETTER_FIRST,
        comment_on="COMMENT ON",
        rules=("ON DELETE",),
        identity="standard",
        computed=_STANDARD_COMPUTED,
        temporary="GLOBAL TEMPORARY",
    ),
    "postgres": Grammar(
        folds="lower",
        make_schema=_SCHEMA,
        home_schema="public",
        comment_on="COMMENT ON",
        identity="standard",
        computed=_STANDARD_COMPUTED + " STORED",
        temporary="TEMPORARY",
    ),
    "redshift": Grammar(
        folds="lower",
        make_schema=_SCHEMA,
        home_schema="public",
        comment_on="COMMENT ON",
        check=None,
        rules=(),
        identity="steps",
        temporary="TEMPORARY",
    ),
    "singlestore": _mysql(None, None, "AS {} PERSISTED", ()),
    "snowflake": Grammar(
        folds="upper",
        parts=3,
        make_schema=_SCHEMA,
        home_schema="PUBLIC",
        column_comment="COMMENT {}",
        table_comment="COMMENT = {}",
        check=None,
        identity="autoincrement",
        computed="AS ({})",
        temporary="TEMPORARY",
    ),
    "spark": _lake(default="literals"),
    "sqlite": Grammar(
        parts=1,
        add_key=False,
        identity="autoincrement key",
        computed=_STANDARD_COMPUTED,
        temporary="TEMPORARY",
    ),
    "teradata": Grammar(
        comment_on="COMMENT ON",
        rules=(),
        identity="standard",
        unique_nulls=False,
    ),
    "trino": Grammar(
        parts=3,
        make_schema=_SCHEMA,
        column_comment="COMMENT {}",
        table_comment="COMMENT {}",
        primary_key=None,
        unique=None,
        foreign_key=None,
        check=None,
        default="",
        partition="partitioned_by",
    ),
    "tsql": Grammar(
        quotes="[]",
        parts=3,
        make_schema="IF SCHEMA_ID(N'{1}') IS NULL EXEC(N'CREATE SCHEMA {0}')",
        home_schema="dbo",
        comment_on="property",
        identity="steps",
        computed="AS ({})",
    ),
    "vertica": Grammar(
        parts=3,
        make_schema=_SCHEMA,
        home_schema="public",
        comment_on="COMMENT ON",
        rules=(),
        identity="steps",
        temporary="LOCAL TEMPORARY",
    ),
}
