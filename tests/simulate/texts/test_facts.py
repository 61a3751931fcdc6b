"""Facts: what is given is used, cases agree, dates and people are consistent within a text."""

from __future__ import annotations

import re
from datetime import date
from random import Random

import pandas as pd
import pytest

from cxlib.simulate.texts.facts import SLOTS, Facts


def facts(seed: int = 1, language: str = "de", **given: object) -> Facts:
    return Facts(given, language, "Tanja", Random(seed))


@pytest.mark.parametrize("language", ["de", "en", "nl", "pl"])
def test_every_slot_has_words_and_keeps_them(language):
    for seed in range(30):
        drawn = facts(seed, language)
        words = {slot: drawn[slot] for slot in SLOTS}
        assert all(words.values())
        assert all(drawn[slot] == words[slot] for slot in SLOTS)


def test_given_facts_win():
    drawn = facts(
        order_id="118204", invoice_id="9004471", case_id="Q-9", customer_id="0031140", name="Eva Muster", company="Muster GmbH",
        promised=pd.Timestamp("2025-05-14"), wait_min=11.0, document="25-1", ts=pd.Timestamp("2025-05-20", tz="Europe/Berlin"),
    )  # fmt: skip
    assert "118204" in drawn["auf"]
    assert "9004471" in drawn["re"]
    assert (drawn["q"], drawn["kdnr"], drawn["ich"], drawn["nachname"], drawn["firma"]) == (
        "Q-9",
        "0031140",
        "Eva Muster",
        "Muster",
        "Muster GmbH",
    )
    assert re.fullmatch(r"14\.5\.|14\.05\.(20)?25|14\. Mai", drawn["zus"])
    assert (drawn["min"], drawn.today) == ("11", date(2025, 5, 20))


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NaT, pd.NA])
def test_missing_facts_are_drawn(missing):
    drawn = facts(order_id=missing, promised=missing, name=missing, ts=missing, product=missing)
    assert re.search(r"\d{6}", drawn["auf"])
    assert len(drawn["ich"].split()) >= 2


@pytest.mark.parametrize(
    ("product", "nominative", "accusative", "dative"),
    [("Zahnradpumpe", "die", "die", "der"), ("Hydromotor", "der", "den", "dem"), ("Wegeventil", "das", "das", "dem")],
)
def test_articles_agree(product, nominative, accusative, dative):
    drawn = next(one for one in map(facts, range(4000)) if one.noun.one == product)
    assert [drawn[slot].split()[0] for slot in ("e", "ea", "ed")] == [nominative, accusative, dative]
    assert drawn["zu_ed"].split()[0] == ("zur" if dative == "der" else "zum")
    assert drawn["von_ed"].startswith("von der " if dative == "der" else "vom ")
    assert drawn["ein"].split()[0] == ("eine" if nominative == "die" else "ein")
    assert drawn["WD"].split()[0] == "den"
    assert re.search(r"(pumpen|motoren|ventilen)\b", drawn["WD"])


def test_the_group_of_the_product_is_kept_where_it_makes_sense():
    assert all(facts(seed, product="P5", reason="order.expedite").noun.group == "P5" for seed in range(40))
    for given in ({"product": "P6"}, {"product": ""}, {"product": None}, {}):
        assert all(facts(seed, reason="usage_service.product_fault", **given).noun.group in ("P1", "P2", "P3", "P4") for seed in range(40))


def test_who_is_written_to_is_not_who_is_written_about():
    for seed in range(200):
        drawn = facts(seed)
        assert drawn["hr"] != drawn["du"]
        assert drawn["dear"].split()[-1] == drawn["du"].split()[-1]
        assert drawn["ap"] != drawn["ich"]


def test_english_texts_have_english_words():
    drawn = facts(language="en")
    assert drawn["e"].startswith("the ")
    assert drawn["dear"].startswith("Dear M")
    assert drawn["m"].startswith("the ")
