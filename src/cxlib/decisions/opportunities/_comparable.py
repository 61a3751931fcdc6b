"""Moments of customers with a contact beside moments of comparable customers without: who is compared with whom, and how alike they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from cxlib.decisions.opportunities._log import DAY, microseconds

__all__ = ["AFTER", "BEFORE", "SIDES", "Watched", "comparable", "watched"]

SIDES = ("with_contact", "comparable")
AFTER, BEFORE = "after", "before"
RECENT = (7, 21, 45)  # days since the last order that are told apart; beyond, up to the window of recent orders, and none in it
MOST = 3  # recent orders, from here on alike
WEEK = 7
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Watched:
    """Customers by day: arrays of one row a customer and one column a day.

    Attributes
    ----------
    customers : Index of str
    orders, contacts : arrays
        How many up to and including the day; the first column is the day before the first.
    start, end : arrays
        First day as a customer, first day as one no longer.
    facts : DataFrame
        What is known of customers, one row each.
    size : int
        Days.
    """

    customers: pd.Index
    orders: Whole
    contacts: Whole
    start: Whole
    end: Whole
    facts: pd.DataFrame
    size: int

    def ordered(self, who: Whole, first: Whole, last: Whole) -> Whole:
        """Return how many orders each customer placed from the first to the last day, both included."""
        return np.asarray(_between(self.orders, who, first, last, self.size))

    def quiet(self, who: Whole, first: Whole, last: Whole) -> npt.NDArray[np.bool_]:
        """Tell who made no contact from the first to the last day."""
        return np.asarray(_between(self.contacts, who, first, last, self.size) == 0)


def watched(told: pd.DataFrame, orders: pd.DataFrame, customers: pd.DataFrame, facts: Sequence[str], *, at_most: int) -> Watched:
    """Lay customers out by day; of too many, those whose ids have the smallest hashes.

    Parameters
    ----------
    told : DataFrame
        Contacts of known customers: ``customer_id``, ``at``.
    orders : DataFrame
        ``customer_id``, ``order_ts``.
    customers : DataFrame
        May be empty: then those who order are the customers, each from the first order on.
    facts : sequence of str
        Columns of customers that make them comparable; those that are not there are left out.
    at_most : int
        Customers.
    """
    placed = orders[orders["customer_id"].notna() & orders["order_ts"].notna()]
    bought = pd.DataFrame({"customer_id": placed["customer_id"].astype("str"), "day": microseconds(placed["order_ts"]) // DAY})
    first, last = int(min(told["at"].min() // DAY, bought["day"].min())), int(bought["day"].max())
    known = customers["customer_id"].astype("str") if len(customers) and "customer_id" in customers else bought["customer_id"]
    names = pd.Index(sorted(known.unique()))
    if len(names) > at_most:
        names = names[np.sort(np.argsort(pd.util.hash_array(names.to_numpy(dtype=object)), kind="stable")[:at_most])]
    size = last - first + 1
    people = pd.DataFrame(index=names)
    if len(customers):
        people = customers.assign(customer_id=customers["customer_id"].astype("str")).drop_duplicates("customer_id")
        people = people.set_index("customer_id").reindex(names)
    since = bought.groupby("customer_id")["day"].min().reindex(names) - first
    start = _edge(people, "start_date", first, since.fillna(size).to_numpy())
    end = _edge(people, "churn_date", first, np.full(len(names), size + 1))
    counts = [
        _cumulated(names, table["customer_id"], table["day"].to_numpy() - first, size)
        for table in (bought, pd.DataFrame({"customer_id": told["customer_id"], "day": told["at"] // DAY}))
    ]
    there = [name for name in facts if name in people]
    return Watched(names, counts[0], counts[1], start, end, people[there].reset_index(drop=True), size)


def comparable(life: Watched, told: pd.DataFrame, *, first_day: int, quiet: int, recent: int, horizon: int) -> pd.DataFrame:
    """Return moments with a contact and moments of comparable customers without, weighted so that they are comparable.

    Parameters
    ----------
    life : Watched
    told : DataFrame
        Service contacts: ``customer_id``, ``at``, ``experience``.
    first_day : int
        The day in column 0 of `life`, since 1970.
    quiet, recent, horizon : int
        Days without a contact before; days whose orders make customers comparable; days looked at after, and before the recent ones.

    Returns
    -------
    DataFrame
        ``customer_id``, ``side`` (of SIDES), ``experience``, ``cell``, ``weight`` (of comparable moments: moments with a contact for
        each in its cell; 0 where a moment has none to compare with), orders in the horizon ``after`` and ``before``, ``recent_orders``,
        ``tenure_days``, and ``days`` until the next order (missing beyond the horizon).
    """
    who = np.asarray(life.customers.get_indexer(pd.Index(told["customer_id"])), dtype="int64")
    day = told["at"].to_numpy() // DAY - first_day
    own = pd.DataFrame({"who": who, "day": day, "experience": told["experience"].to_numpy()})[who >= 0]
    own = own.drop_duplicates(["who", "day"])
    weeks = np.arange(recent + horizon, life.size - horizon, WEEK)
    middle = np.minimum(weeks + WEEK // 2, life.size - 1 - horizon)
    everybody = np.tile(np.arange(len(life.customers)), len(weeks))
    others = pd.DataFrame({"who": everybody, "day": np.repeat(middle, len(life.customers)), "experience": None})
    sides = []
    for name, table, before in ((SIDES[0], own, 1), (SIDES[1], others, 0)):
        at, of = table["day"].to_numpy(), table["who"].to_numpy()
        inside = (at >= recent + horizon) & (at <= life.size - 1 - horizon)
        keep = inside & (life.start[of] <= at - recent - horizon) & (life.end[of] > at)
        keep &= life.quiet(of, at - quiet, at - before)
        sides.append(table[keep].assign(side=name))
    return _weighed(_described(life, pd.concat(sides, ignore_index=True), recent, horizon))


def _described(life: Watched, table: pd.DataFrame, recent: int, horizon: int) -> pd.DataFrame:
    who, day = table["who"].to_numpy(), table["day"].to_numpy()
    number = life.ordered(who, day - recent, day - 1)
    since = np.full(len(table), recent)
    for limit in reversed(RECENT):
        since = np.where(life.ordered(who, day - limit, day - 1) > 0, limit, since)
    since = np.where(number == 0, 0, since)
    week = (day - recent - horizon) // WEEK
    told = table.assign(
        customer_id=life.customers.to_numpy()[who],
        recent_orders=number,
        tenure_days=day - life.start[who],
        after=life.ordered(who, day + 1, day + horizon),
        before=life.ordered(who, day - recent - horizon, day - recent - 1),
        days=_next(life, who, day, horizon),
    )
    facts = life.facts.iloc[who].reset_index(drop=True).set_index(told.index)
    keys = pd.DataFrame({"week": week, "since": since, "number": np.minimum(number, MOST)}, index=told.index).join(facts)
    codes = [pd.factorize(keys[name].astype("str"), use_na_sentinel=False)[0] for name in keys]
    cell = np.zeros(len(told), dtype="int64")
    for code in codes:
        cell = pd.factorize(cell * (int(code.max(initial=0)) + 1) + code)[0]
    return told.assign(cell=cell)


def _weighed(table: pd.DataFrame) -> pd.DataFrame:
    mine = table["side"].eq(SIDES[0])
    with_contact = table["cell"].map(table.loc[mine, "cell"].value_counts()).fillna(0.0)
    without = table["cell"].map(table.loc[~mine, "cell"].value_counts()).fillna(0.0)
    weight = np.where(mine, (without > 0).astype(float), np.divide(with_contact, without, out=np.zeros(len(table)), where=without > 0))
    return table.assign(weight=weight)


def _next(life: Watched, who: Whole, day: Whole, horizon: int) -> npt.NDArray[np.float64]:
    """Return days until the next order."""
    found = np.full(len(who), np.nan)
    for step in range(horizon, 0, -1):
        hit = life.ordered(who, day + step, day + step) > 0
        found[hit] = step
    return found


def _cumulated(names: pd.Index, ids: pd.Series, day: Whole, size: int) -> Whole:
    code = names.get_indexer(pd.Index(ids.astype("str")))
    good = (code >= 0) & (day >= 0) & (day < size)
    table = np.zeros((len(names), size + 1), dtype="int32")
    np.add.at(table, (code[good], day[good] + 1), 1)
    return np.asarray(table.cumsum(axis=1, dtype="int32"))


def _between(sums: Whole, who: Whole, first: Whole, last: Whole, size: int) -> Whole:
    return np.asarray(sums[who, np.clip(last + 1, 0, size)] - sums[who, np.clip(first, 0, size)])


def _edge(people: pd.DataFrame, name: str, first: int, otherwise: npt.NDArray[np.float64]) -> Whole:
    if name not in people:
        return np.asarray(otherwise, dtype="int64")
    known = people[name].notna().to_numpy()
    told = microseconds(people[name]) // DAY - first
    return np.asarray(np.where(known, told, otherwise), dtype="int64")
