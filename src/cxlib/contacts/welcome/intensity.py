"""How often new customers get in touch, day by day since day zero, by reason and persona; and when they settle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack, cast

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, headed, named, wanting
from cxlib.contacts.welcome._journey import Journey, happened, journey, watched
from cxlib.contacts.welcome.cumulative import mean_cumulative, sampling
from cxlib.contacts.welcome.zero import ZEROS, features, needed, time_zero
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.tables import CONTRACTS

__all__ = ["groups_of", "intensity", "settling"]

PER, RATE = "per 100 customers", "per 100 customers and week"


def intensity(
    contacts: IntoFrame,
    customers: IntoFrame,
    orders: IntoFrame | None = None,
    invoices: IntoFrame | None = None,
    *,
    by: Sequence[str] = ("reason_id",),
    zeros: Mapping[str, str] | None = None,
    at: Sequence[int] = (7, 14, 30, 60, 90),
    days: int = 90,
    band: int = 7,
    before: int = 21,
    units: str = "customers",
    installations: Mapping[str, Sequence[str]] | None = None,
    min_n: int = 1,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often new customers get in touch since day zero: contacts so far, and contacts a week.

    Parameters
    ----------
    contacts, customers, orders, invoices : pandas, DuckDB or PySpark frames
        The log and what tells who is new, see :func:`time_zero`.
    by : sequence of str
        Columns of contacts or of customers. A column of customers (segment, persona) splits who is watched; one of contacts alone (reason,
        channel, the persona of who got in touch) splits what happens, among all who are watched.
    zeros : mapping of str to {"order", "promised", "delivery", "invoice"}, optional
        Reason → what its days count from; only these reasons are told. Left out: all contacts, from the order.
    at : sequence of int
        Days since zero at which contacts so far are told.
    days, before, band : int
        How many days after zero are looked at, how many before a promised date, and how many days make a point of the curve.
    units, installations
        As in :func:`time_zero`.
    min_n : int
        Customers below which a group's figures are not told.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer. Each contact counts once.

    Returns
    -------
    DataFrame
        ESTIMATES by ``zero``, the columns of `by`, and ``days``: ``contacts_so_far`` (per 100 customers, by that day) and
        ``contact_intensity`` (per 100 customers and week, ``days`` being the first of the band). ``n`` counts customers.

    Raises
    ------
    DataError
        For a day zero that is not known.

    Notes
    -----
    See :func:`cxlib.contacts.welcome.cumulative.mean_cumulative`. A customer is watched from its order (or from the first day of the log)
    to the last day of the log, or to the day it left.

    >>> people = pd.DataFrame({"customer_id": ["a", "b"], "start_date": pd.to_datetime(["2025-02-03", "2025-02-10"])})
    >>> log = pd.DataFrame({"customer_id": ["a", "a", "b"], "reason_id": "how", "contact_ts": pd.Timestamp("2025-02-03", tz="UTC"),
    ...     "local_date": pd.to_datetime(["2025-02-05", "2025-02-20", "2025-02-11"])})
    >>> told = intensity(log, people, zeros={"how": "order"}, at=[7, 17])
    >>> told.loc[told["metric"].eq("contacts_so_far"), ["zero", "reason_id", "days", "value"]].values.tolist()
    [['order', 'how', '7', 150.0], ['order', 'how', '17', 250.0]]
    """
    zeros = _checked(zeros)
    needs = needed(customers, orders, contacts, ["reason_id"] if zeros else [])
    lacks = wanting("contacts_so_far", PER, needs, features(contacts, customers, by), ["zero", *by, "days"])
    if lacks is not None:
        return lacks
    observed = watched(contacts, period)
    who: dict[str, Any] = {"units": units, "installations": installations, "period": observed, "late": max(days, *at)}
    starts = time_zero(customers, orders, invoices, by=of_people(contacts, by), **who)
    keys = list(dict.fromkeys([*_own_columns(contacts, by), *(["reason_id"] if zeros else [])]))
    events = happened(contacts, starts, keys, direction=direction, period=period)
    parts = []
    for zero in dict.fromkeys(zeros.values() if zeros else ("order",)):
        own = events[events["reason_id"].isin([name for name, kind in zeros.items() if kind == zero])] if zeros else events
        if observed is None:
            continue
        span = (-before if zero == "promised" else 0, max(days, *at))
        whole = journey(own, starts, zero, span=span, observed=observed, own_order=bool(zeros))
        for levels, part in groups_of(whole, by):
            told = estimates.stack(
                mean_cumulative(part, at=at, metric="contacts_so_far", **sampling(options)), _curve(part, span, band, options)
            )
            told = estimates.withhold(told, np.full(len(told), len(part.units) < min_n), f"n < {min_n}")
            parts.append(headed(told, {"zero": zero, **levels}))
    return estimates.stack(*parts) if parts else _nothing("contacts_so_far", PER, ["zero", *by, "days"])


def settling(
    contacts: IntoFrame,
    customers: IntoFrame,
    orders: IntoFrame | None = None,
    *,
    early: int = 30,
    later: tuple[int, int] = (91, 180),
    by: Sequence[str] = (),
    min_n: int = 1,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often new customers get in touch in the beginning, and how often later.

    Parameters
    ----------
    contacts, customers, orders, min_n, direction, period, **options
        As in :func:`intensity`.
    early : int
        Days since the first order that are the beginning.
    later : (int, int)
        First and last day of later.
    by : sequence of str
        As in :func:`intensity`.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, ``per 100 customers and week``: ``early_contacts`` and ``later_contacts``; and ``early_ratio``, the one over the
        other. ``n`` counts customers.

    Notes
    -----
    Contacts over days watched; the ratio with a log interval from the influences of both rates by customer. Those watched later are
    those who stayed: the ratio compares times, not the same customers throughout.

    >>> people = pd.DataFrame({"customer_id": ["a", "b"], "start_date": pd.to_datetime(["2025-01-01", "2025-01-01"])})
    >>> log = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "contact_ts": pd.Timestamp("2025-01-01", tz="UTC"),
    ...     "local_date": pd.to_datetime(["2025-01-05", "2025-01-20", "2025-01-11", "2025-05-01"])})
    >>> told = settling(log, people, period=(pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-12-31").date()))
    >>> told[["metric", "value", "n"]].round(1)
               metric  value  n
    0  early_contacts   35.0  2
    1  later_contacts    3.9  2
    2     early_ratio    9.0  4
    """
    lacks = wanting("early_ratio", "ratio", needed(customers, orders, contacts), features(contacts, customers, by), by)
    if lacks is not None:
        return lacks
    observed = watched(contacts, period)
    starts = time_zero(customers, orders, by=of_people(contacts, by), period=observed, late=later[1])
    events = happened(contacts, starts, _own_columns(contacts, by), direction=direction, period=period)
    if observed is None or starts.empty:
        return _nothing("early_ratio", "ratio", by)
    whole = journey(events, starts, "order", span=(0, later[1]), observed=observed)
    chance: dict[str, Any] = {**sampling(options), "weight": None, "cluster": "customer_id"}
    told = estimates.stack(*[headed(_settled(part, early, later, chance), levels) for levels, part in groups_of(whole, by)])
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")


def _settled(part: Journey, early: int, later: tuple[int, int], chance: dict[str, Any]) -> pd.DataFrame:
    """Early and later rate, and the one over the other."""
    table = part.units.assign(weeks_early=part.within(0, early - 1) / 7, weeks_later=part.within(*later) / 7)
    for name, (low, high) in {"early": (0, early - 1), "later": later}.items():
        inside = (part.day >= low) & (part.day <= high)
        table[f"n_{name}"] = np.bincount(part.unit[inside], minlength=len(table)).astype("float64")
    parts = []
    for name in ("early", "later"):
        own = table[table[f"weeks_{name}"] > 0]
        told: dict[str, Any] = {"per": 100, "metric": f"{name}_contacts", "unit": RATE}
        parts.append(estimates.rate(own, f"n_{name}", f"weeks_{name}", **told, **chance))
    return estimates.stack(*[told for told in [*parts, _ratio(table, chance)] if len(told)])


def of_people(contacts: IntoFrame, by: Sequence[str]) -> list[str]:
    """The columns of `by` that are the customers' and not the contacts'."""
    return [name for name in by if name not in _own_columns(contacts, by)]


def groups_of(whole: Journey, by: Sequence[str]) -> list[tuple[dict[str, str], Journey]]:
    """Split a journey: by columns of its units who is watched, by columns of its contacts what happened; sorted by level."""
    parts: list[tuple[dict[str, str], Journey]] = [({}, whole)]
    for name in by:
        split = []
        for levels, part in parts:
            people = name in part.units.columns
            column = named((part.units if people else part.keys)[[name]], [name])[name].to_numpy()
            for level in sorted(set(column.tolist())):
                kept = column == level
                split.append((levels | {name: level}, part.people(kept) if people else part.subset(kept)))
        parts = split
    return parts


def _curve(part: Journey, span: tuple[int, int], band: int, options: Sampling) -> pd.DataFrame:
    """Contacts a week by band of days since zero."""
    edges = np.arange(span[0] // band * band, span[1] + 1, band)
    tables = []
    for low in edges:
        inside = (part.day >= low) & (part.day < low + band)
        exposure = part.within(int(low), int(low + band - 1))
        seen = exposure > 0
        table = pd.DataFrame({"weeks": exposure / 7, "contacts": np.bincount(part.unit[inside], minlength=len(seen)).astype("float64")})
        tables.append(table.assign(customer_id=part.units["customer_id"], days=f"{low}")[seen])
    table = pd.concat(tables, ignore_index=True)
    if table.empty:
        return _nothing("contact_intensity", RATE, ["days"])
    chance: dict[str, Any] = {**sampling(options), "weight": None, "cluster": "customer_id", "draws": 0}
    told = estimates.rate(table, "contacts", "weeks", per=100, by=["days"], metric="contact_intensity", unit=RATE, **chance)
    return told.iloc[np.argsort(told["days"].astype(int), kind="stable")]


def _ratio(table: pd.DataFrame, chance: dict[str, Any]) -> pd.DataFrame:
    """Early over later rate, with the influences of both on its logarithm."""
    from cxlib.contacts.pain_points._figures import rate_ratio

    sides = []
    for name in ("early", "later"):
        own = table[table[f"weeks_{name}"] > 0]
        sides.append(own[["customer_id"]].assign(when=name, events=own[f"n_{name}"], weeks=own[f"weeks_{name}"]))
    long = pd.concat(sides, ignore_index=True)
    bare = cast("Sampling", {name: value for name, value in chance.items() if name != "draws"})
    told = rate_ratio(long, "events", "weeks", between="when", reference="later", metric="early_ratio", options=bare)
    return told.drop(columns="when", errors="ignore")


def _checked(zeros: Mapping[str, str] | None) -> dict[str, str]:
    wrong = [kind for kind in (zeros or {}).values() if kind not in ZEROS]
    if wrong:
        raise DataError(*(worded("zeros", "days cannot count from", kind, ZEROS) for kind in dict.fromkeys(wrong)))
    return dict(zeros or {})


def _own_columns(contacts: IntoFrame, by: Sequence[str]) -> list[str]:
    import narwhals as nw

    have = nw.from_native(contacts).lazy().collect_schema().names()
    return [name for name in by if name in have or name in CONTRACTS["contacts"].columns]


def _nothing(metric: str, unit: str, by: Sequence[str]) -> pd.DataFrame:
    row = estimates.unanswerable(metric, unit, [], by=by)
    return row.assign(note="no events", n=pd.array([0], dtype="Int64"))
