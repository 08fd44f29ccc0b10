"""One CREATE TABLE statement -> a draft of the table, proved complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlglot
from sqlglot import exp

from rowmill.ddl.clauses import HIVE_FAMILY, read_tail
from rowmill.ddl.columns import Column, ColumnReader
from rowmill.ddl.constraints import add_constraint
from rowmill.ddl.cursor import Cursor, closing, pieces
from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Draft, Drafts
from rowmill.ddl.lexer import QUOTED, WORD, Tokens
from rowmill.ddl.outline import Outline, is_constraint
from rowmill.ddl.proof import prove
from rowmill.ddl.redshift import tail_options
from rowmill.ddl.statements import Statement
from rowmill.ddl.types import UNKNOWN, Resolved, UserTypes, resolve, with_type
from rowmill.errors import DDLError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType

_PLACEHOLDER = DataType("string")
_ORDER = ("diststyle", "distkey", "sortstyle", "sortkey", "encode")
_COPY = "write its columns out, or put that table's CREATE TABLE into the same file"


def read_table(
    statement: Statement, shape: Outline, dialect: Dialect, where: str, users: UserTypes, drafts: Drafts
) -> Draft:
    """The draft of a CREATE TABLE. Raises DDLError naming what can't be converted."""
    draft = Draft(shape.parts[-1], ".".join(shape.parts[:-1]) or None, where, statement.line, [])
    if shape.items is None:
        return _copied(draft, shape, statement, dialect, drafts)
    reader = ColumnReader(statement, dialect, where)
    columns: list[Column] = []
    constraints: list[Tokens] = []
    for item in shape.items:
        if is_constraint(item, dialect):
            constraints.append(item)
        else:
            columns.append(reader.read(item))
    _check_query(shape, columns, statement, where)
    if columns:
        prove(statement.text, shape.opening, dialect, [column.name for column in columns], where)
    places = iter(columns)
    for item in shape.items:
        if not is_constraint(item, dialect):
            add_column(draft, next(places), statement, dialect, where, users)
        elif item[0].is_word("LIKE"):
            copy_columns(draft, Cursor(item, 1), drafts, dialect, where)
    tail = _inherited(draft, shape, dialect, where, drafts)
    if not draft.columns:
        raise DDLError("the table has no columns", where=where, fix="write its columns in parentheses")
    _partition_columns(draft, tail, reader, statement, dialect, where, users)
    for column in columns:
        add_keys(draft, column, where)
    for item in constraints:
        if not item[0].is_word("LIKE"):
            add_constraint(draft, item, statement, dialect, where)
    if dialect.name == "redshift" and not {"EXTERNAL", "TEMP", "TEMPORARY"} & set(shape.modifiers):
        draft.options.update(tail_options(tail, where))
    else:
        read_tail(draft, tail, statement, dialect, where)
    _head(draft, shape, statement)
    _physical(draft, columns, where)
    return draft


def _check_query(shape: Outline, columns: Sequence[Column], statement: Statement, where: str) -> None:
    """`CREATE TABLE t (a, b) AS SELECT ...` names columns whose types are the query's."""
    if columns and all(not c.type and not c.computed for c in columns) and any(t.is_word("AS") for t in shape.tail):
        raise DDLError(
            "the table's columns are those of a query", where=where, value=_excerpt(statement), fix="write their types"
        )


def _excerpt(statement: Statement) -> str:
    return " ".join(statement.text.split())[:60]


def _head(draft: Draft, shape: Outline, statement: Statement) -> None:
    modifiers = [word for word in shape.modifiers if word != "EXTERNAL"]
    if "EXTERNAL" in shape.modifiers:
        draft.options["external"] = True
    if modifiers:
        draft.options["modifiers"] = modifiers
    if shape.before:
        draft.options["before_columns"] = statement.slice(shape.before)


# -- columns -----------------------------------------------------------------------------------------------------


def add_column(
    draft: Draft,
    column: Column,
    statement: Statement,
    dialect: Dialect,
    where: str,
    users: UserTypes,
    at: int | None = None,
    before: TableColumn | None = None,
) -> None:
    """Adds a column to a draft; `before` is the column that it takes the place of, whose type it keeps if it names none.

    Raises DDLError for a name that stands there already, and for what is not understood.
    """
    if draft.has(column.name):
        raise DDLError("two columns of this name", where=where, value=column.name, fix="rename one of them")
    place = f"{where} column '{column.name}'"
    if not column.name.strip():
        raise DDLError("a column without a name", where=where, value=statement.slice(column.type)[:60], fix="name it")
    written = statement.slice(column.type)
    if not column.type and before is None and not _may_lack_type(column, dialect):
        left = statement.slice(tuple(column.left))[:60] or None
        raise DDLError("a column without a type", where=place, value=left, fix="write name and type")
    if dialect.name == "redshift" and (column.default or "").lower().lstrip('"').startswith("identity"):
        column.generated, column.default = True, None  # as its catalog shows: "identity"(100, 0, '1,1'::text)
    if column.left:
        _judge(column, written, statement, dialect, place)
    if column.type or before is None:
        found = resolve(column.type, written, dialect, users) if column.type else Resolved(_untyped(column, dialect))
    else:
        found, written = Resolved(before.type, serial=before.generated), before.source_type or str(before.type)
    made = with_type(TableColumn(column.name, _PLACEHOLDER), found.type, written, dialect)
    made = replace(
        made,
        nullable=_nullable(column, found),
        default=column.default if column.default is not None or found.user is None else found.user.default,
        comment=column.comment,
        generated=column.generated or found.serial or column.computed is not None,
        source_type=(written or None) if found.type == UNKNOWN else made.source_type,
    )
    if found.type == UNKNOWN:
        what = f"unknown type {written}" if written else "no type"
        draft.warnings.append(f"{place}: {what}; write its type into the YAML to make data of it")
    draft.add(made, at)
    draft.checks += column.checks
    if found.user is not None:
        draft.checks += [_of_value(check, column.name) for check in found.user.checks]
    if found.values:
        draft.values[column.name] = found.values
    if found.limits:
        draft.limits[column.name] = dict(found.limits)
    column_options(draft, column)


def _may_lack_type(column: Column, dialect: Dialect) -> bool:
    return dialect.name in ("sqlite", "clickhouse") or column.computed is not None or column.generated


def _untyped(column: Column, dialect: Dialect) -> DataType:
    """Vertica's IDENTITY stands where the type would: it is one of 64 bits."""
    return DataType("bigint") if dialect.name == "vertica" and column.generated else UNKNOWN


def _of_value(check: str, name: str) -> str:
    """A domain's check says VALUE where a column's says its name."""
    return " ".join(name if word.upper() == "VALUE" else word for word in check.split(" "))


def _nullable(column: Column, found: Resolved) -> bool:
    if column.primary:
        return False
    if column.null is not None:
        return column.null if found.nullable is not False or not column.null else column.null
    if column.generated and column.identity.get("row", True):
        return False
    return found.nullable is not False


def _judge(column: Column, written: str, statement: Statement, dialect: Dialect, where: str) -> None:
    """What no table of ours knows after a column's type: the parser says whether it belongs to that column alone."""
    left = statement.slice(tuple(column.left))
    for kind in dict.fromkeys((written or "INT", "INT")):
        try:
            tree = sqlglot.parse_one(f"CREATE TABLE t (c {kind} {left})", read=dialect.parser)
        except Exception:  # whatever it can't read does not belong to the column
            continue
        found = tree.this.expressions if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema) else []
        if len(found) == 1 and isinstance(found[0], exp.ColumnDef) and found[0].args.get("constraints"):
            column.attributes.append(left)
            return
    fix = f"read as {dialect.name}: is a comma missing? if it is another dialect, name it (--dialect)"
    raise DDLError("not understood after the column's type", where=where, value=left[:60], fix=fix)


def column_options(draft: Draft, column: Column) -> None:
    """What a column says beside type, default and comment, into the options of its table."""
    if column.computed is not None:
        draft.options.setdefault("computed", {})[column.name] = column.computed
    identity = {key: value for key, value in column.identity.items() if key != "row"}
    if identity.get("start") == 1 and identity.get("increment", 1) == 1:
        identity = {key: value for key, value in identity.items() if key not in ("start", "increment")}
    if identity.get("increment") == 1:
        del identity["increment"]
    if identity:
        draft.options.setdefault("identity", {})[column.name] = identity
    if column.attributes:
        draft.options.setdefault("attributes", {})[column.name] = " ".join(column.attributes)


def add_keys(draft: Draft, column: Column, where: str) -> None:
    """The keys that a column's own item names. `PRIMARY KEY` at several columns is one key of them all (ClickHouse, Spark)."""
    at = f"{where} column '{column.name}'"
    if column.primary:
        draft.set_primary_key([column.name], at)
    if column.unique:
        draft.add_unique([column.name], at)
    if column.key is not None:
        draft.add_foreign_key(column.key)
    checks = iter(column.checks)
    for name, what in column.named:
        if what == "primary key":
            draft.name_constraint(name, what)
        elif what == "check":
            draft.name_constraint(name, f"check ({next(checks, '')})")
        else:
            draft.name_constraint(name, f"{what} ({column.name})")


def _partition_columns(
    draft: Draft,
    tail: Tokens,
    reader: ColumnReader,
    statement: Statement,
    dialect: Dialect,
    where: str,
    users: UserTypes,
) -> None:
    """Hive's PARTITIONED BY ( dt date ) defines columns of its own; `dt` alone and functions name what there is."""
    if dialect.name not in _EXTERNAL:
        return
    for i, token in enumerate(tail[:-2]):
        if tail[i + 2].is_mark("(") and (token.upper, tail[i + 1].upper) in _DEFINING:
            end = closing(tail, i + 2)
            items = pieces(tail[i + 3 : end]) if end is not None else []
            defined = [
                item for item in items if len(item) > 1 and not item[1].is_mark("(") and not item[1].is_mark(".")
            ]
            if not defined or len(defined) != len(items):
                return
            columns = [reader.read(item) for item in defined]
            prove(statement.text, tail[i + 2].start, dialect, [column.name for column in columns], where)
            for column in columns:
                add_column(draft, column, statement, dialect, where, users)
            draft.partition_by = tuple(column.name for column in columns)
            return


_EXTERNAL = HIVE_FAMILY | {"redshift", "bigquery"}  # Spectrum; WITH PARTITION COLUMNS (dt DATE)
_DEFINING = {("PARTITIONED", "BY"), ("PARTITION", "COLUMNS")}


# -- columns of other tables -------------------------------------------------------------------------------------


def _copied(draft: Draft, shape: Outline, statement: Statement, dialect: Dialect, drafts: Drafts) -> Draft:
    """A table without a body: LIKE, CLONE or PARTITION OF a table of the same input."""
    cursor = Cursor(shape.tail)
    if shape.open:
        raise DDLError("a parenthesis is never closed", where=draft.where, value=_excerpt(statement), fix="close it")
    while not cursor.done:
        if cursor.accept("PARTITION", "OF") or cursor.accept("LIKE") or cursor.accept("CLONE") or cursor.accept("COPY"):
            whole = not cursor.tokens[cursor.i - 1].is_word("LIKE")
            name = "PARTITION OF " if cursor.tokens[cursor.i - 1].is_word("OF") else ""
            name += Cursor(shape.tail, cursor.i).name(dialect)
            parent = copy_columns(draft, cursor, drafts, dialect, draft.where)
            if whole or dialect.name in ("mysql", "singlestore"):
                draft.primary_key, draft.unique = parent.primary_key, list(parent.unique)
            draft.partition_by = parent.partition_by
            if whole:
                draft.foreign_keys = [replace(key) for key in parent.foreign_keys]
            _head(draft, shape, statement)
            rest = tuple(shape.tail[cursor.i :])
            if whole:
                draft.checks = list(parent.checks)
                _whole_copy(draft, name, rest, statement)
            else:
                read_tail(draft, rest, statement, dialect, draft.where)
            return draft
        if (
            cursor.at("AS")
            and dialect.name == "teradata"
            and cursor.peek(1).kind in (WORD, QUOTED)
            and not cursor.at("AS", "SELECT")
        ):
            cursor.i += 1  # AS t WITH NO DATA has t's definition
            parent = copy_columns(draft, cursor, drafts, dialect, draft.where)
            draft.primary_key, draft.unique = parent.primary_key, list(parent.unique)
            draft.clauses = list(parent.clauses)
            _head(draft, shape, statement)
            return draft
        if (
            cursor.at("AS")
            and not cursor.peek(1).is_mark("(")
            and not cursor.peek(1).is_word("SELECT", "WITH", "VALUES", "TABLE", "FROM", "EXECUTE")
        ):
            if dialect.name == "clickhouse":  # AS db.other is LIKE
                cursor.i += 1
                copy_columns(draft, cursor, drafts, dialect, draft.where)
                read_tail(draft, tuple(shape.tail[cursor.i :]), statement, dialect, draft.where)
                return draft
            break
        if cursor.at("AS"):
            break
        cursor.i += 1
    words = {token.upper for token in shape.tail}
    what = "the table has no column definitions"
    if words & {"AS", "SELECT", "TEMPLATE", "OF"}:
        what = "the table's columns are those of a query or of another table"
    raise DDLError(what, where=draft.where, value=_excerpt(statement), fix="write its columns out")


def _whole_copy(draft: Draft, name: str, rest: Tokens, statement: Statement) -> None:
    """A partition stays one (`name` says so); what a clone says of when it was made says nothing of the table."""
    if name.startswith("PARTITION OF"):
        draft.clauses.append(f"{name} {statement.slice(rest)}".strip())


def copy_columns(draft: Draft, cursor: Cursor, drafts: Drafts, dialect: Dialect, where: str) -> Draft:
    """Copies the columns of the table that is named next; returns its draft. Raises DDLError if the input lacks it."""
    name = cursor.name(dialect)
    parent = drafts.find(name)
    if parent is None:
        raise DDLError("LIKE takes the columns of a table that is not in the input", where=where, value=name, fix=_COPY)
    taken = {column.name.casefold() for column in draft.columns}
    draft.columns += [column for column in parent.columns if column.name.casefold() not in taken]
    for key in ("computed", "identity", "attributes"):
        if key in parent.options:
            draft.options.setdefault(key, {}).update(parent.options[key])
    draft.values.update(parent.values)
    draft.limits.update(parent.limits)
    including = False
    while not cursor.done and cursor.peek().upper in ("INCLUDING", "EXCLUDING"):
        including = cursor.take().upper == "INCLUDING"
        what = cursor.take().upper
        if including and what in ("ALL", "INDEXES", "CONSTRAINTS"):
            if what != "CONSTRAINTS" and not draft.primary_key:
                draft.primary_key = parent.primary_key
                draft.unique += [key for key in parent.unique if key not in draft.unique]
            if what != "INDEXES":
                draft.checks += parent.checks
    return parent


def _inherited(draft: Draft, shape: Outline, dialect: Dialect, where: str, drafts: Drafts) -> Tokens:
    """Puts the columns of INHERITS (parent, ...) before its own. Returns the tail; the clause stays in it."""
    for i, token in enumerate(shape.tail):
        if token.is_word("INHERITS") and i + 1 < len(shape.tail) and shape.tail[i + 1].is_mark("("):
            own = list(draft.columns)
            draft.columns = []
            for parent in pieces(Cursor(shape.tail, i + 1).group() or ()):
                copy_columns(draft, Cursor(parent), drafts, dialect, where)
            known = {column.name.casefold(): n for n, column in enumerate(draft.columns)}
            for column in own:
                if column.name.casefold() in known:
                    draft.columns[known[column.name.casefold()]] = column
                else:
                    draft.columns.append(column)
            end = closing(shape.tail, i + 1)
            return (*shape.tail[:i], *shape.tail[(end or i) + 1 :])
    return shape.tail


# -- Redshift ----------------------------------------------------------------------------------------------------


def _physical(draft: Draft, columns: Sequence[Column], where: str) -> None:
    """Redshift's column-level keys and encodings join those of the table."""
    distkeys = [column.name for column in columns if column.distkey]
    sortkeys = [column.name for column in columns if column.sortkey]
    if len(distkeys) > 1 or (distkeys and "distkey" in draft.options):
        raise DDLError("two distribution keys", where=where, value=", ".join(distkeys), fix="keep one")
    if distkeys:
        draft.options["distkey"] = distkeys[0]
    if sortkeys:
        if "sortkey" in draft.options:
            both = ", ".join(sortkeys)
            raise DDLError("sort keys at columns and at the table", where=where, value=both, fix="keep one")
        draft.options["sortkey"] = sortkeys
    for key in ("distkey", "sortkey"):
        value = draft.options.get(key)
        if isinstance(value, list):
            draft.options[key] = list(draft.names(value, where, key))
        elif value is not None and value != "auto":
            draft.options[key] = draft.column_name(value, where, key)
    encode = {column.name: column.encode for column in columns if column.encode}
    if encode:
        draft.options["encode"] = encode
    rank = {key: i for i, key in enumerate(_ORDER)}
    draft.options = dict(sorted(draft.options.items(), key=lambda option: rank.get(option[0], len(rank))))
