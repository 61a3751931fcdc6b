"""How many contacts each order, invoice and quote gives rise to, by reason: the planted rates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxlib.simulate.exposure import NEVER, NOTICE_BEFORE, Exposure, thin_notice
from cxlib.simulate.plan import Plan
from cxlib.simulate.reasons import code, lags, reasons
from cxlib.simulate.sellers import sellers

__all__ = ["CONTACTS", "DELIVERY", "PER_DELAYED", "PER_INVOICE", "anchors", "per_weight", "promise_rates", "rates"]

CONTACTS = 14_350  # of the demo client before the habit of new customers and what sellers add: 14,700 in all
PER_DELAYED = 0.96  # enquiries (three reasons) per delayed order before the action
IN_TIME = 0.02  # of all enquiries about delays: new customers ask before orders that come in time
PER_LATE = 0.28  # and per order that came late without a new date
PER_INVOICE = {1: 0.054, 2: 0.102}  # comprehension and error per invoice, by layout
FORMAT_PER_INVOICE = {1: 0.018, 2: 0.0345}  # 3.3 % of all
RESCHEDULING = 1.10  # with the action: customers told in time plan anew
DELIVERY = ("delivery.delivery_status", "delivery.delivery_info_inaccurate", "delivery.delivery_delay_not_notified")
NAMED = {"onboarding.promise_not_kept": 7 / 12, "onboarding.hidden_charge_condition": 5 / 12}  # of the broken promises that are named
BESIDES = {"delivery.delivery_wrong_damaged": 17 / 56, "complaint.quality_claim": 19 / 56, "billing.invoice_error": 20 / 56}
ORDINARY = 0.016  # named broken promises per order
SHOWN = 0.93  # of the disappointments planted: within the period, within 60 days of the order


def per_weight(plan: Plan, ex: Exposure) -> float:
    """Return the contacts that one unit of a reason's weight stands for."""
    return CONTACTS * plan.size * ex.rhythm.shape[1] / 546 / float(reasons()["weight"].sum())


def rates(plan: Plan, ex: Exposure) -> dict[int, np.ndarray]:
    """Return the expected contacts of each row of a reason's source, by reason code.

    Sources are orders (``order``, ``delivery``, ``due``, ``delayed``, ``reorder``, ``shop``), ``invoice``, ``quote`` and ``late_quote``;
    reasons that arise from persons, mailings or other contacts are not here.
    """
    orders, invoices, quotes = ex.orders, ex.invoices, ex.quotes
    own = orders["touchpoint"].isin(("T16", "T17", "T18")).to_numpy() & ~orders["special"].to_numpy()
    exists = {
        "order": np.ones(len(orders), dtype=bool),
        "delivery": orders["delivered"].to_numpy() != NEVER,
        "due": orders["due"].to_numpy() != NEVER,
        "delayed": orders["late"].to_numpy(),
        "reorder": own,
        "shop": (orders["touchpoint"] == "T19").to_numpy(),
        "invoice": ~invoices["credit"].to_numpy(),
        "quote": quotes["customer"].to_numpy() >= 0,
        "late_quote": quotes["late"].to_numpy() & (quotes["customer"].to_numpy() >= 0),
    }
    table = reasons()
    found = {}
    for row in table[table["source"].isin(list(exists))].itertuples():
        inside = exists[row.source] * _inside(ex, row.Index, row.source)
        found[row.Index] = exists[row.source] * row.weight * per_weight(plan, ex) / max(inside.sum(), 1e-9)
    delay = _delivery(plan, ex)
    total = sum(table["weight"][code(name)] for name in DELIVERY)
    for name in DELIVERY:
        found[code(name)] = delay * table["weight"][code(name)] / total
    found[code("delivery.delivery_rescheduling")] *= np.where(orders["m1"], RESCHEDULING**plan.effects.actions, 1.0)
    found[code("billing.invoice_comprehension")] = _per_invoice(ex, PER_INVOICE) * 42 / 62
    found[code("billing.invoice_format")] = _per_invoice(ex, FORMAT_PER_INVOICE)
    found |= promise_rates(plan, ex, delay * (46 + 54) / 222)
    return found


def promise_rates(plan: Plan, ex: Exposure, delay: np.ndarray) -> dict[int, np.ndarray]:
    """Return the rates of disappointments that are not enquiries about delays: with these, each order has what its seller's truth says.

    What customers and orders explain is in the orders' ``expected``; the sellers' excess and named broken promises are in
    :func:`cxlib.simulate.sellers.sellers`.

    Parameters
    ----------
    plan : Plan
    ex : Exposure
    delay : ndarray
        Enquiries about delays that count as disappointment, by order.
    """
    orders, n = ex.orders, max(len(ex.orders), 1)
    staff = sellers(plan)
    named = pd.Series(ORDINARY + (staff["broken"] / 100 - ORDINARY) * plan.effects.promises, staff.index)
    broken = named.reindex(orders["seller"]).fillna(ORDINARY).to_numpy()
    # an honest seller's +1 is chance: what is planted is the excess of the one who promises too much
    excess = staff["excess"].where(staff["excess"] > 5, 0.0).reindex(orders["seller"]).fillna(0.0).to_numpy() / 100
    # hurried promises and the campaign delay more orders: that part of their excess is there already
    kind = (excess > 0) * 2 + orders["campaign"].to_numpy()
    usual = pd.Series(delay).groupby(kind).transform("mean").to_numpy()
    rest = np.maximum((orders["expected"].to_numpy() + excess) / SHOWN - usual - broken / SHOWN, 0.005)
    delivered = orders["delivered"].to_numpy() != NEVER
    found = {code(name): broken * share / SHOWN for name, share in NAMED.items() if name.endswith("kept")}
    found |= {
        code(name): rest * share * delivered / max(delivered.mean(), 0.01) for name, share in BESIDES.items() if "invoice" not in name
    }
    by_order = ex.invoices["order"].to_numpy()
    billed = (by_order >= 0) & ~ex.invoices["credit"].to_numpy()
    level = _per_invoice(ex, PER_INVOICE) * 20 / 62
    risk = np.where(billed, rest[by_order] / max(rest.mean(), 1e-9), 1.0)  # orders before the period are like any other
    found[code("billing.invoice_error")] = level * risk * level.sum() / max((level * risk).sum(), 1e-9)
    hidden = np.where(billed, broken[by_order], 0.0)
    found[code("onboarding.hidden_charge_condition")] = hidden * NAMED["onboarding.hidden_charge_condition"] * n / max(billed.sum(), 1)
    return found


def anchors(ex: Exposure, source: str) -> tuple[str, np.ndarray]:
    """Return of what kind a source is (order, invoice, quote), and the day from which each of its rows counts."""
    if source == "invoice":
        return "invoice", ex.invoices["day"].to_numpy()
    if source in ("quote", "late_quote"):
        return "quote", ex.quotes["promised" if source == "late_quote" else "day"].to_numpy()
    days = {"delivery": "delivered", "due": "due", "delayed": "due"}
    return "order", ex.orders[days.get(source, "day")].to_numpy()


def _inside(ex: Exposure, reason: int, source: str) -> np.ndarray:
    """Share of each row's contacts that fall into the period: the others are lost."""
    after, n_days = np.sort(lags()[reason]), ex.rhythm.shape[1]
    _, day = anchors(ex, source)
    return (np.searchsorted(after, n_days - day) - np.searchsorted(after, -day)) / len(after)


def _delivery(plan: Plan, ex: Exposure) -> np.ndarray:
    """Enquiries of all three reasons per order: fewer where the delay was announced."""
    orders = ex.orders
    told = orders["notice"].to_numpy() != NEVER
    base = np.select([orders["delayed"], orders["late"]], [PER_DELAYED / (1 - IN_TIME), PER_LATE], 0.0)
    return base * np.where(told, thin_notice(plan), 1.0) / (1 - NOTICE_BEFORE * (1 - thin_notice(plan)))


def _per_invoice(ex: Exposure, level: dict[int, float]) -> np.ndarray:
    """Rates by layout, each the mean of its invoices; the year-end's peak lies within."""
    layout, real = ex.invoices["layout"].to_numpy(), ~ex.invoices["credit"].to_numpy()
    peak, rate = ex.invoices["peak"].to_numpy(), np.zeros(len(ex.invoices))
    for version, each in level.items():
        here = (layout == version) & real
        rate[here] = each * peak[here] / (peak[here].mean() if here.any() else 1.0)
    return rate
