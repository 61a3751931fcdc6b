"""Contacts on orders, customers and other units: gross, net, and the time they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, lacking, levels, named, picked, wanting
from cxlib.errors import CxError, worded
from cxlib.estimates import UNKNOWN, Sampling

__all__ = ["UNITS", "Unit", "base_of", "by_group", "contacts_per", "linked", "local_day"]


@dataclass(frozen=True)
class Unit:
    """What contacts are counted on: its table, its id, when it arose, and the contact's column that names it."""

    table: str
    key: str
    since: str | None = None
    link: str | None = None


UNITS = {
    "orders": Unit("orders", "order_id", "order_ts", "order_id"),
    "customers": Unit("customers", "customer_id", None, "customer_id"),
    "new_customers": Unit("customers", "customer_id", "start_date", "customer_id"),
    "persons": Unit("persons", "person_id", None, "person_id"),
    "invoices": Unit("invoices", "invoice_id", "issued_ts"),
    "quotes": Unit("quotes", "quote_id", "requested_ts"),
    "leads": Unit("leads", "lead_id", "created_ts"),
}


def contacts_per(
    contacts: IntoFrame,
    units: IntoFrame,
    *,
    per: str = "orders",
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts per 100 orders, customers, new customers, persons, invoices, quotes or leads: gross, net, and the time they take.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`by_channel`; contacts and units are those of the same period.
    units : pandas, DuckDB or PySpark frame
        The table that `per` names: orders, customers (also for new_customers), persons, invoices, quotes or leads.
    per : str
        The denominator. ``customers`` count by the part of the period in which they were customers; ``new_customers`` started in it.
    by : sequence of str
        Columns of `units`, which reach a contact through its order or customer; or ``month``, for a trend.

    Returns
    -------
    DataFrame
        ESTIMATES; the unit names the denominator (``per 100 orders``), ``n`` counts contacts, for ``contacts_net`` units.
        ``contacts_gross``: all contacts of the period, also those that name no order. ``contacts_net``: units with at least one contact, so
        one for each; missing with "needs contacts.order_id" where contacts name none. ``handle_time`` (``h per 100 orders``): work,
        where ``handle_s`` is known. ``linked_share`` (without `by`): contacts that name a unit of the period; net and groups are too low
        by the others.

    Raises
    ------
    CxError
        For an unknown denominator.

    Notes
    -----
    Gross: 100·Σw/Σunits, a ratio of totals; log-linearised interval with customers as clusters (their contacts and orders rise
    together), days where the customer is not known. Net: Wilson. Net counts recorded contacts; a tally week cannot say for whom it stands.

    >>> log = pd.DataFrame({"order_id": ["1", "1", None], "customer_id": ["a", "a", "b"], "weight": 1.0,
    ...     "local_date": pd.to_datetime(["2025-01-06", "2025-01-07", "2025-01-08"])})
    >>> orders = pd.DataFrame({"order_id": list("1234"), "customer_id": list("abcc"), "order_ts": pd.Timestamp("2025-01-06", tz="UTC")})
    >>> contacts_per(log, orders)[["metric", "value", "unit", "n"]].round(2)
               metric  value            unit  n
    0  contacts_gross  75.00  per 100 orders  3
    1    contacts_net  25.00  per 100 orders  4
    2    linked_share   0.67           share  3
    """
    if per not in UNITS:
        raise CxError(worded("per", "contacts cannot be counted on", per, UNITS))
    of, unit = UNITS[per], f"per 100 {per.replace('_', ' ')}"
    features = [name for name in by if name != "month"]
    needs = lacking(contacts, ["local_date"]) + lacking(units, [of.key, *([of.since] if of.since else [])], of.table)
    missing = wanting("contacts_gross", unit, needs, lacking(units, features, of.table), by)
    if missing is not None:
        return missing
    if "month" in by and not of.since:
        raise CxError(worded("by", f"{per} have no month of their own:", "month", do="Use orders or new_customers for a trend."))
    base = base_of(units, of, features, period)
    cluster = next(name for name in (options.get("cluster"), "customer_id", of.key) if name and name in base)
    log = linked(contacts, base, of, by, cluster, direction, period)
    base = named(base, by).assign(cluster=levels(base[cluster]).fillna("unit " + levels(base[of.key])), weight=0.0, handle_s=0.0)
    known = log[log["link"].notna()] if features else log
    both = pd.concat([base, known.assign(exposure=0.0)], ignore_index=True).assign(hours=lambda rows: rows["handle_s"] / 3600)
    rated = clustered(options, weight=None)
    gross = estimates.rate(both, "weight", "exposure", per=100, by=by, metric="contacts_gross", unit=unit, **rated)
    parts = [behind(gross, known, by), *_net(base, log, of, by, unit, rated)]
    if known["handle_s"].sum() > 0:
        time = estimates.rate(both, "hours", "exposure", per=100, by=by, metric="handle_time", unit=f"h {unit}", **rated)
        counted_out = time["method"].str.startswith("Poisson")  # an interval for counts says nothing about hours
        time.loc[counted_out, ["low", "high"]] = float("nan")
        time.loc[counted_out, ["method", "note"]] = "log, linearised", "n < 2"
        parts.append(behind(time, known, by))
    if not by and log["link"].notna().any():
        flagged = log.assign(flag=log["link"].notna().astype("float64"))
        tied = estimates.share(flagged, "flag", metric="linked_share", **clustered(options))
        parts.append(behind(tied, log, []))
    return estimates.stack(*parts)


def by_group(
    contacts: IntoFrame,
    units: IntoFrame,
    *,
    by: Sequence[str],
    per: Literal["customers", "persons"] = "customers",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts per 100 customers (or persons) of each group: who gets in touch noticeably often or rarely.

    Parameters and columns as in :func:`contacts_per`; `by` names features of the customers or persons. Each group's exposure is its
    customers, also those who never got in touch, so that a large group is not taken for a talkative one.

    Parameters
    ----------
    contacts : table
        The contact log, one row a contact: a pandas frame, a DuckDB relation or a PySpark frame.
    units : DataFrame
        Customers, persons or accounts, one row each.
    direction : str or None
        Which contacts count: "inbound" (with those whose direction is not known), "outbound", or None for all.
    period : tuple of two dates, optional
        The first and the last day that count; all days when left out.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> log = pd.DataFrame({"customer_id": ["a", "a", "c"], "weight": 1.0,
    ...     "local_date": pd.to_datetime(["2025-01-06", "2025-01-07", "2025-01-08"])})
    >>> people = pd.DataFrame({"customer_id": list("abcd"), "segment": ["new", "new", "old", "old"]})
    >>> found = by_group(log, people, by=["segment"])
    >>> found.loc[found["metric"].eq("contacts_gross"), ["segment", "value", "unit"]]
      segment  value               unit
    0     new  100.0  per 100 customers
    1     old   50.0  per 100 customers
    """
    if not by:
        raise CxError("by: name at least one feature of the customers, for instance by=['segment']; without one, use contacts_per().")
    return contacts_per(contacts, units, per=per, by=by, direction=direction, period=period, **options)


def base_of(units: IntoFrame, of: Unit, features: Sequence[str], period: Span | None) -> pd.DataFrame:
    """The denominator: one row a unit of the period, with its exposure, its month and its features."""
    have = nw.from_native(units).lazy().columns
    extra = [name for name in ("customer_id", "account_id", "start_date", "churn_date") if name in have]
    base = picked(units, [of.key, *([of.since] if of.since else []), *features, *extra]).assign(exposure=1.0)
    if of.since:
        day = local_day(base[of.since])
        inside = day.notna() if period is None else day.between(pd.Timestamp(period[0]), pd.Timestamp(period[1]))
        return base[inside].assign(month=day[inside].dt.strftime("%Y-%m").astype("str"))
    if of.table == "customers" and period is not None:
        first, last = pd.Timestamp(period[0]), pd.Timestamp(period[1])
        start = base["start_date"].fillna(first).clip(lower=first) if "start_date" in base else first
        stop = base["churn_date"].fillna(last).clip(upper=last) if "churn_date" in base else last
        length = pd.Series(stop - start, index=base.index).dt.days + 1
        base = base.assign(exposure=length.clip(lower=0) / ((last - first).days + 1))
    return base[base["exposure"] > 0]


def linked(
    contacts: IntoFrame, base: pd.DataFrame, of: Unit, by: Sequence[str], cluster: str, direction: str | None, period: Span | None
) -> pd.DataFrame:
    """The numerator: contacts by unit, month and cluster; ``link`` is the unit of the period that a contact names, missing where none."""
    have = nw.from_native(contacts).lazy().columns
    link = of.link if of.link in have else None
    keys = [*([link] if link else []), *(["local_date"] if "month" in by else [])]
    seconds = {"handle_s": nw.col("handle_s") if "handle_s" in have else nw.lit(0.0)}
    log = counted(contacts, keys, cluster=cluster, direction=direction, period=period, columns=seconds, sums=["handle_s"])
    if "month" in by:
        log["month"] = log["local_date"].dt.strftime("%Y-%m").astype("str")
    features = base.drop_duplicates(of.key).set_index(of.key)
    log["link"] = log[link].where(log[link].isin(features.index)) if link else pd.Series(pd.NA, index=log.index, dtype="str")
    for name in by:
        if name != "month":
            log[name] = levels(log["link"].map(features[name])).fillna(UNKNOWN)
    return log


def _net(base: pd.DataFrame, log: pd.DataFrame, of: Unit, by: Sequence[str], unit: str, options: Sampling) -> list[pd.DataFrame]:
    """Units with at least one contact; nothing where a contact cannot name such a unit."""
    if not of.link:
        return []
    if log["link"].isna().all():
        return [estimates.unanswerable("contacts_net", unit, [f"contacts.{of.link}"], by=by)]
    touched = base.assign(flag=base[of.key].isin(log["link"]).astype("float64"))
    return [_hundredfold(estimates.share(touched, "flag", by=by, metric="contacts_net", unit=unit, **options))]


def _hundredfold(figures: pd.DataFrame) -> pd.DataFrame:
    """Return shares or ratios per 100."""
    drawn = {"draws": figures["draws"].map(lambda values: values * 100)} if "draws" in figures else {}
    return figures.assign(**{name: figures[name] * 100 for name in ("value", "low", "high")}, **drawn)


def local_day(moments: pd.Series) -> pd.Series:
    """The calendar day of times in the client's own zone, or of days."""
    return moments.dt.tz_localize(None).dt.normalize().dt.as_unit("us")
