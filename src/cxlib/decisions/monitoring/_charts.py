"""Control charts: what a figure usually swings by, and which points and runs are more than that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = ["FEWEST", "Chart", "charted"]

Array = npt.NDArray[np.float64]
Kind = Literal["u", "p", "x"]
FEWEST = 12  # points below which nothing usual can be told
MOVING = 2 / np.sqrt(np.pi)  # mean of |difference of two| standard normal values
STEADY = 0.62  # part of the points that a spread from moving ranges is worth as degrees of freedom


@dataclass(frozen=True, eq=False)
class Chart:
    """A control chart.

    Attributes
    ----------
    value, low, high : array
        The figure and its limits at each point.
    center : float or array
    signal : array of str
        "above" and "below" the limits, "run_above" and "run_below" for the points of a run, else "".
    spread : float
        Spread of the standardised points, 1 where they swing by chance alone.
    run : int
        How many points on one side make a run.
    name : str
        Which chart it is.
    """

    value: Array
    low: Array
    high: Array
    center: Array
    signal: npt.NDArray[np.object_]
    spread: float
    run: int
    name: str


def charted(top: Array, bottom: Array, *, kind: Kind, level: float = 0.95, usual: Array | None = None) -> Chart | None:
    """Draw up the chart of a series in the order of time; None with fewer than twelve points that have exposure.

    Parameters
    ----------
    top, bottom : array
        Events and exposure (u), hits and tries (p), or figures and the number of answers behind each (x).
    kind : {"u", "p", "x"}
        Rates of events, shares, or any other figure.
    level : float
        The chance that a series in which nothing happens shows no signal at all.
    usual : array, optional
        What the level of each point is usually a multiple of: the factor of its weekday.

    Notes
    -----
    Points are made alike first: z = 2(√(events + ⅜) − √(expected + ⅜)) for events, 2√(tries + ½)·(arcsin √((hits + ⅜)/(tries + ¾)) less
    that of what is expected) for shares (Anscombe 1948; sound where counts are small), (value − centre)·√n for any other figure.
    Spread of z from its moving ranges, mean|z_t − z_{t−1}|/1.128, and for u and p never below 1 (as Laney 2002: u′ and p′; for x this is
    XmR, with the number of answers allowed for). Limits: z = ± t·spread, where t (0.62·(points − 1) degrees of freedom) leaves each of m
    points (1 − level)/(2m); a run is so many points on one side of the median that chance brings one about with (1 − level)/2 at most: the
    least L with m·2^(1−L) ≤ (1 − level)/2. So all rules together raise no alarm in `level` of the series in which nothing happens. A season
    is something that happens; weekdays are allowed for by `usual`.
    """
    seen = bottom > 0
    if int(seen.sum()) < FEWEST:
        return None
    factor = np.ones(len(top)) if usual is None else usual
    with np.errstate(invalid="ignore", divide="ignore"):
        value = top / bottom if kind != "x" else top
    of = bottom * factor if kind != "x" else bottom
    center = (float((top * (bottom if kind == "x" else 1))[seen].sum() / of[seen].sum())) * factor
    z = _alike(top[seen], bottom[seen], center[seen], kind)
    spread = float(np.abs(np.diff(z)).mean() / MOVING)
    spread = spread if kind == "x" else max(spread, 1.0)
    count = int(seen.sum())
    reach = float(special.stdtrit(max(STEADY * (count - 1), 1.0), 1 - (1 - level) / 4 / count))
    low, high = (_ends(bottom, center, end * reach * spread, kind) for end in (-1, 1))
    run = int(np.ceil(1 + np.log2(2 * count / (1 - level))))
    signal = np.full(len(top), "", dtype=object)
    marks = _runs(z, run)
    marks[z > reach * spread], marks[z < -reach * spread] = "above", "below"
    signal[seen] = marks
    name = {"u": "u chart", "p": "p chart", "x": "XmR chart"}[kind] + (", overdispersed" if kind != "x" and spread > 1.2 else "")
    return Chart(value, low, high, center, signal, spread, run, name)


def _alike(top: Array, bottom: Array, center: Array, kind: Kind) -> Array:
    """Bring points of unlike exposure to one scale on which chance swings by 1 (for x: by one and the same)."""
    if kind == "x":
        return (top - center) * np.sqrt(bottom)
    expected = center * bottom
    if kind == "u":
        return np.asarray(2 * (np.sqrt(top + 0.375) - np.sqrt(expected + 0.375)))
    seen, told = (np.arcsin(np.sqrt((hits + 0.375) / (bottom + 0.75))) for hits in (top, expected))
    return np.asarray(2 * np.sqrt(bottom + 0.5) * (seen - told))


def _ends(bottom: Array, center: Array, reach: float, kind: Kind) -> Array:
    """Return the figure that lies `reach` from the centre on that scale."""
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "x":
            return np.asarray(center + reach / np.sqrt(bottom))
        expected = center * bottom
        if kind == "u":
            root = np.maximum(np.sqrt(expected + 0.375) + reach / 2, np.sqrt(0.375))
            return np.asarray((root**2 - 0.375) / bottom)
        angle = np.arcsin(np.sqrt((expected + 0.375) / (bottom + 0.75))) + reach / 2 / np.sqrt(bottom + 0.5)
        hits = np.sin(np.clip(angle, 0, np.pi / 2)) ** 2 * (bottom + 0.75) - 0.375
        return np.asarray(np.clip(hits / bottom, 0, 1))


def _runs(z: Array, least: int) -> npt.NDArray[np.object_]:
    """Mark the points of runs of at least `least` on one side of the median."""
    side = np.sign(z - np.median(z))
    starts = np.flatnonzero(np.r_[True, side[1:] != side[:-1]])
    lengths = np.diff(np.r_[starts, len(side)])
    found = np.full(len(z), "", dtype=object)
    for start, length in zip(starts, lengths, strict=True):
        if length >= least and side[start]:
            found[start : start + length] = "run_above" if side[start] > 0 else "run_below"
    return found
