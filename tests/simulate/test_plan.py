"""Plans: what may be asked for, and random numbers that parts do not take from each other."""

from __future__ import annotations

import numpy as np
import pytest

from cxlib.errors import CxError
from cxlib.simulate.plan import COMPLETENESS, Effects, Plan, stream


def test_a_plan_that_says_nothing_is_the_demo_client():
    assert (Plan().seed, Plan().size, Plan().market, Plan().completeness) == (1, 1.0, "b2b", "full")
    assert set(vars(Plan().effects).values()) == {1.0}
    assert Plan().effects == Effects()


@pytest.mark.parametrize(("words", "said"), [({"market": "b3b"}, "b2b"), ({"completeness": "log_onyl"}, "log_only")])
def test_words_that_mean_nothing_are_refused_with_the_nearest(words, said):
    with pytest.raises(CxError, match=f"did you mean '{said}'"):
        Plan(**words)


def test_every_completeness_may_be_asked_for():
    assert [Plan(completeness=word).completeness for word in COMPLETENESS] == list(COMPLETENESS)


def test_there_is_always_one_of_everything():
    assert [Plan(size=size).count(10) for size in (0.001, 0.1, 0.26, 1.0, 3.0)] == [1, 1, 3, 10, 30]


def test_streams_depend_on_seed_and_part_alone():
    first = stream(Plan(), "orders").random(5)
    assert np.array_equal(first, stream(Plan(size=0.1, market="b2c"), "orders").random(5))
    assert not np.array_equal(first, stream(Plan(), "people").random(5))
    assert not np.array_equal(first, stream(Plan(seed=2), "orders").random(5))
