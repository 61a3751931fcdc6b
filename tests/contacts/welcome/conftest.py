"""New customers whose first days are known, and the demo client with what is true of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import company
from cxlib.simulate.plan import Plan

START, DAYS = pd.Timestamp("2025-01-06"), 364
ZEROS = {
    "order.order_confirmation_missing": "order",
    "onboarding.account_login_setup": "order",
    "onboarding.next_steps_unknown": "order",
    "delivery.delivery_status": "promised",
    "onboarding.first_use_help": "delivery",
    "billing.invoice_comprehension": "invoice",
    "usage_service.usage_question": "delivery",
    "contract.master_data_change": "order",
}


@dataclass(frozen=True, eq=False)
class Newcomers:
    log: pd.DataFrame
    customers: pd.DataFrame
    orders: pd.DataFrame
    invoices: pd.DataFrame


def newcomers(
    seed: int,
    *,
    n: int = 600,
    first: int = 3,
    last: int = 6,
    times: float = 4.0,
    each: float = 0.16,
    lead: float = 20.0,
    decay: float = 30.0,
) -> Newcomers:
    """New customers with one reason whose window counts from the delivery; weekdays, a season, follow-up contacts, churn."""
    rng = np.random.default_rng(seed)
    week, season = np.array([1.25, 1.1, 1.0, 0.97, 0.66, 0.04, 0.01]), 1 + 0.5 * np.sin(np.arange(DAYS) / 58)
    busy = week[np.arange(DAYS) % 7] * season
    begun = rng.choice(DAYS - 90, n, p=busy[: DAYS - 90] / busy[: DAYS - 90].sum())
    delivered = begun + 3 + rng.integers(0, max(int(2 * lead), 1), n)
    left = np.where(rng.random(n) < 0.1, begun + rng.integers(30, 120, n), DAYS)
    since = np.arange(61)
    rate = np.exp(-since / decay) * np.where((since >= first) & (since <= last), times, 1.0)
    day = delivered[:, None] + since
    weight = np.where((day < DAYS) & (day <= left[:, None]), rate * busy[np.clip(day, 0, DAYS - 1)], 0.0)
    count = rng.poisson(weight * each * n / max(weight.sum(), 1e-9))
    who, at = np.nonzero(count)
    asked, when = who, delivered[who] + at
    again = rng.random(len(asked)) < 0.3
    whom, later = np.r_[asked, asked[again]], np.r_[when, when[again] + rng.integers(1, 5, again.sum())]
    others = rng.choice(n, 3000), rng.choice(DAYS, 3000, p=busy / busy.sum())
    ids = np.array([f"{number:05d}" for number in range(n)])
    reason = np.r_[np.full(len(whom), "help"), np.full(3000, "other")]
    moment = START + pd.to_timedelta(np.r_[later, others[1]], unit="D")
    log = pd.DataFrame({"customer_id": np.r_[ids[whom], ids[others[0]]], "reason_id": reason}).astype("str")
    log = log.assign(local_date=pd.Series(moment).dt.as_unit("us"), contact_ts=pd.Series(moment).dt.as_unit("us").dt.tz_localize("UTC"))
    log = log[log["local_date"] < START + pd.Timedelta(days=DAYS)].reset_index(drop=True)
    days = {"start_date": begun, "churn_date": np.where(left < DAYS, left, -1), "delivered_date": delivered}
    dates = {name: pd.Series(START + pd.to_timedelta(number, unit="D")).dt.as_unit("us") for name, number in days.items()}
    people = pd.DataFrame({"customer_id": ids, "status": "active", "segment": np.where(np.arange(n) % 2, "a", "b")}).astype("str")
    people = people.assign(start_date=dates["start_date"], churn_date=dates["churn_date"].where(left < DAYS))
    sold = pd.DataFrame({"order_id": np.char.add("o", ids), "customer_id": ids}).astype("str")
    sold = sold.assign(order_ts=dates["start_date"].dt.tz_localize("UTC"), delivered_date=dates["delivered_date"])
    billed = pd.DataFrame({"invoice_id": np.char.add("i", ids), "order_id": sold["order_id"]}).astype("str")
    return Newcomers(log, people, sold, billed.assign(issued_ts=dates["delivered_date"].dt.tz_localize("UTC")))


@pytest.fixture(scope="session")
def make():
    return newcomers


@pytest.fixture(scope="session")
def some() -> Newcomers:
    return newcomers(1)


@dataclass(frozen=True, eq=False)
class Client:
    """Tables without hidden columns, but for the true reason as ``reason_id``; and the truth."""

    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]


@pytest.fixture(scope="session")
def client() -> Client:
    tables, truth = company.grown(Plan())
    log = tables["contacts"]
    log = log[~log["_tally"] & log["customer_id"].ne("0099999").fillna(True)].reset_index(drop=True)
    local = log["contact_ts"].dt.tz_localize(None)
    log = log.assign(reason_id=log["_reason"].astype("str"), local_date=local.dt.normalize().dt.as_unit("us"))
    open_to_all = {name: table[[column for column in table if not column.startswith("_")]] for name, table in tables.items()}
    return Client(open_to_all | {"contacts": log[[column for column in log if not column.startswith("_")]]}, truth)


@pytest.fixture(scope="session")
def zeros() -> dict[str, str]:
    return ZEROS
