"""Whether customers come to expect more, and whether what they experience keeps pace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.decisions.monitoring._contrasts import cell_means
from cxlib.decisions.monitoring.change import CHANCE
from cxlib.decisions.monitoring.instrument import Wordings, compared_waves, faults
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey import rated

__all__ = ["drift"]

SIDES = {"expected_drift": (0.0, 1.0), "actual_drift": (1.0, 0.0), "gap_drift": (1.0, -1.0)}  # shares of actual and expected


def drift(
    responses: pd.DataFrame,
    *,
    declared: Mapping[str, str] | None = None,
    wordings: Wordings = (),
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """How far expectation and experience moved from the last wave but one to the last, apart and together.

    Parameters
    ----------
    responses : DataFrame
        The contract table; items of type ``actual`` and ``expected``.
    declared : mapping of str to str, optional
        Expected item → actual item, where touchpoints do not pair them (product, price).
    wordings : sequence of mapping
        As in :func:`cxlib.decisions.monitoring.same_instrument`.
    **options
        See :class:`cxlib.estimates.Sampling`; weights default to the table's own, clusters to the respondent.

    Returns
    -------
    DataFrame
        ESTIMATES by ``touchpoint_id`` and ``item_id`` (the actual item), and over all of them (both missing; each pair counts once):
        ``expected_drift``, ``actual_drift`` and ``gap_drift`` = actual − expected (``scale points``; a negative one says that the gap
        widened). The note "difference open" where chance may have brought it about. Pairs of which a side was not asked alike in both waves
        are left out; where none is left, the row says what is needed.

    Notes
    -----
    Linearised contrasts of four weighted means; people (accounts) are clusters over waves and questions. Of everybody who answered, not of
    those alone who answered all four: composition may play a part, see :func:`cxlib.decisions.monitoring.same_instrument`. Chance:
    Benjamini–Hochberg within each metric.

    >>> sides = pd.DataFrame({"survey_id": "s", "respondent_id": list("abababab"), "wave": list("11221122"), "touchpoint_id": "T1",
    ...     "item_id": ["is"] * 4 + ["should"] * 4, "item_type": ["actual"] * 4 + ["expected"] * 4, "state": "answered", "weight": 1.0,
    ...     "value": [3.0, 4.0, 3.0, 5.0, 4.0, 5.0, 5.0, 6.0], "scale_low": 1.0, "scale_high": 6.0,
    ...     "survey_ts": pd.to_datetime(["2025-01-01", "2025-01-01", "2026-01-01", "2026-01-01"] * 2)})
    >>> told = drift(sides)
    >>> told.loc[told["item_id"].isna(), ["metric", "value"]].values.tolist()
    [['expected_drift', 1.0], ['actual_drift', 0.5], ['gap_drift', -0.5]]
    """
    answers = rated(responses, ("actual", "expected"))
    by = ["touchpoint_id", "item_id"]
    needs = [f"responses[{kind}]" for kind in ("actual", "expected") if answers.empty or not answers["item_type"].eq(kind).any()]
    if needs or "wave" not in answers:
        return estimates.unanswerable("expected_drift", "scale points", needs or ["responses.wave"], by=by)
    parts = []
    for survey, waves in compared_waves(answers).items():
        own = answers[answers["survey_id"].eq(survey) & answers["wave"].isin(waves)]
        couples = _pairs(own, declared or {})
        if len(waves) < 2 or couples.empty:
            continue
        differing = faults(responses[responses["survey_id"].eq(survey)], waves, wordings)
        sound = couples[~couples["actual"].isin(differing) & ~couples["expected"].isin(differing)].reset_index(drop=True)
        if len(sound):
            parts.append(_of_pairs(own, waves[1], sound, options))
    if not parts:
        return estimates.unanswerable("expected_drift", "scale points", ["responses.wave"], by=by)
    return estimates.stack(*parts)


def _pairs(answers: pd.DataFrame, declared: Mapping[str, str]) -> pd.DataFrame:
    """Actual and expected items that belong together: of the same touchpoint, or declared."""
    items = answers.drop_duplicates("item_id")[["item_id", "item_type", "touchpoint_id"]]
    sides = {kind: items[items["item_type"].eq(kind)] for kind in ("actual", "expected")}
    placed = [side[side["touchpoint_id"].notna()].drop_duplicates("touchpoint_id") for side in sides.values()]
    found = placed[0].merge(placed[1], on="touchpoint_id", suffixes=("_a", "_e"))
    table = pd.DataFrame({"touchpoint_id": found["touchpoint_id"], "actual": found["item_id_a"], "expected": found["item_id_e"]})
    known = [set(side["item_id"]) for side in sides.values()]
    more = [(pd.NA, actual, expected) for expected, actual in declared.items() if actual in known[0] and expected in known[1]]
    added = pd.DataFrame(more, columns=["touchpoint_id", "actual", "expected"])
    return pd.concat([table, added], ignore_index=True).astype("str") if more else table.astype("str")


def _of_pairs(answers: pd.DataFrame, now: str, couples: pd.DataFrame, options: Sampling) -> pd.DataFrame:
    items = [*couples["actual"], *couples["expected"]]
    here = answers[answers["item_id"].isin(items)]
    cell = 2 * pd.Index(items).get_indexer(here["item_id"]) + here["wave"].eq(now).to_numpy()
    means = cell_means(here, cell.astype(np.intp), 2 * len(items), options)
    level, count = options.get("level", 0.95), len(couples)
    each = np.vstack([np.eye(count), np.full((1, count), 1 / count)])
    groups = pd.DataFrame({"touchpoint_id": [*couples["touchpoint_id"], None], "item_id": [*couples["actual"], None]})
    groups = groups.astype("str")
    parts = []
    for metric, (actual, expected) in SIDES.items():
        signs = np.zeros((count + 1, 2 * len(items)))
        for side, sign in ((0, actual), (count, expected)):
            signs[:, 2 * side + 1 : 2 * (side + count) : 2] = sign * each
            signs[:, 2 * side : 2 * (side + count) : 2] = -sign * each
        told = means.contrast(signs, level)
        q = estimates.false_discovery(np.asarray(told.pop("p")))
        note = np.where(q > 1 - level, CHANCE, np.asarray(told["note"], dtype=object))
        parts.append(rows(groups, told | {"metric": metric, "unit": "scale points", "note": note}))
    return estimates.stack(*parts)
