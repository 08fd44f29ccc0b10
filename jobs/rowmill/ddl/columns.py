"""One column's item: its name, its type, and what its attributes say. What no table knows is left for the parser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rowmill.ddl.cursor import Cursor
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import DraftKey
from rowmill.ddl.expressions import pass_expression
from rowmill.ddl.lexer import NUMBER, QUOTED, STRING, WORD, Token, Tokens
from rowmill.ddl.outline import first_name
from rowmill.ddl.references import comment_text, description, pass_state, reference
from rowmill.ddl.statements import Statement
from rowmill.ddl.type_text import type_end


@dataclass(slots=True)
class Column:
    """What one column's text says.

    type:       the tokens of its type; () where there is none
    null:       True or False where NULL or NOT NULL stands there
    default:    the default's SQL text as written
    computed:   the SQL text of its expression
    generated:  it makes its own values: an identity
    identity:   start, increment and kind of the identity, as far as they are written
    attributes: the text of all other attributes, each
    left:       tokens that no table knows: the parser decides
    named:      names of constraints, and what each is
    """

    name: str
    type: Tokens
    null: bool | None = None
    default: str | None = None
    comment: str | None = None
    computed: str | None = None
    generated: bool = False
    identity: dict[str, int | str | bool] = field(default_factory=dict)
    primary: bool = False
    unique: bool = False
    key: DraftKey | None = None
    checks: list[str] = field(default_factory=list)
    encode: str | None = None
    distkey: bool = False
    sortkey: bool = False
    attributes: list[str] = field(default_factory=list)
    left: list[Token] = field(default_factory=list)
    named: list[tuple[str, str]] = field(default_factory=list)


class ColumnReader:
    """Reads column items of one statement."""

    def __init__(self, statement: Statement, dialect: Dialect, where: str) -> None:
        self.statement, self.dialect, self.where = statement, dialect, where
        self.heads = _heads(dialect)

    def read(self, item: Tokens) -> Column:
        """The column that an item defines. Raises DDLError for a reference that can't be read."""
        cursor = Cursor(item, 1)
        end = 1 if len(item) < 2 or self._typeless(cursor) else type_end(item, 1, self.dialect)
        column = Column(first_name(item), tuple(item[1:end]))
        cursor.i = end
        while not cursor.done:
            start = cursor.i
            handler = self._handler(cursor)
            if handler is None or handler(self, cursor, column, start) is False:
                column.left += item[start:]
                break
        return column

    def _typeless(self, cursor: Cursor) -> bool:
        """Whether an attribute follows the name at once: a computed column, or SQLite's columns of any type."""
        word = cursor.peek().upper
        return (
            word in _NEVER_TYPES
            and (word != "COMMENT" or cursor.peek(1).kind == STRING)
            and self._handler(cursor) is not None
        )

    def _handler(self, cursor: Cursor) -> Handler | None:
        for words, handler in self.heads.get(cursor.peek().upper, ()):
            if cursor.at(*words):
                return handler
        return None

    def begins(self, cursor: Cursor) -> bool:
        """Whether an attribute begins here: what ends an expression."""
        word = cursor.peek().upper
        if not word or word not in self.heads or cursor.tokens[cursor.i - 1].is_mark("."):
            return False
        if word in ("NOT", "NULL") and cursor.tokens[cursor.i - 1].is_word("IS", "NOT", "THEN", "ELSE", "AND", "OR"):
            return False
        return self._handler(cursor) is not None

    def expression(self, cursor: Cursor) -> str:
        start = cursor.i
        pass_expression(cursor, self.begins)
        return self.text(cursor, start)

    def text(self, cursor: Cursor, start: int) -> str:
        return self.statement.slice(tuple(cursor.tokens[start : cursor.i]))


Handler = Callable[[ColumnReader, Cursor, Column, int], bool | None]
# An attribute may follow the name of a column that has no type only with these words.
_NEVER_TYPES = frozenset(
    "NOT NULL DEFAULT GENERATED AS PRIMARY UNIQUE REFERENCES CHECK CONSTRAINT COMMENT COLLATE MATERIALIZED ALIAS IDENTITY ENCODE AUTO_INCREMENT".split()
)


# -- the attributes ----------------------------------------------------------------------------------------------


def _not_null(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 2
    column.null = False
    pass_state(cursor)


def _null(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1
    column.null = True


def _constraint(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    heads = reader._handler(cursor)
    if heads is not None and not (
        cursor.peek(1).upper in _AFTER_NAME and cursor.peek().upper not in ("NOT", "PRIMARY", "FOREIGN")
    ):
        return None  # CONSTRAINT without a name
    name = cursor.name()
    if cursor.at("PRIMARY", "KEY"):
        column.named.append((name, "primary key"))
    elif cursor.at("UNIQUE"):
        column.named.append((name, "unique"))
    elif cursor.at("REFERENCES") or cursor.at("FOREIGN"):
        column.named.append((name, "foreign key"))
    elif cursor.at("CHECK"):
        column.named.append((name, "check"))
    return None if name and reader._handler(cursor) is not None else False


_AFTER_NAME = frozenset("NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES CHECK FOREIGN GENERATED".split())


def _default(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1 + cursor.at("WITH")
    if cursor.accept("ON", "NULL"):
        column.attributes.append("DEFAULT ON NULL")
    if cursor.at("USING") and reader.dialect.name == "vertica":
        cursor.i += 1
        column.attributes.append(f"DEFAULT USING {reader.expression(cursor)}")
        return
    if cursor.at("AS", "IDENTITY") and reader.dialect.name == "snowflake":
        return
    if cursor.done or (reader.begins(cursor) and not cursor.at("NULL")):
        column.attributes.append("WITH DEFAULT")  # Db2's bare one
        return
    column.default = reader.expression(cursor)


def _primary(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1 if cursor.at("KEY") else 2
    column.primary = True
    for word in ("ASC", "DESC", "HASH", "CLUSTERED", "NONCLUSTERED"):
        cursor.accept(word)
    if cursor.accept_any("AUTOINCREMENT", "AUTO_INCREMENT"):
        column.generated = True
    pass_state(cursor)


def _unique(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1
    cursor.accept("KEY")
    cursor.accept_any("CLUSTERED", "NONCLUSTERED")
    if cursor.accept("NULLS"):
        cursor.accept("NOT")
        cursor.accept("DISTINCT")
    column.unique = True
    pass_state(cursor)


def _references(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    if cursor.accept("FOREIGN"):
        cursor.accept("KEY")
    at = f"{reader.where} column '{column.name}'"
    column.key = reference(cursor, (column.name,), at, reader.statement, reader.dialect)


def _check(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    if cursor.accept("NOT"):
        cursor.accept("FOR")
        cursor.accept("REPLICATION")
    opening = cursor.i + 1
    inside = cursor.group()
    if inside is None:
        if reader.dialect.name != "clickhouse":
            return False
        column.checks.append(reader.expression(cursor))
        return None
    column.checks.append(reader.statement.slice(tuple(cursor.tokens[opening : cursor.i - 1])))
    pass_state(cursor)
    return None


def _comment(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    column.comment = comment_text(cursor, reader.dialect)
    return None if column.comment is not None else False


def _generated(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    by_default = cursor.accept("BY", "DEFAULT")
    cursor.accept("ALWAYS")
    if cursor.accept("ON", "NULL"):
        by_default = True
    if cursor.at("FOR", "EACH", "ROW") or cursor.at("AS", "ROW") or cursor.at("AS", "TRANSACTION"):
        while not cursor.done and not cursor.at("NOT") and not cursor.at("HIDDEN") and not cursor.at("PRIMARY"):
            cursor.i += 1
        column.attributes.append(reader.text(cursor, start))
        column.computed = None
        column.generated = True
        column.identity["row"] = "TRANSACTION" not in column.attributes[-1].upper()  # a transaction's id may be null
        return None
    if not cursor.accept("AS"):
        return False
    if cursor.accept("IDENTITY"):
        column.generated = True
        if by_default:
            column.identity["by_default"] = True
        _identity_options(reader, cursor, column)
        return None
    return _computed_by(reader, cursor, column)


def _computed_by(reader: ColumnReader, cursor: Cursor, column: Column) -> bool | None:
    opening = cursor.i + 1
    if cursor.group() is not None and (cursor.done or reader.begins(cursor)):
        column.computed = reader.statement.slice(tuple(cursor.tokens[opening : cursor.i - 1]))
    else:
        cursor.i = opening - 1
        column.computed = reader.expression(cursor)
    return None if column.computed else False


def _as(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    if cursor.accept("IDENTITY"):
        column.generated = True
        _identity_options(reader, cursor, column)
        return None
    return _computed_by(reader, cursor, column)


def _made(word: str) -> Handler:
    def read(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
        cursor.i += 1
        if word == "EPHEMERAL" and (cursor.done or reader.begins(cursor)):
            column.attributes.append(word)
            return
        column.computed = reader.expression(cursor)
        column.attributes.append(word)

    return read


def _identity(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    by_default = cursor.at("BY", "DEFAULT")
    cursor.i += 1
    column.generated = True
    if by_default:
        cursor.i += 4
    _identity_options(reader, cursor, column)


def _identity_options(reader: ColumnReader, cursor: Cursor, column: Column) -> None:
    """`(1,1)`, `(START WITH 5 INCREMENT BY 2 NO CACHE)`, `START 1 INCREMENT 1 ORDER`."""
    inside = cursor.group()
    if inside is not None:
        part = Cursor(inside)
        plain = [int(t) for t in _numbers(part)]
        if plain:
            for name, number in zip(("start", "increment"), plain, strict=False):
                column.identity[name] = number
        _named_steps(Cursor(inside), column)
    else:
        _named_steps(cursor, column)
        for key, token in (("start", cursor.peek()),):  # IDENTITY 5 (Exasol)
            if token.kind == NUMBER and key not in column.identity:
                column.identity[key] = int(token.text)
                cursor.i += 1
    if cursor.accept("NOT", "FOR"):
        cursor.accept("REPLICATION")
        column.attributes.append("NOT FOR REPLICATION")
    for word in ("ORDER", "NOORDER"):
        if cursor.accept(word):
            column.identity["order"] = word == "ORDER"


def _numbers(cursor: Cursor) -> list[str]:
    found: list[str] = []
    while not cursor.done:
        sign = "-" if cursor.accept("-") else ""
        token = cursor.take()
        if token.kind != NUMBER or not token.text.isdigit():
            return []
        found.append(sign + token.text)
        if not cursor.accept(","):
            break
    return found if cursor.done else []


def _named_steps(cursor: Cursor, column: Column) -> None:
    while not cursor.done:
        key = {"START": "start", "INCREMENT": "increment"}.get(cursor.peek().upper)
        if key is not None:
            cursor.i += 1
            cursor.accept_any("WITH", "BY")
            cursor.accept("=")
            sign = -1 if cursor.accept("-") else 1
            token = cursor.peek()
            if token.kind == NUMBER and token.text.isdigit():
                column.identity[key] = sign * int(token.text)
                cursor.i += 1
        elif cursor.peek().upper in ("ORDER", "NOORDER"):
            column.identity["order"] = cursor.take().upper == "ORDER"
        elif cursor.peek().upper in _SEQUENCE_WORDS or cursor.at(","):
            cursor.i += 1
            if cursor.peek().kind == NUMBER or cursor.at("-"):
                cursor.accept("-")
                cursor.i += 1
        elif cursor.at("SEQUENCE", "NAME"):  # pg_dump
            cursor.i += 2
            cursor.name()
        else:
            return


_SEQUENCE_WORDS = frozenset(
    "RESTART MINVALUE MAXVALUE NO CACHE NOCACHE CYCLE NOCYCLE NOMINVALUE NOMAXVALUE KEEP NOKEEP SCALE NOSCALE OWNED".split()
)


def _auto(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1
    column.generated = True
    _identity_options(reader, cursor, column)


def _encode(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1
    column.encode = cursor.take().text.lower()


def _flag(name: str) -> Handler:
    def read(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
        cursor.i += 1
        setattr(column, name, True)

    return read


def _kept(words: int, shape: str) -> Handler:
    """An attribute kept as its text: `words` words, then by shape: '' nothing, N a name, S a literal, P parentheses,
    p parentheses or nothing, E an expression, V a literal or parentheses or nothing."""

    def read(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
        cursor.i += words
        for kind in shape:
            if not _SHAPES[kind](reader, cursor):
                return False
        column.attributes.append(reader.text(cursor, start))
        return None

    return read


def _dropped(words: int) -> Handler:
    """An attribute that says nothing of the table: ENABLE."""

    def read(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
        cursor.i += words

    return read


def _has_expression(reader: ColumnReader, cursor: Cursor) -> bool:
    return bool(reader.expression(cursor))


def _has_value(reader: ColumnReader, cursor: Cursor) -> bool:
    if cursor.group() is None and cursor.peek().kind in (STRING, NUMBER):
        cursor.i += 1
    elif cursor.at("SYSTEM", "DEFAULT"):
        cursor.i += 2
    return True


def _has_name(reader: ColumnReader, cursor: Cursor) -> bool:
    cursor.accept("=")
    return bool(cursor.name())


def _has_literal(reader: ColumnReader, cursor: Cursor) -> bool:
    cursor.accept("=")
    return cursor.take().kind in (STRING, NUMBER, WORD, QUOTED)


_SHAPES: dict[str, Callable[[ColumnReader, Cursor], bool]] = {
    "N": _has_name,
    "S": _has_literal,
    "P": lambda reader, cursor: cursor.group() is not None,
    "p": lambda reader, cursor: cursor.group() is not None or True,
    "E": _has_expression,
    "V": _has_value,
    "T": lambda reader, cursor: cursor.peek().kind == STRING and bool(cursor.take()),
}

_ANYWHERE: dict[str, Handler] = {
    "NOT NULL": _not_null,
    "NULL": _null,
    "CONSTRAINT": _constraint,
    "DEFAULT": _default,
    "WITH DEFAULT": _default,
    "PRIMARY KEY": _primary,
    "UNIQUE": _unique,
    "REFERENCES": _references,
    "FOREIGN KEY REFERENCES": _references,
    "CHECK": _check,
    "COMMENT": _comment,
    "GENERATED": _generated,
    "AS": _as,
    "IDENTITY": _identity,
    "AUTO_INCREMENT": _auto,
    "AUTOINCREMENT": _auto,
    "COLLATE": _kept(1, "N"),
    "CHARACTER SET": _kept(2, "N"),
    "CHARSET": _kept(1, "N"),
    "STORED": _kept(1, ""),
    "VIRTUAL": _kept(1, ""),
    "PERSISTED": _kept(1, ""),
    "PERSISTENT": _kept(1, ""),
    "INVISIBLE": _kept(1, ""),
    "VISIBLE": _kept(1, ""),
    "HIDDEN": _kept(1, ""),
    "STORAGE": _kept(1, "N"),
    "OPTIONS": _kept(1, "P"),
    "ENABLE": _dropped(1),
    "DISABLE": _kept(1, ""),
    "RELY": _kept(1, ""),
    "NORELY": _kept(1, ""),
    "NOT ENFORCED": _kept(2, ""),
    "ON UPDATE": _kept(2, "E"),
    "FIRST": _kept(1, ""),  # of ALTER TABLE ... ADD COLUMN
    "AFTER": _kept(1, "N"),
}
_REDSHIFT: dict[str, Handler] = {"ENCODE": _encode, "DISTKEY": _flag("distkey"), "SORTKEY": _flag("sortkey")}
_MYSQL: dict[str, Handler] = {
    "KEY": _primary, "ASCII": _kept(1, ""), "UNICODE": _kept(1, ""), "BINARY": _kept(1, ""), "COLUMN_FORMAT": _kept(1, "N"),
    "SRID": _kept(1, "S"), "REF_SYSTEM_ID": _kept(1, "S"), "ENGINE_ATTRIBUTE": _kept(1, "S"), "SPARSE": _kept(1, ""), "SERIES TIMESTAMP": _kept(2, ""),
    "SECONDARY_ENGINE_ATTRIBUTE": _kept(1, "S"), "COMPRESSED": _kept(1, ""), "WITHOUT SYSTEM VERSIONING": _kept(3, ""), "OPTION": _kept(1, "S"),
    "WITH SYSTEM VERSIONING": _kept(3, ""),
}  # fmt: skip
_BY_DIALECT: dict[str, dict[str, Handler]] = {
    "redshift": _REDSHIFT,
    "mysql": _MYSQL,
    "oracle": {
        "ENCRYPT": lambda r, c, col, s: _oracle_encrypt(r, c, col, s),
        "SORT": _kept(1, ""),
        "DISABLE": _dropped(1),
        "WITH ROWID": _kept(2, ""),
        "SCOPE IS": _kept(2, "N"),
        "NOVALIDATE": _dropped(1),
        "VALIDATE": _dropped(1),
        "INVISIBLE": _kept(1, ""),
        "RESERVABLE": _kept(1, ""),
        "DECRYPT": _kept(1, ""),
    },
    "tsql": {
        "SPARSE": _kept(1, ""),
        "FILESTREAM": _kept(1, ""),
        "ROWGUIDCOL": _kept(1, ""),
        "MASKED WITH": _kept(2, "P"),
        "ENCRYPTED WITH": _kept(2, "P"),
        "COLUMN_SET": _kept(3, ""),
        "NOT FOR REPLICATION": _kept(3, ""),
        "CLUSTERED": _dropped(1),
        "NONCLUSTERED": _dropped(1),
        "WITH VALUES": _dropped(2),
        "INDEX": lambda r, c, col, s: _inline_index(r, c, col, s),
    },
    "snowflake": {
        "MASKING POLICY": lambda r, c, col, s: _policy(r, c, col, s),
        "WITH MASKING POLICY": lambda r, c, col, s: _policy(r, c, col, s),
        "PROJECTION POLICY": lambda r, c, col, s: _policy(r, c, col, s),
        "WITH PROJECTION POLICY": lambda r, c, col, s: _policy(r, c, col, s),
        "TAG": _kept(1, "P"),
        "WITH TAG": _kept(2, "P"),
        "ORDER": _dropped(1),
        "NOORDER": _dropped(1),
    },
    "clickhouse": {
        "CODEC": _kept(1, "P"),
        "TTL": _kept(1, "E"),
        "MATERIALIZED": _made("MATERIALIZED"),
        "ALIAS": _made("ALIAS"),
        "EPHEMERAL": _made("EPHEMERAL"),
        "STATISTICS": _kept(1, "P"),
        "SETTINGS": _kept(1, "P"),
        "STATISTIC": _kept(1, "P"),
    },
    "teradata": {
        "COMPRESS USING": _kept(2, "N"),
        "DECOMPRESS USING": _kept(2, "N"),
        "COMPRESS": _kept(1, "V"),
        "NO COMPRESS": _kept(2, ""),
        "CASESPECIFIC": _kept(1, ""),
        "NOT CASESPECIFIC": _kept(2, ""),
        "CS": _kept(1, ""),
        "NOT CS": _kept(2, ""),
        "UPPERCASE": _kept(1, ""),
        "UC": _kept(1, ""),
        "FORMAT": _kept(1, "S"),
        "TITLE": _kept(1, "S"),
        "NAMED": _kept(1, "N"),
        "INLINE LENGTH": _kept(2, "S"),
        "AUTO COLUMN": _kept(2, ""),
        "STORAGE FORMAT": _kept(2, "N"),
        "WITHOUT SYSTEM VERSIONING": _kept(3, ""),
        "NO": _kept(2, ""),
    },
    "vertica": {
        "ENCODING": _kept(1, "N"),
        "ACCESSRANK": _kept(1, "S"),
        "SET USING": _kept(2, "E"),
        "DEFAULT USING": _kept(2, "E"),
    },
    "db2": {
        "CCSID": _kept(1, "S"),
        "NOT LOGGED": _kept(2, ""),
        "LOGGED": _kept(1, ""),
        "NOT COMPACT": _kept(2, ""),
        "COMPACT": _kept(1, ""),
        "INLINE LENGTH": _kept(2, "S"),
        "IMPLICITLY HIDDEN": _kept(2, ""),
        "NOT HIDDEN": _kept(2, ""),
        "SECURED WITH": _kept(2, "N"),
        "COMPRESS SYSTEM DEFAULT": _kept(3, ""),
        "COMPRESS": _kept(1, ""),
        "NOT SECURED": _kept(2, ""),
        "FOR BIT DATA": _kept(3, ""),
        "FIELDPROC": _kept(1, "Np"),
    },
    "databricks": {"MASK": lambda r, c, col, s: _mask(r, c, col, s)},
    "spark": {"MASK": lambda r, c, col, s: _mask(r, c, col, s)},
    "postgres": {"COMPRESSION": _kept(1, "N")},
    "trino": {"WITH": _kept(1, "P")},
    "bigquery": {"OPTIONS": lambda r, c, col, s: _options(r, c, col, s)},
    "exasol": {"UTF8": _kept(1, ""), "ASCII": _kept(1, "")},
    "singlestore": {**_MYSQL, "PERSISTED": lambda r, c, col, s: _persisted(r, c, col, s)},
    "duckdb": {"USING COMPRESSION": _kept(2, "N")},
    "hive": {"DISABLE NOVALIDATE": _kept(2, ""), "NOVALIDATE": _kept(1, "")},
}


def _oracle_encrypt(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    cursor.i += 1
    while True:
        if cursor.accept("USING") or cursor.accept("IDENTIFIED", "BY") or cursor.peek().kind == STRING:
            cursor.i += 1
        elif not (cursor.accept("NO", "SALT") or cursor.accept("SALT")):
            break
    column.attributes.append(reader.text(cursor, start))


def _options(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    """BigQuery's OPTIONS (description = '...'): the description is the comment."""
    cursor.i += 1
    inside = cursor.group()
    if inside is None:
        return False
    column.comment, rest = description(inside, reader.statement, reader.dialect)
    if rest:
        column.attributes.append(f"OPTIONS ({rest})")
    return None


def _persisted(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> None:
    """SingleStore puts a computed column's type after its expression."""
    cursor.i += 1
    if not column.type and not cursor.done and not cursor.accept("AUTO"):
        end = type_end(tuple(cursor.tokens), cursor.i, reader.dialect)
        column.type = tuple(cursor.tokens[cursor.i : end])
        cursor.i = end
    column.attributes.append("PERSISTED")


def _policy(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.accept("WITH")
    cursor.i += 2
    if not cursor.name():
        return False
    if cursor.accept("USING"):
        cursor.group()
    column.attributes.append(reader.text(cursor, start))
    return None


def _mask(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    if not cursor.name():
        return False
    if cursor.accept("USING", "COLUMNS"):
        cursor.group()
    column.attributes.append(reader.text(cursor, start))
    return None


def _inline_index(reader: ColumnReader, cursor: Cursor, column: Column, start: int) -> bool | None:
    cursor.i += 1
    if not cursor.name():
        return False
    while cursor.accept_any("UNIQUE", "CLUSTERED", "NONCLUSTERED"):
        pass
    cursor.group()
    pass_state(cursor)
    column.attributes.append(reader.text(cursor, start))
    return None


_Heads = dict[str, list[tuple[tuple[str, ...], Handler]]]
_HEADS: dict[str, _Heads] = {}


def _heads(dialect: Dialect) -> _Heads:
    """The attributes of a dialect by their first word, the longest first."""
    if dialect.name not in _HEADS:
        made: _Heads = {}
        for words, handler in {**_ANYWHERE, **_BY_DIALECT.get(dialect.name, {})}.items():
            split = tuple(words.split())
            made.setdefault(split[0], []).append((split, handler))
        for known in made.values():
            known.sort(key=lambda entry: -len(entry[0]))
        _HEADS[dialect.name] = made
    return _HEADS[dialect.name]
