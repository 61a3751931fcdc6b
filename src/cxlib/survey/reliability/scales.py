"""Alpha, omega and item–rest correlation of questions that form a scale, with intervals that know weights, clusters and gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.linear import draw_ids
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, sample
from cxlib.survey import Questionnaires, by_respondent, questionnaires
from cxlib.survey.reliability.formulas import Figure, alpha_of, item_rest_of, omegas_of
from cxlib.survey.reliability.moments import Moments, moments

__all__ = ["alpha", "item_rest", "omega"]

Items = Sequence[str] | Mapping[str, Sequence[str]]
Missing = Literal["pairwise", "listwise"]
THIN = 30  # answers to both items of a pair below which the figure gets a note


@dataclass(frozen=True, eq=False)
class _Taken:
    """The answers to the items of a scale, by group."""

    items: tuple[str, ...]
    answers: np.ndarray
    chosen: Sample
    of_group: tuple[np.ndarray, ...]  # positions among the sample's rows
    moments: tuple[Moments, ...]

    def counted(self, item: str | None) -> tuple[np.ndarray, np.ndarray]:
        """Return n and n_eff by group: of the scale, or of those among them who answered one item."""
        chosen = self.chosen
        if item is None:
            return chosen.n, chosen.kish()
        here = ~np.isnan(self.answers[:, self.items.index(item)])
        part = replace(chosen, group=chosen.group[here], weight=chosen.weight[here], unit=chosen.unit[here])
        each = pd.DataFrame({"group": part.group, "unit": part.unit}).groupby("group")["unit"].nunique()
        return each.reindex(range(chosen.size), fill_value=0).to_numpy(), part.kish()


def alpha(
    responses: pd.DataFrame, *, items: Items, by: Sequence[str] = (), missing: Missing = "pairwise", **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Cronbach's alpha: how far the sum of a scale's questions repeats itself, a lower bound of its reliability.

    Parameters
    ----------
    responses : DataFrame
        The contract table; only answers in the state ``answered`` enter. Reversed questions have been turned, high is good.
    items : sequence of str, or mapping of scale to sequence of str
        item_ids of one scale, at least two and all on the same scale of answers; or several scales by name.
    by : sequence of str
        Columns that say who answered.
    missing : {"pairwise", "listwise"}
        Covariances from all who answered both items of a pair, or only from those who answered every item. Touchpoints that
        many never use leave few of the latter.
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``alpha``, unit ``coefficient``; group column ``item_group`` where scales are named. ``n`` counts those who
        answered at least two of the items (listwise: all). Notes: "reversed item" (an item runs against the others), "no spread",
        "thinnest pair n < 30" (few answered both items of some pair), "never rated together" (nobody did; no value).

    Raises
    ------
    DataError
        For unknown or repeated items, fewer than two, and items asked on different scales.

    Notes
    -----
    α = k/(k−1)·(1 − Σc_jj/Σc_jk) (Cronbach 1951). Interval: t on log(1 − α) with the linearised, clustered standard error that follows
    from each respondent's influence on the covariances (Maydeu-Olivares, Coffman & Hartmann 2007). Same as R: ``psych::alpha``, raw.

    >>> table = pd.DataFrame({"response_id": list("abcd") * 2, "respondent_id": list("abcd") * 2, "item_id": ["x"] * 4 + ["y"] * 4,
    ...     "value": [1.0, 2, 3, 4, 2.0, 1, 4, 3], "state": "answered", "weight": 1.0})
    >>> alpha(table, items=["x", "y"])[["metric", "value", "n"]].round(2)
      metric  value  n
    0  alpha   0.75  4
    """

    def figure(found: Moments) -> list[Figure]:
        return [alpha_of(found)]

    return _by_scale("alpha", responses, items, by, missing, options, figure)


def item_rest(
    responses: pd.DataFrame, *, items: Items, by: Sequence[str] = (), missing: Missing = "pairwise", **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Correlation of each item with the sum of the scale's other items: an item that does not belong shows itself.

    Parameters, columns and errors as in :func:`alpha`. Metric ``item_rest``, one row an ``item_id``, whose ``n`` counts those of the
    scale who answered it. Interval: t on Fisher's z.

    Parameters
    ----------
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    by : sequence of str
        Group columns; a row of the result for each combination of their levels that occurs.
    missing : {"pairwise", "complete"}
        Whether a covariance rests on all who answered both items, or only on those who answered all.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    >>> table = pd.DataFrame({"response_id": list("abcd") * 2, "respondent_id": list("abcd") * 2, "item_id": ["x"] * 4 + ["y"] * 4,
    ...     "value": [1.0, 2, 3, 4, 2.0, 1, 4, 3], "state": "answered", "weight": 1.0})
    >>> item_rest(table, items=["x", "y"])[["item_id", "value"]].round(2)
      item_id  value
    0       x    0.6
    1       y    0.6
    """

    def figures(found: Moments) -> list[Figure]:
        return [item_rest_of(found, number) for number in range(len(found.covariance))]

    return _by_scale("item_rest", responses, items, by, missing, options, figures, per_item=True)


def omega(
    responses: pd.DataFrame,
    *,
    items: Items,
    by: Sequence[str] = (),
    missing: Missing = "pairwise",
    joint: bool = False,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """McDonald's omega: the share of a scale's variance that one common factor makes; items need not weigh alike, as for alpha.

    Parameters, columns and errors as in :func:`alpha`, and

    Parameters
    ----------
    joint : bool
        Fit all scales in one model of correlated factors, each item on its own scale's factor alone; else one model a scale.
        One model a scale needs three items.
    responses : DataFrame
        The contract table *responses*, one row an answer to an item.
    by : sequence of str
        Group columns; a row of the result for each combination of their levels that occurs.
    missing : {"pairwise", "complete"}
        Whether a covariance rests on all who answered both items, or only on those who answered all.
    **options
        What :class:`cxlib.estimates.Sampling` says: `weight`, `cluster` and `count` (columns), `level` (0 to 1), `draws`, `seed`.

    Returns
    -------
    DataFrame
        ESTIMATES, metric ``omega``, unit ``coefficient``. Notes: "one factor does not fit" (standardised root mean square residual above
        0.08), and without a value "improper solution" (an item's own variance comes out negative: a Heywood case), "no solution",
        "fewer than 3 items", "never rated together".

    Notes
    -----
    ω = (Σλ)²/((Σλ)² + Σθ) from the maximum likelihood fit Σ = ΛΦΛ' + Θ (McDonald 1999; Jöreskog 1969). Interval as for alpha; ω follows the
    covariances through the fit's exact second derivatives, so it also holds where answers are not normal or the model does not fit.
    Same as R: ``lavaan::cfa`` and ``semTools::reliability``.

    >>> common, own = np.random.default_rng(1).normal(size=60), np.random.default_rng(2).normal(size=(3, 60))
    >>> table = pd.concat([pd.DataFrame({"response_id": range(60), "respondent_id": range(60), "item_id": item, "state": "answered",
    ...     "value": common + part, "weight": 1.0}) for item, part in zip("xyz", own, strict=True)], ignore_index=True)
    >>> omega(table, items=["x", "y", "z"])[["metric", "value", "n"]].round(2)
      metric  value   n
    0  omega   0.71  60
    """
    if responses.empty or (isinstance(items, Mapping) and not items):
        return _unasked("omega", items, by)
    scales = _scales(items)
    alone = not joint or len(scales) == 1
    if alone:
        parts = [_fitted(responses, {name: wanted}, by, missing, options) for name, wanted in scales.items()]
    else:
        parts = [_fitted(responses, scales, by, missing, options)]
    return estimates.stack(*parts)


def _fitted(
    responses: pd.DataFrame, scales: Mapping[str, tuple[str, ...]], by: Sequence[str], missing: Missing, options: Sampling
) -> pd.DataFrame:
    """Return omega of scales fitted together."""
    factor = np.repeat(np.arange(len(scales)), [len(wanted) for wanted in scales.values()])
    taken = _taken(responses, scales, by, missing, options)
    found = [omegas_of(one, factor) for one in taken.moments]
    return estimates.stack(
        *(_told("omega", {"item_group": name}, taken, [of[number] for of in found], options) for number, name in enumerate(scales))
    )


def _by_scale(
    metric: str,
    responses: pd.DataFrame,
    items: Items,
    by: Sequence[str],
    missing: Missing,
    options: Sampling,
    figures: Callable[[Moments], list[Figure]],
    *,
    per_item: bool = False,
) -> pd.DataFrame:
    if responses.empty or (isinstance(items, Mapping) and not items):
        return _unasked(metric, items, by)
    parts = []
    for name, wanted in _scales(items).items():
        taken = _taken(responses, {name: wanted}, by, missing, options)
        found = [figures(one) for one in taken.moments]
        for number in range(len(wanted) if per_item else 1):
            labels = {"item_group": name} | ({"item_id": wanted[number]} if per_item else {})
            parts.append(_told(metric, labels, taken, [of[number] for of in found], options))
    return estimates.stack(*parts)


def _unasked(metric: str, items: Items, by: Sequence[str]) -> pd.DataFrame:
    named = ["item_group"] if isinstance(items, Mapping) else []
    return estimates.unanswerable(
        metric, "coefficient", ["responses.item_group" if named and not items else "responses.value"], by=[*named, *by]
    )


def _scales(items: Items) -> dict[str, tuple[str, ...]]:
    """Return scales by name; a scale without a name has the name ""."""
    if isinstance(items, str):
        raise DataError(worded("items", "one item is no scale:", items, do="Name at least two items."))
    scales = {str(name): tuple(wanted) for name, wanted in items.items()} if isinstance(items, Mapping) else {"": tuple(items)}
    for name, wanted in scales.items():
        if len(wanted) < 2:
            place = f"items.{name}" if name else "items"
            raise DataError(worded(place, "a scale has at least two items, not", len(wanted)))
    return scales


def _check_ends(name: str, laid: Questionnaires, wanted: Sequence[str]) -> None:
    here = [laid.items.index(item) for item in wanted]
    ends = dict.fromkeys(f"{low:g}–{high:g}" for low, high in zip(laid.low[here], laid.high[here], strict=True) if not np.isnan(low))
    if len(ends) > 1:
        place = f"items.{name}" if name else "items"
        raise DataError(f"{place}: asked on different scales: {', '.join(ends)}. The items of a scale share one; analyse them apart.")


def _taken(
    responses: pd.DataFrame, scales: Mapping[str, tuple[str, ...]], by: Sequence[str], missing: Missing, options: Sampling
) -> _Taken:
    """Lay out the answers to the items of scales that are analysed together."""
    if missing not in ("pairwise", "listwise"):
        raise DataError(worded("missing", "unknown way to treat gaps", missing, ("pairwise", "listwise")))
    laid = questionnaires(responses, tuple(item for wanted in scales.values() for item in wanted))
    for name, wanted in scales.items():
        _check_ends(name, laid, wanted)
    enough = (~np.isnan(laid.value)).sum(axis=1) >= (len(laid.items) if missing == "listwise" else 2)
    chosen = sample(laid.people[enough], [], by, by_respondent(options))
    answers = laid.value[enough][chosen.rows]
    of_group = tuple(np.flatnonzero(chosen.group == number) for number in range(chosen.size))
    return _Taken(laid.items, answers, chosen, of_group, tuple(moments(answers[here], chosen.weight[here]) for here in of_group))


def _told(metric: str, labels: Mapping[str, str], taken: _Taken, found: Sequence[Figure], options: Sampling) -> pd.DataFrame:
    """Return the rows of one figure, a row a group."""
    chosen = taken.chosen
    value, note = np.array([figure.value for figure in found]), np.array([figure.note for figure in found], dtype=object)
    influence = np.zeros(len(chosen.weight))
    for here, one, figure in zip(taken.of_group, taken.moments, found, strict=True):
        if np.isfinite(figure.value):
            influence[here] = one.influence(figure.gradient)
    spread = chosen.spread(influence)
    half = spread.reach(options.get("level", 0.95)) * spread.se
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        if metric == "item_rest":
            low, high = (np.tanh(np.arctanh(value) + sign * half / (1 - value**2)) for sign in (-1, 1))
        else:
            low, high = (1 - (1 - value) * np.exp(sign * half / (1 - value)) for sign in (1, -1))
    note = np.where(note == "", [f"thinnest pair n < {THIN}" if one.pairs.min() < THIN else "" for one in taken.moments], note)
    note = np.where(np.isnan(spread.df) & np.isfinite(value), "n < 2", note)
    n, n_eff = taken.counted(labels.get("item_id"))
    columns = {"metric": metric, "value": value, "low": low, "high": high, "unit": "coefficient", "n": n, "n_eff": n_eff}
    columns |= {"method": "Fisher's z, linearised" if metric == "item_rest" else "log of the rest, linearised"}
    columns |= {"note": note}
    if options.get("draws"):
        columns["draws"] = _draws(taken, found, by_respondent(options))
    groups = chosen.groups.copy()
    for number, (name, label) in enumerate(labels.items()):
        if label:
            groups.insert(min(number, groups.shape[1]), name, label)
    return rows(groups, columns)


def _draws(taken: _Taken, found: Sequence[Figure], options: Sampling) -> list[np.ndarray]:
    ids = draw_ids(taken.chosen, options)
    times = estimates.draw_weights(ids, draws=options["draws"], seed=options.get("seed", 1))
    drawn = []
    for here, one, figure in zip(taken.of_group, taken.moments, found, strict=True):
        nothing = np.full(options["draws"], np.nan)
        drawn.append(figure.again(one.drawn(times[taken.chosen.cluster[here]])) if np.isfinite(figure.value) else nothing)
    return drawn
