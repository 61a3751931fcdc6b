"""The gate: figures of quality against what was asked of them. It stops nothing; it says passed or failed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates.rows import rows
from cxlib.reasons.classify import ReasonModel
from cxlib.reasons.quality.trust import chance_error, expected_error

__all__ = ["THRESHOLDS", "gate", "macro_f1"]

THRESHOLDS: Mapping[str, float] = {"macro_f1": 0.6, "top_1": 0.7, "unassigned_share": 0.25, "ece": 0.05, "coder_agreement": 0.8}
AT_MOST = ("unassigned_share", "ece")
BY_LABELS = ("macro_f1", "top_1", "ece")  # what only labels that people gave can tell
DRAWS = 200


def gate(
    model: ReasonModel,
    *,
    thresholds: Mapping[str, float] = THRESHOLDS,
    agreement: pd.DataFrame | None = None,
    used: pd.DataFrame | None = None,
    level: float = 0.95,
    draws: int = 0,
    seed: int = 1,
) -> pd.DataFrame:
    """Whether reasons are assigned well enough to build on.

    Parameters
    ----------
    model : ReasonModel
    thresholds : mapping
        Figure → what it has to reach: ``macro_f1``, ``top_1`` and ``coder_agreement`` at least, ``unassigned_share`` and ``ece`` at most.
    agreement : DataFrame, optional
        What :func:`agreement` of two coders gave; not measured when left out.
    used : DataFrame, optional
        ESTIMATES with ``unassigned_share`` of the contacts that were classified, as :func:`corrected_shares` gives it; of the training
        texts when left out.
    level, draws, seed
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``element`` (the figure) and ``state`` (``passed``, ``failed``, ``not_measured``): ``gate``, its value with its
        interval, and ``gate_threshold``, what was asked. A calibration error that misses, but not by more than true probabilities would on
        as few texts, is ``not_measured``, with the note ``few labels``. The row with element ``all`` has metric ``gate``, value 1 where
        nothing failed and what only labels can tell was measured, and 0 else.

    Raises
    ------
    DataError
        For a threshold of a figure that there is not.

    >>> from cxlib.reasons.classify import fit
    >>> said = ["parcel late", "parcel again", "my parcel", "the parcel", "invoice wrong", "wrong invoice", "an invoice", "the invoice"]
    >>> model = fit(said, ["delivery"] * 4 + ["billing"] * 4, promised=0.5)
    >>> gate(model, thresholds={"top_1": 0.7})[["element", "state", "metric", "value"]]
      element   state          metric  value
    0   top_1  passed            gate    1.0
    1   top_1  passed  gate_threshold    0.7
    2     all  passed            gate    1.0
    """
    unknown = [name for name in thresholds if name not in THRESHOLDS]
    if unknown:
        raise DataError(*(worded("gate", "there is no figure", name, THRESHOLDS, label="Figures") for name in unknown))
    measured = _measured(model, agreement, used, level, draws, seed)
    parts, states = [], []
    for name, asked in thresholds.items():
        row = measured.get(name)
        if row is None:
            needs = "contacts.reason_second" if name == "coder_agreement" else "contacts.reason_gold"
            state, value = "not_measured", estimates.unanswerable("gate", "share", [needs])
        else:
            value = row.assign(metric="gate")
            reached = value["value"].item()
            held = reached <= asked if name in AT_MOST else reached >= asked
            state = "not_measured" if np.isnan(reached) else "passed" if held else "failed"
            if name == "ece" and state == "failed" and reached <= chance_error(model, level=level, seed=seed):
                state, value = "not_measured", value.assign(note="few labels")
        states.append(state)
        threshold = rows(pd.DataFrame(index=[0]), {"metric": "gate_threshold", "value": asked, "unit": "share"})
        parts += [_named(value, name, state), _named(threshold, name, state)]
    judged = [state for name, state in zip(thresholds, states, strict=True) if name in BY_LABELS]
    open_ones = "not_measured" in judged if judged else "passed" not in states
    whole = "failed" if "failed" in states else "not_measured" if open_ones else "passed"
    verdict = rows(
        pd.DataFrame(index=[0]), {"metric": "gate", "value": float(whole == "passed"), "unit": "count", "n": len(model.out_of_fold)}
    )
    return pd.concat([*parts, _named(verdict, "all", whole)], ignore_index=True)


def macro_f1(model: ReasonModel, *, level: float = 0.95, draws: int = 0, seed: int = 1) -> pd.DataFrame:
    """Mean over the reasons of F1 = 2TP/(2TP + FP + FN), from texts held out; one row of ESTIMATES with percentiles of the bootstrap.

    A reason counts as much as any other, however rare. What is unassigned counts with the reason that came first.
    """
    judged, size = model.out_of_fold, len(model.classes)
    label, said = (pd.Categorical(judged[name], categories=list(model.classes)).codes.astype(int) for name in ("label", "prediction"))
    weight = judged["weight"].to_numpy(dtype="float64")
    units, ids = pd.factorize(judged["group"].astype("str"))
    drawn = estimates.draw_weights(np.asarray(ids, dtype=object), draws=max(draws, DRAWS), seed=seed)
    value = _f1(label, said, weight, size)
    again = np.array([_f1(label, said, weight * drawn[units, draw], size) for draw in range(drawn.shape[1])])
    tail = (1 - level) / 2
    low, high = np.nanquantile(again, [tail, 1 - tail]) if np.isfinite(again).any() else (np.nan, np.nan)
    columns = {"metric": "macro_f1", "value": value, "low": low, "high": high, "unit": "share", "n": len(judged), "method": "bootstrap"}
    columns["n_eff"] = weight.sum() ** 2 / (weight**2).sum()
    if draws:
        columns["draws"] = again[None, :draws]
    return rows(pd.DataFrame(index=[0]), columns)


def _f1(label: np.ndarray, said: np.ndarray, weight: np.ndarray, size: int) -> float:
    hits = np.bincount(label, weight * (label == said), minlength=size)
    both = np.bincount(label, weight, minlength=size) + np.bincount(said, weight, minlength=size)
    there = np.bincount(label, weight, minlength=size) > 0
    return float((2 * hits[there] / both[there]).mean()) if there.any() else np.nan


def _measured(
    model: ReasonModel, agreement: pd.DataFrame | None, used: pd.DataFrame | None, level: float, draws: int, seed: int
) -> dict[str, pd.DataFrame]:
    own = model.estimates
    found = {}
    if model.measured:
        found = {name: estimates.only(own, name) for name in ("top_1", "unassigned_share")}
        found["macro_f1"] = macro_f1(model, level=level, draws=draws, seed=seed)
        found["ece"] = expected_error(model)
    for name, table in (("coder_agreement", agreement), ("unassigned_share", used)):
        if table is not None and len(estimates.only(table, name)) == 1:
            found[name] = estimates.only(table, name)
    return found


def _named(row: pd.DataFrame, element: str, state: str) -> pd.DataFrame:
    plain = row.loc[:, row.columns[list(row.columns).index("metric") :]].reset_index(drop=True)
    plain.insert(0, "state", state)
    plain.insert(0, "element", element)
    return plain
