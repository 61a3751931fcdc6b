"""Declared units: amounts beside a currency sign, durations in minutes or on the clock, shares in percent → the column's own unit.

Only what params declare is taken off or converted; a cell in another unit fails like any word that is no number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cxlib.intake.workbench import literal, trimmed
from cxlib.params import Source
from cxlib.tables import SHARES, Column

__all__ = ["CLOCKS", "measured", "way_to_declare"]

MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_PARTS = {"h:m:s": (3600, 60, 1), "m:s": (60, 1), "h:m": (3600, 60)}  # seconds in each part of a clock's text
CLOCKS = tuple(_PARTS)
_AS_IN = {"h:m:s": "0:03:25", "m:s": "3:25", "h:m": "3:25"}
_BLANKS = literal(" \t\u00a0\u2007\u2009\u202f")  # what stands between a number and its unit
_CLOCK = re.compile(r"\d+:\d{1,2}(?P<seconds>:\d{1,2})?(?:[.,]\d+)?")
_SIGN = r"[$¢£¤¥₠-⃏]|[A-Z]{3}|(?i:euro)|Fr\.|%|‰"  # what stands beside amounts: a currency's sign or its three letters, percent
_AMOUNT = re.compile(rf"(?:[+-]?\s*(?P<before>{_SIGN})\s*)?(?P<number>[+-]?\d[\d.,'\s]*?-?)(?:\s*(?P<behind>{_SIGN}|min|ms|[shd]))?")


def measured(word: str, unit: str, column: Column, source: Source, number: Callable[[str], str]) -> str:
    """Return SQL for the number that a word tells, in the column's own unit; NULL where the word is in another unit than declared.

    Parameters
    ----------
    word : str
        SQL of the word.
    unit : str
        As declared.
    column : Column
        A duration is told in the unit of its name. A share in percent is divided by 100; every other number stays as it is.
    source : Source
        Declares the decimal sign.
    number : callable
        SQL of a text → SQL of its number, with the declared signs.
    """
    text = trimmed(word)
    if column.duration and unit in _PARTS:
        return f"({_on_the_clock(text, unit, source.decimal)} / {MILLISECONDS[column.duration] // 1000})"
    told = number(_without(text, unit))
    if column.duration:
        own, factor = MILLISECONDS[column.duration], MILLISECONDS[unit]
        return f"({told} * {factor // own})" if factor >= own else f"({told} / {own // factor})"
    return _of_percent(text, told, column.name in SHARES) if unit == "%" else told


def _without(text: str, unit: str) -> str:
    """SQL: a text without the unit before or behind it; a sign may stand before the unit (-€5). A unit on both sides stays, and fails."""
    cases = [f"WHEN suffix({text}, {literal(unit)}) THEN trim(left({text}, -{len(unit)}), {_BLANKS})"]
    for sign in ("", "-", "+"):
        mark = sign + unit
        rest = f"trim(substr({text}, {len(mark) + 1}), {_BLANKS})"
        cases.append(f"WHEN prefix({text}, {literal(mark)}) THEN {literal(sign)} || {rest}")
    return f"CASE {' '.join(cases)} ELSE {text} END"


def _on_the_clock(text: str, unit: str, decimal: str) -> str:
    """SQL: seconds of a text such as 0:03:25; all parts but the first have two digits and stay below 60, seconds may have fractions."""
    parts = _PARTS[unit]
    fraction = rf"(?:[.\{decimal}][0-9]+)?" if parts[-1] == 1 else ""
    shaped = f"regexp_full_match({text}, {literal('[0-9]{1,9}' + ':[0-5][0-9]' * (len(parts) - 1) + fraction)})"
    plain = text if decimal == "." else f"replace({text}, {literal(decimal)}, '.')"
    total = " + ".join(f"split_part({plain}, ':', {place})::DOUBLE * {seconds}" for place, seconds in enumerate(parts, start=1))
    return f"CASE WHEN {shaped} THEN {total} END"


def _of_percent(text: str, told: str, share: bool) -> str:
    """SQL: a percent; a share of 100 % at most. Without its sign, 0.8 may be a share, the way spreadsheets store 80 %, and fails."""
    plain = f"contains({text}, '%') OR {told} = 0 OR abs({told}) > 1"
    if not share:
        return f"CASE WHEN {plain} THEN {told} END"
    return f"CASE WHEN ({plain}) AND abs({told}) <= 100 THEN {told} / 100 END"


def way_to_declare(column: Column, source: Source, seen: Sequence[str]) -> str:
    """Say what to declare or to ask for where failed cells are durations on the clock or numbers beside a unit; "" where none is."""
    unit = source.units.get(column.name)
    clock = next((found for found in map(_CLOCK.fullmatch, seen) if found), None)
    if column.duration and (clock or unit in _PARTS):
        return _clock_way(column, unit, clock)
    if clock:
        return "Durations need a column whose name says their unit, _s for seconds or _h for hours, as a feature under `extra` may have it"
    amounts = [found for found in map(_AMOUNT.fullmatch, seen) if found]
    beside = list(dict.fromkeys(found["before"] or found["behind"] for found in amounts if found["before"] or found["behind"]))
    strange = [sign for sign in beside if sign != unit]
    if unit is not None and strange:
        return f"The unit {unit!r} was declared, and {strange[0]!r} cannot be converted to it: ask for all numbers in one unit"
    if unit == "%" and column.name in SHARES and amounts:
        told = "Percents up to 100 were declared, and 0.8 without its sign may be a share already"
        return f"{told}: if all cells are shares from 0 to 1, leave the unit out"
    if unit == "%" and any(not (found["before"] or found["behind"]) for found in amounts):
        return (
            "Percents were declared, and 0.12 without its sign may be 12 % the way spreadsheets store it: ask for all cells with their sign"
        )
    if not beside or unit is not None or bool(column.duration) != (beside[0] in MILLISECONDS):
        return ""
    if len(beside) > 1:
        return f"Numbers in several units ({', '.join(beside)}) stand in one column: ask for all of them in one unit"
    other = "," if source.decimal == "." else "."
    grouped = not source.thousands and any(other in found["number"] for found in amounts)
    more = f", and if {other!r} groups thousands, `thousands: {other!r}`" if grouped else ""
    return f"The numbers have their unit beside them: declare `units: {{{column.name}: {beside[0]!r}}}`{more}"


def _clock_way(column: Column, unit: str | None, clock: re.Match[str] | None) -> str:
    name, told = column.name, f"The unit {unit!r} was declared"
    if unit in _PARTS:
        told = f"{told}, as in {_AS_IN[unit]}, with minutes and seconds below 60 in two digits"
        if not clock or bool(clock["seconds"]) == (unit == "h:m:s"):
            return told
    way = f"declare `units: {{{name}: 'h:m:s'}}`"
    if clock and not clock["seconds"]:
        way = f"declare `units: {{{name}: 'm:s'}}` if {clock[0]} is minutes and seconds, `{{{name}: 'h:m'}}` if it is hours and minutes"
    return f"{told}, and these are durations on the clock: {way}" if unit else f"These are durations on the clock: {way}"
