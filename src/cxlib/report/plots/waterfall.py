"""From a total over what takes away or adds to it to what is left: one floating bar a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.sheet import levels
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, fill, wrapped, write
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Waterfall", "waterfall"]

SIZE, SMALL, LINE, TOP, BAR = 13, 12, 17, 30, 16  # text, small text, line height, room for the heading, height of a bar
THINNEST = 1.5  # pixels: what is too small to be seen is still drawn


@dataclass(frozen=True, eq=False)
class Waterfall(Plot):
    """The first and the last step stand on the ground; those between hang where the one before ended."""

    by: str

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the steps from top to bottom, 720 pixels wide, or 350 for a telephone."""
        width, left = (NARROW, 0) if narrow else (WIDE, 250)
        right = width - (0 if narrow else 110)
        room = width - 90 if narrow else left - 16
        steps = list(self._steps())
        labels = [wrapped(words.label(self.by, row[self.by]), room, size=SIZE, lines=2) for row, _, _ in steps]
        heights = [len(lines) * LINE + (26 if narrow else 12) for lines in labels]
        picture = Picture(width, TOP + sum(heights) + 6)
        strokes = Strokes()
        write(picture, 0, 14, words.measure(str(self.table["metric"].iloc[0]), str(self.table["unit"].iloc[0])), bold=True)
        low, high = self._ends()
        y, hung = float(TOP), None
        for (row, begin, end), lines, height in zip(steps, labels, heights, strict=True):
            middle = y + height - 14 if narrow else y + height / 2
            for number, line in enumerate(lines):
                write(picture, 0, (y + 13 if narrow else middle - len(lines) * LINE / 2 + 13) + number * LINE, line)
            scale = (right - left) / (high - low)
            x = [left + (edge - low) * scale for edge in (begin, end)]
            if hung is not None:
                joint = x[1] if row is steps[-1][0] else x[0]  # the last one stands on the ground and ends where the others led
                strokes.line((joint, joint), (hung, middle), ink="line")
            _bar(picture, x, middle, total=row in (steps[0][0], steps[-1][0]))
            write(picture, width, y + 13 if narrow else middle + 4.5, words.number(row["value"], row["unit"]), align="right")
            y, hung = y + height, middle
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: every step with its number."""
        told = [f"{words.label(self.by, row[self.by])} {words.number(row['value'], row['unit'])}" for row, _, _ in self._steps()]
        return words.text("plot.waterfall.alt", metric=words.metric(str(self.table["metric"].iloc[0])), steps=words.list(told))

    def _steps(self) -> Iterator[tuple[dict[str, Any], float, float]]:
        """Yield each row with where its bar begins and ends."""
        rows = levels(self.table, self.by)
        at = 0.0
        for number, row in enumerate(rows):
            value = float(row["value"])
            begin, end = (0.0, value) if number in (0, len(rows) - 1) else (at, at + value)
            yield row, begin, end
            at = end

    def _ends(self) -> tuple[float, float]:
        edges = [edge for _, begin, end in self._steps() for edge in (begin, end)]
        low, high = min(edges), max(edges)
        return low, high if high > low else low + 1


def _bar(picture: Picture, x: list[float], middle: float, *, total: bool) -> None:
    low, high = min(x), max(x)
    high = max(high, low + THINNEST)
    fill(picture, [(low, middle - BAR / 2, high, middle + BAR / 2)], ink="accent" if total else "warn", order=2)


def waterfall(estimates: pd.DataFrame, *, by: str) -> Waterfall:
    """Lead from a total to what is left of it.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and one varying group column, in the order of the steps: the total first, then changes
        (below 0 where they take away), what is left last.
    by : str
        The group column that names the steps.

    Raises
    ------
    CxError
        There are fewer than two steps, a value is missing, or the changes do not lead from the first to the last.
    """
    rows = levels(estimates, by)
    if len(rows) < 2:
        raise CxError(worded("plots.waterfall", "needs a first and a last step, the table has rows:", len(rows)))
    if any(absent(row["value"]) for row in rows):
        raise CxError(worded("plots.waterfall", "needs the value of every step", None))
    first, *changes, last = (float(row["value"]) for row in rows)
    if abs(first + sum(changes) - last) > 1e-9 * max(abs(first), abs(last), 1):
        raise CxError(worded("plots.waterfall", f"the changes lead to {first + sum(changes):g}, the last step is", f"{last:g}"))
    return Waterfall(estimates, by)
