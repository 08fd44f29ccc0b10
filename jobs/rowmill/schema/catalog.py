"""Finding tables by name in a file or a folder of schemas; a sub-folder is a namespace."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rowmill.errors import SchemaError
from rowmill.schema.model import ForeignKey, SchemaFile, TableDefinition
from rowmill.schema.yaml import load_schema


@dataclass(frozen=True, slots=True)
class CatalogTable:
    """A table and where it stands. `qualified` is how a user names it: `orders`, `tpch.orders`."""

    namespace: str
    definition: TableDefinition
    file: str

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def qualified(self) -> str:
        return f"{self.namespace}.{self.name}" if self.namespace else self.name

    @property
    def where(self) -> str:
        return f"{self.file}:{self.definition.line} table '{self.name}'"


class Catalog:
    """All tables under a path. A file is one namespace; a folder has one more per sub-folder.

    Files are read when a table of their namespace is asked for: a fault in one namespace
    does not hinder another.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.exists():
            raise SchemaError(
                "no such schema file or folder", value=str(path), fix="name a YAML file or a folder of them"
            )
        self._namespaces: dict[str, dict[str, CatalogTable]] = {}

    def namespaces(self) -> list[str]:
        if self.path.is_file():
            return [""]
        folders = sorted(p.name for p in self.path.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))
        return ["", *folders]

    def tables(self, namespace: str = "") -> dict[str, CatalogTable]:
        """The tables of one namespace by name, in the order of files and tables."""
        if namespace not in self._namespaces:
            self._namespaces[namespace] = self._read(namespace)
        return self._namespaces[namespace]

    def _files(self, namespace: str) -> list[Path]:
        if self.path.is_file():
            return [self.path]
        folder = self.path / namespace if namespace else self.path
        return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])

    def _read(self, namespace: str) -> dict[str, CatalogTable]:
        found: dict[str, CatalogTable] = {}
        for file in self._files(namespace):
            for definition in _load_cached(str(file), file.stat().st_mtime_ns).tables:
                if definition.name in found:
                    raise SchemaError(
                        f"table '{definition.name}' stands in two files",
                        where=f"{file}:{definition.line}",
                        fix=f"take it out of {found[definition.name].file}, or move one file to a sub-folder",
                    )
                found[definition.name] = CatalogTable(namespace, definition, str(file))
        return found

    def select(self, names: str) -> list[CatalogTable]:
        """The tables of `orders`, `a,b`, `all`, `tpch.orders` or `tpch.all`, parents first.

        Raises SchemaError for a name that is unknown (offering near ones) or comes twice.
        """
        chosen: dict[str, CatalogTable] = {}
        for word in (part.strip() for part in str(names).split(",")):
            if not word:
                raise SchemaError(
                    "an empty table name", where="table", value=names, fix="write names with commas between"
                )
            namespace, _, name = word.rpartition(".")
            if name == "all" and namespace in self.namespaces() and "all" not in self.tables(namespace):
                picked = list(self.tables(namespace).values())
                if not picked:
                    raise SchemaError(
                        "no tables there", where=str(self.path / namespace), fix="add a YAML with `tables:`"
                    )
            else:
                picked = [self._one(word, namespace, name)]
            for table in picked:
                other = chosen.setdefault(table.name, table)
                if other is not table:
                    raise SchemaError(
                        "two tables of this name would land in one place",
                        where="table",
                        value=f"{other.qualified}, {table.qualified}",
                        fix="make them in two runs, with -e database=... or -e output=... for one",
                    )
        return _parents_first(list(chosen.values()), self)

    def _one(self, word: str, namespace: str, name: str) -> CatalogTable:
        if namespace in self.namespaces() and name in self.tables(namespace):
            return self.tables(namespace)[name]
        known = [t.qualified for space in self.namespaces() for t in self._readable(space)]
        near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
        near += [k for k in known if k.rpartition(".")[2] == name and k not in near]
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {', '.join(known) or 'none'}"
        raise SchemaError("no such table", where=str(self.path), value=word, fix=hint)

    def _readable(self, namespace: str) -> list[CatalogTable]:
        try:
            return list(self.tables(namespace).values())
        except SchemaError:
            return []

    def parent(self, table: CatalogTable, key: ForeignKey) -> CatalogTable:
        """The table that a foreign key of `table` references. Raises SchemaError if there is none."""
        namespace, _, name = key.table.rpartition(".")
        where = f"{table.file}:{key.line or table.definition.line} table '{table.name}'"
        if namespace and namespace in self.namespaces() and name in self.tables(namespace):
            parent = self.tables(namespace)[name]
        elif key.table in self.tables(table.namespace):
            parent = self.tables(table.namespace)[key.table]
        elif name in self.tables(table.namespace):  # `sales.customers`: the DDL's own schema name
            parent = self.tables(table.namespace)[name]
        else:
            near = difflib.get_close_matches(name, list(self.tables(table.namespace)), n=2)
            raise SchemaError(
                "the foreign key's table is not in the schema",
                where=where,
                value=key.table,
                fix=f"did you mean {' or '.join(near)}?" if near else "add its DDL or take the key away",
            )
        for column in key.references:
            if column not in parent.definition.column_names:
                raise SchemaError(
                    f"the foreign key's table '{parent.name}' has no such column", where=where, value=column
                )
        return parent


@lru_cache(maxsize=256)
def _load_cached(path: str, mtime_ns: int) -> SchemaFile:
    del mtime_ns  # part of the key only: a changed file is read again
    return load_schema(path)


def _parents_first(tables: list[CatalogTable], catalog: Catalog) -> list[CatalogTable]:
    by_name = {table.qualified: table for table in tables}
    done: dict[str, CatalogTable] = {}
    visiting: set[str] = set()

    def visit(table: CatalogTable) -> None:
        if table.qualified in done or table.qualified in visiting:
            return  # cyclic keys are fine: keys are computed, so any order will do
        visiting.add(table.qualified)
        for key in table.definition.foreign_keys:
            parent = catalog.parent(table, key)
            if parent.qualified in by_name:
                visit(by_name[parent.qualified])
        done[table.qualified] = table

    for table in tables:
        visit(table)
    return list(done.values())
