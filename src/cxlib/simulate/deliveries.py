"""What becomes of the demo client's orders: the promised day, the delivery, moved dates, cancellations and returns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.calendar import at, working_day
from cxlib.simulate.draws import each, evenly
from cxlib.simulate.plan import Plan
from cxlib.simulate.sellers import sellers

__all__ = ["CARRIERS", "CARRIER_CHANGE", "DEVIATION", "DEVIATIONS", "LEAVING_DAYS", "LUCK", "changed", "delivered", "promised", "undone"]

CAMPAIGN_DAYS = 5  # what the campaign promises
CARRIERS, CARRIER_CHANGE = ("Talbach Logistik", "NordSüd Cargo"), pd.Timestamp("2026-03-01")
PICK_UP = "Selbstabholung"
# delivered − first promise in days, before deliveries move to working days: share of each value up to 5, the rest lies beyond
DEVIATIONS = {-2: 0.02, -1: 0.03, 0: 0.31, 1: 0.04, 2: 0.055, 3: 0.165, 4: 0.132, 5: 0.092}
DEVIATION = {"first_median": 3.0, "first_beyond_5": 0.17, "last_median": 0.0}  # what is to be seen of it
CHANGED = {1: 0.10, 2: 0.10, 3: 0.25, 4: 0.38, 5: 0.38}  # who is later than that by more is nearly always given a new date
CHANGED_BEYOND = 0.98
LATE_CANCELLED, RETURNED = 0.006, 0.025
# the same mix makes delays more likely, by as much: shifts of the luck, in standard deviations
LUCK = {"special": 1.2, "construction": 0.39, "new": 0.44, "quality": -0.25, "leaving": 0.9}
LEAVING_DAYS = 120  # before they left, customers were let down more often


def promised(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Promise a working day 3 to 45 days ahead: special builds 21 to 42, the campaign five.

    Parameters
    ----------
    rng : Generator
    frame : DataFrame
        One row an order: date, _special, _campaign.

    Returns
    -------
    DataFrame
        `frame` with promised_first and requested_date.
    """
    n = len(frame)
    standard, special = 3 + rng.gamma(2.2, 2.8, n), rng.uniform(21, 42, n)
    lead = np.select([frame["_campaign"], frame["_special"]], [CAMPAIGN_DAYS, special], standard)
    lead = np.clip(np.round(lead), 3, 45)
    wished = frame["date"] + pd.to_timedelta(lead, unit="D")
    ahead, back = working_day(wished), working_day(wished, "backward")
    far = ((ahead - frame["date"]).dt.days > 45) & ((back - frame["date"]).dt.days >= 3)
    frame["promised_first"] = ahead.where(~far, back)
    earlier = np.where(rng.random(n) < 0.45, 0, rng.integers(1, 11, n))
    wish = working_day(frame["promised_first"] - pd.to_timedelta(earlier, unit="D"), "backward")
    wish = wish.where(wish > frame["date"], frame["promised_first"])
    frame["requested_date"] = wish.where(rng.random(n) < 0.85)
    return frame


def delivered(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Deliver: the deviations of all orders are as planted, luck decides whose they are.

    Special builds, building sites, new and unlucky customers are late more often, and customers were let down shortly before they left;
    no seller and no region is, lest delays be mixed up with promises or with the actions.

    Parameters
    ----------
    rng : Generator
    frame : DataFrame
        One row an order: date, promised_first, product_id, _special, _segment, _new, _quality, _to_churn (days).

    Returns
    -------
    DataFrame
        `frame` with delivered_date, carrier and ``_delay_days``.
    """
    n = len(frame)
    leaving = frame["_to_churn"].between(0, LEAVING_DAYS).to_numpy()
    luck = rng.normal(size=n) + LUCK["quality"] * frame["_quality"].to_numpy() + LUCK["leaving"] * leaving
    luck += LUCK["special"] * frame["_special"] + LUCK["new"] * frame["_new"] + LUCK["construction"] * (frame["_segment"] == "construction")
    place = (luck.rank().to_numpy() - 0.5) / n
    below = np.cumsum(list(DEVIATIONS.values()))
    late = np.array([*DEVIATIONS, 6])[np.searchsorted(below, place)]
    beyond = np.clip((place - below[-1]) / (1 - below[-1]), 0, 1 - 1e-9)
    late = np.where(place > below[-1], np.minimum(6 + np.floor(-5.5 * np.log1p(-beyond)), 35), late)
    arrival = frame["promised_first"] + pd.to_timedelta(late, unit="D")
    back, ahead = working_day(arrival, "backward"), working_day(arrival)  # no delivery on other days: the nearer working day
    arrival = back.where(((arrival - back) < (ahead - arrival)) & (back > frame["date"]), ahead)
    frame["delivered_date"] = arrival
    frame["_delay_days"] = (arrival - frame["promised_first"]).dt.days.astype(float)
    carrier = np.where(arrival < CARRIER_CHANGE, *CARRIERS)
    carrier = np.where(rng.random(n) < 0.06, PICK_UP, carrier)
    frame["carrier"] = pd.Series(carrier, dtype=object).where(~frame["product_id"].isin(["P7", "P8"]))
    return frame


def changed(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Overwrite the promise where the delay is known: the first date is lost, against the last one most are punctual.

    Parameters
    ----------
    rng : Generator
    frame : DataFrame
        One row an order: date, promised_first, delivered_date, ``_delay_days``.

    Returns
    -------
    DataFrame
        `frame` with promised_last, date_changes, last_change_ts and ``_delayed``.
    """
    n, late = len(frame), frame["_delay_days"].to_numpy()
    chance = np.where(late > 5, CHANGED_BEYOND, pd.Series(late).map(CHANGED).fillna(0.0))
    frame["_delayed"] = rng.random(n) < chance
    slip = each(rng.random(n), np.tile([0.88, 0.07, 0.05], (n, 1)), ("0", "-1", "1")).astype(int)
    final = working_day(frame["delivered_date"] + pd.to_timedelta(slip, unit="D"), "backward")
    final = final.where(final > frame["promised_first"], frame["delivered_date"])
    frame["promised_last"] = final.where(frame["_delayed"], frame["promised_first"])
    changes = np.where(frame["_delayed"], 1 + rng.poisson(np.clip(late - 2, 0, 12) / 8), 0)
    frame["date_changes"] = changes
    # a single change is made around the first promise, the last of several shortly before delivery
    reach = np.where(changes > 1, late - 1, np.minimum(late - 1, 1))
    before = np.minimum((frame["promised_first"] - frame["date"]).dt.days.to_numpy() - 1, 6)
    offset = np.round(-before + rng.beta(2.0, 1.6, n) * (np.maximum(reach, 0) + before))
    day = working_day(frame["promised_first"] + pd.to_timedelta(offset, unit="D"), "backward")
    day = day.where(day > frame["date"], frame["promised_first"])
    frame["last_change_ts"] = at(day, rng.uniform(7 * 60, 15.5 * 60, n)).where(frame["_delayed"])
    return frame


def undone(rng: np.random.Generator, plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """Cancel, return, and leave open what lies beyond the period.

    Parameters
    ----------
    rng : Generator
    plan : Plan
    frame : DataFrame
        One row an order: what :func:`changed` returns.

    Returns
    -------
    DataFrame
        `frame` with cancelled_ts and returned_ts, without what happens after cancellation or the period.
    """
    n, end = len(frame), pd.Timestamp(plan.end)
    early = (
        evenly(rng, frame["_seller"].fillna(""))
        < frame["_seller"].map(sellers(plan)["early_cancelled"]).astype(float).fillna(0.023).to_numpy()
    )
    lead = (frame["promised_first"] - frame["date"]).dt.days.to_numpy()
    tardy = ~early & (lead > 20) & (rng.random(n) < LATE_CANCELLED / max((lead > 20).mean(), LATE_CANCELLED))
    after = np.where(early, np.minimum(1 + rng.geometric(0.3, n), np.minimum(lead, 14)), np.maximum(lead - rng.integers(1, 6, n), 15))
    day = working_day(frame["date"] + pd.to_timedelta(after, unit="D"))
    cancelled = (early | tardy) & (day <= end)
    frame["cancelled_ts"] = at(day, rng.uniform(8 * 60, 16 * 60, n)).where(cancelled)
    gone = cancelled | (frame["delivered_date"] > end)
    frame.loc[gone, ["delivered_date", "_delay_days", "carrier"]] = None
    unseen = frame["_delayed"] & (cancelled | (frame["last_change_ts"] > at(pd.Series([end]), np.array([1439.0]))[0]))
    frame.loc[unseen, "promised_last"] = frame.loc[unseen, "promised_first"]
    frame.loc[unseen, "last_change_ts"], frame.loc[unseen, "date_changes"] = pd.NaT, 0
    frame["_delayed"] &= ~unseen
    back = working_day(frame["delivered_date"] + pd.to_timedelta(rng.integers(3, 31, n), unit="D"))
    returned = (rng.random(n) < RETURNED) & ~frame["_special"] & (back <= end)
    frame["returned_ts"] = at(back, rng.uniform(7 * 60, 16 * 60, n)).where(returned)
    return frame
