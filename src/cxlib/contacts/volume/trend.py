"""Whether customers get in touch more often than they did, and what that takes: by month, by year, and what to expect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import Span, behind, clustered, counted, lacking, levels, picked, wanting
from cxlib.errors import CxError
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["trend"]

YEAR = 12  # months


def trend(
    contacts: IntoFrame,
    customers: IntoFrame,
    *,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts and hours of work per 100 customers and month, the change from one year to the next, and the months to come.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`contacts_per`; `period` has to be given where the log does not fill its first and last month.
    customers : pandas, DuckDB or PySpark frame
        With ``customer_id``; ``start_date`` and ``churn_date`` say in which months somebody was one.

    Returns
    -------
    DataFrame
        ESTIMATES by ``month``: ``contacts_gross`` and ``handle_time`` per 100 customers of that month (whole months only; ``n`` counts
        contacts). Without a month: ``year_on_year`` and ``handle_year_on_year`` (``ratio``), the last months over the same months a year
        before, so that the season does not pass for a trend; "n < 13 months" where there are none. ``contacts_expected``
        for the next six months, only from two years on: "n < 24 months" otherwise.

    Raises
    ------
    CxError
        When no whole month lies in the period.

    Notes
    -----
    Year on year: Σ contacts over Σ customer-months, later over earlier; log-linearised interval with customers (days where not known) as
    clusters, who are on both sides. Expected: the same month of the year before, times the geometric mean of the last year's monthly
    ratios; interval exp(± t·s·√(1 + 1/12)), s the spread of their logs.

    >>> log = pd.DataFrame({"customer_id": "a", "local_date": pd.date_range("2024-01-01", "2025-02-28"), "weight": 1.0})
    >>> people = pd.DataFrame({"customer_id": list("ab"), "start_date": pd.Timestamp("2023-01-01"), "churn_date": pd.NaT})
    >>> told = trend(log, people)
    >>> told[["month", "metric", "value", "note"]].iloc[[0, 1, 13, 14, 15]].round(2)
          month          metric    value                     note
    0   2024-01  contacts_gross  1550.00
    1   2024-02  contacts_gross  1450.00
    13  2025-02  contacts_gross  1400.00
    14      NaN    year_on_year     0.98
    15      NaN     handle_time      NaN  needs contacts.handle_s
    """
    needs = lacking(contacts, ["local_date"]) + lacking(customers, ["customer_id"], "customers")
    missing = wanting("contacts_gross", "per 100 customers", needs, [], ["month"])
    if missing is not None:
        return missing
    cluster = options.get("cluster") or "customer_id"
    log = counted(contacts, ["local_date"], cluster=cluster, direction=direction, period=period)
    months = _months(period or (log["local_date"].min().date(), log["local_date"].max().date()))
    log["month"] = log["local_date"].dt.strftime("%Y-%m").astype("str")
    log = log[log["month"].isin(months)]
    spans = _watched(customers, months, cluster)
    seconds = _seconds(contacts, cluster, direction, period)
    parts, rated = [], clustered(options, weight=None)
    for metric, unit, seen in (("contacts_gross", "per 100 customers", log), ("handle_time", "h per 100 customers", seconds)):
        if seen is None:
            parts.append(estimates.unanswerable(metric, unit, ["contacts.handle_s"], by=["month"]))
            continue
        both = _both(seen[seen["month"].isin(months)], spans)
        monthly = estimates.rate(both, "events", "exposure", per=100, by=["month"], metric=metric, unit=unit, **rated)
        parts.append(behind(monthly, log, ["month"]))
        parts.append(_year_on_year(both, months, {"contacts_gross": "year_on_year", "handle_time": "handle_year_on_year"}[metric], options))
    return estimates.stack(*parts, _expected(parts[0], months, options))


def _months(period: Span) -> list[str]:
    """The whole months of a period."""
    first, last = (pd.Timestamp(day) for day in period)
    starts = pd.date_range(first, last, freq="MS")
    whole = [day.strftime("%Y-%m") for day in starts if day + pd.offsets.MonthEnd(0) <= last]
    if not whole:
        raise CxError(f"period: no whole month lies from {first:%Y-%m-%d} to {last:%Y-%m-%d}. A trend is told by whole months.")
    return whole


def _watched(customers: IntoFrame, months: Sequence[str], cluster: str) -> pd.DataFrame:
    """For each customer and month, the part of it in which they were one."""
    import narwhals as nw

    have = nw.from_native(customers).lazy().columns
    own = cluster if cluster in have else "customer_id"
    names = [name for name in ("start_date", "churn_date") if name in have]
    base = picked(customers, ["customer_id", own, *names])
    drawn = levels(base[own]).fillna("unit " + levels(base["customer_id"]))
    parts = []
    for month in months:
        first = pd.Timestamp(f"{month}-01")
        last = first + pd.offsets.MonthEnd(0)
        start = base["start_date"].fillna(first).clip(lower=first) if "start_date" in base else pd.Series(first, index=base.index)
        stop = base["churn_date"].fillna(last).clip(upper=last) if "churn_date" in base else pd.Series(last, index=base.index)
        days = ((stop - start).dt.days + 1).clip(lower=0)
        sums = (days / last.day).groupby(drawn).sum()
        parts.append(pd.DataFrame({"month": month, "cluster": sums.index, "exposure": sums.to_numpy(), "events": 0.0}))
    return pd.concat(parts, ignore_index=True)


def _seconds(contacts: IntoFrame, cluster: str, direction: str | None, period: Span | None) -> pd.DataFrame | None:
    """Hours of work by month and cluster; None where the log has none."""
    if lacking(contacts, ["handle_s"]):
        return None
    table = counted(contacts, ["local_date"], cluster=cluster, direction=direction, period=period, sums=["handle_s"])
    return table.assign(month=table["local_date"].dt.strftime("%Y-%m").astype("str"), weight=table["handle_s"] / 3600)


def _both(seen: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    events = seen.groupby(["month", "cluster"], as_index=False)["weight"].sum().rename(columns={"weight": "events"})
    return pd.concat([spans, events.assign(exposure=0.0)], ignore_index=True)


def _year_on_year(both: pd.DataFrame, months: Sequence[str], metric: str, options: Sampling) -> pd.DataFrame:
    """Rates of the last months over those of the same months a year before."""
    later = [month for month in months if f"{int(month[:4]) - 1}{month[4:]}" in months][-YEAR:]
    told = {"metric": metric, "unit": "ratio", "method": "log, linearised"}
    if not later:
        return rows(pd.DataFrame(index=[0]), told | {"note": "n < 13 months"})
    earlier = {f"{int(month[:4]) - 1}{month[4:]}" for month in later}
    side = np.where(both["month"].isin(later), 1, np.where(both["month"].isin(earlier), 0, -1))
    table = both[side >= 0].assign(side=side[side >= 0])
    codes, ids = pd.factorize(table["cluster"])
    sums = [table[table["side"] == each][["events", "exposure"]].sum() for each in (0, 1)]
    if min(sums[0]["events"], sums[1]["events"]) <= 0:
        return rows(pd.DataFrame(index=[0]), told | {"note": "no events"})
    rates = [each["events"] / each["exposure"] for each in sums]
    own = table["side"].to_numpy()
    residual = table["events"].to_numpy() - np.array(rates)[own] * table["exposure"].to_numpy()
    influence = np.bincount(codes, np.where(own == 1, 1, -1) * residual / np.array([each["events"] for each in sums])[own])
    squares, fourth = float((influence**2).sum()), float((influence**4).sum())
    steady = min(len(ids) - 1, 2 * squares**2 / max(fourth - squares**2 / len(ids), 1e-300))
    factor = float(np.exp(special.stdtrit(steady, (1 + options.get("level", 0.95)) / 2) * np.sqrt(squares * len(ids) / (len(ids) - 1))))
    value = rates[1] / rates[0]
    columns = told | {"value": value, "low": value / factor, "high": value * factor, "n": int(table["side"].size), "n_eff": len(ids)}
    if options.get("draws"):
        weights = estimates.draw_weights(np.asarray(ids, dtype=object), draws=options["draws"], seed=options.get("seed", 1))
        parts = [
            [table.loc[own == each, name].to_numpy() @ weights[codes[own == each]] for name in ("events", "exposure")] for each in (0, 1)
        ]
        columns["draws"] = [(parts[1][0] / parts[1][1]) / (parts[0][0] / parts[0][1])]
    return rows(pd.DataFrame(index=[0]), columns | {"n": len(ids)})


def _expected(monthly: pd.DataFrame, months: Sequence[str], options: Sampling) -> pd.DataFrame:
    """What the next six months bring if the last year's change goes on; only where there is a year before to compare with."""
    told = {"metric": "contacts_expected", "unit": "per 100 customers", "method": "year before, times change"}
    if len(months) < 2 * YEAR:
        return rows(pd.DataFrame(index=[0]), told | {"note": "n < 24 months"})
    known = monthly.set_index("month")["value"]
    before = [f"{int(month[:4]) - 1}{month[4:]}" for month in months[-YEAR:]]
    logs = np.log(known.reindex(months[-YEAR:]).to_numpy() / known.reindex(before).to_numpy())
    last = pd.Timestamp(f"{months[-1]}-01")
    coming = [(last + pd.DateOffset(months=ahead)).strftime("%Y-%m") for ahead in range(1, 7)]
    base = known.reindex([f"{int(month[:4]) - 1}{month[4:]}" for month in coming]).to_numpy() * np.exp(logs.mean())
    reach = special.stdtrit(YEAR - 1, (1 + options.get("level", 0.95)) / 2) * logs.std(ddof=1) * np.sqrt(1 + 1 / YEAR)
    columns = told | {"value": base, "low": base / np.exp(reach), "high": base * np.exp(reach), "n": YEAR, "n_eff": YEAR}
    return rows(pd.DataFrame({"month": coming}), columns)
