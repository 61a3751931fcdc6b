"""Ratings set against an outcome: both of the same questionnaires, with the weights and clusters these carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.sampling import sample
from cxlib.survey import by_respondent, questionnaires
from cxlib.survey.drivers.outcome import outcome_of

__all__ = ["Judged", "judged"]

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
        For what :func:`cxlib.survey.drivers.outcome.outcome_of`, :func:`cxlib.survey.questionnaires` and
        :func:`cxlib.estimates.sampling.sample` refuse.
    """
    given = [name for name in ("stratum", "population") if options.get(name)]
    if given:
        raise DataError(worded(given[0], "a regression takes weights and clusters, no strata:", options.get(given[0]), do="Leave it out."))
    asked = questionnaires(responses, items)
    found = outcome_of(responses, outcome, asked.people["response_id"], items=asked.items)
    people = asked.people.assign(**{"outcome": found.value})
    chosen = sample(people, ["outcome"], (), by_respondent(options))
    y = found.value[chosen.rows]
    top = float(y.max(initial=-np.inf)) if np.isnan(found.high) else found.high
    laid = asked.value[chosen.rows], asked.state[chosen.rows]
    drawn = chosen.weight, chosen.cluster, chosen.cluster_ids, chosen.unit
    return Judged(
        asked.items, *laid, asked.low, asked.high, y, *drawn, top=top, outcome_unit="share difference" if found.yes_no else "scale points"
    )
