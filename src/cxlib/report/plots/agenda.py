"""What to do first: one line an action with what it brings and its span, and below its name who answers for it and from when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxlib.report.plots.marks import Dot
from cxlib.report.plots.plot import Plot
from cxlib.report.plots.rows import draw
from cxlib.report.plots.sheet import FEWEST, Column, Panel, Remark, Row, Sheet, picked, unit_of
from cxlib.report.words import Words, absent

if TYPE_CHECKING:
    import pandas as pd

    from cxlib.report.svg import Picture

__all__ = ["Agenda", "agenda"]

NET, OFTEN, RANK = "net_benefit", "first_three_probability", "action_rank"
IN_PART = "net_benefit_in_part"  # stands among the net benefits, its note beside it
BY = "action_id"


@dataclass(frozen=True, eq=False)
class Agenda(Plot):
    """Actions in their order, with net benefit around zero, or how often each is among the first three; those not ranked come last."""

    @property
    def data(self) -> pd.DataFrame:
        """Net benefit and probability of every action."""
        return self.table[self.table["metric"].isin((NET, IN_PART, OFTEN, RANK))]

    def figure(self, words: Words, *, narrow: bool) -> Picture:
        """Draw the list, 720 pixels wide, or 350 for a telephone."""
        found = self._found()
        rows = [self._row(words, found, name) for name in self._order(found)]
        told = [words.told(row) for row in found[self._metric].values()]
        panel = Panel(words.measure(self._metric, unit_of(told)), unit_of(told), zero=self._metric == NET, include=(0.0,))
        columns = [Column(words.text("plot.value"), strong=True)]
        columns += [Column(words.text("plot.agenda.often"))] if self._metric == NET else []
        return draw(rows, Sheet(words, (panel,), tuple(columns), words.text("plot.agenda.how"), first=FEWEST), narrow=narrow)

    def describe(self, words: Words) -> str:
        """Return the text alternative: how many actions, the first three with number, owner and start, and those not ranked."""
        found = self._found()
        facts: dict[str, Any] = {"rows": words.text("count.rows", n=len(self._order(found)))}
        first = [name for name in self._order(found) if name in found[RANK] and not absent(found[RANK][name]["value"])]
        if not first:
            return words.text("plot.agenda.alt_none", **facts)
        named = [
            words.text(
                "plot.agenda.named",
                action=words.label(BY, name),
                told=str(words.told(found[self._metric][name])),
                who=self._who(words, name),
            )
            for name in first[:3]
        ]
        told = words.text("plot.agenda.alt", **facts, metric=words.metric(self._metric), first=words.list(named))
        rest = [words.label(BY, name) for name in self._order(found) if name not in first]
        return f"{told} {words.text('plot.agenda.rest', names=words.list(rest))}" if rest else told

    @property
    def _metric(self) -> str:
        """What the dots tell: money where there is any."""
        return NET if self.table["metric"].isin((NET, IN_PART)).any() else OFTEN

    def _found(self) -> dict[str, dict[str, dict[str, Any]]]:
        return {metric: _by_action(self.table, metric) for metric in (NET, OFTEN, RANK)}

    def _order(self, found: dict[str, dict[str, dict[str, Any]]]) -> list[str]:
        """Return the actions: ranked ones first, then those with a number, then those that only say why they have none."""
        names = list(dict.fromkeys(str(name) for name in self.table[BY].dropna()))

        def place(name: str) -> tuple[float, bool]:
            rank = found[RANK].get(name, {}).get("value")
            return (float("inf") if absent(rank) else float(str(rank)), absent(found[self._metric].get(name, {}).get("value")))

        return sorted(names, key=place)

    def _row(self, words: Words, found: dict[str, dict[str, dict[str, Any]]], name: str) -> Row:
        row = found[self._metric].get(name) or found[RANK][name]
        told, label = words.told(row), words.label(BY, name)
        rail = row["action_state"] == "guard_rail"
        remarks = [Remark(self._who(words, name), "muted", bold=False)]
        if absent(row["value"]):
            return Row(label, (f"{told:value}",), (), tuple(remarks))
        if told.note:
            remarks.append(Remark(told.note, "warn" if rail else "muted", bold=rail))
        often = found[OFTEN].get(name, {}).get("value")
        said = "" if absent(often) else words.often(float(str(often)), short=True)
        figures = [(f"{told:value}", f"{told:value}")]
        figures += [(said, words.text("plot.agenda.among", often=said) if said else "")] if self._metric == NET else []
        dot = Dot(told, ink="warn", shape="empty") if rail else Dot(told)
        return Row(label, (dot,), tuple(figures), tuple(remarks))

    def _who(self, words: Words, name: str) -> str:
        """Say who answers for an action and from when."""
        row = self.table[self.table[BY].eq(name)].iloc[0]
        owner = words.label("owner", row["owner"])
        return words.text("plot.agenda.who", owner=owner, start=words.label("start_date", row["start_date"]))


def _by_action(table: pd.DataFrame, metric: str) -> dict[str, dict[str, Any]]:
    rows = table[table["metric"].isin((NET, IN_PART) if metric == NET else (metric,))].assign(metric=metric)
    levels = picked(rows.drop(columns=["action_state", "owner", "start_date"]), metric, BY)
    state = dict(rows[[BY, "action_state"]].itertuples(index=False, name=None))
    return {name: {**row, "action_state": state[name]} for name, row in levels.items()}


def agenda(estimates: pd.DataFrame) -> Agenda:
    """Draw the list of actions.

    Parameters
    ----------
    estimates : DataFrame
        Saved ESTIMATES as :func:`cxlib.decisions.actions.rank` returns them: by ``action_id``, ``action_state``, ``owner`` and
        ``start_date``; the metrics ``net_benefit``, ``net_benefit_in_part``, ``first_three_probability`` and
        ``action_rank``, others are left alone.

    Raises
    ------
    CxError
        An action has two rows of a metric.
    """
    for metric in (NET, OFTEN, RANK):
        if {BY, "action_state", "owner", "start_date"} <= set(estimates.columns):
            _by_action(estimates, metric)
    return Agenda(estimates)
