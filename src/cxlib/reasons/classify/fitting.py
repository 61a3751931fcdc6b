"""Learning reasons from labelled texts: choice by cross-validation, calibration and quality from texts held out."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cxlib.errors import DataError
from cxlib.reasons.classify.calibration import softmax, temperature, threshold
from cxlib.reasons.classify.described import described, judged_texts
from cxlib.reasons.classify.folds import folds
from cxlib.reasons.classify.model import ReasonModel
from cxlib.reasons.classify.scorer import Recipe, Scorer
from cxlib.reasons.classify.training import Training, training
from cxlib.reasons.classify.vectors import Encoder, vectors_of

__all__ = ["fit"]

FEW, MANY = 20, 5000  # texts a reason below which every piece counts; texts from which on three folds do
COMPARED = 3000  # texts on which recipes are compared
ENCODER_WEIGHTS = (1.0, 2.0, 3.0)
STRANGE = 0.005  # share of training texts that may be stranger than what is taken for strange


def fit(
    texts: Sequence[str] | pd.Series,
    labels: Sequence[str] | pd.Series,
    *,
    known: Sequence[str] | None = None,
    weight: Sequence[float] | None = None,
    language: Sequence[str] | None = None,
    groups: Sequence[Hashable] | None = None,
    encoder: Encoder = None,
    recipe: Recipe | None = None,
    promised: float = 0.8,
    least: float = 0.5,
    second: float = 0.9,
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
        Each text's language, by which quality is told too.
    groups : sequence, optional
        Texts of one group (customer, thread) are never on both sides of a cross-validation. The same words twice are a group of their own
        where it is left out.
    encoder : callable or array, optional
        Texts → (texts, dimensions), or those vectors computed elsewhere. Used only where cross-validation shows that it helps.
    recipe : Recipe, optional
        What the machine is made of; cross-validation chooses it when left out.
    promised : float
        Accuracy of what is not left unassigned.
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
    TF–IDF of words, neighbouring words, pieces of words and, where cross-validation says so, pairs of words near one another; one linear
    machine a reason (squared hinge, L2); margins of texts held out give the temperature (Guo et al. 2017), the threshold and every figure
    of quality.

    >>> said = ["where is my parcel", "parcel not here yet", "parcel is late", "invoice is wrong", "wrong amount on invoice", "pay invoice"]
    >>> model = fit(said, ["delivery"] * 3 + ["billing"] * 3, seed=1)
    >>> model.predict(["the invoice, please"])["reason_id"].item()
    'billing'
    """
    rows = training(texts, labels, known=known, weight=weight, language=language, groups=groups)
    vectors = _vectors(encoder, rows, len(texts))
    recipe, choice = _chosen(rows, vectors, level, seed) if recipe is None else (recipe, _given(recipe))
    margins, words_known = _held_out(rows, vectors, recipe, seed)
    sharpness = temperature(margins, rows.code, rows.weight) if len(rows.classes) > 1 else 1.0
    probability = softmax(margins, sharpness)
    right = probability.argmax(axis=1) == rows.code
    cut = threshold(probability.max(axis=1), right, rows.weight, promised=promised, least=least) if len(rows.classes) > 1 else 0.0
    familiar = float(min(np.quantile(words_known, STRANGE), 0.5))
    scorer = Scorer.train(rows.texts, rows.code, len(rows.classes), recipe, vectors=vectors, weight=rows.weight, seed=seed)
    judged = judged_texts(rows, probability, words_known, threshold=cut, familiar=familiar)
    table, estimates = described(judged, rows.classes, min_n=min_n, level=level, draws=draws, seed=seed)
    used = encoder if callable(encoder) and recipe.encoder_weight else None
    return ReasonModel(
        rows.classes, scorer, sharpness, cut, familiar, second, table, judged, choice, estimates, rows.left_out, encoder=used
    )


def _vectors(encoder: Encoder, rows: Training, given: int) -> np.ndarray | None:
    if encoder is None:
        return None
    if callable(encoder):
        return vectors_of(encoder, rows.texts)
    if len(encoder) != given:
        raise DataError(f"encoder: {given} texts and {len(encoder)} vectors. Give one vector a text.")
    return vectors_of(np.asarray(encoder)[rows.rows], rows.texts)


def _plain_recipe(rows: Training) -> Recipe:
    few = len(rows.code) < FEW * len(rows.classes)
    return Recipe(pairs=True, rarest=1 if few else 2, penalty=1.0 if few else 0.5)


def _held_out(rows: Training, vectors: np.ndarray | None, recipe: Recipe, seed: int, count: int | None = None) -> tuple[np.ndarray, ...]:
    """Margins of each text, and the share of its words that were known, by machines that had not seen it."""
    count = min(count or (3 if len(rows.code) >= MANY else 5), len(set(rows.group)))
    margins, known = np.zeros((len(rows.code), len(rows.classes))), np.ones(len(rows.code))
    if count < 2:
        return margins, known
    fold = folds(rows.code, rows.group, count=count, seed=seed)
    for number in range(count):
        inside, outside = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        learned, held = rows.part(inside), rows.part(outside)
        scorer = Scorer.train(
            learned.texts, learned.code, len(rows.classes), recipe, vectors=None if vectors is None else vectors[inside],
            weight=learned.weight, seed=seed,
        )  # fmt: skip
        margins[outside], known[outside] = scorer.margins(held.texts, None if vectors is None else vectors[outside])
    return margins, known


def _chosen(rows: Training, vectors: np.ndarray | None, level: float, seed: int) -> tuple[Recipe, pd.DataFrame]:
    """The recipe that cross-validation on some of the texts prefers; a plainer one where the gain may be chance."""
    plain = _plain_recipe(rows)
    candidates = [replace(plain, pairs=False), plain]
    few = np.sort(np.random.default_rng(seed).permutation(len(rows.code))[:COMPARED])
    some, their = rows.part(few), None if vectors is None else vectors[few]
    right = {recipe: _right(some, their, recipe, seed) for recipe in candidates}
    best = max(candidates, key=lambda recipe: right[recipe].mean())
    if their is not None:
        with_encoder = [replace(best, encoder_weight=weight) for weight in ENCODER_WEIGHTS]
        right.update({recipe: _right(some, their, recipe, seed) for recipe in with_encoder})
        best = max((best, *with_encoder), key=lambda recipe: right[recipe].mean())
    told = [
        {"pairs": recipe.pairs, "encoder_weight": recipe.encoder_weight, "accuracy": hits.mean(), "chosen": recipe == best}
        for recipe, hits in right.items()
    ]
    return best, pd.DataFrame(told)


def _given(recipe: Recipe) -> pd.DataFrame:
    return pd.DataFrame([{"pairs": recipe.pairs, "encoder_weight": recipe.encoder_weight, "accuracy": np.nan, "chosen": True}])


def _right(rows: Training, vectors: np.ndarray | None, recipe: Recipe, seed: int) -> np.ndarray:
    margins, _ = _held_out(rows, vectors, recipe, seed, count=3)
    return np.asarray(margins.argmax(axis=1) == rows.code)
