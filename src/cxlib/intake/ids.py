"""Ids as text: zeros given back, and what a spreadsheet or a program left in place of one found out."""

from __future__ import annotations

from cxlib.intake.workbench import literal
from cxlib.params import Source
from cxlib.tables import CONTRACTS

__all__ = ["DECIMAL", "FRACTION", "HIDDEN", "NO_WORD", "POWER", "SHORT_DAY", "TOTAL", "identified"]

POWER = r"\d(?:[.,]\d+)?[eE]\+\d{2,3}"  # 4,00123E+15
DECIMAL = r"\d{3,}[.,]0"  # 4711.0: a program took an id with holes for a number
FRACTION = r".* \(a fraction\)"  # how readers of typed cells tell an id that is no whole number
_MONTH = r"(?:Jan|Feb|Mär|Mrz|Mar|Apr|Mai|May|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)"
SHORT_DAY = rf"\d{{1,2}}(?:\. ?|-){_MONTH}\.?(?:-\d{{2}})?|{_MONTH}[ .-]\d{{2}}"  # 01. Feb: a spreadsheet took 1-2 for a day
NO_WORD = r"<?null>?|none|nan|<na>|n[./]?a\.?|k\. ?a\.|undefined|unknown|unbekannt|-+|\?+|0+"  # of programs that have no id
_WORDY = ("reason_id", "group_id", "concern_2_id")  # ids that are words of a taxonomy, where "unknown" is one
TOTAL = r"(?:zwischen|gesamt)?summen?|gesamt(?:ergebnis)?|insgesamt|(?:grand |sub ?)?totals?|Σ"  # of a row that is no row
_NOTE = r"mittelwerte?|durchschnitt|ergebnis|anzahl|stand|seite|average|avg|mean|count|page"  # of a line below a table
_ROWS = r"\(?\d[\d.,]* ?(?:zeilen?|datensätze?|einträge?|rows?|records?|entries)\b.*|n ?= ?\d.*"  # 200 Zeilen, n = 200
_MARKS = r"\x{034F}\x{061C}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}"
# nobody sees it, and it makes two ids of one
HIDDEN = rf"[\t\r\n\x{{00A0}}\x{{00AD}}\x{{2000}}-\x{{200A}}\x{{202F}}\x{{205F}}\x{{3000}}{_MARKS}]"
_KEPT_AS_TEXT = r"""^="(.*)"$|^'+"""  # how programs keep a spreadsheet from taking an id for a number
_NO_ID = rf"{POWER}|{DECIMAL}|{FRACTION}|{SHORT_DAY}|(?i)(?:{TOTAL})(?:\W.*)?|(?:{_NOTE})(?:\s*[:=(].*|\s.*)?|{_ROWS}"


def identified(word: str, name: str, source: Source, damaged: str) -> str:
    """Return SQL for the id that a word is, NULL where it is none.

    An id that a spreadsheet turned into 4,00123E+15 has lost digits for good; a declared width gives lost zeros back. Most ids are plain
    digits and need no closer look.

    Parameters
    ----------
    word : str
        SQL of the word.
    name : str
        The contract column.
    source : Source
        Declares id_width, and words that are ids all the same.
    damaged : str
        SQL: whether the word was decoded wrongly, or is a formula's error.
    """
    width = source.id_width.get(name)

    def padded(digits: str) -> str:
        return f"lpad({digits}, greatest({width}, length({digits}))::INTEGER, '0')" if width else digits

    bare = f"regexp_replace({word}, {literal(_KEPT_AS_TEXT)}, '\\1')"
    wrapped = f"""(suffix({word}, '"') OR prefix({word}, {literal("'")}))"""
    unwrapped = f"CASE WHEN regexp_full_match({bare}, '[0-9]+') THEN {padded(bare)} ELSE nullif({bare}, '') END"
    special = " OR ".join([f"strlen({word}) > length({word})", *(f"contains({word}, chr({sign}))" for sign in (9, 10, 13))])
    hidden = f"CASE WHEN {special} THEN regexp_matches({word}, {literal(HIDDEN)}) ELSE false END"
    spoilt = f"regexp_full_match({word}, {literal(_NO_ID)}) OR {hidden} OR {damaged}"
    meant = [literal(value) for value in source.values.get(name, {}).values() if value]
    known = "".join(f" WHEN {word} = {value} THEN {word}" for value in meant)  # what params name as an id is one, whatever it looks like
    if not source.rows and name not in _WORDY:
        single = f"{word} = '0'" if not width else "false"  # the first of ids that a program counted from 0
        if name in CONTRACTS[source.table].key:  # where ids that stand for none would be doubled ones
            single = f"regexp_full_match({word}, '0+')"
        known += f" WHEN {single} THEN {padded(word)} WHEN regexp_full_match({word}, {literal(f'(?i){NO_WORD}')}) THEN NULL"
    careful = f"CASE{known} WHEN {spoilt} THEN NULL WHEN {wrapped} THEN {unwrapped} ELSE {word} END"
    return f"CASE WHEN regexp_full_match({word}, '0*[1-9][0-9]*') THEN {padded(word)} ELSE {careful} END"
