"""Calendar arithmetic on days since 1970-01-01, vectorised by numpy's datetime64 (proleptic Gregorian)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]


def add_months(days: Days, months: Days) -> Days:
    """The same day of another month, or that month's last day where it has no such day."""
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    target = month + months.astype("timedelta64[M]")
    day = (date - month.astype("datetime64[D]")).astype(np.int64)
    first = target.astype("datetime64[D]").astype(np.int64)
    length = (target + 1).astype("datetime64[D]").astype(np.int64) - first
    moved: Days = first + np.minimum(day, length - 1)
    return moved


def last_day(days: Days) -> Days:
    """The last day of the month that each day is in."""
    following = days.astype("datetime64[D]").astype("datetime64[M]") + 1
    last: Days = following.astype("datetime64[D]").astype(np.int64) - 1
    return last


def from_parts(year: Days, month: Days, day: Days) -> Days:
    """Days of year 1..9999, month 1..12, day 1..31. Raises ValueError for what is no date."""
    if year.size and not (
        year.min() >= 1 and year.max() <= 9999 and month.min() >= 1 and month.max() <= 12 and day.min() >= 1
    ):
        raise ValueError("a year 1 .. 9999, a month 1 .. 12 and a day of it expected")
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    if (day > length).any():
        raise ValueError("the month has no such day")
    days: Days = first.astype("datetime64[D]").astype(np.int64) + day - 1
    return days


def whole_months(start: Days, end: Days) -> Days:
    """Whole months from start to end, both microseconds since 1970-01-01; negative if end is earlier."""
    micros = 86_400_000_000
    first, last = np.minimum(start, end), np.maximum(start, end)
    months = [(t // micros).astype("datetime64[D]").astype("datetime64[M]") for t in (first, last)]
    inside = [
        t - m.astype("datetime64[D]").astype(np.int64) * micros for t, m in zip((first, last), months, strict=True)
    ]
    count = (months[1] - months[0]).astype(np.int64) - (inside[1] < inside[0])
    result: Days = np.where(end < start, -count, count)
    return result
