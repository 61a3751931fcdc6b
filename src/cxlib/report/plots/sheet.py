"""What a picture of rows consists of: rows with their marks and figures, and the scales and columns that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.plots.marks import Mark
from cxlib.report.words import Told, Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEWEST", "Column", "Panel", "Remark", "Row", "Sheet", "levels", "picked", "told_n", "unit_of"]

FEWEST = 5  # rows of a ranking that stay in sight


@dataclass(frozen=True)
class Remark:
    """A short line under a label: a group with its mark, a class, a warning."""

    text: str
    ink: str = "warn"
    bold: bool = True
    mark: tuple[str, str] | None = None  # colour and shape


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the picture: what stands on each scale (or, as text, why nothing does) and the figures beside it.

    A row without marks is a heading. A figure is told twice: as a column shows it, and as it reads beside others ("n = 120").
    """

    label: str
    marks: tuple[Mark | str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def note(self) -> str:
        """Why no scale shows anything, "" where one does."""
        notes = [mark if isinstance(mark, str) else "" for mark in self.marks]
        return notes[0] if notes and all(notes) else ""


@dataclass(frozen=True, eq=False)
class Panel:
    """One scale that all rows share."""

    title: str
    unit: str
    reference: float | None = None
    reference_label: str = ""
    include: tuple[float, ...] = ()  # values that the scale holds in any case
    zero: bool = False  # a line at zero
    ticks: bool = True
    mark: tuple[str, str] | None = None  # colour and shape that tell one scale from the next on a telephone
    ends: tuple[tuple[str, str], ...] = ()  # words above the ticks with their colour: at the low end, in the middle, at the high end


@dataclass(frozen=True)
class Column:
    """A column of figures right of a scale; the first one of a scale is printed bold."""

    title: str
    panel: int = 0
    strong: bool = False
    mark: tuple[str, str] | None = None  # colour and shape of what the column tells, where a scale shows several


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the rows share: scales, columns, a line of explanation, whether dots are linked, and how many rows are never folded."""

    words: Words
    panels: tuple[Panel, ...]
    columns: tuple[Column, ...] = ()
    remark: str = ""
    linked: bool = False
    first: int = 0  # rows that matter most, at the top; 0: their order means something else, and none is folded


def levels(estimates: pd.DataFrame, by: str) -> list[dict[str, Any]]:
    """Return the rows of an ESTIMATES table with one metric and one varying group column.

    Raises
    ------
    CxError
        `by` is no group column, or there are several metrics or other groups: one picture answers one question.
    """
    groups = group_columns(estimates)
    if by not in groups:
        raise CxError(worded("plot", "cannot be drawn by", by, groups, label="Group columns"))
    metrics = [str(metric) for metric in estimates["metric"].unique()]
    if len(metrics) > 1:
        raise CxError(worded("plot", f"shows one metric, the table has {len(metrics)}", None, metrics, label="Metrics", do="Choose one."))
    others = [name for name in groups if name != by and len(estimates[name].unique()) > 1]
    if others or estimates[by].duplicated().any():
        raise CxError(worded("plot", f"has several rows for one level of {by}", None, others, label="Also varying", do="Choose one group."))
    return [{str(name): cell for name, cell in row.items()} for row in estimates.to_dict("records")]


def unit_of(told: Sequence[Told]) -> str:
    """Return the unit that all rows share."""
    units = {row.unit for row in told if row.unit}
    if len(units) > 1:
        raise CxError(worded("plot", "mixes units", None, sorted(units), label="Units"))
    return units.pop() if units else ""


def told_n(told: Told) -> tuple[str, str]:
    """Return how many answers stand behind a row: for a column, and beside other figures."""
    return ("", "") if absent(told.row.get("n")) else (f"{told:n}", told.words.text("told.n", n=f"{told:n}"))


def picked(estimates: pd.DataFrame, metric: str, by: str) -> dict[str, dict[str, Any]]:
    """Return the rows of one metric by their level, without the margin; empty where the table does not hold the metric.

    Raises
    ------
    CxError
        As :func:`levels` does.
    """
    rows = estimates[estimates["metric"].eq(metric)]
    return {str(row[by]): row for row in (levels(rows, by) if len(rows) else []) if not absent(row[by])}
