"""A whole validation: find the data, read them once, ask DuckDB for the keys, and judge."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rowmill import hive
from rowmill.errors import ConfigError, HiveError
from rowmill.plan import FORMATS
from rowmill.s3.hadoop import find_jars
from rowmill.schema.catalog import Catalog, CatalogTable
from rowmill.schema.types import DataType
from rowmill.schema.unknown import refuse_unknown
from rowmill.sink.manifest import Manifest
from rowmill.sink.storage import find_manifest, shown_path, table_root
from rowmill.spark import SparkConfig, check_environment, session
from rowmill.validate import files, relations
from rowmill.validate.columns import Facts, Task, Tasks
from rowmill.validate.goodness import ALPHA, holm
from rowmill.validate.judges import NULLS
from rowmill.validate.keys import Limits, engine
from rowmill.validate.probes import Probe, Rows
from rowmill.validate.report import FAIL, SKIP, Check, TableResult
from rowmill.validate.scan import Job, Progress, scan
from rowmill.validate.source import Place, Unit, open_place

Show = Callable[[str], None]
THREE_SIGMA = 0.0027  # the chance to be further off than three standard deviations


@dataclass(frozen=True)
class Request:
    """What is to be judged, and against what.

    output:  directory of the one table, or (several tables) of one directory each; None: the warehouse
    parents: directory that holds the parent tables' directories; None: beside the tables, where several are
             judged or the warehouse is; parents without data there have their keys computed
    rows:    that each table must have; None: its manifest's, else the schema's
    hive:    look the tables up in Hive, and judge what it says too
    """

    tables: tuple[CatalogTable, ...]
    catalog: Catalog
    output: str | None = None
    parents: str | None = None
    format: str | None = None
    rows: int | None = None
    seed: int = 42
    hive: bool = False
    database: str = "default"
    fingerprint: str | None = None
    processes: int = 0
    memory: int = 1 << 30
    temporary: str | None = None

    @property
    def workers(self) -> int:
        return self.processes or os.cpu_count() or 1


@dataclass(frozen=True)
class Target:
    """Where one table's data are, and what is known of them before they are read."""

    table: CatalogTable
    directory: str
    manifest: Manifest | None
    hive: hive.HiveDescription | None = None

    @property
    def expected_runs(self) -> tuple[int, ...]:
        return tuple(rows for _, rows in self.manifest.runs) if self.manifest else ()


def run(request: Request, config: SparkConfig, show: Show = print) -> list[TableResult]:
    """Judges the tables. Raises RowmillError if one can't be judged at all (no such data, no memory)."""
    _check(request)
    with _interruptible():
        targets = _targets(request, config, show)
        for target in targets:
            _refuse_a_part(target)
        home = _parents_directory(request, config)
        return [_table(request, target, home, show) for target in targets]


def plan_only(request: Request, config: SparkConfig, show: Show = print) -> None:
    """Says what would be judged, reading no rows and starting no Spark."""
    _check(request)
    for table in request.tables:
        directory = _directory(request, config, table)
        target = Target(table, directory, find_manifest(directory))
        _refuse_a_part(target)
        found = files.find(open_place(directory), request.format, target.manifest)
        rows = f"{target.manifest.rows:,} rows in " if target.manifest else ""
        show(f"{table.name}: would judge {rows}{len(found.files)} {found.format} files in {directory}")
        if request.hive:
            show(f"{table.name}: would ask Hive for {request.database}.{table.name}")


def _check(request: Request) -> None:
    if not request.tables:
        raise ConfigError("no table is asked for", where="table")
    for table in request.tables:
        refuse_unknown(table.definition, table.file)
    if request.format is not None and request.format not in FORMATS:
        raise ConfigError(f"format is one of {', '.join(FORMATS)}", where="format", value=request.format)
    if request.fingerprint is not None and len(request.tables) > 1:
        raise ConfigError(
            "a fingerprint is that of one table", where="expect-fingerprint", fix="validate one table at a time"
        )


def _refuse_a_part(target: Target) -> None:
    """A range of rows has neither the counts nor the distributions of its table."""
    if target.manifest and target.manifest.part:
        first, stop, rows = target.manifest.part
        raise ConfigError(
            f"it holds only the rows {first} .. {stop - 1} of {rows}, and only whole tables are judged",
            where=target.directory,
            fix="put its files beside the others', or make the table without rows_from and rows_to",
        )


def _directory(request: Request, config: SparkConfig, table: CatalogTable) -> str:
    if request.output is None:
        return f"{_database(request, config)}/{table.name}"
    if len(request.tables) == 1:
        return request.output
    return f"{request.output.rstrip('/')}/{table.name}"


def _database(request: Request, config: SparkConfig) -> str:
    home = config.warehouse_dir
    return str(home if request.database == "default" else home / f"{request.database}.db")


def _parents_directory(request: Request, config: SparkConfig) -> str | None:
    if request.parents is not None:
        return request.parents
    if request.output is None:
        return _database(request, config)
    return request.output if len(request.tables) > 1 else None


def _targets(request: Request, config: SparkConfig, show: Show) -> list[Target]:
    described: dict[str, hive.HiveDescription] = {}
    if request.hive:
        check_environment()
        if not config.metastore_dir.is_dir():  # asking would make one
            raise HiveError(
                "there is no metastore yet, so Hive knows no table",
                where=str(config.metastore_dir),
                fix="generate the table first, or name its files with output=DIR",
            )
        show("starting Spark, to ask Hive")
        spark = session(config, hive=True, light=True, s3=find_jars() is not None)  # a table may lie in S3
        try:
            described = {t.name: hive.describe(spark, request.database, t.name) for t in request.tables}
        finally:
            spark.stop()
    found = []
    for table in request.tables:
        known = described.get(table.name)
        directory = table_root(known.location) if known is not None else _directory(request, config, table)
        found.append(Target(table, shown_path(directory), find_manifest(directory), known))
    return found


def _table(request: Request, target: Target, home: str | None, show: Show) -> TableResult:
    started = time.monotonic()
    definition = target.table.definition
    place = open_place(target.directory)
    found = files.find(place, request.format or (target.hive.format if target.hive else None), target.manifest)
    structure = files.read_structure(place, found, definition)
    checks = [
        *files.judge_files(found, target.manifest, target.table.qualified),
        *(files.judge_hive(target.hive, definition) if target.hive else []),
        *structure.checks,
    ]
    expected, first_run = _expected_rows(request, target)
    tasks = Tasks(definition, expected, first_run).build()
    read = _read(request, target, place, found, structure, tasks, show)
    checks += read.checks
    counted = read.counted
    if counted is not None:
        checks.append(files.judge_rows(counted.rows, expected, request.rows is not None, target.manifest is not None))
        if target.hive is not None:
            checks.append(files.judge_hive_rows(target.hive, counted.rows))
        checks += _values(tasks, read, counted)
        context = relations.Context(
            request.catalog, target.table, place, found.format, read.units, read.types, counted.rows, expected,
            max(1, len(target.expected_runs)), request.seed, home,
        )  # fmt: skip
        with engine(Limits(request.memory, request.workers, request.temporary)) as duck:
            checks += relations.judge(context, duck, show)
        hashed = counted if read.whole else None
        checks.append(files.judge_fingerprint(hashed, target.manifest, request.fingerprint, target.hive))
    return TableResult(
        target.table.name,
        target.directory,
        found.format,
        counted.rows if counted else 0,
        len(found.files),
        sum(file.size for file in found.files),
        time.monotonic() - started,
        files.fingerprint_of(counted) if counted and read.whole else None,
        tuple(_after_chance(_unique(checks))),
    )


@dataclass(frozen=True)
class _Read:
    """The pass over the data: what was counted of what could be read.

    counted: None if nothing can be read; whole: every column of every file could be
    """

    checks: list[Check]
    types: dict[str, DataType]
    units: list[Unit]
    tasks: list[Task]
    probes: list[Probe]
    counted: Rows | None
    whole: bool


def _read(
    request: Request,
    target: Target,
    place: Place,
    found: files.Found,
    structure: files.Structure,
    tasks: Tasks,
    show: Show,
) -> _Read:
    """Reads all rows once; once more without a column whose values turn out to be of another type."""
    definition = target.table.definition
    known = frozenset(definition.column_names)
    types = {c.name: c.type for c in definition.columns if c.name in structure.usable}
    checks: list[Check] = []
    while True:
        kept = [task for task in tasks.tasks if set(task.probe.columns) <= set(types)]
        rows = Rows(tuple(types), types, len(types) == len(known))
        work = Job(place, found.format, types, (rows, *(task.probe for task in kept)), known)
        progress = Progress(definition.name, structure.rows, show)
        outcome = scan(work, structure.units, request.workers, progress)
        if not outcome.types:
            break
        checks += [files.bad_type(definition, column, reason) for column, reason in outcome.types.items()]
        if not set(outcome.types) <= set(types):  # a column too many (JSON): nothing is read past it
            return _Read(checks, types, [], [], [], None, False)
        types = {name: dtype for name, dtype in types.items() if name not in outcome.types}
    checks += [files.unreadable(path, reason) for path, reason in outcome.files.items()]
    units = [unit for unit in structure.units if unit.file.path not in outcome.files]
    counted = outcome.probes[0]
    assert isinstance(counted, Rows)
    whole = len(types) == len(known) and not outcome.files
    return _Read(checks, types, units, kept, outcome.probes[1:], counted, whole)


def _values(tasks: Tasks, read: _Read, counted: Rows) -> list[Check]:
    """What the probes found, and what could not be judged."""
    facts = Facts(counted.rows, counted.nulls)
    checks = [check for task, probe in zip(read.tasks, read.probes, strict=True) for check in task.judge(probe, facts)]
    checks += tasks.skipped
    for task in tasks.tasks:
        missing = sorted(set(task.probe.columns) - set(read.types))
        if missing:
            checks.append(files.not_judged(task.probe.columns[0], missing))
    return checks


def _expected_rows(request: Request, target: Target) -> tuple[int, int]:
    """Rows that the table must have, and those of its first run."""
    runs = target.expected_runs
    if request.rows is not None:
        return request.rows, runs[0] if len(runs) > 1 else request.rows
    if runs:
        return sum(runs), runs[0]
    if target.table.definition.rows is None:
        raise ConfigError(
            "the number of rows is not known", where=target.table.where, fix="give rows, or set `rows:` in the YAML"
        )
    return target.table.definition.rows, target.table.definition.rows


def _unique(checks: list[Check]) -> list[Check]:
    """One check to a name: a failure before all, else what was said last, which is the more exact."""
    seen: dict[tuple[str, str], Check] = {}
    for check in checks:
        before = seen.get((check.kind, check.name))
        if before is None or (before.status != FAIL and check.status != SKIP):
            seen[check.kind, check.name] = check
    return list(seen.values())


def _after_chance(checks: list[Check]) -> list[Check]:
    """What is left to chance, judged together: nulls by three sigma, all else by p > 0.01, both corrected by Holm."""
    result = list(checks)
    for family, alpha in ((True, THREE_SIGMA), (False, ALPHA)):
        places = [
            i
            for i, c in enumerate(result)
            if c.p_value is not None and c.status != SKIP and (c.kind == NULLS) == family
        ]
        rejected = holm([result[i].p_value or 0.0 for i in places], alpha)
        for place, bad in zip(places, rejected, strict=True):
            if bad and result[place].status != FAIL:
                why = "further off than chance explains" if family else "not as the schema says"
                result[place] = result[place].failed(f"{why}, p = {result[place].p_value:.2g}")
    return result


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: what was started is ended, and temporary files go."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
