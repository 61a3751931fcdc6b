"""Answers to leads, open ones watched for as long as they are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.before_purchase import lead_response


def shares(told, metric="lead_answered"):
    return told[told["metric"].eq(metric)].set_index("hours")["value"]


def test_by_hand(make, later):
    told = lead_response(
        make((1, None, None, "a"), (5, None, None, "b"), (None, None, None, "c"), (30, None, None, "d")),
        hours=[2, 24],
        as_of=later,
        min_n=1,
    )
    assert shares(told).tolist() == pytest.approx([0.25, 0.5])
    assert told.loc[told["metric"].eq("lead_unanswered"), "value"].item() == pytest.approx(0.25)
    assert told.loc[told["metric"].eq("lead_response_h"), "value"].item() == pytest.approx(5)


def test_young_leads_count_for_as_long_as_they_are_known(make):
    """R: ``survfit(Surv(c(1, 5, 3), c(1, 1, 0)) ~ 1)`` at 4: 2/3."""
    table = make((1, None, None, "a"), (5, None, None, "b"), (None, None, None, "c"))
    came = table["created_ts"].iloc[0]
    table.loc[2, "created_ts"] = came + pd.Timedelta(hours=7)
    told = lead_response(table, hours=[4, 6], as_of=(came + pd.Timedelta(hours=10)).to_pydatetime(), min_n=1)
    assert shares(told).tolist() == pytest.approx([1 / 3, 1.0])


def test_answers_before_the_lead_are_counted_and_left_out(make, later):
    told = lead_response(make((-2, None, None, "a"), (3, None, None, "b")), hours=[4], as_of=later, min_n=1)
    assert told.loc[told["metric"].eq("answered_before_lead"), "value"].item() == 1
    assert told.loc[told["metric"].eq("lead_answered"), "n"].item() == 1


def test_the_demo(tables):
    told = lead_response(tables["leads"], draws=4)
    half = told[told["metric"].eq("lead_response_h")]
    assert 8 < half["value"].item() < 14
    never = told.loc[told["metric"].eq("lead_unanswered")]
    assert never["low"].item() <= 0.085 <= never["high"].item() + 0.01
    assert np.diff(shares(told)).min() >= 0
    assert len(told.loc[told["metric"].eq("lead_answered"), "draws"].iloc[0]) == 4


def test_campaigns_too_small_keep_their_rows(make, later):
    table = make(*[(3, None, None, f"{n}") for n in range(5)]).assign(campaign_id="x")
    told = lead_response(table, by=["campaign_id"], as_of=later)
    assert told.loc[told["metric"].eq("lead_answered"), "value"].isna().all()


def test_what_is_missing_is_named(tables):
    assert lead_response(tables["leads"].iloc[:0])["note"].item() == "needs leads.created_ts, leads.first_touch_ts"
