"""The slice of page 16 of the validity study: net benefit and rank of actions.

A world of saved tables: each client has ten actions whose reasons, touchpoints and effects differ; every saved figure is its truth plus
noise, with draws of the same noise. What people believe (effects, part felt, loss a point) is true in distribution: a client's own value
is drawn from it. ``n`` counts respondents; noise falls with its root. Demo: the demo client with another seed, its actions and its truth,
with reasons as they were planted instead of classified.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import Cell, generator, name_of, sure_of

from cxlib import intake
from cxlib.contacts import pain_points, volume
from cxlib.decisions import actions
from cxlib.decisions.actions.priors import PEAK
from cxlib.estimates import stack
from cxlib.estimates.rows import rows
from cxlib.params import Params, load, project_root
from cxlib.reasons import quality, value
from cxlib.simulate import company
from cxlib.simulate.plan import Plan
from cxlib.survey import asymmetry, drivers, gaps, loyalty, scores

ROOM = "decisions-actions"
DRAWS, LEVEL = 500, 0.9
CARRY, LOSS = (0.3, 0.6, 1.0), (0.002, 0.006, 0.010)
CUSTOMERS, MARGIN, YEARS = 2400, 9000.0, 3.0
LIST = 10
BEST, AMONG = 3, 5
TRUE_BEST = {"M3", "M4", "M5"}


def pert(three: tuple[float, float, float], rng: np.random.Generator) -> float:
    """One value of what is believed."""
    low, mode, high = three
    return float(low + (high - low) * rng.beta(1 + PEAK * (mode - low) / (high - low), 1 + PEAK * (high - mode) / (high - low)))


def told(metric: str, truth: float, sd: float, rng: np.random.Generator, **levels: str) -> pd.DataFrame:
    """A saved row: the truth plus noise, and draws around what was found."""
    found = truth + sd * rng.standard_normal()
    drawn = found + sd * rng.standard_normal(DRAWS)
    columns = {
        "metric": metric,
        "value": found,
        "low": found - 1.96 * sd,
        "high": found + 1.96 * sd,
        "unit": "",
        "n": 1,
        "draws": drawn[None],
    }
    return rows(pd.DataFrame({name: [level] for name, level in levels.items()}, index=[0]), columns)


def client(n: int, rng: np.random.Generator) -> tuple[dict[str, pd.DataFrame], pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return saved tables, reasons, actions and the true net benefit of each."""
    noise = np.sqrt(300 / n)
    felt, lost = pert(CARRY, rng), pert(LOSS, rng)
    tables = ("reason_load", "reason_at_touchpoint", "gaps", "drivers", "usage", "signals")
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in tables}
    listed, net = [], {}
    for number in range(LIST):
        place, reason, name = f"T{number}", f"r{number}", f"A{number}"
        contacts, gap, slope, used, share = rng.uniform(50, 1500), rng.uniform(0.3, 2.0), rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.95), 0.8
        mode = rng.uniform(0.15, 0.7)
        three = (mode * 0.6, mode, min(1.0, mode * 1.4))
        cost = rng.uniform(1000, 30_000), rng.uniform(0, 12_000)
        parts["reason_load"] += [told("contacts_per_year", contacts, 0.15 * contacts, rng, reason_id=reason)]
        parts["reason_load"] += [told("contact_cost", 7.0, 0.0, rng, reason_id=reason)]
        parts["reason_at_touchpoint"] += [
            told("reason_at", part, 0.03, rng, touchpoint_id=place, reason_id=of) for of, part in ((reason, share), ("x", 0.2))
        ]
        parts["signals"] += [told("signal_share", 0.0, 0.0, rng, reason_id=reason)]  # failures that hold no chance, as is known
        parts["gaps"] += [told("gap", -gap, 0.12 * noise, rng, touchpoint_id=place)]
        parts["drivers"] += [told("driver_coefficient", slope, 0.08 * noise, rng, item_id=place)]
        parts["usage"] += [told("not_used_share", 1 - used, 0.02 * noise, rng, touchpoint_id=place)]
        row = {"action_id": name, "name_de": name, "touchpoint_id": place, "reason_id": reason, "effect_on": "contacts", "aim": "meet"}
        row |= dict(zip(("effect_low", "effect_mode", "effect_high"), three, strict=True)) | {"departments": "X", "type": "process"}
        listed.append(row | {"cost_once": cost[0], "cost_year": cost[1]})
        effect = pert(three, rng)
        points = effect * felt * gap * slope * used * share
        net[name] = effect * contacts * 7.0 + points * lost * MARGIN * YEARS * CUSTOMERS - cost[0] / 3 - cost[1]
    saved = {name: stack(*tables) for name, tables in parts.items()}
    saved["loss_per_point"] = told("loss_per_point", lost, 0.004 * noise, rng, item_id="recommend")
    whole, kept = (told("margin_per_year", MARGIN, 0.0, rng, **level) for level in ({}, {"kept": "retained"}))
    saved["customer_value"] = stack(whole, kept.assign(n=CUSTOMERS))
    reasons = pd.DataFrame({"reason_id": ["x", *[f"r{number}" for number in range(LIST)]], "failure_demand": True})
    return saved, reasons, pd.DataFrame(listed), pd.Series(net)


def world(n: int, repetitions: int) -> list[Result]:
    """How often the span of the net benefit holds the truth, the truly best three are among the first five, and chances come true."""
    rng, hits, found, stated, came = generator("actions", n), [], [], [], []
    places = pd.DataFrame(
        {"touchpoint_id": [f"T{number}" for number in range(LIST)], "influence": "direct", "stage": "x", "seq": range(LIST)}
    )
    for repetition in range(repetitions):
        saved, reasons, listed, net = client(n, rng)
        settings = {
            "carry": CARRY,
            "loss_prior": LOSS,
            "customer_years": YEARS,
            "years": 3,
            "currency": "EUR",
            "draws": DRAWS,
            "level": LEVEL,
        }
        items = {place: place for place in places["touchpoint_id"]}
        worth = actions.weigh(listed, places, reasons, saved=saved, items=items, as_of=date(2026, 1, 1), seed=repetition, **settings)
        ranked = actions.rank(worth)
        row = ranked[ranked["metric"].eq("net_benefit")].set_index("action_id").loc[net.index]
        hits.append(((row["low"] <= net) & (net <= row["high"])).to_numpy(float))
        first = set(ranked[ranked["metric"].eq("action_rank") & ranked["value"].le(AMONG)]["action_id"])
        found.append(float(set(net.nlargest(BEST).index) <= first))
        often = ranked[ranked["metric"].eq("pays_probability")].set_index("action_id").loc[net.index, "value"]
        stated.append(often.mean())
        came.append((net > 0).mean())
    return [
        _spans(name_of("coverage", "net_benefit", "saved tables", n), np.array(hits)),
        _best(name_of("best three among the first five", "action_rank", "saved tables", n), found),
        _stated(name_of("stated less true", "pays_probability", "saved tables", n), np.array(stated) - np.array(came)),
    ]


def _spans(name: str, hits: np.ndarray) -> Result:
    share, low, high = sure_of(hits)
    return Result(
        name,
        share,
        "share of 90 % intervals",
        "0.85–0.95",
        bool(high >= 0.85 and low <= 0.95),
        f"99 % {low:.3f}–{high:.3f}; {len(hits)} repetitions",
    )


def _best(name: str, found: list[float]) -> Result:
    share, low, high = sure_of(np.array(found))
    return Result(name, share, "share of clients", "≥ 0.9", bool(high >= 0.9), f"99 % {low:.3f}–{high:.3f}; {len(found)} repetitions")


def _stated(name: str, apart: np.ndarray) -> Result:
    mean, reach = float(apart.mean()), 2.576 * float(apart.std(ddof=1)) / np.sqrt(len(apart))
    return Result(name, mean, "difference", "0 ± 0.05", abs(mean) <= 0.05 + reach, f"99 % ± {reach:.3f}; {len(apart)} repetitions")


def saved_of(params: Params, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return what the pages before 16 would save of a simulated client, with planted reasons."""
    reasons, chance = tables["reasons"], params.chance
    log = volume.logged(tables["contacts"].assign(reason_id=tables["contacts"]["_reason"], unassigned=False))
    sampled = {"cluster": params.volume.cluster, "weight": "weight", "count": "contact_id", **chance}
    outside = tuple(reasons.loc[~reasons["concern"].fillna(True), "reason_id"])
    shares = value.assigned(log)
    counted = stack(*[_share(shares, name, sampled) for name in shares["reason_id"].dropna().unique() if name not in outside])
    whose = tables["customers"][["customer_id", "segment"]]
    responses = (
        tables["responses"].merge(whose, on="customer_id", how="left") if "segment" not in tables["responses"] else tables["responses"]
    )
    responses = loyalty.behaviour(responses, customers=tables["customers"], orders=tables["orders"], **params.following)
    judged = {"outcome": params.outcomes[0], "items": params.compared, **params.sampling}
    settings = {"min_cell": params.asymmetry.min_cell, "ratio": params.asymmetry.ratio}
    lost = {"item": params.outcomes[0], "horizon_days": params.loyalty.horizon_days, "adjust": params.loyalty.adjust}
    met = {"quotes": tables["quotes"], "messages": tables["messages"], "billed": tables["invoices"], "reasons": reasons, **params.met}
    pain = {"item": params.outcomes[0], "memory_days": params.pain_points.memory_days, "adjust": params.pain_points.adjust, "settings": met}
    pain |= {"orders": tables["orders"], "cluster": params.volume.cluster, **chance}
    return {
        "reason_load": value.reason_load(counted, reasons, log, outside=outside, **params.loading),
        "reason_at_touchpoint": quality.concentration(log, by="touchpoint_id", outside=outside, **sampled),
        "gaps": gaps.gap(responses, by=["touchpoint_id"], **params.sampling),
        "usage": scores.usage(responses, **params.sampling),
        "drivers": drivers.fit(responses, **judged).estimates,
        "asymmetry": asymmetry.fit(responses, **judged, **params.zero_line, **settings).estimates,
        "pain_damage": pain_points.damage(log, responses, **pain),
        "loss_per_point": loyalty.loss_per_point(responses, **lost, **params.sampling),
        "customer_value": loyalty.customer_value(tables["customers"], orders=tables["orders"], as_of=params.last_day, **chance),
    }


def _share(log: pd.DataFrame, name: str, sampled: dict[str, object]) -> pd.DataFrame:
    from cxlib import estimates

    part = estimates.share(log.assign(flag=log["reason_id"].eq(name).astype(float)), "flag", metric="reason_share", **sampled)
    part.insert(0, "reason_id", pd.Series([name], dtype="str"))
    return part


def demo(repetitions: int) -> list[Result]:
    """The demo client with another seed: are its truly best three next actions among the first five?"""
    params, found = load(project_root(), "demo"), []
    reasons = intake.prepare(project_root(), params).table("reasons")
    for repetition in range(repetitions):
        tables = company.grown(Plan(seed=500 + repetition))[0] | {"reasons": reasons}
        protect = value.named(tables["reasons"], params.value.protect)
        lists = (tables["actions"], tables["touchpoints"], tables["reasons"])
        worth = actions.weigh(*lists, saved=saved_of(params, tables), protect=protect, **params.weighing)
        ranked = actions.rank(worth)
        first = ranked[ranked["metric"].eq("action_rank") & ranked["value"].le(AMONG)]["action_id"]
        found.append(float(TRUE_BEST.issubset(first)))
    return [_best(name_of("best three among the first five", "action_rank", "demo", 1), found)]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells."""
    made = [
        Cell(ROOM, name_of("net benefit and rank", "actions", "saved tables", n), 60 if quick else 400, partial(world, n))
        for n in ((300,) if quick else (300, 1000, 3000))
    ]
    return made if quick else [*made, Cell(ROOM, name_of("best three", "actions", "demo", 1), 50, demo)]
