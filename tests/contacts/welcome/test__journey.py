"""Who is watched when, follow-ups, and the rhythm of the calendar."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cxlib.contacts.welcome import time_zero
from cxlib.contacts.welcome._journey import happened, journey, rhythm, watched


def day(text):
    return pd.Timestamp(text)


def starts(*rows):
    table = pd.DataFrame(
        [{"unit_id": name, "customer_id": name, "order_id": "o" + name, "order": day(at), "left": end} for name, at, end in rows]
    )
    return table.assign(left=pd.to_datetime(table["left"]), delivery=table["order"] + pd.Timedelta(days=10))


def log(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "order_id", "local_date"]).astype({"customer_id": "str", "order_id": "str"})
    return table.assign(local_date=pd.to_datetime(table["local_date"]).astype("datetime64[us]"))


OBSERVED = (day("2025-01-01").date(), day("2025-03-31").date())


def test_entry_follow_up_and_churn():
    people = starts(("a", "2024-12-25", None), ("b", "2025-02-01", "2025-02-10"), ("c", "2025-03-30", None), ("d", "2025-05-01", None))
    whole = journey(happened(log(), people, [], direction=None, period=None), people, "order", span=(0, 30), observed=OBSERVED)
    assert whole.units["unit_id"].tolist() == ["a", "b", "c"]
    assert whole.first.tolist() == [7, 0, 0]
    assert whole.last.tolist() == [30, 9, 1]
    assert whole.at_risk(0, 9).tolist() == [2, 2, 1, 1, 1, 1, 1, 2, 2, 2]
    assert whole.within(0, 7).tolist() == [1, 8, 2]


def test_contacts_of_days_not_watched_are_left_out():
    people = starts(("b", "2025-02-01", "2025-02-10"))
    found = happened(log(("b", None, "2025-01-31"), ("b", None, "2025-02-02"), ("b", None, "2025-02-11"), ("x", None, "2025-02-02")),
                     people, [], direction=None, period=None)  # fmt: skip
    whole = journey(found, people, "order", span=(0, 30), observed=OBSERVED)
    assert whole.day.tolist() == [1]


def test_follow_ups_do_not_count_again_and_other_orders_are_left_out():
    people = starts(("a", "2025-01-10", None))
    found = happened(log(("a", "oa", "2025-01-12"), ("a", None, "2025-01-12"), ("a", None, "2025-01-18"), ("a", None, "2025-01-26"),
                         ("a", "zz", "2025-02-20")), people, [], direction=None, period=None)  # fmt: skip
    every = journey(found, people, "order", span=(0, 60), observed=OBSERVED)
    assert sorted(every.day.tolist()) == [2, 2, 8, 16, 41]
    first = journey(found, people, "order", span=(0, 60), observed=OBSERVED, own_order=True, episode_days=7)
    assert first.day.tolist() == [2, 16]


def test_days_count_from_the_zero_asked_for():
    people = starts(("a", "2025-01-10", None))
    found = happened(log(("a", None, "2025-01-21")), people, [], direction=None, period=None)
    assert journey(found, people, "delivery", span=(0, 60), observed=OBSERVED).day.tolist() == [1]
    assert journey(found, people, "delivery", span=(-21, 60), observed=OBSERVED).first.tolist() == [-10]


def test_the_rhythm_follows_weekday_season_and_holidays(some):
    busy = rhythm(some.log, watched(some.log, None))
    week = busy.groupby(busy.index.day_of_week).mean()
    assert week[0] > week[4] > week[5]
    assert abs(busy.mean() - 1) < 0.01
    shut = some.log[~some.log["local_date"].between("2025-04-07", "2025-04-09")]
    assert rhythm(shut, watched(some.log, None))[day("2025-04-08")] < 0.65 * busy[day("2025-04-08")]


@given(st.integers(0, 2**32 - 1))
def test_everybody_at_risk_is_watched_for_as_many_days_as_counted(seed):
    rng = np.random.default_rng(seed)
    begun = day("2025-01-01") + pd.to_timedelta(rng.integers(-40, 100, 12), unit="D")
    people = starts(*[(str(number), at, None) for number, at in enumerate(begun)])
    whole = journey(happened(log(), people, [], direction=None, period=None), people, "order", span=(0, 45), observed=OBSERVED)
    assert whole.at_risk(0, 45).sum() == whole.within(0, 45).sum()


def test_columns_that_split_people_come_with_them(some):
    assert set(time_zero(some.customers, some.orders, by=["segment"])["segment"]) == {"a", "b"}


def test_a_follow_up_on_the_last_day_of_the_episode_is_one_and_a_day_later_is_not():
    people = starts(("a", "2025-01-10", None))
    found = happened(
        log(("a", None, "2025-01-12"), ("a", None, "2025-01-19"), ("a", None, "2025-01-27")), people, [], direction=None, period=None
    )
    whole = journey(found, people, "order", span=(0, 60), observed=OBSERVED, episode_days=7)
    assert whole.day.tolist() == [2, 17]
