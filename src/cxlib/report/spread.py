"""Rows of ESTIMATES as a spreadsheet shows them: a row a group, and every figure with its span and n beside it.

Nothing is left out. What is the same for a whole column (unit, method, n) stands in its heading; the effective n stands where
it differs from n; n stands once where all figures of a row share it; a note or a method that comes again and again has a number, which the
heading of its column explains; several metrics are numbered, so that every column says whose it is. Where few groups have few
of the metrics, each figure has a row instead: of both layouts the shorter one is taken. Numbers with a span are told to the
hundredth of it: what is beyond is chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cxlib.report.grid import is_estimates, plain, records
from cxlib.report.words import Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["spread"]

OFTEN = 5  # times that a text stands in a column before it gets a number
PARTS = ("value", "low", "high", "unit", "n", "n_eff", "method", "note")
Row = Mapping[str, Any]
Columns = list[tuple[str, list[Any]]]
Sheet = tuple[list[str], list[list[Any]]]


def spread(frame: pd.DataFrame, words: Words) -> Sheet:
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
    listed = _laid_out([{"": row} for row in told], [*groups, "metric"], {"": ""}, words)
    return min(_laid_out(list(lines.values()), groups, metrics, words), listed, key=_length) if groups else listed


def _length(sheet: Sheet) -> int:
    return sum(len(str(cell)) + 1 for row in [sheet[0], *sheet[1]] for cell in row if not absent(cell))


def _laid_out(lines: Sequence[Mapping[str, Row]], heads: Sequence[str], series: Mapping[str, str], words: Words) -> Sheet:
    """Put the figures of each series side by side behind the heads of their line."""
    first = [next(iter(line.values())) for line in lines]
    columns: Columns = [(words.column(name), [plain(words, name, row) for row in first]) for name in heads]
    counts = [list(dict.fromkeys(row["n"] for row in line.values() if not absent(row["n"]))) for line in lines]
    shared = all(len(found) <= 1 for found in counts) and len({found[0] for found in counts if found}) > 1
    for number, (key, name) in enumerate(series.items(), start=1):
        of = f"{number}: " if len(series) > 1 else ""
        columns += _figures([line.get(key) for line in lines], name, words, with_n=not shared, of=of)
    if shared:
        columns.append((words.column("n"), [found[0] if found else None for found in counts]))
    return [head for head, _ in columns], [list(cells) for cells in zip(*(cells for _, cells in columns), strict=True)]


def _figures(rows: Sequence[Row | None], name: str, words: Words, *, with_n: bool, of: str) -> Columns:
    """Return the columns of one series: value, span, and of the rest what differs from row to row."""
    cells = {part: [None if row is None else plain(words, part, row) for row in rows] for part in PARTS}
    places = [_places(low, high) for low, high in zip(cells["low"], cells["high"], strict=True)]
    for part in ("value", "low", "high"):
        told_to = zip(cells[part], places, strict=True)
        cells[part] = [cell if most is None or absent(cell) else round(float(cell), most) for cell, most in told_to]  # type: ignore[arg-type]
    cells["n_eff"] = [_rounded(most) if _rounded(most) != n else None for most, n in zip(cells["n_eff"], cells["n"], strict=True)]
    told = {part: {cell for cell in column if not absent(cell) and cell != ""} for part, column in cells.items()}
    same = [part for part in ("unit", "method") if len(told[part]) == 1]
    facts = [str(next(iter(told[part]))) for part in same]
    if with_n and len(told["n"]) == 1 and not any(absent(n) for n, row in zip(cells["n"], rows, strict=True) if row is not None):
        same.append("n")
        facts.append(words.text("told.n", n=words.number(next(iter(told["n"])))))
    said = "; ".join(facts)
    heading = of + (name or words.column("value"))
    columns: Columns = [(f"{heading} ({said})" if said else heading, cells["value"])]
    for part in PARTS[1:]:
        if told[part] and part not in same and (with_n or part != "n"):
            columns.append(_numbered(of + words.column(part), cells[part]))
    return columns


def _numbered(heading: str, notes: list[Any]) -> tuple[str, list[Any]]:
    """Put numbers in place of texts that come often, and what they stand for into the heading."""
    often = [note for note, count in Counter(note for note in notes if note and isinstance(note, str)).most_common() if count >= OFTEN]
    if not often:
        return heading, notes
    marks = {note: str(number) for number, note in enumerate(often, start=1)}
    return f"{heading} ({'; '.join(f'{mark} = {note}' for note, mark in marks.items())})", [marks.get(note, note) for note in notes]


def _rounded(count: Any) -> object:
    return count if absent(count) else round(count)


def _places(low: Any, high: Any) -> int | None:
    """Return the decimals that tell a span to its hundredth; None where there is no span."""
    width = 0.0 if absent(low) or absent(high) else float(high) - float(low)
    return max(0, 2 - math.floor(math.log10(width))) if 0 < width < math.inf else None
