"""What a driver analysis holds as a whole: how much it explains, how far answers share a mood, what fits better, how sure the order is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey.drivers import holdout, lattice
from cxlib.survey.drivers.fitted import Fitted
from cxlib.survey.drivers.missing import varying
from cxlib.survey.drivers.moments import moments

__all__ = ["STABLE", "first_eigenvalue_share", "inflation", "of", "person_mean", "straight_liners"]

STABLE, SURE = 300, 0.8  # effective answers, and share of draws in which the first stays first, that make an order stable
DESCRIBES = "of this sample"  # why a check has no interval
WORSE = "worse than the mean"  # what a negative R² of answers held out says
STRAIGHT = 3  # equal answers from which somebody counts as a straight-liner


def of(found: Fitted, options: Sampling) -> pd.DataFrame:
    """Return the checks of a driver analysis as ESTIMATES without an item.

    Returns
    -------
    DataFrame
        Metrics ``r2`` (interval around the adjusted one), ``r2_adjusted``; ``first_eigenvalue_share`` of the ratings' correlations and
        ``person_mean_r2``, R² of each person's mean rating alone (both large: answers share a mood, the order of drivers is soft);
        ``vif_max``; ``straight_liner_share`` and ``straight_liner_shift``, the largest change of a share without them;
        ``holdout_r2_additive``, ``holdout_r2_mean``, ``holdout_r2_weakest`` (below 0 with the note ``worse than the mean``),
        ``weakest_link_gain``, see :func:`cxlib.survey.drivers.holdout.compared`; ``top_probability``, the share of draws in which the
        first item stays first, with the verdict as note: ``stable``, ``order open``, ``n_eff < 300``. ``n`` and ``n_eff`` stand in every
        row; the note of ``r2`` counts questionnaires without an outcome.
    """
    if not found.figures.slopes:
        note = "no spread" if len(found.design.table) and np.ptp(found.design.outcome) == 0 else "too few answers"
        return _laid(found, {"r2": (np.nan,) * 3}, {"r2": note})
    low, high = found.span_of_r2()
    drawn = found.share.draws
    top = float((drawn.argmax(axis=0) == found.share.value.argmax()).mean()) if drawn.shape[1] else np.nan
    straight = straight_liners(found)
    values: dict[str, tuple[float, float, float]] = {
        "r2": (found.figures.r2, low, high),
        "r2_adjusted": (found.r2_adjusted, low, high),
        "first_eigenvalue_share": (first_eigenvalue_share(found), np.nan, np.nan),
        "person_mean_r2": (person_mean(found), np.nan, np.nan),
        "vif_max": (float(np.nanmax(inflation(found))), np.nan, np.nan),
        "straight_liner_share": (float(np.average(straight, weights=found.design.weight)), np.nan, np.nan),
        "straight_liner_shift": (_shift(found, straight), np.nan, np.nan),
        **holdout.compared(found.design, level=found.level, seed=options.get("seed", 1)),
        "top_probability": (top, np.nan, np.nan),
    }
    verdict = f"n_eff < {STABLE}" if found.n_eff < STABLE else "stable" if top >= SURE else "order open"
    left_out = f"without outcome: {found.design.left_out}" if found.design.left_out else ""
    useless = {name: WORSE for name, (value, _, _) in values.items() if name.startswith("holdout") and value < 0}
    return _laid(found, values, {"top_probability": verdict, "r2": left_out} | useless)


def first_eigenvalue_share(found: Fitted) -> float:
    """Share of the ratings' joint variance that their first principal component carries."""
    return float(np.linalg.eigvalsh(_correlations(found))[-1] / len(found.design.items))


def person_mean(found: Fitted) -> float:
    """R² of the outcome by nothing but each person's mean rating."""
    design = found.design
    rated = (design.met == 1) & ~np.isnan(design.table[:, : len(design.items)])
    some = rated.any(axis=1)
    raw = np.where(rated, design.table[:, : len(design.items)] + design.centre, 0.0)[some]
    mean = raw.sum(axis=1) / rated[some].sum(axis=1)
    covariance = np.cov(mean, design.outcome[some], aweights=design.weight[some])
    return float(covariance[0, 1] ** 2 / (covariance[0, 0] * covariance[1, 1])) if covariance[0, 0] > 0 else float("nan")


def inflation(found: Fitted) -> np.ndarray:
    """Variance inflation factor of every item's rating, given all other columns."""
    inside = found.moments.covariance[:-1, :-1]
    scale = np.sqrt(np.where(np.diag(inside) > 0, np.diag(inside), 1.0))
    return np.asarray(np.diag(np.linalg.pinv(inside / np.outer(scale, scale), rcond=1e-10, hermitian=True))[: len(found.design.items)])


def straight_liners(found: Fitted) -> np.ndarray:
    """Tell who gave one and the same rating to everything, at least three times: array (n,) of bool."""
    design = found.design
    rated = (design.met == 1) & ~np.isnan(design.table[:, : len(design.items)])
    raw = design.table[:, : len(design.items)] + design.centre
    high, low = np.where(rated, raw, -np.inf).max(axis=1), np.where(rated, raw, np.inf).min(axis=1)
    return np.asarray((rated.sum(axis=1) >= STRAIGHT) & (high - low < 1e-9))


def _correlations(found: Fitted) -> np.ndarray:
    """Correlations of ratings, each pair among those who used both."""
    design, size = found.design, len(found.design.items)
    used = design.met == 1
    filled = found.moments.rows[:, :size]
    correlation = np.eye(size)
    for one in range(size):
        for other in range(one):
            both = used[:, one] & used[:, other]
            if both.sum() > 2:
                pair = np.cov(filled[both][:, [one, other]].T, aweights=design.weight[both])
                correlation[one, other] = correlation[other, one] = pair[0, 1] / np.sqrt(pair[0, 0] * pair[1, 1])
    return correlation


def _shift(found: Fitted, straight: np.ndarray) -> float:
    """Largest change of a share when straight-liners are left out."""
    if not straight.any():
        return 0.0
    rest, groups = found.design.only(~straight), found.design.groups
    if len(rest.table) < rest.table.shape[1] + 2 or (varying(found.design.table) & ~varying(rest.table)).any():
        return float("nan")
    value = lattice.parts(moments(rest.table, rest.weight, rest.met, rest.use).covariance, groups)
    return float(np.abs(value / value.sum() - found.share.value).max()) if value.sum() > 0 else float("nan")


def _laid(found: Fitted, values: dict[str, tuple[float, float, float]], notes: dict[str, str]) -> pd.DataFrame:
    units = {"vif_max": "factor", "straight_liner_shift": "share difference", "weakest_link_gain": "share difference"}
    tables = [
        rows(
            pd.DataFrame(index=[0]),
            {"metric": name, "value": value, "low": low, "high": high, "unit": units.get(name, "share")}
            | {"note": notes.get(name, "" if np.isnan(value) or not np.isnan(low) else DESCRIBES)}
            | {"n": found.design.chosen.n[0] if len(found.design.table) else 0, "n_eff": found.n_eff, "method": found.moments.method},
        )
        for name, (value, low, high) in values.items()
    ]
    return estimates.stack(*tables)
