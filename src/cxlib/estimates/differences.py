"""Differences between groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.errors import CxError, worded
from cxlib.estimates.linear import draws_of, numbers
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sampling, Spread, sample

__all__ = ["difference"]


def difference(
    table: pd.DataFrame,
    value: str,
    *,
    between: str,
    reference: str,
    by: Sequence[str] = (),
    metric: str = "difference",
    unit: str = "",
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Difference of weighted means, each level of `between` minus the `reference` level, with a t interval.

    Clusters that have rows on both sides (a customer asked in both waves) make the difference surer, and that is counted.

    Parameters
    ----------
    table, value, by, metric, unit, **options
        As in :func:`mean`.
    between : str
        Column that holds the levels compared.
    reference : str
        The level the others are compared with.

    Returns
    -------
    DataFrame
        ESTIMATES with `between` as last group column (the level compared); ``n`` counts both sides.

    >>> waves = pd.DataFrame({"wave": ["1", "1", "1", "2", "2", "2"], "y": [1.0, 2.0, 3.0, 2.0, 3.0, 4.0]})
    >>> difference(waves, "y", between="wave", reference="1")[["wave", "value", "n"]]
      wave  value  n
    0    2    1.0  6
    """
    chosen = sample(table, [value], [*by, between], options)
    levels = chosen.groups[between].to_numpy()
    if reference not in levels:
        raise CxError(worded(between, "there is no level", reference, dict.fromkeys(levels), label="Levels"))
    y = numbers(table, value, chosen)
    weights = chosen.total(np.ones_like(y))
    means = chosen.total(y) / weights
    influence = chosen.weight * (y - means[chosen.group]) / weights[chosen.group]
    keys = list(chosen.groups[list(by)].itertuples(index=False, name=None)) if by else [()] * chosen.size
    base = {key: code for code, key in enumerate(keys) if levels[code] == reference}
    pairs = [(code, base[key]) for code, key in enumerate(keys) if levels[code] != reference and key in base]
    se, df, n = np.empty(len(pairs)), np.empty(len(pairs)), np.empty(len(pairs), dtype=int)
    for number, (level, base_level) in enumerate(pairs):
        signed = np.where(chosen.group == level, influence, np.where(chosen.group == base_level, -influence, 0.0))
        inside = np.isin(chosen.group, (level, base_level))
        spread = chosen.spread(signed, np.where(inside, 0, 1), 2)
        se[number], df[number], n[number] = spread.se[0], spread.df[0], chosen.n[level] + chosen.n[base_level]
    here, there = np.array([pair[0] for pair in pairs], dtype=int), np.array([pair[1] for pair in pairs], dtype=int)
    half, kish = Spread(se, df, df).reach(options.get("level", 0.95)) * se, chosen.kish()
    point = means[here] - means[there]
    columns = {"metric": metric, "value": point, "low": point - half, "high": point + half, "unit": unit, "n": n}
    columns |= {"n_eff": kish[here] + kish[there], "method": "t, linearised", "note": np.where(np.isnan(df), "n < 2", "")}
    if options.get("draws"):
        drawn = draws_of(chosen, y, np.ones_like(y), options)
        columns["draws"] = drawn[here] - drawn[there]
    return rows(chosen.groups.iloc[here], columns)
