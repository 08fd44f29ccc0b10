"""Spark writes rows that it has in memory to S3, by its magic committer: spark_magic.py FOLDER S3A_URI.

The rows are those of a folder of Parquet; as many files are written as are there.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from rowmill.s3.config import S3Config
from rowmill.spark import SparkConfig, session

ONE_FILE = str(1 << 40)  # so that each file is a partition

folder, uri = sys.argv[1:]
conf = {
    "spark.driver.memory": "8g",
    "spark.sql.files.maxPartitionBytes": ONE_FILE,
    "spark.sql.files.openCostInBytes": ONE_FILE,
    "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "true",
}
spark = session(SparkConfig(master="local[2]", conf=conf), s3=True)
# The first write of a session loads half of it, and the first tasks are slow.
spark.range(0, 1000, 1, 20).write.mode("overwrite").parquet(f"{uri}-warm")
rows = spark.read.parquet(folder).cache()
rows.count()
held = spark.sparkContext._jsc.sc().getRDDStorageInfo()[0]
files = len(list(Path(folder).glob("*.parquet")))
if held.diskSize() or held.numCachedPartitions() != files:
    sys.exit(f"not all rows are in memory in {files} partitions")
started = time.monotonic()
rows.write.parquet(uri)
seconds = time.monotonic() - started
place = urlsplit(uri)
marker = S3Config.from_env().client().get_object(Bucket=place.netloc, Key=f"{place.path.strip('/')}/_SUCCESS")
committer = json.loads(marker["Body"].read() or "{}").get("committer")
if committer != "magic":
    sys.exit(f"the committer was {committer}, not magic")
print(json.dumps({"seconds": seconds}))
