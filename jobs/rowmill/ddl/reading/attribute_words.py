"""The words of the attributes that columns have, by dialect, and the reader of each."""

from __future__ import annotations

from functools import lru_cache

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading import attributes, generated
from rowmill.ddl.reading.column import Handler, Heads


def _kept(following: attributes.Following, *groups: str) -> dict[str, Handler]:
    """Attributes that are kept as text; each group is a text with commas between them."""
    words = [word.strip() for group in groups for word in group.split(",")]
    return {word: attributes.kept(len(word.split()), following) for word in words}


def _dropped(*words: str) -> dict[str, Handler]:
    """Attributes that say nothing of the table."""
    return {word: attributes.dropped(len(word.split())) for word in words}


# What is read in every dialect, unless its own table says otherwise.
_ANYWHERE: dict[str, Handler] = {
    "NOT NULL": attributes.not_null,
    "NULL": attributes.null,
    "DEFAULT": attributes.default,
    "WITH DEFAULT": attributes.default,
    "COMMENT": attributes.comment,
    # Keys and checks.
    "CONSTRAINT": attributes.constraint,
    "PRIMARY KEY": attributes.primary,
    "UNIQUE": attributes.unique,
    "REFERENCES": attributes.references,
    "FOREIGN KEY REFERENCES": attributes.references,
    "CHECK": attributes.check,
    **_dropped("ENABLE"),
    **_kept(attributes.nothing, "DISABLE, RELY, NORELY, NOT ENFORCED"),
    # Values that the column makes.
    "GENERATED": generated.generated,
    "AS": generated.computed,
    "IDENTITY": generated.identity,
    "AUTO_INCREMENT": generated.identity,
    "AUTOINCREMENT": generated.identity,
    **_kept(attributes.nothing, "STORED, VIRTUAL, PERSISTED, PERSISTENT"),
    **_kept(attributes.an_expression, "ON UPDATE"),
    # How it is written, stored and shown.
    **_kept(attributes.a_name, "COLLATE, CHARACTER SET, CHARSET", "STORAGE"),
    **_kept(attributes.nothing, "INVISIBLE, VISIBLE, HIDDEN"),
    **_kept(attributes.parentheses, "OPTIONS"),
    # Where ALTER TABLE ... ADD COLUMN puts it.
    **_kept(attributes.nothing, "FIRST"),
    **_kept(attributes.a_name, "AFTER"),
}
# What several dialects have.
_MYSQL: dict[str, Handler] = {
    "KEY": attributes.primary,
    **_kept(attributes.nothing, "ASCII, UNICODE, BINARY", "COMPRESSED, SPARSE, SERIES TIMESTAMP"),
    **_kept(attributes.nothing, "WITH SYSTEM VERSIONING, WITHOUT SYSTEM VERSIONING"),
    **_kept(attributes.a_name, "COLUMN_FORMAT"),
    **_kept(attributes.a_literal, "SRID, REF_SYSTEM_ID", "ENGINE_ATTRIBUTE, SECONDARY_ENGINE_ATTRIBUTE, OPTION"),
}
_MASKED = _kept(attributes.a_mask, "MASK")
# By dialect: what it has beside these, or means by the same words.
_BY_DIALECT: dict[str, dict[str, Handler]] = {
    "bigquery": {"OPTIONS": attributes.options},
    "clickhouse": {
        "MATERIALIZED": generated.made_by("MATERIALIZED"),
        "ALIAS": generated.made_by("ALIAS"),
        "EPHEMERAL": generated.made_by("EPHEMERAL"),
        **_kept(attributes.parentheses, "CODEC, STATISTICS, STATISTIC, SETTINGS"),
        **_kept(attributes.an_expression, "TTL"),
    },
    "databricks": _MASKED,
    "db2": {
        **_kept(attributes.a_literal, "CCSID, INLINE LENGTH"),
        **_kept(attributes.nothing, "NOT LOGGED, LOGGED, NOT COMPACT, COMPACT, COMPRESS, COMPRESS SYSTEM DEFAULT"),
        **_kept(attributes.nothing, "IMPLICITLY HIDDEN, NOT HIDDEN, NOT SECURED, FOR BIT DATA"),
        **_kept(attributes.a_name, "SECURED WITH"),
        **_kept(attributes.a_call, "FIELDPROC"),
    },
    "duckdb": _kept(attributes.a_name, "USING COMPRESSION"),
    "exasol": _kept(attributes.nothing, "UTF8, ASCII"),
    "hive": _kept(attributes.nothing, "DISABLE NOVALIDATE, NOVALIDATE"),
    "mysql": _MYSQL,
    "oracle": {
        **_kept(attributes.an_encryption, "ENCRYPT"),
        **_kept(attributes.nothing, "DECRYPT, SORT, WITH ROWID, RESERVABLE"),
        **_kept(attributes.a_name, "SCOPE IS"),
        **_dropped("DISABLE", "VALIDATE", "NOVALIDATE"),
    },
    "postgres": _kept(attributes.a_name, "COMPRESSION"),
    "redshift": {"ENCODE": attributes.encode, "DISTKEY": attributes.distkey, "SORTKEY": attributes.sortkey},
    "singlestore": {**_MYSQL, "PERSISTED": attributes.persisted},
    "snowflake": {
        **_kept(attributes.a_policy, "MASKING POLICY, WITH MASKING POLICY, PROJECTION POLICY, WITH PROJECTION POLICY"),
        **_kept(attributes.parentheses, "TAG, WITH TAG"),
        **_dropped("ORDER", "NOORDER"),
    },
    "spark": _MASKED,
    "teradata": {
        **_kept(attributes.values, "COMPRESS"),
        **_kept(attributes.a_name, "COMPRESS USING, DECOMPRESS USING, NAMED, STORAGE FORMAT"),
        **_kept(attributes.nothing, "NO COMPRESS, CASESPECIFIC, NOT CASESPECIFIC, CS, NOT CS, UPPERCASE, UC"),
        **_kept(attributes.a_literal, "FORMAT, TITLE, INLINE LENGTH"),
        **_kept(attributes.nothing, "AUTO COLUMN, WITHOUT SYSTEM VERSIONING"),
    },
    "trino": _kept(attributes.parentheses, "WITH"),
    "tsql": {
        **_kept(attributes.nothing, "SPARSE, FILESTREAM, ROWGUIDCOL, NOT FOR REPLICATION"),
        "COLUMN_SET": attributes.kept(3, attributes.nothing),  # FOR ALL_SPARSE_COLUMNS
        **_kept(attributes.parentheses, "MASKED WITH, ENCRYPTED WITH"),
        **_kept(attributes.an_index, "INDEX"),
        **_dropped("CLUSTERED", "NONCLUSTERED", "WITH VALUES"),
    },
    "vertica": {
        **_kept(attributes.a_name, "ENCODING"),
        **_kept(attributes.a_literal, "ACCESSRANK"),
        **_kept(attributes.an_expression, "SET USING, DEFAULT USING"),
    },
}


@lru_cache(maxsize=64)
def heads_of(dialect: Dialect) -> Heads:
    """The attributes of a dialect by their first word, the longest first."""
    heads: Heads = {}
    for text, handler in {**_ANYWHERE, **_BY_DIALECT.get(dialect.name, {})}.items():
        words = tuple(text.split())
        heads.setdefault(words[0], []).append((words, handler))
    for known in heads.values():
        known.sort(key=lambda entry: -len(entry[0]))
    return heads
