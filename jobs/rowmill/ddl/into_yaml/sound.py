"""What a schema YAML can't hold: found before it is written, for a new file is not read back."""

from __future__ import annotations

from collections.abc import Iterator

from rowmill.errors import DDLError
from rowmill.schema.model import TableDefinition


def fault(table: TableDefinition, source: str) -> DDLError | None:
    """Why the YAML of this table could not be read; None if it can be. source: the DDL file."""
    where = f"{source}:{table.line} table '{table.name}'" if table.line else f"{source} table '{table.name}'"
    for what, value in _faults(table):
        return DDLError(what, where=where, value=value, fix="correct the DDL")
    return None


def _faults(table: TableDefinition) -> Iterator[tuple[str, str | None]]:
    names = set(table.column_names)
    if not table.name or not all(names):
        yield "a name is empty", None
    if not names:
        yield "the table has no columns", None
    if len({name.casefold() for name in names}) < len(table.columns):
        yield "two columns have one name", ", ".join(table.column_names)
    keys = [("primary key", table.primary_key), ("partitioning", table.partition_by)]
    keys += [("unique key", key) for key in table.unique] + [("foreign key", key.columns) for key in table.foreign_keys]
    for what, columns in keys:
        if not names.issuperset(columns):
            yield f"the {what} names a column that the table doesn't have", ", ".join(columns)
        if len(set(columns)) < len(columns):
            yield f"a column stands twice in the {what}", ", ".join(columns)
    for key in table.foreign_keys:
        if len(key.columns) != len(key.references) or not all(key.references):
            yield f"a foreign key of {len(key.columns)} columns references {len(key.references)}", key.table
    for name in table.options.get("bounds") or {}:
        if name not in names:
            yield "a check names a column that the table doesn't have", name
    if table.partition_by and len(table.partition_by) >= len(names):
        yield "every column is a partition column", ", ".join(table.partition_by)
