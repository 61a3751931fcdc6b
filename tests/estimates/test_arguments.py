"""Arguments that mean nothing are refused in one place, in the same words."""

import numpy as np
import pytest

from cxlib.errors import DataError
from cxlib.estimates import check

WORDED = [
    ({"level": 2}, "level: a confidence level lies between 0 and 1, not at '2'. Write 0.95 for 95 %."),
    ({"level": 95}, "level: a confidence level lies between 0 and 1, not at '95'. Write 0.95 for 95 %."),
    ({"level": 0.0}, "level: a confidence level lies between 0 and 1, not at '0.0'. Write 0.95 for 95 %."),
    ({"level": float("nan")}, "level: a confidence level lies between 0 and 1, not at 'nan'. Write 0.95 for 95 %."),
    ({"draws": -1}, "draws: a whole number from 0 on is wanted, not '-1'."),
    ({"draws": 500.0}, "draws: a whole number from 0 on is wanted, not '500.0'."),
    ({"min_n": -5}, "min_n: a whole number from 0 on is wanted, not '-5'."),
    ({"min_cell": True}, "min_cell: a whole number from 0 on is wanted, not 'True'."),
    ({"seed": "x"}, "seed: a seed is a whole number, not 'x'."),
    ({"items": "T22"}, "items: a list of names is wanted, this is one: 'T22'. Write ['T22']."),
    ({"by": "region"}, "by: a list of names is wanted, this is one: 'region'. Write ['region']."),
]


@pytest.mark.parametrize(("given", "message"), WORDED)
def test_what_means_nothing_is_refused(given, message):
    with pytest.raises(DataError) as refused:
        check(**given)
    assert str(refused.value) == message


def test_every_problem_is_told_at_once():
    with pytest.raises(DataError) as refused:
        check(level=2, draws=-1, min_n=3)
    assert len(refused.value.problems) == 2


def test_what_was_left_out_passes():
    check(level=None, draws=None, by=None, seed=np.int64(3), min_n=np.int32(0), items=("a",), min_events=0)
