"""Points between two scales: crosses for both spans, target lines, names beside the points or, where there is no room, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cxlib.report.plots.labels import LEADER, Box, labelled
from cxlib.report.plots.marks import number
from cxlib.report.plots.scale import Scale, scale_of
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Told, Words

__all__ = ["Axis", "Corner", "Field", "Point", "n_range"]

SIZE, SMALL, LINE = 13, 12, 15


@dataclass(frozen=True, eq=False)
class Point:
    """Two figures of one level, its name, and a line of small print below it."""

    label: str
    x: Told
    y: Told
    small: str = ""
    ink: str = "accent"
    shape: str = "full"

    @property
    def strong(self) -> bool:
        """Whether the point is one to look at first."""
        return self.ink == "warn"


@dataclass(frozen=True)
class Axis:
    """A scale's title and unit, and the line that stands on it."""

    title: str
    unit: str
    target: float | None = None
    include: tuple[float, ...] = ()


@dataclass(frozen=True)
class Corner:
    """A word in a corner of the field: left or right, upper or lower."""

    text: str
    right: bool
    upper: bool
    ink: str = "muted"


@dataclass(frozen=True, eq=False)
class Field:
    """Points between a scale to the right and one upwards, inside `box` together with the scales' titles."""

    words: Words
    points: Sequence[Point]
    x: Axis
    y: Axis
    box: Box
    corners: Sequence[Corner] = ()
    all: Sequence[Point] = ()  # every point that the scales have to hold, where several fields share them

    @property
    def inner(self) -> Box:
        """Return the box between the scales."""
        top = self.box.top + 16 * len(self._title(self.y)) + 8
        bottom = self.box.bottom - 20 - 16 * len(self._title(self.x))
        ticks = max((text_width(text, SMALL) for _, text in self._scale(self.y, bottom, top).told(self.words)), default=0.0)
        return Box(self.box.left + ticks + 10, top, self.box.right - 6, bottom)

    def unplaced(self) -> list[int]:
        """Return the points whose names find no room, with numbers standing in their place."""
        listed: list[int] = []
        while True:
            places = self._places(listed)
            more = [place for place, box in enumerate(places) if box is None and place not in listed]
            if not more:
                return sorted(listed)
            listed += more

    def draw(self, picture: Picture, strokes: Strokes, *, listed: Sequence[int] = ()) -> None:
        """Draw scales, points and names; the points `listed` are numbered from 1 in place of their names.

        Parameters
        ----------
        picture, strokes
            Where to draw.
        listed : sequence of int
            Places of points in `points`, in the order of their numbers.
        """
        inner = self.inner
        x, y = self._scales()
        self._frame(picture, strokes, x, y, inner)
        for corner, box in zip(self.corners, self._corners(inner), strict=True):
            side: Literal["left", "right"] = "right" if corner.right else "left"
            at = box.right if corner.right else box.left
            strokes.box(box.left - 2, box.top, box.right + 2, box.bottom, ink="paper", alpha=0.8, order=2)
            write(picture, at, box.bottom - 4, self._word(corner, inner), size=SMALL, bold=True, ink=corner.ink, align=side)
        for point, spot in zip(self.points, self._spots(x, y), strict=True):
            for cross in _cross(point, spot, x, y):
                strokes.line((cross.left, cross.right), (cross.top, cross.bottom), ink="span", width=1.4, order=1.8)
            strokes.mark(*spot, ink=point.ink, shape=point.shape, size=9 if point.strong else 8)
        self._names(picture, strokes, listed)

    def _scales(self) -> tuple[Scale, Scale]:
        inner = self.inner
        return self._scale(self.x, inner.left, inner.right), self._scale(self.y, inner.bottom, inner.top)

    def _spots(self, x: Scale, y: Scale) -> list[tuple[float, float]]:
        return [(x.at(number(point.x) or 0.0), y.at(number(point.y) or 0.0)) for point in self.points]

    def _texts(self, listed: Sequence[int]) -> list[list[str]]:
        numbers = {place: str(turn) for turn, place in enumerate(listed, start=1)}
        return [[numbers[place]] if place in numbers else _name(point) for place, point in enumerate(self.points)]

    def _places(self, listed: Sequence[int]) -> list[Box | None]:
        """Return where each name or number stands."""
        inner, (x, y) = self.inner, self._scales()
        spots, texts = self._spots(x, y), self._texts(listed)
        sizes = [
            (max(text_width(line, SMALL, bold=point.strong) for line in lines), LINE * len(lines) - 2.0)
            for lines, point in zip(texts, self.points, strict=True)
        ]
        faint = [box for point, spot in zip(self.points, spots, strict=True) for box in _cross(point, spot, x, y)]
        return labelled(spots, sizes, inner, taken=self._corners(inner), faint=faint)

    def _scale(self, axis: Axis, start: float, end: float) -> Scale:
        points = self.all or self.points
        told = [point.x if axis is self.x else point.y for point in points]
        numbers = [value for row in told for part in ("value", "low", "high") if (value := number(row, part)) is not None]
        numbers += [*axis.include, *([] if axis.target is None else [axis.target])]
        return scale_of(numbers, axis.unit, start=start, end=end, most=max(round(abs(end - start) / 80), 2), pad=0.06)

    def _title(self, axis: Axis) -> list[str]:
        return wrapped(axis.title, self.box.right - self.box.left, size=SMALL, bold=True, lines=2)

    def _frame(self, picture: Picture, strokes: Strokes, x: Scale, y: Scale, inner: Box) -> None:
        for place, line in enumerate(self._title(self.y)):
            write(picture, self.box.left, self.box.top + 12 + 16 * place, line, size=SMALL, bold=True)
        for place, line in enumerate(self._title(self.x)):
            write(picture, inner.right, inner.bottom + 36 + 16 * place, line, size=SMALL, bold=True, align="right")
        strokes.line((inner.left, inner.left), (inner.top, inner.bottom), ink="span")
        strokes.line((inner.left, inner.right), (inner.bottom, inner.bottom), ink="span")
        for at, text in x.told(self.words):
            strokes.line((at, at), (inner.bottom, inner.bottom + 4), ink="span")
            write(picture, at, inner.bottom + 18, text, size=SMALL, ink="muted", align="center")
        for at, text in y.told(self.words):
            strokes.line((inner.left - 4, inner.left), (at, at), ink="span")
            write(picture, inner.left - 8, at + 4.5, text, size=SMALL, ink="muted", align="right")
        for axis, scale in ((self.x, x), (self.y, y)):
            if axis.target is not None:
                at = scale.at(axis.target)
                ends = ([at, at], [inner.top, inner.bottom]) if axis is self.x else ([inner.left, inner.right], [at, at])
                picture.line(*ends, ink="muted", width=1.2, dashes=(4, 3), order=1)

    def _word(self, corner: Corner, inner: Box) -> str:
        return wrapped(corner.text, (inner.right - inner.left) / 2 - 10, size=SMALL, bold=True, lines=1)[0]

    def _corners(self, inner: Box) -> list[Box]:
        """Return the room that the words in the corners take."""
        found = []
        for corner in self.corners:
            width = text_width(self._word(corner, inner), SMALL, bold=True)
            left = inner.right - width - 4 if corner.right else inner.left + 6
            base = inner.top + 14 if corner.upper else inner.bottom - 8
            found.append(Box(left, base - 12, left + width, base + 4))
        return found

    def _names(self, picture: Picture, strokes: Strokes, listed: Sequence[int]) -> None:
        spots = self._spots(*self._scales())
        for box, spot, lines, point in zip(self._places(listed), spots, self._texts(listed), self.points, strict=True):
            place = box or Box(spot[0] + 7, spot[1] - 7, spot[0] + 20, spot[1] + 7)  # a number without room covers something
            if place.distance(*spot) > LEADER:
                near = place.nearest(*spot)
                strokes.line((spot[0], near[0]), (spot[1], near[1]), ink="span", order=1.5)
            # lines stay behind words
            strokes.box(place.left - 1, place.top + 1, place.right + 1, place.bottom, ink="paper", alpha=0.7, order=2)
            left = place.left + place.right > 2 * spot[0]  # the side that faces the point is the straight one
            for row, line in enumerate(lines):
                small = row == len(lines) - 1 and bool(point.small) and len(lines) > 1
                ink = "muted" if small else "warn" if point.strong else "ink"
                at, side = (place.left, "left") if left else (place.right, "right")
                write(picture, at, place.top + 11 + LINE * row, line, size=SMALL, ink=ink, bold=point.strong and not small, align=side)  # type: ignore[arg-type]


def _name(point: Point) -> list[str]:
    return [*wrapped(point.label, 165, size=SMALL, bold=point.strong, lines=2), *([point.small] if point.small else [])]


def _cross(point: Point, spot: tuple[float, float], x: Scale, y: Scale) -> list[Box]:
    """Return both spans of a point as boxes without width or without height."""
    found = []
    for told, scale, upright in ((point.x, x, False), (point.y, y, True)):
        low, high = number(told, "low"), number(told, "high")
        if low is None or high is None:
            continue
        ends = sorted((scale.at(low), scale.at(high)))
        found.append(Box(spot[0], ends[0], spot[0], ends[1]) if upright else Box(ends[0], spot[1], ends[1], spot[1]))
    return found


def n_range(words: Words, told: Sequence[Told]) -> str:
    """Return how many answers stand behind points: one number, or the smallest and the largest."""
    counts = [int(row.row["n"]) for row in told if row.row.get("n") is not None and row.row["n"] == row.row["n"]]
    if not counts:
        return words.text("value.missing")
    low, high = (words.number(count, "count") for count in (min(counts), max(counts)))
    return low if low == high else words.text("plot.n_range", low=low, high=high)
