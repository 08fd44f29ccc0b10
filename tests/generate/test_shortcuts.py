"""The quick ways of expressions give what the general kernels give: text as codes, decimals as 64-bit numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rowmill.generate import expression
from rowmill.generate.arrow import plain
from rowmill.generate.scalars import cast_value
from rowmill.schema.types import parse_type

N = 64
EXPRESSIONS = [
    ("price + count", "decimal(18,2)"),
    ("price - rate", "decimal(18,4)"),
    ("price * rate", "decimal(30,6)"),
    ("price * rate * 0.5", "decimal(18,2)"),
    ("-price", "decimal(12,1)"),
    ("price * (100 + count) * 0.01", "decimal(38,4)"),
    ("count / 7", "bigint"),
    ("count % 7 + 3", "bigint"),
    ("CASE WHEN price > rate THEN 1.5 WHEN count >= 0.5 THEN price END", "decimal(14,3)"),
    ("CASE WHEN price = 0 THEN count ELSE rate END", "decimal(12,4)"),
    ("least(price, count, 2.5)", "decimal(14,2)"),
    ("greatest(price, rate)", "decimal(14,2)"),
    ("coalesce(price, rate, 0)", "decimal(14,0)"),
    ("price <= count", "boolean"),
    ("CAST(price AS string)", "string"),
    ("price / count", "double"),
    ("CASE word WHEN 'web' THEN 'W' WHEN 'shop' THEN upper(word) ELSE word END", "string"),
    ("CASE WHEN count > 0 THEN 'up' WHEN count < 0 THEN NULL ELSE word END", "string"),
    ("upper(word)", "string"),
    ("length(word)", "int"),
    ("coalesce(count, 7)", "bigint"),
    ("CASE WHEN count > 3 OR word = 'web' THEN 0.00 WHEN word IS NULL THEN 4.99 ELSE 9.99 END", "decimal(8,2)"),
    ("word = 'web'", "boolean"),
    ("word <> 'web' AND count > 3", "boolean"),
    ("word LIKE '%e%'", "boolean"),
    ("coalesce(word, 'none')", "string"),
    ("word IS NULL", "boolean"),
    ("concat(word, '-', count)", "string"),
]


class Rows:
    """Columns as a table makes them: text by dictionary, decimals of 64 bits."""

    def __init__(self, **columns: pa.Array) -> None:
        self.columns = columns

    def column(self, name: str) -> pa.Array:
        return self.columns[name]


def value(rows: Rows, sql: str, dtype: str) -> list[Any] | str:
    try:
        made = cast_value(expression.evaluate(expression.parse_expression(sql, "here"), rows), parse_type(dtype), N)  # type: ignore[arg-type]
    except (pa.ArrowInvalid, OverflowError):
        return "does not fit"
    result: list[Any] = plain(made).to_pylist()
    return result


def chosen(seed: int) -> Rows:
    """Columns of N rows with nulls, zeros, signs, and numbers of few or many digits."""
    chance = np.random.default_rng(seed)
    digits = int(chance.integers(1, 12))

    def numbers(most: int, scale: int) -> list[Decimal | None]:
        drawn = chance.integers(-most, most + 1, N)
        return [None if chance.random() < 0.1 * (seed % 3) else Decimal(int(v)).scaleb(-scale) for v in drawn]

    counts = [None if chance.random() < 0.1 * (seed % 2) else int(v) for v in chance.integers(-(10**3), 10**3, N)]
    words = [None if chance.random() < 0.2 * (seed % 2) else str(w) for w in chance.choice(["", "web", "shop", "ö"], N)]
    return Rows(
        price=pa.array(numbers(10**digits, 2), pa.decimal64(12, 2)),
        rate=pa.array(numbers(50_000, 4), pa.decimal64(5, 4)),
        count=pa.array(counts, pa.int64()),
        word=pa.array(words, pa.string()).dictionary_encode(),
    )


@pytest.mark.parametrize(("sql", "dtype"), EXPRESSIONS)
def test_both_ways_agree(sql: str, dtype: str) -> None:
    for seed in range(12):
        rows = chosen(seed)
        quick = value(rows, sql, dtype)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(expression, "shortcut", lambda *_: None)
            slow = value(rows, sql, dtype)
        assert quick == slow


def test_what_leaves_64_bits_takes_the_general_way() -> None:
    big = Decimal(10**17)
    rows = Rows(price=pa.array([big] * N, pa.decimal64(18, 0)), count=pa.array(np.full(N, 10**18)))
    assert value(rows, "price * count", "decimal(38,0)") == [big * 10**18] * N
    assert (
        value(rows, "price + count + count + count + count + count + count + count + count + count", "decimal(38,0)")
        == [big + 9 * 10**18] * N
    )
    assert value(rows, "price * 10", "decimal(18,0)") == "does not fit"
