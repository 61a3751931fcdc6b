"""Arguments that every noun takes, refused in one place: levels, numbers of draws, smallest numbers, lists of names."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real

from cxlib.errors import DataError, worded

__all__ = ["check"]

LISTS = ("by", "items", "outcomes", "adjust", "within")


def check(**given: object) -> None:
    """Refuse arguments that mean nothing; None, for what was left out, passes.

    Parameters
    ----------
    **given
        ``level`` lies between 0 and 1; ``by``, ``items``, ``outcomes``, ``adjust`` and ``within`` are lists of names, not one name;
        ``seed`` is a whole number; every other one (``draws``, ``min_n`` …) is a whole number that is not negative.

    Raises
    ------
    DataError
        One message an argument.

    >>> check(level=0.95, draws=500, by=["region"], min_n=None)
    """
    problems = [problem for name, value in given.items() if value is not None and (problem := _problem(name, value))]
    if problems:
        raise DataError(*problems)


def _problem(name: str, value: object) -> str:
    if name in LISTS:
        named = isinstance(value, str) or not isinstance(value, Iterable)
        return worded(name, "a list of names is wanted, this is one:", value, do=f"Write [{value!r}].") if named else ""
    if name == "level":
        inside = isinstance(value, Real) and 0 < float(value) < 1
        return "" if inside else worded(name, "a confidence level lies between 0 and 1, not at", value, do="Write 0.95 for 95 %.")
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if name == "seed":
        return "" if whole else worded(name, "a seed is a whole number, not", value)
    return "" if whole and int(value) >= 0 else worded(name, "a whole number from 0 on is wanted, not", value)  # type: ignore[call-overload]
