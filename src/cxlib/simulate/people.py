"""The demo client's customers, B2B accounts and their contact persons: who they are, before they order anything."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.simulate.calendar import days, draw_days
from cxlib.simulate.draws import by_affinity, chosen, dealt, mean_one
from cxlib.simulate.names import company_names, person_names
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.sellers import SELLERS, portfolios

__all__ = ["PERSONAS", "ROLES", "SEGMENTS", "People", "people", "truth"]

SEGMENTS = {"oem": 0.09, "farming": 0.24, "construction": 0.19, "maintenance": 0.21, "reseller": 0.11, "workshop": 0.16}
REVENUE = {"oem": 0.38, "farming": 0.17, "construction": 0.14, "maintenance": 0.19, "reseller": 0.08, "workshop": 0.04}
CONSUMERS = {"workshop": 0.62, "farming": 0.23, "construction": 0.15}
WAYS = {"existing": 1820, "sales": 410, "shop": 370, "prospect": 240}
SIZE_CLASSES = {"A": 0.07, "B": 0.28, "C": 0.65}
ROLES = {"decision_maker": 0.19, "influencer": 0.24, "information_gatherer": 0.21, "user": 0.29, "unknown": 0.07}
PERSONAS = {"Tanja": 0.27, "Werner": 0.23, "Kira": 0.17, "Ralf": 0.12, "Beate": 0.13, "none": 0.08}
CONSUMER_PERSONAS = {"Werner": 0.55, "none": 0.45}
STATES = {
    **{"BW": 13.2, "BY": 15.3, "HE": 14.0, "NW": 10.5, "RP": 3.2, "SL": 0.8, "NI": 7.4, "SH": 2.2, "HH": 1.2, "HB": 0.6, "BE": 1.4},
    **{"BB": 1.6, "MV": 1.2, "SN": 2.4, "ST": 1.4, "TH": 1.6, "AT": 9.0, "CH": 4.0, "NL": 3.4, "UK": 2.2, "PL": 1.9, "DK": 1.5},
}
REGIONS = {
    **dict.fromkeys(("BW", "BY"), "south"),
    **dict.fromkeys(("HE", "NW", "RP", "SL"), "west"),
    **dict.fromkeys(("NI", "SH", "HH", "HB", "BE", "BB", "MV", "SN", "ST", "TH"), "north_east"),
    **dict.fromkeys(("AT", "CH", "NL", "UK", "PL", "DK"), "abroad"),
}
REVENUE_YEAR = 96e6
PRIVATE = 0.3  # of the small workshops that came through the shop: people who buy for themselves
ORDERING = {"oem": 3.0, "farming": 1.0, "construction": 0.9, "maintenance": 1.1, "reseller": 1.3, "workshop": 0.6}  # relative frequency

# how much more often than by chance: rows segments or personas, columns personas or roles, in the order of the dicts above
_PERSONA_TABLE = {
    "oem": (3.0, 0.1, 2.0, 2.0, 1.2, 0.5),
    "farming": (0.4, 3.0, 0.4, 0.4, 0.8, 0.8),
    "construction": (0.8, 1.6, 0.6, 0.7, 1.0, 0.9),
    "maintenance": (1.6, 0.5, 1.5, 1.2, 1.2, 0.6),
    "reseller": (1.2, 0.3, 0.5, 1.6, 1.2, 2.5),
    "workshop": (0.4, 2.0, 0.4, 0.4, 0.6, 2.0),
}
_ROLE_TABLE = {
    "Tanja": (0.5, 0.6, 2.2, 0.9, 1.0),
    "Werner": (0.9, 0.3, 0.4, 2.6, 1.0),
    "Kira": (0.3, 3.0, 1.0, 0.6, 0.6),
    "Ralf": (4.0, 0.9, 0.4, 0.1, 0.4),
    "Beate": (0.3, 1.0, 1.0, 1.0, 2.0),
    "none": (0.8, 0.8, 1.2, 1.0, 2.5),
}
_PERSONA_LIKES = {segment: dict(zip(PERSONAS, likes, strict=True)) for segment, likes in _PERSONA_TABLE.items()}
_ROLE_LIKES = {persona: dict(zip(ROLES, likes, strict=True)) for persona, likes in _ROLE_TABLE.items()}
_WAY_LIKES = {
    "shop": {"workshop": 6.0, "farming": 1.0, "construction": 0.8, "maintenance": 0.4, "reseller": 0.5, "oem": 0.02},
    "sales": {"workshop": 0.1, "oem": 1.2, "construction": 1.3},
}
_ACCOUNT_LIKES = {"A": 14.0, "B": 3.0, "C": 0.6}
_HOURS = {"oem": "07:00-16:00", "farming": "06:30-17:30", "construction": "06:30-16:30", "maintenance": "06:00-14:30"}
_CHANNELS = {"Tanja": "email", "Werner": "phone", "Kira": "web_form", "Ralf": "field_visit", "Beate": "email", "none": "email"}
_PERSON_ACTIVITY = {"Tanja": 1.4, "Werner": 1.15, "Kira": 0.6, "Ralf": 0.5, "Beate": 1.0, "none": 0.7}
_DEPARTMENTS = {"Tanja": "Disposition", "Werner": "Werkstatt", "Kira": "Konstruktion", "Ralf": "Einkauf", "Beate": "Kreditorenbuchhaltung"}


@dataclass(frozen=True, eq=False)
class People:
    """Customers, accounts and persons, with hidden columns that begin with an underscore.

    Attributes
    ----------
    customers : DataFrame
        Hidden: ``_account_id``, ``_state``, ``_language``, ``_way`` {existing, sales, shop, prospect}, ``_new``, ``_size_class``,
        ``_activity`` (mean 1), ``_company``, ``_quality`` (standard normal, negative: has bad luck), ``_seller``.
    accounts : DataFrame
        One row an account of a customer that is looked after; none for consumers.
    persons : DataFrame
        Also one row for each customer without account (account_id missing). Hidden: ``_customer_id``, ``_persona``, ``_name``,
        ``_activity``.
    """

    customers: pd.DataFrame
    accounts: pd.DataFrame
    persons: pd.DataFrame


def people(plan: Plan) -> People:
    """Return everybody who buys or might buy.

    >>> made = people(Plan(size=0.1))
    >>> len(made.customers), len(made.accounts), int(made.persons["account_id"].notna().sum())
    (284, 62, 154)
    """
    rng = stream(plan, "people")
    customers = _customers(rng, plan)
    accounts = _accounts(rng, plan, customers)
    persons = _persons(rng, plan, customers)
    first = persons.drop_duplicates("_customer_id").set_index("_customer_id")["_persona"]
    customers["preferred_channel"] = customers["customer_id"].map(first).map(_CHANNELS).astype("str")
    return People(customers, accounts, persons)


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return what was planted about people: ``personas`` and ``roles`` with their shares, ``segments`` with those of revenue too."""
    shares, personas = (SEGMENTS, PERSONAS) if plan.market == "b2b" else (CONSUMERS, CONSUMER_PERSONAS)
    revenue = {name: REVENUE[name] / sum(REVENUE[one] for one in shares) for name in shares}
    return {
        "personas": pd.DataFrame({"persona": list(personas), "share": list(personas.values())}),
        "roles": pd.DataFrame({"role": list(ROLES), "share": list(ROLES.values())}),
        "segments": pd.DataFrame({"segment": list(shares), "share": list(shares.values()), "revenue_share": list(revenue.values())}),
    }


def _customers(rng: np.random.Generator, plan: Plan) -> pd.DataFrame:
    ways = {way: plan.count(n) for way, n in WAYS.items()}
    if plan.market == "b2c":
        ways["shop"] += ways.pop("sales")
    n = sum(ways.values())
    frame = pd.DataFrame({"segment": dealt(rng, SEGMENTS if plan.market == "b2b" else CONSUMERS, n)})
    frame["_way"] = _ways(rng, frame["segment"], ways)
    frame["_new"] = frame["_way"].isin(["sales", "shop"])
    frame["_state"] = dealt(rng, STATES, n)
    frame["region"] = frame["_state"].map(REGIONS)
    frame["_language"] = _languages(rng, frame)
    frame["_company"] = company_names(rng, frame["segment"].to_numpy(), frame["_language"].to_numpy())
    if plan.market == "b2c":
        frame["_company"] = None
    frame["_activity"] = mean_one(rng.gamma(0.9, size=n))
    frame["_quality"] = rng.normal(size=n)
    seller = portfolios(rng, frame["region"].to_numpy(), frame["segment"].to_numpy(), frame["_new"].to_numpy())
    frame["_seller"] = pd.Series(seller if plan.market == "b2b" else [None] * n, dtype="str")
    frame["revenue_12m"] = _revenue(rng, frame, plan)
    rank = frame["revenue_12m"].rank(ascending=False, method="first")
    frame["_size_class"] = np.select([rank <= n * SIZE_CLASSES["A"], rank <= n * (1 - SIZE_CLASSES["C"])], ["A", "B"], "C")
    frame = _dated(rng, frame, plan)
    # numbers were given in the order of becoming a customer, with gaps
    frame = frame.sort_values("start_date", na_position="last", kind="stable", ignore_index=True)
    frame["customer_id"] = pd.Series(21_000 + np.cumsum(rng.integers(1, 26, n))).astype(str).str.zfill(7)
    frame["_account_id"] = pd.Series(_account_ids(rng, frame, plan), dtype="str")
    private = (frame["_way"] == "shop") & (frame["segment"] == "workshop") & frame["_account_id"].isna()
    drawn = stream(plan, "private").random(n) < PRIVATE
    frame["market"], frame["currency"] = np.where(private & drawn, "b2c", plan.market), "EUR"
    frame["business_hours"] = frame["segment"].map(_HOURS).fillna("08:00-17:00")
    frame["referred_by"] = _referred(rng, frame)
    public = ["customer_id", "market", "status", "start_date", "churn_date", "segment", "region", "business_hours", "referred_by"]
    public += ["revenue_12m", "currency"]
    text = dict.fromkeys(("market", "segment", "region", "_way", "_state", "_language", "_company", "_size_class"), "str")
    return frame[[*public, *(name for name in frame if name.startswith("_"))]].astype(text)


def _ways(rng: np.random.Generator, segment: pd.Series, ways: dict[str, int]) -> np.ndarray:
    way = np.full(len(segment), "existing", dtype=object)
    for name in (name for name in ways if name != "existing"):
        likes = segment.map(_WAY_LIKES.get(name, {})).fillna(1.0).to_numpy()
        way[chosen(rng, np.where(way == "existing", likes, 0.0), ways[name])] = name
    return way


def _languages(rng: np.random.Generator, frame: pd.DataFrame) -> np.ndarray:
    """1 % write Dutch or Polish, 15 % English: the customers abroad, some Swiss and the purchasing of international groups."""
    n, state = len(frame), frame["_state"]
    language = np.full(n, "de", dtype=object)
    own = state.map({"NL": "nl", "PL": "pl"})
    language[chosen(rng, own.notna().to_numpy().astype(float), round(0.01 * n))] = "own"
    language = np.where(language == "own", own.fillna("en"), language)
    likes = np.select([~state.isin(["NL", "UK", "PL", "DK"]), language != "de"], [0.0, 0.0], 1e6)
    home = (state == "CH") * 4.0 + frame["segment"].map({"oem": 5.0, "maintenance": 2.0, "reseller": 2.0}).fillna(0.4)
    language[chosen(rng, np.where((likes == 0) & (language == "de"), home, likes), round(0.15 * n))] = "en"
    return language


def _revenue(rng: np.random.Generator, frame: pd.DataFrame, plan: Plan) -> pd.Series:
    raw = frame["_activity"] ** 0.9 * np.exp(rng.normal(0, 0.9, len(frame))) * np.where(frame["_new"], 0.6, 1.0) + 0.02
    raw = raw.where(frame["_way"] != "prospect", 0.0)
    shares = frame["segment"].map(REVENUE) / sum(REVENUE[name] for name in frame["segment"].unique())
    revenue = raw / raw.groupby(frame["segment"]).transform("sum") * shares * REVENUE_YEAR * plan.size
    return (revenue * (1.0 if plan.market == "b2b" else 0.02)).fillna(0.0).round(-1)


def _dated(rng: np.random.Generator, frame: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Give start and end of the relation: new customers start with their first order, lost ones more often had bad luck."""
    table, n = days(plan), len(frame)
    years = rng.gamma(1.4, 2600, n) % 14_000  # nobody is older than the house
    start = pd.Timestamp(plan.start) - pd.to_timedelta(30 + years.astype(int), unit="D")
    ends = {seller.seller_id: seller.month_end for seller in SELLERS}
    month_end = frame["_seller"].map(ends).fillna(0.1).to_numpy(dtype=float)
    none, last = np.zeros(n, dtype=np.int64), np.full(n, len(table) - 1)
    drawn = draw_days(rng, table, frame["segment"].to_numpy(), frame["_state"].to_numpy(), none, last, month_end)
    began = np.where(frame["_new"], table["date"].to_numpy()[drawn], start.to_numpy())
    frame["start_date"] = pd.Series(began.astype("datetime64[us]")).where(frame["_way"] != "prospect")
    opened = np.where(frame["_new"], drawn, 0)
    likes = np.exp(-0.7 * frame["_quality"]) * frame["_size_class"].map({"A": 0.6, "B": 1.2, "C": 1.0})
    possible = (frame["_way"] != "prospect") & (opened + 90 < len(table) - 1)
    lost = chosen(rng, np.where(possible, likes, 0.0), plan.count(164))
    churned = np.full(n, -1)
    churned[lost] = opened[lost] + 75 + rng.random(len(lost)) * (len(table) - 1 - opened[lost] - 75)
    frame["churn_date"] = pd.Series(table["date"].to_numpy()[np.maximum(churned, 0)]).where(churned >= 0)
    frame["status"] = np.select([frame["_way"] == "prospect", churned >= 0], ["prospect", "lost"], "active")
    return frame.astype({"status": "str"})


def _account_ids(rng: np.random.Generator, frame: pd.DataFrame, plan: Plan) -> list[str | None]:
    if plan.market == "b2c":
        return [None] * len(frame)
    likes = frame["_size_class"].map(_ACCOUNT_LIKES) * np.where(frame["_way"] == "prospect", 0.2, 1.0)
    rows = np.sort(chosen(rng, np.where(frame["segment"] == "workshop", 0.0, likes), plan.count(620)))
    ids: list[str | None] = [None] * len(frame)
    for number, row in enumerate(rows):
        ids[row] = f"A{number + 1:04d}"
    return ids


def _referred(rng: np.random.Generator, frame: pd.DataFrame) -> pd.Series:
    """Every seventh customer won by the sales force was recommended by an older one."""
    older = frame["customer_id"].to_numpy()[frame["_way"] == "existing"]
    by = pd.Series(older[rng.integers(0, len(older), len(frame))], index=frame.index)
    return by.where((frame["_way"] == "sales") & (rng.random(len(frame)) < 1 / 7)).astype("str")


def _accounts(rng: np.random.Generator, plan: Plan, customers: pd.DataFrame) -> pd.DataFrame:
    rows = customers.dropna(subset="_account_id").sort_values("_account_id", ignore_index=True)
    rating = (82 + 6 * rows["_quality"] + rng.normal(0, 5, len(rows))).clip(20, 100).round()
    asks = rng.random(len(rows)) < rows["segment"].map({"oem": 0.8, "maintenance": 0.35}).astype(float).fillna(0.05)
    frame = pd.DataFrame({"account_id": rows["_account_id"], "size_class": rows["_size_class"], "revenue_12m": rows["revenue_12m"]})
    frame["currency"] = pd.Series("EUR", index=rows.index, dtype="str")
    return frame.assign(supplier_rating=rating.where(asks).astype(float))


def _persons(rng: np.random.Generator, plan: Plan, customers: pd.DataFrame) -> pd.DataFrame:
    account = customers["_account_id"].notna().to_numpy()
    number = np.ones(len(customers), dtype=np.int64)
    if account.any():
        more = customers.loc[account, "_size_class"].map({"A": 4.0, "B": 1.6, "C": 0.8}).to_numpy(dtype=float)
        number[account] += rng.multinomial(max(0, plan.count(1540) - account.sum()), more / more.sum())
    frame = customers.loc[np.repeat(customers.index, number)].reset_index(drop=True)
    personas = PERSONAS if plan.market == "b2b" else CONSUMER_PERSONAS
    persona = np.empty(len(frame), dtype=object)
    for looked_after in (True, False):  # the shares hold in both groups
        rows = np.flatnonzero(frame["_account_id"].notna() == looked_after)
        persona[rows] = by_affinity(rng, frame["segment"].to_numpy()[rows], _PERSONA_LIKES, personas)
    role = by_affinity(rng, persona, _ROLE_LIKES, ROLES)
    made = pd.DataFrame({"person_id": [f"P{number:05d}" for number in range(1, len(frame) + 1)], "account_id": frame["_account_id"]})
    made["role"] = role
    made["department"] = pd.Series(persona).map(_DEPARTMENTS).where(rng.random(len(frame)) < 0.85)
    weight = made["role"].map({"decision_maker": 0.85, "influencer": 0.55, "information_gatherer": 0.3, "user": 0.35, "unknown": 0.3})
    made["influence_weight"] = (weight + rng.normal(0, 0.08, len(frame))).clip(0.05, 1).round(2)
    made["_customer_id"], made["_persona"] = frame["customer_id"], persona
    made["_name"] = person_names(rng, frame["_language"].to_numpy())
    made["_activity"] = mean_one(made["_persona"].map(_PERSON_ACTIVITY) * rng.gamma(1.5, size=len(frame)))
    text = ("role", "department", "_persona", "_name", "_customer_id")
    return made.astype({"person_id": "str", "account_id": "str", **dict.fromkeys(text, "str")})
