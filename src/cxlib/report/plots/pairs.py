"""Two figures of the same rows side by side, each on a scale of its own: share among all, effect among those who know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.report.plots.importance import remarks_by_level, sorted_levels
from cxlib.report.plots.marks import Dot, Mark
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet, picked, unit_of
from cxlib.report.words import Told, Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Pairs", "pairs"]

LOOKS = (("accent", "full"), ("violet", "square"))


@dataclass(frozen=True, eq=False)
class Pairs(Plot):
    """Rows sorted by the left figure; the right one has its zero line and says how many people stand behind it."""

    by: str
    left: str
    right: str

    @property
    def data(self) -> pd.DataFrame:
        """The rows of both metrics."""
        return self.table[self.table["metric"].isin((self.left, self.right))]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw both columns, 720 pixels wide, or one scale below the other for a telephone."""
        left, right = self._sides()
        notes, shared = remarks_by_level(words, left, right)
        rows = [self._row(words, level, left[level], right.get(level), notes.get(level, [])) for level in sorted_levels(left)]
        panels = []
        for metric, found, look in zip((self.left, self.right), (left, right), LOOKS, strict=True):
            unit = unit_of([words.told(row) for row in found.values()])
            share = unit == "share"
            panels.append(Panel(words.measure(metric, unit), unit, include=(0.0,) if share else (), zero=not share, mark=look))
        columns = (Column("", 0, strong=True), Column("", 1, strong=True), Column(words.text("plot.users"), 1))
        return draw(rows, Sheet(words, tuple(panels), columns, remark=" ".join(shared)), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: both metrics, number of rows, the highest of each with both numbers."""
        left, right = self._sides()
        facts = {
            "left": words.metric(self.left),
            "right": words.metric(self.right),
            "rows": words.text("count.rows", n=len(left)),
        }
        first = [rows[top[0]] for rows in (left, right) if (top := sorted_levels(rows)) and not absent(rows[top[0]]["value"])]
        if len(first) < 2:
            return words.text("plot.pairs.alt_none", **facts)
        ends = {
            name: f"{words.label(self.by, row[self.by])}, {words.told(row)}"
            for name, row in zip(("highest_left", "highest_right"), first, strict=True)
        }
        said = words.text("plot.pairs.alt", **facts, **ends)
        notes, shared = remarks_by_level(words, left, right)
        noted = [f"{words.label(self.by, left[level][self.by])} ({'; '.join(notes[level])})" for level in left if notes.get(level)]
        sentences = [said, *shared, *([words.text("plot.noted", names=words.list(noted))] if noted else [])]
        hidden = sum(absent(row["value"]) for rows in (left, right) for row in rows.values())
        return " ".join([*sentences, words.text("plot.hidden", n=hidden)] if hidden else sentences)

    def _sides(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        return picked(self.table, self.left, self.by), picked(self.table, self.right, self.by)

    def _row(self, words: Words, level: str, left: dict[str, Any], right: dict[str, Any] | None, notes: list[str]) -> Row:
        told = [words.told(left), None if right is None else words.told(right)]
        marks = tuple(_mark(words, side, look) for side, look in zip(told, LOOKS, strict=True))
        texts = ["" if side is None else side.bare() for side in told]
        n = "" if told[1] is None or absent(told[1].row.get("n")) or not texts[1] else f"{told[1]:n}"
        users = (n, words.text("plot.users_n", n=int(told[1].row["n"])) if n and told[1] is not None else "")
        figures = ((texts[0], texts[0]), (texts[1], texts[1]), users)
        return Row(words.label(self.by, left[self.by]), marks, figures, tuple(Remark(note) for note in notes))


def _mark(words: Words, told: Told | None, look: tuple[str, str]) -> Mark | str:
    if told is None:
        return words.text("value.missing")
    return f"{told:value}" if absent(told.row["value"]) else Dot(told, ink=look[0], shape=look[1])


def pairs(estimates: pd.DataFrame, *, by: str = "item_id", left: str = "driver_share", right: str = "driver_coefficient") -> Pairs:
    """Put two metrics of the same levels side by side.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES that hold both metrics; others are left alone. The n of the right one is told as the number of users.
    by : str
        The group column whose levels are the rows.
    left, right : str
        The metrics; rows are sorted by the left one.

    Raises
    ------
    CxError
        `by` is no group column, or a level has two rows of a metric.
    """
    for metric in (left, right):
        picked(estimates, metric, by)
    return Pairs(estimates, by, left, right)
