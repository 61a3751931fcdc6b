"""The slice of service standards of the validity study: do intervals hold what was planted, and are alarms rare where there is nothing?

Contacts come from customers, in the clustered design from 40 of unequal size who differ (intraclass correlation 0.1) in how long they
wait, how often they give up and whether promises to them are kept. Times until the answer are lognormal; who asks late in the period is
watched for less long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import ICC, QUICK_SIZES, SIZES, Cell, accounts, alarmed, covered, generator, name_of
from scipy import stats

from cxlib.contacts import service_standards
from cxlib.contacts.service_standards.reliability import UNCLEAR

ROOM = "contact-log-standards"
DESIGNS = ("plain", "clustered")
START = pd.Timestamp("2025-01-06", tz="UTC")
UNTIL = START + pd.Timedelta(days=60)
MEDIAN_H, SIGMA, DEADLINE_H = 9.4, 1.27, 24.0
GIVEN_UP, KEPT, GOODWILL = 0.1, 0.54, 0.15
PLANTED = (0.091, 0.060, 0.042, 0.027, 0.016, 0.009)  # complaints by the number of conditions met


def log_of(design: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """A log of n contacts within 30 days, known for 60."""
    who = accounts(n, rng) if design == "clustered" else np.arange(n)
    own = rng.normal(0, np.sqrt(ICC), who.max() + 1)[who] if design == "clustered" else np.zeros(n)
    rest = np.sqrt(1 - ICC) if design == "clustered" else 1.0

    def latent() -> np.ndarray:
        return own + rest * rng.normal(0, 1, n)

    came = START + pd.to_timedelta(rng.uniform(0, 59 * 86_400, n).round(), unit="s")
    hours = MEDIAN_H * np.exp(SIGMA * latent())
    answered = came + pd.to_timedelta((hours * 3600).round(), unit="s")
    log = pd.DataFrame({"contact_id": [str(number) for number in range(n)], "contact_ts": came, "channel": "email", "weight": 1.0})
    log["customer_id"] = [f"c{number}" for number in who]
    log["local_date"] = log["contact_ts"].dt.tz_localize(None).dt.normalize()
    log["first_response_ts"] = pd.Series(answered).where(answered <= UNTIL)
    log["resolved_ts"] = log["first_response_ts"].where(latent() > 0)
    log["due_ts"] = log["contact_ts"] + pd.Timedelta(hours=DEADLINE_H)
    log["abandoned"] = pd.array(latent() < stats.norm.ppf(GIVEN_UP), dtype="boolean")
    log["wait_s"] = 60.0
    log["promise_due_ts"] = log["contact_ts"] + pd.Timedelta(hours=8)
    log["promise_done_ts"] = log["contact_ts"] + pd.to_timedelta(np.where(latent() < stats.norm.ppf(KEPT), 4, 12), unit="h")
    log["goodwill_amount"] = np.where(latent() < stats.norm.ppf(GOODWILL), 80.0, 0.0)
    return log.assign(rating=5 + latent(), received_by=rng.choice(["A", "B", "C", "D"], n))


def told_of(log: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables that hold each figure."""
    until = UNTIL.to_pydatetime()
    return {
        "response_time": service_standards.times(log, event="response", q=[0.5], as_of=until, min_n=2),
        "answered_within": service_standards.response_curves(log, hours=[DEADLINE_H], as_of=until, min_n=2),
        "on_time_share": service_standards.attainment(log, event="response", as_of=until),
        "abandoned_share": service_standards.abandonment(log, variants=["offered"]),
        "promises_kept": service_standards.promises_kept(log, as_of=until),
        "goodwill_share": service_standards.goodwill(log, min_n=2),
        "backlog_age": service_standards.backlog(log, as_of=until),
    }


@cache
def truth() -> dict[str, float]:
    """What was planted; the age of what lies unsettled is read off a large sample, to the full hour as the noun tells it."""
    big = log_of("plain", 400_000, np.random.default_rng(1))
    age = (UNTIL - big.loc[big["resolved_ts"].isna(), "contact_ts"]).dt.total_seconds() / 86_400
    in_time = float(stats.norm.cdf(np.log(DEADLINE_H / MEDIAN_H) / SIGMA))
    planted = {"response_time": MEDIAN_H, "answered_within": in_time, "on_time_share": in_time, "abandoned_share": GIVEN_UP}
    return planted | {"promises_kept": KEPT, "goodwill_share": GOODWILL, "backlog_age": float(age.median()) - 0.5 / 24}


def coverage(design: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals of each figure that hold the truth."""
    rng = generator("standards", design, n)
    hits = {name: np.full(repetitions, np.nan) for name in truth()}
    for number in range(repetitions):
        for name, table in told_of(log_of(design, n, rng)).items():
            rows = table[table["metric"].eq(name) & table["low"].notna() & table["high"].notna()]
            rows = rows[rows["received_by"].isna()] if "received_by" in rows else rows
            if len(rows):
                hits[name][number] = rows["low"].iloc[0] <= truth()[name] <= rows["high"].iloc[0]
    return [covered(name_of("coverage", name, design, n), told[:, None]) for name, told in hits.items()]


def rated(n: int, repetitions: int) -> list[Result]:
    """Satisfaction where deadlines were met against where they were not: a planted difference of one half."""
    rng, gap = generator("standards rated", n), 0.5
    hits = np.zeros((repetitions, 1))
    for number in range(repetitions):
        log = log_of("plain", n, rng)
        met = log["first_response_ts"] <= log["due_ts"]
        answers = pd.DataFrame({"contact_id": log["contact_id"], "item_type": "csat", "value": log["rating"] + gap * met})
        table = service_standards.perceived(log, answers, as_of=UNTIL.to_pydatetime(), min_n=2)
        row = table[table["metric"] == "contact_rating_difference"].iloc[0]
        hits[number] = row["low"] <= gap <= row["high"]
    return [covered(name_of("coverage", "contact_rating_difference", "plain", n), hits)]


def expected(n: int, repetitions: int) -> list[Result]:
    """Hours expected: median and proposed target of continuous answers."""
    rng, log = generator("standards expected", n), log_of("plain", 20, np.random.default_rng(1))
    planted = {"expected_time": 8.0, "proposed_target": 8.0 * float(np.exp(0.8 * stats.norm.ppf(0.2)))}
    hits = {name: np.zeros((repetitions, 1)) for name in planted}
    for number in range(repetitions):
        answers = pd.DataFrame({"value": 8.0 * np.exp(0.8 * rng.normal(size=n)), "item_type": "expected_hours", "item_group": "email"})
        table = service_standards.proposed(log, answers.assign(respondent_id=[str(one) for one in range(n)], item_id="hours"), min_n=1)
        for name, told in planted.items():
            row = table[table["metric"] == name].iloc[0]
            hits[name][number] = row["low"] <= told <= row["high"]
    return [covered(name_of("coverage", name, "plain", n), told) for name, told in hits.items()]


def alarms(n: int, repetitions: int) -> list[Result]:
    """How often a unit is said to differ in goodwill where all apply the same yardstick."""
    rng = generator("standards alarms", n)
    told = np.zeros((repetitions, 1))
    for number in range(repetitions):
        table = service_standards.goodwill(log_of("plain", n, rng))
        told[number] = (table.loc[table["metric"] == "goodwill_difference", "note"] == "").any()
    return [alarmed(name_of("false alarms", "goodwill_difference", "plain", n), told)]


def dose(n: int, repetitions: int) -> list[Result]:
    """Complaints by the number of conditions met: rates and slope against the truth, and the slope where there is none."""
    rng = generator("standards dose", n)
    late = np.array([0.7, 0.3 * 0.7, 0.3 * 0.3])  # in time, late and told, late and not told: none, one or two conditions broken
    chance = np.convolve(stats.binom.pmf(range(4), 3, 0.3), late)[::-1]
    mean = float(chance @ np.arange(6))
    slope = float(chance @ ((np.arange(6) - mean) * np.array(PLANTED)) / (chance @ (np.arange(6) - mean) ** 2))
    hits, flat = np.full((repetitions, 2), np.nan), np.zeros((repetitions, 1))
    for number in range(repetitions):
        for rates in (PLANTED, (float(chance @ np.array(PLANTED)),) * 6):
            table = service_standards.reliability(*house(n, rates, rng), as_of=datetime(2025, 12, 31, tzinfo=UTC))
            row = table[table["metric"] == "complaint_slope"].iloc[0]
            if rates is PLANTED:
                four = table[(table["metric"] == "complaint_rate") & (table["met"] == "4")].iloc[0]
                hits[number] = [
                    row["low"] <= slope <= row["high"],
                    four["low"] <= PLANTED[4] <= four["high"] if four["note"] == "" else np.nan,
                ]
            else:
                flat[number] = not row["low"] <= 0 <= row["high"]
    found = [
        covered(name_of("coverage", name, "plain", n), hits[:, [turn]]) for turn, name in enumerate(("complaint_slope", "complaint_rate"))
    ]
    return [*found, alarmed(name_of("false alarms", "complaint_slope", "plain", n), flat)]


def house(n: int, rates: Sequence[float], rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """One order a customer, each of the five conditions broken with a chance of 0.3, complaints after the landmark.

    A notice can only be missing where an order is late: where that condition alone is broken, the promised day is moved beyond the order's
    delivery by the same draw, so that four conditions stand on their own and the fifth on the fourth.
    """
    day, ids = pd.Timestamp("2025-01-20", tz="UTC"), np.array([f"{number:05d}" for number in range(n)])
    wrong = rng.random((n, 5)) < 0.3
    late = wrong[:, 3]
    silent = late & wrong[:, 4]
    met = 5 - wrong[:, :3].sum(axis=1) - late - silent
    orders = pd.DataFrame({"order_id": ids, "customer_id": ids, "order_ts": day, "promised_first": pd.Timestamp("2025-01-25")})
    orders["delivered_date"] = orders["promised_first"] + pd.to_timedelta(np.where(late, 4, 0), unit="D")
    told = late & ~silent
    messages = pd.DataFrame({"order_id": ids[told], "type": "delay_notice", "sent_ts": pd.Timestamp("2025-01-23", tz="UTC")})
    base = pd.DataFrame(
        {"customer_id": ids, "contact_ts": day + pd.Timedelta(days=1), "reason_id": np.where(wrong[:, 0], UNCLEAR[0], "other")}
    )
    base["due_ts"] = base["contact_ts"] + pd.Timedelta(hours=8)
    base["first_response_ts"] = base["contact_ts"] + pd.to_timedelta(np.where(wrong[:, 1], 20, 2), unit="h")
    base["promise_due_ts"] = base["contact_ts"] + pd.Timedelta(hours=24)
    base["promise_done_ts"] = base["contact_ts"] + pd.to_timedelta(np.where(wrong[:, 2], 90, 3), unit="h")
    complains = rng.random(n) < np.asarray(rates)[met]
    after = pd.DataFrame({"customer_id": ids[complains], "contact_ts": day + pd.Timedelta(days=90), "reason_id": "complaint.quality_claim"})
    log = pd.concat([base, after], ignore_index=True).assign(weight=1.0)
    return log.assign(local_date=log["contact_ts"].dt.tz_localize(None).dt.normalize()), orders, messages


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 30) if quick else (SIZES, 1000)
    found = [Cell(ROOM, name_of("coverage", "standards", way, n), repetitions, partial(coverage, way, n)) for way in DESIGNS for n in sizes]
    for name, measure in (("rated", rated), ("expected", expected), ("alarms", alarms)):
        found += [Cell(ROOM, name_of("coverage", name, "plain", n), repetitions, partial(measure, n)) for n in sizes]
    return [*found, *(Cell(ROOM, name_of("coverage", "dose", "plain", 10 * n), repetitions, partial(dose, 10 * n)) for n in sizes)]
