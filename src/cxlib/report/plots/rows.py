"""One row a level: label, marks on one or more aligned scales, and figures in columns. Rankings, chains and bars are drawn with it.

Wide, labels stand left of the scales and figures right of them, in columns as wide as they need to be. On a telephone each
label has a line of its own, its scales stand below it one under the other, and the figures right of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from cxlib.report.plots.marks import Mark
from cxlib.report.plots.place import LEAD, LINE, SIZE, SMALL, Place, beside, height_of, lead, lines_of, middles_of, place_of, remarks_of
from cxlib.report.plots.scale import Scale
from cxlib.report.plots.sheet import Column, Panel, Row, Sheet
from cxlib.report.svg import Picture, Strokes, fill, text_width, wrapped, write

__all__ = ["draw"]

GAP = 6  # pixels between the words of two ticks


def draw(rows: Sequence[Row], sheet: Sheet, *, narrow: bool) -> Picture:
    """Draw rows under their scales, with labels left of them (wide) or above them (narrow)."""
    place = place_of(rows, sheet, narrow=narrow)
    head = _Head(sheet, place)
    heights = [height_of(row, place) for row in rows]
    bottom = head.height + sum(heights)
    picture = Picture(place.width, bottom + 8)
    strokes = Strokes()
    head.draw(picture, strokes, bottom)
    y, dots = float(head.height), []
    for row, height in zip(rows, heights, strict=True):
        dots += _row(picture, strokes, row, sheet, place, y, height)
        y += height
    if sheet.first:
        picture.cuts, picture.items = tuple(accumulate(heights, initial=head.height))[sheet.first :], len(rows)
    if sheet.linked and not narrow and len(dots) > 1:
        picture.line([x for x, _ in dots], [y for _, y in dots], ink="line", width=3, order=1)
    strokes.draw(picture)
    return picture


def _anchored(x: float, place: Place) -> Literal["left", "center"]:
    """Return how text at `x` is aligned so that it stays inside the picture."""
    return "left" if place.narrow and x < 18 else "center"


def _apart(told: Sequence[tuple[float, str]], place: Place) -> list[float]:
    """Return where ticks can be written without one running into the one before, from the right: the left end tells least."""
    kept: list[float] = []
    begins = math.inf
    for at, text in reversed(told):
        width = text_width(text, SMALL)
        start = at if _anchored(at, place) == "left" else at - width / 2
        if start + width + GAP <= begins:
            kept.append(at)
            begins = start
    return kept


@dataclass(frozen=True, eq=False)
class _Head:
    """Titles, ticks and column heads above the rows."""

    sheet: Sheet
    place: Place

    @property
    def height(self) -> float:
        return self._ticks_at() + 14

    def _titles(self) -> list[list[str]]:
        rooms = zip(self.sheet.panels, self._rooms(), strict=True)
        return [wrapped(panel.title, room, size=SIZE, bold=True, lines=3) for panel, room in rooms]

    def _rooms(self) -> list[float]:
        if self.place.narrow:
            return [self.place.width - (16 if panel.mark else 0) for panel in self.sheet.panels]
        if self.place.single:
            return [min([edge - text_width(column.title, SMALL) for edge, column in self._edges()], default=self.place.width) - 16]
        edges = self._edges()
        return [
            max([scale.end, *(edge for edge, column in edges if column.panel == number)]) - scale.start
            for number, scale in enumerate(self.place.scales)
        ]

    def _edges(self) -> list[tuple[float, Column]]:
        return list(zip(self.place.columns, self.sheet.columns, strict=False))

    def _remark(self) -> list[str]:
        return wrapped(self.sheet.remark, self.place.width, size=SMALL, lines=4) if self.sheet.remark else []

    def _remark_height(self) -> float:
        lines = len(self._remark())
        return lines * 16 + 8 if lines else 0

    def _ticks_at(self) -> float:
        """Return the baseline of the (wide) ticks, or of the last ones on a telephone."""
        heads = [self._scale_at(panel, title) for panel, title in zip(self.sheet.panels, self._titles(), strict=True)]
        between = 26 * (len(heads) - 1)
        return 14 + self._remark_height() + (sum(heads) + between if self.place.narrow else max(heads))

    def _scale_at(self, panel: Panel, title: list[str]) -> float:
        """Return how far the ticks stand below the first line of a title."""
        return (len(title) - 1) * 16 + 22 + (18 if panel.ends and panel.ticks else 0) + (18 if self._key() else 0)

    def _key(self) -> list[Column]:
        """Return the columns whose marks a telephone has to explain above the scale."""
        return [column for column in self.sheet.columns if column.mark] if self.place.narrow else []

    def draw(self, picture: Picture, strokes: Strokes, bottom: float) -> None:
        y = 14.0
        for line in self._remark():
            write(picture, 0, y, line, size=SMALL, ink="muted")
            y += 16
        y = 14.0 + self._remark_height()
        for panel, scale, title in zip(self.sheet.panels, self.place.scales, self._titles(), strict=True):
            x = 0.0 if self.place.narrow or self.place.single else scale.start
            if self.place.narrow and panel.mark:
                strokes.mark(6, y - 4.5, ink=panel.mark[0], shape=panel.mark[1])
                x = 16.0
            for number, line in enumerate(title):
                write(picture, x, y + number * 16, line, bold=True)
            x = 6.0
            for column in self._key():
                x = self._named(picture, strokes, column, x, y + len(title) * 16 + 2)
            at = y + self._scale_at(panel, title) if self.place.narrow else self._ticks_at()
            self._ticks(picture, strokes, panel, scale, at, bottom)
            y = at + 26 if self.place.narrow else y
        if not self.place.narrow:
            for edge, column in self._edges():
                at = y if self.place.single else self._ticks_at()
                if column.mark:
                    strokes.mark(edge - text_width(column.title, SMALL) - 8, at - 4, ink=column.mark[0], shape=column.mark[1], size=7)
                write(picture, edge, at, column.title, size=SMALL, ink="muted", align="right")

    @staticmethod
    def _named(picture: Picture, strokes: Strokes, column: Column, x: float, y: float) -> float:
        """Write a column's name behind its mark and return where the next one starts."""
        if column.mark:
            strokes.mark(x, y - 4, ink=column.mark[0], shape=column.mark[1], size=7)
        write(picture, x + 10, y, column.title, size=SMALL, ink="muted")
        return x + 30 + text_width(column.title, SMALL)

    def _ticks(self, picture: Picture, strokes: Strokes, panel: Panel, scale: Scale, y: float, bottom: float) -> None:
        words, narrow = self.sheet.words, self.place.narrow
        shown = panel.reference
        half = text_width(panel.reference_label, SMALL) / 2
        middle = 0.0 if shown is None else min(max(scale.at(shown), scale.start + half - 8), self.place.width - half)
        self._ends(picture, panel, scale, y - (18 if panel.ticks else 0))
        told = scale.told(words) if panel.ticks else []
        room = _apart(told, self.place)
        for at, text in told:
            if not narrow:
                strokes.line((at, at), (y + 6, bottom), ink="line")
            if at in room and (shown is None or abs(at - middle) > half + 20):
                write(picture, at, y, text, size=SMALL, ink="muted", align=_anchored(at, self.place))
        if panel.zero and not narrow:
            strokes.line((scale.at(0.0),) * 2, (y + 6, bottom), ink="muted", width=1.4, order=1.2)
        if shown is not None:
            write(picture, middle, y, panel.reference_label, size=SMALL, align="center")
            if not narrow:
                x = scale.at(shown)
                picture.line([x, x], [y + 6, bottom], ink="muted", width=1.2, dashes=(4, 3), order=1)

    def _ends(self, picture: Picture, panel: Panel, scale: Scale, y: float) -> None:
        """Write the words of a scale's ends, each in its share of the width."""
        widths = [text_width(word, SMALL, bold=True) for word, _ in panel.ends if word]
        fits = sum(widths) <= scale.end - scale.start - 8 * len(widths)
        end = scale.end if fits or not self.place.narrow else self.place.width - 2
        room = end - scale.start - 8 * len(widths)
        room = room if sum(widths) <= room else room / len(widths)
        middle = (scale.start + end) / 2
        places: list[tuple[float, Literal["left", "center", "right"]]] = [(scale.start, "left"), (middle, "center"), (end, "right")]
        for (x, align), (word, ink) in zip(places, panel.ends, strict=False):
            write(picture, x, y, wrapped(word, room, size=SMALL, bold=True, lines=1)[0], size=SMALL, ink=ink, bold=True, align=align)


def _row(picture: Picture, strokes: Strokes, row: Row, sheet: Sheet, place: Place, y: float, height: float) -> list[tuple[float, float]]:
    """Draw one row and return where its first dot stands, if it has one."""
    lines, remarks = lines_of(row, place), remarks_of(row, place)
    text = (len(lines) + len(remarks)) * LINE
    first = y + 26 if not row.marks else y + 13 if place.narrow else y + (height - text) / 2 + 13
    if not row.marks:
        strokes.line((0, place.width), (y + 6, y + 6), ink="line")
    for number, line in enumerate(lines):
        write(picture, 0, first + number * LINE, line, ink="ink" if row.marks else "muted", bold=not row.marks)
    for number, (remark, line, opens) in enumerate(remarks, start=len(lines)):
        at = first + number * LINE - 1
        if remark.mark and opens:
            strokes.mark(5, at - 4, ink=remark.mark[0], shape=remark.mark[1], size=7)
        write(picture, 14 if remark.mark else 0, at, line, ink=remark.ink, bold=remark.bold, size=SMALL)
    if not row.marks:
        return []
    middles = middles_of(row, place, y, height)
    _figures(picture, row, sheet, place, first, middles)
    return _marks(picture, strokes, row, sheet, place, middles)


def _marks(picture: Picture, strokes: Strokes, row: Row, sheet: Sheet, place: Place, middles: Sequence[float]) -> list[tuple[float, float]]:
    if row.note:
        _note(picture, row.note, place.scales[0].start, place.width, middles[0], place)
        return []
    for panel, mark, scale, middle in zip(sheet.panels, row.marks, place.scales, middles, strict=True):
        if isinstance(mark, str):
            _note(picture, mark, scale.start, scale.end, middle, place)
            continue
        if place.narrow and panel.ticks:
            _track(strokes, panel, scale, middle)
        mark.draw(picture, strokes, scale, middle)
    anchor = row.marks[0].anchor(place.scales[0], middles[0]) if isinstance(row.marks[0], Mark) else None
    return [] if anchor is None else [anchor]


def _track(strokes: Strokes, panel: Panel, scale: Scale, y: float) -> None:
    """Draw the short scale under one label of the narrow picture."""
    strokes.line((scale.start, scale.end), (y, y), ink="line")
    for tick in scale.ticks:
        strokes.line((scale.at(tick),) * 2, (y - 4, y + 4), ink="line")
    for at in [*([0.0] if panel.zero else []), *([] if panel.reference is None else [panel.reference])]:
        strokes.line((scale.at(at),) * 2, (y - 8, y + 8), ink="muted", width=1.2, order=1)


def _note(picture: Picture, note: str, start: float, end: float, middle: float, place: Place) -> None:
    """Say why a scale is empty, in as many as two lines."""
    x = 0.0 if place.narrow else start
    lines = wrapped(note, end - x, size=SMALL, lines=1 if place.narrow else 2)
    for number, line in enumerate(lines):
        y = middle + 4.5 + (number - (len(lines) - 1) / 2) * 15
        if not place.narrow:  # the grid would strike the words through
            fill(picture, [(x - 2, y - 12.5, x + text_width(line, SMALL), y + 3.5)], ink="paper", order=1.5)
        write(picture, x, y, line, size=SMALL, ink="muted")


def _figures(picture: Picture, row: Row, sheet: Sheet, place: Place, first: float, middles: Sequence[float]) -> None:
    """Write the figures: in columns when wide, beside label and scales when narrow."""
    if not row.figures:
        return
    if not place.narrow:
        for edge, (text, _), column in zip(place.columns, row.figures, sheet.columns, strict=True):
            write(picture, edge, middles[0] + 4.5, text, bold=column.strong, ink="ink" if column.strong else "muted", align="right")
        return
    write(picture, place.width - 2, first, lead(row, sheet), bold=True, size=LEAD, align="right")
    for middle, (strong, rest) in zip(middles, beside(row, sheet), strict=True):
        write(picture, place.scales[0].end + 16, middle + 4.5, strong, bold=True, size=LEAD)
        write(picture, place.width - 2, middle + 4.5, rest, size=SMALL, ink="muted", align="right")
