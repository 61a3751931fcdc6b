"""After an incident: who left, how soon, and how the brand is seen. Associated with, never caused by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, sample
from cxlib.survey import by_respondent, needs_of, rated
from cxlib.survey.incidents.linked import at_risk, customer_of, followed, lacking, told_by

__all__ = ["brand", "left", "soon"]


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
        See :class:`cxlib.estimates.Sampling`; columns of `customers`, the cluster is the customer unless told otherwise. A customer
        weighs the mean of its questionnaires' ``weight``.

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

    >>> asked = pd.DataFrame({"respondent_id": list("abcd"), "customer_id": list("ABCD"), "response_id": list("1234"), "weight": 1.0,
    ...     "survey_ts": pd.Timestamp("2025-01-01", tz="UTC")})
    >>> people = pd.DataFrame({"customer_id": list("ABCD"), "churn_date": pd.to_datetime(["2025-07-01", None, None, None])})
    >>> met = pd.DataFrame({"incident_id": ["i", "j"], "respondent_id": ["a", "b"], "sign": "negative", "severity": 1,
    ...     "touchpoint_id": "hotline", "incident_ts": pd.Timestamp("2025-02-01", tz="UTC")})
    >>> found = left(met, asked, people, as_of=date(2026, 1, 1), min_n=1)
    >>> found.loc[found["metric"].eq("left_share"), ["told", "small_incidents", "value", "n"]]
           told small_incidents  value  n
    0  negative             NaN    0.5  2
    1      none             NaN    0.0  2
    4       NaN               0    0.0  2
    5       NaN               1    0.5  2
    """
    estimates.check(small=small, most=most, min_n=min_n)
    needs = lacking(incidents, responses, customers)
    if needs:
        return estimates.unanswerable("left_share", "share", needs, by=["told"])
    sampling: Sampling = {"weight": "weight", "cluster": "customer_id", "count": "customer_id", **options}
    people = followed(incidents, responses, customers, as_of, small, sampling)
    people["small_incidents"] = np.minimum(people["small"], most).astype(int).astype("str")
    people.loc[people["small"] >= most, "small_incidents"] = f"{most}+"
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
    up to the interview counts on neither side. The first dated bad incident of a customer counts. Kaplan–Meier with late entry, weighted;
    log-log interval from what every customer moves (without late entry and weights that is Greenwood's), where nobody left the exact one
    of those watched all the way; log rate ratio linearised. Both by cluster. Kaplan & Meier 1958; Kalbfleisch & Prentice 2002, §1.4.

    >>> asked = pd.DataFrame({"respondent_id": list("abcd"), "customer_id": list("ABCD"), "response_id": list("1234"), "weight": 1.0,
    ...     "survey_ts": pd.Timestamp("2025-01-01", tz="UTC")})
    >>> people = pd.DataFrame({"customer_id": list("ABCD"), "churn_date": pd.to_datetime(["2025-07-01", None, None, None])})
    >>> met = pd.DataFrame({"incident_id": ["i", "j"], "respondent_id": ["a", "b"], "sign": "negative", "severity": 1,
    ...     "touchpoint_id": "hotline", "incident_ts": pd.Timestamp("2025-02-01", tz="UTC")})
    >>> found = soon(met, asked, people, as_of=date(2026, 1, 1), days=[90, 180], min_n=1)
    >>> found[["metric", "days_after", "experience", "value", "note"]].round(2)
                metric days_after      experience  value        note
    0      left_within         90             NaN   0.00
    1      left_within        180             NaN   0.50
    2        left_rate        NaN  after_negative  75.46
    3        left_rate        NaN         without   0.00
    4  left_rate_ratio        NaN  after_negative    NaN  events < 5
    """
    estimates.check(min_n=min_n, min_events=min_events)
    needs = lacking(incidents, responses, customers) or ([] if incidents["incident_ts"].notna().any() else ["incidents.incident_ts"])
    if needs:
        return estimates.unanswerable("left_rate_ratio", "ratio", needs, by=["experience"])
    sampling: Sampling = {"weight": "weight", "cluster": "customer_id", "count": "customer_id", **options}
    people = followed(incidents, responses, customers, as_of, 0, sampling)
    split = at_risk(people)
    rate = estimates.rate(split, "left", "years", per=100, by=["experience"], metric="left_rate", unit="per 100 customer years", **sampling)
    level = options.get("level", 0.95)
    curve = _curve(people[people["incident_day"].notna()], days, sampling, min_n)
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

    >>> marks = pd.DataFrame({"respondent_id": list("abcd"), "item_id": "image", "item_type": "brand", "state": "answered", "weight": 1.0,
    ...     "value": [2.0, 3.0, 5.0, 4.0]})
    >>> told = pd.DataFrame({"respondent_id": ["a", "b"], "sign": "negative"})
    >>> brand(marks, told, min_n=2)[["told", "metric", "value", "n"]]
           told            metric  value  n
    0  negative      brand_rating    2.5  2
    1      none      brand_rating    4.5  2
    2  negative  brand_difference   -2.0  4
    """
    estimates.check(min_n=min_n)
    answers = rated(responses, (item_type,))
    if (
        answers.empty
        or incidents.empty
        or "respondent_id" not in incidents
        or not incidents["respondent_id"].isin(answers["respondent_id"]).any()
    ):
        lacking = needs_of(responses, [item_type]) if answers.empty else ["incidents.respondent_id"]
        return estimates.unanswerable("brand_rating", "scale points", lacking, by=["told"])
    grouped = answers.assign(told=answers["respondent_id"].map(told_by(incidents)).fillna("none"))
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


def _ratio(split: pd.DataFrame, sampling: Sampling, level: float, min_events: int) -> pd.DataFrame:
    """Rate after a bad incident over the rate without one, linearised on the log scale."""
    chosen = sample(split, ["left", "years"], (), sampling)
    split, weight = split.iloc[chosen.rows], chosen.weight
    after = (split["experience"] == "after_negative").to_numpy()
    events, years = split["left"].to_numpy(), split["years"].to_numpy()
    columns = {"metric": "left_rate_ratio", "unit": "ratio", "n": split["customer_id"].nunique(), "method": "log, linearised"}
    if min(events[after].sum(), events[~after].sum()) < min_events:
        return rows(pd.DataFrame({"experience": ["after_negative"]}), {**columns, "note": f"events < {min_events}"})
    happened, watched = ({side: (weight * of)[after == side].sum() for side in (True, False)} for of in (events, years))
    rates = {side: happened[side] / watched[side] for side in happened}
    rate, total = np.where(after, rates[True], rates[False]), np.where(after, happened[True], happened[False])
    spread = chosen.spread(weight * np.where(after, 1.0, -1.0) * (events - rate * years) / total)
    half, value = spread.reach(level)[0] * spread.se[0], rates[True] / rates[False]
    columns |= {"value": value, "low": value * np.exp(-half), "high": value * np.exp(half), "n_eff": chosen.kish()[0]}
    return rows(pd.DataFrame({"experience": ["after_negative"]}), columns)


def _curve(struck: pd.DataFrame, days: Sequence[int], sampling: Sampling, min_n: int) -> pd.DataFrame:
    """Kaplan–Meier with late entry: share that left within so many days of the incident."""
    day = struck["incident_day"]
    times = {"start": (struck["entry"] - day).dt.days.clip(lower=0).astype("float64"), "stop": (struck["exit"] - day).dt.days}
    struck = struck.assign(**times)[times["stop"] > times["start"]].reset_index(drop=True)
    groups = pd.DataFrame({"days_after": [str(at) for at in days]})
    shared = {"metric": "left_within", "unit": "share", "n": len(struck), "n_eff": float(len(struck)), "method": "Kaplan–Meier"}
    if len(struck) < min_n:
        return rows(groups, {**shared, "note": f"n < {min_n}"})
    chosen = sample(struck, ["start", "stop"], (), sampling)
    told = np.array([_left_by(at, struck.iloc[chosen.rows], chosen, sampling.get("level", 0.95)) for at in days])
    shared["n_eff"] = chosen.kish()
    return rows(groups, {**shared, "value": told[:, 0], "low": told[:, 1], "high": told[:, 2]})


def _left_by(day: int, struck: pd.DataFrame, chosen: Sample, level: float) -> tuple[float, float, float]:
    """Share that left by a day, and its log-log interval from the influence of every customer on the logarithm of those who stayed."""
    start, stop, event = (struck[name].to_numpy(dtype="float64") for name in ("start", "stop", "left"))
    weight, stayed, influence = chosen.weight, 1.0, np.zeros(len(start))
    for time in np.unique(stop[(event == 1) & (stop <= day)]):
        there, gone = (start < time) & (stop >= time), (event == 1) & (stop == time)
        at_risk, happened = weight[there].sum(), weight[gone].sum()
        stays = 0.0 if gone.sum() == there.sum() else at_risk - happened
        stayed *= stays / at_risk
        if stays > 0:
            influence += weight * (there * happened / (at_risk * stays) - gone / stays)
    if stayed == 1:  # nobody left: exact for those watched all the way
        own = weight[stop >= day]
        watched = own.sum() ** 2 / (own**2).sum() if len(own) else 0.0
        return 0.0, 0.0 if watched else np.nan, 1 - ((1 - level) / 2) ** (1 / watched) if watched else np.nan
    if stayed == 0:
        return 1.0, np.nan, np.nan
    spread = chosen.spread(influence)
    half = float(spread.reach(level)[0] * spread.se[0] / abs(np.log(stayed)))
    return 1 - stayed, 1 - stayed ** np.exp(-half), 1 - stayed ** np.exp(half)


def _linked_share(incidents: pd.DataFrame, responses: pd.DataFrame, level: float) -> pd.DataFrame:
    linked = pd.DataFrame({"linked": customer_of(incidents, responses).notna().astype("float64")})
    return estimates.share(linked, "linked", metric="incident_linked_share", level=level)
