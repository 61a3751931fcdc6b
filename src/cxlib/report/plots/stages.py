"""The way to the order as a funnel between two clocks: how many reach each stage, and when, for the customer and for the company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.plot import Plot
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, fill, wrapped, write
from cxlib.report.words import Told, Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Stages", "stages"]

STAGE, CLOCK, SHARE = "lead_stage", "clock_of", "stage_share"
SIDES = {"customer": "left", "company": "right"}  # where each clock stands
STARTS = {"customer": "interest", "company": "lead"}  # the stage at which each clock begins
SIZE, SMALL, LINE, BAR, GAP = 13, 12, 16, 26, 18  # text, small text, line height; height of a bar, room to the next stage


@dataclass(frozen=True, eq=False)
class Stages(Plot):
    """One bar a stage, as wide as the part that reaches it; left of it the customer's clock, right of it the company's."""

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the stages from top to bottom, 720 pixels wide, or 350 for a telephone."""
        cells = self._cells()
        width, side = (NARROW, 84) if narrow else (WIDE, 158)
        heads = {clock: self._head(words, clock, side - 8) for clock in SIDES}
        how = wrapped(words.text("plot.stages.how"), width, size=SMALL, lines=3)
        top = LINE * max(len(strong) + len(small) for strong, small in heads.values()) + 16
        height = LINE + BAR + GAP
        picture = Picture(width, top + height * len(cells) + LINE * len(how) + 4)
        for clock, (strong, small) in heads.items():
            self._lines(picture, width, clock, 13, strong, small)
        y = float(top)
        for stage, cell in cells.items():
            self._bar(picture, words, stage, cell, side, width - side, y)
            for clock in SIDES:
                strong, small = self._time(words, stage, cell, clock, side - 8, list(cells))
                self._lines(picture, width, clock, y + LINE + (13 if small else 17), strong, small)
            y += height
        for number, line in enumerate(how):
            write(picture, 0, y + 8 + number * LINE, line, size=SMALL, ink="muted")
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: of each stage how many of how many reach it, and the time to it on either clock."""
        each = []
        for stage, cell in self._cells().items():
            told = [
                words.text(f"plot.stages.{clock}_at", time=f"{words.told(cell[clock]):value}") for clock in SIDES if _known(cell, clock)
            ]
            each.append(", ".join([f"{words.label(STAGE, stage)}: {_reached(words.told(cell[SHARE]))}", *told]))
        return words.text("plot.stages.alt", each="; ".join(each))

    def _cells(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Stage → its share and its times by clock, in the order of the table; where nobody is, nothing is shown."""
        cells: dict[str, dict[str, dict[str, Any]]] = {}
        for row in self.table.to_dict("records"):
            named = {str(name): cell for name, cell in row.items()}
            if not absent(named[STAGE]):
                cells.setdefault(str(named[STAGE]), {})[SHARE if named["metric"] == SHARE else str(named[CLOCK])] = named
        return {stage: cell for stage, cell in cells.items() if SHARE in cell and cell[SHARE]["value"] != 0}

    @staticmethod
    def _head(words: Words, clock: str, room: float) -> tuple[list[str], list[str]]:
        strong = wrapped(words.text(f"plot.stages.{clock}"), room, size=SIZE, bold=True, lines=2)
        return strong, wrapped(words.text(f"plot.stages.{clock}_starts"), room, size=SMALL, lines=4)

    @staticmethod
    def _lines(picture: Picture, width: float, clock: str, y: float, strong: list[str], small: list[str]) -> None:
        """Write lines at the outer edge on a clock's side."""
        left = SIDES[clock] == "left"
        for number, line in enumerate([*strong, *small]):
            bold = number < len(strong)
            x, ink = (0 if left else width), ("ink" if bold else "muted")
            write(picture, x, y + number * LINE, line, size=SIZE if bold else SMALL, ink=ink, bold=bold, align="left" if left else "right")

    @staticmethod
    def _bar(picture: Picture, words: Words, stage: str, cell: dict[str, dict[str, Any]], start: float, end: float, y: float) -> None:
        told, middle, top = words.told(cell[SHARE]), (start + end) / 2, y + LINE + 3
        write(picture, middle, y + 12, wrapped(words.label(STAGE, stage), end - start, bold=True, lines=1)[0], bold=True, align="center")
        if absent(told.row["value"]):
            picture.line([start, end, end, start, start], [top, top, top + BAR, top + BAR, top], ink="span", dashes=(4, 4), order=1)
        else:
            half = (end - start) / 2 * float(told.row["value"])
            ink = "warn" if stage == "lost" else "accent"
            fill(picture, [(middle - half, top, middle + half, top + BAR)], ink=ink, alpha=0.35)
        said = wrapped(_reached(told), end - start - 4, size=SMALL, lines=2)
        for number, line in enumerate(said):
            at = top + BAR / 2 + 4.5 + (number - (len(said) - 1) / 2) * 12
            write(picture, middle, at, line, size=SMALL, align="center", ink="muted" if absent(told.row["value"]) else "ink")

    @staticmethod
    def _time(
        words: Words, stage: str, cell: dict[str, dict[str, Any]], clock: str, room: float, order: list[str]
    ) -> tuple[list[str], list[str]]:
        """What a clock shows at a stage, and its span or why it shows nothing."""
        start = STARTS[clock]
        if stage == start:
            return [], wrapped(words.text("plot.stages.begins"), room, size=SMALL, lines=2)
        if start in order and order.index(stage) < order.index(start):
            return [], wrapped(words.text("plot.stages.not_yet"), room, size=SMALL, lines=2)
        if clock not in cell:
            return [], ["–"]
        told = words.told(cell[clock])
        if not _known(cell, clock):
            return [], wrapped(f"{told:value}", room, size=SMALL, lines=2)
        span = f"{told:span}"
        return [f"{told:value}"], [span] if span else []


def _known(cell: dict[str, dict[str, Any]], clock: str) -> bool:
    return clock in cell and not absent(cell[clock]["value"])


def _reached(share: Told) -> str:
    """How many of how many, or why nobody knows."""
    if absent(share.row["value"]):
        return f"{share:value}"
    count = share.words.number(round(float(share.row["value"]) * int(share.row["n"])))
    return share.words.text("plot.stages.reached", count=count, n=f"{share:n}", share=f"{share:value}")


def stages(estimates: pd.DataFrame) -> Stages:
    """Lead from first interest to the order, with how many are left at each stage and when they come there.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES of :func:`cxlib.contacts.before_purchase.stages`.

    Raises
    ------
    CxError
        The table has no stages.
    """
    groups = group_columns(estimates)
    missing = [name for name in (STAGE, CLOCK) if name not in groups]
    if missing:
        raise CxError(worded("plots.stages", "the table has no group column", missing[0], groups, label="Group columns"))
    return Stages(estimates)
