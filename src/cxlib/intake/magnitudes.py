"""Numbers that convert and may be a thousand or a hundred thousand times too small: 1.234 for 1234, 0.00237 for 0:03:25."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import grouped_columns
from cxlib.intake.workbench import Workbench, identifier

__all__ = ["magnitudes"]


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
    three behind it, and no number without it reaches 1,000. Seconds may be parts of a day where all of them lie below 1.
    """
    asked: list[tuple[Conversion, str, str]] = []
    for one in conversions:
        if one.groupable:
            maybe, surely_not = map(identifier, grouped_columns(one))
            asked.append((one, f"count(*) FILTER (WHERE {maybe}) * (NOT coalesce(bool_or({surely_not}), false))::INT", "thousands"))
        if one.column.duration == "s" and one.column.name not in one.source.units and one.source.format != "excel":
            cell = identifier(one.column.name)
            asked.append((one, f"CASE WHEN max({cell}) < 1 THEN count(*) FILTER (WHERE {cell} > 0) ELSE 0 END", "days"))
    if not asked:
        return
    counts = bench.rows(f"SELECT {', '.join(count for _, count, _ in asked)} FROM {identifier(table)}")[0]
    for (one, _, kind), count in zip(asked, counts, strict=True):
        if count:
            yield f"{where}: {one.header} ({one.column.name}): {_thousands(one, count) if kind == 'thousands' else _days(one, count)}"


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
