"""Drawing: a picture in CSS pixels, written as SVG that may stand in any page; text wraps and stays text.

Labels are hostile until they are text: control characters go, the rest is escaped. Colours are names of the house; each is
written as its CSS variable with the light value behind it, so that one picture is right in light and dark, and alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from cxlib.report.style import COLOURS

__all__ = ["Picture", "Strokes", "clean", "fill", "text_width", "wrapped", "write"]

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]+")
_INKS = {name: f"var(--cx-{name},{light})" for name, (light, _) in COLOURS.items()}


def clean(text: object) -> str:
    """Return text on one line, without characters that XML forbids or that turn the reading direction.

    >>> clean("a\\x00b\\n c")
    'a b c'
    """
    return " ".join(_UNPRINTABLE.sub(" ", str(text)).split())


def _told(*numbers: float) -> str:
    """Return numbers to a tenth of a pixel, as short as they can be told."""
    return " ".join(f"{round(number, 1) + 0.0:g}" for number in numbers)  # + 0.0: no "-0"


class Picture:
    """Something to draw on, in CSS pixels: x to the right, y downwards, no ground; what has a higher `order` lies above.

    Parameters
    ----------
    width, height : float
        Its size.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.cuts: tuple[float, ...] = ()  # where it may be folded without hiding half of anything, from the top
        self.items = 0  # how many things stand in it, for "show all"
        self._parts: list[tuple[float, str]] = []

    def path(self, d: str, style: str, *, order: float) -> None:
        """Add a path; an empty one draws nothing."""
        if d:
            self._parts.append((order, f'<path d="{d}" style="{style}"/>'))

    def text(self, x: float, y: float, text: str, style: str, *, turned: bool = False, order: float = 3) -> None:
        """Add one line of text with its baseline at `y`."""
        place = f'x="{_told(x)}" y="{_told(y)}"' + (f' transform="rotate(-90 {_told(x, y)})"' if turned else "")
        self._parts.append((order, f'<text {place} style="{style}">{escape(text)}</text>'))

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        ink: str,
        width: float = 1,
        order: float = 3,
        dashes: Sequence[float] = (),
        steps: bool = False,
    ) -> None:
        """Add a line through points, broken where one is NaN; dashes count in line widths, `steps` holds each height until the next x."""
        drawn = [f"M{'L'.join(_told(*point) for point in run)}" for run in _runs(x, y, steps=steps) if len(run) > 1]
        cap = f"stroke-dasharray:{_told(*(width * dash for dash in dashes))}" if dashes else "stroke-linecap:round"
        self.path("".join(drawn), f"fill:none;stroke:{_INKS[ink]};stroke-width:{width:g};{cap}", order=order)

    def band(
        self,
        x: Sequence[float],
        low: Sequence[float],
        high: Sequence[float],
        *,
        ink: str,
        alpha: float,
        steps: bool = False,
    ) -> None:
        """Fill what lies between two lines, broken where one of them is NaN."""
        below = [a if b == b else b for a, b in zip(low, high, strict=True)]
        above = [b if a == a else a for a, b in zip(low, high, strict=True)]
        edges = zip(_runs(x, below, steps=steps), _runs(x, above, steps=steps), strict=True)
        drawn = [f"M{'L'.join(_told(*point) for point in (*one, *reversed(other)))}z" for one, other in edges if len(one) > 1]
        self.path("".join(drawn), f"fill:{_INKS[ink]};opacity:{alpha:g}", order=1)

    def svg(self, alt: str) -> str:
        """Return the picture as SVG for an HTML page, with `alt` as its text alternative."""
        parts = "".join(part for _, part in sorted(self._parts, key=lambda part: part[0]))
        about = f'viewBox="0 0 {_told(self.width, self.height)}" role="img" aria-label={quoteattr(clean(alt))} focusable="false"'
        return f"<svg {about}>{parts}</svg>"

    def _repr_svg_(self) -> str:
        alone = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif"'
        return self.svg("").replace("<svg", alone, 1)


def _runs(x: Sequence[float], y: Sequence[float], *, steps: bool) -> Iterable[list[tuple[float, float]]]:
    """Yield points as far as none is missing; with `steps`, each height stays until the next point."""
    run: list[tuple[float, float]] = []
    for at, height in zip(x, y, strict=True):
        if math.isnan(at) or math.isnan(height):
            yield run
            run = []
            continue
        run += [(at, run[-1][1])] if steps and run else []
        run.append((at, height))
    yield run


def write(
    picture: Picture,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 13,
    ink: str = "ink",
    bold: bool = False,
    align: Literal["left", "center", "right"] = "left",
    upright: bool = False,
) -> None:
    """Write one line with its baseline at `y`; `upright` turns it to run upwards from (x, y)."""
    anchor = {"left": "", "center": "text-anchor:middle;", "right": "text-anchor:end;"}[align]
    style = f"font-size:{size:g}px;{'font-weight:600;' if bold else ''}{anchor}fill:{_INKS[ink]}"
    if said := clean(text):
        picture.text(x, y, said, style, turned=upright)


OPEN = ("empty", "diamond", "wedge")  # these show the ground inside
SQUARE = math.sqrt(0.5)  # a square stands on its corner


def _outline(shape: str, x: float, y: float, size: float) -> str:
    """Return the path of one mark around (x, y); anything unknown is round."""
    r = size / 2
    match shape:
        case "square":
            return f"M{_told(x - r, y - r)}h{_told(size)}v{_told(size)}h{_told(-size)}z"
        case "diamond" | "lozenge":
            d = size * SQUARE
            return f"M{_told(x, y - d)}l{_told(d, d, -d, d, -d, -d)}z"
        case "triangle" | "wedge":
            turned = 1 if shape == "triangle" else -1
            return f"M{_told(x, y - turned * r)}l{_told(r, turned * size)}h{_told(-size)}z"
    return f"M{_told(x - r, y)}a{_told(r, r)} 0 1 0 {_told(size)} 0a{_told(r, r)} 0 1 0 {_told(-size)} 0z"


def _half(x: float, y: float, size: float, *, left: bool) -> str:
    r = size / 2
    return f"M{_told(x, y - r)}a{_told(r, r)} 0 0 {0 if left else 1} 0 {_told(size)}z"


def fill(picture: Picture, boxes: Sequence[tuple[float, float, float, float]], *, ink: str, alpha: float = 1, order: float = 1) -> None:
    """Fill boxes (left, top, right, bottom) of one colour as a single path."""
    drawn = [f"M{_told(left, top)}H{_told(right)}V{_told(bottom)}H{_told(left)}z" for left, top, right, bottom in boxes]
    picture.path("".join(drawn), f"fill:{_INKS[ink]}" + (f";opacity:{alpha:g}" if alpha < 1 else ""), order=order)


class Strokes:
    """Lines and marks of one picture, drawn in one go: one path a style instead of one an element keeps the page small."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, float, float], tuple[list[float], list[float]]] = {}
        self._marks: dict[tuple[str, str, float, float], tuple[list[float], list[float]]] = {}
        self._boxes: dict[tuple[str, float, float], list[tuple[float, float, float, float]]] = {}

    def line(self, x: tuple[float, float], y: tuple[float, float], *, ink: str, width: float = 1, order: float = 0) -> None:
        """Add a line from (x[0], y[0]) to (x[1], y[1]); a higher `order` lies above."""
        xs, ys = self._lines.setdefault((ink, width, order), ([], []))
        xs.extend((*x, float("nan")))
        ys.extend((*y, float("nan")))

    def mark(self, x: float, y: float, *, ink: str, shape: str = "full", size: float = 8, order: float = 4) -> None:
        """Add a dot ("full", "empty", or its "half" left or "right"), a "square", "triangle", "lozenge", an open "wedge" or "diamond"."""
        xs, ys = self._marks.setdefault((ink, shape, size, order), ([], []))
        xs.append(x)
        ys.append(y)

    def box(self, left: float, top: float, right: float, bottom: float, *, ink: str, alpha: float = 1, order: float = 1) -> None:
        """Add a filled box; boxes of one colour are one path."""
        self._boxes.setdefault((ink, alpha, order), []).append((left, top, right, bottom))

    def draw(self, picture: Picture) -> None:
        """Draw everything added so far."""
        for (ink, alpha, order), boxes in self._boxes.items():
            fill(picture, boxes, ink=ink, alpha=alpha, order=order)
        for (ink, width, order), (xs, ys) in self._lines.items():
            picture.line(xs, ys, ink=ink, width=width, order=order)
        for (ink, shape, size, order), (xs, ys) in self._marks.items():
            places = list(zip(xs, ys, strict=True))
            inside = "paper" if shape in (*OPEN, "half", "right") else ink
            style = f"fill:{_INKS[inside]};stroke:{_INKS[ink]};stroke-width:1.2"
            picture.path("".join(_outline(shape, x, y, size) for x, y in places), style, order=order)
            if shape in ("half", "right"):
                halves = [_half(x, y, size, left=shape == "half") for x, y in places]
                picture.path("".join(halves), f"fill:{_INKS[ink]}", order=order)


@lru_cache(maxsize=4096)
def _advance(char: str, bold: bool) -> float:
    from matplotlib import font_manager

    font = font_manager.get_font(
        font_manager.findfont(font_manager.FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    )
    if not font.get_char_index(ord(char)):
        return 1.0
    font.set_size(100, 72)
    return font.load_char(ord(char)).linearHoriAdvance / 65536 / 100


@lru_cache(maxsize=65536)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in CSS pixels, measured in a font wider than the usual ones."""
    return sum(_advance(char, bold) for char in text) * size


def wrapped(text: object, width: float, *, size: float = 13, bold: bool = False, lines: int = 3) -> list[str]:
    """Break a label into at most `lines` lines of `width` pixels; longer words break (at a hyphen if they have one), the rest is cut.

    >>> wrapped("Lieferantenbewertung des Kunden", 150, size=13)
    ['Lieferantenbewertung', 'des Kunden']
    """
    rows: list[str] = []
    for kept in re.split(r"[ \t\n]+", str(text).strip()):
        word = clean(kept)  # a no-break space keeps number and sign on one line
        joined = f"{rows[-1]} {word}" if rows else word
        if rows and text_width(joined, size, bold=bold) <= width:
            rows[-1] = joined
            continue
        rows.append("")
        for char in word:
            if rows[-1] and text_width(rows[-1] + char, size, bold=bold) > width:
                head, hyphen, tail = rows[-1].rpartition("-")
                rows[-1:] = [head + hyphen, tail] if head else [tail, ""]
            rows[-1] += char
    if len(rows) > lines:
        last = rows[lines - 1]
        while last and text_width(last + "…", size, bold=bold) > width:
            last = last[:-1]
        rows = [*rows[: lines - 1], last.rstrip() + "…"]
    return rows
