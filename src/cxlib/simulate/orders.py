"""The demo client's orders: who orders what when and of whom, what date is promised, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.calendar import at, clock, days, draw_days
from cxlib.simulate.deliveries import LEAVING_DAYS, changed, delivered, promised, undone
from cxlib.simulate.draws import each, evenly
from cxlib.simulate.people import ORDERING, People
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.sellers import portfolio_weight, sellers

__all__ = [
    "CAMPAIGN",
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
CAMPAIGN, CAMPAIGN_FIRST, CAMPAIGN_LAST = "K2025-10", "2025-10-01", "2025-10-31"
CAMPAIGN_LEAVES = 0.35  # of the month's usual orders: most of those that come anyway come under the campaign
RELAUNCH, RELAUNCH_MOVES = pd.Timestamp("2025-09-22"), 0.18  # reorders by phone that moved to the new shop
# contacts of disappointment per order that are to be expected of a kind of order and customer, before anybody's promises
DISAPPOINTMENT = {
    "base": 0.190,
    "special": float(np.exp(0.75)),
    "construction": float(np.exp(0.3)),
    "new": float(np.exp(0.35)),
    "campaign": 0.06,
}
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
    frame = promised(rng, frame)
    frame = delivered(rng, frame)
    frame = changed(rng, frame)
    frame = undone(rng, plan, frame)
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
    month = (table["date"] >= CAMPAIGN_FIRST) & (table["date"] <= CAMPAIGN_LAST)
    table = table.assign(factor=table["factor"].where(~month, table["factor"] * CAMPAIGN_LEAVES))
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

    New customers have an opening order, lost ones one in their last months, large ones at least one; the rest goes by activity, the
    campaign's to customers who were there in its month.
    """
    month = np.flatnonzero((table["date"] >= CAMPAIGN_FIRST) & (table["date"] <= CAMPAIGN_LAST))
    there = (first <= month[0]) & (last >= month[-1]) if len(month) else np.zeros(len(buyers), dtype=bool)
    weight = (0.12 + 0.88 * buyers["_activity"]) * buyers["segment"].map(ORDERING) * (last - first + 1) / len(table)
    weight = (weight * portfolio_weight(buyers)).to_numpy(dtype=float)
    large = (buyers["_size_class"] != "C") & ~buyers["_new"] & buyers["churn_date"].isna()
    parts = []
    staff, seller = sellers(plan)[["orders", "campaign"]], buyers["_seller"].to_numpy(dtype=object)
    if plan.market == "b2c":  # everybody buys in the shop, of nobody
        staff, seller = staff.sum().to_frame("shop").T, np.full(len(buyers), "shop", dtype=object)
    for name, of in staff.iterrows():
        own = np.where(seller == name, weight, 0.0) if (seller == name).any() else weight
        opening = np.flatnonzero((own > 0) & buyers["_new"])[: of["orders"]]
        leaving = np.flatnonzero((own > 0) & buyers["churn_date"].notna())[: of["orders"] - len(opening)]
        promoted = min(of["campaign"], of["orders"] - len(opening) - len(leaving)) if (own * there).any() else 0
        rest = of["orders"] - len(opening) - len(leaving) - promoted
        steady = np.flatnonzero((own > 0) & large)[:rest]
        bought = np.concatenate([steady, rng.choice(len(buyers), size=rest - len(steady), p=own / own.sum())])
        fell_for = rng.choice(len(buyers), size=promoted, p=own * there / (own * there).sum()) if promoted else np.empty(0, dtype=int)
        kinds = np.repeat(["opening", "leaving", "usual", "campaign"], [len(opening), len(leaving), rest, promoted])
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
