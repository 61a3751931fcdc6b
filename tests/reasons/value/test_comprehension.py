import numpy as np
import pandas as pd
import pytest

from cxlib.reasons.value import comprehension, readability


def told(table, metric):
    return table[table["metric"] == metric].set_index("document_id")["value"].to_dict()


def test_questions_are_contacts_whose_reason_or_own_cause_says_so(log, reasons):
    contacts = log.assign(document_id=["D1"] * 12 + ["X9"] * 4 + [None] * 4)
    found = comprehension(contacts, reasons, pd.DataFrame({"document_id": ["D1", "D2"]}), min_n=3)
    assert told(found, "document_contacts") == {"D1": 12, "__other__": 4}
    assert told(found, "document_question_share") == pytest.approx({"D1": 2 / 10, "__other__": 3 / 4})
    own = comprehension(contacts.assign(root_cause=["comprehension"] * 2 + [None] * 18), reasons, pd.DataFrame(), min_n=3)
    assert told(own, "document_question_share")["D1"] == pytest.approx(4 / 12)


def test_thin_documents_have_no_share(log, reasons):
    found = comprehension(log.assign(document_id=["D1"] * 5 + ["D2"] * 15), reasons, pd.DataFrame(), min_n=7)
    assert found.query("document_id == 'D1' and metric == 'document_question_share'")["note"].item() == "n < 7"


def test_questions_per_message_sent(log, reasons):
    sent = pd.DataFrame({"document_id": ["D1"] * 50 + ["D2"] * 3})
    found = comprehension(log.assign(document_id=["D1"] * 12 + ["D2"] * 8), reasons, pd.DataFrame(), sent)
    row = found[found["metric"] == "questions_per_sent"].iloc[0]
    assert (row["document_id"], row["value"], row["n"]) == ("D1", pytest.approx(4.0), 50)
    assert row["high"] - row["value"] == pytest.approx(1.96 * 100 * np.sqrt(2) / 50)


def test_reading_ease_is_flesch_s():
    # 30 words in 10 sentences; wir, lie-fern, schnell: 4 syllables of 3 words: 180 - 3 - 58.5 * 4/3
    assert readability("Wir liefern schnell. " * 10) == pytest.approx(180 - 3 - 58.5 * 4 / 3)
    assert readability("We ship fast. " * 10, language="en") == pytest.approx(206.835 - 1.015 * 3 - 84.6)
    hard = "Die Geltendmachung weitergehender Gewährleistungsansprüche bleibt vorbehalten und bedarf der schriftlichen Bestätigung " * 4
    assert readability(hard) < 20
    assert np.isnan(readability("Kurz."))
    assert np.isnan(readability("Nous livrons vite. " * 10, language="fr"))


def test_documents_with_a_text_have_one(log, reasons):
    documents = pd.DataFrame({"document_id": ["D1", "D2"], "text": ["Wir liefern schnell. " * 10, "zu kurz"]})
    found = comprehension(log.assign(document_id="D1"), reasons, documents)
    assert told(found, "readability") == pytest.approx({"D1": 99.0})


def test_what_is_missing_is_said(log, reasons):
    assert comprehension(log, reasons, pd.DataFrame())["note"].item() == "needs contacts.document_id"
    bare = log.drop(columns="reason_id").assign(document_id="D1")
    assert comprehension(bare, reasons, pd.DataFrame())["note"].item() == "needs contact_reasons.reason_id"
