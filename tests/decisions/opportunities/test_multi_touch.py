"""The way to an order."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.opportunities import multi_touch

from .conftest import log_of, of, orders_of


def test_the_window_before_the_order_without_its_own_day():
    log = log_of(
        ("a", 69.9), ("a", 70.1), ("a", 99.9), ("a", 100.2), ("z", 0), ("z", 300), touchpoint_id=["T1", "T2", "T3", "T4", "T5", "T5"]
    )
    orders = orders_of(("a", 100.5), ("b", 200), touchpoint_id="T9")
    told = multi_touch(log, orders, window_days=30, min_n=1)
    on_path = told[told["metric"].eq("on_path_share")].set_index("touchpoint_id")["value"]
    assert on_path[["T1", "T2", "T3", "T4"]].to_list() == [0, 0.5, 0.5, 0]
    assert of(told, "seen_before_share") == 0.5
    assert of(told, "closing_share", touchpoint_id="T9") == 1
    credit = told[told["metric"].eq("credit_share")].set_index("touchpoint_id")["value"]
    assert credit["T2"] == pytest.approx(1 / 6)
    assert credit["T9"] == pytest.approx((1 / 3 + 1) / 2)
    assert credit.sum() == pytest.approx(1)


def test_touchpoints_that_have_nothing_to_do_with_orders_are_met_as_often_anyhow(lived):
    extra, inside = [], []
    for seed in range(10):
        log, orders = lived(seed)
        told = multi_touch(log.assign(touchpoint_id="T1"), orders, cluster="customer_id")
        extra.append(of(told, "on_path_extra", touchpoint_id="T1"))
        inside.append(of(told, "on_path_extra", "low") < 0 < of(told, "on_path_extra", "high"))
    assert abs(np.mean(extra)) < 4 * np.std(extra, ddof=1) / np.sqrt(len(extra))
    assert np.mean(inside) >= 0.7


def test_a_touchpoint_that_comes_before_orders_stands_out(lived):
    _, orders = lived(1)
    before = orders.sample(frac=0.3, random_state=1)
    asked = log_of(*[(row.customer_id, (row.order_ts - pd.Timestamp("2025-01-01", tz="UTC")).days - 5) for row in before.itertuples()])
    told = multi_touch(asked.assign(touchpoint_id="T2"), orders, cluster="customer_id")
    assert of(told, "on_path_extra", "low") > 0.1


def test_what_is_missing_is_named():
    log, orders = log_of(("a", 1)), orders_of(("a", 2))
    assert multi_touch(log, orders)["note"].item() == "needs contacts.touchpoint_id"
    log = log.assign(touchpoint_id="T1")
    assert multi_touch(log, pd.DataFrame())["note"].item() == "needs orders.customer_id, orders.order_ts"
    assert multi_touch(log, orders)["note"].item() == "n < 30"
    later = log_of(("a", 1), ("a", 99)).assign(touchpoint_id="T1")
    told = multi_touch(later, orders_of(("a", 50)), min_n=1)
    assert of(told, "closing_share", "note") == "needs orders.touchpoint_id"
