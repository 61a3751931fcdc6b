"""Whom we lose before we know them: lost leads with their reason, visitors who leave, prospects who are in no table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import filled, headed, picked
from cxlib.contacts.before_purchase._leads import leads_of, nothing
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["lost"]

ROBOT = 0.05  # of all events, beyond which a session is a machine's


def lost(
    leads: IntoFrame,
    events: IntoFrame | None = None,
    customers: IntoFrame | None = None,
    *,
    pages: int = 8,
    robots: Sequence[str] = (),
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Leads that were lost and why, sessions that end without a name, and who is in no table.

    Parameters
    ----------
    leads : pandas, DuckDB or PySpark frame
        ``lead_id``, ``won``, ``lost_reason``.
    events : frame, optional
        ``event``, ``session_id``, ``page``, ``customer_id``.
    customers : frame, optional
        ``customer_id``, ``status``: prospects.
    pages : int
        How many last pages are told.
    robots : sequence of str
        Sessions that are left out; those with more than a twentieth of all events are as well.
    min_n : int
        Leads or sessions below which a share is not told.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES: by ``lost_reason`` ``lost_share`` (of the lost leads that gave one) and ``lost_reason_known``; ``lead_lost`` (of those
        decided); ``sessions_unnamed`` (sessions in which no customer is known) and, by ``page``, ``last_page`` (of the unnamed sessions:
        where they ended); ``robot_events``, a count; ``leads_unnamed`` (leads without a customer number), ``prospects_without_lead`` (a
        count); and ``lost_unseen``: people who looked and left without a lead or a visit are in no table, so that no number can be given.

    >>> table = pd.DataFrame({"lead_id": list("123"), "created_ts": pd.Timestamp("2025-02-03", tz="UTC"), "won": [True, False, False],
    ...     "lost_reason": [None, "price", "price"]})
    >>> told = lost(table, min_n=1)
    >>> told.loc[told["metric"].eq("lost_share"), ["lost_reason", "value"]].values.tolist()
    [['price', 1.0]]
    """
    groups = ["lost_reason", "page"]
    chance: dict[str, Any] = {name: value for name, value in options.items() if name in ("level", "draws", "seed")}
    parts = [*_reasons(leads, chance), *_visits(events, pages, robots, chance), *_nameless(leads, customers, chance)]
    gone = estimates.unanswerable("lost_unseen", "count", []).assign(note="in no table")
    told = estimates.stack(*parts, gone)
    told = told.reindex(columns=[*groups, *[name for name in told.columns if name not in groups]]).astype(dict.fromkeys(groups, "str"))
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna() & told["method"].ne("count")).to_numpy(), f"n < {min_n}")


def _reasons(leads: IntoFrame, chance: dict[str, Any]) -> list[pd.DataFrame]:
    table, needs = leads_of(leads, ["won", "lost_reason"])
    if needs:
        return [estimates.unanswerable("lost_share", "share", needs)]
    options: dict[str, Any] = {**chance, "cluster": "unit"}
    decided = table[table["won"].notna()].assign(gone=lambda rows_of: ~rows_of["won"].astype(bool))
    gone = decided[decided["gone"]]
    parts = [estimates.share(decided, "gone", metric="lead_lost", **options)]
    if gone.empty:
        return [*parts, nothing("lost_share", "share", ["lost_reason"])]
    parts.append(estimates.share(gone.assign(told=gone["lost_reason"].notna()), "told", metric="lost_reason_known", **options))
    stated = gone.dropna(subset="lost_reason")
    for name in stated["lost_reason"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index:
        flagged = stated.assign(this=stated["lost_reason"].eq(name))
        parts.append(headed(estimates.share(flagged, "this", metric="lost_share", **options), {"lost_reason": str(name)}))
    return parts


def _visits(events: IntoFrame | None, pages: int, robots: Sequence[str], chance: dict[str, Any]) -> list[pd.DataFrame]:
    """Sessions without a customer, and where they ended."""
    lacks = ["events.event", "events.session_id"] if events is None else [
        f"events.{name}" for name, count in filled(events, ["event", "session_id"]).items() if not count
    ]  # fmt: skip
    if lacks or events is None:
        return [estimates.unanswerable("sessions_unnamed", "share", lacks)]
    sessions, robotic = _sessions(events, robots)
    told: dict[str, Any] = {"metric": "robot_events", "value": float(robotic), "unit": "count", "n": 0, "n_eff": 0.0, "method": "count"}
    parts = [rows(pd.DataFrame(index=[0]), told)]
    if sessions.empty:
        return [*parts, nothing("sessions_unnamed", "share", [])]
    options: dict[str, Any] = {**chance, "cluster": "session_id"}
    parts.append(estimates.share(sessions.assign(unnamed=sessions["known"].eq(0)), "unnamed", metric="sessions_unnamed", **options))
    unnamed = sessions[sessions["known"].eq(0)].dropna(subset="page")
    if unnamed.empty:
        return [*parts, estimates.unanswerable("last_page", "share", ["events.page"])]
    for page in unnamed["page"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:pages]:
        share = estimates.share(unnamed.assign(this=unnamed["page"].eq(page)), "this", metric="last_page", **options)
        parts.append(headed(share, {"page": str(page)}))
    return parts


def _sessions(events: IntoFrame, robots: Sequence[str]) -> tuple[pd.DataFrame, int]:
    """One row a session: whether a customer is known in it, and its last page; events of machines are counted and left out."""
    frame = nw.from_native(events).lazy()
    have = frame.collect_schema().names()
    for name in ("customer_id", "page"):
        if name not in have:
            frame = frame.with_columns(**{name: nw.lit(None, nw.String)})
    frame = frame.filter(~nw.col("session_id").is_null()).select("session_id", "event_ts", "customer_id", "page")
    frame = frame.with_columns(cx_named=nw.when(nw.col("customer_id").is_null()).then(0).otherwise(1), cx_one=nw.lit(1))
    last = nw.col("event_ts").max().over("session_id")
    frame = frame.with_columns(cx_last=nw.when(nw.col("event_ts") == last).then(nw.col("page")))
    grouped = frame.group_by("session_id").agg(known=nw.col("cx_named").sum(), events=nw.col("cx_one").sum(), page=nw.col("cx_last").max())
    table = pd.DataFrame(grouped.collect().to_pandas()).sort_values("session_id", ignore_index=True)
    table = table.astype({"known": "int64", "events": "int64"})
    machine = table["session_id"].isin(list(robots)) | (table["events"] > max(ROBOT * table["events"].sum(), 100))
    return table[~machine].reset_index(drop=True), int(table.loc[machine, "events"].sum())


def _nameless(leads: IntoFrame, customers: IntoFrame | None, chance: dict[str, Any]) -> list[pd.DataFrame]:
    """Leads without a customer's number, and prospects whom no lead names."""
    table, needs = leads_of(leads, ["created_ts"])
    if needs:
        return [estimates.unanswerable("leads_unnamed", "share", needs)]
    parts = [
        estimates.share(
            table.assign(unnamed=table["customer_id"].isna()), "unnamed", metric="leads_unnamed", **{**chance, "cluster": "unit"}
        )
    ]
    if customers is None or not all(filled(customers, ["customer_id", "status"]).values()):
        return parts
    people = picked(customers, ["customer_id", "status"])
    prospects = people.loc[people["status"].eq("prospect"), "customer_id"].astype("str")
    known = set(table["customer_id"].dropna().astype("str"))
    told: dict[str, Any] = {
        "metric": "prospects_without_lead",
        "value": float((~prospects.isin(known)).sum()),
        "unit": "count",
        "n": len(prospects),
    }
    parts.append(rows(pd.DataFrame(index=[0]), told | {"n_eff": float(len(prospects)), "method": "count"}))
    return parts
