"""The time before the purchase on two clocks: the customer's, from the first interest, and the company's, from the lead."""

from __future__ import annotations

from typing import Any, Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import filled, headed, picked
from cxlib.contacts.before_purchase._leads import leads_of, nothing
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["unseen"]


def unseen(leads: IntoFrame, orders: IntoFrame | None = None, *, min_n: int = 30, **options: Unpack[Sampling]) -> pd.DataFrame:
    """How long the time before the purchase is for the customer and for the company, and how much of it nobody here saw.

    Parameters
    ----------
    leads : pandas, DuckDB or PySpark frame
        ``lead_id``, ``created_ts``, ``first_interest_date`` (as the customer told it), ``customer_id``.
    orders : frame, optional
        ``customer_id``, ``order_ts``: with them, the time up to the first order.
    min_n : int
        Leads below which figures are not told.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer, the lead where it is not known.

    Returns
    -------
    DataFrame
        ESTIMATES by ``clock_of`` (customer, company): ``before_lead_days`` (median days from first interest to the lead) and
        ``before_lead_p90``; ``before_purchase_days`` (median days to the first order, on either clock), ``unseen_share`` (part of the
        customers' time before the purchase that lies before the lead); ``interest_known`` (share of leads whose first interest is known)
        and ``interest_after_lead``, a count that enters nothing else. ``n`` counts leads.

    Notes
    -----
    unseen_share = Σ days before the lead / Σ days from first interest to order, of leads with all three days (ratio, linearised). Who
    never became a lead is on no clock.

    >>> table = pd.DataFrame({"lead_id": ["1"], "customer_id": "a", "created_ts": pd.Timestamp("2025-02-11 09:00", tz="UTC"),
    ...     "first_interest_date": pd.Timestamp("2025-02-01")})
    >>> bought = pd.DataFrame({"customer_id": ["a"], "order_ts": pd.Timestamp("2025-03-13", tz="UTC")})
    >>> told = unseen(table, bought, min_n=1)
    >>> told.loc[told["metric"].isin(["before_purchase_days", "unseen_share"]), "value"].tolist()
    [40.0, 30.0, 0.25]
    """
    groups = ["clock_of"]
    table, needs = leads_of(leads, ["created_ts", "first_interest_date"])
    if needs:
        return estimates.unanswerable("before_lead_days", "days", needs, by=groups)
    chance: dict[str, Any] = {**{name: value for name, value in options.items() if name in ("level", "draws", "seed")}, "cluster": "unit"}
    plain: dict[str, Any] = {**chance, "draws": 0}
    parts = [estimates.share(table.assign(known=table["interest"].notna()), "known", metric="interest_known", **chance)]
    hidden = (table["created"] - table["interest"]).dt.days
    wrong = int((hidden < 0).sum())
    table = table.assign(hidden=hidden.where(hidden >= 0).astype("float64"))
    seen = table.dropna(subset="hidden")
    if len(seen):
        for metric, q in (("before_lead_days", 0.5), ("before_lead_p90", 0.9)):
            parts.append(estimates.quantile(seen, "hidden", q, metric=metric, unit="days", **plain))
    fault = {
        "metric": "interest_after_lead",
        "value": float(wrong),
        "unit": "count",
        "n": len(table),
        "n_eff": float(len(table)),
        "method": "count",
    }
    parts.append(rows(pd.DataFrame(index=[0]), fault))
    parts += _to_purchase(seen, orders, chance, plain)
    told = estimates.stack(*parts)
    told = told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]])
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna() & told["method"].ne("count")).to_numpy(), f"n < {min_n}")


def _to_purchase(seen: pd.DataFrame, orders: IntoFrame | None, chance: dict[str, Any], plain: dict[str, Any]) -> list[pd.DataFrame]:
    """Days to the first order on both clocks, and the part of them that nobody saw."""
    groups = ["clock_of"]
    lacks = (
        []
        if orders is not None and all(filled(orders, ["customer_id", "order_ts"]).values())
        else ["orders.customer_id", "orders.order_ts"]
    )
    if lacks or orders is None:
        return [estimates.unanswerable("before_purchase_days", "days", lacks, by=groups)]
    sold = picked(orders, ["customer_id", "order_ts"]).dropna()
    first = local_day(sold["order_ts"]).groupby(sold["customer_id"].astype("str")).min()
    bought = seen.assign(bought=seen["customer_id"].astype("str").map(first))
    bought = bought[bought["bought"] >= bought["created"]]
    if bought.empty:
        return [nothing("before_purchase_days", "days", groups)]
    bought = bought.assign(
        customer=(bought["bought"] - bought["interest"]).dt.days.astype("float64"),
        company=(bought["bought"] - bought["created"]).dt.days.astype("float64"),
    )
    parts = [
        headed(estimates.quantile(bought, clock, 0.5, metric="before_purchase_days", unit="days", **plain), {"clock_of": clock})
        for clock in ("customer", "company")
    ]
    if bought["customer"].sum() > 0:
        parts.append(estimates.ratio(bought, "hidden", "customer", metric="unseen_share", unit="share", **chance))
    return parts
