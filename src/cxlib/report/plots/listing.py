"""A numbered list below a field: the names of points that stand in it as numbers, under the headings of where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cxlib.report.svg import Picture, Strokes, wrapped, write
from cxlib.report.words import Words

__all__ = ["Item", "draw_list", "list_height", "without"]

SIZE, SMALL, LINE, INDENT = 13, 12, 16, 46


@dataclass(frozen=True)
class Item:
    """One line: number, mark, name and what is said of it; without a number it is a heading, or plain text if it has no name."""

    name: str
    number: int | None = None
    said: str = ""
    ink: str = "accent"
    shape: str = "full"


def _lines(item: Item, width: float) -> tuple[list[str], list[str]]:
    if item.number is None:
        return (wrapped(item.name, width, size=SIZE, bold=True, lines=2) if item.name else []), _small(item.said, width)
    return wrapped(item.name, width - INDENT, size=SIZE, lines=3), _small(item.said, width - INDENT)


def _small(text: str, width: float) -> list[str]:
    return wrapped(text, width, size=SMALL, lines=9) if text else []


def without(words: Words, hidden: Sequence[tuple[str, str]]) -> str:
    """Return which levels have no point, those with the same reason together, "" where all have one.

    Parameters
    ----------
    words : Words
        The reader's language.
    hidden : sequence of (str, str)
        Name and reason of each; a reason may be "".
    """
    reasons: dict[str, list[str]] = {}
    for name, reason in hidden:
        reasons.setdefault(reason, []).append(name)
    told = [f"{words.list(names)} – {reason}" if reason else words.list(names) for reason, names in reasons.items()]
    return words.text("plot.without", names="; ".join(told)) if told else ""


def list_height(items: Sequence[Item], width: float) -> float:
    """Return how much room a list takes."""
    return sum(_height(item, width) for item in items)


def _height(item: Item, width: float) -> float:
    name, said = _lines(item, width)
    return (len(name) + len(said)) * LINE + (16 if item.number is None and item.name else 7)


def draw_list(picture: Picture, strokes: Strokes, items: Sequence[Item], y: float, width: float, *, left: float = 0) -> None:
    """Draw a list from the height `y` down, `left` pixels from the edge."""
    for item in items:
        name, said = _lines(item, width)
        heading = item.number is None
        at = y + (23 if heading and item.name else 14)
        if heading and item.name:
            strokes.line((left, left + width), (y + 5, y + 5), ink="line")
        if item.number is not None:
            write(picture, left + 20, at, str(item.number), size=SMALL, ink="muted", align="right")
            strokes.mark(left + 33, at - 4.5, ink=item.ink, shape=item.shape)
        start = left if heading else left + INDENT
        for line in name:
            write(picture, start, at, line, bold=heading, ink="muted" if heading else "warn" if item.ink == "warn" else "ink")
            at += LINE
        for line in said:
            write(picture, start, at, line, size=SMALL, ink="muted")
            at += LINE
        y += _height(item, width)
