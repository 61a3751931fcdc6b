"""Labelling functions: what names a contact's reason or abstains, and how far they agree."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.reasons import wording

__all__ = ["ABSTAINS", "Rule", "by_exact_phrase", "by_phrase_words", "pattern", "posterior", "told", "votes_of"]

Rule = Callable[[Mapping[str, Any]], str | None]
ABSTAINS = -1
COVERED = 0.8  # share of a phrase's weight that a sentence must hold
ROUNDS, PRIOR = 50, (7.0, 3.0)  # of the label model; pseudo-counts of right and wrong votes a rule starts from
_BREAK = re.compile(r"(?<=[.!?])\s+|\n+")
_CHUNK = 2_000  # sentences whose overlap with all phrases is held at once


def pattern(expression: str, reason_id: str) -> Rule:
    """Return a labelling function that names one reason where a regular expression is found; case does not matter.

    >>> dunned = pattern(r"mahn(ung|gebühr)", "billing.payment_dunning")
    >>> dunned({"text": "Ihre Mahnung vom 3.2."}), dunned({"text": "Wo bleibt die Ware?"})
    ('billing.payment_dunning', None)
    """
    compiled = re.compile(expression, re.IGNORECASE)

    def rule(contact: Mapping[str, Any]) -> str | None:
        return reason_id if compiled.search(str(contact["text"])) else None

    rule.__name__ = f"pattern_{reason_id}"
    return rule


def votes_of(rule: Rule, contacts: pd.DataFrame, texts: Sequence[str], classes: Sequence[str]) -> np.ndarray:
    """Return a labelling function's vote on each contact: the place of the reason in `classes`, `ABSTAINS` for None.

    Raises
    ------
    DataError
        When it names a reason that the taxonomy does not have.
    """
    place = {reason: number for number, reason in enumerate(classes)}
    votes = np.full(len(texts), ABSTAINS)
    rows = contacts.drop(columns="text", errors="ignore").to_dict("records")
    for number, (row, text) in enumerate(zip(rows, texts, strict=True)):
        named = rule({**row, "text": text})
        if pd.isna(named) or named == "":
            continue
        if named not in place:
            way = "Return a reason_id, or None to abstain."
            raise DataError(worded(f"rule {_name(rule)}", "the taxonomy has no reason", named, classes, label="It has", do=way))
        votes[number] = place[named]
    return votes


def _name(rule: Rule) -> str:
    return getattr(rule, "__name__", type(rule).__name__)


def by_exact_phrase(texts: Sequence[str], phrases: Sequence[str], code: np.ndarray) -> np.ndarray:
    """Vote for the reason whose phrase stands in the text word by word; of several the longest counts, where it is one reason's alone.

    >>> by_exact_phrase(["Bitte: Wo bleibt die Ware?"], ["wo bleibt", "Rechnung"], np.array([0, 1]))
    array([0])
    """
    found: dict[tuple[str, ...], set[int]] = {}
    for phrase, number in zip(phrases, code, strict=True):
        found.setdefault(tuple(wording.words(phrase)), set()).add(int(number))
    lengths: dict[str, set[int]] = {}  # of the phrases that begin with a word
    for key in filter(None, found):
        lengths.setdefault(key[0], set()).add(len(key))
    votes = np.full(len(texts), ABSTAINS)
    for row, text in enumerate(texts):
        told = wording.words(text)
        runs = [tuple(told[at : at + length]) for at, word in enumerate(told) for length in lengths.get(word, ())]
        there = [run for run in runs if run in found]
        longest = max(map(len, there), default=0)
        hits = set().union(*(found[run] for run in there if len(run) == longest))
        votes[row] = hits.pop() if len(hits) == 1 else ABSTAINS
    return votes


def by_phrase_words(texts: Sequence[str], phrases: Sequence[str], code: np.ndarray, classes: int) -> np.ndarray:
    """Vote for the reason one of whose phrases stands in a sentence with its words in any order, endings aside, compounds split.

    A phrase counts by the rarity of its words (log N/n); a sentence must hold `COVERED` of it, and no other reason as much.
    """
    from scipy import sparse

    parts = wording.compounds([*texts, *phrases])
    sentences = [(row, sentence) for row, text in enumerate(texts) for sentence in _BREAK.split(text) if sentence.strip()]
    number: dict[str, int] = {}
    there = _stems(phrases, parts, number, learn=True)
    held = _stems([sentence for _, sentence in sentences], parts, number, learn=False)
    shape = (len(sentences), len(number))
    inside = sparse.csr_matrix((np.ones(len(held[0]), np.float32), held), shape=shape)
    rarity = np.log((len(sentences) + 1) / (np.asarray(inside.sum(axis=0)).ravel() + 1)).astype(np.float32)
    weight = sparse.csr_matrix((rarity[there[1]], there), shape=(len(phrases), len(number)))
    total = np.asarray(weight.sum(axis=1)).ravel()
    single = np.bincount(there[0], minlength=len(phrases)) < 2  # one word is what the exact phrase looks for
    share = sparse.diags(np.where(single | (total == 0), 0, 1 / np.maximum(total, 1e-9)).astype(np.float32)) @ weight
    order = np.argsort(code, kind="stable")
    starts = np.searchsorted(code[order], np.arange(classes))
    best = np.zeros((len(texts), classes), dtype=np.float32)
    whose = np.array([row for row, _ in sentences], dtype=int)
    for at in range(0, len(sentences), _CHUNK):
        overlap = (inside[at : at + _CHUNK] @ share[order].T).toarray()
        overlap = np.hstack([overlap, np.zeros((len(overlap), 1), np.float32)])  # so that a last reason without phrases has a column
        np.maximum.at(best, whose[at : at + _CHUNK], np.maximum.reduceat(overlap, starts, axis=1))
    first = best.argmax(axis=1)
    ranked = np.sort(best, axis=1)
    sure = (ranked[:, -1] >= COVERED) & (ranked[:, -1] > (ranked[:, -2] if classes > 1 else 0))
    return np.where(sure, first, ABSTAINS)


def _stems(texts: Sequence[str], parts: wording.Compounds, number: dict[str, int], *, learn: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return row and column of each stem of each text, once."""
    of_word = cache(lambda word: frozenset(wording.stem(part) for part in (word, *parts.split(word))))
    row: list[int] = []
    column: list[int] = []
    for at, text in enumerate(texts):
        stems: set[str] = set().union(*map(of_word, wording.words(text)))
        known = {number.setdefault(each, len(number)) if learn else number.get(each, ABSTAINS) for each in sorted(stems)} - {ABSTAINS}
        row += [at] * len(known)
        column += sorted(known)
    return np.array(row, dtype=int), np.array(column, dtype=int)


def posterior(votes: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Weigh votes against one another: the probability of each reason, and how often each rule seems right.

    Parameters
    ----------
    votes : array (contacts, rules)
        Places of reasons; `ABSTAINS` where a rule names none.
    classes : int

    Returns
    -------
    tuple of array (contacts, classes) and array (rules,)

    Notes
    -----
    Dawid and Skene's (1979) model with one accuracy a rule, its errors even over the other reasons, every reason as likely beforehand, by
    expectation–maximisation. Rules are taken as independent given the reason; where they look at the same phrases they are not, and the
    accuracies come out too high. They are read as an order of trust, never as a measured accuracy.

    >>> chances, trust = posterior(np.array([[0, 0, 1], [1, 1, 1], [0, 0, -1], [1, 1, 0]]), 2)
    >>> chances.argmax(axis=1), trust[0] > trust[2]
    (array([0, 1, 0, 1]), np.True_)
    """
    said = votes != ABSTAINS
    trust = np.full(votes.shape[1], PRIOR[0] / sum(PRIOR))
    chances = np.full((len(votes), classes), 1 / classes)
    rows = np.arange(len(votes))
    for _ in range(ROUNDS):
        logs = np.zeros((len(votes), classes))
        for rule, right in enumerate(trust):
            spoke = said[:, rule]
            gain = np.log(right * max(classes - 1, 1) / (1 - right))  # over what a wrong vote would give each reason
            logs[rows[spoke], votes[spoke, rule]] += gain
        chances = np.exp(logs - logs.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        hits = np.array([chances[said[:, rule], votes[said[:, rule], rule]].sum() for rule in range(votes.shape[1])])
        new = (hits + PRIOR[0]) / (said.sum(axis=0) + sum(PRIOR))
        if np.abs(new - trust).max(initial=0) < 1e-6:
            break
        trust = new
    return chances, trust


def told(names: Sequence[str], votes: np.ndarray, trust: np.ndarray) -> pd.DataFrame:
    """Return what each rule did.

    Returns
    -------
    DataFrame
        ``rule``; ``contacts`` that it looked at; ``votes`` and ``coverage``, contacts on which it named a reason and their share;
        ``overlap``, share on which another rule named one too; ``conflict``, share on which another named a different one; ``agreement``,
        of the overlap, the share on which most others named the same; ``trust``, how often it seems right to the label model.
    """
    said = votes != ABSTAINS
    rows = []
    for rule, name in enumerate(names):
        others = np.delete(np.arange(len(names)), rule)
        mine = said[:, rule]
        other = said[:, others] & mine[:, None]
        same = other & (votes[:, others] == votes[:, [rule]])
        met, agreed = other.any(axis=1), same.sum(axis=1) * 2 > other.sum(axis=1)
        agreement = agreed[met].mean() if met.any() else np.nan
        rows.append(
            {"rule": name, "contacts": len(mine), "votes": int(mine.sum()), "coverage": mine.mean() if len(mine) else np.nan}
            | {"overlap": met.mean() if len(met) else np.nan, "conflict": (other & ~same).any(axis=1).mean() if len(met) else np.nan}
            | {"agreement": agreement, "trust": trust[rule]}
        )
    return pd.DataFrame(rows)
