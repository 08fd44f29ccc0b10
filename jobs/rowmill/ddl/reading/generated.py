"""The attributes of columns that make their own values: identities, computed columns, times of the row."""

from __future__ import annotations

from rowmill.ddl.reading.column import AttributeReader, Column, Handler
from rowmill.ddl.reading.cursor import Cursor
from rowmill.ddl.reading.lexer import NUMBER, word_set

# What a sequence may say beside its start and its step; a number may follow each.
_SEQUENCE_WORDS = word_set(
    "RESTART MINVALUE MAXVALUE NOMINVALUE NOMAXVALUE NO CYCLE NOCYCLE",
    "CACHE NOCACHE KEEP NOKEEP SCALE NOSCALE",
    "OWNED",
)


def generated(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    """GENERATED ALWAYS | BY DEFAULT AS: an identity, an expression, or a time of the row."""
    start = cursor.i
    cursor.i += 1
    by_default = cursor.accept("BY", "DEFAULT")
    cursor.accept("ALWAYS")
    if cursor.accept("ON", "NULL"):
        by_default = True
    if cursor.at("FOR", "EACH", "ROW") or cursor.at("AS", "ROW") or cursor.at("AS", "TRANSACTION"):
        while not cursor.done and not cursor.peek().is_word("NOT", "HIDDEN", "PRIMARY"):
            cursor.i += 1
        column.attributes.append(reader.text(cursor, start))
        column.computed = None
        column.generated = True
        column.may_be_null = "TRANSACTION" in column.attributes[-1].upper()  # its id
        return True
    if not cursor.accept("AS"):
        return False
    if cursor.accept("IDENTITY"):
        if by_default:
            column.identity["by_default"] = True
        return _counted(cursor, column)
    return _computed_by(reader, cursor, column)


def computed(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    """AS expression, AS IDENTITY."""
    cursor.i += 1
    return _counted(cursor, column) if cursor.accept("IDENTITY") else _computed_by(reader, cursor, column)


def _computed_by(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    opening = cursor.i + 1
    if cursor.group() is not None and (cursor.done or reader.begins(cursor)):
        column.computed = reader.scope.text(cursor.tokens[opening : cursor.i - 1])
    else:
        cursor.i = opening - 1
        column.computed = reader.expression(cursor)
    return bool(column.computed)


def made_by(word: str) -> Handler:
    """ClickHouse's MATERIALIZED, ALIAS and EPHEMERAL."""

    def read(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
        cursor.i += 1
        column.attributes.append(word)
        if word != "EPHEMERAL" or not (cursor.done or reader.begins(cursor)):
            column.computed = reader.expression(cursor)
        return True

    return read


def identity(reader: AttributeReader, cursor: Cursor, column: Column) -> bool:
    """IDENTITY, AUTO_INCREMENT."""
    cursor.i += 1
    return _counted(cursor, column)


def _counted(cursor: Cursor, column: Column) -> bool:
    """What follows: `(1,1)`, `(START WITH 5 INCREMENT BY 2 NO CACHE)`, `START 1 INCREMENT 1 ORDER`, 5 (Exasol)."""
    column.generated = True
    inside = cursor.group()
    if inside is not None:
        column.identity.update(zip(("start", "increment"), _numbers(Cursor(inside)), strict=False))
        _named_steps(Cursor(inside), column)
    else:
        _named_steps(cursor, column)
        if cursor.peek().kind == NUMBER and cursor.peek().text.isdigit() and "start" not in column.identity:
            column.identity["start"] = int(cursor.take().text)
    if cursor.accept("NOT", "FOR"):
        cursor.accept("REPLICATION")
        column.attributes.append("NOT FOR REPLICATION")
    for word in ("ORDER", "NOORDER"):
        if cursor.accept(word):
            column.identity["order"] = word == "ORDER"
    return True


def _numbers(cursor: Cursor) -> list[int]:
    """The whole numbers between commas; none where anything else stands there."""
    found: list[int] = []
    while not cursor.done:
        sign = -1 if cursor.accept("-") else 1
        token = cursor.take()
        if token.kind != NUMBER or not token.text.isdigit():
            return []
        found.append(sign * int(token.text))
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
