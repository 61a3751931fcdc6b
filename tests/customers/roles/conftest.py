"""Three accounts counted by hand, and accounts whose truth is known."""

import numpy as np
import pandas as pd

PERSONS = pd.DataFrame(
    {
        "person_id": list("abcdefgh"),
        "account_id": ["A", "A", "A", "B", "B", "C", "C", "C"],
        "role": ["decision_maker", "user", "user", "influencer", "user", "user", "unknown", "influencer"],
        "influence_weight": [0.9, 0.3, None, 0.5, 0.5, 0.4, 0.1, 0.6],
    }
)
SAID = pd.DataFrame(
    {
        "person_id": [*list("abcdef"), "a"],
        "item_id": "overall",
        "item_type": "overall",
        "state": "answered",
        "value": [8.0, 5.0, 6.0, 3.0, 7.0, 9.0, 1.0],
        "survey_ts": pd.to_datetime(["2025-06-01"] * 6 + ["2024-06-01"], utc=True),
        "weight": 1.0,
    }
)
RATED = pd.DataFrame({"account_id": ["A", "B", "C"], "supplier_rating": [80.0, None, 90.0]})


def one(table, metric, **levels):
    rows = table[table["metric"].eq(metric)]
    for name, level in levels.items():
        rows = rows[rows[name].eq(level)]
    return rows.iloc[0]


def simulated(accounts, *, within, between, gap, seed):
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), 4)
    role = np.tile(["decision_maker", "influencer", "user", "user"], accounts)
    value = between * rng.normal(size=accounts)[account] + within * rng.normal(size=4 * accounts) + np.where(role == "user", 0.0, gap) + 6
    persons = pd.DataFrame({"person_id": [f"p{n}" for n in range(4 * accounts)], "account_id": [f"A{n}" for n in account], "role": role})
    return persons, pd.DataFrame({"person_id": persons["person_id"], "item_id": "q", "state": "answered", "value": value})
