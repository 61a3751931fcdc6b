"""Numbers have the declared signs and digits, or fail by position."""

import pytest


@pytest.mark.parametrize(
    ("cells", "kind", "declared", "values", "failed"),
    [
        (["1,5", "-2", "+0,25", ""], "number", {}, [1.5, -2, 0.25, None], []),
        (["1.5", "1.234,5", "1e3", "12 ", "½"], "number", {}, [None, None, None, 12, None], [0, 1, 2, 4]),
        (["1.5", "1e+03", "1,5", "12E5", "1e3"], "number", {"decimal": "."}, [1.5, 1000, None, None, None], [2, 3, 4]),
        (["1e-05", "1,5e+05", "4,00123E+15"], "number", {}, [1e-05, 150000, None], [2]),
        (
            ["1.234", "12.345.678,5", "1.23", "0.123", "12345", "980,00-"],
            "number",
            {"thousands": "."},
            [1234, 12345678.5, None, None, 12345, -980],
            [2, 3],
        ),
        (["1 234,5", "1\u00a0234,5", "1\u202f234"], "number", {"thousands": " "}, [1234.5, 1234.5, 1234], []),
        (["1'234.5"], "number", {"thousands": "'", "decimal": "."}, [1234.5], []),
        (["-9", "−9"], "number", {}, [-9, None], [1]),
        (["1e999", "inf", "nan"], "number", {"decimal": "."}, [None, None, None], [0, 1, 2]),
        (["0", "7", "-1", "1,5"], "count", {}, [0, 7, None, None], [2, 3]),
        (["007", "+7", " 7 ", "7-", "1.000", "1_000", "0x7"], "count", {"thousands": "."}, [7, 7, 7, None, 1000, None, None], [3, 5, 6]),
        (["99", "k.A.", "  "], "number", {"missing": ["", "99", "k.A."]}, [None, None, None], []),
        (["999", "999,0", "999,00", "+999", "99", "999 min"], "number", {"missing": ["", "999"]}, [None] * 4 + [99, None], [5]),
        (["999,0 min", "3 min"], "number", {"name": "wait_s", "missing": ["", "999"], "units": {"wait_s": "min"}}, [None, 180], []),
        (["999,0", "9"], "count", {"values": {"x": {"999": ""}}}, [None, 9], []),
    ],
)
def test_numbers_convert_as_declared_or_fail_by_position(converted, cells, kind, declared, values, failed):
    assert converted(cells, kind, **declared) == (values, failed)


@pytest.mark.parametrize("name", ["wait_s", "handle_s", "response_h", "weight"])
def test_a_duration_is_never_negative(converted, name):
    assert converted(["-6", "0", "6"], "number", name=name) == ([None, 0, 6], [0])
