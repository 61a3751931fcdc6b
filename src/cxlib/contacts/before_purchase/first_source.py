"""How customers first heard of us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import pandas as pd

from cxlib import estimates
from cxlib.contacts import headed
from cxlib.estimates import Sampling

__all__ = ["first_source"]


def first_source(
    responses: pd.DataFrame,
    *,
    recommended: Sequence[str] = ("word_of_mouth", "recommendation"),
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share of customers by how they first heard of us, and of those who came by a recommendation.

    Parameters
    ----------
    responses : DataFrame
        Answers to items of type ``first_source``, in ``text``.
    recommended : sequence of str
        Answers that are a recommendation.
    min_n : int
        Respondents below which shares are not told.
    **options
        See :class:`cxlib.estimates.Sampling`; filled in where left out: weight "weight", count and cluster "respondent_id".

    Returns
    -------
    DataFrame
        ESTIMATES by ``answer``, the most frequent first: ``first_source_share``; over all ``recommended_share`` and ``source_told`` (share
        of those asked who said). ``n`` counts respondents.

    >>> said = pd.DataFrame({"respondent_id": list("abcd"), "item_type": "first_source", "state": "answered",
    ...     "text": ["word_of_mouth", "search", "search", None]})
    >>> first_source(said, min_n=1)[["answer", "metric", "value"]].head(2).values.tolist()
    [['search', 'first_source_share', 0.6666666666666666], ['word_of_mouth', 'first_source_share', 0.3333333333333333]]
    """
    groups = ["answer"]
    asked = responses[responses["item_type"].eq("first_source")] if "item_type" in responses else responses.iloc[:0]
    asked = asked[asked["state"].ne("not_asked")] if "state" in asked else asked
    if asked.empty or not asked["text"].notna().any():
        return estimates.unanswerable("first_source_share", "share", ["responses[first_source]"], by=groups)
    weight = options.get("weight", "weight" if "weight" in asked else None)
    cluster = options.get("cluster")
    unit = cluster if cluster and cluster in asked and asked[cluster].notna().any() else "respondent_id"
    chance: dict[str, Any] = {**options, "weight": weight, "cluster": unit, "count": "respondent_id"}
    told = asked[asked["text"].notna()]
    parts = []
    for name in told["text"].value_counts().sort_index().sort_values(ascending=False, kind="stable").index:
        share = estimates.share(told.assign(this=told["text"].eq(name)), "this", metric="first_source_share", **chance)
        parts.append(headed(share, {"answer": str(name)}))
    referred = told.assign(this=told["text"].isin(list(recommended)))
    parts.append(estimates.share(referred, "this", metric="recommended_share", **chance))
    parts.append(estimates.share(asked.assign(this=asked["text"].notna()), "this", metric="source_told", **chance))
    found = estimates.stack(*parts)
    return estimates.withhold(found, ((found["n"] < min_n) & found["value"].notna()).to_numpy(), f"n < {min_n}")
