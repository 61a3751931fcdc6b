"""Whether who asks much in the beginning asks more later as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from cxlib import estimates
from cxlib.contacts import Span, filled, lacking, named, picked
from cxlib.contacts.volume.per_unit import local_day
from cxlib.contacts.welcome._journey import Journey, happened, journey, watched
from cxlib.contacts.welcome.cumulative import sampling
from cxlib.contacts.welcome.intensity import _nothing
from cxlib.contacts.welcome.zero import needed, time_zero
from cxlib.estimates import Sampling, draw_weights
from cxlib.estimates.rows import rows

__all__ = ["habit"]

RATE = "per 100 customers and week"
STEPS, CLOSE = 60, 1e-10


def habit(
    contacts: IntoFrame,
    customers: IntoFrame,
    orders: IntoFrame | None = None,
    *,
    reasons: Sequence[str] | None = None,
    early: int = 60,
    later: int = 300,
    classes: Sequence[int] = (0, 1, 2, 3),
    adjust: Sequence[str] = (),
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Contacts later, by contacts early.

    Parameters
    ----------
    contacts, customers, orders : pandas, DuckDB or PySpark frames
        As in :func:`cxlib.contacts.welcome.intensity`.
    reasons : sequence of str, optional
        Reasons whose early contacts are counted (the avoidable ones, say); all when left out. Later contacts are all.
    early, later : int
        Days since the first order that are early, and the last one looked at.
    classes : sequence of int
        Fewest early contacts of each class.
    adjust : sequence of str
        Columns of customers held constant, levels as indicators.
    min_n : int
        Customers below which a class's rate, or the ratio, is not told.
    direction, period
        As in :func:`cxlib.contacts.welcome.intensity`.
    **options
        level, draws and seed of :class:`cxlib.estimates.Sampling`; the unit drawn is the customer.

    Returns
    -------
    DataFrame
        ESTIMATES by ``early_contacts``: ``later_contacts`` (per 100 customers and week); and ``habit_ratio``: times by which each further
        early contact goes with more contacts later.

    Notes
    -----
    Poisson regression with log link of later contacts on early ones, log(1 + other early contacts), log(1 + early and later orders) and
    `adjust`, offset log days watched; sandwich variance, n/(n − p). Same as R: ``glm(later ~ early + …, poisson, offset = log(days))`` with
    ``sandwich::vcovHC(type = "HC1")``. Who is prone to ask asks early and later: the ratio is an association, and an upper limit of habit.

    >>> start = pd.Timestamp("2025-01-01")
    >>> people = pd.DataFrame({"customer_id": list("abcdef"), "start_date": start})
    >>> days = {"a": [5, 9, 100, 200], "b": [5, 8, 150, 250], "c": [9, 160], "d": [7, 110], "e": [140], "f": [310]}
    >>> log = pd.DataFrame([(name, start + pd.Timedelta(days=day)) for name, all_days in days.items() for day in all_days],
    ...     columns=["customer_id", "local_date"]).assign(contact_ts=start.tz_localize("UTC"))
    >>> told = habit(log, people, classes=[0, 1, 2], min_n=1, period=(start.date(), pd.Timestamp("2025-12-31").date()))
    >>> told.loc[told["metric"].eq("later_contacts"), ["early_contacts", "value", "n"]].round(1)
      early_contacts  value  n
    1              0    1.5  2
    2              1    2.9  2
    3             2+    5.8  2
    """
    groups = ["early_contacts"]
    needs = needed(customers, orders, contacts) + (lacking(contacts, ["reason_id"]) if reasons is not None else [])
    if needs:
        return estimates.unanswerable("habit_ratio", "factor", needs, by=groups)
    observed = watched(contacts, period)
    starts = time_zero(customers, orders, by=adjust, period=observed)
    if observed is None or starts.empty:
        return _nothing("habit_ratio", "factor", groups)
    keys = ["reason_id"] if reasons is not None else []
    events = happened(contacts, starts, keys, direction=direction, period=period)
    whole = journey(events, starts, "order", span=(0, later), observed=observed)
    table = _table(whole, reasons, orders, early, later)
    table = table[table["days"] > 0].reset_index(drop=True)
    if len(table) < 2:
        return _nothing("habit_ratio", "factor", groups)
    edges = np.asarray(sorted(classes))
    names = [f"{low}" if low != edges[-1] else f"{low}+" for low in edges]
    place = np.clip(np.searchsorted(edges, table["early"], side="right") - 1, 0, None)
    chance: dict[str, Any] = {**sampling(options), "weight": None, "cluster": "customer_id", "draws": 0}
    by_class = table.assign(early_contacts=np.array(names)[place], weeks=table["days"] / 7)
    told: dict[str, Any] = {"per": 100, "metric": "later_contacts", "unit": RATE}
    rates = estimates.rate(by_class, "later", "weeks", by=groups, **told, **chance)
    both = estimates.stack(_fitted(table, adjust, options), estimates.arrange(rates, "early_contacts", names))
    return estimates.withhold(both, ((both["n"] < min_n) & both["value"].notna()).to_numpy(), f"n < {min_n}")


def _table(whole: Journey, reasons: Sequence[str] | None, orders: IntoFrame | None, early: int, later: int) -> pd.DataFrame:
    """One row a customer: contacts early (of the reasons, and others) and later, orders, days watched later."""
    n = len(whole.units)
    first = whole.day < early
    counted = whole.keys["reason_id"].isin(list(reasons)).to_numpy() if reasons is not None else np.ones(len(whole.day), dtype=bool)
    table = whole.units.assign(
        early=np.bincount(whole.unit[first & counted], minlength=n).astype("float64"),
        other=np.bincount(whole.unit[first & ~counted], minlength=n).astype("float64"),
        later=np.bincount(whole.unit[~first], minlength=n).astype("float64"),
        days=whole.within(early, later).astype("float64"),
        bought_early=0.0,
        bought_later=0.0,
    )
    if orders is not None and all(filled(orders, ["customer_id", "order_ts"]).values()):
        frame = nw.from_native(orders).lazy().filter(nw.col("customer_id").is_in(table["customer_id"].tolist()))
        sold = picked(frame.to_native(), ["customer_id", "order_ts"]).dropna()
        since = (local_day(sold["order_ts"]) - sold["customer_id"].map(table.set_index("customer_id")["order"])).dt.days
        for name, inside in (("bought_early", since.between(0, early - 1)), ("bought_later", since.between(early, later))):
            table[name] = table["customer_id"].map(sold[inside].groupby("customer_id").size()).fillna(0.0)
    return table


def _fitted(table: pd.DataFrame, adjust: Sequence[str], options: Sampling) -> pd.DataFrame:
    """The ratio of later contacts that goes with each further early one."""
    terms = [table["early"], np.log1p(table["other"]), np.log1p(table["bought_early"]), np.log1p(table["bought_later"])]
    for name in adjust:
        levels = named(table, [name])[name]
        terms += [levels.eq(level).astype("float64") for level in sorted(levels.unique())[1:]]
    x = np.column_stack([np.ones(len(table)), *terms])
    x = x[:, [0, 1, *[at for at in range(2, x.shape[1]) if np.ptp(x[:, at]) > 0]]]
    told: dict[str, Any] = {"metric": "habit_ratio", "unit": "factor", "n": len(table), "n_eff": float(len(table))}
    told["method"] = "Poisson regression, sandwich"
    groups = pd.DataFrame({"early_contacts": [None]})
    y = table["later"].to_numpy()
    if np.ptp(x[:, 1]) == 0 or y.sum() == 0 or len(table) <= x.shape[1] or np.linalg.matrix_rank(x) < x.shape[1]:
        return rows(groups, told | {"note": "no spread"})
    coefficients, influence = poisson(x, y, table["days"].to_numpy())
    se = np.sqrt((influence[:, 1] ** 2).sum() * len(y) / (len(y) - x.shape[1]))
    reach = special.stdtrit(len(y) - x.shape[1], (1 + options.get("level", 0.95)) / 2) * se
    told |= {name: float(np.exp(coefficients[1] + sign * reach)) for name, sign in (("value", 0), ("low", -1), ("high", 1))}
    if options.get("draws"):
        weights = draw_weights(table["customer_id"].to_numpy(), draws=options["draws"], seed=options.get("seed", 1)).astype("float64")
        told["draws"] = [np.exp(coefficients[1] + influence[:, 1] @ (weights - 1.0))]
    return rows(groups, told)


def poisson(x: np.ndarray, y: np.ndarray, exposure: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit y on the columns of x with log link; return coefficients and each row's influence on them.

    >>> coefficients, _ = poisson(np.column_stack([np.ones(4), [0, 0, 1, 1]]), np.array([1.0, 3, 4, 8]), np.ones(4))
    >>> np.exp(coefficients).round(3).tolist()
    [2.0, 3.0]
    """
    coefficients = np.zeros(x.shape[1])
    coefficients[0] = np.log(y.sum() / exposure.sum())
    for _ in range(STEPS):
        mean = exposure * np.exp(np.clip(x @ coefficients, -50, 50))
        bread = np.linalg.pinv(x.T @ (mean[:, None] * x))
        step = bread @ (x.T @ (y - mean))
        coefficients = coefficients + step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < CLOSE:
            break
    mean = exposure * np.exp(x @ coefficients)
    return coefficients, ((y - mean)[:, None] * x) @ bread
