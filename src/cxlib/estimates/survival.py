"""How many are still there after so many days, where not everybody has been watched that long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from cxlib.errors import CxError, DataError, worded
from cxlib.estimates.bootstrap import draw_weights
from cxlib.estimates.intervals import mover, wilson
from cxlib.estimates.linear import draw_ids, numbers
from cxlib.estimates.rows import rows
from cxlib.estimates.sampling import Sample, Sampling, Spread, sample

__all__ = ["Curves", "observed", "survival", "survival_difference"]

METHOD = "Kaplan–Meier, log-log"


def survival(
    table: pd.DataFrame,
    time: str,
    event: str,
    *,
    at: Sequence[float],
    by: Sequence[str] = (),
    metric: str = "survival",
    min_n: int = 1,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Share that is still there after some days, by Kaplan and Meier: who is watched for a shorter time counts for as long as it is.

    Parameters
    ----------
    table : DataFrame
        One row a unit.
    time : str
        Column of days until the event, or until nobody watched any more; above zero.
    event : str
        Column of 1 (the event came) and 0 (watching ended first).
    at : sequence of float
        Days at which the share is told.
    by : sequence of str
        Group columns.
    metric : str
        How the rows name themselves.
    min_n : int
        Units that have to be watched still on a day for its share to be told.
    **options
        See :class:`Sampling`.

    Returns
    -------
    DataFrame
        ESTIMATES with ``days`` as last group column, unit ``share``; ``n`` counts all of the group. A day on which fewer than `min_n`
        are watched keeps its row without a value, with the note "n < …"; one after the last day watched has "beyond follow-up".

    Raises
    ------
    DataError
        For unknown columns, impossible weights, times that are not above zero, and events other than 0 and 1.

    Notes
    -----
    S(t) = Π (1 − D_j/Y_j) over the days j ≤ t with an event, D_j and Y_j the weighted events and units at risk. The variance of log S
    comes from its influence values, summed by cluster; without weights and clusters it is Greenwood's. Interval
    S^exp(±t·SE(log S)/log S), on the log(−log) scale; where no event has come Wilson's, from those still watched. Same as R:
    ``survfit(Surv(t, e) ~ 1, weights = w, cluster = c, conf.type = "log-log")``, but for t in place of z and C/(C − 1).

    >>> watched = pd.DataFrame({"t": [10.0, 20.0, 20.0, 30.0], "e": [1, 0, 1, 0]})
    >>> survival(watched, "t", "e", at=[15, 25])[["days", "value", "n"]]
      days  value  n
    0   15   0.75  4
    1   25   0.50  4
    """
    chosen, watched, ended = observed(table, time, event, by, options)
    curves = Curves(chosen, watched, ended, _days(at))
    low, high = curves.interval(options.get("level", 0.95))
    note = curves.note(min_n)
    columns = curves.told(metric, METHOD, options) | {"value": curves.share.ravel(), "low": low.ravel(), "high": high.ravel()}
    result = rows(curves.groups(), columns | {"note": note.ravel()})
    return _without_thin(result)


def survival_difference(
    table: pd.DataFrame,
    time: str,
    event: str,
    *,
    at: Sequence[float],
    between: str,
    reference: str,
    by: Sequence[str] = (),
    metric: str = "survival_difference",
    min_n: int = 1,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Difference of the shares still there after some days, each level of `between` minus the `reference` level.

    Parameters
    ----------
    table, time, event, at, by, metric, min_n, **options
        As in :func:`survival`; `min_n` holds on both sides.
    between : str
        Column that holds the levels compared.
    reference : str
        The level the others are compared with.

    Returns
    -------
    DataFrame
        ESTIMATES with `between` and ``days`` as last group columns; ``n`` counts both sides.

    Notes
    -----
    The interval is recovered from those of the two shares (MOVER; Zou & Donner 2008), with the correlation that clusters with units
    on both sides bring.

    >>> watched = pd.DataFrame({"g": ["a"] * 4 + ["b"] * 4, "t": [10.0, 20.0, 20.0, 30.0] * 2, "e": [1, 0, 1, 0, 0, 0, 1, 0]})
    >>> survival_difference(watched, "t", "e", at=[25], between="g", reference="a")[["g", "days", "value"]].round(3)
       g days  value
    0  b   25  0.167
    """
    chosen, watched, ended = observed(table, time, event, [*by, between], options)
    levels = chosen.groups[between].to_numpy()
    if reference not in levels:
        raise CxError(worded(between, "there is no level", reference, dict.fromkeys(levels), label="Levels"))
    curves = Curves(chosen, watched, ended, _days(at))
    keys = list(chosen.groups[list(by)].itertuples(index=False, name=None)) if by else [()] * chosen.size
    base = {key: code for code, key in enumerate(keys) if levels[code] == reference}
    here = np.array([code for code, key in enumerate(keys) if levels[code] != reference and key in base], dtype=int)
    there = np.array([base[keys[code]] for code in here], dtype=int)
    low, high = curves.interval(options.get("level", 0.95))
    value, share = curves.share[here] - curves.share[there], curves.share
    both = np.stack([chosen.correlation(curves.influence[:, day], here, there) for day in range(len(curves.at))], axis=1)
    ends = mover((share[here], low[here], high[here]), (share[there], low[there], high[there]), both)
    note = np.where(curves.note(min_n)[here] != "", curves.note(min_n)[here], curves.note(min_n)[there])
    columns = {"metric": metric, "value": value.ravel(), "unit": "share difference", "method": "Kaplan–Meier, MOVER", "note": note.ravel()}
    columns |= {"low": np.maximum(ends[0], -1.0).ravel(), "high": np.minimum(ends[1], 1.0).ravel()}
    kish = chosen.kish()
    columns |= {
        "n": np.repeat(chosen.n[here] + chosen.n[there], len(curves.at)),
        "n_eff": np.repeat(kish[here] + kish[there], len(curves.at)),
    }
    if options.get("draws"):
        drawn = curves.draws(options)
        columns["draws"] = (drawn[here] - drawn[there]).reshape(-1, drawn.shape[-1])
    return _without_thin(rows(curves.groups(here), columns))


class Curves:
    """The curve of each group, read off at some days, with the influence of every row on its logarithm."""

    def __init__(self, chosen: Sample, days: np.ndarray, ended: np.ndarray, at: np.ndarray) -> None:
        self.chosen, self.days, self.ended, self.at = chosen, days, ended, at
        self.share = np.full((chosen.size, len(at)), np.nan)
        self.influence = np.zeros((len(days), len(at)))
        self.watched = np.zeros((chosen.size, len(at)), dtype=int)  # units at risk on the day
        self.kish_watched = np.zeros((chosen.size, len(at)))
        for group in range(chosen.size):
            self._read(group, np.flatnonzero(chosen.group == group))

    def _read(self, group: int, members: np.ndarray) -> None:
        days, weight = self.days[members], self.chosen.weight[members]
        moments, place = np.unique(days, return_inverse=True)
        risk = np.bincount(place, weight)[::-1].cumsum()[::-1]
        events = np.bincount(place, weight * self.ended[members])
        left = np.where(events > 0, risk - events, 1.0)
        left[np.abs(left) < 1e-12 * risk] = 0.0  # rounding leaves nobody
        with np.errstate(divide="ignore"):
            log_share = np.concatenate([[0.0], np.cumsum(np.where(events > 0, np.log(left / risk), 0.0))])
            toll = np.where((events > 0) & (left > 0), events / (risk * np.where(left > 0, left, 1.0)), 0.0)
        paid = np.concatenate([[0.0], np.cumsum(toll)])
        own = np.where(left[place] > 0, self.ended[members] / np.where(left[place] > 0, left[place], 1.0), 0.0)
        for column, day in enumerate(self.at):
            until = np.searchsorted(moments, day, side="right")
            still = days >= day
            self.watched[group, column] = len(np.unique(self.chosen.unit[members[still]]))
            squares = (weight[still] ** 2).sum()
            self.kish_watched[group, column] = weight[still].sum() ** 2 / squares if squares else 0.0
            nobody = np.isneginf(log_share[until])
            if len(days) and (still.any() or nobody):
                self.share[group, column] = np.exp(log_share[until])
            if not nobody:
                self.influence[members, column] = weight * (paid[np.minimum(place + 1, until)] - own * (days <= day))

    def spread(self, column: int) -> Spread:
        """Standard error of the logarithm of the share on one day."""
        return self.chosen.spread(self.influence[:, column])

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the ends of the interval: groups × days."""
        low, high = np.full_like(self.share, np.nan), np.full_like(self.share, np.nan)
        for column in range(len(self.at)):
            spread, share = self.spread(column), self.share[:, column]
            reach = spread.reach(level)
            with np.errstate(divide="ignore", invalid="ignore"):
                log_share = np.log(share)
                factor = np.exp(reach * spread.se / np.abs(log_share))
                low[:, column], high[:, column] = np.exp(log_share * factor), np.exp(log_share / factor)
            none = share == 1.0
            low[none, column], _ = wilson(np.ones(none.sum()), self.kish_watched[none, column], reach[none])
            high[none, column] = np.where(np.isnan(low[none, column]), np.nan, 1.0)
            low[share == 0.0, column], high[share == 0.0, column] = np.nan, np.nan
        return low, high

    def note(self, min_n: int) -> np.ndarray:
        """Return what keeps a share from being told, or its interval: groups × days."""
        lone = np.isnan(self.spread(0).df)[:, None] if len(self.at) else np.zeros((self.chosen.size, 0), dtype=bool)
        beyond, thin = np.isnan(self.share), self.watched < min_n
        gone = self.share == 0.0
        lone = np.broadcast_to(lone, beyond.shape)
        return np.select([beyond, thin & ~gone, lone, gone], ["beyond follow-up", f"n < {min_n}", "n < 2", "no spread"], "")

    def groups(self, keep: np.ndarray | None = None) -> pd.DataFrame:
        """Lay out the group columns: each group with every day."""
        chosen = self.chosen.groups if keep is None else self.chosen.groups.iloc[keep]
        long = chosen.loc[chosen.index.repeat(len(self.at))].reset_index(drop=True)
        return long.assign(days=np.tile([f"{day:g}" for day in self.at], len(chosen)))

    def told(self, metric: str, method: str, options: Sampling) -> dict[str, object]:
        """Return the columns that do not depend on the interval."""
        size = len(self.at)
        columns: dict[str, object] = {"metric": metric, "unit": "share", "method": method}
        columns |= {"n": np.repeat(self.chosen.n, size), "n_eff": np.repeat(self.chosen.kish(), size)}
        if options.get("draws"):
            drawn = self.draws(options)
            columns["draws"] = drawn.reshape(-1, drawn.shape[-1])
        return columns

    def draws(self, options: Sampling) -> np.ndarray:
        """Return the bootstrap draws of the shares: groups × days × draws."""
        ids, number = draw_ids(self.chosen, options), options["draws"]
        result = np.full((self.chosen.size, len(self.at), number), np.nan)
        for group in range(self.chosen.size):
            members = np.flatnonzero(self.chosen.group == group)
            members = members[np.argsort(self.days[members], kind="stable")]
            here, cluster = np.unique(self.chosen.cluster[members], return_inverse=True)
            starts = np.flatnonzero(np.r_[True, np.diff(self.days[members]) > 0]) if len(members) else np.empty(0, dtype=int)
            until = np.searchsorted(self.days[members][starts], self.at, side="right")
            step = max(1, min(number, 20_000_000 // max(1, len(members))))
            for first in range(0, number, step):
                times = draw_weights(ids[here], draws=min(step, number - first), seed=options.get("seed", 1), first=first)[cluster]
                part = slice(first, first + times.shape[1])
                result[group, :, part] = self._redrawn(members, times, starts, until)
        result[np.isnan(self.share)] = np.nan
        return result

    def _redrawn(self, members: np.ndarray, times: np.ndarray, starts: np.ndarray, until: np.ndarray) -> np.ndarray:
        weights = self.chosen.weight[members, None] * times
        risk = np.add.reduceat(weights, starts, axis=0)[::-1].cumsum(axis=0)[::-1]
        events = np.add.reduceat(weights * self.ended[members, None], starts, axis=0)
        kept = np.divide(np.maximum(risk - events, 0.0), risk, out=np.ones_like(risk), where=risk > 0)
        shares = np.concatenate([np.ones((1, kept.shape[1])), np.cumprod(kept, axis=0)])
        shares[:, weights.sum(axis=0) == 0] = np.nan
        return shares[until]


def observed(table: pd.DataFrame, time: str, event: str, by: Sequence[str], options: Sampling) -> tuple[Sample, np.ndarray, np.ndarray]:
    """Return the rows that are watched, for how long each, and whether the event came (1) or watching ended (0)."""
    chosen = sample(table, [time, event], by, options)
    days, ended = numbers(table, time, chosen), numbers(table, event, chosen)
    if (days <= 0).any():
        raise DataError(worded(time, "days watched are above zero, not", f"{days.min():g}", do="Leave out who was not watched."))
    if not np.isin(ended, (0.0, 1.0)).all():
        odd = ended[~np.isin(ended, (0.0, 1.0))][0]
        raise DataError(worded(event, "an event came (1) or did not (0), this column holds", f"{odd:g}"))
    return chosen, days, ended


def _days(at: Sequence[float]) -> np.ndarray:
    days = np.asarray(at, dtype="float64")
    if len(days) == 0 or not (days > 0).all():
        raise CxError(worded("at", "days are above zero, at least one of them, not", list(at)))
    return np.unique(days)


def _without_thin(result: pd.DataFrame) -> pd.DataFrame:
    thin = result["note"].str.startswith("n < ") & result["note"].ne("n < 2") | result["note"].eq("beyond follow-up")
    result.loc[thin, ["value", "low", "high"]] = np.nan
    if "draws" in result:
        result["draws"] = result["draws"].where(~thin, None)
    return result
