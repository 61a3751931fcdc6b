"""From rows of ESTIMATES to what a reader sees in a table: metrics side by side, notes where numbers are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cxlib.errors import CxError, worded
from cxlib.report.words import Told, Words, absent
from cxlib.tables import group_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Grid", "grid_of", "is_estimates", "needs_of", "plain", "records"]

NEEDS = "needs "


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell: number, label or note, lines of small print below it, and how many columns it covers."""

    text: str
    small: tuple[str, ...] = ()
    strong: bool = False
    note: bool = False
    covers: int = 1


@dataclass(frozen=True, eq=False)
class Grid:
    """A table ready to be printed: headings of row heads and of cells, then rows as (heads, cells)."""

    heads: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[tuple[Sequence[str], Sequence[Cell]]]
    numeric: bool = field(default=True)
    single: bool = field(default=False)  # one metric: the first cell is its number, span and n follow


def is_estimates(frame: pd.DataFrame) -> bool:
    """Tell whether a frame is ESTIMATES; other saved tables hold labels only."""
    return {"metric", "value", "unit", "note"} <= set(frame.columns)


def needs_of(frame: pd.DataFrame) -> list[str]:
    """Return the columns that would answer, when every row of the frame only says what it needs; otherwise nothing."""
    if not is_estimates(frame) or frame.empty:
        return []
    notes = [str(note) for note in frame["note"]]
    if not all(note.startswith(NEEDS) for note in notes):
        return []
    return list(dict.fromkeys(need.strip() for note in notes for need in note.removeprefix(NEEDS).split(",")))


def grid_of(frame: pd.DataFrame, words: Words) -> Grid:
    """Arrange a frame for reading: one metric in three columns, several metrics in one column each.

    Raises
    ------
    CxError
        The same groups and metric stand twice: their numbers would overwrite each other.
    """
    if not is_estimates(frame):
        rows = [([_label(words, row, first)], [Cell(_label(words, row, name)) for name in rest]) for first, *rest, row in _named(frame)]
        names = [str(name) for name in frame.columns]
        return Grid([words.column(names[0])], [words.column(name) for name in names[1:]], rows, numeric=False)
    told = [words.told({str(name): cell for name, cell in row.items()}) for row in frame.to_dict("records")]
    groups = [name for name in group_columns(frame) if not frame[name].isna().all()]
    head = _Head(words, groups)
    metrics = list(dict.fromkeys(str(metric) for metric in frame["metric"]))
    told = _without_empty_doubles(told, groups)
    keys = [_key(row, groups) for row in told]
    if len(set(keys)) < len(keys):
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        raise CxError(worded("table", "the same groups and metric stand twice:", twice[0], do="Show one group after the other."))
    if not groups:
        return _listed(
            told, [words.column("metric")], [[words.measure(str(row.row["metric"]), row.unit)] for row in told], words.column("value")
        )
    if len(groups) > 1 and all(sum(not absent(row.row[name]) for name in groups) <= 1 for row in told):
        head = _OneAtATime(words, groups)
    if len(metrics) == 1:
        return _listed(told, head.names(), [head.of(row) for row in told], _measure(told, metrics[0]))
    return _side_by_side(told, head, metrics, words)


def _key(row: Told, groups: Sequence[str]) -> tuple[tuple[str, ...], str]:
    return tuple(str(row.row[name]) for name in groups), str(row.row["metric"])


def _without_empty_doubles(told: Sequence[Told], groups: Sequence[str]) -> list[Told]:
    """Leave out a group that cannot be formed (it only says what it needs) where the figure for all stands in its place."""
    empty = [str(row.row["note"]).startswith(NEEDS) for row in told]
    full = {_key(row, groups) for row, bare in zip(told, empty, strict=True) if not bare}
    return [row for row, bare in zip(told, empty, strict=True) if not (bare and _key(row, groups) in full)]


@dataclass(frozen=True, eq=False)
class _Head:
    """The row heads: one column for each group column."""

    words: Words
    groups: Sequence[str]

    def names(self) -> list[str]:
        return [self.words.column(name) for name in self.groups]

    def of(self, row: Told) -> list[str]:
        return [self.words.label(name, row.row[name]) for name in self.groups]


class _OneAtATime(_Head):
    """The row heads of groupings put under one another: which grouping, and which of its levels."""

    def names(self) -> list[str]:
        return [self.words.column("group"), self.words.column("level")]

    def of(self, row: Told) -> list[str]:
        named = [name for name in self.groups if not absent(row.row[name])]
        if not named:
            return [self.words.text("value.all"), self.words.text("value.everyone")]
        return [self.words.column(named[0]), self.words.label(named[0], row.row[named[0]])]


def _named(frame: pd.DataFrame) -> list[list[Any]]:
    names = [str(name) for name in frame.columns]
    return [[*names, row] for row in frame.to_dict("records")]


def _label(words: Words, row: dict[Any, Any], name: str) -> str:
    return words.label(name, row[name])


def _measure(told: Sequence[Told], metric: str) -> str:
    """Return metric and unit as a heading; the unit moves into the cells where rows differ in it."""
    units = {row.unit for row in told if str(row.row["metric"]) == metric and row.unit}
    return told[0].words.measure(metric, units.pop() if len(units) == 1 else "")


def _mixed(told: Sequence[Told], metric: str) -> bool:
    return len({row.unit for row in told if str(row.row["metric"]) == metric and row.unit}) > 1


def _listed(told: Sequence[Told], heads: list[str], labels: list[list[str]], value: str) -> Grid:
    """Lay out one metric (or one group): value, span and n in columns of their own."""
    if not told:
        return Grid(heads, [value], [])
    words = told[0].words
    shown = {
        "span": any(not absent(row.row.get(end)) for row in told for end in ("low", "high")),
        "n": any(row.asked and not absent(row.row["value"]) and not _itself(row) for row in told),
    }
    columns = [value, *(words.column(name) for name, wanted in shown.items() if wanted)]
    rows = []
    for row, label in zip(told, labels, strict=True):
        if absent(row.row["value"]):
            cells = [Cell(f"{row:value}", note=True, covers=len(columns))]
        else:
            text = f"{row:value}" if _mixed(told, str(row.row["metric"])) else row.bare()
            cells = [
                Cell(text, (row.note,) if row.note else (), strong=True),
                *(Cell(format(row, name)) for name, wanted in shown.items() if wanted),
            ]
        rows.append((label, cells))
    return Grid(heads, columns, rows, single=True)


def _side_by_side(told: Sequence[Told], head: _Head, metrics: list[str], words: Words) -> Grid:
    """Lay out several metrics of the same groups, a column each, with the span as small print; n once a row where all share it."""
    found: dict[tuple[str, ...], dict[str, Told]] = {}
    labels: dict[tuple[str, ...], list[str]] = {}
    for row in told:
        key = tuple(str(row.row[name]) for name in head.groups)
        labels.setdefault(key, head.of(row))
        found.setdefault(key, {})[str(row.row["metric"])] = row
    mixed = {metric for metric in metrics if _mixed(told, metric)}
    counts = {key: {f"{row:n}" for row in cells.values() if row.asked and not _itself(row)} for key, cells in found.items()}
    shared = any(counts.values()) and all(len(count) <= 1 for count in counts.values())
    rows = []
    for key, cells in found.items():
        packed = [_packed(cells.get(metric), words, metric in mixed, with_n=not shared) for metric in metrics]
        rows.append((labels[key], [*_merged(packed), *([Cell("".join(counts[key]))] if shared else [])]))
    columns = [_measure(told, metric) for metric in metrics]
    return Grid(head.names(), [*columns, *([words.column("n")] if shared else [])], rows)


def _merged(cells: Sequence[Cell]) -> list[Cell]:
    """Say a note once where neighbouring cells have the same."""
    found: list[Cell] = []
    for cell in cells:
        if found and cell.note and found[-1].note and cell.text == found[-1].text:
            found[-1] = replace(found[-1], covers=found[-1].covers + 1)
        else:
            found.append(cell)
    return found


def _packed(row: Told | None, words: Words, with_unit: bool, *, with_n: bool) -> Cell:
    if row is None:
        return Cell(words.text("value.missing"))
    if absent(row.row["value"]):
        return Cell(f"{row:value}", note=True)
    facts = [f"{row:span}", words.text("told.n", n=f"{row:n}") if with_n and row.asked and not _itself(row) else "", row.note]
    return Cell(f"{row:value}" if with_unit else row.bare(), tuple(fact for fact in facts if fact), strong=True)


def _itself(row: Told) -> bool:
    """Whether the row counts what stands behind it, so that n would say its number once more."""
    return row.unit == "count" and f"{row:n}" == row.bare()


def records(frame: pd.DataFrame, words: Words) -> tuple[list[str], list[list[object]]]:
    """Return a frame as headings and rows for a spreadsheet: labels and notes in words, numbers as they are."""
    names = [str(name) for name in frame.columns if name != "draws"]
    rows = [[plain(words, name, row) for name in names] for row in frame.to_dict("records")]
    return [words.column(name) for name in names], rows


def plain(words: Words, name: str, row: Mapping[str, Any]) -> object:
    """Return one cell of a row for a spreadsheet: labels, units and notes in words, numbers as they are."""
    value = row[name]
    if name == "metric":
        return words.metric(str(value))
    if name in ("unit", "note"):
        return "" if absent(value) else getattr(words, name)(str(value))
    if name in ("value", "low", "high") and row.get("unit") == "share difference":
        return value if absent(value) else 100 * float(value)  # the unit beside it says percentage points
    if name in ("value", "low", "high", "n", "n_eff", "method"):
        return value
    return words.label(name, value)
