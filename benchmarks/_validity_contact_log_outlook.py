"""The slice of the outlook of the validity study: do the minutes around a contact hold a planted lift, and stay quiet where there is none?

``n`` counts customers. Even: all get in touch and visit the portal alike; uneven: both rates are one gamma with shape 0.7, so that who
calls often clicks often. Working hours only, twelve weeks with a clock change in them. Truths are closed forms.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of
from _validity_contact_log import LIVES, hit, one, willing

from cxlib.contacts import outlook

ROOM = "contact-log-outlook"
START, WEEKS, ZONE = pd.Timestamp("2025-03-03"), 12, "Europe/Berlin"
CONTACTS, VISITS, PLANTED = 4.0, 0.004, 0.08  # contacts a customer; visits a minute of working time; share of contacts with a planted one
SHAPE, MINUTES = 0.7, 5


def working(count: int, rng: np.random.Generator) -> pd.DatetimeIndex:
    """Moments of working time: Monday to Friday, 9:00 to 17:00 by the clock, more in the morning."""
    day = rng.integers(0, WEEKS, count) * 7 + rng.integers(0, 5, count)
    minute = np.where(rng.random(count) < 0.6, rng.uniform(540, 720, count), rng.uniform(720, 1020, count))
    moments = START + pd.to_timedelta(np.round(day * 1440 * 60 + minute * 60), unit="s")
    return pd.DatetimeIndex(moments).tz_localize(ZONE)


def lived(life: str, n: int, rng: np.random.Generator, planted: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts and events: who gets in touch often visits often, and some visits come right before a contact."""
    rate = willing(life, n, rng)
    who = np.repeat(np.arange(n), rng.poisson(rate * CONTACTS))
    moments = working(len(who), rng)
    led = rng.random(len(who)) < planted
    visits = np.repeat(np.arange(n), rng.poisson(rate * VISITS * 480 * 5 * WEEKS))
    own = np.r_[working(len(visits), rng).asi8, moments[led].asi8 - rng.integers(1, MINUTES * 60, led.sum()) * 1_000_000]
    ids = np.array([f"{number:06d}" for number in range(n)])
    events = pd.DataFrame({"event_ts": pd.to_datetime(own, unit="us", utc=True), "customer_id": ids[np.r_[visits, who[led]]]})
    events = events.astype({"customer_id": "str"}).assign(event="visit")
    log = pd.DataFrame({"contact_id": np.arange(len(who)).astype(str), "contact_ts": moments, "customer_id": ids[who]})
    log = log.astype({"contact_id": "str", "customer_id": "str"}).assign(local_date=moments.tz_localize(None).normalize())
    return log, events


def truth(life: str, planted: float) -> float:
    """The planted ratio: a visit in the five minutes by chance, or the planted one, over one by chance."""
    by_chance = []
    for share, minutes in ((0.6, 180), (0.4, 300)):  # the morning, the rest of the day
        mean = VISITS * 480 * share / minutes * MINUTES
        none = np.exp(-mean) if life == "even" else (1 + mean / SHAPE) ** -(SHAPE + 1)  # weighted by contacts, which go with the same rate
        by_chance.append(share * (1 - none))
    base = float(sum(by_chance))
    return (base + planted * (1 - base)) / base


def told(life: str, n: int, rng: np.random.Generator, planted: float) -> pd.DataFrame:
    """The minutes before and after, as the page tells them."""
    log, events = lived(life, n, rng, planted)
    found = outlook.event_lift(log, events, timezone=ZONE, least=5)
    return found[found["event"].isna()].set_index("window")


def lift(life: str, n: int, repetitions: int) -> list[Result]:
    """Coverage of the planted lift before a contact, and of none after it."""
    rng, hits, quiet, ratios = generator("outlook lift", life, n), [], [], []
    for _ in range(repetitions):
        found = told(life, n, rng, PLANTED)
        before = one(found.loc[["before"]], "event_lift")
        hits.append(hit(before, truth(life, PLANTED)))
        quiet.append(1 - hit(one(found.loc[["after"]], "event_lift"), 1.0))
        ratios.append(before["value"] / truth(life, PLANTED))
    median = float(np.nanmedian(ratios))
    recovered = Result(name_of("recovery", "event_lift", life, n), median, "ratio of medians", "0.9 to 1.1", 0.9 <= median <= 1.1, "")
    alarms = alarmed(name_of("false alarms", "event_lift after", life, n), np.array(quiet))
    return [covered(name_of("coverage", "event_lift", life, n), np.array(hits)), recovered, alarms]


def none(life: str, n: int, repetitions: int) -> list[Result]:
    """False alarms where nothing was planted."""
    rng = generator("outlook none", life, n)
    alarms = [1 - hit(one(told(life, n, rng, 0.0).loc[["before"]], "event_lift"), 1.0) for _ in range(repetitions)]
    return [alarmed(name_of("false alarms", "event_lift", life, n), np.array(alarms))]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 30) if quick else (SIZES, 1000)
    found = []
    for life in LIVES:
        for n in sizes:
            found.append(Cell(ROOM, name_of("coverage", "event_lift", life, n), repetitions, partial(lift, life, n)))
            found.append(Cell(ROOM, name_of("false alarms", "event_lift", life, n), repetitions, partial(none, life, n)))
    return found
