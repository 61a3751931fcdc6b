"""What the cells of each raw column look like: counted over all rows, so that evidence is n of n and never a sample."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cxlib.intake.draft.likeness import personal, words
from cxlib.intake.moments import local, real, shape
from cxlib.intake.workbench import Raw, Workbench, identifier, literal, trimmed

__all__ = ["Form", "Profile", "profiles"]

FEW = 40  # different words up to which a column is a category, and its words may be told
LONGEST_WORD = 50  # letters; what is longer is a sentence
TOTALS = ("Summe", "Gesamt", "Gesamtsumme", "Insgesamt", "Total", "Grand Total", "Grand total")
SENTENCE = 15  # letters on average
SAMPLE = 60
SURE = 0.98  # share of cells that have to fit
_DAYS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
)
_CLOCKS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    "T%H:%M",
    "T%H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %I:%M %p",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
)
_ZONES = ("", "%z", " %z", " UTC")
_CLOCK = r"\d+:\d{1,2}(?::\d{1,2})?(?:[.,]\d+)?"
_WHOLE = "[+-]?[0-9]+"
_COMMA = "[+-]?([0-9]+|[0-9]{1,3}([.][0-9]{3})+),[0-9]+"
_POINT = "[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)[.][0-9]+"
_EITHER = "[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}"
_SIGN = "(€|EUR|CHF|USD|[$]|£|%)"
_BESIDE = rf"[+-]?[0-9][0-9.,]* ?{_SIGN}|{_SIGN} ?[0-9][0-9.,]*"
_BOTH = "[+-]?[0-9]{1,3}([.][0-9]{3})+,[0-9]+|[+-]?[0-9]{1,3}(,[0-9]{3})+[.][0-9]+"
_MAIL = r"[^@\s]+@[^@\s]+\.[a-zA-Z]+"
_LONG = r"\d+:\d{1,2}:\d{1,2}(?:[.,]\d+)?"


@dataclass(frozen=True)
class Form:
    """A format in which cells can be read: how many can, the first and the last day, and another order in which all can."""

    form: str
    cells: int
    first: str
    last: str
    other: str = ""


@dataclass(frozen=True)
class Profile:
    """What was counted in one column.

    Attributes
    ----------
    header : str
    rows, filled, distinct : int
        Rows of the export, cells that hold something, different ones.
    words : dict of str to int
        The cells and how often they occur, where there are few different ones; else empty.
    longest, mean_length : letters
    blanks : float
        Blanks a filled cell: free text has several.
    whole, comma, point, clock, long_clock, at : int
        Cells that are whole numbers, numbers with a decimal comma or point, times on a clock (3:25), those of three parts (0:03:25), and
        addresses of mail.
    grouping, thousands : int
        Numbers of which the sign could as well group thousands (1.234), and those that have both signs (1.234,5).
    beside : int
        Numbers that have the sign of a currency or of percent beside them.
    unit : str
        That sign, where it is one throughout.
    low, high : float
        Of numbers.
    form : Form or None
        Of days and times.
    """

    header: str
    rows: int
    filled: int
    distinct: int
    words: dict[str, int] = field(default_factory=dict)
    longest: int = 0
    mean_length: float = 0.0
    blanks: float = 0.0
    whole: int = 0
    comma: int = 0
    point: int = 0
    grouping: int = 0
    thousands: int = 0
    beside: int = 0
    unit: str = ""
    clock: int = 0
    long_clock: int = 0
    at: int = 0
    low: float = 0.0
    high: float = 0.0
    form: Form | None = None

    @property
    def numbers(self) -> int:
        """Cells that are numbers."""
        return self.whole + self.comma + self.point + (self.beside if self.unit else 0)

    @property
    def unique(self) -> bool:
        """Whether each row has a cell of its own."""
        return self.rows > 0 and self.distinct == self.filled == self.rows

    @property
    def text(self) -> bool:
        """Whether the cells are sentences."""
        return (
            self.filled > 0
            and self.blanks >= 1.5
            and self.mean_length >= SENTENCE
            and self.form is None
            and self.distinct > min(FEW, self.filled / 2)
        )

    @property
    def category(self) -> bool:
        """Whether the cells are few words that come again and name nobody."""
        short = all(len(word) <= LONGEST_WORD and not re.search(_MAIL, word) for word in self.words)
        return bool(self.words) and short and self.distinct < max(3, self.filled / 2) and not personal(self.header)

    def share(self, cells: int) -> float:
        """Return the share of filled cells."""
        return cells / self.filled if self.filled else 0.0


def profiles(bench: Workbench, raw: Raw, *, typed: bool) -> tuple[list[Profile], dict[str, int], dict[str, dict[str, int]]]:
    """Count what stands in the columns of a raw table.

    Parameters
    ----------
    bench : Workbench
    raw : Raw
    typed : bool
        Whether days were stored as such, and not as texts.

    Returns
    -------
    (list of Profile, dict of str to int, dict of str to dict of str to int)
        The columns, in the order of the file; how often words occur that may mean there is no value, which count as empty; and by header
        the words of rows that are none, such as totals and the names once more, which are not counted.
    """
    held = f"held {raw.table}"
    bench.run(f"CREATE OR REPLACE TABLE {identifier(held)} AS SELECT * FROM {identifier(raw.table)}")
    odd = _no_rows(bench, held, raw.headers)
    rows = bench.rows(f"SELECT count(*) FROM {identifier(held)}")[0][0]
    empty = _no_values(bench, held, raw.headers)
    counts = [f"count(nullif(trim({identifier(header)}), ''))" for header in raw.headers]
    filled = bench.rows(f"SELECT {', '.join(counts)} FROM {identifier(held)}")[0]
    told = zip(raw.headers, filled, strict=True)
    return [_profile(bench, held, header, rows, empty, typed) if some else Profile(header, rows, 0, 0) for header, some in told], empty, odd


def _no_rows(bench: Workbench, held: str, headers: Sequence[str]) -> dict[str, dict[str, int]]:
    """Take rows away that repeat the names or hold a total, and count them by the word in the first column."""
    first = f"trim({identifier(headers[0])})"
    again = " AND ".join(f"trim({identifier(header)}) = {literal(header)}" for header in headers[:5])
    condition = f"({again}) OR {first} IN ({', '.join(map(literal, TOTALS))})"
    found = dict(bench.rows(f"SELECT {first}, count(*) FROM {identifier(held)} WHERE {condition} GROUP BY 1"))
    bench.run(f"DELETE FROM {identifier(held)} WHERE {condition}")
    return {headers[0]: found} if found else {}


def _no_values(bench: Workbench, held: str, headers: Sequence[str]) -> dict[str, int]:
    """Count the words that may mean there is no value."""
    told = [str(word) for word in words()["missing"]]
    cells = f"SELECT trim(unnest([{', '.join(map(identifier, headers))}])) AS c FROM {identifier(held)}"
    return dict(bench.rows(f"SELECT c, count(*) FROM ({cells}) WHERE c IN ({', '.join(map(literal, told))}) GROUP BY 1 ORDER BY 1"))


def _profile(bench: Workbench, held: str, header: str, rows: int, empty: dict[str, int], typed: bool) -> Profile:
    cell = f"nullif({trimmed(identifier(header))}, '')"
    if empty:
        cell = f"CASE WHEN {cell} NOT IN ({', '.join(map(literal, empty))}) THEN {cell} END"
    view = f"(SELECT {cell} AS c FROM {identifier(held)})"

    def matching(pattern: str) -> str:
        return f"count(*) FILTER (regexp_full_match(c, {literal(pattern)}))"

    number = "TRY_CAST(replace(c, ',', '.') AS DOUBLE)"
    patterns = (_WHOLE, _COMMA, _POINT, _EITHER, _BOTH, _BESIDE, _CLOCK, _LONG, _MAIL)
    counted = bench.rows(
        f"SELECT count(c), count(DISTINCT c), max(length(c)), avg(length(c)), avg(length(c) - length(replace(c, ' ', ''))), "
        f"{', '.join(map(matching, patterns))}, min({number}), max({number}) FROM {view}"
    )[0]
    filled, distinct, longest, mean, blanks, whole, comma, point, grouping, thousands, beside, clock, long, at, low, high = counted
    few = (
        dict(bench.rows(f"SELECT c, count(*) FROM {view} WHERE c IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1")) if 0 < distinct <= FEW else {}
    )
    dated = filled and longest >= 6 and not at and (whole + comma + point < SURE * filled or longest == 8)
    form = _form(bench, view, filled, typed) if dated else None
    units = (
        [
            row[0]
            for row in bench.rows(
                f"SELECT DISTINCT regexp_extract(c, {literal(_SIGN)}) FROM {view} WHERE regexp_full_match(c, {literal(_BESIDE)})"
            )
        ]
        if beside
        else []
    )
    return Profile(
        header=header,
        rows=rows,
        filled=filled,
        distinct=distinct,
        words=few,
        longest=longest or 0,
        mean_length=mean or 0.0,
        blanks=blanks or 0.0,
        whole=whole,
        comma=comma,
        point=point,
        grouping=grouping,
        thousands=thousands,
        beside=beside,
        unit=units[0] if len(units) == 1 else "",
        clock=clock,
        long_clock=long,
        at=at,
        low=low or 0.0,
        high=high or 0.0,
        form=form,
    )


def _form(bench: Workbench, view: str, filled: int, typed: bool) -> Form | None:
    """Return the format in which most cells are days or times; None where hardly any is one."""
    if typed:  # a moment that knows its zone is told with it, and read without
        view = f"(SELECT regexp_replace(c, '(:[0-9]{{2}}([.][0-9]+)?)[+-][0-9]{{2}}(:?[0-9]{{2}})?$', '\\1') AS c FROM {view})"
    some = [row[0] for row in bench.rows(f"SELECT DISTINCT c FROM {view} WHERE c IS NOT NULL ORDER BY hash(c) LIMIT {SAMPLE}")]
    few = [(form, looks) for form, looks in _forms() if any(looks.fullmatch(word) for word in some[:3])]
    fitting = [form for form, looks in few if sum(bool(looks.fullmatch(word)) for word in some) >= len(some) / 2]
    read = []
    for form in fitting:
        moment = local("c", form)
        parsed = f"(CASE WHEN {real(moment, 'time')} THEN {moment} END)"
        cells, first, last = bench.rows(f"SELECT count({parsed}), min({parsed})::DATE::VARCHAR, max({parsed})::DATE::VARCHAR FROM {view}")[
            0
        ]
        read += [Form(form, cells, first, last)] if cells >= SURE * filled else []
    if not read:
        return None
    best = max(read, key=lambda one: one.cells)
    rivals = [one for one in read if one.form != best.form and one.cells == best.cells and {"%d", "%m"} <= {one.form[:2], one.form[3:5]}]
    return Form(best.form, best.cells, best.first, best.last, rivals[0].form if rivals else "")


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    """Return every format that is tried, and what its cells look like."""
    forms = [day + clock + zone for day in _DAYS for clock in _CLOCKS for zone in (_ZONES if clock else ("",))]
    return [(form, re.compile(shape(form).replace(r"\pL", r"[^\W\d_]"))) for form in forms]
