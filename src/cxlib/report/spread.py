"""Rows of ESTIMATES as a spreadsheet shows them: a row a group, and every figure with its span and n beside it.

Nothing is left out. What is the same for a whole column (unit, method) stands in its heading; the effective n has a column of
its own where it differs from n; n stands once where all figures of a row share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxlib.report.grid import is_estimates, plain, records
from cxlib.report.words import Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["spread"]

PARTS = ("value", "low", "high", "unit", "n", "n_eff", "method", "note")
FULL = 0.5  # share of figures that there must be for each metric to have columns of its own
Row = Mapping[str, Any]
Columns = list[tuple[str, list[object]]]


def spread(frame: pd.DataFrame, words: Words) -> tuple[list[str], list[list[object]]]:
    """Return a table as headings and rows for a spreadsheet, without repeating what is the same everywhere.

    Parameters
    ----------
    frame : DataFrame
        Saved ESTIMATES, or any saved table of labels.
    words : Words
        The reader's language.
    """
    if not is_estimates(frame) or frame.empty:
        return records(frame, words)
    told: list[Row] = [{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")]
    groups = [name for name in group_columns(frame) if not frame[name].isna().all()]
    metrics = {metric: words.metric(metric) for metric in dict.fromkeys(str(row["metric"]) for row in told)}
    lines: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in told:
        lines.setdefault(tuple(str(row[name]) for name in groups), {})[str(row["metric"])] = row
    if groups and len(told) >= FULL * len(lines) * len(metrics):
        return _laid_out(list(lines.values()), groups, metrics, words)
    return _laid_out([{"": row} for row in told], [*groups, "metric"], {"": ""}, words)


def _laid_out(
    lines: Sequence[Mapping[str, Row]], heads: Sequence[str], series: Mapping[str, str], words: Words
) -> tuple[list[str], list[list[object]]]:
    """Put the figures of each series side by side behind the heads of their line."""
    first = [next(iter(line.values())) for line in lines]
    columns: Columns = [(words.column(name), [plain(words, name, row) for row in first]) for name in heads]
    counts = [list(dict.fromkeys(row["n"] for row in line.values() if not absent(row["n"]))) for line in lines]
    shared = all(len(found) <= 1 for found in counts)
    for key, name in series.items():
        columns += _figures([line.get(key) for line in lines], name, words, with_n=not shared, of=f"{name}: " if len(series) > 1 else "")
    if shared and any(counts):
        columns.append((words.column("n"), [found[0] if found else None for found in counts]))
    return [head for head, _ in columns], [list(cells) for cells in zip(*(cells for _, cells in columns), strict=True)]


def _figures(rows: Sequence[Row | None], name: str, words: Words, *, with_n: bool, of: str) -> Columns:
    """Return the columns of one series: value, span, and of the rest what differs from row to row."""
    cells = {part: [None if row is None else plain(words, part, row) for row in rows] for part in PARTS}
    told = {part: {cell for cell in column if not absent(cell) and cell != ""} for part, column in cells.items()}
    same = [part for part in ("unit", "method") if len(told[part]) == 1]
    if all(absent(most) or most == n for most, n in zip(cells["n_eff"], cells["n"], strict=True)):
        same.append("n_eff")
    facts = "; ".join(str(next(iter(told[part]))) for part in same if part != "n_eff")
    heading = f"{name or words.column('value')} ({facts})" if facts else name or words.column("value")
    columns: Columns = [(heading, cells["value"])]
    for part in PARTS[1:]:
        if told[part] and part not in same and (with_n or part != "n"):
            columns.append((of + words.column(part), cells[part]))
    return columns
