"""The slice of routes, of people and machines, and of attempts to help oneself of the validity study.

``n`` counts customers. Even: all get in touch, rate and try alike; uneven: rates are gamma with shape 0.7. Customers have their own
level of rating. Truths without a closed form are counted once in a log of very many customers.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of
from _validity_contact_log import LIVES, exciting, hit, one, willing
from _validity_contact_log_outlook import ZONE, working

from cxlib.contacts import channels, outlook

ROOM = "contact-log-routes"
MANY = 10_000  # customers of which truths are counted
BETTER, RATED = 0.8, 3.0  # points that people are rated above machines; rated contacts a customer
TRIED, CALLS, FOLLOWED = 2.0, 3.0, 0.15  # attempts and other calls a customer; share of attempts that a call follows on
STEPS = ("route_steps", "one_step_share")


def of_phone(log: pd.DataFrame) -> dict[str, pd.Series]:
    """The figures of cases that begin on the telephone."""
    told = channels.routes(log, min_n=1)
    return {metric: one(told[told["route"].eq("phone")], metric) for metric in STEPS}


@cache
def steps_of(life: str) -> dict[str, float]:
    """The same in a log of very many customers."""
    return {metric: float(row["value"]) for metric, row in of_phone(exciting(life, MANY, generator("routes truth", life))).items()}


def routes(life: str, n: int, repetitions: int) -> list[Result]:
    """Coverage of the length of a route, and how far its mean is missed."""
    rng, planted = generator("routes", life, n), steps_of(life)
    found = [of_phone(exciting(life, n, rng)) for _ in range(repetitions)]
    told = [covered(name_of("coverage", name, life, n), np.array([hit(each[name], planted[name]) for each in found])) for name in STEPS]
    missed = abs(float(np.nanmean([each["route_steps"]["value"] for each in found])) / planted["route_steps"] - 1)
    return [*told, Result(name_of("recovery", "route_steps", life, n), missed, "mean error of a ratio", "≤ 0.03", missed <= 0.03, "")]


def rated(life: str, n: int, rng: np.random.Generator, better: float) -> pd.Series:
    """The adjusted difference in ratings of contacts of which machines get the easy ones."""
    who = np.repeat(np.arange(n), rng.poisson(willing(life, n, rng) * RATED))
    hard = rng.random(len(who)) < 0.5
    person = rng.random(len(who)) < np.where(hard, 0.8, 0.3)
    value = 7 - 3 * hard + rng.normal(0, 1, n)[who] + better * person + rng.normal(0, 1.5, len(who))
    ids = pd.array([f"{number:06d}" for number in range(len(who))], "str")
    log = pd.DataFrame({"contact_id": ids, "customer_id": pd.array(who.astype(str), "str"), "local_date": pd.Timestamp("2025-01-06")})
    told = log.assign(reason_id=np.where(hard, "hard", "easy"), handled_by_type=np.where(person, "person", "bot"))
    answers = pd.DataFrame({"contact_id": ids, "item_id": "content", "item_type": "csat", "value": value})
    return one(channels.personal_contact(told.astype({"reason_id": "str", "handled_by_type": "str"}), answers), "personal_adjusted")


def personal(life: str, n: int, repetitions: int) -> list[Result]:
    """People who are rated better for equal concerns: coverage and recovery; false alarms where they are not."""
    rng, none = generator("personal", life, n), generator("personal none", life, n)
    found = [rated(life, n, rng, BETTER) for _ in range(repetitions)]
    quiet = [1 - hit(rated(life, n, none, 0.0), 0.0) for _ in range(repetitions)]
    missed = abs(float(np.nanmean([row["value"] for row in found])) - BETTER)
    limit = max(0.05, 4 * float(np.nanstd([row["value"] for row in found])) / np.sqrt(repetitions))
    return [
        covered(name_of("coverage", "personal_adjusted", life, n), np.array([hit(row, BETTER) for row in found])),
        Result(name_of("recovery", "personal_adjusted", life, n), missed, "mean error in points", f"≤ {limit:.2f}", missed <= limit, ""),
        alarmed(name_of("false alarms", "personal_adjusted", life, n), np.array(quiet)),
    ]


def fallen_back(life: str, n: int, rng: np.random.Generator, followed: float) -> pd.DataFrame:
    """The page's figures of attempts online, on some of which a call follows within the day."""
    rate = willing(life, n, rng)
    who, caller = (np.repeat(np.arange(n), rng.poisson(rate * often)) for often in (TRIED, CALLS))
    at, by_chance = working(len(who), rng), working(len(caller), rng)
    led = rng.random(len(who)) < followed
    later = at[led] + pd.to_timedelta(rng.uniform(60, 23 * 3600, led.sum()).round(), unit="s")
    moments = by_chance.append(later).as_unit("us")
    ids = np.array([f"{number:06d}" for number in range(n)])
    log = pd.DataFrame({"contact_ts": moments, "customer_id": ids[np.r_[caller, who[led]]], "channel": "phone"})
    log = log.assign(contact_id=np.arange(len(log)).astype(str), local_date=moments.tz_localize(None).normalize())
    events = pd.DataFrame({"event_ts": at.tz_convert("UTC").as_unit("us"), "customer_id": ids[who], "event": "selfservice"})
    texts = dict.fromkeys(["customer_id", "channel", "contact_id"], "str")
    told = outlook.digital_first(log.astype(texts), events.astype({"customer_id": "str", "event": "str"}), timezone=ZONE)
    return told[told["selfservice_result"].isna()] if "selfservice_result" in told else told


@cache
def extra_of(life: str) -> float:
    """Calls beyond those of other weeks, in a log of very many customers."""
    return float(one(fallen_back(life, MANY, generator("fallen back", life), FOLLOWED), "phone_extra")["value"])


def digital(life: str, n: int, repetitions: int) -> list[Result]:
    """Calls that follow on attempts: coverage, how much of what was planted is found; false alarms where none does."""
    rng, none, metrics = generator("digital", life, n), generator("digital none", life, n), ("phone_extra", "phone_lift")
    found = [one(fallen_back(life, n, rng, FOLLOWED), "phone_extra") for _ in range(repetitions)]
    share = float(np.nanmean([row["value"] for row in found])) / FOLLOWED
    quiet = [[1 - hit(one(told, name), wanted) for name, wanted in zip(metrics, (0.0, 1.0), strict=True)]
             for told in (fallen_back(life, n, none, 0.0) for _ in range(repetitions))]  # fmt: skip
    note = f"planted {FOLLOWED}; a call by chance hides some"
    alarms = [alarmed(name_of("false alarms", name, life, n), np.array(quiet)[:, place]) for place, name in enumerate(metrics)]
    return [
        covered(name_of("coverage", "phone_extra", life, n), np.array([hit(row, extra_of(life)) for row in found])),
        Result(name_of("recovery", "phone_extra", life, n), share, "share of the planted", "0.8 to 1.1", 0.8 <= share <= 1.1, note),
        *alarms,
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 30) if quick else (SIZES, 500)
    kinds = {"route_steps": routes, "personal_adjusted": personal, "phone_extra": digital}
    return [
        Cell(ROOM, name_of("study", name, life, n), repetitions, partial(measure, life, n))
        for name, measure in kinds.items()
        for life in LIVES
        for n in sizes
    ]
