"""Controls: the same weekday and clock time in other weeks of the same four, over clock changes; events by customer and session."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.contacts.outlook import _windows as windows
from cxlib.errors import CxError

ZONE = "Europe/Berlin"


def us(*moments):
    return pd.DatetimeIndex([pd.Timestamp(moment) for moment in moments]).tz_localize(ZONE).as_unit("us").asi8


def pairs_of(*moments, first="2025-03-03", last="2025-03-30 23:59", reach=(-5.0, 5.0)):
    table = pd.DataFrame({"customer_id": "a", "at": us(*moments)})
    return windows.matched(table, watched=tuple(us(first, last)), reach=reach, timezone=ZONE)


def clock(at):
    return [str(moment.tz_localize(None)) for moment in pd.DatetimeIndex(at.astype("datetime64[us]")).tz_localize("UTC").tz_convert(ZONE)]


def test_controls_have_the_same_weekday_and_clock_time_across_the_clock_change():
    pairs = pairs_of("2025-03-25 10:00", first="2025-03-10", last="2025-04-06 23:59")
    assert clock(pairs.at) == ["2025-03-11 10:00:00", "2025-03-18 10:00:00", "2025-04-01 10:00:00"]
    assert np.diff(pairs.at).tolist() == [7 * 24 * 3_600_000_000, (14 * 24 - 1) * 3_600_000_000]
    assert pairs.cases["controls"].to_list() == [3]


def test_weeks_are_cut_into_fixed_fours():
    first, last = pairs_of("2025-03-03 10:00", last="2025-04-27"), pairs_of("2025-03-31 10:00", last="2025-04-27")
    assert clock(first.at) == ["2025-03-10 10:00:00", "2025-03-17 10:00:00", "2025-03-24 10:00:00"]
    assert clock(last.at) == ["2025-04-07 10:00:00", "2025-04-14 10:00:00", "2025-04-21 10:00:00"]


def test_hours_that_a_day_does_not_have_or_has_twice_are_no_controls():
    spring = pairs_of("2025-03-16 02:30", first="2025-03-10", last="2025-04-06")
    assert clock(spring.at) == ["2025-03-23 02:30:00"]  # 30 March has no 2:30, 6 April was not watched until then
    autumn = pairs_of("2025-10-19 02:30", first="2025-10-13", last="2025-11-09")
    assert clock(autumn.at) == ["2025-11-02 02:30:00"]


def test_windows_that_nobody_watched_are_left_out():
    pairs = pairs_of("2025-03-03 00:02", "2025-03-05 10:00", last="2025-03-12 10:04")
    assert len(pairs.cases) == 0  # the first begins before the watch, the other's only control ends after it
    assert len(pairs_of("2025-03-05 10:00", last="2025-03-12 10:05").cases) == 1


def test_windows_of_a_week_are_refused():
    with pytest.raises(CxError) as caught:
        pairs_of("2025-03-05 10:00", reach=(-8000.0, 2080.0))
    assert str(caught.value) == "windows: reach a week or further, in minutes: '-8000 to 2080'. Choose shorter ones."


def test_the_moment_itself_is_in_no_window():
    pairs = pairs_of("2025-03-05 10:00:00.5")
    for at, before, after in (
        ("2025-03-05 10:00:00.5", False, False),
        ("2025-03-05 10:00:00.499999", True, False),
        ("2025-03-05 10:00:00.500001", False, True),
        ("2025-03-05 09:55:00.5", True, False),
        ("2025-03-05 09:55:00.499999", False, False),
        ("2025-03-05 10:05:00.5", False, True),
        ("2025-03-05 10:05:00.500001", False, False),
    ):
        table = pd.DataFrame({"customer_id": ["a", "b"], "at": us(at, "2025-03-05 10:00")})
        assert pairs.hits(table, -5, 0)[0].tolist() == [before], at
        assert pairs.hits(table, 0, 5)[0].tolist() == [after], at


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40_319)), max_size=30),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40_319)), min_size=1, max_size=8),
)
def test_hits_are_what_a_loop_over_every_pair_finds(events, contacts):
    start = us("2025-03-03")[0]
    minute = 60_000_000
    done = pd.DataFrame({"customer_id": [str(who) for who, _ in events], "at": [start + at * minute for _, at in events]})
    done = done.astype({"customer_id": "str", "at": "int64"})
    table = pd.DataFrame({"customer_id": [str(who) for who, _ in contacts], "at": [start + at * minute for _, at in contacts]})
    pairs = windows.matched(table, watched=(start, start + 40_320 * minute), reach=(-7.0, 0.0), timezone="UTC")
    here, elsewhere = pairs.hits(done, -7, 0)

    def any_in(who, at):
        return any(one == who and at - 7 * minute <= moment < at for one, moment in zip(done["customer_id"], done["at"], strict=True))

    for row, case in enumerate(pairs.cases.itertuples()):
        assert here[row] == any_in(case.customer_id, case.at)
        found = [any_in(case.customer_id, at) for at in np.asarray(pairs.at)[pairs.of == row]]
        assert elsewhere[row] == pytest.approx(np.mean(found))


def test_events_get_the_one_customer_of_their_session():
    table = pd.DataFrame(
        {
            "customer_id": [None, "a", None, "b", "c", None],
            "session_id": ["s", "s", "t", "t", "t", None],
            "event": "visit",
            "event_ts": pd.date_range("2025-03-03", periods=6, freq="h", tz="UTC"),
        }
    ).astype({"customer_id": "str", "session_id": "str", "event": "str"})
    told = windows.events_of(table, ["event"], busiest=1.0, at_most=10)
    assert told.table["customer_id"].to_list() == ["a", "a", "b", "c"]
    assert (told.counts["events"], told.counts["by_session"], told.counts["without_customer"]) == (6, 1, 2)


def test_doubled_events_count_once_and_robots_are_left_out():
    table = pd.DataFrame({"customer_id": ["robot"] * 90 + ["a"] * 10, "event": "visit"}).astype("str")
    moments = [pd.Timestamp("2025-03-03", tz="UTC") + pd.Timedelta(minutes=number // 2) for number in range(100)]
    told = windows.events_of(table.assign(event_ts=moments), ["event"], busiest=0.5, at_most=10)
    assert set(told.table["customer_id"]) == {"a"}
    assert (told.counts["left_out"], told.counts["busiest"], told.counts["doubled"]) == (90, 90, 5)


def test_of_too_many_customers_the_same_ones_are_drawn_whatever_their_order():
    table = pd.DataFrame({"customer_id": [f"{number:03d}" for number in range(50)], "event": "visit"}).astype("str")
    table = table.assign(event_ts=pd.date_range("2025-03-03", periods=50, freq="h", tz="UTC"))
    some = windows.events_of(table, ["event"], busiest=1.0, at_most=10)
    mixed = windows.events_of(table.sample(frac=1, random_state=1), ["event"], busiest=1.0, at_most=10)
    assert some.counts["drawn"] == 10
    assert set(some.table["customer_id"]) == set(mixed.table["customer_id"])
