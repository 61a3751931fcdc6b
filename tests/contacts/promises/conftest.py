"""Orders of sellers of whom one promises too much and one sells to difficult customers; and the demo client with its truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.promises import grouped
from cxlib.simulate import company
from cxlib.simulate.plan import Plan

START, PERIOD = pd.Timestamp("2025-01-06"), (date(2025, 1, 1), date(2025, 12, 31))
CAUSES = {
    "delay": ["delivery.delivery_delay_not_notified", "delivery.delivery_info_inaccurate"],
    "missing_feature": ["onboarding.promise_not_kept", "delivery.delivery_wrong_damaged"],
    "unseen_surcharge": ["billing.invoice_error"],
    "unmentioned_term": ["onboarding.hidden_charge_condition"],
    "other": ["complaint.quality_claim"],
}


@dataclass(frozen=True, eq=False)
class Trade:
    log: pd.DataFrame
    orders: pd.DataFrame
    customers: pd.DataFrame


def trade(seed: int, *, sellers: int = 8, each: int = 250, excess: float = 0.17) -> Trade:
    """Seller 0 brings `excess` more contacts an order, seller 1 sells mostly what brings three times as many contacts."""
    rng = np.random.default_rng(seed)
    n = sellers * each
    seller = np.repeat(np.arange(sellers), each)
    special = rng.random(n) < np.where(seller == 1, 0.6, 0.12)
    building = rng.random(n) < np.where(seller == 1, 0.5, 0.2)
    customer = seller * 1000 + rng.integers(0, each // 3, n)
    usual = 0.2 * np.where(special, 3.0, 1.0) * np.where(building, 1.35, 1.0)
    prone = rng.gamma(2, 0.5, sellers * 1000)[customer]
    count = rng.poisson((usual + np.where(seller == 0, excess, 0.0)) * prone)
    days = rng.integers(0, 250, n)
    names = np.array([f"o{number:05d}" for number in range(n)])
    orders = pd.DataFrame({"order_id": names, "customer_id": [f"c{number}" for number in customer], "seller_id": [f"V{s}" for s in seller]})
    orders["product_id"] = np.where(special, "special", "stock")
    orders = orders.astype("str").assign(order_ts=pd.Series(START + pd.to_timedelta(days, unit="D")).dt.as_unit("us").dt.tz_localize("UTC"))
    which = np.repeat(np.arange(n), count)
    at = pd.Series(START + pd.to_timedelta(days[which] + rng.integers(0, 60, len(which)), unit="D")).dt.as_unit("us")
    unnamed = rng.random(len(which)) < 0.1
    log = pd.DataFrame({"order_id": np.where(unnamed, None, names[which]), "customer_id": orders["customer_id"].to_numpy()[which]})
    log = log.astype("str").assign(reason_id="late", channel="phone", local_date=at, contact_ts=at.dt.tz_localize("UTC"))
    people = pd.DataFrame({"customer_id": orders["customer_id"].unique()}).astype("str")
    segment = pd.Series(np.where(building, "building", "other"), orders["customer_id"]).groupby(level=0).first()
    return Trade(
        log, orders, people.assign(segment=people["customer_id"].map(segment).astype("str"), start_date=pd.Timestamp("2020-01-01"))
    )


@pytest.fixture(scope="session")
def make():
    return trade


@pytest.fixture(scope="session")
def some() -> Trade:
    return trade(1)


@pytest.fixture(scope="session")
def sold(some) -> pd.DataFrame:
    return grouped(some.orders, some.customers, staff_level=True, features=["product_id", "segment"], period=PERIOD)


@pytest.fixture(scope="session")
def period():
    return PERIOD


@dataclass(frozen=True, eq=False)
class Client:
    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]
    orders: pd.DataFrame
    disappointing: list[str]
    causes: dict[str, list[str]]


@pytest.fixture(scope="session")
def client() -> Client:
    tables, truth = company.grown(Plan())
    log = tables["contacts"]
    log = log[~log["_tally"]].reset_index(drop=True)
    local = log["contact_ts"].dt.tz_localize(None)
    log = log.assign(reason_id=log["_reason"].astype("str"), local_date=local.dt.normalize().dt.as_unit("us"))
    public = {name: table[[column for column in table if not column.startswith("_")]] for name, table in tables.items()}
    public["contacts"] = log[[column for column in log if not column.startswith("_")]]
    reasons = truth["reasons"]
    orders = grouped(public["orders"], public["customers"], staff_level=True, features=["product_id", "segment", "new_customer"])
    return Client(public, truth, orders, reasons.loc[reasons["disappointment"].eq(True), "reason"].tolist(), CAUSES)
