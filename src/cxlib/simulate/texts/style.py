"""Slips of the key, umlauts written out, dialect: what happens to words on their way into the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

__all__ = ["dialect", "in_own_words", "transliterated", "typos"]

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
_WORD = re.compile(r"\b[^\W\d_]{2,}\b")
_ROWS = {"de": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"), "en": ("qwertyuiop", "asdfghjkl", "zxcvbnm")}
_SPOKEN = (
    (r"\bnichts\b", "nix"),
    (r"\bnicht\b", "ned"),
    (r"\bIch habe\b", "I hab"),
    (r"\bich\b", "i"),
    (r"\bein bisschen\b", "a bissle"),
    (r"\bist das\b", "isch des"),
    (r"\bdas ist\b", "des isch"),
    (r"\bauch\b", "au"),
    (r"\bschon\b", "scho"),
    (r"\bnoch\b", "no"),
    (r"\bein mal\b|\beinmal\b", "amol"),
)


def transliterated(text: str) -> str:
    """Return a text with its umlauts written out.

    >>> transliterated("Schläuche für Größe M, Öl")
    'Schlaeuche fuer Groesse M, Oel'
    """
    return text.translate(_UMLAUTS)


def in_own_words(text: str, own: Sequence[str], changed: Callable[[str], str]) -> str:
    """Change a text only where the person's own words stand, not in headers, signatures and quotations.

    >>> in_own_words("Betreff: ja\\n\\nja oder nein", ["ja oder nein"], str.upper)
    'Betreff: ja\\n\\nJA ODER NEIN'
    """
    end, told = 0, []
    for words in own:
        start = text.find(words, end)
        if words and start >= 0:
            told += [text[end:start], changed(words)]
            end = start + len(words)
    return "".join([*told, text[end:]])


def dialect(text: str, own: list[str]) -> str:
    """Return a text as someone from the south would write it as he speaks; the own words change with it."""

    def spoken(words: str) -> str:
        for written, said in _SPOKEN:
            words = re.sub(written, said, words)
        return words

    text = in_own_words(text, own, spoken)
    own[:] = [spoken(words) for words in own]
    return text


def typos(text: str, rate: float, rnd: Random, own: Sequence[str], language: str = "de") -> str:
    """Return a text in which words of the person's own have slips of the key.

    Parameters
    ----------
    text : str
    rate : float
        The share of words with a slip.
    rnd : Random
    own : sequence of str
        The person's own words, in their order in the text.
    language : str
        Whose keyboard.

    >>> typos("Die Pumpe pfeift.", 0.0, Random(1), ["Die Pumpe pfeift."])
    'Die Pumpe pfeift.'
    """
    rows = _ROWS.get(language, _ROWS["en"])

    def slipped(found: re.Match[str]) -> str:
        word = found.group()
        return _slip(word, rnd, rows) if rnd.random() < rate else word

    return in_own_words(text, own, lambda words: _WORD.sub(slipped, words))


def _slip(word: str, rnd: Random, rows: Sequence[str]) -> str:
    """Return a word with letters swapped, lost, doubled or hit beside, or a capital forgotten; never the word itself."""
    for _ in range(8):
        kind = rnd.random()
        place = int(rnd.random() * (len(word) - 1))
        if kind < 0.3:
            slip = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        elif kind < 0.55 and len(word) > 3:
            slip = word[: place + 1] + word[place + 2 :]
        elif kind < 0.7:
            slip = word[: place + 1] + word[place:]
        elif kind < 0.85:
            slip = word[:place] + _beside(word[place], rnd, rows) + word[place + 1 :]
        else:
            slip = word.lower()
        if slip != word:
            return slip
    return word + word[-1]


def _beside(letter: str, rnd: Random, rows: Sequence[str]) -> str:
    for row in rows:
        place = row.find(letter.lower())
        if place >= 0:
            beside = row[max(0, min(len(row) - 1, place + (1 if rnd.random() < 0.5 else -1)))]
            return beside.upper() if letter.isupper() else beside
    return letter
