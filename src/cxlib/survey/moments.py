"""Moments of truth: what an experience goes along with, times how many have it, times how far experiences differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling, draw_weights
from cxlib.estimates.regression import Contrasts, regress
from cxlib.estimates.rows import rows
from cxlib.survey.drivers.judged import Judged, judged
from cxlib.survey.drivers.outcome import lacking
from cxlib.tables import STATES

__all__ = ["moments"]

ANSWERED, NOT_USED, NO_ANSWER = (STATES.index(name) for name in ("answered", "not_used", "no_answer"))
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Factor:
    """One factor of every item: value, standard error, degrees of freedom, influence by cluster, draws."""

    value: Floats
    se: Floats
    df: Floats
    influence: Floats
    draws: Floats


def moments(
    responses: pd.DataFrame,
    *,
    outcome: str | None,
    items: Sequence[str],
    effects: pd.DataFrame | None = None,
    min_n: int = 30,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Rank items as moments of truth: effect among users × reach × spread, with intervals and rank intervals.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    outcome : str or None
        An item_id, or a column of `responses` that is constant within a questionnaire.
    items : sequence of str
        item_ids of ratings, each once.
    effects : DataFrame, optional
        ESTIMATES of one metric by ``item_id`` with draws (points of the outcome per point of rating), made from the same clusters with
        the same seed and number of draws, in place of the regression here.
    min_n : int
        Respondents with a rating below which an item's figures are not told.
    **options
        See :class:`cxlib.estimates.Sampling`; 500 draws unless told otherwise. Strata are refused.

    Returns
    -------
    DataFrame
        ESTIMATES by ``item_id``: ``moment`` (points of the outcome, over everybody, that go along with one standard deviation of experience
        here), its factors ``moment_effect`` (points per point of rating among users), ``moment_reach`` (share that used it) and
        ``moment_spread`` (standard deviation of ratings among users), and ``moment_rank`` (1 is the largest; ends of the rank interval
        from draws).

    Raises
    ------
    DataError
        For outcome and items, see :func:`cxlib.survey.asymmetry.fit`; for `effects` without draws or of another number of draws.

    Notes
    -----
    Effect b_j from y = a + Σ_j (u_j·used_j + b_j·used_j·(rating_j − mean_j) + m_j·no answer or not asked_j) + e, weighted, CR2. Reach:
    users over those asked, used or not. Interval of the product: t, linearised over all three factors, degrees of freedom of the effect;
    with `effects` handed in, percentiles of the draws. Carlzon 1987 for the term.

    >>> rng = np.random.default_rng(3)
    >>> marks = rng.integers(1, 6, 300).astype(float)
    >>> asked = pd.DataFrame({"response_id": np.arange(300).astype(str), "item_id": "hotline", "value": marks})
    >>> overall = asked.assign(item_id="overall", value=2 * marks + rng.normal(0, 0.1, 300))
    >>> table = pd.concat([asked, overall]).assign(state="answered", weight=1.0, respondent_id=lambda rows: rows["response_id"])
    >>> told = moments(table, outcome="overall", items=["hotline"])
    >>> told[["metric", "value"]].round(1)
              metric  value
    0         moment    2.8
    1  moment_effect    2.0
    2   moment_reach    1.0
    3  moment_spread    1.4
    4    moment_rank    1.0
    """
    needs = lacking(responses, outcome, items)
    if outcome is None or needs:
        return estimates.unanswerable("moment", "scale points", needs, by=["item_id"])
    estimates.check(min_n=min_n)
    data = judged(responses, outcome, items, options)
    if not len(data.y):
        return estimates.unanswerable("moment", "scale points", [f"responses.{outcome}"], by=["item_id"])
    level, draws = options.get("level", 0.95), options.get("draws", 500)
    weights = draw_weights(data.cluster_ids, draws=draws, seed=options.get("seed", 1)).astype("float64")
    used = (data.state == ANSWERED) | (data.state == NO_ANSWER)
    asked = used | (data.state == NOT_USED)
    reach = _mean(data, used.astype("float64"), asked, weights)
    spread = _spread(data, weights)
    effect, handed = (_effects(data, weights), False) if effects is None else (_given(data, effects, draws), True)
    return _table(data, {"effect": effect, "reach": reach, "spread": spread}, min_n, level, handed)


def _table(data: Judged, factors: dict[str, _Factor], min_n: int, level: float, handed: bool) -> pd.DataFrame:
    rated = data.state == ANSWERED
    n = np.array([data.people(rated[:, j]) for j in range(len(data.items))])
    shared = {"n": n, "n_eff": [data.kish(rated[:, j]) for j in range(len(data.items))]}
    thin = np.where(n < min_n, f"n < {min_n}", "")
    note = np.where(thin != "", thin, np.where(np.isnan(factors["effect"].value), "collinear", "")).astype(object)
    groups = pd.DataFrame({"item_id": data.items})
    product = _product(factors, level, handed)
    units = {"effect": "points per point", "reach": "share", "spread": "scale points"}
    parts = [_rows(groups, "moment", product, data.outcome_unit, "percentiles of draws" if handed else "t, linearised", note, shared)]
    for name, factor in factors.items():
        half = special.stdtrit(factor.df, (1 + level) / 2) * factor.se
        figures = {"value": factor.value, "low": factor.value - half, "high": factor.value + half, "draws": factor.draws}
        if name == "reach":
            figures["low"], figures["high"] = np.maximum(figures["low"], 0.0), np.minimum(figures["high"], 1.0)
        method = {"effect": "percentiles of draws" if handed else "t, CR2"}.get(name, "t, linearised")
        if name == "effect" and handed:
            figures["low"], figures["high"] = _percentiles(factor.draws, level)
        parts.append(_rows(groups, f"moment_{name}", figures, units[name], method, note, shared))
    ranks = _ranks(product["value"], product["draws"], note == "", level)
    return estimates.stack(*parts, _rows(groups, "moment_rank", ranks, "rank", "percentiles of draws", note, shared))


def _rows(
    groups: pd.DataFrame, metric: str, figures: dict[str, Floats], unit: str, method: str, note: npt.NDArray[Any], shared: dict[str, Any]
) -> pd.DataFrame:
    told = note == ""
    columns: dict[str, Any] = {name: np.where(told, figures[name], np.nan) for name in ("value", "low", "high")}
    if figures["draws"].shape[1]:
        columns["draws"] = [values if shown else np.nan for values, shown in zip(figures["draws"], told, strict=True)]
    return rows(groups, {"metric": metric, "unit": unit, "method": method, "note": note, **columns, **shared})


def _effects(data: Judged, weights: Floats) -> _Factor:
    """Partial coefficients among users, from one regression on all items."""
    given, unused = data.state == ANSWERED, data.state == NOT_USED
    weighted = given * data.weight[:, None]
    total = weighted.sum(axis=0)
    mean = np.divide((weighted * np.where(given, data.value, 0.0)).sum(axis=0), total, out=np.zeros(len(total)), where=total > 0)
    rating = np.where(given, data.value - mean, 0.0)
    blocks = np.hstack([np.ones((len(data.y), 1)), rating, unused, ~given & ~unused]).astype("float64")
    kept = np.asarray(blocks.any(axis=0))
    kept[: 1 + len(data.items)] = True
    fitted = regress(blocks[:, kept], data.y, weight=data.weight, cluster=data.cluster)
    told: Contrasts = fitted.contrasts(np.eye(int(kept.sum()))[1 : 1 + len(data.items)])
    draws = told.value[:, None] + told.influence.T @ (weights - 1.0)
    return _Factor(told.value, told.se, told.df, told.influence, draws)


def _given(data: Judged, effects: pd.DataFrame, draws: int) -> _Factor:
    """Take effects that were estimated elsewhere."""
    if "draws" not in effects.columns or len(effects["metric"].unique()) != 1 or effects["item_id"].duplicated().any():
        do = "Pass one metric by item_id, computed with draws."
        raise DataError(worded("effects", "there are no draws, or more than one row an item", do=do))
    lacking = [name for name in data.items if name not in set(effects["item_id"])]
    if lacking:
        raise DataError(
            *(worded("effects", "there is no effect of the item", name, effects["item_id"], label="Effects") for name in lacking)
        )
    chosen = effects.set_index("item_id").loc[list(data.items)]
    carried = [values if isinstance(values, np.ndarray) else np.full(draws, np.nan) for values in chosen["draws"]]
    odd = [len(values) for values in carried if len(values) != draws]
    if odd:
        raise DataError(worded("effects", f"have {odd[0]} draws, the other factors {draws}", do="Use one number of draws for both."))
    value, drawn, none = chosen["value"].to_numpy(dtype="float64"), np.array(carried), np.zeros((0, len(data.items)))
    return _Factor(value, np.nanstd(drawn, axis=1, ddof=1), np.full(len(value), np.inf), none, drawn)


def _mean(data: Judged, values: Floats, chosen: npt.NDArray[np.bool_], weights: Floats) -> _Factor:
    """Weighted mean of each column over the rows chosen in it."""
    weighted = data.weight[:, None] * chosen
    total = weighted.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weighted * values).sum(axis=0) / total
        influence = _sums(data, weighted * (np.where(chosen, values, 0.0) - np.nan_to_num(mean)) / total)
        drawn = (_sums(data, weighted * values).T @ weights) / (_sums(data, weighted).T @ weights)
    count = _sums(data, chosen.astype("float64")) > 0
    clusters = count.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt((influence**2).sum(axis=0) * clusters / (clusters - 1))
    return _Factor(mean, se, np.where(clusters > 1, clusters - 1.0, np.nan), influence, drawn)


def _spread(data: Judged, weights: Floats) -> _Factor:
    """Weighted standard deviation of ratings among users."""
    given = data.state == ANSWERED
    value = np.where(given, data.value, 0.0)
    first = _mean(data, value, given, weights)
    square = _mean(data, np.where(given, (data.value - first.value) ** 2, 0.0), given, weights)
    sd = np.sqrt(square.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = np.sqrt(np.maximum(square.draws - (first.draws - first.value[:, None]) ** 2, 0.0))
        return _Factor(sd, square.se / (2 * sd), square.df, square.influence / (2 * sd), drawn)


def _sums(data: Judged, values: Floats) -> Floats:
    sums = np.zeros((len(data.cluster_ids), values.shape[1]))
    np.add.at(sums, data.cluster, values)
    return sums


def _product(factors: dict[str, _Factor], level: float, handed: bool) -> dict[str, Floats]:
    effect, reach, spread = factors["effect"], factors["reach"], factors["spread"]
    value = effect.value * reach.value * spread.value
    draws = effect.draws * reach.draws * spread.draws
    if handed:
        low, high = _percentiles(draws, level)
        return {"value": value, "low": low, "high": high, "draws": draws}
    influence = effect.influence * (reach.value * spread.value) + reach.influence * (effect.value * spread.value)
    influence = influence + spread.influence * (effect.value * reach.value)
    half = special.stdtrit(effect.df, (1 + level) / 2) * np.sqrt((influence**2).sum(axis=0))
    return {"value": value, "low": value - half, "high": value + half, "draws": draws}


def _percentiles(draws: Floats, level: float) -> tuple[Floats, Floats]:
    if not draws.shape[1]:
        return np.full(len(draws), np.nan), np.full(len(draws), np.nan)
    known = ~np.isnan(draws).any(axis=1)
    ends = np.full((2, len(draws)), np.nan)
    ends[:, known] = np.quantile(draws[known], [(1 - level) / 2, (1 + level) / 2], axis=1)
    return ends[0], ends[1]


def _ranks(value: Floats, draws: Floats, told: npt.NDArray[np.bool_], level: float) -> dict[str, Floats]:
    """Ranks among the items that are told, 1 the largest, with the ends of the middle `level` of the draws' ranks."""
    rank, low, high = (np.full(len(value), np.nan) for _ in range(3))
    drawn = np.full(draws.shape, np.nan)
    rank[told] = estimates.ranked(value[told, None])[:, 0]
    if draws.shape[1] and told.any():
        drawn[told] = estimates.ranked(draws[told])
        low[told], high[told] = estimates.rank_span(draws[told], level)
    return {"value": rank, "low": low, "high": high, "draws": drawn}
