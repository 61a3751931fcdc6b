"""The few questions that tell personas apart: the mixture's own probabilities with only the chosen ones answered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.customers.personas.coding import Coded
from cxlib.customers.personas.mixture import Mixture, posterior
from cxlib.estimates import Sampling

__all__ = ["chosen"]


def chosen(coded: Coded, model: Mixture, people: pd.DataFrame, n_items: int, options: Sampling) -> pd.DataFrame:
    """Choose features one after the other, each the one that then tells most people's persona as all features together do.

    Returns
    -------
    DataFrame
        ESTIMATES by ``question_number`` and ``feature``: ``typing_agreement``, the share of people who fall to the same persona as by all
        features, with this question and those before it.
    """
    own = posterior(coded, model)[0][:, 0].argmax(axis=1)
    weight = people["cx_weight"].to_numpy()
    kept, rows = np.zeros(len(coded.features), dtype=bool), []
    for position in range(min(n_items, len(coded.features))):
        agreement = {number: _told(coded, model, _with(kept, number)) == own for number in map(int, np.flatnonzero(~kept))}
        best = max(agreement, key=lambda number: float(agreement[number] @ weight))
        kept = _with(kept, best)
        table = people.assign(same=agreement[best], question_number=str(position + 1), feature=coded.features[best].name)
        drawn: Sampling = {**options, "weight": "cx_weight"}
        rows.append(estimates.share(table, "same", by=["question_number", "feature"], metric="typing_agreement", **drawn))
    return estimates.stack(*rows)


def _with(kept: np.ndarray, number: int) -> np.ndarray:
    more = kept.copy()
    more[number] = True
    return more


def _told(coded: Coded, model: Mixture, kept: np.ndarray) -> np.ndarray:
    return np.asarray(posterior(coded.hidden_by(kept), model)[0][:, 0].argmax(axis=1))
