"""Drafts: parts come from the right drawer, in one form of address, with the second concern where it belongs."""

from __future__ import annotations

from random import Random

import pytest

from cxlib.simulate.texts.draft import HIDDEN, Draft, Traits
from cxlib.simulate.texts.facts import Facts
from cxlib.simulate.texts.sayings import FORMAL, INFORMAL, sayings


def draft(seed: int = 1, reason: str = "delivery.delivery_status", **changed: object) -> Draft:
    rnd = Random(seed)
    traits = dict.fromkeys(
        ("salutation", "quote", "signature", "opposite", "transliterated", "dialect", "sarcasm", "whatsapp", "held_out", "informal"), False
    )
    return Draft(reason, "mail", "de", "Tanja", Traits(**{**traits, "words": 40, **changed}), Facts({}, "de", "Tanja", rnd), rnd)


@pytest.mark.parametrize("held_out", [True, False])
@pytest.mark.parametrize("part", HIDDEN)
def test_the_drawer_decides(part, held_out):
    drawn = [draft(seed, held_out=held_out).of_reason("billing.invoice_error", part) for seed in range(60)]
    assert all(saying.held_out == held_out for saying in drawn)
    assert len(set(drawn)) > 1


def test_both_drawers_ask_the_same():
    asked = [{draft(seed, held_out=side).of_reason("billing.invoice_error", "after") for seed in range(150)} for side in (True, False)]
    assert asked[0] == asked[1] == set(sayings("de")["billing.invoice_error"]["after"])


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
