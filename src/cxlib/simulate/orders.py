"""The demo client's orders: who orders what when and of whom, what date is promised, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.calendar import at, clock, days, draw_days, working_day
from cxlib.simulate.draws import each, evenly
from cxlib.simulate.people import ORDERING, People
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.sellers import portfolio_weight, sellers

__all__ = [
    "CAMPAIGN",
    "CARRIERS",
    "CARRIER_CHANGE",
    "DEVIATION",
    "DEVIATIONS",
    "DISAPPOINTMENT",
    "OFFERS",
    "PRODUCTS",
    "SPECIAL",
    "disappointment",
    "orders",
]

PRODUCTS = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8")
SPECIAL = ("P3", "P4")  # cylinders to drawing, power units
PRODUCT_SHARES = {
    "oem": (0.20, 0.30, 0.10, 0.05, 0.14, 0.15, 0.05, 0.01),
    "farming": (0.15, 0.12, 0.02, 0.01, 0.32, 0.32, 0.05, 0.01),
    "construction": (0.12, 0.13, 0.05, 0.04, 0.34, 0.22, 0.09, 0.01),
    "maintenance": (0.17, 0.19, 0.07, 0.04, 0.14, 0.26, 0.11, 0.02),
    "reseller": (0.22, 0.29, 0.02, 0.01, 0.17, 0.28, 0.00, 0.01),
    "workshop": (0.08, 0.09, 0.01, 0.00, 0.34, 0.46, 0.02, 0.00),
}
VALUE = {"P1": 1.3, "P2": 1.0, "P3": 3.5, "P4": 8.0, "P5": 0.6, "P6": 0.35, "P7": 0.9, "P8": 0.7}  # relative
TOUCHPOINTS = ("T16", "T17", "T18", "T19", "T20")  # mail, phone, fax, web shop, EDI
TOUCHPOINT_SHARES = {
    "oem": (0.45, 0.08, 0.01, 0.06, 0.40),
    "farming": (0.28, 0.45, 0.05, 0.22, 0.00),
    "construction": (0.38, 0.40, 0.04, 0.18, 0.00),
    "maintenance": (0.58, 0.20, 0.03, 0.14, 0.05),
    "reseller": (0.48, 0.12, 0.04, 0.26, 0.10),
    "workshop": (0.14, 0.21, 0.03, 0.62, 0.00),
}
RELAUNCH, RELAUNCH_MOVES = pd.Timestamp("2025-09-22"), 0.18  # reorders by phone that moved to the new shop
CAMPAIGN, CAMPAIGN_FIRST, CAMPAIGN_LAST, CAMPAIGN_DAYS = "K2025-10", "2025-10-01", "2025-10-31", 5
CARRIERS, CARRIER_CHANGE = ("Talbach Logistik", "NordSüd Cargo"), pd.Timestamp("2026-03-01")
PICK_UP = "Selbstabholung"
# delivered − first promise in days, before deliveries move to working days: share of each value up to 5, the rest lies beyond
DEVIATIONS = {-2: 0.02, -1: 0.03, 0: 0.31, 1: 0.04, 2: 0.055, 3: 0.165, 4: 0.132, 5: 0.092}
DEVIATION = {"first_median": 3.0, "first_beyond_5": 0.17, "last_median": 0.0}  # what is to be seen of it
CHANGED = {1: 0.10, 2: 0.10, 3: 0.25, 4: 0.38, 5: 0.38}  # who is later than that by more is nearly always given a new date
CHANGED_BEYOND = 0.98
LATE_CANCELLED, RETURNED = 0.006, 0.025
# contacts of disappointment per order that are to be expected of a kind of order and customer, before anybody's promises
DISAPPOINTMENT = {
    "base": 0.188,
    "special": float(np.exp(0.75)),
    "construction": float(np.exp(0.3)),
    "new": float(np.exp(0.35)),
    "campaign": 0.06,
}
# the same mix makes delays more likely, by as much: shifts of the luck, in standard deviations
LUCK = {"special": 1.15, "construction": 0.42, "new": 0.45, "quality": -0.25, "leaving": 0.9}
LEAVING_DAYS = 120  # before they left, customers were let down more often
# service offers of the house, in the order of its list: eligible segments, share of eligible customers with an order of it
OFFERS: dict[str, tuple[tuple[str, ...], float]] = {
    "O01": (("oem", "maintenance", "reseller"), 0.12),
    "O02": (("farming", "construction", "maintenance"), 0.09),
    "O03": (("oem", "maintenance", "construction"), 0.14),
    "O04": (("oem", "maintenance", "farming"), 0.06),
    "O05": (("construction", "maintenance"), 0.01),
    "O06": (("oem", "maintenance"), 0.08),
    "O08": (("farming", "construction", "maintenance"), 0.11),
    "O09": (("oem", "construction", "maintenance"), 0.17),
}


def orders(plan: Plan, people: People) -> pd.DataFrame:
    """Return the orders of the period, in order of time.

    Returns
    -------
    DataFrame
        The contract's columns (no margin) and hidden ones: ``_person_id``, ``_seller``, ``_segment``, ``_state``, ``_new`` (customer
        won in the period), ``_special``, ``_campaign``, ``_delay_days`` (delivered − first promise), ``_delayed`` (late and the date
        was moved), ``_expected`` (disappointment contacts that the mix explains).
    """
    rng = stream(plan, "orders")
    table = days(plan)
    frame = _ordered(rng, plan, people, table)
    frame = _contents(rng, plan, people, frame)
    frame["order_id"] = (117_001 + np.arange(len(frame))).astype(str)
    frame = _promised(rng, frame)
    frame = _delivered(rng, frame)
    frame = _changed(rng, frame)
    frame = _undone(rng, plan, frame)
    frame["offer_id"] = _offers(rng, people, frame)
    frame["_expected"] = disappointment(frame)
    text = ("order_id", "customer_id", "campaign_id", "seller_id", "_seller", "carrier", "offer_id", "_person_id", "_segment", "_state")
    frame = frame.astype({**dict.fromkeys(text, "str"), "currency": "str", "product_id": "str", "touchpoint_id": "str"})
    dates = ("requested_date", "promised_first", "promised_last", "delivered_date")
    frame = frame.astype({**dict.fromkeys(dates, "datetime64[us]"), "date_changes": "Int64"})
    public = ["order_id", "customer_id", "order_ts", "value", "currency", "seller_id", "campaign_id", "discount", "product_id"]
    public += ["touchpoint_id", "offer_id", "requested_date", "promised_first", "promised_last", "date_changes", "last_change_ts"]
    public += ["delivered_date", "carrier", "cancelled_ts", "returned_ts"]
    hidden = ["_person_id", "_seller", "_segment", "_state", "_new", "_special", "_campaign", "_delay_days", "_delayed", "_expected"]
    return frame[public + hidden]


def disappointment(frame: pd.DataFrame) -> np.ndarray:
    """Return the contacts of disappointment to be expected of each order: special builds, building sites and new customers bring more.

    Parameters
    ----------
    frame : DataFrame
        _special, _segment, _new, _campaign.
    """
    of = DISAPPOINTMENT
    rate = of["base"] * np.where(frame["_special"], of["special"], 1.0) * np.where(frame["_new"], of["new"], 1.0)
    return rate * np.where(frame["_segment"] == "construction", of["construction"], 1.0) + np.where(frame["_campaign"], of["campaign"], 0.0)


def _ordered(rng: np.random.Generator, plan: Plan, people: People, table: pd.DataFrame) -> pd.DataFrame:
    """Who orders, of whom and on which day: every seller the number of orders that is the seller's, new customers on their first day."""
    buyers = people.customers[people.customers["status"] != "prospect"].reset_index(drop=True)
    first, last = _span(table, buyers)
    drawn = _buyers(rng, plan, buyers, first, last, table)
    customer = buyers.iloc[drawn["buyer"]].reset_index(drop=True)
    month_end = customer["_seller"].map(sellers(plan)["month_end"]).astype(float).fillna(0.1).to_numpy()
    day = draw_days(
        rng,
        table,
        customer["segment"].to_numpy(),
        customer["_state"].to_numpy(),
        drawn["low"].to_numpy(),
        drawn["high"].to_numpy(),
        month_end,
    )
    opening = (drawn["kind"] == "opening").to_numpy()
    day = np.where(opening, drawn["low"], day)
    frame = pd.DataFrame({"customer_id": customer["customer_id"], "_opening": opening, "_campaign": drawn["kind"] == "campaign"})
    frame[["_segment", "_state", "_seller", "_new", "_quality"]] = customer[["segment", "_state", "_seller", "_new", "_quality"]]
    frame["date"] = table["date"].to_numpy()[day]
    frame["_to_churn"] = (customer["churn_date"] - frame["date"]).dt.days
    frame["_weekday"], frame["_open"] = table["weekday"].to_numpy()[day], table["open"].to_numpy()[day]
    return frame


def _span(table: pd.DataFrame, buyers: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """First and last day, as rows of the table, on which each customer may order."""
    start = (buyers["start_date"] - table["date"].iloc[0]).dt.days.to_numpy()
    end = (buyers["churn_date"] - table["date"].iloc[0]).dt.days.fillna(len(table)).to_numpy().astype(np.int64) - 1
    first = np.maximum(start, 0)
    return first, np.maximum(np.minimum(end, len(table) - 1), first)


def _buyers(
    rng: np.random.Generator, plan: Plan, buyers: pd.DataFrame, first: np.ndarray, last: np.ndarray, table: pd.DataFrame
) -> pd.DataFrame:
    """Draw a customer for each order, with the first and last day possible.

    New customers have an opening order, lost ones one in their last months; the rest goes by activity, the campaign's to customers who
    were there in its month.
    """
    month = np.flatnonzero((table["date"] >= CAMPAIGN_FIRST) & (table["date"] <= CAMPAIGN_LAST))
    there = (first <= month[0]) & (last >= month[-1]) if len(month) else np.zeros(len(buyers), dtype=bool)
    weight = (0.12 + 0.88 * buyers["_activity"]) * buyers["segment"].map(ORDERING) * (last - first + 1) / len(table)
    weight = (weight * portfolio_weight(buyers)).to_numpy(dtype=float)
    parts = []
    staff, seller = sellers(plan)[["orders", "campaign"]], buyers["_seller"].to_numpy(dtype=object)
    if plan.market == "b2c":  # everybody buys in the shop, of nobody
        staff, seller = staff.sum().to_frame("shop").T, np.full(len(buyers), "shop", dtype=object)
    for name, of in staff.iterrows():
        own = np.where(seller == name, weight, 0.0) if (seller == name).any() else weight
        opening = np.flatnonzero((own > 0) & buyers["_new"])[: of["orders"]]
        leaving = np.flatnonzero((own > 0) & buyers["churn_date"].notna())[: of["orders"] - len(opening)]
        promoted = min(of["campaign"], of["orders"] - len(opening) - len(leaving)) if (own * there).any() else 0
        more = of["orders"] - len(opening) - len(leaving) - promoted
        bought = rng.choice(len(buyers), size=more, p=own / own.sum())
        fell_for = rng.choice(len(buyers), size=promoted, p=own * there / (own * there).sum()) if promoted else np.empty(0, dtype=int)
        kinds = np.repeat(["opening", "leaving", "usual", "campaign"], [len(opening), len(leaving), more, promoted])
        parts.append(pd.DataFrame({"buyer": np.concatenate([opening, leaving, bought, fell_for]), "kind": kinds}))
    drawn = pd.concat(parts, ignore_index=True)
    low, high, kind = first[drawn["buyer"]], last[drawn["buyer"]], drawn["kind"]
    low = np.where(kind == "leaving", np.maximum(high - LEAVING_DAYS, low), low)
    if len(month):
        low, high = np.where(kind == "campaign", month[0], low), np.where(kind == "campaign", month[-1], high)
    return drawn.assign(low=low, high=high)


def _contents(rng: np.random.Generator, plan: Plan, people: People, frame: pd.DataFrame) -> pd.DataFrame:
    """Product, way of ordering, moment, person and value."""
    staff = sellers(plan)
    odds = frame["_seller"].map(staff["special"]).astype(float).fillna(1.0).to_numpy()
    shares = np.array([PRODUCT_SHARES[segment] for segment in frame["_segment"]])
    special = np.isin(PRODUCTS, SPECIAL)
    shares = np.where(special, shares * odds[:, None] * ~frame["_campaign"].to_numpy()[:, None], shares)
    if plan.market == "b2c":
        shares = np.where(special, 0.0, shares)
    frame["product_id"] = each(evenly(rng, frame["_seller"].fillna("")), shares, PRODUCTS)
    frame["_special"] = frame["product_id"].isin(SPECIAL)
    ways = np.array([TOUCHPOINT_SHARES[segment] for segment in frame["_segment"]])
    came = people.customers.set_index("customer_id")["_way"].reindex(frame["customer_id"]).to_numpy()
    online = (came == "shop") & (frame["_opening"] | (rng.random(len(frame)) < 0.6)) | (plan.market == "b2c")
    touchpoint = np.where(online, "T19", each(rng.random(len(frame)), ways, TOUCHPOINTS))
    touchpoint = np.where((touchpoint == "T19") & frame["_special"], "T16", touchpoint)  # nothing made to drawing is in the shop
    moved = (frame["date"] >= RELAUNCH) & (rng.random(len(frame)) < RELAUNCH_MOVES) & ~frame["_special"]
    touchpoint = np.where((touchpoint == "T17") & moved, "T19", touchpoint)
    frame["touchpoint_id"] = np.where((touchpoint == "T17") & ~frame["_open"], "T16", touchpoint)
    frame["_person_id"], persona = _persons(rng, people, frame)
    kind = pd.Series(frame["touchpoint_id"]).map({"T17": "phone", "T19": "portal", "T20": "portal"}).fillna("written")
    minutes = clock(rng, len(frame), persona, kind.to_numpy(dtype=str), frame["_weekday"].to_numpy(), outside={})
    frame["order_ts"] = at(frame["date"], minutes)
    frame["value"], frame["discount"] = _value(rng, people, frame), _discount(rng, frame, staff)
    frame["currency"], frame["seller_id"] = "EUR", frame["_seller"]
    frame["campaign_id"] = pd.Series(CAMPAIGN, index=frame.index).where(frame["_campaign"])
    return frame.sort_values("order_ts", kind="stable", ignore_index=True)


def _persons(rng: np.random.Generator, people: People, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Who of the customer orders: rarely engineering or accounts payable."""
    persons = people.persons.sort_values("_customer_id", kind="stable")
    likes = persons["_persona"].map({"Tanja": 1.0, "Werner": 1.0, "Ralf": 0.5, "Kira": 0.1, "Beate": 0.03, "none": 0.6})
    total = np.concatenate([[0.0], np.cumsum(likes * persons["_activity"] + 1e-4)])
    owners = persons["_customer_id"].to_numpy()
    low = total[np.searchsorted(owners, frame["customer_id"].to_numpy(), side="left")]
    high = total[np.searchsorted(owners, frame["customer_id"].to_numpy(), side="right")]
    found = np.searchsorted(total, low + rng.random(len(frame)) * (high - low), side="right") - 1
    chosen = persons.iloc[found]
    return chosen["person_id"].to_numpy(), chosen["_persona"].to_numpy(dtype=str)


def _value(rng: np.random.Generator, people: People, frame: pd.DataFrame) -> np.ndarray:
    """Skewed values that add up to the segment's revenue of the period."""
    annual = people.customers.set_index("customer_id")["revenue_12m"].reindex(frame["customer_id"]).to_numpy(dtype=float)
    number = frame.groupby("customer_id")["customer_id"].transform("size").to_numpy()
    raw = (annual + 200) / number * frame["product_id"].map(VALUE).to_numpy(dtype=float) * np.exp(rng.normal(0, 0.7, len(frame)))
    table = pd.DataFrame({"segment": frame["_segment"], "raw": raw})
    years = (frame["date"].max() - frame["date"].min()).days / 365.25
    bought = people.customers.groupby("segment")["revenue_12m"].sum() * years
    return (raw * (table["segment"].map(bought) / table.groupby("segment")["raw"].transform("sum"))).clip(lower=5).round(2).to_numpy()


def _discount(rng: np.random.Generator, frame: pd.DataFrame, staff: pd.DataFrame) -> np.ndarray:
    """Discounts in half percent, by seller."""
    mean = frame["_seller"].map(staff["discount"]).astype(float).fillna(0.02).to_numpy()
    return np.round(rng.beta(mean * 30, (1 - mean) * 30) * 200) / 200


def _promised(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Promise a working day 3 to 45 days ahead: special builds 21 to 42, the campaign five."""
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


def _delivered(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Deliver: the deviations of all orders are as planted, luck decides whose they are.

    Special builds, building sites, new and unlucky customers are late more often, and customers were let down shortly before they left;
    no seller and no region is, lest delays be mixed up with promises or with the actions.
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


def _changed(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Overwrite the promise where the delay is known: the first date is lost, against the last one nearly all are punctual."""
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


def _undone(rng: np.random.Generator, plan: Plan, frame: pd.DataFrame) -> pd.DataFrame:
    """Cancel, return, and leave open what lies beyond the period."""
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


def _offers(rng: np.random.Generator, people: People, frame: pd.DataFrame) -> np.ndarray:
    """Service offers: each taken by its share of the eligible customers, on one of their orders."""
    offer = np.full(len(frame), None, dtype=object)
    for name, (segments, share) in OFFERS.items():
        eligible = frame["_segment"].isin(segments).to_numpy()
        buyers = pd.unique(frame["customer_id"][eligible])
        takers = rng.permutation(buyers)[: round(share * len(buyers))]
        free = frame[pd.isna(offer) & frame["customer_id"].isin(takers)]
        offer[free.drop_duplicates("customer_id", keep="last").index] = name
    return offer
