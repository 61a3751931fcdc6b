"""What a spreadsheet gets: text stays text, nothing is a formula, every column is checked while typing."""

from __future__ import annotations

import re
import zipfile

import pytest

from cxlib.params import load
from cxlib.report.words import Words
from cxlib.suite.sheets import write
from cxlib.suite.sheets.book import Page, put
from cxlib.suite.sheets.forms import BOOKS, fields


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist() if name.endswith(".xml")}


@pytest.fixture
def inventory(acme):
    columns = fields(BOOKS["inventory"][0], load(acme, "acme"))
    rows = [{"touchpoint_id": "007", "name_de": "=1+1", "name_en": "@x\x07", "stage": "+49", "department": "-1", "people": 2.5}]
    put(acme / "x.xlsx", [Page("touchpoints", columns, rows)], Words("de"), {})
    return acme / "x.xlsx"


def test_no_cell_is_a_formula_and_ids_stay_text(inventory, cells):
    assert not any("<f>" in text or "<f " in text for name, text in parts(inventory).items() if "worksheets" in name)
    row = cells(inventory)[2]
    assert [*row[:3], row[4], row[9], row[-1]] == ["007", "=1+1", "@x", "+49", "-1", 2.5]


def test_a_sheet_is_checked_frozen_and_printed_on_a4(inventory):
    sheet = parts(inventory)["xl/worksheets/sheet1.xml"]
    assert sheet.count("<dataValidation ") == 16
    assert sheet.count('type="list"') == 8
    assert 'topLeftCell="B3"' in sheet
    assert 'paperSize="9"' in sheet
    assert 'orientation="landscape"' in sheet
    assert "COUNTIF($A$3:$A$1002,A3)=1" in sheet
    assert "_xlnm.Print_Titles" in parts(inventory)["xl/workbook.xml"]


def test_messages_fit_into_what_a_spreadsheet_shows(acme):
    for language in ("de", "en"):
        write(acme, "acme", language=language)
        for path in (acme / "data/acme/sheets").glob("*.xlsx"):
            for name, text in parts(path).items():
                if "worksheets" in name:
                    assert all(len(told) <= 255 for told in re.findall(r' prompt="([^"]*)"', text)), path
                    assert all(len(told) <= 32 for told in re.findall(r' promptTitle="([^"]*)"', text)), path
            path.unlink()


def test_nothing_is_left_of_a_workbook_that_could_not_be_written(acme):
    with pytest.raises(KeyError):
        put(acme / "x.xlsx", [Page("touchpoints", fields(BOOKS["inventory"][0], load(acme, "acme")), [{}])], Words("de"), Broken())
    assert [path.name for path in acme.glob("*x.xlsx*")] == []


class Broken(dict):
    """Ids that cannot be looked up."""

    def get(self, *_):
        raise KeyError


def test_columns_of_ids_are_text_before_anything_is_typed(inventory):
    content = parts(inventory)
    formats = re.findall(r'<xf numFmtId="(\d+)"', content["xl/styles.xml"].partition("<cellXfs")[2])
    styles = {
        int(first): formats[int(style)]
        for first, style in re.findall(r'<col min="(\d+)"[^>]*? style="(\d+)"', content["xl/worksheets/sheet1.xml"])
    }
    assert styles[1] == "49"  # text, as spreadsheets number their formats
    assert styles[6] == "0"  # the place in the order
