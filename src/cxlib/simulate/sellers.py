"""The fourteen sellers: what each sells to whom, and what each promises (the truth of the page on promises)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.simulate.draws import apportioned, each
from cxlib.simulate.plan import Plan

__all__ = ["SELLERS", "Seller", "portfolio_weight", "portfolios", "sellers"]


@dataclass(frozen=True)
class Seller:
    """A seller and what is true of the orders closed.

    Attributes
    ----------
    seller_id, region : str
    orders : int
        In the demo client's 18 months.
    campaign : int
        Of these, under the campaign of October 2025.
    month_end : float
        Share closed in the last three days of a month.
    discount, early_cancelled : float
        Mean discount, and share of orders cancelled within two weeks.
    special : float
        Odds of a special build, relative to the customers' usual odds.
    affinity : dict
        Weight of customers of a segment (or ``new`` ones) in the portfolio.
    expected, excess, broken : float
        Disappointment contacts per 100 orders that the mix of customers and orders explains, those beyond it, and named broken promises.
    before, after : float
        Expectation before and experience after the purchase (0–10).
    """

    seller_id: str
    region: str
    orders: int = 573
    campaign: int = 39
    month_end: float = 0.22
    discount: float = 0.061
    early_cancelled: float = 0.023
    special: float = 1.0
    affinity: tuple[tuple[str, float], ...] = ()
    expected: float = 24.0
    excess: float = 0.0
    broken: float = 1.6
    before: float = 8.0
    after: float = 7.9


SELLERS = (
    Seller("V01", "south"),
    Seller("V02", "south", campaign=40),
    Seller("V03", "south", orders=590, discount=0.060, early_cancelled=0.020, broken=1.4, before=9.0, after=8.8),
    Seller("V04", "south", orders=574, campaign=40),
    Seller("V05", "west", campaign=40),
    Seller("V06", "west", orders=574),
    Seller(
        "V07",
        "north_east",
        orders=560,
        campaign=110,
        month_end=0.38,
        discount=0.095,
        early_cancelled=0.064,
        special=0.6,
        expected=23.0,
        excess=17.0,
        broken=7.8,
        before=8.9,
        after=6.1,
    ),
    Seller("V08", "west"),
    Seller("V09", "west"),
    Seller("V10", "north_east"),
    Seller(
        "V11",
        "north_east",
        orders=545,
        month_end=0.21,
        discount=0.058,
        early_cancelled=0.026,
        special=9.5,
        affinity=(("construction", 3.0), ("new", 1.8)),
        expected=38.0,
        excess=1.0,
        broken=1.9,
        before=7.4,
        after=6.8,
    ),
    Seller("V12", "abroad"),
    Seller("V13", "abroad"),
    Seller("V14", "abroad"),
)


def sellers(plan: Plan) -> pd.DataFrame:
    """Return the sellers as a table: their attributes, indexed by seller_id, numbers of orders scaled to the plan.

    The excess is scaled by ``plan.effects.promises``; ``raw`` is what is to be seen per 100 orders.
    """
    table = pd.DataFrame([vars(seller) for seller in SELLERS]).drop(columns="affinity").set_index("seller_id")
    table["orders"] = apportioned(table["orders"].to_numpy(), plan.count(8000))
    table["campaign"] = np.minimum(apportioned(table["campaign"].to_numpy(), plan.count(620)), table["orders"])
    table["excess"] *= plan.effects.promises
    table["raw"] = table["expected"] + table["excess"]
    return table


def portfolio_weight(customers: pd.DataFrame) -> np.ndarray:
    """Return how much more a customer orders of its seller because the seller likes to sell to such customers.

    Parameters
    ----------
    customers : DataFrame
        _seller, segment, _new.
    """
    weight = np.ones(len(customers))
    for seller in SELLERS:
        own = (customers["_seller"] == seller.seller_id).to_numpy(dtype=bool)
        for liked, factor in seller.affinity:
            weight[own & _is(liked, customers["segment"].to_numpy(), customers["_new"].to_numpy())] *= factor
    return weight


def portfolios(rng: np.random.Generator, region: np.ndarray, segment: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Give every customer a seller of its region; sellers with an affinity get more of the customers they like.

    Parameters
    ----------
    rng : Generator
    region, segment : array of str
        Of each customer.
    new : array of bool
        Won in the period.

    Returns
    -------
    array of str
        A seller_id for each customer; portfolios of a region are of about equal size.
    """
    given = np.empty(len(region), dtype=object)
    for place in pd.unique(pd.Series(region)):
        rows = np.flatnonzero(region == place)
        staff = [seller for seller in SELLERS if seller.region == place]
        weight = np.ones((len(rows), len(staff)))
        for column, seller in enumerate(staff):
            for liked, factor in seller.affinity:
                weight[_is(liked, segment[rows], new[rows]), column] *= factor
            weight[:, column] *= len(rows) / weight[:, column].sum()  # portfolios of about equal size
        given[rows] = each(rng.random(len(rows)), weight, [seller.seller_id for seller in staff])
    return given


def _is(liked: str, segment: np.ndarray, new: np.ndarray) -> np.ndarray:
    return new if liked == "new" else segment == liked
