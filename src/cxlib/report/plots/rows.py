"""One row a level: label, dot with span, value and n. Rankings and chains are drawn with it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from cxlib.errors import CxError, worded
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Strokes, canvas, colour, text_width, wrapped, write
from cxlib.report.words import Told, Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Row", "Sheet", "draw", "levels", "unit_of"]

LINE, SMALL, SIZE = 17, 12, 13  # line height, small and normal text, in pixels
TOP = 50  # room for heading and tick labels


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the picture: a level with its estimate, or a heading when `told` is missing."""

    label: str
    told: Told | None = None
    expected: Told | None = None
    tag: str = ""  # a remark under the label, in the warning colour; its dot wears the colour too

    @property
    def value(self) -> float | None:
        """The number, None where a note hides it."""
        return _number(self.told)

    @property
    def aim(self) -> float | None:
        """The expected value, None where there is none."""
        return _number(self.expected)

    def numbers(self) -> list[float]:
        """Return every finite number that the row draws."""
        cells = [_number(told, part) for told in (self.told, self.expected) for part in ("value", "low", "high")]
        return [cell for cell in cells if cell is not None and math.isfinite(cell)]


def _number(told: Told | None, part: str = "value") -> float | None:
    cell = None if told is None else told.row.get(part)
    return None if absent(cell) else float(cell)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the rows share: heading, reference line, whether dots are linked, and the columns on the right."""

    words: Words
    metric: str
    unit: str
    reference: float | None = None
    reference_label: str = ""
    linked: bool = False


@dataclass(frozen=True, eq=False)
class _Place:
    """Where things stand, in pixels; the scale runs from `left` to `right`."""

    narrow: bool
    width: int
    label: int
    left: int
    right: int
    columns: tuple[int, ...]  # right edges of value, expected value (if any) and n
    low: float = 0.0
    high: float = 1.0

    def x(self, value: float) -> float:
        """Return where a value stands; values off the scale stand at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)


def levels(estimates: pd.DataFrame, by: str) -> list[dict[str, Any]]:
    """Return the rows of an ESTIMATES table with one metric and one varying group column.

    Raises
    ------
    CxError
        `by` is no group column, or there are several metrics or other groups: one picture answers one question.
    """
    groups = group_columns(estimates)
    if by not in groups:
        raise CxError(worded("plot", "cannot be drawn by", by, groups, label="Group columns"))
    metrics = [str(metric) for metric in estimates["metric"].unique()]
    if len(metrics) > 1:
        raise CxError(worded("plot", f"shows one metric, the table has {len(metrics)}", None, metrics, label="Metrics", do="Choose one."))
    others = [name for name in groups if name != by and len(estimates[name].unique()) > 1]
    if others or estimates[by].duplicated().any():
        raise CxError(worded("plot", f"has several rows for one level of {by}", None, others, label="Also varying", do="Choose one group."))
    return [{str(name): cell for name, cell in row.items()} for row in estimates.to_dict("records")]


def unit_of(rows: Sequence[Row]) -> str:
    """Return the unit that all rows share."""
    units = {row.told.unit for row in rows if row.told is not None and row.told.unit}
    if len(units) > 1:
        raise CxError(worded("plot", "mixes units", None, sorted(units), label="Units"))
    return units.pop() if units else ""


def draw(rows: Sequence[Row], sheet: Sheet, *, narrow: bool) -> Figure:
    """Draw rows under one scale, with labels left of it (wide) or above it (narrow)."""
    place, ticks = _scaled(_place(narrow, rows), rows, sheet)
    heights = [_height(row, place) for row in rows]
    figure, axes = canvas(place.width, TOP + sum(heights) + 8)
    strokes = Strokes()
    _heading(axes, strokes, sheet, place, ticks, TOP + sum(heights))
    y, dots = float(TOP), []
    for row, height in zip(rows, heights, strict=True):
        middle = _middle(row, place, y, height)
        if narrow and row.value is not None:
            _track(strokes, sheet, place, ticks, middle)
        _row(axes, strokes, row, place, y, middle)
        if row.value is not None:
            dots.append((place.x(row.value), middle))
        y += height
    if sheet.linked and not narrow and len(dots) > 1:
        axes.plot(*zip(*dots, strict=True), color=colour("line"), linewidth=3, zorder=1, clip_on=False)
    strokes.draw(axes)
    return figure


def _place(narrow: bool, rows: Sequence[Row]) -> _Place:
    if narrow:
        room = max((text_width(_below(row), SMALL) for row in rows), default=0.0)
        return _Place(True, NARROW, 262, 8, round(min(max(NARROW - room - 16, NARROW / 2), 272)), (NARROW - 2,))
    expected = any(row.expected for row in rows)
    columns = (582, 650, WIDE - 2) if expected else (634, WIDE - 2)
    return _Place(False, WIDE, 232, 256, 516 if expected else 568, columns)


def _below(row: Row) -> str:
    """Return what stands right of the narrow scale: the expected value, if any, and n."""
    if row.told is None or row.value is None:
        return ""
    text, n = row.told.words.text, row.told.row.get("n")
    parts = [f"{text('plot.expected')} {row.expected.bare()}"] if row.expected is not None and row.aim is not None else []
    parts += [] if absent(n) else [text("told.n", n=n)]
    return " · ".join(parts)


def _scaled(place: _Place, rows: Sequence[Row], sheet: Sheet) -> tuple[_Place, list[float]]:
    from matplotlib.ticker import MaxNLocator

    numbers = [number for row in rows for number in row.numbers()]
    numbers += [] if sheet.reference is None else [sheet.reference]
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    if low == high:
        low, high = low - max(abs(low) * 0.1, 0.05), high + max(abs(high) * 0.1, 0.05)
    pad = (high - low) * 0.04
    found = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ticks = [float(tick) for tick in found if low - pad <= tick <= high + pad]
    return replace(place, low=low - pad, high=high + pad), ticks


def _tick_places(ticks: Sequence[float], unit: str) -> int:
    """Return the fewest decimals that tell the ticks apart."""
    scale = 100 if unit == "share" else 1
    return next((places for places in range(6) if all(abs(round(tick * scale, places) - tick * scale) < 1e-9 for tick in ticks)), 6)


def _anchored(x: float, place: _Place) -> Literal["left", "center"]:
    """Return how text at `x` is aligned so that it stays inside the picture."""
    return "left" if place.narrow and x < 18 else "center"


def _lines(row: Row, place: _Place) -> list[str]:
    return wrapped(row.label, place.width if row.told is None else place.label, size=SIZE, bold=row.told is None, lines=3)


def _height(row: Row, place: _Place) -> float:
    lines = len(_lines(row, place)) + bool(row.tag)
    if row.told is None:
        return lines * LINE + 20
    return lines * LINE + (32 if place.narrow else 13)


def _middle(row: Row, place: _Place, y: float, height: float) -> float:
    return y + height - 21 if place.narrow else y + height / 2


def _heading(axes: Axes, strokes: Strokes, sheet: Sheet, place: _Place, ticks: Sequence[float], bottom: float) -> None:
    words = sheet.words
    names = ["value", "n"] if len(place.columns) < 3 else ["actual", "expected", "n"]
    title = words.measure(sheet.metric, sheet.unit)
    room = place.width if place.narrow else place.columns[0] - 66
    write(axes, 0, 14, wrapped(title, room, size=SIZE, bold=True, lines=1)[0], bold=True)
    if not place.narrow:
        for x, name in zip(place.columns, names, strict=True):
            write(axes, x, 14, words.text(f"plot.{name}"), size=SMALL, ink="muted", align="right")
        for tick in ticks:
            strokes.line((place.x(tick),) * 2, (TOP - 8, bottom), ink="line")
    shown, places = sheet.reference, _tick_places(ticks, sheet.unit)
    half = text_width(sheet.reference_label, SMALL) / 2
    middle = 0.0 if shown is None else min(max(place.x(shown), place.left + half - 8), place.width - half)
    for tick in ticks:
        if shown is None or abs(place.x(tick) - middle) > half + 20:
            at, text = place.x(tick), words.number(tick, sheet.unit, places=places, bare=True)
            write(axes, at, TOP - 14, text, size=SMALL, ink="muted", align=_anchored(at, place))
    if shown is not None:
        write(axes, middle, TOP - 14, sheet.reference_label, size=SMALL, align="center")
        if not place.narrow:
            axes.plot([place.x(shown)] * 2, [TOP - 8, bottom], color=colour("muted"), linewidth=1.2, dashes=(4, 3), zorder=1, clip_on=False)


def _track(strokes: Strokes, sheet: Sheet, place: _Place, ticks: Sequence[float], y: float) -> None:
    """Draw the short scale under one label of the narrow picture."""
    strokes.line((place.left, place.right), (y, y), ink="line")
    for tick in ticks:
        strokes.line((place.x(tick),) * 2, (y - 4, y + 4), ink="line")
    if sheet.reference is not None:
        strokes.line((place.x(sheet.reference),) * 2, (y - 8, y + 8), ink="muted", width=1.2, order=1)


def _row(axes: Axes, strokes: Strokes, row: Row, place: _Place, y: float, middle: float) -> None:
    lines = _lines(row, place)
    block = (len(lines) + bool(row.tag)) * LINE
    first: float = y + 13 if place.narrow else middle - block / 2 + 13
    if row.told is None:
        first = y + 26
        strokes.line((0, place.width), (y + 6, y + 6), ink="line")
    for number, line in enumerate(lines):
        write(axes, 0, first + number * LINE, line, ink="muted" if row.told is None else "ink", bold=row.told is None)
    if row.tag:
        write(axes, 0, first + len(lines) * LINE, row.tag, ink="warn", bold=True, size=SMALL)
    if row.value is not None:
        _estimate(strokes, row, place, middle)
        _figures(axes, row, place, first, middle)
    elif row.told is not None:
        _note(axes, f"{row.told:value}", place, middle)


def _note(axes: Axes, note: str, place: _Place, middle: float) -> None:
    x, y = (0, middle + 5) if place.narrow else (place.left, middle + 4.5)
    shown = wrapped(note, place.width - x, size=SMALL, lines=1)[0]
    if not place.narrow:  # the grid would strike the words through
        axes.fill_between([x - 2, x + text_width(shown, SMALL)], middle - 8, middle + 8, color=colour("paper"), linewidth=0, zorder=1.5)
    write(axes, x, y, shown, size=SMALL, ink="muted")


def _estimate(strokes: Strokes, row: Row, place: _Place, middle: float) -> None:
    """Draw span, dot and, when there is one, the expected value with the gap."""
    told, ink, value = row.told, "warn" if row.tag else "accent", row.value
    if told is None or value is None:
        return
    low, high = _number(told, "low"), _number(told, "high")
    if low is not None and high is not None:
        strokes.line((place.x(low), place.x(high)), (middle, middle), ink="span", width=4, order=2)
    strokes.mark(place.x(value), middle, ink=ink, size=10 if row.tag else 8)
    aim = row.aim
    if aim is not None:
        strokes.line((place.x(value), place.x(aim)), (middle, middle), ink=ink, width=1.2, order=2.5)
        strokes.mark(place.x(aim), middle, ink="ink", shape="diamond", size=7, order=3)


def _figures(axes: Axes, row: Row, place: _Place, first: float, middle: float) -> None:
    """Write value, expected value and n: in columns when wide, in two lines when narrow."""
    told = row.told
    if told is None:
        return
    if place.narrow:
        write(axes, place.columns[-1], first, told.bare(), bold=True, size=14, align="right")
        write(axes, place.columns[-1], middle + 4.5, _below(row), size=SMALL, ink="muted", align="right")
        return
    n = "" if absent(told.row.get("n")) else f"{told:n}"
    aim = row.expected.bare() if row.expected is not None and row.aim is not None else ""
    cells = [told.bare(), aim, n] if len(place.columns) == 3 else [told.bare(), n]
    for number, (x, text) in enumerate(zip(place.columns, cells, strict=True)):
        write(axes, x, middle + 4.5, text, bold=not number, ink="ink" if not number else "muted", align="right")
