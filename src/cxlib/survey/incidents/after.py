"""After an incident: who left, how soon, and how the brand is seen. Associated with, never caused by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import answered, by_respondent
from cxlib.survey.incidents.reviews import days_of

__all__ = ["brand", "left", "soon"]

YEAR = 365.25
LINK = ("incidents.respondent_id", "responses.customer_id", "customers.churn_date")
Floats = npt.NDArray[np.float64]


def left(
    incidents: pd.DataFrame,
    responses: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    as_of: date,
    small: int = 2,
    most: int = 3,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of customers who left after they were asked: by the sign of what they told, and by the number of small bad incidents.

    Parameters
    ----------
    incidents, responses, customers : DataFrame
        The contract tables. An incident's respondent leads to a customer through the answers of the same respondent.
    as_of : date
        The last day of which it is known who is still there.
    small : int
        Severity up to which an incident is small.
    most : int
        Numbers of small incidents from here on are one group.
    min_n : int
        Customers below which a group's figures are not told.
    **options
        See :class:`cxlib.estimates.Sampling`; columns of `customers`, the cluster is the customer unless told otherwise.

    Returns
    -------
    DataFrame
        ESTIMATES: ``left_share`` and ``left_rate`` (per 100 customer years from the first questionnaire on, which allows for customers
        who were watched longer) by ``told`` {negative, positive, both, none} and by ``small_incidents`` {0, 1, 2 …};
        ``incident_linked_share``: share of incidents that lead to a customer. Without a link one row with what is needed.

    Notes
    -----
    Customers enter on the day of their first questionnaire, since whoever had left before could not be asked; who left before it is left
    out. Wilson and log-linearised intervals. "None" are respondents of whom no incident is on record, whether they were asked or not.
    """
    needs = _lacking(incidents, responses, customers)
    if needs:
        return estimates.unanswerable("left_share", "share", needs, by=["told"])
    people = _followed(incidents, responses, customers, as_of, small)
    people["small_incidents"] = np.minimum(people["small"], most).astype(int).astype("str")
    people.loc[people["small"] >= most, "small_incidents"] = f"{most}+"
    sampling: Sampling = {"cluster": "customer_id", "count": "customer_id", **options}
    parts = []
    for by in (["told"], ["small_incidents"]):
        share = estimates.share(people, "left", by=by, metric="left_share", **sampling)
        rate = estimates.rate(people, "left", "years", per=100, by=by, metric="left_rate", unit="per 100 customer years", **sampling)
        parts += [estimates.withhold(part, part["n"] < min_n, f"n < {min_n}") for part in (share, rate)]
    return estimates.stack(*parts, _linked_share(incidents, responses, options.get("level", 0.95)))


def soon(
    incidents: pd.DataFrame,
    responses: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    as_of: date,
    days: Sequence[int] = (90, 180, 365),
    min_n: int = 30,
    min_events: int = 5,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How soon customers leave after a dated bad incident, and how that compares with time without one.

    Parameters
    ----------
    incidents, responses, customers, as_of, **options
        As in :func:`left`.
    days : sequence of int
        Days after the incident at which the share is read off.
    min_n : int
        Customers with a dated bad incident below which no curve is told.
    min_events : int
        Customers who left, on either side, below which no ratio is told.

    Returns
    -------
    DataFrame
        ESTIMATES: ``left_within`` by ``days_after`` (Kaplan–Meier), ``left_rate`` by ``experience`` {after_negative, without} in 100
        customer years, and ``left_rate_ratio`` (unit ``ratio``) with the note ``events < 5`` in place of a number where few left.

    Notes
    -----
    Time at risk begins with the first questionnaire and, after an incident, with the later of both (late entry), so that surviving
    up to the interview counts on neither side. The first dated bad incident of a customer counts. Kaplan–Meier with late entry,
    log-log Greenwood interval, where nobody left the exact one of those watched all the way; log rate ratio
    linearised, clustered by customer. Kaplan & Meier 1958; Kalbfleisch & Prentice 2002, §1.4.
    """
    needs = _lacking(incidents, responses, customers) or ([] if incidents["incident_ts"].notna().any() else ["incidents.incident_ts"])
    if needs:
        return estimates.unanswerable("left_rate_ratio", "ratio", needs, by=["experience"])
    people = _followed(incidents, responses, customers, as_of, 0)
    sampling: Sampling = {"cluster": "customer_id", "count": "customer_id", **options}
    split = _split(people)
    rate = estimates.rate(split, "left", "years", per=100, by=["experience"], metric="left_rate", unit="per 100 customer years", **sampling)
    level = options.get("level", 0.95)
    curve = _curve(people[people["incident_day"].notna()], days, level, min_n)
    rate = estimates.withhold(rate, rate["n"] < min_n, f"n < {min_n}")
    return estimates.stack(curve, rate, _ratio(split, sampling, level, min_events))


def brand(
    responses: pd.DataFrame, incidents: pd.DataFrame, *, item_type: str = "brand", min_n: int = 30, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """How those who told of good or bad incidents see the brand, beside those of whom none is on record.

    Parameters
    ----------
    responses, incidents : DataFrame
        The contract tables.
    item_type : str
        Items that are averaged; all on one scale.
    min_n : int
        Respondents below which a group's figures are not told.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``told`` {negative, positive, both, none}: ``brand_rating`` (mean) and ``brand_difference`` (from ``none``).

    Notes
    -----
    Who had a bad experience may have thought less of the brand before: a difference, not an effect.
    """
    answers = answered(responses, (item_type,))
    if (
        answers.empty
        or incidents.empty
        or "respondent_id" not in incidents
        or not incidents["respondent_id"].isin(answers["respondent_id"]).any()
    ):
        lacking = [f"responses[{item_type}]"] if answers.empty else ["incidents.respondent_id"]
        return estimates.unanswerable("brand_rating", "scale points", lacking, by=["told"])
    grouped = answers.assign(told=answers["respondent_id"].map(_told(incidents)).fillna("none"))
    sampling = by_respondent(options)
    mean = estimates.mean(grouped, "value", by=["told"], metric="brand_rating", unit="scale points", **sampling)
    parts = [estimates.withhold(mean, mean["n"] < min_n, f"n < {min_n}")]
    thick = mean.loc[mean["n"] >= min_n, "told"]
    if "none" in set(thick) and len(thick) > 1:
        compared = grouped[grouped["told"].isin(thick)]
        parts.append(
            estimates.difference(
                compared, "value", between="told", reference="none", metric="brand_difference", unit="scale points", **sampling
            )
        )
    return estimates.stack(*parts)


def _lacking(incidents: pd.DataFrame, responses: pd.DataFrame, customers: pd.DataFrame) -> list[str]:
    """Return the links that the client's data lack."""
    tables = {"incidents": incidents, "responses": responses, "customers": customers}
    known = {name: name.partition(".")[2] in tables[name.partition(".")[0]].columns for name in LINK}
    lacking = [name for name, there in known.items() if not there or tables[name.partition(".")[0]][name.partition(".")[2]].isna().all()]
    if not lacking and not _customer_of(incidents, responses).notna().any():
        return ["incidents.respondent_id"]
    return lacking


def _customer_of(incidents: pd.DataFrame, responses: pd.DataFrame) -> pd.Series:
    """Return the customer of each incident, through the answers of the same respondent."""
    who = responses.dropna(subset=["customer_id"]).drop_duplicates("respondent_id").set_index("respondent_id")["customer_id"]
    return incidents["respondent_id"].map(who)


def _told(incidents: pd.DataFrame) -> pd.Series:
    """Return by respondent which signs of incidents they told of."""
    signs = incidents.dropna(subset=["respondent_id"]).groupby("respondent_id")["sign"].agg(lambda told: "/".join(sorted(set(told))))
    return signs.replace({"negative/positive": "both"})


def _followed(incidents: pd.DataFrame, responses: pd.DataFrame, customers: pd.DataFrame, as_of: date, small: int) -> pd.DataFrame:
    """Return one row a surveyed customer: what they told, and from when to when they were watched."""
    asked = responses.dropna(subset=["customer_id"]).groupby("customer_id")["survey_ts"].min()
    people = customers[customers["customer_id"].isin(asked.index)].copy()
    people["entry"] = days_of(people["customer_id"].map(asked))
    end = np.datetime64(as_of, "D")
    gone = days_of(people["churn_date"])
    people["left"] = (~np.isnat(gone) & (gone <= end)).astype("float64")
    people["exit"] = np.where(people["left"] == 1, gone, end)
    of = incidents.assign(customer_id=_customer_of(incidents, responses)).dropna(subset=["customer_id"])
    people["told"] = people["customer_id"].map(_told(of.assign(respondent_id=of["customer_id"]))).fillna("none")
    bad = of[of["sign"] == "negative"]
    count = bad[bad["severity"] <= small].groupby("customer_id").size()
    people["small"] = people["customer_id"].map(count).fillna(0)
    people["incident_day"] = days_of(people["customer_id"].map(bad.groupby("customer_id")["incident_ts"].min()))
    people["years"] = (people["exit"] - people["entry"]).dt.days / YEAR
    return people[people["years"] > 0].reset_index(drop=True)


def _split(people: pd.DataFrame) -> pd.DataFrame:
    """Cut each customer's time at the first dated bad incident."""
    turn = (
        people["incident_day"]
        .where(people["incident_day"] > people["entry"], people["entry"])
        .where(people["incident_day"].notna(), people["exit"])
    )
    turn = turn.where(turn < people["exit"], people["exit"])
    struck = people["incident_day"].notna() & (people["incident_day"] <= people["exit"])
    before = people.assign(experience="without", years=(turn - people["entry"]).dt.days / YEAR, left=people["left"].where(~struck, 0.0))
    after = people.assign(experience="after_negative", years=(people["exit"] - turn).dt.days / YEAR)[struck]
    both = pd.concat([before, after], ignore_index=True)
    return both[(both["years"] > 0) | (both["left"] > 0)].reset_index(drop=True)


def _ratio(split: pd.DataFrame, sampling: Sampling, level: float, min_events: int) -> pd.DataFrame:
    """Rate after a bad incident over the rate without one, linearised on the log scale."""
    after = (split["experience"] == "after_negative").to_numpy()
    events, years = split["left"].to_numpy(), split["years"].to_numpy()
    columns = {"metric": "left_rate_ratio", "unit": "ratio", "n": split["customer_id"].nunique(), "method": "log, linearised"}
    sums = {side: (events[chosen].sum(), years[chosen].sum()) for side, chosen in ((True, after), (False, ~after))}
    if min(sums[True][0], sums[False][0]) < min_events:
        return rows(pd.DataFrame({"experience": ["after_negative"]}), {**columns, "note": f"events < {min_events}"})
    rates = {side: happened / watched for side, (happened, watched) in sums.items()}
    rate, happened = np.where(after, rates[True], rates[False]), np.where(after, sums[True][0], sums[False][0])
    influence = np.where(after, 1.0, -1.0) * (events - rate * years) / happened
    cluster = str(sampling["cluster"])
    named = split[cluster].astype("str").fillna("only " + split["customer_id"].astype("str"))
    totals = pd.Series(influence).groupby(named.to_numpy()).sum().to_numpy()
    count = len(totals)
    half = special.stdtrit(count - 1, (1 + level) / 2) * np.sqrt((totals**2).sum() * count / (count - 1))
    value = rates[True] / rates[False]
    columns |= {"value": value, "low": value * np.exp(-half), "high": value * np.exp(half), "n_eff": float(split["customer_id"].nunique())}
    return rows(pd.DataFrame({"experience": ["after_negative"]}), columns)


def _curve(struck: pd.DataFrame, days: Sequence[int], level: float, min_n: int) -> pd.DataFrame:
    """Kaplan–Meier with late entry: share that left within so many days of the incident."""
    start = np.maximum((struck["entry"] - struck["incident_day"]).dt.days.to_numpy(dtype="float64"), 0.0)
    stop = (struck["exit"] - struck["incident_day"]).dt.days.to_numpy(dtype="float64")
    there = stop > start
    start, stop, event = start[there], stop[there], struck["left"].to_numpy()[there] == 1
    groups = pd.DataFrame({"days_after": [str(day) for day in days]})
    shared = {"metric": "left_within", "unit": "share", "n": len(start), "n_eff": float(len(start)), "method": "Kaplan–Meier"}
    if len(start) < min_n:
        return rows(groups, {**shared, "note": f"n < {min_n}"})
    told = np.array([_left_by(day, start, stop, event, level) for day in days])
    return rows(groups, {**shared, "value": told[:, 0], "low": told[:, 1], "high": told[:, 2]})


def _left_by(day: int, start: Floats, stop: Floats, event: npt.NDArray[np.bool_], level: float) -> tuple[float, float, float]:
    times = np.unique(stop[event & (stop <= day)])
    at_risk = np.array([((start < time) & (stop >= time)).sum() for time in times], dtype="float64")
    happened = np.array([(event & (stop == time)).sum() for time in times], dtype="float64")
    stayed = float(np.prod(1 - happened / at_risk)) if len(times) else 1.0
    if not len(times):  # nobody left: exact for those watched all the way
        watched = int((stop >= day).sum())
        return 0.0, 0.0 if watched else np.nan, 1 - ((1 - level) / 2) ** (1 / watched) if watched else np.nan
    if stayed == 0:
        return 1.0, np.nan, np.nan
    greenwood = float((happened / (at_risk * (at_risk - happened))).sum())
    half = special.ndtri((1 + level) / 2) * np.sqrt(greenwood) / abs(np.log(stayed))
    return 1 - stayed, 1 - stayed ** np.exp(-half), 1 - stayed ** np.exp(half)


def _linked_share(incidents: pd.DataFrame, responses: pd.DataFrame, level: float) -> pd.DataFrame:
    linked = pd.DataFrame({"linked": _customer_of(incidents, responses).notna().astype("float64")})
    return estimates.share(linked, "linked", metric="incident_linked_share", level=level)
