"""What contacts arise from: the calendar, people, orders, invoices and quotes as plain arrays on one axis of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.simulate import calendar
from cxlib.simulate.draws import evenly
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.reasons import PERSONAS, code, lags
from cxlib.simulate.trade import Trade

__all__ = ["ACTIONS", "NEVER", "Exposure", "choose", "day_of", "exposure", "in_effect", "invoice_peak", "notices", "thin_notice"]

NEVER = -100_000  # the day of what did not happen
ACTIONS = {"M1": ("2026-01-12", ("south", "west")), "M2": ("2026-02-02", ("west", "north_east"))}
JANUARY = 2.4
# what customers ask when they like is as much above the season as what follows their orders stays behind it (orders of the season
# are delivered and billed after it), so that all contacts of a segment together show the season
EAGER: dict[str, dict[int, float]] = {
    "farming": {4: 1.67, 5: 1.67, 7: 1.69, 8: 1.69},
    "construction": dict.fromkeys(range(5, 11), 1.28),
    "maintenance": {11: 1.54, 12: 1.54},
}
NOTICE_BEFORE, NOTICE_WITH_M1, RATE_RATIO = 0.12, 0.81, 0.62


@dataclass(frozen=True, eq=False)
class Exposure:
    """Arrays by row number; days count from the first day of the period.

    Attributes
    ----------
    days : DataFrame
        The calendar of the period.
    rhythm : ndarray, shape (segments + 1, days)
        Relative number of contacts by segment and day; the last row is for no segment.
    customers : DataFrame
        region, segment (codes), new, first, last (days between which there are contacts), activity, market.
    persons : DataFrame
        customer (row, ascending), persona (code), activity.
    orders, invoices, quotes : DataFrame
        In the order of the trade's tables: customer (row) and the days of what happened to them.
    regions, segments : tuple of str
        What the codes mean.
    workday : ndarray
        For each day the next on which the house works (itself, if it does; the last one at the end of the period).
    away : ndarray of bool, shape (states, days)
        Holidays of the customers' states on which the house works; ``customers`` has the codes ``state`` and ``language``.
    """

    days: pd.DataFrame
    rhythm: np.ndarray
    customers: pd.DataFrame
    persons: pd.DataFrame
    orders: pd.DataFrame
    invoices: pd.DataFrame
    quotes: pd.DataFrame
    regions: tuple[str, ...]
    segments: tuple[str, ...]
    workday: np.ndarray
    away: np.ndarray


def exposure(plan: Plan, people: People, trade: Trade) -> Exposure:
    """Return people and trade as arrays on the axis of days."""
    days = calendar.days(plan)
    customers, regions, segments = _customers(plan, people, len(days))
    state, states = pd.factorize(people.customers["_state"])
    customers["state"] = state
    customers["language"] = pd.factorize(people.customers["_language"])[0]
    row = pd.Series(np.arange(len(customers)), people.customers["customer_id"].to_numpy())
    orders = _orders(plan, trade, row, customers, regions)
    return Exposure(
        days,
        _rhythm(days, segments),
        customers,
        _persons(people, row),
        orders,
        _invoices(plan, trade, row, orders),
        _quotes(plan, trade, row),
        regions,
        segments,
        _workday(days),
        _away(days, [str(name) for name in states]),
    )


def day_of(plan: Plan, moments: pd.Series | pd.Timestamp | str) -> np.ndarray:
    """Return the local day of each moment or date, counted from the first day of the plan; NEVER where there is none.

    >>> day_of(Plan(), pd.Series(pd.to_datetime(["2025-01-01", "2025-02-01", None]))).tolist()
    [0, 31, -100000]
    """
    series = moments if isinstance(moments, pd.Series) else pd.Series(pd.to_datetime([moments]))
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize(None)
    since = (series.to_numpy().astype("datetime64[D]") - np.datetime64(plan.start)).astype("float64")
    return np.where(series.isna(), NEVER, since).astype(np.int32)


def choose(rng: np.random.Generator, weights: np.ndarray, n: int) -> np.ndarray:
    """Return `n` row numbers, each drawn with a probability in proportion to its weight."""
    total = np.cumsum(weights)
    return np.minimum(np.searchsorted(total, rng.random(n) * total[-1], side="right"), len(weights) - 1)


def thin_notice(plan: Plan) -> float:
    """Return what remains of the delivery enquiries of a delayed order when its delay was announced beforehand.

    The action raises the announced share from 12 % to 81 %; enquiries per delayed order then fall by the rate ratio .62.

    >>> round(thin_notice(Plan()), 3)
    0.483
    """
    ratio = RATE_RATIO**plan.effects.actions
    kept = (ratio * (1 - NOTICE_BEFORE) - (1 - NOTICE_WITH_M1)) / (NOTICE_WITH_M1 - NOTICE_BEFORE * ratio)
    return float(max(kept, 0.0))


def notices(plan: Plan, orders: pd.DataFrame) -> np.ndarray:
    """Return for each order of an exposure the day on which its delay was announced; NEVER where it was not."""
    rng = stream(plan, "notices")
    share = np.where(orders["m1"], NOTICE_WITH_M1, NOTICE_BEFORE)
    late = orders["late"].to_numpy()
    told = late & (evenly(rng, orders["m1"] * 4 + orders["delayed"] * 2 + late) < share)
    ahead = rng.integers(1, 6, len(orders))
    return np.where(told, np.maximum(orders["due"] - ahead, orders["day"]), NEVER).astype(np.int32)


def invoice_peak(plan: Plan, day: np.ndarray) -> np.ndarray:
    """Return the factor of invoice enquiries on each day: the books are closed in January.

    It is high enough that the enquiries per 100 invoices fall by 29 % from November–January to February–June, whatever is done.

    >>> invoice_peak(Plan(), np.array([0, 40, 100])).tolist()
    [2.4, 1.0, 1.0]
    """
    month = (np.datetime64(plan.start) + np.asarray(day).astype("timedelta64[D]")).astype("datetime64[M]").astype(int) % 12 + 1
    return np.where(month == 1, JANUARY, 1.0)


def _peak_after(plan: Plan, day: np.ndarray) -> np.ndarray:
    """Return the mean factor over the days on which an invoice is asked about."""
    after, counts = np.unique(lags()[code("billing.invoice_comprehension")], return_counts=True)
    return np.average([invoice_peak(plan, day + lag) for lag in after], axis=0, weights=counts)


def _customers(plan: Plan, people: People, n_days: int) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    frame = people.customers
    region, regions = pd.factorize(frame["region"])
    segment, segments = pd.factorize(frame["segment"])
    start, churn = day_of(plan, frame["start_date"]), day_of(plan, frame["churn_date"])
    new = frame["_new"].to_numpy(dtype=bool)
    return (
        pd.DataFrame(
            {
                "region": region,
                "segment": np.where(segment < 0, len(segments), segment),
                "new": new,
                "prospect": (frame["status"] == "prospect").to_numpy(),
                "first": np.where(new, np.clip(start, 0, n_days - 1), 0),
                "last": np.where(churn == NEVER, n_days - 1, np.clip(churn, 0, n_days - 1)),
                "activity": frame["_activity"].to_numpy(dtype="float64"),
            }
        ),
        tuple(map(str, regions)),
        tuple(map(str, segments)),
    )


def _workday(days: pd.DataFrame) -> np.ndarray:
    working = np.flatnonzero(days["open"])
    if not len(working):
        return np.arange(len(days))
    return working[np.minimum(np.searchsorted(working, np.arange(len(days))), len(working) - 1)]


def _away(days: pd.DataFrame, states: list[str]) -> np.ndarray:
    table = [calendar.on_holiday(days["date"], np.full(len(days), state)) for state in states]
    return np.array(table, dtype=bool).reshape(len(states), len(days)) & days["open"].to_numpy()


def _rhythm(days: pd.DataFrame, segments: tuple[str, ...]) -> np.ndarray:
    general = days["factor"].to_numpy()
    month = days["date"].dt.month
    eager = [month.map(EAGER.get(name, {})).fillna(1.0).to_numpy() for name in segments]
    season = [days[f"factor_{name}"].to_numpy() if f"factor_{name}" in days else 1.0 for name in segments]
    own = [general * of_season * more for of_season, more in zip(season, eager, strict=True)]
    return np.vstack([*own, general])


def _persons(people: People, row: pd.Series) -> pd.DataFrame:
    frame = people.persons
    customer = row.reindex(frame["_customer_id"]).to_numpy()
    persona = pd.Categorical(frame["_persona"], categories=list(PERSONAS)).codes
    table = pd.DataFrame({"customer": customer, "persona": persona, "activity": frame["_activity"].to_numpy(dtype="float64")})
    table["person"] = np.arange(len(table))
    return table.sort_values("customer", kind="stable", ignore_index=True)


def _orders(plan: Plan, trade: Trade, row: pd.Series, customers: pd.DataFrame, regions: tuple[str, ...]) -> pd.DataFrame:
    frame = trade.orders
    table = pd.DataFrame(
        {
            "customer": row.reindex(frame["customer_id"]).to_numpy(),
            "day": day_of(plan, frame["order_ts"]),
            "due": day_of(plan, frame["promised_first"]),
            "delivered": day_of(plan, frame["delivered_date"]),
            "delayed": frame["_delayed"].to_numpy(dtype=bool),
            "late": ((frame["_delay_days"] > 0) | frame["_delayed"]).to_numpy(),
            "expected": frame["_expected"].to_numpy(dtype="float64"),
            "special": frame["_special"].to_numpy(dtype=bool),
            "campaign": frame["_campaign"].to_numpy(dtype=bool),
            "seller": frame["_seller"].to_numpy(),
            "touchpoint": frame["touchpoint_id"].to_numpy(),
        }
    )
    table["region"] = np.asarray(regions)[customers["region"].to_numpy()[table["customer"]]]
    table["segment"] = customers["segment"].to_numpy()[table["customer"]]
    table["new"] = customers["new"].to_numpy()[table["customer"]]
    order = table.sort_values("day", kind="stable")
    table["first"] = ~order.duplicated("customer").reindex(table.index) & table["new"]
    table["m1"] = in_effect(plan, "M1", table["region"], table["due"])
    table["notice"] = notices(plan, table)
    return table


def in_effect(plan: Plan, action: str, region: pd.Series, day: pd.Series) -> np.ndarray:
    """Return where and when an action was in effect."""
    start, where = ACTIONS[action]
    return (region.isin(where) & (day >= day_of(plan, start)[0])).to_numpy()


def _invoices(plan: Plan, trade: Trade, row: pd.Series, orders: pd.DataFrame) -> pd.DataFrame:
    frame = trade.invoices
    number = pd.Series(np.arange(len(trade.orders)), trade.orders["order_id"].to_numpy())
    table = pd.DataFrame(
        {
            "customer": row.reindex(frame["_customer_id"]).to_numpy(),
            "order": number.reindex(frame["order_id"]).fillna(-1).to_numpy().astype(np.int32),
            "day": day_of(plan, frame["issued_ts"]),
            "layout": frame["layout_version"].astype("str").str.slice(-1).eq("2").to_numpy() + 1,
            "credit": frame["_credit_of"].notna().to_numpy(),
        }
    )
    table["peak"] = _peak_after(plan, table["day"].to_numpy())
    # only invoices of a new customer's first order count as first; later ones of the same order do not
    first = orders["first"].to_numpy()[table["order"]] & (table["order"] >= 0) & ~table["credit"]
    table["first"] = first & ~table.where(first).duplicated("order")
    return table


def _quotes(plan: Plan, trade: Trade, row: pd.Series) -> pd.DataFrame:
    frame = trade.quotes
    table = pd.DataFrame(
        {
            "customer": row.reindex(frame["customer_id"]).fillna(-1).to_numpy().astype(np.int32),
            "day": day_of(plan, frame["requested_ts"]),
            "promised": day_of(plan, frame["promised_ts"]),
            "sent": day_of(plan, frame["sent_ts"]),
        }
    )
    table["late"] = (table["promised"] != NEVER) & ((table["sent"] > table["promised"]) | (table["sent"] == NEVER))
    return table
