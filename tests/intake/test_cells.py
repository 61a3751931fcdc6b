"""Typed cells become the text that their source declares, and lose nothing on the way."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.cells import told
from cxlib.params import Source

SOURCE = Source(table="orders", file="x.xlsx", format="excel", decimal=",", date_format="%d.%m.%Y", time_format="%d.%m.%Y %H:%M")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "text", ""),
        (float("nan"), "number", ""),
        ("NA", "text", "NA"),
        (True, "flag", "true"),
        (1.5, "number", "1,5"),
        (0.0000001, "number", "0,0000001"),
        (7.0, "id", "7"),
        (-0.0, "number", "0"),
        (Decimal("12.50"), "number", "12,5"),
        (Decimal("100"), "number", "100"),
        (1234567890123456.0, "id", "1.234568E+15"),  # a spreadsheet has 15 digits
        (9007199254740993, "id", "9007199254740993"),  # a database has them all
        (timedelta(hours=25, seconds=1), "s", "90001"),
        (timedelta(hours=25, minutes=30), "h", "25,5"),
        (time(0, 2, 5), "s", "125"),
        (time(0, 2, 5, 500_000), "number", "0:02:05.5"),  # nobody has said in which unit this number is
        (timedelta(hours=25, seconds=1), "number", "25:00:01"),
        (timedelta(seconds=-90), "number", "-0:01:30"),
        (date(2025, 3, 1), "date", "01.03.2025"),
        (datetime(2025, 3, 1, 8, 15), "date", "01.03.2025"),
        (datetime(2025, 3, 1, 8, 15), "time", "01.03.2025 08:15"),
        (date(2025, 3, 1), "time", "01.03.2025 00:00"),
        (datetime(2025, 3, 1, 8, 15, 30), "time", "2025-03-01 08:15:30"),  # the format has no seconds: it has to fail
        (datetime(2025, 3, 1, 8, 15, tzinfo=UTC), "time", "2025-03-01 08:15:00+00"),
        (datetime(2025, 3, 1, 8, 15), "text", "2025-03-01 08:15:00"),
        (1234567890123456.0, "number", "1234567890123456"),
        (1e23, "text", "100000000000000000000000"),
        ("ö".encode(), "text", "ö"),
    ],
)
def test_each_kind_of_cell(value, kind, text):
    assert told(value, kind, SOURCE) == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_a_number_comes_back_to_the_last_bit(value):
    text = told(value, "number", SOURCE)
    assert "." not in text
    assert "e" not in text.lower()
    assert float(text.replace(",", ".")) == value
