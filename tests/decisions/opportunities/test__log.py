"""What is read of contacts and orders."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.decisions.opportunities._log import DAY, Lives, currency_of, lives, logged, microseconds, purchases

from .conftest import START, log_of, orders_of

ZERO = int(START.value // 1000)


def test_reasons_not_sure_enough_are_none_and_columns_that_lack_hold_nothing():
    log = log_of(("a", 2, "x"), ("b", 1, "y")).assign(unassigned=[True, False], sales_signal=[None, True])
    told = logged(log, ["reason_id", "sales_signal", "outcome"], direction=None, period=None)
    assert told["reason_id"].fillna("-").to_list() == ["y", "-"]  # by time
    assert told["sales_signal"].fillna(False).to_list() == [True, False]
    assert told["outcome"].isna().all()
    assert told["weight"].eq(1.0).all()
    assert told["at"].to_list() == [ZERO + DAY, ZERO + 2 * DAY]


def test_every_engine_gives_the_same():
    duckdb = pytest.importorskip("duckdb")
    log = log_of(*[(f"c{n % 3}", n * 1.37, "x" if n % 2 else "y") for n in range(20)]).assign(unassigned=False)
    log["sales_signal"] = pd.Series([True, False, None, True] * 5, dtype="boolean")
    log["contact_ts"] = log["contact_ts"].dt.tz_convert("Europe/Berlin")
    wanted = {"direction": "inbound", "period": None}
    names = ["customer_id", "reason_id", "sales_signal", "outcome"]
    mine = logged(log, names, **wanted)
    with duckdb.connect() as connection:
        theirs = logged(connection.from_df(log), names, **wanted)
    pd.testing.assert_frame_equal(mine, theirs[mine.columns], check_dtype=False)


days = st.floats(0, 60, allow_nan=False).map(lambda value: round(value, 2))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), days), min_size=1, max_size=12), st.lists(days, min_size=1, max_size=12), st.integers(1, 20)
)
def test_random_moments_are_the_mean_over_everybodys(placed, clock, window):
    """Against counting moment by moment."""
    bought = purchases(orders_of(*placed))
    moments = np.array([ZERO + round(day * DAY) for day in clock])
    start, end = ZERO + 5 * DAY, ZERO + 40 * DAY
    many = len(bought.customers)
    chance, amount = bought.at_random(Lives(np.full(many, start), np.full(many, end)), window * DAY, moments)
    watched = moments[(moments >= start) & (moments < end)]
    for code in range(many):
        at = bought.when[bought.who == code]
        hits = [((at > moment) & (at <= moment + window * DAY)).sum() for moment in watched]
        here = [((at > moment) & (at <= moment + window * DAY) & (at <= end)).sum() for moment in watched]
        if not hits:
            assert np.isnan(chance[code])
        elif hits == here:  # orders beyond a customer's life are of nobody's business
            assert chance[code] == pytest.approx(np.mean([number > 0 for number in hits]))
            assert amount[code] == pytest.approx(np.mean(hits))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), days), min_size=1, max_size=12), st.sampled_from("abcd"), days, st.integers(0, 20))
def test_orders_around_a_moment(placed, who, day, window):
    orders = orders_of(*[(name, at, 10 * at) for name, at in placed])
    number, amount = purchases(orders).around(pd.Series([who]), np.array([ZERO + round(day * DAY)]), 0, window * DAY)
    at = microseconds(orders["order_ts"])
    low = ZERO + round(day * DAY)
    mine = orders["customer_id"].eq(who).to_numpy() & (at > low) & (at <= low + window * DAY)
    assert number[0] == mine.sum()
    assert amount[0] == pytest.approx(orders["value"][mine].sum())


def test_lives_are_cut_to_what_was_watched():
    people = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "start_date": [START.tz_localize(None), None],
            "churn_date": [None, START.tz_localize(None) + pd.Timedelta(days=3)],
        }
    )
    people = people.assign(start_date=pd.to_datetime(people["start_date"]), churn_date=pd.to_datetime(people["churn_date"]))
    told = lives(pd.Index(["a", "b", "c"]), people, first=ZERO - DAY, last=ZERO + 9 * DAY)
    assert told.start.tolist() == [ZERO, ZERO - DAY, ZERO - DAY]
    assert told.end.tolist() == [ZERO + 9 * DAY, ZERO + 3 * DAY, ZERO + 9 * DAY]


def test_amounts_are_told_in_one_currency_only():
    orders = orders_of(("a", 1, 5))
    assert currency_of(orders.assign(currency="EUR"), "EUR") == "EUR"
    assert currency_of(orders.assign(currency="CHF"), "EUR") is None
    assert currency_of(orders.assign(currency="EUR"), None) is None
    assert currency_of(orders.drop(columns="value"), "EUR") is None
