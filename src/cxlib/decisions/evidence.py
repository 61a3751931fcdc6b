"""The evidence grade of an answer, computed from what the answer rests on.

A *established*: the interval excludes the alternative, the quality check passed where reasons are used, coverage is at least 80 %.
B *probable*: one of these is missing. C *indication*: a proxy, a mere hint, n below the limit, or more than one missing.
D *judgement*: a person's rating. An answer of several sentences has the grade of its weakest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

__all__ = ["Grade", "grade", "weakest"]


@dataclass(frozen=True)
class Grade:
    """A grade and why it is no better.

    Attributes
    ----------
    letter : str
        "A" to "D".
    reasons : tuple of str
        Keys of the words that say why: ``interval``, ``coverage``, ``gate``, ``proxy``, ``hint``, ``n``, ``judgement``, ``unanswered``;
        ("all",) or ("counted",) for A.
    """

    letter: str
    reasons: tuple[str, ...]


def grade(
    estimate: Mapping[str, Any],
    *,
    against: float | Mapping[str, Any] | None = None,
    coverage: float | None = None,
    gate: bool | None = None,
    counted: bool = False,
    proxy: bool = False,
    hint: bool = False,
    judgement: bool = False,
    min_coverage: float = 0.8,
    min_n: int = 30,
) -> Grade:
    """Grade the answer that rests on one row of ESTIMATES.

    Parameters
    ----------
    estimate : mapping
        The row the answer rests on.
    against : float or row, optional
        The alternative that the interval has to exclude: a value, or another row whose interval must not overlap.
        Left out, the row's own interval has to exist.
    coverage : float, optional
        Share (0–1) of what should have been measured that was; unknown counts as missing.
    gate : bool, optional
        Whether the quality check of the contact reasons passed; None where no reasons are used.
    counted : bool
        The figure is a complete count and needs no interval.
    proxy, hint, judgement : bool
        The figure stands for another one; it only hints at what could not be shown; it is a person's rating.
    min_coverage : float
        Share that has to be covered for A.
    min_n : int
        Answers below which the grade is C.

    Returns
    -------
    Grade

    >>> row = {"value": 40.4, "low": 37.4, "high": 43.4, "n": 2746}
    >>> grade(row, against=0.0, coverage=0.97)
    Grade(letter='A', reasons=('all',))
    >>> grade(row, against=40.0, coverage=0.97)
    Grade(letter='B', reasons=('interval',))
    """
    if judgement:
        return Grade("D", ("judgement",))
    if pd.isna(estimate["value"]):
        return Grade("C", ("unanswered",))
    if counted:
        return Grade("A", ("counted",))
    weak = [name for name, holds in (("proxy", proxy), ("hint", hint), ("n", pd.notna(estimate["n"]) and estimate["n"] < min_n)) if holds]
    if weak:
        return Grade("C", tuple(weak))
    missing = [] if _excludes(estimate, against) else ["interval"]
    missing += [] if coverage is not None and coverage >= min_coverage else ["coverage"]
    missing += ["gate"] if gate is False else []
    return Grade("ABC"[min(len(missing), 2)], tuple(missing) or ("all",))


def weakest(grades: Sequence[Grade]) -> Grade:
    """Return the grade of an answer that says several things: the worst letter, with every reason for it.

    Parameters
    ----------
    grades : sequence of Grade
        One a sentence of the answer.

    >>> weakest([Grade("A", ("all",)), Grade("C", ("hint",)), Grade("C", ("n",))])
    Grade(letter='C', reasons=('hint', 'n'))
    """
    letter = max(one.letter for one in grades)
    return Grade(letter, tuple(dict.fromkeys(reason for one in grades if one.letter == letter for reason in one.reasons)))


def _excludes(estimate: Mapping[str, Any], against: float | Mapping[str, Any] | None) -> bool:
    low, high = estimate["low"], estimate["high"]
    if pd.isna(low) or pd.isna(high):
        return False
    if against is None:
        return True
    other_low, other_high = (against["low"], against["high"]) if isinstance(against, Mapping | pd.Series) else (against, against)
    return bool(high < other_low or low > other_high)
