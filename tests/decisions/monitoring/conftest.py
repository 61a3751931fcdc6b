"""A small house with an action in one of its regions: orders, contacts that name them, answers of two waves."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

START, FIRST, DAYS = pd.Timestamp("2025-07-07"), pd.Timestamp("2025-01-06"), 364
PERIOD = (date(2025, 1, 6), date(2026, 1, 4))


@pytest.fixture
def house():
    """Makes a house in which the action multiplies contacts by `ratio`."""

    def make(ratio=1.0, *, people=400, per=3.0, rate=0.6, seed=1, shift=0.0):
        rng = np.random.default_rng(seed)
        region = np.array(["a", "b", "c", "d"])[np.arange(people) % 4]
        who = np.array([f"C{number:04d}" for number in range(people)])
        owner = np.repeat(np.arange(people), rng.poisson(per * rng.gamma(2, 0.5, people)))
        day = FIRST + pd.to_timedelta(rng.integers(0, DAYS, len(owner)), unit="D")
        season = 1 + 0.4 * np.sin(np.asarray(day.day_of_year) / 40)
        treated = np.isin(region[owner], ["a", "b"]) & (day >= START)
        count = rng.poisson(rate * season * np.where(treated, ratio, 1.0))
        order = np.array([f"O{number:05d}" for number in range(len(owner))])
        named = np.repeat(np.arange(len(owner)), count)
        at = pd.Series(pd.DatetimeIndex(day)[named] + pd.to_timedelta(rng.integers(0, 5, len(named)), unit="D")).dt.as_unit("us")
        log = pd.DataFrame({"contact_id": np.arange(len(named)).astype(str), "contact_ts": at.dt.tz_localize("UTC"), "local_date": at})
        log = log.assign(customer_id=who[owner[named]], order_id=order[named], reason_id="late", weight=1.0, direction="inbound")
        sold = pd.DataFrame({"order_id": order, "customer_id": who[owner], "promised_last": pd.Series(day).dt.as_unit("us")})
        sold = sold.assign(order_ts=sold["promised_last"].dt.tz_localize("UTC"), date_changes=pd.array([1] * len(sold), dtype="Int64"))
        billed = pd.DataFrame({"invoice_id": order, "order_id": order, "issued_ts": sold["order_ts"]})
        customers = pd.DataFrame({"customer_id": who, "region": region}).astype("str")
        moved = np.where(np.isin(region, ["a", "b"]), shift, 0.0)
        waves = [
            pd.DataFrame({"respondent_id": who, "customer_id": who, "wave": wave, "value": 3 + rng.normal(0, 1, people) + more})
            for wave, more in (("1", 0.0), ("2", moved))
        ]
        told = pd.concat(waves, ignore_index=True).astype({"respondent_id": "str", "customer_id": "str", "wave": "str"})
        told = told.assign(response_id=told["respondent_id"] + told["wave"], survey_id="s", item_id="T1_actual", item_type="actual")
        told = told.assign(touchpoint_id="T1", state="answered", scale_low=1.0, scale_high=6.0, weight=1.0)
        told["survey_ts"] = pd.to_datetime(told["wave"].map({"1": "2025-04-01", "2": "2025-11-01"})).dt.tz_localize("UTC")
        done = pd.DataFrame({"action_id": ["M"], "start_date": [START], "comparison": ["region: c, d"], "reason_id": ["late"]})
        done = done.assign(touchpoint_id="T1", effect_on="contacts", effect_low=0.2, effect_mode=0.4)
        return {"actions": done, "log": log, "orders": sold, "invoices": billed, "customers": customers, "responses": told}

    return make
