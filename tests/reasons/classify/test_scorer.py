import numpy as np
import pytest

from cxlib.reasons.classify.scorer import ABSENT, Recipe, Scorer

TEXTS = ["paket fehlt", "paket da", "rechnung falsch", "rechnung da", "angebot neu", "angebot alt"]
CODE = np.array([0, 0, 1, 1, 2, 2])


def trained(code, size, recipe=None, vectors=None, weight=None):
    weight = np.ones(len(code)) if weight is None else weight
    return Scorer.train(TEXTS[: len(code)], code, size, recipe or Recipe(rarest=1), vectors=vectors, weight=weight, seed=1)


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
