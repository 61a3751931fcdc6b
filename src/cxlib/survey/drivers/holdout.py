"""Additive or weakest link? What predicts the outcome of people who took no part in the fit."""

from __future__ import annotations

import hashlib

import numpy as np

from cxlib.survey.drivers.design import Design
from cxlib.survey.drivers.inference import infer
from cxlib.survey.drivers.missing import fit_moments, predicted, varying

__all__ = ["FOLDS", "compared", "folds"]

FOLDS = 5
ROUGH = 1e-4  # a prediction needs no more


def compared(design: Design, *, level: float, seed: int) -> dict[str, tuple[float, float, float]]:
    """Compare ways in which ratings may add up, out of sample.

    Parameters
    ----------
    design : Design
    level : float
        Of the interval of the gain.
    seed : int
        Of the folds; a cluster's rows are in one fold.

    Returns
    -------
    dict
        R² out of sample (1 − squared error over that of the mean), each (value, low, high): ``holdout_r2_additive`` of all columns,
        ``holdout_r2_mean`` of each person's mean rating, ``holdout_r2_weakest`` of the person's lowest rating; ``weakest_link_gain``, what
        the lowest rating adds to all columns, with its interval over clusters.
    """
    size = len(design.items)
    rated = (design.met == 1) & ~np.isnan(design.table[:, :size])
    some = rated.any(axis=1)
    raw = design.table[:, :size] + design.centre
    count = np.maximum(rated.sum(axis=1), 1)
    mean = np.where(some, np.where(rated, raw, 0.0).sum(axis=1) / count, np.nan)
    lowest = np.where(some, np.where(rated, raw, np.inf).min(axis=1), np.nan)
    fold = folds(design.chosen.cluster_ids, seed)[design.chosen.cluster]
    errors = {name: _errors(design, column[:, None], fold) for name, column in (("mean", mean), ("weakest", lowest))}
    errors |= _errors_of_both(design, lowest, fold)
    weight, base = design.weight, _errors(design, np.empty((len(fold), 0)), fold)
    total = float((weight * base).sum())
    if not total > 0:
        return dict.fromkeys(["holdout_r2_additive", "holdout_r2_mean", "holdout_r2_weakest", "weakest_link_gain"], (np.nan,) * 3)
    values = {
        f"holdout_r2_{name}": (1 - float((weight * errors[name]).sum()) / total, np.nan, np.nan) for name in ("additive", "mean", "weakest")
    }
    better = errors["additive"] - errors["both"]
    gain = float((weight * better).sum()) / total
    moved = (weight * (better - gain * base) / total)[:, None]
    sure = infer(np.array([gain]), moved, design.chosen, level=level, draws=0, seed=seed)
    return values | {"weakest_link_gain": (gain, float(sure.low[0]), float(sure.high[0]))}


def folds(cluster_ids: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold of each cluster; it depends on nothing but the seed and the cluster's id.

    >>> folds(np.array(["a", "b", "c"]), 1).tolist() == folds(np.array(["a", "b", "c"]), 1).tolist()
    True
    """
    key = f"fold {seed}".encode()
    hashed = [int.from_bytes(hashlib.blake2b(str(name).encode(), digest_size=8, key=key).digest(), "little") for name in cluster_ids]
    ranks = np.argsort(np.argsort(np.array(hashed, dtype=np.uint64), kind="stable"), kind="stable")
    return np.asarray(ranks % FOLDS)


def _errors(design: Design, columns: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Squared errors of rows predicted from the other folds."""
    table, errors = np.column_stack([columns, design.outcome]), np.full(len(fold), np.nan)
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        if train.any() and not np.ptp(design.outcome[train]) > 0:
            errors[test] = (design.outcome[test] - design.outcome[train][0]) ** 2
        elif train.any():
            kept = varying(table[train])
            held = fit_moments(table[train][:, kept], design.weight[train], tolerance=ROUGH)
            errors[test] = (design.outcome[test] - predicted(columns[test][:, kept[:-1]], *held)) ** 2
    return errors


def _errors_of_both(design: Design, lowest: np.ndarray, fold: np.ndarray) -> dict[str, np.ndarray]:
    """Squared errors of all columns, without and with the lowest rating; one fit a fold serves both."""
    columns = np.column_stack([lowest, design.table[:, :-1]])
    table = np.column_stack([columns, design.outcome])
    errors = {name: np.full(len(fold), np.nan) for name in ("additive", "both")}
    start, before = None, np.zeros(table.shape[1], dtype=bool)
    for number in np.unique(fold):
        train, test = fold != number, fold == number
        if not train.any():
            continue
        if not np.ptp(design.outcome[train]) > 0:  # nobody left, nobody bought again: that is what is expected of the others
            for name in errors:
                errors[name][test] = (design.outcome[test] - design.outcome[train][0]) ** 2
            continue
        kept = varying(table[train])
        start = start if np.array_equal(kept, before) else None
        mean, covariance = start = fit_moments(table[train][:, kept], design.weight[train], tolerance=ROUGH, start=start)
        before = kept
        for name, first in (("additive", int(kept[0])), ("both", 0)):
            told = predicted(columns[test][:, kept[:-1]][:, first:], mean[first:], covariance[first:, first:])
            errors[name][test] = (design.outcome[test] - told) ** 2
    return errors
