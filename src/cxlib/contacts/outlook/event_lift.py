"""What customers do in the minutes before and after a contact, beside what they do at the same hour in other weeks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, headed
from cxlib.contacts.outlook._lifts import WINDOWS, joined, lifted, shares
from cxlib.contacts.outlook._windows import MINUTE, Events, Matched
from cxlib.estimates import Sampling

__all__ = ["event_lift"]


def event_lift(
    contacts: IntoFrame,
    events: IntoFrame,
    *,
    kind: str = "event",
    windows: Mapping[str, tuple[float, float]] = WINDOWS,
    horizon: float = 1440,
    least: int = 5,
    busiest: float = 1.0,
    at_most: int = 20_000,
    timezone: str = "UTC",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How much more often customers do something in the minutes around a contact than at the same hour of other weeks.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log.
    events : pandas, DuckDB or PySpark frame
        ``event_ts``, ``customer_id`` and `kind`; with ``session_id``, an event without a customer is that of the one customer who is known
        elsewhere in its session.
    kind : str
        Column of events that tells what was done: ``event``, ``page``, ``selfservice_result``. Events without one count over all kinds
        only.
    windows : mapping of str to (float, float)
        Name → from and to, minutes from the contact. What carries the contact's own time is in none.
    horizon : float
        Minutes before a contact within which the last event of a kind tells the lead time.
    least : int
        Windows with an event, contacts' and others', below which no lift is told.
    busiest : float
        Customers with more than this share of all events are left out.
    at_most : int
        Customers beyond which only so many are looked at.
    timezone : str
        Of the clock by which the hour is the same.
    direction : {"inbound", "outbound"} or None
    period : (first day, last day), optional
        Local days of the contacts.
    **options
        See :class:`cxlib.estimates.Sampling`; the cluster is the customer, weights are not used.

    Returns
    -------
    DataFrame
        ESTIMATES by ``window`` and `kind` (missing: any event): ``event_rate`` (``per 1,000 contacts``: those with such an event in their
        window), ``expected_rate`` (the same at the same weekday and hour in other weeks), ``event_lift`` (``ratio`` of the two;
        ``n`` counts windows with an event), and, by `kind`, ``lead_time`` (``min``, median time from the last such event within the
        horizon to the contact). Of contacts whose customer is known among the events and who have a control window.

    Notes
    -----
    Controls: same customer, weekday and clock time in the other weeks of the same four (:func:`cxlib.contacts.outlook._windows.matched`).
    A window either has an event or not, so that a burst, an event twice in the export and a robot's thousands count once. Lift = p/(1−p) ·
    m̄ with p the share of contacts' windows among all windows with an event, those of a control weighted m̄/m (m controls of that contact,
    m̄ their mean); interval: Wilson's of p on the effective size with customers as clusters and t with Satterthwaite's degrees of freedom,
    transformed. It is finite below when no control has an event, and finite above when no contact has one.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": ["1", "2"], "contact_ts": [at("2025-01-06 10:00"), at("2025-01-14 15:00")],
    ...     "customer_id": ["a", "b"], "local_date": pd.to_datetime(["2025-01-06", "2025-01-14"])})
    >>> done = pd.DataFrame({"event_ts": [at("2025-01-01"), at("2025-01-06 09:57"), at("2025-01-13 09:58"), at("2025-01-14 14:56"),
    ...     at("2025-02-01")], "event": "search", "customer_id": list("aaabb")})
    >>> told = event_lift(log, done, least=1)
    >>> told[told["window"].eq("before") & told["event"].eq("search")][["metric", "value"]]
               metric     value
    3     event_rate  1000.000000
    4  expected_rate   166.666667
    5      event_lift     6.000000
    """
    settled = joined(contacts, events, kind, windows, busiest, at_most, timezone, direction, period)
    if isinstance(settled, list):
        return estimates.unanswerable("event_lift", "ratio", settled, by=["window", kind])
    done, pairs = settled
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    kinds = [None, *sorted(done.table[kind].dropna().unique())]
    parts = [
        estimates.stack(*[_around(pairs, done, kind, each, window, ends, least, chance) for each in kinds])
        for window, ends in windows.items()
    ]
    parts += [_lead(pairs, done, kind, each, horizon, least, chance) for each in kinds[1:]]
    return estimates.stack(*parts)[["window", kind, *parts[0].columns.difference(["window", kind], sort=False)]]


def _around(
    pairs: Matched, done: Events, kind: str, level: str | None, window: str, ends: tuple[float, float], least: int, options: Sampling
) -> pd.DataFrame:
    """Shares and lift of one kind of event in one window."""
    chosen = done.table if level is None else done.table[done.table[kind].eq(level)]
    here, elsewhere = pairs.hits(chosen, *ends)
    told = pairs.cases.assign(here=here, elsewhere=elsewhere)
    both = estimates.stack(shares(told, options), lifted(told, "event_lift", least, options))
    return headed(both, {"window": window} | ({} if level is None else {kind: level})).reindex(columns=["window", kind, *both.columns])


def _lead(pairs: Matched, done: Events, kind: str, level: str, horizon: float, least: int, options: Sampling) -> pd.DataFrame:
    """Median minutes from the last event of a kind to the contact."""
    chosen = done.table.loc[done.table[kind].eq(level), ["customer_id", "at"]].sort_values("at").rename(columns={"at": "event_at"})
    cases = pairs.cases[["customer_id", "at"]].sort_values("at")
    both = pd.merge_asof(
        cases, chosen, left_on="at", right_on="event_at", by="customer_id", allow_exact_matches=False, tolerance=round(horizon * MINUTE)
    )
    both = both[both["event_at"].notna()]
    both = both.assign(minutes=(both["at"] - both["event_at"]) / MINUTE)
    if both.empty:
        none = estimates.unanswerable("lead_time", "min", [])
        told = none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    else:
        told = estimates.quantile(both, "minutes", q=0.5, metric="lead_time", unit="min", **options)
        told = estimates.withhold(told, told["n"] < least, f"n < {least}")
    return headed(told, {kind: level})
