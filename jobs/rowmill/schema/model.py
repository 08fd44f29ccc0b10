"""The model of a table: pure data, as the schema YAML says it. No behaviour, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rowmill.schema.types import DataType


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """How a column is made: a name of the vocabulary and its arguments.

    line: the line of the YAML where it stands, for messages (0 if it stands nowhere)
    """

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column. `nulls` is the share of nulls in 0..1; None means the default for its kind."""

    name: str
    type: DataType
    nullable: bool = True
    default: str | None = None
    comment: str | None = None
    generated: bool = False
    source_type: str | None = None
    generator: GeneratorSpec | None = None
    nulls: float | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that hold a key of another table (or of the same one)."""

    columns: tuple[str, ...]
    table: str
    references: tuple[str, ...]
    distribution: GeneratorSpec | None = None
    nulls: float | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """One table as the YAML says it; `options` are the physical options of its source dialect."""

    name: str
    columns: tuple[TableColumn, ...]
    schema: str | None = None
    comment: str | None = None
    rows: int | None = None
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    partition_by: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    line: int = field(default=0, compare=False)

    def column(self, name: str) -> TableColumn:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def is_identity(self, column: TableColumn) -> bool:
        """Whether the database counts the column's values up itself; what it computes from others it does not."""
        return column.generated and column.type.is_integer and column.name not in self.options.get("computed", {})


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """The tables of one YAML file."""

    tables: tuple[TableDefinition, ...]
    dialect: str | None = None
    path: str | None = None

    def table(self, name: str) -> TableDefinition:
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)
