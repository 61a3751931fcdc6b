"""How much contact there is: when, by which way, at which point, from whom, and on how many orders or customers.

A contact log is a complete record, yet next year's Mondays will not be this year's: intervals tell how far a figure would move if the
same days, or the same customers, came once more. Rates by time take the day as the unit; shares and rates by customer take the customer,
and the day where the customer is not known. Every function returns ESTIMATES in which ``n`` counts contacts, unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Unpack

import narwhals as nw
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, counts, lacking, levels, named, picked, wanting
from cxlib.errors import CxError, worded
from cxlib.estimates import UNKNOWN, Sampling

__all__ = ["by_channel", "by_day", "by_group", "by_hour", "by_touchpoint", "contacts_per", "known", "life_cycle", "logged", "tallied"]

HOURS = 24


@dataclass(frozen=True)
class _Unit:
    """What contacts are counted on: its table, its id, when it arose, and the contact's column that names it."""

    table: str
    key: str
    since: str | None = None
    link: str | None = None


UNITS = {
    "orders": _Unit("orders", "order_id", "order_ts", "order_id"),
    "customers": _Unit("customers", "customer_id", None, "customer_id"),
    "new_customers": _Unit("customers", "customer_id", "start_date", "customer_id"),
    "persons": _Unit("persons", "person_id", None, "person_id"),
    "invoices": _Unit("invoices", "invoice_id", "issued_ts"),
    "quotes": _Unit("quotes", "quote_id", "requested_ts"),
    "leads": _Unit("leads", "lead_id", "created_ts"),
}


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


def by_hour(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts an hour, for each hour of each weekday.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log, with the calendar columns that intake adds; leave tally weeks out with :func:`logged`.
    by : sequence of str
        Further group columns, put before ``local_weekday`` (1 Monday … 7 Sunday) and ``local_hour`` (0 … 23).
    direction : {"inbound", "outbound"} or None
        Contacts of the other direction are left out; those whose direction is not known are kept.
    period : (first day, last day), optional
        The days the log covers, both included; every one of them counts as exposure, also those without a contact. Left out: from the
        log's first day to its last.
    **options
        ``level``, ``draws`` and ``seed`` of :class:`cxlib.estimates.Sampling`; the unit drawn is the day.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``contacts_per_hour``, unit ``per hour``, one row for each of the 168 hours of a week and group, hours
        without a contact included. A log without times keeps one row: "needs contacts.contact_ts" (no times at all) or
        "needs contacts.local_hour" (days only: all contacts at midnight count as that). Contacts whose hour is not known are left out.

    Notes
    -----
    Σw of the hour's contacts over the number of days of that weekday in the period; interval as :func:`cxlib.estimates.rate`, with days
    as units. Days outside a tally week count as days without such contacts, which keeps the value right and makes the span wide.

    >>> log = pd.DataFrame({"contact_ts": pd.to_datetime(["2025-01-06 09:05", "2025-01-06 09:50", "2025-01-13 09:10"], utc=True),
    ...     "local_date": pd.to_datetime(["2025-01-06", "2025-01-06", "2025-01-13"]), "local_hour": 9, "weight": 1.0})
    >>> estimates.highest(by_hour(log))[["local_weekday", "local_hour", "value", "n"]]
      local_weekday local_hour  value  n
    9             1          9    1.5  3
    """
    needs, features = lacking(contacts, ["local_date", "local_hour"]), lacking(contacts, by)
    groups, table = [*by, "local_weekday", "local_hour"], pd.DataFrame()
    if not needs and not features:
        table = counted(contacts, [*by, "local_date", "local_hour"], cluster="", direction=direction, period=period)
        table = table[table["local_hour"].notna()]
        if len(table) and (table["local_hour"] == 0).all():
            needs = ["contacts.local_hour"]
    missing = wanting("contacts_per_hour", "per hour", needs, features, groups)
    if missing is not None:
        return missing
    days = _days(table, period)
    grid = days.merge(pd.DataFrame({"local_hour": range(HOURS)}), how="cross")
    table = table.astype({"local_hour": "int64"})
    result = _per_day(table, grid, by, ["local_weekday", "local_hour"], "contacts_per_hour", "per hour", options)
    place = result[["local_weekday", "local_hour"]].astype(int)
    order = place.assign(**{name: result[name] for name in by}).sort_values([*by, "local_weekday", "local_hour"]).index
    return result.loc[order].reset_index(drop=True)


def by_day(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    calendar: Literal["", "local_weekday", "month"] = "",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts a day: over the whole period, by weekday or by month.

    Parameters as in :func:`by_hour`; `calendar` adds ``local_weekday`` or ``month`` ("2025-01") as the last group column. Metric
    ``contacts_per_day``, unit ``per day``; days without a contact count.

    >>> log = pd.DataFrame({"local_date": pd.to_datetime(["2025-01-06", "2025-01-06", "2025-01-09"]), "weight": 1.0})
    >>> float(by_day(log)["value"].item())
    0.75
    """
    groups = [*by, *([calendar] if calendar else [])]
    missing = wanting("contacts_per_day", "per day", lacking(contacts, ["local_date"]), lacking(contacts, by), groups)
    if missing is not None:
        return missing
    table = counted(contacts, [*by, "local_date"], cluster="", direction=direction, period=period)
    return _per_day(table, _days(table, period), by, groups[len(by) :], "contacts_per_day", "per day", options)


def by_channel(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    route: str = "channel",
    min_n: int | None = None,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts split between channels, or between the levels of another column such as ``source`` or ``received_by``.

    Parameters
    ----------
    contacts, direction, period
        As in :func:`by_hour`.
    by : sequence of str
        Group columns; shares add up to one within each group.
    route : str
        The column that is split.
    min_n : int, optional
        Levels of `route` with fewer contacts are pooled as "other" first.
    **options
        See :class:`cxlib.estimates.Sampling`. ``cluster`` is the column whose contacts belong together, ``customer_id`` when left out;
        contacts in which it is missing belong together by day.

    Returns
    -------
    DataFrame
        ESTIMATES with `route` as last group column. ``contacts``, unit ``count``: how many, without an interval, and a row over all levels.
        ``contact_share``, unit ``share``: Wilson interval on the clustered effective size; ``n`` counts all contacts of the group.

    >>> log = pd.DataFrame({"channel": ["phone", "phone", "email", "phone"], "customer_id": list("abca"), "weight": 1.0,
    ...     "local_date": pd.to_datetime(["2025-01-06"] * 4)})
    >>> by_channel(log)[["channel", "metric", "value", "n"]]
      channel         metric  value  n
    0   email       contacts   1.00  1
    1   phone       contacts   3.00  3
    2   email  contact_share   0.25  4
    3   phone  contact_share   0.75  4
    """
    needs, features = lacking(contacts, ["local_date"]), lacking(contacts, [route, *by])
    missing = wanting("contact_share", "share", needs, features, [*by, route])
    if missing is not None:
        return missing
    table = counted(contacts, [*by, route], cluster=options.get("cluster") or "customer_id", direction=direction, period=period)
    return _split(named(table, [*by, route]), by, route, min_n, options)


def by_touchpoint(
    contacts: IntoFrame,
    touchpoints: IntoFrame | None = None,
    *,
    by: Sequence[str] = (),
    route: str = "touchpoint_id",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts split between touchpoints, or between a feature of touchpoints such as ``mode`` (online, offline) or ``phase``.

    Parameters and columns as in :func:`by_channel`; `touchpoints` is needed for any `route` but ``touchpoint_id``. Contacts at no known
    touchpoint are a level of their own.
    """
    needs, features = lacking(contacts, ["local_date"]), lacking(contacts, ["touchpoint_id", *by])
    if route != "touchpoint_id":
        features += [f"touchpoints.{route}"] if touchpoints is None else lacking(touchpoints, [route], "touchpoints")
    missing = wanting("contact_share", "share", needs, features, [*by, route])
    if missing is not None:
        return missing
    cluster = options.get("cluster") or "customer_id"
    table = counted(contacts, [*by, "touchpoint_id"], cluster=cluster, direction=direction, period=period)
    if touchpoints is not None and route != "touchpoint_id":
        known = picked(touchpoints, ["touchpoint_id", route])
        table = table.merge(known, on="touchpoint_id", how="left", validate="many_to_one")
    return _split(named(table, [*by, route]), by, route, None, options)


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
    base = _base(units, of, features, period)
    cluster = next(name for name in (options.get("cluster"), "customer_id", of.key) if name and name in base)
    log = _linked(contacts, base, of, by, cluster, direction, period)
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
        linked = estimates.share(flagged, "flag", metric="linked_share", **clustered(options))
        parts.append(behind(linked, log, []))
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
    """
    if not by:
        raise CxError("by: name at least one feature of the customers, for instance by=['segment']; without one, use contacts_per().")
    return contacts_per(contacts, units, per=per, by=by, direction=direction, period=period, **options)


def life_cycle(
    contacts: IntoFrame,
    orders: IntoFrame,
    *,
    days: int = 30,
    spans: int = 12,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How contacts and further orders develop after a customer's first order.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`by_channel`; the period is that of both tables.
    orders : pandas, DuckDB or PySpark frame
        A customer's first order in it starts the clock; orders from before the table began are not known.
    days, spans : int
        Length of a span in days, and how many are looked at.

    Returns
    -------
    DataFrame
        ESTIMATES by ``span_after_order`` ("1" for the first `days` days): ``contacts_gross`` and ``orders_after_first``, unit
        ``per 100 customers``. Each span counts the days that customers could be watched in it; ``n`` counts customers.
    """
    needs = lacking(orders, ["order_ts", "customer_id"], "orders") + lacking(contacts, ["local_date", "customer_id"])
    groups = ["span_after_order"]
    if needs:
        return estimates.unanswerable("contacts_gross", "per 100 customers", needs, by=groups)
    placed = picked(orders, ["customer_id", "order_ts"]).dropna()
    placed = placed.assign(day=_local_day(placed["order_ts"]), weight=1.0)
    log = counted(contacts, ["customer_id", "local_date"], cluster="", direction=direction, period=period)
    log = log.dropna(subset="customer_id").rename(columns={"local_date": "day"})
    first = placed.groupby("customer_id")["day"].min()
    end = pd.Timestamp(period[1]) if period else max(placed["day"].max(), log["day"].max())
    watched = ((end - first).dt.days + 1).clip(lower=0)
    grid = watched.rename("watched").reset_index().merge(pd.DataFrame({"span": range(1, spans + 1)}), how="cross")
    grid["exposure"] = ((grid["watched"] - (grid["span"] - 1) * days).clip(0, days)) / days
    grid = grid[grid["exposure"] > 0]
    later = placed.sort_values("day", kind="stable")
    later = later[later.duplicated("customer_id")]
    parts = []
    for metric, seen in (("contacts_gross", log), ("orders_after_first", later)):
        age = (seen["day"] - seen["customer_id"].map(first)).dt.days
        events = seen[age >= 0].assign(span=(age[age >= 0] // days + 1).astype("int64"))
        sums = events.groupby(["customer_id", "span"])["weight"].sum().rename("events").reset_index()
        table = grid.merge(sums, on=["customer_id", "span"], how="left").fillna({"events": 0.0})
        table = table.assign(span_after_order=table["span"].astype("str"))
        rated: Sampling = {**options, "weight": None, "cluster": "customer_id"}
        rate = estimates.rate(table, "events", "exposure", per=100, by=groups, metric=metric, unit="per 100 customers", **rated)
        parts.append(rate.sort_values("span_after_order", key=lambda level: level.astype(int)))
    return estimates.stack(*parts)


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


def _days(table: pd.DataFrame, period: Span | None) -> pd.DataFrame:
    """One row a day of the period, with its weekday and month and the day as the unit that intervals rest on."""
    first, last = period or (table["local_date"].min(), table["local_date"].max())
    days = pd.DataFrame({"local_date": pd.date_range(first, last, freq="D").as_unit("us")})
    date = days["local_date"].dt
    names = {"month": date.strftime("%Y-%m"), "cluster": "day " + date.strftime("%Y-%m-%d")}
    return days.assign(local_weekday=date.day_of_week + 1, **{name: text.astype("str") for name, text in names.items()})


def _per_day(
    table: pd.DataFrame, grid: pd.DataFrame, by: Sequence[str], calendar: list[str], metric: str, unit: str, options: Sampling
) -> pd.DataFrame:
    """Contacts for each row of `grid` (days, or hours of days), by group and calendar column; rows without a contact count as none."""
    table = named(table, by)
    keys = [name for name in ("local_date", "local_hour") if name in grid]
    everywhere = table[list(by)].drop_duplicates().merge(grid, how="cross") if by else grid
    full = everywhere.merge(table[[*by, *keys, "n", "weight", "squares"]], on=[*by, *keys], how="left")
    full = named(full.fillna({"n": 0, "weight": 0.0, "squares": 0.0}).assign(exposure=1.0), calendar)
    groups, rated = [*by, *calendar], clustered(options, weight=None)
    result = estimates.rate(full, "weight", "exposure", by=groups, metric=metric, unit=unit, **rated)
    return behind(result, full, groups)


def _split(table: pd.DataFrame, by: Sequence[str], route: str, min_n: int | None, options: Sampling) -> pd.DataFrame:
    """Contacts and their shares by the levels of `route`, within each group of `by`."""
    if table.empty:
        return counts(table, [*by, route], "contacts")
    table = table.assign(**{route: _pooled(table, route, min_n)}) if min_n else table
    parts = [counts(table, [*by, route], "contacts")]
    weights = table.pivot_table(index=[*by, "cluster"], columns=route, values="weight", aggfunc="sum", fill_value=0.0)
    total = weights.sum(axis=1)
    for level in weights.columns:
        pair = pd.concat([weights[level], total - weights[level]], keys=[1.0, 0.0], names=["flag"]).rename("weight").reset_index()
        share = estimates.share(pair, "flag", by=by, metric="contact_share", **clustered(options))
        share.insert(len(by), route, pd.Series(level, index=share.index, dtype="str"))
        parts.append(behind(share, table, by))
    return estimates.stack(*parts)


def _pooled(table: pd.DataFrame, route: str, min_n: int) -> pd.Series:
    """Levels of `route`, the thinnest of them pooled; beyond some size it does not matter how large a level is."""
    sizes = table.groupby(route)["n"].sum().clip(upper=50 * min_n)
    one_each = pd.Series(sizes.index.repeat(sizes))
    return table[route].map(dict(zip(one_each, estimates.coarsen(one_each, min_n=min_n), strict=True))).astype("str")


def _base(units: IntoFrame, of: _Unit, features: Sequence[str], period: Span | None) -> pd.DataFrame:
    """The denominator: one row a unit of the period, with its exposure, its month and its features."""
    have = nw.from_native(units).lazy().collect_schema().names()
    extra = [name for name in ("customer_id", "account_id", "start_date", "churn_date") if name in have]
    base = picked(units, [of.key, *([of.since] if of.since else []), *features, *extra]).assign(exposure=1.0)
    if of.since:
        day = _local_day(base[of.since])
        inside = day.notna() if period is None else day.between(pd.Timestamp(period[0]), pd.Timestamp(period[1]))
        return base[inside].assign(month=day[inside].dt.strftime("%Y-%m").astype("str"))
    if of.table == "customers" and period is not None:
        first, last = pd.Timestamp(period[0]), pd.Timestamp(period[1])
        start = base["start_date"].fillna(first).clip(lower=first) if "start_date" in base else first
        stop = base["churn_date"].fillna(last).clip(upper=last) if "churn_date" in base else last
        length = pd.Series(stop - start, index=base.index).dt.days + 1
        base = base.assign(exposure=length.clip(lower=0) / ((last - first).days + 1))
    return base[base["exposure"] > 0]


def _linked(
    contacts: IntoFrame, base: pd.DataFrame, of: _Unit, by: Sequence[str], cluster: str, direction: str | None, period: Span | None
) -> pd.DataFrame:
    """The numerator: contacts by unit, month and cluster; ``link`` is the unit of the period that a contact names, missing where none."""
    have = nw.from_native(contacts).lazy().collect_schema().names()
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


def _net(base: pd.DataFrame, log: pd.DataFrame, of: _Unit, by: Sequence[str], unit: str, options: Sampling) -> list[pd.DataFrame]:
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


def _local_day(moments: pd.Series) -> pd.Series:
    """The calendar day of times in the client's own zone, or of days."""
    return moments.dt.tz_localize(None).dt.normalize().dt.as_unit("us")
