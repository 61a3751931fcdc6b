"""Which swings are real, and which are within the usual range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, counted, lacking, levels
from cxlib.decisions.monitoring._charts import FEWEST, Chart, charted
from cxlib.errors import CxError, worded
from cxlib.estimates import UNKNOWN, Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import local_day, rated, scale_unit, scales

__all__ = ["STEPS", "contact_limits", "control_limits", "rating_limits"]

STEPS = ("week", "day")
WEEK = 7
PER_DAY = "per working day"


def control_limits(
    contacts: IntoFrame,
    responses: pd.DataFrame | None = None,
    *,
    by: Sequence[str] = (),
    shares: Mapping[str, str] | None = None,
    items: Sequence[str] = (),
    step: Literal["week", "day"] = "week",
    free_days: Sequence[date] = (),
    workdays: Sequence[int] = (1, 2, 3, 4, 5),
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts, shares and ratings over time with the limits of their usual swings, and the points beyond them.

    Parameters
    ----------
    contacts, direction, period
        As in :func:`contact_limits`.
    responses : DataFrame, optional
    by, shares, step, free_days, workdays
        As in :func:`contact_limits`.
    items : sequence of str
        Questions whose ratings are followed week by week: those put after a contact.
    **options
        See :class:`cxlib.estimates.Sampling`; only ``level`` is used: limits are no estimate of a figure.

    Returns
    -------
    DataFrame
        What :func:`contact_limits` and :func:`rating_limits` return, one under the other.

    >>> log = pd.DataFrame({"contact_id": range(240), "local_date": pd.date_range("2025-01-06", periods=120).repeat(2), "weight": 1.0})
    >>> told = control_limits(log.assign(local_weekday=log["local_date"].dt.day_of_week + 1))
    >>> told.loc[told["metric"].eq("swings"), ["value", "method"]].values.tolist()
    [[0.0, 'u chart']]
    """
    level = options.get("level", 0.95)
    working: dict[str, Any] = {"free_days": free_days, "workdays": workdays, "direction": direction, "period": period}
    parts = [contact_limits(contacts, by=by, shares=shares, step=step, level=level, **working)]
    if responses is not None and items:
        parts.append(rating_limits(responses, items=items, level=level))
    found = estimates.stack(*parts)
    lost = [name for name in (*by, "series", "day", "curve") if name not in found]  # nothing is split by them for this client
    nothing = {name: pd.Series(None, index=found.index, dtype="str") for name in lost}
    return found.assign(**nothing)[[*lost, *found.columns]]


def contact_limits(
    contacts: IntoFrame,
    *,
    by: Sequence[str] = (),
    shares: Mapping[str, str] | None = None,
    step: Literal["week", "day"] = "week",
    free_days: Sequence[date] = (),
    workdays: Sequence[int] = (1, 2, 3, 4, 5),
    direction: str | None = "inbound",
    period: Span | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Contacts per working day (u chart) and shares of contacts (p chart) with the limits of their usual swings.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The contact log with the calendar columns that intake adds.
    by : sequence of str
        Columns of contacts, each of which splits the number of contacts: channel, reason_id …; of these only what stands out is told.
    shares : mapping of str to str, optional
        Name of a figure → flag column of contacts whose share is followed: abandoned, reached.
    step : {"week", "day"}
        Weeks from Monday (whole ones only; their exposure is the number of working days), or working days, whose usual level is their
        weekday's.
    free_days : sequence of date
        Days on which the house is closed; contacts on them (and on no working day) are left out of days, and count in their week.
    workdays : sequence of int
        ISO weekdays on which the house works.
    direction : {"inbound", "outbound"} or None
    period : (first day, last day), optional
        Local days; the log's own when left out.
    level : float
        Chance that a series in which nothing happens raises no alarm.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`, ``series`` and ``day`` (the step's first day): ``contacts_per_day`` and ``share_over_time``, each twice:
        ``curve`` "seen" has the figure (``n`` counts contacts of the step), "usual" the centre with the limits as low and high (``n``: of
        all steps). Without a day: ``swings`` (``count`` of points beyond the limits, runs counted once) and
        ``overdispersion`` (``factor``: 1 where points swing by chance alone). Every point beyond the limits, and the first of every run,
        once more as ``swing`` (``share`` by which it departs from the usual), with the note "above", "below", "run_above" or "run_below".
        Series of fewer than twelve points have no limits and the note "n < 12".

    Raises
    ------
    CxError
        For a `step` that is neither.

    Notes
    -----
    See :func:`cxlib.decisions.monitoring._charts.charted`. Montgomery 2019, ch. 6–7; Laney 2002.

    >>> log = pd.DataFrame({"contact_id": range(240), "local_date": pd.date_range("2025-01-06", periods=120).repeat(2), "weight": 1.0})
    >>> burst = pd.concat([log, log.head(30).assign(local_date=pd.Timestamp("2025-03-12"))])
    >>> told = contact_limits(burst)
    >>> told.loc[told["metric"].isin(["swing", "swings"]), ["day", "metric", "value", "note"]].round(2)
               day  metric  value   note
    34         NaN  swings   1.00
    36  2025-03-10   swing   1.79  above
    """
    if step not in STEPS:
        raise CxError(worded("step", "is neither of the two:", step, STEPS, label="Steps"))
    needs = lacking(contacts, ["local_date"])
    if needs:
        return estimates.unanswerable("contacts_per_day", PER_DAY, needs, by=["series"])
    span = period or _span(contacts)
    days = _days(span, step, free_days, workdays)
    parts = []
    for name in (None, *by):
        if name and lacking(contacts, [name]):
            parts.append(estimates.unanswerable("contacts_per_day", PER_DAY, [f"contacts.{name}"], by=[name]).assign(**{name: UNKNOWN}))
            continue
        log = counted(contacts, ["local_date", *([name] if name else [])], cluster="", direction=direction, period=span)
        for level_of, own in [(None, log)] if name is None else log.dropna(subset=[name]).groupby(levels(log[name]), sort=True):
            head = {} if name is None else {name: str(level_of)}
            table = days.assign(top=days["local_date"].map(own.groupby("local_date")["weight"].sum()).fillna(0.0))
            found = _followed(_stepped(table, step), "contacts_per_day", PER_DAY, "u", head, level)
            parts.append(found if name is None else found[found["metric"].ne("contacts_per_day")])  # of groups, what stands out alone
    for series, column in (shares or {}).items():
        parts.append(_of_share(contacts, series, column, days, step, direction, span, level))
    return estimates.stack(*parts)


def rating_limits(responses: pd.DataFrame, *, items: Sequence[str], level: float = 0.95) -> pd.DataFrame:
    """Mean ratings week by week (XmR chart) with the limits of their usual swings; columns as in :func:`contact_limits`.

    ``rating_over_time`` has the item's scale as unit; weeks without an answer are left out; ``series`` is the question.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    items : sequence of str
        Item ids.
    level : float
        Of the intervals or limits, 0 to 1.

    >>> answers = pd.DataFrame({"respondent_id": range(28), "item_id": "sat", "item_type": "csat", "state": "answered", "weight": 1.0,
    ...     "survey_ts": pd.date_range("2025-01-06", periods=28, freq="84h", tz="UTC"), "value": [4.0, 5.0] * 13 + [1.0, 1.0],
    ...     "scale_low": 1.0, "scale_high": 5.0})
    >>> told = rating_limits(answers, items=["sat"])
    >>> told.loc[told["metric"].eq("swing"), ["day", "value", "note"]].round(2)
               day  value   note
    30  2025-04-07  -0.76  below
    """
    parts = []
    answers = rated(responses, tuple(responses["item_type"].unique())) if len(responses) else responses
    for item in items:
        own = answers[answers["item_id"].eq(item)] if len(answers) else answers
        if own.empty:
            parts.append(estimates.unanswerable("rating_over_time", "", [f"responses.{item}"], by=["series"]).assign(series=item))
            continue
        ends = scales(own)
        day = local_day(own["survey_ts"])
        week = day - pd.to_timedelta(day.dt.day_of_week, unit="D")
        table = own.groupby(week)["value"].agg(["mean", "size"]).rename_axis("day").reset_index()
        table = table.rename(columns={"mean": "top", "size": "bottom"}).assign(n=lambda rows: rows["bottom"], usual=1.0)
        unit = scale_unit(float(ends["low"].iloc[0]), float(ends["high"].iloc[0]))
        parts.append(
            _followed(table.assign(bottom=table["bottom"].astype("float64")), "rating_over_time", unit, "x", {"series": item}, level)
        )
    return estimates.stack(*parts)


def _span(contacts: IntoFrame) -> Span:
    ends = nw.from_native(contacts).lazy().select(first=nw.col("local_date").min(), last=nw.col("local_date").max()).collect().rows()[0]
    first, last = (at.date() if isinstance(at, datetime) else at for at in ends)
    return first, last


def _days(span: Span, step: str, free_days: Sequence[date], workdays: Sequence[int]) -> pd.DataFrame:
    """Every day of the steps that lie within the period as a whole, and whether the house works on it."""
    first, last = (pd.Timestamp(at) for at in span)
    if step == "week":
        first, last = first + pd.Timedelta(days=-first.day_of_week % WEEK), last - pd.Timedelta(days=(last.day_of_week + 1) % WEEK)
    days = pd.date_range(first, last, unit="us")
    weekday = days.day_of_week + 1
    works = weekday.isin(list(workdays)) & ~days.isin(pd.DatetimeIndex([pd.Timestamp(day) for day in free_days]))
    return pd.DataFrame({"local_date": days, "weekday": weekday, "works": works})


def _stepped(table: pd.DataFrame, step: str) -> pd.DataFrame:
    """Sum days to steps; a day's usual level is the mean of its weekday."""
    if step == "day":
        own = table[table["works"]]
        if "bottom" in own:
            return own.assign(day=own["local_date"], usual=1.0, n=own["bottom"])
        factor = own.groupby("weekday")["top"].transform("mean") / max(float(own["top"].mean()), 1e-12)
        return own.assign(day=own["local_date"], bottom=1.0, usual=factor, n=own["top"])
    monday = table["local_date"] - pd.to_timedelta(table["weekday"] - 1, unit="D")
    by = table.assign(day=monday, exposure=table["bottom"] if "bottom" in table else table["works"].astype("float64"))
    sums = by.groupby("day", as_index=False)[["top", "exposure"]].sum()
    return sums.rename(columns={"exposure": "bottom"}).assign(usual=1.0, n=sums["top"])


def _of_share(
    contacts: IntoFrame, series: str, column: str, days: pd.DataFrame, step: str, direction: str | None, span: Span, level: float
) -> pd.DataFrame:
    if lacking(contacts, [column]):
        return estimates.unanswerable("share_over_time", "share", [f"contacts.{column}"], by=["series"]).assign(series=series)
    log = counted(contacts, ["local_date", column], cluster="", direction=direction, period=span).dropna(subset=[column])
    both = {"bottom": log, "top": log[log[column].astype("boolean").fillna(False)]}
    sums = {name: days["local_date"].map(part.groupby("local_date")["n"].sum()).fillna(0.0) for name, part in both.items()}
    table = _stepped(days.assign(**sums), step)
    return _followed(table.assign(n=table["bottom"]), "share_over_time", "share", "p", {"series": series}, level)


def _followed(
    table: pd.DataFrame, metric: str, unit: str, kind: Literal["u", "p", "x"], head: Mapping[str, str], level: float
) -> pd.DataFrame:
    """The rows of one series: its points, the usual range, and what lies beyond it."""
    table = table[table["bottom"] > 0].sort_values("day", ignore_index=True)
    usual = table["usual"].to_numpy(dtype="float64")
    tops, bottoms = table["top"].to_numpy(dtype="float64"), table["bottom"].to_numpy(dtype="float64")
    found = charted(tops, bottoms, kind=kind, level=level, usual=usual)
    groups = pd.DataFrame({**dict.fromkeys(head), "day": table["day"].dt.strftime("%Y-%m-%d")}).assign(**head)
    n = table["n"].round().astype("int64").to_numpy()
    value = tops / bottoms if kind != "x" else tops
    seen = rows(groups.assign(curve="seen"), {"metric": metric, "value": value, "unit": unit, "n": n, "method": "count"})
    alone = pd.DataFrame({name: pd.Series([level_of], dtype="str") for name, level_of in head.items()}, index=[0])
    if found is None:
        few = {"metric": "swings", "unit": "count", "note": f"n < {FEWEST}"}
        return estimates.stack(seen, rows(alone, few))
    told = {"value": found.center, "low": found.low, "high": found.high, "n": int(n.sum()), "method": found.name}
    usual_ones = rows(groups.assign(curve="usual"), told | {"metric": metric, "unit": unit})
    return estimates.stack(seen, usual_ones, *_signals(found, groups, alone, n))


def _signals(found: Chart, groups: pd.DataFrame, alone: pd.DataFrame, n: np.ndarray) -> list[pd.DataFrame]:
    beyond = np.isin(found.signal, ("above", "below"))
    runs = pd.Series(found.signal).where(pd.Series(found.signal).str.startswith("run"), "")
    starts = int((runs.ne("") & runs.ne(runs.shift())).sum())
    told = {"unit": "count", "method": found.name}  # of weeks, not of people
    parts = [
        rows(alone, told | {"metric": "swings", "value": float(beyond.sum() + starts)}),
        rows(alone, told | {"metric": "overdispersion", "value": found.spread, "unit": "factor"}),
    ]
    shown = beyond | (runs.ne("") & runs.ne(runs.shift())).to_numpy()
    if shown.any():
        departs = (found.value / found.center - 1)[shown]
        columns = {"metric": "swing", "value": departs, "unit": "share", "method": found.name, "note": found.signal[shown], "n": n[shown]}
        parts.append(rows(groups[shown], columns))
    return parts
