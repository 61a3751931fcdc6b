"""Raking: weights that give the respondents the margins that are known of all customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Calibration
from cxlib.estimates.results import Result
from cxlib.estimates.rows import rows
from cxlib.survey.weights import margins
from cxlib.survey.weights.margins import Targets

__all__ = ["Weights", "rake"]


@dataclass(frozen=True, eq=False)
class Weights(Result):
    """Weights raked to known margins.

    Attributes
    ----------
    weight : Series
        One a respondent, on the index of the table given: mean 1 where targets are shares, summing to the population where they are counts.
    table : DataFrame
        margin, level, target, before, after (shares of the weighted sample, 0–1), n (respondents), note ("n < 20"). Empty without targets.
    design_effect : float
        Kish's n·Σw²/(Σw)²: how many times larger the variance of a figure becomes that has nothing to do with the margins.
    n_eff : float
        (Σw)²/Σw².
    converged : bool
        Whether all margins are met to the tolerance; not always with a cap.
    off : float
        The largest distance of a margin's share from its target.
    capped : int
        Respondents whose weight the cap holds down.
    iterations : int
        Rounds over all margins.
    calibration : Calibration or None
        The option of describing functions that makes their intervals honour the margins; None without targets.
    key : str
        Column by which :meth:`assign` finds a respondent's responses.
    estimates : DataFrame
        ESTIMATES; group columns are the margins. Metrics ``share_before``, ``share_after``, ``share_target`` (share), and over all
        ``design_effect``, ``largest_weight`` (times the mean), ``n_effective`` and ``capped`` (count). Where a cap keeps margins
        from being met, the figures over all say "margins not met".
    """

    weight: pd.Series
    table: pd.DataFrame
    design_effect: float
    n_eff: float
    converged: bool
    off: float
    capped: int
    iterations: int
    key: str
    calibration: Calibration | None
    _ids: pd.Index

    @cached_property
    def estimates(self) -> pd.DataFrame:
        """The table in long form, a group column a margin, and the figures over all."""
        if self.weight.empty:
            return estimates.unanswerable("design_effect", "times", ["responses.respondent_id"])
        used = self.weight[self.weight > 0]
        figures = {
            "design_effect": (self.design_effect, "times"),
            "largest_weight": (used.max() / used.mean(), "times"),
            "n_effective": (self.n_eff, "count"),
            "capped": (self.capped, "count"),
        }
        value, unit = zip(*figures.values(), strict=True)
        over_all = {"metric": list(figures), "value": value, "unit": unit, "n": len(self.weight), "n_eff": self.n_eff, "method": "count"}
        note = "" if self.converged else "margins not met"
        parts = [rows(pd.DataFrame(index=range(len(figures))), {**over_all, "note": note})]
        for name, part in self.table.groupby("margin", sort=False):
            long = part.melt(["level", "n", "note"], ["target", "before", "after"])
            columns = {"metric": "share_" + long["variable"], "value": long["value"], "unit": "share", "n": long["n"], "method": "count"}
            parts.append(rows(pd.DataFrame({str(name): long["level"]}), {**columns, "note": long["note"]}))
        return estimates.stack(*parts)

    def assign(self, responses: pd.DataFrame, *, others: Literal["refuse", "keep"] = "refuse") -> pd.DataFrame:
        """Return the responses with the new weights in the column ``weight``, joined by `key`.

        Parameters
        ----------
        responses : DataFrame
            The contract table.
        others : {"refuse", "keep"}
            What becomes of responses of those who were not weighted (of another survey): an error, or they keep the weight they have.

        Raises
        ------
        DataError
            When a response belongs to nobody who was weighted.
        """
        if self.key not in responses.columns:
            raise DataError(worded("responses", "there is no column", self.key, responses.columns, label="It has"))
        found = self._ids.get_indexer(responses[self.key])
        if (found < 0).any() and others == "keep":
            return responses.assign(weight=np.where(found < 0, responses["weight"], self.weight.to_numpy()[found]))
        if (found < 0).any():
            strangers = responses[self.key][found < 0]
            raise DataError(
                f"responses: {strangers.nunique()} values of {self.key} were not weighted, the first is {strangers.iloc[0]!r}. "
                "Rake all who answered, or leave the other surveys out."
            )
        return responses.assign(weight=self.weight.to_numpy()[found])


def rake(
    respondents: pd.DataFrame,
    *,
    targets: Targets,
    weight: str | None = None,
    key: str = "response_id",
    cap: float | None = None,
    min_n: int = 20,
    tolerance: float = 1e-9,
    iterations: int = 1000,
) -> Weights:
    """Fit weights so that the weighted sample has known margins (raking); with one margin, post-stratification.

    Parameters
    ----------
    respondents : DataFrame
        One row a respondent or questionnaire, with a column a margin.
    targets : mapping of column to {level: share or count}
        What the population looks like. Shares add up to 1 in each margin and give weights of mean 1; counts add up to the same
        population in each margin and give weights that sum to it. Totals that differ by rounding (0.5 %) are scaled. Without
        targets the weights stay as they are.
    weight : str, optional
        Column of weights to start from (for unequal chances of being asked); 1 each when left out.
    key : str
        Column that names a row, by which :meth:`Weights.assign` finds its responses.
    cap : float, optional
        Largest weight allowed, in times the mean weight, above 1. Margins may then be missed; ``off`` says how far.
    min_n : int
        Respondents below which a level gets a note.
    tolerance : float
        Largest distance of a margin's share from its target at which raking is done.
    iterations : int
        Rounds over all margins after which it stops.

    Returns
    -------
    Weights

    Raises
    ------
    DataError
        For levels without a target or without respondents, missing levels, margins of different totals, impossible base weights, keys
        that are missing or double, and margins that cannot be met together.

    Notes
    -----
    Iterative proportional fitting: w ← w·T_l/Σ_{i in l} w over the levels l of one margin after the other (Deming & Stephan 1940),
    after each round cut at the cap (DeBell & Krosnick 2009). What is left of a figure after regression on the margins makes its
    variance (Deville & Särndal 1992): hand ``calibration`` to the describing function. Same as R: ``survey::rake``,
    ``survey::postStratify``.

    >>> people = pd.DataFrame({"response_id": list("abcd"), "region": ["north", "south", "south", "south"]})
    >>> found = rake(people, targets={"region": {"north": 0.5, "south": 0.5}})
    >>> found.weight.round(3).to_list(), round(found.design_effect, 3)
    ([2.0, 0.667, 0.667, 0.667], 1.333)
    """
    if respondents.empty:
        return _nobody(key)
    base = margins.base_weights(respondents, weight)
    ids = margins.names_of(respondents, key)
    if cap is not None and not cap > 1:
        raise DataError(worded("cap", "the largest weight is told in times the mean and lies above 1, not at", cap))
    shares, population = margins.as_shares(targets)
    codes = {name: margins.level_codes(respondents, name, levels, base) for name, levels in shares.items()}
    wanted = {name: np.array(list(levels.values())) for name, levels in shares.items()}
    fitted, rounds = margins.fit(base / base.sum(), codes, wanted, cap, tolerance, iterations)
    off = max((float(np.abs(np.bincount(codes[name], fitted, len(goal)) - goal).max()) for name, goal in wanted.items()), default=0.0)
    if cap is None and off > tolerance:
        raise DataError(margins.unmet(fitted, codes, shares, rounds))
    scale = base.sum() if not shares else population or float(np.count_nonzero(base))
    final = fitted * scale
    mean_weight = fitted.sum() / np.count_nonzero(fitted)
    capped = 0 if cap is None or not shares else int((fitted > cap * mean_weight * (1 - 1e-9)).sum())
    table = _table(codes, shares, base / base.sum(), fitted, min_n)
    n_eff = float(fitted.sum() ** 2 / (fitted**2).sum())
    used = np.flatnonzero(base > 0)
    calibration = (
        Calibration(respondents.iloc[used].reset_index(drop=True), key, tuple(shares), final[used], base[used]) if shares else None
    )
    design_effect = len(used) / n_eff
    series = pd.Series(final, index=respondents.index, name="weight")
    return Weights(series, table, design_effect, n_eff, off <= tolerance, off, capped, rounds, key, calibration, ids)


def _nobody(key: str) -> Weights:
    nothing, table = pd.Series(dtype="float64", name="weight"), _table({}, {}, np.empty(0), np.empty(0), 0)
    return Weights(nothing, table, np.nan, 0.0, True, 0.0, 0, 0, key, None, pd.Index([]))


def _table(codes: Mapping[str, np.ndarray], shares: Targets, before: np.ndarray, after: np.ndarray, min_n: int) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "margin": name,
                "level": list(levels),
                "target": list(levels.values()),
                "before": np.bincount(codes[name], before, len(levels)),
                "after": np.bincount(codes[name], after, len(levels)),
                "n": np.bincount(codes[name], minlength=len(levels)),
            }
        )
        for name, levels in shares.items()
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["margin", "level", "target", "before", "after", "n"])
    return table.assign(note=np.where(table["n"] < min_n, f"n < {min_n}", ""))
