"""The demo client at full size, made once for all tests that need its survey."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from cxlib.simulate import answers, company, log, orders, outbound, people, trade
from cxlib.simulate.plan import Plan


def clustered(values: pd.Series, clusters: pd.Series) -> float:
    """Standard error of a mean whose rows go together within clusters: √Σ(Σ residuals of a cluster)² / n."""
    residual = (values - values.mean()).groupby(clusters.to_numpy()).sum()
    return float(np.sqrt((residual**2).sum()) / len(values))


@dataclass(frozen=True, eq=False)
class Surveyed:
    plan: Plan
    people: people.People
    trade: trade.Trade
    contacts: pd.DataFrame
    messages: pd.DataFrame
    answers: answers.Answers

    def answered(self, *types: str, **columns: str) -> pd.DataFrame:
        """Answers of some item types (or with given values in columns), with what is true of their respondents."""
        rows = self.answers.responses
        rows = rows[(rows["state"] == "answered") & (rows["item_type"].isin(types) if types else True)]
        for name, value in columns.items():
            rows = rows[rows[name] == value]
        hidden = ["response_id", *self.answers.respondents.columns.difference(rows.columns)]
        return rows.merge(self.answers.respondents[hidden], on="response_id")


@pytest.fixture(scope="session")
def surveyed() -> Surveyed:
    plan = Plan()
    who = people.people(plan)
    sold = trade.trade(plan, who)
    contacts = log.log(plan, who, sold)
    messages = outbound.messages(plan, who, sold, contacts)
    return Surveyed(plan, who, sold, contacts, messages, answers.answers(plan, who, sold, contacts, messages))


@dataclass(frozen=True, eq=False)
class Many:
    """Five times the demo client, by a seed that no constant was fitted at."""

    plan: Plan
    people: people.People
    trade: trade.Trade
    contacts: pd.DataFrame

    @property
    def local(self) -> pd.Series:
        return self.contacts["contact_ts"].dt.tz_localize(None)

    @property
    def customer(self) -> pd.Series:
        """Who made each contact, also where the log has the account that collects small ones."""
        return self.contacts["_person_id"].map(self.people.persons.set_index("person_id")["_customer_id"])

    def of_customer(self, column: str, customers: pd.Series) -> pd.Series:
        return customers.map(self.people.customers.set_index("customer_id")[column])


@pytest.fixture(scope="session")
def many() -> Many:
    plan = Plan(size=5.0, seed=20261)
    who = people.people(plan)
    sold = trade.trade(plan, who)
    made = log.log(plan, who, sold)
    return Many(plan, who, sold, made[~made["_tally"]].reset_index(drop=True))


@pytest.fixture(scope="session")
def several() -> list[tuple[people.People, pd.DataFrame]]:
    """People and orders of five clients of the demo's size."""
    crowds = [people.people(Plan(seed=seed)) for seed in range(1, 6)]
    return [(crowd, orders.orders(Plan(seed=seed), crowd)) for seed, crowd in enumerate(crowds, start=1)]


@pytest.fixture(scope="session")
def grown() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """All tables of the demo client as its systems know them, hidden columns included, and the truth: what its exports are made of."""
    return company.grown(Plan())
