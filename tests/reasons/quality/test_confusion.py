from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates import drawn
from cxlib.estimates.intervals import wilson
from cxlib.reasons.quality import corrected_shares
from cxlib.reasons.quality.confusion import _shares, _usual


def confusion(rng, size=4):
    held = rng.dirichlet(np.ones(size + 1), size=size).T * 0.3
    held[np.arange(size), np.arange(size)] += 0.7
    return held / held.sum(axis=0)


def as_predicted(model, said, **columns):
    names = np.array([*model.classes, model.classes[0]], dtype=object)
    return pd.DataFrame({"reason_id": names[said], "unassigned": said == len(model.classes), **columns})


def test_it_is_the_inverse_wherever_that_is_a_set_of_shares():
    rng = np.random.default_rng(1)
    held = np.array([confusion(rng) for _ in range(20)])
    true = rng.dirichlet(np.full(4, 5.0), size=20)
    said = np.einsum("bjr,br->bj", held, true)
    inverse = np.array([np.linalg.lstsq(one, m, rcond=None)[0] for one, m in zip(held, said, strict=True)])
    assert _shares(said * 100, held) == pytest.approx(true, abs=2e-4)
    assert _shares(said * 100, held) == pytest.approx(inverse, abs=2e-4)


def test_shares_stay_shares_where_the_inverse_does_not():
    held = np.array([[[0.8, 0.3], [0.2, 0.7], [0.0, 0.0]]])
    shares = _shares(np.array([[10.0, 90.0, 0.0]]), held)  # the inverse gives −0.4 and 1.4
    assert shares == pytest.approx(np.array([[0.0, 1.0]]), abs=1e-3)


def test_the_mix_of_training_is_found_again(model, labelled):
    judged = model.out_of_fold
    predicted = judged[["prediction", "unassigned"]].rename(columns={"prediction": "reason_id"})
    found = corrected_shares(predicted, model)
    shares = found[found["metric"] == "reason_share"]
    assert shares["value"].to_list() == pytest.approx([0.25] * 4, abs=0.01)
    assert shares["value"].sum() == pytest.approx(1.0)
    assert found[found["metric"] == "unassigned_share"]["value"].item() == pytest.approx(judged["unassigned"].mean())


def test_a_shifted_mix_is_corrected(model):
    # contacts are drawn from the judgements of training texts, three in four of them of one reason
    judged = model.out_of_fold
    weight = np.where(judged["label"] == "billing", 9.0, 1.0)
    rows = judged.sample(4000, replace=True, weights=weight, random_state=1)
    predicted = rows[["prediction", "unassigned"]].rename(columns={"prediction": "reason_id"}).reset_index(drop=True)
    found = corrected_shares(predicted, model).set_index(["metric", "reason_id"])
    true = (rows["label"] == "billing").mean()
    assert found.loc[("reason_share", "billing"), "value"] == pytest.approx(true, abs=0.02)
    assert abs(found.loc[("reason_share_raw", "billing"), "value"] - true) > 0.02


def test_intervals_hold_the_errors_of_the_model_too(model):
    said = np.tile(np.arange(4), 5000)
    found = corrected_shares(as_predicted(model, said), model).set_index(["metric", "reason_id"])
    corrected, raw = found.loc["reason_share"], found.loc["reason_share_raw"]
    assert ((corrected["high"] - corrected["low"]) > 2 * (raw["high"] - raw["low"])).all()


def test_contacts_of_one_customer_are_worth_one(model):
    said = np.repeat(np.tile(np.arange(4), 100), 5)
    predicted = as_predicted(model, said, customer_id=[f"c{number // 5}" for number in range(2000)])
    raw = corrected_shares(predicted, model, cluster="customer_id", draws=1000).query("metric == 'reason_share_raw'")
    low, high = wilson(np.array([0.25]), np.array([400.0]), np.array([1.966]))
    assert raw["low"].mean() == pytest.approx(low.item(), rel=0.03)
    assert raw["high"].mean() == pytest.approx(high.item(), rel=0.03)


def test_what_few_labels_cannot_tell_is_in_the_interval(model):
    judged = model.out_of_fold
    own = judged["label"] == "repair"
    right = judged[own & (judged["prediction"] == "repair") & ~judged["unassigned"]]
    predicted = as_predicted(model, np.tile(np.arange(4), 2500))
    width = []
    for texts in (3, 25):  # all of them judged right: only the prior says that others may not be
        table = pd.concat([judged[~own], right.head(texts)])
        found = corrected_shares(predicted, replace(model, out_of_fold=table))
        row = found[found["metric"].eq("reason_share") & found["reason_id"].eq("repair")]
        width.append((row["high"] - row["low"]).item())
    assert width[0] > 1.5 * width[1]


def test_draws_go_with_the_contacts_clusters(model):
    rng = np.random.default_rng(3)
    predicted = as_predicted(model, rng.integers(0, 5, 600), customer_id=[f"c{number // 3}" for number in range(600)])
    one = corrected_shares(predicted, model, cluster="customer_id", draws=200, seed=1)
    shuffled = corrected_shares(predicted.sample(frac=1, random_state=1), model, cluster="customer_id", draws=200, seed=1)
    held = [drawn(table[table["metric"] == "reason_share"])["value"].to_numpy() for table in (one, shuffled)]
    assert held[0] == pytest.approx(held[1])
    assert len(held[0]) == 4 * 200
    totals = drawn(one[one["metric"] == "reason_share"]).groupby("draw")["value"].sum()
    assert totals.to_numpy() == pytest.approx(1.0)


def test_groups_are_told_apart_and_thin_ones_keep_their_rows(model):
    said = np.r_[np.zeros(50, int), np.ones(50, int), np.full(3, 2)]
    channel = ["mail"] * 50 + ["phone"] * 50 + ["fax"] * 3
    found = corrected_shares(as_predicted(model, said, channel=channel), model, by=["channel"], min_n=7)
    shares = found[found["metric"] == "reason_share"].set_index(["channel", "reason_id"])
    assert shares.loc[("mail", model.classes[0]), "value"] > 0.9
    assert shares.loc[("phone", model.classes[1]), "value"] > 0.9
    assert shares.loc["fax", "value"].isna().all()
    assert set(shares.loc["fax", "note"]) == {"n < 7"}


def test_weights_count_as_so_many_contacts(model):
    said = np.repeat([0, 1, 2, 3], 25)
    weighted = corrected_shares(as_predicted(model, said, w=np.repeat([3.0, 1, 1, 1], 25)), model, weight="w")
    repeated = corrected_shares(as_predicted(model, np.repeat([0, 0, 0, 1, 2, 3], 25)), model)
    assert weighted["value"].to_numpy() == pytest.approx(repeated["value"].to_numpy(), abs=1e-5)


def test_a_reason_with_few_labels_is_noted_and_no_number_is_lost(model):
    judged = model.out_of_fold
    few = pd.concat([judged[judged["label"] != "repair"], judged[judged["label"] == "repair"].head(3)])
    found = corrected_shares(as_predicted(model, np.tile(np.arange(4), 50)), replace(model, out_of_fold=few))
    row = found[found["metric"] == "reason_share"].set_index("reason_id").loc["repair"]
    assert row["note"] == "few labels"
    assert row["low"] < row["value"] < row["high"]


def test_what_nothing_is_known_of_is_taken_for_what_is_usual():
    usual = _usual(np.array([[8.0, 2.0], [0.0, 6.0], [2.0, 2.0]]))
    assert usual.sum(axis=0) == pytest.approx(1.0)
    assert usual[:2].diagonal() == pytest.approx(14 / 20)
    assert usual[2] == pytest.approx(4 / 20)


def test_no_contacts_say_what_is_needed(model):
    empty = as_predicted(model, np.zeros(0, int))
    assert corrected_shares(empty, model)["note"].unique().item() == "needs contact_reasons.reason_id"
    silent = pd.DataFrame({"reason_id": [None, None], "unassigned": True})
    assert corrected_shares(silent, model)["note"].unique().item() == "needs contact_reasons.reason_id"


def test_what_cannot_be_corrected_is_refused(model):
    predicted = as_predicted(model, np.zeros(9, int))
    with pytest.raises(DataError) as refused:
        corrected_shares(predicted.assign(reason_id="biling"), model)
    assert str(refused.value) == (
        "corrected_shares: the model knows no reason 'biling' (did you mean 'billing'?). Allowed: billing, delivery, quote, repair. "
        "Predict with the model whose shares these are."
    )
    with pytest.raises(DataError) as refused:
        corrected_shares(predicted, model, cluster="customer")
    assert str(refused.value) == "corrected_shares: there is no column 'customer'. It has: reason_id, unassigned."


def test_what_people_said_counts_as_it_stands(model):
    size = len(model.classes)
    said = np.repeat(np.arange(size), 20)
    predicted = as_predicted(model, said, source=["label"] * len(said))
    told = corrected_shares(predicted, model).query("metric == 'reason_share'")
    assert told["value"].to_numpy() == pytest.approx(np.full(size, 1 / size))


def test_shares_of_what_reasons_belong_to_are_their_sums_without_those_outside(model):
    rng = np.random.default_rng(3)
    predicted = as_predicted(model, rng.integers(0, len(model.classes) + 1, 400))
    plain = corrected_shares(predicted, model).query("metric == 'reason_share'").set_index("reason_id")["value"]
    first, *others = model.classes
    into = pd.Series(dict.fromkeys(others, "the rest"), name="root_cause")
    both = corrected_shares(predicted, model, into=into).query("metric == 'reason_share'").set_index("root_cause")["value"]
    assert both["the rest"] == pytest.approx(plain[others].sum())
    without = corrected_shares(predicted, model, outside=[first]).query("metric == 'reason_share'").set_index("reason_id")["value"]
    assert without[others].to_numpy() == pytest.approx((plain[others] / plain[others].sum()).to_numpy())


def test_nothing_is_corrected_by_a_model_that_no_labels_judged(model):
    predicted = as_predicted(model, np.repeat(np.arange(len(model.classes)), 30))
    found = corrected_shares(predicted, replace(model, measured=False))
    told = found.query("metric == 'reason_share'")
    assert told["note"].eq("not corrected").all()
    assert estimates.only(found, "unassigned_share")["note"].item() == "guessed threshold"
    by_codes = corrected_shares(predicted.assign(source="legacy"), replace(model, measured=False))
    assert estimates.only(by_codes, "unassigned_share")["note"].item() == ""
    assert told["value"].to_numpy() == pytest.approx(np.full(len(model.classes), 1 / len(model.classes)))
