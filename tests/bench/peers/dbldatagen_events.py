"""dbldatagen makes the nested table web_events: dbldatagen_events.py ROWS.

Nested columns it takes as expressions of Spark's.
"""

from __future__ import annotations

import sys

import dbldatagen as dg
from spark_events import columns
from spark_session import finish, session

rows = int(sys.argv[1])
made = dg.DataGenerator(session(), name="web_events", rows=rows, partitions=8, randomSeed=42)
made = made.withColumn("n", "int", minValue=2, maxValue=5, random=True, omit=True)
own = {
    "event_type": {
        "values": ["page_view", "click", "search", "add_to_cart", "purchase"],
        "weights": [62, 24, 8, 5, 1],
        "random": True,
    },
    "user_id": {"minValue": 1, "maxValue": 20_000, "random": True, "percentNulls": 0.55},
    "duration_ms": {"minValue": 40, "maxValue": 1_800_000, "random": True, "percentNulls": 0.03},
}
for name, (kind, expression) in columns(rows).items():
    made = made.withColumn(name, kind, **own.get(name, {"expr": expression, "baseColumn": "n"}))
finish(made.build())
