"""A format tells one day or one time, or is refused with the one that was meant."""

import pytest

from cxlib.params.formats import format_fault


@pytest.mark.parametrize(
    "form",
    [
        "%d.%m.%Y",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "%m/%d/%y %-I:%M %p",
        "%a %b %d %H:%M:%S %Y",
        "%Y-%j",
        "%H:%M %d.%m.%Y",
        "%d. %B %Y 100%%",
    ],
)
def test_one_day_or_time_is_fine(form):
    assert format_fault("time_format", form) == ""


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("%d.%d.%Y", "tells the same thing twice (%d); perhaps '%d.%m.%Y' is meant"),
        ("%d.%m.%y %Y", "tells the same thing twice (%y and %Y); write it as in %d.%m.%Y or %d.%m.%Y %H:%M"),
        ("%d.%m.%Y %H:%m", "tells the same thing twice (%m); perhaps '%d.%m.%Y %H:%M' is meant"),
        ("%d.%M.%Y %H:%M", "tells the same thing twice (%M); perhaps '%d.%m.%Y %H:%M' is meant"),
        ("%d.%M.%Y", "tells minutes (%M) and no month (%m); perhaps '%d.%m.%Y' is meant"),
        (
            "%d.%M.%Y %H:%m",
            "tears month (%m) and day (%d) apart; %M is none of a day's signs (%M are minutes); perhaps '%d.%m.%Y %H:%M' is meant",
        ),
        ("%m.%Y", "names no day (%d); write it as in %d.%m.%Y or %d.%m.%Y %H:%M"),
        ("%d.%m. %H:%M", "names no year (%Y); write it as in %d.%m.%Y or %d.%m.%Y %H:%M"),
        ("%H:%M", "names no day (%d) and no month (%m) and no year (%Y); write it as in %d.%m.%Y or %d.%m.%Y %H:%M"),
        ("%d.%m.%Y %I:%M", "has %I without %p beside it; perhaps '%d.%m.%Y %H:%M' is meant"),
        (
            "%d.%m.%Y %H:%M %p",
            "has %H, the hour from 0 to 23, beside the hour from 1 to 12 (%I) or its half of the day (%p); perhaps '%d.%m.%Y %I:%M %p' is meant",
        ),
        ("%d.%m.%Y %H:%S", "has %S without %M beside it; write it as in %d.%m.%Y or %d.%m.%Y %H:%M"),
        ("%Y-%m-%dT%H:%M:%SZ", "takes the Z at the end for a letter, but it means UTC; write '%Y-%m-%dT%H:%M:%S%z'"),
        ("%d.%m.%Y %Q", "holds the unknown sign %Q; write it as in %d.%m.%Y or %Y-%m-%d %H:%M:%S"),
    ],
)
def test_what_is_wrong_is_said_with_what_was_meant(form, fault):
    assert format_fault("time_format", form) == f"`time_format` {form!r} {fault}"


def test_a_z_may_stand_where_the_times_are_declared_to_be_of_utc():
    assert format_fault("time_format", "%Y-%m-%dT%H:%M:%SZ", "UTC") == ""
