"""Words of params that name what the client's tables hold: reasons, touchpoints, items, units; a slip there counts nothing, in silence.

What the client wrote and no list has is refused; what the suite presets and the client's own taxonomy lacks is told as a hint, and so is
a word of which nobody can say whether it is a slip or merely has no row this time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from cxlib.errors import nearest, worded
from cxlib.intake.workbench import Workbench, identifier
from cxlib.params import Params
from cxlib.tables import CONTRACTS, Contract

__all__ = ["Words", "misnamed", "words"]

LISTS = {"reason_id": "reasons", "touchpoint_id": "touchpoints"}  # column → the table that lists all there are
SHOWN = 12  # words that a hint lists at most


@dataclass(frozen=True)
class Words:
    """What one key of params names.

    Attributes
    ----------
    key : str
        As written, "pain_points.enquiries".
    column : str
        What the words are: reason_id, touchpoint_id, or a column of `tables`.
    words : tuple of str
    own : bool
        Whether the client's file says so; otherwise it is what the suite presets.
    tables : tuple of str
        Where the words stand, for columns that no table lists.
    """

    key: str
    column: str
    words: tuple[str, ...]
    own: bool = True
    tables: tuple[str, ...] = ()


def words(params: Params) -> list[Words]:
    """Return what all keys of params name.

    >>> given = {"client": "acme", "name": "Acme", "period": {"start": "2025-01-01", "end": "2025-12-31"},
    ...     "sources": {"log": {"table": "contacts", "file": "log.csv"}}, "pain_points": {"enquiries": ["delivery.status"]}}
    >>> [(one.key, one.column, one.words) for one in words(Params.model_validate(given)) if one.own and one.words]
    [('pain_points.enquiries', 'reason_id', ('delivery.status',))]
    """
    return [*_listed(params), *_standing(params)]


def _listed(params: Params) -> Iterator[Words]:
    """Yield the keys that name reasons and touchpoints."""
    for place, column in (
        ("value.protect", "reason_id"),
        ("complaints.reasons", "reason_id"),
        ("complaints.touchpoints", "touchpoint_id"),
        ("complaints.chasing", "reason_id"),
        ("pain_points.enquiries", "reason_id"),
        ("pain_points.invoice_reasons", "reason_id"),
        ("outlook.unmet", "reason_id"),
        ("outlook.faults", "reason_id"),
        ("before_purchase.talks", "touchpoint_id"),
        ("welcome.zeros", "reason_id"),
        ("welcome.messages", "reason_id"),
        ("promises.broken", "reason_id"),
    ):
        yield _at(params, place, column)
    for cause, reasons in params.promises.causes.items():
        yield Words(f"promises.causes.{cause}", "reason_id", reasons, "causes" in params.promises.model_fields_set)
    for name, path in params.journeys.items():
        yield Words(f"journeys.{name}", "touchpoint_id", path)


def _standing(params: Params) -> Iterator[Words]:
    """Yield the keys that name values which no table lists: they have to stand in some row."""
    service, outlook = params.service_standards, params.outlook
    for place, column, tables in (
        ("value.front", "root_cause_department", ("contacts",)),
        ("value.settled", "selfservice_result", ("events",)),
        ("outlook.attempts", "event", ("events",)),
        ("outlook.searches", "event", ("events",)),
        ("promises.use_events", "event", ("events",)),
        ("promises.goal_effects", "kpi", ("goals",)),
        ("weights.surveys", "survey_id", ("responses",)),
        ("pain_points.contact_item", "item_id", ("responses",)),
    ):
        yield _at(params, place, column, tables)
    if outlook.tried:
        yield Words("outlook.nothing", outlook.tried, outlook.nothing, "nothing" in outlook.model_fields_set, ("contacts",))
    responses = {*CONTRACTS["responses"].columns, *params.extra.get("responses", {})}  # an outcome is an item or one of these
    yield Words(
        "drivers.outcomes", "item_id", tuple(name for name in params.drivers.outcomes if name not in responses), True, ("responses",)
    )
    for name, persona in params.personas.defined.items():
        for column, rule in persona.rules.items():
            if isinstance(rule, tuple):
                yield Words(f"personas.defined.{name}.rules.{column}", column, rule, True, ("customers", "persons"))
    yield Words("service_standards.hours", service.unit, tuple(service.hours), True, ("contacts",))
    sellers = tuple(name for team in params.promises.teams.values() for name in team)
    yield Words("promises.teams", "seller_id", sellers, True, ("orders",))
    for place, table, told in (
        ("complaints.other", "contacts", params.complaints.other),
        ("welcome.installations", "orders", params.welcome.installations),
        ("weights.targets", "responses", params.weights.targets),
    ):
        for column, values in told.items():
            yield Words(f"{place}.{column}", column, tuple(values), True, (table,))


def _at(params: Params, place: str, column: str, tables: tuple[str, ...] = ()) -> Words:
    section, key = place.split(".")
    told: Any = getattr(getattr(params, section), key)
    given = () if told is None else (told,) if isinstance(told, str) else tuple(told)
    return Words(place, column, given, key in getattr(params, section).model_fields_set, tables)


def misnamed(
    bench: Workbench,
    tables: Mapping[str, Contract],
    params: Params,
    *,
    retired: Mapping[str, str] | None = None,
    unsure: Collection[str] = (),
) -> tuple[list[str], list[str]]:
    """Look for words of params that name nothing.

    Parameters
    ----------
    bench : Workbench
        Holds the tables under their names.
    tables : mapping
        Table → contract.
    params : Params
    retired : mapping of str to str, optional
        Old reason → the one that took it in.
    unsure : collection of str
        Tables of which some cells are not known; no word that may stand there is looked for.

    Returns
    -------
    (problems, hints)
        Refused are the client's own words where a list lacks them (reasons, touchpoints, items), and those of a key of which not one word
        stands in any row while one much like it does. Hints tell the rest, and what the suite presets in vain.
    """
    problems: list[str] = []
    hints: list[str] = []
    place = f"params/{params.client}.yml: "
    seen: dict[tuple[str, tuple[str, ...]], list[str] | None] = {}
    for one in words(params):
        where, told = _where(one, [*tables, *unsure], tables)
        if not one.words or not set(where).isdisjoint(unsure):
            continue
        if (one.column, where) not in seen:
            seen[one.column, where] = _levels(bench, tables, one.column, where)
        known = seen[one.column, where]
        strange = [word for word in dict.fromkeys(one.words) if known is not None and word not in known]
        if known is None or not strange:
            continue
        if not one.own:
            hints += _preset(place, one, strange, told) if told else []
        elif told or one.column == "item_id":
            problems += [_unlisted(place, one, word, known, told or "answers", retired or {}) for word in strange]
        else:
            slips = [word for word in strange if nearest(word, [level for level in known if level not in one.words])]
            refused = slips if len(strange) == len(set(one.words)) else []
            problems += [_absent(place, one, word, known, where) for word in refused]
            hints += [_absent(place, one, word, known, where) for word in strange if word not in refused]
    return problems, hints


def _where(one: Words, there: Collection[str], tables: Mapping[str, Contract]) -> tuple[tuple[str, ...], str]:
    """Return the tables in which words stand, and the name of the list, "" where there is none."""
    home = LISTS.get(one.column, "")
    if home in there:
        return (home,), home
    return one.tables or tuple(name for name, of in tables.items() if one.column in of.columns), ""


def _levels(bench: Workbench, tables: Mapping[str, Contract], column: str, where: Sequence[str]) -> list[str] | None:
    """Return the values that a column has; None where no table has the column, or no row a value: then nothing can be said."""
    cell = identifier(column)
    have = [name for name in where if name in tables and column in bench.columns(name)]
    found = {
        row[0] for name in have for row in bench.rows(f"SELECT DISTINCT {cell}::VARCHAR FROM {identifier(name)} WHERE {cell} IS NOT NULL")
    }
    return sorted(found) or None


def _unlisted(place: str, one: Words, word: str, known: Sequence[str], told: str, retired: Mapping[str, str]) -> str:
    if one.column == "reason_id" and word in retired:
        return f"{place}{one.key}: the reason {word!r} is retired. Use {retired[word]!r}, which took it in."
    return worded(f"{place}{one.key}", f"the {told} do not list", word, _like(word, known), label="They list")


def _absent(place: str, one: Words, word: str, known: Sequence[str], where: Sequence[str]) -> str:
    return worded(f"{place}{one.key}", f"no row of {' or '.join(where)} has the {one.column}", word, _like(word, known), label="Rows have")


def _preset(place: str, one: Words, strange: Sequence[str], told: str) -> list[str]:
    """Say of a key that is left out that what the suite presets is not on the client's list."""
    more = f" and {len(strange) - SHOWN} more" if len(strange) > SHOWN else ""
    lacks = "none of what is usual" if len(strange) == len(set(one.words)) else "not all that is usual"
    return [f"{place}{one.key}: is left out, and the {told} list {lacks} ({', '.join(strange[:SHOWN])}{more}). Name your own there."]


def _like(word: str, known: Sequence[str]) -> list[str]:
    """Order words by how much they are like a given one: messages show the first ones alone."""
    return sorted(known, key=lambda level: -SequenceMatcher(None, level.casefold(), word.casefold()).ratio())
