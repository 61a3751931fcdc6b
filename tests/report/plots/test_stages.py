"""The funnel between two clocks: every stage with how many of how many, and what either clock shows there."""

from itertools import combinations

import pytest

from cxlib.errors import CxError
from cxlib.report import plots

STAGES = (
    ("interest", None, "stage_share", None, None, None, "share", 0, "in no table"),
    ("lead", None, "stage_share", 1.0, None, None, "share", 1200, ""),
    ("answer", None, "stage_share", 0.9, 0.88, 0.92, "share", 1200, ""),
    ("quote", None, "stage_share", None, None, None, "share", 0, "quotes name no lead"),
    ("order", None, "stage_share", 0.25, 0.23, 0.27, "share", 1200, ""),
    ("lost", None, "stage_share", 0.75, 0.73, 0.77, "share", 1200, ""),
    ("undecided", None, "stage_share", 0.0, 0.0, 0.01, "share", 1200, ""),
    ("lead", "customer", "stage_time", 8.0, 7.0, 9.0, "days", 800, ""),
    ("answer", "customer", "stage_time", 9.0, 8.0, 10.0, "days", 700, ""),
    ("answer", "company", "stage_time", 8.7, 7.8, 10.0, "h", 700, ""),
    ("order", "customer", "stage_time", 46.0, 40.0, 53.0, "days", 280, ""),
    ("order", "company", "stage_time", None, None, None, "days", 12, "n < 30"),
)


@pytest.fixture
def table(long_of):
    return long_of(STAGES, by=["lead_stage", "clock_of"])


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_every_stage_stands_between_both_clocks(drawn, table, german, narrow):
    said = " ".join(drawn(plots.stages(table), german, narrow=narrow).words)
    for text in (
        "Erstes Interesse steht in keiner Tabelle",
        "1.080 von 1.200 (90 %)",
        "300 von 1.200 (25 %)",
        "46 Tage 40 bis 53",
        "8,7 Stunden",
    ):
        assert text in said.replace("\xa0", " ")
    assert "läuft noch nicht" in said
    assert "Noch offen" not in said


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
@pytest.mark.parametrize("language", ["german", "english"])
def test_texts_stay_inside_and_off_each_other(drawn, table, request, language, narrow):
    picture = drawn(plots.stages(table), request.getfixturevalue(language), narrow=narrow)
    texts = picture.texts()
    assert [text.words for text in texts if text.left < -2 or text.right > picture.width + 2] == []
    assert [(one.words, other.words) for one, other in combinations(texts, 2) if one.covers(other)] == []
    assert picture.colours() == set()


def test_the_bars_are_as_wide_as_the_part_that_is_left(drawn, table, german):
    whole, order = 720 - 2 * 158, 0.25 * (720 - 2 * 158)
    markup = drawn(plots.stages(table), german).markup
    assert f"M158 {48 + 60 + 19}H{158 + whole}" in markup
    assert f"H{360 + order / 2:g}" in markup


def test_the_customers_clock_stands_left_and_ours_right(drawn, table, german):
    texts = {text.words.replace("\xa0", " "): text for text in drawn(plots.stages(table), german).texts()}
    assert texts["46 Tage"].left < 150
    assert texts["8,7 Stunden"].right > 570


def test_the_text_alternative_tells_stages_and_clocks(table, english):
    told = plots.stages(table).describe(english)
    assert "First answer: 1,080 of 1,200 (90%), 9 days on the customer's clock, 8.7 hours on ours" in told
    assert "Order: 300 of 1,200 (25%), 46 days on the customer's clock; Lost" in told


def test_a_table_without_stages_is_refused(table):
    with pytest.raises(CxError, match=r"plots\.stages: the table has no group column 'clock_of'"):
        plots.stages(table.drop(columns="clock_of"))
