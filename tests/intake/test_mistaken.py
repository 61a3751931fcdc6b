"""What a spreadsheet mistook is named with its cells. Whole workbooks stand in tests/intake/test_nasty_workbooks.py."""

from datetime import date, datetime, time, timedelta

import pytest

from cxlib.intake.mistaken import Sheet, mistaken
from cxlib.params import Source


def looked_at(cells, kind, percents=(), **declared):
    columns = {"order_id" if kind == "id" else "value": "X"}
    source = Source.model_validate({"table": "orders", "file": "x.xlsx", "format": "excel", "columns": columns} | declared)
    sheet = Sheet([cells], list(range(2, len(cells) + 2)), {0: "X"}, {"X": kind}, source, "x.xlsx", lambda: dict.fromkeys(percents, "%"))
    problems, noted = mistaken(sheet)
    return [problem.removeprefix("x.xlsx: X: ").split(" (")[0] for problem in problems], noted


@pytest.mark.parametrize(
    ("cells", "kind", "told"),
    [
        (["007", 8.0], "id", ["1 ids are numbers and have lost their leading zeros, which others still have"]),
        (["7", 8.0], "id", []),
        ([True, 4.5, date(2025, 1, 2), time(1, 2)], "id", ["2 ids have become days or times", "2 ids are fractions, or TRUE or FALSE"]),
        (["a", date(2025, 1, 2)], "text", ["1 texts have become days or times"]),
        ([date(2025, 1, 2), 5.0], "date", []),
        ([0.5, timedelta(hours=3)], "h", ["1 cells hold a number below 1 that may be a part of a day"]),
        ([0.5, 0.25], "h", []),
        ([0.5, 0.25, 0.0, ""], "s", ["2 cells hold a number below 1 that may be a part of a day"]),
        ([0.5, 30.0], "s", []),
        ([0.12, 12.0], "number", []),
    ],
)
def test_each_mistake_is_named(cells, kind, told):
    assert looked_at(cells, kind)[0] == told


@pytest.mark.parametrize(
    ("cells", "percents", "unit", "told", "after"),
    [
        ([0.12, 0.5], ["A2", "A3"], None, [], [0.12, 0.5]),
        ([0.12, 0.07, "3 %"], ["A2", "A3"], "%", [], ["12 %", "7 %", "3 %"]),
        ([12.0, "3 %"], [], "%", [], [12.0, "3 %"]),
        ([0.12, 12.0, 0.0], ["A2"], None, ["1 cells are percents"], [0.12, 12.0, 0.0]),
        ([0.12, "3 %"], [], "%", ["1 cells are percents"], [0.12, "3 %"]),
        ([0.12, "3 %"], [], None, [], [0.12, "3 %"]),  # "3 %" is no number, and will be refused
    ],
)
def test_percents_are_told_as_such_or_refused(cells, percents, unit, told, after):
    assert looked_at(cells, "number", percents, **({"units": {"value": unit}} if unit else {}))[0] == told
    assert cells == after


def test_as_many_days_as_declared_stay():
    assert looked_at(["a", date(2025, 1, 2)], "text", max_failed_share=0.5) == ([], {("day_in_text", "X"): 1})


def durations(cells, kind="s", shown=None, negative=(), column="wait_s", **declared):
    source = Source.model_validate({"table": "contacts", "file": "x.xlsx", "format": "excel", "columns": {column: "X"}} | declared)
    told = (dict, lambda: shown or {}, lambda: set(negative))
    return mistaken(Sheet([cells], list(range(2, len(cells) + 2)), {0: "X"}, {"X": kind}, source, "x.xlsx", *told))[0]


def test_a_duration_beyond_a_day_that_its_format_hides_is_refused():
    assert durations([time(1, 2), datetime(1900, 1, 1, 1, 12), date(1900, 1, 2)]) == [
        "x.xlsx: X: 2 durations go beyond a day, and their format hides the days (A3, A4). "
        "Format the whole column as a duration ([h]:mm:ss), look whether it is right, and save it again."
    ]


@pytest.mark.parametrize("kind", ["s", "h", "part %H:%M"])
def test_a_time_below_zero_is_refused(kind):
    assert durations([time(1, 2), time(23, 45, 36)], kind, negative=["A3"]) == [
        "x.xlsx: X: 1 times lie below 0, which the sheet shows as ##### (A3). Mend the formula, or leave the cells empty where there is no value."
    ]


@pytest.mark.parametrize(
    ("column", "kind", "unit", "declared", "told"),
    [
        ("wait_s", "s", "min", {}, True),
        ("wait_s", "s", "s", {}, False),
        ("wait_s", "number", "min", {"units": {"wait_s": "min"}}, False),
        ("wait_s", "number", "h", {"units": {"wait_s": "min"}}, True),
        ("cost", "number", "T€", {}, True),
        ("cost", "number", "T€", {"units": {"cost": "T€"}}, False),
        ("cost", "number", "min", {}, False),
    ],
)
def test_a_unit_that_stands_in_the_format_alone_has_to_be_declared(column, kind, unit, declared, told):
    problems = durations([3.5, 2.0, "k.A."], kind, {"A2": unit, "A3": unit}, column=column, **declared)
    assert (
        problems
        == [
            f"x.xlsx: X: 2 numbers have the unit '{unit}' in their format alone (A2, A3). Declare `units: {{{column}: '{unit}'}}` if all cells are in it."
        ]
        * told
    )


def test_long_durations_of_a_sheet_are_refused_as_in_text():
    assert durations([205000.0] * 6) == [
        "x.xlsx: X (wait_s): 6 durations, more than half, are longer than two hours. They may be milliseconds: declare `units: {wait_s: ms}`; "
        "if they are seconds indeed, `units: {wait_s: s}`."
    ]
    assert durations([205000.0] * 5) == durations([205.0] * 6) == durations([timedelta(hours=9)] * 6) == []


@pytest.mark.parametrize(
    ("texts", "told"),
    [(["02/25/2025", "03/14/2025 08:15", "12/31/2025"], 1), (["02/25/2025", "03/11/2025", "12/31/2025"], 0), (["02/25/2025", "k.A."], 0)],
)
def test_days_that_a_spreadsheet_read_in_the_wrong_order_are_refused(texts, told):
    days = [date(2025, 11, 2), datetime(2025, 4, 3, 8, 15), date(2025, 1, 12)]
    problems = durations([*days, *texts], "time %m/%d/%Y", column="contact_ts")
    assert (
        problems
        == [
            "x.xlsx: X: 3 cells are days, none of them after the 12th (A2, A3, A4), and 3 are texts with numbers beyond 12 (A5, A6, A7): "
            "a spreadsheet may have taken months for days. Ask for the export as it left its program, not opened and saved again."
        ]
        * told
    )
    assert durations([*days, date(2025, 4, 13), *texts], "date", column="contact_ts") == []
