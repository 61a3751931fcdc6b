"""Local time ↔ moment, as SQL: by adding where a zone's clock stands still, by the calendar only about the days on which it changes.

The two agree; adding is ten times as fast.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cxlib.intake.workbench import literal

__all__ = ["local_of", "moment_of", "steady"]

YEARS = (2010, 2035)  # of exports; other years are rare and take the calendar
MARGIN = timedelta(days=1)  # wider than any two offsets are apart
Stretch = tuple[datetime, datetime, int]


def local_of(moment: str, zone: str) -> str:
    """Return SQL for the local time (TIMESTAMP) of a moment (TIMESTAMPTZ)."""
    added = f"make_timestamp(epoch_us({moment}) + {_offset(moment, steady(zone))})"
    return f"coalesce({added}, {moment} AT TIME ZONE {literal(zone)})"


def moment_of(local: str, zone: str, careful: str) -> str:
    """Return SQL for the moment of a local time; what to make of it near a clock change, where it may be none or two, the caller says."""
    return f"coalesce(make_timestamptz(epoch_us({local}) - {_offset(local, steady(zone))}), {careful})"


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
