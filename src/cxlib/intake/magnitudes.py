"""Numbers that convert and may be many times too small or too large: 1.234 for 1234, 0.00237 for 0:03:25, 205000 for 205 seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import grouped_columns
from cxlib.intake.workbench import Workbench, identifier

__all__ = ["FEW", "LONG", "magnitudes", "too_long"]

FEW = 6  # durations that are too few to tell their unit
LONG = {"s": 7_200, "h": 8_760}  # above which no column of durations has its median: two hours, and a year


def magnitudes(bench: Workbench, conversions: Sequence[Conversion], table: str, where: str) -> Iterator[str]:
    """Yield a problem for each column of which nobody can tell how large its numbers are.

    Parameters
    ----------
    bench : Workbench
    conversions : sequence of Conversion
    table : str
        The typed table, with the columns that tell of each cell whether its decimal sign may group thousands.
    where : str
        How messages name the export.

    Notes
    -----
    A decimal sign may group thousands where each number that has one has one to three digits before it, the first of them no zero, and just
    three behind it, and no number without it reaches 1,000. Seconds may be parts of a day where all of them lie below 1. Durations are in
    a smaller unit where the median of six and more that are not 0 lies above two hours (seconds) or a year (hours).
    """
    asked: list[tuple[Conversion, str, str]] = []
    for one in conversions:
        if one.groupable:
            maybe, surely_not = map(identifier, grouped_columns(one))
            asked.append((one, f"count(*) FILTER (WHERE {maybe}) * (NOT coalesce(bool_or({surely_not}), false))::INT", "thousands"))
        told = one.column.name in one.source.units or one.source.format == "excel"  # sheets tell their durations themselves
        if one.column.duration == "s" and not told:
            cell = identifier(one.column.name)
            asked.append((one, f"CASE WHEN max({cell}) < 1 THEN count(*) FILTER (WHERE {cell} > 0) ELSE 0 END", "days"))
        if one.column.duration and not told:
            cell, some = identifier(one.column.name), f"count(*) FILTER (WHERE {identifier(one.column.name)} > 0)"
            above = f"count(*) FILTER (WHERE {cell} > {LONG[one.column.duration]})"
            asked.append((one, f"CASE WHEN {some} >= {FEW} AND 2 * {above} > {some} THEN {above} ELSE 0 END", "long"))
    if not asked:
        return
    counts = bench.rows(f"SELECT {', '.join(count for _, count, _ in asked)} FROM {identifier(table)}")[0]
    for (one, _, kind), count in zip(asked, counts, strict=True):
        if count:
            problem = {"thousands": _thousands, "days": _days, "long": _long}[kind](one, count)
            yield f"{where}: {one.header} ({one.column.name}): {problem}"


def _thousands(one: Conversion, count: int) -> str:
    sign, other = one.source.decimal, "," if one.source.decimal == "." else "."
    return (
        f"all {count} numbers with {sign!r} have three digits behind it, so that 1{sign}234 may be one thousand two hundred. "
        f"If {sign!r} groups thousands, declare `decimal: {other!r}` and `thousands: {sign!r}`; "
        f"if it is the decimal sign indeed, declare `thousands: {other!r}`."
    )


def _days(one: Conversion, count: int) -> str:
    return (
        f"all {count} durations lie below one second. A spreadsheet stores 0:03:25 as 0.00237, a part of a day: "
        f"ask for the column as h:mm:ss. If they are parts of a second indeed, declare `units: {{{one.column.name}: s}}`."
    )


def _long(one: Conversion, count: int) -> str:
    return too_long(one.column.name, one.column.duration, count)


def too_long(name: str, unit: str, count: int) -> str:
    """Say that most durations are longer than durations of their unit are, and what to declare.

    Parameters
    ----------
    name : str
        The contract column.
    unit : str
        s or h.
    count : int
        Durations that are too long.
    """
    told, smaller = {"s": ("two hours", "milliseconds"), "h": ("a year", "minutes or seconds")}[unit]
    first = {"s": "ms", "h": "min"}[unit]
    return (
        f"{count} durations, more than half, are longer than {told}. They may be {smaller}: declare `units: {{{name}: {first}}}`"
        f"{' or `s`' if unit == 'h' else ''}; if they are {'seconds' if unit == 's' else 'hours'} indeed, `units: {{{name}: {unit}}}`."
    )
