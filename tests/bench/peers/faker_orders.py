"""A Faker loop like the one that Rowmill replaces: faker_orders.py ROWS. A dict a row in Spark's tasks."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from faker import Faker
from spark_session import finish, session

rows = int(sys.argv[1])
SCHEMA = (
    "order_id bigint, customer_id bigint, store_id int, ordered_at timestamp, channel string, status string,"
    " payment_method string, shipping_fee decimal(8,2), promo_code string, is_gift boolean"
)


def make(numbers: Iterator[int]) -> Iterator[dict[str, Any]]:
    fake = Faker()
    first, last = dt.datetime(2024, 1, 1), dt.datetime(2025, 12, 31)
    for number in numbers:
        yield {
            "order_id": number + 1,
            "customer_id": fake.random_int(1, 100_000),
            "store_id": fake.random_int(1, 500) if fake.random_int(1, 100) <= 38 else None,
            "ordered_at": fake.date_time_between(first, last),
            "channel": fake.random_element(("store", "web", "mobile", "phone")),
            "status": fake.random_element(("completed", "partly_returned", "returned", "open")),
            "payment_method": fake.random_element(("card", "wallet", "cash", "gift_card")),
            "shipping_fee": Decimal(fake.random_element(("0.00", "4.99", "9.99"))),
            "promo_code": fake.bothify("??????##").upper() if fake.random_int(1, 100) <= 18 else None,
            "is_gift": fake.boolean(6),
        }


spark = session()
finish(spark.createDataFrame(spark.sparkContext.parallelize(range(rows), 8).mapPartitions(make), SCHEMA))
