"""Claims find the orders that were served badly: as many and when they were, by the same kind of customer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import log
from cxlib.simulate.claims import CLAIM_RATE, WINDOW_DAYS, attached, conditions_met, ordinary
from cxlib.simulate.exposure import exposure
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.reasons import code

CLAIM, STATUS = code("complaint.quality_claim"), code("complaint.complaint_status")


@pytest.fixture(scope="module")
def moved(many):
    """The coded log of five times the demo client, before and after claims found their orders."""
    ex, before = exposure(many.plan, many.people, many.trade), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "attached", lambda plan, ex, made: before.append(made.copy()) or made)
        log.coded(many.plan, ex, stream(many.plan, "contacts"))
    return ex, before[0], attached(many.plan, ex, before[0])


def test_the_more_conditions_an_order_met_the_fewer_claims_it_has(many, moved):
    """9.1 to 0.9 claims per 100 orders in the mix before events: without V07, V11 and the campaign, orders whose 60 days are over."""
    ex, _, made = moved
    met = conditions_met(ex, made)
    number = np.bincount(made["order"][made["reason"] == CLAIM], minlength=len(met))
    whole = ordinary(ex) & (ex.orders["day"] < len(ex.days) - WINDOW_DAYS).to_numpy()
    for level, rate in enumerate((0.091, 0.060, 0.042, 0.027, 0.016, 0.009)):
        here = whole & (met == level)
        assert number[here].mean() == pytest.approx(rate, abs=4 * np.sqrt(rate / here.sum())), level
    assert len(CLAIM_RATE) == met.max() + 1


def test_the_finished_log_says_so_too(many, moved):
    """The orders of claims in the log are those of the numbers."""
    ex, _, made = moved
    wanted = np.bincount(made["order"][made["reason"] == CLAIM], minlength=len(ex.orders))
    seen = many.contacts.loc[many.contacts["_reason"] == "complaint.quality_claim", "_order_id"].value_counts()
    assert many.trade.orders["order_id"].map(seen).fillna(0).to_numpy() == pytest.approx(wanted)


def test_nothing_else_changes(moved):
    ex, before, after = moved
    same = [name for name in before if name not in ("case", "order", "person", "customer")]
    pd.testing.assert_frame_equal(before[same], after[same])
    others = ~before["reason"].isin([CLAIM, STATUS])
    pd.testing.assert_frame_equal(before[others], after[others])
    assert (conditions_met(ex, before) == conditions_met(ex, after)).all()
    assert (ex.persons["customer"].to_numpy()[after["person"]] == after["customer"]).all()
    kinds = {name: ex.orders[name].to_numpy() for name in ("special", "new")} | {"ordinary": ordinary(ex)}
    kinds |= {name: (ex.orders["seller"] == name).to_numpy() for name in ("V07", "V11")}
    for name, of in kinds.items():
        assert (of[before["order"]] == of[after["order"]])[~others].all(), name


def test_follow_ups_stay_with_their_claim_and_claims_come_after_delivery(moved):
    ex, _, made = moved
    claims, later = made[made["reason"] == CLAIM], made[made["reason"] == STATUS]
    assert later["case"].isin(claims["case"]).all()
    order = claims.drop_duplicates("case").set_index("case")["order"]
    assert (later["order"].to_numpy() == order.reindex(later["case"]).to_numpy()).all()
    waited = claims["day"].to_numpy() - ex.orders["delivered"].to_numpy()[claims["order"]]
    assert waited.min() >= 0
    assert np.median(waited) < 21


def test_without_claims_nothing_happens(surveyed):
    ex = exposure(surveyed.plan, surveyed.people, surveyed.trade)
    none = pd.DataFrame({"reason": [0, 1], "case": [3, 4]})
    assert attached(Plan(), ex, none) is none
