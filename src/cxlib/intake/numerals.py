"""Numbers as text: signs and digits as declared, and the ranges that some columns have."""

from __future__ import annotations

from cxlib.intake.workbench import literal
from cxlib.params import Source
from cxlib.tables import Column

__all__ = ["DURATIONS", "FROM_ZERO", "bounds", "grouped", "judged", "number"]

DURATIONS = ("wait_s", "handle_s", "response_h", "resolution_h", "threshold_s")
FROM_ZERO = (*DURATIONS, "weight")  # numbers that are never negative
BOUNDS = {"target_share": (0, 1), "margin_share": (-100, 1), "severity": (1, 5), "supplier_rating": (0, 100)}
BOUNDS |= {"rating": (0, 10)}  # of a public review, unless params say otherwise: most give one to five stars


def number(word: str, source: Source, *, whole: bool = False) -> str:
    """Return SQL for the number of a word in the declared signs and digits; the minus may stand behind (123,40-), the way SAP writes it."""
    decimal, thousands = source.decimal, source.thousands
    tail = rf"(?:\{decimal}\d+)?(?:e[+-]\d+)?"  # 1e-05 as programs write it; 12E5 may be anything, 4,00123E+15 has lost digits
    group = {" ": r"[ \x{00A0}\x{202F}]", "'": "['’]", None: ""}.get(thousands, f"\\{thousands}")
    digits = rf"(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)" if thousands else r"\d+"  # 0.123 is no hundred and twenty-three
    text = f"trim({word})"
    shaped = f"regexp_full_match({text}, {literal(rf'[+-]?{digits}{tail}|{digits}{tail}-')})"
    plain = _plain(text, group, source)
    turned = f"CASE WHEN suffix({plain}, '-') THEN '-' || rtrim({plain}, '-') ELSE {plain} END"
    careful = f"CASE WHEN {shaped} THEN TRY_CAST({turned} AS DOUBLE) END"
    usual = f"regexp_full_match({word}, {literal(rf'[+-]?{digits}{tail}')})"  # most cells: no blank around them, no sign behind
    told = f"CASE WHEN {usual} THEN TRY_CAST({_plain(word, group, source)} AS DOUBLE) ELSE {careful} END"
    if not whole:
        return told
    short = f"TRY_CAST({word} AS BIGINT)"  # what comes back as it was written needs no closer look
    return f"CASE WHEN {short}::VARCHAR = {word} THEN {short}::DOUBLE ELSE {told} END"


def _plain(text: str, group: str, source: Source) -> str:
    """SQL: a number's text without its thousands, the decimal sign a point; only where there is something to replace."""
    decimal, thousands = source.decimal, source.thousands
    plain = text
    if thousands in (" ", "'"):
        plain = f"regexp_replace({text}, {literal(group)}, '', 'g')"
    elif thousands:
        plain = f"CASE WHEN contains({text}, {literal(thousands)}) THEN replace({text}, {literal(thousands)}, '') ELSE {text} END"
    return f"replace({plain}, {literal(decimal)}, '.')" if decimal != "." else plain


def bounds(name: str, source: Source) -> tuple[float, float] | None:
    """Return the lowest and the highest value that a column may have, as params declare it or its contract means it."""
    return source.bounds.get(name, BOUNDS.get(name))


def judged(parsed: str, column: Column, source: Source) -> str:
    """Return SQL for a number, NULL where its column cannot hold it."""
    if (ends := bounds(column.name, source)) is not None:
        low, high = ends
        parsed = f"(CASE WHEN {parsed} BETWEEN {low} AND {high} THEN {parsed} END)"
    if column.kind == "count":
        return f"CASE WHEN {parsed} >= 0 AND {parsed} = floor({parsed}) AND {parsed} < 9e15 THEN {parsed}::BIGINT END"
    return f"CASE WHEN isfinite({parsed}){f' AND {parsed} >= 0' if column.name in FROM_ZERO else ''} THEN {parsed} END"


def grouped(word: str, parsed: str, decimal: str) -> tuple[str, str]:
    """Return SQL of whether a number's decimal sign may group thousands, and whether the number shows that it cannot."""
    sign = rf"\{decimal}"
    maybe = f"regexp_full_match({word}, {literal(rf'[^0-9.,]*[1-9][0-9]{{0,2}}{sign}[0-9]{{3}}[^0-9.,]*')})"
    with_sign = f"contains({word}, {literal(decimal)})"
    return f"{with_sign} AND {maybe}", f"({with_sign} AND NOT {maybe}) OR (NOT {with_sign} AND abs({parsed}) >= 1000)"
