"""Groups among texts that no reason fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.discover import topics
from cxlib.simulate.texts import compose

PLANTED = "growth_feedback.training_request"


@pytest.fixture(scope="module")
def unassigned():
    """Texts of some reasons that the model was unsure of, and of one that the taxonomy lacks."""
    names = [PLANTED] * 50 + ["delivery.delivery_status"] * 40 + ["billing.invoice_format"] * 40 + ["usage_service.product_fault"] * 40
    told = pd.DataFrame({"reason": names}).assign(language="de", persona="Tanja", channel="chat")
    texts = compose(told, np.random.default_rng(2))["text"]
    return told.assign(text=texts, contact_id=[f"c{n}" for n in range(len(told))])


def test_a_planted_reason_is_found(unassigned):
    found = topics(unassigned["text"], ids=unassigned["contact_id"], count=4, seed=1)
    inside = pd.crosstab(found.assigned, unassigned["reason"] == PLANTED)
    purest = (inside[True] / inside.sum(axis=1)).idxmax()
    row = found.table.set_index("topic").loc[purest]
    assert inside.loc[purest, True] / inside.loc[purest].sum() >= 0.75
    assert inside.loc[purest, True] >= 40
    assert any(word.casefold().startswith(("schul", "lehrg", "kurs", "semin", "webin", "lern")) for word in row["words"].split(", "))
    by_id = unassigned.set_index("contact_id")["reason"]
    assert (by_id[list(row["example_ids"])] == PLANTED).mean() >= 0.6


def test_examples_are_ids_and_never_texts(unassigned):
    told = topics(unassigned["text"], ids=unassigned["contact_id"], count=4).table
    assert set(told.columns) == {"topic", "n", "share", "words", "example_ids", "stability", "note"}
    assert all(each in set(unassigned["contact_id"]) for ids in told["example_ids"] for each in ids)


def test_what_is_saved_for_a_page_holds_no_word_of_a_text(unassigned):
    found = topics(unassigned["text"], ids=unassigned["contact_id"], count=4)
    page = found.estimates.to_csv().casefold()
    assert not [word for words in found.table["words"] for word in words.split(", ") if word.casefold() in page]
    assert set(found.estimates["topic"]) == {"1", "2", "3", "4"}
    assert found.row_level["topics"]["words"].ne("").all()  # they stay in the client's folder


def test_the_same_seed_gives_the_same_topics(unassigned):
    one, other = (topics(unassigned["text"], count=5, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_series_equal(one.assigned, other.assigned)


def test_groups_without_a_core_dissolve():
    rng = np.random.default_rng(0)
    syllables = [a + b + c for a in "bdfgklmnrst" for b in "aeiou" for c in "lmnrst"]
    noise = [" ".join(rng.choice(syllables, 6)) for _ in range(120)]
    told = topics(noise, count=10).table
    assert (told["stability"] < 0.5).mean() > 0.5
    assert (told.loc[told["stability"] < 0.5, "note"] != "").all()


def test_common_words_alone_make_no_finding():
    syllables = [a + b + c for a in "bdfgklm" for b in "aeiou" for c in "lmnrst"][:120]
    often = 1 / np.arange(1, 121)
    stable, found = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        told = topics([" ".join(rng.choice(syllables, 10, p=often / often.sum())) for _ in range(150)], count=3, seed=seed).table
        stable += (told["stability"] >= 0.5).to_list()
        found += told["note"].eq("").to_list()
        assert told.loc[told["stability"] < 0.5, "note"].eq("dissolves").all()
        assert told.loc[told["stability"] >= 0.5, "note"].isin(["as by chance", ""]).all()
    assert np.mean(stable) > 0.3  # half of the texts give many of these groups again
    assert np.mean(found) < 0.25


@pytest.mark.parametrize("texts", [[], [""] * 30, [None] * 30, ["Ware"] * 5])
def test_too_few_texts_give_no_topic(texts):
    assert topics(texts).table.empty


def test_equal_texts_are_one_group():
    assert len(topics(["Schulung für Monteure"] * 40).table) == 1


def test_wrong_lengths_and_counts_are_refused():
    with pytest.raises(DataError, match="discover.topics: 1 ids for 2 texts. Give one id a text."):
        topics(["a", "b"], ids=["1"])
    with pytest.raises(DataError, match="discover.topics: count is 1. Two groups are the least"):
        topics(["a", "b"], count=1)


def test_words_that_stand_everywhere_tell_no_group():
    told = topics(
        [f"Anlage Miete {'Halle' if n % 2 else 'Feld'}" for n in range(20)]
        + [f"Anlage Farbe {'Blech' if n % 2 else 'Lack'}" for n in range(20)],
        count=2,
    )
    assert sorted(words.split(", ")[0] for words in told.table["words"]) == ["Farbe", "Miete"]
    assert all(words.split(", ")[-1] == "Anlage" for words in told.table["words"])


def test_words_are_whole_and_written_as_most_texts_write_them():
    said = [f"Die Schulungen im Mai, Halle {n}" for n in range(9)] + [f"schulung bitte {n}" for n in range(3)]
    said += [f"Rückgabe der Kästen {n}" for n in range(12)]
    words = " ".join(topics(said, count=2).table["words"])
    assert "Schulungen" in words
    assert "Rückgabe" in words
    assert "Kästen" in words
