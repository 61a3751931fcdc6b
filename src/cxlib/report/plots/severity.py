"""Incidents: how often against how severe, bad ones and good ones apart, with what is rare but severe named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.field import Axis, Corner, Field, Point, n_range
from cxlib.report.plots.labels import Box
from cxlib.report.plots.listing import Item, draw_list, list_height, without
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.sheet import levels, picked
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, wrapped, write
from cxlib.report.words import Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Severity", "severity"]

SEVERITY = "incident_severity"
SMALL, GAP, HEIGHT = 12, 28, 400
LOOKS = {"negative": ("ink", "square"), "positive": ("accent", "full")}


@dataclass(frozen=True, eq=False)
class _Part:
    """The incidents of one sign."""

    sign: str
    points: Sequence[Point]
    hidden: Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Severity(Plot):
    """One field a sign, both on the same scales; a point is rare but severe left of the one line and above the other."""

    by: str
    frequency: str
    severe: float
    rare: float | None = None

    @property
    def data(self) -> pd.DataFrame:
        """Frequency and severity."""
        return self.table[self.table["metric"].isin((self.frequency, SEVERITY))]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the fields side by side, 720 pixels wide, or one below the other with lists for a telephone."""
        parts = self._parts(words)
        shown = [point for part in parts for point in part.points]
        width = NARROW if narrow else WIDE
        intro = wrapped(self._intro(words, shown), width, size=SMALL, lines=5) if shown else []
        top = 16.0 * len(intro) + 12
        room = width if narrow or len(parts) < 2 else (width - GAP) / 2
        drawn, y, bottom = [], top, top
        for place, part in enumerate(parts):
            left = 0.0 if narrow else place * (room + GAP)
            head = 24.0 if part.sign else 0.0
            box = Box(left, y + head, left + room, y + head + (320 if narrow else HEIGHT))
            corners = [Corner(words.text("plot.severity.rare"), False, True, "warn")] if part.sign != "positive" else []
            field = Field(words, part.points, *self._axes(words, part.sign), box, corners, all=shown)
            listed = list(range(len(part.points))) if narrow else field.unplaced()
            items = _items(words, part, listed)
            end = box.bottom + 6 + list_height(items, room)
            drawn.append((part, field, listed, items))
            bottom = max(bottom, end)
            y = end + 18 if narrow else y
        picture = Picture(width, bottom + 8)
        strokes = Strokes()
        for place, line in enumerate(intro):
            write(picture, 0, 12 + 16 * place, line, size=SMALL, ink="muted")
        for part, field, listed, items in drawn:
            _draw(picture, strokes, words, part, field, listed, items)
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: both scales, and by sign the most frequent, the most severe and the rare but severe ones."""
        parts = self._parts(words)
        rows = words.text("count.rows", n=sum(len(part.points) + len(part.hidden) for part in parts))
        if not any(part.points for part in parts):
            return words.text("plot.severity.alt_none", rows=rows)
        x, y = words.metric(self.frequency), words.metric(SEVERITY)
        sentences = [words.text("plot.severity.alt", x=x, y=y, rows=rows)]
        for part in parts:
            if part.points:
                most = max(part.points, key=lambda point: point.x.row["value"])
                worst = max(part.points, key=lambda point: point.y.row["value"])
                ends = {"most": f"{most.label}, {most.x}", "worst": f"{worst.label}, {worst.y}"}
                sign = words.text(f"plot.severity.{part.sign}") if part.sign else words.text("value.all")
                key = "plot.severity.alt_praise" if part.sign == "positive" else "plot.severity.alt_sign"
                sentences.append(words.text(key, sign=sign, **ends))
            rare = [point.label for point in part.points if point.strong]
            sentences += [words.text("plot.severity.alt_rare", names=words.list(rare))] if rare else []
        hidden = [name for part in parts for name in part.hidden]
        return " ".join([*sentences, *([without(words, hidden)] if hidden else [])])

    def _rows(self) -> list[tuple[str, Mapping[str, dict[str, Any]], Mapping[str, dict[str, Any]]]]:
        """Return sign, frequency and severity by level, negative first; without a column ``sign`` everything is one part."""
        if "sign" not in group_columns(self.table):
            return [("", picked(self.table, self.frequency, self.by), picked(self.table, SEVERITY, self.by))]
        signs = [sign for sign in ("negative", "positive") if self.table["sign"].eq(sign).any()]
        tables = {sign: self.table[self.table["sign"].eq(sign)] for sign in signs}
        return [(sign, picked(table, self.frequency, self.by), picked(table, SEVERITY, self.by)) for sign, table in tables.items()]

    def _limit(self) -> float:
        """Return up to where an incident counts as rare: as given, or half of the points."""
        if self.rare is not None:
            return self.rare
        known = [float(row["value"]) for _, often, _ in self._rows() for row in often.values() if not absent(row["value"])]
        known = [value for value in known if value > 0]
        return median(known) if known else 0.0

    def _parts(self, words: Words) -> list[_Part]:
        limit = self._limit()
        parts = []
        for sign, often, severe in self._rows():
            points, hidden = [], []
            for level, row in often.items():
                label, other = words.label(self.by, row[self.by]), severe.get(level)
                if not absent(row["value"]) and row["value"] == 0:
                    continue  # nobody told of any: nothing that could be severe
                if absent(row["value"]) or other is None or absent(other["value"]):
                    note = words.told(row if absent(row["value"]) or other is None else other).note
                    hidden.append((label, note))
                    continue
                alarming = sign != "positive" and float(row["value"]) <= limit and float(other["value"]) >= self.severe
                ink, shape = ("warn", "triangle") if alarming else LOOKS.get(sign, ("accent", "full"))
                points.append(Point(label, words.told(row), words.told({**other, "unit": ""}), "", ink, shape))  # high is bad here
            points.sort(key=lambda point: (not point.strong, -float(point.y.row["value"])))
            parts.append(_Part(sign, points, hidden))
        return parts

    @property
    def _unit(self) -> str:
        units = self.table.loc[self.table["metric"].eq(self.frequency), "unit"]
        return str(units.iloc[0]) if len(units) else ""

    def _axes(self, words: Words, sign: str) -> tuple[Axis, Axis]:
        """Return the scales of one field; praise has no limits, and both fields hold the limits so that they share their scales."""
        unit = self._unit
        praise = sign == "positive"
        x = Axis(words.measure(self.frequency, unit), unit, None if praise else self._limit(), (0.0, self._limit()))
        y = words.text("plot.severity.y_praise" if praise else "plot.severity.y")
        return x, Axis(y, "", None if praise else self.severe, (self.severe,))

    def _intro(self, words: Words, points: Sequence[Point]) -> str:
        limits = {"severe": words.number(self.severe, ""), "rare": words.number(self._limit(), self._unit, bare=True)}
        return words.text("plot.severity.how", n=n_range(words, [point.y for point in points]), **limits)


def _items(words: Words, part: _Part, listed: Sequence[int]) -> list[Item]:
    """Return the list below a field: what stands in it as a number, then what has no point."""
    found = []
    for turn, place in enumerate(listed, start=1):
        point = part.points[place]
        found.append(Item(point.label, turn, words.text("plot.severity.rare") if point.strong else "", point.ink, point.shape))
    return [*found, *([Item("", None, without(words, part.hidden))] if part.hidden else [])]


def _draw(
    picture: Picture, strokes: Strokes, words: Words, part: _Part, field: Field, listed: Sequence[int], items: Sequence[Item]
) -> None:
    if part.sign:
        write(picture, field.box.left, field.box.top - 10, words.text(f"plot.severity.{part.sign}"), bold=True)
    if part.points:
        field.draw(picture, strokes, listed=listed)
    draw_list(picture, strokes, items, field.box.bottom + 6, field.box.right - field.box.left, left=field.box.left)


def severity(
    estimates: pd.DataFrame,
    *,
    by: str = "touchpoint_id",
    frequency: str = "incident_share",
    severe: float = 4.0,
    rare: float | None = None,
) -> Severity:
    """Cross the frequency of incidents with their severity.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with the metrics `frequency` and ``incident_severity`` by level and, where known, ``sign``
        ("negative", "positive"); other metrics are left alone.
    by : str
        The group column whose levels are the points.
    frequency : str
        The metric to the right: ``incident_share`` or ``incident_count``.
    severe : float
        From this severity on an incident counts as severe.
    rare : float, optional
        Up to this frequency it counts as rare; without it, half of all points do.

    Raises
    ------
    CxError
        A sign is unknown, `by` is no group column, or a level has two rows of a metric.
    """
    if "sign" in group_columns(estimates):
        unknown = sorted(set(estimates["sign"].dropna().astype(str)) - set(LOOKS))
        if unknown:
            raise CxError(worded("plots.severity", "unknown sign", unknown[0], LOOKS))
        for sign in LOOKS:
            for metric in (frequency, SEVERITY):
                picked(estimates[estimates["sign"].eq(sign)], metric, by)
    else:
        levels(estimates[estimates["metric"].eq(SEVERITY)], by)
    return Severity(estimates, by, frequency, float(severe), rare)
