"""Local time ↔ moment, as SQL: by adding where a zone's clock stands still, by the calendar only about the days on which it changes.

The two agree; adding is ten times as fast.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cxlib.intake.workbench import literal

__all__ = ["change_of", "local_of", "midnight", "moment_by_rule", "moment_of", "steady"]

YEARS = (2010, 2035)  # of exports; other years are rare and take the calendar
MARGIN = timedelta(days=1)  # wider than any two offsets are apart
Stretch = tuple[datetime, datetime, int]


def local_of(moment: str, zone: str) -> str:
    """Return SQL for the local time (TIMESTAMP) of a moment (TIMESTAMPTZ)."""
    added = f"make_timestamp(epoch_us({moment}) + {_offset(moment, steady(zone))})"
    return f"coalesce({added}, {moment} AT TIME ZONE {literal(zone)})"


def midnight(day: date, zone: str) -> datetime:
    """Return the moment at which a day begins on a zone's clock, also where a clock change skips or doubles its midnight.

    >>> midnight(date(2018, 11, 4), "America/Sao_Paulo").isoformat()
    '2018-11-04T03:00:00+00:00'
    """
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def moment_of(local: str, zone: str, careful: str) -> str:
    """Return SQL for the moment of a local time; what to make of it near a clock change, where it may be none or two, the caller says."""
    return f"coalesce(make_timestamptz(epoch_us({local}) - {_offset(local, steady(zone))}), {careful})"


def moment_by_rule(local: str, zone: str, skipped: str, doubled: str) -> str:
    """Return SQL for the moment of a local time that a clock change may skip (refuse, forward) or double (refuse, first, second).

    Near a change the time is read by the clock of the day before and by that of the day after, whatever they differ by; where it is one
    time, just one of the two readings, or both alike, is shown by the clock.
    """
    before, after, once, twice = _readings(local, zone)
    rules = {"refuse": "NULL", "forward": before, "first": before, "second": after}
    single = f"WHEN {_shows(before, zone, local)} THEN {before} WHEN {_shows(after, zone, local)} THEN {after}"
    return moment_of(local, zone, f"CASE WHEN {once} THEN {before} WHEN {twice} THEN {rules[doubled]} {single} ELSE {rules[skipped]} END")


def change_of(local: str, zone: str) -> str:
    """Return SQL that says of a local time whether a clock change skips or doubles it (skipped_hour, doubled_hour); NULL elsewhere."""
    before, after, once, twice = _readings(local, zone)
    none = f"NOT {_shows(before, zone, local)} AND NOT {_shows(after, zone, local)}"
    changed = f"CASE WHEN {once} THEN NULL WHEN {twice} THEN 'doubled_hour' WHEN {none} THEN 'skipped_hour' END"
    return f"CASE WHEN {_offset(local, steady(zone))} IS NULL THEN {changed} END"


def _readings(local: str, zone: str) -> tuple[str, str, str, str]:
    """SQL: a local time by the clock of the day before and of the day after, whether that is the same, and whether it is both."""
    there = f"{local}::TIMESTAMP"
    before = f"((({there} - INTERVAL 24 HOUR) AT TIME ZONE {literal(zone)}) + INTERVAL 24 HOUR)"
    after = f"((({there} + INTERVAL 24 HOUR) AT TIME ZONE {literal(zone)}) - INTERVAL 24 HOUR)"
    return before, after, f"{before} = {after}", f"{_shows(before, zone, local)} AND {_shows(after, zone, local)}"


def _shows(moment: str, zone: str, local: str) -> str:
    return f"({moment} AT TIME ZONE {literal(zone)}) = {local}::TIMESTAMP"


@lru_cache(maxsize=32)
def steady(zone: str) -> tuple[Stretch, ...]:
    """Return the stretches of time in which a zone's clock stands still: begin and end, a day off the changes, and seconds ahead of UTC.

    Whether a time of such a stretch is meant as local or as UTC makes no difference to its offset.

    >>> [(f"{begin:%d.%m.%Y}", f"{end:%d.%m.%Y}", ahead) for begin, end, ahead in steady("Europe/Berlin") if begin.year == 2025]
    [('31.03.2025', '24.10.2025', 7200), ('27.10.2025', '27.03.2026', 3600)]
    """
    place, first = ZoneInfo(zone), datetime(YEARS[0], 1, 1, 12)
    noons = [first + timedelta(days=day) for day in range((datetime(YEARS[1], 1, 1) - first).days)]
    ahead = [noon.replace(tzinfo=UTC).astimezone(place).utcoffset() or timedelta() for noon in noons]
    changed = [day for day in range(1, len(noons)) if ahead[day] != ahead[day - 1]]
    bounds = zip([0, *changed], [*changed, len(noons)], strict=True)
    return tuple((noons[begin] + MARGIN, noons[end - 1] - MARGIN, int(ahead[begin].total_seconds())) for begin, end in bounds)


def _offset(time: str, stretches: tuple[Stretch, ...]) -> str:
    """SQL: microseconds ahead of UTC, NULL near a change; found by halving, since a zone has some fifty stretches."""
    if len(stretches) == 1:
        begin, end, ahead = stretches[0]
        return f"CASE WHEN {time} >= {_at(begin)} AND {time} < {_at(end)} THEN {ahead * 1_000_000}::BIGINT END"
    later = stretches[len(stretches) // 2 :]
    return f"CASE WHEN {time} < {_at(later[0][0])} THEN {_offset(time, stretches[: -len(later)])} ELSE {_offset(time, later)} END"


def _at(time: datetime) -> str:
    return f"'{time.isoformat(sep=' ')}'"
