"""Shares that make up a whole, one bar a level: disappointed, as expected, delighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.marks import Stack
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import Column, Panel, Row, Sheet, picked, told_n
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Shares", "shares"]

LOOKS = (("warn", "paper"), ("line", "ink"), ("accent", "paper"))  # colour of the bar and of the number in it
NAMES = ("warn", "muted", "accent")  # colour of the name above


@dataclass(frozen=True, eq=False)
class Shares(Plot):
    """Three shares a level, side by side, from the level with the largest first share to that with the smallest."""

    by: str
    parts: tuple[str, str, str]

    @property
    def data(self) -> pd.DataFrame:
        """The rows of the three shares."""
        return self.table[self.table["metric"].isin(self.parts)]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the bars, 720 pixels wide, or 350 for a telephone."""
        found = self._found()
        rows = []
        for level in self._sorted():
            told = [words.told(side[level]) for side in found]
            label = words.label(self.by, told[0].row[self.by])
            hidden = next((row for row in told if absent(row.row["value"])), None)
            if hidden is not None:
                rows.append(Row(label, (f"{hidden:value}",)))
                continue
            stack = Stack(tuple((row, *look) for row, look in zip(told, LOOKS, strict=True)))
            rows.append(Row(label, (stack,), (told_n(told[0]),)))
        ends = tuple((words.metric(part), ink) for part, ink in zip(self.parts, NAMES, strict=True))
        panel = Panel(words.text("plot.shares.title"), "share", ticks=False, ends=ends)
        return draw(rows, Sheet(words, (panel,), (Column(words.text("plot.n")),)), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: the three names, number of rows, the largest first and last share."""
        found = self._found()
        facts = {"parts": words.list([words.metric(part) for part in self.parts]), "rows": words.text("count.rows", n=len(found[0]))}
        known = [level for level in self._sorted() if all(not absent(side[level]["value"]) for side in found)]
        if not known:
            return words.text("plot.shares.alt_none", **facts)
        ends: dict[str, str] = {}
        for name, number in (("first", 0), ("last", 2)):
            row = max((found[number][level] for level in known), key=lambda cell: cell["value"])
            ends |= {name: words.metric(self.parts[number]), f"{name}_most": f"{words.label(self.by, row[self.by])}, {words.told(row)}"}
        hidden = len(found[0]) - len(known)
        said = words.text("plot.shares.alt", **facts, **ends)
        return f"{said} {words.text('plot.hidden', n=hidden)}" if hidden else said

    def _found(self) -> list[dict[str, dict[str, Any]]]:
        return [picked(self.table, part, self.by) for part in self.parts]

    def _sorted(self) -> list[str]:
        found = self._found()

        def place(level: str) -> tuple[bool, float]:
            values = [side[level]["value"] for side in found]
            hidden = any(absent(value) for value in values)
            return hidden, 0.0 if hidden else -float(values[0])

        return sorted(found[0], key=place)


def shares(
    estimates: pd.DataFrame,
    *,
    by: str = "touchpoint_id",
    parts: Sequence[str] = ("disappointed_share", "fine_share", "delighted_share"),
) -> Shares:
    """Put three shares that make up a whole side by side, a bar a level.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with the three metrics; others are left alone.
    by : str
        The group column whose levels are the bars.
    parts : sequence of three str
        The metrics from left to right: bad, neither, good.

    Raises
    ------
    CxError
        There are not three parts, a level lacks one, or the three do not make up a whole.
    """
    if len(parts) != 3:
        raise CxError(worded("plots.shares", f"needs three parts, got {len(parts)}", None, parts, label="Got"))
    found = [picked(estimates, part, by) for part in parts]
    for level in dict.fromkeys(level for side in found for level in side):
        values = [side.get(level, {}).get("value") for side in found]
        if any(level not in side for side in found):
            raise CxError(worded("plots.shares", f"a part is missing for {by}", level, parts, label="Needed"))
        total = sum(float(str(value)) for value in values if not absent(value))
        if not any(absent(value) for value in values) and abs(total - 1) > 1e-6:
            raise CxError(worded("plots.shares", f"the parts of {level!r} make up {total:g}, not 1"))
    return Shares(estimates, by, (str(parts[0]), str(parts[1]), str(parts[2])))
