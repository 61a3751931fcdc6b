import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.reasons.classify import assign, fit, from_taxonomy
from cxlib.tables import contract

SAID = ["parcel late", "my parcel", "the parcel", "wrong invoice", "an invoice", "the invoice"]
LABELS = ["delivery"] * 3 + ["billing"] * 3


@pytest.fixture(scope="module")
def model():
    return fit(SAID, LABELS, promised=0.5)


@pytest.fixture
def contacts():
    return pd.DataFrame(
        {
            "contact_id": ["1", "2", "3", "4"],
            "text": ["The parcel, my parcel is late", None, "The invoice", "Kunt u mij zeggen wanneer onze bestelling komt?"],
            "reason_gold": [None, None, "delivery", None],
            "reason_id": [None, "billing", "billing", None],
        },
        index=[7, 5, 3, 1],
    )


def test_labels_go_before_the_model_and_codes_stand_where_there_is_no_text(contacts, model):
    told = assign(contacts, model, labels="reason_gold", codes="reason_id")
    assert contract("contact_reasons").validate(told, "assign") is not None
    assert list(told.index) == [7, 5, 3, 1]
    assert told["source"].to_list() == ["model", "legacy", "label", "model"]
    assert told["reason_id"].iloc[:3].to_list() == ["delivery", "billing", "delivery"]
    assert pd.isna(told["reason_id"].iloc[3])
    assert told["unassigned"].to_list() == [False, False, False, True]
    assert told["probability"].iloc[2] == 1.0
    assert pd.isna(told["probability"].iloc[1])


def test_without_texts_labels_and_codes_nothing_is_assigned(model):
    told = assign(pd.DataFrame({"contact_id": ["1", "2"]}), model, labels="reason_gold", codes="reason_id")
    assert told["unassigned"].all()
    assert told["reason_id"].isna().all()


@pytest.mark.parametrize("column", ["reason_gold", "reason_id"])
def test_a_reason_that_the_model_does_not_know_is_refused(contacts, model, column):
    strange = contacts.assign(text=None).assign(**{column: ["delivrey"] * 4})
    with pytest.raises(DataError) as error:
        assign(strange, model, labels="reason_gold", codes="reason_id")
    assert str(error.value) == (
        "assign: the model knows no reason 'delivrey' (did you mean 'delivery'?). It knows: billing, delivery. "
        "Correct it, or add the reason to the taxonomy."
    )


def test_labels_judge_a_cold_start_where_there_are_enough_of_them():
    phrases = pd.DataFrame(
        [("delivery", "en", "parcel late"), ("billing", "en", "wrong invoice")], columns=["reason_id", "language", "phrase"]
    )
    texts = [f"{said} number {number}" for number in range(12) for said in SAID]
    contacts = pd.DataFrame({"text": texts, "customer_id": [str(number % 9) for number in range(len(texts))]})
    few = from_taxonomy(contacts.assign(reason_gold=(LABELS * 12)[:6] + [None] * 66), phrases, labels="reason_gold")
    many = from_taxonomy(contacts.assign(reason_gold=LABELS * 12), phrases, labels="reason_gold", groups="customer_id")
    assert not few.measured
    assert many.measured
    assert len(many.out_of_fold) == 72  # the labelled contacts, not the phrases
    assert set(many.out_of_fold["group"]) == set(contacts["customer_id"])
    assert estimates.only(many.estimates, "top_1")["value"].item() > 0.95
    by_language = estimates.across(many.estimates, "language")
    assert set(by_language["metric"]) == {"top_1"}
    assert by_language["n"].sum() == 72
