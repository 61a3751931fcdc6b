"""Everything a driver analysis rests on, before it is laid out as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.estimates import Sampling
from cxlib.survey.drivers import lattice
from cxlib.survey.drivers.bootstrap import redrawn
from cxlib.survey.drivers.design import Design, design
from cxlib.survey.drivers.figures import Figures, coefficients, figures
from cxlib.survey.drivers.inference import Inferred, infer, within
from cxlib.survey.drivers.moments import Moments, moments

__all__ = ["HALO_ONLY", "Fitted", "fitted", "of_design"]

HALO_ONLY, COLLINEAR, ONE_CLUSTER = "halo only", "collinear", "one cluster"
LARGE = 0.5  # of an even share: below it, nobody would take an item for a driver
HALO_N = 300  # effective answers below which it would be said of true drivers, too
HALO_Q = 0.2  # above it, the coefficient gives no hint of an effect


@dataclass(frozen=True, eq=False)
class Fitted:
    """A driver analysis as numbers.

    Attributes
    ----------
    design : Design
    moments : Moments
    figures : Figures
    share, part, coefficient : Inferred
        One value a player.
    r2 : Inferred
        One value.
    r2_adjusted : float
        R² less what as many columns explain by chance.
    percentiles : (array, array) or None
        Ends of the shares' bootstrap intervals, where the fit was repeated.
    level : float
    """

    design: Design
    moments: Moments
    figures: Figures
    share: Inferred
    part: Inferred
    coefficient: Inferred
    r2: Inferred
    r2_adjusted: float
    percentiles: tuple[np.ndarray, np.ndarray] | None
    level: float

    @property
    def n_eff(self) -> float:
        """Kish's effective sample size over respondents."""
        return float(self.design.chosen.kish()[0])

    @property
    def n_users(self) -> np.ndarray:
        """Respondents known to have used any of a player's items."""
        return np.array([self.design.count_users(player) for player in range(len(self.design.players))], dtype=int)

    @property
    def share_users(self) -> np.ndarray:
        """Each player's share in the R² among those who used it."""
        shares = self.figures.share.copy()
        partly = np.unique(self.design.player[self.design.use >= 0])
        users = {player: self.design.users(player) for player in partly}
        enough = [player for player in partly if users[player].sum() > self.design.table.shape[1]]
        shares[partly] = np.nan
        if enough:
            value = lattice.parts(np.array([self.moments.among(users[player]) for player in enough]), self.design.groups)
            own, together = value[np.arange(len(enough)), enough], value.sum(axis=1)
            shares[enough] = np.divide(own, together, out=np.full(len(enough), np.nan), where=together > 0)
        return shares

    def span_of_shares(self) -> tuple[np.ndarray, np.ndarray]:
        """Ends of the shares' intervals."""
        return self.percentiles or self.share.between()

    def span_of_r2(self) -> tuple[float, float]:
        """Ends of the interval of R² in the population; it lies around the adjusted R², since the fit's own is too large."""
        return within(self.r2_adjusted, float(self.r2.se[0]), float(self.r2.reach[0]))

    def notes(self, q: np.ndarray, *, thin: str) -> np.ndarray:
        """Say what a reader has to know of each player's row."""
        share, even = self.share.value, LARGE / max(1, len(self.share.value))
        unsure = np.isnan(self.share.se)
        halo = (q > HALO_Q) & (share >= even) & (self.n_eff >= HALO_N)
        chosen = [np.full(len(share), bool(thin)), unsure, np.isnan(self.coefficient.value), halo]
        return np.select(chosen, [thin, ONE_CLUSTER, COLLINEAR, HALO_ONLY], "")


def fitted(
    responses: pd.DataFrame,
    *,
    outcome: str,
    items: Sequence[str],
    groups: Mapping[str, str] | None,
    options: Sampling,
    bootstrap: bool = False,
    least: float = 0.0,
) -> Fitted:
    """Fit a driver analysis; parameters as in :func:`cxlib.survey.drivers.fit`. Below `least` effective answers nothing is computed."""
    laid = design(responses, outcome=outcome, items=items, groups=groups, options=options, twins_from=least)
    return _nothing(laid, options.get("level", 0.95)) if laid.chosen.kish()[0] < least else of_design(laid, options, bootstrap=bootstrap)


def of_design(laid: Design, options: Sampling, *, bootstrap: bool = False) -> Fitted:
    """Fit a driver analysis to columns that are laid out."""
    level, draws, seed = options.get("level", 0.95), options.get("draws", 0), options.get("seed", 1)
    if len(laid.table) < laid.table.shape[1] + 2 or not laid.players or np.ptp(laid.outcome) == 0:
        return _nothing(laid, level)
    found = moments(laid.table, laid.weight, laid.met, laid.use)
    ratings = [[column for column in group if column < len(laid.items)] for group in laid.groups]
    told = figures(found.covariance, laid.groups, ratings)
    n_eff, columns = float(laid.chosen.kish()[0]), laid.table.shape[1] - 1
    widen = n_eff / max(n_eff - columns, 1.0)
    values = {"share": told.share, "part": told.part, "coefficient": told.coefficient, "r2": np.array([told.r2])}
    every = coefficients(found.covariance, [[column] for column in range(columns)])[1]
    influence = found.influence(np.concatenate([*(told.slopes[name] for name in values), every]))
    ends = np.cumsum([len(value) for value in values.values()])
    moved = dict(zip([*values, "columns"], np.split(influence, ends, axis=1), strict=True))
    sure = {
        name: infer(value, moved[name], laid.chosen, level=level, draws=draws, seed=seed, widen=widen) for name, value in values.items()
    }
    percentiles = None
    if bootstrap:
        drawn = redrawn(laid, draws=draws, seed=seed)
        tails = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.nanquantile(drawn["share"], tails, axis=1)
        percentiles = (low, high)
        sure = {
            name: Inferred(one.value, np.nanstd(drawn[name], axis=1, ddof=1), one.reach, one.p, drawn[name], one.sums)
            for name, one in sure.items()
        }
    return Fitted(
        laid, found, told, **sure, r2_adjusted=_less_chance(laid, found, told, moved["columns"]), percentiles=percentiles, level=level
    )


def _less_chance(laid: Design, found: Moments, told: Figures, moved: np.ndarray) -> float:
    """Adjusted R² (Ezekiel 1930), for the number of independent answers that the columns' clustered spread amounts to.

    What columns explain by chance is the trace of their covariance times that of their coefficients, the clustered sandwich.
    """
    size = len(found.covariance) - 1
    sums = np.zeros((len(laid.chosen.cluster_ids), size))
    np.add.at(sums, laid.chosen.cluster, moved)
    by_chance = float(np.einsum("ci,ij,cj", sums, found.covariance[:-1, :-1], sums, optimize=True)) * len(sums) / max(len(sums) - 1, 1)
    if by_chance <= 0:
        return told.r2
    answers = size * found.covariance[-1, -1] * (1 - told.r2) / by_chance
    if answers <= size + 1:  # fewer answers than columns: anything fits
        return float("nan")
    return float(1 - (1 - told.r2) * (answers - 1) / max(answers - 1 - size, 1.0))


def _nothing(laid: Design, level: float) -> Fitted:
    size, players = laid.table.shape[1], len(laid.players)
    empty = np.full((size, size), np.nan)
    missing, one = _unknown(players), _unknown(1)
    told = Figures(missing.value, missing.value, float("nan"), missing.value, {})
    held = Moments(empty[0], empty, laid.table, laid.weight)
    return Fitted(laid, held, told, missing, missing, missing, one, float("nan"), None, level)


def _unknown(count: int) -> Inferred:
    gap = np.full(count, np.nan)
    return Inferred(gap, gap, gap, gap, np.full((count, 0), np.nan), np.empty((0, count)))
