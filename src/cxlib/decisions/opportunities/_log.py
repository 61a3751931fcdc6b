"""What all of this room reads: contacts in the few columns that matter, and what their customers order around a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.typing import IntoFrame

from cxlib.contacts import Span, clocked, within
from cxlib.estimates import Sampling

__all__ = ["DAY", "Lives", "Purchases", "currency_of", "days", "lives", "logged", "microseconds", "per_contact", "purchases"]

DAY = 86_400_000_000  # microseconds
FLAGS = ("sales_signal", "reached", "abandoned", "unassigned")

Whole = npt.NDArray[np.int64]
Real = npt.NDArray[np.float64]


def logged(contacts: IntoFrame, columns: Sequence[str], *, direction: str | None, period: Span | None) -> pd.DataFrame:
    """Return contacts in some columns, as pandas: ids as text, flags as such, the moment in microseconds (``at``).

    Columns that the log lacks are there and hold nothing; a reason that was not sure enough to be assigned is none; a contact without a
    weight weighs 1.

    >>> log = pd.DataFrame({"contact_ts": pd.to_datetime(["2025-01-02"], utc=True), "reason_id": ["a"], "unassigned": [True]})
    >>> logged(log, ["reason_id", "outcome"], direction=None, period=None)[["reason_id", "outcome", "weight"]].to_dict("list")
    {'reason_id': [nan], 'outcome': [nan], 'weight': [1.0]}
    """
    frame = within(contacts, direction, period)
    have = frame.collect_schema().names()
    wanted = ["contact_id", "contact_ts", "weight", *columns, *(["unassigned"] if "reason_id" in columns else [])]
    there = [name for name in dict.fromkeys(wanted) if name in have]
    frame = frame.select(*there)
    if "contact_ts" in there:
        frame = clocked(frame.filter(~nw.col("contact_ts").is_null()), ["contact_ts"])
    table = frame.collect().to_pandas().rename(columns={"cx_us_contact_ts": "at"}).drop(columns="contact_ts", errors="ignore")
    for name in wanted:
        if name in FLAGS:
            table[name] = table[name].astype("boolean") if name in table else pd.Series(pd.NA, index=table.index, dtype="boolean")
        elif name == "weight":
            table[name] = table[name].astype("float64").fillna(1.0) if name in table else 1.0
        elif name != "contact_ts":
            table[name] = table[name].astype("str") if name in table else pd.Series(None, index=table.index, dtype="str")
    table["at"] = table["at"].astype("int64") if "at" in table else pd.Series(0, index=table.index, dtype="int64")
    if "reason_id" in columns and "unassigned" in have:
        table["reason_id"] = table["reason_id"].where(~table["unassigned"].fillna(True).astype(bool))
    keys = [name for name in ("at", "contact_id") if name in table]
    table = table.sort_values(keys, kind="stable", ignore_index=True)
    unnamed = pd.Series("row " + table.index.astype("str"), index=table.index)
    return table.assign(contact_id=table["contact_id"].fillna(unnamed).astype("str"))


def per_contact(options: Sampling) -> Sampling:
    """Return the options for figures of single contacts: they weigh what the log says, and one without a customer stands for itself."""
    return {**options, "weight": "weight", "count": "contact_id"}


def microseconds(times: pd.Series) -> Whole:
    """Return moments, or days, as microseconds since 1970; 0 where there is none."""
    zoned = isinstance(times.dtype, pd.DatetimeTZDtype)
    plain = times.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else pd.to_datetime(times)
    whole = plain.astype("datetime64[us]")
    return np.asarray(whole.astype("int64").where(whole.notna(), 0), dtype="int64")


def days(number: float) -> int:
    """Return days as microseconds."""
    return round(number * DAY)


def currency_of(orders: pd.DataFrame, wanted: str | None) -> str | None:
    """Return the currency in which amounts may be told: the one asked for, if all orders with a value are in it."""
    if wanted is None or "value" not in orders or orders["value"].isna().all():
        return None
    if "currency" not in orders:
        return wanted
    found = orders.loc[orders["value"].notna(), "currency"].dropna().unique()
    return wanted if len(found) == 1 and str(found[0]) == wanted else None


@dataclass(frozen=True, eq=False)
class Lives:
    """From when to when customers could have ordered and been seen to: microseconds, one value a customer."""

    start: Whole
    end: Whole


@dataclass(frozen=True, eq=False)
class Purchases:
    """Orders by customer and time.

    Attributes
    ----------
    customers : Index of str
        Everybody who ordered; places in it are customers' codes.
    who, when, amount : arrays, one value an order
        Code of the customer, microseconds since 1970, value ordered.
    """

    customers: pd.Index
    who: Whole
    when: Whole
    amount: Real

    def codes(self, customer_ids: pd.Series) -> Whole:
        """Return customers' codes; -1 for those who never ordered."""
        return np.asarray(self.customers.get_indexer(pd.Index(customer_ids.astype("str"))), dtype="int64")

    def around(self, customer_ids: pd.Series, at: Whole, low: int, high: int) -> tuple[Whole, Real]:
        """Return number and value of the customer's orders later than `low` and up to `high` microseconds after each moment."""
        moments, rank = np.unique(self.when, return_inverse=True)
        keys = self.who * (len(moments) + 1) + rank
        code = self.codes(customer_ids)
        begin, end = (
            np.searchsorted(keys, code * (len(moments) + 1) + np.searchsorted(moments, at + edge, side="right")) for edge in (low, high)
        )
        sums = np.concatenate([[0.0], np.cumsum(self.amount)])
        there = code >= 0
        return np.where(there, end - begin, 0).astype("int64"), np.where(there, sums[end] - sums[begin], 0.0)

    def at_random(self, lives: Lives, window: int, clock: Whole) -> tuple[Real, Real]:
        """Return how often an order follows within the window on a moment at which others got in touch, and its expected value.

        Parameters
        ----------
        lives : Lives
        window : int
            Microseconds.
        clock : array of int
            Moments of all contacts, whoever's: the seasons and hours in which people get in touch.

        Returns
        -------
        tuple of two arrays
            One value a code, over the moments of the clock within the customer's life; missing where there is none.
        """
        moments = np.sort(clock)
        start, end = lives.start[self.who], lives.end[self.who]
        before = np.concatenate([[np.int64(-(2**62))], self.when[:-1]])
        before = np.where(np.concatenate([[-1], self.who[:-1]]) == self.who, before, -(2**62))
        size = len(self.customers)

        def passed(at: Whole) -> Whole:
            return np.asarray(np.searchsorted(moments, at), dtype="int64")

        until = passed(np.minimum(self.when, end))
        here = np.maximum(until - passed(np.maximum(self.when - window, start)), 0)
        new = np.maximum(until - passed(np.maximum(np.maximum(self.when - window, before), start)), 0)
        length = (passed(lives.end) - passed(lives.start)).astype("float64")
        with np.errstate(invalid="ignore", divide="ignore"):
            chance = np.where(length > 0, np.bincount(self.who, new, minlength=size) / length, np.nan)
            amount = np.where(length > 0, np.bincount(self.who, here * self.amount, minlength=size) / length, np.nan)
        return chance, amount


def purchases(orders: pd.DataFrame, which: pd.Series | None = None) -> Purchases:
    """Return the orders whose customer and moment are known; of those, some."""
    known = orders["customer_id"].notna() & orders["order_ts"].notna()
    placed = orders[known if which is None else known & which]
    customers = pd.Index(sorted(placed["customer_id"].astype("str").unique()))
    who = np.asarray(customers.get_indexer(pd.Index(placed["customer_id"].astype("str"))), dtype="int64")
    at = microseconds(placed["order_ts"])
    amount = placed["value"].fillna(0.0).to_numpy(dtype="float64") if "value" in placed else np.zeros(len(placed))
    order = np.lexsort((at, who))
    return Purchases(customers, who[order], at[order], amount[order])


def lives(customers: pd.Index, people: pd.DataFrame | None, *, first: int, last: int) -> Lives:
    """Return from when to when each customer was one, within what was watched; the whole of it where nobody says."""
    start, end = np.full(len(customers), first, dtype="int64"), np.full(len(customers), last, dtype="int64")
    if people is not None and len(people) and "customer_id" in people:
        rows = people.drop_duplicates("customer_id").set_index("customer_id").reindex(customers)
        for name, edge in (("start_date", start), ("churn_date", end)):
            if name in rows and rows[name].notna().any():
                told = microseconds(rows[name])
                known = rows[name].notna().to_numpy()
                edge[:] = np.where(known, np.clip(told, first, last), edge)
    return Lives(start, np.maximum(start, end))
