"""The business clock against a count minute by minute, clock changes and holidays included."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxlib.contacts import clocked
from cxlib.contacts.service_standards.clock import HOUR, clock, joined
from cxlib.errors import CxError

BERLIN = "Europe/Berlin"
WEEK = dict.fromkeys(range(1, 6), ((7.5, 16.5),))
SPLIT = dict.fromkeys(range(1, 8), ((9.0, 12.0), (13.0, 14.25)))
FREE = (date(2025, 3, 31), date(2025, 5, 1))
SPAN = {"first": date(2025, 3, 24), "last": date(2025, 11, 10), "timezone": BERLIN}


def us(*moments, zone=BERLIN):
    return pd.to_datetime(list(moments)).tz_localize(zone).as_unit("us").asi8


def minutes_open(start, end, opening, free):
    """How many minutes of a span are open, looked at one by one with the standard library."""
    zone, found, moment = ZoneInfo(BERLIN), 0, start
    while moment < end:
        local = moment.astimezone(zone)
        hour = local.hour + local.minute / 60
        found += local.date() not in free and any(a <= hour < b for a, b in opening.get(local.isoweekday(), ()))
        moment += timedelta(minutes=1)
    return found


@given(
    st.integers(0, 60 * 24 * 12), st.integers(0, 60 * 24 * 6), st.sampled_from(["2025-03-25", "2025-10-20"]), st.sampled_from([WEEK, SPLIT])
)
@settings(max_examples=25)
def test_it_agrees_with_a_count_minute_by_minute(offset, length, first, opening):
    start = datetime.fromisoformat(first).replace(tzinfo=ZoneInfo("UTC")) + timedelta(minutes=offset)
    end = start + timedelta(minutes=length)
    week = clock(opening, free_days=FREE, **SPAN)
    at = np.array([int(moment.timestamp()) * 1_000_000 for moment in (start, end)])
    assert np.diff(week.open_until(at)).item() == minutes_open(start, end, opening, FREE) * 60_000_000


@pytest.mark.parametrize(("day", "hours"), [("2025-03-30", 23), ("2025-10-26", 25), ("2025-10-27", 24)])
def test_a_day_on_which_the_clock_changes_has_the_hours_of_its_wall_clock(day, hours):
    always = clock(dict.fromkeys(range(1, 8), ((0.0, 24.0),)), **SPAN)
    midnight, next_one = us(day, str(date.fromisoformat(day) + timedelta(days=1)))
    assert np.diff(always.open_until(np.array([midnight, next_one]))).item() == hours * HOUR
    opened = clock(dict.fromkeys(range(1, 8), ((8.0, 17.0),)), **SPAN)
    assert np.diff(opened.open_until(np.array([midnight, next_one]))).item() == 9 * HOUR


def test_holidays_and_nights_do_not_count():
    week = clock(WEEK, free_days=FREE, **SPAN)
    friday_to_tuesday = us("2025-03-28 16:00", "2025-04-01 08:00")  # a clock change on Sunday, a holiday on Monday
    assert np.diff(week.open_until(friday_to_tuesday)).item() == HOUR
    assert np.diff(week.open_until(us("2025-03-29 10:00", "2025-03-30 22:00"))).item() == 0


def test_units_have_hours_of_their_own_and_the_others_the_general_ones():
    both = clock(WEEK, units={"BH": {1: ((9.0, 12.0),)}, "never": {}}, **SPAN)
    monday = us("2025-04-07 00:00", "2025-04-08 00:00")
    assert [np.diff(both.open_until(monday, unit)).item() / HOUR for unit in ("", "BH", "KC", "never")] == [9, 3, 9, 9]


def test_a_deadline_falls_where_the_unit_has_been_open_for_so_long():
    week = clock(WEEK, free_days=FREE, **SPAN)
    came = us("2025-04-04 15:30", "2025-04-04 15:30", "2025-04-05 12:00", "2025-04-07 07:30")
    due = [week.after(came[[place]], hours)[0] for place, hours in enumerate([1.0, 4.0, 2.0, 9.0])]
    assert due == list(us("2025-04-04 16:30", "2025-04-07 10:30", "2025-04-07 09:30", "2025-04-07 16:30"))


@given(st.integers(0, 200 * 24 * 3600), st.floats(0.1, 60))
@settings(max_examples=30)
def test_a_deadline_and_the_time_until_then_agree(offset, hours):
    week = clock(SPLIT, free_days=FREE, **SPAN)
    came = us("2025-03-26 00:00") + offset * 1_000_000
    lasted = week.open_until(week.after(came, hours)) - week.open_until(came)
    assert lasted.item() == round(hours * HOUR)


def test_every_engine_counts_the_same(log):
    two = clock(WEEK, free_days=FREE, units={"field": SPLIT}, **SPAN)
    tables = []
    for table in (log, duckdb.from_df(log)):
        frame = two.counted(clocked(nw.from_native(table).lazy(), ["contact_ts", "resolved_ts"]), ["contact_ts", "resolved_ts"])
        found = frame.collect().to_pandas().sort_values("contact_id", ignore_index=True)
        tables.append(found[["contact_id", "cx_open_us_contact_ts", "cx_open_us_resolved_ts"]].astype({"contact_id": "str"}))
    pd.testing.assert_frame_equal(*tables, check_dtype=False)
    own = log.sort_values("contact_id", ignore_index=True)
    field = own["received_by"].eq("field") & own["resolved_ts"].notna()
    at = own["resolved_ts"][field].dt.as_unit("us").astype("int64").to_numpy()
    assert (tables[0]["cx_open_us_resolved_ts"][field].to_numpy() == two.open_until(at, "field")).all()
    assert tables[0]["cx_open_us_resolved_ts"].isna().sum() == own["resolved_ts"].isna().sum()


def test_moments_outside_of_the_calendar_are_not_known():
    week = clock(WEEK, **SPAN)
    table = pd.DataFrame({"cx_us_contact_ts": us("2020-01-01 00:00", "2025-04-07 08:30")})
    found = week.counted(nw.from_native(table).lazy(), ["contact_ts"]).collect().to_native()["cx_open_us_contact_ts"]
    assert found.isna().tolist() == [True, False]


def test_what_cannot_be_is_refused():
    with pytest.raises(CxError, match=r"opening: nobody is ever open: '\{1: \(\)\}'. State service hours, or count by the calendar."):
        clock({1: ()}, **SPAN)
    with pytest.raises(CxError, match=r"clock: the last day lies before the first one: '2025-03-24 to 2025-03-01'"):
        clock(WEEK, first=date(2025, 3, 24), last=date(2025, 3, 1), timezone=BERLIN)


def test_rows_without_a_partner_stay():
    left = nw.from_native(duckdb.from_df(pd.DataFrame({"unit": ["a", "b"]}))).lazy()
    found = joined(left, pd.DataFrame({"unit": ["a"], "hours": [8]}), ["unit"]).collect().to_pandas().sort_values("unit")
    assert found["hours"].fillna(-1).to_list() == [8, -1]
