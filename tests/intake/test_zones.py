"""Adding an offset gives what the calendar gives, in every hour of many years and zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cxlib.intake.zones import change_of, local_of, moment_by_rule, moment_of, steady

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


@pytest.mark.parametrize("zone", [*ZONES, "Africa/Casablanca"])
def test_a_rule_reads_local_times_as_python_does(bench, zone):
    """Fold 0 is what a clock showed first, and what a skipped time is moved on to."""
    halves = [datetime(2011, 1, 1) + timedelta(minutes=30 * step) for step in range(48 * 366)]
    place = ZoneInfo(zone)
    read = [[time.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)] for time in halves]
    skipped = [early.astimezone(place).replace(tzinfo=None) != time for time, (early, _) in zip(halves, read, strict=True)]
    want = [("skipped_hour" if gone else "doubled_hour") if one != two else None for gone, (one, two) in zip(skipped, read, strict=True)]
    first, second = ([f"{one:%F %T}" for one in ones] for ones in zip(*read, strict=True))
    second = [one if gone else two for gone, one, two in zip(skipped, first, second, strict=True)]
    rules = ", ".join(f"{moment_by_rule('t', zone, 'forward', rule)}::TIMESTAMP::VARCHAR" for rule in ("first", "second"))
    times = "SELECT unnest(generate_series(TIMESTAMP '2011-01-01', TIMESTAMP '2012-01-01 23:30', INTERVAL 30 MINUTE)) AS t"
    found = bench.rows(f"SELECT {rules}, {change_of('t', zone)} FROM ({times}) ORDER BY t")
    assert found == list(zip(first, second, want, strict=True))


def test_nothing_and_no_time_at_all_stay_so(bench):
    times = "SELECT unnest([NULL, 'infinity', '1969-07-20', '2100-01-01'])::TIMESTAMPTZ AS t"
    assert bench.rows(
        f"SELECT count(*) FROM ({times}) WHERE {local_of('t', 'Asia/Tokyo')} IS DISTINCT FROM t AT TIME ZONE 'Asia/Tokyo'"
    ) == [(0,)]


def test_the_days_of_a_clock_change_belong_to_no_stretch():
    changes = (date(2025, 3, 9), date(2025, 11, 2))
    assert not [begin for begin, end, _ in steady("America/New_York") for day in changes if begin.date() <= day <= end.date()]
    assert len(steady("Asia/Tokyo")) == 1
