"""Before and after: what happens step by step around one moment, beside what is usual at that hour."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.marks import number
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.scale import Scale, scale_of
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Told, Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Timeline", "timeline"]

SIZE, SMALL = 13, 12
HEIGHT, LEFT = 230, 46  # of the field with the bars; room for the numbers beside it


@dataclass(frozen=True, eq=False)
class Timeline(Plot):
    """One bar a step of time with its span, a short line for what is usual, and the moment itself as an upright line."""

    x: str
    metrics: tuple[str, str]

    @property
    def data(self) -> pd.DataFrame:
        """The rows of both metrics."""
        return self.table[self.table["metric"].isin(self.metrics)]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the steps, 720 pixels wide, or 350 for a telephone."""
        width = NARROW if narrow else WIDE
        own, usual = (self._told(words, metric) for metric in self.metrics)
        unit = next((str(unit) for unit in self.table.loc[self.table["metric"].eq(self.metrics[0]), "unit"] if unit), "")
        title = wrapped(words.measure(self.metrics[0], unit), width, size=SIZE, bold=True, lines=2)
        key = wrapped(words.metric(self.metrics[1]), width - 26, size=SMALL, lines=2)
        top = 17 * len(title) + 17 * len(key) + 34
        picture = Picture(width, top + HEIGHT + 48)
        strokes = Strokes()
        for line, text in enumerate(title):
            write(picture, 0, 14 + 17 * line, text, bold=True)
        heads = 17 * len(title) + 14
        strokes.line((0, 18), (heads - 4, heads - 4), ink="ink", width=2, order=4)
        for line, text in enumerate(key):
            write(picture, 26, heads + 17 * line, text, size=SMALL, ink="muted")
        if not own:
            write(picture, 0, top + 20, wrapped(self._why(words), width, size=SIZE, lines=1)[0], ink="muted")
            strokes.draw(picture)
            return picture
        across, up = self._scales(own, usual, width, top)
        self._field(picture, strokes, words, across, up, top, width)
        for start, told in own.items():
            self._step(picture, strokes, told, usual.get(start), across, up, start)
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: what stands where, the highest step before and after, and what is usual there."""
        own, usual = (self._told(words, metric) for metric in self.metrics)
        facts = {"metric": words.metric(self.metrics[0]), "rows": words.text("count.rows", n=len(own))}
        known = {start: told for start, told in own.items() if not absent(told.row["value"])}
        if not known:
            return words.text("plot.timeline.alt_none", **facts)
        said = [words.text("plot.timeline.alt", **facts)]
        for side, steps in (("before", [start for start in known if start < 0]), ("after", [start for start in known if start >= 0])):
            if steps:
                top = max(steps, key=lambda start: float(known[start].row["value"]))
                beside = f"{usual[top]:value}" if top in usual else words.text("value.missing")
                place = {"from": f"{abs(top):g}", "to": f"{abs(top + self._width(own)):g}"}
                ends = (place["from"], place["to"])
                said.append(words.text(f"plot.timeline.alt_{side}", first=ends[0], last=ends[1], it=f"{known[top]:value}", usual=beside))
        hidden = len(own) - len(known)
        return " ".join([*said, words.text("plot.hidden", n=hidden)] if hidden else said)

    def _told(self, words: Words, metric: str) -> dict[float, Told]:
        rows = self.table[self.table["metric"].eq(metric)].to_dict("records")
        told = {float(row[self.x]): words.told({str(name): cell for name, cell in row.items()}) for row in rows if not absent(row[self.x])}
        return dict(sorted(told.items()))

    def _why(self, words: Words) -> str:
        row: dict[str, Any] = {str(name): cell for name, cell in self.table.iloc[0].items()}
        return f"{words.told(row):value}"

    @staticmethod
    def _width(own: dict[float, Told]) -> float:
        starts = list(own)
        return min((later - earlier for earlier, later in pairwise(starts)), default=1.0)

    def _scales(self, own: dict[float, Told], usual: dict[float, Told], width: int, top: float) -> tuple[Scale, Scale]:
        step, starts = self._width(own), list(own)
        every = 15 if starts[-1] - starts[0] > 30 else 5
        ticks = [float(tick) for tick in range(math.ceil(starts[0] / every) * every, int(starts[-1] + step) + 1, every)]
        across = Scale(starts[0], starts[-1] + step, LEFT, width - 4, tuple(ticks), "min")
        cells = [number(told, part) for side in (own, usual) for told in side.values() for part in ("value", "high")]
        unit = next(iter(own.values())).unit
        found = scale_of([0.0, *[cell for cell in cells if cell is not None]], unit, start=top + HEIGHT, end=top, pad=0.0)
        return across, found

    def _field(self, picture: Picture, strokes: Strokes, words: Words, across: Scale, up: Scale, top: float, width: int) -> None:
        """Grid, numbers, the moment and the words for both sides of it."""
        for at, text in up.told(words):
            strokes.line((LEFT, width - 4), (at, at), ink="line")
            write(picture, LEFT - 6, at + 4, text, size=SMALL, ink="muted", align="right")
        here = across.at(0.0)
        strokes.line((here, here), (top - 6, top + HEIGHT), ink="warn", width=2, order=3)
        write(picture, here, top - 12, words.text("plot.timeline.moment"), size=SMALL, ink="warn", bold=True, align="center")
        bottom = top + HEIGHT
        last = -math.inf
        for tick in across.ticks:
            text, at = words.number(abs(tick), "count", places=0), across.at(tick)
            if at - text_width(text, SMALL) / 2 > last + 6 and at + text_width(text, SMALL) / 2 <= width:
                strokes.line((at, at), (bottom, bottom + 4), ink="span")
                write(picture, at, bottom + 18, text, size=SMALL, ink="muted", align="center")
                last = at + text_width(text, SMALL) / 2
        for side, low, high in (("before", LEFT, here), ("after", here, width - 4)):
            text = wrapped(words.text(f"plot.timeline.{side}"), max(high - low, 20), size=SMALL, lines=1)[0]
            if high - low > 40:
                write(picture, (low + high) / 2, bottom + 38, text, size=SMALL, ink="muted", align="center")

    def _step(self, picture: Picture, strokes: Strokes, told: Told, usual: Told | None, across: Scale, up: Scale, start: float) -> None:
        left, right = across.at(start) + 2, across.at(start + (across.high - across.low) / self._count()) - 2
        middle, value = (left + right) / 2, number(told)
        if value is None:
            write(picture, middle, up.start - 4, "–", size=SMALL, ink="muted", align="center")
            return
        strokes.box(left, up.at(value), right, up.start, ink="accent", alpha=0.55)
        low, high = number(told, "low"), number(told, "high")
        if low is not None and high is not None:
            strokes.line((middle, middle), (up.at(low), up.at(high)), ink="span", width=3, order=2)
        strokes.mark(middle, up.at(value), ink="accent", size=6)
        beside = number(usual)
        if beside is not None:
            strokes.line((left, right), (up.at(beside), up.at(beside)), ink="ink", width=2, order=4)

    def _count(self) -> int:
        return int(self.table.loc[self.table["metric"].eq(self.metrics[0]), self.x].notna().sum())


def timeline(estimates: pd.DataFrame, *, x: str = "minutes", metrics: tuple[str, str] = ("event_rate", "expected_rate")) -> Timeline:
    """Show what happens before and after a moment, step by step.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES of both metrics by `x`, where each step begins, in minutes from the moment; the steps are of one width.
    x : str
        The group column with the steps.
    metrics : (str, str)
        What happens, as bars, and what is usual, as short lines.

    Raises
    ------
    CxError
        `x` is no column of the table, a step stands twice, or the steps are of several widths.
    """
    if x not in estimates:
        raise CxError(worded("plots.timeline", "unknown column", x, estimates.columns, label="It has"))
    rows = estimates[estimates["metric"].eq(metrics[0]) & estimates[x].notna()]
    starts = sorted(float(start) for start in rows[x])
    widths = {round(later - earlier, 6) for earlier, later in pairwise(starts)}
    if len(set(starts)) < len(starts) or len(widths) > 1:
        raise CxError(worded("plots.timeline", "steps of one width, each once; got", ", ".join(f"{start:g}" for start in starts)))
    return Timeline(estimates, x, metrics)
