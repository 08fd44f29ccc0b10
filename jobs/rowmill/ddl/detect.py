"""Which dialect a text is written in, by the marks that it bears."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rowmill.ddl.dialects import DIALECTS, PLAIN, Dialect


@dataclass(frozen=True, slots=True)
class Detection:
    """The dialect with the most marks; `marks` are the words that spoke for it."""

    dialect: Dialect
    marks: tuple[str, ...]


# (mark, what it says about each dialect): 10 decides, 3 is strong, 1 is a hint. Searched in the text without its
# comments and strings. A mark that several dialects share counts for each of them.
_MARKS: tuple[tuple[str, dict[str, int]], ...] = (
    (
        r"\bENCODE\s+(?:AZ64|ZSTD|LZO|RAW|BYTEDICT|DELTA(?:32K)?|MOSTLY(?:8|16|32)|RUNLENGTH|TEXT(?:255|32K)|AUTO)\b",
        {"redshift": 10},
    ),
    (r"\bDISTSTYLE\b|\bDISTKEY\b|\bINTERLEAVED\s+SORTKEY\b|\bCOMPOUND\s+SORTKEY\b", {"redshift": 10}),
    (r"\bSORTKEY\b", {"redshift": 4}),
    (r"\bSUPER\b|\bHLLSKETCH\b|\bVARBYTE\b", {"redshift": 2}),
    (r"\bGETDATE\s*\(\s*\)", {"redshift": 2, "tsql": 2}),
    (r"\bIDENTITY\s*\(\s*\d+\s*,\s*\d+\s*\)", {"redshift": 2, "tsql": 3, "vertica": 1}),
    (r"\b(?:SMALL|BIG)?SERIAL\b", {"postgres": 4}),
    (r"\bJSONB\b|\bBYTEA\b|\bTSVECTOR\b|\bCITEXT\b", {"postgres": 4, "vertica": -2}),
    (r"::\s*\w+|\bnextval\s*\(|\bOWNER\s+TO\b|\bSET\s+search_path\b|\bALTER\s+TABLE\s+ONLY\b", {"postgres": 3}),
    (r"\bTIMESTAMPTZ\b|\bCHARACTER\s+VARYING\b", {"postgres": 1, "redshift": 1}),
    (
        r"\bEXCLUDE\s+USING\b|\bfillfactor\b|\bINHERITS\s*\(|\bUNLOGGED\b|\bDEFERRABLE\b|\bUSING\s+gin\b",
        {"postgres": 4},
    ),
    (r"\bAUTO_INCREMENT\b", {"mysql": 6, "singlestore": 4}),
    (r"\bENGINE\s*=\s*(?:InnoDB|MyISAM|Aria|MEMORY|NDB)\b", {"mysql": 10}),
    (
        r"\bDEFAULT\s+CHARSET\b|\bUNSIGNED\b|\bMEDIUM(?:INT|TEXT|BLOB)\b|\bON\s+UPDATE\s+CURRENT_TIMESTAMP",
        {"mysql": 4, "singlestore": 3},
    ),
    (r"\b(?:TINY|SMALL|BIG)?INT\s*\(\s*\d+\s*\)", {"mysql": 3, "singlestore": 2}),
    (r"\bENUM\s*\(|\b(?:TINY|LONG)(?:TEXT|BLOB)\b", {"mysql": 3}),
    (r"`\w+`", {"mysql": 1, "hive": 1, "spark": 1, "bigquery": 1, "singlestore": 1, "databricks": 1}),
    (r"\bSHARD\s+KEY\b|\bROWSTORE\b|\bSORT\s+KEY\s*\(", {"singlestore": 12}),
    (r"\bAUTOINCREMENT\b", {"sqlite": 4, "snowflake": 3}),
    (r"\bWITHOUT\s+ROWID\b|\)\s*STRICT\b|\bsqlite_\w+", {"sqlite": 10}),
    (r"\bPRAGMA\b", {"sqlite": 4, "duckdb": 3}),
    (r"\bPRIMARY\s+KEY\s+AUTOINCREMENT\b", {"sqlite": 6}),
    (r"\bUSING\s+COMPRESSION\b|^[ \t]*(?:INSTALL|LOAD)\s+\w+\s*;|\bread_(?:csv|parquet|json)\w*\s*\(", {"duckdb": 10}),
    (r"\[\s*[A-Za-z_]\w*\s*\]", {"tsql": 5, "sqlite": 1}),
    (
        r"\bNVARCHAR\s*\(\s*MAX\s*\)|\bUNIQUEIDENTIFIER\b|\bDATETIMEOFFSET\b|\bDATETIME2\b|\bSMALLDATETIME\b",
        {"tsql": 6},
    ),
    (r"^[ \t]*GO[ \t]*$|\b(?:NON)?CLUSTERED\b|\bNEWID\s*\(|\bTEXTIMAGE_ON\b|\bdbo\b", {"tsql": 4}),
    (r"\bVARCHAR2\s*\(|\bNVARCHAR2\b|\bNUMBER\s*\(\s*\d+\s*,\s*-?\d+\s*\)\s*ENABLE|\bSYSTIMESTAMP\b", {"oracle": 8}),
    (r"\bBINARY_(?:FLOAT|DOUBLE)\b|\bPCTFREE\b|\bTABLESPACE\b|\bLONG\s+RAW\b|\bBYTE\s*\)", {"oracle": 3}),
    (r"\bNUMBER\b", {"oracle": 2, "snowflake": 2}),
    (r"\bSYSDATE\b", {"oracle": 2, "redshift": 1}),
    (r"\bSTORED\s+AS\b|\bROW\s+FORMAT\b|\bSERDE\b|\bINPUTFORMAT\b", {"hive": 8, "spark": 1, "athena": 2}),
    (r"\bTBLPROPERTIES\b", {"hive": 3, "spark": 2, "databricks": 2, "athena": 1}),
    (r"\bPARTITIONED\s+BY\s*\(\s*`?\w+`?\s+[A-Za-z]", {"hive": 4, "athena": 1}),
    (r"\b(?:ARRAY|MAP|STRUCT)\s*<", {"hive": 3, "spark": 3, "databricks": 3, "bigquery": 2, "athena": 1}),
    (r"\bSTRUCT\s*<\s*`?\w+`?\s*:", {"hive": 3, "spark": 3, "databricks": 3, "athena": 1}),
    (r"\bUSING\s+(?:PARQUET|ORC|CSV|JSON|AVRO)\b", {"spark": 20, "databricks": 12}),
    (r"\bUSING\s+DELTA\b|\bCLUSTER\s+BY\s+AUTO\b", {"databricks": 12, "spark": 10}),
    (r"\bBLOOMFILTER\b|\b(?:DEEP|SHALLOW)\s+CLONE\b|\bCOPY\s+INTO\b", {"databricks": 9, "snowflake": 1}),
    (r"\bVARIANT\b", {"snowflake": 4, "databricks": 1}),
    (r"\bTIMESTAMP_(?:NTZ|LTZ|TZ)\b|\bTRANSIENT\s+TABLE\b|\bMASKING\s+POLICY\b|\bDATA_RETENTION", {"snowflake": 5}),
    (r"\bCREATE\s+OR\s+REPLACE\s+(?:TRANSIENT\s+)?TABLE\b", {"snowflake": 2, "duckdb": 1, "bigquery": 1}),
    (r"\bINT64\b|\bFLOAT64\b|\bBIGNUMERIC\b|\bOPTIONS\s*\(\s*description", {"bigquery": 8}),
    (r"\bBYTES\b|\bDATETIME_TRUNC\b|`[\w-]+\.[\w-]+\.[\w-]+`", {"bigquery": 4}),
    (r"\bENGINE\s*=?\s*\w*(?:MergeTree|Distributed|Log)\b|\bLowCardinality\s*\(|\bNullable\s*\(", {"clickhouse": 12}),
    (r"\bFixedString\b|\bDateTime64\b|\bCODEC\s*\(|\bUInt(?:8|16|32|64|128|256)\b", {"clickhouse": 4}),
    (r"\bHUGEINT\b|\bUBIGINT\b|\bUTINYINT\b|\bSTRUCT\s*\(|\bTIMESTAMP_(?:S|MS|NS)\b", {"duckdb": 8}),
    (r"\bROW\s*\(\s*\w+\s+\w+|\bpartitioned_by\s*=\s*ARRAY|\bpartitioning\s*=\s*ARRAY", {"trino": 8}),
    (r"\bARRAY\s*\(\s*\w+|\bWITH\s*\(\s*format\s*=", {"trino": 4}),
    (r"\bMULTISET\b|\bPRIMARY\s+INDEX\b|\bNO\s+FALLBACK\b|\bBYTEINT\b|\bCASESPECIFIC\b", {"teradata": 8}),
    (
        r"\bENCODING\s+(?:AUTO|RLE|DELTAVAL|BLOCK_DICT|NONE|COMMONDELTA_COMP|\w*COMP)\b|\b(?:UN)?SEGMENTED\s+(?:BY|ALL)\b|\bKSAFE\b",
        {"vertica": 14},
    ),
    (r"\bLONG\s+VARCHAR\b", {"vertica": 3, "db2": 2, "teradata": 2, "exasol": 1}),
    (r"\bLONG\s+VARBINARY\b|\bSET\s+USING\b|\bACCESSRANK\b", {"vertica": 6}),
    (
        r"\bCOMMENT\s+IS\b|\bHASHTYPE\b|\b(?:LUA|PYTHON3?|JAVA)\s+(?:SET|SCALAR)\s+SCRIPT\b|\)\s+(?:UTF8|ASCII)\b",
        {"exasol": 12},
    ),
    (r"\bIDENTITY\s+NOT\s+NULL\b|\bNVARCHAR\s*\(|\bDATETIME2\b|\bIDENTITY\s*,", {"tsql": 3}),
    (r"\bORGANIZE\s+BY\b|\bFOR\s+BIT\s+DATA\b|\bCCSID\b|\bDECFLOAT\b", {"db2": 10}),
    (r"\bDISTRIBUTE\s+BY\s+\w+", {"exasol": 6, "db2": 1}),
)
_COMPILED = tuple((re.compile(mark, re.IGNORECASE | re.MULTILINE), scores) for mark, scores in _MARKS)
# Case tells only here: ClickHouse writes its types in this case, and hardly anyone else does.
_CASED = re.compile(r"\b(?:String|Int(?:8|16|32|64))\b")
_GAPS = re.compile(r"\n\s*+")  # a line's end, with what blanks are about it
# What stands inside strings or comments and yet tells. Searched in the raw text.
_RAW = (
    (re.compile(r"\bLOCATION\s+'s3://", re.IGNORECASE), {"athena": 18}),
    (re.compile(r"^-- (?:PostgreSQL database dump|Dumped by pg_dump)", re.MULTILINE), {"postgres": 20}),
    (re.compile(r"^-- (?:MySQL|MariaDB) dump|^-- phpMyAdmin|^/\*!\d{5}", re.MULTILINE), {"mysql": 20}),
    (re.compile(r"^/\*{2,}\s*Object:\s", re.MULTILINE), {"tsql": 20}),
    (re.compile(r"'dbfs:/|'abfss://|\bdelta\.\w+'\s*=", re.IGNORECASE), {"databricks": 4}),
    (re.compile(r"`\S+\.\S+\.\S+`"), {"bigquery": 6}),
    (re.compile(r"`[^`\s]+\.[^`\s]+`"), {"bigquery": 3, "hive": 1}),
)
# Comments and strings say nothing about the dialect. Quotes may be unbalanced here: the lexer will say so later.
_NOISE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^'\n]|'')*'", re.DOTALL)
_ENOUGH = 100_000  # characters: some sixty marks are looked for in them
_ROWS = re.compile(r"^(?:INSERT|REPLACE)\b[^\n]*|^[,(][^\n]*", re.IGNORECASE | re.MULTILINE)


def detect(text: str) -> Detection:
    """The most likely dialect of a DDL text: `postgres`, the plainest, where it bears no marks."""
    text = _GAPS.sub("\n", _ROWS.sub("", text[: 10 * _ENOUGH]))[:_ENOUGH]
    clean = _NOISE.sub(" ", text)
    scores = dict.fromkeys(DIALECTS, 0)
    marks: dict[str, list[str]] = {name: [] for name in DIALECTS}
    for pattern, says in _COMPILED:
        found = pattern.search(clean)
        if found is None:
            continue
        for name, score in says.items():
            scores[name] += score
            if score > 0:
                marks[name].append(" ".join(found.group().split()))
    for mark, says in _RAW:
        found = mark.search(text)
        if found is not None:
            for name, score in says.items():
                scores[name] += score
                marks[name].append(" ".join(found.group().split()))
    if _CASED.search(clean):
        scores["clickhouse"] += 2
    best = max(DIALECTS, key=lambda name: scores[name])
    if scores[best] <= 0:
        return Detection(PLAIN, ())
    return Detection(DIALECTS[best], tuple(marks[best]))
