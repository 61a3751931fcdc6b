"""The demo client's trade as the systems hold it: leads, quotes, orders and invoices, and what is true of the sellers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlib.simulate import invoices as invoicing
from cxlib.simulate import orders as ordering
from cxlib.simulate import quotes as quoting
from cxlib.simulate.deliveries import DEVIATION
from cxlib.simulate.people import People
from cxlib.simulate.plan import Plan
from cxlib.simulate.sellers import sellers

__all__ = ["Trade", "trade", "truth"]


@dataclass(frozen=True, eq=False)
class Trade:
    """Leads, quotes, orders and invoices, with hidden columns that begin with an underscore."""

    leads: pd.DataFrame
    quotes: pd.DataFrame
    orders: pd.DataFrame
    invoices: pd.DataFrame


def trade(plan: Plan, people: People) -> Trade:
    """Return what `people` ask for, order and are billed.

    >>> from cxlib.simulate.people import people
    >>> plan = Plan(size=0.1)
    >>> {name: len(table) for name, table in vars(trade(plan, people(plan))).items()}
    {'leads': 150, 'quotes': 240, 'orders': 800, 'invoices': 830}
    """
    orders = ordering.orders(plan, people)
    return Trade(
        leads=quoting.leads(plan, people),
        quotes=quoting.quotes(plan, people, orders),
        orders=orders,
        invoices=invoicing.invoices(plan, people, orders),
    )


def truth(plan: Plan) -> dict[str, pd.DataFrame]:
    """Return what was planted about trade.

    Returns
    -------
    dict of str to DataFrame
        ``sellers`` (what is expected of each, the excess, broken promises, selling pressure), ``disappointment`` (multipliers of the
        mix), ``deviations`` (delivery against first and last promise, in days: medians, share of more than five),
        ``offers`` (share of eligible customers that take each), ``quotes`` (shares in time and won).
    """
    deviations = pd.DataFrame({"figure": list(DEVIATION), "value": list(DEVIATION.values())})
    offers = [(name, segment, share) for name, (segments, share) in ordering.OFFERS.items() for segment in segments]
    mix = pd.DataFrame({"factor": list(ordering.DISAPPOINTMENT), "value": list(ordering.DISAPPOINTMENT.values())})
    return {
        "sellers": sellers(plan).reset_index(),
        "disappointment": mix,
        "deviations": deviations,
        "quotes": pd.DataFrame({"figure": list(quoting.SHARES), "value": list(quoting.SHARES.values())}),
        "offers": pd.DataFrame(offers, columns=["offer_id", "segment", "share"]),
    }
