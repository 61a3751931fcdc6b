"""A trade-off, step by step: what is gained to the right, what is lost upwards, with the points to choose, and guard rails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.labels import Box, labelled
from cxlib.report.plots.marks import number
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.scale import Scale, scale_of
from cxlib.report.style import NARROW, WIDE
from cxlib.report.svg import Picture, Strokes, text_width, wrapped, write
from cxlib.report.words import Told, Words, absent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Tradeoff", "tradeoff"]

SIZE, SMALL, LINE = 13, 12, 15
DASH = 6.0  # pixels of a dash of the guard rail, and between two
FINISH = "everything"  # the end of the curve, where all is lost; it needs no name


@dataclass(frozen=True, eq=False)
class _Step:
    """One rule: its place, what is lost with its span, the part it belongs to, how many guards it trips."""

    gained: float
    lost: Told
    part: str
    tripped: bool


@dataclass(frozen=True, eq=False)
class Tradeoff(Plot):
    """A rising curve with its band; rules that trip a guard have open marks."""

    gained: str
    lost: str
    part: str

    @property
    def data(self) -> pd.DataFrame:
        """The points to choose, then the steps, of both figures."""
        return self.table[self.table["metric"].isin([self.gained, self.lost])]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the picture, 720 pixels wide, or 350 for a telephone."""
        steps, points = self._steps(words), self._points(words)
        width, height = (NARROW, 260) if narrow else (WIDE, 340)
        title = wrapped(words.measure(self.lost, "share"), width, size=SIZE, bold=True, lines=2)
        top = 16.0 * len(title) + 16
        x, y = self._scales(words, steps, points, width, top, top + height)
        below = self._below(words, steps, width)
        base = top + height + 66
        picture = Picture(width, base + 17 * sum(len(text) for _, text in below) + 6)
        strokes = Strokes()
        for place, text in enumerate(title):
            write(picture, 0, 14 + 16 * place, text, bold=True)
        self._frame(picture, strokes, words, x, y)
        self._draw(picture, strokes, steps, x, y)
        self._name(picture, strokes, words, points, steps, x, y)
        self._parts(picture, strokes, words, steps, x, y.start + 26)
        for look, texts in below:
            if look is not None:
                strokes.mark(6, base - 4, ink=look[0], shape=look[1], size=8)
            for text in texts:
                write(picture, 18 if look else 0, base, text, size=SMALL, ink="ink" if look else "muted")
                base += 17
        strokes.draw(picture)
        return picture

    def describe(self, words: Words) -> str:
        """Return the text alternative: the two figures, the points to choose with their numbers, the guards of today."""
        facts = {"gained": words.metric(self.gained), "lost": words.metric(self.lost)}
        points = self._points(words)
        if not self._steps(words):
            return words.text("plot.tradeoff.alt_none", **facts)
        sentences = [words.text("plot.tradeoff.alt", **facts)]
        for name, (gained, lost) in points.items():
            sentences.append(words.text("plot.tradeoff.alt_point", point=words.label("point", name), gained=str(gained), lost=str(lost)))
        return " ".join([*sentences, *[f"{text}." for _, text in self._remarks(words, self._steps(words))]])

    def _rows(self, metric: str) -> list[dict[str, Any]]:
        found = self.table[self.table["metric"].eq(metric)]
        return [{str(name): cell for name, cell in row.items()} for row in found.to_dict("records")]

    def _steps(self, words: Words) -> list[_Step]:
        """Return the rules whose two numbers are known, in their order."""
        gained = {row["step"]: row["value"] for row in self._rows(self.gained) if not absent(row["step"])}
        tripped = {row["step"]: row["value"] for row in self._rows("guards_tripped")}
        return [
            _Step(float(gained[row["step"]]), words.told(row), str(row[self.part]), float(tripped.get(row["step"]) or 0.0) > 0)
            for row in self._rows(self.lost)
            if not absent(row["step"]) and not absent(row["value"]) and not absent(gained.get(row["step"]))
        ]

    def _points(self, words: Words) -> dict[str, tuple[Told, Told]]:
        """Return the points to choose; of several at one place the last one."""
        sides: Mapping[str, dict[str, Told]] = {
            metric: {row["point"]: words.told(row) for row in self._rows(metric) if not absent(row["point"]) and not absent(row["value"])}
            for metric in (self.gained, self.lost)
        }
        names = [name for name in sides[self.gained] if name in sides[self.lost] and name != FINISH]
        at = {name: (number(sides[self.gained][name]), number(sides[self.lost][name])) for name in names}
        kept = [name for place, name in enumerate(names) if at[name] not in [at[other] for other in names[:place]]]
        return {name: (sides[self.gained][name], sides[self.lost][name]) for name in kept}

    def _limit(self) -> float | None:
        found = self._rows("tolerated_share")
        return None if not found or absent(found[0]["value"]) else float(found[0]["value"])

    def _scales(
        self, words: Words, steps: Sequence[_Step], points: Mapping[str, tuple[Told, Told]], width: float, top: float, bottom: float
    ) -> tuple[Scale, Scale]:
        ends = [value for step in steps for part in ("value", "low", "high") if (value := number(step.lost, part)) is not None]
        ends += [value for pair in points.values() if (value := number(pair[1], "high")) is not None]
        y = scale_of([0.0, *(ends or [1.0])], "share", start=bottom, end=top, most=5)
        left = max(text_width(text, SMALL) for _, text in y.told(words)) + 12
        x = scale_of([0.0, *([step.gained for step in steps] or [1.0])], "share", start=left, end=width - 16, most=5)
        return x, y

    def _frame(self, picture: Picture, strokes: Strokes, words: Words, x: Scale, y: Scale) -> None:
        for at, text in y.told(words):
            strokes.line((x.start, x.end), (at, at), ink="line")
            write(picture, x.start - 8, at + 4.5, text, size=SMALL, ink="muted", align="right")
        strokes.line((x.start, x.end), (y.start, y.start), ink="span")
        for at, text in x.told(words):
            strokes.line((at, at), (y.start, y.start + 4), ink="span")
            write(picture, at, y.start + 18, text, size=SMALL, ink="muted", align="center")
        limit = self._limit()
        if limit is not None:
            at, height = x.start, y.at(limit)
            while at < x.end:
                strokes.line((at, min(at + DASH, x.end)), (height, height), ink="warn", width=1.4, order=1)
                at += 2 * DASH

    def _draw(self, picture: Picture, strokes: Strokes, steps: Sequence[_Step], x: Scale, y: Scale) -> None:
        at = [x.at(0.0), *(x.at(step.gained) for step in steps)]
        cells = {
            part: [
                y.at(0.0),
                *(y.at(value if (value := number(step.lost, part)) is not None else number(step.lost) or 0.0) for step in steps),
            ]
            for part in ("value", "low", "high")
        }
        picture.band(at, cells["low"], cells["high"], ink="accent", alpha=0.16)
        picture.line(at, cells["value"], ink="accent", width=2)
        for step in steps:
            look: dict[str, Any] = {"ink": "warn", "shape": "empty", "size": 7} if step.tripped else {"ink": "accent", "size": 4}
            strokes.mark(x.at(step.gained), y.at(number(step.lost) or 0.0), **look)

    def _name(
        self,
        picture: Picture,
        strokes: Strokes,
        words: Words,
        points: Mapping[str, tuple[Told, Told]],
        steps: Sequence[_Step],
        x: Scale,
        y: Scale,
    ) -> None:
        """Write the points' names beside them, and off the curve where there is room."""
        room = 150.0 if x.end - x.start < 400 else 210.0
        names = list(points)
        at = [(x.at(number(points[name][0]) or 0.0), y.at(number(points[name][1]) or 0.0)) for name in names]
        told = [wrapped(words.label("point", name), room, size=SMALL, bold=True, lines=2) for name in names]
        numbers = [
            words.text("plot.tradeoff.point", gained=points[name][0].bare(), lost=points[name][1].bare()) if number(points[name][0]) else ""
            for name in names
        ]
        said = [[*lines, *(wrapped(text, room, size=SMALL, lines=3) if text else [])] for lines, text in zip(told, numbers, strict=True)]
        sizes = [(max(text_width(text, SMALL, bold=True) for text in lines), LINE * len(lines) + 2.0) for lines in said]
        curve = [
            Box(x.at(step.gained) - 4, y.at(number(step.lost) or 0.0) - 4, x.at(step.gained) + 4, y.at(number(step.lost) or 0.0) + 4)
            for step in steps
        ]
        frame = Box(x.start + 2, y.end - 8, x.end + 8, y.start - 3)
        places = labelled(at, sizes, frame, faint=curve)
        for point, place, lines, bold in zip(at, places, said, [len(lines) for lines in told], strict=True):
            strokes.mark(*point, ink="ink", shape="diamond", size=9, order=5)
            if place is None:
                continue
            end = place.nearest(*point)
            if place.distance(*point) > 12:
                strokes.line((point[0], end[0]), (point[1], end[1]), ink="span", order=2)
            for row, text in enumerate(lines):
                write(picture, place.left, place.top + 12 + LINE * row, text, size=SMALL, bold=row < bold)

    def _parts(self, picture: Picture, strokes: Strokes, words: Words, steps: Sequence[_Step], x: Scale, top: float) -> None:
        """A band below the scale: to which part of the order the steps belong."""
        begun = 0.0
        for turn, (part, group) in enumerate(groupby(steps, key=lambda step: step.part)):
            end = list(group)[-1].gained
            left, right = x.at(begun), x.at(end)
            begun = end
            strokes.box(left + 0.5, top, right - 0.5, top + 18, ink="surface" if turn % 2 else "line", order=0.5)
            text = words.label(self.part, part)
            if text_width(text, SMALL) <= right - left - 4:
                write(picture, (left + right) / 2, top + 13.5, text, size=SMALL, align="center")

    def _remarks(self, words: Words, steps: Sequence[_Step]) -> list[tuple[tuple[str, str] | None, str]]:
        """What is said below: the figure that runs to the right, the rail, open marks, today's guards."""
        found: list[tuple[tuple[str, str] | None, str]] = []
        limit = self._limit()
        if limit is not None:
            found.append(
                (
                    None,
                    words.text(
                        "plot.tradeoff.limit",
                        limit=words.number(limit, "share", places=0 if abs(100 * limit - round(100 * limit)) < 1e-9 else 1),
                    ),
                )
            )
        tripped = sum(step.tripped for step in steps)
        if tripped:
            found.append((("warn", "empty"), words.text("plot.tradeoff.tripped", n=tripped)))
        guards = [(row["guard"], words.told(row)) for row in self._rows("guard_today") if not absent(row["value"])]
        if guards:
            each = words.list([f"{words.label('guard', name)} {told.bare()}" for name, told in guards])
            found.append((None, words.text("plot.tradeoff.guards", guards=each)))
        return found

    def _below(self, words: Words, steps: Sequence[_Step], width: float) -> list[tuple[tuple[str, str] | None, list[str]]]:
        told: list[tuple[tuple[str, str] | None, str]] = [(None, words.text("plot.tradeoff.axis", gained=words.metric(self.gained)))]
        told += self._remarks(words, steps)
        if not steps:
            hidden = len(self._rows(self.lost))
            told.append((None, words.text("plot.hidden", n=max(hidden, 1))))
        return [(look, wrapped(text, width - (18 if look else 0), size=SMALL, lines=4)) for look, text in told]


def tradeoff(
    estimates: pd.DataFrame, *, gained: str = "contacts_saved_share", lost: str = "chances_lost_share", part: str = "treatment"
) -> Tradeoff:
    """Draw what is lost over what is gained, rule by rule.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES of :func:`cxlib.decisions.opportunities.frontier`: both figures by ``step`` and by ``point``, and where they
        are known ``guard_today``, ``guards_tripped`` and ``tolerated_share``.
    gained, lost : str
        Metrics: to the right, upwards.
    part : str
        The group column whose levels follow each other along the curve.

    Raises
    ------
    CxError
        When a group column is missing, or a step stands twice.
    """
    wanted = ["point", "step", part]
    problems = [worded("plots.tradeoff", "there is no group column", name, estimates.columns) for name in wanted if name not in estimates]
    if problems:
        raise CxError(*problems)
    steps = estimates[estimates["metric"].eq(lost) & estimates["step"].notna()]
    if steps["step"].duplicated().any():
        raise CxError(worded("plots.tradeoff", "a step stands twice:", steps.loc[steps["step"].duplicated(), "step"].iloc[0]))
    return Tradeoff(estimates, gained, lost, part)
