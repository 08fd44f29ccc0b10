"""Rowmill's conversion, as a call, as a program, or with a clock at each stage.  call|program|stages FOLDER"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

from ddl_judge import Found, judge, measured

PROJECT = Path(__file__).resolve().parents[2]
WAY, FOLDER = sys.argv[1], Path(sys.argv[2])


def columns(tables: Any) -> dict[str, list[Found]]:
    return {table.name: [Found(c.name, str(c.type), c.nullable) for c in table.columns] for table in tables}


def call() -> None:
    """Text of a file -> text of a YAML file, in this process."""
    from rowmill.ddl.convert import convert_text
    from rowmill.ddl.into_yaml.writer import to_yaml

    def convert(dialect: str, text: str) -> tuple[str, Any, str]:
        schema = convert_text(text, dialect, f"{dialect}.sql")
        return dialect, schema.tables, to_yaml(schema)

    warm = {"postgres": "create table t (a int default 0 check (a > 0))", "mysql": "create table t (a enum('b'))"}
    measures, made = measured(convert, FOLDER, lambda: [convert(dialect, text) for dialect, text in warm.items()])
    found = {dialect: columns(tables) for dialect, tables, _ in made}
    print(json.dumps(measures | judge(found, FOLDER)))


def written_columns(path: Path) -> dict[str, list[Found]]:
    """The same, of a YAML file."""
    import yaml  # only now: a child's peak counts what its parent held when it started it

    tables = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["tables"]
    return {
        table["name"]: [Found(c["name"], c["type"], c.get("nullable", True)) for c in table["columns"]]
        for table in tables
    }


def program() -> None:
    """import_ddl.py as people run it: the folder, dialects found out; judged by the YAML that it wrote."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(PROJECT / "jobs" / "import_ddl.py"), str(FOLDER), out]
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = {path.stem: written_columns(path) for path in sorted(Path(out).glob("*.yaml"))}
    rows = sum(len(c) for tables in found.values() for c in tables.values())
    measures = {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "rows": rows}
    print(json.dumps(measures | {"peak MiB": round(usage.ru_maxrss / 1024)} | judge(found, FOLDER)))


class Clock:
    """Seconds of each stage by itself, without those that it calls."""

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self.inner = [0.0]

    def timed(self, stage: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def run(*arguments: Any, **named: Any) -> Any:
            self.inner.append(0.0)
            started = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                took = time.perf_counter() - started
                self.phases[stage] = self.phases.get(stage, 0.0) + took - self.inner.pop()
                self.inner[-1] += took

        return run

    def each(self, stage: str, items: Iterator[Any]) -> Iterator[Any]:
        """The items, with the time that it takes to come to each."""
        step = self.timed(stage, lambda: next(items, None))
        while (item := step()) is not None:
            yield item


def stages() -> None:
    """The same call, with a clock around the functions that do one stage each."""
    import sqlglot

    from rowmill.ddl import convert
    from rowmill.ddl.into_yaml import writer
    from rowmill.ddl.reading import draft_columns, reader

    clock = Clock()
    split = convert.Reader.__iter__
    setattr(convert.Reader, "__iter__", lambda self: clock.each("split", iter(split(self))))  # noqa: B010
    for module, name, stage in (
        (convert, "outline", "outline"),
        (convert, "kind_of", "outline"),
        (convert, "name_of", "outline"),
        (draft_columns, "resolve", "types"),
        (reader, "prove", "proof"),
        (reader, "add_constraint", "keys and checks"),
        (sqlglot, "parse_one", "sqlglot"),
        (convert, "finish_one", "model"),
        (writer, "to_yaml", "YAML"),
    ):
        setattr(module, name, clock.timed(stage, getattr(module, name)))
    found = convert.reader_named("sqlglot")
    convert.read_table = clock.timed("columns", found)
    whole = clock.timed("statements around, all else", convert.convert_text)
    started = time.perf_counter()
    for path in sorted(FOLDER.glob("*.sql")):
        writer.to_yaml(whole(path.read_text(), path.stem, path.name))
    print(json.dumps({"seconds": time.perf_counter() - started, "phases": clock.phases}))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    {"call": call, "program": program, "stages": stages}[WAY]()
