"""What customers do in the minutes before and after a contact, beside what they do at the same hour in other weeks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, headed, lacking
from cxlib.contacts.outlook._windows import MINUTE, Events, Matched, events_of, matched, moments_of
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["WINDOWS", "event_lift", "event_quality", "lifted", "minute_by_minute"]

WINDOWS: Mapping[str, tuple[float, float]] = {"before": (-5, 0), "after": (0, 5)}
FAULTS = ("without_customer", "known_by_session", "doubled_event", "busiest_left_out", "customers_not_drawn", "doubled_id")


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
        Column of events that tells what was done: ``event``, ``page``, ``selfservice_result``. Events without one count over all kinds only.
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
        ESTIMATES by ``window`` and `kind` (missing: any event): ``event_share`` (``share`` of contacts with such an event in their
        window), ``expected_share`` (``share`` at the same weekday and hour in other weeks), ``event_lift`` (``ratio`` of the two;
        ``n`` counts windows with an event), and, by `kind`, ``lead_time`` (``min``, median time from the last such event within the
        horizon to the contact). Of contacts whose customer is known among the events and who have a control window.

    Notes
    -----
    Controls: same customer, weekday and clock time in the other weeks of the same four (:func:`cxlib.contacts.outlook._windows.matched`).
    A window either has an event or not, so that a burst, an event twice in the export and a robot's thousands count once. Lift = p/(1−p) · m̄
    with p the share of contacts' windows among all windows with an event, those of a control weighted m̄/m (m controls of that contact, m̄
    their mean); interval: Wilson's of p on the effective size with customers as clusters, transformed. It is finite below when no
    control has an event, and finite above when no contact has one.

    >>> at = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": ["1", "2"], "contact_ts": [at("2025-01-06 10:00"), at("2025-01-14 15:00")],
    ...     "customer_id": ["a", "b"], "local_date": pd.to_datetime(["2025-01-06", "2025-01-14"])})
    >>> done = pd.DataFrame({"event_ts": [at("2025-01-01"), at("2025-01-06 09:57"), at("2025-01-13 09:58"), at("2025-01-14 14:56"),
    ...     at("2025-02-01")], "event": "search", "customer_id": list("aaabb")})
    >>> told = event_lift(log, done, least=1)
    >>> told[told["window"].eq("before") & told["event"].eq("search")][["metric", "value"]]
               metric     value
    3     event_share  1.000000
    4  expected_share  0.166667
    5      event_lift  6.000000
    """
    settled = _joined(contacts, events, kind, windows, busiest, at_most, timezone, direction, period)
    if isinstance(settled, list):
        return estimates.unanswerable("event_lift", "ratio", settled, by=["window", kind])
    done, pairs = settled
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    kinds = [None, *sorted(done.table[kind].dropna().unique())]
    parts = [estimates.stack(*[_around(pairs, done, kind, each, window, ends, least, chance) for each in kinds]) for window, ends in windows.items()]
    parts += [_lead(pairs, done, kind, each, horizon, least, chance) for each in kinds[1:]]
    return estimates.stack(*parts)[["window", kind, *parts[0].columns.difference(["window", kind], sort=False)]]


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
        ``event_share`` and ``expected_share`` as in :func:`event_lift`.

    Raises
    ------
    CxError
        When a side is no whole number of steps.
    """
    if step <= 0 or before % step or after % step or before + after <= 0:
        seen = f"{before:g} before, {after:g} after, step {step:g}"
        raise CxError(worded("minute_by_minute", "both sides are whole numbers of steps; got", seen))
    starts = np.arange(-before, after, step)
    windows = {f"{start:g}": (float(start), float(start + step)) for start in starts}
    settled = _joined(contacts, events, "event", windows, busiest, at_most, timezone, direction, period)
    if isinstance(settled, list):
        return estimates.unanswerable("event_share", "share", settled, by=["minutes"])
    done, pairs = settled
    chance: Sampling = {**options, "weight": None, "cluster": "customer_id"}
    parts = []
    for name, ends in windows.items():
        told = pairs.cases.assign(**dict(zip(("here", "elsewhere"), pairs.hits(done.table, *ends), strict=True)))
        parts.append(headed(_shares(told, chance), {"minutes": name}))
    return estimates.stack(*parts)


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

    Returns
    -------
    DataFrame
        ESTIMATES: ``events_linked`` (``share`` of events whose customer is known), ``busiest_events`` (``share`` of the known customers'
        events that the one busiest customer makes), ``contacts_matched`` (``share`` of contacts that could be compared), and by ``fault``
        ``faulty_events`` (``count``): events without a customer, those whose customer only the session tells, doubled events, those
        of customers who are too busy, customers not looked at because there are too many, contacts whose id another one has.
    """
    settled = _joined(contacts, events, "event", windows, busiest, at_most, timezone, direction, period)
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


def lifted(
    told: pd.DataFrame, metric: str, least: int, options: Sampling, *, here: str = "here", elsewhere: str = "elsewhere"
) -> pd.DataFrame:
    """Return the ratio of what happens in the windows of cases to what happens in those of their controls.

    Parameters
    ----------
    told : DataFrame
        One row a case: ``customer_id``, ``controls`` (their number), `here` (bool) and `elsewhere` (share of the controls).
    metric : str
    least : int
        Windows with an event below which no ratio is told.
    options : Sampling

    Notes
    -----
    See :func:`event_lift`.
    """
    mean = float(told["controls"].mean()) if len(told) else np.nan
    own = told.loc[told[here], ["customer_id"]].assign(case=1.0, weight=1.0, windows=1.0)
    control = told.loc[told[elsewhere] > 0, ["customer_id", "controls", elsewhere]]
    control = control.assign(case=0.0, weight=control[elsewhere] * mean, windows=control["controls"] * control[elsewhere])
    both = pd.concat([own, control[["customer_id", "case", "weight", "windows"]]], ignore_index=True)
    count = round(float(both["windows"].sum()))
    if not count:
        none = estimates.unanswerable(metric, "ratio", [])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    share = estimates.share(both, "case", metric=metric, **{**options, "weight": "weight"})
    with np.errstate(divide="ignore"):
        odds = {name: mean * share[name].to_numpy() / (1 - share[name].to_numpy()) for name in ("value", "low", "high")}
    result = share.assign(**odds, unit="ratio", n=pd.array([count], dtype="Int64"), method="Wilson of matched windows")
    if "draws" in share:
        result["draws"] = share["draws"].map(lambda draws: _odds(draws, mean))
    result = result.assign(value=result["value"].where(np.isfinite(result["value"])), high=result["high"].where(np.isfinite(result["high"]), np.nan))
    result = result.assign(note=result["note"].where(result["value"].notna(), "none elsewhere"))
    return estimates.withhold(result, [count < least], f"n < {least}")


def _odds(draws: npt.NDArray[np.float64], mean: float) -> npt.NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(mean * draws / (1 - draws))


def _joined(
    contacts: IntoFrame,
    events: IntoFrame,
    kind: str,
    windows: Mapping[str, tuple[float, float]],
    busiest: float,
    at_most: int,
    timezone: str,
    direction: str | None,
    period: Span | None,
) -> tuple[Events, Matched] | list[str]:
    """Events of known customers and contacts with their controls, or what would be needed."""
    wrong = [name for name, (low, high) in windows.items() if not low < high or low < 0 < high]
    if wrong or not windows:
        raise CxError(worded("windows", "lies on both sides of the contact, or ends before it begins:", ", ".join(wrong) or "none"))
    needs = lacking(contacts, ["contact_ts", "local_date", "customer_id"])
    needs += lacking(events, ["event_ts", "customer_id", kind], "events")
    if needs:
        return needs
    done = events_of(events, [kind], busiest=busiest, at_most=at_most)
    moments = moments_of(contacts, done.table["customer_id"].unique().tolist(), direction=direction, period=period)
    reach = min(low for low, _ in windows.values()), max(high for _, high in windows.values())
    return done, matched(moments.table, watched=done.watched, reach=reach, timezone=timezone)


def _around(
    pairs: Matched, done: Events, kind: str, level: str | None, window: str, ends: tuple[float, float], least: int, options: Sampling
) -> pd.DataFrame:
    """Shares and lift of one kind of event in one window."""
    chosen = done.table if level is None else done.table[done.table[kind].eq(level)]
    here, elsewhere = pairs.hits(chosen, *ends)
    told = pairs.cases.assign(here=here, elsewhere=elsewhere)
    both = estimates.stack(_shares(told, options), lifted(told, "event_lift", least, options))
    return headed(both, {"window": window} | ({} if level is None else {kind: level})).reindex(columns=["window", kind, *both.columns])


def _shares(told: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    """The share of cases with an event, and the mean share of their controls with one."""
    if told.empty:
        none = estimates.unanswerable("event_share", "share", [])
        return none.assign(note="no events", n=pd.array([0], dtype="Int64"))
    share = estimates.share(told.assign(here=told["here"].astype("float64")), "here", metric="event_share", **options)
    sides = [told.assign(flag=flag, weight=weight) for flag, weight in ((1.0, told["elsewhere"]), (0.0, 1 - told["elsewhere"]))]
    expected = estimates.share(pd.concat(sides), "flag", metric="expected_share", **{**options, "weight": "weight"})
    return estimates.stack(share, expected.assign(n=share["n"], n_eff=share["n_eff"]))


def _lead(
    pairs: Matched, done: Events, kind: str, level: str, horizon: float, least: int, options: Sampling
) -> pd.DataFrame:
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


def _complete(metric: str, value: float, unit: str, n: int) -> dict[str, Any]:
    return {"metric": metric, "value": value, "unit": unit, "n": n, "n_eff": n, "method": "count"}


