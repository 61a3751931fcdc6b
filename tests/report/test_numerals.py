import pytest
from babel import Locale

from cxlib.report.numerals import decimals, written

GERMAN, ENGLISH = Locale("de", "DE"), Locale("en", "GB")


@pytest.mark.parametrize(
    ("unit", "value", "width", "places"),
    [
        ("share", 0.404, 0.06, 0),
        ("share difference", -0.05, 0.3, 0),
        ("share difference", -0.005, 0.3, 0),
        ("severity 1–5", 3.4, None, 2),
        ("share", 0.404, 0.01, 1),
        ("share", 0.0, 0.0, 0),
        ("share", 1.0, 0.0, 0),
        ("share", 0.996, 0.1, 1),
        ("share", 0.004, 0.1, 1),
        ("share", 0.07, None, 1),
        ("points", 40.4, 6.0, 1),
        ("scale 1–5", 4.0, 0.1, 2),
        ("points per point", 0.82, 0.2, 2),
        ("kappa", 0.7294, 0.2, 2),
        ("index", 62.4, 5.0, 0),
        ("count", 2530, None, 0),
        ("EUR", 12.5, None, 2),
        ("EUR", 1250.0, None, 0),
        ("h", 4.5, 1.0, 1),
        ("h", 48.0, 1.0, 0),
        ("per 100 orders", 12.34, 1.0, 1),
    ],
)
def test_decimals_by_unit_and_width(unit, value, width, places):
    assert decimals(unit, value, width) == places


@pytest.mark.parametrize(
    ("value", "unit", "digits", "de", "en"),
    [
        (1234.5, "points", 1, "1.234,5", "1,234.5"),
        (-0.04, "points", 1, "0,0", "0.0"),
        (-12.3, "points", 1, "−12,3", "−12.3"),
        (0.404, "share", 0, "40\N{NO-BREAK SPACE}%", "40%"),
        (-0.054, "share difference", 0, "−5", "−5"),
        (0.0541, "share difference", 1, "5,4", "5.4"),
        (-0.0004, "share", 0, "0\N{NO-BREAK SPACE}%", "0%"),
        (1234.56, "EUR", 2, "1.234,56\N{NO-BREAK SPACE}€", "€1,234.56"),
        (2530, "count", 0, "2.530", "2,530"),
        (10**12, "count", 0, "1.000.000.000.000", "1,000,000,000,000"),
    ],
)
def test_written_in_the_readers_language(value, unit, digits, de, en):
    assert written(value, unit, digits, GERMAN) == de
    assert written(value, unit, digits, ENGLISH) == en
