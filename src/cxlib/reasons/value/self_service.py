"""Which concerns customers could settle on their own, and how often they tried before they got in touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons.value.shares import NEEDS, described

__all__ = ["SETTLED", "self_service"]

SETTLED = ("found",)  # results after which no contact is needed
MISSING = "missing_self_service"


def self_service(
    shares: pd.DataFrame,
    reasons: pd.DataFrame,
    contacts: pd.DataFrame,
    events: IntoFrame,
    *,
    window_hours: float = 24,
    settled: Sequence[str] = SETTLED,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of contacts that suit a self-service, and what customers of each concern had tried there before.

    Parameters
    ----------
    shares : DataFrame
        What :func:`cxlib.reasons.quality.corrected_shares` returned over all contacts, with draws.
    reasons : DataFrame
        The contract table *reasons*: a concern suits a self-service when its treatment is *automate*, or its cause a missing self-service.
    contacts : DataFrame
        The log with ``customer_id``, ``reason_id`` and ``unassigned``.
    events : pandas, DuckDB or PySpark frame
        Digital events; those with a ``selfservice_result`` and a ``customer_id`` count.
    window_hours : float
        Hours before a contact in which an attempt counts for it.
    settled : sequence of str
        Results that settle a concern.
    min_n : int
        Contacts below which a reason has no number.
    **options
        See :class:`cxlib.estimates.Sampling`; ``level`` holds for the corrected shares too.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``: ``self_service_share`` of contacts that suit a self-service, over all and by ``reason_id``;
        ``tried_share``
        of the contacts of customers who were seen online at all, over all and by ``reason_id``; ``tried_failed_share`` of those that had
        tried, where the last attempt did not settle it; over all attempts ``attempt_settled_share``.

    Notes
    -----
    An attempt belongs to a contact when the same customer made it within the window before. Visitors who did not log in are known as
    nobody's, so these shares hold for those who did, and are low rather than high.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": ["x", "y"], "contact_ts": [at("2025-01-02 10:00"), at("2025-01-09")], "customer_id": ["a", "a"]})
    >>> events = pd.DataFrame({"event_ts": [at("2025-01-02 09:00")], "customer_id": ["a"], "selfservice_result": ["not_found"]})
    >>> told = self_service(pd.DataFrame(), pd.DataFrame(), log, events, min_n=1)
    >>> told[["metric", "value"]].dropna().to_dict("split")["data"]
    [['tried_share', 0.5], ['tried_failed_share', 1.0], ['attempt_settled_share', 0.0]]
    """
    parts = [_suited(shares, reasons, options.get("level", 0.95))]
    attempts = _attempts(events)
    if attempts.empty or contacts.empty or "customer_id" not in contacts:
        needs = [*([] if len(attempts) else ["events.selfservice_result", "events.customer_id"])]
        needs += [] if len(contacts) and "customer_id" in contacts else ["contacts.customer_id"]
        return estimates.stack(*parts, estimates.unanswerable("tried_share", "share", needs, by=("reason_id",)))
    seen = contacts[contacts["customer_id"].isin(attempts["customer_id"])]
    last = _last_attempt(seen, attempts, window_hours)
    tried = seen.assign(flag=last.notna().astype(float), failed=(~last.isin(list(settled))).astype(float))
    had = tried[tried["flag"] > 0]
    for table, flag, metric in ((tried, "flag", "tried_share"), (had, "failed", "tried_failed_share")):
        parts += _by_reason(table, flag, metric, min_n, options)
    parts.append(_settled(attempts, settled, options))
    told = estimates.stack(*parts)
    return told[["reason_id", *[name for name in told if name != "reason_id"]]]


def _settled(attempts: pd.DataFrame, settled: Sequence[str], options: Sampling) -> pd.DataFrame:
    flagged = attempts.assign(flag=attempts["selfservice_result"].isin(list(settled)).astype(float))
    own: Sampling = {"level": options.get("level", 0.95), "draws": options.get("draws", 0), "seed": options.get("seed", 1)}
    own["cluster"] = "customer_id"
    return estimates.share(flagged, "flag", metric="attempt_settled_share", **own)


def _suited(shares: pd.DataFrame, reasons: pd.DataFrame, level: float) -> pd.DataFrame:
    told = described(shares, reasons, ["treatment", "root_cause"], where="self_service") if len(shares) else None
    if told is None:
        return estimates.unanswerable("self_service_share", "share", NEEDS, by=("reason_id",))
    suits = told["treatment"].eq("automate") | told["root_cause"].eq(MISSING)
    whole = estimates.sum_of_shares(told, pd.Series("all", index=told.index), metric="self_service_share", of=suits, level=level)
    each = told.loc[suits, shares.columns].assign(metric="self_service_share").sort_values("value", ascending=False, kind="stable")
    return estimates.stack(whole, each)


def _attempts(events: IntoFrame) -> pd.DataFrame:
    """Return the attempts alone, in the order of time: of many events few are any."""
    frame = nw.from_native(events).lazy()
    columns = ["event_ts", "customer_id", "selfservice_result"]
    if not set(columns) <= set(frame.columns):
        return pd.DataFrame()
    known = frame.filter(~nw.col("customer_id").is_null() & ~nw.col("selfservice_result").is_null()).select(*columns)
    return known.collect().to_pandas().sort_values(columns, kind="stable")


def _last_attempt(contacts: pd.DataFrame, attempts: pd.DataFrame, hours: float) -> pd.Series:
    """Return the result of each contact's last attempt within the window before it, by the index of the contacts."""
    left = contacts[["contact_ts", "customer_id"]].assign(place=np.arange(len(contacts))).sort_values("contact_ts", kind="stable")
    left["contact_ts"] = left["contact_ts"].dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    right = attempts[["event_ts", "customer_id", "selfservice_result"]].copy()
    right["event_ts"] = right["event_ts"].dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    joined = pd.merge_asof(
        left, right, left_on="contact_ts", right_on="event_ts", by="customer_id", tolerance=pd.Timedelta(hours=hours), direction="backward"
    )
    return pd.Series(joined.sort_values("place")["selfservice_result"].to_numpy(), index=contacts.index)


def _by_reason(table: pd.DataFrame, flag: str, metric: str, min_n: int, options: Sampling) -> list[pd.DataFrame]:
    if table.empty:
        return []
    parts = [estimates.share(table, flag, metric=metric, **options)]
    if "reason_id" in table and table["reason_id"].notna().any():
        sure = table["reason_id"].notna() & ~(table["unassigned"].fillna(False).astype(bool) if "unassigned" in table else False)
        if sure.any():
            parts.append(estimates.share(table[sure], flag, by=["reason_id"], metric=metric, **options))
    return [estimates.withhold(part, part["n"] < min_n, f"n < {min_n}") for part in parts]
