"""Add-on services."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.opportunities import offer_margin, offer_reach
from cxlib.simulate.orders import OFFERS

from .conftest import of, orders_of

LISTED = pd.DataFrame({"offer_id": ["x", "y"], "margin_share": [0.2, np.nan]})
PEOPLE = pd.DataFrame({"customer_id": list("abcd"), "segment": ["s", "s", "t", "t"], "status": ["active", "lost", "active", "prospect"]})


def test_margins_are_the_orders_own_or_else_the_lists():
    orders = orders_of(("a", 1, 100), ("b", 2, 300), ("c", 3, 50), offer_id=["x", "x", "x"]).assign(
        currency="EUR", margin=[10.0, 50.0, np.nan]
    )
    told = offer_margin(orders, LISTED, PEOPLE, currency="EUR", min_n=1)
    assert of(told, "margin_share", offer_id="x") == pytest.approx((10 + 50 + 10) / 450)
    assert of(told, "margin_per_order", offer_id="x") == pytest.approx(70 / 3)
    assert of(told, "margin_share_listed", offer_id="x") == 0.2
    listed = offer_margin(orders.drop(columns="margin"), LISTED, PEOPLE, currency="EUR", min_n=1)
    assert "margin_share" not in set(listed["metric"])
    assert of(listed, "margin_per_order", offer_id="x") == pytest.approx(0.2 * 150)


def test_no_amount_without_a_currency_and_no_order_that_was_cancelled():
    orders = orders_of(("a", 1, 100), ("b", 2, 300), offer_id=["x", "x"]).assign(
        cancelled_ts=[pd.NaT, pd.Timestamp("2025-02-01", tz="UTC")]
    )
    told = offer_margin(orders, LISTED, PEOPLE, min_n=1)
    assert set(told["metric"]) == {"offer_orders", "margin_share_listed"}
    assert of(told, "offer_orders", offer_id="x") == 1


def test_spread_and_how_far_groups_lie_behind():
    orders = orders_of(("a", 1), ("a", 2), ("d", 3), offer_id=["x", "x", "x"])
    told = offer_reach(orders, LISTED, PEOPLE, min_n=1)
    assert of(told, "reach_share", offer_id="x", segment="s") == 0.5
    assert of(told, "reach_share", "n", offer_id="x", segment="t") == 1  # a prospect has bought nothing yet
    assert of(told, "reach_gap", offer_id="x", segment="t") == 0.5
    assert of(told, "unreached_customers", offer_id="x", segment="t") == 0.5
    nobody = told[told["offer_id"].eq("y")]
    assert nobody["value"].eq(0).all()
    assert set(nobody["metric"]) == {"reach_share"}


def test_what_is_missing_is_named():
    orders = orders_of(("a", 1), offer_id=["x"])
    assert offer_margin(orders.drop(columns="offer_id"), LISTED, PEOPLE)["note"].item() == "needs orders.offer_id"
    assert offer_reach(orders, LISTED, PEOPLE.drop(columns="segment"))["note"].item() == "needs customers.segment"
    bare = offer_margin(orders, LISTED.drop(columns="margin_share"), PEOPLE, min_n=1)
    assert of(bare, "margin_share", "note") == "needs orders.margin, offers.margin_share"
    assert offer_margin(orders, LISTED, pd.DataFrame(), by=["segment"])["note"].item() == "needs customers.segment"


def test_the_spread_planted_in_the_demo_is_found(client):
    """Each offer among those of its segments who order, cancelled orders aside; nobody else takes it."""
    tables, _ = client
    people, orders = tables["customers"], tables["orders"]
    buyers = people[people["customer_id"].isin(orders["customer_id"])]
    told = offer_reach(orders.assign(cancelled_ts=pd.NaT), tables["offers"], buyers)
    for name, (segments, share) in OFFERS.items():
        inside = told[told["metric"].eq("reach_share") & told["offer_id"].eq(name) & told["segment"].isin(segments)]
        found = np.average(inside["value"], weights=inside["n"].astype(float))
        error = np.sqrt(share * (1 - share) / inside["n"].sum())
        assert abs(found - share) < 4 * error + 0.01, name
        outside = told[
            told["metric"].eq("reach_share") & told["offer_id"].eq(name) & ~told["segment"].isin(segments) & told["segment"].notna()
        ]
        assert outside["value"].eq(0).all()
