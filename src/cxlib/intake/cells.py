"""Typed cells of spreadsheets, statistics files and databases → the text that the source declares, so that one conversion serves all."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from cxlib.params import Source, composed

__all__ = ["EXACT", "told"]

_FIRST_DAYS = date(1904, 1, 1)  # of spreadsheets; real days are later
EXACT = 10**15  # spreadsheets keep 15 digits; longer whole numbers have lost their last ones


def told(value: object, kind: str, source: Source) -> str:
    """Write one typed cell the way the source declares its texts.

    Parameters
    ----------
    value : object
        Text, number, flag, date, time, duration or None.
    kind : str
        The kind of the contract column it becomes ("" where there is none): a moment is written as its format says, which may follow the
        kind ("time %d.%m.%Y"; "part %H:%M" for one of several cells that make a time). A duration's unit (s, h) in place of a kind: a
        duration is written as a number in it.
    source : Source
        Declares decimal, date_format and time_format.

    Returns
    -------
    str
        "" for nothing; a duration in the column's unit, elsewhere as on the clock (0:03:25), so that no number column takes it for
        seconds without its unit declared; an id of 16 digits and more that came as a fraction as a power of ten, and one that is no whole
        number with a remark, neither of which an id column accepts; a moment that the declared format cannot hold, and one that knows its
        zone, year first.

    Raises
    ------
    UnicodeDecodeError
        For bytes that are no text in UTF-8.

    >>> source = Source(table="orders", file="x.xlsx", format="excel", decimal=",", date_format="%d.%m.%Y")
    >>> told(1234.5, "number", source), told(7.0, "id", source), told(timedelta(minutes=2), "s", source)
    ('1234,5', '7', '120')
    >>> told(date(2025, 3, 1), "date", source)
    '01.03.2025'
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, bytes):
        return composed(value.decode("utf-8"))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (float, Decimal)):
        return _number(value, source, kind)
    kind, _, form = kind.partition(" ")
    if kind == "part" and isinstance(value, (date, time, timedelta)):
        return _part(value, form)
    if isinstance(value, time):
        value = datetime.combine(date.min, value.replace(tzinfo=None)) - datetime.min
    if isinstance(value, timedelta):
        return _duration(value, kind, source)
    if isinstance(value, datetime):
        return _moment(value, kind, form, source)
    if isinstance(value, date):
        return _moment(datetime(value.year, value.month, value.day), kind, form, source)
    return str(value)


def _number(value: float | Decimal, source: Source, kind: str = "") -> str:
    if kind == "id" and isinstance(value, float) and math.isfinite(value) and abs(value) >= EXACT:
        return f"{value:.6E}"
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    fraction = kind == "id" and exact.is_finite() and exact != exact.to_integral_value()
    return f"{_plain(exact, source)} (a fraction)" if fraction else _plain(exact, source)


def _plain(value: Decimal, source: Source) -> str:
    """Write a number without a power of ten and without idle zeros."""
    text = f"{value:f}" if value else "0"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", source.decimal)


def _duration(value: timedelta, kind: str, source: Source) -> str:
    if kind in ("s", "h"):
        return _number(value / timedelta(hours=1) if kind == "h" else value.total_seconds(), source)
    whole, parts = abs(value), abs(value).seconds
    clock = f"{whole.days * 24 + parts // 3600}:{parts // 60 % 60:02}:{parts % 60:02}"
    fraction = f".{whole.microseconds:06}".rstrip("0") if whole.microseconds else ""
    return f"{'-' if value < timedelta(0) else ''}{clock}{fraction}"


def _part(value: date | time | timedelta, form: str) -> str:
    """Write a day, or a time of day that stands in a cell of its own; spreadsheets have it on their first days, or as a duration."""
    if isinstance(value, timedelta) and timedelta(0) <= value < timedelta(days=1):
        value = (datetime.min + value).time()
    if isinstance(value, datetime) and value.date() <= _FIRST_DAYS:
        value = value.time()
    if isinstance(value, timedelta):
        return str(value)
    day = value if isinstance(value, date) else date(1900, 1, 1)  # where strptime puts a time of day
    clock = value if isinstance(value, time) else value.timetz() if isinstance(value, datetime) else time()
    return _written(datetime.combine(day, clock), form) or str(value)


def _moment(value: datetime, kind: str, form: str, source: Source) -> str:
    if value.tzinfo is not None:
        return value.astimezone(UTC).isoformat(sep=" ").removesuffix(":00") if kind == "time" else value.isoformat(sep=" ")
    if kind == "date":
        return value.strftime(form or source.date_format)
    return (_written(value, form or source.time_format) if kind == "time" else "") or value.isoformat(sep=" ")


def _written(value: datetime, form: str) -> str:
    """Write a moment, "" where its format cannot hold it: seconds that the format does not know must not get lost."""
    written = value.strftime(form)
    try:
        return written if datetime.strptime(written, form) == value else ""
    except ValueError:
        return ""
