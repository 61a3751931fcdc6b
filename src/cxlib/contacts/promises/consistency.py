"""Whether customers are as happy before and during the purchase as after it."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling

__all__ = ["consistency"]

PHASES = ("presales", "sales", "aftersales")
INDEX = "index"


def consistency(responses: pd.DataFrame, touchpoints: pd.DataFrame, *, min_n: int = 30, **options: Unpack[Sampling]) -> pd.DataFrame:
    """Mean rating before, during and after the purchase, by the same customers.

    Parameters
    ----------
    responses : DataFrame
        Ratings (item type ``actual``) of touchpoints; high is good.
    touchpoints : DataFrame
        ``touchpoint_id``, ``phase``.
    min_n : int
        Respondents below which a phase's figures are not told.
    **options
        See :class:`cxlib.estimates.Sampling`; filled in where left out: weight "weight", count "respondent_id", cluster respondent.

    Returns
    -------
    DataFrame
        ESTIMATES by ``phase``, 0 (worst) to 100 (best answer): ``phase_rating`` (every touchpoint counts alike within a respondent),
        ``phase_difference`` (against after the purchase, among who rated both), and over all ``rating_spread``: how far a respondent's
        best phase lies above the worst one on average, among who rated all three.

    >>> rated = pd.DataFrame({"respondent_id": ["a", "a"], "item_type": "actual", "touchpoint_id": ["T1", "T2"], "value": [5.0, 3.0],
    ...     "state": "answered", "scale_low": 1.0, "scale_high": 5.0})
    >>> told = consistency(rated, pd.DataFrame({"touchpoint_id": ["T1", "T2"], "phase": ["presales", "aftersales"]}), min_n=1)
    >>> told.loc[told["metric"].eq("phase_rating"), ["phase", "value"]].values.tolist()
    [['aftersales', 50.0], ['presales', 100.0]]
    """
    ratings = (
        responses[responses["item_type"].eq("actual") & responses["value"].notna()] if "item_type" in responses else responses.iloc[:0]
    )
    needs = []
    if ratings.empty or not ratings["touchpoint_id"].notna().any():
        needs.append("responses[actual]")
    if touchpoints.empty or "phase" not in touchpoints or not touchpoints["phase"].notna().any():
        needs.append("touchpoints.phase")
    if needs:
        return estimates.unanswerable("phase_rating", INDEX, needs, by=["phase"])
    span = ratings["scale_high"] - ratings["scale_low"]
    ratings = ratings.assign(index=100 * (ratings["value"] - ratings["scale_low"]) / span)
    ratings = ratings.merge(touchpoints[["touchpoint_id", "phase"]].drop_duplicates("touchpoint_id"), on="touchpoint_id")
    weight = options.get("weight", "weight" if "weight" in ratings else None)
    kept = {weight: "first"} if weight else {}
    cluster = options.get("cluster")
    kept |= {cluster: "first"} if cluster and cluster in ratings and cluster != "respondent_id" else {}
    people = ratings.groupby(["respondent_id", "phase"]).agg({"index": "mean", **kept}).reset_index()
    unit = cluster if cluster in people else "respondent_id"
    chance: dict[str, Any] = {**options, "weight": weight, "cluster": unit, "count": "respondent_id"}
    parts = [estimates.mean(people, "index", by=["phase"], metric="phase_rating", unit=INDEX, bounds=(0.0, 100.0), **chance)]
    wide = people.pivot_table(index="respondent_id", columns="phase", values="index")
    for phase in PHASES[:2]:
        both = wide[[name for name in (phase, PHASES[2]) if name in wide]].dropna()
        if both.shape[1] == 2 and len(both):
            pairs = people[people["respondent_id"].isin(both.index) & people["phase"].isin([phase, PHASES[2]])]
            parts.append(
                estimates.difference(pairs, "index", between="phase", reference=PHASES[2], metric="phase_difference", unit=INDEX, **chance)
            )
    if set(PHASES) <= set(wide):
        whole = wide.dropna(subset=list(PHASES))
        apart = people.drop_duplicates("respondent_id").set_index("respondent_id").loc[whole.index].reset_index()
        apart["apart"] = np.ptp(whole[list(PHASES)].to_numpy(), axis=1) if len(whole) else np.nan
        if len(apart):
            parts.append(estimates.mean(apart, "apart", metric="rating_spread", unit=INDEX, bounds=(0.0, np.inf), **chance))
    told = estimates.stack(*parts)
    return estimates.withhold(told, ((told["n"] < min_n) & told["value"].notna()).to_numpy(), f"n < {min_n}")
