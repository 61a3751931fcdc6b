"""P07: the queue."""

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts import pain_points


def calls(waits, gone=None, **columns):
    table = pd.DataFrame({"wait_s": waits, "customer_id": [str(number) for number in range(len(waits))]})
    table["abandoned"] = pd.array([False] * len(waits) if gone is None else gone, dtype="boolean")
    return table.assign(local_date=pd.Timestamp("2025-01-06"), **columns)


def values(table):
    return table.set_index("metric")["value"].to_dict()


def test_by_hand():
    """Given up after ten seconds is within the threshold, but not taken: 1 of 4."""
    told = values(pain_points.queue(calls([10, 15, 30, 100], [True, False, False, True]), threshold_s=20))
    assert told == {"wait_p50_s": 22.5, "wait_p90_s": 100, "given_up_share": 0.5, "taken_in_time": 0.25}


def test_negative_waits_are_counted_and_left_out():
    told = pain_points.queue(calls([-5, 20, 40]))
    assert values(told)["negative_waits"] == 1
    assert values(told)["wait_p50_s"] == 30
    assert told.set_index("metric").loc["given_up_share", "n"] == 2


def test_a_log_with_one_of_both_columns():
    waits = pain_points.queue(calls([5, 50]).drop(columns="abandoned")).set_index("metric")["note"]
    assert waits.loc["given_up_share"] == waits.loc["taken_in_time"] == "needs contacts.abandoned"
    gone = pain_points.queue(calls([5, 50], [True, False]).drop(columns="wait_s")).set_index("metric")
    assert gone.loc["given_up_share", "value"] == 0.5
    assert gone.loc["wait_p50_s", "note"] == "needs contacts.wait_s"
    bare = pain_points.queue(calls([5]).drop(columns=["wait_s", "abandoned"]), by=["received_by"])
    assert set(bare["note"]) == {"needs contacts.wait_s, contacts.abandoned"}


def test_hours_stand_in_the_order_of_the_day():
    told = pain_points.queue(calls(range(12), local_hour=[10, 9, 8, 7] * 3), by=["local_hour"])
    assert told[told["metric"].eq("given_up_share")]["local_hour"].to_list() == ["7", "8", "9", "10"]


def test_hours_of_the_week_in_standard():
    """Monday at 8: 11 of 12 in time; at 9: half; at 10 there are too few calls."""
    waits = [5] * 11 + [90] + [5, 90] * 6 + [5] * 3
    hour = [8] * 12 + [9] * 12 + [10] * 3
    told = pain_points.queue(calls(waits, local_hour=hour, local_weekday=1)).set_index("metric")
    assert told.loc["hours_in_standard", ["value", "n"]].to_list() == [0.5, 2]


def test_a_robot_widens_the_span():
    rng = np.random.default_rng(2)
    gone = rng.random(600) < 0.1
    alone = calls([10.0] * 600, list(gone))
    robot = alone.assign(customer_id=np.where(np.arange(600) < 400, "robot", alone["customer_id"]))
    robot.loc[:399, "abandoned"] = pd.array([True] * 400, dtype="boolean")
    spans = [pain_points.queue(log).set_index("metric").loc["given_up_share"] for log in (alone, robot)]
    assert spans[1]["high"] - spans[1]["low"] > 5 * (spans[0]["high"] - spans[0]["low"])


def test_the_demo_s_queue_is_as_planted(client, near):
    log = client.log()
    told = pain_points.queue(log).set_index("metric")
    near(told.loc[["given_up_share"]].reset_index(), client.planted("P07", "abandoned"))
    for quantile, level in (("median_wait_s", 0.5), ("p90_wait_s", 0.9)):
        wait, n = client.planted("P07", quantile), told.loc["wait_p50_s", "n"]
        below = ((log["wait_s"] < wait).sum() + (log["wait_s"] <= wait).sum()) / 2 / log["wait_s"].notna().sum()
        assert below == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / n))
        row = told.loc[f"wait_p{100 * level:g}_s"]
        assert abs(row["value"] - wait) <= 4 * (row["high"] - row["low"]) / (2 * NormalDist().inv_cdf(0.975)) + 1  # whole seconds
    by_hour = pain_points.queue(log, by=["local_weekday", "local_hour"])
    rush = by_hour[by_hour["local_weekday"].eq("1") & by_hour["local_hour"].eq("8") & by_hour["metric"].eq("given_up_share")]
    near(rush, client.planted("P07", "abandoned", "Monday 8-9"))
    quiet = client.planted("P07", "hours_with_80_in_20")
    assert told.loc["hours_in_standard", "value"] == pytest.approx(quiet, abs=0.1)
