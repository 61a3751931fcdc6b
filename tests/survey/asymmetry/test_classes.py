"""Which class follows from which intervals."""

import numpy as np
import pytest

from cxlib.estimates.regression import Contrasts
from cxlib.survey.asymmetry.classes import certainty, classified, sides

K = 1 / 3


def told(penalty, reward, se):
    """One item whose penalty and reward are independent and equally sure, with many clusters."""
    found = {}
    for name, (down, up) in sides(K).items():
        value, error = np.array([down * penalty + up * reward]), np.array([np.hypot(down, up) * se])
        found[name] = Contrasts(value, error, np.array([1e6]), np.zeros((1, 1)))
    return found


@pytest.mark.parametrize(
    ("penalty", "reward", "se", "q", "expected"),
    [
        (-1.9, 0.2, 0.2, 0.001, ("disappointment_dominant", "")),
        (-0.3, 1.3, 0.2, 0.001, ("delight_dominant", "")),
        (-1.0, 1.0, 0.1, 0.9, ("symmetric", "")),
        (-1.0, 0.9, 0.01, 0.001, ("symmetric", "")),  # surely uneven, and surely less than two to one
        (-1.0, 1.0, 0.4, 0.9, ("not_classifiable", "asymmetry open")),
        (-1.0, 0.0, 0.3, 0.06, ("not_classifiable", "asymmetry open")),  # the usual rule would call it basic
        (-0.1, 0.1, 0.3, 0.9, ("not_classifiable", "no effect shown")),
        (-0.1, -1.0, 0.2, 0.001, ("not_classifiable", "no effect shown")),  # uneven since high answers go with less, not since low ones do
    ],
)
def test_the_class_follows_the_direct_test(penalty, reward, se, q, expected):
    found, why = classified(told(penalty, reward, se), np.array([q]), np.array([""], dtype=object), 0.95)
    assert (found[0], why[0]) == expected


def test_what_is_not_told_is_not_classified():
    found, why = classified(told(-1.9, 0.2, 0.01), np.array([0.0]), np.array(["low answers < 20"], dtype=object), 0.95)
    assert (found[0], why[0]) == ("not_classifiable", "low answers < 20")


def test_certainty_counts_draws():
    penalty, reward = np.array([[-2.0, -1.0, -1.0, -1.0]] * 4), np.array([[1.0, 0.9, 2.0, 4.0]] * 4)
    classes = np.array(["disappointment_dominant", "delight_dominant", "symmetric", "not_classifiable"])
    assert certainty(classes, penalty, reward, K) == pytest.approx([0.5, 0.5, 0.75, np.nan], nan_ok=True)
