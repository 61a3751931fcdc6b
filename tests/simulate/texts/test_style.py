"""Slips of the key, umlauts, dialect."""

from __future__ import annotations

import re
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.simulate.texts.compose import TYPOS
from cxlib.simulate.texts.style import dialect, in_own_words, transliterated, typos

TEXT = " ".join(["Unsere Pumpe verliert seit gestern Druck und keiner weiß warum der Zylinder klemmt"] * 400)


@pytest.mark.parametrize(("persona", "rate"), TYPOS.items())
def test_share_of_words_with_a_slip(persona, rate):
    slipped = typos(TEXT, rate, Random(3), [TEXT])
    before, after = TEXT.split(), slipped.split()
    assert len(before) == len(after)
    share = np.mean([one != other for one, other in zip(before, after, strict=True)])
    assert abs(share - rate) < 4.5 * np.sqrt(rate * (1 - rate) / len(before))


def test_slips_only_in_the_own_words():
    text = "Betreff: Die Pumpe\n\nDie Pumpe klemmt und pfeift\n\n> Die Pumpe ist da"
    slipped = typos(text, 1.0, Random(1), ["Die Pumpe klemmt und pfeift"])
    assert slipped.startswith("Betreff: ")
    assert slipped.endswith("\n\n> Die Pumpe ist da")
    assert "klemmt und pfeift" not in slipped


def test_numbers_do_not_slip():
    text = "Auftrag 118204 und Rechnung 9004471 vom 14.5."
    assert re.findall(r"\d+", typos(text, 1.0, Random(1), [text])) == re.findall(r"\d+", text)


@given(st.text(alphabet="abcäöüß AÖ.,\n", max_size=60), st.integers(0, 99))
def test_a_slip_never_loses_a_word(text, seed):
    slipped = typos(text, 1.0, Random(seed), [text])
    assert len(slipped.split()) == len(text.split())


def test_umlauts_and_dialect():
    assert transliterated("Ärger über Öl, Größe Übermaß") == "Aerger ueber Oel, Groesse Uebermass"
    own = ["Das ist nichts, ich weiß auch nicht."]
    assert dialect("Ich: " + own[0], own) == "Ich: Das ist nix, i weiß au ned."
    assert own == ["Das ist nix, i weiß au ned."]


def test_words_that_are_not_in_the_text_change_nothing():
    assert in_own_words("abc", ["", "xyz"], str.upper) == "abc"
