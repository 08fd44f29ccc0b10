"""A whole run over some tables: plan -> generate -> commit -> register in Hive -> check -> report."""

from __future__ import annotations

import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

from rowmill import check, estimate, hive
from rowmill.errors import ConfigError, StorageError
from rowmill.generate import fingerprint
from rowmill.generate.table import World
from rowmill.plan import Layout, TablePlan, batch_rows, check_layout, plan_table
from rowmill.progress import Show
from rowmill.report import TableReport
from rowmill.request import Request, check_request
from rowmill.resume import Kept, look, take_over
from rowmill.s3.uri import parse_uri
from rowmill.sample import rows_for_bytes
from rowmill.schema.catalog import Catalog, CatalogTable
from rowmill.schema.unknown import refuse_unknown
from rowmill.schema.yaml import load_schema
from rowmill.sink.manifest import Manifest, WrittenFile
from rowmill.sink.storage import open_table
from rowmill.sink.table import Table
from rowmill.spark import (
    NEAR_ROWS,
    SparkConfig,
    check_environment,
    hand_over_keys,
    run_plan,
    session,
    spread,
    start_workers,
)
from rowmill.validate.source import open_place

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class _Prepared:
    plan: TablePlan
    target: Table
    hive_table: hive.HiveTable | None
    kept: Kept
    found: Manifest | None  # what is there before the run

    @property
    def current(self) -> bool:
        return self.target.mode == "overwrite" and self.target.is_current(self.plan.digest) and not self.kept.lost

    @property
    def missing(self) -> TablePlan:
        """The plan of what is still to be made."""
        return replace(self.plan, files=self.kept.missing(self.plan)) if self.kept.done else self.plan


def run(request: Request, config: SparkConfig, show: Show = print) -> dict[str, TableReport]:
    """Makes the tables. All is planned and judged before the first byte is written.

    Raises a RowmillError; then every table that is not reported as done is as it was before.
    """
    prepared = prepare(request, config, show)
    if not request.hive and all(item.current for item in prepared):
        return {item.plan.name: _unchanged(item, request, show) for item in prepared}
    _weigh(prepared, request, config, show)
    check_environment()
    for item in prepared:
        if not item.current:
            item.target.check_access()
            if item.target.warning:
                show(f"warning: {item.target.warning}")
    reports: dict[str, TableReport] = {}
    with _interruptible():
        if not request.hive and all(item.missing.rows <= NEAR_ROWS for item in prepared):
            for item in prepared:  # made before Spark would be there
                reports[item.plan.name] = _run_table(None, item, request, show)
            return reports
        show("starting Spark")
        stores = [(item.target.s3, parse_uri(item.target.where).bucket) for item in prepared if item.target.s3]
        read_by_spark = stores[0][0] if request.hive and stores else False
        spark = session(config, hive=request.hive, light=True, s3=read_by_spark)
        if stores:
            hand_over_keys(spark, stores[0][0])
        with _interruptible():  # Spark puts a handler of its own in place, which calls the JVM amid a call
            for item in prepared:
                if item.hive_table is not None:
                    hive.check_not_foreign(spark, item.hive_table)
            if any(item.plan.rows > NEAR_ROWS and not item.current for item in prepared):
                start_workers(spark, stores[0] if stores else None)
            for item in prepared:
                reports[item.plan.name] = _run_table(spark, item, request, show)
    return reports


def plan_only(request: Request, config: SparkConfig, show: Show = print) -> dict[str, bool]:
    """Says what a run would do, changing nothing: table -> whether it would change."""
    changes: dict[str, bool] = {}
    prepared = prepare(request, config, show, look_only=True)
    _weigh(prepared, request, config, show)
    for item in prepared:
        plan, there = item.plan, item.target.manifest
        changes[plan.name] = not item.current
        if item.current:
            show(f"{plan.name}: is as asked already ({plan.rows:,} rows in {item.target.where})")
            changes[plan.name] = there is not None and _for_redshift(item, request, there, show, look_only=True)
            continue
        missing = item.missing
        if len(missing.files) < len(plan.files):
            show(
                f"{plan.name}: would make {missing.rows:,} rows in the {len(missing.files)} of {len(plan.files)} files"
                f" that are missing in {item.target.where}"
            )
            continue
        verb = "add" if request.mode == "append" and there else "replace" if there else "make"
        show(
            f"{plan.name}: would {verb} {plan.rows:,} rows in {len(plan.files)} {plan.layout.format} files"
            f" in {item.target.where}"
        )
        if item.hive_table is not None:
            show(f"{plan.name}: would register {item.hive_table.name} in Hive")
    return changes


def _weigh(prepared: list[_Prepared], request: Request, config: SparkConfig, show: Show) -> None:
    """Says what the tables will take. Raises ResourceError for what can't fit, unless it is forced."""
    demands = []
    for item in prepared:
        if item.current:
            continue
        plan, target = item.missing, item.target
        quick = plan.rows <= NEAR_ROWS
        wanted = estimate.estimate(plan, estimate.parallelism(config.master), quick)
        replaced = target.manifest.bytes if target.manifest and target.mode == "overwrite" else 0
        dead = 0 if request.resume else target.dead_bytes()
        freed = replaced - sum(file.bytes for file in item.kept.linked)
        demands.append(estimate.Demand(target.where, target.disk, wanted, freed, dead))
        show(estimate.line(plan.name, demands[-1]))
    if not request.force:
        estimate.refuse_what_cannot_fit(demands)


def prepare(request: Request, config: SparkConfig, show: Show = print, look_only: bool = False) -> list[_Prepared]:
    """Plans every table and looks at every target. Raises RowmillError for whatever can't be done."""
    check_request(request)
    for table in request.tables:
        refuse_unknown(table.definition, table.file)
    targets = {
        table.qualified: open_table(_directory(request, config, table), request.mode, config.s3, request.hive)
        for table in request.tables
    }
    rows: dict[str, int] = {}
    segments: dict[str, tuple[int, ...]] = {}
    for table in request.tables:
        target = targets[table.qualified]
        target.inspect(show, look_only)
        if request.table_rows is not None:
            rows[table.qualified] = request.table_rows
        if request.mode == "append" and target.manifest is not None:
            segments[table.qualified] = tuple(count for _, count in target.manifest.runs)
    world = World(_resolver(request), request.seed, rows, segments)
    prepared = []
    for table in request.tables:
        generator = world.table(table)
        partition_by = table.definition.partition_by if request.partition_by is None else request.partition_by
        layout = Layout(
            format=request.format,
            file_rows=request.file_rows,
            rows_from=request.rows_from,
            rows_to=request.rows_to,
            partition_by=() if request.slices else partition_by,
            slices=request.slices,
            options=request.options,
        )
        generator.prepare()
        if request.file_bytes is not None:
            check_layout(generator, layout)
            layout = replace(layout, file_rows=rows_for_bytes(generator, layout, request.file_bytes))
        plan = plan_table(generator, layout)
        target = targets[table.qualified]
        _check_append(plan, target)
        registered = None
        if request.hive:
            registered = hive.HiveTable(
                request.database,
                table.definition,
                target.location,
                request.format,
                layout.partition_by,
                bool(request.slices),
            )
        prepared.append(
            _Prepared(plan, target, registered, look(plan, target, show) if request.resume else Kept(), target.manifest)
        )
    return prepared


def _resolver(request: Request) -> Any:
    def resolve(table: CatalogTable, key: Any) -> CatalogTable:
        if request.catalog is None:
            raise ConfigError("foreign keys need a schema", where=table.where)
        return request.catalog.parent(table, key)

    return resolve


def _directory(request: Request, config: SparkConfig, table: CatalogTable) -> str:
    if request.output is None:
        home = config.warehouse_dir
        return str((home if request.database == "default" else home / f"{request.database}.db") / table.name)
    if len(request.tables) == 1:
        return request.output
    return f"{request.output.rstrip('/')}/{table.name}"


def _check_append(plan: TablePlan, target: Table) -> None:
    there = target.manifest
    if target.mode != "append" or there is None:
        return
    if there.part is not None:
        raise StorageError(
            f"the table that is there holds rows {there.part[0]} .. {there.part[1] - 1} alone, so it can't grow",
            where=target.where,
            fix="use mode=overwrite, or another output",
        )
    columns = _column_types(plan)
    if there.columns != columns or there.format != plan.layout.format or there.partition_by != plan.layout.partition_by:
        raise StorageError(
            "the table that is there has other columns, another format or other partitions",
            where=target.where,
            fix="use mode=overwrite, or another output",
        )


def _column_types(plan: TablePlan) -> dict[str, str]:
    return {c.name: str(c.type) for c in plan.generator.definition.columns}


def _run_table(spark: SparkSession | None, item: _Prepared, request: Request, show: Show) -> TableReport:
    started = time.monotonic()
    plan, target = item.plan, item.target
    changed = not item.current
    manifest = target.manifest
    if changed:
        manifest = _generate(spark, item, request, show)
    assert manifest is not None
    registered = False
    if spark is not None and item.hive_table is not None:
        registered = hive.register(spark, replace(item.hive_table, location=target.location), changed)
        target.retire()
        if registered:
            show(f"{plan.name}: registered {item.hive_table.name} in Hive")
    if request.check and (changed or registered):
        _check(spark, item, manifest, show)
    loadable = _for_redshift(item, request, manifest, show)
    seconds = time.monotonic() - started
    return _report(item, manifest, seconds, changed or registered or loadable, item.missing.rows)


def _for_redshift(item: _Prepared, request: Request, manifest: Manifest, show: Show, look_only: bool = False) -> bool:
    """Writes what loads a slice run in S3 into Redshift beside its objects; whether anything was to be written.

    Beside a table that was made otherwise there is no such thing. Raises StorageError.
    """
    plan, target = item.plan, item.target
    if target.s3 is None or not request.slices:
        return False
    from rowmill import redshift  # with a parser of SQL, which few runs need
    from rowmill.sink.s3 import redshift as beside

    store = beside.store_of(target.where, target.s3)
    source = redshift.Source(
        store.place,
        target.s3.region,
        target.s3.is_aws,
        str(plan.layout.options.compression),
        load_schema(plan.generator.file).dialect,
    )
    written = beside.write_files(store, redshift.texts(manifest, plan.generator.definition, source), look_only)
    if written:
        verb = "would write" if look_only else "wrote"
        show(f"{plan.name}: {verb} COPY, its manifest and CREATE TABLE for Redshift in {store.place / redshift.FOLDER}")
    return written


def _generate(spark: SparkSession | None, item: _Prepared, request: Request, show: Show) -> Manifest:
    plan, target = item.plan, item.target
    staging = target.stage(secrets.token_hex(6), plan.digest, request.resume)
    try:
        done = take_over(plan, target, item.kept, show) if request.resume else {}
        missing = tuple(file for file in plan.files if file.path not in done)
        if done:
            show(f"{plan.name}: resuming: {len(done):,} of {len(plan.files):,} files are there")
        written = [file for files in done.values() for file in files]
        if missing:
            wanted = request.batch_rows or batch_rows(plan.generator)
            written += run_plan(spark, replace(plan, files=missing), staging, show, wanted)
        manifest = target.commit(_manifest(plan, target, written), show)
    except BaseException:
        cleared = False
        try:
            with suppress(Exception):  # the JVM may be what died
                if spark is not None:
                    spark.sparkContext.cancelAllJobs()
        finally:
            cleared = target.abort(keep=request.resume)
        if not cleared:
            show(f"{plan.name}: what was begun could not be cleared up; the next run does it, or s3.yml -e op=clean")
        if request.resume:
            show(f"{plan.name}: the files that are whole are kept: run again with --resume")
        raise
    return manifest


def _manifest(plan: TablePlan, target: Table, written: list[WrittenFile]) -> Manifest:
    made = sum(file.rows for file in written)
    if made != plan.rows:
        raise StorageError(f"{made} rows were written, {plan.rows} were planned", where=target.where, fix="run again")
    before = target.manifest if target.mode == "append" else None
    files = (*(before.files if before else ()), *sorted(written, key=lambda f: (f.first_row, f.path)))
    return Manifest(
        table=plan.generator.qualified,
        format=plan.layout.format,
        columns=_column_types(plan),
        partition_by=plan.layout.partition_by,
        runs=(*(before.runs if before else ()), (plan.digest, plan.rows)),
        files=files,
        fingerprint=fingerprint.to_hex(fingerprint.add(*(file.fingerprint for file in files))),
        part=plan.part,
    )


def _check(spark: SparkSession | None, item: _Prepared, manifest: Manifest, show: Show) -> None:
    definition = item.plan.generator.definition
    place = open_place(item.target.where, item.target.s3)
    result = check.check_files(place, definition, manifest, partial(spread, spark) if spark else map)
    faults = list(result.faults)
    if (
        spark is not None
        and item.hive_table is not None
        and (seen := hive.count_rows(spark, item.hive_table)) != manifest.rows
    ):
        faults.append(f"{item.hive_table.name} shows {seen} rows, {manifest.rows} expected")
    if faults:
        raise StorageError(
            f"the check failed: {'; '.join(faults)}",
            where=f"table '{definition.name}' in {item.target.where}",
            fix="the data are there for you to look at; mend the generators in the YAML and run again",
        )
    show(f"{item.plan.name}: checked {result.rows:,} rows, keys and nulls")


def _unchanged(item: _Prepared, request: Request, show: Show) -> TableReport:
    manifest = item.target.manifest
    assert manifest is not None
    return _report(item, manifest, 0.0, _for_redshift(item, request, manifest, show), 0)


def _report(item: _Prepared, manifest: Manifest, seconds: float, changed: bool, made: int) -> TableReport:
    kept = set(item.found.files) if item.found else set()
    sent = sum(file.bytes for file in manifest.files if file not in kept)
    return TableReport(
        rows=manifest.rows,
        files=len(manifest.files),
        bytes=manifest.bytes,
        seconds=round(seconds, 3),
        rows_per_second=round(made / seconds) if changed and seconds else 0,
        bytes_per_second=round(sent / seconds) if changed and seconds else 0,
        fingerprint=manifest.fingerprint,
        output=item.target.where,
        changed=changed,
        hive_table=item.hive_table.name if item.hive_table else None,
        retries=item.target.retries,
    )


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does: with its staging removed.

    What fails while the run is being ended (a call to the JVM that was cut off, say) is no news.
    """
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Exception:
        if interrupted:
            raise KeyboardInterrupt from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def select_tables(schema: str, names: str) -> tuple[Catalog, tuple[CatalogTable, ...]]:
    """The catalog of a schema file or folder, and the tables asked for in it. Raises SchemaError."""
    catalog = Catalog(schema)
    return catalog, tuple(catalog.select(names))
