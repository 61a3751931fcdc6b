"""How often each occurs: shares with spans, the largest first, and under each name what it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cxlib.report.plots.marks import Dot
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import FEWEST, Column, Panel, Remark, Row, Sheet, levels, told_n, unit_of
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Frequency", "frequency"]

FIRST = 3  # levels that the text alternative tells


@dataclass(frozen=True, eq=False)
class Frequency(Plot):
    """One dot with its span a level, the most frequent first."""

    by: str
    of: str = ""
    belongs: Mapping[str, str] = field(default_factory=dict)

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the shares, 720 pixels wide, or 350 for a telephone."""
        rows = []
        for row in self._sorted():
            told, label = words.told(row), words.label(self.by, row[self.by])
            group = self.belongs.get(str(row[self.by]))
            remarks = [Remark(words.label(self.of, group), "muted", False)] if group is not None else []
            remarks += [Remark(told.note)] if told.note and not absent(row["value"]) else []
            if absent(row["value"]):
                rows.append(Row(label, (f"{told:value}",), remarks=tuple(remarks)))
            else:
                rows.append(Row(label, (Dot(told),), ((told.bare(), told.bare()), told_n(told)), tuple(remarks)))
        unit = unit_of([words.told(row) for row in self._sorted()])
        panel = Panel(words.measure(self._metric, unit), unit, include=(0.0,))
        columns = (Column(words.text("plot.share"), strong=True), Column(words.text("plot.n")))
        return draw(rows, Sheet(words, (panel,), columns, first=FEWEST), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many levels, the first three with their shares."""
        rows = self._sorted()
        known = [row for row in rows if not absent(row["value"])]
        facts = {"metric": words.metric(self._metric), "by": words.column(self.by), "rows": words.text("count.rows", n=len(rows))}
        if not known:
            return words.text("plot.frequency.alt_none", **facts)
        first = [f"{words.label(self.by, row[self.by])}, {words.told(row)}" for row in known[:FIRST]]
        text = words.text("plot.frequency.alt", **facts, first="; ".join(first))
        return f"{text} {words.text('plot.hidden', n=len(rows) - len(known))}" if len(known) < len(rows) else text

    @property
    def _metric(self) -> str:
        return str(self.table["metric"].iloc[0])

    def _sorted(self) -> list[dict[str, Any]]:
        rows = [row for row in levels(self.table, self.by) if not absent(row[self.by])]
        return sorted(rows, key=lambda row: (absent(row["value"]), 0.0 if absent(row["value"]) else -row["value"]))


def frequency(estimates: pd.DataFrame, *, by: str, belongs: pd.Series | None = None) -> Frequency:
    """Show how often the levels of one group column occur.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and no other varying group column.
    by : str
        The group column.
    belongs : Series of str, optional
        Level → what it belongs to (a reason's cause), told under its name; the Series' name is the column whose words are used.

    Raises
    ------
    CxError
        `by` is no group column, or a level has two rows.
    """
    levels(estimates, by)
    named = {} if belongs is None else {str(level): str(name) for level, name in belongs.items() if not absent(name)}
    return Frequency(estimates, by, "" if belongs is None else str(belongs.name), named)
