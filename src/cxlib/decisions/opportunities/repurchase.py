"""Whether customers buy again after a service contact more often than comparable customers without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib import estimates
from cxlib.contacts import Span, lacking
from cxlib.decisions.opportunities._comparable import AFTER, BEFORE, SIDES, comparable, watched
from cxlib.decisions.opportunities._log import DAY, logged, microseconds
from cxlib.decisions.opportunities.contact_results import SOLVED
from cxlib.decisions.opportunities.signals import SALE
from cxlib.estimates import Sampling
from cxlib.estimates.rows import rows

__all__ = ["repurchase"]

GROUPS = ("experience", "side", "days", "covariate")
CURVE = 6  # points of the curve


def repurchase(
    contacts: IntoFrame,
    orders: pd.DataFrame,
    customers: pd.DataFrame,
    reasons: pd.DataFrame | None = None,
    *,
    phases: Sequence[str] = ("aftersales",),
    alike: Sequence[str] = ("segment",),
    solved: Sequence[str] = SOLVED,
    horizon_days: int = 90,
    recent_days: int = 90,
    quiet_days: int = 28,
    at_most: int = 20_000,
    min_n: int = 30,
    direction: str | None = "inbound",
    period: Span | None = None,
    **options: Unpack[Sampling],
) -> pd.DataFrame:
    """Compare customers after a service contact with comparable customers of the same weeks without one.

    Parameters
    ----------
    contacts : pandas, DuckDB or PySpark frame
        The log with ``customer_id``; ``reason_id``, ``outcome`` and ``touchpoint_id`` where they are known.
    orders : DataFrame
        ``customer_id``, ``order_ts``; contacts at a touchpoint at which orders are placed are no service contacts.
    customers : DataFrame
        ``start_date``, ``churn_date`` and the columns of `alike`; may be empty.
    reasons : DataFrame, optional
        The contract table *reasons*: contacts of its reasons in `phases` are service contacts. Where no contact has a reason, all count.
    phases : sequence of str
        Phases of reasons that are service.
    alike : sequence of str
        Columns of customers in which those compared agree.
    solved : sequence of str
        Outcomes that count as a solution; figures are told by it as well.
    horizon_days, recent_days, quiet_days : int
        Days after the contact in which an order counts; days before it whose orders make customers comparable; days before it without
        a contact.
    at_most : int
        Customers beyond which only so many are looked at, chosen by a hash of their ids.
    min_n : int
        Contacts with comparable customers below which no figure is told.
    direction, period, **options
        As in :func:`cxlib.decisions.opportunities.signals`; intervals count customers as clusters.

    Returns
    -------
    DataFrame
        ESTIMATES, unit ``share``, over all and by ``experience`` (solved, unsolved): ``rebought_share`` (share of contacts on which an
        order followed within the horizon), ``rebought_comparable`` (the same of comparable customers), ``rebought_difference`` (the first
        less the second), ``rebought_earlier`` (the same difference in a window before the recent days, in which the contact can have done
        nothing) and ``rebought_extra`` (the difference less the earlier one). By ``side`` and ``days``: ``rebought_within``. Over all:
        ``compared_share`` of service contacts that have comparable customers. By ``covariate``: ``imbalance_before`` and
        ``imbalance_after`` (``sd``), differences of means in standard deviations of the customers with a contact.

    Notes
    -----
    A moment with a contact: a service contact after quiet days. Its comparable moments: customers in the middle of the same week, quiet
    up to then, who agree in `alike`, in the time since their last order (up to 7, 21, 45 days, longer, none within the recent days) and
    in the number of recent orders (0, 1, 2, more), weighted to the contacts of their cell (exact matching on cells; Iacus, King &
    Porro 2012). Recent orders bring contacts about, hence the matching. Customers who order often contact often, which no
    finite past tells in full: they differ in the earlier window too, and what is told as extra is the difference less that
    (difference in differences). It is 0 on average where contacts follow on orders and on how often a customer orders, and on nothing
    else. It shows what buying goes with, not what brings it about: who plans to order may ask before. Weights count as fixed.

    >>> names = [f"c{number:02d}" for number in range(41)]
    >>> moment = lambda text: pd.Timestamp(text, tz="UTC")
    >>> log = pd.DataFrame({"contact_id": names[:20], "customer_id": names[:20], "contact_ts": moment("2025-06-04 10:00"),
    ...     "local_date": pd.Timestamp("2025-06-04")})
    >>> sold = pd.DataFrame({"order_id": range(62), "customer_id": [*names[:40], *names[5:25], *names[40:] * 2],
    ...     "order_ts": [moment("2025-05-20")] * 40 + [moment("2025-06-20")] * 20 + [moment("2024-06-01"), moment("2025-12-31")]})
    >>> people = pd.DataFrame({"customer_id": names, "segment": "s", "start_date": pd.Timestamp("2024-01-01"), "churn_date": pd.NaT})
    >>> told = repurchase(log, sold, people, min_n=1)
    >>> told[["metric", "value"]].head(5).round(2)
                    metric  value
    0       rebought_share   0.75
    1  rebought_comparable   0.50
    2  rebought_difference   0.25
    3     rebought_earlier   0.00
    4       rebought_extra   0.25
    """
    needs = lacking(contacts, ["contact_ts", "customer_id"])
    needs += [f"orders.{name}" for name in ("customer_id", "order_ts") if name not in orders or orders[name].isna().all()]
    if needs:
        return estimates.unanswerable("rebought_extra", "share difference", needs, by=GROUPS)
    names = ["customer_id", "reason_id", "touchpoint_id", "outcome"]
    every = logged(contacts, names, direction=direction, period=period)
    every = every[every["customer_id"].notna()]
    life = watched(every, orders, customers, alike, at_most=at_most)
    first = int(min(every["at"].min(), microseconds(orders["order_ts"].dropna()).min()) // DAY)
    service = _service(every, orders, reasons, phases, solved)
    lengths = {"quiet": quiet_days, "recent": recent_days, "horizon": horizon_days}
    pairs = comparable(life, service, first_day=first, **lengths)
    mine = pairs[pairs["side"].eq(SIDES[0])]
    if mine["weight"].sum() < min_n:
        few = rows(
            pd.DataFrame(index=[0]),
            {"metric": "rebought_extra", "unit": "share difference", "n": int(mine["weight"].sum()), "note": f"n < {min_n}"},
        )
        return _ordered(few)
    chance: Sampling = {**options, "weight": "weight", "cluster": "customer_id"}
    told = [_figures(pairs, None, min_n, chance)]
    told += [_figures(pairs, name, min_n, chance) for name in ("solved", "unsolved")]
    bare: Sampling = {**chance, "weight": None}
    compared = estimates.share(mine.assign(flag=mine["weight"]), "flag", metric="compared_share", **bare)
    curve = _curve(pairs, horizon_days, chance)
    return _ordered(estimates.stack(*told, compared, curve, _balance(pairs, customers)))


def _service(
    every: pd.DataFrame, orders: pd.DataFrame, reasons: pd.DataFrame | None, phases: Sequence[str], solved: Sequence[str]
) -> pd.DataFrame:
    """Return service contacts: of reasons of service, no purchases themselves."""
    places = orders["touchpoint_id"].dropna().unique() if "touchpoint_id" in orders else []
    bought = every["outcome"].eq(SALE) | every["touchpoint_id"].isin(list(places))
    chosen = every[~bought]
    if every["reason_id"].notna().any() and reasons is not None and "phase" in reasons:
        service = reasons.loc[reasons["phase"].isin(list(phases)), "reason_id"]
        chosen = chosen[chosen["reason_id"].isin(list(service))]
    how = np.where(chosen["outcome"].isin(list(solved)), "solved", "unsolved")
    return chosen.assign(experience=pd.Series(how, index=chosen.index, dtype="str").where(chosen["outcome"].notna()))


def _figures(pairs: pd.DataFrame, experience: str | None, min_n: int, options: Sampling) -> pd.DataFrame:
    """The five figures; of one experience, comparable moments weigh as its contacts do."""
    table = pairs
    if experience is not None:
        mine = pairs["side"].eq(SIDES[0])
        table = pairs[~mine | pairs["experience"].eq(experience)]
        number = table["cell"].map(table.loc[table["side"].eq(SIDES[0]), "cell"].value_counts()).fillna(0.0)
        whole = table["cell"].map(pairs.loc[mine, "cell"].value_counts())
        part = np.divide(number, whole, out=np.zeros(len(table)), where=whole.to_numpy(dtype=float) > 0)
        table = table.assign(weight=np.where(table["side"].eq(SIDES[0]), table["weight"], table["weight"] * part))
    table = table[table["weight"] > 0]
    flags = {name: (table[name] > 0).astype("float64") for name in (AFTER, BEFORE)}
    table = table.assign(**flags, change=flags[AFTER] - flags[BEFORE])
    number = int(table["side"].eq(SIDES[0]).sum())
    if number < min_n:
        part = rows(pd.DataFrame(index=[0]), {"metric": "rebought_extra", "unit": "share difference", "n": number, "note": f"n < {min_n}"})
        return part if experience is None else _with(part, "experience", experience)
    each = [
        estimates.share(table[table["side"].eq(side)], AFTER, metric=metric, **options)
        for side, metric in zip(SIDES, ("rebought_share", "rebought_comparable"), strict=True)
    ]
    for metric, column in (("rebought_difference", AFTER), ("rebought_earlier", BEFORE), ("rebought_extra", "change")):
        part = estimates.difference(table, column, between="side", reference=SIDES[1], metric=metric, unit="share difference", **options)
        each.append(part.drop(columns="side").assign(n=pd.array([number], dtype="Int64")))
    told = estimates.stack(*each)
    return told if experience is None else _with(told, "experience", experience)


def _curve(pairs: pd.DataFrame, horizon: int, options: Sampling) -> pd.DataFrame:
    table = pairs[pairs["weight"] > 0]
    parts = []
    for days in [round(horizon * step / CURVE) for step in range(1, CURVE + 1)]:
        part = estimates.share(
            table.assign(flag=(table["days"] <= days).astype("float64")), "flag", by=["side"], metric="rebought_within", **options
        )
        parts.append(_with(part, "days", str(days)))
    return estimates.stack(*parts)


def _balance(pairs: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Differences between those with a contact and all others, then those they are compared with, in standard deviations."""
    table = pairs.assign(earlier_orders=pairs[BEFORE].astype("float64"))
    if "revenue_12m" in customers and customers["revenue_12m"].notna().any():
        worth = customers.drop_duplicates("customer_id").set_index("customer_id")["revenue_12m"]
        table["revenue_12m"] = table["customer_id"].map(worth).astype("float64")
    mine = table["side"].eq(SIDES[0])
    kept = mine & (table["weight"] > 0)
    parts = []
    for name in [name for name in ("recent_orders", "tenure_days", "earlier_orders", "revenue_12m") if name in table]:
        values, known = table[name].astype("float64"), table[name].notna()
        for metric, here, weight in (
            ("imbalance_before", mine & known, pd.Series(1.0, index=table.index)),
            ("imbalance_after", kept & known, table["weight"]),
        ):
            there = ~mine & known & (weight > 0)
            spread = float(values[here].std(ddof=1)) if here.sum() > 1 else 0.0
            gap = float(values[here].mean()) - float(np.average(values[there], weights=weight[there])) if there.any() else np.nan
            value = gap / spread if spread > 0 else np.nan
            told = {"metric": metric, "value": value, "unit": "sd", "n": int(here.sum()), "method": "standardised difference"}
            parts.append(rows(pd.DataFrame({"covariate": [name]}), told | {"note": "" if spread > 0 else "no spread"}))
    return estimates.stack(*parts)


def _with(part: pd.DataFrame, name: str, level: str) -> pd.DataFrame:
    told = part.copy()
    told.insert(0, name, pd.Series(level, index=told.index, dtype="str"))
    return told


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    told = table.copy()
    for name in GROUPS:
        told[name] = told[name] if name in told else pd.Series(None, index=told.index, dtype="str")
    return told[[*GROUPS, *[name for name in told if name not in GROUPS]]]
