"""Stages before the purchase: how many of all leads reach each, and when, on two clocks."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.before_purchase import stages, unseen

CAME = pd.Timestamp("2025-02-03 09:00", tz="UTC")


def bought(**days):
    return pd.DataFrame({"customer_id": list(days), "order_ts": [CAME + pd.Timedelta(days=day) for day in days.values()]})


def of(told, metric):
    return told[told["metric"].eq(metric)].set_index(["lead_stage", "clock_of"] if metric == "stage_time" else "lead_stage")["value"]


def test_by_hand(make, later):
    leads = make((2, True, 10, "a"), (4, True, 30, "b"), (30, False, None, None), (None, None, 20, None))
    told = stages(leads, bought(a=5, b=11), as_of=later, min_n=1)
    assert of(told, "stage_share").dropna().to_dict() == {"lead": 1, "answer": 0.75, "order": 0.5, "lost": 0.25, "undecided": 0.25}
    times = of(told, "stage_time")
    assert times[("lead", "customer")] == 20
    assert times[("answer", "company")] == pytest.approx(3)
    assert times[("order", "company")] == pytest.approx(8)
    assert times[("order", "customer")] == pytest.approx((15 + 41) / 2)


def test_only_an_order_after_a_won_lead_counts(make, later):
    leads = make((2, True, 10, "a"), (2, False, 10, "b"))
    sold = pd.concat([bought(a=-20), bought(a=9), bought(b=3)])
    assert of(stages(leads, sold, as_of=later, min_n=1), "stage_time")[("order", "company")] == 9


def test_a_lead_too_young_to_be_decided_is_left_out(make):
    assert stages(make((1, True, 1, "a")), as_of=(CAME + pd.Timedelta(days=59)).to_pydatetime())["note"].item() == "no events"


def test_both_clocks_tell_what_unseen_tells(tables, make):
    leads, orders = tables["leads"], tables["orders"]
    told = of(stages(leads, orders, decided_days=1, draws=0), "stage_time")
    rows = unseen(leads, orders, draws=0).set_index(["clock_of", "metric"])["value"]
    for clock in ("customer", "company"):
        assert told[("order", clock)] == pytest.approx(rows[(clock, "before_purchase_days")], abs=1.5)


def test_without_interest_our_own_clock_tells_of_all(make, later):
    told = stages(make((2, True, None, "a"), (6, True, None, "b")), bought(a=5, b=7), as_of=later, min_n=1)
    assert of(told, "stage_time")[("answer", "company")] == pytest.approx(4)
    assert "needs leads.first_interest_date" in told["note"].tolist()


def test_what_is_missing_is_named(make, later):
    leads = make((2, None, 10, "a"))
    assert stages(leads.drop(columns="first_touch_ts"))["note"].item() == "needs leads.first_touch_ts"
    notes = stages(leads, as_of=later, min_n=1).set_index(["lead_stage", "metric"])["note"]
    assert notes[("order", "stage_share")] == "needs leads.won"
    assert set(notes[("order", "stage_time")]) == {"needs orders.customer_id, orders.order_ts"}
    assert notes[("quote", "stage_share")] == "quotes name no lead"


def test_a_figure_too_thin_keeps_its_row(make, later):
    told = stages(make((2, True, 10, "a")), bought(a=5), as_of=later)
    assert told["value"].isna().all()
    assert "n < 30" in told["note"].tolist()


def test_an_interest_after_the_lead_enters_neither_clock(make, later):
    told = stages(make((2, True, 10, "a"), (8, True, -4, "b")), bought(a=5, b=9), as_of=later, min_n=1)
    times = of(told, "stage_time")
    assert (times[("lead", "customer")], times[("answer", "company")], times[("order", "company")]) == (10, 2, 5)
