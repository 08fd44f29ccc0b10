"""When a type that a person wrote over `unknown` outlives the next conversion."""

from __future__ import annotations

from rowmill.schema.model import TableColumn
from rowmill.schema.types import DataType


def type_to_keep(ddl: TableColumn, yaml: TableColumn) -> DataType:
    """The type of a column after merging what the DDL says into what the YAML says.

    The DDL's, but where that is `unknown` (or holds it, as array<unknown> does) and the YAML has a whole type: then
    the YAML's, for a person wrote it. Only if the DDL has another source type by now that answer is out of date. A
    YAML without a source type can't tell, and keeps what it has.
    """
    answered = not ddl.type.is_known and yaml.type.is_known
    same = yaml.source_type is None or _bare(yaml.source_type) == _bare(ddl.source_type)
    return yaml.type if answered and same else ddl.type


def _bare(text: str | None) -> str:
    """A source type without what changes nothing: spaces and capitals."""
    return "".join((text or "").split()).casefold()
