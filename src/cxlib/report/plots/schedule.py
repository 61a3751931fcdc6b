"""When new customers ask about what, and by when a message would have to be there: a bar a window, a mark a message."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.marks import Mark, number
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet
from cxlib.report.words import Told, Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.plots.scale import Scale
    from cxlib.report.svg import Picture, Strokes

__all__ = ["Schedule", "schedule"]

BAR = 7  # half the height of a window
CHANCE, FIRST, LAST, RATIO, SEND, SPARED, TODAY = (
    "window_chance", "window_first", "window_last", "window_ratio", "send_by", "contacts_spared", "sent_today_day",
)  # fmt: skip
SEND_SHAPE, TODAY_SHAPE = "wedge", "diamond"
ANSWERS = ("information", "kind", "channel")
EVERYBODY = "all"  # the calendar's word for a window over all


@dataclass(frozen=True, eq=False)
class _Window(Mark):
    """Days of a window (the last one included), the span of its edges, the day to send by and today's day."""

    first: Told
    last: Told
    send: Told | None
    today: Told | None

    def numbers(self) -> list[float]:
        cells = [number(told, part) for told in (self.first, self.last, self.send, self.today) for part in ("value",)]
        return [0.0, *[cell + side for cell in cells if cell is not None and math.isfinite(cell) for side in (0.0, 1.0)]]

    def draw(self, picture: Picture, strokes: Strokes, scale: Scale, y: float) -> None:
        low, high = number(self.first), number(self.last)
        if low is None or high is None:
            return
        strokes.box(scale.at(low), y - BAR, max(scale.at(high + 1), scale.at(low) + 3), y + BAR, ink="accent", alpha=0.55)
        send, today = number(self.send), number(self.today)
        if send is not None:
            strokes.mark(scale.at(send + 0.5), y - BAR - 4, ink="warn", shape=SEND_SHAPE, size=9)
        if today is not None:
            strokes.mark(scale.at(today + 0.5), y, ink="ink", shape=TODAY_SHAPE, size=8)


@dataclass(frozen=True, eq=False)
class Schedule(Plot):
    """One row a reason, on a scale of days since that reason's own day zero; what has no window says so."""

    calendar: pd.DataFrame

    @property
    def sources(self) -> tuple[pd.DataFrame, ...]:
        """Windows and calendar."""
        return (self.table, self.calendar)

    @property
    def data(self) -> pd.DataFrame:
        """The rows of the windows."""
        return self.table[self.table["metric"].isin((CHANCE, FIRST, LAST, RATIO))]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the windows, 720 pixels wide, or 350 for a telephone."""
        rows = [self._row(words, cell) for cell in self._cells()]
        panel = Panel(words.text("plot.schedule.title"), "days", include=(0.0, 14.0), zero=True)
        columns = (
            Column(words.text("plot.schedule.send"), strong=True, mark=("warn", SEND_SHAPE)),
            Column(words.text("plot.schedule.spared")),
        )
        told = any(isinstance(mark, _Window) and mark.today is not None for row in rows for mark in row.marks)
        remark = words.text("plot.schedule.how") if told else ""
        return draw(rows, Sheet(words, (panel,), columns, remark=remark), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many reasons, and of each window its days, day zero, day to send by and contacts spared."""
        cells = self._cells()
        found = [cell for cell in cells if not absent(cell[FIRST]["value"])]
        facts: dict[str, Any] = {"n": len(cells), "rows": words.text("count.rows", n=len(cells))}
        if not found:
            return words.text("plot.schedule.alt_none", **facts)
        each = [self._said(words, cell) for cell in found]
        return words.text("plot.schedule.alt", found=str(len(found)), each="; ".join(each), **facts)

    def _said(self, words: Words, cell: Mapping[str, Mapping[str, Any]]) -> str:
        facts: dict[str, Any] = {"label": self._label(words, cell), "zero": words.label("zero", cell[FIRST]["zero"])}
        facts |= {name: words.number(cell[metric]["value"], "days", bare=True) for name, metric in (("first", FIRST), ("last", LAST))}
        send = cell.get(SEND)
        text = words.text("plot.schedule.alt_row", **facts)
        return (
            text if send is None else f"{text}, {words.text('plot.schedule.alt_send', day=words.number(send['value'], 'days', bare=True))}"
        )

    def _cells(self) -> list[dict[str, dict[str, Any]]]:
        """Metric → row, of each reason (and group): windows first, those that spare most before the others."""
        keys = [name for name in group_columns(self.table) if name not in ANSWERS]
        cells: dict[tuple[Any, ...], dict[str, dict[str, Any]]] = {}
        for table in (self.table, self.calendar):
            for row in table.to_dict("records"):
                named = {str(name): cell for name, cell in row.items()}
                place = tuple(None if absent(named.get(name)) or named[name] == EVERYBODY else named[name] for name in keys)
                if table is self.table or place in cells:
                    cells.setdefault(place, {})[str(named["metric"])] = named
        whole = [cell for cell in cells.values() if FIRST in cell and LAST in cell]

        def order(cell: dict[str, dict[str, Any]]) -> tuple[bool, float]:
            spared = cell.get(SPARED, {}).get("value")
            return absent(cell[FIRST]["value"]), 0.0 if absent(spared) else -float(spared)  # type: ignore[arg-type]

        return sorted(whole, key=order)

    def _label(self, words: Words, cell: Mapping[str, Mapping[str, Any]]) -> str:
        keys = [name for name in group_columns(self.table) if name not in (*ANSWERS, "zero")]
        return ", ".join(words.label(name, cell[FIRST][name]) for name in keys if not absent(cell[FIRST].get(name)))

    def _row(self, words: Words, cell: Mapping[str, dict[str, Any]]) -> Row:
        label = self._label(words, cell)
        since = Remark(words.text("plot.schedule.since", zero=words.label("zero", cell[FIRST]["zero"])), "muted", False)
        first = words.told(cell[FIRST])
        if absent(cell[FIRST]["value"]):
            return Row(label, (f"{first:value}",), remarks=(since,))
        send, spared, today = (words.told(cell[name]) if name in cell else None for name in (SEND, SPARED, TODAY))
        own_clock = today is not None and cell[FIRST]["zero"] == "order"  # today's day counts from the order
        mark = _Window(first, words.told(cell[LAST]), send, today if own_clock else None)
        by, more = "" if send is None else send.bare(), "" if spared is None else spared.bare()
        figures = (
            (by, words.text("plot.schedule.by", day=by) if by else ""),
            (more, words.text("plot.schedule.fewer", n=more) if more else ""),
        )
        return Row(label, (mark,), figures, (since,))


def schedule(windows: pd.DataFrame, calendar: pd.DataFrame) -> Schedule:
    """Show the windows of each reason, with the day by which a message is to be sent and the day on which it is sent today.

    Parameters
    ----------
    windows : DataFrame
        Saved ESTIMATES of :func:`cxlib.contacts.welcome.windows`.
    calendar : DataFrame
        Saved ESTIMATES of :func:`cxlib.contacts.welcome.calendar`.

    Raises
    ------
    CxError
        The windows have no rows by reason.
    """
    groups = group_columns(windows)
    missing = [name for name in ("reason_id", "zero") if name not in groups]
    if missing:
        raise CxError(worded("plots.schedule", "the windows have no group column", missing[0], groups, label="Group columns"))
    return Schedule(windows, calendar)
