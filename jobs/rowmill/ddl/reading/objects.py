"""Statements beside CREATE TABLE that say something of a table: types, unique indexes, drops, new names."""

from __future__ import annotations

from dataclasses import replace

from rowmill.ddl.reading.column_reader import ColumnReader
from rowmill.ddl.reading.cursor import Cursor, pieces
from rowmill.ddl.reading.draft import Draft, Drafts
from rowmill.ddl.reading.keys import key_columns
from rowmill.ddl.reading.lexer import STRING, Tokens, literal
from rowmill.ddl.reading.scope import Scope
from rowmill.ddl.reading.type_text import type_end
from rowmill.ddl.reading.types import UNKNOWN, UserType, resolve
from rowmill.errors import DDLError
from rowmill.schema.types import DataType


def user_type(scope: Scope) -> tuple[str, UserType] | None:
    """The name and meaning of a CREATE TYPE or CREATE DOMAIN; None for one that no column can have."""
    cursor = Cursor(scope.statement.tokens)
    while not cursor.take().is_word("TYPE", "DOMAIN"):
        pass
    while cursor.accept_any("IF", "NOT", "EXISTS"):
        pass
    parts = cursor.parts()
    if not parts:
        return None
    made = _meaning(cursor, scope)
    return None if made is None else (parts[-1], made)


def _meaning(cursor: Cursor, scope: Scope) -> UserType | None:
    while cursor.accept_any("AS", "IS", "FROM", "FORCE", "UNDER"):
        pass
    if cursor.accept("ENUM"):
        values = [literal(token, scope.dialect) for token in cursor.group() or () if token.kind == STRING]
        return UserType(DataType("string"), values=tuple(values))
    if cursor.accept("OBJECT") or (cursor.at("(") and scope.dialect.name != "oracle") or cursor.accept("STRUCT"):
        return _composite(cursor.group() or (), scope)
    if cursor.accept("TABLE", "OF") or cursor.at("VARRAY") or cursor.at("VARYING", "ARRAY"):
        if cursor.peek().is_word("VARRAY", "VARYING"):
            while not cursor.done and not cursor.accept("OF"):
                cursor.i += 1
        inner = _type(cursor, scope)
        return None if inner == UNKNOWN else UserType(DataType("array", children=(inner,)))
    if cursor.at("RANGE") or cursor.at("TABLE") or cursor.done:
        return None
    # A type by another name, with what a column's item may say after it: the first token stands for the column's name.
    column = ColumnReader(scope).read((scope.statement.tokens[0], *cursor.tokens[cursor.i :]))
    if not column.type:
        return None
    found = resolve(column.type, scope.text(column.type), scope.dialect, scope.users)
    return UserType(found.type, column.null is not False, found.values, column.default, tuple(column.checks))


def _type(cursor: Cursor, scope: Scope) -> DataType:
    tokens = tuple(cursor.tokens[cursor.i : type_end(tuple(cursor.tokens), cursor.i, scope.dialect)])
    return resolve(tokens, scope.text(tokens), scope.dialect, scope.users).type if tokens else UNKNOWN


def _composite(inside: Tokens, scope: Scope) -> UserType:
    names, types = [], []
    for item in pieces(inside):
        names.append(item[0].text)
        types.append(_type(Cursor(item, 1), scope) if len(item) > 1 else UNKNOWN)
    if not names or UNKNOWN in types or len(set(names)) != len(names):
        return UserType(UNKNOWN)
    return UserType(DataType("struct", children=tuple(types), field_names=tuple(names)))


def added_value(scope: Scope, drafts: Drafts, users: dict[str, UserType]) -> None:
    """ALTER TYPE mood ADD VALUE 'calm' [BEFORE | AFTER 'sad']: in the columns of that type, too."""
    cursor = Cursor(scope.statement.tokens, 2)
    name = (cursor.parts() or [""])[-1].casefold()
    known = users.get(name)
    if known is None or not cursor.accept("ADD", "VALUE"):
        return
    if cursor.accept("IF", "NOT"):
        cursor.accept("EXISTS")
    value = literal(cursor.take(), scope.dialect)
    if value in known.values:
        return
    at = len(known.values)
    place = cursor.accept_any("BEFORE", "AFTER")
    if place and (beside := literal(cursor.peek(), scope.dialect)) in known.values:
        at = known.values.index(beside) + (place == "AFTER")
    values = (*known.values[:at], value, *known.values[at:])
    users[name] = replace(known, values=values)
    for draft in drafts:
        written = {c.name: (c.source_type or "").rpartition(".")[2].strip('"').casefold() for c in draft.columns}
        draft.values.update({column: values for column in draft.values if written.get(column) == name})


def unique_index(scope: Scope, drafts: Drafts) -> None:
    """CREATE UNIQUE INDEX of plain columns, without WHERE, is a unique key: data that break it can't be loaded."""
    cursor = Cursor(scope.statement.tokens)
    if not any(token.is_word("UNIQUE") for token in scope.statement.tokens[1:4]):
        return
    while not cursor.done and not cursor.take().is_word("ON"):
        pass
    index = cursor.tokens[cursor.i - 2].text.casefold()
    cursor.accept("ONLY")
    draft = drafts.find(cursor.name())
    if cursor.accept("USING"):
        cursor.i += 1
    inside = cursor.group()
    if draft is None or inside is None or any(token.is_word("WHERE") for token in cursor.tokens[cursor.i :]):
        return
    names = key_columns(inside)
    known = {column.name.casefold() for column in draft.columns}
    if not names or not all(name.casefold() in known for name in names):
        return
    if draft.names(names, scope.where, "index") != draft.primary_key:
        draft.add_unique(names, scope.where)
        draft.named_indexes[index] = draft.names(names, scope.where, "index")


def dropped(scope: Scope, drafts: Drafts) -> None:
    """DROP TABLE a, b: what was created before is gone."""
    cursor = Cursor(scope.statement.tokens)
    while not cursor.take().is_word("TABLE"):
        pass
    while cursor.accept_any("IF", "EXISTS"):
        pass
    while not cursor.done:
        name = cursor.name(scope.dialect)
        draft = drafts.find(name) if name else None
        if draft is not None:
            drafts.remove(draft)
        if not cursor.accept(","):
            return


def renamed(scope: Scope, drafts: Drafts) -> None:
    """RENAME TABLE a TO b, c TO d."""
    cursor = Cursor(scope.statement.tokens, 2)
    while not cursor.done:
        draft = drafts.find(cursor.name())
        if draft is None or not cursor.accept("TO"):
            return
        rename_table(draft, cursor.name(), drafts)
        cursor.accept(",")


def renamed_by_procedure(scope: Scope, drafts: Drafts) -> None:
    """SQL Server's sp_rename 'dbo.t.old', 'new', 'COLUMN', or of a table.

    Raises DDLError for a column that its table doesn't have.
    """
    texts = [literal(token, scope.dialect) for token in scope.statement.tokens if token.kind == STRING]
    if len(texts) < 2:
        return
    parts = [part.strip('[]"') for part in texts[0].split(".")]
    if len(texts) > 2 and texts[2].upper() == "COLUMN":
        draft = drafts.find(".".join(parts[:-1]))
        if draft is not None:
            draft.rename(draft.column_name(parts[-1], scope.where, "statement"), texts[1])
    elif len(texts) == 2 or texts[2].upper() == "OBJECT":
        draft = drafts.find(".".join(parts))
        if draft is not None:
            drafts.rename(draft, texts[1], draft.schema)


def rename_table(draft: Draft, name: str, drafts: Drafts) -> None:
    """Gives a table another name; a qualified one may move it to another schema."""
    if not name:
        raise DDLError("RENAME without a new name", where=draft.where, value=draft.qualified, fix="name it")
    schema, _, last = name.rpartition(".")
    drafts.rename(draft, last, schema or draft.schema)
