"""Days and times have the declared form and stand in the calendar, or fail by position."""

from datetime import UTC, date, datetime

import pytest

from cxlib.intake.moments import mould, shape


@pytest.mark.parametrize(
    ("cells", "kind", "declared", "values", "failed"),
    [
        (["2025-03-02T00:30:00+01:00", "2025-03-01T23:30:00Z"], "date", {"date_format": "%Y-%m-%dT%H:%M:%S%z"}, [date(2025, 3, 2)] * 2, []),
        (["2025-03-02T00:30:00+01:00"], "date", {"date_format": "%Y-%m-%dT%H:%M:%S%z", "timezone": "UTC"}, [date(2025, 3, 1)], []),
        (["2025-03-02T00:30:00"], "date", {"formats": {"x": "%Y-%m-%dT%H:%M:%S"}}, [date(2025, 3, 2)], []),
        (
            ["02.05.2024", "31.02.2025", "2.5.24", "1.2.2024"],
            "date",
            {"date_format": "%d.%m.%Y"},
            [date(2024, 5, 2), None, None, date(2024, 2, 1)],
            [1, 2],
        ),
        (
            ["01.01.1900", "31.12.9999", "30.12.1899", "01.01.1970"],
            "date",
            {"date_format": "%d.%m.%Y"},
            [None, None, None, date(1970, 1, 1)],
            [0, 1, 2],
        ),
    ],
)
def test_days_convert_as_declared_or_fail_by_position(converted, cells, kind, declared, values, failed):
    assert converted(cells, kind, **declared) == (values, failed)


def test_times_are_local_and_those_that_do_not_exist_once_fail(converted):
    cells = ["30.03.2025 01:59", "30.03.2025 02:30", "26.10.2025 02:30", "26.10.2025 03:00"]
    values, failed = converted(cells, "time", time_format="%d.%m.%Y %H:%M")
    assert failed == [1, 2]  # skipped in spring, doubled in autumn
    assert values[0].astimezone(UTC) == datetime(2025, 3, 30, 0, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "cell", "hour"),
    [
        ({"skipped_hour": "forward"}, "30.03.2025 02:30", 1),
        ({"doubled_hour": "first"}, "26.10.2025 02:30", 0),
        ({"doubled_hour": "second"}, "26.10.2025 02:30", 1),
    ],
)
def test_hours_that_the_clock_change_skips_or_doubles_follow_the_declared_rule(converted, rule, cell, hour):
    values, failed = converted([cell], "time", time_format="%d.%m.%Y %H:%M", **rule)
    assert failed == []
    assert values[0].astimezone(UTC).hour == hour


def test_times_with_a_zone_are_moments(converted):
    cells = ["2025-07-01T12:00:00+0000", "2025-07-01T14:00:00+0200", "2025-07-01T12:00:00Z"]
    values, _ = converted(cells, "time", time_format="%Y-%m-%dT%H:%M:%S%z")
    assert [value.astimezone(UTC).hour for value in values] == [12, 12, 12]


def test_halves_of_the_day_are_read_however_they_are_dotted(converted):
    values, failed = converted(
        ["02/05/2025 8:15 PM", "02/05/2025 8:15 p.m.", "02/05/2025 8:15 pm.", "02/05/2025 13:15 PM"],
        "time",
        time_format="%m/%d/%Y %I:%M %p",
    )
    assert [value and value.astimezone(UTC).hour for value in values] == [19, 19, None, None]
    assert failed == [2, 3]


def test_the_first_instant_of_the_computers_clock_is_no_time(converted):
    assert converted(["01.01.1970 00:00", "01.01.1971 00:00"], "time", time_format="%d.%m.%Y %H:%M")[1] == [0]


@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M:%S", "%Y-%m-%d", "%m/%d/%y %I:%M %p", "%d. %B %Y"])
def test_what_a_format_writes_has_its_shape(bench, form):
    written = datetime(2025, 3, 9, 14, 5, 7).strftime(form)
    assert bench.rows(f"SELECT regexp_full_match('{written}', '{shape(form)}'), regexp_full_match('{written}x', '{shape(form)}')") == [
        (True, False)
    ]


@pytest.mark.parametrize("form", ["%d.%m.%Y %H:%M:%S", "%Y-%m-%d", "%Y%m%d", "%H:%M %d.%m.%Y"])
def test_what_falls_into_the_mould_and_is_a_time_has_the_shape_as_well(bench, form):
    written = datetime(2025, 11, 12, 14, 15, 17).strftime(form)
    damaged = [written[:at] + sign + written[at + 1 :] for at in range(len(written)) for sign in " \t\n+-09.:a"]
    damaged += [written[:at] + "\t " + written[at + 2 :] for at in range(len(written) - 1)]
    bench.put("words", ["w"], [[written, *damaged]])
    moulded = f"w GLOB '{mould(form)}' AND try_strptime(w, '{form}') IS NOT NULL"
    both, alone = bench.rows(
        f"SELECT count(*) FILTER (WHERE {moulded}), count(*) FILTER (WHERE {moulded} AND NOT regexp_full_match(w, '{shape(form)}')) FROM words"
    )[0]
    assert both
    assert not alone
