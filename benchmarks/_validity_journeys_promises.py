"""The promises slice of the validity study: what sellers' orders bring, and leads.

``n`` counts orders or leads. Even and uneven: everybody asks alike, or by a gamma with shape 0.7. Demo: the demo client with another seed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of, reached
from _validity_contact_log import LIVES, hit, one, willing

from cxlib.contacts import before_purchase, promises
from cxlib.simulate import company
from cxlib.simulate.plan import Effects, Plan

ROOM = "journeys-promises"
START, DAYS = pd.Timestamp("2025-01-06"), 364
PERIOD = (date(2025, 1, 6), date(2026, 1, 4))
FIRST = 0.2  # part of the orders that the second seller is compared with that are the first one's: of special and other orders alike


def day_of(numbers: np.ndarray) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(numbers, unit="D")).dt.as_unit("us")


def trade(life: str, n: int, rng: np.random.Generator, excess: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six sellers with n orders each: the first with an excess, the second with difficult customers."""
    seller = np.repeat(np.arange(6), n)
    special = rng.random(6 * n) < np.where(seller == 1, 0.6, 0.12)
    customer = seller * n + rng.integers(0, max(n // 3, 1), 6 * n)
    prone = willing(life, 6 * n, rng)[customer]
    count = rng.poisson((0.2 * np.where(special, 3.0, 1.0) + np.where(seller == 0, excess, 0.0)) * prone)
    names = np.array([f"{number:07d}" for number in range(6 * n)])
    ordered = rng.integers(0, 280, 6 * n)
    orders = pd.DataFrame(
        {"order_id": names, "customer_id": [f"{number}" for number in customer], "seller_id": [f"V{number}" for number in seller]}
    )
    orders = orders.astype("str").assign(product_id=np.where(special, "special", "stock"), order_ts=day_of(ordered).dt.tz_localize("UTC"))
    which = np.repeat(np.arange(6 * n), count)
    log = pd.DataFrame({"order_id": names[which], "reason_id": "late"}).astype("str")
    log = log.assign(local_date=day_of(ordered[which] + rng.integers(0, 60, len(which))), contact_ts=START.tz_localize("UTC"))
    return log, promises.grouped(orders, staff_level=True, features=["product_id"], period=PERIOD)


def load(life: str, n: int, repetitions: int) -> list[Result]:
    """Excess against comparable orders: coverage where it is and where it is not; sellers told for nothing."""
    rng, hits, alarms = generator("load", life, n), [], []
    settings = {"comparable": ["product_id"], "reasons": ["late"], "min_orders": 20, "period": PERIOD}
    for _ in range(repetitions):
        told = promises.excess_load(*trade(life, n, rng, 0.17), **settings)
        excess = told[told["metric"].eq("excess_load")].set_index("sales_group")
        hits.append([hit(excess.loc["V0"], 17.0), hit(excess.loc["V1"], -17.0 * FIRST)])
        none = promises.excess_load(*trade(life, n, rng, 0.0), **settings)
        alarms.append(float((none.loc[none["metric"].eq("excess_chance"), "value"] <= 0.05).any()))
    table = np.array(hits)
    return [
        covered(name_of("coverage", "excess_load", life, n), table[:, 0]),
        covered(name_of("coverage", "excess_load of the honest", life, n), table[:, 1]),
        alarmed(name_of("false alarms", "any seller", life, n), np.array(alarms)),
    ]


def demo(plan: Plan) -> pd.Series:
    """q of the excess by seller, for a client like the demo with another seed."""
    tables, truth = company.grown(plan)
    log = tables["contacts"]
    log = log[~log["_tally"]].assign(reason_id=log["_reason"].astype("str"))
    log = log.assign(local_date=log["contact_ts"].dt.tz_localize(None).dt.normalize().dt.as_unit("us"))
    log = log[[name for name in log if not name.startswith("_")]]
    features = ["product_id", "segment", "new_customer"]
    orders = promises.grouped(tables["orders"], tables["customers"], staff_level=True, features=features)
    reasons = truth["reasons"]
    told = promises.excess_load(log, orders, reasons=reasons.loc[reasons["disappointment"].eq(True), "reason"].tolist())
    gap = promises.promise_gap(tables["responses"], orders)
    low = gap[gap["metric"].eq("too_much_difference")].set_index("sales_group")["low"]
    return pd.concat([told[told["metric"].eq("excess_chance")].set_index("sales_group")["value"], low.add_prefix("gap ")])


def clients(repetitions: int) -> list[Result]:
    """Clients like the demo: is the overselling seller found, the honest one with difficult customers not, high expectation spared?"""
    told = [demo(Plan(seed=100 + number)) for number in range(repetitions)]
    others = [name for name in told[0].index if name.startswith("V") and name != "V07"]
    n = 8000
    right = [float(one_of["V07"] <= 0.05) for one_of in told]
    honest = np.array([float(one_of["V11"] <= 0.05) for one_of in told])
    any_other = np.array([float((one_of[others] <= 0.05).any()) for one_of in told])
    high = np.array([float(one_of["gap V03"] > 0) for one_of in told])
    quiet = [demo(replace(Plan(seed=300 + number), effects=Effects(promises=0.0))) for number in range(max(repetitions // 2, 1))]
    nobody = np.array([float((one_of[["V07", *others]] <= 0.05).any()) for one_of in quiet])
    return [
        reached(name_of("found", "overselling seller", "demo", n), right, 0.9),
        alarmed(name_of("false alarms", "honest seller, difficult customers", "demo", n), honest),
        alarmed(name_of("false alarms", "any other seller", "demo", n), any_other),
        alarmed(name_of("false alarms", "high expectation that is kept", "demo", n), high),
        alarmed(name_of("false alarms", "any seller, nobody oversells", "demo", n), nobody),
    ]


def leads(life: str, n: int, repetitions: int) -> list[Result]:
    """Answers, conversion and the two clocks: coverage. Uneven: customers with several leads, all of them quick or slow."""
    rng, hits = generator("leads", life, n), []
    slow = np.exp(rng.normal(0, 1, 200_000))
    for _ in range(repetitions):
        who = np.arange(n) if life == "even" else rng.integers(0, n // 3, n)
        hours = 10 * np.exp(rng.normal(0, 1, n if life == "even" else n // 3)[who if life == "uneven" else np.arange(n)])
        hours = np.where(rng.random(n) < 0.1, np.nan, hours)
        came = START.tz_localize("UTC") + pd.to_timedelta(rng.uniform(0, 280 * 24, n), unit="h")
        table = pd.DataFrame({"lead_id": [f"{number}" for number in range(n)], "customer_id": [f"{number}" for number in who]}).astype(
            "str"
        )
        answered = pd.Series(came + pd.to_timedelta(hours, unit="h"))
        won = rng.random(n) < np.where(hours <= 4, 0.4, 0.25)
        interest = pd.Series(came).dt.tz_localize(None).dt.normalize() - pd.to_timedelta(np.floor(rng.exponential(12, n)), unit="D")
        table = table.assign(created_ts=came, first_touch_ts=answered, won=pd.array(won, dtype="boolean"), first_interest_date=interest)
        end = (START + pd.Timedelta(days=DAYS)).tz_localize("UTC").to_pydatetime()
        told = before_purchase.lead_response(table, hours=[10], as_of=end)
        sold = before_purchase.conversion(table, quick_hours=[4], as_of=end)
        later = sold[sold["answered_within"].eq("later") & sold["metric"].eq("lead_won_difference")]
        hits.append([hit(one(told, "lead_answered"), 0.9 * float((slow <= 1).mean())), hit(one(later, "lead_won_difference"), -0.15)])
    table = np.array(hits)
    names = ("lead_answered", "lead_won_difference")
    return [covered(name_of("coverage", name, life, n), table[:, place]) for place, name in enumerate(names)]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 30) if quick else (SIZES, 500)
    found = []
    for life in LIVES:
        for n in sizes:
            for figure, measure in {"excess_load": load, "leads": leads}.items():
                found.append(Cell(ROOM, name_of("coverage", figure, life, n), repetitions, partial(measure, life, n)))
    found.append(Cell(ROOM, name_of("found", "overselling seller", "demo", 8000), 2 if quick else 50, clients))
    return found
