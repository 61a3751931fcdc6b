"""From answers to columns: what each player is made of, and which of its cells are known.

An item that some people never used is two columns, ``used`` and ``used·(rating − centre)``: who never used it has no rating, and that
is no gap. Met but not answered leaves the rating open; not asked leaves both open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.sampling import Sample, sample
from cxlib.survey import NOT_ASKED, by_respondent, questionnaires
from cxlib.survey.drivers.outcome import outcome_of
from cxlib.tables import STATES

__all__ = ["NEVER_USED", "NO_ANSWER", "NO_SPREAD", "Design", "design"]

NEVER_USED, NO_ANSWER, NOT_ASKED_AT_ALL, NO_SPREAD = "never used", "no answer", "not asked", "no spread"
NOT_USED = STATES.index("not_used")
OUTCOME = "__outcome__"


@dataclass(frozen=True, eq=False)
class Design:
    """Columns of a driver analysis.

    Attributes
    ----------
    players : tuple of str
        Names of what is compared: items, or groups of items.
    out : mapping of str to str
        Players that cannot be compared, and why.
    items : tuple of str
        The items that take part.
    player : array (items,)
        Position of each item's player in `players`.
    use : array (items,)
        Number of each item's ``used`` column; −1 where everybody met it.
    table : array (n, q)
        Ratings less their centre (0 where never used), then ``used`` columns, then the outcome; NaN where unknown.
    met : array (n, items)
        1 used it, 0 never did, NaN unknown.
    chosen : Sample
        Weights and clusters of the rows.
    people : DataFrame
        Who answered, row by row.
    centre : array (items,)
        What was taken off the ratings.
    left_out : int
        Questionnaires that were asked the items but give no outcome.
    """

    players: tuple[str, ...]
    out: Mapping[str, str]
    items: tuple[str, ...]
    player: np.ndarray
    use: np.ndarray
    table: np.ndarray
    met: np.ndarray
    chosen: Sample
    people: pd.DataFrame
    centre: np.ndarray
    left_out: int

    @property
    def groups(self) -> list[list[int]]:
        """The columns of each player."""
        columns: list[list[int]] = [[] for _ in self.players]
        for number, player in enumerate(self.player):
            columns[player] += [number, *([int(self.use[number])] if self.use[number] >= 0 else [])]
        return columns

    @property
    def weight(self) -> np.ndarray:
        """Sampling weights."""
        return self.chosen.weight

    @property
    def outcome(self) -> np.ndarray:
        """The outcome, row by row."""
        return np.asarray(self.table[:, -1], dtype=float)

    def only(self, some: np.ndarray) -> Design:
        """Return the design of some of the rows, array (n,) of bool."""
        chosen = self.chosen
        cluster, codes = np.unique(chosen.cluster[some], return_inverse=True)
        unit = np.unique(chosen.unit[some], return_inverse=True)[1]
        fewer = replace(
            chosen,
            group=chosen.group[some],
            weight=chosen.weight[some],
            cluster=codes,
            cluster_ids=chosen.cluster_ids[cluster],
            stratum=None if chosen.stratum is None else chosen.stratum[some],
            n=np.array([len(np.unique(unit))]),
            unit=unit,
            rows=chosen.rows[some],
        )
        return replace(self, table=self.table[some], met=self.met[some], chosen=fewer, people=self.people[some])

    def users(self, player: int) -> np.ndarray:
        """Tell which rows are known to have used any of a player's items."""
        return np.asarray((self.met[:, self.player == player] == 1).any(axis=1))

    def count_users(self, player: int) -> int:
        """Return how many respondents are known to have used any of a player's items; who answered two waves counts once."""
        return len(np.unique(self.chosen.unit[self.users(player)]))


def design(
    responses: pd.DataFrame,
    *,
    outcome: str,
    items: Sequence[str],
    groups: Mapping[str, str] | None,
    centre: float | None = None,
    options: Sampling,
    twins_from: float = 0.0,
) -> Design:
    """Lay out the columns of a driver analysis.

    Parameters
    ----------
    responses, outcome, items, groups
        As in :func:`cxlib.survey.drivers.fit`.
    centre : float, optional
        What is taken off every rating; each item's mean when left out. No figure depends on it.
    options : Sampling
        Weight, cluster, stratum.
    twins_from : float
        Effective answers from which items that hold the same answers are refused: a handful of people agree by chance.

    Raises
    ------
    DataError
        For an outcome that is among the items, nowhere, in both places, or not the same within a questionnaire; for items and
        groups that do not fit, items that hold the same answers, and impossible weights.
    """
    items = tuple(items)
    _check(items, groups)
    asked = questionnaires(responses, items)
    given = outcome_of(responses, outcome, asked.people["response_id"], items=items)
    _on_scale(items, asked.value, asked.low, asked.high)
    _on_scale([outcome], given.value[:, None], np.array([given.low]), np.array([given.high]))
    answers, state = given.value, asked.state
    was_asked = (state != NOT_ASKED).any(axis=1)
    people = asked.people.assign(**{OUTCOME: np.where(was_asked, answers, np.nan)})
    chosen = sample(people, [OUTCOME], (), by_respondent(options))
    met = np.select([state == NOT_USED, state == NOT_ASKED], [0.0, np.nan], 1.0)[chosen.rows]
    rating = np.where(met == 0, 0.0, asked.value[chosen.rows])
    why = {item: reason for number, item in enumerate(items) if (reason := _unusable(rating[:, number], met[:, number]))}
    kept = [number for number, item in enumerate(items) if item not in why]
    names = [(groups or {}).get(item, item) for item in items]
    players = tuple(dict.fromkeys(names[number] for number in kept))
    out = {name: why[item] for name, item in zip(names, items, strict=True) if item in why and name not in players}
    rating, met, items, names = rating[:, kept], met[:, kept], tuple(items[number] for number in kept), [names[n] for n in kept]
    player = np.array([players.index(name) for name in names], dtype=int)
    if len(rating) and chosen.kish()[0] >= twins_from:
        _no_twins(rating, met, items, player)
    dummies = (met == 0).any(axis=0)
    use = np.where(dummies, len(items) - 1 + np.cumsum(dummies), -1)
    middle = _middle(rating, met, chosen.weight) if centre is None else np.full(len(items), centre)
    rating = np.where(met == 0, 0.0, rating - middle)
    table = np.column_stack([rating, met[:, dummies], people[OUTCOME].to_numpy()[chosen.rows]])
    left_out = int((was_asked & np.isnan(answers)).sum())
    return Design(players, out, items, player, use, table, met, chosen, people.iloc[chosen.rows], middle, left_out)


def _check(items: tuple[str, ...], groups: Mapping[str, str] | None) -> None:
    if not items:
        raise DataError("items: none were named. Name the item_ids whose ratings are compared.")
    unknown = [name for name in groups or {} if name not in items]
    if unknown:
        raise DataError(*(worded("groups", "there is no such item among the items:", name, items, label="Items") for name in unknown))


def _on_scale(items: Sequence[str], value: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    with np.errstate(invalid="ignore"):
        off = (value < low) | (value > high)
    if off.any():
        row, column = np.argwhere(off)[0]
        scale = f"{low[column]:g}–{high[column]:g}"
        raise DataError(worded(items[column], f"an answer lies outside the scale {scale}:", f"{value[row, column]:g}"))


def _unusable(rating: np.ndarray, met: np.ndarray) -> str:
    """Say why an item cannot be compared; "" where it can."""
    rated = rating[(met == 1) & ~np.isnan(rating)]
    if not (met == 1).any():
        return NEVER_USED if (met == 0).any() else NOT_ASKED_AT_ALL
    if not len(rated):
        return NO_ANSWER
    return NO_SPREAD if np.ptp(rated) == 0 else ""


def _no_twins(rating: np.ndarray, met: np.ndarray, items: tuple[str, ...], player: np.ndarray) -> None:
    """Refuse two items that hold the same answers and are not one player: no order of entry tells them apart."""
    held = np.where(met == 1, rating, -1.0)
    for one, other in combinations(range(len(items)), 2):
        if player[one] != player[other] and np.array_equal(held[:, one], held[:, other], equal_nan=True):
            raise DataError(
                f"items: {items[one]!r} and {items[other]!r} hold the same answers. Group them (groups=) or leave one of them out."
            )


def _middle(rating: np.ndarray, met: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return each item's mean among its users."""
    rated = (met == 1) & ~np.isnan(rating)
    return np.asarray((weight[:, None] * np.where(rated, rating, 0.0)).sum(axis=0) / (weight[:, None] * rated).sum(axis=0))
