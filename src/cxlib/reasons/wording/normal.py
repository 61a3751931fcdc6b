"""One spelling for what is one word: case, umlauts, numbers; long German words in their parts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["NUMBER", "Compounds", "compounds", "normalise", "stem", "words", "written"]

NUMBER = "0"  # stands for every word that holds a digit: numbers, dates, ids
SHORTEST, RARE = 4, 3  # letters of a part; texts that must hold it as a word of its own
_QUOTES = str.maketrans("’´", "''")
_FOLD = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "´": "'"})
_WORD = re.compile(r"[^\W_]+(?:['-](?=\w)[^\W_]+)*|\?")
_LINKS = ("", "s", "es", "n", "en", "er", "e")
_ENDINGS = ("ungen", "ung", "ern", "est", "en", "er", "em", "es", "et", "ing", "ed", "e", "n", "s", "t")


def normalise(texts: Iterable[str]) -> list[str]:
    """Return texts in small letters, umlauts written out, words that hold a digit as one token, one blank between words.

    Examples
    --------
    >>> normalise(["Wo bleibt die Rückmeldung zu RE-9004471?"])
    ['wo bleibt die rueckmeldung zu 0 ?']
    >>> normalise(["Größe 3/8 statt 1/2 😀"])
    ['groesse 0 statt 0']
    """
    return [" ".join(words(text)) for text in texts]


def words(text: str) -> list[str]:
    """Return the words of a text as :func:`normalise` writes them; of numbers in a row one stays.

    >>> words("Lt. AB war der 14. 06. zugesagt")
    ['lt', 'ab', 'war', 'der', '0', 'zugesagt']
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLD)
    told = [NUMBER if not word.isalpha() and any(map(str.isdigit, word)) else word for word in _WORD.findall(folded)]
    return [word for at, word in enumerate(told) if word != NUMBER or told[at - 1 : at] != [NUMBER]]


def written(text: str) -> list[str]:
    """Return the words of a text as they are written.

    >>> written("Größere Rückmeldung’s zu RE-9?")
    ['Größere', "Rückmeldung's", 'zu', 'RE-9', '?']
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).translate(_QUOTES))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return a word without its ending, at least four letters; the same rough rule for German and English.

    >>> stem("rechnungen"), stem("rechnung"), stem("invoices")
    ('rechn', 'rechn', 'invoic')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, eq=False)
class Compounds:
    """Which long words fall into parts.

    Attributes
    ----------
    parts : dict of str to tuple of str
        Normalised word → its parts, links (the s of Lieferungsverzug) left out; words that stay whole are not listed.
    """

    parts: Mapping[str, tuple[str, ...]]

    def split(self, word: str) -> tuple[str, ...]:
        """Return the parts of a normalised word, or the word alone."""
        return self.parts.get(word, (word,))


def compounds(texts: Iterable[str]) -> Compounds:
    """Learn from texts which words are put together from others.

    A word falls into the parts whose texts, as a geometric mean, are more than those of the word itself; a part has at least four
    letters and stands in at least three texts. Parts are split again.

    Source: Koehn and Knight (2003), Empirical methods for compound splitting.

    Examples
    --------
    >>> told = ["Liefertermin", "der Termin", "ein Termin", "Termin bitte", "liefer", "liefer aus", "liefer nach", "Liefer"]
    >>> compounds(told).split("liefertermin")
    ('liefer', 'termin')
    """
    counts = Counter(word for text in texts for word in set(words(text)) if word.isalpha())
    known = {word: count for word, count in counts.items() if count >= RARE and len(word) >= SHORTEST}
    parts = {word: found for word in counts if len(word) >= 2 * SHORTEST and len(found := _parts(word, known, counts[word])) > 1}
    return Compounds(parts)


def _parts(word: str, known: Mapping[str, int], count: int) -> tuple[str, ...]:
    best: tuple[float, tuple[str, ...]] = (float(count), (word,))
    for at in range(SHORTEST, len(word) - SHORTEST + 1):
        right = word[at:]
        if right not in known:
            continue
        for link in _LINKS:
            left = word[: at - len(link)]
            if word[:at].endswith(link) and left in known:
                best = max(best, ((known[left] * known[right]) ** 0.5, (left, right)))
    if len(best[1]) == 1:
        return best[1]
    left, right = best[1]
    return (*_parts(left, known, known[left]), *_parts(right, known, known[right]))
