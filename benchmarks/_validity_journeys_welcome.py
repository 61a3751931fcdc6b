"""The welcome slice of the validity study: windows of new customers, contacts so far, habit, informed or not.

``n`` counts customers. Calm: neither week nor season; busy: a week, a season, three in ten contacts with a follow-up, one in ten customers
leaves. Even and uneven: everybody asks alike, or by a gamma with shape 0.7.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of, reached
from _validity_contact_log import LIVES, hit, one, willing
from _validity_journeys_promises import DAYS, PERIOD, START, day_of

from cxlib.contacts import welcome

ROOM = "journeys-welcome"
LOGS = {"calm": False, "busy": True}
WEEK = np.array([1.25, 1.12, 1.0, 0.97, 0.66, 0.04, 0.01])
WINDOWS = {"×4 days 3–6": (3, 6, 4.0), "×2.5 days 20–30": (20, 30, 2.5)}
NONE, CELLS = (3, 6, 1.0), 40
DECAY, EACH = 30.0, 185 / 1200
RATE, FALLS, EARLY = 0.05, 40.0, 1.09  # contacts a day at the start, days in which they fall to a third, habit of each early contact


def drawn(mean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of each contact, several of one day as often as they come."""
    count = rng.poisson(mean)
    who, at = np.nonzero(count)
    return np.repeat(who, count[who, at]), np.repeat(at, count[who, at])


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
    who, at = drawn(mean, rng)
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


def scanned(made: dict[str, Any], *, tries: int = 999, **settings: object) -> pd.DataFrame:
    return welcome.windows(made["log"], made["people"], made["sold"], zeros={"help": "delivery"}, period=PERIOD, tries=tries, **settings)


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
    results = [reached(name_of("found", window, log, n), found, 0.98 if strong else 0.93)]
    if edges:
        results.append(reached(name_of("edges within a day", window, log, n), edges, 0.95 if strong else 0.6))
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
    who, at = drawn(rate, rng)
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
        who, at = drawn(rate, rng)
        log = pd.DataFrame({"customer_id": ids[who], "reason_id": "how"}).astype("str")
        log = log.assign(local_date=day_of(at), contact_ts=START.tz_localize("UTC"))
        sent = pd.DataFrame({"customer_id": ids[got < 999], "type": "next_steps"}).astype("str")
        sent = sent.assign(sent_ts=day_of(got[got < 999]).dt.tz_localize("UTC"))
        told = welcome.coverage(sent, log, people, answers={"next_steps": ["how"]}, period=PERIOD)
        hits.append(hit(one(told, "informed_ratio"), 0.5))
    return [covered(name_of("coverage", "informed_ratio", life, n), np.array(hits))]


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
    measures = {"early": early, "habit_ratio": habits, "informed_ratio": informed}
    for life in LIVES:
        for n in sizes:
            for figure, measure in measures.items():
                found.append(Cell(ROOM, name_of("coverage", figure, life, n), repetitions, partial(measure, life, n)))
    return found
