"""Importance against performance: four fields between fixed target lines, and how surely each point lies in its field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cxlib.errors import CxError, worded
from cxlib.report.plots.field import Axis, Corner, Field, Point, n_range
from cxlib.report.plots.importance import SHARE, sorted_levels
from cxlib.report.plots.labels import Box
from cxlib.report.plots.listing import Item, draw_list, list_height, without
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.sheet import levels, picked, unit_of
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, wrapped, write
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PerformanceMap", "performance_map"]

# (important, good) → name of the field
FIELDS = {(True, False): "act_first", (True, True): "keep_up", (False, False): "leave", (False, True): "enough"}
SMALL = 12


@dataclass(frozen=True, eq=False)
class PerformanceMap(Plot):
    """Performance to the right, importance upwards, a point a level; names beside the points, numbers with a list on a telephone."""

    performance: pd.DataFrame
    by: str
    targets: tuple[float, float]
    certainty: pd.DataFrame | None = None

    @property
    def sources(self) -> tuple[pd.DataFrame, ...]:
        """Importance, performance and, when given, the certainty of the fields."""
        return (self.table, self.performance, *(() if self.certainty is None else (self.certainty,)))

    @property
    def data(self) -> pd.DataFrame:
        """Importance and performance of every level."""
        import pandas as pd

        tables = [self.table[self.table["metric"].eq(SHARE)], self.performance]
        return pd.concat([table.loc[table[self.by].notna(), :] for table in tables], ignore_index=True)

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the map, 720 pixels wide, or 350 for a telephone with its list."""
        points, hidden = self._points(words)
        width, height = (NARROW, 340) if narrow else (WIDE, 500)
        intro = wrapped(self._intro(words, list(points.values())), width, size=SMALL, lines=4)
        top = 16.0 * len(intro) + 8
        shown = list(points.values())
        field = Field(words, shown, *self._axes(words), Box(0, top, width, top + height), self._corners(words))
        listed = list(range(len(shown))) if narrow else field.unplaced()
        items = self._items(words, points, listed, hidden)
        picture = Picture(width, top + height + list_height(items, width) + 14)
        strokes = Strokes()
        for place, line in enumerate(intro):
            write(picture, 0, 12 + 16 * place, line, size=SMALL, ink="muted")
        field.draw(picture, strokes, listed=listed)
        draw_list(picture, strokes, items, top + height + 6, width)
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: both scales with their targets, number of points, who lies in which field and how surely."""
        points, hidden = self._points(words)
        x, y = self._measures(words)
        rows = words.text("count.rows", n=len(points) + len(hidden))
        if not points:
            return words.text("plot.performance_map.alt_none", x=x, y=y, rows=rows)
        said = dict(zip(("x_target", "y_target"), self._told_targets(words), strict=True))
        sentences = [words.text("plot.performance_map.alt", x=x, y=y, rows=rows, **said)]
        for name in FIELDS.values():
            inside = [level for level in points if self._field_of(points[level]) == name]
            if inside:
                told = [" ".join([points[level].label, *self._sure(words, level, name, "({})")]) for level in inside]
                field = words.text(f"plot.performance_map.{name}")
                sentences.append(
                    words.text("plot.performance_map.alt_field", field=f"{field[:1].upper()}{field[1:]}", names=words.list(told))
                )
        return " ".join([*sentences, *([without(words, hidden)] if hidden else [])])

    def _points(self, words: Words) -> tuple[dict[str, Point], list[tuple[str, str]]]:
        """Return the points, the most important first, and the levels that lack a figure, each with the reason."""
        importance = picked(self.table, SHARE, self.by)
        performance = {str(row[self.by]): row for row in levels(self.performance, self.by) if not absent(row[self.by])}
        points, hidden = {}, []
        for level in sorted_levels(importance):
            label = words.label(self.by, importance[level][self.by])
            pair = performance.get(level)
            if pair is None or absent(pair["value"]) or absent(importance[level]["value"]):
                lacking = importance[level] if absent(importance[level]["value"]) else pair
                note = "" if lacking is None else words.told(lacking).note
                hidden.append((label, note))
                continue
            point = Point(label, words.told(pair), words.told(importance[level]))
            name = self._field_of(point)
            ink, shape = ("warn", "square") if name == "act_first" else ("accent", "full")
            points[level] = replace(point, small="".join(self._sure(words, level, name, short=True)), ink=ink, shape=shape)
        return points, hidden

    def _field_of(self, point: Point) -> str:
        return FIELDS[float(point.y.row["value"]) >= self.targets[1], float(point.x.row["value"]) >= self.targets[0]]

    def _sure(self, words: Words, level: str, name: str, form: str = "{}", *, short: bool = False) -> list[str]:
        """Return how often a level lies in a field, nothing where that is not known."""
        if self.certainty is None:
            return []
        rows = self.certainty[self.certainty[self.by].astype(str).eq(level) & self.certainty["quadrant"].astype(str).eq(name)]
        values = [float(value) for value in rows["value"] if not absent(value)]
        return [form.format(words.often(value, short=short)) for value in values[:1]]

    def _measures(self, words: Words) -> tuple[str, str]:
        return words.metric(str(self.performance["metric"].iloc[0])), words.metric(SHARE)

    def _told_targets(self, words: Words) -> tuple[str, str]:
        units = [str(self.performance["unit"].iloc[0]), "share"]
        x, y = (words.number(target, unit, bare=True) for target, unit in zip(self.targets, units, strict=True))
        return x, y

    def _axes(self, words: Words) -> tuple[Axis, Axis]:
        units = (str(self.performance["unit"].iloc[0]), unit_of([words.told(row) for row in picked(self.table, SHARE, self.by).values()]))
        metrics = (str(self.performance["metric"].iloc[0]), SHARE)
        found = []
        for name, metric, unit, target, told in zip("xy", metrics, units, self.targets, self._told_targets(words), strict=True):
            title = words.text(f"plot.performance_map.{name}", metric=words.measure(metric, unit))
            include = (0.0,) if name == "y" else ()
            found.append(Axis(words.text("plot.performance_map.target", axis=title, value=told), unit, target, include))
        return found[0], found[1]

    @staticmethod
    def _corners(words: Words) -> list[Corner]:
        return [
            Corner(words.text(f"plot.performance_map.{name}"), good, important, "warn" if name == "act_first" else "muted")
            for (important, good), name in FIELDS.items()
        ]

    def _intro(self, words: Words, points: Sequence[Point]) -> str:
        how = words.text("plot.crosses" if self.certainty is None else "plot.performance_map.how")
        counts = {axis: n_range(words, [getattr(point, axis) for point in points]) for axis in "xy"}
        return f"{how} {words.text('plot.performance_map.n', **counts)}" if points else how

    def _items(self, words: Words, points: dict[str, Point], listed: Sequence[int], hidden: Sequence[tuple[str, str]]) -> list[Item]:
        """Return the list below: listed points under the heading of their field, then what has no point."""
        names = list(points)
        found = []
        for name in FIELDS.values():
            inside = [(turn, names[place]) for turn, place in enumerate(listed, start=1) if self._field_of(points[names[place]]) == name]
            if inside:
                heading = words.text(f"plot.performance_map.{name}")
                found.append(Item(f"{heading[:1].upper()}{heading[1:]}"))
            for turn, level in inside:
                point = points[level]
                said = [words.text("plot.performance_map.here", often=often) for often in self._sure(words, level, name)]
                found.append(Item(point.label, turn, "".join(said), point.ink, point.shape))
        return [*found, *([Item("", None, without(words, hidden))] if hidden else [])]


def performance_map(
    estimates: pd.DataFrame,
    performance: pd.DataFrame,
    *,
    targets: tuple[float, float],
    by: str = "item_id",
    certainty: pd.DataFrame | None = None,
) -> PerformanceMap:
    """Cross performance with importance.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with the metric ``driver_share``: importance, upwards; other metrics are left alone.
    performance : DataFrame
        Saved ESTIMATES of one metric, usually ``mean_rating``, by the same column: performance, to the right.
    targets : (float, float)
        Where the lines stand: performance in its unit, importance as a share. They are fixed: where lines follow the data, a
        point changes its field because another one moved.
    by : str
        The group column whose levels are the points.
    certainty : DataFrame, optional
        Saved ESTIMATES by `by` and ``quadrant`` ("act_first", "keep_up", "leave", "enough"): the share of aligned draws in each field.

    Raises
    ------
    CxError
        `by` is no group column, a level stands twice, or a quadrant is unknown.
    """
    picked(estimates, SHARE, by)
    levels(performance, by)
    if certainty is not None:
        unknown = sorted(set(certainty["quadrant"].dropna().astype(str)) - set(FIELDS.values()))
        if unknown:
            raise CxError(worded("plots.performance_map", "unknown quadrant", unknown[0], FIELDS.values()))
    return PerformanceMap(estimates, performance, by, (float(targets[0]), float(targets[1])), certainty)
