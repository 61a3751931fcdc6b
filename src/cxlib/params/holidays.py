"""Days on which the house is closed: public holidays of a country and state, and its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cxlib.errors import nearest, worded

__all__ = ["free_days", "region_fault"]


def free_days(
    country: str | None, state: str | None, also: Sequence[date], open_on: Sequence[date], first: date, last: date
) -> tuple[date, ...]:
    """Return the free days of a span, in order.

    Parameters
    ----------
    country, state : str or None
        Codes of ISO 3166: ``DE`` and ``HE``. Without a country only the house's own days are free.
    also, open_on : sequence of date
        Days on which the house is closed as well, and holidays on which it is open.
    first, last : date
        Both included.

    >>> [str(day) for day in free_days("DE", "HE", [date(2025, 12, 24)], [], date(2025, 12, 20), date(2025, 12, 31))]
    ['2025-12-24', '2025-12-25', '2025-12-26']
    """
    found = set(also)
    if country is not None:
        import holidays  # takes a moment to import, and most clients have no use for it

        found |= set(holidays.country_holidays(country, subdiv=state, years=range(first.year, last.year + 1)))
    return tuple(sorted(day for day in found - set(open_on) if first <= day <= last))


def region_fault(country: str | None, state: str | None) -> str:
    """Return what is wrong with a country and its state, "" where nothing is.

    >>> region_fault("DE", "HE"), region_fault("DE", "XX").split(". ")[0]
    ('', "holidays.state: 'DE' has no state 'XX'")
    """
    if country is None:
        return "" if state is None else f"holidays.state: {state!r} needs a country. State holidays.country, as in DE"
    import holidays

    known = holidays.list_supported_countries()
    if country not in known:
        hint = nearest(country, known)
        return worded("holidays.country", "there are no holidays of", country, do=f"Did you mean {hint}?" if hint else "Write it as in DE.")
    if state is not None and state not in known[country]:
        return f"holidays.state: {country!r} has no state {state!r}. It has: {', '.join(known[country])}"
    return ""
