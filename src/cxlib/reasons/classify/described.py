"""How well a model judges texts it has not seen: by reason and in all, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.reasons.classify.training import Training

__all__ = ["described", "judged_texts"]


def judged_texts(rows: Training, probability: np.ndarray, known: np.ndarray, *, threshold: float, familiar: float) -> pd.DataFrame:
    """Return one row a training text: its label, what a machine that had not seen it says, and how sure it is."""
    order = np.argsort(-probability, axis=1, kind="stable")
    names = np.array([*rows.classes, None], dtype=object)
    place = np.full((len(order), 3), -1)
    place[:, : order.shape[1]] = order[:, :3]
    sure = probability.max(axis=1)
    judged = pd.DataFrame(
        {
            "label": names[rows.code],
            "prediction": names[place[:, 0]],
            "probability": sure,
            "alternative_1": names[place[:, 1]],
            "alternative_2": names[place[:, 2]],
            "label_probability": probability[np.arange(len(order)), rows.code],
            "known": known,
            "unassigned": (sure < threshold) | (known < familiar),
            "weight": rows.weight,
            "group": [str(group) for group in rows.group],
            "language": rows.language.to_numpy(),
        },
        index=rows.index,
    )
    return judged.astype(dict.fromkeys(("label", "prediction", "alternative_1", "alternative_2", "group", "language"), "str"))


def described(
    judged: pd.DataFrame, classes: Sequence[str], *, min_n: int, level: float, draws: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return precision and recall of each reason side by side, and all figures as ESTIMATES; top_1 by language too, where it is known."""
    options: Sampling = {"weight": "weight", "cluster": "group", "level": level, "draws": draws, "seed": seed}
    told = judged.assign(
        right=judged["label"] == judged["prediction"],
        among_three=(judged[["prediction", "alternative_1", "alternative_2"]].eq(judged["label"], axis=0)).any(axis=1),
    )
    by_reason = [
        _by(told, "label", "reason_recall", classes, min_n, options),
        _by(told, "prediction", "reason_precision", classes, min_n, options),
    ]
    whole = [
        estimates.share(told, "right", metric="top_1", **options),
        estimates.share(told, "among_three", metric="top_3", **options),
        estimates.share(told, "unassigned", metric="unassigned_share", **options),
    ]
    spoken = told[told["language"].notna()]
    if len(spoken):
        by_language = estimates.share(spoken, "right", by=["language"], metric="top_1", **options)
        whole.append(estimates.withhold(by_language, by_language["n"] < min_n, f"n < {min_n}"))
    return _side_by_side(*by_reason), estimates.stack(*by_reason, *whole)


def _by(told: pd.DataFrame, column: str, metric: str, classes: Sequence[str], min_n: int, options: Sampling) -> pd.DataFrame:
    named = told.assign(reason_id=told[column])
    found = estimates.share(named, "right", by=["reason_id"], metric=metric, **options)
    absent = [reason for reason in classes if reason not in set(found["reason_id"])]
    if absent:
        missing = estimates.unanswerable(metric, "share", ["x"], by=["reason_id"])
        rows = [missing.assign(reason_id=reason, note="never predicted") for reason in absent]
        found = pd.concat([found, *rows], ignore_index=True).sort_values("reason_id", ignore_index=True)
    return estimates.withhold(found, (found["n"] < min_n) & (found["n"] > 0), f"n < {min_n}")


def _side_by_side(recall: pd.DataFrame, precision: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame({"reason_id": recall["reason_id"]})
    for name, figures in (("precision", precision), ("recall", recall)):
        for column, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            table[name + suffix] = figures[column].to_numpy()
    both = table["precision"] + table["recall"]
    table["f1"] = np.where(both > 0, 2 * table["precision"] * table["recall"] / both.where(both > 0), both)
    table["n"] = recall["n"].to_numpy()
    table["note"] = recall["note"].where(recall["note"] != "", precision["note"])
    return table
