import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots
from cxlib.report.words import Words


def shape_of(d):
    """The outline of the first mark of a path, wherever it stands."""
    return re.sub(r"^M[-\d. ]+", "", d).split("z")[0]


@pytest.fixture
def journey():
    rows = [
        ("Suche", "T1", "nobody", "neither", 1.0),
        ("Auftrag", "T2", "ID", "log", 2.0),
        ("Auftrag", "T3", "ID", "survey", 3.0),
        ("Nutzung", "T4", "KC", "both", 4.0),
    ]
    table = pd.DataFrame(rows, columns=["stage", "touchpoint_id", "department", "measured_in", "value"])
    return table.assign(metric="place", note="")


@pytest.fixture
def german():
    return Words("de", {"touchpoint_id": {"T1": "Empfehlung", "T2": "Bestellung", "T4": "Hotline"}, "department": {"ID": "Innendienst"}})


def said(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return root, ["".join(element.itertext()) for element in root.iter("text")]


KEY = ["Protokoll und Befragung", "nur Protokoll", "nur Befragung", "weder noch"]


def test_lanes_name_stages_departments_and_places(journey, german):
    _, texts = said(plots.lanes(journey), german)
    assert texts[:7] == [*KEY, "Suche", "Auftrag", "Nutzung"]
    assert texts[7:] == ["Innendienst", "2", "3", "KC", "4", "niemand zuständig", "1"]  # the lane without an owner comes last


def test_on_a_telephone_it_is_a_list_by_stage(journey, german):
    _, texts = said(plots.lanes(journey), german, narrow=True)
    assert texts[4:8] == ["Suche", "1", "Empfehlung", "niemand zuständig"]
    assert texts[8:] == ["Auftrag", "2", "Bestellung", "Innendienst", "3", "T3", "Innendienst", "Nutzung", "4", "Hotline", "KC"]


@pytest.mark.parametrize("narrow", [False, True])
def test_what_is_measured_differs_in_shape(journey, german, narrow):
    root, _ = said(plots.lanes(journey), german, narrow=narrow)
    looks = {(shape_of(element.attrib["d"]), element.attrib["style"]) for element in root.iter("path") if "a" in element.attrib["d"]}
    assert len(looks) >= 4


def test_the_text_alternative_counts_and_names_what_nobody_measures(journey, german):
    assert plots.lanes(journey).describe(german) == (
        "Bahnen: 4 Kontaktpunkte in 3 Stufen und 3 Bahnen. „Protokoll und Befragung“: 1, „nur Protokoll“: 1, „nur Befragung“: 1, "
        "„weder noch“: 1. Nicht gemessen: Empfehlung."
    )
    assert "Nicht gemessen" not in plots.lanes(journey[1:]).describe(german)


def test_many_touchpoints_in_one_cell_stand_below_each_other(journey, german):
    crowd = pd.concat([journey, *[journey[1:2].assign(touchpoint_id=f"X{number}", value=5.0 + number) for number in range(40)]])
    lower = plots.lanes(crowd).figure(german, narrow=False).height
    assert lower > plots.lanes(journey).figure(german, narrow=False).height
    _, texts = said(plots.lanes(crowd), german)
    assert texts.count("Innendienst") == 1
    assert {str(number) for number in range(1, 45)} <= set(texts)


def test_a_list_that_is_missing_draws_nothing(german):
    empty = pd.DataFrame(
        {"stage": [None], "touchpoint_id": None, "department": None, "measured_in": None, "value": float("nan"), "metric": "place"}
    )
    _, texts = said(plots.lanes(empty), german)
    assert texts == []


def test_wrong_tables_are_refused(journey):
    with pytest.raises(CxError, match="plots.lanes: unknown column 'stage'"):
        plots.lanes(journey.drop(columns="stage"))
    with pytest.raises(CxError, match=r"plots.lanes: unknown state 'logg' \(did you mean 'log'\?\)"):
        plots.lanes(journey.assign(measured_in="logg"))
    with pytest.raises(CxError, match="a touchpoint stands twice"):
        plots.lanes(pd.concat([journey, journey]))
    with pytest.raises(CxError, match="a touchpoint has no stage"):
        plots.lanes(journey.assign(stage=[None, "a", "b", "c"]))


@pytest.mark.parametrize("narrow", [False, True])
def test_hostile_names_stay_text(journey, nasty, narrow):
    words = Words("en", {"touchpoint_id": {"T1": nasty}, "department": {"ID": nasty}, "stage": {"Suche": nasty}})
    root, _ = said(plots.lanes(journey), words, narrow=narrow)
    assert "script" not in {element.tag for element in root.iter()}
