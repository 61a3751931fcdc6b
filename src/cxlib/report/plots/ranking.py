"""Who is best, who is worst: one dot with its span a level, sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from cxlib.report.plots.marks import Dot
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import FEWEST, Column, Panel, Row, Sheet, levels, told_n, unit_of
from cxlib.report.words import OTHERS, Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Ranking", "ranking"]


@dataclass(frozen=True, eq=False)
class Ranking(Plot):
    """Levels from best to worst; the margin, or a given reference, is a dashed line."""

    by: str
    reference: float | None = None
    best: Literal["high", "low"] = "high"

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the ranking, 720 pixels wide, or 350 for a telephone."""
        told = [(words.label(self.by, row[self.by]), words.told(row)) for row in self._sorted()]
        rows = [
            Row(label, (f"{row:value}",)) if absent(row.row["value"]) else Row(label, (Dot(row),), ((row.bare(), row.bare()), told_n(row)))
            for label, row in told
        ]
        unit, (reference, shown) = unit_of([row for _, row in told]), self._reference(words)
        panel = Panel(words.measure(self._metric, unit), unit, reference, shown)
        columns = (Column(words.text("plot.value"), strong=True), Column(words.text("plot.n")))
        return draw(rows, Sheet(words, (panel,), columns, first=FEWEST), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: metric, groups, number of rows, best and worst with their numbers."""
        rows = self._sorted()
        known = [row for row in rows if not absent(row["value"])]
        facts = {"metric": words.metric(self._metric), "by": words.column(self.by), "rows": words.text("count.rows", n=len(rows))}
        if not known:
            return words.text("plot.ranking.alt_none", **facts)
        named = [row for row in known if str(row[self.by]) != OTHERS] or known  # the pooled rest is nobody's best or worst
        ends = {
            name: f"{words.label(self.by, row[self.by])}, {words.told(row)}" for name, row in (("best", named[0]), ("worst", named[-1]))
        }
        text = words.text("plot.ranking.alt", **facts, **ends)
        return f"{text} {words.text('plot.hidden', n=len(rows) - len(known))}" if len(known) < len(rows) else text

    @property
    def _metric(self) -> str:
        return str(self.table["metric"].iloc[0])

    def _sorted(self) -> list[dict[str, Any]]:
        """Return the levels without the margin: known ones best first, the pooled rest after them, hidden ones last."""
        sign = -1 if self.best == "high" else 1
        rows = [row for row in levels(self.table, self.by) if not absent(row[self.by])]
        return sorted(
            rows, key=lambda row: (absent(row["value"]), str(row[self.by]) == OTHERS, 0 if absent(row["value"]) else sign * row["value"])
        )

    def _reference(self, words: Words) -> tuple[float | None, str]:
        unit = str(self.table["unit"].iloc[0])
        if self.reference is not None:
            return self.reference, words.text("plot.reference", value=words.number(self.reference, unit, bare=True))
        for row in levels(self.table, self.by):
            if absent(row[self.by]) and not absent(row["value"]):
                return float(row["value"]), f"{words.label(self.by, None)} {words.told(row).bare()}"
        return None, ""


def ranking(estimates: pd.DataFrame, *, by: str, reference: float | None = None, best: Literal["high", "low"] = "high") -> Ranking:
    """Rank the levels of one group column by one metric.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and no other varying group column.
    by : str
        The group column whose levels are ranked.
    reference : float, optional
        A value in the metric's unit to compare with; the margin row (NA in `by`) when absent.
    best : {"high", "low"}
        Which end of the metric is good.
    """
    levels(estimates, by)
    return Ranking(estimates, by, reference, best)
