"""Whose words stand for what: the client's labels before names from tables, German where there is no English."""

import pandas as pd
import pytest

from cxlib.params import Params
from cxlib.suite.labels import labels
from cxlib.tables import contract

TABLES = {
    "touchpoints": pd.DataFrame({"touchpoint_id": ["T1", "T2"], "name_de": ["Angebot", "Rechnung"], "name_en": ["Quote", None]}),
    "principles": pd.DataFrame({"principle_id": ["P1"], "text_de": ["Wir halten Wort."]}),
    "reasons": pd.DataFrame(
        {"reason_id": ["r"], "label_de": ["Frist"], "label_en": ["Date"], "group_id": ["g"], "group_de": ["Lieferung"], "group_en": [None]}
    ),
}


@pytest.fixture
def params():
    client = {"schema_version": 1, "client": "acme", "name": "Acme", "market": "b2b", "language": "both", "timezone": "Europe/Berlin"}
    client |= {"period": {"start": "2025-01-01", "end": "2025-12-31"}, "scales": {}}
    client |= {"labels": {"touchpoint_id": {"T2": {"de": "Rechnungen", "en": "Invoices"}}}}
    client |= {"extra": {"customers": {"size": {"kind": "text", "de": "Größe", "en": "Size"}}}}
    log = {"table": "contacts", "file": "log.csv", "columns": {"contact_id": "Nr", "contact_ts": "Wann", "channel": "Weg"}}
    return Params.model_validate(client | {"sources": {"log": log}})


def read(name):
    return TABLES.get(name, contract(name).empty("Europe/Berlin"))


def test_labels_of_the_client_go_first_and_german_stands_in(params):
    english = labels(params, read, "en")
    assert english["touchpoint_id"] == {"T1": "Quote", "T2": "Invoices"}
    assert english["bought_at"] == {"T1": "Quote", "T2": "Rechnung"}
    assert english["principle_id"] == {"P1": "Wir halten Wort."}
    assert english["reason_id"] == {"r": "Date"}
    assert english["group_id"] == {"g": "g"}
    assert english["column"] == {"size": "Size"}
    assert labels(params, read, "de")["group_id"] == {"g": "Lieferung"}


def test_a_client_without_tables_has_no_names(params):
    empty = labels(params, lambda name: contract(name).empty("Europe/Berlin"), "de")
    assert empty["reason_id"] == empty["principle_id"] == empty["item_id"] == {}


def test_groups_that_actions_are_compared_by_have_the_words_of_their_column(params):
    told = params.model_copy(update={"labels": {"region": {"north": params.labels["touchpoint_id"]["T2"]}}})
    actions = pd.DataFrame({"action_id": ["M1"], "name_de": ["Meldung"], "name_en": [None], "comparison": ["region: north"]})
    found = labels(told, lambda name: actions if name == "actions" else read(name), "de")
    assert found["compared"] == {"north": "Rechnungen"}
    assert found["action_id"] == {"M1": "Meldung"}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("Rechnung, wichtig", "Preis, fair, wichtig"), ["Rechnung", "Preis, fair"]),
        (("Rechnung, wichtig", "Wie wichtig ist der Preis"), ["Rechnung, wichtig", "Wie wichtig ist der Preis"]),
        (("Rechnung, wichtig",), ["Rechnung, wichtig"]),
        (("wichtig", "wichtig"), ["wichtig", "wichtig"]),
    ],
)
def test_questions_about_what_matters_lose_what_all_of_them_end_with(params, texts, told):
    told_items = {f"q{place}": {"item_type": "importance", "scale": "five", "de": text} for place, text in enumerate(texts)}
    items = told_items | {"rated": {"item_type": "actual", "scale": "five", "de": "Rechnung, Note"}}
    survey = {"table": "responses", "file": "s.csv", "columns": {"respondent_id": "Wer", "survey_ts": "Wann"}, "items": items}
    base = params.model_dump(mode="json", exclude_unset=True)
    asked = Params.model_validate(base | {"scales": {"five": {"low": 1, "high": 5}}, "sources": base["sources"] | {"survey": survey}})
    assert list(labels(asked, read, "de")["matters"].values()) == told
