"""Who tries to help themselves online and reaches for the telephone after all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, clocked, headed, lacking, within
from cxlib.contacts.outlook._lifts import lifted
from cxlib.contacts.outlook._windows import Matched, events_of, matched, moments_of
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling

__all__ = ["digital_first"]


def digital_first(
    contacts: IntoFrame,
    events: IntoFrame,
    *,
    attempts: Sequence[str] = ("selfservice",),
    channels: Sequence[str] = ("phone",),
    hours: float = 24,
    result: str = "selfservice_result",
    least: int = 5,
    min_n: int = 7,
    busiest: float = 1.0,
    at_most: int = 20_000,
    timezone: str = "UTC",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many attempts to help oneself end on the telephone, and how many calls there would be at that hour anyhow.

    Parameters
    ----------
    contacts, events, busiest, at_most, timezone, direction, period, **options
        As in :func:`cxlib.contacts.outlook.event_lift`.
    attempts : sequence of str
        Values of ``event`` that are an attempt; of a session the last one counts.
    channels : sequence of str
        Channels that one falls back on.
    hours : float
        Hours after the attempt within which a contact follows on it; less than a week.
    result : str
        Column of events that tells how the attempt went; figures are told by it as well, where it is filled.
    least : int
        Attempts and other hours with a contact, together, below which no ratio is told.
    min_n : int
        Attempts below which no share is told.

    Returns
    -------
    DataFrame
        ESTIMATES over all and by `result`: ``phone_after`` (``share`` of attempts on which a contact followed), ``phone_otherwise``
        (``share`` at the same weekday and hour of other weeks), ``phone_extra`` (``share``, the first less the second) and ``phone_lift``
        (``ratio``); over all also ``phone_after_customers`` (``share`` of customers with an attempt who got in touch after one). ``n``
        counts attempts, of the last one customers.

    Raises
    ------
    CxError
        When `hours` is a week or more, or not above zero.

    Notes
    -----
    Controls as in :func:`cxlib.contacts.outlook.event_lift`, with attempts as cases. Only attempts of customers who are known online count;
    who stays unknown there may call more or less often.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> done = pd.DataFrame({"event_ts": [at("2025-01-06 10:00"), at("2025-01-14 15:00")], "event": "selfservice",
    ...     "customer_id": list("ab")})
    >>> log = pd.DataFrame({"contact_id": list("123"), "customer_id": list("aaz"), "channel": "phone",
    ...     "contact_ts": [at("2025-01-06 11:00"), at("2025-01-02"), at("2025-02-10")], "local_date": pd.Timestamp("2025-01-06")})
    >>> digital_first(log, done, min_n=1, least=1)[["metric", "value"]].head(3)
                metric  value
    0      phone_after    0.5
    1  phone_otherwise    0.0
    2      phone_extra    0.5
    """
    if not 0 < hours < 168:
        raise CxError(worded("hours", "the time after an attempt is above zero and shorter than a week; got", f"{hours:g} hours"))
    needs = lacking(contacts, ["contact_ts", "local_date", "customer_id", "channel"])
    needs += lacking(events, ["event_ts", "customer_id", "event"], "events")
    if needs:
        return estimates.unanswerable("phone_after", "share", needs, by=[result])
    done = events_of(events, ["event", result, "session_id"], busiest=busiest, at_most=at_most).table
    tried = done[done["event"].isin(list(attempts))]
    tried = _last_of_session(tried).reindex(columns=["customer_id", "at", result])
    if tried.empty:
        none = estimates.unanswerable("phone_after", "share", [], by=[result])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    calls = moments_of(contacts, tried["customer_id"].unique().tolist(), ["channel"], direction=direction, period=period).table
    calls = calls[calls["channel"].isin(list(channels))]
    reach = (0.0, hours * 60)
    pairs = matched(tried, watched=_watched(contacts, direction, period), reach=reach, timezone=timezone)
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    return _told(pairs, calls, reach, result, least, min_n, chance)


def _last_of_session(tried: pd.DataFrame) -> pd.DataFrame:
    """Of each customer's session the last attempt; attempts without a session stand for themselves."""
    if "session_id" not in tried:
        return tried.reset_index(drop=True)
    alone = pd.Series("attempt " + pd.RangeIndex(len(tried)).astype("str"), index=tried.index)
    session = tried["session_id"].fillna(alone)
    return tried[~pd.DataFrame({"who": tried["customer_id"], "session": session}).duplicated(keep="last")].reset_index(drop=True)


def _watched(contacts: IntoFrame, direction: str | None, period: Span | None) -> tuple[int, int]:
    """First and last moment of the log."""
    at = nw.col("cx_us_contact_ts")
    ends = clocked(within(contacts, direction, period), ["contact_ts"]).select(first=at.min(), last=at.max()).collect().to_pandas()
    return (int(ends["first"].item()), int(ends["last"].item())) if ends.notna().all(axis=None) else (0, 0)


def _told(
    pairs: Matched, calls: pd.DataFrame, reach: tuple[float, float], result: str, least: int, min_n: int, options: Sampling
) -> pd.DataFrame:
    """The figures over all attempts and by how they went."""
    here, elsewhere = pairs.hits(calls, *reach)
    told = pairs.cases.assign(here=here, elsewhere=elsewhere, flag=here.astype("float64"), extra=here - elsewhere)
    parts = [_figures(told, least, min_n, options)]
    customers = told.groupby("customer_id", as_index=False)["flag"].max()
    if len(customers):
        share = estimates.share(customers, "flag", metric="phone_after_customers", **options)
        parts.append(estimates.withhold(share, share["n"] < min_n, f"n < {min_n}"))
    for level in sorted(told[result].dropna().unique()):
        parts.append(headed(_figures(told[told[result].eq(level)], least, min_n, options), {result: level}))
    return estimates.stack(pd.DataFrame({result: pd.Series(dtype="str")}).join(parts[0].iloc[:0]), *parts)


def _figures(told: pd.DataFrame, least: int, min_n: int, options: Sampling) -> pd.DataFrame:
    if told.empty:
        none = estimates.unanswerable("phone_after", "share", [])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    sides = [told.assign(other=flag, weight=weight) for flag, weight in ((1.0, told["elsewhere"]), (0.0, 1 - told["elsewhere"]))]
    after = estimates.share(told, "flag", metric="phone_after", **options)
    weighted: Sampling = {**options, "weight": "weight"}
    otherwise = estimates.share(pd.concat(sides), "other", metric="phone_otherwise", **weighted)
    extra = estimates.mean(told, "extra", metric="phone_extra", unit="share", bounds=(-1.0, 1.0), **options)
    three = estimates.stack(after, otherwise.assign(n=after["n"], n_eff=after["n_eff"]), extra)
    three = estimates.withhold(three, np.full(len(three), len(told) < min_n), f"n < {min_n}")
    return estimates.stack(three, lifted(told, "phone_lift", least, options))
