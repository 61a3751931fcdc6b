"""An account's score in every variant, and whether the variants put accounts in the same order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.estimates import Sampling, rows

__all__ = ["variants"]

VARIANTS = ("mean", "by_influence", "by_role", "decision_maker", "lowest")


def variants(table: pd.DataFrame, options: Sampling) -> list[pd.DataFrame]:
    """Mean account score in each variant, and whether it puts accounts in the same order as the mean does."""
    parts = []
    for name in VARIANTS:
        named = table.assign(variant=name, score=table[name])
        parts.append(estimates.mean(named, "score", by=["variant"], metric="account_score", **options))
    parts += [_alike(table, name, "order_alike", {"variant": name}, options) for name in VARIANTS[1:]]
    if table["supplier_rating"].notna().any():
        parts.append(estimates.mean(table, "supplier_rating", metric="supplier_rating", unit="scale 0–100", **options))
        parts.append(_alike(table, "supplier_rating", "rating_alike", {}, options))
    else:
        parts.append(estimates.unanswerable("supplier_rating", "scale 0–100", ["accounts.supplier_rating"]))
    return parts


def _alike(table: pd.DataFrame, name: str, metric: str, group: Mapping[str, str], options: Sampling) -> pd.DataFrame:
    """Spearman's rank correlation with the mean; Fisher's z with the spread of Bonett & Wright (2000)."""
    known = table[table[name].notna()]
    said: dict[str, Any] = {"metric": metric, "unit": "coefficient", "n": len(known), "method": "Spearman"}
    groups = pd.DataFrame({key: [value] for key, value in group.items()}, index=[0])
    if len(known) < 4 or known[name].nunique() < 2 or known["mean"].nunique() < 2:
        return rows.rows(groups, said | {"note": "n < 4" if len(known) < 4 else "no spread"})
    value = float(known[name].rank().corr(known["mean"].rank()))
    reach = special.ndtri((1 + options.get("level", 0.95)) / 2) * np.sqrt((1 + value**2 / 2) / (len(known) - 3))
    z = np.arctanh(np.clip(value, -0.999999, 0.999999))
    return rows.rows(groups, said | {"value": value, "low": np.tanh(z - reach), "high": np.tanh(z + reach)})
