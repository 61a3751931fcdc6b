"""Whether those bring in customers who say they will, and what customers brought in and kept are worth."""

from __future__ import annotations

from datetime import date
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent, local_day, needs_of, rated
from cxlib.survey.loyalty.after import only_currency, standing
from cxlib.survey.scores import DETRACTOR, PROMOTER

__all__ = ["customer_value", "referrals"]

YEAR = 365.25


def referrals(
    responses: pd.DataFrame, *, customers: pd.DataFrame, as_of: date, item: str | None = None, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Customers brought in by promoters, passives and detractors: what they do beside what they say.

    Parameters
    ----------
    responses : DataFrame
        The contract table, with ``customer_id``; items of type ``nps`` tell the intention.
    customers : DataFrame
        The contract table, with ``referred_by`` (the customer who recommended us) and ``start_date``.
    as_of : date
        The last day up to which customers are complete.
    item : str, optional
        One item_id where the survey asks for recommendation more than once.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out.

    Returns
    -------
    DataFrame
        ESTIMATES with the group column ``intention`` {promoter, passive, detractor}. ``referrals_after``, unit ``per 100 customer
        years``: customers brought in after the answer, over the time since for which the relation lasted; ``referrals_after_difference``:
        promoters and passives minus detractors; ``referrals_so_far``, unit ``per 100 customers``: all that are recorded, before and
        after. ``n`` counts customers. Needs "customers.referred_by", "customers.start_date", "responses[nps]" and
        "responses.customer_id".

    Notes
    -----
    A customer counts once in each class that one of its persons is in, with the mean of their weights, from the earliest of their
    answers on. Rates as :func:`cxlib.estimates.rate`. Only what somebody wrote down is in ``referred_by``: the rates are lower bounds,
    their comparison holds if writing down does not depend on the answer.

    >>> answers = pd.DataFrame({"response_id": list("ab"), "respondent_id": list("ab"), "customer_id": list("ab"), "item_id": "nps",
    ...     "item_type": "nps", "state": "answered", "value": [10.0, 3.0], "weight": 1.0,
    ...     "survey_ts": pd.Timestamp("2025-01-01", tz="UTC")})
    >>> who = pd.DataFrame({"customer_id": list("abc"), "status": "active", "referred_by": [None, None, "a"],
    ...     "start_date": pd.to_datetime(["2020-01-01", "2020-01-01", "2025-03-01"])})
    >>> told = referrals(answers, customers=who, as_of=date(2026, 1, 1))
    >>> told.loc[told["metric"] == "referrals_so_far", ["intention", "value"]]
       intention  value
    3  detractor    0.0
    4   promoter  100.0
    """
    groups = ["intention"]
    needs = [f"customers.{name}" for name in ("referred_by", "start_date") if name not in customers.columns or customers[name].isna().all()]
    needs += [] if "customer_id" in responses.columns and responses["customer_id"].notna().any() else ["responses.customer_id"]
    answers = rated(responses, ("nps",))
    answers = answers if item is None or answers.empty else answers[answers["item_id"] == item]
    needs += [] if len(answers) else needs_of(responses, ["nps"])
    table = None if needs else _intentions(answers, customers, as_of, options)
    if table is None or table.empty:
        return estimates.unanswerable("referrals_after", "per 100 customer years", needs or ["responses.customer_id"], by=groups)
    chosen: Sampling = {**by_respondent(options), "weight": "weight", "count": "customer_id"}
    chosen["cluster"] = options.get("cluster") or "customer_id"
    rate: dict[str, Any] = {"per": 100.0, "by": groups, **chosen}
    after = estimates.rate(table, "brought", "years", metric="referrals_after", unit="per 100 customer years", **rate)
    parts = [after]
    if "detractor" in set(table["intention"]):
        told: dict[str, Any] = {"between": "intention", "reference": "detractor", "per": 100.0, **chosen}
        told |= {"metric": "referrals_after_difference", "unit": "per 100 customer years"}
        parts.append(estimates.rate_difference(table, "brought", "years", **told))
    parts.append(estimates.rate(table.assign(one=1.0), "so_far", "one", metric="referrals_so_far", unit="per 100 customers", **rate))
    return estimates.stack(*parts)


def customer_value(
    customers: pd.DataFrame,
    *,
    orders: pd.DataFrame | None = None,
    as_of: date,
    days: int = 365,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """What a customer is worth a year: kept and lost ones, won by recommendation and otherwise.

    Parameters
    ----------
    customers : DataFrame
        The contract table, with ``churn_date``, ``referred_by`` and ``start_date`` where known.
    orders : DataFrame, optional
        The contract table; margins are taken where it has any, else values; without orders ``customers.revenue_12m``.
    as_of : date
        The last day up to which both tables are complete.
    days : int
        Days up to then whose orders count.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out or not in `customers`.

    Returns
    -------
    DataFrame
        ESTIMATES with the group columns ``kept`` {retained, lost} and ``won_by`` {referral, other}; the unit is the currency. One of
        ``margin_per_year``, ``order_value_per_year`` (orders over the part of a year for which the relation lasted) and
        ``revenue_12m`` (as the client counts it), and its difference (``…_difference``) of customers won by referral from others. ``n``
        counts customers. Needs "orders.margin", "orders.value" or "customers.revenue_12m".

    Notes
    -----
    Σ amount / Σ years, interval on the log scale for amounts that are never negative. Prospects are left out. Customers won otherwise
    are those who came since the first recorded recommendation, for older ones would be compared with new ones. Cancelled orders do not
    count.

    >>> who = pd.DataFrame({"customer_id": list("abcd"), "status": "active", "revenue_12m": [10.0, 20.0, 30.0, 40.0], "currency": "EUR"})
    >>> customer_value(who, as_of=date(2025, 12, 31))[["kept", "metric", "value", "unit"]]
           kept       metric  value unit
    0       NaN  revenue_12m   25.0  EUR
    1  retained  revenue_12m   25.0  EUR
    """
    known = {} if orders is None else orders.count()
    amount = next((name for name in ("margin", "value") if known.get(name, 0)), "")
    metric = {"margin": "margin_per_year", "value": "order_value_per_year"}.get(amount, "revenue_12m")
    if customers.empty or not (amount or customers.count().get("revenue_12m", 0)):
        needs = ["orders.margin", "orders.value", "customers.revenue_12m"]
        return estimates.unanswerable(metric, "", needs, by=["kept", "won_by"])
    unit = only_currency(orders if amount and orders is not None else customers, "orders" if amount else "customers")
    table = _worth(customers, orders if amount else None, amount, as_of, days)
    cluster = options.get("cluster")
    chosen: Sampling = {**options, "weight": "years", "count": "customer_id"}
    chosen["cluster"] = cluster if cluster in table.columns else "customer_id"
    bounds = None if (table["worth"] < 0).any() else (0.0, np.inf)
    told: dict[str, Any] = {"metric": metric, "unit": unit, "bounds": bounds, **chosen}
    parts = [estimates.mean(table, "worth", by=by, **told) for by in ([], ["kept"])]
    won = table[table["won_by"].notna()]
    if len(won):
        parts.append(estimates.mean(won, "worth", by=["won_by"], **told))
    if {"referral", "other"} <= set(won["won_by"]):
        compared: dict[str, Any] = {"between": "won_by", "reference": "other", "metric": f"{metric}_difference", "unit": unit, **chosen}
        contrast = estimates.difference if bounds is None else estimates.amount_difference
        parts.append(contrast(won, "worth", **compared))
    return estimates.stack(*parts)


def _intentions(answers: pd.DataFrame, customers: pd.DataFrame, as_of: date, options: Sampling) -> pd.DataFrame:
    """Return one row a customer and class of answer: weight, years watched, customers brought in after the answer and at all."""
    people = standing(answers, customers, as_of=as_of)
    people = people[people["followed"].eq("followed")]
    end = pd.Timestamp(as_of)
    people["years"] = (people["churn_date"].fillna(end) - people["day"]).dt.days / YEAR
    value = answers["value"]
    kind = np.select([value >= PROMOTER, value <= DETRACTOR], ["promoter", "detractor"], "passive")
    rows = answers.drop(columns="customer_id").assign(intention=kind).merge(people.drop(columns="followed"), on="response_id")
    weight = options.get("weight", "weight")
    rows["weight"] = rows.groupby(["customer_id", "intention"])[weight].transform("mean") if weight else 1.0
    rows = rows.sort_values(["day", "response_id"], kind="stable").drop_duplicates(["customer_id", "intention"])
    new = customers.dropna(subset="referred_by")[["referred_by", "start_date"]]
    new = new.assign(start=local_day(new["start_date"]))[["referred_by", "start"]]
    new = new[~(new["start"] > end)]
    pairs = rows[["response_id", "customer_id", "day", "churn_date"]].merge(new, left_on="customer_id", right_on="referred_by")
    later = (pairs["start"] > pairs["day"]) & ~(pairs["start"] > pairs["churn_date"])
    return rows.assign(
        brought=rows["response_id"].map(pairs[later].groupby("response_id").size()).fillna(0.0),
        so_far=rows["response_id"].map(pairs.groupby("response_id").size()).fillna(0.0),
    ).reset_index(drop=True)


def _worth(customers: pd.DataFrame, orders: pd.DataFrame | None, amount: str, as_of: date, days: int) -> pd.DataFrame:
    """Return one row a customer with its yearly worth, the years that it rests on, whether it is kept, and how it was won."""
    end = pd.Timestamp(as_of)
    first = end - pd.Timedelta(days=days - 1)
    table = customers[customers["status"].ne("prospect")].reset_index(drop=True)
    nothing = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]")
    start = local_day(table["start_date"]) if "start_date" in table.columns else nothing
    churn = local_day(table["churn_date"]) if "churn_date" in table.columns else nothing
    lost = churn.le(end) | (table["status"].eq("lost") & churn.isna())
    table["kept"] = pd.Series(np.where(lost, "lost", "retained"), index=table.index, dtype="str")
    table["won_by"] = _won_by(table, start)
    if orders is None:
        return table.assign(worth=table["revenue_12m"], years=1.0)
    since, until = start.where(start > first, first), churn.where(churn <= end, end)
    table["years"] = (((until - since).dt.days + 1) / YEAR).clip(lower=0.0)
    table.loc[churn.isna() & lost, "years"] = 0.0  # nobody knows how long they were there
    day = local_day(orders["order_ts"])
    counted = orders[day.between(first, end) & (orders["cancelled_ts"].isna() if "cancelled_ts" in orders.columns else True)]
    total = counted.groupby("customer_id")[amount].agg(lambda values: values.sum(skipna=False))
    bought = table["customer_id"].map(total).where(table["customer_id"].isin(total.index), 0.0)
    return table.assign(worth=bought / table["years"].where(table["years"] > 0))


def _won_by(table: pd.DataFrame, start: pd.Series) -> pd.Series:
    nothing = pd.Series(pd.NA, index=table.index, dtype="str")
    if "referred_by" not in table.columns or table["referred_by"].isna().all():
        return nothing
    referred = table["referred_by"].notna()
    recorded = start[referred].min()
    return nothing.mask(start >= recorded, "other").mask(referred, "referral")
