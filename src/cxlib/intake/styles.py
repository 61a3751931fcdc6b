"""What the format of a spreadsheet's cell says beyond its number: percents, and units that stand in the format alone."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["attribute", "formatted", "negative", "percents", "units"]

_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*)>")
_NEGATIVE = re.compile(rb"<(?:\w+:)?c\s([^>]*)>(?:<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>-")
_STYLE = re.compile(rb"\bs=\"(\d+)\"")
_PLACE = re.compile(rb"\br=\"([A-Z]+\d+)\"")
_BUILT_IN = {9: "0%", 10: "0.00%"}  # of the formats that every workbook has, those that matter here
_WORDS = {"ms": "ms", "s": "s", "sek": "s", "sec": "s", "sekunden": "s", "seconds": "s", "min": "min", "minuten": "min", "minutes": "min"}
_WORDS |= {"h": "h", "std": "h", "stunden": "h", "hours": "h", "hrs": "h", "d": "d", "tage": "d", "days": "d"}
_LARGE = re.compile(r"(?i)(?:t|k)\s?(?:€|eur|usd|\$)|tsd\.?.*|tausend.*|mio\.?.*|mill.*|mrd\.?.*|mn\.?.*")


def percents(path: Path) -> dict[int, str]:
    """Return the numbers of the cell styles that show percents."""
    return {place: "%" for place, code in enumerate(_codes(path)) if "%" in re.sub(r'"[^"]*"|\\.', "", code)}


def units(path: Path) -> dict[int, str]:
    """Return the cell styles that write a unit beside their numbers: of durations as params name it, else a word for thousands and more.

    A format that divides by thousands itself (#,##0, "Tsd.") shows what the cell holds, and is left out.
    """
    told = {place: _unit(code) for place, code in enumerate(_codes(path))}
    return {place: unit for place, unit in told.items() if unit}


def formatted(content: bytes, styles: Mapping[int, str]) -> dict[str, str]:
    """Return the cells of a sheet's XML that have some styles, by name, with what the style says."""
    if not styles:
        return {}
    told: dict[str, str] = {}
    for (attributes,) in (found.groups() for found in _CELL.finditer(content)):
        style, place = _STYLE.search(attributes), _PLACE.search(attributes)
        if style and place and int(style[1]) in styles:
            told[place[1].decode()] = styles[int(style[1])]
    return told


def negative(content: bytes) -> set[str]:
    """Return the names of the cells that hold a number below 0, which clocks and days cannot show."""
    return {place[1].decode() for found in _NEGATIVE.finditer(content) if (place := _PLACE.search(found[1]))}


def attribute(element: str, name: str) -> str:
    """Return an attribute of an XML element, "" where it has none."""
    found = re.search(rf'\s{name}="([^"]*)"', element)
    return html.unescape(found[1]) if found else ""


def _codes(path: Path) -> list[str]:
    """Return the format of each cell style."""
    with zipfile.ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml").decode("utf-8") if "xl/styles.xml" in archive.namelist() else ""
    own = {attribute(one, "numFmtId"): attribute(one, "formatCode") for one in re.findall(r"<(?:\w+:)?numFmt\s[^>]*>", styles)}
    codes = {str(number): code for number, code in _BUILT_IN.items()} | own
    used = re.search(r"<(?:\w+:)?cellXfs[\s>].*?</(?:\w+:)?cellXfs>", styles, re.S)
    return [codes.get(attribute(one, "numFmtId"), "") for one in re.findall(r"<(?:\w+:)?xf\s[^>]*>", used[0])] if used else []


def _unit(code: str) -> str:
    """Return the unit in a number's format: the text in quotes, behind backslashes or in a currency's brackets.

    >>> _unit('0.0" min"'), _unit("0\\\\ \\\\s"), _unit('0.0 "T€"'), _unit('#,##0," Tsd."'), _unit('#,##0.00" €"')
    ('min', 's', 'T€', '', '')
    """
    first = code.split(";")[0]
    text = "".join(found[1] or found[2] or found[3] or "" for found in re.finditer(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]', first))
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", first)
    word = text.strip().rstrip(".")
    if not re.search(r"[0#?]|General", bare) or re.search(r"[0#?],+[^0#?]*$", bare):
        return ""
    return _WORDS.get(word.casefold(), word if _LARGE.fullmatch(word) else "")
