"""Documents that customers have to ask about, and how hard they are to read."""

from __future__ import annotations

import re
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["comprehension", "readability"]

CAUSE = "comprehension"
# Flesch's reading ease: constant, words a sentence, syllables a word
FORMULAS = {"de": (180.0, 1.0, 58.5), "en": (206.835, 1.015, 84.6)}
SENTENCE, WORD = re.compile(r"[.!?:;]+(?=\s|$)|\n{2,}"), re.compile(r"[^\W\d_]+")
SYLLABLE = {"de": re.compile(r"[aeiouäöüy]+", re.I), "en": re.compile(r"[aeiouy]+", re.I)}
FEWEST = 30  # words below which reading ease says nothing


def comprehension(
    contacts: pd.DataFrame,
    reasons: pd.DataFrame,
    documents: pd.DataFrame,
    messages: pd.DataFrame | None = None,
    *,
    language: str = "de",
    min_n: int = 7,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Which documents draw questions of comprehension.

    Parameters
    ----------
    contacts : DataFrame
        The log with ``document_id``, and ``root_cause`` or ``reason_id`` and ``unassigned``.
    reasons : DataFrame
        The contract table *reasons*: a contact asks for comprehension when its own cause says so, else when that is its reason's usual one.
    documents : DataFrame
        Documents sent to customers; contacts about others (one invoice, one drawing) count together. Empty: every document counts alone.
    messages : DataFrame, optional
        Outbound messages with ``document_id``: how often each document went out.
    language : str
        Of the documents' texts: de or en.
    min_n : int
        Contacts about a document below which no share is told.
    **options
        See :class:`cxlib.estimates.Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES by ``document_id``: ``document_contacts`` (``count`` of contacts about it), ``document_question_share`` (``share`` of
        them that are questions of comprehension; with enough contacts), ``questions_per_sent`` (``per 100 messages``, where messages name
        the document) and ``readability`` (``reading ease``, 0 hard to 100 easy, where its text is known), the most asked about first.

    Notes
    -----
    Reading ease after Flesch (1948), for German with Amstad's (1978) constants: 180 − words/sentence − 58.5 · syllables/word; a syllable
    is a run of vowels. Texts of fewer than thirty words have none.

    >>> log = pd.DataFrame({"contact_id": list("ab"), "document_id": ["D1", "D1"], "root_cause": ["comprehension", "product_failure"]})
    >>> comprehension(log, pd.DataFrame(), pd.DataFrame(), min_n=2)[["document_id", "metric", "value"]].to_dict("split")["data"]
    [['D1', 'document_contacts', 2.0], ['D1', 'document_question_share', 0.5]]
    """
    asks = _asks(contacts, reasons)
    lacking = [f"contacts.{name}" for name in ("document_id",) if name not in contacts or contacts[name].isna().all()]
    if lacking or asks is None:
        needs = [*lacking, *(["contact_reasons.reason_id"] if asks is None else [])]
        return estimates.unanswerable("document_question_share", "share", needs, by=("document_id",))
    held = contacts.assign(flag=asks.astype("Float64").astype("float64"))[contacts["document_id"].notna()]
    known = set(documents["document_id"]) if len(documents) else set(held["document_id"])
    held = held.assign(document_id=held["document_id"].where(held["document_id"].isin(known), estimates.OTHER))
    order = held.groupby("document_id")["contact_id"].count().sort_values(ascending=False, kind="stable")
    place = pd.DataFrame({"document_id": order.index})
    counted = rows(place, {"metric": "document_contacts", "value": order.to_numpy(float), "unit": "count", "n": order, "method": "count"})
    judged = held[held["flag"].notna()]
    parts = [counted]
    if len(judged):
        share = estimates.share(judged, "flag", by=["document_id"], metric="document_question_share", **options)
        parts.append(estimates.withhold(share, share["n"] < min_n, f"n < {min_n}"))
    parts += [*_per_sent(judged, messages, min_n), *_read(documents, order, language)]
    return estimates.stack(*parts)


def _asks(contacts: pd.DataFrame, reasons: pd.DataFrame) -> pd.Series | None:
    """Return whether a contact asks for comprehension: by its own cause, else by its reason's; missing where neither is known."""
    asks = pd.Series(pd.NA, index=contacts.index, dtype="boolean")
    if "reason_id" in contacts and "root_cause" in reasons:
        sure = ~contacts["unassigned"].fillna(False).astype(bool) if "unassigned" in contacts else True
        cause = contacts["reason_id"].map(reasons.drop_duplicates("reason_id").set_index("reason_id")["root_cause"])
        asks = cause.eq(CAUSE).astype("boolean").where(cause.notna() & sure, asks)
    if "root_cause" in contacts:
        asks = contacts["root_cause"].eq(CAUSE).astype("boolean").where(contacts["root_cause"].notna(), asks)
    return None if asks.isna().all() else asks


def _per_sent(judged: pd.DataFrame, messages: pd.DataFrame | None, min_n: int) -> list[pd.DataFrame]:
    if messages is None or messages.empty or "document_id" not in messages:
        return []
    sent = messages["document_id"].value_counts()
    sent = sent[sent >= min_n]
    questions = judged.loc[judged["flag"] > 0, "document_id"].value_counts()
    told = questions.index.intersection(sent.index)
    if told.empty:
        return []
    n, found = sent[told].to_numpy(float), questions[told].to_numpy(float)
    reach = 1.96 * np.sqrt(found) / n  # questions are counted, messages known: Poisson
    columns = {
        "metric": "questions_per_sent",
        "unit": "per 100 messages",
        "value": 100 * found / n,
        "n": n.astype(int),
        "method": "Poisson",
    }
    columns |= {"low": np.maximum(100 * (found / n - reach), 0.0), "high": 100 * (found / n + reach)}
    return [rows(pd.DataFrame({"document_id": told}), columns)]


def _read(documents: pd.DataFrame, order: pd.Series, language: str) -> list[pd.DataFrame]:
    if documents.empty or "text" not in documents or language not in FORMULAS:
        return []
    told = documents[documents["text"].notna()].drop_duplicates("document_id")
    values = told["text"].map(lambda text: readability(str(text), language=language)).astype(float)
    told = told.assign(value=values)[values.notna()]
    asked = told["document_id"].map(order.to_dict()).astype(float).fillna(0.0)
    told = told.loc[asked.sort_values(ascending=False, kind="stable").index]
    columns = {"metric": "readability", "unit": "reading ease", "value": told["value"], "method": "Flesch"}
    return [rows(told[["document_id"]], columns)] if len(told) else []


def readability(text: str, *, language: str = "de") -> float:
    """Return how easy a text is to read: about 0 very hard, 30 hard, 60 plain, 90 very easy; missing below thirty words.

    Parameters
    ----------
    language : str
        Of the text: "de" or "en".

    >>> round(readability("Wir liefern schnell. " * 10), 1)
    99.0
    """
    words = WORD.findall(text)
    if len(words) < FEWEST or language not in FORMULAS:
        return float("nan")
    sentences = max(sum(1 for part in SENTENCE.split(text) if WORD.search(part)), 1)
    syllables = sum(max(len(SYLLABLE[language].findall(word)), 1) for word in words)
    constant, a_sentence, a_word = FORMULAS[language]
    return constant - a_sentence * len(words) / sentences - a_word * syllables / len(words)
