"""Weights that were calibrated to known margins: what such margins take off the variance of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from cxlib.errors import DataError

__all__ = ["Calibration", "Projection"]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Who was weighted to which margins; the option ``calibration`` of every describing function.

    Attributes
    ----------
    people : DataFrame
        One row a respondent or questionnaire with a positive weight, also those that a figure leaves out: what they are is known,
        and that is what makes the figure surer. Holds the columns that ``cluster``, ``stratum`` and ``population`` name.
    key : str
        Column that names a row of `people`; the table of a figure holds it too.
    margins : tuple of str
        Columns of `people` whose levels have known totals.
    weight, base : array (people,)
        Weights after and before.
    """

    people: pd.DataFrame
    key: str
    margins: tuple[str, ...]
    weight: np.ndarray
    base: np.ndarray

    def position(self, table: pd.DataFrame, weight: np.ndarray) -> np.ndarray:
        """Return where in `people` the rows of a table stand.

        Raises
        ------
        DataError
            When a row belongs to nobody who was weighted, or carries another weight.
        """
        if self.key not in table.columns:
            raise DataError(f"calibration: the table has no column {self.key!r}, by which respondents were weighted.")
        found = pd.Index(self.people[self.key]).get_indexer(table[self.key])
        if (found < 0).any():
            stranger = table[self.key].iloc[int(np.argmin(found))]
            raise DataError(f"calibration: {self.key} {stranger!r} was not among those who were weighted. Use the same rows for both.")
        if not np.allclose(weight, self.weight[found], rtol=1e-9):
            raise DataError("calibration: the table's weights are not the calibrated ones. Put them in with Weights.assign().")
        return np.asarray(found)

    def dummies(self) -> np.ndarray:
        """Return one column of 0 and 1 a level of each margin: array (people, levels)."""
        return np.hstack([pd.get_dummies(self.people[name]).to_numpy(dtype="float64") for name in self.margins])


@dataclass(frozen=True, eq=False)
class Projection:
    """A calibration laid out for the rows of one sample.

    The influence of a figure enters its variance as what is left of it after weighted regression on the margins' dummies: z − w·x'β with
    β = (X'DX)⁻X'D(z/w), D the base weights (Deville & Särndal 1992).
    """

    position: np.ndarray  # of each row among the people
    to_base: np.ndarray  # base weight over weight, people
    dummies: np.ndarray
    inverse: np.ndarray  # (X'DX)⁻
    totals: np.ndarray  # weighted totals of the dummies: clusters × levels
    cluster: np.ndarray  # of each of the people
    stratum: np.ndarray | None

    @classmethod
    def of(cls, calibration: Calibration, position: np.ndarray, cluster: np.ndarray, stratum: np.ndarray | None) -> Projection:
        """Lay a calibration out: `position` of the sample's rows, `cluster` and `stratum` codes of the people."""
        dummies = calibration.dummies()
        inverse = np.linalg.pinv(dummies.T @ (calibration.base[:, None] * dummies), hermitian=True)
        belongs = csr_matrix((calibration.weight, (cluster, np.arange(len(cluster)))), shape=(int(cluster.max()) + 1, len(cluster)))
        return cls(position, calibration.base / calibration.weight, dummies, inverse, belongs @ dummies, cluster, stratum)

    def explained(self, influence: np.ndarray, group: np.ndarray, size: int) -> np.ndarray:
        """Return what the margins explain of the clusters' influence: array (groups, clusters)."""
        shape = (size, len(self.dummies))
        moved = csr_matrix((influence * self.to_base[self.position], (group, self.position)), shape=shape)
        return np.asarray((moved @ self.dummies) @ self.inverse @ self.totals.T)


def people_of(calibration: Calibration, columns: Sequence[str]) -> pd.DataFrame:
    """Return the people, after checking that they hold the columns that say how they were drawn."""
    lacking = [name for name in columns if name not in calibration.people.columns]
    if lacking:
        raise DataError(
            *(f"calibration: those who were weighted have no column {name!r}, which says how they were drawn." for name in lacking)
        )
    return calibration.people
