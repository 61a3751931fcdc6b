"""The regression is R's, and the habit planted is recovered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxlib.contacts.welcome import habit
from cxlib.contacts.welcome.habit import poisson


def test_the_regression_is_that_of_r():
    """R: ``glm(y ~ e + b, poisson, offset = log(t))``; HC1 by hand, √(B S'S B · 8/5)."""
    y = np.array([1, 3, 4, 8, 2, 5, 0, 6.0])
    x = np.column_stack([np.ones(8), [0, 0, 1, 1, 0, 2, 0, 2], [0.1, 0.5, 0.2, 0.9, 0.4, 0.3, 0.7, 0.6]])
    coefficients, influence = poisson(x, y, np.array([1, 2, 1, 2, 1, 1, 2, 1.0]))
    assert coefficients == pytest.approx([0.1440557113, 0.8054913076, 0.1884198363], rel=1e-8)
    assert np.sqrt((influence**2).sum(axis=0) * 8 / 5) == pytest.approx([0.4267501607, 0.2176816491, 0.6531170664], rel=1e-6)


def customers(seed, factor=1.09, n=1500):
    rng = np.random.default_rng(seed)
    early = rng.poisson(1.2, n)
    later = rng.poisson(0.8 * factor**early)
    ids = np.array([f"{number:05d}" for number in range(n)])
    people = pd.DataFrame({"customer_id": ids, "start_date": pd.Timestamp("2025-01-01")})
    who = np.r_[np.repeat(np.arange(n), early), np.repeat(np.arange(n), later)]
    day = np.r_[rng.integers(0, 60, early.sum()), rng.integers(60, 301, later.sum())]
    log = pd.DataFrame({"customer_id": ids[who], "local_date": pd.Timestamp("2025-01-01") + pd.to_timedelta(day, unit="D")})
    return log.assign(contact_ts=pd.Timestamp("2025-01-01", tz="UTC"), reason_id="avoid"), people


PERIOD = (pd.Timestamp("2025-01-01").date(), pd.Timestamp("2025-12-31").date())


def test_the_habit_planted_is_recovered():
    log, people = customers(1, n=3000)
    told = habit(log, people, period=PERIOD, draws=10).iloc[0]
    assert told["low"] <= 1.09 <= told["high"]
    assert told["high"] - told["low"] < 0.15
    assert len(told["draws"]) == 10


def test_no_habit_no_alarm():
    held = [habit(*customers(seed, factor=1.0, n=400), period=PERIOD).iloc[0] for seed in range(30)]
    assert np.mean([row["low"] <= 1 <= row["high"] for row in held]) >= 0.85


def test_the_demo_s_habit_lies_within_the_span(client):
    reasons = client.truth["reasons"]
    avoidable = reasons.loc[reasons["avoidable"].eq(True), "reason"].tolist()
    tables = client.tables
    told = habit(tables["contacts"], tables["customers"], tables["orders"], reasons=avoidable)
    assert told.iloc[0]["low"] <= client.truth["habit"]["factor"].item() <= told.iloc[0]["high"]
    rates = told[told["metric"].eq("later_contacts")]
    assert rates["early_contacts"].tolist() == ["0", "1", "2", "3+"]
    assert rates["value"].is_monotonic_increasing


def test_a_class_too_small_keeps_its_row():
    log, people = customers(1, n=60)
    told = habit(log, people, period=PERIOD, min_n=30)
    assert told.loc[told["n"] < 30, "value"].isna().all()
    assert set(told.loc[told["n"] < 30, "note"]) <= {"n < 30"}


def test_everybody_alike_says_nothing():
    log, people = customers(1, n=60)
    told = habit(log[log["local_date"] >= "2025-03-05"], people, period=PERIOD)
    assert told.iloc[0]["note"] == "no spread"


def test_what_is_missing_is_named():
    log, people = customers(1, n=5)
    assert habit(log.drop(columns="reason_id"), people, reasons=["x"])["note"].item() == "needs contacts.reason_id"
