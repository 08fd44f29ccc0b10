"""A local Spark session on two cores, and a timed write: what all Spark peers share."""

from __future__ import annotations

import json
import time

from pyspark.sql import DataFrame, SparkSession


def session() -> SparkSession:
    """Spark, warm: the first write of a session loads half of it."""
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "8").config("spark.driver.memory", "4g")
    spark = builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.range(1000).write.parquet("warm")
    return spark


def finish(frame: DataFrame) -> None:
    """Writes the rows, and says how long that took."""
    started = time.monotonic()
    frame.write.parquet("out")
    print(json.dumps({"seconds": time.monotonic() - started}))
