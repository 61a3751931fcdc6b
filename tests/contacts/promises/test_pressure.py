"""Signs of sales pressure are those planted."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.promises import sales_pressure


def test_the_demo(client):
    told = sales_pressure(client.orders).set_index(["sales_group", "metric"])
    for metric, planted in (("discount", 0.095), ("month_end_share", 0.38), ("early_cancelled", 0.064)):
        row = told.loc[("V07", metric)]
        assert abs(row["value"] - planted) < 4 * (row["high"] - row["low"]) / 3.92
        assert told.loc[("V07", f"{metric}_difference"), "low"] > 0
        assert told.loc[("V11", f"{metric}_difference"), "low"] <= 0


def test_the_month_s_end_by_hand():
    days = pd.to_datetime(["2025-02-25", "2025-02-26", "2025-02-28", "2025-03-01"])
    sold = pd.DataFrame(
        {"order_id": list("1234"), "customer_id": list("abcd"), "sales_group": "s", "ordered": days, "discount": 0.1, "cancelled": pd.NaT}
    )
    told = sales_pressure(sold.astype({"cancelled": "datetime64[us]"}), min_n=1)
    assert told.loc[told["metric"].eq("month_end_share"), "value"].tolist() == [0.5, 0.5]
    assert told.loc[told["metric"].eq("early_cancelled"), "note"].item() == "needs orders.cancelled_ts"


def test_young_orders_have_had_no_time_to_be_cancelled():
    days = pd.to_datetime(["2025-02-01", "2025-02-02", "2025-03-30"])
    sold = pd.DataFrame({"order_id": list("123"), "customer_id": list("abc"), "sales_group": "s", "ordered": days, "discount": None})
    sold = sold.assign(cancelled=pd.to_datetime(["2025-02-05", None, None]))
    told = sales_pressure(sold, last=pd.Timestamp("2025-03-31").date(), min_n=1)
    early = told[told["metric"].eq("early_cancelled") & told["sales_group"].isna()]
    assert early["value"].item() == pytest.approx(0.5)
    assert early["n"].item() == 2


def test_no_orders_say_what_is_missing(client):
    assert sales_pressure(client.orders.iloc[:0])["note"].item() == "needs orders.order_ts"
