import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cxlib.reasons.classify.folds import folds


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=5, max_size=60), st.integers(2, 5))
def test_groups_are_never_parted(rows, count):
    code, groups = np.array([row[0] for row in rows]), [row[1] for row in rows]
    fold = folds(code, groups, count=count, seed=1)
    assert all(len({fold[row] for row in range(len(rows)) if groups[row] == group}) == 1 for group in set(groups))
    assert set(fold) <= set(range(count))


def test_every_reason_is_spread():
    code = np.repeat([0, 1, 2], [50, 10, 3])
    fold = folds(code, list(range(63)), count=5, seed=3)
    assert np.bincount(fold[code == 0]).tolist() == [10] * 5
    assert np.bincount(fold[code == 1]).tolist() == [2] * 5
    assert len(set(fold[code == 2])) == 3


def test_the_seed_decides():
    code = np.zeros(40, int)
    one, same, other = (folds(code, list(range(40)), count=4, seed=seed) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
