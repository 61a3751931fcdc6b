"""Learning reasons from labelled texts: choice by cross-validation, calibration and quality from texts held out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from cxlib.errors import DataError
from cxlib.estimates.steps import steps
from cxlib.reasons.classify.calibration import softmax, temperature, threshold
from cxlib.reasons.classify.described import described, judged_texts
from cxlib.reasons.classify.features import LENGTHS
from cxlib.reasons.classify.folds import folds
from cxlib.reasons.classify.model import ReasonModel
from cxlib.reasons.classify.scorer import Recipe, Scorer
from cxlib.reasons.classify.training import Training, training
from cxlib.reasons.classify.vectors import Encoder, vectors_of

__all__ = ["fit"]

HeldOut = tuple[np.ndarray, np.ndarray]  # margins, and shares of words that were known

PENALTY = 1.25  # for texts of length 1
ROUGH = 0.3  # tolerance of machines that only judge what is held out: 0.4 % of the judgements differ from those at 0.01
FEW, MANY = 20, 5000  # texts a reason below which every piece counts; texts from which on three folds do
ENCODER_WEIGHTS, EVENED = (1.0, 2.0, 3.0), 0.25  # 0, 0.25 and 0.5 were compared by cross-validation
_COMPARISON = {
    **dict.fromkeys(("encoder_weight", "accuracy", "gain", "low", "high"), "float64"),
    "n": "int64",
    "chosen": "bool",
}
STRANGE = 0.005  # share of training texts that may be stranger than what is taken for strange


def fit(
    texts: Sequence[str] | pd.Series,
    labels: Sequence[str] | pd.Series,
    *,
    known: Sequence[str] | None = None,
    weight: Sequence[float] | None = None,
    language: Sequence[str] | None = None,
    groups: Sequence[Hashable] | None = None,
    judged: Sequence[bool] | None = None,
    encoder: Encoder = None,
    recipe: Recipe | None = None,
    promised: float = 0.8,
    least: float = 0.5,
    second: float = 0.95,
    min_n: int = 5,
    level: float = 0.95,
    draws: int = 0,
    seed: int = 1,
) -> ReasonModel:
    """Learn reasons from labelled texts.

    Parameters
    ----------
    texts, labels : sequence or Series of str
        One row a contact. Rows without a text or without a label are left out and counted.
    known : sequence of str, optional
        The reasons of the taxonomy; a label that is none of them is refused by name.
    weight : sequence of float, optional
        What a row counts in training and in every figure; 1 when left out.
    language : sequence of str, optional
        Each text's language, by which ``top_1`` of the model's ``estimates`` is told too.
    groups : sequence, optional
        Texts of one group (customer, thread) are never on both sides of a cross-validation. The same words twice are a group of their own
        where it is left out.
    judged : sequence of bool, optional
        Rows by which quality, temperature and threshold are told; the others (phrases of a taxonomy, contacts that rules agree on) are only
        learned from. All when left out.
    encoder : callable or array, optional
        Texts → (texts, dimensions), or those vectors computed elsewhere. Used only where cross-validation shows that it helps.
    recipe : Recipe, optional
        What the machine is made of; cross-validation chooses it when left out.
    promised : float
        Accuracy of what is not left unassigned: the threshold is the lowest probability from which on judged texts keep it.
    least : float
        Probability below which no reason is named, whatever the accuracy.
    second : float
        Probability from which on a part of a text speaks of a second concern.
    min_n : int
        Texts below which a reason's precision and recall are not told.
    level, draws, seed
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    ReasonModel

    Raises
    ------
    DataError
        For labels that the taxonomy lacks, columns of unequal length, and where no text has a label.

    Notes
    -----
    TF–IDF of words, neighbouring words, pieces of words and pairs of words near one another; one linear machine over all reasons (Crammer &
    Singer 2001); margins of texts held out (five folds, three from 5,000 texts on) give the temperature (Guo et al. 2017), the threshold
    and every figure of quality. An encoder's vectors stand beside those features, with the length (1, 2 or 3) that is most accurate in
    cross-validation, and only where the gain over none lies above zero with its whole interval; directions in which texts of one reason
    differ are shortened first (Hatch, Kajarekar & Stolcke 2006, half as far).

    >>> said = ["where is my parcel", "parcel not here yet", "parcel is late", "invoice is wrong", "wrong amount on invoice", "pay invoice"]
    >>> model = fit(said, ["delivery"] * 3 + ["billing"] * 3, seed=1)
    >>> model.predict(["the invoice, please"])["reason_id"].item()
    'billing'
    """
    rows = training(texts, labels, known=known, weight=weight, language=language, groups=groups, judged=judged)
    vectors = _vectors(encoder, rows, len(texts))
    recipe, (margins, words_known), choice = _chosen(rows, vectors, recipe, level, seed)
    told_by, several = rows.part(np.flatnonzero(rows.judged)), len(rows.classes) > 1
    sharpness = temperature(margins, told_by.code, told_by.weight) if several else 1.0
    probability = softmax(margins, sharpness)
    right = probability.argmax(axis=1) == told_by.code
    cut = threshold(probability.max(axis=1), right, told_by.weight, promised=promised, least=least) if several else 0.0
    familiar = float(min(np.quantile(words_known, STRANGE), 0.5))
    held_out = judged_texts(told_by, probability, words_known, threshold=cut, familiar=familiar)
    del margins, probability  # before the largest machine is made
    scorer = Scorer.train(rows.texts, rows.code, len(rows.classes), recipe, vectors=vectors, weight=rows.weight, seed=seed)
    table, estimates = described(held_out, rows.classes, min_n=min_n, level=level, draws=draws, seed=seed)
    used = encoder if callable(encoder) and recipe.encoder_weight else None
    return ReasonModel(
        rows.classes, scorer, sharpness, cut, familiar, second, table, held_out, choice, estimates, rows.left_out, encoder=used
    )


def _vectors(encoder: Encoder, rows: Training, given: int) -> np.ndarray | None:
    if encoder is None:
        return None
    if callable(encoder):
        return vectors_of(encoder, rows.texts)
    if len(encoder) != given:
        raise DataError(f"encoder: {given} texts and {len(encoder)} vectors. Give one vector a text.")
    return vectors_of(np.asarray(encoder)[rows.rows], rows.texts)


def _held_out(rows: Training, vectors: np.ndarray | None, recipe: Recipe, seed: int) -> HeldOut:
    """Margins of each judged text, and the share of its words that were known, by machines that had not seen it."""
    places = np.flatnonzero(rows.judged)
    told_by = rows.part(places)
    count = min(3 if len(places) >= MANY else 5, len(set(told_by.group)))
    margins, known = np.zeros((len(places), len(rows.classes))), np.ones(len(places))
    if count < 2:
        return margins, known
    fold = folds(told_by.code, told_by.group, count=count, seed=seed)
    for number in steps(range(count), "reasons: texts held out"):
        outside = places[fold == number]
        inside = np.setdiff1d(np.arange(len(rows.code)), outside)
        learned, held = rows.part(inside), rows.part(outside)
        scorer = Scorer.train(
            learned.texts, learned.code, len(rows.classes), recipe, vectors=None if vectors is None else vectors[inside],
            weight=learned.weight, seed=seed, tolerance=ROUGH,
        )  # fmt: skip
        margins[fold == number], known[fold == number] = scorer.margins(held.texts, None if vectors is None else vectors[outside])
        del scorer  # it is large, and the next one is made before the name is free
    return margins, known


def _chosen(
    rows: Training, vectors: np.ndarray | None, given: Recipe | None, level: float, seed: int
) -> tuple[Recipe, HeldOut, pd.DataFrame]:
    """The given recipe, or the one that cross-validation prefers; without the encoder where its gain may be chance."""
    if given is not None:
        return given, _held_out(rows, vectors, given, seed), pd.DataFrame(columns=list(_COMPARISON)).astype(_COMPARISON)
    plain = Recipe(rarest=1 if len(rows.code) < FEW * len(rows.classes) else 2, penalty=_penalty(0.0))
    if vectors is None:
        return plain, _held_out(rows, None, plain, seed), pd.DataFrame(columns=list(_COMPARISON)).astype(_COMPARISON)
    held, code = {plain: _held_out(rows, vectors, plain, seed)}, rows.code[rows.judged]
    without = held[plain][0].argmax(axis=1) == code
    told = [(plain, without.mean(), 0.0, np.nan, np.nan)]
    for length in ENCODER_WEIGHTS:
        recipe = replace(plain, encoder_weight=length, evened=EVENED, penalty=_penalty(length))
        held[recipe] = _held_out(rows, vectors, recipe, seed)
        right = held[recipe][0].argmax(axis=1) == code
        gain = right.astype(float) - without
        reach = _reach(level) * gain.std() / np.sqrt(len(gain))
        told.append((recipe, right.mean(), gain.mean(), gain.mean() - reach, gain.mean() + reach))
    best = max(told, key=lambda line: line[1])
    chosen = best[0] if best[0] == plain or best[3] > 0 else plain
    lines = [(recipe.encoder_weight, *figures, len(right), recipe == chosen) for recipe, *figures in told]
    return chosen, held[chosen], pd.DataFrame(lines, columns=list(_COMPARISON)).astype(_COMPARISON)


def _penalty(encoder_weight: float) -> float:
    """Longer texts reach a margin with smaller slopes, so the penalty goes with one over their squared length."""
    return PENALTY / (sum(length**2 for length in LENGTHS.values()) + encoder_weight**2)


def _reach(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))
