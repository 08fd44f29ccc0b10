"""The patterns of what begins and what ends a statement, and of the lines that are none."""

from __future__ import annotations

import re
from functools import lru_cache

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.lexer import Token, word_set


def _one_of(*groups: str) -> str:
    """A regular expression of one of these words; each group is a text with blanks between them."""
    return f"(?:{'|'.join(' '.join(groups).split())})"


# A statement that may say something of a table. All others are passed over.
TELLS = re.compile(
    r"CREATE\b|ALTER\s+(?:FOREIGN\s+|EXTERNAL\s+|ICEBERG\s+)?TABLE\b|COMMENT\s+ON\b|DROP\s+TABLE\b|RENAME\s+TABLE\b"
    r"|EXEC(?:UTE)?\s+(?:sys\s*\.\s*)?(?:sp_addextendedproperty|sp_rename)\b|ALTER\s+TYPE\b",
    re.IGNORECASE,
)
# A statement that creates something else; `what` is its kind.
OTHERS = re.compile(
    r"CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:(?:DEFINER\s*=\s*\S+|"
    + _one_of(
        "EDITIONABLE NONEDITIONABLE FORCE SECURE PUBLIC TEMP TEMPORARY",
        "AGGREGATE CONSTRAINT EVENT MATERIALIZED RECURSIVE",
    )
    + r")\s+)*(?P<what>"
    + _one_of(
        "VIEW PROJECTION SEQUENCE SYNONYM ALIAS STATISTICS RULE FULLTEXT",
        "FUNCTION PROCEDURE PROC TRIGGER PACKAGE MACRO EVENT AGGREGATE CAST OPERATOR LIBRARY LANGUAGE",
        "DATABASE SCHEMA CATALOG TABLESPACE BUFFERPOOL EXTENSION SERVER PUBLICATION SHARE",
        "ROLE USER LOGIN POLICY MASKING TAG",
        "STAGE FILE PIPE STREAM TASK WAREHOUSE",
        "COLLATION DICTIONARY",
    )
    + r")\b",
    re.IGNORECASE,
)
# Of these, what has a body, with semicolons in it.
BODIES = word_set("FUNCTION PROCEDURE PROC TRIGGER PACKAGE EVENT")
# After END: of a loop or a condition, not of the body.
LOOPS = re.compile(r"\s+(?:IF|LOOP|WHILE|REPEAT|FOR)\b", re.IGNORECASE)

# Where the next statement begins though nothing ended the one before: only at the beginning of a line.
_NEXT = re.compile(
    r"^[ \t]*(?:CREATE\s+(?:OR\s+\w+\s+)?(?:(?!AS\b)\w+\s+){0,4}TABLE\b|ALTER\s+TABLE\b|GO[ \t]*(?:\d+[ \t]*)?$)",
    re.IGNORECASE | re.MULTILINE,
)
_SLASH = re.compile(r"[ \t]*/[ \t]*(?=\n|\Z)")
# Words that may begin a statement though no semicolon ended the one before; in batches, where few do, more of them.
BEGINS = word_set("CREATE ALTER DROP COMMENT INSERT GRANT GO")
BEGINS_IN_BATCHES = BEGINS | word_set(
    "UPDATE DELETE EXEC EXECUTE PRINT",
    "IF ELSE BEGIN END",
    "USE SET DECLARE",
)
# The words after these, where they begin a statement and no clause or action.
SECOND = {
    "ALTER": word_set("TABLE INDEX SEQUENCE"),
    "DROP": word_set("TABLE INDEX VIEW SEQUENCE"),
    "COMMENT": word_set("ON"),
}
FOLLOWING = re.compile(r"\s+(\w+)")

# A line that is a command of the shell, not SQL: psql, sqlite3, sqlcmd.
_SHELL = re.compile(
    r"\\[^\n]*|\#[^\n]*|\.[a-z]+\b[^\n]*|:(?:setvar|r|on|connect)\b[^\n]*|!![^\n]*|@@?[\w./]+[ \t]*(?=\n|\Z)"
)
_ECHO = re.compile(r"(?:PROMPT|REM|GO)\b[^\n;]*")
_SQLPLUS = re.compile(
    "(?:"
    + _one_of("REM REMARK PROMPT SHOW PAUSE SPOOL HOST TTITLE COLUMN DEFINE UNDEFINE ACCEPT")
    + "|"
    + _one_of("WHENEVER EXIT QUIT CONN CONNECT")
    + r"|SET[ \t]+"
    + _one_of(
        "DEFINE SCAN SQLBLANKLINES",
        "ECHO FEEDBACK SERVEROUTPUT VERIFY TERMOUT LINESIZE PAGESIZE HEADING TIMING",
    )
    + r")\b[^\n]*",
    re.IGNORECASE,
)
# MySQL's shell: what ends statements from here on.
DELIMITER = re.compile(r"DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE)
# PostgreSQL's statement whose data follow it, line by line.
COPY = re.compile(r"COPY\b.*\bFROM\s+stdin\b", re.IGNORECASE | re.DOTALL)
LINE = re.compile(r"[^\n]*\n?")

# A table amid what is passed over: at the beginning of a line, or anywhere.
TABLE = re.compile(r"^[ \t]*CREATE\s+(?:\w+\s+){0,3}TABLE\b", re.IGNORECASE | re.MULTILINE)
INLINE = re.compile(r"\b(?:CREATE|ALTER)\s+TABLE\b", re.IGNORECASE)
# What begins with a word of no statement and goes on like a table: CRETE TABLE orders (
STRANGE = re.compile(
    "(?!"
    + _one_of(
        "CREATE ALTER DROP RENAME TRUNCATE COMMENT UNDROP REPLACE PURGE FLASHBACK",
        "SELECT FROM WITH INSERT UPDATE DELETE MERGE LOCK",
        "COPY UNLOAD LOAD EXPORT IMPORT PUT GET BACKUP RESTORE",
        "SET USE PRAGMA SHOW DESC DESCRIBE EXPLAIN",
        "GRANT REVOKE DENY AUDIT",
        "CALL DO EXEC EXECUTE DECLARE IF BEGIN",
        "ANALYZE COLLECT OPTIMIZE VACUUM REFRESH REPAIR MSCK CHECK CACHE UNCACHE",
    )
    + r"\b)\w+\s+(?:\w+\s+){0,3}?TABLE\s[^;(]{1,200}\(",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def coarse(dialect: Dialect) -> re.Pattern[str]:
    """Runs of what can't end a statement, whole quotes and comments among it."""
    quote = r"'(?:[^'\\]|\\.|'')*+'" if dialect.escapes else r"'(?:[^']|'')*+'"
    double = r'"(?:[^"\\]|\\.|"")*+"' if dialect.escapes else r'"(?:[^"]|"")*+"'
    plain = r"[^;'\"`$\-/\#\n]++"
    if dialect.fenced:
        plain = dialect.fenced.removeprefix("|") + r"|[^;'\"`$\-/\#\nqQ]++|[qQ](?!')"
    dollar = r"(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)"
    return re.compile(
        rf"(?P<run>(?:{plain}|\n(?![ \t]*+[/cCaAgG])|[eE]'(?:[^'\\]|\\.|'')*+'|{quote}|{double}|`[^`]*+`"
        rf"|{dialect.comment}|{dollar}|[-$\#](?!-)|/(?!\*))++)"
        r"|(?P<unclosed>/\*|'|\"|`)|(?P<end>;)|(?P<line>\n)|(?P<mark>.)",
        re.DOTALL,
    )


@lru_cache(maxsize=64)
def blanks(dialect: Dialect) -> re.Pattern[str]:
    """Blanks, comments and stray semicolons."""
    return re.compile(rf"(?:[\s;]++|{dialect.comment})*+", re.DOTALL)


def command(text: str, at: int, dialect: Dialect) -> re.Match[str] | None:
    """The line that is a command of a shell; None where none begins at `at`."""
    found = DELIMITER.match(text, at) or _SHELL.match(text, at)
    if found is None and dialect.name in ("oracle", "db2"):
        found = _SQLPLUS.match(text, at) or _SLASH.match(text, at)
    return found or _ECHO.match(text, at)


def begins_line(text: str, token: Token) -> bool:
    """Whether nothing stands before a token in its line."""
    return not text[text.rfind("\n", 0, token.start) + 1 : token.start].strip()


def is_alone(text: str, token: Token) -> bool:
    """Whether nothing else stands in a token's line, but a count (GO 3) or a semicolon."""
    end = text.find("\n", token.end)
    after = text[token.end : end if end >= 0 else len(text)].strip().rstrip(";")
    return begins_line(text, token) and (not after or after.isdigit())


def next_begins(text: str, at: int) -> bool:
    """Whether the line at `at` begins a statement though nothing ended the one before."""
    return _NEXT.match(text, at) is not None or _SLASH.match(text, at) is not None
