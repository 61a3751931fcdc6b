import re
from xml.etree import ElementTree

import pytest

from cxlib.errors import CxError
from cxlib.report import plots, svg
from cxlib.report.words import Words


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


LEVELS = ["Webshop", "Rechnung", "Hotline", "Übrige", "Messestand", "fax", "edi"]


@pytest.mark.parametrize("narrow", [False, True])
def test_levels_stand_from_best_to_worst_with_the_rest_and_the_hidden_last(estimates, german, narrow):
    said = texts(plots.ranking(estimates, by="touchpoint_id"), german, narrow=narrow)
    assert [text for text in said if text in LEVELS] == LEVELS


def test_where_low_is_good_the_lowest_stands_first(estimates, german):
    said = texts(plots.ranking(estimates, by="touchpoint_id", best="low"), german)
    assert [text for text in said if text in LEVELS][:3] == ["Hotline", "Rechnung", "Webshop"]


def test_each_row_is_labelled_with_value_and_n(estimates, german, english):
    assert {"61,0", "12,5", "120"} <= set(texts(plots.ranking(estimates, by="touchpoint_id"), german))
    assert {"61.0", "12.5", "n = 120"} <= set(texts(plots.ranking(estimates, by="touchpoint_id"), english, narrow=True))


def test_hidden_rows_say_why(estimates, german):
    said = set(texts(plots.ranking(estimates, by="touchpoint_id"), german))
    assert {"zum Schutz Einzelner nicht veröffentlicht", "zu wenige Angaben (unter 30)", "nicht gefragt"} <= said


def test_the_margin_is_the_reference_unless_another_is_given(estimates, german):
    assert "Gesamt 40,4" in texts(plots.ranking(estimates, by="touchpoint_id"), german)
    assert "Vergleich 30,0" in texts(plots.ranking(estimates, by="touchpoint_id", reference=30), german)


def test_ticks_have_no_more_decimals_than_they_need(estimates, estimates_of, german):
    assert "20" in texts(plots.ranking(estimates, by="touchpoint_id", reference=60), german)
    shares = estimates_of({"a": (0.2, ""), "b": (0.6, "")}, metric="top_box", unit="share")
    assert any(re.fullmatch(r"\d+ %", text) for text in texts(plots.ranking(shares, by="touchpoint_id"), german))


def test_the_text_alternative_tells_count_best_and_worst(estimates, german, english):
    plot = plots.ranking(estimates, by="touchpoint_id")
    assert plot.describe(german) == (
        "Rangfolge: Weiterempfehlung (NPS) nach Kontaktpunkt. Punkte mit Spanne, 7 Zeilen, vom besten zum schwächsten Wert. "
        "Am besten: Webshop, 61,0 Punkte (Spanne 54,9 bis 67,1; n = 120). "
        "Am schwächsten: Hotline, 12,5 Punkte (Spanne 11,2 bis 13,8; n = 120). "
        "3 Werte sind nicht veröffentlicht oder fehlen."
    )
    assert "7 rows" in plot.describe(english)


def test_a_table_without_any_value_is_described(estimates_of, german):
    plot = plots.ranking(estimates_of({"a": (None, "suppressed")}), by="touchpoint_id")
    assert plot.describe(german) == "Rangfolge: Weiterempfehlung (NPS) nach Kontaktpunkt. 1 Zeile, kein Wert ist veröffentlicht."
    assert texts(plot, german)


def test_one_level_and_equal_values_can_be_drawn(estimates_of, german):
    assert texts(plots.ranking(estimates_of({"a": (0.0, "")}), by="touchpoint_id"), german)
    assert texts(plots.ranking(estimates_of({"a": (5.0, ""), "b": (5.0, "")}), by="touchpoint_id"), german)


def test_infinite_ends_stay_on_the_scale(estimates_of, german):
    table = estimates_of({"a": (1.0, ""), "b": (5.0, "")}, metric="age_days", unit="days")
    table.loc[1, "high"] = float("inf")
    picture = plots.ranking(table, by="touchpoint_id").figure(german, narrow=False).svg("x")
    assert "inf" not in picture
    assert "nan" not in picture


@pytest.mark.parametrize("narrow", [False, True])
def test_hostile_labels_stay_text(estimates_of, nasty, narrow):
    words = Words("en", {"touchpoint_id": {"a": nasty}})
    plot = plots.ranking(estimates_of({"a": (1.0, ""), nasty: (2.0, "")}), by="touchpoint_id")
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg(plot.describe(words)))
    assert "script" not in {element.tag for element in root.iter()}
    assert svg.wrapped(nasty, 220)[0].split()[0] in " ".join(root.itertext())


@pytest.mark.parametrize("narrow", [False, True])
def test_text_is_at_least_eleven_pixels(estimates, german, narrow):
    picture = plots.ranking(estimates, by="touchpoint_id").figure(german, narrow=narrow).svg("x")
    width = float(re.search(r'viewBox="0 0 (\d+)', picture)[1])
    shown = 358 if narrow else 688  # a telephone's 390 pixels less its margins; the column of an A4 page
    assert min(float(size) for size in re.findall(r"font-size:([\d.]+)px", picture)) * shown / width >= 11


def test_several_metrics_or_groups_are_refused(estimates, estimates_of):
    import pandas as pd

    two = pd.concat([estimates, estimates_of({"shop": (1.0, "")}, metric="csat")])
    with pytest.raises(CxError, match=r"plot: shows one metric, the table has 2. Metrics: nps, csat. Choose one."):
        plots.ranking(two, by="touchpoint_id")
    twice = pd.concat([estimates.assign(wave="1"), estimates.assign(wave="2")])
    twice.insert(0, "wave", twice.pop("wave"))
    with pytest.raises(CxError, match=r"plot: has several rows for one level of touchpoint_id. Also varying: wave."):
        plots.ranking(twice, by="touchpoint_id")
    with pytest.raises(CxError, match=r"plot: cannot be drawn by 'touchpoint' \(did you mean 'touchpoint_id'\?\)"):
        plots.ranking(estimates, by="touchpoint")


def test_the_saved_table_travels_with_the_plot(estimates):
    plot = plots.ranking(estimates, by="touchpoint_id")
    assert plot.table.attrs["saved"] == "sample"
    assert plot.sources == (estimates,)
