from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()) for element in root.iter("text")]


@pytest.fixture
def shares(estimates_of):
    told = {"rechnung": (0.2, ""), "webshop": (0.5, "few labels"), "hotline": (None, "n < 30"), "fax": (0.1, "")}
    return estimates_of(told, metric="reason_share", unit="share").rename(columns={"touchpoint_id": "reason_id"})


@pytest.mark.parametrize("narrow", [False, True])
def test_the_most_frequent_stands_first_and_what_is_hidden_last(shares, german, narrow):
    said = texts(plots.frequency(shares, by="reason_id"), german, narrow=narrow)
    assert [text for text in said if text in set(shares["reason_id"])] == ["webshop", "rechnung", "fax", "hotline"]
    assert {"50 %", "20 %"} <= {text.split(",")[0].replace("\xa0", " ") + ("" if "%" in text else " %") for text in said}


def test_what_a_level_belongs_to_and_its_note_stand_under_it(shares, german, english):
    belongs = pd.Series({"rechnung": "comprehension", "webshop": None}, name="root_cause")
    said = texts(plots.frequency(shares, by="reason_id", belongs=belongs), german)
    assert "unverständlich" in said
    assert "auf wenigen kodierten Texten" in said
    assert "Not understood" in texts(plots.frequency(shares, by="reason_id", belongs=belongs), english)


def test_the_text_alternative_tells_count_and_the_first_ones(shares, german):
    told = plots.frequency(shares, by="reason_id").describe(german)
    assert told.startswith("Anteil des Kontaktgrundes (bereinigt) nach")
    assert "4 Zeilen, die häufigsten zuerst: webshop, " in told
    assert told.endswith("Ein Wert ist nicht veröffentlicht oder fehlt.")


def test_a_table_without_any_value_is_described(estimates_of, german):
    plot = plots.frequency(estimates_of({"a": (None, "suppressed")}), by="touchpoint_id")
    assert plot.describe(german).endswith("1 Zeile, kein Wert ist veröffentlicht.")
    assert texts(plot, german)


def test_two_rows_of_a_level_are_refused(shares):
    with pytest.raises(CxError):
        plots.frequency(pd.concat([shares, shares]), by="reason_id")
