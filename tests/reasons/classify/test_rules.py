"""Labelling functions: what they name, when they abstain, and how they are weighed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.classify.rules import ABSTAINS, by_exact_phrase, by_phrase_words, pattern, posterior, told, votes_of

PHRASES = ["wo bleibt unsere Lieferung", "Rechnung ist falsch", "Mahnung", "Lieferung", "falsche Rechnung bekommen"]
CODE = np.array([0, 1, 2, 0, 1])


@pytest.mark.parametrize(
    ("text", "vote"),
    [
        ("Hallo, WO BLEIBT unsere Lieferung?", 0),
        ("Die Rechnung ist falsch.", 1),
        ("Eine Mahnung und die Lieferung!", ABSTAINS),  # two reasons, phrases equally long
        ("Die Rechnung ist falsch und die Lieferung fehlt.", 1),  # the longer phrase
        ("Mahnungen", ABSTAINS),
        ("", ABSTAINS),
    ],
)
def test_exact_phrases(text, vote):
    assert by_exact_phrase([text], PHRASES, CODE).tolist() == [vote]


def test_words_of_a_phrase_in_any_order_with_other_endings():
    texts = ["Falsche Rechnungen bekommen wir ständig.", "Sie sind bekommen. Falsch. Rechnung.", "Ganz etwas anderes", ""]
    assert by_phrase_words(texts, PHRASES, CODE, 3).tolist() == [1, ABSTAINS, ABSTAINS, ABSTAINS]


def test_a_rule_sees_the_whole_contact():
    contacts = pd.DataFrame({"text": ["a", "b"], "received_by": ["Buchhaltung", None]})
    votes = votes_of(
        lambda contact: "billing" if contact["received_by"] == "Buchhaltung" else None, contacts, ["a", "b"], ["billing", "order"]
    )
    assert votes.tolist() == [0, ABSTAINS]


def test_the_example_in_the_guide_runs_without_a_network():
    guide = (Path(__file__).parents[3] / "docs" / "extending.md").read_text(encoding="utf-8")
    code = guide.partition("## A labelling function")[2].partition("```python")[2].partition("```")[0]
    texts = ["Wo bleibt die Ware?", "Wo bleibt unser Paket", "Mahnung trotz Zahlung", "Mahngebühr", "Dichtung bestellen", "Kolben fehlt"]
    named = ["delivery.delivery_status", "billing.payment_dunning", "usage_service.spare_parts"]
    tables = {
        "contacts": pd.DataFrame({"text": texts, "received_by": [None] * 4 + ["Ersatzteile"] * 2}),
        "reason_phrases": pd.DataFrame({"reason_id": named, "language": "de", "phrase": ["wo bleibt", "gemahnt", "brauche ersatz"]}),
    }
    told = {"study": SimpleNamespace(table=tables.get)}
    exec(code, told)
    rules = told["learned"].rules.set_index("rule")
    assert rules.loc[["spare_parts_desk", "asked"], "coverage"].to_list() == pytest.approx([2 / 6, 2 / 6])
    assert told["learned"].predict(["Kolben"])["reason_id"].item() == "usage_service.spare_parts"


def test_a_rule_that_names_an_unknown_reason_is_refused():
    with pytest.raises(DataError) as error:
        votes_of(pattern("x", "biling"), pd.DataFrame({"text": ["x"]}), ["x"], ["billing", "order"])
    assert str(error.value) == (
        "rule pattern_biling: the taxonomy has no reason 'biling' (did you mean 'billing'?). It has: billing, order. "
        "Return a reason_id, or None to abstain."
    )


def test_one_rule_with_the_prior_accuracy_gives_the_closed_form():
    """One vote of a rule that is right with p among k reasons: p against (1 − p)/(k − 1) each."""
    chances, trust = posterior(np.array([[0]] * 1 + [[ABSTAINS]]), 4)
    assert chances[0, 0] == pytest.approx(trust[0], abs=1e-6)
    assert chances[1].tolist() == [0.25] * 4


def test_trust_finds_the_better_rules():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 5, 4000)
    right = (0.9, 0.7, 0.5, 0.6)
    votes = np.column_stack([np.where(rng.random(4000) < p, truth, (truth + rng.integers(1, 5, 4000)) % 5) for p in right])
    votes[rng.random(votes.shape) < 0.3] = ABSTAINS
    chances, trust = posterior(votes, 5)
    assert trust == pytest.approx(right, abs=0.04)
    spoken = (votes != ABSTAINS).any(axis=1)
    assert (chances.argmax(axis=1) == truth)[spoken].mean() > 0.83  # the best rule alone: 0.9 where it speaks
    assert chances[spoken].max(axis=1).mean() == pytest.approx((chances.argmax(axis=1) == truth)[spoken].mean(), abs=0.02)


def test_coverage_conflict_and_agreement():
    votes = np.array([[0, 0, -1], [0, 1, -1], [-1, 1, 1], [2, -1, -1]])
    table = told(["one", "two", "three"], votes, np.array([0.8, 0.7, 0.6])).set_index("rule")
    assert table["votes"].to_list() == [3, 3, 1]
    assert table["coverage"].to_list() == [0.75, 0.75, 0.25]
    assert table["overlap"].to_list() == [0.5, 0.75, 0.25]
    assert table["conflict"].to_list() == [0.25, 0.25, 0.0]
    assert table["agreement"].to_list() == [0.5, pytest.approx(2 / 3), 1.0]


def test_half_of_the_others_is_no_agreement():
    table = told(["one", "two", "three"], np.array([[0, 0, 1]]), np.array([0.8, 0.7, 0.6]))
    assert table["agreement"].to_list() == [0.0, 0.0, 0.0]
