"""Text that was decoded wrongly before it came here: „LieferverzÃ¶gerung“. It is valid, so no reader objects; it has to be looked for."""

from __future__ import annotations

import re

from cxlib.intake.workbench import literal

__all__ = ["LOST", "broken", "mended", "repaired", "spoilt", "way_out"]

LOST = "\ufffd"  # the sign of a decoder that gave up: the letter is gone
# letters and signs of German, its neighbours and typography; those of other languages have other first bytes and are honest text
_LETTERS = "äöüÄÖÜßéèêëàáâçñôóòîíìûúùïåÅøæÉÈÀÇØÆ§°²³µ´·«»½¼¾±×®©\u00a0„“”‚‘’–—…•€™›‹"
_MAC = "[A-Za-z][ŸŠ][a-z]"  # für and fährt of a Mac, taken for Windows: FŸr, fŠhrt; in no language these stand inside a word
_SEEDS = ("Ÿ", "Š", "Ã", "Â", "â€", "â‚¬", "â„¢", "â\u0080", "â\u0082", "â\u0084", LOST)


def _twice(letter: str) -> set[str]:
    """Return what a letter's UTF-8 bytes look like when they are taken for Windows-1252 or Latin-1."""
    content = letter.encode("utf-8")
    windows = "".join(bytes([byte]).decode("cp1252") if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(byte) for byte in content)
    return {windows, content.decode("latin-1")}


_PAIRS = {seen: letter for letter in _LETTERS for seen in sorted(_twice(letter))}
_SPOILT = re.compile("|".join(map(re.escape, [*sorted(_PAIRS, key=len, reverse=True), LOST])) + f"|{_MAC}")


def spoilt(text: str) -> bool:
    """Tell whether a text was decoded wrongly.

    >>> spoilt("LieferverzÃ¶gerung"), spoilt("SÃO PAULO, Âme"), spoilt("K\ufffdln")
    (True, False, True)
    """
    return _SPOILT.search(text) is not None


def mended(text: str) -> str:
    """Undo one decoding too many, letter by letter; what does not fit stays.

    >>> mended("LieferverzÃ¶gerung â€“ GrÃ¼ÃŸe aus Köln")
    'Lieferverzögerung – Grüße aus Köln'
    """
    return _SPOILT.sub(lambda found: _PAIRS.get(found[0], found[0]), text)


def way_out(text: str) -> str:
    """Say what would do about a spoilt text."""
    if LOST in text:
        return "Letters are lost there for good: ask for the export again, or declare `mojibake: keep`"
    if re.search(_MAC, text) and not re.search("Ã", text):
        return "Letters of a Mac were taken for those of Windows: declare `encoding: mac-roman`"
    twice = "UTF-8 was taken for a Windows encoding there, or the file mixes both"
    return f"{twice}: declare `mojibake: repair`, or `mojibake: keep` where the text is meant so"


def broken(word: str) -> str:
    """Return the SQL condition for :func:`spoilt`."""
    seeds = " OR ".join(f"contains({word}, {literal(seed)})" for seed in _SEEDS)
    return f"(({seeds}) AND regexp_matches({word}, {literal(_SPOILT.pattern)}))"


def repaired(word: str) -> str:
    """Return the SQL expression for :func:`mended`."""
    told = word
    for seen in sorted(_PAIRS, key=len, reverse=True):
        told = f"replace({told}, {literal(seen)}, {literal(_PAIRS[seen])})"
    return f"CASE WHEN {broken(word)} THEN {told} ELSE {word} END"
