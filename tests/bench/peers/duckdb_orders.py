"""DuckDB's SQL makes orders and copies them to Parquet: duckdb_orders.py ROWS. Two halves at once, for its range() uses one thread."""

# ruff: noqa: E501 - an expression of SQL reads better unbroken
from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

rows = int(sys.argv[1])
QUERY = """
SELECT order_id, customer_id, store_id, ordered_at, channel,
       CASE WHEN ordered_at >= TIMESTAMP '2025-12-22' AND channel <> 'store' THEN 'open'
            WHEN a < 0.915 THEN 'completed' WHEN a < 0.966 THEN 'partly_returned' ELSE 'returned' END AS status,
       CASE channel WHEN 'store' THEN CASE WHEN b < 0.71 THEN 'card' WHEN b < 0.94 THEN 'cash' ELSE 'gift_card' END
                    WHEN 'web' THEN CASE WHEN b < 0.58 THEN 'card' WHEN b < 0.90 THEN 'wallet' WHEN b < 0.94 THEN 'bank_transfer' ELSE 'gift_card' END
                    WHEN 'mobile' THEN CASE WHEN b < 0.61 THEN 'wallet' WHEN b < 0.96 THEN 'card' ELSE 'gift_card' END
                    ELSE CASE WHEN b < 0.88 THEN 'card' ELSE 'bank_transfer' END END AS payment_method,
       CAST(CASE WHEN channel = 'store' OR c < 0.40 THEN 0.00 WHEN c < 0.82 THEN 4.99 ELSE 9.99 END AS DECIMAL(8,2)) AS shipping_fee,
       promo_code, is_gift
FROM (SELECT *, CASE WHEN store_id IS NOT NULL THEN 'store' WHEN d < 0.55 THEN 'web' WHEN d < 0.955 THEN 'mobile' ELSE 'phone' END AS channel
      FROM (SELECT i + 1 AS order_id,
                   CAST(floor(pow(random(), 2.5) * 100000) AS BIGINT) + 1 AS customer_id,
                   CASE WHEN random() < 0.38 THEN CAST(floor(random() * 500) AS INT) + 1 END AS store_id,
                   make_timestamp(1704067200000000 + CAST(i * (63158399000000.0 / {rows}) AS BIGINT)) AS ordered_at,
                   CASE WHEN random() < 0.18 THEN ['SPRING', 'SUMMER', 'AUTUMN', 'WINTER', 'WELCOME', 'LOYAL'][1 + CAST(floor(random() * 6) AS INT)]
                        || ['5', '10', '15', '20'][1 + CAST(floor(random() * 4) AS INT)] END AS promo_code,
                   random() < 0.06 AS is_gift, random() AS a, random() AS b, random() AS c, random() AS d
            FROM range({first}, {last}) AS t(i)))
"""


def copy(half: int) -> None:
    query = QUERY.format(rows=rows, first=rows * half // 2, last=rows * (half + 1) // 2)
    connection.cursor().execute(f"COPY ({query}) TO 'out/orders-{half}.parquet' (FORMAT parquet)")


connection = duckdb.connect(config={"threads": 2})
Path("out").mkdir()
started, used = time.monotonic(), time.process_time()
with ThreadPoolExecutor(2) as pool:
    list(pool.map(copy, range(2)))
print(json.dumps({"seconds": time.monotonic() - started, "cpu": time.process_time() - used}))
