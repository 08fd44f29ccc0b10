"""The outline of a statement by words and parentheses: what it is, its name, the items of its body, its tail."""

from __future__ import annotations

from dataclasses import dataclass

from rowmill.ddl.cursor import Cursor, closing, pieces
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.lexer import MARK, NUMBER, STRING, Token, Tokens, literal
from rowmill.ddl.statements import Statement

# A word that, between CREATE and TABLE, says that it is no table that is created.
_NOT_A_TABLE = frozenset(
    "VIEW INDEX FUNCTION PROCEDURE TRIGGER SCHEMA DATABASE TYPE SEQUENCE ROLE USER POLICY AS ON".split()
)
_MODIFIERS = frozenset(
    "TEMP TEMPORARY GLOBAL LOCAL UNLOGGED TRANSIENT VOLATILE EXTERNAL FOREIGN MULTISET SET ROWSTORE COLUMNSTORE REFERENCE "
    "MANAGED DYNAMIC HYBRID ICEBERG STREAMING LIVE PRIVATE SHARDED DUPLICATED IMMUTABLE BLOCKCHAIN VIRTUAL SHARED SNAPSHOT COLUMN ROW GLOBAL".split()
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

    @property
    def name(self) -> str:
        return ".".join(self.parts)


def kind_of(statement: Statement) -> str:
    """What a statement does: `table`, `type`, `domain`, `index`, `alter`, `comment`, `drop`, `rename`, `property`, `other`."""
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


_OBJECTS = _NOT_A_TABLE | frozenset(
    "TABLE TABLESPACE DOMAIN EXTENSION FORMAT STAGE PIPE STREAM TASK WAREHOUSE INTEGRATION AGGREGATE CAST OPERATOR RULE SERVER "
    "COLLATION CONVERSION LANGUAGE PUBLICATION SUBSCRIPTION SYNONYM PACKAGE EVENT LOGIN CERTIFICATE ASSEMBLY KEY PARTITION "
    "FULLTEXT SECURITY QUEUE SERVICE CONTRACT MESSAGE ROUTE XML DICTIONARY MACRO SECRET MODEL SCRIPT CONNECTION LIBRARY "
    "DIRECTORY CONTEXT PROFILE CLUSTER DATAFLOW CATALOG SHARE VOLUME NAMESPACE VARIABLE BUFFERPOOL ALIAS MODULE MASK "
    "PERMISSION THRESHOLD WORKLOAD PROJECTION RESOURCE HISTOGRAM QUOTA COLLECTION SEARCH RESERVATION ASSIGNMENT CAPACITY "
    "PROC TEXT ACCESS TAG ALERT NETWORK PASSWORD APPLICATION COLUMN OBJECT SUBNET DEFAULT GROUP TRANSFORM METHOD SPATIAL "
    "OUTLINE PFILE SPFILE CONTROLFILE EDITION JAVA RESTORE POOL LOCATION FILE DIMENSION ATTRIBUTE HIERARCHY "
    "ALGORITHM DEFINER SQL RESULT MATERIALIZED TEMPLATE NOTEBOOK STREAMLIT GIT IMAGE COMPUTE REPLICATION FAILOVER EXTERNAL CONSUMER".split()
)


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
    i = start
    if i < len(tokens) and tokens[i].is_mark("("):
        return i
    if i >= len(tokens):
        return None
    begins = (
        tokens[i].is_mark(",")  # Teradata: , NO FALLBACK
        or (tokens[i].is_word("ON") and i + 1 < len(tokens) and tokens[i + 1].is_word("CLUSTER"))
        or tokens[i].is_word("UUID")
        or (tokens[i].is_word("CLUSTER") and i + 1 < len(tokens) and tokens[i + 1].is_word("BY"))  # Snowflake's GET_DDL
        or (tokens[i].is_word("OF") and dialect.name in ("db2", "oracle"))
    )
    if begins:
        if tokens[i].is_word("CLUSTER"):
            end = closing(tokens, i + 2)
            i = len(tokens) if end is None else end + 1
        while i < len(tokens):
            if tokens[i].is_mark("("):
                return i
            if tokens[i].is_word("AS", "LIKE", "CLONE"):
                return None
            i += 1
    return None


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


_HEADS = frozenset(
    "CONSTRAINT LIKE PRIMARY FOREIGN UNIQUE CHECK EXCLUDE PERIOD PROJECTION SUPPLEMENTAL FULLTEXT SPATIAL SHARD SORT "
    "VECTOR KEY INDEX DISTRIBUTE PARTITION COLUMN".split()
)
_TYPES = frozenset(
    "INT INTEGER BIGINT SMALLINT VARCHAR TEXT CHAR BOOLEAN DATE TIMESTAMP NUMERIC DECIMAL NUMBER STRING".split()
)


_KINDS = frozenset({"USING", "CLUSTERED", "NONCLUSTERED", "HASH", "BTREE", "UNIQUE", "COLUMNSTORE"})


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
