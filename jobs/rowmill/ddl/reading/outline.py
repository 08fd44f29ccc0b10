"""The outline of a statement by words and parentheses: what it is, its name, the items of its body, its tail."""

from __future__ import annotations

from dataclasses import dataclass

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.cursor import Cursor, closing, pieces
from rowmill.ddl.reading.lexer import MARK, NUMBER, STRING, Token, Tokens, literal, word_set
from rowmill.ddl.reading.statements import Statement

# A word that, between CREATE and TABLE, says that it is no table that is created.
_NOT_A_TABLE = word_set("VIEW INDEX FUNCTION PROCEDURE TRIGGER SCHEMA DATABASE TYPE SEQUENCE ROLE USER POLICY AS ON")
# Words between CREATE and TABLE that are kept.
_MODIFIERS = word_set(
    # how long it lasts, and who sees it
    "TEMP TEMPORARY VOLATILE TRANSIENT SNAPSHOT GLOBAL LOCAL PRIVATE SHARED",
    # where its data are, and who writes them
    "EXTERNAL FOREIGN MANAGED VIRTUAL ICEBERG HYBRID DYNAMIC STREAMING LIVE UNLOGGED IMMUTABLE BLOCKCHAIN",
    # how its rows are kept
    "SET MULTISET ROWSTORE COLUMNSTORE ROW COLUMN REFERENCE SHARDED DUPLICATED",
)
# What CREATE makes beside tables, with words that stand before or after its kind.
_OBJECTS = _NOT_A_TABLE | word_set(
    # code
    "PROC PACKAGE MACRO MODULE LIBRARY ASSEMBLY JAVA SCRIPT METHOD AGGREGATE CAST OPERATOR TRANSFORM CONVERSION",
    "LANGUAGE ALGORITHM DEFINER SQL RULE MODEL NOTEBOOK STREAMLIT APPLICATION TEMPLATE",
    # names and types
    "TABLE COLUMN DOMAIN SYNONYM ALIAS VARIABLE NAMESPACE CATALOG OBJECT DIMENSION ATTRIBUTE HIERARCHY COLLECTION",
    # texts and searching
    "COLLATION DICTIONARY TEXT SEARCH FULLTEXT SPATIAL XML FORMAT FILE",
    # places
    "TABLESPACE BUFFERPOOL POOL CLUSTER WAREHOUSE STAGE VOLUME DIRECTORY LOCATION IMAGE GIT NETWORK SUBNET SERVER",
    "CONNECTION INTEGRATION EXTERNAL COMPUTE CAPACITY RESERVATION ASSIGNMENT RESOURCE WORKLOAD THRESHOLD QUOTA",
    "PFILE SPFILE CONTROLFILE RESTORE EDITION OUTLINE",
    # what flows and runs
    "PIPE STREAM TASK DATAFLOW EVENT ALERT QUEUE SERVICE CONTRACT MESSAGE ROUTE PUBLICATION SUBSCRIPTION SHARE",
    "CONSUMER REPLICATION FAILOVER EXTENSION",
    # who may do what
    "LOGIN PASSWORD CERTIFICATE KEY SECRET SECURITY MASK PERMISSION ACCESS TAG PROFILE CONTEXT GROUP DEFAULT",
    # what the engine keeps beside a table
    "PARTITION PROJECTION MATERIALIZED RESULT HISTOGRAM",
)


@dataclass(frozen=True, slots=True)
class Outline:
    """A CREATE TABLE statement, outlined.

    parts:      the parts of its qualified name
    modifiers:  words between CREATE and TABLE
    before:     the tokens between the name and the body
    items:      the top-level comma pieces of its body, columns and constraints as they come; None without a body
    tail:       the tokens after the body
    opening:    where the body's parenthesis is in the statement's text
    open:       a parenthesis is never closed
    """

    parts: tuple[str, ...]
    modifiers: tuple[str, ...]
    before: Tokens
    items: tuple[Tokens, ...] | None
    tail: Tokens
    opening: int = 0
    open: bool = False


def kind_of(statement: Statement) -> str:
    """What a statement does.

    `table`, `type`, `domain` and `index` create these; `alter`, `comment`, `drop` and `rename` are of tables;
    `property` may be a comment of SQL Server's; `other` is all else.
    """
    words = [token.upper for token in statement.tokens[:9]]
    first, second = (*words, "", "")[:2]
    if first == "CREATE":
        for i, word in enumerate(words[1:], 1):
            if word == "TABLE":
                return "other" if words[i + 1 : i + 2] == ["FUNCTION"] else "table"
            if word in ("TYPE", "DOMAIN", "INDEX"):
                return word.lower() if not (word == "TYPE" and "BODY" in words) else "other"
            if word == "DISTINCT" and words[i + 1 : i + 2] == ["TYPE"]:
                return "type"
            if not word or word in _NOT_A_TABLE:
                break
        return "other"
    if first == "ALTER" and second == "TYPE":
        return "alter type"
    if first == "ALTER":
        return "alter" if "TABLE" in words[1:4] else "other"
    if first == "COMMENT" and words[2:3] and words[2] in ("TABLE", "COLUMN"):
        return "comment"
    if first in ("DROP", "RENAME"):
        return first.lower() if second == "TABLE" or words[1:3] == ["TEMPORARY", "TABLE"] else "other"
    return "property" if first in ("EXEC", "EXECUTE") else "other"


def created(statement: Statement) -> bool:
    """Whether a statement that says nothing of a table is one that is known: CREATE VIEW, CREATE INDEX and the like."""
    words = {token.upper for token in statement.tokens[1:9]}
    return not statement.tokens[0].is_word("CREATE") or not _OBJECTS.isdisjoint(words)


def passed_name(cursor: Cursor, dialect: Dialect) -> list[str]:
    """The parts of the name that stands after TABLE (IF NOT EXISTS, ONLY)."""
    while cursor.accept_any("IF", "NOT", "EXISTS", "ONLY"):
        pass
    if cursor.at("IDENTIFIER", "(") and cursor.peek(2).kind == STRING and cursor.peek(3).is_mark(")"):
        cursor.i += 4
        return literal(cursor.tokens[cursor.i - 2], dialect).split(".")
    return cursor.parts(dialect)


def name_of(statement: Statement, dialect: Dialect) -> str:
    """The name of what a statement is about, as messages show it; '' if there is none."""
    cursor = Cursor(statement.tokens)
    while not cursor.done and cursor.i < 10:
        if cursor.take().is_word("TABLE", "COLUMN", "TYPE", "DOMAIN"):
            return ".".join(passed_name(cursor, dialect))
    return ""


def outline(statement: Statement, dialect: Dialect) -> Outline:
    """The outline of a CREATE TABLE."""
    tokens = statement.tokens
    cursor = Cursor(tokens)
    modifiers: list[str] = []
    while not (word := cursor.take()).is_word("TABLE"):
        if word.upper in _MODIFIERS:
            modifiers.append(word.upper)
    parts = tuple(passed_name(cursor, dialect))
    start = cursor.i
    opening = _body(tokens, start, dialect)
    if opening is None:
        return Outline(parts, tuple(modifiers), (), None, tuple(tokens[start:]))
    end = closing(tokens, opening)
    if end is None:
        return Outline(parts, tuple(modifiers), (), None, tuple(tokens[start:]), open=True)
    items = tuple(pieces(tokens[opening + 1 : end]))
    if dialect.name == "exasol":
        items = _joined(items, statement.text)
    before, tail = tuple(tokens[start:opening]), tuple(tokens[end + 1 :])
    return Outline(parts, tuple(modifiers), before, items, tail, tokens[opening].start)


def _joined(items: tuple[Tokens, ...], text: str) -> tuple[Tokens, ...]:
    """Exasol's DISTRIBUTE BY a, b and PARTITION BY a reach over commas: a lone name goes on with them."""
    found: list[Tokens] = []
    for item in items:
        if len(item) == 1 and found and found[-1][0].is_word("DISTRIBUTE", "PARTITION") and found[-1][1].is_word("BY"):
            comma = text.index(",", found[-1][-1].end)
            found[-1] = (*found[-1], Token(MARK, ",", comma, comma + 1), item[0])
        else:
            found.append(item)
    return tuple(found)


def _body(tokens: Tokens, start: int, dialect: Dialect) -> int | None:
    """Where the body begins: at once after the name, or after what a dialect puts between."""
    cursor = Cursor(tokens, start)
    if cursor.at("("):
        return start
    between = (
        cursor.at(",")  # Teradata: , NO FALLBACK
        or cursor.at("ON", "CLUSTER")  # ClickHouse
        or cursor.at("UUID")
        or cursor.at("CLUSTER", "BY")  # Snowflake's GET_DDL
        or (cursor.at("OF") and dialect.name in ("db2", "oracle"))
    )
    if not between:
        return None
    if cursor.at("CLUSTER"):
        end = closing(tokens, start + 2)
        cursor.i = len(tokens) if end is None else end + 1
    while not cursor.done and not cursor.peek().is_word("AS", "LIKE", "CLONE"):
        if cursor.at("("):
            return cursor.i
        cursor.i += 1
    return None


# Words that may begin what is no column.
_HEADS = word_set(
    "CONSTRAINT PRIMARY FOREIGN UNIQUE CHECK EXCLUDE PERIOD SUPPLEMENTAL LIKE",
    "KEY INDEX FULLTEXT SPATIAL SHARD SORT VECTOR PROJECTION COLUMN",
    "DISTRIBUTE PARTITION",
)
# Types that may follow a column called LIKE.
_TYPES = word_set(
    "INT INTEGER BIGINT SMALLINT NUMERIC DECIMAL NUMBER BOOLEAN",
    "VARCHAR TEXT CHAR STRING",
    "DATE TIMESTAMP",
)
# What may stand between KEY and its columns.
_KINDS = frozenset({"USING", "CLUSTERED", "NONCLUSTERED", "HASH", "BTREE", "UNIQUE", "COLUMNSTORE"})


def is_constraint(item: Tokens, dialect: Dialect) -> bool:
    """Whether an item of the body is a constraint, an index or a LIKE rather than a column."""
    first, second = item[0].upper, item[1] if len(item) > 1 else None
    if first not in _HEADS or second is None:
        return False
    opens = second.is_mark("(")
    match first:
        case "CONSTRAINT":
            return True
        case "LIKE":
            return not (opens or second.upper in _TYPES)
        case "PRIMARY" | "FOREIGN":
            return second.is_word("KEY")
        case "UNIQUE":
            return opens or second.is_word("KEY", "INDEX", "CLUSTERED", "NONCLUSTERED", "NULLS") or _lists_names(item)
        case "CHECK":
            return opens or (second.is_word("NOT") and len(item) > 2 and item[2].is_word("FOR"))
        case "EXCLUDE":
            return opens or second.is_word("USING")
        case "PERIOD":
            return second.is_word("FOR", "SYSTEM_TIME", "BUSINESS_TIME")
        case "DISTRIBUTE" | "PARTITION":
            return dialect.name == "exasol" and second.is_word("BY")
        case "COLUMN":
            return dialect.name == "singlestore" and second.is_word("GROUP")
        case "PROJECTION":
            return dialect.name == "clickhouse"
        case "SUPPLEMENTAL":
            return second.is_word("LOG")
        case "FULLTEXT" | "SPATIAL" | "SHARD" | "SORT" | "VECTOR":
            lines = dialect.index_lines and dialect.name != "clickhouse"
            return lines and (second.is_word("KEY", "INDEX") or _lists_names(item))
        case "KEY" | "INDEX":
            if dialect.name == "clickhouse":
                return first == "INDEX"  # INDEX name expression TYPE kind
            return dialect.index_lines and _lists_names(item)
    return False


def _lists_names(item: Tokens) -> bool:
    """Whether parentheses with names follow, as in `KEY k (a)`, not with a size, as in `key varchar(10)`."""
    for i in (1, 2):
        if i < len(item) and item[i].upper in _KINDS:
            return True
        if i + 1 < len(item) and item[i].kind == MARK and item[i].text == "(":
            return item[i + 1].kind not in (NUMBER, STRING) and not item[i + 1].is_word("MAX")
    return False


def first_name(item: Tokens) -> str:
    """The name that a column's item begins with."""
    token: Token = item[0]
    return token.text if token.kind != STRING else token.text.strip("'\"")
