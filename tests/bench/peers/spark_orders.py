"""Spark's own expressions make orders: spark_orders.py ROWS [cached].

With `cached` the rows are in memory before the clock starts.
"""

# ruff: noqa: E501 - an expression of SQL reads better unbroken
from __future__ import annotations

import sys

from spark_session import finish, session

rows = int(sys.argv[1])
spark = session()
drawn = spark.range(0, rows, 1, 8).selectExpr(
    "id + 1 AS order_id",
    "CAST(pow(rand(1), 2.5) * 100000 AS BIGINT) + 1 AS customer_id",
    "CASE WHEN rand(2) < 0.38 THEN CAST(rand(3) * 500 AS INT) + 1 END AS store_id",
    f"timestamp_micros(1704067200000000 + CAST(id * (63158399000000 / {rows}) AS BIGINT)) AS ordered_at",
    "CASE WHEN rand(10) < 0.18 THEN concat(element_at(array('SPRING', 'SUMMER', 'AUTUMN', 'WINTER', 'WELCOME', 'LOYAL'), 1 + CAST(rand(11) * 6 AS INT)),"
    " element_at(array('5', '10', '15', '20'), 1 + CAST(rand(12) * 4 AS INT))) END AS promo_code",
    "rand(13) < 0.06 AS is_gift",
    "rand(4) AS a",
    "rand(5) AS b",
    "rand(6) AS c",
    "rand(7) AS d",
)
by_channel = drawn.selectExpr(
    "*",
    "CASE WHEN store_id IS NOT NULL THEN 'store' WHEN d < 0.55 THEN 'web' WHEN d < 0.955 THEN 'mobile' ELSE 'phone' END AS channel",
)
orders = by_channel.selectExpr(
    *("order_id", "customer_id", "store_id", "ordered_at", "channel"),
    "CASE WHEN ordered_at >= TIMESTAMP '2025-12-22 00:00:00' AND channel <> 'store' THEN 'open'"
    " WHEN a < 0.915 THEN 'completed' WHEN a < 0.966 THEN 'partly_returned' ELSE 'returned' END AS status",
    "CASE channel WHEN 'store' THEN CASE WHEN b < 0.71 THEN 'card' WHEN b < 0.94 THEN 'cash' ELSE 'gift_card' END"
    " WHEN 'web' THEN CASE WHEN b < 0.58 THEN 'card' WHEN b < 0.90 THEN 'wallet' WHEN b < 0.94 THEN 'bank_transfer' ELSE 'gift_card' END"
    " WHEN 'mobile' THEN CASE WHEN b < 0.61 THEN 'wallet' WHEN b < 0.96 THEN 'card' ELSE 'gift_card' END"
    " ELSE CASE WHEN b < 0.88 THEN 'card' ELSE 'bank_transfer' END END AS payment_method",
    "CAST(CASE WHEN channel = 'store' OR c < 0.40 THEN 0.00 WHEN c < 0.82 THEN 4.99 ELSE 9.99 END AS DECIMAL(8,2)) AS shipping_fee",
    "promo_code",
    "is_gift",
)
if len(sys.argv) > 2:
    orders = orders.cache()
    orders.count()
finish(orders)
