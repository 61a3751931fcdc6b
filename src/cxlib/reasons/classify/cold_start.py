"""Reasons without a single label: phrases of the taxonomy and rules vote, and a model learns from where they are surest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.reasons import complete, wording
from cxlib.reasons.classify.fitting import fit
from cxlib.reasons.classify.model import ReasonModel, silent, unmeasured
from cxlib.reasons.classify.rules import ABSTAINS, Rule, by_exact_phrase, by_phrase_words, posterior, told, votes_of
from cxlib.reasons.classify.scorer import Recipe, Scorer
from cxlib.reasons.classify.segments import speaks
from cxlib.reasons.classify.vectors import vectors_of
from cxlib.reasons.taxonomy import known

__all__ = ["from_taxonomy"]

TRUSTED, TRUST = 10, 0.3  # contacts a reason that are believed, and what each counts beside a phrase
PENALTY = 0.4  # as for labelled texts; 0.15 and 1.0 were worse in the same voice
TIMES = 2  # rounds of believing
ENCODER_WEIGHT = 0.8  # length of an encoder's vectors beside those of words; longer ones were worse on every voice that was tried
BUILT_IN, BELIEVED = 3, 0.8  # rules that look at phrases; probability from which on a rule of the client's own is believed
JUDGED = 50  # labels from which on quality is told by them
NEAREST = 0.5  # share of contacts, the clearest, on which the nearest phrase votes


def from_taxonomy(
    contacts: pd.DataFrame,
    phrases: pd.DataFrame,
    *,
    rules: Sequence[Rule] = (),
    labels: str | None = None,
    groups: str | None = None,
    encoder: Callable[[Sequence[str]], Any] | None = None,
    trusted: int = TRUSTED,
    promised: float = 0.8,
    least: float = 0.5,
    second: float = 0.95,
    min_n: int = 5,
    level: float = 0.95,
    draws: int = 0,
    seed: int = 1,
) -> ReasonModel:
    """Learn reasons from contacts that nobody has labelled.

    Parameters
    ----------
    contacts : DataFrame
        ``text`` where there are texts; ``language`` where known, and whatever columns the rules look at. Texts are cut first
        (:func:`cxlib.reasons.wording.cut`); so must texts be that are predicted later. Those in other languages than German and English
        are left out.
    phrases : DataFrame
        The contract table *reason_phrases*: ``reason_id``, ``language``, ``phrase``.
    rules : sequence of callable
        Labelling functions of the client's own: a contact as a mapping of its columns, ``text`` cut → a reason_id, or None to abstain. A
        regular expression (:func:`cxlib.reasons.classify.rules.pattern`), a look at the queue, a language model.
    labels : str, optional
        The column of `contacts` that holds reasons people gave, where there are some; they count as much as a phrase. From 50 of them on,
        on at least two reasons, quality, temperature and threshold are told by them, each judged by a machine that had not seen it.
    groups : str, optional
        The column of `contacts` whose texts are never on both sides of that cross-validation, such as ``customer_id``.
    encoder : callable, optional
        Texts → (texts, dimensions).
    trusted : int
        Contacts a reason that the model learns from, those on which the votes are surest.
    promised, least, second, min_n, level, draws, seed
        As in :func:`cxlib.reasons.classify.fit`. Without enough labels no accuracy is promised: the threshold keeps `promised` on phrases
        and votes, and is a guess until contacts are labelled.

    Returns
    -------
    ReasonModel
        With ``rules``, what each labelling function did (see :func:`cxlib.reasons.classify.rules.told`). Where too few labels are given,
        ``measured`` is False: ``table`` and ``out_of_fold`` then say how well the model repeats phrases and votes, and ``estimates`` what
        is missing. Where no contact has a text that can be read, nothing is learned: it names no reason of any text.

    Raises
    ------
    DataError
        Without phrases, and when a rule names a reason that has no phrases.

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
    contacts = complete(contacts)
    if not len(phrases) and contacts["text"].isna().all():
        return silent()
    _check(phrases)
    rows, texts, spoken = _readable(contacts)
    if not any(map(speaks, texts)):
        return silent(sorted(set(phrases["reason_id"].astype(str))))
    told_by = pd.DataFrame(phrases).reset_index(drop=True)
    classes, code = np.unique(told_by["reason_id"].astype(str), return_inverse=True)
    said = told_by["phrase"].astype(str).tolist()
    votes = {
        "exact_phrase": by_exact_phrase(texts, said, code),
        "phrase_words": by_phrase_words(texts, said, code, len(classes)),
        "nearest_phrase": np.full(len(texts), ABSTAINS),
    }
    for rule in rules:
        votes[_free(getattr(rule, "__name__", type(rule).__name__), votes)] = votes_of(rule, rows, texts, list(classes))
    space = None if encoder is None else vectors_of(encoder, [*said, *texts])
    given = _labelled(rows, labels, classes)
    examples = Examples(said, code, texts, space, given)
    measured = len(given) >= JUDGED and len({place for _, place in given}) > 1
    chosen, trust = _believed(examples, votes, len(classes), trusted, seed, unseen=measured)
    learned, more = examples.with_believed(chosen), [row for row, _ in [*given, *chosen]]
    model = fit(
        learned.texts,
        list(classes[learned.code]),
        known=list(classes),
        weight=learned.weight.tolist(),
        language=[*told_by["language"].astype(str), *(spoken[row] for row in more)],
        groups=_groups(rows, groups, learned.texts, more),
        judged=[False] * len(said) + [True] * len(given) + [False] * len(chosen) if measured else None,
        encoder=encoder, recipe=_recipe(space),
        promised=promised, least=least, second=second, min_n=min_n, level=level, draws=draws, seed=seed,
    )  # fmt: skip
    done = replace(model, rules=told(list(votes), np.column_stack(list(votes.values())), trust), measured=measured)
    return done if measured else replace(done, estimates=unmeasured())


def _groups(rows: pd.DataFrame, column: str | None, texts: list[str], more: list[int]) -> list[str] | None:
    """Return the group of each text learned from, phrases first: a phrase or a contact without one is a group of its own."""
    if column is None:
        return None
    if column not in rows:
        raise DataError(worded("from_taxonomy", "contacts lack the column", column, rows.columns, label="They have"))
    named = rows[column].astype("str")
    alone = [f"phrase {number}" for number in range(len(texts) - len(more))]
    return [*alone, *(f"contact {row}" if pd.isna(named.iloc[row]) else named.iloc[row] for row in more)]


def _check(phrases: pd.DataFrame) -> None:
    if missing := [name for name in ("reason_id", "language", "phrase") if name not in phrases]:
        raise DataError(worded("from_taxonomy", "phrases lack the column", missing[0], phrases.columns, label="They have"))
    if not len(phrases):
        raise DataError("from_taxonomy: there is no phrase. Give reasons phrases in data/taxonomy, or labels to classify.fit.")


def _readable(contacts: pd.DataFrame) -> tuple[pd.DataFrame, list[str], list[str]]:
    """Return the contacts in German, English or an unknown language that say something, with their texts and languages."""
    cut = wording.cut(contacts["text"])
    spoken = wording.language(cut, contacts.get("language"))
    kept = [row for row, (text, language) in enumerate(zip(cut, spoken, strict=True)) if text and language != wording.OTHER]
    return contacts.iloc[kept].reset_index(drop=True), [cut[row] for row in kept], [spoken[row] for row in kept]


def _free(name: str, taken: dict[str, np.ndarray]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


@dataclass(frozen=True, eq=False)
class Learned:
    """What a machine learns from: texts, their reasons, weights, and vectors where there are any."""

    texts: list[str]
    code: np.ndarray
    weight: np.ndarray
    vectors: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Examples:
    """Phrases with their reasons, the contacts' texts, vectors of both (phrases first), and the contacts that people labelled."""

    phrases: list[str]
    code: np.ndarray
    texts: list[str]
    vectors: np.ndarray | None
    given: list[tuple[int, int]]

    def with_believed(self, chosen: list[tuple[int, int]]) -> Learned:
        """Return phrases and labelled contacts, each of weight 1, and the believed contacts at less."""
        more = [*self.given, *chosen]
        rows = [*range(len(self.phrases)), *(len(self.phrases) + row for row, _ in more)]
        weight = np.r_[np.ones(len(self.phrases) + len(self.given)), np.full(len(chosen), TRUST)]
        code = np.r_[self.code, [place for _, place in more]].astype(int)
        return Learned(
            [*self.phrases, *(self.texts[row] for row, _ in more)], code, weight, None if self.vectors is None else self.vectors[rows]
        )


def _labelled(rows: pd.DataFrame, labels: str | None, classes: np.ndarray) -> list[tuple[int, int]]:
    if labels is None:
        return []
    if labels not in rows:
        raise DataError(worded("from_taxonomy", "contacts lack the column", labels, rows.columns, label="They have"))
    known(rows[labels].dropna().unique(), pd.DataFrame({"reason_id": classes}), "from_taxonomy")
    place = {reason: number for number, reason in enumerate(classes)}
    return [(row, place[str(label)]) for row, label in enumerate(rows[labels]) if isinstance(label, str)]


def _believed(
    examples: Examples, votes: dict[str, np.ndarray], classes: int, trusted: int, seed: int, *, unseen: bool
) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Return the contacts (row, reason) on which the votes are surest, after some rounds, and the trust in each rule.

    The votes of the nearest phrase are filled in. `unseen`: labels have no part in it, because they are to judge what comes of it.
    """
    chosen: list[tuple[int, int]] = []
    trust = np.zeros(len(votes))
    if not examples.texts:
        return chosen, trust
    recipe, space = _recipe(examples.vectors), examples.vectors
    held = None if space is None else space[len(examples.phrases) :]
    labelled = [row for row, _ in examples.given]
    for _ in range(TIMES if classes > 1 else 0):
        learned = (replace(examples, given=[]) if unseen else examples).with_believed(chosen)
        scorer = Scorer.train(learned.texts, learned.code, classes, recipe, vectors=learned.vectors, weight=learned.weight, seed=seed)
        margins, _ = scorer.margins(examples.texts, held)
        ranked = np.sort(margins, axis=1)
        clear = ranked[:, -1] - ranked[:, -2]
        votes["nearest_phrase"] = np.where(clear >= np.quantile(clear, 1 - NEAREST), margins.argmax(axis=1), ABSTAINS)
        chances, trust = posterior(np.column_stack(list(votes.values())), classes)
        chances[labelled] = 1 / classes  # they are examples already
        chosen = _surest(
            chances, margins, trusted, own=np.column_stack(list(votes.values())[BUILT_IN:] or [np.full(len(margins), ABSTAINS)])
        )
    return chosen, trust


def _recipe(space: np.ndarray | None) -> Recipe:
    """Fixed: phrases held out from phrases say little about which machine suits contacts."""
    return Recipe(rarest=1, penalty=PENALTY, encoder_weight=0.0 if space is None else ENCODER_WEIGHT)


def _surest(chances: np.ndarray, margins: np.ndarray, trusted: int, own: np.ndarray) -> list[tuple[int, int]]:
    """Return for each reason the contacts whose votes are surest, and of equal ones those nearest to its phrases.

    Votes of the phrases lean on one another, so few of them are believed; those of the client's own rules are believed wherever the others
    do not outvote them.
    """
    best = chances.argmax(axis=1)
    sure = np.round(chances[np.arange(len(best)), best], 6)
    ranked = np.sort(margins, axis=1)
    clear = np.where(margins.argmax(axis=1) == best, ranked[:, -1] - ranked[:, -2], -1.0)
    ruled = (own == best[:, None]).any(axis=1) & (sure >= BELIEVED)
    chosen: list[tuple[int, int]] = []
    for reason in range(chances.shape[1]):
        rows = np.flatnonzero((best == reason) & (sure > 1 / chances.shape[1] + 1e-6))
        order = rows[np.lexsort((rows, -clear[rows], -sure[rows]))]
        chosen += [(int(row), reason) for place, row in enumerate(order) if place < trusted or ruled[row]]
    return chosen
