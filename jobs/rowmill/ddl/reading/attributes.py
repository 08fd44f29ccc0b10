"""The readers of a column's attributes. Each steps over one attribute, and puts what it says into the column."""

from __future__ import annotations

from collections.abc import Callable

from rowmill.ddl.reading.column import AttributeReader, Column, Handler
from rowmill.ddl.reading.comments import comment_text, description
from rowmill.ddl.reading.cursor import Cursor
from rowmill.ddl.reading.keys import pass_state, reference
from rowmill.ddl.reading.lexer import NUMBER, QUOTED, STRING, WORD, word_set
from rowmill.ddl.reading.type_text import type_end

# -- null, default, comment --------------------------------------------------------------------------------------


def not_null(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 2
    column.null = False
    pass_state(cursor)
    return True


def null(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    column.null = True
    return True


def default(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1 + cursor.at("WITH")
    if cursor.accept("ON", "NULL"):
        column.attributes.append("DEFAULT ON NULL")
    if cursor.at("AS", "IDENTITY") and reader.dialect.name == "snowflake":
        return True
    if cursor.done or (reader.begins(cursor) and not cursor.at("NULL")):
        column.attributes.append("WITH DEFAULT")  # Db2's bare one
        return True
    column.default = reader.expression(cursor)
    return True


def comment(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    column.comment = comment_text(cursor, reader.dialect)
    return column.comment is not None


def options(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    """BigQuery's OPTIONS (description = '...'): the description is the comment."""
    cursor.i += 1
    inside = cursor.group()
    if inside is None:
        return False
    column.comment, rest = description(inside, reader.scope)
    if rest:
        column.attributes.append(f"OPTIONS ({rest})")
    return True


# -- keys and checks ---------------------------------------------------------------------------------------------

# What may follow a constraint's name. A constraint may be called UNIQUE, but hardly NOT, PRIMARY or FOREIGN.
_AFTER_NAME = word_set("NOT NULL DEFAULT PRIMARY UNIQUE REFERENCES CHECK FOREIGN GENERATED")


def constraint(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    """CONSTRAINT with its name, if it has one; what it is comes next, and is read by itself."""
    cursor.i += 1
    called = cursor.peek(1).upper in _AFTER_NAME and not cursor.peek().is_word("NOT", "PRIMARY", "FOREIGN")
    if not called and reader.handler(cursor) is not None:
        return True  # CONSTRAINT without a name
    name = cursor.name()
    if cursor.at("PRIMARY", "KEY"):
        column.named.append((name, "primary key"))
    elif cursor.at("UNIQUE"):
        column.named.append((name, "unique"))
    elif cursor.at("REFERENCES") or cursor.at("FOREIGN"):
        column.named.append((name, "foreign key"))
    elif cursor.at("CHECK"):
        column.named.append((name, "check"))
    return bool(name) and reader.handler(cursor) is not None


def primary(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1 if cursor.at("KEY") else 2
    column.primary = True
    for word in ("ASC", "DESC", "HASH", "CLUSTERED", "NONCLUSTERED"):
        cursor.accept(word)
    if cursor.accept_any("AUTOINCREMENT", "AUTO_INCREMENT"):
        column.generated = True
    pass_state(cursor)
    return True


def unique(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    cursor.accept("KEY")
    cursor.accept_any("CLUSTERED", "NONCLUSTERED")
    if cursor.accept("NULLS"):
        cursor.accept("NOT")
        cursor.accept("DISTINCT")
    column.unique = True
    pass_state(cursor)
    return True


def references(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    if cursor.accept("FOREIGN"):
        cursor.accept("KEY")
    column.key = reference(cursor, (column.name,), f"{reader.scope.where} column '{column.name}'", reader.scope)
    return True


def check(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    if cursor.accept("NOT"):
        cursor.accept("FOR")
        cursor.accept("REPLICATION")
    inside = cursor.group()
    if inside is not None:
        column.checks.append(reader.scope.text(inside))
        pass_state(cursor)
        return True
    if reader.dialect.name != "clickhouse":
        return False
    column.checks.append(reader.expression(cursor))
    return True


# -- how a column is stored --------------------------------------------------------------------------------------


def encode(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    column.encode = cursor.take().text.lower()
    return True


def distkey(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    column.distkey = True
    return True


def sortkey(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    cursor.i += 1
    column.sortkey = True
    return True


def persisted(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    """SingleStore puts a computed column's type after its expression."""
    cursor.i += 1
    if not column.type and not cursor.done and not cursor.accept("AUTO"):
        end = type_end(tuple(cursor.tokens), cursor.i, reader.dialect)
        column.type = tuple(cursor.tokens[cursor.i : end])
        cursor.i = end
    column.attributes.append("PERSISTED")
    return True


# -- attributes kept as text -------------------------------------------------------------------------------------

# What stands after an attribute's words: steps over it; False where it is not there.
Following = Callable[[AttributeReader, Cursor], bool]


def kept(words: int, following: Following) -> Handler:
    """The reader of an attribute that is kept as its text: `words` words, and what follows them."""

    def read(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
        start = cursor.i
        cursor.i += words
        if not following(reader, cursor):
            return False
        column.attributes.append(reader.text(cursor, start))
        return True

    return read


def dropped(words: int) -> Handler:
    """The reader of an attribute that says nothing of the table: ENABLE."""

    def read(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
        cursor.i += words
        return True

    return read


def nothing(reader: AttributeReader, cursor: Cursor) -> bool:
    return True


def a_name(reader: AttributeReader, cursor: Cursor) -> bool:
    cursor.accept("=")
    return bool(cursor.name())


def a_literal(reader: AttributeReader, cursor: Cursor) -> bool:
    cursor.accept("=")
    return cursor.take().kind in (STRING, NUMBER, WORD, QUOTED)


def parentheses(reader: AttributeReader, cursor: Cursor) -> bool:
    return cursor.group() is not None


def an_expression(reader: AttributeReader, cursor: Cursor) -> bool:
    return bool(reader.expression(cursor))


def values(reader: AttributeReader, cursor: Cursor) -> bool:
    """Teradata's COMPRESS, COMPRESS 0, COMPRESS ('a', 'b')."""
    if cursor.group() is None and cursor.peek().kind in (STRING, NUMBER):
        cursor.i += 1
    elif cursor.at("SYSTEM", "DEFAULT"):
        cursor.i += 2
    return True


def a_call(reader: AttributeReader, cursor: Cursor) -> bool:
    """A name, with arguments or without."""
    found = a_name(reader, cursor)
    cursor.group()
    return found


def a_policy(reader: AttributeReader, cursor: Cursor) -> bool:
    """Snowflake's: a name, and the columns that it looks at."""
    if not cursor.name():
        return False
    if cursor.accept("USING"):
        cursor.group()
    return True


def a_mask(reader: AttributeReader, cursor: Cursor) -> bool:
    """Databricks': a function, and the columns that it takes."""
    if not cursor.name():
        return False
    if cursor.accept("USING", "COLUMNS"):
        cursor.group()
    return True


def an_encryption(reader: AttributeReader, cursor: Cursor) -> bool:
    """Oracle's ENCRYPT USING 'AES256' IDENTIFIED BY name 'SHA-1' NO SALT."""
    while True:
        if cursor.accept("USING") or cursor.accept("IDENTIFIED", "BY") or cursor.peek().kind == STRING:
            cursor.i += 1
        elif not (cursor.accept("NO", "SALT") or cursor.accept("SALT")):
            return True


def an_index(reader: AttributeReader, cursor: Cursor) -> bool:
    """SQL Server's INDEX name UNIQUE CLUSTERED (columns) WITH (...)."""
    if not cursor.name():
        return False
    while cursor.accept_any("UNIQUE", "CLUSTERED", "NONCLUSTERED"):
        pass
    cursor.group()
    pass_state(cursor)
    return True
