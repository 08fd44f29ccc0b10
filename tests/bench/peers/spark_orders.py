"""Spark's own expressions make orders: spark_orders.py ROWS [cached].

With `cached` the rows are in memory before the clock starts.
"""

# ruff: noqa: E501 - an expression of SQL reads better unbroken
from __future__ import annotations

import sys

from spark_session import finish, session

rows = int(sys.argv[1])
spark = session()
orders = spark.range(0, rows, 1, 8).selectExpr(
    "id + 1 AS order_id",
    "CAST(pow(rand(1), 2.5) * 100000 AS BIGINT) + 1 AS customer_id",
    "CASE WHEN rand(2) < 0.38 THEN CAST(rand(3) * 500 AS INT) + 1 END AS store_id",
    f"timestamp_micros(1704067200000000 + CAST(id * (63158399000000 / {rows}) AS BIGINT)) AS ordered_at",
    "element_at(array('store', 'web', 'mobile', 'phone'), 1 + CAST(rand(4) * 4 AS INT)) AS channel",
    "CASE WHEN rand(5) < 0.9 THEN 'completed' WHEN rand(6) < 0.6 THEN 'partly_returned' ELSE 'returned' END AS status",
    "element_at(array('card', 'wallet', 'cash', 'gift_card'), 1 + CAST(rand(7) * 4 AS INT)) AS payment_method",
    "CAST(CASE WHEN rand(8) < 0.6 THEN 0.00 WHEN rand(9) < 0.7 THEN 4.99 ELSE 9.99 END AS DECIMAL(8,2)) AS shipping_fee",
    "CASE WHEN rand(10) < 0.18 THEN concat(element_at(array('SPRING', 'SUMMER', 'AUTUMN'), 1 + CAST(rand(11) * 3 AS INT)),"
    " element_at(array('5', '10', '15', '20'), 1 + CAST(rand(12) * 4 AS INT))) END AS promo_code",
    "rand(13) < 0.06 AS is_gift",
)
if len(sys.argv) > 2:
    orders = orders.cache()
    orders.count()
finish(orders)
