"""What the model's probabilities are worth: how accurate what is accepted is, and whether probabilities mean what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.reasons.classify import ReasonModel
from cxlib.reasons.classify.calibration import calibration_error

__all__ = ["calibration", "chance_error", "expected_error", "selective"]

STEPS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
A_BIN, MOST_BINS = 40, 15  # texts a bin of the calibration error, and bins at most: emptier ones are told chance for error
CHANCE_DRAWS = 400


def selective(model: ReasonModel, *, steps: Sequence[float] = STEPS, level: float = 0.95, draws: int = 0, seed: int = 1) -> pd.DataFrame:
    """How many texts are accepted from a probability on, and how accurate those are: the coverage–accuracy curve.

    Parameters
    ----------
    model : ReasonModel
    steps : sequence of float
        Probabilities; the model's own threshold is added.
    level, draws, seed
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``sureness`` (the probability, as text): ``coverage``, the share of texts at least as sure, and ``selective_accuracy``,
        the share of those that are right; from texts held out. A step that no text reaches has no accuracy.

    Notes
    -----
    El-Yaniv & Wiener 2010. The model's own threshold was chosen on the same texts; its accuracy is told as if it had been given.

    >>> from cxlib.reasons.classify import fit
    >>> said = ["parcel late", "parcel again", "my parcel", "the parcel", "invoice wrong", "wrong invoice", "an invoice", "the invoice"]
    >>> model = fit(said, ["delivery"] * 4 + ["billing"] * 4, promised=0.5)
    >>> told = selective(model, steps=[0.0])
    >>> told.loc[told["sureness"].eq("0"), ["sureness", "metric", "value", "n"]].round(2)
      sureness              metric  value  n
    0        0            coverage    1.0  8
    1        0  selective_accuracy    1.0  8
    """
    if not model.measured:
        return estimates.unanswerable("selective_accuracy", "share", ["contacts.reason_gold"], by=["sureness"])
    judged = model.out_of_fold.assign(right=lambda table: (table["label"] == table["prediction"]).astype(float))
    options: Sampling = {"weight": "weight", "cluster": "group", "level": level, "draws": draws, "seed": seed}
    parts = []
    for step in sorted({*map(float, steps), float(model.threshold)}):
        name = {"sureness": f"{step:.4g}"}
        kept = judged["probability"] >= step
        covered = estimates.share(judged.assign(accepted=kept.astype(float)), "accepted", metric="coverage", **options)
        covered.insert(0, "sureness", name["sureness"])
        if not kept.any():
            nothing = rows(pd.DataFrame(name, index=[0]), {"metric": "selective_accuracy", "unit": "share", "note": "none accepted"})
            parts += [covered, nothing]
            continue
        right = estimates.share(judged[kept], "right", metric="selective_accuracy", **options)
        right.insert(0, "sureness", name["sureness"])
        parts += [covered, right]
    return estimates.stack(*parts)


def calibration(model: ReasonModel, *, bins: int = 10, level: float = 0.95, draws: int = 0, seed: int = 1) -> pd.DataFrame:
    """Whether probabilities mean what they say: stated against reached, over bins of the probability.

    Parameters
    ----------
    model : ReasonModel
    bins : int
        Bins of equal width from 0 to 1; those without a text have no row.
    level, draws, seed
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``sureness`` (the bin, ``0.8–0.9``): ``stated_probability``, the mean of what the model said, and ``reached_accuracy``;
        without a level: ``ece``, the expected calibration error (a bin of equal width for every 40 texts, 2 to 15) beyond what chance
        gives, without an interval, since it cannot fall below zero and resampling only raises it.

    Notes
    -----
    ECE = Σ_b (n_b/n)·√max(0, (accuracy_b − mean probability_b)² − v_b), v_b = Σp(1 − p)/n_b² the variance that the bin has where
    probabilities are true (Guo et al. 2017, less chance as Kumar et al. 2019); from the same held-out texts that gave the temperature: one
    parameter fitted on all of them. Without v_b a model whose probabilities are true is told to miss by 5 points at 400 texts.

    >>> from cxlib.reasons.classify import fit
    >>> said = ["parcel late", "parcel again", "my parcel", "the parcel", "invoice wrong", "wrong invoice", "an invoice", "the invoice"]
    >>> model = fit(said, ["delivery"] * 4 + ["billing"] * 4, promised=0.5)
    >>> told = calibration(model, bins=2)
    >>> told[["sureness", "metric", "value", "n"]].round(2)
      sureness              metric  value  n
    0      NaN                 ece    0.0  8
    1    0.5–1  stated_probability    1.0  8
    2    0.5–1    reached_accuracy    1.0  8
    """
    if not model.measured:
        return estimates.unanswerable("reached_accuracy", "share", ["contacts.reason_gold"], by=["sureness"])
    judged = model.out_of_fold.assign(right=lambda table: (table["label"] == table["prediction"]).astype(float))
    place = np.clip((judged["probability"].to_numpy() * bins).astype(int), 0, bins - 1)
    names = [f"{number / bins:.2g}–{(number + 1) / bins:.2g}" for number in range(bins)]
    judged = judged.assign(sureness=[names[number] for number in place])
    options: Sampling = {"weight": "weight", "cluster": "group", "level": level, "draws": draws, "seed": seed}
    stated = estimates.mean(judged, "probability", by=["sureness"], metric="stated_probability", unit="share", bounds=(0, 1), **options)
    reached = estimates.share(judged, "right", by=["sureness"], metric="reached_accuracy", **options)
    return estimates.arrange(estimates.stack(stated, reached, expected_error(model)), "sureness", names).reset_index(drop=True)


def expected_error(model: ReasonModel) -> pd.DataFrame:
    """Return the model's expected calibration error on held-out texts beyond what chance gives, as one row of ESTIMATES."""
    judged = model.out_of_fold
    weight = judged["weight"].to_numpy(dtype="float64")
    right = (judged["label"] == judged["prediction"]).to_numpy()
    value = _error(judged["probability"].to_numpy(), right, weight)
    told = {"metric": "ece", "value": value, "unit": "share", "n": len(judged), "n_eff": weight.sum() ** 2 / (weight**2).sum()}
    return rows(pd.DataFrame(index=[0]), told)


def chance_error(model: ReasonModel, *, level: float = 0.95, seed: int = 1) -> float:
    """Return the calibration error that is told at most, in `level` of samples as large, where probabilities are true."""
    probability, weight = (model.out_of_fold[name].to_numpy(dtype="float64") for name in ("probability", "weight"))
    rng = np.random.default_rng([seed, len(weight)])
    told = [_error(probability, rng.random(len(weight)) < probability, weight) for _ in range(CHANCE_DRAWS)]
    return float(np.quantile(told, level))


def _error(probability: np.ndarray, right: np.ndarray, weight: np.ndarray) -> float:
    n_eff = weight.sum() ** 2 / (weight**2).sum()
    return calibration_error(probability, right, weight, bins=int(np.clip(n_eff // A_BIN, 2, MOST_BINS)), beyond_chance=True)
