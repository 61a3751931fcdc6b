"""Who has a claim: customers that were served reliably seldom have one.

Claims arrive as often and when they did; here they find their orders. Within a seller's orders of a kind (special, for a building site, by
a new customer), those that met few of five conditions of reliable communication draw them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.exposure import NEVER, Exposure
from cxlib.simulate.plan import Plan, stream
from cxlib.simulate.reasons import PERSONAS, code, reasons
from cxlib.simulate.service import CLOSES, CLOSES_FRIDAY

__all__ = ["CLAIM_RATE", "WINDOW_DAYS", "attached", "conditions_met", "ordinary"]

CLAIM_RATE = (0.091, 0.060, 0.042, 0.027, 0.016, 0.009)  # claims an order, by how many of five conditions it met
WINDOW_DAYS = 60  # after the order, in which its customer's other contacts count
CLAIM, STATUS = "complaint.quality_claim", "complaint.complaint_status"
UNCLEAR = (
    "delivery.delivery_info_inaccurate",
    "billing.invoice_comprehension",
    "billing.invoice_error",
    "billing.invoice_format",
    "follow_up.sent_info_unclear",
)
APART = ("V07", "V11")  # sellers whose orders have more claims than the mix before events
_REACH = 14  # days by which the time since the delivery may change
_SPAN = 10_000  # more days than there are


def attached(plan: Plan, ex: Exposure, made: pd.DataFrame) -> pd.DataFrame:
    """Give claims, and the questions how they stand, the orders whose number of conditions met calls for them.

    Parameters
    ----------
    plan : Plan
    ex : Exposure
    made : DataFrame
        Contacts as :func:`cxlib.simulate.log.coded` has them, with their case (order times 64 plus group).

    Returns
    -------
    DataFrame
        The same contacts; claims and their follow-ups with another order, customer, person and case. Nothing else changes, nor do persona,
        language, day, channel and what the house made of them. A claim for which there is no better order keeps its own.
    """
    claim = made["reason"].to_numpy() == code(CLAIM)
    cases, where = np.unique(made["case"].to_numpy()[claim], return_index=True)
    if not len(cases):
        return made
    rows = np.flatnonzero(claim)[where]
    order, person = _drawn(stream(plan, "claims").random(len(rows)), ex, made.iloc[rows], conditions_met(ex, made))
    found = pd.DataFrame({"order": order, "person": person})
    place = pd.Series(np.arange(len(found)), cases).reindex(made["case"]).to_numpy()
    moves = ~np.isnan(place) & (claim | (made["reason"].to_numpy() == code(STATUS)))
    new = found.iloc[place[moves].astype(int)]
    made = made.copy()
    made.loc[moves, "case"] += (new["order"].to_numpy() - made.loc[moves, "order"].to_numpy()) * 64
    made.loc[moves, "order"], made.loc[moves, "person"] = new["order"].to_numpy(), new["person"].to_numpy()
    made.loc[moves, "customer"] = ex.orders["customer"].to_numpy()[new["order"]]
    return made


def conditions_met(ex: Exposure, made: pd.DataFrame) -> np.ndarray:
    """Return how many of five conditions each order met: delivered by the day first promised, a delay announced by then, and in the 60 days
    after the order no contact of its customer that found documents unclear, was promised in vain or answered late. Claims do not count.
    """
    orders, day, customer = ex.orders, ex.orders["day"].to_numpy(), ex.orders["customer"].to_numpy() * _SPAN
    due, delivered = orders["due"].to_numpy(), orders["delivered"].to_numpy()
    late = np.where(delivered == NEVER, (due <= day + WINDOW_DAYS) & (due != NEVER), delivered > due)
    told = (orders["notice"].to_numpy() != NEVER) & (orders["notice"].to_numpy() <= due)
    met = (~late).astype(int) + (~late | told)
    others = ~made["reason"].isin([code(CLAIM), code(STATUS)]).to_numpy()
    at = made["customer"].to_numpy() * _SPAN + made["day"].to_numpy()
    for event in (made["reason"].isin([code(name) for name in UNCLEAR]).to_numpy(), _broken(made), _slow(ex, made)):
        when = np.sort(at[event & others])
        met += np.searchsorted(when, customer + day + WINDOW_DAYS, side="right") == np.searchsorted(when, customer + day)
    return met


def ordinary(ex: Exposure) -> np.ndarray:
    """Tell which orders have as many claims as the mix before events: outside the campaign, and of other sellers than V07 and V11."""
    return ~(ex.orders["campaign"] | ex.orders["seller"].isin(APART)).to_numpy()


def _broken(made: pd.DataFrame) -> np.ndarray:
    return ((made["promise"] >= 0) & ~(made["promise_done_h"] <= made["promise_due_h"])).to_numpy()


def _slow(ex: Exposure, made: pd.DataFrame) -> np.ndarray:
    """Written and not answered by closing time, of the next working day if it came in the afternoon."""
    day, minute = made["day"].to_numpy(), made["minute"].to_numpy()
    today = (minute < 720) & ex.days["open"].to_numpy()[day]
    due = np.where(today, day, ex.workday[np.minimum(day + 1, len(ex.days) - 1)])
    closes = np.where(ex.days["weekday"].to_numpy()[due] == 5, CLOSES_FRIDAY, CLOSES)
    late = ~(day * 1440 + minute + made["answer_h"].to_numpy() * 60 <= due * 1440 + closes)
    return (made["channel"] > 0).to_numpy() & late


def _kinds(ex: Exposure) -> np.ndarray:
    """Code orders by what sets their claims besides: seller and campaign (8 codes each), and the mix that makes orders hard."""
    orders = ex.orders
    building = orders["segment"] == (ex.segments.index("construction") if "construction" in ex.segments else -1)
    group = np.select([orders["seller"] == APART[0], orders["seller"] == APART[1], orders["campaign"]], [1, 2, 3], 0)
    return group * 8 + (orders["special"] * 4 + building * 2 + orders["new"]).to_numpy(dtype=int)


def _drawn(uniform: np.ndarray, ex: Exposure, claims: pd.DataFrame, met: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw an order of the kind, delivered at about the same time, and a person of its customer with the same persona."""
    kind, share, delivered = _kinds(ex), _shares(ex), ex.orders["delivered"].to_numpy()
    row, person = _pairs(ex)
    key = _alike(ex, kind, row, person) + delivered[row]
    line = np.flatnonzero(delivered[row] != NEVER)
    line = line[np.argsort(key[line], kind="stable")]
    row, person, key = row[line], person[line], key[line]
    own = claims["order"].to_numpy()
    base, day = _alike(ex, kind, own, claims["person"].to_numpy()), delivered[own]
    latest = np.minimum(day + _REACH, np.maximum(claims["day"].to_numpy() - 2, day))  # nobody complains of what is yet to come
    low, high = np.searchsorted(key, base + np.maximum(day - _REACH, 0)), np.searchsorted(key, base + latest, side="right")
    level = np.array([_summed(share[person] * (met[row] == number)) for number in range(len(CLAIM_RATE))])
    factor = _factors(level[:, high] - level[:, low], kind[own] // 8, kind // 8, met)
    total = _summed(share[person] * factor[kind[row] // 8, met[row]])
    place = np.searchsorted(total, total[low] + uniform * (total[high] - total[low]), side="right") - 1
    place = np.clip(place, low, high - 1)
    return row[place], person[place]


def _factors(choice: np.ndarray, group: np.ndarray, group_of: np.ndarray, met: np.ndarray) -> np.ndarray:
    """Return by seller's group how likely orders draw claims by the conditions met, so that the levels get their rate.

    Each claim chooses among orders of its time alone (`choice`: what each level offers it), and there are more good ones after the action.
    """
    rate, found = np.array(CLAIM_RATE), np.tile(np.array(CLAIM_RATE), (4, 1))
    for number in np.unique(group):
        offered = choice[:, group == number]
        wanted = rate * np.bincount(met[group_of == number], minlength=len(rate))
        wanted *= offered.shape[1] / wanted.sum()
        for _ in range(60):
            chance = offered * found[number][:, None]
            expected = (chance / chance.sum(axis=0)).sum(axis=1)
            found[number] *= np.clip(wanted / np.maximum(expected, 1e-9), 0.5, 2.0)
            found[number] = np.clip(found[number] / found[number].max(), 1e-4, 1.0)
    return found


def _shares(ex: Exposure) -> np.ndarray:
    """Return how likely each person is the one of a customer who complains."""
    persons = ex.persons
    affinity = (reasons()[list(PERSONAS)].to_numpy()[code(CLAIM)] + 0.02)[persons["persona"]] * persons["activity"].to_numpy()
    return affinity / np.bincount(persons["customer"], affinity)[persons["customer"]]


def _alike(ex: Exposure, kind: np.ndarray, order: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Return the first of the keys of pairs of order and person that are alike in kind, persona and language."""
    speaks = ex.customers["language"].to_numpy()[ex.orders["customer"].to_numpy()[order]]
    return ((kind[order] * 8 + ex.persons["persona"].to_numpy()[person]) * 8 + speaks) * _SPAN


def _summed(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(values)])


def _pairs(ex: Exposure) -> tuple[np.ndarray, np.ndarray]:
    """Return every order with every person of its customer."""
    of = ex.persons["customer"].to_numpy()
    customer = ex.orders["customer"].to_numpy()
    first, last = np.searchsorted(of, customer), np.searchsorted(of, customer, side="right")
    row = np.repeat(np.arange(len(customer)), last - first)
    within = np.arange(len(row)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    return row, first[row] + within
