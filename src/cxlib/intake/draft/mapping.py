"""Which header is which contract column: by how like their names are and by what the cells look like, each with its evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from cxlib.intake.draft.likeness import EXACT, likeness, meant, personal, plain, unit_of, words
from cxlib.intake.draft.profile import SURE, Profile
from cxlib.intake.draft.written import shown
from cxlib.tables import CLOCKS, CONTRACTS, Column

__all__ = ["FILLED_IN", "Match", "lacking", "matches", "rating", "table_of"]

LEAST = 0.4  # likeness times fit from which a header is proposed
LEAST_SCORE = 2.0  # of a table; a required column that is found counts 2
CLEAR = 0.05  # by which the second best has to lie behind
FEWEST_RATINGS = 3
# required columns that no export has: one value for all rows, which the analyst knows
FILLED_IN = {
    "customers": {"market": "b2c", "status": "active"},
    "invoices": {"format": "unknown"},
    "messages": {"kind": "informing", "type": "other"},
    "contacts": {"channel": "other"},
    "orders": {},
    "persons": {"role": "unknown"},
    "reviews": {"source": "portal"},
    "responses": {"survey_id": "survey", "wave": "1"},
}
_HOURS = ("uhrzeit", "time", "zeit", "hour", "stunde", "clock")


@dataclass(frozen=True)
class Match:
    """A header proposed for a contract column.

    Attributes
    ----------
    column : str
    headers : tuple of str
        Mostly one; day and time of day where they stand apart.
    sure : bool
        Name and cells both say so, and no other header says it as well.
    said : str
        The evidence, without a cell of the export.
    """

    column: str
    headers: tuple[str, ...]
    sure: bool
    said: str
    score: float


def table_of(name: str, found: Sequence[Profile]) -> tuple[str, list[Match], str]:
    """Propose the contract table of an export.

    Parameters
    ----------
    name : str
        Of the file and its sheet.
    found : sequence of Profile

    Returns
    -------
    (str, list of Match, str)
        The table, its columns, and why; "" in place of a table that none is like.
    """
    told = {table: matches(table, found) for table in words()["columns"]}
    hints = {table: any(set(word.split()) <= set(plain(name)) for word in known) for table, known in words()["tables"].items()}
    scores = {table: _score(table, given, found) + 1.5 * hints.get(table, False) for table, given in told.items()}
    best, second = sorted(scores, key=lambda table: -scores[table])[:2]
    required = lacking(best, ())
    have = {match.column for match in told[best]}
    said = f"{sum(column in have for column in required)} of the {len(required)} columns that {best} needs are there"
    said += ", and the file's name says so" if hints.get(best) else ""
    said += f"; perhaps {second}" if scores[second] > scores[best] - 1 else ""
    return (best if scores[best] >= LEAST_SCORE else ""), told[best], said


def _score(table: str, given: Sequence[Match], found: Sequence[Profile]) -> float:
    required = [
        column for column in CONTRACTS[table].required if column not in ("weight", "item_id", "item_type", "state", "survey_id", "wave")
    ]
    have = {match.column: match.score for match in given}
    score = sum(value * (2 if column in required else 1) for column, value in have.items())
    score -= sum(1.5 if column not in FILLED_IN.get(table, ()) else 0.5 for column in required if column not in have)
    if table == "responses":
        ratings = sum(rating(profile) for profile in found)
        score += min(ratings, 8) if ratings >= FEWEST_RATINGS and ratings >= len(found) / 5 else -3
    return score


def rating(profile: Profile) -> bool:
    """Tell whether a column holds answers on a scale: whole numbers, few different ones, more than yes and no."""
    numbers = [int(word) for word in profile.words if word.lstrip("+-").isdecimal()]
    inside = [number for number in numbers if 0 <= number <= 10]
    whole = profile.whole and profile.whole + profile.comma + profile.point >= 0.9 * profile.filled
    return bool(whole) and len(inside) >= 3 and len(inside) >= 0.6 * len(numbers) and profile.distinct <= 16


def matches(table: str, found: Sequence[Profile]) -> list[Match]:
    """Propose a header for each contract column, in contract order; a header serves one column."""
    columns = CONTRACTS[table].columns
    pairs = []
    for column, known in words()["columns"][table].items():
        for profile in found:
            like = likeness(profile.header, [*known, column.replace("_", " ")])
            fits = _fit(columns[column], profile, key=column in CONTRACTS[table].key[:1]) if like else 0.0
            fits *= 0.3 if columns[column].required and profile.filled < 0.9 * profile.rows else 1.0
            if like < EXACT and personal(profile.header):
                continue  # a telephone number is nobody's id, however like the name
            place = next((place for place, word in enumerate(known) if "".join(plain(profile.header)) == word.replace(" ", "")), len(known))
            if like * fits >= LEAST and not (personal(profile.header) and columns[column].kind == "text" and profile.text):
                pairs.append((like * fits - place / 1000, column, profile, like, fits))
    pairs.sort(key=lambda pair: -pair[0])
    taken: dict[str, Match] = {}
    for score, column, profile, like, fits in pairs:
        if column in taken or any(profile.header in match.headers for match in taken.values()):
            continue
        rivals = [other for lower, name, other, *_ in pairs if name == column and other is not profile and lower > score - CLEAR]
        sure = like == EXACT and fits == 1.0 and not rivals
        taken[column] = Match(column, (profile.header,), sure, _evidence(columns[column], profile, like, rivals), score)
    _by_cells(table, taken, found)
    if table == "responses" and "response_id" in taken and "respondent_id" not in taken:
        taken["respondent_id"] = replace(
            taken["response_id"], column="respondent_id", sure=False, said="no column of its own: is each row another person?"
        )
    _joined(table, taken, found)
    return [taken[column] for column in columns if column in taken]


def _by_cells(table: str, taken: dict[str, Match], found: Sequence[Profile]) -> None:
    """Propose what no name told for columns that every row needs: the one column whose cells could be it."""
    for column in CONTRACTS[table].columns.values():
        if column.name in taken or not column.required:
            continue
        free = [
            p
            for p in found
            if not any(
                p.header in match.headers and match.score > LEAST for match in taken.values() if match.column in CONTRACTS[table].required
            )
        ]
        if column.kind == "choice" and column.name in words()["values"]:
            fit = [p for p in free if p.category and p.filled >= 0.9 * p.rows and _understood(column, p) >= 0.7]
            said = "by its words alone"
        elif column.kind == "time":
            fit, said = [p for p in free if p.form and p.filled >= 0.9 * p.rows], "the only column of days or times"
        elif column.name in CONTRACTS[table].key[:1]:
            fit, said = (
                [p for p in free if p.unique and _fit(column, p, key=True) == 1.0 and p.mean_length <= 24],
                "the only column with a cell of its own in each row",
            )
        else:
            continue
        if len(fit) == 1 or (fit and column.kind == "choice"):
            for other in [name for name, match in taken.items() if fit[0].header in match.headers]:
                del taken[other]
            taken[column.name] = Match(column.name, (fit[0].header,), False, said, LEAST)


def _understood(column: Column, profile: Profile) -> float:
    return profile.share(sum(count for word, count in profile.words.items() if word in column.allowed or meant(column.name, word)))


def _joined(table: str, taken: dict[str, Match], found: Sequence[Profile]) -> None:
    """Put a time of day that stands in a column of its own beside its day."""
    by_name = {profile.header: profile for profile in found}
    clock = taken.get(CLOCKS.get(table, ""))
    form = by_name[clock.headers[0]].form if clock else None
    if clock is None or form is None or "%H" in form.form.removesuffix(" %H:%M:%S") or "%I" in form.form:
        return
    hours = [
        p
        for p in found
        if p.share(p.clock) >= SURE and set(plain(p.header)) & set(_HOURS) and not any(p.header in m.headers for m in taken.values())
    ]
    if hours:
        said = f"{clock.said}; the time of day in a column of its own"
        taken[clock.column] = replace(clock, headers=(clock.headers[0], hours[0].header), sure=False, said=said)


def _fit(column: Column, profile: Profile, *, key: bool) -> float:
    """Return how well cells go with a kind of column, 0 to 1."""
    if not profile.filled:
        return 0.0
    if column.kind in ("time", "date"):
        return 1.0 if profile.form else 0.0
    if column.kind in ("number", "count"):
        numbers = profile.share(profile.whole if column.kind == "count" else profile.numbers)
        numbers = max(numbers, profile.share(profile.clock)) if column.duration else numbers
        return 1.0 if numbers >= SURE else 0.6 if numbers >= 0.8 else 0.0
    if column.kind == "flag":
        known = sum(count for word, count in profile.words.items() if meant("flags", word))
        return 1.0 if known == profile.filled else 0.7 if profile.distinct == 2 else 0.0
    if column.kind == "choice":
        if not profile.category:
            return 0.0
        return 1.0 if _understood(column, profile) >= 0.5 else 0.7 if column.required else 0.2
    if column.kind == "id":
        if profile.text or profile.form or profile.at or profile.clock or profile.longest > 64 or profile.comma + profile.point:
            return 0.0
        return (
            1.0
            if not key or profile.unique
            else 0.9
            if profile.distinct >= SURE * profile.rows
            else 0.45
            if profile.distinct > profile.rows / 2
            else 0.0
        )
    if column.name == "text":
        return 1.0 if profile.text else 0.5 if profile.longest > 20 and not profile.category else 0.0
    return 0.0 if profile.form else 0.5 if profile.text or profile.at else 1.0


def _evidence(column: Column, profile: Profile, like: float, rivals: Sequence[Profile]) -> str:
    """Say why a header is proposed, in numbers and names of columns."""
    told = ["its name" if like == EXACT else "a name like it"]
    if profile.form:
        told.append(f"{profile.form.cells:,} of {profile.filled:,} are days or times")
    elif column.kind == "id":
        told.append("each row has its own" if profile.unique else f"{profile.distinct:,} different in {profile.filled:,}")
    elif column.kind in ("number", "count"):
        clock = profile.clock > profile.numbers
        told.append(f"{max(profile.numbers, profile.clock):,} of {profile.filled:,} are {'times on a clock' if clock else 'numbers'}")
    elif profile.category:
        told.append(f"{profile.distinct} word{'' if profile.distinct == 1 else 's'}")
    if column.duration and not unit_of(profile.header) and not profile.clock:
        told.append(f"is it {'seconds' if column.duration == 's' else 'hours'}?")
    if rivals:
        told.append(f"or {', '.join(shown(other.header) for other in rivals[:3])}?")
    return "; ".join(told)


def lacking(table: str, given: Collection[str]) -> list[str]:
    """Return the columns that every row of a table needs and that nothing was found for.

    >>> lacking("contacts", ["contact_id", "channel"])
    ['contact_ts']
    """
    made = ("weight", "item_id", "item_type", "state", *FILLED_IN.get(table, ()))
    return [column for column in CONTRACTS[table].required if column not in given and column not in made]
