"""Values as the YAML writes them -> physical values (what Arrow stores): days, microseconds, unscaled integers."""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from rowmill.errors import GeneratorError
from rowmill.schema.types import DataType, integer_bounds

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_DATE = dt.date(1970, 1, 1)
UNIT_MICROSECONDS = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": 86_400_000_000,
    "week": 604_800_000_000,
}
DAY = UNIT_MICROSECONDS["day"]
_INTERVAL = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*$", re.IGNORECASE)


def physical(dtype: DataType, value: Any, where: str) -> Any:
    """The physical value of a literal: int, float, str, bytes or bool. Raises GeneratorError if it does not fit."""
    try:
        found = _physical(dtype, value)
    except (ValueError, TypeError, InvalidOperation, OverflowError):
        found = None
    if found is None:
        raise GeneratorError(f"this is no value of type {dtype}", where=where, value=value, fix=_example(dtype))
    low, high = physical_bounds(dtype)
    if low is not None and high is not None and not low <= found <= high:
        raise GeneratorError(f"out of the range of {dtype}", where=where, value=value)
    if dtype.name in ("char", "varchar") and len(found) > dtype.length:
        raise GeneratorError(
            f"longer than {dtype}", where=where, value=value, fix="widen the type or shorten the value"
        )
    return found


def physical_bounds(dtype: DataType) -> tuple[Any, Any]:
    """Smallest and largest physical value of a type, (None, None) where it has no such bounds."""
    if dtype.is_integer:
        return integer_bounds(dtype)
    if dtype.name == "decimal":
        return 1 - 10**dtype.precision, 10**dtype.precision - 1
    if dtype.name == "date":
        return _days(dt.date.min), _days(dt.date.max)
    if dtype.name in ("timestamp", "timestamp_ntz"):
        return _micros("0001-01-01 00:00:00"), _micros("9999-12-31 23:59:59.999999")
    if dtype.name == "time":
        return 0, DAY - 1
    if dtype.name == "interval":
        return -(1 << 63), (1 << 63) - 1
    if dtype.name == "float":
        return -3.4028234663852886e38, 3.4028234663852886e38
    return None, None


def _physical(dtype: DataType, value: Any) -> Any:
    name = dtype.name
    if isinstance(value, bool) and name != "boolean" and not dtype.is_text:
        return None
    if dtype.is_integer or name == "decimal":
        return _whole(Decimal(str(value)), dtype.scale if name == "decimal" else 0)
    if name in ("float", "double"):
        real = float(value)
        return real if math.isfinite(real) else None
    if name == "boolean":
        return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value).lower())
    if name == "date":
        return _days(dt.date.fromisoformat(str(value)[:10])) if len(str(value)) == 10 else None
    if name in ("timestamp", "timestamp_ntz"):
        return _micros(str(value))
    if name == "time":
        time = dt.time.fromisoformat(str(value))
        return ((time.hour * 60 + time.minute) * 60 + time.second) * 1_000_000 + time.microsecond
    if name == "interval":
        return _interval(value)
    if name == "binary":
        return str(value).encode()
    if dtype.is_text:
        return str(value).lower() if isinstance(value, bool) else str(value)
    return None


def _whole(number: Decimal, scale: int) -> int | None:
    """number * 10**scale if that is whole; exact, where Decimal's own arithmetic rounds to 28 digits."""
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):  # NaN and infinities
        return None
    text = "".join(map(str, digits)).rstrip("0")
    shift = exponent + len(digits) - len(text) + scale
    if not text:
        return 0
    if shift < 0:
        return None
    if len(text) + shift > 100:
        raise OverflowError  # no type holds it, and 1e999999999 would fill the memory
    return int(text + "0" * shift) * (-1 if sign else 1)


def _days(date: dt.date) -> int:
    return (date - _EPOCH_DATE).days


def _micros(text: str) -> int:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


def _interval(value: Any) -> int | None:
    if isinstance(value, int | float):
        return round(value * 1_000_000)
    match = _INTERVAL.match(str(value))
    if match is None or match[2].lower() not in UNIT_MICROSECONDS or len(match[1]) > 28:
        return None
    return int(Decimal(match[1]) * UNIT_MICROSECONDS[match[2].lower()])


def _example(dtype: DataType) -> str:
    examples = {
        "decimal": f"a number with at most {dtype.scale if dtype.name == 'decimal' else 0} decimals",
        "date": "write it as 2024-01-31",
        "timestamp": "write it as 2024-01-31 23:59:59",
        "timestamp_ntz": "write it as 2024-01-31 23:59:59",
        "time": "write it as 23:59:59",
        "interval": "write it as '3 days' or in seconds",
        "boolean": "write true or false",
    }
    return examples.get(dtype.name, f"give a value that {dtype} can hold")
