"""Columns whose type nobody knows yet: their table loads, but its data can be neither made nor judged."""

from __future__ import annotations

from rowmill.errors import SchemaError
from rowmill.schema.model import TableColumn, TableDefinition


def refuse_unknown(definition: TableDefinition, file: str) -> None:
    """Raises SchemaError for the first column of type `unknown`; it says how many more there are."""
    columns = [column for column in definition.columns if not column.type.is_known]
    if columns:
        raise unknown_type(definition, file, columns[0], len(columns) - 1)


def unknown_type(definition: TableDefinition, file: str, column: TableColumn, others: int = 0) -> SchemaError:
    """The error for one column; `others` are as unknown as it."""
    line = column.line or definition.line
    more = f" (and {others} more of this table)" if others else ""
    return SchemaError(
        f"the type of this column is not known{more}",
        where=f"{file}{f':{line}' if line else ''} table '{definition.name}' column '{column.name}'",
        value=column.source_type or str(column.type),
        fix="write its type into the YAML, in place of unknown",
    )
