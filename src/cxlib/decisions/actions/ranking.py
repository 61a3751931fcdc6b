"""Which actions first: ranks from joint draws, floor before delight, nothing before what it depends on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.actions.figures import Floats
from cxlib.decisions.actions.levers import LENSES
from cxlib.decisions.actions.worth import MONEY, Worth
from cxlib.estimates.ranks import rank_span, ranked
from cxlib.estimates.rows import rows

__all__ = ["GROUPS", "firsts", "keys", "order", "rank", "without"]

GROUPS = ("action_id", "action_state", "owner", "start_date")
FIRST = 3
NOTES = {"running": "running", "watch": "watched", "guard_rail": "guard rail"}
NEEDS = ("actions.action_id",)
NET, NET_IN_PART = "net_benefit", "net_benefit_in_part"


def rank(worth: Worth) -> pd.DataFrame:
    """Rank the actions that could be next by what they bring in a year less what they cost.

    Parameters
    ----------
    worth : Worth
        What :func:`weigh` returned.

    Returns
    -------
    DataFrame
        ESTIMATES with draws by ``action_id``, ``action_state``, ``owner`` and ``start_date`` ("open" where none is told), the first one
        first; spans are those of ``worth.level``. ``action_rank`` (1 is first) and ``first_three_probability`` (``share`` of the draws)
        for actions whose state is ``next``. With a currency: ``net_benefit`` a year (median), ``pays_probability`` (``share`` of the draws
        above zero), ``saved_cost``, ``loyalty_value``, ``sales_value``, ``cost_per_year`` and ``first_year_cost``. Actions that run
        already, trip a guard rail or hang on others keep a row that says so; a guard rail's net benefit is told, its rank is not. Where a
        part could not be told, the rest stands as ``net_benefit_in_part``, its note names what it is without ("without loyalty_value"),
        and whether the action pays is not told; one that nothing tells says what it needs. ``n`` stays empty: nobody is counted.

    Notes
    -----
    Net = contacts saved · cost · variable share + points · value of a point + chances · their value − yearly cost − what is spent once over
    ``worth.years``. Ranks go by the net benefit, or, without a currency, by the mean of the ranks in the lenses that are known; in each
    draw no delight stands before a floor item with a gap that pays, and no action before one that it depends on.

    >>> empty = rank(Worth(pd.DataFrame(columns=["state"]), {}, None, None, 3, 0.9, 4))
    >>> empty["note"].item()
    'needs actions.action_id'
    """
    if worth.actions.empty:
        return estimates.unanswerable("action_rank", "rank", NEEDS, by=GROUPS)
    names = order(worth)
    drawn = keys(worth, names)
    parts = [_ranks(worth, names, drawn)] if names else []
    if worth.currency:
        parts.append(_money(worth, [*names, *worth.ids("guard_rail")]))
    parts.append(_others(worth))
    stacked = estimates.stack(*[part for part in parts if len(part)])
    place = {name: number for number, name in enumerate([*names, *[name for name in worth.actions.index if name not in names]])}
    return stacked.sort_values("action_id", key=lambda ids: ids.map(place), kind="stable", ignore_index=True)


def order(worth: Worth) -> list[str]:
    """Return the actions that could be next, the first one first, by the medians of what they are ranked by."""
    names = worth.ids("next")
    if not names:
        return []
    middle = _bounded(worth, names, np.median(_scores(worth, names), axis=1)[:, None])[:, 0]
    return [names[place] for place in np.argsort(-middle, kind="stable")]


def keys(worth: Worth, names: Sequence[str]) -> Floats:
    """Return what actions are ranked by in each draw: their net benefit (or their mean rank in the lenses), within the rules."""
    return _bounded(worth, names, _scores(worth, names)) if names else np.empty((0, worth.draws))


def firsts(ranking: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of :func:`rank` that tell the first three actions, by ``first``, ``second`` and ``third``, as many as there are.

    A row is that of ``net_benefit``, or of ``first_three_probability`` where nothing is told in money; without any ranked action it is
    the one that says why there is none.

    Parameters
    ----------
    ranking : DataFrame
        What :func:`rank` returns.

    >>> names = pd.DataFrame({"action_id": ["a", "b"]})
    >>> table = estimates.stack(rows(names, {"metric": "action_rank", "value": [2.0, 1.0]}),
    ...     rows(names, {"metric": "net_benefit", "value": [800.0, 4000.0]}))
    >>> {place: row["action_id"].item() for place, row in firsts(table).items()}
    {'first': 'b', 'second': 'a'}
    """
    listed = ranking[ranking["metric"].eq("action_rank") & ranking["value"].notna()].sort_values("value", kind="stable")
    if listed.empty:
        none = ranking[ranking["value"].isna()]
        lacks = none[none["note"].str.startswith("needs ")]  # what is missing tells more than what runs already
        return {"first": (lacks if len(lacks) else none).head(1)}
    money = ranking["metric"].isin([NET, NET_IN_PART]) & ranking["value"].notna()
    told = money if money.any() else ranking["metric"].eq("first_three_probability")
    rows_of = {name: ranking[ranking["action_id"].eq(name) & told] for name in listed["action_id"].head(FIRST)}
    return dict(zip(("first", "second", "third"), rows_of.values(), strict=False))


def _scores(worth: Worth, names: Sequence[str]) -> Floats:
    if worth.currency:
        return np.stack([worth.net([name]) for name in names])
    moved = [worth.together([name]) for name in names]
    lenses = [np.stack([each[lens] for each in moved]) for lens in LENSES]
    told = [ranked(lens) for lens in lenses if np.abs(lens).max() > 0]
    return -np.mean(told, axis=0) if told else np.zeros((len(names), worth.draws))


def _bounded(worth: Worth, names: Sequence[str], scores: Floats) -> Floats:
    """Hold scores (actions, draws) within the rules: delight below the floor that pays, and everything below what it depends on."""
    held, facts = scores.copy(), worth.actions.loc[list(names)]
    floor, delight = facts["floor"].to_numpy(dtype=bool), facts["delight"].to_numpy(dtype=bool)
    if floor.any():
        own = scores[floor]
        pays = own > 0 if worth.currency else np.isfinite(own)
        least = np.where(pays, own, np.inf).min(axis=0)
        held[delight] = np.minimum(held[delight], np.nextafter(least, -np.inf))
    before = facts["depends_on"] if "depends_on" in facts else pd.Series(None, index=facts.index, dtype="object")
    place = {name: number for number, name in enumerate(names)}
    for _ in names:  # chains settle after as many rounds as there are actions
        for name, other in before.dropna().items():
            if str(other) in place:
                above = held[place[str(other)]]
                held[place[str(name)]] = np.minimum(held[place[str(name)]], np.nextafter(above, -np.inf))
    return held


def _ranks(worth: Worth, names: Sequence[str], drawn: Floats) -> pd.DataFrame:
    places = ranked(drawn).astype("float64")
    low, high = rank_span(drawn, worth.level)
    groups, note = _groups(worth, names), _in_part(worth, names)
    told = {"value": np.arange(1.0, len(names) + 1), "low": low, "high": high, "unit": "rank", "draws": places}
    often = {"value": (places <= FIRST).mean(axis=1), "unit": "share"}
    shared = {"n": pd.NA, "note": note}
    return estimates.stack(
        rows(groups, {"metric": "action_rank", "method": "joint draws", **told, **shared}),
        rows(groups, {"metric": "first_three_probability", "method": "share of draws", **often, **shared}),
    )


def _money(worth: Worth, names: Sequence[str]) -> pd.DataFrame:
    if not names:
        return estimates.unanswerable("net_benefit", str(worth.currency), NEEDS, by=GROUPS).iloc[:0]
    groups, unit = _groups(worth, names), str(worth.currency)
    lacks = np.array([bool(worth.blank([name])) for name in names])
    note = np.where(worth.actions.loc[list(names), "state"].eq("guard_rail"), "guard rail", _in_part(worth, names))
    each = [worth.money([name]) for name in names]
    net = np.stack([worth.net([name]) for name in names])
    parts = [_spans(groups, np.where(lacks, NET_IN_PART, NET), unit, net, worth.level, note)]
    shared = {"n": pd.NA, "note": note}
    paid = {"metric": "pays_probability", "value": (net > 0).mean(axis=1), "unit": "share", "method": "share of draws"}
    parts.append(rows(groups, paid | shared)[~lacks])
    for source in MONEY:
        told = np.array([source not in worth.blank([name]) for name in names])
        parts.append(_spans(groups, source, unit, np.stack([money[source] for money in each]), worth.level, note)[told])
    for metric, at_once in (("cost_per_year", False), ("first_year_cost", True)):
        cost = [worth.cost(name, first_year=at_once) for name in names]
        parts.append(rows(groups, {"metric": metric, "value": cost, "unit": unit, "method": "as told", **shared}))
    return estimates.stack(*[part for part in parts if len(part)])


def _spans(groups: pd.DataFrame, metric: Any, unit: str, drawn: Floats, level: float, note: Any) -> pd.DataFrame:
    """Median and percentiles of draws; draws that are all alike have no span."""
    low, middle, high = np.quantile(drawn, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=1)
    alike = np.ptp(drawn, axis=1) == 0
    ends = {"low": np.where(alike, np.nan, low), "high": np.where(alike, np.nan, high)}
    told = {"metric": metric, "value": middle, **ends, "unit": unit, "n": pd.NA, "method": "joint draws", "note": note, "draws": drawn}
    return rows(groups, told)


def _others(worth: Worth) -> pd.DataFrame:
    """A row for each action that is not ranked, with the reason."""
    rest = worth.actions[worth.actions["state"].ne("next")]
    money = worth.currency is not None
    rest = rest[~(rest["state"].eq("guard_rail") & rest.index.isin(list(worth.levers)) & money)]
    notes = [NOTES.get(str(row["state"]), "") or "needs " + ", ".join(row["needs"]) for _, row in rest.iterrows()]
    if rest.empty:
        return estimates.unanswerable("action_rank", "rank", NEEDS, by=GROUPS).iloc[:0]
    metric, unit = ("net_benefit", str(worth.currency)) if money else ("action_rank", "rank")
    return rows(_groups(worth, list(rest.index)), {"metric": metric, "unit": unit, "n": pd.NA, "note": notes})


def _groups(worth: Worth, names: Sequence[str]) -> pd.DataFrame:
    facts = worth.actions.loc[list(names)]
    begun = pd.to_datetime(facts["start_date"], errors="coerce").dt.strftime("%Y-%m-%d") if "start_date" in facts else None
    owner = facts["owner"] if "owner" in facts else pd.Series(None, index=facts.index, dtype="object")
    return pd.DataFrame(
        {
            "action_id": list(names),
            "action_state": facts["state"].to_numpy(),
            "owner": owner.fillna("nobody").to_numpy(),
            "start_date": "open" if begun is None else begun.fillna("open").to_numpy(),
        }
    )


def without(worth: Worth, names: Sequence[str]) -> str:
    """Return the note of what actions bring where a part of it could not be told, "" where all of it is."""
    blank = worth.blank(names)
    return f"without {', '.join(blank)}" if blank else ""


def _in_part(worth: Worth, names: Sequence[str]) -> Any:
    return np.array([without(worth, [name]) for name in names], dtype=object)
