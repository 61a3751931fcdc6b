"""What Qualtrics writes besides answers: two lines below the columns' names, and what kind of response each row is.

A response's kind stands in the column Status, as a word in the language of the export or as a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfoNotFoundError

from cxlib.intake.workbench import Befallen, Raw, Workbench, identifier, literal
from cxlib.intake.zones import steady
from cxlib.params import Source

__all__ = ["header_faults", "odd_responses", "previews"]

STATUS, CHANNEL = "Status", "DistributionChannel"
_PREVIEWS = (
    *("Survey Preview", "Survey Test", "Survey Preview Spam", "Offline Survey Preview"),
    *("Umfragevorschau", "Umfragetest", "1", "2", "9", "17"),
)
_ANSWERS = ("IP Address", "IP-Adresse", "Imported", "Importiert", "Offline", "EX", "EX Offline", "0", "4", "16", "32", "48", "132")
_ZONE = re.compile(r"""["']timeZone["']\s*:\s*["']([^"']+)["']""")
_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']\s*:""")


def previews(source: Source, headers: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the words of previews and tests by the column that tells of them; nobody has to declare those.

    >>> previews(Source(table="responses", file="x.csv", format="qualtrics"), ["DistributionChannel", "Q1"])
    {'DistributionChannel': ('preview',)}
    """
    if source.format != "qualtrics":
        return {}
    return {STATUS: _PREVIEWS} if STATUS in headers else {CHANNEL: ("preview",)} if CHANNEL in headers else {}


def header_faults(records: Sequence[Sequence[str]], source: Source, where: str, timezone: str) -> list[str]:
    """Word a problem when the lines that are skipped below the names are not those that Qualtrics writes: they may be respondents.

    Parameters
    ----------
    records : sequence of sequence of str
        The first records of the file.
    source : Source
    where : str
        How messages name the file.
    timezone : str
        The client's.
    """
    last = source.header_line + source.skip_after_header
    if source.format != "qualtrics" or not source.skip_after_header:
        return []
    if len(records) >= last and any(map(_IMPORT_ID.match, records[last - 1])):
        return list(_zone_faults(records[source.header_line - 1], records[last - 1], source, where, timezone))
    seen = f"is {', '.join(records[last - 1])[:60]!r}" if len(records) >= last else "is not there"
    expected = "the questions' texts and then ImportIds below the columns' names"
    way = "Export again as CSV with all three rows, or declare `format: csv`, with `skip_after_header: 1` where only the texts stand there."
    return [f"{where}: Qualtrics writes {expected}, but the last of these lines {seen}. {way}"]


def _zone_faults(names: Sequence[str], marks: Sequence[str], source: Source, where: str, timezone: str) -> Iterator[str]:
    """Yield a problem for each zone in which Qualtrics wrote declared times, and which is not the one that params name."""
    zone, used = source.timezone or timezone, {header for parts in source.headers.values() for header in parts}
    columns: dict[str, list[str]] = {}
    for name, mark in zip(names, marks, strict=False):
        if name in used and (found := _ZONE.search(mark)):
            columns.setdefault("UTC" if found[1] == "Z" else found[1], []).append(name)
    for told, headers in columns.items():
        if told != zone and not _alike(told, zone):
            yield (
                f"{where}: {', '.join(headers)}: Qualtrics wrote these times in the zone {told}, as the third line of the file says, "
                f"and params name {zone}. Declare `timezone: {told}`."
            )


def _alike(told: str, zone: str) -> bool:
    try:
        return steady(told) == steady(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def odd_responses(bench: Workbench, raw: Raw, source: Source) -> Befallen:
    """Count what stays in and may be no answer: spam and statuses nobody knows, or all rows where nothing tells previews apart."""
    if source.format != "qualtrics":
        return {}
    if STATUS not in raw.headers:
        return {} if CHANNEL in raw.headers else {("previews_unknown", ""): raw.rows}
    known = ", ".join(map(literal, ("", *_ANSWERS, *_PREVIEWS, *source.ignore_rows.get(STATUS, ()))))
    status = f"trim({identifier(STATUS)})"
    found = bench.rows(f"SELECT {status}, count(*) FROM {identifier(raw.table)} WHERE {status} NOT IN ({known}) GROUP BY 1 ORDER BY 1")
    return {("odd_response", f"{STATUS} = {word}"): rows for word, rows in found}
