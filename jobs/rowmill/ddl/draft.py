"""A table while it is being read: later statements still add to it. `finish` makes the model of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

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

    @property
    def qualified(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name

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
        return tuple(self.column_name(name, where, what) for name in names)

    def change(self, name: str, where: str, what: str = "statement", **changes: Any) -> None:
        """Changes attributes of one column."""
        found = self.column_name(name, where, what)
        self.columns = [replace(column, **changes) if column.name == found else column for column in self.columns]

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
        key.columns = self.names(key.columns, key.where, "foreign key")
        said = [(known.columns, known.table, known.references) for known in self.foreign_keys]
        if (key.columns, key.table, key.references) not in said:
            self.foreign_keys.append(key)


def find(drafts: Mapping[str, Draft], name: str) -> Draft | None:
    """The table of a name that may be qualified otherwise than where it was created."""
    wanted = name.casefold()
    if wanted in drafts:
        return drafts[wanted]
    last = wanted.rpartition(".")[2]
    near = [draft for draft in drafts.values() if draft.name.casefold() == last]
    near = [draft for draft in near if "." not in wanted or draft.schema is None]
    return near[0] if len(near) == 1 else None


def finish(drafts: Mapping[str, Draft]) -> tuple[TableDefinition, ...]:
    """The model of all tables. Raises DDLError for a key to a column that its table doesn't have."""
    return tuple(_finish(draft, drafts) for draft in drafts.values())


def _finish(draft: Draft, drafts: Mapping[str, Draft]) -> TableDefinition:
    keys: list[ForeignKey] = []
    rules: dict[str, str] = {}
    for key in draft.foreign_keys:
        keys.append(_foreign_key(key, find(drafts, key.table)))
        if key.rules:
            rules[",".join(key.columns)] = " ".join(key.rules)
    options = dict(draft.options)
    if rules:
        options["foreign_key_rules"] = rules
    if draft.checks:
        options["check"] = list(dict.fromkeys(draft.checks))
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


def _foreign_key(key: DraftKey, parent: Draft | None) -> ForeignKey:
    references = key.references
    if parent is not None:
        references = parent.names(references, key.where, "foreign key") or parent.primary_key
    if not references:
        raise DDLError(
            "the foreign key names no columns, and its table's primary key is not known",
            where=key.where,
            value=key.table,
            fix=f"write REFERENCES {key.table} (column)",
        )
    if len(references) != len(key.columns):
        raise DDLError(
            f"a foreign key of {len(key.columns)} columns references {len(references)}",
            where=key.where,
            value=f"{key.table} ({', '.join(references)})",
            fix="name as many columns on both sides",
        )
    return ForeignKey(key.columns, key.table, references)
