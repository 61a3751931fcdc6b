"""What the figures around a contact rest on, and what they leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span
from cxlib.contacts.outlook._lifts import WINDOWS, joined
from cxlib.contacts.outlook._windows import moments_of
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["FAULTS", "event_quality"]

FAULTS = ("without_customer", "known_by_session", "doubled_event", "busiest_left_out", "customers_not_drawn", "doubled_id")


def event_quality(
    contacts: IntoFrame,
    events: IntoFrame,
    *,
    windows: Mapping[str, tuple[float, float]] = WINDOWS,
    busiest: float = 1.0,
    at_most: int = 20_000,
    timezone: str = "UTC",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What of the events and of the contacts the figures around a contact rest on, and what they leave out.

    Parameters as in :func:`event_lift`; the options are taken so that it can be called like the others, counts have no interval.

    Parameters
    ----------
    windows : mapping of str to (float, float)
        Name → first and last minute, counted from the contact; minutes before it are negative.
    at_most : int
        Contacts that are looked at; of more, as many are drawn.
    timezone : str
        The client's, by which weekday and clock time are told.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.

    Returns
    -------
    DataFrame
        ESTIMATES: ``events_linked`` (``share`` of events whose customer is known), ``busiest_events`` (``share`` of the known customers'
        events that the one busiest customer makes), ``contacts_matched`` (``share`` of contacts that could be compared), and by ``fault``
        ``faulty_events`` (``count``): events without a customer, those whose customer only the session tells, doubled events, those
        of customers who are too busy, customers not looked at because there are too many, contacts whose id another one has.

    >>> days = pd.date_range("2025-03-03 10:00", periods=4, freq="7D", tz="UTC")
    >>> log = pd.DataFrame({"contact_id": ["1"], "customer_id": "a", "contact_ts": days[2:3], "local_date": pd.Timestamp("2025-03-17")})
    >>> seen = pd.DataFrame({"event_id": range(5), "customer_id": [*"aaaa", None], "event_ts": [*days, days[0]], "event": "visit",
    ...     "session_id": ["s1", "s2", "s3", "s4", "s5"]})
    >>> event_quality(log, seen)[["metric", "fault", "value"]].head(5)
                 metric             fault  value
    0     events_linked               NaN    0.8
    1    busiest_events               NaN    1.0
    2  contacts_matched               NaN    1.0
    3     faulty_events  without_customer    1.0
    4     faulty_events  known_by_session    0.0
    """
    settled = joined(contacts, events, "event", windows, busiest, at_most, timezone, direction, period)
    if isinstance(settled, list):
        return estimates.unanswerable("events_linked", "share", settled, by=["fault"])
    done, pairs = settled
    counts = done.counts
    moments = moments_of(contacts, done.table["customer_id"].unique().tolist(), direction=direction, period=period)
    known = counts["events"] - counts["without_customer"]
    shares = {
        "events_linked": (known, counts["events"]),
        "busiest_events": (counts["busiest"], known),
        "contacts_matched": (len(pairs.cases), moments.every),
    }
    told = [
        rows(pd.DataFrame({"fault": [None]}), _complete(metric, part / whole if whole else np.nan, "share", whole))
        for metric, (part, whole) in shares.items()
    ]
    found = (
        counts["without_customer"],
        counts["by_session"],
        counts["doubled"],
        counts["left_out"],
        counts["customers"] - counts["drawn"],
        moments.doubled,
    )
    told += [
        rows(pd.DataFrame({"fault": [name]}), _complete("faulty_events", value, "count", counts["events"]))
        for name, value in zip(FAULTS, found, strict=True)
    ]
    return estimates.stack(*told)


def _complete(metric: str, value: float, unit: str, n: int) -> dict[str, Any]:
    return {"metric": metric, "value": value, "unit": unit, "n": n, "n_eff": n, "method": "count"}
