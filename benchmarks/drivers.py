"""What the driver analysis costs: against pingouin, against a bare walk over the lattice, bootstraps and linearised intervals, memory.

    python benchmarks/drivers.py [--only point|lattice|intervals|memory] [--quick] [--json]

Only ratios of time are reported; both sides of each run in one process, in turn. The peer is pingouin (GPL-3.0, so it is no part of the
project's requirements): `pip install pingouin` into an environment beside the project's, then run this file there with PYTHONPATH=src.
Where it is absent, its line says so and is no failure.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pandas as pd
from _measurement import Result, command_line, show, times_longer

from cxlib.survey.drivers import lattice
from cxlib.survey.drivers.bootstrap import redrawn
from cxlib.survey.drivers.design import Design, design
from cxlib.survey.drivers.figures import figures
from cxlib.survey.drivers.inference import infer
from cxlib.survey.drivers.moments import moments

SEED, ROWS, CLUSTERS, DRAWS = 1, 2000, 200, 1000


def answers_of(players: int) -> np.ndarray:
    """Ratings that share a mood, and an outcome that follows them."""
    rng = np.random.default_rng(SEED)
    ratings = 0.6 * rng.normal(size=(ROWS, 1)) + 0.8 * rng.normal(size=(ROWS, players))
    return np.column_stack([ratings, ratings @ np.linspace(1, 0, players) + 2 * rng.normal(size=ROWS)])


def design_of(players: int) -> Design:
    """The same as a table of responses, in accounts."""
    answers, names = answers_of(players), [f"q{number}" for number in range(players)]
    ids = np.repeat([f"r{row}" for row in range(ROWS)], players + 1)
    table = pd.DataFrame(
        {"response_id": ids, "respondent_id": ids, "item_id": np.tile([*names, "outcome"], ROWS), "value": answers.ravel()}
    )
    table = table.assign(state="answered", account_id=np.repeat([f"a{row % CLUSTERS}" for row in range(ROWS)], players + 1))
    return design(table, outcome="outcome", items=names, groups=None, options={"weight": None, "cluster": "account_id"})


def shares(answers: np.ndarray) -> np.ndarray:
    """The point estimate from raw columns."""
    centred = answers - answers.mean(axis=0)
    part = lattice.parts(centred.T @ centred / len(answers), [[number] for number in range(answers.shape[1] - 1)])
    return np.asarray(part / part.sum())


def bare_walk(covariance: np.ndarray) -> np.ndarray:
    """Residual variance of all subsets, whole levels at a time, as numpy says it most plainly."""
    table = covariance[..., None]
    while len(table) > 1:
        first = table[0, 1:]
        table = np.concatenate([table[1:, 1:], table[1:, 1:] - first[:, None] * first[None] / table[0, 0]], axis=-1)
    return np.asarray(table[0, 0])


def linearised(laid: Design) -> object:
    """Shares with their standard errors and draws, all from one fit."""
    held = moments(laid.table, laid.weight, laid.met, laid.use)
    told = figures(held.covariance, laid.groups, [group[:1] for group in laid.groups])
    return infer(told.share, held.influence(told.slopes["share"]), laid.chosen, level=0.95, draws=DRAWS, seed=SEED)


def of_point(rounds: int, quick: bool) -> Iterator[Result]:
    name, goal = "point estimate, p = 12 · against pingouin", "≥ 700"
    if find_spec("pingouin") is None:
        yield Result(name, 0.0, "times faster", goal, None, "skipped: pingouin is not installed here (see the head of this file)")
        return
    import pingouin

    answers = answers_of(8 if quick else 12)
    size = answers.shape[1] - 1

    def peer() -> object:
        return pingouin.linear_regression(answers[:, :-1], answers[:, -1], relimp=True)

    theirs = np.asarray(peer()["relimp_perc"])[-size:] / 100
    apart = float(np.abs(theirs - shares(answers)).max())
    yield Result(f"point estimate, p = {size} · same numbers as pingouin", apart, "largest difference", "≤ 1e-9", apart <= 1e-9)
    faster, note = times_longer(peer, lambda: shares(answers), rounds=2 if quick else 5)
    yield Result(name.replace("12", str(size)), faster, "times faster", goal, faster >= 700, note)


def of_lattice(rounds: int, quick: bool) -> Iterator[Result]:
    size = 16 if quick else 20
    covariance = np.cov(answers_of(size).T)
    one_each = [[number] for number in range(size)]
    walked = float(bare_walk(covariance)[-1])
    apart = abs(covariance[-1, -1] - walked - lattice.parts(covariance, one_each).sum()) / covariance[-1, -1]
    yield Result(f"all subsets, p = {size} · same R² as the bare walk", float(apart), "difference", "≤ 1e-9", bool(apart <= 1e-9))
    longer, note = times_longer(lambda: lattice.parts(covariance, one_each), lambda: bare_walk(covariance), rounds=rounds)
    yield Result(f"all subsets, p = {size} · against the bare walk", longer, "times slower", "≤ 1.5", longer <= 1.5, note)


def of_intervals(rounds: int, quick: bool) -> Iterator[Result]:
    size, repeated = (10 if quick else 16), (100 if quick else DRAWS)
    laid = design_of(size)
    answers = laid.table

    def points() -> None:
        for _ in range(repeated):
            shares(answers)

    def bootstraps() -> object:
        return redrawn(laid, draws=repeated, seed=SEED)

    longer, note = times_longer(bootstraps, points, rounds=2)
    name = f"{repeated} clustered bootstraps, p = {size} · against as many point estimates"
    yield Result(name, longer, "times slower", "≤ 2", longer <= 2, note)
    share, note = times_longer(lambda: linearised(laid), bootstraps, rounds=2)
    name = f"linearised intervals, p = {size} · against {repeated} bootstraps"
    yield Result(name, share, "share of the time", "≤ 0.25", share <= 0.25, note)


def of_memory(rounds: int, quick: bool) -> Iterator[Result]:
    size = 16 if quick else 20
    covariance, one_each = np.cov(answers_of(size).T), [[number] for number in range(size)]
    lattice.parts(covariance, one_each)
    tracemalloc.start()
    lattice.parts(covariance, one_each)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    yield Result(f"walk over all subsets, p = {size} · memory", peak, "MB at most", "≤ 10", peak <= 10)


ROOMS = {"point": of_point, "lattice": of_lattice, "intervals": of_intervals, "memory": of_memory}


def results(*, only: str | None, quick: bool) -> Iterator[Result]:
    """Yield the results; quick, with fewer items, where ratios are not held to a goal."""
    for room in [only] if only else ROOMS:
        for result in ROOMS[room](3 if quick else 9, quick):
            yield replace(result, goal="", holds=None) if quick and ("times" in result.unit or "time" in result.unit) else result


def main() -> None:
    chosen = command_line(__doc__, tuple(ROOMS)).parse_args()
    show(results(only=chosen.only, quick=chosen.quick), as_json=chosen.json)


if __name__ == "__main__":
    main()
