"""How many more contacts the orders of a group bring than comparable orders: excess load by sales group and campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import Span, levels
from cxlib.contacts.promises._following import following, watched_until
from cxlib.contacts.promises.groups import clear, needed
from cxlib.estimates import UNKNOWN, Sampling, draw_weights
from cxlib.estimates.rows import rows

__all__ = ["excess_load"]

PER = "per 100 orders"
FEW = 5  # comparable orders of a cell below which its last column is let go
COMPARED = "comparable orders, by customer"


@dataclass(frozen=True, eq=False)
class _Match:
    """For each order of one group: its cell among the others' orders, or −1; and the weight of each comparable order."""

    own: np.ndarray
    others: np.ndarray
    cell: np.ndarray  # of the own orders
    other_cell: np.ndarray


def excess_load(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    *,
    by: str = "sales_group",
    comparable: Sequence[str] = ("product_id", "segment", "new_customer"),
    reasons: Sequence[str] | None = None,
    days: int = 60,
    costs: Mapping[str, float] | None = None,
    currency: str | None = None,
    min_orders: int = 50,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts after the orders of each group, against comparable orders of all other groups.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log, with ``reason_id`` where `reasons` are named.
    orders : DataFrame
        From :func:`cxlib.contacts.promises.grouped`, with the columns of `comparable`. Orders that :func:`~groups.clear` does not tell
        apart, without a customer or under campaigns that overlap, are left out.
    by : str
        Column of the groups: ``sales_group`` or ``campaign_id``. Orders without a group are compared with, and not judged.
    comparable : sequence of str
        Orders are comparable that agree in all of these; where fewer than five of the others do, in all but the last, and so on. An order
        with none that agrees in the first column is not comparable and left out of the comparison.
    reasons : sequence of str, optional
        Reasons of contacts that count; all when left out.
    days : int
        Days after the order in which they count; orders not watched that long are left out.
    costs, currency : mapping of str to float, str
        Channel → cost of one contact, and three letters; without the letters, or without any contact of known cost, no amount is told.
    min_orders : int
        Orders below which a group is not judged.
    direction, period
        As in :func:`cxlib.contacts.volume.by_channel`.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by the group and ``balance`` (a column of `comparable`, else missing), per 100 orders: ``observed_load``,
        ``expected_load`` (what comparable orders of the others bring), ``excess_load`` and, with costs, ``excess_cost``;
        ``excess_chance`` (q of an excess above zero, over all groups judged); ``comparable_share``; and, by balance,
        ``balance_before`` and ``balance_after``: how far the group's orders differ from the others' in that column, the largest
        standardised difference of a level. ``n`` counts orders.

    Notes
    -----
    Excess = mean over the group's comparable orders of (y − mean of y in its cell among the others). Influences of both sides summed by
    customer, t interval with the degrees of freedom that uneven contributions leave; q after Benjamini and Hochberg, one-sided. What is
    not in `comparable` is not made alike: an association.

    >>> sold = pd.DataFrame({"order_id": [f"{n}" for n in range(40)], "customer_id": [f"c{n}" for n in range(40)], "product_id": "P",
    ...     "ordered": pd.Timestamp("2025-01-01"), "sales_group": ["a"] * 20 + ["b"] * 20})
    >>> log = pd.DataFrame({"order_id": ["1", "2", "30"], "local_date": pd.Timestamp("2025-01-05"),
    ...     "contact_ts": pd.Timestamp("2025-03-10", tz="UTC")})
    >>> end = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-06-30").date())
    >>> told = excess_load(log, sold, comparable=["product_id"], min_orders=10, period=end)
    >>> told.loc[told["metric"].eq("excess_load"), ["sales_group", "value"]].round(6).values.tolist()
    [['a', 5.0], ['b', -5.0]]
    """
    groups = [by, "balance"]
    needs = needed(contacts, orders, by, reasons is not None)
    if needs:
        return estimates.unanswerable("excess_load", PER, needs, by=groups)
    last = watched_until(contacts, period)
    whole = orders[(orders["ordered"] + pd.Timedelta(days=days) <= pd.Timestamp(last))] if last is not None else orders.iloc[:0]
    whole = whole.reset_index(drop=True)
    kept = clear(whole, by=by, days=days)
    told = whole.loc[kept, by].dropna().astype("str")
    outside = by == "campaign_id" and whole.loc[kept, by].isna().any() and len(told) > 0
    others = told.nunique() + int(outside)  # orders outside all campaigns are a group of their own
    if others < 2:
        row = estimates.unanswerable("excess_load", PER, [], by=groups)
        return row.assign(note="one group only", n=pd.array([len(whole)], dtype="Int64"))
    found = following(contacts, whole, reasons=reasons, days=days, direction=direction, period=period, costs=costs)
    load = np.bincount(found["order"], found["weight"], minlength=len(whole))[kept]
    priced = currency and found["priced"].sum() > 0
    money = np.bincount(found["order"], found["cost"], minlength=len(whole))[kept] if priced else None
    whole = whole[kept].reset_index(drop=True)
    used = [name for name in comparable if name in whole and whole[name].notna().any()]
    cells = pd.DataFrame({name: levels(whole[name]).fillna(UNKNOWN) for name in used}, index=whole.index)
    customer = whole["customer_id"].astype("str").fillna("order " + whole["order_id"].astype("str")).to_numpy()
    ids, codes = np.unique(customer, return_inverse=True)
    drawn = draw_weights(ids, draws=options.get("draws") or 0, seed=options.get("seed", 1)).astype("float64")
    level, parts, chances = options.get("level", 0.95), [], []
    for name in sorted(told.unique()):
        match = _matched(whole[by].astype("str").eq(name).fillna(False).to_numpy(dtype=bool), cells)
        if len(match.own) < min_orders or (match.cell >= 0).sum() < 2:
            parts.append(_thin(name, by, len(match.own), min_orders))
            chances.append(np.nan)
            continue
        table, chance = _judged(match, load, money, codes, drawn, currency, level)
        parts.append(estimates.stack(table, _balance(match, cells)).assign(**{by: name}))
        chances.append(chance)
    return _laid_out(parts, estimates.false_discovery(np.array(chances)), groups)


def _matched(own: np.ndarray, cells: pd.DataFrame) -> _Match:
    """Find each own order's cell: the finest one with enough orders of the others."""
    mine, theirs = np.flatnonzero(own), np.flatnonzero(~own)
    cell, other = np.full(len(mine), -1), np.full(len(theirs), -1)
    free = np.ones(len(mine), dtype=bool)
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    used = 0
    for depth in range(len(cells.columns), 0, -1):
        codes = cells.iloc[:, :depth].groupby(list(cells.columns[:depth]), sort=True).ngroup().to_numpy()
        enough = np.bincount(codes[theirs], minlength=codes.max() + 1) >= FEW
        fits = free & enough[codes[mine]]
        cell[fits] = used + codes[mine][fits]
        parts.append((used + codes[theirs], np.unique(cell[fits])))
        used += codes.max() + 1
        free &= ~fits
    if not len(cells.columns):
        return _Match(mine, theirs, np.zeros(len(mine), dtype=int), np.zeros(len(theirs), dtype=int)[None, :])
    other = np.stack([np.where(np.isin(codes, wanted), codes, -1) for codes, wanted in parts])
    return _Match(mine, theirs, cell, other)


def _judged(
    match: _Match, load: np.ndarray, money: np.ndarray | None, codes: np.ndarray, drawn: np.ndarray, currency: str | None, level: float
) -> tuple[pd.DataFrame, float]:
    """The rows of one group, and its one-sided p."""
    n, there = len(match.own), match.cell >= 0
    seen = _spread(load, match, codes, len(drawn))
    tables = []
    for metric in ("observed_load", "expected_load", "excess_load"):
        tables.append(_row(metric, seen[metric], PER, n, level, drawn if metric == "excess_load" else drawn[:, :0]))
    if money is not None and currency:
        paid = _spread(money, match, codes, len(drawn))
        tables.append(_row("excess_cost", paid["excess_load"], currency, n, level, drawn))
    share = {"metric": "comparable_share", "value": there.mean(), "unit": "share", "n": n, "n_eff": float(n), "method": "count"}
    tables.append(rows(pd.DataFrame(index=[0]), share))
    value, se, df, _ = seen["excess_load"]
    chance = float(special.stdtr(df, -value / se)) if se > 0 else float("nan")
    tables.append(
        rows(
            pd.DataFrame(index=[0]),
            {"metric": "excess_chance", "value": chance, "unit": "share", "n": n, "n_eff": float(n), "method": COMPARED},
        )
    )
    return estimates.stack(*tables), chance


def _spread(y: np.ndarray, match: _Match, codes: np.ndarray, clusters: int) -> dict[str, tuple[float, float, float, np.ndarray]]:
    """Observed, expected and excess per 100 orders: value, standard error, degrees of freedom and influence by customer."""
    there = match.cell >= 0
    own, cell = match.own[there], match.cell[there]
    size = int(max(cell.max(), match.other_cell.max())) + 1
    weight = np.bincount(cell, minlength=size) / len(own)
    means, influence = np.zeros(size), np.zeros(len(codes))
    for layer in match.other_cell:
        rows_of, cells_of = match.others[layer >= 0], layer[layer >= 0]
        count = np.bincount(cells_of, minlength=size)
        total = np.bincount(cells_of, y[rows_of], minlength=size)
        means = np.where(count > 0, total / np.maximum(count, 1), means)
        share = weight[cells_of] / count[cells_of]
        np.add.at(influence, rows_of, share * (y[rows_of] - means[cells_of]))
    expected = np.bincount(codes, influence, minlength=clusters)
    usual = means[cell]
    mixed, seen = np.zeros(len(codes)), np.zeros(len(codes))
    mixed[own] = (usual - usual.mean()) / len(own)
    seen[own] = (y[own] - y[own].mean()) / len(own)
    mix, observed = (np.bincount(codes, column, minlength=clusters) for column in (mixed, seen))
    sides = {
        "observed_load": (y[own].mean(), observed),
        "expected_load": (usual.mean(), mix + expected),
        "excess_load": (y[own].mean() - usual.mean(), observed - mix - expected),
    }
    return {name: _figure(100 * value, 100 * moved) for name, (value, moved) in sides.items()}


def _figure(value: float, influence: np.ndarray) -> tuple[float, float, float, np.ndarray]:
    """Value, standard error and degrees of freedom: few customers that make most of the spread know it badly (Satterthwaite 1946)."""
    parts = influence[influence != 0] ** 2
    count = len(parts)
    if count < 2:
        return value, float("nan"), float("nan"), influence
    variance = parts.sum() * count / (count - 1)
    uneven = parts.sum() ** 2 / (parts**2).sum()
    return value, float(np.sqrt(variance)), float(min(count - 1, max(uneven, 1.0))), influence


def _row(metric: str, figure: tuple[float, float, float, np.ndarray], unit: str, n: int, level: float, drawn: np.ndarray) -> pd.DataFrame:
    value, se, df, influence = figure
    half = special.stdtrit(df, (1 + level) / 2) * se if np.isfinite(se) else np.nan
    low = max(value - half, 0.0) if metric in ("observed_load", "expected_load") else value - half
    told: dict[str, Any] = {"metric": metric, "value": value, "low": low, "high": value + half, "unit": unit}
    told |= {"n": n, "n_eff": float(n), "method": COMPARED, "note": "" if np.isfinite(half) else "no spread"}
    if drawn.shape[1]:
        told["draws"] = [value + influence @ (drawn - 1.0)]
    return rows(pd.DataFrame(index=[0]), told)


def _balance(match: _Match, cells: pd.DataFrame) -> pd.DataFrame:
    """How far the group's orders differ from the others', before and after these are weighted like the group's."""
    there = match.cell >= 0
    own, cell = match.own[there], match.cell[there]
    size = int(max(cell.max(), match.other_cell.max())) + 1
    weight = np.zeros(len(cells))
    share = np.bincount(cell, minlength=size) / len(own)
    for layer in match.other_cell:
        inside = layer >= 0
        count = np.bincount(layer[inside], minlength=size)
        np.add.at(weight, match.others[inside], share[layer[inside]] / count[layer[inside]])
    parts = []
    for name in cells.columns:
        level = pd.get_dummies(cells[name]).to_numpy(dtype="float64")
        mine, before, after = level[own].mean(axis=0), level[match.others].mean(axis=0), weight @ level
        spread = np.sqrt(np.maximum((mine * (1 - mine) + before * (1 - before)) / 2, 1e-12))
        apart = {"balance_before": np.abs(mine - before), "balance_after": np.abs(mine - after)}
        for metric, gap in apart.items():
            value = float((gap / spread)[spread > 1e-5].max(initial=0.0))
            told = {
                "metric": metric,
                "value": value,
                "unit": "standard deviations",
                "n": len(own),
                "n_eff": float(len(own)),
                "method": "standardised difference",
            }
            parts.append(rows(pd.DataFrame({"balance": [name]}), told))
    return estimates.stack(*parts) if parts else rows(pd.DataFrame({"balance": pd.Series(dtype="str")}), {})


def _thin(name: str, by: str, n: int, least: int) -> pd.DataFrame:
    row = rows(pd.DataFrame({by: [name]}), {"metric": "excess_load", "unit": PER, "n": n, "n_eff": float(n), "method": COMPARED})
    return row.assign(note=f"n < {least}")


def _laid_out(parts: list[pd.DataFrame], chances: np.ndarray, groups: Sequence[str]) -> pd.DataFrame:
    """Stack the groups, chances replaced by q."""
    told = []
    for part, q in zip(parts, chances, strict=True):
        own = part.copy()
        own.loc[own["metric"].eq("excess_chance"), "value"] = q
        told.append(
            own.reindex(columns=[*groups, *[name for name in own.columns if name not in groups]]).astype(dict.fromkeys(groups, "str"))
        )
    return estimates.stack(*told)
