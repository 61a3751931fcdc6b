"""What the log recorded one by one, what was only tallied, and how complete it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, counts, lacking, size, within
from cxlib.contacts.volume.calendar import by_day
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["FAULTS", "busiest", "faults", "known", "logged", "tallied", "without_busiest"]

FAULTS = ("doubled_id", "resolved_before_contact", "answered_before_contact", "negative_wait", "without_customer")


def logged(contacts: IntoFrame) -> Any:
    """Return the contacts that were recorded one by one: those of tally weeks, which stand for many, have no place in a calendar.

    >>> log = pd.DataFrame({"channel": ["phone", "field_visit"], "weight": [1.0, 78.0]})
    >>> logged(log)["channel"].to_list()
    ['phone']
    """
    frame = nw.from_native(contacts)
    if "weight" not in frame.columns:
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
    weighted = "weight" in frame.columns
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

    Parameters
    ----------
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "received_by": ["desk", None], "weight": 1.0})
    >>> float(known(log, columns=["received_by"])["value"].item())
    0.5
    """
    needs = lacking(contacts, ["local_date"])
    if needs:
        return estimates.unanswerable("known_share", "share", needs, by=["element"])
    have = nw.from_native(contacts).lazy().columns
    flags = {f"has_{name}": nw.when(nw.col(name).is_null()).then(0.0).otherwise(1.0) if name in have else nw.lit(0.0) for name in columns}
    table = counted(contacts, [], cluster="", direction=direction, period=period, columns=flags, sums=list(flags))
    parts = []
    for name in columns:
        row = counts(table.assign(element=f"contacts.{name}"), ["element"], "known_share")
        share = table[f"has_{name}"].sum() / table["weight"].sum() if table["weight"].sum() else float("nan")
        parts.append(row.assign(value=share, unit="share"))
    return estimates.stack(*parts)


def faults(
    contacts: IntoFrame, *, direction: str | None = "inbound", period: Span | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Count what cannot be right in a log, or leaves a figure without what it rests on; nothing of it is averaged in silently.

    Parameters
    ----------
    contacts, direction, period
        As in :func:`by_hour`.
    **options
        Taken so that it can be called like the others; counts have no interval.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``faulty_contacts``, unit ``count``, by ``fault``: ids that another contact has too, solutions and answers from
        before the contact, negative waits, contacts without a customer. A column that the log lacks gives "needs contacts.…".

    >>> log = pd.DataFrame({"contact_id": ["1", "1"], "local_date": pd.Timestamp("2025-01-06"), "wait_s": [-4.0, 20.0]})
    >>> faults(log)["value"].to_list()
    [1.0, nan, nan, 1.0, nan]
    >>> faults(log)["note"].iloc[1]
    'needs contacts.contact_ts, contacts.resolved_ts'
    """
    frame = nw.from_native(contacts).lazy()
    have = frame.columns
    sought: dict[str, tuple[tuple[str, ...], Any]] = {
        "resolved_before_contact": (("contact_ts", "resolved_ts"), nw.col("resolved_ts") < nw.col("contact_ts")),
        "answered_before_contact": (("contact_ts", "first_response_ts"), nw.col("first_response_ts") < nw.col("contact_ts")),
        "negative_wait": (("wait_s",), nw.col("wait_s") < 0),
        "without_customer": (("customer_id",), nw.col("customer_id").is_null()),
    }
    can = {name: nw.when(test).then(1.0).otherwise(0.0) for name, (needs, test) in sought.items() if set(needs) <= set(have)}
    found = counted(contacts, [], cluster="", direction=direction, period=period, columns=can, sums=list(can))
    every = int(found["n"].sum())
    values: dict[str, float] = {name: float(found[name].sum()) for name in can}
    if "contact_id" in have:
        every_id = nw.col("contact_id")
        ids = within(contacts, direction, period).filter(~every_id.is_null())
        told = ids.select(n=every_id.count(), k=every_id.n_unique()).collect().to_pandas().fillna(0)
        values["doubled_id"] = float(told["n"].item() - told["k"].item())
    needed = {"doubled_id": ("contact_id",)} | {name: names for name, (names, _) in sought.items()}
    parts = []
    for name in FAULTS:
        missing = "" if name in values else "needs " + ", ".join(f"contacts.{column}" for column in needed[name] if column not in have)
        columns = {"metric": "faulty_contacts", "value": values.get(name, float("nan")), "unit": "count", "n": every, "n_eff": every}
        parts.append(rows(pd.DataFrame({"fault": [name]}), columns | {"method": "count", "note": missing}))
    return estimates.stack(*parts)


def busiest(
    contacts: IntoFrame,
    *,
    unit: str = "customer_id",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of all contacts that the one busiest customer makes: a robot, or an account on which many are booked.

    Parameters as in :func:`faults`; `unit` is the column that names the customer.

    Parameters
    ----------
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``busiest_share``, unit ``share``; a complete count and so without an interval.

    >>> log = pd.DataFrame({"local_date": pd.Timestamp("2025-01-06"), "customer_id": ["a", "a", "b", None]})
    >>> float(busiest(log)["value"].item())
    0.5
    """
    needs = lacking(contacts, ["local_date", unit])
    if needs:
        return estimates.unanswerable("busiest_share", "share", needs)
    frame = within(contacts, direction, period)
    every = size(frame.to_native())
    sizes = _sizes(frame, unit).select(nw.col("cx_contacts").max()).collect().to_pandas()
    most = int(sizes["cx_contacts"].fillna(0).item())
    share = most / every if every else float("nan")
    columns = {"metric": "busiest_share", "value": share, "unit": "share", "n": every, "n_eff": every, "method": "count"}
    return rows(pd.DataFrame(index=[0]), columns)


def without_busiest(contacts: IntoFrame, *, above: float, unit: str = "customer_id") -> Any:
    """Return the log without the contacts of customers who make more than the share `above` of all contacts.

    Parameters
    ----------
    unit : str
        Column whose busiest levels are left out.

    >>> log = pd.DataFrame({"customer_id": ["a", "a", "a", "b", None]})
    >>> without_busiest(log, above=0.5)["customer_id"].to_list()
    ['b', nan]
    """
    frame = nw.from_native(contacts)
    if unit not in frame.columns:
        return contacts
    most = above * size(contacts)
    busy = _sizes(frame.lazy(), unit).filter(nw.col("cx_contacts") > most).collect().to_pandas()[unit].to_list()
    return frame.filter(nw.col(unit).is_null() | ~nw.col(unit).is_in(busy)).to_native() if busy else contacts


def _sizes(frame: nw.LazyFrame[Any], unit: str) -> nw.LazyFrame[Any]:
    """Contacts of each unit."""
    return frame.filter(~nw.col(unit).is_null()).with_columns(cx_one=nw.lit(1)).group_by(unit).agg(cx_contacts=nw.col("cx_one").sum())
