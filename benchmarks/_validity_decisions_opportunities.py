"""The slice of the sales opportunities of the validity study: orders after contacts, buying again, ways to an order, the trade-off.

``n`` counts customers, for the trade-off contacts. Even and uneven: customers order and get in touch alike, or by a gamma with shape 0.8
that both share; busy: a season, and three in ten orders bring a contact about. Demo: the demo client with another seed.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of, sure_of

from cxlib.decisions import opportunities
from cxlib.estimates.rows import rows
from cxlib.simulate import coding, company
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import reasons as planted

ROOM = "decisions-opportunities"
START, DAYS = pd.Timestamp("2025-01-01", tz="UTC"), 540
LIVES = ("even", "uneven", "busy")
ORDERS, CONTACTS, FOLLOW = 0.012, 0.008, 0.3
REASONS, TOLERATED = 30, 0.02
CLIENTS = 4


def moments(day: np.ndarray) -> pd.Series:
    return pd.Series(START + pd.to_timedelta(day, unit="D")).dt.as_unit("us")


def lived(life: str, n: int, rng: np.random.Generator, bring: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts and orders; `bring` is the part of the contacts that bring an order within 60 days."""
    willing = np.ones(n) if life == "even" else rng.gamma(0.8, 1 / 0.8, n)
    season = 1 + (0.6 if life == "busy" else 0.0) * np.sin(np.arange(DAYS) / 58)
    (who, at), (caller, when) = (np.nonzero(rng.poisson(willing[:, None] * season * rate)) for rate in (ORDERS, CONTACTS))
    again = rng.random(len(who)) < (FOLLOW if life == "busy" else 0.0)
    caller, when = np.r_[caller, who[again]], np.r_[when + rng.random(len(when)), at[again] + rng.uniform(1, 20, int(again.sum()))]
    more = rng.random(len(caller)) < bring
    who, at = np.r_[who, caller[more]], np.r_[at + rng.random(len(at)), when[more] + rng.uniform(1, 60, int(more.sum()))]
    tables = []
    for one, day in ((caller, when), (who, at)):
        inside = np.flatnonzero(day < DAYS)
        tables.append(
            pd.DataFrame({"customer_id": [f"{number:06d}" for number in one[inside]]}).astype("str").assign(at=moments(day[inside]))
        )
    contacts, orders = tables
    contacts = contacts.assign(contact_id=contacts.index.astype("str"), reason_id="help", touchpoint_id="T1", sales_signal=True)
    contacts = contacts.rename(columns={"at": "contact_ts"}).assign(
        local_date=lambda rows: rows["contact_ts"].dt.tz_localize(None).dt.normalize()
    )
    return contacts, orders.rename(columns={"at": "order_ts"}).assign(order_id=orders.index.astype("str"))


FIGURES = {
    "captured_extra": lambda log, orders: opportunities.signals(log, NONE, orders, cluster="customer_id"),
    "ordered_extra": lambda log, orders: opportunities.contact_results(log, orders, pd.DataFrame(), window_days=30, cluster="customer_id"),
    "on_path_extra": lambda log, orders: opportunities.multi_touch(log, orders, cluster="customer_id"),
    "rebought_extra": lambda log, orders: opportunities.repurchase(log, orders, pd.DataFrame()),
}
NONE = pd.DataFrame({"reason_id": pd.Series([], dtype="str")})


def row_of(figure: str, life: str, n: int, rng: np.random.Generator, bring: float = 0.0) -> pd.Series:
    told = FIGURES[figure](*lived(life, n, rng, bring))
    found = told[told["metric"].eq(figure)]
    return found.iloc[0] if len(found) else pd.Series({"value": np.nan, "low": np.nan, "high": np.nan})


def null(figure: str, life: str, n: int, repetitions: int) -> list[Result]:
    """Contacts and orders that share customers, seasons and that orders bring contacts about: false alarms, and coverage of nothing.

    That orders bring contacts about is a link of its own for what follows and what comes before: of these two only buying again,
    which compares customers with as recent orders, is to see nothing in it.
    """
    rng, found = generator("opportunities", figure, life, n), []
    for _ in range(repetitions):
        row = row_of(figure, life, n, rng)
        found.append(np.nan if np.isnan(row["low"]) else float(not row["low"] <= 0 <= row["high"]))
    table = np.array(found)
    return [alarmed(name_of("false alarms", figure, life, n), table), covered(name_of("coverage", figure, life, n), 1 - table)]


@cache
def effect(life: str) -> float:
    """What buying again amounts to with very many customers, where four in ten contacts bring an order."""
    rng = generator("opportunities truth", life)
    return float(np.mean([row_of("rebought_extra", life, 3000, rng, 0.4)["value"] for _ in range(CLIENTS)]))


def brought(life: str, n: int, repetitions: int) -> list[Result]:
    """Contacts that bring orders: coverage, and how often they are found."""
    rng, hits, found = generator("opportunities brought", life, n), [], []
    for _ in range(repetitions):
        row = row_of("rebought_extra", life, n, rng, 0.4)
        hits.append(np.nan if np.isnan(row["low"]) else float(row["low"] <= effect(life) <= row["high"]))
        found.append(float(row["low"] > 0))
    value, low, high = sure_of(np.array(found))
    told = Result(name_of("found", "rebought_extra", life, n), value, "share of samples", "told", True, f"99 % {low:.3f}–{high:.3f}")
    return [covered(name_of("coverage", "rebought_extra planted", life, n), np.array(hits)), told]


def logs(n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts with reasons known; of reason r a part σ has a signal."""
    truth = pd.DataFrame({"reason_id": [f"r{number:02d}" for number in range(REASONS)]})
    truth["treatment"] = ["eliminate"] * 12 + ["automate"] * 8 + ["leverage"] * 10
    truth["share"] = rng.dirichlet(np.full(REASONS, 3.0))
    truth["rate"] = np.r_[rng.beta(0.6, 30, 12), rng.beta(1, 20, 8), rng.beta(12, 4, 10)]
    code = rng.choice(REASONS, n, p=truth["share"])
    log = pd.DataFrame({"contact_id": [f"{number}" for number in range(n)], "reason_id": truth["reason_id"].to_numpy()[code]}).astype("str")
    log["sales_signal"] = rng.random(n) < truth["rate"].to_numpy()[code]
    when = moments(rng.uniform(0, DAYS, n))
    return log.assign(
        unassigned=False, customer_id=log["contact_id"], contact_ts=when, local_date=when.dt.tz_localize(None).dt.normalize()
    ), truth


def traded(n: int, repetitions: int) -> list[Result]:
    """Chances lost and contacts saved at every step of the plan: coverage; so of the free point."""
    rng, lost, saved, beyond = generator("opportunities frontier", n), [], [], []
    for _ in range(repetitions):
        log, truth = logs(n, rng)
        chance = {"cluster": "customer_id", "draws": 200}
        hints = opportunities.signals(log, NONE, pd.DataFrame(), by=["reason_id"], min_n=1, **chance)
        codes = pd.get_dummies(log["reason_id"], dtype=float)
        weight = rng.poisson(1.0, (200, n)) @ codes.to_numpy()
        held = {"metric": "reason_share", "value": codes.mean().to_numpy(), "unit": "share", "n": n, "n_eff": float(n)}
        shares = rows(pd.DataFrame({"reason_id": codes.columns}), held | {"draws": (weight / weight.sum(axis=1, keepdims=True)).T})
        told = opportunities.frontier(shares, hints, truth, tolerated=TOLERATED)
        steps = told[told["step"].notna()]
        order = list(steps.loc[steps["metric"].eq("chances_lost_share"), "reason_id"])
        true = truth.set_index("reason_id").loc[order]
        sums = {
            "chances_lost_share": (true["share"] * true["rate"]).cumsum() / (truth["share"] * truth["rate"]).sum(),
            "contacts_saved_share": true["share"].cumsum(),
        }
        for metric, kept in (("chances_lost_share", lost), ("contacts_saved_share", saved)):
            part = steps[steps["metric"].eq(metric)].head(20).iloc[4::5]
            value = sums[metric].to_numpy()[:20][4::5]
            kept.append(((part["low"] <= value) & (value <= part["high"])).to_numpy(dtype=float))
        free = told[told["metric"].eq("contacts_saved_share") & told["point"].eq("free")].iloc[0]
        lost_at, saved_at = (np.r_[0.0, sums[metric].to_numpy()[:20]] for metric in ("chances_lost_share", "contacts_saved_share"))
        true_free = float(np.interp(TOLERATED, lost_at, saved_at))  # the last reason in part
        beyond.append(float(free["low"] <= true_free <= free["high"]))
    return [
        covered(name_of("coverage", "chances_lost_share", "contacts", n), np.array(lost), conservative=True),
        covered(name_of("coverage", "contacts_saved_share", "contacts", n), np.array(saved), conservative=True),
        covered(name_of("coverage", "free_share", "contacts", n), np.array(beyond), conservative=True),
    ]


def demo(repetitions: int) -> list[Result]:
    """What the demo client's staff note of sales reasons and of demand behind a question on status, with the true reasons: coverage."""
    hits = []
    for number in range(repetitions):
        tables, _ = company.grown(Plan(seed=500 + number))
        log = tables["contacts"].rename(columns={"_reason": "reason_id"})
        log = log[~log["_tally"]].assign(unassigned=False, local_date=lambda rows: rows["contact_ts"].dt.tz_localize(None).dt.normalize())
        log["concern_2_id"] = log["_concern"].where(log["_concern_kind"].eq("additional_demand"))
        kinds = planted().rename(columns={"reason": "reason_id"}).assign(sales_signal=lambda rows: rows["sales_reason"])
        told = opportunities.signals(log, kinds, tables["orders"], by=["told_by"], cluster="customer_id")
        behind = log["concern_2_id"].notna() & ~log["reason_id"].isin(kinds.loc[kinds["sales_signal"], "reason_id"])
        heard = (log["sales_signal"].notna() & behind).sum() / behind.sum()
        noted = told[told["metric"].eq("noted_share")].set_index("told_by")
        truth = {"reason": 0.85, "second_concern": coding.RECORDED / heard}
        hits.append([float(noted.loc[name, "low"] <= value <= noted.loc[name, "high"]) for name, value in truth.items()])
    return [covered(name_of("coverage", "noted_share", "demo", 15000), np.array(hits))]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 20) if quick else ([size for size in SIZES if size >= 300], 300)
    found = []
    for life in LIVES:
        for n in sizes:
            for figure in FIGURES:
                if life != "busy" or figure == "rebought_extra":
                    found.append(Cell(ROOM, name_of("false alarms", figure, life, n), repetitions, partial(null, figure, life, n)))
        n = max(sizes)
        found.append(Cell(ROOM, name_of("coverage", "rebought_extra planted", life, n), 5 if quick else 200, partial(brought, life, n)))
    for n in (1500,) if quick else (1500, 6000):
        found.append(Cell(ROOM, name_of("coverage", "chances_lost_share", "contacts", n), 10 if quick else 300, partial(traded, n)))
    found.append(Cell(ROOM, name_of("coverage", "noted_share", "demo", 15000), 1 if quick else 20, demo))
    return found
