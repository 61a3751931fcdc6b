"""The loyalty slice of the validity study: coverage and false alarms where the truth is exact, and recovery in simulated clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, Cell, alarmed, name_of
from _validity_samples import ALL_SIZES, Columns, Estimate, Figure, cells_of
from scipy import special

from cxlib import estimates
from cxlib.simulate import answers, people, trade
from cxlib.simulate.drivers import RATED
from cxlib.simulate.plan import Plan
from cxlib.survey import loyalty

ROOM = "loyalty"
AT, WATCHED = 180, (60, 400)
DISAPPOINTED = 0.3
STAY, STAY_DISAPPOINTED = 0.93, 0.85
AGAIN = {3.0: 0.5, 5.0: 0.6, 7.0: 0.7}
PACE, PACE_PROMOTER = 4.0, 8.0


def lasting(z: np.ndarray, rng: np.random.Generator, *, share: float | np.ndarray) -> Columns:
    """Exponential times of which `share` exceed `AT` days, watched for an independent time in whole days."""
    until = np.ceil(special.log_ndtr(z) * AT / np.log(share))
    watched = rng.integers(*WATCHED, len(z))
    return {"t": np.minimum(until, watched).clip(min=1).astype(float), "e": (until <= watched).astype(float)}


def two_classes(z: np.ndarray, rng: np.random.Generator, *, disappointed: float) -> Columns:
    worse = rng.random(len(z)) < DISAPPOINTED
    columns = lasting(z, rng, share=np.where(worse, disappointed, STAY))
    return {**columns, "experience": np.where(worse, "disappointed", "fine").astype(object)}


def flags(z: np.ndarray, rng: np.random.Generator, *, disappointed: float) -> Columns:
    """Whether a customer left, by experience."""
    columns = two_classes(z, rng, disappointed=disappointed)
    share = np.where(columns["experience"] == "disappointed", disappointed, STAY)
    return {"left": (z > special.ndtri(share)).astype(float), "experience": columns["experience"]}


def doses(z: np.ndarray, rng: np.random.Generator, *, effect: float) -> Columns:
    """Buying again, in a share that rises with ease; its slope is known since the dose does not depend on z."""
    ease = rng.choice(list(AGAIN), len(z))
    share = 0.6 + effect * (ease - 5)
    return {"ease": ease, "again": (z < special.ndtri(share)).astype(float)}


def brought(z: np.ndarray, rng: np.random.Generator, *, promoter: float) -> Columns:
    """Referred customers a hundred customer years; some customers bring in far more than others."""
    years = rng.uniform(0.3, 0.9, len(z))
    says = np.where(rng.random(len(z)) < 0.4, "promoter", "detractor").astype(object)
    pace = np.where(says == "promoter", promoter, PACE) / 100 * np.exp(0.5 * z - 0.125)
    return {"brought": rng.poisson(pace * years).astype(float), "years": years, "intention": says}


def spent(z: np.ndarray, rng: np.random.Generator, *, more: float) -> Columns:
    worse = rng.random(len(z)) < 0.5
    return {"paid": np.exp(z + np.where(worse, 0.0, np.log(1 + more))), "won_by": np.where(worse, "other", "referral").astype(object)}


RETAINED = partial(estimates.survival, time="t", event="e", at=[AT])
RETAINED_MORE = partial(estimates.survival_difference, time="t", event="e", at=[AT], between="experience", reference="disappointed")
LEFT_MORE = partial(estimates.share_difference, flag="left", between="experience", reference="disappointed")
SLOPE = partial(estimates.slope, value="again", on="ease")
REFERS_MORE = partial(estimates.rate_difference, events="brought", exposure="years", per=100, between="intention", reference="detractor")
PAYS_MORE = partial(estimates.amount_difference, value="paid", between="won_by", reference="other")
MEAN = float(np.exp(0.5))


def of_figure(name: str, truth: float, columns: Callable[..., Columns], estimate: Estimate) -> Figure:
    return Figure(name, ROOM, truth, columns, estimate, rows_at_once=20_000)


FIGURES = (
    of_figure("retained share 0.93", STAY, partial(lasting, share=STAY), RETAINED),
    of_figure("retained share 0.7", 0.7, partial(lasting, share=0.7), RETAINED),
    of_figure("retained difference", STAY - STAY_DISAPPOINTED, partial(two_classes, disappointed=STAY_DISAPPOINTED), RETAINED_MORE),
    of_figure("reaction difference, left", STAY_DISAPPOINTED - STAY, partial(flags, disappointed=STAY_DISAPPOINTED), LEFT_MORE),
    of_figure("dose slope, share", 0.05, partial(doses, effect=0.05), SLOPE),
    of_figure("referrals difference", PACE_PROMOTER - PACE, partial(brought, promoter=PACE_PROMOTER), REFERS_MORE),
    of_figure("amount difference", 0.5 * MEAN, partial(spent, more=0.5), PAYS_MORE),
)
NO_EFFECT = (
    of_figure("retained difference, none", 0.0, partial(two_classes, disappointed=STAY), RETAINED_MORE),
    of_figure("reaction difference, none", 0.0, partial(flags, disappointed=STAY), LEFT_MORE),
    of_figure("dose slope, none", 0.0, partial(doses, effect=0.0), SLOPE),
    of_figure("referrals difference, none", 0.0, partial(brought, promoter=PACE), REFERS_MORE),
    of_figure("amount difference, none", 0.0, partial(spent, more=0.0), PAYS_MORE),
)


def simulated(size: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return answers and customers of a simulated client: who is going to leave is in a worse mood, referrals come by chance."""
    plan = Plan(size=size)
    who = people.people(plan)
    return answers.answers(plan, who, trade.trade(plan, who)).responses, who.customers


def client(size: float, redraws: int) -> list[Result]:
    """Difference in retention between delighted and disappointed after 260 days, and false alarms of referrals drawn anew."""
    asked, customers = simulated(size)
    options = {"as_of": date(2026, 6, 30), "cluster": "account_id"}
    items = [f"{one.name}_actual" for one in RATED]
    told = loyalty.retention(asked, customers=customers, items=items, days=[260], disappointed=0.5, **options)
    kept = told[told["metric"].eq("retained_difference") & told["experience"].eq("delighted")].iloc[0]
    asked, rng, alarms = asked[asked["item_type"].eq("nps")], np.random.default_rng(1), []
    older = customers.loc[customers["_way"].eq("existing"), "customer_id"].to_numpy()
    for _ in range(redraws):
        won = customers["_way"].eq("sales") & (rng.random(len(customers)) < 1 / 7)
        by = pd.Series(rng.choice(older, len(customers)), index=customers.index).where(won).astype("str")
        told = loyalty.referrals(asked, customers=customers.assign(referred_by=by), **options)
        word = told[told["metric"].eq("referrals_after_difference") & told["intention"].eq("promoter")].iloc[0]
        alarms.append(bool(word["low"] > 0 or word["high"] < 0))
    world, n = f"client of size {size:g}", len(customers)
    found = name_of("recovery", "retained, delighted − disappointed", world, n)
    note = f"95 % {kept['low']:.3f}–{kept['high']:.3f}; one client"
    return [
        Result(found, float(kept["value"]), "share of customers", "", None, note),
        alarmed(name_of("false alarms", "referrals by chance", world, n), np.array(alarms), unit="share of comparisons"),
    ]


def cells(quick: bool) -> list[Cell]:
    """Return the room's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions, redraws, clients = (QUICK_SIZES, 100, 10, (1.0,)) if quick else (ALL_SIZES, 1000, 150, (1.0, 2.0, 4.0))
    study = cells_of(FIGURES, sizes, repetitions) + cells_of(NO_EFFECT, sizes, repetitions, "false alarms")
    return study + [Cell(ROOM, f"simulated client of size {size:g}", redraws, partial(client, size)) for size in clients]
