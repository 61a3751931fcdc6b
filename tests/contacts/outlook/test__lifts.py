"""The lift: by hand, where a side is empty, and a robot's weight."""

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.outlook import _lifts as lifts


def cases(here, elsewhere, controls=3, who=None):
    table = pd.DataFrame({"here": np.asarray(here, dtype=bool), "elsewhere": np.asarray(elsewhere, dtype="float64"), "controls": controls})
    return table.assign(customer_id=who or [str(number) for number in range(len(table))])


def test_the_lift_is_the_ratio_of_both_shares_whatever_the_numbers_of_controls():
    told = cases([1, 1, 0, 1, 0, 0], [1 / 3, 0, 0.5, 0, 1, 0], controls=[3, 3, 2, 1, 1, 3])
    row = lifts.lifted(told, "lift", 1, {"cluster": "customer_id"})
    assert row["value"].item() == pytest.approx((3 / 6) / ((1 / 3 + 0.5 + 1) / 6))
    assert row["n"].item() == 6  # 3 contacts' windows, 1 of 3, 1 of 2 and 1 of 1 controls


def test_the_interval_is_wilson_s_of_windows_when_each_customer_has_one():
    # R: p <- 9/12; n <- 12; t <- qt(.975, 11); the centre and half of Wilson with SE^2 = p(1-p)/n * n/(n-1)
    told = cases([1] * 9 + [0] * 3, [0] * 9 + [1 / 3] * 3)
    row = lifts.lifted(told, "lift", 1, {"cluster": "customer_id"}).iloc[0]
    p, n, t = 0.75, 11.0, 2.200985
    centre, half = (p + t**2 / (2 * n)) / (1 + t**2 / n), t / (1 + t**2 / n) * np.sqrt(p * (1 - p) / n + t**2 / (4 * n**2))
    ends = [3 * end / (1 - end) for end in (centre - half, centre + half)]
    assert [row["low"], row["high"]] == pytest.approx(ends, rel=1e-5)


def test_without_an_event_on_one_side_the_other_end_stands():
    only_here = lifts.lifted(cases([1] * 8, [0] * 8), "lift", 1, {"cluster": "customer_id"}).iloc[0]
    assert np.isnan(only_here["value"])
    assert only_here["note"] == "none elsewhere"
    assert only_here["low"] > 1
    only_there = lifts.lifted(cases([0] * 8, [1 / 3] * 8), "lift", 1, {"cluster": "customer_id"}).iloc[0]
    assert only_there["value"] == 0
    assert 0 < only_there["high"] < 5


def test_nothing_at_all_and_too_little_say_so():
    assert lifts.lifted(cases([0] * 3, [0] * 3), "lift", 1, {"cluster": "customer_id"})["note"].item() == "no events"
    thin = lifts.lifted(cases([1, 1, 0], [0, 0, 1 / 3]), "lift", 5, {"cluster": "customer_id"})
    assert thin["note"].item() == "n < 5"
    assert thin["value"].isna().all()


def test_many_contacts_of_one_customer_are_one_unit():
    alone = lifts.lifted(cases([1] * 12 + [0] * 12, [0] * 12 + [1 / 3] * 12), "lift", 1, {"cluster": "customer_id"}).iloc[0]
    robot = cases([1] * 12 + [0] * 12, [0] * 12 + [1 / 3] * 12, who=["robot"] * 11 + [str(number) for number in range(13)])
    wide = lifts.lifted(robot, "lift", 1, {"cluster": "customer_id"}).iloc[0]
    assert wide["value"] == pytest.approx(alone["value"])
    assert wide["high"] / wide["low"] > 2 * alone["high"] / alone["low"]


def test_draws_are_of_the_same_ratio():
    told = cases([1] * 30 + [0] * 30, [0] * 30 + [1 / 3] * 30)
    row = lifts.lifted(told, "lift", 1, {"cluster": "customer_id", "draws": 400, "seed": 1}).iloc[0]
    assert np.median(row["draws"]) == pytest.approx(row["value"], rel=0.1)
