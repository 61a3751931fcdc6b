"""How contacts ran where an action was taken and where it was not, before its start and since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span
from cxlib.decisions.monitoring._panels import Followed, Sources, started
from cxlib.decisions.monitoring.action_effect import followed_of
from cxlib.estimates import Sampling

__all__ = ["course"]

WEEK = 7


def course(
    actions: pd.DataFrame,
    contacts: IntoFrame | None = None,
    *,
    orders: pd.DataFrame | None = None,
    invoices: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    followed: Mapping[str, Mapping[str, Any]] | None = None,
    step_days: int = 28,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts step by step around the start of each action, in groups with it and without it.

    Parameters
    ----------
    actions, contacts, orders, invoices, customers, followed, step_days, direction, period, **options
        As in :func:`action_effect`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``action_id``, ``side`` ("with", "without") and ``weeks_from_start`` (of the step's first day; negative before the
        start): ``action_course`` (per 100 of what contacts are counted on). ``n`` counts contacts. Whole steps only.

    Notes
    -----
    Contacts for the action's reasons over the orders (invoices, customers) of the step, customers as clusters
    (:func:`cxlib.estimates.rate`). The level of both sides may differ: what counts is whether they part after the start.

    >>> from datetime import date
    >>> day = pd.date_range("2025-01-06", periods=200, unit="us")
    >>> sold = pd.DataFrame({"order_id": [f"o{n}" for n in range(200)], "customer_id": [f"c{n % 20}" for n in range(200)],
    ...     "order_ts": day.tz_localize("UTC")})
    >>> who = pd.DataFrame({"customer_id": [f"c{n}" for n in range(20)], "region": ["a", "b"] * 10})
    >>> log = pd.DataFrame({"contact_id": sold["order_id"], "contact_ts": sold["order_ts"], "local_date": day, "reason_id": "r",
    ...     "order_id": sold["order_id"], "customer_id": sold["customer_id"], "weight": 1.0})
    >>> done = pd.DataFrame({"action_id": ["A"], "start_date": [day[100]], "comparison": ["region: b"], "reason_id": ["r"]})
    >>> span = (date(2025, 1, 6), date(2025, 7, 24))
    >>> told = course(done, log, orders=sold, customers=who, followed={"A": {"per": "orders"}}, period=span)
    >>> told[["side", "weeks_from_start", "value"]].head(2).values.tolist()
    [['with', '-12', 100.0], ['with', '-8', 100.0]]
    """
    by = ["action_id", "side", "weeks_from_start"]
    begun = started(actions, period[1] if period else None)
    if begun.empty:
        return estimates.unanswerable("action_course", "per 100 customers and step", ["actions.start_date"], by=by)
    about = Sources(contacts, orders, invoices, customers, None, direction, period, step_days)
    parts = []
    for action in begun.to_dict("records"):
        told = (followed or {}).get(str(action["action_id"]), {})
        counted, _ = followed_of({str(key): value for key, value in action.items()}, about, told)
        if counted is not None:
            parts.append(_lines(counted, action["start_date"], about, options))
    return estimates.stack(*parts) if parts else estimates.unanswerable("action_course", "", ["actions.reason_id"], by=by)


def _lines(of: Followed, start: pd.Timestamp, about: Sources, options: Sampling) -> pd.DataFrame:
    by = ["action_id", "side", "weeks_from_start"]
    if of.panel is None:
        bare = estimates.unanswerable("action_course", of.unit, list(dict.fromkeys(of.needs)), by=by)
        return bare.assign(action_id=pd.Series([of.action_id], dtype="str"))
    whole = of.panel.table
    if about.period is not None:
        days = (pd.Timestamp(about.period[1]) - start).days + 1
        whole = whole[whole["step"] < days // about.step_days].reset_index(drop=True)
    weeks = (whole["step"] * about.step_days / WEEK).map(lambda week: f"{week:g}")
    side = pd.Series(np.where(whole["treated"], "with", "without"), dtype="str")
    table = whole.assign(action_id=of.action_id, side=side, weeks_from_start=weeks)
    chance: Sampling = {**options, "weight": None, "cluster": "cluster"}
    found = estimates.rate(table, "top", "bottom", per=100, by=by, metric="action_course", unit=of.unit, **chance)
    events = table.groupby(by)["top"].sum().rename("events").reset_index()
    counted = found[by].merge(events, on=by, how="left")["events"].round().astype("int64")
    found = found.assign(n=pd.array(counted, dtype="Int64"))
    return found.sort_values(
        ["side", "weeks_from_start"], key=lambda cell: cell if cell.name == "side" else cell.astype("float64")
    ).reset_index(drop=True)
