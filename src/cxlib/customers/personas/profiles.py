"""What sets each persona apart: shares of levels and means, against everybody's, from the same sums for every draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, special

from cxlib.customers.personas.coding import Coded
from cxlib.estimates.intervals import wilson

__all__ = ["Summary", "lines", "profile", "shares", "summary"]


@dataclass(frozen=True, eq=False)
class Summary:
    """Sums over people, weighted by their probabilities of the classes.

    Attributes
    ----------
    size : array (draws, classes)
        Weight of each class.
    top, bottom : array (lines, draws, classes)
        Sums of the values of a line (whether a level is met, or a number), and of the people of whom it is known.
    """

    size: np.ndarray
    top: np.ndarray
    bottom: np.ndarray

    @property
    def value(self) -> np.ndarray:
        """Share or mean of each line in each class."""
        return _part(self.top, self.bottom)

    @property
    def overall(self) -> np.ndarray:
        """Share or mean of each line over all classes: array (lines, draws, 1)."""
        return _part(self.top.sum(axis=2, keepdims=True), self.bottom.sum(axis=2, keepdims=True))


def _part(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 1e-9)


def lines(coded: Coded) -> pd.DataFrame:
    """Return what a profile tells: ``feature``, ``answer`` (missing for means), ``kind`` {share, mean}, ``scale`` (the spread)."""
    rows: list[tuple[str, str | None, str, float, int]] = []
    for number, feature in enumerate(coded.features):
        rows += [(feature.name, level, "share", 1.0, number) for level in feature.levels if feature.kind in ("nominal", "ordinal")]
        values = coded.raw[:, number]
        if feature.kind != "nominal" and (~np.isnan(values)).any():
            rows.append((feature.name, None, "mean", float(np.nanstd(values)) or 1.0, number))
    frame = pd.DataFrame(rows, columns=["feature", "answer", "kind", "scale", "number"])
    return frame.astype({"feature": "str", "answer": "str", "kind": "str"})


def _columns(coded: Coded) -> tuple[sparse.csr_array, sparse.csr_array]:
    """One row a line: its values, and who of the people has one."""
    told = lines(coded)
    raw, known_raw = np.nan_to_num(coded.raw), ~np.isnan(coded.raw)
    top, bottom = [], []
    for number, answer, kind in zip(told["number"], told["answer"], told["kind"], strict=True):
        if kind == "share":
            codes = coded.codes[:, number]
            top.append(codes == coded.features[number].levels.index(answer))
            bottom.append(codes >= 0)
        else:
            top.append(raw[:, number])
            bottom.append(known_raw[:, number])
    return sparse.csr_array(np.array(top, dtype="float64")), sparse.csr_array(np.array(bottom, dtype="float64"))


def summary(coded: Coded, chance: np.ndarray, weight: np.ndarray) -> Summary:
    """Sum up: `chance` is (people, draws or 1, classes), `weight` (people, draws)."""
    counted = chance * weight[:, :, None]
    flat = counted.reshape(coded.size, -1)
    shape = (-1, weight.shape[1], chance.shape[2])
    top, bottom = _columns(coded)
    return Summary(counted.sum(axis=0), np.asarray(top @ flat).reshape(shape), np.asarray(bottom @ flat).reshape(shape))


def shares(names: list[str], now: Summary, drawn: Summary, *, n: np.ndarray, df: float, level: float) -> pd.DataFrame:
    """Return one row a persona: ``persona``, ``share``, ``low``, ``high``, ``n`` (people counted by probability), ``draws``."""
    value = now.size[0] / now.size[0].sum()
    draws = (drawn.size / drawn.size.sum(axis=1, keepdims=True)).T
    low, high = _share_interval(value, draws, now.size[0].sum(), df, level)
    table = pd.DataFrame({"persona": names, "share": value, "low": low, "high": high, "n": n})
    return table.assign(draws=pd.Series(list(draws), index=table.index, dtype="object"))


def profile(coded: Coded, names: list[str], now: Summary, drawn: Summary, *, df: float, level: float) -> pd.DataFrame:
    """Return one row a persona and line.

    Returns
    -------
    DataFrame
        ``persona``, ``feature``, ``answer`` (missing for means), ``kind`` {share, mean}, ``value``, ``low``, ``high``, ``overall``,
        ``lift``, ``lift_low``, ``lift_high`` (value over everybody's where both are shares or counts; for other means the difference in
        standard deviations), ``lift_unit`` {times, sd}, ``n`` (weight of the people of whom it is known), ``draws``, ``lift_draws``.
    """
    told, parts = lines(coded), []
    counts = {feature.name for feature in coded.features if feature.kind == "count"}
    times = told["kind"].eq("share").to_numpy() | told["feature"].isin(counts).to_numpy()
    for place, name in enumerate(names):
        value, overall, known = now.value[:, 0, place], now.overall[:, 0, 0], now.bottom[:, 0, place]
        draws, over = drawn.value[:, :, place], drawn.overall[:, :, 0]
        low, high = _line_interval(told, value, draws, known, df, level)
        scale = told["scale"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            lift = np.where(times, value / overall, (value - overall) / scale)
            lift_draws = np.where(times[:, None], draws / over, (draws - over) / scale[:, None])
        lift_low, lift_high = _lift_interval(times, lift, lift_draws, df, level)
        part = told[["feature", "answer", "kind"]].assign(persona=name, value=value, low=low, high=high, overall=overall, lift=lift)
        part = part.assign(lift_low=lift_low, lift_high=lift_high, lift_unit=np.where(times, "times", "sd"), n=known)
        parts.append(part.assign(draws=pd.Series(list(draws), dtype="object"), lift_draws=pd.Series(list(lift_draws), dtype="object")))
    table = pd.concat(parts, ignore_index=True)
    return table[["persona", *(name for name in table.columns if name != "persona")]]


def _reach(df: float, level: float) -> float:
    return float(special.stdtrit(max(df, 1.0), (1 + level) / 2))


def _spread(draws: np.ndarray) -> np.ndarray:
    """Standard error from draws, by the middle two thirds: a stray draw does not decide."""
    flat = draws.reshape(-1, draws.shape[-1])
    found, there = np.full(len(flat), np.nan), ~np.isnan(flat).all(axis=1)
    ends = np.nanquantile(flat[there], [0.1587, 0.8413], axis=1) if there.any() else np.empty((2, 0))
    found[there] = (ends[1] - ends[0]) / 2
    return found.reshape(draws.shape[:-1])


def _share_interval(value: np.ndarray, draws: np.ndarray, known: np.ndarray, df: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    spread = _spread(draws) if draws.shape[-1] else np.full(value.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = np.where(spread > 1e-9, value * (1 - value) / spread**2, known)
    if not draws.shape[-1]:
        return np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    return wilson(value, np.maximum(worth, 1e-9), np.full(value.shape, _reach(df, level)))


def _line_interval(
    told: pd.DataFrame, value: np.ndarray, draws: np.ndarray, known: np.ndarray, df: float, level: float
) -> tuple[np.ndarray, np.ndarray]:
    low, high = _share_interval(value, draws, known, df, level)
    reach = _reach(df, level) * (_spread(draws) if draws.shape[-1] else np.full(value.shape, np.nan))
    mean = told["kind"].eq("mean").to_numpy()
    return np.where(mean, value - reach, low), np.where(mean, value + reach, high)


def _lift_interval(times: np.ndarray, lift: np.ndarray, draws: np.ndarray, df: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Ratios on the logarithm's scale, so that no interval falls below zero."""
    if not draws.shape[-1]:
        return np.full(lift.shape, np.nan), np.full(lift.shape, np.nan)
    reach = _reach(df, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(draws > 0, np.log(np.maximum(draws, 1e-12)), np.nan)
        factor = np.exp(reach * _spread(logs))
        low, high = (
            np.where(times, lift / factor, lift - reach * _spread(draws)),
            np.where(times, lift * factor, lift + reach * _spread(draws)),
        )
    return np.where(times & (lift == 0), 0.0, low), np.where(times & (lift == 0), np.nan, high)
