"""Primary and unique keys of a table: which of their columns must be unique by themselves, which only together.

A key is settled before any row is made: by a column that is unique, by the place of a child among its parent's
children, by a place in the product of its members (joint.py), by a proof (uniqueness.py), or, for a table of few
rows, by looking at all of them. What can't be settled is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rowmill.errors import GeneratorError
from rowmill.generate import scalars
from rowmill.generate.build import build
from rowmill.generate.builders.enumerable import enumerable
from rowmill.generate.builders.related import known_rows
from rowmill.generate.distributions import UniformInteger
from rowmill.generate.expression import Node, parse_expression
from rowmill.generate.expression import replace as replace_nodes
from rowmill.generate.fingerprint import hash_values
from rowmill.generate.foreign import EachParents
from rowmill.generate.infer_unique import infer_unique
from rowmill.generate.joint import JointColumn, JointLayout, JointParents, layered, product, shrunk
from rowmill.generate.rows import Generator
from rowmill.generate.uniqueness import Proof, differs_among_children
from rowmill.schema.model import ForeignKey, TableColumn
from rowmill.schema.types import DataType

if TYPE_CHECKING:
    from rowmill.generate.table import Relation, TableGenerator

Key = tuple[str, ...]
LOOKED_AT = 1 << 20  # rows of a table whose key may be settled by looking at all of them


@dataclass(frozen=True)
class Joint:
    """A key that is unique only as a whole: its layout, and its members in order."""

    key: Key
    layout: JointLayout
    members: tuple[ForeignKey | str, ...]


class TableKeys:
    """The keys of one table."""

    def __init__(self, table: TableGenerator) -> None:
        self.table = table
        self.definition = table.definition
        primary = [self.definition.primary_key] if self.definition.primary_key else []
        self.all: list[Key] = [*primary, *self.definition.unique]
        self.unique_columns = {key[0] for key in self.all if len(key) == 1}
        self.ordinal_columns: set[str] = set()
        self.joints: list[Joint] = []
        self._together: list[Key] = []
        self._foreign = {name for key in self.definition.foreign_keys for name in key.columns}
        for key in self.all:
            if len(key) > 1 and not any(name in self.unique_columns for name in key):
                self._plan(key)

    # -- planning -------------------------------------------------------------------------------

    def _plan(self, key: Key) -> None:
        column = self.definition.column
        free = [n for n in key if n not in self._foreign and column(n).generator is None]
        foreign = [n for n in key if n in self._foreign and column(n).generator is None]
        if self._carries_each(foreign) and free and self._may_be_ordinal(column(free[0])):
            self.ordinal_columns.add(free[0])
            return
        others = len(key) > 1 and all(column(n).generator is None or n in free for n in key)
        alone = [n for n in free if not (others and column(n).type.name in ("date", "boolean")) and self._fits_alone(n)]
        if alone:
            self.unique_columns.add(alone[0])
        else:
            self._together.append(key)

    def _fits_alone(self, name: str) -> bool:
        site = self.table.site(self.definition.column(name), unique=True)
        try:
            build(infer_unique(site), site)
        except GeneratorError:
            return False
        return True

    def _may_be_ordinal(self, column: TableColumn) -> bool:
        """Could the numbers from 1 on be values of this column?"""
        bounds = self.table.bounds_of(column)
        if not column.type.is_integer or bounds is None:
            return column.type.is_integer
        low, high = bounds.range(column.type)
        return bounds.values is None and bool(low <= 1 <= high)

    def _carries_each(self, columns: list[str]) -> bool:
        """Is there a foreign key among these columns whose children may be numbered within their parent?"""
        return any(
            columns
            and set(key.columns) <= set(columns)
            and not self.table.is_self(key)
            and (key.distribution is None or key.distribution.name == "each")
            for key in self.definition.foreign_keys
        )

    def carries_ordinal(self, key: ForeignKey) -> bool:
        """Is a column numbered within the parents of this foreign key?"""
        return any(
            set(key.columns) <= set(unique) and self.ordinal_columns & set(unique)
            for unique in self.all
            if len(unique) > 1
        )

    def plan_joints(self, rows_of: Callable[[ForeignKey], tuple[int, ...]]) -> None:
        """Lays out the keys that are unique only as a whole; also foreign keys that are a key by themselves.

        rows_of: the parent's rows at the time of each run of this table
        """
        alone = [
            tuple(key.columns)
            for unique in self.all
            for key in self.definition.foreign_keys
            if set(key.columns) == set(unique) and not self.ordinal_columns & set(unique)
        ]
        taken: set[str] = set()
        for unique in [*alone, *self._together]:
            if not taken & set(unique):
                joint = self._joint(unique, rows_of)
                if joint is not None:
                    self.joints.append(joint)
                    taken |= set(unique)

    def _joint(self, unique: Key, rows_of: Callable[[ForeignKey], tuple[int, ...]]) -> Joint | None:
        column = self.definition.column
        members: list[ForeignKey | str] = []
        covered: set[str] = set()
        for key in sorted(self.definition.foreign_keys, key=lambda k: -len(k.columns)):
            inside = set(key.columns) <= set(unique) and not covered & set(key.columns)
            if inside and all(column(n).generator is None for n in key.columns):
                members.append(key)
                covered |= set(key.columns)
        members += [name for name in unique if name not in covered]
        if self._proved(unique, members):
            return None
        uneven = [
            m for m in members if isinstance(m, ForeignKey) and m.distribution and m.distribution.name != "uniform"
        ]
        if uneven:
            self._refuse_uneven(unique, members, uneven[0])
            return None
        runs = [n for n in (*self.table.segments, self.table.rows - self.table.first_row) if n] or [1]
        radices: list[tuple[int, ...]] = []
        for member in members:
            if isinstance(member, ForeignKey):
                radices.append(rows_of(member)[-len(runs) :])
                continue
            found = self._enumerable(member)
            if found is None:
                return None
            radices.append((found[0],) * len(runs))
        boxes = [shrunk(tuple(r[i] for r in radices)) for i in range(len(runs))]
        if 0 in boxes[-1]:
            return None  # a parent without rows is said where its foreign key is
        try:
            layout = layered(self.table.key("joint", *unique), list(zip(runs, boxes, strict=True)))
        except ValueError:
            raise GeneratorError(
                f"{sum(runs)} different keys ({', '.join(unique)}) are needed, there are {product(boxes[-1])}",
                where=f"{self.table.file}:{self.definition.line} table '{self.definition.name}'",
                fix="ask for fewer rows, make the parent tables larger, or widen the columns' range of values",
            ) from None
        return Joint(unique, layout, tuple(members))

    def _refuse_uneven(self, unique: Key, members: list[ForeignKey | str], key: ForeignKey) -> None:
        one_each = (
            key.distribution is not None and key.distribution.name == "each" and key.distribution.args.get("max") == 1
        )
        if one_each or any(isinstance(m, str) for m in members):
            return  # judged when all is built
        every = [m for m in members if isinstance(m, ForeignKey)]
        if len(every) == 1 or all(k.distribution and k.distribution.name == "zipf" for k in every):
            raise GeneratorError(
                f"the key ({', '.join(unique)}) is unique, so this distribution can't be kept",
                where=self.table.key_where(key),
                value=key.distribution.name if key.distribution else None,
                fix="take the distribution away",
            )

    def _enumerable(self, name: str) -> tuple[int, Generator] | None:
        column = self.definition.column(name)
        return enumerable(column.generator, self.table.site(column, unique=False))

    def joint_parents(self, key: ForeignKey) -> JointParents | None:
        for joint in self.joints:
            if key in joint.members:
                return JointParents(joint.layout, joint.members.index(key))
        return None

    def joint_column(self, name: str) -> JointColumn | None:
        """The generator of a column that is unique only together with others."""
        for joint in self.joints:
            if name in joint.members:
                found = self._enumerable(name)
                assert found is not None
                where = self.table.where(self.definition.column(name))
                return JointColumn(joint.layout, joint.members.index(name), found[1], where)
        return None

    # -- judging --------------------------------------------------------------------------------

    def check(self) -> None:
        """Refuses a key that is not settled; needs all columns built. Raises GeneratorError."""
        for name in self.definition.primary_key:
            if self.definition.column(name).nulls:
                raise GeneratorError(
                    "a primary key can't be null", where=self.table.where(self.definition.column(name))
                )
        for unique in self.all:
            if not self._settled(unique) and not self._differs_everywhere(unique):
                expression = [n for n in unique if self._spec(n) == "expression"]
                raise GeneratorError(
                    f"the key ({', '.join(unique)}) would not be unique"
                    + (", as far as can be proved" if expression else ""),
                    where=f"{self.table.file}:{self.definition.line} table '{self.definition.name}'",
                    fix="give one of its columns a generator that is unique"
                    + (", as a * row_number() + b, or fixed text and row_number()" if expression else "")
                    + ", or its foreign key the distribution `each`",
                )

    def _settled(self, unique: Key) -> bool:
        if any(joint.key == unique or set(joint.key) <= set(unique) for joint in self.joints):
            return True
        relations = {self.table.owner_of(name) for name in unique} - {None}
        for index in relations:
            relation = self.table.relations[index] if index is not None else None
            if relation is not None and set(relation.key.columns) <= set(unique) and self._one_child(relation):
                return True
        if self.ordinal_columns & set(unique) and self._numbered(unique) is not None:
            return True
        for name in unique:
            if name in self.unique_columns and self.table.owner_of(name) is None and self._spec(name) != "expression":
                return True  # built as unique, or refused there
        return self._proved(unique, [])

    def _one_child(self, relation: Relation) -> bool:
        parents = relation.parents
        return isinstance(parents, EachParents) and parents.high == 1 and self._is_key(relation)

    def _is_key(self, relation: Relation) -> bool:
        """Are the columns that a foreign key references different in every row of the parent?"""
        parent = relation.parent.definition
        keys = [k for k in (parent.primary_key, *parent.unique) if k]
        return any(set(k) <= set(relation.key.references) for k in keys)

    def _numbered(self, unique: Key) -> Relation | None:
        """The foreign key within this key whose children are numbered by ordinal()."""
        each = self.table.each_relation
        if each is None:
            return None
        relation = self.table.relations[each]
        return relation if set(relation.key.columns) <= set(unique) and self._is_key(relation) else None

    def _spec(self, name: str) -> str | None:
        generator = self.definition.column(name).generator
        return None if generator is None else generator.name

    def _proved(self, unique: Key, members: list[ForeignKey | str]) -> bool:
        """Does a column of this key, by its own generator, differ in every row, or among its parent's children?"""
        return any(self.column_differs(n) or (not members and self._differs_within(n, unique)) for n in unique)

    def column_differs(self, name: str) -> bool:
        """Is this column, by its own generator, surely different in every row?"""
        column = self.definition.column(name)
        spec = column.generator
        if spec is None or column.nulls:
            return False
        if spec.name in ("permutation", "uuid") or (spec.name == "sequence" and spec.args.get("step", 1) != 0):
            try:
                build(spec, self.table.site(column, unique=True))
            except GeneratorError:
                return False
            return True
        if spec.name != "expression":
            return False
        node = self._node(column)
        ordinal = any(part.op == "ordinal" for part in node.walk())
        return not ordinal and self._proof().holds(node, column.type)

    def _proof(self) -> Proof:
        each = self.table.each_relation
        parents = self.table.relations[each].parents if each is not None else None
        return Proof(self.table.rows, parents.high if isinstance(parents, EachParents) else None, self._known)

    def _node(self, column: TableColumn) -> Node:
        assert column.generator is not None
        where = self.table.where(column)
        node = parse_expression(str(column.generator.args.get("sql")), where)
        return replace_nodes(node, lambda n: known_rows(n, self.table, where))

    def _known(self, name: str) -> tuple[DataType, int | None, int | None] | None:
        if name not in self.definition.column_names:
            return None
        if name not in self.unique_columns and not self.column_differs_simply(name):
            return None
        column = self.definition.column(name)
        if column.nulls or self.table.owner_of(name) is not None:
            return None
        return column.type, *self.table.column_range(name)

    def column_differs_simply(self, name: str) -> bool:
        """The same as column_differs for what is no expression: expressions may be made from each other."""
        return self._spec(name) in ("permutation", "sequence", "uuid") and self.column_differs(name)

    def _differs_within(self, name: str, unique: Key) -> bool:
        relation = self._numbered(unique)
        column = self.definition.column(name)
        if relation is None or self._spec(name) != "expression" or column.nulls:
            return False
        parents = relation.parents
        assert isinstance(parents, EachParents)
        node = self._node(column)
        if any(part.op in ("row_number", "random_int") for part in node.walk()):
            return False
        if not any(part.op in ("column", "parent") for part in node.walk()) and self._proof().holds(node, column.type):
            return True
        inside = relation.key.columns
        references = dict(zip(inside, relation.key.references, strict=True))

        def fixed(other: str) -> tuple[DataType, int | None, int | None] | None:
            if other not in inside or self.table.owner_of(other) != self.table.each_relation:
                return None
            return self.definition.column(other).type, *relation.parent.column_range(references[other])

        whole = column.type.is_integer or column.type.name == "decimal"
        return whole and differs_among_children(node, parents.high, fixed)

    def _differs_everywhere(self, unique: Key) -> bool:
        """For a table of few rows: made whole, and looked at."""
        if self.table.rows > LOOKED_AT or not any(self._spec(n) in ("expression", "parent", "offset") for n in unique):
            return False
        rows = self.table.every_row()
        seen = np.zeros(self.table.rows, np.uint64)
        for name in unique:
            with np.errstate(over="ignore"):
                seen = seen * np.uint64(0x9E3779B97F4A7C15) + hash_values(
                    self.definition.column(name).type, rows.column(name)
                )
        return len(np.unique(seen)) == self.table.rows


def generator_range(generator: Generator | None, rows: int) -> tuple[int | None, int | None]:
    """Smallest and largest whole number that a key's generator makes, where that is known."""
    if isinstance(generator, scalars.Sequence):
        ends = (generator.start, generator.start + generator.step * max(rows - 1, 0))
        return min(ends), max(ends)
    if isinstance(generator, scalars.Permutation):
        return generator.start, generator.start + sum(generator.runs) - 1
    if isinstance(generator, scalars.UniqueUniform):
        return generator.low, generator.low + generator.size - 1
    if isinstance(generator, scalars.Drawn) and isinstance(generator.distribution, UniformInteger):
        return generator.distribution.low, generator.distribution.high
    return None, None
