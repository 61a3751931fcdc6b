"""When it happens: one field an hour and weekday, darker where there is more, with the service hours drawn in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, fill, text_width, wrapped, write
from cxlib.report.words import Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Heatmap", "heatmap"]

Windows = Mapping[int, Sequence[tuple[float, float]]]  # ISO weekday → opening and closing, in hours of the day
DAYS, HOURS = range(1, 8), range(24)
SIZE, SMALL = 13, 12
SHADES = (0.12, 0.32, 0.54, 0.77, 1.0)  # how much of the accent colour a class of values takes


@dataclass(frozen=True)
class _Place:
    """Where fields stand, in pixels: hours run to the right (wide) or down (narrow)."""

    narrow: bool
    left: float
    top: float
    hour: float
    day: float

    def box(self, day: float, first: float, last: float) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of a stretch of hours of one weekday (1 Monday)."""
        along, across = (first * self.hour, last * self.hour), ((day - 1) * self.day, day * self.day)
        x, y = (across, along) if self.narrow else (along, across)
        return self.left + x[0], self.top + y[0], self.left + x[1], self.top + y[1]


@dataclass(frozen=True, eq=False)
class Heatmap(Plot):
    """A week of 7 × 24 fields; the busiest one is framed, service hours are outlined, hidden fields crossed out."""

    day: str
    hour: str
    service_hours: Windows = field(default_factory=dict)

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the week, 720 pixels wide, or 350 for a telephone."""
        cells, steps = self._cells, self._steps()
        labels = {day: words.label(self.day, str(day)) for day in DAYS}
        key = _Key(words, self._steps(), self._unit, drawn=self._drawn, hidden=len(self._known()) < len(self._cells))
        head = 26 + 18 * key.lines(NARROW if narrow else WIDE)
        if narrow:
            place = _Place(True, 34, head + 20, 19, (NARROW - 36) / 7)
        else:
            left = max(text_width(name, SIZE) for name in labels.values()) + 12
            place = _Place(False, left, head + 20, (WIDE - left - 2) / 24, 27)
        _, _, right, bottom = place.box(7, 0, 24)
        picture = Picture(NARROW if narrow else WIDE, bottom + 10)
        strokes = Strokes()
        title = words.measure(self._metric, self._unit)
        write(picture, 0, 14, wrapped(title, right, size=SIZE, bold=True, lines=1)[0], bold=True)
        key.draw(picture, strokes, NARROW if narrow else WIDE)
        _scale(picture, words, labels, place)
        self._fields(picture, strokes, cells, steps, place)
        for edge in _outline(self.service_hours):
            _, _, *start = place.box(edge[0], 0, edge[1])
            _, _, *end = place.box(edge[2], 0, edge[3])
            strokes.line((start[0], end[0]), (start[1], end[1]), ink="ink", width=2, order=4)
        peak = self._ends()[0] if self._known() else None
        if peak is not None:
            box = place.box(int(peak[self.day]), int(peak[self.hour]), int(peak[self.hour]) + 1)
            _frame(strokes, box, ink="warn", width=2.4, order=5)
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: metric, busiest and quietest hour, the service hours, how many fields are hidden."""
        metric, cells = words.metric(self._metric), self._cells
        if not self._known():
            return words.text("plot.heatmap.alt_none", metric=metric)
        ends = {
            name: f"{words.label(self.day, row[self.day])}, {words.label(self.hour, row[self.hour])}: {words.told(row)}"
            for name, row in zip(("most", "least"), self._ends(), strict=True)
        }
        sentences = [words.text("plot.heatmap.alt", metric=metric, **ends)]
        if self._drawn:
            told = [
                f"{words.label(self.day, str(day))} {words.list([f'{_clock(a)}–{_clock(b)}' for a, b in self.service_hours[day]])}"
                for day in DAYS
                if self.service_hours.get(day)
            ]
            sentences.append(words.text("plot.heatmap.alt_hours", hours="; ".join(told)))
        hidden = len(cells) - len(self._known())
        return " ".join([*sentences, words.text("plot.hidden", n=hidden)] if hidden else sentences)

    @property
    def _metric(self) -> str:
        return str(self.table["metric"].iloc[0])

    @property
    def _unit(self) -> str:
        return str(self.table["unit"].iloc[0])

    @property
    def _drawn(self) -> bool:
        return any(self.service_hours.get(day) for day in DAYS)

    @cached_property
    def _cells(self) -> dict[tuple[int, int], dict[str, Any]]:
        rows = [{str(name): cell for name, cell in row.items()} for row in self.table.to_dict("records")]
        return {(int(row[self.day]), int(row[self.hour])): row for row in rows if not absent(row[self.day]) and not absent(row[self.hour])}

    def _known(self) -> list[dict[str, Any]]:
        return [row for row in self._cells.values() if not absent(row["value"])]

    def _ends(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the busiest and the quietest field; of several alike, the first of the week."""
        known = self._known()
        return max(known, key=lambda row: row["value"]), min(known, key=lambda row: row["value"])

    def _steps(self) -> list[float]:
        """Return the upper ends of the classes: round numbers, as many as there are shades or fewer."""
        from matplotlib.ticker import MaxNLocator

        most = max((float(row["value"]) for row in self._known()), default=0.0)
        if most <= 0:
            return [1.0]
        ticks = MaxNLocator(nbins=len(SHADES), steps=[1, 2, 2.5, 5, 10], min_n_ticks=2).tick_values(0.0, most)
        ends = [float(tick) for tick in ticks if tick > 0]
        return ends[: next(number for number, end in enumerate(ends, start=1) if end >= most)]

    def _fields(
        self, picture: Picture, strokes: Strokes, cells: Mapping[tuple[int, int], dict[str, Any]], steps: Sequence[float], place: _Place
    ) -> None:
        shaded: dict[int, list[tuple[float, float, float, float]]] = {}
        for (at, hour), row in cells.items():
            left, top, right, bottom = place.box(at, hour, hour + 1)
            if absent(row["value"]):
                _cross(strokes, (left + right) / 2, (top + bottom) / 2)
            elif row["value"] > 0:
                shaded.setdefault(_class(float(row["value"]), steps), []).append((left, top, right, bottom))
        for number, boxes in sorted(shaded.items()):
            _fill(picture, boxes, _shade(number, len(steps)))
        for edge in range(8):
            ends = [place.box(1, 0, 24)[:2], place.box(7, 0, 24)[2:]]
            at_line = place.box(edge + 1, 0, 24)[0 if place.narrow else 1]
            if place.narrow:
                strokes.line((at_line, at_line), (ends[0][1], ends[1][1]), ink="line")
            else:
                strokes.line((ends[0][0], ends[1][0]), (at_line, at_line), ink="line")


def _class(value: float, steps: Sequence[float]) -> int:
    return next((number for number, end in enumerate(steps) if value <= end), len(steps) - 1)


def _shade(number: int, count: int) -> float:
    return SHADES[-1] if count == 1 else SHADES[round(number * (len(SHADES) - 1) / (count - 1))]


def _fill(picture: Picture, boxes: Sequence[tuple[float, float, float, float]], shade: float) -> None:
    """Fill the fields of one class as a single path, a hair apart."""
    fill(picture, [(left + 0.75, top + 0.75, right - 0.75, bottom - 0.75) for left, top, right, bottom in boxes], ink="accent", alpha=shade)


def _frame(strokes: Strokes, box: tuple[float, float, float, float], *, ink: str, width: float, order: float = 4) -> None:
    left, top, right, bottom = box
    for x, y in (
        ((left, right), (top, top)),
        ((right, right), (top, bottom)),
        ((right, left), (bottom, bottom)),
        ((left, left), (bottom, top)),
    ):
        strokes.line(x, y, ink=ink, width=width, order=order)


def _cross(strokes: Strokes, x: float, y: float) -> None:
    for turn in (1, -1):
        strokes.line((x - 3, x + 3), (y - 3 * turn, y + 3 * turn), ink="span", width=1.2, order=2)


def _clock(hour: float) -> str:
    """Return an hour of the day as clocks show it.

    >>> _clock(7.5)
    '7:30'
    """
    whole, minutes = divmod(round(hour * 60), 60)
    return f"{whole}:{minutes:02d}"


def _scale(picture: Picture, words: Words, labels: Mapping[int, str], place: _Place) -> None:
    """Write weekdays and hours along the fields; on a telephone, weekdays by their first two letters."""
    for day, label in labels.items():
        left, top, right, bottom = place.box(day, 0, 24)
        if place.narrow:
            write(picture, (left + right) / 2, place.top - 7, label[:2], size=SMALL, align="center")
        else:
            write(picture, 0, (top + bottom) / 2 + 4.5, label, size=SIZE)
    for hour in range(0, 24, 2 if place.narrow else 3):
        left, top, _, bottom = place.box(1, hour, hour + 1)
        if place.narrow:
            write(picture, place.left - 6, (top + bottom) / 2 + 4, str(hour), size=SMALL, ink="muted", align="right")
        else:
            write(picture, left, place.top - 7, words.text("plot.heatmap.hour", hour=str(hour)), size=SMALL, ink="muted")


@dataclass(frozen=True, eq=False)
class _Key:
    """What shades, frames and crosses mean, in as many lines as it takes."""

    words: Words
    steps: Sequence[float]
    unit: str
    drawn: bool
    hidden: bool

    def entries(self) -> list[tuple[str, str]]:
        """Return kind and words of every entry."""
        text, steps = self.words.text, self.steps
        places = 0 if all(step.is_integer() for step in steps) else 1 if all((step * 10).is_integer() for step in steps) else 2
        told = [self.words.number(step, self.unit, places=places, bare=True) for step in steps]
        found = [("shade", text("plot.heatmap.up_to", value=value)) for value in told] + [("peak", text("plot.heatmap.peak"))]
        found += [("hours", text("plot.heatmap.hours"))] if self.drawn else []
        return found + ([("hidden", text("plot.heatmap.hidden"))] if self.hidden else [])

    def placed(self, width: float) -> list[tuple[str, str, float, int]]:
        """Return kind, words, left edge and line of every entry."""
        found, x, line = [], 0.0, 0
        for kind, label in self.entries():
            room = 17 + text_width(label, SMALL)
            if x and x + room > width:
                x, line = 0.0, line + 1
            found.append((kind, label, x, line))
            x += room + 11
        return found

    def lines(self, width: float) -> int:
        """Return how many lines the key takes."""
        return self.placed(width)[-1][-1] + 1

    def draw(self, picture: Picture, strokes: Strokes, width: float) -> None:
        """Draw the key below the heading."""
        for number, (kind, label, x, line) in enumerate(self.placed(width)):
            y = 36.0 + 18 * line
            box = (x + 1, y - 10, x + 13, y + 2)
            if kind == "shade":
                _fill(picture, [box], _shade(number, len(self.steps)))
            elif kind == "hidden":
                _cross(strokes, x + 7, y - 4)
            else:
                _frame(strokes, box, ink="warn" if kind == "peak" else "ink", width=2)
            write(picture, x + 17, y, label, size=SMALL, ink="muted")


def _outline(hours: Windows) -> list[tuple[float, float, float, float]]:
    """Return the edges of all service hours as (day, hour, day, hour): weekdays side by side share no line between them.

    >>> _outline({7: [(8, 12)]})
    [(6, 8, 7, 8), (6, 12, 7, 12), (6, 8, 6, 12), (7, 8, 7, 12)]
    """
    spans = {day: [(a, b) for a, b in hours.get(day, ())] for day in range(9)}
    edges: list[tuple[float, float, float, float]] = [(day - 1, hour, day, hour) for day in DAYS for span in spans[day] for hour in span]
    for day in range(8):  # the line between this weekday and the next one
        ends = sorted({hour for span in (*spans[day], *spans[day + 1]) for hour in span})
        for first, last in pairwise(ends):
            served = [any(a <= first and last <= b for a, b in spans[at]) for at in (day, day + 1)]
            if served[0] != served[1]:
                edges.append((day, first, day, last))
    return edges


def heatmap(
    estimates: pd.DataFrame, *, day: str = "local_weekday", hour: str = "local_hour", service_hours: Windows | None = None
) -> Heatmap:
    """Lay a week out hour by hour.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and one row an hour and weekday.
    day, hour : str
        The group columns: ISO weekday (1 Monday … 7 Sunday) and hour of the day (0 … 23).
    service_hours : mapping of int to sequence of (float, float), optional
        ISO weekday → opening and closing in hours of the day, drawn as outlines: ``{5: [(8, 14.5)]}``.

    Raises
    ------
    CxError
        For several metrics, other varying groups, an hour that stands twice or lies outside the week.
    """
    groups = group_columns(estimates)
    problems = [worded("heatmap", "cannot be drawn by", name, groups, label="Group columns") for name in (day, hour) if name not in groups]
    if problems:
        raise CxError(*problems)
    if len(estimates["metric"].unique()) > 1:
        raise CxError(worded("heatmap", "shows one metric, the table has several", None, estimates["metric"].unique(), label="Metrics"))
    placed = estimates[estimates[day].notna() & estimates[hour].notna()]
    if placed.duplicated([day, hour]).any():
        raise CxError(worded("heatmap", f"a {day} and {hour} stand twice", None, groups, label="Group columns", do="Choose one group."))
    outside = [level for name, allowed in ((day, DAYS), (hour, HOURS)) for level in placed[name] if str(level) not in map(str, allowed)]
    if outside:
        raise CxError(worded("heatmap", "lies outside the week:", outside[0], do="Weekdays are 1 to 7, hours 0 to 23."))
    windows = {} if service_hours is None else {int(at): tuple(spans) for at, spans in service_hours.items()}
    return Heatmap(estimates, day, hour, windows)
