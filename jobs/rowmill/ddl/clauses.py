"""What stands after a table's columns: comment, partitioning, storage. Nothing of it is dropped."""

from __future__ import annotations

from rowmill.ddl.cursor import Cursor, closing, pieces
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Draft
from rowmill.ddl.lexer import QUOTED, STRING, WORD, Token, Tokens, literal
from rowmill.ddl.references import comment_text, description, key_columns
from rowmill.ddl.statements import Statement
from rowmill.errors import DDLError

HIVE_FAMILY = frozenset({"hive", "spark", "databricks", "athena"})
FOLDERS = HIVE_FAMILY | {"trino", "bigquery", "redshift"}
# Words that begin a clause, of any dialect. What follows up to the next of them belongs to it.
_HEADS = frozenset(
    "INHERITS PARTITION PARTITIONED PARTITIONS WITH WITHOUT ON TEXTIMAGE_ON FILESTREAM_ON TABLESPACE USING ENGINE ORDER PRIMARY SAMPLE TTL "
    "SETTINGS CLUSTER CLUSTERED SKEWED SORTED ROW STORED LOCATION TBLPROPERTIES OPTIONS COMMENT SEGMENTED UNSEGMENTED KSAFE ENCODED INCLUDE EXCLUDE ORGANIZE "
    "DISTRIBUTE DATA IN INDEX LONG COMPRESS NOCOMPRESS VALUE NOT CCSID VOLATILE APPEND UNIQUE NO PCTFREE PCTUSED INITRANS MAXTRANS STORAGE LOGGING NOLOGGING "
    "CACHE NOCACHE PARALLEL NOPARALLEL MONITORING NOMONITORING SEGMENT ORGANIZATION ENABLE DISABLE LOB VARRAY NESTED XMLTYPE RESULT_CACHE ROWDEPENDENCIES "
    "NOROWDEPENDENCIES DATA_RETENTION_TIME_IN_DAYS MAX_DATA_EXTENSION_TIME_IN_DAYS CHANGE_TRACKING COPY TAG DEFAULT_DDL_COLLATION STAGE_FILE_FORMAT STAGE_COPY_OPTIONS STRICT DEFAULT "
    "COLLATE CHARSET CHARACTER AUTO_INCREMENT ROW_FORMAT KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS AVG_ROW_LENGTH CHECKSUM PACK_KEYS DELAY_KEY_WRITE STATS_PERSISTENT "
    "STATS_AUTO_RECALC STATS_SAMPLE_PAGES ENCRYPTION COMPRESSION INSERT_METHOD UNION CONNECTION PAGE_CHECKSUM TRANSACTIONAL AUTOEXTEND_SIZE TYPE SERVER READ "
    "AUDIT RESTRICT MAP FALLBACK AS DISTSTYLE DISTKEY SORTKEY COMPOUND INTERLEAVED BACKUP ENCODE INMEMORY FLASHBACK ILM EXTERNAL ROWSTORE AUTOSTATS_ENABLED "
    "AUTOSTATS_CARDINALITY_MODE AUTOSTATS_HISTOGRAM_MODE AUTOSTATS_SAMPLING REPLICATION DYNAMIC ISOLATED SECONDARY_ENGINE PERIOD SYSTEM VERSIONING REMOTE FORMAT FILE_FORMAT SUBPARTITION OIDS EXTENT LOCK SERDEPROPERTIES "
    "INSERT FEDERATED PASSWORD VIRTUAL IMMUTABLE OF WATERMARK CLUSTERING CATALOG EXTERNAL_VOLUME BASE_LOCATION MERGE TARGET_LAG WAREHOUSE REFRESH_MODE INITIALIZE DISTRIBUTED SHARDS REPLICAS MATERIALIZED EMPTY USE "
    "ENABLE_SCHEMA_EVOLUTION LOAD KEEP TABLE".split()
)
_SILENT = frozenset({"AUTO_INCREMENT"})  # where the next key would go on says nothing of the table


def read_tail(draft: Draft, tail: Tokens, statement: Statement, dialect: Dialect, where: str) -> None:
    """Takes what stands after the body into the draft. Raises DDLError where a table's tail can't begin so."""
    cursor = Cursor(tail)
    while not cursor.done:
        start = cursor.i
        if not (cursor.peek().upper in _HEADS or cursor.at(",")):
            _refuse(cursor, statement, where)
        if cursor.accept(","):
            if dialect.name in ("redshift", "hive", "spark", "postgres") or cursor.peek().upper not in _HEADS:
                cursor.i -= 1
                _refuse(cursor, statement, where)
            continue
        if _known(draft, cursor, statement, dialect, where):
            continue
        cursor.i = start
        _pass_clause(cursor, statement, where)
        if tail[start].upper not in _SILENT or dialect.name not in ("mysql", "singlestore"):
            draft.clauses.append(statement.slice(tuple(tail[start : cursor.i])))


def _refuse(cursor: Cursor, statement: Statement, where: str) -> None:
    left = statement.slice(tuple(cursor.tokens[cursor.i :]))[:60]
    raise DDLError(
        "not understood after the columns",
        where=where,
        value=left,
        fix="check the parentheses, or name the dialect (--dialect)",
    )


def _pass_clause(cursor: Cursor, statement: Statement, where: str) -> None:
    """Steps over one clause: to the next word at depth 0 that begins one."""
    first = cursor.take()
    if first.is_word("AS"):  # the query of CREATE TABLE ... AS
        cursor.i = len(cursor.tokens)
        return
    words = 1
    while not cursor.done:
        token = cursor.peek()
        before = cursor.tokens[cursor.i - 1]
        if token.is_mark(")") or token.is_mark("]"):
            _refuse(cursor, statement, where)
        if token.is_mark(","):
            if _lists(first, cursor):
                cursor.i += 1
                continue
            return
        if token.upper in _HEADS and not before.is_mark("=") and not _belongs(first, before, token, words):
            return
        if cursor.group() is None:
            if token.is_mark("("):
                _refuse(cursor, statement, where)
            cursor.i += 1
        words += 1


def _lists(first: Token, cursor: Cursor) -> bool:
    """Whether a comma goes on with a clause: ORDER BY a, b; PARTITIONS (...), (...)."""
    return first.upper in (
        "ORDER",
        "TTL",
        "SETTINGS",
        "IN",
        "CLUSTER",
        "DISTRIBUTE",
        "PARTITION",
        "SEGMENTED",
        "LOB",
        "INDEX",
        "UNIQUE",
        "PRIMARY",
    ) and cursor.peek(1).upper not in ("COMMENT", "ENGINE")


def _belongs(first: Token, before: Token, token: Token, words: int) -> bool:
    """Whether a word that may begin a clause goes on with the one before."""
    pair = (before.upper, token.upper)
    return (
        pair in _PAIRS
        or (
            first.upper
            in ("ROW", "PARTITION", "WITH", "INDEX", "UNIQUE", "NO", "LOB", "ORGANIZE", "IN", "STORED", "EXTERNAL")
            and words == 1
        )
        or (first.upper == "PARTITION" and token.upper in ("SUBPARTITION", "PARTITIONS", "PARTITION", "IN", "VALUES"))
        or (first.upper == "STORED" and token.upper in ("AS", "BY"))
        or (first.upper == "DEFAULT" and before is first)
        or (first.upper == "STORED" and token.upper in ("WITH", "SERDEPROPERTIES"))
        or (first.upper == "ROW" and token.upper in ("WITH", "SERDEPROPERTIES", "AS", "NOT", "MAP"))
        or (before.is_word("BY", "AS") and token.upper not in ("STORED", "AS"))
    )


_PAIRS = {
    ("ON", "COMMIT"), ("COMMIT", "PRESERVE"), ("COMMIT", "DELETE"), ("DEFAULT", "CHARACTER"), ("DEFAULT", "CHARSET"), ("DEFAULT", "COLLATE"),
    ("SEGMENT", "CREATION"), ("ENABLE", "ROW"), ("DISABLE", "ROW"), ("ROW", "STORE"), ("UNIQUE", "PRIMARY"), ("PRIMARY", "INDEX"),
    ("WITH", "DATA"), ("WITH", "NO"), ("NO", "DATA"), ("NO", "PRIMARY"), ("NOT", "LOGGED"), ("DATA", "CAPTURE"), ("RESTRICT", "ON"), ("WITH", "RESTRICT"),
    ("NOT", "VOLATILE"), ("WITH", "ROW"), ("WITH", "TAG"), ("BY", "RANGE"), ("LONG", "IN"), ("INDEX", "IN"), ("VALUE", "COMPRESSION"), ("ORDER", "BY"),
    ("CHARACTER", "SET"), ("CAPTURE", "NONE"), ("WITHOUT", "OIDS"), ("WITHOUT", "ROWID"), ("COPY", "GRANTS"), ("ACCESS", "POLICY"), ("ROW", "ACCESS"),
    ("NO", "FALLBACK"), ("NODES", "KSAFE"), ("ORGANIZE", "BY"), ("USE", "DEFAULT"), ("WITH", "SYSTEM"), ("SYSTEM", "VERSIONING"), ("ROW", "COMPRESS"), ("FOR", "EXTERNAL"), ("ADAPTIVE", "COMPRESS"), ("DELETE", "ROWS"), ("COMPRESS", "FOR"),
    ("IN", "DATABASE"), ("STATIC", "COMPRESS"), ("TTL", "DELETE"), ("ORGANIZATION", "INDEX"), ("ORGANIZATION", "EXTERNAL"), ("SCHEMA", "PRIVILEGES"),
    ("ON", "DEFAULT"), ("PRESERVE", "ROWS"), ("ROW", "MOVEMENT"), ("LOB", "STORE"), ("STORE", "AS"), ("COLUMN", "STORE"), ("ROW", "STORE"), ("QUERY", "REWRITE"),
}  # fmt: skip


def _known(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect, where: str) -> bool:
    """Reads a clause that the model has a place for; False (the cursor anywhere) for all others."""
    word = cursor.peek().upper
    if word == "COMMENT" and (
        cursor.peek(1).kind in (STRING, QUOTED) or cursor.peek(1).is_mark("=") or cursor.peek(1).upper == "IS"
    ):
        cursor.i += 1
        text = comment_text(cursor, dialect)
        if text is not None:
            draft.comment = text
        return text is not None
    if word in ("PARTITIONED", "PARTITION") and dialect.name in FOLDERS:
        return _partitioning(draft, cursor, statement, dialect)
    if cursor.at("WITH", "PARTITION", "COLUMNS"):
        cursor.i += 3
        cursor.group()
        return True
    if dialect.name in HIVE_FAMILY or (dialect.name == "redshift" and "EXTERNAL" in statement.text[:40].upper()):
        return _of_hive(draft, cursor, statement, dialect)
    if dialect.name == "clickhouse" and cursor.accept("PRIMARY", "KEY"):
        inside = cursor.group() or (cursor.take(),)
        names = key_columns(inside, dialect)
        if names and all(any(c.name == name for c in draft.columns) for name in names):
            draft.set_primary_key(names, where)
            return True
        return False
    if dialect.name == "bigquery" and word == "OPTIONS" and cursor.peek(1).is_mark("("):
        cursor.i += 1
        text, rest = description(cursor.group() or (), statement, dialect)
        draft.comment = draft.comment if text is None else text
        if rest:
            draft.clauses.append(f"OPTIONS ({rest})")
        return True
    if dialect.name == "trino" and word == "WITH" and cursor.peek(1).is_mark("("):
        return _of_trino(draft, cursor, statement)
    return False


def _partitioning(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect) -> bool:
    """PARTITIONED BY (dt), or (dt date), whose columns the reader has; functions and ranges are kept as text."""
    cursor.i += 1
    if not cursor.accept("BY"):
        return False
    inside = cursor.group()
    if inside is None:
        inside = (
            (cursor.take(),)
            if dialect.name == "bigquery"
            and cursor.peek().kind in (WORD, QUOTED)
            and not cursor.peek(1).is_mark("(")
            and not cursor.peek(1).is_mark(".")
            else None
        )
    if inside is None:
        return False
    if draft.partition_by:
        return True
    known = {column.name.casefold(): column.name for column in draft.columns}
    names = [known.get(piece[0].text.casefold()) if len(piece) == 1 else None for piece in pieces(inside)]
    if not names or None in names or len(names) >= len(draft.columns):
        return False
    draft.partition_by = tuple(name for name in names if name)
    return True


def _of_trino(draft: Draft, cursor: Cursor, statement: Statement) -> bool:
    """WITH (format = 'ORC', partitioned_by = ARRAY['dt']): the partitions are the model's."""
    cursor.i += 1
    kept = []
    for piece in pieces(cursor.group() or ()):
        names = [token.text.strip("'") for token in piece[3:] if token.kind == STRING]
        known = {column.name for column in draft.columns}
        if (
            piece[0].is_word("PARTITIONED_BY", "PARTITIONING")
            and names
            and set(names) <= known
            and len(names) < len(known)
        ):
            draft.partition_by = tuple(names)
        else:
            kept.append(statement.slice(piece))
    if kept:
        draft.clauses.append(f"WITH ({', '.join(kept)})")
    return True


def _of_hive(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect) -> bool:
    start = cursor.i
    if cursor.accept("USING"):
        draft.options["format"] = cursor.name().lower()
    elif cursor.at("STORED", "AS") and not cursor.peek(2).is_word("INPUTFORMAT"):
        cursor.i += 2
        draft.options["stored_as"] = cursor.name().lower()
    elif cursor.accept("LOCATION"):
        if cursor.peek().kind not in (STRING, QUOTED):
            return False
        draft.options["location"] = literal(cursor.take(), dialect)
    elif cursor.accept("TBLPROPERTIES") or (dialect.name == "athena" and cursor.at("TBLPROPERTIES")):
        return _properties(draft, cursor, statement, dialect)
    elif cursor.at("ROW", "FORMAT") or cursor.at("CLUSTERED", "BY"):
        key = "row_format" if cursor.at("ROW") else "clustered_by"
        _pass_clause(cursor, statement, draft.where)
        if key == "clustered_by":
            while cursor.at("SORTED", "BY") or cursor.at("INTO"):
                cursor.i += 1
                while not cursor.done and cursor.peek().upper not in _HEADS - {"BUCKETS"}:
                    if cursor.group() is None:
                        cursor.i += 1
        elif cursor.at("WITH", "SERDEPROPERTIES"):
            cursor.i += 2
            cursor.group()
        draft.options[key] = statement.slice(tuple(cursor.tokens[start : cursor.i]))
    else:
        return False
    return True


def _properties(draft: Draft, cursor: Cursor, statement: Statement, dialect: Dialect) -> bool:
    end = closing(cursor.tokens, cursor.i) if cursor.at("(") else None
    if end is None:
        return False
    found: dict[str, str] = {}
    for piece in pieces(cursor.tokens[cursor.i + 1 : end]):
        part = Cursor(piece)
        key = literal(part.take(), dialect) if part.peek().kind in (STRING, QUOTED) else part.name()
        part.accept("=")
        rest = piece[part.i :]
        value = literal(rest[0], dialect) if len(rest) == 1 else statement.slice(tuple(rest))
        found[key] = value
    cursor.i = end + 1
    draft.options.setdefault("tblproperties", {}).update(found)
    return True
