"""Foreign keys that share columns: both can be kept where the tables that they reference agree by construction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowmill.errors import GeneratorError
from rowmill.generate.foreign import EachParents, Parents, SiblingParents, ThroughParents
from rowmill.schema.model import ForeignKey

if TYPE_CHECKING:
    from rowmill.generate.table import Relation, TableGenerator


def sharing(
    table: TableGenerator, key: ForeignKey, parent: TableGenerator, shared: list[str]
) -> tuple[Parents, tuple[Relation, ...]]:
    """The parents of a foreign key some columns of which (`shared`) another one has made already.

    Returns the parents, and the relations that are followed on the way. All columns shared: the other key's table
    must itself reference this key's table by them. Some shared: both tables must reference a third one by them,
    this key's table with the distribution `each`. Raises GeneratorError where the keys can't both be kept.
    """
    owners = {table.owner_of(name) for name in shared}
    owner = owners.pop()
    assert owner is not None
    first = table.relations[owner]
    there = [table.reference_of(name) for name in shared]
    here = [key.references[key.columns.index(name)] for name in shared]
    if not owners and (key.distribution is None or key.distribution.name == "uniform"):
        if len(shared) == len(key.columns):
            if first.parent is parent and there == here:
                return first.parents, (first,)
            up = _carrying(first.parent, there, parent, here)
            if up is not None:
                return ThroughParents(first.parents, up.parents), (first, up)
        else:
            found = _siblings(first.parent, there, parent, here)
            if found is not None:
                up, down = found
                salt = table.key("foreign key", *key.columns)
                return SiblingParents(salt, first.parents, up.parents, down), (first, up)
    raise GeneratorError(
        f"it shares column{'s' * (len(shared) > 1)} {', '.join(shared)} with the foreign key "
        f"({', '.join(first.key.columns)}), and both can't be kept",
        where=table.key_where(key),
        fix=_fix(first, there, parent, here, len(shared) == len(key.columns)),
    )


def _fix(first: Relation, there: list[str], parent: TableGenerator, here: list[str], whole: bool) -> str:
    one, other = first.parent.definition.name, parent.definition.name
    if whole:
        return f"let '{one}' reference '{other}' by ({', '.join(there)}), or drop one of the keys"
    return (
        f"let '{one}' ({', '.join(there)}) and '{other}' ({', '.join(here)}) reference the same table, "
        f"'{other}' with the distribution each and a min of at least 1; or drop one of the keys"
    )


def _carrying(
    table: TableGenerator, columns: list[str], parent: TableGenerator, references: list[str]
) -> Relation | None:
    """The foreign key of a table by which these columns are those of that parent."""
    for relation in table.relations:
        pairs = dict(zip(relation.key.columns, relation.key.references, strict=True))
        if relation.parent is parent and pairs == dict(zip(columns, references, strict=True)):
            return relation if all(table.owner_of(c) == table.relations.index(relation) for c in columns) else None
    return None


def _siblings(
    one: TableGenerator, there: list[str], other: TableGenerator, here: list[str]
) -> tuple[Relation, EachParents] | None:
    for down in other.relations:
        layout = down.parents
        if set(down.key.columns) != set(here) or not isinstance(layout, EachParents) or down.may_be_null:
            continue
        references = [down.key.references[down.key.columns.index(name)] for name in here]
        up = _carrying(one, there, down.parent, references)
        everyone = layout.earlier is None and layout.low >= 1
        if up is not None and everyone and (layout.parents, layout.rows) == (down.parent.rows, other.rows):
            return up, layout
    return None
