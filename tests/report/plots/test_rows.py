"""How rows are drawn: columns under their heads, scales beside labels or below them, notes in place of marks."""

from types import SimpleNamespace

import pytest

from cxlib.report.plots.marks import Dot
from cxlib.report.plots.rows import _apart, draw
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet


@pytest.fixture
def told(german):
    return german.told({"value": 12.0, "low": 10.0, "high": 14.0, "unit": "points", "metric": "nps", "note": "", "n": 50})


def words_of(rows, sheet, *, narrow=False):
    from xml.etree import ElementTree

    root = ElementTree.fromstring(draw(rows, sheet, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


@pytest.mark.parametrize("narrow", [False, True])
def test_a_sheet_shows_titles_rows_remarks_and_figures(german, told, narrow):
    sheet = Sheet(german, (Panel("Titel", "points"),), (Column("Wert", strong=True), Column("n")), remark="Hinweis")
    rows = [Row("Kauf"), Row("Webshop", (Dot(told),), (("12", "12"), ("50", "n = 50")), (Remark("Achtung"),))]
    said = words_of(rows, sheet, narrow=narrow)
    assert {"Hinweis", "Titel", "Kauf", "Webshop", "Achtung", "12"} <= set(said)
    assert ("n = 50" if narrow else "50") in said
    assert ("Wert" in said) is not narrow, "on a telephone figures say themselves what they are"


def test_a_note_stands_in_for_all_scales_once(german, told):
    sheet = Sheet(german, (Panel("A", "points"), Panel("B", "points")))
    assert words_of([Row("x", ("nicht gefragt", "nicht gefragt"))], sheet).count("nicht gefragt") == 1
    assert words_of([Row("x", (Dot(told), "nicht gefragt"))], sheet).count("nicht gefragt") == 1


def test_words_at_the_ends_of_a_scale_stand_above_its_ticks(german, told):
    panel = Panel("T", "points", ends=(("schlecht", "warn"), ("", "ink"), ("gut", "accent")))
    said = words_of([Row("x", (Dot(told),))], Sheet(german, (panel,)))
    assert said.index("schlecht") < said.index("gut") < said.index("12,0" if "12,0" in said else "12")


def test_a_mark_in_a_column_head_is_explained_on_a_telephone_too(german, told):
    sheet = Sheet(german, (Panel("T", "points"),), (Column("Ist", strong=True, mark=("accent", "full")),))
    assert "Ist" in words_of([Row("x", (Dot(told),), (("12", "12"),))], sheet, narrow=True)


@pytest.mark.parametrize(("places", "written"), [((20.0, 60.0, 120.0), [120.0, 60.0]), ((20.0, 120.0, 220.0), [220.0, 120.0, 20.0])])
def test_ticks_that_would_run_into_each_other_are_not_all_written(places, written):
    told = list(zip(places, ("−100.000 €", "0 €", "100.000 €"), strict=True))
    assert _apart(told, SimpleNamespace(narrow=True)) == written
