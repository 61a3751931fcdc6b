"""How long each contact route is, how often customers give up on it, and how tiresome they find it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, headed, lacking, named, picked, size
from cxlib.contacts._cases import folded, stepped
from cxlib.estimates import Sampling

__all__ = ["SELF_SERVICE", "routes"]

SELF_SERVICE = "self_service"  # the route of sessions in which customers tried to help themselves
GIVEN_UP = ("given_up",)


def routes(
    contacts: IntoFrame,
    responses: IntoFrame | None = None,
    events: IntoFrame | None = None,
    *,
    case: str = "case_id",
    item_types: Sequence[str] = ("ces",),
    attempts: Sequence[str] = ("selfservice",),
    gave_up: Sequence[str] = GIVEN_UP,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many steps each contact route takes, how many give up on it, and how tiresome customers find it.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with `case`; a case's route is the channel of its first contact.
    responses : DataFrame, optional
        Answers about effort (``contact_id``): told by the route of the case that the contact belongs to.
    events : pandas, DuckDB or PySpark frame, optional
        ``session_id``, ``event``, ``selfservice_result``: sessions with an attempt at self-service are a route of their own.
    case, direction, period, **options
        As in :func:`cxlib.contacts.channels.switching`.
    item_types : sequence of str
        Types of the questions about effort.
    attempts, gave_up : sequence of str
        Values of ``event`` that are an attempt, and of ``selfservice_result`` that mean giving up.
    min_n : int
        Cases, sessions or answers below which a route's figure is not told.

    Returns
    -------
    DataFrame
        ESTIMATES by ``route`` (a channel, "self_service"): ``route_steps`` (``steps``: contacts of a case, events of a session),
        ``one_step_share`` (``share`` with one step), ``route_abandoned`` (``share`` of contacts, or sessions, given up), and by ``item_id``
        ``route_effort`` (mean of the answers in their scale). ``n`` counts cases, sessions, contacts or answers.

    Notes
    -----
    Contacts of a case are what customers do on it; what they do in between, nobody records. Routes that get the harder concerns take more
    steps for that reason alone.

    >>> at = pd.date_range("2025-01-06", periods=3, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": list("123"), "case_id": list("vvw"), "customer_id": "a", "channel": ["phone", "email", "email"],
    ...     "contact_ts": at, "local_date": at.tz_localize(None)})
    >>> routes(log, min_n=1)[["route", "metric", "value"]]
       route          metric  value
    0  email     route_steps    1.0
    1  phone     route_steps    2.0
    2  email  one_step_share    1.0
    3  phone  one_step_share    0.0
    """
    parts = _of_sessions(events, attempts, gave_up, min_n, options) if events is not None else []
    needs = lacking(contacts, ["contact_ts", "local_date", case, "channel"])
    if needs and not parts:
        return estimates.unanswerable("route_steps", "steps", needs, by=["route", "item_id"])
    if not needs:
        parts = [*_of_cases(contacts, responses, case, item_types, min_n, direction, period, options), *parts]
    if not parts:
        none = estimates.unanswerable("route_steps", "steps", [], by=["route", "item_id"])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    return estimates.stack(*parts)


def _of_cases(
    contacts: IntoFrame,
    responses: IntoFrame | None,
    case: str,
    item_types: Sequence[str],
    min_n: int,
    direction: str | None,
    period: Span | None,
    options: Sampling,
) -> list[pd.DataFrame]:
    """Contacts of each case, contacts given up, and effort, by the case's first channel."""
    cluster = options.get("cluster") or "customer_id"
    frame = stepped(contacts, case, ["channel"], keep=[cluster, "abandoned"], direction=direction, period=period)
    cases = folded(frame, case, by=["channel"], cluster=cluster, sums={}, flags={"cx_there": nw.lit(1)})
    table = counted(cases.to_native(), ["channel", "steps"], cluster=cluster, direction=None, rows=size(contacts))
    if table.empty:
        return []
    table = named(table, ["channel"]).rename(columns={"channel": "route"})
    table = table.assign(steps=table["steps"].astype("float64"), single=table["steps"].eq(1).astype("float64"))
    steps = estimates.mean(table, "steps", by=["route"], metric="route_steps", unit="steps", bounds=(0.0, np.inf), **clustered(options))
    single = estimates.share(table, "single", by=["route"], metric="one_step_share", **clustered(options))
    parts = [_thin(behind(told, table, ["route"]), min_n) for told in (steps, single)]
    parts += _given_up(contacts, cluster, min_n, direction, period, options)
    if responses is not None:
        parts += _effort(frame, responses, case, item_types, min_n, options)
    return parts


def _given_up(
    contacts: IntoFrame, cluster: str, min_n: int, direction: str | None, period: Span | None, options: Sampling
) -> list[pd.DataFrame]:
    """Contacts that the customer gave up, by channel, where the log says so."""
    if lacking(contacts, ["abandoned", "channel"]):
        return []
    table = counted(contacts, ["channel", "abandoned"], cluster=cluster, direction=direction, period=period)
    table = table[table["abandoned"].notna() & table["channel"].notna()]
    table = named(table, ["channel"]).rename(columns={"channel": "route"}).assign(flag=table["abandoned"].astype("float64"))
    if table.empty:
        return []
    share = behind(estimates.share(table, "flag", by=["route"], metric="route_abandoned", **clustered(options)), table, ["route"])
    return [_thin(share, min_n)]


def _effort(
    frame: nw.LazyFrame[Any], responses: IntoFrame, case: str, item_types: Sequence[str], min_n: int, options: Sampling
) -> list[pd.DataFrame]:
    """Mean answers about effort by the route of the case that the contact belongs to."""
    have = nw.from_native(responses).lazy().columns
    if not {"contact_id", "item_id", "item_type", "value"} <= set(have) or "contact_id" not in frame.columns:
        return []
    answers = picked(responses, [name for name in ("contact_id", "item_id", "item_type", "value", "customer_id") if name in have])
    answers = answers[answers["contact_id"].notna() & answers["item_type"].isin(item_types) & answers["value"].notna()]
    own = nw.when(nw.col("cx_first")).then(nw.col("channel"))
    routed = frame.with_columns(cx_begun=own).with_columns(cx_route=nw.col("cx_begun").max().over(case))
    told = routed.filter(nw.col("contact_id").is_in(answers["contact_id"].unique().tolist())).select("contact_id", "cx_route")
    found = told.collect().to_pandas().rename(columns={"cx_route": "route"}).sort_values(["contact_id", "route"])
    both = answers.merge(found[~found["contact_id"].duplicated(keep=False)], on="contact_id", validate="many_to_one")
    if both.empty:
        return []
    whose = both["customer_id"] if "customer_id" in both else pd.Series(pd.NA, index=both.index, dtype="str")
    both = both.assign(cluster=whose.astype("str").fillna("contact " + both["contact_id"].astype("str")))
    both = both.sort_values(["contact_id", "item_id"], ignore_index=True)
    return [_thin(estimates.mean(both, "value", by=["route", "item_id"], metric="route_effort", **clustered(options, weight=None)), min_n)]


def _of_sessions(events: IntoFrame, attempts: Sequence[str], gave_up: Sequence[str], min_n: int, options: Sampling) -> list[pd.DataFrame]:
    """Sessions with an attempt at self-service: events up to the last attempt, and whether it was given up."""
    if lacking(events, ["session_id", "event", "event_ts"], "events"):
        return []
    frame = nw.from_native(events).lazy().filter(~nw.col("session_id").is_null() & ~nw.col("event_ts").is_null())
    tried = nw.col("event").is_in(list(attempts))
    frame = frame.with_columns(cx_tried=nw.when(tried).then(nw.col("event_ts")))
    frame = frame.with_columns(cx_until=nw.col("cx_tried").max().over("session_id"))
    frame = frame.filter(nw.col("event_ts") <= nw.col("cx_until"))
    result = "selfservice_result" in frame.columns
    known = ~nw.col("selfservice_result").is_null() if result else nw.lit(False)
    out = nw.col("selfservice_result").is_in(list(gave_up)) if result else nw.lit(False)
    frame = frame.with_columns(
        cx_one=nw.lit(1), cx_known=nw.when(known).then(1).otherwise(0), cx_out=nw.when(known & out).then(1).otherwise(0)
    )
    folds = {"steps": nw.col("cx_one").sum(), "known": nw.col("cx_known").max(), "out": nw.col("cx_out").max()}
    sessions = frame.group_by("session_id").agg(**folds).with_columns(cx_one=nw.lit(1)).group_by("steps", "known", "out")
    table = (
        pd.DataFrame(sessions.agg(n=nw.col("cx_one").sum()).collect().to_pandas()).astype("int64").sort_values(["steps", "known", "out"])
    )
    if table.empty:
        return []
    each = table.loc[table.index.repeat(table["n"])].reset_index(drop=True)  # a session a row; they are as good as independent
    each = each.assign(
        steps=each["steps"].astype("float64"), single=each["steps"].eq(1).astype("float64"), out=each["out"].astype("float64")
    )
    chance: Sampling = {"level": options.get("level", 0.95)}
    steps = estimates.mean(each, "steps", metric="route_steps", unit="steps", bounds=(0.0, np.inf), **chance)
    told = [steps, estimates.share(each, "single", metric="one_step_share", **chance)]
    ended = each[each["known"].eq(1)]
    told += [estimates.share(ended, "out", metric="route_abandoned", **chance)] if len(ended) else []
    return [headed(_thin(part, min_n), {"route": SELF_SERVICE}) for part in told]


def _thin(table: pd.DataFrame, min_n: int) -> pd.DataFrame:
    return estimates.withhold(table, table["n"] < min_n, f"n < {min_n}")
