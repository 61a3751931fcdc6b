import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.reasons.classify import fit
from cxlib.reasons.classify.training import training

NONE = {"known": None, "weight": None, "language": None, "groups": None}


def test_what_says_nothing_is_left_out_and_counted():
    texts = pd.Series(["paket fehlt", None, "", "🎉", "rechnung", float("nan")], index=list("abcdef"))
    rows = training(texts, ["x", "x", "x", "x", None, "y"], **NONE)
    assert rows.index.to_list() == ["a"]
    assert rows.left_out == {"no words": 4, "no label": 1}


def test_the_same_words_are_one_group_unless_groups_are_given():
    rows = training(["Das Paket!", "das paket", "rechnung"], ["a", "a", "b"], **NONE)
    assert rows.group[0] == rows.group[1] != rows.group[2]
    assert training(["x y", "x y"], ["a", "b"], **{**NONE, "groups": [1, 2]}).group == [1, 2]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"labels": ["delivry", "billing"], "known": ["delivery", "billing"]},
            "fit: the taxonomy has no reason 'delivry' (did you mean 'delivery'?). It has: delivery, billing. "
            "Correct the label, or add the reason to the taxonomy.",
        ),
        ({"labels": ["billing"]}, "fit: 2 texts and 1 labels. Give one a text."),
        ({"weight": [1.0]}, "fit: 2 texts and 1 weight. Give one a text."),
        ({"weight": [1.0, -1.0]}, "fit: the weight of 1 texts is negative, missing or infinite. Weights are finite and ≥ 0."),
        ({"weight": [np.nan, np.inf]}, "fit: the weight of 2 texts is negative, missing or infinite. Weights are finite and ≥ 0."),
        (
            {"labels": [None, None]},
            "fit: none of 2 texts has words and a label (2 have words, 0 a label). Label some first (`cx label CLIENT`), or start from the "
            "taxonomy (`from_taxonomy`).",
        ),
    ],
)
def test_what_cannot_be_learned_from_is_refused(options, said):
    with pytest.raises(DataError) as refused:
        fit(["paket fehlt", "rechnung falsch"], **{"labels": ["delivery", "billing"], **options})
    assert str(refused.value) == said


def test_no_text_at_all_is_refused():
    with pytest.raises(DataError, match="none of 0 texts has words and a label"):
        fit([], [])
