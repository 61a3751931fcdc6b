"""Texts that mention something: literal phrases, without regard to capitals, on every engine alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from cxlib.errors import CxError, worded

__all__ = ["checked", "mentions", "mentions_in"]


def checked(phrases: Mapping[str, Sequence[str]], where: str) -> dict[str, tuple[str, ...]]:
    """Return phrases in small letters; refuse empty ones, which every text would hold.

    >>> checked({"rental": ["Verleih"]}, "services")
    {'rental': ('verleih',)}
    """
    wrong = [name for name, listed in phrases.items() if not listed or not all(phrase.strip() for phrase in listed)]
    if wrong:
        raise CxError(worded(where, "has no phrases, or an empty one, which every text would hold:", ", ".join(wrong)))
    return {name: tuple(phrase.lower() for phrase in listed) for name, listed in phrases.items()}


def mentions(column: str, phrases: Sequence[str]) -> Any:
    """Return the narwhals expression that says whether a text holds one of the phrases; a missing text holds none."""
    text = nw.col(column).str.to_lowercase()
    found = nw.lit(False)
    for phrase in phrases:
        found = found | text.str.contains(phrase, literal=True)
    return nw.when(nw.col(column).is_null()).then(nw.lit(0)).otherwise(nw.when(found).then(1).otherwise(0))


def mentions_in(texts: pd.Series, phrases: Sequence[str]) -> pd.Series:
    """Return for each text, as a number, whether it holds one of the phrases.

    >>> mentions_in(pd.Series(["Ein Verleih wäre gut", None]), ["verleih"]).to_list()
    [1.0, 0.0]
    """
    small = texts.astype("str").str.lower()
    found = pd.Series(False, index=texts.index)
    for phrase in phrases:
        found |= small.str.contains(phrase, regex=False, na=False)
    return found.astype("float64")
