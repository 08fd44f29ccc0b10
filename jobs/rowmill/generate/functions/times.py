"""Functions of dates and times. Text is read as one where a date is expected; all is in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from rowmill.generate import dates
from rowmill.generate.functions.values import Function, Value, by_array, date, instant, null_rows, whole_numbers

_DAY = 86_400_000_000


def _days_array(days: NDArray[np.int64], nulls: NDArray[np.bool_] | None) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=nulls).cast(pa.date32())


def _shift_days(sign: int) -> Callable[[Value, Value], Value]:
    def run(v: Value, days: Value) -> Value:
        if not (pa.types.is_integer(days.type) or pa.types.is_null(days.type)):
            raise pa.ArrowInvalid("a whole number of days expected")
        distance = days.cast(pa.int32())
        moved = (pc.add_checked if sign > 0 else pc.subtract_checked)(date(v).cast(pa.int32()), distance)
        return moved.cast(pa.date32())

    return run


def _datediff(end: Value, start: Value) -> Value:
    return pc.subtract(date(end).cast(pa.int32()), date(start).cast(pa.int32())).cast(pa.int64())


def shift_months(v: Value, months: int) -> Value:
    """A date or timestamp so many months later, of its own type; the last day of the month at most."""
    return by_array(lambda a: _shift_months(a, pa.repeat(pa.scalar(months, pa.int64()), len(a))))(v)


def _shift_months(v: pa.Array, months: pa.Array) -> pa.Array:
    nulls = null_rows(v, months)
    count = whole_numbers(months)
    if pa.types.is_date32(v.type):
        return _days_array(dates.add_months(whole_numbers(v), count), nulls)
    if pa.types.is_string(v.type):
        return _shift_months(date(v), months)
    micros = whole_numbers(instant(v))
    moved = dates.add_months(micros // _DAY, count) * _DAY + micros % _DAY
    return pa.array(moved, pa.int64(), mask=nulls).cast(pa.timestamp("us", tz=v.type.tz))


def _add_months(v: pa.Array, months: pa.Array) -> pa.Array:
    return _shift_months(date(v), months)


def _last_day(v: pa.Array) -> pa.Array:
    return _days_array(dates.last_day(whole_numbers(date(v))), null_rows(v))


def _make_date(year: pa.Array, month: pa.Array, day: pa.Array) -> pa.Array:
    nulls = null_rows(year, month, day)
    parts = [whole_numbers(v) if v.null_count == 0 else whole_numbers(pc.fill_null(v, 1)) for v in (year, month, day)]
    try:
        return _days_array(dates.from_parts(*parts), nulls)
    except ValueError as error:
        raise pa.ArrowInvalid(f"make_date: {error}") from error


_UNITS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond", "microsecond")
_SHORT = {"yyyy": "year", "yy": "year", "mon": "month", "mm": "month", "dd": "day"}


def unit_name(text: str) -> str:
    """`Months`, `mm` -> month; what is not known stays as it is."""
    word = text.lower()
    return _SHORT.get(word, word.removesuffix("s") if word.removesuffix("s") in _UNITS else word)


def _date_trunc(unit: str, v: Value) -> Value:
    return pc.floor_temporal(instant(v), unit=unit)


def _trunc(v: Value, unit: str) -> Value:
    return pc.floor_temporal(date(v), unit=unit)


def _check_unit(known: tuple[str, ...], at: int) -> Callable[..., None]:
    def check(*values: Any) -> None:
        if values[at] not in known:
            raise ValueError(f"a unit of time expected: {', '.join(known)}")

    return check


def _timestampdiff(unit: str, start: pa.Array, end: pa.Array) -> pa.Array:
    nulls = null_rows(start, end)
    a, b = whole_numbers(instant(start)), whole_numbers(instant(end))
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is not None:
        whole = dates.whole_months(a, b)
        return pa.array(np.sign(whole) * (np.abs(whole) // months), pa.int64(), mask=nulls)
    size = MICROSECONDS[unit]
    return pa.array(np.sign(b - a) * (np.abs(b - a) // size), pa.int64(), mask=nulls)


MICROSECONDS = {
    "microsecond": 1,
    "millisecond": 1_000,
    "second": 1_000_000,
    "minute": 60_000_000,
    "hour": 3_600_000_000,
    "day": _DAY,
    "week": 7 * _DAY,
}


def _part(kernel: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def run(v: Value) -> Value:
        if pa.types.is_string(v.type) or pa.types.is_null(v.type):
            v = instant(v)
        elif not pa.types.is_temporal(v.type):
            raise pa.ArrowInvalid("a date or timestamp expected")
        return kernel(v).cast(pa.int64())

    return run


PARTS: dict[str, Callable[[Value], Value]] = {
    "year": _part(pc.year),
    "quarter": _part(pc.quarter),
    "month": _part(pc.month),
    "week": _part(pc.iso_week),
    "day": _part(pc.day),
    "hour": _part(pc.hour),
    "minute": _part(pc.minute),
    "second": _part(pc.second),
    "doy": _part(pc.day_of_year),
    "dow": _part(lambda v: pc.day_of_week(v, week_start=7, count_from_zero=False)),
    "dayofyear": _part(pc.day_of_year),
    "dayofweek": _part(lambda v: pc.day_of_week(v, week_start=7, count_from_zero=False)),
    "dayofweek_iso": _part(lambda v: pc.day_of_week(v, count_from_zero=False)),
    "isodow": _part(lambda v: pc.day_of_week(v, count_from_zero=False)),
    "weekday": _part(pc.day_of_week),
    "weekofyear": _part(pc.iso_week),
}

_MONTHS = "January February March April May June July August September October November December".split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_FORMAT = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+")


def _padded_number(v: Value, width: int) -> Value:
    text = v.cast(pa.string())
    return text if width < 2 else pc.utf8_lpad(text, width, "0")


def _named(v: Value, names: list[str], length: int | None) -> Value:
    return pa.array([name[:length] for name in names], pa.string()).take(v)


def _format_piece(letter: str, n: int, t: pa.Array) -> Value:
    if letter in "yu":
        year = PARTS["year"](t)
        return _padded_number(_rest(year, 100), 2) if n == 2 else _padded_number(year, n)
    if letter in "ML":
        month = PARTS["month"](t)
        return _padded_number(month, n) if n < 3 else _named(pc.subtract(month, 1), _MONTHS, 3 if n == 3 else None)
    if letter == "E":
        return _named(PARTS["weekday"](t), _WEEKDAYS, None if n == 4 else 3)
    if letter == "a":
        return _named(pc.if_else(pc.less(PARTS["hour"](t), 12), 0, 1), ["AM", "PM"], None)
    if letter == "h":
        return _padded_number(pc.add(_rest(pc.add(PARTS["hour"](t), 11), 12), 1), n)
    if letter == "S":
        micros = pc.add(pc.multiply(pc.millisecond(t), 1000), pc.microsecond(t))
        return pc.utf8_slice_codeunits(pc.utf8_rpad(_padded_number(micros, 6), n, "0"), 0, n)
    part = {"d": "day", "D": "doy", "H": "hour", "m": "minute", "s": "second", "Q": "quarter", "q": "quarter"}[letter]
    return _padded_number(PARTS[part](t), n)


def _rest(v: Value, n: int) -> Value:
    return pc.subtract(v, pc.multiply(pc.divide(v, n), n))


def _date_format(v: pa.Array, pattern: str) -> pa.Array:
    moments = instant(v)
    pieces: list[Value] = []
    for match in _FORMAT.finditer(pattern):
        if match[2]:
            pieces.append(_format_piece(match[2], len(match[0]), moments))
        else:
            text = match[0] if match[1] is None else match[1].replace("''", "'") or "'"
            pieces.append(pa.scalar(text))
    if moments.null_count:
        pieces.append(pc.if_else(moments.is_null(), pa.scalar(None, pa.string()), ""))
    else:
        pieces.append(pa.repeat("", len(moments)))
    return pc.binary_join_element_wise(*pieces, "")


_LETTERS = {**dict.fromkeys("yuML", 9), "d": 2, "D": 3, "H": 2, "h": 2, "m": 2, "s": 2, "S": 9, "a": 1, "E": 4} | {
    "Q": 2,
    "q": 2,
}


def _check_format(v: Any, pattern: str) -> None:
    if _FORMAT.sub("", pattern):
        raise ValueError("a ' is not closed in the format")
    for match in _FORMAT.finditer(pattern):
        letter = match[2]
        if letter and (letter not in _LETTERS or len(match[0]) > _LETTERS[letter]):
            raise ValueError(f"the format has no '{match[0]}': use y M d H h m s S a E D Q as Spark does")


_STRPTIME = {"yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_STRPTIME |= {"M": "%m", "d": "%d", "H": "%H", "m": "%M", "s": "%S", "MMM": "%b", "MMMM": "%B", "DDD": "%j"}


def _strptime(pattern: str) -> str:
    out = ""
    for match in _FORMAT.finditer(pattern):
        if match[2] and match[0] not in _STRPTIME:
            raise ValueError(f"the format has no '{match[0]}': use yyyy yy MM MMM dd HH mm ss")
        literal = match[0] if match[1] is None else match[1].replace("''", "'") or "'"
        out += _STRPTIME[match[0]] if match[2] else literal.replace("%", "%%")
    return out


def _check_strptime(v: Any, pattern: str | None = None) -> None:
    if pattern is not None:
        _strptime(pattern)


def _to_timestamp(v: Value, pattern: str | None = None) -> Value:
    if pattern is None or not pa.types.is_string(v.type):
        return instant(v)
    return pc.strptime(v, format=_strptime(pattern), unit="us")


def _to_date(v: Value, pattern: str | None = None) -> Value:
    return date(v) if pattern is None else date(_to_timestamp(v, pattern))


def _unix(unit: int) -> Callable[[Value], Value]:
    return by_array(lambda v: pa.array(whole_numbers(instant(v)) // unit, mask=null_rows(v)))


def _from_unix(unit: int) -> Callable[[Value], Value]:
    return lambda v: pc.multiply_checked(v.cast(pa.int64()), unit).cast(pa.timestamp("us"))


_ANY_UNIT = tuple(u for u in _UNITS)
_DATE_UNITS = ("year", "quarter", "month", "week")
_F = Function


def _of_part(name: str, help: str, example: str = "") -> Function:
    return _F(f"{name}(t)", "v", PARTS[name], help, example or f"{name}(DATE '2024-02-29')")


_CLOCK = "(TIMESTAMP '2024-02-29 13:45:59')"
FUNCTIONS: dict[str, Function] = {
    "year": _of_part("year", "the year; also EXTRACT(YEAR FROM t), and so for the others"),
    "quarter": _of_part("quarter", "1 .. 4"),
    "month": _of_part("month", "1 .. 12"),
    "weekofyear": _of_part("weekofyear", "week 1 .. 53 of the ISO year"),
    "day": _of_part("day", "1 .. 31"),
    "dayofweek": _of_part("dayofweek", "1 Sunday .. 7 Saturday"),
    "weekday": _of_part("weekday", "0 Monday .. 6 Sunday"),
    "dayofyear": _of_part("dayofyear", "1 .. 366"),
    "hour": _of_part("hour", "0 .. 23", f"hour{_CLOCK}"),
    "minute": _of_part("minute", "0 .. 59", f"minute{_CLOCK}"),
    "second": _of_part("second", "0 .. 59", f"second{_CLOCK}"),
    "date_add": _F(
        "date_add(d, n), d + n, d + INTERVAL 'n' unit",
        "vv",
        _shift_days(1),
        "n days later; intervals: microsecond .. week, month, year",
        "date_add(DATE '2024-02-28', 2)",
    ),
    "date_sub": _F("date_sub(d, n), d - n", "vv", _shift_days(-1), "n days earlier", "date_sub(DATE '2024-03-01', 1)"),
    "datediff": _F(
        "datediff(end, start)",
        "vv",
        _datediff,
        "days from start to end",
        "datediff(DATE '2024-03-01', DATE '2024-02-01')",
    ),
    "timestampdiff": _F(
        "timestampdiff(unit, start, end)",
        "uvv",
        by_array(_timestampdiff),
        "whole units from start to end",
        "timestampdiff(MONTH, DATE '2024-01-31', DATE '2024-03-30')",
        _check_unit(_ANY_UNIT, 0),
    ),
    "add_months": _F(
        "add_months(d, n)",
        "vv",
        by_array(_add_months),
        "n months later; the month's last day at most",
        "add_months(DATE '2024-01-31', 1)",
    ),
    "last_day": _F("last_day(d)", "v", by_array(_last_day), "the last day of its month", "last_day(DATE '2024-02-03')"),
    "date_trunc": _F(
        "date_trunc(unit, t)",
        "uv",
        _date_trunc,
        "the timestamp at the start of its unit (weeks: Monday)",
        "date_trunc('month', DATE '2024-02-29')",
        _check_unit(_ANY_UNIT, 0),
    ),
    "trunc": _F(
        "trunc(d, unit)",
        "vu",
        _trunc,
        "the date at the start of its year, quarter, month or week",
        "trunc(DATE '2024-02-29', 'MM')",
        _check_unit(_DATE_UNITS, 1),
    ),
    "date_part": _F(
        "date_part(part, t)",
        "uv",
        lambda part, v: PARTS[part](v),
        "EXTRACT(part FROM t)",
        "date_part('year', DATE '2024-02-29')",
        _check_unit(tuple(PARTS), 0),
    ),
    "make_date": _F(
        "make_date(year, month, day)",
        "vvv",
        by_array(_make_date),
        "the date of these numbers",
        "make_date(2024, 2, 29)",
    ),
    "to_date": _F(
        "to_date(s [, format])",
        "v?t",
        _to_date,
        "text as a date",
        "to_date('29.02.2024', 'dd.MM.yyyy')",
        _check_strptime,
    ),
    "to_timestamp": _F(
        "to_timestamp(s [, format])",
        "v?t",
        _to_timestamp,
        "text as a timestamp",
        "to_timestamp('2024-02-29 13:45:59')",
        _check_strptime,
    ),
    "date_format": _F(
        "date_format(t, format)",
        "vt",
        by_array(_date_format),
        "as text, by Spark's letters y M d H h m s S a E D Q",
        "date_format(DATE '2024-02-29', 'EEE, d MMM yyyy')",
        _check_format,
    ),
    "unix_date": _F(
        "unix_date(d)",
        "v",
        lambda v: date(v).cast(pa.int32()).cast(pa.int64()),
        "days since 1970-01-01",
        "unix_date(DATE '1970-01-10')",
    ),
    "date_from_unix_date": _F(
        "date_from_unix_date(n)",
        "v",
        lambda v: v.cast(pa.int32()).cast(pa.date32()),
        "the reverse",
        "date_from_unix_date(9)",
    ),
    "unix_timestamp": _F(
        "unix_timestamp(t)",
        "v",
        _unix(1_000_000),
        "seconds since 1970-01-01 (UTC)",
        "unix_timestamp(TIMESTAMP '1970-01-02 00:00:00')",
    ),
    "unix_millis": _F(
        "unix_millis(t)", "v", _unix(1_000), "milliseconds", "unix_millis(TIMESTAMP '1970-01-02 00:00:00')"
    ),
    "unix_micros": _F("unix_micros(t)", "v", _unix(1), "microseconds", "unix_micros(TIMESTAMP '1970-01-02 00:00:00')"),
    "timestamp_seconds": _F(
        "timestamp_seconds(n)", "v", _from_unix(1_000_000), "the reverse", "timestamp_seconds(86400)"
    ),
    "timestamp_millis": _F("timestamp_millis(n)", "v", _from_unix(1_000), "the reverse", "timestamp_millis(86400000)"),
    "timestamp_micros": _F("timestamp_micros(n)", "v", _from_unix(1), "the reverse", "timestamp_micros(86400000000)"),
}
SYNONYMS = {
    "dayofmonth": "day",
    "week": "weekofyear",
    "date_diff": "datediff",
    "dateadd": "date_add",
    "datepart": "date_part",
    "date": "to_date",
    "timestamp": "to_timestamp",
    "unix_seconds": "unix_timestamp",
}
