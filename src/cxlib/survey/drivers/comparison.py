"""Do drivers differ between groups of respondents? Differences of shares and of coefficients, with intervals and false discovery rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.results import Result
from cxlib.estimates.rows import rows
from cxlib.survey.drivers.fitted import Fitted, fitted
from cxlib.survey.drivers.fitting import REFUSED, named_groups, named_items
from cxlib.survey.drivers.inference import Inferred

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """Differences of drivers between groups of respondents.

    Attributes
    ----------
    table : DataFrame
        One row a level and player: the `by` column, ``item``, ``difference`` of shares (level less reference), ``low``, ``high``, ``q``
        (Benjamini–Hochberg over the table), ``coefficient_difference`` with its interval and q, ``note``.
    estimates : DataFrame
        ESTIMATES, metrics ``driver_share_difference`` and ``driver_coefficient_difference``, with draws.
    """

    table: pd.DataFrame
    estimates: pd.DataFrame


def compare(
    responses: pd.DataFrame,
    *,
    by: str | None,
    outcome: str | None,
    reference: str | None = None,
    items: Sequence[str] | None = None,
    item_type: str = "actual",
    groups: Mapping[str, str] | str | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 1,
) -> Comparison:
    """Compare the drivers of groups of respondents, each level of `by` with a reference.

    Parameters
    ----------
    responses, outcome, items, item_type, groups, weight, cluster, level, draws, seed
        As in :func:`cxlib.survey.drivers.fit`.
    by : str or None
        Column of `responses`; rows without a level are left out. None: no groups are known.
    reference : str, optional
        Level the others are compared with; the one with most answers when left out.

    Returns
    -------
    Comparison
        A level or reference below an effective sample size of 80 keeps its rows, with a note in place of numbers.

    Raises
    ------
    DataError
        For a column or reference that is not there, and as in :func:`cxlib.survey.drivers.fit`.

    Notes
    -----
    Clusters with respondents on both sides count as one: SE² = C/(C−1)·Σ_c (moves of one side − moves of the other)².

    >>> rng = np.random.default_rng(1)
    >>> speed, price = rng.integers(1, 6, (2, 400)).astype(float)
    >>> who = pd.DataFrame({"response_id": [f"p{number}" for number in range(400)], "segment": ["new", "old"] * 200})
    >>> who["respondent_id"] = who["response_id"]
    >>> marks = {"speed": speed, "price": price, "recommend": np.where(who["segment"].eq("new"), speed, price) + rng.integers(0, 3, 400)}
    >>> answers = pd.concat([who.assign(item_id=name, value=value, weight=1.0, state="answered",
    ...     item_type="nps" if name == "recommend" else "actual") for name, value in marks.items()], ignore_index=True)
    >>> compare(answers, by="segment", outcome="recommend", reference="old", draws=20).table.iloc[:, :6].round(1)
      segment   item  difference  low  high  coefficient_difference
    0     new  speed         1.0  1.0   1.0                     1.0
    1     new  price        -1.0 -1.0  -1.0                    -1.0
    """
    options: Sampling = {"weight": weight, "cluster": cluster, "level": level, "draws": draws, "seed": seed}
    if by is None:
        return _unanswerable("segment", item_type, outcome)
    if not responses.empty and by not in responses.columns:
        raise DataError(worded("by", "responses have no column", by, responses.columns, label="Columns"))
    named = named_items(responses, items, item_type, outcome)
    if outcome is None or responses.empty or not named or responses[by].isna().all():
        return _unanswerable(by, item_type, outcome)
    players, column = named_groups(responses, named, groups)
    levels = responses[by].dropna().astype("str")
    known = list(levels.value_counts().index)
    if reference is not None and reference not in known:
        raise DataError(worded(by, "there is no level", reference, known, label="Levels"))
    base, others = reference or known[0], sorted(known)
    fits = {
        name: fitted(
            responses.loc[levels.index[levels == name]], outcome=outcome, items=named, groups=players, options=options, least=REFUSED
        )
        for name in others
    }
    parts = [_difference(fits[name], fits[base], name, by, column, options) for name in others if name != base]
    if not parts:
        return _one_level(by)
    table = pd.concat([one for one, _ in parts], ignore_index=True)
    table["q"], table["coefficient_q"] = (
        estimates.false_discovery(table.pop("p").to_numpy()),
        estimates.false_discovery(table.pop("coefficient_p").to_numpy()),
    )
    return Comparison(table, estimates.stack(*(one for _, one in parts)))


def _unanswerable(by: str, item_type: str, outcome: str | None) -> Comparison:
    needs = [f"responses[{item_type}]", *(["responses[nps]"] if outcome is None else []), f"responses.{by}"]
    missing = estimates.unanswerable("driver_share_difference", "share difference", needs, by=[by, "item_id"])
    return Comparison(pd.DataFrame(columns=[by, "item", "difference", "low", "high", "q", "note"]), missing)


def _one_level(by: str) -> Comparison:
    """Say that there is nobody to compare with: a client of one segment is no mistake."""
    missing = estimates.unanswerable("driver_share_difference", "share difference", [f"responses.{by}"], by=[by, "item_id"])
    return Comparison(pd.DataFrame(columns=[by, "item", "difference", "low", "high", "q", "note"]), missing)


def _difference(one: Fitted, other: Fitted, name: str, by: str, column: str, options: Sampling) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Differences of one level and the reference, as table and as ESTIMATES."""
    players = list(dict.fromkeys([*one.design.players, *other.design.players, *one.design.out, *other.design.out]))
    thin = f"n_eff < {REFUSED}" if min(one.n_eff, other.n_eff) < REFUSED else ""
    reasons = {**other.design.out, **one.design.out}
    note = np.array([thin or reasons.get(player, "") for player in players], dtype=object)
    table = pd.DataFrame({by: name, "item": players})
    groups, laid = pd.DataFrame({by: name, column: players}), []
    n = one.design.chosen.n[0] + other.design.chosen.n[0]
    for metric, prefix, unit in (("share", "", "share difference"), ("coefficient", "coefficient_", "points per point")):
        value, low, high, p, drawn = _apart(one, other, metric, players, options)
        kept = note == ""
        value, low, high, p = (np.where(kept, array, np.nan) for array in (value, low, high, p))
        table[f"{prefix}difference"], table[f"{prefix}low"], table[f"{prefix}high"], table[f"{prefix}p"] = value, low, high, p
        columns = {"metric": f"driver_{metric}_difference", "value": value, "low": low, "high": high, "unit": unit, "n": n}
        columns |= {"n_eff": one.n_eff + other.n_eff, "method": "LMG, linearised", "note": note}
        carried = [row if told else None for row, told in zip(drawn, ~np.isnan(value), strict=True)] if drawn.shape[1] else None
        laid.append(rows(groups, columns | {"draws": carried}))
    return table.assign(note=note), estimates.stack(*laid)


def _apart(
    one: Fitted, other: Fitted, metric: str, players: list[str], options: Sampling
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Value, ends, p and draws of a figure's difference; NaN where a side lacks the player."""
    sides = [(fit, getattr(fit, metric)) for fit in (one, other)]
    ids = np.unique(np.concatenate([fit.design.chosen.cluster_ids for fit, _ in sides]).astype(str))
    value, sums = np.zeros(len(players)), np.zeros((len(ids), len(players)))
    draws = np.zeros((len(players), options.get("draws", 0)))
    for sign, (fit, sure) in zip((1.0, -1.0), sides, strict=True):
        place = np.array([fit.design.players.index(player) if player in fit.design.players else -1 for player in players])
        value += sign * _spread_over(sure.value, place)
        draws += sign * _spread_over(sure.draws, place) if sure.draws.shape[1] else np.nan
        if len(sure.sums):
            row = np.searchsorted(ids, fit.design.chosen.cluster_ids.astype(str))
            sums[row] += sign * _widened(fit, sure)[:, np.maximum(place, 0)]
    squares, count = (sums**2).sum(axis=0), len(ids)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(squares * count / (count - 1))
        doubt = (sums**4).sum(axis=0) - squares**2 / count
        df = np.where(doubt > 0, np.minimum(count - 1, 2 * squares**2 / doubt), count - 1)
        reach = special.stdtrit(df, (1 + options.get("level", 0.95)) / 2)
        p = 2 * special.stdtr(df, -np.abs(value) / se)
    return value, value - reach * se, value + reach * se, p, draws


def _spread_over(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    found = values[np.maximum(place, 0)] if len(values) else np.full((len(place), *values.shape[1:]), np.nan)
    found[place < 0] = np.nan
    return np.asarray(found)


def _widened(fit: Fitted, sure: Inferred) -> np.ndarray:
    """What clusters move, with the allowance that the level's own interval makes for the columns fitted."""
    columns = fit.design.table.shape[1] - 1
    return np.asarray(sure.sums * fit.n_eff / max(fit.n_eff - columns, 1.0))
