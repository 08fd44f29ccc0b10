"""What stands around a table's columns: modifiers, comment, partitioning, storage. Nothing of it is dropped."""

from __future__ import annotations

from rowmill.ddl.reading.clause_words import HEADS, goes_on, lists_on
from rowmill.ddl.reading.comments import comment_text, description
from rowmill.ddl.reading.cursor import Cursor, closing, pieces
from rowmill.ddl.reading.draft import Draft
from rowmill.ddl.reading.keys import key_columns
from rowmill.ddl.reading.lexer import QUOTED, STRING, WORD, Tokens, literal
from rowmill.ddl.reading.outline import Outline
from rowmill.ddl.reading.scope import Scope
from rowmill.errors import DDLError

HIVE_FAMILY = frozenset({"hive", "spark", "databricks", "athena"})
# Dialects whose partitions are columns.
FOLDERS = HIVE_FAMILY | {"trino", "bigquery", "redshift"}
# Dialects whose clauses no commas part.
_NO_COMMAS = frozenset({"redshift", "hive", "spark", "postgres"})
_FIX = "check the parentheses, or name the dialect (--dialect)"


def read_head(draft: Draft, shape: Outline, scope: Scope) -> None:
    """Takes what stands before the body into the draft."""
    modifiers = [word for word in shape.modifiers if word != "EXTERNAL"]
    if "EXTERNAL" in shape.modifiers:
        draft.options["external"] = True
    if modifiers:
        draft.options["modifiers"] = modifiers
    if shape.before:
        draft.options["before_columns"] = scope.text(shape.before)


def read_tail(draft: Draft, tail: Tokens, scope: Scope) -> None:
    """Takes what stands after the body into the draft. Raises DDLError for what can't be a clause."""
    dialect = scope.dialect
    cursor = Cursor(tail)
    while not cursor.done:
        start = cursor.i
        if not (cursor.peek().upper in HEADS or cursor.at(",")):
            raise _fault(cursor, scope)
        if cursor.at(","):
            if dialect.name in _NO_COMMAS or cursor.peek(1).upper not in HEADS:
                raise _fault(cursor, scope)
            cursor.i += 1
            continue
        if _known(draft, cursor, scope):
            continue
        cursor.i = start
        _pass_clause(cursor, scope)
        # Where MySQL's next key would go on says nothing of the table.
        if not (tail[start].is_word("AUTO_INCREMENT") and dialect.name in ("mysql", "singlestore")):
            draft.clauses.append(scope.text(tail[start : cursor.i]))


def _fault(cursor: Cursor, scope: Scope) -> DDLError:
    left = scope.text(cursor.tokens[cursor.i :])[:60]
    return DDLError("not understood after the columns", where=scope.where, value=left, fix=_FIX)


def _pass_clause(cursor: Cursor, scope: Scope) -> None:
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
            raise _fault(cursor, scope)
        if token.is_mark(","):
            if not lists_on(first, cursor.peek(1)):
                return
            cursor.i += 1
            continue
        if token.upper in HEADS and not before.is_mark("=") and not goes_on(first, before, token, words):
            return
        if cursor.group() is None:
            if token.is_mark("("):
                raise _fault(cursor, scope)
            cursor.i += 1
        words += 1


def _known(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    """Reads a clause that the model has a place for; False (the cursor anywhere) for all others."""
    dialect, word, following = scope.dialect, cursor.peek().upper, cursor.peek(1)
    if word == "COMMENT" and (following.kind in (STRING, QUOTED) or following.is_mark("=") or following.is_word("IS")):
        cursor.i += 1
        text = comment_text(cursor, dialect)
        if text is not None:
            draft.comment = text
        return text is not None
    if word in ("PARTITIONED", "PARTITION") and dialect.name in FOLDERS:
        return _partitioning(draft, cursor, scope)
    if cursor.accept("WITH", "PARTITION", "COLUMNS"):
        cursor.group()
        return True
    if dialect.name in HIVE_FAMILY or (dialect.name == "redshift" and "EXTERNAL" in scope.statement.text[:40].upper()):
        return _of_hive(draft, cursor, scope)
    if dialect.name == "clickhouse" and cursor.accept("PRIMARY", "KEY"):
        return _of_clickhouse(draft, cursor, scope)
    if dialect.name == "bigquery" and word == "OPTIONS" and following.is_mark("("):
        return _of_bigquery(draft, cursor, scope)
    if dialect.name == "trino" and word == "WITH" and following.is_mark("("):
        return _of_trino(draft, cursor, scope)
    return False


def _partitioning(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    """PARTITIONED BY (dt), or (dt date), whose columns the reader has; functions and ranges are kept as text."""
    cursor.i += 1
    if not cursor.accept("BY"):
        return False
    inside = cursor.group()
    if inside is None and scope.dialect.name == "bigquery" and cursor.peek().kind in (WORD, QUOTED):
        alone = not cursor.peek(1).is_mark("(") and not cursor.peek(1).is_mark(".")
        inside = (cursor.take(),) if alone else None
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


def _of_clickhouse(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    """PRIMARY KEY of plain columns; one of expressions is kept as text."""
    names = key_columns(cursor.group() or (cursor.take(),))
    if not names or not {column.name for column in draft.columns}.issuperset(names):
        return False
    draft.set_primary_key(names, scope.where)
    return True


def _of_bigquery(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    """OPTIONS (description = '...'): the description is the comment."""
    cursor.i += 1
    text, rest = description(cursor.group() or (), scope)
    draft.comment = draft.comment if text is None else text
    if rest:
        draft.clauses.append(f"OPTIONS ({rest})")
    return True


def _of_trino(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    """WITH (format = 'ORC', partitioned_by = ARRAY['dt']): the partitions are the model's."""
    cursor.i += 1
    known = {column.name for column in draft.columns}
    kept = []
    for piece in pieces(cursor.group() or ()):
        names = [token.text.strip("'") for token in piece[3:] if token.kind == STRING]
        partitions = piece[0].is_word("PARTITIONED_BY", "PARTITIONING")
        if partitions and names and set(names) <= known and len(names) < len(known):
            draft.partition_by = tuple(names)
        else:
            kept.append(scope.text(piece))
    if kept:
        draft.clauses.append(f"WITH ({', '.join(kept)})")
    return True


def _of_hive(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    start = cursor.i
    if cursor.accept("USING"):
        draft.options["format"] = cursor.name().lower()
    elif cursor.at("STORED", "AS") and not cursor.peek(2).is_word("INPUTFORMAT"):
        cursor.i += 2
        draft.options["stored_as"] = cursor.name().lower()
    elif cursor.accept("LOCATION"):
        if cursor.peek().kind not in (STRING, QUOTED):
            return False
        draft.options["location"] = literal(cursor.take(), scope.dialect)
    elif cursor.accept("TBLPROPERTIES"):
        return _properties(draft, cursor, scope)
    elif cursor.at("ROW", "FORMAT"):
        _pass_clause(cursor, scope)
        if cursor.accept("WITH", "SERDEPROPERTIES"):
            cursor.group()
        draft.options["row_format"] = scope.text(cursor.tokens[start : cursor.i])
    elif cursor.at("CLUSTERED", "BY"):
        _pass_clause(cursor, scope)
        while cursor.at("SORTED", "BY") or cursor.at("INTO"):
            cursor.i += 1
            while not cursor.done and cursor.peek().upper not in HEADS:
                if cursor.group() is None:
                    cursor.i += 1
        draft.options["clustered_by"] = scope.text(cursor.tokens[start : cursor.i])
    else:
        return False
    return True


def _properties(draft: Draft, cursor: Cursor, scope: Scope) -> bool:
    end = closing(cursor.tokens, cursor.i) if cursor.at("(") else None
    if end is None:
        return False
    found: dict[str, str] = {}
    for piece in pieces(cursor.tokens[cursor.i + 1 : end]):
        part = Cursor(piece)
        key = literal(part.take(), scope.dialect) if part.peek().kind in (STRING, QUOTED) else part.name()
        part.accept("=")
        rest = piece[part.i :]
        found[key] = literal(rest[0], scope.dialect) if len(rest) == 1 else scope.text(rest)
    cursor.i = end + 1
    draft.options.setdefault("tblproperties", {}).update(found)
    return True
