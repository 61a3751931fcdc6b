"""Johnson's relative weights: a quick screen where there are too many items for all subsets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey.drivers.design import design
from cxlib.survey.drivers.fitting import named_items
from cxlib.survey.drivers.moments import moments

__all__ = ["genizi", "relative_weights"]


def relative_weights(
    responses: pd.DataFrame,
    *,
    outcome: str | None,
    items: Sequence[str] | None = None,
    item_type: str = "actual",
    weight: str | None = "weight",
) -> pd.DataFrame:
    """Return Johnson's relative weights of any number of items: a quick screen, not the shares of :func:`fit`.

    Parameters
    ----------
    responses, outcome, items, item_type, weight
        As in :func:`cxlib.survey.drivers.fit`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``item_id``, metric ``relative_weight`` (part of R²; adds up to R²), without interval; ``method`` says that it is a
        quick screen. With effects of mixed sign it may lie 10 points of R² off the shares.

    Notes
    -----
    ε_j = Σ_k (R^½)²_jk (R^−½ r)²_k with the correlations R of all columns and r with the outcome; an item's columns are added up. Johnson
    2000; the same as Genizi 1993.

    >>> marks = {"speed": [1.0, 2, 3, 4, 5, 3], "price": [2.0, 1, 4, 3, 5, 2], "recommend": [2.0, 3, 6, 8, 10, 5]}
    >>> types = {"speed": "actual", "price": "actual", "recommend": "nps"}
    >>> answers = pd.concat([pd.DataFrame({"respondent_id": list("abcdef"), "response_id": list("abcdef"), "item_id": name, "value": value,
    ...     "item_type": types[name], "state": "answered", "weight": 1.0}) for name, value in marks.items()])
    >>> relative_weights(answers, outcome="recommend")[["item_id", "metric", "value", "n"]].round(2)
      item_id           metric  value  n
    0   speed  relative_weight   0.63  6
    1   price  relative_weight   0.36  6
    """
    named = named_items(responses, items, item_type, outcome)
    if outcome is None or responses.empty or not named:
        needs = [f"responses[{item_type}]"] + (["responses[nps]"] if outcome is None else [])
        return estimates.unanswerable("relative_weight", "share", needs, by=["item_id"])
    options: Sampling = {"weight": weight}
    laid = design(responses, outcome=outcome, items=named, groups=None, options=options)
    if not len(laid.table):
        return estimates.unanswerable("relative_weight", "share", [f"responses.{outcome}"], by=["item_id"])
    held = moments(laid.table, laid.weight, laid.met, laid.use)
    by_column = genizi(held.covariance)
    value = np.array([by_column[group].sum() for group in laid.groups])
    groups = pd.DataFrame({"item_id": [*laid.players, *laid.out]})
    columns = {"metric": "relative_weight", "unit": "share", "value": [*value, *[np.nan] * len(laid.out)], "n": laid.chosen.n[0]}
    columns |= {"n_eff": laid.chosen.kish()[0], "method": "Johnson, quick screen", "note": [*[""] * len(value), *laid.out.values()]}
    return rows(groups, columns)


def genizi(covariance: np.ndarray) -> np.ndarray:
    """Return every column's relative weight, array (q − 1,); they add up to R².

    >>> genizi(np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]])).round(3)
    array([0.262, 0.152])
    """
    scale = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(correlation[:-1, :-1])
    sure = values > 1e-9
    root = (vectors * np.sqrt(np.where(sure, values, 0.0))) @ vectors.T
    inverse = (vectors[:, sure] / np.sqrt(values[sure])) @ vectors[:, sure].T
    return np.asarray(root**2 @ (inverse @ correlation[:-1, -1]) ** 2)
