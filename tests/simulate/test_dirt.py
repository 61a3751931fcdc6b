"""Dirt: each kind as often as wanted, and nothing else touched."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.intake.mojibake import mended
from cxlib.simulate import dirt


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.fixture
def tickets() -> pd.DataFrame:
    numbers = [f"2025-{number:03d}" for number in range(200)]
    return pd.DataFrame({"Nr": numbers, "Text": "Wo bleibt es?", "Status": "closed", "Absender": "Anja Ahlhofer"})


def test_channels_keep_their_meaning(rng):
    channels = pd.Series(["email", "web_form", "chat", "social", "fax", "letter", "portal"] * 400)
    told = dirt.misspelt(channels, rng)
    for channel, spellings in dirt.SPELLINGS.items():
        assert set(told[channels == channel]) == set(spellings)
    assert set(told[channels == "portal"]) == {"portal"}
    words = [spelling for spellings in dirt.SPELLINGS.values() for spelling in spellings]
    assert len(words) == len(set(words)) == 23


def test_rows_are_struck_among_the_eligible_alone(rng):
    eligible = np.arange(50) % 5 == 0
    here = dirt.struck(rng, eligible, 4)
    assert len(set(here)) == 4
    assert eligible[here].all()
    assert sorted(here) == list(here)
    assert len(dirt.struck(rng, eligible, 99)) == 10
    assert len(dirt.struck(rng, np.zeros(3, dtype=bool), 2)) == 0


@given(st.text(st.sampled_from("abc äöüÄÖÜß„“–—é€ .,\n")))
def test_what_is_misread_can_be_mended(text):
    assert mended(dirt.misread(text)) == text


def test_html_and_a_chain_stand_around_the_text():
    assert "Erste<br>Zweite" in dirt.html_rest("Erste\nZweite")
    assert "&nbsp;" in dirt.html_rest("x")
    long = dirt.endless("Bitte prüfen.")
    assert long.startswith("Bitte prüfen.")
    assert 379_000 < len(long.encode()) <= 380_100


@pytest.mark.parametrize("text", [dirt.linked("Bitte prüfen.", "1"), dirt.DIALLED, dirt.SHORT])
def test_spreadsheets_take_some_texts_for_formulas(text):
    assert text[0] in "=+-"


def test_rows_stand_twice_next_to_each_other(tickets, rng):
    eligible = tickets.index < 40
    rows = dirt.doubled(tickets, rng, 11, eligible=eligible)
    again = rows[rows.duplicated()]
    assert len(rows) == 211
    assert len(again) == 11
    assert again["Nr"].isin(tickets["Nr"][eligible]).all()
    pd.testing.assert_frame_equal(rows.drop_duplicates(ignore_index=True), tickets)


def test_merged_tickets_point_to_another(tickets, rng):
    rows = dirt.merged(tickets, rng, 7, ticket="Nr", text="Text", status="Status")
    added = rows[rows["Status"] == dirt.MERGED]
    assert len(added) == 7
    assert (added["Text"] == "siehe " + added["Nr"].str.removesuffix("-Z")).all()
    assert rows["Nr"].is_unique
    pd.testing.assert_frame_equal(rows.drop(added.index).reset_index(drop=True), tickets)


def test_trials_stand_beside_eligible_rows(tickets, rng):
    rows = dirt.trials(tickets, rng, 30, eligible=tickets.index >= 150, ticket="Nr", text="Text", sender="Absender")
    added = rows[rows["Absender"].isin(dirt.TESTERS)]
    assert len(added) == 30
    assert set(added["Absender"]) == set(dirt.TESTERS)
    assert (added["Nr"] >= "2025-150").all()
    assert rows["Nr"].is_unique
    pd.testing.assert_frame_equal(rows.drop(added.index).reset_index(drop=True), tickets)


def test_days_in_words(rng):
    days = pd.Series(pd.date_range("2024-12-28", periods=4000, freq="h").normalize()).where(lambda day: day.dt.day != 7)
    told = dirt.promised_in_words(days, rng)
    assert (told[days.isna()] == "").all()
    weeks = told[told.str.startswith("KW")]
    # the year of a calendar week is not always the day's
    assert (weeks == days[weeks.index].dt.strftime("KW %V/%g")).all()
    dates = told[told.str.fullmatch(r"\d\d\.\d\d\.\d{4}") & (told != "01.01.1900")]
    assert (pd.to_datetime(dates, format="%d.%m.%Y") == days[dates.index]).all()
    assert len(weeks) / days.notna().sum() == pytest.approx(0.03, abs=4 * np.sqrt(0.03 * 0.97 / 4000))
