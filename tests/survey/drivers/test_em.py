"""One step of expectation and maximisation against a plain loop over rows."""

import numpy as np
import pytest

from cxlib.survey.drivers.em import gaps, maximised, precision_of, singular, start_of


def gappy(seed, *, repeated=False):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) + 1
    rows[rng.random(rows.shape) < 0.3] = np.nan
    rows = np.column_stack([rows, rows[:, 0]]) if repeated else rows
    mixed = rng.normal(size=(5, 5))
    sigma = mixed @ mixed.T + np.eye(5)
    twice = [*range(5), *([0] if repeated else [])]
    return rows, rng.dirichlet(np.ones(60)), rng.normal(size=5)[twice], sigma[np.ix_(twice, twice)]


def by_rows(rows, share, spread, mean, sigma):
    """μ ← μ + Σ·mean(u), Σ ← Σ + Σ·mean(uu' − Λ + ΛVΛ)·Σ − the mean's part, row by row."""
    regular = sigma + 1e-7 * np.diag(np.diag(sigma)) if singular(sigma) else sigma
    moved, total = np.zeros(len(mean)), np.zeros_like(sigma)
    for row, part, left in zip(rows, share, spread, strict=True):
        known = ~np.isnan(row)
        inverse = np.zeros_like(sigma)
        inverse[np.ix_(known, known)] = np.linalg.inv(regular[np.ix_(known, known)])
        score = inverse @ np.where(known, row - mean, 0.0)
        moved += part * sigma @ score
        total += part * (np.outer(score, score) - inverse + inverse @ left @ inverse)
    return moved, sigma + sigma @ total @ sigma - np.outer(moved, moved)


@pytest.mark.parametrize("uncertain", [False, True])
@pytest.mark.parametrize("repeated", [False, True])
def test_a_step_is_that_of_a_loop_over_rows(repeated, uncertain):
    rows, share, mean, sigma = gappy(1, repeated=repeated)
    cells, spread = gaps(rows), np.zeros((len(rows), len(mean), len(mean)))
    if uncertain:
        spread[:, 1, 1] = ~np.isnan(rows[:, 1]) * np.linspace(0.1, 0.4, len(rows))
    summed = np.array(
        [(share[here, None, None] * spread[here]).sum(axis=0) for here in (cells.pattern == p for p in range(len(cells.known)))]
    )
    found = maximised(cells, share, summed if uncertain else None, mean, sigma)
    wanted = by_rows(rows, share, spread, mean, sigma)
    assert found[0] == pytest.approx(wanted[0], abs=1e-7 if repeated else 1e-12)
    assert found[1] == pytest.approx(wanted[1], abs=1e-6 if repeated else 1e-11)


def test_inverses_are_those_of_the_known_part():
    rows, _, mean, sigma = gappy(2)
    cells, (precision, repeated) = gaps(rows), precision_of(sigma)
    _, left = cells.filled(mean, precision)
    for known, inverse in zip(cells.known, cells.inverses(precision, left), strict=True):
        assert inverse[np.ix_(known, known)] == pytest.approx(np.linalg.inv(sigma[np.ix_(known, known)]))
        assert not inverse[~known].any()
        assert not inverse[:, ~known].any()
    assert not repeated


def test_it_begins_with_every_column_by_itself():
    rows, share, *_ = gappy(3)
    mean, sigma = start_of(gaps(rows), share)
    known = ~np.isnan(rows[:, 2])
    assert mean[2] == pytest.approx(np.average(rows[known, 2], weights=share[known]))
    assert sigma[2, 2] == pytest.approx(np.cov(rows[known, 2], aweights=share[known], ddof=0))
    assert sigma[2, 1] == 0
