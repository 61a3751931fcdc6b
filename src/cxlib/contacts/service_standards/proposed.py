"""Which answering time customers expect, which one follows from it, and how often it is met today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, headed, lacking
from cxlib.contacts.service_standards.attainment import known_until
from cxlib.contacts.service_standards.clock import HOUR, Clock
from cxlib.contacts.service_standards.times import CLOSED, response_curves, turned
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["foremost", "marks", "promised", "proposed"]


def proposed(
    contacts: IntoFrame,
    responses: pd.DataFrame,
    service_levels: pd.DataFrame | None = None,
    *,
    quotes: pd.DataFrame | None = None,
    reach: float = 0.8,
    clock: Clock | None = None,
    timezone: str = "UTC",
    as_of: datetime | None = None,
    closed: Sequence[str] = CLOSED,
    min_n: int = 7,
    asked: Sampling | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Answering times that customers expect, the target that meets most of them, and its attainment today.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    responses : DataFrame
        Answers to items of type ``expected_hours``; ``item_group`` (or the item) names what the hours are for: a channel of the log,
        ``callback`` (promises to call back), ``quote`` (quotes asked for).
    service_levels : DataFrame, optional
        Standards by channel: what is promised today.
    quotes : DataFrame, optional
        ``requested_ts`` and ``sent_ts``.
    reach : float
        Share of customers whose expectation the target is to meet.
    clock : Clock, optional
        To tell promises on the business clock in hours of the calendar.
    timezone : str
        Of the log's local days, to tell promises on the business clock.
    as_of, closed, min_n, direction, period, **options
        As in :func:`times`.
    asked : Sampling, optional
        Options for the answers; ``weight``, ``cluster`` (the respondent) and ``count`` are filled in where left out.

    Returns
    -------
    DataFrame
        ESTIMATES by ``expected_for``, most answers first: ``expected_time`` (``h``, median), ``proposed_target`` (``h``: the time
        within which a share `reach` of customers expects an answer, at the latest), ``attained_today`` (``share`` answered within the
        proposed target, calendar hours), ``promised_time`` (``h`` of the calendar that today's promise comes to, median) and
        ``expectation_met`` (``share`` of customers whose expectation lies at or above today's median time). Needs
        responses[expected_hours].

    Raises
    ------
    CxError
        `reach` does not lie between 0 and 1.

    Notes
    -----
    The target is the (1 − reach) quantile of the hours expected: who expects an answer within that or later is content. Customers mean
    hours of the calendar, so attainment is counted by those. The interval of the attainment takes the target as given.

    >>> at = lambda hour: pd.Timestamp("2025-01-06", tz="UTC") + pd.Timedelta(hours=hour)
    >>> log = pd.DataFrame({"contact_id": list("12"), "customer_id": list("ab"), "channel": "email", "contact_ts": at(0), "weight": 1.0,
    ...     "first_response_ts": [at(3), at(30)], "local_date": pd.Timestamp("2025-01-06")})
    >>> said = pd.DataFrame({"respondent_id": list("abcde"), "item_id": "hours", "item_type": "expected_hours", "item_group": "email",
    ...     "state": "answered", "value": [4.0, 8.0, 8.0, 24.0, 24.0], "weight": 1.0})
    >>> told = proposed(log, said, min_n=1)
    >>> told[["expected_for", "metric", "value", "unit"]]
      expected_for           metric  value   unit
    0        email    expected_time    8.0      h
    1        email  proposed_target    6.0      h
    2        email   attained_today    0.5  share
    """
    if not 0 < reach < 1:
        raise CxError(worded("reach", "a share of customers lies between 0 and 1, not at", reach))
    if "item_type" not in responses or not responses["item_type"].eq("expected_hours").any():
        return estimates.unanswerable("expected_time", "h", ["responses[expected_hours]"], by=["expected_for"])
    answers = _answers(responses)
    sampling: Any = {"count": "respondent_id", "cluster": "respondent_id"} | {name: way for name, way in (asked or {}).items() if way}
    sampling = {"weight": "weight"} | sampling if "weight" in answers else sampling
    kept = {key: value for key, value in options.items() if key in ("level", "draws", "seed")}
    parts = []
    order = answers.groupby("expected_for").size().sort_values(ascending=False, kind="stable").index
    for name in order:
        own = answers[answers["expected_for"] == name]
        middle = estimates.quantile(own, "value", 0.5, metric="expected_time", unit="h", **{**kept, **sampling})
        target = estimates.quantile(own, "value", 1 - reach, metric="proposed_target", unit="h", **{**kept, **sampling})
        found = [middle, target]
        if not own.empty and target["value"].notna().all():
            hours = float(target["value"].item())
            common: dict[str, Any] = {"as_of": as_of, "closed": closed, "min_n": min_n, "direction": direction, "period": period}
            found.append(_attained(contacts, quotes, str(name), hours, common, options))
            found += _promise(contacts, service_levels, str(name), clock, timezone, direction, period)
        parts.append(headed(estimates.stack(*found), {"expected_for": str(name)}))
    return estimates.stack(*parts)


def _answers(responses: pd.DataFrame) -> pd.DataFrame:
    """Answers in hours; those below zero are impossible and left out."""
    own = responses[responses["item_type"].eq("expected_hours") & responses["value"].notna()]
    group = own["item_group"] if "item_group" in own else pd.Series(pd.NA, index=own.index, dtype="str")
    own = own.assign(expected_for=group.fillna(own["item_id"]).astype("str"))
    return own[own["value"] >= 0].reset_index(drop=True)


def _attained(
    contacts: IntoFrame, quotes: pd.DataFrame | None, name: str, hours: float, common: Mapping[str, Any], options: Sampling
) -> pd.DataFrame:
    """Share answered within the target: by channel, by promise to call back, or of quotes."""
    metric, limit = "attained_today", max(hours, 1 / 3600)
    if name == "quote":
        return _quoted(quotes, limit, common, options)
    frame = nw.from_native(contacts).lazy()
    have = frame.columns
    if name == "callback" and "promise_type" in have:
        if lacking(contacts, ["promise_done_ts"]):
            return estimates.unanswerable(metric, "share", ["contacts.promise_done_ts"])
        frame = frame.filter(nw.col("promise_type") == "callback").with_columns(first_response_ts=nw.col("promise_done_ts"))
    elif "channel" in have:
        frame = frame.filter(nw.col("channel") == name)
    else:
        return estimates.unanswerable(metric, "share", ["contacts.channel"])
    as_of = known_until(contacts, common["as_of"])
    found = response_curves(frame.to_native(), hours=[limit], **{**common, "as_of": as_of}, **options)
    found = found[found["note"].str.startswith("needs") | found["value"].notna() | found["note"].ne("")]
    return found.drop(columns=["clock", "hours"]).assign(metric=metric)


def _quoted(quotes: pd.DataFrame | None, hours: float, common: Mapping[str, Any], options: Sampling) -> pd.DataFrame:
    needs = (
        ["quotes.requested_ts", "quotes.sent_ts"]
        if quotes is None or quotes.empty
        else lacking(quotes, ["requested_ts", "sent_ts"], "quotes")
    )
    if needs or quotes is None:
        return estimates.unanswerable("attained_today", "share", needs)
    until = common["as_of"] or max(quotes["requested_ts"].max(), quotes["sent_ts"].max())
    sent = quotes["sent_ts"].where(quotes["sent_ts"] <= until)
    hour = pd.Timedelta(hours=1)
    lasted = (sent.fillna(until) - quotes["requested_ts"]) / hour
    table = pd.DataFrame({"t": lasted, "e": sent.notna().astype("float64")})
    own = "quote " + quotes.index.astype("str").to_series(index=quotes.index)
    table["customer_id"] = quotes["customer_id"].astype("str").fillna(own) if "customer_id" in quotes else own
    table = table[(table["t"] > 0) & quotes["requested_ts"].notna()]
    settings: Any = {**options, "weight": None, "cluster": "customer_id"}
    found = turned(estimates.survival(table, "t", "e", at=[hours], metric="attained_today", min_n=common["min_n"], **settings))
    return found.drop(columns="days")


def _promise(
    contacts: IntoFrame,
    service_levels: pd.DataFrame | None,
    name: str,
    clock: Clock | None,
    timezone: str,
    direction: str | None,
    period: Span | None,
) -> list[pd.DataFrame]:
    if service_levels is None or not {"channel", "response_h", "clock"} <= set(service_levels):
        return []
    own = service_levels[service_levels["channel"].eq(name) & service_levels["response_h"].notna()]
    found = promised(contacts, own, clock=clock, timezone=timezone, direction=direction, period=period)
    return [found.drop(columns="channel")] if len(found) else []


def promised(
    contacts: IntoFrame,
    service_levels: pd.DataFrame,
    *,
    clock: Clock | None = None,
    timezone: str = "UTC",
    direction: str | None = "inbound",
    period: Span | None = None,
) -> pd.DataFrame:
    """How many hours of the calendar a promise comes to.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
    service_levels : DataFrame
        ``channel``, ``response_h`` and ``clock``.
    clock : Clock, optional
        The business clock; without it promises on it have no row.
    timezone : str
        Of the log's local days and hours.
    direction, period
        As in :func:`attainment`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``channel``: ``promised_time`` (``h``). A promise on the calendar clock is what it says; one on the business clock
        is the median over the hours at which contacts come in, each taken at its half.

    >>> levels = pd.DataFrame({"channel": ["email", "phone"], "response_h": [24.0, 1.0], "clock": "calendar"})
    >>> promised(pd.DataFrame({"channel": ["email"]}), levels)[["channel", "metric", "value", "unit"]]
      channel         metric  value unit
    0   email  promised_time   24.0    h
    1   phone  promised_time    1.0    h
    """
    parts = []
    for name, limit, kind in service_levels[["channel", "response_h", "clock"]].dropna().itertuples(index=False):
        value, number = float(limit), 0
        if kind == "business":
            if clock is None or lacking(contacts, ["channel", "local_date", "local_hour"]):
                continue
            frame = nw.from_native(contacts).lazy().filter(nw.col("channel") == name)
            came = counted(frame.to_native(), ["local_date", "local_hour"], cluster="", direction=direction, period=period)
            came = came[came["local_date"].notna() & came["local_hour"].notna()]
            if came.empty:
                continue
            local = came["local_date"] + pd.to_timedelta(came["local_hour"].astype("float64") + 0.5, unit="h")
            at = local.dt.tz_localize(timezone, ambiguous=False, nonexistent="shift_forward").dt.as_unit("us").astype("int64").to_numpy()
            lasted = (clock.after(at, value) - at) / HOUR
            order = np.argsort(lasted, kind="stable")
            weight = came["weight"].to_numpy()[order].cumsum()
            value, number = float(lasted[order][np.searchsorted(weight, weight[-1] / 2)]), int(came["n"].sum())
        columns = {"metric": "promised_time", "value": value, "unit": "h", "n": number, "n_eff": float(number), "method": "median"}
        parts.append(rows(pd.DataFrame({"channel": [str(name)]}), columns))
    empty = rows(pd.DataFrame({"channel": pd.Series([], dtype="str")}), {"metric": "promised_time", "unit": "h"})
    return estimates.stack(*parts) if parts else empty


def foremost(found: pd.DataFrame, metric: str, known: Sequence[str] = ()) -> pd.DataFrame:
    """Return the one row of a metric that an answer names: of `known` channels where there is one, the one with most answers.

    Parameters
    ----------
    found : DataFrame
        ESTIMATES of this module.

    >>> table = headed(rows(pd.DataFrame(index=[0, 1]), {"metric": "expected_time", "value": [24.0, 8.0], "n": [9, 7]}), {})
    >>> table.insert(0, "expected_for", ["quote", "email"])
    >>> foremost(table, "expected_time", ["email"])["value"].item()
    8.0
    """
    own = found[found["metric"] == metric]
    if "expected_for" in own and own["expected_for"].isin(list(known)).any():
        own = own[own["expected_for"].isin(list(known))]
    return own.sort_values("n", ascending=False, kind="stable").head(1)


def marks(found: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return what a picture of answers marks on each channel's line: hours expected and hours promised.

    Parameters
    ----------
    found : DataFrame
        ESTIMATES of this module.

    >>> table = rows(pd.DataFrame({"expected_for": ["email"]}), {"metric": "expected_time", "value": 8.0})
    >>> marks(table)
    {'email': {'expected_time': 8.0}}
    """
    if "expected_for" not in found:
        return {}
    own = found[found["metric"].isin(("expected_time", "promised_time")) & found["expected_for"].notna() & found["value"].notna()]
    told: dict[str, dict[str, float]] = {}
    for name, metric, value in own[["expected_for", "metric", "value"]].itertuples(index=False):
        told.setdefault(str(name), {})[str(metric)] = float(value)
    return told
