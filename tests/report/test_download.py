import csv
import io
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.report.download import csv_text, data_uri, defused

FORMULA = "=+-@\t\r"


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+49 69 90009", "-3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\N{NO-BREAK SPACE}=1", "\ufeff=1", "\u200b@x", "＝1", "\n=1"],
)
def test_formulas_are_defused(cell):
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Kanal - Telefon", "3-5 Tage", "a=b", "Straße 1", "'quoted"])
def test_plain_text_stays(cell):
    assert defused(cell) == cell


@given(st.text())
def test_no_text_cell_starts_like_a_formula(cell):
    for language in ("de", "en"):
        text = csv_text([cell], [[cell]], language)
        delimiter = ";" if language == "de" else ","
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert not any(field.lstrip().startswith(tuple(FORMULA)) or field.startswith(("\t", "\r")) for field in row)


def test_text_is_quoted_so_that_no_other_delimiter_splits_it():
    assert csv_text(["a"], [["x,=1+1"], ["x;=1+1"]], "de") == 'a\n"x,=1+1"\n"x;=1+1"\n'


def test_numbers_stay_numbers():
    row = [-12.5, 0.1, 3, np.float64(1234567.891), np.int64(7), pd.NA, np.nan, None, -0.00000001]
    german, english = (csv_text(["a"], [row], language).splitlines()[1] for language in ("de", "en"))
    assert german == "-12,5;0,1;3;1234568;7;;;;-0,00000001"
    assert english == "-12.5,0.1,3,1234568,7,,,,-0.00000001"


@given(st.floats(-1e9, 1e9))
def test_numbers_keep_five_digits_and_all_that_stand_left_of_the_point(number):
    said = float(csv_text([], [[number]], "en").splitlines()[1])
    assert said == pytest.approx(number, rel=5.1e-5, abs=5.1e-13)
    assert abs(said - number) <= 0.5


def test_the_address_carries_a_byte_order_mark():
    uri = data_uri('ä 5%\n"\ud800"')
    assert uri == "data:text/csv;charset=utf-8,%EF%BB%BFä 5%25%0A%22?%22"


@given(st.text(st.characters(codec="utf-8")))
def test_the_address_holds_the_text_and_no_sign_that_ends_an_attribute(text):
    uri = data_uri(text)
    assert unquote(uri.partition(",")[2]) == "\ufeff" + text
    assert not set("\"'<>#\n\t") & set(uri)
