"""Parts of a text that may speak of a concern each: sentences, lines, and what follows "and also"."""

from __future__ import annotations

import re

from cxlib.reasons.classify.features import READ, tokens

__all__ = ["segments", "speaks"]

SHORTEST, MOST = 5, 40  # words a part must have to speak for itself (with 3, twice as many false second concerns); parts that are looked at
_ENDS = re.compile(
    r"(?<=[.!?;])\s+|\s*\n+\s*|,?\s+(?=(?:außerdem|ausserdem|zudem|ferner|des weiteren|und noch|noch etwas|zusätzlich|übrigens|"
    r"also|besides|in addition|another thing|by the way|furthermore)\b)",
    re.I,
)


def speaks(text: str) -> bool:
    """Return whether a text has a word; digits, signs and pictures alone have none.

    >>> speaks("12.5 !! 🎉"), speaks("Wo?")
    (False, True)
    """
    return any(sign.isalpha() for sign in text[:READ])


def segments(text: str) -> list[str]:
    """Return the parts of a text that can speak for themselves; none where it has only one.

    >>> segments("Where is my parcel? Besides, the last invoice is wrong. Regards")
    ['Where is my parcel?', 'Besides, the last invoice is wrong.']
    """
    parts = [part for part in _ENDS.split(text[:READ]) if part and len(tokens(part)) >= SHORTEST]
    return parts[:MOST] if len(parts) > 1 else []
