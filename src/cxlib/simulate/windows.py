"""The windows after a customer's first order, each with its own zero point, and the habit of contacting that they leave behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.simulate.exposure import NEVER, Exposure, invoice_peak
from cxlib.simulate.plan import Plan

__all__ = ["HABIT", "HABIT_DAYS", "WINDOWS", "Window", "first_days", "window_rates", "zero_points"]

HABIT, HABIT_DAYS = 1.09, 60  # each avoidable contact in the first 60 days multiplies the later rate


@dataclass(frozen=True)
class Window:
    """When new customers contact us for a reason.

    Attributes
    ----------
    reason : str
    zero : {"order", "promised", "delivery", "invoice"}
        From what the days count: the first order, its promised date, its delivery, its invoice.
    first, last : int
        Days of the window, both included; a window without days is flat.
    intensity : float
        How many times the rate beside the window.
    share : float
        Share of the reason's contacts that new customers make within the span.
    span : tuple of int
        First and last day of what is drawn here.
    """

    reason: str
    zero: str
    first: int
    last: int
    intensity: float
    share: float
    span: tuple[int, int] = (0, 60)


WINDOWS = (
    Window("order.order_confirmation_missing", "order", 1, 3, 5.0, 0.45),
    Window("onboarding.account_login_setup", "order", 2, 6, 4.0, 0.60),
    Window("onboarding.next_steps_unknown", "order", 5, 9, 2.5, 0.90),
    Window("delivery.delivery_status", "promised", -4, 0, 3.0, 0.14, (-21, 20)),
    Window("onboarding.first_use_help", "delivery", 1, 5, 6.0, 0.75),
    Window("billing.invoice_comprehension", "invoice", 2, 8, 4.0, 0.26),
)


def zero_points(ex: Exposure, zero: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the row (of the orders, or of the invoices) and the day of each new customer's zero point.

    Parameters
    ----------
    ex : Exposure
    zero : {"order", "promised", "delivery", "invoice"}
    """
    frame = ex.invoices if zero == "invoice" else ex.orders
    day = frame[{"order": "day", "promised": "due", "delivery": "delivered", "invoice": "day"}[zero]].to_numpy()
    rows = np.flatnonzero(frame["first"].to_numpy() & (day != NEVER))
    return rows, day[rows]


def window_rates(plan: Plan, window: Window) -> np.ndarray:
    """Return the relative rate of each day of the window's span: a slow decay, raised inside the window."""
    days = np.arange(window.span[0], window.span[1] + 1)
    rate = np.exp(-np.clip(days, 0, None) / 90)
    inside = (days >= window.first) & (days <= window.last)
    return rate * np.where(inside, window.intensity**plan.effects.windows, 1.0)


def first_days(rng: np.random.Generator, plan: Plan, ex: Exposure, window: Window, total: float) -> pd.DataFrame:
    """Draw the contacts of new customers around one zero point.

    Parameters
    ----------
    rng : Generator
    plan : Plan
    ex : Exposure
    window : Window
    total : float
        Contacts expected if every zero point had its whole span within the period.

    Returns
    -------
    DataFrame
        source (row of the orders or invoices) and day.
    """
    rows, zero = zero_points(ex, window.zero)
    frame = ex.invoices if window.zero == "invoice" else ex.orders
    rate = window_rates(plan, window)
    offsets = np.arange(window.span[0], window.span[1] + 1)
    day = zero[:, None] + offsets
    n_days = ex.rhythm.shape[1]
    inside = (day >= 0) & (day < n_days)
    # the week's rhythm but no season: seasons of orders are in the zero points already
    week = np.where(ex.rhythm[-1] > 0.3, ex.rhythm[-1], 0.02)[np.clip(day, 0, n_days - 1)]
    per_customer = np.ones(len(rows))
    if window.zero == "promised":  # a delay makes customers ask, whether or not the order is their first
        order = frame.iloc[rows]
        told = order["notice"].to_numpy() != NEVER
        per_customer = np.where(order["delayed"], 2.0, 0.8) * np.where(told & order["m1"].to_numpy(), 0.5, 1.0)
    weights = per_customer[:, None] * rate
    if window.zero == "invoice":
        weights = weights * invoice_peak(plan, day)
    weights = np.where(inside, weights * week, 0.0)
    weights *= total / max(weights.sum(), 1e-12)
    cells = np.repeat(np.arange(weights.size), rng.poisson(weights.ravel()))
    return pd.DataFrame({"source": rows[cells // len(offsets)], "day": day.ravel()[cells]})
