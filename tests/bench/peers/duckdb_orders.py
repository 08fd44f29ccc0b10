"""DuckDB's SQL makes orders and copies them to Parquet, on two threads: duckdb_orders.py ROWS."""

# ruff: noqa: E501 - an expression of SQL reads better unbroken
from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import duckdb

rows = int(sys.argv[1])
connection = duckdb.connect(config={"threads": 2})
query = f"""
SELECT i + 1 AS order_id,
       CAST(floor(pow(random(), 2.5) * 100000) AS BIGINT) + 1 AS customer_id,
       CASE WHEN random() < 0.38 THEN CAST(floor(random() * 500) AS INT) + 1 END AS store_id,
       make_timestamp(1704067200000000 + CAST(i * (63158399000000.0 / {rows}) AS BIGINT)) AS ordered_at,
       ['store', 'web', 'mobile', 'phone'][1 + CAST(floor(random() * 4) AS INT)] AS channel,
       CASE WHEN random() < 0.9 THEN 'completed' WHEN random() < 0.6 THEN 'partly_returned' ELSE 'returned' END AS status,
       ['card', 'wallet', 'cash', 'gift_card'][1 + CAST(floor(random() * 4) AS INT)] AS payment_method,
       CAST(CASE WHEN random() < 0.6 THEN 0.00 WHEN random() < 0.7 THEN 4.99 ELSE 9.99 END AS DECIMAL(8,2)) AS shipping_fee,
       CASE WHEN random() < 0.18 THEN ['SPRING', 'SUMMER', 'AUTUMN'][1 + CAST(floor(random() * 3) AS INT)]
            || ['5', '10', '15', '20'][1 + CAST(floor(random() * 4) AS INT)] END AS promo_code,
       random() < 0.06 AS is_gift
FROM range({rows}) AS t(i)
"""
Path("out").mkdir()
started = time.monotonic()
connection.execute(f"COPY ({query}) TO 'out/orders.parquet' (FORMAT parquet)")
print(json.dumps({"seconds": time.monotonic() - started}))
