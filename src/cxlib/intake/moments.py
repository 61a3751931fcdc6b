"""Days and times as text: the declared form, the calendar, and what programs write where there is no day."""

from __future__ import annotations

import re
from functools import lru_cache

from cxlib.intake.workbench import literal

__all__ = ["local", "mould", "real", "shape", "shaped"]

_SHAPES = {
    "Y": r"\d{4}",
    "y": r"\d{2}",
    "m": r"\d{1,2}",
    "d": r"\d{1,2}",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "M": r"\d{1,2}",
    "S": r"\d{1,2}",
}
_SHAPES |= {
    "f": r"\d{1,6}",
    "p": r"[AaPp](?:[Mm]|\.[Mm]\.)",
    "%": "%",
    "z": r"(?:[+-]\d{2}:?\d{2}|Z)",
    "b": r"\pL+\.?",
    "B": r"\pL+",
    "j": r"\d{1,3}",
}
_LENGTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_FIRST_DAY = {"date": "1901-01-01", "time": "1970-01-02"}  # what programs write for no day: 1899-12-30, 1900-01-01, 1970-01-01, 9999-12-31
_LAST_DAY = "2199-12-31"


def shaped(word: str, form: str) -> str:
    """Return SQL of whether a word has the declared form of a day or time, be it one of the calendar or not."""
    return f"regexp_full_match(trim({word}), {literal(shape(form))})"


def local(word: str, form: str) -> str:
    """Return SQL for the local time of a word that has the declared form, leading zeros aside, and exists in the calendar."""
    text, moulded = f"trim({word})", mould(form)
    spelt = f"CASE WHEN suffix({text}, 'Z') THEN rtrim({text}, 'Z') || '+00' ELSE {text} END" if form.endswith("%z") else text
    if "%p" in form:
        bare = f"regexp_replace({text}, '([AaPp])\\.([Mm])\\.', '\\1\\2')"
        spelt = f"CASE WHEN contains(lower({text}), '.m.') THEN {bare} ELSE {text} END"
    told = literal(form)
    read = f"CASE WHEN {shaped(word, form)} THEN try_strptime({spelt}, {told}) END"
    return f"CASE WHEN {word} GLOB {literal(moulded)} THEN try_strptime({word}, {told}) ELSE {read} END" if moulded else read


def real(parsed: str, kind: str) -> str:
    """Return SQL of whether a parsed day or time is one; what programs write where there is none (01.01.1900, 31.12.9999) is not."""
    return f"{parsed} BETWEEN {literal(_FIRST_DAY[kind])}::TIMESTAMP AND {literal(_LAST_DAY)}::TIMESTAMP"


@lru_cache(maxsize=64)
def shape(form: str) -> str:
    r"""Return the regular expression of cells that have a strptime format: years with all their digits, nothing before or after.

    >>> shape("%d.%m.%Y") == r"\d{1,2}\.\d{1,2}\.\d{4}"
    True
    """
    return re.sub(r"%-?([A-Za-z%])|(.)", lambda found: _SHAPES.get(found[1], ".+?") if found[1] else re.escape(found[2]), form)


@lru_cache(maxsize=64)
def mould(form: str) -> str:
    """Return the GLOB pattern of cells that have a strptime format with all its zeros; empty where lengths vary, as those of names do.

    Nearly every export writes so, and that is seen at a third of the price of :func:`shape`. What strptime itself insists on need not be
    looked at: it passes over blanks, but only before a blank of the format and at both ends; there the pattern wants a digit.

    >>> mould("%d.%m.%Y %H:%M"), mould("%d. %B %Y")
    ('[0-9]?.??.???[0-9] [0-9]?:?[0-9]', '')
    """
    parts = re.findall(r"%-?(.)|(.)", form)
    if any(code not in _LENGTHS if code else other not in " .:/-T" for code, other in parts):
        return ""
    cells = "".join("#" * _LENGTHS[code] if code else other for code, other in parts)
    return re.sub(r"(?<![^ ])#|#(?![^ ])", "[0-9]", cells).replace("#", "?")
