"""A table while it is being read: later statements still add to it. `finish_one` makes the model of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.reading.bounds import bounds_of
from rowmill.errors import DDLError
from rowmill.schema.model import ForeignKey, TableColumn, TableDefinition


@dataclass(slots=True)
class DraftKey:
    """A foreign key as it stands; without `references` it means the parent's primary key."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    where: str
    rules: tuple[str, ...] = ()


@dataclass(slots=True)
class Draft:
    """One table, with the names of columns as they were written wherever they stood."""

    name: str
    schema: str | None
    where: str
    line: int
    columns: list[TableColumn]
    comment: str | None = None
    primary_key: tuple[str, ...] = ()
    unique: list[tuple[str, ...]] = field(default_factory=list)
    foreign_keys: list[DraftKey] = field(default_factory=list)
    partition_by: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    indexes: list[str] = field(default_factory=list)
    clauses: list[str] = field(default_factory=list)
    constraint_names: dict[str, str] = field(default_factory=dict)
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)
    named_indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _folded: set[str] = field(default_factory=set)

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def has(self, name: str) -> bool:
        """Whether it has a column of this name, in any case."""
        if len(self._folded) != len(self.columns):
            self._folded = {column.name.casefold() for column in self.columns}
        return name.casefold() in self._folded

    def add(self, column: TableColumn, at: int | None = None) -> None:
        self.columns.insert(len(self.columns) if at is None else at, column)
        self._folded.add(column.name.casefold())

    def column_name(self, name: str, where: str, what: str = "key") -> str:
        """The column's name as its definition writes it. Raises DDLError if there is none."""
        exact = [column.name for column in self.columns if column.name == name]
        loose = [column.name for column in self.columns if column.name.casefold() == name.casefold()]
        if not (exact or loose):
            raise DDLError(
                f"the {what} names a column that table '{self.name}' doesn't have",
                where=where,
                value=name,
                fix=f"it has {', '.join(column.name for column in self.columns)}"[:200],
            )
        return (exact or loose)[0]

    def names(self, names: Sequence[str], where: str, what: str) -> tuple[str, ...]:
        """The columns' names as their definitions write them. Raises DDLError for one that is not there, or twice."""
        found = tuple(self.column_name(name, where, what) for name in names)
        if len(set(found)) != len(found):
            raise DDLError(f"the {what} names a column twice", where=where, value=", ".join(names), fix="name it once")
        return found

    def change(self, name: str, where: str, what: str = "statement", **changes: Any) -> None:
        """Changes attributes of one column."""
        found = self.column_name(name, where, what)
        self.columns = [replace(column, **changes) if column.name == found else column for column in self.columns]

    def rename(self, old: str, new: str) -> None:
        """Gives a column another name, wherever it stands."""

        def renamed(names: Sequence[str]) -> tuple[str, ...]:
            return tuple(new if name == old else name for name in names)

        self.columns = [replace(column, name=new) if column.name == old else column for column in self.columns]
        self.primary_key = renamed(self.primary_key)
        self.unique = [renamed(key) for key in self.unique]
        self.partition_by = renamed(self.partition_by)
        for key in self.foreign_keys:
            key.columns = renamed(key.columns)
        word = re.compile(rf"(?<![\w.'])[`\"\[]?\b{re.escape(old)}\b[`\"\]]?(?![\w'(])")

        def reworded(text: str) -> str:
            return word.sub(lambda found: found.group().replace(old, new), text)

        self.checks = [reworded(check) for check in self.checks]
        self.indexes = [reworded(line) for line in self.indexes]
        self.constraint_names = {name: reworded(what) for name, what in self.constraint_names.items()}
        computed = self.options.get("computed", {})
        computed.update({name: reworded(text) for name, text in computed.items()})
        for option in [*self.options.values(), self.values, self.limits]:
            if isinstance(option, dict) and old in option:
                option[new] = option.pop(old)

    def drop_column(self, name: str, where: str) -> None:
        """Takes a column away, with the keys that it is in."""
        found = self.column_name(name, where, "statement")
        self.columns = [column for column in self.columns if column.name != found]
        if found in self.primary_key:
            self.primary_key = ()
        self.unique = [key for key in self.unique if found not in key]
        self.foreign_keys = [key for key in self.foreign_keys if found not in key.columns]
        self.indexes = [line for line in self.indexes if not re.search(rf"\b{re.escape(found)}\b", line)]
        for option in [*self.options.values(), self.values, self.limits]:
            if isinstance(option, dict):
                option.pop(found, None)

    def drop_constraint(self, name: str) -> None:
        """Takes the constraint of this name away, if there is one."""
        what = self.constraint_names.pop(name, "") or self._implied(name)
        inside = tuple(part.strip() for part in what.partition("(")[2].rstrip(")").split(","))
        if what == "primary key":
            self.primary_key = ()
        elif what.startswith("unique"):
            self.unique = [key for key in self.unique if key != inside]
        elif what.startswith("foreign key"):
            self.foreign_keys = [key for key in self.foreign_keys if key.columns != inside]
        elif what.startswith("check"):
            self.checks = [check for check in self.checks if what != f"check ({check})"]

    def _implied(self, name: str) -> str:
        """What PostgreSQL's own name of a constraint without one means: orders_pkey, orders_a_b_key, orders_a_fkey."""
        keys = {f"{self.name}_{'_'.join(key)}_key": f"unique ({', '.join(key)})" for key in self.unique}
        foreign = {
            f"{self.name}_{'_'.join(key.columns)}_fkey": f"foreign key ({', '.join(key.columns)})"
            for key in self.foreign_keys
        }
        return {f"{self.name}_pkey": "primary key", **keys, **foreign}.get(name, "")

    def name_constraint(self, name: str, what: str) -> None:
        if name:
            self.constraint_names[name] = what

    def set_primary_key(self, names: Sequence[str], where: str) -> None:
        """Raises DDLError where another primary key stands already."""
        found = self.names(names, where, "primary key")
        if self.primary_key and self.primary_key != found:
            raise DDLError("a second primary key", where=where, value=", ".join(names), fix="keep one of them")
        self.primary_key = found

    def add_unique(self, names: Sequence[str], where: str) -> None:
        found = self.names(names, where, "unique key")
        if found not in self.unique:
            self.unique.append(found)

    def add_foreign_key(self, key: DraftKey) -> None:
        """Adds a key, once; one that says less of the same (no columns of the parent) gives way to it."""
        key.columns = self.names(key.columns, key.where, "foreign key")
        self.foreign_keys = [
            known
            for known in self.foreign_keys
            if not (known.columns == key.columns and known.table == key.table and not known.references)
        ]
        said = [(known.columns, known.table, known.references) for known in self.foreign_keys]
        if (key.columns, key.table, key.references) not in said:
            self.foreign_keys.append(key)


class Drafts:
    """The tables of an input, in their order, found by names that may be qualified otherwise than at their CREATE."""

    def __init__(self) -> None:
        self._by_last: dict[str, list[Draft]] = {}
        self._all: dict[int, Draft] = {}

    def __iter__(self) -> Iterator[Draft]:
        return iter(list(self._all.values()))

    def __len__(self) -> int:
        return len(self._all)

    def add(self, draft: Draft) -> None:
        self._all[id(draft)] = draft
        self._by_last.setdefault(draft.name.casefold(), []).append(draft)

    def remove(self, draft: Draft) -> None:
        del self._all[id(draft)]
        self._by_last[draft.name.casefold()].remove(draft)

    def rename(self, draft: Draft, name: str, schema: str | None) -> None:
        self._by_last[draft.name.casefold()].remove(draft)
        draft.name, draft.schema = name, schema
        self._by_last.setdefault(name.casefold(), []).append(draft)

    def named(self, name: str) -> Draft | None:
        """The table whose last part of the name is this, in any schema."""
        return next(iter(self._by_last.get(name.casefold(), ())), None)

    def find(self, name: str) -> Draft | None:
        """The one table that a name means, as far as both are qualified; None where there is none, or several."""
        parts = name.casefold().split(".")
        near = (
            self._by_last.get(parts[-1], [])
            if len(parts) < 2
            else [
                draft
                for draft in self._by_last.get(parts[-1], [])
                if _same(draft.qualified.casefold().split("."), parts)
            ]
        )
        return near[0] if len(near) == 1 else None


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(a == b for a, b in zip(reversed(one), reversed(other), strict=False))


def finish_one(draft: Draft, drafts: Drafts, dialect: Dialect) -> TableDefinition:
    """The model of a table. Raises DDLError for a key to a column that its parent doesn't have."""
    if not draft.columns:
        raise DDLError("all columns are dropped", where=draft.where, fix="drop the table")
    keys: list[ForeignKey] = []
    rules: dict[str, str] = {}
    for key in draft.foreign_keys:
        parent = drafts.find(key.table)
        if not (key.references or (parent is not None and parent.primary_key)):
            _unresolved(draft, key)
            continue
        keys.append(foreign_key(key, parent))
        if key.rules:
            rules[",".join(key.columns)] = " ".join(key.rules)
    options = dict(draft.options)
    if rules:
        options["foreign_key_rules"] = rules
    checks = list(dict.fromkeys(draft.checks))
    if draft.clauses:
        options["clauses"] = draft.clauses
    if draft.indexes:
        options["indexes"] = draft.indexes
    if checks:
        options["check"] = checks
    keys_there = {"primary key"} if draft.primary_key else set()
    keys_there |= {f"unique ({', '.join(key)})" for key in draft.unique}
    keys_there |= {f"foreign key ({', '.join(key.columns)})" for key in draft.foreign_keys}
    keys_there |= {f"check ({check})" for check in checks}
    names = {name: what for name, what in draft.constraint_names.items() if what in keys_there}
    if names:
        options["constraint_names"] = names
    limits = bounds_of(checks, draft.columns, draft.values, draft.limits, dialect)
    if limits:
        options["bounds"] = limits
    columns = tuple(
        replace(column, nullable=False) if column.name in draft.primary_key else column for column in draft.columns
    )
    partitions = draft.names(draft.partition_by, draft.where, "partitioning")
    if columns and len(partitions) >= len(columns):
        raise DDLError("every column is a partition column", where=draft.where, fix="leave at least one other column")
    return TableDefinition(
        name=draft.name,
        columns=columns,
        schema=draft.schema,
        comment=draft.comment,
        primary_key=draft.primary_key,
        unique=tuple(draft.unique),
        foreign_keys=tuple(keys),
        partition_by=partitions,
        options=options,
        line=draft.line,
    )


def _unresolved(draft: Draft, key: DraftKey) -> None:
    """REFERENCES without columns, of a table whose primary key is not known: kept as text, for nothing is guessed."""
    rules = f" {' '.join(key.rules)}" if key.rules else ""
    draft.indexes.append(f"FOREIGN KEY ({', '.join(key.columns)}) REFERENCES {key.table}{rules}")
    draft.warnings.append(
        f"{key.where}: the primary key of '{key.table}' is not known, so the foreign key is kept as text; "
        f"write REFERENCES {key.table} (column)"
    )


def foreign_key(key: DraftKey, parent: Draft | None) -> ForeignKey:
    """The model of a key. `parent` is None for a table of another file. Raises DDLError if the columns don't match."""
    references = key.references
    if parent is not None:
        references = parent.names(references, key.where, "foreign key") or parent.primary_key
    if len(references) != len(key.columns):
        raise DDLError(
            f"a foreign key of {len(key.columns)} columns references {len(references)}",
            where=key.where,
            value=f"{key.table} ({', '.join(references)})",
            fix="name as many columns on both sides",
        )
    return ForeignKey(key.columns, _as_created(key.table, parent), references)


def _as_created(name: str, parent: Draft | None) -> str:
    """The parent's name in the capitals of its own CREATE TABLE, as far as the reference qualifies it."""
    if parent is None:
        return name
    created, named = parent.qualified.split("."), name.split(".")
    return ".".join([*named[: -len(created)], *created[-len(named) :]])
