"""What is there, what is half there, what is missing: a grid of marks that differ in shape, not only in colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Words

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STATES", "Matrix", "matrix"]

STATES = ("full", "half", "empty")
NOTHING = ""  # a pair that the table does not list: nothing is wanted there, and nothing is drawn
SIZE, SMALL, LINE, CELL = 13, 12, 16, 44  # text, small text, line height, widest cell


@dataclass(frozen=True, eq=False)
class Matrix(Plot):
    """Rows and columns with a full, a half or an empty mark where they meet."""

    row: str
    column: str
    state: str

    @property
    def data(self) -> pd.DataFrame:
        """The three columns that the grid shows."""
        return self.table[[self.row, self.column, self.state]]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the grid, 720 pixels wide, or 350 for a telephone."""
        grid = self._grid()
        names = [words.label(self.column, name) for name in grid.columns]
        width, left = (NARROW, 0) if narrow else (WIDE, 290)
        cell = min(CELL, (width - left - 6) / max(len(names), 1))
        lines = [wrapped(words.label(self.row, name), width if narrow else left - 14, size=SIZE, lines=2) for name in grid.index]
        heights = [len(text) * LINE + (28 if narrow else 8) for text in lines]
        top = 30 + min(max((text_width(name, SMALL) for name in names), default=0), 150)
        picture = Picture(width, top + sum(heights) + 8)
        strokes = Strokes()
        _key(picture, strokes, words)
        for number, name in enumerate(names):
            x = left + (number + 0.5) * cell
            write(picture, x + 4, top - 6, wrapped(name, 150, size=SMALL, lines=1)[0], size=SMALL, ink="muted", upright=True)
        y = top
        for text, height, (_, states) in zip(lines, heights, grid.iterrows(), strict=True):
            strokes.line((0, width), (y, y), ink="line")
            for number, line in enumerate(text):
                write(picture, 0, y + (17 if narrow else 15.5) + number * LINE, line, size=SIZE)
            middle = y + height - 14 if narrow else y + height / 2
            for number, state in enumerate(states):
                if state == NOTHING:
                    continue
                _mark(strokes, left + (number + 0.5) * cell, middle, str(state))
            y += height
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: what is crossed with what, how many cells of each state, best and weakest row."""
        grid = self._grid()
        counts = {state: int((grid == state).sum().sum()) for state in STATES}
        labels = {f"{state}_label": words.label("state", state) for state in STATES}
        score = (grid == "full").sum(axis=1) + (grid == "half").sum(axis=1) / 2
        ends = {"best": words.label(self.row, score.idxmax()), "worst": words.label(self.row, score.idxmin())}
        names = {"row": words.column(self.row), "column": words.column(self.column)}
        return words.text("plot.matrix.alt", **names, n=int((grid != NOTHING).sum().sum()), **counts, **labels, **ends)

    def _grid(self) -> pd.DataFrame:
        """Return states by row and column in order of appearance; what is not listed stays blank."""
        import pandas as pd

        states = self.table.set_index([self.row, self.column])[self.state]
        rows, columns = (list(dict.fromkeys(self.table[name])) for name in (self.row, self.column))
        cells = [[states.get((row, column), NOTHING) for column in columns] for row in rows]
        return pd.DataFrame(cells, index=rows, columns=columns, dtype="str")


def _key(picture: Picture, strokes: Strokes, words: Words) -> None:
    x = 8.0
    for state in STATES:
        label = words.label("state", state)
        _mark(strokes, x, 10, state)
        write(picture, x + 13, 14.5, label, size=SMALL, ink="muted")
        x += 34 + text_width(label, SMALL)


def _mark(strokes: Strokes, x: float, y: float, state: str) -> None:
    empty = state == "empty"
    strokes.mark(x, y, ink="span" if empty else "accent", shape=state, size=7 if empty else 13)


def matrix(table: pd.DataFrame, *, row: str, column: str, state: str = "state") -> Matrix:
    """Cross two columns and mark each pair as full, half or empty.

    Parameters
    ----------
    table : DataFrame
        A saved table with one row a pair.
    row, column, state : str
        Names of its columns; `state` holds "full", "half" or "empty".

    Raises
    ------
    CxError
        A column is missing, a state is unknown, or a pair stands twice.
    """
    problems = [
        worded("plots.matrix", "unknown column", name, table.columns, label="It has") for name in (row, column, state) if name not in table
    ]
    if problems:
        raise CxError(*problems)
    unknown = [value for value in table[state].astype(str).unique() if value not in STATES]
    problems = [worded("plots.matrix", "unknown state", value, STATES) for value in unknown]
    if table.duplicated([row, column]).any():
        problems.append(worded("plots.matrix", f"a pair of {row} and {column} stands twice"))
    if problems:
        raise CxError(*problems)
    return Matrix(table, row, column, state)
