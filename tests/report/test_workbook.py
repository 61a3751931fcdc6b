"""The workbook: a list, a sheet a table, numbers as numbers, the same bytes every time. Hostile cells: test_hostile.py."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from cxlib.report.workbook import Listed, workbook


@pytest.fixture
def listed():
    return [
        Listed("02", "Wann und wo?", "Abbildung 1", "Wer wie bewertet", "nps_by_touchpoint"),
        Listed("05", "Was nützt?", "Tabelle 1", "Noch einmal", "nps_by_touchpoint"),
    ]


def made(listed, estimates, words):
    return workbook(listed, {"nps_by_touchpoint": estimates}, words, client="Volkmar & Thies", dated=date(2026, 6, 30))


def test_the_first_sheet_lists_what_the_pages_show(listed, estimates, german):
    book = CalamineWorkbook.from_filelike(io.BytesIO(made(listed, estimates, german)))
    assert book.sheet_names == ["Übersicht", "02 nps_by_touchpoint"]
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Volkmar & Thies: Alle Tabellen dieses Berichts"
    assert rows[2:] == [
        ["Seite", "Dort", "Was sie sagt", "Blatt", "Zeilen"],
        ["Wann und wo?", "Abbildung 1", "Wer wie bewertet", "02 nps_by_touchpoint", 8.0],
        ["Was nützt?", "Tabelle 1", "Noch einmal", "02 nps_by_touchpoint", 8.0],
    ]


def test_a_sheet_has_words_for_labels_and_numbers_for_numbers(listed, estimates, german, english):
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(made(listed, estimates, german))).get_sheet_by_index(1).to_python()
    assert sheet[0][0] == "Kontaktpunkt"
    labels = {row[0]: row for row in sheet[1:]}
    assert 61.0 in labels["Webshop"]
    assert 120.0 in labels["Webshop"]
    assert any("Einzelner" in str(cell) for cell in labels["Messestand"])  # why there is no number
    assert 61.0 not in labels["Messestand"]
    assert CalamineWorkbook.from_filelike(io.BytesIO(made(listed, estimates, english))).sheet_names[0] == "Contents"


def test_the_same_tables_give_the_same_bytes(listed, estimates, german):
    assert made(listed, estimates, german) == made(listed, estimates, german)
