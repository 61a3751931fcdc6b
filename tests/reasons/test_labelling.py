"""Which contacts are worth a label."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.labelling import next_to_label


def case(count=60):
    rng = np.random.default_rng(3)
    contacts = pd.DataFrame(
        {
            "contact_id": [f"{n:04}" for n in range(count)],
            "text": [f"Die Ware {chr(97 + n % 26)}{chr(97 + n // 26)}x fehlt" for n in range(count)],
        }
    )
    contacts["language"] = np.where(np.arange(count) % 10 == 0, "en", "de")
    first = rng.uniform(0.4, 1, count)
    predicted = pd.DataFrame(
        {"reason_id": np.where(np.arange(count) < 50, "a", "b"), "probability": first, "probability_1": (1 - first) / 2}
    )
    return contacts, predicted


def test_the_smallest_margin_goes_first_within_a_reason_and_language():
    contacts, predicted = case()
    chosen = next_to_label(contacts, predicted, n=60)
    for _, told in chosen.groupby(["reason_id", "language"]):
        assert told["margin"].is_monotonic_increasing


def test_each_reason_and_language_has_its_turn():
    chosen = next_to_label(*case(), n=4)
    assert set(zip(chosen["reason_id"], chosen["language"], strict=True)) == {("a", "de"), ("a", "en"), ("b", "de"), ("b", "en")}


def test_the_order_of_contacts_does_not_matter():
    contacts, predicted = case()
    mixed = np.random.default_rng(1).permutation(len(contacts))
    other = next_to_label(contacts.iloc[mixed], predicted.iloc[mixed], n=15)
    assert other["contact_id"].to_list() == next_to_label(contacts, predicted, n=15)["contact_id"].to_list()


def test_labelled_empty_equal_and_foreign_texts_are_left_out():
    contacts, predicted = case(6)
    contacts["text"] = ["Ware fehlt", "Ware fehlt!", "", None, "Rechnung fehlt", "Bestelling ontbreekt"]
    contacts["language"] = ["de", "de", "de", "de", "de", "nl"]
    contacts["reason_gold"] = [None, None, None, None, "a", None]
    assert next_to_label(contacts, predicted)["text"].to_list() in (["Ware fehlt"], ["Ware fehlt!"])


def test_tables_that_do_not_fit_are_refused():
    contacts, predicted = case()
    with pytest.raises(DataError, match="next_to_label: 59 contacts and 60 predictions. Predict the same rows."):
        next_to_label(contacts.head(59), predicted)
    with pytest.raises(DataError, match="next_to_label: predicted lack the column 'probability_1'"):
        next_to_label(contacts, predicted.drop(columns="probability_1"))
