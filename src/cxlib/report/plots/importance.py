"""What goes with the outcome, and how sure its place is: shares with spans, and beside each the span of its rank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cxlib.report.plots.marks import SERIES, Dot
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import FEWEST, Column, Panel, Remark, Row, Sheet, picked, told_n, unit_of
from cxlib.report.words import Told, Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["SHARE", "Importance", "importance", "remarks_by_level", "sorted_levels"]

SHARE, RANK, COEFFICIENT = "driver_share", "driver_rank", "driver_coefficient"


@dataclass(frozen=True, eq=False)
class Importance(Plot):
    """One dot with its span a driver, the largest share first; colour, shape and word say which group it belongs to."""

    by: str
    group: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, str, str] = (SHARE, RANK, COEFFICIENT)

    @property
    def data(self) -> pd.DataFrame:
        """Shares and ranks."""
        return self.table[self.table["metric"].isin(self.metrics[:2])]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the drivers, 720 pixels wide, or 350 for a telephone."""
        shares, ranks, _ = self._picked()
        notes, shared = remarks_by_level(words, *self._picked())
        looks = self._looks()
        rows = []
        for level in sorted_levels(shares):
            told = words.told(shares[level])
            group = self.group.get(level)
            look = looks.get(group, SERIES[0]) if group is not None else SERIES[0]
            named = (Remark(words.label("item_group", group), "muted", False, look),) if group is not None else ()
            remarks = (*named, *(Remark(note) for note in notes.get(level, ())))
            label = words.label(self.by, shares[level][self.by])
            if absent(told.row["value"]):
                rows.append(Row(label, (f"{told:value}",), remarks=named))
                continue
            rank = rank_span(words, ranks.get(level))
            figures = ((told.bare(), told.bare()), (rank, words.text("plot.rank_said", span=rank) if rank else ""), told_n(told))
            rows.append(Row(label, (Dot(told, ink=look[0], shape=look[1]),), figures, remarks))
        unit = unit_of([words.told(row) for row in shares.values()])
        panel = Panel(words.measure(self.metrics[0], unit), unit, include=(0.0,))
        columns = (
            Column(words.text("plot.share" if unit == "share" else "plot.value"), strong=True),
            Column(words.text("plot.rank")),
            Column(words.text("plot.n")),
        )
        return draw(rows, Sheet(words, (panel,), columns, remark=" ".join(shared), first=FEWEST), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many drivers, the first three with share and rank span, whether their order is sure."""
        shares, ranks, _ = self._picked()
        known = [level for level in sorted_levels(shares) if not absent(shares[level]["value"])]
        facts = {"metric": words.metric(self.metrics[0]), "rows": words.text("count.rows", n=len(shares))}
        if not known:
            return words.text("plot.importance.alt_none", **facts)
        first = []
        for level in known[:3]:
            rank = rank_span(words, ranks.get(level))
            said = f"{words.label(self.by, shares[level][self.by])}, {words.told(shares[level])}"
            first.append(f"{said}, {words.text('plot.rank_said', span=rank)}" if rank else said)
        sentences = [
            words.text("plot.importance.alt" if self.metrics[0] == SHARE else "plot.importance.alt_value", **facts, first="; ".join(first))
        ]
        notes, shared = remarks_by_level(words, *self._picked())
        sentences += shared
        sentences += [
            words.text("plot.row", label=words.label(self.by, shares[level][self.by]), told="; ".join(notes[level])) + "."
            for level in known[3:]
            if notes.get(level)
        ]
        hidden = len(shares) - len(known)
        return " ".join([*sentences, words.text("plot.hidden", n=hidden)] if hidden else sentences)

    def _picked(self) -> list[dict[str, dict[str, Any]]]:
        """Return level → row of each of the metrics."""
        return [picked(self.table, metric, self.by) for metric in self.metrics]

    def _looks(self) -> dict[str, tuple[str, str]]:
        """Return colour and shape of each group, in the order of the groups' names; what comes after the fifth looks like the fifth."""
        shown = {str(level) for level in self.table[self.by].dropna()}
        names = sorted({name for level, name in self.group.items() if level in shown})
        return {name: SERIES[min(number, len(SERIES) - 1)] for number, name in enumerate(names)}


def sorted_levels(rows: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return the levels from the highest value to the lowest, hidden ones last."""
    known = {level: None if absent(row["value"]) else float(str(row["value"])) for level, row in rows.items()}
    return sorted(known, key=lambda level: (known[level] is None, -(known[level] or 0.0)))


def rank_span(words: Words, row: Mapping[str, object] | None) -> str:
    """Return the span of a rank, "1–4"; one number where it is sure, "" where there is none."""
    if row is None or absent(row["value"]):
        return ""
    ends = [row["value"] if absent(row.get(end)) else row[end] for end in ("low", "high")]
    low, high = (words.number(end, "rank", places=0, bare=True) for end in ends)
    return low if low == high else words.text("plot.rank_span", low=low, high=high)


def remarks_by_level(words: Words, *found: Mapping[str, Mapping[str, object]]) -> tuple[dict[str, list[str]], list[str]]:
    """Return what the notes of rows that have a value say, by level, and apart from it what they all say.

    Parameters
    ----------
    words : Words
        The reader's language.
    *found : mapping
        Level → row, a mapping a metric.
    """
    said: dict[str, list[str]] = {}
    for rows in found:
        for level, row in rows.items():
            if not absent(row["value"]):
                note = Told(words, row).note
                said.setdefault(level, []).extend([note] if note and note not in said.get(level, []) else [])
    shared = [note for note in next(iter(said.values()), []) if all(note in notes for notes in said.values())] if len(said) > 1 else []
    own = {level: [note for note in notes if note not in shared] for level, notes in said.items()}
    return own, [f"{note[:1].upper()}{note[1:]}." for note in shared]


def importance(
    estimates: pd.DataFrame,
    *,
    by: str = "item_id",
    group: Mapping[str, str] | None = None,
    metrics: tuple[str, str, str] = (SHARE, RANK, COEFFICIENT),
) -> Importance:
    """Sort drivers by their share, each with the span of its share and of its rank.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with the metrics ``driver_share``, ``driver_rank`` (low and high: the span of the rank) and, for their
        notes, ``driver_coefficient``; other metrics are left alone.
    by : str
        The group column whose levels are the drivers.
    group : mapping, optional
        Level → its group (product, price, service, relationship …), labelled as an ``item_group``.
    metrics : (str, str, str)
        What is sorted by, its rank, and a metric whose notes are told as well: the metrics named above, unless told otherwise.

    Raises
    ------
    CxError
        `by` is no group column, or a level has two rows of a metric.
    """
    for metric in metrics:
        picked(estimates, metric, by)
    return Importance(estimates, by, {str(level): str(name) for level, name in (group or {}).items() if not absent(name)}, metrics)
