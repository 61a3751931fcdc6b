"""Won or not, by how soon; and what undecided leads do not tell."""

from __future__ import annotations

import pandas as pd
import pytest

from cxlib.contacts.before_purchase import conversion, talks


def test_by_hand(make, later):
    table = make(
        (1, True, None, "a"),
        (2, False, None, "b"),
        (10, False, None, "c"),
        (100, False, None, "d"),
        (None, False, None, "e"),
        (3, None, None, "f"),
    )
    told = conversion(table, as_of=later, min_n=1)
    won = told[told["metric"].eq("lead_won") & told["answered_within"].notna()].set_index("answered_within")["value"]
    assert won.to_dict() == {"4": 0.5, "24": 0.0, "later": 0.0, "never": 0.0}
    assert told.loc[told["metric"].eq("leads_undecided"), "value"].item() == pytest.approx(1 / 6)
    difference = told[told["metric"].eq("lead_won_difference")].set_index("answered_within")["value"]
    assert difference["24"] == pytest.approx(-0.5)


def test_young_leads_are_left_out(make):
    table = make((1, True, None, "a"))
    assert conversion(table, as_of=(table["created_ts"].iloc[0] + pd.Timedelta(days=10)).to_pydatetime())["note"].item() == "no events"


def test_the_demo_s_quick_answers_go_with_orders(tables):
    told = conversion(tables["leads"])
    late = told[told["metric"].eq("lead_won_difference") & told["answered_within"].eq("later")]
    assert late["high"].item() < 0


def rated(values, days):
    n = len(values)
    answers = pd.DataFrame({"customer_id": [f"c{k}" for k in range(n)], "touchpoint_id": "T10", "item_type": "actual", "value": values})
    answers = answers.assign(survey_ts=pd.Timestamp("2025-01-01", tz="UTC"), scale_low=0.0, scale_high=10.0)
    bought = [k for k in range(n) if days[k] is not None]
    orders = pd.DataFrame(
        {
            "customer_id": [f"c{k}" for k in bought] + ["z"],
            "order_ts": [pd.Timestamp("2025-01-01 12:00", tz="UTC") + pd.Timedelta(days=days[k]) for k in bought]
            + [pd.Timestamp("2026-01-01", tz="UTC")],
        }
    )
    return answers, orders


def test_orders_after_talks_rated_well_and_poorly():
    told = talks(*rated([9, 9, 2, 2], [10, 400, 20, None]), touchpoints=["T10"], min_n=1)
    bought = told[told["metric"].eq("bought_after")].set_index("experience")["value"]
    assert bought.to_dict() == {"good": 0.5, "poor": 0.5}
    assert told.loc[told["metric"].eq("bought_difference"), "value"].item() == 0


def test_orders_of_the_same_day_or_before_do_not_follow():
    told = talks(*rated([9.0, 9.0], [0, -5]), touchpoints=["T10"], min_n=1)
    assert told.loc[told["metric"].eq("bought_after"), "value"].item() == 0


def test_what_is_missing_is_named(tables):
    assert conversion(tables["leads"].drop(columns="won"))["note"].item() == "needs leads.won"
    assert talks(tables["responses"], tables["orders"], touchpoints=["none"])["note"].item().startswith("needs responses[actual]")


def test_an_answer_at_the_very_hour_is_within_it(make, later):
    told = conversion(make((4, True, None, "a"), (4.01, False, None, "b")), as_of=later, min_n=1)
    won = told[told["metric"].eq("lead_won") & told["answered_within"].notna()].set_index("answered_within")["value"]
    assert won.to_dict() == {"4": 1.0, "24": 0.0}
