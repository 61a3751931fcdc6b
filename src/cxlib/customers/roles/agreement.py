"""How far the people of one account agree: the intraclass correlation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from cxlib.estimates import Sampling, rows
from cxlib.estimates.bootstrap import draw_weights

__all__ = ["agreement"]


def agreement(heard: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    """Intraclass correlation, accounts resampled."""
    codes, ids = pd.factorize(heard["account_id"])
    value = heard["value"].to_numpy(dtype="float64")
    sums = [np.bincount(codes, values) for values in (np.ones(len(value)), value - value.mean(), (value - value.mean()) ** 2)]
    said: dict[str, Any] = {"metric": "account_agreement", "unit": "coefficient", "n": len(heard), "method": "ANOVA, bootstrap"}
    now, count = _intraclass(sums, np.ones((len(ids), 1)))[0], options.get("draws", 500)
    if not (sums[0] > 1).any() or len(ids) < 3:
        return rows.rows(pd.DataFrame(index=[0]), said | {"note": "n < 2"})
    drawn = _intraclass(sums, draw_weights(ids, draws=count, seed=options.get("seed", 1)).astype("float64"))
    reach = special.stdtrit(len(ids) - 1, (1 + options.get("level", 0.95)) / 2)
    spread = np.nanstd(np.arctanh(np.clip(drawn, -0.999, 0.999))) if count else np.nan
    ends = {"low": np.tanh(np.arctanh(now) - reach * spread), "high": np.tanh(np.arctanh(now) + reach * spread)}
    carried = {"draws": [drawn]} if count else {}
    return rows.rows(pd.DataFrame(index=[0]), said | {"value": now} | ends | carried)


def _intraclass(sums: Sequence[np.ndarray], weight: np.ndarray) -> np.ndarray:
    """Intraclass correlations from each account's count, sum and sum of squares; one a column of weights."""
    n, total, squares = sums
    people, count = n @ weight, weight.sum(axis=0)
    within = (squares - total**2 / n) @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        between = (total**2 / n) @ weight - (total @ weight) ** 2 / people
        size = (people - (n**2) @ weight / people) / (count - 1)
        mean_between, mean_within = between / (count - 1), within / (people - count)
        return np.asarray((mean_between - mean_within) / (mean_between + (size - 1) * mean_within))
