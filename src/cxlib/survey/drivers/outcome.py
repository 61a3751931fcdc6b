"""What an outcome is: an item of the survey, or a column that says one thing of a whole questionnaire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.survey import questionnaires
from cxlib.tables import MEASURED

__all__ = ["Outcome", "lacking", "outcome_of"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """An outcome of some questionnaires.

    Attributes
    ----------
    value : array (n,)
        NaN where there is none.
    is_item : bool
        An answer; else a column of behaviour or the like.
    yes_no : bool
        A column of nothing but 0 and 1.
    low, high : float
        Ends of an item's scale; NaN of a column, and where the table does not say.
    """

    value: npt.NDArray[np.float64]
    is_item: bool
    yes_no: bool
    low: float
    high: float


def outcome_of(responses: pd.DataFrame, outcome: str, of: pd.Series, *, items: Sequence[str] = ()) -> Outcome:
    """Return an outcome of questionnaires.

    Parameters
    ----------
    responses : DataFrame
        The contract table, with columns joined to it.
    outcome : str
        An item_id, or a column of numbers or of yes and no that is the same in all rows of a questionnaire.
    of : Series of str
        response_ids.
    items : sequence of str
        What the outcome is set against.

    Raises
    ------
    DataError
        For an outcome that is neither item nor column, both, one of the items, no number, or not the same within a questionnaire.

    >>> table = pd.DataFrame({"response_id": ["q1", "q1", "q2"], "item_id": ["a", "b", "a"], "value": [4.0, 5.0, 2.0],
    ...     "state": "answered", "left": [True, True, False]})
    >>> ids = pd.Series(["q1", "q2"])
    >>> outcome_of(table, "b", ids).value.tolist(), outcome_of(table, "left", ids).value.tolist()
    ([5.0, nan], [1.0, 0.0])
    """
    _check(responses, outcome, items)
    if outcome not in responses.columns:
        answers = questionnaires(responses, [outcome])
        given = pd.Series(answers.answers(outcome), index=answers.people["response_id"])
        value = given.reindex(of).to_numpy(dtype="float64")
        return Outcome(value, is_item=True, yes_no=False, low=float(answers.low[0]), high=float(answers.high[0]))
    if not (pd.api.types.is_numeric_dtype(responses[outcome]) or pd.api.types.is_bool_dtype(responses[outcome])):
        do = "Join a column of numbers, or of 0 and 1 for no and yes."
        raise DataError(worded("outcome", "is a column, but not of numbers:", outcome, do=do))
    by_questionnaire = responses.groupby("response_id", sort=False)[outcome]
    if by_questionnaire.nunique(dropna=False).gt(1).any():
        raise DataError(worded("outcome", "differs within a questionnaire:", outcome, do="A questionnaire has one outcome."))
    first = by_questionnaire.first()
    value = pd.Series(first.to_numpy(dtype="float64", na_value=np.nan), index=first.index).reindex(of).to_numpy()
    known = value[~np.isnan(value)]
    return Outcome(value, is_item=False, yes_no=bool(np.isin(known, (0.0, 1.0)).all()), low=float("nan"), high=float("nan"))


def _check(responses: pd.DataFrame, outcome: str, items: Sequence[str]) -> None:
    asked = responses["item_id"].unique()
    is_item, is_column = outcome in set(asked), outcome in responses.columns
    if outcome in items:
        raise DataError(worded("outcome", "stands among the items that it is set against:", outcome, do="Take it out of the items."))
    if is_item and is_column:
        raise DataError(worded("outcome", "is an item and a column of responses:", outcome, do="Rename the column."))
    if not is_item and not is_column:
        known = [*asked, *(name for name in responses.columns if name not in MEASURED)]
        raise DataError(worded("outcome", "there is neither an item nor a column", outcome, known, label="There are"))


def lacking(responses: pd.DataFrame, outcome: str | None, items: Sequence[str], *, item_type: str = "actual") -> list[str]:
    """Return what the client's data lack: answers at all, an outcome (None), or items to be set against it.

    >>> lacking(pd.DataFrame({"item_id": ["a"]}), None, ["a"])
    ['responses[nps]']
    """
    needs = [] if len(responses) and len(items) else [f"responses[{item_type}]"]
    unknown = ["responses[nps]"] if outcome is None else [f"responses.{outcome}"] if responses.empty else []
    return [*needs, *unknown]
