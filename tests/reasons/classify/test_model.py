import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons import classify

SAID = ["reason_id", "probability", "alternative_1", "probability_1", "alternative_2", "probability_2", "concern_2_id", "unassigned"]


def test_what_is_said_of_a_text(model, fresh):
    said = model.predict(fresh["text"], ids=fresh.index)
    assert said.columns.to_list() == ["contact_id", *SAID]
    assert said.index.equals(fresh.index)
    chance = model.probabilities(fresh["text"])
    assert chance.sum(axis=1) == pytest.approx(1.0)
    assert (said["reason_id"].to_numpy() == np.array(model.classes)[chance.argmax(axis=1)]).all()
    assert said["probability"].to_numpy() == pytest.approx(chance.max(axis=1))
    assert (said["probability"] >= said["probability_1"]).all()
    assert (said["probability_1"] >= said["probability_2"]).all()
    assert (said["reason_id"] != said["alternative_1"]).all()
    assert said.loc[~said["unassigned"], "probability"].min() >= model.threshold


def test_texts_without_words_stay_unassigned(model):
    said = model.predict([None, "", "  ", "🎉🎉", "12 / 7", float("nan"), pd.NA])
    assert said["unassigned"].all()
    assert said["reason_id"].isna().all()
    assert said["probability"].isna().all()
    assert np.isnan(model.probabilities([""])).all()


def test_other_languages_stay_unassigned_and_are_counted(model):
    said = model.predict(
        ["où est ma commande, s'il vous plaît", "Mi pedido no ha llegado todavía", "我的包裹在哪里", "gdzie jest moja paczka"]
    )
    assert int(said["unassigned"].sum()) == 4


def test_a_text_mostly_of_unknown_words_stays_unassigned_however_sure_the_rest(model):
    strange = "rechnung betrag mahnung zahlung konto steuer gutschrift " + " ".join(f"qx{letter}yz" for letter in "abcdefghijklmnop")
    probability, known = model._judged([strange], None)
    assert known[0] < model.familiar
    assert probability.max() > model.threshold
    assert model.predict([strange])["unassigned"].item()


def test_long_and_marked_up_texts_are_judged(model):
    mail = "<html><body><p>Die <b>Rechnung</b> und der Betrag der Mahnung</p></body></html>"
    said = model.predict([mail, "die rechnung betrag mahnung " * 20_000, "rechnung betrag mahnung 🎉🎉"])
    assert said["reason_id"].to_list() == ["billing"] * 3


def test_a_second_concern_is_named_where_a_part_speaks_of_it(model):
    two = "Die Rechnung hat den Betrag der Mahnung. Die Spedition hat das Paket und die Lieferung noch nicht."
    one = "Die Rechnung hat den Betrag der Mahnung. Die Zahlung für das Konto und die Steuer haben wir schon."
    said = model.predict([two, one])
    assert set(said.loc[0, ["reason_id", "concern_2_id"]]) == {"billing", "delivery"}
    assert pd.isna(said.loc[1, "concern_2_id"])


def test_no_texts_give_no_rows(model):
    said = model.predict([])
    assert said.columns.to_list() == SAID
    assert said.empty


def test_ids_are_as_many_as_texts(model):
    with pytest.raises(DataError) as refused:
        model.predict(["a", "b"], ids=["1"])
    assert str(refused.value) == "predict: 1 ids for 2 texts. Give one id a text."


def test_a_model_with_vectors_asks_for_them(labelled):
    held = np.eye(4)[pd.Categorical(labelled["label"]).codes]
    model = classify.fit(labelled["text"], labelled["label"], encoder=held)
    with pytest.raises(DataError) as refused:
        model.predict(["rechnung"])
    assert str(refused.value) == (
        "predict: the model was trained with an encoder's vectors. Give `vectors` of these texts, or load it with the encoder."
    )
    said = model.predict(["bitte wir", ""], vectors=np.eye(4)[[1, 0]])
    assert said.loc[0, "reason_id"] == "delivery"
    assert said["concern_2_id"].isna().all()
