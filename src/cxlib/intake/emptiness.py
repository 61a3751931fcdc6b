"""Rows that are none: lines with nothing in them, the header once more, and a table without any row at all."""

from __future__ import annotations

from collections.abc import Sequence

from cxlib.intake.conversion import Conversion
from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier, literal

__all__ = ["clear"]

EXAMPLES = 5
EMPTY = ("empty", "")
_TOLD = {"empty": "hold nothing in the declared columns", "repeated": "repeat another row"}


def clear(
    bench: Workbench, raw: Raw, conversions: Sequence[Conversion], failed: dict[str, int], dropped: Befallen, table: str, where: str
) -> list[str]:
    """Take rows that are none out of a typed table.

    Parameters
    ----------
    bench, raw, conversions, failed, where
        As in :func:`cxlib.intake.failures.failures`; `failed` no longer counts the header's own cells afterwards.
    dropped : dict
        Gets the number of lines that hold nothing in the declared columns.
    table : str
        The typed table.

    Returns
    -------
    list of str
        A message when the header stands among the rows, and one when nothing is left.
    """
    if not raw.rows:
        return [f"{where}: holds a header and no rows. Ask for the export again, or take the source out of params."]
    source = conversions[0].source if conversions else None
    problems = _headers_again(bench, raw, conversions, failed, table, where)
    if source and not source.items:
        nothing = " AND ".join(f"{identifier(one.column.name)} IS NULL" for one in conversions)
        masks = [column for column in bench.columns(table) if column.startswith("failed_")]
        nothing += "".join(f" AND {mask} = 0" for mask in masks if mask.removeprefix("failed_").isdigit())
        empty = _take_out(bench, table, nothing)
        if empty:
            dropped[EMPTY] = len(empty)
    if not problems and not bench.rows(f"SELECT count(*) FROM {identifier(table)}")[0][0]:
        reasons = "; ".join(f"{detail or _TOLD[reason]}: {count}" for (reason, detail), count in dropped.items())
        problems.append(f"{where}: none of {raw.rows} rows is left ({reasons}). Correct `ignore_rows` or `columns`.")
    return problems


def _headers_again(
    bench: Workbench, raw: Raw, conversions: Sequence[Conversion], failed: dict[str, int], table: str, where: str
) -> list[str]:
    """Refuse rows that repeat the header: every text is its own column's name, and no other cell converts."""
    words = [one for one in conversions if one.column.kind in ("id", "text")]
    if not words:
        return []
    same = " AND ".join(
        f"{identifier(one.column.name)} = {literal(one.header)}" if one in words else f"{identifier(one.column.name)} IS NULL"
        for one in conversions
    )
    again = _take_out(bench, table, same)
    for one in conversions:
        if again and one.column.name in failed and one not in words:
            failed[one.column.name] -= len(again)
    if not again:
        return []
    shown = ", ".join(map(raw.place, again[:EXAMPLES]))
    way = f"`ignore_rows: {{{words[0].header}: [{words[0].header}]}}`"
    return [f"{where}: the header stands among the rows {len(again)} times ({shown}): two exports in one file? Leave it out with {way}."]


def _take_out(bench: Workbench, table: str, condition: str) -> list[int]:
    found = [row[0] for row in bench.rows(f"SELECT row FROM {identifier(table)} WHERE {condition} ORDER BY row")]
    if found:
        bench.run(f"DELETE FROM {identifier(table)} WHERE {condition}")
    return found
