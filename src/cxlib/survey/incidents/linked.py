"""Customers who told of incidents: what of it, and from when to when it is known whether they are still there."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cxlib.estimates import Sampling
from cxlib.survey import local_day

__all__ = ["at_risk", "customer_of", "followed", "lacking", "told_by"]

YEAR = 365.25
LINK = ("incidents.respondent_id", "responses.customer_id", "customers.churn_date")


def lacking(incidents: pd.DataFrame, responses: pd.DataFrame, customers: pd.DataFrame) -> list[str]:
    """Return the links that the client's data lack."""
    tables = {"incidents": incidents, "responses": responses, "customers": customers}
    known = {name: name.partition(".")[2] in tables[name.partition(".")[0]].columns for name in LINK}
    lacking = [name for name, there in known.items() if not there or tables[name.partition(".")[0]][name.partition(".")[2]].isna().all()]
    if not lacking and not customer_of(incidents, responses).notna().any():
        return ["incidents.respondent_id"]
    return lacking


def customer_of(incidents: pd.DataFrame, responses: pd.DataFrame) -> pd.Series:
    """Return the customer of each incident, through the answers of the same respondent."""
    who = responses.dropna(subset=["customer_id"]).drop_duplicates("respondent_id").set_index("respondent_id")["customer_id"]
    return incidents["respondent_id"].map(who)


def told_by(incidents: pd.DataFrame) -> pd.Series:
    """Return by respondent which signs of incidents they told of."""
    signs = incidents.dropna(subset=["respondent_id"]).groupby("respondent_id")["sign"].agg(lambda told: "/".join(sorted(set(told))))
    return signs.replace({"negative/positive": "both"})


def followed(
    incidents: pd.DataFrame, responses: pd.DataFrame, customers: pd.DataFrame, as_of: date, small: int, options: Sampling
) -> pd.DataFrame:
    """Return one row a surveyed customer: what they told, their weight, and from when to when they were watched.

    A customer weighs the mean of its questionnaires, where the weight is a column of `responses`.
    """
    answers = responses.dropna(subset=["customer_id"])
    asked = answers.groupby("customer_id")["survey_ts"].min()
    people = customers[customers["customer_id"].isin(asked.index)].copy()
    weight = options.get("weight")
    if weight and weight not in people.columns and weight in answers.columns:
        each = answers.drop_duplicates("response_id").groupby("customer_id")[weight].mean()
        people[weight] = people["customer_id"].map(each)
    cluster = options.get("cluster")
    if cluster and cluster not in people.columns:  # the survey may know accounts that the customers' table does not tell
        known = answers.groupby("customer_id")[cluster].first() if cluster in answers.columns else pd.Series(dtype="object")
        people[cluster] = people["customer_id"].map(known).astype("object").fillna(people["customer_id"]).astype("str")
    people["entry"] = local_day(people["customer_id"].map(asked))
    end, gone = pd.Timestamp(as_of), local_day(people["churn_date"])
    people["left"] = gone.le(end).astype("float64")
    people["exit"] = gone.where(gone.le(end), end)
    of = incidents.assign(customer_id=customer_of(incidents, responses)).dropna(subset=["customer_id"])
    people["told"] = people["customer_id"].map(told_by(of.assign(respondent_id=of["customer_id"]))).fillna("none")
    bad = of[of["sign"] == "negative"]
    people["small"] = people["customer_id"].map(bad[bad["severity"] <= small].groupby("customer_id").size()).fillna(0)
    people["incident_day"] = local_day(people["customer_id"].map(bad.groupby("customer_id")["incident_ts"].min()))
    people["years"] = (people["exit"] - people["entry"]).dt.days / YEAR
    return people[people["years"] > 0].reset_index(drop=True)


def at_risk(people: pd.DataFrame) -> pd.DataFrame:
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
