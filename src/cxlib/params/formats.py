"""Formats of days and times: each sign known, and all of them together one day or one time."""

from __future__ import annotations

import re

__all__ = ["format_fault"]

_KNOWN = ("a", "A", "d", "b", "B", "m", "y", "Y", "H", "I", "p", "M", "S", "f", "g", "z", "j", "%")  # those of DuckDB's strptime
_SAME = {"y": "Y", "b": "m", "B": "m", "A": "a", "g": "f"}  # signs that tell what another one tells
_NEEDS = {"p": "I", "I": "p", "M": "HI", "S": "M", "f": "S"}  # a sign, and those of which one has to stand beside it
_SLIPS = {"m": "Md", "M": "mS", "d": "m", "H": "I", "I": "H"}  # a sign, and those it is often written for


def format_fault(key: str, form: str, zone: str | None = None) -> str:
    """Say what is wrong with a declared format, and what would do; "" for nothing. `zone` is that of the times.

    >>> format_fault("date_format", "%d.%M.%Y")
    "`date_format` '%d.%M.%Y' tells minutes (%M) and no month (%m); perhaps '%d.%m.%Y' is meant"
    """
    unknown = [sign for sign in re.findall(r"%(-?.?)", form) if sign.lstrip("-") not in _KNOWN]
    if unknown:
        return f"`{key}` {form!r} holds the unknown sign %{unknown[0]}; write it as in %d.%m.%Y or %Y-%m-%d %H:%M:%S"
    if re.search(r"%[SfM]Z$", form) and zone not in ("UTC", "Etc/UTC", "Zulu", "GMT"):
        return f"`{key}` {form!r} takes the Z at the end for a letter, but it means UTC; write {form[:-1] + '%z'!r}"
    fault = _contradiction(form)
    way = f"perhaps {_nearest_form(form)!r} is meant" if _nearest_form(form) else "write it as in %d.%m.%Y or %d.%m.%Y %H:%M"
    return f"`{key}` {form!r} {fault}; {way}" if fault else ""


def _signs(form: str) -> list[str]:
    return re.findall(r"%-?(.?)", form)


def _contradiction(form: str) -> str:
    """Say what keeps a format from telling one day or time; "" for nothing."""
    told = [_SAME.get(sign, sign) for sign in _signs(form) if sign != "%"]
    twice = next((sign for sign in told if told.count(sign) > 1), "")
    if twice:
        signs = " and ".join(dict.fromkeys(f"%{sign}" for sign in _signs(form) if _SAME.get(sign, sign) == twice))
        return f"tells the same thing twice ({signs})"
    if "H" in told and {"I", "p"} & {*told}:
        return "has %H, the hour from 0 to 23, beside the hour from 1 to 12 (%I) or its half of the day (%p)"
    if "Y" in told and "M" in told and not {"m", "j"} & {*told}:
        return "tells minutes (%M) and no month (%m)"
    lacking = [name for sign, name in (("d", "day (%d)"), ("m", "month (%m)"), ("Y", "year (%Y)")) if sign not in told]
    if lacking and not {"Y", "j"} <= {*told}:
        return f"names no {' and no '.join(lacking)}"
    if {"m", "d"} <= {*told}:
        first, last = sorted((told.index("m"), told.index("d")))
        between = [sign for sign in told[first:last] if sign in "HIpMSf"]
        if between:
            return f"tears month (%m) and day (%d) apart; %{between[0]} is none of a day's signs (%M are minutes)"
    for sign in told:
        if sign in _NEEDS and not {*_NEEDS[sign]} & {*told}:
            return f"has %{sign} without {' or '.join(f'%{other}' for other in _NEEDS[sign])} beside it"
    return ""


def _nearest_form(form: str) -> str:
    """Return a format without contradictions that differs in one sign, or in months and minutes changed for each other; "" for none."""
    swapped = form.translate(str.maketrans("mM", "Mm"))
    if "%m" in form and "%M" in form and not _contradiction(swapped):
        return swapped
    for place in sorted((found.end() - 1 for found in re.finditer(r"%-?[A-Za-z]", form)), reverse=True):
        for sign in _SLIPS.get(form[place], ""):
            other = form[:place] + sign + form[place + 1 :]
            if not _contradiction(other):
                return other
    return ""
