"""The contact log of the demo client: what arrives, on which channel and when, what becomes of it, and what it leads to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxlib.simulate import calendar
from cxlib.simulate.arrivals import arrivals, habit_contacts
from cxlib.simulate.claims import attached
from cxlib.simulate.coding import GOLD, second_concerns
from cxlib.simulate.exposure import Exposure, day_of, exposure
from cxlib.simulate.follow_ups import follow_ups
from cxlib.simulate.ledger import ledger
from cxlib.simulate.people import People
from cxlib.simulate.people import people as people_of
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.planted import truth
from cxlib.simulate.rates import CONTACTS
from cxlib.simulate.reasons import PERSONAS, code, reasons
from cxlib.simulate.service import CHANNELS, serve
from cxlib.simulate.tally import tally
from cxlib.simulate.trade import Trade
from cxlib.simulate.trade import trade as trade_of

__all__ = ["coded", "log", "stream_log", "truth"]

CHUNK = 250_000  # rows of a file: what fits into memory with ease
CALLS = 0.560  # of what is not answered by the order's own channel; follow-ups call more often: 7,900 of 14,700 in all
OUTAGE, OUTAGE_MINUTES, MAILS_IN_OUTAGE = "2025-10-14", (550, 820), 2.3
PHONE_OF = {"Tanja": 0.4, "Werner": 1.05, "Kira": 0.25, "Ralf": 1.0, "Beate": 0.4, "none": 0.8}  # odds of calling
# share of calls outside the service hours: 31 % in farming, 40 % of Werner's, 11.5 % of all
OUTSIDE_FARMING, OUTSIDE = {"Werner": 0.475, "other": 0.075}, {"Werner": 0.29, "other": 0.0}
EARLY_WEEK = 0.3  # of Tanja's contacts on Thursday or Friday: they wait for the next Monday to Wednesday
# email, web form, chat, fax, letter
WRITES = {
    "Tanja": (0.89, 0.03, 0.05, 0.025, 0.005),
    "Werner": (0.56, 0.09, 0.20, 0.12, 0.03),
    "Kira": (0.70, 0.26, 0.04, 0.0, 0.0),
    "Ralf": (0.93, 0.02, 0.0, 0.01, 0.04),
    "Beate": (0.93, 0.03, 0.01, 0.01, 0.02),
    "none": (0.60, 0.20, 0.18, 0.01, 0.01),
}
ORDERED_BY = {"T16": "email", "T17": "phone", "T18": "fax"}


def log(plan: Plan, people: People, trade: Trade) -> pd.DataFrame:
    """Return the contact log with everything such a log has but texts.

    Parameters
    ----------
    plan : Plan
    people : People
    trade : Trade

    Returns
    -------
    DataFrame
        Contacts in the order of time, the tally week last. Hidden: ``_reason``, ``_concern`` and ``_concern_kind`` (the second concern),
        ``_concern_first`` (it is named first), ``_gold_second`` (what a second coder said), ``_persona``, ``_language``,
        ``_customer_id``, ``_person_id``, ``_order_id``, ``_invoice_id`` (also where the log does not know them), ``_delayed_order``,
        ``_has_text`` (written, or a call with a note), ``_outside`` (a call beyond the service hours), ``_department`` (that dealt with
        it), ``_ping_pong``, ``_interim`` (a claim with an interim status), ``_habit``, ``_tally``.
    """
    ex = exposure(plan, people, trade)
    made = coded(plan, ex, stream(plan, "contacts"))
    table = ledger(plan, ex, people, trade, made, stream(plan, "ledger"), labels=plan.count(GOLD))
    week = tally(plan, people, table.columns)
    return pd.concat([table, week], ignore_index=True) if len(week) else table


def coded(plan: Plan, ex: Exposure, rng: np.random.Generator) -> pd.DataFrame:
    """Return the contacts in numbers: rows of the exposure, codes of reasons, channels and departments, days and minutes.

    Returns
    -------
    DataFrame
        As :func:`cxlib.simulate.service.serve` and :func:`cxlib.simulate.coding.second_concerns` say, with customer, person, order,
        invoice, quote, document (a circular), persona, weekday, case (a number) and habit, in the order of time.
    """
    drawn = arrivals(plan, ex, rng)
    drawn = pd.concat([drawn.assign(habit=False), habit_contacts(plan, ex, rng, drawn).assign(habit=True)], ignore_index=True)
    first = serve(rng, ex, _placed(plan, ex, rng, drawn))
    first["case"] = _cases(first)
    later = follow_ups(ex, rng, first)
    later = serve(rng, ex, _placed(plan, ex, rng, later)).assign(case=later["case"].to_numpy())
    made = pd.concat([first, later], ignore_index=True)
    made = pd.concat([made, second_concerns(rng, made)], axis=1)
    made = made.iloc[np.lexsort((made["minute"], made["day"]))].reset_index(drop=True)
    made = attached(plan, ex, made)
    made["case"] = pd.factorize(made["case"])[0]
    return made


def _placed(plan: Plan, ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame) -> pd.DataFrame:
    """Give contacts persona, channel and time of day."""
    drawn = drawn.assign(persona=ex.persons["persona"].to_numpy()[drawn["person"]])
    drawn["day"] = _days(ex, rng, drawn)
    drawn["weekday"] = ex.days["weekday"].to_numpy()[drawn["day"]]
    drawn["channel"] = _channels(ex, rng, drawn)
    drawn["minute"] = _minutes(ex, rng, drawn)
    return _without_phone(plan, rng, drawn)


def _minutes(ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame) -> np.ndarray:
    """The time of day; farmers call outside the service hours more often than others do."""
    minute = np.empty(len(drawn))
    farm = ex.segments.index("farming") if "farming" in ex.segments else -1
    early = ex.customers["segment"].to_numpy()[drawn["customer"]] == farm
    for where, outside in ((early, OUTSIDE_FARMING), (~early, OUTSIDE)):
        some = drawn[where]
        kind = np.where(some["channel"] == 0, "phone", "written")
        persona = np.array(PERSONAS)[some["persona"]]
        minute[where] = calendar.clock(rng, len(some), persona, kind, some["weekday"].to_numpy(), outside)
    return minute


def _days(ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame) -> np.ndarray:
    """Move days to the month's end for those who close accounts then, and off the holidays of the customer's own state."""
    day, customer = drawn["day"].to_numpy(), drawn["customer"].to_numpy()
    billing = (reasons()["group"] == "billing").to_numpy()[drawn["reason"]]
    closing = billing & (drawn["persona"] == PERSONAS.index("Beate")) & ~ex.customers["new"].to_numpy()[customer]
    closing &= rng.random(len(day)) < 0.5
    last = len(ex.days) - 1
    ends = np.flatnonzero(ex.days["date"].dt.is_month_end)
    if len(ends):
        nearest = ends[np.abs(np.subtract.outer(np.arange(last + 1), ends)).argmin(axis=1)]
        moved = np.clip(nearest[day] + rng.integers(-3, 4, len(day)), 0, last)
        day = np.where(closing & (np.abs(moved - day) <= 18), ex.workday[moved], day)
    day = _early_week(ex, rng, drawn, day)
    away = ex.away[ex.customers["state"].to_numpy()[customer], day] & (rng.random(len(day)) < 0.9)
    return np.where(away, ex.workday[np.minimum(day + 1, last)], day)


def _early_week(ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame, day: np.ndarray) -> np.ndarray:
    """Let contacts of Tanja's wait from the week's end for the next Monday to Wednesday; others who come when they like take their days.

    Days are exchanged, so that the rhythm of the house stays as it is.
    """
    weekday = ex.days["weekday"].to_numpy()[day]
    week = (day + ex.days["weekday"].iloc[0] - 1) // 7
    # circulars and a new customer's first days have windows of their own
    may = (drawn["document"] < 0).to_numpy() & ~ex.customers["new"].to_numpy()[drawn["customer"]]
    tanja = (drawn["persona"] == PERSONAS.index("Tanja")).to_numpy()
    free = (reasons()["source"] == "person").to_numpy()[drawn["reason"]] & ~tanja
    late = rng.permutation(np.flatnonzero(may & tanja & np.isin(weekday, (4, 5))))
    early = rng.permutation(np.flatnonzero(may & free & (weekday <= 3)))
    waits = pd.DataFrame({"row": late[: round(EARLY_WEEK * len(late))]})
    waits["week"] = week[waits["row"]] + 1
    gives = pd.DataFrame({"other": early, "week": week[early]})
    pairs = [table.assign(place=table.groupby("week").cumcount()) for table in (waits, gives)]
    both = pairs[0].merge(pairs[1], on=["week", "place"])
    one, other = both["row"].to_numpy(), both["other"].to_numpy()
    moved = day.copy()
    moved[one], moved[other] = day[other], day[one]
    return moved


def _channels(ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame) -> np.ndarray:
    table, n = reasons(), len(drawn)
    persona, reason = drawn["persona"].to_numpy(), drawn["reason"].to_numpy()
    odds = np.array([PHONE_OF[name] for name in PERSONAS])[persona] * table["phone"].to_numpy()[reason]
    low, high = -6.0, 6.0
    for _ in range(30):  # the odds' level that gives the share of calls
        middle = (low + high) / 2
        scaled = odds * np.exp(middle)
        low, high = (middle, high) if (scaled / (1 + scaled)).mean() < CALLS else (low, middle)
    weekend = drawn["weekday"].to_numpy() >= 6
    chance = np.where(weekend, np.where(persona == PERSONAS.index("Werner"), 0.3, 0.0), scaled / (1 + scaled))
    form = np.where((table["group"] == "presales_information").to_numpy()[reason], 2.2, 1.0)
    writes = np.array([WRITES[name] for name in PERSONAS])[persona]
    writes[:, 1] *= form
    steps = np.cumsum(writes, axis=1)
    written = 1 + (rng.random((n, 1)) * steps[:, -1:] > steps[:, :-1]).sum(axis=1)
    channel = np.where(rng.random(n) < chance, 0, written)
    reorder = (reason == code("order.reorder_standard")) & (drawn["order"].to_numpy() >= 0)
    ordered = ex.orders["touchpoint"].map({name: CHANNELS.index(way) for name, way in ORDERED_BY.items()}).fillna(-1).to_numpy(dtype=int)
    own = ordered[drawn["order"].to_numpy()]
    return np.where(reorder & (own >= 0), own, channel)


def _without_phone(plan: Plan, rng: np.random.Generator, placed: pd.DataFrame) -> pd.DataFrame:
    """The telephones were dead one morning: some wrote instead, the others called in the afternoon."""
    first, last = OUTAGE_MINUTES
    mail, on = placed["channel"] == CHANNELS.index("email"), day_of(plan, OUTAGE)[0]
    hours, same = placed["minute"].between(first, last), (placed["day"] - on).isin([-28, -21, -14, -7, 7, 14, 21, 28])
    there, usual = hours & (placed["day"] == on), (hours & same & mail).sum() / 8
    calls = np.flatnonzero(there & (placed["channel"] == 0))
    more = min(max(round(MAILS_IN_OUTAGE * usual) - int((there & mail).sum()), 0), len(calls))
    writes, waits = np.split(rng.permutation(calls), [more])
    placed.loc[writes, "channel"] = CHANNELS.index("email")
    placed.loc[waits, "minute"] = last + 1 + rng.random(len(waits)) * 120
    return placed


def _cases(first: pd.DataFrame) -> np.ndarray:
    """Contacts on the same order and the same group of reasons belong to one case."""
    group = pd.factorize(reasons()["group"])[0][first["reason"]]
    order = first["order"].to_numpy()
    return np.where(order >= 0, order.astype(np.int64) * 64 + group, -1 - np.arange(len(first), dtype=np.int64))


def stream_log(plan: Plan, rows: int, folder: Path) -> list[Path]:
    """Write a log of many contacts to parquet, in chunks, with the generator of :func:`log`.

    Parameters
    ----------
    plan : Plan
        Its size does not count; each chunk is a branch of its own with customers, orders and contacts of its own.
    rows : int
        Contacts in all.
    folder : Path
        Made if it is not there.

    Returns
    -------
    list of Path
        ``contacts_000.parquet`` and on: the contract's columns, in the order of time within each file.

    Notes
    -----
    People and trade are made once; every branch has the same structure under ids of its own, and draws its contacts anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    branch = replace(plan, size=min(rows, CHUNK) * 1.03 / CONTACTS)  # a little more than needed; the rest is cut off
    who = people_of(branch)
    sold = trade_of(branch, who)
    ex = exposure(branch, who, sold)
    paths: list[Path] = []
    written = 0
    while written < rows:
        rng = stream(branch, f"branch {len(paths)}")
        table = ledger(branch, ex, who, sold, coded(branch, ex, rng), rng, labels=0)
        table = _renamed(table.iloc[: min(CHUNK, rows - written)], len(paths))
        paths.append(folder / f"contacts_{len(paths):03d}.parquet")
        pq.write_table(table, paths[-1], compression="zstd")
        written += table.num_rows
    return paths


def _renamed(table: pd.DataFrame, branch: int) -> pa.Table:
    """The public columns as Arrow, with ids that no other branch has."""
    public = pa.Table.from_pandas(table[[name for name in table if not name.startswith("_")]], preserve_index=False)
    for name in ("contact_id", "case_id", "thread_id", "customer_id", "account_id", "person_id", "order_id", "document_id"):
        at = public.schema.get_field_index(name)
        kind = public.schema.types[at]
        prefixed = pc.binary_join_element_wise(pa.scalar(f"{branch:02d}", kind), public.column(at), pa.scalar("", kind))
        public = public.set_column(at, name, prefixed)
    return public
