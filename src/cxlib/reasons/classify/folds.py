"""Folds for cross-validation: every reason spread over all of them, texts that belong together never parted."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

__all__ = ["folds"]


def folds(code: np.ndarray, groups: Sequence[Hashable], *, count: int, seed: int) -> np.ndarray:
    """Return the fold of each text, 0 … count − 1.

    Parameters
    ----------
    code : array of int
        The text's reason.
    groups : sequence
        Texts of one group lie in one fold: the same words twice, a customer's or a thread's texts.
    count, seed : int

    Notes
    -----
    Groups are dealt out one by one in the order of their first text's reason, so a reason with m groups of its own has ⌊m/count⌋ or
    one more of them in each fold; a reason with fewer than `count` is absent from some.

    >>> folds(np.array([0, 0, 0, 1, 1, 1]), list("abcdef"), count=3, seed=1).reshape(2, 3).tolist()
    [[0, 2, 1], [2, 0, 1]]
    """
    order = np.random.default_rng(seed).permutation(len(code))
    order = order[np.argsort(code[order], kind="stable")]
    fold_of: dict[Hashable, int] = {}
    for row in order:
        fold_of.setdefault(groups[row], len(fold_of) % count)
    return np.array([fold_of[group] for group in groups])
