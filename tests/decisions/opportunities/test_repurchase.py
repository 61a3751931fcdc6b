"""Buying again after a service contact."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.opportunities import repurchase

from .conftest import log_of, of, orders_of

REASONS = pd.DataFrame({"reason_id": ["help", "offer"], "phase": ["aftersales", "presales"]})


def told_of(log, orders, **options):
    return repurchase(log, orders, pd.DataFrame(), REASONS, **{"min_n": 5} | options)


def over(told, metric, column="value"):
    return of(told[told[["experience", "side", "days", "covariate"]].isna().all(axis=1)], metric, column)


def test_what_is_told_beyond_the_earlier_difference_is_the_one_less_the_other(lived):
    told = told_of(*lived(1))
    assert over(told, "rebought_extra") == pytest.approx(over(told, "rebought_difference") - over(told, "rebought_earlier"))
    assert over(told, "rebought_difference") == pytest.approx(over(told, "rebought_share") - over(told, "rebought_comparable"))
    curve = told[told["metric"].eq("rebought_within") & told["days"].eq("90")].set_index("side")["value"]
    assert curve["with_contact"] == pytest.approx(over(told, "rebought_share"))
    assert curve["comparable"] == pytest.approx(over(told, "rebought_comparable"))


def test_no_false_alarm_when_frequent_buyers_merely_contact_more(lived):
    """Also where orders bring contacts about; the plain difference is one, though."""
    extra, plain, inside = [], [], []
    for seed in range(10):
        told = told_of(*lived(seed, customers=500, follow=0.3))
        extra.append(over(told, "rebought_extra"))
        plain.append(over(told, "rebought_difference"))
        inside.append(over(told, "rebought_extra", "low") < 0 < over(told, "rebought_extra", "high"))
    error = np.std(extra, ddof=1) / np.sqrt(len(extra))
    assert abs(np.mean(extra)) < 4 * error
    assert np.mean(inside) >= 0.7
    assert np.mean(plain) > 4 * np.std(plain, ddof=1) / np.sqrt(len(plain))


def test_orders_that_contacts_bring_are_found(lived):
    extra = [over(told_of(*lived(seed, customers=500, bring=0.4)), "rebought_extra") for seed in range(6)]
    assert np.mean(extra) > 4 * 0.006  # less than 0.4: who would have ordered anyhow, and who is compared may get in touch later


def test_cells_make_those_compared_alike(lived):
    told = told_of(*lived(2, follow=0.3))
    before, after = (of(told, f"imbalance_{when}", covariate="recent_orders") for when in ("before", "after"))
    assert before > 0.5
    assert abs(after) < 0.12


def test_only_service_contacts_count_and_purchases_are_none(lived):
    log, orders = lived(3)
    other = told_of(log.assign(reason_id="offer"), orders)
    assert other["note"].to_list() == ["n < 5"]
    sold = told_of(log.assign(outcome="sale"), orders)
    assert sold["note"].to_list() == ["n < 5"]
    placed = told_of(log.assign(touchpoint_id="T1"), orders.assign(touchpoint_id="T1"))
    assert placed["note"].to_list() == ["n < 5"]
    unknown = told_of(log.drop(columns="reason_id"), orders)
    assert over(unknown, "rebought_share") == pytest.approx(over(told_of(log, orders), "rebought_share"))


def test_solved_and_unsolved_are_told_apart(lived):
    log, orders = lived(4, customers=600)
    outcome = np.where(np.arange(len(log)) % 2, "resolved", "no_solution")
    told = told_of(log.assign(outcome=outcome), orders)
    numbers = told[told["metric"].eq("rebought_share")].set_index("experience")["n"]
    assert abs(numbers["solved"] - numbers["unsolved"]) < 0.3 * numbers["solved"]


def test_what_is_missing_is_named_and_too_few_say_so():
    log, orders = log_of(("a", 1)), orders_of(("a", 2))
    assert told_of(log, pd.DataFrame())["note"].item() == "needs orders.customer_id, orders.order_ts"
    assert told_of(log.assign(customer_id=pd.Series([None], dtype="str")), orders)["note"].item() == "needs contacts.customer_id"
    assert told_of(log.assign(reason_id="help"), orders)["note"].item() == "n < 5"


def test_draws_align_by_customer(lived):
    told = told_of(*lived(5), draws=20, seed=3)
    row = told[told["metric"].eq("rebought_extra") & told["experience"].isna()].iloc[0]
    assert len(row["draws"]) == 20
    assert abs(np.mean(row["draws"]) - row["value"]) < row["high"] - row["low"]
