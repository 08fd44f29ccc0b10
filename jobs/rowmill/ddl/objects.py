"""Statements beside CREATE TABLE that say something of a table: types, unique indexes, descriptions, drops."""

from __future__ import annotations

from dataclasses import replace

from rowmill.ddl.columns import ColumnReader
from rowmill.ddl.cursor import Cursor, pieces
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Drafts
from rowmill.ddl.lexer import STRING, Tokens, literal
from rowmill.ddl.references import key_columns
from rowmill.ddl.statements import Statement
from rowmill.ddl.type_text import type_end
from rowmill.ddl.types import UNKNOWN, UserType, UserTypes, resolve
from rowmill.schema.types import DataType


def user_type(statement: Statement, dialect: Dialect, users: UserTypes) -> tuple[str, UserType] | None:
    """The name and meaning of a CREATE TYPE or CREATE DOMAIN; None for one that has no columns' meaning."""
    cursor = Cursor(statement.tokens)
    while not cursor.take().is_word("TYPE", "DOMAIN"):
        pass
    while cursor.accept_any("IF", "NOT", "EXISTS"):
        pass
    parts = cursor.parts()
    if not parts:
        return None
    made = _meaning(cursor, statement, dialect, users)
    return None if made is None else (parts[-1], made)


def _meaning(cursor: Cursor, statement: Statement, dialect: Dialect, users: UserTypes) -> UserType | None:
    while cursor.accept_any("AS", "IS", "FROM", "FORCE", "UNDER"):
        pass
    if cursor.accept("ENUM"):
        values = [literal(token, dialect) for token in cursor.group() or () if token.kind == STRING]
        return UserType(DataType("string"), values=tuple(values))
    if cursor.accept("OBJECT") or (cursor.at("(") and dialect.name != "oracle") or cursor.accept("STRUCT"):
        return _composite(cursor.group() or (), statement, dialect, users)
    if cursor.accept("TABLE", "OF") or cursor.at("VARRAY") or cursor.at("VARYING", "ARRAY"):
        if cursor.peek().upper in ("VARRAY", "VARYING"):
            while not cursor.done and not cursor.accept("OF"):
                cursor.i += 1
        inner = _type(cursor, statement, dialect, users)
        return None if inner == UNKNOWN else UserType(DataType("array", children=(inner,)))
    if cursor.at("RANGE") or cursor.at("TABLE") or cursor.done:
        return None
    column = ColumnReader(statement, dialect, "").read((statement.tokens[0], *cursor.tokens[cursor.i :]))
    if not column.type:
        return None
    found = resolve(column.type, statement.slice(column.type), dialect, users)
    return UserType(found.type, column.null is not False, found.values, column.default, tuple(column.checks))


def _type(cursor: Cursor, statement: Statement, dialect: Dialect, users: UserTypes) -> DataType:
    tokens = tuple(cursor.tokens[cursor.i : type_end(tuple(cursor.tokens), cursor.i, dialect)])
    return resolve(tokens, statement.slice(tokens), dialect, users).type if tokens else UNKNOWN


def _composite(inside: Tokens, statement: Statement, dialect: Dialect, users: UserTypes) -> UserType:
    names, types = [], []
    for item in pieces(inside):
        end = type_end(item, 1, dialect) if len(item) > 1 else 1
        names.append(item[0].text)
        types.append(resolve(item[1:end], statement.slice(item[1:end]), dialect, users).type if end > 1 else UNKNOWN)
    if not names or UNKNOWN in types or len(set(names)) != len(names):
        return UserType(UNKNOWN)
    return UserType(DataType("struct", children=tuple(types), field_names=tuple(names)))


def unique_index(statement: Statement, drafts: Drafts, dialect: Dialect, where: str) -> None:
    """CREATE UNIQUE INDEX of plain columns, without WHERE, is a unique key: data that break it can't be loaded."""
    cursor = Cursor(statement.tokens)
    if not any(token.is_word("UNIQUE") for token in statement.tokens[1:4]):
        return
    while not cursor.done and not cursor.take().is_word("ON"):
        pass
    index = statement.tokens[cursor.i - 2].text.casefold()
    cursor.accept("ONLY")
    draft = drafts.find(cursor.name())
    if cursor.accept("USING"):
        cursor.i += 1
    inside = cursor.group()
    if draft is None or inside is None or any(token.is_word("WHERE") for token in cursor.tokens[cursor.i :]):
        return
    names = key_columns(inside, dialect)
    known = {column.name.casefold() for column in draft.columns}
    if (
        names
        and all(name.casefold() in known for name in names)
        and draft.names(names, where, "index") != draft.primary_key
    ):
        draft.add_unique(names, where)
        draft.named_indexes[index] = draft.names(names, where, "index")


def added_value(statement: Statement, drafts: Drafts, users: dict[str, UserType], dialect: Dialect) -> None:
    """ALTER TYPE mood ADD VALUE 'calm' [BEFORE | AFTER 'sad']: in the columns of that type, too."""
    cursor = Cursor(statement.tokens, 2)
    name = (cursor.parts() or [""])[-1].casefold()
    known = users.get(name)
    if known is None or not cursor.accept("ADD", "VALUE"):
        return
    if cursor.accept("IF", "NOT"):
        cursor.accept("EXISTS")
    value = literal(cursor.take(), dialect)
    if value in known.values:
        return
    at = len(known.values)
    if (place := cursor.accept_any("BEFORE", "AFTER")) and (beside := literal(cursor.peek(), dialect)) in known.values:
        at = known.values.index(beside) + (place == "AFTER")
    values = (*known.values[:at], value, *known.values[at:])
    users[name] = replace(known, values=values)
    for draft in drafts:
        written = {c.name: (c.source_type or "").rpartition(".")[2].strip('"').casefold() for c in draft.columns}
        draft.values.update({column: values for column in draft.values if written.get(column) == name})


def renamed(statement: Statement, drafts: Drafts, dialect: Dialect, where: str) -> None:
    """SQL Server's sp_rename 'dbo.t.old', 'new', 'COLUMN', or of a table."""
    texts = [literal(token, dialect) for token in statement.tokens if token.kind == STRING]
    if len(texts) < 2:
        return
    parts = [part.strip('[]"') for part in texts[0].split(".")]
    if len(texts) > 2 and texts[2].upper() == "COLUMN":
        draft = drafts.find(".".join(parts[:-1]))
        if draft is not None:
            draft.rename(draft.column_name(parts[-1], where, "statement"), texts[1])
    elif len(texts) == 2 or texts[2].upper() == "OBJECT":
        draft = drafts.find(".".join(parts))
        if draft is not None:
            drafts.rename(draft, texts[1], draft.schema)


def described(statement: Statement, drafts: Drafts, dialect: Dialect) -> None:
    """SQL Server's sp_addextendedproperty: MS_Description is the comment of a table or a column."""
    named: dict[str, str] = {}
    plain: list[str] = []
    for piece in pieces(statement.tokens[2:] if len(statement.tokens) > 2 else ()):
        strings = [token for token in piece if token.kind == STRING]
        if not strings:
            plain.append("")
        elif piece[0].text.startswith("@"):
            named[piece[0].text.lower()] = literal(strings[-1], dialect)
        else:
            plain.append(literal(strings[-1], dialect))
    order = (
        "@name",
        "@value",
        "@level0type",
        "@level0name",
        "@level1type",
        "@level1name",
        "@level2type",
        "@level2name",
    )
    for key, value in zip(order, plain, strict=False):
        named.setdefault(key, value)
    if named.get("@name", "").upper() != "MS_DESCRIPTION" or named.get("@level1type", "").upper() != "TABLE":
        return
    draft = drafts.find(f"{named.get('@level0name', '')}.{named.get('@level1name', '')}".strip("."))
    if draft is None:
        return
    column = named.get("@level2name")
    if not column:
        draft.comment = named.get("@value")
    elif named.get("@level2type", "").upper() == "COLUMN" and any(c.name == column for c in draft.columns):
        draft.change(column, draft.where, comment=named.get("@value"))


def dropped(statement: Statement, drafts: Drafts, dialect: Dialect) -> None:
    """DROP TABLE a, b: what was created before is gone."""
    cursor = Cursor(statement.tokens)
    while not cursor.take().is_word("TABLE"):
        pass
    while cursor.accept_any("IF", "EXISTS"):
        pass
    while not cursor.done:
        name = cursor.name(dialect)
        draft = drafts.find(name) if name else None
        if draft is not None:
            drafts.remove(draft)
        if not cursor.accept(","):
            return
