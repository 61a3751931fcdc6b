"""A source of params as lines of YAML: what is proposed, its evidence as comments, and the marks that have to be confirmed."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cxlib.intake.draft.likeness import hinted, meant, personal, unit_of
from cxlib.intake.draft.looking import Look
from cxlib.intake.draft.mapping import FILLED_IN, Match, lacking
from cxlib.intake.draft.profile import Form, Profile
from cxlib.intake.draft.ratings import Seen
from cxlib.intake.draft.written import flow, line, marked, scalar, shown
from cxlib.tables import CONTRACTS, Column

__all__ = ["scale_lines", "source_lines", "spans"]

TYPED = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S")
MOST_LEFT = 60  # headers named among those that are not taken
_HINTS = {"phone": ("anruf", "call", "telef", "tk-", "tk_"), "email": ("mail",), "chat": ("chat",)}  # in names of files


def source_lines(look: Look, name: str, file: str, options: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of one source.

    Parameters
    ----------
    look : Look
    name : str
        Of the source.
    file : str
        Below the client's raw folder.
    options : mapping of str to str
        Keys that only a trial shows to be needed, with what is proposed.
    """
    export = look.export
    yield line(2, name)
    yield line(4, "table", look.table if look.matches else marked(look.table), look.why)
    yield line(4, "file", scalar(file))
    for key in ("format", "sheet", "delimiter", "header_line"):
        if key in export.declared and (key, export.declared[key]) != ("delimiter", ","):
            yield line(4, key, scalar(export.declared[key]), export.evidence.get(key, ""))
    for key, value in export.guessed.items():
        yield line(4, key, marked(scalar(value)), export.evidence.get(key, ""))
    yield from _numbers(look)
    yield from _moments(look)
    for key, value in options.items():
        yield line(4, key, marked(value), "cx check would refuse the file otherwise")
    yield from _columns(look)
    yield from _constants(look, file)
    yield from _values(look)
    yield from _units(look)
    yield from _cells(look)
    yield from _items(look)
    yield from _left(look)


def _matched(look: Look, *kinds: str) -> list[tuple[Match, Column, Profile]]:
    columns = CONTRACTS[look.table].columns
    told = [(match, columns[match.column], look.profiles[match.headers[0]]) for match in look.matches]
    return [one for one in told if one[1].kind in kinds]


def _numbers(look: Look) -> Iterator[str]:
    """Decimal and thousands signs of a text file, as its numbers show them."""
    if look.typed:
        return
    used = [profile for _, _, profile in _matched(look, "number", "count")]
    comma, point = sum(p.comma for p in used), sum(p.point for p in used)
    if not comma and not point:
        return
    sign, most = (",", comma) if comma >= point else (".", point)
    unsure = sum(p.grouping for p in used) >= most or min(comma, point)
    said = f"{most:,} of {comma + point:,} numbers with a sign have this one"
    said += "; or it groups thousands: look at some" if sum(p.grouping for p in used) >= most else ""
    if sign == "," or unsure:
        yield line(4, "decimal", marked(scalar(sign)) if unsure else scalar(sign), said)
    if grouped := sum(p.thousands for p in used):
        yield line(4, "thousands", scalar("." if sign == "," else ","), f"{grouped:,} numbers have both signs")


def _moments(look: Look) -> Iterator[str]:
    """Formats of days and times; one that reads day and month either way is a guess."""
    formats: dict[str, str] = {}
    for kind in ("date", "time"):
        told = {match: _form(look, match, profile) for match, _, profile in _matched(look, kind) if profile.form}
        if not told:
            continue
        main, _ = Counter(form.form for form in told.values()).most_common(1)[0]
        if " UTC" in main:
            yield line(4, "timezone", "UTC", "the times say so")
        formats |= {match.column: form.form for match, form in told.items() if form.form != main}
        if look.typed and main in TYPED:
            continue
        alike = [form for form in told.values() if form.form == main]
        cells, filled = (
            sum(form.cells for form in alike),
            sum(look.profiles[m.headers[0]].filled for m, form in told.items() if form.form == main),
        )
        either = next((form.other for form in alike), "") if all(form.other for form in alike) else ""
        said = f"{cells:,} of {filled:,} cells can be read so" + (f"; and so can {either}: which is the day?" if either else "")
        yield line(4, f"{kind}_format", marked(scalar(main)) if either else scalar(main), said)
    formats = {column: form for column, form in formats.items() if not (look.typed and form in TYPED)}
    if formats:
        yield line(4, "formats", flow(formats))


def _form(look: Look, match: Match, profile: Profile) -> Form:
    if profile.form is None or len(match.headers) == 1:
        return profile.form or Form("", 0, "", "")
    clock = look.profiles[match.headers[1]]
    day = profile.form.form.partition(" ")[0] if look.typed else profile.form.form
    form = f"{day} {'%H:%M:%S' if clock.long_clock or look.typed else '%H:%M'}"
    return Form(form, profile.form.cells, profile.form.first, profile.form.last, profile.form.other)


def spans(look: Look, *columns: str) -> list[tuple[str, str]]:
    """Return the first and the last day of some time columns, as far as they were found."""
    found = [profile.form for match, _, profile in _matched(look, "time", "date") if match.column in columns]
    return [(form.first, form.last) for form in found if form]


def _columns(look: Look) -> Iterator[str]:
    """The column map: one mark for all that name and cells speak for, another for each that is doubtful."""
    sure = sum(match.sure for match in look.matches)
    more = "; the doubtful ones are marked again" if sure < len(look.matches) else ""
    if look.matches:
        yield line(4, "columns", marked(), f"that these are {look.table}, and {sure} columns by name and cells{more}")
    else:
        yield line(4, "columns", "{}")
    for match in look.matches:
        header = scalar(match.headers[0]) if len(match.headers) == 1 else flow(match.headers)
        asks = match.sure and "is it" not in match.said
        yield line(6, match.column, header if asks else marked(header), match.said)
    for column in lacking(look.table, [match.column for match in look.matches]):
        yield f"      # {column}: needed, and no column looks like it. Name its header here, or one value for all rows under `constants`."


def _constants(look: Look, file: str) -> Iterator[str]:
    given = {match.column for match in look.matches}
    told = dict(FILLED_IN.get(look.table, {}))
    told |= dict(look.shape.constants) if look.shape else {}
    if "survey_id" in told:
        told["survey_id"] = "".join(letter if letter.isalnum() else "_" for letter in file.rpartition("/")[2].partition(".")[0].casefold())
    if look.table == "contacts":
        hints = [channel for channel, known in _HINTS.items() if any(word in file.casefold() for word in known)]
        told["channel"] = hints[0] if hints else "other"
    told = {column: value for column, value in told.items() if column not in given}
    currency = {profile.unit: "" for _, column, profile in _matched(look, "number") if profile.unit not in ("", "%")}
    if currency and "currency" in CONTRACTS[look.table].columns:
        told["currency"] = {"€": "EUR", "$": "USD", "£": "GBP"}.get(next(iter(currency)), next(iter(currency)))
    if told:
        yield line(4, "constants", marked(flow(told)), "no column says so: one value for all rows")


def _values(look: Look) -> Iterator[str]:
    """Which word of the file is which of the contract; those that nobody knows are marked one by one."""
    blocks: list[str] = []
    for match, column, profile in _matched(look, "choice", "flag"):
        known = dict(look.shape.values.get(column.name, {})) if look.shape else {}
        told = {word: known.get(word) or _word(column, word) for word in sorted(profile.words, key=str.casefold)}
        needed = {word: ours for word, ours in told.items() if ours != word and not (column.kind == "flag" and word.lower() == ours)}
        if not needed:
            continue
        sure = sum(profile.words[word] for word, ours in told.items() if ours)
        blocks.append(line(6, match.column, marked(), f"{sure:,} of {profile.filled:,} cells are words that are known"))
        for word, ours in needed.items():
            other = "other" if "other" in column.allowed else "unknown" if "unknown" in column.allowed else ""
            likely = ours or hinted(column.name, word) or other
            asks = _rows(profile.words[word]) + ("" if ours else f"; is it? One of: {', '.join(column.allowed) or 'true, false'}")
            blocks.append(line(8, word, scalar(ours) if ours else marked(scalar(likely)), asks))
    if blocks:
        yield line(4, "values")
        yield from blocks


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _word(column: Column, word: str) -> str:
    if column.kind == "flag":
        return meant("flags", word)
    return word if word in column.allowed else meant(column.name, word)


def _units(look: Look) -> Iterator[str]:
    for match, column, profile in _matched(look, "number"):
        unit = unit_of(match.headers[0])
        if profile.clock > profile.numbers and not look.typed:
            long = profile.long_clock == profile.clock
            told = scalar("h:m:s" if long else "m:s")
            yield from _unit(look, match, told if long else marked(told), "0:03:25" if long else "3:25; or is it h:m?")
        elif column.duration and unit and unit != column.duration:
            yield from _unit(look, match, scalar(unit), "as the header says")
        elif profile.unit and profile.beside:
            yield from _unit(look, match, scalar(profile.unit), f"{profile.beside:,} cells")


def _unit(look: Look, match: Match, told: str, said: str) -> Iterator[str]:
    first = next(one for one in look.matches if _has_unit(look, one))
    if match is first:
        yield line(4, "units")
    yield line(6, match.column, told, said)


def _has_unit(look: Look, match: Match) -> bool:
    column, profile, unit = CONTRACTS[look.table].columns[match.column], look.profiles[match.headers[0]], unit_of(match.headers[0])
    if column.kind != "number":
        return False
    clock = profile.clock > profile.numbers and not look.typed
    return clock or bool(column.duration and unit and unit != column.duration) or bool(profile.unit and profile.beside)


def _cells(look: Look) -> Iterator[str]:
    """Cells that mean nothing and rows that are none."""
    if look.empty:
        said = ", ".join(f"{word} in {count:,} cells" for word, count in look.empty.items()) + ": no value, or somebody's name?"
        yield line(4, "missing", marked(flow(["", *look.empty])), said)
    rows: dict[str, tuple[list[str], str]] = {
        header: (list(found), ", ".join(f"{word} in {_rows(count)}" for word, count in found.items())) for header, found in look.odd.items()
    }
    for header, word in (look.shape.ignore_rows if look.shape else {}).items():
        if header in look.profiles and look.profiles[header].filled < look.profiles[header].rows:
            empty = look.profiles[header].rows - look.profiles[header].filled
            rows[header] = ([word], f"{empty:,} rows without it")
    if rows:
        yield line(4, "ignore_rows", marked())
        for header, (found_words, said) in rows.items():
            yield line(6, header, flow(found_words), said)


def _items(look: Look) -> Iterator[str]:
    if not look.items:
        return
    kinds = Counter(item.item_type for item in look.items)
    yield line(
        4,
        "items",
        marked(),
        f"{', '.join(f'{count} {kind}' for kind, count in kinds.items())}: look at the types; touchpoint_id says where each belongs",
    )
    for item in look.items:
        told = {"item_type": item.item_type} | ({"scale": item.scale} if item.scale else {})
        words = " ".join(item.words.split())[:120]
        told |= {item.language: words} if words else {}
        yield line(6, item.header, flow(told), item.why)


def scale_lines(scales: Mapping[str, Seen]) -> Iterator[str]:
    """Yield the scales of all surveys, a line each."""
    for name, seen in scales.items():
        states = dict.fromkeys(seen.codes, "no_answer")
        best = "low" if (seen.low, seen.high) == (1, 6) else "high"
        inner = f"low: {seen.low}, high: {seen.high}, best: {best}" + (f", states: {flow(states)}" if states else "")
        said = f"{seen.columns} column{'' if seen.columns == 1 else 's'}, {seen.least} to {seen.most} seen"
        codes = ", ".join(f"{code} in {count:,} cells" for code, count in seen.codes.items())
        said += f"; beside it {codes}: no_answer, not_used or not_asked?" if codes else ""
        said += f"; is {seen.high} a rating, or a code?" if seen.high == 6 else ""
        yield line(2, name, marked("{" + inner + "}"), said)


def _left(look: Look) -> Iterator[str]:
    """Headers that are not taken over, as comments; of their cells, nothing but how many words there are."""
    if look.doubtful:
        yield from _wrapped(
            "look like ratings, and nothing else speaks for it; add a line each under `items` where they are",
            [shown(one) for one in look.doubtful],
        )
    known = set(look.shape.known if look.shape else ())
    told = [shown(p.header) + _about(p) for p in look.left if p.header not in known and p.header not in look.doubtful]
    if told:
        more = [f"and {len(told) - MOST_LEFT} more"] if len(told) > MOST_LEFT else []
        yield from _wrapped("not taken over; declare some under `extra` to group by them", told[:MOST_LEFT] + more)


def _about(profile: Profile) -> str:
    if not profile.filled:
        return " (empty)"
    if personal(profile.header) or profile.at:
        return " (personal)"
    if profile.text:
        return " (sentences)"
    return f" ({profile.distinct} word{'' if profile.distinct == 1 else 's'})" if profile.words else ""


def _wrapped(heading: str, told: Sequence[str]) -> Iterator[str]:
    for part in textwrap.wrap(f"{heading}: {', '.join(told)}", 120, break_long_words=False):
        yield f"    # {part}"
