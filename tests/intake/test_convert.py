"""Text becomes typed by declaration, and what does not convert is counted."""

import pandas as pd
import pytest

from cxlib.intake.convert import convert
from cxlib.params import Source
from cxlib.tables import Column


def converted(cells, kind, allowed=(), **declared):
    source = Source.model_validate({"table": "contacts", "file": "x.csv", "decimal": ","} | declared)
    column = Column("x", kind, required=False, allowed=allowed)
    return convert(pd.Series(cells, dtype="str"), column, source, "Europe/Berlin")


@pytest.mark.parametrize(
    ("cells", "kind", "declared", "values", "failed"),
    [
        (["1,5", "-2", "+0,25", ""], "number", {}, [1.5, -2, 0.25, None], []),
        (["1.5", "1.234,5", "1e3", "12 ", "½"], "number", {}, [None, None, None, 12, None], [0, 1, 2, 4]),
        (["1.5", "1e3", "1,5"], "number", {"decimal": "."}, [1.5, 1000, None], [2]),
        (["0", "7", "-1", "1,5"], "count", {}, [0, 7, None, None], [2, 3]),
        (
            ["ja", "nein", "JA", "vielleicht"],
            "flag",
            {"values": {"x": {"ja": "true", "nein": "false", "JA": "true"}}},
            [True, False, True, None],
            [3],
        ),
        (["007", "NA", "None", "nan"], "id", {}, ["007", "NA", "None", "nan"], []),
        (["02.05.2024", "31.02.2025", "2.5.24"], "date", {"date_format": "%d.%m.%Y"}, [pd.Timestamp("2024-05-02"), None, None], [1, 2]),
    ],
)
def test_cells_convert_as_declared_or_fail_by_position(cells, kind, declared, values, failed):
    if "values" in declared:
        declared = declared | {"table": "contacts", "columns": {}}
    result = converted(cells, kind, **declared)
    assert [None if pd.isna(value) else value for value in result.values] == values
    assert result.failed.tolist() == failed


def test_times_are_local_and_those_that_do_not_exist_once_fail():
    cells = ["30.03.2025 01:59", "30.03.2025 02:30", "26.10.2025 02:30", "26.10.2025 03:00"]
    result = converted(cells, "time", time_format="%d.%m.%Y %H:%M")
    assert result.failed.tolist() == [1, 2]  # skipped in spring, doubled in autumn
    assert result.values.iloc[0].utcoffset().total_seconds() == 3600


def test_times_with_a_zone_are_moved_to_the_clients():
    result = converted(["2025-07-01T12:00:00+0000"], "time", time_format="%Y-%m-%dT%H:%M:%S%z")
    assert result.values.iloc[0].hour == 14


def test_words_are_mapped_before_they_are_judged():
    result = converted(["Tel", "phone", "Fon", "k.A."], "choice", ("phone", "email"), values={"x": {"Tel": "phone", "k.A.": ""}})
    assert result.values.isna().to_list() == [False, False, True, True]
    assert result.failed.tolist() == [2]  # a word mapped to "" has no value, and that is no failure
