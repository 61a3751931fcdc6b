"""The slice of monitoring of the validity study: effects of actions, changes between waves, control limits.

``n`` counts customers, or respondents a wave. Even and uneven: customers ask alike, or by a gamma with shape 0.7; shocks: besides, every
region and step has a lognormal one of its own with sigma 0.2. Four regions, two with the action; thirteen steps before it, six since.
Demo: the demo client with another seed and true reasons.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of, sure_of
from _validity_contact_log import LIVES, willing

from cxlib.decisions import monitoring
from cxlib.decisions.monitoring._charts import charted
from cxlib.decisions.monitoring._twoway import Panel, fitted
from cxlib.simulate import company
from cxlib.simulate.plan import Effects, Plan

ROOM = "decisions-monitoring"
BEFORE, SINCE, ORDERS, RATE = 13, 6, 0.25, 0.6
PLANTED = float(np.log(0.62))
SHOCK = 0.2
LINES = {"u": "contacts", "p": "shares", "x": "ratings"}


def panel(life: str, n: int, rng: np.random.Generator, effect: float) -> Panel:
    """Orders and enquiries of customers in four regions, with a season that befalls all."""
    region, steps = rng.integers(0, 4, n), np.arange(-BEFORE, SINCE)
    shock = np.exp(rng.normal(0, SHOCK if life == "shocks" else 0.0, (4, len(steps))))
    prone = willing("uneven" if life == "shocks" else life, n, rng)
    orders = rng.poisson(ORDERS, (n, len(steps)))
    treated = region < 2
    mean = orders * RATE * prone[:, None] * np.exp(0.4 * np.sin(steps / 3)) * shock[region]
    count = rng.poisson(mean * np.exp(effect * (treated[:, None] & (steps >= 0))))
    who, at = np.nonzero(orders)
    columns = {"cluster": who.astype(str), "level": region[who].astype(str), "treated": treated[who], "step": steps[at]}
    return Panel(pd.DataFrame(columns | {"top": count[who, at].astype(float), "bottom": orders[who, at].astype(float)}), log=True)


def effect(life: str, n: int, repetitions: int) -> list[Result]:
    """Coverage of a planted effect, its recovery, and false alarms of the verdict where there is none."""
    rng, hits, values, alarms = generator("action effect", life, n), [], [], []
    for _ in range(repetitions):
        found = fitted(panel(life, n, rng, PLANTED))
        low, high = found.ends(0.95)
        hits.append(float(low <= PLANTED <= high) if np.isfinite(low) else np.nan)
        values.append(found.value)
        low, high = fitted(panel(life, n, rng, 0.0)).ends(0.95)
        alarms.append(float(monitoring.verdict(np.expm1(low), np.expm1(high), good=-1) != "open"))
    ratio = float(np.exp(np.nanmedian(values) - PLANTED))
    return [
        covered(name_of("coverage", "action_effect", life, n), np.array(hits)),
        Result(name_of("recovery", "action_effect", life, n), ratio, "ratio of medians", "0.9 to 1.1", 0.9 <= ratio <= 1.1, ""),
        alarmed(name_of("false alarms", "verdict of an action", life, n), np.array(alarms)),
    ]


def waves(n: int, rng: np.random.Generator, shift: float) -> pd.DataFrame:
    """Two waves of n people in accounts of five; two in five are in both."""
    people = np.r_[np.arange(n), np.arange(round(0.6 * n), round(0.6 * n) + n)]
    mood, house = rng.normal(0, 0.7, people.max() + 1), rng.normal(0, 0.5, people.max() // 5 + 1)
    wave = np.repeat(["1", "2"], n)
    value = 3.5 + mood[people] + house[people // 5] + rng.normal(0, 0.6, 2 * n) + shift * (wave == "2")
    table = pd.DataFrame({"respondent_id": people.astype(str), "account_id": (people // 5).astype(str), "wave": wave, "value": value})
    table = table.assign(
        survey_id="s", item_id="q", item_type="actual", touchpoint_id="T", state="answered", weight=rng.uniform(0.5, 2, 2 * n)
    )
    when = pd.to_datetime(table["wave"].map({"1": "2025-05-01", "2": "2026-05-01"}))
    return table.assign(response_id=table["respondent_id"] + "/" + wave, scale_low=1.0, scale_high=6.0, survey_ts=when)


def changed(n: int, repetitions: int) -> list[Result]:
    """Coverage of a change of 0.3, and false alarms where there is none."""
    rng, hits, alarms = generator("change", n), [], []
    for _ in range(repetitions):
        for shift, told in ((0.3, hits), (0.0, alarms)):
            found = monitoring.change(waves(n, rng, shift), cluster="account_id")
            row = found[found["metric"].eq("change")].iloc[0]
            told.append(float(row["low"] <= shift <= row["high"]) if shift else float(row["note"] == ""))
    return [
        covered(name_of("coverage", "change", "accounts", n), np.array(hits)),
        alarmed(name_of("false alarms", "change", "accounts", n), np.array(alarms)),
    ]


def limits(kind: str, points: int, repetitions: int) -> list[Result]:
    """How often a series in which nothing happens shows a swing."""
    rng, alarms = generator("control limits", kind, points), []
    for _ in range(repetitions):
        n = rng.integers(20, 60, points).astype(float)
        spread = rng.gamma(25, 0.04, points)  # a fifth more or less than chance alone
        top = {"u": rng.poisson(0.5 * n * spread), "p": rng.binomial(n.astype(int), 0.2), "x": rng.normal(3, 1 / np.sqrt(n))}[kind]
        found = charted(top.astype(float), n, kind=kind)  # type: ignore[arg-type]
        alarms.append(float(found is not None and bool((found.signal != "").any())))
    return [alarmed(name_of("false alarms", "any swing", LINES[kind], points), np.array(alarms))]


def proposals(plan: Plan, period: tuple[object, object]) -> pd.Series:
    """What is proposed for both actions of a client like the demo."""
    tables, _ = company.grown(plan)
    log = tables["contacts"]
    log = log[~log["_tally"]].assign(reason_id=log["_reason"].astype("str"))
    log = log.assign(local_date=log["contact_ts"].dt.tz_localize(None).dt.normalize().dt.as_unit("us"))
    followed = {
        "M1": {"reasons": ["delivery.delivery_status", "delivery.delivery_info_inaccurate", "delivery.delivery_delay_not_notified"]},
        "M2": {"reasons": ["billing.invoice_comprehension", "billing.invoice_error", "billing.invoice_format"]},
    }
    followed["M1"]["per"], followed["M2"]["per"] = "delayed_orders", "invoices"
    given = {name: tables[name] for name in ("orders", "invoices", "customers")}
    found = monitoring.action_effect(tables["actions"], log, **given, followed=followed, period=period)
    return monitoring.proposals(found).set_index("action_id")["proposal"]


def clients(repetitions: int) -> list[Result]:
    """Clients like the demo: is the action that works kept, and the other one not; and none where nothing works?"""
    plans = [Plan(seed=500 + number) for number in range(repetitions)]
    told = [proposals(plan, (pd.Timestamp(plan.start).date(), pd.Timestamp(plan.end).date())) for plan in plans]
    quiet = [replace(Plan(seed=700 + number), effects=Effects(actions=0.0)) for number in range(max(repetitions // 2, 1))]
    none = [proposals(plan, (pd.Timestamp(plan.start).date(), pd.Timestamp(plan.end).date())) for plan in quiet]
    kept = np.array([float(each["M1"] == "keep") for each in told])
    value, low, high = sure_of(kept)
    note = f"99 % {low:.3f}–{high:.3f}; {len(kept)} repetitions"
    return [
        Result(name_of("found", "the action that works", "demo", 8000), value, "share of samples", "≥ 0.8", bool(high >= 0.8), note),
        alarmed(
            name_of("false alarms", "the action that does not", "demo", 8000), np.array([float(each["M2"] == "keep") for each in told])
        ),
        alarmed(
            name_of("false alarms", "either, where nothing works", "demo", 8000), np.array([(each == "keep").any() for each in none], float)
        ),
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = ((300,), 30) if quick else ((300, 1000), 1000)
    found = [
        Cell(ROOM, name_of("coverage", "action_effect", life, n), repetitions, partial(effect, life, n))
        for life in (*LIVES, "shocks")
        for n in sizes
    ]
    found += [
        Cell(ROOM, name_of("coverage", "change", "accounts", n), repetitions, partial(changed, n))
        for n in (QUICK_SIZES if quick else SIZES)
    ]
    found += [
        Cell(ROOM, name_of("false alarms", "any swing", LINES[kind], points), repetitions, partial(limits, kind, points))
        for kind in LINES
        for points in (26, 78)
    ]
    found.append(Cell(ROOM, name_of("found", "the action that works", "demo", 8000), 2 if quick else 50, clients))
    return found
