"""Reading files of any format into DataFrames."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rowmill.errors import ConfigError
from rowmill.frames.bad_lines import Checked, read_checked
from rowmill.frames.writing import spark_path
from rowmill.hive import read_options
from rowmill.plan import FORMATS
from rowmill.s3.config import S3Config
from rowmill.s3.uri import is_s3, parse_uri
from rowmill.sink import files
from rowmill.sink.s3 import names
from rowmill.sink.s3.table import S3Table
from rowmill.spark import spark_error

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

_SUFFIXES = {f".{form}": form for form in FORMATS} | {".jsonl": "json", ".tsv": "csv", ".pq": "parquet"}
# Codec -> the suffixes by which Hadoop knows it; what it does not know, Python decompresses.
CODECS = {"none": (), "gzip": (".gz",), "bzip2": (".bz2",), "zstd": (), "lz4": ()}
_KNOWN_TO_HADOOP = (".gz", ".bz2", ".zst", ".zstd", ".lz4", ".snappy", ".deflate")


@dataclass(frozen=True)
class Source:
    """What is read. place: as Spark takes it; plain_folders: data stand in folders that are no partitions"""

    where: str
    place: str
    plain_folders: bool

    @property
    def options(self) -> dict[str, str]:
        """Spark would skip what is in folders such as slice-000."""
        return {"recursiveFileLookup": "true"} if self.plain_folders else {}


def find(path: str, config: S3Config) -> Source:
    """The data at a path; of a table in S3 its newest version. Raises StorageError if there are none."""
    where = files.must_exist(path, config)
    found = where
    if is_s3(where):
        manifest = S3Table(parse_uri(where), "overwrite", config).read_manifest()
        folder = names.snapshot_of(manifest.files[0].path) if manifest and manifest.files else ""
        found = f"{where}/{folder}".rstrip("/")
    folders = {path.partition("/")[0] for path in _data(found, config) if "/" in path}
    return Source(where, spark_path(found), bool(folders) and not any("=" in name for name in folders))


def _data(where: str, config: S3Config) -> list[str]:
    """The paths of the files that a reader looks at."""
    paths = [path for path, _ in files.walk(where, config)]
    return [path for path in paths if not any(part.startswith(("_", ".")) for part in path.split("/"))]


def format_of(where: str, config: S3Config) -> str:
    """The format by the suffix of a file, or of the first data file of a directory. Raises ConfigError."""
    for path in _data(where, config):
        suffixes = [s for s in PurePosixPath(path or where).suffixes if s in _SUFFIXES]
        if suffixes:
            return _SUFFIXES[suffixes[-1]]
    raise ConfigError("the format can't be told from the name", where=where, fix="give --format")


def read(
    spark: SparkSession, form: str, source: Source, options: dict[str, str], schema: StructType | str | None
) -> DataFrame:
    """The DataFrame of what is there. Raises StorageError."""
    reader = spark.read.format(form).options(**(source.options | options))
    try:
        if schema is not None:
            reader = reader.schema(schema)
        return reader.load(source.place)
    except Exception as error:
        raise spark_error(f"no {form} can be read there", source.where, error) from error


def csv_options(header: bool, delimiter: str, infer_schema: bool) -> dict[str, str]:
    """Options of Spark's CSV reader."""
    return read_options("csv") | {
        "header": str(header).lower(),
        "sep": delimiter,
        "inferSchema": str(infer_schema).lower(),
    }


def checked_csv(
    spark: SparkSession,
    source: Source,
    options: dict[str, str],
    schema: StructType | str | None,
    compression: str | None,
    config: S3Config,
) -> Checked:
    """Good records and bad lines. compression: None if the names say it. Raises StorageError."""
    told = options | source.options
    try:
        return read_checked(spark, source.place, told, schema, _codec(source.where, compression, config))
    except Exception as error:
        raise spark_error("no csv can be read there", source.where, error) from error


def _codec(where: str, compression: str | None, config: S3Config) -> str | None:
    """The codec that Hadoop would not see in the names of the files."""
    if compression is None:
        return None
    paths = [path or where for path in _data(where, config)]
    if compression == "none" and not any(path.endswith(_KNOWN_TO_HADOOP) for path in paths):
        return None
    suffixes = CODECS[compression]
    return None if suffixes and all(path.endswith(suffixes) for path in paths) else compression
