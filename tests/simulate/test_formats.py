"""Files as clients' programs write them, and the same bytes however often they are written."""

import time

import pandas as pd
import pyreadstat
import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from cxlib.simulate import formats

ROWS = pd.DataFrame(
    {
        "Nr": ["0012", None],
        "Tag": [pd.Timestamp("2025-03-01"), pd.NaT],
        "Zeit": [pd.NaT, pd.Timestamp("2025-03-01 08:15")],
        "Wert": [1.5, None],
    }
)


def test_the_same_rows_are_the_same_bytes_at_any_time(tmp_path):
    told = {"labels": {"Wert": "Frage"}, "values": {"Wert": {1.5: "gut"}}, "missing": {"Wert": [9]}}

    def write(name):
        formats.workbook(tmp_path / f"{name}.xlsx", {"2025": (["Titel"], ROWS)})
        formats.spss(tmp_path / f"{name}.sav", ROWS[["Nr", "Wert"]], **told)

    write("a")
    time.sleep(2.1)  # the clock of zip archives ticks every two seconds
    write("b")
    for kind in ("xlsx", "sav"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes(), kind


def test_a_workbook_holds_real_dates_and_ids_as_text(tmp_path):
    formats.workbook(tmp_path / "x.xlsx", {"2025": (["Titel"], ROWS)})
    rows = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_name("2025").to_python()
    assert rows[0][0] == "Titel"
    assert rows[1] == ["Nr", "Tag", "Zeit", "Wert"]
    assert rows[2][0] == "0012"
    assert rows[2][1].isoformat()[:10] == "2025-03-01"
    assert rows[3][2].isoformat() == "2025-03-01T08:15:00"


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path):
    formats.workbook(tmp_path / "x.xlsx", {"a": ([], pd.DataFrame({"A": ["=HYPERLINK(1)", "+49", "http://x.example"]}))})
    rows = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "x.xlsx")).get_sheet_by_name("a").to_python()
    assert [row[0] for row in rows] == ["A", "=HYPERLINK(1)", "+49", "http://x.example"]


def test_an_spss_file_keeps_labels_and_missing_codes(tmp_path):
    rows = pd.DataFrame({"q": [1.0, 9.0], "t": ["ä", "ß"]})
    formats.spss(tmp_path / "x.sav", rows, labels={"q": "Frage"}, values={"q": {1.0: "gut"}}, missing={"q": [9]})
    read, meta = pyreadstat.read_sav(str(tmp_path / "x.sav"), user_missing=True)
    assert read["q"].to_list() == [1, 9]
    assert read["t"].to_list() == ["ä", "ß"]
    assert meta.missing_ranges == {"q": [{"lo": 9.0, "hi": 9.0}]}
    assert meta.variable_value_labels["q"] == {1.0: "gut"}


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_german_numbers_read_back(number):
    told = formats.german(pd.Series([number]), thousands=True, minus_behind=True).item()
    sign = -1 if told.endswith("-") else 1
    assert sign * float(told.rstrip("-").replace(".", "").replace(",", ".")) == pytest.approx(round(number, 2), abs=0.0051)
