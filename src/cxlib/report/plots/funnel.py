"""Groups against what is to be expected of them: a point a group by its size, inside or outside the funnel that chance alone draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cxlib.report.plots.labels import spread
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.scale import Scale, scale_of
from cxlib.report.plots.sheet import levels, unit_of
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Told, Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Funnel", "funnel"]

SIZE, SMALL, LINE = 13, 12, 16
LIMITS = (1.96, 3.09)  # standard errors: 95 % and 99.8 % of what chance alone lets one see
DASHES = ((3, 3), (8, 4))


@dataclass(frozen=True, eq=False)
class Funnel(Plot):
    """Points by size and distance from nothing; only those outside the inner funnel have a name, and none has a rank."""

    by: str

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the funnel, 720 pixels wide, or 350 for a telephone."""
        told, spread_of = self._told(words), self._spread()
        width, height = (NARROW, 320) if narrow else (WIDE, 340)
        unit = unit_of(told)
        title = wrapped(words.measure(str(self.table["metric"].iloc[0]), unit), width, size=SIZE, bold=True, lines=3)
        how = wrapped(words.text("plot.funnel.how"), width, size=SMALL, lines=4)
        top = LINE * len(title) + 14.0
        bottom = top + height
        picture = Picture(width, bottom + 48 + LINE * len(how))
        for place, text in enumerate(title):
            write(picture, 0, 14 + LINE * place, text, bold=True)
        strokes = Strokes()
        if told:
            scales = self._scales(words, told, spread_of, unit, top, bottom, width)
            self._frame(picture, strokes, words, spread_of, *scales)
            self._points(picture, strokes, words, told, spread_of, *scales)
        for place, text in enumerate(how):
            write(picture, 0, bottom + 56 + LINE * place, text, size=SMALL, ink="muted")
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many groups, and which lie outside the funnel, in the order of their names."""
        told, spread_of = self._told(words), self._spread()
        facts: dict[str, Any] = {"metric": words.metric(str(self.table["metric"].iloc[0])), "rows": words.text("count.rows", n=len(told))}
        if not told:
            return words.text("plot.funnel.alt_none", **facts)
        outside = [row for row in told if self._outside(row, spread_of)]
        text = words.text("plot.funnel.alt", **facts)
        each = "; ".join(f"{words.label(self.by, row.row[self.by])}, {row}" for row in outside)
        return f"{text} {words.text('plot.funnel.alt_outside', each=each) if outside else words.text('plot.funnel.alt_inside')}"

    def _told(self, words: Words) -> list[Told]:
        """Groups with a number, in the order of their names."""
        rows = [row for row in levels(self.table, self.by) if not absent(row[self.by]) and not absent(row["value"])]
        return [words.told(row) for row in sorted(rows, key=lambda row: str(row[self.by]))]

    def _spread(self) -> float:
        """Standard error of one unit of size: the median over groups of SE·√n."""
        known = self.table.dropna(subset=["value", "low", "high"])
        each = (known["high"] - known["low"]) / 2 / LIMITS[0] * np.sqrt(known["n"].astype("float64"))
        return float(each.median()) if len(each) else 0.0

    def _outside(self, row: Told, spread_of: float) -> bool:
        return abs(float(row.row["value"])) > LIMITS[0] * spread_of / float(np.sqrt(float(row.row["n"])))

    def _scales(
        self, words: Words, told: list[Told], spread_of: float, unit: str, top: float, bottom: float, width: float
    ) -> tuple[Scale, Scale]:
        sizes = [float(row.row["n"]) for row in told]
        reach = LIMITS[1] * spread_of / float(np.sqrt(min(sizes)))
        y = scale_of([-reach, reach, *(float(row.row["value"]) for row in told)], unit, start=bottom, end=top, most=5)
        left = max(text_width(text, SMALL) for _, text in y.told(words)) + 12
        room = (max(sizes) - min(sizes)) * 0.1 + max(sizes) * 0.02
        x = scale_of([min(sizes) - room, max(sizes) + room], "count", start=left, end=width - 40, most=5, pad=0.0)
        return x, y

    def _frame(self, picture: Picture, strokes: Strokes, words: Words, spread_of: float, x: Scale, y: Scale) -> None:
        for at, text in y.told(words):
            strokes.line((x.start, x.end), (at, at), ink="line")
            write(picture, x.start - 8, at + 4.5, text, size=SMALL, ink="muted", align="right")
        for at, text in x.told(words):
            strokes.line((at, at), (y.start, y.start + 4), ink="span")
            write(picture, at, y.start + 18, text, size=SMALL, ink="muted", align="center")
        strokes.line((x.start, x.end), (y.at(0.0), y.at(0.0)), ink="muted", width=1.4, order=1)
        name = wrapped(words.text("plot.funnel.size"), x.end, size=SMALL, bold=True, lines=1)[0]
        write(picture, x.end, y.start + 36, name, size=SMALL, bold=True, align="right")
        size = np.linspace(x.low, x.high, 60)
        for limit, dashes in zip(LIMITS, DASHES, strict=True):
            for sign in (-1, 1):
                edge = [y.at(float(sign * limit * spread_of / np.sqrt(max(one, 1.0)))) for one in size]
                picture.line([x.at(one) for one in size], edge, ink="muted", width=1.2, dashes=dashes, order=1.5)

    def _points(self, picture: Picture, strokes: Strokes, words: Words, told: list[Told], spread_of: float, x: Scale, y: Scale) -> None:
        outside = [row for row in told if self._outside(row, spread_of)]
        for row in told:
            far = row in outside
            at = x.at(float(row.row["n"])), y.at(float(row.row["value"]))
            strokes.mark(*at, ink="warn" if far else "accent", shape="square" if far else "full", size=9)
        heights = [y.at(float(row.row["value"])) for row in outside]
        middles = spread(heights, [LINE + 2.0] * len(outside), y.end, y.start) if outside else []
        for row, height, middle in zip(outside, heights, middles, strict=True):
            place = x.at(float(row.row["n"]))
            label = f"{words.label(self.by, row.row[self.by])}: {row.bare()}"
            right = place + 12 + text_width(label, SMALL, bold=True) < x.end + 38
            text = wrapped(label, max(place - 12, 60.0) if not right else x.end + 38 - place - 12, size=SMALL, bold=True, lines=1)[0]
            if abs(height - middle) > 3:
                strokes.line((place, place + (8 if right else -8)), (height, middle), ink="line", order=1)
            write(picture, place + (12 if right else -12), middle + 4.5, text, size=SMALL, bold=True, align="left" if right else "right")


def funnel(estimates: pd.DataFrame, *, by: str) -> Funnel:
    """Show how far groups lie from what is to be expected, by their size.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric, nothing to be expected at 0, and no other varying group column; ``n`` is the group's size.
    by : str
        The group column.

    Raises
    ------
    CxError
        `by` is no group column, or a level has two rows.
    """
    levels(estimates, by)
    return Funnel(estimates, by)
