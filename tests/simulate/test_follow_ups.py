"""Follow-ups: of what was not done, in its case, some days later, in the week of the house."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.exposure import exposure
from cxlib.simulate.follow_ups import follow_ups
from cxlib.simulate.reasons import code


@pytest.fixture(scope="module")
def ex(surveyed):
    return exposure(surveyed.plan, surveyed.people, surveyed.trade)


def dealt_with(n: int, reason: str, **columns: object) -> pd.DataFrame:
    """Contacts in the first year with nothing left undone but what `columns` say."""
    rows = {"day": np.arange(n) % 300 + 10, "reason": code(reason), "channel": 0, "answer_h": 1.0, "solved_h": 2.0, "transfers": 0}
    rows |= {"promise": -1, "promise_due_h": 1.0, "promise_done_h": 0.5, "interim": False, "habit": 0, "case": np.arange(n)}
    rows |= dict.fromkeys(("customer", "person", "order", "invoice", "quote", "document"), 7)
    return pd.DataFrame(rows | columns)


@pytest.mark.parametrize(("interim", "mean"), [(False, 1.7), (True, 0.5)])
def test_claims_are_asked_about_until_they_are_solved(ex, interim, mean):
    n = 4000
    first = dealt_with(n, "complaint.quality_claim", solved_h=16 * 24.0, interim=interim)
    later = follow_ups(ex, np.random.default_rng(1), first)
    assert set(later["reason"]) == {code("complaint.complaint_status")}
    assert len(later) / n == pytest.approx(mean, abs=4 * np.sqrt(mean / n))
    waited = later["day"].to_numpy() - first["day"].to_numpy()[later["case"]]
    assert waited.min() >= 1
    assert np.quantile(waited, 0.99) <= 18  # a weekend or a holiday may lie between


def test_who_was_not_called_back_calls_within_days_in_the_week_of_the_house(ex):
    n = 200_000
    first = dealt_with(n, "quote.quote_request", promise=0, promise_done_h=np.nan)
    later = follow_ups(ex, np.random.default_rng(2), first)
    assert set(later["reason"]) == {code("follow_up.callback_missing")}
    assert (later["customer"] == 7).all()
    day = later["day"].to_numpy()
    assert ex.days["open"].to_numpy()[day].all()
    weekday = ex.days["weekday"].to_numpy()
    works = ex.days["open"].to_numpy() & (np.arange(len(weekday)) >= 11) & (np.arange(len(weekday)) <= 312)
    weight = np.bincount(weekday[works], ex.rhythm[-1][works])[1:6]
    share = np.bincount(weekday[day], minlength=6)[1:6] / len(day)
    assert share == pytest.approx(weight / weight.sum(), abs=4 * np.sqrt(0.25 * 0.75 / len(day)))


def test_nothing_is_asked_where_all_was_done(ex):
    later = follow_ups(ex, np.random.default_rng(3), dealt_with(500, "quote.quote_request"))
    assert later.empty


def test_no_follow_up_comes_after_the_period(ex):
    first = dealt_with(2000, "complaint.quality_claim", solved_h=20 * 24.0, day=len(ex.days) - 10)
    later = follow_ups(ex, np.random.default_rng(4), first)
    assert later["day"].max() < len(ex.days)
    assert len(later) < 0.5 * 1.7 * 2000
