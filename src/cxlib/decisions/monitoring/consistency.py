"""Whether customers meet the same house at every touchpoint, and from one wave to the next."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.decisions.monitoring._contrasts import Means, cell_means
from cxlib.decisions.monitoring.instrument import Wordings, compared_waves, faults
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import rated

__all__ = ["consistency"]

Array = npt.NDArray[np.float64]
DRAWS = 200  # of the interval, where no draws are asked for


def consistency(
    responses: pd.DataFrame, *, item_type: str = "actual", wordings: Wordings = (), **options: Unpack[Sampling]
) -> pd.DataFrame:
    """How far ratings lie apart between touchpoints, and how far their pattern moved between the last two waves.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of one type that belong to a touchpoint and are asked on one scale.
    item_type : str
    wordings : sequence of mapping
        As in :func:`cxlib.decisions.monitoring.same_instrument`.
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES by ``wave``: ``touchpoint_spread`` (``scale points``: standard deviation of the touchpoints' true means). Without a wave:
        ``wave_spread`` (``scale points``: standard deviation of the touchpoints' true changes about their mean change) and
        ``spread_change`` (``scale points``, later minus earlier spread). Zero says that all are alike as far as can be told. Needs three
        touchpoints.

    Notes
    -----
    Means of finite samples lie further apart than what they estimate. Spread² = max(0, var(means) − mean(V_kk) + mean(V_kl, k ≠ l)), V the
    linearised covariance of the means with people (accounts) as clusters: what chance adds to the variance between means is taken off.
    Interval: value ± t · standard deviation of the same figure over bootstrap draws, cut at zero for the two spreads.

    >>> rng = np.random.default_rng(1)
    >>> table = pd.DataFrame([(str(i), w, t, m + rng.normal()) for i in range(200) for w in "12" for t, m in zip("ABC", (3, 4, 5))],
    ...     columns=["respondent_id", "wave", "touchpoint_id", "value"])
    >>> table = table.assign(survey_id="s", item_id=table["touchpoint_id"], item_type="actual", state="answered", weight=1.0,
    ...     scale_low=1.0, scale_high=9.0, survey_ts=pd.to_datetime(table["wave"].map({"1": "2025-01-01", "2": "2026-01-01"})))
    >>> told = consistency(table)
    >>> told.loc[told["metric"].eq("touchpoint_spread"), "value"].round(1).tolist()
    [0.9, 0.9]
    """
    answers = rated(responses, (item_type,))
    answers = answers[answers["touchpoint_id"].notna()] if len(answers) else answers
    by = ["survey_id", "wave"]
    if answers.empty or "wave" not in answers:
        return estimates.unanswerable("touchpoint_spread", "scale points", ["responses.touchpoint_id"], by=by)
    parts = []
    for survey, waves in compared_waves(answers).items():
        own = answers[answers["survey_id"].eq(survey) & answers["wave"].isin(waves)]
        differing = faults(responses[responses["survey_id"].eq(survey)], waves, wordings) if len(waves) > 1 else {}
        ends = own.groupby(["scale_low", "scale_high"])["item_id"].nunique()
        if ends.empty:
            continue
        low, high = ends.idxmax()  # the scale of most questions; spreads on different scales cannot be compared
        own = own[own["scale_low"].eq(low) & own["scale_high"].eq(high) & ~own["item_id"].isin(differing)]
        parts += _of_survey(own, survey, waves, options)
    return estimates.stack(*parts) if parts else estimates.unanswerable("touchpoint_spread", "scale points", ["responses.scale_low"], by=by)


def _of_survey(answers: pd.DataFrame, survey: str, waves: list[str], options: Sampling) -> list[pd.DataFrame]:
    items = list(dict.fromkeys(answers["item_id"]))
    count = len(items)
    head = pd.DataFrame({"survey_id": pd.Series([survey], dtype="str")})
    if count < 3:
        return [rows(head, {"metric": "touchpoint_spread", "unit": "scale points", "note": "n < 3"})]
    cell = count * pd.Index(waves).get_indexer(answers["wave"]) + pd.Index(items).get_indexer(answers["item_id"])
    chance: Sampling = {**options, "draws": options.get("draws") or DRAWS}
    means = cell_means(answers, cell.astype(np.intp), len(waves) * count, chance)
    blocks = [np.eye(len(waves) * count)[place * count : (place + 1) * count] for place in range(len(waves))]
    people = [int(answers.loc[answers["wave"].eq(wave), "respondent_id"].nunique()) for wave in waves]
    found = [(head.assign(wave=wave), "touchpoint_spread", _spread(means, block)) for wave, block in zip(waves, blocks, strict=True)]
    if len(waves) > 1:
        (value, draws), (first, before) = found[1][2], found[0][2]
        found.append((head, "wave_spread", _spread(means, blocks[1] - blocks[0])))
        found.append((head, "spread_change", (value - first, draws - before)))
        people += [int(answers["respondent_id"].nunique())] * 2
    keep = bool(options.get("draws"))
    return [
        _told(groups, metric, *figure, n=n, keep=keep, level=options.get("level", 0.95))
        for (groups, metric, figure), n in zip(found, people, strict=True)
    ]


def _spread(means: Means, signs: Array) -> tuple[float, Array]:
    """Standard deviation of contrasts without what chance adds, and its draws."""
    moved = means.influence @ signs.T
    covariance = np.asarray(moved.T @ moved) * means.influence.shape[0] / (means.influence.shape[0] - 1)
    size = len(signs)
    chance = (np.trace(covariance) - (covariance.sum() - np.trace(covariance)) / (size - 1)) / size
    values = signs @ means.value
    seen = float(values.var(ddof=1))
    drawn = (signs @ np.asarray(means.draws)).var(axis=0, ddof=1)
    # a draw holds chance twice: that of the sample and that of the draw
    return float(np.sqrt(max(seen - chance, 0.0))), np.sqrt(np.maximum(drawn - 2 * chance, 0.0))


def _told(groups: pd.DataFrame, metric: str, value: float, draws: Array, *, n: int, keep: bool, level: float) -> pd.DataFrame:
    half = float(special.ndtri((1 + level) / 2) * np.nanstd(draws, ddof=1))
    low = value - half if metric == "spread_change" else max(value - half, 0.0)
    columns = {"metric": metric, "value": value, "low": low, "high": value + half, "unit": "scale points", "n": n}
    columns |= {"method": "variance beyond chance, bootstrap"} | ({"draws": [draws]} if keep else {})
    return rows(groups, columns)
