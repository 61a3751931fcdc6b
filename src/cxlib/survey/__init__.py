"""What survey answers say, and how sure that is: scores and loyalty, gaps between actual and expected, drivers, moments of truth.

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

__all__ = [
    "Questionnaires",
    "answered",
    "asked",
    "by_respondent",
    "complete",
    "local_day",
    "needs_of",
    "on_scale",
    "questionnaires",
    "rated",
    "scale_unit",
    "scales",
    "unscaled",
]

NOT_ASKED = STATES.index("not_asked")


# what the contract leaves open, and nouns here ask for: missing columns are columns in which nothing is known
OPEN_COLUMNS = {"touchpoint_id": "str", "item_group": "str", "value": "float64", "text": "str"}
OPEN_COLUMNS |= {"scale_low": "float64", "scale_high": "float64"}


def complete(responses: pd.DataFrame) -> pd.DataFrame:
    """Return the table with every optional column that nouns ask for; nothing is known in those that it lacks.

    >>> complete(pd.DataFrame({"item_id": ["a"], "value": [1.0]})).columns.to_list()
    ['item_id', 'value', 'touchpoint_id', 'item_group', 'text', 'scale_low', 'scale_high']
    """
    missing = {name: kind for name, kind in OPEN_COLUMNS.items() if name not in responses.columns}
    return responses.assign(**{name: pd.Series(None, index=responses.index, dtype=kind) for name, kind in missing.items()})


def asked(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Return the rows of some item types, whatever their state; by touchpoint, those that belong to one.

    Levels of respondents' groups with fewer than `min_n` respondents are pooled as "other"; what is measured is never pooled.

    Raises
    ------
    DataError
        For a `min_n` or `by` that :func:`cxlib.estimates.check` refuses.
    """
    estimates.check(by=by, min_n=min_n)
    if responses.empty:
        return responses
    rows = complete(responses[responses["item_type"].isin(types)])
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


def rated(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = (), min_n: int | None = None) -> pd.DataFrame:
    """Return the rows of some item types that are answered by a number; see :func:`asked`."""
    rows = answered(responses, types, by=by, min_n=min_n)
    return rows[rows["value"].notna()] if len(rows) else rows


def needs_of(responses: pd.DataFrame, types: Sequence[str], *, by: Sequence[str] = ()) -> list[str]:
    """Return what keeps answers of some item types from being averaged by group: not asked, no numbers, no touchpoints.

    >>> needs_of(pd.DataFrame({"item_type": ["nps"], "state": ["answered"]}), ["nps"])
    ['responses.value']
    """
    rows = answered(responses, types)
    columns = ["value", *(["touchpoint_id"] if "touchpoint_id" in by else [])]
    empty = [f"responses.{name}" for name in columns if len(rows) and rows[name].isna().all()]
    return empty or [f"responses[{kind}]" for kind in types]


def unscaled(answers: pd.DataFrame) -> list[str]:
    """Return the ends of scales that are not known of any answer."""
    return [f"responses.{name}" for name in ("scale_low", "scale_high") if answers[name].isna().all()]


def scale_unit(low: float, high: float) -> str:
    """Return the unit of answers on a scale, "" where the scale is not known.

    >>> scale_unit(1.0, 5.0), scale_unit(float("nan"), 5.0)
    ('scale 1–5', '')
    """
    return "" if np.isnan(low) or np.isnan(high) else f"scale {low:g}–{high:g}"


def scales(answers: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the scale on which each group answered, in the order in which estimates list groups.

    Returns
    -------
    DataFrame
        ``low`` and ``high`` (NaN where they are not known), and ``mixed``, whether the group answered on several scales; indexed by group.

    >>> table = pd.DataFrame({"g": list("aab"), "scale_low": 1.0, "scale_high": [5.0, 10.0, 5.0]})
    >>> scales(table, ["g"])["mixed"].to_dict()
    {'a': True, 'b': False}
    """
    keys = [answers[name].astype("str").fillna(estimates.UNKNOWN) for name in by] or [pd.Series("all", index=answers.index)]
    ends = answers.groupby(keys)[["scale_low", "scale_high"]].agg(["min", "max"])
    low, high = ends[("scale_low", "min")], ends[("scale_high", "max")]
    mixed = (low < ends[("scale_low", "max")]) | (ends[("scale_high", "min")] < high)
    return pd.DataFrame({"low": low, "high": high, "mixed": mixed})


def on_scale(found: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """Return ESTIMATES of means with their scale as unit, intervals cut where no mean can lie; rows as in :func:`scales`."""
    unit = [scale_unit(low, high) for low, high in zip(scale["low"], scale["high"], strict=True)]
    low, high = found["low"].clip(lower=scale["low"].to_numpy()), found["high"].clip(upper=scale["high"].to_numpy())
    return found.assign(unit=pd.Series(unit, index=found.index, dtype="str"), low=low, high=high)


def local_day(moments: pd.Series) -> pd.Series:
    """Return the calendar day of each moment, in the time zone it is told in.

    >>> local_day(pd.Series(pd.to_datetime(["2025-03-01 23:30"]).tz_localize("Europe/Berlin"))).astype("str").item()
    '2025-03-01'
    """
    return moments.dt.tz_localize(None).dt.normalize()


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
        For one name in place of a list, items that the table does not have or that are named twice, a questionnaire that answers an
        item twice, an item asked on several scales, and weights that differ within a questionnaire.

    >>> table = pd.DataFrame({"response_id": ["q1", "q1", "q2"], "item_id": ["a", "b", "a"], "value": [4.0, None, 2.0],
    ...     "state": ["answered", "not_used", "answered"], "weight": 1.0})
    >>> asked_both = questionnaires(table, ["a", "b"])
    >>> asked_both.value.tolist(), [STATES[code] for code in asked_both.state[:, 1]]
    ([[4.0, nan], [2.0, nan]], ['not_used', 'not_asked'])
    """
    estimates.check(items=items)
    items = tuple(items)
    _check_items(items, responses["item_id"].unique())
    rows = complete(responses[responses["item_id"].isin(items)])
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
    by_item = rows.groupby("item_id")[name]
    mixed = by_item.nunique()
    if mixed.gt(1).any():
        raise DataError(worded("items", "is asked on several scales:", mixed.index[mixed.gt(1)][0], do="Analyse its surveys apart."))
    return by_item.first().reindex(items).to_numpy(dtype="float64")
