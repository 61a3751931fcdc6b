"""Disappointments by cause, as often and as soon as planted."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.promises import disappointment


def test_the_demo_s_broken_promises(client):
    broken = ["onboarding.promise_not_kept", "onboarding.hidden_charge_condition"]
    told = disappointment(client.tables["contacts"], client.orders, causes=client.causes, broken=broken, by=["sales_group"])
    rate = told[told["metric"].eq("broken_promises")].set_index("sales_group")
    for seller, planted in {"V07": 7.8, "V11": 1.9, "V03": 1.4}.items():
        assert rate.loc[seller, "low"] <= planted <= rate.loc[seller, "high"]
    assert rate["value"].idxmax() == "V07"


def test_causes_add_up(client):
    told = disappointment(client.tables["contacts"], client.orders, causes=client.causes)
    contacts = told[told["metric"].eq("disappointed_contacts")]
    assert contacts["cause"].notna().sum() == 5
    assert contacts.loc[contacts["cause"].notna(), "value"].sum() == pytest.approx(contacts.loc[contacts["cause"].isna(), "value"].item())


def test_first_disappointments_only_grow(client):
    told = disappointment(client.tables["contacts"], client.orders, causes=client.causes, at=[7, 14, 30, 60], draws=5)
    curve = told[told["metric"].eq("disappointed_by")]
    assert curve["days"].tolist() == ["7", "14", "30", "60"]
    assert curve["value"].is_monotonic_increasing
    assert (curve["low"] <= curve["value"]).all()
    assert len(curve["draws"].iloc[0]) == 5


def test_who_is_watched_for_less_counts_for_as_long():
    """One of two old orders is disappointed on day 10; a young one is watched for 5 days."""
    sold = pd.DataFrame(
        {"order_id": list("123"), "customer_id": list("abc"), "ordered": pd.to_datetime(["2025-01-01", "2025-01-01", "2025-06-25"])}
    )
    log = pd.DataFrame(
        {
            "order_id": ["1"],
            "reason_id": "late",
            "local_date": pd.Timestamp("2025-01-11"),
            "contact_ts": pd.Timestamp("2025-01-11", tz="UTC"),
        }
    )
    end = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date())
    told = disappointment(log, sold, causes={"delay": ["late"]}, at=[3, 30], min_n=1, period=end)
    curve = told[told["metric"].eq("disappointed_by")].set_index("days")
    assert curve.loc["30", "value"] == pytest.approx(0.5)
    assert curve.loc["3", "n"] == 3
    assert told.loc[told["metric"].eq("disappointed_contacts") & told["cause"].isna(), "n"].item() == 2


def test_too_few_orders_keep_their_rows(client):
    told = disappointment(client.tables["contacts"], client.orders[:10], causes=client.causes, min_n=30)
    assert told["value"].isna().all()


def test_what_is_missing_is_named(client):
    bare = disappointment(client.tables["contacts"].drop(columns="reason_id"), client.orders, causes=client.causes)
    assert bare["note"].item() == "needs contacts.reason_id"
