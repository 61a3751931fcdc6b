"""What an outcome is: an item or a column, one of each questionnaire; one error text for all who ask."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey import asymmetry, drivers, loyalty
from cxlib.survey.drivers.outcome import lacking, outcome_of
from cxlib.survey.moments import moments

TABLE = pd.DataFrame(
    {
        "response_id": ["q1", "q1", "q2", "q2", "q3"],
        "respondent_id": ["p1", "p1", "p1", "p1", "p2"],
        "item_id": ["a", "overall", "a", "overall", "a"],
        "item_type": ["actual", "overall", "actual", "overall", "actual"],
        "value": [4.0, 9.0, 2.0, 10.0, 1.0],
        "state": "answered",
        "weight": [1.0, 1.0, 3.0, 3.0, 1.0],
        "left": [False, False, True, True, False],
        "scale_low": 1.0,
        "scale_high": [5.0, 10.0, 5.0, 10.0, 5.0],
    }
)
IDS = pd.Series(["q3", "q1", "q2"])


def test_an_item_has_answers_and_a_scale():
    found = outcome_of(TABLE, "overall", IDS)
    assert found.value.tolist() == pytest.approx([np.nan, 9, 10], nan_ok=True)
    assert (found.is_item, found.yes_no, found.low, found.high) == (True, False, 1, 10)


def test_a_column_says_one_thing_of_a_questionnaire():
    found = outcome_of(TABLE, "left", IDS)
    assert found.value.tolist() == [0, 0, 1]
    assert (found.is_item, found.yes_no, np.isnan(found.high)) == (False, True, True)
    partly = TABLE.assign(left=pd.array([None, None, True, True, False], dtype="boolean"))
    assert outcome_of(partly, "left", IDS).value.tolist() == pytest.approx([0, np.nan, 1], nan_ok=True)
    assert not outcome_of(TABLE.assign(spent=[3.0, 3, 4, 4, 5]), "spent", IDS).yes_no


NOUNS = {
    "asymmetry": lambda table, outcome: asymmetry.fit(table, outcome=outcome, items=["a"]),
    "moments": lambda table, outcome: moments(table, outcome=outcome, items=["a"]),
    "drivers": lambda table, outcome: drivers.fit(table, outcome=outcome, items=["a"]),
    "relative weights": lambda table, outcome: drivers.relative_weights(table, outcome=outcome, items=["a"]),
    "dose": lambda table, outcome: loyalty.dose_response(table, outcome=outcome, item="a"),
    "reaction": lambda table, outcome: loyalty.reaction(table, outcomes=[outcome], items=["a"]),
}


@pytest.mark.parametrize("noun", list(NOUNS))
@pytest.mark.parametrize(
    ("change", "outcome", "message"),
    [
        (
            {},
            "overal",
            "outcome: there is neither an item nor a column 'overal' (did you mean 'overall'?). There are: a, overall, response_id, respondent_id, "
            "value, weight, left, scale_low, scale_high.",
        ),
        ({"overall": 1.0}, "overall", "outcome: is an item and a column of responses: 'overall'. Rename the column."),
        (
            {"left": ["x"] * 5},
            "left",
            "outcome: is a column, but not of numbers: 'left'. Join a column of numbers, or of 0 and 1 for no and yes.",
        ),
        (
            {"left": [1.0, 0.0, 1.0, 1.0, 1.0]},
            "left",
            "outcome: differs within a questionnaire: 'left'. A questionnaire has one outcome.",
        ),
    ],
)
def test_an_outcome_that_is_none_is_refused_by_all_in_the_same_words(noun, change, outcome, message):
    with pytest.raises(DataError) as refused:
        NOUNS[noun](TABLE.assign(**change), outcome)
    assert str(refused.value) == message


def test_an_outcome_does_not_explain_itself():
    for noun in ("asymmetry", "moments", "drivers", "relative weights"):
        with pytest.raises(DataError) as refused:
            NOUNS[noun](TABLE, "a")
        assert str(refused.value) == "outcome: stands among the items that it is set against: 'a'. Take it out of the items."


def test_what_is_lacking_is_named():
    assert lacking(TABLE, "overall", ["a"]) == []
    assert lacking(TABLE, None, []) == ["responses[actual]", "responses[nps]"]
    assert lacking(TABLE.iloc[:0], "overall", ["a"]) == ["responses[actual]", "responses.overall"]
