"""What has changed since the last wave, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.monitoring._contrasts import Means, cell_means
from cxlib.decisions.monitoring.instrument import Wordings, compared_waves, faults
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import rated, scale_unit, scales

__all__ = ["CHANCE", "SCORED", "change"]

SCORED = ("nps", "overall", "csat", "ces", "repurchase", "brand", "contact_value", "actual", "expected")
CHANCE = "difference open"
PROMOTER, DETRACTOR = 9, 6
GROUPS = ["survey_id", "owner", "touchpoint_id", "item_id"]


def change(
    responses: pd.DataFrame,
    touchpoints: pd.DataFrame | None = None,
    *,
    types: Sequence[str] = SCORED,
    wordings: Wordings = (),
    min_n: int = 2,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Scores of the last wave of each survey beside those of the wave before, and how much they changed; also by department.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    touchpoints : DataFrame, optional
        ``touchpoint_id`` and ``department``: whose figure each rating is.
    types : sequence of str
        Item types that are compared.
    wordings : sequence of mapping
        As in :func:`same_instrument`.
    min_n : int
        Respondents of either wave below which no change is told.
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES by ``survey_id``, ``owner`` (department), ``touchpoint_id`` and ``item_id``: ``score_before``, ``score_now`` and
        ``change`` (``points`` for recommendation, else the item's scale and ``scale points``; high is good). By ``owner`` alone:
        ``department_change`` (``scale points``), the mean of the changes of its touchpoints' ratings, each counted once. Questions that
        the two waves did not ask alike keep their scores; their change has no value and the note says what differs. A change that chance
        may have brought about has the note "difference open".

    Notes
    -----
    Differences of weighted means, linearised with people (accounts) as clusters over both waves, so that those who were asked twice make a
    change surer. Chance: Benjamini–Hochberg over the changes of one survey. Where n is the same, the figure is that of
    :func:`cxlib.estimates.difference`. Kish 1965, ch. 12.4 (overlapping samples).

    >>> waves = pd.DataFrame({"survey_id": "s", "respondent_id": list("abcabc"), "response_id": list("uvwxyz"), "wave": list("111222"),
    ...     "item_id": "q", "item_type": "actual", "touchpoint_id": "T1", "state": "answered", "value": [2.0, 3.0, 4.0, 3.0, 4.0, 6.0],
    ...     "scale_low": 1.0, "scale_high": 6.0, "weight": 1.0, "survey_ts": pd.to_datetime(["2025-01-01"] * 3 + ["2026-01-01"] * 3)})
    >>> change(waves)[["metric", "value", "n"]].round(2)
             metric  value  n
    0  score_before   3.00  3
    1     score_now   4.33  3
    2        change   1.33  3
    """
    there = [name for name in ("wave", "survey_ts") if name in responses and responses[name].notna().any()]
    needs = [f"responses.{name}" for name in ("wave", "survey_ts") if name not in there and len(responses)]
    answers = rated(responses, types)
    if answers.empty or needs:
        return estimates.unanswerable("change", "scale points", needs or ["responses.wave"], by=["survey_id"])
    parts = []
    for survey, waves in compared_waves(answers).items():
        own = answers[answers["survey_id"].eq(survey) & answers["wave"].isin(waves)]
        if len(waves) < 2:
            first = pd.DataFrame({"survey_id": pd.Series([survey], dtype="str")})
            parts.append(rows(first, {"metric": "change", "unit": "scale points", "note": "one wave"}))
            continue
        differing = faults(responses[responses["survey_id"].eq(survey)], waves, wordings)
        parts.append(_of_survey(own, survey, waves, differing, _owners(touchpoints), min_n, options))
    return estimates.stack(*parts)


def _owners(touchpoints: pd.DataFrame | None) -> dict[str, str]:
    if touchpoints is None or touchpoints.empty or "department" not in touchpoints:
        return {}
    known = touchpoints.dropna(subset=["department"])
    return dict(zip(known["touchpoint_id"].astype("str"), known["department"].astype("str"), strict=True))


def _of_survey(
    answers: pd.DataFrame,
    survey: str,
    waves: Sequence[str],
    differing: dict[str, str],
    owners: dict[str, str],
    min_n: int,
    options: Sampling,
) -> pd.DataFrame:
    """Both waves and the change of every question of one survey, and the changes by department."""
    nps = answers["item_type"].eq("nps")
    points = np.select([answers["value"] >= PROMOTER, answers["value"] <= DETRACTOR], [100.0, -100.0], 0.0)
    scored = answers.assign(value=np.where(nps, points, answers["value"]))
    items = list(dict.fromkeys(scored["item_id"]))
    cell = 2 * pd.Index(items).get_indexer(scored["item_id"]) + scored["wave"].eq(waves[1]).to_numpy()
    means = cell_means(scored, cell.astype(np.intp), 2 * len(items), options)
    groups = _groups(answers, items, survey, owners)
    ends = scales(answers, ["item_id"]).loc[items]
    kinds = answers.groupby("item_id")["item_type"].first().loc[items]
    unit = ["points" if kind == "nps" else scale_unit(low, high) for kind, low, high in zip(kinds, ends["low"], ends["high"], strict=True)]
    level = options.get("level", 0.95)
    sides = np.eye(2 * len(items))
    both = [_scores(means, groups, metric, sides[side::2], unit, min_n, level) for side, metric in ((0, "score_before"), (1, "score_now"))]
    told = means.contrast(sides[1::2] - sides[0::2], level)
    thin = np.minimum(both[0]["n"].to_numpy(), both[1]["n"].to_numpy()) < min_n
    notes = np.array([differing.get(item, "") for item in items], dtype=object)
    blank = thin | (notes != "")
    q = estimates.false_discovery(np.where(blank, np.nan, np.asarray(told.pop("p"))))
    notes = np.where(
        notes != "", notes, np.where(thin, f"n < {min_n}", np.where(q > 1 - level, CHANCE, np.asarray(told["note"], dtype=object)))
    )
    columns = told | {"unit": ["points" if each == "points" else "scale points" for each in unit], "metric": "change", "note": ""}
    changed = rows(groups, columns)
    changed = estimates.withhold(changed, blank, "").assign(note=pd.Series(notes, index=changed.index, dtype="str"))
    by_owner = _departments(means, groups, kinds.to_numpy(), ~blank, level)
    return estimates.stack(*both, changed, *by_owner)


def _groups(answers: pd.DataFrame, items: Sequence[str], survey: str, owners: dict[str, str]) -> pd.DataFrame:
    place = answers.groupby("item_id")["touchpoint_id"].first().reindex(items)
    owner = place.map(owners) if owners else pd.Series(pd.NA, index=place.index)
    columns = {"survey_id": survey, "owner": owner.to_numpy(), "touchpoint_id": place.to_numpy(), "item_id": list(items)}
    return pd.DataFrame(columns).astype("str")


def _scores(
    means: Means, groups: pd.DataFrame, metric: str, signs: np.ndarray, unit: Sequence[str], min_n: int, level: float
) -> pd.DataFrame:
    told = means.contrast(signs, level)
    told.pop("p")
    found = rows(groups, told | {"metric": metric, "unit": list(unit)})
    missing = found["value"].isna()
    return estimates.withhold(found, found["n"].lt(min_n), f"n < {min_n}").assign(
        note=lambda table: table["note"].where(~missing, "not asked")
    )


def _departments(means: Means, groups: pd.DataFrame, kinds: np.ndarray, sound: np.ndarray, level: float) -> list[pd.DataFrame]:
    """Mean change of the ratings of each department's touchpoints."""
    mine = sound & (kinds == "actual") & groups["owner"].notna().to_numpy()
    names = sorted(groups.loc[mine, "owner"].unique())
    if not names:
        return []
    signs = np.zeros((len(names), 2 * len(groups)))
    for place, name in enumerate(names):
        own = np.flatnonzero(mine & groups["owner"].eq(name).to_numpy())
        signs[place, 2 * own + 1], signs[place, 2 * own] = 1 / len(own), -1 / len(own)
    told = means.contrast(signs, level)
    q = estimates.false_discovery(np.asarray(told.pop("p")))
    head = pd.DataFrame({"survey_id": groups["survey_id"].iloc[0], "owner": names}).astype("str")
    note = np.where(q > 1 - level, CHANCE, "")
    return [rows(head, told | {"metric": "department_change", "unit": "scale points", "note": note})]
