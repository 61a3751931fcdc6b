"""Around the zero line: what a bad rating costs to the left, what a good one adds to the right, and whether the two differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.report.plots.marks import Bars
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet, picked, told_n, unit_of
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Diverging", "diverging"]

PENALTY, REWARD, SUM, CLASS = "penalty", "reward", "asymmetry", "class_probability"
UNCLEAR = "not_classifiable"
LOOKS = {"disappointment_dominant": "warn", "delight_dominant": "accent"}


@dataclass(frozen=True, eq=False)
class Diverging(Plot):
    """Two bars a row with their spans, from what disappoints most to what delights most; what has no class comes last, in grey."""

    by: str

    @property
    def data(self) -> pd.DataFrame:
        """Both sides, their sum and the class of every row."""
        return self.table[self.table["metric"].isin((PENALTY, REWARD, SUM, CLASS))]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the bars, 720 pixels wide, or 350 for a telephone."""
        found = self._found()
        rows = [self._row(words, found, level) for level in self._sorted()]
        unit = unit_of([words.told(row) for metric in (PENALTY, REWARD) for row in found[metric].values()])
        ends = ((words.text("plot.diverging.low"), "warn"), ("", "ink"), (words.text("plot.diverging.high"), "accent"))
        panel = Panel(words.text("plot.diverging.title", unit=words.unit(unit)), unit, zero=True, ends=ends)
        columns = tuple(Column(words.text(f"plot.{name}")) for name in ("diverging.penalty", "diverging.reward", "n"))
        told = sum(self._class(found, level) not in ("", UNCLEAR) for level in self._sorted())  # without a class, nothing is said of a row
        sure = any(self._often(words, found, level) for level in found[CLASS])
        return draw(rows, Sheet(words, (panel,), columns, words.text("plot.diverging.how") if sure else "", first=told), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: number of rows, the widest bar of each side, and how many rows there are of each class."""
        found = self._found()
        facts: dict[str, Any] = {"rows": words.text("count.rows", n=len(found[PENALTY]))}
        known = {metric: [row for row in found[metric].values() if not absent(row["value"])] for metric in (PENALTY, REWARD)}
        if not all(known.values()):
            return words.text("plot.diverging.alt_none", **facts)
        ends = {PENALTY: min(known[PENALTY], key=lambda row: row["value"]), REWARD: max(known[REWARD], key=lambda row: row["value"])}
        facts |= {name: f"{words.label(self.by, row[self.by])}, {words.told(row)}" for name, row in ends.items()}
        sentences = [words.text("plot.diverging.alt", **facts)]
        classes: dict[str, list[str]] = {}
        for level in self._sorted():
            name = self._class(found, level)
            if name:
                classes.setdefault(name, []).append(words.label(self.by, found[PENALTY][level][self.by]))
        sentences += [_sentence(words, words.note(name), labels) for name, labels in classes.items()]
        hidden = sum(absent(row["value"]) for metric in (PENALTY, REWARD) for row in found[metric].values())
        return " ".join([*sentences, words.text("plot.hidden", n=hidden)] if hidden else sentences)

    def _found(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {metric: picked(self.table, metric, self.by) for metric in (PENALTY, REWARD, SUM, CLASS)}

    @staticmethod
    def _class(found: dict[str, dict[str, dict[str, Any]]], level: str) -> str:
        note = found[CLASS].get(level, {}).get("note")
        return "" if absent(note) else str(note)

    def _sorted(self) -> list[str]:
        """Return the levels by the sum of both sides, those without a class after them, hidden ones last."""
        found = self._found()

        def place(level: str) -> tuple[bool, bool, float]:
            sides = [found[metric].get(level, {}).get("value") for metric in (PENALTY, REWARD)]
            known = [float(str(side)) for side in sides if not absent(side)]
            return not known, self._class(found, level) == UNCLEAR, sum(known)

        return sorted(found[PENALTY], key=place)

    def _row(self, words: Words, found: dict[str, dict[str, dict[str, Any]]], level: str) -> Row:
        nothing = {**found[PENALTY][level], "value": None, "low": None, "high": None, "note": ""}
        sides = [words.told(found[metric].get(level, nothing)) for metric in (PENALTY, REWARD)]
        label, name = words.label(self.by, found[PENALTY][level][self.by]), self._class(found, level)
        known = [not absent(told.row["value"]) for told in sides]
        if not any(known):
            return Row(label, (f"{sides[0]:value}",))
        grey = name == UNCLEAR
        looks = (("span", "square"), ("span", "full")) if grey else (("warn", "square"), ("accent", "full"))
        bars = Bars(tuple((told, *look) for told, look in zip(sides, looks, strict=True)))
        texts = [told.bare() or words.text("value.missing") for told in sides]
        figures = ((texts[0], texts[0]), (texts[1], texts[1]), told_n(sides[known.index(True)]))
        reason = words.told(found[SUM].get(level, nothing)).note
        reason = reason or next((told.note for told in sides if absent(told.row["value"])), "") or words.text("plot.diverging.wide")
        if not name:
            return Row(label, (bars,), figures)
        often = self._often(words, found, level)
        said = words.text("plot.diverging.sure", name=words.note(name), often=often) if often and not grey else words.note(name)
        said = words.text("plot.row", label=said, told=reason) if grey else said
        return Row(label, (bars,), figures, (Remark(said, LOOKS.get(name, "muted"), not grey),))

    def _often(self, words: Words, found: dict[str, dict[str, dict[str, Any]]], level: str) -> str:
        value = found[CLASS].get(level, {}).get("value")
        return "" if absent(value) else words.often(float(str(value)), short=True)


def _sentence(words: Words, name: str, labels: list[str]) -> str:
    return words.text("plot.row", label=f"{name[:1].upper()}{name[1:]}", told=words.list(labels)) + "."


def diverging(estimates: pd.DataFrame, *, by: str = "item_id") -> Diverging:
    """Draw penalty and reward of each level around the zero line.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES with the metrics ``penalty`` and ``reward``, and where known ``asymmetry`` (their sum; its note is the reason
        why a row has no class) and ``class_probability`` (its note is the class); other metrics are left alone.
    by : str
        The group column whose levels are the rows.

    Raises
    ------
    CxError
        `by` is no group column, or a level has two rows of a metric.
    """
    for metric in (PENALTY, REWARD, SUM, CLASS):
        picked(estimates, metric, by)
    return Diverging(estimates, by)
