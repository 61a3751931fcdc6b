import numpy as np
import pytest

from cxlib.errors import DataError
from cxlib.reasons.classify.vectors import vectors_of


def test_an_encoder_is_asked_in_batches():
    asked = []

    def encoder(texts):
        asked.append(len(texts))
        return np.ones((len(texts), 3))

    assert vectors_of(encoder, ["a"] * 600).shape == (600, 3)
    assert asked == [256, 256, 88]


def test_vectors_have_length_one_and_zeros_stay():
    assert vectors_of(np.array([[3.0, 4.0], [0.0, 0.0]]), ["a", "b"]).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("encoder", "width", "said"),
    [
        (lambda texts: [0.5] * len(texts), None, "encoder: 2 texts gave vectors of shape (1, 2). It has to give one vector a text."),
        (np.ones((3, 2)), None, "encoder: 2 texts gave vectors of shape (3, 2). It has to give one vector a text."),
        (np.ones((2, 2)), 4, "encoder: vectors have 2 dimensions, and the model was trained on 4. Use the same encoder."),
        (
            np.array([[1.0, np.nan], [1.0, 2.0]]),
            None,
            "encoder: the vectors of 1 texts are not finite. Every text needs finite numbers; zeros where it has none.",
        ),
    ],
)
def test_vectors_that_cannot_be_used(encoder, width, said):
    with pytest.raises(DataError) as refused:
        vectors_of(encoder, ["a", "b"], width=width)
    assert str(refused.value) == said
