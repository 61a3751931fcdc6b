"""What a params file may say: one frozen, typed model a section, each key with its default and its meaning."""

from __future__ import annotations

import codecs
import re
import typing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cxlib.errors import nearest, worded
from cxlib.params.formats import format_fault
from cxlib.params.holidays import free_days, region_fault
from cxlib.tables import CONTRACTS, ESTIMATE_COLUMNS, MADE, STATES, Column

__all__ = [
    "DURATION_UNITS",
    "WEEKDAYS",
    "Branding",
    "Feature",
    "Item",
    "Params",
    "Period",
    "ReasonValues",
    "Release",
    "Scale",
    "Source",
    "Taxonomy",
]

_IN_WORDS = ("open_text", "first_source", "purchase_reason", "before_contact")  # items that may be answered in words, without a scale
DURATION_UNITS = ("ms", "s", "min", "h", "d", "h:m:s", "m:s", "h:m")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)-([01]?\d|2[0-4]):([0-5]\d)")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}; write it as in Europe/Berlin") from error
    return name


def _iso_day(day: object) -> object:
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(str(day))
    except ValueError as error:
        reason = str(error) if "must be" in str(error) or "out of range" in str(error) else "another order or other signs"
        raise ValueError(f"{day!r} is no date ({reason}); write year-month-day, as in 2026-03-31") from error


def _inside_raw(name: str) -> str:
    if not name or Path(name).is_absolute() or ".." in Path(name).parts or "\\" in name or ":" in name:
        raise ValueError(f"{name!r} is no file below data/<client>/raw/; write its name alone, or a path below that folder")
    return name


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError(f"there is no encoding {name!r}; write it as in utf-8 or cp1252") from error
    return name


def _opening(text: str) -> tuple[float, float]:
    """Return opening and closing in hours of the day."""
    found = _HOURS.fullmatch(text.replace(" ", ""))
    ends = (0.0, 0.0) if found is None else (int(found[1]) + int(found[2]) / 60, int(found[3]) + int(found[4]) / 60)
    if not ends[0] < ends[1] <= 24:
        raise ValueError(f"{text!r} are no service hours; write opening and closing, as in 08:00-17:00, at most until 24:00")
    return ends


def _in_order(three: tuple[float, float, float]) -> tuple[float, float, float]:
    if not three[0] <= three[1] <= three[2]:
        raise ValueError(f"{list(three)} are not three numbers from low to high: lowest, likeliest, highest")
    return three


def _service_hours(text: str) -> str:
    _opening(text)
    return text


def _one_of(kind: str, allowed: typing.Iterable[str]) -> AfterValidator:
    """Return a validator that refuses an unknown word and names the nearest right one."""
    words = tuple(allowed)

    def check(word: str) -> str:
        if word not in words:
            hint = nearest(word, words)
            raise ValueError(f"unknown {kind} {word!r}" + (f" (did you mean {hint!r}?)" if hint else "") + f". Allowed: {', '.join(words)}")
        return word

    return AfterValidator(check)


_ITEM_TYPES = CONTRACTS["responses"].columns["item_type"].allowed
TableName = Annotated[str, _one_of("table", [name for name in CONTRACTS if name not in MADE])]
ItemType = Annotated[str, _one_of("item type", _ITEM_TYPES)]
MessageType = Annotated[str, _one_of("type of message", CONTRACTS["messages"].columns["type"].allowed)]
Role = Annotated[str, _one_of("role", CONTRACTS["persons"].columns["role"].allowed)]
Channel = Annotated[str, _one_of("channel", CONTRACTS["contacts"].columns["channel"].allowed)]
Outcome = Annotated[str, _one_of("outcome", CONTRACTS["contacts"].columns["outcome"].allowed)]
State = Annotated[str, _one_of("state", [state for state in STATES if state != "answered"])]
Zone = Annotated[str, AfterValidator(_known_zone)]
Day = Annotated[date, BeforeValidator(_iso_day)]
Weekday = Annotated[str, _one_of("weekday", WEEKDAYS)]
ThreePoints = Annotated[tuple[float, float, float], AfterValidator(_in_order)]
Opening = Annotated[str, AfterValidator(_service_hours)]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


MOST_PLAYERS = 20  # drivers compared at once: every subset of them is gone through


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Period(_Section):
    """The days the analysis looks at, both included."""

    start: Day
    end: Day

    @model_validator(mode="after")
    def _ordered(self) -> Period:
        if self.end < self.start:
            raise ValueError(f"the period ends ({self.end}) before it starts ({self.start})")
        return self


def _unit_faults(column: Column, unit: str, source: Source) -> list[str]:
    """Name a unit that could take a part of the number with it, and mapped words of which nobody can tell the unit they are in."""
    if not column.duration and (not unit.strip() or re.search(r"[0-9+\u2212-]", unit) or unit != unit.strip() or unit[0] in ".,'"):
        return [f"{unit!r} is no unit; write the text beside the number, without digits, signs and blanks, as in '€', EUR or '%'."]
    if not column.duration or ":" in unit:
        return []
    bare = [word for word in source.values.get(column.name, {}).values() if re.fullmatch(r"\s*[+-]?[0-9.,]+\s*", word)]
    return [f"is it {unit} that {word!r} under `values` is in? Write its unit there, as in '{word.strip()} {unit}'." for word in bare]


class Scale(_Section):
    """One rating scale: its ends, which end is good, and the codes that are states instead of ratings."""

    low: float
    high: float
    best: Literal["low", "high"] = Field(default="high", description="German school marks run 1 best to 6 worst: low")
    states: dict[str, State] = Field(default_factory=dict, description="raw code → not_used, no_answer or not_asked")
    empty: State = Field(default="no_answer", description="what an empty cell means")

    @model_validator(mode="after")
    def _ends(self) -> Scale:
        if self.low >= self.high:
            raise ValueError(f"the scale's low end ({self.low:g}) is not below its high end ({self.high:g})")
        inside = [code for code in self.states if _number(code) is not None and self.low <= float(code) <= self.high]
        if inside:
            raise ValueError(
                f"the state codes {', '.join(inside)} are ratings of this scale ({self.low:g} to {self.high:g}); a code cannot be both"
            )
        return self


class Item(_Section):
    """One column of a survey export."""

    item_type: ItemType
    item_id: str | None = Field(default=None, description="the column's own name when left out")
    scale: str | None = Field(default=None, description="a name under scales; left out for open text")
    touchpoint_id: str | None = None
    item_group: str | None = None
    de: str = Field(default="", description="the item in German, as tables show it")
    en: str = ""


class Label(_Section):
    """One value's words."""

    de: str
    en: str


class Feature(_Section):
    """A column that a question needs and the contract lacks."""

    kind: Literal["text", "number", "flag", "id"] = "text"
    de: str
    en: str
    unit: str = ""


class Source(_Section):
    """One raw export, or a few rows written here, and the contract table it becomes."""

    table: TableName
    file: Annotated[str, AfterValidator(_inside_raw)] | None = None
    connection: str | None = Field(
        default=None, pattern=r"^[A-Z][A-Z0-9_]*$", description="environment variable that holds a database's URI"
    )
    rows: tuple[dict[str, str | int | float | bool | date | None], ...] = Field(
        default=(), description="the table itself, in place of a file"
    )
    format: Literal["csv", "qualtrics", "excel", "spss", "parquet", "sql"] = "csv"
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    header_line: int = Field(default=1, ge=1, description="the line of the columns' names, blank lines not counted")
    skip_after_header: int = Field(default=0, ge=0, description="lines below the names that are no rows (Qualtrics: 2)")
    sheet: str | None = Field(default=None, description="excel: the sheet; the only one when left out")
    query: str | None = Field(default=None, description="sql: the SELECT that gives the rows")
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = Field(default=None, description="the sign that groups thousands, where there is one")
    date_format: str = "%Y-%m-%d"
    time_format: str = "%Y-%m-%d %H:%M:%S"
    formats: dict[str, str] = Field(
        default_factory=dict, description="day or time column → its own format, where it differs from the others"
    )
    timezone: Zone | None = Field(default=None, description="of this export's times; the client's when left out")
    skipped_hour: Literal["refuse", "forward"] = Field(default="refuse", description="times in the hour that the clock skips in spring")
    doubled_hour: Literal["refuse", "first", "second"] = Field(default="refuse", description="times in the hour that comes twice in autumn")
    columns: dict[str, str | Annotated[tuple[str, ...], Field(min_length=2)]] = Field(
        default_factory=dict,
        description="contract or feature column → raw header; for a day or time in several columns, [Datum, Uhrzeit], joined by a blank",
    )
    constants: dict[str, str | int | float | bool | date] = Field(
        default_factory=dict, description="contract column → one value for all rows"
    )
    values: dict[str, dict[str, str]] = Field(
        default_factory=dict, description='contract column → {raw value: contract value}; "" means no value'
    )
    units: dict[str, str] = Field(
        default_factory=dict,
        description="number column → the unit of its cells: for durations (…_s, …_h) ms, s, min, h, d, h:m:s, m:s or h:m, converted; "
        "else the text that stands before or behind the number (€, EUR, %)",
    )
    bounds: dict[str, tuple[float, float]] = Field(
        default_factory=dict,
        description="number column → [lowest, highest] value it may have, in the column's own unit; a public rating goes from 0 to 10 when "
        "left out",
    )
    id_width: dict[str, int] = Field(
        default_factory=dict, description="id column → digits; zeros that a spreadsheet cut off are given back"
    )
    missing: tuple[str, ...] = Field(
        default=("",),
        description="raw cells that mean there is no value, save those that `values` tells otherwise; numbers among them hold in every "
        "spelling (999,00 for 999), and do not apply to ids (use values there)",
    )
    ignore_rows: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="raw header → cells whose rows are left out (Summe, Test)"
    )
    duplicates: Literal["refuse", "drop_equal"] = Field(default="refuse", description="rows that repeat another one to the letter")
    mojibake: Literal["refuse", "repair", "keep"] = Field(
        default="refuse", description="text that was decoded wrongly before it came here (Ã¶ for ö)"
    )
    future: Literal["refuse", "keep"] = Field(
        default="refuse", description="things that are told as done more than a day after as_of (the period's end when left out)"
    )
    rows_in_quotes: Literal["refuse", "keep"] = Field(
        default="refuse", description="csv: a quoted text that holds a line which looks like a row; mostly a lost quote"
    )
    items: dict[str, Item] = Field(default_factory=dict, description="survey exports: raw header → item")
    unfinished: Literal["refuse", "drop", "not_asked", "keep"] = Field(
        default="refuse",
        description="survey exports: responses that were broken off (Finished, Progress); not_asked: empty cells behind the last answer "
        "were never seen",
    )
    outside_period: Literal["refuse", "drop", "keep"] = Field(default="refuse", description="rows whose time lies outside the period")
    max_failed_share: float = Field(
        default=0.0, ge=0, le=1, description="cells of a column that may fail to convert before the file is refused"
    )

    @model_validator(mode="before")
    @classmethod
    def _qualtrics(cls, raw: object) -> object:
        """Qualtrics writes two lines of question texts below the names."""
        return {"skip_after_header": 2, **raw} if isinstance(raw, dict) and raw.get("format") == "qualtrics" else raw

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        given = [name for name, has in (("file", self.file), ("connection", self.connection), ("rows", self.rows)) if has]
        if len(given) != 1:
            raise ValueError(
                "a source has exactly one of `file`, `connection` and `rows`" + (f", not {' and '.join(given)}" if given else "")
            )
        if self.items and self.table != "responses":
            raise ValueError(f"`items` belong to the table responses, not to {self.table}")
        if (self.format == "sql") != bool(self.query) or (self.connection and self.format != "sql"):
            raise ValueError("`query` and `connection` belong to `format: sql`, which needs a query")
        if self.thousands == self.decimal:
            raise ValueError(f"`thousands` and `decimal` cannot both be {self.decimal!r}")
        if self.delimiter == self.quote:
            raise ValueError(f"`delimiter` and `quote` cannot both be {self.quote!r}")
        return self

    @property
    def headers(self) -> dict[str, tuple[str, ...]]:
        """Contract or feature column → the raw headers it is made of, mostly one."""
        return {column: (given,) if isinstance(given, str) else given for column, given in self.columns.items()}

    @property
    def moves_times(self) -> bool:
        """Whether times that a clock change skips or doubles are moved or chosen by a rule, and not refused."""
        return (self.skipped_hour, self.doubled_hour) != ("refuse", "refuse")

    def form(self, column: str, kind: str) -> str:
        """Return the format of a day or time column."""
        return self.formats.get(column, self.time_format if kind == "time" else self.date_format)

    @model_validator(mode="after")
    def _one_meaning(self) -> Source:
        problems = [
            f"`constants` and `columns` both give {column!r}; leave one of them out" for column in self.constants if column in self.columns
        ]
        forms = {"date_format": self.date_format, "time_format": self.time_format}
        forms |= {f"formats.{column}": form for column, form in self.formats.items()}
        problems += [fault for key, form in forms.items() if (fault := format_fault(key, form, self.timezone))]
        if problems:
            raise ValueError("\n".join(problems))
        return self


class ReasonValues(_Section):
    """What differs for one contact reason at this client; what is left out stays as the taxonomy has it."""

    value_customer: Literal["valuable", "irritating"] | None = None
    value_company: Literal["valuable", "irritating"] | None = None
    owner: str | None = Field(default=None, min_length=1, description="who answers for contacts of this reason")
    target_channel: Channel | None = Field(default=None, description="the channel they are meant to take")


class Taxonomy(_Section):
    """Why customers get in touch: the file below data/taxonomy/, and what differs at this client. Treatment follows from the values."""

    name: str = Field(default="contact_reasons", pattern=r"^[a-z0-9][a-z0-9_-]*$", description="of the file, without .yml")
    values: dict[str, ReasonValues] = Field(default_factory=dict, description="reason → its values, owner and channel here")


class Release(_Section):
    """What may leave the client's folder beyond tables that protect everybody."""

    quotes: bool = Field(default=False, description="print single sentences of customers")
    staff_level: bool = Field(default=False, description="show single members of staff")
    basis: str = Field(default="", description="agreement that allows staff_level (in Germany: Betriebsvereinbarung)")

    @model_validator(mode="after")
    def _staff_needs_basis(self) -> Release:
        if self.staff_level and not self.basis.strip():
            raise ValueError("staff_level needs a stated `basis`, for instance the works agreement that allows it")
        return self


class Branding(_Section):
    """The client's accent colour and logo on pages."""

    accent: str = Field(default="#0b5c73", pattern=r"^#[0-9a-fA-F]{6}$", description="moved towards black or white until it can be read")
    logo: str | None = Field(
        default=None, pattern=r"^[\w][\w. -]*\.(png|jpg|jpeg|svg)$", description="file in data/CLIENT/, PNG, JPEG or SVG, at most 60 KiB"
    )


class RunLimits(_Section):
    """What one notebook may take, and how many runs are kept."""

    timeout_s: int = Field(default=1800, gt=0, description="seconds after which a notebook is stopped")
    memory_mb: int = Field(default=4000, ge=300, description="megabytes that the kernel of a notebook may hold")
    keep_runs: int = Field(default=2, ge=0, description="older runs kept beside the newest")


_SIZE = r"^[1-9][0-9]*(\.[0-9]+)? ?(MB|GB|MiB|GiB)$"


class Engine(_Section):
    """What large tables are read with: up to `pandas_rows` rows pandas, above that DuckDB over the files that intake wrote."""

    pandas_rows: int = Field(default=2_000_000, ge=0, description="rows of the contact log or of events up to which they are read whole")
    memory: str | None = Field(default=None, pattern=_SIZE, description="what DuckDB may take, as in 800MB; a quarter of the machine's")
    temp_folder: Path | None = Field(
        default=None, description="where it puts what does not fit; the system's folder for such when left out"
    )


class Readiness(_Section):
    """Notebook 00: when data count as old or thin."""

    max_data_age_days: int = Field(default=730, gt=0)
    min_answers: int = Field(default=100, ge=1, description="answers below which a question is only half answerable")


class Scores(_Section):
    """Survey scores: how they are grouped and which answers count as top."""

    by: tuple[str, ...] = Field(default=(), description="group columns of the respondents, declared under extra")
    cluster: str | None = Field(default=None, description="column whose rows belong together: account_id, cluster_id …")
    top_answers: int = Field(default=2, ge=1, description="how many of the best answers make the top box")


class Gaps(_Section):
    """Expectation gaps, notebook 10: which questions belong together, and what the company aims at; high is good, as after intake."""

    pairs: dict[str, str] = Field(
        default_factory=dict,
        description="item that asks what is expected (or how a competitor does) → item that asks what is; needed where the two have no "
        "touchpoint of their own in common",
    )
    targets: dict[Literal["presales", "sales", "aftersales"], float] = Field(
        default_factory=dict, description="phase → the mean rating that management aims at, on the scale of the ratings, high is good"
    )
    ces_target: float | None = Field(default=None, description="how easy it is meant to be, on the scale of the effort question (ces)")


class Principles(_Section):
    """The sentences by which the company wants to treat its customers, notebook 10."""

    breach: float = Field(default=1.0, ge=0, le=4, description="mean fit, 0 to 4, up to which a touchpoint breaks a principle")


class Weights(_Section):
    """Weights of respondents: what is known of all customers, by margins that the weighted survey has to show."""

    targets: dict[str, dict[str, Annotated[float, Field(ge=0)]]] = Field(
        default_factory=dict, description="column of responses → {level: share (adding up to 1) or count}; empty: the survey's own weights"
    )
    surveys: tuple[str, ...] = Field(
        default=(), description="survey_ids that are weighted; the others keep their weights; all when left out"
    )
    cap: float | None = Field(default=None, gt=1, description="largest weight allowed, in times the mean; no limit when left out")
    min_n: int = Field(default=20, ge=1, description="respondents below which a level of a margin gets a note")


class Reliability(_Section):
    """Scales whose questions are meant to measure one thing: how well they do."""

    scales: dict[str, Annotated[tuple[str, ...], Field(min_length=2)]] = Field(
        default_factory=dict, description="name of a scale → its item_ids; its words stand under labels: item_group"
    )
    missing: Literal["pairwise", "listwise"] = Field(
        default="pairwise", description="covariances from all who answered both items of a pair, or from those who answered every item"
    )


class ZeroLine(_Section):
    """Which answers of one scale lie below and above the zero line, as they stand in the questionnaire."""

    disappointing: float = Field(description="from this answer on, towards the scale's bad end, customers are disappointed")
    delighting: float = Field(description="from this answer on, towards the scale's good end, customers are delighted")


class Asymmetry(_Section):
    """Notebook 12: where disappointment weighs more than delight, and where delight weighs more."""

    zero_line: dict[str, ZeroLine] = Field(
        default_factory=dict, description="scale → its zero line; left out, the worse half disappoints and the best answer delights"
    )
    min_cell: int = Field(default=20, ge=2, description="respondents with low, ordinary and high answers below which no contrast is told")
    ratio: float = Field(default=2.0, gt=1, description="symmetric: neither side surely weighs more than this many times the other")


class Moments(_Section):
    """Notebook 12: moments of truth."""

    min_n: int = Field(default=30, ge=2, description="ratings below which a touchpoint is not ranked")


class Incidents(_Section):
    """Notebook 12: critical incidents."""

    interviewed: int | None = Field(default=None, ge=1, description="people who were asked for incidents, those without one included")
    small_severity: int = Field(default=2, ge=1, le=5, description="severity up to which an incident is small")
    severe: int = Field(default=4, ge=1, le=5, description="severity from which an incident is grave")
    rare_share: float = Field(default=0.05, gt=0, le=1, description="share of all bad incidents up to which a touchpoint's are rare")
    min_incidents: int = Field(default=5, ge=1, description="incidents below which no mean severity and no share of grave ones is told")
    min_customers: int = Field(default=30, ge=2, description="customers or respondents below which a group's figures are not told")
    min_events: int = Field(default=5, ge=1, description="customers who left, or bad reviews, below which no ratio is told")
    days_after: tuple[int, ...] = Field(
        default=(90, 180, 365), min_length=1, description="days after an incident at which leavers are counted"
    )
    window_days: int = Field(default=21, ge=1, description="days after an incident in which a review counts as after it")
    bad_rating: float = Field(default=2, description="stars up to which a public review is bad")


class Drivers(_Section):
    """What goes with loyalty: which answers are explained by which ratings, and where importance and performance begin."""

    outcomes: tuple[str, ...] = Field(default=(), description="item_ids or columns of responses that are explained, the leading one first")
    items: tuple[str, ...] = Field(default=(), description="item_ids compared; all of item_type when left out")
    item_type: str = Field(default="actual", description="type of the items compared where none are named")
    groups: str | None = Field(default="item_group", description="column of responses whose levels count as one: item_group, stage …")
    by: str | None = Field(default=None, description="column of respondents whose drivers are set against each other")
    importance_target: float | None = Field(default=None, gt=0, lt=1, description="share from which an item is important; an even share")
    performance_target: float | None = Field(default=None, description="mean rating from which an item is good, on its scale")


class Volume(_Section):
    """Contact volume: by which columns contacts are split, and which of them belong together."""

    routes: tuple[str, ...] = Field(default=("channel",), min_length=1, description="columns of contacts that their number is split by")
    by: tuple[str, ...] = Field(default=(), description="group columns of the customers that contacts are counted for")
    adjust: tuple[str, ...] = Field(default=(), description="columns of the customers in which groups are made alike")
    roles: tuple[str, ...] = Field(default=(), description="group columns of the persons that contacts are counted for: role …")
    cluster: str = Field(default="customer_id", description="column whose contacts belong together: customer_id, account_id …")
    busiest: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="customers with more than this share of all contacts (robots, collective accounts) are left out",
    )


class Repeats(_Section):
    """When a contact was not enough: what has to be the same, and how long after it the next one counts."""

    unit: Literal["customer_id", "person_id", "account_id"] = Field(default="customer_id", description="who comes back")
    same: tuple[tuple[str, ...], ...] = Field(
        default=((), ("case_id",)),
        min_length=1,
        description="columns that have to agree, one list a definition; [] any contact of the customer",
    )
    window_days: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(7,), min_length=1, description="days within which the next one counts"
    )
    forward_minutes: float = Field(
        default=15, ge=0, description="a contact sooner after the one before is a forward, part of the same attempt"
    )


class Handoffs(_Section):
    """How often a concern is passed on."""

    case: str = Field(default="case_id", description="column that says which contacts belong together")
    handler: Literal["received_by", "handled_by"] = Field(
        default="received_by", description="units, or people where release.staff_level is set"
    )


class Channels(_Section):
    """The ways that cases take."""

    case: str = Field(default="case_id", description="column that says which contacts belong together")
    path: str = Field(default="touchpoint_id", description="column of contacts that a step of a path is told by")
    steps: int = Field(default=3, ge=2, le=6, description="contacts of a path that are told")
    most: int = Field(default=12, ge=1, description="paths that are told")


class Profile(_Section):
    """One row a customer: which columns of contacts are laid out."""

    split: tuple[str, ...] = Field(
        default=("channel",), description="columns of contacts (and group_id, of reasons) of which every level gets a column"
    )


class Range(_Section):
    """A span of numbers; an end that is left out is open."""

    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Range:
        if self.low is None and self.high is None:
            raise ValueError("has neither low nor high; name at least one end")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low {self.low:g} lies above high {self.high:g}; exchange them")
        return self


class Persona(_Section):
    """A persona that the client has defined: its name, who fits it, and what its card says that no data tell."""

    de: str = Field(min_length=1)
    en: str = Field(min_length=1)
    rules: dict[str, Range | float | tuple[str, ...]] = Field(
        min_length=1, description="column of a person → what fits: a list of values, a range, or one number (a prototype)"
    )
    wants: Label | None = Field(default=None, description="what they want, as the workshop put it")
    avoid: Label | None = Field(default=None, description="what to leave alone, as the workshop put it")


class Personas(_Section):
    """Types of customers: the client's own definitions, and the check whether there are types at all, notebook 04."""

    unit: Literal["person", "customer"] = Field(default="person", description="whom a persona belongs to; in B2B a person, not a company")
    defined: dict[str, Persona] = Field(default_factory=dict, description="the client's own personas, by a name of your choice")
    importance: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict, description="what a rule's column counts; else 1")
    least: float = Field(default=0.6, gt=0, le=1, description="fit below which somebody fits none")
    ahead: float = Field(default=0.1, ge=0, lt=1, description="what the best persona must be ahead of the second one")
    known: float = Field(default=0.3, ge=0, le=1, description="part of a persona's rules that must be known of somebody")
    features: dict[str, Literal["nominal", "ordinal", "count", "numeric"]] = Field(
        default_factory=dict, description="columns of a person that types are looked for in, and what kind each is"
    )
    classes: int | None = Field(default=None, ge=1, description="number of types looked for; as many as BIC finds best when left out")
    most: int = Field(default=8, ge=1, description="types tried at most")
    starts: int = Field(default=20, ge=1, description="random starts for each number of types")
    rounds: int = Field(default=20, ge=5, description="resamples for the stability, and crowds without gaps for the verdict")
    min_accounts: int = Field(default=100, ge=2, description="accounts below which people are described and no types are looked for")
    typing: int = Field(default=6, ge=1, description="questions of the short questionnaire that tells types apart")

    @model_validator(mode="after")
    def _names_are_free(self) -> Personas:
        if "none" in self.defined:
            raise ValueError("defined: 'none' says that no persona fits; choose another name")
        ruled = {column for persona in self.defined.values() for column in persona.rules}
        unknown = [column for column in self.importance if column not in ruled]
        if unknown:
            raise ValueError(worded("importance", "no rule is about", unknown[0], sorted(ruled), label="Rules are about"))
        return self


class Roles(_Section):
    """The roles inside an account, notebook 04."""

    item: str | None = Field(default=None, description="item_id by which accounts are judged; the leading outcome when left out")
    buyers: tuple[Role, ...] = Field(default=("decision_maker", "influencer", "information_gatherer"), description="roles that buy")
    users: tuple[Role, ...] = Field(default=("user",), description="roles that use what is bought")
    gap: float = Field(default=2.0, gt=0, description="points between buyers and users of an account from which they disagree")
    item_types: tuple[ItemType, ...] = Field(default=("importance", "expected"), description="types of questions that tell needs")
    value_groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="what counts in business (price, effort, own success …) → the item_ids that ask for it"
    )

    @model_validator(mode="after")
    def _sides_differ(self) -> Roles:
        both = [name for name in self.buyers if name in self.users]
        if both:
            raise ValueError(f"{both[0]!r} stands among buyers and users; name it once")
        return self


_USUAL: dict[str, tuple[str, ...]] = {  # touchpoints that most companies have, and parts of names by which a list shows them
    "recommendation": ("empfehlung", "mundpropaganda", "word of mouth", "referral"),
    "website": ("website", "homepage", "internetauftritt", "webseite"),
    "first_enquiry": ("kontaktformular", "anfrage", "contact form", "enquiry"),
    "consultation": ("beratung", "außendienst", "consult", "field visit", "advice", "application engineering"),
    "quote": ("angebot", "offerte", "quote", "quotation"),
    "web_shop": ("shop", "bestellportal", "online ordering"),
    "order_confirmation": ("auftragsbestätigung", "bestellbestätigung", "order confirmation"),
    "delivery": ("lieferung", "anlieferung", "zustellung", "delivery"),
    "delay_notice": ("verzug", "delay"),
    "packaging": ("verpackung", "packaging"),
    "welcome": ("begrüßung", "willkommen", "einarbeitung", "welcome", "onboarding"),
    "documentation": ("dokumentation", "anleitung", "handbuch", "documentation", "manual"),
    "contact_centre": ("kundencenter", "kundenservice", "hotline", "contact centre", "call centre", "call center", "customer service"),
    "technical_service": ("kundendienst", "monteur", "techniker", "technician", "field service"),
    "invoice": ("rechnung", "invoice", "billing"),
    "accounting": ("buchhaltung", "rechnungswesen", "accounts receivable", "accounting"),
    "complaint": ("reklamation", "beschwerde", "complaint", "claim"),
    "public_rating": ("bewertung", "vergleichsportal", "rating", "review"),
}


class Classify(_Section):
    """Reasons from texts: how accurate what is named has to be, and from when a second concern is told."""

    promised: float = Field(default=0.8, gt=0, le=1, description="accuracy of the reasons that are not left unassigned")
    least: float = Field(default=0.5, ge=0, lt=1, description="probability below which no reason is named, whatever the accuracy")
    second: float = Field(default=0.95, gt=0, le=1, description="probability from which on a part of a text speaks of a second concern")
    min_n: int = Field(default=5, ge=1, description="labelled texts below which a reason's precision and recall are not told")
    trusted: int = Field(
        default=10, ge=0, description="without labels: contacts a reason that are believed, those on which votes are surest"
    )
    groups: str = Field(default="customer_id", description="column of contacts whose texts never stand on both sides of a cross-validation")


class Wording(_Section):
    """Texts made ready to be understood."""

    longest: int = Field(
        default=20_000, ge=100, description="characters kept of one text after quoted threads, greetings and signatures are cut"
    )


class Labelling(_Section):
    """Contacts to label next, written by cx label."""

    count: int = Field(default=100, ge=1, le=10_000, description="rows of a sheet")


class Discover(_Section):
    """Candidate new reasons among the contacts that stay unassigned, notebook 03."""

    count: int | None = Field(default=None, ge=2, description="groups; as many as suit the number of texts when left out")
    min_n: int = Field(default=7, ge=2, description="texts below which a group is shown without words")


class Quality(_Section):
    """The gate of notebook 03: what the classification has to reach before one builds on it. It stops nothing."""

    macro_f1: float = Field(default=0.6, ge=0, le=1, description="mean F1 of the reasons, at least")
    top_1: float = Field(default=0.7, ge=0, le=1, description="share of held-out texts judged right, at least")
    unassigned_share: float = Field(default=0.25, ge=0, le=1, description="share of contacts that stay unassigned, at most")
    ece: float = Field(default=0.05, ge=0, le=1, description="expected calibration error, at most")
    coder_agreement: float = Field(default=0.8, ge=0, le=1, description="share of contacts that two coders judge alike, at least")


class Costs(_Section):
    """What contacts cost; without them no amount of money stands on any page."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = Field(default=None, description="three letters: EUR")
    per_contact: dict[Channel, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="channel → what one contact costs; contacts with a cost of their own have that"
    )
    variable_share: float = Field(default=1.0, ge=0, le=1, description="part of the cost that goes away with a contact")


class Value(_Section):
    """What contacts are worth to customer and company, notebook 05."""

    neutral: dict[str, float] = Field(
        default_factory=dict, description="figure → value that speaks neither for nor against; that of all contacts where left out"
    )
    goes_away: dict[Literal["eliminate", "automate"], Annotated[float, Field(ge=0, le=1)]] = Field(
        default={"eliminate": 1.0, "automate": 1.0},
        description="treatment → share of its contacts that no longer reach a person; 1 is an upper limit",
    )
    protect: tuple[str, ...] | None = Field(
        default=None, description="reasons that nobody should save; left out: feedback and opportunities to sell, by the taxonomy"
    )
    window_days: float = Field(default=14, gt=0, description="days after a contact in which an order counts as after it")
    window_hours: float = Field(default=24, gt=0, description="hours before a contact in which an attempt at self-service counts")
    settled: tuple[str, ...] = Field(default=("found",), min_length=1, description="results of a self-service that settle a concern")
    front: tuple[str, ...] = Field(default=(), description="departments in contact with customers; the others stand behind them")
    min_n: int = Field(default=30, ge=1, description="contacts below which a reason's own figures are not told")


class Inventory(_Section):
    """Notebook 01: from when a touchpoint counts as measured, and which touchpoints a list is expected to hold."""

    min_records: int = Field(default=7, ge=1, description="contacts and orders, or ratings, from which a touchpoint counts as measured")
    usual: dict[str, tuple[str, ...]] = Field(
        default=_USUAL,
        description="usual touchpoint → parts of names by which it is found on the list; its words stand under labels: usual",
    )
    rare: float = Field(default=0.05, ge=0, le=1, description="share of customers below which a touchpoint counts as hardly used")
    tolerance: float = Field(
        default=0.5,
        ge=0,
        description="points of the rating by which actual may stay below expected before a touchpoint is proposed for change",
    )
    decided: dict[str, Literal["keep", "adapt", "retire", "new"]] = Field(
        default_factory=dict, description="touchpoint → what people decided to do with it; page 16 only proposes"
    )


class Actions(_Section):
    """What to do first, notebook 16: what an effect is worth, what may be spent, and what no saving justifies."""

    level: float = Field(default=0.9, gt=0, lt=1, description="confidence level of this page's spans")
    carry: ThreePoints = Field(
        default=(0.3, 0.6, 1.0),
        description="part of what an action removes in contacts that customers feel as better: lowest, likeliest, highest; judged",
    )
    loss_prior: ThreePoints | None = Field(
        default=None,
        description="share of customers more lost a year for one point less in the leading rating: lowest, likeliest, highest, judged "
        "before the client's data speak; left out: the data alone",
    )
    margin_share: float | None = Field(
        default=None, ge=0, le=1, description="part of the order value that remains after variable costs, where orders tell no margin"
    )
    customer_years: float = Field(default=3, gt=0, description="years for which a customer who stays brings the margin")
    chance_value: float | None = Field(
        default=None, ge=0, description="what a sales chance taken up brings; left out: what orders after signals tell, notebook 15"
    )
    years: float = Field(default=3, gt=0, description="years over which what is spent once is spread")
    budget: float | None = Field(default=None, ge=0, description="money for the first year; left out: whatever pays is planned")
    harder: tuple[str, ...] = Field(default=(), description="actions that make contact harder, by their id: they trip a guard rail")
    harder_words: tuple[str, ...] = Field(
        default=("verstecken", "verbergen", "von der Website nehmen", "hide the", "off the website"),
        description="parts of an action's name that tell the same",
    )
    moves: dict[str, dict[str, Literal["up", "down"]]] = Field(
        default_factory=dict, description="action → what it moves besides its effect: up or down, in the words of promises.goal_effects"
    )


class ServiceStandards(_Section):
    """Deadlines of contacts: what has to happen by then, and for which groups attainment is shown."""

    event: Literal["response", "resolution"] = Field(default="resolution", description="first answer, or solution")
    by: tuple[str, ...] = Field(default=("channel",), min_length=1, description="group columns of the contacts")
    hours: dict[str, dict[Weekday, tuple[Opening, ...]]] = Field(
        default_factory=dict, description="unit → weekday → its own service hours, where they differ from service_hours"
    )
    unit: str = Field(default="received_by", description="column of contacts that names these units; outcomes and goodwill are told by it")
    curves: Literal["response", "resolution"] = Field(default="response", description="what the curves of notebook 13 show")
    curve_hours: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(0.5, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72),
        min_length=2,
        description="hours at which the curves of answers are told",
    )
    written: tuple[Channel, ...] = Field(
        default=("email", "web_form", "letter", "fax", "portal", "social", "chat"), description="channels whose contacts make a backlog"
    )
    threshold_s: float = Field(default=20, gt=0, description="seconds within which a call is meant to be taken, where no standard says so")
    reach: float = Field(default=0.8, gt=0, lt=1, description="share of customers whose expectation a proposed target is to meet")
    window_days: int = Field(default=60, ge=1, description="days after an order in which reliability is looked at")
    follow_days: int = Field(default=90, ge=1, description="days after those in which complaints count")
    stay_days: int = Field(default=180, ge=1, description="days after a complaint at which it is told who stayed")


class Holidays(_Section):
    """Public holidays, on which the house is closed whatever the weekday, and days of its own."""

    country: str | None = Field(default=None, description="ISO 3166 code, as in DE; left out: no public holidays are known")
    state: str | None = Field(default=None, description="the state's code, as in HE for Hesse")
    closed: tuple[Day, ...] = Field(default=(), description="further days on which the house is closed")
    open: tuple[Day, ...] = Field(default=(), description="public holidays on which it is open")

    @model_validator(mode="after")
    def _region_is_known(self) -> Holidays:
        fault = region_fault(self.country, self.state)
        if fault:
            raise ValueError(fault)
        return self


class Complaints(_Section):
    """What makes a contact a complaint, on every page: any one of these, unless it merely asks how a complaint stands."""

    reasons: tuple[str, ...] = Field(
        default=("complaint.quality_claim", "complaint.conduct_complaint", "complaint.warranty_claim"),
        description="reasons of complaints, by the taxonomy",
    )
    touchpoints: tuple[str, ...] = Field(default=(), description="touchpoints at which every contact is a complaint")
    outcomes: tuple[Outcome, ...] = Field(default=(), description="outcomes that only complaints have: return, credit …")
    other: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        default_factory=dict, description="further column of contacts → values that make a contact a complaint"
    )
    chasing: tuple[str, ...] = Field(
        default=("complaint.complaint_status",),
        description="reasons of contacts that ask how a complaint stands; they are none themselves",
    )

    @property
    def about(self) -> dict[str, tuple[str, ...]]:
        """Column of contacts → values that make a contact a complaint."""
        told = {"reason_id": self.reasons, "touchpoint_id": self.touchpoints, "outcome": self.outcomes}
        return {column: values for column, values in told.items() if values} | self.other

    @model_validator(mode="after")
    def _said_once(self) -> Complaints:
        own = {"reason_id": "reasons", "touchpoint_id": "touchpoints", "outcome": "outcomes"}
        problems = [f"other: {column} stands under `{own[column]}` here. Write its values there" for column in self.other if column in own]
        both = [reason for reason in self.reasons if reason in self.chasing]
        if both:
            problems.append(f"chasing: {both[0]!r} stands among `reasons` too; a complaint, or a question how one stands? Name it once")
        if problems:
            raise ValueError("\n".join(problems))
        return self


class PainPoints(_Section):
    """The twelve pain points, notebook 06: what counts as one, and how their damage is told."""

    answer_channels: tuple[str, ...] = Field(
        default=("email", "web_form", "fax", "letter", "social"),
        min_length=1,
        description="channels in which an answer is waited for (P01)",
    )
    answer_hours: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(4, 24, 48, 168), min_length=1, description="hours after an enquiry at which the share without an answer is told"
    )
    given_up_days: float = Field(default=30, gt=0, description="days without an answer after which none comes")
    late_days: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(1, 3, 7), min_length=1, description="days after the promised moment at which what is outstanding is told (P03)"
    )
    mailing_days: int = Field(default=7, ge=1, description="days from a mailing within which contacts follow on it (P04)")
    mailing_weeks: int = Field(default=4, ge=1, description="control windows on each side of a mailing")
    min_mailings: int = Field(default=100, ge=1, description="recipients below which a document's figures are not told")
    off_days: int = Field(default=5, ge=0, description="days after the promise beyond which a delivery is far off (P05)")
    delayed: Literal["late", "moved"] = Field(
        default="late", description="a delay: delivered after the first promise; moved: and its date was moved, so that it was known (P06)"
    )
    lead_days: int = Field(default=7, ge=0, description="days before the promised day from which contacts about a delay count")
    enquiries: tuple[str, ...] = Field(default=(), description="reasons of enquiries about delivery")
    threshold_s: float = Field(default=20, gt=0, description="seconds within which a call should be taken (P07)")
    target_share: float = Field(default=0.8, gt=0, lt=1, description="share of the calls that should be taken within them")
    long_wait_s: float = Field(default=240, gt=0, description="a caller who waited longer has met the queue")
    by_customer: tuple[str, ...] = Field(default=(), description="features of customers that calls outside the hours are told by (P08)")
    passed_window_days: float = Field(default=7, gt=0, description="days within which coming back means not settled (P10)")
    invoice_reasons: tuple[str, ...] = Field(default=(), description="reasons of contacts about invoices (P11)")
    invoice_by: tuple[str, ...] = Field(default=("format", "layout_version"), description="columns of the invoices they are told by")
    complaint_days: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(7, 14, 30, 60), min_length=1, description="days after a complaint at which the share not settled is told"
    )
    memory_days: float = Field(default=180, gt=0, description="how far back an experience counts for a rating")
    adjust: tuple[str, ...] = Field(default=(), description="columns of the responses whose levels are compared within")
    contact_item: str | None = Field(default=None, description="item_id of the rating after a contact")
    min_n: int = Field(default=10, ge=2, description="respondents who met a point below which its damage is not told")

    @model_validator(mode="after")
    def _hours_before_giving_up(self) -> PainPoints:
        if max(self.answer_hours) >= 24 * self.given_up_days:
            raise ValueError(
                f"answer_hours: {max(self.answer_hours):g} hours lie beyond given_up_days: {self.given_up_days:g}. Choose less."
            )
        return self


Minutes = Annotated[float, Field(gt=0, le=1440)]


class Outlook(_Section):
    """What would make things easier, notebook 14: the minutes around a contact, and what is asked for in vain."""

    around_minutes: Minutes = Field(default=5, description="minutes before and after a contact that are looked at")
    before_minutes: Minutes = Field(default=60, description="minutes before a contact that the picture shows")
    after_minutes: Minutes = Field(default=30, description="minutes after a contact that the picture shows")
    step_minutes: Minutes = Field(default=5, description="width of a step in the picture; both sides are whole numbers of it")
    horizon_hours: float = Field(
        default=24, gt=0, lt=168, description="hours before a contact within which the last event tells the lead time"
    )
    busiest_events: float | None = Field(
        default=0.05, gt=0, le=1, description="customers with more than this share of all events are left out: robots; null keeps all"
    )
    least: int = Field(default=5, ge=1, description="windows with an event below which no lift is told")
    attempts: tuple[str, ...] = Field(
        default=("selfservice",), min_length=1, description="values of event that are an attempt to help oneself"
    )
    fallback: tuple[Channel, ...] = Field(
        default=("phone",), min_length=1, description="channels that customers fall back on after an attempt"
    )
    fallback_hours: float = Field(default=24, gt=0, lt=168, description="hours after an attempt within which a contact follows on it")
    searches: tuple[str, ...] = Field(default=("search",), min_length=1, description="values of event that are a search")
    search_term: str = Field(default="q=", description="what stands before the searched words in the page of a search")
    min_searches: int = Field(
        default=30, ge=1, description="sessions below which a searched word is not told; rare words may be a person's"
    )
    tried: str | None = Field(default=None, description="column of contacts in which staff record what customers had tried before")
    nothing: tuple[str, ...] = Field(default=("nothing",), description="answers which mean that nothing had been tried")
    tried_phrases: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        default_factory=dict, description="what was tried → phrases of texts that tell it; its words stand under labels: tried"
    )
    services: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        default_factory=dict, description="service that does not exist yet → phrases that name it; its words stand under labels: service"
    )
    unmet: tuple[str, ...] = Field(
        default=("growth_feedback.unmet_demand",), min_length=1, description="reasons of contacts that ask for what does not exist"
    )
    faults: tuple[str, ...] = Field(
        default=("usage_service.product_fault", "complaint.quality_claim", "complaint.warranty_claim", "growth_feedback.improvement_idea"),
        min_length=1,
        description="reasons of contacts about faults of products and wishes for them",
    )

    @model_validator(mode="after")
    def _whole_steps(self) -> Outlook:
        for name in ("before_minutes", "after_minutes"):
            minutes = getattr(self, name)
            if minutes % self.step_minutes:
                raise ValueError(f"{name}: {minutes:g} is no multiple of step_minutes: {self.step_minutes:g}. Choose whole steps.")
        return self


class Opportunities(_Section):
    """Fewer contacts without losing sales chances, notebook 15."""

    tolerated: float = Field(
        default=0.01, ge=0, le=1, description="part of all sales chances that may be lost before contact reduction counts as costing any"
    )
    window_days: float = Field(default=14, gt=0, le=365, description="days after a contact within which an order takes a sales signal up")
    path_days: float = Field(default=30, gt=0, le=365, description="days before an order whose contacts are on the way to it")
    solved: tuple[Outcome, ...] = Field(
        default=("resolved", "sale", "return", "credit", "cancelled"), min_length=1, description="outcomes that count as a solution"
    )
    satisfied: float = Field(
        default=0.7, ge=0, le=1, description="part of a rating's scale, 0 to 1, from which a customer counts as satisfied"
    )
    service_phases: tuple[Literal["presales", "sales", "aftersales"], ...] = Field(
        default=("aftersales",), min_length=1, description="phases whose contact reasons are service, when buying again is looked at"
    )
    alike: tuple[str, ...] = Field(
        default=("segment",), description="columns of customers in which customers with and without a service contact agree"
    )
    horizon_days: int = Field(default=90, ge=7, description="days after a service contact in which buying again counts")
    recent_days: int = Field(default=90, ge=46, description="days before it whose orders make customers comparable")
    quiet_days: int = Field(default=28, ge=1, description="days without a contact before a service contact that is looked at")
    complaint_days: float = Field(default=30, gt=0, description="days after a contact within which a complaint follows on it")
    left_days: float = Field(default=180, gt=0, description="days after a contact within which a lost customer has left after it")
    offers_by: str = Field(default="segment", description="column of customers by which the spread of service offers is told")
    most: int = Field(default=3, ge=1, description="reasons told of each persona and treatment")
    at_most: int = Field(
        default=20_000, ge=100, description="customers beyond which buying again is looked at in some, chosen by their ids"
    )
    min_n: int = Field(default=30, ge=1, description="contacts below which a figure is not told")


class WelcomeMessage(_Section):
    """The message that answers a reason of new customers."""

    information: Literal["purchase_confirmation", "delivery_status", "product_information", "payment_terms", "next_steps"] = Field(
        description="which of the five pieces of information it gives"
    )
    kind: Literal["informing", "activating"] = Field(default="informing", description="whether it merely informs, or asks to act")
    channel: Channel = Field(default="email", description="by which it goes out")


def _messages() -> dict[str, WelcomeMessage]:
    told = {
        "order.order_confirmation_missing": ("purchase_confirmation", "informing"),
        "onboarding.account_login_setup": ("next_steps", "activating"),
        "onboarding.next_steps_unknown": ("next_steps", "activating"),
        "delivery.delivery_status": ("delivery_status", "informing"),
        "onboarding.first_use_help": ("product_information", "activating"),
        "usage_service.usage_question": ("product_information", "informing"),
        "billing.invoice_comprehension": ("payment_terms", "informing"),
    }
    return {reason: WelcomeMessage.model_validate({"information": what, "kind": kind}) for reason, (what, kind) in told.items()}


class Welcome(_Section):
    """The first days of new customers, notebook 08: from what they count, what is looked for, which messages answer what."""

    zeros: dict[str, Literal["order", "promised", "delivery", "invoice"]] = Field(
        default={
            "order.order_confirmation_missing": "order",
            "onboarding.account_login_setup": "order",
            "onboarding.next_steps_unknown": "order",
            "delivery.delivery_status": "promised",
            "onboarding.first_use_help": "delivery",
            "usage_service.usage_question": "delivery",
            "billing.invoice_comprehension": "invoice",
        },
        min_length=1,
        description="reason → from what its days count: order, promised date, delivery or first invoice",
    )
    by: tuple[str, ...] = Field(default=(), description="columns of customers or contacts that first days are told by")
    installations: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        default_factory=dict, description="column of orders → values that make a later order a new installation, told apart"
    )
    window_by: tuple[str, ...] = Field(
        default=("persona",), description="columns of contacts or customers by which windows are looked for, beside those over all"
    )
    days: int = Field(default=60, ge=7, description="days after day zero in which windows are looked for")
    before: int = Field(default=21, ge=0, description="days before a promised date that are looked at too")
    widest: int = Field(default=14, ge=1, description="most days of a window")
    episode_days: int = Field(default=7, ge=0, description="days within which a contact for the same reason follows up on the one before")
    min_contacts: int = Field(default=50, ge=20, description="contacts below which a reason is not judged")
    false_discovery: float = Field(default=0.05, gt=0, lt=1, description="share of the windows told that may be chance")
    tries: int = Field(default=1999, ge=199, description="null draws a reason at most")
    at: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(7, 14, 30, 60, 90), min_length=1, description="days since day zero at which contacts so far are told"
    )
    band: int = Field(default=7, ge=1, description="days that make one point of a curve")
    early_days: int = Field(default=30, ge=1, description="days since the first order that are the beginning")
    later_days: tuple[int, int] = Field(default=(91, 180), description="first and last day of what the beginning is compared with")
    habit_days: int = Field(default=60, ge=1, description="days in which early contacts are counted for the habit")
    informed_days: int = Field(default=30, ge=1, description="days in which the five pieces of information should be there")
    messages: dict[str, WelcomeMessage] = Field(default_factory=_messages, description="reason → the message that answers it")
    lead_days: int = Field(default=1, ge=0, description="days by which a message goes out before its window opens")
    spared: tuple[float, float, float] = Field(
        default=(0.2, 0.4, 0.6), description="part of a window's extra contacts that a message spares: lowest, likeliest, highest; assumed"
    )

    @property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """Type of message → reasons that it answers."""
        kinds = dict.fromkeys(message.information for message in self.messages.values())
        return {kind: tuple(reason for reason, message in self.messages.items() if message.information == kind) for kind in kinds}

    @property
    def scanning(self) -> dict[str, typing.Any]:
        """How windows are looked for: keywords for :func:`cxlib.contacts.welcome.windows`."""
        names = ("days", "before", "widest", "episode_days", "min_contacts", "false_discovery", "tries")
        return {"by": self.window_by, "overall": True} | {name: getattr(self, name) for name in names}

    @property
    def planned(self) -> dict[str, typing.Any]:
        """What a calendar is made of: keywords for :func:`cxlib.contacts.welcome.calendar`."""
        messages = {reason: message.model_dump() for reason, message in self.messages.items()}
        return {"messages": messages, "lead_days": self.lead_days, "spared": self.spared}

    @model_validator(mode="after")
    def _in_order(self) -> Welcome:
        if not 0 <= self.spared[0] <= self.spared[1] <= self.spared[2] <= 1:
            raise ValueError(f"spared: {list(self.spared)} are not three shares from low to high, as in [0.2, 0.4, 0.6]")
        if not self.early_days <= self.later_days[0] <= self.later_days[1]:
            raise ValueError(f"later_days: {list(self.later_days)} do not come after early_days: {self.early_days}")
        return self


class Promises(_Section):
    """What sales promises and service catches, notebook 09."""

    group: Literal["sales_group", "campaign_id"] = Field(default="sales_group", description="what excess load is shown by first")
    teams: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="team → sellers, as groups that reports show; single sellers only where release.staff_level is set and none are named",
    )
    days: int = Field(default=60, ge=1, description="days after an order in which contacts count as following on it")
    causes: dict[Literal["delay", "missing_feature", "unseen_surcharge", "unmentioned_term", "other"], tuple[str, ...]] = Field(
        default={
            "delay": ("delivery.delivery_delay_not_notified", "delivery.delivery_info_inaccurate"),
            "missing_feature": ("onboarding.promise_not_kept", "delivery.delivery_wrong_damaged"),
            "unseen_surcharge": ("billing.invoice_error",),
            "unmentioned_term": ("onboarding.hidden_charge_condition",),
            "other": ("complaint.quality_claim",),
        },
        min_length=1,
        description="named cause of a disappointment → reasons of contacts",
    )
    broken: tuple[str, ...] = Field(
        default=("onboarding.promise_not_kept", "onboarding.hidden_charge_condition"), description="reasons that name a broken promise"
    )
    comparable: tuple[str, ...] = Field(
        default=("product_id", "segment", "new_customer"),
        description="what makes orders comparable: columns of orders or customers; new_customer: whether the customer was new",
    )
    min_orders: int = Field(default=50, ge=2, description="orders below which a group is not judged")
    month_end_days: int = Field(default=3, ge=1, description="last days of a month in which a deal is one at the month's end")
    cancelled_days: int = Field(default=14, ge=1, description="days after an order within which a cancellation is an early one")
    useful: tuple[MessageType, ...] = Field(
        default=("delivery_status", "product_information", "payment_terms", "next_steps"),
        description="types of messages that are the first useful information",
    )
    use_events: tuple[str, ...] = Field(default=("login", "selfservice"), description="digital events that are a first use")
    goal_effects: dict[str, dict[str, Literal["up", "down"]]] = Field(
        default_factory=dict, description="goal (its kpi) → what reaching it moves, and whether up or down; a workshop's judgement"
    )


class BeforePurchase(_Section):
    """Before the purchase, notebook 07."""

    hours: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(1, 2, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120),
        min_length=1,
        description="hours after a lead came at which the share answered is told",
    )
    main_hours: float = Field(default=24, gt=0, description="the hour of these that the page's answer tells")
    given_up_days: float = Field(default=30, gt=0, description="days without an answer after which none comes")
    quick_hours: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        default=(4, 24, 72), min_length=1, description="hours that divide quick from slow answers where leads won are compared"
    )
    decided_days: int = Field(default=60, ge=1, description="days after which an undecided lead counts as not yet decided, told apart")
    talks: tuple[str, ...] = Field(default=(), description="touchpoints of sales talks whose rating is set against buying")
    bought_days: int = Field(default=180, ge=1, description="days after a rated talk within which an order counts")

    @model_validator(mode="after")
    def _told(self) -> BeforePurchase:
        if self.main_hours not in self.hours:
            raise ValueError(f"main_hours: {self.main_hours:g} is none of hours: {', '.join(f'{hour:g}' for hour in self.hours)}")
        return self


class Loyalty(_Section):
    """What customers do after the survey: how long they are watched, and which experience disappoints or delights."""

    horizon_days: int = Field(default=180, ge=1, description="days after a questionnaire within which a purchase or a loss counts")
    days: tuple[int, ...] = Field(default=(30, 90, 180, 365), min_length=1, description="days after a questionnaire to tell retention at")
    phase: Literal["presales", "sales", "aftersales"] = Field(
        default="aftersales", description="touchpoints whose ratings make the experience that retention is told by"
    )
    disappointed: float = Field(default=0.4, ge=0, lt=1, description="part of a rating's scale up to which an experience disappoints")
    delighted: float = Field(default=0.8, gt=0, le=1, description="part of a rating's scale from which on it delights")
    effort: str | None = Field(default=None, description="item_id of the question about effort, where there are several")
    adjust: tuple[str, ...] = Field(default=(), description="columns of responses or customers in which compared groups are made alike")

    @model_validator(mode="after")
    def _classes_rise(self) -> Loyalty:
        if self.disappointed >= self.delighted:
            raise ValueError(f"disappointed ({self.disappointed:g}) has to lie below delighted ({self.delighted:g})")
        if min(self.days) < 1:
            raise ValueError(f"days: each is 1 or more, not {min(self.days)}")
        return self


# what the contact log says of a person, besides the levels of profile.split
_LAID = (
    *("contacts", "recency_days", "active_days", "hour_mean", "early_share", "late_share", "weekend_share", "outside_share"),
    *("abandoned_share", "handle_s", "transfers"),
)


class FollowedAction(_Section):
    """What is followed of one action; what is left out comes from the action's own reason and touchpoint."""

    reasons: tuple[str, ...] = Field(default=(), description="reasons of contacts that it is to save")
    per: Literal["delayed_orders", "orders", "invoices", "customers"] = Field(
        default="customers", description="what contacts are counted on; delayed_orders: those whose delivery date was moved"
    )
    items: tuple[str, ...] = Field(default=(), description="questions whose ratings it is to raise")
    unwanted: tuple[str, ...] = Field(default=(), description="reasons of contacts that must not rise for it")


class Reference(_Section):
    """A figure from outside to compare with."""

    metric: str = Field(description="the figure that it is compared with: nps, csat, ces, contacts_gross …")
    value: float
    low: float | None = Field(default=None, description="its 95 % interval, where it is known")
    high: float | None = None
    name: str = Field(min_length=1, description="whose figure it is")
    source: str = Field(min_length=1, description="where it stands: publication, year, page")


class Monitoring(_Section):
    """Whether it worked, and what has changed, notebook 17."""

    actions: dict[str, FollowedAction] = Field(default_factory=dict, description="action_id → what is followed of it")
    step_days: int = Field(default=28, ge=7, multiple_of=7, description="length of a step of time before and after an action's start")
    least: int = Field(default=30, ge=1, description="contacts or respondents below which no effect is told")
    fields: tuple[str, ...] = Field(default=(), description="columns of respondents of which waves are compared: segment, role …")
    by: tuple[str, ...] = Field(default=("channel",), description="columns of contacts whose swings are watched")
    shares: dict[str, str] = Field(
        default_factory=lambda: {"abandoned": "abandoned", "reached": "reached"},
        description="name → flag column of contacts whose share is watched",
    )
    items: tuple[str, ...] = Field(default=(), description="questions put after contacts whose ratings are watched week by week")
    benchmarks: tuple[Reference, ...] = Field(default=(), description="figures from outside, each with its source")


class Evidence(_Section):
    """What an answer needs to count as established."""

    min_coverage: float = Field(default=0.8, ge=0, le=1, description="share of what should have been measured that has to be")
    min_n: int = Field(default=30, ge=1, description="answers below which an answer is an indication only")


class Params(_Section):
    """One client's parameters, as `params/demo.yml` shows them with a comment each."""

    schema_version: Literal[1] = 1
    client: str
    name: str
    simulated: bool = False
    market: Literal["b2b", "b2c", "both"] = "both"
    language: Literal["de", "en", "both"] = "both"
    timezone: Zone = "Europe/Berlin"
    period: Period
    as_of: Day | None = Field(default=None, description="the day ages of data are counted to; the period's end when left out")
    service_hours: dict[Weekday, tuple[Opening, ...]] = Field(
        default_factory=dict, description="weekday (mon … sun) → hours in which customers are served, as in 08:00-17:00; local time"
    )
    holidays: Holidays = Holidays()
    sources: dict[str, Source] = Field(min_length=1)
    extra: dict[TableName, dict[str, Feature]] = Field(default_factory=dict)
    scales: dict[str, Scale] = Field(default_factory=dict)
    labels: dict[str, dict[str, Label]] = Field(default_factory=dict, description="column → value → its words, as tables show it")
    taxonomy: Taxonomy = Taxonomy()
    min_n: int = Field(default=7, ge=1, description="respondents below which a cell is not published")
    level: float = Field(default=0.95, gt=0.5, lt=1)
    seed: int = 1
    draws: int = Field(default=500, ge=0)
    release: Release = Release()
    branding: Branding = Branding()
    run: RunLimits = RunLimits()
    engine: Engine = Engine()
    readiness: Readiness = Readiness()
    scores: Scores = Scores()
    gaps: Gaps = Gaps()
    principles: Principles = Principles()
    weights: Weights = Weights()
    reliability: Reliability = Reliability()
    asymmetry: Asymmetry = Asymmetry()
    moments: Moments = Moments()
    incidents: Incidents = Incidents()
    drivers: Drivers = Drivers()
    wording: Wording = Wording()
    classify: Classify = Classify()
    labelling: Labelling = Labelling()
    discover: Discover = Discover()
    quality: Quality = Quality()
    costs: Costs = Costs()
    value: Value = Value()
    inventory: Inventory = Inventory()
    actions: Actions = Actions()
    volume: Volume = Volume()
    repeats: Repeats = Repeats()
    handoffs: Handoffs = Handoffs()
    channels: Channels = Channels()
    profile: Profile = Profile()
    personas: Personas = Personas()
    roles: Roles = Roles()
    journeys: dict[str, Annotated[tuple[str, ...], Field(min_length=2)]] = Field(
        default_factory=dict,
        description="journeys laid down: name → touchpoints in their order; the words of a name stand under labels: journey",
    )
    service_standards: ServiceStandards = ServiceStandards()
    complaints: Complaints = Complaints()
    pain_points: PainPoints = PainPoints()
    outlook: Outlook = Outlook()
    opportunities: Opportunities = Opportunities()
    before_purchase: BeforePurchase = BeforePurchase()
    welcome: Welcome = Welcome()
    promises: Promises = Promises()
    loyalty: Loyalty = Loyalty()
    monitoring: Monitoring = Monitoring()
    evidence: Evidence = Evidence()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages pages are made in, the first one first."""
        return ("de", "en") if self.language == "both" else (self.language,)

    @property
    def last_day(self) -> date:
        """The day ages of data are counted to."""
        return self.as_of or self.period.end

    @property
    def sampling(self) -> dict[str, typing.Any]:
        """How survey figures are computed for this client: keywords for every describing function of the survey room."""
        return {"cluster": self.scores.cluster, "level": self.level, "draws": self.draws, "seed": self.seed}

    @property
    def outcomes(self) -> tuple[str | None, ...]:
        """What drivers explain, the leading one first: as declared, else the survey's recommendation, overall and repurchase questions."""
        asked = {item.item_id or header: item.item_type for source in self.sources.values() for header, item in source.items.items()}
        usual = [name for kind in ("nps", "overall", "repurchase") for name, item_type in asked.items() if item_type == kind]
        return self.drivers.outcomes or tuple(usual) or (None,)

    @property
    def compared(self) -> tuple[str, ...]:
        """Items that drivers compare: as declared, else all that the survey asks of their type."""
        asked = {item.item_id or header: item.item_type for source in self.sources.values() for header, item in source.items.items()}
        return self.drivers.items or tuple(name for name, item_type in asked.items() if item_type == self.drivers.item_type)

    @property
    def following(self) -> dict[str, typing.Any]:
        """How long customers are watched after a questionnaire: keywords for :func:`cxlib.survey.loyalty.behaviour`."""
        return {"horizon_days": self.loyalty.horizon_days, "as_of": self.last_day}

    @property
    def experiences(self) -> dict[str, typing.Any]:
        """Which ratings disappoint and delight: keywords for the functions of :mod:`cxlib.survey.loyalty` that ask for a class."""
        return {"disappointed": self.loyalty.disappointed, "delighted": self.loyalty.delighted}

    @property
    def zero_line(self) -> dict[str, dict[str, float]]:
        """Up to which answer each item disappoints (``low``) and from which on it delights (``high``), turned so that high is good."""
        ends: dict[str, dict[str, float]] = {"low": {}, "high": {}}
        for header, item in ((header, item) for source in self.sources.values() for header, item in source.items.items()):
            line, scale = self.asymmetry.zero_line.get(item.scale or ""), self.scales.get(item.scale or "")
            if line is None or scale is None:
                continue
            turned = [scale.low + scale.high - end if scale.best == "low" else end for end in (line.disappointing, line.delighting)]
            ends["low"][item.item_id or header], ends["high"][item.item_id or header] = turned
        return ends

    @property
    def learning(self) -> dict[str, typing.Any]:
        """How reasons are learned for this client: keywords for what the reasons room learns from contacts."""
        of = self.classify
        return {"promised": of.promised, "least": of.least, "second": of.second, "min_n": of.min_n, "groups": of.groups, **self.chance}

    @property
    def relieving(self) -> dict[str, typing.Any]:
        """What would go away, and what it costs: keywords for :func:`cxlib.reasons.value.relief`."""
        costs = self.costs.model_dump()
        return {"goes_away": self.value.goes_away, "min_n": self.value.min_n, "level": self.level, **costs}

    @property
    def loading(self) -> dict[str, typing.Any]:
        """What contacts take a year: keywords for :func:`cxlib.reasons.value.reason_load` and ``touchpoint_load``."""
        costs = {"per_contact": self.costs.per_contact, "currency": self.costs.currency}
        return {"period": (self.period.start, self.period.end), "min_n": self.value.min_n, **costs}

    @property
    def counting(self) -> dict[str, typing.Any]:
        """How contacts are counted for this client: keywords for every describing function of the contacts room."""
        return {"cluster": self.volume.cluster, "period": (self.period.start, self.period.end), **self.chance}

    @property
    def again(self) -> list[dict[str, typing.Any]]:
        """Every definition of a repeat: keywords for the functions of :mod:`cxlib.contacts.repeats`."""
        fixed = {"unit": self.repeats.unit, "forward_minutes": self.repeats.forward_minutes}
        return [fixed | {"same": same, "window_days": days} for same in self.repeats.same for days in self.repeats.window_days]

    @property
    def assigning(self) -> dict[str, typing.Any]:
        """How people are assigned to the personas that the client has defined."""
        of = self.personas
        rules = {
            name: {key: rule.model_dump() if isinstance(rule, Range) else rule for key, rule in told.rules.items()}
            for name, told in of.defined.items()
        }
        return {"personas": rules, "importance": of.importance, "least": of.least, "ahead": of.ahead, "known": of.known}

    @property
    def clustering(self) -> dict[str, typing.Any]:
        """How types are looked for."""
        of = self.personas
        told = {"features": of.features, "k": of.classes, "most": of.most, "starts": of.starts, "rounds": of.rounds}
        return told | {"min_accounts": of.min_accounts, "cluster": "cluster_id", **self.chance}

    @property
    def judging(self) -> dict[str, typing.Any]:
        """By what, and how, the roles of an account are set side by side."""
        of = self.roles
        return {"item": of.item or self.outcomes[0] or "", "buyers": of.buyers, "users": of.users, "gap": of.gap, **self.chance}

    @property
    def person_columns(self) -> tuple[str, ...]:
        """The columns of a person that personas are told by."""
        ruled = [name for persona in self.personas.defined.values() for name in persona.rules]
        return tuple(dict.fromkeys((*self.personas.features, *ruled)))

    @property
    def persona_items(self) -> tuple[str, ...]:
        """The questions whose answers become columns of a person."""
        asked = dict.fromkeys(item.item_id or header for source in self.sources.values() for header, item in source.items.items())
        return tuple(name for name in self.person_columns if name in asked)

    @property
    def passing(self) -> dict[str, typing.Any]:
        """What hand-offs are told by: keywords for :mod:`cxlib.contacts.handoffs`."""
        return {"case": self.handoffs.case, "handler": self.handoffs.handler}

    @property
    def weighing(self) -> dict[str, typing.Any]:
        """How actions are weighed: keywords for :func:`cxlib.decisions.actions.weigh` besides tables and protected reasons."""
        told = self.actions.model_dump(exclude={"budget", "moves"})
        costs = {"currency": self.costs.currency, "variable_share": self.costs.variable_share}
        known = {"items": self.rated_touchpoints, "as_of": self.last_day}
        return {**told, **costs, **known, "draws": self.draws, "seed": self.seed}

    @property
    def joint(self) -> dict[str, int]:
        """How many draws figures are combined in, and their seed."""
        return {"draws": self.draws, "seed": self.seed}

    @property
    def rated_touchpoints(self) -> dict[str, str]:
        """Ratings of how a touchpoint was experienced: item_id → touchpoint_id."""
        asked = {item.item_id or header: item for source in self.sources.values() for header, item in source.items.items()}
        return {name: item.touchpoint_id for name, item in asked.items() if item.item_type == "actual" and item.touchpoint_id}

    @property
    def met(self) -> dict[str, typing.Any]:
        """Who has met a pain point: keywords for :func:`cxlib.contacts.pain_points.experiences` besides the tables."""
        pain = self.pain_points
        told = {"given_up_days": pain.given_up_days, "off_days": pain.off_days, "delayed": pain.delayed, "long_wait_s": pain.long_wait_s}
        return told | {"channels": pain.answer_channels, **self.complaining, "opening": self.opening, "as_of": self.known_until}

    @property
    def complaining(self) -> dict[str, typing.Any]:
        """What a complaint is: keywords for every function that tells of complaints."""
        return {"about": self.complaints.about, "chasing": self.complaints.chasing}

    @property
    def around(self) -> dict[str, typing.Any]:
        """How events around a contact are counted: keywords for :mod:`cxlib.contacts.outlook` besides the tables."""
        busiest = 1.0 if self.outlook.busiest_events is None else self.outlook.busiest_events
        counting = {name: value for name, value in self.counting.items() if name != "cluster"}
        return {"busiest": busiest, "timezone": self.timezone, **counting}

    @property
    def ending(self) -> dict[str, typing.Any]:
        """How contacts are followed to their end: keywords for the functions of :mod:`cxlib.decisions.opportunities`."""
        return {"solved": self.opportunities.solved, "min_n": self.opportunities.min_n, **self.counting}

    @property
    def ordering(self) -> dict[str, typing.Any]:
        """How orders after a contact are counted: keywords for signals and results of contacts."""
        of = self.opportunities
        return {"window_days": of.window_days, "currency": self.costs.currency, "min_n": of.min_n, **self.counting}

    @property
    def rebuying(self) -> dict[str, typing.Any]:
        """How customers after a service contact are compared with others: keywords for buying again."""
        of = self.opportunities
        lengths = {"horizon_days": of.horizon_days, "recent_days": of.recent_days, "quiet_days": of.quiet_days, "at_most": of.at_most}
        return {"phases": of.service_phases, "alike": of.alike, **lengths, **self.ending}

    @property
    def guarding(self) -> dict[str, typing.Any]:
        """How the guard rails of contact reduction are looked at."""
        of = self.opportunities
        return {**self.complaining, "complaint_days": of.complaint_days, "left_days": of.left_days, **self.ending}

    @property
    def wordings(self) -> tuple[dict[str, str], ...]:
        """How each question was put in each wave, where a source is one wave of one survey."""
        fixed = [source for source in self.sources.values() if {"survey_id", "wave"} <= set(source.constants)]
        return tuple(
            {
                "survey_id": str(source.constants["survey_id"]),
                "wave": str(source.constants["wave"]),
                "item_id": item.item_id or header,
                "text": " / ".join(text for text in (item.de, item.en) if text),
            }
            for source in fixed
            for header, item in source.items.items()
        )

    @property
    def following_up(self) -> dict[str, typing.Any]:
        """What is followed of actions: keywords for :func:`cxlib.decisions.monitoring.action_effect` and ``course``."""
        told = {name: action.model_dump() for name, action in self.monitoring.actions.items()}
        return {"followed": told, "step_days": self.monitoring.step_days, "period": (self.period.start, self.period.end), **self.chance}

    @property
    def chance(self) -> dict[str, typing.Any]:
        """What holds for every interval of this client: level, draws and seed."""
        return {"level": self.level, "draws": self.draws, "seed": self.seed}

    @property
    def known_until(self) -> datetime | None:
        """The end of the day that the client's exports reach, where `as_of` names one."""
        if self.as_of is None:
            return None
        end = self.as_of + timedelta(days=1)
        return datetime(end.year, end.month, end.day, tzinfo=ZoneInfo(self.timezone))

    @property
    def opening(self) -> dict[int, tuple[tuple[float, float], ...]]:
        """Service hours by ISO weekday, in hours of the day."""
        return {WEEKDAYS.index(day) + 1: tuple(_opening(text) for text in hours) for day, hours in self.service_hours.items()}

    @property
    def free_days(self) -> tuple[date, ...]:
        """Public holidays and the house's own free days of the period, up to the day that the exports reach."""
        told = self.holidays
        return free_days(told.country, told.state, told.closed, told.open, self.period.start, max(self.period.end, self.last_day))

    @property
    def clock(self) -> dict[str, typing.Any]:
        """The business clock: keywords for :func:`cxlib.contacts.service_standards.clock`, which needs service hours."""
        own = self.service_standards.hours
        units = {
            name: {WEEKDAYS.index(day) + 1: tuple(_opening(text) for text in texts) for day, texts in hours.items()}
            for name, hours in own.items()
        }
        first, last = self.period.start, max(self.period.end, self.last_day)
        told = self.holidays
        free = free_days(told.country, told.state, told.closed, told.open, first - timedelta(days=10), last + timedelta(days=70))
        return {
            "opening": self.opening,
            "first": first,
            "last": last + timedelta(days=1),
            "timezone": self.timezone,
            "free_days": free,
            "units": units,
            "unit": self.service_standards.unit,
        }

    @property
    def keep_runs(self) -> int:
        """How many older runs stay beside the newest."""
        return self.run.keep_runs

    @model_validator(mode="after")
    def _names_agree(self) -> Params:
        problems = []
        for name, source in self.sources.items():
            known = {*CONTRACTS[source.table].columns, *self.extra.get(source.table, {})}
            for key in ("columns", "constants", "values", "units", "formats", "bounds"):
                problems += [
                    worded(f"sources.{name}.{key}", f"{source.table} has no column", column, sorted(known), label="Columns")
                    for column in getattr(source, key)
                    if column not in known
                ]
            problems += self._value_problems(name, source) + self._unit_problems(name, source) + self._scale_problems(name, source)
            problems += self._moment_problems(name, source) + self._bound_problems(name, source)
        own = [name for name, source in self.sources.items() if source.table == "reasons"]
        if own and "taxonomy" in self.model_fields_set:
            problems.append(f"taxonomy: the client has reasons of its own (sources.{own[0]}). Leave one of the two out")
        responses = {*CONTRACTS["responses"].columns, *self.extra.get("responses", {})}
        if self.scores.cluster is not None and self.scores.cluster not in responses:
            problems.append(worded("scores.cluster", "responses have no column", self.scores.cluster, sorted(responses), label="Columns"))
        problems += self._label_problems() + self._top_problems() + self._loyalty_problems(responses)
        if self.handoffs.handler == "handled_by" and not self.release.staff_level:
            problems.append("handoffs.handler: 'handled_by' tells of single members of staff. Set release.staff_level, or use received_by.")
        if self.service_standards.unit == "handled_by" and not self.release.staff_level:
            text = "'handled_by' tells of single members of staff. Set release.staff_level, or use received_by."
            problems.append(f"service_standards.unit: {text}")
        problems += self._pair_problems() + self._reliability_problems() + self._zero_line_problems() + self._driver_problems()
        problems += [
            worded(f"extra.{table}", "a feature cannot have the name of a column of every result:", name, do="Choose another.")
            for table, features in self.extra.items()
            for name in features
            if name in (*ESTIMATE_COLUMNS, "draws")
        ]
        for place, table, columns in (
            ("scores.by", "responses", self.scores.by),
            ("weights.targets", "responses", tuple(self.weights.targets)),
            ("drivers.groups", "responses", [self.drivers.groups] if self.drivers.groups else []),
            ("drivers.by", "responses", [self.drivers.by] if self.drivers.by else []),
            ("volume.routes", "contacts", self.volume.routes),
            ("volume.by", "customers", self.volume.by),
            ("volume.adjust", "customers", self.volume.adjust),
            ("volume.roles", "persons", self.volume.roles),
            *((f"repeats.same.{at}", "contacts", columns) for at, columns in enumerate(self.repeats.same, start=1)),
            ("handoffs.case", "contacts", (self.handoffs.case,)),
            ("channels.case", "contacts", (self.channels.case,)),
            ("channels.path", "contacts", (self.channels.path,)),
            ("profile.split", "contacts", tuple(name for name in self.profile.split if name != "group_id")),
            ("service_standards.by", "contacts", self.service_standards.by),
            ("service_standards.unit", "contacts", (self.service_standards.unit,)),
            ("complaints.other", "contacts", tuple(self.complaints.other)),
            ("pain_points.by_customer", "customers", self.pain_points.by_customer),
            ("pain_points.invoice_by", "invoices", self.pain_points.invoice_by),
            ("pain_points.adjust", "responses", self.pain_points.adjust),
            ("outlook.tried", "contacts", [self.outlook.tried] if self.outlook.tried else []),
            ("opportunities.alike", "customers", self.opportunities.alike),
            ("opportunities.offers_by", "customers", (self.opportunities.offers_by,)),
            ("monitoring.fields", "responses", self.monitoring.fields),
            ("monitoring.by", "contacts", self.monitoring.by),
            ("monitoring.shares", "contacts", tuple(self.monitoring.shares.values())),
        ):
            features = self.extra.get(table, {})
            problems += [
                worded(place, f"no table of {table} has the column", column, features, label=f"Features of {table}")
                for column in columns
                if column not in features and column not in CONTRACTS[table].columns
            ]
        problems += self._persona_problems() + self._monitoring_problems()
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _persona_problems(self) -> list[str]:
        """Columns of a person are those of customers and persons, answers, and what the contact log is laid out to."""
        known = {name for table in ("customers", "persons") for name in (*CONTRACTS[table].columns, *self.extra.get(table, {}))}
        items = {item.item_id or header for source in self.sources.values() for header, item in source.items.items()}
        known |= items | set(_LAID) | {f"{name}_mostly" for name in self.profile.split}
        named = [("features", name) for name in self.personas.features]
        named += [(f"defined.{persona}.rules", name) for persona, told in self.personas.defined.items() for name in told.rules]
        problems = [
            worded(f"personas.{place}", "a person has no column", name, sorted(known), label="Columns")
            for place, name in named
            if name not in known and not name.startswith(tuple(f"{column}_" for column in self.profile.split))
        ]
        asked = [("roles.item", name) for name in (self.roles.item,) if name]
        asked += [(f"roles.value_groups.{group}", name) for group, names in self.roles.value_groups.items() for name in names]
        return problems + [
            worded(place, "no survey asks the item", name, sorted(items), label="Items") for place, name in asked if name not in items
        ]

    def _monitoring_problems(self) -> list[str]:
        items = {item.item_id or header for source in self.sources.values() for header, item in source.items.items()}
        named = [(f"actions.{action}.items", name) for action, told in self.monitoring.actions.items() for name in told.items]
        named += [("items", name) for name in self.monitoring.items]
        return [
            worded(f"monitoring.{place}", "no survey asks the item", name, sorted(items), label="Items")
            for place, name in named
            if name not in items
        ]

    def _label_problems(self) -> list[str]:
        columns = {column for table in CONTRACTS.values() for column in table.columns}
        known = columns | {name for table in self.extra.values() for name in table} | {"usual", "answer", "journey", "service", "tried"}
        return [worded("labels", "no table has the column", column, sorted(known)) for column in self.labels if column not in known]

    def _loyalty_problems(self, responses: set[str]) -> list[str]:
        known = responses | {*CONTRACTS["customers"].columns, *self.extra.get("customers", {})}
        problems = [
            worded("loyalty.adjust", "neither responses nor customers have a column", column, sorted(known), label="Columns")
            for column in self.loyalty.adjust
            if column not in known
        ]
        items = {item.item_id or header for source in self.sources.values() for header, item in source.items.items()}
        if self.loyalty.effort is not None and self.loyalty.effort not in items:
            problems.append(worded("loyalty.effort", "no survey asks the item", self.loyalty.effort, sorted(items), label="Items"))
        return problems

    def _pair_problems(self) -> list[str]:
        types = {item.item_id or header: item.item_type for source in self.sources.values() for header, item in source.items.items()}
        sides = dict.fromkeys(self.gaps.pairs, ("expected", "competitor")) | dict.fromkeys(self.gaps.pairs.values(), ("actual",))
        problems = []
        for name, wanted in sides.items():
            known = [item for item, kind in types.items() if kind in wanted]
            if name not in known:
                problems.append(worded("gaps.pairs", f"there is no item of type {' or '.join(wanted)}", name, known, label="Items"))
        return problems

    def _driver_problems(self) -> list[str]:
        items = {item.item_id or header for source in self.sources.values() for header, item in source.items.items()}
        problems = [
            worded("drivers.items", "no survey asks the item", name, sorted(items), label="Items")
            for name in self.drivers.items
            if name not in items
        ]
        if len(self.compared) > MOST_PLAYERS:
            problems.append(
                f"drivers.items: {len(self.compared)} items would be compared, and at most {MOST_PLAYERS} can be. "
                "Name those that matter; of near-duplicates one."
            )
        return problems

    def _zero_line_problems(self) -> list[str]:
        problems = []
        for name, line in self.asymmetry.zero_line.items():
            place, scale = f"asymmetry.zero_line.{name}", self.scales.get(name)
            if scale is None:
                problems.append(worded("asymmetry.zero_line", "there is no scale", name, self.scales, label="Scales"))
                continue
            low, high = (line.disappointing, line.delighting) if scale.best == "high" else (line.delighting, line.disappointing)
            if not scale.low <= low < high <= scale.high or high - low < 2:
                seen = f"disappointing {line.disappointing:g}, delighting {line.delighting:g} on {scale.low:g} to {scale.high:g}"
                do = f"Leave an answer between them; the scale's {scale.best} end is good."
                problems.append(worded(place, "the two do not leave ordinary answers between them:", seen, do=do))
        return problems

    def _top_problems(self) -> list[str]:
        rated = {
            item.scale for source in self.sources.values() for item in source.items.values() if item.item_type == "actual" and item.scale
        }
        steps = {name: self.scales[name].high - self.scales[name].low for name in rated if name in self.scales}
        return [
            f"scores.top_answers: {self.scores.top_answers} best answers are the whole scale {name!r}. Choose at most {steps[name]:g}."
            for name in sorted(steps)
            if self.scores.top_answers > steps[name]
        ]

    def _reliability_problems(self) -> list[str]:
        asked = {
            item.item_id or header: item.scale for source in self.sources.values() for header, item in source.items.items() if item.scale
        }
        problems = []
        for name, items in self.reliability.scales.items():
            place = f"reliability.scales.{name}"
            unknown = [item for item in items if item not in asked]
            problems += [worded(place, "no survey asks the rated item", item, sorted(asked), label="Items") for item in unknown]
            answered_on = dict.fromkeys(str(asked[item]) for item in items if item in asked)
            if len(answered_on) > 1:
                seen = ", ".join(answered_on)
                problems.append(f"{place}: its items are asked on different scales: {seen}. The items of a scale share one.")
        return problems

    def _value_problems(self, name: str, source: Source) -> list[str]:
        columns = CONTRACTS[source.table].columns
        return [
            worded(f"sources.{name}.values.{column}.{raw}", f"{column} cannot be", value, columns[column].allowed)
            for column, mapping in source.values.items()
            if column in columns and columns[column].allowed
            for raw, value in mapping.items()
            if value and value not in columns[column].allowed
        ]

    def _columns(self, source: Source) -> dict[str, Column]:
        """Return the columns that a source may fill, features included."""
        features = {name: Column(name, one.kind, required=False) for name, one in self.extra.get(source.table, {}).items()}
        return {**CONTRACTS[source.table].columns, **features}

    def _moment_problems(self, name: str, source: Source) -> list[str]:
        columns = self._columns(source)
        moments = sorted(column for column in columns if columns[column].kind in ("date", "time"))
        joined = [column for column, headers in source.headers.items() if len(headers) > 1]
        return [
            worded(f"sources.{name}.{key}", told, column, moments, label="Days and times")
            for key, told, given in (
                ("formats", "only days and times have a format, not", source.formats),
                ("columns", "only days and times may stand in several columns, not", joined),
            )
            for column in given
            if column in columns and column not in moments
        ]

    def _unit_problems(self, name: str, source: Source) -> list[str]:
        columns = self._columns(source)
        numbers = sorted(column for column in columns if columns[column].kind == "number")
        problems = []
        for column, unit in source.units.items():
            place = f"sources.{name}.units"
            if column not in columns:
                continue
            if columns[column].kind != "number":
                problems.append(worded(place, f"only numbers have a unit, and {columns[column].kind} is no number:", column, numbers))
            elif columns[column].duration and unit not in DURATION_UNITS:
                problems.append(worded(f"{place}.{column}", "is a duration, which cannot be in", unit, DURATION_UNITS))
            elif column in source.constants:
                own = f", {columns[column].duration}" if columns[column].duration else ""
                problems.append(f"{place}.{column}: the value under `constants` is in the column's own unit{own}; leave the unit out.")
            else:
                problems += [f"{place}.{column}: {fault}" for fault in _unit_faults(columns[column], unit, source)]
        return problems

    def _bound_problems(self, name: str, source: Source) -> list[str]:
        columns = self._columns(source)
        numbers = sorted(column for column in columns if columns[column].kind in ("number", "count"))
        wrong = [column for column in source.bounds if column in columns and column not in numbers]
        problems = [worded(f"sources.{name}.bounds", "only numbers have bounds, not", column, numbers) for column in wrong]
        return problems + [
            f"sources.{name}.bounds.{column}: {low:g} is not below {high:g}. Write the lowest value first, as in [1, 5]."
            for column, (low, high) in source.bounds.items()
            if not low < high
        ]

    def _scale_problems(self, name: str, source: Source) -> list[str]:
        problems = []
        for header, item in source.items.items():
            place = f"sources.{name}.items.{header}.scale"
            if item.scale is None and item.item_type not in _IN_WORDS:
                problems.append(worded(place, f"an item of type {item.item_type} needs a scale", None, self.scales, label="Scales"))
            elif item.scale is not None and item.scale not in self.scales:
                problems.append(worded(place, "there is no scale", item.scale, self.scales, label="Scales"))
            elif (
                item.scale is not None
                and item.item_type == "nps"
                and (self.scales[item.scale].low, self.scales[item.scale].high) != (0, 10)
            ):
                problems.append(worded(place, "recommendation (nps) is asked from 0 to 10, not on the scale", item.scale))
        return problems
