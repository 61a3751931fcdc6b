"""Column names of a raw table: each once, whatever the file writes, and the declared ones beyond doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cxlib.params import Source, composed

__all__ = ["bare", "declared", "distinct", "doubled"]

_INVISIBLE = " \t\r\n\u00a0\u2007\u202f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"  # blanks, and marks that nobody sees


def bare(name: str) -> str:
    """Take blanks and invisible marks off both ends of a column's name: nobody could declare what nobody sees.

    >>> bare("\\ufeff Id\\u200b")
    'Id'
    """
    return composed(name.strip(_INVISIBLE))


def declared(source: Source) -> set[str]:
    """Return the headers that a source names."""
    return {header for parts in source.headers.values() for header in parts} | set(source.items)


def distinct(header: Sequence[str]) -> list[str]:
    """Name empty and doubled columns by their place; names that differ in case alone are doubled, as SQL ignores case.

    >>> distinct(["Id", "Text", "TEXT", ""])
    ['Id', 'Text (2)', 'TEXT (3)', 'column (4)']
    """
    times = Counter(name.casefold() for name in header)
    seen = {"row"}  # the bench's own column
    names = []
    for place, name in enumerate(header, start=1):
        fresh = f"{name or 'column'} ({place})" if not name or times[name.casefold()] > 1 or name.casefold() in seen else name
        while fresh.casefold() in seen:
            fresh += "'"
        seen.add(fresh.casefold())
        names.append(fresh)
    return names


def doubled(header: Sequence[str], source: Source, where: str) -> list[str]:
    """Word a problem for each declared column that the header holds more than once.

    >>> source = Source(table="contacts", file="x.csv", columns={"text": "Text"})
    >>> doubled(["Id", "Text", "TEXT"], source, "x.csv")
    ["x.csv: the column 'Text' stands 2 times in the header, capitals aside. Declare the one that is meant: 'Text (2)' or 'TEXT (3)'."]
    """
    names = distinct(header)
    problems = []
    for name in sorted(declared(source) or set(header)):
        places = [place for place, other in enumerate(header) if other.casefold() == name.casefold()]
        if name and len(places) > 1 and name not in names:
            ways = " or ".join(repr(names[place]) for place in places)
            aside = ", capitals aside" if len({header[place] for place in places}) > 1 else ""
            problems.append(
                f"{where}: the column {name!r} stands {len(places)} times in the header{aside}. Declare the one that is meant: {ways}."
            )
    return problems
