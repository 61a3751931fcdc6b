"""Known margins: what of them cannot be met, and the weights that meet them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxlib.errors import DataError, worded

__all__ = ["Targets", "as_shares", "base_weights", "fit", "level_codes", "names_of", "unmet"]

ROUNDING = 0.005  # published margins are rounded: totals may differ by this share and are then scaled
STANDSTILL = 1e-14  # change of all weights together, as a share, below which more rounds change nothing
Targets = Mapping[str, Mapping[str, float]]


def base_weights(respondents: pd.DataFrame, weight: str | None) -> np.ndarray:
    """Return the weights to start from."""
    if weight is None:
        return np.ones(len(respondents))
    if weight not in respondents.columns:
        raise DataError(worded("weight", "respondents have no column", weight, respondents.columns, label="They have"))
    base = respondents[weight].to_numpy(dtype="float64", na_value=np.nan)
    wrong = int((~((base >= 0) & np.isfinite(base))).sum())
    if wrong:
        raise DataError(f"weight: {weight!r} is negative, missing or endless for {wrong} of {len(base)} respondents. Weights are ≥ 0.")
    if not base.any():
        raise DataError(f"weight: {weight!r} is 0 for all {len(base)} respondents. Somebody has to count.")
    return base


def names_of(respondents: pd.DataFrame, key: str) -> pd.Index:
    """Return what names each respondent, after checking that it does."""
    if key not in respondents.columns:
        raise DataError(worded("key", "respondents have no column", key, respondents.columns, label="They have"))
    ids = pd.Index(respondents[key])
    if ids.hasnans:
        raise DataError(f"key: {key!r} is missing for {int(ids.isna().sum())} of {len(ids)} respondents. Each needs one.")
    if ids.has_duplicates:
        raise DataError(
            worded("key", f"respondents hold one row a {key}, but twice", ids[ids.duplicated()][0], do="Drop the repeated rows.")
        )
    return ids


def as_shares(targets: Targets) -> tuple[dict[str, dict[str, float]], float | None]:
    """Return targets as shares, and the population where they are counts."""
    problems, totals = [], {}
    for name, levels in targets.items():
        wrong = [level for level, value in levels.items() if not (np.isfinite(value) and value >= 0)]
        problems += [worded(f"targets.{name}", f"the target of {level!r} is no share or count:", levels[level]) for level in wrong]
        totals[name] = float(sum(levels.values()))
        if not wrong and not totals[name] > 0:
            problems.append(f"targets.{name}: the targets add up to {totals[name]:g}. Give each level its share or count.")
    if problems:
        raise DataError(*problems)
    if all(abs(total - 1) <= ROUNDING for total in totals.values()):
        population = None
    else:
        population = max(totals.values())
        uneven = {name: total for name, total in totals.items() if abs(total / population - 1) > ROUNDING}
        if uneven:
            seen = ", ".join(f"{name} {total:g}" for name, total in totals.items())
            raise DataError(
                f"targets: the margins add up to different totals: {seen}. "
                "All describe one population: give shares that add up to 1 everywhere, or counts that add up to the same."
            )
    return {name: {str(level): value / totals[name] for level, value in levels.items()} for name, levels in targets.items()}, population


def level_codes(respondents: pd.DataFrame, name: str, levels: Mapping[str, float], base: np.ndarray) -> np.ndarray:
    """Return each respondent's position among the levels of a margin."""
    place = f"targets.{name}"
    if name not in respondents.columns:
        raise DataError(worded("targets", "respondents have no column", name, respondents.columns, label="They have"))
    given = respondents[name].astype("str").where(respondents[name].notna())
    if given.isna().any():
        raise DataError(
            f"{place}: {name} is missing for {int(given.isna().sum())} of {len(given)} respondents. "
            "Leave them out, or give them a level of their own with a target."
        )
    unknown = [level for level in given.unique() if level not in levels]
    if unknown:
        way = "Give it a target, or pool it with another level."
        raise DataError(
            *(worded(place, "respondents have a level without a target:", level, levels, label="Targets", do=way) for level in unknown)
        )
    codes = pd.Index(list(levels)).get_indexer(given)
    held = np.bincount(codes, base, minlength=len(levels))
    problems = []
    for level, weighted in zip(levels, held, strict=True):
        if levels[level] > 0 and not weighted:
            problems.append(
                f"{place}: nobody with the level {level!r} answered, whose target is {levels[level]:.1%}. Pool it with another level."
            )
        if not levels[level] and weighted:
            there = int((given == level).sum())
            problems.append(f"{place}: the level {level!r} has a target of 0, and {there} respondents. Leave them out.")
    if problems:
        raise DataError(*problems)
    return codes


def fit(
    start: np.ndarray,
    codes: Mapping[str, np.ndarray],
    wanted: Mapping[str, np.ndarray],
    cap: float | None,
    tolerance: float,
    iterations: int,
) -> tuple[np.ndarray, int]:
    """Return weights that add up to 1, and the rounds they took."""
    weight, limit = start.copy(), np.inf if cap is None else cap / np.count_nonzero(start)
    for number in range(1, iterations + 1 if codes else 1):
        before = weight.copy()
        for name, goal in wanted.items():
            held = np.bincount(codes[name], weight, len(goal))
            weight *= np.divide(goal, held, out=np.zeros(len(goal)), where=held > 0)[codes[name]]
        weight = _cut(weight, limit)
        met = all(np.abs(np.bincount(codes[name], weight, len(goal)) - goal).max() <= tolerance for name, goal in wanted.items())
        if met or np.abs(weight - before).sum() < STANDSTILL:
            return weight, number
    return weight, iterations if codes else 0


def _cut(weight: np.ndarray, limit: float) -> np.ndarray:
    """Hold weights at the limit and give what is cut off to the others, in proportion."""
    held = np.zeros(len(weight), dtype=bool)
    while weight.max() > limit * (1 + 1e-12):
        held |= weight > limit
        weight = np.where(held, limit, weight * (1 - limit * held.sum()) / weight[~held].sum())
    return weight


def unmet(weight: np.ndarray, codes: Mapping[str, np.ndarray], shares: Mapping[str, Mapping[str, float]], rounds: int) -> str:
    """Word the margin that is furthest from its target."""
    gaps = {
        (name, level): (held, goal)
        for name, levels in shares.items()
        for (level, goal), held in zip(levels.items(), np.bincount(codes[name], weight, len(levels)), strict=True)
    }
    (name, level), (held, goal) = max(gaps.items(), key=lambda pair: abs(pair[1][0] - pair[1][1]))
    return (
        f"targets: after {rounds} rounds {name} {level!r} still weighs {held:.2%} in place of {goal:.2%}. "
        "These respondents cannot meet all margins together: pool levels, or leave a margin out."
    )
