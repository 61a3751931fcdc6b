"""Groups made alike: what would each group's contact rate be if it were made up as all customers are?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import Span, lacking, levels, named, wanting
from cxlib.contacts.volume.per_unit import UNITS, base_of, linked
from cxlib.errors import CxError, worded
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["standardised"]


def standardised(
    contacts: IntoFrame,
    units: IntoFrame,
    *,
    by: str,
    adjust: Sequence[str],
    per: str = "customers",
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts per 100 customers (or persons) of each group, as if every group were made up alike; and how many times the others' rate.

    Parameters
    ----------
    contacts, direction, period, **options
        As in :func:`contacts_per`.
    units : pandas, DuckDB or PySpark frame
        The table that `per` names: customers, persons, orders …
    by : str
        The column of `units` whose levels are compared.
    adjust : sequence of str
        Columns of `units` in which groups are made alike (direct standardisation); what else differs between groups stays.

    Returns
    -------
    DataFrame
        ESTIMATES by `by`. ``standardised_rate`` (``per 100 customers``); ``rate_ratio`` (``ratio``): the group's standardised rate over
        that of all others together, standardised alike; ``standard_covered`` (``share``): customers of all groups who are in a stratum that
        the group has, the part of the standard that its figure speaks for. ``n`` counts units of the group. A group without a contact has
        the value 0 and no ratio; one with a single unit no interval.

    Raises
    ------
    CxError
        When `by` stands in `adjust` too.

    Notes
    -----
    R_g = Σ_s W_s·E_gs/X_gs over strata s, W_s the share of all units' exposure in s among the strata that the group has. Influence of a
    unit: W_s(e − (E_gs/X_gs)·x)/X_gs; V = C/(C − 1)·Σ(sum of a cluster)²; interval on the log scale with t at the degrees of freedom
    that uneven clusters leave. Ratio: the two log rates' influences together, on the strata that both have.

    >>> log = pd.DataFrame({"customer_id": list("aabcde"), "local_date": pd.Timestamp("2025-01-06"), "weight": 1.0})
    >>> who = pd.DataFrame({"customer_id": list("abcdefgh"), "segment": list("xxxxyyyy"), "size": list("LLSSLSSS")})
    >>> standardised(log, who, by="segment", adjust=["size"])[["segment", "metric", "value"]].head(2).round(1)
      segment             metric  value
    0       x  standardised_rate  118.8
    1       y  standardised_rate   37.5
    """
    if by in adjust:
        raise CxError(worded("adjust", "groups cannot be made alike in what they differ by:", by, do="Leave it out of adjust."))
    of, unit = UNITS[per], f"per 100 {per.replace('_', ' ')}"
    features = list(dict.fromkeys([by, *adjust]))
    needs = lacking(contacts, ["local_date", *([of.link] if of.link else [])]) + lacking(units, [of.key], of.table)
    missing = wanting("rate_ratio", "ratio", needs, lacking(units, features, of.table), [by])
    if missing is not None:
        return missing
    base = base_of(units, of, features, period)
    cluster = next(name for name in (options.get("cluster"), of.key) if name and name in base)
    log = linked(contacts, base, of, [], of.key, direction, period)
    events = log.groupby("link")["weight"].sum()
    table = named(base, features).assign(events=base[of.key].map(events).fillna(0.0).to_numpy(dtype=float))
    table["stratum"] = table[list(adjust)].agg("\x1f".join, axis=1) if adjust else "all"
    table["drawn"] = levels(base[cluster]).fillna("unit " + levels(base[of.key]))
    parts = [_of_group(table, by, level, unit, options) for level in sorted(table[by].unique())]
    return estimates.stack(*parts).sort_values("metric", key=lambda names: names.map(ORDER), kind="stable", ignore_index=True)


ORDER = {"standardised_rate": 0, "rate_ratio": 1, "standard_covered": 2}


def _of_group(table: pd.DataFrame, by: str, level: str, unit: str, options: Sampling) -> pd.DataFrame:
    """The three figures of one group."""
    own = table[by].eq(level).to_numpy()
    exposure, stratum = table["exposure"].to_numpy(dtype=float), table["stratum"].to_numpy()
    whole = table.groupby("stratum")["exposure"].sum()
    here = whole[whole.index.isin(set(stratum[own]))]
    both = here[here.index.isin(set(stratum[~own]))]
    rate, influence = _standardised(table, own, here / here.sum())
    drawn, codes = np.unique(table["drawn"].to_numpy(dtype=object), return_inverse=True)
    groups = pd.DataFrame({by: [level]})
    count = {"n": int(own.sum()), "n_eff": float(own.sum())}
    low, high = _interval(rate, influence, codes, options)
    if rate == 0:
        low, high = 0.0, float(special.chdtri(2, (1 - options.get("level", 0.95)) / 2) / (2 * exposure[own].sum()))
    told = {"metric": "standardised_rate", "unit": unit, "method": "standardised, linearised", "note": "" if np.isfinite(high) else "n < 2"}
    parts = [rows(groups, count | told | {"value": 100 * rate, "low": 100 * low, "high": 100 * high})]
    parts.append(rows(groups, count | _ratio(table, own, both, codes, options)))
    covered = {"metric": "standard_covered", "value": here.sum() / whole.sum(), "unit": "share", "method": "count"}
    parts.append(rows(groups, count | covered))
    if options.get("draws"):
        weights = estimates.draw_weights(drawn, draws=options["draws"], seed=options.get("seed", 1))
        parts[0]["draws"] = pd.Series([100 * _drawn(table, own, here / here.sum(), weights, codes)], index=[0], dtype="object")
    return estimates.stack(*parts)


def _ratio(table: pd.DataFrame, own: np.ndarray, both: pd.Series, codes: np.ndarray, options: Sampling) -> dict[str, object]:
    """The group's rate over that of all others, standardised to the strata that both have."""
    told: dict[str, object] = {"metric": "rate_ratio", "unit": "ratio", "method": "standardised, linearised"}
    if both.empty:
        return told | {"note": "no comparison"}
    weights = both / both.sum()
    (rate, one), (others, other) = (_standardised(table, side, weights) for side in (own, ~own))
    if rate == 0 or others == 0:
        return told | {"note": "no events"}
    low, high = _interval(rate / others, (one / rate - other / others) * (rate / others), codes, options)
    return told | {"value": rate / others, "low": low, "high": high, "note": "" if np.isfinite(high) else "n < 2"}


def _standardised(table: pd.DataFrame, side: np.ndarray, weights: pd.Series) -> tuple[float, np.ndarray]:
    """The rate of one side on the standard `weights`, and each unit's influence on it."""
    chosen = table[side & table["stratum"].isin(weights.index).to_numpy()]
    sums = chosen.groupby("stratum")[["events", "exposure"]].sum()
    rates = sums["events"] / sums["exposure"]
    shares = weights.reindex(sums.index)
    influence = np.zeros(len(table))
    place = table.index.get_indexer(chosen.index)
    own = chosen["stratum"].map(shares / sums["exposure"]) * (chosen["events"] - chosen["stratum"].map(rates) * chosen["exposure"])
    influence[place] = own.to_numpy(dtype=float)
    return float((shares * rates).sum()), influence


def _interval(value: float, influence: np.ndarray, codes: np.ndarray, options: Sampling) -> tuple[float, float]:
    """On the log scale, from sums of influences by cluster."""
    sums = np.bincount(codes, influence)
    moved = sums != 0
    count = int(moved.sum())
    if value <= 0 or count < 2:
        return float("nan"), float("nan")
    squares = float((sums**2).sum())
    doubt = float((sums**4).sum()) - squares**2 / len(sums)
    steady = min(len(sums) - 1, 2 * squares**2 / doubt if doubt > 0 else np.inf)
    se = np.sqrt(squares * len(sums) / (len(sums) - 1)) / value
    factor = float(np.exp(special.stdtrit(steady, (1 + options.get("level", 0.95)) / 2) * se))
    return value / factor, value * factor


def _drawn(table: pd.DataFrame, side: np.ndarray, weights: pd.Series, drawn: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The rate in each bootstrap draw; a stratum that a draw leaves empty gives its weight to the others."""
    total, covered = np.zeros(drawn.shape[1]), np.zeros(drawn.shape[1])
    for name, share in weights.items():
        chosen = side & table["stratum"].eq(name).to_numpy()
        events, exposure = (table.loc[chosen, column].to_numpy(dtype=float) @ drawn[codes[chosen]] for column in ("events", "exposure"))
        there = exposure > 0
        total[there] += share * events[there] / exposure[there]
        covered[there] += share
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(covered > 0, total / covered, np.nan)
