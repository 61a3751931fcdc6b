"""What survey answers say: scores, and how sure they are.

Here stands what all of the room shares: which rows of the long table *responses* a figure rests on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.tables import MEASURED, STATES

__all__ = ["Questionnaires", "answered", "asked", "by_respondent", "questionnaires"]

NOT_ASKED = STATES.index("not_asked")


def asked(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Return the rows of some item types, whatever their state; by touchpoint, those that belong to one.

    Levels of respondents' groups with fewer than `min_n` respondents are pooled as "other"; what is measured is never pooled.
    """
    if responses.empty:
        return responses
    rows = responses[responses["item_type"].isin(types)]
    if "touchpoint_id" in by:
        rows = rows[rows["touchpoint_id"].notna()]
    people = [name for name in by if name in rows.columns and name not in MEASURED]
    if not min_n or rows.empty:
        return rows
    return rows.assign(**{name: estimates.coarsen(rows[name], min_n=min_n, count=rows["respondent_id"]) for name in people})


def answered(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Return the answered rows of some item types; see :func:`asked`."""
    rows = asked(responses, types, by=by, min_n=min_n)
    return rows[rows["state"] == "answered"] if len(rows) else rows


def by_respondent(options: Sampling) -> Sampling:
    """Fill in what holds for every survey: the table's weights, one respondent's answers belong together, n counts respondents."""
    filled: Sampling = {"weight": "weight", "count": "respondent_id", **options}
    filled["cluster"] = options.get("cluster") or "respondent_id"
    return filled


@dataclass(frozen=True, eq=False)
class Questionnaires:
    """Answers side by side: one row a questionnaire, one column an item.

    Attributes
    ----------
    items : tuple of str
        item_ids, in the order asked for.
    value : array (questionnaires, items)
        The answers; NaN in every state but ``answered``.
    state : array (questionnaires, items)
        Positions in :data:`cxlib.tables.STATES`; an item without a row was not asked.
    low, high : array (items,)
        Ends of each item's scale; NaN where the table does not say.
    people : DataFrame
        One row a questionnaire: every column of *responses* that says who answered, and the weight.
    """

    items: tuple[str, ...]
    value: np.ndarray
    state: np.ndarray
    low: np.ndarray
    high: np.ndarray
    people: pd.DataFrame

    def answers(self, item: str) -> np.ndarray:
        """Return one item's answers, NaN where there is none."""
        return self.value[:, self.items.index(item)]

    def is_in(self, state: str) -> np.ndarray:
        """Tell which answers are in one of the four states: array (questionnaires, items) of bool."""
        return self.state == STATES.index(state)


_OF_ITEMS = (
    "touchpoint_id",
    "item_id",
    "item_type",
    "item_group",
    "value",
    "state",
    "text",
    "scale_low",
    "scale_high",
)


def questionnaires(responses: pd.DataFrame, items: Sequence[str]) -> Questionnaires:
    """Lay the long table out with one row a questionnaire (``response_id``) that was asked any of the items.

    Parameters
    ----------
    responses : DataFrame
        The contract table, also with columns joined to it that say who answered.
    items : sequence of str
        item_ids, each once.

    Returns
    -------
    Questionnaires
        Rows in the order in which questionnaires first stand in the table.

    Raises
    ------
    DataError
        For items that the table does not have or that are named twice, for a questionnaire that answers an item twice, for
        an item asked on several scales, and for weights that differ within a questionnaire.

    >>> table = pd.DataFrame({"response_id": ["q1", "q1", "q2"], "item_id": ["a", "b", "a"], "value": [4.0, None, 2.0],
    ...     "state": ["answered", "not_used", "answered"], "weight": 1.0})
    >>> asked_both = questionnaires(table, ["a", "b"])
    >>> asked_both.value.tolist(), [STATES[code] for code in asked_both.state[:, 1]]
    ([[4.0, nan], [2.0, nan]], ['not_used', 'not_asked'])
    """
    items = tuple(items)
    _check_items(items, responses["item_id"].unique())
    rows = responses[responses["item_id"].isin(items)]
    units, ids = pd.factorize(rows["response_id"])
    column = pd.Index(items).get_indexer(rows["item_id"])
    cell = units * len(items) + column
    if len(np.unique(cell)) < len(cell):
        twice = rows[pd.Series(cell).duplicated().to_numpy()].iloc[0]
        place = f"questionnaire {twice['response_id']!r}, item {twice['item_id']!r}"
        raise DataError(f"{place}: stands in the table more than once. A questionnaire answers an item once.")
    value = np.full((len(ids), len(items)), np.nan)
    state = np.full((len(ids), len(items)), NOT_ASKED, dtype=np.int8)
    state[units, column] = pd.Index(STATES).get_indexer(rows["state"])
    given = (rows["state"] == "answered").to_numpy()
    value[units[given], column[given]] = rows["value"].to_numpy(dtype="float64")[given]
    people = rows.drop(columns=[name for name in _OF_ITEMS if name in rows.columns]).drop_duplicates("response_id", ignore_index=True)
    if "weight" in rows.columns and rows.groupby("response_id", sort=False)["weight"].nunique().gt(1).any():
        raise DataError("weight: differs between the answers of one questionnaire. A questionnaire has one weight.")
    low, high = (_end(rows, name, items) for name in ("scale_low", "scale_high"))
    return Questionnaires(items, value, state, low, high, people)


def _check_items(items: tuple[str, ...], known: Sequence[str]) -> None:
    unknown = [name for name in items if name not in set(known)]
    if unknown:
        raise DataError(*(worded("items", "there is no item", name, known, label="Items") for name in unknown))
    twice = [name for number, name in enumerate(items) if name in items[:number]]
    if twice:
        raise DataError(*(worded("items", "is named twice:", name, do="Name each item once.") for name in twice))


def _end(rows: pd.DataFrame, name: str, items: tuple[str, ...]) -> np.ndarray:
    """Return one end of each item's scale."""
    if name not in rows.columns:
        return np.full(len(items), np.nan)
    by_item = rows.groupby("item_id")[name]
    mixed = by_item.nunique()
    if mixed.gt(1).any():
        raise DataError(worded("items", "is asked on several scales:", mixed.index[mixed.gt(1)][0], do="Analyse its surveys apart."))
    return by_item.first().reindex(items).to_numpy(dtype="float64")
