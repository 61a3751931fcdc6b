"""Days, hours and clock changes as clients send them: each comes out right, or is refused with the place and the way out."""

from datetime import datetime

import pytest

from .exports import X

FORMATS = {"formats": {"resolved_ts": "%Y-%m-%dT%H:%M:%S"}}


def times(*cells, **declared):
    return "Id;Zeit;Kanal\n" + "".join(f"{number};{cell};phone\n" for number, cell in enumerate(cells, start=1)), declared


RIGHT = {  # name: (content, declaration), column, its values
    "day first, no day above 12": (
        times("05.02.2025 08:15", "03.04.2025 08:15"),
        "contact_ts",
        [datetime(2025, 2, 5, 7, 15), datetime(2025, 4, 3, 6, 15)],
    ),
    "slashes, day first": (times("05/02/2025 08:15", time_format="%d/%m/%Y %H:%M"), "contact_ts", [datetime(2025, 2, 5, 7, 15)]),
    "slashes, month first": (times("05/02/2025 08:15 PM", time_format="%m/%d/%Y %I:%M %p"), "contact_ts", [datetime(2025, 5, 2, 18, 15)]),
    "another time zone": (times("05.02.2025 08:15", timezone="UTC"), "contact_ts", [datetime(2025, 2, 5, 8, 15)]),
    "the hour that is skipped, moved on": (times("30.03.2025 02:30", skipped_hour="forward"), "contact_ts", [datetime(2025, 3, 30, 1, 30)]),
    "the hour that comes twice, first": (times("26.10.2025 02:30", doubled_hour="first"), "contact_ts", [datetime(2025, 10, 26, 0, 30)]),
    "the hour that comes twice, second": (times("26.10.2025 02:30", doubled_hour="second"), "contact_ts", [datetime(2025, 10, 26, 1, 30)]),
    "the future, meant so": (times("05.02.2035 08:15", outside_period="keep", future="keep"), "contact_ts", [datetime(2035, 2, 5, 7, 15)]),
    "a column with a format of its own": (
        ("Id;Zeit;Kanal;Ende\n1;05.02.2025 08:15;phone;2025-02-06T10:00:00\n", {"columns": {"resolved_ts": "Ende"}} | FORMATS),
        "resolved_ts",
        [datetime(2025, 2, 6, 9)],
    ),
    "half past in a zone that moves by half an hour": (
        times("06.04.2025 01:45", timezone="Australia/Lord_Howe", doubled_hour="second"),
        "contact_ts",
        [datetime(2025, 4, 5, 15, 15)],
    ),
}


REFUSED = {  # name: (content, declaration), messages word for word
    "two orders of days in one column": (
        times("05.02.2025 08:15", "02/05/2025 08:15", "2025-02-25 08:15", "25.02.2025 08:15"),
        [
            f"{X}: Zeit: 2 of 4 cells are no time for contact_ts (line 3: '02/05/2025 08:15', line 4: '2025-02-25 08:15'). The declared time_format is "
            "'%d.%m.%Y %H:%M', as in 31.12.2025 14:05. Declare the form that these cells have, under `formats` where other columns differ."
        ],
    ),
    "month first where day first was declared": (
        times("05/02/2025 08:15", "05/13/2025 08:15", time_format="%d/%m/%Y %H:%M"),
        [
            f"{X}: Zeit: 1 of 2 cells are no time for contact_ts (line 3: '05/13/2025 08:15'). The declared time_format is "
            "'%d/%m/%Y %H:%M', and the calendar or the clock has no '05/13/2025 08:15': have the export corrected; if months and days have "
            "changed places, correct the format."
        ],
    ),
    "hours of the clock change": (
        times("30.03.2025 02:30", "26.10.2025 02:30"),
        [
            f"{X}: Zeit: 2 of 2 cells are no time for contact_ts (line 2: '30.03.2025 02:30', line 3: '26.10.2025 02:30'). The declared time_format is "
            "'%d.%m.%Y %H:%M'; hours that the clock change skips or doubles need `skipped_hour` or `doubled_hour`."
        ],
    ),
    "no day at all": (
        times("01.01.1900 00:00"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '01.01.1900 00:00'). The declared time_format is '%d.%m.%Y %H:%M'. If this stands for no day at all, add it to `missing`."
        ],
    ),
    "the day numbers of a spreadsheet": (
        times("45693,34"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '45693,34'). The declared time_format is '%d.%m.%Y %H:%M'. "
            "These are day numbers of a spreadsheet: format the column there as a date, and save or export it again."
        ],
    ),
    "the future": (
        times("05.02.2025 08:15", "05.02.2035 08:15", outside_period="keep"),
        [
            f"{X}: Zeit (contact_ts) lies more than a day after 2025-12-31 in 1 of 2 rows (line 3: 2035-02-05 08:15:00). 2025-12-31 is `as_of`, or the "
            "period's end where that is left out: set `as_of` to the day of the export, or declare `future: keep`."
        ],
    ),
    "another year": (
        times("05.02.2025 08:15", "05.02.2035 08:15"),
        [
            f"{X}: contact_ts: 1 of 2 rows lie outside the period 2025-01-01 to 2025-12-31 (first: line 3, 2035-02-05). "
            "Correct the period or the format of times, or declare `outside_period: drop` or `keep`."
        ],
    ),
    "the end of a day as 24:00": (
        times("05.02.2025 24:00"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '05.02.2025 24:00'). The declared time_format is '%d.%m.%Y %H:%M', and the "
            "calendar or the clock has no '05.02.2025 24:00': the end of a day is 00:00 of the next. Have the export corrected."
        ],
    ),
    "a German month": (
        times("05. Mär 2025", time_format="%d. %b %Y"),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '05. Mär 2025'). The declared time_format is '%d. %b %Y', and the calendar or "
            "the clock has no '05. Mär 2025': names of months and days are read in English alone. Ask for the export with months as numbers."
        ],
    ),
    "an hour of the afternoon": (
        times("05.02.2025 8:15 p.m."),
        [
            f"{X}: Zeit: 1 of 1 cells are no time for contact_ts (line 2: '05.02.2025 8:15 p.m.'). The declared time_format is '%d.%m.%Y %H:%M', "
            "as in 31.12.2025 14:05: for 8:15 pm or p.m. (no blank inside), write %I:%M %p in place of %H:%M."
        ],
    ),
    "a column in another form than the others": (
        ("Id;Zeit;Kanal;Ende\n1;05.02.2025 08:15;phone;06.02.2025 10:00\n", {"columns": {"resolved_ts": "Ende"}} | FORMATS),
        [
            f"{X}: Ende: 1 of 1 cells are no time for resolved_ts (line 2: '06.02.2025 10:00'). The declared format of resolved_ts is "
            "'%Y-%m-%dT%H:%M:%S', as in 2025-12-31T14:05:09. Declare the form that these cells have, under `formats` where other columns differ."
        ],
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_it_comes_out_right(right, name):
    right(*RIGHT[name])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_word_for_word(refused, name):
    refused(*REFUSED[name])


def test_tickets_resolved_before_they_were_opened_are_counted_or_refused(log_of):
    rows = "".join(f"{number};05.02.2025 08:15;phone;05.02.2025 {'07' if number < 27 else '09'}:15\n" for number in range(100))
    declared = {"columns": {"resolved_ts": "Gelöst"}}
    came = log_of("Id;Zeit;Kanal;Gelöst\n" + rows, max_failed_share=0.3, **declared)
    assert came.problems == []
    assert came.records[0]["noted"]["before", "resolved_ts < contact_ts"] == 27
    assert log_of("Id;Zeit;Kanal;Gelöst\n" + rows, max_failed_share=0.2, **declared).problems == [
        f"{X}: Gelöst (resolved_ts) lies before Zeit (contact_ts) in 27 of 100 rows (line 2: 2025-02-05 07:15:00, line 3: 2025-02-05 07:15:00, "
        "line 4: 2025-02-05 07:15:00, line 5: 2025-02-05 07:15:00, line 6: 2025-02-05 07:15:00). One of the two may be in another time zone: ask for both "
        "in one. How many rows may stay as they are, `max_failed_share` says."
    ]
