"""The slice of the contact log of the validity study: customers who get in touch more or less often, and what was planted there.

``n`` counts customers. Even: all get in touch alike; uneven: rates are gamma with shape 0.7, as in real logs, where a few call all the
time. Truths that have no closed form are counted once in a log of very many customers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of

from cxlib.contacts import channels, handoffs, repeats, volume

ROOM = "contact-log"
LIVES = ("even", "uneven")
DAYS, RATE, BRINGS, WINDOW = 240, 0.015, 0.25, 7  # days watched, contacts a day, chance that a contact brings another one, days
MANY = 20_000  # customers of which truths are counted
SEASON = np.array([0.7, 0.9, 1.0, 1.1, 1.2, 1.0, 1.3, 1.1, 1.1, 1.3, 1.0, 0.7])


def willing(life: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """How much more often than the mean each customer gets in touch."""
    return np.ones(n) if life == "even" else rng.gamma(0.7, 1 / 0.7, n)


def table_of(day: np.ndarray, who: np.ndarray, **columns: np.ndarray) -> pd.DataFrame:
    """Contacts on these days, in the order of time."""
    order = np.argsort(day, kind="stable")
    moments = pd.Series((pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(day[order], unit="D")).as_unit("us"))
    ids = {
        "contact_id": [f"{number:08d}" for number in range(len(day))],
        "customer_id": pd.array([f"{one:06d}" for one in who[order]], "str"),
    }
    local = moments.dt.tz_localize(None).dt.normalize()
    return pd.DataFrame({**ids, "contact_ts": moments, "local_date": local, **{name: column[order] for name, column in columns.items()}})


def exciting(life: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A log in which contacts bring others of the same case within the window; outcomes and transfers hang together."""
    first = rng.poisson(willing(life, n, rng) * RATE * DAYS)
    who, day = np.repeat(np.arange(n), first), rng.uniform(0, DAYS, first.sum())
    case = np.arange(len(who))
    found = [(who, day, case)]
    while len(who):
        again = rng.random(len(who)) < BRINGS
        who, case, day = who[again], case[again], day[again] + rng.uniform(0.02, WINDOW, again.sum())
        inside = day < DAYS
        who, day, case = who[inside], day[inside], case[inside]
        found.append((who, day, case))
    who, day, case = (np.concatenate([each[place] for each in found]) for place in range(3))
    transfers = np.minimum(rng.poisson(0.4, len(who)), 3)
    ended = rng.random(len(who)) < np.array([0.7, 0.5, 0.3, 0.3])[transfers]
    told = {"case_id": case.astype(str), "transfers": transfers, "outcome": np.where(ended, "resolved", "callback")}
    hands, point = rng.choice(["x", "y", "z"], len(who)), rng.choice(["W", "S"], len(who))
    return table_of(day, who, **told, received_by=hands, touchpoint_id=point, channel=rng.choice(["phone", "email"], len(who)))


FIGURES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "repeat_share": lambda log: repeats.rate(log, same=[]),
    "first_contact_resolution": lambda log: repeats.first_contact_resolution(log, same=["case_id"]),
    "passed_around_share": lambda log: handoffs.transfers(log),
    "ping_pong_share": lambda log: handoffs.ping_pong(log, handler="received_by"),
    "changes_per_case": lambda log: handoffs.chains(log, handler="received_by"),
    "switch_share": lambda log: channels.switching(log),
}
POINTS = pd.DataFrame({"touchpoint_id": ["W", "S"], "mode": ["online", "offline"]})


def one(table: pd.DataFrame, metric: str) -> pd.Series:
    """The first row of a metric: the figure over all; nothing where the sample had none."""
    rows = table[table["metric"] == metric]
    return rows.iloc[0] if len(rows) else pd.Series({"value": np.nan, "low": np.nan, "high": np.nan})


@cache
def truth(figure: str, life: str) -> float:
    """The figure in a log of very many customers."""
    return float(one(FIGURES[figure](exciting(life, MANY, generator("truth", life))), figure)["value"])


def hit(row: pd.Series, value: float) -> float:
    return np.nan if np.isnan(row["low"]) else float(row["low"] <= value <= row["high"])


def coverage(figure: str, life: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals that hold the truth."""
    rng, value = generator("contact-log", figure, life, n), truth(figure, life)
    hits = [hit(one(FIGURES[figure](exciting(life, n, rng)), figure), value) for _ in range(repetitions)]
    return [covered(name_of("coverage", figure, life, n), np.array(hits))]


def planted(life: str, n: int, repetitions: int) -> list[Result]:
    """How far the share of contacts that bring another one, planted, is missed: repeats of the same case know no chance."""
    rng, found = generator("contact-log planted", life, n), []
    for _ in range(repetitions):
        found.append(float(one(repeats.rate(exciting(life, n, rng), same=["case_id"], forward_minutes=0.001), "repeat_share")["value"]))
    name = name_of("recovery", "planted repeats", life, n)
    missed = float(abs(np.nanmean(found) - BRINGS))
    return [Result(name, missed, "mean error of a share", "≤ 0.02", missed <= 0.02, f"planted {BRINGS}; found {np.nanmean(found):.4f}")]


def alike(life: str, n: int, repetitions: int) -> list[Result]:
    """Groups that differ by their make-up alone: the ratio's false alarms, and the rate's coverage."""
    rng, alarms, hits = generator("contact-log alike", life, n), [], []
    for _ in range(repetitions):
        segment = rng.choice(["a", "b"], n)
        large = rng.random(n) < np.where(segment == "a", 0.7, 0.3)
        rates = np.where(large, 5.0, 1.0) * willing(life, n, rng)
        who = np.repeat(np.arange(n), rng.poisson(rates))
        log = table_of(rng.uniform(0, DAYS, len(who)), who)
        names = pd.array([f"{number:06d}" for number in range(n)], "str")
        people = pd.DataFrame({"customer_id": names, "segment": segment, "size": np.where(large, "L", "S")})
        told = volume.standardised(log, people, by="segment", adjust=["size"])
        alarms.append(1 - hit(one(told, "rate_ratio"), 1.0))
        hits.append(hit(one(told, "standardised_rate"), 100 * (1 + 4 * large.mean())))
    names = [name_of(question, figure, life, n) for question, figure in (("false alarms", "rate_ratio"), ("coverage", "standardised_rate"))]
    return [alarmed(names[0], np.array(alarms)), covered(names[1], np.array(hits))]


def seasons(life: str, n: int, repetitions: int) -> list[Result]:
    """A year like the one before, in its season: false alarms of a trend."""
    rng, alarms = generator("contact-log season", life, n), []
    people = pd.DataFrame({"customer_id": pd.array([f"{number:06d}" for number in range(n)], "str")})
    period = (pd.Timestamp("2024-01-01").date(), pd.Timestamp("2025-06-30").date())
    for _ in range(repetitions):
        who = np.repeat(np.arange(n), rng.poisson(willing(life, n, rng) * 9))
        month = rng.choice(18, len(who), p=np.r_[SEASON, SEASON[:6]] / (SEASON.sum() + SEASON[:6].sum()))
        starts = np.array(
            [(pd.Timestamp("2024-01-01") + pd.DateOffset(months=each) - pd.Timestamp("2024-01-01")).days for each in range(18)]
        )
        log = table_of(starts[month] + rng.integers(0, 28, len(who)), who)
        alarms.append(1 - hit(one(volume.trend(log, people, period=period), "year_on_year"), 1.0))
    return [alarmed(name_of("false alarms", "year_on_year", life, n), np.array(alarms))]


def unbroken(life: str, n: int, repetitions: int) -> list[Result]:
    """Steps between online and offline after which nothing is different: false alarms of a break."""
    rng, alarms = generator("contact-log break", life, n), []
    for _ in range(repetitions):
        alarms.append(1 - hit(one(channels.breaks(exciting(life, n, rng), POINTS), "break_difference"), 0.0))
    return [alarmed(name_of("false alarms", "break_difference", life, n), np.array(alarms))]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 20) if quick else (SIZES, 500)
    places = [(life, n) for life in LIVES for n in sizes]
    made = [
        Cell(ROOM, name_of("coverage", figure, life, n), repetitions, partial(coverage, figure, life, n))
        for figure in FIGURES
        for life, n in places
    ]
    kinds = {"planted repeats": planted, "rate_ratio": alike, "year_on_year": seasons, "break_difference": unbroken}
    for name, measure in kinds.items():
        made += [Cell(ROOM, name_of("study", name, life, n), repetitions, partial(measure, life, n)) for life, n in places]
    return made
