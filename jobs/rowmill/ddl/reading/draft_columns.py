"""A column as its item says it -> the draft's column: its type understood, its keys and options in their places."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from rowmill.ddl.reading.column import Column
from rowmill.ddl.reading.draft import Draft
from rowmill.ddl.reading.scope import Scope
from rowmill.ddl.reading.types import UNKNOWN, Resolved, resolve, source_text
from rowmill.errors import DDLError
from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType


def add_column(
    draft: Draft, column: Column, scope: Scope, at: int | None = None, before: TableColumn | None = None
) -> None:
    """Adds a column to a draft.

    at:     its place among the columns; None for the last
    before: the column that it takes the place of, whose type it keeps if it names none

    Raises DDLError for a name that stands there already, and for what is not understood.
    """
    if draft.has(column.name):
        raise DDLError("two columns of this name", where=scope.where, value=column.name, fix="rename one of them")
    written = scope.text(column.type)
    if not column.name.strip():
        raise DDLError("a column without a name", where=scope.where, value=written[:60], fix="name it")
    place = f"{scope.where} column '{column.name}'"
    if not column.type and before is None and not _may_lack_type(column, scope):
        left = scope.text(column.left)[:60] or None
        raise DDLError("a column without a type", where=place, value=left, fix="write name and type")
    if scope.dialect.name == "redshift" and (column.default or "").lower().lstrip('"').startswith("identity"):
        column.generated, column.default = True, None  # as its catalog shows: "identity"(100, 0, '1,1'::text)
    if column.left:
        _judge(column, written, scope, place)
    if column.type:
        found = resolve(column.type, written, scope.dialect, scope.users)
    elif before is None:
        found = Resolved(_untyped(column, scope))
    else:
        found, written = Resolved(before.type, serial=before.generated), before.source_type or str(before.type)
    if found.type == UNKNOWN:
        what = f"unknown type {written}" if written else "no type"
        draft.warnings.append(f"{place}: {what}; write its type into the YAML to make data of it")
    draft.add(_made(column, found, written, scope), at)
    draft.checks += column.checks
    if found.user is not None:
        draft.checks += [_of_value(check, column.name) for check in found.user.checks]
    if found.values:
        draft.values[column.name] = found.values
    if found.limits:
        draft.limits[column.name] = dict(found.limits)
    add_options(draft, column)


def _made(column: Column, found: Resolved, written: str, scope: Scope) -> TableColumn:
    default = column.default
    if default is None and found.user is not None:
        default = found.user.default
    return TableColumn(
        column.name,
        found.type,
        nullable=_nullable(column, found),
        default=default,
        comment=column.comment,
        generated=column.generated or found.serial or column.computed is not None,
        source_type=(written or None) if found.type == UNKNOWN else source_text(found.type, written, scope.dialect),
    )


def _may_lack_type(column: Column, scope: Scope) -> bool:
    return scope.dialect.name in ("sqlite", "clickhouse") or column.computed is not None or column.generated


def _untyped(column: Column, scope: Scope) -> DataType:
    """Vertica's IDENTITY stands where the type would: it is one of 64 bits."""
    return DataType("bigint") if scope.dialect.name == "vertica" and column.generated else UNKNOWN


def _of_value(check: str, name: str) -> str:
    """A domain's check says VALUE where a column's says its name."""
    return " ".join(name if word.upper() == "VALUE" else word for word in check.split(" "))


def _nullable(column: Column, found: Resolved) -> bool:
    if column.primary:
        return False
    if column.null is not None:
        return column.null
    if column.generated and not column.may_be_null:
        return False
    return found.nullable is not False


def _judge(column: Column, written: str, scope: Scope, where: str) -> None:
    """What no table of ours knows after a column's type: the parser says whether it belongs to that column alone."""
    left = scope.text(column.left)
    for kind in dict.fromkeys((written or "INT", "INT")):
        try:
            tree = sqlglot.parse_one(f"CREATE TABLE t (c {kind} {left})", read=scope.dialect.parser)
        except Exception:  # whatever it can't read does not belong to the column
            continue
        found = tree.this.expressions if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema) else []
        if len(found) == 1 and isinstance(found[0], exp.ColumnDef) and found[0].args.get("constraints"):
            column.attributes.append(left)
            return
    fix = f"read as {scope.dialect.name}: is a comma missing? if it is another dialect, name it (--dialect)"
    raise DDLError("not understood after the column's type", where=where, value=left[:60], fix=fix)


def add_options(draft: Draft, column: Column) -> None:
    """Adds what a column says beside type, default and comment to the options of its table."""
    if column.computed is not None:
        draft.options.setdefault("computed", {})[column.name] = column.computed
    identity = dict(column.identity)
    if identity.get("start") == 1 and identity.get("increment", 1) == 1:
        del identity["start"]
    if identity.get("increment") == 1:
        del identity["increment"]
    if identity:
        draft.options.setdefault("identity", {})[column.name] = identity
    if column.attributes:
        draft.options.setdefault("attributes", {})[column.name] = " ".join(column.attributes)


def add_keys(draft: Draft, column: Column, where: str) -> None:
    """Adds the keys that a column's own item names, and the names of its constraints.

    where: the statement, as messages say it

    Raises DDLError for a second primary key.
    """
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
