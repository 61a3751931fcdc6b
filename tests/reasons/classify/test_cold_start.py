"""A model without a label: from phrases, rules and the texts themselves."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.intake import taxonomy
from cxlib.reasons import wording
from cxlib.reasons.classify import from_taxonomy, load
from cxlib.reasons.classify.rules import pattern
from cxlib.simulate.texts import compose

ROOT = Path(__file__).parents[3]
CHOSEN = (
    "delivery.delivery_status",
    "delivery.delivery_wrong_damaged",
    "billing.invoice_error",
    "billing.payment_dunning",
    "complaint.warranty_claim",
    "usage_service.spare_parts",
    "growth_feedback.training_request",
    "contract.cancellation",
)


@pytest.fixture(scope="module")
def phrases():
    told = taxonomy.load(ROOT, "contact_reasons").phrases
    rows = [(reason, language, phrase) for reason in CHOSEN for language, words in told[reason].items() for phrase in words]
    return pd.DataFrame(rows, columns=["reason_id", "language", "phrase"])


def contacts(count, drawer, seed, languages=("de", "en")):
    """Contacts of eight reasons; `truth` is what the simulator knows."""
    rng = np.random.default_rng(seed)
    told = pd.DataFrame({"reason": np.repeat(CHOSEN, count)}).assign(persona="Tanja")
    told["channel"], told["language"] = rng.choice(["email", "chat", "phone"], len(told)), rng.choice(languages, len(told))
    return told.assign(text=compose(told, rng, drawer)["text"]).rename(columns={"reason": "truth"})


@pytest.fixture(scope="module")
def seen():
    return contacts(30, "seen", 1)


@pytest.fixture(scope="module")
def model(seen, phrases):
    return from_taxonomy(seen.drop(columns="truth"), phrases, seed=1)


def right(model, told):
    return (model.predict(wording.cut(told["text"]))["reason_id"].to_numpy() == told["truth"].to_numpy()).mean()


def test_it_understands_texts_nobody_labelled(model, seen, record_property):
    other = contacts(15, "held_out", 2)
    told = {"same": right(model, seen), "held_out": right(model, other)}
    record_property("top_1", {name: float(share) for name, share in told.items()})
    assert told["same"] > 0.6, told
    assert told["held_out"] > 0.45, told


def test_the_rules_are_shown(model):
    assert model.rules["rule"].to_list() == ["exact_phrase", "phrase_words", "nearest_phrase"]
    assert model.rules["coverage"].between(0, 1).all()
    assert model.rules["conflict"].between(0, 1).all()


def test_the_same_seed_gives_the_same_model(model, seen, phrases):
    again = from_taxonomy(seen.drop(columns="truth"), phrases, seed=1)
    assert (again.probabilities(["Wo bleibt die Ware?"]) == model.probabilities(["Wo bleibt die Ware?"])).all()


def test_a_good_rule_and_labels_help(model, seen, phrases):
    by_id = dict(zip(seen["text"], seen["truth"], strict=True))
    noisy = seen.assign(queue=[by_id[text] if number % 3 else None for number, text in enumerate(seen["text"])])
    ruled = from_taxonomy(noisy.drop(columns="truth"), phrases, rules=[lambda contact: contact["queue"]], seed=1)
    labelled = from_taxonomy(seen.assign(gold=seen["truth"].where(seen.index % 3 == 0)), phrases, labels="gold", seed=1)
    assert ruled.rules["rule"].iloc[-1] == "<lambda>"
    assert ruled.rules["trust"].iloc[-1] > 0.8
    assert right(ruled, seen) > right(model, seen) + 0.03
    assert right(labelled, seen) > right(model, seen) + 0.05


def test_an_encoder_is_any_callable(seen, phrases):
    def encoder(texts):
        return [
            [len(re.findall(word, text.casefold())) for word in ("rechnung|invoice", "liefer|deliver", "schul|train", "")] for text in texts
        ]

    assert from_taxonomy(seen.head(60), phrases, encoder=encoder, seed=1).predict(["Schulung?"])["reason_id"].item() in CHOSEN


@pytest.mark.parametrize("texts", [[], [""], [None], ["😀"], ["Kunt u mij zeggen wanneer onze bestelling komt?"]])
def test_without_a_readable_text_nothing_is_trained_and_nothing_named(texts, phrases, monkeypatch, tmp_path):
    monkeypatch.setattr("cxlib.reasons.classify.cold_start.fit", None)
    made = from_taxonomy(pd.DataFrame({"text": pd.Series(texts, dtype="str")}), phrases, seed=1)
    assert made.classes == tuple(sorted(CHOSEN))
    said = made.predict(["Mahnung obwohl bezahlt", ""])
    assert said["unassigned"].all()
    assert said["reason_id"].isna().all()
    assert not made.measured
    assert set(made.estimates["note"]) == {"needs contacts.text, contacts.reason_gold"}
    made.save(tmp_path / "silent.skops")
    assert load(tmp_path / "silent.skops").predict(["Mahnung"])["reason_id"].isna().all()


def test_one_language_one_reason_a_long_mail_and_markup(phrases):
    texts = ["<p>Mahnung &amp; bezahlt 😀</p>", "Mahnung " * 70_000, "längst überwiesen, trotzdem Mahnung"]
    one = phrases[phrases["reason_id"] == "billing.payment_dunning"]
    made = from_taxonomy(pd.DataFrame({"text": texts}), one, seed=1)
    assert made.classes == ("billing.payment_dunning",)
    german = phrases[phrases["language"] == "de"]
    assert len(from_taxonomy(pd.DataFrame({"text": texts}), german, seed=1).classes) == 8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"phrases": pd.DataFrame({"reason_id": ["a"]})}, "from_taxonomy: phrases lack the column 'language'. They have: reason_id."),
        (
            {"phrases": pd.DataFrame({"reason_id": [], "language": [], "phrase": []})},
            "from_taxonomy: there is no phrase. Give reasons phrases in data/taxonomy, or labels to classify.fit.",
        ),
        ({"labels": "gold"}, "from_taxonomy: contacts lack the column 'gold'. They have: text, customer_id"),
        ({"rules": [pattern("ware", "delivery")]}, "rule pattern_delivery: the taxonomy has no reason 'delivery'"),
    ],
)
def test_what_does_not_fit_is_refused(change, message, phrases):
    given = {"contacts": pd.DataFrame({"text": ["Wo bleibt die Ware?"]}), "phrases": phrases} | change
    with pytest.raises(DataError) as error:
        from_taxonomy(given.pop("contacts"), given.pop("phrases"), **given)
    assert str(error.value).startswith(message)


def test_an_unknown_label_is_refused_by_name(phrases):
    table = pd.DataFrame({"text": ["Wo bleibt die Ware?"], "gold": ["delivery.status"]})
    with pytest.raises(
        DataError, match=r"from_taxonomy: the taxonomy has no reason 'delivery.status' \(did you mean 'delivery.delivery_status'\?\)"
    ):
        from_taxonomy(table, phrases, labels="gold")
