"""Answers side by side: states kept apart, and tables that cannot be laid out refused."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey import questionnaires


def long(**columns):
    rows = {"response_id": ["q1", "q1", "q2", "q2"], "respondent_id": ["p", "p", "r", "r"], "item_id": ["a", "b", "b", "c"]}
    rows |= {"state": ["answered", "not_used", "answered", "no_answer"], "value": [4.0, 8.0, 2.0, None], "weight": [1.0, 1.0, 0.5, 0.5]}
    rows |= {"scale_low": 1.0, "scale_high": 6.0, "touchpoint_id": ["T1", "T2", "T2", "T3"], "wave": "1"}
    return pd.DataFrame(rows | columns)


def test_one_row_a_questionnaire_one_column_an_item():
    laid = questionnaires(long(), ["b", "a"])
    assert laid.items == ("b", "a")
    np.testing.assert_equal(laid.value, [[np.nan, 4.0], [2.0, np.nan]])  # who never used it has no value, whatever the table holds
    assert laid.is_in("not_used").tolist() == [[True, False], [False, False]]
    assert laid.is_in("not_asked").tolist() == [[False, False], [False, True]]
    assert laid.low.tolist() == [1.0, 1.0]
    assert laid.high.tolist() == [6.0, 6.0]
    np.testing.assert_equal(laid.answers("a"), [4.0, np.nan])


def test_people_carry_what_says_who_answered():
    people = questionnaires(long(), ["a", "b", "c"]).people
    assert list(people.columns) == ["response_id", "respondent_id", "weight", "wave"]
    assert people["weight"].tolist() == [1.0, 0.5]


def test_a_table_without_scales_has_unknown_ends():
    assert np.isnan(questionnaires(long().drop(columns=["scale_low", "scale_high"]), ["a"]).low).all()


@pytest.mark.parametrize(
    ("columns", "items", "message"),
    [
        ({}, ["a", "d"], "items: there is no item 'd'. Items: a, b, c."),
        ({}, ["a", "a"], "items: is named twice: 'a'. Name each item once."),
        (
            {"response_id": "q"},
            ["a", "b"],
            "questionnaire 'q', item 'b': stands in the table more than once. A questionnaire answers an item once.",
        ),
        (
            {"weight": [1.0, 2.0, 1.0, 1.0]},
            ["a", "b"],
            "weight: differs between the answers of one questionnaire. A questionnaire has one weight.",
        ),
        ({"scale_high": [6.0, 6.0, 5.0, 6.0]}, ["a", "b"], "items: is asked on several scales: 'b'. Analyse its surveys apart."),
    ],
)
def test_what_cannot_be_laid_out_is_refused(columns, items, message):
    with pytest.raises(DataError) as refused:
        questionnaires(long(**columns), items)
    assert str(refused.value) == message
