"""How fast leads hear from us, and how many never do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import named
from cxlib.contacts.before_purchase._leads import leads_of, nothing
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["lead_response"]


def lead_response(
    leads: IntoFrame,
    *,
    hours: Sequence[float] = (1, 2, 4, 8, 24, 48, 72, 168),
    given_up_days: float = 30,
    by: Sequence[str] = (),
    as_of: datetime | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of leads that have heard from us within some hours.

    Parameters
    ----------
    leads : pandas, DuckDB or PySpark frame
        ``lead_id``, ``created_ts``, ``first_touch_ts``.
    hours : sequence of float
        Hours after the lead came.
    given_up_days : float
        Days without an answer after which none comes.
    by : sequence of str
        Columns of leads: campaign_id.
    as_of : datetime, optional
        Until when leads are known; open ones are watched until then.
    min_n : int
        Leads below which a group's figures are not told.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer, the lead where it is not known.

    Returns
    -------
    DataFrame
        ESTIMATES by `by` and ``hours``: ``lead_answered`` (Kaplan–Meier), ``lead_unanswered`` (after `given_up_days`),
        ``lead_response_h`` (median, hours); over all ``answered_before_lead``, a count: they are in no other figure. ``n`` counts leads.

    >>> came = pd.Timestamp("2025-02-03 09:00", tz="UTC")
    >>> table = pd.DataFrame({"lead_id": ["1", "2"], "created_ts": came, "first_touch_ts": [came + pd.Timedelta(hours=3), pd.NaT]})
    >>> told = lead_response(table, hours=[2, 4], as_of=came + pd.Timedelta(days=40), min_n=1)
    >>> told.loc[told["metric"].eq("lead_answered"), ["hours", "value"]].values.tolist()
    [['2', 0.0], ['4', 0.5]]
    """
    groups = [*by, "hours"]
    table, needs = leads_of(leads, ["created_ts", "first_touch_ts"], by=by, as_of=as_of)
    if needs:
        return estimates.unanswerable("lead_answered", "share", needs, by=groups)
    wrong = int((table["waited_h"] < 0).sum())
    table = table[~(table["waited_h"] < 0) & (table["watched_h"] > 0)]
    if table.empty:
        return nothing("lead_answered", "share", groups)
    came = table["waited_h"].notna() & (table["waited_h"] <= table["watched_h"])
    time = np.maximum(np.where(came, table["waited_h"], table["watched_h"]), 1e-6)
    table = named(table.assign(time=time, came=came.astype("float64")), by)
    chance: dict[str, Any] = {**{name: value for name, value in options.items() if name in ("level", "draws", "seed")}, "cluster": "unit"}
    told = estimates.survival(table, "time", "came", at=hours, by=by, metric="lead_answered", **chance)
    never = estimates.survival(table, "time", "came", at=[24 * given_up_days], by=by, metric="lead_unanswered", **chance)
    half = estimates.survival_quantile(table, "time", "came", 0.5, by=by, metric="lead_response_h", unit="h", **{**chance, "draws": 0})
    fault = {
        "metric": "answered_before_lead",
        "value": float(wrong),
        "unit": "count",
        "n": len(table) + wrong,
        "n_eff": len(table),
        "method": "count",
    }
    parts = [_turned(told).rename(columns={"days": "hours"}), never.drop(columns="days"), half]
    parts.append(rows(pd.DataFrame({name: [None] for name in by}, index=[0]), fault))
    both = estimates.stack(*parts)
    both = both.reindex(columns=[*groups, *[name for name in both.columns if name not in groups]]).astype(dict.fromkeys(groups, "str"))
    thin = (both["n"] < min_n) & both["value"].notna() & both["method"].ne("count")
    return estimates.withhold(both, thin.to_numpy(), f"n < {min_n}")


def _turned(told: pd.DataFrame) -> pd.DataFrame:
    """Shares that have come instead of those still waiting."""
    turned = told.assign(value=1 - told["value"], low=1 - told["high"], high=1 - told["low"])
    if "draws" in turned:
        turned["draws"] = turned["draws"].map(lambda drawn: 1 - drawn if isinstance(drawn, np.ndarray) else drawn)
    return turned
