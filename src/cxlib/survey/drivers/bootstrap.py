"""The driver analysis done again for every draw: clusters counted as often as they are drawn."""

from __future__ import annotations

import numpy as np

from cxlib.estimates import draw_weights
from cxlib.estimates.steps import steps
from cxlib.survey.drivers import lattice
from cxlib.survey.drivers.design import Design
from cxlib.survey.drivers.moments import moments

__all__ = ["covariances", "redrawn"]

AT_ONCE = 64


def redrawn(design: Design, *, draws: int, seed: int) -> dict[str, np.ndarray]:
    """Return every figure in every draw.

    Returns
    -------
    dict
        ``part``, ``share``, ``coefficient``: arrays (players, draws); ``r2``: array (1, draws).

    Notes
    -----
    Poisson bootstrap of clusters (Chamandy et al. 2012) with the weights of :func:`cxlib.estimates.draw_weights`. Unknown cells are
    fitted anew in every draw.
    """
    which = np.zeros((len(design.players), design.table.shape[1] - 1))
    which[design.player, np.arange(len(design.items))] = 1.0
    found: dict[str, list[np.ndarray]] = {"part": [], "share": [], "coefficient": [], "r2": []}
    for start in steps(range(0, draws, AT_ONCE), "drivers: draws"):
        weights = draw_weights(design.chosen.cluster_ids, draws=min(AT_ONCE, draws - start), seed=seed, first=start).astype(float)
        covariance = covariances(design, weights)
        value = lattice.parts(covariance, design.groups)
        found["part"].append(value / covariance[:, -1, -1, None])
        found["share"].append(value / value.sum(axis=1, keepdims=True))
        found["r2"].append(value.sum(axis=1, keepdims=True) / covariance[:, -1, -1, None])
        inverse = np.linalg.pinv(covariance[:, :-1, :-1], rcond=1e-10, hermitian=True)
        found["coefficient"].append((inverse @ covariance[:, :-1, -1:])[..., 0] @ which.T)
    return {name: np.concatenate(values).T for name, values in found.items()}


def covariances(design: Design, weights: np.ndarray) -> np.ndarray:
    """Return the covariance of a design's columns under each draw's cluster weights, array (draws, q, q).

    Parameters
    ----------
    design : Design
    weights : array (clusters, draws)
    """
    table, chosen = design.table, design.chosen
    if np.isnan(table).any():
        reweighted = [chosen.weight * column[chosen.cluster] for column in weights.T]
        drawn = [(weight > 0, weight) for weight in reweighted]
        return np.array([moments(table[some], weight[some], design.met[some], design.use).covariance for some, weight in drawn])
    with_one = np.column_stack([table - np.average(table, axis=0, weights=chosen.weight), np.ones(len(table))])
    order = np.argsort(chosen.cluster, kind="stable")
    first = np.searchsorted(chosen.cluster[order], np.arange(len(chosen.cluster_ids)))
    rows, columns = np.triu_indices(with_one.shape[1])
    products = with_one[order][:, rows] * with_one[order][:, columns] * chosen.weight[order, None]
    total = weights.T @ np.add.reduceat(products, first, axis=0)
    square = np.empty((weights.shape[1], *(with_one.shape[1],) * 2))
    square[:, rows, columns] = square[:, columns, rows] = total
    square /= square[:, -1:, -1:]
    return np.asarray(square[:, :-1, :-1] - square[:, :-1, -1:] * square[:, -1:, :-1])
