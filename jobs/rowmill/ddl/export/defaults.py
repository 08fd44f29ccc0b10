"""A column's default in another dialect: a literal, the current time, a new UUID, or what sqlglot can say."""

from __future__ import annotations

import datetime
import re

from rowmill.ddl.export.context import TableContext
from rowmill.ddl.export.expressions import translate
from rowmill.ddl.export.quoting import literal
from rowmill.schema.model import TableColumn

# CAST('2020-01-01' AS DATE), TO_DATE(...) are the literals of those who have no others.
_CAST_CALL = re.compile(r"CAST\s*\(\s*('(?:[^']|'')*')\s+AS\s+[\w\s]+(?:\([\d,\s]+\))?\s*\)", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_BITS = re.compile(r"[bB]'([01]+)'")
_QUOTED = re.compile(
    r"(?:[NnEe]|DATE\s*|TIMESTAMP\s*|TIME\s*|DATETIME\s*)?'((?:[^'\\]|''|\\.)*)'", re.IGNORECASE | re.DOTALL
)
_DOLLARS = re.compile(r"\$(\w*)\$(.*)\$\1\$", re.DOTALL)
# '{}'::text[], 'x'::character varying(10), (5)::bigint: what pg_dump writes.
_CAST = re.compile(r"\s*::\s*[\w\s.\"]+(?:\([\d,\s]+\))?(?:\[\])*\s*$")
_NOW = re.compile(
    r"(?:CURRENT_TIMESTAMP|NOW|GETDATE|GETUTCDATE|SYSDATE|SYSTIMESTAMP|SYSDATETIME|SYSUTCDATETIME|SYSDATETIMEOFFSET|LOCALTIMESTAMP"
    r"|CURRENT_DATETIME|CURRENT\s+TIMESTAMP|UNIX_TIMESTAMP_NOW|STATEMENT_TIMESTAMP|CLOCK_TIMESTAMP|TRANSACTION_TIMESTAMP)\s*(?:\(\s*\d*\s*\))?",
    re.IGNORECASE,
)
_TODAY = re.compile(r"(?:CURRENT_DATE|CURDATE|TODAY|CURRENT\s+DATE)\s*(?:\(\s*\))?", re.IGNORECASE)
_NEW_UUID = re.compile(
    r"(?:GEN_RANDOM_UUID|UUID_GENERATE_V4|UUID_GENERATE|UUID|NEWID|NEWSEQUENTIALID|GENERATEUUIDV4|GENERATE_UUID|UUID_STRING|SYS_GUID)\s*\(\s*\)",
    re.IGNORECASE,
)
NEXT_VALUE = re.compile(r"NEXTVAL\s*\(|NEXT\s+VALUE\s+FOR\b|\.NEXTVAL\b", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?")
_NUMBERS = frozenset({"tinyint", "smallint", "int", "bigint", "float", "double", "decimal"})
_TEXTS = frozenset({"char", "varchar", "string", "uuid"})
_TRUE = frozenset({"1", "t", "true", "y", "yes", "on"})
_FALSE = frozenset({"0", "f", "false", "n", "no", "off"})

# Where a text may be the default of a column that holds JSON, XML or a time of day.
_TEXT_DEFAULTS = frozenset("db2 duckdb exasol hive oracle postgres spark databricks sqlite tsql vertica".split())
_BIT_BOOLEANS = frozenset({"tsql", "oracle", "teradata"})
# Where a text is no date unless it says so.
_TYPED = frozenset({"oracle", "trino", "bigquery", "spark", "hive", "databricks", "exasol", "teradata"})
_NOW_WORDS = {
    "bigquery": "CURRENT_TIMESTAMP()",
    "clickhouse": "now64(6)",
    "databricks": "CURRENT_TIMESTAMP()",
    "mysql": "CURRENT_TIMESTAMP(6)",
    "redshift": "GETDATE()",
    "singlestore": "CURRENT_TIMESTAMP(6)",
    "snowflake": "CURRENT_TIMESTAMP()",
}
_TODAY_WORDS = {
    "bigquery": "CURRENT_DATE()",
    "clickhouse": "today()",
    "databricks": "CURRENT_DATE()",
    "mysql": "(CURRENT_DATE)",
    "oracle": "TRUNC(SYSDATE)",
    "redshift": "TRUNC(GETDATE())",
    "singlestore": "",
    "snowflake": "CURRENT_DATE()",
    "tsql": "CAST(GETDATE() AS DATE)",
}
_UUID_WORDS = {
    "bigquery": "GENERATE_UUID()",
    "clickhouse": "generateUUIDv4()",
    "databricks": "UUID()",
    "duckdb": "gen_random_uuid()",
    "mysql": "(UUID())",
    "postgres": "gen_random_uuid()",
    "snowflake": "UUID_STRING()",
    "tsql": "NEWID()",
    "vertica": "UUID_GENERATE()",
}


def default_text(column: TableColumn, context: TableContext) -> str | None:
    """The default as the target writes it, or None; what can't be carried is noted."""
    text = column.default
    if text is None or context.own:
        return text
    if not context.grammar.default:
        context.lost(f"the default {text} is dropped: {context.target.name} has none", column.name)
        return None
    bare = _bare(text)
    if bare.upper() == "NULL" and not column.nullable:
        return None  # it says nothing
    found = _carried(bare, column, context)
    if found is None:
        context.lost(f"the default {text} is dropped: {context.target.name} has no such expression", column.name)
    return found


def _bare(text: str) -> str:
    """The text without parentheses around it all, and without a cast of a literal."""
    text = text.strip()
    while True:
        before = text
        if text.startswith("(") and text.endswith(")") and _closes_at_end(text):
            text = text[1:-1].strip()
        if call := _CAST_CALL.fullmatch(text):
            text = call.group(1)
        if cast := _CAST.search(text):
            inside = _bare(text[: cast.start()])
            if _QUOTED.fullmatch(inside) or _NUMBER.fullmatch(inside) or inside.upper() in ("NULL", "TRUE", "FALSE"):
                text = inside
        if text == before:
            return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for i, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            return i == len(text) - 1
    return False


def _carried(text: str, column: TableColumn, context: TableContext) -> str | None:
    kind, target = column.type.name, context.target.name
    if text.upper() == "NULL":
        return "NULL"
    bits = _BITS.fullmatch(text)
    if bits:
        text = str(int(bits.group(1), 2))
    if text.upper() in ("TRUE", "FALSE") or _NUMBER.fullmatch(text):
        return _value(text, column, context)
    if dollars := _DOLLARS.fullmatch(text):
        return _value(dollars.group(2), column, context, quoted=True)
    if _QUOTED.fullmatch(text):
        return _value(_unquoted(text, context), column, context, quoted=True)
    if _NOW.fullmatch(text):
        return _now(kind, target)
    teradata = context.source is not None and context.source.name == "teradata"
    if _TODAY.fullmatch(text) or (teradata and text.upper() == "DATE"):
        return _TODAY_WORDS.get(target, "CURRENT_DATE") or None if kind == "date" else None
    if _NEW_UUID.fullmatch(text):
        return _UUID_WORDS.get(target) if kind in _TEXTS else None
    if context.grammar.default == "literals" or kind not in _NUMBERS | _TEXTS | {
        "date",
        "timestamp",
        "timestamp_ntz",
        "boolean",
    }:
        return None
    found = translate(text, context.source, context.target, ())
    return f"({found})" if found and target in ("mysql", "sqlite", "singlestore") else found


def _unquoted(text: str, context: TableContext) -> str:
    inside = _QUOTED.fullmatch(text)
    body = (inside.group(1) if inside else text).replace("''", "'")
    if (context.source and context.source.escapes) or text[:1] in "eE":
        body = re.sub(
            r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(m.group(1), m.group(1)), body
        )
    return body


def _value(text: str, column: TableColumn, context: TableContext, quoted: bool = False) -> str | None:
    """A literal value as the column's type in the target wants it; None where it is no value of that type."""
    kind, target = column.type.name, context.target.name
    if kind == "boolean":
        if text.lower() not in _TRUE | _FALSE:
            return None
        truth = text.lower() in _TRUE
        return str(int(truth)) if target in _BIT_BOOLEANS else str(truth).upper()
    if kind in _NUMBERS:
        text = {"true": "1", "false": "0"}.get(text.lower(), text.strip())
        return text if _NUMBER.fullmatch(text) else None
    if kind in ("date", "timestamp", "timestamp_ntz") and not _is_day(text):
        return _now(kind, target) if quoted and text.lower() == "now" else None
    if kind == "date" and _DATE.fullmatch(text):
        return f"DATE '{text}'" if target in _TYPED else literal(text, context.target)
    if kind in ("timestamp", "timestamp_ntz") and (_TIMESTAMP.fullmatch(text) or _DATE.fullmatch(text)):
        return _moment(text, kind, context)
    if kind in _TEXTS:
        written = literal(text, context.target)
        return f"({written})" if kind == "string" and target == "mysql" else written
    if quoted and kind in ("time", "json", "xml") and target in _TEXT_DEFAULTS:
        return literal(text, context.target)
    return None


def _is_day(text: str) -> bool:
    """Whether a text begins with a day of the calendar: MySQL's 0000-00-00 is none."""
    try:
        datetime.date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _moment(text: str, kind: str, context: TableContext) -> str | None:
    if kind == "timestamp" and context.target.name in ("mysql", "singlestore") and not "1970-01-02" <= text < "2038":
        return None
    if context.target.name not in _TYPED:
        return literal(text, context.target)
    if _DATE.fullmatch(text):
        text += " 00:00:00"
    word = (
        "TIMESTAMP_NTZ" if kind == "timestamp_ntz" and context.target.name in ("spark", "databricks") else "TIMESTAMP"
    )
    word = "DATETIME" if kind == "timestamp_ntz" and context.target.name == "bigquery" else word
    return f"{word} '{text.replace('T', ' ')}'"


def _now(kind: str, target: str) -> str | None:
    if kind == "date":
        return _TODAY_WORDS.get(target, "CURRENT_DATE") or None
    if kind == "time":
        return "CURRENT_TIME" if target in ("postgres", "duckdb", "db2", "vertica", "sqlite") else None
    if kind not in ("timestamp", "timestamp_ntz"):
        return None
    if target == "bigquery" and kind == "timestamp_ntz":
        return "CURRENT_DATETIME()"
    return _NOW_WORDS.get(target, "CURRENT_TIMESTAMP")
