"""Drafts: parts come from the right drawer, in one form of address, with the second concern where it belongs."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from cxlib.simulate.texts.draft import HIDDEN, Draft, Traits
from cxlib.simulate.texts.facts import Facts
from cxlib.simulate.texts.sayings import FORMAL, INFORMAL, sayings


def draft(seed: int = 1, reason: str = "delivery.delivery_status", persona: str = "Tanja", **changed: object) -> Draft:
    rnd = Random(seed)
    traits = dict.fromkeys(
        ("salutation", "quote", "signature", "opposite", "transliterated", "dialect", "sarcasm", "whatsapp", "held_out", "informal"), False
    )
    told = Traits(**{**traits, "words": 40, **changed})
    return Draft(reason, "mail", "de", persona, told, Facts({}, "de", persona, rnd), rnd)


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("part", HIDDEN)
def test_the_drawer_decides(part, held_out):
    drawn = [draft(seed, held_out=held_out).of_reason("billing.invoice_error", part) for seed in range(60)]
    assert all(saying.held_out == held_out for saying in drawn)
    assert len(set(drawn)) > 1


def test_what_belongs_to_a_reason_is_in_one_drawer_alone():
    """No line of a reason's stock is said in both drawers; what belongs to people is."""
    said = [
        {draft(seed, held_out=side).of_reason("billing.invoice_error", part) for seed in range(200) for part in HIDDEN}
        for side in (True, False)
    ]
    stock = {each for part in HIDDEN for each in sayings("de")["billing.invoice_error"][part]}
    assert set(sayings("de")["billing.invoice_error"]) == set(HIDDEN)
    assert not said[0] & said[1]
    assert said[0] == {each for each in stock if each.held_out}
    assert len(said[0]) / len(stock) == pytest.approx(0.25, abs=0.06)


@pytest.mark.parametrize(("informal", "other"), [(True, FORMAL), (False, INFORMAL)])
def test_one_form_of_address(informal, other):
    mixed = [text for seed in range(300) if other.search(text := " ".join(draft(seed, informal=informal, words=60).body()))]
    assert len(mixed) <= 3, mixed


def test_more_words_make_longer_texts():
    lengths = [sum(len(" ".join(draft(seed, words=words).body()).split()) for seed in range(40)) for words in (8, 30, 90, 160)]
    assert lengths == sorted(lengths)
    assert lengths[-1] > 4 * lengths[0]


def test_the_second_concern_stands_first_or_last():
    cores = sayings("de")["accessibility.waiting_queue"]["core"]
    marks = (
        "Musik",
        "Warte",
        "Hörer",
        "Plätze",
        "Gedudel",
        "zehn Minuten",
        "rausgeflogen",
        "Schlange",
        "Kaffee",
        "Leitung",
        "Akku",
        "acht",
        "Fünf",
    )
    assert len(cores) > 10
    for first in (True, False):
        one = draft(3, words=12)
        one.second, one.second_first = "accessibility.waiting_queue", first
        parts = one.body()
        assert any(mark in parts[0 if first else -1] for mark in marks), parts


def test_marks_of_style():
    parts = draft(words=10, sarcasm=True, whatsapp=True, dialect=True).body()
    assert any("WhatsApp" in part for part in parts)
    assert len(parts) >= 4


@pytest.mark.parametrize("words", [60, 120, 190])
def test_nothing_is_said_twice(words):
    for seed in range(150):
        parts = draft(seed, reason="usage_service.usage_question", words=words).body()
        assert len(set(parts)) == len(parts), parts


def test_a_sentence_begins_with_a_capital():
    for seed in range(150):
        one = draft(seed, words=60)
        one.second, one.second_first = "accessibility.waiting_queue", True
        parts = one.body()
        assert all(part[:1] == part[:1].upper() for before, part in pairwise(parts) if before[-1] in ".!?"), parts


def test_designers_tell_of_their_design_only_where_it_matters():
    about = {}
    for reason in ("delivery.delivery_status", "presales_information.consultation_request"):
        texts = [" ".join(draft(seed, reason=reason, persona="Kira", words=150).body()) for seed in range(60)]
        about[reason] = sum("3D-Modell" in text or "Dreischicht" in text for text in texts)
    assert about["delivery.delivery_status"] == 0 < about["presales_information.consultation_request"]
