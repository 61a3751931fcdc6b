"""Ratings beside the outcome of the same questionnaires."""

import numpy as np
import pandas as pd
import pytest

from cxlib.errors import DataError
from cxlib.survey.drivers.judged import judged

TABLE = pd.DataFrame(
    {
        "response_id": ["q1", "q1", "q2", "q2", "q3"],
        "respondent_id": ["p1", "p1", "p1", "p1", "p2"],
        "item_id": ["a", "overall", "a", "overall", "a"],
        "value": [4.0, 9.0, 2.0, 10.0, 1.0],
        "state": "answered",
        "weight": [1.0, 1.0, 3.0, 3.0, 1.0],
        "left": [False, False, True, True, False],
        "scale_low": 1.0,
        "scale_high": [5.0, 10.0, 5.0, 10.0, 5.0],
    }
)


def test_questionnaires_without_an_outcome_are_left_out():
    data = judged(TABLE, "overall", ["a"], {})
    assert data.y.tolist() == [9, 10]
    assert data.value[:, 0].tolist() == [4, 2]
    assert (data.top, data.outcome_unit, len(data.cluster_ids)) == (10, "scale points", 1)
    assert data.people(np.array([True, True])) == 1
    assert data.kish(np.array([True, True])) == 1


def test_a_column_of_yes_and_no():
    data = judged(TABLE, "left", ["a"], {})
    assert data.y.tolist() == [0, 1, 0]
    assert (data.top, data.outcome_unit) == (1, "share difference")
    assert data.kish(np.ones(3, dtype=bool)) == pytest.approx((2 + 1) ** 2 / (4 + 1))


def test_strata_are_refused():
    with pytest.raises(DataError) as refused:
        judged(TABLE, "left", ["a"], {"stratum": "stratum_id"})
    assert str(refused.value) == "stratum: a regression takes weights and clusters, no strata: 'stratum_id'. Leave it out."
