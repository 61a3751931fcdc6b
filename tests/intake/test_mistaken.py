"""What a spreadsheet mistook is named with its cells. Whole workbooks stand in tests/intake/test_nasty.py."""

from datetime import date, time, timedelta

import pytest

from cxlib.intake.mistaken import Sheet, mistaken
from cxlib.params import Source


def looked_at(cells, kind, percents=(), **declared):
    columns = {"order_id" if kind == "id" else "value": "X"}
    source = Source.model_validate({"table": "orders", "file": "x.xlsx", "format": "excel", "columns": columns} | declared)
    sheet = Sheet([cells], list(range(2, len(cells) + 2)), {0: "X"}, {"X": kind}, source, "x.xlsx", lambda: set(percents))
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
