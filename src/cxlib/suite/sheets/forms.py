"""Which sheets there are and which columns each one has: taken from the contracts, so that what is filled in fits them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cxlib.params import Feature, Params
from cxlib.tables import CONTRACTS

__all__ = ["BOOKS", "RATINGS", "Field", "Form", "books", "fields"]

RATINGS = "ratings"  # one workbook a rater, so that nobody sees what the other one thinks
RATERS = ("rater_1", "rater_2")
_CHANNELS = CONTRACTS["contacts"].columns["channel"].allowed
_LOWEST = {"severity": 1.0, "fit": 0.0, "target_share": 0.0, "response_h": 0.0, "resolution_h": 0.0, "threshold_s": 0.0}
_HIGHEST = {"target_share": 1.0, "fit": 4.0}
_WHOLE = ("fit",)  # raters choose a step
_HOMES = {"touchpoint_id": "touchpoints", "reason_id": "reasons", "principle_id": "principles"}
_CLOCK = {"day": "date", "time": "clock"}  # a moment is easier to write in two cells


@dataclass(frozen=True)
class Form:
    """One sheet: the contract table it becomes, and the columns that people fill in.

    Attributes
    ----------
    name : str
        Of its sheet, in the catalogs, and of its source in params.
    table : str
    leave : tuple of str
        Contract columns that the sheet does not ask for.
    only : tuple of str
        The columns it asks for, where these are few of many.
    needed : tuple of str
        Columns that are required here though the contract does without.
    parts : mapping
        Contract column → the columns of the sheet that make it.
    constants : mapping
        Contract column → the value of all rows.
    """

    name: str
    table: str
    leave: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One column of a sheet.

    Attributes
    ----------
    name : str
        As it stands in the sheet's second line, which intake reads.
    kind : str
        As in contracts, or ``clock`` for a time of day.
    required : bool
    allowed : tuple of str
        Words of the contract that a cell may hold.
    home : str
        The table whose ids may stand here, "" for none.
    unique : bool
        Whether no two rows may hold the same.
    low, high : float, optional
        The least and the largest number.
    words : Feature, optional
        The heading of a column that the client has declared.
    """

    name: str
    kind: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    home: str = ""
    unique: bool = False
    low: float | None = None
    high: float | None = None
    words: Feature | None = None


_PLAN = ("currency",)
_TALLY = ("contact_id", "contact_ts", "channel", "touchpoint_id", "received_by", "handled_by", "customer_id", "reason_id", "text")
BOOKS: Mapping[str, tuple[Form, ...]] = {
    "inventory": (Form("touchpoints", "touchpoints"),),
    "standards": (Form("service_levels", "service_levels"),),
    "principles": (Form("principles", "principles"),),
    RATINGS: (Form(RATINGS, "principle_ratings", leave=("rater",)),),
    "actions": (Form("actions", "actions", leave=_PLAN), Form("goals", "goals")),
    "tally_week": (Form("tally_week", "contacts", only=_TALLY, needed=("handled_by",), parts={"contact_ts": ("day", "time")}),),
}


def books(raters: Sequence[str], weeks: float, currency: str | None) -> dict[str, tuple[Form, ...]]:
    """Return every workbook with its sheets: one of ratings a rater, and what holds for all rows of a sheet.

    Parameters
    ----------
    raters : sequence of str
        Who rates; two of no name when there are none.
    weeks : float
        Weeks of the period: what one contact of a tally week stands for.
    currency : str, optional
        Of costs; amounts are in no known currency when there is none.

    >>> list(books([], 52.0, "EUR"))
    ['inventory', 'standards', 'principles', 'ratings_1', 'ratings_2', 'actions', 'tally_week']
    >>> books(["Anna", "Customers"], 52.0, None)["ratings_2"][0].constants
    {'rater': 'Customers'}
    """
    told: dict[str, tuple[Form, ...]] = {}
    for name, forms in BOOKS.items():
        if name == RATINGS:
            for number, rater in enumerate(raters or RATERS, start=1):
                told[f"{RATINGS}_{number}"] = (
                    Form(f"{RATINGS}_{number}", forms[0].table, leave=forms[0].leave, constants={"rater": rater}),
                )
        else:
            told[name] = tuple(_with_constants(form, weeks, currency) for form in forms)
    return told


def _with_constants(form: Form, weeks: float, currency: str | None) -> Form:
    constants: dict[str, str | float] = {}
    if form.name == "actions" and currency:
        constants = {"currency": currency}
    if form.name == "tally_week":
        constants = {"source": "tally", "direction": "inbound", "handled_by_type": "person", "weight": weeks}
    return Form(form.name, form.table, form.leave, form.only, form.needed, form.parts, constants)


def fields(form: Form, params: Params) -> list[Field]:
    """Return the columns of a sheet: those of the contract, then those that the client has declared for its table."""
    of = CONTRACTS[form.table]
    named = form.only or tuple(name for name in of.columns if name not in form.leave)
    told: list[Field] = []
    for name in named:
        column = of.columns[name]
        needed = column.required or name in form.needed
        if name in form.parts:
            told += [Field(part, _CLOCK[part], needed) for part in form.parts[name]]
            continue
        home = _HOMES.get(name, "") if _HOMES.get(name) != form.table else ""
        kind = "whole" if name in _WHOLE else column.kind
        allowed = _CHANNELS if name == "channel" else column.allowed
        low = 0.0 if kind == "count" else _LOWEST.get(name)
        told.append(Field(name, kind, needed, allowed, home, of.key == (name,), low, _HIGHEST.get(name)))
    if not form.only:
        features = params.extra.get(form.table, {})
        told += [Field(name, feature.kind, words=feature) for name, feature in features.items()]
    return told
