"""Step by step from before to after a contact."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, headed
from cxlib.contacts.outlook._lifts import PER_CONTACTS, joined, shares
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling

__all__ = ["minute_by_minute"]


def minute_by_minute(
    contacts: IntoFrame,
    events: IntoFrame,
    *,
    before: float = 60,
    after: float = 30,
    step: float = 5,
    busiest: float = 1.0,
    at_most: int = 20_000,
    timezone: str = "UTC",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How many customers do something on the portal, step by step from before to after a contact.

    Parameters
    ----------
    contacts, events, busiest, at_most, timezone, direction, period, **options
        As in :func:`event_lift`.
    before, after : float
        Minutes that are looked at on each side.
    step : float
        Width of a step in minutes; both sides are whole numbers of it.

    Returns
    -------
    DataFrame
        ESTIMATES by ``minutes``, where a step begins ("-5": the last five minutes before the contact; "0": the first five after it):
        ``event_rate`` and ``expected_rate`` as in :func:`event_lift`.

    Raises
    ------
    CxError
        When a side is no whole number of steps.

    >>> days = pd.date_range("2025-03-03 10:00", periods=5, freq="7D", tz="UTC")
    >>> log = pd.DataFrame({"contact_id": ["1"], "customer_id": "a", "contact_ts": days[2:3], "local_date": pd.Timestamp("2025-03-17")})
    >>> seen = pd.DataFrame({"event_id": range(6), "customer_id": "a", "event": "visit", "session_id": "s",
    ...     "event_ts": [*days + pd.Timedelta(hours=3), days[2] - pd.Timedelta(minutes=4)]})
    >>> told = minute_by_minute(log, seen, before=10, after=5)
    >>> told.loc[told["metric"].eq("event_rate"), ["minutes", "value", "unit"]]
      minutes   value                unit
    0     -10     0.0  per 1,000 contacts
    2      -5  1000.0  per 1,000 contacts
    4       0     0.0  per 1,000 contacts
    """
    if step <= 0 or before % step or after % step or before + after <= 0:
        seen = f"{before:g} before, {after:g} after, step {step:g}"
        raise CxError(worded("minute_by_minute", "both sides are whole numbers of steps; got", seen))
    starts = np.arange(-before, after, step)
    windows = {f"{start:g}": (float(start), float(start + step)) for start in starts}
    settled = joined(contacts, events, "event", windows, busiest, at_most, timezone, direction, period)
    if isinstance(settled, list):
        return estimates.unanswerable("event_rate", PER_CONTACTS, settled, by=["minutes"])
    done, pairs = settled
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    parts = []
    for name, ends in windows.items():
        told = pairs.cases.assign(**dict(zip(("here", "elsewhere"), pairs.hits(done.table, *ends), strict=True)))
        parts.append(headed(shares(told, chance), {"minutes": name}))
    return estimates.stack(*parts)
