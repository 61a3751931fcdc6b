"""Reasons without a single label: phrases of the taxonomy and rules vote, and a model learns from where they are surest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.reasons import wording
from cxlib.reasons.classify.fitting import fit
from cxlib.reasons.classify.model import ReasonModel
from cxlib.reasons.classify.rules import ABSTAINS, Rule, by_exact_phrase, by_phrase_words, posterior, told, votes_of
from cxlib.reasons.classify.scorer import Recipe, Scorer
from cxlib.reasons.classify.vectors import vectors_of

__all__ = ["from_taxonomy"]

TRUSTED, TRUST = 10, 0.3  # contacts a reason that are believed, and what each counts beside a phrase
TIMES = 2  # rounds of believing
ENCODER_WEIGHT = 0.5  # of an encoder's vectors beside words: more of it was worse on every voice that was tried
NEAREST = 0.5  # share of contacts, the clearest, on which the nearest phrase votes


def from_taxonomy(
    contacts: pd.DataFrame,
    phrases: pd.DataFrame,
    *,
    rules: Sequence[Rule] = (),
    encoder: Callable[[Sequence[str]], Any] | None = None,
    trusted: int = TRUSTED,
    promised: float = 0.8,
    min_n: int = 5,
    level: float = 0.95,
    seed: int = 1,
) -> ReasonModel:
    """Learn reasons from contacts that nobody has labelled.

    Parameters
    ----------
    contacts : DataFrame
        ``text``; ``language`` where known, and whatever columns the rules look at. Texts are cut first (:func:`cxlib.reasons.wording.cut`);
        so must texts be that are predicted later. Texts in other languages than German and English are left out.
    phrases : DataFrame
        The contract table *reason_phrases*: ``reason_id``, ``language``, ``phrase``.
    rules : sequence of callable
        Labelling functions of the client's own: a contact as a mapping of its columns, ``text`` cut → a reason_id, or None to abstain. A
        regular expression (:func:`cxlib.reasons.classify.rules.pattern`), a look at the queue, a language model.
    encoder : callable, optional
        Texts → (texts, dimensions).
    trusted : int
        Contacts a reason that the model learns from, those on which the votes are surest.
    promised, min_n, level, seed
        As in :func:`cxlib.reasons.classify.fit`.

    Returns
    -------
    ReasonModel
        With ``rules``, what each labelling function did (see :func:`cxlib.reasons.classify.rules.told`). Its ``table`` and ``estimates``
        say how well the model repeats phrases and votes; how often it is right only labels can say.

    Raises
    ------
    DataError
        Without a column ``text``, without phrases, and when a rule names a reason that has no phrases.

    Notes
    -----
    Votes: exact phrase; words of a phrase in one sentence; nearest phrase by a linear machine trained on the phrases alone, on the clearer
    half; rules. One posterior (:func:`cxlib.reasons.classify.rules.posterior`), ties ordered by that machine's margin. The surest contacts
    of each reason join the phrases as examples at a lower weight, the machine learns again, once more votes, and the last is trained and
    calibrated by :func:`cxlib.reasons.classify.fit`.

    >>> contacts = pd.DataFrame({"text": ["Wo bleibt die Ware?", "Die Rechnung stimmt nicht.", "Mahnung trotz Zahlung"]})
    >>> phrases = pd.DataFrame([("delivery", "de", "wo bleibt"), ("billing", "de", "Rechnung stimmt nicht")],
    ...                        columns=["reason_id", "language", "phrase"])
    >>> model = from_taxonomy(contacts, phrases, seed=1)
    >>> model.predict(["wo bleibt mein Paket"])["reason_id"].item()
    'delivery'
    >>> list(model.rules["rule"])
    ['exact_phrase', 'phrase_words', 'nearest_phrase']
    """
    _check(contacts, phrases)
    told_by = pd.DataFrame(phrases).reset_index(drop=True)
    classes, code = np.unique(told_by["reason_id"].astype(str), return_inverse=True)
    rows, texts, spoken = _readable(contacts)
    said = told_by["phrase"].astype(str).tolist()
    votes = {
        "exact_phrase": by_exact_phrase(texts, said, code),
        "phrase_words": by_phrase_words(texts, said, code, len(classes)),
        "nearest_phrase": np.full(len(texts), ABSTAINS),
    }
    for rule in rules:
        votes[_free(getattr(rule, "__name__", type(rule).__name__), votes)] = votes_of(rule, rows, texts, list(classes))
    space = None if encoder is None else vectors_of(encoder, [*said, *texts])
    chosen, trust = _believed(said, code, texts, votes, space, len(classes), trusted, seed)
    model = fit(
        [*said, *(texts[row] for row, _ in chosen)],
        [*classes[code], *(classes[place] for _, place in chosen)],
        known=list(classes),
        weight=[*np.ones(len(said)), *np.full(len(chosen), TRUST)],
        language=[*told_by["language"].astype(str), *(spoken[row] for row, _ in chosen)],
        encoder=encoder, recipe=_recipe(space),
        promised=promised, min_n=min_n, level=level, seed=seed,
    )  # fmt: skip
    return replace(model, rules=told(list(votes), np.column_stack(list(votes.values())), trust))


def _check(contacts: pd.DataFrame, phrases: pd.DataFrame) -> None:
    if "text" not in contacts:
        raise DataError(worded("from_taxonomy", "contacts lack the column", "text", contacts.columns, label="They have"))
    if missing := [name for name in ("reason_id", "language", "phrase") if name not in phrases]:
        raise DataError(worded("from_taxonomy", "phrases lack the column", missing[0], phrases.columns, label="They have"))
    if not len(phrases):
        raise DataError("from_taxonomy: there is no phrase. Give reasons phrases in data/taxonomy, or labels to classify.fit.")


def _readable(contacts: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the contacts in German, English or an unknown language that say something, with their texts and languages."""
    cut = wording.cut(contacts["text"])
    spoken = wording.language(cut, contacts["language"] if "language" in contacts else None)
    kept = [row for row, (text, language) in enumerate(zip(cut, spoken, strict=True)) if text and language != wording.OTHER]
    return contacts.iloc[kept].reset_index(drop=True), [cut[row] for row in kept], [spoken[row] for row in kept]


def _free(name: str, taken: dict[str, np.ndarray]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _believed(
    said: list[str], code: np.ndarray, texts: list[str], votes: dict[str, np.ndarray], space: np.ndarray | None, classes: int, trusted: int,
    seed: int,
) -> tuple[list[tuple[int, int]], np.ndarray]:  # fmt: skip
    """Return the contacts (row, reason) on which the votes are surest, after some rounds, and the trust in each rule.

    The votes of the nearest phrase are filled in.
    """
    chosen: list[tuple[int, int]] = []
    trust = np.zeros(len(votes))
    if not texts:
        return chosen, trust
    recipe = _recipe(space)
    for _ in range(TIMES if classes > 1 else 0):
        learned = [*range(len(said)), *(len(said) + row for row, _ in chosen)]
        scorer = Scorer.train(
            [*said, *(texts[row] for row, _ in chosen)], np.r_[code, [place for _, place in chosen]].astype(int), classes, recipe,
            vectors=None if space is None else space[learned], weight=np.r_[np.ones(len(said)), np.full(len(chosen), TRUST)], seed=seed,
        )  # fmt: skip
        margins, _ = scorer.margins(texts, None if space is None else space[len(said) :])
        ranked = np.sort(margins, axis=1)
        clear = ranked[:, -1] - ranked[:, -2]
        first = margins.argmax(axis=1)
        votes["nearest_phrase"] = np.where(clear >= np.quantile(clear, 1 - NEAREST), first, ABSTAINS)
        chances, trust = posterior(np.column_stack(list(votes.values())), classes)
        chosen = _surest(chances, margins, trusted)
    return chosen, trust


def _recipe(space: np.ndarray | None) -> Recipe:
    """Fixed: phrases held out from phrases say little about which machine suits contacts."""
    return Recipe(pairs=False, rarest=1, penalty=1.0, encoder_weight=0.0 if space is None else ENCODER_WEIGHT)


def _surest(chances: np.ndarray, margins: np.ndarray, trusted: int) -> list[tuple[int, int]]:
    """Return for each reason the contacts whose votes are surest, and of equal ones those nearest to its phrases."""
    best = chances.argmax(axis=1)
    sure = np.round(chances[np.arange(len(best)), best], 6)
    lead = np.sort(margins, axis=1)
    clear = np.where(margins.argmax(axis=1) == best, lead[:, -1] - lead[:, -2], -1.0)
    chosen: list[tuple[int, int]] = []
    for reason in range(chances.shape[1]):
        rows = np.flatnonzero((best == reason) & (sure > 1 / chances.shape[1] + 1e-6))
        order = rows[np.lexsort((rows, -clear[rows], -sure[rows]))][:trusted]
        chosen += [(int(row), reason) for row in order]
    return chosen
