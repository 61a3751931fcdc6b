"""Persona cards: what stands on them, what they are called, and what they leave out."""

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import CxError
from cxlib.report import plots
from cxlib.report.words import Words

NAMES = {
    "persona": {"tanja": "Termin-Tanja"},
    "persona_wants": {"tanja": "Einen Termin, der hält"},
    "persona_avoid": {"tanja": "„KW 23“"},
    "answer": {"email": "E-Mail", "oem": "OEM"},
    "feature": {"T22": "Liefertermin"},
    "matters": {"T22": "Liefertermin"},
    "reason_id": {"status": "Fragt nach der Lieferung"},
}


def rows(table):
    frame = pd.DataFrame(table)
    for name in ("persona", "feature", "answer", "channel", "reason_id", "note", "unit", "method"):
        frame[name] = frame[name].astype("str") if name in frame else pd.Series([None] * len(frame), dtype="str")
    frame["note"] = frame["note"].fillna("")
    frame["unit"] = frame["unit"].fillna("share")
    return frame.assign(n=pd.array([100] * len(frame), dtype="Int64"), n_eff=100.0)


@pytest.fixture
def cards():
    shares = rows(
        [
            {"persona": name, "metric": "persona_share", "value": value, "low": value - 0.02, "high": value + 0.02}
            for name, value in (("tanja", 0.27), ("p2", 0.5), ("none", 0.2))
        ]
    )[["persona", "metric", "value", "low", "high", "unit", "n", "n_eff", "method", "note"]]
    told = rows(
        [
            {"persona": "tanja", "feature": "segment", "answer": "oem", "metric": "persona_value", "value": 0.6, "low": 0.5, "high": 0.7},
            {"persona": "tanja", "feature": "segment", "answer": "oem", "metric": "persona_lift", "value": 2.0, "low": 1.5, "high": 2.5},
            {
                "persona": "p2",
                "feature": "channel_mostly",
                "answer": "email",
                "metric": "persona_value",
                "value": 0.8,
                "low": 0.7,
                "high": 0.9,
            },
            {
                "persona": "p2",
                "feature": "channel_mostly",
                "answer": "email",
                "metric": "persona_lift",
                "value": 3.0,
                "low": 2.0,
                "high": 4.0,
            },
            {"persona": "p2", "feature": "segment", "answer": "oem", "metric": "persona_value", "value": 0.3, "low": 0.2, "high": 0.4},
            {"persona": "p2", "feature": "segment", "answer": "oem", "metric": "persona_lift", "value": 1.1, "low": 0.9, "high": 1.3},
            {"persona": "tanja", "feature": "T22", "metric": "persona_distance", "value": 0.5, "low": 0.3, "high": 0.7, "unit": "sd"},
            {"persona": "p2", "feature": "T22", "metric": "persona_distance", "value": 0.1, "low": -0.1, "high": 0.3, "unit": "sd"},
        ]
    )
    need = rows(
        [
            {"persona": "tanja", "metric": "contacts_per_person", "value": 1.9, "low": 1.7, "high": 2.1, "unit": "per person"},
            {"persona": "tanja", "metric": "outside_hours_share", "value": 0.05, "low": 0.03, "high": 0.08},
            {"persona": "tanja", "channel": "email", "metric": "need_share", "value": 0.7, "low": 0.6, "high": 0.8},
            {"persona": "tanja", "channel": "fax", "metric": "need_lift", "value": 0.3, "low": 0.2, "high": 0.5, "unit": "times"},
            {"persona": "tanja", "reason_id": "status", "metric": "need_share", "value": 0.144, "low": 0.1, "high": 0.2},
            {"persona": "tanja", "reason_id": "status", "metric": "need_lift", "value": 2.1, "low": 1.6, "high": 2.6, "unit": "times"},
            {"persona": "p2", "metric": "outside_hours_share", "value": 0.4, "low": 0.3, "high": 0.5},
        ]
    )
    rated = need["metric"].isin(["need_share", "need_lift"])
    return shares, told, need[~rated], need[rated]


@pytest.fixture
def speaking():
    return Words("de", NAMES)


def texts(plot, words, *, narrow=False):
    root = ElementTree.fromstring(plot.figure(words, narrow=narrow).svg("x"))
    return ["".join(element.itertext()).replace("\xa0", " ") for element in root.iter("text")]


def test_a_card_says_who_wants_what_how_and_why(cards, speaking):
    said = texts(plots.cards(*cards, order=["tanja"]), speaking)
    first = said[: said.index("E-Mail")]
    assert first == [
        *["Termin-Tanja", "27 % (Spanne 25 bis 29 %)"],
        *["Wer", "60 % OEM"],
        *["Will", "Einen Termin, der hält (laut Workshop)", "Wichtiger als anderen: Liefertermin"],
        *["Meldet sich", "70 % E-Mail", "1,9 Kontakte je Person"],
        *["Weshalb, öfter als andere", "14 % Fragt nach der Lieferung"],
        *["Besser lassen", "„KW 23“ (laut Workshop)", "Auf Fax verweisen: nutzt dieser Typ kaum"],
    ]


def test_a_way_that_a_persona_takes_is_nothing_to_leave_alone(cards, speaking):
    shares, told, often, need = cards
    fax = need[need["channel"].eq("fax")].assign(metric="need_share", value=0.25, low=0.2, high=0.3, unit="share")
    said = texts(plots.cards(shares, told, often, pd.concat([need, fax], ignore_index=True)), speaking)
    assert "70 % E-Mail, 25 % Fax" in said
    assert not any("nutzt dieser Typ kaum" in text for text in said)


def test_what_is_known_of_few_is_said_to_be(cards, speaking):
    shares, told, often, need = cards
    more = told[told["persona"].eq("tanja") & told["metric"].eq("persona_value")].assign(feature="region", answer="north", value=0.1, n=201)
    said = texts(plots.cards(shares, pd.concat([told, more], ignore_index=True), often, need), speaking)
    assert "60 % OEM (soweit bekannt)" in said


def test_a_class_is_named_by_what_sets_it_apart_surely(cards, speaking):
    plot = plots.cards(*cards)
    assert plot.name(speaking, {"persona": "p2"}) == "E-Mail", "OEM may be no more common than elsewhere"
    assert plot.name(speaking, {"persona": "p7"}) == "Typ 7"
    said = texts(plot, speaking)
    assert "40 % außerhalb der Servicezeit" in said
    assert "passt zu keinem" not in said


@pytest.mark.parametrize("narrow", [False, True])
def test_no_line_leaves_its_card(cards, speaking, drawn, narrow):
    picture = drawn(plots.cards(*cards), speaking, narrow=narrow)
    *_, width, height = map(float, picture.root.attrib["viewBox"].split())
    assert width == (350 if narrow else 720)
    for text in picture.texts():
        assert text.left >= 0
        assert text.right <= width
        assert 0 <= text.base <= height


def test_the_text_alternative_names_every_share(cards, speaking):
    said = plots.cards(*cards).describe(speaking)
    assert said.startswith("2 Steckbriefe von Kundentypen: Termin-Tanja, 27")
    hidden = cards[0].assign(value=np.nan, low=np.nan, high=np.nan, note="suppressed")
    assert "keine Zahl ist veröffentlicht" in plots.cards(hidden, *cards[1:]).describe(speaking)
    assert plots.cards(hidden, *cards[1:]).figure(speaking, narrow=False)


def test_every_saved_table_is_a_source(cards):
    assert len(plots.cards(*cards).sources) == 4
    with pytest.raises(CxError, match=r"cards: shares are told by 'persona'"):
        plots.cards(cards[0].drop(columns="persona"), *cards[1:])
