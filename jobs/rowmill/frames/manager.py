"""The seed's manager: reads and writes data, and lists, copies and removes files, on this machine and in S3."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING

from rowmill.arguments import show_line
from rowmill.errors import ConfigError, StorageError
from rowmill.frames import reading
from rowmill.frames.bad_lines import BAD_LINES, first_bad
from rowmill.frames.writing import FrameWriter
from rowmill.s3.config import S3Config
from rowmill.s3.jvm import reach
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.sink import files
from rowmill.spark import SparkConfig, check_environment, session, spark_error

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

Listing = list[files.FileInfo]


class SparkS3Manager:
    """Reads and writes data with one Spark session, which initialize() starts; also a context manager.

    Paths are local ones, file://, or s3a:// (s3:// and s3n:// mean the same).
    Every method but initialize() and cleanup() raises ConfigError while there is no session. What S3 refuses is a
    StorageError or ConfigError, within seconds if it can't be reached at all.

    bad_lines: how many bad lines the last read_csv() met, where it was asked to drop or quarantine them
    """

    def __init__(self, config: S3Config | None = None, app_name: str = "S3DataOperations", master: str | None = None):
        self.config = config or S3Config.from_env()
        self.app_name = app_name
        self.master = master
        self.bad_lines = 0
        self._session: SparkSession | None = None
        self._started = False
        self._without_s3: ConfigError | None = None
        self._reached: set[str] = set()

    def initialize(self) -> None:
        """Starts the session, or joins one that runs in this process. Raises ConfigError.

        A session that can't reach S3, because the jars for it are missing or the keys are half, works on local paths.
        """
        if self._session is None:
            check_environment()
            from pyspark.sql import SparkSession

            running = SparkSession.getActiveSession()
            config = SparkConfig(app_name=self.app_name, master=self.master)
            try:
                self._session = session(config, s3=self.config)
                self._without_s3 = None
            except ConfigError as error:
                self._session = session(config)
                self._without_s3 = error
            self._started = running is None

    def cleanup(self) -> None:
        """Stops the session that initialize() started. May be called twice."""
        if self._session is not None and self._started:
            self._session.stop()
        self._session, self._started = None, False
        self._reached.clear()

    def __enter__(self) -> SparkS3Manager:
        self.initialize()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cleanup()

    @property
    def spark(self) -> SparkSession:
        """The session. Raises ConfigError before initialize()."""
        if self._session is None:
            raise ConfigError(
                "there is no Spark session yet", where="SparkS3Manager", fix="call initialize() first, or use `with`"
            )
        return self._session

    # -- reading and writing --------------------------------------------------------------------

    def read_csv(
        self,
        path: str,
        header: bool = True,
        schema: StructType | str | None = None,
        delimiter: str = ",",
        infer_schema: bool = True,
        compression: str | None = None,
        bad_lines: str | None = None,
        quarantine_path: str | None = None,
    ) -> DataFrame:
        r"""A CSV file or a directory of them: quotes are doubled, an empty field and \N are null.

        schema:      Spark types; else they are inferred, or text if infer_schema is false
        compression: none | gzip | bzip2 | zstd | lz4; None: by the files' names (.gz, .bz2)
        bad_lines:   a bad line is a record with too many or too few fields, with a value that is none of its column's
            type, with a quote that is not closed or has text after it, or in a file with a header of its own
            None: Spark finds them when the data are used, and fails; it takes a quote that is never closed for a
                field that goes on. The fastest way
            fail: they are looked for now; the first is raised, with its file and line
            drop: they are left out, and counted in self.bad_lines
            quarantine: they are written to quarantine_path (replacing what is there) as Parquet of file, line,
                reason, text; counted as well
        With bad_lines, or a compression that the names don't tell, each file is read by one task, twice; in the
        latter case it must fit into memory, and bad lines fail unless bad_lines says otherwise.
        Raises ConfigError or StorageError.
        """
        if not delimiter or set(delimiter) & set('"\r\n'):
            raise ConfigError("a delimiter is one character or more, no quote", where="delimiter", value=delimiter)
        if compression is not None and compression not in reading.CODECS:
            raise ConfigError(f"one of {', '.join(reading.CODECS)}", where="compression", value=compression)
        if bad_lines is not None and bad_lines not in BAD_LINES:
            raise ConfigError(f"one of {', '.join(BAD_LINES)}", where="bad_lines", value=bad_lines)
        if (bad_lines == "quarantine") != (quarantine_path is not None):
            raise ConfigError("bad_lines=quarantine and quarantine_path go together", where="bad_lines")
        spark, source = self.spark, self._find(path)
        options = reading.csv_options(header, delimiter, infer_schema and schema is None)
        self.bad_lines = 0
        if bad_lines is None and compression is None:
            # Without pruning Spark parses all columns: else a bad value is only met if its column is used.
            return reading.read(spark, "csv", source, options | {"mode": "FAILFAST", "columnPruning": "false"}, schema)
        found = reading.checked_csv(spark, source, options, schema, compression, self.config)
        try:
            if bad_lines in (None, "fail"):
                first = first_bad(found.bad)
                if first is not None:
                    raise first
            elif bad_lines == "drop":
                self.bad_lines = found.bad.count()
        except StorageError:
            raise
        except Exception as error:
            raise spark_error("no csv can be read there", source.where, error) from error
        if quarantine_path is not None:
            self.write_parquet(found.bad, quarantine_path, mode="overwrite")
            self.bad_lines = self.read_parquet(quarantine_path).count()
        return found.good

    def read_parquet(self, path: str) -> DataFrame:
        """A Parquet file or a directory of them. Raises StorageError."""
        return reading.read(self.spark, "parquet", self._find(path), {}, None)

    def read_json(self, path: str, schema: StructType | str | None = None) -> DataFrame:
        """A file of one JSON object a line, or a directory of them. Raises StorageError."""
        return reading.read(self.spark, "json", self._find(path), {}, schema)

    def read_orc(self, path: str) -> DataFrame:
        """An ORC file or a directory of them. Raises StorageError."""
        return reading.read(self.spark, "orc", self._find(path), {}, None)

    def _find(self, path: str) -> reading.Source:
        self._reach(path)
        return reading.find(path, self.config)

    def _reach(self, path: str) -> None:
        """Asks the store for a bucket before Spark does, which would take minutes to say that it can't be reached."""
        spark = self.spark
        if not is_s3(path):
            return
        if self._without_s3 is not None:
            raise self._without_s3
        bucket = parse_uri(path, "path").bucket
        if bucket not in self._reached:
            reach(spark, bucket, self.config)
            self._reached.add(bucket)

    def write_parquet(self, df: DataFrame, path: str, mode: str = "append", partition_by: Iterable[str] = ()) -> bool:
        """Writes a DataFrame to a directory of Parquet files. True if anything was written.

        mode: append | overwrite | overwrite_partitions (those that the data have rows of; the others stay) |
            error | ignore (what is there stays)
        On this machine overwrite replaces all in one step, when everything is written; overwrite_partitions replaces
        one partition after the other then. In S3 nothing can be replaced in one step: the new files appear all
        together, beside the old ones, which are removed at once after that. A reader in between sees the rows of
        both, and if this process dies there, so does every reader until the next overwrite. A write that fails leaves
        the old data as they were.
        A table that Rowmill generated has a manifest: overwrite removes it with the table, and append and
        overwrite_partitions are refused, since it would not know the new files.
        Raises ConfigError or StorageError.
        """
        self._session_of(df)
        self._reach(path)
        names = [partition_by] if isinstance(partition_by, str) else list(partition_by)
        return FrameWriter(self.config).write(df, path, mode, names)

    def _session_of(self, df: DataFrame) -> None:
        if df.sparkSession.sparkContext is not self.spark.sparkContext:
            raise ConfigError("the DataFrame is of another Spark session", where="SparkS3Manager")

    def display_dataframe_info(self, df: DataFrame, name: str = "DataFrame", limit: int = 5) -> None:
        """Prints the number of rows and columns, the schema and the first rows."""
        self._session_of(df)
        try:
            rows = df.count()
            first = df._show_string(limit, 40) if limit else ""
        except Exception as error:
            raise spark_error("the data can't be read", name, error) from error
        show_line(f"{name}: {rows:,} rows, {len(df.columns)} columns")
        show_line(df.schema.treeString().rstrip())
        if limit:
            show_line(first.rstrip())

    # -- files ----------------------------------------------------------------------------------

    def exists(self, path: str) -> bool:
        """Whether a file or directory is there. Raises StorageError if the store can't be asked."""
        self._require_session()
        return files.exists(path, self.config)

    def copy(self, src: str, dst: str, overwrite: bool = False) -> str:
        """Copies a file or a directory and returns where it went.

        overwrite: a file may replace a file. Raises StorageError, also if the target exists.
        """
        self._require_session()
        return files.copy(src, dst, overwrite, self.config)

    def delete(self, path: str) -> None:
        """Removes a file or directory; a root, a home, the working directory or a bucket is refused.

        Raises StorageError.
        """
        self._require_session()
        files.delete(path, self.config)

    def list(self, path: str) -> Listing:
        """The entries of a directory by name, or the one file. Raises StorageError."""
        self._require_session()
        return files.list_files(path, self.config)

    def _require_session(self) -> None:
        _ = self.spark
