"""What ratings are set against: an outcome beside the answers of the same questionnaires, with the weights and clusters they carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.sampling import sample
from cxlib.survey import Questionnaires, by_respondent, questionnaires

__all__ = ["Judged", "judged", "missing_input"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """Questionnaires that have an outcome, one row each.

    Attributes
    ----------
    items : tuple of str
    value, state : arrays (n, items)
        As in :class:`cxlib.survey.Questionnaires`.
    low, high : array (items,)
        Ends of the items' scales.
    y, weight : array (n,)
    cluster : array (n,) of int
        Codes into ``cluster_ids``.
    unit : array (n,) of int
        Codes of the respondents.
    top : float
        The best outcome there can be; of a column, the best one seen.
    outcome_unit : str
        Of what is set against it: ``share difference`` where the outcome is yes or no, else ``scale points``.
    """

    items: tuple[str, ...]
    value: Floats
    state: npt.NDArray[np.int8]
    low: Floats
    high: Floats
    y: Floats
    weight: Floats
    cluster: npt.NDArray[np.intp]
    cluster_ids: npt.NDArray[np.object_]
    unit: npt.NDArray[np.intp]
    top: float
    outcome_unit: str

    def people(self, chosen: npt.NDArray[np.bool_]) -> int:
        """Number of different respondents among these questionnaires."""
        return len(np.unique(self.unit[chosen]))

    def kish(self, chosen: npt.NDArray[np.bool_]) -> float:
        """Kish's effective number of respondents among these questionnaires."""
        units, position, count = np.unique(self.unit[chosen], return_inverse=True, return_counts=True)
        weights = np.bincount(position, self.weight[chosen], minlength=len(units)) / count
        return float(weights.sum() ** 2 / (weights**2).sum()) if len(units) else 0.0


def missing_input(responses: pd.DataFrame, outcome: str | None, items: Sequence[str]) -> list[str]:
    """Return what the client's data lack: answers at all, an outcome (None), or items to be set against it."""
    if outcome is None:
        return ["responses[actual]", "responses[nps]"]
    if responses.empty:
        return ["responses[actual]", f"responses.{outcome}"]
    return [] if items else ["responses[actual]"]


def judged(responses: pd.DataFrame, outcome: str, items: Sequence[str], options: Sampling) -> Judged:
    """Lay out ratings and the outcome of each questionnaire that has one.

    Parameters
    ----------
    responses : DataFrame
        The contract table.
    outcome : str
        An item_id, or a column of `responses` that is constant within a questionnaire.
    items : sequence of str
        item_ids.
    options : Sampling
        Strata are refused: no regression here uses them.

    Raises
    ------
    DataError
        For an outcome that is neither item nor column, both, or one of the items; for one that differs within a questionnaire or is no
        number; for what :func:`cxlib.survey.questionnaires` and :func:`cxlib.estimates.sampling.sample` refuse.
    """
    _check(responses, outcome, items, options)
    asked = questionnaires(responses, items)
    people = asked.people.assign(**{"outcome": _outcome(responses, outcome, asked)})
    chosen = sample(people, ["outcome"], (), by_respondent(options))
    y = people["outcome"].to_numpy(dtype="float64")[chosen.rows]
    kind = "share difference" if outcome in responses.columns and np.isin(y, (0.0, 1.0)).all() else "scale points"
    of_outcome = responses.loc[responses["item_id"] == outcome]
    declared = of_outcome["scale_high"].max() if "scale_high" in of_outcome else np.nan
    top = float(declared) if pd.notna(declared) else float(y.max(initial=-np.inf))
    laid = asked.value[chosen.rows], asked.state[chosen.rows]
    drawn = chosen.weight, chosen.cluster, chosen.cluster_ids, chosen.unit
    return Judged(asked.items, *laid, asked.low, asked.high, y, *drawn, top=top, outcome_unit=kind)


def _check(responses: pd.DataFrame, outcome: str, items: Sequence[str], options: Sampling) -> None:
    known = list(responses["item_id"].unique())
    place = "outcome"
    if outcome in items:
        raise DataError(worded(place, "stands among the items that it is set against:", outcome, do="Take it out of the items."))
    if outcome in known and outcome in responses.columns:
        raise DataError(worded(place, "is an item and a column:", outcome, do="Rename the column."))
    if outcome not in known and outcome not in responses.columns:
        raise DataError(worded(place, "there is neither an item nor a column", outcome, known, label="Items"))
    given = [name for name in ("stratum", "population") if options.get(name)]
    if given:
        raise DataError(worded(given[0], "a regression takes weights and clusters, no strata:", options.get(given[0]), do="Leave it out."))


def _outcome(responses: pd.DataFrame, outcome: str, asked: Questionnaires) -> Floats:
    """Return the outcome of each questionnaire, NaN where there is none."""
    if outcome not in responses.columns:
        judged_by = questionnaires(responses, [outcome])
        answers = pd.Series(judged_by.answers(outcome), index=judged_by.people["response_id"])
        return answers.reindex(asked.people["response_id"]).to_numpy(dtype="float64")
    column = asked.people[outcome]
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise DataError(worded("outcome", "is a column, but not of numbers:", outcome, do="Join a column of numbers or of yes and no."))
    if responses.groupby("response_id", sort=False)[outcome].nunique().gt(1).any():
        raise DataError(worded("outcome", "differs between the rows of one questionnaire:", outcome, do="Join one value a questionnaire."))
    return column.to_numpy(dtype="float64", na_value=np.nan)
