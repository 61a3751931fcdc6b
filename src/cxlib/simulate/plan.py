"""What is simulated: how large, for which market, how complete, and how strong the planted effects are."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from cxlib.errors import CxError, worded

__all__ = ["COMPLETENESS", "MARKETS", "Company", "Effects", "Plan", "stream"]

MARKETS = ("b2b", "b2c")
COMPLETENESS = ("full", "log_only", "survey_only", "no_costs", "no_text")


@dataclass(frozen=True)
class Effects:
    """Multipliers of what is planted; 1 is the strength described for the demo client, 0 plants nothing.

    Attributes
    ----------
    drivers : float
        Of every touchpoint's effect on recommendation.
    halo : float
        Of the mood that all of a person's ratings share.
    windows : float
        Of the intensity of contacts in a new customer's windows.
    promises : float
        Of the excess contacts of the seller who promises too much.
    pain_points : float
        Of the points of recommendation that a pain point costs.
    actions : float
        Of what the actions change (on the log scale of rates).
    """

    drivers: float = 1.0
    halo: float = 1.0
    windows: float = 1.0
    promises: float = 1.0
    pain_points: float = 1.0
    actions: float = 1.0


@dataclass(frozen=True)
class Plan:
    """One simulated client.

    Attributes
    ----------
    seed : int
    size : float
        1 is the demo client: 2,840 customers, about 15,000 contacts, 8,000 orders, 1,267 questionnaires.
    market : {"b2b", "b2c"}
        Consumers have no accounts, persons and roles, and buy in the shop.
    completeness : str
        One of COMPLETENESS: which tables the client can give.
    start, end : date
        The period, both days included.
    effects : Effects

    >>> Plan(market="b3b")
    Traceback (most recent call last):
        ...
    cxlib.errors.CxError: Plan.market: unknown value 'b3b' (did you mean 'b2b'?). Allowed: b2b, b2c.
    """

    seed: int = 1
    size: float = 1.0
    market: str = "b2b"
    completeness: str = "full"
    start: date = date(2025, 1, 1)
    end: date = date(2026, 6, 30)
    effects: Effects = field(default_factory=Effects)

    def __post_init__(self) -> None:
        """Refuse words that mean nothing."""
        for name, allowed in (("market", MARKETS), ("completeness", COMPLETENESS)):
            if getattr(self, name) not in allowed:
                raise CxError(worded(f"Plan.{name}", "unknown value", getattr(self, name), allowed))

    def count(self, demo: int) -> int:
        """Return how many there are of something of which the demo client has `demo`."""
        return max(1, round(demo * self.size))


@dataclass(frozen=True, eq=False)
class Company:
    """A simulated client.

    Attributes
    ----------
    plan : Plan
    tables : dict of str to DataFrame
        Contract tables, clean: what intake should make of the exports, dirt aside.
    truth : dict of str to DataFrame
        What was planted: for tests alone.
    """

    plan: Plan
    tables: dict[str, pd.DataFrame]
    truth: dict[str, pd.DataFrame]


def stream(plan: Plan, name: str) -> np.random.Generator:
    """Return the random numbers of one part, which do not change when another part draws more of them.

    >>> float(stream(Plan(), "orders").random()) == float(stream(Plan(), "orders").random())
    True
    >>> float(stream(Plan(), "orders").random()) == float(stream(Plan(), "invoices").random())
    False
    """
    return np.random.default_rng([plan.seed, zlib.crc32(name.encode())])
