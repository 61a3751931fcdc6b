"""One number where a row and a column meet, shaded by how far it lies below or above a middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, fill, text_width, wrapped, write
from cxlib.report.words import Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tiles", "tiles"]

SIZE, SMALL, LINE = 13, 12, 16  # text, small text, line height
LABELS, WIDEST, TALL = 236, 96, 26  # room of row labels, widest tile, its height
DARKEST = 0.5  # of a shade, so that ink on it keeps its contrast in both modes
STEPS = 5
UPRIGHT, MOST = 170, 6  # length of an upright heading's two lines; lines of a level one


@dataclass(frozen=True, eq=False)
class Tiles(Plot):
    """Rows and columns of numbers; what lies below the middle wears the warning colour, what lies above it the accent."""

    row: str
    column: str
    order: tuple[str, ...]
    middle: float

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the tiles, 720 pixels wide, or 350 for a telephone."""
        rows, columns = self._levels()
        width, left = (NARROW, 0) if narrow else (WIDE, LABELS)
        tile = min(WIDEST, (width - left) / max(len(columns), 1))
        heads = _Heads.of([words.label(self.column, name) for name in columns], tile)
        labels = [wrapped(words.label(self.row, name), width if narrow else left - 12, size=SIZE, lines=2) for name in rows]
        heights = [len(label) * LINE + TALL + 2 if narrow else max(len(label) * LINE + 6, TALL + 2) for label in labels]
        y = float(34 + heads.height)
        picture = Picture(width, y + sum(heights) + 6)
        strokes = Strokes()
        title = words.measure(self._metric, self._unit)
        write(picture, 0, 14, wrapped(title, width, size=SIZE, bold=True, lines=1)[0], bold=True)
        heads.draw(picture, left, tile, y - 8)
        for name, label, height in zip(rows, labels, heights, strict=True):
            strokes.line((0, left + tile * len(columns)), (y, y), ink="line")
            first = y + 14 if narrow else y + height / 2 + 4.5 - (len(label) - 1) / 2 * LINE
            for number, line in enumerate(label):
                write(picture, 0, first + number * LINE, line)
            self._row(picture, words, name, (left, y + height - TALL - 1 if narrow else y + (height - TALL) / 2, tile))
            y += height
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: what is crossed, how many numbers, the lowest and the highest, how many are hidden."""
        known = [row for row in self._cells.values() if not absent(row["value"])]
        facts = {"metric": words.metric(self._metric), "row": words.column(self.row), "column": words.column(self.column)}
        if not known:
            return words.text("plot.tiles.alt_none", **facts)
        ends = {
            name: f"{words.label(self.row, one[self.row])}, {words.label(self.column, one[self.column])}: {words.told(one)}"
            for name, one in (("least", min(known, key=_value)), ("most", max(known, key=_value)))
        }
        said = words.text("plot.tiles.alt", n=len(known), **facts, **ends)
        hidden = len(self._cells) - len(known)
        return f"{said} {words.text('plot.hidden', n=hidden)}" if hidden else said

    @property
    def _metric(self) -> str:
        return str(self.table["metric"].iloc[0])

    @property
    def _unit(self) -> str:
        return next((str(unit) for unit in self.table["unit"] if unit), "")

    @cached_property
    def _cells(self) -> dict[tuple[str, str], dict[str, Any]]:
        rows = [{str(name): cell for name, cell in row.items()} for row in self.table.to_dict("records")]
        known = [row for row in rows if not absent(row[self.row]) and not absent(row[self.column])]
        return {(str(row[self.row]), str(row[self.column])): row for row in known}

    def _levels(self) -> tuple[list[str], list[str]]:
        """Return the levels of rows, as asked for or by the first column, and of columns, as they come; pooled and unknown last."""
        place = {name: number for number, name in enumerate(self.order)}
        rows, columns = (list(dict.fromkeys(key[side] for key in self._cells)) for side in (0, 1))
        columns = sorted(columns, key=lambda name: name.startswith("__"))
        firsts = {name: self._cells.get((name, columns[0]), {}).get("value") for name in rows}

        def at(name: str) -> tuple[bool, float, float]:
            first = None if self.order else firsts[name]
            return name.startswith("__"), place.get(name, len(place)), float("inf") if first is None or absent(first) else -float(first)

        return sorted(rows, key=at), columns

    def _row(self, picture: Picture, words: Words, name: str, place: tuple[float, float, float]) -> None:
        """Draw the tiles of one row from its left edge, its top and the width of a tile."""
        cells, (left, top, tile) = self._cells, place
        widest = max((abs(_value(one) - self.middle) for one in cells.values() if not absent(one["value"])), default=0.0)
        for number, column in enumerate(self._levels()[1]):
            cell, middle = cells.get((name, column)), left + (number + 0.5) * tile
            if cell is None or absent(cell["value"]):
                write(picture, middle, top + TALL - 9, words.text("value.missing"), size=SMALL, ink="muted", align="center")
                continue
            apart = _value(cell) - self.middle
            step = round(STEPS * abs(apart) / widest) if widest else 0
            if step:
                box = (middle - tile / 2 + 1, top, middle + tile / 2 - 1, top + TALL)
                fill(picture, [box], ink="warn" if apart < 0 else "accent", alpha=DARKEST * step / STEPS)
            bold = apart < 0 and step == STEPS
            write(picture, middle, top + TALL - 9, words.told(cell).bare(), size=SMALL, bold=bold, align="center")


@dataclass(frozen=True, eq=False)
class _Heads:
    """The headings of the columns: in lines above their tiles, or upright where a word is too long for that."""

    names: Sequence[str]
    lines: Sequence[Sequence[str]]
    upright: bool

    @classmethod
    def of(cls, names: Sequence[str], tile: float) -> _Heads:
        room = tile - 4
        upright = any(text_width(word, SMALL) > room for name in names for word in name.split())
        lines = [wrapped(name, room, size=SMALL, lines=MOST) for name in names]
        return cls(names, lines, upright or any(line.endswith("…") for head in lines for line in head))

    @property
    def height(self) -> float:
        """Room that the headings take."""
        if self.upright:
            return max((text_width(line, SMALL) for name in self.names for line in _upright(name)), default=0.0)
        return LINE * max(map(len, self.lines), default=1)

    def draw(self, picture: Picture, left: float, tile: float, bottom: float) -> None:
        """Write every heading above its column."""
        for number, (name, lines) in enumerate(zip(self.names, self.lines, strict=True)):
            x = left + (number + 0.5) * tile
            if self.upright:
                told = _upright(name)
                for across, line in enumerate(told):
                    at = x + 4 + (across - (len(told) - 1) / 2) * LINE
                    write(picture, at, bottom, line, size=SMALL, ink="muted", upright=True)
                continue
            for up, line in enumerate(reversed(lines)):
                write(picture, x, bottom - up * LINE, line, size=SMALL, ink="muted", align="center")


def _upright(name: str) -> list[str]:
    return wrapped(name, UPRIGHT, size=SMALL, lines=2)


def _value(row: dict[str, Any]) -> float:
    return float(row["value"])


def tiles(estimates: pd.DataFrame, *, row: str, column: str, order: Sequence[str] = (), middle: float = 0.0) -> Tiles:
    """Cross two group columns and write each number where they meet.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and one row a pair of levels; higher is better.
    row, column : str
        Group columns.
    order : sequence of str
        Levels of `row` in their order; others follow. Left out: by their numbers in the first column, the highest first.
    middle : float
        The value that is neither bad nor good.

    Raises
    ------
    CxError
        For several metrics, a column that is no group column, or a pair that stands twice.
    """
    groups = group_columns(estimates)
    problems = [worded("tiles", "cannot be drawn by", name, groups, label="Group columns") for name in (row, column) if name not in groups]
    metrics = list(estimates["metric"].unique())
    if len(metrics) > 1:
        problems.append(worded("tiles", "shows one metric, the table has several", None, metrics, label="Metrics", do="Choose one."))
    if not problems and estimates.duplicated([row, column]).any():
        problems.append(worded("tiles", f"a pair of {row} and {column} stands twice", None, groups, label="Group columns"))
    if problems:
        raise CxError(*problems)
    return Tiles(estimates, row, column, tuple(map(str, order)), middle)
