"""Text → typed columns, by declaration, as SQL: one expression a column that is missing wherever a cell does not convert.

A cell counts as failed when it holds something that is no declared missing word and its expression is missing all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cxlib.errors import DataError
from cxlib.intake.mojibake import broken, repaired
from cxlib.intake.units import CLOCKS, measured
from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier, literal, trimmed
from cxlib.intake.zones import change_of, local_of, moment_by_rule
from cxlib.params import Source
from cxlib.tables import CONTRACTS, Column

__all__ = [
    "BITS",
    "BOUNDS",
    "DECIMAL",
    "DURATIONS",
    "FRACTION",
    "FROM_ZERO",
    "HIDDEN",
    "NO_WORD",
    "POWER",
    "SHORT_DAY",
    "TOTAL",
    "Conversion",
    "convert",
    "failed_bit",
    "grouped_columns",
    "meanings",
    "moved",
    "sql_type",
]

DURATIONS = ("wait_s", "handle_s", "response_h", "resolution_h", "threshold_s")
FROM_ZERO = (*DURATIONS, "weight")  # numbers that are never negative
BOUNDS = {"target_share": (0, 1), "margin_share": (-100, 1), "severity": (1, 5), "supplier_rating": (0, 100)}  # numbers of a fixed range
BITS = 60  # columns whose failures one integer can tell
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
HIDDEN = r"[\t\r\n\x{00A0}\x{00AD}\x{2007}\x{200B}-\x{200D}\x{202F}\x{2060}\x{FEFF}]"  # nobody sees it, and it makes another id of one
_KEPT_AS_TEXT = r"""^="(.*)"$|^'+"""  # how programs keep a spreadsheet from taking an id for a number
_NO_ID = rf"{POWER}|{DECIMAL}|{FRACTION}|{SHORT_DAY}|(?i)(?:{TOTAL})(?:\W.*)?|(?:{_NOTE})(?:\s*[:=(].*|\s.*)?|{_ROWS}"
_ERRORS = r"#(?:N/A|NV|VALUE!|WERT!|REF!|BEZUG!|DIV/0!|NAME\?|NUM!|ZAHL!|NULL!|SPILL!|ÜBERLAUF!|CALC!|#+)"  # of a spreadsheet
_NUMERIC = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
_FIRST_DAY = {"date": "1901-01-01", "time": "1970-01-02"}  # what programs write for no day: 1899-12-30, 1900-01-01, 1970-01-01, 9999-12-31
_LAST_DAY = "2199-12-31"
_SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "choice": "VARCHAR",
    "number": "DOUBLE",
    "count": "BIGINT",
    "flag": "BOOLEAN",
    "date": "DATE",
}


@dataclass(frozen=True, eq=False)
class Conversion:
    """How one raw column becomes one column of a contract: cell → word → (for moments) local time → typed value."""

    column: Column
    header: str
    source: Source
    timezone: str
    doubtful: bool = True

    @property
    def cell(self) -> str:
        """SQL: the cell of the raw table, its letters mended where that is declared; long, so it is worked out once, before the word."""
        cell = identifier(self.header)
        mends = self.doubtful and self.source.mojibake == "repair" and self.column.kind in ("text", "id", "choice")
        return repaired(cell) if mends else cell

    def word(self, cell: str) -> str:
        """SQL: the cell with missing words and mapped words taken care of; NULL when it holds nothing that has to convert.

        What params declare comes before what the contract allows, and `values`, which are of one column, before `missing`. Blanks around a
        word are no part of it, but only words that are unknown as they stand pay for being trimmed. Free text stays as it is.
        """
        mapping = self._mapping
        mapping |= {word: word for word in self.column.allowed if word not in mapping}
        known = {word: literal(value) if value else "NULL" for word, value in mapping.items()}
        if not known and self.column.kind not in ("text", "id"):
            return cell
        cases = " ".join(f"WHEN {literal(word)} THEN {value}" for word, value in known.items())
        return self._retried(cell, cases)

    @property
    def _mapping(self) -> dict[str, str]:
        return meanings(self.column, self.source)

    def _retried(self, cell: str, cases: str) -> str:
        """SQL: the words that a cell means; an unknown one is looked up once more without the blanks around it, where it may have some."""
        bare = trimmed(cell)
        again = f"CASE {bare} {cases} ELSE {bare} END" if cases else bare
        if self.column.kind not in ("choice", "flag"):
            outside = f"{cell} < '!'"  # begins with a blank; that costs next to nothing to know
            if self.column.kind == "text":
                outside += f" OR {cell} >= chr(160) OR {cell}[-1] < '!' OR {cell}[-1] >= chr(160)"
                if self.column.name == "text":
                    again = f"CASE {bare} {cases} ELSE {cell} END" if cases else cell
            if self.column.kind == "id":
                outside = f"contains({cell}, ' ') OR contains({cell}, chr(9)) OR strlen({cell}) > length({cell})"
            again = f"CASE WHEN {outside} THEN {again} ELSE {cell} END"
        return f"CASE {cell} {cases} ELSE {again} END" if cases else again

    def meant(self, word: str, parsed: str) -> str:
        """SQL: the word, NULL where it is a declared code for no value in another spelling: 999,00 for 999."""
        code = self._code(parsed)
        return f"CASE WHEN {code} THEN NULL ELSE {word} END" if code else word

    def _code(self, parsed: str) -> str:
        """SQL: whether a number is one that params declare to be no value; "" where they declare none."""
        codes = [code for code, value in self._mapping.items() if not value and _NUMERIC.fullmatch(code)]
        if self.column.kind not in ("number", "count") or not codes:
            return ""
        return f"coalesce({parsed} IN ({', '.join(self.parsed(literal(code)) for code in codes)}), false)"

    def parsed(self, word: str) -> str:
        """SQL: what has to be worked out once before it can be judged: a number or a local time."""
        if self.column.name in self.source.units:
            return measured(word, self.source.units[self.column.name], self.column, self.source, self._number)
        if self.column.kind in ("number", "count"):
            return self._number(word)
        return self._local(word) if self.column.kind in ("time", "date") else "NULL"

    def typed(self, word: str, parsed: str) -> str:
        """SQL: the value in its kind, NULL where the word does not convert."""
        kind = self.column.kind
        if kind == "id":
            return self._id(word)
        if kind == "choice":
            return f"CASE WHEN {word} IN ({', '.join(map(literal, self.column.allowed))}) THEN {word} END"
        if kind == "flag":
            return f"CASE {word} WHEN 'true' THEN true WHEN 'false' THEN false END"
        if kind in ("number", "count"):
            told = self._judged(parsed)
            return f"CASE WHEN {code} THEN NULL ELSE {told} END" if (code := self._code(parsed)) else told
        if kind in ("time", "date"):
            return self._moment(word, parsed)
        return f"CASE WHEN {self._damaged(word)} THEN NULL ELSE {word} END"

    def _judged(self, parsed: str) -> str:
        """SQL: a number, NULL where its column cannot hold it."""
        if self.column.name in BOUNDS:
            low, high = BOUNDS[self.column.name]
            parsed = f"(CASE WHEN {parsed} BETWEEN {low} AND {high} THEN {parsed} END)"
        if self.column.kind == "count":
            return f"CASE WHEN {parsed} >= 0 AND {parsed} = floor({parsed}) AND {parsed} < 9e15 THEN {parsed}::BIGINT END"
        return f"CASE WHEN isfinite({parsed}){f' AND {parsed} >= 0' if self.column.name in FROM_ZERO else ''} THEN {parsed} END"

    def _id(self, word: str) -> str:
        """An id that a spreadsheet turned into 4,00123E+15 has lost digits for good; a declared width gives lost zeros back.

        Most ids are plain digits and need no closer look.
        """
        width = self.source.id_width.get(self.column.name)

        def padded(digits: str) -> str:
            return f"lpad({digits}, greatest({width}, length({digits}))::INTEGER, '0')" if width else digits

        bare = f"regexp_replace({word}, {literal(_KEPT_AS_TEXT)}, '\\1')"
        wrapped = f"""(suffix({word}, '"') OR prefix({word}, {literal("'")}))"""
        unwrapped = f"CASE WHEN regexp_full_match({bare}, '[0-9]+') THEN {padded(bare)} ELSE nullif({bare}, '') END"
        special = " OR ".join([f"strlen({word}) > length({word})", *(f"contains({word}, chr({sign}))" for sign in (9, 10, 13))])
        hidden = f"CASE WHEN {special} THEN regexp_matches({word}, {literal(HIDDEN)}) ELSE false END"
        spoilt = f"regexp_full_match({word}, {literal(_NO_ID)}) OR {hidden} OR {self._damaged(word)}"
        meant = [literal(value) for value in self.source.values.get(self.column.name, {}).values() if value]
        known = "".join(
            f" WHEN {word} = {value} THEN {word}" for value in meant
        )  # what params name as an id is one, whatever it looks like
        if not self.source.rows and self.column.name not in _WORDY:
            single = f"{word} = '0'" if not width else "false"  # the first of ids that a program counted from 0
            if self.column.name in CONTRACTS[self.source.table].key:  # where ids that stand for none would be doubled ones
                single = f"regexp_full_match({word}, '0+')"
            known += f" WHEN {single} THEN {padded(word)} WHEN regexp_full_match({word}, {literal(f'(?i){NO_WORD}')}) THEN NULL"
        careful = f"CASE{known} WHEN {spoilt} THEN NULL WHEN {wrapped} THEN {unwrapped} ELSE {word} END"
        return f"CASE WHEN regexp_full_match({word}, '0*[1-9][0-9]*') THEN {padded(word)} ELSE {careful} END"

    def _damaged(self, word: str) -> str:
        """SQL: whether a text is the error of a spreadsheet's formula, or was decoded wrongly before it came here."""
        error = f"(prefix({word}, '#') AND regexp_full_match({word}, {literal(_ERRORS)}))"
        return f"({error} OR {broken(word)})" if self.doubtful and self.source.mojibake != "keep" else error

    def _number(self, word: str) -> str:
        """Signs and digits as declared; the minus may stand behind (123,40-), the way SAP writes it."""
        decimal, thousands = self.source.decimal, self.source.thousands
        tail = rf"(?:\{decimal}\d+)?(?:e[+-]\d+)?"  # 1e-05 as programs write it; 12E5 may be anything, 4,00123E+15 has lost digits
        group = {" ": r"[ \x{00A0}\x{202F}]", "'": "['’]", None: ""}.get(thousands, f"\\{thousands}")
        digits = rf"(?:\d+|[1-9]\d{{0,2}}(?:{group}\d{{3}})+)" if thousands else r"\d+"  # 0.123 is no hundred and twenty-three
        text = f"trim({word})"
        shaped = f"regexp_full_match({text}, {literal(rf'[+-]?{digits}{tail}|{digits}{tail}-')})"
        plain = self._plain(text, group)
        turned = f"CASE WHEN suffix({plain}, '-') THEN '-' || rtrim({plain}, '-') ELSE {plain} END"
        careful = f"CASE WHEN {shaped} THEN TRY_CAST({turned} AS DOUBLE) END"
        usual = f"regexp_full_match({word}, {literal(rf'[+-]?{digits}{tail}')})"  # most cells: no blank around them, no sign behind
        number = f"CASE WHEN {usual} THEN TRY_CAST({self._plain(word, group)} AS DOUBLE) ELSE {careful} END"
        if self.column.kind != "count":
            return number
        whole = f"TRY_CAST({word} AS BIGINT)"  # what comes back as it was written needs no closer look
        return f"CASE WHEN {whole}::VARCHAR = {word} THEN {whole}::DOUBLE ELSE {number} END"

    def _plain(self, text: str, group: str) -> str:
        """SQL: a number's text without its thousands, the decimal sign a point; only where there is something to replace."""
        decimal, thousands = self.source.decimal, self.source.thousands
        plain = text
        if thousands in (" ", "'"):
            plain = f"regexp_replace({text}, {literal(group)}, '', 'g')"
        elif thousands:
            plain = f"CASE WHEN contains({text}, {literal(thousands)}) THEN replace({text}, {literal(thousands)}, '') ELSE {text} END"
        return f"replace({plain}, {literal(decimal)}, '.')" if decimal != "." else plain

    def shaped(self, word: str) -> str:
        """SQL: whether a word has the declared form of a day or time, be it one of the calendar or not."""
        return f"regexp_full_match(trim({word}), {literal(shape(self.form))})"

    def _local(self, word: str) -> str:
        """A day or time counts when the word has the declared form, leading zeros aside, and exists in the calendar."""
        text, moulded = f"trim({word})", mould(self.form)
        spelt = f"CASE WHEN suffix({text}, 'Z') THEN rtrim({text}, 'Z') || '+00' ELSE {text} END" if self.form.endswith("%z") else text
        if "%p" in self.form:
            bare = f"regexp_replace({text}, '([AaPp])\\.([Mm])\\.', '\\1\\2')"
            spelt = f"CASE WHEN contains(lower({text}), '.m.') THEN {bare} ELSE {text} END"
        form = literal(self.form)
        read = f"CASE WHEN {self.shaped(word)} THEN try_strptime({spelt}, {form}) END"
        return f"CASE WHEN {word} GLOB {literal(moulded)} THEN try_strptime({word}, {form}) ELSE {read} END" if moulded else read

    @property
    def form(self) -> str:
        """The declared format of a day or time."""
        return self.source.form(self.column.name, self.column.kind)

    @property
    def _zone(self) -> str:
        return self.source.timezone or self.timezone

    def _moment(self, word: str, parsed: str) -> str:
        """SQL: a parsed day or time in its kind; what programs write where there is none (01.01.1900, 31.12.9999) is no day."""
        real = f"{parsed} BETWEEN {literal(_FIRST_DAY[self.column.kind])}::TIMESTAMP AND {literal(_LAST_DAY)}::TIMESTAMP"
        zoned = "%z" in self.form
        if self.column.kind == "date":  # told with its zone, it is the day on the clock of this export
            return f"CASE WHEN {real} THEN {f'({local_of(parsed, self._zone)})' if zoned else parsed}::DATE END"
        rules = self.source.skipped_hour, self.source.doubled_hour
        moment = f"CASE WHEN {real} THEN {parsed if zoned else moment_by_rule(parsed, self._zone, *rules)} END"
        if self.source.format not in ("parquet", "sql"):
            return moment
        return f"CASE WHEN suffix({word}, '+00') THEN TRY_CAST({word} AS TIMESTAMPTZ) ELSE {moment} END"  # told with its zone

    @property
    def groupable(self) -> bool:
        """Whether the decimal sign of texts may group thousands, nothing being declared of them."""
        told = self.column.kind in ("number", "count") and self.source.units.get(self.column.name) not in CLOCKS
        return told and not self.source.thousands and self.source.format in ("csv", "qualtrics")

    def grouped(self, word: str, parsed: str) -> tuple[str, str]:
        """SQL: whether a number's decimal sign may group thousands, and whether the number shows that it cannot."""
        sign = rf"\{self.source.decimal}"
        maybe = f"regexp_full_match({word}, {literal(rf'[^0-9.,]*[1-9][0-9]{{0,2}}{sign}[0-9]{{3}}[^0-9.,]*')})"
        with_sign = f"contains({word}, {literal(self.source.decimal)})"
        return f"{with_sign} AND {maybe}", f"({with_sign} AND NOT {maybe}) OR (NOT {with_sign} AND abs({parsed}) >= 1000)"

    def changed(self, parsed: str) -> str:
        """SQL: whether a clock change skips or doubles a time (skipped_hour, doubled_hour); NULL elsewhere."""
        return "NULL" if self.column.kind != "time" or "%z" in self.form else change_of(parsed, self._zone)


def meanings(column: Column, source: Source) -> dict[str, str]:
    """Return what params declare of a column's words: what each means, "" for no value; `values` come before `missing`.

    A number that means "no value" somewhere (99) is an id elsewhere: ids have to name theirs under `values`. True and false count in the
    ways programs write them, unless they are declared themselves.
    """
    declared = source.values.get(column.name, {})
    missing = [word for word in source.missing if not (column.kind == "id" and _NUMERIC.fullmatch(word))]
    mapping = declared | {word: "" for word in missing if word not in declared}
    if column.kind != "flag":
        return mapping
    spelt = {way: mapping.get(word, word) for word in ("true", "false") for way in (word, word.upper(), word.title())}
    return {word: value.lower() for word, value in mapping.items()} | {way: word for way, word in spelt.items() if way not in mapping}


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


def sql_type(kind: str) -> str:
    """Return the SQL type of a kind."""
    return "TIMESTAMPTZ" if kind == "time" else _SQL_TYPES[kind]


def convert(
    bench: Workbench, raw: Raw, conversions: Sequence[Conversion], constants: Sequence[tuple[str, str]], kept: str, name: str, where: str
) -> dict[str, int]:
    """Lay a typed table on the bench in one pass, and count what did not convert.

    Parameters
    ----------
    bench : Workbench
    raw : Raw
    conversions : sequence of Conversion
    constants : sequence of (column, SQL)
        Columns with one value for all rows.
    kept : str
        SQL condition of the rows that are kept.
    name : str
        Name of the new table: row, the columns, and ``failed_…`` with one bit a column.
    where : str
        How messages name the export.

    Returns
    -------
    dict of str to int
        Failed cells by contract column.

    Raises
    ------
    DataError
        When the rows read are not as many as were counted before.
    """
    places = range(len(conversions))
    cells = [f"{one.cell} AS c{i}" for i, one in enumerate(conversions)]
    words = [f"{one.word(f'c{i}')} AS w{i}" for i, one in enumerate(conversions)]
    parsed = [f"{one.parsed(f'w{i}')} AS p{i}" for i, one in enumerate(conversions)]
    typed = [f"{one.typed(f'w{i}', f'p{i}')} AS t{i}" for i, one in enumerate(conversions)]
    carried = [f"w{i}" for i in places]
    meant = [f"{one.meant(f'w{i}', f'p{i}')} AS w{i}" for i, one in enumerate(conversions)]
    ruled = [i for i, one in enumerate(conversions) if one.column.kind == "time" and one.source.moves_times]
    chosen = [f"t{i} AS {identifier(one.column.name)}" for i, one in enumerate(conversions)]
    chosen += [f"{value} AS {identifier(column)}" for column, value in constants]
    masks = [
        " | ".join(f"CASE WHEN w{i} IS NOT NULL AND t{i} IS NULL THEN {1 << (i % BITS)} ELSE 0 END" for i in places[start : start + BITS])
        for start in places[::BITS]
    ]
    grouped = [i for i, one in enumerate(conversions) if one.groupable]
    chosen += [f"g{i}_{place} AS {identifier(name)}" for i in grouped for place, name in enumerate(grouped_columns(conversions[i]))]
    chosen += [f"({mask})::BIGINT AS failed_{number}" for number, mask in enumerate(masks)]
    innermost = f"SELECT {', '.join(['row', *cells])} FROM {identifier(raw.table)} WHERE {kept}"
    inner = f"SELECT {', '.join(['row', *words])} FROM ({innermost})"
    middle = f"SELECT {', '.join(['row', *carried, *parsed])} FROM ({inner})"
    typed += [f"{conversions[i].changed(f'p{i}')} AS m{i}" for i in ruled]
    chosen += [f"m{i} AS {identifier(_moved(conversions[i]))}" for i in ruled]
    typed += [f"({told}) AS g{i}_{place}" for i in grouped for place, told in enumerate(conversions[i].grouped(f"w{i}", f"p{i}"))]
    outer = f"SELECT {', '.join(['row', *meant, *typed])} FROM ({middle})"
    bench.run(f"CREATE TABLE {identifier(name)} AS SELECT {', '.join(['row', *chosen])} FROM ({outer})")
    read = bench.rows(f"SELECT count(*) FROM {identifier(name if kept == 'true' else raw.table)}")[0][0]
    if read != raw.rows:
        raise DataError(f"{where}: holds {raw.rows} rows, but {read} were read. A quote may be out of place: ask for the export again.")
    if not conversions:
        return {}
    counted = ", ".join(f"count(*) FILTER (WHERE {failed_bit(i)})" for i in places)
    found = bench.rows(
        f"SELECT {counted} FROM {identifier(name)} WHERE {' OR '.join(f'failed_{number} <> 0' for number in range(len(masks)))}"
    )[0]
    return {one.column.name: count for one, count in zip(conversions, found, strict=True) if count}


def failed_bit(place: int) -> str:
    """Return the SQL condition that the conversion at a place failed."""
    return f"(failed_{place // BITS} & {1 << (place % BITS)}) <> 0"


def moved(bench: Workbench, conversions: Sequence[Conversion], table: str) -> Befallen:
    """Count the times of a typed table that a declared rule moved or chose (skipped_hour, doubled_hour), by column."""
    columns = bench.columns(table)
    counts: Befallen = {}
    for one in conversions:
        if _moved(one) in columns:
            rule, time = identifier(_moved(one)), identifier(one.column.name)
            query = (
                f"SELECT {rule}, count(*) FROM {identifier(table)} WHERE {rule} IS NOT NULL AND {time} IS NOT NULL GROUP BY 1 ORDER BY 1"
            )
            counts |= {(reason, one.column.name): rows for reason, rows in bench.rows(query)}
    return counts


def grouped_columns(one: Conversion) -> tuple[str, str]:
    """Return the columns of a typed table that tell of a number whether its decimal sign may group thousands, and that it cannot."""
    return f"maybe grouped {one.column.name}", f"not grouped {one.column.name}"


def _moved(one: Conversion) -> str:
    return f"moved {one.column.name}"
