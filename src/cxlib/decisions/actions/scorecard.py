"""One line a touchpoint, and one a reason: what every other page found out about it, side by side along the journey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.actions.figures import Saved
from cxlib.decisions.actions.worth import Worth
from cxlib.decisions.evidence import grade
from cxlib.estimates.ranks import rank_span, ranked
from cxlib.estimates.rows import rows

__all__ = ["SHOWN", "by_reason", "scorecard", "scored"]

GROUPS = ("stage", "touchpoint_id", "department", "proposal", "grade")
REASON = ("reason_id", "treatment", "owner")
READ = {  # of a touchpoint: figure → table and metric it comes from, by touchpoint_id
    "actual": ("gaps", "actual"),
    "expected": ("gaps", "expected"),
    "gap": ("gaps", "gap"),
    "reach": ("usage", "not_used_share"),
    "contacts_per_100_customers": ("touchpoint_load", "contacts_per_100_customers"),
    "avoidable_at": ("touchpoint_load", "avoidable_at"),
    "contact_cost": ("touchpoint_load", "contact_cost"),
    "case_cost": ("touchpoint_load", "case_cost"),
    "case_minutes": ("touchpoint_load", "case_minutes"),
    "captured_share": ("signals", "captured_share"),
}
OF_ITEM = {  # of a touchpoint: figure → table, metric and levels, by the item that rates it
    "importance": ("drivers", "driver_share", {}),
    "importance_rank": ("drivers", "driver_rank", {}),
    "importance_retention": ("drivers_by_outcome", "driver_share", {"outcome_id": "left"}),
    "importance_revenue": ("drivers_by_outcome", "driver_share", {"outcome_id": "order_value"}),
    "penalty": ("asymmetry", "penalty", {}),
    "reward": ("asymmetry", "reward", {}),
}
OF_REASON = {
    "reason_share": ("reason_shares", "reason_share"),
    "contacts_per_year": ("reason_load", "contacts_per_year"),
    "contact_cost": ("reason_load", "contact_cost"),
    "contact_value": ("value_evidence", "contact_value"),
    "csat": ("value_evidence", "csat"),
    "repeat_share": ("value_evidence", "repeat_share"),
    "signal_share": ("signals", "signal_share"),
    "captured_share": ("signals", "captured_share"),
}
SHOWN = (  # tables of earlier pages that the scorecard and the life cycle read, besides those that weighing rests on
    "touchpoint_load",
    "drivers_by_outcome",
    "promises_kept",
    "value_evidence",
    "touchpoint_records",
    "unlisted_contacts",
    "usual_touchpoints",
)
LACKS = {  # figure → what would tell it, named where no touchpoint has it
    "actual": ("responses[actual]",),
    "expected": ("responses[expected]",),
    "importance": ("responses[nps]", "responses[actual]"),
    "importance_revenue": ("orders.order_ts", "responses.customer_id"),
    "contacts_per_100_customers": ("contacts.touchpoint_id", "customers.customer_id"),
    "avoidable_at": ("contact_reasons.reason_id",),
    "case_minutes": ("contacts.handle_s", "contacts.case_id"),
    "captured_share": ("contacts.sales_signal",),
    "promises_kept": ("contacts.promise_due_ts", "touchpoints.department"),
}


def scorecard(
    touchpoints: pd.DataFrame,
    reasons: pd.DataFrame,
    *,
    saved: Mapping[str, pd.DataFrame],
    items: Mapping[str, str] | None = None,
    life_cycle: pd.DataFrame | None = None,
    ranking: pd.DataFrame | None = None,
    worth: Worth | None = None,
    level: float = 0.9,
    draws: int = 500,
    seed: int = 1,
) -> pd.DataFrame:
    """Tell of each touchpoint what is known of it, in the customer's order.

    Parameters
    ----------
    touchpoints, reasons : DataFrame
        The contract tables.
    saved : mapping of str to DataFrame
        Tables of other pages: gaps, usage, drivers, drivers_by_outcome, asymmetry, touchpoint_load, reason_at_touchpoint, signals,
        promises_kept; what is absent leaves its figures out.
    items : mapping of str to str
        item_id of a rating → touchpoint_id.
    life_cycle : DataFrame, optional
        What :func:`cxlib.decisions.inventory.life_cycle` returned, for ``proposal``.
    ranking, worth : DataFrame and Worth, optional
        What :func:`rank` and :func:`weigh` returned, for the first action at each touchpoint and how far it has got.
    level, draws, seed
        As in :func:`weigh`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``stage``, ``touchpoint_id``, ``department``, ``proposal`` and ``grade`` of what is known of it (A to D). ``actual``,
        ``expected``, ``gap``; ``importance`` (part of the explained recommendation) and ``importance_rank`` with its span,
        ``importance_retention`` and ``importance_revenue`` (the same for staying and for what is ordered); ``penalty`` and ``reward``
        (asymmetry); ``reach`` (``share`` of customers who use it); ``contacts_per_100_customers``, ``avoidable_at``, ``contact_cost``,
        ``case_cost``, ``case_minutes``; ``captured_share`` of sales chances; ``promises_kept`` by its department; ``pain_points`` (how many
        of the twelve its reasons belong to); ``need_rank`` (1: the largest shortfall times importance, with the span of `level`);
        ``first_action`` (place of its first action in the ranking); ``step_reached`` (``count``: 1 actual known, 2 expected known, 3 action
        proposed, 4 action running). Figures that nothing tells have no row; one that no touchpoint has keeps a row over all that says what
        it needs. ``n`` stays empty: figures stand here as other pages told them.

    >>> listed = pd.DataFrame({"touchpoint_id": ["T1", "T2"], "stage": "x", "seq": [1, 2], "department": ["KC", "BH"]})
    >>> load = rows(pd.DataFrame({"touchpoint_id": ["T2"]}), {"metric": "contacts_per_100_customers", "value": 12.0})
    >>> card = scorecard(listed, pd.DataFrame(columns=["reason_id"]), saved={"touchpoint_load": load})
    >>> card[["touchpoint_id", "metric", "value", "note"]].head(4)
      touchpoint_id                      metric  value                     note
    0            T1                step_reached    0.0
    1            T2  contacts_per_100_customers   12.0
    2            T2                step_reached    0.0
    3           NaN                      actual    NaN  needs responses[actual]
    """
    if touchpoints.empty:
        return estimates.unanswerable("actual", "", ["touchpoints.touchpoint_id"], by=GROUPS)
    known, rated = Saved(saved, draws, seed), {touchpoint: item for item, touchpoint in (items or {}).items()}
    listed = touchpoints.sort_values(["seq", "touchpoint_id"], ignore_index=True)
    heads = _heads(listed, life_cycle)
    needs = _need_ranks(known, rated, list(listed["touchpoint_id"]), level)
    parts = []
    for place, head in zip(listed["touchpoint_id"].astype("str"), heads.to_dict("records"), strict=True):
        told = _of_touchpoint(known, place, rated.get(place), str(head["department"]), reasons)
        told += [needs[place]] if place in needs else []
        told += _progress(place, told, ranking, worth)
        parts += [{**head, "grade": _graded(told), **row} for row in told]
    there = {str(row["metric"]) for row in parts}
    lacking = [estimates.unanswerable(name, "", needs_of, by=GROUPS) for name, needs_of in LACKS.items() if name not in there]
    stacked = estimates.stack(_laid_out(parts, GROUPS), *lacking)
    return stacked.assign(n=stacked["n"].mask(stacked["n"].notna(), pd.NA))


def scored(card: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Return a part of the scorecard: touchpoints that have one of these figures; what the figures need where none has.

    Stage and touchpoint head the rows; department, proposal and grade are left out.

    Parameters
    ----------
    card : DataFrame
        What :func:`scorecard` returns.
    metrics : sequence of str
        Figures of the card that are wanted.

    >>> groups = pd.DataFrame({"stage": "x", "touchpoint_id": ["T1", "T2"], "department": "KC", "proposal": "adapt", "grade": "A"})
    >>> card = rows(groups, {"metric": ["actual", "reach"], "value": [3.5, 0.75]})
    >>> scored(card, ["actual"])[["stage", "touchpoint_id", "metric", "value"]]
      stage touchpoint_id  metric  value
    0     x            T1  actual    3.5
    """
    bare = card.drop(columns=["department", "proposal", "grade"])
    found = bare[bare["metric"].isin(list(metrics))]
    listed = found[found["touchpoint_id"].notna()]
    return listed if len(listed) else found if len(found) else bare[bare["touchpoint_id"].isna()]


def by_reason(reasons: pd.DataFrame, *, saved: Mapping[str, pd.DataFrame], draws: int = 500, seed: int = 1) -> pd.DataFrame:
    """Tell of each reason what is known of it: share, load, cost, use, repeats, sales chances, damage of its pain point.

    Parameters as in :func:`scorecard`; tables: reason_shares, reason_load, value_evidence, signals, pain_damage.

    Parameters
    ----------
    reasons : DataFrame
        The contract table *reasons*, one row a reason.
    saved : mapping of str to DataFrame
        Saved ESTIMATES by name, with draws, as ``study.saved`` returns them.
    draws : int
        Bootstrap draws.
    seed : int
        Of the draws.

    Returns
    -------
    DataFrame
        ESTIMATES by ``reason_id``, ``treatment`` and ``owner``, the most frequent first: ``reason_share``, ``contacts_per_year``,
        ``contact_cost``, ``contact_value``, ``csat``, ``repeat_share``, ``signal_share``, ``captured_share`` and ``pain_damage`` (of its
        pain point). Needs "contact_reasons.reason_id".

    >>> listed = pd.DataFrame({"reason_id": ["invoice", "status"], "treatment": ["eliminate", "automate"], "owner": ["BH", None]})
    >>> shares = rows(listed[["reason_id"]], {"metric": "reason_share", "value": [0.2, 0.8]})
    >>> by_reason(listed, saved={"reason_shares": shares})[["reason_id", "treatment", "owner", "metric", "value"]]
      reason_id  treatment   owner        metric  value
    0    status   automate  nobody  reason_share    0.8
    1   invoice  eliminate      BH  reason_share    0.2
    """
    known = Saved(saved, draws, seed)
    shares = known.rows("reason_shares", "reason_share")
    shares = shares[shares["value"].notna()]
    if shares.empty:
        return estimates.unanswerable("reason_share", "share", ["contact_reasons.reason_id"], by=REASON)
    facts = reasons.drop_duplicates("reason_id").set_index("reason_id")
    parts = []
    for name in shares.sort_values("value", ascending=False, kind="stable")["reason_id"].astype("str"):
        own: Any = facts.loc[name] if name in facts.index else {}
        owner = next((own.get(key) for key in ("owner", "default_owner") if pd.notna(own.get(key))), "nobody")
        head = {"reason_id": name, "treatment": own.get("treatment"), "owner": owner}
        told = [_row(metric, known.find(table, of, reason_id=name)) for metric, (table, of) in OF_REASON.items()]
        point = own.get("pain_point")
        told.append(_row("pain_damage", known.find("pain_damage", "pain_damage", pain_point=point) if pd.notna(point) else None))
        parts += [{**head, **row} for row in told if row]
    return _laid_out(parts, REASON)


def _heads(listed: pd.DataFrame, life_cycle: pd.DataFrame | None) -> pd.DataFrame:
    known = pd.DataFrame() if life_cycle is None or "proposal" not in life_cycle else life_cycle.drop_duplicates("touchpoint_id")
    proposals = dict(zip(known["touchpoint_id"], known["proposal"], strict=True)) if len(known) else {}
    department = listed["department"].astype("object") if "department" in listed else pd.Series(None, index=listed.index, dtype="object")
    names = listed["touchpoint_id"].astype("str")
    proposed = [proposals.get(name, "unmeasured") for name in names]
    return pd.DataFrame({"stage": listed["stage"], "touchpoint_id": names, "department": department.fillna("nobody"), "proposal": proposed})


def _of_touchpoint(known: Saved, place: str, item: str | None, department: str, reasons: pd.DataFrame) -> list[dict[str, Any]]:
    told = [_row(metric, known.find(table, of, touchpoint_id=place)) for metric, (table, of) in READ.items()]
    told = [_used(row) if row.get("metric") == "reach" else row for row in told if row]
    if item is not None:
        told += [_row(metric, known.find(table, of, item_id=item, **levels)) for metric, (table, of, levels) in OF_ITEM.items()]
    told.append(_row("promises_kept", known.find("promises_kept", "promises_kept", received_by=department)))
    points = _pain_points(known, place, reasons)
    told += [_plain("pain_points", float(points), "count")] if points is not None else []
    return [row for row in told if row]


def _row(metric: str, figure: Any) -> dict[str, Any]:
    if figure is None:
        return {}
    row = {name: figure.row.get(name) for name in ("value", "low", "high", "unit", "note")}
    return {**row, "metric": metric, "method": "as saved", "size": figure.row.get("n")}


def _plain(metric: str, value: float, unit: str, low: float = np.nan, high: float = np.nan) -> dict[str, Any]:
    return {"metric": metric, "value": value, "low": low, "high": high, "unit": unit, "note": "", "method": "from saved figures"}


def _used(row: dict[str, Any]) -> dict[str, Any]:
    """Turn the share of those who never use a touchpoint into that of those who do."""
    low, high = (np.nan if pd.isna(row[end]) else 1 - float(row[end]) for end in ("high", "low"))
    return {**row, "value": 1 - float(row["value"]), "low": low, "high": high}


def _pain_points(known: Saved, place: str, reasons: pd.DataFrame) -> int | None:
    """How many of the twelve pain points belong to reasons that stand out at a touchpoint."""
    there = known.rows("reason_at_touchpoint", "reason_at", touchpoint_id=place)
    if "pain_point" not in reasons or there.empty:
        return None
    often = there[there["value"].ge(0.05)]["reason_id"]
    points = reasons.drop_duplicates("reason_id").set_index("reason_id")["pain_point"]
    return int(often.map(points).dropna().nunique())


def _need_ranks(known: Saved, rated: Mapping[str, str], order: list[str], level: float) -> dict[str, dict[str, Any]]:
    """Rank touchpoints by shortfall times importance, in joint draws."""
    found = {}
    for place in order:
        gap = known.find("gaps", "gap", touchpoint_id=place)
        share = known.find("drivers", "driver_share", item_id=rated[place]) if place in rated else None
        if gap is not None and share is not None:
            found[place] = (max(-gap.value, 0.0) * share.value, np.maximum(-gap.draws, 0.0) * share.draws)
    if not found:
        return {}
    value = ranked(np.array([[value] for value, _ in found.values()]))[:, 0]
    low, high = rank_span(np.stack([drawn for _, drawn in found.values()]), level)
    return {place: _plain("need_rank", float(value[at]), "rank", float(low[at]), float(high[at])) for at, place in enumerate(found)}


def _progress(place: str, told: list[dict[str, Any]], ranking: pd.DataFrame | None, worth: Worth | None) -> list[dict[str, Any]]:
    """The first action at a touchpoint, and how far the work on it has got: actual, expected, action, running."""
    step = float("actual" in {row["metric"] for row in told})
    step = 2.0 if "expected" in {row["metric"] for row in told} else step
    rest: list[dict[str, Any]] = []
    if worth is not None and len(worth.actions) and "touchpoint_id" in worth.actions:
        here = worth.actions[worth.actions["touchpoint_id"].eq(place)]
        if here["state"].isin(["next", "unvalued"]).any():
            step = 3.0
        if here["state"].eq("running").any():
            step = 4.0
        listed = ranking[ranking["metric"].eq("action_rank") & ranking["action_id"].isin(here.index)] if ranking is not None else None
        if listed is not None and listed["value"].notna().any():
            rest = [_plain("first_action", float(listed["value"].min()), "rank")]
    return [*rest, _plain("step_reached", step, "count")]


def _graded(told: list[dict[str, Any]]) -> str:
    """Grade what is known of a touchpoint by its rating; a count without one is no more than an indication."""
    rating = next((row for metric in ("gap", "actual") for row in told if row["metric"] == metric), None)
    counted = next((row for row in told if row["metric"] == "contacts_per_100_customers"), None)
    if rating is None:
        return "C" if counted is not None else "D"
    return grade({**rating, "n": rating.get("size")}, coverage=1.0 if rating["metric"] == "gap" else None).letter


def _laid_out(parts: list[dict[str, Any]], groups: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame(parts)
    columns = {name: table[name].to_numpy() for name in ("metric", "value", "low", "high", "unit", "method")}
    return rows(table[list(groups)], {**columns, "note": table["note"].fillna("").to_numpy(), "n": pd.NA})
