"""Adding an offset gives what the calendar gives, in every hour of many years and zones."""

from datetime import date

import pytest

from cxlib.intake.zones import local_of, moment_of, steady

ZONES = ["Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
HOURS = "generate_series(TIMESTAMP '2009-06-01 00:17', TIMESTAMP '2035-06-01', INTERVAL 1 HOUR)"


@pytest.mark.parametrize("zone", ZONES)
def test_every_moment_has_the_local_time_of_the_calendar(bench, zone):
    hours = f"SELECT unnest({HOURS})::TIMESTAMPTZ AS t"
    assert bench.rows(f"SELECT count(*) FROM ({hours}) WHERE {local_of('t', zone)} IS DISTINCT FROM t AT TIME ZONE '{zone}'") == [(0,)]


@pytest.mark.parametrize("zone", ZONES)
def test_every_local_time_has_the_moment_of_the_calendar(bench, zone):
    hours, calendar = f"SELECT unnest({HOURS}) AS t", f"t AT TIME ZONE '{zone}'"
    assert bench.rows(f"SELECT count(*) FROM ({hours}) WHERE {moment_of('t', zone, calendar)} IS DISTINCT FROM {calendar}") == [(0,)]


@pytest.mark.parametrize("zone", ZONES)
def test_a_local_time_that_is_none_or_two_is_left_to_the_caller(bench, zone):
    hours, there = f"SELECT unnest({HOURS}) AS t", f"t AT TIME ZONE '{zone}'"
    once = " AND ".join(f"(({there} + to_minutes({minutes})) AT TIME ZONE '{zone}') <> t" for minutes in (-60, -30, 30, 60))
    odd = f"NOT ({there} AT TIME ZONE '{zone}' = t AND {once})"
    assert bench.rows(f"SELECT count({moment_of('t', zone, 'NULL')}) FROM ({hours}) WHERE {odd}") == [(0,)]


def test_nothing_and_no_time_at_all_stay_so(bench):
    times = "SELECT unnest([NULL, 'infinity', '1969-07-20', '2100-01-01'])::TIMESTAMPTZ AS t"
    assert bench.rows(
        f"SELECT count(*) FROM ({times}) WHERE {local_of('t', 'Asia/Tokyo')} IS DISTINCT FROM t AT TIME ZONE 'Asia/Tokyo'"
    ) == [(0,)]


def test_the_days_of_a_clock_change_belong_to_no_stretch():
    changes = (date(2025, 3, 9), date(2025, 11, 2))
    assert not [begin for begin, end, _ in steady("America/New_York") for day in changes if begin.date() <= day <= end.date()]
    assert len(steady("Asia/Tokyo")) == 1
