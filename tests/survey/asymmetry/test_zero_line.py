"""Shares below, at and above the zero line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.errors import DataError
from cxlib.survey.asymmetry import thresholds, zero_line


def answers(values, *, low=1.0, high=6.0, **columns):
    ids = [str(number) for number in range(len(values))]
    fixed = {"item_id": "q", "item_type": "actual", "touchpoint_id": "hotline", "state": "answered", "weight": 1.0}
    return pd.DataFrame({"respondent_id": ids, "value": np.array(values, float), "scale_low": low, "scale_high": high, **fixed, **columns})


@pytest.mark.parametrize(("ends", "expected"), [((1, 6), (3, 6)), ((1, 5), (2, 5)), ((0, 10), (4, 10)), ((1, 7), (3, 7)), ((1, 4), (2, 4))])
def test_where_nothing_is_declared_the_worse_half_disappoints_and_the_best_answer_delights(ends, expected):
    low, high = thresholds(["q"], [ends[0]], [ends[1]])
    assert (low[0], high[0]) == expected


def test_thresholds_by_item_and_for_all():
    low, high = thresholds(["a", "b"], [1, 1], [6, 6], low={"a": 2.0}, high=5.0)
    assert low.tolist() == [2, 3]
    assert high.tolist() == [5, 5]


def test_what_cannot_be_is_refused():
    with pytest.raises(
        DataError, match=r"^q: answers up to 4 disappoint and answers from 5 on delight\. Leave an answer between the two\.$"
    ):
        thresholds(["q"], [1], [6], low=4.0, high=5.0)
    with pytest.raises(DataError) as refused:
        thresholds(["q"], [np.nan], [np.nan])
    assert str(refused.value) == "low, high: the scale is not known of the item 'q'. Give low and high, or declare the item's scale."


def test_weighted_shares_by_hand():
    told = zero_line(answers([1, 3, 4, 6], weight=[1.0, 1.0, 2.0, 4.0])).set_index("metric")
    assert told["value"].to_dict() == {"disappointed_share": 0.25, "fine_share": 0.25, "delighted_share": 0.5}
    assert (told["n"] == 4).all()


@given(st.lists(st.integers(1, 6), min_size=2, max_size=40), st.integers(1, 3), st.integers(5, 6))
def test_the_three_shares_add_up_to_one(values, low, high):
    told = zero_line(answers(values), low=float(low), high=float(high))
    assert told["value"].sum() == pytest.approx(1)


def test_a_survey_that_did_not_ask_says_so():
    told = zero_line(answers([1, 2]).assign(item_type="expected"))
    assert told["note"].to_list() == ["needs responses[actual]"]
