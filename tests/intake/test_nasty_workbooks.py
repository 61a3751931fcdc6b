"""Workbooks as clients send them: each comes out right, or is refused with the place and the way out."""

from datetime import UTC, date, datetime, timedelta

import pytest

from .exports import WAIT

MOMENT = datetime(2025, 2, 5, 8, 15)
TITLES = ["Id", "Zeit", "Kanal", "Wartezeit"]
SHEET = "data/acme/raw/x.xlsx [A]"


def book_cases(w):
    return {  # name: rows of sheet A, merged, declaration, (column, values) or messages
        "typed cells": ([TITLES, ["007", MOMENT, "phone", 1.5]], (), {}, ("wait_s", [1.5])),
        "formulas with their results": (
            [TITLES, [w.Formula("A9", "7"), w.Formula("B9", MOMENT), "phone", w.Formula("1+1", 2)]],
            (),
            {},
            ("wait_s", [2]),
        ),
        "a formula whose result is no text": ([TITLES, ["7", MOMENT, "phone", w.Formula('""', "")]], (), {}, ("wait_s", [None])),
        "a formula without its result": (
            [TITLES, ["7", MOMENT, "phone", w.Formula("1+1")]],
            (),
            {},
            [f"{SHEET}: 1 formulas have no stored result (D2). Open and save the file in a spreadsheet program."],
        ),
        "merged cells": (
            [TITLES, ["7", MOMENT, "phone", 1], ["8", MOMENT, None, 2]],
            ("C2:C3",),
            {},
            [f"{SHEET}: cells are merged (C2:C3): only the first of them holds the value. Unmerge them and fill each row."],
        ),
        "a merged title above the names": (
            [["Auswertung"], [], TITLES, ["7", MOMENT, "phone", 1]],
            ("A1:D1",),
            {"header_line": 2},
            ("wait_s", [1]),
        ),
        "a title above the names": (
            [["Auswertung"], [], TITLES, ["7", MOMENT, "phone", 1]],
            (),
            {},
            [f"{SHEET}: the columns' names stand in row 3, below a title. Declare `header_line: 2`."],
        ),
        "a duration beyond a day": ([TITLES, ["7", MOMENT, "phone", timedelta(hours=25, seconds=5)]], (), {}, ("wait_s", [90005])),
        "a duration, and texts on the clock, declared": (
            [TITLES, ["7", MOMENT, "phone", timedelta(hours=25, seconds=5)], ["8", MOMENT, "phone", "0:03:25"]],
            (),
            {"units": {"wait_s": "h:m:s"}},
            ("wait_s", [90005, 205]),
        ),
        "a duration where minutes were declared": (
            [TITLES, ["7", MOMENT, "phone", timedelta(minutes=3, seconds=25)], ["8", MOMENT, "phone", 3]],
            (),
            {"units": {"wait_s": "min"}},
            [
                "data/acme/raw/x.xlsx: Wartezeit: 1 of 2 cells are no number for wait_s (row 2: '0:03:25'). "
                "The unit 'min' was declared, and these are durations on the clock: declare `units: {wait_s: 'h:m:s'}`."
            ],
        ),
        "a duration where a plain number was declared": (
            [["Id", "Zeit", "Kanal", "Kosten"], ["7", MOMENT, "phone", timedelta(hours=12, minutes=50)]],
            (),
            {"columns": {"cost": "Kosten"}},
            [
                "data/acme/raw/x.xlsx: Kosten: 1 of 1 cells are no number for cost (row 2: '12:50:00'). "
                "Durations need a column whose name says their unit, _s for seconds or _h for hours, as a feature under `extra` may have it."
            ],
        ),
        "numbers and texts in one column": (
            [TITLES, ["7", MOMENT, "phone", "1,5"], ["8", MOMENT, "phone", 3.25]],
            (),
            {},
            ("wait_s", [1.5, 3.25]),
        ),
        "a text that is no number": (
            [TITLES, ["7", MOMENT, "phone", "1.5"], ["8", MOMENT, "phone", 3.25]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Wartezeit: 1 of 2 cells are no number for wait_s (row 2: '1.5'). The declared decimal sign is ',', "
                "and these numbers have '.' there: declare `decimal`, or ask for one sign."
            ],
        ),
        "an error": (
            [TITLES, ["7", MOMENT, "phone", w.Fault("#N/A")]],
            (),
            {},
            [
                f"{SHEET}: 1 cells hold a formula's error instead of a value (D2). Mend the formulas, or add the error's word (#N/A, as English Excel writes it) "
                "to `missing` if it means that there is no value."
            ],
        ),
        "an error that means nothing": (
            [TITLES, ["7", MOMENT, "phone", w.Fault("#N/A")]],
            (),
            {"missing": ["", "#N/A"]},
            ("wait_s", [None]),
        ),
        "days stored as numbers": (
            [TITLES, ["7", 45693, "phone", 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Zeit: 1 of 1 cells are no time for contact_ts (row 2: '45693'). The declared time_format is '%d.%m.%Y %H:%M'. "
                "These are day numbers of a spreadsheet: format the column there as a date, and save or export it again."
            ],
        ),
        "seconds that the format would lose": (
            [TITLES, ["7", MOMENT + timedelta(seconds=30), "phone", 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Zeit: 1 of 1 cells are no time for contact_ts (row 2: '2025-02-05 08:15:30'). The declared time_format is '%d.%m.%Y %H:%M', "
                "which has no place for the seconds of these cells: write it as in %d.%m.%Y %H:%M:%S."
            ],
        ),
        "ids as numbers": (
            [TITLES, ["0047", MOMENT, "phone", 1], [48, MOMENT, "phone", 1]],
            (),
            {"id_width": {"contact_id": 4}},
            ("contact_id", ["0047", "0048"]),
        ),
        "ids as numbers, not declared": (
            [TITLES, ["0047", MOMENT, "phone", 1], [48, MOMENT, "phone", 1]],
            (),
            {},
            [
                f"{SHEET}: Id: 1 ids are numbers and have lost their leading zeros, which others still have (A3). Declare how many digits they have: `id_width: {{contact_id: …}}`."
            ],
        ),
        "ids as days": (
            [TITLES, [date(2025, 2, 1), MOMENT, "phone", 1]],
            (),
            {},
            [f"{SHEET}: Id: 1 ids have become days or times (A2). Ask for this column as text."],
        ),
        "ids of 16 digits as numbers": (
            [TITLES, [1234567890123456, MOMENT, "phone", 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Id: 1 of 1 cells are no id for contact_id (row 2: '1.234568E+15'). "
                "A spreadsheet has turned long numbers into powers of ten and lost their last digits: ask for the export with this column as text."
            ],
        ),
        "a total row": (
            [TITLES, ["7", MOMENT, "phone", 1], ["Gesamtergebnis", None, None, 1]],
            (),
            {},
            [
                "data/acme/raw/x.xlsx: Id: 1 of 2 cells are no id for contact_id (row 3: 'Gesamtergebnis'). "
                "This looks like the total of a table: leave the row out with `ignore_rows`, here the word 'Gesamtergebnis'."
            ],
        ),
        "ids that are flags or fractions": (
            [TITLES, [True, MOMENT, "phone", 1], [4.5, MOMENT, "phone", 1]],
            (),
            {},
            [f"{SHEET}: Id: 2 ids are fractions, or TRUE or FALSE (A2, A3). Ask for this column as text."],
        ),
        "texts as days": (
            [["Id", "Zeit", "Kanal", "Stand"], ["7", MOMENT, "phone", date(2025, 2, 1)]],
            (),
            {"columns": {"status": "Stand"}},
            [
                f"{SHEET}: Stand: 1 texts have become days or times (D2). Ask for this column as text. How many may stay as days, `max_failed_share` says."
            ],
        ),
        "durations beside parts of a day": (
            [TITLES, ["7", MOMENT, "phone", timedelta(seconds=205)], ["8", MOMENT, "phone", 205 / 86400]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 cells hold a number below 1 that may be a part of a day (D3). Format the whole column as a duration ([h]:mm:ss)."
            ],
        ),
        "parts of a day alone": (
            [TITLES, ["7", MOMENT, "phone", 205 / 86400], ["8", MOMENT, "phone", 0]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 cells hold a number below 1 that may be a part of a day (D2). Format the whole column as a duration ([h]:mm:ss). "
                "If they are parts of a second indeed, declare `s` for this column under `units`."
            ],
        ),
        "a duration on the clock": ([TITLES, ["7", MOMENT, "phone", w.Clock(205 / 86400)]], (), {}, ("wait_s", [205])),
        "a duration beyond a day on the clock": (
            [TITLES, ["7", MOMENT, "phone", w.Clock(1.05)], ["8", MOMENT, "phone", w.Clock(0.5)]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 durations go beyond a day, and their format hides the days (D2). "
                "Format the whole column as a duration ([h]:mm:ss), look whether it is right, and save it again."
            ],
        ),
        "a duration below zero on the clock": (
            [TITLES, ["7", MOMENT, "phone", w.Formula("B2-B3", w.Clock(-0.01))], ["8", MOMENT, "phone", w.Clock(0.01)]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 times lie below 0, which the sheet shows as ##### (D2). "
                "Mend the formula, or leave the cells empty where there is no value."
            ],
        ),
        "minutes that stand in the format alone": (
            [TITLES, ["7", MOMENT, "phone", w.Minutes(3.5)]],
            (),
            {},
            [
                f"{SHEET}: Wartezeit: 1 numbers have the unit 'min' in their format alone (D2). Declare `units: {{wait_s: 'min'}}` if all cells are in it."
            ],
        ),
        "minutes that stand in the format alone, declared": (
            [TITLES, ["7", MOMENT, "phone", w.Minutes(3.5)]],
            (),
            {"units": {"wait_s": "min"}},
            ("wait_s", [210]),
        ),
        "parts of a second, declared": ([TITLES, ["7", MOMENT, "phone", 0.25]], (), {"units": {"wait_s": "s"}}, ("wait_s", [0.25])),
        "a number of 16 digits": (
            [["Id", "Zeit", "Kanal", "Kosten"], ["7", MOMENT, "phone", 1234567890123456]],
            (),
            {"columns": {"cost": "Kosten"}},
            ("cost", [1234567890123456]),
        ),
        "percents, formatted and written, declared": (
            [
                ["Id", "Zeit", "Kanal", "Rabatt"],
                *([str(n), MOMENT, "phone", cell] for n, cell in enumerate([w.Percent(0.12), w.Percent(0.125, True), "12 %"])),
            ],
            (),
            {"columns": {"cost": "Rabatt"}, "units": {"cost": "%"}},
            ("cost", [12, 12.5, 12]),
        ),
        "percents beside plain numbers": (
            [["Id", "Zeit", "Kanal", "Rabatt"], ["7", MOMENT, "phone", w.Percent(0.12)], ["8", MOMENT, "phone", 12]],
            (),
            {"columns": {"cost": "Rabatt"}},
            [
                f"{SHEET}: Rabatt: 1 cells are percents (D2), 1 are plain numbers (D3): 12 % is stored as 0.12. Format the whole column alike."
            ],
        ),
        "a percent that lost its format": (
            [["Id", "Zeit", "Kanal", "Rabatt"], ["7", MOMENT, "phone", "12 %"], ["8", MOMENT, "phone", 0.12]],
            (),
            {"columns": {"cost": "Rabatt"}, "units": {"cost": "%"}},
            [
                f"{SHEET}: Rabatt: 1 cells are percents (D2), 1 are plain numbers (D3): 12 % is stored as 0.12. Format the whole column alike."
            ],
        ),
        "an empty sheet": ([], (), {}, [f"{SHEET}: is empty or shorter than header_line (1). Name the sheet that holds the rows."]),
    }


BOOKS = list(book_cases(type("W", (), dict.fromkeys(("Formula", "Fault", "Percent", "Clock", "Minutes"), lambda *_: None))))


@pytest.mark.parametrize("name", BOOKS)
def test_workbooks_come_out_right_or_are_refused_word_for_word(log_of, workbooks, tmp_path, name):
    rows, merged, declared, expected = book_cases(workbooks)[name]
    path = workbooks.workbook(tmp_path / "made.xlsx", {"A": rows}, {"A": merged})
    came = log_of(path.read_bytes(), "x.xlsx", format="excel", **{"columns": WAIT} | declared)
    if isinstance(expected, list):
        assert came.problems == expected
    else:
        assert came.problems == []
        assert [row.get(expected[0]) for row in came.rows] == expected[1]


def test_hidden_rows_and_days_that_are_borne_are_counted(log_of, workbooks, tmp_path):
    rows = [["Id", "Zeit", "Kanal", "Stand"], ["1", MOMENT, "phone", date(2025, 2, 1)], ["2", MOMENT, "phone", "1-3"]]
    book = workbooks.workbook(tmp_path / "made.xlsx", {"A": rows}, hidden=[3]).read_bytes()
    came = log_of(book, "x.xlsx", format="excel", columns={"status": "Stand"}, max_failed_share=0.5)
    assert [row["status"] for row in came.rows] == ["2025-02-01 00:00:00", "1-3"]
    assert came.records[0]["noted"] == {("day_in_text", "Stand"): 1, ("hidden", ""): 1}


def test_hours_of_a_spreadsheet_become_hours(came_of, workbooks, tmp_path):
    rows = [["Kanal", "Wer", "Lösung", "Uhr", "Anteil"], ["phone", "KC", timedelta(hours=26), "calendar", 0.8]]
    columns = {"channel": "Kanal", "owner": "Wer", "resolution_h": "Lösung", "clock": "Uhr", "target_share": "Anteil"}
    book = workbooks.workbook(tmp_path / "made.xlsx", {"A": rows}).read_bytes()
    source = {"table": "service_levels", "file": "x.xlsx", "format": "excel", "columns": columns, "constants": {"variant": "offered"}}
    came = came_of({"x.xlsx": book}, {"levels": source})
    assert came.problems == []
    assert (came.rows[0]["resolution_h"], came.rows[0]["target_share"]) == (26, 0.8)
    assert came_of({"x.xlsx": book}, {"levels": source | {"units": {"target_share": "%"}}}).problems == [
        "data/acme/raw/x.xlsx: Anteil: 1 of 1 cells are no number for target_share (row 2: '0.8'). "
        "Percents up to 100 were declared, and 0.8 without its sign may be a share already: if all cells are shares from 0 to 1, leave the unit out."
    ]


def test_a_second_sheet_has_to_be_chosen(log_of, workbooks, tmp_path):
    sheets = {"2025": [TITLES, ["1", MOMENT, "phone", 1]], "2026": [TITLES, ["2", MOMENT, "phone", workbooks.Formula("1")]]}
    book = workbooks.workbook(tmp_path / "made.xlsx", sheets, files=["sheet2.xml", "sheet1.xml"]).read_bytes()  # the sheets were moved
    assert log_of(book, "x.xlsx", format="excel", columns=WAIT).problems == [
        "data/acme/raw/x.xlsx: has several sheets; declare one under `sheet`. Sheets: 2025, 2026."
    ]
    assert [row["contact_id"] for row in log_of(book, "x.xlsx", format="excel", columns=WAIT, sheet="2025").rows] == ["1"]
    assert (
        log_of(book, "x.xlsx", format="excel", columns=WAIT, sheet="2026")
        .problems[0]
        .startswith("data/acme/raw/x.xlsx [2026]: 1 formulas have no stored result (D2)")
    )
    assert log_of(book, "x.xlsx", format="excel", columns=WAIT, sheet="2024").problems == [
        "data/acme/raw/x.xlsx: there is no sheet '2024' (did you mean '2026'?). Sheets: 2025, 2026."
    ]


def test_days_count_from_1904_where_the_workbook_says_so(log_of, workbooks, tmp_path):
    book = workbooks.workbook(tmp_path / "made.xlsx", {"A": [TITLES, ["1", MOMENT - timedelta(days=1462), "phone", 1]]}, since_1904=True)
    assert log_of(book.read_bytes(), "x.xlsx", format="excel").rows[0]["contact_ts"].astimezone(UTC) == datetime(
        2025, 2, 5, 7, 15, tzinfo=UTC
    )
