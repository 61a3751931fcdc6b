"""The slice of the pain points of the validity study: do their intervals hold what was planted, and do they stay quiet where nothing was?

``n`` counts customers. Even: all get in touch alike; uneven: rates are gamma with shape 0.7. Truths are closed forms.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from _measurement import Result
from _validity import QUICK_SIZES, SIZES, Cell, alarmed, covered, generator, name_of
from _validity_contact_log import LIVES, hit, one, willing

from cxlib.contacts import pain_points

ROOM = "contact-log-pains"
START, DAYS = pd.Timestamp("2025-01-06"), 168
PERIOD = (START.date(), (START + pd.Timedelta(days=DAYS - 1)).date())
ASKED, NEVER, MEDIAN_H = 3.0, 0.08, 10.0  # enquiries a customer, share never answered, half of the answered within
EXTRA, RATIO, PER_INVOICE, KNOWN = 0.08, 0.5, 0.1, 0.8
OUTSIDE, KNOWN_OUTSIDE, KNOWN_INSIDE = {"farm": 0.3, "oem": 0.05}, 0.5, 0.9
PENALTIES, MET = {"P04": 0.0, "P07": 0.5, "P10": 1.5, "P11": 0.5}, {"P04": 0.3, "P07": 0.15, "P10": 0.3, "P11": 0.4}


def ids(numbers: np.ndarray) -> pd.Series:
    """Numbers of customers as ids."""
    return pd.Series(pd.array([f"{number:06d}" for number in numbers], dtype="str"))


def day(numbers: np.ndarray) -> pd.Series:
    """Days of the log."""
    return pd.Series(START + pd.to_timedelta(numbers, unit="D")).dt.as_unit("us")


def enquiries(life: str, n: int, rng: np.random.Generator) -> dict[str, tuple[pd.Series, float]]:
    """P01: some never answered, the newest not yet; the log ends a month after the last enquiry but one."""
    who = np.repeat(np.arange(n), rng.poisson(willing(life, n, rng) * ASKED))
    asked = START.tz_localize("UTC") + pd.to_timedelta(rng.uniform(0, DAYS * 24, len(who)), unit="h")
    hours = np.where(rng.random(len(who)) < NEVER, np.nan, MEDIAN_H * np.exp(rng.normal(0, 1, len(who))))
    end = START.tz_localize("UTC") + pd.Timedelta(days=DAYS)
    answer = pd.Series(asked + pd.to_timedelta(hours, unit="h")).dt.as_unit("us")
    log = pd.DataFrame({"customer_id": ids(who), "contact_ts": pd.Series(asked).dt.as_unit("us"), "channel": "email"})
    log = log.assign(first_response_ts=answer.where(answer <= end), local_date=START)
    told = pain_points.unanswered(log, at_hours=[MEDIAN_H], as_of=end.to_pydatetime())
    return {
        "unanswered_share": (one(told, "unanswered_share"), NEVER + (1 - NEVER) / 2),
        "never_answered": (one(told, "never_answered"), NEVER + (1 - NEVER) * 1e-5),
    }


def mailings(life: str, n: int, rng: np.random.Generator, extra: float) -> pd.Series:
    """P04: half of the customers get a mailing, and some ask."""
    who = np.repeat(np.arange(n), rng.poisson(willing(life, n, rng) * 0.02 * DAYS))
    mailed = np.arange(n // 2)
    more = np.repeat(mailed, rng.poisson(extra, len(mailed)))
    when = np.r_[rng.integers(0, DAYS, len(who)), 84 + rng.integers(0, 7, len(more))]
    log = pd.DataFrame({"customer_id": ids(np.r_[who, more]), "local_date": day(when), "contact_ts": START.tz_localize("UTC")})
    mail = pd.DataFrame({"customer_id": ids(mailed), "document_id": "x", "sent_ts": day(np.full(len(mailed), 84)).dt.tz_localize("UTC")})
    return one(pain_points.confusing_information(log, mail, least=1, period=PERIOD), "extra_contacts")


def delays(life: str, n: int, rng: np.random.Generator) -> pd.Series:
    """P06: two orders a customer, all late; who is told in time asks half as often."""
    who = np.repeat(np.arange(n), 2)
    told = rng.random(len(who)) < 0.4
    orders = pd.DataFrame({"order_id": [str(number) for number in range(len(who))], "customer_id": ids(who), "promised_first": START})
    orders = orders.astype({"order_id": "str"}).assign(delivered_date=START + pd.Timedelta(days=5))
    count = rng.poisson(0.8 * np.where(told, RATIO, 1.0) * willing(life, n, rng)[who])
    log = pd.DataFrame(
        {"order_id": orders["order_id"].repeat(count).to_numpy(), "local_date": START, "contact_ts": START.tz_localize("UTC")}
    )
    sent = pd.DataFrame({"order_id": orders.loc[told, "order_id"], "type": "delay_notice", "sent_ts": START.tz_localize("UTC")})
    return one(pain_points.delay_notice(orders, sent, log, as_of=PERIOD[1]), "notice_contact_ratio")


def bills(life: str, n: int, rng: np.random.Generator) -> pd.Series:
    """P11: three invoices a customer; a fifth of the contacts names none."""
    who = np.repeat(np.arange(n), 3)
    names = np.array([f"r{number}" for number in range(len(who))])
    billed = pd.DataFrame(
        {"invoice_id": names, "order_id": [f"o{number}" for number in range(len(who))], "issued_ts": START.tz_localize("UTC")}
    )
    orders = pd.DataFrame({"order_id": billed["order_id"], "customer_id": ids(who)})
    count = rng.poisson(PER_INVOICE * willing(life, n, rng)[who])
    named = pd.Series(np.repeat(names, count), dtype="str")
    log = pd.DataFrame({"document_id": named.where(rng.random(len(named)) < KNOWN), "reason_id": "why", "local_date": START})
    log = log.assign(contact_ts=START.tz_localize("UTC"))
    return one(pain_points.invoices(log, billed, orders, reasons=["why"]), "invoice_contacts")


def attempts(life: str, n: int, rng: np.random.Generator) -> pd.Series:
    """P08: by segment, customers known half as often when nobody is there."""
    farm = rng.random(n) < 0.4
    who = np.repeat(np.arange(n), rng.poisson(willing(life, n, rng) * ASKED))
    out = rng.random(len(who)) < np.where(farm[who], OUTSIDE["farm"], OUTSIDE["oem"])
    known = rng.random(len(who)) < np.where(out, KNOWN_OUTSIDE, KNOWN_INSIDE)
    moment = START + pd.to_timedelta(np.where(out, 5, 10), unit="h")
    log = pd.DataFrame({"customer_id": ids(who).where(known), "contact_ts": pd.Series(moment).dt.tz_localize("UTC"), "channel": "phone"})
    log = log.assign(local_date=day(rng.integers(0, DAYS, len(who))), local_hour=moment.hour, local_weekday=1)
    people = pd.DataFrame({"customer_id": ids(np.arange(n)), "segment": np.where(farm, "farm", "oem")})
    told = pain_points.opening_hours(log, {1: ((8.0, 17.0),)}, people, of_customers=["segment"])
    return one(told[told["segment"].eq("farm")], "outside_hours")


def rated(life: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Damage: half of the customers answer twice; who gets in touch more often meets no more here."""
    names = {"P04": "mail", "P07": "queue", "P10": "around", "P11": "invoice"}
    hit_by = rng.random((n, len(MET))) < np.array(list(MET.values()))
    parts = [pd.DataFrame({"customer_id": np.flatnonzero(hit_by[:, k]), "reason_id": names[point]}) for k, point in enumerate(MET)]
    other = np.repeat(np.arange(n), rng.poisson(willing(life, n, rng) * ASKED))
    log = pd.concat([*parts, pd.DataFrame({"customer_id": other, "reason_id": "other"})], ignore_index=True)
    log = log.assign(customer_id=ids(log["customer_id"].to_numpy()), contact_ts=START.tz_localize("UTC"), local_date=START)
    log["contact_id"] = log.index.astype("str")
    who = np.r_[np.arange(n), np.arange(n // 2)]
    felt = 7 - hit_by[who] @ np.array(list(PENALTIES.values())) + rng.normal(0, 1, n)[who] + rng.normal(0, 1, len(who))
    told = pd.DataFrame({"customer_id": ids(who), "value": felt, "item_id": "overall", "state": "answered", "weight": 1.0})
    told = told.assign(response_id=told.index.astype("str"), respondent_id=told["customer_id"])
    told["survey_ts"] = (START + pd.Timedelta(days=30)).tz_localize("UTC")
    tags = pd.DataFrame({"reason_id": list(names.values()), "pain_point": list(names)})
    return pain_points.damage(log, told, item="overall", settings={"reasons": tags}, draws=200)


def coverage(figure: str, life: str, n: int, repetitions: int) -> list[Result]:
    """Share of intervals that hold what was planted."""
    rng, hits = generator("pains", figure, life, n), []
    makers = {
        "notice_contact_ratio": (delays, RATIO),
        "invoice_contacts": (bills, 1000 * PER_INVOICE),
        "outside_hours": (attempts, OUTSIDE["farm"]),
    }
    for _ in range(repetitions):
        if figure in makers:
            hits.append(hit(makers[figure][0](life, n, rng), makers[figure][1]))
        elif figure == "extra_contacts":
            hits.append(hit(mailings(life, n, rng, EXTRA), 100 * EXTRA))
        else:
            hits.append(hit(*enquiries(life, n, rng)[figure]))
    return [covered(name_of("coverage", figure, life, n), np.array(hits))]


def quiet(life: str, n: int, repetitions: int) -> list[Result]:
    """Mailings after which nobody asks more: false alarms."""
    rng = generator("pains quiet", life, n)
    alarms = [1 - hit(mailings(life, n, rng, 0.0), 0.0) for _ in range(repetitions)]
    return [alarmed(name_of("false alarms", "extra_contacts", life, n), np.array(alarms))]


def damaged(life: str, n: int, repetitions: int) -> list[Result]:
    """Damage, penalty and rank: coverage; and false alarms of a point that takes nothing away."""
    rng, hits, alarms, ranks = generator("pains damage", life, n), {"pain_damage": [], "pain_penalty": []}, [], []
    for _ in range(repetitions):
        told = rated(life, n, rng).set_index(["pain_point", "metric"])
        for point, penalty in PENALTIES.items():
            planted = {"pain_damage": penalty * MET[point], "pain_penalty": penalty}
            for metric, value in planted.items():
                hits[metric].append(hit(told.loc[(point, metric)], value))
        alarms.append(1 - hit(told.loc[("P04", "pain_damage")], 0.0))
        ranks += [hit(told.loc[(point, "pain_rank")], place) for point, place in {"P04": 4, "P07": 3, "P10": 1, "P11": 2}.items()]
    results = [covered(name_of("coverage", metric, life, n), np.array(found)) for metric, found in hits.items()]
    held = float(np.nanmean(ranks))
    name = name_of("coverage", "pain_rank", life, n)
    results.append(Result(name, held, "share of rank spans", "≥ 0.92", held >= 0.92, f"{len(ranks)} spans"))
    return [*results, alarmed(name_of("false alarms", "pain_damage", life, n), np.array(alarms))]


def cells(quick: bool) -> list[Cell]:
    """Return the slice's cells; quick, the smallest size and few repetitions."""
    sizes, repetitions = (QUICK_SIZES, 30) if quick else (SIZES, 1000)
    figures = ("unanswered_share", "never_answered", "extra_contacts", "notice_contact_ratio", "invoice_contacts", "outside_hours")
    found = []
    for life in LIVES:
        for n in sizes:
            for figure in figures:
                found.append(Cell(ROOM, name_of("coverage", figure, life, n), repetitions, partial(coverage, figure, life, n)))
            found.append(Cell(ROOM, name_of("false alarms", "extra_contacts", life, n), repetitions, partial(quiet, life, n)))
            found.append(Cell(ROOM, name_of("coverage", "pain_damage", life, n), repetitions, partial(damaged, life, n)))
    return found
