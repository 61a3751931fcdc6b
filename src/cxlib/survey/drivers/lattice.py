"""The parts of R² that players bring, averaged over all orders of entry (LMG, Shapley), and how they move with the covariance.

The residual covariance after a set of players has entered (a Schur complement) follows from the one before by sweeping the
next player's columns out. Walking over the lattice of subsets that way gives the R² of all 2^p subsets for some 3·2^p
multiplications. The first players' subsets are taken one after the other, so that the working set stays in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb

import numpy as np

from cxlib.errors import DataError

__all__ = ["MAX_PLAYERS", "explained", "gradients", "leaf_weights", "parts"]

MAX_PLAYERS = 20
LEAVES = 2**13  # subsets walked at once; a few such arrays fit into a cache
LEAVES_BACK = 2**10  # on the way back every subset carries one value a player
SINGULAR = 1e-9  # of a column's variance: what is left of it is rounding

Groups = Sequence[Sequence[int]]


def parts(covariance: np.ndarray, groups: Groups) -> np.ndarray:
    """Return how much of the outcome's variance each player explains, averaged over all orders of entry.

    Parameters
    ----------
    covariance : array (…, q, q)
        Of all columns, the outcome last; leading axes are draws.
    groups : sequence of sequences of int
        The columns of each player.

    Returns
    -------
    array (…, p)
        In units of the outcome's variance; they add up to what all players explain together.

    Raises
    ------
    DataError
        For more than 20 players.

    Notes
    -----
    φ_j = Σ_{S∌j} |S|!(p−|S|−1)!/p! · (E(S∪j) − E(S)), E(S) = c_S'A_S⁻¹c_S. Lindeman, Merenda & Gold 1980; Grömping 2007.

    >>> parts(np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]]), [[0], [1]]).round(3)
    array([0.262, 0.152])
    """
    _check(len(groups))
    stacked, sizes = _stacked(covariance, groups), [len(group) for group in groups]
    draws, at_once = stacked.shape[-1], max(1, LEAVES >> len(groups))
    result = np.empty((draws, len(groups)))
    for start in range(0, draws, at_once):
        result[start : start + at_once] = _parts(np.ascontiguousarray(stacked[..., start : start + at_once]), sizes)
    return result.reshape(*covariance.shape[:-2], len(groups))


def explained(covariance: np.ndarray, groups: Groups) -> np.ndarray:
    """Return what every subset of players explains of the outcome's variance: array (2^p,), bit j of the position is player j.

    >>> explained(np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]]), [[0], [1]]).round(3)
    array([0.   , 0.36 , 0.25 , 0.413])
    """
    _check(len(groups))
    stacked = _stacked(covariance, groups)
    walked = _walk(stacked, [len(group) for group in groups], _floors(stacked))
    return np.asarray(covariance[-1, -1] - walked[0, 0], dtype=float)


def gradients(covariance: np.ndarray, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts and their derivatives by the covariance.

    Returns
    -------
    parts : array (p,)
    gradients : array (p, q, q)
        Symmetric; a small change dA of the covariance moves part j by Σ gradients[j]·dA.

    Notes
    -----
    The walk of :func:`parts`, backwards (reverse accumulation): a few times its cost a player.

    >>> covariance = np.array([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]])
    >>> value, slope = gradients(covariance, [[0], [1]])
    >>> moved = covariance + 1e-6 * np.outer([1, 2, 3], [1, 2, 3])
    >>> bool(np.allclose((parts(moved, [[0], [1]]) - value) / 1e-6, [1, 2, 3] @ slope @ [1, 2, 3], atol=1e-4))
    True
    """
    players, sizes = len(groups), [len(group) for group in groups]
    _check(players)
    stacked = _stacked(covariance, groups)
    floors = _floors(stacked)
    outer = max(0, players - (LEAVES_BACK.bit_length() - 1))
    here, there = sizes[:outer], sizes[outer:]
    tape = _tape(stacked, here, floors)
    root, floors_there = tape[-1], floors[sum(here) :]
    value, back = np.zeros(players), np.empty((players, *root.shape))
    for subset in range(root.shape[-1]):
        leaves = _tape(np.ascontiguousarray(root[..., [subset]]), there, floors_there)
        weight = leaf_weights(players, outer, subset)
        value -= weight @ leaves[-1][0, 0]
        back[..., subset] = _back(-weight[:, None, None, :], leaves, there, floors_there)[..., 0]
    slope = _back(back, tape, here, floors)[..., 0]
    columns = [*(column for group in groups for column in group), len(covariance) - 1]
    full = np.zeros((players, *covariance.shape))
    full[np.ix_(range(players), columns, columns)] = slope
    return value, full


def _check(players: int) -> None:
    if players > MAX_PLAYERS:
        raise DataError(
            f"items: {players} players make 2^{players} subsets. At most {MAX_PLAYERS} can be compared. "
            "Group them (groups=), by stage or touchpoint, so that near-duplicates are one player."
        )


def _stacked(covariance: np.ndarray, groups: Groups) -> np.ndarray:
    """Columns in the order of the players, the outcome last, draws on the last axis."""
    size = covariance.shape[-1]
    columns = [*(column for group in groups for column in group), size - 1]
    flat = covariance.reshape(-1, size, size)[:, columns][:, :, columns]
    return np.ascontiguousarray(np.moveaxis(flat, 0, -1), dtype=float)


def _floors(stacked: np.ndarray) -> np.ndarray:
    """What is left of a column's variance below this is rounding, array (columns, draws)."""
    return SINGULAR * np.einsum("iin->in", stacked)[:-1]


def _inverse(pivot: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """1/pivot where the column still varies, else 0: it adds nothing to those that entered before."""
    sure = pivot.reshape(-1, len(floor)) > floor
    return np.divide(1.0, pivot, out=np.zeros_like(pivot), where=sure.reshape(-1))


def _swept(table: np.ndarray, size: int, floors: np.ndarray) -> np.ndarray:
    """Let a player of `size` columns stay out (first half) or enter (second half of the last axis)."""
    left, count = table.shape[0] - size, table.shape[-1]
    result = np.empty((left, left, 2 * count))
    result[..., :count] = table[size:, size:]
    for step in range(size):
        scaled = table[0, 1:] * _inverse(table[0, 0], floors[step])
        entered = np.empty((table.shape[0] - 1,) * 2 + (count,)) if step + 1 < size else result[..., count:]
        np.multiply(table[0, 1:, None], scaled[None], out=entered)
        np.subtract(table[1:, 1:], entered, out=entered)
        table = entered
    return result


def _tape(table: np.ndarray, sizes: Sequence[int], floors: np.ndarray) -> list[np.ndarray]:
    """The table before each player, and after the last one."""
    tables, first = [table], 0
    for size in sizes:
        tables.append(_swept(tables[-1], size, floors[first : first + size]))
        first += size
    return tables


def _walk(table: np.ndarray, sizes: Sequence[int], floors: np.ndarray) -> np.ndarray:
    """The table after the last player."""
    first = 0
    for size in sizes:
        table = _swept(table, size, floors[first : first + size])
        first += size
    return table


def _parts(table: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Parts of a few draws, array (draws, p)."""
    players, draws, floors = len(sizes), table.shape[-1], _floors(table)
    outer = max(0, players - (LEAVES.bit_length() - 1))
    total, floors_there = table[-1, -1], floors[sum(sizes[:outer]) :]
    root = _walk(table, sizes[:outer], floors)
    minus, plus = _weights(players)
    counts = _counts(players - outer)
    result = np.zeros((draws, players))
    for subset in range(2**outer):
        start = np.ascontiguousarray(root[..., subset * draws : (subset + 1) * draws])
        found = (total - _walk(start, sizes[outer:], floors_there)[0, 0].reshape(-1, draws)).reshape(-1, draws)
        size = counts + subset.bit_count()
        result -= (minus[size] @ found)[:, None]
        weighted = plus[size][:, None] * found
        for player in range(players - 1, outer - 1, -1):  # fold the leaves once a player, the last one first
            half = len(weighted) // 2
            result[:, player] += weighted[half:].sum(axis=0)
            weighted = weighted[:half] + weighted[half:]
        for player in range(outer):
            if subset >> player & 1:
                result[:, player] += weighted[0]
    return result


def _back(slope: np.ndarray, tape: Sequence[np.ndarray], sizes: Sequence[int], floors: np.ndarray) -> np.ndarray:
    """Carry derivatives by the last table back to the first: arrays (outputs, rows, columns, subsets)."""
    last = sum(sizes)
    for number in range(len(sizes) - 1, -1, -1):
        size = sizes[number]
        slope = _swept_back(slope, tape[number], size, floors[last - size : last])
        last -= size
    return slope


def _swept_back(slope: np.ndarray, table: np.ndarray, size: int, floors: np.ndarray) -> np.ndarray:
    count = table.shape[-1]
    outside, inside = slope[..., :count], slope[..., count:]
    tables = [table]
    for step in range(size - 1):
        now = tables[-1]
        tables.append(now[1:, 1:] - now[0, 1:, None] * (now[0, 1:] * _inverse(now[0, 0], floors[step]))[None])
    for step in range(size - 1, -1, -1):
        now = tables[step]
        inverse = _inverse(now[0, 0], floors[step])
        crossed = np.einsum("kijn,jn->kin", inside, now[0, 1:] * inverse)
        before = np.empty((len(inside), *now.shape))
        before[:, 1:, 1:] = inside
        before[:, 0, 1:] = before[:, 1:, 0] = -crossed
        before[:, 0, 0] = np.einsum("kin,in->kn", crossed, now[0, 1:] * inverse)
        inside = before
    inside[:, size:, size:] += outside
    return inside


@lru_cache(maxsize=64)
def _weights(players: int) -> tuple[np.ndarray, np.ndarray]:
    """By size of the subset: what every player loses by it, and what its members gain besides."""
    alone = np.array([1 / (players * comb(players - 1, size)) for size in range(players)])
    minus = np.append(alone, 0.0)
    return minus, minus + np.append(0.0, alone)


@lru_cache(maxsize=32)
def _counts(players: int) -> np.ndarray:
    return np.array([subset.bit_count() for subset in range(2**players)])


def leaf_weights(players: int, outer: int = 0, subset: int = 0) -> np.ndarray:
    """Return the weight of every subset's value in each player's part, array (p, subsets).

    Parameters
    ----------
    players : int
    outer, subset : int
        Where the first `outer` players are in or out as the bits of `subset` say: the subsets of the others.

    >>> leaf_weights(2).tolist()
    [[-0.5, 0.5, -0.5, 0.5], [-0.5, -0.5, 0.5, 0.5]]
    """
    minus, plus = _weights(players)
    leaves = np.arange(2 ** (players - outer))
    size = _counts(players - outer) + subset.bit_count()
    fixed = [np.full(len(leaves), subset >> player & 1) for player in range(outer)]
    member = np.array(fixed + [leaves >> bit & 1 for bit in range(players - outer)])
    return np.asarray(member * plus[size] - minus[size])
