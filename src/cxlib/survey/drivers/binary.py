"""Drivers of a yes or no (promoter, retained): shares of the explained deviance of a logistic model, over all orders of entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.survey.drivers.design import Design, design
from cxlib.survey.drivers.fitting import REFUSED, named_groups, named_items
from cxlib.survey.drivers.inference import Inferred, infer
from cxlib.survey.drivers.lattice import leaf_weights
from cxlib.survey.drivers.moments import moments
from cxlib.survey.drivers.result import Drivers

__all__ = ["MAX_PLAYERS", "deviances", "fit_binary"]

MAX_PLAYERS = 12
IMPUTATIONS = 5
METHOD = "logistic LMG, linearised"
STEPS, SMALL, RIDGE = 30, 1e-8, 1e-6


def fit_binary(
    responses: pd.DataFrame,
    *,
    outcome: str | None,
    at_least: float | None = None,
    items: Sequence[str] | None = None,
    item_type: str = "actual",
    groups: Mapping[str, str] | str | None = None,
    weight: str | None = "weight",
    cluster: str | None = None,
    level: float = 0.95,
    draws: int = 500,
    seed: int = 1,
) -> Drivers:
    """Say what goes with a yes or no: each item's share of the deviance that a logistic model explains.

    Parameters
    ----------
    responses, items, item_type, groups, weight, cluster, level, draws, seed
        As in :func:`cxlib.survey.drivers.fit`; at most 12 players.
    outcome : str or None
        item_id or column of 0 and 1.
    at_least : float, optional
        Makes a yes of answers from this one on (9: promoters).

    Returns
    -------
    Drivers
        ``share`` adds up to 1, ``r2_part`` to McFadden's R² (1 − deviance over that of no item); no coefficients. ESTIMATES metrics
        ``driver_share``, ``driver_r2``, ``driver_rank``, and ``mcfadden_r2`` without an item.

    Raises
    ------
    DataError
        For an outcome that is not 0 or 1, more than 12 players, and as in :func:`cxlib.survey.drivers.fit`.

    Notes
    -----
    A fit minimises its deviance, so a row moves the deviance of a subset by its own term in it (envelope theorem): intervals and draws
    come from all 2^p fits at once, without repeating them. Unknown cells are drawn five times from what the others let expect, the
    outcome among them (Rubin 1987).

    >>> rng = np.random.default_rng(1)
    >>> speed, price = rng.integers(1, 6, (2, 200)).astype(float)
    >>> who = [f"p{number}" for number in range(200)]
    >>> marks = {"speed": speed, "price": price, "recommend": np.clip(2 * speed + rng.integers(-1, 2, 200), 0, 10)}
    >>> answers = pd.concat([pd.DataFrame({"respondent_id": who, "response_id": who, "item_id": name, "value": value, "weight": 1.0,
    ...     "item_type": "nps" if name == "recommend" else "actual", "state": "answered"}) for name, value in marks.items()])
    >>> fit_binary(answers, outcome="recommend", at_least=9, draws=20).table[["item", "share"]].round(1)
        item  share
    0  speed    1.0
    1  price    0.0
    """
    options: Sampling = {"weight": weight, "cluster": cluster, "level": level, "draws": draws, "seed": seed}
    named = named_items(responses, items, item_type, outcome)
    column = "item_id" if groups is None else groups if isinstance(groups, str) else "item_group"
    if outcome is None or responses.empty or not named:
        needs = [f"responses[{item_type}]"] + (["responses[nps]"] if outcome is None else [])
        missing = estimates.unanswerable("driver_share", "share", needs, by=[column])
        return Drivers(outcome or "", pd.DataFrame(columns=["item", "share", "note"]), missing.iloc[:0], missing)
    players, column = named_groups(responses, named, groups)
    laid = _yes_or_no(design(responses, outcome=outcome, items=named, groups=players, options=options), outcome, at_least)
    if len(laid.players) > MAX_PLAYERS:
        raise DataError(
            f"items: {len(laid.players)} players make 2^{len(laid.players)} logistic fits. At most {MAX_PLAYERS} can be compared. "
            "Group them (groups=), by stage or touchpoint, so that near-duplicates are one player."
        )
    return _laid(laid, outcome, column, options)


def deviances(table: np.ndarray, groups: Sequence[Sequence[int]], yes: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return every row's deviance under every subset of players, array (n, 2^p); bit j of the position is player j.

    Parameters
    ----------
    table : array (n, q)
    groups : sequence of sequences of int
        Columns of each player.
    yes : array (n,)
        0 or 1.
    weight : array (n,)

    Notes
    -----
    Newton's method from the fit of the subset before; a ridge of 1e−6 of a row keeps fits that separate the answers finite.

    >>> deviances(np.zeros((4, 1)), [[0]], np.array([0.0, 0.0, 1.0, 1.0]), np.ones(4)).round(3)[0].tolist()
    [1.386, 1.386]
    """
    scale = np.where(table.std(axis=0) > 0, table.std(axis=0), 1.0)
    columns = np.column_stack([np.ones(len(table)), (table - table.mean(axis=0)) / scale])
    result = np.empty((len(table), 2 ** len(groups)))
    starts = np.zeros((2 ** len(groups), columns.shape[1]))
    for subset in range(2 ** len(groups)):
        chosen = [0, *(1 + column for player, group in enumerate(groups) if subset >> player & 1 for column in group)]
        before = subset & ~(1 << (subset.bit_length() - 1)) if subset else 0
        found, linear = _newton(columns[:, chosen], yes, weight, starts[before][chosen])
        starts[subset][chosen] = found
        result[:, subset] = 2 * (np.logaddexp(0.0, linear) - yes * linear)
    return result


def _newton(columns: np.ndarray, yes: np.ndarray, weight: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and linear predictor of a weighted logistic regression."""
    ridge = RIDGE * weight.mean() * np.eye(columns.shape[1])
    slope, linear = start, columns @ start
    worth = _penalised(linear, yes, weight, slope, ridge)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(linear, -35, 35)))
        spread = weight * np.maximum(chance * (1 - chance), 1e-12)
        step = np.linalg.solve((columns * spread[:, None]).T @ columns + ridge, columns.T @ (weight * (yes - chance)) - ridge @ slope)
        size = 1.0
        while True:
            new = slope + size * step
            ahead = columns @ new
            better = _penalised(ahead, yes, weight, new, ridge)
            if better <= worth + SMALL or size < SMALL:
                break
            size /= 2
        gained, slope, linear, worth = worth - better, new, ahead, better
        if gained < SMALL * (1 + abs(worth)):
            break
    return slope, linear


def _penalised(linear: np.ndarray, yes: np.ndarray, weight: np.ndarray, slope: np.ndarray, ridge: np.ndarray) -> float:
    return float(weight @ (np.logaddexp(0.0, linear) - yes * linear) + slope @ ridge @ slope / 2)


def _yes_or_no(laid: Design, outcome: str, at_least: float | None) -> Design:
    answer = laid.outcome if at_least is None else (laid.outcome >= at_least).astype(float)
    wrong = answer[~np.isin(answer, (0.0, 1.0))]
    if len(wrong):
        raise DataError(
            f"outcome: {outcome!r} holds {wrong[0]:g}, which is neither 0 nor 1. "
            "Say from which answer on it is a yes (at_least=9: promoters)."
        )
    return replace(laid, table=np.column_stack([laid.table[:, :-1], answer]))


@dataclass(frozen=True, eq=False)
class _Parts:
    """Values and what rows move, for shares, parts of R² and R²."""

    value: np.ndarray
    moved: np.ndarray


def _parts(table: np.ndarray, laid: Design) -> _Parts:
    players, weight, yes = len(laid.players), laid.weight, laid.outcome
    rows_of = deviances(table[:, :-1], laid.groups, yes, weight)
    lost, null = weight @ rows_of, rows_of[:, 0]
    plain = -leaf_weights(players, 0, 0)  # of deviances, which fall where R² rises
    part = plain @ lost / lost[0]
    moved = weight[:, None] * (rows_of @ plain.T - null[:, None] * part) / lost[0]
    together, all_moved = part.sum(), moved.sum(axis=1, keepdims=True)
    share = part / together
    of_share = (moved - all_moved * share) / together
    return _Parts(np.concatenate([share, part, [together]]), np.column_stack([of_share, moved, all_moved]))


def _laid(laid: Design, outcome: str, column: str, options: Sampling) -> Drivers:
    n_eff, players, level = float(laid.chosen.kish()[0]), len(laid.players), options["level"]
    thin = f"n_eff < {REFUSED}" if n_eff < REFUSED else "no spread" if np.ptp(laid.outcome) == 0 else ""
    sure = None if thin or not players else _inferred(laid, options, n_eff)
    empty = np.full(players, np.nan)
    share, part = (empty, empty) if sure is None else (sure.value[:players], sure.value[players:-1])
    low, high = (np.full(2 * players + 1, np.nan),) * 2 if sure is None else sure.between()
    drawn = np.full((players, 0), np.nan) if sure is None else sure.draws[:players]
    first, last = estimates.rank_span(drawn, level)
    table = pd.DataFrame({"item": laid.players, "share": share, "r2_part": part, "low": low[:players], "high": high[:players]})
    table = table.assign(rank_low=first, rank_high=last, n_users=[laid.count_users(player) for player in range(players)], note=thin)
    rest = pd.DataFrame({"item": list(laid.out), "note": list(laid.out.values())})
    every = pd.concat([table, rest], ignore_index=True) if len(rest) else table
    shared = {"n": laid.chosen.n[0], "n_eff": n_eff, "method": METHOD}
    groups, gap, extra = pd.DataFrame({column: every["item"]}), np.full(len(rest), np.nan), [None] * len(rest)

    def told(metric: str, unit: str, value: str, low: np.ndarray, high: np.ndarray, draws: np.ndarray | None) -> pd.DataFrame:
        columns = {"metric": metric, "unit": unit, "value": every[value], "low": np.append(low, gap), "high": np.append(high, gap)}
        carried = None if draws is None or not draws.shape[1] else [*draws, *extra]
        return rows(groups, columns | shared | {"note": every["note"], "draws": carried})

    every["rank"] = every["share"].rank(ascending=False, method="first")
    whole = {"metric": "mcfadden_r2", "unit": "share", "note": thin} | shared
    whole |= {} if sure is None else {"value": sure.value[-1], "low": low[-1], "high": high[-1]}
    checks = rows(pd.DataFrame(index=[0]), whole)
    laid_out = estimates.stack(
        told("driver_share", "share", "share", low[:players], high[:players], drawn),
        told("driver_r2", "share", "r2_part", low[players:-1], high[players:-1], None if sure is None else sure.draws[players:-1]),
        told("driver_rank", "rank", "rank", first, last, None),
        checks,
    )
    return Drivers(outcome, every.drop(columns="rank"), checks, laid_out)


def _inferred(laid: Design, options: Sampling, n_eff: float) -> Inferred:
    held = moments(laid.table, laid.weight, laid.met, laid.use)
    rng = np.random.default_rng(options["seed"])
    count = 1 if held.normal is None else IMPUTATIONS
    found = [_parts(held.imputed(rng), laid) for _ in range(count)]
    widen = n_eff / max(n_eff - laid.table.shape[1] + 1, 1.0)
    value = np.mean([one.value for one in found], axis=0)
    moved = np.mean([one.moved for one in found], axis=0)
    sure = infer(value, moved, laid.chosen, level=options["level"], draws=options["draws"], seed=options["seed"], widen=widen)
    if count == 1:
        return sure
    apart = np.array([one.value for one in found])
    between = (1 + 1 / count) * apart.var(axis=0, ddof=1)
    shifted = sure.draws + (apart - value)[np.arange(sure.draws.shape[1]) % count].T
    return replace(sure, se=np.sqrt(sure.se**2 + between), draws=shifted)
