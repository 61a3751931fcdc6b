"""Rows that tell of another time than the one that is analysed: refused, dropped or kept, as declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from cxlib.intake.workbench import Befallen, Workbench, identifier, literal
from cxlib.intake.zones import local_of, midnight
from cxlib.params import Params, Source
from cxlib.tables import CLOCKS

__all__ = ["OUTSIDE", "outside_period"]

OUTSIDE = ("outside_period", "")


def outside_period(
    bench: Workbench,
    table: str,
    columns: Sequence[str],
    source: Source,
    params: Params,
    dropped: Befallen,
    where: str,
    place: Callable[[int], str],
) -> list[str]:
    """Take rows whose moment lies outside the client's period out of a typed table, or refuse or keep them, as declared.

    Parameters
    ----------
    bench : Workbench
    table : str
        A typed table on the bench, with its column ``row``.
    columns : sequence of str
        Its contract columns.
    source : Source
        Declares outside_period.
    params : Params
        Their period, both days included, in the client's time zone.
    dropped : dict
        Gets the number of rows taken out.
    where, place
        How messages name the export and its rows.

    Returns
    -------
    list of str
        A message when rows lie outside and nobody declared what to do with them.
    """
    clock = CLOCKS.get(source.table, "")
    if clock not in columns or source.outside_period == "keep":
        return []
    start, end = params.period.start, params.period.end
    first, after = (literal(midnight(day, params.timezone).isoformat()) for day in (start, end + timedelta(days=1)))
    beyond = f"({identifier(clock)} < TIMESTAMPTZ {first} OR {identifier(clock)} >= TIMESTAMPTZ {after})"
    query = f"SELECT count(*), count(*) FILTER (WHERE {beyond}), min(row) FILTER (WHERE {beyond}) FROM {identifier(table)}"
    rows, outside, lowest = bench.rows(query)[0]
    if not outside:
        return []
    if source.outside_period == "drop":
        bench.run(f"DELETE FROM {identifier(table)} WHERE {beyond}")
        dropped[OUTSIDE] = outside
        return []
    day = f"{local_of(identifier(clock), params.timezone)}::DATE::VARCHAR"
    seen = bench.rows(f"SELECT {day} FROM {identifier(table)} WHERE row = {lowest}")[0][0]
    told = f"{outside} of {rows} rows lie outside the period {start} to {end} (first: {place(lowest)}, {seen})"
    do = "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
    return [f"{where}: {clock}: {told}. {do}"]
