# ruff: noqa: E501
"""The reference of the types, made from the code: `make docs` writes it to docs/reference/types.md.

What a source type becomes is asked of the reader, and what is written of the writer: the page can't say anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rowmill.ddl.dialects import ALIASES, DIALECTS, Dialect
from rowmill.ddl.export.type_names import (
    BYTE_LENGTHS,
    CHAR_MAX,
    KEY_NAMES,
    OWN_NAMES,
    PRECISION_MAX,
    SCALE_MAX,
    VARCHAR_MAX,
)
from rowmill.ddl.export.types import TypeWriter
from rowmill.ddl.reading.lexer import tokenize
from rowmill.ddl.reading.types import Resolved, resolve
from rowmill.ddl.type_maps import BARE_DECIMAL, DIALECT_WORDS, KINDS, WORDS
from rowmill.schema.types import TYPE_NAMES as CANONICAL
from rowmill.schema.types import UNKNOWN, DataType, parse_type

# What a word of each kind is asked with, and what is shown for these sizes.
_SIZES: dict[str, tuple[str, str]] = {
    "char": ("(9)", "(n)"),
    "varchar": ("(9)", "(n)"),
    "decimal": ("(9,2)", "(p,s)"),
    "number": ("(9,2)", "(p,s)"),
    "wide": ("(9,2)", "(p,s)"),
    "bit": ("(1)", "(1)"),
}
# Source types whose meaning hangs on more than their words.
_EXAMPLES: dict[str, tuple[str, ...]] = {
    "athena": ("array<string>", "map<string,int>", "struct<a:int,b:array<date>>", "timestamp", "uniontype<int,string>"),
    "bigquery": (
        "STRING",
        "STRING(36)",
        "BIGNUMERIC(38,10)",
        "ARRAY<INT64>",
        "STRUCT<a INT64, b ARRAY<STRING>>",
        "RANGE<DATE>",
    ),
    "clickhouse": (
        "Nullable(Int32)",
        "LowCardinality(String)",
        "DateTime64(3)",
        "DateTime64(3, 'UTC')",
        "Decimal64(4)",
        "Enum8('a' = 1)",
        "Array(Nullable(String))",
        "Map(String, UInt8)",
        "Tuple(a Int8, b String)",
        "Nested(k String, v Float64)",
        "SimpleAggregateFunction(max, DateTime)",
        "AggregateFunction(sum, UInt64)",
        "IPv4",
    ),
    "databricks": ("TIMESTAMP", "TIMESTAMP_NTZ", "VARIANT", "ARRAY<STRING>", "STRUCT<a: INT NOT NULL, b: DATE>"),
    "db2": ("VARCHAR(20) FOR BIT DATA", "CHAR(8)", "CLOB(1M)", "TIMESTAMP(6)", "GRAPHIC(10)", "DECFLOAT(34)"),
    "duckdb": ("INTEGER[]", "INTEGER[3]", "STRUCT(a INTEGER, b VARCHAR[])", "MAP(VARCHAR, DOUBLE)", "UNION(n INT)"),
    "exasol": ("DECIMAL(18,0)", "VARCHAR(2000) UTF8", "TIMESTAMP WITH LOCAL TIME ZONE", "GEOMETRY(4326)"),
    "hive": ("decimal", "timestamp", "array<int>", "map<string,double>", "struct<a:int,b:string>", "uniontype<int>"),
    "mysql": (
        "tinyint(1)",
        "int(10) unsigned",
        "bigint unsigned",
        "bit(8)",
        "float(7,3)",
        "decimal(10,2) unsigned zerofill",
        "enum('a','b')",
        "set('a','b')",
        "year(4)",
    ),
    "oracle": (
        "NUMBER",
        "NUMBER(5)",
        "NUMBER(*,2)",
        "NUMBER(5,-2)",
        "NUMBER(2,5)",
        "FLOAT(10)",
        "VARCHAR2(30 CHAR)",
        "TIMESTAMP(6) WITH LOCAL TIME ZONE",
        "INTERVAL DAY(2) TO SECOND(6)",
    ),
    "postgres": (
        "text[]",
        "int[][]",
        "varchar",
        "float(10)",
        "timestamp(3) with time zone",
        "bpchar",
        "inet",
        "tsvector",
    ),
    "redshift": ("VARCHAR(MAX)", "BPCHAR", "NUMERIC", "SUPER", "VARBYTE(100)", "TIMETZ"),
    "singlestore": ("tinyint(1)", "bigint unsigned", "GEOGRAPHYPOINT", "enum('a','b')"),
    "snowflake": ("NUMBER", "VARCHAR", "ARRAY", "ARRAY(NUMBER)", "OBJECT(a VARCHAR)", "TIMESTAMP_LTZ(9)", "FLOAT(10)"),
    "spark": ("TIMESTAMP", "TIMESTAMP_NTZ", "ARRAY<INT>", "STRUCT<a: INT, b: STRING>", "VOID"),
    "sqlite": ("INTEGER", "NUMERIC", "REAL", "DATETIME"),
    "teradata": ("NUMBER", "NUMBER(10)", "BYTE(4)", "TIMESTAMP(6) WITH TIME ZONE", "PERIOD(DATE)"),
    "trino": ("varchar", "timestamp(6) with time zone", "array(row(a integer))", "map(varchar, double)", "ipaddress"),
    "tsql": ("nvarchar(max)", "[sys].[nvarchar](40)", "datetime2(7)", "varbinary(max)", "sql_variant"),
    "vertica": ("VARCHAR", "LONG VARCHAR(1000000)", "ARRAY[INT, 10]", "ROW(a INT, b VARCHAR)", "NUMERIC"),
}
# What is written of each canonical type.
_WRITTEN = {
    "char": "char(9)",
    "varchar": "varchar(9)",
    "decimal": "decimal(9,2)",
    "array": "array<int>",
    "map": "map<string,int>",
    "struct": "struct<a:int,b:date>",
}
_WIDE = "decimal(38,10)"  # shown where it is not written as smaller ones are
# What a dialect's table can't say.
_MORE = {
    "clickhouse": "Read, a column is NOT NULL unless it is `Nullable(...)`; `LowCardinality(...)` changes nothing. Written, a nullable column is `Nullable(...)`; arrays, maps and structs hold no nulls: told.",
    "postgres": "Arrays of plain types are arrays (`INTEGER[]`); all other nested types are JSONB.",
    "redshift": "In an external table (Spectrum) nested types are Hive's.",
    "vertica": "Nested types without maps are `ARRAY[...]` and `ROW(...)`.",
}

_HEAD = """# Types

Made from the code by `make docs`: each line was asked of the converter. How DDL is converted stands in docs/ddl.md, what values the canonical types
have in docs/reference/vocabulary.md.

## The rules

- Text without a bound (`TEXT`, `CLOB`, `VARCHAR` without a length, `NVARCHAR(MAX)`, `STRING`) is `string`; bytes of any kind and length are `binary`.
- An unsigned integer widens to the next signed type: `INT UNSIGNED` is `bigint`, `BIGINT UNSIGNED` is `decimal(20,0)`.
- A date with time that has no zone is `timestamp_ntz`; with one, local or not, it is `timestamp`.
- `DECIMAL` without sizes has those of its dialect. A negative scale is digits before the point (`NUMBER(5,-2)` is `decimal(7,0)`), a scale beyond the
  precision is more precision (`NUMBER(2,5)` is `decimal(5,5)`); what needs more than 38 digits is `unknown`.
- `FLOAT(p)` with p up to 24 is `float`, above it `double`; in Oracle and Snowflake always `double`.
- `SERIAL` types are NOT NULL and make their own values.
- ENUM is `string`, and its values are bounds of the column. SET is `string` alone.
- Arrays, maps and structs are taken apart to any depth; if one type inside is not known, the whole is `unknown`.
- A type or domain that the same file creates is what CREATE TYPE or CREATE DOMAIN says.
- What the tables below lack is looked up by sqlglot's name for it. What that lacks, too, is `unknown`: never guessed, told on conversion, and its table
  is refused when data are to be made.
- Where a type loses something on the way, `source_type` keeps its text, which is written back verbatim into its own dialect. A type without a source
  type was a plain word of its dialect; where that is written otherwise than for other dialects, the last column, *going back*, has it.

Words count in any case, and with their schema (`pg_catalog.int4`, `[sys].[nvarchar]`).
"""
_WORDS_HEAD = """## Read in every dialect

Unless the dialect's own table says otherwise.
"""
_DECIMAL_HEAD = """## DECIMAL without sizes
"""


def _resolved(text: str, dialect: Dialect) -> Resolved:
    return resolve(tuple(tokenize(text, dialect)), text, dialect)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Source types by canonical ones, in the order of the canonical types."""
    found: dict[str, list[str]] = {}
    for canonical, source in pairs:
        found.setdefault(canonical, []).append(source)
    names = {name: i for i, name in enumerate((*CANONICAL, UNKNOWN))}
    return {key: found[key] for key in sorted(found, key=lambda key: names[key.partition("(")[0].partition("<")[0]])}


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows), ""]


def _codes(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _asked(word: str, name: str, dialect: Dialect) -> list[tuple[str, str]]:
    """What the reader makes of a word: with sizes, and without where that is something else."""
    if name.endswith(",s)"):
        made = str(_resolved(f"{word}(2)", dialect).type)
        return [(made.replace(",2)", ",s)"), f"{word}(s)")]
    bare = [(str(_resolved(word, dialect).type), word)]
    if name not in _SIZES:
        return bare
    asked, shown = _SIZES[name]
    made = str(_resolved(_with_size(word, asked), dialect).type)
    sized = [(made.replace(asked, shown), _with_size(word, shown))]
    return sized if name in ("char", "decimal") else [*sized, *bare]


def _with_size(word: str, size: str) -> str:
    """The word with its size where that stands: CHAR(9) FOR SBCS DATA, DECIMAL(9,2) UNSIGNED."""
    for behind in (" FOR ", " UNSIGNED", " BINARY"):
        head, found, rest = word.partition(behind)
        if found:
            return f"{head}{size}{found}{rest}"
    return f"{word}{size}"


def _common() -> list[str]:
    pairs = []
    for word, name in WORDS.items():
        size = _SIZES.get(name, ("", ""))[1]
        pairs.append((f"{name}{size}", _with_size(word, size)))
    rows = [(canonical, _codes(words)) for canonical, words in _grouped(pairs).items()]
    return [_WORDS_HEAD, *_table(("canonical", "source types"), rows)]


def _decimals() -> list[str]:
    found: dict[tuple[int, int], list[str]] = {}
    for name, sizes in BARE_DECIMAL.items():
        found.setdefault(sizes, []).append(name)
    rows = [(f"decimal({p},{s})", ", ".join(sorted(names))) for (p, s), names in sorted(found.items())]
    return [_DECIMAL_HEAD, *_table(("canonical", "dialects"), rows)]


def _read(dialect: Dialect) -> list[str]:
    """What this dialect means otherwise than the common table, and examples of what needs more than words."""
    pairs: list[tuple[str, str]] = []
    for word, name in DIALECT_WORDS.get(dialect.name, {}).items():
        if name != WORDS.get(word):
            pairs += _asked(word, name, dialect)
    lines: list[str] = []
    if pairs:
        rows = [(canonical, _codes(dict.fromkeys(words))) for canonical, words in _grouped(pairs).items()]
        lines += ["Words that mean something else here, or that only this dialect has:", ""]
        lines += _table(("canonical", "source types"), rows)
    examples = [(f"`{text}`", *_said(_resolved(text, dialect))) for text in _EXAMPLES[dialect.name]]
    return [*lines, "Examples:", "", *_table(("source type", "canonical", ""), examples)]


def _said(found: Resolved) -> tuple[str, str]:
    more = ["NOT NULL"] if found.nullable is False else []
    more += [f"values: {', '.join(found.values)}"] if found.values else []
    return str(found.type), "; ".join(more)


def _written(dialect: Dialect) -> list[str]:
    """Every canonical type as the writer writes it, with what it says of losses."""
    rows = [_row(parse_type(_WRITTEN.get(name, name)), dialect) for name in CANONICAL]
    at = CANONICAL.index("decimal")
    wide = _row(parse_type(_WIDE), dialect)
    if wide[2] or wide[1] != rows[at][1].replace("p", "38").replace("s)", "10)"):
        rows.insert(at + 1, wide)
    columns = 4 if any(row[3] for row in rows) else 3
    head = ("canonical", "written", "what is told", "going back")
    return _table(head[:columns], (row[:columns] for row in rows))


def _row(dtype: DataType, dialect: Dialect) -> tuple[str, str, str, str]:
    notes: list[str] = []
    text = TypeWriter(dialect, own=False).write(dtype, notes.append)
    back = ""
    if dtype.name in OWN_NAMES.get(dialect.name, {}):
        back = f"`{_lettered(TypeWriter(dialect, own=True).write(dtype, lambda lost: None), dtype)}`"
    told = "; ".join(dict.fromkeys(note.partition(": ")[2] or note for note in notes))
    return _lettered(str(dtype), dtype), f"`{_lettered(text, dtype)}`", told, back


def _lettered(text: str, dtype: DataType) -> str:
    """Sizes as letters again."""
    if dtype.name not in ("char", "varchar", "decimal"):
        return text
    return text.replace("(9, 2)", "(p, s)").replace("(9,2)", "(p,s)").replace("(9", "(n")


def _limits(dialect: Dialect) -> list[str]:
    name = dialect.name
    sizes: tuple[tuple[str, Mapping[str, int]], ...] = (
        ("char", CHAR_MAX),
        ("varchar", VARCHAR_MAX),
        ("precision", PRECISION_MAX),
        ("scale", SCALE_MAX),
    )
    most = [f"{what} {limits[name]:,}" for what, limits in sizes if name in limits]
    said = (
        [f"At most: {', '.join(most)}. Longer ones are written as what holds them, or narrower: told."] if most else []
    )
    if name in BYTE_LENGTHS:
        said.append("Lengths are bytes, not characters: told.")
    if name in KEY_NAMES:
        text, binary = KEY_NAMES[name]
        said.append(f"In a key `string` is `{text}` and `binary` is `{binary}`: told.")
    said += [_MORE[name]] if name in _MORE else []
    return [" ".join(said), ""] if said else []


def _dialect(dialect: Dialect) -> list[str]:
    others = [alias for alias, name in sorted(ALIASES.items()) if name == dialect.name]
    p, s = BARE_DECIMAL[dialect.name]
    lines = [f"## {dialect.name}", ""]
    named = f"Other names: {', '.join(others)}. " if others else ""
    lines += [f"{named}`DECIMAL` without sizes is `decimal({p},{s})`.", "", *_read(dialect)]
    return [*lines, "Written:", "", *_written(dialect), *_limits(dialect)]


def document() -> str:
    """The whole page, as Markdown."""
    lines = [_HEAD, *_common(), *_decimals()]
    rest = sorted(set(KINDS) - set(WORDS) - {word for words in DIALECT_WORDS.values() for word in words})
    lines += ["## Other words that sqlglot knows", "", "By its names of them:", ""]
    by_kind = _grouped((KINDS[kind], kind) for kind in rest)
    lines += _table(
        ("canonical", "sqlglot's name"), ((canonical, _codes(kinds)) for canonical, kinds in by_kind.items())
    )
    for dialect in DIALECTS.values():
        lines += _dialect(dialect)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    print(document(), end="")
