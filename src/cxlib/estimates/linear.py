"""What all linear figures share: a ratio of weighted totals, its linearised spread, its t interval and its draws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxlib.errors import CxError
from cxlib.estimates.bootstrap import draw_ratios, draw_weights
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling, Spread, sample

__all__ = ["draw_ids", "draws_of", "linear", "mean_spread", "numbers", "spread_of"]


def linear(
    chosen: Sample, top: np.ndarray, bottom: np.ndarray, metric: str, unit: str, options: Sampling, bounds: tuple[float, float] | None
) -> pd.DataFrame:
    """Σw·top/Σw·bottom by group with its t interval and, where asked for, its draws."""
    above, below = chosen.total(top), chosen.total(bottom)
    value = np.divide(above, below, out=np.full(chosen.size, np.nan), where=below != 0)
    spread = spread_of(chosen, top, bottom)
    positive = bounds is not None and bounds[0] == 0 and np.isinf(bounds[1])
    with np.errstate(invalid="ignore"):
        half = spread.reach(options.get("level", 0.95), steady=positive) * spread.se
    note = np.where(np.isnan(value), "no exposure", np.where(np.isnan(spread.df), "n < 2", np.where(spread.se == 0, "no spread", "")))
    half = np.where(note == "no spread", np.nan, half)
    low, high = value - half, value + half
    if positive:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            low, high = value * np.exp(-half / value), value * np.exp(half / value)
    elif bounds is not None:
        low, high = np.maximum(low, bounds[0]), np.minimum(high, bounds[1])
    columns = {"metric": metric, "value": value, "low": low, "high": high, "unit": unit, "n": chosen.n, "n_eff": chosen.kish()}
    columns |= {"method": "log, linearised" if positive else "t, linearised", "note": note}
    if options.get("draws"):
        columns["draws"] = draws_of(chosen, top, bottom, options)
    return rows(chosen.groups, columns)


def spread_of(chosen: Sample, top: np.ndarray, bottom: np.ndarray) -> Spread:
    """Return the standard error of Σw·top/Σw·bottom by group, from its influence values."""
    return chosen.spread(_influence(chosen, top, bottom))


def _influence(chosen: Sample, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    below = chosen.total(bottom)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(below != 0, chosen.total(top) / below, 0.0)
        share_of = np.where(below != 0, 1 / below, 0.0)
    residual = top - value[chosen.group] * bottom
    residual[np.abs(residual) < 1e-12 * np.maximum(np.abs(top), 1.0)] = 0.0  # rounding is no spread
    return chosen.weight * residual * share_of[chosen.group]


def mean_spread(table: pd.DataFrame, value: str, *, by: Sequence[str], options: Sampling) -> tuple[np.ndarray, Spread]:
    """Return each group's mean and its linearised spread, in the order in which :func:`cxlib.estimates.mean` lists the groups."""
    chosen = sample(table, [value], by, options)
    top = numbers(table, value, chosen)
    return chosen.total(top) / chosen.total(np.ones_like(top)), spread_of(chosen, top, np.ones_like(top))


def draws_of(chosen: Sample, top: np.ndarray, bottom: np.ndarray, options: Sampling) -> np.ndarray:
    """Return the bootstrap draws of Σw·top/Σw·bottom: groups × draws."""
    ids = draw_ids(chosen, options)
    weights, draws, seed = chosen.weight, options["draws"], options.get("seed", 1)
    drawn = draw_ratios(chosen.group, chosen.size, chosen.cluster, ids, weights * top, weights * bottom, draws=draws, seed=seed)
    if chosen.projection is None:
        return drawn
    explained = chosen.projection.explained(_influence(chosen, top, bottom), chosen.group, chosen.size)
    return drawn - explained @ (draw_weights(ids, draws=draws, seed=seed).astype("float64") - 1)  # as if each draw were calibrated anew


def draw_ids(chosen: Sample, options: Sampling) -> np.ndarray:
    """Return the cluster ids that draws are made from; without clusters there are no draws that could align."""
    if not options.get("cluster"):
        raise CxError(
            "draws: bootstrap draws need `cluster`, the column whose ids make them align between tables (respondent_id at least)."
        )
    return chosen.cluster_ids


def numbers(table: pd.DataFrame, name: str, chosen: Sample) -> np.ndarray:
    """Return a column's values in the rows chosen."""
    return table[name].iloc[chosen.rows].to_numpy(dtype="float64", copy=True)
