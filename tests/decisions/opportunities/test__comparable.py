"""Who is compared with whom."""

import numpy as np
import pandas as pd
import pytest

from cxlib.decisions.opportunities._comparable import SIDES, comparable, watched
from cxlib.decisions.opportunities._log import DAY, logged

from .conftest import START, log_of, orders_of

FIRST = int(START.value // 1000 // DAY)
LENGTHS = {"quiet": 10, "recent": 50, "horizon": 30}


def pairs_of(log, orders, people=None, facts=()):
    people = pd.DataFrame() if people is None else people
    told = logged(log, ["customer_id", "outcome"], direction=None, period=None).assign(experience=None)
    life = watched(told, orders, people, facts, at_most=1000)
    return comparable(life, told, first_day=FIRST, **LENGTHS)


def people_of(*names, **columns):
    return pd.DataFrame({"customer_id": list(names)}).assign(start_date=START.tz_localize(None) - pd.Timedelta(days=99), **columns)


def test_orders_before_between_and_after_are_counted_in_their_windows():
    log = log_of(("a", 100.5), ("z", 0.0))
    orders = orders_of(
        ("a", 20.1), ("a", 49.9), ("a", 50.1), ("a", 99.9), ("a", 100.2), ("a", 101.0), ("a", 130.9), ("a", 131.1), ("z", 200)
    )
    mine = pairs_of(log, orders, people_of("a", "z"))
    mine = mine[mine["side"].eq(SIDES[0])].iloc[0]
    assert (mine["before"], mine["recent_orders"], mine["after"], mine["days"]) == (2, 2, 2, 1)


def test_comparable_moments_are_quiet_of_the_same_cell_and_weigh_as_much_as_the_contacts():
    log = log_of(("a", 100), ("b", 95), ("z", 0.0))
    orders = orders_of(("a", 60), ("b", 60), ("c", 60), ("d", 60), ("e", 10), ("z", 200))
    pairs = pairs_of(log, orders, people_of("a", "b", "c", "d", "e", "z", segment=["s", "s", "s", "t", "s", "s"]), ["segment"])
    mine = pairs[pairs["side"].eq(SIDES[0]) & pairs["customer_id"].eq("a")]
    cell = pairs[pairs["cell"].eq(mine["cell"].item()) & pairs["side"].eq(SIDES[1])]
    assert "c" in set(cell["customer_id"])
    assert not {"d", "e"} & set(cell["customer_id"])  # another segment; no order of late
    weights = pairs.groupby(["cell", "side"])["weight"].sum().unstack().fillna(0)
    assert np.allclose(weights[SIDES[0]], weights[SIDES[1]])


def test_a_second_contact_within_the_quiet_days_is_none_of_its_own():
    log = log_of(("a", 100), ("a", 105), ("a", 120), ("z", 0.0))
    pairs = pairs_of(log, orders_of(("a", 60), ("z", 200)), people_of("a", "z"))
    mine = pairs[pairs["side"].eq(SIDES[0]) & pairs["customer_id"].eq("a")]
    assert len(mine) == 2


def test_customers_must_have_been_there_all_the_time_and_those_who_left_are_gone():
    people = people_of("a", "b", "z")
    people["start_date"] = [START.tz_localize(None) + pd.Timedelta(days=30), *people["start_date"].iloc[1:]]
    people["churn_date"] = pd.to_datetime([None, START.tz_localize(None) + pd.Timedelta(days=90), None])
    log = log_of(("a", 100), ("b", 100), ("z", 0.0))
    pairs = pairs_of(log, orders_of(("a", 60), ("b", 60), ("z", 200)), people)
    assert pairs[pairs["side"].eq(SIDES[0])].empty


def test_of_too_many_customers_the_same_ones_are_looked_at():
    log = log_of(*[(f"{n:03d}", 100) for n in range(50)])
    orders = orders_of(*[(f"{n:03d}", 60) for n in range(50)], ("000", 200))
    told = logged(log, ["customer_id"], direction=None, period=None)
    some = watched(told, orders, pd.DataFrame(), [], at_most=10).customers
    again = watched(told.sample(frac=1, random_state=1), orders, pd.DataFrame(), [], at_most=10).customers
    assert len(some) == 10
    assert list(some) == list(again)


@pytest.mark.parametrize("name", ["customer_id", "side", "cell", "weight", "recent_orders", "tenure_days"])
def test_columns_are_there(name):
    assert name in pairs_of(log_of(("a", 100), ("z", 0.0)), orders_of(("a", 60), ("z", 200)), people_of("a", "z"))
