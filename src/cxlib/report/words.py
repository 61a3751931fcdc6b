"""What a page says: messages, numbers, dates and labels in the reader's language.

Messages come from the catalogs, numbers and dates from Babel, labels from the client first and the catalogs second.
Everything returned here is plain text: who puts it into HTML escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isinf
from numbers import Real
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list

from cxlib.errors import CxError, worded
from cxlib.report.catalog import LANGUAGES, messages
from cxlib.report.needs import needed
from cxlib.report.numerals import CURRENCY, decimals, written

__all__ = ["OTHERS", "Told", "Words", "absent"]

OTHERS = "__other__"
UNKNOWN = "__unknown__"
_OF_REASONS = ("reason_id", "value_customer", "treatment", "root_cause", "channel", "owner", "default_owner")
LIKE = {  # columns whose values have the words of others
    "next_channel": ("channel",),
    "preferred_channel": ("channel",),
    "route": ("route", "channel"),
    "owner": ("owner", "department", "default_owner"),
    "participant": ("department", "channel"),
    "against_department": ("department",),
    "against": ("kpi",),
    "in_standard": _OF_REASONS,
    "in_use": _OF_REASONS,
}
PERCENT = re.compile(r"(?<=\d) %")
DECIMAL = re.compile(r"\d+\.(\d+)")  # a number that stands as text in a group column
DAY = re.compile(r"\d{4}-\d\d-\d\d")  # a day that stands as text in a group column
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
SCALE = re.compile(r"(scale|severity) (-?\d+)[–-](-?\d+)")
SURE = re.compile(r"[\d.]+(–[\d.]+)?")  # a probability, or two that bound it, as text in a group column


def absent(value: object) -> bool:
    """Tell whether a cell holds no value: None, NaN, NaT or pandas' NA.

    >>> absent(None), absent(float("nan")), absent("")
    (True, True, False)
    """
    try:
        return value is None or bool(value != value)  # NaN differs from itself
    except TypeError:  # pandas' NA refuses to be true or false
        return True


@dataclass(frozen=True, eq=False)
class Told:
    """One row of ESTIMATES, ready to be put into a sentence by ``str.format``.

    ``{x}`` tells value, span and n; ``{x:value}``, ``{x:span}`` and ``{x:n}`` tell one of them, ``{x:times}`` a share as "97 of
    100"; ``{x:note}`` what the row adds; ``{x:COLUMN}`` tells the label of a group column. A row without a number
    tells its note instead.
    """

    words: Words
    row: Mapping[str, Any]

    def __format__(self, wanted: str) -> str:
        """Word the row, or the part of it that the format names."""
        parts = {"": self._full, "value": self._value, "span": self._span, "n": self._n, "times": self._times, "note": lambda: self.note}
        if wanted in parts:
            return parts[wanted]()
        if wanted == "metric":
            return self.words.metric(str(self.row["metric"]))
        if wanted in self.row:
            return self.words.label(wanted, self.row[wanted])
        raise CxError(worded("told row", "unknown part", wanted, [*parts, *map(str, self.row.keys())][1:]))

    def __str__(self) -> str:
        return format(self)

    @property
    def note(self) -> str:
        """The note in words, "" when the row has a value and nothing to add."""
        return self.words.note(self._cell("note", ""))

    @property
    def decimals(self) -> int:
        """How many decimals value and span share."""
        low, high = self._cell("low"), self._cell("high")
        width = None if low is None or high is None else high - low
        return decimals(self.unit, self.row["value"], width)

    @property
    def unit(self) -> str:
        """The unit code of the row."""
        return str(self._cell("unit", ""))

    @property
    def asked(self) -> bool:
        """Whether respondents stand behind the number: n is known and not 0."""
        return bool(self._cell("n", 0))

    def bare(self) -> str:
        """Return the number without its unit (a percentage keeps its sign), or "" when there is none."""
        return "" if absent(self.row["value"]) else self.words.number(self.row["value"], self.unit, places=self.decimals, bare=True)

    def _cell(self, column: str, default: Any = None) -> Any:
        value = self.row.get(column, default)
        return default if absent(value) else value

    def _value(self) -> str:
        if absent(self.row["value"]):
            return self.note or self.words.text("value.missing")
        return self.words.number(self.row["value"], self.unit, places=self.decimals)

    def _span(self) -> str:
        if absent(self.row["value"]):
            return self.note or self.words.text("value.missing")
        return self.words.span(self._cell("low"), self._cell("high"), self.unit, places=self.decimals)

    def _n(self) -> str:
        return self.words.number(self._cell("n"), "count")

    def _times(self) -> str:
        if absent(self.row["value"]):
            return self._value()
        return self.words.text("told.times", n=round(100 * self.row["value"]))

    def _full(self) -> str:
        if absent(self.row["value"]):
            return self._value()
        told, span = self.words.text, self._span()
        named = self.unit.startswith(("scale", "severity", "index")) and not self.words.has(f"number.{_slug(self.unit)}")
        facts = [self.words.unit(self.unit)] if named else []
        facts += [told("told.span", span=span)] if span else []
        facts += [told("told.n", n=self._n())] if self.asked else []
        facts += [self.note] if self.note else []
        return f"{self._value()} ({'; '.join(facts)})" if facts else self._value()


@dataclass(frozen=True, eq=False)
class _Spoken:
    """A number or a date in a template: ``{x}`` in its plain form, ``{x:share}`` in a unit."""

    words: Words
    value: Any

    def __format__(self, unit: str) -> str:
        if absent(self.value):
            return self.words.text("value.missing")
        if isinstance(self.value, datetime):
            return self.words.datetime(self.value)
        if isinstance(self.value, date):
            return self.words.date(self.value)
        return self.words.number(self.value, unit or "count")


class Words:
    """The words of one language, with the client's own labels.

    Parameters
    ----------
    language : str
        "de" or "en".
    names : mapping, optional
        ``{column: {value: label}}``: the client's labels in that language; ``names["column"]`` labels declared features.

    >>> words = Words("de", {"touchpoint_id": {"art": "Kunst"}})
    >>> words.label("touchpoint_id", "art"), words.label("touchpoint_id", None)
    ('Kunst', 'Gesamt')
    >>> words.list(["A", "B", "C"])
    'A, B und C'
    """

    def __init__(self, language: str, names: Mapping[str, Mapping[str, str]] | None = None) -> None:
        if language not in LANGUAGES:
            raise CxError(worded("words", "unknown language", language, LANGUAGES))
        self.language = language
        self.names = names or {}
        self.locale = Locale.parse(LANGUAGES[language])

    def has(self, key: str) -> bool:
        """Tell whether the catalog knows this key."""
        return key in messages(self.language)

    def text(self, key: str, **values: object) -> str:
        """Return the message of `key` with its fields filled.

        Parameters
        ----------
        key : str
            A key of the catalog. Messages with plural forms choose by the value `n`.
        **values
            Strings stand as they are; numbers and dates are formatted (``{x:share}`` names a unit);
            rows come as :meth:`told` makes them.

        Raises
        ------
        CxError
            The catalog has no such key, or a field has no value.
        """
        forms = messages(self.language).get(key)
        if forms is None:
            raise CxError(worded(f"words: catalog '{self.language}'", "unknown key", key, messages(self.language), label="It has"))
        form = forms[0] if values.get("n") == 1 else forms[-1]
        spoken = {name: value if isinstance(value, str | Told) else _Spoken(self, value) for name, value in values.items()}
        try:
            return PERCENT.sub("\N{NO-BREAK SPACE}%", form.format(**spoken))
        except (KeyError, IndexError) as problem:
            raise CxError(worded(f"words: {key}", "no value for the field", str(problem).strip("'"), values)) from problem
        except ValueError as problem:
            raise CxError(worded(f"words: {key}", f"a value does not fit its field ({problem})")) from problem

    def told(self, row: Mapping[str, Any]) -> Told:
        """Wrap one row of ESTIMATES so that :meth:`text` can tell it."""
        return Told(self, row)

    def number(self, value: Any, unit: str = "count", *, places: int | None = None, bare: bool = False) -> str:
        """Return a number in its unit: "40,4 Punkte", "40 %"; `bare` leaves the unit out (a percentage keeps its sign).

        >>> Words("en").number(1234.5, "points")
        '1,234.5 points'
        """
        if absent(value):
            return self.text("value.missing")
        if isinstance(value, bool) or not isinstance(value, Real):
            return self.label("", value)
        if isinf(float(value)):
            return "∞" if float(value) > 0 else "−∞"
        digits = decimals(unit, float(value)) if places is None else places
        said = written(value, unit, digits, self.locale)
        key = f"number.{_slug(unit)}"
        return said if bare or not self.has(key) else self.text(key, value=said)

    def span(self, low: Any, high: Any, unit: str = "count", *, places: int | None = None) -> str:
        """Return an interval without its unit: "37,4 bis 43,4"; percentages and money keep their sign."""
        if absent(low) and absent(high):
            return ""
        known = [float(end) for end in (low, high) if not absent(end)]
        digits = decimals(unit, sum(known) / len(known), known[-1] - known[0]) if places is None else places
        ends = {name: self.number(end, unit, places=digits, bare=True) for name, end in (("low", low), ("high", high)) if not absent(end)}
        if len(ends) == 2 and self.language == "de" and unit == "share":
            ends["low"] = ends["low"].removesuffix("\N{NO-BREAK SPACE}%")
        return self.text("span." + "_".join(ends), **ends)

    def often(self, probability: float, *, short: bool = False) -> str:
        """Return a probability from joint draws as a frequency: "in 8 von 10 Rechnungen", in short "8 von 10".

        >>> Words("de").often(0.8), Words("de").often(0.97), Words("de").often(0.8, short=True)
        ('in 8 von 10 Rechnungen', 'in fast allen Rechnungen', '8 von 10')
        """
        key = "often.short" if short else "often"
        if 0.05 <= probability <= 0.95:
            return self.text(key if short else "often.tenths", tenths=str(round(probability * 10)))
        end = "hardly" if probability < 0.05 else "nearly"
        return self.text(f"{key}_{end}" if short else f"{key}.{end}")

    def unit(self, unit: str) -> str:
        """Return the words for a unit, as a table's header shows them; a client's own unit stands as it is."""
        scale = SCALE.fullmatch(unit)
        if scale:
            return self.text(f"unit.{scale[1]}", low=scale[2], high=scale[3])
        if CURRENCY.fullmatch(unit):
            return unit
        return self.text(f"unit.{_slug(unit)}") if self.has(f"unit.{_slug(unit)}") else unit

    def note(self, note: str) -> str:
        """Return the words for a note code ("suppressed", "n < 30", "needs responses.value"); "" stays ""."""
        if not note:
            return ""
        if note.startswith("needs "):
            told = needed(note.removeprefix("needs ").split(","), self)
            named = [self.text("note.needed", table=table, columns=self.list(columns)) if columns else table for table, columns, _ in told]
            return self.text("note.needs", columns=", ".join(named))
        number = re.search(r"\d+", note)
        key = "note." + (note.replace(number[0], "{n}", 1) if number else note)
        return self.text(key, n=int(number[0])) if number else self.text(key)

    def label(self, column: str, value: Any) -> str:
        """Return the label of one value of a column: the client's, the catalog's, or the value itself."""
        if absent(value):
            return self.text("value.all")
        if isinstance(value, bool):
            return self.text("value.yes" if value else "value.no")
        if isinstance(value, datetime):
            return self.datetime(value) if value.time() != value.time().min else self.date(value)
        if isinstance(value, date):
            return self.date(value)
        if (column == "day" or column.endswith("_date")) and DAY.fullmatch(str(value)):
            return self.date(date.fromisoformat(str(value)))
        if column == "sureness" and SURE.fullmatch(str(value)):
            return self._sure(str(value))
        if column == "month" and MONTH.fullmatch(str(value)):
            return format_date(date.fromisoformat(f"{value}-01"), "MMM y", self.locale)
        columns = LIKE.get(column, (column,))
        own = next((self.names[name][str(value)] for name in columns if str(value) in self.names.get(name, {})), None)
        if str(value) in (OTHERS, UNKNOWN):
            return own or self.text("value.other" if str(value) == OTHERS else "value.unknown")
        keys = [key for name in columns for key in _keys(name, str(value))]
        known = next((key for key in keys if self.has(key)), None)  # what a table or a figure is called, a column's name last
        plain = DECIMAL.fullmatch(str(value)) if not own and not known else None
        if plain:
            return self.number(float(plain[0]), places=len(plain[1]))
        return own or (self.text(known) if known else str(value))

    def _sure(self, value: str) -> str:
        ends = [float(end) for end in value.split("–")]
        places = 0 if all(round(100 * end, 6) == round(100 * end) for end in ends) else 1
        if len(ends) == 2:
            return self.span(ends[0], ends[1], "share", places=places)
        return self.text("value.sureness.from", value=self.number(ends[0], "share", places=places))

    def column(self, name: str) -> str:
        """Return the heading of a column: the catalog's, a declared feature's, or the name itself."""
        key = f"column.{name}"
        return self.text(key) if self.has(key) else self.names.get("column", {}).get(name, name)

    def metric(self, name: str) -> str:
        """Return the name of a metric; every metric that is shown has one in the catalog."""
        return self.text(f"metric.{name}")

    def measure(self, metric: str, unit: str) -> str:
        """Return metric and unit as a heading: "Weiterempfehlung (NPS), Punkte"; a unit that its numbers carry is left out."""
        name, said = self.metric(metric), self.unit(unit)
        carried = unit in ("", "share", "count", "coefficient", "rank", "ratio", "times", "factor") or CURRENCY.fullmatch(unit)
        told = carried or re.search(rf"\b{re.escape(said)}\b", name)  # "Tage, bis …" needs no ", Tage"
        return name if told else f"{name}, {said}"

    def date(self, day: date) -> str:
        """Return a day: 24.12.2026, 24 Dec 2026."""
        return format_date(day, "medium", self.locale)

    def datetime(self, moment: datetime) -> str:
        """Return a moment in its own time zone: 24.12.2026, 14:05."""
        return f"{self.date(moment)}, {format_datetime(moment, 'HH:mm', locale=self.locale, tzinfo=moment.tzinfo)}"

    def list(self, items: Iterable[str]) -> str:
        """Return items as one phrase: "A, B und C"."""
        return format_list([str(item) for item in items], locale=self.locale)


def _keys(column: str, value: str) -> list[str]:
    """Return where the catalog may have words for a value: the column's own, then those of what the value is the name of."""
    if column in ("table", "source", "home"):
        return [f"table.{value}", f"caption.{value}"]
    own = [f"value.{column}.{value}"]
    if column == "element" and "." in value:
        return [*own, f"column.{value.partition('.')[2]}"]
    return [*own, f"metric.{value}"] if column == "figure" else own


def _slug(unit: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", unit.casefold()).strip("_")
