"""From a client's old codes to reasons: what each code held, and what it hid."""

from __future__ import annotations

from typing import Unpack

import numpy as np
import pandas as pd

from cxlib import estimates
from cxlib.errors import DataError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows
from cxlib.estimates.steps import steps

__all__ = ["cross_walk"]

EACH = 3  # contacts for each reason seen below which entropies cannot be told: with 40 reasons and 30 contacts a quarter is missing


def cross_walk(
    contacts: pd.DataFrame, old: str = "reason_legacy", new: str = "reason_id", *, min_n: int = 7, **options: Unpack[Sampling]
) -> pd.DataFrame:
    """Set a client's old codes against the reasons found, and say how much the codes leave open.

    Parameters
    ----------
    contacts : DataFrame
        One row a contact; rows with both columns are used.
    old, new : str
        Columns with the old code and the reason.
    min_n : int
        Old codes with fewer contacts keep their row without a number. Intervals of entropies rest on at least 200 draws.
    **options
        See :class:`cxlib.estimates.Sampling`. Rows without a cluster are clusters of their own.

    Returns
    -------
    DataFrame
        ESTIMATES. By `old` and `new`: ``cross_walk_share``, the share of the old code's contacts that are of the reason. By `old`:
        ``commonest_share``, the share of its commonest reason, and ``hidden_reasons``, the number of equally common reasons that would
        leave as much open, 2^H(reason | code). For all: ``information_lost``, H(reason | code)/H(reason), the share of what the reason
        tells that the code does not. 0: the code says it all; 1: it says nothing.

    Raises
    ------
    DataError
        When a column is named that the table lacks.

    Notes
    -----
    Entropies of weighted shares, in bits. Few contacts make a code look clearer than it is, so what the bootstrap by cluster loses on
    average is added once more (Efron & Tibshirani 1993, section 10), to the value and to every draw; intervals are percentiles of these
    draws. With fewer than three contacts for each reason seen that is not enough, and no number is told.

    >>> coded = pd.DataFrame({"reason_legacy": ["Info"] * 80 + ["Claim"] * 80, "reason_id": ["a"] * 40 + ["b"] * 40 + ["c"] * 80})
    >>> found = cross_walk(coded)
    >>> found.loc[found["metric"] == "hidden_reasons", ["reason_legacy", "value"]].round(1).to_dict("list")
    {'reason_legacy': ['Claim', 'Info'], 'value': [1.0, 2.0]}
    """
    if contacts.empty or old not in contacts or contacts[old].isna().all():
        return _unanswerable(old, new)
    if new not in contacts:
        raise DataError(worded("cross_walk", "contacts have no column", new, contacts.columns, label="They have"))
    both = contacts[contacts[old].notna() & contacts[new].notna()]
    if both.empty:
        return _unanswerable(old, new)
    both = both.assign(**{old: both[old].astype("str"), new: both[new].astype("str")}).reset_index(drop=True)
    if cluster := options.get("cluster"):
        both[cluster] = both[cluster].astype("str").fillna("only " + pd.Series(both.index.astype("str"), index=both.index))
    shares = _shares(both, old, new, options)
    commonest = shares.sort_values("value", ascending=False, kind="stable").groupby(old, sort=True).head(1).sort_values(old)
    commonest = commonest.assign(metric="commonest_share").drop(columns=[new])
    told = estimates.stack(shares, commonest, _entropies(both, old, new, options))
    thin = told[old].map(both[old].value_counts()).lt(min_n)
    return estimates.withhold(told, thin.to_numpy(), f"n < {min_n}")


def _unanswerable(old: str, new: str) -> pd.DataFrame:
    needs = [f"contacts.{old}", f"contacts.{new}"]
    parts = [estimates.unanswerable(name, "share", needs, by=(old, new)) for name in ("cross_walk_share", "information_lost")]
    return estimates.stack(*parts)


def _shares(both: pd.DataFrame, old: str, new: str, options: Sampling) -> pd.DataFrame:
    """Share of each reason within each old code, over all contacts of that code."""
    found = estimates.shares(both, new, by=[old], metric="cross_walk_share", **options)
    return found[found["value"] > 0].sort_values([old, new], ignore_index=True)


def _entropies(both: pd.DataFrame, old: str, new: str, options: Sampling) -> pd.DataFrame:
    weight = both[options["weight"]].to_numpy(dtype="float64") if options.get("weight") else np.ones(len(both))
    codes, names = pd.factorize(both[old], sort=True)
    reasons, found = pd.factorize(both[new], sort=True)
    cell = codes * len(found) + reasons
    shape, draws = (len(names), len(found)), int(options.get("draws") or 0)
    cluster = options.get("cluster")
    units, ids = pd.factorize(both[cluster].to_numpy(dtype=object) if cluster else np.arange(len(both)).astype(object))
    drawn = estimates.draw_weights(np.asarray(ids, dtype=object), draws=max(draws, 200), seed=options.get("seed", 1))
    size = shape[0] * shape[1]
    rounds = steps(range(drawn.shape[1]), "cross-walk: draws")
    samples = [_open(np.bincount(cell, weight * drawn[units, b], minlength=size).reshape(shape)) for b in rounds]
    most = np.r_[np.full(len(names), np.log2(len(found))), 1.0]
    value, held = _unbiased(_open(np.bincount(cell, weight, minlength=size).reshape(shape)), np.array(samples).T, most)
    value[:-1], held[:-1] = 2 ** value[:-1], 2 ** held[:-1]
    tail = (1 - options.get("level", 0.95)) / 2
    low, high = np.nanquantile(held, [tail, 1 - tail], axis=1)
    n = np.r_[np.bincount(codes, minlength=len(names)), len(both)]
    seen = (np.bincount(cell, minlength=size).reshape(shape) > 0).sum(axis=1)
    asked = EACH * np.r_[seen, seen.sum()]
    columns = {"value": value, "low": low, "high": high, "n": n, "n_eff": n, "method": "bootstrap"}
    columns |= {"metric": ["hidden_reasons"] * len(names) + ["information_lost"], "unit": ["count"] * len(names) + ["share"]}
    if draws:
        columns["draws"] = held[:, :draws]
    told = rows(pd.DataFrame({old: pd.Series([*names, None], dtype="str")}), columns)
    for least in np.unique(asked[n < asked]):
        told = estimates.withhold(told, (n < asked) & (asked == least), f"n < {least}")
    return told


def _unbiased(value: np.ndarray, held: np.ndarray, most: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add to values and draws what drawing lost; entropies lie between nothing and `most`."""
    lost = value - np.nanmean(held, axis=1)
    return np.clip(value + lost, 0, most), np.clip(held + 2 * lost[:, None], 0, most[:, None])


def _open(counts: np.ndarray) -> np.ndarray:
    """H(reason | code) of each code in bits, then H(reason | code)/H(reason) over all; missing where nothing was counted."""
    total = counts.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = _bits(counts / total[:, None])
        overall = float(_bits(counts.sum(axis=0)[None] / total.sum())[0])
        left = np.nansum(within * total) / total.sum() / overall if overall > 0 else 0.0
    return np.r_[within, left]


def _bits(share: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.where(share > 0, share * np.log2(share), share * 0).sum(axis=1)
