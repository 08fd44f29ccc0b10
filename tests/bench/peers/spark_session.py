"""A local Spark session on two cores, and a timed write: what all Spark peers share."""

from __future__ import annotations

import json
import tempfile
import time

from pyspark.sql import DataFrame, SparkSession


def session() -> SparkSession:
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.shuffle.partitions", "8").config("spark.driver.memory", "4g").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    with tempfile.TemporaryDirectory(dir=".") as folder:  # the first write of a session loads half of Spark
        spark.range(1000).write.parquet(f"{folder}/warm")
    return spark


def finish(frame: DataFrame, rows: int) -> None:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        started = time.monotonic()
        frame.write.parquet(f"{folder}/out")
        print(json.dumps({"rows": rows, "seconds": time.monotonic() - started}))
