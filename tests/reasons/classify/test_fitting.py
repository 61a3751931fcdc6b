import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons import classify
from cxlib.reasons.classify.calibration import calibration_error


def test_new_texts_are_judged_well_and_probabilities_mean_what_they_say(model, fresh):
    said = model.predict(fresh["text"])
    right = (said["reason_id"] == fresh["label"]).to_numpy()
    told = model.estimates.set_index("metric").loc["top_1"]
    assert right.mean() > 0.8
    assert told["low"] - 0.04 < right.mean() < told["high"] + 0.04
    assert calibration_error(said["probability"].to_numpy(), right, np.ones(400)) < 0.08
    assert right[~said["unassigned"].to_numpy()].mean() >= 0.8


def test_the_seed_decides_everything(labelled):
    one, two = (classify.fit(labelled["text"], labelled["label"], draws=5, seed=4) for _ in range(2))
    pd.testing.assert_frame_equal(one.estimates, two.estimates)
    assert (one.scorer.slopes == two.scorer.slopes).all()


def test_the_table_tells_each_reason(model, labelled):
    judged = model.out_of_fold
    row = model.table.set_index("reason_id").loc["billing"]
    named, own = judged["prediction"] == "billing", judged["label"] == "billing"
    assert row["precision"] == pytest.approx((named & own).sum() / named.sum())
    assert row["recall"] == pytest.approx((named & own).sum() / own.sum())
    assert row["precision_low"] < row["precision"] < row["precision_high"]
    assert row["f1"] == pytest.approx(2 * row["precision"] * row["recall"] / (row["precision"] + row["recall"]))
    assert row["n"] == 60
    assert judged.index.equals(labelled.index)
    assert len(model.estimates["draws"].iloc[0]) == 20


def test_a_rare_reason_keeps_its_row(labelled):
    texts = [*labelled["text"], "sehr seltene sache eins", "sehr seltene sache zwei", "sehr seltene sache drei", "ein einzelfall"]
    labels = [*labelled["label"], "rare", "rare", "rare", "single"]
    model = classify.fit(texts, labels, min_n=5)
    table = model.table.set_index("reason_id")
    assert table.loc[["rare", "single"], "n"].to_list() == [3, 1]
    assert table.loc[["rare", "single"], "note"].to_list() == ["n < 5", "n < 5"]
    assert table.loc[["rare", "single"], ["precision", "recall"]].isna().all(axis=None)
    assert model.classes == ("billing", "delivery", "quote", "rare", "repair", "single")


def test_one_reason_only():
    model = classify.fit(["paket fehlt", "wo ist das paket", "paket"], ["delivery"] * 3)
    said = model.predict(["das paket", "völlig anderes thema hier", ""])
    assert said["reason_id"].to_list()[:2] == ["delivery", "delivery"]
    assert said["unassigned"].to_list() == [False, True, True]
    assert said["alternative_1"].isna().all()


@pytest.mark.parametrize("count", [1, 2])
def test_the_fewest_texts_end_right(count):
    model = classify.fit(["paket fehlt", "rechnung falsch"][:count], ["delivery", "billing"][:count])
    assert len(model.predict(["paket"])) == 1


def test_texts_of_one_group_are_not_parted():
    # each customer writes the same nonsense about one reason: only a leak between the folds could tell reasons apart
    rng = np.random.default_rng(1)
    customers = np.repeat(np.arange(30), 4)
    texts = [f"wort{number} ding{number}" for number in customers]
    labels = np.array(["a", "b", "c"])[rng.permutation(np.arange(30) % 3)][customers]
    apart = classify.fit(texts, labels, groups=customers)
    mixed = classify.fit(texts, labels, groups=list(range(120)))
    accuracy = [float(one.estimates.set_index("metric").loc["top_1", "value"]) for one in (apart, mixed)]
    assert accuracy[0] < 0.6
    assert accuracy[1] > 0.95


def test_an_encoder_is_taken_where_it_helps_and_left_where_not(labelled, fresh):
    labels = labelled["label"].to_numpy()
    rng = np.random.default_rng(5)
    helpful = np.eye(4)[pd.Categorical(labels).codes] + 0.4 * rng.normal(size=(240, 4))
    model = classify.fit(labelled["text"], labels, encoder=helpful)
    assert model.encoder_choice.set_index("chosen").loc[True, "encoder_weight"] > 0
    assert model.encoder_choice.set_index("chosen").loc[True, "low"] > 0
    useless = classify.fit(labelled["text"], labels, encoder=rng.normal(size=(240, 4)))
    assert useless.scorer.recipe.encoder_weight == 0
    assert useless.encoder_choice["chosen"].to_list() == [True, False, False, False]
    assert useless.predict(fresh["text"]).equals(classify.fit(labelled["text"], labels).predict(fresh["text"]))


def test_a_gain_that_may_be_chance_is_not_taken(labelled):
    rng = np.random.default_rng(7)
    weak = [np.eye(4)[pd.Categorical(labelled["label"]).codes] + 4.0 * rng.normal(size=(240, 4)) for _ in range(4)]
    tables = [classify.fit(labelled["text"], labelled["label"], encoder=vectors).encoder_choice for vectors in weak]
    best = [table.loc[table["accuracy"].idxmax()] for table in tables]
    assert any(row["gain"] > 0 and row["low"] <= 0 for row in best)
    for row, table in zip(best, tables, strict=True):
        assert table.set_index("chosen").loc[True, "encoder_weight"] == (row["encoder_weight"] if row["low"] > 0 else 0)


def test_vectors_for_each_text_are_needed(labelled):
    with pytest.raises(DataError) as refused:
        classify.fit(labelled["text"], labelled["label"], encoder=np.ones((3, 2)))
    assert str(refused.value) == "encoder: 240 texts and 3 vectors. Give one vector a text."


def test_weights_count_in_every_figure(labelled):
    weight = np.where(labelled["label"] == "billing", 3.0, 1.0)
    model = classify.fit(labelled["text"], labelled["label"], weight=weight)
    judged = model.out_of_fold
    right = judged["label"] == judged["prediction"]
    assert model.estimates.set_index("metric").loc["top_1", "value"] == pytest.approx(
        (right * judged["weight"]).sum() / judged["weight"].sum()
    )


def test_reading_the_room_does_not_load_the_learner():
    code = "import sys; import cxlib; from cxlib.reasons import classify, quality; print(any(n.startswith(('sklearn', 'skops')) for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
