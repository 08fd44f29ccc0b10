"""What is known while one schema is written in one dialect, and what is lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.export.grammar import GRAMMARS, Grammar
from rowmill.ddl.export.quoting import name as quoted_name
from rowmill.ddl.export.quoting import names as quoted_names
from rowmill.ddl.export.types import TypeWriter
from rowmill.schema.model import TableColumn, TableDefinition

_MOST_ROW_BYTES, _MOST_IN_ROW = 65_000, 16_383  # of MySQL, at four bytes a character


@dataclass(slots=True)
class Losses:
    """One line for each thing that the target can't hold, in the order in which they were met."""

    lines: dict[str, None] = field(default_factory=dict)

    def add(self, where: str, what: str) -> None:
        self.lines[" ".join(f"{where}: {what}".split())] = None


@dataclass
class TableContext:
    """One table on its way into a dialect.

    source:  the dialect of its SQL texts; None where nobody said
    keyed:   its columns that are in a key, or that a foreign key of another table names
    parents: the tables of the same schema by the names that foreign keys use, with the name to write
    whole:   its columns of decimal numbers that become whole ones: identities, and keys to them
    """

    table: TableDefinition
    target: Dialect
    source: Dialect | None
    losses: Losses
    keyed: frozenset[str] = frozenset()
    parents: Mapping[str, tuple[str, TableDefinition]] = field(default_factory=dict)
    whole: frozenset[str] = frozenset()

    @property
    def own(self) -> bool:
        """Whether it goes back into the dialect that it came from."""
        return self.source is not None and self.source.name == self.target.name

    @property
    def grammar(self) -> Grammar:
        return GRAMMARS[self.target.name]

    @cached_property
    def types(self) -> TypeWriter:
        return TypeWriter(self.target, self.own, self.own and bool(self.table.options.get("external")))

    @cached_property
    def qualified(self) -> str:
        """The table's own name as messages show it."""
        return self.table.name if self.table.schema is None else f"{self.table.schema}.{self.table.name}"

    @cached_property
    def wide(self) -> frozenset[str]:
        """The texts that MySQL must keep outside the row, so that the row is not too long: the longest first."""
        if self.target.name != "mysql" or self.own:
            return frozenset()
        sized = [c for c in self.table.columns if c.type.name in ("char", "varchar") and c.name not in self.keyed]
        sized.sort(key=lambda column: column.type.length, reverse=True)
        texts = [c for c in self.table.columns if c.type.name in ("char", "varchar")]
        left = sum(4 * c.type.length + 2 for c in texts) + 20 * len(self.table.columns)
        found: set[str] = set()
        for column in sized:
            if left <= _MOST_ROW_BYTES:
                break
            if column.type.length <= _MOST_IN_ROW:  # longer ones are no varchar anyway
                found.add(column.name)
            left -= 4 * column.type.length
        return frozenset(found)

    def lost(self, what: str, column: str | None = None) -> None:
        """Notes what the target can't hold."""
        self.losses.add(f"{self.qualified}.{column}" if column else self.qualified, what)

    def name(self, text: str) -> str:
        return quoted_name(text, self.target)

    def names(self, texts: tuple[str, ...] | list[str]) -> str:
        return quoted_names(texts, self.target)

    def option(self, key: str, column: str) -> Any:
        """What an option of the table says of a column; None if nothing."""
        found = self.table.options.get(key)
        return found.get(column) if isinstance(found, Mapping) else None

    def constraint_name(self, what: str) -> str | None:
        """The name of the constraint that is described so, as `unique (a, b)`."""
        names = self.table.options.get("constraint_names")
        if isinstance(names, Mapping):
            return next((str(name) for name, said in names.items() if said == what), None)
        return None

    def is_identity(self, column: TableColumn) -> bool:
        """Whether the engine numbers the column: it is generated, and not computed."""
        if column.name in (self.table.options.get("identity") or {}):
            return True
        if not column.generated or self.option("computed", column.name) is not None:
            return False
        if not (column.type.is_integer or column.type.name == "decimal"):
            return False
        return " ROW " not in f" {self.option('attributes', column.name) or ''} ".upper()
