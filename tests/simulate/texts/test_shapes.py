"""Channels: headers, greetings, quotations, third person and small letters where they belong."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.texts import compose
from cxlib.simulate.texts.shapes import FORMS

from .conftest import concerns_of


def written(channel: str, language: str = "de", count: int = 300) -> pd.Series:
    told = concerns_of(count, channel=channel, language=language)
    told = told[told["reason"] != "no_customer_concern"]
    return compose(told, np.random.default_rng(2))["text"]


@pytest.mark.parametrize("channel", FORMS)
def test_every_channel_has_a_shape(channel):
    assert written(channel, count=40).str.len().min() > 5


def test_a_form_has_its_fields_first():
    texts = written("web_form")
    assert texts.str.match(r"(?:Anliegen|Betreff|Thema|Firma|Kategorie): ").all()
    assert texts.str.contains(r"\n(?:Nachricht|Ihre Nachricht|Mitteilung|Text): ", regex=True).all()


def test_a_chat_is_small_and_in_lines():
    texts = written("chat")
    assert (texts == texts.str.lower()).mean() > 0.8
    assert texts.str.contains("\n").mean() > 0.5
    assert not texts.str.contains("Betreff").any()


def test_a_note_is_short_and_in_third_person():
    texts = written("phone")
    assert texts.str.split().str.len().median() < 22
    assert not texts.str.contains("\n").any()
    abbreviations = r"\b(?:Kd|KD|RR|AB|LT|Hr|Fr|Fa|ID|DI|AT|Tel|Anr|Wv|n)\b"
    assert texts.str.contains(abbreviations, regex=True).mean() > 0.8


def test_a_mail_in_german_goes_on_small_after_the_comma():
    texts = written("email", count=1500)
    starts = texts.str.extract(r"^(?:Betreff: .*\n\n)?(?:Hallo|Guten|Sehr)[^\n]*,\n+(\w+)")[0].dropna()
    small = starts[starts.str.lower().isin(["wir", "ich", "die", "der", "das", "bitte", "bei", "für"])]
    assert len(small) > 60
    assert (small == small.str.lower()).mean() > 0.97


def test_letters_and_faxes_have_their_heads():
    assert written("letter", count=40).str.contains(r"\n\nSehr geehrte", regex=True).all()
    assert written("fax", count=40).str.contains(r"^(?:Telefax|FAX|Per Fax)", regex=True).all()


def test_quoted_lines_are_marked():
    texts = written("email", count=600)
    quoted = texts[texts.str.contains(r"\n> ", regex=True)]
    for text in quoted:
        after = text[re.search(r"\n(?:> |-----)", text).start() :].strip().split("\n")
        assert all(line.startswith((">", "-----")) for line in after), text


def test_english_notes_and_mails_have_no_german():
    texts = pd.concat([written("phone", "en"), written("email", "en"), written("web_form", "en")])
    body = texts.str.replace(r"Volkmar & Thies[^\n]*|kundencenter@", "", regex=True)
    assert not body.str.contains(r"\b(?:und|nicht|Auftrag|Kunde|bitte|der|mit|für)\b", regex=True).any()
