"""From first interest to the order: how many leads reach each stage, and when, on the customer's clock and on the company's."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import filled, headed, picked
from cxlib.contacts.before_purchase._leads import leads_of, nothing
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["stages"]

GROUPS = ["lead_stage", "clock_of"]


def stages(
    leads: IntoFrame,
    orders: IntoFrame | None = None,
    *,
    decided_days: int = 60,
    as_of: datetime | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many leads reach each stage before the purchase, and how long after first interest and after the lead.

    Parameters
    ----------
    leads : pandas, DuckDB or PySpark frame
        ``lead_id``, ``created_ts``, ``first_touch_ts``; with ``won`` and ``first_interest_date`` more is told.
    orders : frame, optional
        ``customer_id``, ``order_ts``: when the won leads ordered.
    decided_days : int
        Leads younger than this are left out: too few of them had the time to reach the last stage.
    as_of, min_n, **options
        As in :func:`cxlib.contacts.before_purchase.lead_response`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``lead_stage`` (interest, lead, answer, quote, order, lost, undecided) and ``clock_of`` (customer, company):
        ``stage_share`` (of all leads, without a clock; of those interested nobody knows how many), and ``stage_time``, the median time to
        the stage in days, in hours from lead to answer. Both clocks tell of the same leads, those whose first interest is known; where it
        is known of none, the company's tells of all. ``n`` counts leads.

    Notes
    -----
    The order is the customer's first one on or after the day of the lead that was won. When a lead was lost no table says, nor which quote
    belongs to which lead: the stage of the quote keeps its row without a number.

    >>> came = pd.Timestamp("2025-02-11 09:00", tz="UTC")
    >>> table = pd.DataFrame({"lead_id": list("12"), "created_ts": came, "first_touch_ts": [came + pd.Timedelta(hours=5), pd.NaT],
    ...     "first_interest_date": pd.Timestamp("2025-02-01"), "won": [True, False]})
    >>> told = stages(table, as_of=came + pd.Timedelta(days=90), min_n=1)
    >>> told.loc[told["metric"].eq("stage_share"), ["lead_stage", "value"]].dropna().values.tolist()
    [['lead', 1.0], ['answer', 0.5], ['order', 0.5], ['lost', 0.5], ['undecided', 0.0]]
    """
    table, needs = leads_of(leads, ["created_ts", "first_touch_ts"], as_of=as_of)
    if needs:
        return estimates.unanswerable("stage_share", "share", needs, by=GROUPS)
    table = table[~(table["waited_h"] < 0) & (table["watched_h"] >= 24 * decided_days)]
    if table.empty:
        return nothing("stage_share", "share", GROUPS)
    chance: dict[str, Any] = {**{name: value for name, value in options.items() if name in ("level", "draws", "seed")}, "cluster": "unit"}
    told = estimates.stack(*_shares(table, chance), *_times(table, orders, {**chance, "draws": 0}))
    told = told.reindex(columns=[*GROUPS, *[name for name in told.columns if name not in GROUPS]]).astype(dict.fromkeys(GROUPS, "str"))
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _shares(table: pd.DataFrame, chance: dict[str, Any]) -> list[pd.DataFrame]:
    """How many of all leads reach each stage."""
    begun = estimates.unanswerable("stage_share", "share", []).assign(note="in no table")
    whole: dict[str, Any] = {
        "metric": "stage_share",
        "value": 1.0,
        "unit": "share",
        "n": len(table),
        "n_eff": float(len(table)),
        "method": "count",
    }
    parts = [headed(begun, {"lead_stage": "interest"}), headed(rows(pd.DataFrame(index=[0]), whole), {"lead_stage": "lead"})]
    flags = {"answer": table["waited_h"].notna()}
    if table["won"].notna().any():
        won = table["won"].astype("boolean")
        flags |= {"order": won.fillna(False), "lost": (~won).fillna(False), "undecided": won.isna()}
    else:
        parts.append(headed(estimates.unanswerable("stage_share", "share", ["leads.won"]), {"lead_stage": "order"}))
    for stage, flag in flags.items():
        share = estimates.share(table.assign(here=flag.astype("bool")), "here", metric="stage_share", **chance)
        parts.append(headed(share, {"lead_stage": stage}))
        if stage == "answer":  # quotes name a customer, never a lead
            untold = estimates.unanswerable("stage_share", "share", []).assign(note="quotes name no lead")
            parts.append(headed(untold, {"lead_stage": "quote"}))
    return parts


def _times(table: pd.DataFrame, orders: IntoFrame | None, plain: dict[str, Any]) -> list[pd.DataFrame]:
    """Median time to each stage on both clocks."""
    moments = _moments(table, orders)
    known = moments["before"] >= 0
    seen = moments[known] if known.any() else moments
    found = []
    for stage, clock, column, unit in (
        ("lead", "customer", "before", "days"),
        ("answer", "customer", "answer_customer", "days"),
        ("answer", "company", "waited_h", "h"),
        ("order", "customer", "order_customer", "days"),
        ("order", "company", "order_company", "days"),
    ):
        place = {"lead_stage": stage, "clock_of": clock}
        if clock == "customer" and not known.any():
            told = estimates.unanswerable("stage_time", unit, ["leads.first_interest_date"])
        elif stage == "order" and orders is None:
            told = estimates.unanswerable("stage_time", unit, ["orders.customer_id", "orders.order_ts"])
        elif seen[column].notna().any():
            told = estimates.quantile(seen.dropna(subset=column), column, 0.5, metric="stage_time", unit=unit, **plain)
        else:
            told = nothing("stage_time", unit, [])
        found.append(headed(told, place))
    return found


def _moments(table: pd.DataFrame, orders: IntoFrame | None) -> pd.DataFrame:
    """Leads with their days from first interest and from the lead to each stage."""
    day = table["created"]
    answered = local_day(table["first_touch_ts"]) if table["waited_h"].notna().any() else pd.Series(pd.NaT, table.index)
    bought = pd.Series(pd.NaT, table.index, dtype="datetime64[us]")
    if orders is not None and all(filled(orders, ["customer_id", "order_ts"]).values()):
        bought = _bought(table, picked(orders, ["customer_id", "order_ts"]).dropna())

    def days(end: pd.Series, begin: pd.Series) -> pd.Series:
        return (end - begin).dt.days.astype("float64")

    return table.assign(
        before=days(day, table["interest"]),
        answer_customer=days(answered, table["interest"]),
        order_customer=days(bought, table["interest"]),
        order_company=days(bought, day),
    )


def _bought(table: pd.DataFrame, sold: pd.DataFrame) -> pd.Series:
    """The day of each won lead's first order on or after its own day."""
    won = table[table["won"].astype("boolean").fillna(False).astype("bool") & table["customer_id"].notna()]
    left = pd.DataFrame(
        {"place": won.index, "day": won["created"].astype("datetime64[us]"), "customer_id": won["customer_id"].astype("str")}
    )
    right = pd.DataFrame({"customer_id": sold["customer_id"].astype("str"), "bought": local_day(sold["order_ts"]).astype("datetime64[us]")})
    met = pd.merge_asof(
        left.sort_values("day"), right.sort_values("bought"), left_on="day", right_on="bought", by="customer_id", direction="forward"
    )
    return met.set_index("place")["bought"].reindex(table.index)
