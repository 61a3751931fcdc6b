"""What a driver analysis gives back."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlib.estimates.results import Result

__all__ = ["COLUMNS", "Drivers"]

COLUMNS = (
    "item",
    "share",
    "r2_part",
    "low",
    "high",
    "rank_low",
    "rank_high",
    "share_users",
    "coefficient",
    "coefficient_low",
    "coefficient_high",
    "q",
    "n_users",
    "note",
)


@dataclass(frozen=True, eq=False)
class Drivers(Result):
    """What goes with an outcome, and how sure that is.

    Attributes
    ----------
    outcome : str
    table : DataFrame
        One row a player (an item, or a group of items): ``item``; ``share`` of what is explained (adds up to 1) with ``low`` and
        ``high``; ``r2_part`` (adds up to R²); ``rank_low`` and ``rank_high``; ``share_users``, the share among those who used it;
        ``coefficient``, points of the outcome that go with one point more of the rating among users when all else stays, with its
        interval and ``q`` (Benjamini–Hochberg over the table); ``n_users``; ``note``.
    checks : DataFrame
        ESTIMATES without an item: what the model as a whole holds.
    estimates : DataFrame
        All figures as ESTIMATES, with ``draws`` that align with those of every other figure.
    """

    outcome: str
    table: pd.DataFrame
    checks: pd.DataFrame
    estimates: pd.DataFrame
