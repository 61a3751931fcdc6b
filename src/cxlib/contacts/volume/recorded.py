"""What the log recorded one by one, what was only tallied, and how complete it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, counts, lacking
from cxlib.contacts.volume.calendar import by_day
from cxlib.estimates import Sampling

__all__ = ["known", "logged", "tallied"]


def logged(contacts: IntoFrame) -> Any:
    """Return the contacts that were recorded one by one: those of tally weeks, which stand for many, have no place in a calendar.

    >>> log = pd.DataFrame({"channel": ["phone", "field_visit"], "weight": [1.0, 78.0]})
    >>> logged(log)["channel"].to_list()
    ['phone']
    """
    frame = nw.from_native(contacts)
    if "weight" not in frame.collect_schema().names():
        return contacts
    return frame.filter(nw.col("weight") == 1).to_native()


def tallied(
    contacts: IntoFrame, *, by: Sequence[str] = ("source",), direction: str | None = "inbound", **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Contacts a day that were only counted for some days, as field sales do with strokes on a list: those with a weight of their own.

    Parameters
    ----------
    contacts, direction
        As in :func:`by_hour`.
    by : sequence of str
        Group columns.
    **options
        ``level``, ``draws`` and ``seed``; the unit drawn is the day.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``tallied_per_day``, unit ``per day``: the mean over the days from the first to the last stroke; nothing is
        extrapolated. One row of 0, n 0, where nothing was tallied.

    >>> log = pd.DataFrame({"source": ["log", "tally", "tally"], "weight": [1.0, 78.0, 78.0],
    ...     "local_date": pd.to_datetime(["2026-05-04", "2026-05-04", "2026-05-05"])})
    >>> tallied(log)[["source", "value", "n"]].to_dict("list")
    {'source': ['tally'], 'value': [1.0], 'n': [2]}
    """
    frame = nw.from_native(contacts).lazy()
    weighted = "weight" in frame.collect_schema().names()
    sample = frame.filter(nw.col("weight") != 1).with_columns(weight=nw.lit(1.0)).collect().to_pandas() if weighted else pd.DataFrame()
    if sample.empty:
        none = estimates.unanswerable("tallied_per_day", "per day", ["contacts.weight"], by=by)
        return none.assign(value=0.0, n=pd.array([0], dtype="Int64"), note="", method="count")
    return by_day(sample, by=by, direction=direction, **options).assign(metric="tallied_per_day")


def known(
    contacts: IntoFrame, *, columns: Sequence[str] = ("local_hour",), direction: str | None = "inbound", period: Span | None = None
) -> pd.DataFrame:
    """Share of contacts for which a column has a value: how far figures by that column speak for all contacts.

    Parameters as in :func:`by_hour`. Metric ``known_share``, unit ``share``, by ``element`` ("contacts.local_hour"); a complete count
    and so without an interval.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "received_by": ["desk", None], "weight": 1.0})
    >>> float(known(log, columns=["received_by"])["value"].item())
    0.5
    """
    needs = lacking(contacts, ["local_date"])
    if needs:
        return estimates.unanswerable("known_share", "share", needs, by=["element"])
    have = nw.from_native(contacts).lazy().collect_schema().names()
    flags = {f"has_{name}": nw.when(nw.col(name).is_null()).then(0.0).otherwise(1.0) if name in have else nw.lit(0.0) for name in columns}
    table = counted(contacts, [], cluster="", direction=direction, period=period, columns=flags, sums=list(flags))
    parts = []
    for name in columns:
        row = counts(table.assign(element=f"contacts.{name}"), ["element"], "known_share")
        share = table[f"has_{name}"].sum() / table["weight"].sum() if table["weight"].sum() else float("nan")
        parts.append(row.assign(value=share, unit="share"))
    return estimates.stack(*parts)
