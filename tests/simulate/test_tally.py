"""The tally week of the field sales."""

from __future__ import annotations

from datetime import date

import pandas as pd

from cxlib.simulate.people import people
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import reasons
from cxlib.simulate.tally import FIELD_SALES, tally


def test_310_strokes_in_one_week_stand_for_the_period(surveyed):
    week = surveyed.contacts[surveyed.contacts["_tally"]]
    assert len(week) == 310
    assert (week["weight"] == 78).all()
    assert (week["contact_ts"].dt.isocalendar().week == 19).all()
    assert week["contact_ts"].dt.year.eq(2026).all()
    assert week["source"].eq("tally").all()
    assert week["handled_by"].str.fullmatch(r"V\d\d").all()


def test_its_reasons_are_reasons():
    assert set(FIELD_SALES) <= set(reasons()["reason"])


def test_a_period_without_that_week_and_a_shop_have_none():
    columns = pd.Index(["contact_id", "_tally"])
    for plan in (Plan(size=0.05, end=date(2026, 3, 31)), Plan(size=0.05, market="b2c")):
        assert tally(plan, people(plan), columns).empty
