"""Keys: duplicates, orphans and fan-out, by DuckDB over Arrow streams. It spills to disk what memory can't hold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from rowmill.errors import ResourceError, StorageError
from rowmill.generate.arrow import plain
from rowmill.schema.types import DataType

Stream = Callable[[dict[str, DataType]], Iterator[pa.RecordBatch]]
_EXAMPLES = 3


@dataclass(frozen=True)
class Limits:
    """What may be used: memory in bytes, threads, and the directory for what does not fit."""

    memory: int
    threads: int
    temporary: str | None = None


@dataclass(frozen=True)
class Duplicates:
    """values: different keys that come more than once; rows: those that are too many."""

    values: int
    rows: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Children:
    """The rows of a foreign key, by parent.

    rows: with a key that is not null; groups: different keys; nulls: rows whose key is null in part or whole
    orphans: rows without a parent; orphan_keys: different keys of these
    histogram: number of children -> number of parents that have so many (orphans left out)
    largest: numbers of children of the parents that have most, in falling order
    """

    rows: int
    groups: int
    nulls: int
    orphans: int
    orphan_keys: int
    examples: tuple[str, ...]
    histogram: dict[int, int]
    largest: tuple[int, ...]


class Engine:
    """A DuckDB of its own in a temporary directory, within limits."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def duplicates(self, stream: Stream, types: dict[str, DataType]) -> Duplicates:
        """Keys that come more than once; those with a null in them are not compared, as in SQL."""
        names = _quoted(types)
        with self._reading(stream, types, "rows"):
            self._run(
                f"CREATE OR REPLACE TEMP TABLE doubles AS SELECT {names}, count(*) AS times FROM rows"
                f" WHERE {_none_null(types)} GROUP BY {names} HAVING count(*) > 1"
            )
        ((values, rows),) = self._run("SELECT count(*), coalesce(sum(times - 1), 0) FROM doubles")
        examples = self._run(f"SELECT {names}, times FROM doubles ORDER BY ALL LIMIT {_EXAMPLES}") if values else []
        self._run("DROP TABLE doubles")
        return Duplicates(int(values), int(rows), tuple(f"{_key(row[:-1])} {row[-1]} times" for row in examples))

    def children(
        self,
        stream: Stream,
        types: dict[str, DataType],
        parent_stream: Stream,
        parent_types: dict[str, DataType],
        most: int,
    ) -> Children:
        """Compares the keys of the rows with those of the parents: the n-th column with the n-th."""
        names = _quoted(types)
        with self._reading(stream, types, "rows"):
            self._run(
                f"CREATE OR REPLACE TEMP TABLE met AS SELECT {names}, count(*) AS children FROM rows GROUP BY {names}"
            )
        ((nulls,),) = self._run(f"SELECT coalesce(sum(children), 0) FROM met WHERE NOT ({_none_null(types)})")
        pairs = " AND ".join(f"met.{_quote(a)} = parents.{_quote(b)}" for a, b in zip(types, parent_types, strict=True))
        with self._reading(parent_stream, parent_types, "parents"):
            self._run(
                f"CREATE OR REPLACE TEMP TABLE orphans AS SELECT * FROM met"
                f" WHERE {_none_null(types)} AND NOT EXISTS (SELECT 1 FROM parents WHERE {pairs})"
            )
        ((rows, groups),) = self._run(f"SELECT coalesce(sum(children), 0), count(*) FROM met WHERE {_none_null(types)}")
        ((orphans, keys),) = self._run("SELECT coalesce(sum(children), 0), count(*) FROM orphans")
        examples = self._run(f"SELECT {names} FROM orphans ORDER BY ALL LIMIT {_EXAMPLES}")
        left = f"SELECT children FROM met WHERE {_none_null(types)}"
        if keys:
            same = " AND ".join(f"met.{_quote(a)} = orphans.{_quote(a)}" for a in types)
            left += f" AND NOT EXISTS (SELECT 1 FROM orphans WHERE {same})"
        histogram = dict(self._run(f"SELECT children, count(*) FROM ({left}) GROUP BY children"))
        largest = [row[0] for row in self._run(f"{left} ORDER BY children DESC LIMIT {most}")]
        self._run("DROP TABLE met")
        self._run("DROP TABLE orphans")
        return Children(
            int(rows),
            int(groups),
            int(nulls),
            int(orphans),
            int(keys),
            tuple(_key(row) for row in examples),
            {int(k): int(v) for k, v in histogram.items()},
            tuple(map(int, largest)),
        )

    def count(self, stream: Stream, types: dict[str, DataType]) -> int:
        """The rows of a stream."""
        return sum(batch.num_rows for batch in stream(types))

    @contextmanager
    def _reading(self, stream: Stream, types: dict[str, DataType], name: str) -> Iterator[None]:
        schema = pa.schema([pa.field(column, dtype.to_arrow()) for column, dtype in types.items()])
        failed: list[BaseException] = []

        def flow() -> Iterator[pa.RecordBatch]:
            try:
                for batch in stream(types):
                    arrays = [plain(array) for array in batch.columns]
                    yield pa.RecordBatch.from_arrays(arrays, schema=schema)
            except BaseException as error:  # it would come back through C++ as text
                failed.append(error)
                raise

        self._connection.register(name, pa.RecordBatchReader.from_batches(schema, flow()))
        try:
            yield
        except BaseException as error:
            if failed:
                raise failed[0] from error
            raise
        finally:
            self._connection.unregister(name)

    def _run(self, sql: str) -> list[Any]:
        try:
            return list(self._connection.execute(sql).fetchall())
        except duckdb.OutOfMemoryException as error:
            raise ResourceError(
                "the keys need more memory or disk than may be used",
                where="memory",
                value=str(error).splitlines()[0][:160],
                fix="give more memory, or a temporary directory with more room",
            ) from error
        except (duckdb.Error, RuntimeError) as error:
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise StorageError(f"comparing keys failed: {str(error).splitlines()[0][:200]}", where="DuckDB") from error


@contextmanager
def engine(limits: Limits) -> Iterator[Engine]:
    """An engine; its files are gone when it is closed."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="rowmill-validate-", dir=limits.temporary)
    except OSError as error:
        raise StorageError(
            "no temporary directory can be made",
            where="temp",
            value=limits.temporary,
            fix="name a directory that can be written",
        ) from error
    with folder:
        settings = {
            "memory_limit": f"{max(64, limits.memory >> 20)}MiB",
            "threads": str(limits.threads),
            "temp_directory": str(Path(folder.name, "spill")),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        connection = duckdb.connect(str(Path(folder.name, "keys.duckdb")), config=settings)
        try:
            yield Engine(connection)
        finally:
            connection.close()


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(types: dict[str, DataType]) -> str:
    return ", ".join(map(_quote, types))


def _none_null(types: dict[str, DataType]) -> str:
    return " AND ".join(f"{_quote(name)} IS NOT NULL" for name in types)


def _key(values: Any) -> str:
    shown = ", ".join(str(value) for value in values)
    return shown if len(values) == 1 else f"({shown})"
