"""Contacts and orders of invented customers, and the demo client with what is true of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import company
from cxlib.simulate.plan import Plan

START = pd.Timestamp("2025-01-01", tz="UTC")


def log_of(*rows, **columns) -> pd.DataFrame:
    """Contacts: (customer or None, day since the start[, reason])."""
    moments = pd.Series([START + pd.Timedelta(days=row[1]) for row in rows]).dt.as_unit("us")
    table = pd.DataFrame({"contact_id": [f"{number:04d}" for number in range(len(rows))], "customer_id": [row[0] for row in rows]})
    table["reason_id"] = [row[2] if len(row) > 2 else None for row in rows]
    table = table.astype("str").assign(contact_ts=moments, local_date=moments.dt.tz_localize(None).dt.normalize())
    return table.assign(**columns)


def orders_of(*rows, **columns) -> pd.DataFrame:
    """Orders: (customer, day since the start[, value])."""
    moments = pd.Series([START + pd.Timedelta(days=row[1]) for row in rows]).dt.as_unit("us")
    table = pd.DataFrame({"order_id": [f"o{number}" for number in range(len(rows))], "customer_id": [row[0] for row in rows]}).astype("str")
    return table.assign(order_ts=moments, value=[float(row[2]) if len(row) > 2 else 1.0 for row in rows], **columns)


def of(table: pd.DataFrame, metric: str, column: str = "value", **levels: str) -> float:
    """The number of one row."""
    found = table[table["metric"].eq(metric)]
    for name, level in levels.items():
        found = found[found[name].eq(level)]
    return found[column].item()


@pytest.fixture(scope="session")
def lived() -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Contacts and orders that have nothing to do with each other but the customer: who orders often gets in touch often."""

    def make(
        seed: int, customers: int = 400, days: int = 540, follow: float = 0.0, bring: float = 0.0
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """`follow`: part of the orders that bring a contact about within 20 days; `bring`: of the contacts that bring an order in 60."""
        rng = np.random.default_rng(seed)
        rate = rng.gamma(0.8, 1 / 0.8, customers) * 0.012
        season = 1 + 0.6 * np.sin(np.arange(days) / 58)
        draw = [np.nonzero(rng.poisson(rate[:, None] * season * part)) for part in (1.0, 0.7)]
        (who, at), (caller, when) = draw
        again = rng.random(len(who)) < follow
        caller, when = np.r_[caller, who[again]], np.r_[when + rng.random(len(when)), at[again] + rng.uniform(1, 20, again.sum())]
        more = rng.random(len(caller)) < bring
        who, at = np.r_[who, caller[more]], np.r_[at + rng.random(len(at)), when[more] + rng.uniform(1, 60, more.sum())]
        names = np.array([f"{number:05d}" for number in range(customers)])
        inside = when < days
        contacts = log_of(*zip(names[caller[inside]], when[inside], ["help"] * int(inside.sum()), strict=True))
        return contacts, orders_of(*zip(names[who[at < days]], at[at < days], strict=True))

    return make


@pytest.fixture(scope="session")
def client() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    return company.grown(Plan())
