"""How the house deals with contacts: waits, calls given up, transfers, answers, promises to call back, solutions of claims."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd

from cxlib.simulate.exposure import Exposure
from cxlib.simulate.reasons import code, reasons

__all__ = ["CHANNELS", "DEPARTMENTS", "OUTCOMES", "PROMISES", "REACHED", "answer_hours", "in_service", "serve", "wait_seconds"]

CHANNELS = ("phone", "email", "web_form", "chat", "fax", "letter")
DEPARTMENTS = ("KC", "ID", "AD", "AT", "DI", "LO", "KD", "RW", "QM", "BH", "EC", "MK", "AK", "ZE")
STAFF = {"KC": 11, "ID": 16, "AD": 14, "AT": 7, "DI": 9, "LO": 6, "KD": 8, "RW": 4, "QM": 5, "BH": 6, "EC": 4, "MK": 5, "AK": 2, "ZE": 2}
OUTCOMES = ("resolved", "forwarded", "callback", "sale", "no_solution", "return", "credit", "cancelled")
PROMISES = ("callback", "information")

REACHED = {"KC": 0.91, "ID": 0.74, "AD": 0.58, "KD": 0.66, "BH": 0.43, "ZE": 0.88, "AT": 0.70, "RW": 0.62, "QM": 0.65}
REACHED_ELSEWHERE = 0.72
CALLS_AT_KC, CALLS_AT_RECEPTION = 0.62, 0.05
ABANDONED, ABANDONED_MONDAY = 0.097, 0.22
WAIT_MEDIAN, WAIT_90, QUIET_HOURS = 48.0, 250.0, 0.61
ONE_TRANSFER, MORE_TRANSFERS, PING_PONG = 0.20, 0.089, 0.031
SOLVED = (0.71, 0.52, 0.29)  # at the first contact, by 0, 1 and more transfers
NEVER_ANSWERED = {"email": 0.068, "web_form": 0.119, "fax": 0.09, "letter": 0.09, "chat": 0.02}
ANSWER_H, ANSWER_SIGMA = 15.0, 1.27  # before the choice of a time at work: median 9.4 h, nine of ten within 61 h after it
KEPT = {"BH": 0.31, "KC": 0.68}
KEPT_ALL = 0.54
CLAIM_DAYS, CLAIM_SIGMA, INTERIM = 16.0, 0.7, 0.34
FOLLOW_UPS = (1.7, 0.5)  # per claim, without and with an interim status
OPENS, CLOSES, CLOSES_FRIDAY = 450, 990, 870
_CANDIDATES = 5


def serve(rng: np.random.Generator, ex: Exposure, log: pd.DataFrame) -> pd.DataFrame:
    """Add to contacts what the house made of them.

    Parameters
    ----------
    rng : Generator
    ex : Exposure
    log : DataFrame
        reason, channel (codes), day, minute (of the day).

    Returns
    -------
    DataFrame
        The contacts with outside (the service hours), received, handled (codes of departments, −1 for nobody), abandoned, reached,
        wait_s, transfers (−1 where nobody dealt with it), ping_pong, solved, outcome, promise (codes, −1 for none), handle_s, answer_h,
        solved_h, promise_due_h, promise_done_h (hours after the contact, NaN where it did not happen) and interim (claims alone).
    """
    log = log.copy()
    phone = (log["channel"] == 0).to_numpy()
    log["outside"] = phone & ~in_service(ex, log["day"].to_numpy(), log["minute"].to_numpy())
    _receive(rng, log, phone)
    _queue(rng, log, phone)
    dealt = log["reached"].to_numpy() | ~phone
    _answer(rng, ex, log, phone)
    dealt &= phone | log["answer_h"].notna().to_numpy()
    _transfer(rng, log, dealt)
    _solve(rng, log, dealt, phone)
    _promise(rng, log, phone)
    return log


def in_service(ex: Exposure, day: np.ndarray, minute: np.ndarray) -> np.ndarray:
    """Tell whether somebody takes calls: Monday to Thursday 7:30–16:30, Friday to 14:30, not on holidays."""
    weekday = ex.days["weekday"].to_numpy()[day]
    working = ex.days["open"].to_numpy()[day]
    return working & (minute >= OPENS) & (minute < np.where(weekday == 5, CLOSES_FRIDAY, CLOSES))


def wait_seconds(rng: np.random.Generator, weekday: np.ndarray, hour: np.ndarray) -> np.ndarray:
    """Draw the waits in the queue: short in the quiet hours of the week, long in the busy ones.

    Over all calls the median is 48 s and nine of ten wait at most 4:10 min; in 61 % of the week's service hours at least four of five
    calls are taken within 20 s.
    """
    cell = weekday * 24 + hour
    calls = np.bincount(cell, minlength=8 * 24)
    used = np.flatnonzero(calls)
    quiet = np.zeros(len(calls), dtype=bool)
    quiet[used[np.argsort(calls[used], kind="stable")][: round(QUIET_HOURS * len(used))]] = True
    calm = quiet[cell]
    share = min(float(calm.mean()), 0.48) if len(calm) else 0.0
    normal = NormalDist()
    short = 7.0 * np.exp(0.75 * rng.standard_normal(len(cell)))
    below = normal.cdf(np.log(WAIT_MEDIAN / 7.0) / 0.75)
    low, high = (normal.inv_cdf((at - share * most) / (1 - share)) for at, most in ((0.5, below), (0.9, 1.0)))
    sigma = np.log(WAIT_90 / WAIT_MEDIAN) / (high - low)
    long = WAIT_MEDIAN * np.exp(sigma * (rng.standard_normal(len(cell)) - low))
    return np.round(np.where(calm, short, np.minimum(long, 1800.0)))


def answer_hours(rng: np.random.Generator, ex: Exposure, day: np.ndarray, minute: np.ndarray, median: float, sigma: float) -> np.ndarray:
    """Draw hours to an answer: lognormal, but of a few candidates one that falls into somebody's working time."""
    hours = median * np.exp(sigma * rng.standard_normal((_CANDIDATES, len(day))))
    moment = day * 1440.0 + minute + hours * 60
    table = np.concatenate([_at_work(ex).ravel(), np.tile(_week_at_work(ex), 30)])
    chance = table[np.minimum((moment // 30).astype(np.int64), len(table) - 1)].cumsum(axis=0)
    pick = (rng.random(len(day)) * chance[-1] > chance[:-1]).sum(axis=0)
    return hours[pick, np.arange(len(day))]


def _at_work(ex: Exposure) -> np.ndarray:
    """How likely somebody answers in each half hour of each day."""
    half = np.arange(48) * 30
    hours = np.where((half >= OPENS) & (half < CLOSES), 1.0, np.where((half >= 360) & (half < 1260), 0.5, 0.01))
    friday = np.where((half >= CLOSES_FRIDAY) & (half < CLOSES), 0.5, hours)
    days = ex.days
    weekday = days["weekday"].to_numpy()
    table = np.where((weekday == 5)[:, None], friday, hours)
    return table * np.where(days["open"], 1.0, 0.15)[:, None]


def _week_at_work(ex: Exposure) -> np.ndarray:
    """A week like any other, from the day after the period on."""
    table = _at_work(ex)
    return (table[-14:-7] if len(table) >= 14 else table).ravel()


def _receive(rng: np.random.Generator, log: pd.DataFrame, phone: np.ndarray) -> None:
    """Calls go to the contact centre, the reception or straight to a department; what is written goes to who is in charge."""
    table, n = reasons(), len(log)
    index = {name: number for number, name in enumerate(DEPARTMENTS)}
    charge = table["department"].map(index).to_numpy()[log["reason"]]
    group = table["group"].isin(("presales_information", "quote", "contract", "growth_feedback")).to_numpy()[log["reason"]]
    uniform = rng.random((2, n))
    direct = np.where(np.isin(charge, [index[name] for name in ("KC", "LO", "MK", "AK", "EC", "ZE")]), index["ID"], charge)
    direct = np.where(group & (uniform[1] < 0.5), index["AD"], direct)
    kc, reception = uniform[0] < CALLS_AT_KC, uniform[0] > 1 - CALLS_AT_RECEPTION
    call = np.select([log["outside"].to_numpy(), kc, reception], [-1, index["KC"], index["ZE"]], direct)
    shared = np.where(uniform[1] < 0.35, index["KC"], charge)  # info@ is the contact centre's
    log["charge"] = charge
    log["received"] = np.where(phone, call, shared)


def _queue(rng: np.random.Generator, log: pd.DataFrame, phone: np.ndarray) -> None:
    """Waits, calls given up, and who was reached at the first attempt."""
    n, rows = len(log), np.flatnonzero(phone & ~log["outside"].to_numpy())
    weekday, hour = log["weekday"].to_numpy()[rows], (log["minute"].to_numpy()[rows] // 60).astype(np.int64)
    wait, gave_up, reached = np.full(n, np.nan), np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    wait[rows] = wait_seconds(rng, weekday, hour)
    received = log["received"].to_numpy()[rows]
    rush = (weekday == 1) & (hour == 8)
    lean = np.where(received == 0, 0.86, 1.23)
    base = (ABANDONED * len(rows) - ABANDONED_MONDAY * rush.sum()) / max(lean[~rush].sum(), 1.0)
    chance = np.where(rush, ABANDONED_MONDAY, np.maximum(base, 0.0) * lean)
    left = rng.random(len(rows)) < chance
    goal = np.array([REACHED.get(name, REACHED_ELSEWHERE) for name in DEPARTMENTS])[received]
    stays = 1 - np.bincount(received, chance, len(DEPARTMENTS)) / np.maximum(np.bincount(received, minlength=len(DEPARTMENTS)), 1)
    gave_up[rows] = left
    reached[rows] = ~left & (rng.random(len(rows)) < goal / stays[received])
    log["wait_s"], log["abandoned"], log["reached"] = wait, gave_up, reached


def _answer(rng: np.random.Generator, ex: Exposure, log: pd.DataFrame, phone: np.ndarray) -> None:
    """First answers to what was written: some never come."""
    hours = np.full(len(log), np.nan)
    chat = (log["channel"] == CHANNELS.index("chat")).to_numpy()
    rows = np.flatnonzero(~phone & ~chat)
    hours[rows] = answer_hours(rng, ex, log["day"].to_numpy()[rows], log["minute"].to_numpy()[rows], ANSWER_H, ANSWER_SIGMA)
    hours[chat] = np.exp(rng.standard_normal(int(chat.sum())) * 0.9 + np.log(2.0)) / 60
    never = np.array([NEVER_ANSWERED.get(name, 0.0) for name in CHANNELS])[log["channel"]]
    hours[rng.random(len(log)) < never] = np.nan
    log["answer_h"] = hours


def _transfer(rng: np.random.Generator, log: pd.DataFrame, dealt: np.ndarray) -> None:
    """Pass contacts on, some to and fro between accounts receivable and inside sales."""
    n = int(dealt.sum())
    received, charge = log["received"].to_numpy(), log["charge"].to_numpy()
    money, sales = DEPARTMENTS.index("BH"), DEPARTMENTS.index("ID")
    swing = np.where(charge == money, 2.5, np.where(charge == sales, 1.0, 0.0)) * dealt
    ping = rng.random(len(log)) < swing * PING_PONG * n / max(swing.sum(), 1.0)
    lean = np.where(received == charge, 0.4, 1.5) * (dealt & ~ping)
    per = n / max(lean.sum(), 1.0)
    uniform = rng.random(len(log))
    more, one = lean * (MORE_TRANSFERS - ping.sum() / max(n, 1)) * per, lean * ONE_TRANSFER * per
    transfers = np.where(uniform < more, 2, np.where(uniform < more + one, 1, 0))
    transfers = np.where(ping, 2, transfers) + ((transfers == 2) | ping) * (rng.random(len(log)) < 0.25)
    log["transfers"] = np.where(dealt, transfers, -1)
    log["ping_pong"] = ping
    handled = np.where(transfers > 0, charge, received)
    log["handled"] = np.where(dealt, handled, -1)


def _solve(rng: np.random.Generator, log: pd.DataFrame, dealt: np.ndarray, phone: np.ndarray) -> None:
    """Whether the first contact solved it, what came of it otherwise, and when it was solved at last."""
    n, transfers = len(log), log["transfers"].to_numpy()
    claim = (log["reason"] == code("complaint.quality_claim")).to_numpy()
    others = 1 - (claim & dealt).sum() / max(dealt.sum(), 1)  # claims are never solved at once
    solved = dealt & ~claim & (rng.random(n) < np.array(SOLVED)[np.clip(transfers, 0, 2)] / others)
    end = {"order.order_placement": "sale", "order.reorder_standard": "sale", "complaint.return_exchange": "return"}
    end |= {"billing.credit_goodwill": "credit", "contract.cancellation": "cancelled"}
    good = reasons()["reason"].map(end).fillna("resolved").map(OUTCOMES.index).to_numpy()[log["reason"]]
    uniform = rng.random((3, n))
    bad = np.select([phone & (uniform[0] < 0.42), uniform[0] < 0.75], [2, 1], 4)
    taken = phone & ~log["reached"].to_numpy() & ~log["abandoned"].to_numpy() & ~log["outside"].to_numpy()
    message = taken & (uniform[1] < 0.7)  # somebody else takes a message
    log["solved"] = solved
    log["outcome"] = np.select([solved, message, dealt], [good, 2, bad], -1)
    log["handle_s"] = np.where(log["reached"], np.round(240 * np.exp(0.7 * rng.standard_normal(n))), np.nan)
    later = 30 * np.exp(1.1 * rng.standard_normal(n))
    spoken = (np.nan_to_num(log["wait_s"]) + np.nan_to_num(log["handle_s"])) / 3600
    first = np.where(phone, spoken, log["answer_h"])
    hours = np.where(solved, first, np.where(dealt & (uniform[2] < 0.86), first + later, np.nan))
    days = CLAIM_DAYS * np.exp(CLAIM_SIGMA * rng.standard_normal(n))
    log["solved_h"] = np.where(claim & dealt, np.maximum(days * 24, first + 1), hours)
    log["interim"] = claim & (rng.random(n) < INTERIM)


def _promise(rng: np.random.Generator, log: pd.DataFrame, phone: np.ndarray) -> None:
    """Promises to call back the same day, and to send something: who keeps them."""
    n = len(log)
    informs = (log["outcome"] == 1) & (rng.random(n) < 0.22)
    promise = np.select([log["outcome"] == 2, informs], [0, 1], -1)
    minute, weekday = log["minute"].to_numpy(), log["weekday"].to_numpy()
    closes = np.where(weekday == 5, CLOSES_FRIDAY, CLOSES)
    started = np.where(phone, 0.0, np.nan_to_num(log["answer_h"]))
    same_day = np.maximum(closes - minute, 60) / 60
    due = np.where(promise == 1, started + 48, same_day)
    who = np.where(log["handled"] >= 0, log["handled"], log["received"])
    back = promise == 0
    names = np.array(DEPARTMENTS)[np.maximum(who, 0)]
    kept = np.array([KEPT.get(name, np.nan) for name in DEPARTMENTS])[np.maximum(who, 0)]
    others = back & np.isnan(kept)
    rest = (KEPT_ALL * back.sum() - kept[back & ~others].sum()) / max(int(others.sum()), 1)
    kept = np.where(np.isnan(kept), np.clip(rest, 0.0, 1.0), kept)
    kept = np.where(promise == 1, 0.7, kept)
    uniform, share = rng.random((2, n)), rng.random(n)
    in_time = started + (due - started) * (0.1 + 0.85 * share)
    late = due + np.where(uniform[1] < 0.75, 14 + 40 * share, np.nan)  # a quarter never happens
    log["promise"] = np.where(np.isin(names, DEPARTMENTS), promise, -1)
    log["promise_due_h"] = np.where(promise >= 0, due, np.nan)
    log["promise_done_h"] = np.where(promise >= 0, np.where(uniform[0] < kept, in_time, late), np.nan)
