"""How one raw column becomes one column of a contract, as SQL: an expression that is missing wherever a cell does not convert."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cxlib.intake.ids import identified
from cxlib.intake.mojibake import broken, repaired
from cxlib.intake.moments import local, real, shaped
from cxlib.intake.numerals import grouped, judged, number
from cxlib.intake.units import CLOCKS, measured
from cxlib.intake.workbench import identifier, literal, trimmed
from cxlib.intake.zones import change_of, local_of, moment_by_rule
from cxlib.params import Source
from cxlib.tables import Column

__all__ = ["Conversion", "meanings", "sql_type"]

_ERRORS = r"#(?:N/A|NV|VALUE!|WERT!|REF!|BEZUG!|DIV/0!|NAME\?|NUM!|ZAHL!|NULL!|SPILL!|ÜBERLAUF!|CALC!|#+)"  # of a spreadsheet
_NUMERIC = re.compile(r"[-+−]?\d+(?:[.,]\d+)?")
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
        return local(word, self.form) if self.column.kind in ("time", "date") else "NULL"

    def typed(self, word: str, parsed: str) -> str:
        """SQL: the value in its kind, NULL where the word does not convert."""
        kind = self.column.kind
        if kind == "id":
            return identified(word, self.column.name, self.source, self._damaged(word))
        if kind == "choice":
            return f"CASE WHEN {word} IN ({', '.join(map(literal, self.column.allowed))}) THEN {word} END"
        if kind == "flag":
            return f"CASE {word} WHEN 'true' THEN true WHEN 'false' THEN false END"
        if kind in ("number", "count"):
            told = judged(parsed, self.column, self.source)
            return f"CASE WHEN {code} THEN NULL ELSE {told} END" if (code := self._code(parsed)) else told
        if kind in ("time", "date"):
            return self._moment(word, parsed)
        return f"CASE WHEN {self._damaged(word)} THEN NULL ELSE {word} END"

    def _damaged(self, word: str) -> str:
        """SQL: whether a text is the error of a spreadsheet's formula, or was decoded wrongly before it came here."""
        error = f"(prefix({word}, '#') AND regexp_full_match({word}, {literal(_ERRORS)}))"
        return f"({error} OR {broken(word)})" if self.doubtful and self.source.mojibake != "keep" else error

    def shaped(self, word: str) -> str:
        """SQL: whether a word has the declared form of a day or time, be it one of the calendar or not."""
        return shaped(word, self.form)

    def _number(self, word: str) -> str:
        return number(word, self.source, whole=self.column.kind == "count")

    @property
    def form(self) -> str:
        """The declared format of a day or time."""
        return self.source.form(self.column.name, self.column.kind)

    @property
    def _zone(self) -> str:
        return self.source.timezone or self.timezone

    def _moment(self, word: str, parsed: str) -> str:
        """SQL: a parsed day or time in its kind."""
        known = real(parsed, self.column.kind)
        zoned = "%z" in self.form
        if self.column.kind == "date":  # told with its zone, it is the day on the clock of this export
            return f"CASE WHEN {known} THEN {f'({local_of(parsed, self._zone)})' if zoned else parsed}::DATE END"
        rules = self.source.skipped_hour, self.source.doubled_hour
        moment = f"CASE WHEN {known} THEN {parsed if zoned else moment_by_rule(parsed, self._zone, *rules)} END"
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
        return grouped(word, parsed, self.source.decimal)

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


def sql_type(kind: str) -> str:
    """Return the SQL type of a kind."""
    return "TIMESTAMPTZ" if kind == "time" else _SQL_TYPES[kind]
