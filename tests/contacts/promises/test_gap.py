"""Expectation and experience jointly: high and kept is no fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.promises import promise_gap

ANSWERS = ["response_id", "item_id", "item_type", "item_group", "value"]


def survey(x, y, z=None, sellers=None):
    n = len(x)
    rows = []
    for number in range(n):
        rows.append((f"r{number}", "before", "expected_before", "promise", x[number]))
        rows.append((f"r{number}", "after", "actual", "promise", y[number]))
        if z is not None:
            rows.append((f"r{number}", "nps", "nps", None, z[number]))
    table = pd.DataFrame(rows, columns=ANSWERS)
    who = table["response_id"].str[1:]
    table = table.assign(order_id="o" + who, customer_id="c" + who, respondent_id=table["response_id"], scale_low=0.0, scale_high=10.0)
    group = sellers if sellers is not None else ["a"] * n
    orders = pd.DataFrame(
        {"order_id": [f"o{number}" for number in range(n)], "customer_id": [f"c{number}" for number in range(n)], "sales_group": group}
    )
    return table, orders


def test_the_demo(client):
    told = promise_gap(client.tables["responses"], client.orders)
    rows = told.set_index(["sales_group", "metric"])
    sellers = client.truth["sellers"].set_index("seller_id") if "seller_id" in client.truth["sellers"] else client.truth["sellers"]
    for seller in ("V03", "V07", "V11"):
        for metric, planted in (("expected_before", "before"), ("experienced_after", "after")):
            row = rows.loc[(seller, metric)]
            assert abs(row["value"] - sellers.loc[seller, planted]) < 0.5
    apart = told[told["metric"].eq("too_much_difference")].set_index("sales_group")
    assert apart.loc["V07", "low"] > 0
    assert apart.loc["V03", "low"] <= 0
    assert apart.loc["V11", "low"] <= 0


def test_high_expectation_that_is_kept_raises_no_alarm():
    x, y = np.r_[np.full(60, 9.0), np.full(60, 6.0)], np.r_[np.full(60, 8.8), np.full(60, 5.9)]
    told = promise_gap(*survey(x, y, sellers=["high"] * 60 + ["low"] * 60)).set_index(["sales_group", "metric"])
    assert told.loc[("high", "promised_too_much"), "value"] == 0
    assert told.loc[("high", "kept_high"), "value"] == 1


def test_one_raw_difference_has_two_meanings():
    """Three points too little: from 9 to 5.5 a broken promise, from 5 to 2 none was made."""
    told = promise_gap(*survey([9.0] * 40 + [5.0] * 40, [5.5] * 40 + [2.0] * 40, sellers=["a"] * 40 + ["b"] * 40)).set_index(
        ["sales_group", "metric"]
    )
    assert told.loc[("a", "promised_too_much"), "value"] == 1
    assert told.loc[("b", "promised_too_much"), "value"] == 0


def test_the_surface_is_that_of_the_polynomial():
    """z = 5 + 0.4·x + 0.9·y + 0.05·xy from the middle of the scale: kept 1.3, missed −0.5."""
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 10, 200), rng.uniform(0, 10, 200)
    z = 5 + 0.4 * (x - 5) + 0.9 * (y - 5) + 0.05 * (x - 5) * (y - 5) + rng.normal(0, 1e-6, 200)
    told = promise_gap(*survey(x, y, z), draws=4).set_index("metric")
    assert told.loc["surface_kept", "value"] == pytest.approx(1.3, abs=1e-4)
    assert told.loc["surface_missed", "value"] == pytest.approx(-0.5, abs=1e-4)
    assert len(told.loc["surface_kept", "draws"]) == 4


def test_other_scales_are_put_on_ten():
    answers, orders = survey([10.0] * 40, [2.0] * 40)
    marks = answers["item_id"].eq("after")
    five = answers.assign(scale_high=np.where(marks, 5.0, 10.0), scale_low=np.where(marks, 1.0, 0.0))
    assert promise_gap(five, orders).set_index("metric").loc["experienced_after", "value"].iloc[0] == pytest.approx(2.5)


def test_what_is_missing_is_named():
    answers, orders = survey([9.0] * 5, [8.0] * 5)
    assert promise_gap(answers[answers["item_type"].eq("actual")], orders)["note"].item().startswith("needs responses[expected_before]")
    assert promise_gap(answers, orders.assign(sales_group=None))["note"].item() == "needs orders.seller_id"
    thin = promise_gap(answers, orders)
    assert thin["value"].isna().all()


def test_a_good_experience_below_a_higher_expectation_is_no_broken_promise():
    told = promise_gap(*survey([10.0] * 40, [7.5] * 40)).set_index("metric")
    assert told.loc["promised_too_much", "value"].max() == 0


def test_an_experience_a_little_below_a_high_expectation_is_no_broken_promise():
    told = [promise_gap(*survey([7.6] * 40, [experienced] * 40)).set_index("metric") for experienced in (5.9, 5.5)]
    assert [each.loc["promised_too_much", "value"].max() for each in told] == [0, 1]  # two points of ten at least
