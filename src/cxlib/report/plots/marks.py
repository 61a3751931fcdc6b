"""What stands on the scale of one row: a dot with its span, bars from the zero line, or a bar of shares."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from cxlib.report.svg import Picture, Strokes, text_width, write
from cxlib.report.words import Told, absent

if TYPE_CHECKING:
    from cxlib.report.plots.scale import Scale

__all__ = ["SERIES", "Bars", "Dot", "Mark", "Stack", "number"]

SERIES = (("accent", "full"), ("violet", "square"), ("ochre", "triangle"), ("rose", "lozenge"), ("ink", "empty"))  # colour and shape
SMALL = 12


def number(told: Told | None, part: str = "value") -> float | None:
    """Return a number of a row, None where it has none.

    Parameters
    ----------
    told : Told, optional
        The row.
    part : {"value", "low", "high"}
        Which number.
    """
    cell = None if told is None else told.row.get(part)
    return None if absent(cell) else float(cell)  # type: ignore[arg-type]


def _finite(told: Sequence[Told | None]) -> list[float]:
    cells = [number(row, part) for row in told for part in ("value", "low", "high")]
    return [cell for cell in cells if cell is not None and math.isfinite(cell)]


def _span(strokes: Strokes, told: Told | None, scale: Scale, y: float, *, width: float = 4, ink: str = "span", order: float = 2) -> None:
    low, high = number(told, "low"), number(told, "high")
    if low is not None and high is not None:
        strokes.line((scale.at(low), scale.at(high)), (y, y), ink=ink, width=width, order=order)


class Mark(ABC):
    """Something drawn on a scale."""

    room = 22  # pixels that it takes below a label

    @abstractmethod
    def numbers(self) -> list[float]:
        """Return every finite number that the scale has to hold."""

    @abstractmethod
    def draw(self, picture: Picture, strokes: Strokes, scale: Scale, y: float) -> None:
        """Draw it around the height `y`."""

    def anchor(self, scale: Scale, y: float) -> tuple[float, float] | None:
        """Return where a line that links the rows meets it."""
        return None


@dataclass(frozen=True, eq=False)
class Dot(Mark):
    """A value with its span; an expected value, if any, as an open diamond with its own span below it."""

    told: Told
    aim: Told | None = None
    ink: str = "accent"
    shape: str = "full"
    size: float = 8

    def numbers(self) -> list[float]:
        """Return value and span, actual and expected."""
        return _finite((self.told, self.aim))

    def anchor(self, scale: Scale, y: float) -> tuple[float, float] | None:
        """Return the dot's place."""
        value = number(self.told)
        return None if value is None else (scale.at(value), self._height(y))

    def draw(self, picture: Picture, strokes: Strokes, scale: Scale, y: float) -> None:
        """Draw span and dot; with an expected value the two stand one above the other, so that neither span hides the other."""
        at = self.anchor(scale, y)
        if at is None:
            return
        _span(strokes, self.told, scale, at[1])
        strokes.mark(*at, ink=self.ink, shape=self.shape, size=self.size)
        aim = number(self.aim)
        if aim is not None:
            below = y + 5.5
            _span(strokes, self.aim, scale, below, width=1.6, ink="muted")
            strokes.mark(scale.at(aim), below, ink="ink", shape="diamond", size=6, order=3)

    def _height(self, y: float) -> float:
        return y if number(self.aim) is None else y - 4.5


@dataclass(frozen=True, eq=False)
class Bars(Mark):
    """Pale bars from the zero line to a value, each with a dot at its end and its span."""

    parts: Sequence[tuple[Told, str, str]]  # row, colour and shape

    def numbers(self) -> list[float]:
        """Return all values, spans and the zero line."""
        return [0.0, *_finite([told for told, *_ in self.parts])]

    def draw(self, picture: Picture, strokes: Strokes, scale: Scale, y: float) -> None:
        """Draw each bar; where spans meet or both bars lie on one side, they stand one above the other, so that none hides another."""
        split = self._overlapping() or len({(number(told) or 0.0) > 0 for told, *_ in self.parts}) < len(self.parts) > 1
        for side, (told, ink, shape) in enumerate(self.parts):
            value = number(told)
            if value is None:
                continue
            ends = sorted((scale.at(0.0), scale.at(value)))
            top, bottom = ((y - 9, y), (y, y + 9))[side > 0] if split else (y - 7, y + 7)
            strokes.box(ends[0], top, ends[1], bottom, ink=ink, alpha=0.4, order=0.8)
            at = (top + bottom) / 2
            _span(strokes, told, scale, at)
            strokes.mark(scale.at(value), at, ink=ink, shape=shape)

    def _overlapping(self) -> bool:
        spans = [(number(told, "low"), number(told, "high")) for told, *_ in self.parts]
        ends = sorted((low, high) for low, high in spans if low is not None and high is not None)
        return any(one[1] >= other[0] for one, other in pairwise(ends))


@dataclass(frozen=True, eq=False)
class Stack(Mark):
    """Shares side by side that make up a whole, each with its number inside where it fits."""

    parts: Sequence[tuple[Told, str, str]]  # row, colour of the bar, colour of its text
    height: float = 22
    room = 30

    def numbers(self) -> list[float]:
        """Return both ends of a whole."""
        return [0.0, 1.0]

    def draw(self, picture: Picture, strokes: Strokes, scale: Scale, y: float) -> None:
        """Draw the parts from left to right, a hair apart."""
        begun = 0.0
        for told, fill, ink in self.parts:
            value = number(told) or 0.0
            left, right = scale.at(begun), scale.at(begun + value)
            begun += value
            if right - left <= 1:
                continue
            strokes.box(left + 0.5, y - self.height / 2, right - 0.5, y + self.height / 2, ink=fill)
            if text_width(told.bare(), SMALL) <= right - left:  # measured wide: readers' fonts leave a margin
                write(picture, (left + right) / 2, y + 4.5, told.bare(), size=SMALL, ink=ink, align="center")
