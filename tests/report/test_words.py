import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import CxError
from cxlib.report.words import Words, absent

ROW = {
    "touchpoint_id": "shop",
    "metric": "nps",
    "value": 40.4,
    "low": 37.4,
    "high": 43.4,
    "unit": "points",
    "n": 2530,
    "note": "",
}


def test_a_row_tells_value_span_and_n(german, english):
    assert str(german.told(ROW)) == "40,4 Punkte (Spanne 37,4 bis 43,4; n = 2.530)"
    assert str(english.told(ROW)) == "40.4 points (span 37.4 to 43.4; n = 2,530)"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("value", "40,4 Punkte"),
        ("span", "37,4 bis 43,4"),
        ("n", "2.530"),
        ("touchpoint_id", "Webshop"),
        ("metric", "Weiterempfehlung (NPS)"),
    ],
)
def test_a_row_tells_its_parts(german, part, said):
    assert format(german.told(ROW), part) == said


def test_a_share_is_told_as_how_often(german, english):
    share = {**ROW, "unit": "share", "value": 0.976}
    assert f"{german.told(share):times}" == "98 von 100"
    assert f"{english.told(share):times}" == "98 of 100"
    assert f"{german.told({**share, 'value': np.nan, 'note': 'suppressed'}):times}" == "zum Schutz Einzelner nicht veröffentlicht"


def test_a_number_without_respondents_tells_no_n(german):
    assert str(german.told({**ROW, "n": 0})) == "40,4 Punkte (Spanne 37,4 bis 43,4)"


def test_an_unknown_part_is_refused(german):
    with pytest.raises(CxError, match=r"told row: unknown part 'spann' \(did you mean 'span'\?\)"):
        format(german.told(ROW), "spann")


def test_value_and_span_share_their_decimals(german):
    row = {**ROW, "unit": "share", "value": 0.1234, "low": 0.12, "high": 0.13}
    assert str(german.told(row)) == "12,3\N{NO-BREAK SPACE}% (Spanne 12,0 bis 13,0\N{NO-BREAK SPACE}%; n = 2.530)"


def test_a_scale_names_itself(german, english):
    row = {**ROW, "unit": "scale 1–5", "value": 4.123, "low": 4.0, "high": 4.2}
    assert str(german.told(row)) == "4,12 (Skala 1–5, 5 am besten; Spanne 4,00 bis 4,20; n = 2.530)"
    assert f"{english.told(row):value}" == "4.12"


@pytest.mark.parametrize(
    ("note", "de", "en"),
    [
        ("suppressed", "zum Schutz Einzelner nicht veröffentlicht", "not published, to protect individuals"),
        ("n < 30", "zu wenige Angaben (unter 30)", "too few answers (fewer than 30)"),
        ("not asked", "nicht gefragt", "not asked"),
        ("needs responses.value", "nicht bestimmbar, es fehlt: Wert (Befragung)", "cannot be determined, missing: Value (Survey)"),
    ],
)
def test_a_hidden_number_tells_its_note(german, english, note, de, en):
    row = {**ROW, "value": np.nan, "low": np.nan, "high": np.nan, "n": pd.NA, "note": note}
    for part in ("", "value", "span"):
        assert format(german.told(row), part) == de
        assert format(english.told(row), part) == en


def test_a_note_beside_a_number_is_told_too(german):
    assert str(german.told({**ROW, "note": "n < 30"})).endswith("n = 2.530; zu wenige Angaben (unter 30))")


def test_an_exact_count_tells_no_span(german):
    row = {**ROW, "unit": "count", "value": 42.0, "low": np.nan, "high": np.nan, "n": pd.NA}
    assert str(german.told(row)) == "42"


def test_a_series_can_be_told(german):
    assert f"{german.told(pd.Series(ROW)):value}" == "40,4 Punkte"


def test_an_unknown_note_is_refused(german):
    with pytest.raises(CxError, match=r"unknown key 'note.mystery'"):
        german.note("mystery")


def test_open_intervals(german):
    assert german.span(3, None, "h") == "ab 3"
    assert german.span(None, 3.5, "h") == "bis 3,5"
    assert german.span(None, None, "h") == ""


def test_text_fills_rows_numbers_and_dates(german):
    assert (
        german.text("page.period_span", start=date(2026, 12, 24), end=datetime(2026, 12, 31, 14, 5)) == "24.12.2026 bis 31.12.2026, 14:05"
    )
    assert german.text("count.rows", n=1) == "1 Zeile"
    assert german.text("count.rows", n=np.int64(1204)) == "1.204 Zeilen"
    assert german.text("plot.row", label="A", told=german.told(ROW)) == "A: 40,4 Punkte (Spanne 37,4 bis 43,4; n = 2.530)"


def test_a_number_is_followed_by_its_percent_sign(german):
    assert "80\N{NO-BREAK SPACE}%" in german.text("grade.A.means")


def test_a_missing_key_names_key_and_catalog(german):
    with pytest.raises(CxError, match=r"words: catalog 'de': unknown key 'metric.nsp' \(did you mean 'metric.nps'\?\)"):
        german.metric("nsp")


def test_a_missing_value_names_the_field(german):
    with pytest.raises(CxError, match=r"words: told.span: no value for the field 'span'"):
        german.text("told.span")


def test_a_text_in_a_unit_field_is_refused(german, monkeypatch):
    from cxlib.report import words

    monkeypatch.setattr(words, "messages", lambda language: {"a": ("{x:share}",)})
    assert german.text("a", x=0.5) == "50\N{NO-BREAK SPACE}%"
    with pytest.raises(CxError, match="words: a: a value does not fit its field"):
        german.text("a", x="half")


@pytest.mark.parametrize(
    ("value", "de", "en"),
    [("0.5", "ab 50 %", "50% or more"), ("0.5432", "ab 54,3 %", "54.3% or more"), ("0.8–0.9", "80 bis 90 %", "80% to 90%")],
)
def test_a_probability_that_stands_as_text_is_written_as_the_reader_writes_it(german, english, value, de, en):
    assert german.label("sureness", value).replace("\N{NO-BREAK SPACE}", " ") == de
    assert english.label("sureness", value) == en
    assert german.label("sureness", None) == "Gesamt"


def test_labels_come_from_the_client_then_the_catalog_then_the_value(german, english):
    assert german.label("touchpoint_id", "shop") == "Webshop"
    assert german.label("touchpoint_id", "unknown") == "unknown"
    assert german.label("channel", "phone") == "Telefon"
    assert english.label("local_weekday", 1) == "Monday"
    assert german.label("touchpoint_id", pd.NA) == "Gesamt"
    assert english.label("touchpoint_id", None) == "All"
    assert german.label("touchpoint_id", "__other__") == "Übrige"
    assert Words("de", {"role": {"__unknown__": "ohne Konto"}}).label("role", "__unknown__") == "ohne Konto"
    assert german.label("abandoned", True) == "ja"
    assert german.label("start_date", pd.Timestamp("2026-12-24")) == "24.12.2026"
    assert german.label("table", "responses") == "Befragung"


def test_columns_come_from_the_catalog_then_the_declared_features():
    words = Words("de", {"column": {"plant": "Werk", "channel": "Weg"}})
    assert words.column("channel") == "Kanal"
    assert words.column("plant") == "Werk"
    assert words.column("shift") == "shift"


def test_units(german, english):
    assert german.unit("scale 1–5") == "Skala 1–5, 5 am besten"
    assert german.unit("per 100 orders") == "je 100 Aufträge"
    assert english.unit("EUR") == "EUR"
    assert german.unit("Paletten") == "Paletten"
    assert german.number(12.34, "per 100 orders") == "12,3 je 100 Aufträge"
    assert german.number(float("inf"), "h") == "∞"
    assert german.number(None, "h") == "–"
    assert german.measure("nps", "points") == "Weiterempfehlung (NPS), Punkte"
    assert german.measure("answered_share", "share") == "Bewertet"
    assert german.measure("send_by", "day") == german.metric("send_by")  # "… an Tag" says it


def test_months_tables_figures_and_columns_have_words(german, english):
    assert (german.label("month", "2025-03"), english.label("month", "2025-03")) == ("März 2025", "Mar 2025")
    assert german.label("month", "2025-13") == "2025-13"
    assert german.label("table", "orders") == "Aufträge"
    assert german.label("table", "guard_rails") == german.text("caption.guard_rails")
    assert german.label("figure", "nps") == german.metric("nps")
    assert german.label("element", "contacts.reason_gold") == "Grund, von Hand zugeordnet"
    assert german.label("element", "contacts.order_id") == "Auftrag"
    assert german.label("route", "self_service") == "Selbstbedienung im Portal"


@pytest.mark.parametrize(
    ("probability", "said", "short"),
    [
        (0.0, "in fast keiner Rechnung", "fast nie"),
        (0.05, "in 0 von 10 Rechnungen", "0 von 10"),
        (0.56, "in 6 von 10 Rechnungen", "6 von 10"),
        (0.96, "in fast allen Rechnungen", "fast immer"),
    ],
)
def test_probabilities_are_told_as_frequencies(german, probability, said, short):
    assert german.often(probability) == said
    assert german.often(probability, short=True) == short


def test_dates_and_lists(german, english):
    day = date(2026, 12, 24)
    assert (german.date(day), english.date(day)) == ("24.12.2026", "24 Dec 2026")
    berlin = timezone(timedelta(hours=2))
    assert german.datetime(datetime(2026, 7, 1, 12, 15, tzinfo=berlin)) == "01.07.2026, 12:15"
    assert english.datetime(datetime(2026, 7, 1, 12, 15, tzinfo=UTC)) == "1 Jul 2026, 12:15"
    assert (german.list(["A", "B", "C"]), english.list(["A", "B", "C"])) == ("A, B und C", "A, B and C")
    assert german.list([]) == ""


def test_an_unknown_language_is_refused():
    with pytest.raises(CxError, match=r"unknown language 'fr'. Allowed: de, en."):
        Words("fr")


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_absent(value):
    assert absent(value)


@given(st.text(st.characters(exclude_characters="%")))
def test_no_text_of_the_client_is_read_as_a_template(value):
    words = Words("de", {"touchpoint_id": {"a": value}})
    assert words.text("plot.row", label=value, told="") == f"{value}: "
    assert words.label("touchpoint_id", "a") == (value or "a")


def test_words_stay_light():
    code = "import sys, cxlib.report.words; print(sorted({'matplotlib', 'nbconvert', 'pandas', 'numpy', 'jinja2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_differences_of_shares_are_percentage_points(german, english):
    row = {**ROW, "unit": "share difference", "value": -0.05, "low": -0.17, "high": 0.15, "n": 194}
    assert f"{german.told(row)}" == "−5 Prozentpunkte (Spanne −17 bis 15; n = 194)"
    assert f"{english.told(row):value}" == "−5 percentage points"
    assert german.measure("retained_difference", "share difference") == "Noch Kunde: Abstand zu den Enttäuschten, Prozentpunkte"


def test_a_severe_incident_is_not_the_best(german, english):
    assert german.unit("severity 1–5") == "Skala 1–5, 5 am schwersten"
    assert english.unit("severity 1–5") == "scale 1–5, 5 gravest"


def test_a_ratio_is_not_named_twice(german):
    assert german.measure("left_rate_ratio", "ratio") == german.metric("left_rate_ratio")


def test_values_of_other_columns_and_numbers_are_told_in_words(german, english):
    assert german.label("owner", "contact_centre") == "Kundencenter"
    assert german.label("route", "web_form") == german.label("channel", "web_form") != "web_form"
    assert (german.label("step", "0.95"), english.label("step", "0.95")) == ("0,95", "0.95")
    assert german.label("version", "1.2.3") == "1.2.3"
