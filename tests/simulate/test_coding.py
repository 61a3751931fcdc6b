"""Second concerns, old keys and coders have the shares of the truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate.coding import HARD_PAIRS, KINDS, gold, legacy, second_concerns
from cxlib.simulate.exposure import choose
from cxlib.simulate.reasons import NO_CONCERN, code, reasons

N = 60_000


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    log = pd.DataFrame({"reason": choose(rng, reasons()["weight"].to_numpy(float), N), "transfers": np.where(rng.random(N) < 0.2, -1, 0)})
    return pd.concat([log, second_concerns(rng, log)], axis=1)


def near(share: float, n: int) -> object:
    return pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n))


def test_kinds_of_second_concerns(drawn):
    real = drawn[drawn["reason"] != code(NO_CONCERN)]
    assert (real["kind"] >= 0).mean() == near(0.22, N)
    for number, share in enumerate(KINDS.values()):
        assert (real["kind"] == number).mean() == near(share, N)
    assert (drawn.loc[drawn["reason"] == code(NO_CONCERN), "kind"] == -1).all()


def test_a_second_concern_is_another_one(drawn):
    assert (drawn["concern"] != drawn["reason"]).all()
    assert ((drawn["concern"] >= 0) == (drawn["kind"] >= 0)).all()


def test_the_first_named_is_not_the_actual_one_in_four_of_ten(drawn):
    two = drawn[drawn["kind"] >= 0]
    assert two["named_first"].mean() == near(0.40, len(two))
    assert two.loc[two["kind"] == 2, "named_first"].all()


def test_additional_demand_stands_behind_status_questions_and_is_seldom_recorded(drawn):
    more = drawn[drawn["kind"] == 1]
    assert reasons()["status_question"].to_numpy()[more["reason"]].all()
    assert reasons()["sales_reason"].to_numpy()[more["concern"]].all()
    assert more["recorded"].mean() == near(0.31, len(more))
    assert not drawn.loc[drawn["kind"] != 1, "recorded"].any()


def test_old_keys(drawn):
    reason = drawn["reason"].to_numpy()
    key = legacy(np.random.default_rng(2), reason)
    for number, share in enumerate((0.41, 0.33, 0.19, 0.07)):
        assert (key == number).mean() == near(share, N)
    table = reasons()
    money = (table["group"].isin(("delivery", "billing")) & table["avoidable"]).to_numpy()[reason]
    assert money[key == 1].mean() == near(0.58, (key == 1).sum())


def test_two_coders_agree_as_much_as_the_kappa_says():
    reason = choose(np.random.default_rng(1), reasons()["weight"].to_numpy(float), N)
    first, second = gold(np.random.default_rng(2), reason, reason != code(NO_CONCERN), 4200, 1200)
    assert (first >= 0).sum() == 4200
    twice = second >= 0
    assert twice.sum() == 1200
    assert (first[first >= 0] == reason[first >= 0]).all()
    a, b = first[twice], second[twice]
    expected = (np.bincount(a, minlength=61) / 1200 * np.bincount(b, minlength=61) / 1200).sum()
    assert ((a == b).mean() - expected) / (1 - expected) == pytest.approx(0.78, abs=0.01)
    pairs = {frozenset((code(one), code(other))) for one, other in HARD_PAIRS}
    apart = [frozenset(pair) in pairs for pair in zip(a[a != b].tolist(), b[a != b].tolist(), strict=True)]
    assert np.mean(apart) > 0.5


def test_without_labels_nothing_is_coded():
    first, second = gold(np.random.default_rng(2), np.zeros(5, int), np.ones(5, bool), 0, 0)
    assert (first == -1).all()
    assert (second == -1).all()
