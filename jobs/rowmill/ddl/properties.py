"""What stands after a table's columns: comment, partitioning, storage. Nothing of it is dropped."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from rowmill.ddl.dialects import Dialect
from rowmill.ddl.draft import Draft

# These say how the statement acts, not what the table is.
_SILENT = ("ExternalProperty", "TemporaryProperty", "TransientProperty", "UnloggedProperty", "SetProperty")


def apply_properties(draft: Draft, tree: exp.Create, dialect: Dialect) -> None:
    """Takes all properties of a CREATE TABLE into the draft: known ones by name, the others as their SQL text."""
    properties = tree.args.get("properties")
    tblproperties: dict[str, Any] = {}
    for item in properties.expressions if properties else ():
        match item:
            case exp.SchemaCommentProperty():
                draft.comment = item.this.name
            case exp.PartitionedByProperty():
                _partitioning(draft, item, dialect)
            case exp.FileFormatProperty():
                draft.options["stored_as" if item.args.get("hive_format") else "format"] = _value(item.this, dialect)
            case exp.LocationProperty():
                draft.options["location"] = item.this.name
            case exp.EngineProperty():
                draft.options["engine"] = item.this.sql(dialect.parser)
            case exp.ClusteredByProperty():
                draft.options["clustered_by"] = item.sql(dialect.parser)
            case exp.RowFormatDelimitedProperty() | exp.RowFormatSerdeProperty():
                draft.options["row_format"] = item.sql(dialect.parser)
            case exp.ExternalProperty():
                draft.options["external"] = True
            case exp.Property() if type(item) is exp.Property:
                tblproperties[item.name] = _value(item.args["value"], dialect)
            case _ if type(item).__name__ in _SILENT:
                draft.options[_key(item)] = True
            case _:
                draft.options[_key(item)] = item.sql(dialect.parser)
    if "description" in tblproperties and dialect.name == "bigquery":
        draft.comment = tblproperties.pop("description")
    if tblproperties:
        draft.options["tblproperties"] = tblproperties


def _key(item: exp.Expr) -> str:
    """`DistributedByProperty` -> `distributed_by`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(item).__name__.removesuffix("Property")).lower()


def _value(item: Any, dialect: Dialect) -> Any:
    if isinstance(item, exp.Literal | exp.Var | exp.Identifier):
        # STORED AS PARQUET and parquet are the same; a quoted text is kept as it is.
        return item.name.lower() if isinstance(item, exp.Var) else item.name
    return item.sql(dialect.parser) if isinstance(item, exp.Expr) else item


def _partitioning(draft: Draft, item: exp.PartitionedByProperty, dialect: Dialect) -> None:
    if draft.partition_by:  # columns of its own: the reader has them
        return
    inside = item.this
    parts = inside.expressions if isinstance(inside, exp.Schema | exp.Tuple | exp.Array) else [inside]
    known = {column.name.casefold(): column.name for column in draft.columns}
    names = [known.get(part.name.casefold()) for part in parts if _is_name(part)]
    if parts and len(names) == len(parts) and all(names) and len(names) < len(draft.columns):
        draft.partition_by = tuple(name for name in names if name)
    else:  # a function or a range over columns: no columns of folders
        draft.options["partition"] = item.sql(dialect.parser)


def _is_name(part: exp.Expr) -> bool:
    return isinstance(part, exp.Identifier | exp.Column | exp.Literal)
