"""Swim lanes: every touchpoint where stage and department meet, a dot filled by what is measured of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Lanes", "lanes"]

# left half: the log, right half: the survey
SHAPES: Mapping[str, str] = {"both": "full", "log": "half", "survey": "right", "neither": "empty"}
SIZE, SMALL, LINE = 13, 12, 16  # text, small text, line height
DOT, STEP, LEFT = 13, 34, 172  # a dot, what it takes with its number below, width of the lanes' names
NOBODY = "nobody"  # the lane that comes last
COLUMNS = ("stage", "department", "touchpoint_id", "measured_in")


@dataclass(frozen=True, eq=False)
class Lanes(Plot):
    """One lane a department, one column a stage, one numbered dot a touchpoint; on a telephone a list by stage."""

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the lanes 720 pixels wide, or the list of 350 for a telephone."""
        if self._needed:
            return Picture(NARROW if narrow else WIDE, LINE)
        return self._list(words) if narrow else self._lanes(words)

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many touchpoints, stages and lanes, how many of each state, which ones are not measured."""
        rows = self._rows()
        facts: dict[str, Any] = {"n": len(rows)}
        facts |= {name: len({row[column] for row in rows}) for name, column in (("stages", "stage"), ("departments", "department"))}
        facts |= {f"{state}_n": sum(row["measured_in"] == state for row in rows) for state in SHAPES}
        facts |= {f"{state}_label": words.label("measured_in", state) for state in SHAPES}
        dark = [words.label("touchpoint_id", row["touchpoint_id"]) for row in rows if row["measured_in"] == "neither"]
        return words.text("plot.lanes.alt", **facts) + (" " + words.text("plot.lanes.alt_dark", names=words.list(dark)) if dark else "")

    @property
    def _needed(self) -> bool:
        return bool(self.table["value"].isna().all())

    def _rows(self) -> list[dict[str, Any]]:
        rows = [] if self._needed else self.table.sort_values("value").to_dict("records")
        return [{str(name): cell for name, cell in row.items()} for row in rows]

    def _lanes(self, words: Words) -> Picture:
        rows = self._rows()
        stages = list(dict.fromkeys(str(row["stage"]) for row in rows))
        cell = (WIDE - LEFT) / len(stages)
        beside = max(int(cell // 21), 1)
        cells: dict[str, dict[str, list[dict[str, Any]]]] = {}
        for row in rows:
            cells.setdefault(str(row["department"]), {}).setdefault(str(row["stage"]), []).append(row)
        cells = dict(sorted(cells.items(), key=lambda lane: lane[0] == NOBODY))
        names = [words.label("stage", stage) for stage in stages]
        head = _legend_height(words, WIDE) + min(max(text_width(name, SMALL) for name in names), 150) + 12
        deep = {lane: max(-(-len(dots) // beside) for dots in of.values()) for lane, of in cells.items()}
        picture = Picture(WIDE, head + sum(depth * STEP + 4 for depth in deep.values()) + 6)
        strokes = Strokes()
        _legend(picture, strokes, words, WIDE)
        for number, name in enumerate(names):
            shown = wrapped(name, 150, size=SMALL, lines=1)[0]
            write(picture, LEFT + (number + 0.5) * cell + 4, head - 6, shown, size=SMALL, ink="muted", upright=True)
        y = head
        for lane, of in cells.items():
            height = deep[lane] * STEP + 4
            strokes.line((0, WIDE), (y, y), ink="line")
            for number, line in enumerate(wrapped(words.label("department", lane), LEFT - 12, size=SIZE, lines=2)):
                write(picture, 0, y + 18 + number * LINE, line, size=SIZE)
            for place, stage in enumerate(stages):
                for number, row in enumerate(of.get(stage, [])):
                    across = min(beside, len(of[stage]))
                    x = LEFT + (place + 0.5) * cell + (number % beside - (across - 1) / 2) * 21
                    _dot(picture, strokes, row, x, y + 13 + number // beside * STEP)
            y += height
        strokes.draw(picture)
        return picture

    def _list(self, words: Words) -> Picture:
        """Every touchpoint under its stage, with its department: on 350 pixels lanes would be too narrow to read."""
        parts = list(self._parts(words))
        head = _legend_height(words, NARROW) + 6
        picture = Picture(NARROW, head + sum(height for _, _, height in parts) + 6)
        strokes = Strokes()
        _legend(picture, strokes, words, NARROW)
        y = head
        for row, lines, height in parts:
            if row is None:
                strokes.line((0, NARROW), (y + 6, y + 6), ink="line")
                write(picture, 0, y + 24, lines[0], bold=True, ink="muted")
            else:
                _mark(strokes, str(row["measured_in"]), 8, y + 11)
                write(picture, 38, y + 15, f"{row['value']:.0f}", size=SMALL, ink="muted", align="right")
                for number, line in enumerate(lines):
                    last = number == len(lines) - 1
                    write(picture, 46, y + 15 + number * LINE, line, size=SMALL if last else SIZE, ink="muted" if last else "ink")
            y += height
        strokes.draw(picture)
        return picture

    def _parts(self, words: Words) -> Iterator[tuple[dict[str, Any] | None, list[str], float]]:
        """Yield headings (without a row) and touchpoints, each with its lines and its height."""
        stage = None
        for row in self._rows():
            if row["stage"] != stage:
                stage = row["stage"]
                yield None, wrapped(words.label("stage", stage), NARROW, bold=True, lines=1), 32
            name = wrapped(words.label("touchpoint_id", row["touchpoint_id"]), NARROW - 48, lines=2)
            lines = [*name, wrapped(words.label("department", row["department"]), NARROW - 48, size=SMALL, lines=1)[0]]
            yield row, lines, len(lines) * LINE + 8


def _mark(strokes: Strokes, state: str, x: float, y: float) -> None:
    strokes.mark(x, y, ink="warn" if state == "neither" else "accent", shape=SHAPES[state], size=DOT)


def _dot(picture: Picture, strokes: Strokes, row: Mapping[str, Any], x: float, y: float) -> None:
    _mark(strokes, str(row["measured_in"]), x, y)
    write(picture, x, y + 19, f"{row['value']:.0f}", size=SMALL - 1, ink="muted", align="center")


def _key(words: Words, width: float) -> Iterator[tuple[str, str, float, float]]:
    """Yield state, label and place of each entry of the key, broken into lines where the width ends."""
    x, y = 8.0, 10.0
    for state in SHAPES:
        label = words.label("measured_in", state)
        needed = 13 + text_width(label, SMALL)
        if x > 8 and x + needed > width:
            x, y = 8.0, y + 20
        yield state, label, x, y
        x += needed + 21


def _legend_height(words: Words, width: float) -> float:
    return max(y for *_, y in _key(words, width)) + 14


def _legend(picture: Picture, strokes: Strokes, words: Words, width: float) -> None:
    for state, label, x, y in _key(words, width):
        _mark(strokes, state, x, y)
        write(picture, x + 13, y + 4.5, label, size=SMALL, ink="muted")


def lanes(table: pd.DataFrame) -> Lanes:
    """Cross stages with departments and put every touchpoint where they meet, numbered by its place in the customer's order.

    Parameters
    ----------
    table : DataFrame
        Saved ESTIMATES by stage, department, touchpoint_id and measured_in ("both", "log", "survey", "neither") with the place as value.

    Raises
    ------
    CxError
        A column is missing, a touchpoint stands twice or has no stage, or what it is measured in is unknown.
    """
    problems = [worded("plots.lanes", "unknown column", name, table.columns, label="It has") for name in COLUMNS if name not in table]
    if problems:
        raise CxError(*problems)
    if not table["value"].isna().all():
        unknown = [state for state in table["measured_in"].unique() if state not in SHAPES]
        problems = [worded("plots.lanes", "unknown state", None if absent(state) else state, SHAPES) for state in unknown]
        problems += ["plots.lanes: a touchpoint stands twice."] if table["touchpoint_id"].duplicated().any() else []
        problems += ["plots.lanes: a touchpoint has no stage."] if table["stage"].isna().any() else []
    if problems:
        raise CxError(*problems)
    return Lanes(table)
