"""How loyalty rises with ease: the outcome at each level of an effort answer, and the slope through all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.survey import by_respondent, questionnaires
from cxlib.survey.loyalty.experience import balanced, followed_by

__all__ = ["dose_response"]


def dose_response(
    responses: pd.DataFrame,
    *,
    outcome: str | None,
    item: str | None = None,
    adjust: Sequence[str] = (),
    min_n: int | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Mean outcome at each level of an answer, and how much it rises a point.

    Parameters
    ----------
    responses : DataFrame
        The contract table, with joined columns where the outcome is one.
    outcome : str
        An item_id (recommendation, repurchase) or a column that is the same for all answers of a questionnaire
        (``bought_again``, ``left``, ``brought_in`` …).
    item : str, optional
        item_id of the dose; the one item of type ``ces`` (high is easy) when left out.
    adjust : sequence of str
        Columns of *responses* in which the levels are made alike (:func:`balanced`); the slope is then that within them, and the
        metrics begin with ``adjusted_``.
    min_n : int, optional
        Neighbouring levels are joined until each has so many respondents.
    **options
        See :class:`cxlib.estimates.Sampling`; ``cluster`` is ``customer_id`` when left out and the outcome is behaviour.

    Returns
    -------
    DataFrame
        ESTIMATES with the group columns ``outcome_id``, ``item_id`` and ``dose`` (the level, "2", or the levels joined, "1–2").
        ``dose_response``: the mean, on the outcome's scale, as a share, count or amount. ``dose_slope``, without a level: how much the
        outcome rises a point; unit ``points per point`` for answers, else the outcome's own. ``n`` counts respondents.
        Needs "responses[ces]", the item named, or the outcome.

    Raises
    ------
    DataError
        When several items of type ``ces`` were asked and `item` names none; when the outcome is neither an item nor a column, or
        both, or differs within a questionnaire.

    Notes
    -----
    Levels as :func:`cxlib.estimates.mean` or ``share``, the slope as :func:`cxlib.estimates.slope`. The levels show whether the slope
    tells the whole story.

    >>> answers = pd.DataFrame({"response_id": list("abcd") * 2, "respondent_id": list("abcd") * 2, "item_id": ["ease"] * 4 + ["nps"] * 4,
    ...     "item_type": ["ces"] * 4 + ["nps"] * 4, "state": "answered", "value": [1.0, 1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 10.0],
    ...     "scale_low": [1.0] * 4 + [0.0] * 4, "scale_high": [7.0] * 4 + [10.0] * 4, "weight": 1.0})
    >>> dose_response(answers, item="ease", outcome="nps")[["dose", "metric", "value"]]
      dose         metric  value
    0    1  dose_response    4.0
    1    2  dose_response    9.0
    2  NaN     dose_slope    5.0
    """
    lead, groups = "adjusted_" if adjust else "", ["outcome_id", "item_id", "dose"]
    estimates.check(min_n=min_n, adjust=adjust)
    item = _effort(responses) if item is None else item
    if item is None or outcome is None or responses.empty:
        needs = ["responses[ces]", *(["responses[nps]"] if outcome is None else [])]
        return estimates.unanswerable(f"{lead}dose_response", "", needs, by=groups)
    if not responses["item_id"].eq(item).any():
        return estimates.unanswerable(f"{lead}dose_response", "", [f"responses[{item}]"], by=groups).assign(
            outcome_id=outcome, item_id=item
        )
    answers = questionnaires(responses, [item])
    found, unit, bounds = followed_by(responses, answers.people, outcome)
    table = answers.people.assign(given=answers.value[:, 0], followed_by=found.value, outcome_id=outcome, item_id=item)
    table = table[table["given"].notna() & table["followed_by"].notna()].reset_index(drop=True)
    if table.empty:
        needed = estimates.unanswerable(f"{lead}dose_response", "", [f"responses[{item}]", outcome], by=groups)
        return needed.assign(outcome_id=outcome, item_id=item)
    table["dose"] = _levels(table, min_n)
    chosen = by_respondent({**options, "cluster": options.get("cluster") or ("respondent_id" if found.is_item else "customer_id")})
    sloped: dict[str, Any] = {"within": adjust, "by": groups[:2], "metric": f"{lead}dose_slope", **chosen}
    steps = "points per point" if found.is_item else "share difference" if unit == "share" else unit
    slope = estimates.slope(table, "followed_by", "given", unit=steps, **sloped)
    if adjust:
        table = balanced(table, "dose", adjust, weight=chosen["weight"])
        chosen["weight"] = "balanced"
    told: dict[str, Any] = {"by": groups, "metric": f"{lead}dose_response", **chosen}
    if unit == "share":
        levels = estimates.share(table, "followed_by", **told)
    else:
        levels = estimates.mean(table, "followed_by", unit=unit, bounds=bounds, **told)
    order = {name: at for at, name in enumerate(table.sort_values("given", kind="stable")["dose"].unique())}
    levels = levels.sort_values("dose", key=lambda level: level.map(order), kind="stable")
    stacked = estimates.stack(levels, slope)
    return stacked[[*groups, *(name for name in stacked.columns if name not in groups)]]


def _effort(responses: pd.DataFrame) -> str | None:
    asked = responses.loc[responses["item_type"].eq("ces"), "item_id"].unique() if len(responses) else []
    if len(asked) > 1:
        raise DataError(worded("item", "several items ask for effort", None, asked, label="Items", do="Name one of them."))
    return str(asked[0]) if len(asked) else None


def _levels(table: pd.DataFrame, min_n: int | None) -> pd.Series:
    """Name each row's level; from the lowest on, levels join their next neighbour until they have `min_n` respondents."""
    given = table["given"].to_numpy()
    bins: list[list[float]] = []
    for level in np.unique(given):
        full = not bins or _people(table, given, bins[-1]) >= (min_n or 1)
        bins = [*bins, [level]] if full else [*bins[:-1], [*bins[-1], level]]
    if len(bins) > 1 and _people(table, given, bins[-1]) < (min_n or 1):
        bins = [*bins[:-2], bins[-2] + bins[-1]]
    names = {level: f"{own[0]:g}" if len(own) == 1 else f"{own[0]:g}–{own[-1]:g}" for own in bins for level in own}
    return table["given"].map(names).astype("str")


def _people(table: pd.DataFrame, given: np.ndarray, levels: list[float]) -> int:
    return int(table.loc[np.isin(given, levels), "respondent_id"].nunique())
