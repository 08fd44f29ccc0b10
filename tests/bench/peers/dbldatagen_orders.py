"""dbldatagen makes ten columns like those of retail.orders, on Spark: dbldatagen_orders.py ROWS [own].

The skew of customer_id is an expression; with `own` it is dbldatagen's own distribution, which goes through pandas.
"""

from __future__ import annotations

import sys

import dbldatagen as dg
from spark_session import finish, session

CODES = [
    season + number
    for season in ("SPRING", "SUMMER", "AUTUMN", "WINTER", "WELCOME", "LOYAL")
    for number in ("5", "10", "15", "20")
]
rows = int(sys.argv[1])
customers = (
    {"minValue": 1, "maxValue": 100_000, "random": True, "distribution": dg.distributions.Exponential(0.6)}
    if sys.argv[2:] == ["own"]
    else {"expr": "cast(pow(rand(), 2.5) * 100000 as bigint) + 1"}
)
spark = session()
orders = (
    dg.DataGenerator(spark, name="orders", rows=rows, partitions=8, randomSeed=42)
    .withColumn("order_id", "long", expr="id + 1")
    .withColumn("customer_id", "long", **customers)
    .withColumn("store_id", "int", minValue=1, maxValue=500, random=True, percentNulls=0.62)
    .withColumn(
        "ordered_at",
        "timestamp",
        begin="2024-01-01 00:00:00",
        end="2025-12-31 23:59:59",
        interval="1 second",
        random=True,
    )
    .withColumn("channel", "string", values=["store", "web", "mobile", "phone"], weights=[38, 34, 25, 3], random=True)
    .withColumn(
        "status",
        "string",
        values=["completed", "partly_returned", "returned", "open"],
        weights=[90, 5, 3, 2],
        random=True,
    )
    .withColumn(
        "payment_method", "string", values=["card", "wallet", "cash", "gift_card"], weights=[60, 24, 10, 6], random=True
    )
    .withColumn("shipping_fee", "decimal(8,2)", values=[0.00, 4.99, 9.99], weights=[60, 30, 10], random=True)
    .withColumn("promo_code", "string", values=CODES, random=True, percentNulls=0.82)
    .withColumn("is_gift", "boolean", expr="rand() < 0.06")
    .build()
)
finish(orders)
