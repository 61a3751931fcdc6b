import numpy as np
import pytest

from cxlib.reasons.classify.scorer import ABSENT, DRAWN, Recipe, Scorer, _evened

TEXTS = ["paket fehlt", "paket da", "rechnung falsch", "rechnung da", "angebot neu", "angebot alt"]
CODE = np.array([0, 0, 1, 1, 2, 2])


def trained(code, size, recipe=None, vectors=None, weight=None, texts=TEXTS):
    weight = np.ones(len(code)) if weight is None else weight
    return Scorer.train(texts[: len(code)], code, size, recipe or Recipe(rarest=1), vectors=vectors, weight=weight, seed=1)


def test_training_texts_are_told_apart():
    margins, known = trained(CODE, 3).margins(TEXTS, None)
    assert margins.argmax(axis=1).tolist() == CODE.tolist()
    assert known.tolist() == [1.0] * 6


def test_a_reason_that_was_not_seen_lies_low():
    margins, _ = trained(CODE, 4).margins(TEXTS, None)
    assert (margins[:, 3] == ABSENT).all()
    assert (margins.argmax(axis=1) < 3).all()


def test_two_reasons_and_one():
    margins, _ = trained(CODE[:4], 2).margins(TEXTS[:4], None)
    assert margins.argmax(axis=1).tolist() == [0, 0, 1, 1]
    assert margins[:, 0] == pytest.approx(-margins[:, 1])
    alone, _ = trained(np.zeros(6, int), 1).margins(TEXTS, None)
    assert (alone == 1.0).all()


def test_vectors_stand_beside_the_features():
    vectors = np.eye(6, dtype=np.float32)
    scorer = trained(CODE, 3, Recipe(rarest=1, encoder_weight=2.0), vectors)
    assert scorer.slopes.shape[0] == scorer.features.width + 6
    with_them, _ = scorer.margins(["neues"] * 3, vectors[[0, 2, 4]])
    assert with_them.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_heavy_text_pulls_harder():
    texts, code = ["das paket", "das paket", "ein angebot"], np.array([0, 1, 2])
    said = []
    for pull in (0.2, 5.0):
        weight = np.array([1.0, pull, 1.0])
        scorer = Scorer.train(texts, code, 3, Recipe(rarest=1), vectors=None, weight=weight, seed=1)
        said.append(int(scorer.margins(["das paket"], None)[0].argmax()))
    assert said == [0, 1]


def test_directions_in_which_texts_of_one_reason_differ_are_shortened():
    rng = np.random.default_rng(1)
    code = np.repeat([0, 1], 4000)
    within = rng.normal(size=(8000, 2)) * [4.0, 1.0]
    apart = within + np.where(code == 0, -1.0, 1.0)[:, None] * [0.0, 3.0]
    spread = np.array([16.0, 1.0]) * (1 - DRAWN) + DRAWN * 8.5
    turn = _evened(apart, code, 0.25)
    assert turn == pytest.approx(np.diag((spread / spread.mean()) ** -0.25), abs=0.03)
    assert _evened(apart, code, 0.5)[1, 1] / _evened(apart, code, 0.5)[0, 0] == pytest.approx((spread[0] / spread[1]) ** 0.5, rel=0.03)


def test_vectors_of_one_text_a_reason_stay_as_they_are():
    assert _evened(np.eye(3, dtype=np.float32), np.arange(3), 0.25) == pytest.approx(np.eye(3))


def test_what_texts_of_one_reason_differ_in_is_overlooked():
    rng = np.random.default_rng(2)
    code = np.tile([0, 1], 60)
    vectors = np.c_[rng.normal(size=(120, 12)) * 9, np.where(code == 0, -1.0, 1.0)[:, None] + 0.8 * rng.normal(size=(120, 1))]
    right = []
    for evened in (0.0, 0.5):
        scorer = trained(
            code[:60], 2, Recipe(rarest=1, encoder_weight=2.0, evened=evened), vectors[:60].astype(np.float32), texts=["das"] * 60
        )
        margins, _ = scorer.margins(["das"] * 60, vectors[60:].astype(np.float32))
        right.append((margins.argmax(axis=1) == code[60:]).mean())
    assert right[1] > right[0] + 0.05
