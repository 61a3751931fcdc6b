"""Whether leads answered sooner, and talks rated well, end in an order more often."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import filled, picked
from cxlib.contacts.before_purchase._leads import leads_of, nothing
from cxlib.contacts.volume.per_unit import local_day
from cxlib.estimates import Sampling

__all__ = ["conversion", "talks"]

NEVER = "never"


def conversion(
    leads: IntoFrame,
    *,
    quick_hours: Sequence[float] = (4, 24, 72),
    decided_days: int = 60,
    as_of: datetime | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of leads won, by how soon they were answered.

    Parameters
    ----------
    leads : pandas, DuckDB or PySpark frame
        ``lead_id``, ``created_ts``, ``first_touch_ts``, ``won``.
    quick_hours : sequence of float
        Hours that divide the classes.
    decided_days : int
        A lead that is not decided yet is left out; so are all younger than this, of which mostly the quick decisions are known.
    as_of, min_n, **options
        As in :func:`cxlib.contacts.before_purchase.lead_response`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``answered_within`` ("4", "24", … hours, "later", "never"): ``lead_won`` (share of the decided leads), over all as
        well, and ``lead_won_difference`` against the quickest class; ``leads_undecided`` (share left out). ``n`` counts leads.

    Notes
    -----
    Who is answered sooner may be the more promising one: an association. Leads lost before anybody answered make "never" look worse than
    silence makes it.

    >>> came = pd.Timestamp("2025-02-03 09:00", tz="UTC")
    >>> table = pd.DataFrame({"lead_id": list("1234"), "created_ts": came, "won": [True, False, False, False],
    ...     "first_touch_ts": [came + pd.Timedelta(hours=hours) for hours in (1, 2, 30, 40)]})
    >>> told = conversion(table, as_of=came + pd.Timedelta(days=90), min_n=1)
    >>> told.loc[told["metric"].eq("lead_won"), ["answered_within", "value"]].astype("object").fillna("-").values.tolist()
    [['-', 0.25], ['4', 0.5], ['72', 0.0]]
    """
    groups = ["answered_within"]
    table, needs = leads_of(leads, ["created_ts", "first_touch_ts", "won"], as_of=as_of)
    if needs:
        return estimates.unanswerable("lead_won", "share", needs, by=groups)
    table = table[~(table["waited_h"] < 0) & (table["watched_h"] >= 24 * decided_days)]
    chance: dict[str, Any] = {**{name: value for name, value in options.items() if name in ("level", "draws", "seed")}, "cluster": "unit"}
    if table.empty:
        return nothing("lead_won", "share", groups)
    undecided = estimates.share(table.assign(open=table["won"].isna()), "open", metric="leads_undecided", **chance)
    known = table[table["won"].notna()].assign(won=lambda rows: rows["won"].astype("float64"))
    if known.empty:
        return estimates.stack(nothing("lead_won", "share", groups), undecided)
    names = [f"{hour:g}" for hour in sorted(quick_hours)]
    place = np.searchsorted(np.asarray(sorted(quick_hours)), known["waited_h"].fillna(np.inf), side="left")
    known["answered_within"] = np.where(known["waited_h"].isna(), NEVER, np.array([*names, "later"])[np.minimum(place, len(names))])
    order = [*names, "later", NEVER]
    parts = [estimates.share(known, "won", by=by, metric="lead_won", **chance) for by in ((), groups)]
    there = [name for name in order if known["answered_within"].eq(name).any()]
    if len(there) > 1:
        compared: dict[str, Any] = {"between": "answered_within", "reference": there[0], "metric": "lead_won_difference"}
        parts.append(estimates.share_difference(known, "won", **compared, **chance))
    told = estimates.stack(
        *[estimates.arrange(part, "answered_within", order) if "answered_within" in part else part for part in parts], undecided
    )
    told = told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]])
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def talks(
    responses: pd.DataFrame,
    orders: IntoFrame,
    *,
    touchpoints: Sequence[str],
    good: float = 0.6,
    bought_days: int = 180,
    as_of: datetime | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of those who rated a sales talk and ordered afterwards, by how well they rated it.

    Parameters
    ----------
    responses : DataFrame
        Ratings (item type ``actual``) of the touchpoints named, with ``customer_id``; high is good.
    orders : pandas, DuckDB or PySpark frame
        ``customer_id``, ``order_ts``.
    touchpoints : sequence of str
        Touchpoints of sales talks.
    good : float
        Part of the scale from which a rating is good.
    bought_days : int
        Days after the questionnaire within which an order counts; answers watched for less are left out.
    as_of, min_n, **options
        As in :func:`conversion`; weights in ``weight`` where the table has them.

    Returns
    -------
    DataFrame
        ESTIMATES by ``touchpoint_id`` and ``experience`` (good, poor): ``bought_after``, and by touchpoint ``bought_difference`` (good
        less poor). ``n`` counts answers. Who rates is mostly a customer already: for prospects themselves it says nothing.

    >>> rated = pd.DataFrame({"item_type": "actual", "touchpoint_id": "visit", "customer_id": list("abcd"), "value": [6.0, 5.0, 2.0, 1.0],
    ...     "scale_low": 1.0, "scale_high": 6.0, "survey_ts": pd.Timestamp("2025-01-10", tz="UTC")})
    >>> sold = pd.DataFrame({"customer_id": ["a", "b", "x"],
    ...     "order_ts": pd.to_datetime(["2025-02-01", "2025-03-01", "2025-12-01"], utc=True)})
    >>> told = talks(rated, sold, touchpoints=["visit"], min_n=1)
    >>> told[["experience", "metric", "value", "n"]]
      experience             metric  value  n
    0       good       bought_after    1.0  2
    1       poor       bought_after    0.0  2
    2        NaN  bought_difference    1.0  4
    """
    groups = ["touchpoint_id", "experience"]
    there = {"item_type", "touchpoint_id", "customer_id", "value"} <= set(responses)
    rated = responses[responses["item_type"].eq("actual") & responses["value"].notna()] if there else responses.iloc[:0]
    rated = rated[rated["touchpoint_id"].isin(list(touchpoints)) & rated["customer_id"].notna()] if len(rated) else rated
    needs = [] if len(rated) else ["responses[actual]", "responses.touchpoint_id", "responses.customer_id"]
    needs += [f"orders.{name}" for name, count in filled(orders, ["customer_id", "order_ts"]).items() if not count]
    if needs:
        return estimates.unanswerable("bought_after", "share", needs, by=groups)
    sold = picked(orders, ["customer_id", "order_ts"]).dropna()
    last = local_day(sold["order_ts"]).max() if as_of is None else pd.Timestamp(as_of).tz_localize(None).normalize()
    asked = local_day(rated["survey_ts"]).astype("datetime64[us]")
    rated = rated.assign(asked=asked)[(asked + pd.Timedelta(days=bought_days) <= last).to_numpy()].sort_values("asked")
    if rated.empty:
        return nothing("bought_after", "share", groups)
    days = pd.DataFrame({"customer_id": sold["customer_id"].astype("str"), "bought": local_day(sold["order_ts"])}).sort_values("bought")
    left = rated.assign(customer_id=rated["customer_id"].astype("str"))
    nextly = pd.merge_asof(left, days, left_on="asked", right_on="bought", by="customer_id", direction="forward", allow_exact_matches=False)
    place = (nextly["value"] - nextly["scale_low"]) / (nextly["scale_high"] - nextly["scale_low"])
    nextly = nextly.assign(
        bought_after=(nextly["bought"] - nextly["asked"]).dt.days <= bought_days, experience=np.where(place >= good, "good", "poor")
    )
    weight = "weight" if "weight" in nextly else None
    chance: dict[str, Any] = {
        **{name: value for name, value in options.items() if name in ("level", "draws", "seed")},
        "cluster": "customer_id",
        "weight": weight,
    }
    parts = [estimates.share(nextly, "bought_after", by=groups, metric="bought_after", **chance)]
    both = nextly.groupby("touchpoint_id")["experience"].nunique()
    pairs = nextly[nextly["touchpoint_id"].isin(both[both == 2].index)]
    if len(pairs):
        told = estimates.share_difference(
            pairs, "bought_after", between="experience", reference="poor", by=["touchpoint_id"], metric="bought_difference", **chance
        )
        parts.append(told.drop(columns="experience"))
    told = estimates.stack(*parts)
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")
