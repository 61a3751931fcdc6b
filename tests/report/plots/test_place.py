import pytest

from cxlib.report.plots.marks import Dot, Stack
from cxlib.report.plots.place import beside, height_of, lead, lines_of, middles_of, place_of, remarks_of
from cxlib.report.plots.sheet import Column, Panel, Remark, Row, Sheet

WORD = "Lieferterminabweichungsbenachrichtigung"


@pytest.fixture
def row(german):
    told = german.told({"value": 12.0, "low": 10.0, "high": 14.0, "unit": "points", "metric": "nps"})
    return Row(WORD, (Dot(told), Dot(told)), (("12,0", "12,0"), ("13,0", "13,0"), ("1.000", "n = 1.000")), (Remark("Achtung " * 8),))


@pytest.fixture
def sheet(german):
    panels = (Panel("A", "points"), Panel("B", "points"))
    return Sheet(german, panels, (Column("Wert", strong=True), Column("Wert", 1, strong=True), Column("n", 1)))


def test_columns_and_scales_stand_in_turn_and_fill_the_width(row, sheet):
    place = place_of([row], sheet, narrow=False)
    first, second = place.scales
    assert place.label < first.start < first.end < place.columns[0] < second.start < second.end < place.columns[1] < place.columns[2] <= 720
    assert first.end - first.start == pytest.approx(second.end - second.start)
    assert place.columns[2] > 680


def test_a_telephone_has_the_scales_below_the_label(row, sheet):
    place = place_of([row], sheet, narrow=True)
    middles = middles_of(row, place, 0.0, height_of(row, place))
    text = (len(lines_of(row, place)) + len(remarks_of(row, place))) * 17
    assert text < middles[0] < middles[1] < height_of(row, place)


def test_figures_lead_beside_the_label_only_where_there_is_one_scale(row, sheet, german):
    assert lead(row, sheet) == ""
    assert beside(row, sheet) == [("12,0", ""), ("13,0", "n = 1.000")]
    single = Sheet(german, sheet.panels[:1], (Column("Wert", strong=True), Column("n")))
    one = Row("x", row.marks[:1], (("12,0", "12,0"), ("9", "n = 9")))
    assert lead(one, single) == "12,0"
    assert beside(one, single) == [("", "n = 9")]


def test_labels_and_remarks_break_within_their_room(row, sheet):
    place = place_of([row], sheet, narrow=False)
    assert len(lines_of(row, place)) > 1
    assert next(opens for _, _, opens in remarks_of(row, place)) is True
    assert sum(opens for _, _, opens in remarks_of(row, place)) == 1


def test_a_taller_mark_takes_more_room(german):
    sheet = Sheet(german, (Panel("A", "share", ticks=False),))
    told = german.told({"value": 1.0, "unit": "share", "metric": "nps"})
    stack, note = Row("x", (Stack(((told, "warn", "paper"),)),)), Row("x", ("nicht gefragt",))
    place = place_of([stack, note], sheet, narrow=True)
    assert height_of(stack, place) > height_of(note, place)
