"""Tables made without Spark, written as a run writes them, to be judged as they are or spoiled on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowmill.generate import fingerprint
from rowmill.generate.arrow import plain
from rowmill.generate.table import BLOCK_ROWS, TableGenerator, World
from rowmill.schema.catalog import Catalog
from rowmill.sink.formats import WRITERS, WriterOptions
from rowmill.sink.manifest import Manifest, WrittenFile
from rowmill.spark import SparkConfig
from rowmill.validate.job import Request, run
from rowmill.validate.report import Check, TableResult

SHOP = Path(__file__).with_name("shop.yaml").read_text()


@dataclass
class Shop:
    """A schema, and tables of it in a folder."""

    folder: Path
    text: str
    seed: int = 42
    rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.schema = self.folder / "shop.yaml"
        self.schema.write_text(self.text)
        self.catalog = Catalog(self.schema)
        self.world = World(self.catalog.parent, self.seed, self.rows)

    def generator(self, name: str) -> TableGenerator:
        (table,) = self.catalog.select(name)
        return self.world.table(table)

    def directory(self, name: str) -> Path:
        return self.folder / "data" / name

    def write(self, name: str, files: int = 2, form: str = "parquet") -> Path:
        """Writes a whole table, with its manifest, in some files."""
        made = self.generator(name)
        made.prepare()
        directory = self.directory(name)
        directory.mkdir(parents=True, exist_ok=True)
        columns = {c.name: c.type for c in made.definition.columns}
        written = []
        cuts = [made.rows * i // files for i in range(files + 1)]
        for index, (start, stop) in enumerate(pairwise(cuts)):
            path = directory / f"part-000-{index:06d}.{form}"
            batches = [made.batch(at, min(stop, at + BLOCK_ROWS)) for at in range(start, stop, BLOCK_ROWS)]
            with path.open("wb") as file:
                writer = WRITERS[form](file, made.arrow_schema, WriterOptions())
                for batch in batches:
                    writer.write(batch)
                writer.close()
            value = fingerprint.add(*(fingerprint.fingerprint(columns, batch) for batch in batches))
            written.append(WrittenFile(path.name, start, stop - start, path.stat().st_size, value))
        Manifest(
            table=made.qualified,
            format=form,
            columns={name: str(kind) for name, kind in columns.items()},
            partition_by=(),
            runs=(("digest", made.rows),),
            files=tuple(written),
            fingerprint=fingerprint.to_hex(fingerprint.add(*(f.fingerprint for f in written))),
        ).write(directory)
        return directory

    def arrow(self, name: str) -> pa.Table:
        """All rows as a plain Arrow table."""
        made = self.generator(name)
        batch = made.batch(0, made.rows)
        return pa.table({c: plain(batch.column(c)) for c in batch.schema.names})

    def spoil(self, name: str, change: Callable[[pa.Table], pa.Table], file: int = 1) -> None:
        """Changes the rows of one Parquet file."""
        path = sorted(self.directory(name).glob("*.parquet"))[file]
        pq.write_table(change(pq.ParquetFile(path).read()), path)

    def judge(self, *names: str, **options: Any) -> TableResult:
        """Judges one table (the first name), in one process unless told otherwise."""
        tables = tuple(self.catalog.select(",".join(names)))
        options = {"processes": 1, "seed": self.seed, "memory": 256 << 20} | options
        if "output" not in options:
            options["output"] = str(self.directory(names[0]) if len(names) == 1 else self.folder / "data")
        results = run(Request(tables=tables, catalog=self.catalog, **options), SparkConfig(), lambda line: None)
        return next(result for result in results if result.name == names[0])

    def manifest(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.directory(name) / "_manifest.json").read_text())
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, SHOP)


@pytest.fixture
def make_shop(tmp_path: Path) -> Callable[..., Shop]:
    """A shop of one table `t` with the given columns, as lines of YAML."""
    count = iter(range(1000))

    def make(columns: str, rows: int = 20_000, more: str = "", seed: int = 42) -> Shop:
        lines = "".join(f"      - {line.strip()}\n" for line in columns.strip().splitlines())
        text = f"tables:\n  - name: t\n    rows: {rows}\n    columns:\n{lines}{more}"
        return Shop(tmp_path / f"shop-{next(count)}", text, seed)

    return make


def failures(result: TableResult) -> dict[str, Check]:
    return {check.name: check for check in result.failures}


class Kit:
    failures = staticmethod(failures)

    @staticmethod
    def check(result: TableResult, name: str) -> Check:
        found = [check for check in result.checks if check.name == name]
        assert found, f"no check '{name}' among {[check.name for check in result.checks]}"
        return found[0]


@pytest.fixture
def kit() -> Kit:
    return Kit()
