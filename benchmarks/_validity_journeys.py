"""The slice of the journeys of the validity study: windows of new customers, promises, leads.

``n`` counts customers, orders or leads. Calm: neither week nor season; busy: a week, a season, three in ten contacts with a follow-up,
one in ten customers leaves. Even and uneven: everybody asks alike, or by a gamma with shape 0.7. Demo: the demo client with another seed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of, sure_of
from _validity_contact_log import LIVES, hit, one, willing

from cxlib.contacts import before_purchase, promises, welcome
from cxlib.simulate import company
from cxlib.simulate.plan import Effects, Plan

ROOM = "journeys"
START, DAYS = pd.Timestamp("2025-01-06"), 364
PERIOD = (date(2025, 1, 6), date(2026, 1, 4))
LOGS = {"calm": False, "busy": True}
WEEK = np.array([1.25, 1.12, 1.0, 0.97, 0.66, 0.04, 0.01])
WINDOWS = {"×4 days 3–6": (3, 6, 4.0), "×2.5 days 20–30": (20, 30, 2.5)}
NONE, CELLS = (3, 6, 1.0), 40
DECAY, EACH = 30.0, 185 / 1200
RATE, FALLS, EARLY = 0.05, 40.0, 1.09  # contacts a day at the start, days in which they fall to a third, habit of each early contact
FIRST = 0.2  # part of the orders that the second seller is compared with that are the first one's: of special and other orders alike


def newcomers(log: str, n: int, rng: np.random.Generator, window: tuple[int, int, float], groups: int = 1) -> dict[str, Any]:
    """New customers whose question counts from the delivery; and the contacts beyond the usual in the window, per 100 customers."""
    busy = WEEK[np.arange(DAYS) % 7] * (1 + 0.5 * np.sin(np.arange(DAYS) / 58)) if LOGS[log] else np.ones(DAYS)
    begun = rng.choice(DAYS - 100, n)
    delivered = begun + 3 + rng.integers(0, 40, n)
    left = np.where(rng.random(n) < (0.1 if LOGS[log] else 0.0), begun + rng.integers(30, 120, n), DAYS)
    since = np.arange(61)
    first, last, times = window
    rate = np.exp(-since / DECAY) * np.where((since >= first) & (since <= last), times, 1.0)
    day = delivered[:, None] + since
    watched = (day < DAYS) & (day <= left[:, None])
    weight = np.where(watched, rate * busy[np.clip(day, 0, DAYS - 1)], 0.0)
    mean, inside = weight * EACH * n / weight.sum(), (since >= first) & (since <= last)
    excess = 100 * mean[:, inside].sum() * (1 - 1 / times) / watched[:, inside].mean(axis=1).sum()
    who, at = np.nonzero(rng.poisson(mean))
    when = delivered[who] + at
    again = rng.random(len(who)) < (0.3 if LOGS[log] else 0.0)
    whom, moments = np.r_[who, who[again]], np.r_[when, when[again] + rng.integers(1, 5, int(again.sum()))]
    other = rng.choice(n, 4 * n), rng.choice(DAYS, 4 * n, p=busy / busy.sum())
    ids = np.array([f"{number:06d}" for number in range(n)])
    table = pd.DataFrame(
        {"customer_id": np.r_[ids[whom], ids[other[0]]], "reason_id": np.r_[np.full(len(whom), "help"), np.full(4 * n, "other")]}
    )
    table = table.astype("str").assign(local_date=day_of(np.r_[moments, other[1]]), contact_ts=START.tz_localize("UTC"))
    people = pd.DataFrame({"customer_id": ids, "status": "active", "group": [f"g{number % groups:02d}" for number in range(n)]}).astype(
        "str"
    )
    people = people.assign(start_date=day_of(begun), churn_date=day_of(left).where(left < DAYS))
    sold = pd.DataFrame({"order_id": ids, "customer_id": ids}).astype("str")
    sold = sold.assign(order_ts=day_of(begun).dt.tz_localize("UTC"), delivered_date=day_of(delivered))
    return {"log": table[table["local_date"] < START + pd.Timedelta(days=DAYS)], "people": people, "sold": sold, "excess": excess}


def day_of(numbers: np.ndarray) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(numbers, unit="D")).dt.as_unit("us")


def scanned(made: dict[str, Any], *, tries: int = 999, **settings: object) -> pd.DataFrame:
    return welcome.windows(made["log"], made["people"], made["sold"], zeros={"help": "delivery"}, period=PERIOD, tries=tries, **settings)


def share(name: str, hits: list[float], goal: float) -> Result:
    """A share that is to reach a goal, as far as its own 99 % interval tells."""
    value, low, high = sure_of(np.array(hits, dtype=float))
    return Result(name, value, "share of samples", f"≥ {goal:g}", bool(high >= goal), f"99 % {low:.3f}–{high:.3f}; {len(hits)} repetitions")


def recovery(window: str, log: str, n: int, repetitions: int) -> list[Result]:
    """A window planted: found with both edges within a day; ratio, excess and edges covered. One cell needs no more than 199 draws."""
    rng, found, edges, hits = generator("window", window, log, n), [], [], []
    first, last, times = WINDOWS[window]
    for _ in range(repetitions):
        made = newcomers(log, n, rng, WINDOWS[window])
        told = scanned(made, tries=199).set_index("metric")
        ends = told.loc[["window_first", "window_last"], "value"].to_numpy()
        found.append(float(not np.isnan(ends).any()))
        if found[-1]:
            edges.append(float((np.abs(ends - [first, last]) <= 1).all()))
            true = {"window_ratio": times, "window_excess": made["excess"], "window_first": first, "window_last": last}
            hits.append([hit(told.loc[metric], value) for metric, value in true.items()])
    strong = window.startswith("×4")
    results = [share(name_of("found", window, log, n), found, 0.98 if strong else 0.93)]
    if edges:
        results.append(share(name_of("edges within a day", window, log, n), edges, 0.95 if strong else 0.6))
        table = np.array(hits)
        results += [covered(name_of("coverage", f"{metric} {window}", log, n), table[:, place]) for place, metric in enumerate(true)]
    return results


def unmoved(log: str, n: int, repetitions: int) -> list[Result]:
    """No window: how often one is told."""
    rng = generator("no window", log, n)
    alarms = [
        float(scanned(newcomers(log, n, rng, NONE)).set_index("metric").loc["window_first", ["value"]].notna().item())
        for _ in range(repetitions)
    ]
    return [alarmed(name_of("false alarms", "window", log, n), np.array(alarms))]


def family(log: str, n: int, repetitions: int) -> list[Result]:
    """Forty groups without a window, looked at together: how often any is told."""
    rng, any_told = generator("forty", log, n), []
    for _ in range(repetitions):
        told = scanned(newcomers(log, n * CELLS, rng, NONE, CELLS), by=["group"])
        any_told.append(float(told.loc[told["metric"].eq("window_first"), "value"].notna().any()))
    return [alarmed(name_of("false alarms", f"any of {CELLS} cells", log, n), np.array(any_told))]


def falling(life: str, n: int, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Customers who start throughout the year and ask less and less; some leave."""
    begun = rng.integers(0, DAYS - 30, n)
    left = np.where(rng.random(n) < 0.15, begun + rng.integers(20, 200, n), DAYS)
    days = np.arange(DAYS)
    since = days - begun[:, None]
    there = (since >= 0) & (days <= left[:, None])
    rate = np.where(there, RATE * np.exp(-np.clip(since, 0, None) / FALLS) + 0.01, 0.0) * willing(life, n, rng)[:, None]
    who, at = np.nonzero(rng.poisson(rate))
    ids = np.array([f"{number:06d}" for number in range(n)])
    log = pd.DataFrame({"customer_id": ids[who]}).astype("str").assign(local_date=day_of(at), contact_ts=START.tz_localize("UTC"))
    people = pd.DataFrame({"customer_id": ids}).astype("str").assign(start_date=day_of(begun), churn_date=day_of(left).where(left < DAYS))
    return {"log": log, "people": people}


def early(life: str, n: int, repetitions: int) -> list[Result]:
    """Contacts so far and the beginning against later: coverage."""
    rng, hits = generator("early", life, n), []
    days = np.arange(180)
    rate = RATE * np.exp(-days / FALLS) + 0.01
    so_far, ratio = 100 * rate[:31].sum(), rate[:30].mean() / rate[90:150].mean()
    for _ in range(repetitions):
        made = falling(life, n, rng)
        told = welcome.intensity(made["log"], made["people"], by=(), at=[30], days=30, period=PERIOD)
        calm = welcome.settling(made["log"], made["people"], later=(90, 149), period=PERIOD)
        hits.append([hit(one(told, "contacts_so_far"), so_far), hit(one(calm, "early_ratio"), ratio)])
    table = np.array(hits)
    names = ("contacts_so_far", "early_ratio")
    return [covered(name_of("coverage", name, life, n), table[:, place]) for place, name in enumerate(names)]


def habits(life: str, n: int, repetitions: int) -> list[Result]:
    """Each early contact makes later ones more: coverage. Uneven: later contacts are uneven, early ones do not follow them."""
    rng, hits = generator("habit", life, n), []
    ids = np.array([f"{number:06d}" for number in range(n)])
    people = pd.DataFrame({"customer_id": ids}).astype("str").assign(start_date=START)
    for _ in range(repetitions):
        before = rng.poisson(1.2, n)
        after = rng.poisson(1.5 * EARLY**before * willing(life, n, rng))
        day = np.r_[rng.integers(0, 60, before.sum()), rng.integers(60, 301, after.sum())]
        who = np.r_[np.repeat(ids, before), np.repeat(ids, after)]
        log = pd.DataFrame({"customer_id": who}).astype("str").assign(local_date=day_of(day), contact_ts=START.tz_localize("UTC"))
        hits.append(hit(one(welcome.habit(log, people, period=PERIOD), "habit_ratio"), EARLY))
    return [covered(name_of("coverage", "habit_ratio", life, n), np.array(hits))]


def informed(life: str, n: int, repetitions: int) -> list[Result]:
    """A message within ten days after which customers ask half as often: coverage of the ratio."""
    rng, hits = generator("informed", life, n), []
    ids = np.array([f"{number:06d}" for number in range(n)])
    people = pd.DataFrame({"customer_id": ids}).astype("str").assign(start_date=START)
    for _ in range(repetitions):
        got = np.where(rng.random(n) < 0.5, rng.integers(0, 10, n), 999)
        days = np.arange(31)
        rate = 0.05 * np.exp(-days / 20) * np.where(days > got[:, None], 0.5, 1.0) * willing(life, n, rng)[:, None]
        who, at = np.nonzero(rng.poisson(rate))
        log = pd.DataFrame({"customer_id": ids[who], "reason_id": "how"}).astype("str")
        log = log.assign(local_date=day_of(at), contact_ts=START.tz_localize("UTC"))
        sent = pd.DataFrame({"customer_id": ids[got < 999], "type": "next_steps"}).astype("str")
        sent = sent.assign(sent_ts=day_of(got[got < 999]).dt.tz_localize("UTC"))
        told = welcome.coverage(sent, log, people, answers={"next_steps": ["how"]}, period=PERIOD)
        hits.append(hit(one(told, "informed_ratio"), 0.5))
    return [covered(name_of("coverage", "informed_ratio", life, n), np.array(hits))]


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
        share(name_of("found", "overselling seller", "demo", n), right, 0.9),
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
    found, customers = [], 1200
    for log in LOGS:
        for window in WINDOWS:
            name = name_of("found", window, log, customers)
            found.append(Cell(ROOM, name, 10 if quick else 200, partial(recovery, window, log, customers)))
        found.append(Cell(ROOM, name_of("false alarms", "window", log, customers), 20 if quick else 400, partial(unmoved, log, customers)))
    found.append(Cell(ROOM, name_of("false alarms", "forty cells", "busy", 500), 2 if quick else 60, partial(family, "busy", 500)))
    measures = {"early": early, "habit_ratio": habits, "informed_ratio": informed, "excess_load": load, "leads": leads}
    for life in LIVES:
        for n in sizes:
            for figure, measure in measures.items():
                found.append(Cell(ROOM, name_of("coverage", figure, life, n), repetitions, partial(measure, life, n)))
    found.append(Cell(ROOM, name_of("found", "overselling seller", "demo", 8000), 2 if quick else 50, clients))
    return found
