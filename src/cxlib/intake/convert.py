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
from cxlib.intake.units import measured
from cxlib.intake.workbench import Raw, Workbench, identifier, literal, trimmed
from cxlib.intake.zones import moment_of
from cxlib.params import Source
from cxlib.tables import Column

__all__ = ["BITS", "DECIMAL", "DURATIONS", "POWER", "TOTAL", "Conversion", "convert", "failed_bit", "sql_type", "words_for_nothing"]

DURATIONS = ("wait_s", "handle_s", "response_h", "resolution_h", "threshold_s")
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
_SHAPES |= {"f": r"\d{1,6}", "p": r"[AaPp]\.?[Mm]\.?", "%": "%", "z": r"[+-]\d{2}:?\d{2}|Z", "b": r"\pL+\.?", "B": r"\pL+", "j": r"\d{1,3}"}
_LENGTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
POWER = r"\d(?:[.,]\d+)?[eE]\+\d{2,3}"  # 4,00123E+15
DECIMAL = r"\d{3,}[.,]0"  # 4711.0: a program took an id with holes for a number
TOTAL = r"(?:zwischen|gesamt)?summen?|gesamt(?:ergebnis)?|insgesamt|(?:grand |sub ?)?totals?|Σ"  # of a row that is no row
_NOTE = r"mittelwerte?|durchschnitt|ergebnis|anzahl|stand|seite|average|avg|mean|count|page"  # of a line below a table
_ROWS = r"\(?\d[\d.,]* ?(?:zeilen?|datensätze?|einträge?|rows?|records?|entries)\b.*|n ?= ?\d.*"  # 200 Zeilen, n = 200
_NO_ID = rf"{POWER}|{DECIMAL}|(?i)(?:{TOTAL})(?:\W.*)?|(?:{_NOTE})(?:\s*[:=(].*|\s.*)?|{_ROWS}"
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
    def word(self) -> str:
        """SQL: the cell with missing words and mapped words taken care of; NULL when it holds nothing that has to convert.

        Blanks around a word are no part of it, but only words that are unknown as they stand pay for being trimmed. Text stays as it is.
        """
        cell = identifier(self.header)
        mapping = self.source.values.get(self.column.name, {}) | words_for_nothing(self.column, self.source)
        if self.doubtful and self.source.mojibake == "repair" and self.column.kind in ("text", "id", "choice"):
            cell = repaired(cell)
        known = {word: literal(value) if value else "NULL" for word, value in mapping.items()}
        known |= {word: literal(word) for word in (*self.column.allowed, *(("true", "false") if self.column.kind == "flag" else ()))}
        if not known:
            return cell
        cases = " ".join(f"WHEN {literal(word)} THEN {value}" for word, value in known.items())
        return f"CASE {cell} {cases} ELSE {self._retried(cell, cases)} END"

    def _retried(self, cell: str, cases: str) -> str:
        """SQL: an unknown word, looked up once more without the blanks around it, where it may have some."""
        bare = trimmed(cell)
        if self.column.kind in ("choice", "flag"):
            return f"CASE {bare} {cases} ELSE {bare} END"
        first = f"{cell} < '!'"  # begins with a blank; that costs next to nothing to know
        padded = {
            "text": f"{first} OR suffix({cell}, ' ') OR prefix({cell}, chr(160))",
            "id": f"contains({cell}, ' ') OR contains({cell}, chr(9)) OR strlen({cell}) > length({cell})",
        }.get(self.column.kind, first)
        return f"CASE WHEN {padded} THEN CASE {bare} {cases} ELSE {cell if self.column.kind == 'text' else bare} END ELSE {cell} END"

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
            return f"CASE lower({word}) WHEN 'true' THEN true WHEN 'false' THEN false END"
        if kind == "count":
            return f"CASE WHEN {parsed} >= 0 AND {parsed} = floor({parsed}) AND {parsed} < 9e15 THEN {parsed}::BIGINT END"
        if kind == "number":
            return f"CASE WHEN isfinite({parsed}){f' AND {parsed} >= 0' if self.column.name in DURATIONS else ''} THEN {parsed} END"
        if kind in ("time", "date"):
            return self._moment(word, parsed)
        return f"CASE WHEN {self._damaged(word)} THEN NULL ELSE {word} END"

    def _id(self, word: str) -> str:
        """An id that a spreadsheet turned into 4,00123E+15 has lost digits for good; a declared width gives lost zeros back.

        ="0004711" is how programs keep a spreadsheet from doing so. Most ids are plain digits and need no closer look.
        """
        bare = f"""CASE WHEN suffix({word}, '"') THEN regexp_replace({word}, '^="(.*)"$', '\\1') ELSE {word} END"""
        spoilt = f"regexp_full_match({word}, {literal(_NO_ID)}) OR {self._damaged(word)}"
        careful = f"CASE WHEN {spoilt} THEN NULL ELSE {bare} END"
        width = self.source.id_width.get(self.column.name)
        plain = f"lpad({word}, greatest({width}, length({word}))::INTEGER, '0')" if width else word
        return f"CASE WHEN regexp_full_match({word}, '[0-9]+') THEN {plain} ELSE {careful} END"

    def _damaged(self, word: str) -> str:
        """SQL: whether a text is the error of a spreadsheet's formula, or was decoded wrongly before it came here."""
        error = f"(prefix({word}, '#') AND regexp_full_match({word}, {literal(_ERRORS)}))"
        return f"({error} OR {broken(word)})" if self.doubtful and self.source.mojibake != "keep" else error

    def _number(self, word: str) -> str:
        """Signs and digits as declared; the minus may stand behind (123,40-), the way SAP writes it."""
        decimal, thousands = self.source.decimal, self.source.thousands
        tail = rf"(?:\{decimal}\d+)?" + (r"(?:[eE][+-]?\d+)?" if decimal == "." else "")
        group = {" ": r"[ \x{00A0}\x{202F}]", None: ""}.get(thousands, f"\\{thousands}")
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
        if thousands == " ":
            plain = f"regexp_replace({text}, {literal(group)}, '', 'g')"
        elif thousands:
            plain = f"CASE WHEN contains({text}, {literal(thousands)}) THEN replace({text}, {literal(thousands)}, '') ELSE {text} END"
        return f"replace({plain}, {literal(decimal)}, '.')" if decimal != "." else plain

    def _local(self, word: str) -> str:
        """A day or time counts when the word has the declared form, leading zeros aside, and exists in the calendar."""
        form = self.source.time_format if self.column.kind == "time" else self.source.date_format
        text, moulded = f"trim({word})", mould(form)
        read = f"CASE WHEN regexp_full_match({text}, {literal(shape(form))}) THEN try_strptime({text}, {literal(form)}) END"
        return f"CASE WHEN {word} GLOB {literal(moulded)} THEN try_strptime({word}, {literal(form)}) ELSE {read} END" if moulded else read

    def _moment(self, word: str, parsed: str) -> str:
        """SQL: a parsed day or time in its kind; what programs write where there is none (01.01.1900, 31.12.9999) is no day."""
        real = f"{parsed} BETWEEN {literal(_FIRST_DAY[self.column.kind])}::TIMESTAMP AND {literal(_LAST_DAY)}::TIMESTAMP"
        if self.column.kind == "date":
            return f"CASE WHEN {real} THEN {parsed}::DATE END"
        moment = f"CASE WHEN {real} THEN {parsed if '%z' in self.source.time_format else self._in_zone(parsed)} END"
        if self.source.format not in ("parquet", "sql"):
            return moment
        return f"CASE WHEN suffix({word}, '+00') THEN TRY_CAST({word} AS TIMESTAMPTZ) ELSE {moment} END"  # told with its zone

    def _in_zone(self, local: str) -> str:
        """Local time → moment; on days of a clock change the hour skipped or doubled follows the declared rule, or fails."""
        zone = literal(self.source.timezone or self.timezone)
        moment = f"({local}::TIMESTAMP AT TIME ZONE {zone})"
        earlier, later = f"({moment} - INTERVAL 1 HOUR)", f"({moment} + INTERVAL 1 HOUR)"
        exists, before, after = (f"(({one} AT TIME ZONE {zone}) = {local}::TIMESTAMP)" for one in (moment, earlier, later))
        first = f"CASE WHEN {before} THEN {earlier} ELSE {moment} END"
        second = f"CASE WHEN {after} THEN {later} ELSE {moment} END"
        doubled = {"refuse": "NULL", "first": first, "second": second}[self.source.doubled_hour]
        skipped = {"refuse": "NULL", "forward": moment}[self.source.skipped_hour]
        careful = f"CASE WHEN NOT {exists} THEN {skipped} WHEN {before} OR {after} THEN {doubled} ELSE {moment} END"
        return moment_of(local, self.source.timezone or self.timezone, careful)


def words_for_nothing(column: Column, source: Source) -> dict[str, str]:
    """Return the words that mean there is no value in a column, as keys of a value map.

    A number that means so somewhere (99) is an id elsewhere: ids have to name theirs under `values`.
    """
    missing = [word for word in source.missing if not (column.kind == "id" and _NUMERIC.fullmatch(word))]
    declared = [word for word, value in source.values.get(column.name, {}).items() if not value]
    return dict.fromkeys([*missing, *declared], "")


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
    words = [f"{one.word} AS w{i}" for i, one in enumerate(conversions)]
    parsed = [f"{one.parsed(f'w{i}')} AS p{i}" for i, one in enumerate(conversions)]
    typed = [f"{one.typed(f'w{i}', f'p{i}')} AS t{i}" for i, one in enumerate(conversions)]
    carried = [f"w{i}" for i in places]
    chosen = [f"t{i} AS {identifier(one.column.name)}" for i, one in enumerate(conversions)]
    chosen += [f"{value} AS {identifier(column)}" for column, value in constants]
    masks = [
        " | ".join(f"CASE WHEN w{i} IS NOT NULL AND t{i} IS NULL THEN {1 << (i % BITS)} ELSE 0 END" for i in places[start : start + BITS])
        for start in places[::BITS]
    ]
    chosen += [f"({mask})::BIGINT AS failed_{number}" for number, mask in enumerate(masks)]
    inner = f"SELECT {', '.join(['row', *words])} FROM {identifier(raw.table)} WHERE {kept}"
    middle = f"SELECT {', '.join(['row', *carried, *parsed])} FROM ({inner})"
    outer = f"SELECT {', '.join(['row', *carried, *typed])} FROM ({middle})"
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
