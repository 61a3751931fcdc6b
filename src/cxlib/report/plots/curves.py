"""Lines over time or dose, one a class, with the span as a band and the name at the end of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cxlib.errors import CxError, worded
from cxlib.report.plots.field import n_range
from cxlib.report.plots.labels import spread
from cxlib.report.plots.marks import SERIES, number
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.scale import Scale, scale_of
from cxlib.report.plots.sheet import unit_of
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Told, Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Curves", "curves"]

SIZE, SMALL, LINE, MOST = 13, 12, 15, len(SERIES)
DASHES = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (1, 3))
FEW = 14  # as many points a line as get a mark
CLOSE, ROOMY = 30, 80  # room a level below which not every one is named, and what a named one has then
NOTCHES = ("diamond", "wedge")  # shapes of what is marked on the lines, one a name

Marks = Mapping[str, Mapping[str, float]]  # level of the lines: name of what is marked (a metric): its place on the scale of x


@dataclass(frozen=True, eq=False)
class _Line:
    """One class: its name, its points as (place on the scale, row), colour, mark and dashes."""

    label: str
    points: Sequence[tuple[float, Told]]
    look: tuple[str, str]
    dashes: tuple[int, ...]
    level: str = ""

    def known(self) -> list[tuple[float, Told]]:
        return [(x, told) for x, told in self.points if not absent(told.row["value"])]


@dataclass(frozen=True, eq=False)
class Curves(Plot):
    """Up to five lines with their bands; a number that is not published leaves a gap."""

    x: str
    by: str | None
    step: bool = False
    marks: Marks = field(default_factory=dict)
    start: str | None = None

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the lines, 720 pixels wide, or 350 for a telephone."""
        lines = self._lines(words)
        width, height = (NARROW, 300) if narrow else (WIDE, 360)
        room = 112 if narrow else 190
        names = [self._name(words, line, room) for line in lines]
        unit = unit_of([told for line in lines for _, told in line.points])
        title = wrapped(words.measure(self._metric, unit), width, size=SIZE, bold=True, lines=2)
        top = 16.0 * len(title) + 16
        scales = self._scales(words, lines, unit, width - room - 14, top, top + height)
        bottom = top + height + 44
        hidden = self._hidden(words, lines)
        below = wrapped(hidden, width, size=SMALL, lines=3) if hidden else []
        marked = [(shape, wrapped(text, width - 18, size=SMALL, lines=3)) for shape, text in self._marked(words, lines)]
        picture = Picture(width, bottom + 16 * (len(below) + sum(len(text) for _, text in marked)) + 4)
        strokes = Strokes()
        for place, text in enumerate(title):
            write(picture, 0, 14 + 16 * place, text, bold=True)
        self._frame(picture, strokes, words, *scales)
        self._begin(picture, strokes, words, *scales)
        for line in lines:
            self._draw(picture, strokes, line, *scales)
            self._notch(strokes, line, *scales)
        _ends(picture, strokes, lines, names, *scales)
        for place, text in enumerate(below):
            write(picture, 0, bottom + 12 + 16 * place, text, size=SMALL, ink="muted")
        row = bottom + 16 * len(below)
        for shape, texts in marked:
            strokes.mark(6, row + 8, ink="ink", shape=shape, size=9)
            for text in texts:
                write(picture, 18, row + 12, text, size=SMALL)
                row += 16
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: what is drawn over what, and where each line starts and ends, with spans and n."""
        facts = {"metric": words.metric(self._metric), "x": words.column(self.x)}
        lines = self._lines(words)
        if not any(line.known() for line in lines):
            return words.text("plot.curves.alt_none", **facts)
        sentences = [words.text("plot.curves.alt", **facts)]
        for line in lines:
            known = line.known()
            if known:
                facts = {"label": line.label}
                for name, (_, told) in (("first", known[0]), ("last", known[-1])):
                    facts |= {name: str(told), f"{name}_at": words.label(self.x, told.row[self.x])}
                sentences.append(words.text("plot.curves.alt_line", **facts))
        sentences += [f"{text}." for _, text in self._marked(words, lines)]
        if self.start in self._places():
            sentences.append(words.text("plot.curves.alt_start", at=words.label(self.x, self.start)))
        hidden = self._hidden(words, lines)
        return " ".join([*sentences, hidden] if hidden else sentences)

    @property
    def _metric(self) -> str:
        return str(self.table["metric"].iloc[0])

    def _numeric(self) -> dict[str, float] | None:
        """Return the places of all levels of x where each is a number, else None."""
        try:
            return {str(level): float(level) for level in self.table[self.x].dropna().unique()}
        except ValueError:
            return None

    def _places(self) -> dict[str, float]:
        """Return where each level of x stands: at its number, or one after the other as the table has them."""
        return self._numeric() or {str(level): float(place) for place, level in enumerate(self.table[self.x].dropna().unique())}

    def _lines(self, words: Words) -> list[_Line]:
        places = self._places()
        found: dict[str, list[tuple[float, Told]]] = {}
        for row in self.table.to_dict("records"):
            if not absent(row[self.x]):
                told = words.told({str(name): cell for name, cell in row.items()})
                label = words.metric(self._metric) if self.by is None else words.label(self.by, row[self.by])
                found.setdefault(label, []).append((places[str(row[self.x])], told))
        level = {} if self.by is None else {words.label(self.by, row): str(row) for row in self.table[self.by].dropna().unique()}
        return [
            _Line(label, sorted(points, key=lambda point: point[0]), SERIES[turn], DASHES[turn], level.get(label, ""))
            for turn, (label, points) in enumerate(found.items())
        ]

    def _name(self, words: Words, line: _Line, room: float) -> list[str]:
        name = [] if self.by is None else wrapped(line.label, room, size=SMALL, bold=True, lines=3)
        told = [row for _, row in line.known()][: 1 if self.step else None]
        if all(absent(row.row.get("n")) for row in told):
            return name
        n = words.text("plot.curves.start", n=f"{told[0]:n}") if self.step else words.text("told.n", n=n_range(words, told))
        return [*name, *wrapped(n, room, size=SMALL, lines=2)]

    def _scales(self, words: Words, lines: Sequence[_Line], unit: str, right: float, top: float, bottom: float) -> tuple[Scale, Scale]:
        parts = ("value", "low", "high")
        numbers = [value for line in lines for _, told in line.points for part in parts if (value := number(told, part)) is not None]
        include = [1.0] if unit == "share" and self.step else []  # what is lost counts from everybody, and would not show from nobody
        y = scale_of([*numbers, *include], unit, start=bottom, end=top, most=5)
        left = max(text_width(text, SMALL) for _, text in y.told(words)) + 12
        places = self._places()
        numeric = self._numeric() is not None
        x = scale_of(places.values(), "count", start=left, end=right, most=max(round((right - left) / 70), 2), pad=0.0 if numeric else 0.06)
        return (x if numeric else Scale(x.low, x.high, x.start, x.end, tuple(places.values()))), y

    def _frame(self, picture: Picture, strokes: Strokes, words: Words, x: Scale, y: Scale) -> None:
        for at, text in y.told(words):
            strokes.line((x.start, x.end), (at, at), ink="line")
            write(picture, x.start - 8, at + 4.5, text, size=SMALL, ink="muted", align="right")
        strokes.line((x.start, x.end), (y.start, y.start), ink="span")
        for at, text in self._x_told(words, x):
            strokes.line((at, at), (y.start, y.start + 4), ink="span")
            write(picture, at, y.start + 18, text, size=SMALL, ink="muted", align="center")
        name = wrapped(words.column(self.x), x.end, size=SMALL, bold=True, lines=1)[0]
        write(picture, x.end, y.start + 38, name, size=SMALL, bold=True, align="right")

    def _x_told(self, words: Words, x: Scale) -> list[tuple[float, str]]:
        if self._numeric() is not None:
            return x.told(words)
        places = list(self._places().items())
        each = (x.end - x.start) / max(len(places), 1)
        step = 1 if each >= CLOSE else round(ROOMY / each)  # where many stand close, some are named
        return [
            (x.at(place), wrapped(words.label(self.x, level), each * step - 6, size=SMALL, lines=1)[0]) for level, place in places[::step]
        ]

    def _begin(self, picture: Picture, strokes: Strokes, words: Words, x: Scale, y: Scale) -> None:
        """Draw the start: an upright line with its word at the top."""
        place = None if self.start is None else self._places().get(self.start)
        if place is not None:
            strokes.line((x.at(place), x.at(place)), (y.start, y.end), ink="ink")
            write(picture, x.at(place) + 4, y.end + 10, words.text("plot.curves.start_mark"), size=SMALL, bold=True)

    def _draw(self, picture: Picture, strokes: Strokes, line: _Line, x: Scale, y: Scale) -> None:
        ink, shape = line.look
        nan = float("nan")
        at = [x.at(place) for place, _ in line.points]
        cells = {part: [number(told, part) for _, told in line.points] for part in ("value", "low", "high")}
        value, low, high = ([nan if cell is None else y.at(cell) for cell in column] for column in cells.values())
        picture.band(at, low, high, ink=ink, alpha=0.16, steps=self.step)
        picture.line(at, value, ink=ink, width=2, dashes=line.dashes, steps=self.step)
        marked = line.known() if not self.step and len(line.points) <= FEW else line.known()[-1:]
        for place, told in marked:
            strokes.mark(x.at(place), y.at(number(told) or 0.0), ink=ink, shape=shape, size=7)

    def _named(self) -> list[str]:
        """Names of what is marked, in the order in which they first come."""
        return list(dict.fromkeys(name for places in self.marks.values() for name in places))

    def _marked(self, words: Words, lines: Sequence[_Line]) -> list[tuple[str, str]]:
        """What is marked: shape, and what it says of each line; also of lines beyond whose end it lies."""
        told = []
        for turn, name in enumerate(self._named()):
            each = [
                words.text(
                    "plot.curves.mark",
                    label=line.label,
                    value=words.number(self.marks[line.level][name], "h" if self.x == "hours" else "count"),
                )
                for line in lines
                if name in self.marks.get(line.level, {})
            ]
            if each:
                told.append((NOTCHES[turn % len(NOTCHES)], f"{words.metric(name)}: {', '.join(each)}"))
        return told

    def _notch(self, strokes: Strokes, line: _Line, x: Scale, y: Scale) -> None:
        """Mark places on a line, with a thread to the axis."""
        known = line.known()
        for name, place in self.marks.get(line.level, {}).items():
            if known and known[0][0] <= place <= known[-1][0]:
                points, heights = [point for point, _ in known], [number(told) or 0.0 for _, told in known]
                at = heights[int(np.searchsorted(points, place, side="right")) - 1] if self.step else np.interp(place, points, heights)
                strokes.line((x.at(place), x.at(place)), (y.at(float(at)), y.start), ink=line.look[0], order=1)
                strokes.mark(
                    x.at(place), y.at(float(at)), ink=line.look[0], shape=NOTCHES[self._named().index(name) % len(NOTCHES)], size=10
                )

    def _hidden(self, words: Words, lines: Sequence[_Line]) -> str:
        hidden = sum(len(line.points) - len(line.known()) for line in lines)
        return words.text("plot.hidden", n=hidden) if hidden else ""


def _ends(picture: Picture, strokes: Strokes, lines: Sequence[_Line], names: Sequence[list[str]], x: Scale, y: Scale) -> None:
    """Write each line's name beside its end, moved apart where two would meet."""
    shown = [(line, name, line.known()[-1]) for line, name in zip(lines, names, strict=True) if line.known() and name]
    heights = [y.at(number(told) or 0.0) for _, _, (_, told) in shown]
    middles = spread(heights, [LINE * len(name) + 8.0 for _, name, _ in shown], y.end, y.start)
    for (line, name, (place, _)), height, middle in zip(shown, heights, middles, strict=True):
        strokes.line((x.at(place) + 5, x.end + 10), (height, middle), ink=line.look[0] if abs(height - middle) > 3 else "line", order=1)
        for row, text in enumerate(name):
            said_n = row == len(name) - 1
            top = middle - LINE * len(name) / 2 + 11
            write(picture, x.end + 14, top + LINE * row, text, size=SMALL, bold=not said_n, ink="muted" if said_n else line.look[0])


def curves(
    estimates: pd.DataFrame, *, x: str, by: str | None = None, step: bool = False, marks: Marks | None = None, start: str | None = None
) -> Curves:
    """Draw a metric over time or dose, one line a class.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and one row a class and level of `x`.
    x : str
        The group column that runs to the right: numbers (days, months, a dose), or levels in the order of the table.
    by : str, optional
        The group column whose levels are the lines, five at most; a single line without it.
    step : bool
        Whether a value holds until the next one, as in survival curves; otherwise points are joined by straight lines.
    marks : mapping of str to (mapping of str to float), optional
        Places on the lines: level of `by`, name of what is marked (a metric: time expected, time promised), place on the scale of `x`.
    start : str, optional
        Level of `x` at which something began: an upright line.

    Raises
    ------
    CxError
        `x` or `by` is no group column, there are several metrics, more than five lines, or a point of a line stands twice.
    """
    groups = group_columns(estimates)
    wanted = [x] if by is None else [x, by]
    problems = [worded("plots.curves", "cannot be drawn by", name, groups, label="Group columns") for name in wanted if name not in groups]
    if problems:
        raise CxError(*problems)
    metrics = [str(metric) for metric in estimates["metric"].unique()]
    if len(metrics) > 1:
        raise CxError(worded("plots.curves", "shows one metric, the table has", len(metrics), metrics, label="Metrics", do="Choose one."))
    shown = estimates[estimates[x].notna()]
    if shown.duplicated(wanted).any():
        raise CxError(worded("plots.curves", f"a point of {' and '.join(wanted)} stands twice", None, groups, label="Group columns"))
    if by is not None and (count := shown[by].nunique(dropna=False)) > MOST:
        raise CxError(worded("plots.curves", f"shows at most {MOST} lines, levels of {by}:", count, do="Coarsen them or choose some."))
    return Curves(estimates, x, by, step, marks or {}, start)
