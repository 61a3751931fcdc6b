"""Finding days with more contacts than the days around them: a scan over windows against a baseline that is refitted in every draw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["Found", "baseline", "scan"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
SCALES = (14.0, 25.0, 45.0)  # days in which the baseline may decay; what decays within days is a window
STEPS, ROUNDS = 60, 3  # of the baseline's fit; how often it is fitted anew without the window found
STRIDE, FLOOR = 1.8, 0.01  # how far a step goes (1: expectation–maximisation, below 2 it converges); part each decay starts again from
FIRST_DRAWS, ENOUGH = 199, 20  # draws looked at first, and how many as high as observed end the search
EDGE_DRAWS = 200
NEAR, LESS = 1, 0.05  # edges within so many days count as met, each day off by so much less


@dataclass(frozen=True, eq=False)
class Found:
    """The window that stands out most.

    Attributes
    ----------
    first, last : int
        Places in the days scanned, both included: the likeliest to lie within a day of both edges.
    p : float
        How often chance alone gives one that stands out as much.
    ratio : float
        Contacts over those that the baseline lets expect, shrunk by how much such a search exaggerates.
    ratio_span : (float, float)
        Of the ratio.
    raw : float
        The ratio before shrinking.
    excess, excess_spread : float
        Contacts beyond those expected, for each unit watched in the window, less what such a search exaggerates; and its standard error.
    first_span, last_span : (float, float)
        Where the edges lie in as large a part of the draws as the level says.
    expected : array of float
        Contacts that the baseline lets expect each day.
    """

    first: int
    last: int
    p: float
    ratio: float
    ratio_span: tuple[float, float]
    raw: float
    excess: float
    excess_spread: float
    first_span: tuple[float, float]
    last_span: tuple[float, float]
    expected: Floats


def scan(unit: Ints, day: Ints, weight: Floats, *, days: Floats, widest: int, tries: int, level: float, rng: np.random.Generator) -> Found:
    """Scan for one window.

    Parameters
    ----------
    unit, day : arrays of int
        Of each contact: whose, and on which of the days (its place).
    weight : array, units × days
        How likely each unit is to be in touch on each day but for the time since zero: 0 where it is not watched, else the day's rhythm.
    days : array of float
        Days since zero, rising.
    widest : int
        Most days of a window.
    tries : int
        Null draws at most.
    level : float
        Of the spans.
    rng : Generator

    Notes
    -----
    Baseline λ(t) = c₀ + c₁·exp(−t₊/14) + c₂·exp(−t₊/25) + c₃·exp(−t₊/45), c ≥ 0, Poisson maximum likelihood
    (expectation–maximisation with longer steps), fitted without the days of the window found, three times over. A window's score is
    O·log(O/E) − (O − E) where O > E. The edges told are those about which, a day to either side, Σ exp(score) is largest: the
    likeliest to be met within a day. In a null draw every unit keeps its contacts and the days it is watched; their days are drawn anew
    from the baseline of all days × rhythm, baseline and window found anew. p = (1 + draws as high)/(1 + draws); a search ends early when
    20 of the first 199 draws are as high. In draws that hold the window found it is searched for anew: by how much these exaggerate the
    ratio (median, log scale) it is divided; their spread on that scale is its span, and where they find the edges is the span of those.
    The excess is told less what they exaggerate of it. It is not shrunk as the ratio is: a window found too narrow has too high a ratio,
    and its excess is about right.
    """
    exposure = weight.sum(axis=0)
    counts = np.bincount(day, minlength=len(days)).astype("float64")[None, :]
    score, *_, expected = _best(counts, exposure, days, widest)
    first, last = _edges(counts, expected, widest)
    nothing = weight * _shape(baseline(counts, exposure, days, np.ones(counts.shape, dtype=bool))[0], exposure)
    high = made = 0
    for more in (min(FIRST_DRAWS, tries), tries - FIRST_DRAWS):
        if more > 0 and high < ENOUGH:
            draws = _draws(unit, nothing, len(days), more, rng)
            high, made = high + int((_best(draws, exposure, days, widest)[0] >= score[0]).sum()), made + more
    place = slice(int(first[0]), int(last[0]) + 1)
    raw = float(counts[0, place].sum() / max(expected[0, place].sum(), 1e-12))
    lifted = _shape(expected[0], exposure)
    lifted[place] *= max(raw, 1.0)
    again = _draws(unit, weight * lifted, len(days), EDGE_DRAWS, rng)
    *_, mean = _best(again, exposure, days, widest)
    ends = _edges(again, mean, widest)
    watched = (weight > 0).sum(axis=0)
    ratios, beyond = _within(again, mean, watched, *ends)
    observed = float(_within(counts, expected, watched, first, last)[1][0])
    usual = np.log(max(raw, 1e-12))
    told = usual - max(float(np.median(ratios)) - usual, 0.0)
    tail = (1 - level) / 2
    reach = float(special.ndtri(1 - tail) * ratios.std(ddof=1))
    span = (float(np.exp(told - reach)), float(np.exp(told + reach)))
    begins, stops = ((float(low), float(high)) for low, high in (np.quantile(places, [tail, 1 - tail]) for places in ends))
    excess = max(observed - max(float(np.median(beyond)) - observed, 0.0), 0.0)
    p, spread = (1 + high) / (1 + made), float(beyond.std(ddof=1))
    return Found(int(first[0]), int(last[0]), p, float(np.exp(told)), span, raw, excess, spread, begins, stops, expected[0])


def _within(counts: Floats, expected: Floats, watched: Ints, first: Ints, last: Ints) -> tuple[Floats, Floats]:
    """Of each draw's window: log ratio, and contacts beyond those expected for each unit watched in it."""
    place = np.arange(counts.shape[1])
    inside = (place >= first[:, None]) & (place <= last[:, None])
    seen, usual = ((table * inside).sum(axis=1) for table in (counts, expected))
    units = (watched * inside).sum(axis=1) / inside.sum(axis=1)
    return np.log(np.maximum(seen, 0.5) / np.maximum(usual, 1e-12)), (seen - usual) / np.maximum(units, 1e-12)


def baseline(counts: Floats, exposure: Floats, days: Floats, kept: npt.NDArray[np.bool_]) -> Floats:
    """Return the contacts a decaying baseline lets expect on each day, fitted to the days that are kept.

    Parameters
    ----------
    counts : array, draws × days
    exposure, days : array (days,)
    kept : array of bool, draws × days
    """
    basis = _basis(days)
    found = _fitted(counts, exposure, basis, kept)
    for _ in range(ROUNDS):
        found = _fitted(counts, exposure, basis, kept, found)
    return exposure * (found @ basis)


def _basis(days: Floats) -> Floats:
    return np.stack([np.ones_like(days), *[np.exp(-np.maximum(days, 0.0) / scale) for scale in SCALES]])


def _fitted(counts: Floats, exposure: Floats, basis: Floats, kept: npt.NDArray[np.bool_], start: Floats | None = None) -> Floats:
    """Coefficients of the baseline, draws × decays, some steps on from the start."""
    held = kept * exposure
    seen, total = counts * kept, np.maximum(held @ basis.T, 1e-300)
    level = seen.sum(axis=1) / np.maximum(held.sum(axis=1), 1e-12)
    even = np.repeat(level[:, None] / len(basis), len(basis), axis=1)
    found = even if start is None else np.maximum(start, FLOOR * even)
    for _ in range(STEPS):
        found = found * (((seen / np.maximum(found @ basis, 1e-300)) @ basis.T) / total) ** STRIDE
    return found


def _shape(expected: Floats, exposure: Floats) -> Floats:
    return np.divide(expected, exposure, out=np.zeros_like(expected), where=exposure > 0)


def _best(counts: Floats, exposure: Floats, days: Floats, widest: int) -> tuple[Floats, Ints, Ints, Floats]:
    """Return the highest score of each draw, its window, and the baseline fitted without it."""
    kept, found = np.ones(counts.shape, dtype=bool), None
    place, basis = np.arange(len(days)), _basis(days)
    for _ in range(ROUNDS + 1):
        found = _fitted(counts, exposure, basis, kept, found)
        expected = exposure * (found @ basis)
        score, first, last = _highest(counts, expected, widest)
        kept = (place < first[:, None]) | (place > last[:, None])
    return score, first, last, expected


def _edges(counts: Floats, expected: Floats, widest: int) -> tuple[Ints, Ints]:
    """Return the first and last day about which windows, within a day of both, are likeliest together."""
    draws, size = counts.shape
    score = np.full((draws, size + 2 * NEAR, size + 2 * NEAR), -np.inf)
    for width, each in _scores(counts, expected, widest):
        at = np.arange(each.shape[1]) + NEAR
        score[:, at, at + width - 1] = each
    likely = np.exp(score - score.max(axis=(1, 2), keepdims=True))
    inner = range(2 * NEAR + 1)
    steps = [(first, last, 1 - LESS * (abs(first - NEAR) + abs(last - NEAR))) for first in inner for last in inner]
    near = sum(part * likely[:, first : first + size, last : last + size] for first, last, part in steps)
    place = np.where(score[:, NEAR : NEAR + size, NEAR : NEAR + size] > -np.inf, near, 0.0).reshape(draws, -1).argmax(axis=1)
    return place // size, place % size


def _scores(counts: Floats, expected: Floats, widest: int) -> Iterator[tuple[int, Floats]]:
    """Yield each width with the scores of its windows, draws × first days."""
    seen, usual = (np.pad(np.cumsum(table, axis=1), ((0, 0), (1, 0))) for table in (counts, expected))
    for width in range(1, min(widest, counts.shape[1] - 1) + 1):
        found, held = seen[:, width:] - seen[:, :-width], np.maximum(usual[:, width:] - usual[:, :-width], 1e-12)
        with np.errstate(divide="ignore", invalid="ignore"):
            yield width, np.where(found > held, found * np.log(found / held) - (found - held), 0.0)


def _highest(counts: Floats, expected: Floats, widest: int) -> tuple[Floats, Ints, Ints]:
    draws = len(counts)
    score, first, last = np.zeros(draws), np.zeros(draws, dtype=np.intp), np.zeros(draws, dtype=np.intp)
    rows = np.arange(draws)
    for width, each in _scores(counts, expected, widest):
        top = each.argmax(axis=1)
        better = each[rows, top] > score
        score, first = np.where(better, each[rows, top], score), np.where(better, top, first)
        last = np.where(better, top + width - 1, last)
    return score, first, last


def _draws(unit: Ints, weight: Floats, size: int, draws: int, rng: np.random.Generator) -> Floats:
    """Draw the days of every contact anew, among those on which its unit is watched; return counts, draws × days."""
    line = np.cumsum(weight, axis=1)
    offset, found = np.arange(draws) * size, []
    for row, times in zip(*np.unique(unit, return_counts=True), strict=True):
        at = np.searchsorted(line[row], rng.random(draws * times) * line[row, -1], side="right")
        found.append(np.minimum(at, size - 1) + np.tile(offset, times))
    return np.bincount(np.concatenate(found), minlength=draws * size).reshape(draws, size).astype("float64")
