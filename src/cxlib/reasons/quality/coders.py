"""Do two people who code the same contacts agree?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons import taxonomy

__all__ = ["agreement"]


def agreement(
    contacts: pd.DataFrame,
    *,
    first: str = "reason_gold",
    second: str = "reason_second",
    by: Sequence[str] = (),
    known: Sequence[str] | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How often two coders name the same reason, and how much of that is beyond chance.

    Parameters
    ----------
    contacts : DataFrame
        One row a contact; rows that both coders judged are used.
    first, second : str
        Columns with the two judgements.
    by : sequence of str
        Group columns.
    known : sequence of str, optional
        The reasons of the taxonomy; a judgement that is none of them is refused by name.
    **options
        See :class:`cxlib.estimates.Sampling`. Rows without a cluster are clusters of their own.

    Returns
    -------
    DataFrame
        ESTIMATES: ``coder_agreement`` (share of the same judgement) and ``coder_kappa`` (unit ``index``). Without judgements by both one
        row says what is needed.

    Raises
    ------
    DataError
        For a reason that the taxonomy lacks.

    Notes
    -----
    Cohen's κ = (p − e)/(1 − e), p the share of agreement, e = Σ p₁ⱼ p₂ⱼ; linearised, clusters respected. Unweighted and unclustered this is
    the large-sample variance of Fleiss, Cohen & Everitt 1969.

    >>> both = pd.DataFrame({"reason_gold": list("aaab"), "reason_second": list("aabb")})
    >>> agreement(both)[["metric", "value"]]
                metric  value
    0  coder_agreement   0.75
    1      coder_kappa   0.50
    """
    silent = [name for name in (first, second) if name not in contacts or contacts[name].isna().all()]
    judged = contacts.iloc[:0] if silent else contacts[contacts[first].notna() & contacts[second].notna()]
    if judged.empty:
        return estimates.unanswerable("coder_agreement", "share", [f"contacts.{name}" for name in silent or (first, second)], by=by)
    for name in (first, second) if known is not None else ():
        taxonomy.known(judged[name].unique(), pd.DataFrame({"reason_id": list(known or ())}), f"contacts.{name}")
    if cluster := options.get("cluster"):
        alone = pd.Series("only " + judged.index.astype("str"), index=judged.index)
        judged = judged.assign(**{cluster: judged[cluster].astype("str").fillna(alone)})
    judged = judged.assign(_same=(judged[first] == judged[second]).astype(float))
    same = estimates.share(judged, "_same", by=by, metric="coder_agreement", **options)
    return estimates.stack(same, _kappa(judged, first, second, by, options))


def _kappa(judged: pd.DataFrame, first: str, second: str, by: Sequence[str], options: Sampling) -> pd.DataFrame:
    """Kappa as the ratio Σ(a − c)/Σ(1 − c), where c is each row's part of the agreement that chance would bring."""
    weight = judged[options["weight"]].to_numpy(dtype="float64") if options.get("weight") else np.ones(len(judged))
    keys = judged[list(by)].astype("str").fillna(estimates.UNKNOWN).agg("\x1f".join, axis=1) if by else pd.Series("", index=judged.index)
    chance, expected = np.zeros(len(judged)), np.zeros(len(judged))
    for key in keys.unique():
        rows = np.flatnonzero((keys == key).to_numpy())
        group, held = judged.iloc[rows], weight[rows]
        one, other = (
            pd.Series(held, index=group.index).groupby(group[name].to_numpy()).sum() / max(held.sum(), 1e-300) for name in (first, second)
        )
        by_chance = float((one * other).dropna().sum())
        # the influence of a row on the chance agreement, written as its own part of it
        chance[rows] = (group[first].map(other).fillna(0.0) + group[second].map(one).fillna(0.0)).to_numpy(dtype="float64") - by_chance
        expected[rows] = by_chance
    told = judged.assign(_above=judged["_same"].to_numpy() - chance, _below=1 - chance)
    return estimates.ratio(told, "_above", "_below", by=by, metric="coder_kappa", unit="index", **options)
