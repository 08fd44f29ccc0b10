"""Keys of a table: duplicates, and foreign keys against the parents' data, or against their computed keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from rowmill.generate.rows import RowSet
from rowmill.generate.table import BLOCK_ROWS, TableGenerator, World
from rowmill.schema.catalog import Catalog, CatalogTable
from rowmill.schema.model import ForeignKey
from rowmill.schema.types import DataType
from rowmill.sink.storage import find_manifest
from rowmill.validate import fanout, judges
from rowmill.validate.files import find, read_structure
from rowmill.validate.judges import plural
from rowmill.validate.keys import Children, Engine
from rowmill.validate.report import FAIL, PASS, SKIP, Check
from rowmill.validate.source import Place, ReadFault, TypeFault, Unit, batches, open_place

Types = dict[str, DataType]
_MANY = 5_000_000  # rows; comparing fewer takes no time worth a word


@dataclass(frozen=True)
class Context:
    """The table, how it is read, and what is known of it.

    expected: rows that it must have; runs: number of runs that it grew by
    home: directory of the parents' directories; None: their keys are computed
    """

    catalog: Catalog
    table: CatalogTable
    place: Place
    format: str
    units: list[Unit]
    types: Types
    rows: int
    expected: int
    runs: int
    seed: int
    home: str | None

    def stream(self, types: Types) -> Iterator[pa.RecordBatch]:
        """The rows of the table, these columns only."""
        for unit in self.units:
            yield from batches(self.place, unit, self.format, types)


@dataclass(frozen=True)
class Parents:
    """The key values of a parent table. `source` says where they come from."""

    rows: int
    types: Types
    stream: Callable[[Types], Iterator[pa.RecordBatch]]
    source: str


def judge(context: Context, duck: Engine, show: Callable[[str], None]) -> list[Check]:
    """All keys of the table."""
    definition = context.table.definition
    checks: list[Check] = []
    keys = [("primary key", definition.primary_key)] if definition.primary_key else []
    for kind, key in [*keys, *(("unique key", columns) for columns in definition.unique)]:
        name = f"{kind} ({', '.join(key)})"
        types = _types(context, key)
        if types is None:
            checks.append(Check("key", name, SKIP, detail="a column can't be read", column=key[0]))
            continue
        if context.rows > _MANY:
            show(f"{definition.name}: comparing the {name}")
        found = duck.duplicates(context.stream, types)
        detail = f"{plural(found.values, 'value')} more than once: {', '.join(found.examples)}" if found.values else ""
        seen = f"{found.rows:,} too many" if found.values else "all different"
        checks.append(Check("key", name, FAIL if found.values else PASS, "no duplicates", seen, detail, key[0]))
    for foreign in definition.foreign_keys:
        if context.rows > _MANY:
            show(f"{definition.name}: comparing the foreign key ({', '.join(foreign.columns)})")
        checks += _foreign(context, duck, foreign)
    return checks


def _types(context: Context, columns: tuple[str, ...]) -> Types | None:
    if not set(columns) <= set(context.types):
        return None
    return {name: context.types[name] for name in columns}


def _foreign(context: Context, duck: Engine, key: ForeignKey) -> list[Check]:
    definition = context.table.definition
    label = ", ".join(key.columns)
    name = f"foreign key ({label})"
    types = _types(context, key.columns)
    if types is None:
        return [Check("foreign key", name, SKIP, detail="a column can't be read", column=key.columns[0])]
    try:
        parents = _parents(context, key)
        found = duck.children(context.stream, types, parents.stream, parents.types, fanout.HEAD)
    except (ReadFault, TypeFault) as fault:  # the table's own files were read before: these are the parents'
        detail = f"the parents can't be read: {fault.args[0]}: {fault.args[1]}"
        return [Check("foreign key", name, FAIL, "parents to compare with", "none", detail, key.columns[0])]
    detail = ""
    if found.orphans:
        detail = (
            f"{plural(found.orphans, 'row')} without a parent in {parents.source}, such as {', '.join(found.examples)}"
        )
    seen = f"{found.rows:,} rows, {plural(found.orphans, 'orphan')}" if found.orphans else f"{found.rows:,} rows"
    expected = f"one of {parents.rows:,} in {parents.source}"
    checks = [Check("foreign key", name, FAIL if detail else PASS, expected, seen, detail, key.columns[0])]
    made = all(definition.column(column).generator is not None for column in key.columns)
    if made:
        return checks  # its columns say themselves how they are made
    others = {name for other in definition.foreign_keys if other is not key for name in other.columns}
    if set(key.columns) & others:
        why = "another foreign key has a part in it"
        checks += [
            Check(kind, f"{kind} of {label}", SKIP, detail=why, column=key.columns[0])
            for kind in (judges.NULLS, judges.FAN_OUT)
        ]
        return checks
    checks.append(_nulls(context, key, label, found))
    if _roots(context, key):
        why = "a row of its own table before it"
        checks.append(Check(judges.FAN_OUT, f"fan-out of {label}", SKIP, detail=why, column=key.columns[0]))
        return checks
    unique = any(
        set(key.columns) <= set(columns) for columns in (definition.primary_key, *definition.unique) if columns
    )
    if any(definition.column(column).generator is not None for column in key.columns):
        return checks
    checks.append(fanout.judge(key, label, found, parents.rows, unique, context.runs == 1))
    return checks


def _nulls(context: Context, key: ForeignKey, label: str, found: Children) -> Check:
    columns = [context.table.definition.column(name) for name in key.columns]
    shares = [c.nulls for c in columns if c.nulls is not None]
    share = key.nulls if key.nulls is not None else max(shares, default=0.0)
    nullable = all(c.nullable and c.name not in context.table.definition.primary_key for c in columns)
    extra = min(_roots(context, key), context.rows) if nullable else 0
    return judges.nulls(label, key.columns[0], found.nulls, context.rows, share, nullable, extra)


def _roots(context: Context, key: ForeignKey) -> int:
    """Of a table that references itself: its first rows, which have no row before them. 0: no such table."""
    if context.catalog.parent(context.table, key).qualified != context.table.qualified:
        return 0
    if key.distribution is None:
        return 1
    return int(key.distribution.args.get("roots", 1)) if key.distribution.name == "earlier" else 0


def _parents(context: Context, key: ForeignKey) -> Parents:
    parent = context.catalog.parent(context.table, key)
    wanted = {name: parent.definition.column(name).type for name in key.references}
    if parent.qualified == context.table.qualified:
        if set(wanted) <= set(context.types):
            return Parents(context.rows, wanted, context.stream, "the table itself")
    elif context.home is not None and (stored := _stored(context.home, parent, wanted)) is not None:
        return stored
    world = World(context.catalog.parent, context.seed, {context.table.qualified: context.expected})
    made = world.table(parent)
    return Parents(made.rows, wanted, lambda types: _computed(made, types), f"the computed keys of {parent.qualified}")


def _stored(home: str, parent: CatalogTable, wanted: Types) -> Parents | None:
    """The parent's data, where its manifest says that they are of this table and all of the key can be read."""
    directory = f"{home.rstrip('/')}/{parent.name}"
    manifest = find_manifest(directory)
    if manifest is None or manifest.table != parent.qualified:
        return None
    place = open_place(directory)
    found = find(place, None, manifest)
    structure = read_structure(place, found, parent.definition)
    if not set(wanted) <= structure.usable:
        return None

    def stream(types: Types) -> Iterator[pa.RecordBatch]:
        for unit in structure.units:
            yield from batches(place, unit, found.format, types)

    return Parents(manifest.rows, wanted, stream, f"{directory} ({manifest.rows:,} rows)")


def _computed(table: TableGenerator, types: Types) -> Iterator[pa.RecordBatch]:
    """The parent's keys as functions of the row number: no data needed."""
    for start in range(0, table.rows, BLOCK_ROWS):
        rows = RowSet(table, np.arange(start, min(table.rows, start + BLOCK_ROWS), dtype=np.int64))
        yield pa.RecordBatch.from_arrays([rows.column(name) for name in types], names=list(types))
