"""Which contacts arise, from what, by whom and on which day: Poisson rates by reason over orders, invoices, quotes and persons."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.draws import raked
from cxlib.simulate.exposure import NEVER, Exposure, choose, day_of, invoice_peak
from cxlib.simulate.plan import Plan
from cxlib.simulate.rates import anchors, per_weight, rates
from cxlib.simulate.reasons import PERSONAS, code, lags, reasons
from cxlib.simulate.windows import HABIT, HABIT_DAYS, WINDOWS, first_days

__all__ = ["CIRCULARS", "HEAT", "RELAUNCH", "arrivals", "by_person", "by_the_week", "habit_contacts", "with_persons"]

# date, document, recipients at size 1, questions per recipient within seven days: the price circular and the others
CIRCULARS = (
    ("2026-03-02", "DOC09", 700, 0.083),
    ("2025-03-24", "DOC12", 400, 0.012),
    ("2025-09-01", "DOC10", 400, 0.012),
    ("2025-10-01", "DOC11", 400, 0.012),
    ("2026-03-23", "DOC12", 400, 0.012),
)
RELAUNCH, RELAUNCH_DAYS, LOGIN = "2025-09-22", 35, 3.0
HEAT, HOSES = ("2025-06-30", "2025-07-12"), 1.8
ON_INVOICES = ("billing.invoice_comprehension", "billing.invoice_format", "billing.invoice_error")
COLUMNS = ("reason", "customer", "person", "order", "invoice", "quote", "document", "day")
_CANDIDATES = 10
_AFTER = 60  # days after the period that contacts may fall on before they are dropped
_FITTED = 20_000  # rows enough to fit the week at


def arrivals(plan: Plan, ex: Exposure, rng: np.random.Generator) -> pd.DataFrame:
    """Draw all contacts but those that follow up on others.

    Returns
    -------
    DataFrame
        One row a contact: reason (code), customer, person, order, invoice, quote (rows, −1 where there is none) and day.
    """
    table = reasons()
    rate = rates(plan, ex)
    parts = [_from_sources(plan, ex, rng, rate), _from_windows(plan, ex, rng, rate), _from_mailings(plan, ex, rng)]
    anchored = pd.concat(parts, ignore_index=True)
    wanted = np.where(table["source"] == "person", table["weight"], 0) * per_weight(plan, ex)
    for window in WINDOWS:
        wanted[code(window.reason)] *= 1 - window.share
    own = by_person(plan, ex, rng, rng.poisson(wanted))
    return pd.concat([with_persons(rng, ex, anchored), own, _bursts(plan, ex, rng, wanted)], ignore_index=True)[list(COLUMNS)]


def with_persons(rng: np.random.Generator, ex: Exposure, drawn: pd.DataFrame) -> pd.DataFrame:
    """Add to contacts of known customers the person who makes each, by the personas' affinity to the reason."""
    persons = ex.persons
    starts = np.searchsorted(persons["customer"].to_numpy(), np.arange(len(ex.customers) + 1))
    affinity = reasons()[list(PERSONAS)].to_numpy() + 0.02
    person = np.full(len(drawn), -1, dtype=np.int64)
    customer, reason = drawn["customer"].to_numpy(), drawn["reason"].to_numpy()
    uniform = rng.random(len(drawn))
    for number in np.unique(reason):
        rows = np.flatnonzero(reason == number)
        weight = affinity[number][persons["persona"].to_numpy()] * persons["activity"].to_numpy()
        total = np.concatenate([[0.0], np.cumsum(weight)])
        low, high = total[starts[customer[rows]]], total[starts[customer[rows] + 1]]
        person[rows] = np.minimum(np.searchsorted(total, low + uniform[rows] * (high - low), side="right") - 1, len(persons) - 1)
    return drawn.assign(person=person)


def by_person(plan: Plan, ex: Exposure, rng: np.random.Generator, wanted: np.ndarray, first: np.ndarray | None = None) -> pd.DataFrame:
    """Draw contacts that arise from persons: `wanted` of each reason, on days of their segment's rhythm.

    Parameters
    ----------
    plan, ex, rng
    wanted : ndarray of int
        Contacts by reason code.
    first : ndarray of int, optional
        Earliest day by customer row; left out, as long as the customer is one.
    """
    table, persons, customers = reasons(), ex.persons, ex.customers
    of = persons["customer"].to_numpy()
    presales = table["group"].isin(("presales_information", "quote", "no_customer_concern")).to_numpy()
    weight = persons["activity"].to_numpy() * customers["activity"].to_numpy()[of]
    begin = customers["first"].to_numpy() if first is None else first
    lasts = np.maximum(customers["last"].to_numpy() - begin + 1, 0)[of] / ex.rhythm.shape[1]
    prospect = customers["prospect"].to_numpy()[of]
    affinity = table[list(PERSONAS)].to_numpy()
    people, codes = [], []
    for number in np.flatnonzero(wanted):
        here = np.where(prospect, 3.0, 1.0) if presales[number] else np.where(prospect, 0.0, lasts)
        people.append(choose(rng, weight * here * affinity[number][persons["persona"].to_numpy()], wanted[number]))
        codes.append(np.full(wanted[number], number))
    person, reason = np.concatenate([*people, np.empty(0, int)]).astype(int), np.concatenate([*codes, np.empty(0, int)]).astype(int)
    customer = of[person]
    early = np.where(presales[reason] & (first is None), 0, begin[customer])
    day = _days_by_rhythm(plan, ex, rng, reason, customer, early)
    links = dict.fromkeys(("order", "invoice", "quote", "document"), -1)
    return pd.DataFrame({"reason": reason, "customer": customer, "person": person, **links, "day": day})


def _from_sources(plan: Plan, ex: Exposure, rng: np.random.Generator, rate: dict[int, np.ndarray]) -> pd.DataFrame:
    window = {code(item.reason): item.share for item in WINDOWS}
    parts = []
    for number, each in rate.items():
        kind, anchor = anchors(ex, reasons()["source"][number])
        frame = {"order": ex.orders, "invoice": ex.invoices, "quote": ex.quotes}[kind]
        lam = each
        if number in window:  # a new customer's first order has its own days (windows)
            lam = np.where(frame["first"], 0.0, each)
            lam = lam * each.sum() * (1 - window[number]) / max(lam.sum(), 1e-12)
        rows = choose(rng, lam, rng.poisson(lam.sum())) if lam.sum() > 0 else np.empty(0, int)
        parts.append(pd.DataFrame({"reason": number, "kind": kind, "source": rows, "anchor": anchor[rows]}))
    drawn = pd.concat(parts, ignore_index=True)
    drawn = drawn[drawn["anchor"] != NEVER].reset_index(drop=True)
    return _linked(ex, drawn.assign(day=_near(plan, ex, rng, drawn)))


def _from_windows(plan: Plan, ex: Exposure, rng: np.random.Generator, rate: dict[int, np.ndarray]) -> pd.DataFrame:
    parts = []
    for window in WINDOWS:
        number = code(window.reason)
        total = rate[number].sum() if number in rate else reasons()["weight"][number] * per_weight(plan, ex)
        kind = "invoice" if window.zero == "invoice" else "order"
        parts.append(first_days(rng, plan, ex, window, total * window.share).assign(reason=number, kind=kind))
    return _linked(ex, pd.concat(parts, ignore_index=True))


def _linked(ex: Exposure, drawn: pd.DataFrame) -> pd.DataFrame:
    """Turn the row of a source into links to order, invoice and quote, and drop what falls outside the period."""
    drawn = drawn[(drawn["day"] >= 0) & (drawn["day"] < ex.rhythm.shape[1])].reset_index(drop=True)
    source, kind = drawn["source"].to_numpy(), drawn["kind"].to_numpy()
    links = {name: np.where(kind == name, source, -1) for name in ("order", "invoice", "quote")}
    if len(ex.invoices):
        links["order"] = np.where(kind == "invoice", ex.invoices["order"].to_numpy()[np.maximum(links["invoice"], 0)], links["order"])
    frames = {"order": ex.orders, "invoice": ex.invoices, "quote": ex.quotes}
    customer = np.full(len(drawn), -1)
    for name, frame in frames.items():
        if len(frame):
            own = np.where(kind == name, source, 0)
            customer = np.where(kind == name, frame["customer"].to_numpy()[own], customer)
    return pd.DataFrame({"reason": drawn["reason"], "customer": customer, **links, "document": -1, "day": drawn["day"]})


def _near(plan: Plan, ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame) -> np.ndarray:
    """Draw the day after each anchor: of a few candidates by lag, one by the rhythm of its day."""
    table, n_days = lags(), ex.rhythm.shape[1]
    reason = drawn["reason"].to_numpy()
    steps = rng.integers(0, table.shape[1], (_CANDIDATES, len(drawn)))
    day = drawn["anchor"].to_numpy() + table[reason, steps]
    rhythm = np.concatenate([ex.rhythm[-1], np.resize(ex.rhythm[-1][-28:], _AFTER)])
    chance = np.where(day < 0, 1.0, rhythm[np.clip(day, 0, n_days + _AFTER - 1)])
    chance = np.where(np.isin(reason, [code(name) for name in ON_INVOICES]), chance * invoice_peak(plan, day), chance)
    return by_the_week(ex, rng, day, chance)


def by_the_week(ex: Exposure, rng: np.random.Generator, day: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Draw one of each row's candidate days so that all together have the week of the house.

    Parameters
    ----------
    ex : Exposure
    rng : Generator
    day : ndarray of int, shape (candidates, rows)
        Days of the period; those beyond it may be drawn too.
    chance : ndarray, shape (candidates, rows)
        Relative probability of each candidate.

    Returns
    -------
    ndarray of int, shape (rows,)
    """
    chance = (chance * _week(ex, day, chance)).cumsum(axis=0)
    pick = (rng.random(day.shape[1]) * chance[-1] > chance[:-1]).sum(axis=0)
    return day[pick, np.arange(day.shape[1])]


def _week(ex: Exposure, day: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Return factors of candidate days that give all together the week of the house.

    Anchors have weeks of their own (invoices are issued on Mondays), and a lag of a day or two leaves little to choose from.
    """
    n_days = ex.rhythm.shape[1]
    weekday, works = ex.days["weekday"].to_numpy(), ex.days["open"].to_numpy()
    wanted = np.bincount(weekday[works], ex.rhythm[-1][works], minlength=6)[1:6]
    if not (wanted > 0).all():
        return np.ones_like(chance)
    at = np.clip(day, 0, n_days - 1)
    group = np.where((day == at) & works[at], weekday[at] - 1, 5)
    some = slice(None, None, max(day.shape[1] // _FITTED, 1))
    return raked(chance[:, some], group[:, some], wanted)[group]


def _days_by_rhythm(
    plan: Plan, ex: Exposure, rng: np.random.Generator, reason: np.ndarray, customer: np.ndarray, first: np.ndarray
) -> np.ndarray:
    rhythm, n_days = ex.rhythm, ex.rhythm.shape[1]
    segment = ex.customers["segment"].to_numpy()[customer]
    last = np.maximum(ex.customers["last"].to_numpy()[customer], first)
    day = np.empty(len(reason), dtype=np.int64)
    negotiation = reason == code("quote.quote_negotiation")
    for special in (False, True):
        factor = np.where(ex.days["price_round"], 2.5, 1.0) if special else 1.0
        total = np.concatenate([np.zeros((len(rhythm), 1)), np.cumsum(rhythm * factor, axis=1)], axis=1)
        shift = np.arange(len(rhythm)) * (total.max() + 1)
        flat = (total + shift[:, None]).ravel()
        rows = np.flatnonzero(negotiation == special)
        low, high = total[segment[rows], first[rows]], total[segment[rows], last[rows] + 1]
        wanted = low + rng.random(len(rows)) * (high - low) + shift[segment[rows]]
        found = np.searchsorted(flat, wanted, side="right") - 1 - segment[rows] * (n_days + 1)
        day[rows] = np.clip(found, first[rows], last[rows])
    return day


def _bursts(plan: Plan, ex: Exposure, rng: np.random.Generator, wanted: np.ndarray) -> pd.DataFrame:
    """Contacts that events add: hoses that burst in the heat, logins after the relaunch."""
    n_days = ex.rhythm.shape[1]
    start, end = day_of(plan, HEAT[0])[0], day_of(plan, HEAT[1])[0]
    hoses = 0.4 * (wanted[code("usage_service.spare_parts")] + wanted[code("usage_service.product_fault")])
    launch = day_of(plan, RELAUNCH)[0]
    login = reasons()["weight"][code("onboarding.account_login_setup")] * per_weight(plan, ex)
    events = (
        ("usage_service.spare_parts", start, end, hoses * 0.5 * (HOSES - 1)),
        ("usage_service.product_fault", start, end, hoses * 0.5 * (HOSES - 1)),
        ("onboarding.account_login_setup", launch, launch + RELAUNCH_DAYS - 1, login * (LOGIN - 1)),
    )
    parts = []
    for reason, first, last, total in events:
        first, last = max(first, 0), min(last, n_days - 1)
        if first > last:
            continue
        weight = _mean_rhythm(ex)
        count = rng.poisson(total * weight[first : last + 1].sum() / weight.sum())
        some = by_person(plan, ex, rng, np.where(np.arange(len(wanted)) == code(reason), count, 0))
        parts.append(some.assign(day=first + choose(rng, weight[first : last + 1], count)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS), dtype="int64")


def _mean_rhythm(ex: Exposure) -> np.ndarray:
    """The rhythm of all customers together."""
    weight = np.bincount(ex.customers["segment"], ex.customers["activity"], minlength=len(ex.rhythm))
    return weight @ ex.rhythm / weight.sum()


def _from_mailings(plan: Plan, ex: Exposure, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the questions that circulars raise within seven days of each; quotes that are not understood come later."""
    number = code("follow_up.sent_info_unclear")
    customers = ex.customers
    parts = []
    for document, (date, _, recipients, share) in enumerate(CIRCULARS):
        sent = day_of(plan, date)[0]
        alive = (customers["first"] <= sent) & (customers["last"] >= sent) & ~customers["prospect"]
        if not alive.any():
            continue
        count = rng.poisson(plan.size * recipients * share)
        who = choose(rng, alive.to_numpy() * customers["activity"].to_numpy(), count)
        parts.append(pd.DataFrame({"reason": number, "customer": who, "anchor": sent, "document": document}))
    sent = np.flatnonzero((ex.quotes["sent"] != NEVER) & (ex.quotes["customer"] >= 0))
    rest = reasons()["weight"][number] * per_weight(plan, ex) / 2
    some = sent[rng.integers(0, max(len(sent), 1), rng.poisson(rest) if len(sent) else 0)]
    quoted = ex.quotes.iloc[some]
    parts.append(pd.DataFrame({"reason": number, "customer": quoted["customer"], "anchor": quoted["sent"], "quote": some, "document": -1}))
    drawn = pd.concat(parts, ignore_index=True).assign(order=-1, invoice=-1)
    drawn[["quote", "document"]] = drawn[["quote", "document"]].fillna(-1).astype("int64")
    drawn["day"] = _near(plan, ex, rng, drawn)
    inside = (drawn["day"] >= 0) & (drawn["day"] < ex.rhythm.shape[1])
    return drawn.loc[inside].drop(columns="anchor").reset_index(drop=True)


def habit_contacts(plan: Plan, ex: Exposure, rng: np.random.Generator, drawn: pd.DataFrame) -> pd.DataFrame:
    """Draw what the habit adds: each avoidable contact of a new customer's first days multiplies the later rate.

    Parameters
    ----------
    plan, ex, rng
    drawn : DataFrame
        Contacts drawn so far (reason, customer, day).
    """
    new, begin = ex.customers["new"].to_numpy(), ex.customers["first"].to_numpy()
    customer = drawn["customer"].to_numpy()
    since = drawn["day"].to_numpy() - begin[customer]
    forming = new[customer] & (since >= 0) & (since <= HABIT_DAYS) & reasons()["avoidable"].to_numpy()[drawn["reason"]]
    habit = HABIT ** np.bincount(customer[forming], minlength=len(new)) - 1
    later = np.bincount(customer[new[customer] & (since > HABIT_DAYS)], minlength=len(new))
    count = rng.poisson(later * habit)
    wanted = np.where(reasons()["source"] == "person", reasons()["weight"], 0).astype(float)
    who = np.repeat(np.arange(len(new)), count)
    extra = pd.DataFrame(
        {"reason": choose(rng, wanted, len(who)), "customer": who, "order": -1, "invoice": -1, "quote": -1, "document": -1}
    )
    extra = with_persons(rng, ex, extra)
    first = np.minimum(begin[who] + HABIT_DAYS + 1, ex.customers["last"].to_numpy()[who])
    return extra.assign(day=_days_by_rhythm(plan, ex, rng, extra["reason"].to_numpy(), who, first))[list(COLUMNS)]
