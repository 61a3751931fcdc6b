"""Who promises too much is found; who sells to difficult customers is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.promises import excess_load, grouped

PRODUCT = ["product_id", "segment"]


def of(told, metric, by="sales_group"):
    return told[told["metric"].eq(metric)].set_index(by)


def test_by_hand_within_cells():
    """Group a: three orders of p, one of q. Others: p brings 1 contact in 5 orders, q 4 in 5."""
    names = [f"{number}" for number in range(14)]
    sold = pd.DataFrame(
        {"order_id": names, "customer_id": names, "sales_group": ["a"] * 4 + ["b"] * 10, "ordered": pd.Timestamp("2025-01-01")}
    )
    sold["product_id"] = ["p"] * 3 + ["q"] + ["p"] * 5 + ["q"] * 5
    asked = ["0", "0", "3", "4", "9", "10", "11", "12"]
    log = pd.DataFrame({"order_id": asked, "local_date": pd.Timestamp("2025-01-05"), "contact_ts": pd.Timestamp("2025-01-05", tz="UTC")})
    end = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-12-31").date())
    told = excess_load(log, sold, comparable=["product_id"], min_orders=2, period=end)
    assert of(told, "observed_load").loc["a", "value"] == pytest.approx(75)
    assert of(told, "expected_load").loc["a", "value"] == pytest.approx(100 * (3 * 0.2 + 0.8) / 4)
    assert of(told, "excess_load").loc["a", "value"] == pytest.approx(75 - 35)
    assert told.loc[told["metric"].eq("balance_after") & told["sales_group"].eq("a"), "value"].item() == pytest.approx(0, abs=1e-12)
    before = told.loc[told["metric"].eq("balance_before") & told["sales_group"].eq("a"), "value"].item()
    assert before == pytest.approx(0.25 / np.sqrt((0.25 * 0.75 + 0.25) / 2))


def test_the_overselling_seller_is_found_and_the_honest_one_is_not(make, period):
    right = wrong = 0
    for seed in range(10):
        some = make(seed, each=400, excess=0.25)
        sold = grouped(some.orders, some.customers, staff_level=True, features=PRODUCT, period=period)
        told = excess_load(some.log, sold, comparable=PRODUCT, reasons=["late"], period=period)
        found = of(told, "excess_chance")["value"] <= 0.05
        right += found["V0"]
        wrong += found["V1"]
        raw = of(told, "observed_load")["value"]
        assert raw["V1"] > raw.drop(["V0", "V1"]).max()
    assert right >= 9
    assert wrong <= 1


def test_the_interval_holds_the_truth(make, period):
    """Another mix of product and segment in each group; the excess of the first is 17, of the second nothing."""
    held = []
    for seed in range(20, 45):
        some = make(seed, sellers=4, each=150)
        sold = grouped(some.orders, some.customers, staff_level=True, features=PRODUCT, period=period)
        told = of(excess_load(some.log, sold, comparable=PRODUCT, reasons=["late"], period=period), "excess_load")
        held.append(told.loc["V1", "low"] <= 0 - 17 / 3 * 0.4 + 3 and told.loc["V1", "high"] >= -17 / 3)
        held.append(told.loc["V0", "low"] <= 17 <= told.loc["V0", "high"])
    assert np.mean(held) >= 0.85


def test_the_demo_s_overselling_seller_is_found(client):
    told = excess_load(client.tables["contacts"], client.orders, reasons=client.disappointing, draws=30)
    excess, chance = of(told, "excess_load"), of(told, "excess_chance")["value"]
    assert excess.loc["V07", "low"] <= 17 <= excess.loc["V07", "high"]
    assert chance[chance <= 0.05].index.tolist() == ["V07"]
    assert abs(excess.loc["V11", "value"]) < 6
    assert of(told, "observed_load").loc["V11", "value"] > 30
    spread = np.std(excess.loc["V07", "draws"])
    assert spread == pytest.approx((excess.loc["V07", "high"] - excess.loc["V07", "low"]) / 3.92, rel=0.6)
    after = told.loc[told["metric"].eq("balance_after"), "value"]
    before = told.loc[told["metric"].eq("balance_before") & told["sales_group"].eq("V11"), "value"]
    assert after.max() < 0.1 < before.max()


def test_campaigns_are_compared_with_orders_outside_them(client):
    told = excess_load(client.tables["contacts"], client.orders, by="campaign_id", reasons=client.disappointing)
    row = of(told, "excess_load", "campaign_id").loc["K2025-10"]
    assert row["low"] > 0
    assert row["low"] <= 6 + 17 * 110 / 620 + 3 <= row["high"]


def test_costs_are_told_only_where_they_are_known(some, sold, period):
    settings = {"comparable": PRODUCT, "reasons": ["late"], "period": period}
    for unknown in ({}, {"costs": {"phone": 2.0}}, {"currency": "EUR"}):
        assert "excess_cost" not in set(excess_load(some.log, sold, **unknown, **settings)["metric"])
    paid = excess_load(some.log, sold, costs={"phone": 2.0}, currency="EUR", **settings)
    assert of(paid, "excess_cost")["value"].to_numpy() == pytest.approx(2 * of(paid, "excess_load")["value"].to_numpy())
    assert of(paid, "excess_cost")["unit"].unique().tolist() == ["EUR"]


def test_one_seller_is_nothing_to_compare_with(some, period):
    sold = grouped(some.orders, some.customers, features=PRODUCT, period=period)
    assert excess_load(some.log, sold, reasons=["late"], period=period)["note"].tolist() == ["one group only"]


def test_orders_that_cannot_be_told_apart_are_in_no_average(some, sold, period):
    settings = {"comparable": PRODUCT, "reasons": ["late"], "period": period}
    lost = sold["order_id"].isin(sold["order_id"][:100])
    known = of(excess_load(some.log, sold[~lost], **settings), "excess_load")
    told = of(excess_load(some.log, sold.assign(customer_id=sold["customer_id"].mask(lost)), **settings), "excess_load")
    assert told["n"].to_dict() == known["n"].to_dict()
    log = some.log[some.log["order_id"].notna()]
    first = sold.drop_duplicates("customer_id")
    again = first.assign(order_id="again " + first["order_id"], ordered=first["ordered"] + pd.Timedelta(days=5))
    both = pd.concat([first.assign(campaign_id="x"), again.assign(campaign_id="y"), sold.assign(campaign_id=None)], ignore_index=True)
    assert excess_load(log, both, by="campaign_id", **settings)["note"].tolist() == ["one group only"]


def test_too_few_orders_are_not_judged(some, sold, period):
    told = excess_load(some.log, sold, comparable=PRODUCT, reasons=["late"], min_orders=400, period=period)
    assert set(told["note"]) == {"n < 400"}
    assert told["value"].isna().all()


def test_young_orders_wait(some, sold, period):
    told = excess_load(some.log, sold, comparable=PRODUCT, reasons=["late"], period=(period[0], pd.Timestamp("2025-06-30").date()))
    young = (sold["ordered"] + pd.Timedelta(days=60) > pd.Timestamp("2025-06-30")).sum()
    assert of(told, "excess_load")["n"].sum() == len(sold) - young


def test_what_is_missing_is_named(some, sold):
    bare = excess_load(some.log.drop(columns="reason_id"), sold, reasons=["late"])
    assert bare["note"].item() == "needs contacts.reason_id"
    assert "needs orders.seller_id" in excess_load(some.log, sold.assign(sales_group=None))["note"].item()
