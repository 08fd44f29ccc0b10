"""A table as a function: row numbers in, an Arrow record batch out."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rowmill.errors import GeneratorError, RowmillError
from rowmill.generate import scalars
from rowmill.generate.arrow import Mask, file_type, plain, plain_type, to_arrow
from rowmill.generate.bounds import Bounds, all_bounds
from rowmill.generate.build import build
from rowmill.generate.builders.site import Site
from rowmill.generate.distributions import Zipf
from rowmill.generate.foreign import EachParents, EarlierParents, Parents, UniformParents, ZipfParents
from rowmill.generate.keys import TableKeys, generator_range
from rowmill.generate.random import Rows, bits, derive_key, unit
from rowmill.generate.rows import Generator, RowSet
from rowmill.generate.sharing import sharing
from rowmill.schema.catalog import CatalogTable
from rowmill.schema.model import ForeignKey, TableColumn, TableDefinition
from rowmill.schema.types import integer_bounds
from rowmill.schema.unknown import refuse_unknown, unknown_type

BLOCK_ROWS = 65_536


@dataclass
class Relation:
    """A foreign key at work: child rows -> parent rows."""

    key: ForeignKey
    parent: TableGenerator
    parents: Parents
    null_share: float
    null_key: int
    null_roots: int = 0  # of a self-reference: the first rows have no parent
    through: tuple[Relation, ...] = ()  # of shared columns: null where the first is, or the second of its parent

    def parent_rows(self, rows: Rows) -> Rows:
        return self.parents.parent_rows(rows)

    def nulls(self, rows: Rows) -> Mask:
        mask = unit(bits(self.null_key, rows)) < self.null_share if self.null_share else None
        if self.null_roots:
            mask = _either(mask, rows < self.null_roots)
        at = rows
        for relation in self.through:
            mask = _either(mask, relation.nulls(at))
            at = relation.parent_rows(at)
        return mask

    @property
    def may_be_null(self) -> bool:
        return bool(self.null_share or self.null_roots or any(r.may_be_null for r in self.through))


def _either(a: Mask, b: Mask) -> Mask:
    return b if a is None else a if b is None else a | b


class World:
    """The tables of one run, by qualified name; parents are built when a key asks for them.

    seed: of the whole run; rows: rows of the tables that the run makes, by qualified name (others
    have the rows of their schema); segments: rows of earlier runs that an append goes on after.
    """

    def __init__(
        self,
        resolve: Callable[[CatalogTable, ForeignKey], CatalogTable],
        seed: int,
        rows: dict[str, int] | None = None,
        segments: dict[str, tuple[int, ...]] | None = None,
    ) -> None:
        self._resolve = resolve
        self.seed = seed
        self._rows = rows or {}
        self._segments = segments or {}
        self._tables: dict[str, TableGenerator] = {}

    def table(self, table: CatalogTable) -> TableGenerator:
        """The generator of a table. Raises GeneratorError for anything that can't be done as asked."""
        if table.qualified not in self._tables:
            rows = self._rows.get(table.qualified, table.definition.rows)
            if rows is None:
                raise GeneratorError(
                    "the number of rows is not known", where=table.where, fix="set `rows:` in the YAML"
                )
            if rows + sum(self._segments.get(table.qualified, ())) > 1 << 62:
                raise GeneratorError("more than 2**62 rows", where=table.where, value=rows)
            made = TableGenerator(table, rows, self.seed, self._segments.get(table.qualified, ()))
            self._tables[table.qualified] = made
            try:
                made.connect(self)
            except BaseException:
                del self._tables[table.qualified]
                raise
        return self._tables[table.qualified]

    def parent_of(self, table: CatalogTable, key: ForeignKey) -> TableGenerator:
        return self.table(self._resolve(table, key))


class TableGenerator:
    """Makes any rows of one table, in any order, on any machine: a pure function of the row number.

    rows:     all rows of the table after this run
    segments: rows of each earlier run (append); this run makes the rows after them
    """

    def __init__(self, table: CatalogTable, rows: int, seed: int, segments: tuple[int, ...] = ()) -> None:
        self.definition = table.definition
        self.qualified = table.qualified
        self.file = table.file
        self.first_row = sum(segments)
        self.rows = self.first_row + rows
        self.segments = segments
        self.segment_rows = segments[0] if segments else rows
        self.seed = seed
        self._table = table
        self._bounds = all_bounds(table.definition, table.file)
        self.relations: list[Relation] = []
        self._owner: dict[str, tuple[int, str]] = {}
        self._parent_rows: dict[str, int] = {}
        self._each: int | None = None
        self._generators: dict[str, Generator] = {}
        self._building: list[str] = []
        self._every_row: RowSet | None = None

    # -- building -------------------------------------------------------------------------------

    def key(self, *names: object) -> int:
        return derive_key(self.seed, self.qualified, *names)

    def where(self, column: TableColumn) -> str:
        line = column.generator.line if column.generator and column.generator.line else column.line
        place = f"{self.file}:{line}" if line else self.file
        return f"{place} table '{self.definition.name}' column '{column.name}'"

    def connect(self, world: World) -> None:
        """Settles foreign keys and unique keys: which column is a function of what."""
        self._world: World | None = world
        definition = self.definition
        keys = [k for _, k in sorted(enumerate(definition.foreign_keys), key=lambda i: (-len(i[1].columns), i[0]))]
        explicit = {c.name for c in definition.columns if c.generator is not None}
        for key in keys:
            rows = self._resolve(key).rows
            self._check_references(key)
            self._parent_rows |= {name: rows for name in key.columns if name not in self._parent_rows}
        self.keys = TableKeys(self)
        self.keys.plan_joints(self._rows_of_runs)
        for key in keys:
            if all(name in explicit for name in key.columns):
                continue  # its columns say themselves how they are made
            parent = self._resolve(key)
            if parent.rows == 0:
                raise GeneratorError("the parent table has no rows", where=self.key_where(key), value=key.table)
            self._check_explicit(key, explicit)
            index = len(self.relations)
            self.relations.append(self._relation(key, parent, index))
            for name, column in zip(key.columns, key.references, strict=True):
                if name not in explicit:
                    self._owner.setdefault(name, (index, column))
        self._world = None  # what is shipped to tasks holds only the tables it needs

    def _check_references(self, key: ForeignKey) -> None:
        parent = self._resolve(key).definition
        for name in key.references:
            if name not in parent.column_names:
                raise GeneratorError(
                    f"the foreign key's table '{parent.name}' has no such column",
                    where=self.key_where(key),
                    value=name,
                    fix=f"it has {', '.join(parent.column_names)}",
                )

    def _resolve(self, key: ForeignKey) -> TableGenerator:
        assert self._world is not None
        return self if self.is_self(key) else self._world.parent_of(self._table, key)

    def is_self(self, key: ForeignKey) -> bool:
        """Does this foreign key reference its own table?"""
        return key.table.rpartition(".")[2] == self.definition.name

    def _check_explicit(self, key: ForeignKey, explicit: set[str]) -> None:
        """Columns of a foreign key with a generator of their own must be those of the same parent row."""
        for name, reference in zip(key.columns, key.references, strict=True):
            if name not in explicit:
                continue
            spec = self.definition.column(name).generator
            assert spec is not None
            follows = spec.name == "parent" and spec.args.get("column") == reference
            if not follows or spec.args.get("key") not in (None, *(n for n in key.columns if n not in explicit)):
                raise GeneratorError(
                    f"column '{name}' has a generator of its own, the others of this foreign key have none",
                    where=self.key_where(key),
                    fix="take it away, or give all of them a generator",
                )

    def key_where(self, key: ForeignKey) -> str:
        return f"{self.file}:{key.line} table '{self.definition.name}' foreign key ({', '.join(key.columns)})"

    def _relation(self, key: ForeignKey, parent: TableGenerator, index: int) -> Relation:
        where = self.key_where(key)
        columns = [self.definition.column(name) for name in key.columns]
        shares = [c.nulls for c in columns if c.nulls is not None]
        share = key.nulls if key.nulls is not None else max(shares, default=0.0)
        fixed = [c.name for c in columns if not c.nullable]
        if share and fixed:
            raise GeneratorError(
                f"column '{fixed[0]}' is not nullable, so the key can't be null", where=where, value=share
            )
        null_key = self.key("foreign key nulls", *key.columns)
        shared = [name for name in key.columns if name in self._owner]
        if shared:
            parents, through = sharing(self, key, parent, shared)
            made = Relation(key, parent, parents, share, null_key, through=through)
            if made.may_be_null and [name for name in fixed if name not in shared]:
                raise GeneratorError(f"column '{fixed[0]}' is not nullable, but the key may be null", where=where)
            return made
        parents = self._parents(key, parent, where)
        roots = parents.roots if isinstance(parents, EarlierParents) and not fixed else 0
        if isinstance(parents, EachParents):
            self._each = index if self._each is None else self._each
        return Relation(key, parent, parents, share, null_key, roots)

    def _parents(self, key: ForeignKey, parent: TableGenerator, where: str) -> Parents:
        spec = key.distribution
        salt = self.key("foreign key", *key.columns)
        joint = self.keys.joint_parents(key)
        if joint is not None:
            return joint
        if spec is not None and spec.name == "zipf":
            s = float(spec.args.get("s", 1.0))
            if s < 0:
                raise GeneratorError("s must not be negative", where=where, value=s)
            return ZipfParents(salt, parent.rows, Zipf(s, parent.rows))
        if spec is not None and spec.name == "each":
            low, high = int(spec.args.get("min", 1)), int(spec.args["max"])
            return self._each_parents(key, salt, parent, low, high, where)
        if self.keys.carries_ordinal(key):
            # One line number per parent and no distribution named: about the mean number to each.
            mean = self.segment_rows / parent.rows
            low = 1 if mean >= 1 else 0
            return self._each_parents(key, salt, parent, low, max(1, int(np.ceil(2 * mean)) - low), where)
        if spec is not None and spec.name == "earlier":
            if not self.is_self(key):
                raise GeneratorError(
                    "earlier is for a table that references itself", where=where, fix="use uniform, zipf or each"
                )
            return EarlierParents(salt, int(spec.args.get("roots", 1)))
        if spec is None and self.is_self(key):
            return EarlierParents(salt)
        return UniformParents(salt, parent.rows)

    def _each_parents(
        self, foreign: ForeignKey, salt: int, parent: TableGenerator, low: int, high: int, where: str
    ) -> EachParents:
        layout: EachParents | None = None
        first_row, first_parent = 0, 0
        parents_then = self._rows_of_runs(foreign) if parent.segments and self.segments else None
        for run, segment in enumerate((*self.segments, self.rows - self.first_row)):
            # An append goes on with new parents: those that came with it, as far as that is known, else as many
            # as these rows have at the usual mean.
            room = parent.rows if layout is None else max(1, -(-2 * segment // (low + high)))
            if parents_then is not None:
                room = max(1, parents_then[run] - first_parent)
            key = derive_key(salt, first_row) if first_row else salt
            fitted = EachParents.fit(key, max(segment, 1), room, low, high, where, first_row, first_parent)
            layout = replace(fitted, earlier=layout)
            first_row, first_parent = first_row + segment, first_parent + layout.parents
        assert layout is not None
        return layout

    def _rows_of_runs(self, key: ForeignKey) -> tuple[int, ...]:
        """Rows of the table that a foreign key references, at the time of each run of this table."""
        parent = self if self.is_self(key) else self._resolve(key)
        if parent.segments and self.segments and len(parent.segments) != len(self.segments):
            raise GeneratorError(
                f"this table was appended to {len(self.segments)} times, '{parent.definition.name}' "
                f"{len(parent.segments)} times: which keys are taken is not known",
                where=self.key_where(key),
                fix="make the table anew with mode overwrite, or append to both together",
            )
        if parent.segments and self.segments:
            return (*(sum(parent.segments[: i + 1]) for i in range(len(parent.segments))), parent.rows)
        return (parent.rows,) * (len(self.segments) + 1)

    # -- asking ---------------------------------------------------------------------------------

    def is_unique_column(self, name: str) -> bool:
        return name in self.keys.unique_columns

    def owner_of(self, column: str) -> int | None:
        """The number of the foreign key that makes this column; None if none does."""
        return self._owner[column][0] if column in self._owner else None

    def reference_of(self, column: str) -> str:
        """The parent's column that a foreign-key column is made from."""
        return self._owner[column][1]

    def site(self, column: TableColumn, unique: bool) -> Site:
        """Where the generator of a column is built for."""
        key, where = self.key("column", column.name), self.where(column)
        return Site(column.name, column.type, key, where, self, build, unique, bounds=self.bounds_of(column))

    def bounds_of(self, column: TableColumn) -> Bounds | None:
        """What the values of a column must satisfy; those of a generator of its own need nothing."""
        return self._bounds.get(column.name) if column.generator is None else None

    def column_range(self, name: str) -> tuple[int | None, int | None]:
        """Smallest and largest value of a whole-number column, where its generator tells."""
        column = self.definition.column(name)
        if not column.type.is_integer or name in self._owner:
            return None, None
        return generator_range(self._generator(column), self.rows)

    def relation_of(self, column: str | None, where: str = "") -> int:
        """The number of the foreign key that `column` is in (None: of the only one). Raises GeneratorError."""
        where = where or f"{self.file} table '{self.definition.name}'"
        if column is None:
            if len(self.relations) == 1:
                return 0
            raise GeneratorError(
                f"the table has {len(self.relations)} foreign keys",
                where=where,
                fix="name a column of the one that is meant: {parent: {column: ..., key: ...}}",
            )
        for index, relation in enumerate(self.relations):
            if relation.key.columns == (column,):
                return index
        if column in self._owner:
            return self._owner[column][0]
        for index, relation in enumerate(self.relations):
            if column in relation.key.columns:
                return index
        known = [name for relation in self.relations for name in relation.key.columns]
        near = difflib.get_close_matches(column, known, n=1)
        raise GeneratorError(
            "this column is in no foreign key",
            where=where,
            value=column,
            fix=f"did you mean {near[0]}?" if near else f"foreign-key columns are {', '.join(known) or 'none'}",
        )

    def parent_definition(self, relation: int) -> TableDefinition:
        """The table that foreign key number `relation` references."""
        return self.relations[relation].parent.definition

    def parent_rows(self, column: str, where: str) -> int:
        """The number of rows of the table that a foreign-key column references. Raises GeneratorError."""
        if column not in self._parent_rows:
            raise GeneratorError("this column is in no foreign key", where=where, value=column)
        return self._parent_rows[column]

    @property
    def known_parent_rows(self) -> dict[str, int]:
        """Foreign-key column -> rows of the table that it references: expressions may count on them."""
        return dict(self._parent_rows)

    def need_ordinals(self, where: str) -> None:
        if self._each is None:
            raise GeneratorError("ordinal() needs a foreign key with the distribution `each`", where=where)

    @property
    def each_relation(self) -> int | None:
        """The number of the foreign key with the distribution `each`, if there is one."""
        return self._each

    def parent_table(self, relation: int) -> TableGenerator:
        return self.relations[relation].parent

    def every_row(self) -> RowSet:
        """All rows, each column made once a process: for children of a small table."""
        if self._every_row is None:
            self._every_row = RowSet(self, np.arange(self.rows, dtype=np.int64))
        return self._every_row

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_every_row": None}

    def parents_of(self, relation: int, rows: Rows) -> Rows:
        """The parent's rows that foreign key number `relation` of these rows points to."""
        return self.relations[relation].parent_rows(rows)

    def key_nulls(self, relation: int, rows: Rows) -> Mask:
        """Where foreign key number `relation` is null."""
        return self.relations[relation].nulls(rows)

    def locate(self, rows: Rows) -> tuple[Rows, Rows]:
        """Parent row and 0-based place among its children, by the foreign key with the distribution `each`."""
        assert self._each is not None
        parents = self.relations[self._each].parents
        assert isinstance(parents, EachParents)
        return parents.locate(rows)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema of what is written (decimals of up to 18 digits as 64-bit decimals)."""
        return pa.schema([pa.field(c.name, file_type(c.type), c.nullable) for c in self.definition.columns])

    # -- making ---------------------------------------------------------------------------------

    def batch(self, start: int, stop: int) -> pa.RecordBatch:
        """Rows start .. stop-1, all columns; low-cardinality text is dictionary-encoded."""
        rows = RowSet(self, np.arange(start, stop, dtype=np.int64))
        names = self.definition.column_names
        return pa.RecordBatch.from_arrays([rows.encoded(name) for name in names], names=list(names))

    def make_column(self, name: str, rows: RowSet) -> pa.Array:
        column = self.definition.column(name)
        generator = self._generator(column)
        if name in self._building:
            cycle = " -> ".join([*self._building[self._building.index(name) :], name])
            raise GeneratorError("columns are made from each other in a circle", where=self.where(column), value=cycle)
        self._building.append(name)
        try:
            values = generator.make(rows)
            nulls = self._nulls(column, rows)
            array = to_arrow(column.type, values, nulls)
        finally:
            self._building.pop()
        self._check_made(column, array)
        return array

    def _nulls(self, column: TableColumn, rows: RowSet) -> Mask:
        if not column.nulls or column.name in self._owner:
            return None
        return unit(bits(self.key("nulls", column.name), rows.index)) < column.nulls

    def _check_made(self, column: TableColumn, array: pa.Array) -> None:
        kind = plain_type(array.type)
        if kind != column.type.to_arrow():
            raise GeneratorError(f"made {kind}, not {column.type}", where=self.where(column))
        if array.null_count and not column.nullable:
            raise GeneratorError("null in a column that is not nullable", where=self.where(column))
        if column.type.name in ("char", "varchar"):
            self._check_length(column, array.dictionary if isinstance(array, pa.DictionaryArray) else array)

    def _check_length(self, column: TableColumn, array: pa.Array) -> None:
        if len(array) == 0:
            return
        longest = pc.max(pc.binary_length(array)).as_py() or 0
        if longest > column.type.length and (longest := pc.max(pc.utf8_length(array)).as_py()) > column.type.length:
            raise GeneratorError(
                f"a text of {longest} characters does not fit {column.type}",
                where=self.where(column),
                fix="widen the type or shorten it",
            )

    def _generator(self, column: TableColumn) -> Generator:
        if column.name not in self._generators:
            self._generators[column.name] = self._build(column)
        return self._generators[column.name]

    def _build(self, column: TableColumn) -> Generator:
        if not column.type.is_known:  # of a parent: its other columns can still be made
            raise unknown_type(self.definition, self.file, column)
        if column.generator is None and column.name in self._owner:
            index, referenced = self._owner[column.name]
            return scalars.ParentColumn(referenced, index, column.type, self.where(column))
        if column.generator is None and column.name in self.keys.ordinal_columns:
            self._check_ordinal(column)
            return scalars.Ordinal()
        joint = self.keys.joint_column(column.name)
        if joint is not None:
            return joint
        unique = column.name in self.keys.unique_columns
        spec = column.generator
        if spec is None and not unique and self.definition.is_identity(column):
            unique = True  # identity columns count
        return build(spec, self.site(column, unique))

    def _check_ordinal(self, column: TableColumn) -> None:
        self.need_ordinals(self.where(column))
        parents = self.relations[self._each or 0].parents
        assert isinstance(parents, EachParents)
        if parents.high > integer_bounds(column.type)[1]:
            raise GeneratorError(
                f"up to {parents.high} children to a parent don't fit {column.type}", where=self.where(column)
            )
        bounds = self.bounds_of(column)
        if bounds is not None and parents.high > bounds.range(column.type)[1]:
            raise GeneratorError(
                f"the children of a parent are numbered 1 .. {parents.high}, the bounds are {bounds.show(column.type)}",
                where=self.where(column),
                fix="give the foreign key the distribution `each` with a smaller max, or widen options.bounds",
            )

    def prepare(self) -> None:
        """Builds all columns and makes the first and last rows, so that what can't be done is refused now."""
        refuse_unknown(self.definition, self.file)
        edge = (
            sorted({self.first_row, min(self.first_row + 1, self.rows - 1), self.rows - 1})
            if self.rows > self.first_row
            else []
        )
        rows = RowSet(self, np.array(edge, dtype=np.int64))
        for column in self.definition.columns:
            try:
                self._check_bounds(column, plain(rows.encoded(column.name)))
            except RowmillError:
                raise
            except RecursionError as error:
                raise GeneratorError("keys are made from each other in a circle", where=self.where(column)) from error
        self.keys.check()

    def _check_bounds(self, column: TableColumn, made: pa.Array) -> None:
        """Refuses what bounds forbid and inference can't change: keys that come from a parent."""
        bounds, values = self.bounds_of(column), made.drop_null()
        if bounds is None or not len(values):
            return
        if column.name in self._owner and column.type.is_integer:
            index, referenced = self._owner[column.name]
            ends, (low, high) = self.relations[index].parent.column_range(referenced), bounds.range(column.type)
            if ends[0] is not None and ends[1] is not None and not low <= ends[0] <= ends[1] <= high:
                raise GeneratorError(
                    f"the values must be {bounds.show(column.type)}, those of the parent's {referenced} are not",
                    where=self.where(column),
                    value=f"{ends[0]} .. {ends[1]}",
                    fix="mend options.bounds, or give the parent's column the same bounds",
                )
        good = bounds.holds(column.type, values)
        if good.false_count:
            raise GeneratorError(
                f"the values must be {bounds.show(column.type)}, and not all are",
                where=self.where(column),
                value=values.filter(pc.invert(good))[0].as_py(),
                fix="give the column a generator, or mend options.bounds",
            )
