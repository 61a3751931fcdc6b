"""The truth of drivers: the model behind the answers, and what a perfect analysis of a million of them finds."""

from itertools import permutations

import numpy as np
import pytest

from cxlib.simulate import drivers
from cxlib.simulate.plan import Effects, Plan


@pytest.fixture(scope="module")
def truth():
    return drivers.truth(Plan())


def test_the_truth_is_what_the_demo_client_promises(truth):
    found, model = truth["drivers"].set_index("item"), truth["driver_model"].set_index("metric")["value"]
    assert model["r2"] == pytest.approx(0.52, abs=0.01)
    assert model["halo"] == pytest.approx(0.38, abs=0.005)
    assert found["share"].sum() == pytest.approx(1)
    assert found["share"].idxmax() == "T22"
    assert found["std_coefficient"].nlargest(3).index.tolist() == ["T22", "T39", "T11"]


def test_packaging_and_website_only_go_along(truth):
    found = truth["drivers"].set_index("item").loc[["T26", "T05"]]
    assert (found["std_coefficient"].abs() < 0.02).all()
    assert found["correlation"].to_numpy() == pytest.approx(0.45, abs=0.03)


def test_penalties_and_rewards_show_in_the_answers(truth):
    found = truth["drivers"].set_index("item")
    assert found.loc["T22", "penalty_seen"] < -1.5 < -10 * abs(found.loc["T22", "reward_seen"])  # disappointment-dominant
    assert found.loc["T11", "reward_seen"] > 0.8 > -2 * found.loc["T11", "penalty_seen"]  # delight-dominant
    assert found["penalty_seen"].corr(found["penalty"]) > 0.98
    assert found["reward_seen"].corr(found["reward"]) > 0.95


def test_nothing_is_found_where_nothing_is_planted(monkeypatch):
    monkeypatch.setattr(drivers, "ANSWERS", 100_000)
    found = drivers.truth(Plan(seed=99, effects=Effects(drivers=0)))
    assert (found["drivers"]["coefficient"].abs() < 4.5 * found["drivers"]["se"]).all()
    assert found["driver_model"].set_index("metric").loc["r2", "value"] < 0.001
    alone = drivers.truth(Plan(seed=99, effects=Effects(halo=0)))["drivers"].set_index("item")
    assert alone.loc[["T26", "T05"], "correlation"].abs().max() < 0.03  # without a shared mood nothing goes along


def test_marks_average_what_is_planted():
    size = 200_000
    rng = np.random.default_rng(5)
    marks = drivers.marked(drivers.latent(rng.normal(size=size), rng.normal(size=(size, 15)), Effects()))
    assert marks.mean(axis=0) == pytest.approx([rated.mark for rated in drivers.RATED], abs=4 * 1.1 / size**0.5)
    assert set(np.unique(marks)) == {1, 2, 3, 4, 5, 6}
    turned = np.corrcoef(marks.T)[np.triu_indices(15, 1)]
    assert 0.25 < turned.mean() < 0.4  # rounding takes a little from .38


def test_points_are_penalty_reward_and_weakest_link():
    used = np.zeros((1, 15), dtype=bool)
    used[0, :2] = True  # T22 and T11
    for mark, points in ((1.0, 0.2 + 1.3), (2.0, 0.0), (4.0, -1.9 - 0.3), (6.0, -1.9 - 0.3 - 0.8)):
        assert drivers.points(np.full((1, 15), mark), used, Effects())[0] == pytest.approx(points)
    assert drivers.points(np.full((1, 15), 6.0), used, Effects(drivers=0.5))[0] == pytest.approx(-1.5)


def test_shapley_averages_over_all_orders():
    rng = np.random.default_rng(8)
    columns = rng.normal(size=(500, 6)) @ rng.normal(size=(6, 6))
    covariance, groups = np.cov(columns.T), [[0, 1], [2], [3, 4]]

    def explained(chosen):
        at = [column for group in chosen for column in groups[group]]
        cross = covariance[at, -1]
        return cross @ np.linalg.solve(covariance[np.ix_(at, at)], cross) / covariance[-1, -1] if at else 0.0

    orders = list(permutations(range(3)))
    wanted = [
        np.mean([explained(order[: order.index(player) + 1]) - explained(order[: order.index(player)]) for order in orders])
        for player in range(3)
    ]
    assert drivers.shapley(covariance, groups) == pytest.approx(wanted)
    assert sum(wanted) == pytest.approx(explained((0, 1, 2)))


def test_the_truth_is_computed_once_and_cannot_be_spoilt():
    first = drivers.truth(Plan())["drivers"]
    first["share"] = 0
    assert drivers.truth(Plan())["drivers"]["share"].sum() == pytest.approx(1)
