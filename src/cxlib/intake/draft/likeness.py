"""How like a header is to the words that stand for a contract column, German and English (words.yml)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

__all__ = ["hinted", "likeness", "meant", "personal", "plain", "unit_of", "words"]

EXACT, WITHIN, NEAR = 1.0, 0.75, 0.6
CLOSE = 0.87  # share of equal letters from which a misspelt name counts
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_UNITS = {
    "s": ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden"),
    "min": ("min", "mins", "minute", "minutes", "minuten"),
    "h": ("h", "hour", "hours", "std", "stunde", "stunden"),
    "ms": ("ms", "millisekunden", "milliseconds"),
    "d": ("d", "days", "tage"),
}
_UNIT_WORDS = {word: unit for unit, spelt in _UNITS.items() for word in spelt}
_MONEY = ("eur", "euro", "usd", "chf")


@cache
def words() -> Any:
    """Return words.yml: tables, columns, values, missing, people, items."""
    return yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))


@cache
def plain(name: str) -> tuple[str, ...]:
    """Split a name into its words, without capitals, umlauts and signs; a capital within a name begins a word.

    >>> plain("Kunden-Nr."), plain("CreatedDate"), plain("CLOSED_DT")
    (('kunden', 'nr'), ('created', 'date'), ('closed', 'dt'))
    """
    split = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", name).casefold().translate(_UMLAUTS)
    return tuple(re.findall(r"[^\W_]+", split))


def unit_of(header: str) -> str:
    """Return the unit of time that a header names, "" for none.

    >>> unit_of("Wartezeit (Min.)"), unit_of("Wartezeit_Sek"), unit_of("Dauer")
    ('min', 's', '')
    """
    parts = plain(header)
    return next((_UNIT_WORDS[part] for part in reversed(parts[1:]) if part in _UNIT_WORDS), "")


def likeness(header: str, known: Iterable[str]) -> float:
    """Return how like a header is to the likest of some words: 1 the same, 0 nothing in common.

    >>> likeness("Kunden-Nr.", ["kunden nr"]), likeness("Ihre Kundennummer", ["kundennummer"]), likeness("Farbe", ["kanal"])
    (1.0, 0.75, 0.0)
    """
    parts = tuple(part for part in plain(header) if part not in _UNIT_WORDS and part not in _MONEY and part != "in") or plain(header)
    return max((_alike(parts, _split(word)) for word in known), default=0.0)


@cache
def _split(word: str) -> tuple[str, ...]:
    return tuple(word.split())


@cache
def _alike(parts: tuple[str, ...], word: tuple[str, ...]) -> float:
    ours, theirs = "".join(parts), "".join(word)
    if not ours:
        return 0.0
    if ours == theirs:
        return EXACT
    if len(theirs) > 3 and set(word) <= set(parts) and len(parts) <= len(word) + 2:
        return WITHIN
    begins, ends = ours[0] == theirs[0], ours[-3:] == theirs[-3:]
    if (begins or ends) and min(len(ours), len(theirs)) > 4 and abs(len(ours) - len(theirs)) <= 3:
        matcher = difflib.SequenceMatcher(None, ours, theirs)
        if matcher.quick_ratio() >= CLOSE and matcher.ratio() >= CLOSE:
            return NEAR
    return 0.0


def meant(column: str, word: str) -> str:
    """Return the contract's word that a word of an export stands for, "" where nobody knows.

    >>> meant("channel", "Telefon"), meant("channel", "Kontaktformular"), meant("channel", "Brieftaube")
    ('phone', 'web_form', '')
    """
    spelt = "".join(plain(word))
    for ours, theirs in words()["values"].get(column, {}).items():
        if spelt and (spelt == "".join(plain(ours)) or any(spelt == "".join(_split(other)) for other in theirs)):
            return str(ours)
    return ""


def hinted(column: str, word: str) -> str:
    """Return the contract's word that a part of an export's word stands for, "" for none: likely, and no more.

    >>> hinted("channel", "City Worker App"), hinted("channel", "WhatsApp AD"), hinted("channel", "Maximo Integration")
    ('app', 'social', '')
    """
    parts, spelt = set(plain(word)), "".join(plain(word))
    for ours, theirs in words()["values"].get(column, {}).items():
        if any(len(other) > 5 and other.replace(" ", "") in spelt for other in theirs):
            return str(ours)
    for ours, theirs in words()["values"].get(column, {}).items():
        if any(len(other) > 2 and set(_split(other)) <= parts for other in [*theirs, str(ours).replace("_", " ")]):
            return str(ours)
    return ""


def personal(header: str) -> bool:
    """Tell whether a header may stand over data by which a person is known: such a column is never proposed, nor a cell of it shown.

    >>> personal("Requester email"), personal("Kanal")
    (True, False)
    """
    parts = plain(header)
    return any(_alike(parts, tuple(plain(word))) >= WITHIN for word in words()["people"])
