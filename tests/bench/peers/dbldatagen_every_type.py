"""dbldatagen makes a column of every type that Spark has: dbldatagen_every_type.py ROWS.

What it has no option for, it takes as an expression; a type that it does not know is made as the nearest one.
"""

from __future__ import annotations

import sys

import dbldatagen as dg
from spark_every_type import COLUMNS
from spark_session import finish, session

OWN = {
    "c_boolean": {"values": [True, False], "random": True, "percentNulls": 0.1},
    "c_smallint": {"minValue": 0, "maxValue": 32_767, "random": True},
    "c_int": {"minValue": 1, "maxValue": 1_000_000, "random": True},
    "c_float": {"minValue": 0.0, "maxValue": 1.0, "random": True},
    "c_double": {"minValue": 0.0, "maxValue": 100_000.0, "random": True},
    "c_decimal": {"minValue": 0, "maxValue": 9_999_999, "random": True},
    "c_char": {"template": r"AA-ddddd"},
    "c_varchar": {"template": r"\w \w|\w \w \w \w \w \w"},  # its ILText fails with numpy 2
    "c_string": {"values": ["north", "east", "south", "west"], "random": True},
    "c_date": {"begin": "1990-01-01", "end": "2029-12-31", "interval": "1 day", "random": True},
}
NEAREST = {
    "timestamp_ntz": ("timestamp", "CAST({} AS TIMESTAMP)"),
    "interval day to second": ("bigint", "unix_micros(TIMESTAMP '1970-01-01' + {})"),
}
made = dg.DataGenerator(session(), name="every_type", rows=int(sys.argv[1]), partitions=8, randomSeed=42)
made = made.withColumn("n", "int", minValue=0, maxValue=3, random=True, omit=True)
for name, (kind, expression) in COLUMNS.items():
    if kind in NEAREST:
        kind, expression = NEAREST[kind][0], NEAREST[kind][1].format(expression)
    if name != "id":
        made = made.withColumn(name, kind, **OWN.get(name, {"expr": expression, "baseColumn": "n"}))
finish(made.build())
