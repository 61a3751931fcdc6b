"""Rows that tell of another time than the one that is analysed: refused, dropped or kept, as declared."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cxlib.intake.workbench import Befallen, Workbench, identifier, literal
from cxlib.intake.zones import local_of
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
    day = f"{local_of(identifier(clock), params.timezone)}::DATE"
    start, end = params.period.start.isoformat(), params.period.end.isoformat()
    beyond = f"{day} NOT BETWEEN DATE {literal(start)} AND DATE {literal(end)}"
    query = f"SELECT count(*), count(*) FILTER (WHERE {beyond}), min(row) FILTER (WHERE {beyond}) FROM {identifier(table)}"
    rows, outside, first = bench.rows(query)[0]
    if not outside:
        return []
    if source.outside_period == "drop":
        bench.run(f"DELETE FROM {identifier(table)} WHERE {beyond}")
        dropped[OUTSIDE] = outside
        return []
    seen = bench.rows(f"SELECT {day}::VARCHAR FROM {identifier(table)} WHERE row = {first}")[0][0]
    told = f"{outside} of {rows} rows lie outside the period {start} to {end} (first: {place(first)}, {seen})"
    do = "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
    return [f"{where}: {clock}: {told}. {do}"]
