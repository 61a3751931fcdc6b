"""Cells that did not convert, told so that one can act: how many of which column, five of them with their place, and what would do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from cxlib.errors import nearest
from cxlib.intake.conversion import Conversion
from cxlib.intake.convert import failed_bit
from cxlib.intake.ids import DECIMAL, FRACTION, HIDDEN, NO_WORD, POWER, SHORT_DAY, TOTAL
from cxlib.intake.mojibake import spoilt, way_out
from cxlib.intake.numerals import DURATIONS, FROM_ZERO, bounds
from cxlib.intake.parts import NOTHING
from cxlib.intake.units import way_to_declare
from cxlib.intake.workbench import Raw, Workbench, identifier, literal
from cxlib.tables import SHARES

__all__ = ["examples", "failures"]

EXAMPLES = 5
_EXAMPLE = datetime(2025, 12, 31, 14, 5, 9, tzinfo=UTC)
_HIDDEN = re.sub(r"\\x\{(\w+)\}", r"\\u\1", HIDDEN)  # as Python writes it
_NAME = r"[^\W\d_]{3,}"
_NAMES = "names of months and days are read in English alone. Ask for the export with months as numbers"
_POWERS = r"[-+]?\d+(?:[.,]\d+)?[eE][-+]?\d+"


def failures(bench: Workbench, raw: Raw, conversions: Sequence[Conversion], failed: Mapping[str, int], name: str, where: str) -> list[str]:
    """Word each column that has more failed cells than declared: how many, five examples with their place, and what would do.

    Parameters
    ----------
    bench, raw, conversions, name
        As in :func:`convert`.
    failed : mapping
        Failed cells by contract column, as :func:`convert` counted them.
    where : str
        How messages name the export.
    """
    rows = bench.rows(f"SELECT count(*) FROM {identifier(name)}")[0][0]
    return [
        _worded(bench, raw, one, place, name, where, failed[one.column.name], rows)
        for place, one in enumerate(conversions)
        if failed.get(one.column.name, 0) > one.source.max_failed_share * rows
    ]


def examples(bench: Workbench, raw: Raw, conversions: Sequence[Conversion], failed: Mapping[str, int], name: str) -> dict[str, Any]:
    """Return for each column with failed cells that were borne how many there are (``cells``), and five of them with their place."""
    told = {}
    for place, one in enumerate(conversions):
        if count := failed.get(one.column.name, 0):
            shown = [f"{raw.place(row)}: {text[:60]!r}" for row, text in _failing(bench, raw, one, place, name)]
            told[one.column.name] = {"cells": count, "examples": shown}
    return told


def _failing(bench: Workbench, raw: Raw, one: Conversion, place: int, name: str) -> list[tuple[int, str]]:
    failing = f"SELECT row FROM {identifier(name)} WHERE {failed_bit(place)} ORDER BY row LIMIT {EXAMPLES}"
    return bench.rows(f"SELECT row, {identifier(one.header)} FROM {identifier(raw.table)} WHERE row IN ({failing}) ORDER BY row")


def _worded(bench: Workbench, raw: Raw, one: Conversion, place: int, name: str, where: str, count: int, rows: int) -> str:
    seen = _failing(bench, raw, one, place, name)
    shown = ", ".join(f"{raw.place(row)}: {text[:60]!r}" for row, text in seen)
    hint = nearest(seen[0][1], one.column.allowed) if one.column.kind == "choice" else ""
    meant = f" (did you mean {hint!r}?)" if hint else ""
    what = "damaged text" if one.column.kind == "text" else f"no {one.column.kind} for {one.column.name}"
    told = f"{count} of {rows} cells are {what}"
    return f"{where}: {one.header}: {told} ({shown}){meant}. {_way_out(bench, one, seen)}."


def _way_out(bench: Workbench, one: Conversion, failing: list[tuple[int, str]]) -> str:
    """Say what would do, looking at the first cells that failed."""
    name, seen = one.column.name, [text.strip() for _, text in failing]
    if one.column.kind == "choice":
        return f"Allowed: {', '.join(one.column.allowed)}. Map the word under `values: {{{name}: …}}`"
    if one.column.kind == "flag":
        return f"Allowed: true, false. Map other words under `values: {{{name}: …}}`"
    if one.column.kind in ("id", "text"):
        return _damage(one, seen)
    if one.column.kind in ("number", "count"):
        return _numbers(one, seen)
    return _moments(bench, one, seen[0])


def _moments(bench: Workbench, one: Conversion, text: str) -> str:
    """Say what would do for a cell that is no day or time: whether its form, the calendar or the clock is against it."""
    source, kind = one.source, one.column.kind
    own = f"format of {one.column.name}" if one.column.name in source.formats else "time_format" if kind == "time" else "date_format"
    told = f"The declared {own} is {one.form!r}"
    if NOTHING in text:
        return f"{told}, and a part is missing: ask for it. Rows that have no {kind} at all leave all its cells empty"
    if re.fullmatch(r"[2-6]\d{4}(?:[.,]\d+)?", text):
        return f"{told}. These are day numbers of a spreadsheet: format the column there as a date, and save or export it again"
    if re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return f"{told}. These are seconds or milliseconds since 1970: ask for the export with days and times, as people write them"
    if re.search(r"\.\d{7,}", text):
        return f"{told}. Fractions of seconds are read to six digits (%S.%f): ask for the export with no more"
    if re.search(r"\d[+-]\d\d:?\d\d$|\dZ$", text) and "%z" not in one.form:
        return f"{told}. These cells tell their time zone at their end: write %z there, as in %Y-%m-%dT%H:%M:%S%z"
    if re.search(r"1[89]\d\d|9999|0000|00\.00\.", text):
        return f"{told}. If this stands for no day at all, add it to `missing`"
    parsed = f"({one.parsed(literal(text))})"
    judged = f"{one.shaped(literal(text))}, {parsed} IS NOT NULL, {one.changed(parsed)} IS NOT NULL"
    shaped, real, changed = bench.rows(f"SELECT {judged}")[0]
    if not shaped and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*", text) and source.format not in ("csv", "qualtrics"):
        return f"{told}, which has no place for the seconds of these cells: write it as in %d.%m.%Y %H:%M:%S"
    if real and not changed:
        first = 1970 if kind == "time" else 1901
        return f"{told}. Days are taken from {first} to 2199: if this stands for no day at all, add it to `missing`"
    if changed:
        return f"{told}; hours that the clock change skips or doubles need `skipped_hour` or `doubled_hour`"
    return f"{told}, {_of_form(one, text)}" if not shaped else f"{told}, and the calendar or the clock has no {text!r}: {_unreal(text)}"


def _unreal(text: str) -> str:
    if re.search(r"\b24[:.]00", text):
        return "the end of a day is 00:00 of the next. Have the export corrected"
    if re.search(_NAME, text) or re.match(r"[^\W\d_]{2}\b", text):
        return _NAMES
    return "have the export corrected; if months and days have changed places, correct the format"


def _of_form(one: Conversion, text: str) -> str:
    """Say how a cell differs from the declared form."""
    example = f"as in {_EXAMPLE.strftime(one.form.replace('%-', '%'))}"
    missing = f"if the word means that there is no {'day' if one.column.kind == 'date' else 'time'}, add it to `missing`"
    if re.search(r"(?i)\d\s*(?:[ap]m|[ap]\.\s?m\.)", text):
        return f"{example}: for 8:15 pm or p.m. (no blank inside), write %I:%M %p in place of %H:%M"
    if text.endswith(" Uhr"):
        return f"{example}: write the word into the format, as in %H:%M Uhr"
    if re.search(_NAME, text) and re.search(r"\d", text):
        return f"{example}: {_NAMES}"
    if not re.search(r"\d", text):
        return f"{example}: {missing}"
    return f"{example}. Declare the form that these cells have, under `formats` where other columns differ"


def _damage(one: Conversion, seen: list[str]) -> str:
    """Say what happened to an id or a text, and what would do."""
    text = seen[0]
    if re.search(_HIDDEN, text):
        return "A blank or sign that nobody sees stands inside: it would make another id of the same one. Have it taken out of the export"
    if text.startswith("#"):
        return "A spreadsheet's formula failed there: mend it, or add the word to `missing` if it means that there is no value"
    if spoilt(text):
        return way_out(text)
    if re.fullmatch(POWER, text):
        lost = "A spreadsheet has turned long numbers into powers of ten and lost their last digits"
        return f"{lost}: ask for the export with this column as text"
    if re.fullmatch(rf"(?i){NO_WORD}", text):
        words = dict.fromkeys(word for word in seen if re.fullmatch(rf"(?i){NO_WORD}", word))
        told = ", ".join(f'"{word}": ""' for word in words)
        way = f"declare `values: {{{one.column.name}: {{{told}}}}}`"
        return f"Such words stand for no id: {way}. If one is an id indeed, map it to itself there"
    if re.fullmatch(SHORT_DAY, text):
        return "A spreadsheet has turned ids such as 1-2 into days: ask for the export with this column as text"
    if re.fullmatch(f"{DECIMAL}|{FRACTION}", text):
        return "A program has turned ids into numbers with decimals: ask for the export with this column as text"
    kind = "the total of" if re.fullmatch(rf"(?i)(?:{TOTAL})(?:\W.*)?", text) else "a note below"
    return f"This looks like {kind} a table: leave the row out with `ignore_rows`, here the word {text!r}"


def _numbers(one: Conversion, seen: list[str]) -> str:
    name, source = one.column.name, one.source
    other = "," if source.decimal == "." else "."
    if any(re.fullmatch(r"\(.*\d.*\)\D*", text) for text in seen):
        return "Numbers in brackets are negative in bookkeeping, and may be notes elsewhere: ask for the export with a minus before them"
    if any(re.fullmatch(_POWERS, text) for text in seen):
        lost = "has lost digits where a spreadsheet wrote it, and may be no number at all"
        return f"A power of ten {lost}: ask for the export with all digits (only 1e-05, the way programs write it, is read)"
    ends = bounds(name, source)
    if ends and name not in source.units and any(re.fullmatch(r"-?\d+(?:[.,]\d+)?", text) for text in seen):
        percents = f": if these are percents, declare `units: {{{name}: '%'}}`" if name in SHARES else ""
        told = f"{name} goes {'up' if name == 'margin_share' else f'from {ends[0]:g}'} to {ends[1]:g}"
        if name == "rating" and name not in source.bounds:
            way = "If the scale goes further, declare it, as in `bounds: {rating: [0, 100]}`"
            return f"{told}, and a lost decimal sign makes 45 of 4.5: have the export corrected. {way}"
        return f"{told}{percents or ': ask on which scale these numbers are, or what they stand for'}"
    if one.column.kind == "number" and (way := way_to_declare(one.column, source, seen)):
        return way
    if all(re.fullmatch(rf"[+-]?\d+\{other}(?!\d{{3}}\b)\d+\D*", text) for text in seen):
        declared = f"The declared decimal sign is {source.decimal!r}"
        return f"{declared}, and these numbers have {other!r} there: declare `decimal`, or ask for one sign"
    if not source.thousands and all(other in text for text in seen) and name not in DURATIONS:
        return f"The declared decimal sign is {source.decimal!r}; if {other!r} groups thousands, declare `thousands: {other!r}`"
    whole = one.column.kind == "count"
    wanted = "Whole numbers from 0 were expected" if whole else f"A number with the decimal sign {source.decimal!r} was declared"
    beside = f", with or without the unit {source.units[name]!r}" if name in source.units else ""
    least = ", not below 0" if name in FROM_ZERO else ""
    return f"{wanted}{beside}{least}. If the word means that there is no value, add it to `missing`"
