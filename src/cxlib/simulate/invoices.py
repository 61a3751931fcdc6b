"""The demo client's invoices and credits: the layout changes with the ERP, and electronic formats fall back to PDF."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.calendar import at, days, working_day
from cxlib.simulate.people import ORDERING, People
from cxlib.simulate.plan import Plan, stream

__all__ = ["FORMATS", "LAYOUT_CHANGE", "invoices"]

LAYOUT_CHANGE = pd.Timestamp("2025-03-03")
FORMATS = {"pdf": 0.56, "xrechnung": 0.20, "edi": 0.08, "paper": 0.16}  # before the change; after it both electronic ones come as PDF
FALLS_BACK = ("xrechnung", "edi")
CREDITS, EARLIER, ALL = 330, 330, 8300
EARLIER_DAYS = 45  # orders of before the period are billed until then


def invoices(plan: Plan, people: People, orders: pd.DataFrame) -> pd.DataFrame:
    """Return invoices and credits, in order of time.

    Delivered orders have one invoice or, for part deliveries, two; orders of before the period are billed in its first weeks, under
    order numbers that the orders table does not hold.

    Returns
    -------
    DataFrame
        invoice_id, order_id, issued_ts, format, layout_version; hidden ``_customer_id``, ``_person_id``, ``_amount`` (credits
        negative), ``_credit_of`` (the invoice credited).
    """
    rng = stream(plan, "invoices")
    billed = _billed(rng, plan, people, orders)
    billed["_amount"] = billed["_amount"].round(2)
    frame = pd.concat([billed, _credited(rng, plan, billed)], ignore_index=True)
    frame["_row"] = np.arange(len(frame))
    frame = frame.sort_values("issued_ts", kind="stable", ignore_index=True)
    frame["invoice_id"] = (9_000_001 + np.arange(len(frame))).astype(str)
    number = frame.set_index("_row")["invoice_id"]
    frame["_credit_of"] = frame["_source"].map(number).astype("str")
    new = frame["issued_ts"].dt.tz_localize(None) >= LAYOUT_CHANGE
    frame["layout_version"] = np.where(new, "2", "1")
    frame["format"] = _formats(rng, people, frame, new.to_numpy(), plan)
    names = ("invoice_id", "order_id", "format", "layout_version", "_customer_id", "_person_id")
    return frame[["invoice_id", "order_id", "issued_ts", *names[2:], "_amount", "_credit_of"]].astype(dict.fromkeys(names, "str"))


def _billed(rng: np.random.Generator, plan: Plan, people: People, orders: pd.DataFrame) -> pd.DataFrame:
    done = orders[orders["delivered_date"].notna()].reset_index(drop=True)
    day = working_day(done["delivered_date"] + pd.to_timedelta(rng.integers(1, 4, len(done)), unit="D"))
    done = done.assign(day=day)[day <= pd.Timestamp(plan.end)].reset_index(drop=True)
    part = np.zeros(len(done), dtype=bool)
    more = plan.count(ALL) - plan.count(CREDITS) - plan.count(EARLIER) - len(done)
    part[rng.permutation(len(done))[: max(0, more)]] = True
    share = np.where(part, rng.uniform(0.4, 0.8, len(done)), 1.0)
    first = pd.DataFrame({"order_id": done["order_id"], "_customer_id": done["customer_id"], "day": done["day"]})
    first["_amount"] = done["value"] * share
    second = first[part].assign(_amount=(done["value"] * (1 - share))[part])
    later = working_day(second["day"] + pd.to_timedelta(rng.integers(2, 15, len(second)), unit="D"))
    second["day"] = later.where(later <= pd.Timestamp(plan.end), second["day"])
    frame = pd.concat([first, second, _earlier(rng, plan, people)], ignore_index=True)
    frame["issued_ts"] = at(frame["day"], rng.uniform(8 * 60, 16 * 60, len(frame)))
    frame["_person_id"] = _payers(rng, people, frame["_customer_id"])
    return frame.assign(_source=-1).drop(columns="day")


def _earlier(rng: np.random.Generator, plan: Plan, people: People) -> pd.DataFrame:
    """Bill orders of before the period, fewer every day, so that invoices do not begin with a gap."""
    table = days(plan)
    old = people.customers[people.customers["_way"] == "existing"]
    number = plan.count(EARLIER)
    fades = np.clip(1 - np.arange(len(table)) / EARLIER_DAYS, 0, None) * table["factor"] * table["open"]
    weight = old["_activity"] * old["segment"].map(ORDERING)
    customer = rng.choice(old["customer_id"].to_numpy(dtype=object), size=number, p=(weight / weight.sum()).to_numpy())
    day = table["date"].iloc[rng.choice(len(table), size=number, p=(fades / fades.sum()).to_numpy())]
    ids = (117_000 - np.arange(number)).astype(str)
    return pd.DataFrame({"order_id": ids, "_customer_id": customer, "day": day.to_numpy(), "_amount": np.exp(rng.normal(7.8, 1.2, number))})


def _credited(rng: np.random.Generator, plan: Plan, billed: pd.DataFrame) -> pd.DataFrame:
    """Credit some invoices within two months, whole or in part."""
    possible = np.flatnonzero(billed["issued_ts"].dt.tz_localize(None) < pd.Timestamp(plan.end) - pd.Timedelta(days=75))
    source = np.sort(rng.permutation(possible)[: plan.count(CREDITS)])
    frame = billed.iloc[source].reset_index(drop=True)
    frame["_amount"] = -(frame["_amount"] * np.where(rng.random(len(frame)) < 0.35, 1.0, rng.uniform(0.03, 0.5, len(frame)))).round(2)
    day = working_day(frame["issued_ts"].dt.tz_localize(None).dt.normalize() + pd.to_timedelta(rng.integers(4, 60, len(frame)), unit="D"))
    return frame.assign(issued_ts=at(day, rng.uniform(8 * 60, 16 * 60, len(frame))), _source=source)


def _payers(rng: np.random.Generator, people: People, customer: pd.Series) -> np.ndarray:
    """Who gets the invoice: accounts payable where the customer has somebody there."""
    persons = people.persons.assign(_rank=(people.persons["_persona"] != "Beate") + rng.random(len(people.persons)))
    first = persons.sort_values("_rank").drop_duplicates("_customer_id").set_index("_customer_id")["person_id"]
    return customer.map(first).to_numpy()


def _formats(rng: np.random.Generator, people: People, frame: pd.DataFrame, new: np.ndarray, plan: Plan) -> np.ndarray:
    shares = FORMATS if plan.market == "b2b" else {"pdf": 0.9, "paper": 0.1}
    drawn = rng.choice(list(shares), size=len(people.customers), p=list(shares.values()))
    own = frame["_customer_id"].map(pd.Series(drawn, index=people.customers["customer_id"])).to_numpy(dtype=object)
    return np.where(new & np.isin(own.astype(str), FALLS_BACK), "pdf", own)
