"""One row a person, with what every table says of them."""

import pandas as pd
import pytest

from cxlib.customers import personas
from cxlib.errors import DataError

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["1", "2", "3"],
        "account_id": ["A", "B", None],
        "segment": ["oem", "oem", "shop"],
        "preferred_channel": ["email", "phone", "chat"],
    }
).astype("str")
PERSONS = pd.DataFrame({"person_id": ["x", "y", "z"], "account_id": ["A", "A", "B"], "role": ["user", "user", "decision_maker"]}).astype(
    "str"
)
ANSWERS = pd.DataFrame(
    {
        "person_id": ["x", "x", None, None],
        "customer_id": ["1", "1", "3", "1"],
        "item_id": "price",
        "state": ["answered", "answered", "answered", "no_answer"],
        "value": [2.0, 4.0, 5.0, None],
        "survey_ts": pd.to_datetime(["2025-02-01", "2025-01-01", "2025-01-01", "2025-01-01"], utc=True),
    }
)
LAID = {
    "person_id": pd.DataFrame({"person_id": ["x"], "channel_email": [3], "channel_phone": [1], "contacts": [4]}),
    "customer_id": pd.DataFrame({"customer_id": ["1", "3"], "channel_email": [9, 2], "channel_phone": [0, 2], "contacts": [9, 4]}),
}


def test_persons_first_and_customers_who_are_one_person():
    table = personas.people(CUSTOMERS, PERSONS, responses=ANSWERS, items=["price"], profiles=LAID)
    assert table["person_id"].fillna("–").to_list() == ["x", "y", "z", "–"]
    assert table["customer_id"].to_list() == ["1", "1", "2", "3"]
    assert table["cluster_id"].to_list() == ["A", "A", "B", "3"]
    assert table["preferred_channel"].fillna("–").to_list() == ["–", "–", "phone", "chat"], "an account of several has no one's own channel"
    assert table["price"].fillna(0).to_list() == [2, 0, 0, 5], "the latest answer of the person, the customer's only where he is one person"
    assert table["contacts"].fillna(0).to_list() == [4, 0, 0, 4]
    assert table["channel_mostly"].fillna("–").to_list() == ["email", "–", "–", "–"], "two channels met equally often are no answer"


def test_a_persona_may_belong_to_a_customer():
    table = personas.people(CUSTOMERS, PERSONS, profiles=LAID, unit="customer")
    assert table["customer_id"].to_list() == ["1", "2", "3"]
    assert table["contacts"].fillna(0).to_list() == [9, 0, 4]
    with pytest.raises(DataError, match=r"personas\.unit: a persona belongs to 'firm'"):
        personas.people(CUSTOMERS, PERSONS, unit="firm")


def test_shares_of_reasons_tell_the_usual_group():
    laid = {"customer_id": pd.DataFrame({"customer_id": ["3"], "group_id_billing_share": [0.6], "group_id_order_share": [0.3]})}
    table = personas.people(CUSTOMERS, PERSONS, profiles=laid, mostly=["group_id", "channel"])
    assert table["group_id_mostly"].fillna("–").to_list() == ["–", "–", "–", "billing"]
    assert table["channel_mostly"].isna().all(), "a column of the log that was not laid out is there all the same"


def test_nobody_and_questions_nobody_asked():
    assert personas.people(CUSTOMERS.iloc[:0], PERSONS.iloc[:0]).empty
    assert len(personas.people(CUSTOMERS.iloc[:0], PERSONS)) == 3
    with pytest.raises(DataError, match=r"items: there is no item 'prize' \(did you mean 'price'\?\)\. Items: price"):
        personas.people(CUSTOMERS, PERSONS, responses=ANSWERS, items=["prize"])


def test_usual_features_are_those_that_tell_people_apart():
    table = personas.people(CUSTOMERS, PERSONS, profiles=LAID)
    assert personas.usual(table) == {"segment": "nominal", "role": "nominal", "preferred_channel": "nominal"}


def test_consumers_without_persons_have_no_role_but_the_column():
    table = personas.people(CUSTOMERS, PERSONS.iloc[:0])
    assert table[["role", "department"]].isna().all(axis=None)
    assert list(personas.assign(table, personas={"user": {"role": ["user"], "segment": ["oem"]}}, least=0.6)["persona"]) == [
        "user",
        "user",
        "none",
    ]
