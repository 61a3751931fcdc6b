"""The journey, link by link: touchpoints in the order in which a customer meets them, the weakest one marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cxlib.report.plots.marks import Dot
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet, levels, told_n, unit_of
from cxlib.report.words import Told, Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Chain", "chain"]


def _link(label: str, told: Told, aim: Told | None, tag: str) -> Row:
    """Return one link: actual and expected value with their spans, and n."""
    if absent(told.row["value"]):
        return Row(label, (f"{told:value}",))
    text = told.words.text
    wanted = ("", "") if aim is None else (aim.bare(), f"{text('plot.expected')} {aim.bare()}")
    dot = Dot(told, aim, ink="warn" if tag else "accent", size=10 if tag else 8)
    return Row(label, (dot,), ((told.bare(), told.bare()), wanted, told_n(told)), (Remark(tag),) if tag else ())


@dataclass(frozen=True, eq=False)
class Chain(Plot):
    """One dot with its span a touchpoint, linked along the journey; expected values as hollow diamonds."""

    by: str
    order: tuple[str, ...]
    expected: pd.DataFrame | None = None
    stage: Mapping[str, str] | None = None

    @property
    def sources(self) -> tuple[pd.DataFrame, ...]:
        """Actual and, when given, expected values."""
        return (self.table,) if self.expected is None else (self.table, self.expected)

    @property
    def data(self) -> pd.DataFrame:
        """The rows of the table; with expected values, both side by side as the metrics "actual" and "expected"."""
        if self.expected is None:
            return self.table
        import pandas as pd

        return pd.concat([self.table.assign(metric="actual"), self.expected.assign(metric="expected")], ignore_index=True)

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the chain, 720 pixels wide, or 350 for a telephone."""
        links, wanted = self._links(), self._expected()
        weakest = self._weakest()
        tag = words.text("plot.widest_gap" if wanted else "plot.weakest")
        rows: list[Row] = []
        current = None
        for link in links:
            key = str(link[self.by])
            stage = (self.stage or {}).get(key)
            if stage is not None and stage != current:
                rows.append(Row(words.label("stage", stage)))
            current = stage if stage is not None else current
            aim = words.told(wanted[key]) if key in wanted else None
            rows.append(_link(words.label(self.by, link[self.by]), words.told(link), aim, tag if key == weakest else ""))
        unit = unit_of([words.told(row) for row in [*links, *wanted.values()]])
        panel = Panel(words.measure(self._metric, unit), unit)
        names = ["actual", "expected", "n"] if wanted else ["value", "n"]
        marks = {"actual": ("accent", "full"), "expected": ("ink", "diamond")}
        columns = tuple(Column(words.text(f"plot.{name}"), strong=not number, mark=marks.get(name)) for number, name in enumerate(names))
        rows = [replace(row, figures=(row.figures[0], row.figures[-1])) if row.figures and not wanted else row for row in rows]
        return draw(rows, Sheet(words, (panel,), columns, linked=True), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: metric, number of links, first and last, highest and lowest, widest gap."""
        links = self._links()
        known = sorted((row for row in links if not absent(row["value"])), key=lambda row: row["value"])
        facts = {"metric": words.metric(self._metric), "rows": words.text("count.rows", n=len(links))}
        if not known:
            return words.text("plot.chain.alt_none", **facts)
        ends = {name: words.label(self.by, row[self.by]) for name, row in (("first", links[0]), ("last", links[-1]))}
        ends |= {
            name: f"{words.label(self.by, row[self.by])}, {words.told(row)}" for name, row in (("best", known[-1]), ("worst", known[0]))
        }
        sentences = [words.text("plot.chain.alt", **facts, **ends)]
        weakest, wanted = self._weakest(), self._expected()
        for row in known:
            if str(row[self.by]) == weakest and weakest in wanted:
                values = {"actual": f"{words.told(row):value}", "expected": f"{words.told(wanted[weakest]):value}"}
                sentences.append(words.text("plot.chain.alt_gap", label=words.label(self.by, weakest), **values))
        if len(known) < len(links):
            sentences.append(words.text("plot.hidden", n=len(links) - len(known)))
        return " ".join(sentences)

    @property
    def _metric(self) -> str:
        return str(self.table["metric"].iloc[0])

    def _links(self) -> list[dict[str, Any]]:
        """Return the rows in journey order; levels that the order does not name follow, the margin stays out."""
        place = {key: number for number, key in enumerate(self.order)}
        rows = [row for row in levels(self.table, self.by) if not absent(row[self.by])]
        return sorted(rows, key=lambda row: place.get(str(row[self.by]), len(place)))

    def _expected(self) -> dict[str, dict[str, Any]]:
        if self.expected is None:
            return {}
        return {str(row[self.by]): row for row in levels(self.expected, self.by) if not absent(row[self.by]) and not absent(row["value"])}

    def _weakest(self) -> str | None:
        """Return the level with the widest gap below its expected value; without expected values the lowest one."""
        wanted = self._expected()
        known = {str(row[self.by]): float(row["value"]) for row in self._links() if not absent(row["value"])}
        if wanted:
            known = {key: value - float(wanted[key]["value"]) for key, value in known.items() if key in wanted}
            known = {key: gap for key, gap in known.items() if gap < 0}
        return min(known, key=known.__getitem__) if known else None


def chain(
    estimates: pd.DataFrame,
    *,
    by: str = "touchpoint_id",
    order: Sequence[str],
    expected: pd.DataFrame | None = None,
    stage: Mapping[str, str] | None = None,
) -> Chain:
    """Line up touchpoints along the journey.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with one metric and no other varying group column.
    by : str
        The group column whose levels are the links.
    order : sequence of str
        Level ids in journey order; levels without a row are left out.
    expected : DataFrame, optional
        Saved ESTIMATES of what customers expect, in the same unit.
    stage : mapping, optional
        Level id → its stage; a stage's label is a heading above its links.
    """
    levels(estimates, by)
    if expected is not None:
        levels(expected, by)
    return Chain(estimates, by, tuple(map(str, order)), expected, stage)
