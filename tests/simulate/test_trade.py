"""Trade as a whole: every table at every size, and the truth that goes with it."""

from datetime import date

import pandas as pd
import pytest

from cxlib.simulate.orders import OFFERS
from cxlib.simulate.people import people
from cxlib.simulate.plan import Effects, Plan
from cxlib.simulate.trade import trade, truth


@pytest.mark.parametrize(
    "plan",
    [
        Plan(size=0.02, seed=5),
        Plan(size=0.3, seed=6),
        Plan(size=0.05, market="b2c"),
        Plan(size=0.1, start=date(2025, 4, 1), end=date(2025, 9, 30)),
    ],
    ids=["tiny", "third", "b2c", "half a year"],
)
def test_every_table_has_its_size(plan):
    made = trade(plan, people(plan))
    assert len(made.orders) == plan.count(8000)
    assert len(made.leads) == plan.count(1500)
    assert len(made.quotes) == pytest.approx(plan.count(2400), abs=plan.count(2400) * 0.1)
    start, end = (pd.Timestamp(day, tz="Europe/Berlin") for day in (plan.start, plan.end + pd.Timedelta(days=1)))
    for table, moment in (("orders", "order_ts"), ("leads", "created_ts"), ("invoices", "issued_ts"), ("quotes", "requested_ts")):
        moments = vars(made)[table][moment]
        assert moments.min() >= start
        assert moments.max() < end


def test_the_seed_decides_and_people_are_left_alone():
    plan = Plan(size=0.05)
    crowd = people(plan)
    before = crowd.customers.copy()
    first, again = trade(plan, crowd), trade(plan, people(plan))
    for name, table in vars(first).items():
        pd.testing.assert_frame_equal(table, vars(again)[name])
    pd.testing.assert_frame_equal(before, crowd.customers)


def test_truth_tells_what_was_planted():
    told = truth(Plan(effects=Effects(promises=0.5)))
    sellers = told["sellers"].set_index("seller_id")
    assert sellers.loc["V07", ["expected", "excess", "raw"]].tolist() == [23, 8.5, 31.5]
    assert sellers.loc["V11", "broken"] == 1.9
    assert set(told["offers"]["offer_id"]) == set(OFFERS)
    assert told["deviations"].set_index("figure")["value"].to_dict() == {"first_median": 3, "first_beyond_5": 0.17, "last_median": 0}
