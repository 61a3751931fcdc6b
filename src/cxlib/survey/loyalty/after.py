"""What customers did after a questionnaire, as columns beside it: left, bought again, brought in others, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent, local_day

__all__ = ["AMOUNTS", "FOLLOWED", "YES_NO", "after", "behaviour", "bought_at", "follow_up", "only_currency", "standing"]

FOLLOWED = ("followed", "open", "lost_before", "not_yet_customer", "undated", "unlinked")
YES_NO = ("bought_again", "left", "brought_in")
AMOUNTS = ("order_value", "margin_after")
COLUMNS = ("followed", *YES_NO, *AMOUNTS, "currency")


def behaviour(
    responses: pd.DataFrame,
    *,
    customers: pd.DataFrame | None = None,
    orders: pd.DataFrame | None = None,
    horizon_days: int,
    as_of: date,
) -> pd.DataFrame:
    """Join to each questionnaire what its customer did in the days after it.

    Parameters
    ----------
    responses : DataFrame
        The contract table, with ``customer_id``; where that is absent nothing is joined.
    customers, orders : DataFrame, optional
        The contract tables. What is not given adds no column.
    horizon_days : int
        Days after the questionnaire that count, the last one included.
    as_of : date
        The last day up to which customers and orders are complete.

    Returns
    -------
    DataFrame
        `responses` with columns that are the same for all answers of a questionnaire:

        - ``followed``: why behaviour is known or not — ``followed``; ``open`` (the horizon is not over); ``lost_before`` (the relation
          had ended by the day of the questionnaire); ``not_yet_customer`` (a prospect, or a customer only after that day); ``undated``
          (lost, nobody knows when); ``unlinked`` (no customer_id, or one that is not in `customers`);
        - ``left`` (1 or 0): ``churn_date`` lies within the horizon;
        - ``bought_again`` (1 or 0): an order lies within it; ``order_value`` and ``margin_after``: their sums, in ``currency``;
        - ``brought_in`` (1 or 0): a customer came within it (``start_date``) whose ``referred_by`` names this one.

        All but the currency are missing unless ``followed``.

    Raises
    ------
    DataError
        For columns that are there already, a horizon below one day, a questionnaire of two customers, a customer that stands twice, and
        amounts in several currencies.

    Notes
    -----
    Only days after the day of the questionnaire count: a purchase in the morning cannot follow from an answer at noon. An outcome counts
    only once its horizon is over, also where it has come early, for else the newest questionnaires would show those alone who were
    quick. Cancelled orders count nowhere; returned ones do, since no table tells how much came back.

    >>> answers = pd.DataFrame({"response_id": ["q1", "q2"], "customer_id": ["a", "b"],
    ...     "survey_ts": pd.to_datetime(["2025-01-10", "2025-06-20"]).tz_localize("UTC")})
    >>> sold = pd.DataFrame({"order_id": ["1"], "customer_id": ["a"], "value": [50.0],
    ...     "order_ts": pd.to_datetime(["2025-02-01"]).tz_localize("UTC")})
    >>> behaviour(answers, orders=sold, horizon_days=90, as_of=date(2025, 6, 30))[["followed", "bought_again", "order_value"]]
       followed  bought_again  order_value
    0  followed           1.0         50.0
    1      open           NaN          NaN
    """
    _check(responses, customers, horizon_days)
    if "customer_id" not in responses.columns:
        return responses
    people = standing(responses, customers, as_of=as_of)
    late = people["day"] + pd.Timedelta(days=horizon_days) > pd.Timestamp(as_of)
    people.loc[people["followed"].eq("followed") & late, "followed"] = "open"
    columns = {"followed": people["followed"]}
    known = people["followed"].eq("followed")
    if customers is not None and "churn_date" in customers.columns:
        days = (people["churn_date"] - people["day"]).dt.days
        columns["left"] = days.between(1, horizon_days).astype("float64").where(known)
    if customers is not None and {"referred_by", "start_date"} <= set(customers.columns):
        new = customers.dropna(subset=["referred_by", "start_date"])
        new = pd.DataFrame({"customer_id": new["referred_by"], "on": new["start_date"], "one": 1.0})
        columns["brought_in"] = _total(people, new, "one", horizon_days).gt(0).astype("float64").where(known)
    if orders is not None and len(orders):
        columns |= _orders_after(people, orders, horizon_days, known)
    joined = pd.DataFrame(columns).set_index(people["response_id"])
    return responses.join(joined, on="response_id")


def after(responses: pd.DataFrame) -> tuple[str, ...]:
    """Return which columns of :func:`behaviour` a table carries, in their order.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.

    >>> after(pd.DataFrame(columns=["response_id", "left", "followed", "bought_again"]))
    ('bought_again', 'left')
    """
    return tuple(name for name in COLUMNS if name in responses.columns and name not in ("followed", "currency"))


def follow_up(responses: pd.DataFrame, *, by: Sequence[str] = (), **options: Unpack[Sampling]) -> pd.DataFrame:
    """Share of questionnaires whose customer's behaviour is known, and of those for which it is not, by reason.

    Parameters
    ----------
    responses : DataFrame
        As :func:`behaviour` returns it.
    by : sequence of str
        Group columns.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES with ``followed`` as last group column, metric ``follow_up_share``, unit ``share``; the shares of a group add up to
        one, and ``n`` counts its respondents. Needs "responses.customer_id".

    >>> told = pd.DataFrame({"response_id": list("abcd"), "respondent_id": list("abcd"), "weight": 1.0,
    ...     "followed": ["followed", "followed", "open", "lost_before"]})
    >>> follow_up(told)[["followed", "value"]].head(3)
          followed  value
    0     followed   0.50
    1         open   0.25
    2  lost_before   0.25
    """
    if "followed" not in responses.columns or responses.empty:
        return estimates.unanswerable("follow_up_share", "share", ["responses.customer_id"], by=[*by, "followed"])
    people = responses.drop_duplicates("response_id")
    parts = []
    for state in FOLLOWED:
        flagged = people.assign(flag=people["followed"].eq(state).astype("float64"))
        part = estimates.share(flagged, "flag", by=by, metric="follow_up_share", **by_respondent(options))
        part.insert(len(by), "followed", pd.Series(state, index=part.index, dtype="str"))
        parts.append(part)
    return estimates.stack(*parts)


def bought_at(responses: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Join to each questionnaire where its customer bought last before it.

    Parameters
    ----------
    responses, orders : DataFrame
        The contract tables; an order that a questionnaire names (``order_id``) comes before the customer's latest one.

    Returns
    -------
    DataFrame
        `responses` with ``bought_at``, the order's touchpoint_id; missing where no order precedes the questionnaire. Unchanged where
        orders have no touchpoint or answers no customer.

    >>> answers = pd.DataFrame({"response_id": ["q1", "q2"], "customer_id": ["a", "b"],
    ...     "survey_ts": pd.to_datetime(["2025-01-10", "2025-06-20"]).tz_localize("UTC")})
    >>> sold = pd.DataFrame({"order_id": ["1", "2"], "customer_id": "a", "touchpoint_id": ["shop", "phone"],
    ...     "order_ts": pd.to_datetime(["2025-01-02", "2025-02-01"]).tz_localize("UTC")})
    >>> bought_at(answers, sold)["bought_at"].fillna("-").to_list()
    ['shop', '-']
    """
    if "customer_id" not in responses.columns or "touchpoint_id" not in orders.columns or orders.empty:
        return responses
    placed = orders.dropna(subset=["customer_id", "touchpoint_id"])
    placed = placed.assign(on=local_day(placed["order_ts"]))[["customer_id", "order_id", "on", "touchpoint_id"]]
    people = _people(responses)
    if "order_id" in responses.columns:
        named = responses.dropna(subset="order_id").drop_duplicates("response_id").set_index("response_id")["order_id"]
        people["named"] = people["response_id"].map(named)
    else:
        people["named"] = pd.Series(pd.NA, index=people.index, dtype="str")
    pairs = people.merge(placed, on="customer_id")
    pairs = pairs[pairs["on"] <= pairs["day"]]
    pairs = pairs.assign(meant=pairs["named"].eq(pairs["order_id"])).sort_values(["meant", "on", "order_id"], kind="stable")
    last = pairs.drop_duplicates("response_id", keep="last").set_index("response_id")["touchpoint_id"]
    return responses.assign(bought_at=responses["response_id"].map(last).astype("str"))


def standing(responses: pd.DataFrame, customers: pd.DataFrame | None, *, as_of: date) -> pd.DataFrame:
    """Return one row a questionnaire: response_id, customer_id, day, churn_date, and how the customer stood on that day.

    ``followed`` is one of the states of :func:`behaviour`; ``open`` where the questionnaire is not older than `as_of`.
    """
    people = _people(responses)
    end = pd.Timestamp(as_of)
    state = np.where(people["customer_id"].isna(), "unlinked", np.where(people["day"] >= end, "open", "followed"))
    people["churn_date"] = pd.Series(pd.NaT, index=people.index, dtype="datetime64[us]")
    if customers is not None:
        mine = customers.set_index("customer_id").reindex(people["customer_id"]).reset_index(drop=True)
        for name in ("churn_date", "start_date"):
            mine[name] = local_day(mine[name]) if name in mine.columns else pd.NaT
        people["churn_date"] = mine["churn_date"].where(mine["churn_date"] <= end)
        prospect = mine["status"].eq("prospect") | (mine["start_date"] > people["day"])
        conditions = [mine["status"].isna(), prospect, mine["churn_date"] <= people["day"]]
        conditions += [mine["status"].eq("lost") & mine["churn_date"].isna()]
        state = np.select(conditions, ["unlinked", "not_yet_customer", "lost_before", "undated"], state)
    people["followed"] = pd.Series(state, index=people.index, dtype="str")
    return people


def only_currency(table: pd.DataFrame, where: str) -> str:
    """Return the currency of a table's amounts, "" where it names none.

    Raises
    ------
    DataError
        When there are several.
    """
    known = table["currency"].dropna().unique() if "currency" in table.columns else []
    if len(known) > 1:
        raise DataError(worded(f"{where}.currency", "amounts stand in several currencies:", ", ".join(known), do="Convert them to one."))
    return str(known[0]) if len(known) else ""


def _check(responses: pd.DataFrame, customers: pd.DataFrame | None, horizon_days: int) -> None:
    if horizon_days < 1:
        raise DataError(worded("horizon_days", "a horizon has at least one day, not", horizon_days))
    there = [name for name in COLUMNS if name in responses.columns]
    if there:
        raise DataError(*(worded("responses", "has the column already:", name, do="Join behaviour once.") for name in there))
    if customers is not None and customers["customer_id"].duplicated().any():
        twice = customers.loc[customers["customer_id"].duplicated(), "customer_id"].iloc[0]
        raise DataError(worded("customers", "a customer stands twice:", twice, do="Each customer has one row."))


def _people(responses: pd.DataFrame) -> pd.DataFrame:
    known = responses.dropna(subset="customer_id").groupby("response_id", sort=False)["customer_id"]
    several = known.nunique().gt(1)
    if several.any():
        raise DataError(worded("responses", "a questionnaire belongs to more than one customer:", several.index[several][0]))
    people = responses.drop_duplicates("response_id")[["response_id", "survey_ts"]].reset_index(drop=True)
    people["customer_id"] = people["response_id"].map(known.first())
    return people.assign(day=local_day(people.pop("survey_ts")))


def _orders_after(people: pd.DataFrame, orders: pd.DataFrame, horizon_days: int, known: pd.Series) -> dict[str, pd.Series]:
    kept = orders[orders["cancelled_ts"].isna()] if "cancelled_ts" in orders.columns else orders
    kept = kept.assign(on=local_day(kept["order_ts"]), one=1.0)
    columns = {"bought_again": _total(people, kept, "one", horizon_days).gt(0).astype("float64").where(known)}
    for name, amount in zip(AMOUNTS, ("value", "margin"), strict=True):
        if amount in kept.columns and kept[amount].notna().any():
            columns[name] = _total(people, kept, amount, horizon_days).where(known)
    if any(name in columns for name in AMOUNTS) and only_currency(orders, "orders"):
        columns["currency"] = pd.Series(only_currency(orders, "orders"), index=people.index, dtype="str")
    return columns


def _total(people: pd.DataFrame, events: pd.DataFrame, amount: str, horizon_days: int) -> pd.Series:
    """Sum what each questionnaire's customer did on the days 1 to horizon after it; one unknown amount makes the sum unknown."""
    pairs = people[["response_id", "customer_id", "day"]].dropna().merge(events[["customer_id", "on", amount]], on="customer_id")
    pairs = pairs[(local_day(pairs["on"]) - pairs["day"]).dt.days.between(1, horizon_days)]
    total = pairs.groupby("response_id")[amount].agg(lambda values: values.sum(skipna=False)) if len(pairs) else pd.Series(dtype="float64")
    return people["response_id"].map(total).where(people["response_id"].isin(total.index), 0.0).astype("float64")
