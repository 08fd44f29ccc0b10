"""Spark: the session, and running a plan on it. Spark hands out the work; rows never pass through it."""

from __future__ import annotations

import atexit
import gc
import importlib
import logging
import os
import pickle
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from rowmill import hive
from rowmill.errors import ConfigError, HiveError, RowmillError, StorageError, first_line
from rowmill.generate import kernels
from rowmill.generate.arrow import plain
from rowmill.generate.table import BLOCK_ROWS, TableGenerator
from rowmill.plan import TablePlan, tasks
from rowmill.progress import Progress
from rowmill.s3 import hadoop, jvm
from rowmill.s3.config import DEFAULT_ENDPOINT, S3Config
from rowmill.sink.manifest import WrittenFile
from rowmill.sink.staging import Staging
from rowmill.work import TaskInput, batches, run_task

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

JOBS = Path(__file__).resolve().parent.parent


T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class SparkConfig:
    """How Spark is started, as the seed had it. The secret stays out of `repr`.

    master:    None means spark.master of spark-submit, else local[*]
    warehouse: directory of the warehouse; default: absolute path of ./warehouse
    metastore: directory of the embedded Derby database; default: metastore_db beside the warehouse
    """

    app_name: str = "DataGenerator"
    endpoint: str = field(default_factory=lambda: os.environ.get("S3_ENDPOINT") or DEFAULT_ENDPOINT)
    access_key: str | None = field(
        default_factory=lambda: os.environ.get("ACCESS_KEY") or os.environ.get("AWS_ACCESS_KEY_ID"), repr=False
    )
    secret_key: str | None = field(
        default_factory=lambda: os.environ.get("SECRET_KEY") or os.environ.get("AWS_SECRET_ACCESS_KEY"), repr=False
    )
    master: str | None = None
    warehouse: str | None = None
    metastore: str | None = None
    conf: dict[str, str] = field(default_factory=dict)

    @property
    def s3(self) -> S3Config:
        """How S3 is reached: as the environment says, with the endpoint and the keys of this config."""
        found = replace(S3Config.from_env(), endpoint=self.endpoint)
        if (self.access_key, self.secret_key) == (found.access_key, found.secret_key):
            return found
        return replace(found, access_key=self.access_key, secret_key=self.secret_key, session_token=None)

    @property
    def warehouse_dir(self) -> Path:
        return Path(self.warehouse or "warehouse").expanduser().absolute()

    @property
    def metastore_dir(self) -> Path:
        return (
            Path(self.metastore).expanduser().absolute()
            if self.metastore
            else self.warehouse_dir.parent / "metastore_db"
        )


def check_environment() -> None:
    """Refuses early what would end in a stack trace later. Raises ConfigError."""
    home = os.environ.get("SPARK_HOME")
    if home and not Path(home, "bin", "spark-submit").is_file():
        raise ConfigError(
            "there is no Spark there", where="SPARK_HOME", value=home, fix="unset it to use the pyspark package's own"
        )
    java_home = os.environ.get("JAVA_HOME")
    if java_home and not os.access(Path(java_home, "bin", "java"), os.X_OK):
        raise ConfigError(
            "there is no Java there",
            where="JAVA_HOME",
            value=java_home,
            fix="unset it, or name a Java of version 17 or newer",
        )
    if not java_home and shutil.which("java") is None:
        raise ConfigError(
            "Java is not installed",
            where="java",
            fix="install version 17 or newer (Debian: apt install openjdk-17-jre-headless)",
        )


# A driver that only hands out tasks never earns back what HotSpot's second compiler takes from the workers: without
# it Spark starts a quarter sooner, and 32 million rows are made 15 percent faster on two cores.
_LIGHT_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def settings(config: SparkConfig, hive: bool, light: bool = False, s3: bool = False) -> dict[str, str]:
    """The Spark configuration of a session. It holds no secret: a part of it goes into the JVM's command line.

    light: its JVM only hands out tasks, and runs no queries over rows
    s3:    the jars of s3a are on its class path. Raises ConfigError if there are none
    """
    log4j = Path(str(resources.files("rowmill").joinpath("resources/log4j2.properties"))).as_uri()
    metastore = config.metastore_dir
    # Spark cuts this at blanks that are not quoted.
    java = f'-Dlog4j2.configurationFile={log4j} "-Dderby.stream.error.file={metastore.parent / "derby.log"}"'
    if light:
        java = f"{_LIGHT_JVM} {java}"
    found = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.timeType.enabled": "true",  # else a table with a time of day is refused
        "spark.sql.warehouse.dir": str(config.warehouse_dir),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.extraJavaOptions": java,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "8",
        "spark.python.worker.faulthandler.enabled": "false",
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    }
    if hive:
        found["spark.sql.catalogImplementation"] = "hive"
        found["spark.hadoop.javax.jdo.option.ConnectionURL"] = f"jdbc:derby:;databaseName={metastore};create=true"
        found["spark.hadoop.hive.metastore.warehouse.dir"] = str(config.warehouse_dir)
        # The tables' statistics would be read file by file at each registration.
        found["spark.hadoop.hive.stats.autogather"] = "false"
    if s3:
        found |= hadoop.class_path()
    return found | _sockets() | config.conf


@cache
def _sockets() -> dict[str, str]:
    """Spark's workers are reached by sockets of the file system, in a folder that goes when this process ends.

    By TCP each task waits some 40 ms for an acknowledgement that comes late (Nagle's algorithm).
    """
    if not hasattr(socket, "AF_UNIX"):
        return {}
    folder = tempfile.mkdtemp(prefix="rowmill-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if len(folder) > _SOCKET_FOLDER:
        return {}
    return {"spark.python.unix.domain.socket.enabled": "true", "spark.python.unix.domain.socket.dir": folder}


_SOCKET_FOLDER = 60  # characters: the path of a socket may have 107, and Spark's names have 42


def session(config: SparkConfig, hive: bool = False, light: bool = False, s3: S3Config | bool = False) -> SparkSession:
    """Starts (or joins) the Spark session.

    light: see `settings`
    s3:    Spark itself reads and writes s3a://, reached as given, or as config.s3 if it is True
    Raises ConfigError if Spark, Java or what s3 needs is not there, HiveError if the metastore is in use.
    """
    check_environment()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    _export_python_path()
    _quiet_py4j()
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql import SparkSession

    if hive:
        config.metastore_dir.parent.mkdir(parents=True, exist_ok=True)
    builder = SparkSession.builder.appName(config.app_name)
    for name, value in settings(config, hive, light, bool(s3)).items():
        builder = builder.config(name, value)
    master = config.master or os.environ.get("MASTER")
    if master or not _under_spark_submit():
        builder = builder.master(master or "local[*]")
    try:
        with _quiet_jvm():
            spark: SparkSession = builder.getOrCreate()
    except PySparkRuntimeError as error:
        raise ConfigError(
            f"Spark does not start: {first_line(error)}", where="java", fix="Java 17 or newer is needed"
        ) from error
    except Exception as error:
        raise ConfigError(f"Spark does not start: {first_line(error)}", where="spark", value=master) from error
    spark.sparkContext.setLogLevel("ERROR")
    _quiet_accumulators(spark)
    if s3:
        jvm.connect(spark, config.s3 if s3 is True else s3)
    if hive:
        _open_metastore(spark, config)
    return spark


@contextmanager
def _quiet_jvm() -> Iterator[None]:
    """A JVM started in here writes its stderr to a file of its own, not between our lines.

    ROWMILL_DEBUG=1 leaves it on the terminal.
    """
    if os.environ.get("ROWMILL_DEBUG") == "1" or _under_spark_submit():
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _quiet_py4j() -> None:
    """py4j logs tracebacks of what it also raises (an interruption, a JVM that died): we say it once, in a line."""
    if os.environ.get("ROWMILL_DEBUG") != "1":
        logging.getLogger("py4j").setLevel(logging.CRITICAL)
        logging.getLogger().addFilter(_not_of_py4j)  # a part of its messages goes to the root logger


def _quiet_accumulators(spark: SparkSession) -> None:
    """Their server prints a traceback if the JVM dies; the call that waits for the JVM raises as well."""
    server = getattr(spark.sparkContext, "_accumulatorServer", None)
    if server and os.environ.get("ROWMILL_DEBUG") != "1":
        server.handle_error = lambda request, address: None


def _not_of_py4j(record: logging.LogRecord) -> bool:
    return "py4j" not in Path(record.pathname).parts


def _under_spark_submit() -> bool:
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _export_python_path() -> None:
    # Spark's Python workers unpickle our classes: they need this code on their path.
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if str(JOBS) not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(JOBS), *filter(None, paths)])


def _open_metastore(spark: SparkSession, config: SparkConfig) -> None:
    try:
        spark.sql("SHOW DATABASES").collect()
    except Exception as error:
        spark.stop()
        text = str(error)
        if (
            "Another instance of Derby" in text
            or "XSDB6" in text
            or "ERROR XJ040" in text
            or "unable to instantiate" in text.lower()
        ):
            raise HiveError(
                "the embedded metastore can't be opened: another session has it, or it is damaged",
                where=str(config.metastore_dir),
                fix="close the other session (make sql, spark-sql, another run) and try again",
            ) from error
        raise HiveError(
            f"the metastore can't be opened: {first_line(error)}", where=str(config.metastore_dir)
        ) from error


def spark_error(what: str, where: str, error: BaseException) -> StorageError:
    """An exception of Spark's readers or writers as one line."""
    text = str(error)
    if "No space left on device" in text:
        return StorageError("no space left on the disk", where=where, fix="free some space, or name another output")
    known = hadoop.failure(text, where)
    if known is not None:
        return known
    return StorageError(f"{what}: {_root_cause(error)}", where=where)


# So many rows are made sooner than a Python worker of Spark's has started.
NEAR_ROWS = 4 * BLOCK_ROWS


def run_plan(
    spark: SparkSession | None, plan: TablePlan, staging: Staging, show: Callable[[str], None], batch_rows: int
) -> list[WrittenFile]:
    """Runs the tasks of a plan; the files stand in the staging when it returns.

    Up to NEAR_ROWS rows are made in this process, and no Spark is needed.
    Raises the error of the first task that failed for good, or StorageError if Spark gave up.
    """
    results: list[WrittenFile] = []
    failed: list[RowmillError] = []

    def give_up(error: RowmillError) -> None:
        """The other tasks would only take their time to meet the same error."""
        failed.append(error)
        if spark is not None:
            spark.sparkContext.cancelAllJobs()

    with Progress(plan.name, plan.rows, show, on_failure=give_up) as progress:
        layout = plan.layout
        work = TaskInput(
            plan.generator,
            layout.format,
            layout.partition_by,
            staging,
            progress.address,
            batch_rows,
            layout.options,
            recorded=True,
        )
        groups = tasks(plan, staging.task_rows)
        try:
            for outcome in (
                _run_far(spark, work, groups) if spark and plan.rows > NEAR_ROWS else _run_near(work, groups)
            ):
                if isinstance(outcome, RowmillError):
                    raise outcome
                results += outcome
        except StorageError as error:
            if failed:
                raise failed[0] from error
            raise
    return results


def hand_over_keys(spark: SparkSession, s3: S3Config) -> None:
    """Gives the keys of S3 to Spark's Python workers, wherever they run: with each task, as their environment.

    Not by spark.executorEnv, which event log and command lines show.
    """
    spark.sparkContext.environment.update(s3.environment())


def start_workers(spark: SparkSession, store: tuple[S3Config, str] | None = None) -> None:
    """Starts Spark's Python workers and lets them load this code: that is a part of starting Spark.

    store: the S3 and the bucket that they will write to
    """
    context = spark.sparkContext
    count = context.defaultParallelism
    context.parallelize(range(count), count).foreachPartition(partial(_load, store))


def _load(store: tuple[S3Config, str] | None, _: Iterator[int]) -> None:
    importlib.import_module("rowmill.work")
    kernels.load()
    if store is not None:
        from rowmill.sink.s3.store import warm_up

        warm_up(*store)
    gc.freeze()  # PySpark collects garbage after each task: among all these modules that took 0.1 s


def _run_near(work: TaskInput, groups: Sequence[Any]) -> Iterator[Any]:
    return (run_task(work, files, "0") for files in groups)


def _run_far(spark: SparkSession, work: TaskInput, groups: Sequence[Any]) -> list[Any]:
    where = f"table '{work.generator.definition.name}'"
    with _shipped(spark, work, where) as shipped:
        return list(spark.sparkContext.parallelize(groups, len(groups)).mapPartitions(_Runner(shipped)).collect())


def spread(spark: SparkSession, function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Calls a function (pickled) for each item, in Spark's tasks; results in the order of the items.

    Raises StorageError if Spark gave up.
    """
    with _shipped(spark, function, "spark") as shipped:
        context = spark.sparkContext
        parts = context.parallelize(list(items), min(len(items), 4 * context.defaultParallelism))
        return list(parts.mapPartitions(_Caller(shipped)).collect())


@contextmanager
def _shipped(spark: SparkSession, value: Any, where: str) -> Iterator[Any]:
    """A broadcast of the pickled value. What Spark raises in here becomes a StorageError with that `where`."""
    try:
        shipped = spark.sparkContext.broadcast(pickle.dumps(value))
        yield shipped
        shipped.destroy()
    except Exception as error:  # the broadcast goes with the session that failed
        raise StorageError(f"Spark gave up: {_root_cause(error)}", where=where) from error


_known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def _loaded(shipped: Any) -> Any:
    """What was pickled into a broadcast, once a worker: tables keep what they have worked out from task to task."""
    if shipped not in _known:
        _known[shipped] = pickle.loads(shipped.value)
    return _known[shipped]


class _Caller:
    """Runs in Spark's Python workers."""

    def __init__(self, shipped: Any) -> None:
        self.shipped = shipped

    def __call__(self, items: Iterator[Any]) -> Iterator[Any]:
        return map(_loaded(self.shipped), items)


def data_frame(spark: SparkSession, table: TableGenerator, start: int, stop: int) -> DataFrame:
    """Rows start..stop-1 of a table as a DataFrame, made when it is read (mapInArrow would need pandas)."""
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

    shipped, columns = pickle.dumps(table), hive.columns_ddl(table.definition)

    class Reader(DataSourceReader):  # type: ignore[misc]
        def partitions(self) -> list[InputPartition]:
            return [InputPartition((at, min(stop, at + BLOCK_ROWS))) for at in range(start, stop, BLOCK_ROWS)]

        def read(self, partition: InputPartition) -> Iterator[Any]:
            import pyarrow as pa

            generator: TableGenerator = pickle.loads(shipped)
            first, last = partition.value
            for batch in batches(generator, first, last - first):
                yield pa.RecordBatch.from_arrays([plain(c) for c in batch.columns], names=batch.schema.names)

    class Source(DataSource):  # type: ignore[misc]
        @classmethod
        def name(cls) -> str:
            return "rowmill"

        def schema(self) -> str:
            return columns

        def reader(self, schema: Any) -> DataSourceReader:
            return Reader()

    if start >= stop:
        return spark.createDataFrame([], columns)
    spark.dataSource.register(Source)
    return spark.read.format("rowmill").load()


class _Runner:
    """Runs in Spark's Python workers."""

    def __init__(self, shipped: Any) -> None:
        self.shipped = shipped

    def __call__(self, groups: Iterator[Any]) -> Iterator[Any]:
        from pyspark import TaskContext

        kernels.load()
        context = TaskContext.get()
        attempt = f"{context.taskAttemptId() if context else 0}"
        work: TaskInput = _loaded(self.shipped)
        for files in groups:
            yield run_task(work, files, attempt)


def _root_cause(error: BaseException) -> str:
    text = str(error)
    for line in reversed(text.splitlines()):
        line = line.strip()
        if line and not line.startswith(("at ", "...", "File ")) and ":" in line:
            return line[:200]
    return first_line(error)
