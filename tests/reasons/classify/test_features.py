import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.reasons.classify.features import LENGTHS, Features, pieces, tokens

TEXTS = ["das paket ist da", "das paket fehlt", "wo ist das paket?", "rechnung fehlt"]


def test_tokens_are_bounded():
    assert tokens("x" * 500_000) == ["x" * 40]
    assert len(tokens("ab " * 100_000)) == 6667
    assert tokens("Größe 5!") == ["größe", "5"]
    assert tokens("🎉 …") == []


def test_pieces_know_the_edges_of_a_word():
    assert pieces("rat")[:4] == [" r", "ra", "at", "t "]
    assert " rat " in pieces("rat")


def test_training_texts_have_the_matrix_they_taught():
    features, matrix = Features.learn(TEXTS, rarest=1)
    again, known = features.matrix_and_known(TEXTS)
    assert np.allclose(matrix.toarray(), again.toarray(), atol=1e-6)
    assert matrix.shape[1] == features.width
    assert known.tolist() == [1.0] * 4


def test_tf_idf_is_the_textbooks():
    features, matrix = Features.learn(["a a b", "a c"], rarest=1)
    row = matrix.toarray()[0]
    idf = {"a": 1.0, "b": np.log(3 / 2) + 1}  # ln((1 + n)/(1 + df)) + 1
    held = {"a": (1 + np.log(2)) * idf["a"], "b": idf["b"], "a a": idf["b"], "a b": idf["b"]}
    length = np.sqrt(sum(value**2 for value in held.values()))
    assert row[features.words.index("a")] == pytest.approx(held["a"] / length, rel=1e-5)
    assert row[features.words.index("b")] == pytest.approx(held["b"] / length, rel=1e-5)


def test_blocks_have_their_lengths():
    features, matrix = Features.learn(TEXTS, rarest=1)
    words = len(features.words) + len(features.neighbours)
    ends = np.cumsum([0, words, len(features.pieces), len(features.pairs)])
    for (_, wanted), start, end in zip(LENGTHS.items(), ends, ends[1:], strict=False):
        assert np.linalg.norm(matrix.toarray()[:, start:end], axis=1) == pytest.approx(wanted)


def test_pairs_stand_in_either_order_and_within_six_words():
    features, _ = Features.learn(["a x b", "b y a", "a 1 2 3 4 5 6 b"], rarest=2)
    size = len(features.words)
    a, b = features.words.index("a"), features.words.index("b")
    assert min(a, b) * size + max(a, b) in features.pairs
    far, _ = Features.learn(["a 1 2 3 4 5 6 b", "a 1 2 3 4 5 6 b"], rarest=2)
    assert far.words.index("a") * len(far.words) + far.words.index("b") not in far.pairs


def test_rare_pieces_are_left_out():
    features, _ = Features.learn(["paket", "paket", "q"], rarest=2)
    assert "pak" in features.pieces
    assert " q" not in features.pieces


def test_unknown_words_are_known_by_their_pieces():
    features, _ = Features.learn(TEXTS, rarest=1)
    matrix, known = features.matrix_and_known(["paketdienst", "日本語", ""])
    assert matrix[0].nnz > 0
    assert matrix[2].nnz == 0
    assert known.tolist() == [0.0, 0.0, 0.0]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_text_can_be_read(texts):
    features, matrix = Features.learn(texts, rarest=1)
    again = features.matrix(texts)
    assert matrix.shape == again.shape == (len(texts), features.width)
    assert np.isfinite(again.data).all()


@given(st.lists(st.sampled_from(["paket fehlt", "rechnung", "wo ist das", "neu hier"]), min_size=2, max_size=8))
def test_a_text_is_judged_alike_alone_and_among_others(texts):
    features, _ = Features.learn(TEXTS, rarest=1)
    together = features.matrix(texts).toarray()
    alone = np.vstack([features.matrix([text]).toarray() for text in texts])
    assert np.allclose(together, alone, atol=1e-6)
